"""The map of the brief: districts by the year in which conditions are met for half of their people.

In: findings and a box. Out: a picture in it. It shows what the table of shares of districts says,
which is the same for everybody; districts without an outline are circles that stand only roughly
where they lie.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Polygon
from matplotlib.patheffects import withStroke

from returnplan.runs.folder import SCENARIO_COPY
from returnplan.scenario.background import Background, read_background
from returnplan.show.brief.parts import DOTS_PER_INCH
from returnplan.show.brief.sheet import Box, Sheets
from returnplan.show.drawing import INK, QUIET, UNKNOWN, house_style, picture
from returnplan.show.findings import Findings, records
from returnplan.show.maps.rough import rough_places

HALF = 0.5
MOST_CLASSES = 6
LATE_HATCH, HIDDEN_HATCH = "////", "...."
LABEL_POINTS, LETTER_WIDTH, LINE = 6.5, 0.62, 1.3
"""Size of a label, width of a letter and height of a line by it."""
CIRCLE_SHARE = 0.08
"""Radius of the circle of a district without an outline, by the longer side of the map."""
KEY_SHARE = 0.3
"""Of the width of the picture, for the key."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """When conditions are met for half of the people of a district.

    Parameters
    ----------
    district
        Its name as the tables have it.
    people
        Its people; nan: withheld.
    year
        The year, of medians; None: not within the horizon, or withheld.
    is_shown
        False where the table withholds whether half of the people is reached.
    """

    district: str
    people: float
    year: int | None
    is_shown: bool = True


def halves(findings: Findings, allocation: str) -> tuple[Half, ...]:
    """Say of each district that may be shown when half of its people have their conditions met.

    Returns
    -------
    tuple[Half, ...]
        Districts by name.
    """
    table = findings.rows("district_shares", allocation)
    table = table[table["district"] != ""].sort_values("date", kind="stable")
    found = []
    for name in sorted(table["district"].unique()):
        rows = list(records(table[table["district"] == name]))
        years = [row["date"].year for row in rows if row["share_p50"] >= HALF]
        found.append(
            Half(
                district=str(name),
                people=float(table.loc[table["district"] == name, "people"].max()),
                year=years[0] if years else None,
                is_shown=bool(years) or not math.isnan(rows[-1]["share_p50"]),
            )
        )
    return tuple(found)


def district_map(sheets: Sheets, findings: Findings, box: Box, allocation: str) -> bool:
    """Draw districts by year into a box; false where there is no district to draw.

    Parameters
    ----------
    allocation
        The plan that is shown.
    """
    found = halves(findings, allocation)
    background, _ = read_background(findings.folder / SCENARIO_COPY)
    is_outlined = {half.district for half in found} & {*background.districts}
    if not found or not (is_outlined or findings.is_public):
        return False
    if sheets.is_trial:
        return True
    alt = _alt(findings, found, allocation)
    with house_style():
        drawn = Figure(figsize=(box.w / 25.4, box.h / 25.4))
        _draw(drawn, findings, found, background)
    sheets.picture(box, picture(drawn, DOTS_PER_INCH, alt), alt)
    return True


def _alt(findings: Findings, found: Sequence[Half], allocation: str) -> str:
    words = findings.words
    parts = [
        words.phrase(
            "{what}: {number}", what=findings.district(half.district), number=_said(findings, half)
        )
        for half in found
    ]
    title = words.phrase("Conditions met for half of the people by")
    return f"{title} ({findings.title(allocation)}). {'; '.join(parts)}"


def _said(findings: Findings, half: Half) -> str:
    words = findings.words
    if half.year is not None:
        return str(half.year)
    if half.is_shown:
        return words.phrase("not by {year}", year=findings.horizon.year)
    return words.phrase("withheld")


# ---------------------------------------------------------------- the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """An outline or a circle, and what it stands for; no half: nobody is counted there."""

    corners: Any
    district: str
    half: Half | None

    @property
    def middle(self) -> Point:
        """Middle of its area."""
        x, y = self.corners[:, 0], self.corners[:, 1]
        cross = x * np.roll(y, -1) - np.roll(x, -1) * y
        area = cross.sum() / 2
        if not area:
            return float(x.mean()), float(y.mean())
        east = ((x + np.roll(x, -1)) * cross).sum() / (6 * area)
        north = ((y + np.roll(y, -1)) * cross).sum() / (6 * area)
        return float(east), float(north)

    @property
    def size(self) -> float:
        """Its area, square degrees."""
        x, y = self.corners[:, 0], self.corners[:, 1]
        return abs(float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum())) / 2


def _shapes(findings: Findings, found: Sequence[Half], background: Background) -> Sequence[_Shape]:
    by_name = {half.district: half for half in found}
    places = findings.scenario.places
    home = {place.id: place.district for place in places}
    with_people = {home[one.settlement] for one in findings.scenario.communities if one.people}
    for name in with_people - {*by_name, ""}:  # for the public some are counted together
        by_name[name] = Half(district=name, people=math.nan, year=None, is_shown=False)
    shapes = [
        _Shape(corners=np.asarray(ring, dtype=float)[:, :2], district=name, half=by_name.get(name))
        for ring, name in zip(background.rings, background.districts, strict=True)
    ]
    roughly = rough_places(places, [n for n in by_name if n not in background.districts])
    points = np.array([*roughly.values(), *(p for one in shapes for p in one.corners)])
    radius = CIRCLE_SHARE * max(float(np.ptp(points, axis=0).max()), 0.1)
    turn = np.linspace(0, 2 * math.pi, 48, endpoint=False)
    circle = radius * np.stack([np.cos(turn) * _stretch(points), np.sin(turn)], axis=1)
    return shapes + [
        _Shape(corners=circle + np.array(at), district=name, half=by_name[name])
        for name, at in roughly.items()
    ]


def _stretch(points: Any) -> float:
    """How much longer a degree of latitude is than one of longitude, at mid-height."""
    return 1 / math.cos(math.radians(float(points[:, 1].min() + points[:, 1].max()) / 2))


def _draw(drawn: Figure, findings: Findings, found: Sequence[Half], background: Background) -> None:
    shapes = _shapes(findings, found, background)
    points = np.concatenate([one.corners for one in shapes])
    low, high = points.min(axis=0), points.max(axis=0)
    stretch = _stretch(points)
    turned = findings.words.direction == "rtl"
    ax = drawn.add_axes((KEY_SHARE if turned else 0.0, 0.0, 1 - KEY_SHARE, 1.0))
    ax.set_axis_off()
    ax.set_aspect(stretch)
    edge = 0.02 * (high - low) + 1e-3
    ax.set(xlim=(low[0] - edge[0], high[0] + edge[0]), ylim=(low[1] - edge[1], high[1] + edge[1]))
    looks = looks_of(findings, found)
    for shape in shapes:
        look = looks[_class(shape.half, looks)]
        ax.add_patch(Polygon(shape.corners, linewidth=0.7, **look.fill))
    drawn.draw_without_rendering()
    _labels(ax, findings, shapes)
    used = {_class(shape.half, looks) for shape in shapes}
    drawn.legend(
        handles=[
            Patch(linewidth=0.7, label=look.words, **look.fill)
            for key, look in looks.items()
            if key in used and look.words
        ],
        title=_wrapped(findings.words.phrase("Conditions met for half of the people by")),
        alignment="right" if turned else "left",
        markerfirst=not turned,
        loc="center left" if turned else "center right",
        title_fontsize=7.5,
        handleheight=1.3,
        labelspacing=0.8,
        borderaxespad=0.0,
    )


def _wrapped(text: str, letters: int = 26) -> str:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a class of districts is filled, and its words in the key."""

    fill: Mapping[str, Any]
    words: str
    first: int = 0
    last: int = -1


