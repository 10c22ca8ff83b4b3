"""What could be read of a scenario, and how a check is declared."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from returnplan.domain import AllocationLine, Scenario
from returnplan.errors import Problem
from returnplan.scenario.allocations import Whole
from returnplan.scenario.background import Ring
from returnplan.scenario.files import Sheet
from returnplan.scenario.rows import Partial, table_type
from returnplan.units import horizon_date


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What could be read of a scenario, however much is wrong with it.

    Parameters
    ----------
    rows
        Nouns of each table, or what is good of them, with the number of their row.
    sheets
        The tables as text.
    files
        What each table's file is called in messages.
    absent
        Tables that the folder does not have.
    start, horizon_years
        From scenario.toml; None when missing or wrong.
    allocations
        Well-formed allocations, each with all that it takes from the one it is like.
    stated
        Well-formed allocations of scenario.toml, as they stand there.
    allocation_names
        All allocations of scenario.toml and of the table; None when they cannot be read.
    gates
        Well-formed gates in force with their parameters.
    rings
        Outlines of the districts, as lists of longitude and latitude.
    scenario
        All of it as one; None while there are errors.
    """

    rows: Mapping[str, list[tuple[int, Any]]]
    sheets: Mapping[str, Sheet]
    files: Mapping[str, str]
    absent: frozenset[str]
    start: date | None
    horizon_years: int | None
    allocations: Whole
    stated: tuple[AllocationLine, ...]
    allocation_names: tuple[str, ...] | None
    gates: Mapping[str, Mapping[str, float]]
    rings: tuple[Ring, ...] = ()
    scenario: Scenario | None = None

    @property
    def end(self) -> date | None:
        """The horizon; None when it cannot be known."""
        if self.start is None or self.horizon_years is None:
            return None
        return horizon_date(self.start, self.horizon_years)

    def all(self, table: str) -> list[tuple[int, Any]]:
        """Every row of a table; one that cannot be read has none."""
        return self.rows.get(table, [])

    def of(self, table: str) -> Iterator[tuple[int, Any]]:
        """Rows of a table whose cells stand in their columns."""
        for row, item in self.all(table):
            if not (isinstance(item, Partial) and item.ragged):
                yield row, item

    def is_read(self, *tables: str) -> bool:
        """True when the tables could be read with all their required columns."""
        return all(
            table in self.sheets
            and set(table_type(table).required) <= set(self.sheets[table].header)
            for table in tables
        )

    def is_known(self, table: str) -> bool:
        """True when a table could be read, or is known to have no rows."""
        return table in self.absent or self.is_read(table)

    def has_column(self, table: str, column: str) -> bool:
        """True when a table could be read and has a column."""
        return table in self.sheets and column in self.sheets[table].header

    def ids(self, table: str) -> set[str]:
        """Ids of a table, of rows with other faults too."""
        return {item.id for _, item in self.all(table) if item.id is not None}

    def problem(
        self, table: str, row: int | None, column: str | None, found: str, allowed: str
    ) -> Problem:
        """An error in a table."""
        return Problem(file=self.files[table], row=row, column=column, found=found, allowed=allowed)

    def doubt(
        self, table: str, row: int | None, column: str | None, found: str, note: str
    ) -> Problem:
        """A warning in a table."""
        return replace(self.problem(table, row, column, found, note), level="warning")


Check = Callable[[Draft], Iterable[Problem]]
CHECKS: dict[str, list[Check]] = {}
"""All checks, by the module of their theme."""


def check(function: Check) -> Check:
    """Declare a check of the theme in whose file it stands."""
    CHECKS.setdefault(function.__module__, []).append(function)
    return function


def is_faulty(item: Any, *names: str) -> bool:
    """Whether one of some cells of a row has a fault of its own."""
    return isinstance(item, Partial) and not item.faulty.isdisjoint(names)
