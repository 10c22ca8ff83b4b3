"""Run folders: what is written with draws, and how it is read again."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.runs.ensemble import RANGED
from returnplan.runs.folder import TABLES
from returnplan.runs.run import Request, run
from returnplan.show.run_folder import write_run
from tests.running import manifest, run_undrawn

NAMES = ("today", "two_more_teams")


def asked(out: Path, **changes: Any) -> Request:
    folder = Path("scenarios/valley")
    given: dict[str, Any] = {"allocations": NAMES, "draws": 40, "seed": 3} | changes
    return Request(folder=folder, scenario=rp.load(folder), out=out, **given)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write the same run with one thread and with four; figures, drawn from the tables, once."""
    root = tmp_path_factory.mktemp("runs")
    run(asked(root / "1", workers=1), write_run)
    return [root / "1", run_undrawn(asked(root / "4", workers=4))]


def test_the_same_run_has_the_same_bytes(folders: list[Path]) -> None:
    one, four = folders
    drawn, names = (sorted(p.relative_to(f) for p in f.rglob("*") if p.is_file()) for f in folders)
    assert names == [name for name in drawn if name.parts[0] != "figures"]
    for name in names:
        if name.name != "manifest.json":
            assert (one / name).read_bytes() == (four / name).read_bytes(), name
    left, right = manifest(one), manifest(four)
    different = {key for key in left if left[key] != right[key]}
    assert different <= {"start", "duration_s"}


def test_the_manifest_says_how_the_run_was_made(folders: list[Path]) -> None:
    found = manifest(folders[0])
    assert (found["draws"], found["seed"]) == (40, 3)
    assert found["note"].startswith("ranges are 80 % model intervals (p10 to p90)")
    assert {"numba", "numpy", "pandas", "scipy"} <= found["packages"].keys()
    assert len(found["digest"]) == len(found["scenario_sha256"]) == 64


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("conditions_met_over_time", "80 % model interval (p10 to p90) of 40 draws"),
        ("ready_map", "median date of 40 draws"),
        ("ready_map_today", "median date of 40 draws"),
        ("gate_matrix_today", "Dates are medians (p50) of 40 draws"),
        ("hectares_by_year", "means of 40 draws"),
        ("team_occupation_today", "run on expected values, not from the 40 draws"),
    ],
)
def test_figures_say_what_their_numbers_are(folders: list[Path], name: str, words: str) -> None:
    picture = (folders[0] / "figures" / f"{name}.svg").read_text(encoding="utf-8")
    text = " ".join(re.sub("<[^>]*>", " ", picture).split())
    assert words in text
    assert "40 draws, seed 3, returnplan" in text
    assert "dates are medians" not in text


def test_a_run_is_read_as_python_has_it(folders: list[Path]) -> None:
    found = rp.load_run(folders[0])
    spread = rp.ensemble(rp.load("scenarios/valley"), NAMES, draws=40, seed=3)
    assert found.allocations == spread.allocations
    assert found.communities == spread.communities
    assert found.ready_day is not None
    assert found.ready_day.dtype == np.float32
    assert (found.ready_day == spread.ready_day.astype(np.float32)).all()
    for name in RANGED:
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
    assert found.people_met["date"].iloc[0] == "2024-03-01"
    assert found.manifest["draws"] == 40


def test_ids_that_look_like_numbers_or_blanks_stay_text(
    folders: list[Path], tmp_path: Path
) -> None:
    shutil.copytree(folders[0], tmp_path / "run")
    path = tmp_path / "run" / "readiness.csv"
    text = path.read_text(encoding="utf-8").replace("ford_people", "007").replace("orchard", "NA")
    path.write_text(text, encoding="utf-8")
    found = rp.load_run(tmp_path / "run").readiness
    assert "007" in set(found["community"])
    assert "NA" in set(found["settlement"])


def test_a_run_on_expected_values_has_no_draws(tmp_path: Path) -> None:
    scenario = rp.load("scenarios/valley")
    run_undrawn(asked(tmp_path / "run", allocations=("today",), draws=0))
    found = rp.load_run(tmp_path / "run")
    assert found.ready_day is None
    assert found.communities == tuple(c.id for c in scenario.communities)
    assert found.manifest["draws"] == 0
    assert not (tmp_path / "run" / "ready_day.npz").exists()
    outcome = rp.simulate(scenario, "today")
    assert found.readiness["status"].tolist() == outcome.readiness["status"].tolist()


def test_a_folder_that_is_no_run_is_refused(folders: list[Path], tmp_path: Path) -> None:
    with pytest.raises(rp.ReturnplanError, match="is no run folder"):
        rp.load_run(tmp_path)
    with pytest.raises(rp.ReturnplanError, match="is no run folder"):
        rp.load_run(tmp_path / "none")
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}', encoding="utf-8")
    with pytest.raises(rp.ReturnplanError, match="is no run folder"):
        rp.load_run(tmp_path)
    for number, name in enumerate((*(f"{table}.csv" for table in TABLES), "ready_day.npz")):
        copy = tmp_path / str(number)
        shutil.copytree(folders[0], copy)
        (copy / name).unlink()
        with pytest.raises(rp.ReturnplanError, match="is no complete run folder"):
            rp.load_run(copy)


def test_a_manifest_without_its_draws_is_refused(folders: list[Path], tmp_path: Path) -> None:
    shutil.copytree(folders[0], tmp_path / "run")
    found = manifest(tmp_path / "run")
    del found["draws"]
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(rp.ReturnplanError, match="is no complete run folder"):
        rp.load_run(tmp_path / "run")
