"""80 % ranges hold the truth as often as they say, before and after facts; ranks are flat."""

from __future__ import annotations

import numpy as np
import pytest

from returnplan.model.simulation import Prepared
from tests.runs.calibrated_coverage import (
    CASES,
    ENOUGH,
    LAST_FACT,
    LEAST_P,
    MOST,
    PERIODS,
    WORLDS,
    coverage,
    scenario_of,
    told,
    with_discrepancy,
)

ROUNDING, NARROWER = 0.01, 0.97
"""How much a single range may be wider after, by luck; and what the mean must be below."""


def test_the_discrepancy_changes_what_comes_later_and_not_what_was_published() -> None:
    scenario = scenario_of(WORLDS[0])
    plain, acting = told(scenario, 1, 6), told(with_discrepancy(scenario), 1, 6)
    assert (plain.facts == acting.facts).all()
    assert plain.facts.shape == (6, len(PERIODS))
    assert any((plain.later[name] != acting.later[name]).any() for name in plain.later)


def test_facts_end_on_the_first_day_of_a_month_or_the_calendar_is_cut() -> None:
    prepared = Prepared(with_discrepancy(scenario_of(WORLDS[0])))
    begins = (LAST_FACT - prepared.scenario.start).days + 1
    assert begins in np.asarray(prepared.calendars.months.start_day)


@pytest.mark.long
@pytest.mark.unwatched
def test_ranges_hold_the_truth_before_and_after_and_are_narrower_after() -> None:
    table = coverage()
    assert (table["cases"] == CASES * len(WORLDS)).all(), table.to_string()
    assert table["before"].between(ENOUGH, MOST).all(), table.to_string()
    assert table["after"].between(ENOUGH, MOST).all(), table.to_string()
    assert (table["narrower"] < 1 + ROUNDING).all(), table.to_string()
    assert table["narrower"].mean() < NARROWER, table.to_string()
    assert (table["p"] > LEAST_P).all(), table.to_string()
