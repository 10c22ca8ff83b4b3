"""Victims among all people: published totals, and the power law that is fitted to them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from returnplan.insight.victims import FITTED, FORECAST, KNOWN, LATER
from returnplan.language.words import Words
from returnplan.show.drawing import (
    INK,
    MET,
    PART,
    View,
    blank,
    chart,
    date_axis,
    legend_below,
    note,
    numbers,
    range_words,
)

ROOM = 1.08  # above the highest number
RANGE = ("total_p50", "total_p10", "total_p90")
POINTS: Mapping[str, str] = {KNOWN: INK, LATER: "white"}
"""How totals are filled."""


def _rows(victims_over_time: pd.DataFrame, kind: str) -> pd.DataFrame:
    return victims_over_time[victims_over_time["kind"] == kind].sort_values("date")


def _range(row: pd.Series, view: View) -> str:
    """Return the median and the range of a total."""
    return range_words(view.words, [float(row[name]) for name in RANGE], view.words.number)


def _alt(victims_over_time: pd.DataFrame, *, view: View) -> str:
    """Say the last known total, and what the law expects at the end."""
    words = view.words
    known, ahead = (_rows(victims_over_time, kind) for kind in (KNOWN, FORECAST))
    if known.empty:
        return words.phrase("Victims among all people: no data for this chart.")
    last = known.iloc[-1]
    first = words.phrase(
        "Victims among all people: {number} are published up to {date}.",
        number=words.number(last["published"]),
        date=words.date(last["date"].date()),
    )
    if ahead.empty:
        return f"{first} {_no_law(words)}"
    end = ahead.iloc[-1]
    then = words.phrase(
        "A power law of the published totals expects {number} up to {date} (median and 80% range).",
        number=_range(end, view),
        date=words.date(end["date"].date()),
    )
    return f"{first} {then}"


def _finding(victims_over_time: pd.DataFrame, *, view: View) -> str:
    """Say what the law expects at the end."""
    ahead = _rows(victims_over_time, FORECAST)
    if ahead.empty:
        return ""
    end = ahead.iloc[-1]
    return view.words.phrase(
        "If the course goes on as before, {number} victims by {date} (modelled)",
        number=_range(end, view),
        date=view.words.date(end["date"].date()),
    )


def _no_law(words: Words) -> str:
    return words.phrase(
        "No power law is told by these totals: it needs two or more, with victims between them."
    )


def _notes(victims_over_time: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say who is counted, and what line and band are."""
    words = view.words
    counted = words.phrase(
        "Published counts of all people: soldiers, workers and residents. They are not the "
        "returnees or deminers of the model, and no plan changes them here."
    )
    if _rows(victims_over_time, FORECAST).empty:
        return [counted]
    law = words.phrase(
        "Line: power law fitted to the filled points. Band: 80% range (p10 to p90) of later "
        "totals, from what the points leave open and from chance, if the course goes on as "
        "before."
    )
    return [counted, law]


@chart(
    lambda words, _: words.phrase(
        "Victims among all people: published totals, power law (modelled)"
    ),
    ("victims_over_time",),
    _alt,
    notes=_notes,
    figures="together",
    of_facts="victims",
    finding=_finding,
)
def victims_and_power_law(
    victims_over_time: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw published totals as points, the law as a line, and its range as a band.

    Parameters
    ----------
    victims_over_time
        Rows of :func:`returnplan.insight.victims.over_time`.
    """
    ax = blank(ax)
    words = view.words
    keys: list[Any] = []
    fitted, ahead = (_rows(victims_over_time, kind) for kind in (FITTED, FORECAST))
    for rows, style in ((fitted, "--"), (ahead, "-")):
        ax.plot(_at(rows), rows["total_p50"].to_numpy(float), style, color=MET, label="_law")
    if len(ahead):
        low, high = (ahead[name].to_numpy(float) for name in RANGE[1:])
        ax.fill_between(_at(ahead), low, high, color=PART, alpha=0.25, linewidth=0, label="_range")
        keys += [
            Line2D([], [], color=MET, linestyle="--", label=words.phrase("Power law, fitted")),
            Line2D([], [], color=MET, label=words.phrase("Later totals: median")),
            Patch(color=PART, alpha=0.25, label=words.phrase("Later totals: 80% range")),
        ]
    keys = [*_points(ax, victims_over_time, words), *keys]
    top = victims_over_time[["published", *RANGE]].to_numpy(float)
    ax.set_ylim(0, ROOM * max(1.0, float(np.nanmax(top)) if np.isfinite(top).any() else 1.0))
    ax.set_ylabel(_counted(victims_over_time, view))
    ax.yaxis.set_major_formatter(numbers(view))
    ax.grid(axis="y")
    _axis(ax, victims_over_time, view)
    if keys:
        legend_below(ax, keys, columns=3)
    if ahead.empty:
        text = _no_law(words) if keys else words.phrase("No totals of victims are published.")
        note(ax, text)
    return ax


def _counted(victims_over_time: pd.DataFrame, view: View) -> str:
    """Say what is counted, and from which day on."""
    if victims_over_time.empty:
        return view.words.phrase("Victims")
    since = victims_over_time["date"].min().date() + timedelta(days=1)
    return view.words.phrase("Victims since {date}", date=view.words.date(since))


def _points(ax: Axes, victims_over_time: pd.DataFrame, words: Words) -> list[Line2D]:
    """Draw published totals, and return their keys."""
    called = {
        KNOWN: words.phrase("Published, used for the law"),
        LATER: words.phrase("Published later, to compare"),
    }
    keys = []
    for kind, fill in POINTS.items():
        rows = _rows(victims_over_time, kind)
        look: dict[str, Any] = {
            "linestyle": "none", "marker": "o", "markersize": 5.0, "markerfacecolor": fill,
            "markeredgecolor": INK,
        }  # fmt: skip
        if len(rows):
            published = rows["published"].to_numpy(float)
            ax.plot(_at(rows), published, label=f"_{kind}", clip_on=False, zorder=3, **look)
            keys.append(Line2D([], [], label=called[kind], **look))
    return keys


def _at(rows: pd.DataFrame) -> Any:
    """Dates as matplotlib's numbers: the midnight after the day, which counts too."""
    return mdates.date2num(rows["date"].to_numpy()) + 1


def _axis(ax: Axes, victims_over_time: pd.DataFrame, view: View) -> None:
    """Show the dates of the rows; without any, those of the run."""
    if victims_over_time.empty:
        date_axis(ax, view, view.horizon_days)
        return
    first, last = victims_over_time["date"].min().date(), victims_over_time["date"].max().date()
    date_axis(ax, replace(view, start=first), float((last - first).days + 1))
