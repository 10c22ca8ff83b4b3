"""The first use: two processes compile, each its part; people are told when it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from filelock import FileLock

import returnplan as rp
from returnplan.model.work import loop
from returnplan.runs.machine import compiling, runner
from returnplan.runs.machine.progress import Silent
from tests.running import ROOT


class Listens(Silent):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.counted: list[tuple[int, int]] = []

    def say(self, line: str) -> None:
        self.said.append(line)

    def compiled(self, done: int, functions: int) -> None:
        self.counted.append((done, functions))


@pytest.fixture
def first_use(monkeypatch: pytest.MonkeyPatch, two_villages: rp.Scenario) -> None:
    """Let the machine look as if nothing were compiled; what is compiled stays so."""
    rp.simulate(two_villages, two_villages.allocations[0].name)
    monkeypatch.setattr(compiling, "is_compiled", lambda: False)


def test_on_a_machine_that_has_compiled_nothing_is_said_and_no_process_begins(
    monkeypatch: pytest.MonkeyPatch, two_villages: rp.Scenario
) -> None:
    rp.simulate(two_villages, two_villages.allocations[0].name)
    monkeypatch.setattr(compiling, "Popen", None)
    watcher = Listens()
    runner.warm_up(watcher)
    assert watcher.said == []


@pytest.mark.usefixtures("first_use")
@pytest.mark.parametrize("executable", ["false", "/no/such/interpreter"])
def test_without_a_second_process_this_one_compiles_all(
    executable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", executable)
    watcher = Listens()
    runner.warm_up(watcher)
    assert watcher.said == [compiling.COMPILING]


@pytest.mark.usefixtures("first_use")
def test_one_core_has_no_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("returnplan.runs.machine.chunks.cores", lambda: 1)
    monkeypatch.setattr(compiling, "Popen", None)
    runner.warm_up(Listens())


@pytest.mark.usefixtures("first_use")
def test_python_says_why_it_takes_a_while(
    monkeypatch: pytest.MonkeyPatch,
    two_villages: rp.Scenario,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    rp.simulate(two_villages, two_villages.allocations[0].name)
    assert capsys.readouterr().err == f"returnplan: {compiling.COMPILING}\n"


@pytest.mark.usefixtures("first_use")
def test_a_second_command_waits_for_the_first_and_then_finds_all_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = SimpleNamespace(stats=SimpleNamespace(cache_path=str(tmp_path)))
    monkeypatch.setattr(compiling, "LARGEST", (function,))
    monkeypatch.setattr(runner, "_compile", None)
    watcher, has_begun, is_heard = Listens(), threading.Event(), threading.Event()

    def compile_first() -> None:
        with FileLock(tmp_path / compiling.LOCK):
            has_begun.set()
            is_heard.wait(60)

    def heard(line: str) -> None:
        watcher.said.append(line)
        monkeypatch.setattr(compiling, "is_compiled", lambda: True)
        is_heard.set()

    monkeypatch.setattr(watcher, "say", heard)
    first = threading.Thread(target=compile_first)
    first.start()
    assert has_begun.wait(60)
    runner.warm_up(watcher)
    first.join()
    assert watcher.said == [compiling.WAITING]


def test_ctrl_c_ends_the_second_process(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [sys.executable, "-c", "import time; print('one', flush=True); time.sleep(600)"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE)
    monkeypatch.setattr(compiling, "_begun", lambda _: process)
    tally = compiling.Tally(Listens())
    heard = threading.Event()
    monkeypatch.setattr(tally, "add", lambda _: heard.set())

    def interrupted() -> None:
        with compiling.second_process("any", tally):
            assert heard.wait(60)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert process.returncode


def test_the_second_process_compiles_the_types_of_a_run_and_nothing_of_the_first(
    two_villages: rp.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    rp.simulate(two_villages, two_villages.allocations[0].name)
    modules = compiling.MODULES
    functions = [f for m in modules for f in vars(m).values() if hasattr(f, "signatures")]
    before = [len(function.signatures) for function in functions]
    for name in ("run", "reached_within", "when_enough"):
        monkeypatch.setattr(loop, name, None)
    runner._compile_the_rest()
    assert [len(function.signatures) for function in functions] == before


def test_each_function_counts_once_and_those_of_numba_do_not() -> None:
    watcher = Listens()
    tally = compiling.Tally(watcher)
    everything = compiling.names()
    assert {
        f"returnplan.model.{one}" for one in ("work.loop.run", "reasons.walk.walk")
    } < everything
    for name in [*everything, *everything, "numba.np.arraymath.impl"]:
        tally.add(name)
    assert watcher.counted == [(n, len(everything)) for n in range(1, len(everything) + 1)]


@pytest.mark.parametrize(
    ("known", "is_compiled"),
    [({}, False), ({("type", "this", "code"): 1}, True), ({("type", "other", "code"): 1}, False)],
)
def test_code_for_another_processor_is_none(known: dict[Any, int], *, is_compiled: bool) -> None:
    codegen = SimpleNamespace(magic_tuple=lambda: "this")
    function = SimpleNamespace(
        signatures=[],
        targetctx=SimpleNamespace(codegen=lambda: codegen),
        _cache=SimpleNamespace(_cache_file=SimpleNamespace(_load_index=lambda: known)),
    )
    assert compiling._is_compiled(function) is is_compiled
    del function._cache
    assert compiling._is_compiled(function) is False


def test_plain_python_needs_no_compilation() -> None:
    assert compiling._is_compiled(loop.run.py_func)  # type: ignore[attr-defined]


@pytest.mark.long
def test_the_first_use_counts_all_functions_and_the_second_is_silent(tmp_path: Path) -> None:
    code = (
        "from returnplan.cli.screen import Log\n"
        "from returnplan.runs.machine.runner import warm_up\n"
        "warm_up(Log())"
    )
    more = {"PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(tmp_path)}

    def said() -> list[str]:
        words = [sys.executable, "-W", "error", "-c", code]
        done = subprocess.run(words, env=os.environ | more, capture_output=True, check=True)
        return done.stderr.decode().splitlines()

    lines, every = said(), len(compiling.names())
    assert lines[0] == compiling.COMPILING
    assert lines[-1] == f"  compiled {every} of {every} functions"
    assert said() == []
