"""The binding chain of a community in plain words, from the start to its ready day (model §7.1)."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from returnplan import chain
from returnplan.domain import HAZARD_STAGES, Hazard, Job, Road, Scenario
from returnplan.draws import Draws
from returnplan.landrelease import WorkPlan
from returnplan.simulation import Stage, StagedAllocation
from returnplan.units import DAY_S, seconds_to_date

STAGE_WORDS = {"survey": "non-technical survey"}
FOUND_WORDS = (*(stage.replace("_", " ") for stage in HAZARD_STAGES[1:]), "release")
FIXED_WORDS = {
    "permission": "until the place, or the road to it, may be entered",
    "missing_data": "unknown: data of the binding gate is missing",
    "not_planned": "nothing that is planned would meet the binding gate",
    "no_route": "no route leads there",
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
        stage = self._stage
        values = stage.expected if draw is None else self._draws.values(draw)
        run = self._staged.run(stage, stage.numbers(values))
        past = stage.reasons.past(run.amounts, run.log, run.history, run.gate_s, run.best_s)
        numbers = [one.id for one in stage.scenario.communities]
        settlement = int(stage.facts.community[numbers.index(community)])
        rows = stage.reasons.steps(self._staged.keeper.force, past, settlement)
        like = run.amounts.found.like.tolist()
        return self._join(list(self._each(rows, like)))

    def _each(self, rows: NDArray[np.int64], like: Sequence[int]) -> Iterator[Step]:
        start = self._stage.scenario.start
        for cause, about, begin_s, end_s in reversed(rows.tolist()):
            is_road = cause == chain.ROAD_STEP
            name = "" if is_road else self._stage.reasons.causes[cause]
            if is_road:
                is_open = begin_s < self._stage.horizon_s
                words = self._words.road_event(about, is_open=is_open)
            else:
                words = self._words.stretch(name, about, like)
            yield Step(
                cause=name,
                begin=seconds_to_date(begin_s, start),
                end=seconds_to_date(end_s, start),
                days=(end_s - begin_s) / DAY_S,
                words=words,
            )

    @staticmethod
    def _join(steps: Sequence[Step]) -> list[Step]:
        """Put neighbouring stretches of one cause and thing together."""
        joined: list[Step] = []
        for step in steps:
            last = joined[-1] if joined else None
            if last and step.cause and (last.cause, last.words) == (step.cause, step.words):
                days = last.days + step.days
                joined[-1] = dataclasses.replace(last, end=step.end, days=days)
            else:
                joined.append(step)
        return joined


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

    def road_event(self, number: int, *, is_open: bool) -> str:
        """A road opens, or stays closed up to the horizon."""
        way = self._way(self._scenario.roads[number])
        return f"{way} opened" if is_open else f"{way} is still closed"

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

    def stretch(self, cause: str, number: int, like: Sequence[int]) -> str:
        """What some days were spent on."""
        about = self.about(number, like)
        if cause.startswith("waiting_"):
            skill = cause.removeprefix("waiting_").replace("_", " ")
            return f"waited for a team for {skill}: {about}"
        begins = {
            "travel": "mobilisation, camp and commuting",
            "winter": "lost to winter and weather",
            "handover": "handover",
        }
        return FIXED_WORDS.get(cause, f"{begins.get(cause, 'work')}: {about}")
