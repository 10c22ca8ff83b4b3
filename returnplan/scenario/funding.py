"""Envelopes of money beside what the deployments of an allocation cost at least (model §10)."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from returnplan.domain import Deployment, FundingLine, Scenario
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
    allocation
        Name of the allocation.
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
        """True when the plan alone is above the envelope."""
        return is_above(self.planned_usd, self.line.envelope_usd)


def is_above(usd: float, envelope_usd: float) -> bool:
    """True when a plan costs more than an envelope holds, USD, rounding aside."""
    return usd > envelope_usd * (1 + TOLERANCE)


def span_of(line: FundingLine, start: date, horizon: date) -> tuple[date, date]:
    """Days of a line of funding within the horizon: from the first until before the last.

    Parameters
    ----------
    line
        The line.
    start, horizon
        First day of the scenario, and its horizon.

    Returns
    -------
    tuple[date, date]
        The second is not after the first when the line lies outside.
    """
    return max(line.from_date or start, start), min(line.until_date or horizon, horizon)


def planned_usd(
    line: FundingLine,
    deployments: Iterable[Deployment],
    daily_usd: Mapping[str, float],
    start: date,
    horizon: date,
) -> float:
    """Team-days of deployments in the time of a line of funding, at their daily cost (model §10).

    It is the least they can cost: mobilisations, camps, works, and teams that finish after their
    ``until`` come on top.

    Parameters
    ----------
    line
        The line; its asset types alone are counted.
    deployments
        Deployments of one allocation.
    daily_usd
        Cost of one team of each asset type for one calendar day, USD.
    start, horizon
        First day of the scenario, and its horizon.

    Returns
    -------
    float
        USD.
    """
    first, last = span_of(line, start, horizon)
    parts = []
    for item in deployments:
        if line.assets is None or item.asset in line.assets:
            begin, end = max(item.from_date or first, first), min(item.until_date or last, last)
            days = max((end - begin).days, 0)
            parts.append(item.teams * days * daily_usd.get(item.asset, 0.0))
    return math.fsum(parts)


def envelopes(scenario: Scenario) -> list[Envelope]:
    """Compare each allocation with each line of funding that is for it.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    list[Envelope]
        Allocation by allocation, in the order of the lines.
    """
    start, horizon = scenario.start, horizon_date(scenario.start, scenario.horizon_years)
    daily_usd = {asset.id: asset.cost_usd_day for asset in scenario.assets}
    found = []
    for header in scenario.allocations:
        plan = [item for item in scenario.deployments if item.allocation == header.name]
        for line in scenario.funding:
            if line.allocation in (None, header.name):
                first, last = span_of(line, start, horizon)
                usd = planned_usd(line, plan, daily_usd, start, horizon)
                found.append(
                    Envelope(
                        line=line, allocation=header.name, first=first, last=last, planned_usd=usd
                    )
                )
    return found
