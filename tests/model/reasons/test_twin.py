"""Why so late: cases worked by hand, and the package beside its plain twin (model §7.1).

Each case worked by hand is asked twice: of the twin, and of the table ``delays`` of the package.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from returnplan.model.chance.draws import Draws
from tests import worlds
from tests.drawn import luck_of
from tests.reference_delays import reference_chains, reference_delays
from tests.sketch import STAGES, Sketch
from tests.worlds import seeds

pytestmark = pytest.mark.unwatched

DAY_S = 86_400
ROOT = Path(__file__).resolve().parents[3]
VALLEY = ROOT / "scenarios" / "valley"
ALLOCATIONS = (
    *("by_listed", "by_nearest", "by_population", "by_smith_own", "by_smith_path"),
    *("by_even_districts", "heir", "few"),
)
CAUSES = {
    *(f"work_{stage}" for stage in (*STAGES, "community_survey")),
    *("building", "risk_education", "road_repair", "travel", "winter", "handover", "permission"),
    *("missing_data", "not_planned", "no_route"),
}
COLUMNS = ["allocation", "community", "cause", "days_mean", "person_days_mean"]

Booked = dict[str, float]


# --------------------------------------------------------------------------------- the two tellers


def seconds_of(outcome: Any) -> dict[str, dict[str, int]]:
    """Seconds by community and cause of a table of delays; the table must hold whole seconds."""
    found: dict[str, dict[str, int]] = {str(name): {} for name in outcome.readiness["community"]}
    for row in outcome.delays.itertuples():
        exact = row.days_mean * DAY_S
        assert abs(exact - round(exact)) < 1e-3, row
        assert row.cause not in found[row.community], row
        if round(exact) != 0:
            found[row.community][row.cause] = round(exact)
    return found


def told_by_package(
    scenario: rp.Scenario, allocation: str, folder: Path, draw: int | None
) -> dict[str, Any]:
    outcome = rp.simulate(scenario, allocation, draw=draw)
    assert list(table_faults(scenario, outcome)) == []
    return seconds_of(outcome)


def told_by_twin(
    scenario: rp.Scenario, allocation: str, folder: Path, draw: int | None
) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(dir=folder))
    rp.write(scenario, home / "scenario")
    luck = None if draw is None else luck_of(scenario, Draws(scenario, 1).values(draw))
    return reference_delays(home / "scenario", allocation, luck)


class Teller:
    """Tells the days of a community by cause, as the twin or the package sees them."""

    def __init__(self, tell: Callable[..., dict[str, Any]], folder: Path) -> None:
        self._tell = tell
        self._folder = folder

    def __call__(
        self,
        world: Sketch | rp.Scenario,
        community: str = "",
        allocation: str = "plan",
        draw: int | None = None,
    ) -> Booked:
        scenario = world.scenario() if isinstance(world, Sketch) else world
        told = self._tell(scenario, allocation, self._folder, draw)
        causes = told[community or scenario.communities[0].id]
        return {cause: seconds / DAY_S for cause, seconds in causes.items()}


@pytest.fixture(
    params=[
        pytest.param(told_by_twin, id="twin"),
        pytest.param(told_by_package, id="package"),
    ]
)
def booked(request: pytest.FixtureRequest, tmp_path: Path) -> Teller:
    """Return a function that books the days of a community, by cause."""
    return Teller(request.param, tmp_path)


def day(number: int) -> date:
    return date(2025, 1, 1) + timedelta(days=number)


def about(**days: float) -> Any:
    """Days by cause, to the second or two that rounding may move."""
    return pytest.approx(days, abs=3 / DAY_S)


def village(
    gate: str = "housing_land", *, horizon_years: int = 5, people: int = 0, **more: Any
) -> Sketch:
    """Draw a hub, a village ``home`` an hour away, and one gate."""
    world = Sketch(horizon_years=horizon_years)
    world.gates = {gate: {}}
    world.village("home", people=people, **more)
    return world


# ------------------------------------------------------------------------- work, stage after stage

PLAIN = {"work_technical_survey": 1, "work_clearance": 4, "work_quality_control": 1, "handover": 10}


def test_a_confirmed_hazard_with_a_team_at_hand_is_all_work_and_handover(booked: Teller) -> None:
    world = village()
    world.hazard("mine", "home")
    world.team()
    assert booked(world) == PLAIN


def test_a_suspected_hazard_is_surveyed_first(booked: Teller) -> None:
    world = village()
    world.hazard("mine", "home", hazard_class="SHA")
    world.team()
    assert booked(world) == {
        "work_survey": 8,
        "work_technical_survey": 0.75,
        "work_clearance": 3,
        "work_quality_control": 0.75,
        "handover": 10,
    }


def test_a_hazard_without_any_stage_is_all_handover(booked: Teller) -> None:
    world = village()
    world.hazard("mine", "home")
    world.shares("none", 0, 1, 0)
    world.assume(ts_coverage_share=0)
    assert booked(world) == {"handover": 10}


def test_a_gate_that_holds_at_the_start_books_nothing(booked: Teller) -> None:
    assert booked(village()) == {}


def test_all_communities_of_a_settlement_share_its_causes(booked: Teller) -> None:
    world = village()
    world.people("others", "home", 0)
    world.hazard("mine", "home")
    world.team()
    assert booked(world, "others") == PLAIN


def test_of_hazards_released_at_once_the_smallest_id_counts(booked: Teller) -> None:
    # a: survey 5.12 days, technical survey 0.48, clearance 1.92, quality control 0.48: 8 days.
    # b: 6 days, after the 2 until its teams come. Both are released on day 18.
    world = village()
    world.hazard("b", "home")
    world.hazard("a", "home", hazard_class="SHA", area_m2=5120)
    world.team("surveyors", ["survey"])
    world.asset("deminers", STAGES[1:])
    world.deploy("deminers", teams=2, since=day(2))
    assert booked(world) == about(
        work_survey=5.12,
        work_technical_survey=0.48,
        work_clearance=1.92,
        work_quality_control=0.48,
        handover=10,
    )


def test_farmland_is_closed_by_the_release_that_makes_up_the_share(booked: Teller) -> None:
    # One team: technical survey of a 0-1 and so on to 6, then b; half of the land is enough.
    world = village("farmland")
    for name in ("a", "b"):
        world.hazard(name, "home", denies="farmland")
    world.team()
    # Later stages first: a 0-1 (survey), a 1-5, a 5-6, released 16.
    assert booked(world) == PLAIN


# -------------------------------------------------------------------------------- waiting for teams


def test_a_community_survey_waits_for_its_team(booked: Teller) -> None:
    world = village("survey", people=10)
    world.asset("team")
    world.deploy("team", since=day(30))
    assert booked(world) == {"waiting_survey": 30, "work_community_survey": 2}


def test_without_a_team_for_the_technical_survey_one_waits_for_it_to_the_end(
    booked: Teller,
) -> None:
    world = village(horizon_years=1)
    world.hazard("mine", "home", hazard_class="SHA")
    world.team("surveyors", ["survey"])
    assert booked(world) == {"work_survey": 8, "waiting_technical_survey": 357}


def test_teams_that_the_ground_defeats_count_as_absent(booked: Teller) -> None:
    world = village(horizon_years=1)
    world.hazard("mine", "home", difficulty="extreme")
    world.team(mult_extreme=0)
    assert booked(world) == {"waiting_technical_survey": 365}


def test_a_team_that_is_busy_elsewhere_is_waited_for(booked: Teller) -> None:
    # first: 0-6; then home: 6-12, released 22.
    world = village()
    world.village("first")
    world.hazard("mine", "home")
    world.hazard("other", "first")
    world.order("first_people")
    world.team()
    assert booked(world, "home_people") == {"waiting_technical_survey": 6, **PLAIN}
    assert booked(world, "first_people") == PLAIN


def test_one_team_with_many_parcels_is_a_want_of_teams(booked: Teller) -> None:
    # Parcels 1-2, 2-3, 3-4, 4-5: another team would have begun the last one on day 1.
    world = village()
    world.hazard("mine", "home")
    world.assume(parcel_m2_minefield=1000)
    world.team()
    assert booked(world) == {**PLAIN, "work_clearance": 1, "waiting_clearance": 3}


@pytest.mark.parametrize(
    ("max_teams", "teams", "days"),
    [
        (1, 1, {"work_clearance": 4}),  # 1-2, 2-3, 3-4, 4-5, and no room for others
        (1, 3, {"work_clearance": 4}),
        (2, 1, {"work_clearance": 1, "waiting_clearance": 3}),
        (2, 3, {"work_clearance": 2}),  # twice two parcels at a time
        (3, 3, {"work_clearance": 2}),  # three, then one
        (4, 3, {"work_clearance": 1, "waiting_clearance": 1}),
    ],
)
def test_while_a_site_is_full_one_waits_for_work_and_not_for_teams(
    booked: Teller, max_teams: int, teams: int, days: Booked
) -> None:
    world = village()
    world.hazard("mine", "home", max_teams=max_teams)
    world.assume(parcel_m2_minefield=1000)
    world.asset("team")
    world.deploy("team", teams=teams)
    rest = {cause: value for cause, value in PLAIN.items() if cause != "work_clearance"}
    expected = sum(days.values())
    assert booked(world) == rest | days
    assert sum(booked(world).values()) == 12 + expected


def test_a_full_site_that_empties_for_another_place_is_waited_for_again(booked: Teller) -> None:
    # home: 0-1, first parcel 1-3; the village "first" may be entered on day 2 and is served on
    # 3-4, 4-6, 6-8, 8-9; second parcel of home 9-11, quality control 11-12, released 22.
    world = village()
    world.village("first", accessible_from=day(2))
    world.hazard("mine", "home", max_teams=1)
    world.hazard("other", "first")
    world.order("first_people")
    world.assume(parcel_m2_minefield=2000)
    world.team()
    assert booked(world, "home_people") == {**PLAIN, "waiting_clearance": 6}
    # The wait from 2 to 3 is for a team; before, for permission. Parcels 4-6 and 6-8.
    assert booked(world, "first_people") == {
        "permission": 2,
        "waiting_technical_survey": 1,
        "work_technical_survey": 1,
        "waiting_clearance": 2,
        "work_clearance": 2,
        "work_quality_control": 1,
        "handover": 10,
    }


# ------------------------------------------------------------------------------ travel and winter


def test_commuting_takes_its_share_of_the_day(booked: Teller, two_villages: rp.Scenario) -> None:
    # near: 3/4 of the day is work: technical survey 5-9, clearance 9-25, quality control 25-29.
    assert booked(two_villages, "near_people", "near_first") == {
        "waiting_technical_survey": 5,
        "work_technical_survey": 3,
        "work_clearance": 12,
        "work_quality_control": 3,
        "travel": 1 + 4 + 1,
        "handover": 10,
    }
    # far: 1/2 of the day is work: 36-42, 42-66, 66-72.
    assert booked(two_villages, "far_people", "near_first") == {
        "waiting_technical_survey": 36,
        "work_technical_survey": 3,
        "work_clearance": 12,
        "work_quality_control": 3,
        "travel": 3 + 12 + 3,
        "handover": 10,
    }


def test_moving_in_and_setting_up_camp_is_travel(booked: Teller) -> None:
    # 3.5 hours away one eighth of the day is left, so the team camps, once.
    world = village(hours=3.5)
    world.hazard("mine", "home")
    world.team(mobilisation_days=2, camp_days=3)
    assert booked(world) == {**PLAIN, "travel": 5}


def test_winter_is_what_the_best_month_would_have_saved(
    booked: Teller, winter: rp.Scenario
) -> None:
    # Quality control 101-103 in March, when every second day is workable; second parcel 97-101; it
    # was open on day 4; technical survey 3-4, open on day 0.
    assert booked(winter, "people", "one_team") == about(
        waiting_technical_survey=3,
        work_technical_survey=1,
        waiting_clearance=93,
        work_clearance=2,
        work_quality_control=1,
        winter=2 + 1,
        handover=10,
    )
    # Quality control from 5 to 97; the last parcel 3-5; technical survey 1-2 after a day's trip.
    assert booked(winter, "people", "two_teams") == about(
        travel=1,
        work_technical_survey=1,
        waiting_clearance=1,
        work_clearance=2,
        work_quality_control=1,
        winter=91,
        handover=10,
    )


@pytest.mark.parametrize(
    ("june", "january", "work_share"),
    [
        (30, 15.5, 0.5),  # half as many days in January as in June
        (15, 15.5, 1),  # every month alike: rest days are part of work
        (24, 15.5, 0.625),  # 0.5 days of 0.8
    ],
)
def test_rest_days_are_work_as_far_as_the_best_month_has_them(
    booked: Teller, june: float, january: float, work_share: float
) -> None:
    # Technical survey 0-2, clearance 2-10, quality control 10-12.
    world = village(zone="hills")
    world.zone("hills", january, *(4 * [10]), june, *(6 * [10]))
    world.hazard("mine", "home")
    world.team()
    winter = {"winter": 12 * (1 - work_share)} if work_share < 1 else {}
    assert booked(world) == about(
        work_technical_survey=2 * work_share,
        work_clearance=8 * work_share,
        work_quality_control=2 * work_share,
        handover=10,
        **winter,
    )


def test_february_of_29_days_feels_no_winter_when_28_are_workable(booked: Teller) -> None:
    # The best month is February: 28 days of 28 in a common year, so work that takes 29 days in
    # February 2028 lost one day.
    world = Sketch(start=date(2028, 2, 1))
    world.gates = {"risk_education": {}}
    world.village("home", zone="hills")
    world.zone("hills", 0, 28, *(10 * [0]))
    world.works("talks", "home", "risk_education", 28, skill="awareness")
    world.team("talkers", ["awareness"])
    assert booked(world) == about(risk_education=28, winter=1)


def test_commuting_and_winter_share_out_a_stint(booked: Teller) -> None:
    # An hour away 3/4 of the day is left: 3 crew-days take 4 workable days, 8 days in January.
    world = village("risk_education", zone="hills")
    world.zone("hills", 15.5, *(11 * [20]))
    world.works("talks", "home", "risk_education", 3, skill="awareness")
    world.team("talkers", ["awareness"], camp_days=None)
    # Best: 20 of 28 days in February, so 5.6 of the 8 days are usual.
    assert booked(world) == about(risk_education=4.2, travel=1.4, winter=2.4)


# -------------------------------------------------------------------------------- roads and access


def mined_road(**more: Any) -> Sketch:
    """Draw a village behind a mined road that teams drive on from day 16 on."""
    world = Sketch()
    world.village("home", hours=None)
    world.road("lane", "town", "home", **more)
    world.hazard("lane_mine", "lane")
    world.team()
    return world


def test_a_road_is_cleared_and_then_repaired(booked: Teller) -> None:
    world = mined_road(repair_crew_days=5)
    world.team("crew", ["road_repair"])
    world.gates = {"road_access": {}}
    assert booked(world) == {**PLAIN, "road_repair": 5}


def test_work_behind_a_mined_road_waits_for_its_release(booked: Teller) -> None:
    world = mined_road()
    world.hazard("home_mine", "home")
    world.gates = {"housing_land": {}}
    assert booked(world) == {cause: 2 * days for cause, days in PLAIN.items()}


def test_work_behind_an_impassable_road_waits_for_its_repair(booked: Teller) -> None:
    world = mined_road(repair_crew_days=5, impassable=True)
    world.team("crew", ["road_repair"])
    world.hazard("home_mine", "home")
    world.gates = {"housing_land": {}}
    twice = {cause: 2 * days for cause, days in PLAIN.items()}
    assert booked(world) == {**twice, "road_repair": 5}


def test_a_repair_waits_for_its_crew(booked: Teller) -> None:
    world = mined_road(repair_crew_days=5)
    world.asset("crew", ["road_repair"])
    world.deploy("crew", since=day(20))
    world.gates = {"road_access": {}}
    assert booked(world) == {**PLAIN, "waiting_road_repair": 4, "road_repair": 5}


@pytest.mark.parametrize("near", ["repaired", "mined"])
def test_of_two_roads_that_open_at_once_the_nearest_to_the_settlement_counts(
    booked: Teller, near: str
) -> None:
    # One road is released on day 16, the other one repaired: both open on day 16.
    repaired, mined = ("lane", "main") if near == "repaired" else ("main", "lane")
    world = Sketch()
    world.place("mid", "junction")
    world.village("home", hours=None)
    ends = {"main": ("town", "mid"), "lane": ("mid", "home")}
    world.road(repaired, *ends[repaired], repair_crew_days=16)
    world.road(mined, *ends[mined])
    world.hazard("mine", mined)
    for name, skills in (("team", STAGES), ("crew", ("road_repair",))):
        world.asset(name, skills)
        world.deploy(name, base="mid")
    world.gates = {"road_access": {}}
    assert booked(world) == ({"road_repair": 16} if near == "repaired" else PLAIN)


def test_the_quickest_way_counts_and_not_the_one_with_fewer_roads(booked: Teller) -> None:
    # Both ways open on day 16; the one over the middle takes 2 hours and the direct one 3.
    world = Sketch()
    world.place("mid", "junction")
    world.village("home", hours=None)
    world.road("direct", "town", "home", hours=3, repair_crew_days=16)
    world.road("first", "town", "mid")
    world.road("second", "mid", "home")
    world.hazard("mine", "second")
    world.team()
    world.team("crew", ["road_repair"])
    world.gates = {"road_access": {}}
    assert booked(world) == PLAIN


def test_of_two_roads_that_let_a_team_come_the_nearest_to_the_site_counts(
    booked: Teller,
) -> None:
    # The deminers wait at the hub; main is mined and cleared from there by day 16; the crew lives
    # in the middle and repairs the lane by day 16.
    world = Sketch()
    world.place("mid", "junction")
    world.village("home", hours=None)
    world.road("main", "town", "mid")
    world.road("lane", "mid", "home", repair_crew_days=16, impassable=True)
    world.hazard("main_mine", "main")
    world.hazard("home_mine", "home")
    world.team()
    world.asset("crew", ["road_repair"])
    world.deploy("crew", base="mid")
    world.gates = {"housing_land": {}}
    assert booked(world) == {**PLAIN, "road_repair": 16}


def test_a_shorter_road_may_be_what_lets_a_team_begin(booked: Teller) -> None:
    # Five hours away nothing is left of the day; from day 16 on it is one hour, and 3/4 of it.
    world = mined_road()
    world.rows["assets"][0]["camp_days"] = None
    world.road("track", "town", "home", hours=5)
    world.hazard("home_mine", "home")
    world.gates = {"housing_land": {}}
    twice = {cause: 2 * days for cause, days in PLAIN.items()}
    assert booked(world) == about(**twice, travel=2)


@pytest.mark.parametrize(
    ("hours", "before"),
    [
        (3.5, {"road_repair": 16}),  # an eighth of the day is left: the day team could come
        (4, PLAIN),  # nothing is left: only the campers could
        (5, PLAIN),
    ],
)
def test_who_could_come_is_told_by_shifts_for_day_teams_and_not_for_campers(
    booked: Teller, hours: float, before: Booked
) -> None:
    # On day 16 two roads open: a bridge from the camp of a team that goes home every day (shift of
    # 8 hours), and a longer mined lane from the hub, whose team camps and begins then: 16-17,
    # 17-21, 21-22. The nearest who could come tells which road was waited for.
    world = Sketch()
    world.place("camp", "base")
    world.village("home", hours=None)
    world.road("bridge", "camp", "home", hours=hours, repair_crew_days=16, impassable=True)
    world.road("lane", "town", "home", hours=6)
    world.hazard("lane_mine", "lane")
    world.hazard("home_mine", "home")
    world.gates = {"housing_land": {}}
    world.team()
    world.asset("walkers", camp_days=None)
    world.deploy("walkers", base="camp", since=day(1000))
    world.asset("crew", ["road_repair"])
    world.deploy("crew", base="camp")
    expected = {cause: days + before.get(cause, 0) for cause, days in PLAIN.items()}
    assert booked(world) == {**before, **expected}


# -------------------------------------------------------------------------------------- permission


def test_before_a_place_may_be_entered_one_waits_for_permission(booked: Teller) -> None:
    world = village("permission", accessible_from=day(40))
    assert booked(world) == {"permission": 40}
    world.gates = {"housing_land": {}}
    world.hazard("mine", "home")
    world.team()
    assert booked(world) == {"permission": 40, **PLAIN}


@pytest.mark.parametrize("gate", ["road_access", "housing_land"])
def test_the_date_of_a_place_on_the_way_is_permission(booked: Teller, gate: str) -> None:
    world = Sketch()
    world.place("mid", "junction", accessible_from=day(50))
    world.village("home", hours=None)
    world.road("first", "town", "mid")
    world.road("second", "mid", "home")
    world.hazard("mine", "home")
    world.team()
    world.gates = {gate: {}}
    expected = {"permission": 50} | (PLAIN if gate == "housing_land" else {})
    assert booked(world) == expected


def test_permission_beyond_the_horizon_takes_it_all(booked: Teller) -> None:
    for gate in ("permission", "housing_land", "road_access"):
        world = village(gate, horizon_years=1, accessible_from=day(400))
        world.hazard("mine", "home")
        world.team()
        assert booked(world) == {"permission": 365}, gate


# ------------------------------------------------------------------------------- works and services


def test_works_wait_for_the_land_and_for_builders(booked: Teller) -> None:
    world = village("water")
    world.hazard("mine", "home", denies="water")
    world.works("wells", "home", "water", 10)
    world.team()
    world.asset("builders", ["building"])
    world.deploy("builders", since=day(18))
    assert booked(world) == {**PLAIN, "waiting_building": 2, "building": 10}


def test_works_without_length_are_done_with_what_they_wait_for(booked: Teller) -> None:
    world = village("water")
    world.hazard("mine", "home", denies="water")
    world.works("wells", "home", "water", 0)
    world.team()
    assert booked(world) == PLAIN


def test_risk_education_waits_for_its_team(booked: Teller) -> None:
    world = village("risk_education")
    world.works("talks", "home", "risk_education", 4, skill="awareness")
    world.asset("talkers", ["awareness"])
    world.deploy("talkers", since=day(3))
    assert booked(world) == {"waiting_awareness": 3, "risk_education": 4}


def test_shelter_is_closed_by_the_last_dwellings(booked: Teller) -> None:
    # 80 people, 20 households, 10 of them willing: both rows are needed, one after the other.
    world = village("shelter", people=80)
    world.works("houses_a", "home", "shelter", 5, dwellings=6)
    world.works("houses_b", "home", "shelter", 7, dwellings=4)
    world.team("builders", ["building"])
    assert booked(world) == {"waiting_building": 5, "building": 7}


def test_works_elsewhere_may_serve_a_village(booked: Teller) -> None:
    world = village("water", hours=5)
    world.village("next")
    world.road("between", "home", "next", hours=1)
    world.works("wells", "next", "water", 10)
    world.team("builders", ["building"])
    world.gates = {"water": {"within_hours": 1.5}}
    assert booked(world, "home_people") == {"building": 10}
    world = village("water", horizon_years=1, hours=5)
    world.village("next")
    world.road("between", "home", "next", hours=1)
    world.works("wells", "next", "water", 1000)
    world.team("builders", ["building"])
    world.gates = {"water": {"within_hours": 1.5}}
    assert booked(world, "home_people") == {"building": 365}


@pytest.mark.parametrize(
    ("is_mined", "causes"),
    [(True, {"work_technical_survey": 1, "waiting_clearance": 364}), (False, {"building": 365})],
)
def test_a_service_that_never_comes_waits_on_the_way_to_the_nearest_place_within_the_hours(
    booked: Teller, is_mined: bool, causes: Booked
) -> None:
    # The road to the hub is clear. Two villages have wells, begun by a crew each; nobody clears the
    # lane to the nearer one.
    world = village("water", horizon_years=1, hours=5)
    world.gates = {"water": {"within_hours": 1.5}}
    for name, hours in (("next", 0.5), ("other", 1)):
        world.village(name, hours=5)
        world.road(f"lane_{name}", "home", name, hours=hours)
        world.works(f"wells_{name}", name, "water", 1000)
    if is_mined:
        world.hazard("mine", "lane_next")
    world.team("searchers", ["technical_survey"])
    world.asset("builders", ["building"])
    world.deploy("builders", teams=2)
    assert booked(world, "home_people") == causes


def test_a_service_next_door_needs_no_route_to_a_hub(booked: Teller) -> None:
    # People have no all-season road to the hub; teams drive over the summer road.
    world = village("water", horizon_years=1, hours=None)
    world.gates = {"water": {"within_hours": 1}}
    world.road("track", "town", "home", hours=3, all_season=False)
    world.village("next", hours=None)
    world.road("lane", "home", "next", hours=0.5)
    world.works("wells", "next", "water", 1000)
    world.team("builders", ["building"])
    assert booked(world, "home_people") == {"building": 365}
    world.rows["works"].clear()  # nothing serves within the hours, and no road leads to a hub
    assert booked(world, "home_people") == {"no_route": 365}


def test_a_hub_within_the_hours_may_lie_beside_the_access_route(booked: Teller) -> None:
    # The clear road to the hub takes 3 hours, the mined one 1; nobody clears it.
    world = village("road_access", horizon_years=1, hours=3)
    world.gates = {"road_access": {"max_hub_hours": 2}}
    world.road("short", "town", "home", hours=1)
    world.hazard("mine", "short")
    world.team("searchers", ["technical_survey"])
    assert booked(world) == {"work_technical_survey": 1, "waiting_clearance": 364}


@pytest.mark.parametrize(
    ("roads", "missing"),
    [
        # equally near: the smaller id of the place
        ({"r1": ("b_next", 1), "r2": ("a_next", 1)}, "r2"),
        # one place, equally far: the fewer roads, then the smaller id from here
        ({"r1": ("mid", 0.5), "r2": ("a_next", 1), "r3": ("a_next", 1)}, "r2"),
    ],
)
def test_of_equally_quick_ways_to_a_service_the_order_of_ids_decides(
    booked: Teller, roads: dict[str, tuple[str, float]], missing: str
) -> None:
    world = village("water", horizon_years=1, hours=5)
    world.gates = {"water": {"within_hours": 1}}
    for name in ("a_next", "b_next"):
        world.village(name)
        world.works(f"wells_{name}", name, "water", 0)
    world.place("mid", "junction")
    world.road("r0", "mid", "a_next", hours=0.5)
    for road, (end, hours) in roads.items():
        world.road(road, "home", end, hours=hours)
        world.hazard(f"mine_{road}", road, hazard_class="CHA" if road == missing else "SHA")
    world.team("searchers", ["technical_survey"])  # nobody surveys a suspected hazard
    told = booked(world, "home_people")
    assert told == {"work_technical_survey": 1, "waiting_clearance": 364}


def test_a_road_may_bring_a_service_within_reach(booked: Teller) -> None:
    # The wells of the next village are done on day 10, the road to it opens on day 16.
    world = village("water", hours=5)
    world.village("next")
    world.road("between", "home", "next", hours=1)
    world.hazard("mine", "between")
    world.works("wells", "next", "water", 10)
    world.team()
    world.team("builders", ["building"])
    world.gates = {"water": {"within_hours": 1.5}}
    assert booked(world, "home_people") == PLAIN


def test_the_risk_that_is_left_waits_for_releases_near(booked: Teller) -> None:
    # Only after the release of the road's mine is the risk below the limit; home's own mine, of few
    # items, does not matter.
    world = village("residual_risk", people=10)
    world.hazard("mine", "home_road", items_per_km2=1000)
    world.hazard("own", "home", items_per_km2=0, area_m2=80_000)
    world.assume(community_survey_team_days=0)
    world.assume(fatal_share=0.25, detection_share=0.99, kappa_used=0.001, kappa_unmarked=0.001)
    # 0.25 x 0.001 x 8 / 10 = 2e-4 a year before, 2e-6 after.
    world.gates = {"residual_risk": {"max_per_year": 1e-5}}
    world.team()
    assert booked(world) == PLAIN


# -------------------------------------------------------------------------------- what never comes


def test_missing_data_take_the_whole_horizon(booked: Teller) -> None:
    for gate in ("survey", "water", "shelter", "risk_education"):
        world = village(gate, horizon_years=1)
        assert booked(world) == {"missing_data": 365}, gate


def test_what_no_plan_reaches_takes_the_whole_horizon(booked: Teller) -> None:
    for gate, given in (("road_access", {"max_hub_hours": 0.5}), ("health", {"within_hours": 0.5})):
        world = village(gate, horizon_years=1)
        world.gates = {gate: given}
        assert booked(world) == {"not_planned": 365}, gate


def test_too_few_dwellings_take_the_whole_horizon(booked: Teller) -> None:
    world = village("shelter", horizon_years=1, people=80)
    world.works("houses", "home", "shelter", 5, dwellings=9)
    world.team("builders", ["building"])
    assert booked(world) == {"not_planned": 365}


def test_too_few_dwellings_are_not_planned_even_while_they_are_built(booked: Teller) -> None:
    world = village("shelter", horizon_years=1, people=80)
    world.works("houses", "home", "shelter", 500, dwellings=9)
    world.team("builders", ["building"])
    assert booked(world) == {"not_planned": 365}


def test_without_a_road_there_is_no_route(booked: Teller) -> None:
    for gate in ("road_access", "housing_land"):
        world = village(gate, horizon_years=1, hours=None)
        world.hazard("mine", "home")
        world.team()
        assert booked(world) == {"no_route": 365}, gate


def test_a_road_for_summer_only_is_no_route_for_people(booked: Teller) -> None:
    world = village("road_access", horizon_years=1, hours=None)
    world.road("track", "town", "home", all_season=False)
    assert booked(world) == {"no_route": 365}


def test_a_road_that_nobody_deployed_can_clear_is_no_route(booked: Teller) -> None:
    world = village("road_access", horizon_years=1)
    world.hazard("mine", "home_road")
    world.team("surveyors", STAGES[:2])
    assert booked(world) == {"no_route": 365}


def test_a_place_too_far_for_any_deployed_team_is_no_route(booked: Teller) -> None:
    world = village(horizon_years=1, hours=5)
    world.hazard("mine", "home")
    world.team(camp_days=None)
    assert booked(world) == {"no_route": 365}


def test_work_that_no_team_in_reach_would_ever_end_waits_for_teams(booked: Teller) -> None:
    # 10,000 m2 a day for 100 years are 365 million m2.
    world = village(horizon_years=1)
    world.hazard("mine", "home", 4e9, hazard_class="SHA")
    world.team()
    assert booked(world) == {"waiting_survey": 365}


def test_two_bases_that_wait_for_each_other_have_no_route(booked: Teller) -> None:
    # The deminers sit behind a bridge that is out, the crew behind a mined road.
    world = village(horizon_years=1)
    world.hazard("home_mine", "home")
    world.place("one", "base")
    world.place("other", "base")
    world.road("bridge", "town", "one", repair_crew_days=5, impassable=True)
    world.road("mined", "town", "other")
    world.hazard("mine", "mined")
    world.asset("team")
    world.deploy("team", base="one")
    world.asset("crew", ["road_repair"])
    world.deploy("crew", base="other")
    assert booked(world) == {"no_route": 365}


# ----------------------------------------------------------------------- unfinished at the horizon


def test_work_and_handover_are_cut_at_the_horizon(booked: Teller) -> None:
    world = village(horizon_years=1)
    world.hazard("mine", "home", area_m2=8_000_000)
    world.team()
    assert booked(world) == {"work_technical_survey": 365}
    world = village(horizon_years=1)
    world.hazard("mine", "home")
    world.assume(handover_days=1000)
    world.team()
    assert booked(world) == {**PLAIN, "handover": 359}


def test_a_trip_is_cut_at_the_horizon(booked: Teller) -> None:
    world = village(horizon_years=1)
    world.hazard("mine", "home")
    world.asset("team", mobilisation_days=20)
    world.deploy("team", since=day(360))
    assert booked(world) == {"waiting_technical_survey": 360, "travel": 5}


@pytest.mark.parametrize(
    ("max_teams", "cause"), [(None, "waiting_clearance"), (1, "work_clearance")]
)
def test_parcels_that_nobody_began_wait_for_teams_or_for_room(
    booked: Teller, max_teams: int | None, cause: str
) -> None:
    # Technical survey 0-100; four parcels of 100 days: 100-200, 200-300, 300-, and one left over.
    world = village(horizon_years=1)
    world.hazard("mine", "home", area_m2=800_000, max_teams=max_teams)
    world.assume(parcel_m2_minefield=100_000)
    world.team()
    assert booked(world) == {"work_technical_survey": 100, cause: 265}


@pytest.mark.parametrize("first", [2000 / 3, 250])
def test_of_parcels_that_are_cut_the_one_begun_last_counts(booked: Teller, first: float) -> None:
    # Technical survey 0-100; two parcels: 100-400 (or 100-900) by the first team, 150-450 by the
    # second.
    world = village(horizon_years=1)
    world.hazard("mine", "home", area_m2=800_000)
    world.assume(parcel_m2_minefield=200_000)
    world.asset("team", ["technical_survey"])
    world.asset("first", ["clearance"], rate=first)
    world.asset("slow", ["clearance"], rate=2000 / 3)
    world.deploy("team")
    world.deploy("first")
    world.deploy("slow", since=day(150))
    assert booked(world) == {
        "work_technical_survey": 100,
        "waiting_clearance": 50,
        "work_clearance": 215,
    }


def test_of_hazards_that_are_missing_the_one_served_last_counts(booked: Teller) -> None:
    # The team does nothing but a for the whole year.
    world = village(horizon_years=1)
    for name in ("a", "b"):
        world.hazard(name, "home", area_m2=2_400_000)
    world.team()
    assert booked(world) == {"waiting_technical_survey": 365}


def test_behind_roads_that_are_not_released_one_waits_for_the_first_of_them(
    booked: Teller,
) -> None:
    # home waits for the lane, the lane for the main road: technical survey 0-100, clearance 100-.
    world = Sketch(horizon_years=1)
    world.place("mid", "junction")
    world.village("home", hours=None)
    world.road("main", "town", "mid")
    world.road("lane", "mid", "home")
    world.hazard("main_mine", "main", area_m2=800_000)
    world.hazard("lane_mine", "lane")
    world.hazard("home_mine", "home")
    world.team()
    for gate in ("housing_land", "road_access"):
        world.gates = {gate: {}}
        assert booked(world) == {"work_technical_survey": 100, "work_clearance": 265}, gate


def test_a_base_that_is_cut_off_is_waited_for(booked: Teller) -> None:
    # The builders' base lies behind a mined road: technical survey 0-100, clearance 100-.
    world = Sketch(horizon_years=1)
    world.place("camp", "base")
    world.village("home")
    world.road("stem", "town", "camp")
    world.hazard("mine", "stem", area_m2=800_000)
    world.works("wells", "home", "water", 5)
    world.team()
    world.asset("builders", ["building"])
    world.deploy("builders", base="camp")
    world.gates = {"water": {}}
    assert booked(world) == {"work_technical_survey": 100, "work_clearance": 265}


# ----------------------------------------------------------------------- hazards that surveys find


def certain(world: Sketch) -> int:
    """Take all luck away but for the number of unrecorded hazards; return a draw that has one."""
    always = ("productivity", "hazard_productivity", "weather_persistent", "weather_year")
    speeds = ("season_noise", "building_speed", "works_speed", "repair_speed", "survey_detection")
    world.assume(**dict.fromkeys((*always, *speeds), 1), unrecorded_area_m2=8000)
    world.shares("none", 0, 0, 1)
    scenario = world.scenario()
    draws = Draws(scenario, 1)
    return next(n for n in range(99) if len(luck_of(scenario, draws.values(n)).unrecorded) == 1)


def test_a_found_hazard_waits_for_the_survey_that_finds_it(booked: Teller) -> None:
    # Survey 0-2, the recorded mine 2-3, 3-11, 11-13, then the found one 13-14, 14-22, 22-24.
    world = village(people=10, unrecorded_hazards=1)
    world.hazard("mine", "home")
    world.team()
    assert booked(world, draw=certain(world)) == {
        "work_community_survey": 2,
        "waiting_technical_survey": 11,
        "work_technical_survey": 1,
        "work_clearance": 8,
        "work_quality_control": 2,
        "handover": 10,
    }


def test_works_that_stood_open_wait_for_a_found_hazard(booked: Teller) -> None:
    # The wells could have been begun on day 0; on day 2 a hazard is found, and released on day 13.
    world = village("water", people=10, unrecorded_hazards=1)
    world.hazard("mine", "home", area_m2=0, denies="water")
    world.works("wells", "home", "water", 10)
    world.assume(handover_days=0)
    world.team()
    world.asset("builders", ["building"])
    world.deploy("builders", since=day(5))
    assert booked(world, draw=certain(world)) == {
        "work_community_survey": 2,
        "work_technical_survey": 1,
        "work_clearance": 8,
        "work_quality_control": 2,
        "building": 10,
    }


def test_only_the_last_works_of_a_kind_wait_for_a_found_hazard(booked: Teller) -> None:
    # The first houses are enough, and begun on day 5; the last ones wait for the found hazard.
    world = village("shelter", people=8, unrecorded_hazards=1)
    world.hazard("mine", "home", area_m2=0)
    world.works("houses_a", "home", "shelter", 10, dwellings=1)
    world.works("houses_b", "home", "shelter", 10, dwellings=1)
    world.assume(handover_days=0)
    world.team()
    world.asset("builders", ["building"])
    world.deploy("builders", teams=2, since=day(5))
    draw = certain(world)
    assert booked(world, draw=draw) == {"waiting_building": 5, "building": 10}
    del world.rows["works"][0]["dwellings"]
    world.rows["works"][1]["dwellings"] = 2
    assert booked(world, draw=draw) == {
        "work_community_survey": 2,
        "work_technical_survey": 1,
        "work_clearance": 8,
        "work_quality_control": 2,
        "building": 10,
    }


def test_the_first_houses_wait_for_the_first_land_only(booked: Teller) -> None:
    # a 0-1, 1-5, 5-6 and released on 16; b released on 22, for which the last houses wait.
    world = village("shelter", people=8)
    world.hazard("a", "home")
    world.hazard("b", "home")
    world.works("houses_a", "home", "shelter", 3, dwellings=1)
    world.works("houses_b", "home", "shelter", 3, dwellings=1)
    world.asset("team", [stage for stage in STAGES if stage != "survey"])
    world.deploy("team")
    world.team("builders", ["building"])
    land = {"work_technical_survey": 1, "work_clearance": 4, "work_quality_control": 1}
    assert booked(world) == {**land, "handover": 10, "building": 3}


# ------------------------------------------------------------------------- the table of the package


def known_causes(scenario: rp.Scenario) -> set[str]:
    skills = {*STAGES, "road_repair"} | {works.skill for works in scenario.works}
    return CAUSES | {f"waiting_{skill}" for skill in skills}


def table_faults(scenario: rp.Scenario, outcome: Any) -> Iterator[str]:
    """What is wrong with a table of delays beside the other tables of one run."""
    table: pd.DataFrame = outcome.delays
    if list(table.columns) != COLUMNS:
        yield f"columns {list(table.columns)}"
        return
    people = {community.id: float(community.people) for community in scenario.communities}
    if set(table["allocation"]) - {outcome.allocation}:
        yield f"allocations {set(table['allocation'])}"
    if set(table["community"]) - set(people):
        yield f"communities {set(table['community'])}"
    if table.duplicated(["allocation", "community", "cause"]).any():
        yield "a cause stands twice"
    if set(table["cause"]) - known_causes(scenario):
        yield f"causes {set(table['cause']) - known_causes(scenario)}"
    if table.isna().any(axis=None) or (table["days_mean"] < 0).any():
        yield "empty or negative days"
    for row in table[table["community"].isin(list(people))].itertuples():
        wanted = people[str(row.community)] * float(str(row.days_mean))
        if abs(float(str(row.person_days_mean)) - wanted) > 1e-6 * (1 + wanted):
            yield f"person-days {row}"
    yield from wrong_sums(outcome)


def wrong_sums(outcome: Any) -> Iterator[str]:
    """Causes sum to the ready day or the horizon, and person-days to those of the summary."""
    table: pd.DataFrame = outcome.delays
    horizon = float((outcome.horizon - outcome.start).days)
    days = table.groupby("community")["days_mean"].sum().to_dict()
    for ready in outcome.readiness.itertuples():
        until = horizon if pd.isna(ready.ready_day_p50) else ready.ready_day_p50
        if abs(days.get(ready.community, 0.0) - until) > 1e-6:
            yield f"sum of {ready.community}: {days.get(ready.community)}, not {until}"
    total = float(table["person_days_mean"].sum())
    wanted = float(outcome.summary["person_days_mean"].iloc[0])
    if abs(total - wanted) > 1e-9 * (1 + wanted):
        yield f"all person-days {total}, not {wanted}"


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("days_mean", 1.5, "sum of"),
        ("days_mean", -1.0, "negative"),
        ("person_days_mean", 0.5, "all person-days"),
        ("cause", "weather", "causes"),
        ("community", "nobody", "communities"),
        ("allocation", "other", "allocations"),
    ],
)
def test_the_verifier_sees_a_fault_in_every_column(
    fork: rp.Scenario, column: str, value: Any, fault: str
) -> None:
    outcome = rp.simulate(fork, "left_first")
    assert list(table_faults(fork, outcome)) == []
    table = outcome.delays.copy()
    table.loc[0, column] = value
    faults = table_faults(fork, replace(outcome, tables={**outcome.tables, "delays": table}))
    assert any(fault in found for found in faults)


# ------------------------------------------------------------------------- the package and its twin


def compare(folder: Path, allocation: str, draw: int | None = None, seed: int = 1) -> None:
    """Let both book one run, to the second."""
    scenario = rp.load(folder)
    luck = None if draw is None else luck_of(scenario, Draws(scenario, seed).values(draw))
    outcome = rp.simulate(scenario, allocation, draw=draw, seed=seed)
    assert list(table_faults(scenario, outcome)) == []
    twin, mine = reference_chains(folder, allocation, luck), seconds_of(outcome)
    wrong = [
        (name, mine.get(name), causes, twin.steps[name])
        for name, causes in twin.causes.items()
        if mine.get(name) != causes
    ]
    assert wrong[:1] == [], (len(wrong), allocation)


SINGLE_GATES = (
    *("survey = {}", "housing_land = {}", "housing_land = { required_share = 0.6 }"),
    *("farmland = {}", "road_access = {}", "road_access = { max_hub_hours = 2 }"),
    *("water = { within_hours = 1 }", "health = { within_hours = 3 }"),
    *("shelter = { required_share = 0.3 }", "risk_education = {}"),
    "residual_risk = { max_per_year = 1e-7 }",
)


def with_gates(folder: Path, *gates: str) -> None:
    """Put other gates in force in a scenario folder."""
    path = folder / "scenario.toml"
    text = re.sub(r"\[gates\]\n(\w+ = .*\n)*\n", "", path.read_text(encoding="utf-8"))
    table = "\n".join(["[gates]", *gates, "", "[allocations."])
    path.write_text(text.replace("[allocations.", table, 1), encoding="utf-8")


SHARED_GATES = (
    *("water = { within_hours = 0.3 }", "health = { within_hours = 0.2 }"),
    *("education = { within_hours = 0.5 }", "power = { within_hours = 0.1 }"),
    *("road_access = { max_hub_hours = 0.5 }", "health = { within_hours = 1 }"),
)

PART_GATES = (
    *("shelter = {}", "shelter = { required_share = 0.3 }", "water = {}", "health = {}"),
    "power = { within_hours = 1 }",
)


def write_world(
    folder: Path,
    seed: int,
    *,
    uncertain: bool = False,
    far: bool = False,
    shared: bool = False,
    parts: bool = False,
) -> None:
    """Write a random world; two in three have one gate only, which then binds."""
    worlds.write_random_world(
        folder,
        seed,
        settlements=3 + seed % 3 if shared else 1 + seed % 5,
        hazards=2 + seed % 3 if shared else 3 + seed % 8,
        teams=2 if shared else 2 + seed % 7,
        horizon_years=(1, 1, 2, 3)[seed % 4] if shared else (10, 3, 30, 1)[seed % 4],
        uncertain=uncertain,
        far=far,
        shared=shared,
        parts=parts,
    )
    if far:
        with_gates(folder, "housing_land = {}")
    elif shared:
        with_gates(folder, SHARED_GATES[seed % len(SHARED_GATES)])
    elif parts:
        with_gates(folder, PART_GATES[seed % len(PART_GATES)])
    elif seed % 3:
        with_gates(folder, SINGLE_GATES[seed % len(SINGLE_GATES)])


@pytest.mark.parametrize("seed", seeds(7000, 7030))
def test_package_and_twin_book_random_worlds_alike(seed: int, tmp_path: Path) -> None:
    write_world(tmp_path, seed)
    compare(tmp_path, ALLOCATIONS[seed % len(ALLOCATIONS)])


@pytest.mark.parametrize("seed", seeds(8000, 8010))
def test_package_and_twin_book_draws_of_random_worlds_alike(seed: int, tmp_path: Path) -> None:
    write_world(tmp_path, seed, uncertain=True)
    for draw in range(2):
        compare(tmp_path, ALLOCATIONS[(seed + draw) % len(ALLOCATIONS)], draw, seed)


@pytest.mark.parametrize("seed", seeds(8200, 8212))
def test_package_and_twin_book_worlds_that_build_in_parts_alike(seed: int, tmp_path: Path) -> None:
    write_world(tmp_path, seed, uncertain=seed % 2 == 0, parts=True)
    compare(tmp_path, ALLOCATIONS[seed % len(ALLOCATIONS)])
    if seed % 2 == 0:
        compare(tmp_path, ALLOCATIONS[(seed + 1) % len(ALLOCATIONS)], 0, seed)


@pytest.mark.parametrize("seed", seeds(8109, 8115))
def test_package_and_twin_book_villages_at_the_edge_of_a_shift_alike(
    seed: int, tmp_path: Path
) -> None:
    write_world(tmp_path, seed, far=True)
    compare(tmp_path, ALLOCATIONS[seed % len(ALLOCATIONS)])


def compare_shared(folder: Path, seed: int) -> None:
    """Let both book a world in which villages share services, on a draw in every other world."""
    write_world(folder, seed, shared=True, uncertain=seed % 2 == 1)
    draw = 0 if seed % 2 == 1 else None
    compare(folder, ALLOCATIONS[seed // 2 % len(ALLOCATIONS)], draw, seed)


def test_package_and_twin_round_halves_of_seconds_alike(tmp_path: Path) -> None:
    write_world(tmp_path, 10_238, shared=True)
    compare(tmp_path, "by_population")


@pytest.mark.parametrize("seed", range(10_000, 10_006))
def test_package_and_twin_book_services_that_villages_share_alike(
    seed: int, tmp_path: Path
) -> None:
    compare_shared(tmp_path, seed)


def test_worlds_of_shared_services_have_several_hubs_and_campers_beside_day_teams(
    tmp_path: Path,
) -> None:
    for seed in range(10_000, 10_006):
        write_world(tmp_path / str(seed), seed, shared=True)
        scenario = rp.load(tmp_path / str(seed))
        assert sum(place.kind == "hub" for place in scenario.places) >= 3
        assert any("within_hours" in given for given in scenario.gates.values()) or seed % 6 == 4
        camps = {asset.id: asset.camp_days is not None for asset in scenario.assets}
        deployed = {line.asset for line in scenario.deployments if line.allocation == "few"}
        assert {camps[asset] for asset in deployed} == {True, False}


@pytest.mark.long
@pytest.mark.parametrize("first", range(10_006, 10_506, 50))
def test_package_and_twin_book_500_worlds_of_shared_services_alike(
    first: int, tmp_path: Path
) -> None:
    for seed in range(first, first + 50):
        compare_shared(tmp_path / str(seed), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(9000, 9010))
def test_package_and_twin_book_many_random_worlds_alike(seed: int, tmp_path: Path) -> None:
    write_world(tmp_path, seed)
    for allocation in ALLOCATIONS[seed % 2 :: 2]:
        compare(tmp_path, allocation)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(9100, 9106))
def test_package_and_twin_book_many_draws_alike(seed: int, tmp_path: Path) -> None:
    write_world(tmp_path, seed, uncertain=True)
    for draw in range(3):
        compare(tmp_path, ALLOCATIONS[(seed + draw) % len(ALLOCATIONS)], draw, seed)


@pytest.mark.parametrize(
    "allocation", ["today", "nearest_first", "most_people_first", "smith_path", "two_more_teams"]
)
def test_package_and_twin_book_the_valley_alike(allocation: str) -> None:
    compare(VALLEY, allocation)


def test_a_clinic_beyond_a_wall_of_mines_is_no_want_of_plans(tmp_path: Path) -> None:
    """Spring is 1.4 h from the market by an all-season track, and 0.4 h from Terrace's clinic."""
    valley = rp.load(VALLEY)
    roads = [replace(road, all_season=True) for road in valley.roads]
    hazards = [
        replace(one, area_m2=4e7) if one.id == "gorge_wall" else one for one in valley.hazards
    ]
    changed = replace(valley, roads=tuple(roads), hazards=tuple(hazards))
    rp.write(changed, tmp_path)
    compare(tmp_path, "today")
    causes = told_by_package(changed, "today", tmp_path, None)["spring_people"]
    assert set(causes) == {"waiting_technical_survey"}  # of 400 ha no team would see the end


