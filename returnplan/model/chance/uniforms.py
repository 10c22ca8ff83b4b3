"""Every uncertain number's luck: keyed uniform numbers and inverse distribution functions (§9).

A uniform number depends on its seed, draw, channel and entity only, so the same luck meets every
allocation and a new row leaves the luck of the others alone. A distribution turns it into a value.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from returnplan.domain import Assumption

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

_LEAST_PROBABILITY = 1e-12  # that low and high must leave between them
_JUST_BELOW_ONE = 1 - 2.0**-53
_TINY = 5e-324

# ---------------------------------------------------------------- uniform numbers


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def stable_hash(names: Sequence[str]) -> Keys:
    """Keys of named entities, the same on every machine and in every run.

    Parameters
    ----------
    names
        Ids, n of them.

    Returns
    -------
    NDArray[np.uint64]
        Shape (n,): BLAKE2b (RFC 7693) of the UTF-8 text, 8 bytes, little-endian.
    """
    return np.frombuffer(b"".join(map(_digest, names)), dtype="<u8").astype(np.uint64)


def within(parents: Keys, numbers: NDArray[Any]) -> Keys:
    """Keys of numbered things inside entities, such as the unrecorded hazards of a settlement.

    Parameters
    ----------
    parents
        Shape (n,): keys of the entities they belong to.
    numbers
        Shape (n,): whole number of each thing inside its entity.

    Returns
    -------
    NDArray[np.uint64]
        Shape (n,): keys unlike those of the parents and of each other.
    """
    return _mix(_mix(numbers.astype(np.uint64) + 0x9E3779B97F4A7C15) ^ parents)


def uniforms(seed: int, draw: int, channel: str, entities: Keys) -> Floats:
    """One uniform number for each entity, whatever the other entities and their order.

    Parameters
    ----------
    seed
        Any whole number.
    draw
        Number of the draw.
    channel
        What the numbers are for; each channel has luck of its own.
    entities
        Shape (n,): keys of the entities.

    Returns
    -------
    NDArray[np.float64]
        Shape (n,): strictly between 0 and 1, the middles of 2**52 equal steps.
    """
    key = int.from_bytes(_digest(f"{seed} {draw} {channel}"), "little")
    bits = _mix(entities + np.uint64(key))
    bits += np.uint64(key)
    values = (_mix(bits) >> 12).astype(np.float64)
    values += 0.5  # exact: 52 bits and a half fill the 53 bits of a float
    values *= 2.0**-52
    return values


def _mix(bits: Keys) -> Keys:
    """Mix an array in place: SplitMix64 with Stafford's variant 13 (Steele et al., OOPSLA 2014)."""
    bits ^= bits >> 30
    bits *= 0xBF58476D1CE4E5B9
    bits ^= bits >> 27
    bits *= 0x94D049BB133111EB
    bits ^= bits >> 31
    return bits


def sobol(seed: int, draws: NDArray[np.int64] | int, name: str) -> Floats:
    """Evenly spread uniform numbers of one country-wide assumption, read at any draw.

    A Sobol sequence of one dimension (van der Corput's) for each name, its index shuffled and its
    values scrambled with the keys of the name (Burley, Practical Hash-based Owen Scrambling,
    Journal of Computer Graphics Techniques 9(4), 2020). Each aligned block of 2**k draws has
    exactly one value in each of 2**k equal strata; names are independent of each other.

    Parameters
    ----------
    seed
        Any whole number.
    draws
        Numbers of the draws, from 0 to 2**32 - 1, in any shape.
    name
        Id of the assumption.

    Returns
    -------
    NDArray[np.float64]
        In the shape of `draws`: strictly between 0 and 1, the middles of 2**32 equal steps.
    """
    index = np.asarray(draws)
    key = int.from_bytes(_digest(f"{seed} {name}"), "little")
    shuffled = _scramble(_reverse(index.reshape(-1).astype(np.uint32)), key >> 32)
    # Van der Corput's value is the reversed index; scrambling begins by reversing it again.
    bits = _reverse(_scramble(_reverse(shuffled), key & 0xFFFFFFFF))
    values = (bits.astype(np.float64) + 0.5) * 2.0**-32
    return values.reshape(index.shape)


