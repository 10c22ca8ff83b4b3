"""A run from scenario to folder: draws, tables and figures, all of it or nothing."""

import dataclasses
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import returnplan.scenario as scenario_room
from returnplan.runs.machine import chunks
from returnplan.show import figures
from returnplan.show.drawing import view_of
from returnplan.runs.machine import working_folder as plans
from returnplan.runs import folder as runfolder
from returnplan.runs.machine.chunks import Kept, Span
from returnplan.domain import Scenario, type_of_table
from returnplan.runs.ensemble import RANGED, Ensemble, assemble
from returnplan.runs.machine.working_folder import Plan
from returnplan.quantiles import NOTE
from returnplan.runs.folder import FIGURES, SCENARIO_COPY, WORKBOOK, Clock
from returnplan.scenario import background
from returnplan.scenario.files import workbooks_of
from returnplan.runs.machine.progress import Silent, Watcher
from returnplan.model.simulation import Outcome, Programme, simulate, warm_up
from returnplan.version import __version__
from returnplan.show.workbook import write_workbook

EXPECTED_VALUES_NOTE = (
    "Run on expected values: no draws, hence no ranges, and no unrecorded hazards (model §3.2)."
)
SHARD_NOTE = "a part of the draws: put all parts together with returnplan merge"
COMPILING = "compiling the simulation for this machine, once, up to a minute"
SILENT = Silent()
PATIENCE_S = 1.5
"""Preparations that take longer are explained."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be run, and how.

    Parameters
    ----------
    folder
        Folder from which the scenario was read.
    scenario
        The scenario.
    allocations
        Names of allocations.
    out
        Run folder as :func:`returnplan.runs.folder.check_target` returns it.
    draws
        Number of draws; 0: expected values.
    seed
        Seed of the draws.
    shard
        Number of a part from 1, and how many parts there are; None: the whole.
    workers
        Threads, or processes of a local cluster; None: the processor cores.
    cluster
        Address of a Dask scheduler, or ``local``; None: threads.
    resume
        Whether the draws of a stopped run are continued.
    """

    folder: Path
    scenario: Scenario
    allocations: tuple[str, ...]
    out: Path
    draws: int = 0
    seed: int = 1
    shard: tuple[int, int] | None = None
    workers: int | None = None
    cluster: str | None = None
    resume: bool = False

    @property
    def part(self) -> Span:
        """Draws that are run here."""
        return chunks.part_of(self.draws, self.shard)


