"""What an allocation brings beyond its dates: tables by hand, and over draws (model §7 to §10)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import returnplan as rp
from returnplan.model.conditions import score
from returnplan.model.conditions.history import NEVER, UNKNOWN
from returnplan.model.conditions.risk import LEVELS
from returnplan.model.conditions.score import DIMENSIONS, WEIGHTS
from returnplan.model.effects.cost import Costs
from returnplan.model.effects.harm import KINDS, Casualties
from returnplan.quantiles import mean, quantile
from returnplan.runs.tables import effects, one_under_another
from tests.sketch import Sketch
from tests.tabled import by_hand, over_draws

DAY_S = 86_400


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


@pytest.fixture(scope="module")
def spread(valley: rp.Scenario) -> rp.Ensemble:
    return rp.ensemble(valley, ("today", "smith_path"), draws=12)


@pytest.fixture(scope="module")
def outcome(valley: rp.Scenario) -> rp.Outcome:
    return rp.simulate(valley, "today")


# ----------------------------------------------------------------------------------------- returns


def two_districts(start: date = date(2025, 1, 20), horizon_years: int = 1) -> Sketch:
    world = Sketch(start, horizon_years)
    world.village("b", people=10, district="north")
    world.village("a", people=10, district="south")
    world.village("c", people=10, district="north")
    world.team()
    return world


def returns_of(world: Sketch, *draws: list[list[float]]) -> pd.DataFrame:
    """Table of draws x districts x instants, the same for everybody who is counted."""
    values = np.array(draws, np.float64)
    people = {"returned": values, "present": values * 2, "early": values / 10}
    return effects.returns(over_draws(world.scenario(), len(draws), **people))


def test_returns_are_counted_at_the_end_of_each_month_of_each_district() -> None:
    count = 14  # 20 January, 12 first days of months, 20 January
    draw = [[float(n) for n in range(count)], [100.0 + n for n in range(count)]]
    table = returns_of(two_districts(), draw)
    assert list(table["district"]) == ["north"] * 13 + ["south"] * 13
    north = table[table["district"] == "north"]
    assert list(north["month"])[:3] == ["2025-01", "2025-02", "2025-03"]
    assert list(north["month"])[-1] == "2026-01"
    dates = north["date"].dt.date.tolist()
    assert dates[:3] == [date(2025, 2, 1), date(2025, 3, 1), date(2025, 4, 1)]
    assert dates[-1] == date(2026, 1, 20)
    assert list(north["returned_p50"]) == list(range(1, 14))
    assert list(table["returned_p50"])[-1] == 113


def test_a_start_on_the_first_of_a_month_gives_whole_months() -> None:
    draw = [[0.0] * 13] * 2
    table = returns_of(two_districts(date(2025, 1, 1)), draw)
    north = table[table["district"] == "north"]
    assert list(north["month"]) == [f"2025-{month:02}" for month in range(1, 13)]
    assert north["date"].min() == pd.Timestamp("2025-02-01")
    assert north["date"].max() == pd.Timestamp("2026-01-01")


def test_ranges_of_returns_are_values_of_draws_and_means_are_means() -> None:
    draws = [[[count] * 13, [0.0] * 13] for count in (5.0, 1.0, 2.0, 12.0)]
    first = returns_of(two_districts(date(2025, 1, 1)), *draws).iloc[0]
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


def risk_rows(*draws: list[float]) -> list[dict[str, Any]]:
    """Rows of a settlement whose risk is within the three limits at some times, by draw."""
    world = Sketch()
    world.village("home", people=10)
    world.team()
    times = {
        "risk_s": np.array(draws)[:, np.newaxis, :] * DAY_S,
        "near_released_s": np.zeros((len(draws), 1)),
    }
    table = effects.residual_risk(over_draws(world.scenario(), len(draws), **times))
    assert list(table["max_per_year"]) == list(LEVELS)
    assert set(table["community"]) == {"home_people"}
    return [{str(name): cell for name, cell in row.items()} for row in table.to_dict("records")]


def test_a_limit_is_met_from_the_median_day_on() -> None:
    rows = risk_rows([0, 3, NEVER], [0, 9, NEVER], [0, 5, 2])
    assert [row["state"] for row in rows] == ["met", "met", "not met"]
    assert [row["day_p50"] for row in rows[:2]] == [0, 5]
    assert np.isnan(rows[2]["day_p50"])
    shares = [row["probability_by_horizon"] for row in rows]
    assert shares == pytest.approx([1, 1, 1 / 3])


def test_a_limit_is_unknown_if_half_of_the_draws_are() -> None:
    rows = risk_rows([UNKNOWN, UNKNOWN, 0], [UNKNOWN, 7, 0], [UNKNOWN, 0, UNKNOWN])
    assert [row["state"] for row in rows] == ["unknown", "met", "met"]
    assert rows[1]["day_p50"] == 7  # unknown counts as never: 0, 7, never
    assert np.isnan(rows[0]["day_p50"])
    assert np.isnan(rows[0]["probability_by_horizon"])
    assert [row["probability_by_horizon"] for row in rows[1:]] == pytest.approx([2 / 3, 2 / 3])
    even = risk_rows([UNKNOWN, 0, 0], [0, 0, NEVER])
    assert [row["state"] for row in even] == ["unknown", "met", "not met"]


def test_the_day_of_the_last_known_hazard_is_a_median_and_blank_if_it_never_comes() -> None:
    # near is the last release at each settlement, by draw: 5, 9, never; never, 3, never.
    world = Sketch()
    for name in ("one", "two"):
        world.village(name, people=10)
    world.team()
    near = np.array([[5, NEVER], [9, 3], [NEVER, NEVER]]) * DAY_S
    drawn = over_draws(world.scenario(), 3, risk_s=np.zeros((3, 2, 3)), near_released_s=near)
    table = effects.residual_risk(drawn).set_index("community")
    days = table["known_hazards_released_day_p50"]
    assert days["one_people"].tolist() == [9, 9, 9]
    assert days["two_people"].isna().all()


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


# -------------------------------------------------------------------------------------- land, costs


def test_land_that_is_released_in_no_draw_has_no_row() -> None:
    cells = [("north", 2024, "cleared", "road"), ("north", 2025, "cleared", "road")]
    drawn = by_hand(cells=cells, released_m2=np.array([[0.0, 5.0], [0.0, 7.0], [0.0, 0]]))
    table = effects.land_release(drawn)
    assert table["year"].tolist() == [2025]
    assert table.filter(like="area").to_numpy().tolist() == [
        [5.0, 5.0, 7.0, 4.0, pytest.approx(math.sqrt((1 + 9 + 16) / 6))]
    ]
    assert effects.land_release(by_hand(released_m2=np.zeros((3, 0)))).empty


def test_a_run_on_expected_values_has_one_area_and_no_rows_of_none(outcome: rp.Outcome) -> None:
    table = outcome.land_release
    assert (table["area_m2_p50"] > 0).all()
    assert table["area_m2_mean"].equals(table["area_m2_p50"])
    assert table[["area_m2_p10", "area_m2_p90"]].isna().all(axis=None)


def costs_of(
    cells: Sequence[tuple[int, str]], drawn: Costs, *, is_expected: bool = False
) -> pd.DataFrame:
    return effects.costs(by_hand(cost_cells=cells, is_expected=is_expected, **drawn._asdict()))


def test_the_table_of_a_single_run_has_no_range() -> None:
    cells = [(2025, "manual"), (2025, "works"), (2026, "manual"), (2026, "works")]
    run = Costs(
        *(np.array([row]) for row in ([3.0, 0, 0, 0], [1.0, 0, 0, 0], [0.0] * 4, [9, 7, 0, 0]))
    )
    table = costs_of(cells, run, is_expected=True)
    assert list(table) == [
        *("allocation", "year", "asset", "team_days_mean", "team_days_se"),
        *("mobilisations_mean", "mobilisations_se", "camps_mean", "camps_se"),
        *("cost_usd_mean", "cost_usd_se", "cost_usd_p10", "cost_usd_p90"),
    ]
    blank = [name for name in map(str, table) if name.endswith(("_se", "_p10", "_p90"))]
    assert table[blank].isna().all(axis=None)
    assert table.drop(columns=blank).to_numpy().tolist() == [
        ["plan", 2025, "manual", 3, 1, 0, 9],
        ["plan", 2025, "works", 0, 0, 0, 7],
    ]
    assert table["cost_usd_p10"].dtype == float


def test_the_table_of_draws_has_means_and_the_ranges_of_the_other_tables() -> None:
    luck = np.random.default_rng(1)
    usd = luck.uniform(0, 1e6, (40, 3)) * [1, 0, 1]
    camps = luck.integers(0, 3, (40, 3)) * [1.0, 0, 0]
    drawn = Costs(usd / 100, usd * 0, camps, usd)
    cells = [(2025, "a"), (2025, "b"), (2026, "a")]
    table = costs_of(cells, drawn)
    assert list(zip(table["year"], table["asset"], strict=True)) == [(2025, "a"), (2026, "a")]
    assert table["cost_usd_mean"].tolist() == pytest.approx(usd.mean(axis=0)[[0, 2]])
    assert table["camps_mean"].tolist() == pytest.approx(camps.mean(axis=0)[[0, 2]])
    error = usd.std(axis=0, ddof=1)[[0, 2]] / math.sqrt(40)
    assert table["cost_usd_se"].tolist() == pytest.approx(error)
    assert drawn.total_usd == pytest.approx(usd.sum(axis=1))
    for percent in (10, 90):
        assert table[f"cost_usd_p{percent}"].tolist() == quantile(usd, percent)[[0, 2]].tolist()


def test_a_plan_without_any_cost_has_an_empty_table() -> None:
    nothing = Costs(*(np.zeros((5, 1)),) * 4)
    table = costs_of([(2025, "works")], nothing)
    assert table.empty
    assert table["year"].dtype == int


def test_what_is_paid_in_all_draws_but_one_has_its_row() -> None:
    # dogs: 3 team-days of 100 USD in 39 draws of 40, mean 292.5 = 39/40 · 300; camps that cost
    # nothing in one draw only; works 7 USD always. Rows sum to the mean total 299.5.
    usd = np.array([[300.0, 0.0, 7.0]] * 39 + [[0.0, 0.0, 7.0]])
    camps = np.zeros((40, 3))
    camps[5, 1] = 2
    drawn = Costs(usd * [0.01, 0, 0], np.zeros((40, 3)), camps, usd)
    table = costs_of([(2025, "dogs"), (2025, "manual"), (2025, "works")], drawn)
    assert table["asset"].tolist() == ["dogs", "manual", "works"]
    assert table["cost_usd_mean"].tolist() == [292.5, 0, 7]
    assert table["team_days_mean"].tolist() == pytest.approx([2.925, 0, 0])
    assert table["camps_mean"].tolist() == [0, 0.05, 0]
    assert table["cost_usd_mean"].sum() == drawn.total_usd.mean() == 299.5


# -------------------------------------------------------------------------------------------- harm


def three_villages(sketch: Sketch, people: tuple[int, int, int] = (10, 10, 10)) -> rp.Scenario:
    for number, count in enumerate(people):
        sketch.village(f"v{number}", people=count)
    return sketch.scenario()


HARM_COLUMNS = [
    *("allocation", "kind", "person_years_mean", "person_years_se", "per_1000_person_years_low"),
    *("per_1000_person_years_mean", "per_1000_person_years_se", "per_1000_person_years_high"),
    *("worked_km2_mean", "worked_km2_se"),
    *("per_km2_low", "per_km2_mean", "per_km2_se", "per_km2_high"),
    *("expected_low", "expected_p50", "expected_high", "expected_mean", "expected_se"),
    *("difference_low", "difference_mean", "difference_se", "difference_high"),
    *("difference_mean_low", "difference_mean_high"),
    *("difference_differing", "difference_differing_share_high", "people_unknown_risk"),
]


def casualties(
    early: Any,
    after: Any,
    deaths: Any,
    deminers: Any,
    unknown: float,
    rests_on: tuple[float, float, float, float] = (5, 0.4, 5, 0.4),
) -> dict[str, Any]:
    fields = [np.array(given, np.float64) for given in (early, after, deaths, deminers)]
    exposure = (500, 1500, 4)  # person-years early and after, km2
    others = [np.full(len(fields[0]), given) for given in (unknown, *rests_on, *exposure)]
    return dict(zip(Casualties._fields, [*fields, *others], strict=True))


def again(fields: Mapping[str, Any], times: int) -> dict[str, Any]:
    """The same draws several times over."""
    return {name: np.tile(values, times) for name, values in fields.items()}


def harm_of(
    scenario: rp.Scenario, drawn: Mapping[str, Mapping[str, Any]], *, is_expected: bool = False
) -> pd.DataFrame:
    """Tables of allocations one under another, the others compared with the first."""
    first = next(iter(drawn))
    tables = [
        effects.harm(
            by_hand(
                name,
                scenario=scenario,
                is_expected=is_expected,
                first=None if name == first else drawn[first],
                casualties=np.stack(list(fields.values()), axis=1),
            )
        )
        for name, fields in drawn.items()
    ]
    return one_under_another(tables)


TWO = {
    "today": casualties([1, 2, 3], [10, 20, 30], [2, 4, 6], [1, 1, 1], 300),
    "more": casualties([1, 1, 1], [30, 10, 20], [4, 2, 3], [2, 2, 2], 300),
}


def test_allocations_are_compared_with_the_first_draw_by_draw(sketch: Sketch) -> None:
    table = harm_of(three_villages(sketch), TWO)
    assert list(table.columns) == HARM_COLUMNS
    assert list(table["kind"]) == [*KINDS, *KINDS]
    rows: Any = table.set_index(["allocation", "kind"])
    today = rows.loc[("today", "all")]
    # early + after + deminers: 12, 23, 34
    assert today[["expected_low", "expected_p50", "expected_high"]].tolist() == [23, 23, 34]
    assert today["expected_mean"] == 23
    assert math.isnan(today["difference_mean"])
    more = rows.loc[("more", "all")]
    # 33, 13, 23: +21, -10, -11
    assert more["expected_mean"] == 23
    assert math.isnan(more["difference_mean"])  # three draws are too few for a mean
    assert math.isnan(more["difference_se"])
    assert more[["difference_low", "difference_high"]].tolist() == [-10, 21]
    assert more["difference_differing"] == 3
    people = rows["people_unknown_risk"]
    assert people.loc[("more", "returnees")] == 300
    assert people.loc[("more", "deminers")] == 0


def test_ten_draws_that_differ_have_a_mean_difference_with_its_interval(sketch: Sketch) -> None:
    many = {name: again(fields, 4) for name, fields in TWO.items()}
    rows: Any = harm_of(three_villages(sketch), many).set_index(["allocation", "kind"])
    more = rows.loc[("more", "all")]
    assert more[["difference_mean", "difference_differing"]].tolist() == [0, 12]
    # Student's t with 11 degrees of freedom: 2.201; squares: 4 (441 + 100 + 121).
    reach = 2.2009851601 * math.sqrt(4 * 662 / 11 / 12)
    ends = more[["difference_mean_low", "difference_mean_high"]].tolist()
    assert ends == pytest.approx([-reach, reach])
    # One after the other is added up: what is not the same by a rounding is no difference.
    shaken = many["today"] | {"after": many["today"]["after"] * (1 + 1e-13)}
    rows = harm_of(three_villages(sketch), {"today": many["today"], "more": shaken})
    assert rows["difference_differing"].dropna().unique().tolist() == [0]


def test_totals_stand_beside_rates_by_person_years_and_by_area(sketch: Sketch) -> None:
    found = casualties([1, 2, 3], [10, 20, 30], [2, 4, 6], [1, 1, 4], 0)
    found["years_early"] = np.array([500.0, 0.0, 2500.0])
    found["years_after"] = np.array([1500.0, 2000.0, 1500.0])
    found["worked_km2"] = np.array([0.0, 4.0, 8.0])
    rows: Any = harm_of(three_villages(sketch), {"today": found}).set_index("kind")
    ends = [f"per_1000_person_years_{end}" for end in ("low", "mean", "high")]
    # early: 1 in 500, nobody, 3 in 2,500; where nobody is there, a draw is not in the range
    early = rows.loc["returnees_early", ["person_years_mean", *ends]]
    assert early.tolist() == pytest.approx([1000, 2, 1000 * 6 / 3000, 2])
    # all: 11 and 22 in 2,000, 33 in 4,000
    everybody = rows.loc["returnees", ["person_years_mean", *ends]]
    assert everybody.tolist() == pytest.approx([8000 / 3, 8.25, 1000 * 66 / 8000, 11])
    assert rows.loc["returnees_deaths", ends[1]] == pytest.approx(1000 * 12 / 8000)
    area = ["worked_km2_mean", "per_km2_low", "per_km2_mean", "per_km2_high"]
    assert rows.loc["deminers", area].tolist() == pytest.approx([4, 4 / 8, 6 / 12, 4 / 8])
    assert rows.loc["deminers", ["person_years_mean", *ends]].isna().all()
    assert rows.loc["all", [*ends, *area]].isna().all()


def test_without_anybody_there_and_any_land_worked_on_there_are_no_rates(sketch: Sketch) -> None:
    found = casualties([0], [0], [0], [0], 0)
    found |= dict.fromkeys(("years_early", "years_after", "worked_km2"), np.zeros(1))
    rows: Any = harm_of(three_villages(sketch), {"today": found}).set_index("kind")
    assert rows.filter(like="per_").isna().all(axis=None)
    assert rows.loc["returnees", "person_years_mean"] == 0


@pytest.mark.parametrize("rests_on", [(2, 0.6, 5, 0.4), (5, 0.81, 5, 0.4)])
def test_a_number_that_rests_on_one_village_is_not_shown(
    sketch: Sketch, rests_on: tuple[float, float, float, float]
) -> None:
    found = {"today": casualties([1, 2], [10, 20], [2, 4], [1, 1], 300, rests_on)}
    table: Any = harm_of(three_villages(sketch), found).set_index("kind")
    hidden = table.drop(index="deminers").drop(columns=["allocation", "people_unknown_risk"])
    assert hidden.isna().all(axis=None)
    assert table.loc["deminers", "expected_mean"] == 1
    assert table.loc["all", "people_unknown_risk"] == 300


@pytest.mark.parametrize("rests_on", [(5, 0.4, 2, 0.5), (5, 0.4, 5, 0.9)])
def test_a_difference_that_rests_on_one_village_is_not_shown(
    sketch: Sketch, rests_on: tuple[float, float, float, float]
) -> None:
    found = TWO | {"more": casualties([1, 1, 1], [30, 10, 20], [4, 2, 3], [2, 2, 2], 0, rests_on)}
    many = {name: again(fields, 4) for name, fields in found.items()}
    table: Any = harm_of(three_villages(sketch), many)
    rows = table[table["allocation"] == "more"].set_index("kind")
    assert rows.loc["returnees", "expected_mean"] > 0
    assert rows.loc["returnees"].filter(like="difference_").isna().all()
    assert rows.loc["deminers", "difference_mean"] == 1


@pytest.mark.parametrize(
    ("settlements", "largest", "is_shown"),
    [
        ([2.0, 3.0], [0.4, 0.4], True),  # one draw with three villages is enough
        ([2.0, 2.0], [0.4, 0.4], False),
        ([5.0, 5.0], [0.6, 1.0], True),  # 0.8 on average
        ([5.0, 5.0], [0.75, 0.875], False),
    ],
)
def test_a_number_rests_on_three_villages_in_a_draw_and_on_one_to_four_fifths_on_average(
    sketch: Sketch, settlements: list[float], largest: list[float], is_shown: bool
) -> None:
    found = casualties([1, 2], [10, 20], [2, 4], [1, 1], 300)
    found |= {"settlements": np.array(settlements), "largest": np.array(largest)}
    table: Any = harm_of(three_villages(sketch), {"today": found}).set_index("kind")
    expected = 16.5 if is_shown else math.nan  # (11 + 22) / 2
    assert table.loc["returnees", "expected_mean"] == pytest.approx(expected, nan_ok=True)


def test_ranges_are_those_of_all_other_tables() -> None:
    values = np.random.default_rng(1).random(37)
    sketch = Sketch()
    found = {"today": casualties(values, 0 * values, 0 * values, 0 * values, 0)}
    row = harm_of(three_villages(sketch), found).iloc[0]
    expected = [quantile(values, percent) for percent in (10, 50, 90)]
    assert row[["expected_low", "expected_p50", "expected_high"]].tolist() == expected
    assert row["expected_mean"] == mean(values)


def test_a_run_on_expected_values_has_no_range(sketch: Sketch) -> None:
    one = {"today": casualties([1], [10], [2], [1], 0), "more": casualties([2], [30], [4], [2], 0)}
    table = harm_of(three_villages(sketch), one, is_expected=True)
    ranged = ["expected_low", "expected_high", "difference_low", "difference_high"]
    assert table[ranged].isna().all(axis=None)
    rows = table.set_index(["allocation", "kind"])
    assert rows.loc[("more", "returnees"), "expected_p50"] == 32
    assert rows.loc[("more", "returnees"), "expected_mean"] == 32
    assert rows.loc[("more", "returnees"), "difference_mean"] == 21


def test_figures_that_would_be_those_of_a_village_are_not_shown(sketch: Sketch) -> None:
    table = harm_of(three_villages(sketch, (10, 10, 0)), TWO)
    assert list(table.columns) == HARM_COLUMNS
    assert list(table["allocation"]) == ["today"] * len(KINDS) + ["more"] * len(KINDS)
    assert table.drop(columns=["allocation", "kind"]).isna().all(axis=None)


# ------------------------------------------------------------------------------------------ scores


SCORE_COLUMNS = [
    *("allocation", "community", "score_proposed", "score_equal", "score_two_scale"),
    *("score_known_share", "rank", "rank_p10", "rank_p90", "rank_stable_share"),
]


def scores_of(names: Sequence[str], scored: score.Scored) -> pd.DataFrame:
    """Table of the scores of some communities."""
    communities = [SimpleNamespace(id=name) for name in names]
    drawn: Any = SimpleNamespace(
        name="plan", scored=scored, scenario=SimpleNamespace(communities=communities)
    )
    table = effects.scores(drawn)
    assert list(table) == SCORE_COLUMNS
    return table


def test_a_score_is_blank_if_half_of_the_draws_have_none() -> None:
    known, unknown = [1.0] * 7, [1.0, *[math.nan] * 5, 1.0]
    measures = np.array(
        [[known, known, known], [known, unknown, unknown], [known, known, unknown]], np.float32
    )
    failed = np.zeros((3, 3), np.bool_)
    table = scores_of(["a", "b", "c"], score.score_draws(np.arange(3), measures, failed))
    assert table["score_proposed"].tolist()[:2] == [100, 100]
    blank = [*("score_proposed", "score_equal", "score_two_scale", "rank", "rank_p10", "rank_p90")]
    assert table[[*blank, "rank_stable_share"]].isna().all(axis=1).tolist() == [False, False, True]
    assert table["score_known_share"][2] == pytest.approx((1 + 2 * 35 / 95) / 3)
    assert table["rank"].tolist()[:2] == [1, 1]
    two = score.score_draws(np.arange(3), measures[:2], failed[:2])
    assert np.isnan(two.score["proposed"]).tolist() == [False, True, True]


def test_communities_of_one_settlement_share_everything_and_ties_the_smaller_rank() -> None:
    measures = np.array([[[0.2] * 7, [0.9] * 7]], np.float32)
    failed = np.zeros((1, 2), np.bool_)
    found = score.score_draws(np.array([1, 0, 1]), measures, failed)
    table = scores_of(["a", "b", "c"], found)
    assert table["rank"].tolist() == [1, 3, 1]
    assert table["rank_p10"].tolist() == table["rank_p90"].tolist() == [1, 3, 1]
    assert table["rank_stable_share"].tolist() == [1, 1, 1]
    assert score.rank_correlation(found) == pytest.approx(1)


def test_a_rank_that_hangs_on_the_weights_says_so() -> None:
    nothing = dict.fromkeys(DIMENSIONS, 0.0)
    land, water = [*(nothing | {"land": 15 / 20}).values()], [*(nothing | {"water": 1}).values()]
    nearly = np.array([[land, water, [0.9] * 7, [0.0] * 7]], np.float32)
    found = score.score_draws(np.arange(4), nearly, np.zeros((1, 4), np.bool_))
    table = scores_of(list("abcd"), found)
    assert table["rank"].tolist() == [2, 2, 1, 4]
    assert table["rank_p10"].tolist() == [2, 2, 1, 4]
    assert table["rank_p90"].tolist() == [3, 3, 1, 4]
    assert table["rank_stable_share"].tolist() == [1, 1, 1, 1]  # one place is little
    assert 0.8 < score.rank_correlation(found) < 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_communities_and_a_cut_into_batches_change_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    draws, settlements = int(rng.integers(1, 230)), int(rng.integers(1, 12))
    measures = rng.random((draws, settlements, 7), np.float32)
    measures[rng.random(measures.shape) < 0.2] = math.nan
    failed = rng.random((draws, settlements)) < 0.3
    names = np.array([f"c{number}" for number in range(settlements)])
    order = rng.permutation(settlements)
    table = scores_of(names.tolist(), score.score_draws(np.arange(settlements), measures, failed))
    turned = scores_of(
        names[order].tolist(),
        score.score_draws(np.arange(settlements), measures[:, order], failed[:, order]),
    )
    again = turned.set_index("community").loc[names].reset_index()[table.columns]
    pd.testing.assert_frame_equal(table, again)
    each = np.array(
        [
            score.score(found, without, WEIGHTS["proposed"])
            for found, without in zip(measures, failed, strict=True)
        ]
    )
    for number, expected in enumerate(each.T):
        known = expected[~np.isnan(expected)]
        found = table["score_proposed"][number]
        if 2 * len(known) <= draws:
            assert math.isnan(found)
        else:
            assert found == pytest.approx(known.mean())
