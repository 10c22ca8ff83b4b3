"""Shapes of all layers in one plane: reference systems, axes, what is broken."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from returnplan.scenario.files import RefusedError
from returnplan.scenario.importers.layers import Layer

Floats = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]

WGS84 = "EPSG:4326"
FAR_DEG = 1.0
"""Layers of one country lie nearer to each other than this beyond their own extent, degrees."""
TRUST = (".gpkg", ".shp", ".graphml", ".geojson", ".json", ".csv", ".xlsx")
"""Where two layers contradict each other, the format of which the axes are believed first."""
WIDEST_DEG = 40.0
"""Widest extent of a scenario: beyond it no plane fits."""


def crs_of(layer: Layer, stated: str = "") -> CRS:
    """Reference system of a layer.

    Parameters
    ----------
    layer
        The layer.
    stated
        What a recipe says; empty: as the file says.

    Raises
    ------
    RefusedError
        When neither says one that is known.
    """
    text = stated or layer.crs
    allowed = 'crs = "EPSG:..." of the layer in the recipe; longitude and latitude: "EPSG:4326"'
    if not text:
        raise RefusedError("no coordinate reference system", allowed)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return CRS.from_user_input(text)
    except (ProjError, ValueError, TypeError) as error:
        first = str(error).splitlines()[0][:100]
        raise RefusedError(f"a reference system that is unknown ({first})", allowed) from None


def moved(shapes: Any, origin: CRS, target: CRS, *, swap: bool = False) -> Any:
    """Bring shapes into another reference system.

    Parameters
    ----------
    shapes
        Shapes; None among them stays.
    origin, target
        Reference systems.
    swap
        Whether the axes of the shapes are exchanged first.

    Returns
    -------
    Any
        Shapes; points that have no place there become infinite.
    """
    change = Transformer.from_crs(origin, target, always_xy=True)

    def move(points: Floats) -> Floats:
        x, y = (points[:, 1], points[:, 0]) if swap else (points[:, 0], points[:, 1])
        with np.errstate(all="ignore"):
            return np.column_stack(change.transform(x, y))

    return shapely.transform(shapes, move)


def box_of(layer: Layer, crs: CRS, *, swap: bool = False) -> Box | None:
    """Extent of a layer in degrees, of all but its outermost points; None: it has none.

    Parameters
    ----------
    layer
        The layer.
    crs
        Its reference system.
    swap
        Whether the axes are exchanged.
    """
    shapes = layer.shapes[~shapely.is_missing(layer.shapes)]
    boxes = shapely.bounds(shapes)
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    if not len(boxes):
        return None
    middles = shapely.points((boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2)
    points = shapely.get_coordinates(moved(middles, crs, CRS.from_user_input(WGS84), swap=swap))
    points = points[np.isfinite(points).all(axis=1)]
    points = points[(np.abs(points[:, 0]) <= 180) & (np.abs(points[:, 1]) <= 90)]  # noqa: PLR2004
    if len(points) <= len(middles) // 2:
        return None
    west, south = np.quantile(points, 0.02, axis=0)
    east, north = np.quantile(points, 0.98, axis=0)
    return float(west), float(south), float(east), float(north)


def are_near(one: Box, other: Box) -> bool:
    """Whether two extents lie as near as layers of one country do."""
    gap_x = max(one[0] - other[2], other[0] - one[2])
    gap_y = max(one[1] - other[3], other[1] - one[3])
    return max(gap_x, gap_y) <= FAR_DEG


def turned(layers: Sequence[tuple[Layer, CRS]]) -> list[bool]:
    """Whether each layer has its axes exchanged, by where the others lie.

    Parameters
    ----------
    layers
        Layers with their reference systems.

    Returns
    -------
    list[bool]
        One a layer; those that fit the others as they are, are not.
    """
    boxes = [(box_of(layer, crs), box_of(layer, crs, swap=True)) for layer, crs in layers]
    ranks = [_rank(layer) for layer, _ in layers]

    def friends(number: int, way: int) -> int:
        mine = boxes[number][way]
        if mine is None:
            return -1
        others = [pair[0] for at, pair in enumerate(boxes) if at != number]
        return sum(other is not None and are_near(mine, other) for other in others)

    found = []
    for number, (plain, swapped) in enumerate(boxes):
        if plain is None or swapped is None:
            found.append(plain is None and swapped is not None)
            continue
        as_is, other_way = friends(number, 0), friends(number, 1)
        rivals = [r for at, r in enumerate(ranks) if at != number and boxes[at][0] is not None]
        # Two layers alone contradict each other: the one of the weaker format is turned.
        is_weaker = as_is > 0 or other_way > 1 or not rivals or ranks[number] > min(rivals)
        found.append(other_way > as_is and is_weaker)
    return found


def _rank(layer: Layer) -> int:
    ending = layer.file[layer.file.rfind(".") :].lower()
    return TRUST.index(ending) if ending in TRUST else len(TRUST)


def plane_of(boxes: Sequence[Box]) -> CRS:
    """Equal-area plane in the middle of some extents, in metres.

    At 250 km from its middle lengths are wrong by 0.02 %, areas nowhere (Lambert azimuthal).

    Parameters
    ----------
    boxes
        Extents of layers in degrees.

    Raises
    ------
    RefusedError
        When no plane fits.
    """
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    if max(east - west, north - south) > WIDEST_DEG:
        found = (
            f"layers from {west:.1f} to {east:.1f} degrees east, {south:.1f} to {north:.1f} north"
        )
        allowed = f"at most {WIDEST_DEG:g} degrees: a reference system or swap_axes is wrong"
        raise RefusedError(found, allowed)
    lon, lat = round((west + east) / 2, 2), round((south + north) / 2, 2)
    return CRS.from_proj4(f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m +no_defs")
