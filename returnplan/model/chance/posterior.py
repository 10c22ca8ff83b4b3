"""Which draws a calibrated run takes: those that fit the facts, by weight (model §9)."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from returnplan.domain import Scenario
from returnplan.model.chance.uniforms import stable_hash, uniforms

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


def acts_from(scenario: Scenario) -> date | None:
    """Day from which the model's discrepancy acts; None: the scenario is not calibrated."""
    if not scenario.posterior:
        return None
    return scenario.posterior[0].last_fact + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """Draws that a calibrated run takes; D different ones.

    Parameters
    ----------
    seed
        Seed of their luck.
    draws
        Their numbers, in order, D.
    counts
        How often each is taken, D.
    """

    seed: int
    draws: tuple[int, ...]
    counts: tuple[int, ...]

    @property
    def rows(self) -> Whole:
        """Number of the draw of each row of the results, as many as draws were asked for."""
        return np.repeat(np.array(self.draws, np.int64), self.counts)

    @property
    def effective(self) -> float:
        """How many draws of the same weight would say as much.

        The square of the sum of the counts over the sum of their squares (Kish, Survey Sampling,
        1965, 11.2; Kong, Liu and Wong, Journal of the American Statistical Association 89, 1994).
        """
        counts = np.array(self.counts, np.float64)
        return float(counts.sum() ** 2 / (counts**2).sum())


def draw_weights(scenario: Scenario) -> Floats:
    """Weight of each draw of a calibrated scenario: the sum over the allocations of the past."""
    weights = np.zeros(scenario.posterior[0].draws)
    np.add.at(
        weights,
        [one.draw for one in scenario.posterior],
        [one.weight for one in scenario.posterior],
    )
    weights /= weights.sum()
    return weights


def resample(scenario: Scenario, draws: int, seed: int) -> Resampled | None:
    """Take draws by their weights: systematic resampling with one uniform number.

    Each draw is taken as often as its weight times ``draws`` says, rounded up or down (Kitagawa,
    Journal of Computational and Graphical Statistics 5, 1996, appendix; Douc, Cappe and Moulines,
    Comparison of resampling schemes for particle filtering, 2005).

    Parameters
    ----------
    draws
        How many are taken.
    seed
        Seed of the run: it moves the comb of the resampling. The luck of the draws is that of the
        calibration.

    Returns
    -------
    Resampled | None
        None: the scenario is not calibrated.
    """
    if not scenario.posterior or not draws:
        return None
    luck = uniforms(seed, 0, "resampling", stable_hash(["posterior"])).item()
    counts = systematic(draw_weights(scenario), draws, luck)
    taken = np.flatnonzero(counts)
    return Resampled(
        seed=scenario.posterior[0].seed,
        draws=tuple(taken.tolist()),
        counts=tuple(counts[taken].tolist()),
    )


def systematic(weights: Floats, draws: int, luck: float) -> Whole:
    """How often each of some draws is taken.

    Parameters
    ----------
    weights
        Weight of each, that sum to 1.
    draws
        How many are taken.
    luck
        Uniform number in (0, 1).

    Returns
    -------
    numpy.ndarray
        Counts that sum to ``draws``.

    Examples
    --------
    >>> systematic(np.array([0.5, 0.25, 0.25]), 4, 0.5).tolist()
    [2, 1, 1]
    """
    upto = np.cumsum(weights)
    upto /= upto[-1]
    # Teeth of the comb stand at (k + luck) / draws; each belongs to the first sum that reaches it.
    teeth = (np.arange(draws) + luck) / draws
    counts: Whole = np.bincount(np.searchsorted(upto, teeth), minlength=len(weights))
    return counts
