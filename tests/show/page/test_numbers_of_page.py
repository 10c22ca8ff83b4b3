"""Numbers of charts and tables of the page, worked out by hand from a world of two villages.

The world is that of :mod:`tests.show.findings.test_numbers`: alpha in North has 300 people and is
ready on day 500 under ``slow``, 200 under ``fast``; beta in South has 100 and is ready on day 1,000
in thirty of fifty simulations, else never, under ``slow``; on day 700 under ``fast``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from returnplan.scenario.background import Background
from returnplan.show.findings import Findings, done_so_far, held
from returnplan.show.page import tables as page_tables
from returnplan.show.page.data import page_data
from returnplan.show.page.districts import district_profiles, district_shares
from returnplan.show.page.rounding import significant
from tests.show.findings.test_numbers import row_of, world
from tests.tiny import tiny

NO_ROADS = pd.DataFrame({"allocation": [], "road": [], "open_day": []})
RANGES = ("p10", "p50", "p90")
NEVER_OPEN = (None, None, None)


@pytest.fixture(scope="module")
def made() -> Findings:
    return with_tables(world(), roads=NO_ROADS)


@pytest.fixture(scope="module", autouse=True)
def without_profiles() -> Iterator[None]:
    """Leave the chains of single communities out, which take a run each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("returnplan.show.page.data.communities_data", lambda _: {})
        yield


@pytest.fixture(scope="module")
def data(made: Findings) -> dict[str, Any]:
    return page_data(made, Background())


def with_tables(findings: Findings, **tables: pd.DataFrame) -> Findings:
    return dataclasses.replace(findings, tables={**findings.tables, **tables})


def with_scenario(findings: Findings, **changes: Any) -> Findings:
    scenario = dataclasses.replace(findings.scenario, **changes)
    opened = dataclasses.replace(findings.opened, scenario=scenario)
    return dataclasses.replace(findings, opened=opened)


# ------------------------------------------------------------------------------- charts


def test_the_page_begins_with_the_leading_plan_at_the_near_date(data: dict[str, Any]) -> None:
    # The second plan; the first of a month 36 months on, 1 January 2028.
    assert data["begin"] == (1, 36)
    assert data["days"][36] == 1095
    assert (data["as_of"], data["draws"], data["start"]) == (None, 50, "2025-01-01")


@pytest.mark.parametrize(
    ("as_of", "day", "step"),
    [
        (date(2026, 6, 2), 517, 18),  # the next counted day is 1 July 2026
        (date(2026, 6, 1), 516, 17),
        (date(2025, 1, 1), 0, 0),
        (date(2030, 1, 1), 1826, 60),
        (date(2024, 12, 31), None, 36),
        (date(2030, 1, 2), None, 36),
    ],
)
def test_with_a_date_of_the_data_the_page_begins_there(
    made: Findings, as_of: date, day: int | None, step: int
) -> None:
    found = page_data(with_scenario(made, as_of=as_of), Background())
    assert (found["as_of"], found["begin"]) == (day, (1, step))


def test_lines_of_the_chart_step_up_on_the_first_counted_day_after_a_village_is_ready(
    data: dict[str, Any],
) -> None:
    low, middle, high = data["people"][0][0]
    # Day 500 is 16 May 2026, counted on 1 June, day 516; day 1,000 on 1 October 2027, day 1,003.
    steps = [data["days"].index(day) for day in (485, 516, 973, 1003, 1826)]
    assert [low[step] for step in steps] == [0, 300, 300, 300, 300]
    assert [middle[step] for step in steps] == [0, 300, 300, 400, 400]
    assert [high[step] for step in steps] == [0, 300, 300, 400, 400]
    returned, present = (data["people"][0][measure][1] for measure in (1, 2))
    assert [returned[step] for step in steps] == [0, 75, 75, 100, 100]  # a quarter of them
    assert present == returned
    assert (len(data["people"]), len(data["people"][0]), data["all_people"]) == (2, 3, 400)


def test_a_count_that_is_not_shown_is_a_gap_and_single_values_have_one_line(
    made: Findings,
) -> None:
    table = made.tables["people_met"]
    hidden = table.assign(present_p50=table["present_p50"].mask(table["day"] == 516))
    present = page_data(with_tables(made, people_met=hidden), Background())["people"][0][2][1]
    assert present[16:19] == [0, None, 75]
    alone = page_data(with_tables(tiny(draws=0), roads=NO_ROADS), Background())
    assert [len(measure) for measure in alone["people"][0]] == [1, 1, 1]
    assert (alone["people"][0][0][0][-1], alone["draws"]) == (300, 0)


