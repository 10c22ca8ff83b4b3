"""A small world without any problem, and the faults that tests plant in it.

Tests compare all that is reported: a message too many fails as well as a message too few.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

import returnplan as rp
from returnplan.scenario import Report
from tests.worlds import COLUMNS, SOURCES, Row, write_tables

TOML = """\
name = "whole"
title = "A world without faults"
start = 2025-01-01
horizon_years = 10

[gates]
survey = {}
road_access = { max_hub_hours = 3 }

[allocations.listed]
title = "As listed"

[allocations.near]
title = "Nearest first"
policy = "nearest"
"""
POINT: Row = {"lon_deg": 46.5, "lat_deg": 39.5}
AREA: Row = {"land_class": "minefield", "area_m2": 5000}
YEAR: Row = {"from": "2025-01-01", "until": "2025-12-31"}
SKILLS = ("survey", "technical_survey", "clearance", "quality_control")
TABLES: dict[str, list[Row]] = {
    "places": [
        {"id": "town", "kind": "hub", "name": "Town", **POINT},
        {"id": "upper", "kind": "settlement", "name": "Upper", "zone": "hills", **POINT},
        {"id": "lower", "kind": "settlement", "name": "Lower", **POINT},
        {"id": "camp", "kind": "base", "name": "Camp", **POINT},
    ],
    "communities": [
        {"id": "upper_people", "settlement": "upper", "people": 300},
        {"id": "lower_people", "settlement": "lower", "people": 120, "households": 30},
    ],
    "roads": [
        {"id": "r1", "from_place": "town", "to_place": "camp", "length_km": 9, "speed_kmh": 40},
        {"id": "r2", "from_place": "camp", "to_place": "upper", "length_km": 9, "speed_kmh": 40},
        {"id": "r3", "from_place": "town", "to_place": "lower", "length_km": 9, "speed_kmh": 40},
    ],
    "hazards": [
        {"id": "h1", "place": "upper", "hazard_class": "SHA", "denies": "housing;water", **AREA},
        {"id": "h2", "road": "r2", "hazard_class": "CHA", "denies": "road", **AREA},
        {"id": "h3", "place": "lower", "hazard_class": "CHA", "denies": "farmland", **AREA},
    ],
    "works": [
        {"id": "w1", "settlement": "upper", "kind": "water", "skill": "build", "crew_days": 20},
        {
            **{"id": "w2", "settlement": "lower", "kind": "shelter", "skill": "build"},
            **{"crew_days": 60, "dwellings": 30},
        },
    ],
    "assets": [
        {"id": "deminers", "cost_usd_day": 1500, "mult_extreme": 0},
        {"id": "builders", "cost_usd_day": 900},
    ],
    "rates": [
        {"asset": "deminers", "skill": "survey", "rate_m2_day": 150_000},
        *({"asset": "deminers", "skill": skill, "rate_m2_day": 500} for skill in SKILLS[1:]),
        {"asset": "builders", "skill": "build"},
    ],
    "calendars": [{"zone": "hills", "month": m, "workable_days": 20} for m in range(1, 13)],
    "deployments": [
        {"allocation": allocation, "asset": asset, "base": "camp", "teams": 2}
        for allocation in ("listed", "near")
        for asset in ("deminers", "builders")
    ],
    "orders": [
        {"allocation": "listed", "position": 1, "community": "lower_people"},
        {"allocation": "listed", "position": 2, "community": "upper_people"},
    ],
    "funding": [
        {"id": "f1", "from": "2025-01-01", "until": "2027-01-01", "usd": 4e6, "assets": "deminers"},
        {"id": "f2", "usd": 1e9, "allocation": "near", "assets": "deminers;builders"},
    ],
    "targets": [
        {"id": "t1", "date": "2027-01-01", "people": 100},
        {"id": "t2", "date": "2028-01-01", "people": 200, "measure": "conditions_met"},
    ],
    "assumptions": [
        {
            **{"id": "handover_days", "distribution": "uniform", "a": 10, "b": 30},
            **{"unit": "days", "mark": "assumed"},
        },
    ],
    "dependence": [
        {
            **{"id": "eore_effect", "with": "fatal_share", "rank_correlation": -0.2},
            **{"mark": "assumed"},
        },
    ],
    "facts": [
        {"id": "released_2025", "measure": "released_m2", **YEAR, "value": 9e3, "use": "fit"},
        {
            **{"id": "returned_2025", "measure": "people_returned", "place": "upper", **YEAR},
            **{"value": 10, "sd_log": 0.3, "use": "check", "input": "true"},
        },
        {
            **{"id": "first_upper", "measure": "first_return_day", "place": "upper"},
            **{"from": "2026-03-01", "until": "2026-03-09", "use": "check"},
        },
        {
            **{"id": "june", "measure": "season_index", "month": 6, **YEAR, "value": 1.3},
            "use": "check",
        },
    ],
    "sources": SOURCES,
}

Place = tuple[str, int | None, str | None]
Change = Callable[[Path], None]
Edit = Callable[[xlsxwriter.Workbook, Mapping[str, Worksheet]], None]
Fault = tuple[list[Change], list[str], list[Change]]
"""What is planted, what is said of it, and a neighbour that is just legal."""


def write_world(folder: Path) -> Path:
    """Write the world without faults, in place of what is there."""
    write_tables(folder, TOML, TABLES)
    return folder


def grid(folder: Path, table: str) -> list[list[str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def put_grid(folder: Path, table: str, lines: list[list[str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)


def put(folder: Path, table: str, row: int, column: str, text: str) -> None:
    """Write a cell; rows are counted as a spreadsheet does."""
    lines = grid(folder, table)
    lines[row - 1][lines[0].index(column)] = text
    put_grid(folder, table, lines)


def add(folder: Path, table: str, *rows: Mapping[str, object]) -> None:
    """Append rows under the header that is there."""
    with (folder / f"{table}.csv").open("a", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS[table])
        for row in rows:
            writer.writerow({"source": "made_up", **row} if "source" in COLUMNS[table] else row)


def errors(folder: Path) -> list[Place]:
    report = rp.check(folder)
    assert report.scenario is None or not report.errors
    return [(p.file, p.row, p.column) for p in report.errors]


def warnings(folder: Path) -> list[Place]:
    """Places of the warnings of a folder without errors."""
    report = rp.check(folder)
    assert report.errors == ()
    assert report.scenario is not None
    return [(p.file, p.row, p.column) for p in report.warnings]


def only_problem(folder: Path) -> rp.Problem:
    (problem,) = rp.check(folder).problems
    return problem


def sure(report: Report) -> tuple[rp.Problem, ...]:
    """All problems but doubts about plausibility, which have a test file of their own."""
    return tuple(problem for problem in report.problems if problem not in report.plausibility)


def said(folder: Path, changes: Iterable[Change]) -> list[str]:
    """All messages about the world after some changes, but those about its plausibility."""
    return [str(problem) for problem in sure(_changed(folder, changes))]


def doubted(folder: Path, changes: Iterable[Change]) -> list[str]:
    """All messages about the plausibility of the world after some changes."""
    return [str(problem) for problem in _changed(folder, changes).plausibility]


def _changed(folder: Path, changes: Iterable[Change]) -> Report:
    write_world(folder)
    for change in changes:
        change(folder)
    return rp.check(folder)


def cell(table: str, row: int, column: str, text: str) -> Change:
    """One cell with another text; a column that is not there yet is blank elsewhere."""

    def change(folder: Path) -> None:
        lines = grid(folder, table)
        if column not in lines[0]:
            put_grid(folder, table, [[*lines[0], column], *([*line, ""] for line in lines[1:])])
        put(folder, table, row, column, text)

    return change


def more(table: str, *rows: Row) -> Change:
    """More rows at the end of a table."""
    return lambda folder: add(folder, table, *rows)


def less(table: str, **cells: str) -> Change:
    """A table without the rows that have all these cells; none named: without any row."""

    def change(folder: Path) -> None:
        header, *lines = grid(folder, table)
        where = {header.index(column): text for column, text in cells.items()}
        kept = [line for line in lines if any(line[i] != text for i, text in where.items())]
        put_grid(folder, table, [header, *kept])

    return change


def longer(table: str, row: int) -> Change:
    """A row with a cell too many, so that its cells may be misplaced."""

    def change(folder: Path) -> None:
        lines = grid(folder, table)
        lines[row - 1].append("more")
        put_grid(folder, table, lines)

    return change


def said_of_longer(folder: Path, fault: Fault) -> list[str]:
    """All that is said of the first faulty row when it also has a cell too many."""
    changes, (text, *_), _ = fault
    place = re.match(r"(\w+)\.csv, row (\d+)", text)
    if not place:
        return []
    texts = said(folder, [*changes, longer(place[1], int(place[2]))])
    return [text for text in texts if text.startswith(place[0])]


def drop(table: str, column: str) -> Change:
    """A table without one of its columns."""

    def change(folder: Path) -> None:
        lines = grid(folder, table)
        where = lines[0].index(column)
        put_grid(folder, table, [line[:where] + line[where + 1 :] for line in lines])

    return change


def gone(table: str) -> Change:
    """A folder without a table."""
    return lambda folder: (folder / f"{table}.csv").unlink()


def head(old: str, new: str) -> Change:
    """Other words in ``scenario.toml``."""

    def change(folder: Path) -> None:
        text = (folder / "scenario.toml").read_text(encoding="utf-8")
        assert old in text
        (folder / "scenario.toml").write_text(text.replace(old, new), encoding="utf-8")

    return change


def typed(column: list[str], text: str) -> object:
    """A cell as a planner types it into a spreadsheet: numbers, dates and truths are typed."""
    if {*column} & {"id", "name", "title", "zone"} or not text:
        return text
    if {*column} & {"from", "until", "displaced_since", "accessible_from"}:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def to_workbook(
    folder: Path,
    *,
    without: Sequence[str] = (),
    keep: Sequence[str] = (),
    names: Mapping[str, str] = MappingProxyType({}),
    edit: Edit = lambda _, __: None,
) -> None:
    """Move the tables into one workbook; ``keep`` stay as CSV files too, ``names`` are of sheets.

    ``edit`` gets the workbook, and its sheets by table, to write what no file holds.
    """
    with xlsxwriter.Workbook(str(folder / "mine.xlsx")) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheets: dict[str, Worksheet] = {}
        for table in COLUMNS:
            if table not in without:
                sheet = sheets[table] = workbook.add_worksheet(names.get(table, table))
                lines = grid(folder, table)
                for row, line in enumerate(lines):
                    for place, text in enumerate(line):
                        cell = typed(lines[0][place : place + 1], text) if row else text
                        if isinstance(cell, date | datetime):
                            sheet.write_datetime(row, place, cell, day)
                        else:
                            sheet.write(row, place, cell)
            if table not in (*keep, *without):
                (folder / f"{table}.csv").unlink()
        edit(workbook, sheets)


def as_typed(table: str, row: int, place: int, value: object, form: str = "General") -> Edit:
    """One cell of a workbook with a text as text, or a date in some form; columns from 0."""

    def edit(workbook: xlsxwriter.Workbook, sheets: Mapping[str, Worksheet]) -> None:
        if isinstance(value, date):
            looks = workbook.add_format({"num_format": form})
            sheets[table].write_datetime(row - 1, place, value, looks)
        else:
            sheets[table].write_string(row - 1, place, str(value))

    return edit