def _scramble(bits: NDArray[np.uint32], key: int) -> NDArray[np.uint32]:
    """Let each bit depend on itself, the lower ones and the key: Laine-Karras hash, in place.

    Constants of Vegdahl, Building a better LK hash, 2021.
    """
    bits ^= bits * 0x3D20ADEA
    bits += np.uint32(key)
    bits *= np.uint32((key >> 16) | 1)
    bits ^= bits * 0x05526C56
    bits ^= bits * 0x53A22864
    return bits


def _reverse(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Turn the order of the 32 bits around, swapping halves, quarters and so on."""
    masks = {16: 0x0000FFFF, 8: 0x00FF00FF, 4: 0x0F0F0F0F, 2: 0x33333333, 1: 0x55555555}
    for width, mask in masks.items():
        step, low = np.uint32(width), np.uint32(mask)
        bits = ((bits >> step) & low) | ((bits & low) << step)
    return bits


# ---------------------------------------------------------------- distributions


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
    u = np.asarray(u, dtype=np.float64)
    if row.distribution == "dirichlet":
        raise ValueError(f"assumption {row.id}: a dirichlet is three numbers, see Shares")
    if row.distribution != "fixed" and (problem := truncation_problem(row)):
        raise ValueError(f"assumption {row.id}: {problem}")
    if _is_constant(row):
        return np.full(u.shape, row.a)
    values = _FORMS[row.distribution].inverse(_inside(row, u), *_parameters(row))
    return np.asarray(np.clip(values, *_limits(row)), dtype=np.float64)


def truncation_problem(row: Assumption) -> str:
    """Say what is wrong with the ends `low` and `high` of a distribution.

    Parameters
    ----------
    row
        An assumption whose parameters are right.

    Returns
    -------
    str
        What is wrong; empty when nothing is. Less than 1e-12 counts as no probability.
    """
    if row.distribution == "dirichlet":
        given = row.low is not None or row.high is not None
        return "a dirichlet takes no low or high" if given else ""
    if row.low is not None and row.high is not None and row.low > row.high:
        return "low is above high"
    below, up_to = _levels(row)
    enough = row.distribution == "fixed" or up_to - below >= _LEAST_PROBABILITY
    return "" if enough else "low and high leave no probability between them"


def _parameters(row: Assumption) -> tuple[float, float, float]:
    a, b, c = (math.nan if v is None else v for v in (row.a, row.b, row.c))
    return a, b, c


def _is_constant(row: Assumption) -> bool:
    """Whether the distribution has no width; its only value is then `a`."""
    a, b, c = _parameters(row)
    width = {"uniform": b - a, "triangular": c - a, "normal": b, "lognormal": b, "poisson": a}
    return row.distribution == "fixed" or width.get(row.distribution) == 0


def _limits(row: Assumption) -> tuple[float, float]:
    """Least and greatest value that the truncation allows."""
    low = -math.inf if row.low is None else row.low
    high = math.inf if row.high is None else row.high
    if row.distribution == "poisson":
        return float(np.ceil(low)), float(np.floor(high))
    return low, high


def _levels(row: Assumption) -> tuple[float, float]:
    """Probabilities below the least allowed value and up to the greatest."""
    low, high = _limits(row)
    a, b, c = _parameters(row)
    if _is_constant(row):
        return float(a < low), float(a <= high)
    below = low - 1 if row.distribution == "poisson" else low
    up_to = _FORMS[row.distribution].up_to
    return float(up_to(below, a, b, c)), float(up_to(high, a, b, c))


def _inside(row: Assumption, u: Floats) -> Floats:
    """Probabilities of the plain distribution that belong to those of the truncated one."""
    below, up_to = _levels(row)
    return np.minimum(below + u * (up_to - below), _JUST_BELOW_ONE)


def poisson_counts(mean: NDArray[Any], u: NDArray[Any]) -> NDArray[np.int64]:
    """Inverse distribution function of Poisson numbers, each with a mean of its own.

    The least count whose distribution function reaches u. The first guess is the expansion of
    Cornish and Fisher (1938) to the skewness; steps of one then lead to the exact count.

    Parameters
    ----------
    mean
        Shape (n,): means, 0 or more.
    u
        Shape (n,): probabilities strictly between 0 and 1.

    Returns
    -------
    NDArray[np.int64]
        Shape (n,): counts.
    """
    z = special.ndtri(u)
    guess = np.ceil(mean + z * np.sqrt(mean) + (z * z - 1) / 6 - 0.5)
    count = np.where(mean > 0, np.maximum(guess, 0), 0).reshape(-1)
    mean, u = np.reshape(mean, -1), np.reshape(u, -1)
    few = np.flatnonzero(special.pdtr(count, mean) < u)
    many = np.flatnonzero(count)
    while few.size:
        count[few] += 1
        few = few[special.pdtr(count[few], mean[few]) < u[few]]
    while many.size:
        many = many[special.pdtr(count[many] - 1, mean[many]) >= u[many]]
        count[many] -= 1
        many = many[count[many] > 0]
    return count.reshape(z.shape).astype(np.int64)


def _triangular_up_to(x: float, a: float, b: float, c: float) -> float:
    x = min(max(x, a), c)
    if x < b:
        return (x - a) ** 2 / ((b - a) * (c - a))
    return 1 - (c - x) ** 2 / ((c - b) * (c - a)) if x < c else 1


def _triangular_inverse(u: Floats, a: float, b: float, c: float) -> Floats:
    rising = a + np.sqrt(u * (b - a) * (c - a))
    falling = c - np.sqrt((1 - u) * (c - b) * (c - a))
    return np.where(u * (c - a) < b - a, rising, falling)


class _Form(NamedTuple):
    """Distribution function of one number, and its inverse of an array; both take a, b, c."""

    up_to: Callable[[float, float, float, float], float]
    inverse: Callable[[Floats, float, float, float], NDArray[Any]]


_FORMS: Mapping[str, _Form] = {
    "uniform": _Form(
        lambda x, a, b, c: min(max((x - a) / (b - a), 0), 1),
        lambda u, a, b, c: a + u * (b - a),
    ),
    "triangular": _Form(_triangular_up_to, _triangular_inverse),
    "normal": _Form(
        lambda x, a, b, c: special.ndtr((x - a) / b),
        lambda u, a, b, c: a + b * special.ndtri(u),
    ),
    "lognormal": _Form(
        lambda x, a, b, c: special.ndtr((math.log(max(x, _TINY)) - math.log(a)) / b),
        lambda u, a, b, c: a * np.exp(b * special.ndtri(u)),
    ),
    "beta": _Form(
        lambda x, a, b, c: special.betainc(a, b, min(max(x, 0), 1)),
        lambda u, a, b, c: special.betaincinv(a, b, u),
    ),
    "gamma": _Form(
        lambda x, a, b, c: special.gammainc(a, max(x, 0) / b),
        lambda u, a, b, c: b * special.gammaincinv(a, u),
    ),
    "poisson": _Form(
        lambda x, a, b, c: special.pdtr(x, a) if x >= 0 else 0,
        lambda u, a, b, c: poisson_counts(np.full(u.shape, a), u),
    ),
}


# ---------------------------------------------------------------- tables for many entities


class Quantiles:
    """Table of `quantile`, for numbers that are drawn for every single hazard.

    Straight lines join the values at 2**13 levels, equally spaced in log(u / (1 - u)) and so close
    to each other in both tails. For u from 1e-6 to 1 - 1e-6 the relative error is below 1e-3 (for
    gamma and beta with shapes from 0.2). Poisson numbers come from the table of their
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

    _reach = 36.0  # log(u / (1 - u)) at the last level, where 1 - u is two roundings wide
    _steps = 2**13 - 1

    def __init__(self, row: Assumption) -> None:
        logits = np.linspace(-self._reach, self._reach, self._steps + 1)
        self._values = quantile(row, special.expit(logits))
        self._slopes = np.diff(self._values)
        self._row = row
        if row.distribution == "poisson":
            counts = np.arange(self._values[0], self._values[-1] + 1)
            self._up_to = special.pdtr(counts, row.a)

    def at(self, u: Floats) -> Floats:
        """Values at given probabilities.

        Parameters
        ----------
        u
            Shape (n,): probabilities strictly between 0 and 1.

        Returns
        -------
        NDArray[np.float64]
            Shape (n,): values in the unit of the row.
        """
        first, last = self._values[0], self._values[-1]
        if self._row.distribution == "poisson":
            values = first + np.searchsorted(self._up_to, _inside(self._row, u))
        else:
            place = (special.logit(u) + self._reach) * (self._steps / (2 * self._reach))
            step = np.clip(place.astype(np.intp), 0, self._steps - 1)
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
        self._shapes = np.array(_parameters(row))
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
            logs = (np.log(u[cells]) + special.gammaln(a + 1)) / a
            shares[cells] = special.softmax(logs, axis=1)
        return shares
