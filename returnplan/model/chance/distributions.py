"""The family of distributions, and values drawn from them by inverse distribution functions (§9).

One entry of ``DISTRIBUTIONS`` says all there is to know of a distribution. Missing parameters,
messages, means, truncation, tables and tests of a new one follow from its entry.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy  # loads scipy.special only when it is first used
from numpy.typing import NDArray

from returnplan.domain import Assumption, DistributionName

Floats = NDArray[np.float64]

_LEAST_PROBABILITY = 1e-12  # that low and high must leave between them
_JUST_BELOW_ONE = 1 - 2.0**-53

REACH = 36.0
"""Greatest log(u / (1 - u)) of tables, where 1 - u is two roundings wide."""
LEVELS = 2**13
"""Levels of a table, in equal steps of log(u / (1 - u))."""
LEAST_TAIL = 1e-3
"""Part of the mean of 1/x that lies beyond the tables at most."""


def poisson_counts(mean: NDArray[Any] | float, u: NDArray[Any]) -> NDArray[np.int64]:
    """Inverse distribution function of Poisson numbers, each with a mean of its own.

    The least count whose distribution function reaches u. The first guess is the expansion of
    Cornish and Fisher (1938) to the skewness; steps of one then lead to the exact count.

    Parameters
    ----------
    mean
        Shape (n,): means, 0 or more; or one for all.
    u
        Shape (n,): probabilities strictly between 0 and 1.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): counts.
    """
    z = scipy.special.ndtri(u)
    guess = np.ceil(mean + z * np.sqrt(mean) + (z * z - 1) / 6 - 0.5)
    count = np.where(np.equal(mean, 0), 0, np.maximum(guess, 0))
    while np.any(few := scipy.special.pdtr(count, mean) < u):
        count = count + few
    while np.any(many := (count > 0) & (scipy.special.pdtr(count - 1, mean) >= u)):
        count = count - many
    return count.astype(np.int64)


# ---------------------------------------------------------------- the family


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What every distribution says of its parameters; all functions take them in their order."""

    parameters: tuple[str, ...]  # what a, b and c, or the first ones of them, are called
    fits: Callable[..., bool] = lambda *_: True  # whether given ones make sense
    needs: str = ""  # the same in words; {} stands for each parameter in turn


@dataclass(frozen=True, slots=True, kw_only=True)
class OneNumber(Distribution):
    """A distribution of a single number, before its truncation."""

    mean: Callable[..., float]
    ends: Callable[..., tuple[float, float]]  # the same if it has no width
    up_to: Callable[..., Any]  # distribution function at one x between the ends
    inverse: Callable[..., NDArray[Any]]  # its inverse at many u, also if it has no width
    is_whole: bool = False  # values are whole numbers; up_to is then asked for many x
    touches: bool = True  # a value can equal the very ends


