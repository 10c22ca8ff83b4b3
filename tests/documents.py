"""Documents that are made from the code: dictionary, table of assumptions, plan of the house.

``python -m tests.documents`` writes them; a test says when they are behind. With ``--results`` it
also runs Karabakh for some minutes and writes the tables of its README (:mod:`karabakh_tables`);
``make documents`` does both. With ``--speed`` it runs ``returnplan bench`` for some minutes and
writes the table of README's section on speed; ``make speed`` does that, on a machine at rest.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from returnplan.columns import result_columns
from returnplan.domain import OPTIONAL_TABLES, Assumption, type_of_table
from returnplan.model.chance.assumptions import default_assumptions
from returnplan.runs.speed.bench import bench
from returnplan.runs.speed.crews import DASK, TWO, TWO_THREADS
from returnplan.scenario.dictionary import dictionary
from tests import karabakh_tables

ROOT = Path(__file__).resolve().parents[1]
DICTIONARY = "scenarios/DICTIONARY.md"
MODEL = "MODEL.md"
PLAN = "CONTRIBUTING.md"
PACKAGES = ("cli", "show", "insight", "runs", "scenario", "model", "language")
"""From the top floor down."""
README = "README.md"
MARKS = "<!-- made by make {}: begin -->", "<!-- made by make {}: end -->"
SPEED_SIZES, SPEED_SCENARIO = ("S", "M", "L"), "scenarios/karabakh"
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
`as_of = 2025-06-30` there is the date of the data, `[not_covered]` with `text = "..."` and
`places = ["..."]` (names or ids of districts and places) says what the scenario leaves out.

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


def _between(name: str, lines: Iterable[str], target: str = "documents") -> str:
    """A document with new lines between its two marks, which name the target of make."""
    begin, end = (mark.format(target) for mark in MARKS)
    before, _, rest = (ROOT / name).read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    made = "\n".join(lines)
    return f"{before}{begin}\n\n{made}\n\n{end}{after}"


def measured() -> Mapping[str, Any]:
    """What ``returnplan bench`` says of some sizes and Karabakh, with workers and first start."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "speed.json"
        lines = bench(
            SPEED_SIZES,
            [Path(SPEED_SCENARIO)],
            also=("workers", "start"),
            with_rival=True,
            target=target,
        )
        for line in lines:
            print(line)
        found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def speed_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The table of speed: one row a figure, one column a size or scenario."""
    sizes = {
        f"{name}: {one['settlements']:,} settlements, {one['hazards']:,} hazards, "
        f"{one['teams']:,} teams": one
        for name, one in found["sizes"].items()
    }
    columns = sizes | {Path(name).name: one for name, one in found["scenarios"].items()}
    rows: list[tuple[str, ...]] = [
        ("parcels of work a second, one core", *_each(columns, "parcels_per_second", "{:,.0f}")),
        ("a plain SimPy program over returnplan", *_each(columns, "simpy_ratio", "{:,.0f}")),
        ("seconds of a whole draw", *_each(columns, "drawn_seconds", "{:,.3f}")),
        ("whole draw over the compiled loop alone", *_each(columns, "whole_ratio", "{:,.2f}")),
        ("evaluator over the compiled loop alone", *_each(columns, "lean_ratio", "{:,.2f}")),
        *(
            (f"draws a second, {kind} over one process", *_of_workers(columns, kind))
            for kind in (TWO_THREADS, TWO, DASK)
        ),
        ("most memory, MiB", *_each(columns, "peak_mib", "{:,.0f}")),
    ]
    yield from _table(("", *columns), rows)
    if found["first_start_seconds"] is not None:
        first, following = found["first_start_seconds"], found["next_start_seconds"]
        yield ""
        yield (
            f"The first start after an installation compiles, which took {first:,.0f} s; "
            f"the next one took {following:,.1f} s."
        )


def _each(columns: Mapping[str, Any], key: str, form: str) -> Iterator[str]:
    return ("" if one[key] is None else form.format(one[key]) for one in columns.values())


def _of_workers(columns: Mapping[str, Any], kind: str) -> Iterator[str]:
    ratios = (one["workers_ratios"] or {} for one in columns.values())
    return (f"{one[kind]:.2f}" if kind in one else "" for one in ratios)


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
    if "--speed" in words:
        texts[README] = _between(README, speed_lines(measured()), "speed")
    for name, text in texts.items():
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
