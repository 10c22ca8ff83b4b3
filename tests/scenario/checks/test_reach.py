"""Communities that no hub is connected with, and bases that no work is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.planted import (
    AREA,
    POINT,
    Change,
    Fault,
    add,
    cell,
    drop,
    less,
    more,
    put,
    said,
    said_of_longer,
    warnings,
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
    "a base from which a road leads to nothing": (
        [more("places", ROCK, CAPE), AT_ROCK, more("roads", road("r4", "rock", "cape"))],
        [ALONE],
        [
            more("places", ROCK, CAPE),
            AT_ROCK,
            more("roads", road("r4", "rock", "cape")),
            more(
                "hazards",
                {"id": "h4", "road": "r4", "hazard_class": "CHA", "denies": "road", **AREA},
            ),
        ],
    ),
    "a base beside a place where nobody works": (
        [more("places", ROCK, ISLAND), AT_ROCK, more("roads", road("r4", "rock", "island"))],
        [ALONE],
        [
            more("places", ROCK, ISLAND),
            AT_ROCK,
            more("roads", road("r4", "rock", "island")),
            more(
                "works",
                {
                    "id": "w3",
                    "settlement": "island",
                    "kind": "water",
                    "skill": "build",
                    "crew_days": 1,
                },
            ),
        ],
    ),
    "a base beside land that is free": (
        [more("places", ROCK, ISLAND), AT_ROCK, more("roads", road("r4", "island", "rock"))],
        [ALONE],
        [
            more("places", ROCK, ISLAND),
            AT_ROCK,
            more("roads", road("r4", "island", "rock")),
            more(
                "hazards",
                {"id": "h4", "place": "island", "hazard_class": "CHA", "denies": "other", **AREA},
            ),
        ],
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
    "a road whose cells may be misplaced": [
        lambda folder: put(folder, "roads", 3, "to_place", "upper\n"),
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


def test_a_base_whose_only_work_is_a_repair_is_no_warning(folder: Path) -> None:
    rock = {"id": "rock", "kind": "base", "name": "Rock", **POINT}
    add(folder, "places", rock, rock | {"id": "cape", "kind": "junction"})
    road = {"id": "r4", "from_place": "rock", "to_place": "cape", "length_km": 1, "speed_kmh": 9}
    add(folder, "roads", road | {"repair_crew_days": 5})
    line = {"allocation": "near", "asset": "deminers", "base": "rock", "teams": 1}
    add(folder, "deployments", line)
    assert warnings(folder) == [("roads.csv", 5, "repair_crew_days")]  # nobody has the skill
