"""Numbers on page and brief, worked out by hand from a world of two villages.

Alpha in North has 300 people, beta in South 100. Under the first plan alpha is ready on day 500 of
each of fifty simulations, beta on day 1,000 in thirty and never in twenty. Under the second alpha
is ready on day 200, beta on day 700 in all. The run ends on day 1,826, on 1 January 2030. The first
plan costs 10 million, the second 7. No number is computed by the code under test.
"""

from __future__ import annotations

import dataclasses
import math
from datetime import date
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from returnplan.runs.tables.stored import empty_table
from returnplan.show.findings import (
    Findings,
    Range,
    big_numbers,
    blocks_most,
    bottlenecks,
    decimals,
    decisions,
    districts,
    fairness,
    headline,
    key_roads,
    leader,
    option_headings,
    option_notes,
    options,
    parting,
    profile,
    rate_text,
    risks,
    standing,
    targets,
)
from returnplan.show.findings.options import cost_note
from returnplan.show.page import tables as page_tables
from tests.tiny import NEVER, tiny, tiny_scenario

TITLES = {"slow": "Slow", "fast": "Fast"}
READY = {
    "slow": ([500.0] * 50, [1000.0] * 30 + [NEVER] * 20),
    "fast": ([200.0] * 50, [700.0] * 50),
}
COSTS = {"slow": 10e6, "fast": 7e6}
CAUSES = {"slow": {"winter": 30.0, "waiting_clearance": 150.0, "work_clearance": 120.0}}
"""Days of alpha by cause under ``slow``; under ``fast`` half of them."""
ROADS = [("near", "alpha", 250.0, 5_000.0), ("far", "beta", 40.0, 20_000.0)]
"""Road from the town, where to, people who wait for it, person-days; the longest wait is last."""


def world(**changes: Any) -> Findings:
    scenario = tiny_scenario(TITLES)
    target = rp.Target(
        id="aim",
        by_date=date(2027, 1, 1),
        people=350,
        measure="conditions_met",
        title="Aim",
        source="made_up",
    )
    scenario = dataclasses.replace(scenario, targets=(target,))
    plain = tiny(ready=READY, titles=TITLES, draws=50, scenario=scenario)
    summary = plain.tables["summary"].assign(
        cost_usd_mean=list(COSTS.values()),
        cost_per_person_usd=[27_027.0, 17_500.0],
        cost_per_returned_usd=[108_108.0, 70_000.0],
    )
    delays = pd.DataFrame(
        [
            (name, f"{one}_people", cause, days * share, days * share * people)
            for name, share in (("slow", 1.0), ("fast", 0.5))
            for one, people in (("alpha", 300), ("beta", 100))
            for cause, days in CAUSES["slow"].items()
        ],
        columns=["allocation", "community", "cause", "days_mean", "person_days_mean"],
    )
    roads = pd.DataFrame(
        [
            (name, rank, road, "town", place, people, days, None, "2026-02-05", "2027-08-09")
            for name in TITLES
            for rank, (road, place, people, days) in enumerate(reversed(ROADS), 1)
        ],
        columns=[
            *("allocation", "rank", "road", "from_place", "to_place", "people_mean"),
            *("person_days_mean", "open_date_p10", "open_date_p50", "open_date_p90"),
        ],
    )
    given = {"summary": summary, "delays": delays, "key_roads": roads, **changes}
    return tiny(ready=READY, titles=TITLES, draws=50, scenario=scenario, tables=given)


@pytest.fixture(scope="module")
def made() -> Findings:
    return world()


def row_of(table: page_tables.Table, name: str) -> tuple[str, ...]:
    (row,) = (row for row in table.rows if row[0] == name)
    return tuple(row[1:])


# ------------------------------------------------------------------------------- the comparison


