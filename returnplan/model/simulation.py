"""One draw of one allocation, from the teams at work to people at home (model §3 to §10).

:func:`simulate` is the whole model in one function, a statement for each section of MODEL.md.
What is the same in every run is prepared before: by scenario (:class:`Prepared`), by allocation
(:class:`PreparedAllocation`) and by draw (:class:`Numbers`). A run leaves an :class:`Account` in
numbers and the :class:`Course` of events; tables are made in ``runs``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from returnplan.domain import AllocationHeader, Scenario
from returnplan.model.chance.assumptions import Values, expected_values
from returnplan.model.chance.draws import posterior_means
from returnplan.model.conditions.gates import gate_times
from returnplan.model.conditions.history import History, Settlements, within
from returnplan.model.conditions.needed import unneeded
from returnplan.model.conditions.risk import LEVELS
from returnplan.model.conditions.score import Scores
from returnplan.model.effects.cost import Payroll
from returnplan.model.effects.facts import Attendance, Happened, Measured
from returnplan.model.effects.harm import Harm, Presence, beside
from returnplan.model.effects.returns import Returns
from returnplan.model.reasons.causes import Reasons
from returnplan.model.reasons.walk import AllocationArrays, Trace
from returnplan.model.work import network, policies, teams
from returnplan.model.work.arrays import Amounts, Workforce, Workload, WorkLog
from returnplan.model.work.calendars import calendars_of
from returnplan.model.work.land import Cells, Farmland
from returnplan.model.work.milestones import plan_work
from returnplan.model.work.numbered import NumberedPlan
from returnplan.model.work.policies import Decoded
from returnplan.model.work.teams import Team
from returnplan.units import counting_dates, date_to_seconds, horizon_date

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

SUM = {"kept": "sum"}
"""Marks fields of whole numbers of which only the sum over the draws is kept."""
TIMES = {"kept": "times"}
"""Marks times: whole seconds, ``inf`` not within the horizon, nan unknown."""
NOT_KEPT = {"kept": "no"}
"""Marks what is forgotten with the draw."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What one run of one allocation brings; S settlements, R roads, D districts, N instants.

    Parameters
    ----------
    gate_s
        When each gate in force holds at each settlement, s, S x gates.
    released_m2
        Area released within the horizon by cell of :class:`returnplan.model.work.land.Cells`, m2.
    farmland_m2
        Area of land that denied farmland and is released by each date some years after the start.
    delay_s
        Settlements x causes, s.
    road_people, road_person_minutes
        People whose binding chain leads over each road, and minutes that it kept them waiting,
        times people, R.
    road_drive_s, road_open_s
        From when teams may drive on each road, and people use it, s, R.
    team_days, mobilisations, camps, usd
        By cell of year and asset type (see :class:`returnplan.model.effects.cost.Costs`).
    risk_s
        When the individual risk is within each of ``risk.LEVELS``, S x 3, s.
    near_released_s
        When the last known hazard near each settlement is released, s, S.
    measures
        Dimensions of the soft score at the horizon, S x 7.
    returned, present, early
        People, D x N.
    dwellings, dwellings_here
        Dwellings complete, D x N; and by settlement at the horizon, S.
    casualties
        Fields of :class:`returnplan.model.effects.harm.Casualties`.
    facts
        Value of each published fact of the scenario, F; nan where the model does not say.
    casualties_here
        Expected casualties by settlement, S: for the difference to another allocation on the same
        draw, never kept.
    """

    gate_s: Floats = field(metadata=TIMES)
    released_m2: Floats
    farmland_m2: Floats
    delay_s: Whole = field(metadata=SUM)
    road_people: Whole = field(metadata=SUM)
    road_person_minutes: Whole = field(metadata=SUM)
    road_drive_s: Floats = field(metadata=TIMES)
    road_open_s: Floats = field(metadata=TIMES)
    team_days: Floats
    mobilisations: Floats
    camps: Floats
    usd: Floats
    risk_s: Floats = field(metadata=TIMES)
    near_released_s: Floats = field(metadata=TIMES)
    measures: npt.NDArray[np.float32]
    returned: Floats
    present: Floats
    early: Floats
    dwellings: Floats
    dwellings_here: Floats
    casualties: Floats
    facts: Floats
    casualties_here: Floats = field(metadata=NOT_KEPT)


KEPT: dict[str, str] = {
    one.name: one.metadata.get("kept", "all") for one in fields(Account) if one.metadata != NOT_KEPT
}
"""How each field of an account is kept over many draws: ``sum``, ``times`` or ``all``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The numbers of one draw, the same under every allocation.

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


