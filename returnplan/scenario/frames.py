"""A scenario as DataFrames, and DataFrames as a scenario: what people have in a notebook.

Columns are those of the files. Cells that hold several values are lists; dates are ``datetime64``;
what is not filled is missing. On the way in, sets and tuples do as well as lists, and text with
semicolons as in a file.
"""

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_origin

import numpy as np
import pandas as pd
from pydantic import ValidationError

from returnplan.domain import (
    ANY_LANGUAGE,
    DISCREPANCY_LOG_SD,
    AllocationHeader,
    AllocationLine,
    NotCovered,
    Scenario,
    type_of_table,
)
from returnplan.errors import Problem, ReturnplanError, ScenarioError
from returnplan.scenario.files import TOML, cell_text
from returnplan.scenario.folder import load
from returnplan.scenario.header import head_text
from returnplan.scenario.rows import TableType, nearest, table_type

CALLED = "frames"
"""What messages call the tables that are given as frames."""


# ---------------------------------------------------------------- out


def to_frames(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Give the tables of a scenario that have rows, ``allocations`` among them.

    Parameters
    ----------
    scenario
        The scenario; an allocation that is like another one is here in full.

    Returns
    -------
    dict[str, pandas.DataFrame]
        By name of the table; optional columns only where a cell is filled.

    Examples
    --------
    >>> import returnplan as rp
    >>> rp.load("scenarios/valley").to_frames()["hazards"]["denies"].iloc[0]
    ['housing', 'water']
    """
    rows: dict[str, Iterable[Any]] = {table: getattr(scenario, table) for table in type_of_table}
    rows["allocations"] = map(_line, scenario.allocations)
    found = {table: _frame(table_type(table), list(lines)) for table, lines in rows.items()}
    return {table: frame for table, frame in found.items() if len(frame)}


def _line(header: AllocationHeader) -> AllocationLine:
    waits = None if header.rest_waits == 0 else str(header.rest_waits)
    return AllocationLine(
        name=header.name,
        title=header.title,
        titles=header.titles,
        policy=header.policy,
        rest_waits=waits,
    )


def _frame(kind: TableType, rows: list[Any]) -> pd.DataFrame:
    """One table: a column each, in the type of its field."""
    columns: dict[str, Any] = {}
    for col, name in kind.field_of.items():
        values = [getattr(row, name) for row in rows]
        if col.endswith(ANY_LANGUAGE):
            languages = dict.fromkeys(language for names in values for language in names)
            for language in languages:
                columns[col[:-1] + language] = [names.get(language) for names in values]
        elif col in kind.required or any(value != kind.default[col] for value in values):
            columns[col] = _column(kind.kind[col], values)
    return pd.DataFrame(columns)


def _column(kind: Any, values: list[Any]) -> "list[Any] | pd.Series[Any]":
    """Cells of one column in the dtype of its kind."""
    if get_origin(kind) is tuple:
        return [None if value is None else list(value) for value in values]
    if kind is date:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object)), dtype="datetime64[s]")
    if kind is int and None in values:
        return pd.Series(values, dtype="Int64")
    return pd.Series(values, dtype=float) if kind is float else values


# ---------------------------------------------------------------- in


def from_frames(  # noqa: PLR0913 - the head of a scenario, as scenario.toml has it
    *,
    name: str,
    start: date | str,
    horizon_years: int,
    gates: Mapping[str, Mapping[str, float]] | Iterable[str],
    title: str = "",
    titles: Mapping[str, str] | None = None,
    as_of: date | str | None = None,
    not_covered: NotCovered | None = None,
    discrepancy_log_sd: float = DISCREPANCY_LOG_SD,
    **frames: pd.DataFrame,
) -> Scenario:
    """Make a scenario of DataFrames, judged like a folder with the same tables.

    Parameters
    ----------
    name, start, horizon_years
        As ``scenario.toml`` has them.
    gates
        Gates in force with their parameters, or their names only.
    title, titles, as_of, not_covered, discrepancy_log_sd
        As ``scenario.toml`` has them.
    **frames
        Tables by name: ``places``, ``communities``, ``roads``, ``hazards`` and so on, and
        ``allocations`` (name, title, policy, like, rest_waits). Tables that a folder must have and
        that are not given count as left out on purpose.

    Returns
    -------
    Scenario
        The scenario; ``returnplan.check`` tells its warnings.

    Raises
    ------
    ScenarioError
        When anything is wrong; it holds every problem. Its rows count as in a file: the first row
        of a frame is row 2.
    ReturnplanError
        When there is no such table, or one of them is no DataFrame.

    Examples
    --------
    >>> import returnplan as rp
    >>> valley = rp.load("scenarios/valley")
    >>> made = rp.from_frames(
    ...     name="valley", title=valley.title, start=valley.start, horizon_years=8,
    ...     gates=valley.gates, **valley.to_frames(),
    ... )  # fmt: skip
    >>> made == valley
    True
    """
    _check_tables(frames)
    named = gates if isinstance(gates, Mapping) else {gate: {} for gate in _names(gates)}
    given = {table for table, frame in frames.items() if len(frame)}
    try:
        head = Scenario(
            name=name, title=title, titles=dict(titles or {}), start=_day(start),
            horizon_years=horizon_years,
            gates={gate: dict(parameters) for gate, parameters in named.items()},
            as_of=None if as_of is None else _day(as_of),
            not_covered=not_covered or NotCovered(), discrepancy_log_sd=discrepancy_log_sd,
            allocations=(), places=(), communities=(), roads=(), assets=(), rates=(),
            deployments=(), sources=(),
        )  # fmt: skip
    except ValidationError as error:
        raise ScenarioError(CALLED, map(_problem, error.errors(include_url=False))) from None
    with TemporaryDirectory(prefix="returnplan-") as written:
        folder = Path(written)
        (folder / TOML).write_text(
            f'decimal = "."\n{head_text(head, given)}', encoding="utf-8", newline="\n"
        )
        for table in given:
            _write(frames[table], table_type(table), folder / f"{table}.csv")
        try:
            return load(folder)
        except ScenarioError as error:
            raise ScenarioError(CALLED, error.problems) from None


def _check_tables(frames: Mapping[str, object]) -> None:
    for table, frame in frames.items():
        if table not in type_of_table:
            near = nearest(table, list(type_of_table))
            hint = f"; perhaps {near}" if near else ""
            raise ReturnplanError(
                f"no table is called {table!r}{hint}; there are: {', '.join(type_of_table)}"
            )
        if not isinstance(frame, pd.DataFrame):
            raise ReturnplanError(f"{table} must be a DataFrame, not {type(frame).__name__}")


def _names(gates: Iterable[str]) -> Iterable[str]:
    """Names of gates; one name is no list of letters."""
    return (gates,) if isinstance(gates, str) else gates


def _day(given: Any) -> Any:
    """A date, also of a time stamp."""
    return given.date() if isinstance(given, datetime) else given


def _problem(detail: Any) -> Problem:
    """What pydantic says of a value of the head."""
    return Problem(
        file=TOML,
        column=".".join(map(str, detail["loc"])),
        found=repr(detail["input"]),
        allowed=str(detail["msg"]),
    )


def _write(frame: pd.DataFrame, kind: TableType, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(map(str, frame.columns))
        columns = [frame.iloc[:, at].tolist() for at in range(len(frame.columns))]
        writer.writerows([_text(cell) for cell in row] for row in zip(*columns, strict=True))


def _text(cell: Any) -> str:
    """Text of a cell as it stands in a file."""
    if isinstance(cell, set | frozenset):
        return cell_text(tuple(sorted(map(_text, cell))))
    if isinstance(cell, list | tuple | np.ndarray):
        return cell_text(tuple(map(_text, cell)))
    if cell is None or pd.isna(cell):
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell_text(cell.item() if isinstance(cell, np.generic) else cell)
