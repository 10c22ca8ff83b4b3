"""The figures of a run folder: every chart as PNG and SVG, for all or for each allocation."""

import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.domain import Scenario
from returnplan.language.words import ENGLISH
from returnplan.runs.district_shares import district_shares
from returnplan.runs.machine.chunks import cores
from returnplan.runs.outcome import Outcome
from returnplan.runs.paired import differences
from returnplan.runs.ready_days import LEAST_DRAWS
from returnplan.show import charts, maps  # noqa: F401 - they declare their charts
from returnplan.show.drawing import CHARTS, View, figure, map_tables, save

__all__ = ["CHARTS", "NAMES", "Page", "draw_figures", "pages", "title"]

MANY_PAGES = 20
"""From so many figures on, a second process helps: it takes two seconds to begin."""
NAMES = tuple(CHARTS)
"""All charts, in the order of their files."""


def title(name: str) -> str:
    """Title of a chart."""
    return CHARTS[name].title(ENGLISH, False)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One figure.

    Parameters
    ----------
    file
        Name of its files, without the ending.
    allocations
        The allocations that it shows.
    """

    file: str
    chart: str
    allocations: tuple[str, ...]


def pages(allocations: Sequence[str], draws: int) -> list[Page]:
    """List the figures of a run.

    Parameters
    ----------
    draws
        Its draws; 0: expected values.

    Returns
    -------
    list[Page]
        Figures of all allocations, then those of each.
    """
    drawn = [
        chart
        for chart in CHARTS.values()
        if len(allocations) >= chart.least_allocations and draws >= chart.least_draws
    ]
    together = [
        Page(file=chart.name, chart=chart.name, allocations=tuple(allocations))
        for chart in drawn
        if chart.figures in ("panels", "together")
        or (chart.figures == "both" and len(allocations) > 1)
    ]
    each = [
        Page(file=f"{chart.name}_{allocation}", chart=chart.name, allocations=(allocation,))
        for chart in drawn
        if chart.figures in ("each", "both")
        for allocation in allocations
    ]
    return together + each


@dataclass(frozen=True, kw_only=True, eq=False)
class _Seen:
    """Ready days of all allocations, as comparisons take them."""

    allocations: tuple[str, ...]
    communities: tuple[str, ...]
    ready_day: NDArray[np.floating[Any]] | None
    readiness: pd.DataFrame
    start: date
    horizon: date


def draw_figures(
    scenario: Scenario,
    outcomes: Sequence[Outcome],
    folder: Path,
    view: View,
    progress: Callable[[str], None],
    ready_day: NDArray[np.floating[Any]] | None = None,
) -> None:
    """Draw every chart of a run.

    Parameters
    ----------
    scenario
        The scenario, for places and roads.
    outcomes
        Outcomes of its allocations.
    folder
        Folder to be made.
    view
        Names, provenance and background (see :func:`returnplan.show.drawing.view_of`).
    progress
        Called with one line after each figure.
    ready_day
        Allocation x draw x community, days; None: a run on expected values.
    """
    folder.mkdir(parents=True)
    desk = _Desk(
        tables=_tables(scenario, outcomes, ready_day),
        view=view,
        folder=folder,
        pages=tuple(pages([outcome.allocation for outcome in outcomes], view.draws)),
    )
    here = set()
    with _helper(desk):
        for page in reversed(desk.pages):
            if desk.draw(page):
                here.add(page)
                progress(f"drew {page.file}")
    for page in desk.pages:
        if page not in here:
            if not desk.path(page, "svg").exists():
                desk.draw(page, again=True)
            progress(f"drew {page.file}")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Desk:
    """What figures are drawn from, and where they go."""

    tables: Mapping[str, pd.DataFrame]
    view: View
    folder: Path
    pages: tuple[Page, ...]

    def path(self, page: Page, ending: str) -> Path:
        """Return the path of a file of a figure."""
        return self.folder / f"{page.file}.{ending}"

    def draw(self, page: Page, *, again: bool = False) -> bool:
        """Draw and write one figure, unless somebody has begun it; return whether it was drawn."""
        try:
            self.path(page, "png").touch(exist_ok=again)
        except FileExistsError:
            return False
        shown = page.allocations if CHARTS[page.chart].one_allocation else ()
        drawn, alt = figure(page.chart, self.tables, self.view, shown)
        save(drawn, self.folder / page.file, alt)
        return True


@contextmanager
def _helper(desk: _Desk) -> Iterator[None]:
    """Let a second process draw from the front, if that is worth its start.

    It does not hear Ctrl-C, and ends with this block. What it leaves undone, or fails at, is left.
    No pool of ``concurrent.futures``: its process would run the caller's script once more, hear
    Ctrl-C, and could not be ended in the middle of its work.
    """
    if len(desk.pages) < MANY_PAGES or cores() == 1:
        yield
        return
    with TemporaryFile() as file:
        pickle.dump(desk, file)
        file.seek(0)
        words = [sys.executable, "-m", __name__]
        helper = Popen(words, stdin=file, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
    try:
        yield
        helper.wait()
    finally:
        helper.kill()
        helper.wait()


def _tables(
    scenario: Scenario,
    outcomes: Sequence[Outcome],
    ready_day: NDArray[np.floating[Any]] | None,
) -> Mapping[str, pd.DataFrame]:
    """Tables of the run, those of the scenario that charts need, and comparisons."""
    tables = map_tables(scenario)
    made = {*tables, "district_shares", "differences"}
    needed = dict.fromkeys(need for chart in CHARTS.values() for need in chart.needs)
    tables |= {
        name: pd.concat([getattr(outcome, name) for outcome in outcomes])
        for name in needed
        if name not in made
    }
    seen = _Seen(
        allocations=tuple(outcome.allocation for outcome in outcomes),
        communities=tuple(community.id for community in scenario.communities),
        ready_day=ready_day,
        readiness=tables["readiness"],
        start=scenario.start,
        horizon=outcomes[0].horizon,
    )
    tables["district_shares"] = district_shares(seen)
    if ready_day is not None and ready_day.shape[1] >= LEAST_DRAWS:
        tables["differences"] = differences(seen)
    return tables


if __name__ == "__main__":  # the second process
    given: _Desk = pickle.load(sys.stdin.buffer)
    for ahead in given.pages:
        given.draw(ahead)
