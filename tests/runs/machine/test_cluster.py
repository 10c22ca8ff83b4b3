"""Draws on a Dask cluster: the same numbers, also when a worker is killed in the middle."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import returnplan as rp
from returnplan.runs.machine import chunks, cluster
from returnplan.runs.machine.progress import Silent
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.run import Request, run, stopped
from returnplan.show.run_folder import write_run
from tests.running import command, manifest, no_figures, no_workbook, run_undrawn

VALLEY = Path("scenarios/valley").resolve()
DRAWS = 300  # three tasks


@pytest.fixture(scope="module")
def running() -> Iterator[Any]:
    """Return a cluster of two workers on this machine; one that is killed begins anew."""
    with cluster.local_cluster(2) as started:
        yield started


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
def test_a_killed_worker_costs_nothing(running: Any) -> None:
    scenario = rp.load(VALLEY)
    expected = rp.ensemble(scenario, ["today"], DRAWS)
    killed: list[int] = []

    def kill_one(done: int) -> None:
        if 0 < done < DRAWS and not killed:
            killed.append(next(iter(running.workers.values())).pid)
            os.kill(killed[0], signal.SIGKILL)

    address = running.scheduler_address
    found = rp.ensemble(scenario, ["today"], DRAWS, cluster=address, progress=kill_one)
    assert len(killed) == 1
    assert found.provenance == expected.provenance
    assert (found.ready_day == expected.ready_day).all()


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
    running: Any, digest: str, tmp_path: Path
) -> None:
    """In this process; the longer target stops a command with its workers as a terminal does."""
    request = asked(tmp_path / "out", cluster=running.scheduler_address)
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
def test_a_cluster_of_this_machine_listens_on_loopback_only_and_shows_no_pages(
    running: Any,
) -> None:
    with cluster.local_cluster(0) as second:
        ports = set()
        for one in (running, second):
            server = one.scheduler.http_server
            assert server.address == "127.0.0.1"
            assert one.scheduler_address.startswith("tcp://127.0.0.1:")
            ports.add(server.port)
        assert len(ports) == 2


@pytest.mark.slow
def test_what_fails_on_a_worker_is_one_message(
    running: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = chunks.KeptDraws(tmp_path, (0, 5))
    scenario = rp.load("scenarios/valley")
    address = running.scheduler_address
    nonsense: Any = ("no scenario", ("today",), 1)
    with pytest.raises(rp.ReturnplanError, match="the cluster could not run the draws: Attr"):
        cluster.run_on_cluster(address, nonsense, kept)
    monkeypatch.setattr(cluster, "__version__", "0.0.0")
    with pytest.raises(rp.ReturnplanError, match="install the same version everywhere"):
        cluster.run_on_cluster(address, (scenario, ("today",), 1), kept)
    assert list(tmp_path.iterdir()) == []


def test_a_cluster_is_not_started_when_all_draws_are_there(tmp_path: Path) -> None:
    scenario = rp.load("scenarios/valley")
    kept = chunks.KeptDraws(tmp_path, (0, 5))
    chunks.run_on_threads(DrawRunner(scenario, ["today"], 1), kept)
    seen: list[int] = []
    cluster.run_on_cluster("nowhere", (scenario, ("today",), 1), kept, progress=seen.append)
    assert seen == [5]


def test_without_dask_one_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(cluster, "import_module", absent)
    with pytest.raises(rp.ReturnplanError, match=r"pip install 'returnplan\[cluster\]'"):
        rp.ensemble(rp.load("scenarios/valley"), ["today"], 5, cluster="local")


def test_a_task_gives_its_chunks_and_refuses_another_version() -> None:
    question = (rp.load("scenarios/valley"), ("today",), 1)
    first, second = (cluster.run_task(question, [(0, 3), (3, 5)], rp.__version__) for _ in "12")
    assert [span for span, _ in first] == [(0, 3), (3, 5)]
    assert (first[1][1]["gate_s.0"] == second[1][1]["gate_s.0"]).all()
    with pytest.raises(rp.ReturnplanError, match="this machine has "):
        cluster.run_task(question, [(0, 3)], "0.0.0")


def test_workers_of_this_machine_do_not_hear_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        cluster.dask_setup(None)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
