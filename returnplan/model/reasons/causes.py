"""Why so late: causes of delay by community, and the roads that keep people waiting (model §7.1).

This room puts the words on what :mod:`returnplan.model.reasons.walk` books by number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain as joined
from typing import Any

import numpy as np
import numpy.typing as npt

from returnplan.domain import HAZARD_STAGES, KINDS_OF_WORKS, SKILLS, Hazard, Scenario, Works
from returnplan.language.words import ENGLISH, Later, Words, later, plain
from returnplan.model.conditions.gates import GATES, Waits, gates_in_force
from returnplan.model.conditions.history import TOLERANCE, History, Settlements
from returnplan.model.reasons import walk
from returnplan.model.work.arrays import Amounts, WorkLog
from returnplan.model.work.calendars import Calendars
from returnplan.model.work.loop import NONE
from returnplan.model.work.milestones import (
    WorkPlan,
    opened,
    released,
    survey_of,
    surveyed,
)
from returnplan.model.work.network import Network, Routes, Way, quickest_ways
from returnplan.model.work.teams import Skills, Team, needs_of
from returnplan.units import NEVER, date_to_seconds, horizon_date

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]


SPENT = later("work: {work}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One cause of delay (model §7.1).

    Parameters
    ----------
    meaning
        What it means, in one line.
    called
        What pages call it; ``{skill}`` is the stage or skill in words.
    remedy
        What taking it away means, in a few words, with ``{skill}``, or ``{id}`` as the scenario
        writes it; empty: nothing takes it away.
    spent
        How a chain says that days went to it, about some work.
    of_gate
        How a chain says that no work meets a gate because of it; None: it can be taken away
        without the gate.
    number
        Its number in :mod:`returnplan.model.reasons.walk`, where every scenario has it.
    """

    meaning: str
    called: Later
    remedy: str = ""
    spent: Later = SPENT
    of_gate: Later | None = None
    number: int | None = None


CAUSES: Mapping[str, Cause] = {
    "work_STAGE": Cause(
        meaning="a team does this stage of land release, or the community survey",
        called=later("work: {skill}"),
        remedy="{skill} takes no time",
    ),
    "building": Cause(
        meaning="a crew works on water, power, health, education or shelter",
        called=later("building under way"),
        remedy="works take no time",
    ),
    "risk_education": Cause(
        meaning="risk education is given",
        called=later("risk education under way"),
        remedy="risk education takes no time",
    ),
    "road_repair": Cause(
        meaning="a crew repairs a road",
        called=later("road repair under way"),
        remedy="road repair takes no time",
    ),
    "waiting_SKILL": Cause(
        meaning="work that could begin waits for a team with this skill",
        called=later("waiting for a team: {skill}"),
        remedy="always a free team for {id}",
    ),
    "travel": Cause(
        meaning="mobilisation, setting up camp, commuting",
        called=later("travel, mobilisation and camps"),
        remedy="no mobilisation, camps or commuting",
        spent=later("mobilisation, camp and commuting: {work}"),
        number=walk.TRAVEL,
    ),
    "winter": Cause(
        meaning="days lost in months that are worse than the best one, and to weather",
        called=later("winter and weather"),
        remedy="every month as good as the best one",
        spent=later("lost to winter and weather: {work}"),
        number=walk.WINTER,
    ),
    "handover": Cause(
        meaning="between the last stage and the release",
        called=later("handover of released land"),
        remedy="handover on the same day",
        spent=later("handover: {work}"),
        number=walk.HANDOVER,
    ),
    "permission": Cause(
        meaning="until a place, or a road to it, may be entered",
        called=later("permission to enter"),
        remedy="all places may be entered from the start",
        spent=later("until the site may be entered: {work}"),
        number=walk.PERMISSION,
    ),
    "missing_data": Cause(
        meaning="the binding gate is unknown: data is missing",
        called=later("data is missing"),
        remedy="gates whose data is missing set aside",
        of_gate=later("{gate}: unknown, data is missing"),
        number=walk.MISSING_DATA,
    ),
    "not_planned": Cause(
        meaning="nothing that is planned would meet the binding gate",
        called=later("no planned work meets a condition"),
        remedy="the binding gate set aside",
        of_gate=later("{gate}: no planned work meets it"),
        number=walk.NOT_PLANNED,
    ),
    "no_route": Cause(
        meaning="no route leads there",
        called=later("no route leads there"),
        remedy="the binding gate set aside",
        spent=later("no way there for teams: {work}"),
        of_gate=later("{gate}: no all-season route that planned work can open"),
        number=walk.NO_ROUTE,
    ),
    "other": Cause(
        meaning="a gate that does not say what it waits for",
        called=later("other"),
        spent=later("other: {work}"),
        number=walk.OTHER,
    ),
}
"""Causes of ``delays.csv``; instead of STAGE and SKILL a table names the stage or skill."""
COMMON = tuple(name for name, one in CAUSES.items() if one.number is not None)
"""Causes that every scenario has, in the order of their numbers."""
OF_A_GATE = tuple(name for name, one in CAUSES.items() if one.of_gate)
"""Causes that go only with the gate."""
WORK, WAITING = "work_", "waiting_"
SURVEY_AND_CLEARANCE = (*HAZARD_STAGES, "community_survey")
LAND_RELEASE = "land_release"
"""Group of the causes that are survey and clearance at work."""
MOST_STEPS = 10_000
STEPS_EACH = 1_000
NO_WAY = Way(NONE, ())


