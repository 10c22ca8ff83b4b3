"""Tables as CSV files or sheets of a workbook, with or without a row of HXL tags."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from returnplan.scenario.files import (
    MOST_CELLS,
    MOST_ROWS,
    SEPARATORS,
    Grid,
    RefusedError,
    bytes_of,
    most_allowed,
    text_of,
)
from returnplan.scenario.importers.layers import Layer
from returnplan.scenario.workbook import open_workbook

SEARCHED = 25
"""Rows in which header and tags are looked for: HXL allows so many above the tags."""
MOST_COLUMNS = 2_000
LONGITUDE = ("lon", "long", "longitude", "londeg", "lng", "geolon", "xcoord", "x", "easting")
LATITUDE = ("lat", "lat", "latitude", "latdeg", "lat", "geolat", "ycoord", "y", "northing")
"""Names of columns without case and signs, in pairs."""
IN_DEGREES = 6
"""Of these pairs the first ones are in degrees."""
TAGGED_SHARE = 0.5
"""Share of the filled cells of a row of tags that are tags."""


def read_csv(path: Path, file: str) -> Iterator[Layer]:
    """Read a CSV file with commas, semicolons, tabs or bars between its columns.

    Parameters
    ----------
    path
        The file.
    file
        What it is called.

    Yields
    ------
    Layer
        One table.

    Raises
    ------
    RefusedError
        When it cannot be read at all.
    """
    text = text_of(bytes_of(path), "UTF-8 text (in a spreadsheet: save as CSV UTF-8)")
    if "\0" in text:
        raise RefusedError("a NUL character", "UTF-8 text")
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max((",", *SEPARATORS), key=first.count)
    grid: Grid = []
    cells = 0
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True):
            grid.append(line)
            cells += len(line)
            if len(grid) > MOST_ROWS or cells > MOST_CELLS:
                raise RefusedError(f"more than {len(grid) - 1:,} rows", most_allowed(), len(grid))
    except csv.Error as error:
        allowed = "each opened quote is closed"
        raise RefusedError(f"broken quotes ({error})", allowed, len(grid) + 1) from None
    yield _table(grid, file, "")


def read_workbook(path: Path, file: str) -> Iterator[Layer]:
    """Read the sheets of a workbook that hold tables.

    Parameters
    ----------
    path
        The file.
    file
        What it is called.

    Yields
    ------
    Layer
        One table a sheet.

    Raises
    ------
    RefusedError
        When it cannot be read at all.
    """
    workbook = open_workbook(path)
    for name in workbook.names:
        grid = workbook.read(name).grid
        if any(any(cell.strip() for cell in row) for row in grid):
            yield _table(grid, file, name)


def _table(grid: Grid, file: str, name: str) -> Layer:
    """Cells under their header; tags beside it."""
    at, tags_at = _header(grid)
    header = [cell.strip() for cell in grid[at]]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise RefusedError("no header", "the column names in the first row", 1)
    if len(header) > MOST_COLUMNS:
        raise RefusedError(f"{len(header):,} columns", f"at most {MOST_COLUMNS:,}", at + 1)
    tags = [cell.strip().lower() for cell in grid[tags_at]] if tags_at is not None else []
    names = _unique([cell or f"column {number}" for number, cell in enumerate(header, start=1)])
    below = max(at, -1 if tags_at is None else tags_at) + 1
    rows = [number for number in range(below, len(grid)) if any(map(str.strip, grid[number]))]
    columns = {
        column: [grid[row][place].strip() if place < len(grid[row]) else "" for row in rows]
        for place, column in enumerate(names)
    }
    tagged = {column: tag for column, tag in zip(names, tags, strict=False) if tag}
    shapes, crs = _points(columns, tagged)
    return Layer(
        file=file,
        name=name,
        columns=columns,
        tags=tagged,
        rows=[row + 1 for row in rows],
        shapes=shapes,
        crs=crs,
    )


def _points(columns: Mapping[str, Sequence[str]], tags: Mapping[str, str]) -> tuple[Any, str]:
    """Points of the columns of coordinates, and their reference system; None: there are none."""
    bare = {re.sub(r"[^a-z]", "", column.lower()): column for column in columns}
    pairs = [(bare.get(x), bare.get(y)) for x, y in zip(LONGITUDE, LATITUDE, strict=True)]
    by_tag = {tag: column for column, tag in tags.items()}
    pairs.insert(0, (by_tag.get("#geo+lon"), by_tag.get("#geo+lat")))
    for number, (x, y) in enumerate(pairs):
        if x is not None and y is not None:
            points = [
                shapely.points(one, other) if one is not None and other is not None else None
                for one, other in zip(
                    map(_coordinate, columns[x]), map(_coordinate, columns[y]), strict=True
                )
            ]
            return np.array(points, object), "EPSG:4326" if number <= IN_DEGREES else ""
    return None, ""


def _coordinate(text: str) -> float | None:
    with suppress(ValueError):
        return float(text.replace(",", "."))
    return None


def _header(grid: Grid) -> tuple[int, int | None]:
    """Row of the header, and of the tags if there are some."""
    first: int | None = None
    for number, row in enumerate(grid[:SEARCHED]):
        filled = [cell.strip() for cell in row if cell.strip()]
        tagged = sum(cell.startswith("#") for cell in filled)
        if filled and tagged > TAGGED_SHARE * len(filled):
            above = [n for n in range(number) if any(map(str.strip, grid[n]))]
            return (above[-1] if above else number), number
        if first is None and len(filled) > 1:
            first = number
    if first is None:
        first = next((n for n, row in enumerate(grid) if any(map(str.strip, row))), None)
    if first is None:
        raise RefusedError("an empty table", "a header row and one row a line")
    return first, None


def _unique(names: list[str]) -> list[str]:
    """Names, a second one of the same with a number behind it."""
    found: dict[str, None] = {}
    for name in names:
        new, number = name, 2
        while new in found:
            new, number = f"{name} {number}", number + 1
        found[new] = None
    return list(found)
