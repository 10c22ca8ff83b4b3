"""What a run brings beyond its dates: reasons, returns, harm, cost, scores (model §7.1 to §10).

One :class:`Account` is one run of one allocation in numbers. Its tables are made by the same
functions for a run on expected values (one draw, no ranges) and for many draws.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from returnplan.domain import Scenario
from returnplan.model.chance.assumptions import Values
from returnplan.model.conditions.gates import NEVER_S, UNKNOWN_S, Facts, History, as_whole
from returnplan.model.conditions.risk import LEVELS
from returnplan.model.conditions.score import Scored, Scores, score_draws, scores_table
from returnplan.model.effects.cost import Costs, Payroll, cost_table
from returnplan.model.effects.harm import Casualties, Harm, Presence, beside
from returnplan.model.effects.returns import Returns
from returnplan.model.reasons.causes import KeyRoads, Reasons, RoadTimes, delays_table
from returnplan.model.reasons.walk import Force
from returnplan.model.work.arrays import Amounts, WorkLog
from returnplan.model.work.network import Network
from returnplan.quantiles import HIGH, LOW, MIDDLE, mean, quantile
from returnplan.units import DAY_S, counting_dates, date_to_seconds

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Times = npt.NDArray[np.uint32]
Read = Callable[[str], npt.NDArray[Any]]
"""Gives a field of the accounts of all draws: draws x ..., of summed ones the sum."""


ONLY_THE_SUM = {"summed": True}
"""Marks fields of whole numbers of which only the sum over the draws is kept."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """What one run of one allocation brings; S settlements, R roads, D districts, N instants.

    Parameters
    ----------
    delay_s
        Settlements x causes, s.
    road_people, road_person_minutes
        People whose binding chain leads over each road, and minutes that it kept them waiting,
        times people, R.
    road_drive_s, road_open_s
        From when teams may drive on each road, and people use it, s, R; ``readiness.NEVER_S``.
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
    casualties
        Fields of :class:`returnplan.model.effects.harm.Casualties`.
    """

    delay_s: Whole = field(metadata=ONLY_THE_SUM)
    road_people: Whole = field(metadata=ONLY_THE_SUM)
    road_person_minutes: Whole = field(metadata=ONLY_THE_SUM)
    road_drive_s: Times
    road_open_s: Times
    team_days: Floats
    mobilisations: Floats
    camps: Floats
    usd: Floats
    risk_s: Times
    near_released_s: Times
    measures: npt.NDArray[np.float32]
    returned: Floats
    present: Floats
    early: Floats
    casualties: Floats


@dataclass(frozen=True, kw_only=True)
class Past:
    """One run of one allocation, as the rooms below left it.

    Parameters
    ----------
    values, amounts, log, history
        Numbers, work, what was done, what the gates were told.
    gate_s, best_s
        When each gate holds, settlements x gates, s; ``inf`` never, nan unknown. The same if
        everything that is planned were done on day 0.
    """

    values: Values
    amounts: Amounts
    log: WorkLog
    history: History
    gate_s: Floats
    best_s: Floats


class Books:
    """Keeps the accounts of a scenario.

    Parameters
    ----------
    scenario
        The scenario.
    network
        Its graph.
    facts
        What the gates know.
    reasons
        Finds the reasons of delay.
    horizon_s
        The horizon, s.
    """

    def __init__(
        self,
        scenario: Scenario,
        network: Network,
        facts: Facts,
        reasons: Reasons,
        horizon_s: int,
    ) -> None:
        self.scenario = scenario
        self.facts = facts
        self.reasons = reasons
        self.horizon_s = horizon_s
        self.dates = counting_dates(scenario.start, scenario.horizon_years)
        self.by_s = np.array([date_to_seconds(day, scenario.start) for day in self.dates], np.int64)
        self.returns = Returns(scenario, facts, self.by_s)
        self.scores = Scores(facts)
        self.key_roads = KeyRoads(scenario, network)

    def account(
        self, allocation: "Bookkeeper", past: Past, first: Floats | None = None
    ) -> tuple[Account, Floats]:
        """Draw up the account of one run.

        Parameters
        ----------
        allocation
            Keeps the books of the allocation.
        past
            What happened.
        first
            Casualties by settlement under the first allocation, on the same draw.

        Returns
        -------
        tuple[Account, numpy.ndarray]
            Its numbers; and its casualties by settlement, which go no further.
        """
        history, log, number = past.history, past.log, past.values.number
        trace = self.reasons.past(past.amounts, log, history, past.gate_s, past.best_s)
        delays = self.reasons.delays(allocation.force, trace)
        ready_s = past.gate_s.max(axis=1, initial=0.0)  # nan: unknown
        home = self.returns.of(number, ready_s, history.works_s, allocation.order)
        people = [home.people(households) for households in (home.present, home.early, home.left)]
        casualties, by_settlement = allocation.harm.of(
            number, history.risk, Presence(*people), log.demining_days
        )
        if first is not None:
            casualties = beside(casualties, by_settlement, first)
        costs = allocation.payroll.costs(
            log.last_finish_s, log.mobilisations, log.camps, history.works_s
        )
        levels = history.risk_times(LEVELS)
        account = Account(
            delay_s=delays.cause_s,
            road_people=delays.road_people,
            road_person_minutes=delays.road_person_minutes,
            road_drive_s=as_whole(self.reasons.drive_s(log.passed_s), self.horizon_s),
            road_open_s=as_whole(history.people_road_s, self.horizon_s),
            team_days=costs.team_days,
            mobilisations=costs.mobilisations,
            camps=costs.camps,
            usd=costs.usd,
            risk_s=as_whole(levels, self.horizon_s),
            near_released_s=as_whole(history.near_released_s, self.horizon_s),
            measures=self.scores.measures(history, self.horizon_s, past.gate_s),
            returned=self.returns.by_district(home.people(home.returned)),
            present=self.returns.by_district(people[0]),
            early=self.returns.by_district(people[1]),
            casualties=np.array(casualties, np.float64),
        )
        return account, by_settlement


@dataclass(frozen=True, kw_only=True)
class Bookkeeper:
    """What the accounts must know of one allocation.

    Parameters
    ----------
    force
        Who could come, and by which way.
    order
        Numbers of the settlements as the allocation serves them.
    payroll
        Its teams.
    harm
        Its deminers, and the people at risk.
    """

    force: Force
    order: Whole
    payroll: Payroll
    harm: Harm


# ---------------------------------------------------------------- tables


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Tables of one allocation, and what others need of them.

    Parameters
    ----------
    allocation
        Its name.
    delays, key_roads, returns, costs, scores, residual_risk
        Tables.
    scored
        Scores by community.
    cost_usd
        By draw, USD.
    casualties
        Fields of :class:`returnplan.model.effects.harm.Casualties`, each by draw.
    totals
        People who have returned, are present and came early in all districts together, each
        draws x N.
    early_person_days
        Days of people who are there before the conditions are met, or without a dwelling; mean of
        the draws.
    """

    allocation: str
    delays: pd.DataFrame
    key_roads: pd.DataFrame
    returns: pd.DataFrame
    costs: pd.DataFrame
    scores: pd.DataFrame
    residual_risk: pd.DataFrame
    scored: Scored
    cost_usd: Floats
    casualties: Mapping[str, Floats]
    totals: Mapping[str, Floats]
    early_person_days: float


