"""``results.xlsx``: the tables of a run as sheets that a planner can filter, with charts.

In: the tables of a run, its scenario and its manifest. Out: one file, the same for the same
results. Cells are the numbers of the CSV files to eight digits, dates are dates, and nothing is
localised. What is too long for a sheet that opens on a laptop is cut, and the first sheet says so.

``summary`` the sheet to read first, and the charts of Excel; ``about`` README, dictionary, sources,
assumptions; ``cells`` headers, widths and formats; ``cut`` how long a sheet may be.

To add a sheet: a result table has one as soon as it is there, with the first line of its function;
another is a function in ``about`` and a call below.
"""

import gc
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from returnplan.domain import Scenario
from returnplan.show.workbook import about, summary
from returnplan.show.workbook.about import DefaultColumn
from returnplan.show.workbook.cells import Sheets
from returnplan.show.workbook.cut import MOST_CELLS, Cut, shortened

__all__ = ["MOST_CELLS", "write_workbook"]


def write_workbook(
    path: Path,
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame],
    manifest: Mapping[str, Any],
    blanks: Sequence[DefaultColumn] = (),
) -> None:
    """Write the workbook of a run; the same results give the same bytes.

    Parameters
    ----------
    path
        File to be made.
    tables
        Tables of the run by name, allocations one under another; ``summary``, ``people_met`` and
        ``delays`` are drawn too.
    manifest
        How the run was made.
    blanks
        Defaults that blank cells of the scenario take, as a check reports them.
    """
    with _without_collection():
        data = io.BytesIO()  # a full disk is then an OSError of Python, not of this library
        book = xlsxwriter.Workbook(data, {"in_memory": True})
        book.set_properties(_properties(scenario, manifest))
        sheets = Sheets(book)
        cuts = {name: shortened(name, table) for name, table in tables.items()}
        about.write_readme(sheets, scenario, cuts, manifest)
        summary.write_summary(sheets, scenario, _as_cut(tables, cuts))
        for name, cut in cuts.items():
            sheets.write(about.sheet_name(name), cut.table, about.described(name, cut.table))
        about.write_dictionary(sheets, tables)
        about.write_sources(sheets, scenario)
        about.write_assumptions(sheets, scenario, blanks)
        book.close()
    path.write_bytes(data.getvalue())


def _as_cut(tables: Mapping[str, pd.DataFrame], cuts: Mapping[str, Cut]) -> dict[str, pd.DataFrame]:
    """Tables as they stand in their sheets, but for delays: those are summed up, all of them."""
    return {name: cut.table for name, cut in cuts.items()} | {"delays": tables["delays"]}


@contextmanager
def _without_collection() -> Iterator[None]:
    """Pause the search for unused objects: a million cells are kept, and looked at in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _properties(scenario: Scenario, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Say what the file is; it is dated by the start of the scenario, not by the clock."""
    start = scenario.start
    return {
        "title": scenario.title or scenario.name,
        "comments": str(manifest["statement"]),
        "author": f"returnplan {manifest['returnplan']}",
        "created": datetime(start.year, start.month, start.day),
    }
