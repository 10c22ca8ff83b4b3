"""How well the number of draws pins a mean down: standard errors over aligned blocks of draws.

Draws come from one sequence that spreads its points evenly (model §9), so that neighbours are not
independent and the spread of single draws says too much of the error of their mean. Each aligned
block of 16 draws is itself spread evenly; the means of such blocks vary as little as a mean over
16 draws does, and the error of the whole mean follows from how they differ.
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
        Shape (draws,): a finite number of each draw, from draw 0 on.

    Returns
    -------
    NDArray[np.float64]
        Shape (blocks,): a block that is not full is left out.
    """
    length = length_of(len(values))
    full = values[: len(values) // length * length].reshape(-1, length)
    return np.array([mean(block) for block in full], np.float64)


def standard_error(values: NDArray[Any]) -> float:
    """Standard error of the mean over the draws, in the unit of the values.

    The spread of the means of blocks over the square root of their number (batch means, as in Law,
    Simulation Modeling and Analysis, 2015, 9.5.3); the draws of a last block that is not full count
    as part of a block.

    Parameters
    ----------
    values
        Shape (draws,): a finite number of each draw, from draw 0 on.

    Returns
    -------
    float
        0 or more; nan with fewer than two draws.
    """
    means = block_means(values)
    if len(values) < LEAST_DRAWS:
        return math.nan
    centre = mean(means)
    spread = math.sqrt(math.fsum((means - centre) ** 2) / (len(means) - 1))
    return spread / math.sqrt(len(values) / length_of(len(values)))


def interval(values: NDArray[Any]) -> tuple[float, float]:
    """Ends of the 95 % interval of the mean over the draws: Student's t over means of blocks.

    Parameters
    ----------
    values
        Shape (draws,): a finite number of each draw, from draw 0 on.

    Returns
    -------
    tuple[float, float]
        In the unit of the values; nan with fewer than two draws.
    """
    freedom = len(block_means(values)) - 1
    if len(values) < LEAST_DRAWS:
        return math.nan, math.nan
    reach = float(scipy.special.stdtrit(freedom, (1 + CONFIDENCE) / 2)) * standard_error(values)
    centre = mean(values)
    return centre - reach, centre + reach