def test_the_leader_and_the_headline(made: Findings) -> None:
    assert leader(made) == "fast"
    # 300 x 300 days for alpha; beta 300 days in six, 1,126 in four: 90,000 + 100 x 630.4.
    assert headline(made) == (
        "People wait least under “Fast”. By 1 Jan 2030 the conditions for return are met "
        "(modelled) for 400 of 400 people (400 to 400 in 80% of simulations)."
    )
    assert standing(made).startswith(
        "Compared with “Slow”, its nearest rival: −153.0 thousand person-days of waiting on "
        "average (−202.6 to −120.0 in 80% of simulations). People wait less in 100% of "
        "simulations, longer in 0%."
    )


def test_the_big_numbers_of_either_plan(made: Findings) -> None:
    slow, fast = (
        [(one.value, one.range) for one in big_numbers(made, option)] for option in options(made)
    )
    assert slow == [
        ("400", "300 to 400"), ("400", "300 to 400"), ("Q2 2026", ""), ("10.0", ""),
    ]  # fmt: skip
    assert fast == [("400", ""), ("400", ""), ("Q3 2025", ""), ("7.0", "")]


def test_big_numbers_are_labelled_as_the_columns_of_the_table(made: Findings) -> None:
    assert [one.label for one in big_numbers(made, options(made)[0])] == [
        "Conditions met (modelled) by 1 Jan 2028, people",
        "Conditions met (modelled) by 1 Jan 2030, people",
        "Conditions met for half of the people by",
        "Cost, million USD",
    ]


def test_single_values_have_a_difference_where_it_is_shown() -> None:
    alone = tiny(draws=0)  # 300 x -100 and 100 x -926 days
    assert [one.person_days and one.person_days.mean for one in options(alone)] == [None, -122_600]
    hidden = seen(alone, summary=alone.tables["summary"].assign(person_days_mean=math.nan))
    assert [one.texts[5] for one in options(hidden)] == ["reference", "withheld"]
    assert "difference in waiting" not in standing(hidden)


def test_the_difference_in_cost_is_taken_from_the_first(made: Findings) -> None:
    table = page_tables.cost_table(made)
    assert row_of(table, "Cost, million USD") == ("10.0", "7.0")
    assert row_of(table, "Difference in cost") == ("reference", "−3.0")
    assert row_of(table, "Cost per person whose conditions are met, USD") == ("27,027", "17,500")
    assert cost_note(made) == (
        "Costs are in constant prices, not discounted. 2 planned works state no cost: only their "
        "crews are counted."
    )


def test_the_rows_of_the_options(made: Findings) -> None:
    table = page_tables.option_table(made)
    assert table.headings == ("Plan", "Slow", "Fast")
    met = "Conditions met (modelled) by 1 Jan 2028, people"
    assert row_of(table, met) == ("400 (300 to 400)", "400 (400 to 400)")
    returned = "Returned by 1 Jan 2030, people"
    assert row_of(table, returned) == ("100 (75 to 100)", "100 (100 to 100)")
    half = "Conditions met for half of the people by"
    assert row_of(table, half) == ("Q2 2026", "Q3 2025")
    never = "Communities not met by 1 Jan 2030"
    assert row_of(table, never) == ("about 0.4 of 2 (0 to 1)", "about 0 of 2 (0 to 0)")
    assert row_of(table, "Expected casualties per 1,000 person-years") == (
        "0.20 (0.10 to 0.40)", "0.25 (0.10 to 0.50)",
    )  # fmt: skip


def test_person_days_of_the_options_are_in_thousands_against_the_first(made: Findings) -> None:
    (heading,) = (one for one in option_headings(made) if one.startswith("Person-days"))
    assert heading == "Person-days until conditions are met, thousands, against the first"
    first, second = row_of(page_tables.option_table(made), heading)
    assert first == "reference"
    assert second.startswith("−153.0 (")
    (note,) = (one for one in option_notes(made) if one.startswith("Person-days"))
    assert note.startswith(
        "Person-days: days until conditions are met (modelled), at most until 1 Jan 2030"
    )