DISTRIBUTIONS: Mapping[DistributionName, Distribution] = {
    "fixed": OneNumber(
        parameters=("value",),
        mean=lambda value: value,
        ends=lambda value: (value, value),
        up_to=lambda x, value: x >= value,
        inverse=lambda u, value: np.full(u.shape, value),
    ),
    "uniform": OneNumber(
        parameters=("low", "high"),
        fits=lambda low, high: low <= high,
        needs="{} <= {}",
        mean=lambda low, high: (low + high) / 2,
        ends=lambda low, high: (low, high),
        up_to=lambda x, low, high: (x - low) / (high - low),
        inverse=lambda u, low, high: low + u * (high - low),
    ),
    "triangular": OneNumber(
        parameters=("low", "mode", "high"),
        fits=lambda low, mode, high: low <= mode <= high,
        needs="{} <= {} <= {}",
        mean=lambda low, mode, high: (low + mode + high) / 3,
        ends=lambda low, mode, high: (low, high),
        up_to=lambda x, low, mode, high: (
            (x - low) ** 2 / ((mode - low) * (high - low))
            if x < mode
            else 1 - (high - x) ** 2 / ((high - mode) * (high - low))
        ),
        inverse=lambda u, low, mode, high: np.where(
            u * (high - low) < mode - low,
            low + np.sqrt(u * (mode - low) * (high - low)),
            high - np.sqrt((1 - u) * (high - mode) * (high - low)),
        ),
    ),
    "normal": OneNumber(
        parameters=("mean", "sd"),
        fits=lambda mean, sd: sd >= 0,
        needs="{1} >= 0",
        mean=lambda mean, sd: mean,
        ends=lambda mean, sd: (-math.inf, math.inf) if sd else (mean, mean),
        up_to=lambda x, mean, sd: scipy.special.ndtr((x - mean) / sd),
        inverse=lambda u, mean, sd: mean + sd * scipy.special.ndtri(u),
    ),
    "lognormal": OneNumber(
        parameters=("median", "sd of log"),
        fits=lambda median, sd: median > 0 and sd >= 0,
        needs="{} > 0 and {} >= 0",
        mean=lambda median, sd: median * math.exp(sd * sd / 2),
        ends=lambda median, sd: (0.0, math.inf) if sd else (median, median),
        up_to=lambda x, median, sd: scipy.special.ndtr((math.log(x) - math.log(median)) / sd),
        inverse=lambda u, median, sd: median * np.exp(sd * scipy.special.ndtri(u)),
        touches=False,
    ),
    "beta": OneNumber(
        parameters=("alpha", "beta"),
        fits=lambda alpha, beta: alpha > 0 and beta > 0,
        needs="{} > 0 and {} > 0",
        mean=lambda alpha, beta: alpha / (alpha + beta),
        ends=lambda alpha, beta: (0.0, 1.0),
        up_to=lambda x, alpha, beta: scipy.special.betainc(alpha, beta, x),
        inverse=lambda u, alpha, beta: scipy.special.betaincinv(alpha, beta, u),
        touches=False,
    ),
    "gamma": OneNumber(
        parameters=("shape", "scale"),
        fits=lambda shape, scale: shape > 0 and scale > 0,
        needs="{} > 0 and {} > 0",
        mean=lambda shape, scale: shape * scale,
        ends=lambda shape, scale: (0.0, math.inf),
        up_to=lambda x, shape, scale: scipy.special.gammainc(shape, x / scale),
        inverse=lambda u, shape, scale: scale * scipy.special.gammaincinv(shape, u),
        touches=False,
    ),
    "poisson": OneNumber(
        parameters=("mean",),
        fits=lambda mean: mean >= 0,
        needs="{} >= 0",
        mean=lambda mean: mean,
        ends=lambda mean: (0.0, math.inf),
        up_to=lambda x, mean: scipy.special.pdtr(x, mean),
        inverse=lambda u, mean: poisson_counts(mean, u),
        is_whole=True,
    ),
    "dirichlet": Distribution(
        parameters=("cancelled", "reduced", "cleared"),
        fits=lambda a, b, c: min(a, b, c) >= 0 and a + b + c > 0,
        needs="a, b, c >= 0 and a sum above 0",
    ),
}
"""By name, in the order of ``domain.DistributionName``."""

PARAMETERS = {name: tuple("abc"[: len(one.parameters)]) for name, one in DISTRIBUTIONS.items()}
"""Columns that each distribution needs."""
TOUCHING = {n for n, one in DISTRIBUTIONS.items() if isinstance(one, OneNumber) and one.touches}
"""Distributions that can bring the very end of their range."""


def _numbers(row: Assumption) -> list[float]:
    given = (getattr(row, name) for name in PARAMETERS[row.distribution])
    return [math.nan if value is None else value for value in given]


def _one(row: Assumption) -> OneNumber:
    one = DISTRIBUTIONS[row.distribution]
    if isinstance(one, OneNumber):
        return one
    raise ValueError(f"assumption {row.id}: a {row.distribution} is three numbers, see Shares")


def shape_problem(row: Assumption) -> str:
    """Say which parameters a distribution needs or allows; empty when nothing is wrong."""
    name, numbers = row.distribution, _numbers(row)
    one, columns = DISTRIBUTIONS[name], PARAMETERS[name]
    if any(map(math.isnan, numbers)):
        return f"{name} needs {', '.join(columns)}"
    words = [f"{column} ({word})" for column, word in zip(columns, one.parameters, strict=True)]
    return "" if one.fits(*numbers) else f"{name} needs {one.needs.format(*words)}"


