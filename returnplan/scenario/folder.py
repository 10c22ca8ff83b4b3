"""A scenario folder becomes a :class:`~returnplan.domain.Scenario`, and is written again."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from returnplan.domain import AllocationLine, Assumption, Scenario, type_of_table
from returnplan.errors import Problem, ReturnplanError, ScenarioError
from returnplan.model.chance.assumptions import default_assumptions
from returnplan.scenario.allocations import whole
from returnplan.scenario.background import read_background
from returnplan.scenario.checks import PLAUSIBILITY, run_checks
from returnplan.scenario.checks.draft import Draft
from returnplan.scenario.files import (
    MOST_ROWS,
    POSTERIOR,
    TOML,
    Sheet,
    cell_text,
    is_posterior,
    most_allowed,
    table_files,
    workbooks_of,
)
from returnplan.scenario.header import Gates, Head, head_text, read_head
from returnplan.scenario.rows import Partial, table_type
from returnplan.scenario.shapes import read_shapes
from returnplan.scenario.tables import read_sheets

WORKBOOK = "tables.xlsx"


@dataclass(frozen=True, kw_only=True)
class Report:
    """Result of checking a scenario folder.

    Parameters
    ----------
    problems
        Errors first, then warnings.
    plausibility
        Those warnings that doubt what is allowed: each cell may be so, but can it be meant? The
        first would change the result most. Nothing is doubted while there are errors.
    scenario
        The scenario; None when there are errors.
    default_assumptions
        Shipped assumptions that are in use because the scenario has no row of its own.
    default_columns
        Table, column, default as text, and number of rows that take it.
    like
        Allocations that each one is like, nearest first; those that are like none are left out.
    """

    problems: tuple[Problem, ...]
    plausibility: tuple[Problem, ...] = ()
    scenario: Scenario | None = None
    default_assumptions: tuple[Assumption, ...] = ()
    default_columns: tuple[tuple[str, str, str, int], ...] = ()
    like: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that forbid a run."""
        return tuple(p for p in self.problems if p.level == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Problems that a planner should look at."""
        return tuple(p for p in self.problems if p.level == "warning")


def load(folder: str | Path, gates: Gates | None = None, *, prior: bool = False) -> Scenario:
    """Read a scenario folder.

    Parameters
    ----------
    folder
        Folder with ``scenario.toml`` and the tables, as CSV files or as sheets of one workbook.
    gates
        Gates in force instead of those that the scenario names.
    prior
        Whether the table of the posterior is not even read.

    Returns
    -------
    Scenario
        Everything in it. Warnings, also those about its plausibility, are in the report of
        :func:`check`.

    Raises
    ------
    ScenarioError
        When anything is wrong; it holds every problem.
    """
    report = check(folder, gates=gates, prior=prior)
    if report.scenario is None:
        raise ScenarioError(str(folder), report.errors)
    return report.scenario


def check(
    folder: str | Path | Scenario, gates: Gates | None = None, *, prior: bool = False
) -> Report:
    """Read a scenario folder and report every problem at once.

    Parameters
    ----------
    folder
        Folder of the scenario; or a scenario, with the problems that its folder would have.
    gates
        Gates in force instead of those that the scenario names.
    prior
        Whether the table of the posterior is not even read.

    Returns
    -------
    Report
        Problems, the scenario if it can be run, and the defaults in use.
    """
    if isinstance(folder, Scenario):
        with TemporaryDirectory() as written:
            write(folder, written)
            return _check_folder(Path(written), gates, prior=prior)
    path = Path(folder)
    try:
        if path.is_dir():
            next(path.iterdir(), None)  # which fails when it may not be read
            return _check_folder(path, gates, prior=prior)
        found = "a file" if path.exists() else "no such folder"
    except OSError as error:
        found = f"a folder that cannot be read ({error.strerror})"
    problem = Problem(file=str(folder), found=found, allowed="a folder with scenario.toml")
    return Report(problems=(problem,))


def _check_folder(path: Path, gates: Gates | None, *, prior: bool) -> Report:
    head = read_head(path)
    values = head.values
    if gates is not None:
        values["gates"] = {name: dict(parameters) for name, parameters in gates.items()}
    reading = read_sheets(path, head.left_out, head.marks, unread={POSTERIOR} if prior else ())
    problems = [*head.problems, *reading.problems]
    background, found_there = read_background(path)
    problems += found_there
    rows: dict[str, list[tuple[int, Any]]] = {}
    for table, sheet in reading.sheets.items():
        rows[table], found = table_type(table).parse(sheet)
        problems += found
    problems += read_shapes(path)[1]
    lines = [*head.allocations, *_allocation_rows(rows)]
    known = whole(lines, _good(rows, "deployments"), _good(rows, "orders"), values.get("start"))
    draft = Draft(
        rows=rows,
        sheets=reading.sheets,
        files=reading.files,
        absent=reading.absent,
        start=values.get("start"),
        horizon_years=values.get("horizon_years"),
        allocations=known,
        stated=head.allocations,
        allocation_names=_names(head, rows, reading.sheets),
        gates=values.get("gates", {}),
        rings=background.rings,
    )
    problems += run_checks(draft)
    problems.sort(key=lambda problem: problem.level)
    scenario, doubts = None, list[Problem]()
    if not any(problem.level == "error" for problem in problems):
        tables = {table: tuple(row for _, row in found) for table, found in rows.items()}
        tables |= {"allocations": known.headers, "deployments": known.deployments}
        given: dict[str, Any] = {**values, **tables, "orders": known.orders}
        scenario = Scenario(**given)
        doubts = run_checks(replace(draft, scenario=scenario), PLAUSIBILITY)
    own = {item.id for _, item in draft.all("assumptions") if item.district is None}
    return Report(
        problems=(*problems, *doubts),
        plausibility=tuple(doubts),
        scenario=scenario,
        default_assumptions=tuple(
            row for name, row in default_assumptions().items() if name not in own
        ),
        default_columns=tuple(_blanks(reading.sheets)),
        like=known.like,
    )


def _good(rows: Mapping[str, list[tuple[int, Any]]], table: str) -> list[Any]:
    """Rows of a table, or what is good of them."""
    return [row for _, row in rows.get(table, [])]


def _allocation_rows(rows: Mapping[str, list[tuple[int, Any]]]) -> list[AllocationLine]:
    """Allocations of the table without a fault of their own."""
    return [row for row in _good(rows, "allocations") if not isinstance(row, Partial)]


def _names(
    head: Head, rows: Mapping[str, list[tuple[int, Any]]], sheets: Mapping[str, Sheet]
) -> tuple[str, ...] | None:
    """Names of all allocations; None: they cannot be read."""
    named = [row.name for row in _good(rows, "allocations")]
    is_read = "allocations" not in sheets or "name" in sheets["allocations"].header
    if head.allocation_names is None or not is_read or None in named:
        return None
    return (*head.allocation_names, *named)


def _blanks(sheets: Mapping[str, Sheet]) -> list[tuple[str, str, str, int]]:
    """Columns in which blank cells mean something: a default, or what "empty:" says of them."""
    found: list[tuple[str, str, str, int]] = []
    for table, sheet in sheets.items():
        kind = table_type(table)
        for col, default in kind.default.items():
            text = cell_text(default) if not isinstance(default, dict) else ""
            _, _, empty = (kind.info[col].description or "").partition("empty: ")
            count = sum(col not in cells for _, cells in sheet.rows)
            if (text or empty) and count:
                found.append((table, col, text or f"empty ({empty})", count))
    return found


def write(scenario: Scenario, folder: str | Path) -> None:
    """Write a scenario as a folder of CSV tables; loading it gives an equal scenario.

    Parameters
    ----------
    folder
        Folder, made if it does not exist; tables in it are replaced.

    Raises
    ------
    ReturnplanError
        When a table is too long to be read again.
    """
    tables = tables_as_text(scenario)
    path = _cleared(folder, scenario)
    for table, (header, rows) in tables.items():
        with (path / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)


def _cleared(folder: str | Path, scenario: Scenario) -> Path:
    """Folder with the head of a scenario and without tables that were there before."""
    path = Path(folder)
    path.mkdir(parents=True, exist_ok=True)
    for file in (*table_files(path).values(), path / WORKBOOK):
        file.unlink(missing_ok=True)
    (path / TOML).write_text(head_text(scenario), encoding="utf-8", newline="\n")
    return path


def write_workbook(scenario: Scenario, folder: str | Path) -> None:
    """Write a scenario as ``scenario.toml`` and one workbook with a sheet a table.

    Parameters
    ----------
    folder
        Folder, made if it does not exist; tables in it are replaced.

    Raises
    ------
    ReturnplanError
        When a table is too long to be read again.
    """
    tables = tables_as_text(scenario)
    write_sheets(tables, _cleared(folder, scenario))


def write_sheets(tables: Mapping[str, tuple[list[str], list[list[str]]]], folder: Path) -> None:
    """Write the workbook of a scenario folder.

    Parameters
    ----------
    tables
        Header and cells of each table.
    """
    import xlsxwriter

    data = io.BytesIO()  # a full disk is then an OSError of Python, not of this library
    with xlsxwriter.Workbook(data, {"in_memory": True}) as workbook:
        bold = workbook.add_format({"bold": True})
        for table, (header, rows) in tables.items():
            sheet = workbook.add_worksheet(table)
            sheet.write_row(0, 0, header, bold)
            sheet.freeze_panes(1, 1)
            numeric = _numeric_columns(table, header)
            for number, row in enumerate(rows, start=1):
                for place, text in enumerate(row):
                    if text and header[place] in numeric and _fits_a_cell(text):
                        sheet.write_number(number, place, float(text))
                    elif text:
                        sheet.write_string(number, place, text)
            sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)
    (folder / WORKBOOK).write_bytes(data.getvalue())


def _fits_a_cell(number: str) -> bool:
    """True when a workbook's cell, which holds 16 digits, gives the number back as it is."""
    return float(f"{float(number):.16G}") == float(number)


def _numeric_columns(table: str, header: list[str]) -> set[str]:
    kinds = table_type(table).kind
    return {col for col in header if kinds.get(col) in (int, float)}


def tables_as_text(scenario: Scenario) -> dict[str, tuple[list[str], list[list[str]]]]:
    """Header and cells of each table that has rows; optional columns only where they are filled.

    Returns
    -------
    dict[str, tuple[list[str], list[list[str]]]]
        By table.

    Raises
    ------
    ReturnplanError
        When a table is too long to be read again.
    """
    found: dict[str, tuple[list[str], list[list[str]]]] = {}
    for table in type_of_table:
        if table == "allocations":  # which stand in the head
            continue
        kind = table_type(table)
        cells = [kind.cells(row) for row in getattr(scenario, table)]
        columns = dict.fromkeys(col for row in cells for col in row)
        filled = {col for row in cells for col, text in row.items() if text}
        header = [col for col in columns if col in kind.required or col in filled]
        if len(cells) >= MOST_ROWS:
            raise ReturnplanError(f"table {table} has {len(cells):,} rows, {most_allowed()}")
        if cells:
            found[table] = (header, [[row.get(col, "") for col in header] for row in cells])
    return found


def digest(folder: str | Path) -> str:
    """SHA-256 of the files that a scenario is read from, names included, without its posterior.

    Parameters
    ----------
    folder
        Folder of the scenario.

    Returns
    -------
    str
        64 hexadecimal digits; line ends and byte order marks do not matter.
    """
    path = Path(folder)
    files = {TOML: path / TOML, **table_files(path)}
    files |= {workbook.name: workbook for workbook in workbooks_of(path)}
    total = hashlib.sha256()
    for name, file in files.items():
        if file.is_file() and not is_posterior(file):
            data = file.read_bytes()
            if name.endswith((".csv", ".toml")):
                data = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
            total.update(f"{name} {len(data)}\n".encode())
            total.update(data)
    return total.hexdigest()
