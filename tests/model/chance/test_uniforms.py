"""Keyed uniform numbers (model §9): uniform, independent, and the same for ever."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from returnplan.model.chance.uniforms import stable_hash, uniforms, within

VILLAGES = stable_hash([f"village_{i}" for i in range(4096)])


def looks_uniform(numbers: NDArray[np.float64]) -> bool:
    inside = bool(np.all((numbers > 0) & (numbers < 1)))
    return inside and stats.kstest(numbers, "uniform").pvalue > 1e-3


def look_independent(first: NDArray[np.float64], second: NDArray[np.float64]) -> bool:
    """Chi-square test of the counts in the cells of an 8 by 8 board."""
    counts, _, _ = np.histogram2d(first, second, bins=8, range=[(0, 1), (0, 1)])
    return bool(stats.chisquare(counts.ravel()).pvalue > 1e-3)


def test_luck_of_one_seed_never_changes() -> None:
    keys = stable_hash(["north", "south", "šuša"])
    assert keys.tolist() == [6164347370713582292, 9747827944805776462, 15846578686276797898]
    inside = [15564944230767734665, 6937669986532247512, 5454637811860588393]
    assert within(keys, np.arange(3)).tolist() == inside
    area = [0.6863035835883949, 0.07237326546084477, 0.6186183255019279]
    assert uniforms(7, 0, "area", keys).tolist() == area
    handover = [0.12466762967683309, 0.8909328791264756, 0.6207941643454559]
    assert uniforms(-7, 12, "handover", keys).tolist() == handover


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
