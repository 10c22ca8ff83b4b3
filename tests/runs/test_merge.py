"""Shards: parts of a run from anywhere, in any order, become the run; nothing else does."""

import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

import returnplan as rp
from returnplan.runs import merge as shards
from returnplan.runs.folder import MANIFEST
from returnplan.runs.machine import working_folder
from returnplan.runs.machine.chunks import chunk_files
from returnplan.runs.machine.progress import Silent
from returnplan.runs.merge import ShardError, merge, read_shards
from returnplan.runs.run import Request, run
from returnplan.show import figures
from returnplan.show.run_folder import write_run
from tests.running import manifest, no_figures, run_undrawn
from tests.worlds import two_villages

DRAWS = 47


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shards") / "world"
    two_villages(folder)
    (folder / "notes.txt").write_text("not a table", encoding="utf-8")
    return folder


def asked(world: Path, out: Path, **changes: object) -> Request:
    scenario = rp.load(world)
    given: dict[str, object] = {"allocations": ("near_first",), "draws": DRAWS} | changes
    return Request(folder=world, scenario=scenario, out=out, **given)  # type: ignore[arg-type]


def no_folder(*_: object) -> list[rp.Outcome]:
    """Stand in for who writes complete run folders, where there is none to be written."""
    raise AssertionError("no complete run")


@pytest.fixture(scope="module")
def whole(world: Path) -> Path:
    return run_undrawn(asked(world, world.parent / "whole"))


@pytest.fixture(scope="module")
def parts(world: Path) -> list[Path]:
    folders = [world.parent / f"part{number}" for number in (1, 2, 3)]
    for number, folder in enumerate(folders, start=1):
        assert run(asked(world, folder, shard=(number, 3)), no_folder) == []
    return folders


@pytest.fixture
def copies(parts: list[Path], tmp_path: Path) -> list[Path]:
    return [Path(shutil.copytree(part, tmp_path / part.name)) for part in parts]


def problems(*folders: Path) -> list[str]:
    with pytest.raises(ShardError) as caught:
        read_shards(folders)
    return list(caught.value.problems)


