"""Text of the tables of a scenario folder, from CSV files or from sheets of one workbook."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from returnplan.domain import OPTIONAL_TABLES, type_of_table
from returnplan.errors import Problem

Row = dict[str, str]
Grid = list[list[str]]

LARGEST = 1e15
"""Largest size of a number in a table: whole numbers up to it are exact in every format."""

WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
"""Byte order marks of UTF-16; UTF-32 starts with the first one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table as text.

    Parameters
    ----------
    file
        File, or workbook and sheet, as messages call it.
    header
        Column names.
    rows
        Number of the row as a spreadsheet counts, and its filled cells by column.
    ragged
        The same for rows with too many or too few cells: their cells may stand in a wrong column.
    """

    table: str
    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]
    ragged: tuple[tuple[int, Row], ...] = ()

    def problem(self, row: int, column: str, found: str, allowed: str) -> Problem:
        """An error in the table."""
        return Problem(file=self.file, row=row, column=column, found=found, allowed=allowed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The tables of a folder as text.

    Parameters
    ----------
    sheets
        The tables that could be read, by name.
    files
        What each table, also one that is missing, is called in messages.
    absent
        Tables that the folder does not have; a table that is there and broken is not one of them.
    problems
        What is wrong with the files.
    """

    sheets: Mapping[str, Sheet]
    files: Mapping[str, str]
    absent: frozenset[str]
    problems: tuple[Problem, ...]


class RefusedError(Exception):
    """A file that cannot be read at all: what is found, what is allowed, and in which row."""

    def __init__(self, found: str, allowed: str, row: int | None = None) -> None:
        super().__init__(found)
        self.found, self.allowed, self.row = found, allowed, row


def bytes_of(path: Path) -> bytes:
    """Read a file.

    Raises
    ------
    RefusedError
        When it is a folder, or may not be read.
    """
    if path.is_dir():
        raise RefusedError("a folder", "a file")
    try:
        return path.read_bytes()
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
        raise RefusedError(found, "a readable file") from None


def text_of(data: bytes, allowed: str) -> str:
    """Decode UTF-8, with or without a byte order mark.

    Raises
    ------
    RefusedError
        When it is none, with what is allowed and the row of the first wrong byte.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The count starts behind a byte order mark.
        row = _row_after(error.object[: error.start].decode("utf-8"))
        found = f"byte 0x{error.object[error.start]:02X}, which is not UTF-8"
        raise RefusedError(found, allowed, row) from None


def cell_text(value: object) -> str:
    """A value as CSV text: ISO dates, points as decimal marks, ``;`` between several."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) <= LARGEST else repr(value)
    if isinstance(value, tuple):
        return ";".join(str(part) for part in value)
    return str(value)


