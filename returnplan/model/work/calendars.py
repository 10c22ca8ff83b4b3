"""Work calendars: the workable days of each zone, month by month (model §5)."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from returnplan.domain import Scenario
from returnplan.model.chance.months import Months, cut, months_from
from returnplan.model.chance.posterior import acts_from

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
COMMON_YEAR = 2025


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendars:
    """Workable days per day and zone; z zones, n months.

    In a calibrated scenario the month in which the model's discrepancy begins is cut in two there.

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
    month
        Number of the calendar month of each month or part of one, n.
    acts_from
        The first month in which the model's discrepancy acts.
    as_planned
        The same without the discrepancy; None: there is none.
    """

    months: Months
    zones: Mapping[str, int]
    daily: Floats
    worked: Floats
    pace: Floats
    month: Whole
    acts_from: int
    as_planned: "Calendars | None" = None

    def under(self, weather: Floats, discrepancy: float = 1.0) -> "Calendars":
        """Let the weather change the workable days of every zone that has a calendar.

        Parameters
        ----------
        weather
            Ratio for each calendar month; a month never has more workable days than days, or than
            its calendar says.
        discrepancy
            Speed of all work from the day after the last fact on, ratio (model §9): it counts as
            more or fewer workable days of every zone, beyond all days, too.

        Returns
        -------
        Calendars
            Calendars of one draw.
        """
        daily = np.minimum(self.daily * weather[self.month], np.maximum(self.daily, 1.0))
        daily[self.zones[""]] = self.daily[self.zones[""]]
        drawn = replace(self, daily=daily, worked=_worked(daily, self.months))
        if discrepancy == 1:
            return drawn
        acting = daily.copy()
        acting[:, self.acts_from :] *= discrepancy
        worked = _worked(acting, self.months)
        return replace(drawn, daily=acting, worked=worked, as_planned=drawn)

    def by_month(self, counts: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """Put counts of the two parts of a month together, ... x n to ... x calendar months."""
        months = int(self.month[-1]) + 1
        if counts.shape[-1] == months:
            return counts
        first = np.searchsorted(self.month, np.arange(months))
        return np.add.reduceat(counts, first, axis=-1, dtype=np.int32)


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
    begins = acts_from(scenario)
    day = int(months.start_day[-1]) if begins is None else (begins - scenario.start).days
    months, of_pieces = cut(months, day)
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
        months=months,
        zones=zones,
        daily=daily,
        worked=_worked(daily, months),
        pace=pace,
        month=of_pieces,
        acts_from=int(np.searchsorted(months.start_day, day)),
    )
