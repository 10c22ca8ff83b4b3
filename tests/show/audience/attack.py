"""An adversary: who knows how many people come from each village, and reads what is published.

From outside come the people of each settlement and its district, which everybody may know. All the
rest is what the public gets: tables, and the numbers that the script of the page holds. The
adversary takes differences of numbers and asks which settlements they can be:

- a step of a curve that is the people of one, two or three settlements and of no others;
- a large place, which only one step has room for; on a curve of means, a rise of its size;
- what a curve does not show, from a total less all that is shown;
- two counts of a district that differ by one settlement;
- a count below ten, from a total less all that is shown.

A claim says that the median date of a settlement lies in a half-year. It is worth something only if
such claims are right more often than the plain guess that everybody has: the half-year in which
half of the district's people are met.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

Tables = Mapping[str, pd.DataFrame]
Floats = np.ndarray[Any, np.dtype[np.float64]]

LARGE = 0.1
"""Of a district's people: places from this share on are looked for one by one."""
ROOM = 0.9
"""A step has room for a place if it is at least so much of its people."""
MOST_TRIPLES = 160
"""In areas of more settlements only single ones and pairs are tried."""
HUMP_DAYS = 800
"""Chance spreads the date of one place over no more than so many days."""
HALF_YEAR, SURE_DAYS = 184, 370
"""A step of more days leaves room for doubt."""
SMALL = 10
NEVER = "not within the horizon"


class Claim(NamedTuple):
    """The median date of a settlement lies in a half-year, as 2031-2; how the adversary knows.

    ``days``: length of the step that says so; half a year or less leaves nothing to guess.
    """

    allocation: str
    settlement: str
    half_year: str
    how: str
    days: int


class Apart(NamedTuple):
    """Two published counts of a district differ by one settlement."""

    district: str
    one: tuple[str, ...]
    other: tuple[str, ...]
    state: str
    settlement: str


class SmallCount(NamedTuple):
    """A number of people below ten that is not shown, and the bounds that it must lie in."""

    allocation: str
    district: str
    date: pd.Timestamp
    measure: str
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Curve:
    """People met by dates, as far as somebody outside can tell.

    Parameters
    ----------
    settlements
        Those of whom it counts the people.
    days
        Ascending.
    people, error
        At each day; how far off at most.
    is_mean
        A mean over draws, in which one place rises little by little; else a median, in which it
        is a step.
    """

    allocation: str
    settlements: pd.Series
    days: pd.DatetimeIndex
    people: Floats
    error: Floats
    is_mean: bool


def half_year(day: Any) -> str:
    """Half-year of a day; the first of January and of July end one."""
    if pd.isna(day):
        return NEVER
    before = day - pd.Timedelta(seconds=1)
    return f"{before.year}-{1 if before.month <= 6 else 2}"


# ---------------------------------------------------------------- curves of what is published


def curves(known: pd.DataFrame, published: Tables, page: Mapping[str, Any]) -> Iterator[Curve]:
    """All curves that the public can put together, the most telling ones first.

    Parameters
    ----------
    known
        ``settlement``, ``people``, ``district``: public knowledge.
    published
        Public tables.
    page
        What the script of the public page is given.
    """
    by_district = {
        d: rows.set_index("settlement")["people"] for d, rows in known.groupby("district")
    }
    everybody = known.set_index("settlement")["people"]
    whole = list(_country(published, everybody))
    parts = [*_shares(published, by_district), *_page_shares(page, by_district, published)]
    yield from parts
    yield from _rests(parts, whole, by_district)
    yield from _returned(published, by_district)
    yield from whole


def _curve(
    allocation: str, settlements: pd.Series, rows: Iterable[tuple[Any, float, float]], is_mean: bool
) -> Curve:
    """A curve of those rows (day, people, error) that are there."""
    there = sorted((pd.Timestamp(d), p, e) for d, p, e in rows if not math.isnan(p))
    return Curve(
        allocation=allocation,
        settlements=settlements,
        days=pd.DatetimeIndex([day for day, _, _ in there]),
        people=np.array([people for _, people, _ in there], float),
        error=np.array([error for _, _, error in there], float),
        is_mean=is_mean,
    )


def _shares(published: Tables, by_district: Mapping[Any, pd.Series]) -> Iterator[Curve]:
    """Shares by district, times the people that everybody knows."""
    if "district_shares" not in published:
        return
    for (allocation, district), rows in published["district_shares"].groupby(
        ["allocation", "district"], sort=False
    ):
        mine = by_district[district]
        total = float(mine.sum())
        cells = [
            (d, s * total, 0.005 * total + 5)
            for d, s in zip(rows["date"], rows["share_p50"], strict=True)
        ]
        yield _curve(str(allocation), mine, cells, is_mean=False)


