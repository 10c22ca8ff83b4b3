"""Files for other programs: what is in them, who may have them, and all or none of them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from click.testing import Result
from python_calamine import CalamineWorkbook

import returnplan as rp
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.show.exporters import FORMATS
from returnplan.show.exporters.geojson import geojson
from returnplan.show.exporters.gpkg import _free, geopackage, scenario_geopackage
from returnplan.show.exporters.hxl import hxl
from returnplan.show.exporters.layers import layers_of
from returnplan.show.findings import Findings, open_findings
from tests.hostile import Texts
from tests.leaks import leaks
from tests.running import call
from tests.sketch import Sketch

pyogrio = pytest.importorskip("pyogrio")
shapely = pytest.importorskip("shapely")

VALLEY = Path(__file__).resolve().parents[3] / "scenarios" / "valley"
OUTLINE = [[-0.02, -0.15], [0.12, -0.15], [0.12, 0.02], [-0.02, 0.02], [-0.02, -0.15]]
"""Ring around the lower valley."""
HOLED = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0], [1.0, 1.0]]
HOLE = [[1.4, 1.4], [1.4, 1.6], [1.6, 1.6], [1.6, 1.4], [1.4, 1.4]]
STATEMENT = (
    "Modelled planning estimate. It does not state that any land, road or building is safe. Only "
    "the national mine action authority can release land."
)
Open = Callable[[Any], Findings]


class Package:
    """A GeoPackage in a file, read as a foreign program reads it."""

    def __init__(self, data: bytes, folder: Path) -> None:
        self.path = folder / f"{hash(data)}.gpkg"
        self.path.write_bytes(data)

    @property
    def kinds(self) -> dict[str, str | None]:
        """Kind of geometry of each layer."""
        return dict(pyogrio.list_layers(self.path).tolist())

    def read(self, name: str) -> Any:
        return pyogrio.read_dataframe(self.path, layer=name)

    def dump(self) -> str:
        """All that stands in it, geometry in words."""
        return "\n".join(self.read(name).to_csv() for name in self.kinds)


@pytest.fixture(scope="module")
def internal(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> Package:
    return Package(geopackage(opened("internal"), ["today"]), tmp_path_factory.mktemp("gpkg"))


@pytest.fixture(scope="module")
def public(opened: Open, tmp_path_factory: pytest.TempPathFactory) -> Package:
    data = geopackage(opened("public"), ["today", "two_more_teams"])
    return Package(data, tmp_path_factory.mktemp("gpkg"))


# ---------------------------------------------------------------- GeoPackage


def test_a_geopackage_holds_dates_roads_hazards_and_the_tables_of_the_scenario(
    internal: Package,
) -> None:
    assert internal.kinds == {
        "dates_today": "Point",
        "roads_today": "LineString",
        "hazards_today": "Point",
        "places": "Point",
        "roads": "LineString",
        **dict.fromkeys(("communities", "hazards", "works", "assets", "rates", "calendars")),
        **dict.fromkeys(("allocations", "deployments", "orders", "targets", "assumptions")),
        **dict.fromkeys(("sources", "about", "layer_styles")),
    }
    dates = internal.read("dates_today").set_index("community")
    assert dates.crs.to_epsg() == 4326
    mill = dates.loc["mill_east"]
    assert (mill["name"], mill["people"], mill["certainty"]) == ("Mill", 800, "likely")
    assert (mill.geometry.x, mill.geometry.y) == (0.04, -0.055)
    assert mill["ready_date_p10"] < mill["ready_date_p50"] < mill["ready_date_p90"]
    assert mill["shown"] == str(mill["ready_date_p50"].year)
    ridge = dates.loc["ridge_people"]
    assert (ridge["status"], ridge["shown"]) == ("unknown: water works", "Unknown")
    assert pd.isna(ridge["ready_date_p50"])
    roads = internal.read("roads_today").set_index("road")
    assert roads.loc["mill_road"].geometry.wkt == "LINESTRING (0 0, 0.04 -0.055)"
    assert str(roads.loc["mill_road"]["open_date"].date()) == "2024-03-01"
    hazards = internal.read("hazards_today").set_index("hazard")
    assert hazards.loc["pass_verge"]["position"] == "middle of its road"
    assert hazards.loc["pass_verge"].geometry.wkt == "POINT (0.19 0)"
    assert hazards.loc["mill_houses"]["position"] == "its place"
    assert hazards.loc["mill_houses"]["denies"] == "housing; water"


def test_dates_of_a_geopackage_are_those_of_the_run(valley_run: Path, internal: Package) -> None:
    run = rp.load_run(valley_run)
    mine = run.readiness[run.readiness["allocation"] == "today"].set_index("community")
    dates = internal.read("dates_today").set_index("community").loc[mine.index]
    for name in ("ready_date_p10", "ready_date_p50", "ready_date_p90"):
        assert dates[name].astype("datetime64[s]").equals(mine[name])
    assert (dates["probability_by_horizon"] == mine["probability_by_horizon"]).all()
    released = run.releases[run.releases["allocation"] == "today"].set_index("hazard")
    found = internal.read("hazards_today").set_index("hazard")["released_date"]
    days = (found - pd.Timestamp("2024-03-01")).dt.days
    assert (days == np.floor(released["released_day"].loc[days.index])).all()


def test_the_latest_community_of_a_settlement_is_drawn_last(opened: Open) -> None:
    layer, *_ = layers_of(opened("internal"), ["today"])
    days = layer.table["ready_day_p50"].dropna().tolist()
    assert days == sorted(days)
    assert layer.table["community"].iloc[-1] == "ridge_people"  # nobody knows when


def test_qgis_finds_one_default_style_a_layer_with_a_class_for_every_row(
    internal: Package, public: Package
) -> None:
    kinds = {"Point": "marker", "LineString": "line", "MultiPolygon": "fill"}
    for file, count in ((internal, 3), (public, 2)):
        with sqlite3.connect(file.path) as base:
            rows = base.execute(
                "SELECT f_table_name, styleQML, useAsDefault FROM layer_styles "
                "WHERE f_table_catalog = '' AND f_table_schema = '' AND f_geometry_column = 'geom'"
            ).fetchall()
            geometry = dict(
                base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns")
            )
        base.close()
        assert len(rows) == count
        for name, text, is_default in rows:
            assert (geometry[name], is_default) == ("geom", 1)
            root = ElementTree.fromstring(text)
            renderer = root.find("renderer-v2")
            assert renderer is not None
            symbols = {one.get("name"): one.get("type") for one in renderer.iter("symbol")}
            assert set(symbols.values()) == {kinds[str(file.kinds[name])]}
            column = renderer.get("attr")
            cells = file.read(name)[column]
            if renderer.get("type") == "categorizedSymbol":
                classes = {one.get("value"): one.get("symbol") for one in root.iter("category")}
                assert set(cells) <= set(classes)
                assert set(classes.values()) == set(symbols)
            else:
                ranges = [(one.get("lower"), one.get("upper")) for one in root.iter("range")]
                assert ranges[0] == ("0.00", "0.00")
                assert ranges[-1] == ("0.80", "1.00")
                assert [one.get("label") for one in root.iter("range")][:2] == ["0 %", "0–20 %"]


def test_the_same_run_gives_the_same_geopackage_and_settings_stay_as_they_were(
    opened: Open, internal: Package
) -> None:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    assert geopackage(opened("internal"), ["today"]) == internal.path.read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before


def test_names_that_differ_in_case_only_get_layers_of_their_own() -> None:
    taken = set[str]()
    assert [_free(name, taken) for name in ("dates_A", "dates_a", "dates_b")] == [
        "dates_A", "dates_a_2", "dates_b",
    ]  # fmt: skip


def test_a_scenario_goes_through_a_geopackage_and_comes_back_equal(
    sketch: Sketch, tmp_path: Path
) -> None:
    sketch.village("mill", people=120, names={"az": "Dəyirman", "ar": "طاحونة"})
    sketch.village("ford", people=30, district="Lower")
    sketch.hazard("field", "mill", denies="housing;water", lon_deg=20.5, lat_deg=-5.25)
    sketch.hazard("bend", "ford_road", items_per_km2=0.1)
    sketch.asset("team")
    sketch.deploy("team", serves="Lower;mill")
    scenario = sketch.scenario()
    valley = rp.load(VALLEY)
    for one in (scenario, valley):
        file = Package(scenario_geopackage(one), tmp_path)
        frames: dict[str, Any] = {
            name: pd.DataFrame(file.read(name)).drop(columns="geometry", errors="ignore")
            for name in file.kinds
        }
        for name, frame in one.to_frames().items():
            there = frames[name]
            assert list(there) == list(frame)
            assert len(there) == len(frame)
        again = rp.from_frames(
            name=one.name, title=one.title, start=one.start, horizon_years=one.horizon_years,
            gates=one.gates, **frames,
        )  # fmt: skip
        assert again == one
    shapes = Package(scenario_geopackage(scenario), tmp_path).read("hazards").geometry
    assert (shapes.iloc[0].wkt, shapes.iloc[1]) == ("POINT (20.5 -5.25)", None)


# ---------------------------------------------------------------- the public


def test_public_files_hold_districts_and_tell_of_no_place_road_hazard_or_team(
    opened: Open, public: Package, internal: Package
) -> None:
    findings = opened("public")
    assert public.kinds == {
        "districts_today": "MultiPolygon",
        "districts_two_more_teams": "MultiPolygon",
        **dict.fromkeys(("district_shares", "about", "layer_styles")),
    }
    names = findings.allocations
    texts = {
        "gpkg": public.dump(),
        "geojson": geojson(findings, names).decode(),
        "hxl": hxl(findings, names).decode(),
    }
    for text in texts.values():
        assert leaks(text, findings.scenario) == []
        assert STATEMENT in text
    inside = {
        "gpkg": internal.dump(),
        "geojson": geojson(opened("internal"), names).decode(),
        "hxl": hxl(opened("internal"), names).decode(),
    }
    assert all(len(leaks(text, findings.scenario)) > 10 for text in inside.values())


def test_public_numbers_are_those_of_the_public_tables(opened: Open) -> None:
    findings = opened("public")
    (layer,) = layers_of(findings, ["today"])
    shown = findings.rows("districts", "today")
    assert layer.table["people"].tolist() == shown["people"].tolist()
    assert layer.table["people_met"].isna().tolist() == shown["people_met"].isna().tolist()
    ends = findings.rows("district_shares", "today")
    last = ends[ends["date"] == "2032-03-01"].set_index("district")["share_p50"]
    mine = layer.table.set_index("district")["share_p50"]
    assert mine.dropna().to_dict() == last.dropna().to_dict()
    assert layer.shapes == [None, None]  # the valley has no outlines of districts


@pytest.mark.usefixtures("undrawn")
def test_districts_with_outlines_are_drawn_and_others_are_not(
    run_of: Callable[..., Path], tmp_path: Path
) -> None:
    folder = tmp_path / "valley"
    shutil.copytree(VALLEY, folder)
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [OUTLINE]},
        "properties": {"district": "Lower Valley"},
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    (folder / "districts.geojson").write_text(json.dumps(collection), encoding="utf-8")
    places = pd.read_csv(folder / "places.csv").assign(name_en=None)
    places.loc[places["id"] == "mill", "name_en"] = "The Mill"
    places.to_csv(folder / "places.csv", index=False)
    shape = {"type": "MultiPolygon", "coordinates": [[OUTLINE], [HOLED, HOLE]]}
    hazards = [{"type": "Feature", "properties": {"id": "mill_houses"}, "geometry": shape}]
    collection = {"type": "FeatureCollection", "features": hazards}
    (folder / "hazards.geojson").write_text(json.dumps(collection), encoding="utf-8")
    table = pd.read_csv(folder / "hazards.csv", dtype=str).assign(lon_deg=None, lat_deg=None)
    table.loc[table["id"] == "mill_school", ["lon_deg", "lat_deg"]] = ["0.05", "-0.06"]
    table.to_csv(folder / "hazards.csv", index=False)
    run = run_of(folder, "-a", "today", "--draws", "10")
    found = json.loads(geojson(open_findings(run, "public"), ["today"]))
    shapes = {one["properties"]["district"]: one["geometry"] for one in found["features"]}
    assert shapes == {
        "Lower Valley": {"type": "MultiPolygon", "coordinates": [[OUTLINE]]},
        "Upper Valley": None,
    }
    # Outlines of hazards are for the planner's team.
    inside = json.loads(geojson(open_findings(run), ["today"]))["features"]
    (area,) = (one for one in inside if one["properties"]["layer"] == "hazard_areas_today")
    assert area["geometry"] == shape
    assert area["properties"]["hazard"] == "mill_houses"
    assert area["properties"]["hazard_class"] == "CHA"
    school = next(one for one in inside if one["properties"].get("hazard") == "mill_school")
    assert school["properties"]["position"] == "own"
    assert school["geometry"] == {"type": "Point", "coordinates": [0.05, -0.06]}
    assert "hazards.geojson" in {path.name for path in (run / "scenario").iterdir()}
    # Pages call the mill as English readers do; tables of the scenario are as they were written.
    package = Package(geopackage(open_findings(run), ["today"]), tmp_path)
    areas = package.read("hazard_areas_today").set_index("hazard")
    assert areas.loc["mill_houses"].geometry.equals(shapely.geometry.shape(shape))
    assert "The Mill" in set(package.read("dates_today")["name"])
    stated = package.read("places").set_index("id").loc["mill"]
    assert (stated["name"], stated["name_en"]) == ("Mill", "The Mill")


# ---------------------------------------------------------------- GeoJSON and HXL


def test_geojson_is_one_collection_whose_features_name_their_layer(opened: Open) -> None:
    found = json.loads(geojson(opened("internal"), ["today"]))
    assert found["about"]["statement"] == STATEMENT
    assert found["about"]["audience"] == "Internal: restricted data, not for publication"
    features = found["features"]
    counted = pd.Series([one["properties"]["layer"] for one in features]).value_counts()
    assert counted.to_dict() == {"hazards_today": 15, "roads_today": 9, "dates_today": 7}
    ridge = next(f for f in features if f["properties"].get("community") == "ridge_people")
    assert ridge["geometry"] == {"type": "Point", "coordinates": [0.34, 0.0]}
    assert ridge["properties"]["ready_date_p50"] is None
    road = next(f for f in features if f["properties"].get("road") == "mill_road")
    assert road["geometry"]["coordinates"] == [[0.0, 0.0], [0.04, -0.055]]
    assert road["properties"]["open_date"] == "2024-03-01"
    assert road["properties"]["all_season"] is True


def test_hxl_has_tags_below_its_header_and_a_row_a_community(opened: Open) -> None:
    rows = list(csv.reader(io.StringIO(hxl(opened("internal"), ["today"]).decode())))
    header, tags, *cells = rows
    assert len(cells) == 7
    assert {len(row) for row in rows} == {20}
    tag_of = dict(zip(header, tags, strict=True))
    assert all(tag.startswith("#") for tag in tags)
    assert tag_of["ready_date_p50"] == "#date+ready+projected+p50"
    assert tag_of["people"] == "#affected+idps+origin+ind"
    mill = dict(zip(header, cells[0], strict=True))
    assert (mill["community"], mill["people"], mill["lat_deg"]) == ("mill_east", "800", "-0.055")
    assert (mill["scenario"], mill["statement"]) == ("valley", STATEMENT)


def test_hxl_for_the_public_has_a_row_a_district_and_blanks_where_few_people_are(
    opened: Open,
) -> None:
    header, tags, *cells = csv.reader(
        io.StringIO(hxl(opened("public"), ["today", "smith_path"]).decode())
    )
    assert "#geo+lat" not in tags
    rows = [dict(zip(header, row, strict=True)) for row in cells]
    assert [(r["allocation"], r["district"], r["people"]) for r in rows] == [
        ("today", "Lower Valley", "2000"),
        ("today", "Upper Valley", "1120"),
        ("smith_path", "Lower Valley", "2000"),
        ("smith_path", "Upper Valley", "1120"),
    ]
    assert {(r["withheld"], r["people_met"]) for r in rows} == {("states", "")}


# ---------------------------------------------------------------- names


@pytest.mark.unwatched
def test_names_that_look_like_something_else_stay_names(
    hostile_run: Path, hostile_texts: Texts, tmp_path: Path
) -> None:
    findings = open_findings(hostile_run)
    package = Package(geopackage(findings, findings.allocations), tmp_path)
    assert {"dates_NA", "dates___proto__"} <= set(package.kinds)
    for text in package.read("layer_styles")["styleQML"]:
        tags = {one.tag for one in ElementTree.fromstring(text).iter()}
        assert tags <= {
            "qgis", "renderer-v2", "categories", "category", "symbols", "symbol", "layer", "Option",
            "labeling", "settings", "text-style", "text-buffer",
        }  # fmt: skip
    assert set(package.read("dates_NA")["district"]) == set(hostile_texts["district"])
    told = {one["properties"]["allocation"] for one in json.loads(
        geojson(findings, findings.allocations)
    )["features"]}  # fmt: skip
    assert told == {"NA", "__proto__"}
    scenario = rp.load(hostile_run / SCENARIO_COPY)
    frames: dict[str, Any] = {
        name: pd.DataFrame(package.read(name)).drop(columns="geometry", errors="ignore")
        for name in scenario.to_frames()
    }
    again = rp.from_frames(
        name=scenario.name, title=scenario.title, start=scenario.start,
        horizon_years=scenario.horizon_years, gates=scenario.gates, as_of=scenario.as_of,
        not_covered=scenario.not_covered, **frames,
    )  # fmt: skip
    assert again == scenario


# ---------------------------------------------------------------- files


def export(*words: str | Path) -> Result:
    return call("export", *words)


@pytest.fixture
def swift(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open copies of the valley's run in no time: these tests are about files."""

    def open_copy(folder: Path, *_: object, **__: object) -> Findings:
        return dataclasses.replace(opened("internal"), folder=folder)

    monkeypatch.setattr("returnplan.show.findings.open_findings", open_copy)


