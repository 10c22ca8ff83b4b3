"""Result tables: from the account of many draws, or of one run, to pandas.

In: :class:`~returnplan.runs.tables.drawn.Drawn` (an allocation over its draws) or
:class:`~returnplan.runs.tables.worked.Worked` (the work of one run). Out: one table each, dates as
days of the calendar, what does not come blank.

To add a table: write one function under ``@of_draws`` or ``@of_work`` in one of the files here, and
its rows in ``returnplan/data/columns.csv``. Results in Python, the run folder, the digest, the
workbook and the dictionary follow from the two.

``readiness`` who is ready when; ``waiting`` causes and key roads; ``effects`` returns, cost, harm,
risk, scores, land; ``past`` area by year, published facts; ``summary`` a row an allocation;
``jobs`` jobs, releases, roads; ``judged`` gates over the draws; ``family`` the registry; ``stored``
a table read from its file.
"""

from collections.abc import Sequence

import pandas as pd

from returnplan.runs.tables import effects, jobs, past, readiness, summary, waiting
from returnplan.runs.tables.drawn import Drawn
from returnplan.runs.tables.family import DRAWN, WORK, in_order, typed
from returnplan.runs.tables.worked import Worked

__all__ = ["LATER", "OF_DRAWS", "OF_WORK", "drawn_tables", "one_under_another", "work_tables"]
_MEMBERS = (effects, jobs, past, readiness, summary, waiting)

OF_DRAWS = tuple(in_order(DRAWN))
"""Names of the tables whose numbers come from the draws."""
OF_WORK = tuple(in_order(WORK))
"""Names of the tables of one run's work, which the digest of draws leaves out."""

LATER = ("area_released", "facts")
"""Tables that run folders of version 0.1 do not have. Digests hold them where there are facts."""


def drawn_tables(drawn: Drawn) -> dict[str, pd.DataFrame]:
    """Make all tables of an allocation over its draws, by name."""
    return {name: typed(name, DRAWN[name](drawn)) for name in OF_DRAWS}


def work_tables(worked: Worked) -> dict[str, pd.DataFrame]:
    """Make all tables of the work of one run, by name."""
    return {name: typed(name, WORK[name](worked)) for name in OF_WORK}


def one_under_another(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the tables of several allocations; what is empty in one may be filled in another.

    Parameters
    ----------
    tables
        Tables with the same columns.

    Returns
    -------
    pandas.DataFrame
        All rows.
    """
    mixed = [column for column in tables[0] if len({part[column].dtype for part in tables}) > 1]
    filled = [t.astype({c: object for c in mixed if t[c].isna().all()}) for t in tables]
    return pd.concat(filled, ignore_index=True)
