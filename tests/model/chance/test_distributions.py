"""The family of distributions: laws that every member keeps, and scipy's own beside each."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from scipy import special, stats

import returnplan as rp
from returnplan.domain import DistributionName
from returnplan.model.chance.distributions import (
    DISTRIBUTIONS,
    OneNumber,
    Quantiles,
    Shares,
    mean,
    mean_shares,
    poisson_counts,
    quantile,
    shape_problem,
    support,
    truncation_problem,
)
from returnplan.model.chance.sobol import spread
from returnplan.model.chance.uniforms import stable_hash, uniforms

Limits = dict[str, float]

MODEL = Path(__file__).parents[3] / "MODEL.md"
VILLAGES = stable_hash([f"village_{i}" for i in range(4096)])
LEVELS = special.expit(np.linspace(-13.8, 13.8, 2001))  # from 1e-6 to 1 - 1e-6


def row(distribution: str, parameters: Iterable[float | None], **more: Any) -> rp.Assumption:
    numbers: dict[str, Any] = dict(zip("abc", parameters, strict=False))
    known: dict[str, Any] = {"unit": "1", "mark": "assumed", "source": "made_up"}
    return rp.Assumption(id="pace", distribution=distribution, **numbers, **known, **more)  # type: ignore[arg-type]


# ---------------------------------------------------------------- laws

NUMBERS = {name: one for name, one in DISTRIBUTIONS.items() if isinstance(one, OneNumber)}
LOGITS = np.linspace(-36, 36, 7201)
EVERY = special.expit(LOGITS)  # down to two roundings from 0 and 1


def rows(name: DistributionName) -> list[rp.Assumption]:
    """Every row whose parameters are of a few numbers, right or wrong."""
    width = len(DISTRIBUTIONS[name].parameters)
    return [row(name, given) for given in itertools.product((-1.5, 0, 0.3, 1, 3), repeat=width)]


def right(name: DistributionName) -> list[tuple[rp.Assumption, list[float]]]:
    """Rows that make sense, and their parameters."""
    found = [one for one in rows(name) if not shape_problem(one)]
    assert found, f"no parameters of {name} make sense: give rows() more numbers"
    return [(one, [v for v in (one.a, one.b, one.c) if v is not None]) for one in found]


def test_the_family_is_what_tables_may_name_and_the_model_describes() -> None:
    assert tuple(DISTRIBUTIONS) == get_args(DistributionName)
    said = [f"| {name} | {', '.join(one.parameters)} |" for name, one in DISTRIBUTIONS.items()]
    assert "\n".join(said) in MODEL.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_parameters_that_are_missing_or_wrong_are_named(name: DistributionName) -> None:
    columns = "abc"[: len(DISTRIBUTIONS[name].parameters)]
    needed = f"{name} needs {', '.join(columns)}"
    for place in range(len(columns)):
        given = [None if n == place else 1 for n in range(len(columns))]
        assert shape_problem(row(name, given)) == needed
    problems = {shape_problem(one) for one in rows(name)} - {""}
    assert len(problems) == (name != "fixed")
    assert all(re.fullmatch(rf"{name} needs [abc]\b[^{{}}]+", problem) for problem in problems)


def test_a_message_calls_parameters_by_letter_and_name() -> None:
    allowed = "triangular needs a (low) <= b (mode) <= c (high)"
    assert shape_problem(row("triangular", (1, 3, 2))) == allowed
    assert shape_problem(row("normal", (1, -1))) == "normal needs b (sd) >= 0"
    allowed = "dirichlet needs a, b, c >= 0 and a sum above 0"
    assert shape_problem(row("dirichlet", (0, 0, 0))) == allowed


@pytest.mark.parametrize("name", NUMBERS)
def test_values_rise_within_the_support_and_have_the_mean(name: DistributionName) -> None:
    for one, _ in right(name):
        exact, table = quantile(one, EVERY), Quantiles(one).at(EVERY)
        least, most = support(one)
        for values in (exact, table):
            assert np.all(np.isfinite(values)), one
            assert np.all(np.diff(values) >= -1e-12 * np.abs(values[1:])), one
            assert least - 1e-15 <= values.min() <= values.max() <= most + 1e-15, one
        area = np.trapezoid(exact * EVERY * (1 - EVERY), LOGITS)
        assert area == pytest.approx(mean(one), rel=2e-3, abs=2e-3), one


@pytest.mark.parametrize("name", NUMBERS)
def test_a_distribution_knows_whether_it_can_bring_the_end_of_its_range(
    name: DistributionName,
) -> None:
    zeros = [one for one, _ in right(name) if support(one)[0] == 0 == quantile(one, EVERY).min()]
    assert NUMBERS[name].touches == bool(zeros)


@pytest.mark.parametrize("name", NUMBERS)
def test_as_many_values_lie_below_a_number_as_the_distribution_function_says(
    name: DistributionName,
) -> None:
    for one, parameters in right(name):
        values = quantile(one, (np.arange(5000) + 0.5) / 5000)
        least, most = support(one)
        for x in values[250::500]:
            if least < x < most:
                share = NUMBERS[name].up_to(x, *parameters)
                assert np.mean(values <= x) == pytest.approx(share, abs=1e-3), (one, x)


@pytest.mark.parametrize("name", NUMBERS)
def test_truncated_values_fill_what_lies_between_their_limits(name: DistributionName) -> None:
    for one, parameters in right(name):
        low, high = quantile(one, np.array([0.2, 0.7]))
        truncated = row(name, parameters, low=low, high=high)
        assert mean(truncated) == mean(one)  # the untruncated one
        for values in (quantile(truncated, EVERY), Quantiles(truncated).at(EVERY)):
            assert low <= values.min() <= values.max() <= high, one
            assert np.all(np.diff(values) >= -1e-12 * np.abs(values[1:])), one
            assert [values[0], values[-1]] == pytest.approx([low, high], rel=1e-6), one
        last = quantile(row(name, parameters, low=low), np.array([1 - 2.0**-53]))
        assert low <= last < math.inf, one


# ---------------------------------------------------------------- beside scipy, and by hand

WIDE: list[tuple[str, tuple[float, ...], Any, Limits]] = [
    ("uniform", (2, 7), stats.uniform(2, 5), {"low": 1, "high": 4}),
    ("triangular", (1, 2, 9), stats.triang(1 / 8, 1, 8), {"low": 1.5, "high": 8}),
    ("triangular", (4, 4, 4.5), stats.triang(0, 4, 0.5), {"low": 4.2}),
    ("triangular", (4, 4.5, 4.5), stats.triang(1, 4, 0.5), {"high": 4.4}),
    ("normal", (5, 2), stats.norm(5, 2), {"low": 0, "high": 6}),
    ("lognormal", (20, 0.5), stats.lognorm(0.5, scale=20), {"low": 0, "high": 30}),
    ("lognormal", (32540, 1.8), stats.lognorm(1.8, scale=32540), {"low": 100, "high": 1e6}),
    ("beta", (3, 17), stats.beta(3, 17), {"low": 0.1, "high": 2}),
    ("beta", (1, 99), stats.beta(1, 99), {"low": -1, "high": 0.03}),
    ("gamma", (3, 7), stats.gamma(3, scale=7), {"low": -1, "high": 40}),
    ("gamma", (0.4, 1), stats.gamma(0.4), {"low": 0.2}),
    ("gamma", (0.7, 1), stats.gamma(0.7), {"high": 2}),
    ("gamma", (2, 1), stats.gamma(2), {"low": 1}),
    ("gamma", (9, 1), stats.gamma(9), {"low": 1, "high": 12}),
    ("poisson", (2.5,), stats.poisson(2.5), {"low": 1, "high": 4}),
    ("poisson", (250,), stats.poisson(250), {"low": 229.5, "high": 270.5}),
]


@pytest.mark.parametrize(("distribution", "parameters", "law", "limits"), WIDE)
def test_values_are_those_of_the_distribution(
    distribution: str, parameters: tuple[float, ...], law: Any, limits: Limits
) -> None:
    given = row(distribution, parameters)
    assert quantile(given, LEVELS) == pytest.approx(law.ppf(LEVELS), rel=1e-9)
    assert mean(given) == pytest.approx(law.mean(), rel=1e-12)


@pytest.mark.parametrize(("distribution", "parameters", "law", "limits"), WIDE)
def test_truncated_values_are_those_of_the_distribution_between_its_ends(
    distribution: str, parameters: tuple[float, ...], law: Any, limits: Limits
) -> None:
    truncated = row(distribution, parameters, **limits)
    low, high = limits.get("low", -np.inf), limits.get("high", np.inf)
    below = law.cdf(np.ceil(low) - 1 if distribution == "poisson" else low)
    values = quantile(truncated, LEVELS)
    assert truncation_problem(truncated) == ""
    assert values == pytest.approx(law.ppf(below + LEVELS * (law.cdf(high) - below)), rel=1e-9)
    assert low <= values.min() <= values.mean() <= values.max() <= high


@pytest.mark.parametrize(
    ("distribution", "parameters"),
    [
        *(("fixed", (3.7,)), ("uniform", (2, 2)), ("triangular", (4, 4, 4))),
        *(("normal", (5, 0)), ("lognormal", (20, 0)), ("poisson", (0,))),
    ],
)
def test_a_distribution_without_width_is_right_and_a_constant(
    distribution: str, parameters: tuple[float, ...]
) -> None:
    constant = row(distribution, parameters, low=parameters[0], high=parameters[0])
    assert shape_problem(constant) == shape_problem(row("dirichlet", (0, 0, 1))) == ""
    assert np.all(quantile(constant, LEVELS) == parameters[0])
    assert np.all(Quantiles(constant).at(LEVELS) == parameters[0])


def test_a_poisson_number_can_equal_both_ends() -> None:
    values = quantile(row("poisson", (2.5,), low=2, high=3), LEVELS)
    expected = stats.poisson(2.5).pmf([2, 3])
    assert set(values) == {2, 3}
    assert np.mean(values == 2) == pytest.approx(0.5, abs=0.1)
    cut = expected[0] / expected.sum()
    near = quantile(row("poisson", (2.5,), low=2, high=3), np.array([cut - 1e-9, cut + 1e-9]))
    assert near.tolist() == [2, 3]


def test_a_fixed_number_is_not_truncated() -> None:
    assert quantile(row("fixed", (3,), low=5, high=9), np.array([0.5])) == [3]
    assert truncation_problem(row("fixed", (3,), low=5, high=9)) == ""


EMPTY: list[tuple[str, tuple[float, ...], Limits, str]] = [
    ("normal", (5, 2), {"low": 3, "high": 2}, "low is above high"),
    ("fixed", (5,), {"low": 3, "high": 2}, "low is above high"),
    ("normal", (5, 2), {"low": 30}, "no probability"),
    ("normal", (5, 0), {"low": 6}, "no probability"),
    ("uniform", (1, 2), {"high": 1}, "no probability"),
    ("lognormal", (1, 1), {"high": 0}, "no probability"),
    ("gamma", (3, 7), {"high": -1}, "no probability"),
    ("beta", (3, 7), {"low": 1}, "no probability"),
    ("poisson", (3,), {"low": 2.2, "high": 2.8}, "no probability"),
    ("poisson", (3,), {"high": -1}, "no probability"),
    ("dirichlet", (1, 1, 1), {"low": 0}, "takes no low or high"),
]


@pytest.mark.parametrize(("distribution", "parameters", "limits", "problem"), EMPTY)
def test_a_truncation_that_leaves_nothing_is_named(
    distribution: str, parameters: tuple[float, ...], limits: Limits, problem: str
) -> None:
    assert problem in truncation_problem(row(distribution, parameters, **limits))


def test_values_of_an_empty_truncation_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"assumption pace: .* no probability"):
        quantile(row("normal", (5, 2), low=30), LEVELS)
    with pytest.raises(ValueError, match=r"assumption pace: .* no low or high"):
        Shares(row("dirichlet", (1, 1, 1), high=1))


def test_a_dirichlet_is_not_one_number_and_one_number_no_dirichlet() -> None:
    shares = row("dirichlet", (1, 1, 1))
    for ask in (mean, support, Quantiles, lambda one: quantile(one, LEVELS)):
        with pytest.raises(ValueError, match="pace: a dirichlet is three numbers"):
            ask(shares)
    with pytest.raises(ValueError, match="pace: a gamma is not a dirichlet"):
        Shares(row("gamma", (1, 1)))
    assert truncation_problem(shares) == ""


@pytest.mark.parametrize("expected", [0, 1e-9, 0.1, 1, 7.5, 50, 1000, 10_000])
def test_poisson_counts_are_exact_for_every_mean(expected: float) -> None:
    u = np.concatenate([LEVELS, [1e-12, 1 - 1e-12]])
    counts = poisson_counts(np.full(u.shape, expected), u)
    assert counts.dtype == np.int64
    assert np.array_equal(counts, stats.poisson.ppf(u, expected))


def test_poisson_counts_take_a_mean_for_each_village() -> None:
    u, luck = (uniforms(1, 0, channel, VILLAGES) for channel in ("count", "mean"))
    means = np.where(luck < 0.2, 0, 50 * luck)
    counts = poisson_counts(means, u)
    assert np.array_equal(counts, stats.poisson.ppf(u, means))
    assert counts.mean() == pytest.approx(means.mean(), rel=0.02)


# ---------------------------------------------------------------- tables for many entities


@pytest.mark.parametrize("truncate", [False, True])
@pytest.mark.parametrize(("distribution", "parameters", "law", "limits"), WIDE)
def test_a_table_of_values_is_close_to_the_exact_ones(
    distribution: str, parameters: tuple[float, ...], law: Any, limits: Limits, truncate: bool
) -> None:
    given_row = row(distribution, parameters, **(limits if truncate else {}))
    u = special.expit(np.linspace(-13.8, 13.8, 30_011))
    exact = quantile(given_row, u)
    values = Quantiles(given_row).at(u)
    if distribution == "poisson":
        assert np.array_equal(values, exact)
    elif distribution == "normal":  # passes through 0
        assert np.abs(values - exact).max() < 1e-4
    else:
        assert np.abs(values / exact - 1).max() < 1e-4


@pytest.mark.parametrize("alphas", [(2.0, 2.0, 3.0), (0.5, 1.5, 6.0), (0.001, 0.002, 0.001)])
def test_shares_have_the_means_and_variances_of_the_dirichlet(alphas: tuple[float, ...]) -> None:
    u1, u2, u3 = (spread(1, np.arange(2**14), f"{at}", at) for at in (1, 2, 3))
    shares = Shares(row("dirichlet", alphas)).at(u1, u2, u3)
    assert shares.shape == (2**14, 3)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares.min() >= 0
    law = stats.dirichlet(alphas)
    assert shares.mean(axis=0) == pytest.approx(law.mean(), abs=0.01)
    assert mean_shares(row("dirichlet", alphas)) == pytest.approx(law.mean())
    assert shares.var(axis=0) == pytest.approx(law.var(), rel=0.04)


def test_a_parameter_of_zero_gives_a_share_of_exactly_zero() -> None:
    u1, u2, u3 = (uniforms(1, 0, name, VILLAGES) for name in ("first", "second", "third"))
    shares = Shares(row("dirichlet", (2, 0, 3))).at(u1, u2, u3)
    assert np.all(shares[:, 1] == 0)
    assert shares[:, 0].mean() == pytest.approx(0.4, abs=0.02)
    assert mean_shares(row("dirichlet", (2, 0, 3))) == (0.4, 0, 0.6)
    assert np.all(Shares(row("dirichlet", (0, 0, 1e-4))).at(u1, u2, u3) == [0, 0, 1])