def test_targets_of_the_chart_lie_within_the_run(made: Findings) -> None:
    days = (date(2024, 12, 31), date(2025, 1, 1), date(2030, 1, 1), date(2030, 1, 2))
    measures: tuple[Any, ...] = ("conditions_met", "returned") * 2
    some = tuple(
        rp.Target(
            id=f"aim_{number}", by_date=day, people=number, measure=measure, title="", source="x"
        )
        for number, (day, measure) in enumerate(zip(days, measures, strict=True), 1)
    )
    found = page_data(with_scenario(made, targets=some), Background())
    assert found["targets"] == [[0, 2, 1, "aim 2"], [1826, 3, 0, "aim 3"]]


def test_causes_of_the_chart_have_four_digits(made: Findings) -> None:
    delays = pd.DataFrame(
        [
            (name, "alpha_people", cause, 1.0, days)
            for name in ("slow", "fast")
            for cause, days in (("winter", 123_456.0), ("waiting_clearance", 370_368.0))
        ],
        columns=["allocation", "community", "cause", "days_mean", "person_days_mean"],
    )
    found = page_data(with_tables(made, delays=delays), Background())
    assert found["causes"][0] == [
        ["waiting for a team: clearance", 370_400, "75%"],
        ["winter and weather", 123_500, "25%"],
    ]
    assert (significant(1_061_467_578.4), significant(93.2), significant(-0.4)) == (
        1_061_000_000, 93, 0,
    )  # fmt: skip


def test_years_of_the_map_are_those_in_which_villages_or_districts_are_met(
    made: Findings, data: dict[str, Any]
) -> None:
    # Days 500, 1,000, 200, 700; the run ends with the year 2029.
    assert data["map"]["ready"] == [[500, 1000], [200, 700]]
    assert [year for year, _ in data["years"]] == [2025, 2026, 2027, 2029]
    never = {"slow": ([math.inf] * 10, [math.inf] * 10), "fast": ([0.0] * 10, [math.inf] * 10)}
    few = with_tables(tiny(ready=never), roads=NO_ROADS)
    found = page_data(few, Background())
    assert found["map"]["ready"] == [[-1, -1], [0, -1]]
    assert [year for year, _ in found["years"]] == [2025, 2029]
    outlines = Background(rings=([[0.0, 0.0], [0.3, 0.0], [0.3, 0.3]],), districts=("North",))
    outlined = page_data(made, outlines)
    assert outlined["map"]["ring_names"] == ["North"]
    assert [year for year, _ in outlined["years"]] == [2025, 2026, 2027, 2029]


def test_what_stands_below_a_chart_that_leaves_the_page(data: dict[str, Any]) -> None:
    who, statement, how = data["foot"]
    assert who.startswith("Internal: restricted data, not for publication. How they came about")
    assert statement.startswith("Modelled planning estimate.")
    assert how == "Scenario tiny"
    assert data["numbers"][0] == [
        ["400", "300 to 400"], ["400", "300 to 400"], ["Q2 2026", ""], ["10.0", ""],
    ]  # fmt: skip


# ------------------------------------------------------------------------------- districts


def test_shares_of_districts_are_by_plan_range_and_date(made: Findings) -> None:
    found = district_shares(made, RANGES)
    assert (found["names"], found["people"]) == (["North", "South"], [300, 100])
    # Half-years; day 1,000 lies between 1 July 2027 and 1 January 2028, day 1,095.
    assert found["days"][4:7] == [911, 1095, 1277]
    low, middle, high = found["shares"][0][1]
    assert [low[5], middle[5], high[5], middle[4]] == [0.0, 1.0, 1.0, 0.0]
    assert found["years"] == [[[2026, 2026], [2027, 2027]], [[2025, 2025], [2026, 2026]]]


def test_shares_of_districts_have_three_digits_and_gaps(made: Findings) -> None:
    table = made.tables["district_shares"]
    is_last = table["date"] == pd.Timestamp("2030-01-01")
    is_south = table["district"] == "South"
    some = table.assign(
        district=table["district"].where(is_south, ""),
        share_p50=table["share_p50"].mask(is_last & is_south, 0.65449).mask(is_last & ~is_south),
    )
    missing = (some["allocation"] == "slow") & is_south & (some["date"] == "2025-07-02")
    first = (some["allocation"] == "slow") & is_south & (some["date"] == some["date"].min())
    found = district_shares(with_tables(made, district_shares=some[~missing & ~first]), RANGES)
    assert found["names"] == ["without a district", "South"]
    assert found["shares"][0][1][1][-1] == 0.654
    assert found["shares"][0][0][1][-1] is None
    assert found["shares"][0][1][1][0] is None
    assert found["shares"][1][1][1][0] == 0.0
    people = table.assign(people=table["people"].mask(is_south))
    assert district_shares(with_tables(made, district_shares=people), RANGES)["people"] == [
        300, None,
    ]  # fmt: skip


