"""A result table from its file: of the columns and types that are described, or refused."""

import csv
import io
import re
import warnings
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.columns import ColumnType, column_of, columns_of, pattern, text_columns
from returnplan.errors import Problem
from returnplan.runs.tables.family import typed

EACH_ONCE = {
    "summary": ("allocation",),
    "readiness": ("allocation", "community"),
    "people_met": ("allocation", "date"),
    "gates": ("allocation", "community", "gate"),
    "returns": ("allocation", "district", "month"),
    "harm": ("allocation", "kind"),
    "scores": ("allocation", "community"),
    "residual_risk": ("allocation", "community", "max_per_year"),
    "releases": ("allocation", "hazard"),
    "roads": ("allocation", "road"),
    "area_released": ("allocation", "district", "year"),
    "facts": ("allocation", "fact"),
}
"""Columns of which every combination stands in exactly one row."""
AT_MOST_ONCE = {
    "delays": ("allocation", "community", "cause"),
    "key_roads": ("allocation", "rank"),
    "costs": ("allocation", "year", "asset"),
    "land_release": ("allocation", "district", "year", "route", "denies"),
    "decisions": ("allocation", "decision"),
    "jobs": ("allocation", "job", "owner", "stage", "place_or_road", "parcel"),
}
"""Columns of which no combination stands in two rows."""
MAY_BE_EMPTY = {"parcel"}
"""Those of them that an empty cell tells apart, too."""
NEVER_EMPTY = ("summary", "readiness", "people_met", "gates")
ONLY_PUBLIC = {"withheld"}
"""Columns that only tables for the public have."""
ALLOWED: dict[ColumnType, str] = {
    "text": "text",
    "date": "a date as YYYY-MM-DD",
    "month": "a month as YYYY-MM",
    "year": "a whole number",
    "count": "a whole number",
    "number": "a number",
    "flag": "True or False",
}
FORMS: dict[ColumnType, tuple[str, str]] = {
    "date": (r"\d{4}-\d\d-\d\d", "{}"),
    "month": (r"\d{4}-\d\d", "{}-01"),
}
"""How a date stands in a file, and the day that it is."""