def run(request: Request, watcher: Watcher = SILENT) -> list[Outcome]:
    """Simulate allocations and write the run folder, or the folder of a shard.

    Draws are kept beside the target until the folder is complete, and stay there when the run is
    stopped.

    Parameters
    ----------
    request
        What is to be run.
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
    with _explained(watcher):
        warm_up()
    if not request.draws:
        return write_run(request, None, sha256, clock, watcher)
    programme = Programme(request.scenario, request.allocations, request.seed)
    plan = plans.plan_of(programme, request.scenario, sha256, request.draws, request.seed)
    folder = plans.working_folder(request.out)
    with plans.claimed(folder, plan, request.part, resume=request.resume, say=watcher.say) as kept:
        _draw(request, programme, kept, watcher)
        outcomes: list[Outcome] = []
        if request.shard:
            _write_shard(request, plan, kept, clock)
        else:
            spread = assemble(request.scenario, programme, kept.chunks(), request.seed, sha256)
            outcomes = write_run(request, spread, sha256, clock, watcher)
        shutil.rmtree(folder)
    return outcomes


@contextmanager
def _explained(watcher: Watcher) -> Iterator[None]:
    """Say why nothing happens when preparations take long."""
    timer = threading.Timer(PATIENCE_S, watcher.say, [COMPILING])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _draw(request: Request, programme: Programme, kept: Kept, watcher: Watcher) -> None:
    first, after = request.part

    def progress(done: int) -> None:
        watcher.drawn(done, after - first)

    if request.cluster is None:
        chunks.run_on_threads(programme, kept, request.workers, progress)
        return
    from returnplan.runs.machine.cluster import run_on_cluster

    question = (request.scenario, request.allocations, request.seed)
    run_on_cluster(request.cluster, question, kept, request.workers, progress)


def note(request: Request) -> str:
    """Say what kind of numbers a run gives."""
    if not request.draws:
        return EXPECTED_VALUES_NOTE
    first, after = request.part
    part = f", of which {first} to {after - 1} here" if request.shard else ""
    return f"{request.draws:,} draws, seed {request.seed}{part}: {NOTE}."


def stopped(request: Request) -> str:
    """Say what is left of a run that was stopped."""
    folder = plans.working_folder(request.out)
    kept = Kept(folder, request.part).count() if request.draws and folder.is_dir() else 0
    if not kept:
        return "stopped; nothing was written"
    first, after = request.part
    return (
        f"stopped; {kept:,} of {after - first:,} draws are kept in {folder}; continue with --resume"
    )


# ---------------------------------------------------------------- folders


def write_run(
    request: Request, spread: Ensemble | None, sha256: str, clock: Clock, watcher: Watcher
) -> list[Outcome]:
    """Write a complete run folder.

    Parameters
    ----------
    request
        What was run.
    spread
        Its draws; None: expected values.
    sha256
        SHA-256 of the scenario's files.
    clock
        Started with the run.
    watcher
        Told about each step.

    Returns
    -------
    list[Outcome]
        Outcome of each allocation: the run on expected values, with the numbers of the draws in
        the tables that have ranges.
    """
    scenario = request.scenario
    count = len(request.allocations)
    steps = count + 2 + len(figures.pages(request.allocations, request.draws))
    with runfolder.written(request.out) as partial:
        outcomes = []
        for name in request.allocations:
            outcome = simulate(scenario, name)
            outcomes.append(outcome if spread is None else _with_ranges(outcome, spread))
            watcher.step(f"simulated {name}", steps)
        tables = runfolder.tables_of(outcomes)
        digest = runfolder.write_tables(tables, partial, spread)
        copy_scenario(request.folder, partial / SCENARIO_COPY)
        watcher.step("wrote the tables", steps)
        manifest = runfolder.how_made(scenario, sha256, request.allocations)
        manifest |= {
            "draws": request.draws,
            "seed": request.seed if spread else None,
            "digest": digest,
            "note": NOTE if spread else EXPECTED_VALUES_NOTE,
        }
        blanks = scenario_room.check(request.folder).default_columns
        write_workbook(partial / WORKBOOK, scenario, tables, manifest, blanks)
        watcher.step("wrote the workbook", steps)
        days = (outcomes[0].horizon - scenario.start).days
        made = _provenance(request, digest)
        view = view_of(request.folder, scenario, days, made, spread.draws if spread else 0)
        figures.draw_figures(
            scenario,
            outcomes,
            partial / FIGURES,
            view,
            lambda line: watcher.step(line, steps),
            spread.ready_day if spread else None,
        )
        runfolder.write_manifest(partial, manifest | clock.as_dict())
    return outcomes


def _with_ranges(outcome: Outcome, spread: Ensemble) -> Outcome:
    tables = {}
    for name in RANGED:
        table = getattr(spread, name)
        tables[name] = table[table["allocation"] == outcome.allocation].reset_index(drop=True)
    return dataclasses.replace(outcome, **tables)


def _provenance(request: Request, digest: str) -> str:
    how = "run on expected values (no draws)"
    if request.draws:
        how = f"{request.draws} draws, seed {request.seed}"
    return (
        f"Scenario {request.scenario.name}, {how}, returnplan {__version__}, results {digest[:12]}"
    )


def _write_shard(request: Request, plan: Plan, kept: Kept, clock: Clock) -> None:
    """Write a part of the draws with all that is needed to put it together with the others."""
    number, shards = request.shard or (1, 1)
    with runfolder.written(request.out) as partial:
        for path in kept.chunks().files.values():
            shutil.copyfile(path, partial / path.name)
        copy_scenario(request.folder, partial / SCENARIO_COPY)
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
        runfolder.write_manifest(partial, manifest | clock.as_dict())


def copy_scenario(folder: Path, target: Path) -> None:
    """Copy the files that a scenario is read from.

    Parameters
    ----------
    folder
        Folder of the scenario.
    target
        Folder to be made.
    """
    target.mkdir()
    names = [scenario_room.TOML, background.FILE, *(f"{table}.csv" for table in type_of_table)]
    for path in [*(folder / name for name in names), *workbooks_of(folder)]:
        if path.is_file():
            shutil.copyfile(path, target / path.name)
