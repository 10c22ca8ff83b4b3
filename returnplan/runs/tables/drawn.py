"""One allocation over its draws: what the result tables are made from.

A run on expected values is one draw without ranges. Times are whole seconds in arrays of floats;
what does not come within the horizon is ``inf`` and is kept, so that quantiles of dates are not
biased to early ones. A quantile is always the value of a draw.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from returnplan.domain import Scenario
from returnplan.model.conditions.gates import gates_in_force
from returnplan.model.conditions.score import Scored, score_draws
from returnplan.model.effects.cost import Costs
from returnplan.model.effects.harm import Casualties
from returnplan.model.simulation import KEPT, Account, Prepared, PreparedAllocation
from returnplan.quantiles import HIGH, LOW, MIDDLE, mean, quantile
from returnplan.runs.tables.judged import Judged, judge
from returnplan.units import seconds_to_date

Array = NDArray[Any]
Floats = NDArray[np.float64]
PEOPLE = ("returned", "present", "early")
"""Counts of people in the account."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """One allocation over its draws.

    Parameters
    ----------
    prepared, allocation
        What was run.
    read
        Gives a field of :class:`returnplan.model.simulation.Account` over all draws: draws x what
        it holds; of summed fields the sum.
    is_expected
        Whether it is a run on expected values, or a single draw: one draw, without ranges.
    first
        Casualties of the first allocation over the same draws; None: this is the first.
    expected_s
        When each community is ready in the run on expected values, s; ``inf``: not within the
        horizon. None: this is no run on draws.
    effective
        Effective number of draws that were taken by weight; None: all weigh the same.
    """

    prepared: Prepared
    allocation: PreparedAllocation
    read: Callable[[str], Array]
    is_expected: bool = False
    first: Mapping[str, Floats] | None = None
    expected_s: Floats | None = None
    effective: float | None = None

    @property
    def name(self) -> str:
        """Name of the allocation."""
        return self.allocation.name

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.prepared.scenario

    @property
    def draws(self) -> int:
        """Number of draws."""
        return self.judged.draws

    @cached_property
    def waiting(self) -> NDArray[np.int64]:
        """People of each community."""
        return np.array([community.people for community in self.scenario.communities], np.int64)

    @cached_property
    def _gates(self) -> tuple[Judged, NDArray[np.bool_]]:
        gate_s = self.read("gate_s")
        failed = np.any(~(gate_s < np.inf), axis=2)
        return judge(gates_in_force(self.scenario), gate_s), failed

    @property
    def judged(self) -> Judged:
        """Gates over the draws, by settlement."""
        return self._gates[0]

    @cached_property
    def ready_s(self) -> Floats:
        """When the conditions of each community are met, draw x community, s."""
        return self.judged.ready_s[:, self.prepared.settlements.community]

    @cached_property
    def scored(self) -> Scored:
        """Scores by community."""
        community = self.prepared.settlements.community
        return score_draws(community, self.read("measures"), self._gates[1])

    @cached_property
    def costs(self) -> Costs:
        """What is paid for, draw x cell."""
        return Costs(*(self.read(name) for name in Costs._fields))

    @cached_property
    def casualties(self) -> Mapping[str, Floats]:
        """Fields of :class:`returnplan.model.effects.harm.Casualties`, each by draw."""
        return dict(zip(Casualties._fields, self.read("casualties").T, strict=True))

    @cached_property
    def people(self) -> Mapping[str, Floats]:
        """People by :data:`PEOPLE`, each draw x district x instant."""
        return {name: self.read(name) for name in PEOPLE}

    @cached_property
    def totals(self) -> Mapping[str, Floats]:
        """The same in all districts together, each draw x instant."""
        return {name: values.sum(axis=1) for name, values in self.people.items()}

    def ends(self, values: Array) -> dict[str, Array]:
        """p10, p50 and p90 over the draws; without ranges p10 and p90 are blank."""
        middle = quantile(values, MIDDLE)
        if self.is_expected:
            blank = np.full(middle.shape, np.nan)
            return {"p10": blank, "p50": middle, "p90": blank}
        return {"p10": quantile(values, LOW), "p50": middle, "p90": quantile(values, HIGH)}

    def mean(self, values: Array) -> float:
        """Mean over the draws; without ranges the one value as it is."""
        return values[0].item() if self.is_expected else mean(values)

    def dates(self, times_s: Array) -> NDArray[np.datetime64]:
        """Dates on which instants fall; ``inf`` and nan: none."""
        start = self.scenario.start
        days = [
            seconds_to_date(int(s), start) if np.isfinite(s) else None
            for s in np.asarray(times_s).tolist()
        ]
        return np.array(days, "datetime64[s]")


def of_one(account: Account) -> Callable[[str], Array]:
    """Read the account of one run as if it were all draws."""

    def read(name: str) -> Array:
        value: Array = getattr(account, name)
        return value if KEPT[name] == "sum" else value[np.newaxis]

    return read
