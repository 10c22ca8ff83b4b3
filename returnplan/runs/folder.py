"""The folder of a run on disk: where it may be written, and what is in it."""

import hashlib
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from returnplan import domain
from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.runs.ensemble import Ensemble, csv_bytes, digest_of
from returnplan.runs.machine.chunks import CHUNK_FILE
from returnplan.runs.outcome import Outcome
from returnplan.runs.tables import OF_DRAWS, OF_WORK, one_under_another
from returnplan.runs.tables.family import DECISIONS
from returnplan.scenario import background, shapes
from returnplan.scenario.files import TOML, table_files, workbooks_of
from returnplan.units import horizon_date
from returnplan.version import __version__

TABLES = (*OF_DRAWS, *OF_WORK)
"""Tables of a run, each one CSV file with the allocations one under another."""
STORED = (*TABLES, DECISIONS)
"""Tables of a run folder: with those of the run what changes of it would bring."""

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
    target = _reachable(out)
    if target in (Path.cwd(), *Path.cwd().parents):
        raise ReturnplanError(f"{out} is the working folder or above it: choose a folder inside")
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return target
    if not _is_run_folder(target):
        raise ReturnplanError(f"{out} exists and is not a run folder: choose another --out")
    if not overwrite:
        raise ReturnplanError(f"{out} exists: choose another --out, or say --overwrite")
    return target


def _reachable(out: Path) -> Path:
    """Absolute path of a target below folders, without what killed runs left beside it."""
    target = out.resolve()
    blocking = next((p for p in target.parents if p.exists()), target)
    if not blocking.is_dir():
        raise ReturnplanError(f"{out} cannot be made: {blocking} is a file")
    clear_leftovers(target)
    return target


def clear_leftovers(target: Path) -> None:
    """Remove what processes that are gone left beside a target; an earlier run goes back there.

    A run that is killed leaves its half-written folder; killed between its two last steps, it
    leaves the earlier run under another name.

    Parameters
    ----------
    target
        Folder or file that is to be written, absolute.
    """
    if not target.parent.is_dir():
        return
    left = re.compile(rf"\.{re.escape(target.name)}\.(\d{{1,9}})\.(partial|old)")
    for path in sorted(target.parent.iterdir()):
        match = left.fullmatch(path.name)
        if match is None or not _is_gone(int(match[1])):
            continue
        if match[2] == "old" and not target.exists():
            path.rename(target)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _is_gone(process: int) -> bool:
    """Whether a process does not run any more; False where nobody can tell."""
    if os.name == "nt":  # where signal 0 would end the process
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


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
    target = _reachable(out)
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
    written.update(f"{name}.csv" for name in STORED)
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
        path = folder / MANIFEST
        manifest = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(manifest, dict) or "returnplan" not in manifest:
        return None
    return manifest if manifest.keys() & {"digest", "plan"} else None


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
    write_files({out: data})


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files of which each is there when all of them are.

    Parameters
    ----------
    files
        What is to stand in each target, as :func:`check_file` returns it.
    """
    partials: dict[Path, Path] = {}
    try:
        for out, data in files.items():
            out.parent.mkdir(parents=True, exist_ok=True)
            partials[out] = out.with_name(f".{out.name}.{os.getpid()}.partial")
            partials[out].write_bytes(data)
        for out, partial in partials.items():
            partial.replace(out)
    except BaseException:
        for partial in partials.values():
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
    sha256
        SHA-256 of its files.

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
    """Write a manifest, readable for people, with the SHA-256 of each file that is there.

    Parameters
    ----------
    folder
        A run folder, or a part of one, in which all else is written.
    manifest
        What it says beside that.
    """
    found = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    names = [path.as_posix() for path in found if path.parts[0] not in (FIGURES, REPORT, MANIFEST)]
    files = {name: sha256_of((folder / name).read_bytes()) for name in names}
    text = json.dumps({**manifest, "files": files}, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def sha256_of(data: bytes) -> str:
    """SHA-256 of the bytes of a file, in 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def scenario_files(folder: Path) -> list[Path]:
    """Find the files that a scenario is read from.

    Parameters
    ----------
    folder
        Folder of a scenario.

    Returns
    -------
    list[Path]
        Those that are there.
    """
    head = (folder / name for name in (TOML, background.FILE, shapes.FILE))
    paths = [*head, *table_files(folder).values(), *workbooks_of(folder)]
    return [path for path in paths if path.is_file()]


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
        As :func:`tables_of` gives them, and ``decisions``.
    folder
        Folder that exists.
    spread
        Its draws; None: a run on expected values.

    Returns
    -------
    str
        SHA-256 over names and bytes of the results: equal on every machine.
    """
    written = {name: csv_bytes(table) for name, table in tables.items()}
    for name, content in written.items():
        (folder / f"{name}.csv").write_bytes(content)
    data = {name: written[name] for name in TABLES}
    has_facts = not tables["facts"].empty
    if spread is None:
        return digest_of(data, has_facts=has_facts)
    np.savez_compressed(
        folder / READY_DAY,
        ready_day=spread.ready_day.astype("<f4"),
        allocation=np.array(spread.allocations, str),
        draw=spread.draw_numbers,
        community=np.array(spread.communities, str),
        assumption=np.array(list(spread.normal_scores), str),
        normal_score=np.array(list(spread.normal_scores.values()), "<f8").reshape(-1, spread.draws),
        casualties=spread.casualties.astype("<f8"),
        fact=np.array(spread.fact_ids, str),
        modelled=spread.modelled.astype("<f8"),
    )
    return digest_of(data, spread.ready_day, has_facts=has_facts)
