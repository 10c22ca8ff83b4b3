"""Evenly spread uniform numbers of the country-wide assumptions (model §9).

One Sobol sequence in 128 dimensions, its values scrambled by the seed (Owen, 1995): a few draws
cover each assumption evenly, and those of the first dimensions together. An assumption whose
dimension is taken goes through a sequence of its own, which knows nothing of the others.
"""

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from returnplan.model.chance.uniforms import key_of, stable_hash

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint32]

FIRST = {
    "household_size": 1,
    "willing_share": 2,
    "building_speed": 3,
    "productivity": 4,
    "kappa_marked": 5,
    "weather_persistent": 6,
    "ts_coverage_share": 7,
    "leaving_share_year": 8,
    "early_return_share": 9,
    "record_recall": 10,
    "reception_households_month": 11,
    "eore_effect": 12,
    "return_shock": 13,
    "shock_half_life_months": 14,
    "early_half_time_months": 15,
    "fatal_share": 16,
    "deminer_accident_rate": 17,
    "deminers_per_team": 18,
    "survey_detection": 19,
    "qc_sample_share": 20,
    "deminer_days_year": 21,
    "reception_total_households_month": 22,
    "parcel_m2_minefield": 23,
    "return_half_time_months": 24,
    "parcel_m2_low_density": 25,
    "detection_share": 26,
    "parcel_m2_battle_area": 27,
    "discrepancy": 28,
    "kappa_used": 29,
    "kappa_unmarked": 32,
}
"""Dimensions of shipped assumptions, from 1, and of the model's discrepancy in calibrated runs.

Not all pairs of dimensions are spread evenly together after few points. What works together, such
as the size of households and who of them is willing, stands in pairs of dimensions of which the
first 16, 32, 64 and 128 points are spread well (quality parameter t of Niederreiter, Random Number
Generation and Quasi-Monte Carlo Methods, 1992, chapter 4; chosen by a search).
"""
SHIPPED, DIMENSIONS = 32, 128
"""Dimensions kept for shipped assumptions, and all of them."""


def dimensions(names: Iterable[str]) -> dict[str, int | None]:
    """Dimension of each country-wide assumption.

    Parameters
    ----------
    names
        Names, in any order.

    Returns
    -------
    dict[str, int | None]
        Shipped ones have fixed dimensions, others one by their hash; where two others meet, the
        later one in the order of names has none. Shipped ones first, then others by name.
    """
    wanted = set(names)
    found: dict[str, int | None] = {name: at for name, at in FIRST.items() if name in wanted}
    others = sorted(wanted - found.keys())
    places = stable_hash(others) % np.uint64(DIMENSIONS - SHIPPED)
    taken: set[int] = set()
    for name, place in zip(others, places.tolist(), strict=True):
        at = SHIPPED + 1 + place
        found[name] = None if at in taken else at
        taken.add(at)
    return found


def spread(seed: int, draws: Whole | int, name: str, dimension: int | None) -> Floats:
    """Evenly spread uniform numbers of one country-wide assumption, read at any draw.

    Sobol's sequence with the direction numbers of Joe and Kuo (Constructing Sobol sequences with
    better two-dimensional projections, SIAM Journal on Scientific Computing 30, 2008). Its values
    are scrambled with the key of the name (Burley, Practical Hash-based Owen Scrambling, Journal
    of Computer Graphics Techniques 9(4), 2020). Each aligned block of 2**k draws has exactly one
    value in each of 2**k equal strata.

    Parameters
    ----------
    seed
        Any whole number.
    draws
        Numbers of the draws, from 0 to 2**32 - 1, in any shape.
    name
        Name of the assumption.
    dimension
        Its dimension, from 1; None: the first one, with the draws shuffled by the name.

    Returns
    -------
    NDArray[np.float64]
        In the shape of `draws`: strictly between 0 and 1, the middles of 2**32 equal steps.
    """
    index = np.asarray(draws)
    key = key_of(f"{seed} {name}")
    number = index.reshape(-1).astype(np.uint32)
    if dimension is None:
        number, dimension = _reverse(_scramble(_reverse(number), key >> 32)), 1
    # Scrambling lets each bit depend on those above it: in reverse, on those below.
    bits = _reverse(_scramble(_reverse(_sobol(number, dimension)), key & 0xFFFFFFFF))
    values: Floats = (bits.astype(np.float64) + 0.5) * 2.0**-32
    return values.reshape(index.shape)


def _sobol(number: Bits, dimension: int) -> Bits:
    """Points of the sequence in its natural order, as 32 binary digits behind the point."""
    bits = np.zeros_like(number)
    for place, direction in enumerate(_directions(dimension)):
        bits ^= np.where((number >> np.uint32(place)) & np.uint32(1), np.uint32(direction), 0)
    return bits


@cache
def _directions(dimension: int) -> tuple[int, ...]:
    """Direction number of each binary digit of the index, 32 of them."""
    if dimension == 1:
        return tuple(1 << (31 - place) for place in range(32))
    degree, coefficients, initial = _table()[dimension]
    found = [value << (31 - place) for place, value in enumerate(initial)]
    for place in range(degree, 32):
        value = found[place - degree] ^ (found[place - degree] >> degree)
        for step in range(1, degree):
            if (coefficients >> (degree - 1 - step)) & 1:
                value ^= found[place - step]
        found.append(value)
    return tuple(found)


@cache
def _table() -> dict[int, tuple[int, int, tuple[int, ...]]]:
    """Degree, coefficients and first direction numbers of each dimension's polynomial."""
    text = files("returnplan").joinpath("data/sobol.csv").read_text(encoding="utf-8")
    return {
        int(row["dimension"]): (
            int(row["degree"]),
            int(row["coefficients"]),
            tuple(map(int, row["initial"].split())),
        )
        for row in csv.DictReader(text.splitlines())
    }


def _scramble(bits: Bits, key: int) -> Bits:
    """Let each bit depend on itself, the lower ones and the key: Laine-Karras hash, in place.

    Constants of Vegdahl, Building a better LK hash, 2021.
    """
    bits ^= bits * 0x3D20ADEA
    bits += np.uint32(key)
    bits *= np.uint32((key >> 16) | 1)
    bits ^= bits * 0x05526C56
    bits ^= bits * 0x53A22864
    return bits


def _reverse(bits: Bits) -> Bits:
    """Turn the order of the 32 bits around, swapping halves, quarters and so on."""
    masks = {16: 0x0000FFFF, 8: 0x00FF00FF, 4: 0x0F0F0F0F, 2: 0x33333333, 1: 0x55555555}
    for width, mask in masks.items():
        step, low = np.uint32(width), np.uint32(mask)
        bits = ((bits >> step) & low) | ((bits & low) << step)
    return bits
