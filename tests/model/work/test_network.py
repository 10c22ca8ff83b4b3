"""The graph (model §2, §6): hours that only shrink, and the cheapest way from a hub."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pytest

import returnplan as rp
from returnplan.model.work import loop, network
from returnplan.model.work.network import NO_ROUTE, Network, Reach
from tests.sketch import Sketch
from tests.worlds import seeds

ROAD_IDS = ["B", "a", "a-b", "a.x", "a1", "a10", "a9", "b", "c_c", "d", "z", "é"]


def random_scenario(seed: int, *, places: int = 7, roads: int = 11) -> rp.Scenario:
    """Draw a multigraph with parallel roads, loops of one road, and parts that hang apart."""
    luck = random.Random(seed)
    sketch = Sketch()
    names = ["town"]
    for number in range(1, places):
        names.append(f"p{number}")
        sketch.place(names[-1], luck.choice(["hub", "junction", "junction", "junction"]))
    ids = luck.sample(ROAD_IDS, roads)
    for road in ids:
        ends = (luck.choice(names), luck.choice(names))
        hours = luck.choice([0, 0.5, 1, 1, 2, 3.7])
        sketch.road(road, *ends, hours=hours, all_season=luck.random() < 0.7)
    return sketch.scenario()


def hours_by_networkx(graph: Network, sources: list[int], roads: list[int]) -> list[float]:
    plain = nx.MultiGraph()
    plain.add_nodes_from(range(len(graph.places)))
    for road in roads:
        plain.add_edge(*graph.ends[road], weight=graph.hours[road])
    if not sources:
        return [NO_ROUTE] * len(graph.places)
    found = nx.multi_source_dijkstra_path_length(plain, sources)
    return [found.get(place, NO_ROUTE) for place in range(len(graph.places))]


@pytest.mark.parametrize("seed", range(60))
def test_hours_are_the_shortest_after_each_road_that_opens(seed: int) -> None:
    graph = network.build(random_scenario(seed))
    luck = random.Random(seed)
    sources = luck.sample(range(len(graph.places)), luck.choice([0, 1, 1, 2]))
    reach = Reach(graph, sources)
    steps = [("road", road) for road in range(len(graph.roads))]
    steps += [("source", place) for place in luck.sample(range(len(graph.places)), 2)]
    luck.shuffle(steps)
    roads: list[int] = []
    for kind, number in steps:
        before = list(reach.hours)
        if kind == "road":
            nearer = reach.open_road(number)
            roads.append(number)
        else:
            nearer = reach.add_sources(number)
            sources.append(number)
        expected = hours_by_networkx(graph, sources, roads)
        assert reach.hours == pytest.approx(expected)
        changed = {place for place in range(len(before)) if reach.hours[place] < before[place]}
        assert set(nearer) == changed
        assert len(nearer) == len(changed)
        assert [reach.hours[place] for place in nearer] == sorted(reach.hours[p] for p in nearer)


def test_a_road_that_opens_twice_brings_nothing_new() -> None:
    sketch = Sketch()
    sketch.village("village", hours=2)
    reach = Reach(network.build(sketch.scenario()), [0])
    assert reach.open_road(0) == [1]
    assert reach.open_road(0) == []
    assert reach.hours == [0, 2]


def reached_within(
    graph: Network, source_at: dict[int, float], road_at: dict[int, float], limit_hours: float
) -> list[float]:
    """When each place first has a source within some hours; what has no time never comes."""
    roads_of = np.cumsum([0, *(len(roads) for roads in graph.roads_at)]).astype(np.int32)
    found = loop.reached_within(
        np.array(graph.ends, np.int32).reshape(-1, 2),
        np.array(graph.hours),
        roads_of,
        np.array([road for roads in graph.roads_at for road in roads], np.int32),
        np.array([source_at.get(place, math.inf) for place in range(len(graph.places))]),
        np.array([road_at.get(road, math.inf) for road in range(len(graph.roads))]),
        limit_hours,
    )
    return list(found.tolist())


@pytest.mark.parametrize("seed", range(60))
def test_a_place_is_reached_as_soon_as_the_shortest_way_is_short_enough(seed: int) -> None:
    graph = network.build(random_scenario(seed))
    luck = random.Random(seed)
    sources = luck.sample(range(len(graph.places)), luck.choice([0, 1, 1, 2]))
    source_at = dict.fromkeys(sources, 0.0)
    steps = [("road", road) for road in range(len(graph.roads))]
    steps += [("source", place) for place in luck.sample(range(len(graph.places)), 2)]
    luck.shuffle(steps)
    roads: list[int] = []
    road_at: dict[int, float] = {}
    moments = [(0.0, hours_by_networkx(graph, sources, roads))]
    now = 0.0
    for kind, number in steps[: len(steps) - luck.choice([0, 0, 1, 4])]:  # some never open
        now += luck.choice([0, 1, 1, 7])  # some at the same instant
        if kind == "road":
            road_at[number] = now
            roads.append(number)
        else:
            source_at.setdefault(number, now)
            sources.append(number)
        moments.append((now, hours_by_networkx(graph, sources, roads)))
    for limit in (0.0, 0.75, 1.9, 2.75, 4.6, math.inf):
        expected = [
            min((at for at, hours in moments if hours[place] <= limit), default=math.inf)
            for place in range(len(graph.places))
        ]
        if limit == math.inf:  # how far is no matter, but there must be a way
            expected = [
                min((at for at, hours in moments if hours[place] < NO_ROUTE), default=math.inf)
                for place in range(len(graph.places))
            ]
        assert reached_within(graph, source_at, road_at, limit) == expected


@pytest.mark.unwatched
@pytest.mark.parametrize("seed", seeds(0, 30))
def test_teams_drive_the_shortest_way_over_the_roads_that_are_open_by_then(seed: int) -> None:
    luck = random.Random(seed)
    sketch = Sketch()
    names = ["town"]
    for number in range(1, 7):
        names.append(f"p{number}")
        late = luck.choice([None, None, *(f"2025-0{month}-15" for month in range(1, 7))])
        sketch.place(names[-1], accessible_from=late)
        sketch.works(f"well{number}", names[-1], "water", 30)
        sketch.works(f"pump{number}", names[-1], "power", 45)
    for road in luck.sample(ROAD_IDS, 10):
        hours = luck.choice([0, 0.5, 1, 1, 2, 3.7])
        sketch.road(road, luck.choice(names), luck.choice(names), hours=hours)
    sketch.people("people", "p1", 0)
    sketch.asset("crew", ["building"])
    sketch.deploy("crew")
    sketch.deploy("crew", base=luck.choice(names[1:]))
    scenario = sketch.scenario()
    graph = network.build(scenario)
    jobs = sketch.run().outcome.jobs.dropna(subset=["start_day"])
    assert len(jobs) > 0
    for job in jobs.itertuples():
        day: Any = job.start_day
        roads = [r for r, from_s in enumerate(graph.road_from_s) if from_s <= day * 86_400]
        hours_to = hours_by_networkx(graph, [graph.place_no[str(job.base)]], roads)
        place = graph.place_no[str(job.place_or_road)]
        assert job.travel_hours == pytest.approx(hours_to[place], abs=1e-12)


@pytest.mark.unwatched
def test_a_way_that_opens_twice_brings_nothing_new() -> None:
    sketch = Sketch()
    sketch.village("village", hours=2)
    sketch.road("again", "village", "town", hours=2)
    sketch.hazard("mines", "again")  # released on day 16
    for name in ("a", "b"):
        sketch.works(name, "village", "water", 16)
    sketch.team("team")
    sketch.team("crew", ["building"])
    told = sketch.run()
    assert told.road("again") == (16, 16)
    assert [told.when(job) for job in ("a", "b")] == [(0, 0, 16), (16, 16, 32)]
    assert [told.parcel(job).travel_hours for job in ("a", "b")] == [2, 2]
    graph = network.build(sketch.scenario())
    assert reached_within(graph, {0: 0}, {0: 3}, 2) == [0, 3]
    assert reached_within(graph, {0: 0}, {0: 3, 1: 5}, 2) == [0, 3]
    assert reached_within(graph, {0: 0}, {0: 3, 1: 5}, 1.9) == [0, math.inf]


def test_the_date_of_a_road_is_the_later_of_its_ends() -> None:
    sketch = Sketch()
    sketch.place("one", accessible_from="2025-01-11")
    sketch.place("two", accessible_from="2024-01-01")
    sketch.road("a", "one", "two")
    sketch.road("b", "two", "one")
    sketch.road("c", "two", "town")
    graph = network.build(sketch.scenario())
    assert graph.place_from_s == (0, 10 * 86_400, 0)
    assert graph.road_from_s == (10 * 86_400, 10 * 86_400, 0)


# ---------------------------------------------------------------------------------- access routes


def all_paths(scenario: rp.Scenario, usable: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every way from a hub that passes no place twice: last place, and roads from the hub."""
    hubs = [place.id for place in scenario.places if place.kind == "hub"]
    ways: list[tuple[str, tuple[str, ...], frozenset[str]]] = [
        (hub, (), frozenset([hub])) for hub in hubs
    ]
    while ways:
        here, roads, seen = ways.pop()
        yield here, roads
        for road in scenario.roads:
            for one, other in (
                (road.from_place, road.to_place),
                (road.to_place, road.from_place),
            ):
                if road.id in usable and one == here and other not in seen:
                    ways.append((other, (*roads, road.id), seen | {other}))


