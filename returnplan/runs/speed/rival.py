"""The same work as a plain SimPy program, to hold the compiled loop against (model §4 to §6).

Each team is a process that waits for an order, works, and reports back; a handover and a date are
timeouts; a dispatcher is woken by whatever happens and sits down when the instant is over. Each
crew (teams of one asset type at one base) has a heap of the open jobs that it can reach and do.
Nothing here is compiled, and nothing is shared with the loop but the input.

SimPy is a development package: whoever wants the comparison installs it.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from returnplan.domain import Asset, Job, Scenario
from returnplan.errors import ReturnplanError
from returnplan.model.work.arrays import Amounts
from returnplan.model.work.calendars import Calendars
from returnplan.model.work.milestones import WorkPlan, opened, released
from returnplan.model.work.network import NO_ROUTE, Network, Reach
from returnplan.model.work.teams import Need, Skills, Team, needs_of
from returnplan.units import DAY_S, LIMIT_S, days_to_seconds, whole_seconds

try:
    import simpy
except ModuleNotFoundError as error:
    raise ReturnplanError(
        "the comparison needs SimPy; install it with: python -m pip install 'simpy>=4.1'"
    ) from error

TOLERANCE_DAYS = 1e-9
AFTER_ALL_OTHERS = simpy.events.EventPriority(2)
"""Priority of what waits for the end of an instant; SimPy's own are 0 and 1."""

Process: TypeAlias = Generator[simpy.Event, Any, None]


class Parcel(NamedTuple):
    """One parcel that was begun; times in s."""

    job: str
    team: str
    start_s: int
    finish_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What happened up to the last instant.

    Parameters
    ----------
    passed_s
        When each milestone was passed, s, by id; those that were not are left out.
    parcels
        All parcels that were begun, in the order of dispatch.
    """

    passed_s: Mapping[str, int]
    parcels: Sequence[Parcel]


@dataclass(slots=True, eq=False)
class _Task:
    """A job with what is left of it."""

    job: Job
    priority: int
    need: Need
    parcel: float
    unassigned: int
    unfinished: int
    working: int = 0
    is_refused: bool = False

    @property
    def is_full(self) -> bool:
        return self.working == self.job.max_teams

    @property
    def is_open(self) -> bool:
        return self.unassigned > 0 and not self.is_full and not self.is_refused


@dataclass(slots=True, eq=False)
class _Crew:
    """Teams of one asset type at one base that serve the same, and the open jobs for them."""

    asset: Asset
    serves: frozenset[str]
    reach: Reach
    rate: Mapping[Need, float]
    mobilisation_s: int
    camp_s: int | None
    sites: set[str] = field(default_factory=set)
    open_jobs: list[int] = field(default_factory=list)
    idle: "list[_Member]" = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Member:
    """A team with where it was last, and the event that brings its next order."""

    number: int
    team: Team
    crew: _Crew
    order: simpy.Event
    site: str | None = None
    has_camped: bool = False
    has_left: bool = False


class _Quote(NamedTuple):
    """What a team offers for a parcel."""

    finish_s: int
    team: int
    camps: bool
    member: _Member


class _EndOfInstant(simpy.Event):
    """An event of this instant that comes after all others of it."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, AFTER_ALL_OTHERS)


