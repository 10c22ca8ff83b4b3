"""The years of the map: by which year conditions are met for half of a district's people."""

import datetime as dt
from collections.abc import Collection, Sequence

HALF = 0.5
COLOURS = ("#081D58", "#225EA8", "#1D91C0", "#41B6C4", "#8AD1B8", "#D3EEB5")
"""Of the years, from the past on: the later the paler, also in grey."""

FAR_YEARS = 3
"""A difference of so many years and more is a shade of its own."""
DIFFERENCES = ("#2166AC", "#92C5DE", "#DDDDDD", "#F6B26B", "#B35806")
"""Between two plans: sooner by far, sooner, the same year, later, later by far."""


def year_before(start: dt.date, day: int) -> int:
    """Return the year that ends with the beginning of a day, or in which the day lies.

    Parameters
    ----------
    start
        Day 0.
    day
        Days from the start; what holds at its beginning was reached the day before.

    Examples
    --------
    >>> year_before(dt.date(2026, 1, 1), 365), year_before(dt.date(2026, 1, 1), 366)
    (2026, 2027)
    """
    return (start + dt.timedelta(days=max(day - 1, 0))).year


def half_met(shares: Sequence[float | None], years: Sequence[int]) -> list[int] | None:
    """Say between which years the share of people first reaches a half.

    Parameters
    ----------
    shares
        Share at each counted date, which only rises; None where a date is not shown.
    years
        Year that ends with each date.

    Returns
    -------
    list[int] | None
        First and last year that it may be, which are one where no date between them is withheld;
        empty: not within the run; None: not shown.
    """
    known = [(at, share) for at, share in enumerate(shares) if share is not None]
    below = [at for at, share in known if share < HALF]
    reached = [at for at, share in known if share >= HALF]
    first = below[-1] + 1 if below else 0
    if reached:
        return [years[min(first, reached[0])], years[reached[0]]]
    return [] if known and first == len(shares) else None


def last_past_year(as_of: dt.date | None) -> int | None:
    """Return the last year that is over at the date of the data."""
    return None if as_of is None else (as_of + dt.timedelta(days=1)).year - 1


def year_classes(seen: Collection[int], last: int, as_of: dt.date | None) -> list[int]:
    """Last year of each class of years, for as many colours at most as there are.

    Parameters
    ----------
    seen
        Years, as often as they occur: about as often in each class that is still to come.
    last
        Year of the end of the run, with which the last class ends.
    as_of
        Date of the data: the years that are over by then are a class of their own, the first.

    Examples
    --------
    >>> year_classes([2022, 2024, 2024, 2034], 2040, dt.date(2022, 12, 31))
    [2022, 2024, 2034, 2040]
    >>> year_classes([2027, 2029], 2030, None)
    [2027, 2029, 2030]
    """
    past = last_past_year(as_of)
    classes = [past] if past is not None and min(seen, default=last) <= past < last else []
    coming = sorted(year for year in seen if past is None or year > past)
    shades = len(COLOURS) - 1
    ends = {coming[len(coming) * number // shades] for number in range(1, shades)} if coming else ()
    return [*classes, *sorted({*ends} - {last}), last]


def year_key(seen: Collection[int], last: int, as_of: dt.date | None) -> list[tuple[int, str]]:
    """Last year and colour of each class; the darkest colour is kept for the past.

    Parameters
    ----------
    seen, last, as_of
        As in :func:`year_classes`.

    Examples
    --------
    >>> year_key([2026, 2027], 2027, None)
    [(2026, '#225EA8'), (2027, '#1D91C0')]
    >>> year_key([2025, 2026], 2026, dt.date(2026, 6, 30))
    [(2025, '#081D58'), (2026, '#225EA8')]
    """
    classes = year_classes(seen, last, as_of)
    begin = 0 if classes[0] == last_past_year(as_of) else 1
    return list(zip(classes, COLOURS[begin:], strict=False))
