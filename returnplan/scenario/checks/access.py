"""Whether people can ever reach a hub, if an allocation does all the work that its teams can do."""

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from returnplan.domain import Difficulty, LandClass, Scenario
from returnplan.errors import Problem
from returnplan.model.work import network
from returnplan.model.work.teams import is_served, named_by
from returnplan.scenario.checks.ability import stages, workable
from returnplan.scenario.checks.draft import Draft, check

TOLERANCE = 1e-9
"""Hours in favour of "met", as in the gates (model §7)."""
NEVER_REACHED = (
    "no all-season road can be open from a hub to there, even when all work that its teams can do "
    "is done: road_access is never met, nobody returns"
)
TOO_FAR = (
    "farther than max_hub_hours = {:g} by all-season roads, even when all work that its teams can "
    "do is done: road_access is never met, nobody returns"
)


@check
def communities_can_be_reached(draft: Draft) -> Iterator[Problem]:
    """Under each allocation an all-season route can open to each community."""
    scenario = draft.scenario
    if scenario is None or "road_access" not in draft.gates:
        return
    most_hours = draft.gates["road_access"].get("max_hub_hours", math.inf)
    graph = network.build(scenario)
    by_roads: dict[frozenset[str], Sequence[float]] = {}
    hours_of: dict[str, Sequence[float]] = {}
    for header in scenario.allocations:
        closed = _closed(draft, scenario, header.name)
        if closed not in by_roads:
            by_roads[closed] = _hours(graph, closed)
        hours_of[header.name] = by_roads[closed]
    connected = _hours(graph, frozenset())
    for row, community in draft.of("communities"):
        place = graph.place_no[community.settlement]
        if connected[place] == math.inf or _is_late(draft, scenario.places[place]):
            continue  # which other checks say
        hours = {name: found[place] for name, found in hours_of.items()}
        never = [name for name, time in hours.items() if time == math.inf]
        late = {name: t for name, t in hours.items() if most_hours + TOLERANCE < t < math.inf}
        name = repr(community.settlement)
        if never:
            note = f"{_under(never, hours)}: {NEVER_REACHED}"
            yield draft.doubt("communities", row, "settlement", name, note)
        if late:
            found = f"{name}, {min(late.values()):.4g} hours from a hub"
            note = f"{_under(list(late), hours)}: {TOO_FAR.format(most_hours)}"
            yield draft.doubt("communities", row, "settlement", found, note)


def _under(names: Sequence[str], every: Collection[str]) -> str:
    if len(names) == len(every):
        return "under every allocation"
    return f"under {', '.join(names)}"


def _is_late(draft: Draft, place: Any) -> bool:
    """Whether a place can be entered after the horizon only."""
    return bool(place.accessible_from and draft.end and place.accessible_from > draft.end)


def _closed(draft: Draft, scenario: Scenario, allocation: str) -> frozenset[str]:
    """Roads that people can never use under an allocation."""
    lines = (d for d in scenario.deployments if d.allocation == allocation and d.teams > 0)
    kinds = {(line.asset, line.serves or ()) for line in lines}
    words = named_by(scenario)
    able_of: dict[frozenset[str], set[tuple[str, LandClass, Difficulty]]] = {}
    serving = {
        road.id: frozenset(asset for asset, serves in kinds if is_served(words[road.id], serves))
        for road in scenario.roads
    }
    for assets in serving.values():
        if assets not in able_of:
            able_of[assets] = workable(draft, assets)
    menders = {rate.asset for rate in scenario.rates if rate.skill == "road_repair"}
    closed = {
        hazard.road
        for hazard in scenario.hazards
        if hazard.road is not None
        and hazard.area_m2 > 0
        and any(
            (skill, hazard.land_class, hazard.difficulty) not in able_of[serving[hazard.road]]
            for skill in stages(hazard)
        )
    }
    late = {place.id for place in scenario.places if _is_late(draft, place)}
    closed |= {
        road.id
        for road in scenario.roads
        if not road.all_season
        or (road.repair_crew_days > 0 and menders.isdisjoint(serving[road.id]))
        or road.from_place in late
        or road.to_place in late
    }
    return frozenset(closed)


def _hours(graph: network.Network, closed: frozenset[str]) -> Sequence[float]:
    """Hours from the nearest hub to each place without some roads; inf: no way."""
    reach = network.Reach(graph)
    for number, road in enumerate(graph.roads):
        if road not in closed:
            reach.open_road(number)
    reach.add_sources(*graph.hubs)
    return reach.hours
