"""The plain twin of the binding chain: to what each day of waiting is booked (model §7.1).

A second sheet of :mod:`tests.reference`, written like it: sentence by sentence, for reading, and
without a line of the package. A chain walks back from the ready time, or from the horizon, to the
start. The functions of :class:`Chain` are named after where the walk stands: at something that is
``done`` at a moment, or at something that is ``missing`` at the horizon.

Where the model is silent or can be read in two ways, the reading taken here is marked ``Choice:``
beside the line that needs it.
"""

from __future__ import annotations

import copy
import heapq
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.reference import (
    DAY_S,
    SERVICES,
    TOLERANCE,
    URGENT,
    Deployment,
    GateTime,
    Hazard,
    Job,
    Luck,
    Parcel,
    Plan,
    Reference,
    Road,
    Run,
    World,
    fresh_team,
    gate_time,
    judge,
    people_hours,
    quote,
    rate_of,
    read_world,
    rounded,
    shortest_hours,
    under,
    works_done,
    works_wait_for,
)

DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # a common year
WORKED = {
    "survey": "work_survey",
    "technical_survey": "work_technical_survey",
    "clearance": "work_clearance",
    "quality_control": "work_quality_control",
    "community_survey": "work_community_survey",
    "repair": "road_repair",
}


class Step(NamedTuple):
    """Some seconds of a span of time that are booked to a cause; the spans of a chain are joined.

    Several steps may share one span: then ``seconds`` says how much of it each of them takes.
    """

    cause: str
    about: str  # a job, a hazard, a road, a settlement or a gate
    begin_s: int
    end_s: int
    seconds: int


class Thing(NamedTuple):
    """What work or a gate waits for: the end of a job, or the release of a hazard."""

    kind: str  # "job" or "release"
    id: str


@dataclass
class Delays:
    """The chains of one run.

    Parameters
    ----------
    causes
        Seconds by community and cause; causes without any are left out.
    steps
        The chain of each community, from its end to the start.
    until_s
        Ready time of each community, or the horizon.
    """

    causes: dict[str, dict[str, int]]
    steps: dict[str, list[Step]]
    until_s: dict[str, int]


def reference_delays(
    folder: Path, allocation: str, luck: Luck | None = None
) -> dict[str, dict[str, int]]:
    """Book all seconds until each community is ready, or until the horizon, to their causes."""
    return reference_chains(folder, allocation, luck).causes


def reference_chains(folder: Path, allocation: str, luck: Luck | None = None) -> Delays:
    """Run one allocation of a scenario folder, and walk back the chain of each community."""
    expected_world = read_world(folder)
    world = expected_world if luck is None else under(expected_world, luck)
    run = Run(world, Plan(expected_world, allocation))
    run.go()
    judged = Reference(horizon_s=world.horizon_s)
    judge(world, run, judged)

    delays = Delays({}, {}, {})
    for community in world.communities.values():
        ready_s = judged.ready[community.id]
        is_ready = ready_s is not None and ready_s <= world.horizon_s
        until_s = ready_s if ready_s is not None and is_ready else world.horizon_s
        binding = judged.binding[community.id]
        chain = Chain(world, run, community.settlement, until_s)
        if until_s > 0 and is_ready:
            chain.closed(binding)
        elif until_s > 0:
            chain.never_closed(binding, judged.gates[community.id, binding])
        chain.check()
        causes: dict[str, int] = defaultdict(int)
        for step in chain.steps:
            causes[step.cause] += step.seconds
        delays.causes[community.id] = dict(causes)
        delays.steps[community.id] = chain.steps
        delays.until_s[community.id] = until_s
    return delays


