"""Draws in worker processes: the same numbers, also when one is killed, fails, or stops early."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.errors import UnfinishedError
from returnplan.runs.machine import processes, worker
from returnplan.runs.machine.chunks import KeptDraws, chunk_files, chunk_name, run_chunk
from returnplan.runs.machine.processes import run_in_processes
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.worker import DRAWN, FAILED, WRITTEN, Wire, serve

DIES_ONCE = """
import os, pickle, signal, sys
from pathlib import Path
mark = Path(sys.argv[1])
try:
    mark.touch(exist_ok=False)
except FileExistsError:
    os.execv(sys.executable, [sys.executable, "-m", "returnplan.runs.machine.worker"])
folder, *_ = pickle.load(sys.stdin.buffer)
first, after = pickle.load(sys.stdin.buffer)
(Path(folder) / f"draws_{first:08d}_{after - 1:08d}.npz.partial").write_bytes(b"half of it")
pickle.dump(("drawn",), sys.stdout.buffer)
sys.stdout.buffer.flush()
pickle.load(sys.stdin.buffer)
os.kill(os.getpid(), signal.SIGKILL)
"""
"""A worker that is killed in the middle of its first chunk; those after it are real ones."""
ANSWERS = """
import pickle, sys
pickle.load(sys.stdin.buffer), pickle.load(sys.stdin.buffer)
answer = eval(sys.argv[1])
if answer:
    pickle.dump(answer, sys.stdout.buffer)
"""
"""A worker that answers its first chunk with given words, or ends without a word."""


@pytest.fixture(scope="module")
def runner() -> DrawRunner:
    return DrawRunner(rp.load("scenarios/valley"), ["today"], 1)


def use(script: str, argument: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers be something else."""
    monkeypatch.setattr(processes, "COMMAND", (sys.executable, "-c", script, str(argument)))


def test_a_worker_that_is_killed_costs_nothing_but_its_draws(
    runner: DrawRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(DIES_ONCE, tmp_path / "mark", monkeypatch)
    folder = tmp_path / "kept"
    folder.mkdir()
    kept = KeptDraws(folder, (0, 7))
    done: list[int] = []
    said: list[str] = []
    run_in_processes(runner, kept, 2, done.append, said.append)
    assert kept.missing() == []
    assert done[0] == 0
    assert done[-1] == 7
    assert said[0] == "A worker process died (SIGKILL): its draws are run again."
    assert said[1].startswith("Each worker process held ")
    assert kept.damaged() == []
    assert list(folder.glob("*.partial")) == []
    _, expected = run_chunk(runner, (0, 7))
    np.testing.assert_array_equal(kept.chunks().read("delay_s", 0), expected["delay_s.0"])
    np.testing.assert_array_equal(kept.chunks().read("measures", 0), expected["measures.0"])


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (("failed", "ArithmeticError", "draw 0", None), UnfinishedError,
         "a worker process failed: ArithmeticError: draw 0"),
        (("failed", "OSError", "No space left on device", 28), OSError, "No space left"),
        ("", UnfinishedError,
         r"3 worker processes died over draws \d+ to \d+, the last with exit code 0: if memory"),
    ],
)  # fmt: skip
def test_a_worker_that_fails_is_one_message_and_what_was_done_is_kept(
    answer: Any,
    error: type[Exception],
    message: str,
    runner: DrawRunner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = KeptDraws(tmp_path, (0, 30))
    kept.save(*run_chunk(runner, (0, 10)))
    use(ANSWERS, repr(answer), monkeypatch)
    with pytest.raises(error, match=message):
        run_in_processes(runner, kept, 2)
    assert kept.count() == 10
    assert [path.name for path in chunk_files(tmp_path).values()] == [chunk_name((0, 10))]


def test_a_worker_without_a_system_to_start_it_is_the_systems_error(
    runner: DrawRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "COMMAND", (str(tmp_path / "nothing"),))
    with pytest.raises(OSError, match="nothing"):
        run_in_processes(runner, KeptDraws(tmp_path, (0, 3)), 1)


def test_a_worker_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use("import time; time.sleep(600)", "", monkeypatch)
    monkeypatch.setattr(processes, "GRACE_S", 0.1)
    assert processes._Worker(()).end() == "SIGKILL"


# ---------------------------------------------------------------- a worker from within


@contextmanager
def asked(work: Callable[[Wire], None]) -> Iterator[Wire]:
    """Let a worker work in a thread of this process, and end when nobody asks any more."""
    (to_read, told), (heard, to_write) = os.pipe(), os.pipe()
    mine = Wire(os.fdopen(heard, "rb"), os.fdopen(told, "wb"))
    its = Wire(os.fdopen(to_read, "rb"), os.fdopen(to_write, "wb"))
    ended: list[type[BaseException]] = []

    def run() -> None:
        try:
            work(its)
        except (EOFError, OSError) as error:
            ended.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    yield mine
    mine.close()
    thread.join()
    assert ended == [EOFError]
    its.close()


def test_a_worker_told_to_stop_writes_what_it_has_and_ends_when_nobody_asks(
    runner: DrawRunner, tmp_path: Path
) -> None:
    kept = KeptDraws(tmp_path, (0, 9))
    with asked(serve) as wire:
        wire.send(str(tmp_path), *runner.question)
        wire.send(2, 8)
        for goes_on in (True, True, False):
            assert wire.receive() == (DRAWN,)
            wire.send(goes_on)
        word, span, sha256, mib = wire.receive()
        assert (word, span) == (WRITTEN, (2, 5))
        assert mib > 0
        assert kept.count() == 0
        kept.admit(span, sha256)
    assert kept.missing() == [(0, 2), (5, 9)]
    assert kept.damaged() == []


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (EOFError(), 0, []),
        (ValueError("no"), 1, [(FAILED, "ValueError", "no", None)]),
        (OSError(28, "full"), 1, [(FAILED, "OSError", "[Errno 28] full", 28)]),
    ],
)
def test_a_worker_says_what_it_failed_with(
    error: Exception, code: int, said: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Wire) -> None:
        raise error

    monkeypatch.setattr(worker, "serve", fail)
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    monkeypatch.setattr(os, "dup", lambda _: os.open(tmp_path / "sent", os.O_CREAT | os.O_WRONLY))
    monkeypatch.setattr(sys, "stdin", (tmp_path / "in").open("w+", encoding="utf-8"))
    assert worker.main() == code
    with (tmp_path / "sent").open("rb") as file:
        found = [pickle.load(file) for _ in said]
        assert file.read() == b""
    assert found == said


def test_workers_are_in_a_session_of_their_own_so_that_ctrl_c_passes_them_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use("import sys; sys.stdin.read()", "", monkeypatch)
    one = processes._Worker(())
    pid = one._process.pid
    assert os.getsid(pid) == pid
    assert one.end() == "exit code 0"
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