@pytest.mark.usefixtures("swift")
def test_files_stand_beside_the_run_and_are_replaced_only_when_that_is_said(
    valley_run: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(valley_run, run)
    for form in FORMATS:
        done = export(run, "--format", form, "-a", "today")
        assert done.exit_code == 0, done.output
        assert "Audience internal: restricted data, not for publication." in done.stderr
        assert STATEMENT in done.stdout
    names = [
        "run", "run-internal.geojson", "run-internal.gpkg", "run-internal_hxl.csv",
        "run-internal_tasks.csv", "run-internal_tasks.xlsx",
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    again = export(run, "--format", "hxl")
    assert (again.exit_code, "exists: choose another --out" in again.stderr) == (2, True)
    assert export(run, "--format", "hxl", "--overwrite").exit_code == 0
    inside = export(run, "--format", "hxl", "--out", run / "hxl.csv")
    assert (inside.exit_code, "among the files of a run" in inside.stderr) == (2, True)
    wrong = export(run, "--format", "tasks", "--out", tmp_path / "tasks.txt")
    assert (wrong.exit_code, "must end in .csv or .xlsx" in wrong.stderr) == (2, True)
    stranger = export(run, "--format", "gpkg", "-a", "todat")
    assert (stranger.exit_code, "no allocation is called 'todat'" in stranger.stderr) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == names


def test_what_is_read_as_it_is_says_so_in_every_file(valley_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(valley_run, run)
    table = run / "readiness.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",800,", ",900,"), encoding="utf-8")
    assert export(run, "--format", "hxl").exit_code == 1
    findings = open_findings(run, as_is=True)
    edited = "Tables edited after the run: these numbers are not those of the model"
    for make in (geojson, hxl):
        assert edited in make(findings, ["today"]).decode()
    assert edited in Package(geopackage(findings, ["today"]), tmp_path).dump()


@pytest.mark.usefixtures("swift")
def test_all_files_of_a_format_appear_or_none(
    valley_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    shutil.copytree(valley_run, run)
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if ".xlsx" in path.name:
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    done = export(run, "--format", "tasks")
    assert (done.exit_code, "No space left on device" in done.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.usefixtures("swift")
def test_without_the_extra_one_line_names_what_to_install_and_other_formats_work(
    valley_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pyogrio", "shapely", "geopandas", "pyproj"):
        monkeypatch.setitem(sys.modules, name, None)
    done = export(valley_run, "--format", "gpkg", "--out", tmp_path / "file.gpkg")
    said = "a GeoPackage needs packages for GIS files: pip install 'returnplan[geo]'"
    assert (done.exit_code, done.stderr) == (2, f"returnplan: {said}\n")
    with pytest.raises(rp.ReturnplanError, match=re.escape(said)):
        scenario_geopackage(rp.example("valley"))
    assert list(tmp_path.iterdir()) == []
    for form, file in (("geojson", "a.geojson"), ("hxl", "a.csv"), ("tasks", "b.csv")):
        out = tmp_path / file
        assert export(valley_run, "--format", form, "--out", out).exit_code == 0
        assert out.is_file()


# ---------------------------------------------------------------- tasks


TASKS = [
    ("2025-01", "2025-01-01", "2025-01-05", "community survey", "near", 1, 1),
    ("2025-01", "2025-01-06", "2025-01-09", "technical survey", "near", 1, 1),
    ("2025-01", "2025-01-10", "2025-01-25", "clearance", "near", 1, 1),
    ("2025-01", "2025-01-26", "2025-01-29", "quality control", "near", 1, 1),
    ("2025-01", "2025-01-30", "2025-01-31", "community survey", "far", 1, 0),
    ("2025-02", "2025-02-01", "2025-02-05", "community survey", "far", 1, 1),
    ("2025-02", "2025-02-06", "2025-02-11", "technical survey", "far", 1, 1),
    ("2025-02", "2025-02-12", "2025-02-28", "clearance", "far", 1, 0),
    ("2025-03", "2025-03-01", "2025-03-07", "clearance", "far", 1, 1),
    ("2025-03", "2025-03-08", "2025-03-13", "quality control", "far", 1, 1),
]
"""What the team of ``two_villages`` does under ``near_first``, as its docstring works it out."""


def test_tasks_are_told_by_team_and_month(
    written: Callable[[str], Path], run_of: Callable[..., Path], tmp_path: Path
) -> None:
    run = run_of(written("two_villages"), "--draws", "0")
    out = tmp_path / "tasks.csv"
    done = export(run, "--format", "tasks", "-a", "near_first", "--out", out)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(out)
    columns = [
        *("month", "from_date", "until_date", "task", "place_or_road"),
        *("parcels", "parcels_finished"),
    ]
    assert list(table[columns].itertuples(index=False, name=None)) == TASKS
    assert set(table["team"]) == {"deminers/town/0001"}
    area = table.groupby("task")["area_m2_finished"].sum(min_count=1)
    assert area.dropna().to_dict() == {
        "clearance": 24_000, "quality control": 6_000, "technical survey": 6_000,
    }  # fmt: skip
    assert np.isnan(area["community survey"])
    assert table["mobilised"].sum() == 2
    assert not table["camped"].any()


def test_the_workbook_of_tasks_says_what_it_is_and_has_dates(
    valley_run: Path, tmp_path: Path
) -> None:
    out = tmp_path / "tasks.xlsx"
    assert export(valley_run, "--format", "tasks", "-a", "today", "--out", out).exit_code == 0
    book = CalamineWorkbook.from_path(out)
    assert book.sheet_names == ["About", "Tasks"]
    about = {str(row[0]): row[1] for row in book.get_sheet_by_name("About").to_python()}
    assert about["statement"] == STATEMENT
    assert about["audience"] == "Internal: restricted data, not for publication"
    assert "from the single-value run" in str(about["single_values"])
    header, first, *_ = book.get_sheet_by_name("Tasks").to_python()
    assert header[:6] == ["allocation", "team", "asset", "base", "month", "from_date"]
    assert str(first[5]) == "2024-03-01"
    assert first[2] == "Battle-area team (10 searchers)"


def test_a_long_list_of_tasks_is_cut_by_month_and_says_so(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("returnplan.show.workbook.cut.MOST_CELLS", 18 * 12)
    out = tmp_path / "tasks.xlsx"
    out.write_bytes(FORMATS["tasks"]["_tasks.xlsx"](opened("internal"), ["today", "smith_path"]))
    book = CalamineWorkbook.from_path(out)
    about = {str(row[0]): row[1] for row in book.get_sheet_by_name("About").to_python()}
    assert "12 of " in str(about["cut"])
    _, *rows = book.get_sheet_by_name("Tasks").to_python()
    assert [row[0] for row in rows] == ["today"] * 6 + ["smith_path"] * 6
    assert {str(row[4])[:7] for row in rows} == {"2024-03"}


def test_tasks_are_not_for_the_public(valley_run: Path, tmp_path: Path, opened: Open) -> None:
    done = export(
        valley_run, "--format", "tasks", "--audience", "public", "--out", tmp_path / "tasks.csv"
    )
    said = "a list of tasks is internal: schedules of teams are not for the public"
    assert (done.exit_code, done.stderr) == (2, f"returnplan: {said}\n")
    for make in FORMATS["tasks"].values():
        with pytest.raises(rp.ReturnplanError, match=said):
            make(opened("public"), ["today"])
    assert list(tmp_path.iterdir()) == []
