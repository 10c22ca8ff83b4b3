"""Whose draws are kept where: the plan of a run, and its working folder beside the target."""

import dataclasses
import hashlib
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import TypeAdapter

from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.model.conditions.gates import parameters_in_force
from returnplan.runs.machine.chunks import SUMS, DrawRange, KeptDraws, chunk_files, ignore
from returnplan.runs.machine.runner import DrawRunner
from returnplan.version import __version__

PLAN, LOCK = "plan.json", "lock"


@dataclass(frozen=True, kw_only=True)
class RunIdentity:
    """What some draws are draws of: chunks go together only when all of it is the same.

    Parameters
    ----------
    returnplan
        Version of the package.
    scenario, scenario_sha256
        Name, and SHA-256 of the files.
    allocations
        Names, in order.
    draws, seed
        Of the whole run.
    gates
        Gates in force with their parameters, in order.
    cells_sha256
        SHA-256 of settlements and cells of land release.
    precision
        Percent that is asked for, so that ``draws`` are the most; None: so many draws.
    simulated
        Different draws, where a calibrated run takes some of them several times; chunks hold these
        by their places. None: as many as draws.
    posterior_sha256
        SHA-256 of the weights that they are taken by; None: the run is not calibrated.
    """

    returnplan: str
    scenario: str
    scenario_sha256: str
    allocations: tuple[str, ...]
    draws: int
    seed: int
    gates: tuple[str, ...]
    cells_sha256: str
    precision: float | None = None
    simulated: int | None = None
    posterior_sha256: str | None = None

    @property
    def whole(self) -> int:
        """How many draws chunks hold in all."""
        return self.draws if self.simulated is None else self.simulated

    def differences(self, other: "RunIdentity") -> list[str]:
        """Say what is not the same in another plan: name, value here, value there.

        Parameters
        ----------
        other
            The other plan.

        Returns
        -------
        list[str]
            One text for each difference.
        """
        pairs = [(f.name, getattr(self, f.name), getattr(other, f.name)) for f in _PLAN_FIELDS]
        return [
            f"{name} is {_shown(here)}, not {_shown(there)}"
            for name, here, there in pairs
            if here != there
        ]

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as it stands in files."""
        return json.loads(json.dumps(dataclasses.asdict(self)))  # type: ignore[no-any-return]


_PLAN_FIELDS = dataclasses.fields(RunIdentity)


def _shown(value: object) -> str:
    if value is None:
        return "none"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def identity_of(
    runner: DrawRunner,
    scenario: Scenario,
    scenario_sha256: str,
    draws: int,
    seed: int,
    precision: float | None = None,
) -> RunIdentity:
    """Describe the draws of a runner.

    Parameters
    ----------
    scenario, scenario_sha256
        The scenario, and SHA-256 of its files.
    draws, seed
        Of the whole run.
    precision
        Percent that is asked for; None: no precision.

    Returns
    -------
    RunIdentity
        The plan.
    """
    labels = json.dumps([runner.settlements, runner.prepared.cells.names], ensure_ascii=False)
    return RunIdentity(
        returnplan=__version__,
        scenario=scenario.name,
        scenario_sha256=scenario_sha256,
        allocations=runner.allocations,
        draws=draws,
        seed=seed,
        gates=_gate_texts(scenario),
        cells_sha256=hashlib.sha256(labels.encode("utf-8")).hexdigest(),
        precision=precision,
        simulated=None if runner.taken is None else len(runner.taken.draws),
        posterior_sha256=_posterior_sha256(scenario),
    )


def _posterior_sha256(scenario: Scenario) -> str | None:
    if not scenario.posterior:
        return None
    return hashlib.sha256(repr(scenario.posterior).encode("utf-8")).hexdigest()


def _gate_texts(scenario: Scenario) -> tuple[str, ...]:
    """Each gate in force, with the parameters that hold."""
    found = []
    for name, parameters in parameters_in_force(scenario.gates).items():
        inner = ", ".join(f"{key} {value!r}" for key, value in sorted(parameters.items()))
        found.append(f"{name} ({inner})" if inner else name)
    return tuple(found)


def read_identity(given: object) -> RunIdentity | None:
    """Read a plan from what stands in a file.

    Parameters
    ----------
    given
        What the JSON holds.

    Returns
    -------
    RunIdentity | None
        None when it is no plan.
    """
    if not isinstance(given, dict) or given.keys() != {f.name for f in _PLAN_FIELDS}:
        return None
    try:
        return TypeAdapter(RunIdentity).validate_json(json.dumps(given), strict=True)
    except ValueError:
        return None


# ---------------------------------------------------------------- the working folder


def folder_of(target: Path) -> Path:
    """Return the hidden folder beside a run folder that keeps its draws until it is complete."""
    return target.with_name(f".{target.name}.draws")


@contextmanager
def claimed(
    folder: Path,
    plan: RunIdentity,
    part: DrawRange,
    *,
    resume: bool,
    say: Callable[[str], None] = ignore,
) -> Iterator[KeptDraws]:
    """Make or continue a working folder, for this process alone.

    Parameters
    ----------
    folder
        The working folder.
    plan, part
        What is to be drawn.
    resume
        Whether draws of an earlier run are continued; else they are thrown away.
    say
        Called with one line about draws of an earlier run.

    Yields
    ------
    KeptDraws
        The folder. When nothing was drawn it is gone afterwards.

    Raises
    ------
    ReturnplanError
        When a run is going on in it, or its draws are of another plan.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {"plan": plan.as_dict(), "part": list(part), "process": _this_process()}
    with _locked(folder):
        try:
            _prepare(folder, wanted, resume=resume, say=say)
            yield KeptDraws(folder, part)
        finally:
            if not chunk_files(folder):
                _empty(folder, but={LOCK})


