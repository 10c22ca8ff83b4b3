"""The bench measures what it says, and no time counts when the two programs disagree."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import returnplan as rp
from returnplan.cli import main
from returnplan.runs.speed import bench, crews, subject
from returnplan.runs.speed.bench import Figures, lines_of, measure
from returnplan.runs.speed.subject import Subject, best_time, clocked
from returnplan.scenario.synthetic import synthetic
from tests import worlds

PER_SIZE = ("simpy_ratio", "parcels_per_second", "seconds_per_draw", "peak_mib")
FIGURES = Figures(
    parcels=1_000,
    seconds_per_draw=0.002,
    parcels_per_second=500_000,
    drawn_parcels=900.0,
    drawn_seconds=0.002,
    loop_seconds=0.001,
    whole_ratio=2.0,
    walk_share=0.25,
    lean_seconds=0.0015,
    lean_ratio=1.5,
    drawing_seconds=0.001,
    drawing_ratio=0.5,
    peak_mib=100.0,
)


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["bench", *map(str, words)])


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat as little as possible."""
    monkeypatch.setattr(subject, "ENOUGH_S", 0.0)


@pytest.fixture
def figured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Give made-up figures instead of measuring; what was asked for is kept."""
    asked: list[tuple[str, ...]] = []

    def give(name: str, *more: str) -> Figures:
        asked.append((name, *more))
        ratio = 50.0 if "rival" in more else None
        return replace(FIGURES, parcels_per_second=500_000 / len(asked), simpy_ratio=ratio)

    monkeypatch.setattr(bench, "_in_own_process", give)
    monkeypatch.setattr(bench, "_call", lambda **_: "")
    return asked


def test_the_figures_of_a_scenario_fit_together() -> None:
    scenario = synthetic(settlements=10, hazards=30, teams=7, seed=1)
    figures = measure(scenario, with_rival=True, with_workers=False)
    f = asdict(figures)
    assert f["parcels_per_second"] == f["parcels"] / f["seconds_per_draw"]
    assert f["drawing_ratio"] == f["drawing_seconds"] / f["drawn_seconds"]
    assert f["simpy_ratio"] == f["rival_seconds"] / f["seconds_per_draw"]
    assert f["whole_ratio"] == f["drawn_seconds"] / f["loop_seconds"]
    assert f["lean_ratio"] == f["lean_seconds"] / f["loop_seconds"]
    assert 0 < f["walk_share"] < 1
    assert 0 < f["loop_seconds"] < f["drawn_seconds"]
    assert f["drawn_parcels"] > 0
    assert f["parcels"] == len(Subject(scenario).work(keeps_parcels=True).log.job)


def test_without_wishes_neither_rival_nor_workers_are_measured() -> None:
    figures = measure(
        synthetic(settlements=3, hazards=5, teams=1, seed=1), with_rival=False, with_workers=False
    )
    assert (figures.simpy_ratio, figures.draws_per_second) == (None, None)


def test_a_call_is_clocked_and_the_function_is_itself_again() -> None:
    original = subject.best_time
    with clocked(subject, "best_time") as seconds:
        subject.best_time(lambda: 1)
        assert len(seconds) == 1
    assert subject.best_time is original


@pytest.mark.slow
def test_each_kind_of_workers_runs_the_same_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "LEAST_DRAWS", 2)
    monkeypatch.setattr(crews, "REPEATS", 1)
    monkeypatch.setattr(crews, "find_spec", lambda _: None)
    scenario = synthetic(settlements=3, hazards=5, teams=1, seed=1)
    rates = crews.draws_per_second(scenario, 100.0)
    assert list(rates) == [crews.ONE, crews.TWO_THREADS, crews.TWO]
    assert min(rates.values()) > 0


def test_workers_stand_beside_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = {crews.ONE: 10.0, crews.DASK: 19.0}
    monkeypatch.setattr(bench, "draws_per_second", lambda *_: rates)
    scenario = synthetic(settlements=3, hazards=5, teams=1, seed=1)
    figures = measure(scenario, with_rival=False, with_workers=True)
    assert figures.workers_ratios == {crews.ONE: 1.0, crews.DASK: 1.9}


def test_the_first_start_compiles_in_an_empty_folder_and_the_next_finds_it(
    figured: Sequence[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folders: list[str] = []

    def call_in(*_: str, around: dict[str, str]) -> str:
        (folder,) = around.values()
        folders.append(folder)
        assert Path(folder).is_dir()
        return ""

    monkeypatch.setattr(bench, "_call", call_in)
    first, second = bench._starts()
    assert folders[0] == folders[1]
    assert not Path(folders[0]).exists()
    monkeypatch.setattr(bench, "_starts", lambda: (first, second))
    monkeypatch.setattr(bench, "_call", lambda: "")
    result = call("--sizes", "S", "--also", "start, workers", "--json", tmp_path / "f.json")
    assert result.exit_code == 0, result.output
    assert "to compile at the first start" in result.output
    assert figured == [("S", "rival", "workers")]
    found = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))
    assert (found["first_start_seconds"], found["next_start_seconds"]) == (first, second)


def test_no_time_counts_when_the_programs_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    def disagree(*_: Any) -> list[str]:
        return ["h1/released is passed at 5 s, with SimPy at 6 s", "another"]

    monkeypatch.setattr(Subject, "differences", disagree)
    scenario = synthetic(settlements=3, hazards=5, teams=1, seed=1)
    with pytest.raises(rp.ReturnplanError, match=r"differ in 2 places.* at 5 s, with SimPy at 6 s"):
        measure(scenario, with_rival=True, with_workers=False)


def test_the_shortest_time_counts_and_the_warm_up_does_not() -> None:
    ticks = iter([10.0, 15.0, 20.0, 22.0])
    calls: list[int] = []

    def work() -> int:
        calls.append(0)
        return len(calls)

    assert best_time(work, clock=lambda: next(ticks)) == (2.0, 3)


def test_each_figure_is_told_with_what_it_is() -> None:
    some = list(lines_of(FIGURES, ""))
    assert len(some) == 13
    every = replace(
        FIGURES,
        time_per_parcel_ratio=1.25,
        rival_seconds=1.5,
        simpy_ratio=1_500.0,
        draw_per_parcel_ratio=1.5,
        draws_per_second={crews.ONE: 10.0, crews.TWO: 19.0},
        workers_ratios={crews.ONE: 1.0, crews.TWO: 1.9},
    )
    lines = list(lines_of(every, "S"))
    assert len(lines) == 19
    assert "      1,500 x  SimPy over returnplan" in lines
    assert "         1.25  time per parcel over that of S" in lines
    assert "         1.50  the same of one of the draws, over S" in lines
    assert "         10.0  draws of all allocations a second: one process" in lines
    line = "         19.0  draws of all allocations a second: two processes (1.90 x one process)"
    assert line in lines
    on_windows = list(lines_of(replace(FIGURES, peak_mib=None), ""))
    assert [line for line in some if "memory" not in line] == on_windows


def test_each_size_stands_beside_the_one_before_and_the_file_holds_all(
    figured: Sequence[tuple[str, ...]], tmp_path: Path
) -> None:
    worlds.two_villages(tmp_path / "world")
    target = tmp_path / "new" / "figures.json"
    result = call("--sizes", "S, M,L", "--scenario", tmp_path / "world", "--json", target)
    assert result.exit_code == 0, result.output
    assert "on one machine" in result.output.splitlines()[0]
    assert "M: 1,000 settlements, 5,000 hazards, 200 teams" in result.output
    assert figured == [("S", "rival"), ("M", "rival"), ("L",), (str(tmp_path / "world"),)]
    lines_of = json.loads(target.read_text(encoding="utf-8"))
    assert list(lines_of["sizes"]) == ["S", "M", "L"]
    assert [lines_of["sizes"][size]["time_per_parcel_ratio"] for size in "SML"] == [None, 2, 1.5]
    assert [lines_of["sizes"][size]["draw_per_parcel_ratio"] for size in "SM"] == [None, 1]
    assert set(PER_SIZE) <= lines_of["sizes"]["S"].keys()
    assert lines_of["versions"]["returnplan"] == rp.__version__
    assert lines_of["processors"] > 0
    assert list(lines_of["scenarios"]) == [str(tmp_path / "world")]


def test_the_rival_can_be_left_out_and_is_not_missed(
    figured: Sequence[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call("--sizes", "S", "--no-rival").exit_code == 0
    monkeypatch.setattr(bench, "find_spec", lambda _: None)
    result = call("--sizes", "S")
    assert result.exit_code == 0
    assert "python -m pip install 'simpy>=4.1'" in result.output
    assert figured == [("S",), ("S",)]


def test_a_size_is_measured_in_a_process_of_its_own() -> None:
    figures = bench._in_own_process("S", "rival")
    assert figures.simpy_ratio is not None
    assert figures.parcels > 1_000


def test_an_unknown_package_has_no_version() -> None:
    assert bench._version("no_such_package") is None


def test_the_fresh_process_prints_the_figures_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worlds.two_villages(tmp_path)
    assert bench.main([]) == 0
    assert bench.main([str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["simpy_ratio"] is None
    assert bench.main([str(tmp_path / "nowhere")]) == bench.FORESEEN
    assert "no such folder" in capsys.readouterr().err
    assert bench.main(["S"]) == 0
    assert json.loads(capsys.readouterr().out)["draws_per_second"] is None


def test_what_goes_wrong_in_the_fresh_process_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = bench._in_own_process

    def of_scenarios(name: str, *more: str) -> Figures:
        return FIGURES if name == "S" else measured(name, *more)

    monkeypatch.setattr(bench, "_in_own_process", of_scenarios)
    result = call("--sizes", "S", "--no-rival", "--scenario", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"returnplan: {tmp_path} cannot be run: ")


@pytest.mark.parametrize(
    ("said", "last"),
    [("Traceback\n  deep\nMemoryError\n", "MemoryError"), ("", "too little memory?")],
)
def test_a_process_that_fails_is_told_in_one_line(
    said: str, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = subprocess.CompletedProcess([], -9, stdout="", stderr=said)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    result = call("--sizes", "L")
    assert result.exit_code == 1
    message = f"returnplan: speed could not be measured, its process ended with -9: {last}\n"
    assert result.stderr == message
    with pytest.raises(rp.ReturnplanError, match=r"^L could not be measured"):
        bench._in_own_process("L")


def test_an_unknown_size_is_bad_usage() -> None:
    result = call("--sizes", "S,XXL")
    assert result.exit_code == 2
    assert "'XXL' is no size: allowed are S, M, L, XL" in result.stderr
    other = call("--also", "more")
    assert other.exit_code == 2
    assert "'more' is no measurement: allowed are workers, start" in other.stderr