def test_shards_in_any_order_make_the_run(
    whole: Path,
    copies: list[Path],
    world: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every = figures.pages
    monkeypatch.setattr(figures, "pages", lambda *given: every(*given)[:1])
    elsewhere = world.rename(tmp_path / "gone")  # they need nothing but themselves
    try:
        outcomes = merge([copies[2], copies[0], copies[1]], tmp_path / "merged", write_run)
    finally:
        elsewhere.rename(world)
    assert [outcome.allocation for outcome in outcomes] == ["near_first"]
    merged = tmp_path / "merged"
    assert manifest(merged)["digest"] == manifest(whole)["digest"]
    names = sorted(path.name for path in whole.iterdir())
    assert sorted(path.name for path in merged.iterdir()) == sorted([*names, "figures"])
    drawn = {path.name for path in (merged / "figures").iterdir()}
    assert drawn == {"index.html", "conditions_met_over_time.png", "conditions_met_over_time.svg"}
    for name in names:
        if (whole / name).is_file() and name != MANIFEST:
            assert (merged / name).read_bytes() == (whole / name).read_bytes(), name
    own = ("start", "duration_s", "command")
    left, right = ({k: v for k, v in manifest(f).items() if k not in own} for f in (merged, whole))
    assert left == right


def test_a_shard_holds_its_draws_and_the_scenario(parts: list[Path]) -> None:
    found = manifest(parts[1])
    assert found["shard"] == {"number": 2, "shards": 3, "first_draw": 15, "last_draw": 30}
    assert found["draws"] == DRAWS
    kept = chunk_files(parts[1])  # where one ends and the next begins follows from the workers
    assert [draw for span in kept for draw in range(*span)] == list(range(15, 31))
    files = {path.name for path in parts[1].iterdir()}
    assert files == {"manifest.json", "scenario", *(path.name for path in kept.values())}
    assert (parts[1] / "scenario" / "scenario.toml").is_file()
    assert not (parts[1] / "scenario" / "notes.txt").exists()
    assert not working_folder.folder_of(parts[1]).exists()


def test_a_single_shard_may_be_the_whole(world: Path, whole: Path, tmp_path: Path) -> None:
    run(asked(world, tmp_path / "all", shard=(1, 1)), no_folder)
    with no_figures():
        merge([tmp_path / "all"], tmp_path / "merged", write_run)
    assert manifest(tmp_path / "merged")["digest"] == manifest(whole)["digest"]


def test_gaps_and_overlaps_are_refused(parts: list[Path], world: Path, tmp_path: Path) -> None:
    assert problems(parts[2], parts[0]) == [
        "draws 15 to 30: found in no folder; allowed: in one folder"
    ]
    assert problems(parts[0]) == ["draws 15 to 46: found in no folder; allowed: in one folder"]
    run(asked(world, tmp_path / "half", shard=(1, 2)), no_folder)
    assert problems(*parts, tmp_path / "half") == [
        f"draws 0 to 14: found in {parts[0]} and {tmp_path / 'half'}; allowed: in one folder",
        f"draws 15 to 22: found in {tmp_path / 'half'} and {parts[1]}; allowed: in one folder",
    ]
    assert len(problems(*parts, parts[1])) == 1


def test_every_folder_that_does_not_belong_is_named_at_once(
    whole: Path, parts: list[Path], copies: list[Path], world: Path, tmp_path: Path
) -> None:
    run(asked(world, tmp_path / "seed", shard=(3, 3), seed=9), no_folder)
    (begin, _), path = list(chunk_files(copies[1]).items())[-1]
    path.unlink()
    text = (copies[0] / "scenario" / "communities.csv").read_text(encoding="utf-8")
    (copies[0] / "scenario" / "communities.csv").write_text(text + "\n", encoding="utf-8")
    found = problems(copies[0], copies[1], tmp_path / "seed", whole, tmp_path / "none", tmp_path)
    said = "\n".join(found)
    assert f"{tmp_path / 'seed'}: found seed is 9, not 1; allowed: the same as in" in said
    assert f"{copies[1]}: found that draws {begin} to 30 are missing; allowed" in said
    assert f"{copies[0]}: found other files in scenario; allowed" in said
    assert f"{whole}: found a complete run; allowed: a folder written by" in said
    assert f"{tmp_path / 'none'}: found no folder; allowed" in said
    assert f"{tmp_path}: found no shard; allowed" in said
    assert len(found) == 6


def test_shards_of_another_version_or_of_a_changed_manifest_are_refused(
    copies: list[Path], tmp_path: Path
) -> None:
    for folder in copies:
        found = manifest(folder)
        found["plan"]["returnplan"] = "0.0.1"
        (folder / MANIFEST).write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(ShardError, match=r"found returnplan is 0\.0\.1, not "):
        merge(copies, tmp_path / "merged", no_folder)
    found = manifest(copies[0])
    del found["shard"]
    (copies[0] / MANIFEST).write_text(json.dumps(found), encoding="utf-8")
    assert any("a manifest without its draws" in text for text in problems(*copies))
    assert not (tmp_path / "merged").exists()


def test_no_folders_are_refused() -> None:
    with pytest.raises(ShardError):
        shards.read_shards([])


def test_a_shard_is_no_run_to_be_read(parts: list[Path]) -> None:
    with pytest.raises(rp.ReturnplanError, match="is a part of a run"):
        rp.load_run(parts[0])


def test_a_file_of_draws_with_other_bytes_is_named(copies: list[Path]) -> None:
    path = list(chunk_files(copies[1]).values())[-1]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert problems(*copies) == [
        f"{copies[1]}: found {path.name} with other bytes than were written; allowed: as written"
    ]


def test_shards_of_an_older_version_are_merged_and_said_to_be_unchecked(
    copies: list[Path], whole: Path, tmp_path: Path
) -> None:
    for folder in copies:
        found = manifest(folder)
        del found["files"]
        (folder / MANIFEST).write_text(json.dumps(found), encoding="utf-8")
    said: list[str] = []

    class Told(Silent):
        def say(self, line: str) -> None:
            said.append(line)

    with no_figures():
        merge(copies, tmp_path / "merged", write_run, Told())
    assert said == ["not checked: this run was made by an older version"]
    assert manifest(tmp_path / "merged")["digest"] == manifest(whole)["digest"]
    for path in copies[0].glob("draws_*"):
        path.write_bytes(b"")
        with zipfile.ZipFile(path, "w") as stored, stored.open("gate_s.0.npy", "w") as file:
            np.lib.format.write_array(file, np.zeros(3))
    with pytest.raises(rp.ReturnplanError):
        merge(copies, tmp_path / "again", no_folder)
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shard": [1]}, "a manifest without its draws"),
        ({"shard": {"first_draw": "0", "last_draw": 14}}, "a manifest without its draws"),
        ({"shard": {"first_draw": -5, "last_draw": 14}}, "a manifest without its draws"),
        ({"files": "none"}, "a manifest without its draws"),
        ({"gates": 5}, "a manifest without its gates"),
        ({"plan": {"seed": 1}}, "no shard"),
    ],
)
def test_a_manifest_of_another_form_is_named(
    copies: list[Path], changes: dict[str, object], said: str
) -> None:
    (copies[0] / MANIFEST).write_text(json.dumps(manifest(copies[0]) | changes), encoding="utf-8")
    assert f"{copies[0]}: found {said}; allowed: a folder written by returnplan run --shard" in (
        problems(*copies)
    )


def test_a_shard_without_its_scenario_is_named(copies: list[Path]) -> None:
    shutil.rmtree(copies[2] / "scenario")
    assert problems(*copies) == [
        f"{copies[2]}: found other files in scenario; allowed: those that the draws are of"
    ]


def test_shards_of_allocations_that_the_scenario_lacks_are_refused(
    copies: list[Path], tmp_path: Path
) -> None:
    for folder in copies:
        found = manifest(folder)
        found["plan"]["allocations"] = ["none"]
        (folder / MANIFEST).write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(rp.ReturnplanError, match="contradict each other"):
        merge(copies, tmp_path / "merged", no_folder)
