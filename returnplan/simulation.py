"""Scenario and allocation in, outcome out: the whole model in one readable function."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from returnplan import network, policies, tables, teams
from returnplan.calendars import calendars_of
from returnplan.chance import Values, expected_values
from returnplan.clearance import Amounts, Workforce, Workload, WorkLog
from returnplan.cost import Payroll
from returnplan.domain import AllocationHeader, Scenario
from returnplan.draws import Draws
from returnplan.landrelease import plan_work, repaired
from returnplan.policies import Decoded
from returnplan.readiness import Facts, History, as_whole, gate_times, gates_in_force, judge
from returnplan.synthetic import synthetic
from returnplan.teams import Team
from returnplan.units import date_to_seconds, horizon_date

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one allocation brings in one run: on expected values, or in one draw.

    Parameters
    ----------
    scenario, allocation
        Names.
    start, horizon
        First day, and the date after which nothing is shown.
    order
        Communities as the policy ranks them.
    readiness, people_met, gates, land_release, jobs, releases, roads
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
    people_met: pd.DataFrame
    gates: pd.DataFrame
    land_release: pd.DataFrame
    jobs: pd.DataFrame
    releases: pd.DataFrame
    roads: pd.DataFrame
    presence: pd.DataFrame
    summary: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What one draw brings under each allocation; a allocations.

    Parameters
    ----------
    gate_s
        When each gate holds at each settlement, s, a x settlements x gates;
        ``readiness.NEVER_S``, ``readiness.UNKNOWN_S``.
    cost_usd
        Cost, USD, a.
    released_m2
        Area released within the horizon by cell, m2, a x cells.
    """

    gate_s: npt.NDArray[np.uint32]
    cost_usd: Floats
    released_m2: Floats


