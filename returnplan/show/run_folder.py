"""A complete run folder: tables, scenario, workbook, figures, report; all of it or nothing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import returnplan.scenario as scenario_room
from returnplan.domain import Scenario
from returnplan.insight.explain import OpenedRun, open_run
from returnplan.language.words import ENGLISH
from returnplan.model.simulation import Prepared
from returnplan.quantiles import NOTE
from returnplan.runs import calibrated
from returnplan.runs import folder as runfolder
from returnplan.runs.decisions import decisions
from returnplan.runs.ensemble import Ensemble
from returnplan.runs.expected_values import REASON, expected_values_words
from returnplan.runs.folder import FIGURES, REPORT, SCENARIO_COPY, WORKBOOK, Clock
from returnplan.runs.machine.progress import SILENT, Watcher
from returnplan.runs.machine.runner import warm_up
from returnplan.runs.outcome import Outcome, outcome_of
from returnplan.runs.reading import Run
from returnplan.runs.run import EXPECTED_VALUES_NOTE, Figures, Request, copy_scenario
from returnplan.runs.tables.family import DECISIONS
from returnplan.runs.tables.stored import empty_table
from returnplan.scenario.translated import in_language
from returnplan.show import figures
from returnplan.show.drawing import View, view_of
from returnplan.show.workbook import write_workbook
from returnplan.units import horizon_date


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
    measures = sorted({fact.measure for fact in scenario.facts})
    names, draws = request.allocations, request.draws
    count = len(figures.pages(names, draws, request.figures, measures))
    tried = len(names) if spread else 0
    steps = len(names) + tried + 2 + count + request.report

    def step(line: str) -> None:
        watcher.step(line, steps)

    with runfolder.written(request.out) as partial:
        outcomes, prepared = [], Prepared(scenario)
        for name in request.allocations:
            outcome = outcome_of(prepared, name)
            outcomes.append(outcome if spread is None else outcome.under(spread.tables))
            step(f"simulated {name}")
        changed = empty_table(DECISIONS)
        if spread:
            changed = decisions(
                scenario,
                spread,
                workers=request.workers,
                done=lambda name: step(f"tried more teams under {name}"),
            )
        tables = runfolder.tables_of(outcomes) | {DECISIONS: changed}
        digest = runfolder.write_tables(tables, partial, spread)
        copy_scenario(request, partial / SCENARIO_COPY)
        step("wrote the tables")
        manifest = runfolder.how_made(scenario, sha256, request.allocations)
        manifest |= {
            "draws": request.draws,
            "seed": request.seed if spread else None,
            "digest": digest,
            "note": NOTE if spread else EXPECTED_VALUES_NOTE,
            "expected_values": _expected_values(tables),
        }
        if measures:
            manifest["measures_of_facts"] = measures
        manifest |= calibrated.manifest(scenario, request.taken)
        if spread and "precision" in spread.provenance:
            manifest["precision"] = spread.provenance["precision"]
        said = in_language(scenario, ENGLISH.language)
        view = _view(request.folder, said, manifest)
        shown = figures.tables_of(scenario, outcomes, spread)
        leading = figures.leading(tables["summary"])
        chosen = figures.pages(names, draws, request.figures, measures, leading)
        every = figures.pages(names, draws, "all", measures)
        with figures.drawing(shown, partial / FIGURES, view, chosen, step, every):
            blanks = scenario_room.check(request.folder).default_columns
            write_workbook(partial / WORKBOOK, said, tables, manifest, blanks)
            step("wrote the workbook")
            if request.report:
                run = _as_read(outcomes[0], tables, spread, manifest | clock.as_dict())
                _write_report(partial, run, said)
                step("wrote the report")
        runfolder.write_manifest(partial, manifest | clock.as_dict())
    return outcomes


def _expected_values(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Say of each allocation how far its run on expected values lies from the draws, if any."""
    summary, people_met = tables["summary"], tables["people_met"]
    names = summary["allocation"].tolist()
    said = {name: expected_values_words(summary, people_met, name) for name in names}
    return {name: f"{text} {ENGLISH.say(REASON)}" for name, text in said.items() if text}


def _as_read(
    outcome: Outcome,
    tables: Mapping[str, pd.DataFrame],
    spread: Ensemble | None,
    manifest: Mapping[str, Any],
) -> Run:
    """Give a run as its folder is read again, without reading it."""
    return Run(
        scenario=outcome.scenario,
        start=outcome.start,
        horizon=outcome.horizon,
        allocations=tuple(manifest["allocations"]),
        communities=outcome.communities,
        draws=manifest["draws"],
        seed=manifest["seed"],
        ready_day=None if spread is None else spread.ready_day.astype("<f4"),
        normal_scores=None if spread is None else spread.normal_scores,
        casualties=None if spread is None else spread.casualties,
        fact_ids=() if spread is None else spread.fact_ids,
        modelled=None if spread is None else spread.modelled,
        tables=tables,
        provenance=manifest,
    )


def _write_report(folder: Path, run: Run, scenario: Scenario) -> None:
    from returnplan.show.findings import findings_of
    from returnplan.show.publish import publish

    opened = OpenedRun(run=run, scenario=scenario, prepared=Prepared(scenario))
    publish(findings_of(folder, opened, "internal", ENGLISH), folder / REPORT)


def draw_run(folder: Path, wanted: Figures, watcher: Watcher = SILENT) -> Path:
    """Draw figures of a run folder, in place of those that are in it.

    Parameters
    ----------
    folder
        Run folder.
    wanted
        Which.
    watcher
        Told about each figure.

    Returns
    -------
    pathlib.Path
        The page that shows them.

    Raises
    ------
    ReturnplanError
        When it is no complete run folder, or not as the run wrote it.
    """
    opened = open_run(folder, ENGLISH.language)
    run, scenario = opened.run, opened.scenario
    warm_up(watcher)
    prepared = Prepared(scenario)
    outcomes = [outcome_of(prepared, name).under(run.tables) for name in run.allocations]
    measures = {fact.measure for fact in scenario.facts}
    leading = figures.leading(run.summary)
    chosen = figures.pages(run.allocations, run.draws, wanted, measures, leading)
    every = figures.pages(run.allocations, run.draws, "all", measures)

    def step(line: str) -> None:
        watcher.step(line, len(chosen))

    target = folder.resolve() / FIGURES
    runfolder.clear_leftovers(target)
    view = _view(folder / SCENARIO_COPY, scenario, run.manifest)
    shown = figures.tables_of(scenario, outcomes, run if run.draws else None)
    with (
        runfolder.written(target) as partial,
        figures.drawing(shown, partial, view, chosen, step, every),
    ):
        pass
    return folder / FIGURES / figures.INDEX


def _view(folder: Path, scenario: Scenario, manifest: Mapping[str, Any]) -> View:
    """What charts must know of a run: folder of the scenario, and how the run was made."""
    draws, seed = manifest["draws"], manifest["seed"]
    how = f"{draws} simulations, seed {seed}" if draws else "single-value run"
    if "calibration" in manifest:
        how += f", {calibrated.words(manifest['calibration'])}"
    made = (
        f"Scenario {scenario.name}, {how}, returnplan {manifest['returnplan']}, "
        f"results {manifest['digest'][:12]}"
    )
    days = (horizon_date(scenario.start, scenario.horizon_years) - scenario.start).days
    return view_of(folder, scenario, days, made, draws)
