"""Tables of one run: what is done, released and opened, met and missing, with ids and days."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from returnplan.model.account import Tables
from returnplan.model.work.arrays import Amounts, WorkLog
from returnplan.domain import HAZARD_STAGES, Scenario
from returnplan.model.effects.harm import harm_table
from returnplan.model.work.milestones import WorkPlan, found_hazard, surveyed
from returnplan.model.work.policies import Decoded
from returnplan.quantiles import HIGH, LOW, MIDDLE, mean, quantile
from returnplan.model.conditions.gates import NEVER, Readiness
from returnplan.model.conditions.score import Scored, rank_correlation, severity
from returnplan.model.work.teams import Team
from returnplan.units import (
    DAY_S,
    counting_dates,
    date_to_seconds,
    horizon_date,
    seconds_to_date,
)

ROUTES = ("cancelled", "reduced", "cleared")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One allocation in one draw, with everything that its tables need.

    Parameters
    ----------
    scenario, allocation, horizon_s
        What was run, and until when, s.
    plan, decoded, teams
        Jobs, their order, and who is there.
    amounts, log
        How much work there was, and what happened.
    """

    scenario: Scenario
    allocation: str
    horizon_s: int
    plan: WorkPlan
    decoded: Decoded
    teams: Sequence[Team]
    amounts: Amounts
    log: WorkLog


def _day(seconds: float | None, horizon_s: float = math.inf) -> float | None:
    """Days since the start; None when the time does not come, or not within the horizon."""
    if seconds is None or seconds == NEVER or seconds > horizon_s:
        return None
    return seconds / DAY_S


def _days(seconds: npt.NDArray[Any], horizon_s: float = math.inf) -> Floats:
    """The same for many times; negative ones do not come."""
    return np.where((seconds < 0) | (seconds > horizon_s), np.nan, seconds / DAY_S)


def _iso(seconds: float, scenario: Scenario) -> str | None:
    if seconds == NEVER:
        return None
    return seconds_to_date(int(seconds), scenario.start).isoformat()


def found_ids(run: Run) -> list[str]:
    """Ids of the hazards that the community surveys find, in their order."""
    settlements = surveyed(run.scenario)
    counts: dict[int, int] = {}
    ids = []
    for settlement in run.amounts.found.settlement.tolist():
        counts[settlement] = counts.get(settlement, 0) + 1
        ids.append(found_hazard(settlements[settlement], counts[settlement]))
    return ids


def jobs_table(run: Run) -> pd.DataFrame:
    """One row a parcel, by priority; parcels that no team began stand without a team."""
    jobs, log, amounts = run.plan.jobs, run.log.log, run.amounts
    stages = len(HAZARD_STAGES)
    fixed = len(jobs) + len(run.plan.waits)
    order = run.log.job_at[amounts.parcels[run.log.job_at] > 0]
    found = found_ids(run)
    double = order.copy()
    is_found = order >= fixed
    nth, stage = np.divmod(order[is_found] - fixed, stages)
    double[is_found] = stages * amounts.found.like[nth] + 1 + stage
    names = [jobs[i].id for i in double]
    owners = [jobs[i].owner for i in double]
    ranks = [run.decoded.rank[name] for name in names]
    for row, hazard in zip(np.flatnonzero(is_found), (found[i] for i in nth), strict=True):
        owners[row], names[row] = hazard, f"{hazard}/{jobs[double[row]].stage}"
    parcels = amounts.parcels[order]
    work = amounts.work[order] / parcels
    has_area = np.array([jobs[i].has_area for i in double], np.bool_)
    row_of_job = np.zeros(len(amounts.parcels), np.int64)
    row_of_job[order] = np.cumsum(parcels) - parcels
    nth_of_job = _count_up(log.job)
    at = row_of_job[log.job] + nth_of_job
    rows = int(parcels.sum())
    teams = run.teams

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
            "allocation": run.allocation,
            "job": spread(names),
            "owner": spread(owners),
            "stage": spread([jobs[i].stage for i in double]),
            "place_or_road": spread([jobs[i].site for i in double]),
            "parcel": np.arange(rows) - np.repeat(np.cumsum(parcels) - parcels, parcels) + 1,
            "rank": np.repeat(ranks, parcels),
            "team": worded([teams[i].id for i in log.team]),
            "asset": worded([teams[i].asset for i in log.team]),
            "base": worded([teams[i].base for i in log.team]),
            "open_day": np.repeat(_days(run.log.open_s[order]), parcels),
            "start_day": placed(log.start_s / DAY_S),
            "work_day": placed(_days(log.work_s, run.horizon_s)),
            "finish_day": placed(_days(log.finish_s, run.horizon_s)),
            "travel_hours": placed(log.travel_hours),
            "camped": worded(log.camped.tolist()),
            "mobilised": worded(log.mobilised.tolist()),
            "workable_days": placed(log.workable_days),
            "area_m2": np.repeat(np.where(has_area, work, np.nan), parcels),
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