@dataclass(frozen=True, kw_only=True)
class Course:
    """What happened in one run.

    Parameters
    ----------
    log
        What was done, by milestone and by parcel.
    history
        What the gates look at.
    gate_s
        When each gate holds, settlements x gates, s; ``inf`` never, nan unknown.
    """

    numbers: Numbers
    log: WorkLog
    history: History
    gate_s: Floats

    @property
    def ready_s(self) -> Floats:
        """When all gates hold at each settlement, s; ``inf`` never, nan unknown."""
        latest: Floats = self.gate_s.max(axis=1, initial=0.0)
        return latest

    def trace(self, reasons: Reasons) -> Trace:
        """Say by number what happened, for the walk back from the ready times."""
        numbers = self.numbers
        return reasons.trace(numbers.amounts, self.log, self.history, self.gate_s, numbers.best_s)


class Prepared:
    """A scenario, ready for any allocation and any numbers.

    Orders and priorities rest on ``expected``, the numbers without facts, so that a calibration
    does not change the past that it was made of; the run on expected values takes ``means``.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.horizon = horizon_date(scenario.start, scenario.horizon_years)
        self.horizon_s = date_to_seconds(self.horizon, scenario.start)
        self.dates = counting_dates(scenario.start, scenario.horizon_years)
        self.by_s = np.array([date_to_seconds(day, scenario.start) for day in self.dates], np.int64)
        self.network = network.build(scenario)
        self.calendars = calendars_of(scenario)
        self.plan = plan_work(scenario)
        self.numbered = NumberedPlan(scenario, self.plan, self.network, self.calendars.zones)
        self.keys = policies.JobKeys(scenario, self.plan)
        self._prospects: dict[Any, tuple[Any, Any, network.Routes]] = {}
        self.workload = Workload(scenario, self.plan, self.calendars)
        self.settlements = Settlements(scenario, self.network)
        self.expected = expected_values(scenario)
        self.means = posterior_means(scenario, self.expected)
        self.reasons = Reasons(scenario, self.plan, self.network, self.settlements, self.calendars)
        self.returns = Returns(scenario, self.settlements, self.by_s)
        self.scores = Scores(self.settlements)
        self.cells, self.farmland = Cells(scenario), Farmland(scenario)
        self.measured = Measured(scenario, self.settlements, self.by_s)

    @cached_property
    def unneeded(self) -> frozenset[str]:
        """Jobs on settlements that no gate in force waits for, by id."""
        return unneeded(self.scenario, self.plan)

    @cached_property
    def is_unneeded(self) -> npt.NDArray[np.bool_]:
        """Whether no gate in force waits for each job."""
        return np.array([name in self.unneeded for name in self.keys.ids], np.bool_)

    def prospects(
        self, scenario: Scenario, roster: Sequence[Team]
    ) -> tuple[policies.Units, policies.Units, network.Routes]:
        """Team-days on each site, all and those that can be done, and routes (model §6).

        They rest on expected values and on what kinds of teams there are, so they are kept for
        other allocations with the same.

        Parameters
        ----------
        scenario
            The scenario, or one with other deployments.
        roster
            Teams of the allocation.
        """
        kinds = sorted(teams.kinds_of(roster))
        key = teams.asked_words(scenario), tuple(kinds)
        if key not in self._prospects:
            needs, asked = self.numbered.needs(scenario)
            best = teams.rates_of(scenario, kinds, needs).max(axis=1, initial=0.0)[asked]
            work = self.workload.amounts(self.expected).work[: len(asked)]
            team_days, doable = policies.team_days(self.keys, work, best)
            routes = network.access_routes(self.network, scenario.roads, team_days)
            units = policies.in_units(team_days), policies.in_units(doable)
            self._prospects[key] = *units, routes
        return self._prospects[key]

    @cached_property
    def people_beyond(self) -> dict[str, int]:
        """People who have no other all-season way to a hub than over each road, by road id."""
        return network.people_beyond(self.network, self.scenario)

    def numbers(self, values: Values) -> Numbers:
        """Say what the numbers of a draw mean for the work, and what can be had at best."""
        amounts = self.workload.amounts(values)
        best = self.history(values, np.zeros(len(amounts.parcels)))
        return Numbers(values=values, amounts=amounts, best_s=gate_times(best))

    def history(self, values: Values, passed_s: npt.NDArray[Any]) -> History:
        """Tell the gates when every milestone was passed."""
        number = self.plan.milestones
        times = np.where(passed_s < 0, np.inf, passed_s)
        return History(
            settlements=self.settlements,
            number=values.number,
            released_s=number.releases(times),
            road_open_s=times[number.road_openings],
            works_s=times[number.works],
            survey_s=times[number.surveys],
            unrecorded=values.unrecorded,
        )


class PreparedAllocation:
    """An allocation of a prepared scenario: its teams, the order of its jobs, its costs.

    Parameters
    ----------
    name
        Name of the allocation.
    like
        The same allocation of another scenario, whose order, priorities and routes are kept; None:
        they are decided anew.
    """

    def __init__(
        self, prepared: Prepared, name: str, like: "PreparedAllocation | None" = None
    ) -> None:
        scenario = prepared.scenario
        self.name = name
        self.teams = teams.roster(scenario, name)
        if like is None:
            made = _prioritise(prepared, scenario.allocation(name), self.teams)
            self.order, self.decoded, self.routes = made
        else:
            self.order, self.decoded, self.routes = like.order, like.decoded, like.routes
            if self.decoded.ids != prepared.keys.ids:
                raise ValueError(f"{name}: the other scenario has other jobs")
        self.workforce = Workforce(
            scenario, prepared.numbered, self.decoded, self.teams, prepared.network
        )
        self.payroll = Payroll(
            self.teams, scenario.assets, prepared.horizon_s, scenario.start, scenario.works
        )
        self._prepared = prepared

    @cached_property
    def access(self) -> AllocationArrays:
        """What the reasons ask of an allocation."""
        return self._prepared.reasons.access(self.teams, self.routes)

    @cached_property
    def harm(self) -> Harm:
        """Accidents of its teams, and of people who return."""
        prepared, assets = self._prepared, [team.asset for team in self.teams]
        return Harm(prepared.scenario, prepared.settlements, prepared.by_s, assets)

    @cached_property
    def served(self) -> Whole:
        """Settlements in the order in which they are served."""
        prepared = self._prepared
        settlement_of = {one.id: one.settlement for one in prepared.scenario.communities}
        numbers = [prepared.settlements.number[settlement_of[one]] for one in self.order]
        return np.array(list(dict.fromkeys(numbers)), np.int64)


def _prioritise(
    prepared: Prepared, allocation: AllocationHeader, roster: Sequence[Team]
) -> tuple[tuple[str, ...], Decoded, network.Routes]:
    """Order of communities, priority of jobs, access routes, on expected values (model §6)."""
    scenario = prepared.scenario
    team_days, doable, routes = prepared.prospects(scenario, roster)
    order = policies.order_communities(scenario, allocation, routes, team_days, doable)
    bases = frozenset(team.base for team in roster)
    places = math.inf if allocation.rest_waits == "end" else allocation.rest_waits
    later = np.where(prepared.is_unneeded, float(places), 0.0) if places else None
    return order, policies.decode(prepared.keys, order, routes, bases, later), routes


def run(
    prepared: Prepared,
    allocation: PreparedAllocation,
    numbers: Numbers,
    *,
    keeps_parcels: bool = False,
    until_s: int | None = None,
) -> Course:
    """Let the teams of an allocation work through one draw, and ask the gates (model §3 to §7).

    Parameters
    ----------
    prepared, allocation, numbers
        Scenario, allocation, draw.
    keeps_parcels
        Whether each parcel of work is logged.
    until_s
        Last instant that matters, s; None: the horizon.

    Returns
    -------
    Course
        What happened.
    """
    last_s = prepared.horizon_s if until_s is None else until_s
    log = allocation.workforce.work(numbers.amounts, last_s, keeps_parcels=keeps_parcels)
    history = prepared.history(numbers.values, log.passed_s)
    return Course(numbers=numbers, log=log, history=history, gate_s=gate_times(history))


def simulate(
    prepared: Prepared,
    allocation: PreparedAllocation,
    numbers: Numbers,
    *,
    first: Account | None = None,
    keeps_parcels: bool = False,
) -> tuple[Account, Course]:
    """Run one allocation on one draw, and draw up the account of it (model §3 to §10).

    Parameters
    ----------
    prepared, allocation, numbers
        Scenario, allocation, draw.
    first
        Account of the first allocation on the same draw, with which casualties are compared.
    keeps_parcels
        Whether each parcel of work is logged.

    Returns
    -------
    tuple[Account, Course]
        What the run brings, in numbers; and what happened.
    """
    # Teams at work, land released, roads opened, conditions met (§3 to §7)
    course = run(prepared, allocation, numbers, keeps_parcels=keeps_parcels)
    return account_of(prepared, allocation, course, first), course


def account_of(
    prepared: Prepared,
    allocation: PreparedAllocation,
    course: Course,
    first: Account | None = None,
) -> Account:
    """Draw up the account of what happened (model §7 to §10).

    Parameters
    ----------
    prepared, allocation, course
        Scenario, allocation, what happened.
    first
        As for :func:`simulate`.

    Returns
    -------
    Account
        What the run brings, in numbers.
    """
    numbers, log, history = course.numbers, course.log, course.history
    horizon_s, number = prepared.horizon_s, numbers.values.number
    # What held people up (§7.1), how far the conditions are met (§7)
    delays = prepared.reasons.delays(allocation.access, course.trace(prepared.reasons))
    measures = prepared.scores.measures(history, horizon_s, course.gate_s)
    # People who return, and the harm to be expected (§8)
    home = prepared.returns.of(number, course.ready_s, history.works_s, allocation.served)
    dwellings, dwellings_here = prepared.returns.dwellings(history.works_s)
    presence = Presence(*map(home.people, (home.present, home.early, home.left)))
    harm = allocation.harm.of(number, history.risk, presence, log.demining_days, log.demined_m2)
    casualties, by_settlement = harm
    if first is not None:
        casualties = beside(casualties, by_settlement, first.casualties_here)
    # What it costs (§10)
    costs = allocation.payroll.costs(
        log.last_finish_s, log.mobilisations, log.camps, history.works_s
    )
    # What was published of the past, as this run has it (§11.1)
    facts = facts_of(prepared, allocation, course)
    return Account(
        gate_s=within(course.gate_s, horizon_s),
        released_m2=prepared.cells.areas(history.released_s, numbers.amounts),
        farmland_m2=prepared.farmland.areas(history.released_s, numbers.amounts),
        delay_s=delays.cause_s,
        road_people=delays.road_people,
        road_person_minutes=delays.road_person_minutes,
        road_drive_s=within(prepared.reasons.drive_s(log.passed_s), horizon_s),
        road_open_s=within(history.people_road_s, horizon_s),
        **costs._asdict(),
        risk_s=within(history.risk_times(LEVELS), horizon_s),
        near_released_s=within(history.near_released_s, horizon_s),
        measures=measures,
        returned=prepared.returns.by_district(home.people(home.returned)),
        present=prepared.returns.by_district(presence.present),
        early=prepared.returns.by_district(presence.early),
        dwellings=dwellings,
        dwellings_here=dwellings_here,
        casualties=np.array(casualties, np.float64),
        facts=facts,
        casualties_here=by_settlement,
    )


def facts_of(prepared: Prepared, allocation: PreparedAllocation, course: Course) -> Floats:
    """Value of each published fact of the scenario in a run, F (model §11.1).

    Parameters
    ----------
    prepared, allocation, course
        Scenario, allocation, what happened.
    """
    presence = allocation.payroll.presence(course.log.last_finish_s)
    happened = Happened(
        history=course.history,
        amounts=course.numbers.amounts,
        ready_s=within(course.ready_s, prepared.horizon_s),
        attendance=Attendance(allocation.teams, *presence),
        order=allocation.served,
    )
    return prepared.measured.of(happened)