def routes_by_hand(scenario: rp.Scenario, units: dict[str, float]) -> dict[str, tuple[str, ...]]:
    """Enumerate all ways and take the best by the words of model §6; costs in 1e-9 team-days."""
    all_season = {road.id for road in scenario.roads if road.all_season}
    usable = {road for road, cost in units.items() if not math.isinf(cost)}
    best: dict[str, tuple[str, ...]] = {}
    for roads in (usable & all_season, usable):
        found: dict[str, list[tuple[float, int, tuple[str, ...]]]] = {}
        for place, way in all_paths(scenario, roads):
            key = (sum(units[road] for road in way), len(way), way[::-1])
            found.setdefault(place, []).append(key)
        best |= {place: min(keys)[2][::-1] for place, keys in found.items() if place not in best}
    return best


@pytest.mark.parametrize("seed", range(150))
def test_access_routes_are_those_of_complete_enumeration(seed: int) -> None:
    scenario = random_scenario(seed, places=6, roads=9)
    luck = random.Random(seed + 10_000)
    values = [0, 0, 1, 1, 2, 3, math.inf]
    units = {road.id: luck.choice(values) for road in scenario.roads}
    days = {road: cost * 1e-9 for road, cost in units.items()}
    if luck.random() < 0.5:  # roads that are left out cost nothing
        days = {road: cost for road, cost in days.items() if cost > 0}
    found = network.access_routes(network.build(scenario), scenario.roads, days)
    assert dict(found.roads) == routes_by_hand(scenario, units)


