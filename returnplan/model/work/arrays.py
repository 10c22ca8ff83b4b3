"""Teams at work: which parcel is done by whom and when, on a clock of whole seconds (model §4-§6).

This room stands between the words and the compiled loop: it numbers what has an id and lets
:func:`returnplan.model.work.loop.run` work on the numbers. Jobs and waits have the numbers of
their places in the :class:`~returnplan.model.work.milestones.WorkPlan`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from returnplan.domain import HAZARD_STAGES, KINDS_OF_WORKS, SETTLEMENT_DENIALS, Scenario
from returnplan.model.chance.assumptions import Unrecorded, Values
from returnplan.model.compiled import compiled
from returnplan.model.work import loop
from returnplan.model.work.calendars import Calendars
from returnplan.model.work.loop import Log
from returnplan.model.work.milestones import (
    CLEARANCE,
    HazardAmounts,
    Milestones,
    Numbering,
    WorkPlan,
    hazard_work,
    parcels_of,
    repaired,
    route_shares,
    surveyed,
)
from returnplan.model.work.network import Network
from returnplan.model.work.numbered import NumberedPlan, rows
from returnplan.model.work.policies import Decoded
from returnplan.model.work.teams import Kind, Team, kinds_of, rates_of
from returnplan.units import DAY_S, LIMIT_DAYS, LIMIT_S, NEVER, days_to_seconds

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
Int = Any
T = TypeVar("T", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much work there is in one draw, the same for every allocation; m milestones.

    Milestones are jobs, waits, and four for each found hazard; hazards are the recorded ones, then
    the found ones.

    Parameters
    ----------
    work
        Area or crew-days of each job, m; 0 for waits.
    parcels
        Equal parts of each job, m.
    speed
        Ratio by which the ground or the place makes each job faster, m.
    delay_s
        Delay of each wait, s, m.
    productivity
        Ratio by asset type.
    calendars
        Workable days.
    found
        Hazards that the community surveys find, by settlement.
    numbering
        Numbers of the milestones, those of found hazards among them.
    area_m2, shares
        Area, m2, and route shares (x 3) of each hazard.
    """

    work: Floats
    parcels: Numbers
    speed: Floats
    delay_s: Whole
    productivity: Floats
    calendars: Calendars
    found: Unrecorded
    numbering: Numbering
    area_m2: Floats
    shares: Floats


