"""What every map has: its extent, outlines, roads, hubs, degrees, scale, north and legend."""

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import offset_copy

from returnplan.language.words import shortened
from returnplan.show.drawing import INK, View, columns_of, note

KM_PER_DEGREE = 6371.0088 * math.pi / 180  # of latitude, on a sphere of the mean radius
LABEL_SIZE = 7.0
LABEL_LETTERS = 38
LEAST_SHAPE = 0.3  # of the shorter to the longer side of the extent
LABEL_INCHES = 0.48  # along an axis, for the degrees of one mark
FRAME_INCHES = {1: (4.2, 5.6), 3: (1.65, 2.4)}  # most width and height, by maps side by side
WIDE_FRAME_INCHES = 5.7  # width of one map whose legend stands below
WIDE_BELOW = 0.68  # height by width
SCALE_INCHES = 0.09  # least distance of the scale from the lower edge
MOST_KEYS = 4  # in a row of the legend below
TITLE_LETTERS = 24  # in a line of the legend's title


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Degrees that a map shows, and its width and height on paper, inches."""

    west: float
    south: float
    east: float
    north: float
    width: float
    height: float
    is_wide: bool


def frame_of(places: pd.DataFrame, view: View, columns: int) -> Frame:
    """Show all places and districts, room for the scale below, in true shape at mid-height."""
    corners: Iterable[Any] = [
        places[["lon_deg", "lat_deg"]].to_numpy(dtype=float),
        *(np.asarray(ring, dtype=float)[:, :2] for ring in view.districts),
    ]
    points = np.concatenate(list(corners))
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(2),) * 2
    middle, span = (low + high) / 2, high - low
    side = max(float(span.max()), 0.02)
    half = np.maximum(span, LEAST_SHAPE * side) / 2
    (west, south), (east, north) = middle - half, middle + half
    west, east = west - 0.04 * side, east + 0.04 * side
    south, north = south - 0.09 * side, north + 0.09 * side
    shape = float(_stretch(south, north) * (north - south) / (east - west))
    is_wide = columns == 1 and shape < WIDE_BELOW
    most_width, most_height = FRAME_INCHES.get(columns, FRAME_INCHES[3])
    width = min(WIDE_FRAME_INCHES if is_wide else most_width, most_height / shape)
    return Frame(
        west=west, south=south, east=east, north=north, width=width, height=width * shape,
        is_wide=is_wide,
    )  # fmt: skip


def _stretch(south: float, north: float) -> float:
    """Return how much longer a degree of latitude is than one of longitude, at mid-height."""
    return 1 / math.cos(math.radians((south + north) / 2))


def map_height(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    by_district: pd.DataFrame,
    *,
    view: View,
    columns: int,
) -> float:
    """Return inches: title, axis, the map in its shape, and the legend if that is below."""
    frame = frame_of(places, view, columns)
    if columns > 1:
        if has_outlines(view):
            return frame.height + 1.0
        return frame.height + (1.25 if view.draws else 1.0)  # certainties take more lines
    return frame.height + (2.0 if frame.is_wide else 1.15)


def legend_title(view: View) -> str:
    """Return what the points say."""
    if view.draws:
        return view.words.phrase(
            "Conditions for return (modelled), median date of {draws} simulations",
            draws=view.draws_word,
        )
    return view.words.phrase("Conditions for return (modelled)")


def ground(ax: Axes, places: pd.DataFrame, roads: pd.DataFrame, view: View) -> Frame:
    """Draw outlines and roads, label the axes, and fix the extent with degrees, scale and north."""
    words = view.words
    frame = frame_of(places, view, columns_of(ax))
    _outlines(ax, places, roads, view)
    ax.set_xlabel(words.phrase("Longitude (degrees east)"))
    ax.set_ylabel(words.phrase("Latitude (degrees north)"))
    ax.spines[:].set_visible(True)
    if places.empty:
        note(ax, words.phrase("No places to show."))
        return frame
    ax.set(xlim=(frame.west, frame.east), ylim=(frame.south, frame.north))
    ax.set_aspect(_stretch(frame.south, frame.north))
    _degrees(ax, frame)
    _scale_and_north(ax, frame, view)
    return frame


def has_outlines(view: View) -> bool:
    """Whether outlines say whose they are, so that districts can be coloured."""
    return any(view.ring_names)


def _outlines(ax: Axes, places: pd.DataFrame, roads: pd.DataFrame, view: View) -> None:
    """Draw district outlines and roads, quietly."""
    for ring in view.districts:
        corners = np.asarray(ring, dtype=float)[:, :2]
        ax.add_patch(
            Polygon(corners, facecolor="#F6F6F4", edgecolor="#8A8A8A", linewidth=0.7, zorder=0.5)
        )
    where = places.set_index("id")[["lon_deg", "lat_deg"]]
    ends = [where.reindex(roads[name]).to_numpy(dtype=float) for name in ("from_place", "to_place")]
    gap = np.full_like(ends[0], np.nan)
    line = np.stack([*ends, gap], axis=1).reshape(-1, 2)
    ax.plot(line[:, 0], line[:, 1], color="#B5B5B5", linewidth=0.45, zorder=1, label="_roads")


def key(words: str, *, markersize: float = 6.0, **look: Any) -> Line2D:
    """Return a key for the legend: a marker that looks like this, and its words."""
    return Line2D(
        [], [], linestyle="none", markersize=markersize, markeredgewidth=0.5, label=words, **look
    )


def ground_keys(view: View) -> list[Artist]:
    """Return keys for hubs, roads and districts."""
    words = view.words
    keys: list[Artist] = [
        key(words.phrase("Hub"), marker="s", color=INK, markersize=5.0),
        Line2D([], [], color="#B5B5B5", linewidth=1.0, label=words.phrase("Road")),
    ]
    if view.districts:
        keys.append(Line2D([], [], color="#8A8A8A", linewidth=0.9, label=words.phrase("District")))
    return keys


def legend(ax: Axes, keys: Sequence[Artist], title: str, frame: Frame) -> None:
    """List the keys right of the map under the north arrow, or below a wide map."""
    sheet = ax.get_figure(root=True)
    below = offset_copy(ax.transAxes, sheet, x=6, y=-28, units="points")
    place: dict[str, Any] = (
        {"loc": "upper left", "bbox_to_anchor": (0.0, 0.0), "borderaxespad": 5, "ncols": MOST_KEYS}
        if frame.is_wide
        else {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "bbox_transform": below,
              "borderaxespad": 0, "labelspacing": 0.75}
    )  # fmt: skip
    words = title if frame.is_wide else textwrap.fill(title, TITLE_LETTERS)
    ax.legend(
        handles=keys, title=words, title_fontsize=7.5, alignment="left", handletextpad=0.7, **place
    )  # fmt: skip


def hubs(
    ax: Axes, places: pd.DataFrame, settlements: pd.DataFrame, frame: Frame, view: View
) -> None:
    """Draw hubs as squares; on one map name them, away from other hubs, names and settlements."""
    mine = places[places["kind"] == "hub"]
    ax.plot(
        mine["lon_deg"], mine["lat_deg"], "s", markersize=4.5, markerfacecolor=INK,
        markeredgecolor="white", zorder=4, label="_hub",
    )  # fmt: skip
    if columns_of(ax) > 1:
        return
    lon_point = (frame.east - frame.west) / frame.width / 72
    lat_point = (frame.north - frame.south) / frame.height / 72
    reach = np.array([lon_point, lat_point])
    points = settlements[["lon_deg", "lat_deg"]].to_numpy(dtype=float)
    squares = mine[["lon_deg", "lat_deg"]].to_numpy(dtype=float)
    taken = [(*(at - 3 * reach), *(at + 3 * reach)) for at in squares]
    sides = [(right * (3 if up else 5), up * 7, right) for up in (0, 1, -1) for right in (1, -1)]
    for key, at in zip(mine["id"], squares, strict=True):
        words = shortened(view.word(key), LABEL_LETTERS)
        long = 0.66 * LABEL_SIZE * len(words)
        costs, boxes = [], []
        for dx, dy, right in sides:
            low = at + reach * (dx - (0 if right > 0 else long), dy - LABEL_SIZE / 2)
            high = low + reach * (long, LABEL_SIZE)
            box = (*low, *high)
            hidden = ((points > low - 4 * reach) & (points < high + 4 * reach)).all(axis=1).sum()
            outside = low[0] < frame.west or high[0] > frame.east
            costs.append(hidden + 20 * sum(meet(box, other) for other in taken) + 100 * outside)
            boxes.append(box)
        best = int(np.argmin(costs))
        taken.append(boxes[best])
        dx, dy, right = sides[best]
        ax.annotate(
            words, tuple(at), (dx, dy), textcoords="offset points", va="center_baseline",
            ha="left" if right > 0 else "right", fontsize=LABEL_SIZE, fontweight="bold", zorder=5,
            path_effects=[withStroke(linewidth=1.8, foreground="white")],
        )  # fmt: skip


def meet(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Return whether two boxes (west, south, east, north) overlap."""
    apart = box[2] < other[0] or other[2] < box[0] or box[3] < other[1] or other[3] < box[1]
    return not apart