def ring(**costs: float) -> tuple[str, ...]:
    """Route to ``village`` by road ``direct``, or by ``first`` and ``second``."""
    sketch = Sketch()
    sketch.place("middle", "junction")
    sketch.place("village")
    sketch.road("direct", "town", "village", hours=9)
    sketch.road("first", "town", "middle")
    sketch.road("second", "middle", "village")
    scenario = sketch.scenario()
    routes = network.access_routes(network.build(scenario), scenario.roads, costs)
    return routes.roads["village"]


def test_a_route_costs_team_days_and_not_hours() -> None:
    assert ring(direct=3, first=1, second=1) == ("first", "second")
    assert ring(direct=2.5, first=1, second=2) == ("direct",)


def test_of_equal_costs_the_way_of_fewer_roads_is_taken() -> None:
    assert ring(direct=2, first=1, second=1) == ("direct",)
    assert ring() == ("direct",)


def test_costs_compare_in_billionths_of_a_team_day() -> None:
    assert ring(direct=2 + 1.4e-9, first=1, second=1) == ("first", "second")
    assert ring(direct=2 + 0.4e-9, first=1, second=1) == ("direct",)  # rounds to equal
    assert ring(direct=2 + 1e-9, first=1 + 0.6e-9, second=1) == ("direct",)  # rounded by road


def test_a_road_that_nobody_can_work_connects_nothing() -> None:
    assert ring(direct=math.inf, first=100, second=100) == ("first", "second")


