"""Allocations of a scenario on any draw: what threads, workers and shards call."""

import threading
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from returnplan.domain import Scenario
from returnplan.model.chance.draws import Draws
from returnplan.model.chance.posterior import Resampled
from returnplan.model.conditions.gates import gates_in_force
from returnplan.model.simulation import (
    Account,
    Course,
    Numbers,
    Prepared,
    PreparedAllocation,
    account_of,
    run,
    simulate,
)
from returnplan.runs.machine import compiling
from returnplan.runs.machine.progress import PLAIN, Watcher, watching

_warming = threading.Lock()

Question = tuple[Scenario, tuple[str, ...], int, Resampled | None]
"""Scenario, allocations, seed and draws that a calibration takes: all that another process needs
beside the package."""


class DrawRunner:
    """A scenario under some of its allocations, ready to be run on any draw.

    Parameters
    ----------
    seed
        Seed of the run.
    taken
        Draws of a calibrated run, which then are numbered by their places among them; None: a draw
        has its number.

    Attributes
    ----------
    question : Question
        What it is made of.
    """

    def __init__(
        self,
        scenario: Scenario,
        allocations: Sequence[str],
        seed: int,
        taken: Resampled | None = None,
    ) -> None:
        self.question: Question = (scenario, tuple(allocations), seed, taken)
        self.taken = taken
        self.prepared = Prepared(scenario)
        self.chosen = [PreparedAllocation(self.prepared, name) for name in allocations]
        self.allocations = tuple(allocations)
        self.settlements = self.prepared.settlements.ids
        self.gates = gates_in_force(scenario)
        if taken is None:
            self._draws = self._rows = Draws(scenario, seed)
        else:
            self._draws = Draws(scenario, taken.seed, np.array(taken.draws, np.int64))
            self._rows = Draws(scenario, taken.seed, taken.rows)

    def count(self, draw: int) -> int:
        """How many rows of the results a draw stands for."""
        return 1 if self.taken is None else self.taken.counts[draw]

    def run(self, draw: int) -> list[Account]:
        """Run all allocations on one draw; several threads may call this at once.

        Parameters
        ----------
        draw
            Number of the draw, from 0; in a calibrated run its place.

        Returns
        -------
        list[Account]
            What each allocation brings.
        """
        numbers = self.prepared.numbers(self._draws.values(draw))
        accounts: list[Account] = []
        for allocation in self.chosen:
            first = accounts[0] if accounts else None
            accounts.append(simulate(self.prepared, allocation, numbers, first=first)[0])
        return accounts

    def scores(self, draws: int) -> dict[str, NDArray[np.float64]]:
        """Standard normal scores of the country-wide assumptions, of so many rows from 0 on."""
        return self._rows.scores(range(draws))


def warm_up(watcher: Watcher | None = None) -> None:
    """Compile the simulation for this machine, unless that has been done; say so meanwhile.

    Parameters
    ----------
    watcher
        Told when there is something to compile, and how far it is; None: whoever reads in a
        notebook, or the error stream.
    """
    with _warming:
        if compiling.is_compiled():
            return
        with watching(watcher, PLAIN) as told, compiling.alone(told):
            if not compiling.is_compiled():  # nobody else has done it meanwhile
                _compile(told)


def _compile(watcher: Watcher) -> None:
    tally = compiling.Tally(watcher)
    tally.begin()
    runner = _smallest()
    prepared, allocation = runner.prepared, runner.chosen[0]
    with compiling.heard(tally.add), compiling.second_process(__name__, tally) as wait:
        course = run(prepared, allocation, prepared.numbers(prepared.expected))
        wait()
        account_of(prepared, allocation, course)


def _compile_the_rest() -> None:
    """Compile what draws up the account of a run: what the second process does.

    The run that it is drawn up of is made up: all is done on day 0. Nothing that
    :func:`returnplan.model.simulation.run` calls is compiled, since the first process does that.
    """
    runner = _smallest()
    prepared, allocation = runner.prepared, runner.chosen[0]
    amounts = prepared.workload.amounts(prepared.expected)
    log = allocation.workforce.all_at_once(amounts)
    gate_s = np.zeros((len(runner.settlements), len(runner.gates)))
    course = Course(
        numbers=Numbers(values=prepared.expected, amounts=amounts, best_s=gate_s),
        log=log,
        history=prepared.history(prepared.expected, log.passed_s),
        gate_s=gate_s,
    )
    account_of(prepared, allocation, course)


def _smallest() -> DrawRunner:
    from returnplan.scenario.synthetic import synthetic  # loads what a run has no need of

    scenario = synthetic(settlements=2, hazards=2, teams=1, seed=1)
    return DrawRunner(scenario, [scenario.allocations[0].name], seed=1)


if __name__ == "__main__":  # the second process
    with compiling.heard(partial(print, flush=True)):
        _compile_the_rest()
