"""Which tables a scenario folder has, as files or as sheets of one workbook, and which it lacks."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from returnplan.domain import OPTIONAL_TABLES, type_of_table
from returnplan.errors import Problem
from returnplan.scenario.files import (
    TOML,
    Grid,
    RefusedError,
    Sheet,
    csv_files_of,
    links_out,
    plain_name,
    read_csv,
    workbooks_of,
)
from returnplan.scenario.imported import REPORT
from returnplan.scenario.numerals import PLAIN, Marks
from returnplan.scenario.rows import table_type
from returnplan.scenario.shape import to_sheet
from returnplan.scenario.workbook import Cells, open_workbook

NOT_READ = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".tsv")
"""Files in which people keep tables, and which are not read."""
NEAR = 0.6
"""Likeness of names from which one may stand for the other."""
MOST_NAMED = 5
"""Other tables that a message names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The tables of a folder as text.

    Parameters
    ----------
    sheets
        The tables that could be read, by name; those left out on purpose have no rows.
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


@dataclass(slots=True, kw_only=True)
class _Found:
    """What has been read so far: cells by table, names of all else, and what is wrong."""

    files: dict[str, str]
    grids: dict[str, Grid] = field(default_factory=dict)
    cells: dict[str, Cells] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    strangers: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_broken: bool = False


def read_sheets(
    folder: Path,
    left_out: Collection[str] | None = (),
    marks: Marks = PLAIN,
    unread: Collection[str] = (),
) -> Reading:
    """Read every table of a scenario folder as text.

    Parameters
    ----------
    folder
        Folder with one CSV file a table, or one workbook with a sheet a table.
    left_out
        Tables left out on purpose; None: nobody knows.
    marks
        How numbers are written.
    unread
        Optional tables that nobody looks at, as if they were not there.

    Returns
    -------
    Reading
        The tables that could be read, and what is wrong with the others.
    """
    found = _Found(files={table: f"{table}.csv" for table in type_of_table})
    _add_workbook(folder, found)
    _add_files(folder, found)
    for table in unread:
        found.there.discard(table)
        found.grids.pop(table, None)
        found.cells.pop(table, None)
        found.problems = [one for one in found.problems if one.file != found.files[table]]
    sheets: dict[str, Sheet] = {}
    for table in type_of_table:
        sheet = _shaped(table, found, marks)
        if sheet is not None:
            sheets[table] = sheet
    absent = {t for t in type_of_table if t not in found.there} if not found.is_broken else set()
    for table in left_out or ():
        if table in found.there:
            text = f"{table!r}, which is there: {found.files[table]}"
            problem = Problem(
                file=TOML, column="left_out", found=text, allowed="tables that are not there"
            )
            found.problems.append(problem)
        elif table in absent:
            found.files[table] = f"{TOML}, left_out {table}"
            header = tuple(table_type(table).info)
            sheets[table] = Sheet(table=table, file=found.files[table], header=header, rows=())
            absent.discard(table)
    offered: set[str] = set()
    for table in type_of_table:
        if table in absent and table not in OPTIONAL_TABLES and left_out is not None:
            found.problems.append(_missing(table, found, offered))
    found.problems += _not_read(found.strangers, offered)
    return Reading(
        sheets=sheets,
        files=found.files,
        absent=frozenset(absent),
        problems=tuple(found.problems),
    )


def _shaped(table: str, found: _Found, marks: Marks) -> Sheet | None:
    """A table with its cells in their columns; None: it is not there, or cannot be read."""
    file = found.files[table]
    if table in found.grids:
        sheet, problems = to_sheet(table, file, found.grids[table], marks)
    elif table in found.cells:
        cells = found.cells[table]
        sheet, problems = to_sheet(table, file, cells.grid, marks, cells.as_text)
        if sheet is not None and cells.refusal is not None:
            sheet, problems = None, [cells.refusal.problem(file)]
    else:
        return None
    found.problems += problems
    return sheet


