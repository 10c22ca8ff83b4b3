"""Risk from explosive items near a settlement, and how it falls with time (model §8).

It falls in steps: when the community survey has marked what is known, when a hazard is released,
and by a share when risk education has been given. It never rises and never falls to zero.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.domain import Hazard, Scenario
from returnplan.model.chance.assumptions import Unrecorded
from returnplan.model.compiled import compiled

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Float = Any
"""A number: float outside, float64 inside."""

LEVELS = (1e-4, 1e-5, 1e-6)
"""Limits of the individual risk of death per year that are shown side by side."""
TOLERANCE = 1e-9
M2_IN_KM2 = 1e6


class Rates(NamedTuple):
    """Casualties per item and year by state of the land, each at most the one before."""

    unmarked: float
    marked: float
    residual: float


def rates_of(number: Mapping[str, float]) -> Rates:
    """Casualties per item and year: before the survey, after it, after the release (model §8).

    Parameters
    ----------
    number
        ``kappa_unmarked``, ``kappa_marked``, ``kappa_used``, ``detection_share``.

    Returns
    -------
    Rates
        Land in use holds the items that were not detected; no step raises the risk.
    """
    unmarked = number["kappa_unmarked"]
    marked = min(number["kappa_marked"], unmarked)
    used = number["kappa_used"] * (1 - number["detection_share"])
    return Rates(unmarked, marked, min(used, marked))


class Risk(NamedTuple):
    """Risk of a casualty per year, were all people of a settlement present; S settlements.

    Its falls stand by settlement and then by time.
    """

    start: Floats  # S: casualties per year on day 0; nan: unknown
    begin: Whole  # S + 1: where the falls of a settlement begin
    time_s: Floats  # falls; inf: never
    fall: Floats  # falls, casualties per year
    education_s: Floats  # S: when risk education has been given; inf: never
    factor: float  # what it leaves of the risk

    def times(self, limits: Sequence[float], people: Floats, fatal_share: float) -> Floats:
        """When the individual risk of death per year is first within each limit (model §8).

        Parameters
        ----------
        limits
            Risk of death per person-year, k.
        people
            People of each settlement, S.
        fatal_share
            Share of casualties that die.

        Returns
        -------
        numpy.ndarray
            S x k, s; ``inf``: never, ``nan``: unknown (items unknown, or nobody's settlement).
        """
        most = np.outer(people, np.array(limits, np.float64)) * (1 + TOLERANCE)
        times: Floats = _first_within(self, fatal_share, most)
        times[np.isnan(self.start) | (people == 0)] = math.nan
        return times


class Nearby:
    """Recorded hazards near each settlement; the same in every run.

    Near are the hazards on the settlement's land, and those on roads that end there: such a one
    is shared evenly by the settlements with people among the two ends.

    Parameters
    ----------
    number
        Number of each settlement with communities, 0 to S - 1.
    surveyed
        Numbers of those with a community survey, in the order of the surveys.
    """

    def __init__(self, scenario: Scenario, number: Mapping[str, int], surveyed: Whole) -> None:
        ends = {road.id: (road.from_place, road.to_place) for road in scenario.roads}
        pairs, around = [], []
        hazards = scenario.hazards
        for i in sorted(range(len(hazards)), key=lambda i: hazards[i].id):
            hazard = hazards[i]
            places = (hazard.place,) if hazard.place else dict.fromkeys(ends[hazard.road or ""])
            sharing = [number[p] for p in places if scenario.people.get(p, 0) > 0]
            pairs += [(settlement, i, 1 / len(sharing)) for settlement in sharing]
            around += [(number[p], i) for p in places if p in number]
        near = np.array([i for _, i, _ in pairs], np.int64)
        share = np.array([share for _, _, share in pairs], np.float64)
        area_m2 = np.array([hazard.area_m2 for hazard in scenario.hazards], np.float64)
        self._per_m2 = np.array([_per_m2(hazard) for hazard in scenario.hazards], np.float64)
        self._recorded = _Recorded(
            np.array([settlement for settlement, _, _ in pairs], np.int64),
            near,
            share * (self._per_m2 * area_m2)[near],
        )
        self._around = np.array(around, np.int64).reshape(-1, 2)
        self._surveyed = surveyed
        self._settlements = len(number)

    @property
    def pairs(self) -> tuple[Whole, Whole]:
        """Settlement and recorded hazard of each pair that is near, also where nobody waits."""
        return self._around[:, 0], self._around[:, 1]

    def risk(
        self,
        number: Mapping[str, float],
        unrecorded: Unrecorded,
        released_s: Floats,
        survey_s: Floats,
        education_s: Floats,
    ) -> Risk:
        """Risk near each settlement in one run (model §8).

        Parameters
        ----------
        number
            Value of each assumption that holds for the whole country, by id.
        unrecorded
            Hazards that no record names; those that nobody finds stay as they are for ever.
        released_s
            Releases of the recorded hazards, then of the found ones, s; ``inf``: never.
        survey_s
            Ends of the community surveys, by surveyed settlement, s; ``inf``: never.
        education_s
            When risk education has been given at each settlement, S, s; ``inf``: never.

        Returns
        -------
        Risk
            How it starts and falls.
        """
        marked_s = np.full(self._settlements, math.inf)
        marked_s[self._surveyed] = survey_s
        hidden = _Hidden(
            self._surveyed[unrecorded.settlement],
            self._per_m2[unrecorded.like] * unrecorded.area_m2,
            unrecorded.is_found,
        )
        steps = _steps(self._recorded, hidden, released_s, marked_s, rates_of(number))
        return Risk(*steps, education_s, 1 - number["eore_effect"])


def _per_m2(hazard: Hazard) -> float:
    return math.nan if hazard.items_per_km2 is None else hazard.items_per_km2 / M2_IN_KM2


class _Recorded(NamedTuple):
    """Pairs of a settlement and a recorded hazard near it."""

    settlement: Whole
    hazard: Whole
    items: Floats  # its share of the items; nan: unknown


class _Hidden(NamedTuple):
    """Hazards that no record names; those that are found stand among the releases in this order."""

    settlement: Whole
    items: Floats
    is_found: Flags


@compiled
def _steps(
    recorded: _Recorded, hidden: _Hidden, released_s: Floats, marked_s: Floats, rates: Rates
) -> tuple[Floats, Whole, Floats, Floats]:
    """Risk at the start, and its falls by settlement and time.

    The first fall of a settlement is that of its survey, for hazards released later; then one for
    each release that comes. A release before the survey brings the fall of the survey with it.
    """
    settlements, pairs = len(marked_s), len(recorded.items)
    total = pairs + len(hidden.items)
    group, release_s = np.empty(total, np.int64), np.full(total, math.inf)
    items = np.empty(total)
    following = released_s.size - np.sum(hidden.is_found)
    for one in range(total):
        if one < pairs:
            group[one], items[one] = recorded.settlement[one], recorded.items[one]
            release_s[one] = released_s[recorded.hazard[one]]
        else:
            group[one], items[one] = hidden.settlement[one - pairs], hidden.items[one - pairs]
            if hidden.is_found[one - pairs]:
                release_s[one] = released_s[following]
                following += 1
    begin = np.zeros(settlements + 1, np.int64)
    begin[1:] = 1
    for one in range(total):
        begin[group[one] + 1] += release_s[one] < math.inf
    begin = np.cumsum(begin)
    start, time_s, fall = np.zeros(settlements), np.zeros(begin[-1]), np.zeros(begin[-1])
    time_s[begin[:-1]] = marked_s
    place = begin[:-1] + 1
    for one in range(total):
        here = group[one]
        start[here] += rates.unmarked * items[one]
        before = rates.marked
        if release_s[one] < marked_s[here]:
            before = rates.unmarked
        elif one < pairs or hidden.is_found[one - pairs]:
            fall[begin[here]] += (rates.unmarked - rates.marked) * items[one]
        if release_s[one] < math.inf:
            time_s[place[here]] = release_s[one]
            fall[place[here]] = (before - rates.residual) * items[one]
            place[here] += 1
    for here in range(settlements):
        first, last = begin[here], begin[here + 1]
        order = first + np.argsort(time_s[first:last], kind="mergesort")
        time_s[first:last], fall[first:last] = time_s[order], fall[order]
    return start, begin, time_s, fall


@compiled
def _first_within(risk: Risk, fatal_share: Float, most: Floats) -> Floats:
    """When the expected deaths per year are first at most each of some limits, S x k, s."""
    when = np.full(most.shape, math.inf)
    for here in range(len(risk.start)):
        level, share, now, i = risk.start[here], fatal_share, 0.0, risk.begin[here]
        last, education_s = risk.begin[here + 1], risk.education_s[here]
        while now < math.inf:
            if education_s <= now:
                share = fatal_share * risk.factor
            while i < last and risk.time_s[i] <= now:
                level -= risk.fall[i]
                i += 1
            for k in range(most.shape[1]):
                if share * level <= most[here, k]:
                    when[here, k] = min(when[here, k], now)
            following = risk.time_s[i] if i < last else math.inf
            now = min(following, education_s) if now < education_s else following
    return when
