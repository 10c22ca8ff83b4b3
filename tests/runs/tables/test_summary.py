"""One row an allocation: it agrees with the other tables, and with the draws."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
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
    dates = [str(name)[10:20] for name in row.index if str(name).startswith("people_by_")]
    assert len(dates) == 8
    assert [by_date[day] for day in dates] == [row[f"people_by_{day}_mean"] for day in dates]


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
        "casualties": np.zeros((3, 9)),
        "measures": np.ones((3, 2, 7), np.float32),
    }
    drawn = over_draws(world.scenario(), 3, gate_s=gate_s, **still)
    row: Any = summary.summary(drawn).iloc[0]
    waits = [300 + 90, 400 + 70, 36500 + 80]
    assert [row.person_days_p10, row.person_days_p90] == [waits[1], waits[2]]
    assert row.person_days_mean == pytest.approx(sum(waits) / 3)
    assert row.last_ready_date_p50 == pd.Timestamp("2025-01-10")  # of days 9, 7, never
    assert row.communities_never == 0
    assert row.returned_by_horizon_mean == row.present_at_horizon_mean == 2
    assert row.cost_usd_mean == 220
    assert row.cost_per_person_usd == pytest.approx(220 / ((110 + 110 + 10) / 3))
