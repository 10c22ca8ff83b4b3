"""Work calendars: how long work takes in a zone with winters (model §5)."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, timedelta

from returnplan.domain import Scenario
from returnplan.units import DAY_S, LIMIT_DAYS, whole_seconds

TOLERANCE_DAYS = 1e-9


class WorkCalendar:
    """Cumulative workable days W(t) of one zone, piecewise linear, month by month.

    Parameters
    ----------
    start
        First day of the time axis.
    by_month
        Workable days of each month, 1 to 12; None: every day is workable.
    """

    def __init__(self, start: date, by_month: Mapping[int, float] | None) -> None:
        self._bounds = [0]
        self._worked = [0.0]
        self._rates: list[float] = []
        day = start
        while self._bounds[-1] <= LIMIT_DAYS:
            following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            month_days = (following - day.replace(day=1)).days
            rate = 1.0 if by_month is None else by_month[day.month] / month_days
            length = (following - day).days
            self._bounds.append(self._bounds[-1] + length)
            self._worked.append(self._worked[-1] + rate * length)
            self._rates.append(rate)
            day = following

    def worked_days(self, at_s: int) -> float:
        """Workable days from the start to an instant, W(t).

        Parameters
        ----------
        at_s
            Instant, s, from 0 to 100 years.

        Returns
        -------
        float
            Days.
        """
        day = at_s / DAY_S
        month = bisect_right(self._bounds, day) - 1
        return self._worked[month] + (day - self._bounds[month]) * self._rates[month]

    def finish_s(self, begin_s: int, work_days: float) -> int | None:
        """End of work: the earliest u >= s with W(u) >= W(s) + w - 1e-9 (model §5).

        Parameters
        ----------
        begin_s
            Begin s of the work, s.
        work_days
            Work w, workable days.

        Returns
        -------
        int or None
            Whole seconds; None when it would end after 100 years.
        """
        day = begin_s / DAY_S
        if day > LIMIT_DAYS:
            return None
        month = bisect_right(self._bounds, day) - 1
        worked = self._worked[month] + (day - self._bounds[month]) * self._rates[month]
        target = worked + work_days - TOLERANCE_DAYS
        if target <= worked:
            return begin_s
        after = bisect_left(self._worked, target)
        if after == len(self._worked):
            return None
        end = self._bounds[after - 1] + (target - self._worked[after - 1]) / self._rates[after - 1]
        finish = whole_seconds(end * DAY_S)
        return finish if finish <= LIMIT_DAYS * DAY_S else None


def calendars_by_zone(scenario: Scenario) -> dict[str, WorkCalendar]:
    """Build the calendar of each zone; the zone without a name works every day.

    Parameters
    ----------
    scenario
        The scenario with its table of calendars.

    Returns
    -------
    dict[str, WorkCalendar]
        By zone.
    """
    months: dict[str, dict[int, float]] = {}
    for row in scenario.calendars:
        months.setdefault(row.zone, {})[row.month] = row.workable_days
    named = {zone: WorkCalendar(scenario.start, rows) for zone, rows in months.items()}
    return {"": WorkCalendar(scenario.start, None), **named}
