"""Settlements of their layers: names, districts, codes, hubs."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from returnplan.errors import Problem
from returnplan.scenario.importers.ground import (
    Ground,
    World,
    areas_of,
    clean_name,
    folded,
    meaning_of,
    whole_shapes,
)
from returnplan.scenario.importers.recipe import RECIPE, SKIP

SAME_AREA_M = 500.0
"""A point this near to an area of the same name is the same settlement."""
SAME_M = 1.0
"""Settlements of one name this near to each other are one."""


@dataclass(slots=True, kw_only=True)
class Settlement:
    """A settlement as a layer has it.

    Parameters
    ----------
    id, id_source
        Id in the folder, and in the layer.
    name, district, code
        As the layer says.
    people
        What the layer says of displaced people, as text; empty: nothing.
    file, row
        Where it stands, as messages call it.
    point
        Its middle, metres.
    area
        Its land; None: it is drawn as a point.
    source
        Id of its source.
    is_hub
        Whether it is a town on the network in use today.
    """

    id: str
    id_source: str
    name: str
    district: str
    code: str
    people: str
    file: str = ""
    row: int = 0
    point: Any
    area: Any
    source: str
    is_hub: bool = False


def settlements_of(world: World, problems: list[Problem]) -> list[Settlement]:
    """Read the settlements of all their layers.

    Parameters
    ----------
    world
        The layers.
    problems
        Takes what forbids an import.

    Returns
    -------
    list[Settlement]
        In the order of the layers.
    """
    found: list[Settlement] = []
    for ground in world.of("settlements"):
        found += _of_layer(world, ground)
    if not found:
        allowed = "at least one settlement: a layer of points or areas with the role settlements"
        problems.append(Problem(file=RECIPE, column="layer", found="none", allowed=allowed))
    found = _with_their_areas(world, found)
    _put_into_districts(world, found)
    _name_hubs(world, found, problems)
    _note_names(world, found)
    return found


def _of_layer(world: World, ground: Ground) -> list[Settlement]:
    shapes = ground.shapes
    keeps = whole_shapes(ground, world.notes)
    kinds = meaning_of(ground, "kind", world.notes, tells=False)
    is_skipped = np.array([kind == SKIP for kind in kinds], bool)
    dimensions = shapely.get_dimensions(shapes)
    is_line = keeps & (dimensions == 1)
    for what, flags, text in (
        ("places_skipped", keeps & is_skipped, "features of a kind that the recipe skips"),
        ("places_as_lines", is_line, "settlements drawn as lines"),
    ):
        ids = ground.labels(np.flatnonzero(flags).tolist())
        world.notes.add("dropped", what, text, ids, layer=ground.title)
    names = [clean_name(name) for name in ground.texts("name")]
    numbers = np.flatnonzero(keeps & ~is_skipped & ~is_line).tolist()
    numbers = _once(world, ground, names, numbers)
    texts = {key: ground.texts(key) for key in ("id", "district", "code", "people")}
    found = []
    for number in numbers:
        is_area = dimensions[number] == 2  # noqa: PLR2004
        area = areas_of(shapes[number : number + 1])[0] if is_area else None
        id_ = world.ids.take(texts["id"][number], "p", ground.layer.rows[number])
        found.append(
            Settlement(
                id=id_,
                id_source=texts["id"][number],
                name=names[number] or id_,
                district=clean_name(texts["district"][number]),
                code=texts["code"][number],
                people=texts["people"][number],
                file=ground.title,
                row=ground.layer.rows[number],
                point=_middle(shapes[number] if area is None else area),
                area=area,
                source=ground.source,
            )
        )
    nameless = [one.id for one in found if one.name == one.id]
    text = "settlements without a name, called by their id"
    world.notes.add("guessed", "no_name", text, nameless, layer=ground.title)
    world.notes.add("read", "settlements", "settlements", layer=ground.title, count=len(found))
    return found


def _middle(shape: Any) -> Any:
    """Middle of a settlement, which lies in it."""
    middle = shapely.centroid(shape)
    inside = shapely.get_dimensions(shape) == 0 or shapely.contains(shape, middle)
    return middle if inside else shapely.point_on_surface(shape)


def _once(world: World, ground: Ground, names: list[str], numbers: list[int]) -> list[int]:
    """Features without those that repeat name and place of an earlier one."""
    seen: set[tuple[str, int, int]] = set()
    kept: list[int] = []
    repeated: list[int] = []
    for number in numbers:
        middle = shapely.centroid(ground.shapes[number])
        spot = (names[number], round(middle.x / SAME_M), round(middle.y / SAME_M))
        (repeated if names[number] and spot in seen else kept).append(number)
        seen.add(spot)
    ids = ground.labels(repeated)
    text = "settlements that repeat the name and place of an earlier one"
    world.notes.add("dropped", "repeated_places", text, ids, layer=ground.title, is_warning=True)
    return kept


def _with_their_areas(world: World, found: list[Settlement]) -> list[Settlement]:
    """Settlements that a layer has as points and another one as areas, each once."""
    silent = world.recipe.settings.words_left_out
    points: dict[str, list[Settlement]] = {}
    for one in found:
        if one.area is None:
            points.setdefault(folded(one.name, silent), []).append(one)
    gone: list[str] = []
    for one in found:
        if one.area is None:
            continue
        near = [
            point
            for point in points.get(folded(one.name, silent), [])
            if point.area is None and shapely.dwithin(point.point, one.area, SAME_AREA_M)
        ]
        if len(near) == 1:
            near[0].area = one.area
            near[0].people = near[0].people or one.people
            near[0].district = near[0].district or one.district
            gone.append(one.id)
    text = "areas that belong to a settlement of that name, which another layer has as a point"
    world.notes.add("read", "areas_of_points", text, gone)
    lost = set(gone)
    return [one for one in found if one.id not in lost]


def _put_into_districts(world: World, found: list[Settlement]) -> None:
    """Name the district of settlements that say none, by the polygons of districts."""
    silent = [one for one in found if not one.district]
    for ground in world.of("districts"):
        keeps = np.flatnonzero(whole_shapes(ground, world.notes))
        names = [clean_name(name) for name in ground.texts("name")]
        codes = ground.texts("code")
        tree = shapely.STRtree(areas_of(ground.shapes[keeps]))
        points = [one.point for one in silent]
        inside = tree.query(points, predicate="intersects") if points else np.zeros((2, 0), int)
        given: dict[int, str] = {}
        for point, area in inside.T.tolist():
            number = int(keeps[area])
            given.setdefault(point, names[number] or clean_name(codes[number]))
        for number, name in given.items():
            silent[number].district = name
        ids = [silent[number].id for number in sorted(given)]
        text = "settlements whose district the polygons say"
        world.notes.add("read", "districts_by_polygon", text, ids, layer=ground.title)
        silent = [one for one in silent if not one.district]
    text = "settlements in no district"
    world.notes.add("look", "no_district", text, [one.id for one in silent])


def _name_hubs(world: World, found: list[Settlement], problems: list[Problem]) -> None:
    """Mark the hubs that the recipe names."""
    silent = world.recipe.settings.words_left_out
    for hub in world.recipe.settings.hubs:
        plain = folded(hub, silent)
        meant = [one for one in found if hub in (one.id, one.id_source)]
        meant = meant or [one for one in found if folded(one.name, silent) == plain]
        if len(meant) != 1 and found:
            what = f"{hub!r}, which {len(meant)} settlements are called" if meant else repr(hub)
            allowed = "ids or names of settlements, each of one: ids stand in places.csv"
            problems.append(Problem(file=RECIPE, column="places.hubs", found=what, allowed=allowed))
        for one in meant:
            one.is_hub = True
    if found and not world.recipe.settings.hubs:
        allowed = "at least one town on the network in use today, by id or name"
        problems.append(Problem(file=RECIPE, column="places.hubs", found="none", allowed=allowed))


def _note_names(world: World, found: list[Settlement]) -> None:
    """Several settlements of one name in one district cannot be told apart by name."""
    silent = world.recipe.settings.words_left_out
    keys = [(folded(one.name, silent), folded(one.district)) for one in found]
    count = Counter(keys)
    ids = [one.id for one, key in zip(found, keys, strict=True) if count[key] > 1]
    text = "settlements that share their name with another of the same district"
    world.notes.add("look", "same_name", text, ids, is_warning=True)
