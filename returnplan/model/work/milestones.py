"""Hazards, roads and works become milestones: stages, areas, parcels (model §3, §6, §7).

What can happen is the same in every draw and is a :class:`WorkPlan`; how much of it there is, a
draw says: :func:`hazard_work`, for all hazards at once.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from returnplan.domain import (
    HAZARD_STAGES,
    KINDS_OF_WORKS,
    SETTLEMENT_DENIALS,
    Hazard,
    Job,
    Road,
    Scenario,
    Wait,
    Works,
)

TOLERANCE = 1e-9
FEELS_DIFFICULTY = ("technical_survey", "clearance")
"""Stages whose rate depends on difficulty (model §4)."""
SURVEY, TECHNICAL_SURVEY, CLEARANCE, QUALITY_CONTROL = range(4)
CANCELLED, REDUCED, CLEARED = range(3)
FOUND_STEPS = (*HAZARD_STAGES[1:], "release")
"""Milestones of a hazard that a survey found, in their order."""
EACH_FOUND = len(FOUND_STEPS)

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
T = TypeVar("T", bound=np.generic)


class Numbering(NamedTuple):
    """Numbers of the milestones of one draw, M of them, and of its F found hazards."""

    alike: Numbers  # M: planned milestone at the same place and of the same kind; planned: itself
    found_of: Numbers  # surveys + 1: where the hazards that a survey finds begin
    stages: Numbers  # F x 3: jobs of a found hazard
    releases: Numbers  # F: its release
    before: Numbers  # milestones of found hazards: the survey, then the one before


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestones:
    """The numbering of all milestones of a run, and the only place that knows it.

    Jobs come first: the four stages of each hazard, hazard by hazard, then repairs, works and
    community surveys. Milestones without a team follow: releases of hazards, releases of roads,
    openings of roads. Together these are *planned*, the same in every draw. A draw adds
    :data:`EACH_FOUND` for each hazard that a survey finds: three stages (it is a CHA) and its
    release.

    Parameters
    ----------
    hazards, repaired, built, surveyed, roads
        Numbers of hazards, of roads with a repair, of works, of settlements with a community
        survey, and of roads.
    """

    hazards: int
    repaired: int
    built: int
    surveyed: int
    roads: int

    @property
    def stages(self) -> slice:
        """Stages of the recorded hazards, four each."""
        return slice(0, len(HAZARD_STAGES) * self.hazards)

    @property
    def repairs(self) -> slice:
        """Repairs of roads."""
        return slice(self.stages.stop, self.stages.stop + self.repaired)

    @property
    def works(self) -> slice:
        """Works, in the order of the scenario."""
        return slice(self.repairs.stop, self.repairs.stop + self.built)

    @property
    def surveys(self) -> slice:
        """Community surveys, in the order of :func:`surveyed`."""
        return slice(self.works.stop, self.works.stop + self.surveyed)

    @property
    def jobs(self) -> int:
        """Number of jobs that are planned; they are the first milestones."""
        return int(self.surveys.stop)

    @property
    def hazard_releases(self) -> slice:
        """Releases of the recorded hazards."""
        return slice(self.jobs, self.jobs + self.hazards)

    @property
    def road_releases(self) -> slice:
        """Releases of the roads."""
        return slice(self.hazard_releases.stop, self.hazard_releases.stop + self.roads)

    @property
    def road_openings(self) -> slice:
        """Openings of the roads to people."""
        return slice(self.road_releases.stop, self.road_releases.stop + self.roads)

    @property
    def planned(self) -> int:
        """Number of planned milestones; those of found hazards follow."""
        return int(self.road_openings.stop)

    @property
    def found_releases(self) -> slice:
        """Releases of the found hazards."""
        return slice(self.planned + EACH_FOUND - 1, None, EACH_FOUND)

    def releases(self, of_milestone: npt.NDArray[T]) -> npt.NDArray[T]:
        """What an array says of the releases of all hazards, the recorded ones, then the found."""
        recorded, found = of_milestone[self.hazard_releases], of_milestone[self.found_releases]
        return np.concatenate([recorded, found])

    def of_jobs(
        self, stages: npt.NDArray[T], others: npt.NDArray[T], wait: int = 0
    ) -> npt.NDArray[T]:
        """Put one number of each job into the order of the milestones.

        Parameters
        ----------
        stages
            Hazards, recorded and found, x 4 stages.
        others
            Repairs, works, community surveys.
        wait
            Number of each milestone without a team.
        """
        waits = np.full(self.planned - self.jobs, wait, stages.dtype)
        found = np.full((len(stages) - self.hazards, EACH_FOUND), wait, stages.dtype)
        found[:, :-1] = stages[self.hazards :, 1:]
        return np.concatenate([stages[: self.hazards].ravel(), others, waits, found.ravel()])

    def of_releases(self, hazards: npt.NDArray[T]) -> npt.NDArray[T]:
        """Put one number of each hazard, recorded and found, at its release; elsewhere 0."""
        found = len(hazards) - self.hazards
        lined = np.zeros(self.planned + EACH_FOUND * found, hazards.dtype)
        lined[self.hazard_releases] = hazards[: self.hazards]
        lined[self.found_releases] = hazards[self.hazards :]
        return lined

    def of_found(self, milestone: Any) -> tuple[Any, Any]:
        """Tell which found hazard a milestone belongs to.

        Parameters
        ----------
        milestone
            Number from ``planned`` on, or an array of them.

        Returns
        -------
        tuple[int | numpy.ndarray, int | numpy.ndarray]
            Number of the found hazard, and place in :data:`FOUND_STEPS`.
        """
        found, step = divmod(milestone - self.planned, EACH_FOUND)
        return found, step

    def found_stages(self, found: int) -> Whole:
        """Numbers of the stages of found hazards, found x 3."""
        first: Whole = self.planned + EACH_FOUND * np.arange(found)
        return first[:, np.newaxis] + np.arange(EACH_FOUND - 1)

    def like_stage(self, hazard: npt.NDArray[Any], step: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Job of a recorded hazard that a stage of a found one is like.

        Parameters
        ----------
        hazard
            Number of the recorded hazard that the found one resembles.
        step
            Place in :data:`FOUND_STEPS`; a stage.
        """
        job: npt.NDArray[Any] = len(HAZARD_STAGES) * hazard + 1 + step
        return job

    def with_found(self, survey: npt.NDArray[Any], like: npt.NDArray[Any]) -> Numbering:
        """Number the milestones of a draw.

        Parameters
        ----------
        survey, like
            Of each found hazard: number of the survey, ascending, and of the recorded hazard that
            it resembles.
        """
        stages = self.found_stages(len(like))
        every = np.arange(self.planned + EACH_FOUND * len(like), dtype=np.int32)
        alike, before = every.copy(), every[self.planned :] - 1
        alike[stages] = self.like_stage(like[:, np.newaxis], np.arange(EACH_FOUND - 1))
        alike[self.found_releases] = self.hazard_releases.start + like
        before[::EACH_FOUND] = self.surveys.start + survey
        return Numbering(
            alike=alike,
            found_of=np.searchsorted(survey, np.arange(self.surveyed + 1)).astype(np.int32),
            stages=stages.astype(np.int32),
            releases=every[self.found_releases].copy(),
            before=before,
        )

    def ranks(self, job_at: npt.NDArray[Any], numbering: Numbering) -> Numbers:
        """Place of each milestone in an order of jobs, or -1; a release has that of the last stage.

        Parameters
        ----------
        job_at
            Jobs in their order, found ones among them.
        numbering
            Numbers of the draw.
        """
        rank = np.full(len(numbering.alike), -1, np.int32)
        rank[job_at] = np.arange(len(job_at), dtype=np.int32)
        rank[self.hazard_releases] = rank[self.stages].reshape(-1, len(HAZARD_STAGES))[:, -1]
        rank[numbering.releases] = rank[numbering.stages[:, -1]]
        return rank


