"""The folder of a run on disk: where it may be written, what is in it, how it is read again."""

import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from returnplan import domain
from returnplan.columns import text_columns
from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.runs.ensemble import Ensemble, csv_bytes, digest_of
from returnplan.runs.machine.chunks import CHUNK_FILE
from returnplan.runs.outcome import Outcome
from returnplan.runs.results import Results
from returnplan.runs.tables import OF_DRAWS, OF_WORK, one_under_another
from returnplan.runs.tables.family import typed
from returnplan.units import horizon_date
from returnplan.version import __version__

TABLES = (*OF_DRAWS, *OF_WORK)
"""Tables of a run, each one CSV file with the allocations one under another."""

MANIFEST, FIGURES, READY_DAY, SCENARIO_COPY, REPORT, WORKBOOK = (
    "manifest.json",
    "figures",
    "ready_day.npz",
    "scenario",
    "report",
    "results.xlsx",
)
PACKAGES = ("matplotlib", "numba", "numpy", "pandas", "pydantic", "scipy")
STATEMENT = domain.STATEMENT.format(authority=domain.AUTHORITY)


# ---------------------------------------------------------------- where it may be written


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


def check_file(out: Path, *, overwrite: bool) -> Path:
    """Refuse a file that would lose something, before any work is done.

    Parameters
    ----------
    out
        File to be written.
    overwrite
        Whether a file that is there may be replaced.

    Returns
    -------
    Path
        The file, absolute, with links resolved.

    Raises
    ------
    ReturnplanError
        When it is there already, cannot be made, or would lie among the files of a run.
    """
    target = out.resolve()
    blocking = next((p for p in target.parents if p.exists()), target)
    if not blocking.is_dir():
        raise ReturnplanError(f"{out} cannot be made: {blocking} is a file")
    if target.exists() and not target.is_file():
        raise ReturnplanError(f"{out} is a folder: choose a file in it")
    if read_manifest(target.parent) is not None:
        raise ReturnplanError(f"{out} would lie among the files of a run: choose another --out")
    if target.exists() and not overwrite:
        raise ReturnplanError(f"{out} exists: choose another --out, or say --overwrite")
    return target


def _is_run_folder(folder: Path) -> bool:
    """True when a folder holds a run or a part of one, and nothing else but what tells of it."""
    manifest = read_manifest(folder)
    if manifest is None:
        return False
    written = {MANIFEST, FIGURES, READY_DAY, SCENARIO_COPY, REPORT, WORKBOOK}
    written.update(f"{name}.csv" for name in TABLES)
    names = {path.name for path in folder.iterdir()}
    return all(name in written or CHUNK_FILE.fullmatch(name) for name in names)


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a run, or of a part of one; None: there is none.

    Parameters
    ----------
    folder
        Any folder.

    Returns
    -------
    dict[str, Any] | None
        The manifest.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_ours = isinstance(manifest, dict) and "returnplan" in manifest
    return manifest if is_ours and manifest.keys() & {"digest", "plan"} else None


@contextmanager
def written(out: Path) -> Iterator[Path]:
    """Give a folder to write into, which takes its place when all of it is there.

    Parameters
    ----------
    out
        Target as :func:`check_target` returns it; an earlier run in it is replaced.

    Yields
    ------
    Path
        An empty folder beside the target; it goes when anything fails.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    partial.mkdir()
    try:
        yield partial
        _replace(partial, out)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def write_file(out: Path, data: bytes) -> None:
    """Write a file that is there when all of it is.

    Parameters
    ----------
    out
        Target as :func:`check_file` returns it.
    data
        What is to stand in it.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(out)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


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


# ---------------------------------------------------------------- what is in it


class Clock:
    """When something began, and how long it took."""

    def __init__(self) -> None:
        self.began = datetime.now(UTC)
        self._counter = perf_counter()

    def as_dict(self) -> dict[str, Any]:
        """Start and duration for a manifest."""
        return {
            "start": self.began.isoformat(timespec="seconds"),
            "duration_s": round(perf_counter() - self._counter, 3),
        }


