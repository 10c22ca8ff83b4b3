"""The run on expected values lies within the range of the draws (model §9)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

import returnplan as rp
from returnplan.scenario.synthetic import synthetic

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
DRAWS = 64


def ranges_hold(scenario: rp.Scenario, allocation: str) -> bool:
    """Whether person-days and people by the middle date lie between p10 and p90 of the draws."""
    evaluator = rp.Evaluator(scenario, [None, *range(DRAWS)])
    found = evaluator.evaluate([allocation])
    middle = date(scenario.start.year + scenario.horizon_years // 2, 1, 1)
    for expected, *drawn in (found.person_days()[0], found.people_met(middle)[0]):
        low, high = np.quantile(drawn, [0.1, 0.9])
        if not low <= expected <= high:
            return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "allocation"),
    [("valley", "today"), ("valley", "smith_path"), ("karabakh", "as_2022"), ("karabakh", "ramp")],
)
def test_the_single_run_lies_within_the_range(name: str, allocation: str) -> None:
    assert ranges_hold(rp.load(SCENARIOS / name), allocation)


@pytest.mark.parametrize("seed", range(5))
def test_the_single_run_of_made_up_scenarios_lies_within_the_range(seed: int) -> None:
    scenario = synthetic(settlements=30, hazards=300, teams=20, seed=seed)
    assert ranges_hold(scenario, scenario.allocations[0].name)
