"""Envelopes of money beside what the deployments of an allocation cost at least (model §10)."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from returnplan.domain import AllocationHeader, Deployment, FundingLine, Scenario
from returnplan.units import horizon_date

TOLERANCE = 1e-9
"""Share of an envelope by which a plan may be above it and still be within: rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One line of funding and what one allocation plans to spend of it.

    Parameters
    ----------
    line
        The line of the table ``funding``.
    first, last
        Its days within the horizon: from the first until before the last.
    planned_usd
        What the deployments cost in that time, USD: team-days alone.
    """

    line: FundingLine
    allocation: str
    first: date
    last: date
    planned_usd: float

    @property
    def is_exceeded(self) -> bool:
        """True when the plan alone is above the envelope, rounding aside."""
        return self.planned_usd > self.line.envelope_usd * (1 + TOLERANCE)


def compared(
    lines: Sequence[FundingLine],
    headers: Iterable[AllocationHeader],
    deployments: Sequence[Deployment],
    daily_usd: Mapping[str, float],
    span: tuple[date, date],
) -> Iterator[Envelope]:
    """Compare each allocation with each line of funding that is for it.

    Team-days at their daily cost are the least that deployments can cost: mobilisations, camps,
    works, and teams that finish after their ``until`` come on top (model §10).

    Parameters
    ----------
    lines
        Lines of funding; the asset types of a line alone are counted.
    deployments
        Deployments of all of them.
    daily_usd
        Cost of one team of each asset type for one calendar day, USD.
    span
        First day of the scenario, and its horizon.

    Yields
    ------
    Envelope
        Allocation by allocation, in the order of the lines; its ``last`` day is not after its
        ``first`` one when the line lies outside the horizon.
    """
    for header in headers:
        plan = [item for item in deployments if item.allocation == header.name]
        for line in lines:
            if line.allocation in (None, header.name):
                first = max(line.from_date or span[0], span[0])
                last = min(line.until_date or span[1], span[1])
                paid = [item for item in plan if line.assets is None or item.asset in line.assets]
                usd = math.fsum(
                    item.teams * _days(item, first, last) * daily_usd.get(item.asset, 0.0)
                    for item in paid
                )
                yield Envelope(
                    line=line, allocation=header.name, first=first, last=last, planned_usd=usd
                )


def _days(item: Deployment, first: date, last: date) -> int:
    """Days of a deployment from the first day until before the last."""
    begin, end = max(item.from_date or first, first), min(item.until_date or last, last)
    return max((end - begin).days, 0)


def envelopes(scenario: Scenario) -> list[Envelope]:
    """Compare each allocation of a scenario with each line of funding that is for it.

    Returns
    -------
    list[Envelope]
        Allocation by allocation, in the order of the lines.
    """
    span = (scenario.start, horizon_date(scenario.start, scenario.horizon_years))
    daily_usd = {asset.id: asset.cost_usd_day for asset in scenario.assets}
    return list(
        compared(scenario.funding, scenario.allocations, scenario.deployments, daily_usd, span)
    )
