"""Households that return after the conditions are met, and those that come before (model §8).

Of the willing households a share comes by itself, from the day on which the place may be entered;
who comes before the conditions are met is *early*, a risk and not a success. The others come after
the conditions are met, as fast as uptake, dwellings and reception allow.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.domain import Scenario
from returnplan.model.compiled import compiled
from returnplan.model.conditions.history import Settlements
from returnplan.units import DAY_S

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Float = Any
"""A number: float outside, float64 inside."""

YEAR_S = 365.25 * DAY_S
MONTH_S = YEAR_S / 12
"""A month of a rate or of a half-time: 30.4375 days."""


@compiled
def uptake(after_s: Float, half_s: Float) -> Float:
    """Share of those who will come that has come some time after they may (model §8).

    Parameters
    ----------
    after_s
        Time since the conditions are met, s; negative: they are not.
    half_s
        Half-time, s; below a second: a second.

    Returns
    -------
    float
        1 - 2^(-after / half); 0 before.
    """
    if not after_s > 0:
        return 0.0
    return 1 - 0.5 ** (after_s / max(half_s, 1.0))


class Homecoming(NamedTuple):
    """Households of each settlement at each instant; S settlements x N instants.

    ``returned`` have come, the conditions are met and they have a dwelling; it counts also those
    who have ``left`` again. ``early`` have come without that. Present are returned - left + early.
    """

    returned: Floats
    present: Floats
    early: Floats
    left: Floats
    people_per_household: Floats  # S; 0 where there are no households

    def people(self, households: Floats) -> Floats:
        """People in a number of households of each settlement, S x N."""
        return households * self.people_per_household[:, np.newaxis]


class Returns:
    """Returns to the settlements of a scenario, for any run.

    Parameters
    ----------
    settlements
        Its settlements, S, with willing households and shelter works.
    by_s
        Ascending instants at which households are counted, N, s; the first is 0.

    Attributes
    ----------
    districts
        Their districts in order of name, D.
    people, unknown_people
        People of each district, D; and those of them from settlements where works do not say how
        many dwellings they build, and the others do not suffice. None of these dwellings is
        counted: what is not known never brings home more people than what is.
    is_unknown
        Whether nobody knows how many dwellings are built at each settlement, S.
    planned_dwellings
        Dwellings that works at each settlement build, S; nan where no works do, or some do not say
        how many.
    """

    def __init__(self, scenario: Scenario, settlements: Settlements, by_s: Whole) -> None:
        self._settlements = settlements
        self._by_s = by_s
        self._from_s = settlements.place_from_s[settlements.place]
        known = [c.households for c in scenario.communities]
        uncounted = [c.people if c.households is None else 0 for c in scenario.communities]
        self._households = self._by_settlement([h or 0 for h in known])
        self._uncounted_people = self._by_settlement(uncounted)
        shelter = settlements.works_of("shelter")
        shelter = shelter[settlements.works_at[shelter] >= 0]
        at, dwellings = settlements.works_at[shelter], settlements.dwellings[shelter]
        is_bounded = np.isin(np.arange(len(settlements.ids)), at)
        self._first_dwellings = np.where(is_bounded, 0.0, math.inf)
        self._shelter = shelter[~np.isnan(dwellings)]
        planned = np.bincount(at, dwellings, len(settlements.ids))  # a nan stays one
        self.planned_dwellings = np.where(is_bounded, planned, np.nan)
        known_dwellings = np.bincount(at, np.nan_to_num(dwellings), len(settlements.ids))
        is_enough = (known_dwellings >= self._households) & (self._uncounted_people == 0)
        is_unknown = np.zeros(len(settlements.ids), np.bool_)
        is_unknown[at[np.isnan(dwellings)]] = True
        is_unknown &= ~is_enough
        self.is_unknown = is_unknown
        district = [scenario.place[settlement].district for settlement in settlements.ids]
        self.districts = tuple(sorted(set(district)))
        self._district = np.array([self.districts.index(name) for name in district], np.int64)
        here, count = settlements.people, len(self.districts)
        self.people = np.bincount(self._district, here, count)
        self.unknown_people = np.bincount(self._district, np.where(is_unknown, here, 0), count)

    def _by_settlement(self, of_community: list[int]) -> Floats:
        sums = np.zeros(len(self._settlements.ids))
        np.add.at(sums, self._settlements.community, of_community)
        return sums

    def of(
        self, number: Mapping[str, float], ready_s: Floats, works_s: Floats, order: Whole
    ) -> Homecoming:
        """Households that have returned, are present, came early or left again (model §8).

        Parameters
        ----------
        number
            Value of each assumption that holds for the whole country, by id.
        ready_s
            When the conditions of each settlement are met, S, s; ``inf``: never, ``nan``: unknown.
        works_s
            Ends of the works, s; ``inf``: never.
        order
            Numbers of the settlements in the order in which the allocation serves them, S: who
            comes first when reception in the whole country is short.

        Returns
        -------
        Homecoming
            S x N each.
        """
        willing = self._settlements.willing_households(number)
        alone = number["early_return_share"] * willing
        half_s = number["return_half_time_months"] * MONTH_S
        alone_half_s = number["early_half_time_months"] * MONTH_S
        length_s = np.diff(self._by_s, prepend=self._by_s[:1])
        stays = 1 - number["leaving_share_year"]
        returned, early, left = _come_home(
            self._by_s,
            order,
            _Households(
                alone,
                willing - alone,
                self._from_s,
                np.maximum(np.where(np.isnan(ready_s), math.inf, ready_s), self._from_s),
                self._first_dwellings,
                self._built(works_s),
            ),
            _Pace(
                half_s,
                np.array([1 - uptake(s, half_s) for s in length_s.tolist()]),
                alone_half_s,
                np.array([1 - uptake(s, alone_half_s) for s in length_s.tolist()]),
                1 - stays ** (length_s / YEAR_S),
                number["reception_households_month"],
                number["reception_total_households_month"],
            ),
        )
        households = self._households + self._uncounted_people / number["household_size"]
        size = np.divide(
            self._settlements.people,
            households,
            out=np.zeros(len(households)),
            where=households > 0,
        )
        return Homecoming(returned.T, (returned - left + early).T, early.T, left.T, size)

    def _built(self, works_s: Floats) -> Floats:
        """Dwellings completed by each instant and after the one before, N x S."""
        settlements = self._settlements
        instants, count = len(self._by_s), len(settlements.ids)
        row = np.searchsorted(self._by_s, works_s[self._shelter])
        cell = row * count + settlements.works_at[self._shelter]
        dwellings = np.bincount(
            cell[row < instants],
            settlements.dwellings[self._shelter][row < instants],
            instants * count,
        )
        return dwellings.astype(np.float64, copy=False).reshape(instants, count)

    def dwellings(self, works_s: Floats) -> tuple[Floats, Floats]:
        """Count the dwellings that are complete.

        Parameters
        ----------
        works_s
            Ends of the works, s; ``inf``: never.

        Returns
        -------
        tuple[numpy.ndarray, numpy.ndarray]
            By district and instant, D x N; and by settlement at the last instant, S.
        """
        at = self._settlements.works_at[self._shelter]
        built = self._settlements.dwellings[self._shelter]
        row, instants = np.searchsorted(self._by_s, works_s[self._shelter]), len(self._by_s)
        is_done = row < instants
        cell = self._district[at] * instants + row
        cells = np.bincount(cell[is_done], built[is_done], len(self.districts) * instants)
        here = np.bincount(at[is_done], built[is_done], len(self._settlements.ids))
        return cells.reshape(-1, instants).cumsum(axis=1), here.astype(np.float64, copy=False)

    def planned_by_district(self) -> Floats:
        """Dwellings that are planned in each district, D; nan where none are, or nobody knows."""
        planned = self.planned_dwellings
        is_bounded = np.isfinite(self._first_dwellings) & (self._first_dwellings == 0)
        sums = np.bincount(self._district, np.where(is_bounded, planned, 0.0), len(self.districts))
        some = np.bincount(self._district, is_bounded, len(self.districts)) > 0
        return np.where(some, sums, np.nan)

    def by_district(self, of_settlement: Floats) -> Floats:
        """Sums by district.

        Parameters
        ----------
        of_settlement
            A count at each settlement, S x N.

        Returns
        -------
        numpy.ndarray
            One row for each of ``districts``, D x N.
        """
        by_instant = np.ascontiguousarray(of_settlement.T)
        sums: Floats = _sums(by_instant, self._district, len(self.districts)).T
        return sums


class _Households(NamedTuple):
    """Who may come to each settlement, from when on, and where they will live."""

    alone: Floats  # S: willing households that come by themselves
    organised: Floats  # S: the other willing households
    from_s: Floats  # S: when the place may be entered
    ready_s: Floats  # S: when conditions are met, not before it may be entered
    first_dwellings: Floats  # S: 0; inf: no dwellings are to be built, so they do not bound
    built: Floats  # N x S


class _Pace(NamedTuple):
    """How fast they come, and how many leave."""

    half_s: Float
    waiting: Floats  # N: share of those who have not come that still has not an instant later
    alone_half_s: Float  # of those who come by themselves
    waiting_alone: Floats  # N
    leaving: Floats  # N: share of those there that has left an instant later
    reception_month: Float  # households a month, each settlement
    reception_total_month: Float  # whole country


@compiled
def _come_home(
    by_s: Whole, order: Whole, households: _Households, pace: _Pace
) -> tuple[Floats, Floats, Floats]:
    """Households returned, early and left at each instant and settlement, N x S.

    What comes by itself takes dwellings first and no reception; the others take what is left.
    """
    shape = households.built.shape
    returned, early, left = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    waiting_alone, waiting = np.ones(shape[1]), np.ones(shape[1])
    dwellings, organised = households.first_dwellings.copy(), np.zeros(shape[1])
    for now in range(shape[0]):
        before = max(now - 1, 0)
        total = pace.reception_total_month * (by_s[now] - by_s[before]) / MONTH_S
        for here in order:
            dwellings[here] += households.built[now, here]
            alone, from_s = households.alone[here], households.from_s[here]
            if alone + households.organised[here] == 0 or from_s > by_s[now]:
                continue
            if now > 0 and from_s <= by_s[before]:
                waiting_alone[here] *= pace.waiting_alone[now]
            else:
                waiting_alone[here] = 1 - uptake(by_s[now] - from_s, pace.alone_half_s)
            alone *= 1 - waiting_alone[here]
            ready_s = households.ready_s[here]
            if ready_s > by_s[now]:
                early[now, here] = alone
                continue
            if now > 0 and ready_s <= by_s[before]:
                waiting[here] *= pace.waiting[now]
                there = returned[before, here] - left[before, here]
                left[now, here] = left[before, here] + pace.leaving[now] * there
            else:
                waiting[here] = 1 - uptake(by_s[now] - ready_s, pace.half_s)
            since_s = by_s[now] - max(ready_s, by_s[before])
            room = min(dwellings[here] - alone, households.organised[here] * (1 - waiting[here]))
            come = min(room - organised[here], total, pace.reception_month * since_s / MONTH_S)
            if come > 0:
                organised[here] += come
                total -= come
            everyone = alone + organised[here]
            returned[now, here] = min(everyone, dwellings[here])
            early[now, here] = everyone - returned[now, here]
    return returned, early, left


@compiled
def _sums(values: Floats, group: Whole, groups: int) -> Floats:
    """Sums of the columns of a table by group, one after the other."""
    sums = np.zeros((len(values), groups))
    for row in range(len(values)):
        for column in range(len(group)):
            sums[row, group[column]] += values[row, column]
    return sums
