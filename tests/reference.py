"""The plain twin: one run of the model, written for reading and not for speed.

Every function follows model §1 to §7 line by line and looks at everything at every event. It shares
no code with the package, so that an error would have to be made twice to stay hidden. It runs on
expected values, or on the numbers of a draw that it is given (:class:`Luck`); it draws nothing
itself. There are no returns, no harm and no cost here.

Where the model is silent or can be read in two ways, the reading taken here is marked ``Choice:``
beside the line that needs it.
"""

from __future__ import annotations

import csv
import heapq
import math
import tomllib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

DAY_S = 86_400
LIMIT_S = 36_525 * DAY_S  # no parcel ends later (model §6)
TOLERANCE = 1e-9

STAGES = ("survey", "technical_survey", "clearance", "quality_control")
STAGE_ORDER = (*STAGES, "repair")
URGENT = frozenset({"housing", "water", "power", "health", "education"})
SERVICES = ("water", "power", "health", "education")
BUILT = (*SERVICES, "shelter")  # kinds of works that the speed of building concerns
GATES = (
    *("permission", "survey", "housing_land", "farmland", "road_access"),
    *SERVICES,
    *("shelter", "risk_education", "residual_risk"),
)
DEFAULT_GATES = ("permission", "survey", "housing_land", "road_access")

# The distribution that an assumption has when the scenario gives no row for it.
DEFAULT_ASSUMPTIONS: dict[str, tuple[str, float, float, float]] = {
    "route_shares_none": ("dirichlet", 2, 2, 3),
    "route_shares_partial": ("dirichlet", 3, 2.5, 2.5),
    "route_shares_full": ("dirichlet", 5, 3, 2),
    "parcel_m2_minefield": ("fixed", 10_000, 0, 0),
    "parcel_m2_low_density": ("fixed", 100_000, 0, 0),
    "parcel_m2_battle_area": ("fixed", 250_000, 0, 0),
    "ts_coverage_share": ("beta", 3, 17, 0),
    "qc_sample_share": ("fixed", 0.05, 0, 0),
    "qc_fail_share": ("beta", 1, 99, 0),
    "handover_days": ("gamma", 3, 7, 0),
    "community_survey_team_days": ("fixed", 2, 0, 0),
    "willing_share": ("triangular", 0.15, 0.35, 0.6),
    "household_size": ("triangular", 3.7, 4, 5),
    "fatal_share": ("beta", 25, 75, 0),
    "detection_share": ("beta", 99, 1, 0),
    "kappa_used": ("lognormal", 0.003, 0.6, 0),
    "kappa_unmarked": ("lognormal", 0.0003, 0.6, 0),
    "kappa_marked": ("lognormal", 0.0001, 0.6, 0),
    "eore_effect": ("beta", 3, 7, 0),
}

# What is known of a parcel once it is dispatched.
FIELDS = (
    *("team", "asset", "base", "start_s", "work_s", "finish_s", "travel_hours"),
    *("camped", "mobilised", "workable_days"),
)

GateTime = int | str | None  # seconds, "unknown", or None for never


@dataclass
class Reference:
    """What the run of one allocation gives; times are whole seconds.

    Parameters
    ----------
    jobs
        One entry per (job id, parcel number from 1) with rank, team, asset, base, open_s, start_s,
        work_s, finish_s, travel_hours, camped, mobilised, workable_days, area_m2.
        What never happens is None.
    released_s, road_released_s, road_open_s
        Release of each hazard, release and opening of each road; None if never.
    shares
        Shares (cancelled, reduced, cleared) of each hazard.
    order
        Communities as the policy ranks them.
    priority
        Job ids in dispatch order.
    ranks
        Rank of each job.
    needs_no_team
        Ids of the jobs among them that are done with their predecessors, without a team.
    gates
        Time from which each gate in force holds, by (community, gate).
    ready
        Latest gate of each community; None if one never holds or is unknown.
    binding
        Gate that closes last, by community ("" if no gate is in force).
    status
        "met", "not met" or "unknown" at the horizon, by community.
    horizon_s
        Length of the horizon.
    """

    jobs: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    released_s: dict[str, int | None] = field(default_factory=dict)
    shares: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    road_released_s: dict[str, int | None] = field(default_factory=dict)
    road_open_s: dict[str, int | None] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    priority: list[str] = field(default_factory=list)
    ranks: dict[str, int] = field(default_factory=dict)
    needs_no_team: set[str] = field(default_factory=set)
    gates: dict[tuple[str, str], GateTime] = field(default_factory=dict)
    ready: dict[str, int | None] = field(default_factory=dict)
    binding: dict[str, str] = field(default_factory=dict)
    status: dict[str, str] = field(default_factory=dict)
    horizon_s: int = 0


@dataclass
class Unrecorded:
    """A hazard that no record names (model §3.2)."""

    settlement: str
    like: str  # id of the recorded hazard that it resembles
    area_m2: float
    is_found: bool


@dataclass
class Luck:
    """The numbers of one run: expected ones, or those of a draw.

    Hazards that a community survey finds are called ``SETTLEMENT/found1`` and so on.

    Parameters
    ----------
    number
        Assumptions that have one value for the whole country.
    productivity
        Ratio by asset type.
    shares
        Shares (cancelled, reduced, cleared) by hazard, before those of a CHA are scaled up.
    qc_fail_share, handover_days, hazard_productivity
        By hazard.
    survey_team_days
        By settlement with a community survey.
    works_speed, repair_speed
        Ratio by works, and by road to be repaired.
    weather
        Ratio of workable days by year and month.
    unrecorded
        Hazards that no record names.
    """

    number: Mapping[str, float]
    productivity: Mapping[str, float]
    shares: Mapping[str, tuple[float, float, float]]
    qc_fail_share: Mapping[str, float]
    handover_days: Mapping[str, float]
    hazard_productivity: Mapping[str, float]
    survey_team_days: Mapping[str, float]
    works_speed: Mapping[str, float]
    repair_speed: Mapping[str, float]
    weather: Mapping[tuple[int, int], float]
    unrecorded: list[Unrecorded]


def reference_run(folder: Path, allocation: str, luck: Luck | None = None) -> Reference:
    """Run one allocation of a scenario folder on expected values, or on the numbers of a draw."""
    expected_world = read_world(folder)
    world = expected_world if luck is None else under(expected_world, luck)
    plan = Plan(expected_world, allocation)  # priorities may not see a draw (model §6)
    run = Run(world, plan)
    run.go()

    result = Reference(horizon_s=world.horizon_s)
    result.jobs = run.table()
    result.released_s = {hazard: run.released_s.get(hazard) for hazard in world.hazards}
    result.road_released_s = {road: run.road_released_s.get(road) for road in world.roads}
    result.road_open_s = {road: run.road_open_s.get(road) for road in world.roads}
    result.shares = {hazard.id: route_shares(world, hazard) for hazard in world.hazards.values()}
    result.order = plan.order
    result.priority = run.priority
    result.ranks = {job.id: plan.rank(job) for job in world.jobs.values()}
    result.needs_no_team = {job.id for job in world.jobs.values() if job.needs_no_team}
    judge(world, run, result)
    return result


# --------------------------------------------------------------------------- the scenario folder


@dataclass
class Place:
    id: str
    kind: str
    district: str
    zone: str
    accessible_s: int