def test_differences_in_people_by_the_middle_and_the_last_date(made: Findings) -> None:
    days, middle, last = page_tables.difference_tables(made)
    assert days.rows[0][:2] == ("Fast", "−153,000")
    # 100 people of beta in 20 of 50 simulations.
    for table, title in ((middle, "1 Jan 2028"), (last, "1 Jan 2030")):
        assert table.title == f"People whose conditions are met (modelled) by {title}"
        assert table.rows[0][:2] == ("Fast", "+40")
    assert days.rows[0][-2:] == ("100%", "better")
    assert last.rows[0][-2] == "70%"  # 20 better, 30 the same: these count half


def test_where_simulations_differ_the_shares_of_shorter_and_longer_waits_are_told() -> None:
    # Alpha is ready on day 200 instead of 500 in thirty simulations, on day 600 in ten.
    fast = [200.0] * 30 + [600.0] * 10 + [500.0] * 10
    ready = {"slow": ([500.0] * 50, [NEVER] * 50), "fast": (fast, [NEVER] * 50)}
    # 300 people x (30 x -300 + 10 x 100) / 50.
    assert standing(tiny(ready=ready, titles=TITLES, draws=50)).startswith(
        "Compared with “Slow”, its nearest rival: −48.0 thousand person-days of waiting on "
        "average (−90.0 to +30.0 in 80% of simulations). People wait less in 60% of simulations, "
        "longer in 20%."
    )


def test_where_person_days_are_not_shown_most_people_lead(made: Findings) -> None:
    summary = made.tables["summary"].assign(person_days_mean=math.nan)
    met = made.tables["people_met"]
    is_slow, is_last = met["allocation"] == "slow", met["date"] == pd.Timestamp("2030-01-01")
    fewer = met["people_p50"].mask(is_slow & is_last, 390.0)
    assert leader(seen(made, summary=summary, people_met=met.assign(people_p50=fewer))) == "fast"
    hidden = met["people_p50"].mask(is_slow & is_last)
    assert leader(seen(made, summary=summary, people_met=met.assign(people_p50=hidden))) == "fast"
    fast = met["people_p50"].mask(~is_slow & is_last)
    assert leader(seen(made, summary=summary, people_met=met.assign(people_p50=fast))) == "slow"


def seen(findings: Findings, **tables: pd.DataFrame) -> Findings:
    """The same run with other tables."""
    return dataclasses.replace(findings, tables={**findings.tables, **tables})


def test_costs_from_a_hundred_millions_on_are_whole(made: Findings) -> None:
    summary = made.tables["summary"].assign(cost_usd_mean=[1e8, 99.94e6])
    assert [one.texts[6] for one in options(seen(made, summary=summary))] == ["100", "99.9"]


@pytest.mark.parametrize(
    ("days", "unit", "cell", "said"),
    [
        (1e8, "millions", "−0.2 (−0.2 to −0.1)", "−0.2 million person-days"),
        (1e8 - 1, "thousands", "−153.0 (−164.7 to −141.4)", "−153.0 thousand person-days"),
    ],
)
def test_person_days_are_in_millions_from_a_hundred_millions_on(
    made: Findings, days: float, unit: str, cell: str, said: str
) -> None:
    # Mean −153,040; its interval by Student's t: 11,617 either side.
    findings = seen(made, summary=made.tables["summary"].assign(person_days_mean=[days, 9e7]))
    assert option_headings(findings)[5] == (
        f"Person-days until conditions are met, {unit}, against the first"
    )
    assert options(findings)[1].texts[5] == cell
    assert f": {said} of waiting on average" in standing(findings)


@pytest.mark.parametrize(
    ("rate", "said"),
    [
        (Range(middle=0.00347, low=0.0012, high=0.0098), "0.0035 (0.0012 to 0.0098)"),
        (Range(middle=1.0, low=0.5, high=2.0), "1.0 (0.5 to 2.0)"),
        (Range(middle=12.3, low=4.0, high=30.0), "12 (4 to 30)"),
        (Range(middle=123.4, low=40.0, high=300.0), "123 (40 to 300)"),
        (Range(middle=3.4e-7, low=1e-7, high=2e-6), "0.000000 (0.000000 to 0.000002)"),
        (Range(middle=0.0, low=0.0, high=0.4), "0 (0 to 0)"),
        (None, "withheld"),
    ],
)
def test_rates_have_two_digits(made: Findings, rate: Range | None, said: str) -> None:
    assert rate_text(made, rate) == said


