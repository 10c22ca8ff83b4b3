"""Standard errors over blocks: by hand, and as often right as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from returnplan.runs.blocks import (
    block_means,
    interval,
    ratio_error,
    standard_error,
    standard_errors,
)


def test_blocks_are_aligned_and_the_last_one_is_full() -> None:
    values = np.arange(70.0)
    assert block_means(values).tolist() == [7.5, 23.5, 39.5, 55.5]


def test_few_draws_are_blocks_of_their_own() -> None:
    values = np.arange(63.0)
    assert block_means(values).tolist() == values.tolist()
    assert standard_error(values) == pytest.approx(np.std(values, ddof=1) / math.sqrt(63))


def test_the_interval_is_students_over_means_of_blocks() -> None:
    values = np.random.default_rng(1).normal(size=128)
    means = values.reshape(8, 16).mean(axis=1)
    error = means.std(ddof=1) / math.sqrt(8)
    assert standard_error(values) == pytest.approx(error)
    reach = scipy.stats.t.ppf(0.975, 7) * error
    assert interval(values) == pytest.approx((values.mean() - reach, values.mean() + reach))


def test_draws_of_a_block_that_is_not_full_lower_the_error() -> None:
    values = np.random.default_rng(2).normal(size=72)
    means = values[:64].reshape(4, 16).mean(axis=1)
    assert standard_error(values) == pytest.approx(means.std(ddof=1) / math.sqrt(72 / 16))


def test_one_draw_tells_no_error() -> None:
    assert math.isnan(standard_error(np.array([1.0])))
    assert np.isnan(interval(np.array([1.0]))).all()


def test_equal_draws_have_no_error() -> None:
    assert standard_error(np.full(80, 0.1)) == 0
    assert interval(np.full(80, 0.1)) == pytest.approx((0.1, 0.1))


@pytest.mark.parametrize("draws", [2, 63, 72, 128])
def test_the_errors_of_many_numbers_are_those_of_each(draws: int) -> None:
    values = np.random.default_rng(3).lognormal(size=(draws, 2, 3))
    found = standard_errors(values)
    each = [[standard_error(values[:, i, j]) for j in range(3)] for i in range(2)]
    assert found.tolist() == each
    length = 16 if draws >= 64 else 1
    means = values[: draws // length * length].reshape(-1, length, 2, 3).mean(axis=1)
    assert found == pytest.approx(means.std(axis=0, ddof=1) / math.sqrt(draws / length))


def test_the_error_of_whole_numbers_is_worked_out_by_hand() -> None:
    values = np.repeat([1, 3, 5, 7], 16)  # four blocks: mean 4, squares 9 + 1 + 1 + 9
    assert standard_error(values) == pytest.approx(math.sqrt(20 / 3 / 4))


def test_the_error_of_a_ratio_is_that_of_its_linear_part() -> None:
    over, under = np.array([1.0, 2, 3, 6]), np.array([2.0, 2, 4, 4])
    # R = 3 / 3 = 1: over - R under = -1, 0, -1, 2; by the mean of under, 3.
    assert ratio_error(over, under) == pytest.approx(math.sqrt(6 / 3 / 4) / 3)
    assert ratio_error(5 * under, under) == pytest.approx(0, abs=1e-15)
    assert math.isnan(ratio_error(over[:1], under[:1]))


def test_the_error_of_a_ratio_is_as_wide_as_ratios_of_other_draws_spread() -> None:
    rng = np.random.default_rng(4)
    under = rng.lognormal(sigma=0.4, size=(2_000, 48))
    over = under * rng.lognormal(sigma=0.3, size=under.shape)
    ratios = over.mean(axis=1) / under.mean(axis=1)
    said = [ratio_error(*pair) for pair in zip(over, under, strict=True)]
    assert np.mean(said) == pytest.approx(ratios.std(), rel=0.05)