@dataclass(frozen=True, kw_only=True)
class WorkPlan:
    """All milestones that a scenario can have; the same for every allocation and draw.

    Parameters
    ----------
    jobs, waits
        Jobs, and milestones that need no team, in the order of ``milestones``.
    """

    jobs: tuple[Job, ...]
    waits: tuple[Wait, ...]
    milestones: Milestones

    @cached_property
    def job_of(self) -> Mapping[str, Job]:
        """Jobs by id."""
        return {job.id: job for job in self.jobs}


def released(owner: str) -> str:
    """Milestone of the release of a hazard or a road."""
    return f"{owner}/released"


def opened(road: str) -> str:
    """Milestone of the opening of a road to people."""
    return f"{road}/open"


def survey_of(settlement: str) -> str:
    """Job of the community survey of a settlement."""
    return f"{settlement}/survey"


def found_hazard(settlement: str, number: int) -> str:
    """Id of the n-th hazard that a community survey finds: no id of a table holds a slash."""
    return f"{settlement}/found{number}"


def surveyed(scenario: Scenario) -> tuple[str, ...]:
    """Settlements with people waiting: each has a community survey (model §3.2)."""
    return tuple(settlement for settlement, people in scenario.people.items() if people > 0)


def repaired(scenario: Scenario) -> tuple[Road, ...]:
    """Roads that need a repair before people may use them."""
    return tuple(road for road in scenario.roads if road.repair_crew_days > 0)