def mean(row: Assumption) -> float:
    """Untruncated mean, in the unit of the row; a ValueError for a dirichlet (model §9)."""
    return _one(row).mean(*_numbers(row))


def median(row: Assumption) -> float:
    """Median between ``low`` and ``high``, in the unit of the row; as `quantile`."""
    return float(quantile(row, np.array([0.5]))[0])


def harmonic_mean(row: Assumption) -> float:
    """One over the mean of 1/x between ``low`` and ``high``, in the unit of the row.

    The integral over probabilities u goes in equal steps of log(u / (1 - u)). The harmonic mean is
    0 if values come so near to 0 that the integral has no end, such as those of a gamma with a
    shape of 1 or less.
    """
    logits = np.linspace(-REACH, REACH, LEVELS)
    u = scipy.special.expit(logits)
    values = quantile(row, u)
    if values[0] <= 0:
        return 0.0
    parts = u * scipy.special.expit(-logits) / values
    total = math.fsum(parts.tolist()) * (2 * REACH / (LEVELS - 1))
    return 0.0 if parts[0] > LEAST_TAIL * total else 1 / total


def mean_shares(row: Assumption) -> tuple[float, float, float]:
    """Mean shares (cancelled, reduced, cleared) of a dirichlet, which sum to one."""
    a, b, c = _numbers(row)
    total = a + b + c
    return a / total, b / total, c / total


def support(row: Assumption) -> tuple[float, float]:
    """Ends of a distribution of one number, narrowed by ``low`` and ``high`` unless it is fixed."""
    (least, most), (low, high) = _one(row).ends(*_numbers(row)), _limits(row)
    return max(least, low), min(most, high)


# ---------------------------------------------------------------- values of one number


def quantile(row: Assumption, u: NDArray[Any]) -> Floats:
    """Inverse distribution function of an assumption, truncated to its `low` and `high`.

    The truncated function at u is the plain one at F(low) + u (F(high) - F(low)). A fixed number
    is not truncated; a Poisson number can equal both ends.

    Parameters
    ----------
    row
        An assumption of one number.
    u
        Probabilities strictly between 0 and 1, in any shape.

    Returns
    -------
    NDArray[np.float64]
        In the shape of `u`: values in the unit of the row.

    Raises
    ------
    ValueError
        For a dirichlet, or if the truncation is wrong (see `truncation_problem`).
    """
    one = _one(row)
    if problem := truncation_problem(row):
        raise ValueError(f"assumption {row.id}: {problem}")
    values = one.inverse(_inside(row, np.asarray(u, dtype=np.float64)), *_numbers(row))
    return np.asarray(np.clip(values, *_allowed(row)), dtype=np.float64)


def truncation_problem(row: Assumption) -> str:
    """Say what is wrong with the ends `low` and `high` of a row whose parameters are right.

    Empty when nothing is wrong. Less than 1e-12 counts as no probability.
    """
    if not isinstance(DISTRIBUTIONS[row.distribution], OneNumber):
        given = row.low is not None or row.high is not None
        return f"a {row.distribution} takes no low or high" if given else ""
    if row.low is not None and row.high is not None and row.low > row.high:
        return "low is above high"
    below, up_to = _levels(row)
    enough = up_to - below >= _LEAST_PROBABILITY
    return "" if enough else "low and high leave no probability between them"


def _limits(row: Assumption) -> tuple[float, float]:
    """Ends of the truncation; a fixed number has none."""
    is_free = row.distribution == "fixed"
    low = -math.inf if row.low is None or is_free else row.low
    high = math.inf if row.high is None or is_free else row.high
    return low, high


def _allowed(row: Assumption) -> tuple[float, float]:
    """Least and greatest value that the truncation allows."""
    low, high = _limits(row)
    return (float(np.ceil(low)), float(np.floor(high))) if _one(row).is_whole else (low, high)


def _levels(row: Assumption) -> tuple[float, float]:
    """Probabilities below the least allowed value and up to the greatest."""
    one, numbers, (low, high) = _one(row), _numbers(row), _allowed(row)
    least, most = one.ends(*numbers)

    def up_to(x: float) -> float:
        if x >= most:
            return 1.0
        return float(one.up_to(x, *numbers)) if x > least - one.is_whole else 0.0

    return (up_to(low - one.is_whole) if low > least else 0.0), up_to(high)


