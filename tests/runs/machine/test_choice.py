"""Who runs draws is chosen by the size of the run and by memory, and said."""

from __future__ import annotations

from pathlib import Path

import pytest

import returnplan as rp
from returnplan.runs.machine import choice, memory, processes
from returnplan.runs.machine.choice import Workers, number_of_processes, run_draws
from returnplan.runs.machine.chunks import KeptDraws
from returnplan.runs.machine.runner import DrawRunner


@pytest.fixture(scope="module")
def runner() -> DrawRunner:
    return DrawRunner(rp.load("scenarios/valley"), ["today"], 1)


def size(runner: DrawRunner, draws: int) -> int:
    return len(runner.prepared.plan.jobs) * draws


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Be a machine of eight cores, on which each process needs a tenth of the free memory."""
    monkeypatch.setattr(choice, "cores", lambda: 8)
    monkeypatch.setattr(choice, "peak_mib", lambda: 100.0)
    monkeypatch.setattr(choice, "free_mib", lambda: 1_000.0)
    return monkeypatch


def test_small_runs_stay_on_threads_and_large_ones_take_processes(
    runner: DrawRunner, machine: pytest.MonkeyPatch
) -> None:
    machine.setattr(choice, "LEAST_FOR_PROCESSES", size(runner, 100))
    assert number_of_processes(runner, 99, Workers()) == 0
    assert number_of_processes(runner, 100, Workers()) == 8
    assert number_of_processes(runner, 100, Workers(count=1)) == 0
    assert number_of_processes(runner, 100, Workers(count=3)) == 3
    assert number_of_processes(runner, 100, Workers(processes=False)) == 0
    assert number_of_processes(runner, 99, Workers(processes=True)) == 8
    assert number_of_processes(runner, 5, Workers(processes=True)) == 5
    assert number_of_processes(runner, 0, Workers(processes=True)) == 0


@pytest.mark.parametrize(
    ("free_mib", "by_size", "asked"), [(None, 8, 8), (510.0, 4, 4), (200.0, 0, 1), (20.0, 0, 1)]
)
def test_processes_are_no_more_than_memory_holds_unless_their_number_is_given(
    free_mib: float | None,
    by_size: int,
    asked: int,
    runner: DrawRunner,
    machine: pytest.MonkeyPatch,
) -> None:
    machine.setattr(choice, "LEAST_FOR_PROCESSES", 0)
    machine.setattr(choice, "free_mib", lambda: free_mib)
    assert number_of_processes(runner, 100, Workers()) == by_size
    assert number_of_processes(runner, 100, Workers(processes=True)) == asked
    assert number_of_processes(runner, 100, Workers(count=7, processes=True)) == 7


def test_no_shipped_scenario_of_a_valleys_size_starts_processes(runner: DrawRunner) -> None:
    assert 5 * size(runner, 1_000) < choice.LEAST_FOR_PROCESSES


def test_processes_and_their_memory_are_told(
    runner: DrawRunner, machine: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[int] = []
    machine.setattr(processes, "run_in_processes", lambda _, __, count, *___: ran.append(count))
    said: list[str] = []
    kept = KeptDraws(tmp_path, (0, 3))
    run_draws(runner, kept, Workers(processes=True), say=said.append)
    machine.setattr(choice, "peak_mib", lambda: None)
    run_draws(runner, kept, Workers(count=2, processes=True), say=said.append)
    assert ran == [3, 2]
    assert said == [
        "Draws are run in 3 worker processes, about 100 MiB each.",
        "Draws are run in 2 worker processes.",
    ]


def test_memory_is_told_where_the_system_tells_it(monkeypatch: pytest.MonkeyPatch) -> None:
    peak, free = memory.peak_mib(), memory.free_mib()
    assert peak is not None
    assert free is not None
    assert 50 < peak < 100_000
    assert free > 10
    monkeypatch.setattr(memory, "OF_THIS_PROCESS", Path("no such file"))
    monkeypatch.setattr(memory, "OF_THE_MACHINE", Path("no such file"))
    assert memory.free_mib() is None
    elsewhere = memory.peak_mib()
    assert elsewhere is not None
    assert elsewhere >= 0.9 * peak
