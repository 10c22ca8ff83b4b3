"""Draw settlements where they lie, coloured by the year in which their conditions are met."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import offset_copy

from returnplan.canvas import (
    INK,
    STATUS,
    STATUS_WORDS,
    View,
    blank,
    chart,
    columns_of,
    finished,
    note,
    only,
    states,
    thousands,
)

BOUNDARIES = "Boundaries, names and designations do not imply official endorsement or acceptance."
KM_PER_DEGREE = 6371.0088 * math.pi / 180  # of latitude, on a sphere of the mean radius
NO_BREAK = "\N{NO-BREAK SPACE}"
LEGEND_TITLE = "Conditions for return\n(modelled)"
LEGEND_TITLE_OF_DRAWS = "Conditions for return\n(modelled), median date\nof {} draws"
MARKERS = {"met": "o", "not met": "X", "unknown": "D"}
WIDER = {"met": 1.0, "not met": 1.4, "unknown": 1.1}  # shapes of equal weight to the eye
MOST_CLASSES = 7
LARGEST_WIDTH = 11.5  # of a marker on a map of the whole page's width, in points
SMALLEST_WIDTH = 2.5
LABEL_SIZE = 7.0
LEAST_SHAPE = 0.3  # of the shorter to the longer side of the extent
LABEL_INCHES = 0.48  # along an axis, for the degrees of one mark
FRAME_INCHES = {1: (4.2, 5.6), 3: (1.65, 2.4)}  # most width and height, by maps side by side
WIDE_FRAME_INCHES = 5.7  # width of one map whose legend stands below
WIDE_BELOW = 0.68  # height by width
SCALE_INCHES = 0.09  # least distance of the scale from the lower edge
VISIBLY_WIDER = 1.5  # points between the circles of two keys
MOST_KEYS = 4  # in a row of the legend below


@dataclass(frozen=True, kw_only=True)
class _Frame:
    """Degrees that a map shows, and its width and height on paper, inches."""

    west: float
    south: float
    east: float
    north: float
    width: float
    height: float
    is_wide: bool


def _frame(places: pd.DataFrame, view: View, columns: int) -> _Frame:
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
    return _Frame(
        west=west, south=south, east=east, north=north, width=width, height=width * shape,
        is_wide=is_wide,
    )  # fmt: skip


def _stretch(south: float, north: float) -> float:
    """Return how much longer a degree of latitude is than one of longitude, at mid-height."""
    return 1 / math.cos(math.radians((south + north) / 2))


def ready_places(readiness: pd.DataFrame, places: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return one row per settlement of the allocation: id, lon_deg, lat_deg, people, state, year.

    A settlement where any community is unknown (or not met) is shown as such; ``year`` is the
    calendar year in which its last community has its conditions met, 0 for the others.
    """
    mine = only(readiness, view.allocation)
    state = states(mine, view)
    mine = mine.assign(state=state, rank=state.map({"met": 0, "not met": 1, "unknown": 2}))
    mine = mine.sort_values("rank", kind="stable")
    found = mine.groupby("settlement", sort=False).agg(
        people=("people", "sum"), state=("state", "last"), day=("ready_day_p50", "max")
    )
    where = places.set_index("id")[["lon_deg", "lat_deg"]]
    found = found.join(where, how="inner").reset_index(names="id")
    found["year"] = [
        view.date(day).year if state == "met" else 0
        for day, state in zip(found["day"], found["state"], strict=True)
    ]
    return found.drop(columns="day").sort_values("people", ascending=False, kind="stable")


def year_classes(readiness: pd.DataFrame, view: View) -> list[tuple[int, int]]:
    """Return first and last year of at most 7 classes, the same for every allocation of a table."""
    days = readiness.loc[states(readiness, view) == "met", "ready_day_p50"]
    if days.empty:
        return []
    first, last = view.date(float(days.min())).year, view.date(float(days.max())).year
    step = math.ceil((last - first + 1) / MOST_CLASSES)
    return [(year, min(year + step - 1, last)) for year in range(first, last + 1, step)]


def _map_alt(
    readiness: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, *, view: View
) -> str:
    """Say how many settlements have their conditions met, and by when half of them do."""
    by = f", by the median date of {thousands(view.draws)} draws" if view.draws else ""
    found = ready_places(readiness, places, view)
    met = found.loc[found["state"] == "met", "year"]
    counts = found["state"].value_counts()
    half = f"; half of these by the end of {met.median():.0f}" if len(met) else ""
    return (
        f"Map of {thousands(len(found))} settlements under {view.title(view.allocation)}{by}: "
        f"conditions met (modelled) in {thousands(len(met))}{half}. Not met within the horizon: "
        f"{thousands(counts.get('not met', 0))}; unknown: {thousands(counts.get('unknown', 0))}."
    )


def _map_height(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    *,
    view: View,
    columns: int,
) -> float:
    """Return inches: title, axis, the map in its shape, and the legend if that is below."""
    frame = _frame(places, view, columns)
    if columns > 1:
        return frame.height + 1.0
    return frame.height + (2.0 if frame.is_wide else 1.15)