def _inside(row: Assumption, u: Floats) -> Floats:
    """Probabilities of the plain distribution that belong to those of the truncated one."""
    below, up_to = _levels(row)
    return np.minimum(below + u * (up_to - below), _JUST_BELOW_ONE)


# ---------------------------------------------------------------- tables for many entities


class Quantiles:
    """Table of `quantile`, for numbers that are drawn for every single hazard.

    Straight lines join the values at 2**13 levels, equally spaced in log(u / (1 - u)) and so close
    to each other in both tails. For u from 1e-6 to 1 - 1e-6 the relative error is below 1e-3 (for
    gamma and beta with shapes from 0.2). Whole numbers come from the table of their
    distribution function and are exact.

    Parameters
    ----------
    row
        An assumption of one number.

    Raises
    ------
    ValueError
        As `quantile`.
    """

    def __init__(self, row: Assumption) -> None:
        logits = np.linspace(-REACH, REACH, LEVELS)
        self._values = quantile(row, scipy.special.expit(logits))
        self._slopes = np.diff(self._values)
        self._row, one = row, _one(row)
        if one.is_whole:
            counts = np.arange(self._values[0], self._values[-1] + 1)
            self._up_to = one.up_to(counts, *_numbers(row))

    def at(self, u: Floats) -> Floats:
        """Values, in the unit of the row, at n probabilities strictly between 0 and 1."""
        first, last = self._values[0], self._values[-1]
        if _one(self._row).is_whole:
            values = first + np.searchsorted(self._up_to, _inside(self._row, u))
        else:
            place = (scipy.special.logit(u) + REACH) * ((LEVELS - 1) / (2 * REACH))
            step = np.clip(place.astype(np.intp), 0, LEVELS - 2)
            values = self._values[step] + (place - step) * self._slopes[step]
        return np.asarray(np.clip(values, first, last))


class Shares:
    """Dirichlet shares (cancelled, reduced, cleared): three gamma numbers over their sum.

    Gamma numbers have shapes a, b, c and scale 1 (Devroye, Non-Uniform Random Variate
    Generation, 1986, XI.4). A parameter 0 gives the share 0.

    Parameters
    ----------
    row
        An assumption whose distribution is dirichlet.

    Raises
    ------
    ValueError
        For another distribution, or if `low` or `high` is given.
    """

    def __init__(self, row: Assumption) -> None:
        if row.distribution != "dirichlet":
            raise ValueError(f"assumption {row.id}: a {row.distribution} is not a dirichlet")
        if problem := truncation_problem(row):
            raise ValueError(f"assumption {row.id}: {problem}")
        self._shapes = np.array(_numbers(row))
        self._some = np.flatnonzero(self._shapes > 0)
        self._gammas = {
            i: Quantiles(replace(row, distribution="gamma", a=self._shapes[i], b=1.0, c=None))
            for i in self._some
        }

    def at(self, u1: Floats, u2: Floats, u3: Floats) -> Floats:
        """Shares at given probabilities.

        Where all gamma numbers are too small for a float (shapes far below 1), their logarithms
        are compared instead, by F(x) = x**a / Γ(a + 1) for small x.

        Parameters
        ----------
        u1, u2, u3
            Shape (n,): probabilities strictly between 0 and 1.

        Returns
        -------
        NDArray[np.float64]
            Shape (n, 3): shares that sum to one.
        """
        u = np.column_stack((u1, u2, u3))
        shares = np.zeros(u.shape)
        for i, gamma in self._gammas.items():
            shares[:, i] = gamma.at(u[:, i])
        total = shares.sum(axis=1, keepdims=True)
        lost = np.flatnonzero(total < np.finfo(float).tiny)
        total[lost] = 1
        shares /= total
        if lost.size:
            cells, a = np.ix_(lost, self._some), self._shapes[self._some]
            logs = (np.log(u[cells]) + scipy.special.gammaln(a + 1)) / a
            shares[cells] = scipy.special.softmax(logs, axis=1)
        return shares
