"""The hand-made layers become exactly the tables that one can work out by hand."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyproj import Transformer

import returnplan as rp
from tests.benchmarks.national import write_national
from tests.running import call
from tests.scenario.importers.handmade import (
    AREAS,
    HAZARDS,
    ROADS,
    VILLAGES,
    box,
    hazard,
    line,
    placed,
    point,
    write,
    write_all,
    write_csv,
)


def rows(path: Path, *columns: str) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return [tuple(row[column] for column in columns) for row in csv.DictReader(stream)]


def column(path: Path, name: str) -> dict[str, str]:
    """Cells of a column by id."""
    return {row[0]: row[1] for row in rows(path, "id", name)}


def notes(folder: Path) -> dict[str, tuple[int, str]]:
    """Count and ids by the short name of a note."""
    found = rows(folder / "import_report.csv", "what", "count", "ids")
    return {what: (int(count), ids) for what, count, ids in found}


def make(files: list[Path], folder: Path, **changes: str) -> Path:
    """Guess a recipe, change lines of it, and follow it."""
    assert call("import", "gis", *files, folder).exit_code == 0
    recipe = folder / "import.toml"
    text = recipe.read_text(encoding="utf-8")
    for key, value in changes.items():
        line = next(one for one in text.splitlines() if one.startswith(f"{key} = "))
        text = text.replace(line, f"{key} = {value}")
    recipe.write_text(text, encoding="utf-8")
    result = call("import", "gis", recipe, folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the hand-made layers become. Do not change it."""
    folder = tmp_path_factory.mktemp("handmade")
    return make(write_all(folder / "layers"), folder / "scenario", words_left_out='["village"]')


def test_places_are_the_villages_and_the_junctions_that_matter(made: Path) -> None:
    assert rows(made / "places.csv", "id", "kind", "name", "district", "id_source") == [
        ("T1", "hub", "Town", "South", ""),
        ("N1", "settlement", "Nova", "North", ""),
        ("N2", "settlement", "Nova", "South", ""),
        ("p12", "settlement", "Gámma", "North", "12"),
        ("D-1", "settlement", "Delta", "South", "D/1"),
        ("E1", "settlement", "Epsilon", "South", ""),
        ("j00001", "junction", "Junction 1", "", ""),
        ("j00002", "junction", "Junction 2", "", ""),
        ("j00003", "junction", "Junction 3", "", ""),
        ("j00004", "junction", "Junction 4", "", ""),
    ]
    town = rows(made / "places.csv", "lon_deg", "lat_deg")[0]
    assert town == ("-74", "40.7")


def test_roads_are_noded_snapped_split_pruned_and_connected(made: Path) -> None:
    columns = ("from_place", "to_place", "length_km", "speed_kmh", "all_season", "source")
    assert rows(made / "roads.csv", "id", *columns, "id_source") == [
        ("r00001", "T1", "j00001", "4", "60", "true", "roads", "1"),
        ("r00002", "N1", "j00001", "6", "50", "true", "roads", "2"),
        ("r00003", "N2", "j00004", "0.8", "60", "true", "roads", "1"),
        ("r00004", "p12", "j00003", "5", "15", "false", "roads", "3"),
        ("r00005", "D-1", "j00002", "0.4", "15", "true", "connector", ""),
        ("r00006", "E1", "j00004", "0.2", "15", "true", "connector", ""),
        ("r00007", "j00001", "j00002", "2", "60", "true", "roads", "1"),
        ("r00008", "j00002", "j00003", "2", "60", "true", "roads", "1"),
        ("r00009", "j00003", "j00004", "1.2", "60", "true", "roads", "1"),
    ]


def test_land_of_hazards_is_counted_once_on_roads_and_at_settlements(made: Path) -> None:
    columns = ("place", "road", "hazard_class", "area_m2", "denies", "id_source")
    assert rows(made / "hazards.csv", "id", *columns) == [
        ("parts", "N2", "", "CHA", "20000", "housing", ""),
        ("early", "N2", "", "CHA", "40000", "housing", ""),
        ("cut-1", "D-1", "", "SHA", "497600", "farmland", "cut"),
        ("cut-2", "", "r00002", "SHA", "1200", "road", "cut"),
        ("cut-3", "", "r00004", "SHA", "1200", "road", "cut"),
        ("border-1", "E1", "", "SHA", "20000", "farmland", "border"),
        ("border-2", "E1", "", "SHA", "10000", "housing", "border"),
        ("tie", "N2", "", "SHA", "20000", "farmland", ""),
        ("late", "N2", "", "SHA", "20000", "housing", ""),
    ]


