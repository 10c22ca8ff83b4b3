"""Work that nobody can do, and facts that are missing where the model needs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.planted import (
    Change,
    Fault,
    cell,
    drop,
    gone,
    head,
    less,
    longer,
    more,
    said,
    said_of_longer,
)
from tests.worlds import Row

DOGS: Row = {"id": "dogs", "cost_usd_day": 500}
"""An asset type that stands beside the others."""
GATE = "survey = {}"


def rate(asset: str, skill: str, **cells: object) -> Row:
    return {"asset": asset, "skill": skill, "rate_m2_day": 500, **cells}


def nobody(table: str, row: int, column: str, skill: str, more_rows: str = "") -> str:
    return (
        f"{table}.csv, row {row}, column {column}: found a need for skill {skill!r}{more_rows}; "
        f"note: no asset type of rates has skill {skill!r}: the work is never done"
    )


FAULTS: dict[str, Fault] = {
    "works that nobody can do": (
        [cell("works", 2, "skill", "diving")],
        [nobody("works", 2, "skill", "diving")],
        [cell("works", 2, "skill", "diving"), cell("works", 2, "crew_days", "0")],
    ),
    "a repair that nobody can do": (
        [cell("roads", 3, "repair_crew_days", "0.5")],
        [nobody("roads", 3, "repair_crew_days", "road_repair")],
        [
            cell("roads", 3, "repair_crew_days", "0.5"),
            cell("rates", 6, "skill", "road_repair"),
            cell("works", 2, "skill", "road_repair"),
            cell("works", 3, "skill", "road_repair"),
        ],
    ),
    "hazards that nobody can survey, and communities neither": (
        [less("rates", skill="survey")],
        [nobody("hazards", 2, "hazard_class", "survey")],
        [less("rates", skill="survey"), more("rates", rate("builders", "survey"))],
    ),
    "communities alone that nobody can survey": (
        [less("rates", skill="survey"), less("hazards", id="h1")],
        [nobody("communities", 2, "settlement", "survey", " (and 1 more row like it)")],
        [],
    ),
    "communities alone, since the hazard has no area": (
        [less("rates", skill="survey"), cell("hazards", 2, "area_m2", "0")],
        [
            nobody("communities", 2, "settlement", "survey", " (and 1 more row like it)"),
            "hazards.csv, row 2, column area_m2: found 0; "
            "note: no work, released after the handover delay: estimate an area that is unknown",
        ],
        [],
    ),
    "a hazard of one square metre that nobody can survey": (
        [less("rates", skill="survey"), cell("hazards", 2, "area_m2", "1")],
        [nobody("hazards", 2, "hazard_class", "survey")],
        [],
    ),
    "an area of zero before ground on which nobody gets on": (
        [cell("hazards", 2, "area_m2", "0"), cell("hazards", 4, "difficulty", "extreme")],
        [
            "hazards.csv, row 4, column difficulty: found 'h3': minefield of extreme difficulty; "
            "note: no asset type can do its technical_survey: it is never released",
            "hazards.csv, row 2, column area_m2: found 0; "
            "note: no work, released after the handover delay: estimate an area that is unknown",
        ],
        [],
    ),
    "hazards that nobody can check": (
        [less("rates", skill="quality_control")],
        [nobody("hazards", 2, "hazard_class", "quality_control", " (and 2 more rows like it)")],
        [less("rates", skill="quality_control"), less("hazards")],
    ),
    "works that an allocation has nobody for": (
        [less("deployments", allocation="near", asset="builders")],
        [
            "works.csv, row 2, column skill: found a need for skill 'build' (and 1 more row like "
            "it); "
            "note: no teams with skill 'build' (builders) in allocation near"
        ],
        [
            less("deployments", allocation="near", asset="builders"),
            more("rates", rate("deminers", "build", rate_m2_day="")),
        ],
    ),
    "works that no allocation has anybody for": (
        [
            less("deployments", asset="builders"),
            more("assets", DOGS),
            more("rates", rate("dogs", "build", rate_m2_day="")),
        ],
        [
            "works.csv, row 2, column skill: found a need for skill 'build' (and 1 more row like "
            "it); "
            "note: no teams with skill 'build' (builders, dogs) in allocation listed, near"
        ],
        [],
    ),
    "works that zero teams are there for": (
        [cell("deployments", 5, "teams", "0")],
        [
            "works.csv, row 2, column skill: found a need for skill 'build' (and 1 more row like "
            "it); "
            "note: no teams with skill 'build' (builders) in allocation near"
        ],
        [cell("deployments", 5, "teams", "1")],
    ),
    "unrecorded hazards that resemble none": (
        [cell("places", 5, "unrecorded_hazards", "0.5")],
        [
            "places.csv, row 5, column unrecorded_hazards: found 0.5 at 'camp', which has no row "
            "in "
            "hazards; allowed: nothing, 0, or a recorded hazard there that they resemble"
        ],
        [
            cell("places", 5, "unrecorded_hazards", "0"),
            cell("places", 4, "unrecorded_hazards", "2"),
        ],
    ),
    "ground on which nobody gets on": (
        [cell("hazards", 4, "difficulty", "extreme")],
        [
            "hazards.csv, row 4, column difficulty: found 'h3': minefield of extreme difficulty; "
            "note: no asset type can do its technical_survey: it is never released"
        ],
        [cell("hazards", 4, "difficulty", "high")],
    ),
    "ground on which nobody clears": (
        [
            cell("hazards", 2, "difficulty", "extreme"),
            more("assets", DOGS),
            more("rates", rate("dogs", "technical_survey")),
        ],
        [
            "hazards.csv, row 2, column difficulty: found 'h1': minefield of extreme difficulty; "
            "note: no asset type can do its clearance: it is never released"
        ],
        [
            cell("hazards", 2, "difficulty", "extreme"),
            more("assets", DOGS),
            more("rates", rate("dogs", "technical_survey"), rate("dogs", "clearance")),
        ],
    ),
    "land on which nobody checks": (
        [cell("rates", 5, "land_class", "battle_area")],
        [
            "hazards.csv, row 2, column difficulty: found 'h1': minefield of medium difficulty "
            "(and 2 more rows like it); "
            "note: no asset type can do its quality_control: it is never released"
        ],
        [cell("rates", 5, "land_class", "minefield")],
    ),
    "a survey by teams that only visit communities": (
        [cell("rates", 2, "rate_m2_day", "")],
        [
            "rates.csv, row 2, column rate_m2_day: found nothing; "
            "note: the asset type does community surveys, but surveys no hazard",
            "hazards.csv, row 2, column difficulty: found 'h1': minefield of medium difficulty; "
            "note: no asset type can do its survey: it is never released",
        ],
        [],
    ),
    "dwellings of nobody knows how many": (
        [cell("works", 3, "dwellings", "")],
        [
            "works.csv, row 3, column dwellings: found nothing; "
            "note: unknown: the gate shelter cannot be met by these works"
        ],
        [cell("works", 3, "dwellings", "0")],
    ),
    "an area of zero": (
        [cell("hazards", 2, "area_m2", "0")],
        [
            "hazards.csv, row 2, column area_m2: found 0; "
            "note: no work, released after the handover delay: estimate an area that is unknown"
        ],
        [cell("hazards", 2, "area_m2", "0.1")],
    ),
    "an area of zero that nobody could work": (
        [cell("hazards", 2, "area_m2", "0"), cell("hazards", 2, "difficulty", "extreme")],
        [
            "hazards.csv, row 2, column area_m2: found 0; "
            "note: no work, released after the handover delay: estimate an area that is unknown"
        ],
        [],
    ),
    "no list for a policy that reads one": (
        [less("orders")],
        [
            "orders.csv, column allocation: found no rows for 'listed'; "
            "note: communities are served in the order of their ids"
        ],
        [less("orders", position="2")],
    ),
    "no lists at all": (
        [gone("orders")],
        [
            "orders.csv, column allocation: found no rows for 'listed'; "
            "note: communities are served in the order of their ids"
        ],
        [gone("orders"), head('title = "As listed"', 'policy = "nearest"')],
    ),
    "a gate without works": (
        [head(GATE, "water = {}\npower = {}")],
        [
            "communities.csv, row 3, column settlement: found 'lower' without works of kind water; "
            "note: the gate water is unknown there, never met",
            "communities.csv, row 2, column settlement: found 'upper' without works of kind power "
            "(and 1 more row like it); note: the gate power is unknown there, never met",
        ],
        [head(GATE, "power = { within_hours = 1 }\nwater = { within_hours = 1 }")],
    ),
    "a gate without any works": (
        [head(GATE, "shelter = {}"), gone("works")],
        [
            "communities.csv, row 2, column settlement: found 'upper' without works of kind "
            "shelter "
            "(and 1 more row like it); note: the gate shelter is unknown there, never met"
        ],
        [gone("works")],
    ),
    "an asset type called works": (
        [more("assets", DOGS | {"id": "works"}), more("rates", rate("works", "survey"))],
        [
            "assets.csv, row 4, column id: found 'works'; "
            "allowed: another id: tables of costs call materials and contracts so"
        ],
        [more("assets", DOGS | {"id": "Works"}), more("rates", rate("Works", "survey"))],
    ),
    "an asset type that can do nothing": (
        [more("assets", DOGS)],
        ["assets.csv, row 4, column id: found 'dogs'; note: no row of rates: it does nothing"],
        [more("assets", DOGS), more("rates", rate("dogs", "clearance"))],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_work_that_cannot_be_done_or_is_unknown_is_reported_and_other_work_is_not(
    folder: Path, name: str
) -> None:
    fault, says, legal = FAULTS[name]
    assert said(folder, fault) == says
    assert said(folder, legal) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_row_whose_cells_may_be_misplaced_has_no_other_fault(folder: Path, name: str) -> None:
    assert all(" cells; " in text for text in said_of_longer(folder, FAULTS[name]))


def test_difficulty_is_not_felt_by_survey_and_control(folder: Path) -> None:
    """On extreme ground the deminers, who cannot work there, still survey and control."""
    changes = [
        cell("hazards", 2, "difficulty", "extreme"),
        more("assets", DOGS),
        more("rates", rate("dogs", "technical_survey"), rate("dogs", "clearance")),
    ]
    assert said(folder, changes) == []


@pytest.mark.parametrize(
    "hazards",
    [
        [longer("hazards", 4)],
        [cell("hazards", 4, "area_m2", "large")],
        [less("hazards"), drop("hazards", "denies")],
    ],
)
def test_unrecorded_hazards_may_resemble_those_that_cannot_be_read(
    folder: Path, hazards: list[Change]
) -> None:
    (text,) = said(folder, [*hazards, cell("places", 4, "unrecorded_hazards", "2")])
    assert text.startswith("hazards.csv, row ")


def test_a_survey_whose_rate_is_wrong_may_survey_hazards(folder: Path) -> None:
    (text,) = said(folder, [cell("rates", 2, "rate_m2_day", "fast")])
    assert text.startswith("rates.csv, row 2, column rate_m2_day: found 'fast'; ")


def test_communities_of_nobody_need_no_survey(folder: Path) -> None:
    empty = [cell("communities", row, "people", "0") for row in (2, 3)]
    changes = [*empty, less("rates", skill="survey"), less("hazards", id="h1"), less("targets")]
    (text,) = said(folder, changes)
    assert text.startswith("communities.csv, row 2, column people: found 0 (and 1 more row")


def test_a_wrong_class_of_a_hazard_hides_no_need_of_the_communities(folder: Path) -> None:
    changes = [less("rates", skill="survey"), cell("hazards", 2, "hazard_class", "UXO")]
    assert [text.partition(": ")[0] for text in said(folder, changes)] == [
        "hazards.csv, row 2, column hazard_class",
        "communities.csv, row 2, column settlement",
    ]


def test_where_asset_types_cannot_be_read_those_of_rates_are_known(folder: Path) -> None:
    changes = [gone("assets"), less("deployments", allocation="near", asset="builders")]
    assert [text.partition(": ")[0].partition(", column")[0] for text in said(folder, changes)] == [
        "assets.csv",
        "works.csv, row 2",
    ]


ONE_COMMUNITY = [less("communities", id="lower_people"), less("orders", position="1")]
MAYBE: dict[str, list[Change]] = {
    "a whole table of rates": [
        drop("rates", "source"),
        cell("hazards", 4, "difficulty", "extreme"),
    ],
    "a whole table of works": [drop("works", "skill"), head(GATE, "power = {}")],
    "a skill of extreme ground": [
        cell("rates", 6, "skill", ""),
        cell("hazards", 4, "difficulty", "extreme"),
    ],
    "the id of an asset type": [more("assets", DOGS | {"id": ""})],
    "the cells of a list": [longer("orders", 2), longer("orders", 3)],
    "the cells of works": [*ONE_COMMUNITY, head(GATE, "water = {}"), longer("works", 2)],
    "the cells of people": [
        *ONE_COMMUNITY,
        less("rates", skill="survey"),
        less("hazards", id="h1"),
        less("targets"),
        longer("communities", 2),
    ],
    "a skill": [cell("rates", 6, "skill", "")],
    "the type of a rate": [cell("rates", 6, "asset", "")],
    "a type of nobody": [cell("rates", 6, "asset", "diver")],
    "the type of teams": [cell("deployments", 5, "asset", "")],
    "the allocation of teams": [cell("deployments", 5, "allocation", "")],
    "the number of teams": [cell("deployments", 5, "teams", "two")],
    "a multiplier": [
        cell("hazards", 4, "difficulty", "extreme"),
        cell("assets", 2, "mult_extreme", "x"),
    ],
    "a land class of a rate": [cell("rates", 5, "land_class", "swamp")],
    "the area of a hazard": [cell("hazards", 2, "area_m2", "large")],
    "the class of a hazard": [cell("hazards", 2, "hazard_class", "UXO")],
    "the difficulty of a hazard": [cell("hazards", 2, "difficulty", "steep")],
    "the land of a hazard": [cell("hazards", 2, "land_class", "swamp")],
    "the place of a hazard": [
        cell("hazards", 4, "place", ""),
        cell("places", 3, "unrecorded_hazards", "1"),
    ],
    "the number of dwellings": [cell("works", 3, "dwellings", "some")],
    "the kind of works": [
        *ONE_COMMUNITY,
        head(GATE, "water = {}"),
        cell("works", 2, "kind", "wet"),
    ],
    "the kind of works of nobody knows where": [
        *ONE_COMMUNITY,
        head(GATE, "water = {}"),
        cell("works", 2, "kind", ""),
        cell("works", 2, "settlement", ""),
    ],
    "a settlement of works that is nowhere": [
        *ONE_COMMUNITY,
        head(GATE, "water = {}"),
        cell("works", 2, "settlement", "uper"),
    ],
    "the settlement of works": [head(GATE, "water = {}"), cell("works", 2, "settlement", "")],
    "the settlement of people": [
        head(GATE, "water = {}"),
        less("communities", id="lower_people"),
        less("orders", position="1"),
        cell("communities", 2, "settlement", ""),
    ],
    "the list of an allocation": [drop("orders", "position")],
}


@pytest.mark.parametrize("name", MAYBE)
def test_where_a_wrong_cell_hides_what_is_needed_the_best_is_assumed(
    folder: Path, name: str
) -> None:
    texts = said(folder, MAYBE[name])
    assert texts
    assert not [text for text in texts if "note: " in text]
