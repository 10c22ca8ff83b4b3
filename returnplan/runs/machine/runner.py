"""Allocations of a scenario on any draw: what threads, workers and shards call."""

from collections.abc import Sequence

from returnplan.domain import Scenario
from returnplan.model.chance.draws import Draws
from returnplan.model.conditions.gates import gates_in_force
from returnplan.model.simulation import Account, Prepared, PreparedAllocation, simulate
from returnplan.scenario.synthetic import synthetic

Question = tuple[Scenario, tuple[str, ...], int]
"""Scenario, allocations and seed: all that another process needs beside the package."""


class DrawRunner:
    """A scenario under some of its allocations, ready to be run on any draw.

    Parameters
    ----------
    seed
        Seed of the draws.

    Attributes
    ----------
    question : Question
        What it is made of.
    """

    def __init__(self, scenario: Scenario, allocations: Sequence[str], seed: int) -> None:
        self.question: Question = (scenario, tuple(allocations), seed)
        self.prepared = Prepared(scenario)
        self.chosen = [PreparedAllocation(self.prepared, name) for name in allocations]
        self.allocations = tuple(allocations)
        self.settlements = self.prepared.settlements.ids
        self.gates = gates_in_force(scenario)
        self._draws = Draws(scenario, seed)

    def run(self, draw: int) -> list[Account]:
        """Run all allocations on one draw; several threads may call this at once.

        Parameters
        ----------
        draw
            Number of the draw, from 0.

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


def warm_up() -> None:
    """Compile the simulation for this machine, or load it from the cache."""
    scenario = synthetic(settlements=2, hazards=2, teams=1, seed=1)
    DrawRunner(scenario, [scenario.allocations[0].name], seed=1).run(0)
