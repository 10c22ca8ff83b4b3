"""What every column of the result tables says, in which unit, and who may see it.

``data/columns.csv`` is the only description: the reader of run folders, the dictionary of the
workbook and the tables for the public are made from it.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from returnplan.domain import Sensitivity

ColumnType = Literal["text", "date", "month", "year", "number", "count", "flag"]
DATE = "DATE"
"""Stands for an ISO date in the name of a column: ``people_by_DATE_mean``."""
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
IS_TEXT: tuple[ColumnType, ...] = ("text", "date", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a result table.

    Parameters
    ----------
    table, column
        Names; ``DATE`` in the name of a column stands for any ISO date.
    type
        text, date (ISO), month (ISO without a day), year, number, count (a whole number), flag.
    unit
        Unit as printed; empty for words, shares and dates.
    meaning
        What it says, in one line.
    sensitivity
        public; restricted: single communities, hazards, roads, and schedules of teams;
        confidential: locations of hazards.
    """

    table: str
    column: str
    type: ColumnType
    unit: str
    meaning: str
    sensitivity: Sensitivity


@cache
def result_columns() -> tuple[Column, ...]:
    """Describe every column, in the order of the tables.

    Raises
    ------
    ValueError
        When a row of the description has a word that it may not have.
    """
    text = files("returnplan").joinpath("data/columns.csv").read_text(encoding="utf-8")
    found = tuple(Column(**row) for row in csv.DictReader(text.splitlines()))  # type: ignore[arg-type] # checked here
    for one in found:
        if one.type not in get_args(ColumnType) or one.sensitivity not in get_args(Sensitivity):
            raise ValueError(f"columns.csv: {one.table}.{one.column}: {one.type} {one.sensitivity}")
    return found


def column_of(table: str, name: str) -> Column:
    """Find the description of one column.

    Parameters
    ----------
    name
        Name of the column, a date in it as it stands there.

    Raises
    ------
    KeyError
        When nobody described it.

    Examples
    --------
    >>> column_of("summary", "people_by_2031-05-03_mean").unit
    'people'
    """
    found = _by_name().get((table, name)) or _by_name().get((table, pattern(name)))
    if found is None:
        raise KeyError(f"column {name} of table {table} is not described in columns.csv")
    return found


@cache
def _by_name() -> dict[tuple[str, str], Column]:
    return {(one.table, one.column): one for one in result_columns()}


def pattern(name: str) -> str:
    """Name of a column with ``DATE`` for an ISO date in it.

    Examples
    --------
    >>> pattern("people_by_2031-05-03_mean"), pattern("people_mean")
    ('people_by_DATE_mean', 'people_mean')
    """
    return ISO_DATE.sub(DATE, name)


def table_names() -> tuple[str, ...]:
    """Names of all described tables, in the order of the description."""
    return tuple(dict.fromkeys(column.table for column in result_columns()))


def columns_of(table: str) -> tuple[Column, ...]:
    """Columns of a table, in the order of the description."""
    return tuple(column for column in result_columns() if column.table == table)


def text_columns(table: str) -> tuple[str, ...]:
    """Columns of a table that are text, even where they look like numbers."""
    return tuple(c.column for c in columns_of(table) if c.type in IS_TEXT)


def public_columns(table: str, names: Iterable[str]) -> list[str]:
    """Those columns of a table that everybody may see.

    Parameters
    ----------
    names
        Its columns.

    Returns
    -------
    list[str]
        Names in the same order.
    """
    return [name for name in names if column_of(table, name).sensitivity == "public"]
