"""Check a run from its tables and the scenario alone (laws 1 to 4 of model §14, and dispatch).

Nothing here looks into the package: every rule is stated again in plain words, from the columns of
``jobs``, ``releases``, ``roads`` and ``land_release``, and, for a run on a draw, from its numbers.
:func:`verify_run` gives one sentence for each thing that is wrong.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

import returnplan as rp
from returnplan.model.chance.assumptions import Values, expected_values
from tests.drawn import luck_of
from tests.parcels import every_parcel
from tests.reference import Luck

STAGES = ("survey", "technical_survey", "clearance", "quality_control")
LIMIT_DAYS = 36_525
SECOND = 1 / 86_400
CLOSE = 1e-9
INF = math.inf


@dataclass
class Parcel:
    """One row of the table of jobs; times are days, never is infinite."""

    job: str
    owner: str
    stage: str
    where: str
    rank: int
    place_in_order: int
    team: str | None
    open: float
    start: float
    work: float
    finish: float
    travel_hours: float
    camped: bool
    mobilised: bool
    workable_days: float
    area_m2: float


@dataclass
class Hazard:
    """A hazard, recorded or found."""

    id: str
    place: str | None
    hazard_class: str
    land_class: str
    difficulty: str
    denies: tuple[str, ...]
    area_m2: float
    max_teams: int | None


@dataclass
class Team:
    asset: str
    base: str
    since: float
    until: float
    serves: frozenset[str]


@dataclass
class Facts:
    """A scenario and the tables of one run, by id."""

    scenario: rp.Scenario
    luck: Luck
    allocation: str
    parcels: list[Parcel]
    released: dict[str, float]  # of hazards
    road_released: dict[str, float]
    road_open: dict[str, float]
    shares: dict[str, tuple[float, float, float]]
    land_release: pd.DataFrame
    teams: dict[str, Team] = field(default_factory=dict)
    jobs: dict[str, list[Parcel]] = field(default_factory=dict)
    worked_days: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    hours: dict[tuple[str, float], dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ends = {road.id: (road.from_place, road.to_place) for road in self.scenario.roads}
        columns = [column.name for column in fields(Hazard)]
        self.hazards = {
            row.id: Hazard(**{column: getattr(row, column) for column in columns})
            for row in self.scenario.hazards
        }
        self.found_at: dict[str, str] = {}  # settlement of each hazard that a survey finds
        for hidden in self.luck.unrecorded:
            if hidden.is_found:
                number = list(self.found_at.values()).count(hidden.settlement) + 1
                name = f"{hidden.settlement}/found{number}"
                like = self.hazards[hidden.like]
                more: dict[str, Any] = {"hazard_class": "CHA", "area_m2": hidden.area_m2}
                self.hazards[name] = replace(like, id=name, **more)
                self.found_at[name] = hidden.settlement

    def joins(self, hazard: str) -> float:
        """Day on which a hazard is known: the start, or the end of the survey that finds it."""
        if hazard not in self.found_at:
            return 0.0
        survey = self.jobs.get(f"{self.found_at[hazard]}/survey", [])
        return max((parcel.finish for parcel in survey), default=0.0)

    def day(self, day: date | None) -> float:
        """Day number of a date; a blank one and one before the start are the start."""
        return 0.0 if day is None else float(max(0, (day - self.scenario.start).days))

    def accessible(self, where: str) -> float:
        """Day from which one may be on a place, or on a road: the later of its ends."""
        if where in self.ends:
            return max(self.accessible(end) for end in self.ends[where])
        return self.day(self.scenario.place[where].accessible_from)

    def worked(self, where: str, at: float) -> float:
        """Workable days at a place or road from the start to some day."""
        place = self.ends[where][0] if where in self.ends else where
        zone = self.scenario.place[place].zone
        if not zone:
            return at
        if zone not in self.worked_days:
            self.worked_days[zone] = self._worked_by_day(zone)
        return float(np.interp(at, np.arange(LIMIT_DAYS + 2), self.worked_days[zone]))

    def _worked_by_day(self, zone: str) -> npt.NDArray[np.float64]:
        given = {
            row.month: row.workable_days for row in self.scenario.calendars if row.zone == zone
        }
        shares: list[float] = []
        today = self.scenario.start
        while len(shares) <= LIMIT_DAYS:
            following = date(today.year + today.month // 12, today.month % 12 + 1, 1)
            share = given[today.month] / (following - today.replace(day=1)).days
            drawn = share * self.luck.weather[today.year, today.month]
            shares += [min(drawn, max(share, 1.0))] * (following - today).days
            today = following
        return np.concatenate([[0.0], np.cumsum(shares[: LIMIT_DAYS + 1])])


def verify_run(
    tables: Mapping[str, pd.DataFrame], scenario: rp.Scenario, values: Values | None = None
) -> list[str]:
    """Say everything that is wrong with one run.

    Parameters
    ----------
    tables
        ``jobs``, ``releases``, ``roads`` and ``land_release`` of one allocation.
    scenario
        The scenario that was run.
    values
        Numbers of the draw; None: the run is on expected values.

    Returns
    -------
    list[str]
        Sentences; none when all rules are kept.
    """
    luck = luck_of(scenario, expected_values(scenario) if values is None else values)
    facts = read_tables(tables, scenario, luck)
    if set(facts.released) != set(facts.hazards):
        return [f"hazards are {sorted(facts.released)}, not {sorted(facts.hazards)}"]
    return [
        *areas_balance(facts),
        *releases_follow_the_work(facts),
        *work_waits_for_what_comes_before(facts),
        *teams_may_and_can(facts),
        *teams_do_one_thing_at_a_time(facts),
        *stints_last_as_long_as_they_must(facts),
        *nobody_does_more_than_the_rate_allows(facts),
        *the_first_open_job_is_served_first(facts),
    ]


def tables_of(outcome: rp.Outcome) -> dict[str, pd.DataFrame]:
    return {name: getattr(outcome, name) for name in ("jobs", "releases", "roads", "land_release")}


def read_tables(tables: Mapping[str, pd.DataFrame], scenario: rp.Scenario, luck: Luck) -> Facts:
    parcels: list[Parcel] = []
    order: dict[str, int] = {}
    for row in every_parcel(tables["jobs"]).itertuples():
        known: Any = row
        parcels.append(
            Parcel(
                job=known.job,
                owner=known.owner,
                stage=known.stage,
                where=known.place_or_road,
                rank=known.rank,
                place_in_order=order.setdefault(known.job, len(order)),
                team=known.team if isinstance(known.team, str) else None,
                open=_or(known.open_day, INF),
                start=_or(known.start_day, INF),
                work=_or(known.work_day, INF),
                finish=_or(known.finish_day, INF),
                travel_hours=_or(known.travel_hours, 0.0),
                camped=known.camped is True or known.camped is np.True_,
                mobilised=known.mobilised is True or known.mobilised is np.True_,
                workable_days=_or(known.workable_days, 0.0),
                area_m2=_or(known.area_m2, 0.0),
            )
        )
    releases, roads = tables["releases"], tables["roads"]
    facts = Facts(
        scenario=scenario,
        luck=luck,
        allocation=str(tables["releases"]["allocation"].iloc[0]) if len(releases) else "",
        parcels=parcels,
        released=_times(releases, "hazard", "released_day"),
        road_released=_times(roads, "road", "released_day"),
        road_open=_times(roads, "road", "open_day"),
        shares=_shares(releases),
        land_release=tables["land_release"],
    )
    facts.teams = _name_teams(facts, str(tables["roads"]["allocation"].iloc[0]))
    for parcel in parcels:
        facts.jobs.setdefault(parcel.job, []).append(parcel)
    return facts


def _or(value: Any, otherwise: float) -> float:
    return otherwise if value is None or math.isnan(value) else float(value)


def _times(table: pd.DataFrame, key: str, column: str) -> dict[str, float]:
    return {name: _or(at, INF) for name, at in zip(table[key], table[column], strict=True)}


def _shares(releases: pd.DataFrame) -> dict[str, tuple[float, float, float]]:
    columns = ["hazard", "share_cancelled", "share_reduced", "share_cleared"]
    return {
        str(name): (float(c), float(r), float(k))
        for name, c, r, k in releases[columns].itertuples(index=False)
    }


def _name_teams(facts: Facts, allocation: str) -> dict[str, Team]:
    """Teams by name: numbered by (from, until, serves), not before the start, by type and base."""
    teams: dict[str, Team] = {}
    count: dict[tuple[str, str], int] = {}
    lines = [line for line in facts.scenario.deployments if line.allocation == allocation]
    start = facts.scenario.start

    def place(line: rp.Deployment) -> tuple[date, date, list[str]]:
        since = max(line.from_date or start, start)
        return since, max(line.until_date or date.max, start), sorted(set(line.serves or ()))

    lines.sort(key=place)
    for line in lines:
        for _ in range(line.teams):
            key = (line.asset, line.base)
            count[key] = count.get(key, 0) + 1
            until = INF if line.until_date is None else float((line.until_date - start).days)
            since = facts.day(line.from_date)
            serves = frozenset(line.serves or ())
            teams[f"{line.asset}/{line.base}/{count[key]:04d}"] = Team(*key, since, until, serves)
    return teams


# ------------------------------------------------------------------------------------ law 1, areas


def areas_balance(facts: Facts) -> Iterator[str]:
    """Reported + discovered = cancelled + reduced + cleared + remaining, and so do the stages."""
    for hazard in facts.hazards.values():
        yield from _shares_make_up_the_hazard(facts, hazard)
    table = facts.land_release.groupby("route")["area_m2_p50"].sum()
    known = [hazard for hazard in facts.hazards.values() if facts.joins(hazard.id) < INF]
    gone = [hazard for hazard in facts.hazards.values() if facts.released[hazard.id] < INF]
    for number, route in enumerate(("cancelled", "reduced", "cleared")):
        area_m2 = sum(facts.shares[hazard.id][number] * hazard.area_m2 for hazard in gone)
        if not _same_area(float(table.get(route, 0.0)), area_m2):
            yield f"land_release: {route} is not {area_m2} m2"
    reported = sum(hazard.area_m2 for hazard in known)  # and discovered
    remaining = sum(h.area_m2 for h in known if facts.released[h.id] == INF)
    told = float(facts.land_release["area_m2_p50"].sum()) + remaining
    if not _same_area(told, reported):
        yield f"released and remaining make {told} m2, reported are {reported}"


def _same_area(one_m2: float, other_m2: float) -> bool:
    return math.isclose(one_m2, other_m2, rel_tol=1e-9, abs_tol=1e-6)


def _shares_make_up_the_hazard(facts: Facts, hazard: Hazard) -> Iterator[str]:
    number = facts.luck.number
    cancelled, reduced, cleared = facts.shares[hazard.id]
    if min(cancelled, reduced, cleared) < 0 or abs(cancelled + reduced + cleared - 1) > CLOSE:
        yield f"{hazard.id}: shares {facts.shares[hazard.id]} do not make up the whole"
    if hazard.hazard_class == "CHA" and cancelled != 0:
        yield f"{hazard.id}: a confirmed hazard is cancelled"
    again = 1 + facts.luck.qc_fail_share[hazard.id]
    wanted = {
        "survey": hazard.area_m2 if hazard.hazard_class == "SHA" else 0.0,
        "technical_survey": (1 - cancelled) * hazard.area_m2 * number["ts_coverage_share"],
        "clearance": cleared * hazard.area_m2 * again,
        "quality_control": number["qc_sample_share"] * cleared * hazard.area_m2 * again,
    }
    for stage, area_m2 in wanted.items():
        found = facts.jobs.get(f"{hazard.id}/{stage}", [])
        if not _same_area(sum(parcel.area_m2 for parcel in found), area_m2):
            yield f"{hazard.id}/{stage}: parcels do not sum to {area_m2} m2"
        if len({parcel.area_m2 for parcel in found}) > 1:
            yield f"{hazard.id}/{stage}: parcels differ in size"


def releases_follow_the_work(facts: Facts) -> Iterator[str]:
    """Hazards after their last stage and the handover, roads after their hazards, then repair."""
    horizon = _horizon_days(facts.scenario)
    for hazard in facts.hazards.values():
        stages = [facts.jobs.get(f"{hazard.id}/{stage}", []) for stage in STAGES]
        worked = [p.finish for parcels in stages for p in parcels]
        due = max([facts.joins(hazard.id), *worked]) + facts.luck.handover_days[hazard.id]
        if not _same_time(facts.released[hazard.id], due, horizon):
            yield f"{hazard.id}: released on {facts.released[hazard.id]}, due on {due}"
    for road in facts.scenario.roads:
        mine = [facts.released[h.id] for h in facts.scenario.hazards if h.road == road.id]
        due = max(mine, default=0.0)
        if not _same_time(facts.road_released[road.id], due, horizon):
            yield f"{road.id}: released on {facts.road_released[road.id]}, hazards on {due}"
        repair = [parcel.finish for parcel in facts.jobs.get(f"{road.id}/repair", [])]
        if (road.repair_crew_days > 0) != bool(repair):
            yield f"{road.id}: repair of {road.repair_crew_days} crew-days, {len(repair)} jobs"
        due = max([due, *repair])
        if not _same_time(facts.road_open[road.id], due, horizon):
            yield f"{road.id}: open on {facts.road_open[road.id]}, due on {due}"


def _same_time(found: float, due: float, horizon: float) -> bool:
    if found == INF:
        return due > horizon - SECOND
    return abs(found - due) <= SECOND


def _horizon_days(scenario: rp.Scenario) -> float:
    start, year = scenario.start, scenario.start.year + scenario.horizon_years
    try:
        return float((start.replace(year=year) - start).days)
    except ValueError:
        return float((date(year, 2, 28) - start).days)


# --------------------------------------------------------------------- law 2, what comes before


def may_begin(facts: Facts, parcel: Parcel, now: float) -> float:
    """Day on which all that comes before a job, as known now, is done, and its place accessible."""
    before: list[float] = [facts.accessible(parcel.where)]
    if parcel.stage in STAGES:
        for stage in STAGES[: STAGES.index(parcel.stage)]:
            before += [p.finish for p in facts.jobs.get(f"{parcel.owner}/{stage}", [])]
        before.append(facts.joins(parcel.owner))
    elif parcel.stage == "repair":
        before.append(facts.road_released[parcel.where])
    elif parcel.stage not in ("community_survey", "risk_education"):
        before += [facts.released[h] for h in part_of(facts, parcel) if facts.joins(h) <= now]
    return max(before)


def part_of(facts: Facts, parcel: Parcel) -> list[str]:
    """Hazards that works wait for: the k-th of K those that hold k/K of the area, the K-th all."""
    denied = "housing" if parcel.stage == "shelter" else parcel.stage
    here = [h for h in facts.hazards.values() if h.place == parcel.where and denied in h.denies]
    works = facts.scenario.works
    alike = [w.id for w in works if (w.settlement, w.kind) == (parcel.where, parcel.stage)]
    part = sorted(alike).index(parcel.owner) + 1
    if part == len(alike):
        return [h.id for h in here]
    recorded = sorted((h for h in here if h.id not in facts.found_at), key=lambda h: h.id)
    enough = sum(h.area_m2 for h in recorded) * (part / len(alike) - 1e-9)
    held = 0.0
    for count, hazard in enumerate(recorded, start=1):
        held += hazard.area_m2
        if held >= enough:
            return [h.id for h in recorded[:count]]
    return []


def work_waits_for_what_comes_before(facts: Facts) -> Iterator[str]:
    rank = 0
    for parcel in facts.parcels:
        if parcel.rank < rank:
            yield f"{parcel.job}: rank {parcel.rank} after rank {rank}"
        rank = parcel.rank
        begin = may_begin(facts, parcel, parcel.start)
        if parcel.start < INF and parcel.start < begin:
            yield f"{parcel.job}: starts on {parcel.start}, may begin {begin}"
        if parcel.start < parcel.open:
            yield f"{parcel.job}: starts on {parcel.start} but opens on {parcel.open}"
        if not parcel.start <= parcel.work <= parcel.finish:
            yield f"{parcel.job}: start, work and finish are not in order"
        if (parcel.team is None) != (parcel.start == INF):
            yield f"{parcel.job}: a team without a start, or a start without a team"


def rate(facts: Facts, asset: str, parcel: Parcel) -> float:
    """Work that a team does in a day (m² or crew-days); 0: it cannot do the job."""
    speed = speed_of(facts, parcel)
    skill = {"repair": "road_repair", "community_survey": "survey"}.get(parcel.stage, parcel.stage)
    for works in facts.scenario.works:
        if works.id == parcel.job:
            skill = works.skill
    mine = [row for row in facts.scenario.rates if row.asset == asset and row.skill == skill]
    if parcel.stage not in STAGES:
        return speed if mine else 0.0
    hazard = facts.hazards[parcel.owner]
    by_land: dict[str | None, float | None] = {row.land_class: row.rate_m2_day for row in mine}
    found = by_land.get(hazard.land_class, by_land.get(None)) or 0.0
    if parcel.stage in ("technical_survey", "clearance"):
        (kind,) = (row for row in facts.scenario.assets if row.id == asset)
        found *= getattr(kind, f"mult_{hazard.difficulty}")
    return found * facts.luck.productivity[asset] * speed


def speed_of(facts: Facts, parcel: Parcel) -> float:
    """Ratio by which the ground, or the place, makes a job faster in a draw."""
    luck = facts.luck
    building = luck.number["building_speed"]
    if parcel.stage in STAGES:
        return luck.hazard_productivity[parcel.owner]
    if parcel.stage == "repair":
        return building * luck.repair_speed[parcel.owner]
    if parcel.stage in ("community_survey", "risk_education"):
        return 1.0
    return building * luck.works_speed[parcel.owner]


def hours_to(facts: Facts, base: str, where: str, at: float) -> float:
    """Hours from a base over the roads that teams may drive at a time; to a road's nearer end."""
    if (base, at) not in facts.hours:
        usable = []
        for road in facts.scenario.roads:
            since = facts.road_open if road.impassable else facts.road_released
            if max(since[road.id], facts.accessible(road.id)) <= at:
                usable.append(road)
        facts.hours[base, at] = shortest_hours(base, usable)
    ends = facts.ends.get(where, (where,))
    return min(facts.hours[base, at].get(place, INF) for place in ends)


