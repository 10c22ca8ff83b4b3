"""Ranges over draws: quantiles that are always the value of a draw, and exact means."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

LOW, MIDDLE, HIGH = 10, 50, 90
"""Percent: the range that is shown, and the median."""
NOTE = "ranges are 80 % model intervals (p10 to p90) under stated assumptions"


def quantile(values: NDArray[Any], percent: int, axis: int = 0) -> NDArray[Any]:
    """Value of a draw below or at which a share of the draws lies: method "higher".

    Parameters
    ----------
    values
        Numbers, ``inf`` included.
    percent
        Whole percent from 0 to 100.
    axis
        Axis of the draws.

    Returns
    -------
    NDArray
        The sorted draws at place ceil(percent (n - 1) / 100), counted from 0.

    Examples
    --------
    >>> quantile(np.array([4.0, 1.0, np.inf]), 50).item()
    4.0
    """
    place = -(-percent * (values.shape[axis] - 1) // 100)
    found: NDArray[Any] = np.partition(values, place, axis=axis).take(place, axis=axis)
    return found


def mean(values: NDArray[Any]) -> float:
    """Mean over draws; the sum is exact before it is rounded."""
    return math.fsum(values.tolist()) / len(values)
