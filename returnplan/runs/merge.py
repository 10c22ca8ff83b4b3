"""Parts of a run, from anywhere and in any order, become one run folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import returnplan.scenario as scenario_room
from returnplan.errors import Problem, ReturnplanError
from returnplan.model.chance.posterior import resample
from returnplan.runs.ensemble import assemble
from returnplan.runs.folder import SCENARIO_COPY, Clock, read_manifest, sha256_of
from returnplan.runs.machine import chunks, working_folder
from returnplan.runs.machine.chunks import Chunks, DrawRange
from returnplan.runs.machine.progress import SILENT, Watcher
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.working_folder import RunIdentity
from returnplan.runs.outcome import Outcome
from returnplan.runs.reading import UNCHECKED, fitting
from returnplan.runs.run import Figures, Finish, Request


@dataclass(frozen=True, kw_only=True)
class Shard:
    """A part of the draws of a run.

    Parameters
    ----------
    folder
        Where it is.
    plan
        What its draws are draws of.
    gates
        Gates in force, which need not be those that the scenario's files name.
    is_checked
        False: an older version wrote it, whose manifest does not tell the bytes of its files.
    """

    folder: Path
    plan: RunIdentity
    part: DrawRange
    gates: scenario_room.Gates
    is_checked: bool = True

    @property
    def text(self) -> str:
        """Its draws in words."""
        return f"draws {self.part[0]} to {self.part[1] - 1}"


class _Part(BaseModel):
    """Which draws a shard holds, as its manifest says."""

    model_config = ConfigDict(strict=True)

    first_draw: int = Field(ge=0)
    last_draw: int = Field(ge=0)


class _Said(BaseModel):
    """What the manifest of a shard must say, beside its plan and its gates."""

    model_config = ConfigDict(strict=True)

    shard: _Part
    files: dict[str, str] | None = None


class ShardError(ReturnplanError):
    """Folders that do not make one run together, with every problem found."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        noun = "problem" if len(problems) == 1 else "problems"
        lines = [f"these folders do not make one run: {len(problems)} {noun}"]
        super().__init__("\n".join([*lines, *(f"  {problem}" for problem in problems)]))


def read_shards(folders: Sequence[Path]) -> list[Shard]:
    """Read shards and check that together they are one run.

    Parameters
    ----------
    folders
        Folders of shards, in any order.

    Returns
    -------
    list[Shard]
        In the order of their draws.

    Raises
    ------
    ShardError
        When anything is wrong; it names every problem.
    """
    problems: list[str] = []
    found = [_read_shard(folder, problems) for folder in folders]
    shards = sorted((s for s in found if s is not None), key=lambda s: (s.part, str(s.folder)))
    for shard in shards[1:]:
        different = shard.plan.differences(shards[0].plan)
        problems += [
            f"{shard.folder}: found {text}; allowed: the same as in {shards[0].folder}"
            for text in different
        ]
    problems += _cover(shards)
    if problems or not shards:
        raise ShardError(problems)
    return shards


def _read_shard(folder: Path, problems: list[str]) -> Shard | None:
    manifest = read_manifest(folder) if folder.is_dir() else None
    allowed = "allowed: a folder written by returnplan run --shard"
    plan = working_folder.read_identity(manifest.get("plan")) if manifest else None
    if manifest is None or plan is None:
        kind = "a complete run" if manifest and "digest" in manifest else "no shard"
        problems.append(f"{folder}: found {kind if folder.is_dir() else 'no folder'}; {allowed}")
        return None
    try:
        said = _Said.model_validate(manifest)
    except ValidationError:
        problems.append(f"{folder}: found a manifest without its draws; {allowed}")
        return None
    part = (said.shard.first_draw, said.shard.last_draw + 1)
    files = chunks.chunk_files(folder)
    problems += [
        f"{folder}: found {path.name} with other bytes than were written; allowed: as written"
        for path in files.values()
        if said.files is not None and said.files.get(path.name) != sha256_of(path.read_bytes())
    ]
    problems += [
        f"{folder}: found that {text}; allowed: draws {part[0]} to {part[1] - 1}, each once"
        for text in chunks.gaps_and_overlaps(list(files), part)
    ]
    copy = folder / SCENARIO_COPY
    if not copy.is_dir() or scenario_room.digest(copy) != plan.scenario_sha256:
        problems.append(
            f"{folder}: found other files in {SCENARIO_COPY}; allowed: those that the draws are of"
        )
    unread: list[Problem] = []
    gates = scenario_room.read_gates(manifest.get("gates"), unread)
    if gates is None or unread:
        problems.append(f"{folder}: found a manifest without its gates; {allowed}")
        return None
    is_checked = said.files is not None
    return Shard(folder=folder, plan=plan, part=part, gates=gates, is_checked=is_checked)


def _cover(shards: Sequence[Shard]) -> list[str]:
    """Say which draws are in no folder, or in several."""
    problems = []
    at, last = 0, None
    for shard in shards:
        first, after = shard.part
        if first > at:
            problems.append(
                f"draws {at} to {first - 1}: found in no folder; allowed: in one folder"
            )
        elif first < at and last is not None:
            both = f"draws {first} to {min(at, after) - 1}"
            where = f"found in {last.folder} and {shard.folder}"
            problems.append(f"{both}: {where}; allowed: in one folder")
        if after > at:
            at, last = after, shard
    draws = shards[0].plan.whole if shards else 0
    if at < draws:
        problems.append(f"draws {at} to {draws - 1}: found in no folder; allowed: in one folder")
    return problems


def merge(
    folders: Sequence[Path],
    out: Path,
    finish: Finish,
    watcher: Watcher = SILENT,
    *,
    figures: Figures = "few",
    report: bool = False,
) -> list[Outcome]:
    """Make a complete run folder from shards.

    Parameters
    ----------
    folders
        Folders of shards, in any order.
    out
        Run folder as :func:`returnplan.runs.folder.check_target` returns it.
    finish
        Writes the run folder, as for :func:`returnplan.runs.run.run`.
    watcher
        Told about each step.
    figures, report
        As :class:`returnplan.runs.run.Request` has them.

    Returns
    -------
    list[Outcome]
        The outcome of each allocation.

    Raises
    ------
    ShardError
        When the folders do not make one run.
    """
    clock = Clock()
    shards = read_shards(folders)
    plan = shards[0].plan
    folder = shards[0].folder / SCENARIO_COPY
    prior = plan.posterior_sha256 is None
    scenario = scenario_room.load(folder, gates=shards[0].gates, prior=prior)
    is_sure = all(shard.is_checked for shard in shards)
    if not is_sure:
        watcher.say(UNCHECKED)
    with fitting(shards[0].folder, is_sure=False):  # nobody checks what a manifest says of itself
        taken = resample(scenario, plan.draws, plan.seed)
        runner = DrawRunner(scenario, plan.allocations, plan.seed, taken)
    sha256 = plan.scenario_sha256
    here = working_folder.identity_of(runner, scenario, sha256, plan.draws, plan.seed)
    if here != plan:
        what = "; ".join(plan.differences(here))
        raise ShardError([f"{shards[0].folder}: found {what}; allowed: the same as here"])
    files = {span: path for s in shards for span, path in chunks.chunk_files(s.folder).items()}
    with fitting(shards[0].folder, is_sure=is_sure):
        spread = assemble(scenario, runner, Chunks(files), plan.seed, sha256)
    request = Request(
        folder=folder,
        scenario=scenario,
        allocations=plan.allocations,
        out=out,
        draws=plan.draws,
        seed=plan.seed,
        figures=figures,
        report=report,
    )
    return finish(request, spread, sha256, clock, watcher)
