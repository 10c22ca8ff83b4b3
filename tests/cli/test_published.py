"""A run beside the published past: what the command prints and writes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from tests.published import write_published
from tests.running import call


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run folder with draws of a scenario with facts."""
    base = tmp_path_factory.mktemp("published")
    scenario = write_published(base / "valley")
    words = ("-a", "today", "-a", "two_more_teams", "--draws", "20", "--figures", "none")
    assert call("run", scenario, *words, "--out", base / "run").exit_code == 0
    return base / "run"


def test_the_command_prints_facts_beside_draws_and_forecasts(folder: Path) -> None:
    result = call("hindcast", folder, "-a", "today")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == (
        "A made-up mountain valley: 11 published facts from 2024-03-01 to 2025-12-31, beside 20 "
        "draws (seed 1)."
    )
    assert "Under today" in lines
    begin = lines.index("Kept back: these facts judge the run")
    assert lines[begin + 1].startswith("fact of from, until published p50 p10 to p90")
    table: Any = rp.hindcast(rp.load_run(folder)).set_index(["allocation", "fact"])
    row = table.loc[("today", "m2_2025")]
    assert lines[begin + 2] == (
        f"Area released, m² 2025-01-01 2025-12-31 3,000,000 {row['modelled_p50']:,.0f} "
        f"{row['modelled_p10']:,.0f} to {row['modelled_p90']:,.0f} {row['published_is']} "
        f"{100 * row['error_share']:+,.0f} % 2,147,059 3,349,140 1,376,230 trend"
    )
    (first,) = [line for line in lines if line.startswith("First return")]
    assert " Mill 2024-12-01 2024-12-20 202" in first
    assert "Victims among all people 2024-03-01 2024-12-31 12 not modelled" in lines
    assert any(line.startswith("check All of these 8 ") for line in lines)
    assert lines.index("Inputs: the scenario was made with them, at least in part") > begin
    assert "To fit: draws may be weighted by them" in lines
    assert lines[-1].startswith("Modelled planning estimate.")


def test_allocations_that_say_the_same_stand_once(folder: Path) -> None:
    both = call("hindcast", folder).stdout
    assert ("Under today, two_more_teams" in both) != ("Under two_more_teams" in both)


def test_every_fact_is_written_to_a_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "facts.csv"
    result = call("hindcast", folder, "-a", "two_more_teams", "--out", out)
    assert result.stdout.splitlines()[-1] == f"Table: {out}"
    table = pd.read_csv(out)
    assert table["allocation"].unique().tolist() == ["two_more_teams"]
    assert len(table) == 11
    again = call("hindcast", folder, "--out", out)
    assert (again.exit_code, "exists" in again.stderr) == (2, True)
    assert call("hindcast", folder, "--out", out, "--overwrite").exit_code == 0


def test_a_run_that_cannot_be_held_against_the_past_gives_one_error(
    valley_run: Path, tmp_path: Path
) -> None:
    result = call("hindcast", valley_run)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "has no published facts" in result.stderr
    wrong = call("hindcast", valley_run, "-a", "nothing")
    assert wrong.exit_code == 1
    assert call("hindcast", tmp_path).exit_code == 1


def test_edited_tables_are_said_to_be(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    text = (copy / "facts.csv").read_text(encoding="utf-8")
    (copy / "facts.csv").write_text(text.replace("3000000.0", "4000000.0"), encoding="utf-8")
    assert call("hindcast", copy).exit_code == 1
    result = call("hindcast", copy, "--as-is")
    assert result.exit_code == 0
    assert "edited after the run" in result.stderr + result.stdout
    refused = call("hindcast", copy, "--as-is", "--out", tmp_path / "x.csv")
    assert refused.exit_code == 2