def test_the_smaller_casualties_are_the_more_decimals_they_have(made: Findings) -> None:
    sizes = (-12.0, 10.0, 9.99, 1.0, 0.99, 0.0)
    assert [decimals(made, size) for size in sizes] == [0, 0, 1, 1, 3, 3]
    public = dataclasses.replace(made, audience="public")
    assert [decimals(public, size) for size in sizes] == [0, 0, 1, 1, 2, 2]


def test_half_of_the_people_between_dates_that_are_shown(made: Findings) -> None:
    met = made.tables["people_met"]
    # The third of the four hundred in the high curve from 1 October 2025 on, never in the low.
    is_slow = met["allocation"] == "slow"
    some = met.assign(
        people_p90=met["people_p90"].mask(is_slow & (met["date"] >= "2025-10-01"), 200.0),
        people_p10=met["people_p10"].mask(is_slow, 199.0),
    )
    assert options(seen(made, people_met=some))[0].texts[4] == "Q2 2026 (Q4 2025 to not by 2030)"
    hidden = met.assign(people_p90=math.nan, people_p10=math.nan)
    assert [one.half for one in options(seen(made, people_met=hidden))] == [
        (date(2026, 6, 1),) * 3, (date(2025, 8, 1),) * 3,
    ]  # fmt: skip
    # What is shown on the first day only is not shown.
    begun = met.assign(people_p10=met["people_p10"].where(met["date"] == "2025-01-01"))
    assert options(seen(made, people_met=begun))[0].half == (date(2026, 6, 1),) * 3
    late = met.assign(people_p90=met["people_p90"].mask(met["date"] < "2027-01-01", 0.0))
    assert options(seen(made, people_met=late))[0].half[0] == date(2026, 6, 1)


# ------------------------------------------------------------------------------- what holds back


def delays_of(*rows: tuple[str, float], allocation: str = "slow") -> pd.DataFrame:
    """Person-days of alpha by cause."""
    return pd.DataFrame(
        [(allocation, "alpha_people", cause, days / 300, days) for cause, days in rows],
        columns=["allocation", "community", "cause", "days_mean", "person_days_mean"],
    )


def test_causes_below_one_in_a_hundred_are_put_together(made: Findings) -> None:
    some = seen(made, delays=delays_of(("no_route", 100.0), ("not_planned", 99.0),
                                       ("winter", 9_701.0), ("other", 100.0)))  # fmt: skip
    assert [(one.cause, one.person_days, one.percent) for one in bottlenecks(some, "slow")] == [
        ("winter", 9_701.0, "97%"),
        ("no_route", 100.0, "1%"),
        ("other", 199.0, "2%"),
    ]
    assert bottlenecks(some, "slow")[1].share == pytest.approx(0.01)
    level = seen(made, delays=delays_of(("winter", 50.0), ("no_route", 50.0)))
    assert [one.cause for one in bottlenecks(level, "slow")] == ["no_route", "winter"]
    assert bottlenecks(seen(made, delays=delays_of(("winter", 0.0))), "slow") == ()


def test_causes_are_ranked_by_person_days_with_their_shares(made: Findings) -> None:
    # Days 150, 120 and 30 of 300 for either village.
    assert [(one.cause, one.percent) for one in bottlenecks(made, "slow")] == [
        ("waiting_clearance", "50%"),
        ("land_release", "40%"),
        ("winter", "10%"),
    ]
    assert [one.person_days for one in bottlenecks(made, "slow")] == [60_000, 48_000, 12_000]
    assert blocks_most(made, "fast") == (
        "What keeps most people waiting under “Fast”, in person-days: waiting for a team: "
        "clearance (50%); next: survey and clearance under way (40%)."
    )
    assert page_tables.cause_table(made).rows == (
        ("waiting for a team: clearance", "50%", "50%"),
        ("survey and clearance under way", "40%", "40%"),
        ("winter and weather", "10%", "10%"),
    )