def test_districts_of_the_public_page_tell_of_their_gates_and_causes(made: Findings) -> None:
    found = district_profiles(made)
    assert found["gates"] == ["permission to enter", "community survey", "water"]
    north, south = found["district_gates"][0]
    assert north == [[300, 0, 0]] * 3
    assert south == [[100, 0, 0], [100, 0, 0], [0, 0, 100]]
    # 300 people x 150, 120 and 30 days; 100 people as many days.
    assert found["district_causes"][0] == [
        [
            ["waiting for a team: clearance", 45_000],
            ["survey and clearance under way", 36_000],
            ["winter and weather", 9_000],
        ],
        [
            ["waiting for a team: clearance", 15_000],
            ["survey and clearance under way", 12_000],
            ["winter and weather", 3_000],
        ],
    ]
    gates, delays = made.tables["district_gates"], made.tables["district_delays"]
    hidden = with_tables(
        made,
        district_gates=gates.assign(people_unknown=math.nan),
        district_delays=delays.assign(person_days_mean=math.nan),
    )
    assert district_profiles(hidden)["district_gates"][0][0][0] == [300, 0, None]
    assert district_profiles(hidden)["district_causes"][0] == [[], []]


def test_the_table_of_districts_names_those_without_a_name(made: Findings) -> None:
    table = made.tables["district_shares"]
    some = table.assign(district=table["district"].where(table["district"] == "South", ""))
    found = page_tables.district_table(with_tables(made, district_shares=some))
    assert found.headings == ("District", "People", "Slow", "Fast")
    assert [row[:2] for row in found.rows] == [("without a district", "300"), ("South", "100")]


# ------------------------------------------------------------------------------- tables


def test_differences_have_interval_range_share_and_verdict(made: Findings) -> None:
    days, *_ = page_tables.difference_tables(made)
    # 30 x -120,000 and 20 x -202,600: mean -153,040; standard deviation 82,600 x the root of
    # 0.24 x 50/49 = 40,876; its error by the root of 50 is 5,781; Student's t of 49 is 2.0096.
    assert days.rows == (
        (
            "Fast", "−153,000", "−164,700 to −141,400", "−202,600 to −120,000", "100%", "better",
        ),
    )  # fmt: skip
    assert days.title == "Person-days until conditions are met (fewer is better)"


def test_only_what_is_compared_has_a_table_of_differences(made: Findings) -> None:
    table = made.tables["differences"]
    is_people = table["measure"] == "people_met"
    people = page_tables.difference_tables(with_tables(made, differences=table[is_people]))
    assert [one.title for one in people] == [
        "People whose conditions are met (modelled) by 1 Jan 2028",
        "People whose conditions are met (modelled) by 1 Jan 2030",
    ]
    days = page_tables.difference_tables(with_tables(made, differences=table[~is_people]))
    assert [one.title for one in days] == ["Person-days until conditions are met (fewer is better)"]
    assert page_tables.difference_tables(tiny(draws=0)) == ()


def test_a_mean_of_few_simulations_is_not_shown_in_differences_and_harm(made: Findings) -> None:
    table = made.tables["differences"]
    few = table.assign(mean=math.nan, differing=4, differing_share_high=0.191)
    days, *_ = page_tables.difference_tables(with_tables(made, differences=few))
    said = "differ in 4 of 50 simulations; at most 20% of simulations"
    assert days.rows[0][1:3] == (said, "–")
    harm = with_tables(made, harm=harm_of(made, mean=math.nan, differing=4.0, high_share=0.191))
    assert row_of(page_tables.cost_table(harm), "All casualties") == ("reference", said)


