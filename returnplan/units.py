"""The time axis: whole seconds since midnight of the start, shown as days or dates (model §1)."""

import calendar
import math
from datetime import date, timedelta

DAY_S = 86_400
LIMIT_DAYS = 36_525
LIMIT_S = LIMIT_DAYS * DAY_S
NEVER = -1
"""Mark of a time that does not come, in arrays of whole numbers of seconds.

Arrays of floats (seconds in the model, days in results) say ``inf`` for it, and nan for what is
unknown; a table leaves the cell empty.
"""


def whole_seconds(seconds: float) -> int:
    """Round to the nearest second, halves up (model §1).

    Parameters
    ----------
    seconds
        A computed time or length, s.

    Returns
    -------
    int
        Whole seconds.

    Examples
    --------
    >>> whole_seconds(1.5), whole_seconds(2.4999)
    (2, 2)
    """
    return math.floor(seconds + 0.5)


def days_to_seconds(days: float) -> int:
    """Length or time in days as whole seconds (model §1)."""
    return whole_seconds(days * DAY_S)


def date_to_seconds(day: date, start: date) -> int:
    """Midnight of a date on the axis, s; negative before the start."""
    return (day - start).days * DAY_S


def seconds_to_date(seconds: int, start: date) -> date:
    """Date on which an instant falls.

    Examples
    --------
    >>> seconds_to_date(86_399, date(2020, 11, 10)).isoformat()
    '2020-11-10'
    """
    return start + timedelta(days=seconds // DAY_S)


def horizon_date(start: date, years: int) -> date:
    """Date N years after the start; 29 February becomes the 28th (model §1).

    Examples
    --------
    >>> horizon_date(date(2020, 2, 29), 1).isoformat()
    '2021-02-28'
    """
    year = start.year + years
    last = calendar.monthrange(year, start.month)[1]
    return start.replace(year=year, day=min(start.day, last))


def counting_dates(start: date, years: int) -> list[date]:
    """Dates on which people are counted: the start, first days of months, the horizon.

    Parameters
    ----------
    start
        Day 0.
    years
        Length of the horizon, years.

    Returns
    -------
    list[date]
        In order, each once.
    """
    horizon = horizon_date(start, years)
    return list(dict.fromkeys([start, *month_starts(start, horizon), horizon]))


def month_starts(start: date, end: date) -> list[date]:
    """First days of the calendar months after the month of the start, up to the end.

    Examples
    --------
    >>> [day.isoformat() for day in month_starts(date(2020, 11, 10), date(2021, 1, 1))]
    ['2020-12-01', '2021-01-01']
    """
    months = range(12 * start.year + start.month, 12 * end.year + end.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]