class Workload:
    """Turns the numbers of a draw into amounts of work."""

    def __init__(self, scenario: Scenario, plan: WorkPlan, calendars: Calendars) -> None:
        hazards, roads = scenario.hazards, repaired(scenario)
        self._milestones = plan.milestones
        self._calendars = calendars
        self._area_m2 = np.array([h.area_m2 for h in hazards], np.float64)
        self._is_confirmed = np.array([h.hazard_class == "CHA" for h in hazards], np.bool_)
        self._land_class = [h.land_class for h in hazards]
        self._land_number = {land: i for i, land in enumerate(dict.fromkeys(self._land_class))}
        self._lands = np.array([self._land_number[land] for land in self._land_class], np.int64)
        self._repair_days = np.array([road.repair_crew_days for road in roads], np.float64)
        self._works_days = np.array([w.crew_days for w in scenario.works], np.float64)
        building = [KINDS_OF_WORKS[works.kind].is_building for works in scenario.works]
        self._is_building = np.array(building, np.bool_)

    def amounts(self, values: Values) -> Amounts:
        """Say how much work the numbers of a draw make (model §3, §4.1).

        Parameters
        ----------
        values
            Numbers of the draw.

        Returns
        -------
        Amounts
            Work, parcels and delays of all milestones.
        """
        number, found = values.number, values.unrecorded.found
        milestones = self._milestones
        is_confirmed = np.concatenate([self._is_confirmed, found.is_found])
        parcel_m2 = np.array([number[f"parcel_m2_{land}"] for land in self._land_number] or [1.0])
        hazards = HazardAmounts(
            area_m2=np.concatenate([self._area_m2, found.area_m2]),
            is_confirmed=is_confirmed,
            shares=route_shares(values.shares, is_confirmed),
            qc_fail_share=values.qc_fail_share,
            parcel_m2=parcel_m2[np.concatenate([self._lands, self._lands[found.like]])],
        )
        areas = hazard_work(hazards, number["ts_coverage_share"], number["qc_sample_share"])
        parcels = (areas > 0).astype(np.int32)
        parcels[:, CLEARANCE] = parcels_of(areas[:, CLEARANCE], hazards.parcel_m2)
        speeds = np.repeat(values.hazard_productivity, len(HAZARD_STAGES)).reshape(areas.shape)
        days = np.concatenate([self._repair_days, self._works_days, values.survey_team_days])
        building = number["building_speed"]
        works_speed = np.where(self._is_building, building * values.works_speed, 1.0)
        day_speeds = np.concatenate(
            [building * values.repair_speed, works_speed, np.ones(milestones.surveyed)]
        )
        days_to_handover = np.minimum(values.handover_days, LIMIT_DAYS + 1)  # later is never
        handover_s = np.floor(days_to_handover * DAY_S + 0.5).astype(np.int64)
        return Amounts(
            work=milestones.of_jobs(areas, days),
            parcels=milestones.of_jobs(parcels, (days > 0).astype(np.int32)),
            speed=milestones.of_jobs(speeds, day_speeds, wait=1),
            delay_s=milestones.of_releases(handover_s),
            productivity=values.productivity,
            calendars=self._calendars.under(values.weather, values.discrepancy),
            found=found,
            numbering=milestones.with_found(found.settlement, found.like),
            area_m2=hazards.area_m2,
            shares=hazards.shares,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkLog:
    """What happened up to the horizon; times in s, ``NEVER`` for what did not come.

    Parameters
    ----------
    passed_s
        When each milestone was passed: jobs, waits, found hazards' stages and releases.
    row
        Where each milestone stands in the three arrays that follow: they keep the order of the
        loop, since few of their rows are ever looked at.
    open_s
        When each job was first open to a deployed asset type.
    closing, day_share
        Of each job: the parcel that ends last, and the share of the day that its team works, as
        in :class:`returnplan.model.work.loop.Result`.
    last_finish_s
        End of the last parcel of each team.
    demining_days
        Workable days that each team spends on technical survey, clearance and quality control, up
        to the horizon.
    demined_m2
        Area that the teams work on in these days, in square metres.
    mobilisations, camps
        Asset types (in the order in which the teams name them) x months: teams that moved to
        another site, and that set up a camp.
    parcels
        Number of parcels that were begun.
    job_at
        Jobs by priority, found ones among them.
    log
        The parcels in the order of dispatch; without rows when they are not wanted.
    """

    passed_s: Whole
    row: Numbers
    open_s: Whole
    closing: Whole
    day_share: Floats
    last_finish_s: Whole
    demining_days: Floats
    demined_m2: float
    mobilisations: Numbers
    camps: Numbers
    parcels: int
    job_at: Numbers
    log: Log


class Workforce:
    """Teams and jobs of one allocation by number, ready to work in any draw.

    Parameters
    ----------
    decoded
        All jobs, first to be served first, and their ranks.
    teams
        Teams of the allocation, sorted by asset type, base and number.
    """

    def __init__(
        self,
        scenario: Scenario,
        numbered: NumberedPlan,
        decoded: Decoded,
        teams: Sequence[Team],
        network: Network,
    ) -> None:
        needs, asked = numbered.needs(scenario)
        kinds, plan = kinds_of(teams), numbered.plan
        known = {asset.id: i for i, asset in enumerate(scenario.assets)}
        self._assets = np.array([known[asset] for asset, _ in kinds], np.int64)
        self._first_kinds = np.flatnonzero(np.diff(self._assets, prepend=loop.NONE))
        self._team_order = np.array(_by_kind(teams, kinds), np.int32)
        self._rate = rates_of(scenario, kinds, needs)
        self._has_area = np.array([need.has_area for need in needs], np.bool_)[:, np.newaxis]
        self._planned = _kernel_order(plan.milestones, decoded.order)
        number = np.empty(len(self._planned), np.int64)
        number[self._planned] = np.arange(len(number))
        self._milestones = plan.milestones
        self._number = number.astype(np.int32)
        self._setting = loop.Setting(
            sites=numbered.sites(number),
            crews=_crews(scenario, teams, self._team_order, network),
            jobs=numbered.jobs(asked, self._rate, self._planned, number),
        )
        self._last_alike = _last_alike(scenario, decoded, number[plan.milestones.stages])
        ids = surveyed(scenario)
        self._surveys = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)

    def _order(self, amounts: Amounts) -> tuple[Numbers, Numbers]:
        """Jobs by priority, and the priority of each milestone, with the found hazards."""
        order = _by_number(amounts.numbering.found_of, self._surveys)
        jobs = self._milestones.jobs
        return _with_found(self._last_alike, amounts.found.like, amounts.numbering, order, jobs)

    def _alike(self, alike: Numbers) -> Numbers:
        """What each milestone is alike, in the order of the loop."""
        planned = np.arange(len(self._number), dtype=np.int32)
        return np.concatenate([planned, self._number[alike[len(planned) :]]])

    def work(self, amounts: Amounts, until_s: int, *, keeps_parcels: bool = False) -> WorkLog:
        """Let the teams work through one draw.

        Parameters
        ----------
        amounts
            Work of the draw.
        until_s
            Last instant, s; what falls later cannot change what falls before.
        keeps_parcels
            Whether each parcel is logged.

        Returns
        -------
        WorkLog
            All that happened.
        """
        job_at, priority = self._order(amounts)
        numbering = amounts.numbering
        found = np.arange(len(self._planned), len(amounts.parcels), dtype=np.int32)
        planned = np.concatenate([self._planned, found])
        calendars = amounts.calendars
        parcel = (amounts.work / np.maximum(amounts.parcels, 1))[planned]
        productivity = amounts.productivity[self._assets]
        load = loop.Load(
            work=parcel / amounts.speed[planned],
            parcels=amounts.parcels[planned],
            delay_s=amounts.delay_s[planned],
            rate=np.where(self._has_area, self._rate * productivity, self._rate),
            calendar=loop.Calendar(
                month_start=calendars.months.start_day,
                month_of_day=calendars.months.of_day,
                worked=calendars.worked,
                daily=calendars.daily,
            ),
            job_at=job_at,
            priority=priority,
            alike=self._alike(numbering.alike),
            found_of=numbering.found_of,
            found_stages=numbering.stages,
            found_double=self._number[numbering.alike[numbering.releases]],
        )
        log = _new_log(int(amounts.parcels.sum()) if keeps_parcels else 0)
        result = loop.run(self._setting, load, log, until_s)
        log = _cut(log, int(result.parcels))
        return WorkLog(
            passed_s=_renamed(result.passed_s, planned),
            row=np.concatenate([self._number, found]),
            open_s=result.open_s,
            closing=result.closing,
            day_share=result.day_share,
            last_finish_s=_renamed(result.last_finish_s, self._team_order),
            demining_days=_renamed(result.demining_days, self._team_order),
            demined_m2=float((result.demined * parcel).sum()),
            mobilisations=calendars.by_month(self._by_asset(result.mobilisations)),
            camps=calendars.by_month(self._by_asset(result.camps)),
            parcels=int(result.parcels),
            job_at=planned[job_at],
            log=log._replace(job=planned[log.job], team=self._team_order[log.team]),
        )

    def all_at_once(self, amounts: Amounts) -> WorkLog:
        """Say that all is done on day 0 by nobody: a log without work, in arrays as of a run.

        Parameters
        ----------
        amounts
            Work of the draw.

        Returns
        -------
        WorkLog
            Of the types that :meth:`work` gives.
        """
        milestones, teams = len(amounts.parcels), len(self._setting.crews.team_crew)
        by_month = (len(self._assets), len(amounts.calendars.months.start_day))
        found = np.arange(len(self._planned), milestones)
        return WorkLog(
            passed_s=np.zeros(milestones, np.int64),
            row=np.arange(milestones, dtype=np.int32),
            open_s=np.zeros(milestones, np.int64),
            closing=np.zeros((milestones, 6), np.int64),
            day_share=np.ones(milestones),
            last_finish_s=np.zeros(teams, np.int64),
            demining_days=np.zeros(teams),
            demined_m2=0.0,
            mobilisations=np.zeros(by_month, np.int32),
            camps=np.zeros(by_month, np.int32),
            parcels=0,
            job_at=np.concatenate([self._planned, found])[self._order(amounts)[0]],
            log=_new_log(0),
        )

    def _by_asset(self, counts: Numbers) -> Numbers:
        """Add up what the loop counts by kind of teams: their asset type, whom they serve."""
        if len(self._first_kinds) == len(counts):
            return counts
        return np.add.reduceat(counts, self._first_kinds, axis=0, dtype=np.int32)