class _Calendar:
    """Workable days of one zone (model §5)."""

    def __init__(self, calendars: Calendars, zone: str) -> None:
        number = calendars.zones[zone]
        self._start_day = calendars.months.start_day.tolist()
        self._daily = calendars.daily[number].tolist()
        self._worked = calendars.worked[number].tolist()

    def end_of(self, begin_s: int, work_days: float) -> int | None:
        """Earliest u >= s with W(u) >= W(s) + w - 1e-9; None: beyond 100 years."""
        if begin_s > LIMIT_S:
            return None
        worked, start_day = self._worked, self._start_day
        day = begin_s / DAY_S
        month = bisect_right(start_day, begin_s // DAY_S) - 1
        done = worked[month] + (day - start_day[month]) * self._daily[month]
        target = done + work_days - TOLERANCE_DAYS
        if target <= done:
            return begin_s
        after = bisect_left(worked, target, month + 1)
        if after == len(worked):
            return None
        month = after - 1
        end_day = start_day[month] + (target - worked[month]) / self._daily[month]
        finish_s = whole_seconds(end_day * DAY_S)
        return finish_s if finish_s <= LIMIT_S else None


class Rival:
    """A scenario under one allocation, ready for any amounts of work.

    Parameters
    ----------
    priority
        Ids of all jobs, first to be served first.
    teams
        Teams of the allocation, sorted by asset type, base and number.
    """

    def __init__(
        self,
        scenario: Scenario,
        plan: WorkPlan,
        priority: Sequence[str],
        teams: Sequence[Team],
        network: Network,
    ) -> None:
        self.plan, self.priority, self.teams, self.network = plan, priority, teams, network
        self.assets = {asset.id: asset for asset in scenario.assets}
        needs = needs_of(scenario, plan.jobs)
        self.needs = {job.id: need for job, need in zip(plan.jobs, needs, strict=True)}
        self.after = {job.id: job.after for job in plan.jobs}
        self.after |= {wait.id: wait.after for wait in plan.waits}
        self.milestones = {name: number for number, name in enumerate(self.after)}
        self.followers: dict[str, list[str]] = {name: [] for name in self.milestones}
        for name, before in self.after.items():
            for other in before:
                self.followers[other].append(name)
        self.drives = {
            (opened if road.impassable else released)(road.id): number
            for number, road in enumerate(scenario.roads)
        }
        skills = Skills(scenario)
        kinds = set(self.needs.values())
        self.rates = {
            asset: {need: skills.effective_rate(asset, need) for need in kinds}
            for asset in {team.asset for team in teams}
        }
        self._describe_sites(scenario)

    def _describe_sites(self, scenario: Scenario) -> None:
        """Ends, dates and zones of places and roads."""
        network = self.network
        self.ends = {place: (i, i) for i, place in enumerate(network.places)}
        self.ends |= dict(zip(network.roads, network.ends, strict=True))
        self.from_s = dict(zip(network.places, network.place_from_s, strict=True))
        self.from_s |= dict(zip(network.roads, network.road_from_s, strict=True))
        self.zone = {place.id: place.zone for place in scenario.places}
        self.zone |= {road.id: self.zone[road.from_place] for road in scenario.roads}
        self.names = {place.id: {place.id, place.district} for place in scenario.places}
        for road in scenario.roads:
            self.names[road.id] = self.names[road.from_place] | self.names[road.to_place]

    def run(self, amounts: Amounts, until_s: int) -> Story:
        """Let the teams work through one run on expected values.

        Parameters
        ----------
        amounts
            Work of the run; hazards that community surveys find are not supported.
        until_s
            Last instant, s.

        Returns
        -------
        Story
            All that happened.
        """
        if len(amounts.found.like) > 0:
            raise ValueError("the comparison knows no hazards that community surveys find")
        return _Run(self, amounts).until(until_s)


class _Run:
    """One run: who waits for what, who works where."""

    def __init__(self, rival: Rival, amounts: Amounts) -> None:
        self._rival = rival
        self._env = simpy.Environment()
        self._news = self._env.event()
        self._delay_s = amounts.delay_s.tolist()
        self._missing = {name: len(before) for name, before in rival.after.items()}
        zones = set(rival.zone.values())
        self._calendars = {zone: _Calendar(amounts.calendars, zone) for zone in zones}
        self._tasks = self._make_tasks(amounts)
        self._task_at = [self._tasks[job] for job in rival.priority]
        self._crews_of_base: dict[str, list[_Crew]] = {}
        self._members = self._make_crews(amounts)
        self._crews = [crew for crews in self._crews_of_base.values() for crew in crews]
        self._able = {
            need: [crew for crew in self._crews if crew.rate[need] > 0]
            for need in set(rival.needs.values())
        }
        self._waiting: dict[str, list[_Task]] = {}
        self._refused: list[_Task] = []
        self._passed_s: dict[str, int] = {}
        self._parcels: list[Parcel] = []

    def _make_tasks(self, amounts: Amounts) -> dict[str, _Task]:
        rival = self._rival
        place = {job: i for i, job in enumerate(rival.priority)}
        work, speed = amounts.work.tolist(), amounts.speed.tolist()
        parcels = amounts.parcels.tolist()
        return {
            job.id: _Task(
                job=job,
                priority=place[job.id],
                need=rival.needs[job.id],
                parcel=work[i] / max(parcels[i], 1) / speed[i],
                unassigned=parcels[i],
                unfinished=parcels[i],
            )
            for i, job in enumerate(rival.plan.jobs)
        }

    def _make_crews(self, amounts: Amounts) -> list[_Member]:
        """Put the teams into crews; crews of one base see the same roads."""
        rival = self._rival
        productivity = dict(zip(rival.assets, amounts.productivity.tolist(), strict=True))
        crews: dict[tuple[str, str, tuple[str, ...]], _Crew] = {}
        reaches: dict[str, Reach] = {}
        members = []
        for number, team in enumerate(rival.teams):
            if team.base not in reaches:
                base = rival.network.place_no[team.base]
                reaches[team.base] = Reach(rival.network, [base])
            kind = team.asset, team.base, team.serves
            if kind not in crews:
                asset = rival.assets[team.asset]
                crew = _Crew(
                    asset=asset,
                    serves=frozenset(team.serves),
                    reach=reaches[team.base],
                    rate={
                        need: rate * productivity[asset.id] if need.has_area else rate
                        for need, rate in rival.rates[asset.id].items()
                    },
                    mobilisation_s=days_to_seconds(asset.mobilisation_days),
                    camp_s=None if asset.camp_days is None else days_to_seconds(asset.camp_days),
                )
                crews[kind] = crew
                self._crews_of_base.setdefault(team.base, []).append(crew)
            members.append(_Member(number, team, crews[kind], self._env.event()))
        return members

    def until(self, until_s: int) -> Story:
        """Start all processes and let time run."""
        env = self._env
        for member in self._members:
            env.process(self._team(member))
            env.process(self._departure(member))
        env.process(self._dispatcher())
        for base, crews in self._crews_of_base.items():
            self._come_nearer(crews, [self._rival.network.place_no[base]])
        for name, before in self._rival.after.items():
            if not before:
                self._begin(name)
        env.run(until=until_s + 1)
        return Story(passed_s=self._passed_s, parcels=self._parcels)

    # -- milestones and roads

    def _begin(self, name: str) -> None:
        """All predecessors of a milestone are passed: offer the job, wait, or pass at once."""
        task = self._tasks.get(name)
        delay_s = self._delay_s[self._rival.milestones[name]]
        if task is not None and task.unfinished > 0:
            from_s = self._rival.from_s[task.job.site]
            if from_s > self._env.now:
                self._env.process(self._later(from_s, self._offer_first, task))
            else:
                self._offer_first(task)
        elif delay_s > 0:
            self._env.process(self._later(int(self._env.now) + delay_s, self._pass, name))
        else:
            self._pass(name)

    def _later(self, at_s: int, do: Any, what: Any) -> Process:
        """Do something at an instant: after a handover, on the date of a place or road."""
        yield self._env.timeout(at_s - self._env.now)
        do(what)
        self._wake()

    def _pass(self, name: str) -> None:
        """A milestone is passed: what missed only this one begins, a road is driven."""
        self._passed_s[name] = int(self._env.now)
        for follower in self._rival.followers[name]:
            self._missing[follower] -= 1
            if self._missing[follower] == 0:
                self._begin(follower)
        road = self._rival.drives.get(name)
        if road is not None:
            from_s = self._rival.network.road_from_s[road]
            if from_s > self._env.now:
                self._env.process(self._later(from_s, self._drive, road))
            else:
                self._drive(road)

    def _drive(self, road: int) -> None:
        """Teams may drive on a road from now on."""
        for crews in self._crews_of_base.values():
            nearer = crews[0].reach.open_road(road)
            self._come_nearer(crews, nearer)

    def _come_nearer(self, crews: list[_Crew], places: list[int]) -> None:
        """Sites that come within reach of the crews of a base offer their jobs to them."""
        network = self._rival.network
        for place in places:
            sites = [network.places[place]]
            sites += [network.roads[road] for road in network.roads_at[place]]
            for crew in crews:
                for site in sites:
                    if site not in crew.sites and self._is_for(crew, site):
                        crew.sites.add(site)
                        for task in self._waiting.get(site, ()):
                            if crew.rate[task.need] > 0:
                                heapq.heappush(crew.open_jobs, task.priority)

    def _hours(self, crew: _Crew, site: str) -> float:
        """Travel hours; to a road: to its nearer reachable end."""
        one, other = self._rival.ends[site]
        return min(crew.reach.hours[one], crew.reach.hours[other])

    def _is_for(self, crew: _Crew, site: str) -> bool:
        """Whether a crew serves a site and reaches it; one that never camps, within a shift."""
        names = self._rival.names[site]
        if crew.serves and crew.serves.isdisjoint(names):
            return False
        hours = self._hours(crew, site)
        return 2 * hours < crew.asset.shift_hours if crew.camp_s is None else hours < NO_ROUTE

    def _offer_first(self, task: _Task) -> None:
        """A job is due and its place may be entered."""
        self._waiting.setdefault(task.job.site, []).append(task)
        self._offer(task)

    def _offer(self, task: _Task) -> None:
        """Put a job on the heaps of the crews that can do and reach it."""
        for crew in self._able[task.need]:
            if task.job.site in crew.sites:
                heapq.heappush(crew.open_jobs, task.priority)

    # -- teams

    def _team(self, member: _Member) -> Process:
        """A team: from its first day on it waits for orders and carries them out."""
        env = self._env
        yield env.timeout(member.team.from_s)
        while not member.has_left:
            member.crew.idle.append(member)
            self._wake()
            task, finish_s = yield member.order
            member.order = env.event()
            yield env.timeout(finish_s - env.now)
            self._finish(task)

    def _departure(self, member: _Member) -> Process:
        """A team is given no more orders from the end of its deployment on."""
        if member.team.until_s is not None:
            yield self._env.timeout(max(0, member.team.until_s))
            member.has_left = True
            if member in member.crew.idle:
                member.crew.idle.remove(member)

    def _finish(self, task: _Task) -> None:
        """A parcel is finished."""
        was_full = task.is_full
        task.working -= 1
        task.unfinished -= 1
        if task.unfinished == 0:
            self._waiting[task.job.site].remove(task)
            self._pass(task.job.id)
        elif was_full and task.unassigned > 0:
            self._offer(task)
        self._wake()

    # -- dispatch

    def _wake(self) -> None:
        """Tell the dispatcher that something has happened."""
        if not self._news.triggered:
            self._news.succeed()

    def _dispatcher(self) -> Process:
        """When all events of an instant are applied, give open parcels to idle teams."""
        while True:
            yield self._news
            yield _EndOfInstant(self._env)
            self._news = self._env.event()
            for refused in self._refused:
                refused.is_refused = False
                self._offer(refused)
            self._refused.clear()
            while (task := self._first_open()) is not None:
                self._assign(task)

    def _first_open(self) -> _Task | None:
        """The first open job by priority that a crew with idle teams can reach and do."""
        first = None
        for crew in self._crews:
            if crew.idle:
                heap = crew.open_jobs
                while heap and not self._task_at[heap[0]].is_open:
                    heapq.heappop(heap)
                if heap and (first is None or heap[0] < first):
                    first = heap[0]
        return None if first is None else self._task_at[first]

    def _assign(self, task: _Task) -> None:
        """Give a parcel to the able idle team that finishes first (ties: smaller number)."""
        best: _Quote | None = None
        for crew in self._able[task.need]:
            if crew.idle and task.job.site in crew.sites:
                hours = self._hours(crew, task.job.site)
                for member in crew.idle:
                    quote = self._quote(member, task, hours)
                    if quote is not None and (best is None or quote[:2] < best[:2]):
                        best = quote
        if best is None:  # nobody could end in 100 years
            task.is_refused = True
            self._refused.append(task)
            return
        member = best.member
        member.crew.idle.remove(member)
        member.site, member.has_camped = task.job.site, best.camps
        task.unassigned -= 1
        task.working += 1
        self._parcels.append(
            Parcel(task.job.id, member.team.id, int(self._env.now), best.finish_s),
        )
        member.order.succeed((task, best.finish_s))

    def _quote(self, member: _Member, task: _Task, hours: float) -> _Quote | None:
        """When a team would end a parcel, commuting or camping (model §4.1); None: never."""
        crew = member.crew
        calendar = self._calendars[self._rival.zone[task.job.site]]
        is_new = member.site != task.job.site
        work_s = int(self._env.now) + (crew.mobilisation_s if is_new else 0)
        days = task.parcel / crew.rate[task.need]
        share = 1 - 2 * hours / crew.asset.shift_hours
        finish_s = calendar.end_of(work_s, days / share) if share > 0 else None
        camps = False
        if crew.camp_s is not None:
            stays = member.has_camped and not is_new
            end_s = calendar.end_of(work_s + (0 if stays else crew.camp_s), days)
            if end_s is not None and (finish_s is None or end_s < finish_s):
                finish_s, camps = end_s, True
        return None if finish_s is None else _Quote(finish_s, member.number, camps, member)