class Chain:
    """The walk from one moment at one settlement back to the start."""

    def __init__(self, world: World, run: Run, settlement: str, until_s: int) -> None:
        self.world = world
        self.run = run
        self.plan = run.plan
        self.settlement = settlement
        self.until_s = until_s
        self.now_s = until_s  # all after it is booked
        self.steps: list[Step] = []
        self.missing_roads: set[str] = set()

    def book(self, cause: str, about: str, begin_s: int, seconds: int | None = None) -> None:
        """Book the span from a moment to where the walk stands, or some seconds of it."""
        whole = self.now_s - begin_s
        step = Step(cause, about, begin_s, self.now_s, whole if seconds is None else seconds)
        if step.seconds != 0:
            self.steps.append(step)
        if seconds is None:
            self.now_s = begin_s

    def check(self) -> None:
        """Every second is booked, and none twice."""
        assert self.now_s == 0, self.steps
        assert sum(step.seconds for step in self.steps) == self.until_s, self.steps
        assert all(0 < step.seconds <= step.end_s - step.begin_s for step in self.steps), self.steps

    # ------------------------------------------------------------------------- what is waited for

    def done_s(self, thing: Thing) -> float:
        done = self.run.done_s if thing.kind == "job" else self.run.released_s
        return done.get(thing.id, math.inf)

    def smallest(self, things: Iterable[Thing]) -> Thing:
        """Of several things the one with the smallest id, found hazards last.

        Choice: where a gate waits for things of several kinds (residual_risk), releases go first,
        then works, then the community survey. Choice: found hazards go by their number, not by the
        letters of their ids.
        """

        def key(thing: Thing) -> tuple[int, int, str]:
            if thing.kind == "release":
                return 0, self.world.hazards[thing.id].found_number, thing.id
            return 1 if self.world.jobs[thing.id].works is not None else 2, 0, thing.id

        return min(things, key=key)

    def served_last(self, things: Iterable[Thing]) -> Thing:
        """Of several things the one with the last priority, hazards by their quality control.

        Choice: a hazard without quality control counts as if it had one.
        """

        def key(thing: Thing) -> tuple[int, int, int, int, int, str, str]:
            if thing.kind == "job":
                return self.plan.key(self.world.jobs[thing.id])
            hazard = self.world.hazards[thing.id]
            stage = "quality_control"
            return self.plan.key(Job(f"{hazard.id}/{stage}", stage, stage, hazard.where, hazard))

        return max(things, key=key)

    def predecessors(self, job: Job, by_s: int) -> list[Thing]:
        """What a job waits for, as far as was known at a moment."""
        if job.hazard is not None:
            stages = self.world.stages_of[job.hazard.id]
            place = stages.index(job.id)
            if place > 0:
                return [Thing("job", stages[place - 1])]
            return self.finding(job.hazard)
        if job.stage == "repair":
            return [Thing("release", hazard.id) for hazard in self.world.hazards_on(job.where)]
        if job.works is not None:
            return [
                Thing("release", hazard.id)
                for hazard in works_wait_for(job.works, self.world)
                if hazard.found_number == 0 or self.run.joined_s.get(hazard.id, math.inf) <= by_s
            ]
        return []  # community survey

    def finding(self, hazard: Hazard) -> list[Thing]:
        """Before a found hazard there is the community survey that finds it."""
        return [Thing("job", f"{hazard.where}/survey")] if hazard.found_number > 0 else []

    # ------------------------------------------------------------------------------ what was done

    def done(self, thing: Thing) -> None:
        """Stand at a thing at the moment at which it is done."""
        if thing.kind == "release":
            self.released(self.world.hazards[thing.id])
        else:
            self.ended(self.world.jobs[thing.id])

    def last_done(self, things: list[Thing]) -> None:
        """Go on with what was done at this moment, or arrive at the start."""
        if self.now_s > 0:
            self.done(self.smallest(t for t in things if self.done_s(t) == self.now_s))

    def released(self, hazard: Hazard) -> None:
        """Book the handover up to now, and go on with the last stage.

        A hazard without any stage waits for nothing, or for the survey that found it.
        """
        stages = [Thing("job", job) for job in self.world.stages_of[hazard.id][-1:]]
        before = stages or self.finding(hazard)
        self.book("handover", hazard.id, int(max(map(self.done_s, before), default=0)))
        self.last_done(before)

    def ended(self, job: Job) -> None:
        """Stand at the end of a job, or at the horizon if all its parcels were begun before."""
        if job.needs_no_team:
            self.last_done(self.predecessors(job, self.now_s))
            return
        begun = self.begun(job)
        # Choice: "the one begun last" is the one dispatched last, of one instant the one given out
        # last. Choice: parcels that are cut at the horizon all end there.
        ends = [min(parcel.quote.finish_s, self.now_s) for parcel in begun]
        last = max(range(len(begun)), key=lambda number: (ends[number], number))
        self.stint(job, begun[last])
        self.waited(job)

    def begun(self, job: Job) -> list[Parcel]:
        """Parcels that were dispatched within the chain, in the order of dispatch."""
        return [parcel for parcel in self.run.parcels[job.id] if parcel.start_s <= self.until_s]

    def stint(self, job: Job, parcel: Parcel) -> None:
        """Book the work on a parcel up to now, and what comes before work."""
        work_s = min(parcel.quote.work_s, self.now_s)
        length_s = self.now_s - work_s
        zone = self.world.zone(job.where)
        workable_s = workable_days(self.world, zone, work_s, self.now_s) * DAY_S
        best = pace(self.world, zone)
        # Choice: what is within 1e-5 s of a half is one, whatever the order of the sums.
        usual_s = min(length_s, rounded(workable_s / best + 1e-5)) if best > 0 else 0
        share = 1.0
        if not parcel.quote.camped:
            share = 1 - 2 * parcel.quote.travel_hours / parcel.team.asset.shift_hours
        worked_s = rounded(usual_s * share + 1e-5)

        self.book(cause_of(job), job.id, work_s, worked_s)
        self.book("travel", job.id, work_s, usual_s - worked_s)
        self.book("winter", job.id, work_s, length_s - usual_s)
        self.now_s = work_s
        self.book("travel", job.id, parcel.start_s)

    def waited(self, job: Job) -> None:
        """Book the time in which work could begin and waits for a team, and go on.

        Choice: works that were open, but then had to wait for a hazard that was found, count as
        open from the release of that hazard on.
        """
        before = self.known(job)
        ready_s = self.last_of(before)
        open_s = max(self.run.open_s[job.id], ready_s)
        # While the site is full, the work that fills it goes on.
        full_s = 0 if job.hazard is None else self.full_s(job, job.hazard.max_teams, open_s)
        self.book(cause_of(job), job.id, open_s, full_s)
        self.book(f"waiting_{job.skill}", job.id, open_s, self.now_s - open_s - full_s)
        self.now_s = open_s

        if open_s == ready_s:
            self.last_done(before)
        elif open_s == self.world.accessible_s(job.where):
            self.book("permission", job.where, 0)
        else:
            self.let_in(job)

    def known(self, job: Job) -> list[Thing]:
        """Predecessors of a job that is open; they are done."""
        things = self.predecessors(job, self.now_s)
        return [thing for thing in things if self.done_s(thing) <= self.now_s]

    def last_of(self, things: Iterable[Thing]) -> int:
        """Return the time at which the last of some things is done, the start if there is none."""
        return int(max((self.done_s(thing) for thing in things), default=0))

    def full_s(self, job: Job, max_teams: float, open_s: int) -> int:
        """Seconds from a moment up to now in which as many teams as may are on a hazard."""
        stints = [(p.start_s, p.quote.finish_s) for p in self.run.parcels[job.id]]
        edges = {open_s, self.now_s}
        edges |= {edge for stint in stints for edge in stint if open_s < edge < self.now_s}
        moments = sorted(edges)
        return sum(
            end - begin
            for begin, end in pairwise(moments)
            if sum(start <= begin < finish for start, finish in stints) >= max_teams
        )

    def let_in(self, job: Job) -> None:
        """Go on with the road that let a team come now.

        Choice: an able asset type is one of which a fresh team would end a parcel, as for
        ``open_day``. Choice: of equally near bases the smaller id.
        """
        here = self.now_s
        ends = self.world.roads[job.where].ends if job.where in self.world.roads else (job.where,)
        usable = [road for road in self.world.roads.values() if self.drivable_s(road) <= here]
        found: list[tuple[float, str, str]] = []
        for line in self.run.lines:
            hours = shortest_hours(line.base, usable)
            fresh = fresh_team(self.world, line)
            if quote(self.world, fresh, job, here, hours) is not None:
                found += [(hours[end], line.base, end) for end in ends if end in hours]
        _, base, end = min(found)
        way = quickest_way(end, base, usable)
        self.road_ready(next(r for r in way if self.drivable_s(r) == here), for_people=False)

    # ------------------------------------------------------------------------------------- roads

    def ready_s(self, road: Road, *, for_people: bool) -> float:
        """Return the day on which a road is released (or open), whatever its date."""
        needs_opening = for_people or road.impassable
        since = self.run.road_open_s if needs_opening else self.run.road_released_s
        return since.get(road.id, math.inf)

    def drivable_s(self, road: Road) -> float:
        return max(self.ready_s(road, for_people=False), self.world.accessible_s(road.id))

    def usable_s(self, road: Road) -> float:
        """Return when people may use a road."""
        if not road.all_season:
            return math.inf
        return max(self.ready_s(road, for_people=True), self.world.accessible_s(road.id))

    def road_ready(self, road: Road, *, for_people: bool) -> None:
        """Stand at a road at the moment from which it may be driven (or used).

        Choice: "because of its date" means that it was released (or open) before.
        """
        if self.ready_s(road, for_people=for_people) < self.now_s:
            self.book("permission", road.id, 0)
        else:
            self.last_done(self.what_readies(road, for_people=for_people))

    def what_readies(self, road: Road, *, for_people: bool) -> list[Thing]:
        """What a road waits for: its repair if it must be open and has one, else its hazards."""
        if (for_people or road.impassable) and road.repair_crew_days > 0:
            return [Thing("job", f"{road.id}/repair")]
        return [Thing("release", hazard.id) for hazard in self.world.hazards_on(road.id)]

    # ------------------------------------------------------------------------- a gate that holds

    def closed(self, gate: str) -> None:
        """Stand at the moment from which the binding gate holds."""
        if gate == "permission":
            self.book("permission", self.settlement, 0)
            return
        here = [thing for thing in self.awaited(gate) if self.done_s(thing) == self.now_s]
        # Choice: own works close the gate of a service only when they are all done; works that
        # bring no dwellings never close that of shelter.
        if gate in SERVICES and self.own_works_done(gate) != self.now_s:
            here = []
        if here:
            self.done(self.smallest(here))
        else:
            self.closed_by_way(gate)

    def closed_by_way(self, gate: str) -> None:
        """Go on with the road, or the works elsewhere, that brought what serves the settlement.

        Choice: of several places that serve it equally near, the smaller id.
        """
        hours = people_hours(self.world, self.run, self.settlement, self.now_s)
        serving = self.serving(gate)
        _, server = min((hours[place], place) for place in serving if place in hours)
        usable = [road for road in self.world.roads.values() if self.usable_s(road) <= self.now_s]
        for road in quickest_way(self.settlement, server, usable):
            if self.usable_s(road) == self.now_s:
                self.road_ready(road, for_people=True)
                return
        self.last_done(self.works_at(server, gate))

    def serving(self, gate: str) -> list[str]:
        """Places that serve now, wherever they are."""
        places = [place.id for place in self.world.places.values() if place.kind == "hub"]
        if gate in SERVICES:
            for place in self.world.places:
                done_s = works_done(self.world, self.run, place, gate)
                if isinstance(done_s, int) and done_s <= self.now_s:
                    places.append(place)
        return places

    def own_works_done(self, kind: str) -> GateTime:
        return works_done(self.world, self.run, self.settlement, kind)

    def works_at(self, place: str, kind: str) -> list[Thing]:
        works = self.world.works.values()
        return [Thing("job", w.id) for w in works if w.settlement == place and w.kind == kind]

    def awaited(self, gate: str) -> list[Thing]:
        """All things at the settlement for which a gate waits."""
        survey = Thing("job", f"{self.settlement}/survey")
        hazards = self.world.hazards_on(self.settlement)
        if gate == "survey":
            return [survey]
        if gate in ("housing_land", "farmland"):
            denied = URGENT if gate == "housing_land" else frozenset({"farmland"})
            return [Thing("release", hazard.id) for hazard in hazards if hazard.denies & denied]
        if gate == "shelter":
            dwellings = {works.id: works.dwellings for works in self.world.works.values()}
            return [works for works in self.works_at(self.settlement, gate) if dwellings[works.id]]
        if gate == "residual_risk":
            # Choice: it waits for all hazards near, whatever their items, for the community survey
            # (which marks them) and for risk education.
            for road in self.world.roads.values():
                if self.settlement in road.ends:
                    hazards += self.world.hazards_on(road.id)
            things = [Thing("release", hazard.id) for hazard in hazards]
            return [*things, *self.works_at(self.settlement, "risk_education"), survey]
        return self.works_at(self.settlement, gate)  # services, risk education; none for a road

    # ------------------------------------------------------- a gate that does not hold in the end

    def never_closed(self, gate: str, time: GateTime) -> None:
        """Stand at the horizon, before a gate that does not hold."""
        if time == "unknown":
            self.book("missing_data", gate, 0)
            return
        if gate == "permission":
            self.book("permission", self.settlement, 0)
            return
        missing = [thing for thing in self.awaited(gate) if self.done_s(thing) > self.until_s]
        is_by_road = gate == "road_access" or (gate in SERVICES and not self.awaited(gate))
        would_hold = self.would_hold(gate)
        # A service may come from next door, where no route to a hub is needed.
        needs_hub = gate == "road_access" or not would_hold
        if is_by_road and needs_hub and not self.has_route_for_people():
            self.book("no_route", self.settlement, 0)
        elif not would_hold:
            self.book("not_planned", gate, 0)
        elif is_by_road:
            self.missing_way(gate)
        else:
            # Choice: whatever share of land is required, the hazard that is served last.
            self.missing(self.served_last(missing))

    def has_route_for_people(self) -> bool:
        route = self.plan.routes.get(self.settlement)
        return route is not None and all(self.world.roads[road].all_season for road in route)

    def would_hold(self, gate: str) -> bool:
        """Tell whether a gate would ever hold if everything were done on the first day.

        Choice: everything is every job and every hazard, and so every road, of the scenario.
        """
        finished = copy.copy(self.run)
        finished.done_s = dict.fromkeys(self.world.jobs, 0)
        finished.released_s = dict.fromkeys(self.world.hazards, 0)
        finished.road_open_s = dict.fromkeys(self.world.roads, 0)
        given = self.world.gates[gate]
        return gate_time(self.world, finished, self.settlement, gate, given) is not None

    def missing_way(self, gate: str) -> None:
        """Go on with the road that people cannot use, nearest to here, or with missing works.

        To any hub it is a road of the access route. Within some hours it is one of the quickest way
        to the nearest place with works of the kind, or hub, as if all roads were open; where people
        can use all of it, the works of that place are missing (those that are served last).
        """
        limit = {"road_access": "max_hub_hours"}.get(gate, "within_hours")
        if limit in self.world.gates[gate]:
            way, goal = self.nearest_way(gate)
            assert sum(road.hours for road in way) <= self.world.gates[gate][limit] + TOLERANCE
        else:
            route = self.plan.routes[self.settlement]
            way, goal = [self.world.roads[name] for name in reversed(route)], ""
        for road in way:
            if self.usable_s(road) > self.until_s:
                self.missing_road(road, for_people=True)
                return
        works = self.works_at(goal, gate)
        self.missing(self.served_last(w for w in works if self.done_s(w) > self.until_s))

    def nearest_way(self, gate: str) -> tuple[list[Road], str]:
        """Return the quickest way to the nearest place that may serve, once all roads are open.

        Dates are left out. Ties: the smaller id of the place; fewer roads, then the smaller road
        id, walking from here.
        """
        roads = [road for road in self.world.roads.values() if road.all_season]
        goals = [place.id for place in self.world.places.values() if place.kind == "hub"]
        goals += [place for place in self.world.places if self.works_at(place, gate)]
        found: list[tuple[float, str]] = []
        for goal in goals:
            hours = shortest_hours(goal, roads)
            if self.settlement in hours:
                found.append((hours[self.settlement], goal))
        _, goal = min(found)
        return way_of_fewest_roads(self.settlement, goal, roads), goal

    def missing_road(self, road: Road, *, for_people: bool) -> None:
        """Stand at the horizon, before a road that cannot be driven (or used)."""
        self.missing_roads.add(road.id)
        if self.ready_s(road, for_people=for_people) <= self.until_s:
            self.book("permission", road.id, 0)
            return
        things = self.what_readies(road, for_people=for_people)
        self.missing(self.served_last(t for t in things if self.done_s(t) > self.until_s))

    def missing(self, thing: Thing) -> None:
        """Stand at the horizon, before something that is not done."""
        if thing.kind == "job":
            self.missing_job(self.world.jobs[thing.id])
            return
        hazard = self.world.hazards[thing.id]
        stages = self.world.stages_of[hazard.id]
        before = [Thing("job", job) for job in stages[-1:]] or self.finding(hazard)
        if all(self.done_s(thing) <= self.until_s for thing in before):
            self.released(hazard)  # but for the handover, which is cut
        else:
            self.missing(before[0])

    def missing_job(self, job: Job) -> None:
        if not job.needs_no_team and len(self.begun(job)) == job.parcels:
            self.ended(job)  # but for the work, which is cut
            return
        before = self.predecessors(job, self.until_s)
        undone = [thing for thing in before if self.done_s(thing) > self.until_s]
        if undone:
            self.missing(self.served_last(undone))
        elif self.run.open_s.get(job.id, math.inf) <= self.until_s:
            self.waited(job)
        elif not any(rate_of(asset, job) > 0 for asset in self.plan.assets_for(job)):
            # Choice: who can do it is who has a rate for it, however far away.
            self.book(f"waiting_{job.skill}", job.id, self.last_of(before))
            self.last_done(before)
        elif self.world.accessible_s(job.where) > self.until_s:
            self.book("permission", job.where, 0)
        else:
            road = self.blocking(job)
            # Choice: a chain that comes back to a road that it waits for already has no route.
            if road is None and self.is_in_reach(job):
                # Nobody would end it within the days that the model looks ahead.
                self.book(f"waiting_{job.skill}", job.id, self.last_of(before))
                self.last_done(before)
            elif road is None or road.id in self.missing_roads:
                self.book("no_route", job.id, self.last_of(before))
                self.last_done(before)
            else:
                self.missing_road(road, for_people=False)

    def blocking(self, job: Job) -> Road | None:
        """Return the road that keeps teams from a site to the end, the nearest on its access route.

        Choice: of two ends with as many such roads the smaller id; an end without a route does not
        count. Choice: on the route of a base it is the road nearest to the base. Choice: the routes
        of bases count for settlements as well, and for sites without a route of their own.
        """
        ends = self.world.roads[job.where].ends if job.where in self.world.roads else (job.where,)
        routes = [(self.blocked(end), end) for end in ends if end in self.plan.routes]
        if routes:
            nearest, _ = min(routes, key=lambda route: (len(route[0]), route[1]))
            if nearest:
                return nearest[-1]
        able = {line.base for line in self.run.lines if self.is_able(line, job)}
        for base in sorted(able):
            on_the_way = self.blocked(base)
            if on_the_way:
                return on_the_way[-1]
        return None

    def is_in_reach(self, job: Job) -> bool:
        """Tell whether teams that are able to do a job could drive to it in the end."""
        ends = self.world.roads[job.where].ends if job.where in self.world.roads else (job.where,)
        usable = [
            road for road in self.world.roads.values() if self.drivable_s(road) <= self.until_s
        ]
        for line in self.run.lines:
            asset = self.world.assets[line.asset]
            most = math.inf if asset.camp_days is not None else asset.shift_hours / 2
            hours = shortest_hours(line.base, usable)
            if self.is_able(line, job) and any(hours.get(e, math.inf) < most for e in ends):
                return True
        return False

    def is_able(self, line: Deployment, job: Job) -> bool:
        is_served = self.world.is_served(job.where, line.serves)
        return is_served and rate_of(self.world.assets[line.asset], job) > 0

    def blocked(self, place: str) -> list[Road]:
        """Roads on the access route of a place that cannot be driven in the end, from the hub."""
        roads = [self.world.roads[road] for road in self.plan.routes.get(place, [])]
        return [road for road in roads if self.drivable_s(road) > self.until_s]