def _map_note(
    readiness: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, *, view: View
) -> str:
    """Say what the dates and states are."""
    return (
        f"Years are those of the median date (p50) of {thousands(view.draws)} draws; not met: the "
        "median is not within the horizon. The range of each date (p10 to p90) is in readiness.csv."
    )


@chart(
    "Where and when conditions for return are met (modelled)",
    ("readiness", "places", "roads"),
    _map_alt,
    shape="map",
    height=_map_height,
    notes=(BOUNDARIES,),
    notes_of_draws=_map_note,
)
def ready_map(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw settlements by year of conditions met, roads, hubs and the rings of ``view.districts``.

    Parameters
    ----------
    readiness
        One row per allocation and community: settlement, people, status, ready_day_p50. Colours,
        sizes and extent follow the whole table, so maps of its allocations compare.
    places
        id, kind, lon_deg, lat_deg; ``kind`` is hub for hubs.
    roads
        from_place, to_place.
    """
    ax = blank(ax, "map")
    found = ready_places(readiness, places, view)
    frame = _frame(places, view, columns_of(ax))
    _ground(ax, places, roads, view)
    most = _most_people(readiness)
    handles = _points(ax, found, year_classes(readiness, view), most)
    ax.set_xlabel("Longitude (degrees east)")
    ax.set_ylabel("Latitude (degrees north)")
    ax.spines[:].set_visible(True)
    if places.empty:
        note(ax, "No places to draw.")
    else:
        ax.set(xlim=(frame.west, frame.east), ylim=(frame.south, frame.north))
        ax.set_aspect(_stretch(frame.south, frame.north))
        _degrees(ax, frame)
        _scale_and_north(ax, frame)
        _hubs(ax, places[places["kind"] == "hub"], found, frame, view)
    title = LEGEND_TITLE_OF_DRAWS.format(thousands(view.draws)) if view.draws else LEGEND_TITLE
    keys = [*handles, *_size_keys(most, columns_of(ax)), *_ground_keys(view)]
    _legend(ax, keys, title, frame)
    counts = found["state"].value_counts()
    seen = [name for name in STATUS if name == "met" or counts.get(name, 0) > 0]
    words = [f"{thousands(counts.get(name, 0))} {name}".replace(" ", NO_BREAK) for name in seen]
    return finished(ax, "ready_map", view, ", ".join(words))


def _legend(ax: Axes, keys: list[Line2D], title: str, frame: _Frame) -> None:
    """List the keys right of the map under the north arrow, or below a wide map."""
    sheet = ax.get_figure(root=True)
    below = offset_copy(ax.transAxes, sheet, x=6, y=-28, units="points")
    place: dict[str, Any] = (
        {"loc": "upper left", "bbox_to_anchor": (0.0, 0.0), "borderaxespad": 5, "ncols": MOST_KEYS}
        if frame.is_wide
        else {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "bbox_transform": below,
              "borderaxespad": 0, "labelspacing": 0.75}
    )  # fmt: skip
    words = title.replace("\n", " ") if frame.is_wide else title
    ax.legend(
        handles=keys, title=words, title_fontsize=7.5, alignment="left", handletextpad=0.7, **place
    )  # fmt: skip


def _most_people(readiness: pd.DataFrame) -> float:
    """Return the people of the largest settlement, at least 1."""
    keys = [name for name in ("allocation", "settlement") if name in readiness.columns]
    sums = readiness.groupby(keys)["people"].sum()
    return max(float(sums.max()), 1.0) if len(sums) else 1.0


def _width(people: Any, most: float, columns: int) -> Any:
    """Return the width of a marker in half points: its area is proportional to people."""
    widest = LARGEST_WIDTH / math.sqrt(columns)
    width = np.maximum(widest * np.sqrt(np.asarray(people, dtype=float) / most), SMALLEST_WIDTH)
    return np.round(width * 2) / 2


def _ground(ax: Axes, places: pd.DataFrame, roads: pd.DataFrame, view: View) -> None:
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


def _points(
    ax: Axes, found: pd.DataFrame, classes: list[tuple[int, int]], most: float
) -> list[Line2D]:
    """Draw settlements, larger ones below, and return the keys of their classes."""
    shades = mpl.colormaps["cividis"](np.linspace(0.0, 0.97, max(len(classes), 1)))
    columns = columns_of(ax)
    keys = []
    groups: list[tuple[str, str, Any, pd.Series]] = [
        (
            "met",
            f"Met in {low}" if low == high else f"Met in {low}–{high}",
            shade,
            found["year"].between(low, high),
        )
        for (low, high), shade in zip(classes, shades, strict=False)
    ]
    for state in ("not met", "unknown"):
        groups.append((state, STATUS_WORDS[state], STATUS[state], found["state"] == state))
    for state, words, shade, chosen in groups:
        rows = found[chosen]
        widths = WIDER[state] * _width(rows["people"], most, columns)
        for width in np.unique(widths)[::-1]:
            some = rows[widths == width]
            ax.plot(
                some["lon_deg"],
                some["lat_deg"],
                marker=MARKERS[state],
                linestyle="none",
                markersize=width,
                markerfacecolor=shade,
                markeredgecolor=INK,
                markeredgewidth=0.35,
                zorder=3 - width / 100,
                label=f"_{words}",
            )
        if state == "met" or len(rows):
            keys.append(_key(words, MARKERS[state], shade))
    return keys


def _key(words: str, marker: str, shade: Any, size: float = 6.0) -> Line2D:
    """Return a key for the legend: a marker and its words."""
    return Line2D(
        [], [], linestyle="none", marker=marker, markersize=size, markerfacecolor=shade,
        markeredgecolor=INK, markeredgewidth=0.5, label=words,
    )  # fmt: skip


def _size_keys(most: float, columns: int) -> list[Line2D]:
    """Return keys for two round numbers of people, if their circles differ visibly."""
    top = _round_below(most)
    numbers = (top / 10, top)
    widths = [float(_width(number, most, columns)) for number in numbers]
    if numbers[0] < 1 or widths[1] - widths[0] < VISIBLY_WIDER:
        return []
    return [
        _key(f"{thousands(number)} people", "o", "white", width)
        for number, width in zip(numbers, widths, strict=True)
    ]


def _ground_keys(view: View) -> list[Line2D]:
    """Return keys for hubs, roads and districts."""
    keys = [
        _key("Hub", "s", INK, 5.0),
        Line2D([], [], color="#B5B5B5", linewidth=1.0, label="Road"),
    ]
    if view.districts:
        keys.append(Line2D([], [], color="#8A8A8A", linewidth=0.9, label="District"))
    return keys


def _hubs(ax: Axes, hubs: pd.DataFrame, found: pd.DataFrame, frame: _Frame, view: View) -> None:
    """Draw hubs as squares; on one map name them, away from other hubs, names and settlements."""
    ax.plot(
        hubs["lon_deg"], hubs["lat_deg"], "s", markersize=4.5, markerfacecolor=INK,
        markeredgecolor="white", zorder=4, label="_hub",
    )  # fmt: skip
    if columns_of(ax) > 1:
        return
    lon_point = (frame.east - frame.west) / frame.width / 72
    lat_point = (frame.north - frame.south) / frame.height / 72
    reach = np.array([lon_point, lat_point])
    points = found[["lon_deg", "lat_deg"]].to_numpy(dtype=float)
    squares = hubs[["lon_deg", "lat_deg"]].to_numpy(dtype=float)
    taken = [(*(at - 3 * reach), *(at + 3 * reach)) for at in squares]
    sides = [(right * (3 if up else 5), up * 7, right) for up in (0, 1, -1) for right in (1, -1)]
    for key, at in zip(hubs["id"], squares, strict=True):
        words = view.word(key)
        long = 0.66 * LABEL_SIZE * len(words)
        costs, boxes = [], []
        for dx, dy, right in sides:
            low = at + reach * (dx - (0 if right > 0 else long), dy - LABEL_SIZE / 2)
            high = low + reach * (long, LABEL_SIZE)
            box = (*low, *high)
            hidden = ((points > low - 4 * reach) & (points < high + 4 * reach)).all(axis=1).sum()
            outside = low[0] < frame.west or high[0] > frame.east
            costs.append(hidden + 20 * sum(_meet(box, one) for one in taken) + 100 * outside)
            boxes.append(box)
        best = int(np.argmin(costs))
        taken.append(boxes[best])
        dx, dy, right = sides[best]
        ax.annotate(
            words, tuple(at), (dx, dy), textcoords="offset points", va="center_baseline",
            ha="left" if right > 0 else "right", fontsize=LABEL_SIZE, fontweight="bold", zorder=5,
            path_effects=[withStroke(linewidth=1.8, foreground="white")],
        )  # fmt: skip


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Return whether two boxes (west, south, east, north) overlap."""
    apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    return not apart


def _degrees(ax: Axes, frame: _Frame) -> None:
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


def _scale_and_north(ax: Axes, frame: _Frame) -> None:
    """Draw a scale bar of a round length, true at the middle latitude; north beside the frame."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    km_per_lon = KM_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    length_km = _round_below((east - west) * km_per_lon / 3)
    left = west + 0.03 * (east - west)
    low = south + max(0.025, SCALE_INCHES / frame.height) * (north - south)
    bar = np.array([left, left + length_km / km_per_lon])
    ax.plot(bar, [low, low], color=INK, linewidth=2.4, solid_capstyle="butt", label="_scale")
    ax.annotate(
        f"{length_km:g} km", (bar[1], low), (5, 0), textcoords="offset points", va="center",
        fontsize=7.5,
    )  # fmt: skip
    ax.annotate(
        "↑\nN", (1.0, 1.0), (4, 0), xycoords="axes fraction", textcoords="offset points",
        ha="left", va="top", fontsize=9, fontweight="bold", linespacing=0.95,
    )  # fmt: skip


def _round_below(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 ... that is not above ``value``."""
    unit = 10.0 ** math.floor(math.log10(value))
    return max(step * unit for step in (1, 2, 5) if step * unit <= value * (1 + 1e-9))
