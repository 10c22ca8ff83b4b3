"""What an import said of its layers: warnings that a check repeats while the report lies there.

The table is written by ``importers``; it is read here, so that a check needs no geometry.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from returnplan.errors import Problem
from returnplan.scenario.files import RefusedError, bytes_of, text_of

REPORT, REPORT_WORDS = "import_report.csv", "import_report.md"
COLUMNS = ("what", "warning", "layer", "text")
"""Columns of the report that are read."""


def import_warnings(folder: Path) -> Iterator[Problem]:
    """Repeat the warnings of an import; no report: none.

    Parameters
    ----------
    folder
        Folder of the scenario.

    Yields
    ------
    Problem
        One warning each.
    """
    path = folder / REPORT
    if not path.exists():
        return
    try:
        text = text_of(bytes_of(path), "UTF-8 text")
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except RefusedError as no:
        yield _warning(None, None, no.found)
        return
    except csv.Error as error:
        yield _warning(None, None, f"broken quotes ({error})")
        return
    seen = set()
    for number, row in enumerate(rows, start=2):
        what, warning, layer, said = (row.get(column) or "" for column in COLUMNS)
        if warning == "true" and (what, layer) not in seen:
            seen.add((what, layer))
            yield _warning(number, what, f"{layer}: {said}" if layer else said)


def _warning(row: int | None, column: str | None, found: str) -> Problem:
    note = f"said by the import; ids stand in {REPORT}, all of it in {REPORT_WORDS}"
    return Problem(level="warning", file=REPORT, row=row, column=column, found=found, allowed=note)
