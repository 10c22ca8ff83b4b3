"""Scenario and allocation in, outcome out: the whole model in one readable function."""

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from returnplan import cost, network, policies, teams
from returnplan.calendars import calendars_by_zone
from returnplan.chance import expected_values
from returnplan.clearance import WorkLog, WorkSimulation
from returnplan.domain import AllocationHeader, Scenario
from returnplan.landrelease import WorkPlan, opened, plan_work, released
from returnplan.policies import Decoded
from returnplan.readiness import NEVER, History, Readiness, judge
from returnplan.teams import Team
from returnplan.units import DAY_S, date_to_seconds, horizon_date, seconds_to_date

ROUTES = ("cancelled", "reduced", "cleared")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one allocation brings in the run on expected values.

    Parameters
    ----------
    scenario, allocation
        Names.
    start, horizon
        First day, and the date after which nothing is shown.
    order
        Communities as the policy ranks them.
    readiness, gates, land_release, jobs, releases, roads
        Tables with the columns of the run folder; days count from the start, empty cells are
        times that do not come within the horizon.
    presence
        Days on which each team is present: allocation, team, asset, base, from_day, until_day.
    summary
        One row: person-days, people by date, cost.
    """

    scenario: str
    allocation: str
    start: date
    horizon: date
    order: tuple[str, ...]
    readiness: pd.DataFrame
    gates: pd.DataFrame
    land_release: pd.DataFrame
    jobs: pd.DataFrame
    releases: pd.DataFrame
    roads: pd.DataFrame
    presence: pd.DataFrame
    summary: pd.DataFrame


def simulate(scenario: Scenario, allocation: str) -> Outcome:
    """Run one allocation on expected values (model §3 to §7, §10, §11).

    Parameters
    ----------
    scenario
        The scenario.
    allocation
        Name of one of its allocations.

    Returns
    -------
    Outcome
        Tables of what is done, released, opened and met, and when.

    Raises
    ------
    KeyError
        When the scenario has no allocation of that name.
    """
    header = scenario.allocation(allocation)
    horizon = horizon_date(scenario.start, scenario.horizon_years)
    horizon_s = date_to_seconds(horizon, scenario.start)
    values = expected_values(scenario)
    graph = network.build(scenario)
    plan = plan_work(scenario, values.number, values.route_shares)
    roster = teams.roster(scenario, allocation)
    order, decoded = _prioritise(scenario, header, plan, graph, roster)
    work = WorkSimulation(
        scenario, plan, decoded.priority, roster, graph, calendars_by_zone(scenario)
    )
    log = work.run(horizon_s)
    history = History(scenario=scenario, network=graph, passed_s=log.passed_s, number=values.number)
    judged = judge(history, horizon_s)
    present = cost.presence(allocation, roster, _last_finishes(log), horizon_s)
    usd = cost.cost_usd(present, scenario.assets)
    readiness = _readiness_table(scenario, allocation, judged, horizon_s)
    return Outcome(
        scenario=scenario.name,
        allocation=allocation,
        start=scenario.start,
        horizon=horizon,
        order=order,
        readiness=readiness,
        gates=_gates_table(scenario, allocation, judged, horizon_s),
        land_release=_land_release_table(scenario, allocation, plan, log),
        jobs=_jobs_table(allocation, plan, decoded, log, horizon_s),
        releases=_releases_table(scenario, allocation, plan, log),
        roads=_roads_table(scenario, allocation, log),
        presence=present,
        summary=_summary_table(scenario, allocation, judged, usd),
    )


def _prioritise(
    scenario: Scenario,
    allocation: AllocationHeader,
    plan: WorkPlan,
    graph: network.Network,
    roster: tuple[Team, ...],
) -> tuple[tuple[str, ...], Decoded]:
    """Order of the communities, and the priority of each job (model §6)."""
    skills = teams.Skills(scenario)
    best = teams.best_rates(skills, frozenset(team.asset for team in roster), plan.jobs)
    jobs = policies.jobs_by_site(plan)
    team_days = {site: policies.team_days_of(found, best) for site, found in jobs.items()}
    routes = network.access_routes(graph, scenario.roads, team_days)
    order = policies.order_communities(scenario, allocation, routes, team_days)
    bases = frozenset(team.base for team in roster)
    return order, policies.decode(scenario, plan, order, routes, bases)


def _last_finishes(log: WorkLog) -> dict[str, int]:
    last: dict[str, int] = {}
    for parcel in log.parcels:
        last[parcel.team] = max(parcel.finish_s, last.get(parcel.team, 0))
    return last


def _day(seconds: float | None, horizon_s: float = math.inf) -> float | None:
    """Days since the start; None when the time does not come, or not within the horizon."""
    if seconds is None or seconds == NEVER or seconds > horizon_s:
        return None
    return seconds / DAY_S


def _iso(seconds: float, start: date) -> str | None:
    return None if seconds == NEVER else seconds_to_date(int(seconds), start).isoformat()


def _jobs_table(
    allocation: str, plan: WorkPlan, decoded: Decoded, log: WorkLog, horizon_s: int
) -> pd.DataFrame:
    """One row a parcel, by priority; parcels that no team began stand without a team."""
    worked = {(parcel.job, parcel.parcel): parcel for parcel in log.parcels}
    rows = []
    for name in decoded.priority:
        job = plan.jobs[name]
        for number in range(1, job.parcels + 1):
            parcel = worked.get((name, number))
            asset, base, _ = parcel.team.split("/") if parcel else (None, None, None)
            rows.append(
                (
                    allocation,
                    name,
                    job.owner,
                    job.stage,
                    job.site,
                    number,
                    decoded.rank[name],
                    parcel.team if parcel else None,
                    asset,
                    base,
                    _day(log.open_s.get(name)),
                    _day(parcel.start_s) if parcel else None,
                    _day(parcel.work_s, horizon_s) if parcel else None,
                    _day(parcel.finish_s, horizon_s) if parcel else None,
                    parcel.travel_hours if parcel else None,
                    parcel.camped if parcel else None,
                    parcel.mobilised if parcel else None,
                    parcel.workable_days if parcel else None,
                    job.area_m2 / job.parcels if job.area_m2 > 0 else None,
                )
            )
    return pd.DataFrame(rows, columns=JOBS_COLUMNS)


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
JOBS_COLUMNS = [
    "allocation",
    "job",
    "owner",
    "stage",
    "place_or_road",
    "parcel",
    "rank",
    "team",
    "asset",
    "base",
    "open_day",
    "start_day",
    "work_day",
    "finish_day",
    "travel_hours",
    "camped",
    "mobilised",
    "workable_days",
    "area_m2",
]


def _releases_table(
    scenario: Scenario, allocation: str, plan: WorkPlan, log: WorkLog
) -> pd.DataFrame:
    shares = [plan.shares[hazard.id] for hazard in scenario.hazards]
    return pd.DataFrame(
        {
            "allocation": allocation,
            "hazard": [hazard.id for hazard in scenario.hazards],
            "released_day": [_day(log.passed_s.get(released(h.id))) for h in scenario.hazards],
            "share_cancelled": [share.cancelled for share in shares],
            "share_reduced": [share.reduced for share in shares],
            "share_cleared": [share.cleared for share in shares],
        }
    ).astype({"released_day": float})


def _roads_table(scenario: Scenario, allocation: str, log: WorkLog) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "allocation": allocation,
            "road": [road.id for road in scenario.roads],
            "released_day": [_day(log.passed_s.get(released(r.id))) for r in scenario.roads],
            "open_day": [_day(log.passed_s.get(opened(r.id))) for r in scenario.roads],
        }
    ).astype({"released_day": float, "open_day": float})


def _readiness_table(
    scenario: Scenario, allocation: str, judged: list[Readiness], horizon_s: int
) -> pd.DataFrame:
    """One row a community; ranges and scores stay empty in a run without draws."""
    rows = []
    for community, result in zip(scenario.communities, judged, strict=True):
        rows.append(
            {
                "allocation": allocation,
                "community": community.id,
                "settlement": community.settlement,
                "district": scenario.place[community.settlement].district,
                "people": community.people,
                "status": result.status,
                "ready_date_p10": None,
                "ready_date_p50": _iso(result.ready_s, scenario.start),
                "ready_date_p90": None,
                "ready_day_p50": _day(result.ready_s, horizon_s),
                "probability_by_horizon": None,
                "binding_gate": result.binding_gate,
                "score": None,
                "severity": None,
                "unknown_gates": ", ".join(result.unknown_gates) or None,
            }
        )
    numbers = ("ready_day_p50", "probability_by_horizon", "score", "severity")
    table = pd.DataFrame(rows, columns=READINESS_COLUMNS)
    return table.astype(dict.fromkeys(numbers, float))


def _gates_table(
    scenario: Scenario, allocation: str, judged: list[Readiness], horizon_s: int
) -> pd.DataFrame:
    rows = []
    for community, result in zip(scenario.communities, judged, strict=True):
        for name, time in result.gates.items():
            day = _day(time, horizon_s)
            state = "unknown" if time is None else "not met" if day is None else "met"
            share = float(name == result.binding_gate)
            rows.append((allocation, community.id, name, state, day, share))
    columns = ["allocation", "community", "gate", "state", "day_p50", "binding_share"]
    return pd.DataFrame(rows, columns=columns).astype({"day_p50": float})


def _land_release_table(
    scenario: Scenario, allocation: str, plan: WorkPlan, log: WorkLog
) -> pd.DataFrame:
    """Area by district, year of release, route, and what it denied, m2."""
    district = {road.id: scenario.place[road.from_place].district for road in scenario.roads}
    district |= {place.id: place.district for place in scenario.places}
    areas: dict[tuple[str, int, str, str], list[float]] = {}
    for hazard in scenario.hazards:
        released_s = log.passed_s.get(released(hazard.id))
        if released_s is None:
            continue
        year = seconds_to_date(released_s, scenario.start).year
        shares = plan.shares[hazard.id]
        for route in ROUTES:
            area = hazard.area_m2 * getattr(shares, route)
            key = (district[hazard.site], year, route, ";".join(hazard.denies))
            areas.setdefault(key, []).append(area)
    rows = [(allocation, *key, None, math.fsum(found), None) for key, found in areas.items()]
    columns = ["allocation", "district", "year", "route", "denies"]
    columns += ["area_m2_p10", "area_m2_p50", "area_m2_p90"]
    table = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[-3:], float))
    return table.sort_values(columns[1:5], ignore_index=True)


def _summary_table(
    scenario: Scenario, allocation: str, judged: list[Readiness], usd: float
) -> pd.DataFrame:
    """One row: what the allocation brings, by yearly dates (model §11)."""
    ready = {result.community: result.ready_s for result in judged}
    horizon = horizon_date(scenario.start, scenario.horizon_years)
    horizon_s = date_to_seconds(horizon, scenario.start)
    waiting = [(c.people, min(ready[c.id], horizon_s)) for c in scenario.communities]
    row: dict[str, object] = {
        "allocation": allocation,
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
        "cost_usd_mean": usd,
        "last_ready_date_p50": _iso(last, scenario.start),
        "expected_casualties_low": None,
        "expected_casualties_mean": None,
        "expected_casualties_high": None,
        "communities_never": sum(s == NEVER for s in ready.values()),
    }
    return pd.DataFrame([row])
