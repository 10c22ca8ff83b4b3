"""Findings: a run read again, its tables for an audience, its words in a language."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from returnplan.domain import NotCovered, Scenario
from returnplan.insight import hindcast as past
from returnplan.insight.explain import OpenedRun, open_run
from returnplan.insight.sensitivity import sensitivity, why_not
from returnplan.insight.story import Chain
from returnplan.insight.victims import over_time
from returnplan.language.words import Words, words_of
from returnplan.runs.difference import OPPOSITE
from returnplan.runs.district_shares import district_shares
from returnplan.runs.folder import SCENARIO_COPY, STORED
from returnplan.runs.paired import differences, nothing_compared, verdicts
from returnplan.runs.reading import Run, fitting
from returnplan.runs.ready_days import LEAST_DRAWS
from returnplan.scenario.made_of import DOUBTFUL, made_of
from returnplan.show.audience.contributors import yearly_days
from returnplan.show.audience.districts import HALVES, district_halves
from returnplan.show.audience.tables import Audience, for_audience
from returnplan.show.drawing import (
    View,
    map_tables,
    range_words,
    ranged,
    three_digits,
    view_of,
)
from returnplan.units import horizon_date

PEOPLE_DIGIT = -1
"""People of all communities together are rounded to ten for the public."""
DIGEST_SIGNS = 12
"""Signs of the digest of the results that are printed."""
PERCENT = 100
NEAR_YEARS = (3, 5)
"""The near date is a quarter of the horizon on, but neither sooner nor later than these years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A median with the range in which 80 % of the draws lie; nan: not within the horizon.

    Parameters
    ----------
    middle
        Median; in a run on expected values its only number.
    low, high
        10 % and 90 %; nan in a run on expected values.
    """

    middle: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """What report and brief say of a run.

    Parameters
    ----------
    folder
        Run folder.
    opened
        The run with its scenario; names of places are those of the language.
    view
        What charts must know: names, titles, provenance, words.
    audience
        ``internal`` or ``public``.
    tables
        Tables of the run by name, as this audience may see them.
    contact
        Whom to ask; empty: nobody is named.
    """

    folder: Path
    opened: OpenedRun
    view: View
    audience: Audience
    tables: Mapping[str, pd.DataFrame]
    contact: str = ""

    @property
    def run(self) -> Run:
        """Tables and manifest, all of them: for the audience take ``tables``."""
        return self.opened.run

    @property
    def scenario(self) -> Scenario:
        """The scenario, all of it: for the audience take ``tables``."""
        return self.opened.scenario

    @property
    def words(self) -> Words:
        """The language."""
        return self.view.words

    @property
    def draws(self) -> int:
        """Draws of the run; 0: expected values."""
        return self.opened.draws

    @property
    def is_public(self) -> bool:
        """True when no place but the district may be named."""
        return self.audience == "public"

    @property
    def allocations(self) -> tuple[str, ...]:
        """Names of the allocations; the first is what the others are compared with."""
        return self.run.allocations

    @property
    def first(self) -> str:
        """Name of the first allocation."""
        return self.allocations[0]

    def title(self, allocation: str) -> str:
        """Title of an allocation."""
        return self.view.title(allocation)

    def district(self, name: str) -> str:
        """Name of a district for readers."""
        return self.view.district(name)

    @cached_property
    def horizon(self) -> dt.date:
        """Last day of the run."""
        return horizon_date(self.scenario.start, self.scenario.horizon_years)

    @cached_property
    def near(self) -> dt.date:
        """First date of counting some years on (see ``NEAR_YEARS``), at most the horizon.

        For the public: of the dates that are shown of every allocation.
        """
        scenario = self.scenario
        years = min(max(scenario.horizon_years // 4, NEAR_YEARS[0]), NEAR_YEARS[1])
        rows = self.tables["people_met"].dropna(subset=["people_p50"])
        counts = Counter(row["date"] for row in records(rows))
        dates = sorted(day for day in counts if counts[day] == len(self.allocations))
        goal = horizon_date(scenario.start, years)
        return next((day for day in dates if day >= goal), self.horizon)

    @cached_property
    def made_of(self) -> str:
        """What is observed and what is made up, in one line."""
        return made_of(self.scenario, self.words)

    @cached_property
    def made_up(self) -> str:
        """What is made up or of unknown origin: that line, where there is room for little."""
        return made_of(self.scenario, self.words, DOUBTFUL)

    @cached_property
    def not_counted(self) -> str:
        """Where people are left out of all numbers, or some of them; empty: nowhere."""
        counted = {
            self.scenario.place[one.settlement].district for one in self.scenario.communities
        }
        places = [
            self.words.phrase("{thing} (in part)", thing=shown) if name in counted else shown
            for name, shown in zip(self._not_covered, self.not_covered.places, strict=True)
        ]
        if not places:
            return ""
        return self.words.phrase("Not counted: {places}.", places=self.words.listed(places))

    @cached_property
    def _not_covered(self) -> tuple[str, ...]:
        """Names, as the scenario has them, of what is left out: for the public only districts."""
        districts = {place.district for place in self.scenario.places}
        names = self.scenario.not_covered.places
        return tuple(name for name in names if not self.is_public or name in districts)

    @cached_property
    def not_covered(self) -> NotCovered:
        """What the scenario leaves out; for the public only districts, since reasons name more."""
        shown = tuple(map(self._left_out, self._not_covered))
        left = self.scenario.not_covered
        return NotCovered(places=shown) if self.is_public else replace(left, places=shown)

    def _left_out(self, name: str) -> str:
        """What readers call a district or place that is left out."""
        place = self.scenario.place.get(name)
        return place.name if place else self.district(name)

    @cached_property
    def people(self) -> int:
        """All people who wait; rounded for the public."""
        people = sum(community.people for community in self.scenario.communities)
        return round(people, PEOPLE_DIGIT) if self.is_public else people

    @cached_property
    def chart_tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables for charts: those of the audience; for maps ``places``, and ``roads`` as lines."""
        shown = {"verdicts": nothing_compared(), **self.tables}
        if self.is_public:
            return {**shown, "district_halves": pd.DataFrame(columns=list(HALVES))}
        halves = district_halves(self.tables["readiness"], self.tables["gates"])
        return {**shown, "district_halves": halves, **map_tables(self.scenario)}

    def rows(self, table: str, allocation: str) -> pd.DataFrame:
        """Rows of one allocation in a table."""
        cells = self.tables[table]
        return cells[cells["allocation"] == allocation]

    def summary(self, allocation: str) -> dict[str, Any]:
        """The row of one allocation in ``summary``."""
        return next(records(self.rows("summary", allocation)))

    def verdict(self, allocation: str, against: str, measure: str) -> str:
        """Whether an allocation is better, worse or level; empty: not known, or not shown.

        Parameters
        ----------
        allocation, against
            Names.
        measure
            ``person_days`` or ``people_met``, by the horizon.
        """
        row = self.pair(allocation, against, measure)
        return str(row["verdict"]) if row else ""

    def difference(self, allocation: str, against: str, measure: str) -> Mapping[str, Any] | None:
        """Paired difference of an allocation to the first, or of the first to another.

        Parameters
        ----------
        allocation, against
            Names; one of them is the first. People are those at the horizon.
        measure
            ``person_days`` or ``people_met``.

        Returns
        -------
        Mapping[str, Any] | None
            Row of :func:`returnplan.runs.paired.differences`; None: fewer than two draws, or the
            same allocation twice.
        """
        if "differences" not in self.tables or allocation == against:
            return None
        if allocation == self.first:
            return mirrored(self.difference(against, allocation, measure))
        table = self.tables["differences"]
        is_it = table["allocation"].eq(allocation) & table["measure"].eq(measure)
        mine = table[is_it]
        return next(records(on(mine, self.horizon) if measure == "people_met" else mine), None)

    def pair(self, allocation: str, against: str, measure: str) -> Mapping[str, Any] | None:
        """Paired difference of any two allocations by the horizon.

        Parameters
        ----------
        measure
            ``person_days`` or ``people_met``.

        Returns
        -------
        Mapping[str, Any] | None
            Row of :func:`returnplan.runs.paired.verdicts`; None: fewer than two draws, or
            not shown.
        """
        table = self.tables.get("verdicts")
        if table is None:
            return None
        is_it = table["allocation"].eq(allocation) & table["against"].eq(against)
        return next(records(table[is_it & table["measure"].eq(measure)]), None)

    @cached_property
    def chains(self) -> Mapping[str, Chain]:
        """Binding chains of each allocation, in the language."""
        seed = int(self.run.manifest["seed"] or 0)
        prepared = self.opened.prepared
        of_run = self.opened.draws
        return {
            name: Chain(prepared, name, seed, self.words, of_run=of_run)
            for name in self.allocations
        }

    # What is said in many places

    def ranged(self, numbers: Range, decimals: int = 0) -> str:
        """A median with its range; the number alone where there is none."""

        def write(value: float) -> str:
            return self.number(value, decimals)

        return range_words(self.words, (numbers.middle, numbers.low, numbers.high), write)

    def share_range(self, shares: Range) -> str:
        """A median share with its range; nan is what the audience may not see."""
        numbers = (shares.middle, shares.low, shares.high)
        return range_words(self.words, numbers, self.words.percent)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number for people; nan is what the audience may not see."""
        return self.words.number(value, decimals)

    def about(self, people: float) -> str:
        """A number of people in prose: three digits at most; nan is withheld."""
        return self.number(three_digits(people))

    def signed(self, number: float, decimals: int = 0) -> str:
        """A difference, with its sign."""
        text = self.words.number(abs(number), decimals)
        if round(number, decimals) == 0:
            return text
        return self.words.signed(text, "−" if number < 0 else "+")

    def signed_range(self, middle: float, low: float, high: float, decimals: int = 0) -> str:
        """A difference with its range; the difference alone where there is none."""
        if math.isnan(low):
            return self.signed(middle, decimals)
        texts = (self.signed(number, decimals) for number in (middle, low, high))
        return ranged(self.words, *texts)

    def said_date(self, day: dt.date | None) -> str:
        """A date that the draws bring about, for people; none comes after the last day."""
        if day is None:
            return self.words.phrase("after {date}", date=self.words.date(self.horizon))
        return self.words.said_date(day, self.draws)

    def day_range(self, early: dt.date | None, middle: dt.date | None, late: dt.date | None) -> str:
        """A median date with its range; the date alone where there is none."""
        texts = [self.said_date(day) for day in (middle, early, late)]
        if not self.draws or texts[1] == texts[2]:
            return texts[0]
        return ranged(self.words, *texts)

    def few_differ(self, row: Mapping[str, Any]) -> str:
        """What stands in place of a mean difference that rests on fewer than ten draws.

        Parameters
        ----------
        row
            With ``differing``, ``draws`` and ``differing_share_high``.
        """
        return self.words.phrase(
            "differ in {differing} of {draws} simulations; at most {share} of simulations",
            differing=self.number(row["differing"]),
            draws=self.number(row["draws"]),
            share=self.words.percent(math.ceil(PERCENT * row["differing_share_high"]), PERCENT),
        )

    def count(self, people: float) -> str:
        """A number of people; nan is what the audience may not see."""
        if math.isnan(people):
            return self.number(people)
        return self.words.plural("{number} person", "{number} people", people)


def records(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Rows of a table as mappings from column to cell; days are dates, None where there is none."""
    for row in table.to_dict("records"):
        yield {str(key): _cell(cell) for key, cell in row.items()}


