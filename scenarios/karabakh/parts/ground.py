"""Land around the settlements: each square kilometre belongs to the nearest one of its polygon."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.path import Path as Outline
from scipy.spatial import cKDTree

from parts.common import KM_PER_DEG, LAND_CLASSES, Floats, Numbers
from parts.land import former_line, line_distance_km

CELL_KM = 1.0


def cell_table(data: Path) -> pd.DataFrame:
    """Cut the districts into square cells: polygon, lon, lat, km2.

    The cells of a polygon together have its measured area.
    """
    text = (data / "districts.geojson").read_text(encoding="utf-8")
    parts = []
    for one in json.loads(text)["features"]:
        ring = np.array(one["geometry"]["coordinates"][0])
        step = CELL_KM / KM_PER_DEG
        axes = [
            np.arange(ring[:, k].min() + step[k] / 2, ring[:, k].max(), step[k]) for k in (0, 1)
        ]
        grid = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
        inside = grid[Outline(ring).contains_points(grid)]
        cells = pd.DataFrame(inside, columns=["lon", "lat"])
        known = one["properties"]
        cells["km2"] = known["area_km2_measured"] / max(len(cells), 1)
        parts.append(cells.assign(polygon=known["district"]))
    return pd.concat(parts, ignore_index=True)


def class_weights(km: Floats, num: Numbers) -> Floats:
    """How much of each class a square kilometre holds, by its distance from the former line."""
    mine = np.exp(-km / num["decay_minefield_km"]) + num["background_minefield"]
    low = np.exp(-km / num["decay_low_density_km"]) + num["background_low_density"]
    return np.column_stack([mine, low, np.ones(len(km))])


def land_table(towns: pd.DataFrame, data: Path, num: Numbers) -> pd.DataFrame:
    """Land of each settlement that may carry hazards: land_km2, and a weight for each class.

    A cell belongs to the nearest settlement in its polygon, and weighs what its own distance from
    the former line of contact says; land east of the line weighs less.
    """
    cells = cell_table(data)
    points = cells[["lon", "lat"]].to_numpy()
    near = np.zeros(len(cells), dtype=np.int64)
    for polygon, mine in cells.groupby("polygon"):
        here = np.flatnonzero(towns["district_polygon"] == polygon)
        tree = cKDTree(towns[["lon", "lat"]].to_numpy()[here] * KM_PER_DEG)
        near[mine.index] = here[tree.query(points[mine.index] * KM_PER_DEG)[1]]
    km = line_distance_km(points[:, 0], points[:, 1], former_line(data))
    east = (towns["side_of_former_line"] == "east").to_numpy()[near]
    scale = cells["km2"].to_numpy() * np.where(east, num["weight_east"], 1.0)
    weights = pd.DataFrame(class_weights(km, num) * scale[:, None], columns=list(LAND_CLASSES))
    sums = weights.assign(land_km2=cells["km2"]).groupby(towns.index[near]).sum()
    inside = towns.index[towns["inside"] & (towns["kind"] == "settlement")]
    return sums.reindex(inside).fillna(0.0)


def use_shares(land_km2: Floats, towns: pd.DataFrame, num: Numbers) -> pd.DataFrame:
    """Shares of the land of each settlement by what hazards on it deny (assumed).

    Parameters
    ----------
    land_km2
        Land of each settlement.
    towns
        The same settlements, with ``people`` (0 where nobody is known) and ``zone``.

    Returns
    -------
    pd.DataFrame
        One column a use; rows sum to 1. Housing takes the ground around the centre, or what a
        person needs in larger towns; power and water parts of the ground that is near; farmland a
        part of the rest, by zone.
    """
    circle = np.pi * num["housing_radius_km"] ** 2
    built_km2 = np.maximum(circle, towns["people"].to_numpy() * num["housing_m2_person"] / 1e6)
    out = pd.DataFrame({"housing": built_km2 / np.maximum(land_km2, built_km2)}, index=towns.index)
    rest = 1 - out["housing"]
    out["road"] = num["land_share_road"] * rest
    near_km2 = np.pi * num["utility_radius_km"] ** 2
    near = np.minimum(
        1, np.maximum(near_km2 - built_km2, 0) / np.maximum(land_km2 - built_km2, 1e-9)
    )
    for use in ("power", "water"):
        out[use] = num[f"land_share_{use}"] * rest * near
    out["farmland"] = rest * [num[f"land_share_farm_{zone}"] for zone in towns["zone"]]
    out["other"] = 1 - out.sum(axis=1)
    return out
