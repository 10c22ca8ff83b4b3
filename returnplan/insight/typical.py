"""Binding chains of every community from a few typical draws, each run once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from returnplan.insight.story import Chain, Step
from returnplan.quantiles import MIDDLE, quantile

TYPICAL_DRAWS = 8
"""Draws of an allocation that are run again to tell chains from."""
SHORT_DAYS = 14.0
"""Stretches below are put together with their neighbours below."""

Days = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One line of a chain on the page.

    Parameters
    ----------
    cause
        Cause of delay; empty: an event, or several short stretches together.
    begin_day, end_day
        Days from the start.
    words
        What happened; empty: several short stretches together.
    """

    cause: str
    begin_day: int
    end_day: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypicalChain:
    """The chain of one community in one draw.

    Parameters
    ----------
    draw
        Number of the draw; None: expected values.
    stretches
        In the order of time.
    """

    draw: int | None
    stretches: tuple[Stretch, ...]


def typical_draws(ready_day: Days, horizon_days: float, most: int = TYPICAL_DRAWS) -> list[int]:
    """Choose the draws that lie nearest to the medians of all communities together.

    One after the other, the draw is taken that brings the sum of distances in days down most. A
    community that is not ready counts with the horizon.

    Parameters
    ----------
    ready_day
        Draw x community, days from the start; ``inf``: not within the horizon.
    horizon_days
        Length of the horizon, days.
    most
        How many draws at most.

    Returns
    -------
    list[int]
        Numbers of the draws; fewer when no other draw is nearer for anybody.

    Examples
    --------
    >>> typical_draws(np.array([[1.0, 9.0], [2.0, 5.0], [7.0, 4.0]]), 100.0)
    [1]
    """
    apart = _distances(ready_day, horizon_days)
    nearest = np.full(apart.shape[1], np.inf)
    chosen: list[int] = []
    for _ in range(min(most, len(apart))):
        sums = np.minimum(apart, nearest).sum(axis=1)
        if chosen and sums.min() >= nearest.sum():
            break
        chosen.append(int(sums.argmin()))
        nearest = np.minimum(nearest, apart[chosen[-1]])
    return chosen


def _distances(ready_day: Days, horizon_days: float) -> NDArray[np.float64]:
    """Days between the ready day in each draw and the median, draw x community."""
    days = np.minimum(np.asarray(ready_day, dtype=np.float64), horizon_days)
    apart: NDArray[np.float64] = np.abs(days - quantile(days, MIDDLE))
    return apart


def typical_chains(
    chain: Chain,
    communities: Sequence[str],
    ready_day: Days | None,
    horizon_days: float,
    start: date,
) -> list[TypicalChain]:
    """Tell the chain of each community in the typical draw that is nearest to its median.

    Parameters
    ----------
    chain
        Chains of the allocation.
    communities
        Ids, in the order of the columns of ``ready_day``.
    ready_day
        Draw x community, days; None: a run on expected values.
    horizon_days
        Length of the horizon, days.
    start
        Day 0.

    Returns
    -------
    list[TypicalChain]
        One each, in the order given.
    """
    found: dict[str, TypicalChain] = {}
    for draw, some in _by_draw(communities, ready_day, horizon_days).items():
        for community, steps in zip(some, chain.of_many(some, draw), strict=True):
            found[community] = TypicalChain(draw=draw, stretches=_folded(steps, start))
    return [found[one] for one in communities]


def _by_draw(
    communities: Sequence[str], ready_day: Days | None, horizon_days: float
) -> Mapping[int | None, list[str]]:
    """Communities by the draw from which their chain is told."""
    if ready_day is None:
        return {None: list(communities)}
    draws = typical_draws(ready_day, horizon_days)
    nearest = _distances(ready_day, horizon_days)[draws].argmin(axis=0)
    by_draw: dict[int | None, list[str]] = {}
    for community, at in zip(communities, nearest.tolist(), strict=True):
        by_draw.setdefault(draws[at], []).append(community)
    return by_draw


def _folded(steps: Iterable[Step], start: date) -> tuple[Stretch, ...]:
    """Put short stretches between longer ones together."""
    lines: list[Stretch] = []
    is_open = False  # whether the last line takes short stretches
    for step in steps:
        begin, end = (step.begin - start).days, (step.end - start).days
        is_short = bool(step.cause) and step.days < SHORT_DAYS
        if is_short and is_open:
            lines[-1] = Stretch(cause="", begin_day=lines[-1].begin_day, end_day=end, words="")
        else:
            lines.append(Stretch(cause=step.cause, begin_day=begin, end_day=end, words=step.words))
        is_open = is_short
    return tuple(lines)
