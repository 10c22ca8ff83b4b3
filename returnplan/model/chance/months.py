"""The calendar months of the time axis: weather is drawn, and work is counted, month by month."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from returnplan.units import LIMIT_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """The months of the time axis, until beyond its limit of 100 years; n months.

    Parameters
    ----------
    start_day
        First day of each month on the axis, and the day after the last, n + 1, days.
    of_day
        Number of the month of each day.
    names
        ``2025-01`` and so on, n.
    """

    start_day: npt.NDArray[np.int64]
    of_day: npt.NDArray[np.int32]
    names: tuple[str, ...]


@cache
def months_from(start: date) -> Months:
    """Cut the time axis into calendar months.

    Parameters
    ----------
    start
        First day of the axis; its month may begin before it.

    Returns
    -------
    Months
        The months.
    """
    starts, names, day = [0], [], start
    while starts[-1] <= LIMIT_DAYS:
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        names.append(f"{day:%Y-%m}")
        starts.append((following - start).days)
        day = following
    start_day = np.array(starts, dtype=np.int64)
    of_day = np.repeat(np.arange(len(names), dtype=np.int32), np.diff(start_day))
    return Months(start_day=start_day, of_day=of_day, names=tuple(names))


def cut(months: Months, day: int) -> tuple[Months, npt.NDArray[np.int64]]:
    """Let a piece of the time axis begin at a day, in the middle of its month if need be.

    Parameters
    ----------
    months
        The months.
    day
        Day from the start.

    Returns
    -------
    tuple[Months, numpy.ndarray]
        The pieces, each with the name of its month; and the number of the month of each piece.
    """
    whole = np.arange(len(months.names))
    if day in months.start_day or not 0 < day < months.start_day[-1]:
        return months, whole
    at = int(months.of_day[day])
    start_day = np.insert(months.start_day, at + 1, day)
    pieces = Months(
        start_day=start_day,
        of_day=np.repeat(np.arange(len(whole) + 1, dtype=np.int32), np.diff(start_day)),
        names=(*months.names[: at + 1], *months.names[at:]),
    )
    return pieces, np.insert(whole, at, at)
