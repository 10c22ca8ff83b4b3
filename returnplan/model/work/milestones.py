"""Hazards, roads and works become jobs: stages, areas, parcels (model §3, §6, §7).

What can happen is the same in every draw and is a :class:`WorkPlan`; how much of it there is, a
draw says: :func:`hazard_work`, for all hazards at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from returnplan.domain import (
    HAZARD_STAGES,
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

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class WorkPlan:
    """All milestones that a scenario can have; the same for every allocation and draw.

    Parameters
    ----------
    jobs
        The four stages of each hazard, in the order of the hazards; then repairs, works and
        community surveys.
    waits
        Releases of hazards, releases of roads, openings of roads.
    """

    jobs: tuple[Job, ...]
    waits: tuple[Wait, ...]

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

    Parameters
    ----------
    scenario
        The scenario.

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
    jobs += [_works_job(works, at.get(works.settlement, [])) for works in scenario.works]
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
    return WorkPlan(jobs=tuple(jobs), waits=tuple(waits))


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


def _works_job(works: Works, hazards: list[Hazard]) -> Job:
    """Works wait for the hazards that deny their kind; shelter for housing (model §7)."""
    denied = "housing" if works.kind == "shelter" else works.kind
    return Job(
        id=works.id,
        owner=works.id,
        stage=works.kind,
        skill=works.skill,
        site=works.settlement,
        on_road=False,
        has_area=False,
        after=tuple(released(h.id) for h in hazards if denied in h.denies),
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
class Ground:
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


def hazard_work(ground: Ground, ts_coverage_share: float, qc_sample_share: float) -> Floats:
    """Area to be worked in each stage, m2 (model §3.1).

    Parameters
    ----------
    ground
        The hazards.
    ts_coverage_share, qc_sample_share
        Shares of area, for the whole country.

    Returns
    -------
    numpy.ndarray
        n x 4, in the order of the stages, m2; a stage without area is passed at once.
    """
    area = ground.area_m2
    searched = ground.shares[:, CLEARED] * area * (1 + ground.qc_fail_share)
    work = np.empty((len(area), len(HAZARD_STAGES)))
    work[:, SURVEY] = np.where(ground.is_confirmed, 0.0, area)
    work[:, TECHNICAL_SURVEY] = (1 - ground.shares[:, CANCELLED]) * area * ts_coverage_share
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
    job
        The job.
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