def test_people_are_joined_by_name_within_their_district(made: Path) -> None:
    assert rows(made / "communities.csv", "id", "settlement", "people", "households") == [
        ("N1_people", "N1", "1200", "300"),
        ("N2_people", "N2", "80", ""),
        ("p12_people", "p12", "50", ""),
        ("E1_people", "E1", "20", "5"),
    ]


def test_the_report_counts_and_names_all_that_was_done(made: Path) -> None:
    found = notes(made)
    assert found["ends_snapped"] == (1, "")
    assert found["crossings_unmet"] == (1, "")
    assert found["dead_ends"] == (2, "")
    assert found["connectors"] == (2, "D-1;E1")
    assert found["broken_rings"] == (1, "tie")
    assert found["no_shape"] == (1, "null")
    assert found["repeated_hazards"] == (1, "again")
    assert found["closed"] == (1, "done")
    assert found["overlaps"] == (1, "late")
    assert found["unassigned"] == (1, "far")
    assert found["at_hubs"] == (1, "hub")
    assert found["people_of_hubs"] == (1, "T1")
    assert found["people_unknown"] == (1, "D-1")
    assert found["ids_changed"] == (2, "12;D/1")
    assert found["axes_swapped"] == (1, "")
    near = "Deltta, South [near: Delta, South];Nova, West [near: Nova, North / Nova, South]"
    assert found["people_unmatched"] == (2, near)
    words = (made / "import_report.md").read_text(encoding="utf-8")
    assert "- hazards farther than 3,000 m from every settlement: 10,000 m2" in words
    table = [line for line in words.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert table == [
        "| 0 | 3 | 1 |",
        "| 5 | 3 | 1 |",
        "| 10 | 3 | 1 |",
        "| 25 | 2 | 0 |",
        "| 50 | 2 | 0 |",
        "| 100 | 2 | 0 |",
    ]
    assert "Taken: 25 m" in words


def test_shapes_of_hazards_are_kept_and_called_internal(made: Path) -> None:
    found = json.loads((made / "hazards.geojson").read_text(encoding="utf-8"))
    assert found["sensitivity"].startswith("internal")
    ids = [feature["properties"]["id"] for feature in found["features"]]
    assert ids == [row[0] for row in rows(made / "hazards.csv", "id")]
    (early,) = placed([box(10_200, -400, 10_400, -200)])
    shape = shapely.geometry.shape(found["features"][1]["geometry"])
    assert shapely.equals_exact(shapely.normalize(shape), shapely.normalize(early), tolerance=2e-6)


def test_the_folder_is_checked_and_repeats_the_warnings_of_the_import(made: Path) -> None:
    report = rp.check(made)
    assert report.scenario is not None
    said = {p.column for p in report.warnings if p.file == "import_report.csv"}
    assert said >= {"people_unmatched", "unassigned", "axes_swapped"}
    assert said >= {"library_values", "made_up_teams"}
    assert "closed" not in said
    assert not [p for p in report.warnings if "not read" in p.found]
    assert {line.base for line in report.scenario.deployments} == {"T1"}
    assert [header.name for header in report.scenario.allocations] == [
        "today",
        "two_more_manual_teams",
    ]


def test_teams_have_rates_and_costs_of_the_library_and_say_so(made: Path) -> None:
    assert rows(made / "assets.csv", "id", "cost_usd_day", "source") == [
        ("survey_team", "300", "lib_practice"),
        ("manual_team", "905", "lib_practice"),
        ("battle_area_team", "905", "lib_practice"),
        ("quality_team", "395", "lib_practice"),
        ("road_crew", "2000", "lib_practice"),
        ("building_crew", "5000", "lib_practice"),
        ("utilities_crew", "2000", "lib_practice"),
        ("risk_education_team", "260", "lib_practice"),
    ]
    rates = rows(made / "rates.csv", "asset", "skill", "land_class", "rate_m2_day", "source")
    assert rates[:5] == [
        ("survey_team", "survey", "", "150000", "lib_survey"),
        ("manual_team", "technical_survey", "minefield", "1500", "lib_practice"),
        ("manual_team", "clearance", "minefield", "400", "lib_manual"),
        ("battle_area_team", "technical_survey", "low_density", "9000", "lib_practice"),
        ("battle_area_team", "clearance", "low_density", "9000", "lib_battle_area"),
    ]
    calendar = rows(made / "calendars.csv", "zone", "month", "workable_days", "source")
    assert calendar[0] == ("lowland", "1", "13.7", "lib_season")
    assert calendar[-1] == ("mountain", "12", "0", "lib_practice")
    spread = rows(made / "assumptions.csv", "id", "b", "mark", "source")
    assert ("productivity_manual_team", "0.35", "assumed", "lib_manual") in spread
    assert rows(made / "deployments.csv", "allocation", "asset", "teams", "source") == [
        ("today", "survey_team", "1", "made_up"),
        ("today", "manual_team", "1", "made_up"),
        ("today", "battle_area_team", "1", "made_up"),
        ("today", "quality_team", "1", "made_up"),
        ("two_more_manual_teams", "manual_team", "3", "made_up"),
    ]
    sources = {row[0] for row in rows(made / "sources.csv", "id")}
    assert sources >= {"made_up", "lib_practice", "lib_manual", "lib_survey", "lib_season"}
    assert notes(made)["library_values"] == (
        4,
        "assets.csv;rates.csv;calendars.csv;assumptions.csv",
    )
    assert notes(made)["made_up_teams"] == (1, "deployments.csv")
    words = (made / "import_report.md").read_text(encoding="utf-8")
    assert "sources in sources.csv), to be replaced by figures of your programme: 4" in words
    guide = (made / "README.md").read_text(encoding="utf-8")
    assert "| manual_team | clearance minefield |" in guide


def test_own_rates_stay_and_are_not_called_those_of_the_library(tmp_path: Path, made: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    text = (made / "rates.csv").read_text(encoding="utf-8")
    own = text.replace("clearance,minefield,400,", "clearance,minefield,250,")
    assert own != text
    (folder / "rates.csv").write_text(own, encoding="utf-8")
    result = call("import", "gis", made / "import.toml", folder)
    assert result.exit_code == 0, result.output
    assert (folder / "rates.csv").read_text(encoding="utf-8") == own
    assert notes(folder)["library_values"] == (3, "assets.csv;calendars.csv;assumptions.csv")
    assert "## Starting values" not in (folder / "README.md").read_text(encoding="utf-8")


def test_the_same_recipe_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    result = call("import", "gis", made / "import.toml", tmp_path / "again")
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "again").iterdir())
    assert names == sorted(path.name for path in made.iterdir() if path.name != "import.toml")
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (made / name).read_bytes(), name
    result = call("import", "gis", made / "import.toml", tmp_path / "again", "--overwrite")
    assert result.exit_code == 0, result.output
    for name in names:
        assert (tmp_path / "again" / name).read_bytes() == (made / name).read_bytes(), name


