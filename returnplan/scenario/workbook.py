"""Cells of a workbook, after a look at its parts.

The reader of values alone would break on one stray cell, and leave errors, and formulas that were
never calculated, blank.
"""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from returnplan.scenario.files import (
    MOST_CELLS,
    MOST_ROWS,
    Grid,
    RefusedError,
    and_more,
    bytes_of,
    cell_text,
    most_allowed,
)
from returnplan.scenario.numerals import LOOKS_MARKED

MOST_UNPACKED = 500_000_000
"""Most bytes of all files in a workbook."""
MOST_SHEETS = 200
CHUNK = 1 << 16
_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})", re.ASCII)
_HUGE_COUNT = re.compile(rb"<[^<>]*[cC]ount\s*=\s*[\"']\s*\d{9,}")
"""A reader makes room for as many things as a file says that it has."""
_BROKEN = "an xlsx workbook with one sheet a table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The cells of a sheet.

    Parameters
    ----------
    grid
        All of them as text.
    as_text
        Those that are text and look like numbers with marks, by row from 1 and column from 0.
    merged
        Ranges of merged cells.
    """

    grid: Grid
    as_text: frozenset[tuple[int, int]]
    merged: tuple[str, ...] = ()

    @property
    def refusal(self) -> RefusedError | None:
        """What is said of merged cells; None: there are none."""
        if not self.merged:
            return None
        found = f"merged cells {self.merged[0]}{and_more(len(self.merged) - 1, 'range')}"
        return RefusedError(found, "one value a cell: unmerge them, and fill each cell")


class Workbook:
    """A workbook that can be opened.

    Parameters
    ----------
    archive
        Its parts.
    values
        The reader of values.
    """

    def __init__(self, archive: zipfile.ZipFile, values: Any) -> None:
        self.names: tuple[str, ...] = tuple(values.sheet_names)
        self._archive = archive
        self._values = values
        self._member = _members(archive)

    def read(self, name: str) -> Cells:
        """Read the cells of a sheet.

        Parameters
        ----------
        name
            Name of the sheet.

        Returns
        -------
        Cells
            Its cells.

        Raises
        ------
        RefusedError
            When it is too large, or holds what has no value: errors, formulas that were never
            calculated.
        """
        member = self._member.get(name)
        if member is None:
            raise RefusedError("no cells", "a sheet with a table")
        merged = _look_at(self._archive, member)
        try:
            cells = self._values.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except BaseException as error:
            raise _unreadable(error) from None
        grid = [[_plain_text(cell) for cell in row] for row in cells]
        marked = frozenset(
            (number, place)
            for number, row in enumerate(cells, start=1)
            for place, cell in enumerate(row)
            if isinstance(cell, str) and cell and LOOKS_MARKED.fullmatch(cell.strip())
        )
        return Cells(grid=grid, as_text=marked, merged=merged)


def open_workbook(path: Path) -> Workbook:
    """Open a workbook.

    Parameters
    ----------
    path
        File.

    Returns
    -------
    Workbook
        Its sheets, to be read one by one.

    Raises
    ------
    RefusedError
        When it is none, or is too large.
    """
    from python_calamine import CalamineWorkbook

    data = bytes_of(path)
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        _check_members(archive)
        workbook = Workbook(archive, CalamineWorkbook.from_filelike(BytesIO(data)))
    except RefusedError:
        raise
    except BaseException as error:
        raise _unreadable(error) from None
    if len(workbook.names) > MOST_SHEETS:
        raise RefusedError(f"{len(workbook.names):,} sheets", f"at most {MOST_SHEETS}")
    return workbook


def _unreadable(error: BaseException) -> BaseException:
    """What is said of a file that a reader gives up; panics of the reader are no exceptions."""
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
        return error
    return RefusedError(f"a workbook that cannot be read ({error})", _BROKEN)


def _check_members(archive: zipfile.ZipFile) -> None:
    """Refuse a file that would unpack to more than a computer holds.

    Raises
    ------
    RefusedError
        With what is too large.
    """
    members = archive.infolist()
    if len({one.filename for one in members}) < len(members):
        raise RefusedError("a workbook that cannot be read (a part twice)", _BROKEN)
    if sum(one.file_size for one in members) > MOST_UNPACKED:
        raise RefusedError("a workbook that is too large", f"{MOST_UNPACKED:,} bytes unpacked")
    for one in members:  # the size that a member states is true when it can be read to its end
        with archive.open(one) as stream:
            before = b""
            while chunk := stream.read(CHUNK):
                if _HUGE_COUNT.search(before + chunk):
                    raise RefusedError("a workbook that cannot be read (a false count)", _BROKEN)
                before = chunk[-100:]


def _members(archive: zipfile.ZipFile) -> dict[str, str]:
    """File of each sheet in the archive, by its name."""
    files = {
        item.get("Id", ""): item.get("Target", "")
        for item in _tree(archive, "xl/_rels/workbook.xml.rels").iter()
    }
    found: dict[str, str] = {}
    for item in _tree(archive, "xl/workbook.xml").iter():
        if item.tag.endswith("}sheet") or item.tag == "sheet":
            key = next((v for name, v in item.items() if name.endswith("}id")), "")
            target = files.get(key, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if path in archive.namelist():
                found[item.get("name", "")] = path
    return found


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    text = archive.read(name)
    if b"<!DOCTYPE" in text:
        raise RefusedError("a workbook that cannot be read (a document type)", _BROKEN)
    return ElementTree.fromstring(text)


def _look_at(archive: zipfile.ZipFile, member: str) -> tuple[str, ...]:
    """Ranges of merged cells of a sheet.

    Raises
    ------
    RefusedError
        When the sheet is too large, or has cells whose value nobody knows.
    """
    look = _Look()
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(CHUNK):
                look.parser.Parse(chunk, False)
        look.parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:  # the others: an unknown encoding
        raise _unreadable(error) from None
    if look.errors:
        raise _wrong_cells(
            "an error of the spreadsheet",
            look.errors,
            "a value: mend the formula, or fill in what is known",
        )
    if look.formulas:
        raise _wrong_cells(
            "a formula without a stored value",
            look.formulas,
            "values: open and save the workbook in a spreadsheet program, or paste values",
        )
    return tuple(look.merged)


def _wrong_cells(what: str, cells: list[tuple[int, str]], allowed: str) -> RefusedError:
    """What is said of cells of one kind: row and text of each."""
    row, first = cells[0]
    return RefusedError(f"{what} in {first}{and_more(len(cells) - 1, 'cell')}", allowed, row)


class _Look:
    """Counts the cells of a sheet, and notes those whose value nobody knows."""

    def __init__(self) -> None:
        self.merged: list[str] = []
        self.errors: list[tuple[int, str]] = []
        self.formulas: list[tuple[int, str]] = []
        self._row, self._column = 0, 0
        self._last_row, self._last_column = 0, 0
        self._type = ""
        self._has_formula = self._has_value = False
        self._text: list[str] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def _start(self, name: str, given: Mapping[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._begin_cell(given)
        elif local == "row":
            self._row = self._number(given["r"]) if "r" in given else self._row + 1
            self._column = 0
        elif local == "f":
            self._has_formula = True
        elif local in ("v", "is"):
            self._has_value = True
            if self._has_formula or self._type == "e":
                self.parser.CharacterDataHandler = self._text.append
        elif local == "mergeCell":
            self.merged.append(given.get("ref", ""))

    def _begin_cell(self, given: Mapping[str, str]) -> None:
        self._type = given.get("t", "")
        self._has_formula = self._has_value = False
        self._text = []
        self._column += 1
        if "r" in given:
            place = _PLACE.fullmatch(given["r"])
            if place is None:
                raise RefusedError(f"a workbook that cannot be read ({given['r'][:20]!r})", _BROKEN)
            self._column = 0
            for letter in place[1]:
                self._column = 26 * self._column + ord(letter) - ord("A") + 1
            self._row = int(place[2])

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "v":
            self.parser.CharacterDataHandler = None
        elif local == "c" and (self._has_value or self._has_formula):
            self._end_cell()

    def _end_cell(self) -> None:
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        place = f"{_letters(self._column)}{self._row}"
        if self._last_row > MOST_ROWS or self._last_row * self._last_column > MOST_CELLS:
            size = f"{self._last_row:,} rows and {self._last_column:,} columns"
            allowed = f"{most_allowed()}: delete what stands far below or beside the table"
            raise RefusedError(f"a cell at {place}, which makes {size}", allowed)
        text = "".join(self._text).strip()
        if self._type == "e":
            self.errors.append((self._row, f"{place}, {text[:20]}"))
        elif self._has_formula and not text and self._type != "str":
            self.formulas.append((self._row, place))

    @staticmethod
    def _number(text: str) -> int:
        if not text.isdecimal() or len(text) > len("1048576"):
            raise RefusedError(f"a workbook that cannot be read (row {text[:20]!r})", _BROKEN)
        return int(text)

    @staticmethod
    def _refuse_doctype(*_: object) -> None:
        raise RefusedError("a workbook that cannot be read (a document type)", _BROKEN)


def _letters(column: int) -> str:
    """Letters of a column from 1, as a spreadsheet writes them."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _plain_text(cell: object) -> str:
    """A workbook's cell as a CSV file would hold it: a date at midnight is a date."""
    if isinstance(cell, datetime) and cell.time() == time.min:
        return cell_text(cell.date())
    return cell_text(cell)
