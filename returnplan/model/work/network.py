"""The graph of places and roads: hours that only shrink, access routes (model §2, §6)."""

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from returnplan.domain import Road, Scenario
from returnplan.units import date_to_seconds

NO_ROUTE = math.inf
BILLION = 1_000_000_000
"""Team-days and hours of a place or road compare in whole 1e-9 (model §6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Places and roads by position, for the inner loops.

    Parameters
    ----------
    places
        Place ids; a place's position is its number.
    roads
        Road ids; a road's position is its number.
    place_no, road_no
        Positions by id.
    ends
        Two place numbers for each road.
    hours
        Driving hours of each road.
    roads_at
        Road numbers at each place.
    hubs
        Numbers of the hubs.
    place_from_s, road_from_s
        ``accessible_from``, s from the start, never negative; a road has the later of its ends'.
    """

    places: tuple[str, ...]
    roads: tuple[str, ...]
    place_no: Mapping[str, int]
    road_no: Mapping[str, int]
    ends: tuple[tuple[int, int], ...]
    hours: tuple[float, ...]
    roads_at: tuple[tuple[int, ...], ...]
    hubs: tuple[int, ...]
    place_from_s: tuple[int, ...]
    road_from_s: tuple[int, ...]


def build(scenario: Scenario) -> Network:
    """Number the places and roads of a scenario.

    Returns
    -------
    Network
        Its graph.
    """
    place_no = {place.id: i for i, place in enumerate(scenario.places)}
    ends = tuple((place_no[r.from_place], place_no[r.to_place]) for r in scenario.roads)
    at: list[list[int]] = [[] for _ in scenario.places]
    for road, (one, other) in enumerate(ends):
        at[one].append(road)
        if other != one:
            at[other].append(road)
    from_s = tuple(
        0
        if p.accessible_from is None
        else max(0, date_to_seconds(p.accessible_from, scenario.start))
        for p in scenario.places
    )
    return Network(
        places=tuple(place.id for place in scenario.places),
        roads=tuple(road.id for road in scenario.roads),
        place_no=place_no,
        road_no={road.id: i for i, road in enumerate(scenario.roads)},
        ends=ends,
        hours=tuple(road.length_km / road.speed_kmh for road in scenario.roads),
        roads_at=tuple(tuple(roads) for roads in at),
        hubs=tuple(i for i, p in enumerate(scenario.places) if p.kind == "hub"),
        place_from_s=from_s,
        road_from_s=tuple(max(from_s[one], from_s[other]) for one, other in ends),
    )


def whole_billionths(amount: float) -> int | None:
    """Round an amount to whole 1e-9, halves up, so that equal amounts compare equal (model §6).

    Parameters
    ----------
    amount
        Team-days or hours.

    Returns
    -------
    int | None
        Number of 1e-9; None: without end.

    Examples
    --------
    >>> whole_billionths(0.1 + 0.2), whole_billionths(math.inf)
    (300000000, None)
    """
    return None if math.isinf(amount) else math.floor(amount * BILLION + 0.5)


