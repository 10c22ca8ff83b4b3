"""One cause of delay taken away: it is gone, and all else stays as it was (model §7.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.insight import whatif
from returnplan.model.chance.assumptions import assumptions_in_force
from returnplan.model.chance.draws import Draws
from returnplan.model.reasons.causes import COMMON, causes_of, remedy
from returnplan.model.simulation import Prepared, PreparedAllocation, simulate
from returnplan.model.work.milestones import plan_work
from tests.sketch import STAGES, Sketch

DAY_S = 86_400
ROOT = Path(__file__).resolve().parents[2]
VALLEY = ROOT / "scenarios" / "valley"
GONE = 0.01
"""Days that nearly nothing may take."""
WITHOUT_REMEDY = {"other"}


def day(number: int) -> date:
    return date(2025, 1, 1) + timedelta(days=number)


def days_of(scenario: rp.Scenario, like: rp.Scenario | None = None) -> dict[str, float]:
    """Days by cause of the first community, with the priorities of another scenario if given."""
    before = None if like is None else PreparedAllocation(Prepared(like), "plan")
    prepared = Prepared(scenario)
    chosen = PreparedAllocation(prepared, "plan", like=before)
    account, _ = simulate(prepared, chosen, prepared.numbers(prepared.expected))
    days = account.delay_s[prepared.settlements.community[0]] / DAY_S
    causes = prepared.reasons.causes
    return {cause: float(each) for cause, each in zip(causes, days, strict=True) if each > 0}


def village(gate: str = "housing_land", *, horizon_years: int = 5, **more: Any) -> Sketch:
    world = Sketch(horizon_years=horizon_years)
    world.gates = {gate: {}}
    world.village("home", **more)
    return world


def surveyed() -> Sketch:
    """Draw a suspected hazard: survey 8 days, then 0.75, 3 and 0.75, and 10 of handover."""
    world = village()
    world.hazard("mine", "home", hazard_class="SHA")
    world.team()
    return world


def asked() -> Sketch:
    world = village("survey", people=10)
    world.team()
    return world


def far_away() -> Sketch:
    """Draw a camp 3.5 hours away: 2 days on the move and 3 to set it up."""
    world = village(hours=3.5)
    world.hazard("mine", "home")
    world.team(mobilisation_days=2, camp_days=3)
    return world


def commuting() -> Sketch:
    world = village(hours=2)
    world.hazard("mine", "home")
    world.team(camp_days=None)
    return world


def wintry() -> Sketch:
    world = village(zone="hills")
    world.zone("hills", 0, 0, 5, 20, 24, 24, 24, 24, 24, 20, 5, 0)
    world.hazard("mine", "home")
    world.team()
    return world


def dated() -> Sketch:
    world = village(accessible_from=day(40))
    world.hazard("mine", "home")
    world.team()
    return world


def behind_a_junction_with_a_date() -> Sketch:
    world = Sketch()
    world.gates = {"road_access": {}}
    world.place("mid", "junction", accessible_from=day(50))
    world.village("home", hours=None)
    world.road("first", "town", "mid")
    world.road("second", "mid", "home")
    world.team()
    return world


def broken_road() -> Sketch:
    world = Sketch()
    world.gates = {"road_access": {}}
    world.village("home", hours=None)
    world.road("lane", "town", "home", repair_crew_days=60)
    world.team("crew", ["road_repair"])
    return world


def wells() -> Sketch:
    world = village("water")
    world.works("wells", "home", "water", 30)
    world.team("builders", ["building"])
    return world


def lessons() -> Sketch:
    world = village("risk_education")
    world.works("lessons", "home", "risk_education", 12, skill="teaching")
    world.team("teachers", ["teaching"])
    return world


def busy(skill: str) -> Sketch:
    """Draw a team that is busy elsewhere before it comes to the village."""
    world = village(people=10 if skill == "community" else 0)
    world.village("first", people=0)
    for where in ("first", "home"):
        world.hazard(f"{where}_mine", where, hazard_class="SHA")
    world.order("first_people")
    for stage in STAGES:
        world.asset(stage, [stage])
        world.deploy(stage, teams=1 if stage == skill else 9)
    return world


def late(cause: str) -> Sketch:
    """Draw a crew that is deployed from day 90 on."""
    world = wells() if cause == "waiting_building" else broken_road()
    (line,) = world.rows["deployments"]
    line["from_date"] = day(90)
    return world


def nobody() -> Sketch:
    """Draw deminers who are nowhere deployed."""
    world = village(horizon_years=2)
    world.hazard("mine", "home")
    world.asset("deminers", STAGES[1:])
    world.team("surveyors", ["survey"])
    return world


def wrong_deminers() -> Sketch:
    """Draw a team for battle areas alone, and a minefield; those who could do it stay at home."""
    world = village(horizon_years=2)
    world.hazard("mine", "home")
    world.asset("searchers", [])
    world.asset("deminers", STAGES[1:])
    for stage in STAGES[1:]:
        world.rate("searchers", stage, 1000, land="battle_area")
    world.deploy("searchers", base="home")
    world.deploy("searchers")
    return world


WORLDS: dict[str, list[Callable[[], Sketch]]] = {
    "work_survey": [surveyed],
    "work_technical_survey": [surveyed],
    "work_clearance": [surveyed],
    "work_quality_control": [surveyed],
    "work_community_survey": [asked],
    "travel": [far_away, commuting],
    "winter": [wintry],
    "handover": [surveyed],
    "permission": [dated, behind_a_junction_with_a_date],
    "road_repair": [broken_road],
    "building": [wells],
    "risk_education": [lessons],
    "waiting_survey": [lambda: busy("survey")],
    "waiting_clearance": [lambda: busy("clearance")],
    "waiting_building": [lambda: late("waiting_building")],
    "waiting_road_repair": [lambda: late("waiting_road_repair")],
    "waiting_technical_survey": [nobody, wrong_deminers],
}
CASES = [
    pytest.param(cause, make, id=f"{cause} {number}")
    for cause, worlds in WORLDS.items()
    for number, make in enumerate(worlds)
]


@pytest.mark.parametrize(("cause", "make"), CASES)
def test_a_cause_that_is_taken_away_takes_no_days(cause: str, make: Callable[[], Sketch]) -> None:
    scenario = make().scenario()
    before = days_of(scenario)
    assert before[cause] > 0.5
    changed = whatif.without(scenario, cause)
    after = days_of(changed, like=scenario)
    assert after.get(cause, 0) < GONE
    assert sum(after.values()) < sum(before.values()) - 0.5


@pytest.mark.parametrize(("cause", "make"), CASES)
def test_ids_jobs_and_order_stay_when_a_cause_goes(cause: str, make: Callable[[], Sketch]) -> None:
    scenario = make().scenario()
    changed = whatif.without(scenario, cause)
    assert plan_work(changed) == plan_work(scenario)
    before = PreparedAllocation(Prepared(scenario), "plan")
    prepared = Prepared(changed)
    after = PreparedAllocation(prepared, "plan", like=before)
    assert after.order == before.order
    assert after.routes is before.routes
    assert after.decoded.priority == before.decoded.priority
    assert prepared.reasons.causes == causes_of(plan_work(scenario))


KEPT = {
    "travel": {"assets"},
    "winter": {"calendars", "assumptions"},
    "handover": {"assumptions"},
    "permission": {"places"},
    "road_repair": {"roads"},
    "building": {"works"},
    "risk_education": {"works"},
    "work_community_survey": {"assumptions"},
}


@pytest.mark.parametrize(("cause", "make"), CASES)
def test_only_what_a_cause_is_made_of_changes(cause: str, make: Callable[[], Sketch]) -> None:
    scenario = make().scenario()
    changed = whatif.without(scenario, cause)
    differing = {
        field.name
        for field in fields(scenario)
        if getattr(changed, field.name) != getattr(scenario, field.name)
    }
    other = {"deployments"} if cause.startswith("waiting_") else {"rates"}
    assert differing == KEPT.get(cause, other)


def test_work_of_one_stage_leaves_the_rates_of_the_others() -> None:
    scenario = surveyed().scenario()
    changed = whatif.without(scenario, "work_clearance")
    faster = {
        after.skill
        for before, after in zip(scenario.rates, changed.rates, strict=True)
        if before.rate_m2_day != after.rate_m2_day
    }
    assert faster == {"clearance"}


def test_work_of_the_highest_rate_can_be_taken_away() -> None:
    scenario = surveyed().scenario()
    swift = tuple(replace(rate, rate_m2_day=1e12) for rate in scenario.rates)
    changed = whatif.without(replace(scenario, rates=swift), "work_clearance")
    assert changed.rates == swift


def test_works_of_other_kinds_keep_their_length() -> None:
    world = wells()
    world.works("lessons", "home", "risk_education", 12)
    changed = whatif.without(world.scenario(), "building")
    days = {works.id: works.crew_days for works in changed.works}
    assert days["lessons"] == 12
    assert 0 < days["wells"] < GONE


def test_without_winter_every_month_is_as_good_as_the_best() -> None:
    scenario = wintry().scenario()
    changed = whatif.without(scenario, "winter")
    paces = {
        row.month: row.workable_days / days
        for row, days in zip(
            changed.calendars, (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True
        )
    }
    assert list(paces.values()) == pytest.approx([0.8] * 12)  # 24 of 30 days of June
    rows = assumptions_in_force(changed)
    for name in ("weather_year", "season_noise"):
        assert (rows[name].distribution, rows[name].a) == ("fixed", 1.0)
    drawn = Draws(changed, 1).values(7)
    assert (drawn.weather == 1).all()


def test_more_workable_days_than_a_month_has_are_cut_to_it() -> None:
    world = wintry()
    for row in world.rows["calendars"]:
        row["workable_days"] = 31 if row["month"] == 2 else 10
    changed = whatif.without(world.scenario(), "winter")
    assert {row.month: row.workable_days for row in changed.calendars}[2] == 28
    assert changed.calendars[0].workable_days == 31


def test_free_teams_stand_where_able_teams_are_deployed_and_nowhere_else() -> None:
    scenario = busy("clearance").scenario()
    changed = whatif.without(scenario, "waiting_clearance")
    new = changed.deployments[len(scenario.deployments) :]
    assert changed.deployments[: len(scenario.deployments)] == scenario.deployments
    assert [(line.asset, line.base, line.teams) for line in new] == [
        ("clearance", "town", whatif.ENOUGH_TEAMS)
    ]
    assert new[0].from_date is None
    assert new[0].until_date is None


def test_with_nobody_deployed_able_types_come_to_all_bases() -> None:
    world = nobody()
    world.place("camp", "base")
    world.deploy("surveyors", base="camp")
    scenario = world.scenario()
    changed = whatif.without(scenario, "waiting_technical_survey")
    new = changed.deployments[len(scenario.deployments) :]
    assert [(line.asset, line.base) for line in new] == [("deminers", "camp"), ("deminers", "town")]


def test_types_that_cannot_do_the_work_do_not_stand_in_for_those_who_can() -> None:
    scenario = wrong_deminers().scenario()
    changed = whatif.without(scenario, "waiting_technical_survey")
    new = changed.deployments[len(scenario.deployments) :]
    assert [(line.asset, line.base) for line in new] == [("deminers", "home"), ("deminers", "town")]


def test_work_that_no_type_can_do_waits_for_ever() -> None:
    world = village(horizon_years=1)
    world.hazard("mine", "home", difficulty="extreme")
    world.team(mult_extreme=0)
    scenario = world.scenario()
    changed = whatif.without(scenario, "waiting_technical_survey")
    assert changed.deployments == scenario.deployments
    assert days_of(changed, like=scenario) == {"waiting_technical_survey": 365}


def gated(**gates: dict[str, float]) -> Sketch:
    """Draw a village without works of water, and with one dwelling for many."""
    world = village(people=40, horizon_years=1)
    world.works("house", "home", "shelter", 3, dwellings=1)
    world.team("builders", ["building"])
    world.gates = dict(gates)
    return world


@pytest.mark.parametrize(("cause", "gate"), [("missing_data", "water"), ("not_planned", "shelter")])
def test_a_cause_that_goes_with_its_gate_sets_that_gate_aside(cause: str, gate: str) -> None:
    scenario = gated(road_access={}, water={}, shelter={"required_share": 0.9}).scenario()
    changed = whatif.without(scenario, cause, [gate])
    assert changed == replace(
        scenario, gates={name: given for name, given in scenario.gates.items() if name != gate}
    )
    alone = gated(**{"road_access": {}, gate: {}}).scenario()
    assert days_of(alone) == {cause: 365}
    assert days_of(whatif.without(alone, cause, [gate]), like=alone) == {}


def test_no_route_goes_with_the_gate_that_needs_one() -> None:
    world = village("road_access", hours=None, horizon_years=1)
    world.road("track", "town", "home", all_season=False)
    world.team()
    world.gates = {"permission": {}, "road_access": {}}
    scenario = world.scenario()
    assert days_of(scenario) == {"no_route": 365}
    changed = whatif.without(scenario, "no_route", ["road_access"])
    assert list(changed.gates) == ["permission"]
    assert days_of(changed, like=scenario) == {}


def test_the_last_gate_set_aside_leaves_nothing_to_wait_for() -> None:
    scenario = gated(water={}).scenario()
    changed = whatif.without(scenario, "missing_data", ["water"])
    assert changed.gates == {}
    assert days_of(changed, like=scenario) == {}


def every_cause() -> Sequence[str]:
    return sorted({*COMMON, *causes_of(plan_work(rp.load(VALLEY)))})


@pytest.mark.parametrize("cause", every_cause())
def test_every_cause_has_a_remedy_in_words_or_is_known_to_have_none(cause: str) -> None:
    words = remedy(cause)
    assert bool(words) == (cause not in WITHOUT_REMEDY)
    assert "_" not in words
    scenario = rp.load(VALLEY)
    if not words:
        with pytest.raises(ValueError, match="takes away the cause other"):
            whatif.without(scenario, cause)
        return
    changed = whatif.without(scenario, cause, ["water"])
    assert changed != scenario
    assert changed.communities == scenario.communities
    assert plan_work(changed) == plan_work(scenario)


@pytest.mark.parametrize("cause", ["travel", "handover", "work_community_survey", "winter"])
def test_the_luck_of_all_other_numbers_stays(cause: str) -> None:
    scenario = rp.load(VALLEY)
    changed = whatif.without(scenario, cause)
    own = {
        "handover": {"handover_days"},
        "work_community_survey": {"survey_team_days"},
        "winter": {"weather"},
    }
    for draw in range(3):
        before, after = (Draws(one, 1).values(draw) for one in (scenario, changed))
        for field in fields(before):
            if field.name in {"number", "unrecorded", *own.get(cause, ())}:
                continue
            assert np.array_equal(getattr(before, field.name), getattr(after, field.name))
        moved = {name for name in before.number if before.number[name] != after.number[name]}
        assert moved <= {"weather_persistent"}
        for field in fields(before.unrecorded):
            left, right = (getattr(one.unrecorded, field.name) for one in (before, after))
            assert np.array_equal(left, right)