def plan_work(scenario: Scenario) -> WorkPlan:
    """Turn a scenario into its milestones (model §3, §6, §7).

    Returns
    -------
    WorkPlan
        Jobs, and milestones that need no team.
    """
    at: dict[str, list[Hazard]] = {}
    for hazard in scenario.hazards:
        at.setdefault(hazard.site, []).append(hazard)
    jobs = [job for hazard in scenario.hazards for job in _stages(hazard)]
    jobs += [_repair(road) for road in repaired(scenario)]
    part_of = _parts(scenario.works, at)
    jobs += [_works_job(works, part_of[works.id]) for works in scenario.works]
    jobs += [_community_survey(settlement) for settlement in surveyed(scenario)]
    waits = [
        Wait(id=released(hazard.id), after=(f"{hazard.id}/{HAZARD_STAGES[-1]}",))
        for hazard in scenario.hazards
    ]
    waits += [
        Wait(id=released(road.id), after=tuple(released(h.id) for h in at.get(road.id, [])))
        for road in scenario.roads
    ]
    waits += [Wait(id=opened(road.id), after=_before_opening(road)) for road in scenario.roads]
    milestones = Milestones(
        hazards=len(scenario.hazards),
        repaired=len(repaired(scenario)),
        built=len(scenario.works),
        surveyed=len(surveyed(scenario)),
        roads=len(scenario.roads),
    )
    return WorkPlan(jobs=tuple(jobs), waits=tuple(waits), milestones=milestones)


def _stages(hazard: Hazard) -> list[Job]:
    """Jobs of one hazard, each after the one before."""
    jobs: list[Job] = []
    for stage in HAZARD_STAGES:
        jobs.append(
            Job(
                id=f"{hazard.id}/{stage}",
                owner=hazard.id,
                stage=stage,
                skill=stage,
                site=hazard.site,
                on_road=hazard.road is not None,
                has_area=True,
                max_teams=hazard.max_teams if stage == "clearance" else None,
                land_class=hazard.land_class,
                difficulty=hazard.difficulty if stage in FEELS_DIFFICULTY else None,
                after=(jobs[-1].id,) if jobs else (),
            )
        )
    return jobs


def _before_opening(road: Road) -> tuple[str, ...]:
    repair = (f"{road.id}/repair",) if road.repair_crew_days > 0 else ()
    return (released(road.id), *repair)


class Part(NamedTuple):
    """What one works of a kind at a settlement waits for."""

    hazards: tuple[str, ...]  # by id
    is_last: bool  # it waits for what a community survey finds, too


def parts_of(works: Sequence[Works], hazards: Sequence[Hazard]) -> dict[str, Part]:
    """Say which hazards each works of one kind at one settlement waits for (model §7).

    The k-th of K works, by id, waits for the fewest first hazards, by id and at least one, that
    hold k/K of the area of all; the last one for all.

    Parameters
    ----------
    works
        All works of the kind at the settlement.
    hazards
        The recorded hazards there that deny what they need.

    Returns
    -------
    dict[str, Part]
        By id of the works.
    """
    names = sorted(hazard.id for hazard in hazards)
    area_of = {hazard.id: hazard.area_m2 for hazard in hazards}
    up_to = list(accumulate(area_of[name] for name in names))
    found: dict[str, Part] = {}
    for number, name in enumerate(sorted(one.id for one in works), start=1):
        is_last = number == len(works)
        count = len(names)
        if names and not is_last:
            count = bisect_left(up_to, (number / len(works) - TOLERANCE) * up_to[-1]) + 1
        found[name] = Part(tuple(names[:count]), is_last)
    return found


def _parts(works: Sequence[Works], at: Mapping[str, Sequence[Hazard]]) -> dict[str, Part]:
    """What each works waits for, by id."""
    alike: dict[tuple[str, str], list[Works]] = {}
    for one in works:
        alike.setdefault((one.settlement, one.kind), []).append(one)
    found: dict[str, Part] = {}
    for (settlement, kind), some in alike.items():
        denied = KINDS_OF_WORKS[kind].denied
        found |= parts_of(some, [h for h in at.get(settlement, ()) if denied in h.denies])
    return found


