"""Places, communities and roads from the public tables."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from parts.common import KM_PER_DEG, START, Floats, Numbers, Row, lucks

HUBS = ("BAR", "TAR", "XND", "AHB", "HDZ", "QAS", "TOG")
"""Main-road towns outside the contaminated area (data/nodes_main.csv, former line of contact)."""
BASES = ("AHB", "HDZ", "XND", "TAR", "QAS", "TOG")
DISTRICT_OF_NODE = {
    "BAR": "Barda",
    "QAS": "Goranboy",
    "TOG": "Goygol",
    "TUR": "Shusha",
    "XUD": "Jabrayil",
}
"""Districts of the five road nodes without a settlement row (assumed from the map)."""
TARTAR_BEFORE_2023 = ("S1209142461", "S1310537695")
"""Sugovushan and Talish: counted with Tartar in the published shares (assumed)."""
PASS = "RM-S890441267-TOG"
"""Toghanali to Kalbajar crosses a high range: closed in winter (assumed)."""
SHORTEST_ACCESS_KM, WINDING = 0.3, 1.35
"""Shortest length in the access table; road length over great circle as in the main table."""
OUTSIDE_NETWORK = ("BAR", "QAS", "TOG")
"""Hubs that roads outside the map join to each other."""


def line_distance_km(lon: Floats, lat: Floats, line: Floats) -> Floats:
    """Distance from points to a line, on a local plane."""
    points = np.column_stack([lon, lat]) * KM_PER_DEG
    ends = line * KM_PER_DEG
    best = np.full(len(points), np.inf)
    for a, b in pairwise(ends):
        along = np.clip(((points - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
        gap = points - (a + along[:, None] * (b - a))
        best = np.minimum(best, np.hypot(gap[:, 0], gap[:, 1]))
    return best


def zone_of(elevation_m: float, num: Numbers) -> str:
    if elevation_m < num["zone_foothill_m"]:
        return "lowland"
    return "foothill" if elevation_m < num["zone_mountain_m"] else "mountain"


def settlement_places(data: Path) -> pd.DataFrame:
    """Read settlements and the main-road nodes that are none; index: id."""
    towns = pd.read_csv(data / "settlements.csv")
    towns.index = pd.Index("S" + towns["wof_id"].astype(str), name="id")
    nodes = pd.read_csv(data / "nodes_main.csv").set_index("graph_id")
    towns["label"] = nodes["label"].reindex(towns.index)
    extra = nodes[~nodes.index.isin(towns.index)].rename_axis("id")
    line = pd.read_json(data / "former_contact_line_approx.geojson")["features"][0]
    km = line_distance_km(
        extra["lon"].to_numpy(), extra["lat"].to_numpy(), np.array(line["geometry"]["coordinates"])
    )
    nearest = cKDTree(towns[["lon", "lat"]]).query(extra[["lon", "lat"]])[1]
    extra = extra.assign(
        name=extra["label"],
        district=[DISTRICT_OF_NODE[i] for i in extra.index],
        dist_to_former_line_km=np.round(km, 1),
        elev_m=towns["elev_m"].to_numpy()[nearest],
        side_of_former_line=["out" if i in HUBS else "west" for i in extra.index],
        accessible_from=["" if i in HUBS else START.isoformat() for i in extra.index],
        geonames_id=0,
    )
    return pd.concat([towns, extra]).sort_index()


def hub_ids(data: Path) -> dict[str, str]:
    """Place ids of the hubs by their short node name."""
    nodes = pd.read_csv(data / "nodes_main.csv").set_index("node")["graph_id"]
    return {name: str(nodes[name]) for name in HUBS}


def describe_places(towns: pd.DataFrame, hubs: set[str], num: Numbers) -> pd.DataFrame:
    """Add kind, zone, slope, side and statistical district to the settlements."""
    out = towns.copy()
    is_node = out["wof_id"].isna() | ~out.index.str.startswith("S")
    out["kind"] = np.where(is_node, "junction", "settlement")
    out.loc[out.index.isin(hubs), "kind"] = "hub"
    out["zone"] = [zone_of(float(e), num) for e in out["elev_m"]]
    east = (out["side_of_former_line"] == "east") & (
        out["dist_to_former_line_km"] > num["distance_east_inside_km"]
    )
    out["inside"] = ~(out.index.isin(hubs) | (out["side_of_former_line"] == "out") | east)
    out["late"] = out["accessible_from"].fillna("").str[:4] >= "2022"
    out["stat_district"] = out["district"].where(
        ~out["district"].isin(["Aghdara", "Khankendi"]), "Other"
    )
    out.loc[out.index.isin(TARTAR_BEFORE_2023), "stat_district"] = "Tartar"
    out["slope_deg"] = neighbour_slope_deg(out)
    return out


def neighbour_slope_deg(towns: pd.DataFrame) -> Floats:
    """Mean slope between each place and its five nearest neighbours: a coarse proxy."""
    km = towns[["lon", "lat"]].to_numpy() * KM_PER_DEG
    gaps, near = cKDTree(km).query(km, k=6)
    height = towns["elev_m"].to_numpy(dtype=float)
    rise_m = np.abs(height[near[:, 1:]] - height[:, None]).mean(axis=1)
    run_km = np.maximum(gaps[:, 1:].mean(axis=1), 0.5)
    slope: Floats = np.degrees(np.arctan(rise_m / 1000 / run_km))
    return slope


def place_rows(towns: pd.DataFrame) -> list[Row]:
    """Write the table of places."""
    rows = []
    for place_id, t in towns.iterrows():
        labelled = isinstance(t["label"], str)
        wof = int(t["wof_id"]) if not pd.isna(t["wof_id"]) else 0
        ids = f"Who's On First {wof}" if wof else "main road table"
        ids += f"; GeoNames {int(t['geonames_id'])}" if t["geonames_id"] else ""
        corrected = str(t["source"]).startswith("CORRECTED")
        rows.append(
            {
                "id": place_id,
                "kind": t["kind"],
                "name": t["label"] if labelled else t["name"],
                "lon_deg": float(t["lon"]),
                "lat_deg": float(t["lat"]),
                "district": t["district"],
                "zone": t["zone"],
                "accessible_from": "" if t["kind"] == "hub" else t["accessible_from"] or "",
                "elevation_m": int(t["elev_m"]),
                "name_az": t["name_az"] if isinstance(t["name_az"], str) else "",
                "name_source": ids + ("; label of the main road table" if labelled else ""),
                "source": "lachin_point" if corrected else "settlement_points",
            }
        )
    return rows


def community_rows(towns: pd.DataFrame, data: Path) -> list[Row]:
    """Write one community for each settlement with a (synthetic) number of people."""
    since = pd.read_csv(data / "displacement.csv").set_index("district")["displaced_since"]
    rows = []
    for place_id, t in towns[towns["pop_model"].notna()].iterrows():
        town = str(t["pop_model_basis"]).startswith("GeoNames")
        rows.append(
            {
                "id": f"C{str(place_id)[1:]}",
                "settlement": place_id,
                "people": int(t["pop_model"]),
                "group": "registered_1992_1993",
                "displaced_since": since[t["district"]],
                "source": "town_population" if town else "district_origin_2000",
            }
        )
    return rows


def road_table(towns: pd.DataFrame, data: Path, num: Numbers) -> pd.DataFrame:
    """Read main and access roads, with what their ends say about them; index: id."""
    main = pd.read_csv(data / "roads_main.csv")[["u_id", "v_id", "length_km"]]
    access = pd.read_csv(data / "roads_access_approx.csv").rename(
        columns={"u": "u_id", "v": "v_id"}
    )[["u_id", "v_id", "length_km"]]
    lonely = lonely_access(towns, [*main["u_id"], *main["v_id"], *access["u_id"], *access["v_id"]])
    access = pd.concat([access, lonely])
    roads = pd.concat([main.assign(main=True), access.assign(main=False)], ignore_index=True)
    roads[["u_id", "v_id"]] = np.sort(roads[["u_id", "v_id"]].astype(str).to_numpy(), axis=1)
    letter = np.where(roads["main"], "M", "A")
    roads.index = pd.Index("R" + letter + "-" + roads["u_id"] + "-" + roads["v_id"], name="id")
    if roads.index.has_duplicates:
        raise ValueError("two roads have the same ends and kind")
    u, v = towns.loc[roads["u_id"]], towns.loc[roads["v_id"]]
    near_km = num["distance_near_line_km"]
    roads["inside"] = u["inside"].to_numpy() | v["inside"].to_numpy()
    roads["late"] = u["late"].to_numpy() | v["late"].to_numpy()
    roads["top_m"] = np.maximum(u["elev_m"].to_numpy(), v["elev_m"].to_numpy())
    roads["zone"] = [zone_of(float(e), num) for e in roads["top_m"]]
    roads["line_km"] = (
        u["dist_to_former_line_km"].to_numpy() + v["dist_to_former_line_km"].to_numpy()
    ) / 2
    sides = [set(s) for s in zip(u["side_of_former_line"], v["side_of_former_line"], strict=True)]
    roads["crossing"] = np.array([len(s) == 2 for s in sides]) & (roads["line_km"] < 2 * near_km)
    roads["near"] = roads["line_km"] < near_km
    roads = roads.sort_index()
    roads["all_season"] = all_season(roads, num)
    return roads


def lonely_access(towns: pd.DataFrame, on_roads: Sequence[str]) -> pd.DataFrame:
    """Join each place without a road to its nearest neighbour with one (assumed)."""
    joined = towns[towns.index.isin(on_roads)]
    rows = []
    for place, t in towns[~towns.index.isin(on_roads)].iterrows():
        gap = (joined[["lon", "lat"]] - t[["lon", "lat"]].astype(float)) * KM_PER_DEG
        km = np.hypot(gap["lon"].to_numpy(), gap["lat"].to_numpy())
        length = max(SHORTEST_ACCESS_KM, round(float(km.min()) * WINDING, 2))
        rows.append({"u_id": place, "v_id": joined.index[km.argmin()], "length_km": length})
    return pd.DataFrame(rows, columns=["u_id", "v_id", "length_km"])


def all_season(roads: pd.DataFrame, num: Numbers) -> list[bool]:
    """Close some high roads in winter, and never the only way out of a place."""
    high = roads["inside"] & (roads["top_m"] > num["seasonal_above_m"])
    chosen = lucks("season", roads.index, int(num["seed"])) < num["seasonal_share"]
    candidates = roads[(high & chosen & ~roads["main"]) | (roads.index == PASS)].sort_values(
        "top_m", ascending=False, kind="stable"
    )
    graph = nx.MultiGraph()
    graph.add_nodes_from(["world"])
    for name, r in roads.iterrows():
        graph.add_edge(r["u_id"], r["v_id"], key=name)
    for end in set(roads["u_id"]) | set(roads["v_id"]):
        if end in OUTSIDE_NETWORK:
            graph.add_edge("world", end, key=f"world-{end}")
    closed = set()
    for name, r in candidates.iterrows():
        graph.remove_edge(r["u_id"], r["v_id"], key=name)
        if nx.has_path(graph, r["u_id"], r["v_id"]):
            closed.add(name)
        else:
            graph.add_edge(r["u_id"], r["v_id"], key=name)
    return [name not in closed for name in roads.index]


def road_rows(roads: pd.DataFrame, num: Numbers) -> list[Row]:
    """Write the table of roads."""
    rows = []
    for road_id, r in roads.iterrows():
        if r["main"]:
            speed = num["speed_main_mountain_kmh" if r["zone"] == "mountain" else "speed_main_kmh"]
            days = num["repair_main_days_km"]
        else:
            speed = num[f"speed_access_{r['zone']}_kmh"]
            days = num["repair_access_days_km"]
        share = num["repair_share_late"] if r["late"] else 1.0
        rows.append(
            {
                "id": road_id,
                "from_place": r["u_id"],
                "to_place": r["v_id"],
                "length_km": float(r["length_km"]),
                "speed_kmh": speed,
                "all_season": bool(r["all_season"]),
                "repair_crew_days": round(days * share * float(r["length_km"]), 1)
                if r["inside"]
                else 0.0,
                "impassable": False,
                "source": "main_roads" if r["main"] else "synthetic_access_roads",
            }
        )
    return rows
