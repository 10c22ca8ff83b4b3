"""What drives a run, in words for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from returnplan.cli.screen import aligned
from returnplan.cli.tabled import Titles, opening
from returnplan.insight.drivers import (
    DIRECTIONS,
    DRIVERS,
    MEASURES,
    MORE_GROUPS,
    group_name,
    measure_name,
)
from returnplan.insight.sensitivity import LEAST_R2
from returnplan.language.words import ENGLISH, capital
from returnplan.runs.ready_days import middle_date

ACROSS = 5
"""Allocations that stand side by side."""
HOW = (
    "Percent of the variance over the draws, with standard error; of casualties: of the logarithm, "
    "and of the ratio of two allocations. More, less: what higher assumptions bring of the result.",
    "Shares: joint regression on the normal scores of the assumptions, averaged over all orders of "
    "the groups; errors: jackknife over blocks of draws. R2 is adjusted.",
)
"""How the numbers are made."""


def drivers(run: Any, titles: Titles, table: pd.DataFrame, against: str) -> Iterator[str]:
    """What drives each measure of each allocation, then its difference to one of them.

    Parameters
    ----------
    run, titles
        As :func:`returnplan.cli.tabled.opening` takes them.
    table
        What :func:`returnplan.insight.sensitivity.sensitivity` says of the run.
    against
        Name of the allocation that the others are compared with.

    Yields
    ------
    str
        Lines to print.
    """
    manifest = run.manifest
    what = (
        f"what drives {len(run.allocations)} allocations in {manifest['draws']:,} draws (seed "
        f"{manifest['seed']}), and their differences to {against}."
    )
    yield from opening(run, titles, what)
    others = [name for name in run.allocations if name != against]
    for measure in MEASURES:
        rows = table[table["measure"] == measure]
        heading = capital(
            measure_name(measure, middle_date(run.start, run.horizon).isoformat(), ENGLISH)
        )
        yield from _results(heading, rows[rows["against"] == ""], run.allocations)
        if others:
            heading = f"{heading}: difference to {against}"
            yield from _results(heading, rows[rows["against"] == against], others)
    yield ""
    yield from HOW


def _results(heading: str, rows: pd.DataFrame, allocations: Sequence[str]) -> Iterator[str]:
    """One measure: a column for each allocation that has shares; a line for those without."""
    yield ""
    yield heading
    told = [name for name in allocations if name in set(rows["allocation"])]
    for begin in range(0, len(told), ACROSS):
        some = told[begin : begin + ACROSS]
        yield from aligned([("driven by", *some), *_cells(rows, some)], words=1)
    if silent := [name for name in allocations if name not in told]:
        yield f"  The same in nearly all draws, or not shown: {_listed(silent)}"
    poor = rows[rows["r2"] < LEAST_R2].drop_duplicates("allocation")
    if len(poor):
        yield (
            f"  Warning: R2 below {LEAST_R2}: {_listed(poor['allocation'])}. Read the order of the "
            "shares, not their figures."
        )


def _cells(rows: pd.DataFrame, allocations: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Title of a group and its shares, largest first; then what all groups explain."""
    by_key = {(row["allocation"], row["group"]): row for row in rows.to_dict("records")}
    shown = rows[rows["allocation"].isin(allocations)]
    largest = shown.groupby("group")["share"].max().sort_values(ascending=False, kind="stable")
    for group in [*(one for one in largest.index if one in DRIVERS), *MORE_GROUPS]:
        cells = [by_key.get((name, group)) for name in allocations]
        if any(cells):
            yield capital(group_name(str(group), ENGLISH)), *map(_cell, cells)
    r2 = rows.drop_duplicates("allocation").set_index("allocation")["r2"]
    yield "R2", *(f"{r2[name]:.2f}" for name in allocations)


def _cell(row: Mapping[Any, Any] | None) -> str:
    if row is None:
        return ""
    word = ENGLISH.named(row["direction"], DIRECTIONS)
    return f"{100 * row['share']:.0f} ± {100 * row['share_se']:.0f} {word:<9}"


def _listed(names: Sequence[str] | pd.Series) -> str:
    return ", ".join(names)
