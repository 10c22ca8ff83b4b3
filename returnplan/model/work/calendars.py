"""Work calendars: the workable days of each zone, month by month (model §5)."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from returnplan.domain import Scenario
from returnplan.model.chance.months import Months, months_from

Floats = npt.NDArray[np.float64]
COMMON_YEAR = 2025


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendars:
    """Workable days per day and zone; z zones, n months.

    Parameters
    ----------
    zones
        Number of each zone; the zone without a name works every day.
    daily
        Workable days per day, z x n.
    worked
        Workable days W from the start to the first day of each month, z x (n + 1), days.
    pace
        Workable days per day in the best month of the calendar, whatever the weather, z.
    """

    months: Months
    zones: Mapping[str, int]
    daily: Floats
    worked: Floats
    pace: Floats

    def under(self, weather: Floats) -> "Calendars":
        """Let the weather change the workable days of every zone that has a calendar.

        Parameters
        ----------
        weather
            Ratio for each month, n; a month never has more workable days than days, or than its
            calendar says.

        Returns
        -------
        Calendars
            Calendars of one draw.
        """
        daily = np.minimum(self.daily * weather, np.maximum(self.daily, 1.0))
        daily[self.zones[""]] = self.daily[self.zones[""]]
        return Calendars(
            months=self.months,
            zones=self.zones,
            daily=daily,
            worked=_worked(daily, self.months),
            pace=self.pace,
        )


def _worked(daily: Floats, months: Months) -> Floats:
    worked = np.zeros((len(daily), len(months.start_day)))
    np.cumsum(daily * np.diff(months.start_day), axis=1, out=worked[:, 1:])
    return worked


def calendars_of(scenario: Scenario) -> Calendars:
    """Spread the workable days of each zone evenly over the days of each month (model §5).

    Parameters
    ----------
    scenario
        The scenario with its table of calendars.

    Returns
    -------
    Calendars
        Of all zones.
    """
    by_month: dict[str, dict[int, float]] = {}
    for row in scenario.calendars:
        by_month.setdefault(row.zone, {})[row.month] = row.workable_days
    months = months_from(scenario.start)
    zones = {zone: number for number, zone in enumerate(["", *by_month])}
    daily = np.ones((len(zones), len(months.names)))
    first = [(int(name[:4]), int(name[5:])) for name in months.names] if by_month else []
    for number, (year, month) in enumerate(first):
        length = monthrange(year, month)[1]
        for zone, workable in by_month.items():
            daily[zones[zone], number] = workable[month] / length
    pace = np.ones(len(zones))
    for zone, workable in by_month.items():
        best = max(days / monthrange(COMMON_YEAR, month)[1] for month, days in workable.items())
        pace[zones[zone]] = min(best, 1.0)
    return Calendars(
        months=months, zones=zones, daily=daily, worked=_worked(daily, months), pace=pace
    )
