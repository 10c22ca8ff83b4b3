"""Start the real command in a process of its own, and stop it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 300

SLOWED = """
import sys, time
from returnplan import chunks, simulation
seconds = float(sys.argv[1])
def slowed(swift, seconds):
    def slow(*given):
        time.sleep(seconds)
        return swift(*given)
    return slow
simulation.Programme.run = slowed(simulation.Programme.run, seconds)
chunks.Kept.save = slowed(chunks.Kept.save, 10 * seconds)
from returnplan.cli import main
main(sys.argv[2:], prog_name="returnplan")
"""
"""The command as it is, but for the time that each draw, and each file of ten draws, takes."""


def start(*words: str | Path, cwd: Path, draw_takes_s: float = 0.0) -> subprocess.Popen[str]:
    """Start a command; with a time for each draw it can be stopped in the middle for certain."""
    how = ["-c", SLOWED, str(draw_takes_s)] if draw_takes_s else ["-m", "returnplan"]
    return subprocess.Popen(
        [sys.executable, "-W", "error", *how, *map(str, words)],
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
