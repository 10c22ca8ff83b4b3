"""Run without figures; call the command here, or start it in a process of its own and stop it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from returnplan.cli import main
from returnplan.runs.run import Request, run
from returnplan.show import figures, run_folder
from returnplan.show.run_folder import write_run

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 300

COMMAND = """
import sys, time
from returnplan.runs.machine import chunks, processes, worker
from returnplan.runs.machine.runner import DrawRunner
seconds = float(sys.argv[1])
def slowed(swift, seconds):
    def slow(*given):
        time.sleep(seconds)
        return swift(*given)
    return slow
if seconds:
    DrawRunner.run = slowed(DrawRunner.run, seconds)
    chunks.KeptDraws.write = slowed(chunks.KeptDraws.write, 10 * seconds)
if sys.argv[2:] == ["worker"]:
    sys.exit(worker.main())
processes.COMMAND = (sys.executable, "-c", sys.orig_argv[-len(sys.argv)], sys.argv[1], "worker")
from returnplan.show import figures
figures.pages = lambda *given, **named: []
from returnplan.cli import main
main(sys.argv[2:], prog_name="returnplan")
"""
"""The command without figures, or a worker of it; each draw, and each file, may take a time."""


@contextmanager
def no_figures() -> Iterator[None]:
    """Let runs draw no figures meanwhile: for tests that look at none."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "pages", lambda *_, **__: [])
        yield


@contextmanager
def no_workbook() -> Iterator[None]:
    """Let runs write no workbook meanwhile: for tests of other files of large runs."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run_folder, "write_workbook", lambda *_, **__: None)
        yield


def run_undrawn(request: Request) -> Path:
    """Run in this process, without figures, and give the run folder."""
    with no_figures():
        run(request, write_run)
    return request.out


def call(*words: str | Path) -> Result:
    """Call a command in this process."""
    return CliRunner().invoke(main, [str(word) for word in words])


def start(*words: str | Path, cwd: Path, draw_takes_s: float = 0.0) -> subprocess.Popen[str]:
    """Start a command; with a time for each draw it can be stopped in the middle for certain."""
    how = ["-W", "error", "-c", COMMAND, str(draw_takes_s)]
    return subprocess.Popen(
        [sys.executable, *how, *map(str, words)],
        cwd=cwd,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a command: its exit code, what it printed, and what it said on the error stream."""
    out, err = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, err


def command(*words: str | Path, cwd: Path) -> tuple[int, str, str]:
    """Run a command to its end."""
    return finish(start(*words, cwd=cwd))


def until(condition: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until something holds, as long as a loaded machine may need."""
    end = monotonic() + PATIENCE_S
    while not condition():
        if monotonic() > end and process is not None:
            process.kill()
        assert process is None or process.poll() is None, finish(process)
        assert monotonic() < end, "it took too long"
        sleep(0.01)


def manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a run."""
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def one_row(table: pd.DataFrame, community: str, allocation: str = "today") -> Any:
    """Find the row of a community under an allocation."""
    found = table[(table["allocation"] == allocation) & (table["community"] == community)]
    assert len(found) == 1
    return found.iloc[0]
