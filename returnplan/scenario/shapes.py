"""Outlines of hazards, for the planner's team only: the file is optional, beside the tables."""

import json
import math
from pathlib import Path
from typing import Any

from returnplan.errors import Problem
from returnplan.scenario.files import RefusedError, bytes_of, text_of

FILE = "hazards.geojson"
MultiPolygon = list[list[list[list[float]]]]
"""Polygons of rings of longitude and latitude, degrees; the first ring of each is the outer one."""
LEAST_POINTS = 4
MOST_LON, MOST_LAT = 180, 90


def read_shapes(folder: Path) -> tuple[dict[str, MultiPolygon], list[Problem]]:
    """Read the outlines of hazards of a scenario folder; no file: none.

    Parameters
    ----------
    folder
        Folder of the scenario.

    Returns
    -------
    tuple[dict[str, MultiPolygon], list[Problem]]
        Outlines by id of the hazard, as the property ``id`` names it; and what is wrong with the
        file.
    """
    path = folder / FILE
    if not path.exists() and not path.is_symlink():
        return {}, []
    shapes: dict[str, MultiPolygon] = {}
    try:
        for feature in json.loads(text_of(bytes_of(path), "UTF-8 text"))["features"]:
            name = str((feature.get("properties") or {}).get("id") or "")
            shapes.setdefault(name, []).extend(_polygons(feature["geometry"]))
    except RefusedError as no:
        return {}, [no.problem(FILE)]
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        OverflowError,
    ) as error:
        problem = Problem(
            file=FILE,
            found=f"no polygons that can be read ({type(error).__name__}: {error})",
            allowed="a GeoJSON FeatureCollection of Polygon or MultiPolygon features, WGS 84",
        )
        return {}, [problem]
    return {name: shape for name, shape in shapes.items() if name and shape}, []


def _polygons(shape: Any) -> MultiPolygon:
    if shape["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"a feature of type {shape['type']}")
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    return [[_ring(ring) for ring in part] for part in parts if part]


def _ring(points: Any) -> list[list[float]]:
    ring = [[float(point[0]), float(point[1])] for point in points]
    if len(ring) < LEAST_POINTS or ring[0] != ring[-1]:
        raise ValueError("a ring of fewer than four points, or without an end")
    for lon_deg, lat_deg in ring:
        if not (math.fabs(lon_deg) <= MOST_LON and math.fabs(lat_deg) <= MOST_LAT):
            raise ValueError(f"a point at {lon_deg:g}, {lat_deg:g} degrees")
    return ring
