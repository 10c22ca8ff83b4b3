"""Stop a run in one phase of writing its folder."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from returnplan.cli import main as command
from returnplan.show import figures
from tests.running import PATIENCE_S

PHASES = {
    "tables": "returnplan.runs.folder.csv_bytes",
    "scenario": "shutil.copyfile",
    "workbook": "returnplan.show.run_folder.write_workbook",
    "figures": "returnplan.show.figures.save",
    "manifest": "returnplan.runs.folder.write_manifest",
    "before the last step": "returnplan.runs.folder._replace",
    "in the last step": "pathlib.Path.rename",
}
"""Function that a phase calls, where its caller looks it up."""
THIRD = 3


def owner_of(phase: str) -> tuple[Any, str]:
    """Find the module or class whose function a phase calls."""
    place, _, name = PHASES[phase].rpartition(".")
    if place == "pathlib.Path":
        return Path, name
    return import_module(place), name


def stopping(original: Callable[..., Any], stop: Callable[[], object]) -> Callable[..., Any]:
    """Let a function write half of something, then stop; of tables two are written before."""
    calls = 0

    def hooked(*given: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        is_of_tables, is_step = original.__name__ == "csv_bytes", original.__name__ == "rename"
        if (is_of_tables and calls < THIRD) or (is_step and given[0].suffix != ".partial"):
            return original(*given, **named)
        for path in given:
            if isinstance(path, Path) and ".partial" in str(path) and not is_step:
                half = path / "half" if path.is_dir() else path
                half.parent.mkdir(exist_ok=True)
                half.write_bytes(b"half of it")
        stop()
        raise AssertionError("the process went on")

    return hooked


def exit_code_of(phase: str, words: Sequence[str], folder: Path) -> int | None:
    """Run the command from a folder in a process of its own, which is killed in the phase.

    All such processes are forks of one that has loaded the package and done nothing else.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(["returnplan.cli", "returnplan.show.run_folder"])
    process = context.Process(target=_run, args=(phase, words, folder))
    process.start()
    process.join(PATIENCE_S)
    return process.exitcode


def _run(phase: str, words: Sequence[str], folder: Path) -> None:
    os.chdir(folder)
    if phase != "figures":
        figures.pages = lambda *_, **__: []
    owner, name = owner_of(phase)
    kill = stopping(getattr(owner, name), lambda: os.kill(os.getpid(), signal.SIGKILL))
    setattr(owner, name, kill)
    command(words, prog_name="returnplan")