def hazard_ids(run: Run) -> list[str]:
    """Recorded hazards, then those that the community surveys find."""
    return [*(hazard.id for hazard in run.scenario.hazards), *found_ids(run)]


def released_s(run: Run) -> npt.NDArray[np.int64]:
    """Release of each hazard, recorded or found, s; negative: not within the horizon."""
    jobs, hazards = len(run.plan.jobs), len(run.scenario.hazards)
    fixed = jobs + len(run.plan.waits)
    passed = run.log.passed_s
    return np.concatenate([passed[jobs : jobs + hazards], passed[fixed + 3 :: 4]])


def releases_table(run: Run) -> pd.DataFrame:
    """One row a hazard."""
    shares = run.amounts.shares
    return pd.DataFrame(
        {
            "allocation": run.allocation,
            "hazard": hazard_ids(run),
            "released_day": _days(released_s(run)),
            "share_cancelled": shares[:, 0],
            "share_reduced": shares[:, 1],
            "share_cleared": shares[:, 2],
        }
    )


def roads_table(run: Run) -> pd.DataFrame:
    """One row a road."""
    first = len(run.plan.jobs) + len(run.scenario.hazards)
    roads = len(run.scenario.roads)
    passed = run.log.passed_s
    return pd.DataFrame(
        {
            "allocation": run.allocation,
            "road": [road.id for road in run.scenario.roads],
            "released_day": _days(passed[first : first + roads]),
            "open_day": _days(passed[first + roads : first + 2 * roads]),
        }
    )


READINESS_COLUMNS = [
    "allocation",
    "community",
    "settlement",
    "district",
    "people",
    "status",
    "ready_date_p10",
    "ready_date_p50",
    "ready_date_p90",
    "ready_day_p50",
    "probability_by_horizon",
    "binding_gate",
    "score",
    "severity",
    "unknown_gates",
]


def readiness_table(run: Run, judged: Sequence[Readiness], scored: Scored) -> pd.DataFrame:
    """One row a community; ranges stay empty in a run without draws."""
    scenario, rows = run.scenario, []
    for community, result in zip(scenario.communities, judged, strict=True):
        rows.append(
            {
                "allocation": run.allocation,
                "community": community.id,
                "settlement": community.settlement,
                "district": scenario.place[community.settlement].district,
                "people": community.people,
                "status": result.status,
                "ready_date_p10": None,
                "ready_date_p50": _iso(result.ready_s, scenario),
                "ready_date_p90": None,
                "ready_day_p50": _day(result.ready_s, run.horizon_s),
                "probability_by_horizon": None,
                "binding_gate": result.binding_gate,
                "unknown_gates": ", ".join(result.unknown_gates) or None,
            }
        )
    numbers = ("ready_day_p50", "probability_by_horizon", "score", "severity")
    table = pd.DataFrame(rows, columns=READINESS_COLUMNS)
    table["score"] = scored.score["proposed"]
    table["severity"] = severity(scored.score["proposed"])
    return table.astype(dict.fromkeys(numbers, float))


PEOPLE_COLUMNS = [
    "allocation",
    "date",
    "day",
    "people_p10",
    "people_p50",
    "people_p90",
    "people_mean",
    "returned_p10",
    "returned_p50",
    "returned_p90",
    "returned_mean",
    "present_p10",
    "present_p50",
    "present_p90",
    "early_p50",
]


def returned_columns(totals: Mapping[str, Floats]) -> dict[str, Floats]:
    """People who have returned, are present, came early, by date: ranges, or one run's numbers.

    Parameters
    ----------
    totals
        ``returned``, ``present``, ``early``: draws x dates.

    Returns
    -------
    dict[str, numpy.ndarray]
        Columns of the table ``people_met``.
    """
    found: dict[str, Floats] = {}
    for name, values in totals.items():
        for percent in (LOW, MIDDLE, HIGH):
            is_blank = len(values) == 1 and percent != MIDDLE
            column = np.full(values.shape[1], np.nan) if is_blank else quantile(values, percent)
            found[f"{name}_p{percent}"] = column
        found[f"{name}_mean"] = np.array([mean(column) for column in values.T])
    return found


def people_met_table(
    run: Run, judged: Sequence[Readiness], totals: Mapping[str, Floats]
) -> pd.DataFrame:
    """One row a date: people whose conditions are met by its midnight (model §11)."""
    scenario, rows = run.scenario, []
    ready = {result.community: result.ready_s for result in judged}
    for day in counting_dates(scenario.start, scenario.horizon_years):
        by_s = date_to_seconds(day, scenario.start)
        people = sum(c.people for c in scenario.communities if ready[c.id] <= by_s)
        when = (run.allocation, day.isoformat(), (day - scenario.start).days)
        rows.append((*when, None, people, None, people))
    table = pd.DataFrame(rows, columns=PEOPLE_COLUMNS[:7])
    table = table.assign(**returned_columns(totals))[PEOPLE_COLUMNS]
    return table.astype({"people_p10": float, "people_p90": float})


