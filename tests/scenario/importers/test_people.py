"""People of tables are joined by code, else by name in the district; the others are listed."""

from __future__ import annotations

from collections.abc import Sequence

import pyproj
import pytest

from returnplan.errors import Problem
from returnplan.scenario.importers.ground import Ground, Ids, World
from returnplan.scenario.importers.layers import Layer
from returnplan.scenario.importers.notes import Note, Notes
from returnplan.scenario.importers.people import Waiting, people_of
from returnplan.scenario.importers.places import Settlement
from returnplan.scenario.importers.recipe import LayerRecipe, Recipe, Settings
from tests.scenario.importers.handmade import point

COLUMNS = ("code", "name", "district", "people", "households", "group")
Row = tuple[str, str, str, str, str, str]


def settlement(name: str, district: str = "", code: str = "", people: str = "") -> Settlement:
    return Settlement(
        id=f"{name}{district}",
        id_source="",
        name=name,
        district=district,
        code=code,
        people=people,
        file="villages.shp",
        row=7,
        point=point(0, 0),
        area=None,
        source="villages",
    )


def joined(
    rows: Sequence[Row], settlements: Sequence[Settlement], default: int = 0
) -> tuple[list[Waiting], dict[str, Note], list[Problem]]:
    layer = Layer(
        file="people.csv",
        columns={name: [row[n] for row in rows] for n, name in enumerate(COLUMNS)},
        rows=list(range(2, len(rows) + 2)),
    )
    recipe = LayerRecipe(
        file="people.csv", role="population", columns={name: name for name in COLUMNS}
    )
    ground = Ground(recipe=recipe, layer=layer, shapes=None, source="people")
    settings = Settings(words_left_out=("village", "kəndi", "qəsəbəsi"), default=default)
    world = World(
        recipe=Recipe(settings=settings, layers=(recipe,)),
        plane=pyproj.CRS.from_epsg(4326),
        grounds=(ground,),
        notes=Notes(),
        ids=Ids(),
    )
    problems: list[Problem] = []
    found = people_of(world, settlements, problems)
    return found, {note.what: note for note in world.notes.found}, problems


def row(name: str, people: str, district: str = "", code: str = "", group: str = "") -> Row:
    return (code, name, district, people, "", group)


TWO = [
    settlement("Üst Kənd", "North", "XX01"),
    settlement("Üst Kənd", "South", "XX02"),
    settlement("QIE", "South", "12"),
]


@pytest.mark.parametrize(
    ("given", "settlement_number"),
    [
        (row("", "5", code="XX02"), 1),
        (row("anything", "5", "North", code=" xx02 "), 1),
        (row("UST KEND", "5", "south"), 1),
        (row("Ust Kənd kəndi", "5", "North"), 0),
        (row("", "5", code="0012.0"), 2),
        (row("Village Üst-Kənd", "5", "NORTH"), 0),
        (row("q\N{LATIN SMALL LETTER DOTLESS I}\N{LATIN SMALL LETTER E WITH ACUTE}", "5"), 2),
    ],
)
def test_a_row_means_the_settlement_of_its_code_or_name(given: Row, settlement_number: int) -> None:
    found, _, _ = joined([given], TWO)
    assert [(one.settlement, one.people) for one in found] == [(settlement_number, 5)]


def test_a_name_without_a_district_that_two_settlements_have_is_listed() -> None:
    found, notes, _ = joined([row("Üst Kənd", "5")], TWO)
    assert found == []
    assert notes["people_unclear"].ids == ("Üst Kənd [near: Üst Kənd, North / Üst Kənd, South]",)
    assert (
        notes["people_unclear"].text == "rows that could mean several settlements, with 5 people: 1"
    )


def test_a_name_of_another_district_is_not_joined_and_near_names_are_told() -> None:
    _, notes, _ = joined([row("Üst Kənd", "1,005", "West"), row("Qaraca", "2")], TWO)
    near = "Üst Kənd, West [near: Üst Kənd, North / Üst Kənd, South]"
    assert notes["people_unmatched"].ids == (near, "Qaraca")
    assert "with 1,007 people" in notes["people_unmatched"].text


def test_rows_of_one_settlement_are_added_up_and_groups_are_not() -> None:
    rows = [row("A", "5"), row("A", "7"), row("A", "2", group="x"), row("A", "3", group="y")]
    found, notes, _ = joined(rows, [settlement("A")])
    assert [(one.people, one.group) for one in found] == [(12, ""), (2, "x"), (3, "y")]
    assert notes["people_twice"].ids == ("A",)


def test_people_of_the_layer_count_where_no_table_does_and_the_rest_is_assumed() -> None:
    settlements = [settlement("A", people="4"), settlement("B", people="9"), settlement("C")]
    found, notes, _ = joined([row("A", "5")], settlements, default=30)
    assert [(one.people, one.source) for one in found] == [
        (5, "people"),
        (9, "villages"),
        (30, "assumed"),
    ]
    assert notes["people_assumed"].ids == ("C",)


def test_hubs_have_no_people_who_wait() -> None:
    home = settlement("A")
    home.is_hub = True
    found, notes, _ = joined([row("A", "5")], [home], default=30)
    assert found == []
    assert notes["people_of_hubs"].count == 1


def test_cells_that_are_no_number_of_people_are_told_with_their_row() -> None:
    rows = [row("A", "many"), row("A", "-5"), row("A", "1.5"), row("A", "")]
    found, _, problems = joined(rows, [settlement("A", people="some")])
    assert found == []
    assert [str(problem)[:60] for problem in problems] == [
        "people.csv, row 2, column people: found 'many'; allowed: a w",
        "people.csv, row 3, column people: found '-5'; allowed: a who",
        "people.csv, row 4, column people: found '1.5'; allowed: a wh",
        "villages.shp, row 7, column people: found 'some'; allowed: a",
    ]
