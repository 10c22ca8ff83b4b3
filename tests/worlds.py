"""Scenario folders for tests: random worlds that touch every rule, and tiny ones worked by hand.

The tiny worlds state the key days in their docstrings; day 0 is the start of the scenario.
"""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

Row = dict[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "places": (
        *("id", "kind", "name", "lon_deg", "lat_deg", "district", "zone", "accessible_from"),
        *("elevation_m", "source"),
    ),
    "communities": (
        *("id", "settlement", "people", "households", "group", "displaced_since"),
        *("willing_share", "source"),
    ),
    "roads": (
        *("id", "from_place", "to_place", "length_km", "speed_kmh", "all_season"),
        *("repair_crew_days", "impassable", "source"),
    ),
    "hazards": (
        *("id", "place", "road", "hazard_class", "land_class", "area_m2", "denies", "record"),
        *("difficulty", "items_per_km2", "max_teams", "source"),
    ),
    "works": (
        *("id", "settlement", "kind", "skill", "crew_days", "dwellings", "cost_usd", "source"),
    ),
    "assets": (
        *("id", "name", "mobilisation_days", "camp_days", "shift_hours", "mult_low"),
        *("mult_medium", "mult_high", "mult_extreme", "cost_usd_day", "mobilisation_usd"),
        *("camp_usd", "deminers", "source"),
    ),
    "rates": ("asset", "skill", "land_class", "rate_m2_day", "source"),
    "calendars": ("zone", "month", "workable_days", "source"),
    "deployments": ("allocation", "asset", "base", "teams", "from", "until", "source"),
    "orders": ("allocation", "position", "community"),
    "funding": ("id", "from", "until", "usd", "allocation", "assets", "source"),
    "targets": ("id", "date", "people", "measure", "title", "source"),
    "assumptions": (
        *("id", "district", "distribution", "a", "b", "c", "low", "high", "unit", "mark"),
        "source",
    ),
    "dependence": ("id", "with", "rank_correlation", "mark", "source"),
    "facts": (
        *("id", "measure", "district", "land_class", "route", "place", "month", "from", "until"),
        *("value", "sd_log", "use", "input", "source"),
    ),
    "sources": ("id", "title", "organisation", "year", "licence"),
}

HAZARD_SKILLS = ("survey", "technical_survey", "clearance", "quality_control")
LAND_CLASSES = ("minefield", "low_density", "battle_area")
DIFFICULTIES = ("low", "medium", "high", "extreme")
DENIES = ("housing", "road", "farmland", "water", "power", "health", "education", "other")
WORKS_KINDS = ("water", "power", "health", "education", "shelter", "risk_education")
IS_LONG = os.environ.get("RETURNPLAN_LONG") == "1"
"""Whether this is the longer target, ``make test-long``."""
ON_PUSH = 6
"""One in so many random worlds is tried on every push, all of them in the longer target."""


