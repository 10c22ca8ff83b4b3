"""What was done, released and opened in one run, with ids and days (model §3 to §6)."""

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from returnplan.runs.tables.family import of_work
from returnplan.runs.tables.worked import Worked
from returnplan.units import DAY_S, date_to_seconds, seconds_to_date

Floats = npt.NDArray[np.float64]


def _days(seconds: npt.NDArray[Any], horizon_s: float = math.inf) -> Floats:
    """Days since the start; nan for times that do not come, or not within the horizon."""
    return np.where((seconds < 0) | (seconds > horizon_s), np.nan, seconds / DAY_S)


@of_work
def jobs(worked: Worked) -> pd.DataFrame:
    """One row an allocation and parcel begun, one for those left of a job (on expected values)."""
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
    ranks = worked.allocation.decoded.ranks[double]
    needed = ~worked.prepared.is_unneeded[double]
    for row, hazard in zip(np.flatnonzero(is_found), (found[i] for i in nth), strict=True):
        owners[row], names[row] = hazard, f"{hazard}/{jobs[double[row]].stage}"
    parcels = amounts.parcels[order]
    begun = np.bincount(log.job, minlength=len(amounts.parcels))[order]
    left = parcels - begun
    times = begun + (left > 0)
    rows, first = int(times.sum()), np.cumsum(times) - times
    row_of_job = np.zeros(len(amounts.parcels), np.int64)
    row_of_job[order] = first
    nth_of_job = _count_up(log.job)
    at, at_left = row_of_job[log.job] + nth_of_job, (first + begun)[left > 0]
    area_m2 = amounts.work[order] / parcels
    has_area = np.array([jobs[i].has_area for i in double], np.bool_)

    def spread(values: Sequence[Any]) -> Any:
        return np.repeat(np.array(values, object), times)

    def placed(values: npt.NDArray[Any]) -> Floats:
        column = np.full(rows, np.nan)
        column[at] = values
        return column

    def worded(values: Sequence[Any]) -> Any:
        column = np.full(rows, None, object)
        column[at] = values
        return column

    def counted(where: npt.NDArray[Any], values: npt.NDArray[Any]) -> "pd.Series[Any]":
        column = pd.Series(pd.NA, index=range(rows), dtype="Int64")
        column.iloc[where] = values
        return column

    return pd.DataFrame(
        {
            "allocation": worked.name,
            "job": spread(names),
            "owner": spread(owners),
            "stage": spread([jobs[i].stage for i in double]),
            "place_or_road": spread([jobs[i].site for i in double]),
            "parcel": counted(at, nth_of_job + 1),
            "parcels_left": counted(at_left, left[left > 0]),
            "rank": np.repeat(ranks, times),
            "needed": np.repeat(needed, times),
            "team": worded([teams[i].id for i in log.team]),
            "asset": worded([teams[i].asset for i in log.team]),
            "base": worded([teams[i].base for i in log.team]),
            "open_day": np.repeat(_days(work.open_s[work.row[order]]), times),
            "start_day": placed(log.start_s / DAY_S),
            "work_day": placed(_days(log.work_s, horizon_s)),
            "finish_day": placed(_days(log.finish_s, horizon_s)),
            "travel_hours": placed(log.travel_hours),
            "camped": worded(log.camped.tolist()),
            "mobilised": worded(log.mobilised.tolist()),
            "workable_days": placed(log.workable_days),
            "area_m2": np.repeat(np.where(has_area, area_m2, np.nan), times),
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


def doings(jobs: pd.DataFrame, presence: pd.DataFrame, edges: Floats) -> pd.DataFrame:
    """Say what the teams of one allocation do with the days they are present.

    Between ``work_day`` and ``finish_day`` the workable days count as work (commuting included) and
    the rest as non-workable, both spread evenly over the parcel's time. From dispatch to
    ``work_day`` a team mobilises, travels and camps. What remains of its presence is idle; a team
    that finishes a parcel after its ``until_day`` stays present until then. A parcel that is begun
    but not finished within the horizon (blank days) lasts until the horizon; its workable days are
    those of its asset type's finished parcels in proportion, or all.

    Parameters
    ----------
    jobs
        Parcels: team, asset, needed, start_day, work_day, finish_day, workable_days.
    presence
        As :func:`presence` gives it.
    edges
        Ends of the periods in days, the first is 0, the last the horizon.

    Returns
    -------
    pandas.DataFrame
        One row an asset type and period: asset, from_day, until_day; team-days of work, travel,
        pause and idle, and those of work that no gate in force waits for (unneeded).
    """
    mine = jobs[jobs["team"].notna() & (jobs["team"].astype(str) != "")]
    share = _workable_shares(mine)
    mine = mine.fillna({"work_day": edges[-1], "finish_day": edges[-1]})
    start, work, finish = (
        mine[name].to_numpy(dtype=float) for name in ("start_day", "work_day", "finish_day")
    )
    at_work = _overlap(work, finish, edges)
    last = mine.groupby("team")["finish_day"].max()
    ends = presence["until_day"].to_numpy(dtype=float)
    late = last.reindex(presence["team"]).to_numpy(dtype=float)
    ends = np.fmax(np.where(np.isnan(ends), edges[-1], ends), late)
    there = _overlap(presence["from_day"].to_numpy(dtype=float), ends, edges)
    doing = {
        "work": _by_asset(mine["asset"], at_work * share[:, None]),
        "travel": _by_asset(mine["asset"], _overlap(start, work, edges)),
        "pause": _by_asset(mine["asset"], at_work * (1 - share[:, None])),
    }
    present = _by_asset(presence["asset"], there)
    busy = {name: table.reindex(present.index, fill_value=0.0) for name, table in doing.items()}
    busy["idle"] = (present - sum(busy.values(), 0 * present)).clip(lower=0.0)
    assets = [str(asset) for asset in present.index]
    tidy = pd.DataFrame({"asset": np.repeat(assets, len(edges) - 1)})
    tidy["from_day"] = np.tile(edges[:-1], len(assets))
    tidy["until_day"] = np.tile(edges[1:], len(assets))
    for name, table in busy.items():
        tidy[name] = table.to_numpy(dtype=float).ravel()
    rest = share * ~mine["needed"].to_numpy(dtype=bool)
    unneeded = _by_asset(mine["asset"], at_work * rest[:, None])
    tidy["unneeded"] = unneeded.reindex(present.index, fill_value=0.0).to_numpy(dtype=float).ravel()
    return tidy


def _workable_shares(mine: pd.DataFrame) -> Floats:
    """Share of workable days from ``work_day`` on, one a parcel.

    A parcel that is not finished takes the share of all finished parcels of its asset type, else 1.
    """
    span = (mine["finish_day"] - mine["work_day"]).astype(float)
    done = pd.DataFrame({"asset": mine["asset"], "span": span, "days": mine["workable_days"]})
    sums = done[span > 0].groupby("asset")[["span", "days"]].sum()
    usual = mine["asset"].map(sums["days"] / sums["span"]).astype(float).fillna(1.0)
    own = (done["days"].astype(float) / span.where(span > 0)).where(span != 0, 0.0)
    return np.asarray(own.where(span.notna(), usual).clip(0, 1), dtype=np.float64)


def _overlap(begin: Floats, end: Floats, edges: Floats) -> Floats:
    """Days that each span shares with each period, shape (spans, periods)."""
    upper = np.minimum(end[:, None], edges[None, 1:])
    lower = np.maximum(begin[:, None], edges[None, :-1])
    shared: Floats = np.clip(upper - lower, 0.0, None)
    return shared


def _by_asset(asset: "pd.Series[str]", days: Floats) -> pd.DataFrame:
    """Add up rows of team-days by asset type."""
    return (
        pd.DataFrame(days, index=pd.Index(asset.astype(str), name="asset")).groupby(level=0).sum()
    )


def _begun(worked: Worked) -> pd.DataFrame:
    """Parcels that are begun, with the columns that :func:`doings` needs."""
    plan, alike = worked.prepared.plan, worked.course.numbers.amounts.numbering.alike
    rest = worked.prepared.unneeded
    log, teams, horizon_s = (
        worked.course.log.log,
        worked.allocation.teams,
        worked.prepared.horizon_s,
    )
    return pd.DataFrame(
        {
            "team": [teams[i].id for i in log.team],
            "asset": [teams[i].asset for i in log.team],
            "needed": [plan.jobs[i].id not in rest for i in alike[log.job]],
            "start_day": log.start_s / DAY_S,
            "work_day": _days(log.work_s, horizon_s),
            "finish_day": _days(log.finish_s, horizon_s),
            "workable_days": log.workable_days,
        }
    )


@of_work
def team_time(worked: Worked) -> pd.DataFrame:
    """One row an allocation, year and asset type: busy and idle days (run on expected values)."""
    prepared = worked.prepared
    start, horizon_s = prepared.scenario.start, prepared.horizon_s
    years = range(start.year, prepared.horizon.year + 1)
    turns_s = [date_to_seconds(date(year, 1, 1), start) for year in years[1:]]
    edges = np.unique(np.array([0, *turns_s, horizon_s]) / DAY_S)
    table = doings(_begun(worked), presence(worked), edges)
    days = table[list(DOINGS)].sum(axis=1)
    year = [seconds_to_date(int(day * DAY_S), start).year for day in table["from_day"]]
    table = table.assign(
        allocation=worked.name,
        year=year,
        team_days=days,
        busy_share=1 - table["idle"] / days.where(days > 0),
        idle_share=table["idle"] / days.where(days > 0),
        unneeded_days=table["unneeded"],
        **{f"{doing}_days": table[doing] for doing in DOINGS},
    )
    columns = ["allocation", "year", "asset", "team_days", *(f"{doing}_days" for doing in DOINGS)]
    there = table.loc[days > 0, [*columns, "busy_share", "idle_share", "unneeded_days"]]
    return there.sort_values(["year", "asset"], ignore_index=True)


DOINGS = ("work", "travel", "pause", "idle")
"""What teams do with the days on which they are present."""
