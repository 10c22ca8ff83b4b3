"""Keyed uniform numbers, the luck behind every uncertain number (model §9).

A uniform number depends on its seed, draw, channel and entity only, so the same luck meets every
allocation and a new row leaves the luck of the others alone.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=8).digest()


def stable_hash(names: Sequence[str]) -> Keys:
    """Keys of named entities, the same on every machine and in every run.

    Parameters
    ----------
    names
        Ids, n of them.

    Returns
    -------
    NDArray[np.uint64]
        Shape (n,): BLAKE2b (RFC 7693) of the UTF-8 text, 8 bytes, little-endian.
    """
    return np.frombuffer(b"".join(map(_digest, names)), dtype="<u8").astype(np.uint64)


def within(parents: Keys, numbers: NDArray[Any]) -> Keys:
    """Keys of numbered things inside entities, such as the unrecorded hazards of a settlement.

    Parameters
    ----------
    parents
        Shape (n,): keys of the entities they belong to.
    numbers
        Shape (n,): whole number of each thing inside its entity.

    Returns
    -------
    NDArray[np.uint64]
        Shape (n,): keys unlike those of the parents and of each other.
    """
    return _mix(_mix(numbers.astype(np.uint64) + 0x9E3779B97F4A7C15) ^ parents)


def uniforms(seed: int, draw: int, channel: str, entities: Keys) -> Floats:
    """One uniform number for each entity, whatever the other entities and their order.

    Parameters
    ----------
    seed
        Any whole number.
    draw
        Number of the draw.
    channel
        What the numbers are for; each channel has luck of its own.
    entities
        Shape (n,): keys of the entities.

    Returns
    -------
    NDArray[np.float64]
        Shape (n,): strictly between 0 and 1, the middles of 2**52 equal steps.
    """
    key = int.from_bytes(_digest(f"{seed} {draw} {channel}"), "little")
    bits = _mix(entities + np.uint64(key))
    bits += np.uint64(key)
    values = (_mix(bits) >> 12).astype(np.float64)
    values += 0.5  # exact: 52 bits and a half fill the 53 bits of a float
    values *= 2.0**-52
    return values


def _mix(bits: Keys) -> Keys:
    """Mix an array in place: SplitMix64 with Stafford's variant 13 (Steele et al., OOPSLA 2014)."""
    bits ^= bits >> 30
    bits *= 0xBF58476D1CE4E5B9
    bits ^= bits >> 27
    bits *= 0x94D049BB133111EB
    bits ^= bits >> 31
    return bits


def sobol(seed: int, draws: NDArray[np.int64] | int, name: str) -> Floats:
    """Evenly spread uniform numbers of one country-wide assumption, read at any draw.

    A Sobol sequence of one dimension (van der Corput's) for each name, its index shuffled and its
    values scrambled with the keys of the name (Burley, Practical Hash-based Owen Scrambling,
    Journal of Computer Graphics Techniques 9(4), 2020). Each aligned block of 2**k draws has
    exactly one value in each of 2**k equal strata; names are independent of each other.

    Parameters
    ----------
    seed
        Any whole number.
    draws
        Numbers of the draws, from 0 to 2**32 - 1, in any shape.
    name
        Id of the assumption.

    Returns
    -------
    NDArray[np.float64]
        In the shape of `draws`: strictly between 0 and 1, the middles of 2**32 equal steps.
    """
    index = np.asarray(draws)
    key = int.from_bytes(_digest(f"{seed} {name}"), "little")
    shuffled = _scramble(_reverse(index.reshape(-1).astype(np.uint32)), key >> 32)
    # Van der Corput's value is the reversed index; scrambling begins by reversing it again.
    bits = _reverse(_scramble(_reverse(shuffled), key & 0xFFFFFFFF))
    values = (bits.astype(np.float64) + 0.5) * 2.0**-32
    return values.reshape(index.shape)


def _scramble(bits: NDArray[np.uint32], key: int) -> NDArray[np.uint32]:
    """Let each bit depend on itself, the lower ones and the key: Laine-Karras hash, in place.

    Constants of Vegdahl, Building a better LK hash, 2021.
    """
    bits ^= bits * 0x3D20ADEA
    bits += np.uint32(key)
    bits *= np.uint32((key >> 16) | 1)
    bits ^= bits * 0x05526C56
    bits ^= bits * 0x53A22864
    return bits


def _reverse(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Turn the order of the 32 bits around, swapping halves, quarters and so on."""
    masks = {16: 0x0000FFFF, 8: 0x00FF00FF, 4: 0x0F0F0F0F, 2: 0x33333333, 1: 0x55555555}
    for width, mask in masks.items():
        step, low = np.uint32(width), np.uint32(mask)
        bits = ((bits >> step) & low) | ((bits & low) << step)
    return bits
