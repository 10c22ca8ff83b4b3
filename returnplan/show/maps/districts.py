"""Districts in colours, with their labels: what maps of districts share."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Polygon
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from returnplan.language.words import shortened
from returnplan.show.drawing import INK, Floats, View, blank, columns_of
from returnplan.show.maps.ground import Frame, ground, ground_keys, hubs, legend, meet

EDGE = "#8A8A8A"
NEARLY = 0.8  # of the most squared depth inside an outline
STEPS = 24  # points along each side among which the middle of an outline is sought
NAME_LETTERS = 16
PANEL_LETTERS = 7  # in a line of a label on one of several maps
SIZES = {True: 5.5, False: 6.5}  # of labels; beside other maps: True
LINE = 1.2  # height of a line by the size of its letters
LETTER = 0.66  # width of a letter by its size


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a district looks.

    Parameters
    ----------
    words
        In the legend.
    shade
        Its colour.
    hatch
        Of matplotlib; empty: none.
    edge
        Colour of the hatch, and of the edge in the legend.
    """

    words: str
    shade: Any
    hatch: str = ""
    edge: str = EDGE

    def drawn(self) -> dict[str, Any]:
        """Return what matplotlib calls it."""
        look = {"facecolor": self.shade, "edgecolor": self.edge, "hatch": self.hatch}
        return {**look, "linewidth": 0.5}


@dataclass(frozen=True, kw_only=True)
class Painted:
    """One district: how it looks, and what is written on it."""

    look: Look
    label: str


@dataclass(frozen=True, kw_only=True)
class Painting:
    """All districts of a map.

    Parameters
    ----------
    districts
        By name; nobody is displaced from others.
    looks
        All of the legend, in its order.
    title
        Of the legend.
    """

    districts: Mapping[str, Painted]
    looks: Sequence[Look]
    title: str


def draw_districts(
    painting: Painting, places: pd.DataFrame, roads: pd.DataFrame, view: View, ax: Axes | None
) -> Axes:
    """Colour districts, write on them, and explain the colours.

    Parameters
    ----------
    places, roads
        Tables as the charts take them.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.
    """
    ax = blank(ax, "map")
    frame = ground(ax, places, roads, view)
    nobody = Look(
        words=view.words.phrase("Nobody is displaced from there"), shade="white", hatch="...",
        edge="#C4C4C4",
    )  # fmt: skip
    is_whole = True
    for ring, name in zip(view.districts, view.ring_names, strict=True):
        corners = np.asarray(ring, dtype=float)[:, :2]
        is_whole &= name in painting.districts
        look = painting.districts[name].look if name in painting.districts else nobody
        ax.add_patch(Polygon(corners, zorder=1.5, label=f"_{name}", **look.drawn()))
        border: dict[str, Any] = {"facecolor": "none", "edgecolor": EDGE, "linewidth": 0.7}
        ax.add_patch(Polygon(corners, zorder=1.6, label="_border", **border))
    hubs(ax, places, pd.DataFrame({"lon_deg": [], "lat_deg": []}), frame, view)
    _label(ax, painting.districts, frame, view)
    looks = [*painting.looks] if is_whole else [*painting.looks, nobody]
    keys: list[Artist] = [Patch(label=look.words, **look.drawn()) for look in looks]
    legend(ax, [*keys, *ground_keys(view)[:1]], painting.title, frame)
    return ax


def middle_of(ring: Sequence[Sequence[float]]) -> Floats:
    """Return a point deep inside an outline: of those of a grid that are, the most central one."""
    corners = np.asarray(ring, dtype=float)[:, :2]
    low, high = corners.min(axis=0), corners.max(axis=0)
    sides = [np.linspace(low[axis], high[axis], STEPS + 2)[1:-1] for axis in (0, 1)]
    grid = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 2)
    inside = grid[Path(corners).contains_points(grid)]
    if not len(inside):
        return np.asarray((low + high) / 2, dtype=float)
    begin, step = corners, np.roll(corners, -1, axis=0) - corners
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    along = ((inside[:, np.newaxis] - begin) * step).sum(axis=2) / length
    nearest = begin + np.clip(along, 0, 1)[..., np.newaxis] * step
    apart = ((inside[:, np.newaxis] - nearest) ** 2).sum(axis=2).min(axis=1)
    deep = inside[apart >= NEARLY * apart.max()]
    aside = ((deep - deep.mean(axis=0)) ** 2).sum(axis=1)
    return np.asarray(deep[int(aside.argmin())], dtype=float)


def _label(ax: Axes, painted: Mapping[str, Painted], frame: Frame, view: View) -> None:
    """Write name and label on each district, on one of several maps the label only.

    A text that would lie on another moves up or down; where that does not help it is left out.
    """
    is_small = columns_of(ax) > 1
    size = SIZES[is_small]
    lon_point = (frame.east - frame.west) / frame.width / 72
    lat_point = (frame.north - frame.south) / frame.height / 72
    taken: list[tuple[float, ...]] = []
    for name, at in _middles(view).items():
        if name not in painted:
            continue
        label = painted[name].label
        text = f"{shortened(name, NAME_LETTERS)}\n{label}"
        if is_small:
            text = textwrap.fill(label, PANEL_LETTERS)
        lines = text.split("\n")
        half = np.array(
            [LETTER * max(map(len, lines)) * lon_point, LINE * len(lines) * lat_point]
        ) * (size / 2)
        for move in (0.0, 1.0, -1.0):
            centre = at + np.array([0.0, move * half[1]])
            box = (*(centre - half), *(centre + half))
            if not any(meet(box, other) for other in taken):
                taken.append(box)
                ax.annotate(
                    text, (float(centre[0]), float(centre[1])), ha="center", va="center",
                    fontsize=size, color=INK, fontweight="bold", linespacing=1.05, in_layout=False,
                    label="_label", zorder=5,
                    path_effects=[withStroke(linewidth=2.0, foreground="white")],
                )  # fmt: skip
                break


def _middles(view: View) -> dict[str, Floats]:
    """Return where the label of each district stands: in its largest outline."""
    largest: dict[str, tuple[float, Floats]] = {}
    for ring, name in zip(view.districts, view.ring_names, strict=True):
        corners = np.asarray(ring, dtype=float)[:, :2]
        size = float(np.prod(np.ptp(corners, axis=0)))
        if name and size > largest.get(name, (-math.inf, corners))[0]:
            largest[name] = (size, middle_of(ring))
    return {name: middle for name, (_, middle) in largest.items()}
