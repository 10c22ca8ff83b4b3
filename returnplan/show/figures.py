"""The figures of a run folder: charts as PNG and SVG, for all or for each allocation."""

import gc
import pickle
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from subprocess import DEVNULL, Popen, TimeoutExpired
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from returnplan.domain import Scenario
from returnplan.insight.sensitivity import nothing_explained, sensitivity, why_not
from returnplan.insight.victims import over_time
from returnplan.language.words import ENGLISH
from returnplan.runs.district_shares import district_shares
from returnplan.runs.machine.chunks import cores
from returnplan.runs.outcome import Outcome
from returnplan.runs.paired import differences, nothing_compared, verdicts
from returnplan.runs.ready_days import LEAST_DRAWS
from returnplan.runs.results import Results
from returnplan.runs.run import Figures
from returnplan.show import charts, maps  # noqa: F401 - they declare their charts
from returnplan.show.audience.districts import district_halves, district_tables
from returnplan.show.drawing import CHARTS, View, figure, map_tables, save
from returnplan.show.drawing.view import view
from returnplan.show.gallery import INDEX, Pictured, write_index

__all__ = [
    "CHARTS",
    "INDEX",
    "NAMES",
    "Page",
    "drawing",
    "leading",
    "pages",
    "plot",
    "tables_of",
    "title",
]

MANY_PAGES, MANY_ROWS = 20, 1_000
"""From so many figures, or rows of ``readiness``, on a second process helps: it takes two seconds
to begin."""
LOOK_S = 0.2
"""Time between two looks at what the second process has drawn."""
COMPARED = ("differences", "verdicts")
"""Tables of comparisons."""
ADDED_UP = ("readiness", "people_met", "gates", "delays")
"""Tables that those by district add up."""
BY_DISTRICT = ("districts", "district_gates", "district_delays", "district_halves")
"""Tables by district."""
NAMES = tuple(CHARTS)
"""All charts, in the order of their files."""


def title(name: str) -> str:
    """Title of a chart."""
    return CHARTS[name].title(ENGLISH, False)


def plot(results: Results, ax: Axes | None = None, scenario: Scenario | None = None) -> Axes:
    """Draw people whose conditions are met over time: what ``results.plot()`` does.

    Parameters
    ----------
    ax
        Axes to draw into; None: new ones.
    scenario
        The scenario, for titles of allocations and for targets; None: names, and no targets.

    Returns
    -------
    matplotlib.axes.Axes
        The axes.

    Examples
    --------
    >>> import returnplan as rp
    >>> ax = rp.simulate(rp.load("scenarios/valley"), "today").plot()
    >>> ax.get_ylabel()
    'People with conditions met (modelled)'
    """
    days = (results.horizon - results.start).days
    given = View(start=results.start, horizon_days=days, draws=results.draws)
    if scenario is not None:
        given = replace(view(scenario), draws=results.draws)
    return charts.conditions_met_over_time(results.people_met, results.readiness, view=given, ax=ax)


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


def pages(
    allocations: Sequence[str],
    draws: int,
    figures: Figures = "all",
    measures: Collection[str] = (),
    leading: str = "",
) -> list[Page]:
    """List the figures of a run.

    Parameters
    ----------
    draws
        Its draws; 0: expected values.
    figures
        Few: the ten that planners print first; those of one allocation for the leading one only.
    measures
        Measures of the scenario's published facts.
    leading
        The allocation under which people wait least; empty: the first.

    Returns
    -------
    list[Page]
        Figures of all allocations, then those of each; among them those that planners print first.
    """
    drawn = [
        chart
        for chart in sorted(CHARTS.values(), key=lambda one: (not one.is_first, one.name))
        if (figures == "all" or (figures == "few" and chart.is_first))
        and len(allocations) >= chart.least_allocations
        and draws >= chart.least_draws
        and (not chart.of_facts or chart.of_facts in measures)
    ]
    shown = [leading or allocations[0]] if figures == "few" else allocations
    together = [
        Page(file=chart.name, chart=chart.name, allocations=tuple(allocations))
        for chart in drawn
        if chart.figures != "each"
    ]
    each = [
        Page(file=f"{chart.name}_{allocation}", chart=chart.name, allocations=(allocation,))
        for chart in drawn
        if chart.figures == "each"
        for allocation in shown
    ]
    return together + each


def leading(summary: pd.DataFrame) -> str:
    """Name the allocation under which people wait least on average; of equal ones the first.

    Parameters
    ----------
    summary
        One row per allocation: person_days_mean.
    """
    days = summary["person_days_mean"].to_numpy(dtype=float)
    return str(summary["allocation"].iloc[int(days.argmin())])


@dataclass(frozen=True, kw_only=True, eq=False)
class _Seen:
    """Ready days of all allocations, as comparisons take them."""

    allocations: tuple[str, ...]
    communities: tuple[str, ...]
    ready_day: NDArray[np.floating[Any]] | None
    readiness: pd.DataFrame
    start: date
    horizon: date
    effective: float | None


