"""What is compared: ready days of allocations by draw, read from an ensemble or a run folder."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.errors import ReturnplanError
from returnplan.runs import DRAWS
from returnplan.units import DAY_S, horizon_date

Ints = NDArray[np.int64]
LEAST_DRAWS = 2
"""Fewer draws than these tell nothing of a mean."""
NEVER_S = np.iinfo(np.int64).max


class Spread(Protocol):
    """What can be compared: an ensemble, or a run folder that was read again."""

    @property
    def allocations(self) -> tuple[str, ...]:
        """Names, in the order of ``ready_day``."""

    @property
    def communities(self) -> tuple[str, ...]:
        """Ids, in the order of ``ready_day``."""

    @property
    def ready_day(self) -> NDArray[np.floating[Any]] | None:
        """Allocation x draw x community, days; ``inf``: not within the horizon; None: no draws."""

    @property
    def effective(self) -> float | None:
        """Effective number of draws that were taken by weight; None: all weigh the same."""

    @property
    def readiness(self) -> pd.DataFrame:
        """Table with people and district of each community."""

    @property
    def start(self) -> date:
        """First day of the scenario."""

    @property
    def horizon(self) -> date:
        """Date after which nothing is shown."""


def drawn(spread: Spread) -> NDArray[np.floating[Any]]:
    """Ready days by draw, if there are enough draws to compare.

    Parameters
    ----------
    spread
        An ensemble or a run.

    Returns
    -------
    NDArray
        Allocation x draw x community, days.

    Raises
    ------
    ReturnplanError
        When there are fewer than two draws.
    """
    ready_day = spread.ready_day
    if ready_day is None or ready_day.shape[1] < LEAST_DRAWS:
        said = "expected values, without draws" if ready_day is None else "one draw"
        raise ReturnplanError(
            f"allocations are compared over draws, and this is a run on {said}: "
            f"run it again with --draws {DRAWS}"
        )
    return ready_day


def check_comparable(spread: Spread) -> None:
    """Refuse what has nothing to compare.

    Parameters
    ----------
    spread
        An ensemble or a run.

    Raises
    ------
    ReturnplanError
        When there are fewer than two draws or two allocations.
    """
    drawn(spread)
    if len(spread.allocations) == 1:
        raise ReturnplanError(
            f"{spread.allocations[0]} is the only allocation of the run: nothing to compare it with"
        )


def against_of(spread: Spread, against: str | None) -> str:
    """Name of the allocation that the others are compared with: the first, unless another is said.

    Parameters
    ----------
    spread
        An ensemble or a run.
    against
        What was asked for.

    Returns
    -------
    str
        Its name.

    Raises
    ------
    ReturnplanError
        When there is no such allocation.
    """
    if against is None:
        return spread.allocations[0]
    if against not in spread.allocations:
        known = ", ".join(spread.allocations)
        raise ReturnplanError(f"no allocation is called {against!r}; there are: {known}")
    return against


def yearly_dates(spread: Spread) -> list[date]:
    """Dates of each year after the start, up to the horizon."""
    years = spread.horizon.year - spread.start.year
    return [horizon_date(spread.start, year) for year in range(1, years + 1)]


def middle_date(start: date, horizon: date) -> date:
    """Date in the middle of the time, whole years after the start; of one year its end.

    Examples
    --------
    >>> middle_date(date(2020, 3, 1), date(2045, 3, 1)).isoformat()
    '2032-03-01'
    """
    return horizon_date(start, max(1, (horizon.year - start.year) // 2))


def counted_dates(spread: Spread, dates: Sequence[date] | None) -> list[date]:
    """Dates on which people are counted, in order, each once.

    Parameters
    ----------
    spread
        An ensemble or a run.
    dates
        What was asked for; None: each year after the start.

    Returns
    -------
    list[date]
        From the start to the horizon.

    Raises
    ------
    ReturnplanError
        When a date is outside the time of the run.
    """
    if dates is None:
        return yearly_dates(spread)
    for day in dates:
        if not spread.start <= day <= spread.horizon:
            raise ReturnplanError(
                f"{day} is outside the time of the run, {spread.start} to {spread.horizon}"
            )
    return sorted(set(dates))


def whole_seconds(days: NDArray[np.floating[Any]]) -> Ints:
    """Days as whole seconds, as the model counts them.

    Run folders keep 32-bit days. Midnights are exact in them; other times are off by up to 21 s at
    20 years, so that what comes within these seconds after a midnight may count as at midnight.

    Parameters
    ----------
    days
        Days from the start; ``inf`` or nan: not within the horizon.

    Returns
    -------
    NDArray[np.int64]
        Seconds; ``NEVER_S`` for never.
    """
    seconds = np.full(days.shape, NEVER_S)
    is_within = np.isfinite(days)
    seconds[is_within] = np.rint(days[is_within].astype(np.float64) * DAY_S)
    return seconds


def communities_of(spread: Spread) -> pd.DataFrame:
    """People, district and settlement of each community.

    Parameters
    ----------
    spread
        An ensemble or a run.

    Returns
    -------
    pandas.DataFrame
        ``people``, ``district`` and ``settlement`` by id of the community, in the order of
        ``ready_day``.
    """
    table = spread.readiness
    first = table[table["allocation"] == spread.allocations[0]].set_index("community")
    return first.loc[list(spread.communities), ["people", "district", "settlement"]]
