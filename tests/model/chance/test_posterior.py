"""Draws taken by weight, the model's discrepancy, posterior means (model §9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import returnplan as rp
from returnplan.domain import PosteriorLine
from returnplan.model.chance.draws import Draws, luck_of, posterior_means
from returnplan.model.chance.posterior import (
    Resampled,
    acts_from,
    draw_weights,
    resample,
    systematic,
)
from returnplan.model.simulation import Prepared


def line(
    draw: int, weight: float, allocation: str = "today", log_sd: float = 0.15
) -> PosteriorLine:
    return PosteriorLine(
        allocation=allocation, draw=draw, weight=weight, seed=7, draws=64, facts=2,
        last_fact=date(2025, 6, 15), discrepancy_log_sd=log_sd, made_for="0" * 16, returnplan="1",
    )  # fmt: skip


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


@pytest.mark.parametrize("luck", [1e-9, 0.3, 0.5, 1 - 1e-9])
def test_a_draw_is_taken_as_often_as_it_weighs_rounded_up_or_down(luck: float) -> None:
    weights = np.random.default_rng(1).dirichlet(np.full(40, 0.3))
    for draws in (1, 16, 128):
        counts = systematic(weights, draws, luck)
        assert counts.sum() == draws
        assert (np.abs(counts - draws * weights) < 1 + 1e-9).all()


def test_over_all_luck_a_draw_is_taken_as_often_as_it_weighs() -> None:
    weights = np.array([0.05, 0.45, 0.3, 0.2])
    counts = [systematic(weights, 7, (k + 0.5) / 1000) for k in range(1000)]
    assert np.mean(counts, axis=0) == pytest.approx(7 * weights, abs=0.01)


def test_what_weighs_nothing_is_never_taken() -> None:
    weights = np.array([0.0, 0.5, 0.0, 0.5, 0.0])
    for luck in (1e-12, 0.5, 1 - 1e-12):
        assert systematic(weights, 5, luck)[[0, 2, 4]].tolist() == [0, 0, 0]


def test_draws_that_are_taken_twice_count_as_fewer() -> None:
    taken = Resampled(seed=1, draws=(3, 5, 9), counts=(2, 1, 1))
    assert taken.rows.tolist() == [3, 3, 5, 9]
    assert taken.effective == pytest.approx(16 / 6)


def test_the_weight_of_a_draw_is_its_sum_over_the_allocations(valley: rp.Scenario) -> None:
    rows = (line(0, 0.25), line(2, 0.25), line(2, 0.5, "smith_path"))
    weights = draw_weights(replace(valley, posterior=rows))
    assert weights[:3].tolist() == [0.25, 0, 0.75]
    assert weights.sum() == 1


def test_the_seed_of_a_run_moves_the_comb_and_not_the_luck(valley: rp.Scenario) -> None:
    rows = tuple(line(draw, 1 / 64) for draw in range(64))
    scenario = replace(valley, posterior=rows)
    found = [resample(scenario, 16, seed) for seed in range(20)]
    assert {one.seed for one in found if one} == {7}
    assert len({one.draws for one in found if one}) > 1
    assert resample(valley, 16, 1) is None


def test_rows_of_a_run_have_the_numbers_of_their_draws(valley: rp.Scenario) -> None:
    scenario = replace(valley, posterior=(line(5, 0.75), line(11, 0.25)))
    rows, single = luck_of(scenario, 4, seed=1), Draws(scenario, 7)
    assert [rows.values(n).productivity.tolist() for n in range(4)] == [
        single.values(draw).productivity.tolist() for draw in (5, 5, 5, 11)
    ]
    assert rows.scores(range(4))["productivity manual_team"].tolist() == [
        single.scores([draw])["productivity manual_team"].item() for draw in (5, 5, 5, 11)
    ]


def test_the_discrepancy_is_lognormal_with_median_one(valley: rp.Scenario) -> None:
    draws = Draws(replace(valley, posterior=(line(0, 1.0, log_sd=0.4),)), 7)
    logs = np.log([draws.values(draw).discrepancy for draw in range(512)])
    assert np.median(logs) == pytest.approx(0, abs=0.01)
    assert logs.std() == pytest.approx(0.4, rel=0.02)
    assert logs == pytest.approx(0.4 * draws.scores(range(512))["discrepancy"])


def test_it_knows_nothing_of_other_numbers_and_other_numbers_nothing_of_it(
    valley: rp.Scenario,
) -> None:
    with_it, without = Draws(replace(valley, posterior=(line(0, 1.0),)), 7), Draws(valley, 7)
    scores = with_it.scores(range(256))
    of_it = scores.pop("discrepancy")
    assert max(abs(np.corrcoef(of_it, other)[0, 1]) for other in scores.values()) < 0.15
    same, plain = with_it.values(3), without.values(3)
    assert same.number == plain.number
    assert (same.shares == plain.shares).all()
    assert plain.discrepancy == 1


def test_without_a_posterior_there_is_no_discrepancy(valley: rp.Scenario) -> None:
    assert acts_from(valley) is None
    assert acts_from(replace(valley, posterior=(line(0, 1.0),))) == date(2025, 6, 16)
    assert "discrepancy" not in Draws(valley, 1).scores([0])


def test_a_draw_that_has_all_the_weight_gives_the_run_on_expected_values_its_numbers(
    valley: rp.Scenario,
) -> None:
    scenario = replace(valley, posterior=(line(9, 1.0),))
    prepared = Prepared(scenario)
    drawn = Draws(scenario, 7).values(9)
    assert prepared.means.productivity == pytest.approx(drawn.productivity)
    for name in ("building_speed", "ts_coverage_share", "household_size", "parcel_m2_minefield"):
        assert prepared.means.number[name] == pytest.approx(drawn.number[name])
    assert prepared.means.discrepancy == 1
    assert prepared.means.shares is prepared.expected.shares


def test_speeds_are_averaged_by_their_logarithm_and_other_numbers_as_they_are(
    valley: rp.Scenario,
) -> None:
    scenario = replace(valley, posterior=(line(1, 0.5), line(2, 0.5)))
    one, other = (Draws(scenario, 7).values(draw) for draw in (1, 2))
    means = posterior_means(scenario, Prepared(valley).expected)
    assert means.productivity == pytest.approx(np.sqrt(one.productivity * other.productivity))
    name = "household_size"
    assert means.number[name] == pytest.approx((one.number[name] + other.number[name]) / 2)


def test_equal_weights_leave_expected_values_nearly_as_they_were(valley: rp.Scenario) -> None:
    scenario = replace(valley, posterior=tuple(line(draw, 1 / 64) for draw in range(64)))
    prepared = Prepared(scenario)
    assert prepared.means.productivity == pytest.approx(1, rel=0.03)
    for name in ("willing_share", "ts_coverage_share", "record_recall"):
        assert prepared.means.number[name] == pytest.approx(
            prepared.expected.number[name], rel=0.03
        )


def test_orders_rest_on_the_numbers_without_facts(valley: rp.Scenario) -> None:
    scenario = replace(valley, posterior=(line(9, 1.0),))
    ours, theirs = Prepared(scenario).expected, Prepared(valley).expected
    assert ours.number == theirs.number
    assert (ours.productivity == theirs.productivity).all()
