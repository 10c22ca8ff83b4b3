"""Who is ready when: people by date, communities and gates, with draws and without."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.model.conditions.gates import gates_in_force
from returnplan.model.conditions.history import NEVER, UNKNOWN
from returnplan.runs.tables import readiness
from returnplan.runs.tables.drawn import PEOPLE, Drawn
from returnplan.units import counting_dates, date_to_seconds
from tests.sketch import Sketch
from tests.tabled import over_draws

DAY = 86_400


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


# ---------------------------------------------------------------- people by date


def ready_draws(scenario: rp.Scenario, draws: int, seed: int) -> Drawn:
    """Made-up ready times, draw x settlement: some on a date of counting, some never."""
    luck = np.random.default_rng(seed)
    dates = [
        date_to_seconds(day, scenario.start)
        for day in counting_dates(scenario.start, scenario.horizon_years)
    ]
    shape = (draws, len({community.settlement for community in scenario.communities}), 1)
    exact = luck.choice(dates, shape)
    other = luck.integers(0, dates[-1], shape)
    times = np.where(luck.random(shape) < 0.5, exact, other)
    gate_s = np.where(luck.random(shape) < 0.2, NEVER, times)
    nobody = dict.fromkeys(PEOPLE, np.zeros((draws, 1, len(dates))))
    gates = len(gates_in_force(scenario))
    return over_draws(scenario, draws, gate_s=gate_s.repeat(gates, axis=2), **nobody)


@pytest.mark.parametrize("draws", [1, 2, 10, 41])
def test_people_are_counted_by_midnight_of_each_date_as_ranges_over_draws(
    valley: rp.Scenario, draws: int
) -> None:
    drawn = ready_draws(valley, draws, seed=draws)
    settlements = drawn.prepared.settlements.ids
    assert np.isinf(drawn.ready_s).any() or draws == 1
    of_home = [dict(zip(settlements, row[:, 0], strict=True)) for row in drawn.read("gate_s")]
    for row in readiness.people_met(drawn).to_dict("records"):
        met = sorted(
            sum(one.people for one in valley.communities if times[one.settlement] <= at_s)
            for times in of_home
            for at_s in [row["day"] * DAY]
        )
        for percent in (10, 50, 90):
            place = -(-percent * (draws - 1) // 100)
            assert row[f"people_p{percent}"] == met[place], row["date"]
        assert row["people_mean"] == math.fsum(met) / draws


def test_people_are_counted_on_day_0_the_first_of_each_month_and_the_horizon() -> None:
    scenario = rp.load("scenarios/karabakh")
    dates = [day.isoformat() for day in counting_dates(scenario.start, scenario.horizon_years)]
    assert dates[:3] == ["2020-11-10", "2020-12-01", "2021-01-01"]
    assert dates[-2:] == ["2040-11-01", "2040-11-10"]
    assert len(dates) == 242


def test_a_start_on_the_first_of_a_month_is_counted_once(valley: rp.Scenario) -> None:
    dates = [day.isoformat() for day in counting_dates(valley.start, valley.horizon_years)]
    assert dates[:2] == ["2024-03-01", "2024-04-01"]
    assert dates[-1] == "2032-03-01"
    assert len(dates) == len(set(dates)) == 97


def test_people_met_never_fall_and_their_range_is_in_order(valley: rp.Scenario) -> None:
    table = readiness.people_met(ready_draws(valley, 25, seed=9))
    numbers = table[["people_p10", "people_p50", "people_p90"]].to_numpy()
    assert (np.diff(numbers, axis=0) >= 0).all()
    assert (np.diff(numbers, axis=1) >= 0).all()
    assert (np.diff(table["people_mean"]) >= 0).all()


def test_a_run_on_expected_values_counts_people_without_a_range(valley: rp.Scenario) -> None:
    outcome = rp.simulate(valley, "today")
    table, days = outcome.people_met, outcome.readiness["ready_day_p50"].to_numpy()
    people = outcome.readiness["people"].to_numpy()
    assert table[["people_p10", "people_p90"]].isna().all(axis=None)
    assert table["people_p50"].tolist() == [int(people[days <= day].sum()) for day in table["day"]]
    assert table["people_mean"].tolist() == table["people_p50"].tolist()


def test_returns_of_all_districts_are_summed_draw_by_draw(valley: rp.Scenario) -> None:
    instants = len(counting_dates(valley.start, valley.horizon_years))
    counts = np.array([[1.0, 40.0], [2.0, 30.0], [3.0, 50.0]])  # draw x district
    people = {name: np.repeat(counts[:, :, np.newaxis], instants, axis=2) for name in PEOPLE}
    table = readiness.people_met(over_draws(valley, 3, **people))
    row = table.iloc[-1]
    assert [row[f"returned_p{percent}"] for percent in (10, 50, 90)] == [41, 41, 53]
    assert row["returned_mean"] == 42
    assert row["early_p50"] == 41


# ---------------------------------------------------------------- communities and gates


def two_villages() -> rp.Scenario:
    world = Sketch()
    world.gates = {"permission": {}, "water": {}}
    world.village("home", people=30)
    world.people("guests", "home", 5)
    world.village("away", people=70)
    world.team()
    return world.scenario()


def judged(*draws: list[list[float]], is_expected: bool = False) -> Drawn:
    """Give the days of the two gates of ``away`` and ``home``, by draw."""
    measures = np.ones((len(draws), 2, 7), np.float32)
    days = np.array(draws, np.float64)
    return over_draws(
        two_villages(), len(draws), gate_s=days * DAY, measures=measures, is_expected=is_expected
    )


def test_communities_and_gates_say_what_their_settlements_do_over_the_draws() -> None:
    drawn = judged(
        [[1, 9], [0, NEVER]], [[2, 8], [0, UNKNOWN]], [[3, NEVER], [5, UNKNOWN]], [[12, 7], [1, 2]]
    )
    rows: Any = readiness.readiness(drawn).set_index("community")
    assert list(rows.index) == ["home_people", "guests", "away_people"]
    home, guests, away = (rows.loc[community] for community in rows.index)
    assert guests.drop("people").equals(home.drop("people"))
    assert home["status"] == "unknown: water works"  # unknown in two of the three late draws
    assert home["unknown_gates"] == "water"
    assert (home["binding_gate"], home["probability_by_horizon"]) == ("water", 0.25)
    assert pd.isna(home["ready_date_p10"])
    assert pd.isna(home["ready_day_p50"])
    assert away["status"] == "conditions met (modelled)"
    assert pd.isna(away["unknown_gates"])
    dates = [away[f"ready_date_p{percent}"] for percent in (10, 50)]
    assert dates == [pd.Timestamp("2025-01-10"), pd.Timestamp("2025-01-13")]
    assert pd.isna(away["ready_date_p90"])
    assert (away["ready_day_p50"], away["probability_by_horizon"]) == (12, 0.75)
    gates: Any = readiness.gates(drawn).set_index(["community", "gate"])
    assert gates["state"].tolist() == ["met", "unknown"] * 2 + ["met", "met"]
    assert gates["binding_share"].tolist() == [0, 1, 0, 1, 0.25, 0.75]
    assert gates.loc["away_people", "day_p50"].tolist() == [3, 9]
    assert np.isnan(gates.loc[("home_people", "water"), "day_p50"])


def test_a_gate_that_is_unknown_in_less_than_half_of_the_draws_has_a_state() -> None:
    # water: unknown in one draw of three, else on days 5 and 6; unknown counts as never.
    drawn = judged([[0, 0], [0, UNKNOWN]], [[0, 0], [0, 5]], [[0, 0], [0, 6]])
    home = readiness.gates(drawn).set_index("community").loc["home_people"]
    assert home["state"].tolist() == ["met", "met"]
    assert home["day_p50"].tolist() == [0, 6]
    assert home["binding_share"].tolist() == [0, 1]


def test_a_run_on_expected_values_has_dates_without_ranges() -> None:
    drawn = judged([[1, 9], [0, NEVER]], is_expected=True)
    rows = readiness.readiness(drawn).set_index("community")
    ranged = ["ready_date_p10", "ready_date_p90", "probability_by_horizon"]
    assert rows[ranged].isna().all(axis=None)
    assert rows["ready_day_p50"].tolist()[-1] == 9
    assert rows["ready_date_p50"].tolist()[-1] == pd.Timestamp("2025-01-10")
    assert rows["status"].tolist()[0] == "conditions not met: water"
