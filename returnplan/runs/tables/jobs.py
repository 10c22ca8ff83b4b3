"""What was done, released and opened in one run, with ids and days (model §3 to §6)."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from returnplan.runs.tables.family import of_work
from returnplan.runs.tables.worked import Worked
from returnplan.units import DAY_S

Floats = npt.NDArray[np.float64]


def _days(seconds: npt.NDArray[Any], horizon_s: float = math.inf) -> Floats:
    """Days since the start; nan for times that do not come, or not within the horizon."""
    return np.where((seconds < 0) | (seconds > horizon_s), np.nan, seconds / DAY_S)


@of_work
def jobs(worked: Worked) -> pd.DataFrame:
    """One row an allocation and parcel of work: which team, when (run on expected values)."""
    plan, work, amounts = worked.prepared.plan, worked.course.log, worked.course.numbers.amounts
    jobs, number, log = plan.jobs, plan.milestones, work.log
    horizon_s, teams = worked.prepared.horizon_s, worked.allocation.teams
    order = work.job_at[amounts.parcels[work.job_at] > 0]
    found = worked.found()
    double = amounts.numbering.alike[order]
    is_found = order >= number.planned
    nth, _ = number.of_found(order[is_found])
    names = [jobs[i].id for i in double]
    owners = [jobs[i].owner for i in double]
    ranks = [worked.allocation.decoded.rank[name] for name in names]
    for row, hazard in zip(np.flatnonzero(is_found), (found[i] for i in nth), strict=True):
        owners[row], names[row] = hazard, f"{hazard}/{jobs[double[row]].stage}"
    parcels = amounts.parcels[order]
    area_m2 = amounts.work[order] / parcels
    has_area = np.array([jobs[i].has_area for i in double], np.bool_)
    row_of_job = np.zeros(len(amounts.parcels), np.int64)
    row_of_job[order] = np.cumsum(parcels) - parcels
    nth_of_job = _count_up(log.job)
    at = row_of_job[log.job] + nth_of_job
    rows = int(parcels.sum())

    def spread(values: Sequence[Any]) -> Any:
        return np.repeat(np.array(values, object), parcels)

    def placed(values: npt.NDArray[Any]) -> Floats:
        column = np.full(rows, np.nan)
        column[at] = values
        return column

    def worded(values: Sequence[Any]) -> Any:
        column = np.full(rows, None, object)
        column[at] = values
        return column

    return pd.DataFrame(
        {
            "allocation": worked.name,
            "job": spread(names),
            "owner": spread(owners),
            "stage": spread([jobs[i].stage for i in double]),
            "place_or_road": spread([jobs[i].site for i in double]),
            "parcel": np.arange(rows) - np.repeat(np.cumsum(parcels) - parcels, parcels) + 1,
            "rank": np.repeat(ranks, parcels),
            "team": worded([teams[i].id for i in log.team]),
            "asset": worded([teams[i].asset for i in log.team]),
            "base": worded([teams[i].base for i in log.team]),
            "open_day": np.repeat(_days(work.open_s[order]), parcels),
            "start_day": placed(log.start_s / DAY_S),
            "work_day": placed(_days(log.work_s, horizon_s)),
            "finish_day": placed(_days(log.finish_s, horizon_s)),
            "travel_hours": placed(log.travel_hours),
            "camped": worded(log.camped.tolist()),
            "mobilised": worded(log.mobilised.tolist()),
            "workable_days": placed(log.workable_days),
            "area_m2": np.repeat(np.where(has_area, area_m2, np.nan), parcels),
        }
    )


def _count_up(items: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """How often each item stood before."""
    order = np.argsort(items, kind="stable")
    counts = np.bincount(items) if len(items) else np.zeros(0, np.int64)
    begins = np.cumsum(counts) - counts
    before = np.empty(len(items), np.int64)
    before[order] = np.arange(len(items)) - begins[items[order]]
    return before


@of_work
def releases(worked: Worked) -> pd.DataFrame:
    """One row an allocation and hazard: day of release (run on expected values)."""
    shares = worked.course.numbers.amounts.shares
    return pd.DataFrame(
        {
            "allocation": worked.name,
            "hazard": worked.hazards(),
            "released_day": _days(worked.prepared.plan.milestones.releases(worked.passed_s)),
            "share_cancelled": shares[:, 0],
            "share_reduced": shares[:, 1],
            "share_cleared": shares[:, 2],
        }
    )


@of_work
def roads(worked: Worked) -> pd.DataFrame:
    """One row an allocation and road: day of opening (run on expected values)."""
    number = worked.prepared.plan.milestones
    return pd.DataFrame(
        {
            "allocation": worked.name,
            "road": [road.id for road in worked.prepared.scenario.roads],
            "released_day": _days(worked.passed_s[number.road_releases]),
            "open_day": _days(worked.passed_s[number.road_openings]),
        }
    )


def presence(worked: Worked) -> pd.DataFrame:
    """One row a team: days on which it is present; teams that never come are left out.

    Not a table of the run folder: charts draw it.
    """
    teams = worked.allocation.teams
    from_s, until_s = worked.allocation.payroll.presence(worked.course.log.last_finish_s)
    table = pd.DataFrame(
        {
            "allocation": worked.name,
            "team": [team.id for team in teams],
            "asset": [team.asset for team in teams],
            "base": [team.base for team in teams],
            "from_day": from_s / DAY_S,
            "until_day": until_s / DAY_S,
        }
    )
    return table[until_s > from_s].reset_index(drop=True)
