"""A run beside the published past in words, for a terminal."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from returnplan.cli.screen import aligned
from returnplan.insight.hindcast import ALL_MEASURES, CHECK, FIT, INPUT, MEASURES, summary
from returnplan.insight.naive import Naive
from returnplan.language.words import ENGLISH, capital
from returnplan.quantiles import NOTE
from returnplan.units import seconds_to_date

GROUPS = {
    CHECK: "Kept back: these facts judge the run",
    INPUT: "Inputs: the scenario was made with them, at least in part",
    FIT: "To fit: draws may be weighted by them",
}
HOW = (
    f"Range: p10 to p90; {NOTE}. Error: of the median; of a span of dates to its nearest day.",
    "Forecasts without a model know what was published before. Last: the last rate, count or share "
    "goes on. Trend: the line through the last two. Even: the mean rate, the pace since the "
    "beginning, equal shares, equal months.",
    "Nearest: model where the CRPS of its draws (Gneiting and Raftery 2007; as an absolute error, "
    "of the whole range) is below each absolute error of these. Skill: 1 less its CRPS by that "
    "error, above 0 where the model is nearer.",
    "Conditions met is not a first return, which people and authorities decide.",
)
"""How the numbers are made."""
DATED = "first_return_day"
HEADER = (
    *("fact", "of", "from, until", "published", "p50", "p10 to p90", "published is", "error"),
    *("last", "trend", "even", "nearest"),
)
"""Heads of the facts."""
COUNTED = (
    *("facts", "measure", "number", "in the range", "below", "above", "median error"),
    *("skill to last", "to trend", "to even"),
)
"""Heads of the sums."""


def past(
    run: Any, table: pd.DataFrame, allocations: Sequence[str], names_of: Mapping[str, str]
) -> Iterator[str]:
    """What is published beside what is modelled; allocations that say the same stand once.

    Parameters
    ----------
    run
        A run folder that was read again (:class:`returnplan.Run`).
    table
        What :func:`returnplan.insight.hindcast.hindcast` says of the run.
    allocations
        Those to show.
    names_of
        Names of places by id, as far as they are known.

    Yields
    ------
    str
        Lines to print.
    """
    manifest = run.manifest
    facts = table.drop_duplicates("fact")
    yield (
        f"{manifest['title'] or manifest['scenario']}: {len(facts)} published facts from "
        f"{facts['from'].min():%Y-%m-%d} to {facts['until'].max():%Y-%m-%d}, beside "
        f"{manifest['draws']:,} draws (seed {manifest['seed']})."
    )
    for names in _alike(run, allocations):
        mine = table[table["allocation"] == names[0]]
        mine = mine.assign(place=[names_of.get(one, one) for one in mine["place"]])
        yield ""
        yield f"Under {', '.join(names)}"
        for group, words in GROUPS.items():
            rows: list[Any] = mine[mine["group"] == group].to_dict("records")
            if rows:
                yield from ("", words, *aligned([HEADER, *(cells(r, run) for r in rows)], words=3))
        counts: list[Any] = summary(mine).to_dict("records")
        if counts:
            lines = [COUNTED, *map(counted, counts)]
            yield from ("", "In all", *aligned(lines, words=2))
    yield ""
    yield from HOW


def _alike(run: Any, allocations: Sequence[str]) -> list[list[str]]:
    """Allocations whose draws say the same of every fact, together."""
    found: list[tuple[Any, list[str]]] = []
    for name in allocations:
        values = run.modelled[run.allocations.index(name)]
        same = [names for other, names in found if np.array_equal(other, values, equal_nan=True)]
        if same:
            same[0].append(name)
        else:
            found.append((values, [name]))
    return [names for _, names in found]


def cells(row: Mapping[str, Any], run: Any) -> tuple[str, ...]:
    """Cells of one fact, below ``HEADER``.

    Parameters
    ----------
    row
        A row of :func:`returnplan.insight.hindcast.hindcast`.
    run
        The run.
    """

    def said(number: float) -> str:
        return _said(number, row, run)

    ends = f"{said(row['modelled_p10'])} to {said(row['modelled_p90'])}"
    is_known = not math.isnan(row["modelled_p50"])
    return (
        fact_words(row),
        _where(row),
        f"{row['from']:%Y-%m-%d} {row['until']:%Y-%m-%d}",
        "" if row["measure"] == DATED else said(row["published"]),
        said(row["modelled_p50"]),
        ends if is_known else "",
        row["published_is"],
        _error(row),
        *(said(row[f"naive_{name}"]) for name in Naive._fields),
        "" if pd.isna(row["nearest"]) else row["nearest"],
    )


def fact_words(row: Mapping[str, Any]) -> str:
    """What a fact counts, in words."""
    if row["measure"] == ALL_MEASURES:
        return "All of these"
    return capital(ENGLISH.named(row["measure"], MEASURES))


def _where(row: Mapping[str, Any]) -> str:
    """Of which land, place or month a fact is."""
    month = "" if pd.isna(row["month"]) else f"month {row['month']}"
    parts = [row[name] for name in ("district", "place", "land_class", "route")]
    return ", ".join(
        [*(str(part) for part in parts if not pd.isna(part)), *([month] * bool(month))]
    )


def _said(number: float, row: Mapping[str, Any], run: Any) -> str:
    """A figure in its unit; days are dates."""
    if math.isnan(number):
        return ""
    if row["measure"] == DATED:
        is_late = number >= (run.horizon - run.start).days
        day = seconds_to_date(int(number * 86_400), run.start)
        return f"after {run.horizon}" if is_late else day.isoformat()
    decimals = 3 if row["measure"] in ("share_of_area", "season_index") else 0
    return f"{number:,.{decimals}f}"


def _error(row: Mapping[str, Any]) -> str:
    """Error of the median: percent of the figure, or days."""
    if row["measure"] == DATED:
        return "" if math.isnan(row["error"]) else f"{row['error']:+,.0f} days"
    return "" if math.isnan(row["error_share"]) else f"{100 * row['error_share']:+,.0f} %"


def counted(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Cells of one line of the sums, below ``COUNTED``.

    Parameters
    ----------
    row
        A row of :func:`returnplan.insight.hindcast.summary`.
    """
    error = row["error_share_median"]
    return (
        row["group"],
        fact_words(row),
        str(row["facts"]),
        f"{row['in_range']} ({100 * row['coverage_share']:.0f} %)",
        str(row["below_range"]),
        str(row["above_range"]),
        "" if math.isnan(error) else f"{100 * error:,.0f} %",
        *(_skill(row[f"skill_{name}"]) for name in Naive._fields),
    )


def _skill(number: float) -> str:
    return "" if math.isnan(number) else f"{number:+.2f}"
