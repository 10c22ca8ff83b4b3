"""A run folder is there when all of it is: on a full disk, and when the process is killed."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import returnplan as rp
from tests.interrupted import PHASES, exit_code_of, owner_of, stopping
from tests.running import ROOT, call, no_figures

VALLEY = ROOT / "scenarios" / "valley"
STARTER = ROOT / "returnplan" / "data" / "starter"
WORDS = ("run", STARTER, "-a", "today", "--draws", "0", "--out")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def bytes_of(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def full() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("phase", PHASES)
def test_on_a_full_disk_nothing_is_left_and_an_earlier_run_stays(
    phase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_of: Callable[..., Path]
) -> None:
    out = Path(shutil.copytree(run_of(*WORDS[1:-1]), tmp_path / "out"))
    before = bytes_of(out)
    owner, name = owner_of(phase)
    monkeypatch.setattr(owner, name, stopping(getattr(owner, name), full))
    for words in ((out, "--overwrite"), (tmp_path / "new",)):
        if phase == "figures":
            result = call(*WORDS, *words)
        else:
            with no_figures():
                result = call(*WORDS, *words)
        assert result.exit_code == 1
        assert result.stderr.endswith("returnplan: No space left on device\n")
        assert names(tmp_path) == ["out"]
        assert bytes_of(out) == before


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """Let the system refuse to write longer files, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    ("words", "size"),
    [
        *((("run", VALLEY, "--draws", "0", "--out"), size) for size in (200, 5_000, 30_000)),
        *((words, 200) for words in (("new",), ("new", "--xlsx"), ("new", "--settlements", "5"))),
    ],
)
def test_a_system_that_writes_no_more_is_told_in_one_line(
    words: tuple[str, ...], size: int, tmp_path: Path
) -> None:
    with files_no_longer_than(size):
        result = call(*words, tmp_path / "in" / "out")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "returnplan: File too large"
    assert "Traceback" not in result.output
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.unwatched
@pytest.mark.usefixtures("undrawn")
def test_draws_are_kept_when_their_folder_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    words = (*WORDS[:5], "15", "--out", out)
    with monkeypatch.context() as patched:
        owner, name = owner_of("workbook")
        patched.setattr(owner, name, stopping(getattr(owner, name), full))
        result = call(*words)
    assert result.exit_code == 1
    kept = f"stopped; 15 of 15 draws are kept in {tmp_path / '.out.draws'}; continue with --resume"
    assert result.stderr.splitlines()[-2:] == [kept, "returnplan: No space left on device"]
    assert call(*words, "--resume").exit_code == 0
    assert names(tmp_path) == ["out"]


@pytest.mark.unwatched
@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("phase", PHASES)
def test_after_a_killed_run_the_earlier_one_is_there_and_the_next_cleans_up(
    phase: str, tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    out = Path(shutil.copytree(run_of(*WORDS[1:-1]), tmp_path / "out"))
    before = bytes_of(out)
    words = [*map(str, WORDS), str(out), "--overwrite"]
    assert exit_code_of(phase, words, tmp_path) == -signal.SIGKILL
    assert len(names(tmp_path)) == 2
    assert any(name.endswith(".partial") for name in names(tmp_path))
    if phase != "in the last step":
        assert bytes_of(out) == before
    refused = call(*WORDS, out)
    assert (refused.exit_code, "say --overwrite" in refused.output) == (2, True)
    assert bytes_of(out) == before
    assert names(tmp_path) == ["out"]
    assert call(*WORDS, out, "--overwrite").exit_code == 0
    assert names(tmp_path) == ["out"]
    assert rp.load_run(out).is_intact
