"""What more teams bring: numbers that are worked by hand, on the draws of the run and no others."""

from __future__ import annotations

import dataclasses
import math
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.runs import decisions as room
from returnplan.runs.decisions import (
    changes,
    decisions,
    first_day,
    more_teams,
    rows_of,
    waited_for,
)
from returnplan.runs.tables.stored import empty_table
from tests.sketch import Sketch

DRAWS = 16
CERTAIN = dict.fromkeys(
    ("building_speed", "works_speed", "weather_persistent", "weather_year", "season_noise"), 1.0
)


def line(teams: int, **more: Any) -> rp.Deployment:
    plain = {"allocation": "plan", "asset": "crew", "base": "town", "source": "made_up"}
    return rp.Deployment(**{**plain, "teams": teams, **more})


def two_waterworks(*, crews: int = 1, is_certain: bool = True) -> Sketch:
    """Each of two villages (300 and 100 people) has 1,000 crew-days of waterworks to be done.

    Horizon 31 December 2024 to 2029: 1,826 days. One crew: alpha is ready on day 1,000, beta would
    be on day 2,000. A second one from 1 January 2025, day 1, on: beta is ready on day 1,001.
    """
    world = Sketch(start=date(2024, 12, 31))
    world.gates = {"permission": {}, "water": {}}
    if is_certain:
        world.assume(**CERTAIN)
    for village, people in (("alpha", 300), ("beta", 100)):
        world.village(village, people=people)
        world.works(f"{village}_water", village, "water", 1000)
    world.asset("crew", ["building"])
    world.asset("utility_crew", ["utilities"])
    world.deploy("crew", teams=crews)
    world.deploy("utility_crew")
    world.order("alpha_people", "beta_people")
    return world


def tried(scenario: rp.Scenario, draws: int = DRAWS) -> pd.DataFrame:
    names = [one.name for one in scenario.allocations]
    return decisions(scenario, rp.ensemble(scenario, names, draws), workers=1)


# ---------------------------------------------------------------- what it brings


def test_a_second_crew_brings_exactly_the_people_and_days_that_are_worked_by_hand() -> None:
    (row,) = tried(two_waterworks().scenario()).to_dict("records")
    assert row["decision"] == "add_teams_crew"
    assert (row["skill"], row["asset"], row["teams"], row["draws"]) == ("building", "crew", 1, 16)
    assert row["from"] == pd.Timestamp("2025-01-01")
    people = [row[f"people_{end}"] for end in ("mean", "low", "high", "p10", "p50", "p90")]
    assert people == [100] * 6
    assert (row["people_more_share"], row["people_fewer_share"]) == (1, 0)
    assert row["middle_date"] == pd.Timestamp("2026-12-31")  # day 730: nobody yet in either
    assert (row["people_middle_p10"], row["people_middle_p90"]) == (0, 0)
    assert row["people_middle_verdict"] == "level"
    # 100 people wait 1,001 days instead of 1,826.
    ends = ("mean", "low", "high", "p10", "p50", "p90")
    assert [row[f"person_days_{end}"] for end in ends] == [-82_500] * 6
    assert (row["person_days_more_share"], row["person_days_fewer_share"]) == (0, 1)
    assert (row["people_verdict"], row["person_days_verdict"]) == ("better", "better")
    assert (row["people_one_share"], row["person_days_two_share"]) == (1, 1)
    assert row["cost_usd_mean"] == 182_500  # USD 100 on each of 1,825 days


def test_people_are_counted_by_the_middle_too() -> None:
    world = two_waterworks()
    world.rows["works"] = []
    for village in ("alpha", "beta"):
        world.works(f"{village}_water", village, "water", 500)
    # Alpha on day 500; beta on day 1,000, or on day 501: by the middle, day 730.
    (row,) = tried(world.scenario()).to_dict("records")
    assert (row["people_middle_mean"], row["people_middle_more_share"]) == (100, 1)
    assert row["people_middle_verdict"] == "better"
    assert (row["people_p10"], row["people_p90"], row["people_verdict"]) == (0, 0, "level")
    assert row["person_days_mean"] == -49_900


def test_more_teams_where_nobody_waits_for_one_are_not_tried() -> None:
    found = tried(two_waterworks(crews=2).scenario())
    assert found.empty
    assert list(found) == list(empty_table("decisions"))


def test_teams_that_come_too_late_bring_nothing_and_are_level() -> None:
    # The data are of 2028: on 1 January 2029, day 1,462, a crew for beta comes too late.
    scenario = dataclasses.replace(two_waterworks().scenario(), as_of=date(2028, 6, 30))
    (row,) = tried(scenario).to_dict("records")
    assert row["from"] == pd.Timestamp("2029-01-01")
    assert math.isnan(row["people_mean"])
    assert (row["person_days_p10"], row["person_days_p90"]) == (0, 0)
    assert (row["people_verdict"], row["person_days_verdict"]) == ("level", "level")
    assert math.isnan(row["people_one_share"])
    assert row["cost_usd_mean"] == 36_400  # 364 days


def test_teams_that_would_come_after_the_horizon_are_not_tried() -> None:
    scenario = dataclasses.replace(two_waterworks().scenario(), as_of=date(2029, 1, 1))
    assert tried(scenario).empty
    assert tried(two_waterworks().scenario(), draws=1).empty


