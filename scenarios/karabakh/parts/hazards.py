"""Hazards: SYNTHETIC, under the published totals and shares."""

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
    rake,
    whole_parts,
)

FACT_OF_CLASS = {  # contamination totals: high, medium and low probability
    "minefield": "contaminated_high_ha",
    "low_density": "contaminated_medium_ha",
    "battle_area": "contaminated_low_ha_DERIVED",
}
PURPOSE_PERIOD = "2020-11..2023-11"  # the period that names all purposes
PURPOSES = {  # purpose of the published shares of area -> what a hazard denies
    "agriculture": "farmland",
    "residential": "housing",
    "transport": "road",
    "energy": "power",
    "water/land reclamation": "water",
    "environment/science": "other",
    "other": "other",
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
                    "purpose": "transport",
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


def settlement_weights(towns: pd.DataFrame, num: Numbers) -> pd.DataFrame:
    """Say how much land of each class lies at each settlement, relative to the others."""
    km = towns["dist_to_former_line_km"].to_numpy(dtype=float)
    scale = np.where(towns["side_of_former_line"] == "east", num["weight_east"], 1.0)
    mine = np.exp(-km / num["decay_minefield_km"]) + num["background_minefield"]
    low = np.exp(-km / num["decay_low_density_km"]) + num["background_low_density"]
    table = np.column_stack([mine, low, np.ones(len(towns))]) * scale[:, None]
    return pd.DataFrame(table, index=towns.index, columns=list(LAND_CLASSES))


def district_shares(data: Path) -> "pd.Series[float]":
    shares = pd.read_csv(data / "clearance_by_district.csv").set_index("district").sort_index()
    return shares["share_of_area"] / shares["share_of_area"].sum()


def purpose_shares(data: Path) -> "pd.Series[float]":
    shares = pd.read_csv(data / "clearance_by_purpose.csv")
    shares = shares[shares["period"] == PURPOSE_PERIOD].set_index("purpose").sort_index()
    return shares["share_of_area"] / shares["share_of_area"].sum()


def block_rows(
    towns: pd.DataFrame, roads: pd.DataFrame, strips: pd.DataFrame, data: Path, num: Numbers
) -> pd.DataFrame:
    """Put blocks on settlements: district x class x settlement, areas log-normal."""
    known = facts(data)
    total_m2 = {c: round(known[FACT_OF_CLASS[c]] * M2_PER_HA) for c in LAND_CLASSES}
    inside = towns[towns["inside"] & (towns["kind"] == "settlement")]
    weights = settlement_weights(inside, num)
    shares = district_shares(data)
    seed_table = weights.groupby(inside["stat_district"]).sum().reindex(shares.index)
    class_total = np.array([total_m2[c] for c in LAND_CLASSES], dtype=float)
    table = rake(seed_table.to_numpy(), shares.to_numpy() * class_total.sum(), class_total)
    strip_ends = [
        next(e for e in (roads.loc[s, "u_id"], roads.loc[s, "v_id"]) if towns.loc[e, "inside"])
        for s in strips["site"]
    ]
    strip_district = towns.loc[strip_ends, "stat_district"].to_numpy()
    taken = strips.pivot_table(
        index=strip_district, columns="land_class", values="area_m2", aggfunc="sum"
    ).reindex(index=shares.index, columns=list(LAND_CLASSES))
    taken = taken.fillna(0)
    left = dict(zip(LAND_CLASSES, (table - taken.to_numpy()).T, strict=True))
    blocks = []
    for land_class in LAND_CLASSES:
        parts = [
            district_blocks(
                inside.index[inside["stat_district"] == d],
                weights[land_class],
                land_class,
                float(area),
                num,
            )
            for d, area in zip(shares.index, left[land_class], strict=True)
        ]
        both = pd.concat(parts)
        wanted = total_m2[land_class] - int(taken[land_class].sum())
        both["area_m2"] = whole_parts(both["area_m2"].to_numpy(), wanted)
        blocks.append(both)
    out = pd.concat(blocks)
    out["near"] = (
        inside.loc[out["site"], "dist_to_former_line_km"].to_numpy() < num["distance_near_line_km"]
    )
    out["purpose"] = ""
    return out.sort_index()


def district_blocks(
    settlements: pd.Index,
    weight: "pd.Series[float]",
    land_class: str,
    area_m2: float,
    num: Numbers,
) -> pd.DataFrame:
    """Share a district's area of one class into blocks on its settlements."""
    seed = int(num["seed"])
    count = max(1, round(area_m2 / M2_PER_HA / num[f"mean_area_{land_class}_ha"]))
    order = sorted(settlements, key=lambda s: luck(land_class, s, seed))
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


def give_purposes(hazards: pd.DataFrame, data: Path, num: Numbers) -> pd.DataFrame:
    """Give each block a purpose so that areas by purpose follow the published shares."""
    seed = int(num["seed"])
    shares = purpose_shares(data)
    odds = pd.DataFrame(1.0, index=list(LAND_CLASSES), columns=shares.index)
    odds.loc["minefield", "residential"] = num["odds_minefield_residential"]
    odds.loc["minefield", "transport"] = num["odds_minefield_transport"]
    odds.loc["battle_area", "residential"] = num["odds_battle_area_residential"]
    area = hazards.groupby("land_class")["area_m2"].sum().reindex(list(LAND_CLASSES))
    wanted = rake(
        odds.to_numpy() * shares.to_numpy() * area.to_numpy()[:, None],
        np.asarray(area, dtype=np.float64),
        np.asarray(shares * area.sum(), dtype=np.float64),
    )
    out = hazards.copy()
    for row, land_class in zip(wanted, LAND_CLASSES, strict=True):
        mine = out[out["land_class"] == land_class]
        left = row - [mine.loc[mine["purpose"] == p, "area_m2"].sum() for p in shares.index]
        blocks = mine[mine["purpose"] == ""].sort_values("area_m2", ascending=False, kind="stable")
        picks = []
        for size, u in zip(blocks["area_m2"], lucks("use", blocks.index, seed), strict=True):
            open_m2 = np.maximum(left, 0)
            picks.append(int(np.searchsorted(np.cumsum(open_m2) / open_m2.sum(), u)))
            left[picks[-1]] -= size
        out.loc[blocks.index, "purpose"] = shares.index[picks]
    out["denies"] = [PURPOSES[p] for p in out["purpose"]]
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
