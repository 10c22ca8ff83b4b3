"""What drives a run: what the command prints and writes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from returnplan.cli.driven import drivers
from returnplan.runs.tables.family import typed
from tests.running import call

VALLEY = Path(__file__).resolve().parents[2] / "scenarios" / "valley"


@pytest.fixture(scope="module")
def folder(run_of: Callable[..., Path]) -> Path:
    """Return a run folder with draws."""
    return run_of(VALLEY, "-a", "today", "-a", "two_more_teams", "--draws", "64")


def test_shares_stand_in_a_table_for_each_result_with_their_errors_and_a_warning() -> None:
    rows = [
        ("plan", "", "person_days", "teams", 0.253, 0.049, "less", 0.8),
        ("plan", "", "person_days", "building", 0.5, 0.051, "mixed", 0.8),
        ("plan", "", "person_days", "others", 0.047, 0.02, "", 0.8),
        ("plan", "", "person_days", "unexplained", 0.2, 0.04, "", 0.8),
        ("more", "", "person_days", "teams", 0.65, 0.1, "less", 0.65),
        ("more", "", "person_days", "unexplained", 0.35, 0.1, "", 0.65),
        ("more", "plan", "person_days", "records", 0.9, 0.01, "more", 0.9),
        ("more", "plan", "person_days", "unexplained", 0.1, 0.01, "", 0.9),
    ]
    columns = ["allocation", "against", "measure", "group", "share", "share_se", "direction", "r2"]
    table = typed("sensitivity", pd.DataFrame(rows, columns=columns).assign(date=None, draws=64))
    run: Any = SimpleNamespace(
        manifest={"title": "Two", "scenario": "two", "draws": 64, "seed": 1},
        allocations=("plan", "more"),
        start=dt.date(2025, 1, 1),
        horizon=dt.date(2035, 1, 1),
    )
    lines = [" ".join(line.split()) for line in drivers(run, {"plan": "A"}, table, "plan")]
    assert lines[0] == (
        "Two: what drives 2 allocations in 64 draws (seed 1), and their differences to plan."
    )
    begin = lines.index("Person-days until conditions are met")
    assert lines[begin + 1 : begin + 8] == [
        "driven by plan more",
        "How fast teams work 25 ± 5 less 65 ± 10 less",
        "How fast works and road repair go 50 ± 5 both ways",
        "All others, each below 2% 5 ± 2",
        "Luck of single places and years, and what acts only together 20 ± 4 35 ± 10",
        "R2 0.80 0.65",
        "Warning: R2 below 0.7: more. Read the order of the shares, not their figures.",
    ]
    begin = lines.index("Person-days until conditions are met: difference to plan")
    assert lines[begin + 2] == "How complete mine records and surveys are 90 ± 1 more"
    begin = lines.index("People whose conditions are met (modelled) by 2030-01-01")
    assert lines[begin + 1] == "The same in nearly all draws, or not shown: plan, more"


def test_the_command_tells_what_drives_a_run_and_writes_every_share(
    folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "new" / "drivers.csv"
    words = ("sensitivity", folder, "--against", "two_more_teams", "--out", out)
    result = call(*words)
    assert result.exit_code == 0, result.output
    assert "in 64 draws (seed 1), and their differences to two_more_teams." in result.stdout
    assert "Today's teams in the order of the district's list" in result.stdout
    assert result.stdout.splitlines()[-2].startswith("Modelled planning estimate.")
    written = typed("sensitivity", pd.read_csv(out, keep_default_na=False, na_values={"date": ""}))
    asked = rp.sensitivity(rp.load_run(folder), "two_more_teams")
    pd.testing.assert_frame_equal(written, asked)
    refused = call(*words)
    assert (refused.exit_code, "--overwrite" in refused.output) == (2, True)
    assert call(*words, "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("draws", "said"),
    [
        ("0", "a run on expected values, without draws: run it again with --draws 128"),
        ("20", "20 draws are too few to tell"),
    ],
)
def test_runs_that_cannot_be_explained_are_refused(
    run_of: Callable[..., Path], draws: str, said: str
) -> None:
    result = call("sensitivity", run_of(VALLEY, "-a", "today", "--draws", draws))
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_wrong_words_are_refused_before_anything_is_told(folder: Path, tmp_path: Path) -> None:
    for words, code, said in (
        ((folder, "--against", "nobody"), 2, "no allocation is called 'nobody'"),
        ((folder, "--out", folder / "table.csv"), 2, "among the files of a run"),
        ((tmp_path,), 1, "no run folder"),
    ):
        result = call("sensitivity", *words)
        assert (result.exit_code, result.stdout) == (code, "")
        assert said in result.stderr
