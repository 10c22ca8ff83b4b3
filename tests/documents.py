"""Documents that are made from the code: dictionary, table of assumptions, plan of the house.

``python -m tests.documents`` writes them; a test says when they are behind. With ``--results`` it
also runs Karabakh for some minutes and writes the tables of its README (:mod:`karabakh_tables`).
``make documents`` does both.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from returnplan.columns import result_columns
from returnplan.domain import OPTIONAL_TABLES, Assumption, type_of_table
from returnplan.model.chance.assumptions import default_assumptions
from returnplan.scenario.dictionary import dictionary
from tests import karabakh_tables

ROOT = Path(__file__).resolve().parents[1]
DICTIONARY = "scenarios/DICTIONARY.md"
MODEL = "MODEL.md"
PLAN = "CONTRIBUTING.md"
PACKAGES = ("cli", "show", "insight", "runs", "scenario", "model", "language")
"""From the top floor down."""
BEGIN, END = "<!-- made by make documents: begin -->", "<!-- made by make documents: end -->"
INTRODUCTION = """\
# Data dictionary

Made from the descriptions of the columns in the code by `make documents`; do not edit it.
`returnplan list columns` prints the same.

Who may see a column: *public*: everybody; *restricted*: the planner's team and partners (schedules
of teams, single communities and hazards, small counts); *confidential*: locations of hazards. How
results for the public are made says [MODEL.md, section 15](../MODEL.md#15-who-may-see-what).

## Tables of a scenario

CSV files (UTF-8, one header row) in the scenario's folder, or sheets of one workbook `tables.xlsx`.
A blank cell takes the default; *required* cells must be filled. Tables that may be missing:
{optional}. Others are there, or named in `scenario.toml`: `left_out = ["hazards"]`.

Names of files, sheets and columns are taken in any case. Numbers have a decimal point and no marks
between thousands; `decimal = ","` and `thousands = "."` in `scenario.toml` say other marks, for CSV
files and for text in a workbook. Dates are YYYY-MM-DD, or real dates of a workbook. A cell holds up
to 10,000 characters, a table up to 300,000 rows, a file up to 100 MB, a scenario up to 5 million
expected parcels of clearance.
"""
RESULTS = """
## Tables of a run

CSV files in the run folder, and the same DataFrames in Python (`rp.simulate`, `rp.ensemble`,
`rp.load_run`). `DATE` in the name of a column stands for an ISO date. An empty cell is a time that
does not come within the horizon, or a figure that is not known; it is never a zero.
"""


def written() -> Mapping[str, str]:
    """Text of each document, by its path in the project."""
    return {
        DICTIONARY: "\n".join(dictionary_lines()) + "\n",
        MODEL: _between(MODEL, assumption_lines()),
        PLAN: _between(PLAN, plan_lines()),
    }


def _between(name: str, lines: Iterable[str]) -> str:
    """A document with new lines between its two marks."""
    before, _, rest = (ROOT / name).read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    made = "\n".join(lines)
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def plan_lines() -> Iterator[str]:
    """One row a package, in its own words, and one for the files on the ground."""
    yield from _table(
        ("floor", "package", "what it is"),
        (
            (
                str(len(PACKAGES) - number),
                f"`{name}`",
                _in_one_line(f"returnplan/{name}/__init__.py"),
            )
            for number, name in enumerate(PACKAGES)
        ),
    )
    files = sorted(path for path in (ROOT / "returnplan").glob("*.py") if path.name[0] != "_")
    ground = " ".join(f"`{path.stem}`: {_first_line(path)}" for path in files)
    yield f"| 1 | files on the ground, beside `language` | {ground} |"


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


def _first_line(path: Path) -> str:
    return _docstring(path).splitlines()[0]


def _in_one_line(name: str) -> str:
    """Docstring of a package for a cell of a table, without the roles of Sphinx."""
    text = " ".join(_docstring(ROOT / name).replace("``", "`").split())
    return re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", text)


def dictionary_lines() -> Iterator[str]:
    yield INTRODUCTION.format(optional=", ".join(f"`{name}`" for name in OPTIONAL_TABLES)).rstrip()
    for table in type_of_table:
        yield f"\n### {table}\n"
        yield from _table(
            ("column", "allowed", "default", "meaning", "who"),
            ((f"`{name}`", *cells) for name, *cells in dictionary(table)),
        )
    yield RESULTS.rstrip()
    for table, columns in groupby(result_columns(), key=lambda one: one.table):
        yield f"\n### {table}.csv\n"
        yield from _table(
            ("column", "type", "unit", "meaning", "who"),
            ((f"`{c.column}`", c.type, c.unit, c.meaning, c.sensitivity) for c in columns),
        )


def assumption_lines() -> Iterator[str]:
    """The table of shipped assumptions: id, distribution, unit, mark, source."""
    yield from _table(
        ("id", "distribution", "unit", "mark", "source"),
        (
            (f"`{row.id}`", _distribution(row), row.unit, row.mark, row.source)
            for row in default_assumptions().values()
        ),
    )


def _distribution(row: Assumption) -> str:
    given = ", ".join(f"{value:g}" for value in (row.a, row.b, row.c) if value is not None)
    ends = ["" if end is None else f"{end:g}" for end in (row.low, row.high)]
    within = f" in [{', '.join(ends)}]" if any(ends) else ""
    return f"{row.distribution}({given}){within}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    cells = list(head)
    yield f"| {' | '.join(cells)} |"
    yield "|" + "---|" * len(cells)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |"


def main(words: Sequence[str]) -> None:
    """Write every document that is behind."""
    texts = dict(written())
    if "--results" in words:
        readme = (ROOT / karabakh_tables.README).read_text(encoding="utf-8")
        texts[karabakh_tables.README] = karabakh_tables.rewritten(readme)
    for name, text in texts.items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
