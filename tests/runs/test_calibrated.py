"""Runs of a calibrated scenario: the same however they are run, and without it as before."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import returnplan as rp
from returnplan.insight.explain import open_run
from returnplan.model.chance.posterior import resample
from returnplan.runs.calibrated import in_force, stale
from returnplan.runs.decisions import changes, decisions
from returnplan.runs.machine import working_folder
from returnplan.runs.machine.chunks import run_chunk
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.run import Request
from tests.running import call, manifest
from tests.runs.test_calibrate import with_facts

DRAWS = 40
NAMES = ("today", "nearest_first")


@pytest.fixture(scope="module")
def calibrated() -> rp.Scenario:
    """Valley, calibrated on two facts; some of its draws are taken several times."""
    valley = with_facts(rp.load("scenarios/valley"))
    return rp.calibrate(valley, ["today"], draws=300).scenario


@pytest.fixture(scope="module")
def folder(calibrated: rp.Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("calibrated") / "valley"
    rp.write(calibrated, path)
    return path


@pytest.fixture(scope="module")
def spread(calibrated: rp.Scenario) -> rp.Ensemble:
    return rp.ensemble(calibrated, NAMES, DRAWS, workers=1)


def ran(folder: Path, out: Path, *more: str) -> Path:
    names = [word for name in NAMES for word in ("-a", name)]
    words: tuple[str | Path, ...] = ("run", folder, *names)
    words += ("--draws", str(DRAWS), "--figures", "none", "--out", out, *more)
    told = call(*words)
    assert told.exit_code == 0, told.output
    return out


@pytest.fixture(scope="module")
def run_folder(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ran(folder, tmp_path_factory.mktemp("runs") / "whole")


# ---------------------------------------------------------------- the same however it is run


def test_tables_see_as_many_rows_as_draws_were_asked_for(spread: rp.Ensemble) -> None:
    assert spread.ready_day.shape[:2] == (2, DRAWS)
    assert spread.modelled.shape == (2, DRAWS, 2)
    numbers = spread.draw_numbers
    assert 1 < len(np.unique(numbers)) < DRAWS
    for number in np.unique(numbers):
        rows = spread.ready_day[:, numbers == number]
        assert (rows == rows[:, :1]).all()
    assert {len(scores) for scores in spread.normal_scores.values()} == {DRAWS}
    assert "discrepancy" in spread.normal_scores


@pytest.mark.parametrize("workers", [2, 5])
def test_any_number_of_threads_gives_the_same_results(
    workers: int, calibrated: rp.Scenario, spread: rp.Ensemble
) -> None:
    again = rp.ensemble(calibrated, NAMES, DRAWS, workers=workers)
    assert again.provenance == spread.provenance


def test_processes_give_the_same_results(calibrated: rp.Scenario, spread: rp.Ensemble) -> None:
    again = rp.ensemble(calibrated, NAMES, DRAWS, workers=2, processes=True)
    assert again.provenance == spread.provenance


@pytest.mark.slow
def test_a_cluster_gives_the_same_results(calibrated: rp.Scenario, spread: rp.Ensemble) -> None:
    pytest.importorskip("distributed")
    again = rp.ensemble(calibrated, NAMES, DRAWS, workers=2, cluster="local")
    assert again.provenance == spread.provenance


def test_a_run_folder_has_the_results_of_an_ensemble(run_folder: Path, spread: rp.Ensemble) -> None:
    run = rp.load_run(run_folder)
    ours = run.ready_day
    assert ours is not None
    assert (ours == spread.ready_day.astype("<f4")).all()
    assert run.calibration == spread.calibration
    assert run.effective == spread.effective
    with np.load(run_folder / "ready_day.npz") as stored:
        assert (stored["draw"] == spread.draw_numbers).all()


def test_shards_give_the_same_digest(folder: Path, run_folder: Path, tmp_path: Path) -> None:
    parts = [ran(folder, tmp_path / str(n), "--shard", f"{n}/3") for n in (1, 2, 3)]
    told = call("merge", *parts, "--figures", "none", "--out", tmp_path / "all")
    assert told.exit_code == 0, told.output
    assert manifest(tmp_path / "all")["digest"] == manifest(run_folder)["digest"]
    assert manifest(tmp_path / "all")["calibration"] == manifest(run_folder)["calibration"]
    tried = [(of / "decisions.csv").read_bytes() for of in (tmp_path / "all", run_folder)]
    assert tried[0] == tried[1]
    assert set(rp.load_run(tmp_path / "all").decisions["allocation"]) == set(NAMES)


def test_changes_are_tried_on_the_draws_that_the_run_takes(
    calibrated: rp.Scenario, spread: rp.Ensemble
) -> None:
    changed = next(
        one for one in changes(calibrated, spread, "today") if one.asset == "manual_team"
    )
    table = decisions(calibrated, spread)
    is_it = table["decision"] == "add_teams_manual_team"
    (row,) = table[is_it & (table["allocation"] == "today")].to_dict("records")
    rows = [place * DRAWS // 24 for place in range(24)]
    evaluator = rp.Evaluator(calibrated, rows, 1, of_run=DRAWS)
    before = evaluator.evaluate(["today"])
    assert (before.ready_day[0] == spread.ready_day[0][rows]).all()
    after = evaluator.evaluate(["today"], changed.of(calibrated))
    people = after.people_met(spread.horizon)[0] - before.people_met(spread.horizon)[0]
    assert row["people_more_share"] == (people > 0).mean()
    days = after.person_days()[0] - before.person_days()[0]
    assert days.any()
    assert row["person_days_p50"] == pytest.approx(np.sort(days)[11])
    assert row["person_days_fewer_share"] == (days < 0).mean()
    usd = after.usd[0] - before.usd[0]
    assert row["cost_usd_mean"] == pytest.approx(usd.mean())


def test_a_missing_shard_is_named(folder: Path, tmp_path: Path) -> None:
    parts = [ran(folder, tmp_path / str(n), "--shard", f"{n}/3") for n in (1, 2)]
    told = call("merge", *parts, "--figures", "none", "--out", tmp_path / "all")
    assert told.exit_code == 1
    assert "found in no folder" in told.stderr


def test_a_run_that_was_stopped_is_continued(
    folder: Path, run_folder: Path, tmp_path: Path
) -> None:
    scenario = rp.load(folder)
    out = tmp_path / "again"
    request = Request(folder=folder, scenario=scenario, allocations=NAMES, out=out, draws=DRAWS)
    runner = DrawRunner(scenario, NAMES, 1, request.taken)
    sha256 = manifest(run_folder)["scenario_sha256"]
    plan = working_folder.identity_of(runner, scenario, sha256, DRAWS, 1)
    assert plan.whole == request.simulated < DRAWS
    kept_in = working_folder.folder_of(out)
    with working_folder.claimed(kept_in, plan, request.part, resume=False) as kept:
        kept.save(*run_chunk(runner, (3, 8)))
    assert ran(folder, out, "--resume") == out
    assert manifest(out)["digest"] == manifest(run_folder)["digest"]
    assert (out / "decisions.csv").read_bytes() == (run_folder / "decisions.csv").read_bytes()


def test_draws_of_other_weights_are_not_continued(folder: Path, tmp_path: Path) -> None:
    scenario = rp.load(folder)
    lines = scenario.posterior
    swapped = (replace(lines[0], weight=lines[1].weight), replace(lines[1], weight=lines[0].weight))
    other = replace(scenario, posterior=(*swapped, *lines[2:]))
    plans = [
        working_folder.identity_of(
            DrawRunner(one, NAMES, 1, resample(one, DRAWS, 1)), one, "same", DRAWS, 1
        )
        for one in (scenario, other)
    ]
    assert any("posterior_sha256" in text for text in plans[0].differences(plans[1]))


# ---------------------------------------------------------------- without it


def test_prior_gives_the_run_without_a_posterior_byte_for_byte(
    calibrated: rp.Scenario, folder: Path, tmp_path: Path
) -> None:
    rp.write(replace(calibrated, posterior=()), tmp_path / "plain")
    with_prior = ran(folder, tmp_path / "prior", "--prior")
    without = ran(tmp_path / "plain", tmp_path / "out")
    said, other = manifest(with_prior), manifest(without)
    assert "calibration" not in said
    assert said["digest"] == other["digest"]
    files, others = said["files"], other["files"]
    assert files.keys() == others.keys()
    differing = {name for name in files if files[name] != others[name]}
    assert differing <= {"results.xlsx"}  # which tells the command
    ours, theirs = rp.load_run(with_prior), rp.ensemble(calibrated, NAMES, DRAWS, prior=True)
    assert ours.ready_day is not None
    assert (ours.ready_day == theirs.ready_day.astype("<f4")).all()


def test_a_precision_is_refused(calibrated: rp.Scenario, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(rp.ReturnplanError, match="draws that all weigh the same"):
        rp.ensemble(calibrated, NAMES, precision=5)
    told = call("run", folder, "--precision", "5", "--out", tmp_path / "run")
    assert told.exit_code == 2
    assert "--prior" in told.stderr
    assert not (tmp_path / "run").exists()


def test_more_shards_than_different_draws_are_refused(folder: Path, tmp_path: Path) -> None:
    told = call("run", folder, "--draws", "40", "--shard", "1/40", "--out", tmp_path / "run")
    assert told.exit_code == 2
    assert "cannot be cut into 40 shards" in told.stderr


# ---------------------------------------------------------------- of another scenario


def test_a_scenario_that_was_changed_is_refused_and_the_command_is_named(
    calibrated: rp.Scenario, tmp_path: Path
) -> None:
    hazard, *others = calibrated.hazards
    changed = replace(calibrated, hazards=(replace(hazard, area_m2=1.0), *others))
    assert stale(changed)
    folder = tmp_path / "valley"
    rp.write(changed, folder)
    told = call("run", folder, "--out", tmp_path / "run")
    assert told.exit_code == 2
    assert f"returnplan calibrate {folder} -a today --draws 300" in told.stderr
    assert "--prior" in told.stderr
    assert not (tmp_path / "run").exists()
    assert "changed after it was calibrated" in call("check", folder).stdout
    with pytest.raises(rp.ReturnplanError, match="changed after it was calibrated"):
        rp.ensemble(changed, ["today"])
    with pytest.raises(rp.ReturnplanError, match="changed after it was calibrated"):
        rp.simulate(changed, "today")
    assert rp.simulate(changed, "today", prior=True).calibration is None


def test_another_version_asks_for_another_calibration(calibrated: rp.Scenario) -> None:
    lines = tuple(replace(one, returnplan="0.0.1") for one in calibrated.posterior)
    assert "returnplan 0.0.1 made posterior.csv" in stale(replace(calibrated, posterior=lines))


def test_what_does_not_touch_the_past_may_change(calibrated: rp.Scenario) -> None:
    more = calibrated.with_allocation("more", like="today", policy="population")
    renamed = replace(more, title="Another title", gates={"permission": {}}, horizon_years=9)
    assert stale(renamed) == ""
    assert in_force(renamed, prior=False) is renamed


def test_of_its_own_allocation_nothing_may_change(calibrated: rp.Scenario) -> None:
    first = next(one for one in calibrated.deployments if one.allocation == "today")
    rest = tuple(one for one in calibrated.deployments if one is not first)
    other = replace(calibrated, deployments=(replace(first, teams=first.teams + 1), *rest))
    assert stale(other)


# ---------------------------------------------------------------- what is said


def test_intervals_go_by_the_effective_number_of_draws(spread: rp.Ensemble) -> None:
    counts = np.unique(spread.draw_numbers, return_counts=True)[1]
    effective = DRAWS**2 / (counts**2).sum()
    assert spread.effective == pytest.approx(effective, abs=1e-3)
    met = spread.people_met.groupby("allocation")
    for number, name in enumerate(NAMES):
        row = met.get_group(name).iloc[-1]
        people = spread.readiness.set_index(["allocation", "community"])["people"][name]
        whole = np.isfinite(spread.ready_day[number]) @ people.loc[list(spread.communities)]
        assert row["people_se"] == pytest.approx(whole.std() / np.sqrt(effective - 1))


def test_a_run_says_that_it_is_calibrated(run_folder: Path) -> None:
    said = manifest(run_folder)["calibration"]
    assert (said["facts"], said["last_fact"], said["draws"]) == (2, "2025-06-15", 300)
    text = json.dumps(manifest(run_folder))
    assert "posterior.csv" in text
    assert (run_folder / "scenario" / "posterior.csv").exists()
    told = call("report", run_folder, "--language", "en")
    assert told.exit_code == 0, told.output
    page = next((run_folder / "report").glob("*.html")).read_text(encoding="utf-8")
    assert "calibrated on 2 facts to 15 Jun 2025" in page


def test_rows_are_explained_by_their_own_draws(run_folder: Path) -> None:
    opened = open_run(run_folder)
    run, posterior = opened.run, opened.scenario.posterior
    assert run.ready_day is not None
    taken = resample(opened.scenario, DRAWS, 1)
    assert taken is not None
    row = DRAWS - 1
    draw = int(taken.rows[row])
    again = rp.simulate(opened.scenario, "today", draw=draw, seed=posterior[0].seed)
    assert again.ready_day is None
    days = again.readiness.set_index("community")["ready_day_p50"].fillna(np.inf)
    ours = run.ready_day[0, row]
    assert days.loc[list(run.communities)].to_numpy() == pytest.approx(ours, abs=1e-3)


def test_a_community_is_explained(run_folder: Path) -> None:
    told = call("explain", run_folder, "ridge")
    assert told.exit_code == 0, told.output


def test_expected_values_take_the_posterior_means(
    calibrated: rp.Scenario, folder: Path, tmp_path: Path
) -> None:
    before, after = (rp.simulate(calibrated, "today", prior=prior) for prior in (True, False))
    assert not before.releases["released_day"].equals(after.releases["released_day"])
    assert after.calibration is not None
    told = call(
        "run", folder, "-a", "today", "--draws", "0", "--figures", "none", "--out", tmp_path / "run"
    )
    assert told.exit_code == 0, told.output
    assert "calibrated on 2 facts to 2025-06-15" in told.stderr
    assert rp.load_run(tmp_path / "run").effective is None


@pytest.mark.parametrize("said", ["x", {}, {"facts": 0}, {"effective_draws": "many"}])
def test_a_manifest_that_says_nonsense_of_a_calibration_is_no_run(
    run_folder: Path, tmp_path: Path, said: object
) -> None:
    copy = tmp_path / "run"
    shutil.copytree(run_folder, copy)
    told = manifest(copy)
    made = told["calibration"] | said if isinstance(said, dict) and said else said
    (copy / "manifest.json").write_text(json.dumps(told | {"calibration": made}), encoding="utf-8")
    with pytest.raises(rp.ReturnplanError, match="calibration"):
        rp.load_run(copy, as_is=True)
