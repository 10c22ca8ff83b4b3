"""An allocation over its draws: ranges, means, dates; a run on expected values has no ranges."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import returnplan as rp
from returnplan.model.conditions.history import NEVER, UNKNOWN
from returnplan.model.effects.harm import WORKED_OUT
from returnplan.model.simulation import KEPT, Prepared, PreparedAllocation, simulate
from returnplan.runs.tables import OF_DRAWS, drawn_tables
from returnplan.runs.tables.drawn import Drawn, of_one
from tests.sketch import Sketch
from tests.tabled import assert_one_value, assert_same_but_ranges, by_hand, over_draws


def test_ends_are_values_of_draws_and_blank_without_ranges() -> None:
    values = np.array([[5.0, 0.0], [1.0, NEVER], [2.0, 3.0], [12.0, 4.0]])
    ends = by_hand().ends(values)
    assert {name: end.tolist() for name, end in ends.items()} == {
        "p10": [2, 3],  # places ceil(0.3), ceil(1.5), ceil(2.7)
        "p50": [5, 4],
        "p90": [12, NEVER],
    }
    one = by_hand(is_expected=True).ends(values[:1])
    assert one["p50"].tolist() == [5, 0]
    assert np.isnan([one["p10"], one["p90"]]).all()


def test_a_mean_without_ranges_is_the_one_value_as_it_is() -> None:
    counts = np.array([3])
    assert isinstance(by_hand(is_expected=True).mean(counts), int)
    assert by_hand().mean(np.array([3, 4])) == 3.5


def test_what_does_not_come_or_is_unknown_has_no_date(sketch: Sketch) -> None:
    drawn = over_draws(sketch.scenario(), 1)
    found = drawn.dates(np.array([0.0, 86_399.0, 86_400.0, NEVER, UNKNOWN]))
    assert found.dtype == "datetime64[s]"
    days = found.astype("datetime64[D]").astype(str).tolist()
    assert days == ["2025-01-01", "2025-01-01", "2025-01-02", "NaT", "NaT"]
    assert drawn.dates(np.zeros(0)).dtype == "datetime64[s]"


def test_totals_are_sums_over_the_districts_of_each_draw() -> None:
    people = np.arange(12.0).reshape(2, 3, 2)  # draws x districts x instants
    drawn = by_hand(returned=people, present=2 * people, early=0 * people)
    assert drawn.totals["returned"].tolist() == [[6, 9], [24, 27]]
    assert drawn.totals["present"].tolist() == [[12, 18], [48, 54]]
    assert not drawn.totals["early"].any()


# ---------------------------------------------------------------- one draw says what one run says


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


@pytest.mark.parametrize("allocation", ["today", "smith_path"])
def test_one_draw_gives_the_tables_of_a_run_on_expected_values(
    valley: rp.Scenario, allocation: str
) -> None:
    outcome = rp.simulate(valley, allocation)
    prepared = Prepared(valley)
    chosen = PreparedAllocation(prepared, allocation)
    account, _ = simulate(prepared, chosen, prepared.numbers(prepared.expected))
    casualties = np.where(np.arange(len(account.casualties)) < WORKED_OUT, np.nan, 1)
    account = dataclasses.replace(account, casualties=account.casualties * casualties)
    one = drawn_tables(Drawn(prepared=prepared, allocation=chosen, read=of_one(account)))
    assert tuple(one) == OF_DRAWS
    for name, table in one.items():
        assert_one_value(name, table)
        assert_same_but_ranges(name, table, outcome.tables[name])


def test_the_account_of_one_run_is_read_as_one_draw(valley: rp.Scenario) -> None:
    prepared = Prepared(valley)
    chosen = PreparedAllocation(prepared, "today")
    account, _ = simulate(prepared, chosen, prepared.numbers(prepared.expected))
    read = of_one(account)
    for name, kept in KEPT.items():
        own = getattr(account, name)
        assert read(name).shape == (own.shape if kept == "sum" else (1, *own.shape)), name
    with pytest.raises(KeyError):
        read("casualties_here")