# ------------------------------------------------------------------------------------------ helpers


def cause_of(job: Job) -> str:
    """Cause to which work on a job is booked."""
    if job.works is not None:
        return "risk_education" if job.works.kind == "risk_education" else "building"
    return WORKED[job.stage]


def pace(world: World, zone: str) -> float:
    """Workable days per calendar day in the best month of the calendar of a zone, as written."""
    if not zone:
        return 1.0
    months = zip(range(1, 13), DAYS_OF_MONTH, strict=True)
    return max(min(1.0, world.workable_days[zone, month] / days) for month, days in months)


def workable_days(world: World, zone: str, begin_s: int, end_s: int) -> float:
    """Workable days of a zone from one moment to another, with the weather (model §5)."""
    if not zone:
        return (end_s - begin_s) / DAY_S
    parts: list[float] = []
    now = begin_s
    while now < end_s:
        today = world.start + timedelta(days=now // DAY_S)
        first = today.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
        days = (following - first).days
        workable = world.workable_days[zone, today.month]
        weather = world.luck.weather[today.year, today.month]
        workable = min(workable * weather, max(workable, days))
        until = min(end_s, (following - world.start).days * DAY_S)
        parts.append((until - now) / DAY_S * workable / days)
        now = until
    return math.fsum(parts)


def quickest_way(origin: str, goal: str, roads: list[Road]) -> list[Road]:
    """Roads of the quickest way, in driving order.

    Choice: where ways are equally quick, at each place on the way the smaller road id.
    """
    hours = shortest_hours(goal, roads)
    way: list[Road] = []
    here = origin
    while here != goal:
        choices: list[tuple[str, str, Road]] = []
        for road in roads:
            if here in road.ends:
                other = road.ends[1] if here == road.ends[0] else road.ends[0]
                if other in hours and hours[other] + road.hours == hours[here]:
                    choices.append((road.id, other, road))
        _, here, road = min(choices, key=lambda choice: choice[:2])
        way.append(road)
    return way


def way_of_fewest_roads(origin: str, goal: str, roads: list[Road]) -> list[Road]:
    """Roads of the quickest way, in driving order; of equally quick ones that of fewest roads.

    Of these, at each place on the way the smaller road id.
    """
    labels: dict[str, tuple[float, int]] = {}
    queue = [(0.0, 0, goal)]
    while queue:
        hours, count, place = heapq.heappop(queue)
        if place in labels:
            continue
        labels[place] = hours, count
        for road in roads:
            if place in road.ends:
                other = road.ends[1] if place == road.ends[0] else road.ends[0]
                heapq.heappush(queue, (hours + road.hours, count + 1, other))
    way: list[Road] = []
    here = origin
    while here != goal:
        choices: list[tuple[str, str, Road]] = []
        for road in roads:
            if here in road.ends:
                other = road.ends[1] if here == road.ends[0] else road.ends[0]
                hours, count = labels.get(other, (math.inf, 0))
                if (hours + road.hours, count + 1) == labels[here]:
                    choices.append((road.id, other, road))
        _, here, road = min(choices, key=lambda choice: choice[:2])
        way.append(road)
    return way