def _cell(cell: Any) -> Any:
    if cell is pd.NaT:
        return None
    return cell.date() if isinstance(cell, pd.Timestamp) else cell


def on(table: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Rows of a table that are of a day."""
    return table[table["date"] == pd.Timestamp(day)]


def open_findings(
    folder: str | Path,
    audience: Audience = "internal",
    language: str = "en",
    contact: str = "",
    *,
    as_is: bool = False,
) -> Findings:
    """Read a run folder to tell of it.

    Parameters
    ----------
    folder
        Run folder that ``returnplan run`` or ``returnplan merge`` wrote.
    audience
        ``internal``, or ``public``: districts only, nothing that names a place or a team.
    language
        Code of a language; what it has no words for stays English.
    contact
        Whom readers may ask.
    as_is
        Whether tables that were edited after the run are read all the same; every page says so.

    Returns
    -------
    Findings
        Tables, view and words.

    Raises
    ------
    ReturnplanError
        When it is no complete run folder, or its scenario is not the one of the run.
    """
    path = Path(folder)
    opened = open_run(path, language, as_is=as_is)
    with fitting(folder, is_sure=opened.run.is_intact):
        return findings_of(path, opened, audience, words_of(language), contact)


def findings_of(
    path: Path, opened: OpenedRun, audience: Audience, words: Words, contact: str = ""
) -> Findings:
    """Tell of a run that is open already, as :func:`open_findings` does of a folder.

    Parameters
    ----------
    path
        Run folder: its copy of the scenario is read for outlines.
    opened
        The run with its scenario.

    Returns
    -------
    Findings
        Tables, view and words.
    """
    run, scenario = opened.run, opened.scenario
    days = (horizon_date(scenario.start, scenario.horizon_years) - scenario.start).days
    provenance = _provenance(run, words)
    view = view_of(path / SCENARIO_COPY, scenario, days, provenance, opened.draws)
    tables = {name: getattr(run, name) for name in STORED}
    tables["district_shares"] = district_shares(run)
    if opened.draws >= LEAST_DRAWS and len(run.allocations) > 1:
        compared = yearly_days(run) if audience == "public" else None
        tables["differences"] = differences(run, dates=compared)
        tables["verdicts"] = verdicts(run)
    if not why_not(run):
        tables["sensitivity"] = sensitivity(run)
    if not past.why_not(run):
        tables["hindcast"] = past.hindcast(run)
    households = {community.id: community.households for community in scenario.communities}
    shown = for_audience(tables, audience, households, run)
    totals = over_time(scenario)  # published, and of the whole country: for everybody
    if len(totals):
        shown["victims_over_time"] = totals
    return Findings(
        folder=path,
        opened=opened,
        view=replace(view, words=words, has_gaps=audience == "public"),
        audience=audience,
        tables=shown,
        contact=contact,
    )


def _provenance(run: Run, words: Words) -> str:
    """How the results were made, in one line."""
    manifest = run.manifest
    how = words.phrase("single-value run (no simulations with chance)")
    if manifest["draws"]:
        draws = words.plural("{number} simulation", "{number} simulations", manifest["draws"])
        how = words.phrase("{draws}, seed {seed}", draws=draws, seed=manifest["seed"])
    if run.calibration:
        how = f"{how}, {calibrated_words(run, words)}"
    line = words.phrase(
        "Scenario {scenario}, {how}, returnplan {version}, results {digest}",
        scenario=manifest["scenario"],
        how=how,
        version=manifest["returnplan"],
        digest=str(manifest["digest"])[:DIGEST_SIGNS],
    )
    return f"{line}. {edited(words)}" if run.edited else line


def calibrated_words(run: Run, words: Words) -> str:
    """Say that a run is calibrated: on how many facts, up to which day; empty: it is not."""
    made = run.calibration
    if made is None:
        return ""
    day = words.date(dt.date.fromisoformat(made["last_fact"]))
    return words.plural(
        "calibrated on {number} fact to {date}",
        "calibrated on {number} facts to {date}",
        made["facts"],
        date=day,
    )


def edited(words: Words) -> str:
    """Say that tables are not as the run wrote them: wherever their numbers stand."""
    return words.phrase("Tables edited after the run: these numbers are not those of the model")


def mirrored(row: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The difference the other way round: B - A from A - B.

    Parameters
    ----------
    row
        Row of :func:`returnplan.runs.paired.differences`.
    """
    if row is None:
        return None
    turned = {"mean": -row["mean"], "low": -row["high"], "high": -row["low"]}
    turned |= {"p10": -row["p90"], "p90": -row["p10"]}
    turned |= {"value": row["value_against"], "value_against": row["value"]}
    turned |= {"allocation": row["against"], "against": row["allocation"]}
    turned |= {"probability_better": 1 - row["probability_better"]}
    return {**row, **turned, "verdict": OPPOSITE[row["verdict"]]}


def range_of(row: Mapping[str, Any], count: str) -> Range:
    """Median and range of a count, such as ``people`` in a row of ``people_met``."""
    return Range(middle=row[f"{count}_p50"], low=row[f"{count}_p10"], high=row[f"{count}_p90"])
