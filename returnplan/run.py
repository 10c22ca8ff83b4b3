"""A run folder: every table and figure of a scenario's allocations, all of it or nothing."""

import hashlib
import json
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import pandas as pd

import returnplan.scenario as scenario_room
from returnplan import domain
from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.figures import draw_figures, view_of
from returnplan.simulation import Outcome, simulate
from returnplan.units import horizon_date
from returnplan.version import __version__

TABLES = (
    "summary",
    "readiness",
    "gates",
    "land_release",
    "jobs",
    "releases",
    "roads",
)
"""Tables of a run on expected values, each one CSV file with the allocations one under another."""

MANIFEST, FIGURES = "manifest.json", "figures"
PACKAGES = ("matplotlib", "numpy", "pandas", "pydantic")
STATEMENT = domain.STATEMENT.format(authority=domain.AUTHORITY)
EXPECTED_VALUES_NOTE = (
    "Run on expected values: no draws, hence no ranges, and no unrecorded hazards (model §3.2)."
)

Progress = Callable[[str], None]


def check_target(out: Path, *, overwrite: bool) -> Path:
    """Refuse a target that would lose something, before any work is done.

    Parameters
    ----------
    out
        Folder to be written.
    overwrite
        Whether an earlier run folder may be replaced.

    Returns
    -------
    Path
        The folder, absolute, with links resolved.

    Raises
    ------
    ReturnplanError
        When it cannot be a new folder, and is not an earlier run that may be replaced.
    """
    target = out.resolve()
    blocking = next((p for p in target.parents if p.exists()), target)
    if not blocking.is_dir():
        raise ReturnplanError(f"{out} cannot be made: {blocking} is a file")
    if target in (Path.cwd(), *Path.cwd().parents):
        raise ReturnplanError(f"{out} is the working folder or above it: choose a folder inside")
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return target
    if not _is_run_folder(target):
        raise ReturnplanError(f"{out} exists and is not a run folder: choose another --out")
    if not overwrite:
        raise ReturnplanError(f"{out} exists: choose another --out, or say --overwrite")
    return target


def _is_run_folder(folder: Path) -> bool:
    """True when a folder holds a run, and nothing that a run does not write."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    written = {MANIFEST, FIGURES, *(f"{name}.csv" for name in TABLES)}
    is_ours = isinstance(manifest, dict) and {"returnplan", "digest"} <= manifest.keys()
    return is_ours and {path.name for path in folder.iterdir()} <= written


def run(
    folder: Path,
    scenario: Scenario,
    allocations: Sequence[str],
    out: Path,
    progress: Progress = lambda _: None,
) -> list[Outcome]:
    """Simulate allocations on expected values and write the run folder.

    Everything is written beside the target first and moved there at the end, so that a run
    folder appears only when it is complete.

    Parameters
    ----------
    folder
        Folder from which the scenario was read, for its digest.
    scenario
        The scenario.
    allocations
        Names of allocations.
    out
        Run folder as :func:`check_target` returns it; an earlier one is replaced.
    progress
        Called with one line after each step.

    Returns
    -------
    list[Outcome]
        The outcome of each allocation.
    """
    began, clock = datetime.now(UTC), perf_counter()
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    partial.mkdir()
    try:
        outcomes = []
        for name in allocations:
            outcomes.append(simulate(scenario, name))
            progress(f"simulated {name}")
        digest = write_tables(outcomes, partial)
        progress("wrote the tables")
        provenance = (
            f"Scenario {scenario.name}, run on expected values (no draws), "
            f"returnplan {__version__}, results {digest[:12]}"
        )
        view = view_of(folder, scenario, (outcomes[0].horizon - scenario.start).days, provenance)
        draw_figures(scenario, outcomes, partial / FIGURES, view, progress)
        manifest = _manifest(folder, scenario, allocations, digest)
        manifest |= {
            "start": began.isoformat(timespec="seconds"),
            "duration_s": round(perf_counter() - clock, 3),
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        (partial / MANIFEST).write_text(text, encoding="utf-8")
        _replace(partial, out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return outcomes


def run_steps(allocations: int, figures: int) -> int:
    """Number of progress lines of a run, for the bar."""
    return allocations + 1 + figures


def write_tables(outcomes: Sequence[Outcome], folder: Path) -> str:
    """Write the tables of all outcomes, and return the digest of the results.

    Parameters
    ----------
    outcomes
        Outcomes of one scenario.
    folder
        Folder that exists.

    Returns
    -------
    str
        SHA-256 over names and bytes of the tables: equal on every machine.
    """
    total = hashlib.sha256()
    for name in TABLES:
        table = pd.concat([_filled(getattr(o, name)) for o in outcomes], ignore_index=True)
        data = table.to_csv(index=False, lineterminator="\n").encode("utf-8")
        (folder / f"{name}.csv").write_bytes(data)
        total.update(f"{name} {len(data)}\n".encode())
        total.update(data)
    return total.hexdigest()


def _filled(table: pd.DataFrame) -> pd.DataFrame:
    """Let empty columns be of one kind in all outcomes, so that they go under one another."""
    return table.astype(dict.fromkeys(table.columns[table.isna().all()], object))


def _manifest(
    folder: Path, scenario: Scenario, allocations: Sequence[str], digest: str
) -> dict[str, object]:
    return {
        "returnplan": __version__,
        "scenario": scenario.name,
        "title": scenario.title,
        "scenario_sha256": scenario_room.digest(folder),
        "scenario_start": scenario.start.isoformat(),
        "horizon": horizon_date(scenario.start, scenario.horizon_years).isoformat(),
        "gates": scenario.gates,
        "allocations": list(allocations),
        "draws": 0,
        "seed": None,
        "command": shlex.join(["returnplan", *sys.argv[1:]]),
        "python": ".".join(map(str, sys.version_info[:3])),
        "packages": {name: version(name) for name in PACKAGES},
        "digest": digest,
        "statement": STATEMENT,
        "note": EXPECTED_VALUES_NOTE,
    }


def _replace(partial: Path, out: Path) -> None:
    """Move a complete folder to its place; an earlier run goes only when the new one is there."""
    if not out.exists():
        partial.rename(out)
        return
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    out.rename(old)
    try:
        partial.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
