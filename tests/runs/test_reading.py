"""Run folders read again: as they were written to the byte, or one error that says what."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.runs.folder import (
    MANIFEST,
    READY_DAY,
    STORED,
    sha256_of,
    write_tables,
)
from returnplan.runs.reading import ContradictionError, fitting
from returnplan.runs.tables import OF_DRAWS
from tests.running import manifest

NAMES = ("today", "two_more_teams")
DRAWS = 3
VALLEY = Path("scenarios/valley")


@pytest.fixture(scope="session")
def small(run_of: Callable[..., Path]) -> Path:
    """Return the folder of a small run. Do not change it."""
    return run_of(VALLEY, "-a", NAMES[0], "-a", NAMES[1], "--draws", str(DRAWS))


@pytest.fixture
def copy(small: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return Path(shutil.copytree(small, tmp_path / "run"))


def edit(folder: Path, name: str, before: str, after: str) -> None:
    """Edit a file of text."""
    text = (folder / name).read_text(encoding="utf-8")
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8", newline="")


def change_manifest(folder: Path, **changes: Any) -> None:
    """Change a manifest; None removes a key."""
    found = manifest(folder) | changes
    kept = {key: value for key, value in found.items() if value is not None}
    (folder / MANIFEST).write_text(json.dumps(kept), encoding="utf-8")


def older(folder: Path) -> Path:
    """Make a run one of an older version, which did not tell the bytes of its files."""
    change_manifest(folder, files=None)
    return folder


# ---------------------------------------------------------------- a run as it was written


def test_a_run_is_read_as_python_has_it(small: Path) -> None:
    found = rp.load_run(small)
    spread = rp.ensemble(rp.load(VALLEY), NAMES, draws=DRAWS, seed=1)
    assert found.allocations == spread.allocations
    assert found.communities == spread.communities
    assert found.ready_day is not None
    assert found.ready_day.dtype == np.float32
    assert (found.ready_day == spread.ready_day.astype(np.float32)).all()
    for name in OF_DRAWS:
        left, right = getattr(found, name), getattr(spread, name)
        for column in right:
            if right[column].notna().any():
                pd.testing.assert_series_equal(left[column], right[column], check_dtype=False)
            else:
                assert left[column].isna().all()
    assert set(found.jobs["allocation"]) == set(NAMES)
    assert found.readiness["people"].dtype.kind == "i"
    assert found.readiness["ready_day_p50"].dtype.kind == "f"
    assert found.people_met["people_p50"].dtype.kind == "i"
    assert found.people_met["date"].iloc[0] == pd.Timestamp("2024-03-01")
    assert found.manifest["draws"] == DRAWS
    assert (found.edited, found.is_checked, found.is_intact) == ((), True, True)
    assert "edited" not in repr(found)


def test_ids_that_look_like_numbers_or_blanks_stay_text(copy: Path) -> None:
    path = copy / "readiness.csv"
    text = path.read_text(encoding="utf-8").replace("orchard,", "NA,").replace("ford,", "007,")
    path.write_text(text, encoding="utf-8")
    found = rp.load_run(copy, as_is=True).readiness
    assert {"007", "NA"} <= set(found["settlement"])


def test_a_run_on_expected_values_has_no_draws(run_of: Callable[..., Path]) -> None:
    scenario = rp.load(VALLEY)
    folder = run_of(VALLEY, "-a", "today", "--draws", "0")
    found = rp.load_run(folder)
    assert found.ready_day is None
    assert found.communities == tuple(c.id for c in scenario.communities)
    assert found.manifest["draws"] == 0
    assert not (folder / READY_DAY).exists()
    outcome = rp.simulate(scenario, "today")
    assert found.readiness["status"].tolist() == outcome.readiness["status"].tolist()


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(rp.ReturnplanError, match="is no run folder"):
            rp.load_run(folder)
    for text in ('{"name": "a web page"}', "[1]", "{", "[" * 100_000):
        (tmp_path / MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(rp.ReturnplanError, match="is no run folder"):
            rp.load_run(tmp_path)


# ---------------------------------------------------------------- edited after the run


@pytest.mark.parametrize("name", ["readiness.csv", "jobs.csv", READY_DAY, "scenario/scenario.toml"])
def test_a_file_edited_after_the_run_is_named_and_refused(copy: Path, name: str) -> None:
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data + b"\n")
    with pytest.raises(rp.ReturnplanError) as caught:
        rp.load_run(copy)
    assert f"was edited after the run: {name} is not as the run wrote it" in str(caught.value)
    assert "--as-is" in str(caught.value)


def test_every_edited_file_is_named_at_once(copy: Path) -> None:
    edit(copy, "summary.csv", "today", "today ")
    edit(copy, "costs.csv", "today", "today ")
    with pytest.raises(rp.ReturnplanError, match=r"summary\.csv, costs\.csv are not as the run"):
        rp.load_run(copy)


def test_edited_tables_are_read_as_they_are_on_demand_and_say_so(copy: Path) -> None:
    row = (copy / "readiness.csv").read_text(encoding="utf-8").splitlines()[1]
    cells = row.split(",")
    edit(copy, "readiness.csv", row, ",".join([*cells[:4], "7", *cells[5:]]))
    found = rp.load_run(copy, as_is=True)
    assert found.readiness["people"].iloc[0] == 7
    assert found.edited == ("readiness.csv",)
    assert not found.is_intact
    line = "Tables edited after the run: these numbers are not those of the model (readiness.csv)."
    assert repr(found).splitlines()[-1] == line


def test_files_that_people_look_at_may_be_edited(copy: Path) -> None:
    (copy / "results.xlsx").write_bytes(b"sorted by somebody")
    (copy / "notes.txt").write_text("mine", encoding="utf-8")
    assert rp.load_run(copy).is_intact


def test_a_run_may_be_passed_on_without_its_scenario(copy: Path) -> None:
    shutil.rmtree(copy / "scenario")
    assert rp.load_run(copy).is_intact


def test_a_file_added_to_the_scenario_is_named(copy: Path) -> None:
    (copy / "scenario" / "districts.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(rp.ReturnplanError, match=r"scenario/districts\.geojson is not as the run"):
        rp.load_run(copy)


def test_a_run_of_an_older_version_is_read_and_said_to_be_unchecked(copy: Path) -> None:
    found = rp.load_run(older(copy))
    assert (found.edited, found.is_checked, found.is_intact) == ((), False, False)
    assert repr(found).splitlines()[-1] == "not checked: this run was made by an older version"


def test_a_run_of_a_version_that_tried_no_changes_has_none(copy: Path) -> None:
    assert set(rp.load_run(copy).decisions["allocation"]) == set(NAMES)
    (copy / "decisions.csv").unlink()
    files = manifest(copy)["files"]
    change_manifest(copy, files={name: files[name] for name in files if name != "decisions.csv"})
    found = rp.load_run(copy)
    assert found.is_intact
    assert found.decisions.empty
    assert found.manifest["digest"] == manifest(copy)["digest"]


def test_what_changes_bring_may_not_be_edited_and_is_outside_the_digest(copy: Path) -> None:
    spread = rp.ensemble(rp.load(VALLEY), NAMES, draws=DRAWS, seed=1)
    tables = {name: getattr(rp.load_run(copy), name) for name in STORED}
    folders = [copy.parent / name for name in ("one", "other")]
    for folder, teams in zip(folders, (1, 2), strict=True):
        folder.mkdir()
        tables["decisions"] = tables["decisions"].assign(teams=teams)
        assert write_tables(tables, folder, spread) == manifest(copy)["digest"]
    edit(copy, "decisions.csv", "add_teams", "add_teams ")
    with pytest.raises(rp.ReturnplanError, match=r"decisions\.csv is not as the run wrote it"):
        rp.load_run(copy)


# ---------------------------------------------------------------- damaged


@pytest.mark.parametrize("name", [*(f"{table}.csv" for table in STORED), READY_DAY])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(rp.ReturnplanError, match=f"is no complete run folder: {name} is missing"):
        rp.load_run(copy)


@pytest.mark.parametrize("kind", ["folder", "lost link", "circle", "pipe"])
def test_what_is_no_file_is_missing(copy: Path, kind: str) -> None:
    path = copy / "gates.csv"
    path.unlink()
    match kind:
        case "folder":
            path.mkdir()
        case "lost link":
            path.symlink_to("nowhere.csv")
        case "circle":
            path.symlink_to(path)
        case "pipe":
            os.mkfifo(path)
    with pytest.raises(rp.ReturnplanError, match=r"gates\.csv is missing"):
        rp.load_run(copy)


def test_a_link_to_the_same_bytes_is_as_good_as_the_file(copy: Path, tmp_path: Path) -> None:
    (copy / "gates.csv").rename(tmp_path / "elsewhere.csv")
    (copy / "gates.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert rp.load_run(copy).is_intact


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("draws", None, "draws: Field required"),
        ("draws", "3", "draws: Input should be a valid integer"),
        ("draws", -1, "draws: Input should be greater than or equal to 0"),
        ("draws", 0, "draws and seed do not belong together"),
        ("seed", [1], "seed: Input should be a valid integer"),
        ("horizon", "soon", "horizon: "),
        ("horizon", 2032, "horizon: Value error, a date as YYYY-MM-DD"),
        ("horizon", "2001-01-01", "the horizon is not after the start"),
        ("start", 5, "start: Value error, a time in ISO form"),
        ("allocations", {"today": 1}, "allocations: Input should be a valid list"),
        ("allocations", [], "allocations: List should have at least 1 item"),
        ("allocations", ["today", "today"], "an allocation is named twice"),
        ("allocations", ["today", 2], r"allocations\.1: Input should be a valid string"),
        ("title", None, "title: Field required"),
        ("files", ["readiness.csv"], "files: Input should be a valid dictionary"),
    ],
)
def test_a_manifest_of_another_form_is_told_by_key(
    copy: Path, key: str, value: object, said: str
) -> None:
    change_manifest(copy, **{key: value})
    with pytest.raises(
        rp.ReturnplanError, match=rf"is no complete run folder: manifest\.json.*{said}"
    ):
        rp.load_run(copy)


def test_keys_that_a_later_version_adds_are_allowed(copy: Path) -> None:
    change_manifest(copy, mood={"of": "the machine"})
    assert rp.load_run(copy).manifest["mood"] == {"of": "the machine"}


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("readiness.csv", ",people,", ",persons,", "found no column people; persons, which is no"),
        ("readiness.csv", ",people,", ",", "readiness.csv: found no column people"),
        ("summary.csv", "allocation,", "allocation,mood,", "mood, which is no column of it"),
        ("summary.csv", "\ntoday,", "\ntoday,many", "row 2, column person_days_mean: found 'many"),
        ("people_met.csv", "2024-03-01", "2024-13-01", "row 2, column date: found '2024-13-01'"),
        ("people_met.csv", "2024-03-01", "1.3.2024", "found '1.3.2024'; allowed: a date as YYYY"),
        ("returns.csv", "2024-03,", "March,", "column month: found 'March'; allowed: a month as"),
        ("readiness.csv", "\ntoday,", "\ntoday,x,", "found rows longer than the header"),
        ("summary.csv", "\ntwo_more_teams,", "\ntoday,", "summary.csv, row 3: found today twice"),
        ("summary.csv", "\ntwo_more_teams,", "\nmine,", "summary.csv, column allocation: mine"),
        ("gates.csv", ",permission,", ",survey,", "found today, "),
        ("delays.csv", "\ntoday,", "\n,", "delays.csv: found a row without allocation, community"),
        ("summary.csv", "\ntwo", '\n"two', "summary.csv: "),
        ("harm.csv", "\ntwo_more_teams,", "\n,", "harm.csv: "),
        ("jobs.csv", ",1,", ",1.5,", "allowed: a whole number"),
    ],
)  # fmt: skip
def test_a_damaged_table_is_told_by_file_and_place(
    copy: Path, name: str, before: str, after: str, said: str
) -> None:
    edit(copy, name, before, after)
    with pytest.raises(rp.ReturnplanError) as caught:
        rp.load_run(copy, as_is=True)
    assert f"{copy} is no complete run folder: {name}" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.unwatched
@pytest.mark.parametrize("table", STORED)
def test_a_table_that_was_cut_or_recoded_is_refused(copy: Path, table: str) -> None:
    path = copy / f"{table}.csv"
    data = path.read_bytes()
    last = data.rstrip(b"\n").rpartition(b"\n")[0] + b"\n"
    for other in (data[:-1], data[: len(data) // 2], data.decode().encode("utf-16"), b"", b"\x00"):
        path.write_bytes(other)
        with pytest.raises(rp.ReturnplanError, match=rf"{table}\.csv"):
            rp.load_run(copy, as_is=True)
    if table in ("summary", "readiness", "people_met", "gates", "returns", "scores", "roads"):
        path.write_bytes(last)  # at the end of a line
        with pytest.raises(rp.ReturnplanError, match=rf"{table}\.csv"):
            rp.load_run(copy, as_is=True)


def test_flags_are_flags(copy: Path) -> None:
    path = copy / "jobs.csv"
    table = pd.read_csv(path)
    assert table["camped"].dtype == bool
    for odd in ("perhaps", 1):
        cells = table["camped"].astype(object)
        cells.iloc[-1] = odd
        table.assign(camped=cells).to_csv(path, index=False, lineterminator="\n")
        with pytest.raises(rp.ReturnplanError, match="allowed: True or False"):
            rp.load_run(copy, as_is=True)


def test_ready_days_of_other_shapes_names_and_kinds_are_refused(copy: Path) -> None:
    with np.load(copy / READY_DAY) as stored:
        good = dict(stored)
    days, ids = good["ready_day"], good["community"]
    bad = [
        {"ready_day": days[:, :2]},
        {"ready_day": days.astype(float)},
        {"ready_day": days.astype(str)},
        {"ready_day": np.full_like(days, np.nan)},
        {"ready_day": -days - 1},
        {"ready_day": days.astype(object)},
        {"community": ids[:-1]},
        {"community": np.array(5)},
        {"allocation": good["allocation"][::-1]},
        {"normal_score": good["normal_score"][:, :-1]},
        {"normal_score": good["normal_score"].astype("<f4")},
        {"normal_score": np.full_like(good["normal_score"], np.inf)},
        {"assumption": good["assumption"][:-1]},
        {"assumption": np.repeat(good["assumption"][:1], len(good["assumption"]))},
        {"casualties": good["casualties"][:-1]},
        {"casualties": np.full_like(good["casualties"], np.inf)},
        {"casualties": np.full_like(good["casualties"], -1.0)},
    ]
    for changes in bad:
        np.savez_compressed(copy / READY_DAY, **(good | changes))
        with pytest.raises(rp.ReturnplanError, match=r"is no complete run folder: ready_day\.npz"):
            rp.load_run(copy, as_is=True)
    for name in ("casualties", "allocation"):
        del good[name]
        np.savez_compressed(copy / READY_DAY, **good)
        with pytest.raises(rp.ReturnplanError, match=r"ready_day\.npz: KeyError"):
            rp.load_run(copy, as_is=True)
    np.save(copy / "days.npy", days)
    (copy / "days.npy").replace(copy / READY_DAY)
    with pytest.raises(rp.ReturnplanError, match=r"ready_day\.npz: "):
        rp.load_run(copy, as_is=True)


def test_numbers_of_too_many_digits_are_refused(copy: Path) -> None:
    row = (copy / "summary.csv").read_text(encoding="utf-8").splitlines()[1]
    text = (copy / "summary.csv").read_text(encoding="utf-8")
    head, *rows = text.splitlines()
    at = head.split(",").index("communities_never")
    cells = [line.split(",") for line in rows]
    for line in cells:
        line[at] = "9" * 30
    lines = [head, *(",".join(line) for line in cells)]
    assert row in rows
    (copy / "summary.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(rp.ReturnplanError, match="column communities_never: found"):
        rp.load_run(copy, as_is=True)


def test_only_what_nobody_checked_may_contradict_itself() -> None:
    with (
        pytest.raises(ContradictionError, match=r"files of run contradict .*KeyError: 'x'"),
        fitting("run", is_sure=False),
    ):
        raise KeyError("x")
    with pytest.raises(KeyError), fitting("run", is_sure=True):
        raise KeyError("x")
    with pytest.raises(rp.ReturnplanError, match="mine"), fitting("run", is_sure=False):
        raise rp.ReturnplanError("mine")


def test_the_digest_of_a_file_is_that_of_its_bytes() -> None:
    assert sha256_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
