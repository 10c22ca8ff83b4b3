"""Draws on disk: run in chunks, kept when a run is stopped, read field by field.

Draws are cut into chunks of any size. Each chunk is one file, written under another name first:
what has its name is complete. Threads, processes, clusters, shards and the continuation of a
stopped run differ only in who computes which chunk, and when: never in a number.
"""

import functools
import hashlib
import os
import re
import threading
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from returnplan.errors import ReturnplanError
from returnplan.model.simulation import KEPT
from returnplan.runs.machine.runner import DrawRunner

CHUNK_DRAWS = 10
"""Draws that one chunk has at most."""
MOST_OPEN = 64
"""Files that are held open while draws are read."""
SUMS = "draws.sha256"
"""File with a line for each chunk that was written: SHA-256 and name, as sha256sum reads them."""
CHUNK_FILE = re.compile(r"draws_(\d{8,})_(\d{8,})\.npz")

Arrays = dict[str, NDArray[Any]]
"""Arrays of a chunk by field and number of the allocation (``gate_s.0``), each draw x ..."""
DrawRange = tuple[int, int]
"""The first of some draws, and the one after the last."""
Progress = Callable[[int], None]
"""Is told how many draws are done."""


def ignore(_: object) -> None:
    """Progress that nobody watches."""


def chunk_name(span: DrawRange) -> str:
    """File name of a chunk.

    Examples
    --------
    >>> chunk_name((100, 110))
    'draws_00000100_00000109.npz'
    """
    return f"draws_{span[0]:08d}_{span[1] - 1:08d}.npz"