def shortest_hours(base: str, roads: list[rp.Road]) -> dict[str, float]:
    """Driving hours to each place that some roads connect with a base."""
    hours: dict[str, float] = {}
    queue = [(0.0, base)]
    while queue:
        so_far, place = heapq.heappop(queue)
        if place in hours:
            continue
        hours[place] = so_far
        for road in roads:
            step = road.length_km / road.speed_kmh
            if road.from_place == place:
                heapq.heappush(queue, (so_far + step, road.to_place))
            if road.to_place == place:
                heapq.heappush(queue, (so_far + step, road.from_place))
    return hours


def teams_may_and_can(facts: Facts) -> Iterator[str]:
    """A team is deployed, has the skill, and drives there by the shortest way."""
    for parcel in facts.parcels:
        if parcel.team is None:
            continue
        if parcel.team not in facts.teams:
            yield f"{parcel.job}: there is no team {parcel.team}"
            continue
        team = facts.teams[parcel.team]
        if not team.since <= parcel.start < team.until:
            yield f"{parcel.job}: {parcel.team} is dispatched on {parcel.start}, not deployed"
        if rate(facts, team.asset, parcel) <= 0:
            yield f"{parcel.job}: {parcel.team} cannot do it"
        if not serves(facts, team, parcel.where):
            yield f"{parcel.job}: {parcel.team} works elsewhere: {sorted(team.serves)}"
        hours = hours_to(facts, team.base, parcel.where, parcel.start)
        if hours == INF or not math.isclose(hours, parcel.travel_hours, abs_tol=1e-9):
            yield f"{parcel.job}: {parcel.team} drives {parcel.travel_hours} h, not {hours}"


