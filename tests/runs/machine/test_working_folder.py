"""Working folders: kept when a run stops, continued only by the same run, never by two at once."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import returnplan as rp
from returnplan.runs.machine import chunks, working_folder
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.machine.working_folder import RunIdentity
from returnplan.runs.run import Request
from tests.running import ROOT, call, finish, manifest, run_undrawn, start, until

PLAN = RunIdentity(
    returnplan="1",
    scenario="valley",
    scenario_sha256="0" * 64,
    allocations=("today", "tomorrow"),
    draws=30,
    seed=1,
    gates=("survey",),
    cells_sha256="1" * 64,
)


@pytest.fixture
def runner() -> DrawRunner:
    return DrawRunner(rp.load("scenarios/valley"), ["today"], 1)


def test_a_plan_survives_its_file() -> None:
    assert working_folder.read_identity(PLAN.as_dict()) == PLAN
    assert working_folder.read_identity({"seed": 1}) is None
    assert working_folder.read_identity("a plan") is None


def test_a_plan_says_what_is_different() -> None:
    assert PLAN.differences(replace(PLAN, precision=1.0)) == ["precision is none, not 1.0"]
    other = replace(PLAN, seed=2, allocations=("today",))
    assert PLAN.differences(PLAN) == []
    assert PLAN.differences(other) == [
        "allocations is today, tomorrow, not today",
        "seed is 1, not 2",
    ]


# ---------------------------------------------------------------- the working folder


def leftover(folder: Path, runner: DrawRunner, draws: int = 30) -> None:
    """Leave the first ten draws of a run behind."""
    plan = replace(PLAN, draws=draws)
    with working_folder.claimed(folder, plan, (0, draws), resume=False) as kept:
        kept.save(*chunks.run_chunk(runner, (0, 10)))


def test_a_working_folder_without_draws_goes_when_the_run_ends(tmp_path: Path) -> None:
    said: list[str] = []
    with working_folder.claimed(
        tmp_path / "d", PLAN, (0, 30), resume=True, say=said.append
    ) as kept:
        assert kept.count() == 0
    assert not (tmp_path / "d").exists()
    assert said == ["No draws of an earlier run are kept: this one starts anew."]


def test_draws_of_an_earlier_run_are_continued_or_thrown_away(
    runner: DrawRunner, tmp_path: Path
) -> None:
    folder = tmp_path / "d"
    leftover(folder, runner)
    said: list[str] = []
    with working_folder.claimed(folder, PLAN, (0, 30), resume=True, say=said.append) as kept:
        assert kept.missing() == [(10, 20), (20, 30)]
    with working_folder.claimed(folder, PLAN, (0, 30), resume=False, say=said.append) as kept:
        assert kept.count() == 0
    assert "10 draws of an earlier run are kept" in said[0]
    assert "10 draws of an earlier run that was not finished are thrown away" in said[1]


@pytest.mark.parametrize(
    ("plan", "part", "message"),
    [
        (replace(PLAN, seed=2), (0, 30), "seed is 1, not 2"),
        (replace(PLAN, scenario_sha256="f" * 64), (0, 30), "scenario_sha256 is 000"),
        (replace(PLAN, cells_sha256="f" * 64), (0, 30), "cells_sha256"),
        (PLAN, (0, 15), "they are for draws 0 to 29"),
    ],
)
def test_draws_of_another_run_are_not_continued(
    plan: RunIdentity, part: chunks.DrawRange, message: str, runner: DrawRunner, tmp_path: Path
) -> None:
    folder = tmp_path / "d"
    leftover(folder, runner)
    before = sorted(path.name for path in folder.iterdir())
    with (
        pytest.raises(rp.ReturnplanError, match=message),
        working_folder.claimed(folder, plan, part, resume=True),
    ):
        pass
    assert sorted(path.name for path in folder.iterdir()) == before


def test_draws_without_a_plan_are_not_continued(runner: DrawRunner, tmp_path: Path) -> None:
    leftover(tmp_path / "d", runner)
    (tmp_path / "d" / "plan.json").write_text("{}", encoding="utf-8")
    with (
        pytest.raises(rp.ReturnplanError, match="no plan can be read"),
        working_folder.claimed(tmp_path / "d", PLAN, (0, 30), resume=True),
    ):
        pass


@pytest.mark.parametrize("kind", ["flipped", "cut", "of another run", "folder", "no sums"])
def test_a_damaged_file_of_kept_draws_is_run_again_with_a_word(
    kind: str, runner: DrawRunner, tmp_path: Path
) -> None:
    folder = tmp_path / "d"
    leftover(folder, runner)
    path = folder / chunks.chunk_name((0, 10))
    data = bytearray(path.read_bytes())
    _, other = chunks.run_chunk(runner, (10, 20))
    match kind:
        case "flipped":
            data[len(data) // 2] ^= 1
            path.write_bytes(data)
        case "cut":
            path.write_bytes(data[:-50])
        case "of another run":
            with path.open("wb") as file:
                np.savez(file, allow_pickle=False, **other)
        case "folder":
            path.unlink()
            (path / "inner").mkdir(parents=True)
        case "no sums":
            (folder / chunks.SUMS).unlink()
    said: list[str] = []
    with working_folder.claimed(folder, PLAN, (0, 30), resume=True, say=said.append) as kept:
        assert kept.missing() == [(0, 10), (10, 20), (20, 30)]
        kept.save((10, 20), other)
    assert said == [
        "No draws of an earlier run are kept: this one starts anew.",
        "1 file of kept draws is damaged: these draws are run again.",
    ]
    with working_folder.claimed(folder, PLAN, (0, 30), resume=True, say=said.append) as kept:
        assert kept.missing() == [(0, 10), (20, 30)]
    assert said[2:] == ["10 draws of an earlier run are kept and continued."]


@pytest.mark.parametrize("key", sorted(PLAN.as_dict()))
@pytest.mark.parametrize("odd", [None, 1.5, ["x", 1], {"a": 1}])
def test_a_plan_of_other_types_is_no_plan(key: str, odd: object) -> None:
    if key == "precision" and not isinstance(odd, list | dict):
        return  # a number, or none
    if key in ("simulated", "posterior_sha256") and odd is None:
        return  # the run is not calibrated
    assert working_folder.read_identity(PLAN.as_dict() | {key: odd}) is None


def test_two_runs_never_share_a_working_folder(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    with working_folder.claimed(folder, PLAN, (0, 30), resume=False):
        with (
            pytest.raises(rp.ReturnplanError, match=f"^process {os.getpid()} is running into"),
            working_folder.claimed(folder, PLAN, (0, 30), resume=True),
        ):
            pass
        assert sorted(path.name for path in folder.iterdir()) == ["lock", "plan.json"]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ('{"process": "process 12 on another.machine"}', "process 12 on another.machine"),
        ("", "another process"),
        ("{}", "another process"),
    ],
)
def test_a_run_that_holds_a_folder_is_named_as_far_as_it_is_known(
    text: str, who: str, tmp_path: Path
) -> None:
    with working_folder.claimed(tmp_path / "d", PLAN, (0, 30), resume=False) as kept:
        (kept.folder / "plan.json").write_text(text, encoding="utf-8")
        with (
            pytest.raises(rp.ReturnplanError, match=f"^{who} is running into the same folder$"),
            working_folder.claimed(kept.folder, PLAN, (0, 30), resume=True),
        ):
            pass


HOLDER = """
import sys, time
from pathlib import Path
from returnplan.runs.machine import working_folder
from tests.runs.machine.test_working_folder import PLAN
with working_folder.claimed(Path(sys.argv[1]), PLAN, (0, 30), resume=True):
    print("holds it", flush=True)
    time.sleep(600)
