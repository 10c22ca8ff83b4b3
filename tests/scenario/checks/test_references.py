"""Ids that stand twice, and what rows name that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

import returnplan as rp
from returnplan.domain import type_of_table
from returnplan.scenario.rows import table_type
from tests.scenario.planted import (
    TABLES,
    Fault,
    add,
    cell,
    drop,
    gone,
    head,
    less,
    longer,
    more,
    put,
    said,
    said_of_longer,
)

TWO_LISTS = head('policy = "nearest"', 'policy = "listed"')
SECOND_LIST = more("orders", {"allocation": "near", "position": 1, "community": "lower_people"})
ALLOCATIONS = "an allocation of scenario.toml: listed, near"

IDS = ("an id twice in a table", "an id three times")
"""An id counts wherever it stands."""
FAULTS: dict[str, Fault] = {
    "a word of serves that is neither a district nor a place": (
        [
            cell("places", 2, "district", "plain"),
            cell("deployments", 2, "serves", "plain;upper; hills;hills;r1"),
        ],
        [
            f"deployments.csv, row 2, column serves: found {word!r}; "
            "allowed: a district or an id of places"
            for word in ("hills", "r1")
        ],
        [
            cell("places", 2, "district", "plain"),
            cell("deployments", 2, "serves", "plain; upper ;lower"),
        ],
    ),
    "serves of nothing but marks": (
        [cell("deployments", 2, "serves", ";")],
        [
            "deployments.csv, row 2, column serves: found ';'; "
            "allowed: a district or an id of places; several separated by ;"
        ],
        [cell("deployments", 2, "serves", "upper;")],
    ),
    "an id twice in a table": (
        [cell("roads", 4, "id", "r1")],
        [
            "roads.csv, row 4, column id: found 'r1'; "
            "allowed: an id that is not used yet (roads.csv, row 2)"
        ],
        [cell("roads", 4, "id", "R1")],
    ),
    "an id three times": (
        [
            cell("roads", 3, "id", "w1"),
            cell("roads", 4, "id", "w1"),
            cell("hazards", 3, "road", "r1"),
        ],
        [
            "roads.csv, row 4, column id: found 'w1'; "
            "allowed: an id that is not used yet (roads.csv, row 3)",
            "works.csv, row 2, column id: found 'w1'; "
            "allowed: an id that is not used yet (roads.csv, row 3)",
        ],
        [cell("roads", 4, "id", "w3")],
    ),
    "a source that nobody described": (
        [cell("rates", 3, "source", "hearsay")],
        ["rates.csv, row 3, column source: found 'hearsay'; allowed: an id of sources"],
        [cell("rates", 3, "source", "made_up")],
    ),
    "a community of nowhere": (
        [cell("communities", 2, "settlement", "atlantis")],
        ["communities.csv, row 2, column settlement: found 'atlantis'; allowed: an id of places"],
        [cell("communities", 2, "settlement", "lower")],
    ),
    "a road to nowhere, which may lead to a community": (
        [cell("roads", 3, "to_place", "atlantis")],
        [
            "roads.csv, row 3, column to_place: found 'atlantis'; allowed: an id of places",
        ],
        [cell("roads", 4, "to_place", "upper"), cell("roads", 3, "to_place", "lower")],
    ),
    "a hazard on no road": (
        [cell("hazards", 3, "road", "r9")],
        ["hazards.csv, row 3, column road: found 'r9'; allowed: an id of roads"],
        [cell("hazards", 3, "road", "r3")],
    ),
    "teams of no type": (
        [cell("deployments", 2, "asset", "deminer")],
        ["deployments.csv, row 2, column asset: found 'deminer'; allowed: an id of assets"],
        [cell("deployments", 3, "asset", "deminers"), cell("deployments", 2, "asset", "builders")],
    ),
    "a rate of no type": (
        [cell("rates", 2, "asset", "deminer")],
        ["rates.csv, row 2, column asset: found 'deminer'; allowed: an id of assets"],
        [cell("rates", 2, "asset", "builders")],
    ),
    "teams at no place": (
        [cell("deployments", 2, "base", "atlantis")],
        ["deployments.csv, row 2, column base: found 'atlantis'; allowed: an id of places"],
        [cell("deployments", 2, "base", "lower")],
    ),
    "a list with nobody on it": (
        [cell("orders", 2, "community", "nobody")],
        ["orders.csv, row 2, column community: found 'nobody'; allowed: an id of communities"],
        [less("orders", position="2")],
    ),
    "money for no type": (
        [cell("funding", 2, "assets", "deminer")],
        ["funding.csv, row 2, column assets: found 'deminer'; allowed: an id of assets"],
        [cell("funding", 2, "assets", "")],
    ),
    "some of several types that are none": (
        [cell("funding", 3, "assets", "builders; x;deminers;y; x")],
        [
            "funding.csv, row 3, column assets: found 'x'; allowed: an id of assets",
            "funding.csv, row 3, column assets: found 'y'; allowed: an id of assets",
        ],
        [cell("funding", 3, "assets", "builders; deminers;builders")],
    ),
    "no sources at all": (
        [less("sources")],
        [
            "sources.csv: found no rows; allowed: the rows that other tables name "
            "(first places.csv, row 2, column source: 'made_up')"
        ],
        [],
    ),
    "nobody, though a list names some": (
        [less("communities")],
        ["communities.csv: found no rows; allowed: at least one community"],
        [],
    ),
    "a hazard on a hub": (
        [cell("hazards", 2, "place", "town")],
        [
            "hazards.csv, row 2, column place: found 'town', a hub; "
            "allowed: a place of kind settlement"
        ],
        [cell("hazards", 2, "place", "lower")],
    ),
    "works at a base": (
        [cell("works", 2, "settlement", "camp")],
        [
            "works.csv, row 2, column settlement: found 'camp', a base; "
            "allowed: a place of kind settlement"
        ],
        [cell("works", 2, "settlement", "lower")],
    ),
    "people of a base": (
        [cell("communities", 2, "settlement", "camp")],
        [
            "communities.csv, row 2, column settlement: found 'camp', a base; "
            "allowed: a place of kind settlement"
        ],
        [cell("communities", 2, "settlement", "lower")],
    ),
    "teams of no allocation": (
        [cell("deployments", 2, "allocation", "far")],
        [f"deployments.csv, row 2, column allocation: found 'far'; allowed: {ALLOCATIONS}"],
        [
            cell("deployments", 2, "allocation", "near"),
            cell("deployments", 4, "allocation", "listed"),
        ],
    ),
    "a list of no allocation": (
        [cell("orders", 2, "allocation", "far")],
        [f"orders.csv, row 2, column allocation: found 'far'; allowed: {ALLOCATIONS}"],
        [less("orders", position="1")],
    ),
    "money of no allocation": (
        [cell("funding", 3, "allocation", "far")],
        [f"funding.csv, row 3, column allocation: found 'far'; allowed: {ALLOCATIONS}"],
        [cell("funding", 3, "allocation", "")],
    ),
    "an allocation without a row of teams": (
        [less("deployments", allocation="near")],
        [
            "deployments.csv, column allocation: found no teams for 'near'; "
            "note: no work will be done"
        ],
        [],
    ),
    "an allocation of zero teams": (
        [cell("deployments", 4, "teams", "0"), cell("deployments", 5, "teams", "0")],
        [
            "deployments.csv, column allocation: found no teams for 'near'; "
            "note: no work will be done"
        ],
        [cell("deployments", 4, "teams", "1"), cell("deployments", 5, "teams", "1")],
    ),
    "a position twice": (
        [cell("orders", 3, "position", "1")],
        ["orders.csv, row 3, column position: found 1; allowed: once in an allocation"],
        [cell("orders", 3, "position", "7")],
    ),
    "a community twice in a list": (
        [cell("orders", 3, "community", "lower_people")],
        [
            "orders.csv, row 3, column community: found 'lower_people'; "
            "allowed: once in an allocation"
        ],
        [TWO_LISTS, SECOND_LIST],
    ),
    "a list that the policy does not read": (
        [SECOND_LIST],
        [
            "orders.csv, row 4, column allocation: found 'near'; "
            "note: the list is not read, the policy is nearest"
        ],
        [TWO_LISTS, SECOND_LIST],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_named_twice_or_nowhere_is_reported_and_what_is_there_is_not(
    folder: Path, name: str
) -> None:
    fault, says, legal = FAULTS[name]
    assert said(folder, fault) == says
    assert said(folder, legal) == []


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in IDS])
def test_a_row_whose_cells_may_be_misplaced_has_no_other_fault(folder: Path, name: str) -> None:
    assert all(" cells; " in text for text in said_of_longer(folder, FAULTS[name]))


@pytest.mark.parametrize(
    "table",
    [table for table in type_of_table if "id" in table_type(table).info and table != "dependence"],
)
def test_an_id_of_any_table_is_used_up_for_all_others(folder: Path, table: str) -> None:
    add(folder, table, TABLES[table][0] | {"id": "camp"})
    (problem,) = [p for p in rp.check(folder).problems if p.column == "id" and p.level == "error"]
    row = len(TABLES[table]) + 2
    assert str(problem) == (
        f"{table}.csv, row {row}, column id: found 'camp'; "
        "allowed: an id that is not used yet (places.csv, row 5)"
    )


def test_rows_without_an_id_do_not_share_it(folder: Path) -> None:
    blank = [cell("works", 2, "id", ""), cell("works", 3, "id", "")]
    assert [text[:29] for text in said(folder, blank)] == [
        "works.csv, row 2, column id: ",
        "works.csv, row 3, column id: ",
    ]


def test_positions_and_communities_that_are_blank_do_not_stand_twice(folder: Path) -> None:
    for column in ("position", "community"):
        blank = [cell("orders", 2, column, ""), cell("orders", 3, column, "")]
        assert [text.partition(":")[0] for text in said(folder, blank)] == [
            f"orders.csv, row 2, column {column}",
            f"orders.csv, row 3, column {column}",
        ]


def test_lists_of_an_allocation_that_cannot_be_read_stay_apart(folder: Path) -> None:
    blank = [cell("orders", row, "allocation", "") for row in (2, 3)]
    same = [cell("orders", row, "position", "1") for row in (2, 3)]
    assert len(said(folder, blank + same)) == 3  # each blank cell; no list of the listed one


def test_teams_whose_number_is_wrong_are_some(folder: Path) -> None:
    wrong = [cell("deployments", row, "teams", "two") for row in (4, 5)]
    assert [text.partition(":")[0] for text in said(folder, wrong)] == [
        "deployments.csv, row 4, column teams",
        "deployments.csv, row 5, column teams",
    ]


def test_places_whose_kind_is_wrong_may_be_settlements(folder: Path) -> None:
    (text,) = said(folder, [cell("places", 3, "kind", "village")])
    assert text.startswith("places.csv, row 3, column kind")


def test_without_a_readable_head_no_allocation_is_unknown(folder: Path) -> None:
    broken = [head("[gates]", "[gates"), cell("deployments", 2, "allocation", "far")]
    (text,) = said(folder, broken)
    assert text.startswith("scenario.toml: ")


def test_a_table_that_is_missing_is_not_missed_again_by_those_who_name_its_ids(
    folder: Path,
) -> None:
    assert said(folder, [gone("assets")]) == [
        "assets.csv: found no such table; allowed: it is required: call a sheet or file assets, "
        'or say left_out = ["assets"] in scenario.toml'
    ]


def test_a_misspelt_allocation_is_not_reported_as_one_without_teams_too(folder: Path) -> None:
    put(folder, "deployments", 4, "allocation", "nearr")
    put(folder, "deployments", 5, "allocation", "nearr")
    assert [(p.file, p.row) for p in rp.check(folder).problems] == [
        ("deployments.csv", 4),
        ("deployments.csv", 5),
    ]


def test_a_blank_id_hides_no_id_twice_behind_it(folder: Path) -> None:
    texts = said(folder, [cell("works", 2, "id", ""), cell("works", 3, "id", "r1")])
    assert [text.partition(": ")[0] for text in texts] == [
        "works.csv, row 2, column id",
        "works.csv, row 3, column id",
    ]


def test_a_table_without_ids_hides_no_unknown_id_of_the_next(folder: Path) -> None:
    texts = said(folder, [drop("assets", "id"), cell("rates", 2, "source", "hearsay")])
    assert [text.partition(": ")[0] for text in texts] == [
        "assets.csv, row 1, column id",
        "rates.csv, row 2, column source",
    ]


def test_an_id_twice_is_found_also_where_cells_may_be_misplaced(folder: Path) -> None:
    texts = said(folder, [cell("roads", 4, "id", "r1"), longer("roads", 4)])
    assert [text.partition(": ")[0] for text in texts] == [
        "roads.csv, row 4",
        "roads.csv, row 4, column id",
    ]


def test_a_kind_that_may_be_misplaced_is_none(folder: Path) -> None:
    (text,) = said(folder, [cell("communities", 2, "settlement", "camp"), longer("places", 5)])
    assert text.startswith("places.csv, row 5: ")


def test_teams_whose_cells_may_be_misplaced_are_some(folder: Path) -> None:
    texts = said(folder, [longer("deployments", 4), longer("deployments", 5)])
    assert [text.partition(": ")[0] for text in texts] == [
        "deployments.csv, row 4",
        "deployments.csv, row 5",
    ]