def test_a_place_without_a_way_has_no_route_and_a_hub_an_empty_one() -> None:
    sketch = Sketch()
    sketch.village("village")
    sketch.place("island")
    scenario = sketch.scenario()
    graph = network.build(scenario)
    routes = network.access_routes(graph, scenario.roads, {}).roads
    assert dict(routes) == {"town": (), "village": ("village_road",)}
    blocked = network.access_routes(graph, scenario.roads, {"village_road": math.inf}).roads
    assert dict(blocked) == {"town": ()}


def test_all_season_roads_are_taken_however_dear() -> None:
    sketch = Sketch()
    sketch.village("village")
    sketch.road("summer", "town", "village", all_season=False)
    sketch.place("pass", "junction")
    sketch.road("up", "village", "pass", all_season=False)
    scenario = sketch.scenario()
    graph = network.build(scenario)
    routes = network.access_routes(graph, scenario.roads, {"village_road": 99}).roads
    assert routes["village"] == ("village_road",)
    # Beyond, no all-season road leads on: the cheapest way over all roads from end to end.
    assert routes["pass"] == ("summer", "up")


# ------------------------------------------------------------------- people without another way


def beyond(sketch: Sketch) -> dict[str, int]:
    """People by road who have no other all-season way to a hub."""
    scenario = sketch.scenario()
    return network.people_beyond(network.build(scenario), scenario)


def inhabited(**people: int) -> Sketch:
    """Places with people waiting, and no roads yet."""
    sketch = Sketch()
    for place, count in people.items():
        sketch.village(place, people=count, hours=None)
    return sketch


def test_all_beyond_a_bridge_depend_on_it() -> None:
    # town -- a -- b, and c behind b: over the first road go all, over the last only c.
    sketch = inhabited(a=10, b=20, c=40)
    sketch.road("one", "town", "a")
    sketch.road("two", "b", "a")
    sketch.road("three", "b", "c")
    assert beyond(sketch) == {"one": 70, "two": 60, "three": 40}


def test_a_hub_need_not_be_the_first_of_the_places() -> None:
    # The same with the rows turned round: c is the first place, the hub the last.
    sketch = inhabited(a=10, b=20, c=40)
    sketch.road("one", "town", "a")
    sketch.road("two", "b", "a")
    sketch.road("three", "b", "c")
    sketch.rows["places"].reverse()
    assert beyond(sketch) == {"one": 70, "two": 60, "three": 40}


def test_nobody_depends_on_one_of_two_parallel_roads() -> None:
    sketch = inhabited(a=10, b=20)
    sketch.road("one", "town", "a")
    sketch.road("same", "a", "town", hours=5)
    sketch.road("two", "a", "b")
    assert beyond(sketch) == {"two": 20}


def test_nobody_depends_on_a_road_of_a_loop() -> None:
    # town -- a -- b -- c -- a: the loop is reached over one road; d hangs on it.
    sketch = inhabited(a=1, b=2, c=4, d=8)
    sketch.road("in", "town", "a")
    sketch.road("ab", "a", "b")
    sketch.road("bc", "b", "c")
    sketch.road("ca", "c", "a")
    sketch.road("cd", "c", "d")
    assert beyond(sketch) == {"in": 15, "cd": 8}


def test_a_road_from_a_place_to_itself_is_no_way() -> None:
    sketch = inhabited(a=10)
    sketch.road("one", "town", "a")
    sketch.road("round", "a", "a")
    sketch.road("ring", "town", "town")
    assert beyond(sketch) == {"one": 10}


def test_a_summer_road_is_no_other_way() -> None:
    sketch = inhabited(a=10, b=20)
    sketch.road("one", "town", "a")
    sketch.road("summer", "town", "a", all_season=False)
    sketch.road("track", "a", "b", all_season=False)
    assert beyond(sketch) == {"one": 10}  # b has no all-season way at all


def test_a_way_to_another_hub_is_another_way() -> None:
    # town -- a -- b -- port, and c behind b.
    sketch = inhabited(a=10, b=20, c=40)
    sketch.place("port", "hub")
    for name, ends in (("ta", "town a"), ("ab", "a b"), ("bp", "b port"), ("bc", "b c")):
        sketch.road(name, *ends.split())
    assert beyond(sketch) == {"bc": 40}