class Reach:
    """Travel hours from one or several places over roads that open one after the other.

    In plain Python, for :mod:`returnplan.runs.speed.rival`; the compiled loop keeps its own.

    Roads only open, so hours only shrink: each opened road is relaxed outwards and nothing is
    ever searched again. A road that closed again (new contamination, a winter closure of the
    only road) would break this; the model has none (model §2).

    Parameters
    ----------
    sources
        Places from which the hours count, at 0 hours.
    """

    def __init__(self, network: Network, sources: Iterable[int] = ()) -> None:
        self._network = network
        self._is_open = [False] * len(network.roads)
        self.hours = [NO_ROUTE] * len(network.places)
        for place in sources:
            self.hours[place] = 0.0

    def add_sources(self, *places: int) -> list[int]:
        """Let hours count from more places; the places that come nearer are returned."""
        return self._relax([(0.0, place) for place in places])

    def open_road(self, road: int) -> list[int]:
        """Open a road; the places that come nearer are returned, each once.

        Parameters
        ----------
        road
            Road number; opening it twice does nothing.

        Returns
        -------
        list[int]
            Place numbers, nearest first.
        """
        if self._is_open[road]:
            return []
        self._is_open[road] = True
        one, other = self._network.ends[road]
        step = self._network.hours[road]
        return self._relax([(self.hours[one] + step, other), (self.hours[other] + step, one)])

    def _relax(self, queue: list[tuple[float, int]]) -> list[int]:
        network, hours, is_open = self._network, self.hours, self._is_open
        nearer: dict[int, None] = {}
        heapq.heapify(queue)
        while queue:
            at, place = heapq.heappop(queue)
            if at >= hours[place]:
                continue
            hours[place] = at
            nearer[place] = None
            for road in network.roads_at[place]:
                if is_open[road]:
                    one, other = network.ends[road]
                    there = other if one == place else one
                    if at + network.hours[road] < hours[there]:
                        heapq.heappush(queue, (at + network.hours[road], there))
        return list(nearer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The access route of each place: cheapest path from a hub (model §6).

    Parameters
    ----------
    roads
        Road ids of each place's route, hub first, by place id; places without a route are
        left out, hubs have an empty one.
    """

    roads: Mapping[str, tuple[str, ...]]


def access_routes(
    network: Network, roads: tuple[Road, ...], team_days: Mapping[str, float]
) -> Routes:
    """Cheapest path of each place from a hub, over all-season roads if they connect it.

    Parameters
    ----------
    roads
        Roads, for ``all_season``.
    team_days
        Expected workable team-days of all jobs of each road, ``inf`` when one of them cannot
        be done; roads that are left out cost nothing.

    Returns
    -------
    Routes
        Routes by place id (model §6: ties to fewer roads, then to the smaller road id walking
        back from the place; dates are ignored).
    """
    cost = [whole_billionths(team_days.get(road, 0.0)) for road in network.roads]
    all_season = [c if r.all_season else None for c, r in zip(cost, roads, strict=True)]
    routes = _forest(network, cost) | _forest(network, all_season)
    return Routes(roads=routes)


def _forest(network: Network, cost: list[int | None]) -> dict[str, tuple[str, ...]]:
    labels = _labels(network, cost)
    routes: dict[int, tuple[str, ...]] = {}
    for place in sorted(labels, key=lambda p: labels[p]):
        routes[place] = ()
        if labels[place] != (0, 0):
            road, before = _last_road(network, cost, labels, place)
            routes[place] = (*routes[before], network.roads[road])
    return {network.places[place]: route for place, route in routes.items()}


def _labels(network: Network, cost: list[int | None]) -> dict[int, tuple[int, int]]:
    """Least (cost, number of roads) of each place that a hub reaches."""
    labels: dict[int, tuple[int, int]] = {}
    queue = [(0, 0, hub) for hub in network.hubs]
    while queue:
        so_far, steps, place = heapq.heappop(queue)
        if place in labels:
            continue
        labels[place] = (so_far, steps)
        for road in network.roads_at[place]:
            price = cost[road]
            if price is not None:
                one, other = network.ends[road]
                heapq.heappush(queue, (so_far + price, steps + 1, other if one == place else one))
    return labels


def _last_road(
    network: Network, cost: list[int | None], labels: Mapping[int, tuple[int, int]], place: int
) -> tuple[int, int]:
    """Last road of a place's route, and the place before: the smallest road id that fits."""
    fitting: list[tuple[str, int, int]] = []
    for road in network.roads_at[place]:
        price = cost[road]
        one, other = network.ends[road]
        before = other if one == place else one
        if price is not None and before in labels:
            so_far, steps = labels[before]
            if (so_far + price, steps + 1) == labels[place]:
                fitting.append((network.roads[road], road, before))
    _, road, before = min(fitting)
    return road, before


class Way(NamedTuple):
    """A way from a place to the nearest of some sources.

    Parameters
    ----------
    source
        Its number.
    roads
        Road numbers, from the place on.
    """

    source: int
    roads: tuple[int, ...]


def quickest_ways(
    network: Network, sources: Iterable[int], counts: Sequence[bool], limit_hours: float
) -> dict[int, Way]:
    """Quickest way of each place to the nearest source, as if all roads were open (model §7.1).

    Parameters
    ----------
    sources
        Numbers of places.
    counts
        Whether each road counts.
    limit_hours
        Longest drive.

    Returns
    -------
    dict[int, Way]
        By place number; places without a source within the limit are left out. Ties: the smaller
        id of the source, fewer roads, then the smaller road id walking from the place.
    """
    # A label: hours, id of the source, number of roads.
    labels: dict[int, tuple[float, str, int]] = {}
    queue = [(0.0, network.places[one], 0, one) for one in sources]
    heapq.heapify(queue)
    while queue:
        hours, source, steps, place = heapq.heappop(queue)
        if place in labels or hours > limit_hours:
            continue
        labels[place] = hours, source, steps
        for road in network.roads_at[place]:
            if counts[road]:
                at = hours + network.hours[road]
                heapq.heappush(queue, (at, source, steps + 1, _other_end(network, road, place)))
    ways: dict[int, Way] = {}
    for place in sorted(labels, key=lambda place: labels[place][2]):  # the next one has one less
        hours, source, steps = labels[place]
        fitting = [
            (network.roads[road], road, following)
            for road in network.roads_at[place]
            if counts[road] and (following := _other_end(network, road, place)) in labels
            if _one_on(labels[following], network.hours[road]) == (hours, source, steps)
        ]
        if steps == 0:
            ways[place] = Way(place, ())
        else:
            _, road, following = min(fitting)
            ways[place] = Way(ways[following].source, (road, *ways[following].roads))
    return ways


def _other_end(network: Network, road: int, place: int) -> int:
    one, other = network.ends[road]
    return other if one == place else one


def _one_on(label: tuple[float, str, int], hours: float) -> tuple[float, str, int]:
    return label[0] + hours, label[1], label[2] + 1


def people_beyond(network: Network, scenario: Scenario) -> dict[str, int]:
    """People who have no other all-season way to a hub than over each road (model §7.1).

    Roads without which the all-season network falls apart are its bridges. What lies beyond one
    of them, seen from the hubs, depends on it. Dates and hazards are left out: this is the shape
    of the network.

    Parameters
    ----------
    scenario
        The scenario, for ``all_season`` and people.

    Returns
    -------
    dict[str, int]
        People by road id; roads that nobody depends on are left out.
    """
    import networkx as nx  # it takes a while to load, and few need this

    hub = -1
    graph: nx.Graph[int] = nx.Graph()
    parallel: set[frozenset[int]] = set()
    road_of: dict[frozenset[int], str] = {}
    for number, road in enumerate(scenario.roads):
        one, other = (hub if end in network.hubs else end for end in network.ends[number])
        pair = frozenset((one, other))
        if road.all_season and len(pair) == 2:  # noqa: PLR2004 - two different ends
            if pair in road_of:
                parallel.add(pair)
            road_of[pair] = road.id
            graph.add_edge(one, other)
    if hub not in graph:
        return {}
    people = {network.place_no[place]: count for place, count in scenario.people.items()}
    order = nx.DiGraph(nx.bfs_edges(graph, hub))
    bridges = {frozenset(pair) for pair in nx.bridges(graph)} - parallel
    beyond: dict[str, int] = {}
    below: dict[int, int] = {}
    for place in reversed(list(nx.topological_sort(order))):
        below[place] = people.get(place, 0) + sum(below[one] for one in order.successors(place))
        for before in order.predecessors(place):
            pair = frozenset((before, place))
            if pair in bridges and below[place]:
                beyond[road_of[pair]] = below[place]
    return beyond