def work_cause(stage: str) -> str:
    """Cause that the work of a stage is booked to.

    Examples
    --------
    >>> work_cause("clearance"), work_cause("repair"), work_cause("water")
    ('work_clearance', 'road_repair', 'building')
    """
    if stage == "repair":
        return "road_repair"
    if stage not in KINDS_OF_WORKS:
        return f"{WORK}{stage}"
    return "building" if KINDS_OF_WORKS[stage].is_building else stage


def waiting_cause(skill: str) -> str:
    """Cause that waiting for a team with a skill is booked to."""
    return f"{WAITING}{skill}"


def kind_of(cause: str) -> tuple[str, str]:
    """Split a cause into its key in ``CAUSES`` and the stage or skill that it names.

    Examples
    --------
    >>> kind_of("waiting_clearance"), kind_of("winter")
    (('waiting_SKILL', 'clearance'), ('winter', ''))
    """
    for prefix, kind in ((WORK, "work_STAGE"), (WAITING, "waiting_SKILL")):
        if cause.startswith(prefix):
            return kind, cause.removeprefix(prefix)
    return cause, ""


def cause_name(cause: str, words: Words = ENGLISH) -> str:
    """Say what a cause of delay is, in plain words.

    Parameters
    ----------
    cause
        A cause of ``delays.csv``, or a group of them (see :func:`cause_group`).

    Examples
    --------
    >>> cause_name("waiting_technical_survey"), cause_name("work_survey"), cause_name("building")
    ('waiting for a team: technical survey', 'work: non-technical survey', 'building under way')
    """
    if cause == LAND_RELEASE:
        return words.phrase("survey and clearance under way")
    kind, skill = kind_of(cause)
    if kind not in CAUSES:
        return plain(cause)
    return words.say(CAUSES[kind].called, skill=words.named(skill, SKILLS))


def remedy(cause: str) -> str:
    """Say what taking a cause away means, in a few words; empty: nothing takes it away.

    Examples
    --------
    >>> remedy("work_survey"), remedy("waiting_road_repair"), remedy("other")
    ('non-technical survey takes no time', 'always a free team for road repair', '')
    """
    kind, skill = kind_of(cause)
    return CAUSES[kind].remedy.format(skill=ENGLISH.named(skill, SKILLS), id=plain(skill))


