"""How long a sheet may be."""

from dataclasses import dataclass

import pandas as pd

MOST_CELLS = 225_000
"""Cells of a table that go into its sheet."""
FIRST = {"jobs": "start_day", "tasks": "month"}
"""Tables of which the first rows by a column are kept; of the others, as they stand."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """The part of a table that is in its sheet.

    Parameters
    ----------
    table
        Its rows.
    rows
        Rows of the whole table.
    words
        What is there of a table that is cut; empty: all of it.
    """

    table: pd.DataFrame
    rows: int
    words: str


def shortened(name: str, table: pd.DataFrame) -> Cut:
    """Keep as many rows as a sheet may have, the same number of each allocation.

    Parameters
    ----------
    name
        Name of the table.
    table
        The whole table.

    Returns
    -------
    Cut
        Of a table that is too long the first rows of each allocation: of jobs, those that a team
        began first.
    """
    most = MOST_CELLS // len(table.columns)
    if len(table) <= most:
        return Cut(table=table, rows=len(table), words="")
    each = max(most // table["allocation"].nunique(), 1)
    by = FIRST.get(name)
    ordered = table if by is None else table.sort_values(by, kind="stable", na_position="last")
    kept = ordered.groupby("allocation", sort=False).head(each)
    order = pd.factorize(table["allocation"])[0]
    place = pd.Series(order, index=table.index).loc[kept.index]
    kept = kept.loc[place.sort_values(kind="stable").index]
    which = f"the first {each:,} rows of each allocation"
    if by is not None:
        which += f", in the order of {by}"
    return Cut(table=kept, rows=len(table), words=f"{which}; all rows are in {name}.csv")
