"""Places, communities and roads from the public tables."""

from collections.abc import Sequence
from itertools import combinations, pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from parts.common import AS_OF, HORIZON, KM_PER_DEG, START, Floats, Numbers, Row, lucks

HUBS = ("BAR", "TAR", "XND", "AHB", "HDZ", "QAS", "TOG")
"""Main-road towns outside the contaminated area (data/nodes_main.csv, former line of contact)."""
BASES = ("AHB", "HDZ", "XND", "TAR", "QAS", "TOG")
DISTRICT_OF_NODE = {"BAR": "Barda", "QAS": "Goranboy", "TOG": "Goygol", "XUD": "Jabrayil"}
"""Districts of the road nodes without a settlement row (assumed from the map)."""
PASS = "RM-S890441267-TOG"
"""Toghanali to Kalbajar crosses a high range: closed in winter (assumed)."""
SHORTEST_ACCESS_KM, WINDING = 0.3, 1.35
"""Shortest length in the access table; road length over great circle as in the main table."""
ENDS = ["u_id", "v_id"]
SOURCE_OF_ROAD = {
    "M": "main_roads",
    "A": "synthetic_access_roads",
    "O": "synthetic_outer_roads",
}


def former_line(data: Path) -> Floats:
    """Points of the former line of contact, longitude and latitude."""
    line = pd.read_json(data / "former_contact_line_approx.geojson")["features"][0]
    return np.array(line["geometry"]["coordinates"], dtype=np.float64)


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
    """Read settlements and the main-road nodes that are none; index: id.

    Control of some settlements had not changed by the date of the data. They are not covered:
    nobody enters them before the horizon, which stands there as their date.
    """
    towns = pd.read_csv(data / "settlements.csv")
    towns.index = pd.Index("S" + towns["wof_id"].astype(str), name="id")
    nodes = pd.read_csv(data / "nodes_main.csv").set_index("graph_id")
    towns["label"] = nodes["label"].reindex(towns.index)
    towns["covered"] = towns["accessible_from"] <= AS_OF.isoformat()
    towns.loc[~towns["covered"], "accessible_from"] = HORIZON.isoformat()
    extra = nodes[nodes.index.isin(DISTRICT_OF_NODE)].rename_axis("id")
    km = line_distance_km(extra["lon"].to_numpy(), extra["lat"].to_numpy(), former_line(data))
    nearest = cKDTree(towns[["lon", "lat"]]).query(extra[["lon", "lat"]])[1]
    extra = extra.assign(
        name=extra["label"],
        district=[DISTRICT_OF_NODE[i] for i in extra.index],
        dist_to_former_line_km=np.round(km, 1),
        elev_m=towns["elev_m"].to_numpy()[nearest],
        side_of_former_line=["out" if i in HUBS else "west" for i in extra.index],
        accessible_from=["" if i in HUBS else START.isoformat() for i in extra.index],
        covered=True,
        geonames_id=0,
    )
    return pd.concat([towns, extra]).sort_index()


def hub_ids(data: Path) -> dict[str, str]:
    """Place ids of the hubs by their short node name."""
    nodes = pd.read_csv(data / "nodes_main.csv").set_index("node")["graph_id"]
    return {name: str(nodes[name]) for name in HUBS}


def describe_places(towns: pd.DataFrame, hubs: set[str], num: Numbers) -> pd.DataFrame:
    """Add kind, zone, slope and side to the settlements."""
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


def district_rows(towns: pd.DataFrame) -> list[Row]:
    """Write the table of districts; their names in other languages are added to it."""
    return [{"district": name} for name in sorted(towns["district"].unique())]


def road_table(towns: pd.DataFrame, data: Path, num: Numbers) -> pd.DataFrame:
    """Read main and access roads, with what their ends say about them; index: id."""
    main = main_legs(towns, data, num)
    access = pd.read_csv(data / "roads_access_approx.csv").rename(
        columns={"u": "u_id", "v": "v_id"}
    )[[*ENDS, "length_km"]]
    access = access[access[ENDS].isin(towns.index).all(axis=1)]  # not to nodes that are left out
    lonely = lonely_access(towns, pd.concat([main, access]))
    inner = pd.concat([main.assign(kind="M"), access.assign(kind="A"), lonely.assign(kind="A")])
    outer = hub_links(towns, inner)
    roads = pd.concat([inner, outer.assign(kind="O")], ignore_index=True)
    roads["main"] = roads["kind"] != "A"
    roads[ENDS] = np.sort(roads[ENDS].astype(str).to_numpy(), axis=1)
    ids = "R" + roads["kind"] + "-" + roads["u_id"] + "-" + roads["v_id"]
    roads.index = pd.Index(ids, name="id")
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


