"""Draws on disk: nothing half-written, nothing lost when a run stops, nothing of another run."""

import math
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import returnplan as rp
from returnplan.model.simulation import KEPT
from returnplan.runs.machine import chunks
from returnplan.runs.machine.chunks import (
    Chunks,
    KeptDraws,
    gaps_and_overlaps,
    packed,
    part_of,
    spans,
    unpacked,
)
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.threads import run_on_threads
from returnplan.units import LIMIT_S

ALLOCATIONS = ("today", "smith_path")


@pytest.fixture
def runner() -> DrawRunner:
    return DrawRunner(rp.load("scenarios/valley"), ["today"], 1)


@pytest.mark.parametrize(("draws", "shards"), [(10, 3), (400, 4), (7, 7), (1, 1)])
def test_parts_hold_every_draw_once_and_differ_by_at_most_one(draws: int, shards: int) -> None:
    parts = [part_of(draws, (number, shards)) for number in range(1, shards + 1)]
    assert gaps_and_overlaps(parts, (0, draws)) == []
    sizes = [after - first for first, after in parts]
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) > 0


def test_gaps_and_overlaps_are_named() -> None:
    assert gaps_and_overlaps([(5, 10), (0, 3)], (0, 12)) == [
        "draws 3 to 4 are missing",
        "draws 10 to 11 are missing",
    ]
    assert gaps_and_overlaps([(0, 5), (3, 12)], (0, 12)) == ["draws 3 to 4 are there twice"]
    assert gaps_and_overlaps([(0, 12), (3, 5)], (0, 12)) == ["draws 3 to 4 are there twice"]


@given(st.lists(st.integers(0, 60), min_size=1, max_size=4), st.integers(1, 70), st.integers(1, 20))
def test_chunks_hold_what_is_missing_once_and_become_shorter(
    gaps: list[int], workers: int, most: int
) -> None:
    ends = np.cumsum(gaps).tolist()
    parts = [
        (10 * n + end - gap, 10 * n + end)
        for n, (gap, end) in enumerate(zip(gaps, ends, strict=True))
    ]
    found = spans(parts, workers, most)
    missing = [draw for part in parts for draw in range(*part)]
    assert [draw for span in found for draw in range(*span)] == missing
    sizes = [after - first for first, after in found]
    assert max(sizes, default=1) <= most
    for number, size in enumerate(sizes):  # the others have as much to do meanwhile
        others = sum(sizes[number + 1 :])
        assert size == 1 or others >= (workers - 1) * size


def test_a_thousand_draws_make_about_a_hundred_chunks_and_the_last_are_short() -> None:
    for workers, chunks_of_all in ((1, 100), (2, 107), (8, 141)):
        found = spans([(0, 1_000)], workers)
        assert len(found) == chunks_of_all
        assert found[-1][1] - found[-1][0] == (10 if workers == 1 else 1)
    assert len(spans([(0, 1_000)], 64)) > 3 * 64


def test_files_hold_the_draws_from_their_first_to_their_last(tmp_path: Path) -> None:
    assert Chunks({(4, 10): tmp_path, (10, 14): tmp_path}).draws == 10
    assert Chunks({(0, 7): tmp_path}).draws == 7


def test_a_file_that_is_not_whole_is_run_again(runner: DrawRunner, tmp_path: Path) -> None:
    kept = KeptDraws(tmp_path, (0, 25))
    run_on_threads(runner, kept, workers=1)
    assert kept.missing() == []
    whole = kept.chunks().read("gate_s", 0)
    path = tmp_path / chunks.chunk_name((10, 20))
    path.write_bytes(path.read_bytes()[:-50])
    assert kept.missing() == [(10, 20)]
    assert kept.count() == 15
    run_on_threads(runner, kept, workers=2)
    np.testing.assert_array_equal(kept.chunks().read("gate_s", 0), whole)


def test_a_file_with_other_bytes_is_refused(runner: DrawRunner, tmp_path: Path) -> None:
    kept = KeptDraws(tmp_path, (0, 5))
    run_on_threads(runner, kept, workers=1)
    path = tmp_path / chunks.chunk_name((0, 5))
    data = bytearray(path.read_bytes())
    place = data.index(b"gate_s.0.npy") + 200
    data[place] ^= 255
    path.write_bytes(bytes(data))
    with pytest.raises(rp.ReturnplanError, match="damaged"):
        kept.chunks().read("gate_s", 0)
    with pytest.raises(rp.ReturnplanError, match="damaged"):
        kept.chunks().read("gate_s", 1)  # there is one allocation


def test_a_chunk_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="No space"):
        KeptDraws(tmp_path, (0, 5)).save((0, 5), {})
    assert list(tmp_path.iterdir()) == []


def test_processor_cores_are_those_that_the_process_may_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert chunks.cores() == len(os.sched_getaffinity(0))
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert chunks.cores() == 3


@pytest.mark.parametrize("chunk_draws", [1, 3, 100])
def test_chunks_of_any_size_hold_the_same_numbers_and_sums(
    chunk_draws: int, tmp_path: Path
) -> None:
    both = DrawRunner(rp.load("scenarios/valley"), ALLOCATIONS, 1)
    kept = KeptDraws(tmp_path, (0, 7), chunk_draws)
    run_on_threads(both, kept, workers=2)
    drawn = [both.run(draw) for draw in range(7)]
    for number in range(len(ALLOCATIONS)):
        for name, how in KEPT.items():
            each = np.stack([getattr(accounts[number], name) for accounts in drawn])
            expected = each.sum(axis=0) if how == "sum" else each
            found = kept.chunks().read(name, number)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected, err_msg=name)


@given(
    st.lists(
        st.one_of(st.integers(0, LIMIT_S).map(float), st.just(math.inf), st.just(math.nan)),
        max_size=20,
    )
)
def test_times_that_are_packed_are_unpacked_as_they_were(times: list[float]) -> None:
    given_s = np.array(times, np.float64)
    whole = packed(given_s)
    assert whole.dtype == np.uint32
    np.testing.assert_array_equal(unpacked(whole), given_s)
    np.testing.assert_array_equal(packed(unpacked(whole)), whole)


def test_no_time_on_the_axis_is_a_mark() -> None:
    assert unpacked(packed(np.array([0.0, LIMIT_S]))).tolist() == [0, LIMIT_S]
    marks = packed(np.array([math.inf, math.nan]))
    assert len(set(marks.tolist())) == 2
    assert marks.min() > LIMIT_S
    assert packed(np.zeros((0, 3))).shape == (0, 3)