def workbooks_of(folder: Path) -> list[Path]:
    """Workbooks of a folder by name, without the lock files of a spreadsheet program."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".xlsx" and not path.name.startswith(("~$", "."))
    )


def read_sheets(folder: Path) -> Reading:
    """Read every table of a scenario folder as text.

    Parameters
    ----------
    folder
        Folder with one CSV file a table, or one workbook with a sheet a table.

    Returns
    -------
    Reading
        The tables that could be read, and what is wrong with the others.
    """
    workbooks = workbooks_of(folder)
    workbook = workbooks[0].name if workbooks else ""
    problems = [
        Problem(file=path.name, found=f"a workbook beside {workbook}", allowed="at most one")
        for path in workbooks[1:]
    ]
    files = {t: f"{workbook}, sheet {t}" if workbook else f"{t}.csv" for t in type_of_table}
    grids: dict[str, Grid] = {}
    broken = len(workbooks) > 1
    if len(workbooks) == 1:
        read, found = _read_workbook(workbooks[0])
        problems += found
        broken = read is None
        grids = read or {}
    in_workbook = set(grids)
    absent: set[str] = set()
    for table in type_of_table:
        path = folder / f"{table}.csv"
        if path.exists() and table in grids:
            allowed = f"one of the file and sheet {table} of {workbook}"
            problems.append(Problem(file=path.name, found="the table twice", allowed=allowed))
        elif path.exists():
            files[table] = path.name
            lines, found = _read_csv(path)
            problems += found
            if lines is not None:
                grids[table] = lines
        elif table not in grids and not broken:
            absent.add(table)
            if table not in OPTIONAL_TABLES:
                problem = Problem(
                    file=files[table], found="no such table", allowed="it is required"
                )
                problems.append(problem)
    sheets: dict[str, Sheet] = {}
    for table, lines in grids.items():
        sheet, found = _to_sheet(table, files[table], lines, padded=table in in_workbook)
        problems += found
        if sheet is not None:
            sheets[table] = sheet
    problems += _strangers(folder)
    return Reading(sheets=sheets, files=files, absent=frozenset(absent), problems=tuple(problems))


def _strangers(folder: Path) -> Iterator[Problem]:
    """Tables that nobody reads: the name may be misspelt."""
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".csv" and path.name not in {f"{t}.csv" for t in type_of_table}:
            yield _not_read(path.name, "a table that is not read", f"{path.stem.lower()}.csv")


def _not_read(file: str, found: str, near: str) -> Problem:
    known = ", ".join(type_of_table)
    hint = f"; perhaps {near}" if near.removesuffix(".csv") in type_of_table else ""
    return Problem(level="warning", file=file, found=found, allowed=f"the tables are {known}{hint}")


def _read_csv(path: Path) -> tuple[Grid | None, list[Problem]]:
    """Cells of a CSV file; None when it cannot be read at all."""
    try:
        text = _decoded(path)
        lines: Grid = []
        try:
            lines.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
        except csv.Error as error:
            found, allowed = f"broken quotes ({error})", "each opened quote is closed"
            raise RefusedError(found, allowed, len(lines) + 1) from None
    except RefusedError as no:
        return None, [Problem(file=path.name, row=no.row, found=no.found, allowed=no.allowed)]
    return lines, []


def _decoded(path: Path) -> str:
    """Text of a CSV file."""
    data = bytes_of(path)
    save_as = "UTF-8 text (in a spreadsheet: save as CSV UTF-8)"
    if data.startswith(WIDE_BOMS):
        raise RefusedError("text in UTF-16", save_as)
    text = text_of(data, save_as)
    if not text.strip():
        raise RefusedError("an empty file", "a header row and one row a line")
    if "\0" in text:
        raise RefusedError("a NUL character", save_as, _row_after(text[: text.index("\0")]))
    return text


def _row_after(text: str) -> int:
    """Row, as a spreadsheet counts, in which the character after some text stands."""
    return sum(1 for _ in csv.reader(io.StringIO(text + "x", newline="")))


def _read_workbook(path: Path) -> tuple[dict[str, Grid] | None, list[Problem]]:
    """Cells of the sheets whose names are tables; None when the file cannot be read."""
    from python_calamine import CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
        grids = {
            name: _grid(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in names
            if name in type_of_table
        }
    except Exception as error:  # the reader has no common error type
        problem = Problem(
            file=path.name,
            found=f"a workbook that cannot be read ({error})",
            allowed="an xlsx workbook with one sheet a table",
        )
        return None, [problem]
    return grids, [
        _not_read(f"{path.name}, sheet {name}", "a sheet that is not read", name.strip().lower())
        for name in names
        if name not in type_of_table
    ]


def _grid(cells: Iterable[Iterable[object]]) -> Grid:
    return [[_plain_text(cell) for cell in row] for row in cells]


def _plain_text(cell: object) -> str:
    """A workbook's cell as a CSV file would hold it: a date at midnight is a date."""
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell_text(cell.date())
    return cell_text(cell)


def _to_sheet(
    table: str, file: str, lines: Sequence[Sequence[str]], *, padded: bool
) -> tuple[Sheet | None, list[Problem]]:
    """Check the shape of a table: header, number of cells.

    The rows of a workbook are ``padded``: they may end before the last column of the header.
    """
    header = [name.strip() for name in lines[0]] if lines else []
    while header and not header[-1]:
        header.pop()
    problems = _header_problems(file, header)
    if problems:
        return None, problems
    rows: list[tuple[int, Row]] = []
    ragged: list[tuple[int, Row]] = []
    width = len(header)
    for number, line in enumerate(lines[1:], start=2):
        cells = list(map(str.strip, line))
        if not any(cells):
            continue
        filled = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
        if (len(cells) >= width or padded) and not any(cells[width:]):
            rows.append((number, filled))
            continue
        ragged.append((number, filled))
        allowed = f"{width} as in the header (text with a comma goes in quotes)"
        found = f"{len(cells)} cells"
        problems.append(Problem(file=file, row=number, found=found, allowed=allowed))
    sheet = Sheet(
        table=table, file=file, header=tuple(header), rows=tuple(rows), ragged=tuple(ragged)
    )
    return sheet, problems


def _header_problems(file: str, header: Sequence[str]) -> list[Problem]:
    """What makes a header useless: nothing in it, another separator, a name twice."""
    if not header:
        return [Problem(file=file, row=1, found="no header", allowed="the column names")]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        found = f"one column named {header[0]!r}"
        return [Problem(file=file, row=1, found=found, allowed="columns separated by commas")]
    problems = [
        Problem(file=file, row=1, column=name, found="this name twice", allowed="one column a name")
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    return problems + [
        Problem(file=file, row=1, found=f"no name in column {i}", allowed="a name for each column")
        for i, name in enumerate(header, start=1)
        if not name
    ]
