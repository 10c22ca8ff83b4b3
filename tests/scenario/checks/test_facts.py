"""Published facts that do not fit their measure, their time, their place or each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.planted import (
    POINT,
    YEAR,
    Change,
    Fault,
    cell,
    doubted,
    errors,
    less,
    more,
    put,
    said,
)
from tests.worlds import Row

ROW = "facts.csv, row"
"""Begins each message."""
AGAIN: Row = {"id": "again", "use": "fit", "value": 5}
NOWHERE: Row = {"id": "nowhere", "kind": "settlement", "name": "Nowhere", **POINT}
EARLY: Row = {"from": "2024-01-01", "until": "2024-12-31"}


def fact(measure: str, **cells: object) -> Change:
    """One more fact, in row 6."""
    return more("facts", {"id": "new", "measure": measure, "use": "check", **YEAR, **cells})


FAULTS: dict[str, Fault] = {
    "a first return without a place": (
        [fact("first_return_day")],
        ["6, column place: found nothing; allowed: a place: first_return_day is counted of one"],
        [fact("first_return_day", place="lower")],
    ),
    "a share without a district": (
        [fact("share_of_area", value=0.5)],
        ["6, column district: found nothing; allowed: a district: share_of_area is counted of one"],
        [],
    ),
    "a season without a month": (
        [fact("season_index", value=1)],
        ["6, column month: found nothing; allowed: a month: season_index is counted of one"],
        [fact("season_index", value=1, month=12)],
    ),
    "money of one land class": (
        [fact("teams_usd", value=5, land_class="minefield")],
        [
            "6, column land_class: found 'minefield'; allowed: an empty cell: teams_usd is "
            "counted of every land_class"
        ],
        [fact("teams_usd", value=5)],
    ),
    "people of a district and a place": (
        [
            cell("places", 3, "district", "West"),
            fact("people_returned", value=5, district="West", place="lower"),
        ],
        ["6, column district: found 'West'; allowed: an empty cell beside a place"],
        [cell("places", 3, "district", "West"), fact("people_returned", value=5, district="West")],
    ),
    "a first return with a number": (
        [cell("facts", 4, "value", "7")],
        ["4, column value: found 7; allowed: an empty cell: the date stands in from and until"],
        [],
    ),
    "an area without a number": (
        [cell("facts", 2, "value", "")],
        ["2, column value: found nothing; allowed: a number of at least 0"],
        [cell("facts", 2, "value", "0"), cell("facts", 2, "use", "check")],
    ),
    "a share above one": (
        [cell("places", 3, "district", "West"), fact("share_of_area", value=1.01, district="West")],
        ["6, column value: found 1.01; allowed: a share from 0 to 1"],
        [cell("places", 3, "district", "West"), fact("share_of_area", value=1, district="West")],
    ),
    "nothing released, to fit": (
        [cell("facts", 2, "value", "0")],
        [
            "2, column value: found 0, to fit; allowed: a number above 0: errors are of "
            "logarithms; or use = check"
        ],
        [cell("facts", 2, "value", "0.001")],
    ),
    "a date to fit": (
        [cell("facts", 4, "use", "fit")],
        ["4, column use: found fit; allowed: check: no draw is weighted by first_return_day"],
        [],
    ),
    "victims to fit": (
        [fact("victims", value=5, use="fit")],
        ["6, column use: found fit; allowed: check: no draw is weighted by victims"],
        [fact("victims", value=5)],
    ),
    "a fact that ends before it begins": (
        [cell("facts", 2, "until", "2024-12-31")],
        [
            "2, column until: found 2024-12-31, before from = 2025-01-01; allowed: a date on "
            "or after from"
        ],
        [cell("facts", 2, "until", "2025-01-01")],
    ),
    "a fact that ends on the horizon": (
        [cell("facts", 2, "until", "2035-01-01")],
        ["2, column until: found 2035-01-01; allowed: a date before the horizon 2035-01-01"],
        [cell("facts", 2, "until", "2034-12-31")],
    ),
    "an area of days before and after the start": (
        [cell("facts", 2, "from", "2024-12-31")],
        [
            "2, column from: found 2024-12-31; allowed: a date from the start 2025-01-01 on: "
            "the model knows nothing of the days before"
        ],
        [cell("facts", 3, "from", "2024-12-31")],
    ),
    "a fact before the start, to fit": (
        [fact("released_m2", value=5, use="fit", **EARLY)],
        [
            "6, column use: found fit; allowed: check: it ends before the start 2025-01-01, "
            "and no draw says anything of it"
        ],
        [fact("released_m2", value=5, **EARLY)],
    ),
    "a season of a year and a month": (
        [cell("facts", 5, "until", "2026-01-31")],
        [
            "5, column until: found 2025-01-01 to 2026-01-31; allowed: whole years: else some "
            "months have more days in it than others"
        ],
        [cell("facts", 5, "until", "2026-12-31")],
    ),
    "a district that is nowhere": (
        [cell("facts", 2, "district", "West")],
        ["2, column district: found 'West'; allowed: a district of places"],
        [cell("facts", 2, "district", "West"), cell("places", 3, "district", "West")],
    ),
    "a first return to a base": (
        [cell("facts", 4, "place", "camp")],
        [
            "4, column place: found 'camp', a base; allowed: a place of kind settlement",
        ],
        [cell("facts", 4, "place", "lower")],
    ),
    "a fact twice": (
        [more("facts", {**AGAIN, "measure": "released_m2", **YEAR})],
        ["6, column from: found released_m2 of the same, as in row 2; allowed: each fact once"],
        [more("facts", {**AGAIN, "measure": "released_m2", **YEAR, "route": "cleared"})],
    ),
    "two facts to fit that share a day": (
        [
            more(
                "facts",
                {**AGAIN, "measure": "released_m2", "from": "2025-12-31", "until": "2026-12-31"},
            )
        ],
        [
            "6, column from: found 2025-12-31 to 2026-12-31, which overlaps row 2; note: what "
            "both hold weighs twice"
        ],
        [
            more(
                "facts",
                {**AGAIN, "measure": "released_m2", "from": "2026-01-01", "until": "2026-12-31"},
            )
        ],
    ),
}


DOUBTS: dict[str, Fault] = {
    "people of a district from which nobody comes": (
        [cell("places", 5, "district", "West"), fact("people_returned", value=5, district="West")],
        [
            "6, column district: found 'West'; note: no community comes from there: the model "
            "says nothing of it"
        ],
        [cell("places", 4, "district", "West"), fact("people_returned", value=5, district="West")],
    ),
    "items of hazards that say nothing of them": (
        [fact("items", value=5)],
        [
            "6, column measure: found items; note: hazards without items_per_km2: the model "
            "may say nothing of it"
        ],
        [fact("items", value=5, land_class="battle_area")],
    ),
    "a first return to where nobody comes from": (
        [more("places", NOWHERE), cell("facts", 4, "place", "nowhere")],
        [
            "4, column place: found 'nowhere'; note: no community comes from there: the model says "
            "nothing of it"
        ],
        [cell("facts", 4, "place", "lower")],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_gives_its_messages_and_what_is_just_legal_none(folder: Path, name: str) -> None:
    faulty, messages, _ = FAULTS[name]
    assert said(folder, faulty) == [f"{ROW} {message}" for message in messages]


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_just_legal_is_not_blamed(folder: Path, name: str) -> None:
    _, _, legal = FAULTS[name]
    assert said(folder, legal) == []


@pytest.mark.parametrize("column", ["measure", "from", "until", "use", "value"])
def test_a_fault_in_a_cell_of_a_fact_hides_no_other_and_starts_none(
    folder: Path, column: str
) -> None:
    put(folder, "facts", 2, column, "x")
    assert errors(folder) == [("facts.csv", 2, column)]


def test_facts_may_be_missing(folder: Path) -> None:
    assert said(folder, [less("facts")]) == []


@pytest.mark.parametrize("name", DOUBTS)
def test_what_the_model_says_nothing_of_is_doubted(folder: Path, name: str) -> None:
    faulty, messages, legal = DOUBTS[name]
    own = [text for text in doubted(folder, faulty) if text.startswith("facts")]
    assert own == [f"{ROW} {message}" for message in messages]
    assert [text for text in doubted(folder, legal) if text.startswith("facts")] == []