def test_land_is_neither_lost_nor_counted_twice(made: Path) -> None:
    area = sum(int(row[0]) for row in rows(made / "hazards.csv", "area_m2"))
    left_out = 10_000 + 40_000
    shapes = [s for s, row in HAZARDS if s is not None and row["hazard_id"] not in ("done",)]
    whole = shapely.area(shapely.union_all(shapely.make_valid(shapes)))
    assert area + left_out == round(whole)


def test_a_made_up_country_is_imported_with_all_its_land(tmp_path: Path) -> None:
    sizes = {"settlements": 60, "lines": 600, "hazards": 200}
    files = write_national(tmp_path / "layers", **sizes)
    folder = make(files, tmp_path / "scenario")
    report = rp.check(folder)
    assert report.scenario is not None
    assert len(report.scenario.communities) == 59
    found = notes(folder)
    assert "cut_off" not in found
    assert found["ends_snapped"][0] > 5
    layer = json.loads(files[2].read_text(encoding="utf-8"))["features"]
    shapes = [
        shapely.geometry.shape(one["geometry"])
        for one in layer
        if one["properties"]["status"] == "Open"
    ]
    plane = "+proj=laea +lat_0=5 +lon_0=20 +datum=WGS84 +units=m"
    change = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    land = shapely.transform(
        shapely.make_valid(shapes), lambda xy: np.column_stack(change.transform(*xy.T))
    )
    texts = rows(folder / "import_report.csv", "what", "text")
    left_out = sum(
        int(re.findall(r"([\d,]+) m2", text)[-1].replace(",", ""))
        for what, text in texts
        if what in ("unassigned", "at_hubs")
    )
    area = sum(hazard.area_m2 for hazard in report.scenario.hazards)
    assert area + left_out == pytest.approx(shapely.area(shapely.union_all(land)), rel=1e-5)


