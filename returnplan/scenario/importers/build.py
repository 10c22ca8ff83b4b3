"""From a recipe to the tables of a scenario: the second call of an import."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from returnplan.domain import Community, Hazard, Place, Road, SourceLine
from returnplan.errors import Problem
from returnplan.scenario.files import RefusedError
from returnplan.scenario.importers.graph import Edge, reduced
from returnplan.scenario.importers.ground import Ground, Ids, World, areas_of, clean_id, clean_name
from returnplan.scenario.importers.hazards import Piece, drawn_of, pieces_of, without_overlaps
from returnplan.scenario.importers.layers import Layer, read_all
from returnplan.scenario.importers.lines import Lines, lines_of
from returnplan.scenario.importers.network import (
    Meeting,
    Network,
    Tolerance,
    connected_villages,
    meeting,
    network_of,
    parts_at,
    proposed,
    tolerances,
)
from returnplan.scenario.importers.notes import ImportProblemsError, Notes, plain_cell
from returnplan.scenario.importers.people import Waiting, people_of
from returnplan.scenario.importers.places import Settlement, settlements_of
from returnplan.scenario.importers.recipe import SKIP, LayerRecipe, Recipe, read_recipe
from returnplan.scenario.importers.space import are_near, box_of, crs_of, moved, plane_of

CONNECTOR, ASSUMED = "connector", "assumed"
"""Ids of the sources of straight roads, and of numbers that nobody gave."""
ID_SOURCE = "id_source"
"""Column that keeps what a layer calls a thing."""
DIGITS = 6
"""Decimals of degrees: 0.1 m."""
MOST_ID_SOURCE = 200
OUTLINE_M = 20.0
"""How far outlines of districts may be from the drawn ones: they are for orientation."""

Cells = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import made.

    Parameters
    ----------
    recipe
        The recipe that it followed.
    rows
        Nouns of each table with what their layer calls them.
    hazards_geojson
        Shapes of the hazards; internal.
    districts_geojson
        Outlines of the districts; empty: no layer has them.
    hubs
        Ids of the hubs.
    notes
        The report.
    table
        What each distance of snapping gives.
    snap_m
        The one that was taken.
    """

    recipe: Recipe
    rows: Mapping[str, list[tuple[Any, str]]]
    hazards_geojson: str
    districts_geojson: str
    hubs: tuple[str, ...]
    notes: Notes
    table: tuple[Tolerance, ...]
    snap_m: float


def imported(path: Path, taken: Sequence[str] = ()) -> Imported:
    """Follow a recipe.

    Parameters
    ----------
    path
        File of the recipe.
    taken
        Ids that other tables of the folder have.

    Returns
    -------
    Imported
        The tables and the report.

    Raises
    ------
    ImportProblemsError
        With everything that is wrong with recipe and layers.
    """
    problems: list[Problem] = []
    recipe = read_recipe(path, problems)
    _stop_at(problems)
    notes = Notes()
    ids = Ids()
    for name in (CONNECTOR, ASSUMED, *taken):
        ids.take(name, "x", 0)
    world = _world(recipe, path, ids, notes, problems)
    _stop_at(problems)
    settlements = settlements_of(world, problems)
    waiting = people_of(world, settlements, problems)
    drawn = without_overlaps(world, drawn_of(world, problems), problems)
    if settlements and not waiting:
        allowed = "a layer of people, a column of people, or default = ... in [people]"
        problems.append(Problem(file=path.name, column="people", found="nobody", allowed=allowed))
    _stop_at(problems)
    lines = lines_of(world)
    found, table, snap_m = _met(world, lines, settlements)
    net, edges = _network(world, found, settlements, snap_m)
    numbers, junctions = _numbered(net, edges, len(settlements))
    roads, shapes = _roads(world, net, edges, numbers, lines, settlements, junctions)
    pieces = pieces_of(world, drawn, shapes, settlements)
    hazards = _hazards(world, pieces, roads, settlements)
    rows: dict[str, list[tuple[Any, str]]] = {
        "places": [*_places(world, settlements), *_junctions(world, net, junctions)],
        "communities": _communities(world, waiting, settlements),
        "roads": roads,
        "hazards": hazards,
        "sources": [(line, "") for line in _sources(world)],
    }
    return Imported(
        recipe=recipe,
        rows=rows,
        hazards_geojson=_hazards_geojson(world, pieces, hazards),
        districts_geojson=_districts_geojson(world),
        hubs=tuple(one.id for one in settlements if one.is_hub),
        notes=notes,
        table=tuple(table),
        snap_m=snap_m,
    )