def cause_group(cause: str) -> str:
    """Put a cause into a group for people: all stages of land release at work are one.

    Examples
    --------
    >>> [cause_group(cause) for cause in ("work_clearance", "waiting_clearance", "winter")]
    ['land_release', 'waiting_clearance', 'winter']
    """
    kind, stage = kind_of(cause)
    is_release = kind == "work_STAGE" and stage in SURVEY_AND_CLEARANCE
    return LAND_RELEASE if is_release else cause


def causes_of(plan: WorkPlan) -> tuple[str, ...]:
    """Causes that a scenario can have: the common ones, work by stage, waiting by skill.

    Returns
    -------
    tuple[str, ...]
        Names, in the order of the tables of numbers.
    """
    work = dict.fromkeys(work_cause(stage) for stage in SURVEY_AND_CLEARANCE)
    work |= dict.fromkeys(sorted({work_cause(job.stage) for job in plan.jobs}))
    waiting = sorted({waiting_cause(job.skill) for job in plan.jobs})
    return (*COMMON, *work, *waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """Reasons of delay of one allocation in one draw.

    Parameters
    ----------
    cause_s
        Settlements x causes, s; the sum over causes is min(ready, horizon).
    road_people
        By road: people whose binding chain leads over it.
    road_person_minutes
        By road: minutes that it kept them waiting, times people: from the opening of the road
        before it on their chain, or the start, to its own.
    """

    cause_s: Whole
    road_people: Whole
    road_person_minutes: Whole


class Reasons:
    """Looks for the reasons of delay in the runs of a scenario.

    Parameters
    ----------
    settlements
        What the gates know.
    """

    def __init__(
        self,
        scenario: Scenario,
        plan: WorkPlan,
        network: Network,
        settlements: Settlements,
        calendars: Calendars,
    ) -> None:
        horizon = horizon_date(scenario.start, scenario.horizon_years)
        self._until_s = date_to_seconds(horizon, scenario.start)
        self.causes = causes_of(plan)
        self.settlements = settlements
        self._scenario = scenario
        self._network = network
        self._asked = needs_of(scenario, plan.jobs)
        self._needs = {need: i for i, need in enumerate(dict.fromkeys(self._asked))}
        self._reaching = _reaching(scenario)
        self._milestones = plan.milestones
        self.arrays = self._by_number(plan, calendars)

    def _by_number(self, plan: WorkPlan, calendars: Calendars) -> walk.ScenarioArrays:
        scenario, network, settlements = self._scenario, self._network, self.settlements
        names = [*(job.id for job in plan.jobs), *(wait.id for wait in plan.waits)]
        number = {name: i for i, name in enumerate(names)}
        after = [*(job.after for job in plan.jobs), *(wait.after for wait in plan.waits)]
        before_of, before = _rows([sorted(some, key=_owner) for some in after])
        site_no = {
            **network.place_no,
            **{road: len(network.places) + i for road, i in network.road_no.items()},
        }
        cause_no = {cause: i for i, cause in enumerate(self.causes)}
        zones = [calendars.zones[place.zone] for place in scenario.places]
        zones += [calendars.zones[scenario.place[r.from_place].zone] for r in scenario.roads]
        milestones = plan.milestones
        settlement_survey = np.full(len(settlements.ids), NONE, np.int32)
        settlement_survey[settlements.surveyed] = [number[survey_of(s)] for s in surveyed(scenario)]
        settlement_at = np.full(len(zones), NONE, np.int32)
        settlement_at[settlements.place] = np.arange(len(settlements.ids))
        roads_of, roads = _rows(network.roads_at)
        things_of, things = _rows(self._things(number))
        drives = [(opened if road.impassable else released)(road.id) for road in scenario.roads]
        return walk.ScenarioArrays(
            before_of=before_of,
            before=_numbers(number[name] for name in before),
            job_site=_numbers(site_no[job.site] for job in plan.jobs),
            job_need=_numbers(self._needs[need] for need in self._asked),
            work_cause=_numbers(cause_no[work_cause(job.stage)] for job in plan.jobs),
            wait_cause=_numbers(cause_no[waiting_cause(job.skill)] for job in plan.jobs),
            takes_found=np.array([job.takes_found for job in plan.jobs], np.bool_),
            first_works=milestones.works.start,
            first_survey=milestones.surveys.start,
            first_road=milestones.road_releases.start,
            settlement_survey=settlement_survey,
            settlement_at=settlement_at,
            site_from_s=np.array([*network.place_from_s, *network.road_from_s], np.int64),
            site_zone=_numbers(zones),
            pace=calendars.pace,
            road_ends=np.array(network.ends, np.int32).reshape(-1, 2),
            road_hours=np.array(network.hours, np.float64),
            roads_of=roads_of,
            roads=_numbers(roads),
            is_all_season=settlements.is_all_season,
            drive_wait=_numbers(number[name] for name in drives),
            open_wait=_numbers(number[opened(road.id)] for road in scenario.roads),
            place=settlements.place.astype(np.int32),
            people=settlements.people.astype(np.int64),
            gate_kind=_numbers(
                walk.DATE if waits.date else walk.THINGS for waits, _ in self._waits()
            ),
            gate_reach=_numbers(_reach_of(kind) for kind in self._reaching),
            things_of=things_of,
            things=_numbers(things),
            counts_found=self._counting_found(),
            **self._serving(number),
        )

    def _waits(self) -> list[tuple[Waits, Mapping[str, float]]]:
        scenario = self._scenario
        return [(GATES[name].waits, scenario.gates[name]) for name in gates_in_force(scenario)]

    def _things(self, number: Mapping[str, int]) -> list[list[int]]:
        """What closes each gate at each settlement, by id: gates x settlements lists."""
        scenario = self._scenario
        at: dict[str, list[Hazard | Works]] = {}
        for hazard in scenario.hazards:
            at.setdefault(hazard.site, []).append(hazard)
        for works in scenario.works:
            at.setdefault(works.settlement, []).append(works)
        roads: dict[str, list[str]] = {}
        for road in scenario.roads:
            for end in (road.from_place, road.to_place):
                roads.setdefault(end, []).append(road.id)
        asked = frozenset(surveyed(scenario))
        found: list[list[int]] = []
        for waits, _ in self._waits():
            for place in self.settlements.ids:
                near = [place, *sorted(set(roads.get(place, [])))] if waits.near else [place]
                ids = [survey_of(place)] if waits.survey and place in asked else []
                for thing in joined.from_iterable(at.get(site, []) for site in near):
                    if isinstance(thing, Works):
                        is_empty = thing.kind == "shelter" and not thing.dwellings
                        ids += [thing.id] if thing.kind in waits.works and not is_empty else []
                    elif waits.near or set(waits.denials) & set(thing.denies):
                        ids.append(released(thing.id))
                found.append([number[name] for name in sorted(ids, key=_owner)])
        return found

    def _serving(self, number: Mapping[str, int]) -> dict[str, Any]:
        """Works anywhere that a service within some hours could come from, by gate and id."""
        works = sorted(self._scenario.works, key=lambda one: one.id)
        rows = [
            [number[one.id] for one in works if kind and one.kind == kind]
            for kind in self._reaching
        ]
        serving_of, serving = _rows(rows)
        near = [
            way
            for kind, (_, given) in zip(self._reaching, self._waits(), strict=True)
            for way in self._nearest(kind, given)
        ]
        near_road_of, near_road = _rows([way.roads for way in near])
        return {
            "serving_of": serving_of,
            "serving": _numbers(serving),
            "near_place": _numbers(way.source for way in near),
            "near_road_of": near_road_of,
            "near_road": _numbers(near_road),
        }

    def _nearest(self, kind: str | None, given: Mapping[str, float]) -> list[Way]:
        """Quickest way from each settlement to what may serve it within the hours of a gate.

        As if all roads were open, and without dates. Hubs may serve, and places with works of the
        kind. Without a limit, and beyond it, there is none.
        """
        scenario, network, settlements = self._scenario, self._network, self.settlements
        hours = given.get("within_hours", given.get("max_hub_hours"))
        if kind is None or hours is None:
            return [NO_WAY] * len(settlements.ids)
        places = {works.settlement for works in scenario.works if works.kind == kind}
        sources = {*network.hubs, *(network.place_no[place] for place in places)}
        ways = quickest_ways(
            network, sources, settlements.is_all_season.tolist(), hours + TOLERANCE
        )
        return [ways.get(place, NO_WAY) for place in settlements.place.tolist()]

    def _counting_found(self) -> npt.NDArray[np.bool_]:
        rows = [
            np.full(len(self._scenario.hazards), waits.near)
            | self.settlements.denying(waits.denials)
            for waits, _ in self._waits()
        ]
        return np.array(rows, np.bool_).reshape(len(rows), len(self._scenario.hazards))

    def access(self, teams: Sequence[Team], routes: Routes) -> walk.AllocationArrays:
        """Tell who could come, and by which way, under one allocation.

        Parameters
        ----------
        routes
            Access routes of the places.

        Returns
        -------
        walk.AllocationArrays
            By number.
        """
        scenario, network = self._scenario, self._network
        type_of = {asset.id: asset for asset in scenario.assets}
        skills = Skills(scenario)
        crews = sorted({(team.base, team.asset, team.serves) for team in teams})
        able = []
        for need in self._needs:
            rows = []
            for base, asset, serves in crews:
                if skills.effective_rate(asset, need, serves) > 0:
                    camps = type_of[asset].camp_days is not None
                    most = np.inf if camps else type_of[asset].shift_hours / 2
                    rows.append((network.place_no[base], most))
            able.append(rows)
        able_of, pairs = _rows(able)
        ways = [
            [network.road_no[road] for road in reversed(routes.roads.get(place, ()))]
            for place in network.places
        ]
        route_of, route = _rows(ways)
        return walk.AllocationArrays(
            able_of=able_of,
            able_base=_numbers(base for base, _ in pairs),
            able_hours=np.array([most for _, most in pairs], np.float64),
            route_of=route_of,
            route=_numbers(route),
            has_route=np.array([place in routes.roads for place in network.places], np.bool_),
        )

    def trace(
        self, amounts: Amounts, log: WorkLog, history: History, gate_s: Floats, best_s: Floats
    ) -> walk.Trace:
        """Say by number what happened in one run.

        Parameters
        ----------
        amounts, log
            How much work there was, and what was done.
        history
            What the gates were told.
        gate_s
            When each gate holds, settlements x gates, s, as ``gates.gate_times`` gives it.
        best_s
            The same if everything that is planned were done on day 0.

        Returns
        -------
        walk.Trace
            By number.
        """
        source_s = np.full((len(self._reaching), len(self._network.places)), np.inf)
        for gate, kind in enumerate(self._reaching):
            if kind is not None:
                source_s[gate] = history.serves_from(kind)
        numbering = amounts.numbering
        calendars = amounts.calendars.as_planned or amounts.calendars  # slower work is no winter
        return walk.Trace(
            passed_s=log.passed_s,
            row=log.row,
            open_s=log.open_s,
            closing=log.closing,
            day_share=log.day_share,
            rank=self._milestones.ranks(log.job_at, numbering),
            alike=numbering.alike,
            found_of=numbering.found_of,
            found_like=amounts.found.like.astype(np.int32),
            found_release=numbering.releases,
            found_before=numbering.before,
            month_start=calendars.months.start_day,
            month_of_day=calendars.months.of_day,
            worked=calendars.worked,
            daily=calendars.daily,
            gate_s=np.ascontiguousarray(gate_s),
            is_hopeless=np.ascontiguousarray(best_s) == np.inf,  # one type, compiled once
            source_s=source_s,
            until_s=self._until_s,
        )

    def delays(self, access: walk.AllocationArrays, trace: walk.Trace) -> Delays:
        """Book every day of every settlement to one cause.

        Parameters
        ----------
        access, trace
            The allocation, and what happened.

        Returns
        -------
        Delays
            Sums by settlement and by road.
        """
        booked = self._booked(0)
        everyone = np.arange(len(self.settlements.ids), dtype=np.int32)
        walk.walk(self.arrays, access, trace, booked, everyone)
        return Delays(
            cause_s=booked.cause_s,
            road_people=booked.road_people,
            road_person_minutes=booked.road_person_minutes,
        )

    def steps(self, access: walk.AllocationArrays, trace: walk.Trace, settlement: int) -> Whole:
        """Chain of one settlement, from its ready time back to the start.

        Parameters
        ----------
        access, trace
            The allocation, and what happened.
        settlement
            Its number.

        Returns
        -------
        numpy.ndarray
            n x 4: cause (``walk.ROAD_STEP``: a road opens), milestone or road or -1, begin and
            end, s.
        """
        return self.steps_of_many(access, trace, [settlement])[0]

    def steps_of_many(
        self, access: walk.AllocationArrays, trace: walk.Trace, settlements: Sequence[int]
    ) -> list[Whole]:
        """Chains of several settlements, as :meth:`steps` gives them, walked in one go.

        Parameters
        ----------
        access, trace
            The allocation, and what happened.
        settlements
            Their numbers, each once.

        Returns
        -------
        list[numpy.ndarray]
            One chain each; no rows where all gates hold from the start.
        """
        booked = self._booked(MOST_STEPS + STEPS_EACH * len(settlements))
        chosen = np.array(settlements, dtype=np.int32)
        rows = booked.steps[: walk.walk(self.arrays, access, trace, booked, chosen)]
        ends = np.flatnonzero(rows[:, 2] == 0) + 1  # only the last step begins at the start
        after = iter(ends.tolist())
        first, found = 0, []
        for waited_s in booked.cause_s[chosen].sum(axis=1):
            last = next(after) if waited_s else first
            found.append(rows[first:last])
            first = last
        return found

    def drive_s(self, passed_s: Whole) -> Floats:
        """From when teams may drive on each road, s; ``inf``: never.

        Parameters
        ----------
        passed_s
            When each milestone was passed, s.

        Returns
        -------
        numpy.ndarray
            By road.
        """
        times = passed_s[self.arrays.drive_wait]
        later = np.maximum(times, self.settlements.road_from_s)
        return np.where(times == NEVER, np.inf, later)

    def _booked(self, steps: int) -> walk.Booked:
        settlements, roads = len(self.settlements.ids), len(self._scenario.roads)
        return walk.Booked(
            cause_s=np.zeros((settlements, len(self.causes)), np.int64),
            road_people=np.zeros(roads, np.int64),
            road_person_minutes=np.zeros(roads, np.int64),
            steps=np.zeros((steps, 4), np.int64),
            kept=np.zeros(1, np.int64),
            chain=np.zeros(4, np.int64),
        )


def _reaching(scenario: Scenario) -> list[str | None]:
    """For each gate in force the service that roads lead to; empty: hubs; None: no roads."""
    kinds: list[str | None] = []
    for name in gates_in_force(scenario):
        waits = GATES[name].waits
        within = waits.service and "within_hours" in scenario.gates[name]
        kinds.append("" if waits.hubs else waits.service if within else None)
    return kinds


def _reach_of(kind: str | None) -> int:
    if kind is None:
        return walk.NO_REACH
    return walk.TO_SERVICE if kind else walk.TO_HUBS


def _owner(milestone: str) -> str:
    """Id of the hazard, road, works or settlement that a milestone belongs to."""
    return milestone.split("/")[0]


def _rows(groups: Sequence[Sequence[Any]]) -> tuple[Numbers, list[Any]]:
    """Lists of different lengths as one: where each begins, and all one after the other."""
    begin = np.zeros(len(groups) + 1, np.int32)
    np.cumsum([len(group) for group in groups], out=begin[1:])
    return begin, [item for group in groups for item in group]


def _numbers(values: Any) -> Numbers:
    return np.array(list(values), np.int32)