def serves(facts: Facts, team: Team, where: str) -> bool:
    """Whether a team works at a settlement, or on a road of which it serves an end."""
    places = [facts.scenario.place[end] for end in facts.ends.get(where, (where,))]
    named = {word for place in places for word in (place.id, place.district)}
    return not team.serves or bool(team.serves & named)


# --------------------------------------------------------------- laws 3 and 4, what a team can do


def work_of(facts: Facts) -> dict[str, list[Parcel]]:
    """Parcels of each team in the order of its work."""
    found: dict[str, list[Parcel]] = {}
    for parcel in facts.parcels:
        if parcel.team in facts.teams:
            found.setdefault(parcel.team, []).append(parcel)
    return {
        team: sorted(parcels, key=lambda p: (p.start, p.finish)) for team, parcels in found.items()
    }


def teams_do_one_thing_at_a_time(facts: Facts) -> Iterator[str]:
    for team, parcels in work_of(facts).items():
        for before, after in pairwise(parcels):
            if after.start < before.finish:
                yield f"{team}: begins {after.job} before the end of {before.job}"


def stints_last_as_long_as_they_must(facts: Facts) -> Iterator[str]:
    """Mobilise at each change of place, camp if that is quicker, then work workable days."""
    kinds = {asset.id: asset for asset in facts.scenario.assets}
    for team, parcels in work_of(facts).items():
        kind = kinds[facts.teams[team].asset]
        for before, parcel in zip([None, *parcels], parcels, strict=False):
            moves = before is None or before.where != parcel.where
            if parcel.mobilised != moves:
                yield f"{parcel.job}: {team} mobilises: {parcel.mobilised}, moves: {moves}"
            lost = kind.mobilisation_days if moves else 0.0
            if parcel.camped and (before is None or moves or not before.camped):
                lost += kind.camp_days or 0.0
            if parcel.camped and kind.camp_days is None:
                yield f"{parcel.job}: {team} camps but has no camp"
            if parcel.work < INF and abs(parcel.work - parcel.start - lost) > SECOND:
                yield f"{parcel.job}: {team} loses {parcel.work - parcel.start} days, not {lost}"
            crew_days = _crew_days(facts, parcel)
            speed = rate(facts, kind.id, parcel)
            full = (parcel.area_m2 or crew_days) / speed if speed > 0 else INF
            share = 1.0 if parcel.camped else 1 - 2 * parcel.travel_hours / kind.shift_hours
            if share <= 0 or not math.isclose(parcel.workable_days, full / share, rel_tol=1e-9):
                yield f"{parcel.job}: {parcel.workable_days} workable days, not {full} / {share}"
            if parcel.finish < INF:
                done = facts.worked(parcel.where, parcel.finish)
                done -= facts.worked(parcel.where, parcel.work)
                if abs(done - parcel.workable_days) > SECOND:
                    yield f"{parcel.job}: {done} days are worked, {parcel.workable_days} needed"