def _stop_at(problems: Sequence[Problem]) -> None:
    if problems:
        raise ImportProblemsError(problems)


def _world(recipe: Recipe, path: Path, ids: Ids, notes: Notes, problems: list[Problem]) -> World:
    """All layers that are not skipped, in one plane."""
    wanted = [one for one in recipe.layers if one.role != SKIP]
    files = read_all([one.file for one in wanted], problems, path.parent)
    pairs: list[tuple[LayerRecipe, Layer]] = []
    for one in wanted:
        layer = _layer_named(files[one.file], one, problems)
        if layer is not None:
            _check_columns(one, layer, problems)
            pairs.append((one, layer))
    placed, boxes = [], []
    for one, layer in pairs:
        if layer.shapes is None:
            continue
        try:
            crs = crs_of(layer, one.crs)
        except RefusedError as no:
            problems.append(no.problem(layer.title))
            continue
        placed.append((layer, crs))
        box = box_of(layer, crs, swap=one.swap_axes)
        if box is not None:
            boxes.append((layer, box))
    _stop_at(problems)
    if not boxes:
        found = "no shape that lies anywhere"
        _stop_at([Problem(file=path.name, column="layer", found=found, allowed="at least one")])
    try:
        plane = plane_of([box for _, box in boxes])
    except RefusedError as no:
        raise ImportProblemsError([no.problem(path.name)]) from None
    for number, (layer, box) in enumerate(boxes):
        others = [other for at, (_, other) in enumerate(boxes) if at != number]
        if others and not any(are_near(box, other) for other in others):
            text = "layers far from all others (look at crs and swap_axes)"
            notes.add("look", "far_away", text, layer=layer.title, count=1, is_warning=True)
    systems = {id(layer): crs for layer, crs in placed}
    grounds: list[Ground] = []
    for one, layer in pairs:
        shapes = layer.shapes
        if shapes is not None:
            shapes = moved(shapes, systems[id(layer)], plane, swap=one.swap_axes)
            if one.swap_axes:
                text = "layers with latitude and longitude exchanged, as the recipe says"
                notes.add(
                    "mended", "axes_swapped", text, layer=layer.title, count=1, is_warning=True
                )
        name = f"{Path(one.file).stem}_{one.layer}" if one.layer else Path(one.file).stem
        source = ids.take(clean_id(name) or "layer", "layer", len(grounds) + 1)
        grounds.append(Ground(recipe=one, layer=layer, shapes=shapes, source=source))
    return World(recipe=recipe, plane=plane, grounds=tuple(grounds), notes=notes, ids=ids)


def _layer_named(
    layers: Sequence[Layer], one: LayerRecipe, problems: list[Problem]
) -> Layer | None:
    """The layer of a file that a recipe means; None: a problem says why there is none."""
    if not layers:
        return None
    found = [layer for layer in layers if layer.name == one.layer]
    if not one.layer and len(layers) == 1:
        found = list(layers)
    if found:
        layer = found[0]
        needs = "a table" if one.role == "population" else "shapes"
        if one.role == "population" or layer.shapes is not None:
            return layer
        problem = Problem(file=layer.title, found="a table without shapes", allowed=needs)
        problems.append(problem)
        return None
    names = ", ".join(layer.name or "(nameless)" for layer in layers)
    problems.append(
        Problem(file=one.file, found=f"no layer {one.layer!r}", allowed=f"one of {names}")
    )
    return None


def _check_columns(one: LayerRecipe, layer: Layer, problems: list[Problem]) -> None:
    for meaning, column in one.columns.items():
        if column not in layer.columns:
            found = f"no column {column!r}, which the recipe takes for {meaning}"
            allowed = f"one of {', '.join(layer.columns)}" if layer.columns else "nothing"
            problems.append(Problem(file=layer.title, found=found, allowed=allowed))


