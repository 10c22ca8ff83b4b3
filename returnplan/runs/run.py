"""A run from scenario to folder: its draws, and who writes them down."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

import returnplan.scenario as scenario_room
from returnplan.domain import Scenario
from returnplan.model.chance.posterior import Resampled, resample
from returnplan.quantiles import NOTE
from returnplan.runs import calibrated
from returnplan.runs import folder as runfolder
from returnplan.runs.ensemble import Ensemble, assemble
from returnplan.runs.folder import SCENARIO_COPY, Clock
from returnplan.runs.machine import chunks, working_folder
from returnplan.runs.machine.choice import Workers, run_draws
from returnplan.runs.machine.chunks import DrawRange, KeptDraws
from returnplan.runs.machine.progress import SILENT, Watcher
from returnplan.runs.machine.runner import DrawRunner, warm_up
from returnplan.runs.machine.working_folder import RunIdentity
from returnplan.runs.outcome import Outcome
from returnplan.runs.precision import FIRST, Reached, draw_until
from returnplan.scenario.files import is_posterior

EXPECTED_VALUES_NOTE = (
    "Run on expected values: no draws, hence no ranges, and no unrecorded hazards (model §3.2)."
)
SHARD_NOTE = "a part of the draws: put all parts together with returnplan merge"
Figures = Literal["none", "few", "all"]
"""Which figures a run folder has; few: the ten that planners print first."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be run, and how.

    Parameters
    ----------
    folder
        Folder from which the scenario was read.
    out
        Run folder as :func:`returnplan.runs.folder.check_target` returns it.
    draws
        Number of draws; 0: expected values. With a precision: the most that are taken.
    seed
        Seed of the draws.
    precision
        Percent of their means below which intervals are asked (:mod:`returnplan.runs.precision`);
        None: so many draws.
    shard
        Number of a part from 1, and how many parts there are; None: the whole.
    workers
        Threads or processes; None: as many as the process may use processor cores.
    processes
        Whether workers are processes; None: in long runs.
    cluster
        Address of a Dask scheduler, or ``local``; None: no cluster.
    resume
        Whether the draws of a stopped run are continued.
    report
        Whether the report and the brief are written into the folder, internal, in English.
    """

    folder: Path
    scenario: Scenario
    allocations: tuple[str, ...]
    out: Path
    draws: int = 0
    seed: int = 1
    precision: float | None = None
    shard: tuple[int, int] | None = None
    workers: int | None = None
    processes: bool | None = None
    cluster: str | None = None
    resume: bool = False
    figures: Figures = "few"
    report: bool = False

    @cached_property
    def taken(self) -> Resampled | None:
        """Draws that a calibrated run takes; None: the scenario is not calibrated."""
        return resample(self.scenario, self.draws, self.seed)

    @property
    def simulated(self) -> int:
        """Different draws in the whole run."""
        return self.draws if self.taken is None else len(self.taken.draws)

    @property
    def part(self) -> DrawRange:
        """Draws that are run here; in a calibrated run by their places."""
        return chunks.part_of(self.simulated, self.shard)


Finish = Callable[[Request, Ensemble | None, str, Clock, Watcher], list[Outcome]]
"""Writes the complete run folder of a request: given its draws (None: expected values), the SHA-256
of the scenario's files, when the run began, and who is told about each step."""


def run(request: Request, finish: Finish, watcher: Watcher = SILENT) -> list[Outcome]:
    """Simulate allocations and write the run folder, or the folder of a shard.

    Draws are kept beside the target until the folder is complete, and stay there when the run is
    stopped.

    Parameters
    ----------
    request
        What is to be run.
    finish
        Writes the run folder (:func:`returnplan.show.run_folder.write_run`).
    watcher
        Told about the progress.

    Returns
    -------
    list[Outcome]
        The outcome of each allocation; none for a shard.

    Raises
    ------
    ReturnplanError
        When the draws of an earlier run stand in the way.
    """
    clock = Clock()
    sha256 = scenario_room.digest(request.folder)
    warm_up(watcher)
    if not request.draws:
        return finish(request, None, sha256, clock, watcher)
    runner = DrawRunner(request.scenario, request.allocations, request.seed, request.taken)
    asked = (request.draws, request.seed, request.precision)
    plan = working_folder.identity_of(runner, request.scenario, sha256, *asked)
    folder = working_folder.folder_of(request.out)
    with working_folder.claimed(
        folder, plan, request.part, resume=request.resume, say=watcher.say
    ) as kept:
        reached = _draw(request, runner, kept, watcher)
        outcomes: list[Outcome] = []
        if request.shard:
            _write_shard(request, plan, kept, clock)
        else:
            request = replace(request, draws=reached.draws if reached else request.draws)
            drawn = kept.within(request.part).chunks()
            spread = assemble(request.scenario, runner, drawn, request.seed, sha256, reached)
            outcomes = finish(request, spread, sha256, clock, watcher)
        kept.discard()
    return outcomes


