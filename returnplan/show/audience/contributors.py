"""Which settlements a number rests on, and which dates may be published (model §15).

What a settlement contributes to a number of people is that number less what it would be without the
settlement; to a step between two dates, or to a difference of two numbers, the change of that. In a
mean it is people times the change of the probability. Where one settlement makes most of a change,
or two nearly all, whoever knows how many people come from each can read which it was: such a number
is not published, and a step is put together with the next ones.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.model.effects.harm import MOST_SHARE
from returnplan.quantiles import HIGH, LOW, MIDDLE, quantile
from returnplan.runs.ready_days import Ints, Spread, communities_of, drawn, whole_seconds
from returnplan.units import DAY_S, date_to_seconds, month_starts

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_OF_ONE, MOST_OF_TWO = MOST_SHARE, 0.9
"""Shares of a change that one settlement, and two together, may make at most."""
DISTRICT_MONTHS, COUNTRY_MONTHS = (1, 7), (1, 4, 7, 10)
"""Months on whose first day people are counted: districts by half-year, the country by quarter."""
LONGER: tuple[tuple[float, tuple[int, ...], int], ...] = (
    (184, (1, 7), 1),
    (366, (1,), 1),
    (731, (1,), 2),
    (math.inf, (1,), 5),
)
"""Most days of a period in which steps are put together, and when it may end: months and years.