def test_a_planner_may_choose_tolerance_limits_and_what_crossings_are(tmp_path: Path) -> None:
    files = write_all(tmp_path / "layers")
    changes = {"snap_m": "5", "crossings": '"all"', "connector_m": "100", "corridor_m": "20"}
    folder = make(files, tmp_path / "scenario", **changes, to_place_m="500", default="40")
    found = notes(folder)
    assert found["cut_off"] == (1, "p12")
    assert found["off_the_roads"] == (2, "D-1;E1")
    assert "crossings_unmet" not in found
    assert found["people_assumed"] == (1, "D-1")
    areas = column(folder / "hazards.csv", "area_m2")
    assert areas["cut"] == "2000"
    assert found["unassigned"] == (3, "cut;tie;far")


def test_a_planner_may_refuse_overlaps_or_keep_them(tmp_path: Path) -> None:
    files = write_all(tmp_path / "layers")
    folder = make(files, tmp_path / "scenario", overlaps='"keep"')
    areas = column(folder / "hazards.csv", "area_m2")
    assert (areas["early"], areas["late"]) == ("40000", "40000")
    recipe = folder / "import.toml"
    text = recipe.read_text(encoding="utf-8").replace('overlaps = "keep"', 'overlaps = "refuse"')
    recipe.write_text(text, encoding="utf-8")
    result = call("import", "gis", recipe, tmp_path / "other")
    assert result.exit_code == 1
    assert "found 'late', which lies in part in 'early'" in result.stderr
    assert not (tmp_path / "other").exists()


def test_points_have_the_reported_area_or_an_assumed_one(tmp_path: Path) -> None:
    home = write(tmp_path / "v.gpkg", VILLAGES[:3])
    roads = write(tmp_path / "r.gpkg", ROADS[:2])
    rows_ = [
        ("hazard", "lon", "lat", "area_m2"),
        *[
            (name, *shapely.get_coordinates(placed([shapely.points(x, y)]))[0], area)
            for name, x, y, area in (("one", 4300, 5800, 700), ("two", 4004, 3000, ""))
        ],
    ]
    points = write_csv(tmp_path / "hazard_points.csv", rows_)
    folder = make([home, roads, points], tmp_path / "scenario", default="10")
    assert rows(folder / "hazards.csv", "id", "place", "road", "area_m2", "denies") == [
        ("one", "N1", "", "700", "housing"),
        ("two", "", "r00002", "44000", "road"),
    ]
    assert notes(folder)["assumed_area"] == (1, "two")


def test_of_shapes_of_several_kinds_the_land_counts(tmp_path: Path) -> None:
    mixed = shapely.geometrycollections(
        [point(3900, 5500), line((0, 0), (9, 9)), box(3900, 5700, 3950, 5800)]
    )
    layers = (VILLAGES[:3], ROADS[:2], [hazard(mixed, "mixed")])
    names = ("places.gpkg", "roads.gpkg", "hazards.gpkg")
    files = [write(tmp_path / name, one) for name, one in zip(names, layers, strict=True)]
    folder = make(files, tmp_path / "scenario", default="10")
    assert rows(folder / "hazards.csv", "id", "place", "area_m2") == [("mixed", "N1", "5000")]


