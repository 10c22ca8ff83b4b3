"""Teams: asset types, rates, calendars, and how many teams stand where in each allocation."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from parts.common import (
    AS_OF,
    DIFFICULTIES,
    HORIZON,
    M2_PER_HA,
    START,
    Floats,
    Numbers,
    Row,
    copied_rows,
)

Counts = npt.NDArray[np.int64]

KNOT_MID, KNOT_END = date(2021, 1, 1), date(2022, 4, 1)
STEPS = (
    START,
    date(2020, 12, 1),
    *(date(2021, m, 1) for m in (1, 4, 7, 10)),
    *(date(2022, m, 1) for m in (1, 4)),
)
LATER_STEPS = (*(date(y, m, 1) for y in (2023, 2024, 2025) for m in (1, 7)), date(2026, 1, 1))
DAYS_PER_MONTH = 30.4
WORKABLE_DAYS_MONTH = 21  # yearly mean of the lowland (reference_mine_action)
BY_DISTRICT = "ramp_by_district"
LEAST_SHARE_OF_BASE = 0.02  # every base keeps a few teams (assumed)


def asset_table(data: Path) -> pd.DataFrame:
    """Read the asset types; index: id."""
    return pd.read_csv(data / "asset_types.csv").set_index("id")


def asset_rows(assets: pd.DataFrame) -> list[Row]:
    """Write the table of asset types."""
    rows = []
    for asset, a in assets.iterrows():
        row: Row = {"id": asset, "shift_hours": 8, "source": a["source"], "name": a["name"]}
        row |= {c: a[c] for c in ("mobilisation_days", "camp_days")}
        row |= {f"mult_{d}": a[f"mult_{d}"] for d in DIFFICULTIES}
        rows.append(row | {"cost_usd_day": round(a["cost_usd_month"] / DAYS_PER_MONTH)})
    return rows


def rate_rows(assets: pd.DataFrame, num: Numbers) -> list[Row]:
    """Write what each asset type can do, and how fast."""
    manual = num["manual_deminers"] * num["manual_rate"]
    battle = num["battle_searchers"] * num["battle_rate"]
    dogs = num["dog_sets"] * num["dog_rate"]
    machine = num["machine_rate"] * num["machine_availability"]
    machine_ts = num["machine_ts_rate"] * num["machine_availability"]
    quality_dense = num["quality_searchers"] * num["manual_rate"]
    quality_low = num["quality_searchers"] * num["battle_rate"]
    area: list[tuple[str, str, str, float]] = [
        ("manual_team", "technical_survey", "minefield", num["manual_ts_rate"]),
        ("manual_team", "clearance", "minefield", manual),
        # the sampled part is searched at the pace of clearance
        ("battle_area_team", "technical_survey", "low_density", battle),
        ("battle_area_team", "technical_survey", "battle_area", battle),
        ("battle_area_team", "clearance", "low_density", battle),
        ("battle_area_team", "clearance", "battle_area", battle),
        # one dog over the ground is survey, two are clearance: twice the pace
        ("dog_team", "technical_survey", "minefield", 2 * dogs),
        ("dog_team", "clearance", "minefield", dogs),
        ("mechanical_team", "technical_survey", "minefield", machine_ts),
        ("mechanical_team", "technical_survey", "low_density", machine_ts),
        ("mechanical_team", "clearance", "minefield", machine),
        ("survey_team", "survey", "", num["survey_rate_ha"] * M2_PER_HA),
        ("quality_team", "quality_control", "minefield", quality_dense),
        ("quality_team", "quality_control", "low_density", quality_low),
        ("quality_team", "quality_control", "battle_area", quality_low),
    ]
    rows: list[Row] = [
        {"asset": a, "skill": s, "land_class": c, "rate_m2_day": r}
        | {"source": "reference_mine_action" if a != "quality_team" else "assumed_planning"}
        for a, s, c, r in area
    ]
    skills = assets["works_skill"].dropna()
    rows += [{"asset": a, "skill": s, "source": "assumed_planning"} for a, s in skills.items()]
    return rows


def calendar_rows(data: Path) -> list[Row]:
    """Write workable days: the lowland follows the national index, 21 days on average."""
    season = pd.read_csv(data / "season.csv")
    rows = []
    for zone in ("lowland", "foothill", "mountain"):
        for _, m in season.iterrows():
            days = m[f"{zone}_workable_days"]
            if zone == "lowland":
                days = WORKABLE_DAYS_MONTH * m["index"]
            source = "season_index" if zone == "lowland" else "assumed_planning"
            rows.append(
                {"zone": zone, "month": int(m["month"]), "workable_days": round(float(days), 2)}
                | {"source": source}
            )
    return rows


def path_at(day: date, start: float, mid: float, end: float) -> float:
    """Teams on a growth path with three knots."""
    knots = [START.toordinal(), KNOT_MID.toordinal(), KNOT_END.toordinal()]
    return float(np.interp(day.toordinal(), knots, [start, mid, end]))


def fleet_to_2022(assets: pd.DataFrame, num: Numbers) -> dict[str, list[int]]:
    """Teams in the country at each step to the end of 2022, by asset type."""
    half = num["fleet_deminers_2010"] / 2
    manual_end = num["manual_teams_end"]
    manual_start = min(half / num["manual_deminers"], manual_end)
    battle_start = half / num["battle_searchers"]
    paths = {
        "manual_team": (manual_start, (manual_start + manual_end) / 2, manual_end),
        "battle_area_team": (
            battle_start,
            num["battle_area_teams_mid"],
            num["battle_area_teams_end"],
        ),
    }
    fleet = {a: [round(path_at(d, *p)) for d in STEPS] for a, p in paths.items()}
    field = [m + b for m, b in zip(fleet["manual_team"], fleet["battle_area_team"], strict=True)]
    fleet["dog_team"] = [round(num["fleet_dogs_2021"] / 4 + 1e-9)] * len(STEPS)
    fleet["mechanical_team"] = [round(num["fleet_machines_2021"])] * len(STEPS)
    fleet["survey_team"] = [
        round(path_at(d, num["survey_teams_start"], *[num["survey_teams_end"]] * 2)) for d in STEPS
    ]
    fleet["quality_team"] = [round(num["quality_per_field_team"] * f) for f in field]
    for crew, path in assets[["crews_start", "crews_mid", "crews_end"]].dropna().iterrows():
        fleet[str(crew)] = [round(path_at(d, *path)) for d in STEPS]
    return fleet


def growth_share(fleet: Mapping[str, Sequence[int]], mine_action: Sequence[str]) -> float:
    """Mine action teams added per year to the end of 2022, as a share of the last fleet."""
    first = sum(fleet[a][0] for a in mine_action)
    last = sum(fleet[a][-1] for a in mine_action)
    years = (AS_OF - START).days / 365.25
    return (last - first) / years / last


def later_fleet(
    allocation: str, fleet: Mapping[str, Sequence[int]], assets: pd.DataFrame, num: Numbers
) -> dict[str, list[int]]:
    """Teams in the country at each step after 2022, by asset type.

    Crews for roads and works grow alike in all allocations, so that these differ in mine action
    only. ``as_2022`` keeps the last mine action fleet. The ramps let each of its types grow by the
    same share a year. ``international_assistance`` spends what a ramp spends on added teams on dog,
    mechanical and survey teams instead, and on the quality teams that they need.
    """
    last = {a: levels[-1] for a, levels in fleet.items()}
    steps = range(1, len(LATER_STEPS) + 1)
    works = {
        str(a): [round(last[str(a)] + (end - last[str(a)]) * k / len(steps)) for k in steps]
        for a, end in assets["crews_2026"].dropna().items()
    }
    mine_action = list(assets.index[assets["mine_action"]])
    same = {a: [last[a]] * len(steps) for a in mine_action}
    if allocation == "as_2022":
        return works | same
    share = growth_share(fleet, mine_action)  # a step every half year
    grown = {a: [round(last[a] * (1 + share * k / 2)) for k in steps] for a in mine_action}
    if allocation != "international_assistance":
        return works | grown
    usd = assets["cost_usd_month"]
    money = [
        sum((grown[a][k] - last[a]) * usd[a] for a in mine_action) for k in range(len(LATER_STEPS))
    ]
    given = works | same
    for kind in ("dog", "mechanical", "survey", "quality"):
        asset = f"{kind}_team"
        part = num[f"international_share_{kind}"] / usd[asset]
        given[asset] = [last[asset] + round(added * part) for added in money]
    return given


def base_shares(
    hazards: pd.DataFrame, roads: Sequence[Row], bases: Sequence[str], covered: Collection[str]
) -> dict[str, float]:
    """Share of the hazard area on covered land that lies nearest to each base by road."""
    graph = nx.Graph()
    for r in roads:
        old = graph.get_edge_data(r["from_place"], r["to_place"], {"km": np.inf})
        graph.add_edge(r["from_place"], r["to_place"], km=min(r["length_km"], old["km"]))
    paths = nx.multi_source_dijkstra_path(graph, set(bases), weight="km")
    total = dict.fromkeys(bases, 0.0)
    on_land = hazards[hazards["site"].isin(covered)]
    for site, m2 in on_land.groupby("site")["area_m2"].sum().items():
        total[paths[site][0]] += float(m2)
    shares = np.array(list(total.values())) / sum(total.values())
    shares = np.maximum(shares, LEAST_SHARE_OF_BASE)
    return {b: float(s) for b, s in zip(bases, shares / shares.sum(), strict=True)}


def new_teams(have: Counts, level: int, shares: Floats) -> Counts:
    """Bases of the teams that raise the fleet to a level: where the share lags most behind."""
    new = np.zeros_like(have)
    for n in range(int(have.sum()) + 1, level + 1):
        new[int(np.argmax(shares * n - have - new))] += 1
    return new


def leaves(asset: str, day: date, assets: pd.DataFrame, num: Numbers) -> date:
    """Day on which teams that come on a day leave: added crews for works earlier than the rest."""
    if assets.loc[asset, "mine_action"] or day <= AS_OF:
        return HORIZON
    return HORIZON.replace(year=int(num["added_crews_until"]))


def district_work(
    rates: Sequence[Row],
    hazards: pd.DataFrame,
    works: Sequence[Row],
    roads: Sequence[Row],
    district_of: Mapping[str, str],
    districts: Iterable[str],
) -> dict[str, "pd.Series[float]"]:
    """Work by asset type and district, in team-days without difficulty; 0 where none is covered.

    Parameters
    ----------
    rates
        What each asset type does, and how fast.
    hazards
        Sites, classes and areas of the hazards on covered land.
    works, roads
        Rows with crew-days.
    district_of
        District of each covered place and road.
    districts
        All districts with land.
    """
    area = hazards.assign(district=hazards["site"].map(district_of)).pivot_table(
        index="district", columns="land_class", values="area_m2", aggfunc="sum", fill_value=0
    )
    crews = pd.concat(
        [
            pd.DataFrame(works)[["settlement", "skill", "crew_days"]].set_axis(
                ["site", "skill", "days"], axis=1
            ),
            pd.DataFrame(
                [(r["id"], "road_repair", r["repair_crew_days"]) for r in roads],
                columns=["site", "skill", "days"],
            ),
        ]
    )
    crew_days = crews.groupby(["skill", crews["site"].map(district_of)])["days"].sum()
    work: dict[str, pd.Series[float]] = {}
    for r in rates:
        if "rate_m2_day" in r:
            days = (area[r["land_class"]] if r["land_class"] else area.sum(axis=1)) / r[
                "rate_m2_day"
            ]
        else:
            days = crew_days[r["skill"]]
        days = days.reindex(sorted(districts), fill_value=0.0)
        work[r["asset"]] = work.get(r["asset"], 0.0) + days
    return work


def district_groups(days: "pd.Series[float]", count: int) -> list[tuple[list[str], float]]:
    """Put districts into groups of about the same work: the largest first, into the least.

    There are at most as many groups as districts with work; those without join the least group.
    """
    groups: list[list[str]] = [[] for _ in range(min(count, int((days > 0).sum())))]
    sums = [0.0] * len(groups)
    for district in sorted(days.index, key=lambda name: (-days[name], name)):
        least = sums.index(min(sums))
        groups[least].append(str(district))
        sums[least] += float(days[district])
    return list(zip(groups, sums, strict=True))


def bound_rows(rows: Sequence[Row], work: Mapping[str, "pd.Series[float]"]) -> list[Row]:
    """Bind the teams of an allocation to groups of districts, from the first day on.

    An asset type has as many groups as teams on the first day, at most one a district. Teams are
    dealt to the groups by their work (highest averages, D'Hondt), so that each group has one.
    """
    out: list[Row] = []
    for asset in dict.fromkeys(row["asset"] for row in rows):
        mine = [row for row in rows if row["asset"] == asset]
        first = min(row["from"] for row in mine)
        at_first = sum(row["teams"] for row in mine if row["from"] == first)
        groups = district_groups(work[asset], at_first)
        given = [0] * len(groups)
        for row in mine:
            dealt = dict.fromkeys(range(len(groups)), 0)
            for _ in range(row["teams"]):
                gain = [
                    (given[k] == 0, days / (given[k] + 1)) for k, (_, days) in enumerate(groups)
                ]
                best = gain.index(max(gain))
                given[best] += 1
                dealt[best] += 1
            for k, teams in dealt.items():
                if teams:
                    out.append(row | {"teams": teams, "serves": ";".join(sorted(groups[k][0]))})
    return out


def deployment_rows(
    data: Path,
    assets: pd.DataFrame,
    shares: Mapping[str, float],
    work: Mapping[str, "pd.Series[float]"],
    num: Numbers,
) -> list[Row]:
    """Write the teams of each allocation; their numbers are the same to the end of 2022."""
    fleet = fleet_to_2022(assets, num)
    rows: list[Row] = []
    for allocation in (row["id"] for row in copied_rows(data / "allocations.csv")):
        later = later_fleet(allocation, fleet, assets, num)
        own = allocation_rows(allocation, fleet, later, assets, shares, num)
        rows += bound_rows(own, work) if allocation == BY_DISTRICT else own
    return rows


def allocation_rows(
    allocation: str,
    fleet: Mapping[str, Sequence[int]],
    later: Mapping[str, Sequence[int]],
    assets: pd.DataFrame,
    shares: Mapping[str, float],
    num: Numbers,
) -> list[Row]:
    """Write the teams of one allocation, each step's new ones at the bases that lag behind."""
    rows: list[Row] = []
    for asset in assets.index:
        have = np.zeros(len(shares), dtype=np.int64)
        levels = zip((*STEPS, *LATER_STEPS), [*fleet[asset], *later[asset]], strict=True)
        for day, level in levels:
            new = new_teams(have, level, np.array(list(shares.values())))
            have = have + new
            known = day <= AS_OF
            row: Row = {"allocation": allocation, "asset": asset, "from": day.isoformat()}
            row |= {"source": "calibrated_fleet" if known else "allocation_choice"}
            row |= {"until": leaves(asset, day, assets, num).isoformat()}
            rows += [
                row | {"base": base, "teams": int(n)}
                for base, n in zip(shares, new, strict=True)
                if n
            ]
    return rows
