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

FIRST = (
    *("productivity", "record_recall", "building_speed", "kappa_marked", "kappa_unmarked"),
    *("willing_share", "eore_effect", "survey_detection", "detection_share", "kappa_used"),
    *("weather_persistent", "ts_coverage_share", "return_half_time_months", "household_size"),
    *("reception_households_month", "return_shock", "shock_half_life_months"),
    *("early_return_share", "leaving_share_year", "early_half_time_months", "fatal_share"),
    *("deminer_accident_rate", "deminers_per_team", "qc_sample_share", "deminer_days_year"),
    *("parcel_m2_minefield", "parcel_m2_low_density", "parcel_m2_battle_area"),
    "reception_total_households_month",
)
"""Shipped assumptions by dimension, from 1; what moves dates and casualties most comes first, since
the first dimensions are spread most evenly together."""
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
    found: dict[str, int | None] = {
        name: at for at, name in enumerate(FIRST, start=1) if name in wanted
    }
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
