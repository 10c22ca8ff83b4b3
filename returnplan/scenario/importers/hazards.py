"""Hazards of their layers: whole shapes, each piece of land once, on one road or settlement."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from returnplan.domain import DENIALS, MOST_M2
from returnplan.errors import Problem
from returnplan.scenario.importers.ground import (
    GRID_M,
    Ground,
    World,
    areas_of,
    common_land,
    land_without,
    meaning_of,
    shared_m2,
    whole_shapes,
)
from returnplan.scenario.importers.places import Settlement
from returnplan.scenario.importers.recipe import SKIP

Flags = npt.NDArray[np.bool_]

LEAST_M2 = 1.0
"""Smaller pieces are what rounding leaves."""
DIFFERS = 0.2
"""Share by which a reported area may differ from that of its shape before the report says so."""
LARGE_DIMENSION = 2
COLLECTION = 7
"""Type of shapes in which points, lines and areas are mixed."""


@dataclass(slots=True, kw_only=True)
class Drawn:
    """A hazard as a layer draws it.

    Parameters
    ----------
    id, id_source
        Id in the folder, and in the layer.
    shape
        Its land, metres; a point where it is drawn as one.
    area_m2
        Of a point: its area; None: that of its shape.
    hazard_class, land_class, record, difficulty
        As in the table of hazards.
    denies
        What the layer says that it denies; empty: nothing.
    items_per_km2
        As text.
    source
        Id of its source.
    """

    id: str
    id_source: str
    shape: Any
    area_m2: float | None
    hazard_class: str
    land_class: str
    record: str
    difficulty: str
    denies: tuple[str, ...]
    items_per_km2: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """What of a hazard lies on one road or settlement.

    Parameters
    ----------
    drawn
        The hazard.
    road, place
        Number of the road, or of the settlement.
    shape
        Its land, metres.
    area_m2
        Its area.
    denies
        What people cannot use.
    """

    drawn: Drawn
    road: int | None = None
    place: int | None = None
    shape: Any
    area_m2: float
    denies: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Remains:
    """Land of a hazard that is not on a road."""

    drawn: Drawn
    shape: Any
    area_m2: float
    place: int | None = None
    denies: tuple[str, ...] = field(default=())


def drawn_of(world: World, problems: list[Problem]) -> list[Drawn]:
    """Read the hazards of all their layers.

    Parameters
    ----------
    world
        The layers.
    problems
        Takes what forbids an import.

    Returns
    -------
    list[Drawn]
        Open ones with whole shapes, each once.
    """
    found: list[Drawn] = []
    for ground in world.of("hazards"):
        found += _of_layer(world, ground, problems)
    return found


def _of_layer(world: World, ground: Ground, problems: list[Problem]) -> list[Drawn]:
    notes, title = world.notes, ground.title
    keeps = whole_shapes(ground, notes)
    means = {
        key: meaning_of(ground, key, notes, tells=key != "status")
        for key in ("status", "hazard_class", "land_class", "record", "difficulty")
    }
    shapes = ground.shapes.copy()
    is_area = keeps & (shapely.get_dimensions(shapes) == LARGE_DIMENSION)
    is_broken = is_area & ~shapely.is_valid(shapes)
    is_mixed = is_area & (shapely.get_type_id(shapes) == COLLECTION)
    shapes[is_broken | is_mixed] = areas_of(shapes[is_broken | is_mixed])
    numbers = np.flatnonzero(_kept(world, ground, shapes, keeps, means)).tolist()
    ids = ground.labels([number for number in numbers if is_broken[number]])
    notes.add(
        "mended", "broken_rings", "hazards with rings that crossed themselves", ids, layer=title
    )
    areas = _reported(world, ground, numbers, shapes, problems)
    given = {key: ground.texts(key) for key in ("id", "items_per_km2", "denies")}
    denied = [_denials(ground, text) for text in given["denies"]]
    found = [
        Drawn(
            id=world.ids.take(given["id"][number], "h", ground.layer.rows[number]),
            id_source=given["id"][number],
            shape=shapes[number],
            area_m2=areas[number],
            hazard_class=means["hazard_class"][number],
            land_class=means["land_class"][number],
            record=means["record"][number],
            difficulty=means["difficulty"][number],
            denies=denied[number],
            items_per_km2=_plain_number(given["items_per_km2"][number]),
            source=ground.source,
        )
        for number in numbers
    ]
    notes.add("read", "hazards", "hazards", layer=title, count=len(found))
    return found


def _kept(
    world: World, ground: Ground, shapes: Any, keeps: Flags, means: Mapping[str, Sequence[str]]
) -> Flags:
    """Hazards that are open and have land of their own; the others are noted."""
    dimensions = shapely.get_dimensions(shapes)
    closed = np.array([word == "closed" for word in means["status"]], bool)
    skipped = np.array([word == SKIP for word in means["hazard_class"]], bool)
    landless = (dimensions == LARGE_DIMENSION) & ~(shapely.area(shapes) >= LEAST_M2)
    for what, flags, text in (
        ("closed", closed, "hazards that are closed by their status"),
        ("hazards_skipped", skipped, "hazards of a class that the recipe skips"),
        ("hazards_as_lines", dimensions == 1, "hazards drawn as lines, without area"),
        ("no_area", landless, "hazards without area"),
        ("repeated_hazards", None, "hazards that repeat the shape of an earlier one"),
    ):
        now = keeps & (_repeated(shapes, keeps) if flags is None else flags)
        keeps = keeps & ~now
        ids = ground.labels(np.flatnonzero(now).tolist())
        is_odd = what not in ("closed", "hazards_skipped")
        world.notes.add("dropped", what, text, ids, layer=ground.title, is_warning=is_odd)
    return keeps


def _repeated(shapes: Any, keeps: Flags) -> Flags:
    """Shapes that are the same as an earlier one."""
    flags = np.zeros(len(shapes), bool)
    numbers = np.flatnonzero(keeps)
    seen: set[bytes] = set()
    for number, way in zip(
        numbers.tolist(), shapely.to_wkb(shapely.normalize(shapes[numbers])).tolist(), strict=True
    ):
        flags[number] = way in seen
        seen.add(way)
    return flags


def _denials(ground: Ground, text: str) -> tuple[str, ...]:
    """What a layer says that a hazard denies, by the recipe or in the words of the table."""
    table = ground.recipe.values.get("denies", {})
    meant = table.get(text, "") or ";".join(
        table.get(part.strip(), part.strip().lower()) for part in text.replace(",", ";").split(";")
    )
    parts = dict.fromkeys(part.strip() for part in meant.split(";"))
    return tuple(part for part in parts if part in DENIALS)


def _plain_number(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return ""
    return text if 0 <= value < 1e9 else ""  # noqa: PLR2004 # nor one that is no number


def _reported(
    world: World, ground: Ground, numbers: Sequence[int], shapes: Any, problems: list[Problem]
) -> dict[int, float | None]:
    """Areas of points, m2; None for those drawn as areas, of which the reported one is compared."""
    texts = ground.texts("area_m2")
    column = ground.recipe.columns.get("area_m2", "area_m2")
    areas: dict[int, float | None] = {}
    silent, differing, unread = [], [], []
    measured = shapely.area(shapes)
    for number in numbers:
        area = _area(texts[number])
        if shapely.get_dimensions(shapes[number]) == LARGE_DIMENSION:
            areas[number] = None
            if area is None and texts[number]:
                unread.append(number)
            if area is not None and abs(area - measured[number]) > DIFFERS * measured[number]:
                differing.append(number)
            continue
        if area is None and texts[number]:
            row, text = ground.layer.rows[number], repr(texts[number][:60])
            allowed = "an area in m2, without unit and marks between thousands; or nothing"
            problems.append(
                Problem(file=ground.title, row=row, column=column, found=text, allowed=allowed)
            )
        if area is None:
            silent.append(number)
        areas[number] = world.recipe.settings.point_m2 if area is None else area
    text = "hazards with a reported area that is no number of m2, the area of their shape counts"
    ids = ground.labels(unread)
    world.notes.add("look", "area_unread", text, ids, layer=ground.title)
    size = f"{world.recipe.settings.point_m2:,.0f}"
    text = f"hazards drawn as points without an area, taken for {size} m2 each"
    ids = ground.labels(silent)
    world.notes.add("guessed", "assumed_area", text, ids, layer=ground.title, is_warning=True)
    text = (
        "hazards with a reported area that differs by more than a fifth from that of their shape, "
        "which counts"
    )
    ids = ground.labels(differing)
    world.notes.add("look", "area_differs", text, ids, layer=ground.title)
    return areas


def _area(text: str) -> float | None:
    """A reported area; None: none, or no number of square metres."""
    with suppress(ValueError):
        area = float(text)
        if 0 <= area <= MOST_M2:
            return area
    return None


def without_overlaps(world: World, drawn: list[Drawn], problems: list[Problem]) -> list[Drawn]:
    """Take away land that lies in an earlier hazard, as the recipe says.

    Parameters
    ----------
    world
        The layers.
    drawn
        All hazards.
    problems
        Takes overlaps that are refused.

    Returns
    -------
    list[Drawn]
        Those of which something is left, confirmed ones first.
    """
    how = world.recipe.settings.overlaps
    order = sorted(drawn, key=lambda one: one.hazard_class != "CHA")
    shapes = np.array([one.shape for one in order], object)
    pairs = _overlapping(shapes)
    ids = [order[number].id for number in pairs]
    if how == "refuse":
        for late, early in list(pairs.items())[:1_000]:
            found = f"{order[late].id!r}, which lies in part in {order[early[0]].id!r}"
            allowed = 'no overlaps (overlaps = "refuse" in the recipe)'
            problems.append(Problem(file="hazards", found=found, allowed=allowed))
        return order
    if how == "keep":
        text = "hazards that lie in part in another one, common land counted for each"
        world.notes.add("look", "overlaps", text, ids, is_warning=True)
        return order
    lost_m2 = 0.0
    gone: list[str] = []
    for late in sorted(pairs):
        before = shapely.union_all(shapes[pairs[late]], grid_size=GRID_M)
        left = land_without(shapes[late], before)
        lost_m2 += float(shapely.area(shapes[late]) - shapely.area(left))
        order[late].shape = left
        if shapely.area(left) < LEAST_M2:
            gone.append(order[late].id)
    text = f"hazards that lie in part in another one, {lost_m2:,.0f} m2 of common land counted once"
    world.notes.add("mended", "overlaps", text, ids)
    text = "hazards that lie wholly in others"
    world.notes.add("dropped", "covered", text, gone, is_warning=True)
    return [one for one in order if one.id not in set(gone)]


def _overlapping(shapes: Any) -> dict[int, list[int]]:
    """For each shape the earlier ones whose land it shares."""
    if not len(shapes):
        return {}
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    is_area = shapely.get_dimensions(shapes) == LARGE_DIMENSION
    both = (one > other) & is_area[one] & is_area[other]
    one, other = one[both], other[both]
    shared = shared_m2(shapes[one], shapes[other]) >= LEAST_M2
    found: dict[int, list[int]] = {}
    for late, early in sorted(zip(one[shared].tolist(), other[shared].tolist(), strict=True)):
        found.setdefault(late, []).append(early)
    return found


def pieces_of(
    world: World, drawn: Sequence[Drawn], roads: Any, settlements: Sequence[Settlement]
) -> list[Piece]:
    """Give each piece of land of a hazard to the road or settlement on which it lies.

    Parameters
    ----------
    world
        The layers.
    drawn
        The hazards.
    roads
        Line of each road of the network, metres.
    settlements
        The settlements.

    Returns
    -------
    list[Piece]
        By hazard; on settlements before on roads.
    """
    on_roads, remains = _cut_by_roads(world, drawn, roads)
    inside, remains = _cut_by_settlements(remains, settlements)
    _give_to_nearest(world, remains, settlements)
    _say_what_is_denied(world, remains, settlements)
    by_owner: dict[tuple[str, str, int], list[Piece]] = {}
    for piece in on_roads:
        by_owner.setdefault((piece.drawn.id, "road", piece.road or 0), []).append(piece)
    for one in (*inside, *remains):
        if one.place is not None:
            denies = one.denies or world.recipe.settings.inside
            key = (one.drawn.id, "place " + ";".join(denies), one.place)
            piece = Piece(
                drawn=one.drawn,
                place=one.place,
                shape=one.shape,
                area_m2=one.area_m2,
                denies=denies,
            )
            by_owner.setdefault(key, []).append(piece)
    place_of = {one.id: number for number, one in enumerate(drawn)}
    order = sorted(by_owner, key=lambda key: (place_of[key[0]], key[1] == "road", key[2], key[1]))
    return [_together(by_owner[key]) for key in order]


def _together(pieces: Sequence[Piece]) -> Piece:
    """Pieces of one hazard with one owner as one."""
    if len(pieces) == 1:
        return pieces[0]
    first = pieces[0]
    return Piece(
        drawn=first.drawn,
        road=first.road,
        place=first.place,
        shape=shapely.union_all([piece.shape for piece in pieces], grid_size=GRID_M),
        area_m2=sum(piece.area_m2 for piece in pieces),
        denies=first.denies,
    )


def _cut_by_roads(
    world: World, drawn: Sequence[Drawn], roads: Any
) -> tuple[list[Piece], list[_Remains]]:
    """Strips of hazards along roads, and what is left of each part of a hazard."""
    width = world.recipe.settings.corridor_m
    least = world.recipe.settings.least_strip_m2
    parts: list[tuple[Drawn, Any]] = [
        (one, part) for one in drawn for part in shapely.get_parts(one.shape).tolist()
    ]
    near = _near(np.array([part for _, part in parts], object), roads, width / 2)
    strips: dict[int, Any] = {}
    pieces: list[Piece] = []
    remains: list[_Remains] = []
    for number, (one, part) in enumerate(parts):
        if shapely.get_dimensions(part) == 0:
            owners = near.get(number, [])
            share = (one.area_m2 or 0.0) / shapely.get_num_geometries(one.shape)
            if owners:
                distance = shapely.distance(roads[owners], part)
                road = owners[int(np.argmin(distance))]
                pieces.append(
                    Piece(drawn=one, road=road, shape=part, area_m2=share, denies=("road",))
                )
            else:
                remains.append(_Remains(drawn=one, shape=part, area_m2=share))
            continue
        left = part
        for road in near.get(number, []):
            if road not in strips:
                strips[road] = shapely.buffer(roads[road], width / 2, cap_style="flat")
            strip = common_land(left, strips[road])
            area = float(shapely.area(strip))
            if area < max(least, LEAST_M2):
                continue
            left = land_without(left, strips[road])
            pieces.append(Piece(drawn=one, road=road, shape=strip, area_m2=area, denies=("road",)))
        area = float(shapely.area(left))
        if area >= LEAST_M2:
            remains.append(_Remains(drawn=one, shape=left, area_m2=area))
    return pieces, remains


def _near(parts: Any, roads: Any, distance_m: float) -> dict[int, list[int]]:
    """For each part the roads that come near it."""
    found: dict[int, list[int]] = {}
    if len(parts) and len(roads):
        pairs = shapely.STRtree(roads).query(parts, predicate="dwithin", distance=distance_m)
        for part, road in sorted(zip(*pairs.tolist(), strict=True)):
            found.setdefault(part, []).append(road)
    return found


def _cut_by_settlements(
    remains: list[_Remains], settlements: Sequence[Settlement]
) -> tuple[list[_Remains], list[_Remains]]:
    """Land inside settlements that are drawn as areas, and what is left."""
    with_area = [
        number for number, one in enumerate(settlements) if one.area is not None and not one.is_hub
    ]
    areas = np.array([settlements[number].area for number in with_area], object)
    shapes = np.array([one.shape for one in remains], object)
    near = _near(shapes, areas, 0.0)
    inside: list[_Remains] = []
    outside: list[_Remains] = []
    for number, one in enumerate(remains):
        left = one.shape
        is_point = shapely.get_dimensions(left) == 0
        for at in near.get(number, []):
            part = left if is_point else common_land(left, areas[at])
            area = one.area_m2 if is_point else float(shapely.area(part))
            if area < LEAST_M2 and not is_point:
                continue
            found = _Remains(drawn=one.drawn, shape=part, area_m2=area, place=with_area[at])
            found.denies = one.drawn.denies
            inside.append(found)
            if is_point:
                left = None
                break
            left = land_without(left, areas[at])
        if left is None:
            continue
        area = one.area_m2 if is_point else float(shapely.area(left))
        if area >= LEAST_M2 or is_point:
            outside.append(_Remains(drawn=one.drawn, shape=left, area_m2=area))
    return inside, outside


def _give_to_nearest(
    world: World, remains: Sequence[_Remains], settlements: Sequence[Settlement]
) -> None:
    """Give land to the nearest settlement; what lies too far is listed."""
    limit = world.recipe.settings.to_place_m
    targets = np.array([s.point if s.area is None else s.area for s in settlements], object)
    if len(remains) and len(targets):
        shapes = np.array([one.shape for one in remains], object)
        which, place = shapely.STRtree(targets).query_nearest(
            shapes, max_distance=limit or LEAST_M2
        )
        for number, at in sorted(zip(which.tolist(), place.tolist(), strict=True), reverse=True):
            remains[number].place = at
    at_hubs = [one for one in remains if one.place is not None and settlements[one.place].is_hub]
    area = sum(one.area_m2 for one in at_hubs)
    ids = list(dict.fromkeys(one.drawn.id for one in at_hubs))
    text = f"hazards nearest to a hub, for which nobody waits: {area:,.0f} m2, whole ones and parts"
    world.notes.add("dropped", "at_hubs", text, ids, is_warning=True)
    far = [one for one in remains if one.place is None]
    for one in at_hubs:
        one.place = None
    area = sum(one.area_m2 for one in far)
    ids = list(dict.fromkeys(one.drawn.id for one in far))
    text = (
        f"hazards farther than {limit:,.0f} m from every settlement: {area:,.0f} m2, whole ones "
        "and parts"
    )
    world.notes.add("dropped", "unassigned", text, ids, is_warning=True)


def _say_what_is_denied(
    world: World, remains: Sequence[_Remains], settlements: Sequence[Settlement]
) -> None:
    """What land denies: the layer says it, else land use, else the distance of the settlement."""
    settings = world.recipe.settings
    used = _land_use(world, [one.shape for one in remains])
    by_use, by_distance = [], []
    for number, one in enumerate(remains):
        if one.place is None:
            continue
        one.denies = one.drawn.denies
        if not one.denies and number in used:
            one.denies = (used[number],)
            by_use.append(one.drawn.id)
        if not one.denies:
            home = settlements[one.place]
            target = home.point if home.area is None else home.area
            is_near = float(shapely.distance(one.shape, target)) <= settings.near_m
            one.denies = settings.near if is_near else settings.far
            by_distance.append(one.drawn.id)
    text = "hazards that deny what the land use under them says"
    world.notes.add("read", "denies_by_land_use", text, list(dict.fromkeys(by_use)))
    near, far = ", ".join(settings.near), ", ".join(settings.far)
    text = (
        f"hazards taken to deny {near} up to {settings.near_m:,.0f} m from the settlement, and "
        f"{far} beyond"
    )
    world.notes.add("guessed", "denies_by_distance", text, list(dict.fromkeys(by_distance)))


def _land_use(world: World, shapes: Sequence[Any]) -> dict[int, str]:
    """What each shape denies by the land use that most of it has."""
    most: dict[int, tuple[float, str]] = {}
    wanted = np.array(shapes, object)
    for ground in world.of("land_use"):
        if not len(wanted):
            break
        keeps = whole_shapes(ground, world.notes)
        keeps &= shapely.get_dimensions(ground.shapes) == LARGE_DIMENSION
        words = meaning_of(ground, "class", world.notes, tells=False)
        numbers = [n for n in np.flatnonzero(keeps).tolist() if words[n] not in ("", SKIP)]
        areas = areas_of(ground.shapes[numbers])
        which, land = shapely.STRtree(areas).query(wanted, predicate="intersects")
        shared = shared_m2(wanted[which], areas[land])
        is_point = shapely.get_dimensions(wanted[which]) == 0
        for number, at, area in zip(
            which.tolist(), land.tolist(), np.where(is_point, 1.0, shared).tolist(), strict=True
        ):
            word = words[numbers[at]]
            if area > most.get(number, (0.0, ""))[0]:
                most[number] = (area, word)
    return {number: word for number, (_, word) in most.items()}
