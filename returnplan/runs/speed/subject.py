"""What is measured: one scenario under one allocation on a few draws, and the clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import get_clock_info, perf_counter, process_time
from typing import Any, TypeVar

from returnplan.domain import Scenario
from returnplan.model.chance.draws import Draws
from returnplan.model.simulation import Numbers, Prepared, PreparedAllocation, simulate
from returnplan.runs.evaluate import Evaluator

T = TypeVar("T")
SEED = 1
DRAWS = range(4)
"""Draws that are measured; they differ much in the number of hazards that surveys find."""
LEAST_REPEATS, MOST_REPEATS, ENOUGH_S = 2, 50, 0.4
FINE_S = 1e-5
CLOCK = process_time if get_clock_info("process_time").resolution < FINE_S else perf_counter
"""Processor time, where it is told finely: a busy machine lengthens it less."""


def best_time(
    work: Callable[[], T], *, is_cold: bool = True, clock: Callable[[], float] = CLOCK
) -> tuple[float, T]:
    """Shortest time of several repeats, and what the last one returned.

    Parameters
    ----------
    work
        What is repeated.
    is_cold
        Whether it runs once beforehand, unmeasured.
    clock
        Tells the seconds.

    Returns
    -------
    tuple[float, T]
        Shortest time, s, and the result.
    """
    if is_cold:
        work()
    times: list[float] = []
    while len(times) < LEAST_REPEATS or (sum(times) < ENOUGH_S and len(times) < MOST_REPEATS):
        began = clock()
        result = work()
        times.append(clock() - began)
    return min(times), result


@contextmanager
def clocked(owner: Any, name: str) -> Iterator[list[float]]:
    """Clock each call of a function meanwhile.

    Parameters
    ----------
    owner
        Module through which it is called.
    name
        Its name.

    Yields
    ------
    list[float]
        Seconds of each call, as they come.
    """
    function, seconds = getattr(owner, name), []

    def call(*given: Any) -> Any:
        began = CLOCK()
        result = function(*given)
        seconds.append(CLOCK() - began)
        return result

    setattr(owner, name, call)
    try:
        yield seconds
    finally:
        setattr(owner, name, function)


class Subject:
    """A scenario under one allocation, with one draw made beforehand.

    Parameters
    ----------
    allocation
        Name of the allocation; None: the first.
    """

    def __init__(self, scenario: Scenario, allocation: str | None = None) -> None:
        self.scenario = scenario
        self._prepared = Prepared(scenario)
        name = allocation or scenario.allocations[0].name
        self._allocation = PreparedAllocation(self._prepared, name)
        self._draws = Draws(scenario, SEED)
        self._drawn = [self.draw(number) for number in DRAWS]
        self._evaluator = Evaluator(scenario, DRAWS, SEED)
        self._variant = self._evaluator.prepare(name)
        self.expected = self._prepared.workload.amounts(self._prepared.expected)

    def draw(self, number: int) -> Numbers:
        """Draw the numbers of a draw, and make amounts of work of them."""
        return self._prepared.numbers(self._draws.values(number))

    def simulate(self, number: int) -> int:
        """Simulate a draw with all that it is asked for; the number of parcels is returned."""
        _, course = simulate(self._prepared, self._allocation, self._drawn[number])
        return course.log.parcels

    def evaluate(self, number: int) -> Any:
        """Ask the evaluator for the ready times of a draw, whose numbers it keeps."""
        return self._evaluator.one(self._variant, number)

    def work(self, *, keeps_parcels: bool = False) -> Any:
        """Let the teams work on expected values."""
        horizon_s = self._prepared.horizon_s
        return self._allocation.workforce.work(
            self.expected, horizon_s, keeps_parcels=keeps_parcels
        )

    def rival(self) -> Callable[[], Any]:
        """Make ready what the rival does on expected values."""
        from returnplan.runs.speed.rival import Rival

        chosen, prepared = self._allocation, self._prepared
        rival = Rival(
            self.scenario, prepared.plan, chosen.decoded.priority, chosen.teams, prepared.network
        )
        return lambda: rival.run(self.expected, prepared.horizon_s)

    def differences(self, log: Any, story: Any) -> list[str]:
        """What the rival tells otherwise than the compiled loop.

        Parameters
        ----------
        log
            What :meth:`work` returned.
        story
            What the rival returned.

        Returns
        -------
        list[str]
            One line for each milestone that is passed at another time, and for each parcel.
        """
        plan, teams = self._prepared.plan, self._allocation.teams
        names = [*(job.id for job in plan.jobs), *(wait.id for wait in plan.waits)]
        mine = {n: s for n, s in zip(names, log.passed_s.tolist(), strict=True) if s >= 0}
        lines = [
            f"{name} is passed at {mine.get(name)} s, with SimPy at {story.passed_s.get(name)} s"
            for name in names
            if mine.get(name) != story.passed_s.get(name)
        ]
        columns = (log.log.job, log.log.team, log.log.start_s, log.log.finish_s)
        parcels = [
            (names[job], teams[team].id, start_s, finish_s)
            for job, team, start_s, finish_s in zip(*(c.tolist() for c in columns), strict=True)
        ]
        theirs = [tuple(parcel) for parcel in story.parcels]
        if len(parcels) != len(theirs):
            lines.append(f"{len(parcels)} parcels are begun, with SimPy {len(theirs)}")
        lines += [
            f"parcel {one}, with SimPy {other}"
            for one, other in zip(parcels, theirs, strict=False)
            if one != other
        ]
        return lines
