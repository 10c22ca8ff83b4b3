"""Draws on a Dask cluster: the same numbers, also when a worker is killed or slow."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import returnplan as rp
from returnplan.errors import UnfinishedError
from returnplan.runs.machine import chunks, cluster
from returnplan.runs.machine.progress import Silent
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.threads import run_on_threads
from returnplan.runs.run import Request, run, stopped
from returnplan.show.run_folder import write_run
from tests.running import ROOT, command, manifest, no_figures, no_workbook, run_undrawn, until

VALLEY = Path("scenarios/valley").resolve()
DRAWS = 100
SLOW = """
import time
from returnplan.runs.machine.progress import Silent
from returnplan.runs.machine.runner import DrawRunner
def slow(*given, swift=DrawRunner.run):
    time.sleep(0.03)
    return swift(*given)
DrawRunner.run = slow
"""
"""What a slow worker reads first (Dask has it read twice)."""


class Machines:
    """A scheduler and workers as processes of their own, each at an address of its own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0")
        until(lambda: (folder / "scheduler.json").exists())
        self.swift = self._worker("127.0.0.1")
        self._worker("127.0.0.2", "--preload", str(folder / "slow.py"))

    def _start(self, kind: str, *words: str) -> subprocess.Popen[bytes]:
        how = [sys.executable, "-m", "dask", kind, "--scheduler-file", "scheduler.json"]
        around = os.environ | {"PYTHONPATH": str(ROOT), "DASK_LOGGING__DISTRIBUTED": "error"}
        process = subprocess.Popen(
            [*how, "--dashboard-address", "127.0.0.1:0", *words],
            cwd=self._folder,
            env=around,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process

    @property
    def address(self) -> str:
        found: str = json.loads((self._folder / "scheduler.json").read_text())["address"]
        return found

    def _worker(self, host: str, *words: str) -> subprocess.Popen[bytes]:
        return self._start("worker", "--host", host, "--nthreads", "1", "--no-nanny", *words)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Return a scheduler with a swift worker, which a test kills, and a slow one."""
    folder = tmp_path_factory.mktemp("machines")
    (folder / "slow.py").write_text(SLOW, encoding="utf-8")
    with ExitStack() as stack:
        yield Machines(folder, stack)


def asked(out: Path, **how: Any) -> Request:
    """Ask for a run of the valley."""
    names = ("today",)
    scenario = rp.load(VALLEY)
    return Request(folder=VALLEY, scenario=scenario, allocations=names, out=out, draws=DRAWS, **how)


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the digest of the run on threads of this process."""
    with no_workbook():
        folder = run_undrawn(asked(tmp_path_factory.mktemp("threads") / "out"))
    return str(manifest(folder)["digest"])


@pytest.mark.slow
def test_a_killed_and_a_slow_worker_cost_nothing_and_what_fails_is_one_message(
    machines: Machines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = rp.load(VALLEY)
    expected = rp.ensemble(scenario, ["today"], DRAWS)
    told: list[int] = []

    def kill_one(done: int) -> None:
        told.append(done)
        if done > 0:
            machines.swift.kill()

    address = machines.address
    monkeypatch.setattr(cluster, "WORKERS_S", 60)  # they are still coming
    found = rp.ensemble(scenario, ["today"], DRAWS, cluster=address, progress=kill_one)
    assert machines.swift.wait() == -signal.SIGKILL
    assert found.provenance == expected.provenance
    assert (found.ready_day == expected.ready_day).all()
    assert told == sorted({*told})
    assert len(told) > DRAWS / chunks.CHUNK_DRAWS  # one for each chunk

    kept = chunks.KeptDraws(tmp_path / "kept", (0, 5))
    kept.folder.mkdir()
    nonsense: Any = ("no scenario", ("today",), 1, None)
    with pytest.raises(UnfinishedError, match="the cluster could not run the draws: Attr"):
        cluster.run_on_cluster(address, nonsense, kept)
    monkeypatch.setattr(cluster, "__version__", "0.0.0")
    with pytest.raises(rp.ReturnplanError, match="install the same version everywhere"):
        cluster.run_on_cluster(address, (scenario, ("today",), 1, None), kept)
    assert list(kept.folder.iterdir()) == []


def test_a_cluster_that_loses_all_workers_says_so_and_when_some_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "WORKERS_S", 0.001)
    told: list[dict[str, int]] = [{"one": 1}, {}, {}, {"two": 1}]

    class Client:
        def nthreads(self) -> dict[str, int]:
            return told.pop(0)  # at the end it is an error, as of a scheduler that is gone

    said: list[str] = []
    with cluster._watched(Client(), said.append):
        until(lambda: not told)
    assert said == [
        "The cluster has no workers left: the run waits until there are some.",
        "The cluster has workers again.",
    ]


@pytest.mark.slow
def test_the_command_runs_on_a_cluster_of_this_machine_without_a_word_of_dask(
    digest: str, tmp_path: Path
) -> None:
    words = ("run", VALLEY, "-a", "today", "--draws", str(DRAWS), "--workers", "1")
    code, _, err = command(*words, "--out", "dask", "--cluster", "local", cwd=tmp_path)
    assert code == 0, err
    told = [line for line in err.splitlines() if "draws," in line and "a second" in line]
    assert told[-1].startswith(f"  {DRAWS} of {DRAWS} draws")
    for word in ("distributed", "Warning:", "worker", "Traceback"):
        assert word not in err
    assert manifest(tmp_path / "dask")["digest"] == digest


class Stops(Silent):
    """Remembers how many draws are done each time, and may stop a run when some are."""

    def __init__(self, *, when_some_are_done: bool) -> None:
        self.stops = when_some_are_done
        self.told: list[int] = []

    def drawn(self, done: int, draws: int) -> None:
        self.told.append(done)
        if self.stops and 0 < done < draws:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_a_stopped_run_keeps_the_draws_of_the_cluster_and_continues_with_them(
    machines: Machines, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process; the longer target stops a command with its workers as a terminal does."""
    monkeypatch.setattr(cluster, "WORKERS_S", 60)
    request = asked(tmp_path / "out", cluster=machines.address)
    continued = Stops(when_some_are_done=False)
    with no_figures(), no_workbook():
        with pytest.raises(KeyboardInterrupt):
            run(request, write_run, Stops(when_some_are_done=True))
        kept = chunks.KeptDraws(tmp_path / ".out.draws", (0, DRAWS)).count()
        assert 0 < kept < DRAWS
        assert stopped(request).startswith(f"stopped; {kept} of {DRAWS} draws are kept in ")
        run(replace(request, resume=True, cluster=None), write_run, continued)
    assert continued.told[0] == kept
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert manifest(tmp_path / "out")["digest"] == digest


@pytest.mark.slow
def test_an_address_where_nobody_answers_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1)
    scenario = rp.load("scenarios/valley")
    for address in ("127.0.0.1:1", "no such thing"):
        with pytest.raises(rp.ReturnplanError, match="no Dask scheduler answers at"):
            rp.ensemble(scenario, ["today"], 5, cluster=address)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_cluster_of_this_machine_listens_on_loopback_only_and_shows_no_pages() -> None:
    with cluster.local_cluster(0) as first, cluster.local_cluster(0) as second:
        ports = set()
        for one in (first, second):
            server = one.scheduler.http_server
            assert server.address == "127.0.0.1"
            assert one.scheduler_address.startswith("tcp://127.0.0.1:")
            ports.add(server.port)
        assert len(ports) == 2


@pytest.mark.slow
def test_a_cluster_without_workers_says_so_within_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert cluster.WORKERS_S <= 5
    monkeypatch.setattr(cluster, "WORKERS_S", 0.3)
    message = r"has no workers: start some, .* dask worker tcp"
    with cluster.local_cluster(0) as nobody, pytest.raises(rp.ReturnplanError, match=message):
        rp.ensemble(rp.load(VALLEY), ["today"], 5, cluster=nobody.scheduler_address)


def test_a_cluster_is_not_started_when_all_draws_are_there(tmp_path: Path) -> None:
    scenario = rp.load("scenarios/valley")
    kept = chunks.KeptDraws(tmp_path, (0, 5))
    run_on_threads(DrawRunner(scenario, ["today"], 1), kept)
    seen: list[int] = []
    cluster.run_on_cluster("nowhere", (scenario, ("today",), 1, None), kept, progress=seen.append)
    assert seen == [5]


def test_without_dask_one_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(cluster, "import_module", absent)
    with pytest.raises(rp.ReturnplanError, match=r"pip install 'returnplan\[cluster\]'"):
        rp.ensemble(rp.load("scenarios/valley"), ["today"], 5, cluster="local")


def test_a_task_is_a_chunk_and_prepares_once_a_run_and_refuses_another_version() -> None:
    question = (rp.load("scenarios/valley"), ("today",), 1, None)
    version = rp.__version__
    first, second = (cluster.run_task("a", question, (0, 3), version) for _ in "12")
    assert first[0] == second[0] == (0, 3)
    assert (first[1]["gate_s.0"] == second[1]["gate_s.0"]).all()
    runner = cluster._runner("a", question)
    assert cluster._runner("a", question) is runner
    assert cluster._runner("b", question) is not runner
    with pytest.raises(rp.ReturnplanError, match="this machine has "):
        cluster.run_task("b", question, (0, 3), "0.0.0")


def test_workers_of_this_machine_do_not_hear_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        cluster.dask_setup(None)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
