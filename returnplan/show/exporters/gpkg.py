"""A GeoPackage: layers with styles that QGIS shows at once, and the tables of the scenario.

The same run gives the same bytes. Columns of several values are text with semicolons, as in the
files of a scenario, so that :func:`returnplan.from_frames` reads what was written.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from returnplan.domain import Scenario
from returnplan.errors import ReturnplanError
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.scenario import load
from returnplan.scenario.files import cell_text
from returnplan.scenario.frames import to_frames
from returnplan.show.exporters.about import about
from returnplan.show.exporters.layers import Layer, Shape, layers_of
from returnplan.show.exporters.looks import qml
from returnplan.show.findings import Findings

WITHOUT = "a GeoPackage needs packages for GIS files: pip install 'returnplan[geo]'"
CLOCK = "OGR_CURRENT_DATE"
"""Setting of GDAL: the time that it writes into files."""
STYLES = "layer_styles"
"""Table in which QGIS looks for styles."""
GEOMETRY = "geom"
"""Column of the geometry, as GDAL calls it."""


def geopackage(findings: Findings, allocations: Sequence[str]) -> bytes:
    """Write a GeoPackage of a run.

    Parameters
    ----------
    findings
        The run, for an audience.
    allocations
        Names of those that get layers.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ReturnplanError
        When the packages of the extra ``geo`` are not installed.
    """
    layers = layers_of(findings, allocations)
    with _file(findings.scenario) as file:
        names = set[str]()
        styles = []
        for layer in layers:
            name = _free(layer.name, names)
            file.write(name, layer.table, layer.about, layer.shapes, layer.kind)
            styles.append((name, layer))
        if findings.is_public:
            file.write("district_shares", findings.tables["district_shares"])
        else:
            _write_scenario(file, _as_stated(findings))
        texts = about(findings)
        file.write("about", pd.DataFrame({"of": list(texts), "text": list(texts.values())}))
        file.write(STYLES, _styles(styles, findings))
        return file.path.read_bytes()


def scenario_geopackage(scenario: Scenario) -> bytes:
    """Write the tables of a scenario as a GeoPackage: places, roads and hazards with geometry.

    Returns
    -------
    bytes
        The file; a layer a table, named as in a scenario folder.

    Raises
    ------
    ReturnplanError
        When the packages of the extra ``geo`` are not installed.
    """
    with _file(scenario) as file:
        _write_scenario(file, scenario)
        return file.path.read_bytes()


# ---------------------------------------------------------------- the file


class _File:
    """A GeoPackage in the making.

    Parameters
    ----------
    path
        Where it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(
        self,
        name: str,
        table: pd.DataFrame,
        text: str = "",
        shapes: Sequence[Shape | None] | None = None,
        kind: str | None = None,
    ) -> None:
        """Add a layer, or without shapes a table."""
        from pyogrio import raw

        cells = [_cells(table[column]) for column in table]
        raw.write(
            self.path,
            None if shapes is None else _wkb(shapes),
            [values for values, _ in cells],
            [str(column) for column in table],
            field_mask=[mask for _, mask in cells],
            layer=name,
            driver="GPKG",
            geometry_type=kind,
            crs=None if shapes is None else "EPSG:4326",
            layer_options={"FID": "id", "DESCRIPTION": text}
            if name == STYLES
            else {"DESCRIPTION": text},
        )


def check_packages() -> None:
    """Refuse to write a GeoPackage where the packages of the extra ``geo`` are missing.

    Raises
    ------
    ReturnplanError
        With what to install.
    """
    try:
        import pyogrio  # noqa: F401 - both are needed
        import shapely  # noqa: F401
    except ImportError:
        raise ReturnplanError(WITHOUT) from None


@contextmanager
def _file(scenario: Scenario) -> Iterator[_File]:
    """A file that GDAL dates by the start of the scenario, not by the clock."""
    check_packages()
    import pyogrio

    before = pyogrio.get_gdal_config_option(CLOCK)
    pyogrio.set_gdal_config_options({CLOCK: f"{scenario.start.isoformat()}T00:00:00.000Z"})
    try:
        with TemporaryDirectory(prefix="returnplan-") as folder:
            yield _File(Path(folder) / "made.gpkg")
    finally:
        pyogrio.set_gdal_config_options({CLOCK: before})


def _wkb(shapes: Sequence[Shape | None]) -> Any:
    from shapely import to_wkb
    from shapely.geometry import shape

    found = np.empty(len(shapes), dtype=object)
    found[:] = [None if one is None else shape(one) for one in shapes]
    return to_wkb(found)


def _cells(column: "pd.Series[Any]") -> tuple[Any, Any]:
    """Cells of a column as GDAL takes them, and which are empty where their type cannot say it."""
    if column.dtype.kind == "M":
        return column.to_numpy("datetime64[D]"), None
    if isinstance(column.dtype, pd.Int64Dtype):
        return column.fillna(0).to_numpy(np.int64), column.isna().to_numpy(bool)
    if column.dtype.kind in "biuf":
        return column.to_numpy(), None
    texts = np.empty(len(column), dtype=object)
    texts[:] = [_text(cell) for cell in column.tolist()]
    return texts, None


def _text(cell: Any) -> str | None:
    if isinstance(cell, list):
        return cell_text(tuple(cell))
    return None if pd.isna(cell) else cell_text(cell)


def _free(name: str, taken: set[str]) -> str:
    """A name that no layer has, whatever its case; it is taken then."""
    found, number = name, 1
    while found.casefold() in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found.casefold())
    return found


def _styles(layers: Sequence[tuple[str, Layer]], findings: Findings) -> pd.DataFrame:
    """The table from which QGIS takes styles; each layer has one, which is its default."""
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": name,
            "f_geometry_column": GEOMETRY,
            "styleName": name,
            "styleQML": qml(layer.look, layer.kind),
            "styleSLD": "",
            "useAsDefault": True,
            "description": layer.about,
            "owner": "",
            "ui": "",
            "update_time": pd.Timestamp(findings.scenario.start),
        }
        for name, layer in layers
    ]
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- the scenario


def _as_stated(findings: Findings) -> Scenario:
    """Give the scenario in the planner's own words, whatever the language of the findings."""
    copy, scenario = findings.folder / SCENARIO_COPY, findings.scenario
    return load(copy, gates=scenario.gates, prior=not scenario.posterior)


def _write_scenario(file: _File, scenario: Scenario) -> None:
    frames = to_frames(scenario)
    for table, frame in frames.items():
        kind, shapes = _geometry(table, scenario, frame)
        file.write(table, frame, shapes=shapes, kind=kind)


def _geometry(
    table: str, scenario: Scenario, frame: pd.DataFrame
) -> tuple[str | None, list[Shape | None] | None]:
    """Geometry of the rows of a table; None: it has none."""
    ends: Mapping[str, tuple[str, str]] = {
        road.id: (road.from_place, road.to_place) for road in scenario.roads
    }
    where = {place.id: [place.lon_deg, place.lat_deg] for place in scenario.places}
    if table == "places":
        return "Point", [_shape("Point", where[one]) for one in frame["id"]]
    if table == "roads":
        lines = [[where[end] for end in ends[road]] for road in frame["id"]]
        return "LineString", [_shape("LineString", line) for line in lines]
    if table == "hazards" and "lon_deg" in frame:
        at = zip(frame["lon_deg"], frame["lat_deg"], strict=True)
        return "Point", [None if pd.isna(lon) else _shape("Point", [lon, lat]) for lon, lat in at]
    return None, None


def _shape(kind: str, coordinates: list[Any]) -> Shape:
    return {"type": kind, "coordinates": coordinates}
