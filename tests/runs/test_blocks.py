"""Standard errors over blocks: by hand, and as often right as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from returnplan.runs.blocks import block_means, interval, standard_error


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
