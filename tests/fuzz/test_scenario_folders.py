"""Whatever a scenario folder holds: problems or a scenario, in time, and never another error.

``RETURNPLAN_FUZZ=20000 pytest tests/fuzz`` tries more than the inputs of every test run.
"""

from __future__ import annotations

import random
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

import returnplan as rp
from returnplan.scenario import digest, write_workbook
from tests.fuzz.damage import INPUTS
from tests.fuzz.scenario_mutations import (
    Files,
    broken_head,
    broken_tables,
    broken_workbook,
)

ROOT = Path(__file__).resolve().parents[2]
STARTER, VALLEY = "returnplan/data/starter", "scenarios/valley"
WORLDS = (STARTER, STARTER, STARTER, VALLEY)
"""The small one more often, since it is quick."""
MOST_S = 10.0
MOST_MORE_KIB = 600_000
"""Memory that the whole of a test may add."""
Break = Callable[[Files, random.Random], Files]
pytestmark = [pytest.mark.fuzz, pytest.mark.unwatched]


def files_of(folder: Path) -> Files:
    """The files of a scenario by name."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.suffix in (".csv", ".toml")}


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Stop what computes too long; other programs may have the machine meanwhile."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def judge(folder: Path, aside: Path, *, is_written_again: bool) -> None:
    """Check a folder: its problems can be printed, and what it accepts can be written and read."""
    report = rp.check(folder)
    digest(folder)
    assert (report.scenario is None) == bool(report.errors)
    for problem in report.problems:
        text = str(problem)
        assert text.isprintable()
        assert len(text) < 3_000
    if report.scenario is not None and is_written_again:
        rp.write(report.scenario, aside)
        assert rp.load(aside) == report.scenario


def try_all(inputs: int, tmp_path: Path, make: Callable[[random.Random, Path], None]) -> None:
    """Judge many folders, each made by luck; the first that fails is named by its seed."""
    folder, aside = tmp_path / "world", tmp_path / "aside"
    began_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for seed in range(inputs):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        make(random.Random(seed), folder)
        try:
            with limited(MOST_S):
                judge(folder, aside, is_written_again=seed % 5 == 0)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
    more_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - began_kib
    assert more_kib < MOST_MORE_KIB


@pytest.mark.skipif(not (ROOT / "scenarios").is_dir(), reason="runs in the project")
@pytest.mark.parametrize("break_", [broken_tables, broken_head], ids=["tables", "head"])
def test_broken_files_give_problems_or_a_scenario(tmp_path: Path, break_: Break) -> None:
    worlds = [files_of(ROOT / name) for name in WORLDS]

    def make(luck: random.Random, folder: Path) -> None:
        for name, data in break_(luck.choice(worlds), luck).items():
            (folder / name).write_bytes(data)

    try_all(INPUTS, tmp_path, make)


@pytest.mark.skipif(not (ROOT / "scenarios").is_dir(), reason="runs in the project")
def test_a_broken_workbook_gives_problems_or_a_scenario(tmp_path: Path) -> None:
    worlds = []
    for name in WORLDS:
        write_workbook(rp.load(ROOT / name), tmp_path / name)
        head = (tmp_path / name / "scenario.toml").read_bytes()
        worlds.append((head, (tmp_path / name / "tables.xlsx").read_bytes()))

    def make(luck: random.Random, folder: Path) -> None:
        head, data = luck.choice(worlds)
        (folder / "scenario.toml").write_bytes(head)
        (folder / "tables.xlsx").write_bytes(broken_workbook(data, luck))

    try_all(INPUTS // 4, tmp_path, make)
