"""Scenario and allocation in, outcome out: the whole model in one readable function."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from returnplan.domain import AllocationHeader, Scenario
from returnplan.model.account import Account, Bookkeeper, Books, Past, Read, Tables, tables_of
from returnplan.model.chance.assumptions import Values, expected_values
from returnplan.model.chance.draws import Draws
from returnplan.model.conditions.gates import (
    Facts,
    History,
    as_whole,
    gate_times,
    gates_in_force,
    judge,
)
from returnplan.model.effects.cost import Payroll
from returnplan.model.effects.harm import Harm, harm_table
from returnplan.model.reasons.causes import Reasons
from returnplan.model.work import network, policies, teams
from returnplan.model.work.arrays import Amounts, Workforce, Workload
from returnplan.model.work.calendars import calendars_of
from returnplan.model.work.milestones import plan_work, repaired
from returnplan.model.work.policies import Decoded
from returnplan.model.work.teams import Team
from returnplan.runs.tables import one_run as tables
from returnplan.scenario.synthetic import synthetic
from returnplan.units import date_to_seconds, horizon_date

Floats = npt.NDArray[np.float64]
WORKED_OUT = 4
"""First fields of :class:`returnplan.model.effects.harm.Casualties`: the figures of harm."""
_FIELDS = tuple(one.name for one in fields(Account))
SUMMED = frozenset(one.name for one in fields(Account) if one.metadata.get("summed"))
"""Fields of which only the sum over the draws is kept."""


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
    readiness, people_met, gates, delays, key_roads, returns, costs, harm, scores, residual_risk
        Tables with the columns of the run folder; days count from the start, empty cells are
        times that do not come within the horizon.
    land_release, jobs, releases, roads
        The same.
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
    delays: pd.DataFrame
    key_roads: pd.DataFrame
    returns: pd.DataFrame
    costs: pd.DataFrame
    harm: pd.DataFrame
    scores: pd.DataFrame
    residual_risk: pd.DataFrame
    land_release: pd.DataFrame
    jobs: pd.DataFrame
    releases: pd.DataFrame
    roads: pd.DataFrame
    presence: pd.DataFrame
    summary: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Draw(Account):
    """What one draw brings, each field with the allocations before what the account says.

    Parameters
    ----------
    gate_s
        When each gate holds at each settlement, s, settlements x gates; ``readiness.NEVER_S``,
        ``readiness.UNKNOWN_S``.
    released_m2
        Area released within the horizon by cell, m2.
    """

    gate_s: npt.NDArray[np.uint32]
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
        self.reasons = Reasons(scenario, self.plan, self.network, self.facts, self.calendars)
        self.books = Books(scenario, self.network, self.facts, self.reasons, self.horizon_s)
        self._first_works = 4 * len(scenario.hazards) + len(repaired(scenario))

    def numbers(self, values: Values) -> "Numbers":
        """Say what the numbers of a run mean for the work, and what can be had at best."""
        amounts = self.workload.amounts(values)
        best = self.history(values, np.zeros(len(amounts.parcels)))
        return Numbers(values=values, amounts=amounts, best_s=gate_times(best))

    def history(self, values: Values, passed_s: npt.NDArray[Any]) -> History:
        """Tell the gates when every milestone was passed."""
        scenario = self.scenario
        times = np.where(passed_s < 0, np.inf, passed_s)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers of one run, the same under every allocation.

    Parameters
    ----------
    values, amounts
        The numbers, and the work that they make.
    best_s
        When each gate would hold if everything that is planned were done on day 0, settlements x
        gates, s.
    """

    values: Values
    amounts: Amounts
    best_s: Floats


class StagedAllocation:
    """One allocation on the stage: its teams and the order of its jobs.

    Parameters
    ----------
    stage
        The scenario.
    name
        Name of the allocation.
    like
        The same allocation on another stage, whose order, priorities and routes are kept; None:
        they are decided anew.
    """

    def __init__(self, stage: Stage, name: str, like: "StagedAllocation | None" = None) -> None:
        scenario = stage.scenario
        self.name = name
        self.teams = teams.roster(scenario, name)
        if like is None:
            made = _prioritise(stage, scenario.allocation(name), self.teams)
            self.order, self.decoded, self.routes = made
        else:
            self.order, self.decoded, self.routes = like.order, like.decoded, like.routes
        self.force = Workforce(
            scenario,
            stage.plan,
            self.decoded.priority,
            self.teams,
            stage.network,
            stage.calendars.zones,
        )
        self.payroll = Payroll(
            self.teams, scenario.assets, stage.horizon_s, scenario.start, scenario.works
        )
        settlement_of = {one.id: one.settlement for one in scenario.communities}
        served = dict.fromkeys(stage.facts.number[settlement_of[one]] for one in self.order)
        assets = [team.asset for team in self.teams]
        self.keeper = Bookkeeper(
            force=stage.reasons.force(self.teams, self.routes),
            order=np.array(list(served), np.int64),
            payroll=self.payroll,
            harm=Harm(scenario, stage.facts, stage.books.by_s, assets),
        )

    def run(self, stage: Stage, numbers: Numbers, *, keeps_parcels: bool = False) -> Past:
        """Let the teams work with some numbers, and ask the gates.

        Parameters
        ----------
        stage
            The scenario.
        numbers
            The numbers.
        keeps_parcels
            Whether each parcel is logged.

        Returns
        -------
        Past
            What happened.
        """
        log = self.force.work(numbers.amounts, stage.horizon_s, keeps_parcels=keeps_parcels)
        history = stage.history(numbers.values, log.passed_s)
        return Past(
            values=numbers.values,
            amounts=numbers.amounts,
            log=log,
            history=history,
            gate_s=gate_times(history),
            best_s=numbers.best_s,
        )


