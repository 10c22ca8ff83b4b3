"""Roads as layers draw them: which can be driven on, how fast, and where their points lie."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from returnplan.scenario.importers.ground import Ground, World, whole_shapes

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

USUAL = (30.0, True)
"""Speed (km/h) and season of a class that a recipe does not name, nor others by (other)."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Roads as lines in the plane.

    Parameters
    ----------
    shapes
        Lines.
    speed_kmh, all_season
        Of each.
    ids, sources
        What its layer calls it, and the id of the source.
    """

    shapes: Any
    speed_kmh: Floats
    all_season: Flags
    ids: list[str]
    sources: list[str]

    @cached_property
    def xy(self) -> Floats:
        """All points, n x 2, metres."""
        found: Floats = shapely.get_coordinates(self.shapes)
        return found

    @cached_property
    def line(self) -> Whole:
        """Number of the line of each point."""
        found: Whole = np.repeat(
            np.arange(len(self.shapes)), shapely.get_num_coordinates(self.shapes)
        )
        return found

    @cached_property
    def along_m(self) -> Floats:
        """Way of each point from the beginning of its line."""
        steps = np.hypot(*np.diff(self.xy, axis=0, prepend=self.xy[:1]).T)
        total = np.cumsum(steps)
        found: Floats = total - total[self.starts][self.line]
        return found

    @cached_property
    def starts(self) -> Whole:
        """First point of each line."""
        count = shapely.get_num_coordinates(self.shapes)
        found: Whole = np.cumsum(count) - count
        return found

    @cached_property
    def ends(self) -> Whole:
        """Last point of each line."""
        count = shapely.get_num_coordinates(self.shapes)
        found: Whole = np.cumsum(count) - 1
        return found

    @cached_property
    def key(self) -> Whole:
        """Number of each point by its place: points of lines that meet have the same."""
        pairs = np.ascontiguousarray(self.xy + 0.0).view([("x", "f8"), ("y", "f8")]).ravel()
        _, key = np.unique(pairs, return_inverse=True)
        found: Whole = key.astype(np.int64)
        return found

    @cached_property
    def uses(self) -> Whole:
        """How often each key is there."""
        return np.bincount(self.key)

    @cached_property
    def is_node(self) -> Flags:
        """Whether a point is an end, or lies on several lines."""
        found = self.uses[self.key] > 1
        found[self.starts] = True
        found[self.ends] = True
        return found

    @cached_property
    def dangling(self) -> Whole:
        """Ends of lines that no other line shares."""
        ends = np.unique(np.concatenate([self.starts, self.ends]))
        found: Whole = ends[self.uses[self.key[ends]] == 1]
        return found

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index of the lines."""
        return shapely.STRtree(self.shapes)


def lines_of(world: World) -> Lines:
    """Read the roads of all their layers.

    Parameters
    ----------
    world
        The layers.

    Returns
    -------
    Lines
        Those that can be driven on, without repeated ones.
    """
    shapes, speeds, seasons = [], [], []
    ids: list[str] = []
    sources: list[str] = []
    for ground in world.of("roads"):
        keeps = whole_shapes(ground, world.notes)
        drives = [_speed(ground, text) for text in ground.texts("class")]
        _note_classes(world, ground, keeps)
        is_line = shapely.get_dimensions(ground.shapes) == 1
        others = np.flatnonzero(keeps & ~is_line).tolist()
        text = "features that are no lines"
        labels = ground.labels(others)
        world.notes.add("dropped", "no_lines", text, labels, layer=ground.title)
        numbers = np.array(
            [n for n in np.flatnonzero(keeps & is_line).tolist() if drives[n] is not None], int
        )
        parts, of = shapely.get_parts(ground.shapes[numbers], return_index=True)
        parts = shapely.remove_repeated_points(parts, 0.0)
        is_kept = _unrepeated(world, ground, parts, numbers[of])
        kept = numbers[of][is_kept].tolist()
        shapes.append(parts[is_kept])
        speeds += [(drives[n] or USUAL)[0] for n in kept]
        seasons += [(drives[n] or USUAL)[1] for n in kept]
        ids += ground.labels(kept)
        sources += [ground.source] * len(kept)
        count = len(numbers)
        world.notes.add("read", "road_lines", "lines of roads", layer=ground.title, count=count)
    return Lines(
        shapes=np.concatenate(shapes) if shapes else np.array([], object),
        speed_kmh=np.array(speeds, np.float64),
        all_season=np.array(seasons, np.bool_),
        ids=ids,
        sources=sources,
    )


def _speed(ground: Ground, text: str) -> tuple[float, bool] | None:
    """Speed and season of a class; None: it is left out."""
    speeds = ground.recipe.speeds
    return speeds[text] if text in speeds else speeds.get("", USUAL)


def _note_classes(world: World, ground: Ground, keeps: Flags) -> None:
    texts = ground.texts("class")
    count = Counter(texts[number] for number in np.flatnonzero(keeps).tolist())
    speeds = ground.recipe.speeds
    skipped = [name for name in count if name in speeds and speeds[name] is None]
    text = "lines of classes that the recipe skips"
    number = sum(count[name] for name in skipped)
    world.notes.add(
        "dropped", "roads_skipped", text, sorted(skipped), layer=ground.title, count=number
    )
    unknown = sorted(name for name in count if name not in speeds)
    speed = speeds.get("", USUAL)
    how = "left out" if speed is None else f"driven at {speed[0]:g} km/h"
    text = f"lines of no class, or of one that the recipe does not name, {how}"
    number = sum(count[name] for name in unknown)
    names = [name for name in unknown if name]
    world.notes.add("guessed", "unknown_class", text, names, layer=ground.title, count=number)


def _unrepeated(world: World, ground: Ground, parts: Any, numbers: Whole) -> Flags:
    """Parts that have a length and repeat no earlier one."""
    has_length = shapely.length(parts) > 0
    ways = shapely.to_wkb(shapely.normalize(parts))
    seen: set[bytes] = set()
    is_first = np.ones(len(parts), np.bool_)
    for number, way in enumerate(ways.tolist()):
        is_first[number] = way not in seen
        seen.add(way)
    for what, flags, text in (
        ("no_length", ~has_length, "lines without length"),
        ("repeated_lines", has_length & ~is_first, "lines that repeat an earlier one"),
    ):
        ids = ground.labels(numbers[flags].tolist())
        world.notes.add("dropped", what, text, ids, layer=ground.title)
    kept: Flags = has_length & is_first
    return kept