def _renamed(values: npt.NDArray[T], order: npt.NDArray[np.integer[Any]]) -> npt.NDArray[T]:
    """Bring what stands in the order of the kernel into that of the plan, or of the roster."""
    moved = np.empty_like(values)
    moved[order] = values
    return moved


def _kernel_order(milestones: Milestones, jobs: Whole) -> Whole:
    """Milestones of the plan in the order of the kernel: what happens together stands together.

    Jobs by priority; then the releases of hazards in the order of their last stages; then roads.
    """
    place = np.empty(len(jobs), np.int64)
    place[jobs] = np.arange(len(jobs))
    last_stages = place[milestones.stages].reshape(-1, len(HAZARD_STAGES))[:, -1]
    releases = milestones.jobs + np.argsort(last_stages, kind="stable")
    roads = np.arange(milestones.road_releases.start, milestones.planned)
    return np.concatenate([jobs, releases, roads])


def _last_alike(scenario: Scenario, decoded: Decoded, stages: Whole) -> Whole:
    """Where the stages of a found hazard go in the order: after those of its like.

    For each recorded hazard and stage: the place of the last job, in the order, of a recorded
    hazard of the same rank, class of dispatch and stage.
    """
    places = stages.reshape(-1, len(HAZARD_STAGES))
    ranks = decoded.ranks[: stages.size : len(HAZARD_STAGES)]
    of_class = [
        (h.road is not None) + 2 * any(denied in SETTLEMENT_DENIALS for denied in h.denies)
        for h in scenario.hazards
    ]
    _, group = np.unique(4 * ranks + np.array(of_class, np.int64), return_inverse=True)
    last = np.zeros((len(scenario.hazards), len(HAZARD_STAGES)), np.int64)
    np.maximum.at(last, group, places)
    return last[group]


