"""Rows of the tables of a scenario, and shapes for maps, from what the layers became."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from returnplan.domain import Community, Hazard, Place, Road, SourceLine
from returnplan.scenario.importers.graph import Edge
from returnplan.scenario.importers.ground import Ground, World, areas_of, clean_id, clean_name
from returnplan.scenario.importers.hazards import Piece
from returnplan.scenario.importers.lines import Lines
from returnplan.scenario.importers.network import Network
from returnplan.scenario.importers.notes import plain_cell
from returnplan.scenario.importers.people import Waiting
from returnplan.scenario.importers.places import Settlement

CONNECTOR, ASSUMED = "connector", "assumed"
"""Ids of the sources of straight roads, and of numbers that nobody gave."""
DIGITS = 6
"""Decimals of degrees: 0.1 m."""
MOST_ID_SOURCE = 200
OUTLINE_M = 20.0
"""How far outlines of districts may be from the drawn ones: they are for orientation."""

Rows = list[Any]
"""Nouns of one table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A network whose nodes have ids.

    Parameters
    ----------
    net
        Its segments.
    edges
        Its roads.
    numbers
        Number of each node: settlements as they are, junctions behind them.
    names
        Id of each number.
    junctions
        Nodes that are junctions, in the order of their numbers.
    """

    net: Network
    edges: Sequence[Edge]
    numbers: Mapping[int, int]
    names: Sequence[str]
    junctions: Sequence[int]


def roads(world: World, laid: Laid, lines: Lines) -> tuple[Rows, Any]:
    """Make the rows of the table of roads.

    Parameters
    ----------
    world
        The layers.
    laid
        The network.
    lines
        The lines that it consists of.

    Returns
    -------
    tuple[Rows, Any]
        Rows, and the line of each in metres.
    """
    net, numbers, names = laid.net, laid.numbers, laid.names
    ordered = sorted(
        laid.edges,
        key=lambda e: (
            *sorted((numbers[e.one], numbers[e.other])),
            round(e.length_m, 3),
            sorted(e.parts)[:1],
        ),
    )
    rows: Rows = []
    shapes: list[Any] = []
    for number, edge in enumerate(ordered, start=1):
        one, other = sorted((numbers[edge.one], numbers[edge.other]))
        of = list(dict.fromkeys(net.line[sorted(edge.parts)].tolist())) if edge.parts else []
        ids = ";".join(dict.fromkeys(lines.ids[line] for line in of))
        id_ = world.ids.take(f"r{number:05d}", "r", number)
        road = Road(
            id=id_,
            from_place=names[one],
            to_place=names[other],
            length_km=max(round(edge.length_m / 1000, 3), 0.001),
            speed_kmh=round(edge.length_m / 1000 / edge.hours, 1),
            all_season=edge.all_season,
            source=lines.sources[of[0]] if of else CONNECTOR,
            id_source=_beside(ids, id_),
        )
        rows.append(road)
        if edge.parts:
            shapes.append(
                shapely.line_merge(shapely.multilinestrings(net.shapes[sorted(edge.parts)]))
            )
        else:
            shapes.append(shapely.linestrings(net.node_xy[[edge.one, edge.other]]))
    count = len(rows)
    length = sum(row.length_km for row in rows)
    world.notes.add("read", "roads", f"roads of the scenario ({length:,.0f} km)", count=count)
    return rows, np.array(shapes, object)


def _degrees(world: World, points: Any) -> list[tuple[float, float]]:
    found = shapely.get_coordinates(world.degrees(points)).round(DIGITS)
    return [(x, y) for x, y in found.tolist()]


def places(world: World, settlements: Sequence[Settlement], laid: Laid) -> Rows:
    """Make the rows of the table of places.

    Parameters
    ----------
    world
        The layers.
    settlements
        The settlements.
    laid
        The network, with its junctions.
    """
    at = _degrees(world, np.array([one.point for one in settlements], object))
    zone = world.recipe.settings.zone
    changed = [one.id_source for one in settlements if one.id_source not in ("", one.id)]
    text = "settlements with another id than in the layer, which column id_source keeps"
    world.notes.add("mended", "ids_changed", text, changed)
    return [
        Place(
            id=one.id,
            kind="hub" if one.is_hub else "settlement",
            name=one.name,
            lon_deg=lon,
            lat_deg=lat,
            district=one.district,
            zone=zone,
            source=one.source,
            id_source=_beside(one.id_source, one.id),
        )
        for one, (lon, lat) in zip(settlements, at, strict=True)
    ] + _junctions(world, laid, len(settlements))


def _junctions(world: World, laid: Laid, settlements: int) -> Rows:
    if not laid.junctions:
        return []
    at = _degrees(world, shapely.points(laid.net.node_xy[list(laid.junctions)]))
    source = world.of("roads")[0].source
    return [
        Place(
            id=laid.names[settlements + number - 1],
            kind="junction",
            name=f"Junction {number}",
            lon_deg=lon,
            lat_deg=lat,
            zone=world.recipe.settings.zone,
            source=source,
        )
        for number, (lon, lat) in enumerate(at, start=1)
    ]


def communities(
    world: World, waiting: Sequence[Waiting], settlements: Sequence[Settlement]
) -> Rows:
    """Make the rows of the table of communities.

    Parameters
    ----------
    world
        The layers.
    waiting
        Displaced people.
    settlements
        The settlements.
    """
    rows: Rows = []
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
        rows.append(row)
    people = sum(one.people for one in waiting)
    text = f"communities, with {people:,} people"
    world.notes.add("read", "communities", text, count=len(rows))
    return rows


def hazards(
    world: World, pieces: Sequence[Piece], on: Rows, settlements: Sequence[Settlement]
) -> Rows:
    """Make the rows of the table of hazards; several pieces of one hazard are numbered.

    Parameters
    ----------
    world
        The layers.
    pieces
        Pieces of land.
    on
        Rows of the table of roads.
    settlements
        The settlements.
    """
    count: dict[str, int] = {}
    for piece in pieces:
        count[piece.drawn.id] = count.get(piece.drawn.id, 0) + 1
    inner = shapely.point_on_surface(np.array([piece.shape for piece in pieces], object))
    at = _degrees(world, inner) if pieces else []
    seen: dict[str, int] = {}
    rows: Rows = []
    for number, (piece, (lon, lat)) in enumerate(zip(pieces, at, strict=True), start=1):
        id_ = piece.drawn.id
        if count[id_] > 1:
            seen[id_] = seen.get(id_, 0) + 1
            id_ = world.ids.take(f"{id_}-{seen[id_]}", "h", number)
        row = Hazard(
            id=id_,
            place=None if piece.place is None else settlements[piece.place].id,
            road=None if piece.road is None else on[piece.road].id,
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
            id_source=_beside(piece.drawn.id_source, id_),
        )
        rows.append(row)
    cut = sorted({piece.drawn.id for piece in pieces if piece.road is not None})
    strips = sum(piece.area_m2 for piece in pieces if piece.road is not None)
    width = world.recipe.settings.corridor_m
    text = (
        f"hazards of which a strip {width:g} m wide denies a road ({strips:,.0f} m2 in all), and "
        "the rest its settlement"
    )
    world.notes.add("read", "on_roads", text, cut)
    return rows


def sources(world: World) -> Rows:
    """Make the rows of the table of sources.

    Parameters
    ----------
    world
        The layers.
    """
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


def hazards_geojson(world: World, pieces: Sequence[Piece], rows: Rows) -> str:
    """Write the shapes of the hazards; they are internal, as the locations in the table.

    Parameters
    ----------
    world
        The layers.
    pieces
        Pieces of land.
    rows
        Their rows of the table of hazards.
    """
    shapes = _for_a_map(world, np.array([piece.shape for piece in pieces], object))
    features = [
        {
            "type": "Feature",
            "properties": {
                "id": row.id,
                "site": row.site,
                "hazard_class": row.hazard_class,
                "denies": ";".join(row.denies),
            },
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in zip(rows, shapes, strict=True)
        if shapely.get_type_id(shape) in (3, 6)  # of points the table says all
    ]
    note = "internal: locations of hazards are not for the public"
    return _collection(features, sensitivity=note)


def districts_geojson(world: World) -> str:
    """Write the outlines of the districts; empty: no layer has them.

    Parameters
    ----------
    world
        The layers.
    """
    features = []
    for ground in world.of("districts"):
        names = ground.texts("name")
        shapes = shapely.simplify(areas_of(ground.shapes), OUTLINE_M)
        for name, shape in zip(names, _for_a_map(world, shapes), strict=True):
            if shapely.get_type_id(shape) in (3, 6) and not shapely.is_empty(shape):
                properties = {
                    "district": clean_name(name),
                    "source": clean_name(_source_title(ground)),
                }
                geometry = json.loads(shapely.to_geojson(shape))
                features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return _collection(features) if features else ""


def _for_a_map(world: World, shapes: Any) -> Any:
    """Shapes of the plane in degrees with as many decimals as maps need."""
    return shapely.transform(world.degrees(shapes), lambda points: points.round(DIGITS))


def _collection(features: list[dict[str, Any]], **more: str) -> str:
    """A collection of features, one a line."""
    lines = ",\n".join(
        json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in features
    )
    head = "".join(f"{json.dumps(key)}: {json.dumps(text)}, " for key, text in more.items())
    return f'{{"type": "FeatureCollection", {head}"features": [\n{lines}\n]}}\n'


def _beside(id_source: str, id_: str) -> str:
    """What a layer calls a thing, where it is not the id; no spreadsheet calculates it."""
    parts = (plain_cell(part.strip()) for part in id_source.split(";"))
    text = ";".join(part for part in parts if part)[:MOST_ID_SOURCE]
    return "" if text == id_ else text
