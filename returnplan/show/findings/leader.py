"""Which allocation is ahead, and which ones it is not clearly ahead of."""

import datetime as dt
import math
from functools import lru_cache
from typing import Any

from returnplan.runs.difference import BETTER
from returnplan.runs.paired import PERSON_DAYS
from returnplan.show.findings.findings import Findings, on, records


def leader(findings: Findings) -> str:
    """Name the allocation under which people wait least, on average."""
    return ranked(findings)[0]


@lru_cache(maxsize=2)  # asked for by nearly every sentence
def ranked(findings: Findings) -> tuple[str, ...]:
    """Name the allocations, those first under which people wait least.

    Mean person-days decide, since counts at the horizon saturate; where they are equal or not
    shown, the median of people by the horizon, then who stands first.
    """

    def key(allocation: str) -> tuple[float, float]:
        days = findings.summary(allocation)["person_days_mean"]
        people = met_on(findings, allocation, findings.horizon)["people_p50"]
        return (
            math.inf if math.isnan(days) else days,
            math.inf if math.isnan(people) else -people,
        )

    return tuple(sorted(findings.allocations, key=key))


def rival(findings: Findings) -> str:
    """Name the allocation that is nearest to the leading one; empty when there is no other."""
    return next(iter(ranked(findings)[1:]), "")


def level_with(findings: Findings) -> tuple[str, ...]:
    """Allocations that the leading one is not better than in person-days, nearest first.

    None in a run on expected values; those that are not shown are left out.
    """
    best, *others = ranked(findings)
    verdicts = {other: findings.verdict(best, other, PERSON_DAYS) for other in others}
    return tuple(other for other, verdict in verdicts.items() if verdict not in ("", BETTER))


def met_on(findings: Findings, allocation: str, day: dt.date) -> dict[str, Any]:
    """Row of people_met on a date of counting."""
    rows = findings.rows("people_met", allocation)
    return next(records(on(rows, day)))
