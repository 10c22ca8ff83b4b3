"""The even sequence of the country-wide assumptions (model §9)."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from returnplan.model.chance.assumptions import ONE_EACH, default_assumptions
from returnplan.model.chance.sobol import DIMENSIONS, FIRST, SHIPPED, dimensions, spread
from returnplan.model.chance.sobol import _sobol as bare

NAMES = [f"productivity asset_{i}" for i in range(40)]


def looks_uniform(numbers: NDArray[np.float64]) -> bool:
    inside = bool(np.all((numbers > 0) & (numbers < 1)))
    return inside and stats.kstest(numbers, "uniform").pvalue > 1e-3


def test_the_bare_sequence_is_that_of_scipy_in_all_dimensions() -> None:
    theirs = stats.qmc.Sobol(DIMENSIONS, scramble=False, bits=32).random(1024)
    number = np.arange(1024, dtype=np.uint32)
    gray = (number ^ (number >> 1)).astype(
        np.uint32
    )  # the order in which scipy goes through the same points
    for at in range(DIMENSIONS):
        assert np.array_equal(bare(gray, at + 1) * 2.0**-32, theirs[:, at])


def test_luck_of_one_seed_never_changes() -> None:
    draws = np.arange(4)
    building = spread(7, draws, "building_speed", 2).tolist()
    assert building == [
        0.5116039471467957,
        0.38409126817714423,
        0.24051289993803948,
        0.8925518750911579,
    ]
    dogs = [0.3554043377516791, 0.7786010786658153, 0.10864376311656088, 0.5290195530978963]
    assert spread(7, draws, "productivity dogs", None).tolist() == dogs


@pytest.mark.parametrize("dimension", [1, 2, 32, 128, None])
@pytest.mark.parametrize("size", [1, 2, 16, 256, 4096])
@pytest.mark.parametrize("block", [0, 1, 5])
def test_each_aligned_block_of_draws_has_one_in_each_stratum(
    dimension: int | None, size: int, block: int
) -> None:
    values = spread(-3, size * block + np.arange(size), "recall", dimension)
    assert np.array_equal(np.sort((values * size).astype(int)), np.arange(size))


def test_the_first_two_dimensions_are_even_together() -> None:
    one, other = (spread(5, np.arange(256), f"{d}", d) for d in (1, 2))
    for fine in range(9):  # 2**fine by 2**(8 - fine) boxes of equal area: one draw in each
        boxes = (one * 2**fine).astype(int) * 2 ** (8 - fine) + (other * 2 ** (8 - fine)).astype(
            int
        )
        assert len(set(boxes.tolist())) == 256


@pytest.mark.parametrize("dimension", [3, None])
def test_draws_read_one_by_one_equal_draws_read_together(dimension: int | None) -> None:
    together = spread(3, np.arange(50), "recall", dimension)
    alone = [float(spread(3, draw, "recall", dimension)) for draw in range(50)]
    assert alone == together.tolist()
    last = spread(3, np.array([[2**32 - 1], [0]]), "recall", dimension)
    assert last.shape == (2, 1)
    assert np.all((last > 0) & (last < 1))


def test_each_draw_is_uniform_over_the_seeds() -> None:
    seeds = np.array([spread(s, np.arange(256), "name", 5) for s in range(-500, 500)])
    assert all(looks_uniform(seeds[:, draw]) for draw in (0, 1, 5, 255))


def test_a_sequence_by_itself_knows_nothing_of_the_others() -> None:
    values = np.array([spread(1, np.arange(1024), f"name_{i}", None) for i in range(60)])
    pairs = np.corrcoef(values)[np.triu_indices(60, 1)]
    assert np.abs(pairs).max() < 6 / np.sqrt(1024)
    assert abs(pairs.mean()) < 0.003


def test_every_shipped_country_wide_assumption_has_a_dimension_of_its_own() -> None:
    drawn = {
        name
        for name, row in default_assumptions().items()
        if name not in ONE_EACH and row.distribution != "dirichlet"
    }
    assert drawn <= set(FIRST)
    assert len(set(FIRST.values())) == len(FIRST)
    assert list(FIRST.values()) == sorted(FIRST.values())
    assert max(FIRST.values()) <= SHIPPED


def test_dimensions_depend_on_no_order_and_collisions_only_on_those_who_meet() -> None:
    found = dimensions([*NAMES, "building_speed"])
    assert found == dimensions(["building_speed", *reversed(NAMES)])
    assert found["building_speed"] == 3
    kept = [at for name, at in found.items() if name in NAMES and at is not None]
    assert len(kept) == len(set(kept)) < len(NAMES)  # some of 40 meet in 96 places
    assert min(kept) > SHIPPED
    for name in NAMES:
        (alone,) = dimensions([name]).values()
        assert found[name] in {alone, None}


def test_a_new_name_moves_no_other_but_one_that_it_meets() -> None:
    for new, *others in itertools.islice(itertools.permutations(NAMES, 9), 0, 4000, 97):
        before, after = dimensions(others), dimensions([new, *others])
        moved = {name for name in others if before[name] != after[name]}
        (place,) = dimensions([new]).values()
        assert moved == {n for n in others if before[n] == place and after[new] is not None}
