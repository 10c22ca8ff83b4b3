"""A complete run folder: tables, scenario, workbook and figures, all of it or nothing."""

import returnplan.scenario as scenario_room
from returnplan.quantiles import NOTE
from returnplan.runs import folder as runfolder
from returnplan.runs.ensemble import Ensemble
from returnplan.runs.folder import FIGURES, SCENARIO_COPY, WORKBOOK, Clock
from returnplan.runs.machine.progress import Watcher
from returnplan.runs.outcome import Outcome, simulate
from returnplan.runs.run import EXPECTED_VALUES_NOTE, Request, copy_scenario
from returnplan.show import figures
from returnplan.show.drawing import view_of
from returnplan.show.workbook import write_workbook
from returnplan.version import __version__


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
    steps = len(request.allocations) + 2 + len(figures.pages(request.allocations, request.draws))

    def step(line: str) -> None:
        watcher.step(line, steps)

    with runfolder.written(request.out) as partial:
        outcomes = []
        for name in request.allocations:
            outcome = simulate(scenario, name)
            outcomes.append(outcome if spread is None else outcome.under(spread.tables))
            step(f"simulated {name}")
        tables = runfolder.tables_of(outcomes)
        digest = runfolder.write_tables(tables, partial, spread)
        copy_scenario(request.folder, partial / SCENARIO_COPY)
        step("wrote the tables")
        manifest = runfolder.how_made(scenario, sha256, request.allocations)
        manifest |= {
            "draws": request.draws,
            "seed": request.seed if spread else None,
            "digest": digest,
            "note": NOTE if spread else EXPECTED_VALUES_NOTE,
        }
        blanks = scenario_room.check(request.folder).default_columns
        write_workbook(partial / WORKBOOK, scenario, tables, manifest, blanks)
        step("wrote the workbook")
        days = (outcomes[0].horizon - scenario.start).days
        made = _provenance(request, digest)
        view = view_of(request.folder, scenario, days, made, spread.draws if spread else 0)
        ready_day = spread.ready_day if spread else None
        figures.draw_figures(scenario, outcomes, partial / FIGURES, view, step, ready_day)
        runfolder.write_manifest(partial, manifest | clock.as_dict())
    return outcomes


def _provenance(request: Request, digest: str) -> str:
    how = "run on expected values (no draws)"
    if request.draws:
        how = f"{request.draws} draws, seed {request.seed}"
    return (
        f"Scenario {request.scenario.name}, {how}, returnplan {__version__}, results {digest[:12]}"
    )