def looks_of(findings: Findings, found: Sequence[Half]) -> dict[str, Look]:
    """Years from dark to light; what is late, withheld or not counted has no shade of a year."""
    words = findings.words
    years = sorted({half.year for half in found if half.year is not None})
    looks: dict[str, Look] = {}
    if years:
        step = math.ceil((years[-1] - years[0] + 1) / MOST_CLASSES)
        begins = range(years[0], years[-1] + 1, step)
        shades = mpl.colormaps["YlGnBu_r"](np.linspace(0.08, 0.9, len(begins)))
        for first, shade in zip(begins, shades, strict=True):
            last = min(first + step - 1, years[-1])
            text = (
                str(first)
                if first == last
                else words.phrase("{low} to {high}", low=first, high=last)
            )
            looks[text] = Look(
                fill={"facecolor": shade, "edgecolor": INK}, words=text, first=first, last=last
            )
    looks["late"] = Look(
        fill={"facecolor": "white", "edgecolor": "#B35C00", "hatch": LATE_HATCH},
        words=words.phrase("not by {year}", year=findings.horizon.year),
    )
    looks["hidden"] = Look(
        fill={"facecolor": "#F2F2F2", "edgecolor": QUIET, "hatch": HIDDEN_HATCH},
        words=words.phrase("withheld"),
    )
    looks["nobody"] = Look(fill={"facecolor": "none", "edgecolor": UNKNOWN}, words="")
    return looks


def _class(half: Half | None, looks: Mapping[str, Look]) -> str:
    """Key of the look of a district."""
    if half is None:
        return "nobody"
    if half.year is None:
        return "late" if half.is_shown else "hidden"
    return next(key for key, look in looks.items() if look.first <= half.year <= look.last)


def _labels(ax: Axes, findings: Findings, shapes: Sequence[_Shape]) -> None:
    """Name the districts, those with most people first; a label that would meet another is left.

    A district of several outlines has its name in the largest.
    """
    largest: dict[str, _Shape] = {}
    for shape in sorted(shapes, key=lambda one: one.size):
        if shape.district:
            largest[shape.district] = shape
    order = sorted(
        largest.values(), key=lambda one: (one.half is None, -(_people(one.half)), one.district)
    )
    taken: list[tuple[float, ...]] = []
    for shape in order:
        text = findings.district(shape.district)
        if shape.half is not None and shape.half.year is not None:
            text += f"\n{shape.half.year}"
        box = _box_of(ax, shape.middle, text)
        if any(_meet(box, other) for other in taken):
            continue
        taken.append(box)
        ax.annotate(
            text, shape.middle, ha="center", va="center", fontsize=LABEL_POINTS,
            color=QUIET if shape.half is None else INK,
            fontweight="normal" if shape.half is None else "bold", linespacing=1.05,
            path_effects=[withStroke(linewidth=2.0, foreground="white")],
        )  # fmt: skip


def _people(half: Half | None) -> float:
    return 0.0 if half is None or math.isnan(half.people) else half.people


def _box_of(ax: Axes, middle: Point, text: str) -> tuple[float, ...]:
    """Box of a label, in points: left, bottom, right, top."""
    per_point = ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    x, y = ax.transData.transform(middle) / per_point
    lines = text.split("\n")
    half_width = LABEL_POINTS * LETTER_WIDTH * max(map(len, lines)) / 2
    half_height = LABEL_POINTS * LINE * len(lines) / 2
    return x - half_width, y - half_height, x + half_width, y + half_height


def _meet(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Return whether two boxes overlap."""
    apart = box[2] < other[0] or other[2] < box[0] or box[3] < other[1] or other[3] < box[1]
    return not apart