def test_ids_that_other_tables_have_are_changed(tmp_path: Path) -> None:
    villages = [(VILLAGES[0][0], {"id": "manual_team", "name": "Town"})]
    villages += [(VILLAGES[1][0], {"id": "j00001", "name": "=Odd;-name"})]
    villages += [(VILLAGES[2][0], {"id": "../../etc", "name": "Far"})]
    home = write(tmp_path / "v.gpkg", villages)
    roads = write(tmp_path / "r.gpkg", ROADS[:2])
    land = write(tmp_path / "hazards.gpkg", [hazard(box(3900, 5700, 3950, 5800), "j00001")])
    folder = make([home, roads, land], tmp_path / "scenario", default="10", hubs='["Town"]')
    assert rows(folder / "places.csv", "id", "name", "id_source") == [
        ("manual_team-2", "Town", "manual_team"),
        ("j00001", "Odd, name", ""),
        ("etc", "Far", "../../etc"),
        ("j00001-3", "Junction 1", ""),
    ]
    assert rows(folder / "hazards.csv", "id") == [("j00001-2",)]
    assert rows(folder / "roads.csv", "from_place", "to_place") == [
        ("manual_team-2", "j00001-3"),
        ("j00001", "j00001-3"),
        ("etc", "j00001-3"),
    ]


def test_districts_of_polygons_name_those_of_villages_and_are_drawn(tmp_path: Path) -> None:
    villages = [(shape, {"id": row["id"], "name": row["name"]}) for shape, row in VILLAGES[:5]]
    home = write(tmp_path / "v.gpkg", villages)
    areas = [
        (box(-1000, -5000, 12_000, 2000), {"adm2_name": "South", "adm2_pcode": "XX02"}),
        (box(-1000, 2000, 12_000, 9000), {"adm2_name": "North", "adm2_pcode": "XX01"}),
    ]
    districts = write(tmp_path / "admin.gpkg", areas)
    roads = write(tmp_path / "r.gpkg", ROADS[:3])
    people = write_csv(
        tmp_path / "people.csv",
        [("village", "district", "people"), ("Nova", "XX01", 5), ("Nova", "XX02", 6)],
    )
    folder = make([home, districts, roads, people], tmp_path / "scenario", hubs='["T1"]')
    found = column(folder / "places.csv", "district")
    assert [found[id_] for id_ in ("T1", "N1", "N2", "p12", "D-1")] == [
        *("South", "North", "South", "North", "South")
    ]
    assert rows(folder / "communities.csv", "settlement", "people") == [("N1", "5"), ("N2", "6")]
    drawn = json.loads((folder / "districts.geojson").read_text(encoding="utf-8"))
    assert [one["properties"]["district"] for one in drawn["features"]] == ["South", "North"]
    assert not rp.check(folder).errors


def test_a_settlement_drawn_as_a_point_and_as_an_area_is_one(tmp_path: Path) -> None:
    areas = [
        (box(3800, 5800, 4200, 6200), {"id": "a1", "name": "NOVA village"}),
        (box(10_600, -200, 11_000, 200), {"id": "a2", "name": "Nova"}),
    ]
    files = [
        write(tmp_path / "v.gpkg", VILLAGES[:2]),
        write(tmp_path / "settlement_areas.gpkg", areas),
        write(tmp_path / "r.gpkg", ROADS[:2]),
        write(tmp_path / "hazards.gpkg", [hazard(box(4150, 6000, 4300, 6100), "h")]),
    ]
    folder = make(files, tmp_path / "scenario", default="10", hubs='["Town"]')
    assert rows(folder / "places.csv", "id", "kind")[:3] == [
        ("T1", "hub"),
        ("N1", "settlement"),
        ("a2", "settlement"),
    ]
    assert notes(folder)["areas_of_points"] == (1, "a1")
    assert rows(folder / "hazards.csv", "place", "area_m2", "denies") == [
        ("N1", "15000", "housing")
    ]


def test_an_area_may_be_a_settlement_off_the_roads(tmp_path: Path) -> None:
    home = write(tmp_path / "v.gpkg", VILLAGES[:2])
    areas = write(tmp_path / "settlement_areas.gpkg", AREAS)
    roads = write(tmp_path / "r.gpkg", ROADS[:2])
    folder = make([home, areas, roads], tmp_path / "scenario", default="10", connector_m="100")
    assert notes(folder)["off_the_roads"] == (1, "E1")
