"""What the walk is given: causes, and a scenario by number, as literals of one small world."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.model.reasons import walk
from returnplan.model.simulation import Prepared, PreparedAllocation, run
from returnplan.units import DAY_S, NEVER
from tests.sketch import STAGES, Sketch
from tests.worlds import seeds, write_random_world

HOME_FROM_S = 40 * DAY_S


def small_world() -> rp.Scenario:
    """Return two villages: ``home`` behind a mined bridge that is out, ``away`` an hour off.

    ``home`` may be entered on day 40, in hills where half of January is workable and less of the
    other months. Between the two there is a mined track of 3 hours, for summer only. Day teams
    (``walkers``, shift of 10 hours) clear from the hub and from ``away``.
    """
    world = Sketch()
    world.gates = {
        **{"permission": {}, "survey": {}, "housing_land": {}, "shelter": {}, "road_access": {}},
        **{"water": {"within_hours": 2.5}, "residual_risk": {"max_per_year": 1e-6}},
    }
    world.zone("hills", 15.5, *(11 * [10]))
    entered = date(2025, 2, 10)
    world.village("home", people=40, hours=None, accessible_from=entered, zone="hills")
    world.village("away", people=5)
    world.road("lane", "town", "home", repair_crew_days=5, impassable=True)
    world.road("track", "away", "home", hours=3, all_season=False)
    world.hazard("mine", "home", denies="housing;farmland")
    world.hazard("ahead", "lane")
    world.hazard("pump", "away", denies="water")
    world.hazard("beside", "track")
    world.works("wells", "home", "water", 10)
    world.works("houses", "home", "shelter", 5, dwellings=10)
    world.works("empty", "home", "shelter", 5)
    world.works("talks", "away", "risk_education", 3, skill="awareness")
    world.works("pumps", "away", "water", 3)
    world.team()
    world.asset("walkers", ["clearance"], camp_days=None, shift_hours=10)
    world.deploy("walkers", base="away")
    world.deploy("walkers")
    world.team("crew", ["road_repair"])
    return world.scenario()


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return Prepared(small_world())


@pytest.fixture(scope="module")
def names(prepared: Prepared) -> list[str]:
    """Return ids of the milestones by number."""
    plan = prepared.plan
    return [*(job.id for job in plan.jobs), *(wait.id for wait in plan.waits)]


def rows(begin: Any, values: Any, say: Callable[[Any], Any]) -> list[list[Any]]:
    """Lists of different lengths from one, in words."""
    parts = pairwise(begin.tolist())
    return [[say(one) for one in values[first:last].tolist()] for first, last in parts]


def test_causes_are_the_common_ones_then_work_by_stage_then_waiting_by_skill(
    prepared: Prepared,
) -> None:
    assert prepared.reasons.causes == (
        *("travel", "winter", "handover", "permission"),
        *("missing_data", "not_planned", "no_route", "other"),
        *(f"work_{stage}" for stage in (*STAGES, "community_survey")),
        *("building", "risk_education", "road_repair"),
        *("waiting_awareness", "waiting_building", "waiting_clearance", "waiting_quality_control"),
        *("waiting_road_repair", "waiting_survey", "waiting_technical_survey"),
    )


def test_each_job_has_its_site_its_causes_and_what_it_waits_for(
    prepared: Prepared, names: list[str]
) -> None:
    arrays, causes = prepared.reasons.arrays, prepared.reasons.causes
    places, roads = prepared.network.places, [road.id for road in prepared.scenario.roads]
    sites = [*places, *roads]
    before = dict(zip(names, rows(arrays.before_of, arrays.before, names.__getitem__), strict=True))
    told = {
        job.id: (
            sites[arrays.job_site[number]],
            causes[arrays.work_cause[number]],
            causes[arrays.wait_cause[number]],
            before[job.id],
        )
        for number, job in enumerate(prepared.plan.jobs)
    }
    assert told["mine/survey"] == ("home", "work_survey", "waiting_survey", [])
    assert told["mine/clearance"] == (
        *("home", "work_clearance", "waiting_clearance"),
        ["mine/technical_survey"],
    )
    assert told["beside/survey"][0] == "track"
    assert told["lane/repair"] == (
        *("lane", "road_repair", "waiting_road_repair"),
        ["lane/released"],
    )
    assert told["houses"] == ("home", "building", "waiting_building", ["mine/released"])
    assert told["pumps"] == ("away", "building", "waiting_building", ["pump/released"])
    assert told["talks"] == ("away", "risk_education", "waiting_awareness", [])
    assert told["home/survey"] == ("home", "work_community_survey", "waiting_survey", [])
    assert before["lane/released"] == ["ahead/released"]
    assert before["lane/open"] == ["lane/released", "lane/repair"]
    assert names[arrays.first_works] == "wells"
    assert names[arrays.first_survey] == "home/survey"
    assert [names[one] for one in arrays.settlement_survey] == ["away/survey", "home/survey"]


def test_sites_have_their_dates_and_zones_and_roads_their_ends(prepared: Prepared) -> None:
    arrays = prepared.reasons.arrays
    sites = [*prepared.network.places, *(road.id for road in prepared.scenario.roads)]
    from_s = dict(zip(sites, arrays.site_from_s.tolist(), strict=True))
    late = {"home", "lane", "track"}
    assert from_s == {site: HOME_FROM_S if site in late else 0 for site in sites}
    pace = dict(zip(sites, arrays.pace[arrays.site_zone].tolist(), strict=True))
    assert pace == {site: 0.5 if site == "home" else 1.0 for site in sites}
    ends = [[sites[end] for end in pair] for pair in arrays.road_ends.tolist()]
    assert ends == [["town", "away"], ["town", "home"], ["away", "home"]]
    assert arrays.road_hours.tolist() == [1, 1, 3]
    assert arrays.is_all_season.tolist() == [True, True, False]
    roads = [road.id for road in prepared.scenario.roads]
    at = rows(arrays.roads_of, arrays.roads, roads.__getitem__)
    assert dict(zip(prepared.network.places, at, strict=True)) == {
        "town": ["away_road", "lane"],
        "home": ["lane", "track"],
        "away": ["away_road", "track"],
    }


def test_teams_drive_when_a_road_is_released_and_where_it_is_out_when_it_opens(
    prepared: Prepared, names: list[str]
) -> None:
    arrays = prepared.reasons.arrays
    assert [names[one] for one in arrays.drive_wait] == [
        *("away_road/released", "lane/open", "track/released"),
    ]
    assert [names[one] for one in arrays.open_wait] == ["away_road/open", "lane/open", "track/open"]
    passed_s = np.full(len(names), NEVER)
    for name, day in (("away_road/released", 0), ("lane/open", 50), ("lane/released", 3)):
        passed_s[names.index(name)] = day * DAY_S
    drive_s = prepared.reasons.drive_s(passed_s) / DAY_S
    assert drive_s.tolist() == [0, 50, np.inf]
    passed_s[names.index("lane/open")] = 5 * DAY_S
    assert prepared.reasons.drive_s(passed_s)[1] == HOME_FROM_S


def test_gates_wait_for_what_closes_them_at_each_settlement(
    prepared: Prepared, names: list[str]
) -> None:
    arrays, scenario = prepared.reasons.arrays, prepared.scenario
    gates = list(scenario.gates)
    things = rows(arrays.things_of, arrays.things, names.__getitem__)
    away, home = things[::2], things[1::2]
    in_force = [
        *("permission", "survey", "housing_land", "road_access", "water", "shelter"),
        "residual_risk",
    ]
    assert sorted(gates) == sorted(in_force)
    assert dict(zip(in_force, away, strict=True)) == {
        "permission": [],
        "survey": ["away/survey"],
        "housing_land": ["pump/released"],
        "road_access": [],
        "water": ["pumps"],
        "shelter": [],
        "residual_risk": ["away/survey", "beside/released", "pump/released", "talks"],
    }
    assert dict(zip(in_force, home, strict=True)) == {
        "permission": [],
        "survey": ["home/survey"],
        "housing_land": ["mine/released"],
        "road_access": [],
        "water": ["wells"],
        "shelter": ["houses"],  # the other works bring no dwellings
        "residual_risk": ["ahead/released", "beside/released", "home/survey", "mine/released"],
    }
    assert arrays.gate_kind.tolist() == [walk.DATE] + [walk.THINGS] * 6
    by_road = dict(zip(in_force, arrays.gate_reach.tolist(), strict=True))
    assert {gate for gate, reach in by_road.items() if reach} == {"road_access", "water"}
    found = dict(zip(in_force, arrays.counts_found.tolist(), strict=True))
    assert found["housing_land"] == [True, False, True, False]  # mine, ahead, pump, beside
    assert found["residual_risk"] == [True] * 4
    assert not any(found["survey"] + found["water"] + found["road_access"])
    assert prepared.settlements.ids == ("away", "home")
    assert arrays.people.tolist() == [5, 40]
    assert [prepared.network.places[place] for place in arrays.place] == ["away", "home"]


def test_works_elsewhere_serve_within_the_hours_of_a_gate(
    prepared: Prepared, names: list[str]
) -> None:
    arrays = prepared.reasons.arrays
    serving = rows(arrays.serving_of, arrays.serving, names.__getitem__)
    assert serving == [[], [], [], [], ["pumps", "wells"], [], []]
    places, roads = prepared.network.places, [road.id for road in prepared.scenario.roads]
    near = [places[one] if one >= 0 else "" for one in arrays.near_place.tolist()]
    assert near == [*(8 * [""]), "away", "home", *(4 * [""])]  # gates x (away, home): own wells
    assert rows(arrays.near_road_of, arrays.near_road, roads.__getitem__) == 14 * [[]]


def test_who_could_come_are_campers_from_anywhere_and_day_teams_within_half_a_shift(
    prepared: Prepared,
) -> None:
    access = PreparedAllocation(prepared, "plan").access
    jobs = [job.id for job in prepared.plan.jobs]
    places = prepared.network.places
    pairs = list(zip(access.able_base.tolist(), access.able_hours.tolist(), strict=True))
    able = rows(access.able_of, np.arange(len(pairs)), pairs.__getitem__)

    def of(job: str) -> list[tuple[str, float]]:
        need = prepared.reasons.arrays.job_need[jobs.index(job)]
        return [(places[base], hours) for base, hours in able[need]]

    assert of("mine/clearance") == [("away", 5), ("town", np.inf), ("town", 5)]
    assert of("mine/technical_survey") == of("home/survey") == [("town", np.inf)]
    assert of("lane/repair") == [("town", np.inf)]
    assert of("wells") == of("talks") == []
    roads = [road.id for road in prepared.scenario.roads]
    ways = rows(access.route_of, access.route, roads.__getitem__)
    assert dict(zip(places, ways, strict=True)) == {
        "town": [],
        "away": ["away_road"],
        "home": ["lane"],
    }
    assert access.has_route.tolist() == [True] * 3


def test_who_could_come_stands_by_base_and_asset_type_whatever_the_order_of_rows() -> None:
    world = Sketch()
    world.village("home")
    world.hazard("mine", "home")
    for number in (3, 8, 1, 6, 2, 7, 4, 5):  # type n works 2 n hours a day: it comes from n away
        world.asset(f"type{number}", camp_days=None, shift_hours=2 * number)
        world.deploy(f"type{number}")
    access = PreparedAllocation(Prepared(world.scenario()), "plan").access
    needs = len(access.able_of) - 1
    assert access.able_hours.tolist() == [1, 2, 3, 4, 5, 6, 7, 8] * needs


def test_chains_of_several_settlements_are_cut_where_each_begins() -> None:
    # One team. first: technical survey 0-1, clearance 1-5, quality control 5-6, released 16; then
    # third: 6-7, 7-11, 11-12, released 22. second has no hazards: it is ready on day 0.
    world = Sketch()
    world.gates = {"housing_land": {}}
    for name in ("first", "second", "third"):
        world.village(name)
    world.hazard("a", "first")
    world.hazard("b", "third")
    world.order("first_people")
    world.team()
    prepared = Prepared(world.scenario())
    allocation = PreparedAllocation(prepared, "plan")
    reasons = prepared.reasons
    jobs = [job.id for job in prepared.plan.jobs]
    trace = run(prepared, allocation, prepared.numbers(prepared.expected)).trace(reasons)

    def told(chain: Any) -> list[tuple[str, str, float, float]]:
        return [
            (
                reasons.causes[cause],
                (jobs[about : about + 1] or [""])[0],
                begin / DAY_S,
                end / DAY_S,
            )
            for cause, about, begin, end in chain.tolist()
        ]

    first = [
        ("handover", "", 6, 16),
        ("work_quality_control", "a/quality_control", 5, 6),
        ("work_clearance", "a/clearance", 1, 5),
        ("work_technical_survey", "a/technical_survey", 0, 1),
    ]
    third = [
        ("handover", "", 12, 22),
        ("work_quality_control", "b/quality_control", 11, 12),
        ("work_clearance", "b/clearance", 7, 11),
        ("work_technical_survey", "b/technical_survey", 6, 7),
        ("waiting_technical_survey", "b/technical_survey", 0, 6),
    ]
    chains = reasons.steps_of_many(allocation.access, trace, [2, 1, 0])
    assert [told(chain) for chain in chains] == [third, [], first]
    assert told(reasons.steps(allocation.access, trace, 2)) == third
    assert told(reasons.steps(allocation.access, trace, 1)) == []


def assert_all_is_booked_as_if_each_chain_were_walked(
    scenario: rp.Scenario, name: str
) -> dict[str, int]:
    """Compare sums with those over the steps of each chain; people by road are returned."""
    world = Prepared(scenario)
    allocation = PreparedAllocation(world, name)
    reasons, people = world.reasons, world.settlements.people
    trace = run(world, allocation, world.numbers(world.expected)).trace(reasons)
    cause_s = np.zeros((len(people), len(reasons.causes)), np.int64)
    road_people, road_minutes = np.zeros((2, len(scenario.roads)), np.int64)
    chains = reasons.steps_of_many(allocation.access, trace, range(len(people)))
    for settlement, chain in enumerate(chains):
        is_road = chain[:, 0] == walk.ROAD_STEP
        for cause, _, begin_s, end_s in chain[~is_road].tolist():
            cause_s[settlement, cause] += end_s - begin_s
        roads = [(road, at_s // 60) for road, at_s in chain[is_road][:, [1, 3]].tolist()]
        for (road, at), (_, since) in pairwise([*roads, (-1, 0)]):
            road_people[road] += people[settlement]
            road_minutes[road] += people[settlement] * (at - since)
    told = reasons.delays(allocation.access, trace)
    np.testing.assert_array_equal(told.cause_s, cause_s)
    np.testing.assert_array_equal(told.road_people, road_people)
    np.testing.assert_array_equal(told.road_person_minutes, road_minutes)
    return dict(zip((road.id for road in scenario.roads), road_people.tolist(), strict=True))


@pytest.mark.parametrize("seed", seeds(12_000, 12_018))
def test_a_way_back_that_another_chain_has_walked_is_booked_as_if_walked_again(
    seed: int, tmp_path: Path
) -> None:
    write_random_world(tmp_path, seed, settlements=24, hazards=40, shared=seed % 2 == 0)
    name = "by_nearest" if seed % 3 else "few"
    assert_all_is_booked_as_if_each_chain_were_walked(rp.load(tmp_path), name)


def test_roads_that_wait_for_each_other_keep_all_people_waiting_who_come_to_one_of_them() -> None:
    # town - low (mined) - between - high (mined) - upper - long - camp, where the only day teams
    # stand, too far from both roads. Of a mined road teams come to the end that is nearer to town;
    # from upper the chain leads to high, to low, and back to high; from between to low, to high.
    world = Sketch()
    world.gates = {"housing_land": {}}
    world.village("upper", people=100, hours=None)
    world.village("between", people=10, hours=None)
    world.place("camp", "base")
    world.road("low", "town", "between")
    world.road("high", "between", "upper")
    world.road("long", "upper", "camp", hours=6)
    for where in ("low", "high", "upper", "between"):
        world.hazard(f"at_{where}", where)
    world.asset("team", (*STAGES, "community_survey"), camp_days=None)
    world.deploy("team", base="camp")
    people = assert_all_is_booked_as_if_each_chain_were_walked(world.scenario(), "plan")
    assert people == {"low": 110, "high": 110, "long": 0}
