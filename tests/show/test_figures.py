"""Figures of a run: which there are, how large their files are, and that two processes agree."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.show import charts, figures, maps
from returnplan.show.drawing import figure, vector, view_of
from tests.charted import VIEW, tables
from tests.running import until


def test_every_chart_is_drawn_for_all_or_for_each() -> None:
    pages = figures.pages(["a", "b"], draws=100, measures=["victims"])
    assert {page.chart for page in pages} == set(figures.CHARTS)
    assert len({page.file for page in pages}) == len(pages)
    one = {page.file for page in figures.pages(["a"], draws=0)}
    assert one == {page.file for page in pages if not page.file.endswith("_b")} - {
        "people_against_cost", "paired_differences", "ready_map", "what_drives_a",
        "victims_and_power_law",
    }  # fmt: skip
    assert "what_drives_a" not in {page.file for page in figures.pages(["a"], draws=63)}
    assert "paired_differences" not in {page.file for page in figures.pages(["a", "b"], draws=1)}


def test_few_figures_are_those_that_planners_print_and_one_an_allocation() -> None:
    together = ["conditions_met_over_time", "ready_map", "returns_over_time", "waiting_by_cause"]
    few = {page.file for page in figures.pages(["a", "b"], 100, "few")}
    assert few == {*together, "people_against_cost", "ready_dates_a", "ready_dates_b"}
    assert few <= {page.file for page in figures.pages(["a", "b"], 100)}
    one = [page.file for page in figures.pages(["a"], 0, "few")]
    assert len(one) == len(together) + 1
    assert {"ready_map_a", "ready_dates_a"} <= set(one)
    assert figures.pages(["a", "b"], 100, "none") == []


def test_every_chart_is_a_function_of_charts_or_of_maps() -> None:
    assert set(figures.CHARTS) <= {*charts.__all__, *maps.__all__}


def draw(scenario: rp.Scenario, folder: Path, wait_for: str = "") -> dict[str, bytes]:
    """Draw figures of one allocation; after the first, wait for one that another process draws."""
    outcome = rp.simulate(scenario, scenario.allocations[0].name)
    view = view_of(None, scenario, 365.0, "provenance")
    said: list[str] = []

    def progress(line: str) -> None:
        said.append(line)
        if wait_for:
            until((folder / wait_for).exists)

    pages = figures.pages(["any"], draws=0)
    with figures.drawing(figures.tables_of(scenario, [outcome]), folder, view, pages, progress):
        pass
    names = {page.file for page in pages}
    assert sorted(said) == sorted(f"drew {name}" for name in names)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_two_processes_draw_what_one_draws(
    written: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = rp.load(written("two_villages"))
    pages = figures.pages([scenario.allocations[0].name], draws=0)[2:5]
    monkeypatch.setattr(figures, "pages", lambda *_, **__: pages)
    alone = draw(scenario, tmp_path / "alone")
    assert len(alone) == 6 + 1  # the page that shows them
    monkeypatch.setattr(figures, "MANY_PAGES", 2)
    monkeypatch.setattr(figures, "cores", lambda: 2)
    assert draw(scenario, tmp_path / "both", f"{pages[0].file}.svg") == alone
    monkeypatch.setattr(sys, "executable", "false")
    assert draw(scenario, tmp_path / "failed") == alone

    @contextmanager
    def one_that_ends_early(_: object) -> Iterator[None]:
        (tmp_path / "begun" / f"{pages[0].file}.png").touch()
        yield

    monkeypatch.setattr(figures, "_helper", one_that_ends_early)
    assert draw(scenario, tmp_path / "begun") == alone


def test_a_figure_as_svg_keeps_its_words_and_its_description() -> None:
    sheet, words = figure("ready_dates", tables(), VIEW)
    text = vector(sheet, words)
    assert "Ağdərə" in text
    assert "The first is Ağdərə" in text
    assert "<image" not in text