def _crew_days(facts: Facts, parcel: Parcel) -> float:
    if parcel.stage == "community_survey":
        return facts.luck.survey_team_days[parcel.owner]
    for road in facts.scenario.roads:
        if parcel.job == f"{road.id}/repair":
            return road.repair_crew_days
    return next((w.crew_days for w in facts.scenario.works if w.id == parcel.job), 0.0)


def nobody_does_more_than_the_rate_allows(facts: Facts) -> Iterator[str]:
    """Area finished by an asset type is at most its days on the spot times its best rate."""
    for asset in facts.scenario.assets:
        for stage in STAGES:
            mine = [
                parcel
                for parcel in facts.parcels
                if parcel.team in facts.teams
                and facts.teams[parcel.team].asset == asset.id
                and parcel.stage == stage
                and parcel.finish < INF
            ]
            best = max((rate(facts, asset.id, parcel) for parcel in mine), default=0.0)
            days = sum(parcel.finish - parcel.work + SECOND for parcel in mine)
            area_m2 = sum(parcel.area_m2 for parcel in mine)
            if area_m2 > days * best * (1 + CLOSE):
                yield f"{asset.id}: {area_m2} m2 of {stage} in {days} days at {best} m2 a day"


# ---------------------------------------------------------------------------------- §6, dispatch


