"""Layers: what a file of a GIS or a spreadsheet holds, whatever its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from returnplan.errors import Problem
from returnplan.scenario.files import RefusedError, cell_text

Reader = Callable[[Path, str], Iterator["Layer"]]

_ROOM = "returnplan.scenario.importers"
READERS: Mapping[str, str] = {
    ".gpkg": "vector.read_geopackage",
    ".shp": "vector.read_shapefile",
    ".geojson": "vector.read_geojson",
    ".json": "vector.read_geojson",
    ".graphml": "graphml.read_graphml",
    ".csv": "grids.read_csv",
    ".xlsx": "grids.read_workbook",
}
"""Module and function by the ending of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """A layer or table of a file.

    Parameters
    ----------
    file
        The file as it was named.
    name
        Name of the layer in it; empty: the only one.
    columns
        Values by column.
    rows
        What each feature is called in messages: its number from 1, or the row of a table.
    shapes
        A shape for each row, in the coordinates of the file; None: a table.
    crs
        Coordinate reference system as the file says it; empty: it does not.
    tags
        HXL tags by column.
    """

    file: str
    name: str = ""
    columns: Mapping[str, Any]
    rows: list[int]
    shapes: Any = None
    crs: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{self.file}, layer {self.name}" if self.name else self.file

    def texts(self, column: str) -> list[str]:
        """Values of a column as text; empty: no such column.

        Parameters
        ----------
        column
            Its name; empty: none is meant.
        """
        if not column or column not in self.columns:
            return [""] * len(self.rows)
        return [text_of_value(value) for value in self.columns[column]]


def text_of_value(value: Any) -> str:
    """A value of a foreign table as text: nothing for what is missing.

    Parameters
    ----------
    value
        Any value that a reader gives.

    Examples
    --------
    >>> [text_of_value(value) for value in (None, float("nan"), 12.0, True, " a ")]
    ['', '', '12', 'true', 'a']
    """
    if value is None or value != value:  # noqa: PLR0124 # nan and not a time
        return ""
    plain = value.item() if hasattr(value, "item") else value
    return cell_text(plain).strip() if isinstance(plain, float | bool) else str(plain).strip()


def read_layers(file: str, beside: Path | None = None) -> list[Layer]:
    """Read every layer of a file.

    Parameters
    ----------
    file
        The file, as somebody named it.
    beside
        Folder from which the name counts where nothing lies at it from here.

    Returns
    -------
    list[Layer]
        In the order of the file.

    Raises
    ------
    RefusedError
        When it cannot be read at all.
    """
    path = Path(file)
    try:
        if not path.exists() and beside is not None and (beside / file).exists():
            path = beside / file
        if not path.exists():
            raise RefusedError("no such file", f"a file that ends in {', '.join(READERS)}")
        if not path.is_file():
            raise RefusedError("no file", f"a file that ends in {', '.join(READERS)}")
    except (OSError, ValueError) as error:  # a name too long, or with a NUL
        raise RefusedError(f"a name of a file that cannot be ({error})", "a file") from None
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise RefusedError(f"a file that ends in {path.suffix!r}", f"one of {', '.join(READERS)}")
    module, function = reader.split(".")
    read: Reader = getattr(import_module(f"{_ROOM}.{module}"), function)
    with np.errstate(all="ignore"):  # numbers that no place has
        return list(read(path, file))


def read_all(
    files: list[str], problems: list[Problem], beside: Path | None = None
) -> dict[str, list[Layer]]:
    """Read the layers of several files, each once.

    Parameters
    ----------
    files
        Files as somebody named them.
    problems
        Takes what cannot be read.
    beside
        Folder from which names count where nothing lies at them from here.

    Returns
    -------
    dict[str, list[Layer]]
        By file; those that cannot be read have none.
    """
    found: dict[str, list[Layer]] = {}
    for file in dict.fromkeys(files):
        try:
            found[file] = read_layers(file, beside)
        except RefusedError as no:
            problems.append(no.problem(file))
            found[file] = []
    return found