def test_a_community_waits_longest_for_the_largest_cause(made: Findings) -> None:
    slow = profile(made, "beta_people", with_chain=False).outlooks[0]
    assert [(one.cause, one.days, one.share) for one in slow.causes] == [
        ("waiting_clearance", 150.0, 0.5),
        ("work_clearance", 120.0, 0.4),
        ("winter", 30.0, 0.1),
    ]
    assert slow.waits_for.startswith("Most of its days go to: waiting for a team: clearance (50%).")
    assert slow.probability == pytest.approx(0.6)
    assert slow.date == "3rd quarter 2027 (3rd quarter 2027 to after 1 Jan 2030)"


def test_key_roads_lead_with_the_road_that_makes_people_wait_longest(made: Findings) -> None:
    assert [one.road for one in key_roads(made, "slow")] == ["far", "near"]
    assert [one.person_days for one in key_roads(made, "slow")] == [20_000.0, 5_000.0]
    first = page_tables.road_tables(made)[0]
    # Of the 130,000 person-days of waiting under the leading plan.
    assert [row[:4] for row in first.rows] == [
        ("Town–Beta", "20,000", "15%", "40"), ("Town–Alpha", "5,000", "4%", "250"),
    ]  # fmt: skip


def test_districts_stand_by_how_long_their_people_wait(made: Findings) -> None:
    again = world(
        delays=pd.DataFrame(
            [
                ("slow", "alpha_people", "winter", 400.0, 120_000.0),
                ("slow", "beta_people", "winter", 90.0, 9_000.0),
                ("fast", "alpha_people", "winter", 40.0, 12_000.0),
                ("fast", "beta_people", "winter", 9.0, 900.0),
            ],
            columns=["allocation", "community", "cause", "days_mean", "person_days_mean"],
        )
    )
    assert [(one.district, one.people, one.wait_days) for one in districts(again, "slow")] == [
        ("North", 300, 400.0), ("South", 100, 90.0),
    ]  # fmt: skip
    assert fairness(again, "slow").endswith("People from North wait longest, 400 days on average.")
    assert page_tables.district_table(made).rows == (
        ("North", "300", "100% (100% to 100%)", "100% (100% to 100%)"),
        ("South", "100", "100% (0% to 100%)", "100% (100% to 100%)"),
    )


def test_of_three_districts_the_least_and_the_most_are_told(made: Findings) -> None:
    shares = made.tables["district_shares"]
    west = shares[shares["district"] == "North"].assign(district="West", share_p50=0.25)
    south = shares["share_p50"].mask(shares["district"] == "North", 0.75)
    some = pd.concat([shares.assign(share_p50=south), west])
    assert fairness(seen(made, district_shares=some), "slow").endswith(
        "under “Slow”: from 25% in West to 100% in South. People from North wait longest, 300 days "
        "on average."
    )


def test_of_roads_that_make_people_wait_as_long_the_first_in_rank_leads(made: Findings) -> None:
    level = made.tables["key_roads"].assign(person_days_mean=7_000.0)
    assert [one.road for one in key_roads(seen(made, key_roads=level), "slow")] == ["far", "near"]
    turned = level.assign(rank=3 - level["rank"])
    assert [one.road for one in key_roads(seen(made, key_roads=turned), "slow")] == ["near", "far"]