def seeds(first: int, after: int) -> range:
    """Seeds of random worlds."""
    count = after - first
    return range(first, first + (count if IS_LONG else -(-count // ON_PUSH)))


POLICIES = ("listed", "nearest", "population", "smith_own", "smith_path")
SOURCES: list[Row] = [
    {
        "id": "made_up",
        "title": "Invented for tests",
        "organisation": "returnplan",
        "year": 2025,
        "licence": "Apache-2.0",
    }
]


def write_tables(folder: Path, toml: str, tables: Mapping[str, Sequence[Row]]) -> None:
    """Write a scenario folder; a row without source gets the made-up one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.toml").write_text(toml, encoding="utf-8")
    for table, columns in COLUMNS.items():
        further = sorted({column for row in tables.get(table, ()) for column in row} - {*columns})
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, [*columns, *further], lineterminator="\n")
            writer.writeheader()
            for row in tables.get(table, ()):
                filled = {"source": "made_up", **row} if "source" in columns else row
                writer.writerow({column: _cell(value) for column, value in filled.items()})


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, date) else str(value)


# --------------------------------------------------------------------- tiny worlds, worked by hand


def _assumptions(**values: float) -> list[Row]:
    """Fixed assumptions; half of the area of a CHA is reduced, half is cleared."""
    fixed = {
        "ts_coverage_share": 0.125,
        "qc_sample_share": 0.25,
        "qc_fail_share": 0,
        "handover_days": 10,
        "community_survey_team_days": 2,
        "willing_share": 0.5,
        "household_size": 4,
        "parcel_m2_minefield": 12_000,
    }
    known = {"unit": "1", "mark": "assumed"}
    rows: list[Row] = [
        {"id": name, "distribution": "fixed", "a": value, **known}
        for name, value in {**fixed, **values}.items()
    ]
    rows += [
        {"id": f"route_shares_{record}", "distribution": "dirichlet", "a": 2, "b": 3, "c": 3}
        | known
        for record in ("none", "partial", "full")
    ]
    return rows


def _place(name: str, kind: str, **more: object) -> Row:
    return {"id": name, "kind": kind, "name": name.title(), "lon_deg": 46.5, "lat_deg": 39.5} | more


def _hazard(name: str, area_m2: float, denies: str, **more: object) -> Row:
    return {
        "id": name,
        "hazard_class": "CHA",
        "land_class": "minefield",
        "area_m2": area_m2,
        "denies": denies,
    } | more


def _rates(asset: str, skills: Iterable[str], rate_m2_day: float = 1000) -> list[Row]:
    return [{"asset": asset, "skill": skill, "rate_m2_day": rate_m2_day} for skill in skills]


def two_villages(folder: Path) -> None:
    """Write a world of one team at the hub ``town`` and two villages, 1 h and 2 h away.

    The team has an 8 h shift and never camps, so 3/4 of its day is left at ``near`` and 1/2 at
    ``far``. It mobilises in 1 day and does 1,000 m² of anything in a full day. Each village has a
    community survey of 3 team-days and a CHA of 24,000 m² of housing land: technical survey of
    3,000 m² (1/8), clearance of 12,000 m² (1/2; one parcel), quality control of 3,000 m² (1/4 of
    that), handover 10 days. In calendar days:

    ===================  =====  ====
    work                 near   far
    ===================  =====  ====
    community survey     4      6
    technical survey     4      6
    clearance            16     24
    quality control      4      6
    ===================  =====  ====

    Allocation ``near_first`` (nearest): mobilise 0-1, survey to 5, technical survey to 9, clearance
    to 25, quality control to 29, released and **near ready on day 39**; mobilise 29-30, then 36,
    42, 66, 72, released and **far ready on day 82**.

    Allocation ``far_first`` (population: 300 against 100): mobilise 0-1, then 7, 13, 37, 43, **far
    ready on day 53**; mobilise 43-44, then 48, 52, 68, 72, **near ready on day 82**.

    The binding gate is ``housing_land`` throughout.
    """
    toml = """\
name = "two_villages"
title = "Two villages and one team"
start = 2025-01-01
horizon_years = 2

[allocations.near_first]
title = "Nearest first"
policy = "nearest"

[allocations.far_first]
title = "Most people first"
policy = "population"
"""
    write_tables(
        folder,
        toml,
        {
            "places": [
                _place("far", "settlement"),
                _place("town", "hub"),
                _place("near", "settlement"),
            ],
            "communities": [
                {"id": "far_people", "settlement": "far", "people": 300},
                {"id": "near_people", "settlement": "near", "people": 100},
            ],
            "roads": [
                _road("far_road", "town", "far", 60),
                _road("near_road", "near", "town", 30),
            ],
            "hazards": [
                _hazard("far_mines", 24_000, "housing", place="far"),
                _hazard("near_mines", 24_000, "housing;farmland", place="near"),
            ],
            "assets": [{"id": "deminers", "mobilisation_days": 1, "cost_usd_day": 1000}],
            "rates": _rates("deminers", HAZARD_SKILLS),
            "deployments": [
                {"allocation": name, "asset": "deminers", "base": "town", "teams": 1}
                for name in ("near_first", "far_first")
            ],
            "assumptions": _assumptions(community_survey_team_days=3),
            "sources": SOURCES,
        },
    )


def _road(name: str, from_place: str, to_place: str, length_km: float, **more: object) -> Row:
    """Make a row of a road on which one drives 30 km in an hour."""
    return {
        "id": name,
        "from_place": from_place,
        "to_place": to_place,
        "length_km": length_km,
        "speed_kmh": 30,
    } | more


def fork(folder: Path) -> None:
    """Write a world of a mined road that forks to two villages, and a bridge that is out.

    ``stem`` (town to the junction ``split``) has a CHA; ``left_road`` beyond it is impassable until
    5 crew-days of repair; ``right_road`` is clear. One team of ``deminers`` and one of ``crew`` at
    ``town`` (the hub) camp in no time and mobilise in no time, so travel never counts. Every CHA
    has 8,000 m²: no technical survey, clearance of 4,000 m² in 4 days, quality control of 1,000 m²
    in 1 day, handover 2 days. Community surveys take 2 days. ``left_mines`` denies housing,
    ``right_mines`` farmland only. Gates: the four default ones.

    Allocation ``left_first`` (listed: left, then the rest by id):

    - stem: clearance 0-4, quality control 4-5, released on day 7 (the team idles: nothing else can
      be reached).
    - crew: ``left_road/repair`` 7-12.
    - deminers: left is out of reach at 7, so right/survey 7-9, right_mines/clearance 9-13 (no
      pre-emption on day 12), left/survey 13-15, left_mines clearance 15-19 and quality control
      19-20, released 22; right_mines/quality_control 20-21, released 23.
    - **left ready on day 22** (housing_land; survey 15, road_access 12); **right ready on day 9**
      (survey; housing_land 0, road_access 7).

    Allocation ``right_first``: right/survey 7-9, right_mines 9-13 and 13-14, released 16;
    left/survey 14-16, left_mines 16-20 and 20-21, released 23: **left ready on day 23, right on
    day 9**.
    """
    toml = """\
name = "fork"
title = "A road that forks"
start = 2025-03-01
horizon_years = 1

[allocations.left_first]
title = "Left first"
policy = "listed"

[allocations.right_first]
title = "Right first"
policy = "listed"
"""
    camped = {"mobilisation_days": 0, "camp_days": 0, "cost_usd_day": 1000}
    write_tables(
        folder,
        toml,
        {
            "places": [
                _place("split", "junction"),
                _place("right", "settlement"),
                _place("left", "settlement"),
                _place("town", "hub"),
            ],
            "communities": [
                {"id": "right_people", "settlement": "right", "people": 100},
                {"id": "left_people", "settlement": "left", "people": 200},
            ],
            "roads": [
                _road("right_road", "right", "split", 12),
                _road("left_road", "split", "left", 12, repair_crew_days=5, impassable=True),
                _road("stem", "town", "split", 12),
            ],
            "hazards": [
                _hazard("right_mines", 8000, "farmland", place="right"),
                _hazard("stem_mines", 8000, "road", road="stem"),
                _hazard("left_mines", 8000, "housing", place="left"),
            ],
            "assets": [{"id": "deminers"} | camped, {"id": "crew"} | camped],
            "rates": [
                *_rates("deminers", HAZARD_SKILLS),
                {"asset": "crew", "skill": "road_repair"},
            ],
            "deployments": [
                {"allocation": name, "asset": asset, "base": "town", "teams": 1}
                for name in ("left_first", "right_first")
                for asset in ("deminers", "crew")
            ],
            "orders": [
                {"allocation": "left_first", "position": 1, "community": "left_people"},
                {"allocation": "right_first", "position": 1, "community": "right_people"},
            ],
            "assumptions": _assumptions(ts_coverage_share=0, handover_days=2),
            "sources": SOURCES,
        },
    )


def winter(folder: Path) -> None:
    """Write a world of one mountain village where work rests from December to February.

    The start is 2024-11-26, so 1 December is day 5 and 1 March day 95. In March half of the days
    are workable, in the other months all. Teams mobilise in 1 day and camp in no time. Community
    survey 2 days; a CHA of 8,000 m²: technical survey 1 day, clearance 4 days in two parcels,
    quality control 1 day, handover 10 days.

    Allocation ``one_team``: mobilise 0-1, survey 1-3, technical survey 3-4, first parcel one day in
    November and one from 95 to 97, second parcel 97-101, quality control 101-103, **ready on day
    113** (2025-03-19).

    Allocation ``two_teams``: survey 1-3 (team 0001) and technical survey 1-2 (team 0002); parcels
    2-4 (team 0002) and 3-5 (team 0001), the last ending as winter begins; quality control waits
    from 5 to 95 and ends on 97 (team 0001); **ready on day 107**.
    """
    toml = """\
name = "winter"
title = "A village in the mountains"
start = 2024-11-26
horizon_years = 1

[allocations.one_team]
title = "One team"
policy = "nearest"

[allocations.two_teams]
title = "Two teams"
policy = "nearest"
"""
    days = [0, 0, 15.5, 30, 31, 30, 31, 31, 30, 31, 30, 0]
    write_tables(
        folder,
        toml,
        {
            "places": [_place("village", "settlement", zone="mountain"), _place("town", "hub")],
            "communities": [{"id": "people", "settlement": "village", "people": 50}],
            "roads": [_road("road", "town", "village", 15)],
            "hazards": [_hazard("mines", 8000, "housing", place="village")],
            "assets": [
                {"id": "deminers", "mobilisation_days": 1, "camp_days": 0, "cost_usd_day": 1000}
            ],
            "rates": _rates("deminers", HAZARD_SKILLS),
            "calendars": [
                {"zone": "mountain", "month": month, "workable_days": workable}
                for month, workable in enumerate(days, start=1)
            ],
            "deployments": [
                {"allocation": name, "asset": "deminers", "base": "town", "teams": teams}
                for name, teams in (("one_team", 1), ("two_teams", 2))
            ],
            "assumptions": _assumptions(parcel_m2_minefield=2000),
            "sources": SOURCES,
        },
    )


# ----------------------------------------------------------------------------------- random worlds


@dataclass
class _Maker:
    """Luck, and the ids given so far."""

    rng: random.Random
    start: date
    used: set[str] = field(default_factory=set)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def pick(self, *values: Any) -> Any:
        return self.rng.choice(values)

    def new_id(self, prefix: str) -> str:
        """Id without zeros in front; some sort differently once ``/stage`` is appended."""
        while True:
            name = f"{prefix}{self.rng.randint(1, 120)}"
            if self.chance(0.25):
                name += self.pick("-b", ".x", "_z", "A", "é")
            if self.chance(0.1):
                name = name.capitalize()
            if name not in self.used:
                self.used.add(name)
                return name

    def day(self, first: int, last: int) -> date:
        return self.start + timedelta(days=self.rng.randint(first, last))


def write_random_world(
    folder: Path,
    seed: int,
    *,
    settlements: int = 5,
    hazards: int = 8,
    teams: int = 5,
    horizon_years: int = 10,
    uncertain: bool = False,
    far: bool = False,
    shared: bool = False,
    parts: bool = False,
) -> None:
    """Write a valid random scenario folder that exercises every rule of the model.

    The same arguments give the same files. Allocations: one for each policy (``by_listed``,
    ``by_nearest``, ...), of which some share their deployments, ``few`` with a single line, and
    ``by_even_districts`` and ``heir``, which are like another one.

    Parameters
    ----------
    folder
        Where to write; created if missing.
    seed
        Number of the world.
    settlements, hazards
        How many of each; works and roads follow from them.
    teams
        About how many teams each allocation deploys.
    horizon_years
        Horizon of the scenario.
    uncertain
        Whether draws bring much: unrecorded hazards, mines that several works wait for, wide
        distributions of everything. Without it the same seed gives the world that it always gave.
    far
        Whether a village is added that a team which goes home every day could reach in time or
        not, over a road that opens on the day on which a longer way opens to teams that camp.
    shared
        Whether villages share services over lanes between them, some of them mined, with several
        hubs, and with teams that camp beside teams that go home every day.
    parts
        Whether villages have several works of a kind, and several hazards that deny what these
        need, some of one size, some of none.
    """
    rng = random.Random(seed)
    start = rng.choice(
        [
            *(date(2024, 2, 29), date(2025, 1, 1), date(2023, 12, 31)),
            *(date(2020, 2, 29), date(2022, 6, 15), date(2021, 10, 20)),
        ]
    )
    maker = _Maker(rng, start)
    zones = ["", *rng.sample(["lowland", "mountain", "plateau", "summit"], 3)]
    tables: dict[str, list[Row]] = {"sources": [*SOURCES, dict(SOURCES[0], id="second_source")]}
    tables["calendars"] = _calendars(maker, [zone for zone in zones if zone])
    mainland, island = _places(maker, settlements, zones)
    tables["places"] = mainland + island
    homes = [place["id"] for place in tables["places"] if place["kind"] == "settlement"]
    tables["roads"] = _roads(maker, mainland, island)
    tables["communities"] = _communities(maker, homes)
    tables["hazards"] = _hazards(maker, homes, [road["id"] for road in tables["roads"]], hazards)
    tables["works"] = _works(maker, homes)
    tables["assets"], tables["rates"] = _assets(maker)
    allocations = {f"by_{policy}": policy for policy in POLICIES} | {"few": maker.pick(*POLICIES)}
    tables["deployments"] = _deployments(maker, list(allocations), tables, teams)
    tables["orders"] = _orders(
        maker,
        [name for name, policy in allocations.items() if policy == "listed"],
        [community["id"] for community in tables["communities"]],
    )
    tables["assumptions"] = _random_assumptions(maker)
    if uncertain:
        _make_uncertain(_Maker(random.Random(f"uncertain {seed}"), start, maker.used), tables)
    if far:
        _add_far(_Maker(random.Random(f"far {seed}"), start, maker.used), tables, list(allocations))
    if shared:
        luck = _Maker(random.Random(f"shared {seed}"), start, maker.used)
        _share_services(luck, tables, homes, list(allocations))
    if parts:
        _build_in_parts(_Maker(random.Random(f"parts {seed}"), start, maker.used), tables)
    waits = _limit(_Maker(random.Random(f"limits {seed}"), start), tables, list(allocations))
    _shuffle(maker, tables)
    for table in ("orders", "sources"):
        for row in tables[table]:
            row.pop("source", None)
    toml = _toml(maker, seed, horizon_years, allocations)
    for name, places in waits.items():
        toml = toml.replace(f"[allocations.{name}]\n", f"[allocations.{name}]\n{places}\n")
    toml += _inherit(_Maker(random.Random(f"like {seed}"), start), tables, list(allocations))
    write_tables(folder, toml, tables)


def _shuffle(maker: _Maker, tables: Mapping[str, list[Row]]) -> None:
    """Put rows into any order, some of them with another source."""
    for rows in tables.values():
        maker.rng.shuffle(rows)
        for row in rows:
            if maker.chance(0.3):
                row.setdefault("source", "second_source")


def _toml(maker: _Maker, seed: int, horizon_years: int, allocations: Mapping[str, str]) -> str:
    lines = [
        f'name = "random_{seed}"',
        f'title = "Random world {seed}"',
        f"start = {maker.start.isoformat()}",
        f"horizon_years = {horizon_years}",
    ]
    gates = _gates(maker)
    if gates:
        lines += ["", "[gates]", *(f"{gate} = {given}" for gate, given in gates.items())]
    for name, policy in allocations.items():
        lines += ["", f"[allocations.{name}]", f'title = "Order: {policy}"', f'policy = "{policy}"']
    return "\n".join(lines) + "\n"


def _gates(maker: _Maker) -> dict[str, str]:
    """Choose some gates, in any order, as inline tables; none: the default ones."""
    if maker.chance(0.15):
        return {}
    share = maker.pick(0, 0.3, 0.5, 0.8, 0.999, 1)
    hours = maker.pick(0.25, 0.5, 1, 2, 5)
    within = "{ within_hours = " + str(hours) + " }"
    required = "{ required_share = " + str(share) + " }"
    choices = {
        "permission": ["{}"],
        "survey": ["{}"],
        "housing_land": ["{}", required],
        "farmland": ["{}", required],
        "road_access": ["{}", "{ max_hub_hours = " + str(hours) + " }"],
        **{kind: ["{}", within] for kind in ("water", "power", "health", "education")},
        "shelter": ["{}", required],
        "risk_education": ["{}"],
        "residual_risk": ["{}", "{ max_per_year = " + str(maker.pick(1e-9, 1e-7, 1e-4)) + " }"],
    }
    kept = [gate for gate in choices if maker.chance(0.6)] or ["farmland"]
    maker.rng.shuffle(kept)
    return {gate: maker.pick(*choices[gate]) for gate in kept}


def _calendars(maker: _Maker, zones: Sequence[str]) -> list[Row]:
    lengths = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    never = maker.chance(0.1)
    rows: list[Row] = []
    for zone in zones:
        for month, length in enumerate(lengths, start=1):
            days: float = length
            if zone == "lowland":
                days = min(length, maker.rng.randint(18, 31))
            elif zone == "mountain":
                days = 0 if month in (12, 1, 2, 3) else round(maker.rng.uniform(4, 25), 2)
            elif zone == "summit":
                days = 12.5 if month in (7, 8) and not never else 0
            rows.append({"zone": zone, "month": month, "workable_days": days})
    return rows


def _places(maker: _Maker, settlements: int, zones: Sequence[str]) -> tuple[list[Row], list[Row]]:
    """Places of the mainland and of an island that no road reaches."""

    def place(kind: str, prefix: str) -> Row:
        name = maker.new_id(prefix)
        late = maker.chance({"settlement": 0.3, "junction": 0.15, "base": 0.1, "hub": 0.05}[kind])
        return {
            "id": name,
            "kind": kind,
            "name": f"Place {name}",
            "lon_deg": round(maker.rng.uniform(46, 47), 5),
            "lat_deg": round(maker.rng.uniform(39, 40), 5),
            "district": maker.pick("", "north", "south"),
            "zone": maker.pick(*zones),
            "accessible_from": maker.day(-200, 900) if late else None,
            "elevation_m": maker.pick("", 120, 2100.5),
        }

    mainland = [place("hub", "t") for _ in range(maker.pick(1, 2, 2))]
    mainland += [place("base", "b") for _ in range(maker.pick(1, 2))]
    mainland += [place("junction", "j") for _ in range(2 + settlements // 3)]
    island: list[Row] = []
    for _ in range(settlements):
        apart = settlements >= 3 and not island
        (island if apart else mainland).append(place("settlement", "s"))
    if island:
        island.append(place("junction", "j"))
    return mainland, island


def _roads(maker: _Maker, mainland: Sequence[Row], island: Sequence[Row]) -> list[Row]:
    """Roads of a connected mainland with loops and parallel roads, and of the island."""
    names = [place["id"] for place in mainland]
    maker.rng.shuffle(names)
    pairs = [(maker.pick(*names[:index]), names[index]) for index in range(1, len(names))]
    pairs += [tuple(maker.rng.sample(names, 2)) for _ in range(1 + len(names) // 3)]
    pairs += [maker.pick(*pairs) for _ in range(2)]  # parallel
    if island:
        pairs.append((island[0]["id"], island[1]["id"]))
    rows: list[Row] = []
    for first, second in pairs:
        ends = [first, second]
        maker.rng.shuffle(ends)
        repair = maker.pick(5, 12.5, 40, 90) if maker.chance(0.3) else maker.pick(0, None)
        rows.append(
            {
                "id": maker.new_id("r"),
                "from_place": ends[0],
                "to_place": ends[1],
                "length_km": maker.pick(10, 10, 25, 40, 7.3, 110)
                if maker.chance(0.5)
                else round(maker.rng.uniform(1, 60), 3),
                "speed_kmh": maker.pick(20, 30, 45, 60),
                "all_season": maker.pick(True, True, None, False),
                "repair_crew_days": repair,
                "impassable": maker.chance(0.4) if repair else maker.pick(None, False, False, True),
            }
        )
    return rows


def _communities(maker: _Maker, homes: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for home in homes:
        for _ in range(maker.pick(0, 1, 1, 1, 1, 2, 3)):
            people = maker.pick(0, 40, 40, 120, 120, maker.rng.randint(1, 900))
            rows.append(
                {
                    "id": maker.new_id("c"),
                    "settlement": home,
                    "people": people,
                    "households": None if maker.chance(0.4) else max(1, people // 4),
                    "group": maker.pick("", "first", "second"),
                    "displaced_since": maker.pick(None, "1993-06-01", "2020-10-04"),
                    "willing_share": None if maker.chance(0.6) else maker.pick(0, 0.3, 0.85, 1),
                }
            )
    # At least one community, and one with people: else there is nothing to plan for.
    if not any(row["people"] for row in rows):
        rows.append({"id": maker.new_id("c"), "settlement": homes[0], "people": 75})
    return rows


def _hazards(maker: _Maker, homes: Sequence[str], roads: Sequence[str], hazards: int) -> list[Row]:
    rows: list[Row] = []
    for _ in range(hazards):
        on_road = maker.chance(0.35)
        denies = maker.rng.sample(DENIES, maker.pick(1, 1, 2, 3))
        if on_road and "road" not in denies:
            denies.append("road")
        land_class = maker.pick(*LAND_CLASSES)
        area_m2 = maker.pick(0.5, 2000, 10_000, 20_000, 20_000, 40_000)
        if maker.chance(0.5):
            area_m2 = round(10 ** maker.rng.uniform(2.5, 5), 1)
        if land_class == "battle_area" and maker.chance(0.7):
            area_m2 *= 10
        rows.append(
            {
                "id": maker.new_id("h"),
                "road" if on_road else "place": maker.pick(*(roads if on_road else homes)),
                "hazard_class": maker.pick("SHA", "CHA"),
                "land_class": land_class,
                "area_m2": area_m2,
                "denies": ";".join(denies),
                "record": maker.pick("none", "partial", "full", None),
                "difficulty": maker.pick(*DIFFICULTIES, None),
                "items_per_km2": maker.pick(None, 0, 15, 350.5, 350.5),
                "max_teams": maker.pick(None, None, None, 1, 2),
            }
        )
    return rows


def _works(maker: _Maker, homes: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for home in homes:
        share = maker.pick(0, 0.3, 0.6, 0.9)
        for kind in WORKS_KINDS:
            for _ in range(maker.pick(1, 1, 2) if maker.chance(share) else 0):
                skill = "building" if kind != "risk_education" else "awareness"
                if maker.chance(0.05):
                    skill = "diving"  # which nobody has
                dwellings = maker.pick(None, 0, 3, 10, 40, 200, 200)
                rows.append(
                    {
                        "id": maker.new_id("w"),
                        "settlement": home,
                        "kind": kind,
                        "skill": skill,
                        "crew_days": maker.pick(0, 3, 10, 22.5, 60),
                        "dwellings": dwellings if kind == "shelter" else None,
                    }
                )
    return rows


def _assets(maker: _Maker) -> tuple[list[Row], list[Row]]:
    """Asset types, some narrow and one that does it all, with rates for all or some land."""
    on_land = ("technical_survey", "clearance")
    skills: dict[str, tuple[str, ...]] = {
        "manual": on_land,
        "dogs": on_land,
        "machine": ("clearance",),
        "battle": (*on_land, "quality_control"),
        "surveyors": ("survey",),
        "inspectors": ("survey", "quality_control"),
        "roadcrew": ("road_repair",),
        "builders": ("building", "awareness"),
        "allround": (*HAZARD_SKILLS, "road_repair", "building", "awareness"),
    }
    base_rate = {"survey": 20_000, "technical_survey": 400, "clearance": 250}
    assets: list[Row] = []
    rates: list[Row] = []
    for kind, own in skills.items():
        name = maker.new_id(kind)
        extreme = {"machine": 0, "dogs": 0}.get(kind, maker.pick(1, 0.5, 0))
        assets.append(
            {
                "id": name,
                "name": kind,
                "mobilisation_days": maker.pick(None, 0, 0.3, 1.37, 2, 5),
                "camp_days": maker.pick(None, None, 0, 0.4, 1, 3),
                "shift_hours": maker.pick(None, 4, 6, 7.5, 10),
                "mult_low": maker.pick(None, 1, 1.2),
                "mult_medium": maker.pick(None, 1, 0.9),
                "mult_high": maker.pick(None, 0.5, 0 if kind == "machine" else 0.7),
                "mult_extreme": extreme,
                "cost_usd_day": maker.pick(400, 1250.5, 3000),
            }
        )
        for skill in own:
            if skill not in HAZARD_SKILLS:
                rates.append({"asset": name, "skill": skill})
                continue
            rate = base_rate.get(skill, 500) * maker.pick(1, 1, 0.6, 2)
            classes: list[str | None] = [None]
            if maker.chance(0.5):
                classes = [*maker.rng.sample(LAND_CLASSES, 2), *maker.pick([], [None])]
            if kind == "battle":
                classes = ["battle_area"]
            for land_class in classes:
                faster = {"battle_area": 20, "low_density": 4}.get(land_class or "", 1)
                rates.append(
                    {
                        "asset": name,
                        "skill": skill,
                        "land_class": land_class,
                        "rate_m2_day": rate * faster,
                    }
                )
    return assets, rates


def _deployments(
    maker: _Maker, allocations: Sequence[str], tables: Mapping[str, list[Row]], teams: int
) -> list[Row]:
    """Deployment lines; about half of the allocations share the same."""
    by_kind: dict[str, list[str]] = {}
    for place in tables["places"]:
        by_kind.setdefault(place["kind"], []).append(place["id"])
    bases = by_kind["base"] + [maker.pick(*by_kind["hub"])]
    if maker.chance(0.5):
        bases.append(maker.pick(*by_kind["settlement"]))
    assets = {row["name"]: row["id"] for row in tables["assets"]}
    shared = _lines(maker, assets, bases, teams)
    rows: list[Row] = []
    for name in allocations:
        lines = shared if maker.chance(0.5) else _lines(maker, assets, bases, teams)
        if name == "few":
            home = maker.pick(*bases)
            lines = [{"asset": assets["allround"], "base": home, "teams": 1}]
        rows += [{"allocation": name, **line} for line in lines]
    return rows


def _lines(maker: _Maker, assets: Mapping[str, str], bases: Sequence[str], teams: int) -> list[Row]:
    lines: list[Row] = []
    left = max(1, teams)
    if maker.chance(0.8):  # else some skills may be missing for good
        lines.append({"asset": assets["allround"], "base": maker.pick(*bases), "teams": 1})
        left -= 1
    while left > 0 or not lines:
        # Several lines of one type at one base are wanted, hence few bases for each type.
        kind = maker.pick(*assets, "allround", "allround", "surveyors")
        count = min(left, maker.pick(1, 1, 2))
        left -= count
        line: Row = {"asset": assets[kind], "base": maker.pick(*bases[:2]), "teams": count}
        if maker.chance(0.2):
            line["base"] = maker.pick(*bases)
        line |= _window(maker)
        lines.append(line)
        if maker.chance(0.3):
            lines.append(line | {"teams": 1} | _window(maker))
            left -= 1
        if maker.chance(0.1):
            lines.append(line | {"teams": 0, "base": maker.pick(*bases)})
    return lines


def _window(maker: _Maker) -> Row:
    first = maker.day(0, 500) if maker.chance(0.4) else None
    since = first or maker.start
    until = since + timedelta(days=maker.rng.randint(60, 2500)) if maker.chance(0.4) else None
    return {"from": first, "until": until}


def _orders(maker: _Maker, allocations: Sequence[str], communities: Sequence[str]) -> list[Row]:
    """Partial lists; communities left out follow by id."""
    rows: list[Row] = []
    for allocation in allocations:
        kept = maker.rng.sample(communities, maker.rng.randint(1, len(communities)))
        rows += [
            {"allocation": allocation, "position": position, "community": community}
            for position, community in enumerate(kept, start=1)
        ]
    return rows


def _random_assumptions(maker: _Maker) -> list[Row]:
    """Some rows of some distributions; an assumption without a row takes its default."""
    handover = [
        *(("fixed", 0), ("fixed", 14), ("gamma", 3, 7), ("uniform", 5, 40)),
        *(("triangular", 1, 10, 60), ("normal", 30, 5), ("lognormal", 20, 0.5), ("poisson", 21)),
    ]
    shares = [("dirichlet", 2, 2, 3), ("dirichlet", 5, 4, 1), ("dirichlet", 0.5, 1.5, 6)]
    choices: dict[str, list[tuple[Any, ...]]] = {
        "route_shares_none": shares,
        "route_shares_partial": shares,
        "route_shares_full": shares,
        "parcel_m2_minefield": [("fixed", 5000), ("lognormal", 4000, 0.4), ("uniform", 2e3, 9e3)],
        "parcel_m2_low_density": [("fixed", 20_000), ("normal", 50_000, 5000)],
        "parcel_m2_battle_area": [("fixed", 100_000), ("triangular", 3e4, 6e4, 9e4)],
        "ts_coverage_share": [("fixed", 0), ("fixed", 0.1), ("beta", 3, 17), ("uniform", 0, 0.4)],
        "qc_sample_share": [("fixed", 0), ("fixed", 0.05), ("beta", 2, 18)],
        "qc_fail_share": [("fixed", 0), ("beta", 1, 99), ("fixed", 0.25)],
        "handover_days": handover,
        "community_survey_team_days": [
            ("fixed", 0),
            ("fixed", 2),
            ("uniform", 1, 4),
            ("gamma", 2, 1.5),
        ],
        "willing_share": [("fixed", 0.2), ("beta", 7, 13), ("fixed", 1)],
        "household_size": [("fixed", 4.5), ("normal", 4, 0.5)],
    }
    rows: list[Row] = []
    for name, given in choices.items():
        if maker.chance(0.35):
            continue
        distribution, *parameters = maker.pick(*given)
        row: Row = {"id": name, "distribution": distribution, "unit": "1", "mark": "assumed"}
        row |= dict(zip("abc", parameters, strict=False))
        if distribution in ("normal", "lognormal"):
            row["low"] = 1  # the mean stays the untruncated one
        rows.append(row)
    return rows


# ------------------------------------------------------------ who serves where, what may wait


def _limit(
    maker: _Maker, tables: dict[str, list[Row]], allocations: Sequence[str]
) -> dict[str, str]:
    """Say in half of the worlds whom lines serve, and in half what may wait.

    The line of scenario.toml that says the latter is returned by allocation.
    """
    districts = sorted({row.get("district", "") for row in tables["places"]} - {""})
    places = [row["id"] for row in tables["places"]]
    if maker.chance(0.5):
        share = maker.pick(0.2, 0.5, 0.9)
        for line in tables["deployments"]:
            if maker.chance(share):
                words = maker.rng.sample(places, maker.pick(0, 1, 1, 2, min(4, len(places))))
                words += maker.rng.sample(districts, maker.rng.randint(0, len(districts)))
                line["serves"] = maker.pick(";", "; ", " ;").join(words)
        for line in [line for line in tables["deployments"] if maker.chance(0.15)]:
            tables["deployments"].append(line | {"serves": maker.pick(*places, *districts)})
    if maker.chance(0.5):
        return {}
    steps = (0, 1, 1, 2, 3, 7, '"end"')
    return {name: f"rest_waits = {maker.pick(*steps)}" for name in allocations}


# ------------------------------------------------------------------ allocations that inherit


def _inherit(maker: _Maker, tables: dict[str, list[Row]], allocations: Sequence[str]) -> str:
    """Add ``by_even_districts`` and ``heir``, which are like others; text for scenario.toml.

    Their own lines replace, take away or add some.
    """
    parent = maker.pick(*allocations)
    lines = tables["deployments"]
    for name, like in (("by_even_districts", parent), ("heir", "by_even_districts")):
        theirs = [line for line in lines if line["allocation"] in (parent, like)]
        for line in theirs:
            if maker.chance(0.3):
                teams = maker.pick(0, 1, 1, 2)
                other = _window(maker) if maker.chance(0.3) else {}
                lines.append({**line, "allocation": name, "teams": teams, **other})
    texts = [f'[allocations.by_even_districts]\nlike = "{parent}"\npolicy = "even_districts"\n']
    texts.append('[allocations.heir]\nlike = "by_even_districts"\n')
    texts[1] += maker.pick("", "", 'policy = "nearest"\n', 'policy = "listed"\n')
    texts[1] += maker.pick("", "", "rest_waits = 1\n", 'rest_waits = "end"\n')
    return "\n" + "\n".join(texts)


# -------------------------------------------------------------------- random worlds for draws


def _make_uncertain(maker: _Maker, tables: dict[str, list[Row]]) -> None:
    """Add what only draws bring to light to the tables of a random world."""
    people = {row["settlement"] for row in tables["communities"] if row["people"]}
    crowded = maker.pick(*sorted(people))
    on_land = [row for row in tables["hazards"] if "place" in row]
    for row in on_land:
        if maker.chance(0.6):
            row["place"] = crowded
        if maker.chance(0.5):
            denied = {*row["denies"].split(";"), "housing", maker.pick("water", "health")}
            row["denies"] = ";".join(sorted(denied))
        if maker.chance(0.25):  # released before any survey: works there may begin early
            row |= {"area_m2": 0, "hazard_class": "CHA"}
        row["max_teams"] = maker.pick(None, 1, 2)
        if row["items_per_km2"] is None and maker.chance(0.8):
            row["items_per_km2"] = 120
    tables["works"] += [
        {
            "id": maker.new_id("w"),
            "settlement": crowded,
            "kind": kind,
            "skill": maker.pick("building", "building", "survey"),
            "crew_days": maker.pick(0, 0, 1.5, 30, 90),
            "dwellings": maker.pick(5, 60) if kind == "shelter" else None,
        }
        for kind in (*WORKS_KINDS, "water", "shelter", "health")
        if maker.chance(0.8)
    ]
    mined = {row["place"] for row in on_land}
    for row in tables["places"]:
        if row["id"] in mined and maker.chance(0.3):
            row["unrecorded_hazards"] = maker.pick(0, 0.5, 2, 4.5)
    assets = [row["id"] for row in tables["assets"]]
    uncertain = _uncertain_assumptions(maker, assets)
    replaced = {row["id"] for row in uncertain}
    kept = [row for row in tables["assumptions"] if row["id"] not in replaced]
    tables["assumptions"] = kept + uncertain


def _uncertain_assumptions(maker: _Maker, assets: Sequence[str]) -> list[Row]:
    """Rows of everything that is drawn; some distributions are wide, some have no width."""
    ratio: list[tuple[Any, ...]] = [("fixed", 3), ("lognormal", 1, 0.5), ("triangular", 0.4, 1, 3)]
    weather: list[tuple[Any, ...]] = [("fixed", 1), ("normal", 1, 0.4), ("uniform", 0.2, 1.9)]
    shares = 3 * [("dirichlet", 2, 2, 3), ("dirichlet", 0.3, 0.3, 0.4), ("dirichlet", 0, 1, 3)]
    shares += [("dirichlet", 1, 0, 0), ("dirichlet", 1, 1, 0)]
    choices: dict[str, list[tuple[Any, ...]]] = {
        "record_recall": [("fixed", 0.2), ("fixed", 0.35), ("beta", 2, 4), ("uniform", 0.1, 0.9)],
        "survey_detection": [("fixed", 0), ("fixed", 1), ("fixed", 0.6), ("beta", 6, 2)],
        "unrecorded_area_m2": [("fixed", 3000), ("lognormal", 4000, 1), ("uniform", 1, 60_000)],
        "community_survey_team_days": [
            *(("fixed", 0), ("fixed", 2), ("poisson", 1), ("gamma", 2, 3), ("gamma", 20, 2)),
            ("fixed", 30),
        ],
        "handover_days": [("fixed", 0), ("fixed", 14), ("gamma", 3, 7), ("poisson", 1)],
        "qc_fail_share": [("fixed", 0), ("beta", 1, 9)],
        "route_shares_none": shares,
        "route_shares_partial": shares,
        "route_shares_full": shares,
        "productivity": ratio,
        **{f"productivity_{asset}": ratio for asset in assets if maker.chance(0.2)},
        "hazard_productivity": ratio,
        "building_speed": ratio,
        "works_speed": ratio,
        "repair_speed": ratio,
        "weather_persistent": weather,
        "weather_year": weather,
        "season_noise": weather,
        "willing_share": [("beta", 7, 13), ("fixed", 0.4)],
        **{
            f"parcel_m2_{land_class}": [("lognormal", 4000, 0.4), ("fixed", 2000)]
            for land_class in LAND_CLASSES
        },
    }
    rows: list[Row] = []
    for name, given in choices.items():
        distribution, *parameters = maker.pick(*given)
        row: Row = {"id": name, "distribution": distribution, "unit": "1", "mark": "assumed"}
        row |= dict(zip("abc", parameters, strict=False))
        if distribution == "normal":
            row |= {"low": 0.2, "high": 2}
        rows.append(row)
    return rows


# ---------------------------------------------------------------- a village at the edge of a shift


def _add_far(maker: _Maker, tables: dict[str, list[Row]], allocations: Sequence[str]) -> None:
    """Add a village, and two ways to it that open on one day.

    One is the bridge of a new base: its own crew repairs it from the start on, and its team goes
    home every day from half a shift away, or a little less or more. The other leads from a hub over
    a junction that may be entered on the day of the bridge; from there come teams that camp.
    """
    days, shift_hours = maker.pick(3, 12, 30), maker.pick(6, 8, 10)
    near_hours = shift_hours / 2 + maker.pick(-0.5, 0, 0, 0.5, 1)
    hub = maker.pick(*(place["id"] for place in tables["places"] if place["kind"] == "hub"))
    village, base, mid = (maker.new_id(prefix) for prefix in ("far", "camp", "mid"))
    opens = maker.start + timedelta(days=days)
    for name, kind, since in (
        (village, "settlement", None),
        (base, "base", None),
        (mid, "junction", opens),
    ):
        tables["places"].append(_place(name, kind, accessible_from=since))
    for place in tables["places"]:
        if place["id"] == hub:
            place["accessible_from"] = None
    tables["communities"].append({"id": maker.new_id("c"), "settlement": village, "people": 500})
    bridge = {"repair_crew_days": days, "impassable": True}
    tables["roads"] += [
        _road(maker.new_id("r"), base, village, 30 * near_hours, **bridge),
        _road(maker.new_id("r"), hub, mid, 30 * near_hours),
        _road(maker.new_id("r"), mid, village, 30),
    ]
    tables["hazards"].append(_hazard(maker.new_id("h"), 8000, "housing", place=village))
    still = {"mobilisation_days": 0, "shift_hours": shift_hours, "cost_usd_day": 100}
    walkers, menders, campers = (maker.new_id(prefix) for prefix in ("walk", "mend", "camp"))
    tables["assets"] += [
        {"id": walkers, **still},
        {"id": menders, "camp_days": 0, **still},
        {"id": campers, "camp_days": 0, **still},
    ]
    tables["rates"] += [*_rates(walkers, HAZARD_SKILLS), *_rates(campers, HAZARD_SKILLS)]
    tables["rates"].append({"asset": menders, "skill": "road_repair"})
    tables["deployments"] += [
        {"allocation": name, "asset": asset, "base": home, "teams": 1}
        for name in allocations
        for asset, home in ((walkers, base), (menders, base), (campers, hub))
    ]


# --------------------------------------------------------------- services that villages share


def _share_services(
    maker: _Maker, tables: dict[str, list[Row]], homes: Sequence[str], allocations: Sequence[str]
) -> None:
    """Leave services in some villages only, and add lanes between villages, hubs and teams."""
    hubs = [place["id"] for place in tables["places"] if place["kind"] == "hub"]
    for _ in range(3 - len(hubs)):
        hubs.append(maker.new_id("t"))
        tables["places"].append(_place(hubs[-1], "hub"))
        tables["roads"].append(_lane(maker, hubs[-1], maker.pick(*homes), 4))
    for kind in ("water", "power", "health", "education"):
        here = set(maker.rng.sample(homes, 1 + len(homes) // 4))
        tables["works"] = [
            works
            for works in tables["works"]
            if works["kind"] != kind or works["settlement"] in here
        ]
        tables["works"] += [
            {
                "id": maker.new_id("w"),
                "settlement": home,
                "kind": kind,
                "skill": maker.pick("building", "building", "diving"),
                "crew_days": maker.pick(0, 0, 5, 60, 2000),
            }
            for home in sorted(here)
        ]
    for home in homes:
        for _ in range(maker.pick(1, 2, 3)):
            lane = _lane(maker, home, maker.pick(*homes, *homes, *hubs), maker.pick(0.1, 0.1, 0.25))
            if lane["from_place"] == lane["to_place"]:
                continue
            tables["roads"].append(lane)
            if maker.chance(0.8):
                mine = _hazard(maker.new_id("h"), 8000, "road", road=lane["id"])
                mine["area_m2"] = maker.pick(2000, 60_000, 600_000)
                tables["hazards"].append(mine | {"hazard_class": maker.pick("SHA", "CHA")})
    bases = [*hubs, *(place["id"] for place in tables["places"] if place["kind"] == "base")]
    skills = [*HAZARD_SKILLS, "building", "road_repair"]
    for prefix, camp_days in (("daily", None), ("tents", maker.pick(0, 1))):
        asset = maker.new_id(prefix)
        own = skills if maker.chance(0.6) else maker.rng.sample(skills, 4)
        tables["assets"].append(
            {
                "id": asset,
                "camp_days": camp_days,
                "shift_hours": maker.pick(2, 6, 8),
                "cost_usd_day": 500,
            }
        )
        tables["rates"] += [
            {
                "asset": asset,
                "skill": skill,
                "rate_m2_day": 1000 if skill in HAZARD_SKILLS else None,
            }
            for skill in own
        ]
        tables["deployments"] += [
            {"allocation": name, "asset": asset, "base": maker.pick(*bases), "teams": 1}
            | _window(maker)
            for name in allocations
        ]


def _build_in_parts(maker: _Maker, tables: dict[str, list[Row]]) -> None:
    """Add several works of some kinds where people wait, and hazards that deny what they need."""
    people = sorted({row["settlement"] for row in tables["communities"] if row["people"]})
    mined = [row["place"] for row in tables["hazards"] if row.get("place") in people]
    homes = {maker.pick(*people), max(mined or people, key=(mined or people).count)}
    for home in sorted(homes):
        kinds = maker.rng.sample(("water", "power", "health", "education", "shelter"), 3)
        for kind in kinds:
            tables["works"] += [
                {
                    "id": maker.new_id("w"),
                    "settlement": home,
                    "kind": kind,
                    "skill": "building",
                    "crew_days": maker.pick(0, 1.5, 5, 5, 30),
                    "dwellings": maker.pick(1, 5, 60) if kind == "shelter" else None,
                }
                for _ in range(maker.pick(2, 2, 3, 4, 6))
            ]
        denied = [{"shelter": "housing"}.get(kind, kind) for kind in kinds]
        for _ in range(maker.pick(2, 3, 5)):
            some = ";".join(maker.rng.sample(denied, maker.pick(1, 2, 3)))
            area_m2 = maker.pick(0, 0.1, 3000, 3000, 3000, 6000, 12_000)
            tables["hazards"].append(_hazard(maker.new_id("h"), area_m2, some, place=home))


def _lane(maker: _Maker, one: str, other: str, hours: float) -> Row:
    """Make a row of a lane of some hours, mostly for all seasons, some to be repaired."""
    repair = maker.pick(5, 400) if maker.chance(0.25) else None
    return _road(
        maker.new_id("r"),
        one,
        other,
        30 * hours,
        repair_crew_days=repair,
        impassable=bool(repair) and maker.chance(0.5),
        all_season=maker.chance(0.8),
    )