@dataclass
class Community:
    id: str
    settlement: str
    people: float
    households: float | None
    willing_share: float | None


@dataclass
class Road:
    id: str
    ends: tuple[str, str]  # from_place, to_place
    hours: float
    all_season: bool
    repair_crew_days: float
    impassable: bool


@dataclass
class Hazard:
    id: str
    where: str  # id of the settlement or of the road
    hazard_class: str
    land_class: str
    record: str
    difficulty: str
    denies: frozenset[str]
    area_m2: float
    items_per_km2: float | None
    max_teams: float
    found_number: int = 0  # among those that the community survey of the settlement finds


@dataclass
class Works:
    id: str
    settlement: str
    kind: str
    skill: str
    crew_days: float
    dwellings: float | None


@dataclass
class Asset:
    id: str
    mobilisation_days: float
    camp_days: float | None  # None: never camps
    shift_hours: float
    multiplier: dict[str, float]  # by difficulty
    rate_m2_day: dict[tuple[str, str], float | None]  # by skill and land class ("": all)


@dataclass
class Deployment:
    asset: str
    base: str
    teams: int
    from_s: int
    until_s: float  # may be infinite
    serves: tuple[str, ...]  # sorted words; none: anywhere


@dataclass
class Job:
    """Work for teams: a stage of a hazard, a works row, a repair or a community survey."""

    id: str
    stage: str  # a stage of STAGE_ORDER, "community_survey", or "works"
    skill: str
    where: str  # id of the settlement or of the road
    hazard: Hazard | None = None
    works: Works | None = None
    area_m2: float = 0.0
    crew_days: float = 0.0
    parcels: int = 1
    speed: float = 1.0  # by which the ground, or the place, makes it faster

    @property
    def needs_no_team(self) -> bool:
        """A job without work that is not a stage of a hazard is done with its predecessors."""
        return self.hazard is None and self.crew_days == 0


@dataclass
class World:
    """A scenario folder, read, with its jobs."""

    start: date
    horizon_s: int
    gates: dict[str, dict[str, Any]]
    policies: dict[str, str]
    rest_waits: dict[str, float]  # places later, by allocation; infinite: to the end
    places: dict[str, Place]
    communities: dict[str, Community]
    roads: dict[str, Road]
    hazards: dict[str, Hazard]
    works: dict[str, Works]
    assets: dict[str, Asset]
    workable_days: dict[tuple[str, int], float]  # by zone and month
    deployments: dict[str, list[Deployment]]  # by allocation
    listed: dict[str, list[str]]  # communities by allocation
    luck: Luck
    jobs: dict[str, Job] = field(default_factory=dict)
    stages_of: dict[str, list[str]] = field(default_factory=dict)  # job ids by hazard, in order
    _months: dict[str, list[tuple[int, float]]] = field(init=False, default_factory=dict)  # by zone

    def number(self, assumption: str) -> float:
        """Value of an assumption that holds for the whole country."""
        return self.luck.number[assumption]

    def accessible_s(self, where: str) -> int:
        """Date of a place, or of a road: the later of its ends' (model §2)."""
        if where in self.roads:
            return max(self.places[end].accessible_s for end in self.roads[where].ends)
        return self.places[where].accessible_s

    def zone(self, where: str) -> str:
        """Zone of a place, or of a road: that of its from_place (model §5)."""
        place = self.roads[where].ends[0] if where in self.roads else where
        return self.places[place].zone

    def months_after(self, zone: str, moment_s: int) -> list[tuple[int, float]]:
        """End of each month that ends later, up to the limit, and its workable days per second."""
        if zone not in self._months:
            self._months[zone] = list(self._months_of(zone))
        months = self._months[zone]
        return months[bisect_right(months, moment_s, key=lambda month: month[0]) :]

    def _months_of(self, zone: str) -> Iterator[tuple[int, float]]:
        first, end_s = self.start.replace(day=1), 0
        while end_s <= LIMIT_S:
            following = (first + timedelta(days=32)).replace(day=1)
            end_s = (following - self.start).days * DAY_S
            month_s = (following - first).days * DAY_S
            workable = self.workable_days[zone, first.month]
            # Weather never makes more workable days than the calendar has, or than there are days.
            most = max(workable, month_s / DAY_S)
            workable = min(workable * self.luck.weather[first.year, first.month], most)
            yield end_s, workable / month_s
            first = following

    def hazards_on(self, where: str) -> list[Hazard]:
        return [hazard for hazard in self.hazards.values() if hazard.where == where]

    def jobs_on(self, where: str) -> list[Job]:
        return [job for job in self.jobs.values() if job.where == where]

    def is_served(self, where: str, serves: tuple[str, ...]) -> bool:
        """Tell whether a line with these words works at a settlement or on a road (model §4)."""
        if not serves:
            return True
        if where in self.roads:
            return any(self.is_named(end, serves) for end in self.roads[where].ends)
        return self.is_named(where, serves)

    def is_named(self, place: str, serves: tuple[str, ...]) -> bool:
        return place in serves or self.places[place].district in serves

    def is_waited_for(self, job: Job) -> bool:
        """Tell whether a gate in force waits for a job on a settlement (model §6)."""
        home = {community.settlement for community in self.communities.values()}
        if job.where not in home:
            return False
        for gate in self.gates:
            if job.works is not None:
                kind = "risk_education" if gate == "residual_risk" else gate
                if job.works.kind == kind:
                    return True
            elif job.hazard is not None:
                denied = {
                    "housing_land": URGENT,
                    "shelter": frozenset({"housing"}),
                    "residual_risk": job.hazard.denies,
                }.get(gate, frozenset({gate}))
                if job.hazard.denies & denied:
                    return True
        return False


def rounded(time_s: float) -> int:
    """Nearest whole second, halves up (model §1)."""
    return math.floor(time_s + 0.5)


def whole_units(amount: float) -> int:
    """Return an amount in whole 1e-9, halves up: team-days of a place, hours of a road (§6)."""
    return math.floor(amount * 1e9 + 0.5)


def number(text: str | None, default: Any = None) -> Any:
    return float(text) if text not in (None, "") else default


def truth(text: str | None, *, default: bool) -> bool:
    return text.strip().lower() in {"true", "1", "yes"} if text else default


def words_of(text: str | None) -> tuple[str, ...]:
    """Return the sorted words of a cell; none of them is blank, and each counts once."""
    return tuple(sorted({word.strip() for word in (text or "").split(";")} - {""}))


