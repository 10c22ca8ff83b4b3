"""The ground of the page's map in kilometres on the page, without longitudes and latitudes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.domain import Place, Scenario
from returnplan.runs.ready_days import Spread
from returnplan.runs.tables.judged import certainty_of
from returnplan.scenario.background import Background
from returnplan.show.maps.ground import KM_PER_DEGREE
from returnplan.show.maps.rough import rough_places

NOT_MET, UNKNOWN = -1, -2
"""In place of a day: not within the horizon, and not known."""
MARGIN_KM = 1.0
MOST_HAZARDS = 2_000
"""Outlines of hazards on a map, so that the page stays small."""

Floats = NDArray[np.float64]
Degrees = Sequence[Sequence[float]]


class Sheet:
    """A flat sheet of kilometres over some points; a circle stays round at mid-height.

    Parameters
    ----------
    points
        Longitude and latitude of all that the sheet must hold, degrees, n x 2.
    decimals
        Digits of a kilometre that are kept.
    """

    def __init__(self, points: Degrees | Floats, decimals: int) -> None:
        given = np.asarray(points, dtype=float).reshape(-1, 2)
        low, high = (given.min(axis=0), given.max(axis=0)) if len(given) else (np.zeros(2),) * 2
        east_km = KM_PER_DEGREE * math.cos(math.radians((low[1] + high[1]) / 2))
        self._origin, self._scale, self._decimals = (
            low,
            np.array([east_km, KM_PER_DEGREE]),
            decimals,
        )
        self.size_km: list[float] = self.km(high)[0]

    def km(self, points: Degrees | Floats) -> list[list[float]]:
        """Return kilometres east and north of the sheet's corner.

        Parameters
        ----------
        points
            Longitude and latitude, degrees, n x 2.
        """
        flat = (np.asarray(points, dtype=float).reshape(-1, 2) - self._origin) * self._scale
        rounded: list[list[float]] = (np.round(flat, self._decimals) + 0.0).tolist()
        return rounded

    def ring(self, points: Degrees) -> list[float]:
        """Return a ring as one list of numbers: east, north, east, north ..."""
        return [value for point in self.km(points) for value in point]


def full_map(
    scenario: Scenario,
    background: Background,
    tables: Mapping[str, pd.DataFrame],
    run: Spread,
    shown: Sequence[str] = (),
    hazards: Sequence[Degrees] = (),
) -> dict[str, Any]:
    """Settlements, roads and outlines, with one day for each thing and allocation.

    Parameters
    ----------
    background
        Outlines of districts.
    tables
        ``readiness`` and ``roads`` of the run.
    run
        The run, for its draws.
    shown
        Names of districts, in the order of the page.
    hazards
        Outer rings of recorded hazards; of many the :data:`MOST_HAZARDS` with most corners stay.

    Returns
    -------
    dict[str, Any]
        Districts as in :func:`district_map`, but none where there are no outlines. Coordinates in
        km; days from the start, ``NOT_MET`` and ``UNKNOWN``. With draws ``even`` and ``likely``:
        from which days on it is about even, and likely, that all conditions are met.
    """
    places = scenario.places
    number = {place.id: at for at, place in enumerate(places)}
    points = [(place.lon_deg, place.lat_deg) for place in places]
    outlined = [point for ring in background.rings for point in ring]
    known = {name: at for at, name in enumerate(shown)} if outlined else {}
    missing = [name for name in known if name not in background.districts]
    middles = _true_middles(places, missing)
    sheet = Sheet([*points, *outlined, *middles.values()], decimals=2)
    people = scenario.people
    settled = [place.id for place in places if place.id in people]
    names = run.allocations
    return {
        "size": sheet.size_km,
        "rings": [sheet.ring(ring) for ring in background.rings],
        "ring_names": list(background.districts),
        "ring_district": [known.get(name, -1) for name in background.districts],
        "circles": [[known[name], *sheet.km([middle])[0]] for name, middle in middles.items()],
        "hazards": [*map(sheet.ring, sorted(hazards, key=len, reverse=True)[:MOST_HAZARDS])],
        "places": sheet.km(points),
        "settlements": [number[settlement] for settlement in settled],
        "people": [people[settlement] for settlement in settled],
        "names": [scenario.place[settlement].name for settlement in settled],
        "others": [
            number[place.id]
            for place in places
            if place.kind == "settlement" and place.id not in people
        ],
        "hubs": [[number[place.id], place.name] for place in places if place.kind == "hub"],
        "roads": [[number[road.from_place], number[road.to_place]] for road in scenario.roads],
        "ready": [_ready_days(tables["readiness"], name, settled) for name in names],
        "open": [_open_days(tables["roads"], name, scenario) for name in names],
        **_certain_days(scenario, run, settled),
    }


def _ready_days(readiness: pd.DataFrame, allocation: str, settlements: Sequence[str]) -> list[int]:
    """First day on which all communities of a settlement have their conditions met."""
    mine = readiness[readiness["allocation"] == allocation]
    is_unknown = mine["status"].astype(str).str.startswith("unknown")
    by_settlement = pd.DataFrame(
        {
            "day": mine["ready_day_p50"].fillna(np.inf).to_numpy(dtype=float),
            "is_unknown": is_unknown.to_numpy(),
        },
        index=mine["settlement"],
    )
    latest = by_settlement.groupby(level=0).max().reindex(list(settlements))
    return [
        UNKNOWN if unknown else whole_day(day)
        for day, unknown in zip(latest["day"], latest["is_unknown"], strict=True)
    ]


def _certain_days(
    scenario: Scenario, run: Spread, settlements: Sequence[str]
) -> dict[str, list[list[int]]]:
    """First days on which it is about even, and likely, that a settlement's conditions are met."""
    if run.ready_day is None:
        return {}
    home = {community.id: community.settlement for community in scenario.communities}
    columns: dict[str, list[int]] = {settlement: [] for settlement in settlements}
    for column, community in enumerate(run.communities):
        columns[home[community]].append(column)
    days = np.stack([run.ready_day[:, :, some].max(axis=2) for some in columns.values()], axis=2)
    days.sort(axis=1)
    draws = days.shape[1]
    words = [certainty_of(ready / draws) for ready in range(draws + 1)]
    least = {
        "even": next(ready for ready, word in enumerate(words) if word != "unlikely"),
        "likely": words.index("likely"),
    }
    return {
        name: [[whole_day(day) for day in mine[ready - 1]] for mine in days]
        for name, ready in least.items()
    }


