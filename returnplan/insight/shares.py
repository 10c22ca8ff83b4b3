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
"""Draws for each term of the regression, where inputs have several terms."""
MOST_TERMS = 8
"""Terms of an input: its score, and polynomials up to this degree."""
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
        Terms of each input.
    """

    samples: Floats
    direction: NDArray[np.str_]
    terms: int

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
    probability; how many, the same for all inputs, is chosen by how well draws are predicted that
    were left out. Shares are those of Lindeman, Merenda and Gold (Introduction to Bivariate and
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
    >>> found.share.round(2).ravel().tolist(), found.direction[0, 0].item()
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
    results = (values - values.mean(axis=0)) / values.std(axis=0)
    blocks = _blocks(draws)
    terms = _best_terms(results, inputs, blocks)
    every = np.arange(draws)
    samples = [every, *(np.delete(every, block) for block in blocks)]
    worth = _worth(results, _columns(inputs, terms), np.tile(group, terms), samples)
    return Explained(
        samples=_averaged(worth),
        direction=_directions(results, inputs, group, worth[:, 0]),
        terms=terms,
    )


# ---------------------------------------------------------------- the regression


def _blocks(draws: int) -> list[Whole]:
    """Parts of the draws, of whole aligned blocks; what is left over goes to the last one."""
    length = BLOCK * math.ceil(draws / (BLOCK * MOST_BLOCKS))
    return np.split(np.arange(draws), range(length, draws - length + 1, length))


def _columns(inputs: Floats, terms: int) -> Floats:
    """Terms of all inputs, draws x (terms x inputs): the first ones of all, the second ones..."""
    even = 2 * scipy.special.ndtr(inputs) - 1
    curves = [scipy.special.eval_legendre(degree, even) for degree in range(2, terms + 1)]
    return np.concatenate([inputs, *curves], axis=1)


def _best_terms(results: Floats, inputs: Floats, blocks: Sequence[Whole]) -> int:
    """Terms of each input with which draws are predicted best that were left out."""
    draws, number = inputs.shape
    most = max(1, min(MOST_TERMS, draws // (LEAST_PER_TERM * number)))
    missed = [_missed(results, _columns(inputs, 1 + more), blocks) for more in range(most)]
    return 1 + int(np.argmin(missed))


def _missed(results: Floats, columns: Floats, blocks: Sequence[Whole]) -> float:
    """Sum of the squared errors of draws that are predicted from all blocks but their own."""
    with_one = np.column_stack([np.ones(len(columns)), columns])
    total = 0.0
    for block in blocks:
        known, told = np.delete(with_one, block, axis=0), np.delete(results, block, axis=0)
        slopes = np.linalg.lstsq(known, told, rcond=None)[0]
        total += float(np.square(results[block] - with_one[block] @ slopes).sum())
    return total


def _worth(results: Floats, columns: Floats, group: Whole, samples: Sequence[Whole]) -> Floats:
    """Adjusted R2 of every set of groups, sets x samples x results.

    The digits of a set's number, as a binary one, say which groups are in it. A result that does
    not vary in a sample is not explained there.
    """
    x = [columns[sample] - columns[sample].mean(axis=0) for sample in samples]
    y = [results[sample] - results[sample].mean(axis=0) for sample in samples]
    squares = np.stack([one.T @ one for one in x])
    products = np.stack([one.T @ other for one, other in zip(x, y, strict=True)])
    total = np.stack([np.square(one).sum(axis=0) for one in y])
    draws = np.array([len(sample) for sample in samples])[:, np.newaxis]
    worth = np.zeros((2 ** (int(group.max()) + 1), *total.shape))
    for number in range(1, len(worth)):
        which = np.flatnonzero(number >> group & 1)
        moments = products[:, which]
        slopes = np.linalg.solve(squares[:, which[:, np.newaxis], which], moments)
        rest = (total - (slopes * moments).sum(axis=1)) * (draws - 1) / (draws - 1 - len(which))
        worth[number] = 1 - np.divide(rest, total, out=np.ones_like(total), where=total > ROUNDING)
    return worth


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


def _directions(results: Floats, inputs: Floats, group: Whole, worth: Floats) -> NDArray[Any]:
    """Whether the slopes of each group point one way, and say enough of what it does."""
    centred = inputs - inputs.mean(axis=0)
    slopes = np.linalg.lstsq(centred, results, rcond=None)[0]
    words = []
    for number in range(int(group.max()) + 1):
        mine = group == number
        up, down = (np.square(np.maximum(sign * slopes[mine], 0)).sum(axis=0) for sign in (1, -1))
        is_one_way = np.maximum(up, down) >= ONE_WAY * (up + down)
        alone = np.zeros(int(mine.sum()), np.int64)
        straight = _worth(results, centred[:, mine], alone, [np.arange(len(results))])[1, 0]
        is_steady = straight >= IS_STEADY * worth[1 << number]
        words.append(np.where(is_one_way & is_steady, np.where(up >= down, MORE, LESS), MIXED))
    return np.stack(words)