def _page_shares(
    page: Mapping[str, Any], by_district: Mapping[Any, pd.Series], published: Tables
) -> Iterator[Curve]:
    """The same from the page; it may hold other dates or more digits."""
    if not page:
        return
    start, shown = pd.Timestamp(page["start"]), page["districts"]
    days = [start + pd.Timedelta(days=day) for day in shown["days"]]
    names = published["summary"]["allocation"]
    for allocation, of_districts in zip(names, shown["shares"], strict=True):
        for district, ranges in zip(shown["names"], of_districts, strict=True):
            middle = ranges[len(ranges) // 2]
            mine = by_district[district]
            total = float(mine.sum())
            cells = [
                (day, math.nan if share is None else share * total, 0.005 * total + 5)
                for day, share in zip(days, middle, strict=True)
            ]
            yield _curve(allocation, mine, cells, is_mean=False)


def _country(published: Tables, everybody: pd.Series) -> Iterator[Curve]:
    """People of the whole country: medians; and means, wherever one is printed with a date."""
    for allocation, rows in published["people_met"].groupby("allocation", sort=False):
        middle = zip(rows["date"], rows["people_p50"], strict=True)
        yield _curve(str(allocation), everybody, ((d, p, 5.0) for d, p in middle), is_mean=False)
        means = dict(zip(rows["date"], rows["people_mean"], strict=True))
        means |= _other_means(published, str(allocation))
        yield _curve(str(allocation), everybody, ((d, p, 5.0) for d, p in means.items()), True)


def _other_means(published: Tables, allocation: str) -> dict[pd.Timestamp, float]:
    """Means of people met in the summary and beside differences."""
    (row,) = published["summary"].query("allocation == @allocation").to_dict("records")
    means = {
        pd.Timestamp(str(name)[10:20]): float(number)
        for name, number in row.items()
        if str(name).startswith("people_by_")
    }
    table = published.get("differences", pd.DataFrame(columns=["measure"]))
    for line in table[table["measure"] == "people_met"].to_dict("records"):
        for who, number in (("allocation", "value"), ("against", "value_against")):
            if line[who] == allocation:
                means[line["date"]] = line[number]
    return {day: number for day, number in means.items() if not math.isnan(number)}


def _rests(
    parts: Sequence[Curve], whole: Sequence[Curve], by_district: Mapping[Any, pd.Series]
) -> Iterator[Curve]:
    """A district where it is not shown: the country less all others, where those are shown."""
    for total in (curve for curve in whole if not curve.is_mean):
        mine = {c.settlements.index[0]: c for c in parts if c.allocation == total.allocation}
        shown = {key: dict(zip(c.days, c.people, strict=True)) for key, c in mine.items()}
        if len(shown) < len(by_district):
            continue
        for key, curve in mine.items():
            cells = list(zip(curve.days, curve.people, curve.error, strict=True))
            for day, people in zip(total.days, total.people, strict=True):
                others = [there.get(day, math.nan) for k, there in shown.items() if k != key]
                if day not in shown[key]:
                    cells.append((day, people - sum(others), 0.02 * people))
            if len(cells) > len(curve.days):
                yield _curve(total.allocation, curve.settlements, cells, is_mean=False)


def _returned(published: Tables, by_district: Mapping[Any, pd.Series]) -> Iterator[Curve]:
    """Returned people by district, blown up to all those who may return."""
    if "returns" not in published or "districts" not in published:
        return
    keys = ["allocation", "district"]
    met = published["districts"].set_index(keys)["people_met"].to_dict()
    groups: Any = published["returns"].groupby(keys, sort=False)
    for key, rows in groups:
        returned = rows["returned_mean"].to_numpy(float)
        if key not in met or key[1] not in by_district or not np.nanmax(returned, initial=0):
            continue
        scale = met[key] / np.nanmax(returned)
        cells = [
            (d, scale * r, 0.05 * scale * r) for d, r in zip(rows["date"], returned, strict=True)
        ]
        yield _curve(str(key[0]), by_district[key[1]], cells, is_mean=True)


# ---------------------------------------------------------------- who can it be


def dated(
    known: pd.DataFrame, published: Tables, page: Mapping[str, Any] | None = None
) -> list[Claim]:
    """Date settlements; one claim for each allocation and settlement, the surest."""
    claims: dict[tuple[str, str], Claim] = {}
    found = list(curves(known, published, page or {}))
    districts = known.groupby("district")["people"].transform("sum")
    large = set(known.loc[known["people"] >= LARGE * districts, "settlement"])
    sums = [claim for curve in found for claim in _sums(curve)]
    room = [claim for curve in found if not curve.is_mean for claim in _packed(curve, large)]
    _keep(claims, (claim for claim in sums if claim.days <= HALF_YEAR))
    _keep(claims, (claim for claim in room if claim.days <= SURE_DAYS))
    _keep(claims, (*sums, *room))
    _keep(claims, (claim for curve in found if curve.is_mean for claim in _rises(curve, large)))
    return list(claims.values())


def _keep(claims: dict[tuple[str, str], Claim], new: Iterable[Claim]) -> None:
    for claim in new:
        claims.setdefault((claim.allocation, claim.settlement), claim)


def _steps(curve: Curve) -> Iterator[tuple[pd.Timestamp, pd.Timestamp, float, float]]:
    """Begin, end, people and error of each step; the first begins where the curve does."""
    for at, day in enumerate(curve.days):
        before = curve.people[at - 1] if at else 0.0
        error = curve.error[at] + (curve.error[at - 1] if at else 0.0)
        yield curve.days[max(at - 1, 0)], day, curve.people[at] - before, error


def _claim(
    curve: Curve, settlement: str, begin: pd.Timestamp, end: pd.Timestamp, how: str
) -> Claim:
    """Of a longer time, somebody guesses the half-year in its middle."""
    middle = half_year(begin + (end - begin) / 2)
    return Claim(curve.allocation, settlement, middle, how, (end - begin).days)


def _sums(curve: Curve) -> Iterator[Claim]:
    """Steps that are the people of one, two or three settlements, and of no others."""
    subsets = _Subsets(curve.settlements)
    for begin, end, people, error in _steps(curve):
        if people <= error:
            continue
        for settlement in subsets.only(people - error, people + error):
            yield _claim(curve, settlement, begin, end, "sum")


class _Subsets:
    """Sums of the people of one, two and three settlements."""

    def __init__(self, settlements: pd.Series) -> None:
        most = 3 if len(settlements) <= MOST_TRIPLES else 2
        people = settlements.to_numpy(float)
        self._names = list(settlements.index)
        self._sums = []
        for size in range(1, min(most, len(people)) + 1):
            chosen = np.array(list(combinations(range(len(people)), size)))
            sums = people[chosen].sum(axis=1)
            order = np.argsort(sums, kind="stable")
            self._sums.append((sums[order], chosen[order]))

    def only(self, low: float, high: float) -> list[str]:
        """The settlements of the only subset with so many people; none if there are several."""
        found = []
        for sums, chosen in self._sums:
            first, last = np.searchsorted(sums, (low, high))
            found += list(chosen[first : min(last, first + 2)])
        return [self._names[at] for at in found[0]] if len(found) == 1 else []


def _packed(curve: Curve, large: set[str]) -> Iterator[Claim]:
    """The largest places first, each into the step that has most room."""
    steps = list(_steps(curve))
    room = [people for _, _, people, _ in steps]
    for settlement, people in curve.settlements.sort_values(ascending=False).items():
        if not room or settlement not in large:
            continue
        at = int(np.argmax(room))
        if room[at] >= ROOM * people:
            room[at] -= people
            begin, end = steps[at][:2]
            yield _claim(curve, str(settlement), begin, end, "room")


def _rises(curve: Curve, large: set[str]) -> Iterator[Claim]:
    """Large places where a mean rises by their people within the time that chance gives them."""
    days, people = curve.days, np.maximum.accumulate(curve.people)
    number = (days - days[0]).days.to_numpy() if len(days) else np.zeros(0, int)
    for settlement, size in curve.settlements.items():
        if settlement not in large or not len(days):
            continue
        ends = np.searchsorted(people, people + ROOM * size)
        length = number[np.minimum(ends, len(days) - 1)] - number
        length[(ends == len(days)) | (length > HUMP_DAYS)] = HUMP_DAYS + 1
        begin = int(np.argmin(length))
        if length[begin] <= HUMP_DAYS:
            yield _claim(curve, str(settlement), days[begin], days[ends[begin]], "rise")


# ---------------------------------------------------------------- counts


def told_apart(known: pd.DataFrame, published: Tables) -> list[Apart]:
    """Pairs of counts, over gates and allocations, that one settlement alone explains."""
    by_district = {
        d: rows.set_index("settlement")["people"] for d, rows in known.groupby("district")
    }
    rows = pd.concat(
        [published["district_gates"], published["districts"].assign(gate="")], ignore_index=True
    )
    found = []
    for district, cells in rows.groupby("district"):
        if district not in by_district:
            continue
        people = by_district[district]
        for state in ("met", "not_met", "unknown"):
            shown = cells.dropna(subset=[f"people_{state}"])
            keys = list(zip(shown["allocation"], shown["gate"], strict=True))
            numbers = shown[f"people_{state}"].to_numpy(float)
            for one, other in combinations(range(len(keys)), 2):
                apart = abs(numbers[one] - numbers[other])
                fits = people.index[(people - apart).abs() <= SMALL] if apart else []
                if len(fits) == 1:
                    found.append(Apart(str(district), keys[one], keys[other], state, fits[0]))
    return found


def small_counts(published: Tables) -> list[SmallCount]:
    """Counts below ten by district: the country's number less all that is shown beside it."""
    found = []
    for measure in ("returned", "present"):
        name = f"{measure}_mean"
        if name not in published["returns"] or name not in published["people_met"]:
            continue
        totals = published["people_met"].set_index(["allocation", "date"])[name].dropna().to_dict()
        groups: Any = published["returns"].groupby(["allocation", "date"])
        for (allocation, date), rows in groups:
            if (allocation, date) not in totals:
                continue
            hidden = rows[rows[name].isna()]
            error = 5.0 * (1 + rows[name].gt(0).sum())
            rest = float(totals[allocation, date]) - float(rows[name].sum())
            if len(hidden) == 1 and error < rest < SMALL - error:
                district = str(hidden["district"].iloc[0])
                bounds = (rest - error, rest + error)
                found.append(SmallCount(str(allocation), district, date, measure, *bounds))
    return found


# ---------------------------------------------------------------- what it is worth


class Score(NamedTuple):
    """How many claims are right, and how many of the plain guess for the same settlements.

    ``exact``: right claims from a step of half a year that only these settlements explain.
    """

    claims: int
    right: int
    by_median: int
    exact: int


def score(claims: Sequence[Claim], readiness: pd.DataFrame) -> Score:
    """Set claims beside what the planner's team knows, and beside the plain guess.

    Parameters
    ----------
    readiness
        The internal table.
    """
    truth, guess = half_years(readiness), median_half_years(readiness)
    right = [truth.get(claim[:2]) == claim.half_year for claim in claims]
    plain = [truth.get(claim[:2]) == guess[claim[:2]] for claim in claims]
    is_exact = [claim.how == "sum" and claim.days <= HALF_YEAR for claim in claims]
    exact = [ok and sure for ok, sure in zip(right, is_exact, strict=True)]
    return Score(claims=len(claims), right=sum(right), by_median=sum(plain), exact=sum(exact))


def half_years(readiness: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Half-year of the median date of each settlement: that of its last community."""
    groups = readiness.groupby(["allocation", "settlement"])["ready_date_p50"]
    last: Any = groups.max().where(groups.count() == groups.size())
    return {(str(key[0]), str(key[1])): half_year(day) for key, day in last.items()}


def median_half_years(readiness: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The plain guess: for each settlement the half-year by which half of its district is met."""
    guess: dict[tuple[str, str], str] = {}
    for (allocation, _), rows in readiness.groupby(["allocation", "district"]):
        by_date = rows.sort_values("ready_date_p50")
        reached = 2 * by_date["people"].cumsum() >= by_date["people"].sum()
        day = by_date.loc[reached, "ready_date_p50"].iloc[0]
        guess |= {(str(allocation), str(name)): half_year(day) for name in rows["settlement"]}
    return guess


def right_pairs(
    found: Sequence[Apart], readiness: pd.DataFrame, gates: pd.DataFrame
) -> list[Apart]:
    """Those pairs of counts whose settlements really differ by that one alone."""
    states = pd.concat(
        [
            gates[["allocation", "community", "gate", "state"]],
            readiness.assign(gate="", state=readiness["status"].map(_state))[
                ["allocation", "community", "gate", "state"]
            ],
        ]
    ).merge(readiness[["allocation", "community", "settlement", "district"]])
    states["state"] = states["state"].str.replace(" ", "_")
    groups = states.groupby(["district", "allocation", "gate", "state"])["settlement"].agg(set)
    there = groups.to_dict()

    def of(district: str, cell: tuple[str, ...], state: str) -> set[str]:
        found: set[str] = there.get((district, *cell, state), set())
        return found

    return [
        pair
        for pair in found
        if of(pair.district, pair.one, pair.state) ^ of(pair.district, pair.other, pair.state)
        == {pair.settlement}
    ]


def _state(status: str) -> str:
    if status.startswith("conditions met"):
        return "met"
    return "unknown" if status.startswith("unknown") else "not met"