def as_date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def years_later(start: date, years: int) -> date:
    """Return the same date some years on (29 February: 28) (model §1)."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 2, 28)


def expected(distribution: str, a: float, b: float, c: float) -> tuple[float, ...]:
    """Untruncated mean of a distribution (model §9)."""
    total = a + b + c
    means: dict[str, Callable[[], tuple[float, ...]]] = {
        "fixed": lambda: (a,),
        "normal": lambda: (a,),
        "poisson": lambda: (a,),
        "uniform": lambda: ((a + b) / 2,),
        "triangular": lambda: (total / 3,),
        "lognormal": lambda: (a * math.exp(b * b / 2),),
        "beta": lambda: (a / (a + b),),
        "gamma": lambda: (a * b,),
        "dirichlet": lambda: (a / total, b / total, c / total),
    }
    return means[distribution]()


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    path = folder / f"{table}.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return [
            {column: (cell or "").strip() for column, cell in row.items() if column}
            for row in csv.DictReader(stream)
        ]


def read_world(folder: Path) -> World:
    """Read a scenario folder; blank cells take the defaults of the tables."""
    toml = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    start = as_date(toml["start"])
    end = years_later(start, int(toml["horizon_years"]))

    def seconds(text: str | None, default: Any) -> Any:
        return (as_date(text) - start).days * DAY_S if text else default

    means = {name: expected(*given) for name, given in DEFAULT_ASSUMPTIONS.items()}
    for row in rows(folder, "assumptions"):
        if row["id"] in means:
            a, b, c = (number(row.get(letter), 0.0) for letter in "abc")
            means[row["id"]] = expected(row["distribution"], a, b, c)

    world = World(
        start=start,
        horizon_s=(end - start).days * DAY_S,
        gates=toml.get("gates", {gate: {} for gate in DEFAULT_GATES}),
        policies={name: table["policy"] for name, table in toml["allocations"].items()},
        rest_waits={
            name: math.inf if table.get("rest_waits") == "end" else table.get("rest_waits", 0)
            for name, table in toml["allocations"].items()
        },
        # Choice: a date before the start counts as the start, so no gate holds before day 0.
        places={
            row["id"]: Place(
                id=row["id"],
                kind=row["kind"],
                district=row.get("district") or "",
                zone=row.get("zone", ""),
                accessible_s=max(0, seconds(row.get("accessible_from"), 0)),
            )
            for row in rows(folder, "places")
        },
        communities={
            row["id"]: Community(
                id=row["id"],
                settlement=row["settlement"],
                people=float(row["people"]),
                households=number(row.get("households")),
                willing_share=number(row.get("willing_share")),
            )
            for row in rows(folder, "communities")
        },
        roads={
            row["id"]: Road(
                id=row["id"],
                ends=(row["from_place"], row["to_place"]),
                hours=float(row["length_km"]) / float(row["speed_kmh"]),
                all_season=truth(row.get("all_season"), default=True),
                repair_crew_days=number(row.get("repair_crew_days"), 0.0),
                impassable=truth(row.get("impassable"), default=False),
            )
            for row in rows(folder, "roads")
        },
        hazards={
            row["id"]: Hazard(
                id=row["id"],
                where=row.get("place") or row["road"],
                hazard_class=row["hazard_class"],
                land_class=row["land_class"],
                record=row.get("record") or "none",
                difficulty=row.get("difficulty") or "medium",
                denies=frozenset(word.strip() for word in row["denies"].split(";")),
                area_m2=float(row["area_m2"]),
                items_per_km2=number(row.get("items_per_km2")),
                max_teams=number(row.get("max_teams"), math.inf),
            )
            for row in rows(folder, "hazards")
        },
        works={
            row["id"]: Works(
                id=row["id"],
                settlement=row["settlement"],
                kind=row["kind"],
                skill=row["skill"],
                crew_days=float(row["crew_days"]),
                dwellings=number(row.get("dwellings")),
            )
            for row in rows(folder, "works")
        },
        assets={
            row["id"]: Asset(
                id=row["id"],
                mobilisation_days=number(row.get("mobilisation_days"), 0.0),
                camp_days=number(row.get("camp_days")),
                shift_hours=number(row.get("shift_hours"), 8.0),
                multiplier={
                    level: number(row.get(f"mult_{level}"), 1.0)
                    for level in ("low", "medium", "high", "extreme")
                },
                rate_m2_day={},
            )
            for row in rows(folder, "assets")
        },
        workable_days={
            (row["zone"], int(row["month"])): float(row["workable_days"])
            for row in rows(folder, "calendars")
        },
        deployments={name: [] for name in toml["allocations"]},
        listed={name: [] for name in toml["allocations"]},
        luck=expected_luck(means, rows(folder, "hazards")),
    )
    for row in rows(folder, "rates"):
        skill_and_land = (row["skill"], row.get("land_class", ""))
        world.assets[row["asset"]].rate_m2_day[skill_and_land] = number(row.get("rate_m2_day"))
    for row in rows(folder, "deployments"):
        # Choice: a line without teams deploys nothing: neither a type nor a base.
        if int(row["teams"]) > 0 and row["allocation"] in world.deployments:
            world.deployments[row["allocation"]].append(
                Deployment(
                    asset=row["asset"],
                    base=row["base"],
                    teams=int(row["teams"]),
                    from_s=seconds(row.get("from"), 0),
                    until_s=seconds(row.get("until"), math.inf),
                    serves=words_of(row.get("serves")),
                )
            )
    for row in sorted(rows(folder, "orders"), key=lambda row: float(row["position"])):
        if row["allocation"] in world.listed:
            world.listed[row["allocation"]].append(row["community"])
    make_jobs(world)
    return world


def expected_luck(means: Mapping[str, tuple[float, ...]], hazards: list[dict[str, str]]) -> Luck:
    """Luck without any luck: everything at its mean, and no hazard beside the recorded ones."""

    def always(value: float) -> Mapping[Any, float]:
        return defaultdict(lambda: value)

    number = {name: mean[0] for name, mean in means.items() if len(mean) == 1}
    number["building_speed"] = 1.0
    shares = {row["id"]: means[f"route_shares_{row.get('record') or 'none'}"] for row in hazards}
    return Luck(
        number=number,
        productivity=always(1),
        shares={hazard: (c, r, k) for hazard, (c, r, k) in shares.items()},
        qc_fail_share=always(number["qc_fail_share"]),
        handover_days=always(number["handover_days"]),
        hazard_productivity=always(1),
        survey_team_days=always(number["community_survey_team_days"]),
        works_speed=always(1),
        repair_speed=always(1),
        weather=always(1),
        unrecorded=[],
    )


def under(world: World, luck: Luck) -> World:
    """Return the same world under the luck of a draw, with the hazards that surveys will find."""
    hazards = dict(world.hazards)
    count: dict[str, int] = defaultdict(int)
    for hidden in luck.unrecorded:
        if hidden.is_found:
            count[hidden.settlement] += 1
            found = replace(
                world.hazards[hidden.like],
                id=f"{hidden.settlement}/found{count[hidden.settlement]}",
                hazard_class="CHA",
                area_m2=hidden.area_m2,
                found_number=count[hidden.settlement],
            )
            hazards[found.id] = found
    drawn = replace(world, luck=luck, hazards=hazards, jobs={}, stages_of={})
    make_jobs(drawn)
    return drawn


# ------------------------------------------------------------------------------- §3 land release


def route_shares(world: World, hazard: Hazard) -> tuple[float, float, float]:
    """Shares of area that are cancelled, reduced and cleared; a CHA is never cancelled."""
    cancelled, reduced, cleared = world.luck.shares[hazard.id]
    if hazard.hazard_class == "CHA":
        total = reduced + cleared
        return (0.0, reduced / total, cleared / total) if total > 0 else (0.0, 0.0, 1.0)
    return cancelled, reduced, cleared


def stage_areas(world: World, hazard: Hazard) -> dict[str, float]:
    """Area worked in each stage (model §3.1)."""
    cancelled, _, cleared = route_shares(world, hazard)
    cleared_m2 = cleared * hazard.area_m2 * (1 + world.luck.qc_fail_share[hazard.id])
    return {
        "survey": hazard.area_m2 if hazard.hazard_class == "SHA" else 0.0,
        "technical_survey": (1 - cancelled) * hazard.area_m2 * world.number("ts_coverage_share"),
        "clearance": cleared_m2,
        "quality_control": world.number("qc_sample_share") * cleared_m2,
    }


def make_jobs(world: World) -> None:
    """Fill in the jobs of the world (model §3, §6, §7).

    Choice: a stage without area and a repair of no crew-days are passed without being jobs: they
    appear in no table and have no rank. Works and community surveys of no crew-days are jobs.
    """
    building = world.number("building_speed")
    for hazard in world.hazards.values():
        world.stages_of[hazard.id] = []
        for stage, area_m2 in stage_areas(world, hazard).items():
            if area_m2 <= 0:
                continue
            parcels = 1
            if stage == "clearance":
                parcel_m2 = world.number(f"parcel_m2_{hazard.land_class}")
                # Choice: an area of less than a billionth of a parcel is still one parcel.
                parcels = max(1, math.ceil(area_m2 / parcel_m2 - TOLERANCE))
            job = Job(
                id=f"{hazard.id}/{stage}",
                stage=stage,
                skill=stage,
                where=hazard.where,
                hazard=hazard,
                area_m2=area_m2,
                parcels=parcels,
                speed=world.luck.hazard_productivity[hazard.id],
            )
            world.jobs[job.id] = job
            world.stages_of[hazard.id].append(job.id)
    for works in world.works.values():
        world.jobs[works.id] = Job(
            id=works.id,
            stage="works",
            skill=works.skill,
            where=works.settlement,
            works=works,
            crew_days=works.crew_days,
            speed=building * world.luck.works_speed[works.id] if works.kind in BUILT else 1.0,
        )
    for road in world.roads.values():
        if road.repair_crew_days > 0:
            world.jobs[f"{road.id}/repair"] = Job(
                id=f"{road.id}/repair",
                stage="repair",
                skill="road_repair",
                where=road.id,
                crew_days=road.repair_crew_days,
                speed=building * world.luck.repair_speed[road.id],
            )
    for settlement in {c.settlement for c in world.communities.values() if c.people > 0}:
        world.jobs[f"{settlement}/survey"] = Job(
            id=f"{settlement}/survey",
            stage="community_survey",
            skill="survey",
            where=settlement,
            crew_days=world.luck.survey_team_days[settlement],
        )


# ------------------------------------------------------------------------------ §4 teams and work


def rate_of(asset: Asset, job: Job) -> float:
    """Work per workable team-day: m² for stages of hazards, crew-days for the rest; 0: unable."""
    if job.hazard is None:
        # Choice: one row for the skill is enough, whatever its land class or rate.
        return 1.0 if any(skill == job.skill for skill, _ in asset.rate_m2_day) else 0.0
    # Choice: a row for the land class goes before a row for all; a blank rate does no area.
    for land_class in (job.hazard.land_class, ""):
        if (job.skill, land_class) in asset.rate_m2_day:
            rate = asset.rate_m2_day[job.skill, land_class] or 0.0
            break
    else:
        return 0.0
    if job.stage in ("technical_survey", "clearance"):
        rate *= asset.multiplier[job.hazard.difficulty]
    return rate


def amount_of(job: Job) -> float:
    """Work of one parcel, in the unit of ``rate_of``."""
    return job.crew_days if job.hazard is None else job.area_m2 / job.parcels


def work_until(world: World, zone: str, begin_s: int, workable_days: float) -> int | None:
    """Earliest end of some workable days begun at a moment, month by month (model §5).

    Walks from ``begin_s`` instead of from the start: only W(u) - W(s) matters. None: not within the
    limit of model §6. Choice: a zone that is named must have all twelve months (else KeyError).
    """
    left = workable_days - TOLERANCE
    now: float = begin_s
    if left > 0 and not zone:
        now += left * DAY_S
    elif left > 0:
        for month_end_s, per_second in world.months_after(zone, begin_s):
            gained = per_second * (month_end_s - now)
            if gained >= left:
                now += left / per_second
                break
            left -= gained
            now = month_end_s
    return rounded(now) if rounded(now) <= LIMIT_S else None


@dataclass
class Team:
    id: str
    place: int  # among all teams by (asset, base, number)
    asset: Asset
    base: str
    from_s: int
    until_s: float
    serves: tuple[str, ...] = ()
    busy: bool = False
    last_where: str | None = None  # settlement or road of the previous parcel
    last_camped: bool = False


@dataclass
class Quote:
    """What one parcel would take one team, dispatched now."""

    work_s: int
    finish_s: int
    travel_hours: float
    camped: bool
    mobilised: bool
    workable_days: float


def quote(world: World, team: Team, job: Job, now: int, hours: dict[str, float]) -> Quote | None:
    """Price a parcel (model §4.1); None if the team cannot do it, get there or end in time.

    ``hours`` are the driving hours from the team's base to each place it can reach now.
    """
    rate = rate_of(team.asset, job) if world.is_served(job.where, team.serves) else 0.0
    # For a road (hazards and, by choice, repairs too): the nearer reachable end.
    ends = world.roads[job.where].ends if job.where in world.roads else (job.where,)
    reachable = [hours[end] for end in ends if end in hours]
    if rate <= 0 or not reachable:
        return None
    rate *= job.speed
    if job.hazard is not None:
        rate *= world.luck.productivity[team.asset.id]
    travel = min(reachable)
    shift = team.asset.shift_hours

    # Choice: a change of place is a mobilisation even if the asset needs 0 days for it.
    mobilised = team.last_where != job.where
    ready = now
    if mobilised:
        ready = now + rounded(team.asset.mobilisation_days * DAY_S)

    offers: list[Quote] = []
    share = max(0.0, 1 - 2 * travel / shift)
    if share > 0:
        days = amount_of(job) / (rate * share)
        finish = work_until(world, world.zone(job.where), ready, days)
        if finish is not None:
            offers.append(Quote(ready, finish, travel, False, mobilised, days))
    if team.asset.camp_days is not None:
        pitched = ready
        if mobilised or not team.last_camped:
            pitched = ready + rounded(team.asset.camp_days * DAY_S)
        days = amount_of(job) / rate
        finish = work_until(world, world.zone(job.where), pitched, days)
        if finish is not None:
            offers.append(Quote(pitched, finish, travel, True, mobilised, days))
    # min keeps the first of equals: commuting.
    return min(offers, key=lambda offer: offer.finish_s, default=None)


def name_teams(world: World, allocation: str) -> list[Team]:
    """Name teams asset/base/0001 and so on, numbered by (from, until, serves) (model §4).

    A blank ``from`` is the start and a blank ``until`` is last; dates before the start count as the
    start.
    """
    teams: list[Team] = []
    lines = world.deployments[allocation]
    for asset, base in sorted({(line.asset, line.base) for line in lines}):
        own = [line for line in lines if (line.asset, line.base) == (asset, base)]
        count = 0
        for line in sorted(own, key=place_in_number):
            for _ in range(line.teams):
                count += 1
                name, kind = f"{asset}/{base}/{count:04d}", world.assets[asset]
                span = (line.from_s, line.until_s)
                teams.append(Team(name, len(teams), kind, base, *span, line.serves))
    return teams


def place_in_number(line: Deployment) -> tuple[int, float, tuple[str, ...]]:
    """Sort key of lines; a date before the start counts as the start, blank serves are first."""
    return max(0, line.from_s), max(0, line.until_s), line.serves


def fresh_team(world: World, line: Deployment) -> Team:
    """Return a team of a line that has not worked yet, whatever its dates."""
    return Team("", 0, world.assets[line.asset], line.base, 0, math.inf, line.serves)


# ---------------------------------------------------------------------- §6 policies and priorities


class Plan:
    """An allocation decoded before anything runs: order, ranks and priority (model §6)."""

    def __init__(self, world: World, allocation: str) -> None:
        self.world = world
        self.allocation = allocation
        # Choice: a line counts as deploying its type and base whatever its from and until.
        lines = world.deployments[allocation]
        self.lines = lines
        self.bases = sorted({line.base for line in lines})
        self.routes = self.access_routes()
        self.order = self.rank_communities(world.policies[allocation])
        self.ranks: dict[str, int] = {}  # by settlement and road
        self.hops: dict[str, int] = {}  # by road
        self.rank_sites()

    def team_days(self, job: Job) -> float | None:
        """Expected team-days of a job at the best effective rate deployed; None: nobody can."""
        if job.needs_no_team:
            return 0.0
        best = max((rate_of(asset, job) for asset in self.assets_for(job)), default=0.0)
        amount = job.crew_days if job.hazard is None else job.area_m2
        return amount / best if best > 0 else None

    def assets_for(self, job: Job) -> list[Asset]:
        """Asset types of the lines that serve the place of a job."""
        lines = [line for line in self.lines if self.world.is_served(job.where, line.serves)]
        return [self.world.assets[name] for name in sorted({line.asset for line in lines})]

    def total_team_days(self, places: list[str]) -> int | None:
        """Sum over some settlements and roads, whole 1e-9 team-days of each; None: nobody can."""
        total = 0
        for where in places:
            days = [self.team_days(job) for job in self.world.jobs_on(where)]
            if None in days:
                return None
            total += whole_units(math.fsum(one for one in days if one is not None))
        return total

    def access_routes(self) -> dict[str, list[str]]:
        """Roads from a hub to each place, in driving order; no entry: no route.

        Choice: a place that all-season roads do not connect takes its cheapest path over all roads
        from end to end, even where the path passes a place with an all-season route of its own.
        """
        costs: dict[str, int] = {}
        for road in self.world.roads:
            days = self.total_team_days([road])
            if days is not None:  # else unusable
                costs[road] = days
        good = {road: cost for road, cost in costs.items() if self.world.roads[road].all_season}
        routes = self.cheapest(costs)
        routes.update(self.cheapest(good))
        return routes

    def cheapest(self, costs: dict[str, int]) -> dict[str, list[str]]:
        """Find cheapest paths from the hubs: cost, then fewer roads, then smaller road ids back."""
        label: dict[str, tuple[int, int]] = {}
        queue = [(0, 0, p.id) for p in self.world.places.values() if p.kind == "hub"]
        heapq.heapify(queue)
        while queue:
            cost, count, place = heapq.heappop(queue)
            if place in label:
                continue
            label[place] = (cost, count)
            for road in costs:
                ends = self.world.roads[road].ends
                if place in ends:
                    other = ends[1] if place == ends[0] else ends[0]
                    heapq.heappush(queue, (cost + costs[road], count + 1, other))
        routes: dict[str, list[str]] = {}
        for place in label:
            back: list[str] = []
            here = place
            while label[here] != (0, 0):
                choices: list[tuple[str, str]] = []
                for road in costs:
                    ends = self.world.roads[road].ends
                    if here in ends:
                        other = ends[1] if here == ends[0] else ends[0]
                        step = (label[other][0] + costs[road], label[other][1] + 1)
                        if step == label[here]:
                            choices.append((road, other))
                road, here = min(choices)
                back.append(road)
            routes[place] = back[::-1]
        return routes

    def rank_communities(self, policy: str) -> list[str]:
        """Order the communities by a named policy, ties by id."""
        communities = self.world.communities
        by_id = sorted(communities)
        if policy == "even_districts":
            return self.even_districts()
        if policy == "listed":
            listed = self.world.listed[self.allocation]
            return listed + [name for name in by_id if name not in listed]
        measures: dict[str, Callable[[Community], float | Fraction]] = {
            "nearest": self.hours_from_hub,
            "population": lambda community: -community.people,
            "smith_own": lambda community: -self.smith(community, with_path=False),
            "smith_path": lambda community: -self.smith(community, with_path=True),
        }
        measure = measures[policy]
        return sorted(by_id, key=lambda name: measure(communities[name]))

    def even_districts(self) -> list[str]:
        """Let the district of which the smallest share is ranked go next, again and again."""
        left = self.rank_communities("smith_path")
        place_of = {name: place for place, name in enumerate(left)}
        order: list[str] = []
        while left:
            chosen = min(left, key=lambda name: (self.ranked_share(name, order), place_of[name]))
            left.remove(chosen)
            order.append(chosen)
        return order

    def ranked_share(self, name: str, order: list[str]) -> Fraction:
        """Share of a district's team-days that are ranked, each settlement once."""
        home, places = self.world.communities, self.world.places
        district = places[home[name].settlement].district
        here = {c.settlement for c in home.values() if places[c.settlement].district == district}
        days = {place: self.doable_team_days(place) for place in here if place in self.routes}
        ranked = {home[one].settlement for one in order}
        whole = sum(days.values())
        part = sum(own for place, own in days.items() if place in ranked)
        return Fraction(part, whole) if whole > 0 else Fraction(0)

    def doable_team_days(self, place: str) -> int:
        """Whole 1e-9 team-days of what can be done at a place."""
        days = [self.team_days(job) for job in self.world.jobs_on(place)]
        return whole_units(math.fsum(one for one in days if one is not None))

    def hours_from_hub(self, community: Community) -> float:
        route = self.routes.get(community.settlement)
        if route is None:
            return math.inf  # Choice: communities without a route come last.
        return sum(whole_units(self.world.roads[road].hours) for road in route)

    def smith(self, community: Community, *, with_path: bool) -> float | Fraction:
        """People per expected team-day.

        Choice: the people are the community's own, the team-days those of its whole settlement.
        0: no people, no route (with the path) or a job nobody deployed can do; infinite: no work.
        """
        places = [community.settlement]
        if with_path:
            if community.settlement not in self.routes:
                return 0.0
            places += self.routes[community.settlement]
        days = self.total_team_days(places)
        if days is None or community.people == 0:
            return 0.0
        return Fraction(round(community.people), days) if days > 0 else math.inf

    def rank_sites(self) -> None:
        """Give settlements and roads their rank, and roads their number of roads from the hub."""
        for base in self.bases:
            for hops, road in enumerate(self.routes.get(base, []), start=1):
                self.ranks[road] = 0
                self.hops[road] = min(hops, self.hops.get(road, hops))
        for rank, name in enumerate(self.order, start=1):
            settlement = self.world.communities[name].settlement
            self.ranks.setdefault(settlement, rank)
            for hops, road in enumerate(self.routes.get(settlement, []), start=1):
                if road not in self.ranks:
                    self.ranks[road] = rank
                    self.hops[road] = hops

    def rank(self, job: Job) -> int:
        """Rank of a job's place; what no gate waits for stands some places later (model §6)."""
        last = len(self.order) + 1
        rank = self.ranks.get(job.where, last)
        if job.where in self.world.roads or job.stage == "community_survey":
            return rank
        if self.world.is_waited_for(job):
            return rank
        return int(min(rank + self.world.rest_waits[self.allocation], last))

    def key(self, job: Job) -> tuple[int, int, int, int, int, str, str]:
        """Sort key of a job: rank, group, roads from the hub, later stage first, id.

        Choice: found hazards stand behind the recorded ones of the same rank, group and stage, by
        their number, then by their settlement.
        """
        hops = 0
        if job.stage == "community_survey":
            group = 0
        elif job.where in self.world.roads:
            group = 1
            hops = self.hops.get(job.where, 0)  # 0 for all roads of the last rank
        elif job.hazard is not None and job.hazard.denies & URGENT:
            group = 2
        elif job.works is not None:
            group = 3
        else:
            group = 4
        # "Then the later stage": the stage further along goes first; works have none.
        later = -STAGE_ORDER.index(job.stage) if job.stage in STAGE_ORDER else 0
        number = job.hazard.found_number if job.hazard is not None else 0
        owner, _, kind = job.id.partition("/") if number == 0 else (job.where, "", job.stage)
        return self.rank(job), group, hops, later, number, owner, kind


