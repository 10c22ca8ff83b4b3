"""Roads become a network: what meets, what is bridged, what is merged, how long it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import shapely

from returnplan.scenario.importers.graph import Edge, reduced
from returnplan.scenario.importers.lines import Lines
from returnplan.scenario.importers.network import (
    Tolerance,
    meeting,
    network_of,
    proposed,
    tolerances,
)
from tests.scenario.importers.handmade import line, point


def lines_of(*shapes: Any, kmh: float = 60.0) -> Lines:
    count = len(shapes)
    return Lines(
        shapes=np.array(shapes, object),
        speed_kmh=np.full(count, kmh),
        all_season=np.ones(count, np.bool_),
        ids=[str(number) for number in range(count)],
        sources=["roads"] * count,
    )


def ways(
    lines: Lines,
    villages: Sequence[Any],
    snap_m: float = 0.0,
    *,
    at_road_m: float = 100.0,
    connector_m: float = 1000.0,
    all_crossings: bool = False,
) -> list[tuple[str, str, float]]:
    """Roads between villages (a, b, ...) and junctions (J), with their length in metres."""
    found = meeting(
        lines,
        np.array(villages, object),
        at_road_m=at_road_m,
        connector_m=connector_m,
        all_crossings=all_crossings,
    )
    net = network_of(
        found, snap_m, at_road_m=at_road_m, connector_m=connector_m, connector_kmh=15.0
    )
    places = {int(node): number for number, node in enumerate(net.village_node) if node >= 0}
    names = {node: chr(97 + number) for node, number in places.items()}
    edges = reduced(net.edges, places).edges
    return sorted(
        (*sorted((names.get(e.one, "J"), names.get(e.other, "J"))), round(e.length_m, 3))  # type: ignore[misc]
        for e in edges
    )


def test_lines_that_share_an_end_are_one_road() -> None:
    roads = lines_of(line((0, 0), (1000, 0)), line((2000, 0), (1000, 0)))
    assert ways(roads, [point(0, 0), point(2000, 0)]) == [("a", "b", 2000.0)]


def test_a_line_is_cut_where_another_one_has_a_common_point() -> None:
    roads = lines_of(line((0, 0), (1000, 0), (2000, 0)), line((1000, 0), (1000, 700)))
    villages = [point(0, 0), point(2000, 0), point(1000, 700)]
    assert ways(roads, villages) == [("J", "a", 1000.0), ("J", "b", 1000.0), ("J", "c", 700.0)]


@pytest.mark.parametrize(("gap_m", "snap_m", "roads"), [(15, 10, 1), (15, 25, 3), (0, 0, 3)])
def test_an_end_short_of_a_road_is_joined_within_the_distance(
    gap_m: float, snap_m: float, roads: int
) -> None:
    lines = lines_of(line((0, 0), (2000, 0)), line((1000, gap_m), (1000, 700)))
    found = ways(lines, [point(0, 0), point(2000, 0), point(1000, 700)], snap_m)
    assert len(found) == roads
    if roads == 3:
        assert found[2] == ("J", "c", 700.0)


def test_two_ends_that_look_at_each_other_close_one_gap() -> None:
    lines = lines_of(line((0, 0), (990, 0)), line((1010, 0), (2000, 0)))
    assert ways(lines, [point(0, 0), point(2000, 0)], 25) == [("a", "b", 2000.0)]
    assert ways(lines, [point(0, 0), point(2000, 0)], 10) == []


def test_roads_that_cross_without_points_are_bridges_unless_all_crossings_meet() -> None:
    lines = lines_of(line((0, 0), (2000, 0)), line((1000, -500), (1000, 500)))
    villages = [point(0, 0), point(2000, 0), point(1000, 500)]
    assert ways(lines, villages) == [("a", "b", 2000.0)]
    assert ways(lines, villages, all_crossings=True) == [
        ("J", "a", 1000.0),
        ("J", "b", 1000.0),
        ("J", "c", 500.0),
    ]


def test_crossing_roads_with_points_a_step_apart_meet() -> None:
    lines = lines_of(
        line((0, 0), (1000.5, 0), (2000, 0)), line((1000, -500), (1000, 0.4), (1000, 500))
    )
    villages = [point(0, 0), point(2000, 0), point(1000, 500)]
    assert len(ways(lines, villages)) == 3


def test_villages_lie_on_a_road_or_get_a_connector_or_nothing() -> None:
    lines = lines_of(line((0, 0), (3000, 0)))
    villages = [point(0, 0), point(3000, 0), point(1000, 90), point(2000, 400), point(1500, 1001)]
    assert ways(lines, villages) == [
        ("J", "b", 1000.0),
        ("J", "c", 1000.0),
        ("J", "d", 400.0),
        ("a", "c", 1000.0),
    ]


def test_two_villages_at_one_spot_of_a_road_stay_two() -> None:
    lines = lines_of(line((0, 0), (2000, 0)))
    villages = [point(0, 0), point(2000, 0), point(1000, 40), point(1000, -40)]
    assert ways(lines, villages) == [("a", "c", 1000.0), ("b", "c", 1000.0), ("c", "d", 80.0)]


def test_roads_that_end_in_a_village_from_two_sides_meet_there() -> None:
    lines = lines_of(line((0, 0), (970, 0)), line((1040, 0), (2000, 0)))
    villages = [point(0, 0), point(2000, 0), point(1000, 0)]
    assert ways(lines, villages) == [("a", "c", 970.0), ("b", "c", 960.0)]


def test_a_merged_road_has_the_time_of_its_parts_and_the_worse_season() -> None:
    edges = [
        Edge(one=1, other=2, length_m=3000.0, hours=0.1, all_season=True, parts=(0,)),
        Edge(one=2, other=3, length_m=1000.0, hours=0.3, all_season=False, parts=(1,)),
        Edge(one=3, other=3, length_m=50.0, hours=0.1, all_season=True, parts=(2,)),
        Edge(one=7, other=8, length_m=70.0, hours=0.1, all_season=True, parts=(3,)),
    ]
    (road,) = (found := reduced(edges, {1, 3})).edges
    assert (road.length_m, road.hours, road.all_season) == (4000.0, 0.4, False)
    assert sorted(road.parts) == [0, 1]
    assert (found.dropped, found.dropped_m) == (2, 120.0)


def test_a_loop_without_a_village_is_dropped() -> None:
    edges = [
        Edge(one=a, other=b, length_m=1.0, hours=1.0, all_season=True)
        for a, b in ((1, 2), (2, 3), (3, 4), (4, 2), (1, 5))
    ]
    assert [(e.one, e.other) for e in reduced(edges, {1, 5}).edges] == [(1, 5)]


def test_the_table_of_distances_counts_parts_and_villages_without_a_hub() -> None:
    lines = lines_of(
        line((0, 0), (1000, 0)),
        line((1008, 0), (2000, 0)),
        line((2030, 0), (3000, 0)),
        line((0, 9000), (500, 9000)),
    )
    villages = np.array([point(x, y) for x, y in ((0, 0), (2000, 0), (3000, 0), (0, 9000))], object)
    found = meeting(lines, villages, at_road_m=10, connector_m=10, all_crossings=False)
    assert [(row.snap_m, row.parts, row.cut_off) for row in tolerances(found, [0])] == [
        (0, 4, 3),
        (5, 4, 3),
        (10, 3, 2),
        (25, 3, 2),
        (50, 2, 1),
        (100, 2, 1),
    ]


@pytest.mark.parametrize(
    ("cut_off", "villages", "snap_m"),
    [((5, 5, 2, 0, 0, 0), 50, 25), ((0, 0, 0, 0, 0, 0), 50, 0), ((9, 9, 4, 2, 1, 0), 200, 25)],
)
def test_the_smallest_distance_after_which_hardly_a_village_is_won_is_proposed(
    cut_off: Sequence[int], villages: int, snap_m: float
) -> None:
    table = [
        Tolerance(snap_m=m, parts=1, cut_off=n)
        for m, n in zip((0, 5, 10, 25, 50, 100), cut_off, strict=True)
    ]
    assert proposed(table, villages) == snap_m


def test_turning_lines_round_and_about_changes_no_length() -> None:
    rng = np.random.default_rng(1)
    shapes = [
        line((0, 0), (500, 300), (1000, 0)),
        line((1000, 0), (1500, -200), (2000, 0)),
        line((1000, 0), (1000, 900)),
        line((2000, 0), (1000, 912)),
    ]
    villages = [point(0, 0), point(2000, 0), point(1000, 900)]
    wanted = ways(lines_of(*shapes), villages, 25, at_road_m=5)
    for _ in range(5):
        order = rng.permutation(4)
        mixed = [shapely.reverse(shapes[n]) if rng.random() < 0.5 else shapes[n] for n in order]
        assert ways(lines_of(*mixed), villages, 25, at_road_m=5) == wanted
