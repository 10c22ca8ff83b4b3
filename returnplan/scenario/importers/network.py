"""Lines become a network: ends snapped, villages put on it, segments between nodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from returnplan.scenario.importers.graph import Edge
from returnplan.scenario.importers.lines import Lines

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

TOLERANCES_M = (0.0, 5.0, 10.0, 25.0, 50.0, 100.0)
"""Distances of snapping that the report compares."""
SETTLED_SHARE = 0.01
"""The proposed tolerance is the smallest after which no more than this share of villages is won."""
TOUCH_M = 0.01
"""Nearer than this, a road touches another one."""
CROSSING_M = 1.0
"""Crossing roads meet where both have a point this near to the crossing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spots:
    """Points on lines where something begins: way along a line, and the point itself.

    Parameters
    ----------
    line
        Number of the line of each spot.
    along_m
        Way from its beginning.
    xy
        The point, n x 2.
    """

    line: Whole
    along_m: Floats
    xy: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What could meet in a network, before a tolerance is chosen.

    Parameters
    ----------
    lines
        The roads.
    end
        Dangling ends near another line: numbers of points.
    gap_m
        How far that line is.
    at
        Where on that line.
    one, other
        Where two lines cross, on the one and on the other.
    unmet
        Number of crossings at which no point of both lies: bridges, or missing points.
    villages
        Points of the villages, metres.
    near
        Where on a line each village is nearest; line -1: no road within the limit.
    off_m
        How far it is from there.
    own_end, own_village
        Dangling ends that lie in a village, and which.
    """

    lines: Lines
    end: Whole
    gap_m: Floats
    at: Spots
    one: Spots
    other: Spots
    unmet: int
    villages: Any
    near: Spots
    off_m: Floats
    own_end: Whole
    own_village: Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """What snapping at one distance gives.

    Parameters
    ----------
    snap_m
        The distance.
    parts
        Parts of the network that are not connected.
    cut_off
        Villages that no road connects with a hub.
    """

    snap_m: float
    parts: int
    cut_off: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Segments between nodes.

    Parameters
    ----------
    edges
        One a segment, its number as its only part, and connectors behind them.
    shapes
        Line of each segment.
    line
        Number of the road that each segment is of.
    node_xy
        Point of each node.
    village_node
        Node of each village; -1: it is off the network.
    """

    edges: list[Edge]
    shapes: Any
    line: Whole
    node_xy: Floats
    village_node: Whole


def meeting(
    lines: Lines, villages: Any, *, at_road_m: float, connector_m: float, all_crossings: bool
) -> Meeting:
    """Find what could meet.

    Parameters
    ----------
    lines
        The roads.
    villages
        Points of the villages.
    at_road_m
        A village this near lies on the road.
    connector_m
        Farther ones up to this get a connector.
    all_crossings
        Whether lines meet wherever they cross.

    Returns
    -------
    Meeting
        All that a network is made of.
    """
    end, gap_m, at = _gaps(lines, max(TOLERANCES_M[-1], TOUCH_M))
    one, other, unmet = _crossings(lines, all_crossings=all_crossings)
    near, off_m = _nearest(lines, villages, max(at_road_m, connector_m))
    own_end, own_village = _own_ends(lines, villages, near, at_road_m)
    return Meeting(
        lines=lines,
        end=end,
        gap_m=gap_m,
        at=at,
        one=one,
        other=other,
        unmet=unmet,
        villages=villages,
        near=near,
        off_m=off_m,
        own_end=own_end,
        own_village=own_village,
    )


def _spots(lines: Lines, line: Whole, points: Any) -> Spots:
    """Where on lines the nearest points to some points are."""
    along = shapely.line_locate_point(lines.shapes[line], points)
    on_line = shapely.line_interpolate_point(lines.shapes[line], along)
    return Spots(line=line, along_m=along, xy=shapely.get_coordinates(on_line))


def _gaps(lines: Lines, limit_m: float) -> tuple[Whole, Floats, Spots]:
    """Dangling ends with the nearest point of another line."""
    ends = lines.dangling
    points = shapely.points(lines.xy[ends])
    which, line = lines.tree.query(points, predicate="dwithin", distance=limit_m)
    is_other = line != lines.line[ends[which]]
    which, line = which[is_other], line[is_other]
    gap_m = shapely.distance(points[which], lines.shapes[line])
    order = np.lexsort((line, gap_m, which))
    which, line, gap_m = which[order], line[order], gap_m[order]
    is_first = np.ones(len(which), np.bool_)
    is_first[1:] = which[1:] != which[:-1]
    which, line, gap_m = which[is_first], line[is_first], gap_m[is_first]
    return ends[which], np.where(gap_m < TOUCH_M, 0, gap_m), _spots(lines, line, points[which])