def _add_workbook(folder: Path, found: _Found) -> None:
    """Add the sheets of the only workbook of a folder."""
    workbooks = workbooks_of(folder)
    if not workbooks:
        return
    first = workbooks[0]
    found.problems += [
        Problem(file=path.name, found=f"a workbook beside {first.name}", allowed="at most one")
        for path in workbooks[1:]
    ]
    found.files.update((table, f"{first.name}, sheet {table}") for table in type_of_table)
    found.is_broken = len(workbooks) > 1
    if found.is_broken:
        return
    found.problems += links_out(folder, first)
    try:
        workbook = open_workbook(first)
    except RefusedError as no:
        found.problems.append(no.problem(first.name))
        found.is_broken = True
        return
    for name in workbook.names:
        table, file = plain_name(name), f"{first.name}, sheet {name}"
        if table not in type_of_table:
            found.strangers[file] = name
        elif table in found.there:
            allowed = f"one of it and sheet {table}"
            found.problems.append(Problem(file=file, found="the table twice", allowed=allowed))
        else:
            found.there.add(table)
            found.files[table] = file
            try:
                found.cells[table] = workbook.read(name)
            except RefusedError as no:
                found.problems.append(no.problem(file))


def _add_files(folder: Path, found: _Found) -> None:
    """Add the CSV files of a folder, and what looks like a table."""
    for name, paths in csv_files_of(folder).items():
        if name not in type_of_table:
            if name != REPORT:
                found.strangers[name] = paths[0].stem
            continue
        first, *others = paths
        if name in found.there:
            others, first = paths, Path(found.files[name])
        else:
            found.there.add(name)
            found.files[name] = first.name
            found.problems += links_out(folder, first)
            try:
                found.grids[name] = read_csv(first)
            except RefusedError as no:
                found.problems.append(no.problem(first.name))
        for path in others:
            allowed = f"one of it and {first.name}"
            problem = Problem(file=path.name, found="the table twice", allowed=allowed)
            found.problems.append(problem)
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in NOT_READ and not path.name.startswith((".", "~$")):
            found.strangers[path.name] = path.stem


def _missing(table: str, found: _Found, offered: set[str]) -> Problem:
    """A table that the model needs and that is not there, with what may be meant by it."""
    near = [file for file, name in found.strangers.items() if nearest_table(name) == table]
    text = "no such table"
    if near:
        offered.add(near[0])
        text += f", but {near[0]}"
    elif found.strangers:
        names = list(found.strangers)
        text += f", but {', '.join(names[:MOST_NAMED])}{' ...' if len(names) > MOST_NAMED else ''}"
    allowed = (
        f'it is required: call a sheet or file {table}, or say left_out = ["{table}"] in {TOML}'
    )
    return Problem(file=found.files[table], found=text, allowed=allowed)


def nearest_table(name: str, tables: Sequence[str] = tuple(type_of_table)) -> str:
    """Table that a name may mean; empty: none is near.

    Examples
    --------
    >>> nearest_table("Hazards 2024"), nearest_table("raods"), nearest_table("Sheet1")
    ('hazards', 'roads', '')
    """
    plain = plain_name(name)
    within = [table for table in tables if table in plain]
    return (within or get_close_matches(plain, tables, n=1, cutoff=NEAR) or [""])[0]


def _not_read(strangers: Mapping[str, str], offered: Collection[str]) -> Iterator[Problem]:
    """Tables that nobody reads: the name may be misspelt."""
    for file, name in strangers.items():
        if file not in offered:
            near = nearest_table(name)
            hint = f"; perhaps {near}" if near else ""
            what = "a sheet" if ", sheet " in file else "a table"
            allowed = f"the tables are {', '.join(type_of_table)}{hint}"
            found = f"{what} that is not read"
            yield Problem(level="warning", file=file, found=found, allowed=allowed)
