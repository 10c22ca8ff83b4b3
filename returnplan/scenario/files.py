"""Text of the tables of a scenario folder, from CSV files or from sheets of one workbook."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from returnplan.domain import OPTIONAL_TABLES, type_of_table
from returnplan.errors import Problem

Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One table as text.

    Parameters
    ----------
    table
        Name of the table.
    file
        File, or workbook and sheet, as messages call it.
    header
        Column names.
    rows
        Number of the row as a spreadsheet counts, and its filled cells by column.
    """

    table: str
    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]


def read_sheets(folder: Path) -> tuple[dict[str, Sheet], list[Problem]]:
    """Read every table of a scenario folder as text.

    Parameters
    ----------
    folder
        Folder with one CSV file a table, or one workbook with a sheet a table.

    Returns
    -------
    tuple[dict[str, Sheet], list[Problem]]
        The tables that could be read, by name, and what is wrong with the others.
    """
    workbooks = sorted(p for p in folder.glob("*.xlsx") if not p.name.startswith("~$"))
    if len(workbooks) > 1:
        names = ", ".join(p.name for p in workbooks)
        problem = Problem(file=folder.name, found=names, allowed="at most one workbook")
        return {}, [problem]
    problems: list[Problem] = []
    grids: dict[str, tuple[str, list[list[str]]]] = {}
    if workbooks:
        grids, found = _read_workbook(workbooks[0])
        problems += found
        if not grids and found:
            return {}, problems
    for table in type_of_table:
        path = folder / f"{table}.csv"
        if path.is_file() and table in grids:
            found_text = f"also sheet {table} of {workbooks[0].name}"
            problems.append(Problem(file=path.name, found=found_text, allowed="one of them"))
        elif path.is_file():
            lines, found = _read_csv(path)
            problems += found
            if lines is not None:
                grids[table] = (path.name, lines)
        elif table not in grids and table not in OPTIONAL_TABLES:
            where = f"{workbooks[0].name}, sheet {table}" if workbooks else path.name
            problems.append(Problem(file=where, found="no such table", allowed="it is required"))
    sheets: dict[str, Sheet] = {}
    for table, (file, lines) in grids.items():
        sheet, found = _to_sheet(table, file, lines)
        problems += found
        if sheet is not None:
            sheets[table] = sheet
    problems += _strangers(folder)
    return sheets, problems


def _strangers(folder: Path) -> Iterator[Problem]:
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in type_of_table:
            known = ", ".join(type_of_table)
            yield Problem(
                level="warning",
                file=path.name,
                found="a table that is not read",
                allowed=f"the tables are {known}",
            )


def _read_csv(path: Path) -> tuple[list[list[str]] | None, list[Problem]]:
    """Cells of a CSV file; None when it cannot be read at all."""

    def refuse(found: str, allowed: str, row: int | None = None) -> tuple[None, list[Problem]]:
        return None, [Problem(file=path.name, row=row, found=found, allowed=allowed)]

    try:
        data = path.read_bytes()
    except OSError as error:
        return refuse(f"a file that cannot be read ({error.strerror})", "a readable file")
    if not data.strip():
        return refuse("an empty file", "a header row and one row a line")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        return refuse(
            f"byte 0x{data[error.start]:02X}, which is not UTF-8",
            "UTF-8 text (in a spreadsheet: save as CSV UTF-8)",
            row,
        )
    if "\0" in text:
        return refuse("a NUL character", "plain UTF-8 text", text[: text.index("\0")].count("\n") + 1)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[list[str]] = []
    try:
        lines.extend(reader)
    except csv.Error as error:
        return refuse(f"broken quotes ({error})", "each opened quote is closed", len(lines) + 1)
    return lines, []


def _read_workbook(
    path: Path,
) -> tuple[dict[str, tuple[str, list[list[str]]]], list[Problem]]:
    """Cells of the sheets whose names are tables."""
    from python_calamine import CalamineWorkbook  # noqa: PLC0415 - only when there is one

    try:
        workbook = CalamineWorkbook.from_path(path)
        names = [name for name in workbook.sheet_names if name in type_of_table]
        grids = {
            name: (
                f"{path.name}, sheet {name}",
                [
                    [_cell_text(cell) for cell in row]
                    for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
                ],
            )
            for name in names
        }
    except Exception as error:  # noqa: BLE001 - the reader has no common error type
        problem = Problem(
            file=path.name,
            found=f"a workbook that cannot be read ({error})",
            allowed="an xlsx workbook with one sheet a table",
        )
        return {}, [problem]
    return grids, []


def _cell_text(cell: object) -> str:
    """A workbook's cell as a CSV file would hold it."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == datetime.min.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _to_sheet(
    table: str, file: str, lines: Sequence[Sequence[str]]
) -> tuple[Sheet | None, list[Problem]]:
    """Check the shape of a table: header, number of cells."""
    header = [name.strip() for name in lines[0]] if lines else []
    while header and not header[-1] and file.count("sheet"):
        header.pop()
    if not any(header):
        problem = Problem(file=file, row=1, found="no header", allowed="the column names")
        return None, [problem]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        found = f"one column named {header[0]!r}"
        return None, [Problem(file=file, row=1, found=found, allowed="columns separated by commas")]
    problems = [
        Problem(file=file, row=1, column=name, found="this name twice", allowed="one column a name")
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    problems += [
        Problem(file=file, row=1, found=f"no name in column {i}", allowed="a name for each column")
        for i, name in enumerate(header, start=1)
        if not name
    ]
    if problems:
        return None, problems
    rows: list[tuple[int, Row]] = []
    for number, line in enumerate(lines[1:], start=2):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        extra = any(cells[len(header) :])
        if extra or (len(cells) < len(header) and "sheet" not in file):
            found = f"{len(cells)} cells"
            allowed = f"{len(header)} cells as in the header (text with a comma goes in quotes)"
            problems.append(Problem(file=file, row=number, found=found, allowed=allowed))
            continue
        filled = {n: c for n, c in zip(header, cells, strict=False) if c}
        rows.append((number, filled))
    return Sheet(table=table, file=file, header=tuple(header), rows=tuple(rows)), problems