def test_roads_from_two_hubs_to_one_place_are_two_ways() -> None:
    sketch = inhabited(a=10)
    sketch.place("port", "hub")
    sketch.road("one", "town", "a")
    sketch.road("two", "port", "a")
    assert beyond(sketch) == {}


def test_nobody_waits_at_a_dead_end() -> None:
    sketch = inhabited(a=10, b=0)
    sketch.place("mid", "junction")
    sketch.road("one", "town", "mid")
    sketch.road("two", "mid", "a")
    sketch.road("three", "mid", "b")
    assert beyond(sketch) == {"one": 10, "two": 10}


def test_people_without_any_way_depend_on_no_road() -> None:
    sketch = inhabited(a=10, b=20)
    sketch.road("island", "a", "b")
    assert beyond(sketch) == {}
    sketch.place("port", "hub")
    sketch.road("hubs", "town", "port")
    assert beyond(sketch) == {}


def test_hazards_repairs_and_dates_do_not_change_who_depends_on_a_road() -> None:
    sketch = inhabited(a=10)
    sketch.road("one", "town", "a", repair_crew_days=9, impassable=True)
    sketch.hazard("mine", "one")
    sketch.rows["places"][-1]["accessible_from"] = date(2030, 1, 1)
    assert beyond(sketch) == {"one": 10}


def test_all_communities_of_a_place_depend_on_its_road() -> None:
    sketch = inhabited(a=10)
    sketch.people("others", "a", 5)
    sketch.road("one", "town", "a")
    assert beyond(sketch) == {"one": 15}


@pytest.mark.parametrize("seed", range(60))
def test_people_depend_on_a_road_without_which_they_reach_no_hub(seed: int) -> None:
    scenario = random_scenario(seed, roads=9)
    luck = random.Random(seed + 500)
    graph = network.build(scenario)
    lived_in = [place.id for place in scenario.places if place.kind != "hub"]
    communities = tuple(
        rp.Community(id=f"{place}_people", settlement=place, people=people, source="made_up")
        for place in lived_in
        if (people := luck.choice([0, 1, 10, 100]))
    )
    inhabited_by = replace(scenario, communities=communities)
    usable = [i for i, road in enumerate(scenario.roads) if road.all_season]

    def cut_off(roads: list[int]) -> int:
        hours = hours_by_networkx(graph, list(graph.hubs), roads)
        return sum(
            people
            for place, people in inhabited_by.people.items()
            if hours[graph.place_no[place]] == NO_ROUTE
        )

    expected = {
        scenario.roads[road].id: lost
        for road in usable
        if (lost := cut_off([one for one in usable if one != road]) - cut_off(usable))
    }
    assert network.people_beyond(graph, inhabited_by) == expected


# --------------------------------------------------------- quickest ways, as if all were open


def ways_by_trying_all(scenario: rp.Scenario, graph: Network, place: str) -> Iterator[Any]:
    """All simple ways over all-season roads from a place to a hub: hours, hub, ids of the roads."""
    hubs = {one.id for one in scenario.places if one.kind == "hub"}

    def walk(here: str, seen: tuple[str, ...], way: tuple[str, ...]) -> Iterator[Any]:
        if here in hubs:
            hours = 0.0
            for name in reversed(way):  # counted from the hub on
                hours += graph.hours[graph.road_no[name]]
            yield hours, here, len(way), way
        for road in scenario.roads:
            if road.all_season and here in (road.from_place, road.to_place):
                other = road.to_place if here == road.from_place else road.from_place
                if other not in seen:
                    yield from walk(other, (*seen, other), (*way, road.id))

    return walk(place, (place,), ())


@pytest.mark.parametrize("seed", range(12))
def test_the_quickest_way_is_the_first_of_all_ways_by_hours_hub_roads_and_ids(seed: int) -> None:
    scenario = random_scenario(seed)
    graph = network.build(scenario)
    counts = [road.all_season for road in scenario.roads]
    found = network.quickest_ways(graph, graph.hubs, counts, 3)
    for number, place in enumerate(graph.places):
        ways = [way for way in ways_by_trying_all(scenario, graph, place) if way[0] <= 3]
        if not ways:
            assert number not in found
            continue
        _, hub, _, roads = min(ways)
        assert graph.places[found[number].source] == hub
        assert tuple(graph.roads[road] for road in found[number].roads) == roads