def _crossings(lines: Lines, *, all_crossings: bool) -> tuple[Spots, Spots, int]:
    """Points at which two lines cross and meet, and the number of others."""
    one, other = lines.tree.query(lines.shapes, predicate="crosses")
    is_once = one < other
    one, other = one[is_once], other[is_once]
    crossings = shapely.intersection(lines.shapes[one], lines.shapes[other])
    points, of = shapely.get_parts(crossings, return_index=True)
    is_point = shapely.get_type_id(points) == 0
    points, of = points[is_point], of[is_point]
    on_one, on_other = _spots(lines, one[of], points), _spots(lines, other[of], points)
    far_one, key_one = _nearest_point(lines, on_one)
    far_other, key_other = _nearest_point(lines, on_other)
    is_shared = (key_one == key_other) & (far_one < CROSSING_M)
    meets = np.maximum(far_one, far_other) <= CROSSING_M
    joined = (meets | all_crossings) & ~is_shared
    unmet = int(np.count_nonzero(~meets & ~is_shared))
    return _chosen(on_one, joined), _chosen(on_other, joined), unmet


def _chosen(spots: Spots, which: Any) -> Spots:
    return Spots(line=spots.line[which], along_m=spots.along_m[which], xy=spots.xy[which])


def _nearest_point(lines: Lines, spots: Spots) -> tuple[Floats, Whole]:
    """Way from each spot to the nearest point of its line, and the key of that point."""
    if not len(spots.line):
        return np.zeros(0), np.zeros(0, np.int64)
    # Ways along all lines one behind the other, with a gap between them.
    begin = np.concatenate([[0.0], np.cumsum(lines.along_m[lines.ends] + 1.0)])
    ways = begin[lines.line] + lines.along_m
    wanted = begin[spots.line] + spots.along_m
    after = np.clip(np.searchsorted(ways, wanted), 1, len(ways) - 1)
    ahead, behind = np.abs(ways[after] - wanted), np.abs(ways[after - 1] - wanted)
    nearest = np.where(ahead < behind, after, after - 1)
    return np.minimum(ahead, behind), lines.key[nearest]


def _nearest(lines: Lines, villages: Any, limit_m: float) -> tuple[Spots, Floats]:
    """Where on a line each village is nearest."""
    count = len(villages)
    line, off_m = np.full(count, -1), np.full(count, np.inf)
    along, xy = np.zeros(count), shapely.get_coordinates(villages).reshape(-1, 2).copy()
    if count and len(lines.shapes):
        pairs, distance = lines.tree.query_nearest(
            villages, max_distance=limit_m + TOUCH_M, return_distance=True
        )
        order = np.lexsort((pairs[1], pairs[0]))
        which, first = np.unique(pairs[0][order], return_index=True)
        line[which] = pairs[1][order][first]
        off_m[which] = distance[order][first]
        spots = _spots(lines, line[which], villages[which])
        along[which], xy[which] = spots.along_m, spots.xy
    return Spots(line=line, along_m=along, xy=xy), off_m


def _own_ends(lines: Lines, villages: Any, near: Spots, at_road_m: float) -> tuple[Whole, Whole]:
    """Dangling ends that lie in a village whose road is elsewhere too."""
    on_road = np.flatnonzero(near.line >= 0)
    if not len(on_road) or not at_road_m:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    tree = shapely.STRtree(villages[on_road])
    points = shapely.points(lines.xy[lines.dangling])
    pairs = tree.query_nearest(points, max_distance=at_road_m, all_matches=False)
    return lines.dangling[pairs[0]], on_road[pairs[1]]


def tolerances(found: Meeting, hubs: Sequence[int]) -> list[Tolerance]:
    """Compare distances of snapping.

    Parameters
    ----------
    found
        What could meet.
    hubs
        Numbers of the villages that are hubs; none: the part with most villages is meant.

    Returns
    -------
    list[Tolerance]
        One a distance of :data:`TOLERANCES_M`.
    """
    return [tolerance(found, hubs, snap_m) for snap_m in TOLERANCES_M]


def tolerance(found: Meeting, hubs: Sequence[int], snap_m: float) -> Tolerance:
    """What snapping at one distance gives.

    Parameters
    ----------
    found
        What could meet.
    hubs
        Numbers of the villages that are hubs.
    snap_m
        The distance.
    """
    part, count = _parts(found, snap_m)
    connected = connected_villages(found, part, hubs)
    return Tolerance(snap_m=snap_m, parts=count, cut_off=int(np.count_nonzero(~connected)))


