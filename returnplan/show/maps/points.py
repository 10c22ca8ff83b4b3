"""Settlements as points: their state and year, and markers as large as their people are many."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from returnplan.show.drawing import (
    EVEN,
    STATUS,
    View,
    blank,
    columns_of,
    mark,
    only,
    states,
)
from returnplan.show.maps.ground import (
    ground,
    ground_keys,
    hubs,
    key,
    legend,
    legend_title,
    round_below,
)

NO_BREAK = "\N{NO-BREAK SPACE}"
WIDER = {
    "met": 1.0,
    EVEN: 1.0,
    "not met": 1.4,
    "unknown": 1.1,
}  # shapes of equal weight to the eye
LARGEST_WIDTH = 11.5  # of a marker on a map of the whole page's width, in points
SMALLEST_WIDTH = 2.5
VISIBLY_WIDER = 1.5  # points between the circles of two keys


@dataclass(frozen=True, kw_only=True)
class Group:
    """Settlements that look alike.

    Parameters
    ----------
    state
        Gives the marker.
    words
        Words in the legend.
    shade
        Colour.
    rows
        The settlements: lon_deg, lat_deg, people.
    """

    state: str
    words: str
    shade: Any
    rows: pd.DataFrame


def in_state(settlements: pd.DataFrame, state: str, words: str) -> Group:
    """Group all settlements in a state, in its shade.

    Parameters
    ----------
    settlements
        As :func:`ready_places` gives them.
    state
        Key of ``STATUS``.
    words
        What the legend calls them.
    """
    rows = settlements[settlements["state"] == state]
    return Group(state=state, words=words, shade=STATUS[state], rows=rows)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Settlements of one map.

    Parameters
    ----------
    table
        All of them, as :func:`ready_places` gives them.
    groups
        The same by what they look like.
    most
        People of the largest settlement of all maps that are to compare.
    """

    table: pd.DataFrame
    groups: Sequence[Group]
    most: float


def draw_map(
    settled: Settled, places: pd.DataFrame, roads: pd.DataFrame, view: View, ax: Axes | None
) -> Axes:
    """Draw settlements on their ground, with hubs and the legend.

    Parameters
    ----------
    places, roads
        Tables as the charts take them.
    view
        Names and background.
    ax
        Where to draw; None: axes of their own.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = blank(ax, "map")
    frame = ground(ax, places, roads, view)
    keys = _draw_points(ax, settled)
    hubs(ax, places, settled.table, frame, view)
    sizes = _size_keys(settled.most, columns_of(ax), view)
    legend(ax, [*keys, *sizes, *ground_keys(view)], legend_title(view), frame)
    return ax


def ready_places(readiness: pd.DataFrame, places: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return one row per settlement of the allocation: id, lon_deg, lat_deg, people, state, year.

    A settlement where any community is unknown (or else not met, or else about even) is shown as
    such; ``year`` is the calendar year in which its last community has its conditions met, 0 for
    the others.
    """
    mine = only(readiness, view.allocation)
    state = states(mine, view)
    mine = mine.assign(state=state, rank=state.map(list(STATUS).index))
    mine = mine.sort_values("rank", kind="stable")
    table = mine.groupby("settlement", sort=False).agg(
        people=("people", "sum"), state=("state", "last"), day=("ready_day_p50", "max")
    )
    where = places.set_index("id")[["lon_deg", "lat_deg"]]
    table = table.join(where, how="inner").reset_index(names="id")
    table["year"] = [
        view.date(day).year if state == "met" else 0
        for day, state in zip(table["day"], table["state"], strict=True)
    ]
    return table.drop(columns="day").sort_values("people", ascending=False, kind="stable")


def counted(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    by_district: pd.DataFrame | None = None,
    *,
    view: View,
) -> str:
    """Return how many settlements are in each state that is there, met always.

    With draws met is likely, but for the maps of days: these say what is met by then.
    """
    words, state = view.words, ready_places(readiness, places, view)["state"]
    counts = {name: words.number((state == name).sum()) for name in STATUS}
    is_likely = view.draws and view.day is None
    texts = {
        "met": words.phrase("{number} likely", number=counts["met"])
        if is_likely
        else words.phrase("{number} met", number=counts["met"]),
        EVEN: words.phrase("{number} about even", number=counts[EVEN]),
        "not met": words.phrase("{number} unlikely", number=counts["not met"])
        if is_likely
        else words.phrase("{number} not met", number=counts["not met"]),
        "unknown": words.phrase("{number} unknown", number=counts["unknown"]),
    }
    seen = [name for name in STATUS if name == "met" or (state == name).any()]
    return ", ".join(texts[name].replace(" ", NO_BREAK) for name in seen)


def _draw_points(ax: Axes, settled: Settled) -> list[Line2D]:
    """Draw settlements, larger ones below, and return the keys of their groups."""
    columns = columns_of(ax)
    for group in settled.groups:
        widths = WIDER[group.state] * _width(group.rows["people"], settled.most, columns)
        for width in np.unique(widths)[::-1]:
            some = group.rows[widths == width]
            ax.plot(
                some["lon_deg"], some["lat_deg"], linestyle="none", markersize=width,
                markeredgewidth=0.35, zorder=3 - width / 100, label=f"_{group.words}",
                in_layout=False, **mark(group.state, group.shade),
            )  # fmt: skip
    return [
        key(group.words, **mark(group.state, group.shade))
        for group in settled.groups
        if group.state == "met" or len(group.rows)
    ]


def most_people(readiness: pd.DataFrame) -> float:
    """Return the people of the largest settlement, at least 1."""
    keys = [name for name in ("allocation", "settlement") if name in readiness.columns]
    sums = readiness.groupby(keys)["people"].sum()
    return max(float(sums.max()), 1.0) if len(sums) else 1.0


def _width(people: Any, most: float, columns: int) -> Any:
    """Return the width of a marker in half points: its area is proportional to people."""
    widest = LARGEST_WIDTH / math.sqrt(columns)
    width = np.maximum(widest * np.sqrt(np.asarray(people, dtype=float) / most), SMALLEST_WIDTH)
    return np.round(width * 2) / 2


def _size_keys(most: float, columns: int, view: View) -> list[Line2D]:
    """Return keys for two round numbers of people, if their circles differ visibly."""
    top = round_below(most)
    sizes = (top / 10, top)
    widths = [float(_width(size, most, columns)) for size in sizes]
    if sizes[0] < 1 or widths[1] - widths[0] < VISIBLY_WIDER:
        return []
    return [
        key(
            view.words.plural("{number} person", "{number} people", size),
            **mark("met", "white"),
            markersize=width,
        )
        for size, width in zip(sizes, widths, strict=True)
    ]