# ------------------------------------------------------------------------------ §6 the event loop


@dataclass
class Parcel:
    """A dispatched parcel."""

    team: Team
    start_s: int
    quote: Quote
    completed: bool = False

    def entry(self) -> dict[str, Any]:
        """Return the columns of FIELDS, in order."""
        values = (
            *(self.team.id, self.team.asset.id, self.team.base),
            *(self.start_s, self.quote.work_s, self.quote.finish_s, self.quote.travel_hours),
            *(self.quote.camped, self.quote.mobilised, self.quote.workable_days),
        )
        return dict(zip(FIELDS, values, strict=True))


class Run:
    """The history of one allocation, event by event."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.world = world
        self.plan = plan
        self.lines = world.deployments[plan.allocation]
        self.teams = name_teams(world, plan.allocation)
        self.priority = sorted(world.jobs, key=lambda job: plan.key(world.jobs[job]))
        self.parcels: dict[str, list[Parcel]] = {job: [] for job in world.jobs}
        self.open_s: dict[str, int] = {}
        self.done_s: dict[str, int] = {}
        self.joined_s: dict[str, int] = {}  # found hazards only
        self.release_due_s: dict[str, int] = {}
        self.released_s: dict[str, int] = {}
        self.road_released_s: dict[str, int] = {}
        self.road_open_s: dict[str, int] = {}

    def go(self) -> None:
        """Run until nothing can happen any more."""
        now: int | None = 0
        while now is not None:
            self.complete_parcels(now)
            self.let_found_hazards_join(now)
            self.settle(now)
            hours = {base: self.drive_hours(base, now) for base in self.plan.bases}
            self.note_openings(now, hours)
            while self.dispatch_one(now, hours):
                pass
            now = self.next_event(now)

    def next_event(self, now: int) -> int | None:
        """Next of: accessible_from dates, deployments' from dates, completions, releases."""
        dates = {place.accessible_s for place in self.world.places.values()}
        dates |= {line.from_s for line in self.lines}
        times = [moment for moment in dates if moment > now]
        # Choice: the end of a window is no event: it only takes teams away.
        # Choice: a parcel that ends in the second it began is a further event at the same time.
        for parcels in self.parcels.values():
            times += [parcel.quote.finish_s for parcel in parcels if not parcel.completed]
        for hazard, due in self.release_due_s.items():
            if hazard not in self.released_s:
                times.append(due)
        return min(times, default=None)

    def complete_parcels(self, now: int) -> None:
        for job_id, parcels in self.parcels.items():
            for parcel in parcels:
                if not parcel.completed and parcel.quote.finish_s == now:
                    parcel.completed = True
                    parcel.team.busy = False
            job = self.world.jobs[job_id]
            completed = [parcel for parcel in parcels if parcel.completed]
            if job_id not in self.done_s and len(completed) == job.parcels:
                self.done_s[job_id] = now

    def let_found_hazards_join(self, now: int) -> None:
        """What a community survey finds joins the hazards before anything else of that instant.

        From then on works that have not begun wait for it (:meth:`may_begin`).
        """
        for job in self.world.jobs.values():
            if job.stage == "community_survey" and job.needs_no_team:
                self.done_s.setdefault(job.id, now)  # at the start
        for hazard in self.world.hazards.values():
            if hazard.found_number > 0 and f"{hazard.where}/survey" in self.done_s:
                self.joined_s.setdefault(hazard.id, now)

    def has_joined(self, hazard: Hazard) -> bool:
        return hazard.found_number == 0 or hazard.id in self.joined_s

    def settle(self, now: int) -> None:
        """Apply all that follows at this instant: jobs without work, releases, roads."""
        changed = True
        while changed:
            before = len(self.done_s) + len(self.released_s) + len(self.release_due_s)
            before += len(self.road_released_s) + len(self.road_open_s)
            for job in self.world.jobs.values():
                if job.needs_no_team and job.id not in self.done_s and self.may_begin(job):
                    self.done_s[job.id] = now
            self.release_hazards(now)
            for road in self.world.roads.values():
                hazards = self.world.hazards_on(road.id)
                if road.id not in self.road_released_s and self.all_released(hazards):
                    self.road_released_s[road.id] = now
                repaired = road.repair_crew_days <= 0 or f"{road.id}/repair" in self.done_s
                released = road.id in self.road_released_s
                if road.id not in self.road_open_s and released and repaired:
                    self.road_open_s[road.id] = now
            after = len(self.done_s) + len(self.released_s) + len(self.release_due_s)
            after += len(self.road_released_s) + len(self.road_open_s)
            changed = after > before

    def release_hazards(self, now: int) -> None:
        for hazard, stages in self.world.stages_of.items():
            if not self.has_joined(self.world.hazards[hazard]):
                continue
            if hazard not in self.release_due_s and all(job in self.done_s for job in stages):
                # Without any stage: the delay begins at the start, or when it joins.
                begin = self.joined_s.get(hazard, 0)
                last = max((self.done_s[job] for job in stages), default=begin)
                handover_s = self.world.luck.handover_days[hazard] * DAY_S
                self.release_due_s[hazard] = rounded(last + handover_s)
            if hazard not in self.released_s and self.release_due_s.get(hazard) == now:
                self.released_s[hazard] = now

    def all_released(self, hazards: list[Hazard]) -> bool:
        return all(hazard.id in self.released_s for hazard in hazards)

    def may_begin(self, job: Job) -> bool:
        """Tell whether the predecessors of a job are done."""
        if job.hazard is not None:
            stages = self.world.stages_of[job.hazard.id]
            if not self.has_joined(job.hazard):
                return False
            return all(other in self.done_s for other in stages[: stages.index(job.id)])
        if job.stage == "repair":
            return self.all_released(self.world.hazards_on(job.where))
        if job.works is not None:
            return self.all_released(
                list(filter(self.has_joined, works_wait_for(job.works, self.world)))
            )
        return True  # community survey

    def drive_hours(self, base: str, now: int) -> dict[str, float]:
        """Hours from a base to each place that teams can drive to now (model §2)."""
        usable: list[Road] = []
        for road in self.world.roads.values():
            since = self.road_open_s if road.impassable else self.road_released_s
            if road.id in since and self.world.accessible_s(road.id) <= now:
                usable.append(road)
        return shortest_hours(base, usable)

    def note_openings(self, now: int, hours: dict[str, dict[str, float]]) -> None:
        """Note when a job first is open to a deployed type, whether or not a team is there.

        Choice: a fresh team of the type must be able to end a parcel within the limit.
        """
        for job in self.world.jobs.values():
            if job.id in self.open_s:
                continue
            if job.needs_no_team:
                # Choice: such a job opens, starts and ends when it is done.
                if job.id in self.done_s:
                    self.open_s[job.id] = self.done_s[job.id]
                continue
            if not self.may_begin(job) or self.world.accessible_s(job.where) > now:
                continue
            for line in self.lines:
                fresh = fresh_team(self.world, line)
                if quote(self.world, fresh, job, now, hours[line.base]) is not None:
                    self.open_s[job.id] = now
                    break

    def dispatch_one(self, now: int, hours: dict[str, dict[str, float]]) -> bool:
        """Give the first open job to the idle team that ends first; False if no pair is left."""
        for job_id in self.priority:
            job = self.world.jobs[job_id]
            assigned = self.parcels[job_id]
            if job.needs_no_team or len(assigned) == job.parcels:
                continue
            if not self.may_begin(job) or self.world.accessible_s(job.where) > now:
                continue
            working = [parcel for parcel in assigned if not parcel.completed]
            if job.hazard is not None and len(working) >= job.hazard.max_teams:
                continue
            offers: list[tuple[int, int, Team, Quote]] = []
            for team in self.teams:
                if team.busy or not team.from_s <= now < team.until_s:
                    continue
                offer = quote(self.world, team, job, now, hours[team.base])
                if offer is not None:
                    offers.append((offer.finish_s, team.place, team, offer))
            if not offers:
                continue
            _, _, team, offer = min(offers, key=lambda entry: entry[:2])
            # Choice: what is dispatched is open, even if a fresh team could not end in time.
            self.open_s.setdefault(job_id, now)
            assigned.append(Parcel(team, now, offer))
            team.busy = True
            team.last_where = job.where
            team.last_camped = offer.camped
            return True
        return False

    def table(self) -> dict[tuple[str, int], dict[str, Any]]:
        """One entry per parcel; parcels are numbered in the order they are dispatched."""
        entries: dict[tuple[str, int], dict[str, Any]] = {}
        for job in self.world.jobs.values():
            for index in range(job.parcels):
                entry = {
                    "rank": self.plan.rank(job),
                    "open_s": self.open_s.get(job.id),
                    "area_m2": job.area_m2 / job.parcels,
                    **dict.fromkeys(FIELDS),
                }
                if job.needs_no_team and job.id in self.done_s:
                    done = self.done_s[job.id]
                    entry |= {"start_s": done, "work_s": done, "finish_s": done}
                elif index < len(self.parcels[job.id]):
                    entry |= self.parcels[job.id][index].entry()
                entries[job.id, index + 1] = entry
        return entries