"""


def test_a_killed_process_holds_nothing_and_its_draws_are_continued(
    runner: DrawRunner, tmp_path: Path
) -> None:
    folder = tmp_path / "d"
    leftover(folder, runner)
    how = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(how, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holds it\n"
        for resume in (True, False):
            with (
                pytest.raises(rp.ReturnplanError, match=f"process {process.pid} is running"),
                working_folder.claimed(folder, PLAN, (0, 30), resume=resume),
            ):
                pass
        process.kill()
    assert (folder / "lock").exists()
    with working_folder.claimed(folder, PLAN, (0, 30), resume=True) as kept:
        assert kept.missing() == [(10, 20), (20, 30)]
    left = {path.name for path in folder.iterdir()}
    assert left == {"plan.json", chunks.SUMS, chunks.chunk_name((0, 10))}


# ---------------------------------------------------------------- a real process is stopped


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def stopped(words: tuple[str, ...], signum: int, beside: Path, least: int) -> str:
    """Stop a run of 120 draws when so many files are kept; give what it says on the way."""
    working = beside / ".out.draws"
    process = start(*words, cwd=beside, draw_takes_s=0.1)
    until(lambda: working.is_dir() and len(chunks.chunk_files(working)) >= least, process)
    os.killpg(process.pid, signum)  # as a terminal does: its workers get it too
    code, _, err = finish(process)
    assert "Traceback" not in err
    assert code == 130, err
    assert "of 120 draws are kept in" in err
    assert "continue with --resume" in err
    assert names_in(beside) == [".out.draws", "valley"]
    done = chunks.chunk_files(working)
    assert least <= len(done)
    assert max(done)[1] < 120
    files = set(names_in(working))
    assert files == {"plan.json", chunks.SUMS, *(path.name for path in done.values())}
    return err


CONTINUED = "draws of an earlier run are kept and continued"


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(
    "where",
    [(), ("--processes",), pytest.param(("--cluster", "local"), marks=pytest.mark.long)],
    ids=["threads", "processes", "cluster"],
)
def test_a_stopped_run_keeps_its_draws_and_continues_with_them(
    where: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree("scenarios/valley", tmp_path / "valley")
    monkeypatch.chdir(tmp_path)
    words = ("run", "valley", "-a", "today", "--draws", "120", "--workers", "2", "--out", "out")
    said = stopped((*words, *where), signal.SIGINT, tmp_path, 2)
    assert ("worker processes" in said) == (where == ("--processes",))
    if not where:  # continued, and stopped again by a batch system
        kept = len(chunks.chunk_files(tmp_path / ".out.draws"))
        assert CONTINUED in stopped((*words, "--resume"), signal.SIGTERM, tmp_path, kept + 1)

    other = call(*words, "--seed", "2", "--resume")
    assert other.exit_code == 2
    assert "seed is 1, not 2" in other.stderr

    last = call(*words, "--resume")
    assert last.exit_code == 0, last.output
    assert CONTINUED in last.stderr
    assert names_in(tmp_path) == ["out", "valley"]
    whole = Request(
        folder=tmp_path / "valley",
        scenario=rp.load(tmp_path / "valley"),
        allocations=("today",),
        out=tmp_path / "whole",
        draws=120,
    )
    assert manifest(tmp_path / "out")["digest"] == manifest(run_undrawn(whole))["digest"]


@pytest.mark.unwatched
@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
def test_a_killed_run_is_thrown_away_with_a_word_by_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree("scenarios/valley", tmp_path / "valley")
    monkeypatch.chdir(tmp_path)
    words = ("run", "valley", "-a", "today", "--draws", "30", "--out", "out")
    process = start(*words, cwd=tmp_path, draw_takes_s=0.4)
    until(lambda: (tmp_path / ".out.draws" / "lock").exists(), process)

    refused = call(*words)
    assert refused.exit_code == 2
    assert f"process {process.pid} is running into the same folder" in refused.stderr

    until(lambda: chunks.chunk_files(tmp_path / ".out.draws"), process)
    process.kill()
    finish(process)
    again = call(*words)
    assert again.exit_code == 0, again.output
    assert "draws of an earlier run that was not finished are thrown away" in again.stderr
    assert names_in(tmp_path) == ["out", "valley"]
