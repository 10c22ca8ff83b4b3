"""What is allowed and can hardly be meant: one doubt each, and a neighbour that is in order.

These are the themes ``access``, ``serving``, ``figures`` and ``whereabouts``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.scenario.checks.figures import KNOWN_RATES
from tests.scenario.planted import (
    POINT,
    Change,
    Fault,
    cell,
    doubted,
    grid,
    head,
    less,
    more,
    put_grid,
    said,
    write_world,
)
from tests.worlds import Row

ROOT = Path(__file__).resolve().parents[3]
GATE = "road_access = { max_hub_hours = 3 }"
CLOSED = (
    "no all-season road can be open from a hub to there, even when all work that its teams can do "
    "is done: road_access is never met, nobody returns"
)
FAR = (
    "farther than max_hub_hours = {} by all-season roads, even when all work that its teams can do "
    "is done: road_access is never met, nobody returns"
)
UPPER = "communities.csv, row 2, column settlement: found 'upper'"
NOBODY_GOES_UP = [f"{UPPER}; note: under every allocation: {CLOSED}"]


def road(name: str, one: str, other: str, **cells: object) -> Change:
    row = {"id": name, "from_place": one, "to_place": other, "length_km": 9, "speed_kmh": 40}
    return more("roads", row | cells)


def dogs(allocation: str, teams: int = 1) -> Change:
    """Teams that get on where the ground is extreme, which deminers do not."""
    row = {"allocation": allocation, "asset": "dogs", "base": "camp", "teams": teams}
    return more("deployments", row)


def rate(asset: str, skill: str, **cells: object) -> Change:
    return more("rates", {"asset": asset, "skill": skill} | cells)


STEEP: list[Change] = [
    more("assets", {"id": "dogs", "cost_usd_day": 500}),
    rate("dogs", "technical_survey", rate_m2_day=900),
    rate("dogs", "clearance", rate_m2_day=900),
    cell("hazards", 3, "difficulty", "extreme"),
]
"""Extreme ground on the only road to ``upper``, and a type of team for it."""
WINTER = cell("roads", 3, "all_season", "false")
REPAIR = cell("roads", 3, "repair_crew_days", "0.5")

ACCESS: dict[str, Fault] = {
    "a road that winter closes": (
        [WINTER],
        NOBODY_GOES_UP,
        [WINTER, road("r4", "lower", "upper")],
    ),
    "a way round that is not open in winter either": (
        [WINTER, road("r4", "lower", "upper", all_season="false")],
        NOBODY_GOES_UP,
        [road("r4", "lower", "upper", all_season="false")],
    ),
    "roads that winter closes to all": (
        [WINTER, cell("roads", 4, "all_season", "false")],
        [f"{UPPER} (and 1 more row like it); note: under every allocation: {CLOSED}"],
        [WINTER, head(GATE, "permission = {}")],
    ),
    "a community that no road leads to, which another check says": (
        [
            more("places", {"id": "island", "kind": "settlement", "name": "Island", **POINT}),
            more("communities", {"id": "islanders", "settlement": "island", "people": 5}),
            WINTER,
        ],
        NOBODY_GOES_UP,
        [
            more("places", {"id": "island", "kind": "settlement", "name": "Island", **POINT}),
            more("communities", {"id": "islanders", "settlement": "island", "people": 5}),
        ],
    ),
    "a hub that is too many hours away": (
        [cell("roads", 4, "speed_kmh", "2.9")],
        [
            "communities.csv, row 3, column settlement: found 'lower', 3.103 hours from a hub; "
            f"note: under every allocation: {FAR.format(3)}"
        ],
        [cell("roads", 4, "speed_kmh", "3")],
    ),
    "hours of two roads together": (
        [cell("roads", 2, "speed_kmh", "6"), cell("roads", 3, "speed_kmh", "5.9")],
        [
            f"{UPPER}, 3.025 hours from a hub; note: under every allocation: {FAR.format(3)}",
        ],
        [cell("roads", 2, "speed_kmh", "6"), cell("roads", 3, "speed_kmh", "6")],
    ),
    "hours, if a gate asks for them": (
        [cell("roads", 4, "speed_kmh", "2.9"), WINTER],
        [
            *NOBODY_GOES_UP,
            "communities.csv, row 3, column settlement: found 'lower', 3.103 hours from a hub; "
            f"note: under every allocation: {FAR.format(3)}",
        ],
        [cell("roads", 4, "speed_kmh", "0.1"), head(GATE, "road_access = {}")],
    ),
    "ground on a road that one allocation has no teams for": (
        [*STEEP, dogs("listed")],
        [f"{UPPER}; note: under near: {CLOSED}"],
        [*STEEP, dogs("listed"), dogs("near")],
    ),
    "ground on a road that no team is there for": (
        [*STEEP, dogs("near", 0), cell("hazards", 3, "area_m2", "0.5")],
        NOBODY_GOES_UP,
        [*STEEP, dogs("near", 0), cell("hazards", 3, "area_m2", "0")],
    ),
    "a way round for one allocation that is too long": (
        [*STEEP, dogs("listed"), road("r4", "lower", "upper", speed_kmh=3)],
        [f"{UPPER}, 3.225 hours from a hub; note: under near: {FAR.format(3)}"],
        [*STEEP, dogs("listed"), road("r4", "lower", "upper", speed_kmh=4)],
    ),
    "a suspected hazard on a road that nobody can survey": (
        [cell("hazards", 3, "hazard_class", "SHA"), cell("rates", 2, "rate_m2_day", "")],
        NOBODY_GOES_UP,
        [cell("rates", 2, "rate_m2_day", "")],
    ),
    "a repair without a crew": (
        [REPAIR],
        NOBODY_GOES_UP,
        [REPAIR, rate("builders", "road_repair")],
    ),
    "a crew that is not there": (
        [
            *(REPAIR, more("assets", {"id": "pavers", "cost_usd_day": 500})),
            rate("pavers", "road_repair"),
        ],
        NOBODY_GOES_UP,
        [REPAIR, rate("deminers", "road_repair")],
    ),
    "a place on the way that opens after the horizon": (
        [cell("places", 5, "accessible_from", "2035-01-02")],
        NOBODY_GOES_UP,
        [cell("places", 5, "accessible_from", "2035-01-01")],
    ),
    "a hub that opens after the horizon": (
        [cell("places", 2, "accessible_from", "2035-01-02")],
        [f"{UPPER} (and 1 more row like it); note: under every allocation: {CLOSED}"],
        [cell("places", 3, "accessible_from", "2035-01-02")],
    ),
}
NO_LAND = "no land is to be released and every road is free of hazards from day 0"
NO_HOUSEHOLD = (
    "nobody is counted as willing: the gate shelter is met without a dwelling and "
    "nobody returns; leave the cell empty if the number is unknown"
)
UNWILLING = "nobody is willing: the gate shelter is met without a dwelling and nobody returns"
KNOWN_AREA = "known are 100 to 5,000,000 m2 (public mine map of Bosnia and Herzegovina)"


def willing(share: float) -> Change:
    row: Row = {"id": "willing_share", "distribution": "fixed", "a": share}
    return more("assumptions", row | {"unit": "share of households", "mark": "assumed"})


FIGURES: dict[str, Fault] = {
    "no hazards": (
        [less("hazards")],
        [f"hazards.csv: found no rows; note: {NO_LAND}"],
        [less("hazards", id="h1"), less("hazards", id="h2")],
    ),
    "people without a household": (
        [cell("communities", 3, "households", "0")],
        [
            "communities.csv, row 3, column households: found 0 households of 120 people; "
            f"note: {NO_HOUSEHOLD}"
        ],
        [cell("communities", 3, "households", "1"), cell("communities", 2, "households", "")],
    ),
    "one person, of no household or not willing": (
        [
            *(cell("communities", row, "people", "1") for row in (2, 3)),
            cell("communities", 2, "willing_share", "0"),
            cell("communities", 3, "households", "0"),
        ],
        [
            "communities.csv, row 3, column households: found 0 households of 1 people; "
            f"note: {NO_HOUSEHOLD}",
            f"communities.csv, row 2, column willing_share: found 0; note: {UNWILLING}",
        ],
        [
            *(cell("communities", row, "people", "1") for row in (2, 3)),
            less("communities", id="lower_people"),
            less("orders", position="1"),
        ],
    ),
    "more households than people": (
        [cell("communities", 3, "households", "121")],
        [
            "communities.csv, row 3, column households: found 121 households of 120 people; "
            "note: more households than people: the gate shelter asks for too many dwellings"
        ],
        [cell("communities", 3, "households", "120")],
    ),
    "people of whom nobody is willing": (
        [cell("communities", 3, "willing_share", "0")],
        [f"communities.csv, row 3, column willing_share: found 0; note: {UNWILLING}"],
        [cell("communities", 3, "willing_share", "0.01")],
    ),
    "people without a household, of whom nobody is willing": (
        [cell("communities", 3, "willing_share", "0"), cell("communities", 3, "households", "0")],
        [
            "communities.csv, row 3, column households: found 0 households of 120 people; "
            f"note: {NO_HOUSEHOLD}"
        ],
        [
            cell("communities", 3, "people", "0"),
            cell("communities", 3, "households", "0"),
            cell("communities", 3, "willing_share", "0"),
        ],
    ),
    "an assumption that nobody is willing": (
        [willing(0)],
        [f"assumptions.csv, row 3, column a: found a mean of 0; note: {UNWILLING}"],
        [willing(0.01)],
    ),
    "a gate that asks for nothing": (
        [head(GATE, "farmland = { required_share = 0 }")],
        [
            "scenario.toml, column gates.farmland.required_share: found 0; "
            "note: the gate farmland asks for nothing: leave it out if it is not in force"
        ],
        [head(GATE, "farmland = { required_share = 0.001 }")],
    ),
    "a road that a hazard on land denies": (
        [cell("hazards", 2, "denies", "housing;road")],
        [
            "hazards.csv, row 2, column denies: found road, by 'h1' at a place; "
            "note: it closes no road, since it lies on the land of a settlement: name the road"
        ],
        [cell("hazards", 2, "denies", "housing")],
    ),
    "a road that the hazard on it does not deny": (
        [cell("hazards", 3, "denies", "farmland;other")],
        [
            "hazards.csv, row 3, column denies: found farmland;other, by 'h2' on a road; "
            "note: it closes its road all the same until it is released: add road"
        ],
        [cell("hazards", 3, "denies", "farmland;road")],
    ),
    "an area beyond any": (
        [cell("hazards", 3, "area_m2", "50000001")],
        [
            "hazards.csv, row 3, column area_m2: found 50,000,001; "
            f"note: {KNOWN_AREA}: if it is a slip, work and dates are far too long"
        ],
        [cell("hazards", 3, "area_m2", "50000000")],
    ),
    "an area in hectares": (
        [cell("hazards", 2, "area_m2", "9.9"), cell("hazards", 4, "area_m2", "0.5")],
        [
            "hazards.csv, row 2, column area_m2: found 9.9 (and 1 more row like it); "
            f"note: {KNOWN_AREA}: if hectares are meant, work and dates are far too short"
        ],
        [cell("hazards", 2, "area_m2", "10"), cell("hazards", 4, "area_m2", "0")],
    ),
    "a strip on a road beyond any": (
        [cell("hazards", 3, "area_m2", "60000000")],
        [
            "hazards.csv, row 3, column area_m2: found 60,000,000; "
            f"note: {KNOWN_AREA}: if it is a slip, work and dates are far too long"
        ],
        [cell("hazards", 3, "area_m2", "5")],
    ),
    "a rate of a deminer in place of a team": (
        [cell("rates", 4, "rate_m2_day", "40"), cell("rates", 4, "land_class", "minefield")],
        [
            "rates.csv, row 4, column rate_m2_day: found 40 for clearance on minefield; "
            "note: known are 120 to 12,000 m2 of a whole team in a day (manual teams: The HALO "
            "Trust; machines: Ministry of Economy of Ukraine, 2025): if another unit is meant, "
            "work and dates are far too long"
        ],
        [cell("rates", 4, "rate_m2_day", "120"), cell("rates", 4, "land_class", "minefield")],
    ),
    "a rate in a year in place of a day": (
        [cell("rates", 4, "rate_m2_day", "7200000")],
        [
            "rates.csv, row 4, column rate_m2_day: found 7,200,000 for clearance on all land "
            "classes; note: known are 120 to 60,000 m2 of a whole team in a day (manual teams: The "
            "HALO Trust; teams of 6 to 24 searchers: Cabinet of Ministers of Ukraine, 2024): if "
            "another unit is meant, work and dates are far too short"
        ],
        [cell("rates", 4, "rate_m2_day", "60000")],
    ),
}


def at(table: str, row: int, lon: float, lat: float) -> list[Change]:
    return [cell(table, row, "lon_deg", f"{lon}"), cell(table, row, "lat_deg", f"{lat}")]


def outlines(*boxes: tuple[float, float, float, float]) -> Change:
    """Districts that are boxes from west to east and from south to north."""

    def ring(west: float, east: float, south: float, north: float) -> list[list[float]]:
        return [[west, south], [east, south], [east, north], [west, north], [west, south]]

    def change(folder: Path) -> None:
        shapes = [{"type": "Polygon", "coordinates": [ring(*box)]} for box in boxes]
        features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        (folder / "districts.geojson").write_text(text, encoding="utf-8")

    return change


def no_outlines(folder: Path) -> None:
    (folder / "districts.geojson").unlink(missing_ok=True)


def cape(lon: float, lat: float) -> Change:
    row = {"id": "cape", "kind": "junction", "name": "Cape", "lon_deg": lon, "lat_deg": lat}
    return more("places", row)


HERE = outlines((46, 47, 39, 40))
DIAGONAL = outlines((46, 47, 39, 40), (40, 41, 40.2, 41.2))
TURNED = (
    "outside districts.geojson, and inside if the two are exchanged: maps would show it elsewhere, "
    "no date changes"
)
WRONG_LAND = (
    "farther than 25 km: the coordinates or the site are wrong, and if it is the site, the wrong "
    "people wait for its release"
)
TOO_SHORT = (
    "no road is so much shorter: its length or a coordinate is wrong, and drives are too short"
)
METRES = "a road so much longer is perhaps in metres: drives would be far too long"
EAST = [*at("places", 4, 47, 39.5), head(GATE, "permission = {}")]
"""Half a degree at 39.5 degrees north: 42.90 km from the hub."""
LONG_ROAD = [*at("places", 3, 47.5, 39.5), cell("roads", 3, "length_km", "80")]

WHEREABOUTS: dict[str, Fault] = {
    "a place whose coordinates are exchanged": (
        [HERE, *at("places", 4, 39.5, 46.5)],
        [f"places.csv, row 4, column lat_deg: found 46.5, with longitude 39.5; note: {TURNED}"],
        [HERE, cape(39.5, 47.5)],
    ),
    "places whose coordinates are exchanged, and one that is not": (
        [HERE, cape(39.5, 46.5), *at("places", 5, 39.1, 46.9)],
        [
            "places.csv, row 5, column lat_deg: found 46.9, with longitude 39.1 (and 1 more row "
            f"like it); note: {TURNED}"
        ],
        [no_outlines, cape(39.5, 46.5)],
    ),
    "a place that is inside its mirror image by a border": (
        [DIAGONAL, cape(41.1, 40.5)],
        [f"places.csv, row 6, column lat_deg: found 40.5, with longitude 41.1; note: {TURNED}"],
        [DIAGONAL, cape(41.05, 40.6)],
    ),
    "a place in the second district of which the mirror image is in the first": (
        [outlines((46, 47, 39, 40), (50, 51, 20, 21)), cape(39.5, 46.5)],
        [f"places.csv, row 6, column lat_deg: found 46.5, with longitude 39.5; note: {TURNED}"],
        [outlines((46, 47, 39, 40), (39, 40, 46, 47)), cape(39.5, 46.5)],
    ),
    "a hazard far from its place": (
        at("hazards", 2, 46.5, 39.7253),
        [f"hazards.csv, row 2, column place: found 'h1', 25 km from 'upper'; note: {WRONG_LAND}"],
        at("hazards", 2, 46.5, 39.725),  # 25.02 km, and 40 m to the edge of its area
    ),
    "a hazard far from its road": (
        at("hazards", 3, 46.5, 39.8063),
        [f"hazards.csv, row 3, column road: found 'h2', 34 km from 'r2'; note: {WRONG_LAND}"],
        at("hazards", 3, 46.5, 39.806),  # as far as the road is long, and 25 km
    ),
    "a hazard far from both ends of its road": (
        [*LONG_ROAD, *at("hazards", 3, 45.2, 39.5)],
        [f"hazards.csv, row 3, column road: found 'h2', 112 km from 'r2'; note: {WRONG_LAND}"],
        [*LONG_ROAD, *at("hazards", 3, 46, 39.5)],  # 43 km from one, 129 km from the other
    ),
    "a hazard of which only half is known where": (
        [*at("hazards", 2, 10, 10)],
        [
            "hazards.csv, row 2, column place: found 'h1', 4,875 km from 'upper'; "
            f"note: {WRONG_LAND}"
        ],
        [cell("hazards", 2, "lon_deg", "10")],
    ),
    "a road shorter than the line": (
        [*EAST, cell("roads", 4, "length_km", "37.5")],
        [
            "roads.csv, row 4, column length_km: found 37.5 km, and 42.9 km in a straight line; "
            f"note: {TOO_SHORT}"
        ],
        [*EAST, cell("roads", 4, "length_km", "37.7")],
    ),
    "a road in metres": (
        [*EAST, cell("roads", 4, "length_km", "449.1")],
        [
            "roads.csv, row 4, column length_km: found 449.1 km, and 42.9 km in a straight line; "
            f"note: {METRES}"
        ],
        [*EAST, cell("roads", 4, "length_km", "448.9")],
    ),
    "a road in metres between neighbours": (
        [cell("roads", 4, "length_km", "20.1")],
        [
            "roads.csv, row 4, column length_km: found 20.1 km, and 0.0 km in a straight line; "
            f"note: {METRES}"
        ],
        [cell("roads", 4, "length_km", "20")],
    ),
    "a road too fast": (
        [cell("roads", 4, "speed_kmh", "131")],
        [
            "roads.csv, row 4, column speed_kmh: found 131; "
            "note: faster than 130 km/h: drives are too short, places seem too near"
        ],
        [cell("roads", 4, "speed_kmh", "130")],
    ),
}


def nobody(places: str, skills: str) -> str:
    return (
        f"deployments.csv, column serves: found nobody for {places}; note: under near no line "
        f"with teams for {skills} serves them: that work is never done"
    )


def teams(asset: str, serves: str, number: int = 1) -> Change:
    """Teams of allocation near in a column serves that is there."""
    row = ["near", asset, "camp", str(number), "", "", "made_up", serves]

    def change(folder: Path) -> None:
        put_grid(folder, "deployments", [*grid(folder, "deployments"), row])

    return change


SERVING: dict[str, Fault] = {
    "a district that no line with some skills serves": (
        [cell("deployments", 4, "serves", "upper")],
        [nobody("lower", "clearance, quality_control, survey, technical_survey")],
        [cell("deployments", 4, "serves", "upper; lower")],
    ),
    "teams that serve neither end of a road": (
        [cell("deployments", 4, "serves", "lower")],
        [
            f"{UPPER}; note: under near: {CLOSED}",
            nobody("upper", "survey"),
            nobody("r2, upper", "clearance, quality_control, technical_survey"),
        ],
        [cell("deployments", 4, "serves", "lower"), teams("deminers", "upper")],
    ),
    "a line that serves the rest and has no teams": (
        [cell("deployments", 5, "serves", "lower"), teams("builders", "", 0)],
        [nobody("upper", "build")],
        [cell("deployments", 5, "serves", "lower"), teams("builders", "", 1)],
    ),
    "works that take crews, and works that take none": (
        [cell("deployments", 5, "serves", "lower"), cell("works", 2, "crew_days", "1")],
        [nobody("upper", "build")],
        [cell("deployments", 5, "serves", "lower"), cell("works", 2, "crew_days", "0")],
    ),
}
DOUBTS = ACCESS | SERVING | FIGURES | WHEREABOUTS


@pytest.mark.parametrize("name", DOUBTS)
def test_what_can_hardly_be_meant_is_doubted_and_what_may_be_meant_is_not(
    folder: Path, name: str
) -> None:
    fault, says, legal = DOUBTS[name]
    assert doubted(folder, fault) == says
    assert doubted(folder, legal) == []


@pytest.mark.parametrize("name", DOUBTS)
def test_nothing_is_doubted_while_there_are_errors(folder: Path, name: str) -> None:
    fault, _, _ = DOUBTS[name]
    assert doubted(folder, [*fault, cell("sources", 2, "title", "")]) == []


@pytest.mark.parametrize(("skill", "land"), KNOWN_RATES)
def test_rates_are_in_order_up_to_the_ends_of_what_is_known(
    folder: Path, skill: str, land: str | None
) -> None:
    low, high, source = KNOWN_RATES[skill, land]  # type: ignore[index]
    row = ["survey", "technical_survey", "clearance", "quality_control"].index(skill) + 2
    where = cell("rates", row, "land_class", land or "")
    for number, word in ((low, ""), (high, ""), (0.99 * low, "long"), (1.01 * high, "short")):
        texts = doubted(folder, [where, cell("rates", row, "rate_m2_day", f"{number}")])
        texts = [text for text in texts if text.startswith("rates")]
        assert len(texts) == bool(word)
        assert all(source in text and text.endswith(f"too {word}") for text in texts)


def test_doubts_are_the_last_warnings_and_the_gravest_comes_first(folder: Path) -> None:
    write_world(folder)
    for change in (
        cell("roads", 4, "speed_kmh", "131"),
        cell("communities", 3, "households", "0"),
        cell("works", 3, "dwellings", ""),
        WINTER,
    ):
        change(folder)
    report = rp.check(folder)
    assert [problem.file for problem in report.warnings] == [
        *("works.csv", "communities.csv", "communities.csv", "roads.csv"),
    ]
    assert report.warnings[1:] == report.plausibility
    assert report.errors == ()
    assert report.scenario == rp.load(folder)


def test_of_the_shipped_scenarios_one_is_doubted_for_what_it_says_itself() -> None:
    """Land for transport beside roads blocks nobody's way (README of Karabakh)."""
    assert rp.check(ROOT / "scenarios" / "valley").plausibility == ()
    (doubt,) = rp.check(ROOT / "scenarios" / "karabakh").plausibility
    assert (doubt.file, doubt.column) == ("hazards.csv", "denies")
    assert doubt.found.endswith("at a place (and 380 more rows like it)")


@pytest.mark.parametrize(
    ("lon", "lat", "doubts"), [(39.3, 46.3, 1), (39.45, 46.5, 1), (39.55, 46.5, 0)]
)
def test_an_outline_with_a_slanting_side_holds_what_is_within(
    folder: Path, lon: float, lat: float, doubts: int
) -> None:
    write_world(folder)
    ring = [[46, 39], [47, 39], [46, 40], [46, 39]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    text = json.dumps({"features": [{"geometry": shape, "properties": {}}]})
    (folder / "districts.geojson").write_text(text, encoding="utf-8")
    cape(lon, lat)(folder)
    assert len(rp.check(folder).plausibility) == doubts


def test_outlines_beyond_the_earth_hold_no_place(folder: Path) -> None:
    beyond = outlines((-1e308, 1e308, -1e308, 1e308), (46, 47, 39, 39))
    assert doubted(folder, [beyond, cape(39.5, 46.5)]) == []


def test_a_latitude_beyond_the_pole_is_an_error(folder: Path) -> None:
    (text,) = said(folder, at("places", 4, 39.5, 90.1))
    assert text.startswith("places.csv, row 4, column lat_deg: found '90.1'; allowed: a number of ")