def works_wait_for(works: Works, world: World) -> list[Hazard]:
    """Hazards that works wait for, once these have joined (model §7).

    Of K works of a kind at a settlement the k-th waits for the first hazards that hold k/K of the
    area, the K-th for all of them and for what the survey finds. Risk education waits for none.
    """
    denied = {"shelter": "housing", "risk_education": None}.get(works.kind, works.kind)
    here = [hazard for hazard in world.hazards_on(works.settlement) if denied in hazard.denies]
    place_and_kind = (works.settlement, works.kind)
    alike = [w.id for w in world.works.values() if (w.settlement, w.kind) == place_and_kind]
    part = sum(name <= works.id for name in alike) / len(alike)
    if part == 1:
        return here
    recorded = sorted((h for h in here if h.found_number == 0), key=lambda hazard: hazard.id)
    whole = math.fsum(hazard.area_m2 for hazard in recorded)
    for count in range(1, len(recorded) + 1):
        held = math.fsum(hazard.area_m2 for hazard in recorded[:count])
        if held >= part * whole - TOLERANCE * whole:
            return recorded[:count]
    return []


def shortest_hours(origin: str, roads: list[Road]) -> dict[str, float]:
    """Dijkstra from one place over some roads; places out of reach are absent."""
    hours: dict[str, float] = {}
    queue = [(0.0, origin)]
    while queue:
        so_far, place = heapq.heappop(queue)
        if place in hours:
            continue
        hours[place] = so_far
        for road in roads:
            if place in road.ends:
                other = road.ends[1] if place == road.ends[0] else road.ends[0]
                heapq.heappush(queue, (so_far + road.hours, other))
    return hours