def main_legs(towns: pd.DataFrame, data: Path, num: Numbers) -> pd.DataFrame:
    """Legs of the main roads between their nodes.

    Where a published length is split, the ends of the published route are nodes; between them, and
    on routes without a published length, nodes are the larger towns, hubs and ends of published
    routes. Published routes pass by what is not covered. Other settlements on the way belong to the
    access roads.
    """
    table = pd.read_csv(data / "roads_main.csv").drop_duplicates([*ENDS, "route"])
    published = table.groupby("route")["route_length_km"].transform("count") > 0
    ends = {
        n for _, r in table[published].groupby("route") for n in (*r["u_id"][:1], *r["v_id"][-1:])
    }
    large = towns.index[(towns["population"] >= num["main_node_people"]) | (towns["kind"] == "hub")]
    covered = set(towns.index[towns["covered"]])
    rows = []
    for _, route in table.groupby("route", sort=False):
        is_published = bool(route["route_length_km"].notna().any())
        nodes = [route["u_id"].iloc[0], *route["v_id"]]
        km = np.concatenate([[0.0], route["length_km"].cumsum()])
        kept = [
            n in ends or n in large
            if not is_published
            else n in (nodes[0], nodes[-1]) or (n in covered and (n in ends or n in large))
            for n in nodes
        ]
        open_by = str(route["opened"].iloc[0])[:7]
        for a, b in pairwise(np.flatnonzero(kept)):
            length = float(km[b] - km[a])
            if not is_published:
                length = float(roads_km(towns, nodes[a], [nodes[b]])[0])
            row = {"u_id": nodes[a], "v_id": nodes[b], "length_km": round(length, 1)}
            rows.append(row | {"is_open": open_by <= AS_OF.isoformat()[:7]})
    legs = pd.DataFrame(rows).sort_values("is_open", ascending=False, kind="stable")
    return legs.drop_duplicates(ENDS)[[*ENDS, "length_km"]]


def roads_km(towns: pd.DataFrame, place: str, others: Sequence[str]) -> Floats:
    """Lengths of roads without a published one: great circle times the usual winding."""
    ends = towns.loc[list(others), ["lon", "lat"]].to_numpy(dtype=np.float64)
    gap = (ends - towns.loc[place, ["lon", "lat"]].to_numpy(dtype=np.float64)) * KM_PER_DEG
    lengths: Floats = WINDING * np.hypot(gap[:, 0], gap[:, 1])
    return lengths


def lonely_access(towns: pd.DataFrame, roads: pd.DataFrame) -> pd.DataFrame:
    """Join each place without a road that may be used to its nearest neighbour with one (assumed).

    A road may be used where both its ends are covered.
    """
    covered = towns.index[towns["covered"]]
    usable = roads[roads[ENDS].isin(covered).all(axis=1)]
    joined = sorted(set(usable[ENDS].to_numpy().ravel()))
    lonely = set(covered) - set(joined) | set(towns.index) - set(roads[ENDS].to_numpy().ravel())
    rows = []
    for place in sorted(lonely):
        km = roads_km(towns, place, joined)
        length = max(SHORTEST_ACCESS_KM, round(float(km.min()), 2))
        rows.append({"u_id": place, "v_id": joined[int(km.argmin())], "length_km": length})
    return pd.DataFrame(rows, columns=[*ENDS, "length_km"])


def hub_links(towns: pd.DataFrame, roads: pd.DataFrame) -> pd.DataFrame:
    """Join all hubs outside the map: the shortest links until each reaches every other.

    Roads between hubs alone are in use from the first day; the links stand for roads beyond the
    map (SYNTHETIC, length as of other legs without a published one).
    """
    hubs = sorted(towns.index[towns["kind"] == "hub"])
    graph = nx.Graph()
    graph.add_nodes_from(hubs)
    within = roads["u_id"].isin(hubs) & roads["v_id"].isin(hubs)
    graph.add_edges_from(roads.loc[within, ENDS].itertuples(index=False))
    rows = []
    pairs = list(combinations(hubs, 2))
    for km, a, b in sorted((float(roads_km(towns, a, [b])[0]), a, b) for a, b in pairs):
        if not nx.has_path(graph, a, b):
            graph.add_edge(a, b)
            rows.append({"u_id": a, "v_id": b, "length_km": round(km, 1)})
    return pd.DataFrame(rows, columns=[*ENDS, "length_km"])


def all_season(roads: pd.DataFrame, num: Numbers) -> list[bool]:
    """Close some high roads in winter, and never the only way out of a place."""
    high = roads["inside"] & (roads["top_m"] > num["seasonal_above_m"])
    chosen = lucks("season", roads.index, int(num["seed"])) < num["seasonal_share"]
    candidates = roads[(high & chosen & ~roads["main"]) | (roads.index == PASS)].sort_values(
        "top_m", ascending=False, kind="stable"
    )
    graph = nx.MultiGraph()
    for name, r in roads.iterrows():
        graph.add_edge(r["u_id"], r["v_id"], key=name)
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
                "source": SOURCE_OF_ROAD[r["kind"]],
            }
        )
    return rows


def covered_districts(towns: pd.DataFrame, roads: pd.DataFrame) -> dict[str, str]:
    """District of each covered place inside, and of each road there that may be used."""
    inside = towns[towns["covered"] & towns["inside"]]
    district = {str(place): str(name) for place, name in inside["district"].items()}
    covered = set(towns.index[towns["covered"]])
    for road, r in roads.iterrows():
        ends = [r["u_id"], r["v_id"]]
        named = [district[end] for end in ends if end in district]
        if named and covered.issuperset(ends):
            district[str(road)] = named[0]
    return district
