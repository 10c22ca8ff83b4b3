"""What disks, editors and spreadsheets do to files, by seed: each input can be made again."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

INPUTS = int(os.environ.get("RETURNPLAN_FUZZ", "1000"))
"""Inputs of each target; ``make fuzz`` takes more."""
PATIENCE_S = 10
"""No input may take longer."""
ODD = ("", "x", "-1", "0", "1e400", "nan", "2031-13-41", "True", "9" * 25, '"', "ü", "\x00", "3.5")
"""Cells that some column does not allow."""
ODD_JSON: tuple[Any, ...] = (None, True, -1, 0, 2.5, "", "x", [], {}, [1], {"a": 1}, 10**20)

Damage = Callable[[bytes, Random], bytes]


def flipped(data: bytes, luck: Random) -> bytes:
    """A few bytes are others."""
    changed = bytearray(data)
    for _ in range(luck.randint(1, 4)):
        changed[luck.randrange(len(changed))] ^= luck.randint(1, 255)
    return bytes(changed)


def cut(data: bytes, luck: Random) -> bytes:
    """The end is missing."""
    return data[: luck.randrange(len(data))]


def recoded(data: bytes, luck: Random) -> bytes:
    """An editor wrote another encoding, or other line ends."""
    text = data.decode("utf-8", "replace")
    code = luck.choice(["utf-16", "utf-8-sig", "latin-1", "crlf"])
    if code == "crlf":
        return data.replace(b"\n", b"\r\n")
    return text.encode(code, "replace")


def relined(data: bytes, luck: Random) -> bytes:
    """Lines are swapped, doubled, or gone."""
    lines = data.splitlines(keepends=True)
    one, other = luck.randrange(len(lines)), luck.randrange(len(lines))
    match luck.randint(0, 2):
        case 0:
            lines[one], lines[other] = lines[other], lines[one]
        case 1:
            lines.insert(one, lines[other])
        case _:
            del lines[one]
    return b"".join(lines)


def retyped(data: bytes, luck: Random) -> bytes:
    """A cell, or a name of a column, is another one; or one stands there more or less."""
    lines = data.decode("utf-8").split("\n")
    at = luck.choice([0, luck.randrange(len(lines))])
    cells = lines[at].split(",")
    where = luck.randrange(len(cells))
    match luck.randint(0, 3):
        case 0:
            del cells[where]
        case 1:
            cells.insert(where, luck.choice(ODD))
        case _:
            cells[where] = luck.choice(ODD)
    lines[at] = ",".join(cells)
    return "\n".join(lines).encode("utf-8")


def rekeyed(data: bytes, luck: Random) -> bytes:
    """A key of a JSON object, at any depth, is gone or holds something else."""
    whole = json.loads(data)
    inner = whole
    while True:
        key = luck.choice(sorted(inner))
        if not isinstance(inner[key], dict) or not inner[key] or luck.random() < 0.5:
            break
        inner = inner[key]
    if luck.random() < 0.4:
        del inner[key]
    else:
        inner[key] = luck.choice(ODD_JSON)
    return json.dumps(whole).encode("utf-8")


OF_TEXT: tuple[Damage, ...] = (flipped, cut, recoded, relined)
OF_TABLES: tuple[Damage, ...] = (*OF_TEXT, retyped, retyped)
OF_JSON: tuple[Damage, ...] = (*OF_TEXT, rekeyed, rekeyed, rekeyed)
OF_ARRAYS: tuple[Damage, ...] = (flipped, cut)
OF_ENDING = {".csv": OF_TABLES, ".json": OF_JSON, ".npz": OF_ARRAYS}


def damaged(name: str, data: bytes, luck: Random) -> bytes:
    """Bytes of a file after one accident."""
    ending = name[name.rindex(".") :]
    return luck.choice(OF_ENDING.get(ending, OF_TEXT))(data, luck) if data else b"?"


@contextmanager
def no_hang() -> Iterator[None]:
    """Stop whatever takes too long."""

    def late(*_: object) -> None:
        raise TimeoutError(f"an input took more than {PATIENCE_S} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
