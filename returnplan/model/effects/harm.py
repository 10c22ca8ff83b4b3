"""Expected casualties among people who are present, and accidents of deminers (model §8).

Expected numbers for comparing allocations; never a figure for one village.
"""

import math
from collections.abc import Mapping, Sequence, Set
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.domain import DEMINING, SEARCHING, Asset, Scenario
from returnplan.model.compiled import compiled
from returnplan.model.conditions.history import Settlements
from returnplan.model.conditions.risk import Risk
from returnplan.units import DAY_S

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Float = Any
"""A number: float outside, float64 inside."""

YEAR_S = 365.25 * DAY_S
MONTH_S = YEAR_S / 12
M2_PER_KM2 = 1e6
LEAST_SETTLEMENTS = 3
"""A number that rests on fewer settlements would be a figure for a village: it is not shown."""
MOST_SHARE = 0.8
"""Nor one that rests on a single settlement to more than this share (mean of the draws)."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "returnees_early": ("early",),
    "returnees_after": ("after",),
    "returnees": ("early", "after"),
    "returnees_deaths": ("deaths",),
    "deminers": ("deminers",),
    "all": ("early", "after", "deminers"),
}
"""What each row of the table adds up, in the words of :class:`Casualties`."""
EXPOSURE: Mapping[str, tuple[str, ...]] = {
    "returnees_early": ("years_early",),
    "returnees_after": ("years_after",),
    "returnees": ("years_early", "years_after"),
    "returnees_deaths": ("years_early", "years_after"),
    "deminers": ("worked_km2",),
}
"""What a row is divided by: person-years of people present, or area worked on by deminers, km2."""
PERSON_YEARS = 1000
"""Casualties of people present are told per so many person-years."""

WORKED_OUT = 4
"""Fields of :class:`Casualties` that are figures of harm: the first ones."""


class Presence(NamedTuple):
    """People of each settlement at each instant; S settlements x N instants.

    Present are all, those who came ``early`` included; ``left`` counts those who came and left
    again.
    """

    present: Floats
    early: Floats
    left: Floats


class Casualties(NamedTuple):
    """Expected casualties within the horizon, in one run under one allocation.

    ``deaths`` are those among ``early`` and ``after``; ``deminers`` are accidents (injury or
    death); ``unknown_people`` are the people of settlements left out, where the risk is unknown.
    ``settlements`` is the number of settlements that the casualties rest on, and ``largest`` the
    share of the one that weighs most; ``other_settlements`` and ``other_largest`` say the same of
    the difference to the first allocation. ``years_early`` and ``years_after`` are the person-years
    during which ``early`` and ``after`` are met; ``worked_km2`` is the area that deminers work on.
    """

    early: float
    after: float
    deaths: float
    deminers: float
    unknown_people: float
    settlements: float
    largest: float
    other_settlements: float
    other_largest: float
    years_early: float
    years_after: float
    worked_km2: float


class Harm:
    """Expected casualties under one allocation, for any run.

    Parameters
    ----------
    settlements
        Its settlements, S, with their people.
    by_s
        Strictly ascending instants, N, s; the first is 0, the last the horizon.
    assets
        Asset type of each team of the allocation, t.
    """

    def __init__(
        self, scenario: Scenario, settlements: Settlements, by_s: Whole, assets: Sequence[str]
    ) -> None:
        self._people = settlements.people
        self._by_s = by_s
        skills: dict[str, set[str]] = {asset.id: set() for asset in scenario.assets}
        for row in scenario.rates:
            skills[row.asset].add(row.skill)
        crew = {asset.id: _deminers(asset, skills[asset.id]) for asset in scenario.assets}
        self._deminers = np.array([crew[asset] for asset in assets], np.float64)

    def of(
        self,
        number: Mapping[str, float],
        risk: Risk,
        presence: Presence,
        demining_days: Floats,
        demined_m2: float,
    ) -> tuple[Casualties, Floats]:
        """Expected casualties among people present and deminers at work (model §8).

        Parameters
        ----------
        number
            Value of each assumption that holds for the whole country, by id.
        risk
            Risk near each settlement.
        presence
            People at each settlement and instant.
        demining_days
            Workable days that each team spends on demining within the horizon, t.
        demined_m2
            Area that they work on in these days, in square metres.

        Returns
        -------
        tuple[Casualties, numpy.ndarray]
            Sums over all settlements whose risk is known, without a difference; and casualties by
            settlement, S, for nothing but :func:`beside`.
        """
        is_known = ~np.isnan(risk.start)
        early, after, years_early, years_after = _exposed(
            self._by_s,
            np.where(is_known, self._people, 0.0),
            Presence(*(np.ascontiguousarray(people.T) for people in presence)),
            risk,
            shock_pace(self._by_s, number["return_shock"], number["shock_half_life_months"]),
        )
        teams = np.where(np.isnan(self._deminers), number["deminers_per_team"], self._deminers)
        deminer_years = float(np.sum(teams * demining_days)) / number["deminer_days_year"]
        settlements, largest = _weight(early + after)
        casualties = Casualties(
            early=float(early.sum()),
            after=float(after.sum()),
            deaths=number["fatal_share"] * float(early.sum() + after.sum()),
            deminers=number["deminer_accident_rate"] * deminer_years,
            unknown_people=float(self._people[~is_known].sum()),
            settlements=settlements,
            largest=largest,
            other_settlements=0.0,
            other_largest=1.0,
            years_early=float(years_early.sum()),
            years_after=float(years_after.sum()),
            worked_km2=demined_m2 / M2_PER_KM2,
        )
        return casualties, early + after


def _weight(by_settlement: Floats) -> tuple[float, float]:
    """Number of settlements that a sum rests on, and the share of the one that weighs most."""
    size = np.abs(by_settlement)
    total = float(size.sum())
    return float(np.count_nonzero(size)), float(size.max()) / total if total else 1.0


def beside(casualties: Casualties, mine: Floats, first: Floats) -> Casualties:
    """Say what the difference of an allocation to the first one rests on.

    Parameters
    ----------
    casualties
        Those of the allocation.
    mine, first
        Casualties by settlement of it and of the first allocation, S.

    Returns
    -------
    Casualties
        With ``other_settlements`` and ``other_largest``.
    """
    settlements, largest = _weight(mine - first)
    return casualties._replace(other_settlements=settlements, other_largest=largest)


def _deminers(asset: Asset, skills: Set[str]) -> float:
    """Deminers in a team of an asset type; nan: the assumption holds."""
    if asset.deminers is not None:
        return 0.0 if skills.isdisjoint(DEMINING) else asset.deminers
    return 0.0 if skills.isdisjoint(SEARCHING) else math.nan


class ShockPace(NamedTuple):
    """How the shock after arrival fades between two instants; N - 1 steps.

    The excess of one person is 1 on arrival and halves with each half-life.
    """

    excess: Float  # by how much the risk is higher on arrival, ratio
    end: Floats  # excess at the end of a step for 1 at its start
    mean: Floats  # the same, on average over the step
    mean_new: Floats  # of people who arrive evenly over the step, on average over the step


def shock_pace(by_s: Whole, shock: float, half_life_months: float) -> ShockPace:
    """Prepare the shock after arrival: 1 + (shock - 1) 2^(-age / half-life) (model §8).

    Parameters
    ----------
    by_s
        Instants, N, s.
    shock
        Ratio of the risk on arrival to the risk later.
    half_life_months
        Months until half of the excess is gone; 0: at once.

    Returns
    -------
    ShockPace
        N - 1 steps. People who arrive evenly over a step have at its end the excess ``mean``.
    """
    length_s = np.diff(by_s)
    if half_life_months <= 0:
        nothing = np.zeros(len(length_s))
        return ShockPace(shock - 1, nothing, nothing, nothing)
    decay = math.log(2) * length_s / (half_life_months * MONTH_S)
    is_slow = decay < 1e-5  # noqa: PLR2004 - where the closed form loses digits
    divisor = np.where(is_slow, 1.0, decay)
    mean = np.where(is_slow, 1 - decay / 2, -np.expm1(-decay) / divisor)
    mean_new = np.where(is_slow, 1 / 2 - decay / 6, (1 - mean) / divisor)
    return ShockPace(shock - 1, np.exp(-decay), mean, mean_new)


@compiled
def _exposed(
    by_s: Whole, people: Floats, presence: Presence, risk: Risk, pace: ShockPace
) -> tuple[Floats, Floats, Floats, Floats]:
    """Expected casualties and person-years of people who came early, and of others, by settlement.

    ``presence`` is N x S here; settlements with 0 ``people`` are left out. The excess of the shock
    is kept as a sum over the people of a settlement, those who came early apart.
    """
    pointer = _Pointer(risk.start.copy(), risk.begin[:-1].copy(), np.zeros(len(people)))
    excess_early = presence.early[0].copy()
    excess_after = presence.present[0] - presence.early[0]
    total_early, total_after = np.zeros(len(people)), np.zeros(len(people))
    years_early, years_after = np.zeros(len(people)), np.zeros(len(people))
    for step in range(len(by_s) - 1):
        first_s, last_s = float(by_s[step]), float(by_s[step + 1])
        years = (last_s - first_s) / YEAR_S
        end, mean, mean_new = pace.end[step], pace.mean[step], pace.mean_new[step]
        for here in range(len(people)):
            early, early_then = presence.early[step, here], presence.early[step + 1, here]
            after = presence.present[step, here] - early
            after_then = presence.present[step + 1, here] - early_then
            if people[here] == 0 or early + after + early_then + after_then == 0:
                continue
            leave = presence.left[step + 1, here] - presence.left[step, here]
            pass_on = max(early - early_then, 0.0)
            come_early = max(early_then - early, 0.0)
            come = max(after_then - after + leave - pass_on, 0.0)
            passing = pass_on / early if pass_on > 0 else 0.0
            leaving = min(leave / after, 1.0) if after > 0 else 0.0
            passed = passing * excess_early[here]
            weight_early = mean * (excess_early[here] - passed / 2) + mean_new * come_early
            weight_after = mean * (excess_after[here] * (1 - leaving / 2) + passed / 2)
            weight_after += mean_new * come
            excess_early[here] = end * (excess_early[here] - passed) + mean * come_early
            excess_after[here] = end * (excess_after[here] * (1 - leaving) + passed) + mean * come
            casualties = _mean_risk(risk, pointer, here, first_s, last_s) * years / people[here]
            mean_early, mean_after = (early + early_then) / 2, (after + after_then) / 2
            total_early[here] += casualties * (mean_early + pace.excess * weight_early)
            total_after[here] += casualties * (mean_after + pace.excess * weight_after)
            years_early[here] += years * mean_early
            years_after[here] += years * mean_after
    return total_early, total_after, years_early, years_after


class _Pointer(NamedTuple):
    """How far the falls of each settlement have come."""

    level: Floats  # S: risk without risk education
    place: Whole  # S: next fall
    until_s: Floats  # S: nothing changes before


@compiled
def _mean_risk(risk: Risk, pointer: _Pointer, here: int, first_s: Float, last_s: Float) -> Float:
    """Mean risk of a settlement between two instants; moves the pointer on."""
    education_s = risk.education_s[here]
    if last_s <= pointer.until_s[here]:
        return max(pointer.level[here], 0.0) * (risk.factor if education_s <= first_s else 1.0)
    now, end, total = first_s, risk.begin[here + 1], 0.0
    while now < last_s:
        i = pointer.place[here]
        while i < end and risk.time_s[i] <= now:
            pointer.level[here] -= risk.fall[i]
            i += 1
        pointer.place[here] = i
        following = risk.time_s[i] if i < end else math.inf
        share = risk.factor
        if now < education_s:
            share, following = 1.0, min(following, education_s)
        pointer.until_s[here] = following
        following = min(following, last_s)
        total += share * max(pointer.level[here], 0.0) * (following - now)
        now = following
    return total / (last_s - first_s)
