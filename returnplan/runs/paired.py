"""Allocations against each other over the same draws: paired differences and their intervals.

Every allocation of a run sees the same draws (common random numbers, model §9), so the difference
of two allocations is taken draw by draw: what all allocations share (weather, areas, speeds)
falls out, and the difference is known far better than either of the two. The interval says how
well the number of draws pins the mean difference down; the range (p10 to p90) says how much the
difference itself varies with what is uncertain.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from returnplan.domain import Scenario
from returnplan.quantiles import mean
from returnplan.runs.difference import Difference, difference_of
from returnplan.runs.ready_days import (
    Ints,
    Spread,
    against_of,
    communities_of,
    counted_dates,
    drawn,
    whole_seconds,
)
from returnplan.runs.tables.family import typed
from returnplan.units import DAY_S, date_to_seconds

PERSON_DAYS, PEOPLE_MET = "person_days", "people_met"
FIELDS = tuple(field.name for field in dataclasses.fields(Difference))
VERDICT_COLUMNS = ("allocation", "against", "measure", *FIELDS)
COLUMNS = ("allocation", "against", "measure", "date", *FIELDS, "value", "value_against")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One measure of all allocations, in parts of its unit.

    Parameters
    ----------
    name, by_date
        What is measured; of people by which date.
    values
        Allocation x draw, whole numbers: equal draws are ties, and no order of sums is felt.
    parts
        How many make up the unit.
    effective
        Effective number of draws that were taken by weight; None: all weigh the same.
    """

    name: str
    by_date: date | None
    values: Ints
    parts: int
    effective: float | None = None

    def apart(self, one: int, other: int) -> Difference:
        """Compare two allocations by their numbers."""
        whole = self.values[one] - self.values[other]
        is_better = self.name == PERSON_DAYS
        return difference_of(
            whole / self.parts, fewer_is_better=is_better, effective=self.effective
        )


def differences(
    spread: Spread, against: str | None = None, dates: Sequence[date] | None = None
) -> pd.DataFrame:
    """Compare allocations with one of them, draw by draw (model §11).

    Parameters
    ----------
    spread
        An ensemble, or a run with draws.
    against
        Name of the allocation that the others are compared with; None: the first.
    dates
        Dates by whose midnight people are counted, from the start to the horizon; None: each year
        after the start.

    Returns
    -------
    pandas.DataFrame
        One row for each other allocation and measure: ``allocation``, ``against``, ``measure``
        (``person_days`` of displacement up to the horizon, ``people_met``: people whose conditions
        are met), ``date`` (of ``people_met``; none for ``person_days``), what
        :class:`returnplan.runs.difference.Difference` says of the difference, and the means of the
        two allocations, ``value`` and ``value_against``. Fewer person-days and more people are
        better. Units: person-days, people.

    Raises
    ------
    ReturnplanError
        When there are fewer than two draws, no such allocation, or a date outside the time of
        the run.

    Examples
    --------
    >>> import returnplan as rp
    >>> spread = rp.ensemble(rp.load("scenarios/valley"), ["today", "two_more_teams"], draws=16)
    >>> table = rp.compare(spread)
    >>> bool(table["mean"].iloc[0] < 0)  # person-days: fewer with two more teams
    True
    """
    _refuse_scenario(spread)
    measures = _measures(spread, counted_dates(spread, dates))
    other = spread.allocations.index(against_of(spread, against))
    rows = []
    for number, name in enumerate(spread.allocations):
        for found in measures if number != other else ():
            what = (name, spread.allocations[other], found.name, found.by_date)
            apart = found.apart(number, other)
            means = [mean(found.values[of]) / found.parts for of in (number, other)]
            rows.append((*what, *dataclasses.astuple(apart), *means))
    return typed("differences", pd.DataFrame(rows, columns=list(COLUMNS)))


def verdicts(spread: Spread) -> pd.DataFrame:
    """Judge each two allocations by person-days, and by people by the horizon (model §11).

    Parameters
    ----------
    spread
        An ensemble, or a run with draws.

    Returns
    -------
    pandas.DataFrame
        ``allocation``, ``against``, ``measure``, and what
        :class:`returnplan.runs.difference.Difference` says of the difference.

    Raises
    ------
    ReturnplanError
        When there are fewer than two draws.
    """
    names = spread.allocations
    rows = [
        (names[one], names[other], found.name, *dataclasses.astuple(found.apart(one, other)))
        for found in _measures(spread, [spread.horizon])
        for one in range(len(names))
        for other in range(len(names))
        if one != other
    ]
    return typed("verdicts", pd.DataFrame(rows, columns=list(VERDICT_COLUMNS)))


def nothing_compared() -> pd.DataFrame:
    """Return the table of :func:`verdicts` without a row: of a run that has no draws."""
    return typed("verdicts", pd.DataFrame(columns=list(VERDICT_COLUMNS)))


def _refuse_scenario(given: object) -> None:
    """Say what is compared to whoever gives the scenario in its place."""
    if isinstance(given, Scenario):
        raise TypeError("results with draws are compared, as returnplan.ensemble gives them")


def _measures(spread: Spread, dates: Sequence[date]) -> list[Measured]:
    people = communities_of(spread)["people"].to_numpy(np.int64)
    by_s = {day: date_to_seconds(day, spread.start) for day in dates}
    horizon_s = date_to_seconds(spread.horizon, spread.start)
    found = measured(map(whole_seconds, drawn(spread)), people, horizon_s, by_s)
    return [dataclasses.replace(one, effective=spread.effective) for one in found]


def measured(
    ready_s: Iterable[Ints], people: Ints, horizon_s: int, by_s: Mapping[date, int]
) -> Iterator[Measured]:
    """Person-days, and people whose conditions are met by each date (model §11).

    Parameters
    ----------
    ready_s
        For each allocation draw x community, whole s.
    people
        By community.
    horizon_s
        The horizon, s.
    by_s
        Dates by which people are counted, and their midnights, s.

    Yields
    ------
    Measured
        Person-days first.
    """
    waiting, met = [], []
    for times_s in ready_s:
        waiting.append(np.minimum(times_s, horizon_s) @ people)
        met.append([(times_s <= seconds) @ people for seconds in by_s.values()])
    yield Measured(name=PERSON_DAYS, by_date=None, values=np.stack(waiting), parts=DAY_S)
    for day, values in zip(by_s, zip(*met, strict=True), strict=True):
        yield Measured(name=PEOPLE_MET, by_date=day, values=np.stack(values), parts=1)


compare = differences
"""What ``rp.compare`` calls."""
