"""The work that was done in one run: what the tables of jobs, releases and roads are made from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from returnplan.model.simulation import Course, Prepared, PreparedAllocation
from returnplan.model.work.milestones import found_hazard, surveyed


@dataclass(frozen=True, kw_only=True, eq=False)
class Worked:
    """One run of one allocation.

    Parameters
    ----------
    prepared, allocation
        What was run.
    course
        What happened, with its parcels.
    """

    prepared: Prepared
    allocation: PreparedAllocation
    course: Course

    @property
    def name(self) -> str:
        """Name of the allocation."""
        return self.allocation.name

    @property
    def passed_s(self) -> NDArray[np.int64]:
        """When each milestone was passed, s; negative: not within the horizon."""
        return self.course.log.passed_s

    def hazards(self) -> list[str]:
        """Ids of the recorded hazards, then of those that the community surveys find."""
        scenario = self.prepared.scenario
        return [*(hazard.id for hazard in scenario.hazards), *self.found()]

    def found(self) -> list[str]:
        """Ids of the hazards that the community surveys find, in their order."""
        settlements = surveyed(self.prepared.scenario)
        counts: dict[int, int] = {}
        ids = []
        for settlement in self.course.numbers.amounts.found.settlement.tolist():
            counts[settlement] = counts.get(settlement, 0) + 1
            ids.append(found_hazard(settlements[settlement], counts[settlement]))
        return ids
