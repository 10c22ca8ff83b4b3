"""Victims among all people: a power law of published totals, beside what the model says of harm.

The model knows casualties among returnees and accidents of deminers; the published totals count
everybody in a country, soldiers too. The two are shown side by side and never mixed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pandas as pd

import returnplan.scenario as room
from returnplan.domain import Fact, Scenario
from returnplan.errors import ReturnplanError
from returnplan.insight.power_law import PowerLaw, why_no_law
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.units import month_starts

Step = Literal["year", "half_year"]
MONTHS: dict[Step, int] = {"year": 12, "half_year": 6}
YEARS = 3
"""Calendar years after that of the last total for which later counts are told."""
KNOWN, LATER, FITTED, FORECAST = "known", "later", "fitted", "forecast"
"""Rows: totals that the law is fitted to; later ones; the law before and after the last of them."""
RANGE = ("p10", "p50", "p90")
COLUMNS = ("kind", "from", "until", "published", *(f"new_{part}" for part in RANGE))
OVER_TIME = ("kind", "date", "published", *(f"total_{part}" for part in RANGE))


@dataclass(frozen=True, kw_only=True, eq=False)
class Totals:
    """Published counts of victims among all people.

    Parameters
    ----------
    known
        Facts that a law is fitted to: of those that end by the date of the data, the ones with the
        earliest first day, in the order of their last days.
    later
        Facts that end after it: to compare with.
    """

    known: tuple[Fact, ...]
    later: tuple[Fact, ...]

    @property
    def since(self) -> date:
        """First day that is counted."""
        return self.known[0].from_date

    @property
    def dates(self) -> list[date]:
        """Last days of the known totals."""
        return [fact.until_date for fact in self.known]

    @property
    def counts(self) -> list[int]:
        """Victims up to each of these days."""
        return [round(fact.value or 0) for fact in self.known]

    def law(self) -> PowerLaw:
        """Fit a power law to the known totals.

        Raises
        ------
        ReturnplanError
            When they tell none.
        """
        if reason := self.why_not():
            raise ReturnplanError(reason)
        return PowerLaw(since=self.since, dates=self.dates, totals=self.counts)

    def why_not(self) -> str:
        """Say why there is no law; empty: there is one."""
        if not self.known:
            return (
                "the scenario has no facts of the measure victims that end by the date of its data"
            )
        return why_no_law(self.since, self.dates, self.counts)


def totals_of(scenario: Scenario, as_of: date | None = None) -> Totals:
    """Find published totals of victims among the facts of a scenario.

    Parameters
    ----------
    as_of
        Date of the data: facts that end after it are compared only. None: that of the scenario;
        where it names none, all are known.
    """
    until = as_of or scenario.as_of or date.max
    facts = sorted(
        (fact for fact in scenario.facts if fact.measure == "victims"),
        key=lambda fact: (fact.until_date, fact.from_date),
    )
    ended = [fact for fact in facts if fact.until_date <= until]
    since = min((fact.from_date for fact in ended), default=date.max)
    return Totals(
        known=tuple(fact for fact in ended if fact.from_date == since),
        later=tuple(fact for fact in facts if fact.until_date > until),
    )


def victims(
    given: Scenario | Path | str,
    *,
    step: Step = "year",
    years: int = YEARS,
    as_of: date | None = None,
) -> pd.DataFrame:
    """Tell how many victims among all people a power law of published totals expects (model §8.1).

    Parameters
    ----------
    given
        A scenario, its folder, or a run folder.
    step
        Calendar years or half-years.
    years
        How many calendar years are told after that of the last known total.
    as_of
        Date of the data; None: that of the scenario, and without one all totals are known.

    Returns
    -------
    pandas.DataFrame
        ``kind``: ``known`` (a total that the law is fitted to), ``later`` (a count published after
        the date of the data; of a total, what it adds to the last known one), ``forecast`` (a
        calendar period after the last known total, the first one from the day after it); ``from``
        and ``until``, both included; ``published``, and ``new_p10``, ``new_p50``, ``new_p90`` of
        the law: victims in these days. Ranges hold 80 %, and those of periods do not add up. A
        later count that begins before the last known total ends has none.

    Raises
    ------
    ReturnplanError
        When totals of fewer than two dates are known, a total falls, or all victims are of one
        period.

    Examples
    --------
    >>> import returnplan as rp
    >>> rp.victims(rp.load("scenarios/valley"))
    Traceback (most recent call last):
    returnplan.errors.ReturnplanError: the scenario has no facts of the measure victims ...
    """
    scenario = given if isinstance(given, Scenario) else _scenario_in(Path(given))
    totals = totals_of(scenario, as_of)
    law = totals.law()
    rows: list[tuple[object, ...]] = [
        (KNOWN, fact.from_date, fact.until_date, fact.value, None, None, None)
        for fact in totals.known
    ]
    rows += [_later(law, fact) for fact in totals.later]
    for begin, end in periods(law.dates[-1], MONTHS[step], years):
        rows.append((FORECAST, begin, end, None, *law.between(begin - timedelta(days=1), end)))
    return _typed(rows, COLUMNS)


def over_time(scenario: Scenario) -> pd.DataFrame:
    """Totals and law by date, for a chart.

    Returns
    -------
    pandas.DataFrame
        ``kind`` (as :func:`victims` has it, and ``fitted``: the law up to the last known total),
        ``date``, ``published``, ``total_p10``, ``total_p50``, ``total_p90``. Totals from other
        first days than the known ones are left out. Without a law: the totals, and that nobody is
        counted on the day before the first; without a known total: no row.
    """
    totals = totals_of(scenario)
    if not totals.known:
        return _typed([], OVER_TIME)
    rows: list[tuple[object, ...]] = [
        (kind, fact.until_date, fact.value, None, None, None)
        for kind, facts in ((KNOWN, totals.known), (LATER, totals.later))
        for fact in facts
        if fact.from_date == totals.since
    ]
    rows.append((FITTED, totals.since - timedelta(days=1), None, None, 0.0, None))
    if not totals.why_not():
        rows += _course(totals.law())
    return _typed(rows, OVER_TIME)


def _course(law: PowerLaw) -> Iterator[tuple[object, ...]]:
    """The law at the ends of months: as expected before the last total, with ranges after it."""
    last = law.dates[-1]
    begins = month_starts(law.since, date(last.year + YEARS + 1, 1, 1))
    ends = [begin - timedelta(days=1) for begin in begins]
    for day in (*(end for end in ends if end < last), last):
        yield FITTED, day, None, None, law.expected(day), None
    yield FORECAST, last, None, *(3 * (law.totals[-1],))
    for day in (end for end in ends if end > last):
        yield FORECAST, day, None, *(law.totals[-1] + new for new in law.between(last, day))


def periods(last: date, months: int, years: int) -> list[tuple[date, date]]:
    """Calendar periods after a date, the first one from the day after it.

    Parameters
    ----------
    last
        The date.
    months
        Length of a period: 12 or 6.
    years
        How many calendar years after that of the date.

    Examples
    --------
    >>> [(str(begin), str(end)) for begin, end in periods(date(2022, 10, 6), 12, 1)]
    [('2022-10-07', '2022-12-31'), ('2023-01-01', '2023-12-31')]
    """
    starts = [
        date(year, month, 1)
        for year in range(last.year, last.year + years + 1)
        for month in range(1, 13, months)
    ]
    ends = [begin - timedelta(days=1) for begin in (*starts[1:], date(last.year + years + 1, 1, 1))]
    return [
        (max(begin, last + timedelta(days=1)), end)
        for begin, end in zip(starts, ends, strict=True)
        if end > last
    ]


def _later(law: PowerLaw, fact: Fact) -> tuple[object, ...]:
    """A later count beside the law, after the last known total; blank: not told by it."""
    last, begin, published = law.dates[-1], fact.from_date, fact.value or 0.0
    if begin == law.since:
        begin, published = last + timedelta(days=1), published - law.totals[-1]
    before = begin - timedelta(days=1)
    new = law.between(before, fact.until_date) if before >= last else (None, None, None)
    return LATER, begin, fact.until_date, published, *new


def _scenario_in(folder: Path) -> Scenario:
    """Read a scenario, or that of a run folder."""
    copy = folder / SCENARIO_COPY
    return room.load(copy if copy.is_dir() else folder)


def _typed(rows: Sequence[tuple[object, ...]], columns: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(columns))
    types = {
        name: "datetime64[s]" if name in ("from", "until", "date") else float
        for name in columns
        if name != "kind"
    }
    return table.astype(types)
