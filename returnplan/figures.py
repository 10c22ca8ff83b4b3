"""The figures of a run folder: every chart as PNG and SVG, for all or for each allocation."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from returnplan import canvas, charts, maps
from returnplan.canvas import CHARTS
from returnplan.domain import Scenario
from returnplan.scenario.background import Background, read_background
from returnplan.simulation import Outcome
from returnplan.words import ENGLISH

EACH = tuple(draw.__name__ for draw in (maps.ready_map, charts.gate_matrix, charts.team_occupation))
"""Charts drawn for each allocation."""
TOGETHER = tuple(
    draw.__name__
    for draw in (charts.conditions_met_over_time, maps.ready_map, charts.hectares_by_year)
)
"""Charts that show all allocations on one page."""
NAMES = tuple(CHARTS)


def title(name: str) -> str:
    """Title of a chart."""
    return CHARTS[name].title(ENGLISH, False)


@dataclass(frozen=True, kw_only=True)
class _Page:
    """One figure: file name, chart, and the allocations that it shows."""

    file: str
    chart: str
    allocations: tuple[str, ...]


def _pages(allocations: Sequence[str]) -> Iterator[_Page]:
    for name in TOGETHER:
        if name not in EACH or len(allocations) > 1:
            yield _Page(file=name, chart=name, allocations=tuple(allocations))
    for name in EACH:
        for allocation in allocations:
            yield _Page(file=f"{name}_{allocation}", chart=name, allocations=(allocation,))


def count(allocations: int) -> int:
    """How many figures a run with so many allocations has."""
    return sum(1 for _ in _pages([str(i) for i in range(allocations)]))


def draw_figures(
    scenario: Scenario,
    outcomes: Sequence[Outcome],
    folder: Path,
    view: canvas.View,
    progress: Callable[[str], None],
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
    """
    folder.mkdir(parents=True)
    tables = _tables(scenario, outcomes)
    for page in _pages([outcome.allocation for outcome in outcomes]):
        is_one = CHARTS[page.chart].one_allocation
        drawn, alt = canvas.figure(page.chart, tables, view, page.allocations if is_one else ())
        canvas.save(drawn, folder / page.file, alt)
        progress(f"drew {page.file}")


def _tables(scenario: Scenario, outcomes: Sequence[Outcome]) -> Mapping[str, pd.DataFrame]:
    """Tables of the run, those of the scenario that charts need, and who is present when."""
    names = ("readiness", "people_met", "gates", "land_release", "jobs", "presence")
    tables = {name: pd.concat([getattr(o, name) for o in outcomes]) for name in names}
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
