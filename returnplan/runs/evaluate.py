"""Ready times of many allocations on the same draws, and nothing beyond: what a search asks for.

A full run draws up an account of everything: reasons, harm, returns, areas. Who compares many
variants of an allocation wants to know first when each community is ready and what that costs.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, fields
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from returnplan.domain import Scenario, a_scenario
from returnplan.errors import ReturnplanError
from returnplan.model.chance.assumptions import Values
from returnplan.model.chance.draws import luck_of
from returnplan.model.conditions.gates import gate_times
from returnplan.model.conditions.history import within
from returnplan.model.simulation import Prepared, PreparedAllocation
from returnplan.model.work.arrays import Amounts
from returnplan.runs.machine.chunks import cores
from returnplan.units import DAY_S, date_to_seconds

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

OF_ALLOCATIONS = ("allocations", "deployments", "orders")
"""Tables of a scenario in which variants of an allocation may differ."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """Ready times and cost of allocations on the same draws; ``rp.compare`` takes it.

    Parameters
    ----------
    allocations
        Names, A.
    ready_s
        When all gates hold at each settlement, A x draws x settlements, whole s; ``inf``: not
        within the horizon, or unknown.
    usd
        Cost within the horizon, A x draws, USD.
    scenario
        What was evaluated.
    settlement
        Number of the settlement of each community.
    horizon
        Date up to which is counted.
    """

    allocations: tuple[str, ...]
    ready_s: Floats
    usd: Floats
    scenario: Scenario
    settlement: Whole
    horizon: date

    @property
    def communities(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(community.id for community in self.scenario.communities)

    @property
    def effective(self) -> None:
        """Draws of an evaluation all weigh the same."""

    @property
    def start(self) -> date:
        """First day of the scenario."""
        return self.scenario.start

    @property
    def ready_day(self) -> Floats:
        """When each community is ready, A x draws x communities, days; ``inf``: not by then."""
        return self.ready_s[:, :, self.settlement] / DAY_S

    @property
    def readiness(self) -> pd.DataFrame:
        """Settlement, district and people of each community, for each allocation."""
        rows = [
            (name, one.id, one.settlement, self.scenario.place[one.settlement].district, one.people)
            for name in self.allocations
            for one in self.scenario.communities
        ]
        columns = ["allocation", "community", "settlement", "district", "people"]
        return pd.DataFrame(rows, columns=columns)

    def person_days(self) -> Floats:
        """Person-days of displacement up to the horizon (model §11), A x draws."""
        horizon_s = date_to_seconds(self.horizon, self.start)
        waiting_s = np.minimum(self.ready_s[:, :, self.settlement], horizon_s).astype(np.int64)
        days: Floats = (waiting_s * self._people()).sum(axis=2) / DAY_S
        return days

    def people_met(self, day: date) -> Whole:
        """People whose conditions for return are met by a date, A x draws."""
        is_met = self.ready_s[:, :, self.settlement] <= date_to_seconds(day, self.start)
        people: Whole = (is_met * self._people()).sum(axis=2)
        return people

    def _people(self) -> Whole:
        return np.array([one.people for one in self.scenario.communities], np.int64)


class Evaluator:
    """A scenario and some draws of it, on which variants of its allocations are evaluated.

    The numbers of the draws are made once, when they are first asked for, and kept: about 100
    bytes for each milestone of each draw.

    Parameters
    ----------
    draws
        Numbers of the draws, from 0; None among them: expected values.
    seed
        Seed of the draws.
    of_run
        Draws of a run whose rows are meant: where the scenario is calibrated, those that the run
        takes; 0: draws by their numbers.

    Examples
    --------
    >>> import returnplan as rp
    >>> evaluator = rp.Evaluator(rp.load("scenarios/valley"), range(4))
    >>> found = evaluator.evaluate(["today", "nearest_first"])
    >>> found.person_days().shape
    (2, 4)
    """

    def __init__(
        self, scenario: Scenario, draws: Sequence[int | None], seed: int = 1, *, of_run: int = 0
    ) -> None:
        self.prepared = Prepared(a_scenario(scenario))
        self.draws = tuple(draws)
        self._luck = luck_of(scenario, of_run, seed)
        self._numbers: dict[int | None, tuple[Values, Amounts]] = {}

    def prepare(
        self,
        allocation: str,
        scenario: Scenario | None = None,
        like: PreparedAllocation | None = None,
    ) -> PreparedAllocation:
        """Make an allocation ready.

        Parameters
        ----------
        allocation
            Its name.
        scenario
            A variant of the scenario with other allocations, deployments or orders; None: the
            scenario itself.
        like
            Allocation whose order, priorities and routes are kept; None: they are decided anew.

        Returns
        -------
        PreparedAllocation
            For :meth:`ready_s`.

        Raises
        ------
        ReturnplanError
            When the variant differs in another table: its draws would be others, too.
        """
        prepared = self.prepared
        if scenario is not None and scenario is not prepared.scenario:
            _check_variant(prepared.scenario, scenario)
            prepared = copy(prepared)
            prepared.scenario = scenario
        return PreparedAllocation(prepared, allocation, like)

    def numbers(self, draw: int | None) -> tuple[Values, Amounts]:
        """Numbers of a draw (None: expected values), and the work that they make."""
        kept = self._numbers.get(draw)
        if kept is None:
            prepared = self.prepared
            values = prepared.means if draw is None else self._luck.values(draw)
            kept = self._numbers[draw] = values, prepared.workload.amounts(values)
        return kept

    def one(self, allocation: PreparedAllocation, draw: int | None) -> tuple[Floats, float]:
        """Simulate one allocation on one draw (model §3 to §7).

        Parameters
        ----------
        allocation
            As :meth:`prepare` gave it.
        draw
            Number of the draw; None: expected values.

        Returns
        -------
        tuple[numpy.ndarray, float]
            When each settlement is ready, s (``inf``: not within the horizon, or unknown), to the
            second as in a full run; and the cost, USD.
        """
        prepared = self.prepared
        values, amounts = self.numbers(draw)
        log = allocation.workforce.work(amounts, prepared.horizon_s)
        history = prepared.history(values, log.passed_s)
        costs = allocation.payroll.costs(
            log.last_finish_s, log.mobilisations, log.camps, history.works_s
        )
        ready_s = ready_within(gate_times(history), prepared.horizon_s)
        return ready_s, float(costs.total_usd[0])

    def evaluate(
        self,
        allocations: str | Sequence[str],
        scenario: Scenario | None = None,
        *,
        workers: int | None = None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> Evaluation:
        """Evaluate allocations on all draws.

        Parameters
        ----------
        allocations
            Names, or one name.
        scenario
            A variant with other allocations, deployments or orders; None: the scenario itself.
        workers
            Threads; None: the processor cores that may be used.
        progress
            Called with the runs done and to be done.

        Returns
        -------
        Evaluation
            Ready times and cost.

        Raises
        ------
        KeyError
            When no allocation has that name.
        ReturnplanError
            When the variant differs in another table.
        """
        names = (scenario or self.prepared.scenario).named(allocations)
        count, total = 0, len(names) * len(self.draws)
        rows = []
        with ThreadPoolExecutor(workers or cores()) as pool:
            list(pool.map(self.numbers, self.draws))
            for name in names:
                row = []
                for one in pool.map(partial(self.one, self.prepare(name, scenario)), self.draws):
                    row.append(one)
                    count += 1
                    progress(count, total)
                rows.append(row)
        settlements = self.prepared.settlements
        return Evaluation(
            allocations=names,
            ready_s=np.array([[ready_s for ready_s, _ in row] for row in rows]),
            usd=np.array([[usd for _, usd in row] for row in rows]),
            scenario=self.prepared.scenario if scenario is None else scenario,
            settlement=settlements.community,
            horizon=self.prepared.horizon,
        )


def ready_within(gate_s: Floats, horizon_s: int) -> Floats:
    """When all gates hold within the horizon.

    Parameters
    ----------
    gate_s
        When each gate holds, settlements x gates, s; ``inf`` never, nan unknown.
    horizon_s
        The horizon, s.

    Returns
    -------
    numpy.ndarray
        By settlement, s; ``inf``: not within the horizon, or unknown.
    """
    times = within(gate_s, horizon_s)
    ready_s: Floats = np.where(np.isnan(times), np.inf, times).max(axis=1, initial=0.0)
    return ready_s


def _check_variant(scenario: Scenario, variant: Scenario) -> None:
    """Refuse a variant that differs in more than its allocations."""
    names = [field.name for field in fields(scenario) if field.name not in OF_ALLOCATIONS]
    other = [name for name in names if getattr(scenario, name) != getattr(variant, name)]
    if other:
        raise ReturnplanError(
            f"{variant.name}: {', '.join(other)} differ from the scenario of the evaluator; only "
            f"{', '.join(OF_ALLOCATIONS)} may: make an evaluator of the variant"
        )
