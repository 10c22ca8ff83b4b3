"""What results hang on: shares of their variance over the draws, by groups of inputs.

A regression of a result on the standard normal scores of all inputs together: a sum of curves, one
for each input. The share of a group is what it adds to the explained variance, averaged over all
orders in which groups can be added, so that it holds for inputs that depend on each other, too.
What stays unexplained is luck of single things, and what inputs do only in combination.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # loads scipy.special only when it is first used
from numpy.typing import NDArray

from returnplan.errors import ReturnplanError
from returnplan.runs.blocks import BLOCK, LEAST_BLOCKS

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

LEAST_PER_INPUT = 2
"""Draws that there must be for each input."""
LEAST_PER_TERM = 3
"""Draws that there must be for each term, where inputs have several."""
MOST_TERMS, MOST_IN_ALL = 8, 100
"""Terms of an input, its score and polynomials up to this degree; and of all inputs together."""
STEPS = (1, 3)
"""How many terms more are tried at once: a curve of several waves shows with three only."""
LEAST_GAIN = 0.05
"""Share of what is missed of draws that were left out by which more terms must lower it."""
MOST_BLOCKS = 16
"""Parts of the draws, of which each is left out once."""
ONE_WAY = 0.8
"""Part of the squared slopes of a group that must point one way, so that it has a direction."""
IS_STEADY = 0.25
"""Part of what a group explains alone that its slopes must explain, for the same."""
ROUNDING = 1e-9
"""Sums of squares, of results of variance one, that are rounding only."""
MORE, LESS, MIXED = "more", "less", "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """What drives m results, by g groups of inputs.

    Parameters
    ----------
    samples
        Shares of the variance, g x s x m: of all draws, and then without one block of draws each.
    direction
        Whether higher scores of a group bring ``more`` or ``less`` of the result, or ``mixed``:
        some of its inputs more and others less, or first one and then the other; g x m.
    terms
        Terms of each input of a group, g.
    """

    samples: Floats
    direction: NDArray[np.str_]
    terms: Whole

    @property
    def share(self) -> Floats:
        """Share of the variance that each group explains, g x m."""
        shares: Floats = self.samples[:, 0]
        return shares

    @property
    def r2(self) -> Floats:
        """Share of the variance that all groups explain, adjusted for the number of terms, m."""
        total: Floats = self.share.sum(axis=0)
        return total

    def error(self, groups: Sequence[int], result: int) -> float:
        """Standard error of the share of some groups together.

        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11 (jackknife).

        Parameters
        ----------
        groups, result
            Their numbers.
        """
        without = self.samples[list(groups), 1:, result].sum(axis=0)
        return math.sqrt((len(without) - 1) * float(without.var()))


def least_draws(inputs: int) -> int:
    """Fewest draws by which so many inputs are told apart, and errors of shares are known."""
    return max(BLOCK * LEAST_BLOCKS, LEAST_PER_INPUT * inputs)


def explain(
    values: Floats, scores: Mapping[str, Floats], groups: Mapping[str, Sequence[str]]
) -> Explained:
    """Say how much of the variance of results each group of inputs explains.

    The terms of an input are its score, and from degree two on the Legendre polynomials of its
    probability. Groups get more of them, one after the other, while draws that were left out are
    predicted better. Shares are those of Lindeman, Merenda and Gold (Introduction to Bivariate and
    Multivariate Analysis, 1980, p. 119; Groemping, Estimators of relative importance in linear
    regression based on variance decomposition, The American Statistician 61(2), 2007), here of
    groups and of the adjusted R2. For independent inputs they are the first-order indices of
    Sobol' (Mathematical Modelling and Computational Experiment 1, 1993).

    Parameters
    ----------
    values
        Draws x results; each result varies.
    scores
        Standard normal scores of each input, draws.
    groups
        Names of the inputs of each group; none is in two.

    Returns
    -------
    Explained
        Groups in their order.

    Raises
    ------
    ReturnplanError
        When there are too few draws for so many inputs.

    Examples
    --------
    >>> luck = np.random.default_rng(1).normal(size=(2, 64))
    >>> found = explain(-luck[:1].T, {"a": luck[0], "b": luck[1]}, {"A": ["a"], "B": ["b"]})
    >>> found.share.round(1).ravel().tolist(), found.direction[0, 0].item()
    ([1.0, 0.0], 'less')
    """
    names = [name for members in groups.values() for name in members]
    draws, needed = len(values), least_draws(len(names))
    if draws < needed:
        raise ReturnplanError(
            f"{draws:,} draws are too few to tell {len(names)} uncertain assumptions apart: run it "
            f"again with --draws {needed:,} or more"
        )
    inputs = np.stack([scores[name] for name in names], axis=1)
    group = np.repeat(np.arange(len(groups)), [len(members) for members in groups.values()])
    regression = _Regression((values - values.mean(axis=0)) / values.std(axis=0), inputs, group)
    terms = regression.best_terms()
    worth = regression.worth(terms)
    return Explained(
        samples=_averaged(worth),
        direction=regression.directions(worth[:, 0]),
        terms=terms,
    )


# ---------------------------------------------------------------- the regression


def _blocks(draws: int) -> list[Whole]:
    """Parts of the draws, of whole aligned blocks; what is left over goes to the last one."""
    length = BLOCK * math.ceil(draws / (BLOCK * MOST_BLOCKS))
    return np.split(np.arange(draws), range(length, draws - length + 1, length))


class _Regression:
    """Results on any terms of their inputs, over all draws and without each block.

    Sums of squares and products are made once; each choice of terms takes its part of them.

    Parameters
    ----------
    results
        Draws x results, each of mean zero and variance one.
    inputs
        Scores, draws x inputs.
    group
        Number of the group of each input.
    """

    def __init__(self, results: Floats, inputs: Floats, group: Whole) -> None:
        draws, number = inputs.shape
        self._group = group
        self._groups = int(group.max()) + 1
        self._most = max(number, min(MOST_IN_ALL, draws // LEAST_PER_TERM))
        even = 2 * scipy.special.ndtr(inputs) - 1
        curves = [scipy.special.eval_legendre(degree, even) for degree in range(2, MOST_TERMS + 1)]
        self._columns = np.concatenate([inputs, *curves], axis=1)
        self._term = np.repeat(np.arange(MOST_TERMS), number)
        self._of = np.tile(group, MOST_TERMS)
        self._results = results
        self._blocks = _blocks(draws)
        every = np.arange(draws)
        samples = [every, *(np.delete(every, block) for block in self._blocks)]
        self._centres = [self._columns[sample].mean(axis=0) for sample in samples]
        self._means = [results[sample].mean(axis=0) for sample in samples]
        x = [self._columns[s] - at for s, at in zip(samples, self._centres, strict=True)]
        y = [results[s] - at for s, at in zip(samples, self._means, strict=True)]
        self._squares = np.stack([one.T @ one for one in x])
        self._products = np.stack([one.T @ other for one, other in zip(x, y, strict=True)])
        self._total = np.stack([np.square(one).sum(axis=0) for one in y])
        self._draws = np.array([len(sample) for sample in samples])[:, np.newaxis]

    def best_terms(self) -> Whole:
        """Terms of each group with which draws are predicted best that were left out.

        From one term of each input on, the group gets some more that gains most by them.
        """
        terms = np.ones(self._groups, np.int64)
        missed = self._missed(terms)
        while True:
            groups = np.eye(self._groups, dtype=np.int64)
            tried = [terms + more * group for group in groups for more in STEPS]
            tried = [one for one in tried if one.max() <= MOST_TERMS and self._fits(one)]
            told = [self._missed(one) for one in tried]
            if min(told, default=math.inf) > (1 - LEAST_GAIN) * missed:
                return terms
            missed = min(told)
            terms = tried[told.index(missed)]

    def worth(self, terms: Whole) -> Floats:
        """Adjusted R2 of every set of groups, sets x samples x results.

        The digits of a set's number, as a binary one, say which groups are in it.
        """
        chosen = self._chosen(terms)
        worth = np.zeros((2**self._groups, *self._total.shape))
        for number in range(1, len(worth)):
            worth[number] = self._adjusted(chosen[number >> self._of[chosen] & 1 == 1])
        return worth

    def directions(self, worth: Floats) -> NDArray[Any]:
        """Whether the slopes of each group point one way, and say enough of what it does.

        Parameters
        ----------
        worth
            Adjusted R2 of every set of groups, over all draws.
        """
        slopes = self._slopes(np.arange(len(self._group)))[0]
        words = []
        for number in range(self._groups):
            mine = np.flatnonzero(self._group == number)
            up, down = (np.square(np.maximum(s * slopes[mine], 0)).sum(axis=0) for s in (1, -1))
            is_one_way = np.maximum(up, down) >= ONE_WAY * (up + down)
            is_steady = self._adjusted(mine)[0] >= IS_STEADY * worth[1 << number]
            words.append(np.where(is_one_way & is_steady, np.where(up >= down, MORE, LESS), MIXED))
        return np.stack(words)

    def _chosen(self, terms: Whole) -> Whole:
        """Columns of so many terms of each group."""
        return np.flatnonzero(self._term < terms[self._of])

    def _fits(self, terms: Whole) -> bool:
        return bool(len(self._chosen(terms)) <= self._most)

    def _missed(self, terms: Whole) -> float:
        """Sum of the squared errors of draws that are predicted from all blocks but their own."""
        which = self._chosen(terms)
        total = 0.0
        for number, slopes in enumerate(self._slopes(which)[1:]):
            block, sample = self._blocks[number], number + 1
            x = self._columns[block[:, np.newaxis], which] - self._centres[sample][which]
            errors = self._results[block] - self._means[sample] - x @ slopes
            total += float(np.square(errors).sum())
        return total

    def _slopes(self, which: Whole) -> Floats:
        """Slopes of some columns, samples x columns x results."""
        slopes: Floats = np.linalg.solve(
            self._squares[:, which[:, np.newaxis], which], self._products[:, which]
        )
        return slopes

    def _adjusted(self, which: Whole) -> Floats:
        """Adjusted R2 of some columns, samples x results; none of what does not vary there."""
        told = (self._slopes(which) * self._products[:, which]).sum(axis=1)
        rest = (self._total - told) * (self._draws - 1) / (self._draws - 1 - len(which))
        is_there = self._total > ROUNDING
        unexplained = np.divide(rest, self._total, out=np.ones_like(rest), where=is_there)
        adjusted: Floats = 1 - unexplained
        return adjusted


def _averaged(worth: Floats) -> Floats:
    """What each group adds to the sets without it, averaged over all orders; groups x ..."""
    sets = np.arange(len(worth))
    groups = len(worth).bit_length() - 1
    shares = []
    for group in range(groups):
        before = sets[sets >> group & 1 == 0]
        sizes = [number.bit_count() for number in before.tolist()]
        weights = [1 / (groups * math.comb(groups - 1, size)) for size in sizes]
        shares.append(np.tensordot(weights, worth[before | 1 << group] - worth[before], axes=1))
    return np.stack(shares)