def the_first_open_job_is_served_first(facts: Facts) -> Iterator[str]:
    """Whenever something may change, no idle team is left that could do an open job.

    And no team was just sent to one job while an earlier one, that it could do, was left waiting.
    """
    horizon = _horizon_days(facts.scenario)
    moments = {0.0, *(team.since for team in facts.teams.values())}
    for parcel in facts.parcels:
        moments |= {parcel.start, parcel.finish, parcel.open}
    moments |= {*facts.released.values(), *facts.road_released.values()}
    work = work_of(facts)
    for now in sorted(moment for moment in moments if moment <= horizon):
        idle: list[tuple[str, int]] = []  # with the place in the order of what it was given now
        for name, team in facts.teams.items():
            if not team.since <= now < team.until:
                continue
            busy = [p for p in work.get(name, []) if p.start <= now < p.finish]
            if not busy or busy[-1].start == now:
                given = busy[-1].place_in_order if busy else len(facts.jobs)
                idle.append((name, given))
        for job, parcels in facts.jobs.items():
            first = parcels[0]
            waiting = [parcel for parcel in parcels if parcel.start > now]
            if not idle or not waiting or _must_wait(facts, parcels, now):
                continue
            for name, given in idle:
                if given > first.place_in_order and _could(facts, name, waiting[0], now):
                    yield f"{name} leaves {job} waiting on {now}"


