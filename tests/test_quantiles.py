"""Quantiles are values of draws, and keep what never comes."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from returnplan.quantiles import quantile


@given(
    st.lists(st.floats(0, 1e6) | st.just(math.inf), min_size=1, max_size=40), st.integers(0, 100)
)
def test_a_quantile_is_the_draw_at_or_above_its_place(values: list[float], percent: int) -> None:
    place = math.ceil(round(percent * (len(values) - 1) / 100, 9))
    assert quantile(np.array(values), percent).item() == sorted(values)[place]


def test_a_quantile_takes_any_axis_and_never_mixes_two_draws() -> None:
    values = np.array([[3.0, 1.0, math.inf], [6.0, 4.0, 5.0]])
    assert quantile(values, 50, axis=1).tolist() == [3.0, 5.0]
    assert quantile(values, 90, axis=0).tolist() == [6.0, 4.0, math.inf]


def test_places_that_are_whole_are_not_lifted_by_rounding() -> None:
    values = np.arange(71.0)  # 0.1 x 70 is above 7 in binary numbers
    assert quantile(values, 10).item() == 7.0
