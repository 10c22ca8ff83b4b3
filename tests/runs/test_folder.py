"""Run folders: what is written with draws, and what killed runs leave beside it."""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import returnplan as rp
from returnplan.runs import folder
from returnplan.runs.folder import MANIFEST, clear_leftovers
from returnplan.runs.run import Request, run
from returnplan.show import figures
from returnplan.show.run_folder import write_run
from tests.running import manifest, run_undrawn
from tests.unwatched import unwatched

NAMES = ("today", "two_more_teams")
SAID = {
    "conditions_met_over_time": "80% model interval (p10 to p90) of 40 simulations",
    "ready_map": "median date of 40 simulations",
    "settlement_map_today": "median date of 40 simulations",
    "gate_matrix_today": "Dates are medians (p50) of 40 simulations",
    "hectares_by_year": "means of 40 simulations",
    "team_occupation_today": "not from the 40 simulations",
}
"""Some figures, and what they say of their numbers."""


def asked(out: Path, **changes: Any) -> Request:
    valley = Path("scenarios/valley")
    plain = {"allocations": NAMES, "draws": 40, "seed": 3, "figures": "all"}
    given: dict[str, Any] = plain | changes
    return Request(folder=valley, scenario=rp.load(valley), out=out, **given)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Write the same run with one thread and with four; some figures of the first one."""
    root, whole = tmp_path_factory.mktemp("runs"), figures.pages

    def some(*given: Any, **named: Any) -> list[figures.Page]:
        return [page for page in whole(*given, **named) if page.file in SAID]

    with unwatched(), pytest.MonkeyPatch.context() as patched:
        patched.setattr(figures, "pages", some)
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


@pytest.mark.parametrize(("name", "words"), SAID.items())
def test_figures_say_what_their_numbers_are(folders: list[Path], name: str, words: str) -> None:
    picture = (folders[0] / "figures" / f"{name}.svg").read_text(encoding="utf-8")
    text = " ".join(re.sub("<[^>]*>", " ", picture).split())
    assert words in text
    assert "40 simulations, seed 3, returnplan" in text
    assert "dates are medians" not in text


def test_the_manifest_names_the_bytes_of_every_file_but_pictures(folders: list[Path]) -> None:
    run = folders[0]
    there = {p.relative_to(run).as_posix(): p for p in run.rglob("*") if p.is_file()}
    named = manifest(run)["files"]
    assert named.keys() == {
        name for name in there if name != MANIFEST and not name.startswith("figures/")
    }
    assert {
        "readiness.csv",
        "ready_day.npz",
        "results.xlsx",
        "scenario/hazards.csv",
    } <= named.keys()
    for name, sha256 in named.items():
        assert hashlib.sha256(there[name].read_bytes()).hexdigest() == sha256


# ---------------------------------------------------------------- what killed runs leave


def test_leftovers_of_dead_processes_go_and_an_earlier_run_comes_back(tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    for name in (f".out.{dead}.partial", f".out.{dead}.old", f".out.{os.getpid()}.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_text(name, encoding="utf-8")
    for name in (".out.draws", f".other.{dead}.partial", ".out.x.partial"):
        (tmp_path / name).mkdir()
    (tmp_path / f".out.{dead}1.partial").write_text("a file", encoding="utf-8")
    clear_leftovers(tmp_path / "out")
    assert {path.name for path in tmp_path.iterdir()} == {
        *("out", ".out.draws", f".other.{dead}.partial", ".out.x.partial"),
        f".out.{os.getpid()}.partial",
    }
    assert (tmp_path / "out" / "mine").read_text(encoding="utf-8") == f".out.{dead}.old"
    (tmp_path / f".out.{dead}.old").mkdir()  # the run after it came into its place
    clear_leftovers(tmp_path / "out")
    assert not (tmp_path / f".out.{dead}.old").exists()


def test_whether_a_process_is_gone_is_answered_with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_mine(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", not_mine)
    assert not folder._is_gone(1)
    monkeypatch.setattr(os, "name", "nt")
    assert not folder._is_gone(1)
