"""The model's discrepancy: all work goes faster or slower from the day after the last fact on.

One team of 1,000 m2 a day (no travel, no mobilisation) works on two villages; day 0 is 1 January
2025. The last fact ends on 10 February, so that day 41 is the first of the new speed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.model.simulation import Course, Prepared, PreparedAllocation, account_of, run
from returnplan.units import DAY_S
from tests.sketch import Sketch

FROM = 41
LINE: dict[str, Any] = {
    **{"allocation": "plan", "draw": 0, "weight": 1.0, "seed": 1, "draws": 1, "facts": 1},
    **{"last_fact": date(2025, 2, 10), "discrepancy_log_sd": 0.15, "made_for": "0" * 16},
    "returnplan": "1",
}
SPEEDS = (0.5, 0.8, 1.25, 2.0)


def scenario(*, zone: bool = False) -> rp.Scenario:
    world = Sketch()
    world.assume(handover_days=0)
    if zone:
        world.zone("hills", 10, 14, 20, 25, 28, 30, 31, 31, 28, 25, 15, 10)
    for name in ("alpha", "beta"):
        world.village(name, hours=0, people=100, **({"zone": "hills"} if zone else {}))
        world.hazard(f"{name}_field", name, area_m2=40_000)
    world.works("alpha_well", "alpha", "water", 0)
    world.works("beta_well", "beta", "water", 60)
    world.gates = {"permission": {}, "housing_land": {}, "water": {}}
    world.team(skills=("survey", "technical_survey", "clearance", "quality_control"))
    world.team("builders", ("building",))
    world.order("alpha_people", "beta_people")
    world.rows["posterior"].append(LINE)
    return world.scenario()


def course(given: rp.Scenario, speed: float) -> tuple[Prepared, PreparedAllocation, Course]:
    prepared = Prepared(given)
    allocation = PreparedAllocation(prepared, "plan")
    numbers = prepared.numbers(replace(prepared.expected, discrepancy=speed))
    return prepared, allocation, run(prepared, allocation, numbers)


def released(given: rp.Scenario, speed: float) -> list[float]:
    found = course(given, speed)[2].history.released_s / DAY_S
    return [float(day) for day in found]


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_team_does_as_much_in_a_day_of_the_new_speed_as_in_so_many_old_ones(
    speed: float,
) -> None:
    plain = released(scenario(), 1.0)
    assert any(day < FROM for day in plain)
    assert any(day > FROM for day in plain)
    expected = [day if day <= FROM else FROM + (day - FROM) / speed for day in plain]
    assert released(scenario(), speed) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("speed", SPEEDS)
def test_works_follow_too(speed: float) -> None:
    plain, changed = (
        float(course(scenario(), one)[2].history.works_s[1]) / DAY_S for one in (1.0, speed)
    )
    assert plain > FROM
    assert (changed < plain) == (speed > 1)


@pytest.mark.parametrize("speed", SPEEDS)
def test_zones_with_a_calendar_work_as_many_workable_days(speed: float) -> None:
    given = scenario(zone=True)
    prepared = Prepared(given)
    zone = prepared.calendars.zones["hills"]
    weather = np.ones(len(prepared.expected.weather))
    plain, changed = (prepared.calendars.under(weather, one) for one in (1.0, speed))
    starts = prepared.calendars.months.start_day
    assert FROM in starts
    before = int(np.flatnonzero(starts == FROM)[0])
    for number in (zone, prepared.calendars.zones[""]):
        assert (plain.worked[number, : before + 1] == changed.worked[number, : before + 1]).all()
        ratio = (changed.worked[number, -1] - changed.worked[number, before]) / (
            plain.worked[number, -1] - plain.worked[number, before]
        )
        assert ratio == pytest.approx(speed)


@pytest.mark.parametrize("zone", [False, True])
@pytest.mark.parametrize("speed", SPEEDS)
def test_areas_of_hazards_and_all_that_is_released_stay_the_same(speed: float, zone: bool) -> None:
    given = scenario(zone=zone)
    totals = []
    for one in (1.0, speed):
        prepared, allocation, found = course(given, one)
        amounts = found.numbers.amounts
        assert amounts.shares.sum(axis=1) == pytest.approx(1)
        account = account_of(prepared, allocation, found)
        assert account.delay_s.sum(axis=1) == pytest.approx(found.ready_s)
        totals.append((amounts.area_m2.tolist(), amounts.work.tolist(), account.released_m2.sum()))
    assert totals[0][:2] == totals[1][:2]
    assert totals[0][2] == pytest.approx(totals[1][2])
    assert totals[0][2] == pytest.approx(80_000)


def test_a_month_that_is_cut_costs_what_a_whole_one_does() -> None:
    plain = replace(scenario(), posterior=())
    accounts = []
    for given in (plain, scenario()):
        prepared, allocation, found = course(given, 1.0)
        accounts.append(account_of(prepared, allocation, found))
    for name in ("usd", "mobilisations", "camps", "team_days", "delay_s", "gate_s"):
        one, other = (getattr(account, name) for account in accounts)
        assert one == pytest.approx(other), name


def test_slower_work_is_booked_as_work_and_not_as_winter() -> None:
    for speed in (0.5, 2.0):
        prepared, allocation, found = course(scenario(), speed)
        account = account_of(prepared, allocation, found)
        winter = prepared.reasons.causes.index("winter")
        assert account.delay_s[:, winter].tolist() == [0, 0]
