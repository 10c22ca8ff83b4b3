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

:func:`run` goes from instant to instant: its events, the offers, the dispatch, each a step below.
What stays the same comes in as a :class:`Setting` and a :class:`Load`; what changes is a
:class:`State`.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.model.compiled import compiled, inner, maker
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
EVENT_FINISHED, EVENT_PASSED, EVENT_ENTERED, EVENT_ARRIVED, EVENT_LEFT = range(5)
"""Kinds of events, in the order in which those of one instant are applied."""
KIND_BITS, NUMBER_BITS = 3, 28
WORD_BITS = 5
DE_BRUIJN = 0x077CB531
BIT_PLACE = np.argsort([(DE_BRUIJN << bit & 0xFFFFFFFF) >> 27 for bit in range(32)])
"""Place of the only bit in a word, by its product with a de Bruijn number."""


class Sites(NamedTuple):
    """Places, then roads; S sites."""

    from_s: Whole  # S: before it nobody works there or passes through
    zone: Numbers  # S
    road_ends: Numbers  # roads x 2
    road_hours: Floats  # roads
    roads_of: Numbers  # places + 1: where the roads of a place begin in
    roads: Numbers
    jobs_of: Numbers  # S + 1: where the jobs on a site begin in
    jobs: Numbers
    survey: Numbers  # S: number of its community survey, or NONE


class Crews(NamedTuple):
    """Teams of one asset type at one base; crews stand by asset type, teams by crew.

    Teams of one type that work for different districts and places are different types here.
    """

    base_place: Numbers  # bases
    rovers_of: Numbers  # bases + 1: crews that never camp, by base
    rovers: Numbers
    shift_hours: Floats  # asset types
    mobilisation_s: Whole  # asset types
    camp_s: Whole  # asset types; NEVER: never camps
    crews_of: Numbers  # asset types + 1
    asset: Numbers  # crews
    base: Numbers  # crews
    teams_of: Numbers  # crews + 1
    team_crew: Numbers  # teams
    team_place: Numbers  # teams: place in the order of their names
    team_from_s: Whole  # teams
    team_until_s: Whole  # teams


class Jobs(NamedTuple):
    """What is planned; J jobs, and waits."""

    able_of: Numbers  # needs + 1
    able: Numbers  # asset types able to meet a need
    need_demines: Flags  # needs: technical survey, clearance, quality control
    site: Numbers  # J
    need: Numbers  # J
    limit: Numbers  # J: teams at the same time
    survey: Numbers  # J: number of the community survey, or NONE
    takes_found: Flags  # J: works that wait for hazards that a survey finds, too
    follow_of: Numbers  # J + waits + 1
    follow: Numbers
    missing: Numbers  # J + waits: predecessors
    drives: Numbers  # waits: road on which teams may drive from then on, or NONE


class Setting(NamedTuple):
    """What stays the same in all draws of one allocation."""

    sites: Sites
    crews: Crews
    jobs: Jobs


class Calendar(NamedTuple):
    """Workable days of one draw."""

    month_start: Whole  # months + 1, days
    month_of_day: Numbers
    worked: Floats  # zones x (months + 1): workable days up to the month
    daily: Floats  # zones x months: workable days per day


class Load(NamedTuple):
    """What one draw brings; M milestones, R jobs by priority, F found hazards."""

    work: Floats  # M: area (or crew-days) of a parcel, over the speed of its site
    parcels: Numbers  # M; 0: nothing to do, passed at once
    delay_s: Whole  # M: of waits
    rate: Floats  # needs x asset types; 0: cannot
    calendar: Calendar
    job_at: Numbers  # R: job by priority
    priority: Numbers  # M
    alike: Numbers  # M: planned milestone at the same place and stage; a planned one: itself
    found_of: Numbers  # surveys + 1: where the hazards that a survey finds begin
    found_stages: Numbers  # F x 3
    found_double: Numbers  # F: release of the hazard that it resembles


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
    closing: Whole  # M x 6: of the parcel that ends last, see ``CLOSING_END`` and what follows
    day_share: Floats  # M: share of the day that its team works
    last_finish_s: Whole  # teams
    demining_days: Floats  # teams: workable days in stages that may hurt, up to the last instant
    demined: (
        Floats  # M: parcels of such stages that are worked on up to then, with parts of parcels
    )
    mobilisations: Numbers  # asset types x months, at dispatch
    camps: Numbers  # asset types x months: set up, at dispatch
    parcels: int


