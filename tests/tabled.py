"""Allocations over draws whose numbers are written by hand, to make result tables from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

import returnplan as rp
from returnplan.model.conditions.gates import gates_in_force
from returnplan.model.simulation import Prepared, PreparedAllocation
from returnplan.runs.tables.drawn import Drawn


def over_draws(scenario: rp.Scenario, draws: int, **fields: Any) -> Drawn:
    """Make up fields of the account of the first allocation of a scenario.

    If nothing is said of the gates, all hold on day 0 in all draws, and no dwelling is built; other
    fields that are not given are not there. With ``is_expected`` it is a run on expected values.
    """
    prepared = Prepared(scenario)
    settlements, gates = len(prepared.settlements.ids), len(gates_in_force(scenario))
    is_expected = fields.pop("is_expected", False)
    shape = (draws, len(prepared.returns.districts), len(prepared.by_s))
    there = {
        "gate_s": np.zeros((draws, settlements, gates)),
        "dwellings": np.zeros(shape),
        "dwellings_here": np.zeros((draws, settlements)),
    } | fields
    return Drawn(
        prepared=prepared,
        allocation=PreparedAllocation(prepared, scenario.allocations[0].name),
        read=there.__getitem__,
        is_expected=is_expected,
    )


def by_hand(
    name: str = "plan",
    *,
    scenario: rp.Scenario | None = None,
    cells: Sequence[tuple[str, int, str, str]] = (),
    cost_cells: Sequence[tuple[int, str]] = (),
    is_expected: bool = False,
    first: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Drawn:
    """Make up fields of an account for tables that ask for little of a scenario."""
    prepared: Any = SimpleNamespace(scenario=scenario, cells=SimpleNamespace(names=cells))
    allocation: Any = SimpleNamespace(name=name, payroll=SimpleNamespace(cost_cells=cost_cells))
    return Drawn(
        prepared=prepared,
        allocation=allocation,
        read=fields.__getitem__,
        is_expected=is_expected,
        first=first,
    )


def ranges_of(name: str, table: pd.DataFrame) -> list[str]:
    """Columns that are ranges over draws (ranks have theirs over weights)."""
    columns = [str(column) for column in table]
    if name == "scores":
        return []
    ends = ("_p10", "_p90", "_low", "_high")
    found = [c for c in columns if c.endswith(ends) and c != "rank_correlation_p10"]
    return [*found, "probability_by_horizon", "certainty"] if name == "readiness" else found


def assert_one_value(name: str, table: pd.DataFrame) -> None:
    """Of one draw both ends of a range are its middle."""
    for low in (column for column in ranges_of(name, table) if column.endswith("_p10")):
        number = low.removesuffix("_p10")
        names = (f"{number}_p50", f"{number}_mean", number)
        middle = next(name for name in names if name in table)
        for end in (low, f"{number}_p90"):
            pd.testing.assert_series_equal(
                table[end], table[middle], check_names=False, check_dtype=False
            )


def assert_same_but_ranges(name: str, table: pd.DataFrame, without: pd.DataFrame) -> None:
    """Tables say the same, and the second has no ranges and is held against no other run."""
    against = [str(column) for column in table if str(column).endswith("_expected_values")]
    ranged = [*ranges_of(name, table), *against]
    pd.testing.assert_frame_equal(
        table.drop(columns=ranged),
        without.drop(columns=ranged),
        check_dtype=False,
        rtol=1e-12,
        obj=name,
    )
    assert without[ranged].isna().all(axis=None), name