The years are those that the number divides. So the end does not tell when what is in it happens.
"""
MEAN = 0
"""Stands for the mean beside percentiles."""
CENTRAL, ALL_PERCENTS = (MIDDLE, MEAN), (LOW, MIDDLE, HIGH, MEAN)
"""What stands at every published date, and what stands where a range may be shown."""
AREA_PERCENTS = (LOW, MIDDLE, HIGH)
PEOPLE_UNIT, SHARE_UNIT, PERSON_DAYS_UNIT = 10.0, 0.01, 100.0
"""What is published is rounded to these: people, shares, person-days."""
TINY = 1e-6
"""People; less is no change but an error of arithmetic."""


def is_dominated(parts: Floats) -> Flags:
    """Whether one settlement makes most of a change, or two nearly all of it.

    Parameters
    ----------
    parts
        ... x settlements: what each contributes, people. Parts of both signs do not make up for
        each other.

    Returns
    -------
    numpy.ndarray
        One flag a change; where nothing changes: False.
    """
    sizes = np.abs(parts)
    whole = sizes.sum(axis=-1)
    one, both = sizes.max(axis=-1, initial=0), np.sort(sizes)[..., -2:].sum(axis=-1)
    flags: Flags = (whole > TINY) & ((one > MOST_OF_ONE * whole) | (both > MOST_OF_TWO * whole))
    return flags


def counted_days(spread: Spread, months: Sequence[int]) -> list[date]:
    """Start, first days of some months, and horizon of a run, each once."""
    firsts = [day for day in month_starts(spread.start, spread.horizon) if day.month in months]
    return list(dict.fromkeys([spread.start, *firsts, spread.horizon]))


def yearly_days(spread: Spread) -> list[date]:
    """Days of differences between allocations: each first of January, and the horizon."""
    return counted_days(spread, COUNTRY_MONTHS[:1])[1:]


class Ready:
    """Which people have their conditions met, draw by draw and settlement by settlement.

    Parameters
    ----------
    spread
        A run with draws.
    areas
        Area in which each district is counted.

    Raises
    ------
    ReturnplanError
        When there are fewer than two draws.
    """

    def __init__(self, spread: Spread, areas: Mapping[str, str]) -> None:
        drawn(spread)
        table = communities_of(spread)
        settlements = table["settlement"].to_numpy(str)
        self._order = np.argsort(settlements, kind="stable")
        table = table.iloc[self._order]
        _, self._first = np.unique(settlements[self._order], return_index=True)
        self._homes = table["people"].to_numpy(np.float64)
        self._spread = spread
        self.people: Floats = np.add.reduceat(self._homes, self._first)
        """People of each settlement."""
        area = table["district"].fillna("").astype(str).map(areas).to_numpy(str)
        self.area = area[self._first]
        """Area of each settlement."""

    def seconds(self, allocation: str) -> Ints:
        """Ready times under an allocation, draw x community, s."""
        ready_day = drawn(self._spread)[self._spread.allocations.index(allocation)]
        return whole_seconds(ready_day[:, self._order])

    def met(self, ready_s: Ints, day: date) -> Floats:
        """People whose conditions are met by the midnight of a day, draw x settlement."""
        by_s = date_to_seconds(day, self._spread.start)
        met: Floats = np.add.reduceat((ready_s <= by_s) * self._homes, self._first, axis=1)
        return met

    def waiting_days(self, ready_s: Ints) -> Floats:
        """Person-days of waiting up to the horizon, draw x settlement."""
        horizon_s = date_to_seconds(self._spread.horizon, self._spread.start)
        people_days = np.minimum(ready_s, horizon_s) / DAY_S * self._homes
        days: Floats = np.add.reduceat(people_days, self._first, axis=1)
        return days


def parts_of(met: Floats, percents: Sequence[int]) -> tuple[Floats, Floats]:
    """Numbers over draws, and what each settlement contributes to them.

    Parameters
    ----------
    met
        People, draw x settlement; they may be negative.
    percents
        Percentiles; ``MEAN``: the mean.

    Returns
    -------
    tuple of numpy.ndarray
        Numbers, percents; parts, percents x settlements.
    """
    whole = met.sum(axis=1)
    without = whole[:, np.newaxis] - met
    numbers = np.array([_over(whole[:, np.newaxis], p)[0] for p in percents])
    parts = np.stack([_over(without, p) for p in percents])
    return numbers, numbers[:, np.newaxis] - parts


def _over(values: Floats, percent: int) -> Floats:
    """Percentile, or mean, over the first axis."""
    found: Floats = values.mean(axis=0) if percent == MEAN else quantile(values, percent)
    return found


# ---------------------------------------------------------------- curves


@dataclass(frozen=True, kw_only=True, eq=False)
class Wanted:
    """An area whose people are counted.

    Parameters
    ----------
    days
        Dates of counting, ascending; the last is the horizon.
    members
        The settlements of the area, one flag each.
    percents
        Percentiles; ``MEAN``: the mean.
    unit
        What published numbers are rounded to, people.
    """

    days: Sequence[date]
    members: Flags
    percents: Sequence[int]
    unit: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """Numbers of people of one area under one allocation, date by date.

    Parameters
    ----------
    days
        Dates, T; the last is the horizon.
    numbers
        T x percents.
    parts
        What each settlement of the area contributes, T x percents x settlements.
    people
        People of these settlements.
    unit
        Published numbers are rounded to this, people.
    is_shown
        Which dates are published, T.
    """

    days: Sequence[date]
    numbers: Floats
    parts: Floats
    people: Floats
    unit: float
    is_shown: Flags

    def differs(self, one: int, other: int) -> Flags:
        """Whether published numbers of two dates differ, percents; -1: none are met."""
        before = np.rint(self.numbers[other] / self.unit) if other >= 0 else 0.0
        flags: Flags = np.rint(self.numbers[one] / self.unit) != before
        return flags

    def step(self, one: int, other: int) -> Floats:
        """What each settlement contributes to a step, percents x settlements."""
        parts: Floats = self.parts[one] - (self.parts[other] if other >= 0 else 0.0)
        return parts

    def may_follow(self, at: int, last: int) -> bool:
        """Whether a date may be published as the next one after another (-1: the first)."""
        tells = is_dominated(self.step(at, last)) & self.differs(at, last)
        return not tells.any() and self._is_end(at, last) and self._may_stand(at)

    def _may_stand(self, at: int) -> bool:
        """Whether neither those who are not met by a date, nor a range, are single settlements."""
        parts = np.vstack([self.parts[at], self.people])
        everyone = np.floor(self.people.sum() / self.unit + TINY)
        numbers = np.append(np.rint(self.numbers[at] / self.unit), everyone)
        one, other = np.triu_indices(len(numbers))
        is_seen = numbers[one] != numbers[other]
        return not (is_dominated(parts[one] - parts[other]) & is_seen).any()

    def _is_end(self, at: int, last: int) -> bool:
        """Whether a period may end there: a single step anywhere, several only with a year."""
        if at - last <= 1 or at == len(self.days) - 1:
            return True
        day = self.days[at]
        length = (day - self.days[max(last, 0)]).days
        months, years = next((months, years) for most, months, years in LONGER if length <= most)
        return day.day == 1 and day.month in months and day.year % years == 0


def curves_of(
    ready: Ready, allocation: str, days: Sequence[date], wanted: Sequence[Wanted]
) -> list[Curve]:
    """Count the people of areas by dates, and publish what may be.

    Parameters
    ----------
    days
        The last is the horizon.
    """
    ready_s = ready.seconds(allocation)
    numbers: list[list[Floats]] = [[] for _ in wanted]
    parts: list[list[Floats]] = [[] for _ in wanted]
    for day in days:
        met = ready.met(ready_s, day)
        for number, one in enumerate(wanted):
            if day in one.days:
                found = parts_of(met[:, one.members], one.percents)
                numbers[number].append(found[0])
                parts[number].append(found[1])
    return [
        _thinned(
            Curve(
                days=one.days,
                numbers=np.stack(numbers[number]),
                parts=np.stack(parts[number]),
                people=ready.people[one.members],
                unit=one.unit,
                is_shown=np.zeros(len(one.days), bool),
            )
        )
        for number, one in enumerate(wanted)
    ]


def _thinned(made: Curve) -> Curve:
    """Publish the dates whose steps name nobody, and the horizon if that can be."""
    end = len(made.days) - 1
    kept = [-1]  # none before the first
    for at in range(end):
        if made.may_follow(at, kept[-1]):
            kept.append(at)
    made.is_shown[kept[1:]] = True
    while not made.may_follow(end, kept[-1]):
        kept.pop()
        if not kept:
            return made
    made.is_shown[kept[-1] + 1 :] = False
    made.is_shown[end] = True
    return made


def keep_apart(curves: Sequence[Curve]) -> None:
    """Publish no two numbers of a date whose difference names somebody: the later curve gives way.

    Parameters
    ----------
    curves
        Of one area, one for each allocation.
    """
    for one, other in combinations(curves, 2):
        for at in np.flatnonzero(one.is_shown & other.is_shown):
            numbers = [np.rint(curve.numbers[at] / curve.unit) for curve in (one, other)]
            tells = is_dominated(one.parts[at] - other.parts[at]) & (numbers[0] != numbers[1])
            other.is_shown[at] &= not tells.any()


def keep_rest(areas: Sequence[Curve], whole: Flags) -> None:
    """Publish no areas whose sum, taken from that of the country, leaves steps that name somebody.

    Parameters
    ----------
    areas
        Of one allocation, over the same dates; they make up the country.
    whole
        Dates on which the country's number is known.
    """
    known = [int(at) for at in np.flatnonzero(whole)]
    is_hiding = True
    while is_hiding:
        hides = [_hide_one(areas, at, last) for last, at in pairwise(known)]
        is_hiding = any(hides)


def _hide_one(areas: Sequence[Curve], at: int, last: int) -> bool:
    """Hide one more area, if those hidden at one of two dates would tell; return whether."""
    hidden = [area for area in areas if not (area.is_shown[at] and area.is_shown[last])]
    shown = [area for area in areas if area.is_shown[at] and area.is_shown[last]]
    unit = min(area.unit for area in areas)
    is_telling = bool(hidden and shown) and _sum_tells(hidden, at, last, unit)
    if is_telling:
        largest = max(shown, key=lambda area: float(np.abs(area.step(at, last)).sum()))
        is_end = at == len(largest.days) - 1
        largest.is_shown[last if is_end else at] = False
    return is_telling


def _sum_tells(areas: Sequence[Curve], at: int, last: int, unit: float) -> bool:
    """Whether the step of some areas together can be seen and names somebody."""
    step = np.concatenate([area.step(at, last) for area in areas], axis=1)
    is_seen = np.abs(step.sum(axis=1)) >= unit
    return bool((is_dominated(step) & is_seen).any())


# ---------------------------------------------------------------- cells of one district


def telling_rows(cells: Floats, unit: float) -> Flags:
    """Rows that must go, so that no difference of two rows that stay names somebody.

    Those whose differences name somebody most often go first; of equal ones the last.

    Parameters
    ----------
    cells
        Rows x numbers x settlements: what each contributes.
    unit
        What published numbers are rounded to.

    Returns
    -------
    numpy.ndarray
        One flag a row.
    """
    count = len(cells)
    numbers = np.rint(cells.sum(axis=-1) / unit)
    tells = np.zeros((count, count), bool)
    for row in range(count):
        is_seen = numbers[row + 1 :] != numbers[row]
        tells[row, row + 1 :] = (is_dominated(cells[row + 1 :] - cells[row]) & is_seen).any(axis=1)
    tells |= tells.T
    hidden = np.zeros(count, bool)
    while tells.any():
        worst = max(range(count), key=lambda row: (tells[row].sum(), row))
        hidden[worst] = True
        tells[worst] = tells[:, worst] = False
    return hidden


# ---------------------------------------------------------------- all dates of a run


@dataclass(frozen=True, kw_only=True, eq=False)
class Opened:
    """What of a run may be published by date.

    Parameters
    ----------
    country
        ``allocation``, ``date``, ``is_shown`` (False: only the horizon), ``has_range``.
    areas
        The same by ``district``, with ``half``: whether the conditions of half of its people are
        met by then.
    hides_waiting
        Allocations whose person-days, taken from those of another, name somebody.
    """

    country: pd.DataFrame
    areas: pd.DataFrame
    hides_waiting: frozenset[str]


def opened(spread: Spread, areas: Mapping[str, str]) -> Opened:
    """Find the dates on which the numbers of a run may be published.

    Parameters
    ----------
    areas
        Area in which each district is counted.

    Raises
    ------
    ReturnplanError
        When there are fewer than two draws.
    """
    ready = Ready(spread, areas)
    names = list(dict.fromkeys(areas.values()))
    by_quarter = counted_days(spread, COUNTRY_MONTHS)
    everybody = np.ones(len(ready.people), bool)
    wanted = [_country(by_quarter, everybody, p) for p in (CENTRAL, ALL_PERCENTS)]
    by_half_year = counted_days(spread, DISTRICT_MONTHS)
    for percents in (CENTRAL, AREA_PERCENTS):
        wanted += [_area(ready, by_half_year, name, percents) for name in names]
    made = {name: curves_of(ready, name, by_quarter, wanted) for name in spread.allocations}
    for of_all in zip(*made.values(), strict=True):
        keep_apart(of_all)
    country, by_area = [], []
    for name, (whole, whole_range, *of_areas) in made.items():
        is_known = dict(zip(by_quarter, whole.is_shown, strict=True))
        middles, ranges = of_areas[: len(names)], of_areas[len(names) :]
        keep_rest(middles, np.array([is_known[day] for day in by_half_year]))
        country.append(_dates(whole, whole_range).assign(allocation=name))
        by_area += [
            _dates(middle, wide).assign(allocation=name, district=area)
            for area, middle, wide in zip(names, middles, ranges, strict=True)
        ]
    return Opened(
        country=pd.concat(country),
        areas=pd.concat(by_area),
        hides_waiting=_waiting(ready, spread.allocations),
    )


def _country(days: Sequence[date], members: Flags, percents: Sequence[int]) -> Wanted:
    return Wanted(days=days, members=members, percents=percents, unit=PEOPLE_UNIT)


def _area(ready: Ready, days: Sequence[date], area: str, percents: Sequence[int]) -> Wanted:
    members = ready.area == area
    unit = SHARE_UNIT * float(ready.people[members].sum())
    return Wanted(days=days, members=members, percents=percents, unit=unit)


def _dates(middle: Curve, wide: Curve) -> pd.DataFrame:
    """Dates of a curve, with the horizon in any case."""
    is_listed = middle.is_shown.copy()
    is_listed[-1] = True
    half = 2 * middle.numbers[:, 0] >= middle.people.sum()
    table = pd.DataFrame(
        {
            "date": pd.to_datetime(pd.Series(middle.days)).astype("datetime64[s]"),
            "is_shown": middle.is_shown,
            "has_range": middle.is_shown & wide.is_shown,
            "half": half,
        }
    )
    return table[is_listed]


def _waiting(ready: Ready, allocations: Sequence[str]) -> frozenset[str]:
    """Allocations whose mean person-days differ from those of an earlier one by one settlement."""
    days = [ready.waiting_days(ready.seconds(name)).mean(axis=0) for name in allocations]
    hidden = telling_rows(np.stack(days)[:, np.newaxis], PERSON_DAYS_UNIT)
    return frozenset(name for name, is_hidden in zip(allocations, hidden, strict=True) if is_hidden)


def difference_tells(ready: Ready, allocation: str, against: str, day: date, unit: float) -> bool:
    """Whether a difference in people met between two allocations names somebody."""
    one, other = (ready.met(ready.seconds(name), day) for name in (allocation, against))
    numbers, parts = parts_of(one - other, (MEAN, LOW, HIGH))
    return bool((is_dominated(parts) & (np.rint(numbers / unit) != 0)).any())
