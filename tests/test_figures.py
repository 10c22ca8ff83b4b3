"""Figures of a run: which there are, how large their files are, and that two processes agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import returnplan as rp
from returnplan import canvas, figures
from returnplan.canvas import CHARTS
from tests.charted import VIEW, tables


def test_every_chart_is_drawn_for_all_or_for_each() -> None:
    pages = figures.pages(["a", "b"], draws=100)
    assert {page.chart for page in pages} == set(CHARTS)
    assert len({page.file for page in pages}) == len(pages)
    one = {page.file for page in figures.pages(["a"], draws=0)}
    assert one == {page.file for page in pages if not page.file.endswith("_b")} - {
        "people_against_cost", "paired_differences", "ready_map",
    }  # fmt: skip
    assert "paired_differences" not in {page.file for page in figures.pages(["a", "b"], draws=1)}


def draw(scenario: rp.Scenario, folder: Path) -> tuple[list[str], dict[str, bytes]]:
    """Draw the figures of one allocation: the lines of progress, and the files."""
    outcome = rp.simulate(scenario, scenario.allocations[0].name)
    lines: list[str] = []
    view = figures.view_of(None, scenario, 365.0, "provenance")
    figures.draw_figures(scenario, [outcome], folder, view, lines.append)
    return sorted(lines), {path.name: path.read_bytes() for path in folder.iterdir()}


def nobody(*_: object, **__: object) -> None:
    """Fail as where a process may not begin another."""
    raise OSError("no second process")


def test_two_processes_draw_what_one_draws(
    written: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = rp.load(written("two_villages"))
    pages = figures.pages([scenario.allocations[0].name], draws=0)[:3]
    monkeypatch.setattr(figures, "pages", lambda *_: pages)
    alone = draw(scenario, tmp_path / "alone")
    monkeypatch.setattr(figures, "MANY_PAGES", 2)
    monkeypatch.setattr(figures, "cores", lambda: 2)
    assert draw(scenario, tmp_path / "both") == alone
    monkeypatch.setattr(figures, "ProcessPoolExecutor", nobody)
    assert draw(scenario, tmp_path / "refused") == alone
    assert (len(alone[0]), len(alone[1])) == (3, 6)


def test_a_figure_as_svg_keeps_its_words_and_its_description() -> None:
    sheet, words = canvas.figure("ready_dates", tables(), VIEW)
    text = canvas.vector(sheet, words)
    assert "Ağdərə" in text
    assert "The first is Ağdərə" in text
    assert "<image" not in text