def _prepare(
    folder: Path, wanted: dict[str, Any], *, resume: bool, say: Callable[[str], None]
) -> None:
    """Throw away or take over what an earlier run left, and write what is wanted now."""
    damaged = KeptDraws(folder, (0, 0)).damaged() if resume else []
    earlier = {part: path for part, path in chunk_files(folder).items() if path not in damaged}
    count = sum(after - first for first, after in earlier)
    if resume and not earlier:
        say("No draws of an earlier run are kept: this one starts anew.")
    elif resume:
        problems = _differences(folder, wanted)
        if problems:
            raise ReturnplanError(
                f"the {count} draws in {folder} are of another run: {'; '.join(problems)}. "
                "Ask for the same run, or leave --resume out to start anew"
            )
        say(f"{count} draws of an earlier run are kept and continued.")
    elif earlier:
        say(f"{count} draws of an earlier run that was not finished are thrown away.")
    if damaged:
        noun = "file of kept draws is" if len(damaged) == 1 else "files of kept draws are"
        say(f"{len(damaged)} {noun} damaged: these draws are run again.")
    kept = {LOCK, *([SUMS, *(path.name for path in earlier.values())] if resume else [])}
    _empty(folder, but=kept)
    text = json.dumps(wanted, indent=2, ensure_ascii=False) + "\n"
    (folder / PLAN).write_text(text, encoding="utf-8")


def _empty(folder: Path, but: set[str]) -> None:
    for path in folder.iterdir():
        if path.name not in but:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _differences(folder: Path, wanted: dict[str, Any]) -> list[str]:
    """Say how the plan of earlier draws differs from what is wanted."""
    try:
        found = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        earlier, now = read_identity(found["plan"]), read_identity(wanted["plan"])
        part = f"draws {found['part'][0]} to {found['part'][1] - 1}"
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        earlier = now = None
    if earlier is None or now is None:
        return [f"no plan can be read in {PLAN}"]
    problems = earlier.differences(now)
    if not problems and found["part"] != wanted["part"]:
        problems = [f"they are for {part}"]
    return problems


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a folder. The hold ends with this process, however it ends."""
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise ReturnplanError(f"{_holder(folder)} is running into the same folder") from None
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes it on release only
            (folder / LOCK).unlink()
        lock.release()
        with suppress(OSError):  # draws are kept in it, or the next run has begun
            folder.rmdir()


def _this_process() -> str:
    return f"process {os.getpid()} on {socket.gethostname()}"


def _holder(folder: Path) -> str:
    """Name the process that holds a folder, as it wrote itself down."""
    try:
        process = str(json.loads((folder / PLAN).read_text(encoding="utf-8"))["process"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):  # it has just begun
        return "another process"
    return process.removesuffix(f" on {socket.gethostname()}")