def _met(
    world: World, lines: Lines, settlements: Sequence[Settlement]
) -> tuple[Meeting, list[Tolerance], float]:
    """What meets at each distance of snapping, and the distance that is taken."""
    settings, notes = world.recipe.settings, world.notes
    found = meeting(
        lines,
        np.array([one.point for one in settlements], object),
        at_road_m=settings.at_road_m,
        connector_m=settings.connector_m,
        all_crossings=settings.crossings == "all",
    )
    hubs = [number for number, one in enumerate(settlements) if one.is_hub]
    table = tolerances(found, hubs)
    snap_m = proposed(table, len(settlements)) if settings.snap_m is None else settings.snap_m
    how = "proposed" if settings.snap_m is None else "by the recipe"
    snapped = int(np.count_nonzero((found.gap_m <= snap_m) & (found.gap_m > 0)))
    text = f"ends of roads joined to a road up to {snap_m:g} m away ({how})"
    notes.add("mended", "ends_snapped", text, count=snapped)
    text = "crossings of roads without common points, taken for bridges"
    if settings.crossings == "vertex":
        notes.add("look", "crossings_unmet", text, count=found.unmet)
    connected = connected_villages(found, parts_at(found, snap_m), hubs)
    is_off = found.near.line < 0
    for what, flags, text in (
        (
            "off_the_roads",
            is_off,
            f"settlements farther than {settings.connector_m:,.0f} m from every road",
        ),
        ("cut_off", ~connected & ~is_off, "settlements on roads that lead to no hub"),
    ):
        ids = [settlements[number].id for number in np.flatnonzero(flags).tolist()]
        notes.add("look", what, text, ids, is_warning=True)
    notes.tables.append(tolerance_words(table, snap_m))
    return found, table, snap_m


def tolerance_words(table: Sequence[Tolerance], snap_m: float) -> str:
    """The table of distances of snapping, in Markdown.

    Parameters
    ----------
    table
        What each distance gives.
    snap_m
        The one that was taken.
    """
    lines = [
        "## Joining ends of roads",
        "",
        f"Taken: {snap_m:g} m (`snap_m` in the recipe).",
        "",
        "| ends joined up to (m) | parts of the network | settlements without a road to a hub |",
        "|---:|---:|---:|",
        *(f"| {row.snap_m:g} | {row.parts:,} | {row.cut_off:,} |" for row in table),
    ]
    return "\n".join(lines)


def _network(
    world: World, found: Meeting, settlements: Sequence[Settlement], snap_m: float
) -> tuple[Network, tuple[Edge, ...]]:
    """The network that is left when dead ends are dropped and chains merged."""
    settings, notes = world.recipe.settings, world.notes
    net = network_of(
        found,
        snap_m,
        at_road_m=settings.at_road_m,
        connector_m=settings.connector_m,
        connector_kmh=settings.connector_kmh,
    )
    places = set(net.village_node[net.village_node >= 0].tolist())
    left = reduced(net.edges, places)
    text = f"pieces of road that lead to no settlement ({left.dropped_m / 1000:,.0f} km)"
    notes.add("dropped", "dead_ends", text, count=left.dropped)
    notes.add("mended", "chains", "points between two roads that became one", count=left.merged)
    number_of = {int(node): number for number, node in enumerate(net.village_node) if node >= 0}
    ids = [
        settlements[number_of[edge.one if edge.one in number_of else edge.other]].id
        for edge in net.edges
        if edge.is_connector
    ]
    text = "settlements off the roads with a straight connector"
    notes.add("guessed", "connectors", text, ids)
    return net, left.edges


def _numbered(
    net: Network, edges: Sequence[Edge], settlements: int
) -> tuple[dict[int, int], list[int]]:
    """Number of each node: settlements as they are, junctions behind them by their place."""
    numbers = {int(node): number for number, node in enumerate(net.village_node) if node >= 0}
    nodes = {node for edge in edges for node in (edge.one, edge.other)} - numbers.keys()
    spots = {node: tuple(np.round(net.node_xy[node], 1).tolist()) for node in nodes}
    junctions = sorted(nodes, key=lambda node: (spots[node], node))
    numbers |= {node: settlements + number for number, node in enumerate(junctions)}
    return numbers, junctions