# -------------------------------------------------------------------------------- §7 readiness


def judge(world: World, run: Run, result: Reference) -> None:
    """Fill in gates, ready, binding and status of every community (model §7)."""
    enabled = [gate for gate in GATES if gate in world.gates]
    for community in world.communities.values():
        times = {
            gate: gate_time(world, run, community.settlement, gate, world.gates[gate])
            for gate in enabled
        }
        result.gates |= {(community.id, gate): time for gate, time in times.items()}

        known = [time for time in times.values() if isinstance(time, int)]
        result.ready[community.id] = max(known, default=0) if len(known) == len(times) else None
        # Unknown, never and later than the horizon all count as infinite.
        effective: dict[str, float] = {
            gate: time if isinstance(time, int) and time <= world.horizon_s else math.inf
            for gate, time in times.items()
        }
        latest = max(effective.values(), default=0)
        binding = [gate for gate in enabled if effective[gate] == latest]
        result.binding[community.id] = binding[0] if binding else ""
        failing = [gate for gate in enabled if effective[gate] == math.inf]
        if not failing:
            result.status[community.id] = "met"
        elif all(times[gate] == "unknown" for gate in failing):
            result.status[community.id] = "unknown"
        else:
            result.status[community.id] = "not met"


def gate_time(
    world: World, run: Run, settlement: str, gate: str, parameters: dict[str, Any]
) -> GateTime:
    """Time from which one gate holds at a settlement."""
    if gate == "permission":
        return world.places[settlement].accessible_s
    if gate == "survey":
        # Choice: without people waiting there is no survey to be done, hence unknown.
        job = f"{settlement}/survey"
        return run.done_s.get(job) if job in world.jobs else "unknown"
    if gate in ("housing_land", "farmland"):
        denied = URGENT if gate == "housing_land" else frozenset({"farmland"})
        share = parameters.get("required_share", 1 if gate == "housing_land" else 0.5)
        return land_released(world, run, settlement, denied, share)
    if gate == "road_access":
        return hub_reached(world, run, settlement, parameters.get("max_hub_hours", math.inf))
    if gate == "shelter":
        return sheltered(world, run, settlement, parameters.get("required_share", 1))
    if gate == "residual_risk":
        return tolerable(world, run, settlement, parameters.get("max_per_year", 1e-5))
    # A service, or risk_education, which has no within_hours.
    return served(world, run, settlement, gate, parameters.get("within_hours"))


