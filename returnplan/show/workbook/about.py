"""Sheets that say what is in a workbook: README, Dictionary, Sources, Assumptions."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from textwrap import wrap
from typing import Any

import pandas as pd

from returnplan.columns import Column, ColumnType, column_of, pattern
from returnplan.domain import Assumption, Scenario, SourceLine, type_of_table
from returnplan.language.words import ENGLISH
from returnplan.model.chance.assumptions import rows_in_force
from returnplan.model.chance.dependence import dependence_in_force
from returnplan.runs import calibrated
from returnplan.runs.tables.family import one_row
from returnplan.scenario.dictionary import dictionary, expected
from returnplan.scenario.made_of import made_of
from returnplan.show.workbook.cells import Sheets
from returnplan.show.workbook.cut import MOST_CELLS, Cut
from returnplan.show.workbook.summary import PLANS, SUMMARY, labels
from returnplan.units import horizon_date

DefaultColumn = tuple[str, str, str, int]
"""Table, column, default as text, and number of rows that take it."""
WIDTH, LINE_POINTS = 100, 15
"""Letters of the wide column of README, and the height of a line."""
README, DICTIONARY, SOURCES = "README", "Dictionary", "Sources"
ASSUMPTIONS, DEPENDENCE = "Assumptions", "Dependence"
OTHER_SHEETS: Mapping[str, str] = {
    SUMMARY: "the results of one plan, picked from a list, and of all plans side by side; charts",
    DICTIONARY: "one row a column of results and scenario: type, unit, meaning, who may see it",
    SOURCES: "one row a source of the scenario, and how many rows rest on it",
    ASSUMPTIONS: "one row an uncertain number, or a default that blank cells take",
    DEPENDENCE: "one row a pair of uncertain numbers that are drawn together",
}
NUMBERS = ("a", "b", "c", "low", "high")
"""Columns of assumptions that are numbers."""
RETURN_IS_VOLUNTARY = (
    "Return is voluntary. Figures are upper limits of who could return, not targets."
)
NO_ENDORSEMENT = (
    "Boundaries, names and designations do not imply official endorsement or acceptance."
)
OF_ONE_RUN = "Expected values"
"""Label of what is said of the one run that jobs, releases, roads and team_time tell of."""
HOW_TO = (
    "Filter: the arrows in the first row of each sheet. Choose one allocation first: each sheet "
    "holds all of them, one under another.",
    "Dates are dates. Columns that end in _day count days from the start (day 0).",
    "An empty cell is a time that does not come within the horizon, or a figure that is not "
    "known or not computed; it is never a zero.",
    "p10, p50, p90: of the draws, 10 % are below, half, 90 % are below. The median p50 and the "
    "mean are not the same. In a run on expected values p10 and p90 are empty.",
    "Columns that end in _se are standard errors of the means before them: as a rule a mean lies "
    "within two of them of the mean over very many draws.",
    "Sheets Jobs, Releases, Roads and Team time tell of one run, on expected values; how far it "
    "lies from the draws stands above (Expected values) and in Plans.",
    "Ranges do not add up from row to row; means do.",
    "Numbers have eight digits here; the CSV files beside this file have all.",
    "This file holds figures for single communities, hazards, roads and teams: for the planning "
    "team and its partners, not for publication (sheet Dictionary, column sensitivity).",
)


def sheet_name(table: str) -> str:
    """Name of the sheet of a table; that of ``summary`` has one row a plan.

    Examples
    --------
    >>> sheet_name("people_met"), sheet_name("summary")
    ('People met', 'Plans')
    """
    return PLANS if table == "summary" else table.replace("_", " ").capitalize()


def described(name: str, table: pd.DataFrame) -> list[Column]:
    """Descriptions of the columns of a result table, in their order."""
    return [column_of(name, str(column)) for column in table]


# ---------------------------------------------------------------- README


def write_readme(
    sheets: Sheets, scenario: Scenario, cuts: Mapping[str, Cut], manifest: Mapping[str, Any]
) -> None:
    """Write what this is, how it was made, what each sheet holds, and what is cut."""
    sheet = sheets.sheet(README)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, WIDTH)
    for row, (label, text) in enumerate(_lines(scenario, cuts, manifest)):
        sheet.set_row(row, LINE_POINTS * max(1, len(wrap(text, WIDTH - 8))))
        sheet.write_string(row, 0, label, sheets.bold)
        sheet.write_string(row, 1, text, sheets.wrapped)
    sheet.freeze_panes(1, 0)


def _lines(
    scenario: Scenario, cuts: Mapping[str, Cut], manifest: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    yield "returnplan", f"Results of the scenario {scenario.title or scenario.name}"
    yield "", str(manifest["statement"])
    yield "", RETURN_IS_VOLUNTARY
    yield "", NO_ENDORSEMENT
    yield "", made_of(scenario, ENGLISH)
    yield "", ""
    yield "How it was made", f"returnplan {manifest['returnplan']}"
    yield "Scenario", f"{scenario.name}, SHA-256 of its files {manifest['scenario_sha256']}"
    end = horizon_date(scenario.start, scenario.horizon_years)
    yield "Time", f"{scenario.start} (day 0) to {end}, {scenario.horizon_years} years"
    names = list(manifest["allocations"])
    titles = {header.name: header.title for header in scenario.allocations}
    for number, (name, label) in enumerate(zip(names, labels(names, titles), strict=True)):
        yield "" if number else "Plans", f"{label} (in the tables: {name})"
    draws = manifest["draws"]
    how = f"{draws:,} draws, seed {manifest['seed']}" if draws else "run on expected values"
    if "calibration" in manifest:
        how += f", {calibrated.words(manifest['calibration'])}"
    yield "Draws", f"{how}. {manifest['note']}"
    for number, (name, text) in enumerate(manifest.get("expected_values", {}).items()):
        yield "" if number else OF_ONE_RUN, f"{name}: {text}"
    yield "Results", f"SHA-256 {manifest['digest']}"
    yield "", ""
    for number, text in enumerate(HOW_TO):
        yield "" if number else "How to read it", text
    yield "", ""
    for name, text in OTHER_SHEETS.items():
        yield name, text
    for name, cut in cuts.items():
        yield sheet_name(name), f"{one_row(name)} ({cut.rows:,} rows in {name}.csv)"
    yield "", ""
    yield "What is cut", "" if any(c.words for c in cuts.values()) else "nothing: all rows are here"
    for name, cut in cuts.items():
        if cut.words:
            text = f"{len(cut.table):,} of {cut.rows:,} rows are here: {cut.words}"
            yield sheet_name(name), text
    yield "", f"A table has at most {MOST_CELLS:,} cells here, so that the file opens on a laptop."
    yield "", "ready_day.npz beside this file holds the ready day of every draw; it is in no sheet."


# ---------------------------------------------------------------- the other sheets


def _columns(table: str, *columns: tuple[str, ColumnType]) -> list[Column]:
    return [
        Column(table=table, column=name, type=kind, unit="", meaning="", sensitivity="public")
        for name, kind in columns
    ]


def write_dictionary(sheets: Sheets, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write one row for each column of the results and of the scenario's tables."""
    rows: list[tuple[str, ...]] = []
    for table, cells in tables.items():
        for name in dict.fromkeys(pattern(str(name)) for name in cells):
            column = column_of(table, name)
            described_as = (column.type, column.unit, "", column.meaning, column.sensitivity)
            rows.append(("results", table, name, *described_as))
    for table in type_of_table:
        for name, allowed, default, meaning, sensitivity in dictionary(table):
            rows.append(("scenario", table, name, allowed, "", default, meaning, sensitivity))
    names = ["of", "table", "column", "type", "unit", "default", "meaning", "sensitivity"]
    columns = _columns(DICTIONARY, *((name, "text") for name in names))
    sheets.write(DICTIONARY, pd.DataFrame(rows, columns=names), columns)