def test_a_profile_tells_of_land_works_conditions_and_what_comes_last(made: Findings) -> None:
    alpha = profile(made, "alpha_people", with_chain=False)
    assert (alpha.community, alpha.settlement, alpha.name) == ("alpha_people", "alpha", "Alpha")
    assert (alpha.people, alpha.district) == (300, "North")
    assert alpha.planned == ("Land release: 1 recorded hazard, 0.8 ha.", "Works: water.")
    slow, fast = alpha.outlooks
    assert slow.waits_for == (
        "Most of its days go to: waiting for a team: clearance (50%). The condition that most "
        "often comes last is water."
    )
    assert [(one.gate, one.state, one.since, one.binding_share) for one in slow.gates] == [
        ("permission", "met", date(2025, 1, 1), 0.5),
        ("survey", "met", date(2025, 1, 1), 0.5),
        ("water", "met", date(2025, 1, 1), 0.5),
    ]
    assert (slow.probability, slow.dates, fast.dates) == (
        1.0, (date(2026, 5, 16),) * 3, (date(2025, 7, 20),) * 3,
    )  # fmt: skip
    assert profile(made, "beta", with_chain=False).outlooks[0].missing == ("water works",)
    some = delays_of(("winter", 149.0), ("no_route", 150.0), ("not_planned", 2_701.0))
    short = profile(seen(made, delays=some), "alpha", with_chain=False).outlooks[0]
    # Half a day for each of 300 people is 150; causes below it are left out of the list.
    assert [one.cause for one in short.causes] == ["not_planned", "no_route"]
    level = delays_of(("winter", 300.0), ("no_route", 300.0))
    equal = profile(seen(made, delays=level), "alpha", with_chain=False).outlooks[0]
    assert [one.cause for one in equal.causes] == ["no_route", "winter"]


def test_the_chain_of_a_profile_tells_its_days(made: Findings) -> None:
    assert profile(made, "alpha").outlooks[0].chain == (
        "1 Jan 2025 to 1 Jan 2030, 1,826 days: waited for a team for building: water works "
        "alpha_water at alpha.",
        "1 Jan 2030: condition “water” not met by the end of the run.",
    )


# ------------------------------------------------------------------------------- targets, decisions


def test_targets_within_the_run_and_outside_it(made: Findings) -> None:
    def said(day: date, measure: Any = "conditions_met", people: int = 350) -> str:
        one = rp.Target(id="aim", by_date=day, people=people, measure=measure, title="", source="x")
        scenario = dataclasses.replace(made.scenario, targets=(one,))
        opened = dataclasses.replace(made.opened, scenario=scenario)
        return targets(dataclasses.replace(made, opened=opened))[0].sentence

    assert said(date(2030, 1, 1)).endswith(
        "Under “Slow” 400 (300 to 400): reached in half to nine tenths of simulations."
    )
    assert said(date(2025, 1, 1)).endswith(
        "Under “Slow” 0 (0 to 0): reached in less than a tenth of simulations."
    )
    for day in (date(2024, 12, 31), date(2030, 1, 2)):
        assert said(day).endswith("That date lies outside the run.")
    # A quarter of 300 and of 400 have returned.
    assert said(date(2030, 1, 1), "returned", 100) == (
        "Target “aim”: 100 people returned by 1 Jan 2030. Under “Slow” 100 (75 to 100): reached in "
        "half to nine tenths of simulations."
    )
    assert said(date(2030, 1, 1), "returned", 75).endswith("nine tenths of simulations or more.")
    assert said(date(2030, 1, 1), "returned", 101).endswith("less than a tenth of simulations.")


def test_a_target_is_set_beside_the_number_that_it_is_a_target_of(made: Findings) -> None:
    slow, fast = (one.sentence for one in targets(made))
    aim = "Target “Aim”: 350 people with conditions met (modelled) by 1 Jan 2027."
    # Beta is ready on 2 Dec 2026 under the second plan, on 28 Sep 2027 or never under the first.
    assert (
        slow == f"{aim} Under “Slow” 300 (300 to 300): reached in less than a tenth of simulations."
    )
    assert (
        fast
        == f"{aim} Under “Fast” 400 (400 to 400): reached in nine tenths of simulations or more."
    )


