"""Uniform numbers and inverse distribution functions (model §9), beside scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import special, stats

import returnplan as rp
from returnplan.model.chance.uniforms import (
    Quantiles,
    Shares,
    poisson_counts,
    quantile,
    sobol,
    stable_hash,
    truncation_problem,
    uniforms,
    within,
)

Limits = dict[str, float]

VILLAGES = stable_hash([f"village_{i}" for i in range(4096)])
LEVELS = special.expit(np.linspace(-13.8, 13.8, 2001))  # from 1e-6 to 1 - 1e-6

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
CONSTANT: list[tuple[str, tuple[float, ...]]] = [
    ("fixed", (3.7,)),
    ("uniform", (2, 2)),
    ("triangular", (4, 4, 4)),
    ("normal", (5, 0)),
    ("lognormal", (20, 0)),
    ("poisson", (0,)),
]


def row(distribution: str, parameters: tuple[float, ...], **more: Any) -> rp.Assumption:
    numbers: dict[str, Any] = dict(zip("abc", parameters, strict=False))
    known: dict[str, Any] = {"unit": "1", "mark": "assumed", "source": "made_up"}
    return rp.Assumption(id="pace", distribution=distribution, **numbers, **known, **more)  # type: ignore[arg-type]


def looks_uniform(numbers: NDArray[np.float64]) -> bool:
    inside = bool(np.all((numbers > 0) & (numbers < 1)))
    return inside and stats.kstest(numbers, "uniform").pvalue > 1e-3


def look_independent(first: NDArray[np.float64], second: NDArray[np.float64]) -> bool:
    """Chi-square test of the counts in the cells of an 8 by 8 board."""
    counts, _, _ = np.histogram2d(first, second, bins=8, range=[(0, 1), (0, 1)])
    return bool(stats.chisquare(counts.ravel()).pvalue > 1e-3)


# ---------------------------------------------------------------- uniform numbers


def test_luck_of_one_seed_never_changes() -> None:
    keys = stable_hash(["north", "south", "šuša"])
    assert keys.tolist() == [6164347370713582292, 9747827944805776462, 15846578686276797898]
    inside = [15564944230767734665, 6937669986532247512, 5454637811860588393]
    assert within(keys, np.arange(3)).tolist() == inside
    area = [0.6863035835883949, 0.07237326546084477, 0.6186183255019279]
    assert uniforms(7, 0, "area", keys).tolist() == area
    handover = [0.12466762967683309, 0.8909328791264756, 0.6207941643454559]
    assert uniforms(-7, 12, "handover", keys).tolist() == handover
    recall = [0.809279007720761, 0.057307651615701616, 0.6053372448077425, 0.4429825128754601]
    assert sobol(7, np.arange(4), "recall").tolist() == recall


def test_no_names_have_no_keys_and_no_luck() -> None:
    assert stable_hash([]).dtype == np.uint64
    assert uniforms(1, 1, "area", stable_hash([])).shape == (0,)


@pytest.mark.parametrize("seed", [0, 1, -1, 20260131, 2**70])
def test_numbers_of_villages_are_uniform_for_every_seed(seed: int) -> None:
    assert looks_uniform(uniforms(seed, 0, "area", VILLAGES))


def test_numbers_of_one_village_are_uniform_over_draws_and_channels() -> None:
    village = VILLAGES[:1]
    assert looks_uniform(np.array([uniforms(1, d, "area", village)[0] for d in range(2000)]))
    assert looks_uniform(np.array([uniforms(1, 0, f"c{c}", village)[0] for c in range(2000)]))


def test_seeds_draws_channels_and_neighbours_are_independent() -> None:
    base = uniforms(1, 5, "area", VILLAGES)
    others = [
        uniforms(-1, 5, "area", VILLAGES),
        uniforms(2, 5, "area", VILLAGES),
        uniforms(1, 6, "area", VILLAGES),
        uniforms(1, 5, "areas", VILLAGES),
        uniforms(1, 5, "area", within(VILLAGES, np.zeros(4096))),
        np.roll(base, 1),
        np.roll(base, 2),
    ]
    assert all(look_independent(base, other) for other in others)
    pairs = np.corrcoef([base, *others])[np.triu_indices(8, 1)]
    assert np.abs(pairs).max() < 4 / np.sqrt(4096)


def test_entities_with_consecutive_keys_are_independent() -> None:
    numbers = uniforms(1, 5, "area", np.arange(4096, dtype=np.uint64))
    assert looks_uniform(numbers)
    assert look_independent(numbers[:-1], numbers[1:])


def test_things_inside_villages_have_keys_of_their_own() -> None:
    parents = np.repeat(VILLAGES[:500], 20)
    numbers = np.tile(np.arange(20), 500)
    keys = within(parents, numbers)
    assert len(np.unique(np.concatenate([keys, VILLAGES]))) == 10_000 + 4096
    luck = uniforms(1, 0, "area", keys)
    assert looks_uniform(luck)
    assert look_independent(luck[numbers == 0], luck[numbers == 1])


def test_keys_given_are_left_as_they_are() -> None:
    before = VILLAGES.copy()
    uniforms(1, 0, "area", VILLAGES)
    within(VILLAGES, np.arange(4096, dtype=np.uint64))
    assert np.array_equal(before, VILLAGES)


def test_reordering_villages_only_reorders_their_numbers() -> None:
    order = np.random.default_rng(1).permutation(4096)
    numbers = uniforms(1, 0, "area", VILLAGES)
    assert np.array_equal(uniforms(1, 0, "area", VILLAGES[order]), numbers[order])
    assert np.array_equal(uniforms(1, 0, "area", VILLAGES[:7]), numbers[:7])


@pytest.mark.parametrize("size", [1, 2, 16, 256, 4096])
@pytest.mark.parametrize("block", [0, 1, 5])
def test_each_aligned_block_of_draws_has_one_in_each_stratum(size: int, block: int) -> None:
    for name in ("recall", "precision"):
        values = sobol(-3, size * block + np.arange(size), name)
        assert np.array_equal(np.sort((values * size).astype(int)), np.arange(size))


def test_draws_read_one_by_one_equal_draws_read_together() -> None:
    together = sobol(3, np.arange(50), "recall")
    assert [float(sobol(3, draw, "recall")) for draw in range(50)] == together.tolist()
    assert np.array_equal(sobol(3, np.arange(20, 50), "recall"), together[20:])
    last = sobol(3, np.array([[2**32 - 1], [0]]), "recall")
    assert last.shape == (2, 1)
    assert np.all((last > 0) & (last < 1))


def test_assumptions_and_seeds_are_independent() -> None:
    names = np.array([sobol(1, np.arange(1024), f"name_{i}") for i in range(60)])
    seeds = np.array([sobol(s, np.arange(1024), "name_0") for s in range(-30, 30)])
    for values in (names, seeds):
        pairs = np.corrcoef(values)[np.triu_indices(60, 1)]
        assert np.abs(pairs).max() < 6 / np.sqrt(1024)
        assert abs(pairs.mean()) < 0.003
        assert looks_uniform(values[:, 0])


def test_each_draw_is_uniform_over_the_assumptions() -> None:
    values = np.array([sobol(1, np.array([0, 1, 5]), f"name_{i}") for i in range(2000)])
    assert all(looks_uniform(values[:, draw]) for draw in range(3))
    # Draws 0 and 1 fall in different halves, so they are opposed; draw 5 may fall in either.
    correlation = np.corrcoef(values.T)[0]
    assert correlation[1] == pytest.approx(-0.75, abs=0.03)
    assert correlation[2] == pytest.approx(0, abs=0.1)


# ---------------------------------------------------------------- distributions


@pytest.mark.parametrize(("distribution", "parameters", "law", "limits"), WIDE)
def test_values_are_those_of_the_distribution(
    distribution: str, parameters: tuple[float, ...], law: Any, limits: Limits
) -> None:
    values = quantile(row(distribution, parameters), LEVELS)
    assert values == pytest.approx(law.ppf(LEVELS), rel=1e-9)


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


@pytest.mark.parametrize(("distribution", "parameters"), CONSTANT)
def test_a_distribution_without_width_is_a_constant(
    distribution: str, parameters: tuple[float, ...]
) -> None:
    constant = row(distribution, parameters, low=parameters[0], high=parameters[0])
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
    with pytest.raises(ValueError, match="pace: a dirichlet is three numbers"):
        quantile(row("dirichlet", (1, 1, 1)), LEVELS)
    with pytest.raises(ValueError, match="pace: a gamma is not a dirichlet"):
        Shares(row("gamma", (1, 1)))
    assert truncation_problem(row("dirichlet", (1, 1, 1))) == ""


probabilities = st.floats(2.0**-53, 1 - 2.0**-53)


@settings(deadline=None, max_examples=60)
@given(case=st.sampled_from(WIDE), truncate=st.booleans(), pair=st.tuples(*[probabilities] * 2))
def test_more_luck_never_gives_less_and_stays_between_the_ends(
    case: tuple[str, tuple[float, ...], Any, Limits], truncate: bool, pair: tuple[float, float]
) -> None:
    distribution, parameters, _, ends = case
    limits = ends if truncate else {}
    given_row = row(distribution, parameters, **limits)
    for values in (quantile(given_row, np.sort(pair)), Quantiles(given_row).at(np.sort(pair))):
        assert np.all(np.isfinite(values))
        assert values[0] <= values[1] + 1e-12 * abs(values[1])
        assert np.all(
            (values >= limits.get("low", -np.inf)) & (values <= limits.get("high", np.inf))
        )


@pytest.mark.parametrize("mean", [0, 1e-9, 0.1, 1, 7.5, 50, 1000, 10_000])
def test_poisson_counts_are_exact_for_every_mean(mean: float) -> None:
    u = np.concatenate([LEVELS, [1e-12, 1 - 1e-12]])
    counts = poisson_counts(np.full(u.shape, mean), u)
    assert counts.dtype == np.int64
    assert np.array_equal(counts, stats.poisson.ppf(u, mean))


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


def test_a_table_refuses_what_the_exact_values_refuse() -> None:
    with pytest.raises(ValueError, match="pace"):
        Quantiles(row("dirichlet", (1, 1, 1)))


@pytest.mark.parametrize("alphas", [(2.0, 2.0, 3.0), (0.5, 1.5, 6.0), (0.001, 0.002, 0.001)])
def test_shares_have_the_means_and_variances_of_the_dirichlet(alphas: tuple[float, ...]) -> None:
    u1, u2, u3 = (sobol(1, np.arange(2**14), name) for name in ("first", "second", "third"))
    shares = Shares(row("dirichlet", alphas)).at(u1, u2, u3)
    assert shares.shape == (2**14, 3)
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares.min() >= 0
    law = stats.dirichlet(alphas)
    assert shares.mean(axis=0) == pytest.approx(law.mean(), abs=0.01)
    assert shares.var(axis=0) == pytest.approx(law.var(), rel=0.04)


def test_a_parameter_of_zero_gives_a_share_of_exactly_zero() -> None:
    u1, u2, u3 = (uniforms(1, 0, name, VILLAGES) for name in ("first", "second", "third"))
    shares = Shares(row("dirichlet", (2, 0, 3))).at(u1, u2, u3)
    assert np.all(shares[:, 1] == 0)
    assert shares[:, 0].mean() == pytest.approx(0.4, abs=0.02)
    assert np.all(Shares(row("dirichlet", (0, 0, 1e-4))).at(u1, u2, u3) == [0, 0, 1])
