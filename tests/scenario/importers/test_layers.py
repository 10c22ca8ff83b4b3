"""Layers of every format are read alike; what cannot be read is one refusal with its reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
import xlsxwriter

from returnplan.scenario.files import RefusedError
from returnplan.scenario.importers import vector
from returnplan.scenario.importers.layers import Layer, read_all, read_layers
from tests.scenario.importers.handmade import (
    AREAS,
    FEET,
    PEOPLE,
    ROADS,
    VILLAGES,
    placed,
    point,
    write,
    write_csv,
    write_geojson,
)

GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="graph" attr.name="crs" attr.type="string"/>
<key id="d1" for="node" attr.name="y" attr.type="string"/>
<key id="d2" for="node" attr.name="x" attr.type="string"/>
<key id="d3" for="edge" attr.name="highway" attr.type="string"/>
<key id="d4" for="edge" attr.name="geometry" attr.type="string"/>
<graph edgedefault="directed"><data key="d0">epsg:4326</data>
<node id="1"><data key="d1">40.7</data><data key="d2">-74</data></node>
<node id="2"><data key="d1">40.8</data><data key="d2">-74</data></node>
<edge source="1" target="2"><data key="d3">primary</data></edge>
<edge source="2" target="1"><data key="d3">primary</data></edge>
<edge source="1" target="2"><data key="d3">track</data>
<data key="d4">LINESTRING (-74 40.7, -74.1 40.75, -74 40.8)</data></edge>
</graph></graphml>
"""


def one(path: Path) -> Layer:
    (layer,) = read_layers(str(path))
    return layer


@pytest.mark.parametrize("name", ["v.gpkg", "v.shp", "v.geojson"])
def test_points_are_the_same_in_every_format(name: str, tmp_path: Path) -> None:
    layer = one(write(tmp_path / name, VILLAGES))
    assert layer.texts("name") == ["Town", "Nova", "Nova", "Gámma", "Delta", "Region"]
    assert layer.rows == [1, 2, 3, 4, 5, 6]
    there = placed([shape for shape, _ in VILLAGES])
    assert np.allclose(shapely.get_coordinates(layer.shapes), shapely.get_coordinates(there))


def test_every_layer_of_a_geopackage_is_read_and_styles_are_none(tmp_path: Path) -> None:
    book = write(tmp_path / "v.gpkg", VILLAGES, layer="villages")
    write(book, AREAS, layer="areas of; ../x", append=True)
    write(book, VILLAGES[:1], layer="layer_styles", append=True)
    assert [layer.name for layer in read_layers(str(book))] == ["villages", "areas of; ../x"]


def test_a_street_network_of_graphml_has_each_street_once(tmp_path: Path) -> None:
    path = tmp_path / "streets.graphml"
    path.write_text(GRAPHML, encoding="utf-8")
    layer = one(path)
    assert layer.texts("highway") == ["primary", "track"]
    assert shapely.to_wkt(layer.shapes).tolist() == [
        "LINESTRING (-74 40.7, -74 40.8)",
        "LINESTRING (-74 40.7, -74.1 40.75, -74 40.8)",
    ]
    assert layer.crs == "epsg:4326"


def test_a_street_network_that_would_swell_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "streets.graphml"
    path.write_text("<!DOCTYPE x [<!ENTITY a 'b'>]>" + GRAPHML[38:], encoding="utf-8")
    with pytest.raises(RefusedError, match="a document type"):
        one(path)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_may_have_a_row_of_tags_and_any_usual_mark(mark: str, tmp_path: Path) -> None:
    layer = one(write_csv(tmp_path / "people.csv", PEOPLE, mark))
    assert layer.shapes is None
    assert list(layer.columns) == ["Settlement", "Rayon", "IDPs", "HH"]
    assert layer.tags["IDPs"] == "#affected+idps+ind"
    assert layer.rows == [3, 4, 5, 6, 7, 8, 9]
    assert layer.texts("IDPs")[:2] == ["1,200", "80"]


def test_a_workbook_has_a_table_a_sheet_and_titles_above_it(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Census")
        for number, row in enumerate([("A title",), (), *PEOPLE]):
            sheet.write_row(number, 0, row)
        book.add_worksheet("Empty")
    layer = one(path)
    assert (layer.name, layer.rows[0]) == ("Census", 5)
    assert layer.texts("Settlement")[:2] == ["Nova", "NOVA village"]


@pytest.mark.parametrize(
    ("header", "crs"),
    [(("lon", "lat"), "EPSG:4326"), (("Longitude", "Latitude"), "EPSG:4326"), (("x", "y"), "")],
)
def test_a_table_with_coordinates_has_points(
    header: tuple[str, str], crs: str, tmp_path: Path
) -> None:
    layer = one(write_csv(tmp_path / "v.csv", [("id", *header), ("a", "46,5", 40), ("b", "?", 1)]))
    assert layer.crs == crs
    assert shapely.to_wkt(layer.shapes).tolist() == ["POINT (46.5 40)", None]


def test_feet_and_missing_systems_are_told(tmp_path: Path) -> None:
    assert one(write(tmp_path / "r.shp", ROADS, crs=FEET)).crs == FEET
    write(tmp_path / "s.shp", ROADS, crs=FEET)
    (tmp_path / "s.prj").unlink()
    assert one(tmp_path / "s.shp").crs == ""


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.gpkg", b"no database", "no GeoPackage"),
        ("a.gpkg", b"SQLite format 3\0 and then nothing", "a file that GDAL cannot read"),
        ("a.shp", b"\x00\x00\x27\x0a", "a file that GDAL cannot read"),
        ("a.geojson", b"<OGRVRTDataSource/>", "no GeoJSON"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": [{', "GDAL cannot read"),
        ("a.graphml", b"<graphml>", "broken GraphML"),
        ("a.csv", b"\xff\xfe", "not UTF-8"),
        ("a.csv", b"", "an empty table"),
        ("a.xlsx", b"PK", "."),
        ("a.kml", b"<kml/>", "a file that ends in '.kml'"),
    ],
)
def test_a_broken_file_is_refused_with_its_reason(
    name: str, data: bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(RefusedError, match=says):
        read_layers(str(tmp_path / name))


@pytest.mark.parametrize("name", ["none.gpkg", ".", "/vsicurl/http://x/a.gpkg", "a\0b", "x" * 9999])
def test_what_is_no_file_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RefusedError, match=r"no such file|no file|cannot be"):
        read_layers(name)


def test_files_that_cannot_be_read_are_all_told(tmp_path: Path) -> None:
    problems: list[object] = []
    good = str(write(tmp_path / "v.gpkg", VILLAGES))
    found = read_all([good, "a.gpkg", "b.txt", good], problems)  # type: ignore[arg-type]
    assert {name: len(layers) for name, layers in found.items()} == {
        good: 1,
        "a.gpkg": 0,
        "b.txt": 0,
    }
    assert len(problems) == 2


def test_shapes_of_too_many_points_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector, "MOST_VERTICES", 10)
    path = write_geojson(tmp_path / "a.geojson", [(shapely.buffer(point(0, 0), 100), {"id": 1})])
    with pytest.raises(RefusedError, match="too many points"):
        one(path)
    monkeypatch.setattr(vector, "MOST_BYTES", 10)
    with pytest.raises(RefusedError, match="a file of"):
        one(path)