def test_the_order_of_work_parts_on_the_first_day() -> None:
    """The same teams, other orders: whoever decides has no day to lose."""
    scenario = tiny_scenario(TITLES)
    same = tuple(dataclasses.replace(line, from_date=None) for line in scenario.deployments)
    orders = tuple(
        rp.OrderLine(allocation=name, position=rank, community=f"{item}_people")
        for name, items in (("slow", ("alpha", "beta")), ("fast", ("beta", "alpha")))
        for rank, item in enumerate(items, 1)
    )
    listed = tuple(dataclasses.replace(one, policy="listed") for one in scenario.allocations)
    scenario = dataclasses.replace(scenario, deployments=same, allocations=listed, orders=orders)
    findings = tiny(ready=READY, titles=TITLES, scenario=scenario)
    (plan,) = (one for one in decisions(findings) if one.what.startswith("Which plan"))
    assert "differ from those of “Slow” from 1 Jan 2025 on" in plan.why


def parted(**changes: Any) -> str:
    """Why to decide on a plan, where headers of the second allocation or its lines differ."""
    scenario = tiny_scenario(TITLES)
    since = changes.pop("from_date", None)
    lines = tuple(
        dataclasses.replace(line, from_date=since if line.allocation == "fast" else None)
        for line in scenario.deployments
    )
    headers = tuple(
        dataclasses.replace(one, **(changes if one.name == "fast" else {}))
        for one in scenario.allocations
    )
    scenario = dataclasses.replace(scenario, deployments=lines, allocations=headers)
    found = decisions(tiny(ready=READY, titles=TITLES, scenario=scenario))
    (plan,) = (one for one in found if one.what.startswith("Which plan"))
    return plan.why


def test_plans_differ_in_teams_policy_and_in_what_waits() -> None:
    assert not parted().startswith("The teams")
    begin = "The teams of “Fast”, or their order of work, differ from those of “Slow” from "
    assert parted(rest_waits="end").startswith(f"{begin}1 Jan 2025 on.")
    assert parted(policy="nearest").startswith(f"{begin}1 Jan 2025 on.")
    assert parted(from_date=date(2024, 6, 1)).startswith(f"{begin}1 Jan 2025 on.")
    assert parted(from_date=date(2026, 6, 1)).startswith(f"{begin}1 Jan 2025 on.")  # one stays less


def test_teams_of_a_third_plan_do_not_count_between_the_first_two() -> None:
    # The third leads before the second; the first has the teams of the third.
    titles = {"last": "Last", "next": "Next", "best": "Best"}
    days = {"last": 900.0, "next": 300.0, "best": 200.0}
    scenario = tiny_scenario(titles)
    lines = tuple(
        dataclasses.replace(line, from_date=date(2026, 6, 1) if line.allocation == "next" else None)
        for line in scenario.deployments
    )
    scenario = dataclasses.replace(scenario, deployments=lines)
    ready = {name: ([day] * 10, [day] * 10) for name, day in days.items()}
    found = decisions(tiny(ready=ready, titles=titles, scenario=scenario))
    (plan,) = (one for one in found if one.what.startswith("Which plan"))
    assert (
        "teams of “Best”, or their order of work, differ from those of “Next” from 1 Jan 2025"
        in (plan.why)
    )


def test_plans_part_where_more_than_a_twentieth_of_the_people_lies_between(made: Findings) -> None:
    met = made.tables["people_met"]
    is_slow = met["allocation"] == "slow"
    people = met["people_p50"].where(met["date"].isna(), 100.0)
    people = people.mask(is_slow & (met["date"] >= "2026-01-01"), 80.0)  # 20 of 400
    level = seen(made, people_met=met.assign(people_p50=people))
    assert parting(level) is None
    people = people.mask(is_slow & (met["date"] >= "2027-03-01"), 79.0)
    assert parting(seen(made, people_met=met.assign(people_p50=people))) == date(2027, 3, 1)


