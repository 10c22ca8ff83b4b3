"""What a run brings beyond its dates: tables by hand, and sums over draws (model §7.1 to §10)."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from returnplan.model.account import Account, residual_risk_table, returns_table

import returnplan as rp
from returnplan.model import account as accounts
from returnplan.model.conditions.gates import NEVER_S, UNKNOWN_S
from returnplan.model.conditions.risk import LEVELS
from returnplan.model.reasons.causes import delays_table
from returnplan.model.simulation import SUMMED, Draw, Prepared, Programme
from returnplan.runs.machine import chunks
from tests.sketch import STAGES, Sketch

DAY_S = 86_400
DRAWS = 12
ALLOCATIONS = ("today", "smith_path")


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


@pytest.fixture(scope="module")
def spread(valley: rp.Scenario) -> rp.Ensemble:
    return rp.ensemble(valley, ALLOCATIONS, draws=DRAWS)


@pytest.fixture(scope="module")
def outcome(valley: rp.Scenario) -> rp.Outcome:
    return rp.simulate(valley, "today")


def two_districts(start: date = date(2025, 1, 20), horizon_years: int = 1) -> Sketch:
    world = Sketch(start, horizon_years)
    world.village("b", people=10, district="north")
    world.village("a", people=10, district="south")
    world.village("c", people=10, district="north")
    world.team()
    return world


# ----------------------------------------------------------------------------------------- returns


def people(*draws: list[list[float]]) -> dict[str, Any]:
    """The same draws x districts x instants for everybody who is counted."""
    values = np.array(draws, np.float64)
    return {"returned": values, "present": values * 2, "early": values / 10}


def test_returns_are_counted_at_the_end_of_each_month_of_each_district() -> None:
    books = Prepared(two_districts().scenario()).books
    count = len(books.dates)
    assert count == 14  # 20 January, 12 first days of months, 20 January
    draw = [[float(n) for n in range(count)], [100.0 + n for n in range(count)]]
    table = returns_table(books, "plan", people(draw))
    assert list(table["district"]) == ["north"] * 13 + ["south"] * 13
    north = table[table["district"] == "north"]
    assert list(north["month"])[:3] == ["2025-01", "2025-02", "2025-03"]
    assert list(north["month"])[-1] == "2026-01"
    assert list(north["date"])[:3] == ["2025-02-01", "2025-03-01", "2025-04-01"]
    assert list(north["date"])[-1] == "2026-01-20"
    assert list(north["returned_p50"]) == list(range(1, 14))
    assert list(table["returned_p50"])[-1] == 113


def test_a_start_on_the_first_of_a_month_gives_whole_months() -> None:
    books = Prepared(two_districts(date(2025, 1, 1)).scenario()).books
    draw = [[0.0] * 13] * 2
    table = returns_table(books, "plan", people(draw))
    north = table[table["district"] == "north"]
    assert list(north["month"]) == [f"2025-{month:02}" for month in range(1, 13)]
    assert north["date"].min() == "2025-02-01"
    assert north["date"].max() == "2026-01-01"


def test_ranges_of_returns_are_values_of_draws_and_means_are_means() -> None:
    books = Prepared(two_districts(date(2025, 1, 1)).scenario()).books
    draws = [[[count] * 13, [0.0] * 13] for count in (5.0, 1.0, 2.0, 12.0)]
    first = returns_table(books, "plan", people(*draws)).iloc[0]
    found = [first[f"returned_{name}"] for name in ("p10", "p50", "p90", "mean")]
    assert found == [2, 5, 12, 5]  # places ceil(0.3), ceil(1.5), ceil(2.7) of 1, 2, 5, 12
    assert [first[f"present_p{p}"] for p in (10, 50, 90)] == [4, 10, 24]
    assert [first["early_p50"], first["early_mean"]] == [0.5, 0.5]


def test_a_run_on_expected_values_has_no_ranges_of_returns(outcome: rp.Outcome) -> None:
    table = outcome.returns
    for name in ("returned_p10", "returned_p90", "present_p10", "present_p90"):
        assert table[name].isna().all()
    assert (table["returned_mean"] == table["returned_p50"]).all()
    assert (table["early_mean"] == table["early_p50"]).all()


def test_ranges_of_returns_are_in_order(spread: rp.Ensemble) -> None:
    for name in ("returned", "present"):
        ranges = spread.returns[[f"{name}_p10", f"{name}_p50", f"{name}_p90"]].to_numpy()
        assert (np.diff(ranges, axis=1) >= 0).all()
        assert (ranges >= 0).all()
    assert (spread.returns["returned_mean"].to_numpy() > 0).any()


@pytest.mark.parametrize("kind", ["draws", "expected values"])
def test_means_of_the_districts_add_up_to_those_who_have_returned(
    kind: str, spread: rp.Ensemble, outcome: rp.Outcome
) -> None:
    told: Any = spread if kind == "draws" else outcome
    for allocation in dict.fromkeys(told.returns["allocation"]):
        rows = told.returns[told.returns["allocation"] == allocation]
        whole = told.people_met[told.people_met["allocation"] == allocation].set_index("date")
        sums = rows.groupby("date")["returned_mean"].sum()
        assert list(sums.index) == list(whole.index[1:])
        np.testing.assert_allclose(sums, whole["returned_mean"][1:], rtol=1e-9, atol=1e-9)


def test_returned_people_never_become_fewer(outcome: rp.Outcome) -> None:
    for _, rows in outcome.returns.groupby("district"):
        assert (np.diff(rows["returned_mean"]) >= 0).all()


# ------------------------------------------------------------------------------------ residual risk


def risk_rows(*draws: list[int]) -> list[dict[str, Any]]:
    """Rows of a settlement whose risk is within the three limits at some times, by draw."""
    world = Sketch()
    world.village("home", people=10)
    world.team()
    books = Prepared(world.scenario()).books
    risk_s = np.array(draws, np.uint32)[:, np.newaxis, :]
    table = residual_risk_table(books, "plan", risk_s, np.zeros((len(draws), 1), np.uint32))
    assert list(table["max_per_year"]) == list(LEVELS)
    assert set(table["community"]) == {"home_people"}
    found: list[dict[str, Any]] = table.to_dict("records")  # type: ignore[assignment]
    return found


def test_a_limit_is_met_from_the_median_day_on() -> None:
    rows = risk_rows([0, 3 * DAY_S, NEVER_S], [0, 9 * DAY_S, NEVER_S], [0, 5 * DAY_S, 2 * DAY_S])
    assert [row["state"] for row in rows] == ["met", "met", "not met"]
    assert [row["day_p50"] for row in rows[:2]] == [0, 5]
    assert np.isnan(rows[2]["day_p50"])
    shares = [row["probability_by_horizon"] for row in rows]
    assert shares == pytest.approx([1, 1, 1 / 3])


def test_a_limit_is_unknown_if_half_of_the_draws_are() -> None:
    rows = risk_rows(
        [UNKNOWN_S, UNKNOWN_S, 0], [UNKNOWN_S, 7 * DAY_S, 0], [UNKNOWN_S, 0, UNKNOWN_S]
    )
    assert [row["state"] for row in rows] == ["unknown", "met", "met"]
    assert rows[1]["day_p50"] == 7  # unknown counts as never: 0, 7, never
    assert np.isnan(rows[0]["day_p50"])
    assert np.isnan(rows[0]["probability_by_horizon"])
    assert [row["probability_by_horizon"] for row in rows[1:]] == pytest.approx([2 / 3, 2 / 3])
    even = risk_rows([UNKNOWN_S, 0, 0], [0, 0, NEVER_S])
    assert [row["state"] for row in even] == ["unknown", "met", "not met"]


def test_a_village_without_hazards_is_within_every_limit_and_one_with_unknown_items_in_none() -> (
    None
):
    world = Sketch()
    world.village("home", people=10)
    world.village("mined", people=10)
    world.hazard("mine", "mined")
    world.team()
    table = world.run().outcome.residual_risk.set_index("community")
    home: Any = table.loc["home_people"]
    mined: Any = table.loc["mined_people"]
    assert list(home["state"]) == ["met"] * 3
    assert (home["day_p50"] <= 4).all()  # two visits of two days
    assert list(mined["state"]) == ["unknown"] * 3
    assert mined["day_p50"].isna().all()
    assert mined["probability_by_horizon"].isna().all()


def test_a_lower_limit_is_never_reached_before_a_higher_one(spread: rp.Ensemble) -> None:
    table = spread.residual_risk
    days = table["day_p50"].fillna(np.inf).to_numpy().reshape(-1, 3)
    assert (days[:, 1:] >= days[:, :-1]).all()
    shares = table["probability_by_horizon"].to_numpy().reshape(-1, 3)
    known = ~np.isnan(shares).any(axis=1)
    assert known.any()
    assert (np.diff(shares[known], axis=1) <= 0).all()
    assert set(table["state"]) <= {"met", "not met", "unknown"}


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
    # Technical survey 1 day, clearance 4, quality control 1, handover 10: day 16 = 17 January.
    # lane: 100 + 50 people x 16 days; spur: 120 x 16. The roads beyond the junction are open.
    table = behind_mined_roads().run().outcome.key_roads
    columns = ["rank", "road", "from_place", "to_place", "people_mean", "person_days_mean"]
    told = table[[*columns, "people_without_other_route", "open_date_p50"]]
    lane = (1, "lane", "town", "mid", 150.0, 150 * 16.0, 150, "2025-01-17")
    spur = (2, "spur", "other", "town", 120.0, 120 * 16.0, 120, "2025-01-17")
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
        dates = rows[["open_date_p10", "open_date_p50", "open_date_p90"]].fillna("9999")
        for early, late in (("open_date_p10", "open_date_p50"), ("open_date_p50", "open_date_p90")):
            assert (dates[early] <= dates[late]).all()


# ------------------------------------------------------------------------------------------ delays


def test_delays_are_means_over_the_draws_and_causes_without_days_are_left_out() -> None:
    world = Sketch()
    world.village("home", people=40)
    world.people("guests", "home", 2)
    world.village("other", people=5)
    world.team()
    facts = Prepared(world.scenario()).facts
    cause_s = np.array([[3, 0, 9], [0, 0, 6]]) * DAY_S
    table = delays_table(facts, "plan", ["travel", "winter", "handover"], cause_s, 3)
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


def test_delays_of_expected_values_add_up_to_the_ready_day(outcome: rp.Outcome) -> None:
    horizon = (outcome.horizon - outcome.start).days
    sums = outcome.delays.groupby("community")["days_mean"].sum()
    ready = outcome.readiness.set_index("community")["ready_day_p50"].fillna(horizon)
    for community, days in ready.items():
        assert sums.get(community, 0) == pytest.approx(days, abs=1e-6)
    total = outcome.delays["person_days_mean"].sum()
    assert total == pytest.approx(float(outcome.summary["person_days_mean"].iloc[0]), rel=1e-9)


# ------------------------------------------------------------------------------- draws and chunks


@pytest.fixture(scope="module")
def programme(valley: rp.Scenario) -> Programme:
    return Programme(valley, ALLOCATIONS, 1)


def test_a_draw_stacks_what_each_of_its_allocations_brings(
    valley: rp.Scenario, programme: Programme
) -> None:
    both = programme.run(3)
    for number, name in enumerate(ALLOCATIONS):
        alone = Programme(valley, [name], 1).run(3)
        for field in fields(Draw):
            whole, one = getattr(both, field.name), getattr(alone, field.name)
            assert len(whole) == len(ALLOCATIONS)
            assert one.shape[1:] == whole.shape[1:]
            if field.name != "casualties" or number == 0:  # others are compared with the first
                np.testing.assert_array_equal(whole[number], one[0], err_msg=field.name)
    own = {field.name for field in fields(Draw)} - {field.name for field in fields(Account)}
    assert own == {"gate_s", "released_m2"}


def test_only_whole_numbers_are_kept_as_sums(programme: Programme) -> None:
    drawn = programme.run(0)
    assert {"delay_s", "road_people"} < SUMMED
    for name in SUMMED:
        assert getattr(drawn, name).dtype == np.int64


@pytest.mark.parametrize("chunk_draws", [1, 3, 7, 100])
def test_chunks_of_any_size_hold_the_same_sums(
    chunk_draws: int, programme: Programme, tmp_path: Path
) -> None:
    kept = chunks.Kept(tmp_path, (0, 7), chunk_draws)
    chunks.run_on_threads(programme, kept, workers=2)
    drawn = [programme.run(draw) for draw in range(7)]
    for number in range(len(ALLOCATIONS)):
        for field in fields(Draw):
            each = np.stack([getattr(one, field.name)[number] for one in drawn])
            expected = each.sum(axis=0) if field.name in SUMMED else each
            found = kept.chunks().read(field.name, number)
            assert found.dtype == expected.dtype
            np.testing.assert_array_equal(found, expected, err_msg=field.name)


def test_days_of_people_who_are_early_are_counted_from_month_to_month(
    outcome: rp.Outcome, valley: rp.Scenario
) -> None:
    rows = outcome.returns
    early = [0.0, *rows.groupby("date")["early_mean"].sum()]
    days = np.diff(Prepared(valley).books.by_s) / DAY_S
    expected = sum(
        (one + other) / 2 * n for (one, other), n in zip(pairwise(early), days, strict=True)
    )
    assert expected > 0
    (found,) = outcome.summary["early_person_days_mean"]
    assert found == pytest.approx(expected, rel=1e-9)


def test_columns_of_returns_are_those_of_the_table(outcome: rp.Outcome) -> None:
    assert list(outcome.returns) == accounts.RETURN_COLUMNS
    assert isinstance(outcome.returns, pd.DataFrame)