def harm_of(
    findings: Findings,
    *,
    mean: float,
    low: float = -0.5,
    high: float = 0.1,
    differing: float = math.nan,
    high_share: float = math.nan,
) -> pd.DataFrame:
    """Harm with a difference in all casualties, and accidents of deminers by area."""
    rows = [
        {
            "allocation": name,
            "kind": kind,
            "per_km2_mean": 0.034,
            "per_km2_low": 0.01,
            "per_km2_high": 0.06,
            "difference_mean": mean,
            "difference_low": low,
            "difference_high": high,
            "difference_differing": differing,
            "difference_differing_share_high": high_share,
            "people_unknown_risk": 0,
        }
        for name in findings.allocations
        for kind in ("all", "deminers")
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((-0.1234, -0.5, 0.1), "−0.123 (−0.500 to +0.100)"),
        ((-0.1234, -1.0, 0.1), "−0.1 (−1.0 to +0.1)"),  # as many decimals as the largest asks for
        ((2.34, -9.94, 3.0), "+2.3 (−9.9 to +3.0)"),
        ((-2.34, -12.6, 3.0), "−2 (−13 to +3)"),
        ((math.nan, math.nan, math.nan), "withheld"),
    ],
)
def test_differences_in_casualties_have_the_decimals_that_the_largest_asks_for(
    made: Findings, numbers: tuple[float, float, float], said: str
) -> None:
    mean, low, high = numbers
    table = page_tables.cost_table(with_tables(made, harm=harm_of(made, mean=mean, low=low,
                                                                  high=high)))  # fmt: skip
    assert row_of(table, "All casualties") == ("reference", said)
    assert row_of(table, "Accidents of deminers") == ("reference", said)
    assert row_of(table, "Casualties among people who come early") == ("reference", "withheld")
    rate = "0.034 (0.010 to 0.060)"
    assert row_of(table, "Accidents of deminers per km² worked on") == (rate, rate)
    assert row_of(table, "Expected casualties per 1,000 person-years") == ("withheld", "withheld")


def test_casualties_of_single_values_are_withheld() -> None:
    table = page_tables.cost_table(tiny(draws=0))
    assert row_of(table, "All casualties") == ("withheld", "withheld")


def test_other_causes_come_last_and_a_cause_of_one_plan_has_none_in_the_other(
    made: Findings,
) -> None:
    delays = pd.DataFrame(
        [
            ("slow", "alpha_people", "other", 60.0, 600.0),
            ("slow", "alpha_people", "winter", 40.0, 400.0),
            ("fast", "alpha_people", "no_route", 30.0, 300.0),
        ],
        columns=["allocation", "community", "cause", "days_mean", "person_days_mean"],
    )
    table = page_tables.cause_table(with_tables(made, delays=delays))
    assert table.headings == ("Cause", "Slow", "Fast")
    winter, route, other = table.rows
    assert winter == ("winter and weather", "40%", "0%")
    assert route[1:] == ("0%", "100%")
    assert other[1:] == ("60%", "0%")


def test_roads_of_the_leading_plan_come_first_and_ten_at_most(made: Findings) -> None:
    roads = pd.DataFrame(
        [
            ("slow", number, f"r{number}", "town", "alpha", 250.0, 10_000.0 - number, *NEVER_OPEN)
            for number in range(12)
        ],
        columns=[
            *("allocation", "rank", "road", "from_place", "to_place", "people_mean"),
            *("person_days_mean", "open_date_p10", "open_date_p50", "open_date_p90"),
        ],
    )
    alone = page_tables.road_tables(with_tables(made, key_roads=roads))
    assert [(table.title, len(table.rows)) for table in alone] == [("Slow", 10)]
    # 300 x 500 + 100 x (0.6 x 1,000 + 0.4 x 1,826) = 283,040 person-days under the first plan.
    assert alone[0].rows[0] == ("Town–Alpha", "10,000", "4%", "250", "after 1 Jan 2030")
    both = pd.concat([roads, roads.assign(allocation="fast")])
    led = page_tables.road_tables(with_tables(made, key_roads=both))
    assert [table.title for table in led] == ["Fast", "Slow"]


def test_teams_of_the_leading_plan_come_first_with_their_idle_days(made: Findings) -> None:
    time = pd.DataFrame(
        [
            ("slow", 2025, "team", 200.0, 80.0, 90.0, 20.0),
            ("fast", 2025, "team", 1000.0, 900.0, 100.0, 0.0),
            ("fast", 2025, "guard", 0.0, 0.0, 0.0, 0.0),
        ],
        columns=[
            *("allocation", "year", "asset", "team_days", "work_days", "idle_days"),
            "unneeded_days",
        ],
    )
    fast, slow = page_tables.team_tables(with_tables(made, team_time=time))
    assert (fast.title, fast.rows) == ("Fast", (("team", "1,000", "10%", "0%"),))
    assert (slow.title, slow.rows) == ("Slow", (("team", "200", "45%", "25%"),))
    (alone,) = page_tables.team_tables(with_tables(made, team_time=time.iloc[:1]))
    assert alone.title == "Slow"


