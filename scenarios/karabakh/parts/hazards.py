"""Hazards: SYNTHETIC, under the published totals by class."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from parts.common import (
    DIFFICULTIES,
    LAND_CLASSES,
    M2_PER_HA,
    Numbers,
    Row,
    facts,
    luck,
    lucks,
    rake_below,
    whole_parts,
)

FACT_OF_CLASS = {  # contamination totals: high, medium and low probability
    "minefield": "contaminated_high_ha",
    "low_density": "contaminated_medium_ha",
    "battle_area": "contaminated_low_ha_DERIVED",
}


def strip_rows(roads: pd.DataFrame, num: Numbers) -> pd.DataFrame:
    """Put corridor strips on roads: near the former line, and on some others."""
    seed = int(num["seed"])
    rows = []
    for road_id, r in roads[roads["inside"]].iterrows():
        name = str(road_id)
        near = bool(r["near"] or r["crossing"])
        if luck("strip", name, seed) >= strip_chance(r, num):
            continue
        for n in range(2 if r["main"] and near else 1):
            hazard = f"H-{name}-{n + 1}"
            minefield = near and (
                n == 0 if r["main"] else luck("class", hazard, seed) < num["road_minefield_share"]
            )
            u = luck("width", hazard, seed)
            low, high = num["road_width_min_m"], num["road_width_max_m"]
            km = num["road_strip_km"] * float(np.exp(0.6 * ndtri(luck("length", hazard, seed))))
            km = min(km, float(r["length_km"]) / 2)
            rows.append(
                {
                    "id": hazard,
                    "site": name,
                    "land_class": "minefield" if minefield else "low_density",
                    "area_m2": round(1000 * km * low * (high / low) ** u),
                    "near": near,
                }
            )
    return pd.DataFrame(rows).set_index("id")


def strip_chance(r: "pd.Series[Any]", num: Numbers) -> float:
    """Chance that a road carries a strip."""
    if r["late"] and not r["crossing"]:
        return num["road_hazard_late"]
    if r["main"]:
        return num[
            "road_hazard_main_near" if r["near"] or r["crossing"] else "road_hazard_main_2020"
        ]
    if r["crossing"]:
        return num["road_hazard_crossing"]
    return num["road_hazard_access_near" if r["near"] else "road_hazard_access_2020"]


def block_rows(
    towns: pd.DataFrame,
    land: pd.DataFrame,
    roads: pd.DataFrame,
    strips: pd.DataFrame,
    data: Path,
    num: Numbers,
) -> pd.DataFrame:
    """Put blocks on settlements: district x class x settlement, areas log-normal.

    Published totals by class go to districts by land and distance from the former line of contact;
    no district holds more than a share of its land.
    """
    known = facts(data)
    total_m2 = {c: round(known[FACT_OF_CLASS[c]] * M2_PER_HA) for c in LAND_CLASSES}
    district = towns["district_polygon"].reindex(land.index)
    by_district = land.groupby(district).sum()
    most_m2 = num["hazard_land_share_most"] * 1e6 * by_district["land_km2"].to_numpy()
    classes = list(LAND_CLASSES)
    totals = np.array([total_m2[c] for c in classes], dtype=float)
    table = rake_below(by_district[classes].to_numpy(), most_m2, totals)
    strip_ends = [
        next(e for e in (roads.loc[s, "u_id"], roads.loc[s, "v_id"]) if towns.loc[e, "inside"])
        for s in strips["site"]
    ]
    taken = strips.pivot_table(
        index=towns.loc[strip_ends, "district_polygon"].to_numpy(),
        columns="land_class",
        values="area_m2",
        aggfunc="sum",
    )
    taken = taken.reindex(index=by_district.index, columns=classes).fillna(0)
    left = pd.DataFrame(table, index=by_district.index, columns=classes) - taken
    blocks = []
    for land_class in LAND_CLASSES:
        parts = [
            district_blocks(land.loc[district == d, land_class], land_class, float(area), num)
            for d, area in left[land_class].items()
        ]
        both = pd.concat(parts)
        wanted = total_m2[land_class] - int(taken[land_class].sum())
        both["area_m2"] = whole_parts(both["area_m2"].to_numpy(), wanted)
        blocks.append(both)
    out = pd.concat(blocks)
    km = towns.loc[out["site"], "dist_to_former_line_km"].to_numpy()
    out["near"] = km < num["distance_near_line_km"]
    return out.sort_index()


def district_blocks(
    weight: "pd.Series[float]", land_class: str, area_m2: float, num: Numbers
) -> pd.DataFrame:
    """Share a district's area of one class into blocks on its settlements, by their weights."""
    seed = int(num["seed"])
    count = max(1, round(area_m2 / M2_PER_HA / num[f"mean_area_{land_class}_ha"]))
    order = sorted(weight.index, key=lambda s: luck(land_class, s, seed))
    ends = np.cumsum(weight[order].to_numpy())
    picks = (np.arange(count) + 0.5) / count * ends[-1]
    sites = [order[k] for k in np.searchsorted(ends, picks)]
    number: dict[str, int] = defaultdict(int)
    ids = []
    for site in sites:
        number[site] += 1
        ids.append(f"H-{site}-{land_class}-{number[site]}")
    low, high = num["area_quantile_low"], num["area_quantile_high"]
    u = low + (high - low) * lucks("area", ids, seed)
    size = np.exp(num["area_log_sd"] * ndtri(u))
    return pd.DataFrame(
        {"site": sites, "land_class": land_class, "area_m2": size / size.sum() * area_m2},
        index=pd.Index(ids, name="id"),
    )


