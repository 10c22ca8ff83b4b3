"""Allocations over draws whose numbers are written by hand, to make result tables from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

import returnplan as rp
from returnplan.model.conditions.gates import gates_in_force
from returnplan.model.simulation import Prepared, PreparedAllocation
from returnplan.runs.tables.drawn import Drawn


def over_draws(scenario: rp.Scenario, draws: int, **fields: Any) -> Drawn:
    """Make up fields of the account of the first allocation of a scenario.

    If nothing is said of the gates, all hold on day 0 in all draws; other fields that are not
    given are not there. With ``is_expected`` it is a run on expected values.
    """
    prepared = Prepared(scenario)
    settlements, gates = len(prepared.settlements.ids), len(gates_in_force(scenario))
    is_expected = fields.pop("is_expected", False)
    there = {"gate_s": np.zeros((draws, settlements, gates))} | fields
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
