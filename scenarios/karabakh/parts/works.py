"""Works of the settlements: water, power, schools, clinics, houses, risk education; SYNTHETIC."""

from collections.abc import Iterable, Mapping, Sequence

import networkx as nx
import numpy as np
import pandas as pd

from parts.common import Numbers, Row, whole_parts


def travel_hours(roads: Sequence[Row]) -> nx.Graph:
    """Graph of all-season roads with the shortest travel time between neighbours."""
    graph = nx.Graph()
    for r in roads:
        graph.add_nodes_from((r["from_place"], r["to_place"]))
        if r["all_season"]:
            hours = r["length_km"] / r["speed_kmh"]
            old = graph.get_edge_data(r["from_place"], r["to_place"], {"hours": np.inf})
            graph.add_edge(r["from_place"], r["to_place"], hours=min(hours, old["hours"]))
    return graph


def service_points(
    people: Mapping[str, int], hubs: Iterable[str], graph: nx.Graph, *, least: float, hours: float
) -> list[str]:
    """Choose settlements with a service so that every community is within reach of one.

    Large settlements have one; then, one by one, the settlement that brings most people not yet
    served within reach.
    """
    reach = {
        s: set(nx.single_source_dijkstra_path_length(graph, s, cutoff=hours, weight="hours"))
        & people.keys()
        for s in people
    }
    chosen = [s for s in sorted(people) if people[s] >= least]
    served: set[str] = set()
    for s in chosen:
        served |= reach[s]
    for hub in hubs:
        served |= set(
            nx.single_source_dijkstra_path_length(graph, hub, cutoff=hours, weight="hours")
        )
    left = set(people) - served
    while left:
        best = max(sorted(people), key=lambda s: sum(people[x] for x in reach[s] & left))
        chosen.append(best)
        left -= reach[best]
    return sorted(chosen)


def works_rows(
    communities: Sequence[Row],
    towns: pd.DataFrame,
    roads: Sequence[Row],
    hubs: set[str],
    num: Numbers,
) -> list[Row]:
    """Write the works of each settlement with a community."""
    people = {c["settlement"]: c["people"] for c in communities}
    graph = travel_hours(roads)
    rows: list[Row] = []

    def add(settlement: str, kind: str, skill: str, days: float, **more: object) -> None:
        name = f"W-{settlement}-{kind}"
        if "batch" in more:
            name += f"-{more['batch']}"
        rows.append(
            {"id": name, "settlement": settlement, "kind": kind, "skill": skill}
            | {"crew_days": round(days, 1), "source": "synthetic_works", **more}
        )

    for place, count in people.items():
        add(place, "risk_education", "risk_education", num["risk_education_days"])
        for kind in ("water", "power"):
            days = num[f"{kind}_days"] + count / num["utility_people_per_day"]
            add(place, kind, "utilities", days)
        homes = num["willing_share"] * count / num["household_size"] * num["dwelling_reserve"]
        houses = int(np.ceil(homes - 1e-9))
        each = num["house_days_late" if towns.loc[place, "late"] else "house_days_2020"]
        batches = int(np.ceil(houses / num["dwellings_per_batch"]))
        for k, part in enumerate(whole_parts(np.ones(batches), houses), start=1):
            add(place, "shelter", "building", each * int(part), dwellings=int(part), batch=k)
    for kind, days in (("education", num["school_days"]), ("health", num["clinic_days"])):
        points = service_points(
            people, hubs, graph, least=num[f"{kind}_people"], hours=num[f"{kind}_within_hours"]
        )
        for place in points:
            add(place, kind, "building", days)
    return sorted(rows, key=lambda r: str(r["id"]))