def _roads(  # noqa: PLR0913, PLR0917 # the network and all that its roads are named after
    world: World,
    net: Network,
    edges: Sequence[Edge],
    numbers: Mapping[int, int],
    lines: Lines,
    settlements: Sequence[Settlement],
    junctions: Sequence[int],
) -> tuple[list[tuple[Any, str]], Any]:
    """Roads of the table with their lines."""
    names = [one.id for one in settlements] + junction_ids(world, len(junctions))
    ordered = sorted(
        edges,
        key=lambda e: (
            *sorted((numbers[e.one], numbers[e.other])),
            round(e.length_m, 3),
            sorted(e.parts)[:1],
        ),
    )
    rows: list[tuple[Any, str]] = []
    shapes: list[Any] = []
    for number, edge in enumerate(ordered, start=1):
        one, other = sorted((numbers[edge.one], numbers[edge.other]))
        of = list(dict.fromkeys(net.line[sorted(edge.parts)].tolist())) if edge.parts else []
        ids = ";".join(dict.fromkeys(lines.ids[line] for line in of))
        road = Road(
            id=world.ids.take(f"r{number:05d}", "r", number),
            from_place=names[one],
            to_place=names[other],
            length_km=max(round(edge.length_m / 1000, 3), 0.001),
            speed_kmh=round(edge.length_m / 1000 / edge.hours, 1),
            all_season=edge.all_season,
            source=lines.sources[of[0]] if of else CONNECTOR,
        )
        rows.append((road, ids[:MOST_ID_SOURCE]))
        if edge.parts:
            shapes.append(shapely.line_merge(shapely.union_all(net.shapes[sorted(edge.parts)])))
        else:
            shapes.append(shapely.linestrings(net.node_xy[[edge.one, edge.other]]))
    count = len(rows)
    length = sum(row.length_km for row, _ in rows)
    world.notes.add("read", "roads", f"roads of the scenario ({length:,.0f} km)", count=count)
    return rows, np.array(shapes, object)


def junction_ids(world: World, count: int) -> list[str]:
    """Ids of junctions.

    Parameters
    ----------
    world
        Takes them.
    count
        How many.
    """
    return [world.ids.take(f"j{number:05d}", "j", number) for number in range(1, count + 1)]


def _degrees(world: World, points: Any) -> list[tuple[float, float]]:
    found = shapely.get_coordinates(world.degrees(points)).round(DIGITS)
    return [(x, y) for x, y in found.tolist()]


def _places(world: World, settlements: Sequence[Settlement]) -> list[tuple[Any, str]]:
    at = _degrees(world, np.array([one.point for one in settlements], object))
    zone = world.recipe.settings.zone
    changed = [one.id_source for one in settlements if one.id_source not in ("", one.id)]
    text = "settlements with another id than in the layer, which column id_source keeps"
    world.notes.add("mended", "ids_changed", text, changed)
    return [
        (
            Place(
                id=one.id,
                kind="hub" if one.is_hub else "settlement",
                name=one.name,
                lon_deg=lon,
                lat_deg=lat,
                district=one.district,
                zone=zone,
                source=one.source,
            ),
            one.id_source,
        )
        for one, (lon, lat) in zip(settlements, at, strict=True)
    ]


def _junctions(world: World, net: Network, junctions: Sequence[int]) -> list[tuple[Any, str]]:
    if not junctions:
        return []
    at = _degrees(world, shapely.points(net.node_xy[list(junctions)]))
    source = world.of("roads")[0].source
    return [
        (
            Place(
                id=f"j{number:05d}",
                kind="junction",
                name=f"Junction {number}",
                lon_deg=lon,
                lat_deg=lat,
                zone=world.recipe.settings.zone,
                source=source,
            ),
            "",
        )
        for number, (lon, lat) in enumerate(at, start=1)
    ]


def _communities(
    world: World, waiting: Sequence[Waiting], settlements: Sequence[Settlement]
) -> list[tuple[Any, str]]:
    rows: list[tuple[Any, str]] = []
    for number, one in enumerate(waiting, start=1):
        group = f"_{clean_id(one.group) or number}" if one.group else ""
        home = settlements[one.settlement]
        row = Community(
            id=world.ids.take(f"{home.id[:50]}_people{group}", "c", number),
            settlement=home.id,
            people=one.people,
            households=one.households,
            group=one.group,
            source=one.source,
        )
        rows.append((row, ""))
    people = sum(one.people for one in waiting)
    text = f"communities, with {people:,} people"
    world.notes.add("read", "communities", text, count=len(rows))
    return rows


