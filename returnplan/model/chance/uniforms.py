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


def key_of(text: str) -> int:
    """64 bits that a text stands for, the same on every machine."""
    return int.from_bytes(_digest(text), "little")


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
    key = key_of(f"{seed} {draw} {channel}")
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
