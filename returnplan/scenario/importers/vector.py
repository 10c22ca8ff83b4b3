"""GeoPackage, Shapefile and GeoJSON, by GDAL."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio import raw

from returnplan.scenario.files import RefusedError
from returnplan.scenario.importers.layers import Layer

MOST_BYTES = 1_000_000_000
"""Largest file."""
MOST_FEATURES = 2_000_000
MOST_VERTICES = 20_000_000
"""Most points of all shapes of a layer: each takes about 100 bytes on the way."""
SQLITE = b"SQLite format 3\0"
SHAPEFILE = b"\x00\x00\x27\x0a"
STYLES = ("layer_styles", "qgis_projects")
"""Tables of a GeoPackage that hold no data."""


def read_geopackage(path: Path, file: str) -> Iterator[Layer]:
    """Read every layer and table of a GeoPackage.

    Parameters
    ----------
    path
        The file.
    file
        What it is called.

    Yields
    ------
    Layer
        In the order of the file.

    Raises
    ------
    RefusedError
        When it cannot be read at all.
    """
    if _begin(path)[: len(SQLITE)] != SQLITE:
        raise RefusedError("no GeoPackage", "a GeoPackage, which is an SQLite database")
    names = [str(name) for name, _ in _by_gdal(lambda: pyogrio.list_layers(path).tolist())]
    for name in names:
        if name not in STYLES:
            yield _read(path, file, name)


def read_shapefile(path: Path, file: str) -> Iterator[Layer]:
    """Read a Shapefile.

    Parameters
    ----------
    path
        The file.
    file
        What it is called.

    Yields
    ------
    Layer
        The one layer.

    Raises
    ------
    RefusedError
        When it cannot be read at all.
    """
    if _begin(path)[: len(SHAPEFILE)] != SHAPEFILE:
        raise RefusedError("no Shapefile", "a Shapefile (.shp with .shx, .dbf and .prj beside it)")
    yield _read(path, file, "")


def read_geojson(path: Path, file: str) -> Iterator[Layer]:
    """Read a GeoJSON file; where it names no reference system it is WGS 84.

    Parameters
    ----------
    path
        The file.
    file
        What it is called.

    Yields
    ------
    Layer
        The one layer.

    Raises
    ------
    RefusedError
        When it cannot be read at all.
    """
    begin = _begin(path).removeprefix(b"\xef\xbb\xbf").lstrip()
    if not begin.startswith(b"{"):
        raise RefusedError("no GeoJSON", "a GeoJSON FeatureCollection")
    yield _read(path, file, "")


def _begin(path: Path) -> bytes:
    """The first bytes of a file that is not too large.

    Raises
    ------
    RefusedError
        When it is, or cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise RefusedError(f"a file of {size:,} bytes", f"at most {MOST_BYTES:,} bytes")
        with path.open("rb") as stream:
            return stream.read(4096)
    except OSError as error:
        found = f"a file that cannot be read ({error.strerror})"
        raise RefusedError(found, "a readable file") from None


def _by_gdal(work: Any) -> Any:
    """What GDAL gives; its errors are refusals, and its warnings nobody's.

    Raises
    ------
    RefusedError
        When it gives none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return work()
    except Exception as error:  # of many kinds, also such as only slips of the reader are
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise RefusedError(f"a file that GDAL cannot read ({first})", "a whole file") from None


def _read(path: Path, file: str, name: str) -> Layer:
    """One layer, with its shapes in two dimensions."""
    which = {"layer": name} if name else {}
    info = _by_gdal(lambda: pyogrio.read_info(path, **which))
    if info["features"] > MOST_FEATURES:
        text = f"{info['features']:,} features"
        raise RefusedError(text, f"at most {MOST_FEATURES:,}")
    is_table = info["geometry_type"] is None
    meta, _, wkb, values = _by_gdal(
        lambda: raw.read(
            path, **which, force_2d=True, datetime_as_string=True, read_geometry=not is_table
        )
    )
    columns = {str(field): value for field, value in zip(meta["fields"], values, strict=True)}
    count = len(wkb) if wkb is not None else max(map(len, values), default=0)
    shapes = None if is_table else _shapes(wkb)
    return Layer(
        file=file,
        name=name,
        columns=columns,
        rows=list(range(1, count + 1)),
        shapes=shapes,
        crs=str(meta["crs"] or "") if not is_table else "",
    )


def _shapes(wkb: Any) -> Any:
    """Shapes of their bytes; None where there are none that can be read."""
    if sum(len(one) for one in wkb if one is not None) // 16 > MOST_VERTICES:
        raise RefusedError("shapes of too many points", f"at most {MOST_VERTICES:,} in a layer")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return shapely.from_wkb(wkb, on_invalid="ignore")