@contextmanager
def drawing(
    tables: Mapping[str, pd.DataFrame],
    folder: Path,
    view: View,
    chosen: Sequence[Page],
    progress: Callable[[str], None],
    every: Sequence[Page] = (),
) -> Iterator[None]:
    """Draw figures, and the page that shows them: beside the block, if that helps, and at its end.

    Parameters
    ----------
    tables
        As :func:`tables_of` gives them.
    folder
        Folder of the figures; it is not made when nothing is to be drawn.
    view
        Names, provenance and background (see :func:`returnplan.show.drawing.view_of`).
    chosen
        The figures, of :func:`pages`.
    progress
        Called with one line after each figure.
    every
        All figures that the run can have: those that are not drawn are named on the page.

    Yields
    ------
    None
        While a second process draws, if one does.
    """
    if not chosen:
        yield
        return
    folder.mkdir(exist_ok=True)
    desk = _Desk(tables=tables, view=view, folder=folder, pages=tuple(chosen))
    with _helper(desk) as helper:
        yield
        _draw(desk, helper, progress)
    others = [desk.pictured(page) for page in every if page not in chosen]
    write_index(folder, [desk.pictured(page) for page in desk.pages], others, view)


def _draw(desk: "_Desk", helper: Popen[bytes] | None, progress: Callable[[str], None]) -> None:
    """Draw from the back what nobody has begun, then what a second process has left undone."""
    told: set[Page] = set()

    def tell() -> None:
        for page in desk.pages:
            if page not in told and desk.path(page, "svg").exists():
                told.add(page)
                progress(f"drew {page.file}")

    with _without_litter():
        for page in reversed(desk.pages):
            if desk.draw(page):
                tell()
        while helper is not None and not _has_ended(helper):
            tell()
        for page in desk.pages:
            if not desk.path(page, "svg").exists():
                desk.draw(page, again=True)
        tell()


def _has_ended(helper: Popen[bytes]) -> bool:
    """Wait a moment for a process; whether it has ended."""
    try:
        helper.wait(LOOK_S)
    except TimeoutExpired:
        return False
    return True


@contextmanager
def _without_litter() -> Iterator[None]:
    """Let the collector of garbage look at no older things meanwhile: drawing makes many new ones.

    To look again and again at all modules and tables takes an eighth of the time of the figures.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


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

    def pictured(self, page: Page) -> Pictured:
        """Say what stands above a figure on the page that shows them."""
        item, shown = CHARTS[page.chart], page.allocations
        title = item.titled(self.view)
        given = [self.tables[need] for need in item.needs]
        stated = item.stated(given, self.view, shown if item.one_allocation else ())
        return Pictured(
            file=page.file,
            title=stated or title,
            shows=title if stated else "",
            under=self.view.title(shown[0]) if len(shown) == 1 else "",
        )


@contextmanager
def _helper(desk: _Desk) -> Iterator[Popen[bytes] | None]:
    """Let a second process draw from the front, if that is worth its start.

    It does not hear Ctrl-C, and ends with this block. What it leaves undone, or fails at, is left.
    No pool of ``concurrent.futures``: its process would run the caller's script once more, hear
    Ctrl-C, and could not be ended in the middle of its work.
    """
    is_worth_it = len(desk.pages) >= MANY_PAGES or len(desk.tables["readiness"]) >= MANY_ROWS
    if not is_worth_it or cores() == 1:
        yield None
        return
    with TemporaryFile() as file:
        pickle.dump(desk, file)
        file.seek(0)
        words = [sys.executable, "-m", __name__]
        helper = Popen(words, stdin=file, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True)
    try:
        yield helper
    finally:
        helper.kill()
        helper.wait()


def tables_of(
    scenario: Scenario,
    outcomes: Sequence[Outcome],
    spread: Results | None = None,
) -> Mapping[str, pd.DataFrame]:
    """Tables of the run, those of the scenario that charts need, and comparisons.

    Parameters
    ----------
    scenario
        The scenario, for places and roads.
    outcomes
        Outcomes of its allocations.
    spread
        Its draws; None: a run on expected values.

    Returns
    -------
    Mapping[str, pandas.DataFrame]
        By name, those that charts need.
    """
    tables = map_tables(scenario)
    tables["victims_over_time"] = over_time(scenario)
    made = {*tables, *COMPARED, "district_shares", "sensitivity"}
    needed = dict.fromkeys(need for chart in CHARTS.values() for need in chart.needs)
    tables |= {
        name: pd.concat([getattr(outcome, name) for outcome in outcomes], ignore_index=True)
        for name in dict.fromkeys([*needed, *ADDED_UP])
        if name not in made and name not in BY_DISTRICT
    }
    tables |= district_tables(tables)
    tables["district_halves"] = district_halves(tables["readiness"], tables["gates"])
    seen = _Seen(
        allocations=tuple(outcome.allocation for outcome in outcomes),
        communities=tuple(community.id for community in scenario.communities),
        ready_day=spread.ready_day if spread else None,
        readiness=tables["readiness"],
        start=scenario.start,
        horizon=outcomes[0].horizon,
        effective=spread.effective if spread else None,
    )
    tables["district_shares"] = district_shares(seen)
    if spread and spread.draws >= LEAST_DRAWS:
        tables |= {"differences": differences(seen), "verdicts": verdicts(seen)}
    else:
        tables["verdicts"] = nothing_compared()
    can_explain = spread is not None and not why_not(spread)
    tables["sensitivity"] = sensitivity(spread) if spread and can_explain else nothing_explained()
    return tables


if __name__ == "__main__":  # the second process
    given: _Desk = pickle.load(sys.stdin.buffer)
    gc.freeze()
    for ahead in given.pages:
        given.draw(ahead)