def give_uses(
    blocks: pd.DataFrame, strips: pd.DataFrame, uses: pd.DataFrame, num: Numbers
) -> pd.DataFrame:
    """Say what each hazard denies: strips the road, blocks by the land around their settlement.

    Parameters
    ----------
    blocks, strips
        Hazards on settlements and on roads.
    uses
        Shares of the land of each settlement by use.
    """
    seed = int(num["seed"])
    odds = pd.DataFrame(1.0, index=list(LAND_CLASSES), columns=uses.columns)
    odds.loc["minefield", "housing"] = num["odds_minefield_residential"]
    odds.loc["minefield", "road"] = num["odds_minefield_transport"]
    odds.loc["battle_area", "housing"] = num["odds_battle_area_residential"]
    chance = uses.loc[blocks["site"]].to_numpy() * odds.loc[blocks["land_class"]].to_numpy()
    ends = np.cumsum(chance, axis=1)
    u = lucks("use", blocks.index, seed) * ends[:, -1]
    picked = uses.columns[(ends < u[:, None]).sum(axis=1)]
    out = pd.concat([blocks.assign(denies=picked), strips.assign(denies="road")]).sort_index()
    home = out["denies"] == "housing"
    u = lucks("home", out.index, seed)
    school, clinic = num["share_residential_education"], num["share_residential_health"]
    out.loc[home & (u < school), "denies"] = "education"
    out.loc[home & (u >= school) & (u < school + clinic), "denies"] = "health"
    return out


def give_difficulty(
    hazards: pd.DataFrame, towns: pd.DataFrame, roads: pd.DataFrame, num: Numbers
) -> list[str]:
    """Give each hazard a difficulty: the slope around its place, one step up or down for some."""
    place = [s if s in towns.index else roads.loc[s, "u_id"] for s in hazards["site"]]
    slope = towns.loc[place, "slope_deg"].to_numpy()
    limits = [num["slope_medium_deg"], num["slope_high_deg"], num["slope_extreme_deg"]]
    step = np.searchsorted(limits, slope, side="right")
    u = lucks("difficulty", hazards.index, int(num["seed"]))
    share = num["difficulty_step_share"]
    step = np.clip(step - (u < share) + (u > 1 - share), 0, 3)
    return [DIFFICULTIES[k] for k in step]


def hazard_rows(
    hazards: pd.DataFrame, towns: pd.DataFrame, roads: pd.DataFrame, data: Path, num: Numbers
) -> list[Row]:
    """Write the table of hazards; items sum to the published estimate."""
    base = np.array([num[f"items_{c}_km2"] for c in hazards["land_class"]])
    spread = np.exp(num["items_log_sd"] * ndtri(lucks("items", hazards.index, int(num["seed"]))))
    km2 = hazards["area_m2"].to_numpy() / 1e6
    density = base * spread
    density *= facts(data)["mines_estimated"] / float((density * km2).sum())
    difficulty = give_difficulty(hazards, towns, roads, num)
    rows = []
    for k, (hazard_id, h) in enumerate(hazards.iterrows()):
        on_road = h["site"] in roads.index
        confirmed = h["near"] and h["land_class"] == "minefield"
        rows.append(
            {
                "id": hazard_id,
                "place": "" if on_road else h["site"],
                "road": h["site"] if on_road else "",
                "hazard_class": "CHA" if confirmed else "SHA",
                "land_class": h["land_class"],
                "area_m2": int(h["area_m2"]),
                "denies": h["denies"],
                "record": "partial" if h["near"] else "none",
                "difficulty": difficulty[k],
                "items_per_km2": round(float(density[k]), 4),
                "source": "synthetic_hazards",
            }
        )
    return rows
