"""The shape of a table: header, rows and cells, and what people leave above, beside and below."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from returnplan.errors import Problem
from returnplan.scenario.files import Grid, RefusedError, Row, Sheet, and_more
from returnplan.scenario.numerals import PLAIN, Marks
from returnplan.scenario.rows import TableType, nearest, shown, table_type

Lines = Sequence[tuple[int, list[str]]]
"""Numbers of rows, as a spreadsheet counts, with their cells without outer blanks."""

SEARCHED = 20
"""Rows in which a header is looked for."""
MOST_COLUMNS = 500
"""Widest header."""
ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!")
)
"""What a spreadsheet writes into a cell that it cannot calculate."""


def to_sheet(
    table: str,
    file: str,
    grid: Grid,
    marks: Marks = PLAIN,
    as_text: Collection[tuple[int, int]] | None = None,
) -> tuple[Sheet | None, list[Problem]]:
    """Check the shape of a table, and give its cells their columns.

    Parameters
    ----------
    table
        Name of the table.
    file
        What it is called in messages.
    grid
        All its cells.
    marks
        How its numbers are written.
    as_text
        Cells of a workbook that are text and look like numbers, by row from 1 and column from 0;
        None: a CSV file. The rows of a workbook may end before the last column of the header.

    Returns
    -------
    tuple[Sheet | None, list[Problem]]
        The table, or None where its cells cannot be told apart; and what is wrong.
    """
    kind = table_type(table)
    try:
        header = _header(kind, grid)
        stripped = ((n, list(map(str.strip, line))) for n, line in enumerate(grid[1:], start=2))
        lines = [(number, cells) for number, cells in stripped if any(cells)]
        _refuse_errors(lines, header)
    except RefusedError as no:
        return None, [no.problem(file)]
    problems = _header_problems(file, header)
    if problems:
        return None, problems
    end = _end(kind, header, lines)
    problems += _below(kind, file, header, lines[end:])
    reach = max(len(grid[0]), len(header)) if as_text is None else None
    problems += _beside(file, grid[0], len(header), lines[:end], reach)
    rows: list[tuple[int, Row]] = []
    ragged: list[tuple[int, Row]] = []
    for number, cells in lines[:end]:
        filled = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
        if reach is None or (len(header) <= len(cells) and not any(cells[reach:])):
            rows.append((number, filled))
            continue
        ragged.append((number, filled))
        allowed = f"{len(header)} as in the header (text with a comma goes in quotes)"
        found = f"{len(cells)} cells"
        problems.append(Problem(file=file, row=number, found=found, allowed=allowed))
    sheet = Sheet(
        table=table,
        file=file,
        header=tuple(header),
        rows=tuple(rows),
        ragged=tuple(ragged),
        marks=marks,
        as_text=None if as_text is None else _by_column(as_text, header),
    )
    return sheet, problems


def _by_column(
    cells: Collection[tuple[int, int]], header: Sequence[str]
) -> frozenset[tuple[int, str]]:
    return frozenset((row, header[place]) for row, place in cells if place < len(header))


def _header(kind: TableType, grid: Grid) -> list[str]:
    """Columns that the first row names; names that nobody reads behind a gap are no part of it.

    Raises
    ------
    RefusedError
        When it names none, or a later row is the header.
    """
    header = [kind.column_named(name) for name in grid[0]] if grid else []
    if "" in header:
        gap = header.index("")
        if not any(kind.is_known(name) for name in header[gap:]):
            header = header[:gap]
    named = sum(map(kind.is_known, header))
    if named < 2:  # noqa: PLR2004 # as a title has
        _refuse_title(kind, grid, named)
    if not header:
        raise RefusedError("no header", "the column names", 1)
    if len(header) > MOST_COLUMNS:
        raise RefusedError(f"{len(header):,} columns", f"at most {MOST_COLUMNS}", 1)
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise RefusedError(f"one column named {shown(header[0])}", "one name a cell", 1)
    if not named and not any(nearest(name, kind.required) for name in header):
        allowed = f"a header with the columns {', '.join(kind.required)}"
        raise RefusedError(f"{shown(header[0])}, and no name of a column", allowed, 1)
    return header


def _refuse_title(kind: TableType, grid: Grid, named: int) -> None:
    """Refuse a table whose header stands in a later row.

    Raises
    ------
    RefusedError
        With what stands in its place.
    """
    for number, line in enumerate(islice(grid, 1, SEARCHED), start=2):
        if sum(kind.is_known(kind.column_named(cell)) for cell in line) > named + 1:
            first = next(filter(None, map(str.strip, grid[0])), "")
            found = f"{shown(first) if first else 'nothing'} above the header"
            raise RefusedError(found, f"the header in row 1: delete all rows above row {number}", 1)


def _refuse_errors(lines: Lines, header: Sequence[str]) -> None:
    """Refuse a table with cells that a spreadsheet could not calculate.

    Raises
    ------
    RefusedError
        With the first of them, and how many others there are.
    """
    found = [
        (number, place, cell)
        for number, cells in lines
        if not ERRORS.isdisjoint(cells)
        for place, cell in enumerate(cells)
        if cell in ERRORS
    ]
    if found:
        row, place, cell = found[0]
        raise RefusedError(
            f"{cell}, an error of the spreadsheet{and_more(len(found) - 1, 'cell')}",
            "a value: mend the formula, or fill in what is known",
            row,
            header[place] if place < len(header) else None,
        )


def _header_problems(file: str, header: Sequence[str]) -> list[Problem]:
    """What makes a header useless: a name twice, columns without one."""
    problems = [
        Problem(file=file, row=1, column=name, found="this name twice", allowed="one column a name")
        for name in dict.fromkeys(header)
        if name and header.count(name) > 1
    ]
    nameless = [str(i) for i, name in enumerate(header, start=1) if not name]
    if nameless:
        found = f"no name in column {', '.join(nameless[:SEARCHED])}"
        problems.append(Problem(file=file, row=1, found=found, allowed="a name for each column"))
    return problems


def _required_places(kind: TableType, header: Sequence[str]) -> list[int]:
    return [header.index(col) for col in kind.required if col in header]


def _filled(cells: Sequence[str], places: Sequence[int]) -> int:
    return sum(place < len(cells) and bool(cells[place]) for place in places)


def _end(kind: TableType, header: Sequence[str], lines: Lines) -> int:
    """Number of lines up to the last one that fills half of the required cells."""
    places = _required_places(kind, header)
    end = len(lines)
    while end and 2 * _filled(lines[end - 1][1], places) < len(places):
        end -= 1
    return end


def _below(kind: TableType, file: str, header: Sequence[str], lines: Lines) -> Iterator[Problem]:
    """One message for all that stands below a table: notes, sums, a row that somebody began."""
    if lines:
        number, cells = lines[0]
        places = _required_places(kind, header)
        few = f"{_filled(cells, places)} of {len(places)} required cells"
        text = shown(next(filter(None, cells)))
        found = f"{text} at the end, in a row with {few}{and_more(len(lines) - 1, 'row')}"
        allowed = "full rows: complete it, or move notes and sums to another sheet"
        yield Problem(file=file, row=number, found=found, allowed=allowed)


def _beside(
    file: str, first: Sequence[str], width: int, lines: Lines, reach: int | None
) -> Iterator[Problem]:
    """One message for all that stands beside a table; a comma too many in a file is no note."""
    found = [
        (number, shown(next(filter(None, cells[width:]))))
        for number, cells in [(1, list(map(str.strip, first))), *lines]
        if any(cells[width:]) and (reach is None or not any(cells[reach:]))
    ]
    if found:
        row, text = found[0]
        text = f"{text} beside the table{and_more(len(found) - 1, 'row')}"
        allowed = "columns with a name in row 1: name it, or move notes to another sheet"
        yield Problem(file=file, row=row, found=text, allowed=allowed)
