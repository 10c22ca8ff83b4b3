"""Shares of the variance: textbook cases, worked by hand or by a plain twin."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
import pytest
import scipy
from numpy.typing import NDArray

import returnplan as rp
from returnplan.insight.shares import explain, least_draws

Floats = NDArray[np.float64]
Scores = Mapping[str, Floats]


def even(draws: int, names: Sequence[str], seed: int = 1) -> dict[str, Floats]:
    """Independent normal scores, each from equal strata."""
    luck = np.random.default_rng(seed)
    places = (luck.permutation(draws) + 0.5 for _ in names)
    return {
        name: scipy.special.ndtri(place / draws) for name, place in zip(names, places, strict=True)
    }


def one_each(names: Sequence[str]) -> dict[str, list[str]]:
    return {name: [name] for name in names}


def shares(values: Floats, scores: Scores, groups: Mapping[str, Sequence[str]]) -> dict[str, float]:
    found = explain(values[:, np.newaxis], scores, groups)
    return dict(zip(groups, found.share[:, 0].tolist(), strict=True))


def twin(values: Floats, columns: Sequence[Floats]) -> list[float]:
    """Adjusted R2 that each group adds, averaged over all orders: slowly, one order at a time."""

    def worth(chosen: Sequence[int]) -> float:
        if not chosen:
            return 0.0
        table = np.column_stack([columns[number] for number in sorted(chosen)])
        draws, terms = table.shape
        with_one = np.column_stack([np.ones(draws), table])
        rest = values - with_one @ np.linalg.lstsq(with_one, values, rcond=None)[0]
        unexplained = float(rest @ rest) / float(np.square(values - values.mean()).sum())
        return float(1 - unexplained * (draws - 1) / (draws - 1 - terms))

    gains = np.zeros(len(columns))
    orders = list(itertools.permutations(range(len(columns))))
    for order in orders:
        for place, number in enumerate(order):
            gains[number] += worth(order[: place + 1]) - worth(order[:place])
    return [float(gain) / len(orders) for gain in gains]


# ---------------------------------------------------------------- what they must recover


@pytest.mark.parametrize(("draws", "near"), [(128, 0.1), (1024, 0.04)])
def test_ishigami_gives_its_first_order_indices_and_leaves_the_interaction(
    draws: int, near: float
) -> None:
    # Ishigami and Homma 1990, a = 7, b = 0.1. By hand: the variance is a²/8 + bπ⁴/5 + b²π⁸/18 +
    # 1/2; x1 has (1 + bπ⁴/5)²/2 of it, x2 a²/8, x3 nothing, x1 with x3 the rest.
    whole = 49 / 8 + 0.1 * math.pi**4 / 5 + 0.01 * math.pi**8 / 18 + 0.5
    first, second = (1 + 0.1 * math.pi**4 / 5) ** 2 / 2 / whole, 49 / 8 / whole
    assert [round(first, 3), round(second, 3)] == [0.314, 0.442]
    names = ("x1", "x2", "x3")
    scores = even(draws, names)
    x1, x2, x3 = (math.pi * (2 * scipy.special.ndtr(scores[name]) - 1) for name in names)
    values = np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)
    found = explain(values[:, np.newaxis], scores, one_each(names))
    assert found.share[:, 0] == pytest.approx([first, second, 0.0], abs=near)
    assert 1 - found.r2[0] == pytest.approx(1 - first - second, abs=near)
    assert found.direction[:2, 0].tolist() == ["more", "mixed"]
    assert found.terms[1] >= 6  # sin² over two waves needs them
    assert found.terms[2] == 1


def test_a_linear_model_of_independent_inputs_gives_squares_of_its_slopes() -> None:
    scores = even(4096, ("a", "b", "c", "luck"))
    values = -3 * scores["a"] + 2 * scores["b"] + scores["c"] + math.sqrt(2) * scores["luck"]
    known = {name: scores[name] for name in ("a", "b", "c")}
    found = explain(values[:, np.newaxis], known, {"ab": ["a", "b"], "c": ["c"]})
    assert found.share[:, 0] == pytest.approx([13 / 16, 1 / 16], abs=0.02)
    assert found.r2[0] == pytest.approx(14 / 16, abs=0.01)
    assert (found.terms == 1).all()


def test_a_linear_model_of_dependent_inputs_shares_what_they_have_in_common() -> None:
    # Correlation 0.5, y = 2a + b, so its variance is 4 + 1 + 2 = 7. Alone a explains
    # (2 + 0.5)²/7 of it and b (1 + 1)²/7; each has half of what it adds first and last.
    scores = even(4096, ("a", "other"))
    dependent = 0.5 * scores["a"] + math.sqrt(0.75) * scores["other"]
    inputs = {"a": scores["a"], "b": dependent}
    found = shares(2 * scores["a"] + dependent, inputs, one_each(("a", "b")))
    assert found["a"] == pytest.approx((6.25 / 7 + 1 - 4 / 7) / 2, abs=0.02)
    assert found["b"] == pytest.approx((4 / 7 + 1 - 6.25 / 7) / 2, abs=0.02)
    assert sum(found.values()) == pytest.approx(1)


def test_shares_are_those_of_all_orders_one_by_one() -> None:
    luck = np.random.default_rng(3).normal(size=(7, 80))
    mixed = {f"x{number}": row + luck[0] for number, row in enumerate(luck[:6])}
    values = mixed["x1"] - mixed["x2"] + 0.3 * mixed["x5"] + luck[6]
    groups = {"one": ["x1"], "two": ["x2", "x0"], "three": ["x3"], "four": ["x4", "x5"]}
    columns = [np.stack([mixed[name] for name in members], 1) for members in groups.values()]
    found = explain(values[:, np.newaxis], mixed, groups)
    assert (found.terms == 1).all()
    assert found.share[:, 0] == pytest.approx(twin(values, columns))
    kept = np.r_[0:16, 32:80]  # without the second block of 16
    without = twin(values[kept], [column[kept] for column in columns])
    assert found.samples[:, 2, 0] == pytest.approx(without)


def test_curves_are_taken_where_they_tell_more_than_lines() -> None:
    names = [f"x{number}" for number in range(4)]
    scores = even(256, names)
    bent = scores["x0"] ** 2 + 0.2 * scores["x1"]
    found = explain(np.stack([bent, bent], 1), scores, one_each(names))
    assert found.terms[0] > 1
    assert (found.terms[1:] == 1).all()
    assert found.share[0, 0] > 0.9
    assert found.direction[0].tolist() == ["mixed"] * 2
    assert found.direction[1].tolist() == ["more"] * 2


# ---------------------------------------------------------------- errors and edges


def test_errors_are_as_large_as_shares_differ_between_lucks() -> None:
    names = [f"x{number}" for number in range(12)]
    groups = {"a": names[:1], "b": names[1:4], "none": names[4:]}
    found, told = [], []
    for seed in range(40):
        scores = even(128, [*names, "luck"], seed)
        values = scores["x0"] + 0.8 * scores["x1"] + 0.8 * scores["luck"]
        one = explain(values[:, np.newaxis], scores, groups)
        found.append([*one.share[:, 0], one.r2[0]])
        told.append([*(one.error([number], 0) for number in range(3)), one.error(range(3), 0)])
    spread = np.std(found, axis=0, ddof=1)
    ratio = np.sqrt(np.square(told).mean(axis=0)) / spread
    assert ((ratio > 0.7) & (ratio < 2)).all(), ratio
    true = np.array([1, 0.64, 0, 1.64]) / (1 + 2 * 0.64)
    assert np.abs(np.mean(found, axis=0) - true).max() < 0.02


def test_groups_whose_inputs_pull_both_ways_have_no_direction() -> None:
    names = ("up", "down", "rise", "fall")
    scores = even(128, names)
    values = scores["up"] - scores["down"] + scores["rise"] - 0.5 * scores["fall"]
    groups = {"both": ["up", "down"], "rise": ["rise"], "fall": ["fall"]}
    found = explain(values[:, np.newaxis], scores, groups)
    assert found.direction[:, 0].tolist() == ["mixed", "more", "less"]


def test_one_driver_alone_explains_all_or_nothing() -> None:
    scores = even(64, ("a", "luck"))
    known = {"a": scores["a"]}
    both = np.stack([scores["a"], scores["luck"]], axis=1)
    found = explain(both, known, {"A": ["a"]})
    assert found.share[0] == pytest.approx([1, 0], abs=0.05)
    assert found.error([0], 0) == pytest.approx(0, abs=1e-6)


def test_a_result_that_varies_within_one_block_only_is_not_explained_without_it() -> None:
    scores = even(64, ("a", "b"))
    rare = np.zeros(64)
    rare[16:26] = 1.0
    found = explain(rare[:, np.newaxis], scores, one_each(("a", "b")))
    assert np.isfinite(found.samples).all()
    assert found.samples[:, 2, 0].tolist() == [0.0, 0.0]


def test_too_few_draws_for_so_many_inputs_are_refused() -> None:
    assert [least_draws(inputs) for inputs in (1, 32, 50)] == [64, 64, 100]
    names = [f"x{number}" for number in range(50)]
    scores = even(96, names)
    with pytest.raises(
        rp.ReturnplanError, match=r"96 draws .* 50 uncertain .* --draws 100 or more"
    ):
        explain(scores["x0"][:, np.newaxis], scores, one_each(names))
