"""The figures of a run folder: every chart as PNG and SVG, for all or for each allocation."""

import pickle
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory
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
from returnplan.scenario.background import Background, read_background
from returnplan.show import charts, maps
from returnplan.show import drawing as canvas
from returnplan.show.drawing import CHARTS

EACH = tuple(
    draw.__name__
    for draw in (
        *(maps.ready_map, maps.ready_map_by_year, charts.ready_dates, charts.ready_gantt),
        *(charts.gate_matrix, charts.share_by_district, charts.key_roads, charts.team_occupation),
    )
)
"""Charts drawn for each allocation."""
SEVERAL = tuple(
    draw.__name__
    for draw in (charts.people_against_cost, charts.paired_differences, maps.ready_map)
)
"""Charts of all allocations that say nothing new of a single one."""
TOGETHER = (
    *(
        draw.__name__
        for draw in (
            *(charts.conditions_met_over_time, charts.returns_over_time),
            *(charts.waiting_by_cause, charts.hectares_by_year),
        )
    ),
    *SEVERAL,
)
"""Charts that show all allocations on one page."""
MANY_PAGES = 20
"""From so many figures on, a second process helps: it takes two seconds to begin."""
PAIRED = charts.paired_differences.__name__
NAMES = tuple(CHARTS)
OF_OUTCOMES = (
    *("summary", "readiness", "people_met", "gates", "delays", "key_roads"),
    *("land_release", "jobs", "presence"),
)
"""Tables of the outcomes that charts need."""


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
    chart
        Name of the chart.
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
    allocations
        Its allocations.
    draws
        Its draws; 0: expected values.

    Returns
    -------
    list[Page]
        Figures of all allocations, then those of each.
    """
    left_out = set(SEVERAL) if len(allocations) == 1 else set()
    left_out |= {PAIRED} if draws < LEAST_DRAWS else set()
    together = [
        Page(file=name, chart=name, allocations=tuple(allocations))
        for name in TOGETHER
        if name not in left_out
    ]
    each = [
        Page(file=f"{name}_{allocation}", chart=name, allocations=(allocation,))
        for name in EACH
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
    view: canvas.View,
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
        Names, provenance and background (see :func:`view_of`).
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
    view: canvas.View
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
        drawn, alt = canvas.figure(page.chart, self.tables, self.view, shown)
        canvas.save(drawn, self.folder / page.file, alt)
        return True


@contextmanager
def _helper(desk: _Desk) -> Iterator[None]:
    """Let a second process draw from the front, if that is worth its start.

    It does not hear Ctrl-C, and ends with this block. What it leaves undone, or fails at, is left.
    """
    if len(desk.pages) < MANY_PAGES or cores() == 1:
        yield
        return
    with TemporaryDirectory() as place:
        file = Path(place) / "desk.pickle"
        file.write_bytes(pickle.dumps(desk))
        code = f"from {__name__} import draw_desk; draw_desk({str(file)!r})"
        helper = Popen(
            [sys.executable, "-c", code], stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
        )
        try:
            yield
            helper.wait()
        finally:
            helper.kill()
            helper.wait()


def draw_desk(file: str) -> None:
    """Draw from the front what nobody has begun: the work of the second process.

    Parameters
    ----------
    file
        Pickle that :func:`draw_figures` wrote.
    """
    desk: _Desk = pickle.loads(Path(file).read_bytes())
    for page in desk.pages:
        desk.draw(page)


def _tables(
    scenario: Scenario,
    outcomes: Sequence[Outcome],
    ready_day: NDArray[np.floating[Any]] | None,
) -> Mapping[str, pd.DataFrame]:
    """Tables of the run, those of the scenario that charts need, and comparisons."""
    tables = {name: pd.concat([getattr(o, name) for o in outcomes]) for name in OF_OUTCOMES}
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
    return {**tables, **ground(scenario)}


def ground(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Give the tables of a scenario that maps need.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    dict[str, pandas.DataFrame]
        ``places`` and ``roads``: points, and which of them a road joins.
    """
    places = pd.DataFrame(
        [(p.id, p.kind, p.name, p.lon_deg, p.lat_deg) for p in scenario.places],
        columns=["id", "kind", "name", "lon_deg", "lat_deg"],
    )
    roads = pd.DataFrame(
        [(road.id, road.from_place, road.to_place) for road in scenario.roads],
        columns=["id", "from_place", "to_place"],
    )
    return {"places": places, "roads": roads}


def view_of(
    folder: Path | None, scenario: Scenario, horizon_days: float, provenance: str, draws: int = 0
) -> canvas.View:
    """What the charts must know beside their tables.

    Parameters
    ----------
    folder
        Folder of the scenario, for the optional background of the map; None: no background.
    scenario
        The scenario.
    horizon_days
        Length of the horizon, days.
    provenance
        Scenario, version and digest in one line.
    draws
        Draws that the ranges come from; 0: a run on expected values.

    Returns
    -------
    canvas.View
        Start, names, sources and background.
    """
    names = {place.id: place.name for place in scenario.places}
    names |= _community_names(scenario)
    names |= {asset.id: asset.name for asset in scenario.assets if asset.name}
    used = dict.fromkeys(place.source for place in scenario.places)
    used |= dict.fromkeys(road.source for road in scenario.roads)
    credited = {source.id: source.title for source in scenario.sources}
    background = read_background(folder)[0] if folder else Background()
    return canvas.View(
        start=scenario.start,
        horizon_days=horizon_days,
        names=names,
        titles={one.name: one.title for one in scenario.allocations if one.title},
        provenance=provenance,
        sources="; ".join([*(credited[source] for source in used), *background.credit_lines]),
        districts=background.rings,
        draws=draws,
        targets=scenario.targets,
    )


def _community_names(scenario: Scenario) -> dict[str, str]:
    """Name of the settlement; where several communities share one, with the group or the id."""
    at = Counter(community.settlement for community in scenario.communities)
    shared = Counter((community.settlement, community.group) for community in scenario.communities)
    names: dict[str, str] = {}
    for community in scenario.communities:
        name = scenario.place[community.settlement].name
        if at[community.settlement] > 1:
            is_telling = community.group and shared[community.settlement, community.group] == 1
            word = community.group.replace("_", " ") if is_telling else community.id
            name = f"{name} ({word})"
        names[community.id] = name
    return names