@compiled
def _by_number(found_of: Numbers, surveys: Whole) -> Whole:
    """Found hazards by their number at their settlement, then in the order of the surveys."""
    most = 0
    for survey in surveys:
        most = max(most, found_of[survey + 1] - found_of[survey])
    begin = np.zeros(most + 1, np.int64)
    for survey in surveys:
        for nth in range(found_of[survey + 1] - found_of[survey]):
            begin[nth + 1] += 1
    begin = np.cumsum(begin)
    order = np.empty(found_of[-1], np.int64)
    for survey in surveys:
        for nth in range(found_of[survey + 1] - found_of[survey]):
            order[begin[nth]] = found_of[survey] + nth
            begin[nth] += 1
    return order


@compiled
def _with_found(
    last_alike: Whole, like: Whole, numbering: Numbering, order: Whole, jobs: Int
) -> tuple[Numbers, Numbers]:
    """Put the found hazards' stages behind those of their like, and count all jobs anew.

    Several behind the same one stand in the given order of hazards.
    """
    stages = numbering.stages.shape[1]
    behind = np.zeros(jobs + 1, np.int64)
    for hazard in range(len(like)):
        for stage in range(stages):
            behind[last_alike[like[hazard], stage + 1] + 1] += 1
    behind = np.cumsum(behind)
    job_at = np.empty(jobs + len(like) * stages, np.int32)
    priority = np.zeros(len(numbering.alike), np.int32)
    for job in range(jobs):
        priority[job] = job + behind[job]
        job_at[job + behind[job]] = job
    for hazard in order:
        for stage in range(stages):
            after, milestone = last_alike[like[hazard], stage + 1], numbering.stages[hazard, stage]
            place = after + 1 + behind[after]
            behind[after] += 1
            priority[milestone], job_at[place] = place, milestone
    return job_at, priority


