"""Draw settlements where they lie, coloured by the year in which their conditions are met."""

import math
from collections.abc import Iterable
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from returnplan.canvas import (
    INK,
    QUIET,
    SIZES_CM,
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
MARKERS = {"met": "o", "not met": "X", "unknown": "D"}
WIDER = {"met": 1.0, "not met": 1.4, "unknown": 1.1}  # shapes of equal weight to the eye
MOST_CLASSES = 7
LARGEST_WIDTH = 11.5  # of a marker on a map of the whole page's width, in points
SMALLEST_WIDTH = 2.5
LABEL_SIZE = 7.0


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
    found = ready_places(readiness, places, view)
    met = found.loc[found["state"] == "met", "year"]
    counts = found["state"].value_counts()
    half = f"; half of these by the end of {met.median():.0f}" if len(met) else ""
    return (
        f"Map of {thousands(len(found))} settlements under {view.word(view.allocation)}: "
        f"conditions met (modelled) in {thousands(len(met))}{half}. Not met within the horizon: "
        f"{thousands(counts.get('not met', 0))}; unknown: {thousands(counts.get('unknown', 0))}."
    )


@chart(
    "Where and when conditions for return are met (modelled)",
    ("readiness", "places", "roads"),
    _map_alt,
    shape="map",
    notes=(BOUNDARIES,),
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
    _ground(ax, places, roads, view)
    most = _most_people(readiness)
    handles = _points(ax, found, year_classes(readiness, view), most)
    ax.set_xlabel("Longitude (degrees east)")
    ax.set_ylabel("Latitude (degrees north)")
    ax.spines[:].set_visible(True)
    if places.empty:
        note(ax, "No places to draw.")
    else:
        _extent(ax, places, view)
        _degrees(ax)
        _scale_and_north(ax)
        _hubs(ax, places[places["kind"] == "hub"], view)
    ax.legend(
        handles=[*handles, *_size_keys(most, columns_of(ax)), *_ground_keys(view)],
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        labelspacing=0.75,
        handletextpad=0.7,
    )
    counts = found["state"].value_counts()
    seen = [name for name in STATUS if name == "met" or counts.get(name, 0) > 0]
    words = [f"{thousands(counts.get(name, 0))} {name}" for name in seen]
    return finished(ax, "ready_map", view, ", ".join(words))


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
    keys = [_key("Conditions met (modelled) in", "none", "white")] if classes else []
    groups: list[tuple[str, str, Any, pd.Series]] = [
        (
            "met",
            f"{low}" if low == high else f"{low}–{high}",
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
        keys.append(_key(words, MARKERS[state], shade))
    return keys


def _key(words: str, marker: str, shade: Any, size: float = 6.0) -> Line2D:
    """Return a key for the legend: a marker and its words."""
    return Line2D(
        [], [], linestyle="none", marker=marker, markersize=size, markerfacecolor=shade,
        markeredgecolor=INK, markeredgewidth=0.5, label=words,
    )  # fmt: skip


def _size_keys(most: float, columns: int) -> list[Line2D]:
    """Return keys for two round numbers of people."""
    top = 10 ** math.floor(math.log10(most))
    round_numbers = [number for number in (top / 10, top) if number > 1]
    return [
        _key(f"{thousands(number)} people", "o", "white", float(_width(number, most, columns)))
        for number in round_numbers
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


def _hubs(ax: Axes, hubs: pd.DataFrame, view: View) -> None:
    """Draw hubs as squares, their names (on one map) where they meet no other hub or name."""
    west, east = ax.get_xlim()
    across = 0.56 * 72 / 2.54 * SIZES_CM["map"][0] / columns_of(ax)
    lon_point = (east - west) / across
    lat_point = lon_point / float(ax.get_aspect())
    taken = [
        (lon - 3 * lon_point, lat - 3 * lat_point, lon + 3 * lon_point, lat + 3 * lat_point)
        for lon, lat in zip(hubs["lon_deg"], hubs["lat_deg"], strict=True)
    ]
    for key, lon, lat in zip(hubs["id"], hubs["lon_deg"], hubs["lat_deg"], strict=True):
        ax.plot(
            lon, lat, "s", markersize=4.5, markerfacecolor=INK, markeredgecolor="white", zorder=4,
            label="_hub",
        )  # fmt: skip
        if columns_of(ax) > 1:
            continue
        words = view.word(key)
        long, tall = 0.62 * LABEL_SIZE * len(words), LABEL_SIZE
        sides = [
            (right * (5 if not up else 3), up * 7, right) for up in (0, 1, -1) for right in (1, -1)
        ]
        boxes = []
        for dx, dy, right in sides:
            left = lon + (dx - (0 if right > 0 else long)) * lon_point
            low = lat + (dy - tall / 2) * lat_point
            boxes.append((left, low, left + long * lon_point, low + tall * lat_point))
        costs = [
            sum(_meet(box, other) for other in taken) + 3 * (box[0] < west or box[2] > east)
            for box in boxes
        ]
        best = int(np.argmin(costs))
        taken.append(boxes[best])
        dx, dy, right = sides[best]
        ax.annotate(
            words, (lon, lat), (dx, dy), textcoords="offset points", va="center_baseline",
            ha="left" if right > 0 else "right", fontsize=LABEL_SIZE, fontweight="bold", zorder=5,
            path_effects=[withStroke(linewidth=1.8, foreground="white")],
        )  # fmt: skip


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Return whether two boxes (west, south, east, north) overlap."""
    apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    return not apart


def _extent(ax: Axes, places: pd.DataFrame, view: View) -> None:
    """Show all places and districts, room for the scale below, in true shape at mid-height."""
    corners: Iterable[Any] = [
        places[["lon_deg", "lat_deg"]].to_numpy(dtype=float),
        *(np.asarray(ring, dtype=float)[:, :2] for ring in view.districts),
    ]
    points = np.concatenate(list(corners))
    (west, south), (east, north) = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    side = max(float(east - west), float(north - south), 0.02)
    ax.set_xlim(west - 0.04 * side, east + 0.04 * side)
    ax.set_ylim(south - 0.10 * side, north + 0.12 * side)
    ax.set_aspect(1 / math.cos(math.radians(float(south + north) / 2)))


def _degrees(ax: Axes) -> None:
    """Mark degrees with as many decimals as the steps between the marks need."""
    for axis, (low, high) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        locator = MaxNLocator(5)
        axis.set_major_locator(locator)
        steps = np.diff(locator.tick_values(low, high))
        decimals = max(0, math.ceil(-math.log10(float(steps[0])) - 1e-9))
        axis.set_major_formatter(f"{{x:.{decimals}f}}°")


def _scale_and_north(ax: Axes) -> None:
    """Draw a scale bar of a round length, true at the middle latitude, and a north arrow."""
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    km_per_lon = KM_PER_DEGREE * math.cos(math.radians((south + north) / 2))
    length_km = _round_below((east - west) * km_per_lon / 3)
    left, low = west + 0.03 * (east - west), south + 0.025 * (north - south)
    bar = np.array([left, left + length_km / km_per_lon])
    ax.plot(bar, [low, low], color=INK, linewidth=2.4, solid_capstyle="butt", label="_scale")
    ax.annotate(
        f"{length_km:g} km", (bar[1], low), (5, 0), textcoords="offset points", va="center",
        fontsize=7.5,
    )  # fmt: skip
    ax.annotate(
        "N", (0.955, 0.985), (0.955, 0.89), xycoords="axes fraction", textcoords="axes fraction",
        ha="center", va="center", fontsize=9, fontweight="bold",
        arrowprops={"arrowstyle": "-|>", "color": QUIET, "linewidth": 1.4},
    )  # fmt: skip


def _round_below(value: float) -> float:
    """Return the largest of 1, 2, 5, 10, 20, 50 ... that is not above ``value``."""
    unit = 10.0 ** math.floor(math.log10(value))
    return max(step * unit for step in (1, 2, 5) if step * unit <= value * (1 + 1e-9))
