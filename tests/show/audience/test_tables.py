"""Audiences: what everybody may see tells nothing of a village, a hazard, a road or a team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import returnplan as rp
from returnplan.show.audience.districts import district_tables
from returnplan.show.audience.tables import (
    ALL,
    LEAST_DRAWS,
    OTHER,
    OTHER_CAUSES,
    areas_of,
    for_audience,
)
from tests.show.audience.made_up import Drawn

Tables = dict[str, pd.DataFrame]
PHRASE = {
    "met": "conditions met (modelled)",
    "not met": "conditions not met: survey",
    "unknown": "unknown: a record of survey",
}
DATES = ("2030-01-01", "2030-02-01", "2030-03-01", "2030-04-01")
DAYS = (0, 31, 59, 90)
Home = tuple[str, str, int, str]
"""District, settlement, people, state."""


def tables_of(plans: Mapping[str, list[Home]]) -> Tables:
    """Tables of communities, one in each settlement; whoever is met is so on day 40."""
    homes = [
        (allocation, f"c{number}", district, place, people, state)
        for allocation, rows in plans.items()
        for number, (district, place, people, state) in enumerate(rows)
    ]
    names = ["allocation", "community", "district", "settlement", "people", "state"]
    table = pd.DataFrame(homes, columns=names)
    waited = [40.0 if state == "met" else 90.0 for state in table["state"]]
    gates = table[["allocation", "community", "state"]].assign(gate="survey", day_p50=np.nan)
    delays = table[["allocation", "community"]].assign(cause="winter", days_mean=waited)
    return {
        "readiness": table.assign(
            status=table["state"].map(PHRASE),
            ready_day_p50=[40.0 if state == "met" else np.nan for state in table["state"]],
        ),
        "people_met": pd.DataFrame(
            [
                (plan, pd.Timestamp(day), number)
                for plan in plans
                for day, number in zip(DATES, DAYS, strict=True)
            ],
            columns=["allocation", "date", "day"],
        ),
        "gates": gates,
        "delays": delays.assign(person_days_mean=delays["days_mean"] * table["people"]),
    }


def run_of(readiness: pd.DataFrame, horizon: date = date(2030, 4, 1)) -> Drawn:
    """A run whose draws are all alike: each community is ready on its median day."""
    days = readiness["ready_day_p50"].fillna(np.inf).to_numpy(float)
    allocations = tuple(readiness["allocation"].unique())
    of_each = days.reshape(len(allocations), 1, -1)
    return Drawn(
        allocations=allocations,
        communities=tuple(readiness["community"].unique()),
        ready_day=np.repeat(of_each, LEAST_DRAWS, axis=1),
        readiness=readiness,
        start=date(2030, 1, 1),
        horizon=horizon,
    )


def published(tables: Tables, households: Mapping[str, float | None] | None = None) -> Tables:
    return for_audience(tables, "public", households, run_of(tables["readiness"]))


def public(plans: Mapping[str, list[Home]], **more: Any) -> Tables:
    tables = tables_of(plans)
    met = tables.pop("people_met")  # its numbers of people are not what is asked here
    shown = published(tables | {"people_met": met.assign(people_p50=0)}, **more)
    return {name: table for name, table in shown.items() if name.startswith("district")}


def row(table: pd.DataFrame, **keys: str) -> dict[str, Any]:
    for name, value in keys.items():
        table = table[table[name] == value]
    (cells,) = table.to_dict("records")
    return {str(key): value for key, value in cells.items()}


NORTH: list[Home] = [("North", f"n{i}", 100, "met") for i in range(4)]
SOUTH: list[Home] = [("South", f"s{i}", 200, "met") for i in range(4)]


@pytest.mark.parametrize("draws", [0, LEAST_DRAWS - 1])
def test_a_run_of_few_draws_has_no_public_version(draws: int) -> None:
    tables = tables_of({"plan": NORTH})
    run = run_of(tables["readiness"])
    few = None if not draws else replace(run, ready_day=run.ready_day[:, :draws])
    said = f"{draws} draws" if draws else "expected values, without draws"
    with pytest.raises(rp.ReturnplanError, match=f"a run on {said}: .* again with --draws 100"):
        for_audience(tables, "public", None, few)


# ---------------------------------------------------------------- districts


def test_half_of_the_people_are_met_by_the_first_date_of_counting_after_it() -> None:
    homes = [*NORTH[:2], *(("North", f"late{i}", 100, "not met") for i in range(2)), *SOUTH]
    districts = district_tables(tables_of({"plan": homes}))["districts"]
    north = row(districts, district="North")
    assert (north["people_met"], north["people_not_met"], north["share_met"]) == (200, 200, 0.5)
    assert north["half_met_date"] == pd.Timestamp("2030-03-01")  # day 40 is before day 59
    late = [*NORTH[:1], *(("North", f"late{i}", 100, "not met") for i in range(2))]
    districts = district_tables(tables_of({"plan": late}))["districts"]
    assert pd.isna(row(districts, district="North")["half_met_date"])


def test_a_district_of_one_settlement_is_counted_with_others_that_are_enough() -> None:
    lonely: list[Home] = [("Lone", "l0", 150, "met")]
    assert areas_of(tables_of({"plan": [*NORTH, *SOUTH, *lonely]})["readiness"]) == {
        "Lone": OTHER,
        "North": OTHER,  # the smallest of the rest has to join
        "South": "South",
    }
    more = [("East", f"e{i}", 50, "met") for i in range(2)]
    areas = areas_of(tables_of({"plan": [*NORTH, *SOUTH, *lonely, *more]})["readiness"])
    assert areas == {"East": OTHER, "Lone": OTHER, "North": "North", "South": "South"}
    town: Home = ("North", "town", 10_000, "met")  # nearly all of them
    assert areas_of(tables_of({"plan": [*NORTH, town]})["readiness"]) == {"North": ALL}


def test_people_of_fewer_than_three_settlements_have_no_public_version() -> None:
    with pytest.raises(rp.ReturnplanError, match="people come from 2 settlements"):
        published(tables_of({"plan": NORTH[:2]}))
    with pytest.raises(rp.ReturnplanError, match="no audience is called press"):
        for_audience(tables_of({"plan": NORTH}), "press")


def test_a_state_of_two_settlements_is_withheld_and_so_is_another_district() -> None:
    few = [*NORTH[:3], ("North", "n8", 400, "not met"), ("North", "n9", 400, "not met")]
    east: list[Home] = [("East", f"e{i}", 60, "not met") for i in range(4)]
    tables = public({"plan": [*few, *east, *SOUTH]})
    for table in (tables["districts"], tables["district_gates"]):
        shown = table.set_index("district")["withheld"] == ""
        # North alone would follow from the sum of all; East is the smallest that may go with it
        assert shown.to_dict() == {"East": False, "North": False, "South": True}
        south = row(table, district="South")
        assert (south["people_met"], south["communities_met"]) == (800, 4)
        assert np.isnan(row(table, district="East")["people_not_met"])
    assert row(tables["districts"], district="North")["people"] == 1100


def test_people_of_fewer_than_five_households_are_withheld() -> None:
    homes = [*NORTH, *(("North", f"h{i}", 20, "unknown") for i in range(3)), *SOUTH]
    plan = {"plan": homes}
    assert (public(plan)["districts"]["withheld"] == "").all()
    known = {f"c{number}": 1 for number in (4, 5, 6)}
    assert (public(plan, households=known)["districts"]["withheld"] == "states").all()
    assert (public(plan, households=known | {"c6": None})["districts"]["withheld"] == "").all()


def test_causes_for_which_few_wait_are_counted_together() -> None:
    tables = tables_of({"plan": [*NORTH, *SOUTH]})
    tables["people_met"]["people_p50"] = 0
    extra = tables["delays"].iloc[[0, 1]].assign(cause=["travel", "handover"])
    all_wait = tables["delays"].assign(cause="building", person_days_mean=1000.0)
    tables["delays"] = pd.concat([tables["delays"], extra, all_wait])
    delays = published(tables)["district_delays"].set_index(["district", "cause"])
    days = delays["person_days_mean"].to_dict()
    # 4,000 each for travel and handover, of one settlement each: winter (4 x 4,000) goes with them
    assert days == {
        ("North", OTHER_CAUSES): 24_000,
        ("North", "building"): 4000,
        ("South", "winter"): 32_000,
        ("South", "building"): 4000,
    }


def test_a_district_where_two_settlements_wait_shows_no_waiting() -> None:
    tables = tables_of(
        {"plan": [*NORTH, *SOUTH, *(("East", f"e{i}", 90, "met") for i in range(3))]}
    )
    tables["people_met"]["people_p50"] = 0
    waits = tables["delays"]["community"].isin(["c0", "c4", "c5", "c6", "c8", "c9", "c10"])
    tables["delays"] = tables["delays"][waits]
    delays = published(tables)["district_delays"].set_index("district")
    assert delays["person_days_mean"].isna().to_dict() == {
        "East": True,  # the smallest that may go with it
        "North": True,
        "South": False,
    }
    assert set(delays["withheld"]) == {"person_days", ""}


# ---------------------------------------------------------------- nothing is told by sums


homes = st.lists(
    st.tuples(
        st.sampled_from("ABCD"), st.integers(1, 60), st.sampled_from(["met", "not met", "unknown"])
    ),
    min_size=3,
    max_size=24,
)


@settings(max_examples=20, deadline=None)
@given(plans=st.tuples(homes, homes))
def test_no_state_of_few_is_shown_or_follows_from_sums(plans: Any) -> None:
    base, other = plans
    named: dict[str, list[Home]] = {"one": [], "two": []}
    for number, (district, people, state) in enumerate(base):
        named["one"].append((district, f"p{number}", people, state))
        changed = other[number % len(other)][2]
        named["two"].append((district, f"p{number}", people, changed))
    areas = areas_of(tables_of(named)["readiness"])
    tables = public(named)
    for name in ("districts", "district_gates"):
        for plan, rows in named.items():
            lines = {a: row(tables[name], allocation=plan, district=a) for a in areas.values()}
            for state in PHRASE:
                column = state.replace(" ", "_")
                of_area: dict[str, list[int]] = {}
                for district, _, people, is_ in rows:
                    of_area.setdefault(areas[district], []).extend([people] * (is_ == state))
                hidden = [a for a in of_area if lines[a]["withheld"]]
                left = [people for area in hidden for people in of_area[area]]
                whole = len(hidden) == len(of_area)
                assert whole or not left or (len(left) >= 3 and sum(left) >= 10)
                for area, people_ in of_area.items():
                    shown = lines[area][f"people_{column}"]
                    if area in hidden:
                        assert np.isnan(shown)
                        assert np.isnan(lines[area][f"communities_{column}"])
                        continue
                    assert shown == np.round(sum(people_), -1)
                    assert not people_ or (len(people_) >= 3 and sum(people_) >= 10)


HALF_YEARS = ("2030-07-01", "2031-01-01", "2031-07-01", "2032-01-01", "2032-07-01", "2033-01-01")


def _returns(rng: np.random.Generator) -> tuple[Tables, np.ndarray[Any, Any], Drawn]:
    """Tables of returns that add up, and the means: district x date, which only rise.

    Conditions are met little by little everywhere, so that every date is shown.
    """
    steps = rng.exponential(rng.choice([1, 4, 30, 400], (4, 1)), (4, 6)) * (
        rng.random((4, 6)) < 0.6
    )
    steps *= rng.random((4, 1)) < 0.8
    values = steps.cumsum(axis=1)
    dates = HALF_YEARS
    keys = [("plan", d, day[:7], day) for d in "ABCD" for day in dates]
    table = pd.DataFrame(keys, columns=["allocation", "district", "month", "date"])
    met = pd.DataFrame({"allocation": "plan", "date": dates, "day": range(6)})
    for name, scale in (("p10", 0.3), ("p50", 0.8), ("p90", 1.9), ("mean", 1.0)):
        table[f"returned_{name}"] = scale * values.ravel()
        met[f"returned_{name}"] = scale * values.sum(axis=0)
    homes_ = [(d, f"{d}{i}", 2000, "met") for d in "ABCD" for i in range(4)]
    for dated in (table, met):
        dated["date"] = pd.to_datetime(dated["date"]).astype("datetime64[s]")
    tables = tables_of({"plan": homes_}) | {"returns": table, "people_met": met}
    run = run_of(tables["readiness"], date(2033, 1, 1))
    days = np.repeat(np.linspace(10, 1090, LEAST_DRAWS)[:, np.newaxis], len(homes_), axis=1)
    return tables, values, replace(run, ready_day=days[np.newaxis])


@pytest.mark.parametrize("seed", range(12))
def test_no_small_number_of_returned_people_follows_from_all_that_is_shown(seed: int) -> None:
    """Ask a linear programme for the largest number that each small cell might be."""
    tables, true, run = _returns(np.random.default_rng(seed))
    public_tables = for_audience(tables, "public", None, run)
    shown = public_tables["returns"]["returned_mean"].to_numpy().reshape(true.shape)
    total = public_tables["people_met"]["returned_mean"].to_numpy()

    def around(number: float, most: float) -> tuple[float, float]:
        if np.isnan(number):
            return 0.0, most
        return (0.0, 0.0) if number == 0 else (number - 5, number + 5)

    bounds = [around(number, 8000.0) for number in shown.ravel()]
    at = np.arange(true.size).reshape(true.shape)
    rows, limits = [], []
    for day in range(true.shape[1]):
        line = np.zeros(true.size)
        line[at[:, day]] = 1
        low, high = around(total[day], 32_000.0)
        rows += [line, -line]
        limits += [high, -low]
        for district in range(len(true) if day else 0):
            step = np.zeros(true.size)
            step[at[district, day - 1]], step[at[district, day]] = 1, -1
            rows.append(step)
            limits.append(0.0)
    small = np.argwhere((true > 0) & (true < 10))
    for district, day in small:
        assert np.isnan(shown[district, day])
        cost = np.zeros(true.size)
        cost[at[district, day]] = -1
        answer = linprog(cost, A_ub=np.array(rows), b_ub=limits, bounds=bounds)
        assert answer.status == 0
        assert -answer.fun >= 10 - 1e-6, (district, day, true[district, day])


def test_all_numbers_of_a_small_cell_are_withheld_together() -> None:
    tables, _, run = _returns(np.random.default_rng(3))
    first = tables["returns"].index[:1]
    numbers = [f"returned_{name}" for name in ("p10", "p50", "p90", "mean")]
    tables["returns"].loc[first, numbers] = [0.0, 4.0, 90.0, 30.0]
    returns = for_audience(tables, "public", None, run)["returns"]
    assert returns.loc[0, numbers].isna().all()
    assert returns.loc[0, "withheld"] == "returned"


def test_a_small_number_goes_with_the_next_larger_one_of_its_month() -> None:
    tables, _, run = _returns(np.random.default_rng(0))
    numbers = [f"returned_{name}" for name in ("p10", "p50", "p90", "mean")]
    people = {"A": 0.0, "B": 4.0, "C": 300.0, "D": 110.0}
    for name in numbers:
        tables["returns"][name] = tables["returns"]["district"].map(people)
    returns = for_audience(tables, "public", None, run)["returns"]
    returns = returns[returns["date"] == HALF_YEARS[2]].set_index("district")
    # all together are 414: without D, B would follow
    assert returns["returned_p50"].fillna(-1).to_dict() == {"A": 0, "B": -1, "C": 300, "D": -1}


def test_means_of_districts_that_are_counted_together_add_up_and_percentiles_do_not() -> None:
    tables, true, run = _returns(np.random.default_rng(5))
    lonely = tables["readiness"]["district"].isin(["C", "D"])
    tables["readiness"].loc[lonely, "settlement"] = tables["readiness"]["district"]
    tables["returns"]["returned_mean"] = 100.0
    tables["returns"][["returned_p10", "returned_p50", "returned_p90"]] = 50.0
    returns = for_audience(tables, "public", None, replace(run, readiness=tables["readiness"]))[
        "returns"
    ]
    other = returns[returns["district"] == OTHER]
    assert len(other) == true.shape[1]
    assert set(other["returned_mean"]) in ({200.0}, {300.0})
    assert other["returned_p50"].isna().all()


def test_shares_of_a_district_do_not_tell_a_small_number() -> None:
    """A few are met in each half-year; how many, the shares say; whose, the days of the draws."""
    tables, _, run = _returns(np.random.default_rng(0))
    tables["people_met"]["people_p50"] = 0
    lines = [0.0, 0.001, 0.5, 0.9995, 1.0, 1.0]  # 8 people, all but 4
    shares = pd.DataFrame({"district": "A", "date": tables["people_met"]["date"]})
    shares = shares.assign(share_p50=lines, share_p10=0.0, share_p90=1.0)
    shares = shares.assign(allocation="plan", people=8000)
    shares = for_audience(tables | {"district_shares": shares}, "public", None, run)[
        "district_shares"
    ]
    assert shares["withheld"].tolist() == ["", "share", "", "share", "", ""]
    assert shares["share_p50"].fillna(-1).tolist() == [0, -1, 0.5, -1, 1, 1]


@pytest.mark.parametrize(("people", "shown", "withheld"), [(0, 0, ""), (5000, None, "people")])
def test_how_many_people_live_near_an_unknown_risk_is_not_public(
    people: int, shown: float | None, withheld: str
) -> None:
    tables = tables_of({"plan": [*NORTH, *SOUTH]})
    harm = {"allocation": "plan", "kind": "returnees", "expected_mean": 1.5}
    tables["harm"] = pd.DataFrame([harm | {"people_unknown_risk": people}])
    row_ = row(published(tables)["harm"])
    assert row_["expected_mean"] == 1.5
    assert row_["people_unknown_risk"] == shown or np.isnan(row_["people_unknown_risk"])
    assert row_["withheld"] == (f"{withheld}_unknown_risk" if withheld else "")


def test_the_summary_shows_no_single_community() -> None:
    tables = tables_of({"plan": [*NORTH, *SOUTH]})
    tables["people_met"]["people_p50"] = 0
    last = {"people_by_2030-04-01_mean": 1204.0, "cost_usd_mean": 120_000.0}
    tables["summary"] = pd.DataFrame(
        [
            {
                "allocation": "plan",
                "people_by_2030-02-01_mean": 300.0,
                "present_at_horizon_mean": 9.9,
                **last,
                "communities_never": 2,
                "last_ready_date_p50": pd.Timestamp("2030-02-17"),
                "cost_per_person_usd": 99.66777,
                "returned_by_horizon_mean": 604.0,
                "cost_per_returned_usd": 198.6754,
                "people_unknown_dwellings": 5000,  # it may be one town
                "person_days_mean": 123_456.0,
            }
        ]
    )
    summary = row(published(tables)["summary"])
    assert summary["withheld"] == "present_at_horizon_mean, people_unknown_dwellings"
    assert np.isnan(summary["present_at_horizon_mean"])
    assert summary["cost_per_returned_usd"] == 200  # of 600 people, not of 604
    assert np.isnan(summary["communities_never"])
    assert not {"last_ready_date_p50", "people_by_2030-02-01_mean"} & set(summary)
    assert summary["people_by_2030-04-01_mean"] == 1200
    assert summary["cost_per_person_usd"] == 100
    assert summary["person_days_mean"] == 123_500