def connected_villages(found: Meeting, part: Whole, hubs: Sequence[int]) -> Flags:
    """Whether a road leads from each village to a hub.

    Parameters
    ----------
    found
        What could meet.
    part
        Number of the part of each line.
    hubs
        Numbers of the villages that are hubs.
    """
    line = found.near.line
    there = np.where(line >= 0, part[line] if len(part) else -1, -1)
    if hubs:
        main = set(there[list(hubs)].tolist()) - {-1}
    else:
        values, counts = np.unique(there[there >= 0], return_counts=True)
        main = {int(values[np.argmax(counts)])} if len(values) else set()
    flags: Flags = np.isin(there, sorted(main))
    return flags


def parts_at(found: Meeting, snap_m: float) -> Whole:
    """Number of the connected part of each line when ends are snapped at a distance.

    Parameters
    ----------
    found
        What could meet.
    snap_m
        The distance.
    """
    return _parts(found, snap_m)[0]


def _parts(found: Meeting, snap_m: float) -> tuple[Whole, int]:
    """Part of each line, and the number of parts; nodes of the graph are lines, keys, villages."""
    lines = found.lines
    count = len(lines.shapes)
    if not count:
        return np.zeros(0, np.int64), 0
    keys = len(lines.uses)
    shared = lines.is_node & (lines.uses[lines.key] > 1)
    snapped = found.gap_m <= snap_m
    on_line = np.flatnonzero(found.near.line >= 0)
    one = [
        lines.line[shared],
        lines.line[found.end[snapped]],
        found.one.line,
        lines.line[found.own_end],
        found.near.line[on_line],
    ]
    other = [
        count + lines.key[shared],
        found.at.line[snapped],
        found.other.line,
        count + keys + found.own_village,
        count + keys + on_line,
    ]
    size = count + keys + len(found.near.line)
    pairs = np.concatenate(one), np.concatenate(other)
    graph = coo_array((np.ones(len(pairs[0]), np.int8), pairs), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    own = part[:count].astype(np.int64)
    return own, len(np.unique(own))


def proposed(table: Sequence[Tolerance], villages: int) -> float:
    """Smallest distance of snapping after which hardly a village is won.

    Parameters
    ----------
    table
        What each distance gives, the smallest first.
    villages
        Number of all villages.
    """
    spare = int(SETTLED_SHARE * villages)
    return next(row.snap_m for row in table if row.cut_off - table[-1].cut_off <= spare)


def network_of(
    found: Meeting, snap_m: float, *, at_road_m: float, connector_m: float, connector_kmh: float
) -> Network:
    """Cut lines into segments between nodes.

    Parameters
    ----------
    found
        What could meet.
    snap_m
        Ends this near to another line are joined to it.
    at_road_m, connector_m
        Villages nearer than the first lie on their road; nearer than the second get a connector.
    connector_kmh
        Speed on connectors.

    Returns
    -------
    Network
        Segments and connectors.
    """
    lines = found.lines
    villages = len(found.near.line)
    snapped = found.gap_m <= snap_m
    first_crossing = len(lines.uses)
    first_village = first_crossing + len(found.one.line)
    crossing_key = first_crossing + np.arange(len(found.one.line))
    village_key = first_village + np.arange(villages)
    is_attached = (found.near.line >= 0) & (found.off_m <= max(at_road_m, connector_m))
    attached = np.flatnonzero(is_attached)
    spots = [_chosen(found.at, snapped), found.one, found.other, _chosen(found.near, attached)]
    keys = [lines.key[found.end[snapped]], crossing_key, crossing_key, village_key[attached]]
    rows = _Rows(lines, spots, keys, _extra(found, snapped))
    unions = [(lines.key[found.own_end], village_key[found.own_village])]
    node, count = _nodes(first_village + villages, rows, unions)
    kept = rows.length_m > TOUCH_M
    edges = [
        Edge(one=one, other=other, length_m=m, hours=m / 1000 / kmh, all_season=s, parts=(n,))
        for n, (one, other, m, kmh, s) in enumerate(
            zip(
                node[rows.one[kept]].tolist(),
                node[rows.other[kept]].tolist(),
                rows.length_m[kept].tolist(),
                lines.speed_kmh[rows.line[kept]].tolist(),
                lines.all_season[rows.line[kept]].tolist(),
                strict=True,
            )
        )
    ]
    xy = np.zeros((count, 2))
    # The first row of a node says where it lies.
    xy[node[rows.all_key[::-1]]] = rows.all_xy[::-1]
    more: list[Floats] = []
    village_node = np.where(is_attached, node[village_key], -1)
    owner: dict[int, int] = {}
    points = shapely.get_coordinates(found.villages).reshape(-1, 2)
    for number in attached.tolist():
        here, off_m = int(village_node[number]), float(found.off_m[number])
        if off_m <= at_road_m and here not in owner:
            owner[here] = number
            continue
        village_node[number] = count + len(more)
        more.append(points[number])
        length = max(off_m, TOUCH_M) if off_m > at_road_m else _apart(points, number, owner[here])
        edges.append(
            Edge(
                one=int(village_node[number]),
                other=here,
                length_m=length,
                hours=length / 1000 / connector_kmh,
                all_season=True,
                is_connector=True,
            )
        )
    return Network(
        edges=edges,
        shapes=rows.shapes(kept),
        line=rows.line[kept],
        node_xy=np.vstack([xy, *more]) if more else xy,
        village_node=village_node,
    )


def _apart(points: Floats, one: int, other: int) -> float:
    return max(float(np.hypot(*(points[one] - points[other]))), TOUCH_M)


def _extra(found: Meeting, snapped: Flags) -> tuple[Floats, Floats]:
    """What the gaps that are closed add to the beginning and to the end of each line."""
    lines = found.lines
    begin, end = np.zeros(len(lines.shapes)), np.zeros(len(lines.shapes))
    points, gap_m = found.end[snapped], found.gap_m[snapped]
    line = lines.line[points]
    # Two ends that look at each other close one gap: each takes half of it.
    pair_of = {(int(p), int(t)) for p, t in zip(line, found.at.line[snapped], strict=True)}
    for point, own, target, gap in zip(
        points.tolist(), line.tolist(), found.at.line[snapped].tolist(), gap_m.tolist(), strict=True
    ):
        share = gap / 2 if (target, own) in pair_of else gap
        (begin if point == lines.starts[own] else end)[own] += share
    return begin, end


class _Rows:
    """Points of all lines with those that are put between them, and the segments they bound."""

    def __init__(
        self,
        lines: Lines,
        spots: Sequence[Spots],
        keys: Sequence[Whole],
        extra: tuple[Floats, Floats],
    ) -> None:
        line = np.concatenate([lines.line, *(spot.line for spot in spots)])
        along = np.concatenate([lines.along_m, *(spot.along_m for spot in spots)])
        xy = np.vstack([lines.xy, *(spot.xy for spot in spots)])
        key = np.concatenate([lines.key, *keys])
        is_node = np.ones(len(line), np.bool_)
        is_node[: len(lines.line)] = lines.is_node
        last = lines.along_m[lines.ends]
        along = np.clip(along, 0, last[line])
        order = np.lexsort((np.arange(len(line)), along, line))
        self._xy = xy[order]
        line, along, key = line[order], along[order], key[order]
        at = np.flatnonzero(is_node[order])
        begins, stops = at[:-1], at[1:]
        same = line[begins] == line[stops]
        self._begins, self._stops = begins[same], stops[same]
        self.one, self.other = key[self._begins], key[self._stops]
        self.line = line[self._begins]
        length = along[self._stops] - along[self._begins]
        is_long = length > TOUCH_M
        is_first = is_long & (along[self._begins] <= TOUCH_M)
        is_last = is_long & (along[self._stops] >= last[self.line] - TOUCH_M)
        length = length + np.where(is_first, extra[0][self.line], 0)
        self.length_m: Floats = length + np.where(is_last, extra[1][self.line], 0)
        self.all_key = key[is_node[order]]
        self.all_xy = self._xy[is_node[order]]

    def shapes(self, kept: Flags) -> Any:
        """Lines of the segments that are kept."""
        begins, counts = self._begins[kept], (self._stops - self._begins)[kept] + 1
        if not len(begins):
            return np.array([], object)
        of = np.repeat(np.arange(len(begins)), counts)
        offset = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
        return shapely.linestrings(self._xy[begins[of] + offset], indices=of)


def _nodes(keys: int, rows: _Rows, unions: Sequence[tuple[Whole, Whole]]) -> tuple[Whole, int]:
    """Node of each key: those with nothing between them are one."""
    is_short = rows.length_m <= TOUCH_M
    one = np.concatenate([rows.one[is_short], *(pair[0] for pair in unions)])
    other = np.concatenate([rows.other[is_short], *(pair[1] for pair in unions)])
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(keys, keys))
    count, node = connected_components(graph, directed=False)
    return node.astype(np.int64), int(count)
