"""The roads with most person-days of waiting."""

import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from returnplan.show.drawing import (
    INK,
    PART,
    SMALL,
    View,
    beside,
    blank,
    chart,
    note,
    numbers,
    only,
    ranged,
)

MOST_ROADS = 12
ROAD_INCHES = 0.36
NAME_LETTERS = 34
MILLION = 1_000_000
BAR = 0.62
ROOM = 1.2  # right of the longest bar, for its number
TWO_DIGITS = 10  # numbers below are written with a decimal


def _top(key_roads: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return the roads with most person-days of the drawn allocation."""
    mine = only(key_roads, view.allocation)
    mine = mine[mine["person_days_mean"] > 0]
    return mine.sort_values("person_days_mean", ascending=False, kind="stable").head(MOST_ROADS)


def _road_word(row: pd.Series, view: View) -> str:
    """Return the ends of a road and its id."""
    return view.words.phrase(
        "{first}–{last} ({road})",
        first=view.word(row["from_place"]),
        last=view.word(row["to_place"]),
        road=row["road"],
    )


def _roads_alt(key_roads: pd.DataFrame, *, view: View) -> str:
    """Say which roads keep people waiting most, and how long."""
    words = view.words
    top = _top(key_roads, view)
    values = {"allocation": view.title(view.allocation)}
    if top.empty:
        return words.phrase("Under {allocation} nobody waits for a road.", **values)
    longest = words.listed(
        words.phrase(
            "{road}: {days} person-days",
            road=_road_word(row, view),
            days=words.number(row["person_days_mean"]),
        )
        for _, row in top.head(3).iterrows()
    )
    return words.phrase(
        "Under {allocation} these roads have most person-days of waiting (modelled): {told}.",
        told=longest, **values,
    )  # fmt: skip


def _roads_finding(key_roads: pd.DataFrame, *, view: View) -> str:
    """Name the road with most waiting, and its share of that of all roads."""
    words, mine = view.words, only(key_roads, view.allocation)
    top = _top(key_roads, view)
    if top.empty:
        return ""
    days = float(top["person_days_mean"].iloc[0])
    return words.phrase(
        "Most waiting for a road (modelled): {road}, {share} of that for all roads",
        road=words.phrase(
            "{first}–{last}",
            first=view.word(top["from_place"].iloc[0]),
            last=view.word(top["to_place"].iloc[0]),
        ),
        share=words.percent(days, float(mine["person_days_mean"].sum())),
    )


def _roads_notes(key_roads: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say what counts for a road."""
    words = view.words
    counted = words.phrase(
        "A road counts for the people whose chain of delays leads over it: from the opening of "
        "the road before it on the chain, or the start, to its own. Right: date of opening to "
        "people."
    )
    if not view.draws:
        return [counted]
    means = words.phrase(
        "Bars: means of {draws} simulations. Dates: median (p50), in brackets p10 and p90.",
        draws=view.draws_word,
    )
    return [counted, means]


def _roads_height(key_roads: pd.DataFrame, *, view: View, columns: int) -> float:
    """Return inches: title and axis, and a row for each road."""
    return 1.25 + ROAD_INCHES * max(len(_top(key_roads, view)), 3)


@chart(
    lambda words, _: words.phrase("Roads with most person-days of waiting (modelled)"),
    ("key_roads",),
    _roads_alt,
    height=_roads_height,
    notes=_roads_notes,
    finding=_roads_finding,
)
def key_roads(key_roads: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw person-days of waiting for the roads that cause most of it, with their opening dates.

    Parameters
    ----------
    key_roads
        One row per allocation and road: from_place, to_place, people_mean, person_days_mean,
        open_date_p10, open_date_p50, open_date_p90.
    """
    ax = blank(ax)
    words = view.words
    top = _top(key_roads, view)
    ax.set_ylabel(words.phrase("Road"))
    is_large = bool(len(top) and top["person_days_mean"].max() >= MILLION)
    ax.set_xlabel(
        words.phrase("Person-days of waiting (million)")
        if is_large
        else words.phrase("Person-days of waiting")
    )
    if top.empty:
        ax.set(xticks=[], yticks=[])
        note(ax, words.phrase("Nobody waits for a road under this plan."))
        return ax
    days = top["person_days_mean"].to_numpy(dtype=float) / (MILLION if is_large else 1)
    at = range(len(top))
    ax.barh(at, days, BAR, color=PART, edgecolor=INK, linewidth=0.5)
    names = [textwrap.fill(_road_word(row, view), NAME_LETTERS) for _, row in top.iterrows()]
    ax.set_yticks(at, names, fontsize=SMALL)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(top) - 0.4, -0.6)
    decimals = 1 if is_large or days.max() < TWO_DIGITS else 0
    ax.xaxis.set_major_formatter(numbers(view))
    ax.set_xlim(0, days.max() * ROOM)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.grid(axis="x")
    for row, value in enumerate(days):
        ax.annotate(
            words.number(value, decimals), (value, row), (3, 0), textcoords="offset points",
            va="center", fontsize=SMALL,
        )  # fmt: skip
    _openings(ax, top, view)
    return ax


def _openings(ax: Axes, top: pd.DataFrame, view: View) -> None:
    """Write right of each road when it opens to people, and how many wait for it."""
    names = ["open_date_p10", "open_date_p50", "open_date_p90"]
    for row, (_, road) in enumerate(top.iterrows()):
        low, middle, high = (_month(road[name], view) for name in names)
        people = view.words.plural("{number} person", "{number} people", road["people_mean"])
        beside(ax, row, f"{_opening(low, middle, high, view)}\n{people}")


def _opening(low: str, middle: str, high: str, view: View) -> str:
    """Return the date of opening with its range; an empty text is a date after the horizon."""
    words = view.words
    later = words.phrase("after {date}", date=view.horizon_word)
    if not view.draws or low == high:
        return middle or later
    return ranged(words, middle or later, low or later, high or later)


def _month(day: Any, view: View) -> str:
    """Return month and year, or the quarter, of a day; nothing where there is none."""
    return "" if pd.isna(day) else view.words.said_month(day.date(), view.draws)