class Stage:
    """One scenario, ready for any allocation and any numbers."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.horizon = horizon_date(scenario.start, scenario.horizon_years)
        self.horizon_s = date_to_seconds(self.horizon, scenario.start)
        self.network = network.build(scenario)
        self.calendars = calendars_of(scenario)
        self.plan = plan_work(scenario)
        self.workload = Workload(scenario, self.calendars)
        self.facts = Facts(scenario, self.network)
        self.expected = expected_values(scenario)
        self._first_works = 4 * len(scenario.hazards) + len(repaired(scenario))

    def history(self, values: Values, log: WorkLog) -> History:
        """Tell the gates what happened."""
        scenario = self.scenario
        times = np.where(log.passed_s < 0, np.inf, log.passed_s)
        jobs, hazards = len(self.plan.jobs), len(scenario.hazards)
        first_survey = self._first_works + len(scenario.works)
        fixed = jobs + len(self.plan.waits)
        return History(
            facts=self.facts,
            number=values.number,
            released_s=np.concatenate([times[jobs : jobs + hazards], times[fixed + 3 :: 4]]),
            road_open_s=times[jobs + hazards + len(scenario.roads) : fixed],
            works_s=times[self._first_works : first_survey],
            survey_s=times[first_survey:jobs],
            unrecorded=values.unrecorded,
        )


class StagedAllocation:
    """One allocation on the stage: its teams and the order of its jobs."""

    def __init__(self, stage: Stage, name: str) -> None:
        scenario = stage.scenario
        self.name = name
        self.teams = teams.roster(scenario, name)
        self.order, self.decoded = _prioritise(stage, scenario.allocation(name), self.teams)
        self.force = Workforce(
            scenario,
            stage.plan,
            self.decoded.priority,
            self.teams,
            stage.network,
            stage.calendars.zones,
        )
        self.payroll = Payroll(self.teams, scenario.assets, stage.horizon_s)


def _prioritise(
    stage: Stage, allocation: AllocationHeader, roster: tuple[Team, ...]
) -> tuple[tuple[str, ...], Decoded]:
    """Order of the communities, and the priority of each job, on expected values (model §6)."""
    scenario, plan = stage.scenario, stage.plan
    amounts = stage.workload.amounts(stage.expected)
    work = dict(zip((job.id for job in plan.jobs), amounts.work.tolist(), strict=False))
    skills = teams.Skills(scenario)
    best = teams.best_rates(skills, frozenset(team.asset for team in roster), plan.jobs)
    jobs = policies.jobs_by_site(plan)
    team_days = {site: policies.team_days_of(found, work, best) for site, found in jobs.items()}
    routes = network.access_routes(stage.network, scenario.roads, team_days)
    order = policies.order_communities(scenario, allocation, routes, team_days)
    bases = frozenset(team.base for team in roster)
    return order, policies.decode(scenario, plan, order, routes, bases)


def simulate(
    scenario: Scenario, allocation: str, *, draw: int | None = None, seed: int = 1
) -> Outcome:
    """Run one allocation on expected values, or on one draw (model §3 to §7, §9 to §11).

    Parameters
    ----------
    scenario
        The scenario.
    allocation
        Name of one of its allocations.
    draw
        Number of a draw, from 0; None: expected values.
    seed
        Seed of the draw.

    Returns
    -------
    Outcome
        Tables of what is done, released, opened and met, and when.

    Raises
    ------
    KeyError
        When the scenario has no allocation of that name.
    """
    scenario.allocation(allocation)
    stage = Stage(scenario)
    values = stage.expected if draw is None else Draws(scenario, seed).values(draw)
    amounts = stage.workload.amounts(values)
    chosen = StagedAllocation(stage, allocation)
    log = chosen.force.work(amounts, stage.horizon_s, keeps_parcels=True)
    judged = judge(stage.history(values, log), stage.horizon_s)
    run = tables.Run(
        scenario=scenario,
        allocation=allocation,
        horizon_s=stage.horizon_s,
        plan=stage.plan,
        decoded=chosen.decoded,
        teams=chosen.teams,
        amounts=amounts,
        log=log,
    )
    return Outcome(
        scenario=scenario.name,
        allocation=allocation,
        start=scenario.start,
        horizon=stage.horizon,
        order=chosen.order,
        readiness=tables.readiness_table(run, judged),
        people_met=tables.people_met_table(run, judged),
        gates=tables.gates_table(run, judged),
        land_release=tables.land_release_table(run),
        jobs=tables.jobs_table(run),
        releases=tables.releases_table(run),
        roads=tables.roads_table(run),
        presence=chosen.payroll.presence(allocation, log.last_finish_s),
        summary=tables.summary_table(run, judged, chosen.payroll.cost_usd(log.last_finish_s)),
    )


class Programme:
    """A scenario under some of its allocations, ready to be run on any draw.

    Parameters
    ----------
    scenario
        The scenario.
    allocations
        Names of the allocations.
    seed
        Seed of the draws.
    """

    def __init__(self, scenario: Scenario, allocations: Sequence[str], seed: int) -> None:
        self._stage = Stage(scenario)
        self._allocations = [StagedAllocation(self._stage, name) for name in allocations]
        self._draws = Draws(scenario, seed)
        self._cells = _Cells(scenario)
        self.allocations = tuple(allocations)
        self.settlements = self._stage.facts.settlements
        self.gates = gates_in_force(scenario)
        self.cells = self._cells.names

    def run(self, draw: int) -> Draw:
        """Run all allocations on one draw; several threads may call this at once.

        Parameters
        ----------
        draw
            Number of the draw, from 0.

        Returns
        -------
        Draw
            What it brings.
        """
        stage = self._stage
        values = self._draws.values(draw)
        amounts = stage.workload.amounts(values)
        gate_s, cost_usd, released_m2 = [], [], []
        for allocation in self._allocations:
            log = allocation.force.work(amounts, stage.horizon_s)
            history = stage.history(values, log)
            gate_s.append(as_whole(gate_times(history), stage.horizon_s))
            cost_usd.append(allocation.payroll.cost_usd(log.last_finish_s))
            released_m2.append(self._cells.areas(history.released_s, amounts))
        return Draw(
            gate_s=np.array(gate_s), cost_usd=np.array(cost_usd), released_m2=np.array(released_m2)
        )


class _Cells:
    """Sums of released area by district, year, route and what it denied."""

    def __init__(self, scenario: Scenario) -> None:
        district = tables.district_of(scenario)
        groups = [(district[h.site], ";".join(h.denies)) for h in scenario.hazards]
        number = {group: i for i, group in enumerate(sorted(set(groups)))}
        self._group = np.array([number[group] for group in groups], np.int64)
        first, last = scenario.start.year, scenario.start.year + scenario.horizon_years
        self._year_s = np.array(
            [
                date_to_seconds(date(year, 1, 1), scenario.start)
                for year in range(first + 1, last + 1)
            ]
        )
        names = [
            (place, year, route, denies)
            for place, denies in number
            for year in range(first, last + 1)
            for route in tables.ROUTES
        ]
        order = sorted(range(len(names)), key=lambda i: names[i])
        self.names = tuple(names[i] for i in order)
        self._order = np.array(order, np.int64)
        self._years = last + 1 - first

    def areas(self, released_s: Floats, amounts: Amounts) -> Floats:
        """Area of each cell, m2."""
        group = np.concatenate([self._group, self._group[amounts.found.like]])
        is_released = released_s < np.inf
        year = np.searchsorted(self._year_s, released_s[is_released], side="right")
        row = group[is_released] * self._years + year
        areas = amounts.area_m2[is_released, np.newaxis] * amounts.shares[is_released]
        sums = np.zeros((len(self.names) // len(tables.ROUTES), len(tables.ROUTES)))
        np.add.at(sums, row, areas)
        return sums.ravel()[self._order]


def warm_up() -> None:
    """Compile the simulation for this machine, or load it from the cache."""
    scenario = synthetic(settlements=2, hazards=2, teams=1, seed=1)
    Programme(scenario, [scenario.allocations[0].name], seed=1).run(0)