def read_table(name: str, data: bytes) -> pd.DataFrame:
    """Read one table, of exactly the columns and types that are described.

    Parameters
    ----------
    name
        Name of the table.
    data
        Its CSV file.

    Returns
    -------
    pandas.DataFrame
        The table, typed.

    Raises
    ------
    ValueError
        When it is none; the text names file, row and column.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pandas, about what is judged below
            table = pd.read_csv(
                io.BytesIO(data),
                dtype=dict.fromkeys(text_columns(name), str),
                keep_default_na=False,
                na_values=[""],
                low_memory=False,
            )
    except (ValueError, OverflowError, MemoryError) as error:
        raise ValueError(f"{name}.csv: {error}") from None
    _check_columns(name, table)
    for column in table.columns.astype(str):
        kind = column_of(name, column).type
        wrong = _wrong_cells(kind, table[column])
        if wrong.any():
            _refuse(name, column, table[column], int(np.flatnonzero(wrong)[0]), ALLOWED[kind])
    return typed(name, table)


def empty_table(name: str) -> pd.DataFrame:
    """A table of the described columns without a row: of a run that an older version made.

    Parameters
    ----------
    name
        Name of the table.
    """
    described = [one.column for one in columns_of(name) if one.column not in ONLY_PUBLIC]
    return typed(name, pd.DataFrame(columns=described))


def _refuse(name: str, column: str, cells: pd.Series, at: int, allowed: str) -> None:
    """Say which cell is wrong; the header is row 1."""
    file, found = f"{name}.csv", repr(cells.tolist()[at])
    raise ValueError(Problem(file=file, row=at + 2, column=column, found=found, allowed=allowed))


def _check_columns(name: str, table: pd.DataFrame) -> None:
    """Refuse a table that lacks a column, or has one that nobody described."""
    described = [one.column for one in columns_of(name) if one.column not in ONLY_PUBLIC]
    there = {pattern(str(column)) for column in table}
    absent = [column for column in described if column not in there]
    more = [str(column) for column in table if pattern(str(column)) not in described]
    texts = [f"no column {', '.join(absent)}"] if absent else []
    texts += [f"{', '.join(more)}, which is no column of it"] if more else []
    texts += [] if isinstance(table.index, pd.RangeIndex) else ["rows longer than the header"]
    if texts:
        raise ValueError(f"{name}.csv: found {'; '.join(texts)}")


def _wrong_cells(kind: ColumnType, cells: pd.Series) -> NDArray[np.bool_]:
    """Find the cells that are not of the type; empty ones are."""
    is_there = np.asarray(cells.notna(), bool)
    if kind == "text" or not is_there.any():
        return np.zeros(len(cells), bool)
    wrong: NDArray[np.bool_] = is_there & ~_right_cells(kind, cells, cells[is_there])
    return wrong


def _right_cells(kind: ColumnType, cells: pd.Series, there: pd.Series) -> NDArray[np.bool_]:
    if kind in FORMS:
        days = {text for text in there.unique() if _is_day(text, *FORMS[kind])}
        return np.array([cell in days for cell in cells], bool)
    if kind == "flag":
        return np.array([isinstance(cell, bool | np.bool_) for cell in cells], bool)
    if cells.dtype.kind not in "iuf":
        numbers = np.asarray(pd.to_numeric(there.astype(str), errors="coerce"), float)
        is_number = np.zeros(len(cells), bool)
        if not np.isfinite(numbers).all():  # else numbers of too many digits
            is_number[np.flatnonzero(cells.notna())] = np.isfinite(numbers)
        return is_number
    numbers = np.asarray(cells, float)
    is_number = np.asarray(np.isfinite(numbers), bool)
    if kind != "number":
        is_number[is_number] = np.mod(numbers[is_number], 1) == 0
    return is_number


def _is_day(text: str, form: str, day: str) -> bool:
    if not re.fullmatch(form, text, re.ASCII):
        return False
    try:
        date.fromisoformat(day.format(text))
    except ValueError:
        return False
    return True


# ---------------------------------------------------------------- what no single cell can tell


def check_widths(name: str, data: bytes) -> None:
    """Refuse a table with rows that are shorter or longer than its header, or that was cut off.

    Parameters
    ----------
    name
        Name of the table.
    data
        Its CSV file.

    Raises
    ------
    ValueError
        When there is such a row.
    """
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    try:
        width = len(next(lines, []))
        for row, cells in enumerate(lines, start=2):
            if cells and len(cells) != width:
                raise ValueError(f"{name}.csv, row {row}: found {len(cells)} cells, not {width}")
    except csv.Error as error:
        raise ValueError(f"{name}.csv: {error}") from None
    if not data.endswith(b"\n"):
        raise ValueError(f"{name}.csv: found no end of its last line")


def check_rows(tables: Mapping[str, pd.DataFrame], allocations: Sequence[str]) -> None:
    """Refuse tables with rows that are there twice, missing, or of nothing in the run.

    Parameters
    ----------
    tables
        Tables of a run.

    Raises
    ------
    ValueError
        When there is such a row.
    """
    communities = set(tables["readiness"]["community"])
    for name, table in tables.items():
        keys = list(EACH_ONCE.get(name) or AT_MOST_ONCE.get(name, ("allocation",)))
        if table.empty and name not in NEVER_EMPTY:
            continue
        _check_keys(name, table[keys])
        known = {"allocation": set(allocations), "community": communities}
        for column in known.keys() & {*keys}:
            there = set(table[column])
            lost = known[column] - there if name in EACH_ONCE else set()
            wrong = sorted(map(str, (there - known[column]) | lost))
            if wrong:
                what = "does not belong here, or is missing"
                raise ValueError(f"{name}.csv, column {column}: {wrong[0]} {what}")


def _check_keys(name: str, keys: pd.DataFrame) -> None:
    if keys.drop(columns=list(MAY_BE_EMPTY), errors="ignore").isna().to_numpy().any():
        raise ValueError(f"{name}.csv: found a row without {', '.join(map(str, keys.columns))}")
    if name not in EACH_ONCE and name not in AT_MOST_ONCE:
        return
    twice = keys.duplicated().to_numpy(bool)
    if twice.any():
        at = int(np.flatnonzero(twice)[0])
        what = ", ".join(map(str, keys.iloc[at]))
        raise ValueError(f"{name}.csv, row {at + 2}: found {what} twice")
    if name in EACH_ONCE and len(keys) != keys.nunique().prod():
        raise ValueError(
            f"{name}.csv: found rows missing: one for each {', '.join(map(str, keys.columns))}"
        )
