"""Communities that no hub is connected with, and bases that no work is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.planted import (
    AREA,
    POINT,
    Change,
    Fault,
    cell,
    drop,
    grid,
    less,
    longer,
    more,
    said,
    said_of_longer,
)
from tests.worlds import Row

ISLAND: Row = {"id": "island", "kind": "settlement", "name": "Island", **POINT}
ROCK: Row = {"id": "rock", "kind": "base", "name": "Rock", **POINT}
CAPE: Row = {"id": "cape", "kind": "junction", "name": "Cape", **POINT}
ISLANDERS = more("communities", {"id": "islanders", "settlement": "island", "people": 5})
AT_ROCK = more(
    "deployments", {"allocation": "near", "asset": "deminers", "base": "rock", "teams": 1}
)
ALONE = (
    "deployments.csv, row 6, column base: found 'rock'; "
    "note: no road leads from this base to any place of work"
)


def road(name: str, one: str, other: str, **more_cells: object) -> Row:
    ends = {"id": name, "from_place": one, "to_place": other}
    return {**ends, "length_km": 1, "speed_kmh": 9, **more_cells}


ON_ISLAND = [
    more("places", ISLAND, ROCK, CAPE | {"kind": "hub"}),
    more("roads", road("r4", "rock", "island"), road("r5", "island", "cape")),
]
HAZARD: Row = {"id": "h4", "hazard_class": "CHA", "denies": "road", **AREA}
WORKS: Row = {"id": "w3", "kind": "water", "skill": "build", "crew_days": 1}

FAULTS: dict[str, Fault] = {
    "no hub": (
        [cell("places", 2, "kind", "junction")],
        [
            "places.csv, column kind: found no hub; "
            "note: no road leads to the network in use today: no community can be reached",
            "communities.csv, row 2, column settlement: found 'upper' (and 1 more row like it); "
            "note: no road leads there from a hub: road_access will never be met",
        ],
        [cell("places", 2, "kind", "junction"), cell("places", 5, "kind", "hub")],
    ),
    "no communities": (
        [less("communities"), less("orders")],
        [
            "communities.csv: found no rows; allowed: at least one community",
            "orders.csv, column allocation: found no rows for 'listed'; "
            "note: communities are served in the order of their ids",
        ],
        [less("communities", id="lower_people"), less("orders", position="1")],
    ),
    "a community that no road reaches": (
        [more("places", ISLAND), ISLANDERS],
        [
            "communities.csv, row 4, column settlement: found 'island'; "
            "note: no road leads there from a hub: road_access will never be met"
        ],
        [more("places", ISLAND), ISLANDERS, more("roads", road("r4", "island", "upper"))],
    ),
    "a community that a road reaches from no hub": (
        [more("places", ISLAND, CAPE), ISLANDERS, more("roads", road("r4", "cape", "island"))],
        [
            "communities.csv, row 4, column settlement: found 'island'; "
            "note: no road leads there from a hub: road_access will never be met"
        ],
        [
            more("places", ISLAND, CAPE | {"kind": "hub"}),
            ISLANDERS,
            more("roads", road("r4", "cape", "island")),
        ],
    ),
    "a base that no road reaches": (
        [more("places", ROCK), AT_ROCK],
        [ALONE],
        [more("places", ROCK), AT_ROCK, more("roads", road("r4", "rock", "town"))],
    ),
    "a base on an island where nobody works": (
        [*ON_ISLAND, AT_ROCK],
        [ALONE],
        [*ON_ISLAND, AT_ROCK, more("roads", road("r6", "island", "town"))],
    ),
    "nobody in a community": (
        [cell("communities", 3, "people", "0")],
        [
            "communities.csv, row 3, column people: found 0; "
            "note: nobody waits: no community survey, and gates that need people are unknown"
        ],
        [cell("communities", 3, "people", "200")],
    ),
    "a road from a place to itself": (
        [more("roads", road("r4", "camp", "camp"))],
        ["roads.csv, row 5, column to_place: found 'camp'; note: both ends are one place"],
        [more("roads", road("r4", "camp", "town"))],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_no_road_reaches_is_a_doubt_and_what_a_road_reaches_is_not(
    folder: Path, name: str
) -> None:
    fault, says, legal = FAULTS[name]
    assert said(folder, fault) == says
    assert said(folder, legal) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_row_whose_cells_may_be_misplaced_has_no_other_fault(folder: Path, name: str) -> None:
    assert all(" cells; " in text for text in said_of_longer(folder, FAULTS[name]))


def test_without_places_or_with_half_of_them_no_hub_is_missed(folder: Path) -> None:
    (text,) = said(folder, [less("places")])
    assert text.startswith("places.csv: found no rows; ")
    (text,) = said(folder, [cell("places", 2, "kind", "junction"), drop("places", "name")])
    assert text.startswith("places.csv, row 1, column name: ")


ANY_PLACE: dict[str, list[Change]] = {
    "a road whose end is blank": [cell("roads", 3, "from_place", "")],
    "a place whose kind is wrong": [cell("places", 2, "kind", "hubb")],
    "a road from nowhere to a community's neighbour": [
        more("places", ISLAND),
        ISLANDERS,
        more("roads", road("r4", "upper", "")),
    ],
    "a road with no end at all": [
        more("places", ISLAND, ROCK),
        ISLANDERS,
        AT_ROCK,
        more("roads", road("r4", "", "")),
    ],
    "a road to a place that is not there": [
        more("places", ISLAND),
        ISLANDERS,
        more("roads", road("r4", "upper", "iland")),
    ],
    "a road whose ends are blank": [
        more("places", ROCK, ISLAND),
        AT_ROCK,
        ISLANDERS,
        more("roads", road("r4", "rock", "")),
        more("roads", road("r5", "", "island")),
    ],
    "a repair of nobody knows how long": [
        more("places", ROCK, CAPE),
        AT_ROCK,
        more("roads", road("r4", "rock", "cape", repair_crew_days="long")),
    ],
    "works of nobody knows where": [
        more("places", ROCK),
        AT_ROCK,
        cell("works", 2, "settlement", ""),
        more("roads", road("r4", "rock", "")),
    ],
}


@pytest.mark.parametrize("name", ANY_PLACE)
def test_a_place_that_a_wrong_cell_names_may_be_any(folder: Path, name: str) -> None:
    texts = said(folder, ANY_PLACE[name])
    assert not [text for text in texts if "note: " in text]


SITES: dict[str, tuple[str, Row]] = {
    "people": ("communities", {"id": "islanders", "settlement": "island", "people": 5}),
    "works": ("works", WORKS | {"settlement": "island"}),
    "a hazard": ("hazards", HAZARD | {"place": "island"}),
    "a hazard on a road": ("hazards", HAZARD | {"road": "r5"}),
    "a repair": ("roads", road("r6", "island", "rock", repair_crew_days=0.5)),
}


@pytest.mark.parametrize("name", SITES)
def test_a_base_has_work_wherever_there_are_people_works_hazards_or_repairs(
    folder: Path, name: str
) -> None:
    """Also where the cells of that row may be misplaced."""
    table, row = SITES[name]
    there = [*ON_ISLAND, AT_ROCK, more(table, row)]
    assert ALONE not in said(folder, there)
    last = len(grid(folder, table))
    assert ALONE not in said(folder, [*there, longer(table, last)])


def test_a_road_without_ends_does_not_lead_from_a_place_to_itself(folder: Path) -> None:
    texts = said(folder, [more("roads", road("r4", "", ""))])
    assert [text.partition(": ")[0] for text in texts] == [
        "roads.csv, row 5, column from_place",
        "roads.csv, row 5, column to_place",
    ]