def test_works_that_are_lacking_ask_for_a_decision_from_one_day_in_a_hundred_on(
    made: Findings,
) -> None:
    def asked(days: float) -> list[str]:
        rows = (("not_planned", days), ("winter", 10_000.0 - days))
        some = seen(made, delays=delays_of(*rows, allocation="fast"))
        return [one.why for one in decisions(some) if one.what.startswith("Plan the works")]

    (why,) = asked(100.0)
    assert why.startswith("Under “Fast” 1% of all person-days of waiting are of this kind.")
    assert asked(99.0) == []


def test_missing_data_is_asked_for_by_who_it_concerns(made: Findings) -> None:
    gates = made.tables["district_gates"]
    is_one = (gates["gate"] == "survey") & (gates["district"] == "North")

    def asked(people: int) -> list[tuple[str, str]]:
        table = gates.assign(people_unknown=is_one.astype(int) * people)
        found = decisions(seen(made, district_gates=table))
        return [(one.what, one.why) for one in found if one.what.startswith("Who collects")]

    ((what, why),) = asked(300)
    assert what == "Who collects the missing data: community survey"
    assert why == (
        "Until then a condition is unknown for 75% of the people, and counts as not met."
    )
    assert len(asked(1)) == 1
    assert asked(0) == []


def test_conditions_are_named_where_more_than_half_of_the_days_go_to_a_cause() -> None:
    def asked(days: float) -> str:
        rows = (("not_planned", 300 * days), ("winter", 300 * (300 - days)))
        delays = delays_of(*rows, allocation="fast")
        found = decisions(tiny(ready=READY, titles=TITLES, tables={"delays": delays}))
        (why,) = (one.why for one in found if one.what.startswith("Plan the works"))
        return why

    begin = "Under “Fast” 50% of all person-days of waiting are of this kind."
    assert asked(150.0) == begin
    assert asked(151.0) == f"{begin} Conditions: water."


def test_a_target_is_asked_about_where_the_median_of_the_leading_plan_misses_it() -> None:
    def asked(people: int) -> list[date | None]:
        one = rp.Target(
            id="aim", by_date=date(2029, 1, 1), people=people, measure="conditions_met",
            title="", source="x",
        )  # fmt: skip
        scenario = dataclasses.replace(tiny_scenario(TITLES), targets=(one,))
        found = decisions(tiny(ready=READY, titles=TITLES, scenario=scenario))
        return [one.by for one in found if one.what.startswith("Keep the target “aim”")]

    assert (asked(400), asked(401)) == ([], [date(2029, 1, 1)])


# ------------------------------------------------------------------------------- what stands beside


def test_risks_and_notes_hold_numbers_of_the_leading_plan_and_of_all(made: Findings) -> None:
    summary = made.tables["summary"].assign(
        early_person_days_mean=[9_876.4, 1_234.4],
        person_days_never_share=[0.126, 0.004],
        people_unknown_dwellings=[60.0, 0.0],
        works_without_cost=[1, 0],
    )
    harm = made.tables["harm"].assign(people_unknown_risk=[40, 20])
    known = seen(made, summary=summary, harm=harm)
    first, *_, last = risks(known)
    assert first.startswith("Early return: 1,234 person-days by 1 Jan 2030 under “Fast” are of")
    # 20 of 400 people under the leading plan.
    assert last.startswith("For 5% of the people the risk near their homes is unknown")
    notes = " ".join(option_notes(known))
    assert "; <1% to 13% of them are of people whose conditions are not met by then." in notes
    assert "1 planned work states no cost: only its crew is counted." in notes
    assert "Of the people 15% come from settlements where it is not known how many" in notes
    nobody = seen(made, summary=summary.assign(people_unknown_dwellings=0.0, works_without_cost=0))
    assert cost_note(nobody) == "Costs are in constant prices, not discounted."
    assert "dwellings" not in " ".join(option_notes(nobody))


def test_casualties_of_the_public_page_hide_what_few_would_tell() -> None:
    harm = empty_table("harm")
    findings = tiny(ready=READY, titles=TITLES, tables={"harm": harm})
    assert all(one.casualties is None for one in options(findings))
    assert math.isnan(options(findings)[0].cost_usd) is False
