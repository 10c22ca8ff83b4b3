"""Why so late, on plain arrays: each day of waiting is booked to one cause (model §7.1).

Compiled like :mod:`returnplan.model.work.loop`; it knows numbers, not names: ``causes`` puts the
words on. Milestones have the numbers of :class:`returnplan.model.work.milestones.Milestones`.
:func:`walk` takes one settlement after the other: from the binding gate to what closed it, and
from there back to the start, a milestone a step.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.model.compiled import compiled, inner, maker
from returnplan.model.work.loop import (
    CLOSING_END,
    CLOSING_HELD,
    CLOSING_LEFT,
    CLOSING_START,
    CLOSING_WORK,
    NONE,
)
from returnplan.units import DAY_S, LIMIT_S, NEVER

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Int = Any
Float = Any

TRAVEL, WINTER, HANDOVER, PERMISSION, MISSING_DATA, NOT_PLANNED, NO_ROUTE, OTHER = range(8)
"""Causes that every scenario has; those of its stages and skills follow."""
DATE, THINGS = 0, 1
"""Kinds of gates: a date, or what is to be done."""
NO_REACH, TO_HUBS, TO_SERVICE = 0, 1, 2
"""Whether a gate also waits for roads, to a hub or to a service (or a hub)."""
ROAD_STEP = -1
"""Cause of a step that takes no time: a road opens."""
LATER_S = LIMIT_S + 1
"""After every instant: roads stand in the order of opening, those that never open last."""
MINUTE_S = 60
TIE_S = 1e-5
"""Seconds short of a half that still are one: more than sums of a century of days lose."""
ROAD, ROAD_S, ROADS, COMES_BACK = range(4)
"""Of the chain that is walked: its last road or NONE, when that opened, number of roads, whether it
came back to a road that it waits for."""
FIRST_ROWS = 1024


class ScenarioArrays(NamedTuple):
    """What stays the same in all runs of a scenario; J jobs, H hazards, R roads, S settlements."""

    before_of: Numbers  # jobs + waits + 1: where the predecessors of a milestone begin in
    before: Numbers  # by id
    job_site: Numbers  # J: places, then roads
    job_need: Numbers  # J
    work_cause: Numbers  # J
    wait_cause: Numbers  # J
    takes_found: Flags  # J: works that wait for hazards that a survey finds, too
    first_works: int
    first_survey: int
    first_road: int  # release; those of hazards stand before
    settlement_survey: Numbers  # S: job, or NONE
    settlement_at: Numbers  # sites: number among S, or NONE
    site_from_s: Whole  # places, then roads
    site_zone: Numbers
    pace: Floats  # zones: workable days per calendar day in the best month
    road_ends: Numbers  # R x 2
    road_hours: Floats
    roads_of: Numbers
    roads: Numbers
    is_all_season: Flags  # R
    drive_wait: Numbers  # R: milestone from which teams may drive
    open_wait: Numbers  # R: milestone from which people may use it
    place: Numbers  # S
    people: Whole  # S
    gate_kind: Numbers  # gates
    gate_reach: Numbers  # gates
    things_of: Numbers  # gates x S + 1: what closes a gate at a settlement, by id
    things: Numbers
    counts_found: Flags  # gates x H: a found hazard that resembles it closes the gate too
    serving_of: Numbers  # gates + 1: works anywhere that serve within some hours, by id
    serving: Numbers
    near_place: Numbers  # gates x S: nearest place that may serve within the hours, or NONE
    near_road_of: Numbers  # gates x S + 1: where the roads of the quickest way there begin
    near_road: Numbers  # from the settlement, as if all roads were open


class AllocationArrays(NamedTuple):
    """What stays the same in all draws of an allocation."""

    able_of: Numbers  # needs + 1
    able_base: Numbers  # place of a base with an able asset type
    able_hours: Floats  # from there on the type does not come: half its shift; inf: it camps
    route_of: Numbers  # places + 1: access route of a place, nearest road first
    route: Numbers
    has_route: Flags  # places


class Trace(NamedTuple):
    """What happened in one draw; M milestones."""

    passed_s: Whole  # M
    row: Numbers  # M: where it stands in the next three
    open_s: Whole  # M
    closing: Whole  # M x 6, as in loop.Result
    day_share: Floats  # M
    rank: Numbers  # M: place in the order of dispatch; of a release that of the last stage
    alike: Numbers  # M: planned milestone at the same place and of the same kind
    found_of: Numbers  # surveys + 1: where the hazards that a survey finds begin
    found_like: Numbers  # found hazards: number among H
    found_release: Numbers  # found hazards: milestone
    found_before: Numbers  # milestones of found hazards: the one before
    month_start: Whole
    month_of_day: Numbers
    worked: Floats
    daily: Floats
    gate_s: Floats  # S x gates: inf never, nan unknown
    is_hopeless: Flags  # S x gates: would not hold if everything that is planned were done
    source_s: Floats  # gates x places: from when a place serves; inf: never
    until_s: int


class Booked(NamedTuple):
    """What the walk fills; C causes."""

    cause_s: Whole  # S x C
    road_people: Whole  # R: people whose chain leads over the road
    road_person_minutes: Whole  # R: minutes that it kept them waiting, times people
    steps: Whole  # n x 4: cause, milestone or road, begin, end; no rows: nothing is kept
    kept: Whole  # 1: number of steps that are kept
    chain: Whole  # 4: see ROAD and what follows


class Ways(NamedTuple):
    """When roads opened, and room for searches."""

    drive_s: Whole  # R: teams may drive from then on; LATER_S: never
    drive_order: Whole  # R: roads in the order of opening to teams
    drive_sorted: Whole  # R: when
    people_s: Whole  # R: the same for people
    people_order: Whole
    people_sorted: Whole
    waited_by: Numbers  # R: settlement whose chain waits for the road already, or NONE
    hours: Floats  # places: of the last search
    via: Numbers  # places: last road to it
    queue: Numbers  # places + 1
    is_queued: Flags  # places


class Tails(NamedTuple):
    """Ways back that are walked already, from each milestone on them; a row a step.

    A chain that comes to such a milestone goes on as the one before did: what is booked from there
    on is added, and only its roads are looked at again. Chains that come back to a road that they
    wait for depend on where they came from; they leave no rows. All others come to no road twice,
    wherever they began: the road for which a gate waits stands behind its own opening only so.
    """

    row_of: Numbers  # M: row, or NONE
    milestone: Numbers
    cause_s: Whole  # rows x C: booked from there to the start
    road: Numbers  # that opens in this step, or NONE
    road_s: Whole  # when
    after: Numbers  # the row behind, or NONE
    road_row: Numbers  # the first row from here on with a road, or NONE


class Facts(NamedTuple):
    """All that the walk looks at."""

    scenario: ScenarioArrays
    allocation: AllocationArrays
    trace: Trace
    ways: Ways


class Chain(NamedTuple):
    """The chain of delays of one settlement."""

    booked: Booked
    settlement: Int


# -- searches --------------------------------------------------------------------------------


@maker
def _set_up(scenario: ScenarioArrays, trace: Trace) -> Ways:
    """Put the roads in the order in which they opened to teams and to people."""
    passed_s, edges, places = trace.passed_s, len(scenario.road_hours), len(scenario.roads_of) - 1
    drive_s, people_s = np.full(edges, LATER_S), np.full(edges, LATER_S)
    for road in range(edges):
        driven_s, opened_s = passed_s[scenario.drive_wait[road]], passed_s[scenario.open_wait[road]]
        from_s = scenario.site_from_s[places + road]
        if driven_s != NEVER:
            drive_s[road] = max(driven_s, from_s)
        if opened_s != NEVER and scenario.is_all_season[road]:
            people_s[road] = max(opened_s, from_s)
    drive_order, people_order = np.argsort(drive_s), np.argsort(people_s)
    return Ways(
        drive_s=drive_s,
        drive_order=drive_order,
        drive_sorted=drive_s[drive_order],
        people_s=people_s,
        people_order=people_order,
        people_sorted=people_s[people_order],
        waited_by=np.full(edges, NONE, np.int32),
        hours=np.full(places, math.inf),
        via=np.full(places, NONE, np.int32),
        queue=np.zeros(places + 1, np.int32),
        is_queued=np.zeros(places, np.bool_),
    )


@inner
def _search(scenario: ScenarioArrays, ways: Ways, road_s: Whole, at_s: Int, origin: Int) -> None:
    """Hours from a place over the roads that count at an instant, and the last road to each."""
    hours, via, queue, is_queued = ways.hours, ways.via, ways.queue, ways.is_queued
    hours[:] = math.inf
    via[:] = NONE
    hours[origin] = 0.0
    queue[0] = origin
    first, waiting = 0, 1
    while waiting > 0:
        one = queue[first]
        first = (first + 1) % len(queue)
        waiting -= 1
        is_queued[one] = False
        for k in range(scenario.roads_of[one], scenario.roads_of[one + 1]):
            road = scenario.roads[k]
            other = scenario.road_ends[road, 0] + scenario.road_ends[road, 1] - one
            there = hours[one] + scenario.road_hours[road]
            if road_s[road] <= at_s and there < hours[other]:
                hours[other] = there
                via[other] = road
                if not is_queued[other]:
                    is_queued[other] = True
                    queue[(first + waiting) % len(queue)] = other
                    waiting += 1


@inner
def _nearest_new(
    scenario: ScenarioArrays, ways: Ways, road_s: Whole, at_s: Int, target: Int, origin: Int
) -> Int:
    """Of the roads on the way that count since that instant the one nearest to the origin."""
    chosen: Int = NONE
    place = target
    while place != origin:
        road = ways.via[place]
        if road_s[road] == at_s:
            chosen = road
        place = scenario.road_ends[road, 0] + scenario.road_ends[road, 1] - place
    return chosen


@inner
def _way_of_teams(facts: Facts, site: Int, need: Int, at_s: Int) -> Int:
    """Road that let a team come to a site at that instant, or NONE."""
    ways = facts.ways
    low = np.searchsorted(ways.drive_sorted, at_s, side="left")
    high = np.searchsorted(ways.drive_sorted, at_s, side="right")
    if high - low <= 1:
        return ways.drive_order[low] if high > low else NONE
    road, _ = _quickest_of_teams(facts, site, need, at_s)
    return road


@inner
def _quickest_of_teams(facts: Facts, site: Int, need: Int, at_s: Int) -> tuple[Int, float]:
    """Of the quickest way to a site from who is able: the last road to open; hours."""
    scenario, allocation, ways = facts.scenario, facts.allocation, facts.ways
    places = len(ways.hours)
    best_hours, best = math.inf, NONE
    for end in range(1 if site < places else 2):
        origin = site if site < places else scenario.road_ends[site - places, end]
        _search(scenario, ways, ways.drive_s, at_s, origin)
        for k in range(allocation.able_of[need], allocation.able_of[need + 1]):
            base = allocation.able_base[k]
            there = ways.hours[base]
            if there < allocation.able_hours[k] and there < best_hours:
                best_hours = there
                best = _nearest_new(scenario, ways, ways.drive_s, at_s, base, origin)
    return best, best_hours


@inner
def _way_of_people(facts: Facts, settlement: Int, gate: Int, at_s: Int) -> tuple[Int, Int]:
    """Road, or place that serves, by which a settlement is served from that instant on."""
    scenario, ways, source_s = facts.scenario, facts.ways, facts.trace.source_s
    low = np.searchsorted(ways.people_sorted, at_s, side="left")
    high = np.searchsorted(ways.people_sorted, at_s, side="right")
    places = len(ways.hours)
    new_sources, source = 0, NONE
    for place in range(places):
        if source_s[gate, place] == at_s:
            new_sources += 1
            source = place
    if high - low + new_sources == 0:
        return NONE, NONE
    if high - low + new_sources == 1:
        return (ways.people_order[low], NONE) if high > low else (NONE, source)
    origin = scenario.place[settlement]
    _search(scenario, ways, ways.people_s, at_s, origin)
    best_hours, best = math.inf, NONE
    for place in range(places):
        if source_s[gate, place] <= at_s and ways.hours[place] < best_hours:
            best_hours, best = ways.hours[place], place
    if best == NONE:
        return NONE, NONE
    road = _nearest_new(scenario, ways, ways.people_s, at_s, best, origin)
    return road, (best if road == NONE else NONE)


@inner
def _undrivable(facts: Facts, place: Int, at_s: Int) -> tuple[Int, Int]:
    """Road on the access route of a place, nearest first, that is not driven; how many."""
    route_of, route = facts.allocation.route_of, facts.allocation.route
    nearest, count = NONE, 0
    for k in range(route_of[place], route_of[place + 1]):
        if facts.ways.drive_s[route[k]] > at_s:
            count += 1
            if nearest == NONE:
                nearest = route[k]
    return nearest, count


@inner
def _missing_way(facts: Facts, site: Int, need: Int, at_s: Int) -> Int:
    """Road that keeps teams from a site at the horizon, or NONE."""
    scenario, allocation = facts.scenario, facts.allocation
    places = len(facts.ways.hours)
    road: Int = NONE
    if site < places:
        road, _ = _undrivable(facts, site, at_s)
    else:
        one, other = scenario.road_ends[site - places, 0], scenario.road_ends[site - places, 1]
        road, count = _undrivable(facts, one, at_s)
        other_road, other_count = _undrivable(facts, other, at_s)
        has_one, has_other = allocation.has_route[one], allocation.has_route[other]
        if has_other and (not has_one or other_count < count):
            road = other_road
    if road != NONE:
        return road
    for k in range(allocation.able_of[need], allocation.able_of[need + 1]):
        road, _ = _undrivable(facts, allocation.able_base[k], at_s)
        if road != NONE:
            return road
    return NONE


# -- what is booked --------------------------------------------------------------------------


@inner
def _keep(booked: Booked, cause: Int, about: Int, begin_s: Int, end_s: Int) -> None:
    """Keep a step if there is room."""
    row = booked.kept[0]
    if row < len(booked.steps):
        booked.steps[row, 0], booked.steps[row, 1] = cause, about
        booked.steps[row, 2], booked.steps[row, 3] = begin_s, end_s
        booked.kept[0] += 1


@inner
def _book(chain: Chain, cause: Int, about: Int, begin_s: Int, end_s: Int) -> None:
    """Book an interval to a cause."""
    if end_s > begin_s:
        chain.booked.cause_s[chain.settlement, cause] += end_s - begin_s
        _keep(chain.booked, cause, about, begin_s, end_s)


@inner
def _note_wait(people: Whole, chain: Chain, since_s: Int) -> None:
    """The last road of a chain kept the people waiting since that instant."""
    road, opened_s = chain.booked.chain[ROAD], chain.booked.chain[ROAD_S]
    if road != NONE:
        minutes = opened_s // MINUTE_S - since_s // MINUTE_S
        chain.booked.road_person_minutes[road] += people[chain.settlement] * minutes
    chain.booked.chain[ROAD] = NONE


@inner
def _note_road(people: Whole, chain: Chain, road: Int, at_s: Int) -> None:
    """The chain goes on with a road."""
    _note_wait(people, chain, at_s)
    chain.booked.chain[ROAD], chain.booked.chain[ROAD_S] = road, at_s
    chain.booked.chain[ROADS] += 1
    chain.booked.road_people[road] += people[chain.settlement]
    _keep(chain.booked, ROAD_STEP, road, at_s, at_s)


@inner
def _rounded(time_s: Float) -> Int:
    """Whole seconds, halves up, also where the sums that lead to a half fall short of it."""
    return np.int64(math.floor(time_s + 0.5 + TIE_S))


@inner
def _book_stint(facts: Facts, chain: Chain, milestone: Int, begin_s: Int, end_s: Int) -> None:
    """Book calendar days of work: what the best month would take, and winter."""
    if end_s <= begin_s:
        return
    scenario, trace = facts.scenario, facts.trace
    month_start, worked, daily = trace.month_start, trace.worked, trace.daily
    job = trace.alike[milestone]
    zone = scenario.site_zone[scenario.job_site[job]]
    first, last = trace.month_of_day[begin_s // DAY_S], trace.month_of_day[end_s // DAY_S]
    days = worked[zone, last] + (end_s / DAY_S - month_start[last]) * daily[zone, last]
    days -= worked[zone, first] + (begin_s / DAY_S - month_start[first]) * daily[zone, first]
    usual_s: Int = np.int64(0)
    if scenario.pace[zone] > 0:
        usual_s = _rounded(days * DAY_S / scenario.pace[zone])
    usual_s = min(max(usual_s, 0), end_s - begin_s)
    work_s = _rounded(usual_s * trace.day_share[trace.row[milestone]])
    travelled_s, winter_s = begin_s + usual_s - work_s, begin_s + usual_s
    _book(chain, WINTER, milestone, winter_s, end_s)
    _book(chain, scenario.work_cause[job], milestone, travelled_s, winter_s)
    _book(chain, TRAVEL, milestone, begin_s, travelled_s)


@inner
def _found_at(scenario: ScenarioArrays, trace: Trace, settlement: Int) -> tuple[Int, Int]:
    """Where the hazards begin and end that the survey of a settlement (or NONE) found."""
    if settlement == NONE or scenario.settlement_survey[settlement] == NONE:
        return 0, 0
    survey = scenario.settlement_survey[settlement] - scenario.first_survey
    return trace.found_of[survey], trace.found_of[survey + 1]


# -- the binding gate ------------------------------------------------------------------------


@inner
def _binding_gate(trace: Trace, settlement: Int) -> tuple[Int, float]:
    """The gate that holds last (of several: the first), and when; inf: not by the horizon."""
    gate, ready_s = 0, 0.0
    for g in range(trace.gate_s.shape[1]):
        time_s = trace.gate_s[settlement, g]
        if math.isnan(time_s) or time_s > trace.until_s:
            time_s = math.inf
        if time_s > ready_s:
            gate, ready_s = g, time_s
    return gate, ready_s


@inner
def _closes(trace: Trace, before: Int, one: Int, now: Int, holds: bool) -> Any:
    """Whether a thing, rather than the one before, closed a gate, or is missing from it."""
    if holds:
        return before == NONE and trace.passed_s[one] == now
    is_missing = trace.passed_s[one] == NEVER
    return is_missing and (before == NONE or trace.rank[one] > trace.rank[before])


@inner
def _thing_of(facts: Facts, settlement: Int, gate: Int, now: Int, holds: bool) -> Int:
    """Milestone that closed a gate, the first by id; missing: that is served last; or NONE."""
    scenario, trace = facts.scenario, facts.trace
    milestone: Int = np.int64(NONE)
    row = gate * len(scenario.place) + settlement
    for k in range(scenario.things_of[row], scenario.things_of[row + 1]):
        if _closes(trace, milestone, scenario.things[k], now, holds):
            milestone = np.int64(scenario.things[k])
    first, after = _found_at(scenario, trace, settlement)
    for k in range(first, after):
        release = trace.found_release[k]
        counts = scenario.counts_found[gate, trace.found_like[k]]
        if counts and _closes(trace, milestone, release, now, holds):
            milestone = np.int64(release)
    return milestone


@inner
def _has_no_route(facts: Facts, settlement: Int) -> Any:
    """Whether no route leads to a settlement, or one over roads that are not all-season."""
    allocation, place = facts.allocation, facts.scenario.place[settlement]
    if not allocation.has_route[place]:
        return True
    for k in range(allocation.route_of[place], allocation.route_of[place + 1]):
        if not facts.scenario.is_all_season[allocation.route[k]]:
            return True
    return False


@inner
def _missing_road(facts: Facts, row: Int, place: Int, at_s: Int) -> Int:
    """Road that keeps people from a hub or service at the horizon, nearest to them, or NONE."""
    scenario, allocation, people_s = facts.scenario, facts.allocation, facts.ways.people_s
    if scenario.near_place[row] == NONE:
        for k in range(allocation.route_of[place], allocation.route_of[place + 1]):
            if people_s[allocation.route[k]] > at_s:
                return allocation.route[k]
        return NONE
    for k in range(scenario.near_road_of[row], scenario.near_road_of[row + 1]):
        if people_s[scenario.near_road[k]] > at_s:
            return scenario.near_road[k]
    return NONE


@inner
def _missing_service(facts: Facts, row: Int, gate: Int) -> Int:
    """Works that are missing at the nearest place that may serve, served last, or NONE."""
    scenario, trace = facts.scenario, facts.trace
    best: Int = NONE
    for k in range(scenario.serving_of[gate], scenario.serving_of[gate + 1]):
        works = scenario.serving[k]
        is_there = scenario.job_site[works] == scenario.near_place[row]
        if is_there and _closes(trace, best, works, NEVER, False):
            best = works
    return best


@inner
def _by_missing_road(facts: Facts, chain: Chain, gate: Int, now: Int) -> tuple[Int, Int]:
    """Cause and milestone of a gate that waits for a road, or for works at the end of it."""
    scenario, settlement = facts.scenario, chain.settlement
    row = gate * len(scenario.place) + settlement
    road = _missing_road(facts, row, scenario.place[settlement], now)
    if road == NONE:
        return OTHER, np.int64(_missing_service(facts, row, gate))
    facts.ways.waited_by[road] = settlement
    _note_road(scenario.people, chain, road, now)
    opening = scenario.open_wait[road]
    if facts.trace.passed_s[opening] == NEVER:
        return OTHER, np.int64(opening)
    return PERMISSION, np.int64(NONE)


@inner
def _by_new_road(facts: Facts, chain: Chain, gate: Int, now: Int) -> tuple[Int, Int]:
    """Cause and milestone of a gate that a road closes, or works at the end of the roads."""
    scenario, passed_s = facts.scenario, facts.trace.passed_s
    road, source = _way_of_people(facts, chain.settlement, gate, now)
    if road != NONE:
        _note_road(scenario.people, chain, road, now)
        opening = scenario.open_wait[road]
        return PERMISSION, np.int64(opening if passed_s[opening] == now else NONE)
    milestone: Int = np.int64(NONE)
    if source != NONE:
        for k in range(scenario.serving_of[gate + 1] - 1, scenario.serving_of[gate] - 1, -1):
            works = scenario.serving[k]
            if scenario.job_site[works] == source and passed_s[works] == now:
                milestone = np.int64(works)
    return OTHER, milestone


@inner
def _closed_by(facts: Facts, chain: Chain, gate: Int, now: Int, holds: bool) -> tuple[Int, Int]:
    """What closed the binding gate, or is missing from it: a milestone, or NONE and a cause."""
    scenario, trace, settlement = facts.scenario, facts.trace, chain.settlement
    if math.isnan(trace.gate_s[settlement, gate]):
        return MISSING_DATA, np.int64(NONE)
    if scenario.gate_kind[gate] == DATE:
        return PERMISSION, np.int64(NONE)
    milestone = _thing_of(facts, settlement, gate, now, holds)
    is_by_road = milestone == NONE and scenario.gate_reach[gate] != NO_REACH
    if holds:
        return _by_new_road(facts, chain, gate, now) if is_by_road else (OTHER, milestone)
    is_hopeless = trace.is_hopeless[settlement, gate]
    # A service may come from next door, where no route to a hub is needed.
    needs_hub = is_by_road and (is_hopeless or scenario.gate_reach[gate] == TO_HUBS)
    if needs_hub and _has_no_route(facts, settlement):
        return NO_ROUTE, np.int64(NONE)
    if is_hopeless:
        return NOT_PLANNED, np.int64(NONE)
    return _by_missing_road(facts, chain, gate, now) if is_by_road else (OTHER, milestone)


# -- back to the start -----------------------------------------------------------------------


@inner
def _precedes(scenario: ScenarioArrays, one: Int, milestone: Int) -> Any:
    for k in range(scenario.before_of[milestone], scenario.before_of[milestone + 1]):
        if scenario.before[k] == one:
            return True
    return False


@inner
def _last_before(facts: Facts, milestone: Int) -> tuple[Int, Int]:
    """When the predecessors were done and the last of them; not done: NEVER, served last."""
    scenario, passed_s, rank = facts.scenario, facts.trace.passed_s, facts.trace.rank
    planned = len(scenario.before_of) - 1
    if milestone >= planned:
        last = np.int64(facts.trace.found_before[milestone - planned])
        return passed_s[last], last
    due_s: Int = np.int64(0)
    last, missing = np.int64(NONE), np.int64(NONE)
    for k in range(scenario.before_of[milestone], scenario.before_of[milestone + 1]):
        one = scenario.before[k]
        if passed_s[one] == NEVER:
            if missing == NONE or rank[one] > rank[missing]:
                missing = np.int64(one)
        elif passed_s[one] > due_s:
            due_s, last = passed_s[one], np.int64(one)
    if scenario.first_works <= milestone < scenario.first_survey:
        due_s, last, missing = _last_found(facts, milestone, due_s, last, missing)
    if missing != NONE:
        return np.int64(NEVER), missing
    return due_s, last


@inner
def _last_found(
    facts: Facts, works: Int, due_s: Int, last: Int, missing: Int
) -> tuple[Int, Int, Int]:
    """The same with the hazards that a survey found, and that works not begun have waited for."""
    scenario, trace = facts.scenario, facts.trace
    if not scenario.takes_found[works]:
        return due_s, last, missing
    passed_s, rank = trace.passed_s, trace.rank
    settlement = scenario.settlement_at[scenario.job_site[works]]
    begun_s = trace.closing[trace.row[works], CLOSING_START]
    if begun_s == NEVER:
        begun_s = passed_s[works]
    first, after = _found_at(scenario, trace, settlement)
    for release in trace.found_release[first:after]:
        survey = scenario.settlement_survey[settlement]
        if passed_s[survey] == NEVER or not _precedes(scenario, trace.alike[release], works):
            continue
        if passed_s[release] == NEVER:
            if begun_s == NEVER and (missing == NONE or rank[release] > rank[missing]):
                missing = np.int64(release)
        elif (begun_s == NEVER or passed_s[release] <= begun_s) and passed_s[release] > due_s:
            due_s, last = passed_s[release], np.int64(release)
    return due_s, last, missing


@inner
def _from_closed(
    facts: Facts, chain: Chain, milestone: Int, now: Int, due_s: Int, last: Int
) -> tuple[Int, Int]:
    """Step back from a job that could begin, but was never open to anybody."""
    scenario, allocation, ways = facts.scenario, facts.allocation, facts.ways
    job = facts.trace.alike[milestone]
    site, need = scenario.job_site[job], scenario.job_need[job]
    if allocation.able_of[need] == allocation.able_of[need + 1]:
        _book(chain, scenario.wait_cause[job], milestone, due_s, now)
        return due_s, last
    road = _missing_way(facts, site, need, now)
    if road == NONE or ways.waited_by[road] == chain.settlement:
        cause: Int = NO_ROUTE
        chain.booked.chain[COMES_BACK] |= road != NONE
        if road == NONE and _quickest_of_teams(facts, site, need, now)[1] < math.inf:
            cause = scenario.wait_cause[job]  # nobody would end it within the days looked ahead
        _book(chain, cause, milestone, due_s, now)
        return due_s, last
    ways.waited_by[road] = chain.settlement
    _note_road(scenario.people, chain, road, now)
    opening = scenario.drive_wait[road]
    if facts.trace.passed_s[opening] != NEVER:
        _book(chain, PERMISSION, NONE, 0, now)
        return 0, NONE
    return now, opening


@inner
def _from_open(
    facts: Facts, chain: Chain, milestone: Int, opened_s: Int, due_s: Int, last: Int
) -> tuple[Int, Int]:
    """Step back from the instant at which a job was open: what made it so."""
    scenario = facts.scenario
    job = facts.trace.alike[milestone]
    site = scenario.job_site[job]
    if opened_s == due_s:
        return due_s, last
    if scenario.site_from_s[site] == opened_s:
        _book(chain, PERMISSION, milestone, 0, opened_s)
        return 0, NONE
    road = _way_of_teams(facts, site, scenario.job_need[job], opened_s)
    if road == NONE:
        _book(chain, scenario.wait_cause[job], milestone, due_s, opened_s)
        return due_s, last
    _note_road(scenario.people, chain, road, opened_s)
    opening = scenario.drive_wait[road]
    if facts.trace.passed_s[opening] < opened_s:
        _book(chain, PERMISSION, NONE, 0, opened_s)
        return 0, NONE
    return opened_s, opening


@inner
def _from_job(
    facts: Facts, chain: Chain, milestone: Int, now: Int, due_s: Int, last: Int
) -> tuple[Int, Int]:
    """Step back from a job whose predecessors are done: its last parcel, and waiting for a team."""
    scenario, trace, allocation = facts.scenario, facts.trace, facts.allocation
    job = trace.alike[milestone]
    site, need = scenario.job_site[job], scenario.job_need[job]
    is_done, opened_s = trace.passed_s[milestone] != NEVER, trace.open_s[trace.row[milestone]]
    closing = trace.closing[trace.row[milestone]]
    start_s = closing[CLOSING_START]
    if is_done and start_s == NEVER:  # without work
        return due_s, last
    if not is_done and (opened_s == NEVER or closing[CLOSING_LEFT] > 0):
        is_able = allocation.able_of[need] < allocation.able_of[need + 1]
        if is_able and scenario.site_from_s[site] > now:
            _book(chain, PERMISSION, milestone, 0, now)
            return 0, NONE
        if opened_s == NEVER:
            return _from_closed(facts, chain, milestone, now, due_s, last)
        start_s = now
    else:
        end_s = min(closing[CLOSING_END], now)
        work_s = min(closing[CLOSING_WORK], end_s)
        _book_stint(facts, chain, milestone, work_s, end_s)
        _book(chain, TRAVEL, milestone, start_s, work_s)
    is_known = opened_s != NEVER and max(opened_s, due_s) <= start_s
    opened_s = max(opened_s, due_s) if is_known else due_s
    full_s = start_s - min(closing[CLOSING_HELD], start_s - opened_s)
    _book(chain, scenario.work_cause[job], milestone, full_s, start_s)
    _book(chain, scenario.wait_cause[job], milestone, opened_s, full_s)
    return _from_open(facts, chain, milestone, opened_s, due_s, last)


@inner
def _step_back(facts: Facts, chain: Chain, milestone: Int, now: Int) -> tuple[Int, Int]:
    """Book the days of a milestone up to an instant: the instant before, and its milestone."""
    scenario, like = facts.scenario, facts.trace.alike[milestone]
    due_s, last = _last_before(facts, milestone)
    if due_s == NEVER:
        return now, last
    if like < len(scenario.job_site):
        return _from_job(facts, chain, milestone, now, due_s, last)
    if like < scenario.first_road:  # the release of a hazard
        _book(chain, HANDOVER, milestone, due_s, now)
    return due_s, last


# -- ways back that are known ----------------------------------------------------------------


@maker
def _no_tails(milestones: Int, causes: Int) -> Tails:
    """Make room for the first rows."""
    return Tails(
        row_of=np.full(milestones, NONE, np.int32),
        milestone=np.empty(FIRST_ROWS, np.int32),
        cause_s=np.empty((FIRST_ROWS, causes), np.int64),
        road=np.empty(FIRST_ROWS, np.int32),
        road_s=np.empty(FIRST_ROWS, np.int64),
        after=np.empty(FIRST_ROWS, np.int32),
        road_row=np.empty(FIRST_ROWS, np.int32),
    )


@maker
def _twice(tails: Tails) -> Tails:
    """Make room for twice the rows."""
    return Tails(
        row_of=tails.row_of,
        milestone=np.concatenate((tails.milestone, tails.milestone)),
        cause_s=np.concatenate((tails.cause_s, tails.cause_s)),
        road=np.concatenate((tails.road, tails.road)),
        road_s=np.concatenate((tails.road_s, tails.road_s)),
        after=np.concatenate((tails.after, tails.after)),
        road_row=np.concatenate((tails.road_row, tails.road_row)),
    )


@inner
def _road_from(tails: Tails, row: Int) -> Int:
    """First row with a road from a row (or NONE) on, or NONE."""
    if row == NONE:
        return NONE
    return tails.road_row[row]


@inner
def _go_on_as_before(people: Whole, chain: Chain, tails: Tails, row: Int) -> None:
    """Book what was booked from a milestone to the start, and note its roads."""
    for cause in range(tails.cause_s.shape[1]):
        chain.booked.cause_s[chain.settlement, cause] += tails.cause_s[row, cause]
    one = _road_from(tails, row)
    while one != NONE:
        _note_road(people, chain, tails.road[one], tails.road_s[one])
        one = _road_from(tails, tails.after[one])


@inner
def _remember(tails: Tails, chain: Chain, first: Int, count: Int, after: Int) -> None:
    """Let other chains use the rows of a chain that is walked, a row of another one behind them."""
    road_row = _road_from(tails, after)
    for row in range(count - 1, first - 1, -1):
        for cause in range(tails.cause_s.shape[1]):
            total_s = chain.booked.cause_s[chain.settlement, cause]
            tails.cause_s[row, cause] = total_s - tails.cause_s[row, cause]
        tails.after[row] = after
        road_row = row if tails.road[row] != NONE else road_row
        tails.road_row[row] = road_row
        tails.row_of[tails.milestone[row]] = row
        after = row


# -- the whole -------------------------------------------------------------------------------


@inner
def _begin(facts: Facts, chain: Chain) -> tuple[Int, Int]:
    """Until when a settlement waits (0: not at all), and the milestone that it waits for."""
    trace, booked = facts.trace, chain.booked
    booked.chain[ROAD], booked.chain[ROADS], booked.chain[COMES_BACK] = NONE, 0, 0
    gate, ready_s = _binding_gate(trace, chain.settlement)
    holds = ready_s <= trace.until_s
    now: Int = np.int64(ready_s) if holds else np.int64(trace.until_s)
    if now == 0 or trace.gate_s.shape[1] == 0:
        return np.int64(0), np.int64(NONE)
    # What closed the binding gate, or is missing from it
    cause, milestone = _closed_by(facts, chain, gate, now, holds)
    if milestone == NONE:
        _book(chain, cause, NONE, 0, now)
        now = np.int64(0)
    return now, milestone


@inner
def _step(facts: Facts, chain: Chain, tails: Tails, row: Int, milestone: Int, now: Int) -> Any:
    """Step back from a milestone, in a row of its own."""
    booked = chain.booked
    tails.milestone[row] = milestone
    for cause in range(tails.cause_s.shape[1]):
        tails.cause_s[row, cause] = booked.cause_s[chain.settlement, cause]
    roads = booked.chain[ROADS]
    before_s, before = _step_back(facts, chain, milestone, now)
    has_road = booked.chain[ROADS] > roads
    tails.road[row] = booked.chain[ROAD] if has_road else NONE
    tails.road_s[row] = booked.chain[ROAD_S]
    return before_s, before


@compiled
def walk(
    scenario: ScenarioArrays,
    allocation: AllocationArrays,
    trace: Trace,
    booked: Booked,
    chosen: Numbers,
) -> Int:
    """Book every day of the chosen settlements up to the ready time (never: the horizon).

    Parameters
    ----------
    scenario, allocation, trace
        Scenario, allocation, draw.
    booked
        Filled with sums; with room for steps, each chain is walked to its end.
    chosen
        Numbers of settlements.

    Returns
    -------
    int
        Number of steps that were kept.
    """
    facts = Facts(scenario, allocation, trace, _set_up(scenario, trace))
    tails = _no_tails(len(trace.passed_s), booked.cause_s.shape[1])
    count = 0
    is_in_full = len(booked.steps) > 0
    for settlement in chosen:
        chain = Chain(booked, settlement)
        now, milestone = _begin(facts, chain)
        # Back from there to the start, or to where another chain came along
        first = count
        known: Int = NONE
        while now > 0:
            if milestone == NONE or count - first > 2 * len(trace.passed_s):
                booked.chain[COMES_BACK] |= milestone != NONE
                _book(chain, OTHER, milestone, 0, now)
                break
            known = tails.row_of[milestone]
            if known != NONE:
                _go_on_as_before(scenario.people, chain, tails, known)
                break
            if count == len(tails.road):
                tails = _twice(tails)
            now, milestone = _step(facts, chain, tails, count, milestone, now)
            count += 1
        _note_wait(scenario.people, chain, 0)
        if is_in_full or booked.chain[COMES_BACK]:
            count = first
        else:
            _remember(tails, chain, first, count, known)
    return booked.kept[0]