def _open_days(roads: pd.DataFrame, allocation: str, scenario: Scenario) -> list[int]:
    """First day on which people may use each road, on expected values."""
    mine = roads[roads["allocation"] == allocation].set_index("road")["open_day"]
    return [whole_day(day) for day in mine.reindex([road.id for road in scenario.roads])]


def whole_day(day: float) -> int:
    """Return the first whole day at whose beginning something holds; never: ``NOT_MET``.

    Examples
    --------
    >>> whole_day(0.0), whole_day(3.2), whole_day(float("inf")), whole_day(float("nan"))
    (0, 4, -1, -1)
    """
    return math.ceil(day) if math.isfinite(day) else NOT_MET


def district_map(
    places: Sequence[Place],
    background: Background,
    areas: Mapping[str, str],
    shown: Sequence[str],
) -> dict[str, Any]:
    """Districts only: outlines where there are any, else circles that stand roughly there.

    A circle stands in the middle of a wide cell, so that it gives no settlement away.

    Parameters
    ----------
    places
        Places of the scenario.
    background
        Outlines of districts.
    areas
        By district: under which name it is counted (see
        :func:`returnplan.show.audience.tables.areas_of`).
    shown
        Those names, in the order of the page.

    Returns
    -------
    dict[str, Any]
        Coordinates in km: rings with the number of their district (-1: none), circles.
    """
    number = {name: at for at, name in enumerate(shown)}
    known = {name: number[area] for name, area in areas.items() if area in number}
    outlined = [
        (ring, known.get(name, -1))
        for ring, name in zip(background.rings, background.districts, strict=True)
    ]
    middles = rough_places(places, [name for name in known if name not in background.districts])
    corners = [*(point for ring, _ in outlined for point in ring), *_cell_corners(middles)]
    sheet = Sheet(corners, decimals=1)
    return {
        "size": sheet.size_km,
        "rings": [sheet.ring(ring) for ring, _ in outlined],
        "ring_district": [at for _, at in outlined],
        "circles": [[known[name], *sheet.km([middle])[0]] for name, middle in middles.items()],
    }


def _true_middles(
    places: Sequence[Place], districts: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Middle of the settlements of each district that has some."""
    found = {}
    for name in districts:
        mine = [(place.lon_deg, place.lat_deg) for place in places if place.district == name]
        if name and mine:
            lon, lat = np.mean(mine, axis=0).tolist()
            found[name] = (lon, lat)
    return found


def _cell_corners(middles: Mapping[str, tuple[float, float]]) -> list[tuple[float, float]]:
    """Room around the circles."""
    margin = 2 * MARGIN_KM / KM_PER_DEGREE
    return [
        (lon + side * margin, lat + side * margin)
        for lon, lat in middles.values()
        for side in (-1, 1)
    ]
