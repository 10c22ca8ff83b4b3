"""The family of result tables: a table is one function here, and its rows in ``columns.csv``."""

from collections.abc import Callable

import pandas as pd

from returnplan.columns import columns_of, table_names
from returnplan.registry import Family
from returnplan.runs.tables.drawn import Drawn
from returnplan.runs.tables.worked import Worked

OfDraws = Callable[[Drawn], pd.DataFrame]
OfWork = Callable[[Worked], pd.DataFrame]

DRAWN: Family[OfDraws] = Family("table of draws")
"""Tables whose numbers come from the draws, one allocation at a time."""
WORK: Family[OfWork] = Family("table of work")
"""Tables of what was done in one run, job by job: they have no ranges."""
DECISIONS = "decisions"
"""Table of changes that were tried beside a run: only run folders have it, outside the digest."""
OF_CHANGES = "One row an allocation and change of its teams: what it brings on the same draws."


def of_draws(function: OfDraws) -> OfDraws:
    """Declare a table that is made from the draws of an allocation, under its function's name."""
    return DRAWN.add(function.__name__, function)


def of_work(function: OfWork) -> OfWork:
    """Declare a table of the work done in one run, under its function's name."""
    return WORK.add(function.__name__, function)


def in_order(family: Family[Callable[..., pd.DataFrame]]) -> list[str]:
    """Names of a family in the order of ``columns.csv``: that of all files and digests."""
    return [name for name in table_names() if name in family]


def typed(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Give columns the types that ``columns.csv`` says: dates are days of the calendar.

    Parameters
    ----------
    name
        Name of the table.
    """
    dates = [one.column for one in columns_of(name) if one.type == "date"]
    return table.astype({column: "datetime64[s]" for column in dates if column in table})


def one_row(name: str) -> str:
    """What a row of a table is: the first line of its function's docstring, within a sentence.

    Examples
    --------
    >>> one_row("summary")
    'one row an allocation: what it brings'
    """
    text = OF_CHANGES if name == DECISIONS else (DRAWN if name in DRAWN else WORK)[name].__doc__
    line = (text or "").strip().splitlines()[0].rstrip(".")
    return line[0].lower() + line[1:]