@pytest.mark.parametrize("draw", range(3))
def test_package_and_twin_book_draws_of_the_valley_alike(draw: int) -> None:
    compare(VALLEY, "today", draw)


@pytest.mark.parametrize(
    ("name", "allocation"),
    [
        *(("two_villages", "near_first"), ("two_villages", "far_first")),
        *(("fork", "left_first"), ("fork", "right_first")),
        *(("winter", "one_team"), ("winter", "two_teams")),
    ],
)
def test_package_and_twin_book_the_tiny_worlds_alike(
    name: str, allocation: str, tmp_path: Path
) -> None:
    getattr(worlds, name)(tmp_path)
    compare(tmp_path, allocation)


# ----------------------------------------------------------------------------------- the twin alone


def test_the_random_worlds_bring_every_cause_to_light(tmp_path: Path) -> None:
    waiting = {f"waiting_{skill}" for skill in (*STAGES, "road_repair", "building", "awareness")}
    unseen = CAUSES | waiting
    for seed in range(7000, 7300):
        folder = tmp_path / str(seed)
        write_world(folder, seed)
        for causes in reference_delays(folder, ALLOCATIONS[seed % len(ALLOCATIONS)]).values():
            unseen -= set(causes)
        if not unseen:
            break
    assert unseen == set()