def how_made(scenario: Scenario, sha256: str, allocations: Sequence[str]) -> dict[str, Any]:
    """What every manifest says.

    Parameters
    ----------
    scenario
        The scenario.
    sha256
        SHA-256 of its files.
    allocations
        Names of the allocations.

    Returns
    -------
    dict[str, Any]
        Version, scenario, command, packages, statement.
    """
    return {
        "returnplan": __version__,
        "scenario": scenario.name,
        "title": scenario.title,
        "scenario_sha256": sha256,
        "scenario_start": scenario.start.isoformat(),
        "horizon": horizon_date(scenario.start, scenario.horizon_years).isoformat(),
        "gates": scenario.gates,
        "allocations": list(allocations),
        "command": shlex.join(["returnplan", *sys.argv[1:]]),
        "python": ".".join(map(str, sys.version_info[:3])),
        "packages": {name: version(name) for name in PACKAGES},
        "statement": STATEMENT,
    }


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest, readable for people."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def tables_of(outcomes: Sequence[Outcome]) -> dict[str, pd.DataFrame]:
    """Put the tables of all outcomes of a scenario one under another.

    Parameters
    ----------
    outcomes
        Outcomes of one scenario.

    Returns
    -------
    dict[str, pandas.DataFrame]
        By name, in the order of ``TABLES``.
    """
    return {name: one_under_another([o.tables[name] for o in outcomes]) for name in TABLES}


def write_tables(
    tables: Mapping[str, pd.DataFrame], folder: Path, spread: Ensemble | None = None
) -> str:
    """Write the tables of a run and its ready days, and return the digest of the results.

    Parameters
    ----------
    tables
        As :func:`tables_of` gives them.
    folder
        Folder that exists.
    spread
        Its draws; None: a run on expected values.

    Returns
    -------
    str
        SHA-256 over names and bytes of the results: equal on every machine.
    """
    data: dict[str, bytes] = {}
    for name, table in tables.items():
        data[name] = csv_bytes(table)
        (folder / f"{name}.csv").write_bytes(data[name])
    if spread is None:
        return digest_of(data)
    np.savez_compressed(
        folder / READY_DAY,
        ready_day=spread.ready_day.astype("<f4"),
        allocation=np.array(spread.allocations, str),
        draw=np.arange(spread.draws),
        community=np.array(spread.communities, str),
    )
    return digest_of(data, spread.ready_day)


# ---------------------------------------------------------------- how it is read again


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Run(Results):
    """A run folder that was read again; ready days are 32-bit there."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """How the run was made."""
        return self.provenance


def load_run(folder: str | Path) -> Run:
    """Read a run folder.

    Parameters
    ----------
    folder
        Folder that ``returnplan run`` or ``returnplan merge`` wrote.

    Returns
    -------
    Run
        Manifest, tables and ready days.

    Raises
    ------
    ReturnplanError
        When the folder is not a complete run.
    """
    path = Path(folder)
    manifest = read_manifest(path)
    if manifest is None:
        raise ReturnplanError(f"{folder} is no run folder: it has no {MANIFEST} of returnplan")
    if "plan" in manifest:
        raise ReturnplanError(f"{folder} is a part of a run: put the parts together, with merge")
    try:
        tables = {name: _read_table(path / f"{name}.csv") for name in TABLES}
        ready_day, communities = None, tuple(tables["readiness"]["community"].unique())
        if manifest["draws"]:
            with np.load(path / READY_DAY, allow_pickle=False) as stored:
                ready_day = stored["ready_day"]
                communities = tuple(map(str, stored["community"]))
        allocations = tuple(manifest["allocations"])
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise ReturnplanError(f"{folder} is no complete run folder: {error}") from None
    return Run(
        scenario=str(manifest["scenario"]),
        start=date.fromisoformat(manifest["scenario_start"]),
        horizon=date.fromisoformat(manifest["horizon"]),
        allocations=allocations,
        communities=communities,
        draws=int(manifest["draws"]),
        seed=manifest["seed"],
        ready_day=ready_day,
        tables=tables,
        provenance=manifest,
    )


def _read_table(path: Path) -> pd.DataFrame:
    table = pd.read_csv(
        path,
        dtype=dict.fromkeys(text_columns(path.stem), str),
        keep_default_na=False,
        na_values=[""],
    )
    return typed(path.stem, table)
