"""Made-up scenarios of any size by seed, for trials and benchmarks; nothing in them is real."""

from dataclasses import dataclass
from datetime import date, timedelta

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from returnplan.domain import (
    AllocationHeader,
    Asset,
    CalendarMonth,
    Community,
    Denied,
    Deployment,
    Difficulty,
    Hazard,
    LandClass,
    Place,
    Rate,
    Record,
    Road,
    Scenario,
    SourceLine,
    Works,
    WorksKind,
)

Floats = NDArray[np.float64]

START = date(2024, 3, 1)
SPACING_KM = 4.0
KM_PER_DEGREE = 111.0
DETOUR = 1.3
"""Road length over straight distance."""
EXTRA_ROADS_SHARE = 0.35
"""Share of the neighbour pairs beyond the connecting tree that have a road."""
AREA_LN_MEAN, AREA_LN_SD = 1.18, 1.80
"""Log-normal of suspected areas in ln ha, measured on public data of Bosnia and Herzegovina."""
AREA_RANGE_HA = (0.01, 500.0)
ROAD_HAZARD_SHARE = 0.15
CLUSTERED_SHARE = 0.6
LATE_SHARE = 0.05
"""Share of settlements that may be entered only after a year."""
CONFIRMED_SHARE = 0.3
DENIES: tuple[Denied, ...] = ("housing", "farmland", "farmland", "water", "power", "other")
LANDS: tuple[LandClass, ...] = ("minefield", "low_density", "low_density", "battle_area")
RECORDS: tuple[Record, ...] = ("none", "none", "partial", "full")
DIFFICULTIES: tuple[Difficulty, ...] = ("low", "medium", "medium", "high", "extreme")
ITEMS_PER_KM2 = {"minefield": 800.0, "low_density": 20.0, "battle_area": 10.0}
FIELD = "made_up"
MEASURED = "bih_map"
SOURCES = (
    SourceLine(
        id=FIELD, title="Made up by returnplan new", year=2024, licence="CC0", kind="synthetic"
    ),
    SourceLine(
        id=MEASURED,
        title="Areas: log-normal measured on the public mine map of Bosnia and Herzegovina",
        licence="figures only",
        kind="synthetic",
    ),
)
GATES: dict[str, dict[str, float]] = {
    **{gate: {} for gate in ("permission", "survey", "housing_land", "road_access", "water")},
    "shelter": {"required_share": 0.5},
    "risk_education": {},
}
POLICIES = ("smith_path", "nearest", "population")
"""One allocation each, with the same teams."""

ASSETS: tuple[tuple[str, float, float, dict[str, float]], ...] = (
    # id, share of teams, USD a day, m2 a day by skill (0: counted in crew-days)
    ("survey_team", 0.15, 900, {"survey": 150_000}),
    ("manual_team", 0.25, 1_000, {"technical_survey": 1_500, "clearance": 240}),
    ("battle_area_team", 0.20, 900, {"technical_survey": 4_000, "clearance": 7_000}),
    ("mechanical_team", 0.10, 1_800, {"technical_survey": 6_000}),
    ("quality_team", 0.10, 700, {"quality_control": 10_000}),
    ("road_crew", 0.10, 1_500, {"road_repair": 0}),
    ("building_crew", 0.10, 1_200, {"building": 0}),
)
ON_LAND: dict[tuple[str, str], tuple[LandClass, ...]] = {
    ("manual_team", "clearance"): ("minefield",),
    ("battle_area_team", "clearance"): ("low_density", "battle_area"),
}
"""Land classes on which an asset type has a skill; others have it on all."""


@dataclass(frozen=True)
class _Ground:
    """Points (km), roads between them, and how near each point lies to a former front."""

    xy: Floats
    pairs: list[tuple[int, int]]
    exposure: Floats
    hubs: int


def synthetic(*, settlements: int, hazards: int, teams: int, seed: int) -> Scenario:
    """Make a scenario: planar roads, clustered hazards, log-normal areas.

    Parameters
    ----------
    settlements
        Number of settlements, each with one community.
    hazards
        Number of hazards, about 15 % of them on roads.
    teams
        Number of teams; fewer than one of each asset type: all-round teams only.
    seed
        Seed of the luck; the same numbers give the same scenario.

    Returns
    -------
    Scenario
        A scenario that passes the checks.
    """
    rng = np.random.default_rng([seed, settlements, hazards, teams])
    ground = _make_ground(rng, settlements)
    places = _make_places(rng, ground)
    roads = _make_roads(rng, ground, places)
    communities = _make_communities(rng, settlements)
    assets, rates = _make_assets(teams)
    return Scenario(
        name=f"synthetic_{settlements}_{hazards}_{teams}_{seed}",
        title=f"Made-up scenario with {settlements} settlements",
        start=START,
        horizon_years=10,
        gates=GATES,
        allocations=tuple(
            AllocationHeader(name=name, title=f"Same teams, order {name}", policy=name)
            for name in POLICIES
        ),
        places=places,
        communities=communities,
        roads=roads,
        hazards=_make_hazards(rng, ground, hazards),
        works=_make_works(communities),
        assets=assets,
        rates=rates,
        calendars=_make_calendars(),
        deployments=tuple(
            line
            for name in POLICIES
            for line in _make_deployments(name, assets, ground.hubs, teams)
        ),
        sources=SOURCES,
    )


