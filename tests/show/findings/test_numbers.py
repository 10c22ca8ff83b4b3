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
    big_numbers,
    blocks_most,
    bottlenecks,
    decisions,
    districts,
    fairness,
    headline,
    key_roads,
    leader,
    option_headings,
    option_notes,
    options,
    profile,
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


# ------------------------------------------------------------------------------- what holds back


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


# ------------------------------------------------------------------------------- targets, decisions


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


def test_casualties_of_the_public_page_hide_what_few_would_tell() -> None:
    harm = empty_table("harm")
    findings = tiny(ready=READY, titles=TITLES, tables={"harm": harm})
    assert all(one.casualties is None for one in options(findings))
    assert math.isnan(options(findings)[0].cost_usd) is False
