"""Why so late, on plain arrays: each day of waiting is booked to one cause (model §7.1).

Compiled like :mod:`returnplan.model.work.loop`; it knows numbers, not names: ``causes`` puts the
words on.
Milestones have the numbers of :class:`returnplan.model.work.milestones.Milestones`.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.model.compiled import compiled
from returnplan.model.work.loop import END, HELD, LEFT, NONE, START, WORK
from returnplan.model.work.milestones import EACH_FOUND
from returnplan.units import DAY_S, LIMIT_S, NEVER

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Int = Any

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


class ScenarioArrays(NamedTuple):
    """What stays the same in all runs of a scenario; J jobs, H hazards, R roads, S settlements."""

    before_of: Numbers  # jobs + waits + 1: where the predecessors of a milestone begin in
    before: Numbers  # by id
    job_site: Numbers  # J: places, then roads
    job_need: Numbers  # J
    work_cause: Numbers  # J
    wait_cause: Numbers  # J
    first_works: int
    first_survey: int
    settlement_survey: Numbers  # S: job, or NONE
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
    serving_hours: Floats  # gates: longest drive to them


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
    open_s: Whole  # M
    closing: Whole  # M x 6, as in loop.Result
    day_share: Floats  # M
    rank: Numbers  # M: place of a job in the order of dispatch
    found_settlement: Numbers  # found hazards: number among S
    found_like: Numbers  # found hazards
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


@compiled
def _search(
    road_ends: Numbers,
    road_hours: Floats,
    roads_of: Numbers,
    roads: Numbers,
    road_s: Whole,
    at_s: Int,
    origin: Int,
    hours: Floats,
    via: Numbers,
) -> None:
    """Hours from a place over the roads that count at an instant, and the last road to each."""
    queue = np.zeros(len(hours) + 1, np.int32)
    is_queued = np.zeros(len(hours), np.bool_)
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
        for k in range(roads_of[one], roads_of[one + 1]):
            road = roads[k]
            other = road_ends[road, 0] + road_ends[road, 1] - one
            there = hours[one] + road_hours[road]
            if road_s[road] <= at_s and there < hours[other]:
                hours[other] = there
                via[other] = road
                if not is_queued[other]:
                    is_queued[other] = True
                    queue[(first + waiting) % len(queue)] = other
                    waiting += 1


@compiled
def _book(
    cause_s: Whole,
    steps: Whole,
    kept: Whole,
    settlement: Int,
    cause: Int,
    about: Int,
    begin_s: Int,
    end_s: Int,
) -> None:
    """Book an interval to a cause, and keep it as a step if there is room."""
    if end_s <= begin_s:
        return
    cause_s[settlement, cause] += end_s - begin_s
    if kept[0] < len(steps):
        row = kept[0]
        steps[row, 0], steps[row, 1] = cause, about
        steps[row, 2], steps[row, 3] = begin_s, end_s
        kept[0] += 1


@compiled
def walk(
    scenario: ScenarioArrays,
    allocation: AllocationArrays,
    trace: Trace,
    booked: Booked,
    chosen: Numbers,
) -> Int:
    """Book every day of the chosen settlements up to the ready time (never: the horizon).

    One long function, like :func:`returnplan.model.work.loop.run`, and for the same reason.

    Parameters
    ----------
    scenario, allocation, trace
        Scenario, allocation, draw.
    booked
        Filled with sums.
    chosen
        Numbers of settlements.

    Returns
    -------
    int
        Number of steps that were kept.
    """
    before_of, before = scenario.before_of, scenario.before
    job_site, job_need = scenario.job_site, scenario.job_need
    work_cause, wait_cause = scenario.work_cause, scenario.wait_cause
    first_works, first_survey = scenario.first_works, scenario.first_survey
    settlement_survey = scenario.settlement_survey
    site_from_s, site_zone, pace = scenario.site_from_s, scenario.site_zone, scenario.pace
    road_ends, road_hours = scenario.road_ends, scenario.road_hours
    roads_of, roads = scenario.roads_of, scenario.roads
    is_all_season = scenario.is_all_season
    drive_wait, open_wait = scenario.drive_wait, scenario.open_wait
    place_of, people = scenario.place, scenario.people
    things_of, things, counts_found = scenario.things_of, scenario.things, scenario.counts_found
    serving_of, serving, serving_hours = (
        scenario.serving_of,
        scenario.serving,
        scenario.serving_hours,
    )
    able_of, able_base, able_hours = allocation.able_of, allocation.able_base, allocation.able_hours
    route_of, route, has_route = allocation.route_of, allocation.route, allocation.has_route
    passed_s, open_s, closing, rank = trace.passed_s, trace.open_s, trace.closing, trace.rank
    day_share = trace.day_share
    found_settlement, found_like = trace.found_settlement, trace.found_like
    month_start, month_of_day = trace.month_start, trace.month_of_day
    worked, daily = trace.worked, trace.daily
    gate_s, source_s, until_s = trace.gate_s, trace.source_s, trace.until_s
    cause_s, steps = booked.cause_s, booked.steps
    road_people, road_person_minutes = booked.road_people, booked.road_person_minutes

    jobs, fixed = len(job_site), len(before_of) - 1
    edges = len(road_hours)
    hazards = fixed - jobs - 2 * edges
    places = len(roads_of) - 1
    settlements, gates = gate_s.shape
    found_at = np.argsort(found_settlement, kind="mergesort")  # found hazards by settlement
    found_of = np.searchsorted(found_settlement[found_at], np.arange(settlements + 1))
    kept = np.zeros(1, np.int64)

    drive_s, people_s = np.full(edges, LATER_S), np.full(edges, LATER_S)
    for edge in range(edges):
        if passed_s[drive_wait[edge]] != NEVER:
            drive_s[edge] = max(passed_s[drive_wait[edge]], site_from_s[places + edge])
        if passed_s[open_wait[edge]] != NEVER and is_all_season[edge]:
            people_s[edge] = max(passed_s[open_wait[edge]], site_from_s[places + edge])
    drive_order, people_order = np.argsort(drive_s), np.argsort(people_s)
    drive_sorted, people_sorted = drive_s[drive_order], people_s[people_order]
    hours = np.full(places, math.inf)
    via = np.full(places, NONE, np.int32)
    waited_by = np.full(edges, NONE, np.int32)  # settlement whose chain waits for the road
    number_at = np.full(places, NONE, np.int32)
    for settlement in range(settlements):
        number_at[place_of[settlement]] = settlement

    held = np.array([NONE, 0, 0], np.int64)  # last road of a chain, when it opened, settlement

    def note_wait(until_s: Int) -> None:
        """The last road kept the people waiting since that instant."""
        if held[0] != NONE:
            minutes = held[1] // MINUTE_S - until_s // MINUTE_S
            road_person_minutes[held[0]] += people[held[2]] * minutes
        held[0] = NONE

    def note_road(settlement: Int, road: Int, at_s: Int) -> None:
        note_wait(at_s)
        held[0], held[1], held[2] = road, at_s, settlement
        road_people[road] += people[settlement]
        if kept[0] < len(steps):
            row = kept[0]
            steps[row, 0], steps[row, 1] = ROAD_STEP, road
            steps[row, 2], steps[row, 3] = at_s, at_s
            kept[0] += 1

    def is_done(milestone: Int) -> Any:
        return passed_s[milestone] != NEVER

    def rank_of(milestone: Int) -> Int:
        """Place in the order of dispatch; of a release that of the hazard's last stage."""
        if milestone < jobs:
            return rank[milestone]
        if milestone < jobs + hazards:
            return rank[EACH_FOUND * (milestone - jobs) + EACH_FOUND - 1]
        if milestone < fixed:
            return NONE
        return rank[milestone - 1]

    def nearest_new(target: Int, origin: Int, road_s: Whole, at_s: Int) -> Int:
        """Of the roads on the way that count since that instant the one nearest to the origin."""
        chosen_road: Int = NONE
        place = target
        while place != origin:
            road = via[place]
            if road_s[road] == at_s:
                chosen_road = road
            place = road_ends[road, 0] + road_ends[road, 1] - place
        return chosen_road

    def way_of_teams(site: Int, need: Int, at_s: Int) -> Int:
        """Road that let a team come to a site at that instant, or NONE."""
        low = np.searchsorted(drive_sorted, at_s, side="left")
        high = np.searchsorted(drive_sorted, at_s, side="right")
        if high - low <= 1:
            return drive_order[low] if high > low else NONE
        best_hours, best = math.inf, NONE
        for end in range(1 if site < places else 2):
            origin = site if site < places else road_ends[site - places, end]
            _search(road_ends, road_hours, roads_of, roads, drive_s, at_s, origin, hours, via)
            for k in range(able_of[need], able_of[need + 1]):
                base = able_base[k]
                if hours[base] < able_hours[k] and hours[base] < best_hours:
                    best_hours = hours[base]
                    best = nearest_new(base, origin, drive_s, at_s)
        return best

    def way_of_people(settlement: Int, gate: Int, at_s: Int) -> tuple[Int, Int]:
        """Road, or place that serves, by which a settlement is served from that instant on."""
        low = np.searchsorted(people_sorted, at_s, side="left")
        high = np.searchsorted(people_sorted, at_s, side="right")
        new_sources, source = 0, NONE
        for place in range(places):
            if source_s[gate, place] == at_s:
                new_sources += 1
                source = place
        if high - low + new_sources == 0:
            return NONE, NONE
        if high - low + new_sources == 1:
            return (people_order[low], NONE) if high > low else (NONE, source)
        origin = place_of[settlement]
        _search(road_ends, road_hours, roads_of, roads, people_s, at_s, origin, hours, via)
        best_hours, best = math.inf, NONE
        for place in range(places):
            if source_s[gate, place] <= at_s and hours[place] < best_hours:
                best_hours, best = hours[place], place
        if best == NONE:
            return NONE, NONE
        road = nearest_new(best, origin, people_s, at_s)
        return road, (best if road == NONE else NONE)

    def precedes(one: Int, milestone: Int) -> Any:
        for k in range(before_of[milestone], before_of[milestone + 1]):
            if before[k] == one:
                return True
        return False

    def last_before(milestone: Int) -> tuple[Int, Int]:
        """When the predecessors were done and the last of them; not done: NEVER, served last."""
        due_s, last, missing = 0, NONE, NONE
        if milestone >= fixed:
            found = (milestone - fixed) // EACH_FOUND
            last = milestone - 1
            if milestone == fixed + EACH_FOUND * found:
                last = settlement_survey[found_settlement[found]]
            return passed_s[last], last
        for k in range(before_of[milestone], before_of[milestone + 1]):
            one = before[k]
            if not is_done(one):
                if missing == NONE or rank_of(one) > rank_of(missing):
                    missing = one
            elif passed_s[one] > due_s:
                due_s, last = passed_s[one], one
        if first_works <= milestone < first_survey:  # hazards that a survey found may come before
            begun_s = closing[milestone, START]
            if begun_s == NEVER and is_done(milestone):
                begun_s = passed_s[milestone]
            settlement = number_at[job_site[milestone]]
            first = found_of[settlement] if settlement != NONE else 0
            after = found_of[settlement + 1] if settlement != NONE else 0
            for k in range(first, after):
                found = found_at[k]
                one = fixed + EACH_FOUND * found + EACH_FOUND - 1
                joined_s = passed_s[settlement_survey[settlement]]
                if joined_s == NEVER or not precedes(jobs + found_like[found], milestone):
                    continue
                if is_done(one):
                    if (begun_s == NEVER or passed_s[one] <= begun_s) and passed_s[one] > due_s:
                        due_s, last = passed_s[one], one
                elif begun_s == NEVER and (missing == NONE or rank_of(one) > rank_of(missing)):
                    missing = one
        if missing != NONE:
            return NEVER, missing
        return due_s, last

    def like_of(milestone: Int) -> Int:
        """Job of the scenario that has the same site and need."""
        if milestone < fixed:
            return milestone
        found = (milestone - fixed) // EACH_FOUND
        stage = milestone - fixed - EACH_FOUND * found
        return EACH_FOUND * found_like[found] + stage + 1

    def is_job(milestone: Int) -> Any:
        if milestone < fixed:
            return milestone < jobs
        return (milestone - fixed) % EACH_FOUND < EACH_FOUND - 1

    def book_stint(settlement: Int, milestone: Int, like: Int, begin_s: Int, end_s: Int) -> None:
        """Book calendar days of work: what the best month would take, and winter."""
        if end_s <= begin_s:
            return
        zone = site_zone[job_site[like]]
        first, last = month_of_day[begin_s // DAY_S], month_of_day[end_s // DAY_S]
        days = worked[zone, last] + (end_s / DAY_S - month_start[last]) * daily[zone, last]
        days -= worked[zone, first] + (begin_s / DAY_S - month_start[first]) * daily[zone, first]
        usual_s: Int = np.int64(0)
        if pace[zone] > 0:
            usual_s = np.int64(math.floor(days * DAY_S / pace[zone] + 0.5))
        usual_s = min(max(usual_s, 0), end_s - begin_s)
        work_s = np.int64(math.floor(usual_s * day_share[milestone] + 0.5))
        after_travel_s = begin_s + usual_s - work_s
        _book(cause_s, steps, kept, settlement, WINTER, milestone, begin_s + usual_s, end_s)
        _book(
            cause_s,
            steps,
            kept,
            settlement,
            work_cause[like],
            milestone,
            after_travel_s,
            begin_s + usual_s,
        )
        _book(cause_s, steps, kept, settlement, TRAVEL, milestone, begin_s, after_travel_s)

    def undrivable(place: Int, at_s: Int) -> tuple[Int, Int]:
        """Road on the access route of a place, nearest first, that is not driven; how many."""
        nearest, count = NONE, 0
        for k in range(route_of[place], route_of[place + 1]):
            if drive_s[route[k]] > at_s:
                count += 1
                if nearest == NONE:
                    nearest = route[k]
        return nearest, count

    def missing_way(site: Int, need: Int, at_s: Int) -> Int:
        """Road that keeps teams from a site at the horizon, or NONE."""
        road = NONE
        if site < places:
            road, _ = undrivable(site, at_s)
        else:
            one, other = road_ends[site - places, 0], road_ends[site - places, 1]
            road, count = undrivable(one, at_s)
            other_road, other_count = undrivable(other, at_s)
            if has_route[other] and (not has_route[one] or other_count < count):
                road = other_road
        if road != NONE:
            return road
        for k in range(able_of[need], able_of[need + 1]):
            road, _ = undrivable(able_base[k], at_s)
            if road != NONE:
                return road
        return NONE

    def missing_service(settlement: Int, gate: Int, at_s: Int) -> Int:
        """Works that are not done at the nearest place with such, within the hours, or NONE."""
        origin = place_of[settlement]
        _search(road_ends, road_hours, roads_of, roads, people_s, at_s, origin, hours, via)
        best: Int = NONE
        for k in range(serving_of[gate], serving_of[gate + 1]):
            works = serving[k]
            there = hours[job_site[works]]
            if is_done(works) or there > serving_hours[gate]:
                continue
            if best == NONE or there < hours[job_site[best]]:
                best = works
            elif job_site[works] == job_site[best] and rank_of(works) > rank_of(best):
                best = works
        return best

    for settlement in chosen:
        note_wait(0)
        gate, ready_s = 0, 0.0
        for g in range(gates):
            time_s = gate_s[settlement, g]
            if math.isnan(time_s) or time_s > until_s:
                time_s = math.inf
            if time_s > ready_s:
                gate, ready_s = g, time_s
        now: Int = np.int64(until_s)
        holds = ready_s <= until_s
        if holds:
            now = np.int64(ready_s)
        if now == 0 or gates == 0:
            continue

        # What closed the binding gate, or is missing from it
        milestone: Int = np.int64(NONE)
        kind, reach = scenario.gate_kind[gate], scenario.gate_reach[gate]
        cause = OTHER
        if math.isnan(gate_s[settlement, gate]):
            cause = MISSING_DATA
        elif kind == DATE:
            cause = PERMISSION
        else:
            row = gate * settlements + settlement
            for k in range(things_of[row], things_of[row + 1]):
                one = things[k]
                if holds and passed_s[one] == now and milestone == NONE:
                    milestone = one
                elif not holds and not is_done(one):
                    if milestone == NONE or rank_of(one) > rank_of(milestone):
                        milestone = one
            for k in range(found_of[settlement], found_of[settlement + 1]):
                found = found_at[k]
                one = fixed + EACH_FOUND * found + EACH_FOUND - 1
                if not counts_found[gate, found_like[found]]:
                    continue
                if holds and passed_s[one] == now and milestone == NONE:
                    milestone = one
                elif not holds and not is_done(one):
                    if milestone == NONE or rank_of(one) > rank_of(milestone):
                        milestone = one
            is_by_road = milestone == NONE and reach != NO_REACH
            if is_by_road and not holds:
                place = place_of[settlement]
                if not has_route[place]:
                    cause = NO_ROUTE
                for k in range(route_of[place], route_of[place + 1]):
                    if not is_all_season[route[k]]:
                        cause = NO_ROUTE
            if not holds and cause != NO_ROUTE and trace.is_hopeless[settlement, gate]:
                cause, milestone = NOT_PLANNED, NONE
            if is_by_road and cause == OTHER:
                road: Int = np.int64(NONE)
                source: Int = np.int64(NONE)
                if holds:
                    road, source = way_of_people(settlement, gate, now)
                else:
                    place = place_of[settlement]
                    for k in range(route_of[place], route_of[place + 1]):
                        if people_s[route[k]] > now and road == NONE:
                            road = route[k]
                if road != NONE:
                    note_road(settlement, road, now)
                    cause = PERMISSION
                    at_s = passed_s[open_wait[road]]
                    if at_s == NEVER or at_s == now:
                        milestone = open_wait[road]
                elif source != NONE:
                    for k in range(serving_of[gate + 1] - 1, serving_of[gate] - 1, -1):
                        if job_site[serving[k]] == source and passed_s[serving[k]] == now:
                            milestone = serving[k]
                elif not holds:
                    milestone = missing_service(settlement, gate, now)
                    cause = NOT_PLANNED
        if milestone == NONE:
            _book(cause_s, steps, kept, settlement, cause, NONE, 0, now)
            continue

        # Back from there to the start
        hops = 0
        while now > 0:
            hops += 1
            if milestone == NONE or hops > 2 * len(passed_s):
                _book(cause_s, steps, kept, settlement, OTHER, milestone, 0, now)
                break
            due_s, last = last_before(milestone)
            if not is_job(milestone):
                if due_s == NEVER:
                    milestone = last
                    continue
                if milestone < jobs + hazards or milestone >= fixed:
                    _book(cause_s, steps, kept, settlement, HANDOVER, milestone, due_s, now)
                now, milestone = due_s, last
                continue
            if due_s == NEVER:
                milestone = last
                continue
            like = like_of(milestone)
            site, need = job_site[like], job_need[like]
            opened_s = open_s[milestone]
            start_s = closing[milestone, START]
            if is_done(milestone) and start_s == NEVER:  # without work
                now, milestone = due_s, last
                continue
            if not is_done(milestone) and (opened_s == NEVER or closing[milestone, LEFT] > 0):
                is_able = able_of[need] < able_of[need + 1]
                if is_able and site_from_s[site] > now:
                    _book(cause_s, steps, kept, settlement, PERMISSION, milestone, 0, now)
                    break
                if opened_s == NEVER and is_able:
                    road = missing_way(site, need, now)
                    if road == NONE or waited_by[road] == settlement:
                        _book(cause_s, steps, kept, settlement, NO_ROUTE, milestone, due_s, now)
                        now, milestone = due_s, last
                        continue
                    waited_by[road] = settlement
                    note_road(settlement, road, now)
                    if is_done(drive_wait[road]):
                        _book(cause_s, steps, kept, settlement, PERMISSION, NONE, 0, now)
                        break
                    milestone = drive_wait[road]
                    continue
                if opened_s == NEVER:
                    _book(cause_s, steps, kept, settlement, wait_cause[like], milestone, due_s, now)
                    now, milestone = due_s, last
                    continue
                start_s = now
            else:
                end_s = min(closing[milestone, END], now)
                work_s = min(closing[milestone, WORK], end_s)
                book_stint(settlement, milestone, like, work_s, end_s)
                _book(cause_s, steps, kept, settlement, TRAVEL, milestone, start_s, work_s)
            opened_s = max(opened_s, due_s)
            if opened_s > start_s or open_s[milestone] == NEVER:
                opened_s = due_s
            held_s = min(closing[milestone, HELD], start_s - opened_s)
            _book(
                cause_s,
                steps,
                kept,
                settlement,
                work_cause[like],
                milestone,
                start_s - held_s,
                start_s,
            )
            _book(
                cause_s,
                steps,
                kept,
                settlement,
                wait_cause[like],
                milestone,
                opened_s,
                start_s - held_s,
            )
            now = opened_s
            if opened_s == due_s:
                milestone = last
                continue
            if site_from_s[site] == opened_s:
                _book(cause_s, steps, kept, settlement, PERMISSION, milestone, 0, now)
                break
            road = way_of_teams(site, need, opened_s)
            if road == NONE:
                _book(cause_s, steps, kept, settlement, wait_cause[like], milestone, due_s, now)
                now, milestone = due_s, last
                continue
            note_road(settlement, road, now)
            if passed_s[drive_wait[road]] < now:
                _book(cause_s, steps, kept, settlement, PERMISSION, NONE, 0, now)
                break
            milestone = drive_wait[road]
    note_wait(0)
    return kept[0]
