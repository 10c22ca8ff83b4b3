"""Ensembles: the same draws under every allocation, the same numbers however they are run."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.runs import ensemble as ensembles
from returnplan.runs.machine import chunks
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.threads import run_on_threads
from returnplan.runs.tables import OF_DRAWS, one_under_another
from tests.tabled import assert_one_value, assert_same_but_ranges

ALLOCATIONS = ("today", "smith_path")
DIGEST = """
import locale, sys
from contextlib import suppress
import returnplan as rp
with suppress(locale.Error):  # not every machine has every locale
    locale.setlocale(locale.LC_ALL, "")
print(rp.ensemble(rp.load("scenarios/valley"), sys.argv[1:], draws=4).provenance["digest"])
"""
ELSEWHERE = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "de_DE.UTF-8"},
    {"PYTHONHASHSEED": "4", "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0"},
)


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


@pytest.fixture(scope="module")
def spread(valley: rp.Scenario) -> rp.Ensemble:
    return rp.ensemble(valley, ALLOCATIONS, draws=35, workers=1)


@pytest.mark.parametrize("workers", [2, 8, None])
def test_any_number_of_threads_gives_the_same_results(
    workers: int | None, valley: rp.Scenario, spread: rp.Ensemble
) -> None:
    again = rp.ensemble(valley, ALLOCATIONS, 35, workers=workers)
    assert again.provenance == spread.provenance
    assert (again.ready_day == spread.ready_day).all()


@pytest.mark.parametrize("setting", ELSEWHERE)
def test_hash_seed_time_zone_and_locale_leave_the_digest_alone(
    setting: dict[str, str], valley: rp.Scenario
) -> None:
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", DIGEST, *ALLOCATIONS],
        env=os.environ | setting,
        capture_output=True,
        text=True,
        check=True,
    )
    here = rp.ensemble(valley, ALLOCATIONS, draws=4).provenance["digest"]
    assert found.stdout.split() == [here]


@pytest.mark.parametrize("chunk_draws", [1, 7, 1000])
def test_any_size_of_chunks_gives_the_same_results(
    chunk_draws: int, valley: rp.Scenario, spread: rp.Ensemble, tmp_path: Path
) -> None:
    runner = DrawRunner(valley, ALLOCATIONS, 1)
    kept = chunks.KeptDraws(tmp_path, (0, 35), chunk_draws)
    run_on_threads(runner, kept, workers=2)
    again = ensembles.assemble(valley, runner, kept.chunks(), seed=1)
    assert again.provenance == spread.provenance


def test_the_first_draws_of_a_longer_run_are_those_of_a_shorter_one(
    valley: rp.Scenario, spread: rp.Ensemble
) -> None:
    shorter = rp.ensemble(valley, ALLOCATIONS, draws=12)
    assert (shorter.ready_day == spread.ready_day[:, :12]).all()


def test_an_allocation_has_the_same_draws_alone_and_beside_others(
    valley: rp.Scenario, spread: rp.Ensemble
) -> None:
    alone = rp.ensemble(valley, ["smith_path"], draws=35)
    assert (alone.ready_day[0] == spread.ready_day[1]).all()


def test_one_draw_says_what_a_run_of_that_draw_says(valley: rp.Scenario) -> None:
    one = rp.ensemble(valley, ["today"], draws=1, seed=5)
    outcome = rp.simulate(valley, "today", draw=0, seed=5)
    assert set(one.tables) == set(OF_DRAWS)
    for name, table in one.tables.items():
        assert_one_value(name, table)
        assert_same_but_ranges(name, table, outcome.tables[name])
    assert one.readiness["probability_by_horizon"].isin([0, 1]).all()
    harm = one.harm.dropna(subset=["expected_p50"])
    assert len(harm) > 0
    for end in ("expected_low", "expected_high"):
        assert harm[end].tolist() == harm["expected_p50"].tolist()


def test_another_seed_gives_other_draws(valley: rp.Scenario, spread: rp.Ensemble) -> None:
    other = rp.ensemble(valley, ALLOCATIONS, draws=35, seed=2)
    assert other.seed == 2
    assert other.provenance["digest"] != spread.provenance["digest"]
    assert (other.ready_day != spread.ready_day).any()


def test_tables_have_the_columns_of_an_outcome(valley: rp.Scenario, spread: rp.Ensemble) -> None:
    outcome = rp.simulate(valley, "today")
    for name in OF_DRAWS:
        table = getattr(spread, name)
        assert list(table) == list(getattr(outcome, name)), name
        if name != "facts":  # which nobody published of the valley
            assert list(dict.fromkeys(table["allocation"])) == list(ALLOCATIONS)


def test_tables_say_what_the_ready_days_say(valley: rp.Scenario, spread: rp.Ensemble) -> None:
    people = {community.id: community.people for community in valley.communities}
    horizon = (rp.simulate(valley, "today").horizon - valley.start).days
    for number, name in enumerate(spread.allocations):
        days = spread.ready_day[number]
        rows = spread.readiness[spread.readiness["allocation"] == name]
        assert tuple(rows["community"]) == spread.communities
        medians = np.sort(days, axis=0)[-(-(len(days) - 1) // 2)]
        found = rows["ready_day_p50"].fillna(np.inf).to_numpy()
        assert (found == medians).all()
        shares = np.isfinite(days).mean(axis=0)
        np.testing.assert_allclose(rows["probability_by_horizon"], shares)
        waiting = np.minimum(days, horizon) @ [people[c] for c in spread.communities]
        summary = spread.summary.set_index("allocation").loc[name]
        assert summary["person_days_mean"] == pytest.approx(waiting.mean())
        assert summary["communities_never"] == pytest.approx((1 - shares).sum())


def test_ranges_are_in_order_and_shares_sum_to_one(spread: rp.Ensemble) -> None:
    dates = spread.readiness[["ready_date_p10", "ready_date_p50", "ready_date_p90"]]
    filled = dates.fillna(pd.Timestamp("9999-01-01")).to_numpy()
    assert (filled[:, 0] <= filled[:, 1]).all()
    assert (filled[:, 1] <= filled[:, 2]).all()
    area = spread.land_release.filter(like="area_m2_p").to_numpy()
    assert (np.diff(area, axis=1) >= 0).all()
    assert (area[:, 2] >= 0).all()
    shares = spread.gates.groupby(["allocation", "community"])["binding_share"].sum()
    np.testing.assert_allclose(shares, 1)
    summary = spread.summary
    assert (summary["person_days_p10"] <= summary["person_days_p90"]).all()


def test_progress_counts_up_to_all_draws(valley: rp.Scenario) -> None:
    seen: list[int] = []
    rp.ensemble(valley, ["today"], 25, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 25


def test_what_nobody_can_run_is_refused(valley: rp.Scenario) -> None:
    with pytest.raises(ValueError, match="draws"):
        rp.ensemble(valley, ["today"], 0)
    with pytest.raises(ValueError, match="allocations"):
        rp.ensemble(valley, [], 5)
    with pytest.raises(KeyError):
        rp.ensemble(valley, ["nobody"], 5)


def test_a_draw_that_fails_stops_the_others_and_is_heard_of(
    valley: rp.Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: DrawRunner, draw: int) -> None:
        raise ArithmeticError(f"draw {draw}")

    monkeypatch.setattr(DrawRunner, "run", fail)
    with pytest.raises(ArithmeticError, match="draw"):
        rp.ensemble(valley, ["today"], 500, workers=2)


def test_tables_of_several_allocations_go_under_one_another_without_a_warning() -> None:
    empty = pd.DataFrame({"a": ["x"], "day": [np.nan], "date": [None]})
    filled = pd.DataFrame({"a": ["y"], "day": [2.0], "date": ["2024-03-01"]})
    counted = pd.DataFrame({"a": ["z"], "day": [2], "date": ["2024-03-01"]})
    joined = one_under_another([empty, filled])
    assert joined["day"].dtype == float
    assert one_under_another([empty, counted])["date"].tolist() == [None, "2024-03-01"]


def test_names_that_come_later_are_there_and_others_are_not() -> None:
    for name in ("Ensemble", "Run", "ensemble", "load_run", "simulate"):
        assert callable(getattr(rp, name))
        assert callable(getattr(rp, name)), "also the second time"
    with pytest.raises(AttributeError, match="nothing"):
        _ = rp.nothing
