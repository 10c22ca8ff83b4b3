"""Ranges over draws: quantiles that keep what never comes, and status by most draws."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from returnplan.runs.tables.ranges import judge_draws

import returnplan as rp
from returnplan.model.conditions.gates import NEVER_S, UNKNOWN_S
from returnplan.model.simulation import Prepared, PreparedAllocation
from returnplan.quantiles import quantile
from returnplan.runs.outcome import Outcome
from returnplan.runs.tables import ranges
from returnplan.units import counting_dates, date_to_seconds

DAY = 86_400
HORIZON_S = 1000 * DAY
GATES = ("permission", "survey", "water")


def verdict(*draws: tuple[int, int, int]) -> ranges.Verdict:
    """Judge one settlement by its gates in each draw, in days (negative: a mark)."""
    seconds = [[[d if d > HORIZON_S else d * DAY for d in draw]] for draw in draws]
    return judge_draws(GATES, np.array(seconds, np.uint32), HORIZON_S).at(0)


@given(
    st.lists(st.floats(0, 1e6) | st.just(math.inf), min_size=1, max_size=40), st.integers(0, 100)
)
def test_a_quantile_is_the_draw_at_or_above_its_place(values: list[float], percent: int) -> None:
    place = math.ceil(round(percent * (len(values) - 1) / 100, 9))
    assert quantile(np.array(values), percent).item() == sorted(values)[place]


def test_a_quantile_takes_any_axis_and_never_mixes_two_draws() -> None:
    values = np.array([[3.0, 1.0, math.inf], [6.0, 4.0, 5.0]])
    assert quantile(values, 50, axis=1).tolist() == [3.0, 5.0]
    assert quantile(values, 90, axis=0).tolist() == [6.0, 4.0, math.inf]


def test_places_that_are_whole_are_not_lifted_by_rounding() -> None:
    values = np.arange(71.0)  # 0.1 x 70 is above 7 in binary numbers
    assert quantile(values, 10).item() == 7.0


def test_a_community_is_met_when_its_median_is_within_the_horizon() -> None:
    found = verdict((0, 10, 20), (0, 30, 5), (0, NEVER_S, 5))
    assert found.ready_s == (30 * DAY, 30 * DAY, NEVER_S)
    assert found.status == "conditions met (modelled)"
    assert found.ready_share == 2 / 3
    assert found.binding_gate == "survey"


def test_the_binding_gate_is_the_most_frequent_one_and_ties_go_to_the_first() -> None:
    assert verdict((0, 10, 20), (0, 30, 5)).binding_gate == "survey"
    assert verdict((0, 10, 20), (0, 5, 30), (0, 30, 5)).binding_gate == "water"
    assert verdict((0, 0, 0)).binding_gate == "permission"
    assert verdict((0, NEVER_S, UNKNOWN_S)).binding_gate == "survey"


def test_a_gate_after_the_horizon_fails() -> None:
    found = verdict((0, 1001, 5))
    assert found.status == "conditions not met: survey"
    assert found.ready_share == 0


def test_gates_are_named_that_fail_in_half_of_the_draws_that_are_not_ready() -> None:
    late = (0, NEVER_S, 5)
    both = (0, NEVER_S, NEVER_S)
    assert verdict(late, both).status == "conditions not met: survey, water"
    assert verdict(late, late, both).status == "conditions not met: survey"
    assert verdict(late, both, (0, 1, 1)).status == "conditions not met: survey, water"


def test_without_such_a_gate_the_one_is_named_that_fails_most_often() -> None:
    first, second, third = (NEVER_S, 0, 0), (0, NEVER_S, 0), (0, 0, NEVER_S)
    assert verdict(first, second, third).status == "conditions not met: permission"
    found = verdict(first, second, third, first, second, third, third)
    assert found.status == "conditions not met: water"


def test_the_status_is_unknown_only_if_every_gate_that_fails_is() -> None:
    unknown = (0, 5, UNKNOWN_S)
    assert verdict(unknown).status == "unknown: water works"
    assert verdict(unknown, unknown, (0, NEVER_S, UNKNOWN_S)).status == "unknown: water works"
    assert verdict((0, NEVER_S, UNKNOWN_S)).status == "conditions not met: survey"
    assert verdict(unknown).unknown_gates == ("water",)
    assert verdict(unknown, (0, 5, 5), (0, 5, 5)).unknown_gates == ()


def test_binding_shares_of_a_community_sum_to_one() -> None:
    times = np.random.default_rng(1).integers(0, 2000 * DAY, (50, 4, 3)).astype(np.uint32)
    judged = judge_draws(GATES, times, HORIZON_S)
    assert (judged.binds.sum(axis=1) == 50).all()
    assert (judged.ready_s[:, 0] == NEVER_S).sum() == (times[:, 0].max(axis=1) > HORIZON_S).sum()


def test_land_that_is_released_in_no_draw_has_no_row() -> None:
    cells = [("north", 2024, "cleared", "road"), ("north", 2025, "cleared", "road")]
    table = ranges.land_release_table("a", cells, np.array([[0.0, 5.0], [0.0, 7.0], [0.0, 0.0]]))
    assert table["year"].tolist() == [2025]
    assert table.filter(like="area").to_numpy().tolist() == [[5.0, 5.0, 7.0, 4.0]]
    assert ranges.land_release_table("a", [], np.zeros((3, 0))).empty


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


def drawn_seconds(scenario: rp.Scenario, draws: int, seed: int) -> NDArray[np.uint32]:
    """Made-up ready times, draw x community: some on a date of counting, some never."""
    luck = np.random.default_rng(seed)
    dates = [
        date_to_seconds(day, scenario.start)
        for day in counting_dates(scenario.start, scenario.horizon_years)
    ]
    shape = (draws, len(scenario.communities))
    exact = luck.choice(dates, shape)
    other = luck.integers(0, dates[-1], shape)
    times = np.where(luck.random(shape) < 0.5, exact, other)
    return np.where(luck.random(shape) < 0.2, NEVER_S, times).astype(np.uint32)


def nobody(scenario: rp.Scenario, draws: int) -> dict[str, NDArray[np.float64]]:
    """Nobody has returned by any date."""
    dates = counting_dates(scenario.start, scenario.horizon_years)
    return dict.fromkeys(("returned", "present", "early"), np.zeros((draws, len(dates))))


@pytest.mark.parametrize("draws", [1, 2, 10, 41])
def test_people_are_counted_by_midnight_of_each_date_as_ranges_over_draws(
    valley: rp.Scenario, draws: int
) -> None:
    ready_s = drawn_seconds(valley, draws, seed=draws)
    table = ranges.people_met_table(valley, "today", ready_s, nobody(valley, draws))
    people = [community.people for community in valley.communities]
    for row in table.to_dict("records"):
        met = sorted(
            sum(one for one, at_s in zip(people, times, strict=True) if at_s <= row["day"] * DAY)
            for times in ready_s.tolist()
        )
        for percent in (10, 50, 90):
            place = -(-percent * (draws - 1) // 100)
            assert row[f"people_p{percent}"] == met[place], row["date"]
        assert row["people_mean"] == math.fsum(met) / draws


def test_people_are_counted_on_day_0_the_first_of_each_month_and_the_horizon() -> None:
    scenario = rp.load("scenarios/karabakh")
    dates = [day.isoformat() for day in counting_dates(scenario.start, scenario.horizon_years)]
    assert dates[:3] == ["2020-11-10", "2020-12-01", "2021-01-01"]
    assert dates[-2:] == ["2040-11-01", "2040-11-10"]
    assert len(dates) == 242


def test_a_start_on_the_first_of_a_month_is_counted_once(valley: rp.Scenario) -> None:
    dates = [day.isoformat() for day in counting_dates(valley.start, valley.horizon_years)]
    assert dates[:2] == ["2024-03-01", "2024-04-01"]
    assert dates[-1] == "2032-03-01"
    assert len(dates) == len(set(dates)) == 97


@pytest.mark.parametrize("draws", [0, 30])
def test_people_by_a_date_are_those_of_the_summary_wherever_dates_coincide(
    valley: rp.Scenario, draws: int
) -> None:
    found: Outcome | rp.Ensemble = rp.simulate(valley, "today")
    if draws:
        found = rp.ensemble(valley, ["today"], draws=draws)
    by_date = found.people_met.set_index("date")["people_mean"]
    row = found.summary.iloc[0]
    dates = [str(name)[10:20] for name in row.index if str(name).startswith("people_by_")]
    assert len(dates) == 8
    assert [by_date[day] for day in dates] == [row[f"people_by_{day}_mean"] for day in dates]


def test_people_met_never_fall_and_their_range_is_in_order(valley: rp.Scenario) -> None:
    ready_s = drawn_seconds(valley, 25, seed=9)
    table = ranges.people_met_table(valley, "today", ready_s, nobody(valley, 25))
    numbers = table[["people_p10", "people_p50", "people_p90"]].to_numpy()
    assert (np.diff(numbers, axis=0) >= 0).all()
    assert (np.diff(numbers, axis=1) >= 0).all()
    assert (np.diff(table["people_mean"]) >= 0).all()


def test_a_run_on_expected_values_counts_people_without_a_range(valley: rp.Scenario) -> None:
    outcome = rp.simulate(valley, "today")
    table, days = outcome.people_met, outcome.readiness["ready_day_p50"].to_numpy()
    people = outcome.readiness["people"].to_numpy()
    assert table[["people_p10", "people_p90"]].isna().all(axis=None)
    assert table["people_p50"].tolist() == [int(people[days <= day].sum()) for day in table["day"]]
    assert table["people_mean"].tolist() == table["people_p50"].tolist()


def test_a_world_without_people_has_an_empty_table() -> None:
    judged = judge_draws(GATES, np.zeros((4, 0, 3), np.uint32), HORIZON_S)
    assert judged.ready_s.shape == (4, 0)


# ---------------------------------------------------------------- one draw says what one run says


def gate_times(outcome: Outcome, settlements: list[str]) -> NDArray[np.uint32]:
    """Times of the gates of a run on expected values, as one draw: draw x settlement x gate."""
    settlement = dict(
        zip(outcome.readiness["community"], outcome.readiness["settlement"], strict=True)
    )
    gates = list(dict.fromkeys(outcome.gates["gate"]))
    times = np.zeros((1, len(settlements), len(gates)), np.uint32)
    marks = {"unknown": UNKNOWN_S, "not met": NEVER_S}
    for row in outcome.gates.itertuples():
        at = settlements.index(settlement[str(row.community)]), gates.index(str(row.gate))
        times[0, *at] = marks.get(str(row.state)) or round(float(str(row.day_p50)) * DAY)
    return times


@pytest.mark.parametrize("allocation", ["today", "smith_path"])
def test_one_draw_gives_the_tables_of_a_run_on_expected_values(allocation: str) -> None:
    scenario = rp.load("scenarios/valley")
    outcome = rp.simulate(scenario, allocation)
    settlements = list(dict.fromkeys(c.settlement for c in scenario.communities))
    gates = tuple(dict.fromkeys(outcome.gates["gate"]))
    horizon_s = (outcome.horizon - outcome.start).days * DAY
    judged = judge_draws(gates, gate_times(outcome, settlements), horizon_s)
    number = {name: no for no, name in enumerate(settlements)}
    verdicts = {name: judged.at(no) for name, no in number.items()}
    stage = Prepared(scenario)
    chosen = PreparedAllocation(stage, allocation)
    told = tell(stage, chosen, chosen.run(stage, stage.numbers(stage.expected)))
    readiness = ranges.readiness_table(scenario, allocation, verdicts, told.scored)
    assert readiness["ready_date_p10"].tolist() == readiness["ready_date_p90"].tolist()
    ranged = ["ready_date_p10", "ready_date_p90", "probability_by_horizon"]
    pd.testing.assert_frame_equal(
        readiness.drop(columns=ranged), outcome.readiness.drop(columns=ranged)
    )
    table = ranges.gates_table(scenario, allocation, number, judged)
    pd.testing.assert_frame_equal(table, outcome.gates)
    of_community = [number[c.settlement] for c in scenario.communities]
    ready_s = judged.ready_s[:, of_community]
    counted = ranges.people_met_table(scenario, allocation, ready_s, told.totals)
    without = ["people_p10", "people_p90"]
    assert (counted["people_p10"] == counted["people_p90"]).all()
    pd.testing.assert_frame_equal(
        counted.drop(columns=without), outcome.people_met.drop(columns=without), check_dtype=False
    )
    summary = ranges.summary_table(scenario, allocation, ready_s, told)
    columns = [str(c) for c in summary if not str(c).endswith(("_p10", "_p90"))]
    pd.testing.assert_frame_equal(
        summary[columns], outcome.summary[columns], check_dtype=False, rtol=1e-12
    )
