"""One row an allocation: it agrees with the other tables, and with the draws."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.model.effects.harm import Casualties
from returnplan.model.simulation import Prepared
from returnplan.runs.results import Results
from returnplan.runs.tables import summary
from returnplan.runs.tables.drawn import PEOPLE
from returnplan.units import DAY_S
from tests.sketch import Sketch
from tests.tabled import over_draws


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


@pytest.mark.parametrize("draws", [0, 30])
def test_people_by_a_date_are_those_of_the_summary_wherever_dates_coincide(
    valley: rp.Scenario, draws: int
) -> None:
    found: Results = rp.simulate(valley, "today")
    if draws:
        found = rp.ensemble(valley, ["today"], draws=draws)
    by_date = found.people_met.set_index("date")["people_mean"]
    row = found.summary.iloc[0]
    columns = [str(name) for name in row.index if str(name).startswith("people_by_")]
    dates = [name[10:20] for name in columns if name.endswith("_mean")]
    assert len(dates) == 8
    assert [by_date[day] for day in dates] == [row[f"people_by_{day}_mean"] for day in dates]


def test_farmland_counts_by_the_midnight_by_which_it_is_released() -> None:
    world = Sketch(horizon_years=3)
    world.village("home", people=10)
    for name, denies in (
        ("fields", "farmland"),
        ("both", "housing;farmland"),
        ("homes", "housing"),
    ):
        world.hazard(name, "home", denies=denies)
    world.hazard("late", "home", denies="farmland", area_m2=100_000)
    world.team("team", camp_days=None)
    found = world.run().outcome
    day = found.releases.set_index("hazard")["released_day"]
    assert day["both"] < 365 > day["fields"]
    columns = [f"farmland_m2_by_{year}-01-01_mean" for year in (2026, 2027, 2028)]
    area_m2 = {"fields": 8000.0, "both": 8000.0, "late": 100_000.0}
    for column, by_day in zip(columns, (365, 730, 1095), strict=True):
        released = sum(area_m2[name] for name in area_m2 if day[name] <= by_day)
        assert found.summary[column].tolist() == [released]


def test_days_of_people_who_are_early_are_counted_from_month_to_month(valley: rp.Scenario) -> None:
    outcome = rp.simulate(valley, "today")
    rows = outcome.returns
    early = [0.0, *rows.groupby("date")["early_mean"].sum()]
    days = np.diff(Prepared(valley).by_s) / DAY_S
    expected = sum(
        (one + other) / 2 * n for (one, other), n in zip(pairwise(early), days, strict=True)
    )
    assert expected > 0
    (found,) = outcome.summary["early_person_days_mean"]
    assert found == pytest.approx(expected, rel=1e-9)


def test_days_of_waiting_end_at_the_horizon_and_the_last_date_is_a_median() -> None:
    world = Sketch(horizon_years=1)
    world.village("home", people=10)
    world.village("away", people=100)
    world.team()
    gate_s = np.array([[3.0, 9], [4, 7], [np.inf, 8]])[:, :, np.newaxis] * DAY_S  # away, home
    instants = len(Prepared(world.scenario()).dates)
    still = {
        **dict.fromkeys(PEOPLE, np.full((3, 1, instants), 2.0)),
        **dict.fromkeys(("team_days", "mobilisations", "camps", "usd"), np.full((3, 1), 220.0)),
        "casualties": np.zeros((3, len(Casualties._fields))),
        "measures": np.ones((3, 2, 7), np.float32),
        "farmland_m2": np.zeros((3, 1)),
    }
    drawn = over_draws(world.scenario(), 3, gate_s=gate_s, **still)
    row: Any = summary.summary(drawn).iloc[0]
    waits = [300 + 90, 400 + 70, 36500 + 80]
    assert [row.person_days_p10, row.person_days_p50, row.person_days_p90] == [
        *(waits[1], waits[1], waits[2])
    ]
    assert row.person_days_se == pytest.approx(np.std(waits, ddof=1) / np.sqrt(3))
    assert row.person_days_mean == pytest.approx(sum(waits) / 3)
    assert row.last_ready_date_p50 == pd.Timestamp("2025-01-10")  # of days 9, 7, never
    never = [row.communities_never, row.communities_never_p10, row.communities_never_p90]
    assert never == [pytest.approx(1 / 3), 0, 1]  # away is late in one draw of three
    assert row.communities_never_se == pytest.approx(1 / 3)
    assert row.returned_by_horizon_mean == row.present_at_horizon_mean == 2
    assert row.cost_usd_mean == 220
    assert row.cost_per_person_usd == pytest.approx(220 / ((110 + 110 + 10) / 3))


def test_one_row_is_worked_by_hand() -> None:
    # a (10 people) is ready at the midnight of the horizon, b (20) on day 10, c (30) never: 30 met.
    world = Sketch(horizon_years=1)
    for name, people in (("a", 10), ("b", 20), ("c", 30)):
        world.village(name, people=people)
    world.team()
    world.works("houses", "c", "shelter", 5)  # nobody knows how many
    days = np.array([[365.0, 10.0, np.inf]] * 3)
    draw, month = np.arange(1.0, 4.0)[:, np.newaxis, np.newaxis], np.arange(13.0)
    # early: 4, 8, 12 people on 1 February only: half of them over 31 and over 28 days.
    casualties = np.zeros((3, len(Casualties._fields)))
    casualties[:, :2] = [[0, 10], [2, 20], [3, 30]]  # early and after: 10, 22, 33
    casualties[:, 3] = [1, 1, 4]  # deminers
    casualties[:, 5:7] = 3, 0.5  # three villages, none of them more than half
    casualties[:, 9:11] = [[400, 600], [0, 1000], [1000, 2000]]  # person-years, early and after
    casualties[:, 11] = [2, 2, 4]  # km2
    usd = np.array([[100.0, 20.0]] * 2 + [[200.0, 20.0]])
    drawn = over_draws(
        world.scenario(),
        3,
        gate_s=days[:, :, np.newaxis] * DAY_S,
        returned=draw * month,
        present=2 * draw * month,
        early=4 * draw * (month == 1),
        casualties=casualties,
        measures=np.array([[[0.9] * 7, [0.5] * 7, [0.1] * 7]] * 3, np.float32),
        farmland_m2=np.array([[1000.0], [1000.0], [4000.0]]),
        team_days=usd,
        mobilisations=usd,
        camps=usd,
        usd=usd,
    )
    (row,) = summary.summary(drawn).to_dict("records")
    waits = 10 * 365 + 20 * 10 + 30 * 365
    assert pd.isna(row.pop("last_ready_date_p50"))
    assert pd.isna(row.pop("person_days_expected_values"))
    assert row == pytest.approx(
        {
            "allocation": "plan",
            "person_days_mean": waits,
            "person_days_se": 0,
            "person_days_p10": waits,
            "person_days_p50": waits,
            "person_days_p90": waits,
            "person_days_never_share": 30 * 365 / waits,
            "people_by_2026-01-01_mean": 30,
            "people_by_2026-01-01_se": 0,
            "farmland_m2_by_2026-01-01_mean": (1000 + 1000 + 4000) / 3,
            "farmland_m2_by_2026-01-01_se": 1000,  # -1000, -1000, 2000: squares 6e6, by 2 and 3
            "communities_never": 1,
            "communities_never_se": 0,
            "communities_never_p10": 1,
            "communities_never_p90": 1,
            "cost_usd_mean": (120 + 120 + 220) / 3,
            "cost_usd_se": 100 / 3,
            "cost_per_person_usd": (120 + 120 + 220) / 3 / 30,
            "cost_per_returned_usd": (120 + 120 + 220) / 3 / 24,
            "works_without_cost": 1,
            "people_unknown_dwellings": 30,
            "person_years_mean": 5000 / 3,
            "person_years_se": 2000 / 3,  # 1000, 1000, 3000
            "per_1000_person_years_low": 11,  # 10, 22 and 11 in the three draws
            "per_1000_person_years_mean": 1000 * 65 / 5000,
            # 13 for each 1,000: 10 - 13, 22 - 13, 33 - 39, by 5/3 thousand
            "per_1000_person_years_se": math.sqrt((3**2 + 9**2 + 6**2) / 6) / (5 / 3),
            "per_1000_person_years_high": 22,
            "deminer_accidents_per_km2_mean": 6 / 8,
            # 1 - 1.5, 1 - 1.5, 4 - 3, by 8/3 km2
            "deminer_accidents_per_km2_se": math.sqrt(1.5 / 6) / (8 / 3),
            "returned_by_horizon_mean": 12 * 2,
            "returned_by_horizon_se": 12 / math.sqrt(3),
            "present_at_horizon_mean": 24 * 2,
            "present_at_horizon_se": 24 / math.sqrt(3),
            "early_person_days_mean": 8 / 2 * (31 + 28),
            "early_person_days_se": 4 / 2 * (31 + 28) / math.sqrt(3),
            "expected_casualties_low": 22,
            "expected_casualties_mean": 65 / 3,
            "expected_casualties_se": np.std([10, 22, 33], ddof=1) / math.sqrt(3),
            "expected_casualties_high": 33,
            "deminer_accidents_mean": 2,
            "deminer_accidents_se": 1,
            "rank_correlation_p10": 1,
        }
    )


def test_without_anybody_ready_or_two_scores_a_row_has_blanks() -> None:
    world = Sketch(horizon_years=1)
    for name in ("a", "b"):
        world.village(name, people=10)
    world.team()
    people = dict.fromkeys(PEOPLE, np.zeros((1, 1, 13)))
    paid = dict.fromkeys(("team_days", "mobilisations", "camps", "usd"), np.full((1, 1), 5.0))
    drawn = over_draws(
        world.scenario(),
        1,
        gate_s=np.full((1, 2, 1), np.inf),
        casualties=np.zeros((1, len(Casualties._fields))),
        measures=np.ones((1, 2, 7), np.float32),
        farmland_m2=np.zeros((1, 1)),
        **people,
        **paid,
    )
    row: Any = summary.summary(drawn).iloc[0]
    assert (row.cost_usd_mean, row.communities_never) == (5, 2)
    assert row.cost_per_person_usd is None
    assert row.cost_per_returned_usd is None
    assert np.isnan(row.per_1000_person_years_mean)
    assert row.rank_correlation_p10 is None
    assert np.isnan(row.expected_casualties_mean)
