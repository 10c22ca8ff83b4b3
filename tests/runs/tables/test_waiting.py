"""What holds people up: key roads and causes of delay, by hand and over draws (model §7.1)."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.model.simulation import Prepared
from returnplan.runs.tables import waiting
from tests.sketch import STAGES, Sketch
from tests.tabled import over_draws

DAY_S = 86_400
ALLOCATIONS = ("today", "smith_path")
RELEASED = pd.Timestamp("2025-01-17")


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


@pytest.fixture(scope="module")
def spread(valley: rp.Scenario) -> rp.Ensemble:
    return rp.ensemble(valley, ALLOCATIONS, draws=12)


# --------------------------------------------------------------------------------------- key roads


def behind_mined_roads() -> Sketch:
    """Draw two roads from the hub that are both released on day 16.

    Behind ``lane`` and a junction wait 100 and 50 people, behind ``spur`` wait 120.
    """
    world = Sketch()
    world.gates = {"road_access": {}}
    world.place("mid", "junction")
    world.road("lane", "town", "mid")
    for name, people_there in (("upper", 100), ("lower", 50)):
        world.village(name, people=people_there, hours=None)
        world.road(f"{name}_road", "mid", name)
    world.village("other", people=120, hours=None)
    world.road("spur", "other", "town")
    world.hazard("lane_mine", "lane")
    world.hazard("spur_mine", "spur")
    world.asset("team")
    world.deploy("team", teams=2)
    return world


def test_a_mined_road_keeps_all_behind_it_waiting_until_it_opens() -> None:
    # Technical survey 1 day, clearance 4, quality control 1, handover 10: day 16 = RELEASED.
    # lane: 100 + 50 people x 16 days; spur: 120 x 16. The roads beyond the junction are open.
    table = behind_mined_roads().run().outcome.key_roads
    columns = ["rank", "road", "from_place", "to_place", "people_mean", "person_days_mean"]
    told = table[[*columns, "people_without_other_route", "open_date_p50"]]
    lane = (1, "lane", "town", "mid", 150.0, 150 * 16.0, 150, RELEASED)
    spur = (2, "spur", "other", "town", 120.0, 120 * 16.0, 120, RELEASED)
    assert list(told.itertuples(index=False, name=None)) == [lane, spur]
    assert table["open_date_p10"].isna().all()
    assert table["open_date_p90"].isna().all()


def test_a_road_counts_until_it_lets_the_team_come_and_not_after() -> None:
    # The road is released on day 16; then the land behind it until day 32: 40 people x 16 days.
    world = Sketch()
    world.gates = {"housing_land": {}}
    world.village("home", people=40, hours=None)
    world.road("lane", "town", "home")
    world.hazard("lane_mine", "lane")
    world.hazard("mine", "home")
    world.team("surveyors", ["survey"])
    world.team("deminers", STAGES[1:])
    told = world.run()
    assert told.ready("home_people") == 32
    (row,) = told.outcome.key_roads.itertuples()
    assert (row.road, row.people_mean, row.person_days_mean) == ("lane", 40, 640)
    assert row.people_without_other_route == 40


def test_a_road_that_never_opens_counts_up_to_the_horizon() -> None:
    world = Sketch(horizon_years=1)
    world.gates = {"road_access": {}}
    world.village("home", people=40, hours=None)
    world.road("lane", "town", "home", repair_crew_days=900)
    world.team("crew", ["road_repair"])
    table = world.run().outcome.key_roads
    (row,) = table.itertuples()
    assert (row.people_mean, row.person_days_mean) == (40, 40 * 365)
    assert table["open_date_p50"].isna().all()


def test_nobody_is_without_another_way_where_there_are_two_roads() -> None:
    # Both are released on day 16; the shorter one counts, and one could do without it.
    world = Sketch()
    world.gates = {"road_access": {}}
    world.village("home", people=40, hours=None)
    for name, hours in (("lane", 1), ("round", 3)):
        world.road(name, "town", "home", hours=hours)
        world.hazard(f"{name}_mine", name)
    world.asset("team")
    world.deploy("team", teams=2)
    (row,) = world.run().outcome.key_roads.itertuples()
    assert (row.road, row.people_mean, row.people_without_other_route) == ("lane", 40, 0)


@pytest.mark.parametrize(
    ("area_m2", "entered", "driven"),
    [
        (None, date(2025, 2, 10), pd.Timestamp("2025-02-10")),  # day 40: nothing to be released
        (8000, date(2025, 1, 6), pd.Timestamp("2025-01-22")),  # entered on day 5, released 16 later
        (8_000_000, date(2025, 1, 6), None),  # technical survey of 1,000 days
    ],
)
def test_teams_drive_on_a_road_once_it_is_released_and_its_date_has_come(
    area_m2: float | None, entered: date, driven: pd.Timestamp | None
) -> None:
    world = Sketch(horizon_years=1)
    world.gates = {"road_access": {}}
    world.village("home", people=40, hours=None, accessible_from=entered)
    world.road("lane", "town", "home")
    if area_m2:
        world.hazard("lane_mine", "lane", area_m2)
    world.team()
    table = world.run().outcome.key_roads
    assert table["road"].tolist() == ["lane"]
    assert [None if pd.isna(day) else day for day in table["drive_date_p50"]] == [driven]


def test_without_waiting_for_a_road_there_are_no_key_roads() -> None:
    world = Sketch()
    world.village("home", people=40)
    world.team()
    table = world.run().outcome.key_roads
    assert len(table) == 0
    assert list(table)[:3] == ["allocation", "rank", "road"]


def test_roads_rank_by_people_then_by_how_long_they_wait_then_by_id() -> None:
    # Released on day 16, or 12 + 10 = 22 with twice the area. In front: most people.
    world = Sketch()
    world.gates = {"road_access": {}}
    for name, people_there, area_m2 in (
        ("d", 30, 8000),
        ("c", 20, 8000),
        ("b", 20, 8000),
        ("a", 20, 16000),
    ):
        world.village(name, people=people_there)
        world.hazard(f"{name}_mine", f"{name}_road", area_m2)
    world.village("e", people=10)
    world.asset("team")
    world.deploy("team", teams=9)
    table = world.run().outcome.key_roads
    columns = ["rank", "road", "people_mean", "person_days_mean", "people_without_other_route"]
    assert list(table[columns].itertuples(index=False, name=None)) == [
        (1, "d_road", 30, 480, 30),
        (2, "a_road", 20, 440, 20),
        (3, "b_road", 20, 320, 20),
        (4, "c_road", 20, 320, 20),
    ]


def test_key_roads_of_draws_are_ranked_and_no_road_beyond_all_people(spread: rp.Ensemble) -> None:
    everyone = 3120
    for _, rows in spread.key_roads.groupby("allocation"):
        assert list(rows["rank"]) == list(range(1, len(rows) + 1))
        assert (np.diff(rows["people_mean"]) <= 0).all()
        assert (rows["people_mean"] <= everyone).all()
        dates = rows[["open_date_p10", "open_date_p50", "open_date_p90"]]
        dates = dates.fillna(pd.Timestamp("9999-01-01"))
        for early, late in (("open_date_p10", "open_date_p50"), ("open_date_p50", "open_date_p90")):
            assert (dates[early] <= dates[late]).all()


def test_key_roads_of_draws_are_means_of_people_and_ranges_of_dates() -> None:
    scenario = behind_mined_roads().scenario()
    roads = [road.id for road in scenario.roads]
    opens = np.full((4, len(roads)), np.inf)
    opens[:, roads.index("spur")] = [30, 10, 20, np.inf]
    people = np.zeros(len(roads), np.int64)
    people[[roads.index("spur"), roads.index("lane")]] = [360, 300]
    drawn = over_draws(
        scenario,
        4,
        road_people=people,
        road_person_minutes=people * 24 * 60,
        road_drive_s=np.minimum(opens, 5) * DAY_S,
        road_open_s=opens * DAY_S,
    )
    table: Any = waiting.key_roads(drawn)
    spur, lane = table.itertuples()
    assert (spur.rank, spur.road, spur.people_mean, spur.person_days_mean) == (1, "spur", 90, 90)
    assert (lane.rank, lane.road, lane.people_mean, lane.person_days_mean) == (2, "lane", 75, 75)
    assert spur.drive_date_p50 == lane.drive_date_p50 == pd.Timestamp("2025-01-06")
    assert (spur.open_date_p10, spur.open_date_p50) == (
        pd.Timestamp("2025-01-21"),
        pd.Timestamp("2025-01-31"),
    )
    assert pd.isna([spur.open_date_p90, lane.open_date_p10, lane.open_date_p50]).all()


# ------------------------------------------------------------------------------------------ delays


def test_delays_are_means_over_the_draws_and_causes_without_days_are_left_out() -> None:
    world = Sketch()
    world.village("home", people=40)
    world.people("guests", "home", 2)
    world.village("other", people=5)
    world.team()
    scenario = world.scenario()
    causes = Prepared(scenario).reasons.causes
    delay_s = np.zeros((2, len(causes)), np.int64)  # home, other
    delay_s[0, causes.index("travel")] = 3 * DAY_S
    delay_s[:, causes.index("handover")] = [9 * DAY_S, 6 * DAY_S]
    table = waiting.delays(over_draws(scenario, 3, delay_s=delay_s))
    assert list(table.itertuples(index=False, name=None)) == [
        ("plan", "home_people", "travel", 1.0, 40.0),
        ("plan", "home_people", "handover", 3.0, 120.0),
        ("plan", "guests", "travel", 1.0, 2.0),
        ("plan", "guests", "handover", 3.0, 6.0),
        ("plan", "other_people", "handover", 2.0, 10.0),
    ]


@pytest.mark.parametrize("number", range(len(ALLOCATIONS)))
def test_delays_of_a_community_add_up_to_its_mean_wait(
    number: int, valley: rp.Scenario, spread: rp.Ensemble
) -> None:
    horizon = (date(2032, 3, 1) - valley.start).days
    rows = spread.delays[spread.delays["allocation"] == ALLOCATIONS[number]]
    waits = np.minimum(spread.ready_day[number], horizon).mean(axis=0)
    sums = rows.groupby("community")[["days_mean", "person_days_mean"]].sum()
    days = [float(sums["days_mean"].get(community, 0)) for community in spread.communities]
    assert days == pytest.approx(list(waits), rel=1e-9)
    summary = spread.summary.set_index("allocation")
    person_days: Any = summary.loc[ALLOCATIONS[number], "person_days_mean"]
    assert sums["person_days_mean"].sum() == pytest.approx(person_days, rel=1e-9)


def test_delays_of_expected_values_add_up_to_the_ready_day(valley: rp.Scenario) -> None:
    outcome = rp.simulate(valley, "today")
    horizon = (outcome.horizon - outcome.start).days
    sums = outcome.delays.groupby("community")["days_mean"].sum()
    ready = outcome.readiness.set_index("community")["ready_day_p50"].fillna(horizon)
    for community, days in ready.items():
        assert sums.get(community, 0) == pytest.approx(days, abs=1e-6)
    total = outcome.delays["person_days_mean"].sum()
    assert total == pytest.approx(float(outcome.summary["person_days_mean"].iloc[0]), rel=1e-9)
