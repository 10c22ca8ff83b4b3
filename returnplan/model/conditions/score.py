"""The soft score: how much of each condition is there at the horizon (model §7).

A score from 0 to 100 stands beside the gates and never replaces them: where a gate in force does
not hold, it stays below the border of the better half. Data that is missing is left out, neither
met nor zero, and the score says how much of it is known.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from returnplan.domain import SERVICES, Assumption
from returnplan.model.chance import distributions, uniforms
from returnplan.model.conditions.gates import GATES, gates_in_force
from returnplan.model.conditions.history import TOLERANCE, History, Settlements
from returnplan.quantiles import LOW, quantile

Floats = npt.NDArray[np.float64]
Measures = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Weights = Mapping[str, float] | Mapping[str, Floats]
"""By dimension: one set, or several one under another."""

DIMENSIONS = ("land", "shelter", *SERVICES, "farmland")
"""What is measured, in the order of the columns of the measures."""
WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "proposed": dict(zip(DIMENSIONS, (20, 15, 15, 10, 10, 10, 15), strict=True)),
    "equal": dict.fromkeys(DIMENSIONS, 1),
    "two_scale": dict.fromkeys(DIMENSIONS, 10) | {"land": 25, "farmland": 25},
}
"""Presets of weights; only their ratios count.