def _make_communities(rng: np.random.Generator, settlements: int) -> tuple[Community, ...]:
    return tuple(
        Community(
            id=f"c{i:05d}",
            settlement=f"s{i:05d}",
            people=int(np.clip(np.exp(rng.normal(6.0, 1.0)), 20, 20_000)),
            source=FIELD,
        )
        for i in range(settlements)
    )


def _make_ground(rng: np.random.Generator, settlements: int) -> _Ground:
    """Scatter settlements in clusters, hubs along one side, and join neighbours by roads."""
    hubs = max(2, settlements // 100)
    side = SPACING_KM * np.sqrt(settlements + hubs)
    centres = rng.uniform(0.1 * side, side, (max(1, settlements // 12), 2))
    near = centres[rng.integers(len(centres), size=settlements)]
    scatter = rng.normal(0, 0.12 * side, (settlements, 2))
    uniform = rng.uniform(0.05 * side, side, (settlements, 2))
    clustered = rng.random((settlements, 1)) < CLUSTERED_SHARE
    points = np.where(clustered, np.clip(near + scatter, 0.05 * side, side), uniform)
    row = np.column_stack([np.zeros(hubs), np.linspace(0, side, hubs)])
    xy = np.vstack([points, row])
    graph = nx.Graph()
    graph.add_nodes_from(range(len(xy)))
    for triangle in _triangles(xy):
        for one, other in ((0, 1), (1, 2), (0, 2)):
            a, b = sorted((int(triangle[one]), int(triangle[other])))
            graph.add_edge(a, b, km=float(np.hypot(*(xy[a] - xy[b]))))
    tree = nx.minimum_spanning_tree(graph, weight="km")
    others = sorted(
        (pair for pair in graph.edges if not tree.has_edge(*pair)),
        key=lambda pair: graph.edges[pair]["km"],
    )
    kept = others[: round(EXTRA_ROADS_SHARE * len(others))]
    pairs = sorted([(min(p), max(p)) for p in tree.edges] + [(min(p), max(p)) for p in kept])
    distance = np.abs(xy[:, 0] - 0.55 * side - 0.1 * side * np.sin(xy[:, 1] / side * 6))
    return _Ground(xy=xy, pairs=pairs, exposure=np.exp(-distance / (0.15 * side)) + 0.05, hubs=hubs)


def _triangles(xy: Floats) -> list[list[int]]:
    """Planar neighbours; fewer than four points are all neighbours."""
    if len(xy) <= len("abc"):
        return [[0, 1, min(2, len(xy) - 1)]]
    simplices: list[list[int]] = Delaunay(xy, qhull_options="QJ").simplices.tolist()
    return simplices


def _make_places(rng: np.random.Generator, ground: _Ground) -> tuple[Place, ...]:
    settlements = len(ground.xy) - ground.hubs
    side = float(ground.xy.max())
    places = []
    for i, (x, y) in enumerate(ground.xy):
        is_hub = i >= settlements
        late = not is_hub and rng.random() < LATE_SHARE
        places.append(
            Place(
                id=f"hub{i - settlements:03d}" if is_hub else f"s{i:05d}",
                kind="hub" if is_hub else "settlement",
                name=f"Town {i - settlements + 1}" if is_hub else f"Village {i + 1}",
                lon_deg=round(20 + float(x) / KM_PER_DEGREE, 5),
                lat_deg=round(5 + float(y) / KM_PER_DEGREE, 5),
                district=f"District {int(y // (side / 4 + 1e-9)) + 1}",
                zone="mountain" if x > 0.7 * side else "lowland",
                accessible_from=START + timedelta(days=365) if late else None,
                source=FIELD,
            )
        )
    return tuple(places)


def _make_roads(
    rng: np.random.Generator, ground: _Ground, places: tuple[Place, ...]
) -> tuple[Road, ...]:
    roads = []
    for i, (a, b) in enumerate(ground.pairs):
        length = DETOUR * float(np.hypot(*(ground.xy[a] - ground.xy[b])))
        damaged = rng.random() < 0.2 * float(ground.exposure[[a, b]].max())
        roads.append(
            Road(
                id=f"r{i:05d}",
                from_place=places[a].id,
                to_place=places[b].id,
                length_km=round(max(length, 0.1), 2),
                speed_kmh=float(rng.choice([25, 40, 60])),
                repair_crew_days=float(np.ceil(length * 5)) if damaged else 0.0,
                source=FIELD,
            )
        )
    return tuple(roads)


def _make_hazards(rng: np.random.Generator, ground: _Ground, count: int) -> tuple[Hazard, ...]:
    settlements = len(ground.xy) - ground.hubs
    weight = ground.exposure[:settlements] * rng.gamma(0.6, 1.0, settlements)
    at = rng.choice(settlements, size=count, p=weight / weight.sum())
    on_road = rng.random(count) < ROAD_HAZARD_SHARE
    strain = np.array([ground.exposure[[a, b]].max() for a, b in ground.pairs])
    road = rng.choice(len(ground.pairs), size=count, p=strain / strain.sum())
    area_ha = np.clip(np.exp(rng.normal(AREA_LN_MEAN, AREA_LN_SD, count)), *AREA_RANGE_HA)
    found = []
    for i in range(count):
        land = LANDS[rng.integers(len(LANDS))]
        found.append(
            Hazard(
                id=f"h{i:05d}",
                place=None if on_road[i] else f"s{int(at[i]):05d}",
                road=f"r{int(road[i]):05d}" if on_road[i] else None,
                hazard_class="CHA" if rng.random() < CONFIRMED_SHARE else "SHA",
                land_class=land,
                area_m2=float(np.ceil(area_ha[i] * (500 if on_road[i] else 10_000))),
                denies=("road",) if on_road[i] else (DENIES[rng.integers(len(DENIES))],),
                record=RECORDS[rng.integers(len(RECORDS))],
                difficulty=DIFFICULTIES[rng.integers(len(DIFFICULTIES))],
                items_per_km2=ITEMS_PER_KM2[land],
                source=MEASURED,
            )
        )
    return tuple(found)


def _make_works(communities: tuple[Community, ...]) -> tuple[Works, ...]:
    works = []
    for community in communities:
        homes = max(1, round(community.people / 4.2 * 0.37))
        jobs: tuple[tuple[WorksKind, str, float, int | None], ...] = (
            ("water", "building", 20.0, None),
            ("shelter", "building", 2.0 * homes, homes),
            ("risk_education", "survey", 1.0, None),
        )
        works += [
            Works(
                id=f"{community.settlement}-{kind}",
                settlement=community.settlement,
                kind=kind,
                skill=skill,
                crew_days=crew_days,
                dwellings=dwellings,
                source=FIELD,
            )
            for kind, skill, crew_days, dwellings in jobs
        ]
    return tuple(works)


def _make_assets(teams: int) -> tuple[tuple[Asset, ...], tuple[Rate, ...]]:
    """One asset type a line of the table; with few teams one type that can do everything."""
    if teams < len(ASSETS):
        every = {skill: rate for _, _, _, rates in ASSETS for skill, rate in rates.items()}
        table: tuple[tuple[str, float, float, dict[str, float]], ...]
        table = (("all_round_team", 1.0, 1_500.0, every),)
    else:
        table = ASSETS
    assets = tuple(
        Asset(
            id=name,
            mobilisation_days=2,
            camp_days=1,
            mult_medium=0.6,
            mult_high=0.35,
            mult_extreme=0.0 if name == "mechanical_team" else 0.15,
            cost_usd_day=usd,
            source=FIELD,
        )
        for name, _, usd, _ in table
    )
    rates = tuple(
        Rate(
            asset=name,
            skill=skill,
            land_class=land,
            rate_m2_day=float(rate) or None,
            source=FIELD,
        )
        for name, _, _, by_skill in table
        for skill, rate in by_skill.items()
        for land in ON_LAND.get((name, skill), (None,))
    )
    return assets, rates


def _make_deployments(
    allocation: str, assets: tuple[Asset, ...], hubs: int, teams: int
) -> list[Deployment]:
    """Share the teams over asset types and hubs; every type has at least one."""
    shares = {name: share for name, share, _, _ in ASSETS}
    counts = {a.id: max(1, int(teams * shares.get(a.id, 1.0))) for a in assets}
    counts[assets[min(1, len(assets) - 1)].id] += teams - sum(counts.values())
    lines = []
    for asset, count in counts.items():
        for hub in range(hubs):
            here = count // hubs + (hub < count % hubs)
            if here > 0:
                lines.append(
                    Deployment(
                        allocation=allocation,
                        asset=asset,
                        base=f"hub{hub:03d}",
                        teams=here,
                        source=FIELD,
                    )
                )
    return lines


def _make_calendars() -> tuple[CalendarMonth, ...]:
    lowland = (15, 16, 19, 21, 22, 22, 22, 22, 22, 21, 20, 16)
    mountain = (0, 0, 6, 16, 20, 22, 22, 22, 20, 16, 6, 0)
    return tuple(
        CalendarMonth(zone=zone, month=month, workable_days=float(days), source=FIELD)
        for zone, by_month in (("lowland", lowland), ("mountain", mountain))
        for month, days in enumerate(by_month, start=1)
    )