def _draw(
    request: Request, runner: DrawRunner, kept: KeptDraws, watcher: Watcher
) -> Reached | None:
    """Run the draws that are asked for; how precise they are, where a precision is asked for."""
    asked = Workers(count=request.workers, processes=request.processes, cluster=request.cluster)

    def draw(part: KeptDraws) -> None:
        before, after = part.part[0] - kept.part[0], part.part[1] - kept.part[0]

        def progress(done: int) -> None:
            watcher.drawn(before + done, after)

        run_draws(runner, part, asked, progress, watcher.say)

    if request.precision is None:
        draw(kept)
        return None
    return draw_until(request.precision, runner, kept, draw, watcher.say)


def note(request: Request) -> str:
    """Say what kind of numbers a run gives."""
    if not request.draws:
        if not request.scenario.posterior:
            return EXPECTED_VALUES_NOTE
        made = calibrated.told(request.scenario, None)
        return f"{EXPECTED_VALUES_NOTE} Expected values are {calibrated.words(made)}."
    if request.precision is not None:
        return (
            f"{FIRST:,} to {request.draws:,} draws, as many as a precision of "
            f"{request.precision:g} % needs, seed {request.seed}: {NOTE}."
        )
    first, after = request.part
    part = f", of which {first} to {after - 1} here" if request.shard else ""
    if request.taken is None:
        return f"{request.draws:,} draws, seed {request.seed}{part}: {NOTE}."
    made = calibrated.told(request.scenario, request.taken)
    different = f"{made['different_draws']:,} different ones{part}"
    return (
        f"{request.draws:,} draws ({different}, effective {made['effective_draws']:.0f}), "
        f"seed {request.seed}, {calibrated.words(made)}: {NOTE}."
    )


def stopped(request: Request) -> str:
    """Say what is left of a run that was stopped."""
    folder = working_folder.folder_of(request.out)
    kept = KeptDraws(folder, request.part).count() if request.draws and folder.is_dir() else 0
    if not kept:
        return "stopped; nothing was written"
    first, after = request.part
    of = "" if request.precision is not None else f" of {after - first:,}"
    return f"stopped; {kept:,}{of} draws are kept in {folder}; continue with --resume"


# ---------------------------------------------------------------- folders


def _write_shard(request: Request, plan: RunIdentity, kept: KeptDraws, clock: Clock) -> None:
    """Write a part of the draws with all that is needed to put it together with the others."""
    number, shards = request.shard or (1, 1)
    with runfolder.written(request.out) as partial:
        for path in kept.chunks().files.values():
            shutil.copyfile(path, partial / path.name)
        copy_scenario(request, partial / SCENARIO_COPY)
        manifest = runfolder.how_made(request.scenario, plan.scenario_sha256, request.allocations)
        first, after = request.part
        manifest |= {
            "draws": request.draws,
            "seed": request.seed,
            "shard": {
                "number": number,
                "shards": shards,
                "first_draw": first,
                "last_draw": after - 1,
            },
            "plan": plan.as_dict(),
            "note": SHARD_NOTE,
        }
        manifest |= calibrated.manifest(request.scenario, request.taken)
        runfolder.write_manifest(partial, manifest | clock.as_dict())


def copy_scenario(request: Request, target: Path) -> None:
    """Copy the files that a scenario is read from; the posterior only when the run uses it.

    Parameters
    ----------
    target
        Folder to be made.
    """
    target.mkdir()
    for path in runfolder.scenario_files(request.folder):
        if request.scenario.posterior or not is_posterior(path):
            shutil.copyfile(path, target / path.name)
