"""How long simulating, drawing and a short ensemble take; nothing is asserted about speed.

Run them with ``make bench``, or ``pytest tests/benchmarks --benchmark-only``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

import returnplan as rp
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.speed.bench import SIZES
from returnplan.runs.speed.subject import Subject
from returnplan.scenario.synthetic import synthetic

ROOT = Path(__file__).resolve().parents[2]
ENSEMBLE_DRAWS = 4


class Spec(NamedTuple):
    """What is timed on which scenario."""

    scenario: str
    task: str


@cache
def scenario_of(name: str) -> rp.Scenario:
    if name in SIZES:
        return synthetic(**SIZES[name]._asdict(), seed=1)
    return rp.load(ROOT / "scenarios" / name)


@cache
def subject_of(name: str) -> Subject:
    return Subject(scenario_of(name))


def run_some_draws(runner: DrawRunner) -> int:
    return sum(len(runner.run(draw)) for draw in range(ENSEMBLE_DRAWS))


def ensemble_of(name: str) -> Callable[[], object]:
    scenario = scenario_of(name)
    return partial(run_some_draws, DrawRunner(scenario, [scenario.allocations[0].name], seed=1))


TASKS: dict[str, Callable[[str], Callable[[], object]]] = {
    "simulate one draw": lambda name: partial(subject_of(name).simulate, 1),
    "draw the numbers of one draw": lambda name: partial(subject_of(name).draw, 1),
    f"ensemble of {ENSEMBLE_DRAWS} draws": ensemble_of,
}
SPECS = [Spec(scenario, task) for task in TASKS for scenario in ("S", "M", "karabakh")]


@pytest.mark.parametrize("spec", SPECS, ids=[f"{spec.scenario}: {spec.task}" for spec in SPECS])
def test_speed(benchmark: BenchmarkFixture, spec: Spec) -> None:
    benchmark.group = spec.task
    assert benchmark(TASKS[spec.task](spec.scenario))
