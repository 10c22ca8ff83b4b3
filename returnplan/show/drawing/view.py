"""What a chart must know beside its tables: time, names, language, where it is."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib import dates as mdates

from returnplan.domain import AUTHORITY, Scenario, Target
from returnplan.language.words import ENGLISH, Later, Words, later
from returnplan.scenario.background import Background, read_background
from returnplan.scenario.translated import district_names
from returnplan.show.audience.tables import ALL, OTHER
from returnplan.units import horizon_date
from returnplan.version import __version__

TOGETHER: Mapping[str, Later] = {OTHER: later("other districts"), ALL: later("all districts")}
"""What districts are called that are counted together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a chart must know beside its tables.

    Parameters
    ----------
    start, horizon_days
        Day 0 of the scenario, and the length of its horizon.
    allocation
        The allocation to draw, for charts of one allocation.
    names
        Words to print for the ids of places, communities and asset types.
    titles
        Titles of allocations, by name.
    district_names
        What districts are called that have another name than in the tables.
    authority
        Who releases land; fills the statement below every figure.
    provenance
        Scenario, version, allocations, draws and seed in one line.
    sources
        Where points, roads and boundaries come from; printed below maps.
    districts
        Rings of longitude and latitude in degrees, each shape (n, 2).
    ring_names
        District of each ring, as in the tables; empty where none is given.
    as_of
        Date of the data: what lies before it is known, and charts over time mark it.
    draws
        Draws that the ranges of the tables come from; 0: a run on expected values.
    words
        The language in which charts speak.
    day
        The day to draw, for charts of one moment; none: the end of the horizon.
    targets
        To be drawn beside the results.
    panel
        Title of a panel beside others; empty: the chart has the page to itself.
    has_gaps
        Whether dates are left out between those of a table, as for the public: lines between them
        are straight.
    """

    start: dt.date
    horizon_days: float
    allocation: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    district_names: Mapping[str, str] = field(default_factory=dict)
    authority: str = AUTHORITY
    provenance: str = ""
    sources: str = ""
    districts: Sequence[Sequence[Sequence[float]]] = ()
    ring_names: Sequence[str] = ()
    as_of: dt.date | None = None
    draws: int = 0
    words: Words = ENGLISH
    day: float | None = None
    targets: Sequence[Target] = ()
    panel: str = ""
    has_gaps: bool = False

    def word(self, key: object) -> str:
        """Return the words to print for an id."""
        return self.names.get(str(key), str(key).replace("_", " "))

    def title(self, allocation: object) -> str:
        """Return the words to print for an allocation."""
        return self.titles.get(str(allocation), str(allocation).replace("_", " "))

    def district(self, name: object) -> str:
        """Return the words to print for a district, or for those that are counted together."""
        own = str(name)
        if own in TOGETHER:
            return self.words.say(TOGETHER[own])
        return self.district_names.get(own, own)

    def date(self, day: float) -> dt.date:
        """Return the calendar date of a day on the axis."""
        return self.start + dt.timedelta(days=math.floor(day))

    def date_word(self, day: float) -> str:
        """Return the calendar date of a day on the axis, for people."""
        return self.words.date(self.date(day))

    def said_date(self, day: float) -> str:
        """Return the date of a day that draws bring about, for people."""
        return self.words.said_date(self.date(day), self.draws)

    def said_month(self, day: float) -> str:
        """Return month and year of a day that draws bring about, for labels."""
        return self.words.said_month(self.date(day), self.draws)

    @property
    def horizon_word(self) -> str:
        """Return the last date of the horizon, for people."""
        return self.date_word(self.horizon_days)

    @property
    def draws_word(self) -> str:
        """Return the number of draws, for people."""
        return self.words.number(self.draws)

    def axis(self, day: Any) -> Any:
        """Return days since start as matplotlib date numbers, same shape."""
        return day + float(mdates.date2num(self.start))


def view(scenario: Scenario, *, draws: int = 0, folder: Path | str | None = None) -> View:
    """Say what charts of a scenario must know beside their tables: time, names, where it is.

    Parameters
    ----------
    draws
        Draws that the ranges of the tables come from; 0: a run on expected values.
    folder
        Folder of the scenario, for the optional background of maps; None: no background.

    Returns
    -------
    View
        To be handed to the functions of :mod:`returnplan.show.charts` as ``view``; with
        ``dataclasses.replace(view, allocation=name)`` to those that draw one allocation.

    Examples
    --------
    >>> import returnplan as rp
    >>> from returnplan import charts
    >>> valley = rp.load("scenarios/valley")
    >>> today = rp.simulate(valley, "today")
    >>> ax = charts.conditions_met_over_time(
    ...     today.people_met, today.readiness, view=rp.view(valley)
    ... )
    >>> ax.get_ylabel()
    'People with conditions met (modelled)'
    """
    days = (horizon_date(scenario.start, scenario.horizon_years) - scenario.start).days
    how = f"{draws} draws" if draws else "run on expected values (no draws)"
    made = f"Scenario {scenario.name}, {how}, returnplan {__version__}"
    return view_of(Path(folder) if folder else None, scenario, days, made, draws)


def view_of(
    folder: Path | None, scenario: Scenario, horizon_days: float, provenance: str, draws: int = 0
) -> View:
    """What the charts must know beside their tables.

    Parameters
    ----------
    folder
        Folder of the scenario, for the optional background of the map; None: no background.
    horizon_days
        Length of the horizon, days.
    provenance
        Scenario, version and digest in one line.
    draws
        Draws that the ranges come from; 0: a run on expected values.

    Returns
    -------
    View
        Start, names, sources and background.
    """
    names = {place.id: place.name for place in scenario.places}
    names |= _community_names(scenario)
    names |= {asset.id: asset.name for asset in scenario.assets if asset.name}
    used = dict.fromkeys(place.source for place in scenario.places)
    used |= dict.fromkeys(road.source for road in scenario.roads)
    credited = {source.id: source.title for source in scenario.sources}
    background = read_background(folder)[0] if folder else Background()
    return View(
        start=scenario.start,
        horizon_days=horizon_days,
        names=names,
        titles={header.name: header.title for header in scenario.allocations if header.title},
        district_names=district_names(scenario),
        provenance=provenance,
        sources="; ".join([*(credited[source] for source in used), *background.credit_lines]),
        districts=background.rings,
        ring_names=background.districts,
        as_of=scenario.as_of,
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


def map_tables(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Give the tables of a scenario that maps need.

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
