"""Allocations against each other: what the command prints and writes."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from returnplan.cli.compared import comparison, shown_dates
from returnplan.runs.paired import PEOPLE_MET, PERSON_DAYS, differences
from returnplan.runs.tables.family import typed
from tests.running import call

VALLEY = Path(__file__).resolve().parents[2] / "scenarios" / "valley"
NAMES = ("today", "smith_path", "two_more_teams")


@pytest.fixture(scope="module")
def folder(run_of: Callable[..., Path]) -> Path:
    """Return a run folder with draws."""
    return run_of(VALLEY, *(word for name in NAMES for word in ("-a", name)), "--draws", "30")


@pytest.fixture(scope="module")
def expected(run_of: Callable[..., Path]) -> Path:
    """Return a run folder on expected values."""
    return run_of(VALLEY, "-a", "today", "--draws", "0")


def test_the_middle_and_the_end_are_shown() -> None:
    def shown(years: int) -> list[int]:
        time: Any = SimpleNamespace(start=date(2025, 1, 1), horizon=date(2025 + years, 1, 1))
        return [day.year - 2025 for day in shown_dates(time)]

    assert [shown(years) for years in (1, 2, 5, 20)] == [[1], [1, 2], [2, 5], [10, 20]]


def test_two_allocations_are_compared_line_by_line() -> None:
    # 40 people more than 100, 1.5 million person-days less than 6, 3 million USD less than 10.
    day = date(2026, 1, 1)
    run: Any = SimpleNamespace(
        manifest={"title": "Two", "scenario": "two", "draws": 10, "seed": 1},
        allocations=("plan", "more"),
        summary=pd.DataFrame(
            {
                "allocation": ["plan", "more"],
                "cost_usd_mean": [10e6, 7e6],
                "person_days_never_share": [0.25, 0.5],
                "cost_per_person_usd": [2000.0, 1000.4],
                "cost_per_returned_usd": [4000.0, math.nan],
                "per_1000_person_years_mean": [0.0223, 0.03],
                "deminer_accidents_per_km2_mean": [0.5, 1.25],
                "works_without_cost": [3, 3],
                "farmland_m2_by_2026-01-01_mean": [2e6, 1.5e6],
            }
        ),
    )
    both = {"against": "plan", "allocation": "more", "draws": 10, "probability_same": 0.2}
    both |= {"verdict": "better", "differing": 8, "differing_share_high": 0.9748}
    people = {"value": 140.0, "value_against": 100.0, "mean": 40.0, "low": 30.0, "high": 50.0}
    waiting = {"value": 4.5e6, "value_against": 6e6, "mean": -1.5e6, "low": -2e6, "high": -1e6}
    rows = [
        {"measure": PEOPLE_MET, "date": pd.Timestamp(day), **people, "p10": 20.0, "p90": 60.0},
        {"measure": PERSON_DAYS, "date": pd.NaT, **waiting, "p10": -3e6, "p90": 0.0},
    ]
    table = pd.DataFrame([both | row | {"probability_better": 0.8} for row in rows])
    lines = [" ".join(line.split()) for line in comparison(run, {"plan": "A"}, table, [day])]
    begin = lines.index("People whose conditions are met (modelled) by 2026-01-01")
    assert lines[begin + 2 : begin + 4] == [
        "plan 100",
        "more 140 +40 +30 to +50 +20 to +60 better in 7 of 10 draws, the same in 2",
    ]
    assert lines[begin + 7 : begin + 9] == [
        "plan 6.00",
        "more 4.50 -1.50 -2.00 to -1.00 -3.00 to 0.00 better in 7 of 10 draws, the same in 2",
    ]
    few = table.assign(
        **dict.fromkeys(("mean", "low", "high"), math.nan), p10=0.0, p90=0.0, verdict="level",
        draws=128, differing=3, differing_share_high=0.0669,
    )  # fmt: skip
    lines = [" ".join(line.split()) for line in comparison(run, {"plan": "A"}, few, [day])]
    assert lines[begin + 2 : begin + 4] == [
        "plan 100",
        "more 140 no mean 0 to 0 level differ in 3 of 128 draws; at most 7% of draws",
    ]
    assert lines[begin + 10 : begin + 14] == [
        "Land released that denied farmland, by 2026-01-01 (difference of the means)",
        "allocation hectares against plan",
        "plan 200",
        "more 150 -50",
    ]
    assert lines[begin + 17 : begin + 19] == ["plan 10.0", "more 7.0 -3.0"]
    assert lines[begin + 21 : begin + 24] == [
        "allocation never met USD per met USD per returned casualties accidents",
        "plan 25% 2,000 4,000 0.022 0.5",
        "more 50% 1,000 - 0.03 1.2",
    ]
    assert lines[-1].endswith("not discounted. 3 planned works state no cost.")


def test_the_command_tells_who_is_better_how_often(folder: Path) -> None:
    result = call("compare", folder)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "A made-up mountain valley: 3 allocations over the same 30 draws (seed 1), "
        "compared with today."
    )
    assert "Today's teams in the order of the district's list" in result.stdout
    heads = [line for line in lines if line.startswith("People whose conditions are met")]
    assert [line[-10:] for line in heads] == ["2028-03-01", "2032-03-01"]
    begin = next(i for i, line in enumerate(lines) if line.startswith("Person-days"))
    row = differences(rp.load_run(folder)).query("allocation == 'smith_path'").iloc[0]
    cells = lines[begin + 3].split(maxsplit=2)
    assert cells[0] == "smith_path"
    assert float(cells[1]) == round(row["value"] / 1e6, 2)
    same = round(30 * row["probability_same"])
    better = round(30 * row["probability_better"] - same / 2)
    assert 0 < same < 30
    assert cells[2].endswith(f"in {better} of 30 draws, the same in {same}")
    begin = next(i for i, line in enumerate(lines) if line.startswith("Cost"))
    cost_usd = rp.load_run(folder).summary.set_index("allocation")["cost_usd_mean"] / 1e6
    more = cost_usd["two_more_teams"] - cost_usd["today"]
    assert lines[begin + 4].split() == [
        *("two_more_teams", f"{cost_usd['two_more_teams']:,.1f}", f"+{more:,.1f}"),
    ]
    assert "ranges are 80 % model intervals" in result.stdout
    assert lines[-1].startswith("Modelled planning estimate.")


def test_the_command_compares_with_whom_and_by_when_one_asks(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "table.csv"
    twice = ("--date", "2026-07-01") * 2
    words = ("compare", folder, "--against", "smith_path", *twice, "--out", out)
    result = call(*words)
    assert result.exit_code == 0, result.output
    assert result.stdout.count("met (modelled) by 2026-07-01") == 1
    assert "2028" not in result.stdout
    written = typed("differences", pd.read_csv(out))
    asked = differences(rp.load_run(folder), "smith_path", [date(2026, 7, 1)])
    pd.testing.assert_frame_equal(written, asked)
    refused = call(*words)
    assert (refused.exit_code, "--overwrite" in refused.output) == (2, True)
    assert call(*words, "--overwrite").exit_code == 0
    assert [path.name for path in out.parent.iterdir()] == ["table.csv"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--against", "nobody"], "no allocation is called 'nobody'; there are: today, smith_path"),
        (["--date", "1999-01-01"], "1999-01-01 is outside the time of the run"),
        (["--date", "soon"], "'soon'"),
        (["--out", "."], "is a folder"),
        (["--out", "{run}/table.csv"], "among the files of a run"),
        (["--out", "{run}/summary.csv/table.csv"], "is a file"),
    ],
)
def test_wrong_words_are_refused_before_anything_is_told(
    folder: Path, words: list[str], said: str
) -> None:
    before = sorted(folder.iterdir())
    result = call("compare", folder, *(word.replace("{run}", str(folder)) for word in words))
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert sorted(folder.iterdir()) == before


def test_runs_that_cannot_be_compared_are_refused(expected: Path, tmp_path: Path) -> None:
    for path, said in ((expected, "this is a run on expected values"), (tmp_path, "no run folder")):
        result = call("compare", path)
        assert (result.exit_code, result.stdout) == (1, "")
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1


def test_a_disk_that_fails_leaves_no_half_file(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, _: Path) -> None:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", fail)
    result = call("compare", folder, "--out", tmp_path / "table.csv")
    assert result.exit_code == 1
    assert "No space left on device" in result.stderr
    assert list(tmp_path.iterdir()) == []
