"""Figures of a run: which there are, how large their files are, and that two processes agree."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
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
        "people_against_cost", "paired_differences", "what_drives_a", "victims_and_power_law",
    }  # fmt: skip
    assert "what_drives_a" not in {page.file for page in figures.pages(["a"], draws=63)}
    assert "paired_differences" not in {page.file for page in figures.pages(["a", "b"], draws=1)}


def test_few_figures_are_ten_of_one_allocation_only_the_leading_one() -> None:
    together = ["conditions_met_over_time", "ready_map", "returns_over_time", "waiting_by_cause"]
    each = ["ready_dates", "ready_map_by_year", "gates_by_district", "team_occupation"]
    few = {page.file for page in figures.pages(["a", "b"], 100, "few", leading="b")}
    compared = {"people_against_cost", "paired_differences"}
    assert few == {*together, *compared, *(f"{name}_b" for name in each)}
    assert few <= {page.file for page in figures.pages(["a", "b"], 100)}
    one = [page.file for page in figures.pages(["a"], 0, "few")]
    assert sorted(one) == sorted([*together, *(f"{name}_a" for name in each)])
    assert figures.pages(["a", "b"], 100, "none") == []


def test_the_leading_allocation_is_that_of_least_waiting_and_of_equal_ones_the_first() -> None:
    summary = pd.DataFrame({"allocation": ["a", "b", "c"], "person_days_mean": [9.0, 7.0, 7.0]})
    assert figures.leading(summary) == "b"


def test_the_page_of_figures_names_what_is_not_drawn_and_the_command(
    written: Callable[[str], Path], tmp_path: Path
) -> None:
    scenario = rp.load(written("two_villages"))
    outcome = rp.simulate(scenario, scenario.allocations[0].name)
    every = figures.pages([outcome.allocation], draws=0)
    chosen = [page for page in every if page.chart == "waiting_by_cause"]
    shown, view = figures.tables_of(scenario, [outcome]), view_of(None, scenario, 365.0, "made")
    with figures.drawing(shown, tmp_path, view, chosen, lambda _: None, every):
        pass
    text = (tmp_path / figures.INDEX).read_text(encoding="utf-8")
    assert text.count("<img") == 1
    assert "returnplan figures RUN --figures all" in text
    named = [f'<li><code dir="ltr">{page.file}</code>' in text for page in every]
    assert named == [page not in chosen for page in every]
    with figures.drawing(shown, tmp_path, view, chosen, lambda _: None, chosen):
        pass
    assert "--figures all" not in (tmp_path / figures.INDEX).read_text(encoding="utf-8")


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
