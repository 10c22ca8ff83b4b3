"""Teams at work: which parcel is done by whom and when, on a clock of whole seconds (model §4-§6).

The loop is plain Python on lists. Milestones and teams are numbered so that the smaller number
goes first: jobs by priority, teams by id.
"""

import heapq
from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from returnplan.calendars import WorkCalendar
from returnplan.domain import Asset, Scenario
from returnplan.landrelease import WorkPlan, opened, released
from returnplan.network import NO_ROUTE, Network, Reach
from returnplan.teams import Skills, Team, need_of
from returnplan.units import days_to_seconds

PASSED, FINISHED, ENTERED, ARRIVED = range(4)
"""Kinds of events: a wait ends, a parcel ends, a site may be entered, a team arrives."""
NO_SITE = -1


@dataclass(frozen=True, slots=True)
class ParcelLog:
    """One parcel that was worked: who, when, and how the team went there (times in s)."""

    job: str
    parcel: int
    team: str
    start_s: int
    work_s: int
    finish_s: int
    travel_hours: float
    camped: bool
    mobilised: bool
    workable_days: float


@dataclass(slots=True)
class WorkLog:
    """What happened up to the horizon; what never happened is left out (times in s).

    Parameters
    ----------
    parcels
        Parcels in the order of dispatch.
    open_s
        When each job was first open to a deployed asset type.
    passed_s
        When each milestone was passed: jobs, ``hazard/released``, ``road/released``,
        ``road/open``.
    """

    parcels: list[ParcelLog] = field(default_factory=list)
    open_s: dict[str, int] = field(default_factory=dict)
    passed_s: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Stint:
    """What one parcel would take one team, dispatched now (model §4.1)."""

    finish_s: int
    work_s: int
    travel_hours: float
    camped: bool
    mobilised: bool
    workable_days: float


class _Crew:
    """Teams of one asset type at one base: those that are idle, and the jobs open to them."""

    def __init__(self, asset: Asset, base: int, reach: Reach) -> None:
        self.asset = asset.id
        self.base = base
        self.reach = reach
        self.shift_hours = asset.shift_hours
        self.mobilisation_s = days_to_seconds(asset.mobilisation_days)
        self.camp_s = None if asset.camp_days is None else days_to_seconds(asset.camp_days)
        self.idle: list[int] = []
        self.idle_at: dict[int, int] = {}
        self.open_jobs: list[int] = []
        self.is_open: set[int] = set()