def _hazards(
    world: World,
    pieces: Sequence[Piece],
    roads: Sequence[tuple[Any, str]],
    settlements: Sequence[Settlement],
) -> list[tuple[Any, str]]:
    """Rows of the table of hazards; several pieces of one hazard are numbered."""
    count: dict[str, int] = {}
    for piece in pieces:
        count[piece.drawn.id] = count.get(piece.drawn.id, 0) + 1
    inner = shapely.point_on_surface(np.array([piece.shape for piece in pieces], object))
    at = _degrees(world, inner) if pieces else []
    seen: dict[str, int] = {}
    rows: list[tuple[Any, str]] = []
    for number, (piece, (lon, lat)) in enumerate(zip(pieces, at, strict=True), start=1):
        id_ = piece.drawn.id
        if count[id_] > 1:
            seen[id_] = seen.get(id_, 0) + 1
            id_ = world.ids.take(f"{id_}-{seen[id_]}", "h", number)
        row = Hazard(
            id=id_,
            place=None if piece.place is None else settlements[piece.place].id,
            road=None if piece.road is None else roads[piece.road][0].id,
            hazard_class=piece.drawn.hazard_class,  # type: ignore[arg-type]
            land_class=piece.drawn.land_class,  # type: ignore[arg-type]
            area_m2=float(round(piece.area_m2)),
            denies=piece.denies,  # type: ignore[arg-type]
            record=piece.drawn.record,  # type: ignore[arg-type]
            difficulty=piece.drawn.difficulty,  # type: ignore[arg-type]
            items_per_km2=float(piece.drawn.items_per_km2) if piece.drawn.items_per_km2 else None,
            lon_deg=lon,
            lat_deg=lat,
            source=piece.drawn.source,
        )
        rows.append((row, piece.drawn.id_source))
    cut = sorted({piece.drawn.id for piece in pieces if piece.road is not None})
    strips = sum(piece.area_m2 for piece in pieces if piece.road is not None)
    width = world.recipe.settings.corridor_m
    text = (
        f"hazards of which a strip {width:g} m wide denies a road ({strips:,.0f} m2 in all), and the "
        "rest its settlement"
    )
    world.notes.add("read", "on_roads", text, cut)
    return rows


def _sources(world: World) -> list[SourceLine]:
    lines = [
        SourceLine(
            id=ground.source,
            title=clean_name(_source_title(ground)) or ground.source,
            kind="observed",
        )
        for ground in world.grounds
    ]
    limit = world.recipe.settings.connector_m
    title = f"Straight lines to settlements up to {limit:,.0f} m off the roads, by the import"
    lines.append(SourceLine(id=CONNECTOR, title=title, kind="assumed"))
    title = "Numbers that no layer gives: the recipe of the import assumes them"
    lines.append(SourceLine(id=ASSUMED, title=title, kind="assumed"))
    return lines


def _source_title(ground: Ground) -> str:
    """Name of a layer without the folders in which it lies."""
    name = Path(ground.recipe.file).name
    return f"{name}, layer {ground.recipe.layer}" if ground.recipe.layer else name


def _hazards_geojson(world: World, pieces: Sequence[Piece], rows: Sequence[tuple[Any, str]]) -> str:
    """Shapes of the hazards; they are internal, as the locations in the table."""
    shapes = world.degrees(np.array([piece.shape for piece in pieces], object))
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": row.id,
                "site": row.site,
                "hazard_class": row.hazard_class,
                "denies": ";".join(row.denies),
            },
            "geometry": _geometry(shape),
        }
        for (row, _), shape in zip(rows, shapes, strict=True)
    ]
    note = "internal: locations of hazards are not for the public"
    return _collection(features, sensitivity=note)


def _districts_geojson(world: World) -> str:
    features = []
    for ground in world.of("districts"):
        names = ground.texts("name")
        shapes = shapely.simplify(areas_of(ground.shapes), OUTLINE_M)
        for name, shape in zip(names, world.degrees(shapes), strict=True):
            if shape is not None and not shapely.is_empty(shape):
                properties = {"district": clean_name(name), "source": _source_title(ground)}
                geometry = _geometry(shape)
                features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return _collection(features) if features else ""


def _geometry(shape: Any) -> dict[str, Any]:
    """A shape as GeoJSON, of a size that maps need."""
    found: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    found["coordinates"] = _rounded(found["coordinates"])
    return found


def _rounded(value: Any) -> Any:
    return round(value, DIGITS) if isinstance(value, float | int) else [_rounded(v) for v in value]


def _collection(features: list[dict[str, Any]], **more: str) -> str:
    """A collection of features, one a line."""
    lines = ",\n".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features
    )
    head = "".join(f"{json.dumps(key)}: {json.dumps(text)}, " for key, text in more.items())
    return f'{{"type": "FeatureCollection", {head}"features": [\n{lines}\n]}}\n'


def cells_of(row: Any, table: Any, id_source: str) -> Cells:
    """Text of a row, with what its layer calls it.

    Parameters
    ----------
    row
        A noun.
    table
        How its table is written.
    id_source
        What its layer calls it; empty, or its id: nothing is kept.
    """
    cells: Cells = table.cells(row)
    if id_source and id_source != cells.get("id"):
        cells[ID_SOURCE] = plain_cell(id_source)
    return cells