def write_sources(sheets: Sheets, scenario: Scenario) -> None:
    """Write one row for each source, with the number of rows of the scenario that name it."""
    cited: Counter[str] = Counter()
    for table in type_of_table:
        cited.update(getattr(row, "source", "") for row in getattr(scenario, table))
    names = [field.name for field in fields(SourceLine)]
    rows = [[*asdict(line).values(), cited[line.id]] for line in scenario.sources]
    kinds: list[tuple[str, ColumnType]] = [
        *((name, "year" if name == "year" else "text") for name in names),
        ("rows", "count"),
    ]
    counted = pd.DataFrame(rows, columns=[*names, "rows"])
    sheets.write(SOURCES, counted, _columns(SOURCES, *kinds))


def write_assumptions(sheets: Sheets, scenario: Scenario, blanks: Sequence[DefaultColumn]) -> None:
    """Write the assumptions in force, and the defaults that blank cells of the scenario take."""
    rows: list[dict[str, Any]] = []
    own = set(scenario.assumptions)
    for row in rows_in_force(scenario):
        given = "scenario" if row in own else "default"
        rows.append({**asdict(row), "expected": expected(row), "given_by": given})
    for table, column, default, count in blanks:
        text = f"blank in {count:,} row{'' if count == 1 else 's'} of {table}"
        blank = {"id": f"{table}.{column}", "expected": default, "given_by": "default of blanks"}
        rows.append({**blank, "source": text})
    names = ["id", "expected", "given_by"]
    names += [field.name for field in fields(Assumption) if field.name not in names]
    kinds: list[tuple[str, ColumnType]] = [
        (name, "number" if name in NUMBERS else "text") for name in names
    ]
    assumptions = pd.DataFrame(rows, columns=names)
    sheets.write(ASSUMPTIONS, assumptions, _columns(ASSUMPTIONS, *kinds))
    _write_dependence(sheets, scenario)


def _write_dependence(sheets: Sheets, scenario: Scenario) -> None:
    """Write which assumptions are drawn together."""
    own = set(scenario.dependence)
    rows = [
        {
            "id": row.id,
            "with": row.with_id,
            "rank_correlation": row.rank_correlation,
            "given_by": "scenario" if row in own else "default",
            "mark": row.mark,
            "source": row.source,
        }
        for row in dependence_in_force(scenario)
    ]
    kinds: list[tuple[str, ColumnType]] = [
        (name, "number" if name == "rank_correlation" else "text") for name in rows[0]
    ]
    sheets.write(DEPENDENCE, pd.DataFrame(rows), _columns(DEPENDENCE, *kinds))
