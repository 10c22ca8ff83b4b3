"""Forecasts of a published fact that need no model: the least that a model must do better than.

Each knows only facts of the same thing that had ended before. What it makes of them depends on what
is counted: sums over a period go by their daily rate, counts since a day by the count, shares and
seasons by their value, dates of first returns by the time between one and the next.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

NAN = float("nan")
SUMS = ("released_m2", "items", "teams_usd")
COUNTS = ("people_returned", "victims")
DATES = ("first_return_day",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published fact as forecasts see it.

    Parameters
    ----------
    measure
        What is counted.
    of
        Land, place or month that it is counted of.
    since, until
        First and last day, from the start of the scenario; negative before it.
    value
        The figure; of a date its middle, in days.
    """

    measure: str
    of: tuple[object, ...]
    since: float
    until: float
    value: float

    @property
    def days(self) -> float:
        """Length of the period, both ends included."""
        return self.until - self.since + 1

    @property
    def at(self) -> float:
        """Day that the figure stands for: of a count its last, else the middle of the period."""
        return self.until if self.measure in COUNTS else (self.since + self.until) / 2

    @property
    def level(self) -> float:
        """What is continued: the daily rate of a sum, else the figure itself."""
        return self.value / self.days if self.measure in SUMS else self.value


class Naive(NamedTuple):
    """Forecasts of one fact in its own unit; nan: nothing is known to forecast it from."""

    last: float
    trend: float
    proportional: float


def forecasts(fact: Published, others: Sequence[Published], districts: int) -> Naive:
    """Forecast a fact from others.

    Parameters
    ----------
    fact
        What is to be forecast; its figure is not looked at.
    others
        All published facts, it may be among them.
    districts
        Districts with land to release, for equal shares.

    Returns
    -------
    Naive
        ``last``: the last rate, count or share goes on (people who returned: none before the first
        count; of a date: the last one and the time that it came after the one before). ``trend``:
        the line through the last two, not below 0 (of a date: the last one and the mean time
        between one and the next). ``proportional``: the mean rate of all known periods, the pace
        of a count since it began, equal shares of the districts, every month like the mean month.
    """
    known = sorted(_known(fact, others), key=lambda one: (one.until, one.since))
    if fact.measure in DATES:
        return _dates(known)
    scale = fact.days if fact.measure in SUMS else 1.0
    last = known[-1].level if known else 0.0 if fact.measure == "people_returned" else NAN
    trend = max(_line(fact, known[-2:]), 0.0) if len(known) > 1 else NAN
    if fact.measure == "share_of_area":
        trend = min(trend, 1.0)
    return Naive(last * scale, trend * scale, _proportional(fact, known, districts))


def _known(fact: Published, others: Sequence[Published]) -> Iterator[Published]:
    """Facts of the same thing that had ended before; a count had before it was made."""
    before = fact.until if fact.measure in COUNTS else fact.since
    for one in others:
        is_alike = one.measure == fact.measure and (one.of == fact.of or fact.measure in DATES)
        if is_alike and one.until < before:
            yield one


def _dates(known: Sequence[Published]) -> Naive:
    """Forecasts of a first return from those of other places."""
    if not known:
        return Naive(NAN, NAN, NAN)
    days = [0.0, *sorted(one.value for one in known)]
    gaps = np.diff(days)
    return Naive(days[-1] + float(gaps[-1]), days[-1] + float(gaps.mean()), NAN)


def _line(fact: Published, two: Sequence[Published]) -> float:
    """Level at a fact of the line through two others; of the same day: the later one."""
    first, second = two
    if first.at == second.at:
        return second.level
    slope = (second.level - first.level) / (second.at - first.at)
    return second.level + slope * (fact.at - second.at)


def _proportional(fact: Published, known: Sequence[Published], districts: int) -> float:
    if fact.measure == "season_index":
        return 1.0
    if fact.measure == "share_of_area":
        return 1.0 / districts
    if not known:
        return NAN
    chosen = known[-1:] if fact.measure in COUNTS else known
    return sum(one.value for one in chosen) / sum(one.days for one in chosen) * fact.days
