"""One difference over draws: worked by hand, and laws."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from returnplan.runs.difference import OPPOSITE, Difference, difference_of, share_high

NUMBERS = [field.name for field in dataclasses.fields(Difference) if field.name != "verdict"]


def of(values: list[float], *, fewer_is_better: bool = False) -> Difference:
    return difference_of(np.array(values, np.float64), fewer_is_better=fewer_is_better)


def test_ten_draws_that_differ_have_a_mean_with_students_interval() -> None:
    # Ten draws, mean 5.5; squares about it add up to 82.5, so the error is sqrt(82.5 / 9 / 10),
    # and 95 % of Student's t with 9 degrees of freedom lie within 2.262.
    found = of([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert found.mean == 5.5
    reach = 2.2621571628 * math.sqrt(82.5 / 90)
    assert (found.low, found.high) == pytest.approx((5.5 - reach, 5.5 + reach))
    assert (found.p10, found.p90) == (2, 10)
    assert (found.probability_better, found.probability_same) == (1, 0)
    assert (found.draws, found.differing, found.verdict) == (10, 10, "better")


def test_the_interval_of_many_draws_is_of_blocks_that_are_spread_evenly() -> None:
    # Each block of 16 holds -7.5 to 7.5 in another order, and a step of its own.
    steps = [1.0, 2.0, 3.0, 4.0]
    values = np.concatenate([np.random.default_rng(1).permutation(16) - 7.5 + s for s in steps])
    found = difference_of(values, fewer_is_better=False)
    reach = 3.1824463053 * math.sqrt(5 / 3 / 4)  # Student's t with 3 degrees of freedom
    assert (found.mean, found.low, found.high) == pytest.approx((2.5, 2.5 - reach, 2.5 + reach))


def test_nine_draws_that_differ_have_no_mean_but_a_share_at_most() -> None:
    found = of([100.0] * 9 + [0.0] * 119)
    assert np.isnan([found.mean, found.low, found.high]).all()
    assert (found.differing, found.verdict) == (9, "level")
    assert found.probability_better == (9 + 119 / 2) / 128
    # With this share of draws that differ, nine or fewer of 128 have a probability of 2.5 %.
    assert scipy.stats.binom.cdf(9, 128, found.differing_share_high) == pytest.approx(0.025)
    assert not math.isnan(of([100.0] * 10 + [0.0] * 118).mean)


@pytest.mark.parametrize(
    ("count", "draws", "most"),
    [(0, 50, 0.0711), (0, 128, 0.0284), (3, 128, 0.0670), (64, 128, 0.5896), (128, 128, 1.0)],
)
def test_what_share_differs_at_most(count: int, draws: int, most: float) -> None:
    assert share_high(count, draws) == pytest.approx(most, abs=5e-5)


def test_draws_that_are_all_equal_are_level() -> None:
    found = of([0.0] * 128)
    assert math.isnan(found.mean)
    assert (found.probability_better, found.probability_same) == (0.5, 1)
    assert (found.differing, found.verdict) == (0, "level")


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([1.0] * 80 + [-0.1] * 20, "better"),  # 80 % agree
        ([1.0] * 79 + [-0.1] * 21, "level"),
        ([1.0] * 60 + [0.0] * 40, "better"),  # a tie counts half: 80 %
        ([1.0] * 59 + [0.0] * 41, "level"),
        ([1.0] * 80 + [-4.0] * 20, "level"),  # the mean is 0
        ([1.0] * 80 + [-9.0] * 20, "level"),  # 80 % say better, the mean says worse
        ([-1.0] * 80 + [0.1] * 20, "worse"),
        ([-1.0] * 20 + [0.0] * 80, "level"),
    ],
)
def test_a_verdict_needs_four_fifths_of_the_draws_and_an_interval_without_zero(
    values: list[float], verdict: str
) -> None:
    mixed = np.random.default_rng(3).permutation(np.array(values))
    assert difference_of(mixed, fewer_is_better=False).verdict == verdict
    assert difference_of(mixed, fewer_is_better=True).verdict == OPPOSITE[verdict]


@given(
    st.lists(st.sampled_from([-2.0, -1.0, 0.0, 0.1, 3.0]), min_size=2, max_size=90), st.booleans()
)
def test_the_other_way_round_everything_is_mirrored(values: Any, fewer_is_better: bool) -> None:
    there, back = (
        of(given, fewer_is_better=fewer_is_better) for given in (values, [-one for one in values])
    )
    assert (there.mean, there.low, there.high) == pytest.approx(
        (-back.mean, -back.high, -back.low), rel=0, abs=0, nan_ok=True
    )
    assert there.probability_better + back.probability_better == 1
    assert there.probability_same == back.probability_same
    assert (there.differing, there.differing_share_high) == (
        back.differing,
        back.differing_share_high,
    )
    assert there.verdict == OPPOSITE[back.verdict]
    turned = of(values, fewer_is_better=not fewer_is_better)
    assert turned.verdict == OPPOSITE[there.verdict]


def test_nothing_but_who_is_better_hangs_on_what_is_better() -> None:
    values = [float(number) for number in range(-20, 60)]
    more, fewer = of(values), of(values, fewer_is_better=True)
    changed = [name for name in NUMBERS if getattr(more, name) != getattr(fewer, name)]
    assert changed == ["probability_better"]