def _degrees(ax: Axes, frame: Frame) -> None:
    """Mark degrees with as many decimals as the steps between the marks need."""
    marks = (
        (ax.xaxis, ax.get_xlim(), frame.width / LABEL_INCHES),
        (ax.yaxis, ax.get_ylim(), frame.height / LABEL_INCHES),
    )
    for axis, (low, high), room in marks:
        locator = MaxNLocator(min(5, max(2, int(room))), steps=[1, 2, 5, 10])
        axis.set_major_locator(locator)
        steps = np.diff(locator.tick_values(low, high))
        decimals = max(0, math.ceil(-math.log10(float(steps[0])) - 1e-9))
        axis.set_major_formatter(f"{{x:.{decimals}f}}°")


def _scale_and_north(ax: Axes, frame: Frame, view: View) -> None:
    """Draw a scale bar of a round length, true at the middle latitude; north beside the frame."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    km_per_lon = KM_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    length_km = round_below((east - west) * km_per_lon / 3)
    left = west + 0.03 * (east - west)
    low = south + max(0.025, SCALE_INCHES / frame.height) * (north - south)
    bar = np.array([left, left + length_km / km_per_lon])
    ax.plot(bar, [low, low], color=INK, linewidth=2.4, solid_capstyle="butt", label="_scale")
    ax.annotate(
        view.words.phrase("{number} km", number=f"{length_km:g}"), (bar[1], low), (5, 0),
        textcoords="offset points", va="center", fontsize=7.5,
    )  # fmt: skip
    ax.annotate(
        "↑\n" + view.words.phrase("N"), (1.0, 1.0), (4, 0), xycoords="axes fraction",
        textcoords="offset points", ha="left", va="top", fontsize=9,
        fontweight="bold", linespacing=0.95,
    )  # fmt: skip


def round_below(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 ... that is not above ``value``."""
    unit = 10.0 ** math.floor(math.log10(value))
    return max(step * unit for step in (1, 2, 5) if step * unit <= value * (1 + 1e-9))