def test_published_facts_are_counted_by_measure_and_use(made: Findings) -> None:
    facts = pd.DataFrame(
        [
            ("slow", "check", "released_m2", "in the range", 0.10, "model"),
            ("slow", "check", "released_m2", "below the range", -0.30, "last"),
            ("slow", "check", "released_m2", "in the range", 0.25, "model"),
            ("slow", "check", "first_return_day", "above the range", math.nan, None),
            ("slow", "input", "teams_usd", "in the range", -0.04, "level"),
            ("slow", "check", "victims", "not modelled", math.nan, None),
            ("fast", "check", "items", "in the range", 0.5, "model"),
        ],
        columns=["allocation", "group", "measure", "published_is", "error_share", "nearest"],
    )
    known = with_tables(made, hindcast=facts)
    table = page_tables.past_table(known)
    assert table.rows == (
        ("Area released, m²", "kept back", "3", "2", "25%", "2 of 3"),
        ("First return; modelled: conditions met", "kept back", "1", "0", "–", "–"),
        ("Cost of land release teams, USD", "an input", "1", "1", "4%", "0 of 1"),
    )
    first, kept, fitted, order = done_so_far(known)
    assert first == "Published figures beside what the simulations say under “Slow”."
    assert kept == (
        "Kept back, and so a test: 4. In the modelled range (p10 to p90) of these: 2. Good ranges "
        "hold about 80%."
    )
    assert fitted.startswith("To be near figures that were fitted, or were inputs, is no merit.")
    assert order.startswith("The order of places was a decision")
    inputs = with_tables(made, hindcast=facts[facts["group"] == "input"])
    assert len(done_so_far(inputs)) == 2  # neither kept back nor dated
    tests = with_tables(made, hindcast=facts.iloc[:3])
    assert len(done_so_far(tests)) == 2  # neither fitted nor dated
    assert held(made) == ()
    assert done_so_far(made) == ()


def test_assumptions_stand_with_their_parameters_limits_and_evidence(made: Findings) -> None:
    table = page_tables.assumption_table(made)
    assert row_of(table, "handover days")[:3] == ("fixed 10", "1", "assumed")
    assert row_of(table, "eore effect")[0] == "beta 3; 7, within 0 to 0.6"
    assert row_of(table, "handover days")[3] == "Invented for tests"
    assumptions = tuple(
        dataclasses.replace(one, district="North") if one.id == "handover_days" else one
        for one in made.scenario.assumptions
    )
    for_north = page_tables.assumption_table(with_scenario(made, assumptions=assumptions))
    assert row_of(for_north, "handover days (North)")[0] == "fixed 10"
    assert row_of(table, "return shock")[0] == "triangular 1; 4; 10, ≥ 1"
    least = tuple(
        dataclasses.replace(one, high=0.25) if one.id == "handover_days" else one
        for one in made.scenario.assumptions
    )
    limited = page_tables.assumption_table(with_scenario(made, assumptions=least))
    assert row_of(limited, "handover days")[0] == "fixed 10, ≤ 0.25"
    together = page_tables.dependence_table(made)
    assert together.rows[1][:4] == ("productivity", "building speed", "0.50", "assumed")


def test_how_a_run_was_made_is_told_with_its_seed_and_command(made: Findings) -> None:
    manifest = {**made.run.provenance, "scenario_sha256": "beef", "command": "returnplan run"}
    run = dataclasses.replace(made.run, provenance=manifest)
    known = dataclasses.replace(made, opened=dataclasses.replace(made.opened, run=run))
    lines = dict(page_tables.how_made(known))
    assert (lines["Simulations"], lines["Seed"], lines["Command"]) == ("50", "7", "returnplan run")
    assert (lines["The model starts on"], lines["Last day of the run"]) == (
        "1 Jan 2025", "1 Jan 2030",
    )  # fmt: skip
    assert lines["The run was made on"] == "2 Jan 2026"
    assert "Calibration" not in lines
    assert "Command" not in dict(
        page_tables.how_made(dataclasses.replace(known, audience="public"))
    )
    unseeded = dataclasses.replace(run, provenance={**manifest, "seed": None})
    bare = dataclasses.replace(made, opened=dataclasses.replace(made.opened, run=unseeded))
    assert dict(page_tables.how_made(bare))["Seed"] == "–"
