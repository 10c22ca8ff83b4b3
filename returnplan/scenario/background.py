"""Polygons that a map draws behind a scenario, for orientation only; the file is optional."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from returnplan.domain import MOST_CHARACTERS
from returnplan.errors import CONTROL, Problem
from returnplan.scenario.files import RefusedError, bytes_of, text_of

FILE = "districts.geojson"
Ring = list[list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Polygons behind the map.

    Parameters
    ----------
    rings
        Outer rings as lists of longitude and latitude, degrees.
    districts
        Name of the district of each ring, as in the table of places; empty where none is given.
    credit_lines
        Whom to credit for them, each once.
    """

    rings: tuple[Ring, ...] = ()
    districts: tuple[str, ...] = ()
    credit_lines: tuple[str, ...] = ()


def read_background(folder: Path) -> tuple[Background, list[Problem]]:
    """Read the polygons of a scenario folder; no file: none.

    Parameters
    ----------
    folder
        Folder of the scenario.

    Returns
    -------
    tuple[Background, list[Problem]]
        The polygons, and what is wrong with the file.
    """
    path = folder / FILE
    if not path.exists() and not path.is_symlink():
        return Background(), []
    try:
        text = text_of(bytes_of(path), "UTF-8 text")
    except RefusedError as no:
        return Background(), [no.problem(FILE)]
    rings: list[Ring] = []
    districts: list[str] = []
    credit_lines: dict[str, None] = {}
    try:
        for feature in json.loads(text)["features"]:
            found = _outer_rings(feature["geometry"])
            properties = feature.get("properties") or {}
            rings += found
            districts += [_line(properties.get("district"))] * len(found)
            source = _line(properties.get("source"))
            if source:
                credit_lines[f"Boundaries: {source}"] = None
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
        return Background(), [problem]
    background = Background(
        rings=tuple(rings), districts=tuple(districts), credit_lines=tuple(credit_lines)
    )
    return background, []


def _line(value: object) -> str:
    """A name, or whom to credit; nothing stays empty."""
    text = "" if value is None else str(value)
    if len(text) > MOST_CHARACTERS or CONTROL.search(text):
        raise ValueError("a property that is no line of text")
    return text


def _outer_rings(shape: Any) -> list[Ring]:
    if shape["type"] not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"a feature of type {shape['type']}")
    parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
    rings = [[[float(point[0]), float(point[1])] for point in part[0]] for part in parts]
    if any(len(ring) <= len("abc") for ring in rings):
        raise ValueError("a ring of fewer than four points")
    return rings
