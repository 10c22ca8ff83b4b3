"""One difference over draws: its mean with an interval, its range, and which of the two is better.

All that compares two allocations asks here: ``rp.compare``, tables, charts, pages and scripts.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import scipy  # loads scipy.special only when it is first used
from numpy.typing import NDArray

from returnplan.language.words import Later, later
from returnplan.quantiles import HIGH, LOW, mean, quantile
from returnplan.runs.blocks import CONFIDENCE, interval

LEAST_DIFFERING = 10
"""Fewer draws that differ than these tell nothing of a mean, nor of what drives a result."""
LEAST_AGREEING = (4, 5)
"""Share of the draws that must agree in which of two is better, as a fraction: 80 %."""

Verdict = Literal["better", "worse", "level"]
BETTER: Verdict = "better"
WORSE: Verdict = "worse"
LEVEL: Verdict = "level"
VERDICTS: Mapping[str, Later] = {
    BETTER: later("better"),
    WORSE: later("worse"),
    LEVEL: later("level"),
}
OPPOSITE = {BETTER: WORSE, WORSE: BETTER, LEVEL: LEVEL}
"""What a verdict is the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """The difference A - B of one number over the same draws (model §11).

    Parameters
    ----------
    mean
        Mean over the draws; nan: fewer than ten differ.
    low, high
        Ends of the 95 % interval of that mean; nan as it.
    p10, p90
        Range over the draws.
    probability_better
        Share of the draws in which A is strictly better; a tie counts half.
    probability_same
        Share of the ties.
    draws, differing
        How many there are, and in how many of them A and B differ.
    differing_share_high
        What share of all possible draws differs at most: upper end of its 95 % interval.
    verdict
        Whether A is better than B.
    """

    mean: float
    low: float
    high: float
    p10: float
    p90: float
    probability_better: float
    probability_same: float
    draws: int
    differing: int
    differing_share_high: float
    verdict: Verdict


def difference_of(
    values: NDArray[Any], *, fewer_is_better: bool, effective: float | None = None
) -> Difference:
    """Judge a difference.

    The interval is Student's t over means of aligned blocks of draws
    (:mod:`returnplan.runs.blocks`). Where fewer than ten draws differ it would say little, or that
    nothing is uncertain: then there is no mean, but the share of draws that differ has an upper
    end (Clopper and Pearson, The use of confidence or fiducial limits illustrated in the case of
    the binomial, Biometrika 26, 1934).

    A is *better* when at least 80 % of the draws say so, a tie as half a draw, and the interval
    lies on that side of 0 without holding it; *worse* likewise; else the two are *level*. Without
    an interval they are level.

    Parameters
    ----------
    values
        Shape (draws,), at least two: A - B of each draw, from draw 0 on; exactly 0 is a tie.
    fewer_is_better
        Whether a negative difference is the better one.
    effective
        Effective number of draws that were taken by weight: the interval and the upper end go by
        it; None: all draws weigh the same.
    """
    draws = len(values)
    differing = int(np.count_nonzero(values))
    known = draws if effective is None else effective
    better = int(np.count_nonzero(values < 0 if fewer_is_better else values > 0))
    halves = 2 * better + draws - differing
    middle = low = high = math.nan
    if differing * known >= LEAST_DIFFERING * draws:
        middle, (low, high) = mean(values), interval(values, effective)
    gain = (-high, -low) if fewer_is_better else (low, high)
    return Difference(
        mean=middle,
        low=low,
        high=high,
        p10=float(quantile(values, LOW)),
        p90=float(quantile(values, HIGH)),
        probability_better=halves / (2 * draws),
        probability_same=(draws - differing) / draws,
        draws=draws,
        differing=differing,
        differing_share_high=share_high(differing, draws, known),
        verdict=_verdict(halves, draws, gain),
    )


def _verdict(halves: int, draws: int, gain: tuple[float, float]) -> Verdict:
    """Judge by the half draws for A and the interval of its gain; nan: none."""
    share, of = LEAST_AGREEING
    if of * halves >= share * 2 * draws and gain[0] > 0:
        return BETTER
    if of * (2 * draws - halves) >= share * 2 * draws and gain[1] < 0:
        return WORSE
    return LEVEL


def share_high(count: int, draws: int, effective: float | None = None) -> float:
    """Upper end of the 95 % interval of a share (Clopper and Pearson).

    Parameters
    ----------
    count
        In how many of the draws something happens.
    effective
        How many draws count; None: all.

    Examples
    --------
    >>> round(share_high(3, 128), 3), share_high(5, 5)
    (0.067, 1.0)
    """
    if count == draws:
        return 1.0
    tail = (1 + CONFIDENCE) / 2
    part = 1.0 if effective is None else effective / draws
    return float(scipy.special.betaincinv(part * count + 1, part * (draws - count), tail))