def tables_of(
    books: Books, keeper: Bookkeeper, allocation: str, read: Read, failed: npt.NDArray[np.bool_]
) -> Tables:
    """Make the tables of one allocation.

    Parameters
    ----------
    books
        Of the scenario.
    keeper
        Of the allocation.
    allocation
        Its name.
    read
        Gives each field of the accounts.
    failed
        Draws x settlements: a gate in force does not hold at the horizon.

    Returns
    -------
    Tables
        Ranges are empty if there is one draw.
    """
    draws, facts = len(failed), books.facts
    scored = score_draws(facts.community, read("measures"), failed)
    ids = [community.id for community in facts.scenario.communities]
    costs = Costs(*(read(name) for name in Costs._fields))
    casualties = read("casualties")
    people = {name: read(name) for name in ("returned", "present", "early")}
    causes = books.reasons.causes
    totals = {name: values.sum(axis=1) for name, values in people.items()}
    early = totals["early"]
    early_days = (early[:, 1:] + early[:, :-1]) / 2 * (np.diff(books.by_s) / DAY_S)
    early_sums = np.array([math.fsum(row) for row in early_days.tolist()])  # alike on all machines
    return Tables(
        allocation=allocation,
        delays=delays_table(facts, allocation, causes, read("delay_s"), draws),
        key_roads=books.key_roads.table(
            allocation,
            read("road_people"),
            read("road_person_minutes"),
            RoadTimes(read("road_drive_s"), read("road_open_s")),
        ),
        returns=returns_table(books, allocation, people),
        costs=cost_table(allocation, keeper.payroll.cost_cells, costs, has_range=draws > 1),
        scores=scores_table(allocation, ids, scored),
        residual_risk=residual_risk_table(
            books, allocation, read("risk_s"), read("near_released_s")
        ),
        scored=scored,
        cost_usd=costs.total_usd,
        casualties=dict(zip(Casualties._fields, casualties.T, strict=True)),
        totals=totals,
        early_person_days=mean(early_sums),
    )


