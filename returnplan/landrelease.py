"""Hazards, roads and works become jobs: stages, areas, parcels (model §3, §6, §7)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from returnplan.domain import (
    HAZARD_STAGES,
    SETTLEMENT_DENIALS,
    Hazard,
    Job,
    Record,
    Road,
    Scenario,
    Wait,
    Works,
)
from returnplan.units import days_to_seconds

TOLERANCE = 1e-9
FEELS_DIFFICULTY = ("technical_survey", "clearance")
"""Stages whose rate depends on difficulty (model §4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares of a hazard's area by route, sum 1 (model §3.1)."""

    cancelled: float
    reduced: float
    cleared: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPlan:
    """All milestones of a scenario under one set of numbers; the same for every allocation.

    Parameters
    ----------
    jobs
        Jobs by id.
    waits
        Milestones that need no team, by id.
    shares
        Route shares by hazard.
    """

    jobs: Mapping[str, Job]
    waits: Mapping[str, Wait]
    shares: Mapping[str, Shares]


def shares_of(hazard: Hazard, by_record: Mapping[Record, tuple[float, float, float]]) -> Shares:
    """Route shares of a hazard; a CHA cannot be cancelled (model §3.1).

    Parameters
    ----------
    hazard
        The hazard.
    by_record
        Shares (cancelled, reduced, cleared) of its class of records.

    Returns
    -------
    Shares
        Shares that sum to one.
    """
    cancelled, reduced, cleared = by_record[hazard.record]
    if hazard.hazard_class == "SHA":
        return Shares(cancelled=cancelled, reduced=reduced, cleared=cleared)
    rest = reduced + cleared
    if rest == 0:
        return Shares(cancelled=0.0, reduced=0.0, cleared=1.0)
    return Shares(cancelled=0.0, reduced=reduced / rest, cleared=cleared / rest)


def stage_areas(hazard: Hazard, shares: Shares, number: Mapping[str, float]) -> dict[str, float]:
    """Area to be worked in each stage, m2, in the order of the stages (model §3.1).

    Parameters
    ----------
    hazard
        The hazard.
    shares
        Its route shares.
    number
        ``ts_coverage_share``, ``qc_sample_share``, ``qc_fail_share``.

    Returns
    -------
    dict[str, float]
        Area by stage, m2; a stage without area is passed at once.
    """
    area = hazard.area_m2
    searched = shares.cleared * area * (1 + number["qc_fail_share"])
    return {
        "survey": area if hazard.hazard_class == "SHA" else 0.0,
        "technical_survey": (1 - shares.cancelled) * area * number["ts_coverage_share"],
        "clearance": searched,
        "quality_control": number["qc_sample_share"] * searched,
    }


def parcels_of(area_m2: float, parcel_m2: float) -> int:
    """Count the equal parcels of a clearance area (model §3.3).

    Examples
    --------
    >>> parcels_of(20_000, 10_000), parcels_of(20_001, 10_000), parcels_of(5, 10_000)
    (2, 3, 1)
    """
    return max(1, math.ceil(area_m2 / parcel_m2 - TOLERANCE))


def hazard_jobs(hazard: Hazard, areas: Mapping[str, float], parcel_m2: float) -> list[Job]:
    """Jobs of one hazard, each after the one before; stages without area are left out.

    Parameters
    ----------
    hazard
        The hazard.
    areas
        Area by stage, m2.
    parcel_m2
        Size of a clearance parcel of its land class, m2.

    Returns
    -------
    list[Job]
        In the order of the stages.
    """
    jobs: list[Job] = []
    for stage in HAZARD_STAGES:
        if areas[stage] <= 0:
            continue
        is_clearance = stage == "clearance"
        jobs.append(
            Job(
                id=f"{hazard.id}/{stage}",
                owner=hazard.id,
                stage=stage,
                skill=stage,
                site=hazard.site,
                on_road=hazard.road is not None,
                area_m2=areas[stage],
                parcels=parcels_of(areas[stage], parcel_m2) if is_clearance else 1,
                max_teams=hazard.max_teams if is_clearance else None,
                land_class=hazard.land_class,
                difficulty=hazard.difficulty if stage in FEELS_DIFFICULTY else None,
                after=(jobs[-1].id,) if jobs else (),
            )
        )
    return jobs


def hazards_at(scenario: Scenario) -> dict[str, list[Hazard]]:
    """Hazards by the settlement or road on which they lie."""
    found: dict[str, list[Hazard]] = {}
    for hazard in scenario.hazards:
        found.setdefault(hazard.site, []).append(hazard)
    return found


def released(owner: str) -> str:
    """Milestone of the release of a hazard or a road."""
    return f"{owner}/released"


def opened(road: str) -> str:
    """Milestone of the opening of a road to people."""
    return f"{road}/open"


def survey_of(settlement: str) -> str:
    """Job of the community survey of a settlement."""
    return f"{settlement}/survey"


def plan_work(
    scenario: Scenario,
    number: Mapping[str, float],
    route_shares: Mapping[Record, tuple[float, float, float]],
) -> WorkPlan:
    """Turn a scenario into its milestones (model §3, §6, §7).

    Parameters
    ----------
    scenario
        The scenario.
    number
        Value of each assumption, by id.
    route_shares
        Shares (cancelled, reduced, cleared) by class of records.

    Returns
    -------
    WorkPlan
        Jobs, and milestones that need no team.
    """
    shares = {h.id: shares_of(h, route_shares) for h in scenario.hazards}
    at = hazards_at(scenario)
    jobs: list[Job] = []
    waits: list[Wait] = []
    for hazard in scenario.hazards:
        areas = stage_areas(hazard, shares[hazard.id], number)
        stages = hazard_jobs(hazard, areas, number[f"parcel_m2_{hazard.land_class}"])
        jobs += stages
        waits.append(
            Wait(
                id=released(hazard.id),
                after=(stages[-1].id,) if stages else (),
                delay_s=days_to_seconds(number["handover_days"]),
            )
        )
    for road in scenario.roads:
        repair = _repair(road)
        jobs += repair
        waits.append(
            Wait(id=released(road.id), after=tuple(released(h.id) for h in at.get(road.id, [])))
        )
        waits.append(
            Wait(id=opened(road.id), after=(released(road.id), *(job.id for job in repair)))
        )
    jobs += [_works_job(works, at.get(works.settlement, [])) for works in scenario.works]
    surveyed = [settlement for settlement, people in scenario.people.items() if people > 0]
    jobs += [_community_survey(s, number["community_survey_team_days"]) for s in surveyed]
    waits += [Wait(id=job.id, after=job.after) for job in jobs if not _has_work(job)]
    return WorkPlan(
        jobs={job.id: job for job in jobs if _has_work(job)},
        waits={wait.id: wait for wait in waits},
        shares=shares,
    )


def _has_work(job: Job) -> bool:
    return job.area_m2 > 0 or job.crew_days > 0


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
        crew_days=works.crew_days,
        after=tuple(released(h.id) for h in hazards if denied in h.denies),
    )


def _repair(road: Road) -> list[Job]:
    if road.repair_crew_days == 0:
        return []
    job = Job(
        id=f"{road.id}/repair",
        owner=road.id,
        stage="repair",
        skill="road_repair",
        site=road.id,
        on_road=True,
        crew_days=road.repair_crew_days,
        after=(released(road.id),),
    )
    return [job]


def _community_survey(settlement: str, team_days: float) -> Job:
    return Job(
        id=survey_of(settlement),
        owner=settlement,
        stage="community_survey",
        skill="survey",
        site=settlement,
        on_road=False,
        crew_days=team_days,
    )


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
