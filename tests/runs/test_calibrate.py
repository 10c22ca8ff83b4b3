"""Weights of draws by the facts of a scenario, worked by hand on two draws and two facts."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import returnplan as rp
from returnplan.domain import Fact, FactMeasure
from returnplan.runs.calibrate import (
    LEAST_EFFECTIVE,
    covariance,
    cut_short,
    effective_sample,
    log_errors,
    past,
    weighted_quantile,
    weights_of,
)
from tests.running import call

FACTS = (
    ("released_2024", date(2024, 3, 1), date(2024, 12, 31), 1.9e6),
    ("released_2025", date(2025, 1, 1), date(2025, 6, 15), 0.9e6),
)


def fact(
    name: str, first: date, last: date, value: float, sd_log: float = 0.2,
    measure: FactMeasure = "released_m2",
) -> Fact:  # fmt: skip
    return Fact(
        id=name, measure=measure, from_date=first, until_date=last, value=value, sd_log=sd_log,
        use="fit", source="made_up",
    )  # fmt: skip


def with_facts(scenario: rp.Scenario, sd_log: float = 0.2) -> rp.Scenario:
    return replace(scenario, facts=tuple(fact(*given, sd_log) for given in FACTS))


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return with_facts(rp.load("scenarios/valley"))


@pytest.fixture(scope="module")
def found(valley: rp.Scenario) -> rp.Calibration:
    return rp.calibrate(valley, ["today", "nearest_first"], draws=300, workers=1)


# ---------------------------------------------------------------- by hand


def two(sd: float = 0.3, other: float = 0.4, measure: FactMeasure = "released_m2") -> list[Fact]:
    return [
        fact("one", date(2024, 3, 1), date(2024, 6, 1), 100, sd),
        fact("other", date(2024, 3, 1), date(2024, 6, 1), 10, other, measure),
    ]


def test_without_discrepancy_facts_weigh_each_for_itself() -> None:
    modelled = np.array([[[100.0, 10.0], [200.0, 10.0]]])
    errors = log_errors(two(), modelled)
    assert errors == pytest.approx(np.array([[[0, 0], [math.log(2), 0]]]))
    weights = weights_of(errors, covariance(two(), 0.0))
    ratio = math.exp(-0.5 * (math.log(2) / 0.3) ** 2)
    assert weights[0].tolist() == pytest.approx([1 / (1 + ratio), ratio / (1 + ratio)])


def test_an_error_that_all_facts_share_may_be_the_models_own() -> None:
    modelled = np.array([[[200.0, 20.0], [200.0, 5.0]]])
    sd, other, own = 0.3**2, 0.4**2, 0.5**2
    a, b, c = sd + own, other + own, own  # covariance [[a, c], [c, b]]
    assert covariance(two(), 0.5) == pytest.approx(np.array([[a, c], [c, b]]))
    log, determinant = math.log(2), a * b - c * c
    together, apart = (log**2 * (b + a - 2 * sign * c) / determinant for sign in (1, -1))
    ratio = math.exp(-0.5 * (apart - together))
    weights = weights_of(log_errors(two(), modelled), covariance(two(), 0.5))[0]
    assert weights[1] / weights[0] == pytest.approx(ratio)
    assert ratio < 0.1


@pytest.mark.parametrize("measure", ["teams_usd", "share_of_area", "season_index"])
def test_shares_seasons_and_money_have_a_discrepancy_of_their_own(measure: FactMeasure) -> None:
    found = covariance(two(measure=measure), 0.5)
    assert found == pytest.approx(np.diag([0.09 + 0.25, 0.16 + 0.25]))


@pytest.mark.parametrize("nothing", [0.0, math.nan])
def test_a_draw_that_has_nothing_of_a_fact_weighs_nothing(nothing: float) -> None:
    modelled = np.array([[[100.0, nothing], [300.0, 10.0]]])
    weights = weights_of(log_errors(two(), modelled), covariance(two(), 0.15))
    assert weights.tolist() == [[0, 1]]


def test_allocations_share_the_weight_and_a_draw_counts_with_its_sum() -> None:
    weights = np.array([[0.25, 0.25, 0.0], [0.25, 0.0, 0.25]])
    assert effective_sample(weights) == pytest.approx(1 / (0.5**2 + 2 * 0.25**2))
    assert effective_sample(np.zeros((1, 3))) == 0


def test_quantiles_go_by_the_weight() -> None:
    values, weights = np.array([4.0, 1.0, 3.0, 2.0]), np.array([0.1, 0.2, 0.3, 0.4])
    shares = (0.1, 0.2, 0.5, 0.6, 0.9, 0.91, 1.0)
    assert [weighted_quantile(values, weights, share) for share in shares] == [1, 1, 2, 2, 3, 4, 4]


# ---------------------------------------------------------------- a scenario


def test_a_past_that_is_cut_short_is_that_of_the_whole_run(valley: rp.Scenario) -> None:
    names = ["today", "nearest_first"]
    short = cut_short(valley, valley.facts)
    assert short.horizon_years == 2
    whole = rp.ensemble(valley, names, draws=6, seed=3, workers=1).modelled
    assert past(short, names, range(6), 3, workers=2).tolist() == whole.tolist()


def test_the_posterior_says_how_it_was_made(found: rp.Calibration) -> None:
    lines = found.scenario.posterior
    assert math.fsum(one.weight for one in lines) == pytest.approx(1)
    first = lines[0]
    assert (first.seed, first.draws, first.facts) == (1, 300, 2)
    assert (first.last_fact, first.discrepancy_log_sd) == (date(2025, 6, 15), 0.15)
    assert found.effective_sample > LEAST_EFFECTIVE
    assert found.allocations["probability"].sum() == pytest.approx(1)
    assert "effective sample" in repr(found)


def test_facts_narrow_what_is_said_of_them(found: rp.Calibration) -> None:
    rows = found.fit.set_index("fact")
    before, after = (rows[f"{when}_p90"] - rows[f"{when}_p10"] for when in ("prior", "posterior"))
    assert (after < before).all()
    second = rows.loc["released_2025"]
    apart = [abs(second[f"{when}_p50"] - second["published"]) for when in ("prior", "posterior")]
    assert apart[1] < apart[0] / 2


def test_what_moved_most_leads_the_drivers(found: rp.Calibration) -> None:
    table = found.drivers
    moved = 0.5 * (table["mean"] ** 2 + table["sd"] ** 2 - 1) - np.log(table["sd"])
    assert moved.is_monotonic_decreasing
    assert "discrepancy" not in set(table["assumption"])


def test_workers_change_nothing(valley: rp.Scenario) -> None:
    wide = with_facts(valley, sd_log=1.0)
    one, other = (rp.calibrate(wide, ["today"], 120, 5, workers) for workers in (1, 3))
    assert one.scenario.posterior == other.scenario.posterior


def test_a_posterior_of_before_changes_nothing(valley: rp.Scenario, found: rp.Calibration) -> None:
    wide = with_facts(valley, sd_log=1.0)
    again = replace(wide, posterior=found.scenario.posterior)
    one, other = (rp.calibrate(given, ["today"], 120) for given in (wide, again))
    assert one.scenario.posterior == other.scenario.posterior


def test_too_small_an_effective_sample_says_which_fact_to_widen_and_how_many_draws_more(
    valley: rp.Scenario,
) -> None:
    first, second = valley.facts
    narrow = replace(valley, facts=(first, replace(second, sd_log=0.01, value=1.7e6)))
    narrow = replace(narrow, discrepancy_log_sd=0.01)
    with pytest.raises(rp.ReturnplanError) as caught:
        rp.calibrate(narrow, ["today"], draws=100)
    text = str(caught.value)
    assert "at least 50 is asked: nothing was written" in text
    assert "Widen sd_log of released_2025 (now 0.01; without it" in text


def test_a_scenario_without_facts_to_fit_is_refused(valley: rp.Scenario) -> None:
    checks = tuple(replace(one, use="check") for one in valley.facts)
    for facts in ((), checks):
        with pytest.raises(rp.ReturnplanError, match="no facts to fit"):
            rp.calibrate(replace(valley, facts=facts), ["today"])


def test_a_fact_that_no_draw_can_meet_is_named(valley: rp.Scenario) -> None:
    usd = Fact(
        id="early", measure="released_m2", from_date=date(2024, 3, 1), until_date=date(2024, 3, 1),
        value=5, use="fit", source="made_up",
    )  # fmt: skip
    with pytest.raises(rp.ReturnplanError, match="early: it is 0 in every draw"):
        rp.calibrate(replace(valley, facts=(usd,)), ["today"], draws=20)


def test_unknown_allocations_and_no_draws_are_refused(valley: rp.Scenario) -> None:
    with pytest.raises(KeyError, match="no allocation is called nobody"):
        rp.calibrate(valley, ["nobody"])
    with pytest.raises(ValueError, match="at least 1"):
        rp.calibrate(valley, ["today"], draws=0)


# ---------------------------------------------------------------- the command


def test_the_command_writes_the_table_and_says_how_facts_are_met(
    valley: rp.Scenario, found: rp.Calibration, tmp_path: Path
) -> None:
    folder = tmp_path / "valley"
    rp.write(valley, folder)
    told = call("calibrate", folder, "-a", "today,nearest_first", "--draws", "300")
    assert told.exit_code == 0, told.output
    assert "Calibrated on 2 facts to 2025-06-15" in told.stdout
    assert f"Effective sample: {found.effective_sample:,.0f} of 300 draws" in told.stdout
    assert "Probability of having been the past: today 0." in told.stdout
    assert rp.load(folder) == found.scenario
    assert rp.load(folder, prior=True) == valley
    assert "calibrated on 2 facts to 2025-06-15" in call("check", folder).stdout


def test_an_error_writes_nothing(valley: rp.Scenario, tmp_path: Path) -> None:
    folder = tmp_path / "valley"
    rp.write(valley, folder)
    told = call("calibrate", folder, "-a", "today", "--draws", "20")
    assert told.exit_code == 1
    assert "the effective sample of 20 draws is" in told.stderr
    assert not (folder / "posterior.csv").exists()
    assert not [path for path in folder.iterdir() if "partial" in path.name]


def test_an_unknown_allocation_is_bad_usage(valley: rp.Scenario, tmp_path: Path) -> None:
    rp.write(valley, tmp_path / "valley")
    told = call("calibrate", tmp_path / "valley", "-a", "today,nobody")
    assert told.exit_code == 2
    assert "no allocation is called 'nobody'" in told.stderr
