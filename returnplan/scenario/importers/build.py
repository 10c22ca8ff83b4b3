"""From a recipe to the tables of a scenario: the second call of an import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shapely.errors import GEOSException

from returnplan.errors import Problem
from returnplan.scenario.importers.gather import gathered
from returnplan.scenario.importers.graph import reduced
from returnplan.scenario.importers.ground import Ids, World
from returnplan.scenario.importers.hazards import drawn_of, pieces_of, without_overlaps
from returnplan.scenario.importers.lines import Lines, lines_of
from returnplan.scenario.importers.network import (
    Meeting,
    Tolerance,
    connected_villages,
    meeting,
    network_of,
    parts_at,
    proposed,
    tolerances,
)
from returnplan.scenario.importers.notes import ImportProblemsError, Notes
from returnplan.scenario.importers.nouns import (
    ASSUMED,
    CONNECTOR,
    Laid,
    Rows,
    communities,
    districts_geojson,
    hazards,
    hazards_geojson,
    places,
    roads,
    sources,
)
from returnplan.scenario.importers.people import people_of
from returnplan.scenario.importers.places import Settlement, settlements_of
from returnplan.scenario.importers.recipe import Recipe, read_recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import made.

    Parameters
    ----------
    recipe
        The recipe that it followed.
    rows
        Nouns of each table.
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
    rows: Mapping[str, Rows]
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
    try:
        with np.errstate(all="ignore"):  # numbers that no place has
            return _imported(path, taken)
    except GEOSException as error:
        found = f"shapes that cannot be cut ({str(error).splitlines()[0][:200]})"
        allowed = "shapes that a GIS finds valid: mend the layer near that point"
        problem = Problem(file=path.name, column="layer", found=found, allowed=allowed)
        raise ImportProblemsError([problem]) from None


def _imported(path: Path, taken: Sequence[str]) -> Imported:
    problems: list[Problem] = []
    recipe = read_recipe(path, problems)
    _stop_at(problems)
    notes = Notes()
    ids = Ids()
    for name in (CONNECTOR, ASSUMED, *taken):
        ids.take(name, "x", 0)
    world = gathered(recipe, path, ids, notes)
    settlements = settlements_of(world, problems)
    waiting = people_of(world, settlements, problems)
    drawn = without_overlaps(world, drawn_of(world, problems), problems)
    if settlements and not waiting:
        allowed = "a layer of people, a column of people, or default = ... in [people]"
        problems.append(Problem(file=path.name, column="people", found="nobody", allowed=allowed))
    lines = lines_of(world)
    if not len(lines.shapes):
        allowed = "at least one line of a class that is not skipped"
        problems.append(Problem(file=path.name, column="roads", found="none", allowed=allowed))
    _stop_at(problems)
    found, table, snap_m = _met(world, lines, settlements)
    laid = _laid(world, found, settlements, snap_m)
    on, shapes = roads(world, laid, lines)
    pieces = pieces_of(world, drawn, shapes, settlements)
    land = hazards(world, pieces, on, settlements)
    rows: dict[str, Rows] = {
        "places": places(world, settlements, laid),
        "communities": communities(world, waiting, settlements),
        "roads": on,
        "hazards": land,
        "sources": sources(world),
    }
    return Imported(
        recipe=recipe,
        rows=rows,
        hazards_geojson=hazards_geojson(world, pieces, land),
        districts_geojson=districts_geojson(world),
        hubs=tuple(one.id for one in settlements if one.is_hub),
        notes=notes,
        table=tuple(table),
        snap_m=snap_m,
    )


def _stop_at(problems: Sequence[Problem]) -> None:
    if problems:
        raise ImportProblemsError(problems)


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


def _laid(world: World, found: Meeting, settlements: Sequence[Settlement], snap_m: float) -> Laid:
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
    nodes = {node for edge in left.edges for node in (edge.one, edge.other)} - number_of.keys()
    spots = {node: tuple(np.round(net.node_xy[node], 1).tolist()) for node in nodes}
    junctions = sorted(nodes, key=lambda node: (spots[node], node))
    more = {node: number for number, node in enumerate(junctions, start=len(settlements))}
    names = [one.id for one in settlements]
    names += [world.ids.take(f"j{n:05d}", "j", n) for n in range(1, len(junctions) + 1)]
    return Laid(
        net=net, edges=left.edges, numbers=number_of | more, names=names, junctions=junctions
    )