RETURN_COLUMNS = [
    *("allocation", "district", "month", "date", "returned_p10", "returned_p50", "returned_p90"),
    *("returned_mean", "present_p10", "present_p50", "present_p90", "early_p50", "early_mean"),
]


def returns_table(books: Books, allocation: str, people: Mapping[str, Floats]) -> pd.DataFrame:
    """One row a district and month: people who have returned and are present at its end.

    Parameters
    ----------
    books
        Of the scenario.
    allocation
        Name of the allocation.
    people
        ``returned``, ``present`` and ``early``: draws x districts x instants.

    Returns
    -------
    pandas.DataFrame
        Ranges of districts do not add up to the range of the country; means do.
    """
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, values in people.items():
        for percent in (LOW, MIDDLE, HIGH):
            found = quantile(values, percent)[:, 1:].ravel()
            is_blank = len(values) == 1 and percent != MIDDLE
            columns[f"{name}_p{percent}"] = np.full(len(found), np.nan) if is_blank else found
        columns[f"{name}_mean"] = values.mean(axis=0)[:, 1:].ravel()
    begins, ends = books.dates[:-1], books.dates[1:]
    districts = books.returns.districts
    table = pd.DataFrame(
        {
            "allocation": allocation,
            "district": np.repeat(np.array(districts, object), len(ends)),
            "month": [day.isoformat()[:7] for day in begins] * len(districts),
            "date": [day.isoformat() for day in ends] * len(districts),
            **columns,
        }
    )
    return table[RETURN_COLUMNS]


def residual_risk_table(
    books: Books, allocation: str, risk_s: Times, near_released_s: Times
) -> pd.DataFrame:
    """One row a community and limit of risk: from when the risk is within it (model §7, §8).

    Parameters
    ----------
    books
        Of the scenario.
    allocation
        Name of the allocation.
    risk_s
        Draws x settlements x limits, s.
    near_released_s
        When the last known hazard near each settlement is released, draws x settlements, s.

    Returns
    -------
    pandas.DataFrame
        State (met, not met, unknown) and day as in the table of gates, and the share of draws;
        and the day from which all known hazards near are released (not within the horizon:
        empty), since a low risk says nothing of them.
    """
    last = quantile(near_released_s, MIDDLE)
    draws = len(risk_s)
    unknown = (risk_s == UNKNOWN_S).sum(axis=0)
    median = quantile(np.where(risk_s == UNKNOWN_S, np.uint32(NEVER_S), risk_s), MIDDLE)
    share = (risk_s <= books.horizon_s).sum(axis=0) / draws
    rows = []
    for community, at in zip(books.scenario.communities, books.facts.community, strict=True):
        for number, limit in enumerate(LEVELS):
            is_unknown = 2 * unknown[at, number] >= draws
            is_met = not is_unknown and median[at, number] != NEVER_S
            state = "unknown" if is_unknown else "met" if is_met else "not met"
            day = median[at, number] / DAY_S if is_met else None
            met_share = None if is_unknown else share[at, number]
            all_s = last[at]
            released = None if all_s >= UNKNOWN_S else all_s / DAY_S
            rows.append((allocation, community.id, limit, state, day, met_share, released))
    columns = ["allocation", "community", "max_per_year", "state", "day_p50"]
    numbers = ["day_p50", "probability_by_horizon", "known_hazards_released_day_p50"]
    table = pd.DataFrame(rows, columns=[*columns, *numbers[1:]])
    return table.astype(dict.fromkeys(numbers, float))