``two_scale``: half on the hazards (land, farmland), half on the services.
"""
FULL_SCORE = 100.0
MOST_WITHOUT_GATE = 49.0
"""Highest score where a gate in force does not hold: below the class that begins at 50."""
LEAST_KNOWN_SHARE = 0.5
"""Where less of the proposed weight is known, there is no score."""
PERTURBATIONS = 200
PERTURBED = Assumption(
    id="score_weights",
    distribution="lognormal",
    a=1.0,
    b=0.3,
    unit="1",
    mark="assumed",
    source="returnplan_defaults",
)
"""Factor on each weight, when the ranking is put to the test."""
BATCH = 100
"""Draws that are scored at once; fixed, since sums depend on it."""
DECIMALS = 9
"""Scores that agree to so many decimals share a rank."""

_BELOW_ONE = float(np.nextafter(np.float32(1), np.float32(0)))


class Scores:
    """Measures of the conditions at the horizon (model §7).

    Parameters
    ----------
    settlements
        What is known of the scenario.
    """

    def __init__(self, settlements: Settlements) -> None:
        self.settlements = settlements
        self._gates = gates_in_force(settlements.scenario)
        self._count = count = len(settlements.ids)
        hazards = settlements.scenario.hazards
        self._by_id = np.array(sorted(range(len(hazards)), key=lambda i: hazards[i].id), np.int64)
        at = np.where(settlements.hazard_at < 0, count, settlements.hazard_at)
        self._cell = 4 * at + 2 * settlements.denying(("farmland",))
        works = [_by_id(settlements, settlements.works_of(kind)) for kind in SERVICES]
        here = [numbers[settlements.works_at[numbers] >= 0] for numbers in works]
        self._works = np.concatenate(here).astype(np.int64)
        kind = np.repeat(np.arange(len(SERVICES)), [len(numbers) for numbers in here])
        self._service = settlements.works_at[self._works] * len(SERVICES) + kind
        days = np.array([one.crew_days for one in settlements.scenario.works], np.float64)[
            self._works
        ]
        sums = np.bincount(self._service, days, count * len(SERVICES))
        self._crew_days = np.where(sums[self._service] == 0, 1.0, days)
        shelter = settlements.works_of("shelter")
        self._shelter = shelter[settlements.works_at[shelter] >= 0]
        self._shelter_at = settlements.works_at[self._shelter]
        dwellings = settlements.dwellings[self._shelter]
        self._dwellings = np.nan_to_num(dwellings)
        some = np.arange(count)
        self._is_open = np.isin(some, self._shelter_at[np.isnan(dwellings)])
        self._is_open |= ~np.isin(some, self._shelter_at)

    def measures(
        self, history: History, horizon_s: int, gate_times: Floats | None = None
    ) -> Measures:
        """Measure every dimension at each settlement.

        Parameters
        ----------
        history
            What happened.
        horizon_s
            The horizon, s.
        gate_times
            What :func:`returnplan.model.conditions.gates.gate_times` gives for the history, if it
            is known: settlements x gates in force, s. It saves a search of the roads.

        Returns
        -------
        numpy.ndarray
            Settlements x :data:`DIMENSIONS`, from 0 to 1; nan: unknown. 1 only where nothing that
            is counted is missing.
        """
        found = np.empty((self._count, len(DIMENSIONS)), np.float32)
        found[:, 0], found[:, -1] = self._land(history, horizon_s)
        found[:, 1] = self._housed(history, horizon_s)
        found[:, 2:-1] = self._served(history, horizon_s, gate_times)
        return found

    def _land(self, history: History, horizon_s: int) -> tuple[Floats, Floats]:
        """Share by area of hazards that are released: all, and those that deny farmland."""
        found = np.arange(len(self._by_id), len(history.released_s))
        by_id = np.concatenate([self._by_id, found])  # sums do not depend on the order of rows
        cell = np.concatenate([self._cell, self._cell[history.found.like]])[by_id]
        cell += history.released_s[by_id] <= horizon_s
        area_m2 = history.hazard_area_m2[by_id]
        area_m2 = np.where(area_m2 == 0, 1.0, area_m2)  # one without area counts as a small one
        sums: Floats = np.bincount(cell, area_m2, 4 * self._count + 4).astype(np.float64)
        by_state = sums.reshape(-1, 2, 2)[: self._count]  # settlement, farmland, released
        farmland = by_state[:, 1]
        total = by_state[:, 0] + farmland
        return _share(total[:, 1], total[:, 0]), _share(farmland[:, 1], farmland[:, 0])

    def _housed(self, history: History, horizon_s: int) -> Floats:
        """Completed dwellings for each willing household."""
        is_done = history.works_s[self._shelter] <= horizon_s
        dwellings = np.bincount(self._shelter_at, self._dwellings * is_done, self._count)
        willing = self.settlements.willing_households(history.number)
        is_enough = dwellings >= willing - TOLERANCE
        share = np.minimum(dwellings / np.where(is_enough, 1.0, willing), _BELOW_ONE)
        share[self._is_open] = math.nan
        share[is_enough] = 1.0
        return share

    def _served(self, history: History, horizon_s: int, gate_times: Floats | None) -> Floats:
        """Services that hold, else the share of their works that is done; settlements x kinds."""
        cell = 2 * self._service + (history.works_s[self._works] <= horizon_s)
        size = 2 * self._count * len(SERVICES)
        done = np.bincount(cell, self._crew_days, size).reshape(-1, len(SERVICES), 2)
        count = np.bincount(cell, minlength=size).reshape(done.shape)
        share = done[:, :, 1] / np.maximum(done[:, :, 0] + done[:, :, 1], TOLERANCE)
        has_none = count.sum(axis=2) == 0
        share = np.where(count[:, :, 0] > 0, np.minimum(share, _BELOW_ONE), 1.0)
        for number, kind in enumerate(SERVICES):
            given = self.settlements.scenario.gates.get(kind, {})
            if "within_hours" not in given:
                share[has_none[:, number], number] = math.nan
                continue
            if gate_times is None:
                holds = GATES[kind].holds_from(history, given) <= horizon_s
            else:
                holds = gate_times[:, self._gates.index(kind)] <= horizon_s
            share[has_none[:, number], number] = 0.0
            share[holds, number] = 1.0
        return share


def _by_id(settlements: Settlements, works: Whole) -> Whole:
    """Numbers of works, by id."""
    return np.array(
        sorted(works.tolist(), key=lambda i: settlements.scenario.works[i].id), np.int64
    )


def _share(done: Floats, missing: Floats) -> Floats:
    """Share that is done; 1 only if nothing is missing."""
    share = done / np.where(missing > 0, done + missing, 1.0)
    return np.where(missing > 0, np.minimum(share, _BELOW_ONE), 1.0)


# ---------------------------------------------------------------- from measures to scores


def score(
    measures: npt.NDArray[np.floating], failed: Flags, weights: Mapping[str, float]
) -> Floats:
    """Weighted mean of what is known, from 0 to 100 (model §7).

    Parameters
    ----------
    measures
        Settlements x :data:`DIMENSIONS`, from 0 to 1; nan: unknown. With draws before them.
    failed
        Settlements where a gate in force does not hold, or is unknown.
    weights
        By dimension.

    Returns
    -------
    numpy.ndarray
        Per settlement; nan where less than half of the proposed weight is known.
    """
    found = _weighted(measures, weights)
    found[known_share(measures) < LEAST_KNOWN_SHARE] = math.nan
    return _capped(found, failed)


def known_share(measures: npt.NDArray[np.floating]) -> Floats:
    """Share of the proposed weight that is known.

    Parameters
    ----------
    measures
        Settlements x :data:`DIMENSIONS`; nan: unknown.

    Returns
    -------
    numpy.ndarray
        Per settlement, from 0 to 1.
    """
    weights = WEIGHTS["proposed"]
    known = np.zeros(measures.shape[:-1])
    for number, name in enumerate(DIMENSIONS):
        known += weights[name] * ~np.isnan(measures[..., number])
    return known / sum(weights[name] for name in DIMENSIONS)


def _weighted(measures: npt.NDArray[np.floating], weights: Weights) -> Floats:
    """Weighted mean of what is known, summed in one order so that all machines agree."""
    total: Any = np.zeros(measures.shape[:-1])
    known: Any = np.zeros(measures.shape[:-1])
    for number, name in enumerate(DIMENSIONS):
        column = measures[..., number].astype(np.float64)
        is_known = ~np.isnan(column)
        total = total + np.where(is_known, weights[name] * column, 0.0)
        known = known + weights[name] * is_known
    return np.where(known > 0, FULL_SCORE * (total / np.where(known > 0, known, 1.0)), math.nan)


def _capped(found: Floats, failed: Flags) -> Floats:
    return np.where(failed, np.minimum(found, MOST_WITHOUT_GATE), found)


def severity(found: Floats) -> Floats:
    """What is missing to a full score.

    Parameters
    ----------
    found
        Scores, in any shape; nan: unknown.

    Returns
    -------
    numpy.ndarray
        100 - score.
    """
    return FULL_SCORE - found


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """Scores of one allocation over its draws; c communities.

    Parameters
    ----------
    score
        Means over the draws by preset of weights, c each; nan: no score.
    known_share
        Mean share of the proposed weight that is known, c.
    perturbed
        Scores under perturbed weights, to be ranked, perturbations x c; nan: no score.
    """

    score: Mapping[str, Floats]
    known_share: Floats
    perturbed: Floats


def score_draws(
    community: Whole, measures: Sequence[Measures] | Measures, failed: Sequence[Flags] | Flags
) -> Scored:
    """Score every community in every draw (model §7).

    The score of a community is the mean over those draws that have one; it is blank if half of the
    draws or more have none. Perturbed weights change it as they change the score of its mean
    measures, where the draws in which a gate fails are a mean of their own.

    Parameters
    ----------
    community
        Number of the settlement of each community, c.
    measures
        For each draw, as :meth:`Scores.measures` gives them.
    failed
        For each draw, settlements where a gate in force does not hold at the horizon.

    Returns
    -------
    Scored
        By community.
    """
    draws, settlements = len(measures), len(measures[0])
    sums = {name: np.zeros(settlements) for name in WEIGHTS}
    scored, known = np.zeros(settlements), np.zeros(settlements)
    totals = np.zeros((2, settlements, len(DIMENSIONS)))  # by whether a gate fails
    counts = np.zeros(totals.shape)
    for first in range(0, draws, BATCH):
        found = np.asarray(measures[first : first + BATCH])
        without = np.asarray(failed[first : first + BATCH])
        share = known_share(found)
        has_score = share >= LEAST_KNOWN_SHARE
        known += share.sum(axis=0)
        scored += has_score.sum(axis=0)
        for name, weights in WEIGHTS.items():
            by_draw = _capped(_weighted(found, weights), without)
            sums[name] += np.where(has_score, by_draw, 0.0).sum(axis=0)
        is_known = ~np.isnan(found)
        for number, which in enumerate((~without, without)):
            is_counted = is_known & which[..., np.newaxis]
            totals[number] += np.where(is_counted, found, 0.0).sum(axis=0, dtype=np.float64)
            counts[number] += is_counted.sum(axis=0)
    divisor = np.where(2 * scored <= draws, math.nan, scored)
    means = {name: total / divisor for name, total in sums.items()}
    mean_measures = np.where(counts > 0, totals / np.maximum(counts, 1), math.nan)
    fails = np.mean(np.asarray(failed), axis=0)
    own = _of_means(mean_measures, fails, WEIGHTS["proposed"])
    sets = perturbed_weights()
    together = {name: np.array([[weights[name]] for weights in sets]) for name in DIMENSIONS}
    perturbed = means["proposed"] + (_of_means(mean_measures, fails, together) - own)
    return Scored(
        score={name: mean[community] for name, mean in means.items()},
        known_share=(known / draws)[community],
        perturbed=perturbed[:, community],
    )


def _of_means(measures: Floats, fails: Floats, weights: Weights) -> Floats:
    """Score of mean measures: those of draws in which all gates hold, and those of the others."""
    holds, without = (np.nan_to_num(_weighted(found, weights)) for found in measures)
    return (1 - fails) * holds + fails * np.minimum(without, MOST_WITHOUT_GATE)


@cache
def perturbed_weights() -> tuple[Mapping[str, float], ...]:
    """Sets of weights around the proposed ones, always the same.

    Returns
    -------
    tuple[Mapping[str, float], ...]
        :data:`PERTURBATIONS` sets by dimension: each proposed weight times a lognormal factor
        (median 1, sd of log 0.3).
    """
    names = uniforms.stable_hash(DIMENSIONS)
    own = WEIGHTS["proposed"]
    found = []
    for number in range(PERTURBATIONS):
        factors = distributions.quantile(
            PERTURBED, uniforms.uniforms(0, number, PERTURBED.id, names)
        )
        rounded = factors.round(12).tolist()  # the last bit of exp is not the same everywhere
        found.append({name: own[name] * by for name, by in zip(DIMENSIONS, rounded, strict=True)})
    return tuple(found)


# ---------------------------------------------------------------- ranks
# Not by scipy.stats: spearmanr sums otherwise, so last digits change, and it is slow to import.


def ranks(scores: Floats) -> Floats:
    """Places from the highest score down; equal scores share the smaller place.

    Parameters
    ----------
    scores
        Scores; nan: none.

    Returns
    -------
    numpy.ndarray
        From 1; nan where there is no score.

    Examples
    --------
    >>> ranks(np.array([50.0, 80.0, np.nan, 80.0])).tolist()
    [3.0, 1.0, nan, 1.0]
    """
    return _places(scores, "left") + 1


def _places(scores: Floats, side: Literal["left", "right"]) -> Floats:
    """How many have a higher score, or (right) at least the same."""
    falling = -scores.round(DECIMALS)
    known = np.sort(falling[~np.isnan(falling)])
    above = np.searchsorted(known, falling, side=side)
    return np.where(np.isnan(falling), math.nan, above)


def rank_correlation(scored: Scored) -> float:
    """Say how far the ranking of an allocation survives other weights.

    Returns
    -------
    float
        Spearman's correlation of the ranking with each perturbed one, from -1 to 1: the value
        that nine in ten of them reach. nan if there are fewer than two different scores.
    """
    own = _centred(scored.score["proposed"])
    length = math.sqrt(math.fsum(own * own))
    if length == 0:
        return math.nan
    found = []
    for scores in scored.perturbed:
        other = _centred(scores)
        lengths = length * math.sqrt(math.fsum(other * other))
        found.append(math.fsum(own * other) / lengths if lengths else 0.0)
    return float(quantile(np.array(found), LOW))


def _centred(scores: Floats) -> Floats:
    """Ranks less their mean; ties have the mean of their places, and what has none is left out."""
    found = _places(scores, "left") + _places(scores, "right")
    found = found[~np.isnan(found)] / 2
    return found - found.mean() if len(found) else found
