"""Kept draws after accidents: run again or refused, never another number, traceback or hang."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

import returnplan as rp
from returnplan.runs.machine import chunks
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.threads import run_on_threads
from returnplan.runs.machine.working_folder import PLAN, RunIdentity, claimed, identity_of
from tests.fuzz.damage import INPUTS, damaged, no_hang

pytestmark = [pytest.mark.fuzz, pytest.mark.unwatched]
DRAWS = 6
CHUNK_DRAWS = 2


@pytest.fixture(scope="module")
def plan() -> RunIdentity:
    scenario = rp.load("scenarios/valley")
    return identity_of(DrawRunner(scenario, ["today"], 1), scenario, "0" * 64, DRAWS, 1)


@pytest.fixture(scope="module")
def clean(plan: RunIdentity, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Return the files of a working folder in which all draws are done, by name."""
    folder = tmp_path_factory.mktemp("kept") / "d"
    with claimed(folder, plan, (0, DRAWS), resume=False) as kept:
        kept.chunk_draws = CHUNK_DRAWS
        runner = DrawRunner(rp.load("scenarios/valley"), ["today"], 1)
        run_on_threads(runner, kept, workers=1)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_damaged_draws_are_run_again_and_others_are_kept(
    plan: RunIdentity, clean: Mapping[str, bytes], tmp_path: Path
) -> None:
    drawn = [name for name in clean if chunks.CHUNK_FILE.fullmatch(name)]
    assert len(drawn) == DRAWS // CHUNK_DRAWS
    assert {PLAN, chunks.SUMS} == clean.keys() - {*drawn}
    refused = again = 0
    for seed in range(INPUTS):
        luck = Random(seed)
        name = luck.choice([*clean, PLAN])
        bad = damaged(f"{name}.json" if name == PLAN else name, clean[name], luck)
        folder = tmp_path / "d"
        folder.mkdir()
        for other, data in clean.items():
            (folder / other).write_bytes(bad if other == name else data)
        said: list[str] = []
        with no_hang():
            try:
                with claimed(folder, plan, (0, DRAWS), resume=True, say=said.append) as kept:
                    kept.chunk_draws = CHUNK_DRAWS
                    missing = {chunks.chunk_name(span) for span in kept.missing()}
                    there = {path.name for path in chunks.chunk_files(folder).values()}
                    assert there == {*drawn} - missing, seed
                    for one in there:  # what is kept is what was written
                        assert (folder / one).read_bytes() == clean[one], (seed, one)
                    assert name not in missing or bad != clean[name], seed
                    assert bool(missing) == any("damaged" in line for line in said), seed
                    again += bool(missing)
            except rp.ReturnplanError as error:
                said = [str(error)]
        if len(said) == 1 and "are of another run" in said[0]:
            assert name == PLAN, seed
            refused += 1
        shutil.rmtree(folder, ignore_errors=True)
    assert refused > INPUTS / 20
    assert again > INPUTS / 5