def test_a_chain_is_one_piece_from_its_end_to_the_start(tmp_path: Path) -> None:
    for seed in range(7000, 7012):
        folder = tmp_path / str(seed)
        write_world(folder, seed)
        told = reference_chains(folder, ALLOCATIONS[seed % len(ALLOCATIONS)])
        for name, steps in told.steps.items():
            spans = sorted({(step.begin_s, step.end_s) for step in steps}, reverse=True)
            ends = [told.until_s[name], *(begin for begin, _ in spans)]
            assert ends[:-1] == [end for _, end in spans], steps
            assert ends[-1] == 0, steps


def test_the_chain_of_the_fork_reads_like_its_docstring(tmp_path: Path) -> None:
    worlds.fork(tmp_path)
    told = reference_chains(tmp_path, "left_first").steps["left_people"]
    steps = [(step.cause, step.about, step.begin_s / DAY_S, step.end_s / DAY_S) for step in told]
    assert steps == [
        ("handover", "left_mines", 20, 22),
        ("work_quality_control", "left_mines/quality_control", 19, 20),
        ("work_clearance", "left_mines/clearance", 15, 19),
        ("waiting_clearance", "left_mines/clearance", 12, 15),
        ("road_repair", "left_road/repair", 7, 12),
        ("handover", "stem_mines", 5, 7),
        ("work_quality_control", "stem_mines/quality_control", 4, 5),
        ("work_clearance", "stem_mines/clearance", 0, 4),
    ]


def test_villages_at_the_edge_of_a_shift_wait_for_the_bridge_or_for_the_longer_way(
    tmp_path: Path,
) -> None:
    """Half of a shift is the border: with a little less the day team is who could come."""
    causes = []
    for seed in range(8109, 8115):
        folder = tmp_path / str(seed)
        write_world(folder, seed, far=True)
        told = reference_delays(folder, ALLOCATIONS[seed % len(ALLOCATIONS)])
        scenario = rp.load(folder)
        (far,) = (one.id for one in scenario.communities if one.settlement.lower()[:3] == "far")
        causes.append({"road_repair", "permission"} & set(told[far]))
    assert {"road_repair"} in causes
    assert {"permission"} in causes
