"""The binding chain of a community in plain words, from the start to its ready day (model §7.1)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from returnplan import chain
from returnplan.accounts import Past
from returnplan.domain import HAZARD_STAGES, Hazard, Job, Road, Scenario
from returnplan.draws import Draws
from returnplan.kernel import NEVER
from returnplan.landrelease import WorkPlan
from returnplan.readiness import gates_in_force
from returnplan.simulation import Stage, StagedAllocation
from returnplan.units import DAY_S, seconds_to_date

Floats = NDArray[np.float64]

STAGE_WORDS = {"survey": "non-technical survey"}
SAID = {"survey": ("non-technical survey", "community survey"), "road repair": ("repair of",)}
"""Beginnings that say which skill is needed."""
FOUND_WORDS = (*(stage.replace("_", " ") for stage in HAZARD_STAGES[1:]), "release")
OF_A_GATE = {
    "missing_data": "unknown, data is missing",
    "not_planned": "nothing that is planned meets it",
    "no_route": "no all-season route that planned work can open",
}
BEGINS = {
    "travel": "mobilisation, camp and commuting",
    "winter": "lost to winter and weather",
    "handover": "handover",
    "permission": "until the site may be entered",
    "no_route": "no way there for teams",
    "other": "other",
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One stretch of the binding chain.

    Parameters
    ----------
    cause
        Cause of delay; empty: an event that takes no time.
    begin, end
        Dates.
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
    stage
        The scenario.
    allocation
        Name of the allocation.
    seed
        Seed of the draws.
    """

    def __init__(self, stage: Stage, allocation: str, seed: int) -> None:
        self._stage = stage
        self._staged = StagedAllocation(stage, allocation)
        self._draws = Draws(stage.scenario, seed)
        self._words = _Words(stage.scenario, stage.plan)

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
        stage = self._stage
        values = stage.expected if draw is None else self._draws.values(draw)
        run = self._staged.run(stage, stage.numbers(values))
        past = stage.reasons.past(run.amounts, run.log, run.history, run.gate_s, run.best_s)
        number = {one.id: at for at, one in enumerate(stage.scenario.communities)}
        for community in communities:
            settlement = int(stage.facts.community[number[community]])
            rows = stage.reasons.steps(self._staged.keeper.force, past, settlement)
            yield self._told(run, settlement, rows[::-1].tolist())

    def _told(self, run: Past, settlement: int, rows: Sequence[Sequence[int]]) -> list[Step]:
        if not rows:
            return []
        stage = self._stage
        gate, state = binding(run.gate_s[settlement], stage.horizon_s)
        name = gates_in_force(stage.scenario)[gate]
        tale = _Tale(
            gate=name,
            settlement=stage.facts.settlements[settlement],
            like=run.amounts.found.like.tolist(),
            passed_s=run.log.passed_s,
        )
        steps = self._join(list(self._each(rows, tale)))
        if state == "unknown":  # as the step says
            return steps
        words = f"gate {name} {state}"
        return [*steps, replace(steps[-1], cause="", begin=steps[-1].end, days=0.0, words=words)]

    def _each(self, rows: Sequence[Sequence[int]], tale: "_Tale") -> Iterator[Step]:
        start, causes, words = self._stage.scenario.start, self._stage.reasons.causes, self._words
        last = len(rows) - 1
        for at, (cause, about, begin_s, end_s) in enumerate(rows):
            if cause == chain.ROAD_STEP:
                name = ""
                text = words.road_event(about, by=self._users(about, begin_s, tale, at == last))
            else:
                name = causes[cause]
                is_road = at < last and rows[at + 1][0] == chain.ROAD_STEP
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
        ground = self._stage.reasons.ground
        passed_s = tale.passed_s[(ground.open_wait if is_last else ground.drive_wait)[road]]
        from_s = ground.site_from_s[len(self._stage.network.places) + road]
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


class _Words:
    """Names of milestones for people."""

    def __init__(self, scenario: Scenario, plan: WorkPlan) -> None:
        self._scenario = scenario
        self._plan = plan
        self._hazard = {hazard.id: hazard for hazard in scenario.hazards}
        self._road = {road.id: road for road in scenario.roads}

    def _place(self, place: str) -> str:
        return self._scenario.place[place].name

    def _way(self, road: Road) -> str:
        return f"the road {self._place(road.from_place)}–{self._place(road.to_place)} ({road.id})"

    def road_event(self, number: int, by: str) -> str:
        """A road opens to people or teams, or stays closed up to the horizon."""
        way = self._way(self._scenario.roads[number])
        return f"{way} is open to {by}" if by else f"{way} is still closed"

    def _hazard_at(self, hazard: Hazard) -> str:
        denied = ", ".join(hazard.denies)
        if hazard.road is not None:
            return f"hazard {hazard.id} on {self._way(self._road[hazard.road])}"
        return f"hazard {hazard.id} at {self._place(hazard.site)} (denies {denied})"

    def about(self, number: int, like: Sequence[int]) -> str:
        """What a milestone is about; nothing: the empty text."""
        jobs, waits = self._plan.jobs, self._plan.waits
        if number >= len(jobs) + len(waits):
            found, stage = divmod(number - len(jobs) - len(waits), len(FOUND_WORDS))
            place = self._place(self._scenario.hazards[like[found]].site)
            return f"{FOUND_WORDS[stage]} of a hazard that the survey found at {place}"
        if number >= len(jobs):
            return self._owner(waits[number - len(jobs)].id.split("/")[0])
        return self._job(jobs[number]) if number >= 0 else ""

    def _owner(self, owner: str) -> str:
        if owner in self._hazard:
            return self._hazard_at(self._hazard[owner])
        return self._way(self._road[owner])

    def _job(self, job: Job) -> str:
        stage = STAGE_WORDS.get(job.stage, job.stage.replace("_", " "))
        if job.owner in self._hazard or job.owner in self._road:
            return f"{stage} of {self._owner(job.owner)}"
        if job.owner == job.site:
            return f"{stage} at {self._place(job.site)}"
        return f"{stage} works {job.owner} at {self._place(job.site)}"

    def stretch(self, cause: str, number: int, tale: _Tale, before: int | None) -> str:
        """What some days were spent on; ``before``: the road that is open, or closed, after it."""
        about = self.about(number, tale.like)
        if not about and cause == "permission":
            road = None if before is None else self._scenario.roads[before]
            ends = (road.from_place, road.to_place) if road else (tale.settlement,)
            dated = [self._place(end) for end in ends if self._scenario.place[end].accessible_from]
            return f"until {' and '.join(dated)} may be entered"
        if not about:
            return f"gate {tale.gate}: {OF_A_GATE.get(cause, cause)}"
        begin = BEGINS.get(cause, "work")
        if cause.startswith("waiting_"):
            skill = cause.removeprefix("waiting_").replace("_", " ")
            is_said = about.startswith((skill, *SAID.get(skill, ())))
            begin = "waited for a team" if is_said else f"waited for a team for {skill}"
        return f"{begin}: {about}"