def _works_job(works: Works, part: Part) -> Job:
    return Job(
        id=works.id,
        owner=works.id,
        stage=works.kind,
        skill=works.skill,
        site=works.settlement,
        on_road=False,
        has_area=False,
        after=tuple(map(released, part.hazards)),
        takes_found=part.is_last and KINDS_OF_WORKS[works.kind].denied is not None,
    )


def _repair(road: Road) -> Job:
    return Job(
        id=f"{road.id}/repair",
        owner=road.id,
        stage="repair",
        skill="road_repair",
        site=road.id,
        on_road=True,
        has_area=False,
        after=(released(road.id),),
    )


def _community_survey(settlement: str) -> Job:
    return Job(
        id=survey_of(settlement),
        owner=settlement,
        stage="community_survey",
        skill="survey",
        site=settlement,
        on_road=False,
        has_area=False,
    )


def route_shares(drawn: Floats, is_confirmed: npt.NDArray[np.bool_]) -> Floats:
    """Shares by route of each hazard; a CHA cannot be cancelled (model §3.1).

    Parameters
    ----------
    drawn
        Shares (cancelled, reduced, cleared) by its class of records, n x 3.
    is_confirmed
        Whether it is a CHA, n.

    Returns
    -------
    numpy.ndarray
        Shares that sum to one, n x 3.
    """
    rest = drawn[:, REDUCED] + drawn[:, CLEARED]
    has_rest = rest > 0
    divisor = np.where(has_rest, rest, 1.0)
    confirmed = np.zeros_like(drawn)
    confirmed[:, REDUCED] = np.where(has_rest, drawn[:, REDUCED] / divisor, 0.0)
    confirmed[:, CLEARED] = np.where(has_rest, drawn[:, CLEARED] / divisor, 1.0)
    return np.where(is_confirmed[:, np.newaxis], confirmed, drawn)


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardAmounts:
    """Numbers of hazards that decide how much work they are; n hazards.

    Parameters
    ----------
    area_m2
        Reported area, m2.
    is_confirmed
        Whether it is a CHA.
    shares
        Route shares as :func:`route_shares` gives them, n x 3.
    qc_fail_share
        Share of cleared area that is done again.
    parcel_m2
        Size of a clearance parcel of its land class, m2.
    """

    area_m2: Floats
    is_confirmed: npt.NDArray[np.bool_]
    shares: Floats
    qc_fail_share: Floats
    parcel_m2: Floats


def hazard_work(hazards: HazardAmounts, ts_coverage_share: float, qc_sample_share: float) -> Floats:
    """Area to be worked in each stage, m2 (model §3.1).

    Parameters
    ----------
    ts_coverage_share, qc_sample_share
        Shares of area, for the whole country.

    Returns
    -------
    numpy.ndarray
        n x 4, in the order of the stages, m2; a stage without area is passed at once.
    """
    area = hazards.area_m2
    searched = hazards.shares[:, CLEARED] * area * (1 + hazards.qc_fail_share)
    work = np.empty((len(area), len(HAZARD_STAGES)))
    work[:, SURVEY] = np.where(hazards.is_confirmed, 0.0, area)
    work[:, TECHNICAL_SURVEY] = (1 - hazards.shares[:, CANCELLED]) * area * ts_coverage_share
    work[:, CLEARANCE] = searched
    work[:, QUALITY_CONTROL] = qc_sample_share * searched
    return work


def parcels_of(area_m2: Floats, parcel_m2: Floats) -> npt.NDArray[np.int32]:
    """Count the equal parcels of clearance areas (model §3.3); no area: none.

    Examples
    --------
    >>> parcels_of(np.array([20_000.0, 20_001.0, 5.0, 0.0]), np.full(4, 10_000.0)).tolist()
    [2, 3, 1, 0]
    """
    count = np.maximum(1, np.ceil(area_m2 / parcel_m2 - TOLERANCE))
    return np.where(area_m2 > 0, count, 0).astype(np.int32)


def dispatch_class(job: Job, hazard_of: Mapping[str, Hazard]) -> int:
    """Class of a job within one rank: the lower, the earlier (model §6).

    Parameters
    ----------
    hazard_of
        Hazards by id.

    Returns
    -------
    int
        0 community survey, 1 on a road, 2 hazard that denies what living there needs,
        3 works, 4 the rest.
    """
    if job.stage == "community_survey":
        return 0
    if job.on_road:
        return 1
    hazard = hazard_of.get(job.owner)
    if hazard is None:
        return 3
    return 2 if any(d in SETTLEMENT_DENIALS for d in hazard.denies) else 4
