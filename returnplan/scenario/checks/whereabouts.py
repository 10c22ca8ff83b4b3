"""Places, hazards and roads whose coordinates, lengths and speeds contradict each other."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from returnplan.errors import Problem
from returnplan.scenario.background import FILE, Ring
from returnplan.scenario.checks.draft import Draft, check

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

EARTH_KM = 6371.0
LEAST_TURN_DEG = 0.5
"""Nearer to its mirror image, about 50 km, a point at a border may be inside either way."""
FAR_KM = 25.0
"""A hazard farther from its place than a day's walk is on somebody else's land."""
POINTS_KM, POINTS_SHARE = 1.0, 0.1
"""How much shorter a road may be than the line between two points: places have a size.

Published lengths of main roads in Karabakh are up to 9 % and 2.5 km shorter.
"""
DETOUR, DETOUR_KM = 10.0, 20.0
"""How much longer it may be: the longest of 2,171 roads of Karabakh is 2.5 times as long."""
FAST_KMH = 130.0


@check
def places_are_not_turned(draft: Draft) -> Iterator[Problem]:
    """Longitude and latitude are not exchanged."""
    note = (
        f"outside {FILE}, and inside if the two are exchanged: maps would show it elsewhere, no "
        "date changes"
    )
    for row, place in _turned(draft):
        found = f"{place.lat_deg:g}, with longitude {place.lon_deg:g}"
        yield draft.doubt("places", row, "lat_deg", found, note)


def _turned(draft: Draft) -> list[tuple[int, Any]]:
    """Places whose longitude and latitude seem to be exchanged, with their rows."""
    places = draft.all("places")
    if not draft.rings:
        return []
    points = _points([place for _, place in places])
    mirrored = points[:, ::-1]
    are = np.abs(points[:, 0] - points[:, 1]) > LEAST_TURN_DEG
    are[are] = _inside(mirrored[are], draft.rings)
    are[are] = ~_inside(points[are], draft.rings)
    return [places[number] for number in np.flatnonzero(are)]


@check
def hazards_lie_at_their_places(draft: Draft) -> Iterator[Problem]:
    """A hazard lies near the settlement, or the road, on whose land it is."""
    located = [
        (row, item)
        for row, item in draft.of("hazards")
        if item.lon_deg is not None and item.lat_deg is not None
    ]
    if not located:
        return
    places = {place.id: place for _, place in draft.of("places")}
    roads = {road.id: road for _, road in draft.of("roads")}
    turned = {place.id for _, place in _turned(draft)}
    ends = [
        (item.place, item.place)
        if item.road is None
        else (roads[item.road].from_place, roads[item.road].to_place)
        for _, item in located
    ]
    points = _points([item for _, item in located])
    one, other = (_points([places[i] for i in side]) for side in zip(*ends, strict=True))
    near = np.minimum(_km(points, one), _km(points, other))
    for (row, item), between, km in zip(located, ends, near.tolist(), strict=True):
        length = 0.0 if item.road is None else roads[item.road].length_km
        radius = math.sqrt(item.area_m2 / math.pi) / 1000
        if km > FAR_KM + length + radius and turned.isdisjoint(between):
            found = f"{item.id!r}, {km:,.0f} km from {item.site!r}"
            note = (
                f"farther than {FAR_KM:g} km: the coordinates or the site are wrong, and if it is "
                "the site, the wrong people wait for its release"
            )
            column = "place" if item.road is None else "road"
            yield draft.doubt("hazards", row, column, found, note)


@check
def roads_are_as_long_as_the_line(draft: Draft) -> Iterator[Problem]:
    """A road is no shorter than the straight line between its ends, and not ten times as long."""
    roads = list(draft.of("roads"))
    if not roads:
        return
    places = {place.id: place for _, place in draft.of("places")}
    turned = {place.id for _, place in _turned(draft)}
    ends = [(road.from_place, road.to_place) for _, road in roads]
    line = _km(*(_points([places[i] for i in side]) for side in zip(*ends, strict=True)))
    length = np.array([road.length_km for _, road in roads])
    is_short = length < (1 - POINTS_SHARE) * line - POINTS_KM
    is_long = length > DETOUR * line + DETOUR_KM
    for number in np.flatnonzero(is_short | is_long).tolist():
        row, _ = roads[number]
        if turned.isdisjoint(ends[number]):
            found = f"{length[number]:g} km, and {line[number]:,.1f} km in a straight line"
            note = (
                "no road is so much shorter: its length or a coordinate is wrong, and drives are "
                "too short"
                if is_short[number]
                else "a road so much longer is perhaps in metres: drives would be far too long"
            )
            yield draft.doubt("roads", row, "length_km", found, note)


@check
def roads_are_driven_as_cars_drive(draft: Draft) -> Iterator[Problem]:
    """Nobody drives faster than on a motorway."""
    for row, road in draft.of("roads"):
        if road.speed_kmh > FAST_KMH:
            note = f"faster than {FAST_KMH:g} km/h: drives are too short, places seem too near"
            yield draft.doubt("roads", row, "speed_kmh", f"{road.speed_kmh:g}", note)


def _points(nouns: Sequence[Any]) -> Floats:
    """Longitude and latitude of each noun, n x 2, degrees."""
    return np.array([(noun.lon_deg, noun.lat_deg) for noun in nouns], np.float64).reshape(-1, 2)


def _km(one: Floats, other: Floats) -> Floats:
    """Great-circle distances between points, n x 2 each, km."""
    (lon, lat), (other_lon, other_lat) = np.radians(one).T, np.radians(other).T
    half = np.sin((lat - other_lat) / 2) ** 2
    half += np.cos(lat) * np.cos(other_lat) * np.sin((lon - other_lon) / 2) ** 2
    distance: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1)))
    return distance


def _inside(points: Floats, rings: Sequence[Ring]) -> Flags:
    """Whether each point, n x 2, lies within one of some rings."""
    found = np.zeros(len(points), np.bool_)
    for ring in rings:
        corners = np.array(ring, np.float64)
        is_near = np.all((points >= corners.min(0)) & (points <= corners.max(0)), axis=1)
        near = np.flatnonzero(is_near & ~found)
        if len(near):
            found[near] = _within(points[near], corners)
    return found


def _within(points: Floats, corners: Floats) -> Flags:
    """Whether a line from each point to the east crosses a closed ring an odd number of times."""
    (x0, y0), (x1, y1) = corners[:-1].T, corners[1:].T
    x, y = points[:, :1], points[:, 1:]
    crosses = (y0 > y) != (y1 > y)
    with np.errstate(all="ignore"):  # level lines, and outlines beyond the earth, cross nothing
        is_east = x < x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    odd: Flags = np.count_nonzero(crosses & is_east, axis=1) % 2 == 1
    return odd