def gates_table(run: Run, judged: Sequence[Readiness]) -> pd.DataFrame:
    """One row a community and gate."""
    rows = []
    for community, result in zip(run.scenario.communities, judged, strict=True):
        for name, time in result.gates.items():
            day = _day(time, run.horizon_s)
            state = "unknown" if time is None else "not met" if day is None else "met"
            share = float(name == result.binding_gate)
            rows.append((run.allocation, community.id, name, state, day, share))
    columns = ["allocation", "community", "gate", "state", "day_p50", "binding_share"]
    return pd.DataFrame(rows, columns=columns).astype({"day_p50": float})


def land_release_table(run: Run) -> pd.DataFrame:
    """Area by district, year of release, route, and what it denied, m2."""
    scenario = run.scenario
    district = district_of(scenario)
    like = [*range(len(scenario.hazards)), *run.amounts.found.like.tolist()]
    areas: dict[tuple[str, int, str, str], list[float]] = {}
    for number, at_s in enumerate(released_s(run).tolist()):
        if at_s < 0:
            continue
        hazard = scenario.hazards[like[number]]
        year = seconds_to_date(at_s, scenario.start).year
        for route, name in enumerate(ROUTES):
            area = float(run.amounts.area_m2[number] * run.amounts.shares[number, route])
            key = (district[hazard.site], year, name, ";".join(hazard.denies))
            areas.setdefault(key, []).append(area)
    sums = {key: math.fsum(found) for key, found in areas.items()}
    rows = [(run.allocation, *key, None, area, None, area) for key, area in sums.items()]
    columns = ["allocation", "district", "year", "route", "denies"]
    columns += ["area_m2_p10", "area_m2_p50", "area_m2_p90", "area_m2_mean"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[-4:], float))
    return table.sort_values(columns[1:5], ignore_index=True)


def district_of(scenario: Scenario) -> dict[str, str]:
    """District of each place and road; a road has that of its ``from_place``."""
    district = {road.id: scenario.place[road.from_place].district for road in scenario.roads}
    return district | {place.id: place.district for place in scenario.places}


def summary_table(run: Run, judged: Sequence[Readiness], told: Tables) -> pd.DataFrame:
    """One row: what the allocation brings, by yearly dates (model §11)."""
    scenario = run.scenario
    ready = {result.community: result.ready_s for result in judged}
    waiting = [(c.people, min(ready[c.id], run.horizon_s)) for c in scenario.communities]
    row: dict[str, object] = {
        "allocation": run.allocation,
        "person_days_mean": math.fsum(people * s / DAY_S for people, s in waiting),
        "person_days_p10": None,
        "person_days_p90": None,
    }
    for year in range(1, scenario.horizon_years + 1):
        by_date = horizon_date(scenario.start, year)
        by_s = date_to_seconds(by_date, scenario.start)
        people = sum(c.people for c in scenario.communities if ready[c.id] <= by_s)
        row[f"people_by_{by_date.isoformat()}_mean"] = people
    last = max(ready.values(), default=NEVER)
    row |= {
        "last_ready_date_p50": _iso(last, scenario),
        "communities_never": sum(s == NEVER for s in ready.values()),
        **summary_columns(scenario, told, people),
    }
    return pd.DataFrame([row])


def summary_columns(scenario: Scenario, told: Tables, people: float) -> dict[str, float | None]:
    """What one run and many draws say alike of an allocation.

    Parameters
    ----------
    scenario
        The scenario.
    told
        Tables of the allocation.
    people
        People whose conditions are met by the horizon (mean).

    Returns
    -------
    dict[str, float | None]
        Cost, returns, harm, stability of the ranking.
    """
    harm = harm_table(scenario, [told.allocation], {told.allocation: told.casualties})
    of_kind: dict[str, Any] = {row["kind"]: row for row in harm.to_dict("records")}
    usd = mean(told.cost_usd)
    correlation = rank_correlation(told.scored)
    return {
        "cost_usd_mean": usd,
        "cost_per_person_usd": usd / people if people else None,
        "returned_by_horizon_mean": mean(told.totals["returned"][:, -1]),
        "present_at_horizon_mean": mean(told.totals["present"][:, -1]),
        "early_person_days_mean": told.early_person_days,
        "expected_casualties_low": of_kind["returnees"]["expected_low"],
        "expected_casualties_mean": of_kind["returnees"]["expected_mean"],
        "expected_casualties_high": of_kind["returnees"]["expected_high"],
        "deminer_accidents_mean": of_kind["deminers"]["expected_mean"],
        "rank_correlation_p10": None if math.isnan(correlation) else correlation,
    }
