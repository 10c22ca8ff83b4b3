"""Hand-made layers in metres around one point, written in any format and reference system."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyogrio import raw
from pyproj import Transformer

LON, LAT = -74.0, 40.7
PLANE = f"+proj=laea +lat_0={LAT} +lon_0={LON} +datum=WGS84 +units=m +no_defs"
FEET = "EPSG:2263"
"""New York Long Island, in US survey feet."""
Feature = tuple[Any, Mapping[str, Any]]


def box(west: float, south: float, east: float, north: float) -> Any:
    return shapely.box(west, south, east, north)


def line(*points: tuple[float, float]) -> Any:
    return shapely.linestrings(points)


def point(x: float, y: float) -> Any:
    return shapely.points(x, y)


def placed(shapes: Sequence[Any], crs: str = "EPSG:4326") -> Any:
    """Shapes in metres around the point, in another reference system."""
    change = Transformer.from_crs(PLANE, crs, always_xy=True)
    return shapely.transform(
        np.array(shapes, object), lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
    )


def write(
    path: Path,
    features: Sequence[Feature],
    *,
    crs: str | None = "EPSG:4326",
    layer: str | None = None,
    append: bool = False,
) -> Path:
    """Write a layer as the ending of its file says; no reference system: the file names none."""
    shapes = placed([shape for shape, _ in features], crs or "EPSG:4326")
    names = list(features[0][1])
    values = [np.array([row[name] for _, row in features], object) for name in names]
    kinds = {shapely.get_type_id(shape) for shape in shapes if shape is not None}
    kind = {0: "Point", 1: "LineString", 3: "Polygon", 6: "MultiPolygon"}
    raw.write(
        path,
        shapely.to_wkb(shapes),
        values,
        names,
        geometry_type=kind.get(kinds.pop(), "Unknown") if len(kinds) == 1 else "Unknown",
        crs=crs,
        layer=layer,
        append=append,
    )
    return path


def write_geojson(path: Path, features: Sequence[Feature], *, swap: bool = False) -> Path:
    """Write a GeoJSON file by hand, also with what GDAL would not write."""
    shapes = placed([shape for shape, _ in features])
    if swap:
        shapes = shapely.transform(shapes, lambda xy: xy[:, ::-1])
    rows = [
        {
            "type": "Feature",
            "properties": dict(properties),
            "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
        }
        for shape, (_, properties) in zip(shapes, features, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
    return path


def write_csv(path: Path, rows: Sequence[Sequence[object]], mark: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=mark).writerows(rows)
    return path


ROADS: Sequence[Feature] = (
    (line((0, 0), (4000, 0), (10_000, 0)), {"osm_id": 1, "highway": "primary"}),
    (line((4000, 0), (4000, 6000)), {"osm_id": 2, "highway": "secondary"}),
    (line((8000, 15), (8000, 5000)), {"osm_id": 3, "highway": "track"}),
    (line((2000, 0), (2000, -3000)), {"osm_id": 4, "highway": "tertiary"}),
    (line((2500, -500), (2500, 500)), {"osm_id": 5, "highway": "secondary"}),
    (line((500, 0), (500, 900)), {"osm_id": 6, "highway": "footway"}),
)
"""The third ends 15 m short of the first; the fourth leads nowhere; the fifth is a bridge."""
VILLAGES: Sequence[Feature] = (
    (point(0, 0), {"id": "T1", "name": "Town", "district": "South", "place": "town"}),
    (point(4000, 6000), {"id": "N1", "name": "Nova", "district": "North", "place": "village"}),
    (point(10_000, 0), {"id": "N2", "name": "Nova", "district": "South", "place": "village"}),
    (point(8000, 5000), {"id": "12", "name": "Gámma", "district": "North", "place": "village"}),
    (point(6000, 400), {"id": "D/1", "name": "Delta", "district": "South", "place": "village"}),
    (point(8000, 9000), {"id": "X", "name": "Region", "district": "", "place": "region"}),
)
AREAS: Sequence[Feature] = (
    (box(9000, -400, 9400, 0), {"id": "E1", "name": "Epsilon", "district": "South"}),
)
LAND_USE: Sequence[Feature] = ((box(9400, -600, 9800, 0), {"landuse": "farmland"}),)
BOW_TIE = shapely.polygons(
    [(10_000, 1000), (10_200, 1200), (10_200, 1000), (10_000, 1200), (10_000, 1000)]
)
TWO_PARTS = shapely.multipolygons([box(10_200, 100, 10_300, 200), box(10_200, 300, 10_300, 400)])


def hazard(shape: Any, id_: str, kind: str = "SHA", status: str = "Open") -> Feature:
    return shape, {"hazard_id": id_, "hazard_class": kind, "status": status}


HAZARDS: Sequence[Feature] = (
    hazard(box(3500, 2000, 8500, 2100), "cut"),
    hazard(box(9300, -300, 9600, -200), "border"),
    hazard(TWO_PARTS, "parts", "CHA"),
    hazard(BOW_TIE, "tie"),
    hazard(None, "null"),
    hazard(TWO_PARTS, "again", "CHA"),
    hazard(box(10_100, -400, 10_300, -200), "late"),
    hazard(box(10_200, -400, 10_400, -200), "early", "CHA"),
    hazard(box(-400, 100, -200, 300), "hub"),
    hazard(box(30_000, 30_000, 30_100, 30_100), "far"),
    hazard(box(50, 50, 60, 60), "done", "SHA", "Cancelled"),
)
PEOPLE: Sequence[Sequence[object]] = (
    ("Settlement", "Rayon", "IDPs", "HH"),
    ("#loc+settlement+name", "#adm2+name", "#affected+idps+ind", "#affected+idps+hh"),
    ("Nova", "North", "1,200", "300"),
    ("NOVA village", "south", "80", ""),
    ("Gamma", "North", "50", ""),
    ("Town", "South", "999", ""),
    ("Deltta", "South", "30", ""),
    ("Epsilon", "South", "20", "5"),
    ("Nova", "West", "7", ""),
)


def write_all(folder: Path) -> list[Path]:
    """Write the hand-made layers: roads in feet, hazards with their axes exchanged."""
    folder.mkdir(parents=True, exist_ok=True)
    book = write(folder / "places.gpkg", VILLAGES, layer="villages")
    write(book, AREAS, layer="settlement_areas", append=True)
    return [
        book,
        write(folder / "roads.shp", ROADS, crs=FEET),
        write_geojson(folder / "hazards.geojson", HAZARDS, swap=True),
        write_geojson(folder / "landuse.geojson", LAND_USE),
        write_csv(folder / "people.csv", PEOPLE, ";"),
    ]