def spans(
    parts: Iterable[DrawRange], workers: int = 1, most_draws: int = CHUNK_DRAWS
) -> list[DrawRange]:
    """Cut draws into chunks, which become shorter towards the end.

    While one worker is busy with a chunk, the others find as much to do: no worker, were it the
    slowest, works on for long when all others are idle.

    Parameters
    ----------
    parts
        Draws, in order.
    workers
        How many work at once.
    most_draws
        Draws that a chunk has at most.

    Returns
    -------
    list[DrawRange]
        Chunks in order, without gap or overlap.

    Examples
    --------
    >>> spans([(100, 125)])
    [(100, 110), (110, 120), (120, 125)]
    >>> [after - first for first, after in spans([(0, 40)], workers=2)]
    [10, 10, 6, 4, 3, 2, 1, 1, 1, 1, 1]
    """
    todo = list(parts)
    left = sum(after - first for first, after in todo)
    found: list[DrawRange] = []
    for first, after in todo:
        at = first
        while at < after:
            fair = max(1, left // (2 * workers - 1))
            size = min(fair, most_draws, after - at)
            found.append((at, at + size))
            at, left = at + size, left - size
    return found


def part_of(draws: int, shard: tuple[int, int] | None) -> DrawRange:
    """Draws of one shard.

    Parameters
    ----------
    draws
        Of the whole run.
    shard
        Number from 1, and how many shards there are; None: all draws.

    Returns
    -------
    DrawRange
        The draws.

    Examples
    --------
    >>> part_of(400, (2, 4)), part_of(10, (1, 3)), part_of(10, (3, 3))
    ((100, 200), (0, 3), (6, 10))
    """
    number, shards = shard or (1, 1)
    return draws * (number - 1) // shards, draws * number // shards


def gaps_and_overlaps(parts: Sequence[DrawRange], whole: DrawRange) -> list[str]:
    """Say which draws are missing and which are there twice.

    Parameters
    ----------
    parts
        Draws that are there.
    whole
        Draws that should be.

    Returns
    -------
    list[str]
        One text for each gap and overlap.
    """
    problems = []
    at = whole[0]
    for first, after in [*sorted(parts), (whole[1], whole[1])]:
        if first > at:
            problems.append(f"draws {at} to {first - 1} are missing")
        elif first < min(at, after):
            problems.append(f"draws {first} to {min(at, after) - 1} are there twice")
        at = max(at, after)
    return problems


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# ---------------------------------------------------------------- chunks in files


def run_chunk(
    runner: DrawRunner, span: DrawRange, goes_on: Callable[[], bool] = lambda: True
) -> tuple[DrawRange, Arrays]:
    """Run the draws of one chunk.

    Parameters
    ----------
    goes_on
        Called after each draw; says whether to go on.

    Returns
    -------
    tuple[DrawRange, Arrays]
        The draws that were run, all but when told to stop; and each field of
        :class:`returnplan.model.simulation.Account`, by allocation, summed ones as their sum,
        each draw as often as it counts; times packed.
    """
    drawn, counts = [], []
    for draw in range(*span):
        drawn.append(runner.run(draw))
        counts.append(runner.count(draw))
        if not goes_on():
            break
    arrays: Arrays = {}
    for number, accounts in enumerate(zip(*drawn, strict=True)):
        for name, kept in KEPT.items():
            values = np.stack([getattr(account, name) for account in accounts])
            whole = _summed(values, counts) if kept == "sum" else values
            arrays[f"{name}.{number}"] = packed(whole) if kept == "times" else whole
    return (span[0], span[0] + len(drawn)), arrays


def _summed(values: NDArray[Any], counts: Sequence[int]) -> NDArray[Any]:
    """Sum whole numbers over the draws, each as often as it counts."""
    times = np.array(counts, values.dtype).reshape(-1, *[1] * (values.ndim - 1))
    total: NDArray[Any] = (values * times).sum(axis=0)
    return total


# On disk a time takes four bytes: whole seconds, and two marks after all of them.
_NEVER, _UNKNOWN = 2**32 - 1, 2**32 - 2


def packed(times_s: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Pack times for a file: whole seconds from 0, ``inf``, nan.

    Examples
    --------
    >>> unpacked(packed(np.array([5.0, np.inf, np.nan]))).tolist()
    [5.0, inf, nan]
    """
    whole = np.where(np.isfinite(times_s), times_s, 0).astype(np.uint32)
    whole[np.isinf(times_s)] = _NEVER
    whole[np.isnan(times_s)] = _UNKNOWN
    return whole


def unpacked(whole: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Times as :func:`packed` had them."""
    times_s = whole.astype(np.float64)
    times_s[whole == _NEVER] = np.inf
    times_s[whole == _UNKNOWN] = np.nan
    return times_s


class Chunks:
    """Finished draws in files, from wherever these come.

    Parameters
    ----------
    files
        Files by their draws; together they hold all draws once.
    """

    def __init__(self, files: Mapping[DrawRange, Path]) -> None:
        self.files = dict(sorted(files.items()))
        self._open: dict[Path, Any] = {}

    @property
    def draws(self) -> int:
        """Number of draws."""
        return max(self.files)[1] - min(self.files)[0]

    def read(self, field: str, allocation: int) -> NDArray[Any]:
        """Read one field of one allocation.

        Parameters
        ----------
        field
            Name of a field of :class:`returnplan.model.simulation.Account`.
        allocation
            Number of the allocation.

        Returns
        -------
        NDArray
            Draw x what the field holds for each allocation, in the order of the draws; of a summed
            field (whole numbers) the sum over all draws.

        Raises
        ------
        ReturnplanError
            When a file is damaged.
        """
        if KEPT[field] == "sum":
            parts = (self._array(path, f"{field}.{allocation}") for path in self.files.values())
            return functools.reduce(np.add, parts)
        first, after = min(self.files)[0], max(self.files)[1]
        whole: NDArray[Any] | None = None
        for span, path in self.files.items():
            part = self._array(path, f"{field}.{allocation}")
            part = unpacked(part) if KEPT[field] == "times" else part
            if whole is None:
                whole = np.empty((after - first, *part.shape[1:]), part.dtype)
            whole[span[0] - first : span[1] - first] = part
        assert whole is not None  # a run has draws
        return whole

    def _array(self, path: Path, name: str) -> NDArray[Any]:
        """Read an array; the first files stay open, as it takes long to open one."""
        try:
            if path in self._open or len(self._open) < MOST_OPEN:
                if path not in self._open:
                    self._open[path] = np.load(path, allow_pickle=False)
                array: NDArray[Any] = self._open[path][name]
                return array
            return read_arrays(path, [name])[0]
        except Exception as error:  # a damaged zip raises nearly anything
            self.close()
            raise ReturnplanError(f"{path} is damaged ({error}): run these draws again") from None

    def close(self) -> None:
        """Close the files."""
        for file in self._open.values():
            file.close()
        self._open.clear()


def read_arrays(file: Path | BinaryIO, names: Iterable[str]) -> list[NDArray[Any]]:
    """Read arrays of numbers or text from a file of many.

    Parameters
    ----------
    file
        File in the form of ``numpy.savez``.
    names
        Names of the arrays.

    Returns
    -------
    list[NDArray]
        The arrays.

    Raises
    ------
    ValueError
        When the file is damaged, or has no such array.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            return [stored[name] for name in names]
    except Exception as error:  # a damaged zip raises nearly anything
        raise ValueError(f"{type(error).__name__}: {error}") from None


def chunk_files(folder: Path) -> dict[DrawRange, Path]:
    """Find chunks in a folder whose files are whole, by their draws.

    Returns
    -------
    dict[DrawRange, Path]
        In the order of the draws.
    """
    found: dict[DrawRange, Path] = {}
    for path in sorted(folder.iterdir()):
        match = CHUNK_FILE.fullmatch(path.name)
        # The list of contents of a zip stands at its end.
        if match and path.is_file() and zipfile.is_zipfile(path):
            found[int(match[1]), int(match[2]) + 1] = path
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class KeptDraws:
    """A working folder with the finished draws of a run that is going on.

    Parameters
    ----------
    part
        Draws that are to be run in it.
    chunk_draws
        Draws that one chunk has at most.
    """

    def __init__(self, folder: Path, part: DrawRange, chunk_draws: int = CHUNK_DRAWS) -> None:
        self.folder = folder
        self.part = part
        self.chunk_draws = chunk_draws
        self._counting = threading.Lock()

    def within(self, part: DrawRange) -> "KeptDraws":
        """Return the same folder for other draws; chunks never hold draws of two parts."""
        return KeptDraws(self.folder, part, self.chunk_draws)

    def _files(self) -> dict[DrawRange, Path]:
        """Chunks of the draws that are to be run."""
        first, after = self.part
        found = chunk_files(self.folder)
        return {span: found[span] for span in found if first <= span[0] and span[1] <= after}

    def missing(self, workers: int = 1) -> list[DrawRange]:
        """Chunks that are still to be run.

        Parameters
        ----------
        workers
            How many will work at once.

        Returns
        -------
        list[DrawRange]
            The chunks, in order.
        """
        there = sorted(self._files())
        ends = [self.part[0], *(after for _, after in there)]
        begins = [*(first for first, _ in there), self.part[1]]
        return spans(zip(ends, begins, strict=True), workers, self.chunk_draws)

    def count(self) -> int:
        """Draws that are done."""
        return sum(after - first for first, after in self._files())

    def save(self, span: DrawRange, arrays: Arrays) -> None:
        """Write a chunk, all of it or nothing.

        Parameters
        ----------
        arrays
            What :func:`run_chunk` gave.
        """
        try:
            self.admit(span, self.write(span, arrays))
        finally:
            self._partial(span).unlink(missing_ok=True)

    def write(self, span: DrawRange, arrays: Arrays) -> str:
        """Write a chunk that does not count yet: what a worker process does.

        Parameters
        ----------
        arrays
            What :func:`run_chunk` gave.

        Returns
        -------
        str
            SHA-256 of the file.
        """
        with self._partial(span).open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
        return _sha256(self._partial(span))

    def admit(self, span: DrawRange, sha256: str) -> None:
        """Let a chunk that was written count; one process does it for all.

        Parameters
        ----------
        sha256
            What :meth:`write` gave.
        """
        name = chunk_name(span)
        with self._counting, (self.folder / SUMS).open("a", encoding="utf-8") as sums:
            sums.write(f"{sha256}  {name}\n")
        self._partial(span).replace(self.folder / name)

    def _partial(self, span: DrawRange) -> Path:
        return self.folder / f"{chunk_name(span)}.partial"

    def damaged(self) -> list[Path]:
        """Find chunks that are not as they were written."""
        try:
            sums = set((self.folder / SUMS).read_text(encoding="utf-8").splitlines())
        except (OSError, ValueError):
            sums = set()
        there = [path for path in sorted(self.folder.iterdir()) if CHUNK_FILE.fullmatch(path.name)]
        return [p for p in there if not p.is_file() or f"{_sha256(p)}  {p.name}" not in sums]

    def chunks(self) -> Chunks:
        """Return all draws, to be read."""
        return Chunks(self._files())

    def discard(self) -> None:
        """Remove the draws: what was made of them is written."""
        for path in chunk_files(self.folder).values():
            path.unlink()