class WorkSimulation:
    """The work of one allocation, event by event.

    Parameters
    ----------
    scenario
        The scenario.
    plan
        Its milestones.
    priority
        Ids of all jobs, first to be served first.
    teams
        Teams of the allocation, sorted by id.
    network
        The graph.
    calendars
        Work calendars by zone.
    """

    def __init__(
        self,
        scenario: Scenario,
        plan: WorkPlan,
        priority: Sequence[str],
        teams: Sequence[Team],
        network: Network,
        calendars: Mapping[str, WorkCalendar],
    ) -> None:
        self.log = WorkLog()
        self._network = network
        self._jobs = [plan.jobs[job] for job in priority]
        self._teams = teams
        self._events: list[tuple[int, int, int]] = []
        self._number_sites(scenario, calendars)
        self._number_milestones(plan, priority, scenario)
        self._form_crews(scenario)

    # -- before anything happens -------------------------------------------------------------

    def _number_sites(self, scenario: Scenario, calendars: Mapping[str, WorkCalendar]) -> None:
        """Number the sites: places first, then roads."""
        network = self._network
        self._first_road = len(network.places)
        self._site_from_s = [*network.place_from_s, *network.road_from_s]
        zones = [place.zone for place in scenario.places]
        zones += [scenario.place[road.from_place].zone for road in scenario.roads]
        self._calendar = [calendars[zone] for zone in zones]
        self._site = [
            self._first_road + network.road_no[job.site]
            if job.on_road
            else network.place_no[job.site]
            for job in self._jobs
        ]
        self._jobs_on: list[list[int]] = [[] for _ in zones]
        for job, site in enumerate(self._site):
            self._jobs_on[site].append(job)

    def _number_milestones(
        self, plan: WorkPlan, priority: Sequence[str], scenario: Scenario
    ) -> None:
        """Number the milestones: jobs first, then waits; link each to those that follow."""
        self._milestones = [*priority, *plan.waits]
        number = {name: i for i, name in enumerate(self._milestones)}
        after = [job.after for job in self._jobs] + [w.after for w in plan.waits.values()]
        self._delay_s = [0] * len(self._jobs) + [w.delay_s for w in plan.waits.values()]
        self._missing = [len(names) for names in after]
        self._followers: list[list[int]] = [[] for _ in after]
        for follower, names in enumerate(after):
            for name in names:
                self._followers[number[name]].append(follower)
        self._lets_drive = {
            number[(opened if road.impassable else released)(road.id)]: i
            for i, road in enumerate(scenario.roads)
        }
        self._can_be_driven = [False] * len(scenario.roads)

    def _form_crews(self, scenario: Scenario) -> None:
        """Group the teams by asset type and base; find which crews can do which job."""
        assets = {asset.id: asset for asset in scenario.assets}
        self._reach: dict[int, Reach] = {}
        crews: dict[tuple[str, str], _Crew] = {}
        self._crew_of: list[_Crew] = []
        for team in self._teams:
            base = self._network.place_no[team.base]
            if base not in self._reach:
                self._reach[base] = Reach(self._network, (base,))
            if (team.asset, team.base) not in crews:
                crew = _Crew(assets[team.asset], base, self._reach[base])
                crews[team.asset, team.base] = crew
            self._crew_of.append(crews[team.asset, team.base])
        self._crews = list(crews.values())
        self._team_site = [NO_SITE] * len(self._teams)
        self._team_camped = [False] * len(self._teams)
        self._team_job = [0] * len(self._teams)
        self._is_idle = [False] * len(self._teams)
        self._has_left = [False] * len(self._teams)
        ends = [(t.until_s, i) for i, t in enumerate(self._teams) if t.until_s is not None]
        self._leaving = sorted(ends, reverse=True)
        skills = Skills(scenario)
        rates: dict[object, dict[_Crew, float]] = {}
        for job in self._jobs:
            if need_of(job) not in rates:
                all_rates = {crew: skills.effective_rate(crew.asset, job) for crew in self._crews}
                rates[need_of(job)] = {crew: rate for crew, rate in all_rates.items() if rate > 0}
        self._rate = [rates[need_of(job)] for job in self._jobs]
        able = {
            need: {base: [c for c in can if c.base == base] for base in self._reach}
            for need, can in rates.items()
        }
        self._able = [able[need_of(job)] for job in self._jobs]
        self._work = [job.area_m2 / job.parcels or job.crew_days for job in self._jobs]
        self._unassigned = [job.parcels for job in self._jobs]
        self._unfinished = [job.parcels for job in self._jobs]
        self._working = [0] * len(self._jobs)
        self._parked: dict[int, list[_Crew]] = {}
        self._pending: dict[int, dict[int, set[int]]] = {base: {} for base in self._reach}

    # -- events ------------------------------------------------------------------------------

    def run(self, until_s: int) -> WorkLog:
        """Let everything up to an instant happen.

        Parameters
        ----------
        until_s
            Last instant, s; what falls later cannot change what falls before.

        Returns
        -------
        WorkLog
            All that happened.
        """
        for milestone, missing in enumerate(self._missing):
            if missing == 0:
                self._become_due(milestone, 0)
        for site, from_s in enumerate(self._site_from_s):
            if from_s > 0:
                self._push(from_s, ENTERED, site)
        for number, team in enumerate(self._teams):
            self._push(team.from_s, ARRIVED, number)
        while self._events and self._events[0][0] <= until_s:
            now = self._events[0][0]
            while self._events and self._events[0][0] == now:
                _, kind, number = heapq.heappop(self._events)
                self._apply(kind, number, now)
            self._dispatch(now)
        return self.log

    def _push(self, at_s: int, kind: int, number: int) -> None:
        heapq.heappush(self._events, (at_s, kind, number))

    def _apply(self, kind: int, number: int, now: int) -> None:
        if kind == PASSED:
            self._pass(number, now)
        elif kind == FINISHED:
            self._finish_parcel(number, now)
        elif kind == ENTERED:
            self._enter(number, now)
        else:
            self._become_idle(number)

    def _become_due(self, milestone: int, now: int) -> None:
        """All predecessors are passed: a wait begins, a job may become open."""
        if milestone >= len(self._jobs):
            self._push(now + self._delay_s[milestone], PASSED, milestone)
        elif now >= self._site_from_s[self._site[milestone]]:
            self._offer_to_all(milestone, now)

    def _pass(self, milestone: int, now: int) -> None:
        self.log.passed_s[self._milestones[milestone]] = now
        if milestone in self._lets_drive:
            road = self._lets_drive[milestone]
            self._can_be_driven[road] = True
            self._drive(road, now)
        for follower in self._followers[milestone]:
            self._missing[follower] -= 1
            if self._missing[follower] == 0:
                self._become_due(follower, now)

    def _finish_parcel(self, team: int, now: int) -> None:
        job = self._team_job[team]
        self._become_idle(team)
        self._working[job] -= 1
        self._unfinished[job] -= 1
        for crew in self._parked.pop(job, ()):
            heapq.heappush(crew.open_jobs, job)
        if self._unfinished[job] == 0:
            self._pass(job, now)

    def _enter(self, site: int, now: int) -> None:
        """The date before which nobody works on a site, or passes through it, has come."""
        for job in self._jobs_on[site]:
            if self._missing[job] == 0:
                self._offer_to_all(job, now)
        if site >= self._first_road:
            self._drive(site - self._first_road, now)

    def _become_idle(self, team: int) -> None:
        if self._has_left[team]:
            return
        crew = self._crew_of[team]
        self._is_idle[team] = True
        insort(crew.idle, team)
        site = self._team_site[team]
        crew.idle_at[site] = crew.idle_at.get(site, 0) + 1

    # -- access ------------------------------------------------------------------------------

    def _drive(self, road: int, now: int) -> None:
        """Let teams drive on a road, if it is released and its ends may be passed (model §2)."""
        if not self._can_be_driven[road] or now < self._network.road_from_s[road]:
            return
        for base, reach in self._reach.items():
            pending = self._pending[base]
            for place in reach.open_road(road):
                sites = [place, *(self._first_road + r for r in self._network.roads_at[place])]
                for site in sites:
                    for job in tuple(pending.get(site, ())):
                        self._offer(job, base, now)

    def _hours(self, job: int, crew: _Crew) -> float:
        """Travel hours to a job; to a road: to its nearer reachable end (model §4.1)."""
        site = self._site[job]
        if site < self._first_road:
            return crew.reach.hours[site]
        one, other = self._network.ends[site - self._first_road]
        return min(crew.reach.hours[one], crew.reach.hours[other])

    def _offer_to_all(self, job: int, now: int) -> None:
        for base in self._reach:
            self._offer(job, base, now)

    def _offer(self, job: int, base: int, now: int) -> None:
        """Open a due and accessible job to the crews of a base that reach it (model §6)."""
        name = self._jobs[job].id
        is_settled = True
        for crew in self._able[job][base]:
            hours = self._hours(job, crew)
            can_work = hours < NO_ROUTE and (
                crew.camp_s is not None or 2 * hours < crew.shift_hours
            )
            if can_work and job not in crew.is_open:
                crew.is_open.add(job)
                heapq.heappush(crew.open_jobs, job)
            is_first = can_work and name not in self.log.open_s
            if is_first and self._stint(crew, NO_SITE, job, now, camped=False) is not None:
                self.log.open_s[name] = now
            is_settled = is_settled and can_work and name in self.log.open_s
        pending = self._pending[base].setdefault(self._site[job], set())
        if is_settled or self._unassigned[job] == 0:
            pending.discard(job)
        else:
            pending.add(job)

    # -- dispatch ----------------------------------------------------------------------------

    def _dispatch(self, now: int) -> None:
        """Give open parcels to idle teams until no pair is left (model §6)."""
        self._send_home(now)
        refused: list[tuple[_Crew, int]] = []
        while True:
            job = self._first_open_job()
            if job is None:
                break
            choice = self._first_to_finish(job, now)
            if choice is None:
                for crew in self._rate[job]:
                    if crew.open_jobs and crew.idle and crew.open_jobs[0] == job:
                        heapq.heappop(crew.open_jobs)
                        refused.append((crew, job))
            else:
                self._assign(job, *choice, now)
        for crew, job in refused:
            heapq.heappush(crew.open_jobs, job)

    def _send_home(self, now: int) -> None:
        """Teams whose deployment has ended are not dispatched any more."""
        while self._leaving and self._leaving[-1][0] <= now:
            _, team = self._leaving.pop()
            self._has_left[team] = True
            if self._is_idle[team]:
                self._leave_idle(team)

    def _first_open_job(self) -> int | None:
        """First job by priority with a free parcel and an idle crew to which it is open."""
        first: int | None = None
        for crew in self._crews:
            if not crew.idle:
                continue
            heap = crew.open_jobs
            while heap and not self._has_free_parcel(heap[0], crew):
                heapq.heappop(heap)
            if heap and (first is None or heap[0] < first):
                first = heap[0]
        return first

    def _has_free_parcel(self, job: int, crew: _Crew) -> bool:
        if self._unassigned[job] == 0:
            return False
        limit = self._jobs[job].max_teams
        if limit is not None and self._working[job] >= limit:
            self._parked.setdefault(job, []).append(crew)
            return False
        return True

    def _first_to_finish(self, job: int, now: int) -> tuple[int, _Stint] | None:
        """Able idle team that finishes first; ties: the smaller id (model §6)."""
        best: tuple[int, int] | None = None
        choice: tuple[int, _Stint] | None = None
        for crew in self._rate[job]:
            if job not in crew.is_open:
                continue
            for team in self._candidates(crew, self._site[job]):
                stint = self._stint(
                    crew, self._team_site[team], job, now, camped=self._team_camped[team]
                )
                if stint is not None and (best is None or (stint.finish_s, team) < best):
                    best = stint.finish_s, team
                    choice = team, stint
        return choice

    def _candidates(self, crew: _Crew, site: int) -> list[int]:
        """First idle team of each kind that can differ in time: camped here, here, elsewhere."""
        found: dict[int, int] = {}
        kinds = 3 if crew.idle_at.get(site) else 1
        for team in crew.idle:
            here = self._team_site[team] == site
            found.setdefault(here + (here and self._team_camped[team]), team)
            if len(found) == kinds:
                break
        return list(found.values())

    def _stint(
        self, crew: _Crew, last_site: int, job: int, now: int, *, camped: bool
    ) -> _Stint | None:
        """Length of one parcel for a team (model §4.1); None: beyond 100 years, or never."""
        site = self._site[job]
        hours = self._hours(job, crew)
        full_days = self._work[job] / self._rate[job][crew]
        moves = last_site != site
        work_s = now + (crew.mobilisation_s if moves else 0)
        calendar = self._calendar[site]
        best: _Stint | None = None
        share = 1 - 2 * hours / crew.shift_hours
        if share > 0:
            finish_s = calendar.finish_s(work_s, full_days / share)
            if finish_s is not None:
                best = _Stint(
                    finish_s=finish_s,
                    work_s=work_s,
                    travel_hours=hours,
                    camped=False,
                    mobilised=moves,
                    workable_days=full_days / share,
                )
        if crew.camp_s is not None:
            if moves or not camped:
                work_s += crew.camp_s
            finish_s = calendar.finish_s(work_s, full_days)
            if finish_s is not None and (best is None or finish_s < best.finish_s):
                best = _Stint(
                    finish_s=finish_s,
                    work_s=work_s,
                    travel_hours=hours,
                    camped=True,
                    mobilised=moves,
                    workable_days=full_days,
                )
        return best

    def _assign(self, job: int, team: int, stint: _Stint, now: int) -> None:
        self._leave_idle(team)
        self._unassigned[job] -= 1
        self._working[job] += 1
        self._team_site[team] = self._site[job]
        self._team_camped[team] = stint.camped
        self._team_job[team] = job
        self._push(stint.finish_s, FINISHED, team)
        self.log.parcels.append(
            ParcelLog(
                job=self._jobs[job].id,
                parcel=self._jobs[job].parcels - self._unassigned[job],
                team=self._teams[team].id,
                start_s=now,
                work_s=stint.work_s,
                finish_s=stint.finish_s,
                travel_hours=stint.travel_hours,
                camped=stint.camped,
                mobilised=stint.mobilised,
                workable_days=stint.workable_days,
            )
        )

    def _leave_idle(self, team: int) -> None:
        crew = self._crew_of[team]
        self._is_idle[team] = False
        del crew.idle[bisect_left(crew.idle, team)]
        crew.idle_at[self._team_site[team]] -= 1
