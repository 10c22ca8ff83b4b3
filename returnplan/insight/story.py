"""The binding chain of a community in plain words, from the start to its ready day (model §7.1)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.domain import DENIALS, SKILLS, STAGES, Hazard, Job, Road, Scenario, a_scenario
from returnplan.language.words import ENGLISH, Words
from returnplan.model.chance.draws import luck_of
from returnplan.model.conditions.gates import gate_name, gates_in_force
from returnplan.model.reasons.causes import CAUSES, WAITING, kind_of
from returnplan.model.reasons.walk import ROAD_STEP
from returnplan.model.simulation import Course, Prepared, PreparedAllocation, run
from returnplan.model.work.milestones import FOUND_STEPS, WorkPlan
from returnplan.units import DAY_S, NEVER, seconds_to_date

Floats = NDArray[np.float64]

SAID = {"survey": ("survey", "community_survey"), "road_repair": ("repair",)}
"""Stages whose name says which skill they need; else those that are called like the skill."""
COLUMNS = ("begin", "end", "days", "cause", "words")
"""Columns of the table that :func:`why` gives."""


def why(
    scenario: Scenario, allocation: str, community: str, *, draw: int | None = None, seed: int = 1
) -> pd.DataFrame:
    """Tell what a community waits for under an allocation, from the start on (model §7.1).

    Parameters
    ----------
    allocation
        Name of one of its allocations.
    community
        Id of one of its communities.
    draw
        Number of a draw, from 0; None: expected values.
    seed
        Seed of the draw.

    Returns
    -------
    pd.DataFrame
        One row a stretch of time: begin, end (dates), days, cause, words. Events have no cause and
        take no time. The days add up to the ready day or, without one, to the horizon.

    Raises
    ------
    KeyError
        When the scenario has no allocation or no community of that name.

    Examples
    --------
    >>> import returnplan as rp
    >>> rp.why(rp.load("scenarios/valley"), "today", "terrace_people")["words"].iloc[-1]
    'gate road_access met'
    """
    a_scenario(scenario).allocation(allocation)
    if community not in {one.id for one in scenario.communities}:
        raise KeyError(f"no community is called {community}")
    steps = Chain(Prepared(scenario), allocation, seed).steps(community, draw)
    rows = [[getattr(step, name) for name in COLUMNS] for step in steps]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@dataclass(frozen=True, kw_only=True)
class Step:
    """One stretch of the binding chain.

    Parameters
    ----------
    cause
        Cause of delay; empty: an event that takes no time.
    days
        Length, days.
    words
        What happened, in plain words.
    """

    cause: str
    begin: date
    end: date
    days: float
    words: str


class Chain:
    """Binding chains of one allocation, in words.

    Parameters
    ----------
    seed
        Seed of the draws.
    words
        Language of the chains. None: English, with gates by their names in the tables.
    of_run
        Draws of a run whose rows are told of: where the scenario is calibrated, those that the run
        takes; 0: draws by their numbers.
    """

    def __init__(
        self,
        prepared: Prepared,
        allocation: str,
        seed: int,
        words: Words | None = None,
        *,
        of_run: int = 0,
    ) -> None:
        self._prepared = prepared
        self._allocation = PreparedAllocation(prepared, allocation)
        self._draws = luck_of(prepared.scenario, of_run, seed)
        self._words = _Teller(prepared.scenario, prepared.plan, words)

    def steps(self, community: str, draw: int | None) -> list[Step]:
        """Tell the chain of a community in one draw, from the start to the end.

        Parameters
        ----------
        community
            Its id.
        draw
            Number of the draw; None: expected values.

        Returns
        -------
        list[Step]
            In the order of time.
        """
        return next(iter(self.of_many([community], draw)))

    def of_many(self, communities: Sequence[str], draw: int | None) -> Iterator[list[Step]]:
        """Tell the chains of several communities in one draw, which is run once.

        Parameters
        ----------
        communities
            Their ids.
        draw
            Number of the draw; None: expected values.

        Yields
        ------
        list[Step]
            Chain of each, in the order of time.
        """
        prepared = self._prepared
        values = prepared.means if draw is None else self._draws.values(draw)
        course = run(prepared, self._allocation, prepared.numbers(values))
        trace = course.trace(prepared.reasons)
        number = {one.id: at for at, one in enumerate(prepared.scenario.communities)}
        settlements = [int(prepared.settlements.community[number[one]]) for one in communities]
        once = list(dict.fromkeys(settlements))
        chains = prepared.reasons.steps_of_many(self._allocation.access, trace, once)
        rows = dict(zip(once, chains, strict=True))
        like = course.numbers.amounts.found.like.tolist()
        for settlement in settlements:
            yield self._told(course, settlement, rows[settlement][::-1].tolist(), like)

    def _told(
        self, course: Course, settlement: int, rows: Sequence[Sequence[int]], like: Sequence[int]
    ) -> list[Step]:
        if not rows:
            return []
        prepared = self._prepared
        gate, state = binding(course.gate_s[settlement], prepared.horizon_s)
        name = gates_in_force(prepared.scenario)[gate]
        tale = _Tale(
            gate=self._words.gate(name),
            settlement=prepared.settlements.ids[settlement],
            like=like,
            passed_s=course.log.passed_s,
        )
        steps = self._join(list(self._each(rows, tale)))
        if state == "unknown":  # as the step says
            return steps
        words = self._words.end(tale.gate, is_met=state == "met")
        return [*steps, replace(steps[-1], cause="", begin=steps[-1].end, days=0.0, words=words)]

    def _each(self, rows: Sequence[Sequence[int]], tale: "_Tale") -> Iterator[Step]:
        start, causes = self._prepared.scenario.start, self._prepared.reasons.causes
        words = self._words
        last = len(rows) - 1
        for at, (cause, about, begin_s, end_s) in enumerate(rows):
            if cause == ROAD_STEP:
                name = ""
                text = words.road_event(about, by=self._users(about, begin_s, tale, at == last))
            else:
                name = causes[cause]
                is_road = at < last and rows[at + 1][0] == ROAD_STEP
                text = words.stretch(name, about, tale, before=rows[at + 1][1] if is_road else None)
            yield Step(
                cause=name,
                begin=seconds_to_date(begin_s, start),
                end=seconds_to_date(end_s, start),
                days=(end_s - begin_s) / DAY_S,
                words=text,
            )

    def _users(self, road: int, at_s: int, tale: "_Tale", is_last: bool) -> str:
        """Who may use a road from an instant on: at the end of a chain people, before it teams."""
        arrays = self._prepared.reasons.arrays
        passed_s = tale.passed_s[(arrays.open_wait if is_last else arrays.drive_wait)[road]]
        from_s = arrays.site_from_s[len(self._prepared.network.places) + road]
        is_open = passed_s != NEVER and max(passed_s, from_s) <= at_s
        return ("people" if is_last else "teams") if is_open else ""

    @staticmethod
    def _join(steps: Sequence[Step]) -> list[Step]:
        """Put neighbouring stretches of one cause and thing together."""
        joined: list[Step] = []
        for step in steps:
            last = joined[-1] if joined else None
            if last and step.cause and (last.cause, last.words) == (step.cause, step.words):
                days = last.days + step.days
                joined[-1] = replace(last, end=step.end, days=days)
            else:
                joined.append(step)
        return joined


def binding(gate_s: Floats, horizon_s: float) -> tuple[int, str]:
    """Find the gate that binds at a settlement, and say how it stands (model §7).

    Parameters
    ----------
    gate_s
        When each gate holds, s; ``inf`` never, nan unknown.
    horizon_s
        The horizon, s.

    Returns
    -------
    tuple[int, str]
        Its number, and met, not met or unknown.

    Examples
    --------
    >>> binding(np.array([0.0, 86_400.0, 86_400.0]), 1e9)
    (1, 'met')
    >>> binding(np.array([86_400.0, np.nan, np.inf]), 1e9)
    (1, 'unknown')
    """
    within = [float(s) if s <= horizon_s else math.inf for s in gate_s]
    number = within.index(max(within))
    if within[number] < math.inf:
        return number, "met"
    return number, "unknown" if math.isnan(gate_s[number]) else "not met by the horizon"


@dataclass(frozen=True, kw_only=True)
class _Tale:
    """What a chain is about."""

    gate: str
    settlement: str
    like: Sequence[int]
    passed_s: NDArray[np.int64]


class _Teller:
    """Sentences about milestones for people."""

    def __init__(self, scenario: Scenario, plan: WorkPlan, words: Words | None) -> None:
        self._scenario = scenario
        self._plan = plan
        self._words = words or ENGLISH
        self._has_names = words is not None
        self._hazard = {hazard.id: hazard for hazard in scenario.hazards}
        self._road = {road.id: road for road in scenario.roads}
        self._told: dict[int, tuple[str, str]] = {}

    def gate(self, name: str) -> str:
        """Name a gate, as a page or as the tables do."""
        if self._has_names:
            gate = gate_name(name, self._words)
            return self._words.phrase("condition “{gate}”", gate=gate)
        return f"gate {name}"

    def end(self, gate: str, *, is_met: bool) -> str:
        """How the binding gate stands at the end of a chain."""
        if is_met:
            return self._words.phrase("{gate} met", gate=gate)
        return self._words.phrase("{gate} not met by the end of the run", gate=gate)

    def _place(self, place: str) -> str:
        return self._scenario.place[place].name

    def _way(self, road: Road) -> str:
        ends = {"one": self._place(road.from_place), "other": self._place(road.to_place)}
        return self._words.phrase("the road {one}–{other} ({road})", road=road.id, **ends)

    def road_event(self, number: int, by: str) -> str:
        """A road opens to people or teams, or stays closed up to the horizon."""
        way = self._way(self._scenario.roads[number])
        if by == "people":
            return self._words.phrase("{road} is open to people", road=way)
        if by == "teams":
            return self._words.phrase("{road} is open to teams", road=way)
        return self._words.phrase("{road} is still closed", road=way)

    def _hazard_at(self, hazard: Hazard) -> str:
        if hazard.road is not None:
            road = self._way(self._road[hazard.road])
            return self._words.phrase("hazard {hazard} on {road}", hazard=hazard.id, road=road)
        return self._words.phrase(
            "hazard {hazard} at {place} (denies {things})",
            hazard=hazard.id,
            place=self._place(hazard.site),
            things=", ".join(self._words.named(thing, DENIALS) for thing in hazard.denies),
        )

    def _about(self, number: int, like: Sequence[int]) -> tuple[str, str]:
        """What a milestone is about, and its stage; nothing: empty texts."""
        jobs, waits = self._plan.jobs, self._plan.waits
        if number >= self._plan.milestones.planned:
            found, step = self._plan.milestones.of_found(number)
            stage = FOUND_STEPS[step]
            text = self._words.phrase(
                "{stage} of a hazard that the survey found at {place}",
                stage=self._words.named(stage, STAGES),
                place=self._place(self._scenario.hazards[like[found]].site),
            )
            return text, stage
        if number < 0:
            return "", ""
        if number not in self._told:
            self._told[number] = (
                (self._job(jobs[number]), jobs[number].stage)
                if number < len(jobs)
                else (self._owner(waits[number - len(jobs)].id.split("/")[0]), "")
            )
        return self._told[number]

    def _owner(self, owner: str) -> str:
        if owner in self._hazard:
            return self._hazard_at(self._hazard[owner])
        return self._way(self._road[owner])

    def _job(self, job: Job) -> str:
        stage = self._words.named(job.stage, STAGES)
        if job.owner in self._hazard or job.owner in self._road:
            thing = self._owner(job.owner)
            return self._words.phrase("{stage} of {thing}", stage=stage, thing=thing)
        place = self._place(job.site)
        if job.owner == job.site:
            return self._words.phrase("{stage} at {place}", stage=stage, place=place)
        return self._words.phrase(
            "{stage} works {works} at {place}", stage=stage, works=job.owner, place=place
        )

    def stretch(self, cause: str, number: int, tale: _Tale, before: int | None) -> str:
        """What some days were spent on; ``before``: the road that is open, or closed, after it."""
        work, stage = self._about(number, tale.like)
        if not work and cause == "permission":
            road = None if before is None else self._scenario.roads[before]
            ends = (road.from_place, road.to_place) if road else (tale.settlement,)
            dated = [self._place(end) for end in ends if self._scenario.place[end].accessible_from]
            return self._words.phrase(
                "until {places} may be entered", places=self._words.listed(dated)
            )
        if not work:
            return self._of_a_gate(cause, tale.gate)
        kind, skill = kind_of(cause)
        if cause.startswith(WAITING):
            return self._waiting(skill, stage, work)
        return self._words.say(CAUSES[kind].spent, work=work)

    def _of_a_gate(self, cause: str, gate: str) -> str:
        """A gate that no work meets."""
        of_gate = CAUSES[kind_of(cause)[0]].of_gate
        return self._words.say(of_gate, gate=gate) if of_gate else f"{gate}: {cause}"

    def _waiting(self, skill: str, stage: str, work: str) -> str:
        if stage in SAID.get(skill, (skill,)):
            return self._words.phrase("waited for a team: {work}", work=work)
        team = self._words.named(skill, SKILLS)
        return self._words.phrase("waited for a team for {skill}: {work}", skill=team, work=work)
