"""The first recipe: what layers, columns and values are taken for, and what is said of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from returnplan.scenario.importers.guess import Guess, guessed
from returnplan.scenario.importers.notes import ImportProblemsError
from returnplan.scenario.importers.recipe import LayerRecipe
from tests.scenario.importers.handmade import (
    FEET,
    HAZARDS,
    LAND_USE,
    ROADS,
    VILLAGES,
    box,
    hazard,
    line,
    point,
    write,
    write_all,
    write_csv,
    write_geojson,
)

TODAY = date(2026, 5, 17)


def guess_of(*paths: Path) -> Guess:
    return guessed([str(path) for path in paths], TODAY)


def only(path: Path) -> LayerRecipe:
    (found,) = guess_of(path).recipe.layers
    return found


def test_the_hand_made_layers_are_taken_for_what_they_are(tmp_path: Path) -> None:
    found = guess_of(*write_all(tmp_path))
    roles = [layer.role for layer in found.recipe.layers]
    assert roles == ["settlements", "settlements", "roads", "hazards", "land_use", "population"]
    assert [layer.swap_axes for layer in found.recipe.layers] == [False] * 3 + [True] + [False] * 2
    settings = found.recipe.settings
    assert (settings.hubs, settings.start, settings.times) == (("Town",), date(2026, 5, 1), 1)
    assert "  latitude and longitude seem exchanged: swap_axes is set" in found.lines


@pytest.mark.parametrize(
    ("name", "shape", "columns", "role"),
    [
        ("x.gpkg", point(0, 0), {"name": "a"}, "settlements"),
        ("x.gpkg", point(0, 0), {"hazard_localid": "a"}, "hazards"),
        ("x.gpkg", point(0, 0), {"depth": 5}, "skip"),
        ("incidents.gpkg", point(0, 0), {"name": "a"}, "skip"),
        ("gb.gpkg", box(0, 0, 9, 9), {"shapeName": "a", "shapeGroup": "XXX"}, "districts"),
        ("IMSMA_export.gpkg", point(0, 0), {"name": "a"}, "hazards"),
        ("rivers.gpkg", line((0, 0), (9, 9)), {"name": "a"}, "skip"),
        ("roads_and_rivers.gpkg", line((0, 0), (9, 9)), {"name": "a"}, "roads"),
        ("edges.gpkg", line((0, 0), (9, 9)), {"a": 1}, "roads"),
        ("adm2.gpkg", box(0, 0, 9, 9), {"name": "a"}, "districts"),
        ("corine.gpkg", box(0, 0, 9, 9), {"code_18": "112"}, "land_use"),
        ("village_areas.gpkg", box(0, 0, 9, 9), {"name": "a"}, "settlements"),
        ("minefields.gpkg", box(0, 0, 9, 9), {"a": "b"}, "hazards"),
        ("mineral_deposits.gpkg", box(0, 0, 9, 9), {"a": "b"}, "skip"),
    ],
)
def test_the_role_of_a_layer_is_guessed_by_shapes_and_names(
    name: str, shape: Any, columns: dict[str, Any], role: str, tmp_path: Path
) -> None:
    assert only(write(tmp_path / name, [(shape, columns)])).role == role


def test_columns_of_a_shapefile_are_known_though_their_names_are_cut(tmp_path: Path) -> None:
    columns = {"hazard_loc": "1", "clearanced": "High", "estimateda": "500", "Status_1": "Active"}
    found = only(write(tmp_path / "hazard.shp", [(box(0, 0, 9, 9), columns)]))
    assert dict(found.columns) == {
        "id": "hazard_loc",
        "status": "Status_1",
        "difficulty": "clearanced",
        "area_m2": "estimateda",
    }
    assert found.values == {"status": {"Active": "open"}, "difficulty": {"High": "high"}}


@pytest.mark.parametrize(
    ("meaning", "column", "words"),
    [
        (
            "status",
            "status",
            {"Open": "open", "Closed/Expired": "closed", "Handed over": "closed", "?": "open"},
        ),
        (
            "hazard_class",
            "hazard_class",
            {"Confirmed Hazardous Area": "CHA", "Suspected": "SHA", "EOD spot task": "skip"},
        ),
        (
            "land_class",
            "type_of_minefield",
            {
                "Cluster munition": "battle_area",
                "AP mines": "minefield",
                "Low threat": "low_density",
            },
        ),
        ("record", "record", {"No record": "none", "Partly": "partial", "Yes": "full"}),
        ("denies", "blockage", {"Agriculture": "farmland", "Housing": "housing", "x": "other"}),
    ],
)
def test_values_are_guessed_by_words_in_them(
    meaning: str, column: str, words: dict[str, str], tmp_path: Path
) -> None:
    features = [
        (box(n, 0, n + 1, 1), {"hazard_id": n, column: word}) for n, word in enumerate(words)
    ]
    found = only(write(tmp_path / "hazards.gpkg", features))
    assert found.columns[meaning] == column
    assert dict(found.values[meaning]) == words


def test_a_class_is_known_by_its_words_in_a_column_of_another_name(tmp_path: Path) -> None:
    told = {"status": ["CHA", "SHA", "SHA"], "type": ["minefield", "battle area", "minefield"]}
    shapes = [box(0, 0, 1, 1), box(2, 0, 3, 1), box(4, 0, 5, 1)]
    path = tmp_path / "hazards.geojson"
    write_geojson(
        path,
        [(shape, {name: values[at] for name, values in told.items()}) for at, shape in
         enumerate(shapes)],
    )  # fmt: skip
    found = only(path)
    assert (found.columns["hazard_class"], found.columns["land_class"]) == ("status", "type")
    assert not found.columns.get("status")
    assert found.values["hazard_class"] == {"SHA": "SHA", "CHA": "CHA"}
    assert found.values["land_class"] == {"minefield": "minefield", "battle area": "battle_area"}


def test_values_that_nobody_understands_are_told(tmp_path: Path) -> None:
    features = [(box(n, 0, n + 1, 1), {"hazard_id": n, "status": word}) for n, word in
                enumerate(("x1", "open", "x2"))]  # fmt: skip
    found = guess_of(write(tmp_path / "hazards.gpkg", features))
    assert "  status: not understood, taken for status open: 'x1', 'x2'" in found.lines


def test_classes_of_roads_have_speeds_and_paths_are_none(tmp_path: Path) -> None:
    classes = ("primary", "trunk_link", "track", "footway", "lane", "['tertiary', 'road']")
    features = [(line((n, 0), (n, 9)), {"highway": name}) for n, name in enumerate(classes)]
    assert only(write(tmp_path / "roads.gpkg", features)).speeds == {
        "primary": (60.0, True),
        "trunk_link": (70.0, True),
        "track": (15.0, False),
        "footway": None,
        "lane": (30.0, True),
        "['tertiary', 'road']": (40.0, True),
        "": (30.0, True),
    }


def test_tags_decide_before_names(tmp_path: Path) -> None:
    rows = [
        ("A", "name", "B", "C", "people"),
        ("#adm2+name", "#loc+code", "#loc+name", "#affected+hh", "#affected+ind"),
        ("x", "y", "z", 1, 2),
    ]
    assert dict(only(write_csv(tmp_path / "t.csv", rows)).columns) == {
        "code": "name",
        "name": "B",
        "district": "A",
        "people": "people",
        "households": "C",
    }


def test_columns_in_any_language_are_guessed_by_what_stands_there(tmp_path: Path) -> None:
    homes = ("Alt", "Berg", "Cher", "Dorn", "Esch")
    features = [(point(n, 0), {"nr": n, "ad": name}) for n, name in enumerate(homes)]
    rows = [("no", "kod", "qeyd", "yer", "say", "il")]
    rows += [
        (str(n), f"0{n}", "x", name.upper(), str(50 * n + 7), "2020")
        for n, name in enumerate(homes)
    ]
    paths = write(tmp_path / "v.gpkg", features), write_csv(tmp_path / "p.csv", rows)
    home, people = (found := guess_of(*paths)).recipe.layers
    assert dict(home.columns) == {"name": "ad"}
    assert dict(people.columns) == {"name": "yer", "people": "say"}
    assert "  people = say is guessed by what stands there" in found.lines


def test_words_that_many_names_end_with_are_left_out_of_comparisons(tmp_path: Path) -> None:
    names = [f"{letter} kendi" for letter in "abcd"] + ["Deh e", "Deh f", "Deh g", "h"]
    features = [(point(n, 0), {"name": name}) for n, name in enumerate(names)]
    found = guess_of(write(tmp_path / "v.gpkg", features)).recipe.settings.words_left_out
    assert found == ("village", "town", "city", "settlement", "district", "kendi", "deh")


def test_the_hub_is_the_town_farthest_from_hazards(tmp_path: Path) -> None:
    land = write(tmp_path / "hazards.gpkg", [hazard(box(0, 0, 100, 100), "h")])
    features = [
        (point(x, 0), {"name": name, "place": kind})
        for x, name, kind in (
            (500, "Near", "town"),
            (5000, "Far", "town"),
            (9000, "Off", "village"),
        )
    ]
    found = guess_of(land, write(tmp_path / "v.gpkg", features)).recipe.settings
    assert found.hubs == ("Far",)


@pytest.mark.parametrize("swapped", [0, 1, 2])
def test_the_layer_that_contradicts_the_others_has_its_axes_exchanged(
    swapped: int, tmp_path: Path
) -> None:
    paths = [
        write_geojson(tmp_path / f"{name}.geojson", features, swap=number == swapped)
        for number, (name, features) in enumerate(
            (("places", VILLAGES), ("roads", ROADS), ("hazards", HAZARDS))
        )
    ]
    found = guess_of(*paths).recipe.layers
    assert [layer.swap_axes for layer in found] == [number == swapped for number in range(3)]


def test_a_hub_lies_by_a_road(tmp_path: Path) -> None:
    features = [
        (point(x, 0), {"name": name, "place": kind})
        for x, name, kind in ((0, "By", "village"), (5000, "Off", "town"))
    ]
    roads = write(tmp_path / "roads.gpkg", [(line((0, 0), (900, 0)), {"highway": "track"})])
    found = guess_of(write(tmp_path / "v.gpkg", features), roads).recipe.settings
    assert found.hubs == ("By",)


def test_of_two_layers_the_one_of_the_weaker_format_is_turned(tmp_path: Path) -> None:
    table = write_geojson(tmp_path / "hazards.geojson", HAZARDS, swap=True)
    home = write(tmp_path / "v.gpkg", VILLAGES)
    assert [one.swap_axes for one in guess_of(table, home).recipe.layers] == [True, False]
    assert [one.swap_axes for one in guess_of(home, table).recipe.layers] == [False, True]


def test_a_layer_without_a_system_is_told_and_left_to_the_planner(tmp_path: Path) -> None:
    write(tmp_path / "r.shp", ROADS, crs=FEET)
    (tmp_path / "r.prj").unlink()
    found = guess_of(tmp_path / "r.shp", write(tmp_path / "landuse.gpkg", LAND_USE))
    assert '  no coordinate reference system: say crs, for instance "EPSG:4326"' in found.lines
    assert "no layer of settlements was found: say which it is by its role" in found.lines


def test_layers_without_any_shape_are_guessed_too(tmp_path: Path) -> None:
    found = only(write_geojson(tmp_path / "hazards.geojson", [hazard(None, "a")]))
    assert found.role == "hazards"


def test_many_hazards_have_more_made_up_teams(tmp_path: Path) -> None:
    shapes = shapely.box(np.arange(201.0) * 10, 0, np.arange(201.0) * 10 + 5, 5)
    land = write(tmp_path / "hazards.gpkg", [hazard(s, f"{n}") for n, s in enumerate(shapes)])
    assert guess_of(land).recipe.settings.times == 3


def test_every_file_that_cannot_be_read_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ImportProblemsError) as caught:
        guess_of(tmp_path / "a.gpkg", tmp_path / "b.pdf")
    assert str(caught.value).splitlines()[0] == "nothing was imported: 2 problems"
    assert len(caught.value.problems) == 2