def latest_of(times: list[int | None]) -> int | None:
    """Latest of some times; None if one of them is never."""
    if any(time is None for time in times):
        return None
    return max((time for time in times if time is not None), default=0)


def land_released(
    world: World, run: Run, settlement: str, denied: frozenset[str], share: float
) -> int | None:
    """Time from which a share by area of the hazards that deny something is released."""
    hazards = [hazard for hazard in world.hazards_on(settlement) if hazard.denies & denied]
    total = math.fsum(hazard.area_m2 for hazard in hazards)
    # Choice: hazards without any area count like a share of 1: every one of them.
    if share >= 1 or total == 0:
        return latest_of([run.released_s.get(hazard.id) for hazard in hazards])
    for moment in sorted({0, *run.released_s.values()}):
        released = math.fsum(
            hazard.area_m2
            for hazard in hazards
            if hazard.id in run.released_s and run.released_s[hazard.id] <= moment
        )
        if released / total >= share - TOLERANCE:
            return moment
    return None


def people_hours(world: World, run: Run, settlement: str, moment: int) -> dict[str, float]:
    """Hours from a settlement to each place over roads open to people at a moment (model §2)."""
    usable = [
        road
        for road in world.roads.values()
        if road.all_season
        and road.id in run.road_open_s
        and max(run.road_open_s[road.id], world.accessible_s(road.id)) <= moment
    ]
    return shortest_hours(settlement, usable)


