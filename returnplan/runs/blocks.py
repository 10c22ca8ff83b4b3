"""How well the number of draws pins a mean down: standard errors over aligned blocks of draws.

Draws come from one sequence that spreads its points evenly (model §9), so that neighbours are not
independent and the spread of single draws says too much of the error of their mean. Each aligned
block of 16 draws is itself spread evenly; the means of such blocks vary as little as a mean over
16 draws does, and the error of the whole mean follows from how they differ.

Draws of a calibrated run are taken by their weight, some of them several times: no block of them is
even. There the spread of single draws counts, over the effective number of draws
(:attr:`returnplan.model.chance.posterior.Resampled.effective`).
"""

import math
from typing import Any

import numpy as np
import scipy  # loads scipy.special only when it is first used
from numpy.typing import NDArray

from returnplan.quantiles import mean

BLOCK = 16
"""Draws in a block."""
LEAST_BLOCKS = 4
"""With fewer blocks than these, each draw is a block of its own."""
LEAST_DRAWS = 2
"""Fewer tell nothing of an error."""
CONFIDENCE = 0.95
"""Probability with which an interval holds the mean."""


def length_of(draws: int) -> int:
    """Draws in each block of so many draws."""
    return BLOCK if draws >= BLOCK * LEAST_BLOCKS else 1


def block_means(values: NDArray[Any]) -> NDArray[np.float64]:
    """Means over aligned blocks of draws.

    Parameters
    ----------
    values
        Shape (draws, ...): finite numbers of each draw, from draw 0 on.

    Returns
    -------
    NDArray[np.float64]
        Shape (blocks, ...): a block that is not full is left out.
    """
    length = length_of(len(values))
    blocks = len(values) // length
    full = values[: blocks * length].reshape(blocks, length, *values.shape[1:])
    return _sum(full.swapaxes(0, 1)) / length


def _sum(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Sum down the first axis, row by row: in one order on every machine."""
    total = np.zeros(rows.shape[1:])
    for row in rows:
        total += row
    return total


def standard_errors(values: NDArray[Any], effective: float | None = None) -> NDArray[np.float64]:
    """Standard errors of the means over the draws, in the unit of the values.

    The spread of the means of blocks over the square root of their number (batch means, as in Law,
    Simulation Modeling and Analysis, 2015, 9.5.3); the draws of a last block that is not full count
    as part of a block.

    Parameters
    ----------
    values
        Shape (draws, ...): finite numbers of each draw, from draw 0 on.

    effective
        Effective number of draws that were taken by weight; None: all draws weigh the same.

    Returns
    -------
    NDArray[np.float64]
        Shape (...): 0 or more; nan with fewer than two draws.
    """
    draws = len(values)
    if draws < LEAST_DRAWS or (effective is not None and effective < LEAST_DRAWS):
        return np.full(values.shape[1:], np.nan)
    if effective is not None:
        apart = values - values[0]
        apart = apart - _sum(apart) / draws
        return np.asarray(np.sqrt(_sum(apart**2) / draws / (effective - 1)))
    means = block_means(values - values[0])  # equal draws then have no error at all
    centre = _sum(means) / len(means)
    spread = np.sqrt(_sum((means - centre) ** 2) / (len(means) - 1))
    return np.asarray(spread / math.sqrt(draws / length_of(draws)))


def standard_error(values: NDArray[Any], effective: float | None = None) -> float:
    """Standard error of the mean of one number over the draws, as :func:`standard_errors`.

    Parameters
    ----------
    values
        Shape (draws,): a finite number of each draw, from draw 0 on.
    effective
        As there.

    Returns
    -------
    float
        0 or more; nan with fewer than two draws.
    """
    return standard_errors(values, effective).item()


def ratio_error(over: NDArray[Any], under: NDArray[Any], effective: float | None = None) -> float:
    """Standard error of a mean over another mean of the same draws.

    To first order the ratio R moves with the mean of (over - R under) / mean(under) (delta method,
    as in Cochran, Sampling Techniques, 1977, 6.4).

    Parameters
    ----------
    over, under
        Shape (draws,): finite numbers of each draw, from draw 0 on; the mean of ``under`` is not 0.
    effective
        As for :func:`standard_errors`.

    Returns
    -------
    float
        0 or more; nan with fewer than two draws.
    """
    centre = mean(under)
    return standard_error((over - mean(over) / centre * under) / centre, effective)


def interval(values: NDArray[Any], effective: float | None = None) -> tuple[float, float]:
    """Ends of the 95 % interval of the mean over the draws: Student's t over means of blocks.

    Parameters
    ----------
    values
        Shape (draws,): a finite number of each draw, from draw 0 on.
    effective
        Effective number of draws that were taken by weight, whose degrees of freedom are one fewer;
        None: all draws weigh the same.

    Returns
    -------
    tuple[float, float]
        In the unit of the values; nan with fewer than two draws.
    """
    error = standard_error(values, effective)
    if math.isnan(error):
        return math.nan, math.nan
    freedom = (len(block_means(values)) if effective is None else effective) - 1
    reach = float(scipy.special.stdtrit(freedom, (1 + CONFIDENCE) / 2)) * error
    centre = mean(values)
    return centre - reach, centre + reach