def _kind(team: Team) -> Kind:
    return team.asset, team.serves


def _by_kind(teams: Sequence[Team], kinds: Sequence[Kind]) -> list[int]:
    """Order in which the loop has the teams: by kind, those of one kind by name."""
    number = {kind: i for i, kind in enumerate(kinds)}
    return sorted(range(len(teams)), key=lambda i: number[_kind(teams[i])])


def _crews(
    scenario: Scenario, roster: Sequence[Team], order: Numbers, network: Network
) -> loop.Crews:
    """Teams by crew, crews by kind, bases; teams stand by kind and name, so both are in a row."""
    teams = [roster[i] for i in order]
    kinds = list(dict.fromkeys(map(_kind, teams)))
    crews = list(dict.fromkeys((_kind(team), team.base) for team in teams))
    crew_no = {crew: i for i, crew in enumerate(crews)}
    bases = list(dict.fromkeys(team.base for team in roster))
    type_of = {asset.id: asset for asset in scenario.assets}
    types = [type_of[asset] for asset, _ in kinds]
    rovers = [
        [
            i
            for i, ((asset, _), at) in enumerate(crews)
            if at == base and type_of[asset].camp_days is None
        ]
        for base in bases
    ]
    rovers_of, rover_crews = rows(rovers)
    team_crew = [crew_no[_kind(team), team.base] for team in teams]
    return loop.Crews(
        base_place=np.array([network.place_no[base] for base in bases], np.int32),
        rovers_of=rovers_of,
        rovers=rover_crews,
        shift_hours=np.array([one.shift_hours for one in types], np.float64),
        mobilisation_s=np.array(
            [days_to_seconds(one.mobilisation_days) for one in types], np.int64
        ),
        camp_s=np.array(
            [NEVER if one.camp_days is None else days_to_seconds(one.camp_days) for one in types],
            np.int64,
        ),
        crews_of=_begins([kinds.index(kind) for kind, _ in crews], len(kinds)),
        asset=np.array([kinds.index(kind) for kind, _ in crews], np.int32),
        base=np.array([bases.index(base) for _, base in crews], np.int32),
        teams_of=_begins(team_crew, len(crews)),
        team_crew=np.array(team_crew, np.int32),
        team_place=order,
        team_from_s=np.array([team.from_s for team in teams], np.int64),
        team_until_s=np.array(
            [LIMIT_S + 1 if team.until_s is None else team.until_s for team in teams], np.int64
        ),
    )


def _begins(sorted_numbers: npt.ArrayLike, groups: int) -> Numbers:
    """Where each group begins among the sorted numbers of their groups."""
    return np.searchsorted(sorted_numbers, np.arange(groups + 1)).astype(np.int32)


def _new_log(rows: int) -> Log:
    return Log(
        job=np.zeros(rows, np.int32),
        team=np.zeros(rows, np.int32),
        start_s=np.zeros(rows, np.int64),
        work_s=np.zeros(rows, np.int64),
        finish_s=np.zeros(rows, np.int64),
        travel_hours=np.zeros(rows, np.float64),
        workable_days=np.zeros(rows, np.float64),
        camped=np.zeros(rows, np.bool_),
        mobilised=np.zeros(rows, np.bool_),
    )


def _cut(log: Log, rows: int) -> Log:
    columns: Any = (column[:rows] for column in log)
    return Log(*columns)