# -- sets of priorities ----------------------------------------------------------------------


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
def finish(calendar: Calendar, zone: Int, begin_s: Int, work_days: Float) -> Int:
    """Earliest u >= s with W(u) >= W(s) + w - 1e-9 (model §5); NEVER: beyond 100 years.

    Parameters
    ----------
    calendar
        Workable days.
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
    month_start, worked, daily = calendar.month_start, calendar.worked, calendar.daily
    if begin_s > LIMIT_DAYS * DAY_S:
        return np.int64(NEVER)
    day = begin_s / DAY_S
    month = np.int64(calendar.month_of_day[begin_s // DAY_S])
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


@inner
def _workable(calendar: Calendar, zone: Int, begin_s: Int, length_s: Int) -> Float:
    """Workable days from an instant on; beyond 100 years: inf."""
    month_start, worked, daily = calendar.month_start, calendar.worked, calendar.daily
    end_s = begin_s + length_s
    if end_s > LIMIT_DAYS * DAY_S:
        return math.inf
    first, last = calendar.month_of_day[begin_s // DAY_S], calendar.month_of_day[end_s // DAY_S]
    done = worked[zone, first] + (begin_s / DAY_S - month_start[first]) * daily[zone, first]
    return worked[zone, last] + (end_s / DAY_S - month_start[last]) * daily[zone, last] - done


@inner
def _stint(
    calendar: Calendar, zone: Int, work_s: Int, full_days: Float, share: Float, camp_s: Int
) -> tuple[Int, Int, bool, Float]:
    """End (NEVER: beyond 100 years), begin of work, camp, workable days (model §4.1)."""
    best, best_work_s, camps, days = np.int64(NEVER), work_s, False, full_days
    if share > 0:
        days = full_days / share
        best = finish(calendar, zone, work_s, days)
    if camp_s != NEVER:
        finish_s = finish(calendar, zone, work_s + camp_s, full_days)
        if finish_s != NEVER and (best == NEVER or finish_s < best):
            best, best_work_s, camps, days = finish_s, work_s + camp_s, True, full_days
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


@inner
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


@inner
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


# -- what changes ----------------------------------------------------------------------------

MISSING, SITE, NEED, LIMIT, PRIORITY, PARCELS, UNASSIGNED, WORKING = range(8)
"""What is known of one milestone, in ``status``: side by side, so that it is fetched at once."""
CLOSING_END, CLOSING_START, CLOSING_WORK, CLOSING_TEAM, CLOSING_HELD, CLOSING_LEFT = range(6)
"""Of a job: end, dispatch and begin of work of the parcel that ends last (several: begun last), its
team, seconds before its dispatch in which as many teams as may were there; parcels not begun."""
COMING, BEGUN = range(2)
"""What is counted: events to come, parcels begun."""


class Progress(NamedTuple):
    """How far the milestones are; M milestones."""

    passed_s: Whole  # M
    open_s: Whole  # M
    status: Numbers  # M x 8
    is_waiting: Flags  # M: offered, with parcels left
    closing: Whole  # M x 6
    day_share: Floats  # M
    demined: Floats  # M
    full_since_s: Whole  # M: as many teams as may are there
    full_s: Whole  # M
    waiting: Numbers  # sites: waiting jobs
    unopened: Numbers  # places: waiting jobs there or on its roads, open to nobody yet


class Reach(NamedTuple):
    """Which roads are driven, and how far everything is."""

    hours: Floats  # places x bases
    is_released: Flags  # roads
    is_driven: Flags  # roads
    part: Numbers  # places: those that driven roads join have one number
    part_size: Numbers  # parts
    next_in_part: Numbers  # places
    region: Numbers  # parts: one of the bases there, or NONE
    is_near: Flags  # places: nearer to some base than the limit
    in_range: Flags  # crews x sites, of crews that never camp
    crew_part: Numbers  # crews
    crew_at: Numbers  # asset types x bases: crew, or NONE
    limit_hours: float  # from there on nobody commutes
    near: Numbers  # room for a search
    heap_hours: Floats
    heap_place: Numbers


class Pools(NamedTuple):
    """Open jobs: a pool for each asset type and region, and for each crew that never camps."""

    level: Numbers
    bits: Words  # pools x words
    idle: Numbers  # pools: idle teams
    crew_pool: Numbers  # crews
    stirred: Numbers  # list
    is_stirred: Flags  # pools


class Teams(NamedTuple):
    """Where the teams are, and what they have done."""

    idle: Numbers  # teams: the idle ones of each crew, by number
    idle_count: Numbers  # crews
    idle_crews: Numbers  # crews: those with idle teams, by asset type
    idle_crew_count: Numbers  # asset types
    idle_here: Numbers  # sites: idle teams whose last parcel was there
    site: Numbers  # teams: of the last parcel, or NONE
    has_camped: Flags  # teams
    job: Numbers  # teams
    has_left: Flags  # teams
    last_finish_s: Whole  # teams
    demining_days: Floats  # teams
    mobilisations: Numbers  # asset types x months
    camps: Numbers  # asset types x months


class Lists(NamedTuple):
    """Events to come, and the lists of an instant: each holds its length in its first place."""

    tally: Whole  # 2
    events: Whole  # heap
    due: Numbers  # milestones that miss nothing any more
    ended: Numbers  # milestones
    joins: Numbers  # community surveys that are done
    freed: Numbers  # teams that ended or arrived
    leavers: Numbers  # teams whose deployment has ended
    new_roads: Numbers
    sites: Numbers  # sites that have changed
    is_listed_site: Flags
    offers: Numbers  # jobs
    is_listed: Flags  # jobs
    refused: Numbers  # jobs that no team could end in time


class State(NamedTuple):
    """All that changes while the teams work."""

    progress: Progress
    reach: Reach
    pools: Pools
    teams: Teams
    lists: Lists


@inner
def _append(items: Numbers, item: Int) -> None:
    """Put an item at the end of a list."""
    items[0] += 1
    items[items[0]] = item


@inner
def _list_once(items: Numbers, is_listed: Flags, item: Int) -> None:
    """Put an item at the end of a list that does not hold it."""
    if not is_listed[item]:
        is_listed[item] = True
        _append(items, item)


@inner
def _put_in(items: Numbers, counts: Numbers, group: Int, first: Int, item: Int) -> None:
    """Put an item into the sorted list of a group, which begins at a given place."""
    place = first + counts[group]
    while place > first and items[place - 1] > item:
        items[place] = items[place - 1]
        place -= 1
    items[place] = item
    counts[group] += 1


@inner
def _take_out(items: Numbers, counts: Numbers, group: Int, first: Int, item: Int) -> None:
    """Take an item out of the sorted list of a group, which begins at a given place."""
    place = first
    while items[place] != item:
        place += 1
    counts[group] -= 1
    for i in range(place, first + counts[group]):
        items[i] = items[i + 1]


@inner
def _plan(lists: Lists, at_s: Int, kind: Int, number: Int) -> None:
    """Put an event among those to come."""
    size = lists.tally[COMING]
    lists.tally[COMING] = _push(lists.events, size, np.int64(at_s), kind, np.int64(number))


@inner
def _stir(pools: Pools, pool: Int) -> None:
    """A pool has a new job or a new idle team: look at it at the end of the instant."""
    if not pools.is_stirred[pool] and pools.idle[pool] > 0:
        pools.is_stirred[pool] = True
        _append(pools.stirred, pool)


@inner
def _put_up(pools: Pools, pool: Int, priority: Int) -> None:
    """Put a job into a pool."""
    _add(pools.bits, pools.level, pool, priority)
    _stir(pools, pool)


# -- the start -------------------------------------------------------------------------------


@maker
def _no_progress(sites: Sites, jobs: Jobs, load: Load) -> Progress:
    milestones = len(load.parcels)
    status = np.zeros((milestones, 8), np.int32)
    for milestone in range(milestones):
        is_planned = milestone < len(jobs.missing)
        status[milestone, MISSING] = jobs.missing[milestone] if is_planned else 1
        status[milestone, PARCELS] = load.parcels[milestone]
        status[milestone, UNASSIGNED] = load.parcels[milestone]
        status[milestone, PRIORITY] = load.priority[milestone]
        like = load.alike[milestone]
        if like < len(jobs.site):
            status[milestone, SITE] = jobs.site[like]
            status[milestone, NEED] = jobs.need[like]
            status[milestone, LIMIT] = jobs.limit[like]
    return Progress(
        passed_s=np.full(milestones, NEVER, np.int64),
        open_s=np.full(milestones, NEVER, np.int64),
        status=status,
        is_waiting=np.zeros(milestones, np.bool_),
        closing=np.full((milestones, 6), NEVER, np.int64),
        day_share=np.zeros(milestones),
        demined=np.zeros(milestones),
        full_since_s=np.zeros(milestones, np.int64),
        full_s=np.zeros(milestones, np.int64),
        waiting=np.zeros(len(sites.from_s), np.int32),
        unopened=np.zeros(len(sites.roads_of) - 1, np.int32),
    )


@maker
def _bases_only(sites: Sites, crews: Crews, shows_hours: bool) -> Reach:
    """Without any road each base reaches itself and the roads that end there."""
    places, edges, bases = len(sites.roads_of) - 1, len(sites.road_hours), len(crews.base_place)
    hours = np.full((places, bases), math.inf)
    is_near = np.zeros(places, np.bool_)
    region = np.full(places, NONE, np.int32)
    ranging = len(crews.asset) if len(crews.rovers) > 0 else 1
    in_range = np.zeros((ranging, len(sites.from_s)), np.bool_)
    for base in range(bases):
        place = crews.base_place[base]
        hours[place, base] = 0.0
        is_near[place] = True
        region[place] = base
        for r in range(crews.rovers_of[base], crews.rovers_of[base + 1]):
            in_range[crews.rovers[r], place] = True
            for k in range(sites.roads_of[place], sites.roads_of[place + 1]):
                in_range[crews.rovers[r], places + sites.roads[k]] = True
    crew_part = np.zeros(len(crews.asset), np.int32)
    crew_at = np.full((len(crews.shift_hours), bases), NONE, np.int32)
    for crew in range(len(crews.asset)):
        crew_part[crew] = crews.base_place[crews.base[crew]]
        crew_at[crews.asset[crew], crews.base[crew]] = crew
    limit_hours = math.inf if shows_hours else 0.0
    for shift_hours in crews.shift_hours:
        limit_hours = max(limit_hours, shift_hours / 2)
    return Reach(
        hours=hours,
        is_released=np.zeros(edges, np.bool_),
        is_driven=np.zeros(edges, np.bool_),
        part=np.arange(places).astype(np.int32),
        part_size=np.ones(places, np.int32),
        next_in_part=np.arange(places).astype(np.int32),
        region=region,
        is_near=is_near,
        in_range=in_range,
        crew_part=crew_part,
        crew_at=crew_at,
        limit_hours=limit_hours,
        near=np.zeros(places + 1, np.int32),
        heap_hours=np.zeros(4 * edges + 4),
        heap_place=np.zeros(4 * edges + 4, np.int32),
    )


@maker
def _empty_pools(crews: Crews, jobs: Int) -> Pools:
    bases = len(crews.base_place)
    shared = len(crews.shift_hours) * bases
    pools = shared + len(crews.rovers)
    level = _levels(max(1, jobs))
    bits = np.empty((pools, level[-1]), np.uint32)
    bits[:, level[-1] - 1] = 0
    crew_pool = np.zeros(len(crews.asset), np.int32)
    for crew in range(len(crews.asset)):
        crew_pool[crew] = crews.asset[crew] * bases + crews.base[crew]
    for i in range(len(crews.rovers)):
        crew_pool[crews.rovers[i]] = shared + i
    return Pools(
        level=level,
        bits=bits,
        idle=np.zeros(pools, np.int32),
        crew_pool=crew_pool,
        stirred=np.zeros(pools + 1, np.int32),
        is_stirred=np.zeros(pools, np.bool_),
    )


@maker
def _no_teams(crews: Crews, sites: Int, months: Int) -> Teams:
    teams, assets = len(crews.team_crew), len(crews.shift_hours)
    return Teams(
        idle=np.zeros(teams, np.int32),
        idle_count=np.zeros(len(crews.asset), np.int32),
        idle_crews=np.zeros(len(crews.asset), np.int32),
        idle_crew_count=np.zeros(assets, np.int32),
        idle_here=np.zeros(sites, np.int32),
        site=np.full(teams, NONE, np.int32),
        has_camped=np.zeros(teams, np.bool_),
        job=np.zeros(teams, np.int32),
        has_left=np.zeros(teams, np.bool_),
        last_finish_s=np.full(teams, NEVER, np.int64),
        demining_days=np.zeros(teams),
        mobilisations=np.zeros((assets, months), np.int32),
        camps=np.zeros((assets, months), np.int32),
    )


@maker
def _first_lists(setting: Setting, load: Load, until_s: Int) -> Lists:
    """What misses nothing is due; dates and deployments are to come."""
    sites, crews, jobs = setting.sites, setting.crews, setting.jobs
    teams, milestones, all_sites = len(crews.team_crew), len(load.parcels), len(sites.from_s)
    lists = Lists(
        tally=np.zeros(2, np.int64),
        events=np.zeros(2 * teams + all_sites + milestones + 1, np.int64),
        due=np.zeros(milestones + 1, np.int32),
        ended=np.zeros(milestones + 1, np.int32),
        joins=np.zeros(len(load.found_of) + 1, np.int32),
        freed=np.zeros(teams + 1, np.int32),
        leavers=np.zeros(teams + 1, np.int32),
        new_roads=np.zeros(len(sites.road_hours) + 1, np.int32),
        sites=np.zeros(all_sites + 1, np.int32),
        is_listed_site=np.zeros(all_sites, np.bool_),
        offers=np.zeros(milestones + 1, np.int32),
        is_listed=np.zeros(milestones, np.bool_),
        refused=np.zeros(len(load.job_at) + 1, np.int32),
    )
    for job in range(len(jobs.survey)):
        if jobs.survey[job] != NONE and load.parcels[job] == 0:
            _append(lists.joins, jobs.survey[job])
    for milestone in range(len(jobs.missing)):
        if jobs.missing[milestone] == 0:
            _append(lists.due, milestone)
    for site in range(all_sites):
        if 0 < sites.from_s[site] <= until_s:
            _plan(lists, sites.from_s[site], EVENT_ENTERED, site)
    for team in range(teams):
        if crews.team_from_s[team] <= until_s:
            _plan(lists, crews.team_from_s[team], EVENT_ARRIVED, team)
        if crews.team_until_s[team] <= until_s:
            _plan(lists, crews.team_until_s[team], EVENT_LEFT, team)
    return lists


@maker
def _set_up(setting: Setting, load: Load, until_s: Int, shows_hours: bool) -> State:
    sites, crews, jobs = setting.sites, setting.crews, setting.jobs
    return State(
        progress=_no_progress(sites, jobs, load),
        reach=_bases_only(sites, crews, shows_hours),
        pools=_empty_pools(crews, len(load.job_at)),
        teams=_no_teams(crews, len(sites.from_s), len(load.calendar.month_start) - 1),
        lists=_first_lists(setting, load, until_s),
    )


# -- events of an instant --------------------------------------------------------------------


@inner
def _has_begun(progress: Progress, milestone: Int) -> Any:
    status = progress.status
    has_parcels = status[milestone, UNASSIGNED] < status[milestone, PARCELS]
    return progress.passed_s[milestone] != NEVER or has_parcels


@inner
def _ends_of(sites: Sites, site: Int) -> tuple[Int, Int]:
    """The places from which a site is reached."""
    places = len(sites.roads_of) - 1
    if site < places:
        return site, site
    return sites.road_ends[site - places, 0], sites.road_ends[site - places, 1]


@inner
def _note_unopened(sites: Sites, progress: Progress, site: Int, more: Int) -> None:
    """Count waiting jobs that nobody can do yet, at the places from which a site is reached."""
    one, other = _ends_of(sites, site)
    progress.unopened[one] += more
    if other != one:
        progress.unopened[other] += more


@inner
def _withdraw(sites: Sites, progress: Progress, job: Int) -> None:
    """Let a job wait no longer."""
    site = progress.status[job, SITE]
    progress.is_waiting[job] = False
    progress.waiting[site] -= 1
    if progress.open_s[job] == NEVER:
        _note_unopened(sites, progress, site, -1)


@inner
def _lose(state: State, milestone: Int) -> None:
    """A predecessor is passed; without any other the milestone is due."""
    status = state.progress.status
    status[milestone, MISSING] -= 1
    if status[milestone, MISSING] == 0:
        _append(state.lists.due, milestone)


@inner
def _let_drive(sites: Sites, state: State, road: Int, now: Int) -> None:
    """Let teams drive on a released road from its date on (model §2)."""
    reach, places = state.reach, len(sites.roads_of) - 1
    if reach.is_released[road] and not reach.is_driven[road] and now >= sites.from_s[places + road]:
        reach.is_driven[road] = True
        _append(state.lists.new_roads, road)


@inner
def _end_parcel(jobs: Jobs, progress: Progress, lists: Lists, job: Int, now: Int) -> None:
    """A team is ready with a parcel: the job ends, or has room for another team."""
    status = progress.status
    was_full = status[job, WORKING] == status[job, LIMIT]
    if was_full:
        progress.full_s[job] += now - progress.full_since_s[job]
    status[job, WORKING] -= 1
    if status[job, UNASSIGNED] + status[job, WORKING] == 0:
        _append(lists.ended, job)
        if job < len(jobs.survey) and jobs.survey[job] != NONE:
            _append(lists.joins, jobs.survey[job])
    elif was_full:
        _list_once(lists.offers, lists.is_listed, job)


@inner
def _sort_events(setting: Setting, state: State, now: Int) -> None:
    """Take the events of the instant off the heap, into lists."""
    sites, lists, places = setting.sites, state.lists, len(setting.sites.roads_of) - 1
    events, tally = lists.events, lists.tally
    while tally[COMING] > 0 and events[0] >> (KIND_BITS + NUMBER_BITS) == now:
        kind = (events[0] >> NUMBER_BITS) & ((1 << KIND_BITS) - 1)
        number = events[0] & ((1 << NUMBER_BITS) - 1)
        tally[COMING] = _pop(events, tally[COMING])
        if kind == EVENT_FINISHED:
            _end_parcel(setting.jobs, state.progress, lists, state.teams.job[number], now)
            _append(lists.freed, number)
        elif kind == EVENT_PASSED:
            _append(lists.ended, number)
        elif kind == EVENT_ENTERED:
            _list_once(lists.sites, lists.is_listed_site, number)
            if number >= places:
                _let_drive(sites, state, number - places, now)
        elif kind == EVENT_ARRIVED:
            _append(lists.freed, number)
        else:
            _append(lists.leavers, number)


@inner
def _join_found(setting: Setting, load: Load, state: State) -> None:
    """Hazards that a community survey finds join the others; last works not begun wait for them."""
    jobs, progress, joins = setting.jobs, state.progress, state.lists.joins
    for i in range(1, joins[0] + 1):
        for found in range(load.found_of[joins[i]], load.found_of[joins[i] + 1]):
            double = load.found_double[found]
            for k in range(jobs.follow_of[double], jobs.follow_of[double + 1]):
                works = jobs.follow[k]
                if jobs.takes_found[works] and not _has_begun(progress, works):
                    if progress.is_waiting[works]:
                        _withdraw(setting.sites, progress, works)
                    progress.status[works, MISSING] += 1
            _lose(state, load.found_stages[found, 0])
    joins[0] = 0


@inner
def _fall_due(load: Load, state: State, milestone: Int, now: Int, until_s: Int) -> None:
    """A milestone misses nothing: its parcels are offered, or its delay begins, or it is passed."""
    status, lists, delay_s = state.progress.status, state.lists, load.delay_s[milestone]
    if status[milestone, MISSING] > 0:
        return  # a hazard has joined before it
    if status[milestone, PARCELS] > 0:
        _list_once(lists.offers, lists.is_listed, milestone)
    elif delay_s == 0:
        _append(lists.ended, milestone)
    elif now + delay_s <= until_s:
        _plan(lists, now + delay_s, EVENT_PASSED, milestone)


@inner
def _pass(setting: Setting, load: Load, state: State, milestone: Int, now: Int) -> None:
    """A milestone is passed: what follows it misses one less, teams may drive on its road."""
    jobs, progress = setting.jobs, state.progress
    planned_jobs, planned = len(jobs.site), len(jobs.missing)
    progress.passed_s[milestone] = now
    like = load.alike[milestone]
    if milestone >= planned and like < planned_jobs:
        _lose(state, milestone + 1)  # milestones of a found hazard stand in a row
        return
    if planned_jobs <= milestone < planned and jobs.drives[milestone - planned_jobs] != NONE:
        road = jobs.drives[milestone - planned_jobs]
        state.reach.is_released[road] = True
        _let_drive(setting.sites, state, road, now)
    for k in range(jobs.follow_of[like], jobs.follow_of[like + 1]):
        follower = jobs.follow[k]
        if milestone < planned or (
            jobs.takes_found[follower] and not _has_begun(progress, follower)
        ):
            _lose(state, follower)


@inner
def _pass_milestones(setting: Setting, load: Load, state: State, now: Int, until_s: Int) -> None:
    """What is due begins; what has ended is passed, and lets other milestones become due."""
    due, ended = state.lists.due, state.lists.ended
    next_due, next_ended = 1, 1
    while next_due <= due[0] or next_ended <= ended[0]:
        if next_due <= due[0]:
            _fall_due(load, state, due[next_due], now, until_s)
            next_due += 1
        else:
            _pass(setting, load, state, ended[next_ended], now)
            next_ended += 1
    due[0] = 0
    ended[0] = 0


@inner
def _list_around(sites: Sites, state: State, place: Int) -> None:
    """Jobs at a place and on its roads may be within reach now, or open now."""
    waiting, lists, places = state.progress.waiting, state.lists, len(sites.roads_of) - 1
    if waiting[place] > 0:
        _list_once(lists.sites, lists.is_listed_site, place)
    for i in range(sites.roads_of[place], sites.roads_of[place + 1]):
        site = places + sites.roads[i]
        if waiting[site] > 0:
            _list_once(lists.sites, lists.is_listed_site, site)


@inner
def _unite_pools(crews: Crews, pools: Pools, into: Int, gone: Int) -> None:
    """Teams of two regions share their pools from now on."""
    bases = len(crews.base_place)
    for asset in range(len(crews.shift_hours)):
        pool, other = asset * bases + into, asset * bases + gone
        item = _first(pools.bits, pools.level, other)
        while item != NONE:
            _remove(pools.bits, pools.level, other, item)
            _add(pools.bits, pools.level, pool, item)
            item = _first(pools.bits, pools.level, other)
        pools.idle[pool] += pools.idle[other]
        pools.idle[other] = 0
        _stir(pools, pool)
    for crew in range(len(crews.asset)):
        if pools.crew_pool[crew] == crews.asset[crew] * bases + gone:
            pools.crew_pool[crew] = crews.asset[crew] * bases + into


@inner
def _join_parts(setting: Setting, state: State, road: Int) -> None:
    """A road joins two parts of the country: jobs come within reach, pools are united."""
    sites, crews, reach = setting.sites, setting.crews, state.reach
    part, part_size, next_in_part, region = (
        reach.part,
        reach.part_size,
        reach.next_in_part,
        reach.region,
    )
    keeps, goes = part[sites.road_ends[road, 0]], part[sites.road_ends[road, 1]]
    if keeps == goes:
        return
    if part_size[keeps] < part_size[goes]:
        keeps, goes = goes, keeps
    into, gone = region[keeps], region[goes]
    is_united = into != NONE and gone != NONE
    if is_united:
        _unite_pools(crews, state.pools, into, gone)
    region[keeps] = max(into, gone) if into == NONE or gone == NONE else into
    for crew in range(len(crews.asset) if gone != NONE else 0):
        if reach.crew_part[crew] == goes:
            reach.crew_part[crew] = keeps
    for k in range(2):
        member = keeps if k == 0 else goes
        is_reached = (into if k == 0 else gone) == NONE and region[keeps] != NONE
        for _ in range(part_size[member] if k == 1 or is_reached or is_united else 0):
            if is_reached or (is_united and state.progress.unopened[member] > 0):
                _list_around(sites, state, member)
            if k == 1:
                part[member] = keeps
            member = next_in_part[member]
    part_size[keeps] += part_size[goes]
    next_in_part[keeps], next_in_part[goes] = next_in_part[goes], next_in_part[keeps]


@inner
def _bring_in_range(setting: Setting, state: State, base: Int, place: Int) -> None:
    """Crews that never camp may come to a place that is nearer now, and to its roads."""
    sites, crews, reach, lists = setting.sites, setting.crews, state.reach, state.lists
    places = len(sites.roads_of) - 1
    for r in range(crews.rovers_of[base], crews.rovers_of[base + 1]):
        crew = crews.rovers[r]
        for k in range(sites.roads_of[place], sites.roads_of[place + 1] + 1):
            site = place if k == sites.roads_of[place + 1] else places + sites.roads[k]
            there = _hours(reach.hours, sites.road_ends, base, site)
            is_near = 2 * there < crews.shift_hours[crews.asset[crew]]
            if is_near and not reach.in_range[crew, site]:
                reach.in_range[crew, site] = True
                if state.progress.waiting[site] > 0:
                    _list_once(lists.sites, lists.is_listed_site, site)


@inner
def _relax(sites: Sites, reach: Reach, new_roads: Numbers, base: Int) -> Int:
    """Carry the roads opened at this instant outwards from a base; count the places nearer now.

    Roads only open, so hours only shrink and nothing is ever searched again. A road that closed
    again (new contamination, a winter closure) would break this; the model has none (model §2).
    Hours of the limit or more are left at ``inf``.
    """
    road_ends, road_hours, limit_hours = sites.road_ends, sites.road_hours, reach.limit_hours
    hours, heap_hours, heap_place = reach.hours, reach.heap_hours, reach.heap_place
    size = 0
    for road in new_roads:
        for end in range(2):
            one, other = road_ends[road, end], road_ends[road, 1 - end]
            at = hours[one, base] + road_hours[road]
            if at < hours[other, base] and at < limit_hours:
                _reach_push(heap_hours, heap_place, size, at, other)
                size += 1
    nearer = 0
    while size > 0:
        at, place = heap_hours[0], heap_place[0]
        _reach_pop(heap_hours, heap_place, size)
        size -= 1
        if at >= hours[place, base]:
            continue
        reach.near[nearer] = place
        nearer += 1
        hours[place, base] = at
        for i in range(sites.roads_of[place], sites.roads_of[place + 1]):
            road = sites.roads[i]
            if reach.is_driven[road]:
                other = road_ends[road, 0] + road_ends[road, 1] - place
                there = at + road_hours[road]
                if there < hours[other, base] and there < limit_hours:
                    _reach_push(heap_hours, heap_place, size, there, other)
                    size += 1
    return nearer


@inner
def _open_roads(setting: Setting, state: State) -> None:
    """New roads join parts of the country, and bring places nearer to the bases."""
    sites, reach, lists = setting.sites, state.reach, state.lists
    new_roads = lists.new_roads[1 : lists.new_roads[0] + 1]
    for road in new_roads:
        _join_parts(setting, state, road)
    for base in range(len(setting.crews.base_place)):
        nearer = _relax(sites, reach, new_roads, base)
        for place in reach.near[:nearer]:
            reach.is_near[place] = True
            if state.progress.unopened[place] > 0:
                _list_around(sites, state, place)
            _bring_in_range(setting, state, base, place)
    lists.new_roads[0] = 0


@inner
def _make_idle(crews: Crews, teams: Teams, pools: Pools, team: Int) -> None:
    crew = crews.team_crew[team]
    _put_in(teams.idle, teams.idle_count, crew, crews.teams_of[crew], team)
    if teams.idle_count[crew] == 1:
        asset = crews.asset[crew]
        _put_in(teams.idle_crews, teams.idle_crew_count, asset, crews.crews_of[asset], crew)
    if teams.site[team] != NONE:
        teams.idle_here[teams.site[team]] += 1
    pools.idle[pools.crew_pool[crew]] += 1
    _stir(pools, pools.crew_pool[crew])


@inner
def _make_busy(crews: Crews, teams: Teams, pools: Pools, team: Int) -> None:
    crew = crews.team_crew[team]
    _take_out(teams.idle, teams.idle_count, crew, crews.teams_of[crew], team)
    if teams.idle_count[crew] == 0:
        asset = crews.asset[crew]
        _take_out(teams.idle_crews, teams.idle_crew_count, asset, crews.crews_of[asset], crew)
    if teams.site[team] != NONE:
        teams.idle_here[teams.site[team]] -= 1
    pools.idle[pools.crew_pool[crew]] -= 1


@inner
def _free_teams(crews: Crews, state: State) -> None:
    """Teams that ended or arrived are idle; those whose deployment has ended leave."""
    teams, pools, freed, leavers = state.teams, state.pools, state.lists.freed, state.lists.leavers
    for i in range(1, leavers[0] + 1):
        teams.has_left[leavers[i]] = True
    for i in range(1, freed[0] + 1):
        if not teams.has_left[freed[i]]:
            _make_idle(crews, teams, pools, freed[i])
    for i in range(1, leavers[0] + 1):
        team = leavers[i]
        crew = crews.team_crew[team]
        first = crews.teams_of[crew]
        for place in range(first, first + teams.idle_count[crew]):
            if teams.idle[place] == team:
                _make_busy(crews, teams, pools, team)
                break
    freed[0] = 0
    leavers[0] = 0


@inner
def _apply_events(setting: Setting, load: Load, state: State, now: Int, until_s: Int) -> None:
    """Let happen all that happens at an instant; each step empties the lists that it reads."""
    _sort_events(setting, state, now)
    if state.lists.joins[0] > 0:
        _join_found(setting, load, state)
    _pass_milestones(setting, load, state, now, until_s)
    if state.lists.new_roads[0] > 0:
        _open_roads(setting, state)
    _free_teams(setting.crews, state)


# -- offers ----------------------------------------------------------------------------------


@inner
def _list_changed(setting: Setting, load: Load, state: State) -> None:
    """Due jobs on sites that have changed are offered again."""
    sites, status, lists = setting.sites, state.progress.status, state.lists
    for i in range(1, lists.sites[0] + 1):
        site = lists.sites[i]
        lists.is_listed_site[site] = False
        for k in range(sites.jobs_of[site], sites.jobs_of[site + 1]):
            job = sites.jobs[k]
            if status[job, MISSING] == 0 and status[job, UNASSIGNED] > 0:
                _list_once(lists.offers, lists.is_listed, job)
        survey = sites.survey[site]
        if survey != NONE:
            for found in range(load.found_of[survey], load.found_of[survey + 1]):
                for job in load.found_stages[found]:
                    _list_once(lists.offers, lists.is_listed, job)
    lists.sites[0] = 0


@inner
def _may_end(setting: Setting, load: Load, state: State, crew: Int, job: Int, now: Int) -> Any:
    """Whether a team of a crew that is sent out fresh would ever end a parcel."""
    sites, crews, status = setting.sites, setting.crews, state.progress.status
    asset, site = crews.asset[crew], status[job, SITE]
    camp_s, zone = crews.camp_s[asset], sites.zone[site]
    full_days = load.work[job] / load.rate[status[job, NEED], asset]
    begin_s = now + crews.mobilisation_s[asset]
    end_s = np.int64(NEVER)
    if camp_s != NEVER:
        end_s = finish(load.calendar, zone, begin_s + camp_s, full_days)
    there = _hours(state.reach.hours, sites.road_ends, crews.base[crew], site)
    share = 1 - 2 * there / crews.shift_hours[asset]
    if end_s == NEVER and share > 0:
        end_s = finish(load.calendar, zone, begin_s, full_days / share)
    return end_s != NEVER


@inner
def _offer_to(setting: Setting, load: Load, state: State, asset: Int, job: Int, now: Int) -> None:
    """Put a job into the pools of an asset type that reach it; it may be open from now on."""
    sites, crews, pools = setting.sites, setting.crews, state.pools
    progress, reach = state.progress, state.reach
    site, priority = progress.status[job, SITE], progress.status[job, PRIORITY]
    one, other = _ends_of(sites, site)
    here, there = reach.part[one], reach.part[other]
    first, second = reach.region[here], reach.region[there]
    camps, bases = crews.camp_s[asset] != NEVER, len(crews.base_place)
    if camps:
        if first != NONE:
            _put_up(pools, asset * bases + first, priority)
        if second != NONE and second != first:
            _put_up(pools, asset * bases + second, priority)
        if progress.open_s[job] != NEVER or (first == NONE and second == NONE):
            return
    begin, end = crews.crews_of[asset], crews.crews_of[asset + 1]
    if camps and first != NONE and reach.crew_at[asset, first] != NONE:
        begin = reach.crew_at[asset, first]  # most often it can work there
    for c in range(begin, end + begin - crews.crews_of[asset]):
        crew = c if c < end else c - end + crews.crews_of[asset]
        if reach.crew_part[crew] != here and reach.crew_part[crew] != there:
            continue
        if not camps:
            if not reach.in_range[crew, site]:
                continue
            _put_up(pools, pools.crew_pool[crew], priority)
        if progress.open_s[job] == NEVER and _may_end(setting, load, state, crew, job, now):
            progress.open_s[job] = now
            _note_unopened(sites, progress, site, -1)
            if camps:
                break


@inner
def _offer(setting: Setting, load: Load, state: State, now: Int) -> None:
    """Put due and accessible jobs into the pools of all that reach them."""
    sites, jobs, progress, lists = setting.sites, setting.jobs, state.progress, state.lists
    status = progress.status
    if lists.sites[0] > 0:
        _list_changed(setting, load, state)
    for i in range(1, lists.offers[0] + 1):
        job = lists.offers[i]
        lists.is_listed[job] = False
        site, need = status[job, SITE], status[job, NEED]
        if (
            status[job, MISSING] > 0
            or status[job, UNASSIGNED] == 0
            or now < sites.from_s[site]
            or progress.passed_s[job] != NEVER
        ):
            continue
        if not progress.is_waiting[job]:
            progress.is_waiting[job] = True
            progress.waiting[site] += 1
            if progress.open_s[job] == NEVER:
                _note_unopened(sites, progress, site, 1)
        for a in range(jobs.able_of[need], jobs.able_of[need + 1]):
            _offer_to(setting, load, state, jobs.able[a], job, now)
    lists.offers[0] = 0


# -- dispatch --------------------------------------------------------------------------------


class Parcel(NamedTuple):
    """A parcel that a team could do, or does."""

    team: Int  # NONE: no team
    finish_s: Int
    work_s: Int  # begin of the work
    travel_hours: float
    workable_days: float
    day_share: float
    camps: bool


@inner
def _first_open(load: Load, state: State) -> Int:
    """Priority of the first open job with a free parcel for which a team may be idle, or NONE."""
    status, pools, stirred = state.progress.status, state.pools, state.pools.stirred
    chosen = np.int64(NONE)
    i = 1
    while i <= stirred[0]:
        pool = stirred[i]
        top = np.int64(NONE)
        if pools.idle[pool] > 0:
            top = _first(pools.bits, pools.level, pool)
            while top != NONE:
                job = load.job_at[top]
                if (
                    status[job, MISSING] == 0
                    and status[job, UNASSIGNED] > 0
                    and status[job, WORKING] < status[job, LIMIT]
                ):
                    break
                _remove(pools.bits, pools.level, pool, top)
                top = _first(pools.bits, pools.level, pool)
        if top == NONE:
            pools.is_stirred[pool] = False
            stirred[i] = stirred[stirred[0]]
            stirred[0] -= 1
            continue
        if chosen == NONE or top < chosen:
            chosen = top
        i += 1
    return chosen


@inner
def _kind_of(teams: Teams, team: Int, site: Int) -> Int:
    if teams.site[team] != site:
        return FROM_ELSEWHERE
    return CAMPED_HERE if teams.has_camped[team] else HERE


@inner
def _best_team(setting: Setting, load: Load, state: State, job: Int, now: Int) -> Parcel:
    """Of all able idle teams the one that finishes first (ties: the first by name)."""
    sites, crews, jobs = setting.sites, setting.crews, setting.jobs
    reach, teams, calendar = state.reach, state.teams, load.calendar
    site, need = state.progress.status[job, SITE], state.progress.status[job, NEED]
    zone = sites.zone[site]
    one, other = _ends_of(sites, site)
    is_far = not (reach.is_near[one] or reach.is_near[other])
    best = Parcel(np.int64(NONE), np.int64(NEVER), np.int64(now), 0.0, 0.0, 1.0, False)
    for a in range(jobs.able_of[need], jobs.able_of[need + 1]):
        asset = jobs.able[a]
        camp_s, mobilisation_s = crews.camp_s[asset], crews.mobilisation_s[asset]
        if teams.idle_crew_count[asset] == 0 or (is_far and camp_s == NEVER):
            continue
        full_days = load.work[job] / load.rate[need, asset]
        most_days = math.inf  # to commute for longer than that is later than to camp
        if camp_s != NEVER and not is_far:
            pitching_days = _workable(calendar, zone, now + mobilisation_s, camp_s)
            most_days = full_days + MARGIN_DAYS + pitching_days
        far_finish_s = np.int64(UNSEEN)  # of a camp by a team from elsewhere
        first = crews.crews_of[asset]
        for crew in teams.idle_crews[first : first + teams.idle_crew_count[asset]]:
            at = reach.crew_part[crew]
            if at != reach.part[one] and at != reach.part[other]:
                continue
            there = _hours(reach.hours, sites.road_ends, crews.base[crew], site)
            share = 1 - 2 * there / crews.shift_hours[asset]
            commutes = share > 0 and full_days <= most_days * share
            kinds = 0
            begin = crews.teams_of[crew]
            for team in teams.idle[begin : begin + teams.idle_count[crew]]:
                kind = _kind_of(teams, team, site)
                if kinds & kind:
                    continue
                kinds |= kind
                work_s = now + mobilisation_s if kind == FROM_ELSEWHERE else now
                if kind == FROM_ELSEWHERE and not commutes:
                    if camp_s == NEVER:
                        continue
                    work_s += camp_s
                    if far_finish_s == UNSEEN:
                        far_finish_s = finish(calendar, zone, work_s, full_days)
                    finish_s, camps, days = far_finish_s, True, full_days
                else:
                    pitching_s = 0 if kind == CAMPED_HERE else camp_s
                    finish_s, work_s, camps, days = _stint(
                        calendar, zone, work_s, full_days, share, pitching_s
                    )
                if finish_s != NEVER and (
                    best.team == NONE
                    or finish_s < best.finish_s
                    or (
                        finish_s == best.finish_s
                        and crews.team_place[team] < crews.team_place[best.team]
                    )
                ):
                    day_share = 1.0 if camps else share
                    best = Parcel(np.int64(team), finish_s, work_s, there, days, day_share, camps)
                if kinds == ALL_KINDS or teams.idle_here[site] == 0:
                    break
            if is_far and teams.idle_here[site] == 0:
                break  # all camp and end alike: the first has the smallest number
    return best


@inner
def _refuse(state: State, job: Int) -> None:
    """No team could end a parcel in time: leave the job until something happens."""
    pools, priority = state.pools, state.progress.status[job, PRIORITY]
    for i in range(1, pools.stirred[0] + 1):
        pool = pools.stirred[i]
        if _first(pools.bits, pools.level, pool) == priority:
            _remove(pools.bits, pools.level, pool, priority)
    _append(state.lists.refused, job)


@inner
def _write(log: Log, row: Int, job: Int, parcel: Parcel, now: Int, mobilised: bool) -> None:
    """Keep a parcel that is begun."""
    log.job[row], log.team[row] = job, parcel.team
    log.start_s[row], log.work_s[row], log.finish_s[row] = now, parcel.work_s, parcel.finish_s
    log.travel_hours[row], log.workable_days[row] = parcel.travel_hours, parcel.workable_days
    log.camped[row], log.mobilised[row] = parcel.camps, mobilised


@inner
def _account(
    setting: Setting, load: Load, state: State, job: Int, parcel: Parcel, now: Int, until_s: Int
) -> None:
    """Count what a team does for a parcel: mobilisation, camp, days and parcels of demining."""
    crews, teams, team = setting.crews, state.teams, parcel.team
    site, need = state.progress.status[job, SITE], state.progress.status[job, NEED]
    asset = crews.asset[crews.team_crew[team]]
    month = load.calendar.month_of_day[now // DAY_S]
    if teams.site[team] != site:
        teams.mobilisations[asset, month] += 1
    if parcel.camps and not (teams.site[team] == site and teams.has_camped[team]):
        teams.camps[asset, month] += 1
    if setting.jobs.need_demines[need]:
        days = parcel.workable_days
        if parcel.finish_s > until_s:
            zone, left_s = setting.sites.zone[site], max(until_s - parcel.work_s, 0)
            days = min(days, _workable(load.calendar, zone, parcel.work_s, left_s))
        teams.demining_days[team] += days
        state.progress.demined[job] += days / parcel.workable_days


@inner
def _begin(
    setting: Setting, state: State, job: Int, parcel: Parcel, now: Int, until_s: Int
) -> None:
    """Let a team begin a parcel."""
    progress, teams, team = state.progress, state.teams, parcel.team
    status, closing = progress.status, progress.closing
    # All that is cut at the last instant ends there: of these the one that is begun last.
    if min(parcel.finish_s, until_s) >= closing[job, CLOSING_END]:
        closing[job, CLOSING_END] = min(parcel.finish_s, until_s)
        closing[job, CLOSING_START] = now
        closing[job, CLOSING_WORK], closing[job, CLOSING_TEAM] = parcel.work_s, team
        closing[job, CLOSING_HELD] = progress.full_s[job]
        progress.day_share[job] = parcel.day_share
    _make_busy(setting.crews, teams, state.pools, team)
    status[job, UNASSIGNED] -= 1
    status[job, WORKING] += 1
    if status[job, WORKING] == status[job, LIMIT]:
        progress.full_since_s[job] = now
    if status[job, UNASSIGNED] == 0:
        _withdraw(setting.sites, progress, job)
    teams.site[team], teams.job[team] = status[job, SITE], job
    teams.has_camped[team] = parcel.camps
    teams.last_finish_s[team] = parcel.finish_s
    if parcel.finish_s <= until_s:
        _plan(state.lists, parcel.finish_s, EVENT_FINISHED, team)


@inner
def _dispatch(setting: Setting, load: Load, state: State, log: Log, now: Int, until_s: Int) -> None:
    """Give open parcels to idle teams until no pair is left."""
    lists = state.lists
    while True:
        priority = _first_open(load, state)
        if priority == NONE:
            break
        job = load.job_at[priority]
        parcel = _best_team(setting, load, state, job, now)
        if parcel.team == NONE:
            _refuse(state, job)
            continue
        if len(log.job) > 0:
            mobilised = state.teams.site[parcel.team] != state.progress.status[job, SITE]
            _write(log, lists.tally[BEGUN], job, parcel, now, mobilised)
        lists.tally[BEGUN] += 1
        _account(setting, load, state, job, parcel, now, until_s)
        _begin(setting, state, job, parcel, now, until_s)
    for i in range(1, lists.refused[0] + 1):  # these are offered again when something happens
        _list_once(lists.offers, lists.is_listed, lists.refused[i])
    lists.refused[0] = 0


# -- the whole -------------------------------------------------------------------------------


@inner
def _close(progress: Progress, until_s: Int) -> None:
    """Note at the last instant what was not begun, and how long its job was full."""
    status, closing, full_s = progress.status, progress.closing, progress.full_s
    for job in range(len(status)):
        left = status[job, UNASSIGNED]
        if left > 0 and status[job, WORKING] == status[job, LIMIT]:
            full_s[job] += until_s - progress.full_since_s[job]
        closing[job, CLOSING_LEFT] = left
        if left > 0:
            closing[job, CLOSING_HELD] = full_s[job]


@compiled
def run(setting: Setting, load: Load, log: Log, until_s: Int) -> Result:
    """Let everything up to an instant happen (model §6).

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
    state = _set_up(setting, load, until_s, len(log.job) > 0)
    progress, teams, lists = state.progress, state.teams, state.lists
    now = np.int64(0)
    while True:
        _apply_events(setting, load, state, now, until_s)
        _offer(setting, load, state, now)
        _dispatch(setting, load, state, log, now, until_s)
        if lists.tally[COMING] == 0:
            break
        now = lists.events[0] >> (KIND_BITS + NUMBER_BITS)
    _close(progress, until_s)
    return Result(
        passed_s=progress.passed_s,
        open_s=progress.open_s,
        closing=progress.closing,
        day_share=progress.day_share,
        last_finish_s=teams.last_finish_s,
        demining_days=teams.demining_days,
        demined=progress.demined,
        mobilisations=teams.mobilisations,
        camps=teams.camps,
        parcels=lists.tally[BEGUN],
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
