"""Teams at work on plain arrays: one draw in, the time of every milestone out (model §4 to §6).

Compiled. It knows numbers, not names: ``arrays`` puts the ids on and takes them off. Its clock is
whole seconds (int64). Milestones have the numbers of
:class:`returnplan.model.work.milestones.Milestones`, the planned ones in the order of ``arrays``.

Three things keep a dispatch cheap with a thousand teams. *Parts*: places that released roads join
have one number, so that whether a team can come is one comparison; hours of travel are kept for
each base, only up to half a shift (beyond it nobody commutes), and only ever improved, because
roads never close again. *Pools*: all teams of one asset type in one part share one set of open jobs
(types that never camp have one for each crew), a tree of bits by priority in which adding, removing
and finding the first take a few steps. *Stirring*: after an instant only pools with a new job or a
new idle team are looked at.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.model.compiled import compiled
from returnplan.model.work.milestones import EACH_FOUND
from returnplan.units import DAY_S, LIMIT_DAYS, NEVER

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Int = Any
"""A whole number: int outside, int64 inside."""
Float = Any
Words = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]

TOLERANCE_DAYS = 1e-9
UNSEEN = -2
NONE = -1
FROM_ELSEWHERE, HERE, CAMPED_HERE = 1, 2, 4
"""Kinds of idle teams of one crew that differ in time, and all of them."""
ALL_KINDS = 7
MARGIN_DAYS = 1e-4
"""More than the rounding to seconds can hide; commuting and camping are told apart by it."""
FINISHED, PASSED, ENTERED, ARRIVED, LEFT = range(5)
"""Kinds of events, in the order in which those of one instant are applied."""
KIND_BITS, NUMBER_BITS = 3, 28
WORD_BITS = 5
DE_BRUIJN = 0x077CB531
BIT_PLACE = np.argsort([(DE_BRUIJN << bit & 0xFFFFFFFF) >> 27 for bit in range(32)])
"""Place of the only bit in a word, by its product with a de Bruijn number."""


class Setting(NamedTuple):
    """What stays the same in all draws of one allocation; J jobs, S sites (places, then roads)."""

    site_from_s: Whole  # S: before it nobody works there or passes through
    site_zone: Numbers  # S
    road_ends: Numbers  # roads x 2
    road_hours: Floats  # roads
    roads_of: Numbers  # places + 1: where the roads of a place begin in
    roads: Numbers
    jobs_of: Numbers  # S + 1: where the jobs on a site begin in
    jobs: Numbers
    survey_on: Numbers  # S: number of its community survey, or NONE
    base_place: Numbers  # bases
    rovers_of: Numbers  # bases + 1: crews that never camp, by base
    rovers: Numbers
    shift_hours: Floats  # asset types
    mobilisation_s: Whole  # asset types
    camp_s: Whole  # asset types; NEVER: never camps
    crews_of: Numbers  # asset types + 1: crews stand by asset type
    crew_asset: Numbers  # crews: teams of one asset type at one base
    crew_base: Numbers
    teams_of: Numbers  # crews + 1: teams stand by crew
    team_crew: Numbers
    team_from_s: Whole
    team_until_s: Whole
    able_of: Numbers  # needs + 1
    able: Numbers  # asset types able to meet a need
    need_demines: Flags  # needs: technical survey, clearance, quality control
    job_site: Numbers  # J
    job_need: Numbers  # J
    job_limit: Whole  # J: teams at the same time
    follow_of: Numbers  # J + waits + 1
    follow: Numbers
    missing: Numbers  # J + waits: predecessors
    drives: Numbers  # waits: road on which teams may drive from then on, or NONE
    job_survey: Numbers  # J: number of the community survey, or NONE
    stages: Numbers  # hazards x 4: jobs
    releases: Numbers  # hazards: waits


class Load(NamedTuple):
    """What one draw brings; M milestones, R jobs by priority."""

    work: Floats  # M: area (or crew-days) of a parcel, over the speed of its site
    parcels: Numbers  # M; 0: nothing to do, passed at once
    delay_s: Whole  # M: of waits
    rate: Floats  # needs x asset types; 0: cannot
    month_start: Whole  # months + 1, days
    month_of_day: Numbers
    worked: Floats  # zones x (months + 1): workable days up to the month
    daily: Floats  # zones x months: workable days per day
    job_at: Numbers  # R: job by priority
    priority: Numbers  # M
    found_of: Numbers  # surveys + 1: where the hazards that a survey finds begin in
    like: Numbers  # found: hazard that it resembles


class Log(NamedTuple):
    """One row a parcel that was begun, in the order of dispatch; no rows: nothing is kept."""

    job: Numbers
    team: Numbers
    start_s: Whole
    work_s: Whole
    finish_s: Whole
    travel_hours: Floats
    workable_days: Floats
    camped: npt.NDArray[np.bool_]
    mobilised: npt.NDArray[np.bool_]


class Result(NamedTuple):
    """Times, s, ``NEVER`` for what did not come; M milestones."""

    passed_s: Whole  # M
    open_s: Whole  # M: first open to a deployed asset type
    closing: Whole  # M x 6: of the parcel that ends last, see ``END`` and what follows it
    day_share: Floats  # M: share of the day that its team works
    last_finish_s: Whole  # teams
    demining_days: Floats  # teams: workable days in stages that may hurt, up to the last instant
    mobilisations: Numbers  # asset types x months, at dispatch
    camps: Numbers  # asset types x months: set up, at dispatch
    parcels: int


# -- sets of priorities ----------------------------------------------------------------------


@compiled
def _add(pools: Words, level: Numbers, pool: Int, item: Int) -> None:
    """Put a priority into a pool; words whose bit above is not set hold nothing yet."""
    is_live = True
    for depth in range(len(level) - 2, -1, -1):
        above = item >> (WORD_BITS * depth)
        place = level[depth] + (above >> WORD_BITS)
        bit = np.int64(1) << (above & 31)
        word = np.int64(pools[pool, place]) if is_live else np.int64(0)
        pools[pool, place] = word | bit
        is_live = word & bit != 0


@compiled
def _remove(pools: Words, level: Numbers, pool: Int, item: Int) -> None:
    """Take a priority out of a pool that holds it."""
    for depth in range(len(level) - 1):
        place = level[depth] + (item >> WORD_BITS)
        after = np.int64(pools[pool, place]) & ~(np.int64(1) << (item & 31))
        pools[pool, place] = after
        if after != 0:
            return
        item >>= WORD_BITS


@compiled
def _first(pools: Words, level: Numbers, pool: Int) -> Int:
    """Smallest priority in a pool, or NONE."""
    item = np.int64(0)
    for depth in range(len(level) - 2, -1, -1):
        word = np.int64(pools[pool, level[depth] + item])
        if word == 0:
            return NONE
        bit = (((word & -word) * DE_BRUIJN) & 0xFFFFFFFF) >> 27
        item = (item << WORD_BITS) + BIT_PLACE[bit]
    return item


# -- events ----------------------------------------------------------------------------------


@compiled
def _push(events: Whole, size: Int, at_s: Int, kind: Int, number: Int) -> Int:
    """Put an event on the heap, earlier first, then by kind, then by number; its new size."""
    code = (((np.int64(at_s) << KIND_BITS) | kind) << NUMBER_BITS) | number
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        if events[parent] <= code:
            break
        events[child] = events[parent]
        child = parent
    events[child] = code
    return size + 1


@compiled
def _pop(events: Whole, size: Int) -> Int:
    """Take the first event off the heap; its new size."""
    last = size - 1
    code = events[last]
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= last:
            break
        if child + 1 < last and events[child + 1] < events[child]:
            child += 1
        if events[child] >= code:
            break
        events[parent] = events[child]
        parent = child
    events[parent] = code
    return last


# -- length of a parcel ----------------------------------------------------------------------


@compiled
def finish(
    month_start: Whole,
    month_of_day: Numbers,
    worked: Floats,
    daily: Floats,
    zone: Int,
    begin_s: Int,
    work_days: Float,
) -> Int:
    """Earliest u >= s with W(u) >= W(s) + w - 1e-9 (model §5); NEVER: beyond 100 years.

    Parameters
    ----------
    month_start, month_of_day, worked, daily
        Calendars, as in :class:`Load`.
    zone
        Zone of the site.
    begin_s
        Begin s of the work, s.
    work_days
        Work w, workable days.

    Returns
    -------
    int
        End u, s.
    """
    if begin_s > LIMIT_DAYS * DAY_S:
        return np.int64(NEVER)
    day = begin_s / DAY_S
    month = np.int64(month_of_day[begin_s // DAY_S])
    done = worked[zone, month] + (day - month_start[month]) * daily[zone, month]
    target = done + work_days - TOLERANCE_DAYS
    if target <= done:
        return np.int64(begin_s)
    months = np.int64(worked.shape[1])
    low, high = month + 1, month + 2
    while high < months and worked[zone, high - 1] < target:  # most work ends within few months
        low, high = high, 2 * high - month
    high = min(high, months)
    while low < high:
        middle = (low + high) >> 1
        if worked[zone, middle] < target:
            low = middle + 1
        else:
            high = middle
    if low == months:
        return np.int64(NEVER)
    before = low - 1
    end = month_start[before] + (target - worked[zone, before]) / daily[zone, before]
    finish_s = np.int64(math.floor(end * DAY_S + 0.5))
    return finish_s if finish_s <= LIMIT_DAYS * DAY_S else np.int64(NEVER)


@compiled
def _workable(
    month_start: Whole,
    month_of_day: Numbers,
    worked: Floats,
    daily: Floats,
    zone: Int,
    begin_s: Int,
    length_s: Int,
) -> Float:
    """Workable days from an instant on; beyond 100 years: inf."""
    end_s = begin_s + length_s
    if end_s > LIMIT_DAYS * DAY_S:
        return math.inf
    first, last = month_of_day[begin_s // DAY_S], month_of_day[end_s // DAY_S]
    done = worked[zone, first] + (begin_s / DAY_S - month_start[first]) * daily[zone, first]
    return worked[zone, last] + (end_s / DAY_S - month_start[last]) * daily[zone, last] - done


@compiled
def _stint(
    month_start: Whole,
    month_of_day: Numbers,
    worked: Floats,
    daily: Floats,
    zone: Int,
    now: Int,
    full_days: Float,
    share: Float,
    mobilisation_s: Int,
    camp_s: Int,
) -> tuple[Int, Int, bool, Float]:
    """End (NEVER: beyond 100 years), begin of work, camp, workable days (model §4.1)."""
    work_s = np.int64(now + mobilisation_s)
    best, best_work_s, camps, days = np.int64(NEVER), work_s, False, full_days
    if share > 0:
        days = full_days / share
        best = finish(month_start, month_of_day, worked, daily, zone, work_s, days)
    if camp_s != NEVER:
        work_s += camp_s
        finish_s = finish(month_start, month_of_day, worked, daily, zone, work_s, full_days)
        if finish_s != NEVER and (best == NEVER or finish_s < best):
            best, best_work_s, camps, days = finish_s, work_s, True, full_days
    return best, best_work_s, camps, days


# -- access ----------------------------------------------------------------------------------


@compiled
def _hours(hours: Floats, road_ends: Numbers, base: Int, site: Int) -> Float:
    """Travel hours from a base; to a road: to its nearer reachable end (model §4.1)."""
    places = hours.shape[0]
    if site < places:
        return hours[site, base]
    road = site - places
    return min(hours[road_ends[road, 0], base], hours[road_ends[road, 1], base])


@compiled
def _reach_push(heap_hours: Floats, heap_place: Numbers, size: Int, at: Float, place: Int) -> None:
    child = size
    while child > 0:
        parent = (child - 1) >> 1
        if heap_hours[parent] <= at:
            break
        heap_hours[child] = heap_hours[parent]
        heap_place[child] = heap_place[parent]
        child = parent
    heap_hours[child] = at
    heap_place[child] = place


@compiled
def _reach_pop(heap_hours: Floats, heap_place: Numbers, size: Int) -> None:
    """Take the first off a heap of the given size; the last moves to its right place."""
    last = size - 1
    at, place = heap_hours[last], heap_place[last]
    parent = 0
    while True:
        child = 2 * parent + 1
        if child >= last:
            break
        if child + 1 < last and heap_hours[child + 1] < heap_hours[child]:
            child += 1
        if heap_hours[child] >= at:
            break
        heap_hours[parent] = heap_hours[child]
        heap_place[parent] = heap_place[child]
        parent = child
    heap_hours[parent] = at
    heap_place[parent] = place


@compiled
def _relax(
    road_ends: Numbers,
    road_hours: Floats,
    roads_of: Numbers,
    roads: Numbers,
    is_driven: Flags,
    new_roads: Numbers,
    hours: Floats,
    limit_hours: Float,
    near: Numbers,
    heap_hours: Floats,
    heap_place: Numbers,
) -> Int:
    """Carry the roads opened at this instant outwards from a base; count the places nearer now.

    Roads only open, so hours only shrink and nothing is ever searched again. A road that closed
    again (new contamination, a winter closure) would break this; the model has none (model §2).
    Hours of the limit or more are left at ``inf``.
    """
    size = 0
    for road in new_roads:
        for end in range(2):
            one, other = road_ends[road, end], road_ends[road, 1 - end]
            at = hours[one] + road_hours[road]
            if at < hours[other] and at < limit_hours:
                _reach_push(heap_hours, heap_place, size, at, other)
                size += 1
    nearer = 0
    while size > 0:
        at, place = heap_hours[0], heap_place[0]
        _reach_pop(heap_hours, heap_place, size)
        size -= 1
        if at >= hours[place]:
            continue
        near[nearer] = place
        nearer += 1
        hours[place] = at
        for i in range(roads_of[place], roads_of[place + 1]):
            road = roads[i]
            if is_driven[road]:
                other = road_ends[road, 0] + road_ends[road, 1] - place
                there = at + road_hours[road]
                if there < hours[other] and there < limit_hours:
                    _reach_push(heap_hours, heap_place, size, there, other)
                    size += 1
    return nearer


@compiled
def _levels(length: Int) -> Numbers:
    """Where the levels of a tree of bits begin, from the leaves up."""
    level = np.zeros(9, np.int32)
    depth = 0
    while True:
        length = (length + 31) >> WORD_BITS
        level[depth + 1] = level[depth] + length
        depth += 1
        if length <= 1:
            return level[: depth + 1]


@compiled
def _put_in(items: Numbers, counts: Numbers, group: Int, first: Int, item: Int) -> None:
    """Put an item into the sorted list of a group, which begins at a given place."""
    place = first + counts[group]
    while place > first and items[place - 1] > item:
        items[place] = items[place - 1]
        place -= 1
    items[place] = item
    counts[group] += 1


@compiled
def _take_out(items: Numbers, counts: Numbers, group: Int, first: Int, item: Int) -> None:
    """Take an item out of the sorted list of a group, which begins at a given place."""
    place = first
    while items[place] != item:
        place += 1
    counts[group] -= 1
    for i in range(place, first + counts[group]):
        items[i] = items[i + 1]


# -- the work --------------------------------------------------------------------------------

EVENTS, DUE, ENDED, JOINS, FREED, LEAVERS, NEW_ROADS, SITES, OFFERS, STIRRED, REFUSED = range(11)
"""Lengths of the lists of an instant, in ``count``."""
MISSING, SITE, NEED, LIMIT, PRIORITY, PARCELS, UNASSIGNED, WORKING = range(8)
"""What is known of one milestone, in ``status``: side by side, so that it is fetched at once."""
END, START, WORK, TEAM, HELD, LEFT = range(6)
"""Of a job: end, dispatch and begin of work of the parcel that ends last (several: begun last), its
team, seconds before its dispatch in which as many teams as may were there; parcels not begun."""


@compiled
def run(setting: Setting, load: Load, log: Log, until_s: Int) -> Result:
    """Let everything up to an instant happen (model §6).

    One long function on purpose: each step of an instant stands once, in the order of the model,
    and works on plain local arrays.

    Parameters
    ----------
    setting
        The allocation.
    load
        The draw.
    log
        Arrays for the parcels that are begun; without rows nothing is kept.
    until_s
        Last instant, s; what falls later cannot change what falls before.

    Returns
    -------
    Result
        Times, s.
    """
    site_from_s, site_zone, road_ends = setting.site_from_s, setting.site_zone, setting.road_ends
    road_hours, roads_of, roads = setting.road_hours, setting.roads_of, setting.roads
    jobs_of, jobs_on, survey_on = setting.jobs_of, setting.jobs, setting.survey_on
    base_place, rovers_of, rovers = setting.base_place, setting.rovers_of, setting.rovers
    shift_hours, mobilisation_s, camp_s = (
        setting.shift_hours,
        setting.mobilisation_s,
        setting.camp_s,
    )
    crews_of, crew_asset, crew_base = setting.crews_of, setting.crew_asset, setting.crew_base
    teams_of, team_crew = setting.teams_of, setting.team_crew
    team_from_s, team_until_s = setting.team_from_s, setting.team_until_s
    able_of, able, need_demines = setting.able_of, setting.able, setting.need_demines
    follow_of, follow, drives = setting.follow_of, setting.follow, setting.drives
    job_survey, stages, releases = setting.job_survey, setting.stages, setting.releases
    work, delay_s, rate = load.work, load.delay_s, load.rate
    month_start, month_of_day = load.month_start, load.month_of_day
    worked, daily = load.worked, load.daily
    job_at = load.job_at
    found_of, found_like = load.found_of, load.like

    jobs, fixed, milestones = len(setting.job_site), len(setting.missing), len(load.parcels)
    sites, places, edges = len(site_from_s), len(roads_of) - 1, len(road_hours)
    bases, assets, crews, teams = len(base_place), len(shift_hours), len(crew_asset), len(team_crew)

    # Milestones and jobs
    passed_s = np.full(milestones, NEVER, np.int64)
    open_s = np.full(milestones, NEVER, np.int64)
    status = np.zeros((milestones, 8), np.int32)
    is_waiting = np.zeros(milestones, np.bool_)  # offered, with parcels left
    is_listed = np.zeros(milestones, np.bool_)
    for milestone in range(milestones):
        status[milestone, MISSING] = setting.missing[milestone] if milestone < fixed else 1
        status[milestone, PARCELS] = load.parcels[milestone]
        status[milestone, UNASSIGNED] = load.parcels[milestone]
        status[milestone, PRIORITY] = load.priority[milestone]
        like = milestone  # job of the scenario that it resembles
        if milestone >= fixed:
            found = (milestone - fixed) // EACH_FOUND
            stage = milestone - fixed - EACH_FOUND * found
            like = stages[found_like[found], min(stage + 1, EACH_FOUND - 1)]
        if like < jobs:
            status[milestone, SITE] = setting.job_site[like]
            status[milestone, NEED] = setting.job_need[like]
            status[milestone, LIMIT] = min(setting.job_limit[like], 2**31 - 1)
    closing = np.full((milestones, 6), NEVER, np.int64)
    day_share = np.zeros(milestones)
    full_since_s = np.zeros(milestones, np.int64)  # as many teams as may are there
    full_s = np.zeros(milestones, np.int64)
    # Sites
    waiting = np.zeros(sites, np.int32)  # such jobs
    unopened = np.zeros(places, np.int32)  # such jobs there or on its roads, open to nobody yet
    idle_here = np.zeros(sites, np.int32)  # idle teams whose last parcel was there
    # Access
    hours = np.full((places, bases), math.inf)
    is_released = np.zeros(edges, np.bool_)
    is_driven = np.zeros(edges, np.bool_)
    part = np.arange(places).astype(np.int32)  # places that released roads join have one number
    part_size = np.ones(places, np.int32)
    next_in_part = np.arange(places).astype(np.int32)
    region = np.full(places, NONE, np.int32)  # one of the bases of a part, or NONE
    is_near = np.zeros(places, np.bool_)  # to some base: nearer than the limit
    limit_hours = 0.0  # from there on nobody commutes
    for asset in range(assets):
        limit_hours = max(limit_hours, shift_hours[asset] / 2)
    if len(log.job) > 0:
        limit_hours = math.inf  # travel hours are shown
    ranging = crews if len(rovers) > 0 else 1
    in_range = np.zeros((ranging, sites), np.bool_)  # for crews that never camp
    crew_part = np.zeros(crews, np.int32)
    crew_at = np.full((assets, bases), NONE, np.int32)
    for crew in range(crews):
        crew_part[crew] = base_place[crew_base[crew]]
        crew_at[crew_asset[crew], crew_base[crew]] = crew
    # Pools of open jobs
    level = _levels(max(1, len(job_at)))
    count_of_pools = assets * bases + len(rovers)
    pools = np.empty((count_of_pools, level[-1]), np.uint32)
    pools[:, level[-1] - 1] = 0
    pool_idle = np.zeros(count_of_pools, np.int32)
    is_stirred = np.zeros(count_of_pools, np.bool_)
    crew_pool = np.zeros(crews, np.int32)
    for crew in range(crews):
        crew_pool[crew] = crew_asset[crew] * bases + crew_base[crew]
    for i in range(len(rovers)):
        crew_pool[rovers[i]] = assets * bases + i
    # Teams
    idle = np.zeros(teams, np.int32)  # the idle ones of each crew, by number
    idle_count = np.zeros(crews, np.int32)
    idle_crews = np.zeros(crews, np.int32)  # those with idle teams, by asset type
    idle_crew_count = np.zeros(assets, np.int32)
    team_site = np.full(teams, NONE, np.int32)
    team_camped = np.zeros(teams, np.bool_)
    team_job = np.zeros(teams, np.int32)
    has_left = np.zeros(teams, np.bool_)
    last_finish_s = np.full(teams, NEVER, np.int64)
    demining_days = np.zeros(teams)
    mobilisations = np.zeros((assets, len(month_start) - 1), np.int32)
    camps_made = np.zeros((assets, len(month_start) - 1), np.int32)
    # Lists of an instant
    count = np.zeros(11, np.int64)
    events = np.zeros(2 * teams + sites + milestones + 1, np.int64)
    due = np.zeros(milestones, np.int32)
    ended = np.zeros(milestones, np.int32)
    joins = np.zeros(len(found_of), np.int32)
    freed, leavers = np.zeros(teams, np.int32), np.zeros(teams, np.int32)
    new_roads = np.zeros(edges, np.int32)
    listed_sites, is_listed_site = np.zeros(sites, np.int32), np.zeros(sites, np.bool_)
    offers = np.zeros(milestones, np.int32)
    stirred = np.zeros(count_of_pools, np.int32)
    refused = np.zeros(len(job_at), np.int32)
    near = np.zeros(places + 1, np.int32)
    heap_hours, heap_place = np.zeros(4 * edges + 4), np.zeros(4 * edges + 4, np.int32)

    def stir(pool: Int) -> None:
        """A pool has a new job or a new idle team: look at it at the end of the instant."""
        if not is_stirred[pool] and pool_idle[pool] > 0:
            is_stirred[pool] = True
            stirred[count[STIRRED]] = pool
            count[STIRRED] += 1

    def list_offer(job: Int) -> None:
        if not is_listed[job]:
            is_listed[job] = True
            offers[count[OFFERS]] = job
            count[OFFERS] += 1

    def list_site(site: Int) -> None:
        if not is_listed_site[site]:
            is_listed_site[site] = True
            listed_sites[count[SITES]] = site
            count[SITES] += 1

    def list_around(place: Int) -> None:
        """Jobs at a place and on its roads may be within reach now, or open now."""
        if waiting[place] > 0:
            list_site(place)
        for i in range(roads_of[place], roads_of[place + 1]):
            if waiting[places + roads[i]] > 0:
                list_site(places + roads[i])

    def lose(milestone: Int) -> None:
        """A predecessor is passed; without any other the milestone is due."""
        status[milestone, MISSING] -= 1
        if status[milestone, MISSING] == 0:
            due[count[DUE]] = milestone
            count[DUE] += 1

    def note_unopened(site: Int, more: Int) -> None:
        if site < places:
            unopened[site] += more
        else:
            unopened[road_ends[site - places, 0]] += more
            unopened[road_ends[site - places, 1]] += more

    def ends_of(site: Int) -> tuple[Int, Int]:
        """The places from which a site is reached."""
        if site < places:
            return site, site
        return road_ends[site - places, 0], road_ends[site - places, 1]

    def has_begun(milestone: Int) -> Any:
        return (
            passed_s[milestone] != NEVER
            or status[milestone, UNASSIGNED] < status[milestone, PARCELS]
        )

    def let_drive(road: Int, now: Int) -> None:
        """Let teams drive on a released road from its date on (model §2)."""
        if is_released[road] and not is_driven[road] and now >= site_from_s[places + road]:
            is_driven[road] = True
            new_roads[count[NEW_ROADS]] = road
            count[NEW_ROADS] += 1

    # The start: bases reach themselves, and what misses nothing is due
    for base in range(bases):
        hours[base_place[base], base] = 0.0
        region[base_place[base]] = base
    for milestone in range(jobs):
        if job_survey[milestone] != NONE and status[milestone, PARCELS] == 0:
            joins[count[JOINS]] = job_survey[milestone]
            count[JOINS] += 1
    for milestone in range(fixed):
        if status[milestone, MISSING] == 0:
            due[count[DUE]] = milestone
            count[DUE] += 1
    for site in range(sites):
        if 0 < site_from_s[site] <= until_s:
            count[EVENTS] = _push(events, count[EVENTS], site_from_s[site], ENTERED, site)
    for team in range(teams):
        if team_from_s[team] <= until_s:
            count[EVENTS] = _push(events, count[EVENTS], team_from_s[team], ARRIVED, team)
        if team_until_s[team] <= until_s:
            count[EVENTS] = _push(events, count[EVENTS], team_until_s[team], LEFT, team)

    begun = 0
    now = np.int64(0)
    is_start = True
    while True:
        # Events of the instant are sorted into lists
        while count[EVENTS] > 0 and events[0] >> (KIND_BITS + NUMBER_BITS) == now:
            kind = (events[0] >> NUMBER_BITS) & ((1 << KIND_BITS) - 1)
            number = events[0] & ((1 << NUMBER_BITS) - 1)
            count[EVENTS] = _pop(events, count[EVENTS])
            if kind == FINISHED:
                job = team_job[number]
                was_full = status[job, WORKING] == status[job, LIMIT]
                if was_full:
                    full_s[job] += now - full_since_s[job]
                status[job, WORKING] -= 1
                if status[job, UNASSIGNED] + status[job, WORKING] == 0:
                    ended[count[ENDED]] = job
                    count[ENDED] += 1
                    if job < jobs and job_survey[job] != NONE:
                        joins[count[JOINS]] = job_survey[job]
                        count[JOINS] += 1
                elif was_full:
                    list_offer(job)
            elif kind == PASSED:
                ended[count[ENDED]] = number
                count[ENDED] += 1
            elif kind == ENTERED:
                list_site(number)
                if number >= places:
                    let_drive(number - places, now)
            if kind in (FINISHED, ARRIVED):
                freed[count[FREED]] = number
                count[FREED] += 1
            elif kind == LEFT:
                leavers[count[LEAVERS]] = number
                count[LEAVERS] += 1

        # Hazards that a community survey finds join the others; works not begun wait for them
        for i in range(count[JOINS]):
            survey = joins[i]
            for found in range(found_of[survey], found_of[survey + 1]):
                double = releases[found_like[found]]
                for k in range(follow_of[double], follow_of[double + 1]):
                    works = follow[k]
                    if not has_begun(works):
                        if is_waiting[works]:
                            is_waiting[works] = False
                            waiting[status[works, SITE]] -= 1
                            if open_s[works] == NEVER:
                                note_unopened(status[works, SITE], -1)
                        status[works, MISSING] += 1
                lose(fixed + EACH_FOUND * found)

        # Milestones are passed; what follows them becomes due; waits begin
        next_due, next_ended = 0, 0
        while next_due < count[DUE] or next_ended < count[ENDED]:
            if next_due < count[DUE]:
                milestone = due[next_due]
                next_due += 1
                if status[milestone, MISSING] > 0:
                    continue  # a hazard has joined before it
                if status[milestone, PARCELS] > 0:
                    list_offer(milestone)
                elif delay_s[milestone] == 0:
                    ended[count[ENDED]] = milestone
                    count[ENDED] += 1
                elif now + delay_s[milestone] <= until_s:
                    at_s = now + delay_s[milestone]
                    count[EVENTS] = _push(events, count[EVENTS], at_s, PASSED, milestone)
                continue
            milestone = ended[next_ended]
            next_ended += 1
            passed_s[milestone] = now
            owner = milestone
            if milestone >= fixed:
                found = (milestone - fixed) // EACH_FOUND
                if milestone - fixed - EACH_FOUND * found < EACH_FOUND - 1:
                    lose(milestone + 1)
                    continue
                owner = releases[found_like[found]]
            elif milestone >= jobs and drives[milestone - jobs] != NONE:
                road = drives[milestone - jobs]
                is_released[road] = True
                let_drive(road, now)
            for k in range(follow_of[owner], follow_of[owner + 1]):
                if milestone < fixed or not has_begun(follow[k]):
                    lose(follow[k])

        # Roads join parts of the country: jobs come within reach, pools are united
        for i in range(count[NEW_ROADS]):
            keeps = part[road_ends[new_roads[i], 0]]
            goes = part[road_ends[new_roads[i], 1]]
            if keeps == goes:
                continue
            if part_size[keeps] < part_size[goes]:
                keeps, goes = goes, keeps
            into, gone = region[keeps], region[goes]
            is_united = into != NONE and gone != NONE
            if is_united:
                for asset in range(assets):
                    pool, other = asset * bases + into, asset * bases + gone
                    item = _first(pools, level, other)
                    while item != NONE:
                        _remove(pools, level, other, item)
                        _add(pools, level, pool, item)
                        item = _first(pools, level, other)
                    pool_idle[pool] += pool_idle[other]
                    pool_idle[other] = 0
                    stir(pool)
                for crew in range(crews):
                    if crew_pool[crew] == crew_asset[crew] * bases + gone:
                        crew_pool[crew] = crew_asset[crew] * bases + into
            region[keeps] = max(into, gone) if into == NONE or gone == NONE else into
            for crew in range(crews if gone != NONE else 0):
                if crew_part[crew] == goes:
                    crew_part[crew] = keeps
            for k in range(2):
                member = keeps if k == 0 else goes
                is_reached = (into if k == 0 else gone) == NONE and region[keeps] != NONE
                for _ in range(part_size[member] if k == 1 or is_reached or is_united else 0):
                    if is_reached or (is_united and unopened[member] > 0):
                        list_around(member)
                    if k == 1:
                        part[member] = keeps
                    member = next_in_part[member]
            part_size[keeps] += part_size[goes]
            swapped = next_in_part[keeps]
            next_in_part[keeps] = next_in_part[goes]
            next_in_part[goes] = swapped

        # Roads bring places nearer to the bases
        if count[NEW_ROADS] > 0 or is_start:
            for base in range(bases):
                nearer = _relax(
                    road_ends,
                    road_hours,
                    roads_of,
                    roads,
                    is_driven,
                    new_roads[: count[NEW_ROADS]],
                    hours[:, base],
                    limit_hours,
                    near,
                    heap_hours,
                    heap_place,
                )
                if is_start:
                    near[nearer] = base_place[base]
                    nearer += 1
                for i in range(nearer):
                    place = near[i]
                    is_near[place] = True
                    if unopened[place] > 0:
                        list_around(place)
                    for r in range(rovers_of[base], rovers_of[base + 1]):
                        crew = rovers[r]
                        for k in range(roads_of[place], roads_of[place + 1] + 1):
                            last = k == roads_of[place + 1]
                            site = place if last else places + roads[k]
                            there = _hours(hours, road_ends, base, site)
                            if (
                                not in_range[crew, site]
                                and 2 * there < shift_hours[crew_asset[crew]]
                            ):
                                in_range[crew, site] = True
                                if waiting[site] > 0:
                                    list_site(site)

        # Due jobs on sites that have changed are offered again
        for i in range(count[SITES]):
            site = listed_sites[i]
            is_listed_site[site] = False
            for k in range(jobs_of[site], jobs_of[site + 1]):
                if status[jobs_on[k], MISSING] == 0 and status[jobs_on[k], UNASSIGNED] > 0:
                    list_offer(jobs_on[k])
            survey = survey_on[site]
            if survey != NONE:
                for found in range(found_of[survey], found_of[survey + 1]):
                    for stage in range(EACH_FOUND - 1):
                        list_offer(fixed + EACH_FOUND * found + stage)

        # Due and accessible jobs go into the pools of all that reach them
        for i in range(count[OFFERS]):
            job = offers[i]
            is_listed[job] = False
            site = status[job, SITE]
            if (
                status[job, MISSING] > 0
                or status[job, UNASSIGNED] == 0
                or now < site_from_s[site]
                or passed_s[job] != NEVER
            ):
                continue
            if not is_waiting[job]:
                is_waiting[job] = True
                waiting[site] += 1
                if open_s[job] == NEVER:
                    note_unopened(site, 1)
            need, zone = status[job, NEED], site_zone[site]
            one, other = ends_of(site)
            first, second = region[part[one]], region[part[other]]
            for a in range(able_of[need], able_of[need + 1]):
                asset = able[a]
                camps = camp_s[asset] != NEVER
                if camps:
                    if first != NONE:
                        _add(pools, level, asset * bases + first, status[job, PRIORITY])
                        stir(asset * bases + first)
                    if second != NONE and second != first:
                        _add(pools, level, asset * bases + second, status[job, PRIORITY])
                        stir(asset * bases + second)
                    if open_s[job] != NEVER or (first == NONE and second == NONE):
                        continue
                begin, end = crews_of[asset], crews_of[asset + 1]
                if camps and first != NONE and crew_at[asset, first] != NONE:
                    begin = crew_at[asset, first]  # most often it can work there
                for c in range(begin, end + begin - crews_of[asset]):
                    crew = c if c < end else c - end + crews_of[asset]
                    if crew_part[crew] != part[one] and crew_part[crew] != part[other]:
                        continue
                    there = _hours(hours, road_ends, crew_base[crew], site)
                    if not camps:
                        if not in_range[crew, site]:
                            continue
                        _add(pools, level, crew_pool[crew], status[job, PRIORITY])
                        stir(crew_pool[crew])
                    if open_s[job] == NEVER:
                        full_days = work[job] / rate[need, asset]
                        begin_s = now + mobilisation_s[asset]
                        ends_s = np.int64(NEVER)
                        if camps:
                            at_s = begin_s + camp_s[asset]
                            ends_s = finish(
                                month_start, month_of_day, worked, daily, zone, at_s, full_days
                            )
                        share = 1 - 2 * there / shift_hours[asset]
                        if ends_s == NEVER and share > 0:
                            days = full_days / share
                            ends_s = finish(
                                month_start, month_of_day, worked, daily, zone, begin_s, days
                            )
                        if ends_s != NEVER:
                            open_s[job] = now
                            note_unopened(site, -1)
                            if camps:
                                break

        # Teams that ended or arrived are idle; those whose deployment has ended leave
        for i in range(count[LEAVERS]):
            has_left[leavers[i]] = True
        for i in range(count[FREED]):
            team = freed[i]
            if has_left[team]:
                continue
            crew = team_crew[team]
            _put_in(idle, idle_count, crew, teams_of[crew], team)
            if idle_count[crew] == 1:
                asset = crew_asset[crew]
                _put_in(idle_crews, idle_crew_count, asset, crews_of[asset], crew)
            if team_site[team] != NONE:
                idle_here[team_site[team]] += 1
            pool_idle[crew_pool[crew]] += 1
            stir(crew_pool[crew])
        for i in range(count[LEAVERS]):
            team = leavers[i]
            crew = team_crew[team]
            is_idle = False
            for place in range(teams_of[crew], teams_of[crew] + idle_count[crew]):
                is_idle = is_idle or idle[place] == team
            if is_idle:
                _take_out(idle, idle_count, crew, teams_of[crew], team)
                if idle_count[crew] == 0:
                    asset = crew_asset[crew]
                    _take_out(idle_crews, idle_crew_count, asset, crews_of[asset], crew)
                if team_site[team] != NONE:
                    idle_here[team_site[team]] -= 1
                pool_idle[crew_pool[crew]] -= 1

        for which in range(DUE, STIRRED):
            count[which] = 0
        is_start = False

        # Open parcels are given to idle teams until no pair is left
        while True:
            chosen = np.int64(NONE)
            i = 0
            while i < count[STIRRED]:
                pool = stirred[i]
                top = np.int64(NONE)
                if pool_idle[pool] > 0:
                    top = _first(pools, level, pool)
                    while top != NONE:
                        job = job_at[top]
                        if (
                            status[job, MISSING] == 0
                            and status[job, UNASSIGNED] > 0
                            and status[job, WORKING] < status[job, LIMIT]
                        ):
                            break
                        _remove(pools, level, pool, top)
                        top = _first(pools, level, pool)
                if top == NONE:
                    is_stirred[pool] = False
                    count[STIRRED] -= 1
                    stirred[i] = stirred[count[STIRRED]]
                    continue
                if chosen == NONE or top < chosen:
                    chosen = top
                i += 1
            if chosen == NONE:
                break

            # Of all able idle teams the one that finishes first (ties: the smaller number)
            job = job_at[chosen]
            site, need = status[job, SITE], status[job, NEED]
            zone = site_zone[site]
            one, other = ends_of(site)
            is_far = not (is_near[one] or is_near[other])
            best_finish_s, best_team, best_hours = np.int64(NEVER), NONE, 0.0
            best_work_s, best_camps, best_days, best_share = np.int64(now), False, 0.0, 1.0
            for a in range(able_of[need], able_of[need + 1]):
                asset = able[a]
                if idle_crew_count[asset] == 0 or (is_far and camp_s[asset] == NEVER):
                    continue
                full_days = work[job] / rate[need, asset]
                most_days = math.inf  # to commute for longer than that is later than to camp
                if camp_s[asset] != NEVER and not is_far:
                    most_days = (
                        full_days
                        + MARGIN_DAYS
                        + _workable(
                            month_start,
                            month_of_day,
                            worked,
                            daily,
                            zone,
                            now + mobilisation_s[asset],
                            camp_s[asset],
                        )
                    )
                far_finish_s = np.int64(UNSEEN)  # of a camp by a team from elsewhere
                for c in range(crews_of[asset], crews_of[asset] + idle_crew_count[asset]):
                    crew = idle_crews[c]
                    if crew_part[crew] != part[one] and crew_part[crew] != part[other]:
                        continue
                    there = _hours(hours, road_ends, crew_base[crew], site)
                    share = 1 - 2 * there / shift_hours[asset]
                    commutes = share > 0 and full_days <= most_days * share
                    kinds = 0
                    for place in range(teams_of[crew], teams_of[crew] + idle_count[crew]):
                        team = idle[place]
                        kind = FROM_ELSEWHERE
                        if team_site[team] == site:
                            kind = CAMPED_HERE if team_camped[team] else HERE
                        if kinds & kind:
                            continue
                        kinds |= kind
                        if kind == FROM_ELSEWHERE and not commutes:
                            if camp_s[asset] == NEVER:
                                continue
                            work_s = now + mobilisation_s[asset] + camp_s[asset]
                            if far_finish_s == UNSEEN:
                                far_finish_s = finish(
                                    month_start,
                                    month_of_day,
                                    worked,
                                    daily,
                                    zone,
                                    work_s,
                                    full_days,
                                )
                            finish_s, camps, days = far_finish_s, True, full_days
                        else:
                            finish_s, work_s, camps, days = _stint(
                                month_start,
                                month_of_day,
                                worked,
                                daily,
                                zone,
                                now,
                                full_days,
                                share,
                                mobilisation_s[asset] if kind == FROM_ELSEWHERE else 0,
                                0 if kind == CAMPED_HERE else camp_s[asset],
                            )
                        if finish_s != NEVER and (
                            best_team == NONE
                            or finish_s < best_finish_s
                            or (finish_s == best_finish_s and team < best_team)
                        ):
                            best_finish_s, best_team, best_hours = finish_s, team, there
                            best_work_s, best_camps, best_days = work_s, camps, days
                            best_share = 1.0 if camps else share
                        if kinds == ALL_KINDS or idle_here[site] == 0:
                            break
                    if is_far and idle_here[site] == 0:
                        break  # all camp and end alike: the first has the smallest number
            if best_team == NONE:
                for i in range(count[STIRRED]):
                    if _first(pools, level, stirred[i]) == chosen:
                        _remove(pools, level, stirred[i], chosen)
                refused[count[REFUSED]] = job
                count[REFUSED] += 1
                continue

            if len(log.job) > 0:
                log.job[begun], log.team[begun] = job, best_team
                log.start_s[begun], log.work_s[begun] = now, best_work_s
                log.finish_s[begun] = best_finish_s
                log.travel_hours[begun], log.workable_days[begun] = best_hours, best_days
                log.camped[begun], log.mobilised[begun] = best_camps, team_site[best_team] != site
            begun += 1
            if best_finish_s >= closing[job, END]:
                closing[job, END], closing[job, START] = best_finish_s, now
                closing[job, WORK], closing[job, TEAM] = best_work_s, best_team
                closing[job, HELD] = full_s[job]
                day_share[job] = best_share
            month = month_of_day[now // DAY_S]
            if team_site[best_team] != site:
                mobilisations[crew_asset[team_crew[best_team]], month] += 1
            if best_camps and not (team_site[best_team] == site and team_camped[best_team]):
                camps_made[crew_asset[team_crew[best_team]], month] += 1
            if need_demines[need]:
                share_done = 1.0
                if best_finish_s > until_s:
                    share_done = max(until_s - best_work_s, 0) / (best_finish_s - best_work_s)
                demining_days[best_team] += best_days * share_done
            crew = team_crew[best_team]
            _take_out(idle, idle_count, crew, teams_of[crew], best_team)
            if idle_count[crew] == 0:
                asset = crew_asset[crew]
                _take_out(idle_crews, idle_crew_count, asset, crews_of[asset], crew)
            if team_site[best_team] != NONE:
                idle_here[team_site[best_team]] -= 1
            pool_idle[crew_pool[crew]] -= 1
            status[job, UNASSIGNED] -= 1
            status[job, WORKING] += 1
            if status[job, WORKING] == status[job, LIMIT]:
                full_since_s[job] = now
            if status[job, UNASSIGNED] == 0:
                is_waiting[job] = False
                waiting[site] -= 1
                if open_s[job] == NEVER:
                    note_unopened(site, -1)
            team_site[best_team] = site
            team_camped[best_team] = best_camps
            team_job[best_team] = job
            last_finish_s[best_team] = best_finish_s
            if best_finish_s <= until_s:
                count[EVENTS] = _push(events, count[EVENTS], best_finish_s, FINISHED, best_team)

        # What no team could end in time is offered again when something happens
        for i in range(count[REFUSED]):
            list_offer(refused[i])
        count[REFUSED] = 0
        if count[EVENTS] == 0:
            break
        now = events[0] >> (KIND_BITS + NUMBER_BITS)
    for job in range(milestones):
        if status[job, UNASSIGNED] > 0 and status[job, WORKING] == status[job, LIMIT]:
            full_s[job] += until_s - full_since_s[job]
        closing[job, LEFT] = status[job, UNASSIGNED]
        if status[job, UNASSIGNED] > 0:
            closing[job, HELD] = full_s[job]
    return Result(
        passed_s,
        open_s,
        closing,
        day_share,
        last_finish_s,
        demining_days,
        mobilisations,
        camps_made,
        begun,
    )


# -- conditions ------------------------------------------------------------------------------


@compiled
def reached_within(
    road_ends: Numbers,
    road_hours: Floats,
    roads_of: Numbers,
    roads: Numbers,
    source_s: Floats,
    open_s: Floats,
    limit_hours: Float,
) -> Floats:
    """When each place first has a source within some hours over open roads (model §7).

    Parameters
    ----------
    road_ends, road_hours, roads_of, roads
        The graph, as in :class:`Setting`.
    source_s
        From when each place is a source, s; ``inf``: never.
    open_s
        From when each road counts, s; ``inf``: never.
    limit_hours
        Longest drive, hours.

    Returns
    -------
    numpy.ndarray
        Per place, s; ``inf``: never.
    """
    places, edges = len(source_s), len(open_s)
    hours = np.full(places, math.inf)
    first_s = np.full(places, math.inf)
    is_open = np.zeros(edges, np.bool_)
    heap_hours = np.empty(4 * edges + places + 4)
    heap_place = np.empty(4 * edges + places + 4, np.int32)
    times = np.concatenate((source_s, open_s))
    order = np.argsort(times, kind="mergesort")
    i = 0
    while i < len(order) and times[order[i]] < math.inf:
        now = times[order[i]]
        begin = i
        while i < len(order) and times[order[i]] == now:
            if order[i] >= places:
                is_open[order[i] - places] = True
            i += 1
        size = 0
        for k in range(begin, i):
            event = order[k]
            if event < places:
                _reach_push(heap_hours, heap_place, size, 0.0, event)
                size += 1
                continue
            for end in range(2):
                one = road_ends[event - places, end]
                if hours[one] < math.inf:
                    at = hours[one] + road_hours[event - places]
                    _reach_push(
                        heap_hours, heap_place, size, at, road_ends[event - places, 1 - end]
                    )
                    size += 1
        while size > 0:
            at, place = heap_hours[0], heap_place[0]
            _reach_pop(heap_hours, heap_place, size)
            size -= 1
            if at >= hours[place]:
                continue
            hours[place] = at
            if at <= limit_hours and first_s[place] == math.inf:
                first_s[place] = now
            for k in range(roads_of[place], roads_of[place + 1]):
                road = roads[k]
                other = road_ends[road, 0] + road_ends[road, 1] - place
                if is_open[road] and at + road_hours[road] < hours[other]:
                    _reach_push(heap_hours, heap_place, size, at + road_hours[road], other)
                    size += 1
    return first_s


@compiled
def when_enough(group: Whole, time_s: Floats, amount: Floats, required: Floats) -> Floats:
    """When the amounts that have come to each group first reach what it requires.

    Parameters
    ----------
    group, time_s, amount
        Group, time (s; ``inf``: never) and size of each item.
    required
        Per group.

    Returns
    -------
    numpy.ndarray
        Per group, s; 0 where nothing is required, ``inf``: never.
    """
    when = np.where(required <= 0, 0.0, math.inf)
    sums = np.zeros(len(required))
    for item in np.argsort(time_s, kind="mergesort"):
        if time_s[item] == math.inf:
            break
        here = group[item]
        sums[here] += amount[item]
        if when[here] == math.inf and sums[here] >= required[here]:
            when[here] = time_s[item]
    return when
