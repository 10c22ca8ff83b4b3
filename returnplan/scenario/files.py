"""Files of a scenario folder: which there are, their bytes and text, cells of CSV files."""

import codecs
import csv
import io
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from returnplan.domain import type_of_table
from returnplan.errors import Problem
from returnplan.scenario.numerals import PLAIN, Marks

Row = dict[str, str]
Grid = list[list[str]]

TOML, POSTERIOR = "scenario.toml", "posterior"
LARGEST = 1e15
"""Largest size of a number in a table: whole numbers up to it are exact in every format."""
MOST_BYTES = 100_000_000
"""Largest file that is read."""
MOST_ROWS, MOST_CELLS = 300_000, 6_000_000
"""Longest and largest table: many times the hazards and roads of any country."""
UNSEEN = " \t\r\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
"""Blanks around a name, and the order mark that some programs leave before it."""
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
"""What programs put between columns in place of commas."""
SAVE_AS_TABLE = (
    "commas between columns: save the tables as sheets of one workbook (.xlsx), or save as CSV "
    "with the comma as separator"
)
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
        Column names, those of known columns as the dictionary writes them.
    rows
        Number of the row as a spreadsheet counts, and its filled cells by column.
    ragged
        The same for rows with too many or too few cells: their cells may stand in a wrong column.
    marks
        How its numbers are written.
    as_text
        Row and column of cells of a workbook that are text and look like numbers with marks; None:
        the table is a CSV file, in which every cell is text.
    """

    table: str
    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, Row], ...]
    ragged: tuple[tuple[int, Row], ...] = ()
    marks: Marks = PLAIN
    as_text: frozenset[tuple[int, str]] | None = None

    def problem(self, row: int | None, column: str | None, found: str, allowed: str) -> Problem:
        """An error in the table."""
        return Problem(file=self.file, row=row, column=column, found=found, allowed=allowed)


class RefusedError(Exception):
    """What cannot be read at all: what is found, what is allowed, in which row and column."""

    def __init__(
        self, found: str, allowed: str, row: int | None = None, column: str | None = None
    ) -> None:
        super().__init__(found)
        self.found, self.allowed, self.row, self.column = found, allowed, row, column

    def problem(self, file: str) -> Problem:
        """The same as an error in a file."""
        return Problem(
            file=file, row=self.row, column=self.column, found=self.found, allowed=self.allowed
        )


def bytes_of(path: Path) -> bytes:
    """Read a file.

    Raises
    ------
    RefusedError
        When it is a folder, a pipe or a device, is too large, or may not be read.
    """
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            raise RefusedError("a folder", "a file")
        if not stat.S_ISREG(found.st_mode):
            raise RefusedError("a pipe or a device", "a file")
        if found.st_size > MOST_BYTES:
            size = f"a file of {found.st_size:,} bytes"
            raise RefusedError(size, f"at most {MOST_BYTES:,} bytes")
        return path.read_bytes()
    except OSError as error:
        found_text = f"a file that cannot be read ({error.strerror})"
        raise RefusedError(found_text, "a readable file") from None


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


def plain_name(name: str) -> str:
    """Name of a table or column without what people do not see: case, blanks, order mark."""
    return name.strip(UNSEEN).casefold()


def workbooks_of(folder: Path) -> list[Path]:
    """Workbooks of a folder by name, without the lock files of a spreadsheet program."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() == ".xlsx" and not path.name.startswith(("~$", "."))
    )


def csv_files_of(folder: Path) -> dict[str, list[Path]]:
    """CSV files of a folder by table; those of no table stand under their own file name."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".csv" and not path.name.startswith("."):
            table = plain_name(path.stem)
            found.setdefault(table if table in type_of_table else path.name, []).append(path)
    return found


def table_files(folder: Path) -> dict[str, Path]:
    """CSV files of a folder that are tables, by the plain name of the file, in order of reading."""
    found = csv_files_of(folder)
    return {f"{table}.csv": path for table in type_of_table for path in found.get(table, [])}


def is_posterior(path: Path) -> bool:
    """Whether a file is the table of the posterior, which a calibration writes."""
    return path.suffix.lower() == ".csv" and plain_name(path.stem) == POSTERIOR


def links_out(folder: Path, path: Path) -> Iterator[Problem]:
    """Say that a file of a folder is a link to somewhere else: the folder alone is not whole."""
    if path.is_symlink() and not path.resolve().is_relative_to(folder.resolve()):
        yield Problem(
            level="warning",
            file=path.name,
            found="a link to a file outside the folder",
            allowed="a copy of the folder does not hold it",
        )


def read_csv(path: Path) -> Grid:
    """Read the cells of a CSV file.

    Raises
    ------
    RefusedError
        When it cannot be read at all, or is too large.
    """
    lines: Grid = []
    cells = 0
    text = _decoded(path)
    _refuse_other_marks(text)
    try:
        for line in csv.reader(io.StringIO(text, newline=""), strict=True):
            lines.append(line)
            cells += len(line)
            if len(lines) > MOST_ROWS or cells > MOST_CELLS:
                raise RefusedError(f"more than {len(lines) - 1:,} rows", most_allowed(), len(lines))
    except csv.Error as error:
        if "field larger" in str(error):
            raise RefusedError(
                f"a cell of more than {csv.field_size_limit():,} characters",
                "shorter text, and each opened quote is closed",
                len(lines) + 1,
            ) from None
        found, allowed = f"broken quotes ({error})", "each opened quote is closed"
        raise RefusedError(found, allowed, len(lines) + 1) from None
    return lines


def _refuse_other_marks(text: str) -> None:
    """Refuse a file whose columns are separated otherwise, as in countries with decimal commas.

    Raises
    ------
    RefusedError
        With how to save it instead.
    """
    first = next(filter(None, map(str.strip, text.splitlines())), "")
    stated = first.lower().removeprefix("sep=") if first.lower().startswith("sep=") else ""
    if stated == "," or ("," in first and not stated):
        return
    for mark, name in SEPARATORS.items():
        if mark in (stated or first):
            raise RefusedError(f"columns separated by {name}", SAVE_AS_TABLE, 1)


def and_more(count: int, noun: str) -> str:
    """How many others there are, in brackets; none: nothing."""
    return f" (and {count:,} more {noun}{'' if count == 1 else 's'})" if count else ""


def most_allowed() -> str:
    """How large a table may be, in words."""
    return f"at most {MOST_ROWS:,} rows and {MOST_CELLS:,} cells"


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
    try:
        return sum(1 for _ in csv.reader(io.StringIO(text + "x", newline="")))
    except csv.Error:  # a cell too long for the reader
        return text.count("\n") + 1