def _must_wait(facts: Facts, parcels: list[Parcel], now: float) -> bool:
    """Whether something must come before, or the distance between teams allows no more of them."""
    if may_begin(facts, parcels[0], now) > now:
        return True
    hazard = facts.hazards.get(parcels[0].owner)
    limit = None if hazard is None else hazard.max_teams
    working = sum(parcel.start <= now < parcel.finish for parcel in parcels)
    return limit is not None and parcels[0].stage == "clearance" and working >= limit


def _could(facts: Facts, name: str, parcel: Parcel, now: float) -> bool:
    """Whether a team could do a parcel from now on, well before a hundred years are over."""
    team = facts.teams[name]
    speed = rate(facts, team.asset, parcel)
    if speed <= 0 or not serves(facts, team, parcel.where):
        return False
    (kind,) = (row for row in facts.scenario.assets if row.id == team.asset)
    hours = hours_to(facts, team.base, parcel.where, now)
    share = 1 - 2 * hours / kind.shift_hours
    if hours == INF or (kind.camp_days is None and share <= 0):
        return False
    days = (parcel.area_m2 or _crew_days(facts, parcel)) / speed
    days /= 1 if kind.camp_days is not None else share
    begin = now + kind.mobilisation_days + (kind.camp_days or 0)
    left = facts.worked(parcel.where, LIMIT_DAYS) - facts.worked(parcel.where, begin)
    return days < left - 1