def test_differences_are_those_of_the_same_draws_of_a_run_with_the_change() -> None:
    scenario = two_waterworks(is_certain=False).scenario()
    more = dataclasses.replace(
        scenario,
        deployments=(*scenario.deployments, line(1, from_date=date(2025, 1, 1))),
    )
    before, after = (rp.ensemble(one, ["plan"], 64) for one in (scenario, more))
    homes = np.array([300, 100])
    met = [((one.ready_day[0][:24] <= 1826) * homes).sum(axis=1) for one in (before, after)]
    days = [
        (np.minimum(one.ready_day[0][:24], 1826) * homes).sum(axis=1) for one in (before, after)
    ]
    (row,) = decisions(scenario, before).to_dict("records")
    assert row["draws"] == 24
    assert row["people_mean"] == (met[1] - met[0]).mean()
    assert row["people_more_share"] == (met[1] > met[0]).mean()
    assert 0 < row["people_more_share"] < 1
    assert row["person_days_mean"] == pytest.approx((days[1] - days[0]).mean())
    assert row["cost_usd_mean"] == pytest.approx((after.usd - before.usd)[0][:24].mean())


# ---------------------------------------------------------------- what is tried


def test_the_first_day_is_that_of_the_year_after_the_data_or_after_the_start() -> None:
    scenario = two_waterworks().scenario()
    assert first_day(scenario) == date(2025, 1, 1)
    for as_of, since in (
        (date(2026, 12, 31), date(2027, 1, 1)),
        (date(2027, 1, 1), date(2028, 1, 1)),
        (date(2020, 5, 5), date(2025, 1, 1)),
    ):
        assert first_day(dataclasses.replace(scenario, as_of=as_of)) == since


@pytest.mark.parametrize(
    ("lines", "added"),
    [
        ([line(1)], [("town", 1)]),
        ([line(5)], [("town", 1)]),
        ([line(6)], [("town", 2)]),
        ([line(40, base="a"), line(20, base="b")], [("a", 10), ("b", 5)]),
        ([line(3, base="a"), line(7, base="b")], [("a", 1), ("b", 2)]),
        # At most 8 are at work at once: from 2026 to 2027.
        (
            [
                line(6, base="a", until_date=date(2027, 1, 1)),
                line(2, base="b", from_date=date(2026, 1, 1)),
                line(4, base="c", from_date=date(2027, 1, 1)),
            ],
            [("a", 2)],
        ),
    ],
)
def test_teams_become_a_quarter_more_at_their_bases(
    lines: list[rp.Deployment], added: list[tuple[str, int]]
) -> None:
    found = more_teams(lines, date(2025, 1, 1), date(2028, 1, 1))
    assert [(one.base, one.teams) for one in found] == added
    assert all(one.from_date == date(2028, 1, 1) and one.until_date is None for one in found)


def test_skills_with_a_hundredth_of_the_waiting_or_less_ask_for_nothing() -> None:
    rows = [
        ("plan", "waiting_clearance", 60.0),
        ("plan", "waiting_building", 29.0),
        ("plan", "waiting_survey", 1.0),
        ("plan", "waiting_building", 6.0),
        ("plan", "winter", 4.0),
        ("other", "waiting_utilities", 500.0),
    ]
    delays = pd.DataFrame(rows, columns=["allocation", "cause", "person_days_mean"])
    assert waited_for(delays, "plan") == ["clearance", "building"]


def test_the_changes_that_shorten_waiting_most_on_expected_values_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = two_waterworks()
    world.asset("a_builder", ["building"])
    world.deploy("a_builder", since=date(2029, 1, 1), until=date(2029, 1, 2))
    scenario = world.scenario()
    spread = rp.ensemble(scenario, ["plan"], DRAWS)
    assert [one.asset for one in changes(scenario, spread, "plan")] == ["crew", "a_builder"]
    assert list(decisions(scenario, spread)["asset"]) == ["crew", "a_builder"]
    monkeypatch.setattr(room, "MOST_CHANGES", 1)
    assert list(decisions(scenario, spread)["asset"]) == ["crew"]


def test_each_allocation_has_its_own_changes_and_is_told_when_it_is_done() -> None:
    scenario = two_waterworks().scenario()
    two = dataclasses.replace(scenario.allocations[0], name="two")
    lines = [dataclasses.replace(one, allocation="two", teams=2) for one in scenario.deployments]
    orders = [dataclasses.replace(one, allocation="two") for one in scenario.orders]
    both = dataclasses.replace(
        scenario,
        allocations=(*scenario.allocations, two),
        deployments=(*scenario.deployments, *lines),
        orders=(*scenario.orders, *orders),
    )
    done: list[str] = []
    found = decisions(both, rp.ensemble(both, ["two", "plan"], DRAWS), done=done.append)
    assert list(found["allocation"]) == ["plan"]
    assert done == ["two", "plan"]


def test_rows_of_a_calibrated_run_are_evenly_spaced() -> None:
    spread = rp.ensemble(two_waterworks().scenario(), ["plan"], 40)
    assert rows_of(spread).tolist() == list(range(24))
    weighted = dataclasses.replace(
        spread, provenance={**spread.provenance, "calibration": {"effective_draws": 9.0}}
    )
    assert rows_of(weighted).tolist()[:5] == [0, 1, 3, 5, 6]
    assert rows_of(weighted)[-1] == 38