def moments(world: World, run: Run) -> list[int]:
    """All times at which what people can reach may change."""
    dates = {place.accessible_s for place in world.places.values()}
    return sorted({0} | dates | set(run.road_open_s.values()) | set(run.done_s.values()))


def hub_reached(world: World, run: Run, settlement: str, max_hours: float) -> int | None:
    for moment in moments(world, run):
        hours = people_hours(world, run, settlement, moment)
        for place, distance in hours.items():
            if world.places[place].kind == "hub" and distance <= max_hours + TOLERANCE:
                return moment
    return None


def works_done(world: World, run: Run, settlement: str, kind: str) -> GateTime:
    """Time at which all works of a kind at a settlement are done; no works row: unknown."""
    here = [works for works in world.works.values() if works.settlement == settlement]
    rows_of_kind = [works for works in here if works.kind == kind]
    if not rows_of_kind:
        return "unknown"
    return latest_of([run.done_s.get(works.id) for works in rows_of_kind])


def served(
    world: World, run: Run, settlement: str, kind: str, within_hours: float | None
) -> GateTime:
    """Time from which a service is at the settlement or within reach."""
    own = works_done(world, run, settlement, kind)
    if within_hours is None:
        return own
    in_service = {place: works_done(world, run, place, kind) for place in world.places}
    in_service |= {hub.id: 0 for hub in world.places.values() if hub.kind == "hub"}
    for moment in moments(world, run):
        hours = people_hours(world, run, settlement, moment)
        for place, distance in hours.items():
            since = in_service[place]
            if isinstance(since, int) and since <= moment and distance <= within_hours + TOLERANCE:
                return moment
    return None


def sheltered(world: World, run: Run, settlement: str, share: float) -> GateTime:
    """Time from which enough dwellings are complete for the willing households."""
    here = [works for works in world.works.values() if works.settlement == settlement]
    shelters = [works for works in here if works.kind == "shelter"]
    if not shelters:
        return "unknown"
    willing: list[float] = []
    for community in world.communities.values():
        if community.settlement == settlement:
            households = community.households
            if households is None:
                households = community.people / world.number("household_size")
            willing_share = community.willing_share
            if willing_share is None:
                willing_share = world.number("willing_share")
            willing.append(households * willing_share)
    # Choice: with no household to shelter the gate holds from day 0, given a works row.
    needed = share * math.fsum(willing) - TOLERANCE

    # Choice: works whose dwellings are not known might have been enough within the horizon.
    is_partly_known = any(works.dwellings is None for works in shelters)
    for moment in sorted({0, *run.done_s.values()}):
        complete = math.fsum(
            works.dwellings or 0.0
            for works in shelters
            if works.id in run.done_s and run.done_s[works.id] <= moment
        )
        if complete >= needed:
            return moment if moment <= world.horizon_s or not is_partly_known else "unknown"
    return "unknown" if is_partly_known else None


def items_near(world: World, settlement: str) -> dict[str, float | None]:
    """Explosive items of each hazard near a settlement; None: unknown.

    Choice: near are the hazards on the settlement and on the roads that end there; those on a road
    are shared evenly by the settlements with people at its ends.
    """
    items: dict[str, float | None] = {}
    for hazard in world.hazards.values():
        sharing = {hazard.where}
        if hazard.where in world.roads:
            ends = world.roads[hazard.where].ends
            home = [c.settlement for c in world.communities.values() if c.people > 0]
            sharing = {one for one in home if one in ends}
        if settlement in sharing:
            per_km2 = hazard.items_per_km2
            share = hazard.area_m2 / 1e6 / len(sharing)
            items[hazard.id] = None if per_km2 is None else per_km2 * share
    return items


def items_hidden(world: World, settlement: str) -> list[float | None]:
    """Explosive items of each hazard at a settlement that nobody finds; None: unknown."""
    hidden = [h for h in world.luck.unrecorded if h.settlement == settlement and not h.is_found]
    density = [world.hazards[one.like].items_per_km2 for one in hidden]
    return [
        None if per_km2 is None else per_km2 * one.area_m2 / 1e6
        for one, per_km2 in zip(hidden, density, strict=True)
    ]


def tolerable(world: World, run: Run, settlement: str, limit: float) -> GateTime:
    """Time from which the individual risk of death per year is within the limit (model §8)."""
    people = sum(c.people for c in world.communities.values() if c.settlement == settlement)
    near, hidden = items_near(world, settlement), items_hidden(world, settlement)
    if people == 0 or None in [*near.values(), *hidden]:
        return "unknown"
    surveyed = run.done_s.get(f"{settlement}/survey", math.inf)
    taught = works_done(world, run, settlement, "risk_education")

    def rate(hazard: str, moment: int) -> float:
        # Choice: no step raises the risk of a hazard. A release without survey is a release.
        rates = [world.number("kappa_unmarked")]
        is_released = run.released_s.get(hazard, math.inf) <= moment
        if surveyed <= moment or is_released:
            rates.append(world.number("kappa_marked"))
        if is_released:
            rates.append(world.number("kappa_used") * (1 - world.number("detection_share")))
        return min(rates)

    def risk(moment: int) -> float:
        casualties = [rate(hazard, moment) * (items or 0) for hazard, items in near.items()]
        # Nobody ever marks or releases what nobody has found.
        casualties += [world.number("kappa_unmarked") * (items or 0) for items in hidden]
        is_taught = isinstance(taught, int) and taught <= moment
        heeded = 1 - world.number("eore_effect") if is_taught else 1.0
        return heeded * world.number("fatal_share") * math.fsum(casualties) / people

    # Choice: what has not been surveyed is not known.
    for moment in sorted({0, *run.released_s.values(), *run.done_s.values()}):
        if moment >= surveyed and risk(moment) <= limit * (1 + TOLERANCE):
            return moment
    return None
