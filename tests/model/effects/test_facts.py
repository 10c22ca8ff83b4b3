"""What a run says of published facts: small worlds worked by hand."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from tests.sketch import STAGES, Sketch

pytestmark = pytest.mark.unwatched

JAN_16, JAN_17, JAN_23 = date(2025, 1, 16), date(2025, 1, 17), date(2025, 1, 23)
START, END = date(2025, 1, 1), date(2025, 12, 31)
HALF_LIFE_DAYS = 30.4375


def two_hazards() -> Sketch:
    """Mines at ``west`` are released at midnight of 17 January, a battle area at ``east`` on 23.

    Half of the 8,000 m2 of each is reduced and half cleared, which takes 6 days of work and 10 days
    of handover. A km2 of mines holds 1,000 items, one of battle area 4,000. Conditions are met with
    the release.
    """
    sketch = Sketch()
    sketch.gates = {"housing_land": {}}
    sketch.village("west", people=100, district="West")
    sketch.village("east", people=40, district="East")
    sketch.place("empty", district="East")
    sketch.road("empty_road", "town", "empty")
    sketch.hazard("mines", "west", items_per_km2=1000)
    sketch.hazard("battle", "east", land_class="battle_area", items_per_km2=4000)
    sketch.team("deminers", STAGES[1:])
    sketch.asset("builders", ["building"], cost_usd_day=50)
    sketch.deploy("builders")
    sketch.order("west_people", "east_people")
    return sketch


def told(sketch: Sketch, measure: str, since: date, until: date, **more: Any) -> float:
    """What the run on expected values says of one fact."""
    value = None if measure == "first_return_day" else 1.0
    dates = {"from_date": since, "until_date": until}
    sketch.rows["facts"].clear()
    sketch.add("facts", id="fact", measure=measure, value=value, use="check", **dates, **more)
    outcome = rp.simulate(sketch.scenario(), "plan")
    assert outcome.fact_ids == ("fact",)
    assert outcome.modelled is not None
    assert outcome.modelled.shape == (1, 1, 1)
    return float(outcome.modelled[0, 0, 0])


def test_the_hazards_are_released_on_the_days_that_the_others_rest_on() -> None:
    releases = rp.simulate(two_hazards().scenario(), "plan").releases
    assert releases.set_index("hazard")["released_day"].to_dict() == {"mines": 16, "battle": 22}


@pytest.mark.parametrize(
    ("since", "until", "m2"),
    [
        (START, JAN_16, 0),
        (START, JAN_17, 8000),
        (JAN_17, JAN_17, 8000),
        (JAN_17, JAN_23, 16_000),
        (date(2025, 1, 18), END, 8000),
        (date(2025, 1, 24), END, 0),
    ],
)
def test_a_period_holds_what_is_released_on_its_last_day(
    since: date, until: date, m2: float
) -> None:
    assert told(two_hazards(), "released_m2", since, until) == m2


@pytest.mark.parametrize(
    ("more", "m2", "items"),
    [
        ({}, 16_000, 8 + 32),
        ({"district": "West"}, 8000, 8),
        ({"land_class": "battle_area"}, 8000, 32),
        ({"land_class": "low_density"}, 0, 0),
        ({"route": "cleared"}, 8000, 4 + 16),
        ({"route": "cancelled"}, 0, 0),
        ({"route": "reduced", "district": "East"}, 4000, 16),
        ({"land_class": "minefield", "district": "East"}, 0, 0),
    ],
)
def test_areas_and_items_are_those_of_a_district_a_land_class_and_a_route(
    more: dict[str, Any], m2: float, items: float
) -> None:
    assert told(two_hazards(), "released_m2", START, END, **more) == m2
    assert told(two_hazards(), "items", START, END, **more) == pytest.approx(items)


def test_items_are_unknown_where_a_hazard_says_nothing_of_them() -> None:
    sketch = two_hazards()
    sketch.hazard("unknown", "east", land_class="low_density")
    assert math.isnan(told(sketch, "items", START, END))
    assert math.isnan(told(sketch, "items", START, END, district="East"))
    assert told(sketch, "items", START, END, district="West") == pytest.approx(8)


def test_teams_cost_what_land_release_teams_cost_while_they_are_present() -> None:
    assert told(two_hazards(), "teams_usd", START, END) == 365 * 100
    assert told(two_hazards(), "teams_usd", JAN_16, JAN_17) == 2 * 100
    sketch = two_hazards()
    sketch.rows["deployments"].clear()
    sketch.deploy("deminers", teams=3, since=JAN_16, until=JAN_17)  # one day, and what is begun
    finish = rp.simulate(sketch.scenario(), "plan").jobs["finish_day"].max()
    assert finish == 15 + 1  # technical survey, which nobody follows up
    assert told(sketch, "teams_usd", START, END) == 3 * 100


def test_shares_and_seasons_are_parts_of_the_area_of_the_period() -> None:
    assert told(two_hazards(), "share_of_area", START, END, district="East") == 0.5
    assert told(two_hazards(), "share_of_area", START, JAN_17, district="East") == 0
    assert math.isnan(told(two_hazards(), "share_of_area", START, JAN_16, district="East"))
    assert told(two_hazards(), "season_index", START, END, month=1) == 12
    assert told(two_hazards(), "season_index", START, END, month=2) == 0
    two_years = date(2026, 12, 31)
    sketch = two_hazards()
    sketch.hazard("later", "empty", area_m2=160_000)  # 120 days of work after 12: 22 May
    by_month = [told(sketch, "season_index", START, two_years, month=m) for m in (1, 4, 5, 6)]
    assert by_month == pytest.approx([12 * 16 / 176, 0, 12 * 160 / 176, 0])


def test_the_first_return_is_asked_of_the_day_on_which_conditions_are_met() -> None:
    span = (date(2025, 3, 1), date(2025, 3, 9))
    assert told(two_hazards(), "first_return_day", *span, place="west") == 16
    assert told(two_hazards(), "first_return_day", *span, place="east") == 22
    assert math.isnan(told(two_hazards(), "first_return_day", *span, place="empty"))
    sketch = two_hazards()
    sketch.gates["water"] = {}
    sketch.hazard("well", "west", area_m2=1e7, denies="water")
    sketch.works("pump", "west", "water", 5)
    assert told(sketch, "first_return_day", *span, place="west") == math.inf


def test_people_who_returned_are_counted_at_the_end_of_the_last_day() -> None:
    sketch = two_hazards()
    sketch.assume(
        willing_share=1, early_return_share=0, leaving_share_year=0, return_half_time_months=1,
        reception_households_month=1e9, reception_total_households_month=1e9,
    )  # fmt: skip
    assert told(sketch, "people_returned", START, JAN_16) == 0
    for until in (date(2025, 1, 20), date(2025, 4, 7), date(2025, 12, 30)):
        days = (until - START).days + 1
        west, east = (
            people * (1 - 0.5 ** (max(days - ready, 0) / HALF_LIFE_DAYS))
            for people, ready in ((100, 16), (40, 22))
        )
        assert told(sketch, "people_returned", START, until) == pytest.approx(west + east)
        assert told(sketch, "people_returned", START, until, district="West") == pytest.approx(west)
        assert told(sketch, "people_returned", START, until, place="east") == pytest.approx(east)
    assert math.isnan(told(sketch, "people_returned", START, END, place="empty"))


def test_on_the_first_of_a_month_people_are_those_of_the_table() -> None:
    sketch = two_hazards()
    until = date(2025, 6, 30)
    found = told(sketch, "people_returned", START, until)
    table = rp.simulate(sketch.scenario(), "plan").people_met.set_index("date")
    assert found == pytest.approx(table.loc["2025-07-01", "returned_p50"], rel=1e-12)


def test_nothing_is_said_of_victims_or_of_the_time_before_the_start() -> None:
    assert math.isnan(told(two_hazards(), "victims", START, END))
    before = (date(2024, 1, 1), date(2024, 12, 31))
    for measure in ("released_m2", "items", "teams_usd", "people_returned"):
        assert math.isnan(told(two_hazards(), measure, *before))


def test_facts_change_no_other_result() -> None:
    sketch = two_hazards()
    told(sketch, "people_returned", START, JAN_17)
    with_facts = rp.ensemble(sketch.scenario(), ["plan"], 6)
    sketch.rows["facts"].clear()
    without = rp.ensemble(sketch.scenario(), ["plan"], 6)
    assert (without.modelled.shape, with_facts.modelled.shape) == ((1, 6, 0), (1, 6, 1))
    assert np.array_equal(with_facts.ready_day, without.ready_day)
    for name, table in without.tables.items():
        if name != "facts":
            assert table.equals(with_facts.tables[name]), name