def _prioritise(
    stage: Stage, allocation: AllocationHeader, roster: tuple[Team, ...]
) -> tuple[tuple[str, ...], Decoded, network.Routes]:
    """Order of communities, priority of jobs, access routes, on expected values (model §6)."""
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
    return order, policies.decode(scenario, plan, order, routes, bases), routes


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
    chosen = StagedAllocation(stage, allocation)
    past = chosen.run(stage, stage.numbers(values), keeps_parcels=True)
    judged = judge(past.history, stage.horizon_s)
    told = tell(stage, chosen, past, has_draw=draw is not None)
    run = tables.Run(
        scenario=scenario,
        allocation=allocation,
        horizon_s=stage.horizon_s,
        plan=stage.plan,
        decoded=chosen.decoded,
        teams=chosen.teams,
        amounts=past.amounts,
        log=past.log,
    )
    return Outcome(
        scenario=scenario.name,
        allocation=allocation,
        start=scenario.start,
        horizon=stage.horizon,
        order=chosen.order,
        readiness=tables.readiness_table(run, judged, told.scored),
        people_met=tables.people_met_table(run, judged, told.totals),
        gates=tables.gates_table(run, judged),
        delays=told.delays,
        key_roads=told.key_roads,
        returns=told.returns,
        costs=told.costs,
        harm=harm_table(scenario, [allocation], {allocation: told.casualties}),
        scores=told.scores,
        residual_risk=told.residual_risk,
        land_release=tables.land_release_table(run),
        jobs=tables.jobs_table(run),
        releases=tables.releases_table(run),
        roads=tables.roads_table(run),
        presence=chosen.payroll.presence(allocation, past.log.last_finish_s),
        summary=tables.summary_table(run, judged, told),
    )


def tell(stage: Stage, chosen: StagedAllocation, past: Past, *, has_draw: bool = False) -> Tables:
    """Draw up the account of one run and make its tables, without ranges.

    Parameters
    ----------
    stage, chosen
        Scenario and allocation.
    past
        What happened.
    has_draw
        False: a run on expected values, which has no figures of harm.

    Returns
    -------
    Tables
        Delays, roads, returns, costs, scores, levels of risk.
    """
    account, _ = stage.books.account(chosen.keeper, past)
    if not has_draw:  # without unrecorded hazards and ranges a figure of harm would mislead
        account.casualties[:WORKED_OUT] = np.nan
    gate_s = as_whole(past.gate_s, stage.horizon_s)[np.newaxis]
    failed = gate_s.max(axis=2, initial=0) > stage.horizon_s
    return tables_of(stage.books, chosen.keeper, chosen.name, _one_draw(account), failed)


def _one_draw(account: Account) -> Read:
    """Read an account as if it were a draw of its own."""

    def read(name: str) -> npt.NDArray[Any]:
        value: npt.NDArray[Any] = getattr(account, name)
        return value if name in SUMMED else value[np.newaxis]

    return read


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
        self.books = self._stage.books
        self.keepers = tuple(allocation.keeper for allocation in self._allocations)
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
        numbers = stage.numbers(self._draws.values(draw))
        rows = []
        first = None
        for allocation in self._allocations:
            past = allocation.run(stage, numbers)
            account, by_settlement = stage.books.account(allocation.keeper, past, first)
            first = by_settlement if first is None else first
            rows.append(
                {name: getattr(account, name) for name in _FIELDS}
                | {
                    "gate_s": as_whole(past.gate_s, stage.horizon_s),
                    "released_m2": self._cells.areas(past.history.released_s, numbers.amounts),
                }
            )
        return Draw(**{name: np.array([row[name] for row in rows]) for name in rows[0]})


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
