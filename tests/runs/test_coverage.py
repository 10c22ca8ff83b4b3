"""Intervals hold the true mean as often as they say, and are not much wider than honest ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import returnplan as rp
from tests.runs.coverage import APART, ENOUGH, MOST, SCENARIOS, SEEDS, WIDEST, coverage, measures


def test_numbers_of_draws_are_those_of_the_tables() -> None:
    valley = rp.load(SCENARIOS / "valley")
    names = ["today", "two_more_teams"]
    spread = rp.ensemble(valley, names, 8, seed=3)
    days = [day for day in spread.people_met["date"].dt.date.unique() if day.year == 2028]
    found = measures(valley, names, 8, 3, days[:1])
    summary = spread.summary.set_index("allocation")
    met = spread.people_met[spread.people_met["date"].dt.date == days[0]].set_index("allocation")
    harm: Any = spread.harm[spread.harm["kind"] == "all"].set_index("allocation")
    for name in names:
        waited = found[f"person-days, {name}"].mean()
        assert waited == pytest.approx(summary.loc[name, "person_days_mean"])
        people = found[f"people by {days[0]}, {name}"].mean()
        assert people == pytest.approx(met.loc[name, "people_mean"])
        if not np.isnan(harm.loc[name, "expected_mean"]):
            casualties = found[f"casualties, {name}"].mean()
            assert casualties == pytest.approx(harm.loc[name, "expected_mean"])


@pytest.mark.long
@pytest.mark.unwatched
def test_on_valley_intervals_hold_the_true_mean_as_often_as_they_say_or_more() -> None:
    valley = rp.load(SCENARIOS / "valley")
    table = coverage(valley, ["today"], range(1, 1 + SEEDS["valley"]))
    assert (table["holds"] >= ENOUGH).all(), table.to_string()
    fewer = table[table["draws"] < table["draws"].max()]  # 128 draws are spread still more evenly
    assert (fewer["holds"] <= MOST).all(), table.to_string()
    assert (table["half_width"] <= WIDEST["valley"]).all(), table.to_string()


@pytest.mark.long
@pytest.mark.unwatched
def test_on_karabakh_intervals_are_not_much_wider_than_honest_ones() -> None:
    karabakh = rp.load(SCENARIOS / "karabakh")
    seeds = range(1, 1 + SEEDS["karabakh"])
    table = coverage(karabakh, ["as_2022", "ramp"], seeds)
    last = table[table["draws"] == table["draws"].max()]
    assert last["measure"].str.contains(APART).any()
    assert (last["half_width"] <= WIDEST["karabakh"]).all(), last.to_string()
