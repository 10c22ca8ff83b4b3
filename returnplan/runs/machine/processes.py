"""Chunks of draws shared out among worker processes: none waits for another's interpreter."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from returnplan.errors import UnfinishedError
from returnplan.runs.machine.chunks import DrawRange, KeptDraws, Progress, cores, ignore
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.threads import Count, share_out
from returnplan.runs.machine.worker import DRAWN, FAILED, Wire

COMMAND = (sys.executable, "-m", "returnplan.runs.machine.worker")
MOST_DEATHS = 3
"""Workers that may die over one chunk before the run is stopped."""
GRACE_S = 2.0
"""How long a worker has to end by itself."""


def run_in_processes(
    runner: DrawRunner,
    kept: KeptDraws,
    workers: int | None = None,
    progress: Progress = ignore,
    say: Callable[[str], None] = ignore,
) -> None:
    """Run the missing draws of a working folder in worker processes of this machine.

    Parameters
    ----------
    kept
        Working folder; each chunk is there as soon as it is done.
    workers
        Number of processes; None: the processor cores that the process may use.
    progress
        Called from this thread with the draws done.
    say
        Called with a line when a worker dies, and about their memory.

    Raises
    ------
    UnfinishedError
        When a worker fails, or one dies again and again.
    """
    count = workers or cores()
    with crew_of(runner, kept, count, say) as crew:
        share_out(crew.run, kept, count, progress)
    if crew.peaks_mib:
        say(f"Each worker process held {max(crew.peaks_mib):,.0f} MiB at most.")


@contextmanager
def crew_of(
    runner: DrawRunner, kept: KeptDraws, workers: int, say: Callable[[str], None] = ignore
) -> Iterator["Crew"]:
    """Have worker processes for some time.

    Parameters
    ----------
    kept
        Working folder.
    workers
        Number of processes.
    say
        Called with a line when one dies.

    Yields
    ------
    Crew
        The workers, who start when they are needed.
    """
    crew = Crew((str(kept.folder.resolve()), *runner.question), kept, workers, say)
    try:
        yield crew
    finally:
        crew.dismiss()


class _Died(Exception):  # noqa: N818 - no error of anybody's
    """A worker process is no more."""


class _Worker:
    """A worker process, as whoever asks it sees it."""

    def __init__(self, task: tuple[Any, ...]) -> None:
        around = os.environ.get("PYTHONPATH")
        paths = [str(Path(__file__).parents[3]), *([around] if around else [])]
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            # Ctrl-C is for the process that asks: it lets its workers finish the draw they are at.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._wire = Wire(self._process.stdout, self._process.stdin)
        self._task: tuple[Any, ...] | None = task

    def run(self, span: DrawRange, goes_on: Callable[[], bool]) -> tuple[DrawRange, str, Any]:
        """Have a chunk run and written; the draws that it holds, its SHA-256, and memory in MiB."""
        try:
            if self._task is not None:
                self._wire.send(*self._task)
                self._task = None
            self._wire.send(*span)
            while (words := self._wire.receive())[0] == DRAWN:
                self._wire.send(goes_on())
        except (EOFError, OSError):
            raise _Died from None
        if words[0] == FAILED:
            _raise(*words[1:])
        _, written, sha256, peak = words
        return written, sha256, peak

    def end(self) -> str:
        """End it, and say how it ended."""
        self._wire.close()
        try:
            code = self._process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _raise(kind: str, text: str, number: int | None) -> None:
    """Raise here what a worker failed with."""
    if number is not None:
        raise OSError(number, text)
    raise UnfinishedError(f"a worker process failed: {kind}: {text}")


class Crew:
    """Worker processes, started when they are needed, and followed by others when they die.

    Parameters
    ----------
    task
        What each is sent at the start.
    kept
        Working folder.
    workers
        Their number.
    say
        Called with a line when one dies.
    """

    def __init__(
        self, task: tuple[Any, ...], kept: KeptDraws, workers: int, say: Callable[[str], None]
    ) -> None:
        self.peaks_mib: list[float] = []
        self._task, self._kept, self._say = task, kept, say
        self._lock = threading.Lock()
        self._all: list[_Worker] = []
        self._idle: SimpleQueue[_Worker | None] = SimpleQueue()
        for _ in range(workers):
            self._idle.put(None)

    def run(self, span: DrawRange, count: Count) -> None:
        """Have a chunk run, again when its worker dies.

        Parameters
        ----------
        count
            Is told of draws that are done or lost; says whether to go on.

        Raises
        ------
        UnfinishedError
            When the worker fails, or one dies again and again.
        """
        for _ in range(MOST_DEATHS):
            done = 0

            def goes_on() -> bool:
                nonlocal done
                done += 1
                return count(1)

            worker = self._idle.get() or self._hire()
            try:
                written, sha256, peak = worker.run(span, goes_on)
            except _Died:
                self._idle.put(None)
                how = worker.end()
                self._say(f"A worker process died ({how}): its draws are run again.")
                if not count(-done):
                    return
                continue
            except BaseException:
                self._idle.put(None)
                raise
            self._idle.put(worker)
            self._kept.admit(written, sha256)
            if peak is not None:
                self.peaks_mib.append(peak)
            return
        raise UnfinishedError(
            f"{MOST_DEATHS} worker processes died over draws {span[0]} to {span[1] - 1}, the last "
            f"with {how}: if memory was too little, ask for fewer --workers"
        )

    def _hire(self) -> _Worker:
        worker = _Worker(self._task)
        with self._lock:
            self._all.append(worker)
        return worker

    def dismiss(self) -> None:
        """End all workers, and remove what dead ones left half written."""
        for worker in self._all:
            worker.end()
        for partial in self._kept.folder.glob("*.partial"):
            partial.unlink(missing_ok=True)
