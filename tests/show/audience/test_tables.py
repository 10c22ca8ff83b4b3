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
from returnplan.columns import columns_of
from returnplan.runs.paired import verdicts
from returnplan.show.audience.districts import district_tables
from returnplan.show.audience.tables import (
    ALL,
    LEAST_DRAWS,
    OTHER,
    OTHER_CAUSES,
    areas_of,
    for_audience,
)
from tests.show.audience.made_up import Drawn, drawn

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
    with pytest.raises(rp.ReturnplanError, match=f"a run on {said}: .* again with --draws 128"):
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
    # 4,000 each for travel and handover, of one settlement each. As many people wait for building
    # (4 x 1,000) as for winter (4 x 4,000): building, the first by name, goes with them.
    assert days == {
        ("North", OTHER_CAUSES): 12_000,
        ("North", "winter"): 16_000,
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


@pytest.mark.unwatched
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


@pytest.mark.unwatched
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


@pytest.mark.parametrize(
    ("people", "shown", "withheld"), [(0, 0, ""), (1, None, "people"), (5000, None, "people")]
)
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


# ---------------------------------------------------------------- table by table, in a tiny run


def test_whoever_may_see_communities_gets_all_tables_and_those_by_district() -> None:
    tables = tables_of({"plan": NORTH})
    internal = for_audience(tables, "internal")
    assert set(internal) == {*tables, "districts", "district_gates", "district_delays"}
    assert internal["readiness"] is tables["readiness"]


@pytest.mark.parametrize(
    ("east", "own"),
    [
        ([4, 3, 3], True),  # ten people
        ([3, 3, 3], False),
        ([40, 30], False),
        ([80, 10, 10], True),
        ([81, 10, 9], False),
    ],
)
def test_a_district_stands_by_itself_from_ten_people_of_three_settlements_on(
    east: list[int], own: bool
) -> None:
    homes = [("East", f"e{number}", people, "met") for number, people in enumerate(east)]
    areas = areas_of(tables_of({"plan": [*homes, *NORTH, *SOUTH]})["readiness"])
    assert areas["East"] == ("East" if own else OTHER)
    assert areas["North"] == ("North" if own else OTHER)  # the smallest joins what is too small
    assert areas["South"] == "South"


def test_settlements_of_nobody_do_not_count_and_districts_without_name_do_not_stand() -> None:
    with pytest.raises(rp.ReturnplanError, match="people come from 2 settlements"):
        areas_of(tables_of({"plan": [*NORTH[:2], ("North", "n9", 0, "met")]})["readiness"])
    unnamed = [("", f"u{number}", 100, "met") for number in range(3)]
    areas = areas_of(tables_of({"plan": [*NORTH, *unnamed]})["readiness"])
    assert areas == {"": OTHER, "North": "North"}
    assert areas_of(tables_of({"plan": NORTH[:3]})["readiness"]) == {"North": "North"}


SIX: list[Home] = [("North", f"n{number}", 100, "met") for number in range(6)]
LATE: list[Home] = [("North", f"l{number}", 100, "not met") for number in range(4)]


def withheld(table: pd.DataFrame, *keys: str) -> dict[Any, str]:
    return table.set_index(list(keys))["withheld"].to_dict()


def test_of_two_allocations_that_differ_by_one_settlement_the_later_shows_no_states() -> None:
    other = [*SIX[:5], ("North", "n5", 100, "not met"), *LATE]
    tables = public({"second": [*SIX, *LATE, *SOUTH], "first": [*other, *SOUTH]})
    assert withheld(tables["districts"], "allocation", "district") == {
        ("second", "North"): "",
        ("second", "South"): "",
        ("first", "North"): "states",
        ("first", "South"): "",
    }
    gates = tables["district_gates"]
    assert withheld(gates, "allocation", "district")["first", "North"] == "states"
    assert withheld(gates, "allocation", "district")["second", "North"] == ""


@pytest.mark.parametrize(("sizes", "is_hidden"), [((80, 10, 10), False), ((81, 10, 9), True)])
def test_allocations_may_differ_by_settlements_of_which_none_makes_most(
    sizes: tuple[int, ...], is_hidden: bool
) -> None:
    early = [("North", f"x{number}", people, "met") for number, people in enumerate(sizes)]
    late = [(district, place, people, "not met") for district, place, people, _ in early]
    tables = public({"one": [*SIX, *LATE, *early], "two": [*SIX, *LATE, *late]})
    assert list(withheld(tables["districts"], "allocation").values()) == [
        "",
        "states" if is_hidden else "",
    ]


def test_half_is_met_by_the_first_date_that_is_shown_and_the_share_is_of_rounded_people() -> None:
    early = [("North", f"n{number}", 101, "met") for number in range(4)]
    south = [("South", f"s{number}", 100, "not met") for number in range(4)]
    tables = tables_of({"plan": [*early, *LATE, *south]})
    run = run_of(tables["readiness"], date(2032, 1, 1))
    districts = for_audience(tables, "public", None, run)["districts"].set_index("district")
    half = districts["half_met_date"].dt.strftime("%Y-%m-%d").fillna("").to_dict()
    assert half == {"North": "2030-07-01", "South": ""}
    assert districts["share_met"].to_dict() == {"North": 0.5, "South": 0}  # 400 of 800
    assert districts["people"].to_dict() == {"North": 800, "South": 400}


# ---------------------------------------------------------------- waiting


def waiting(*rows: tuple[str, str, str, float], plans: Mapping[str, list[Home]]) -> pd.DataFrame:
    """Public days of waiting, from those of settlements: allocation, settlement, cause, days."""
    tables = tables_of(plans)
    places = tables["readiness"].set_index(["allocation", "settlement"])["community"]
    cells = [(plan, places[plan, place], cause, days) for plan, place, cause, days in rows]
    names = ["allocation", "community", "cause", "person_days_mean"]
    delays = pd.DataFrame(cells, columns=names)
    return published(tables | {"delays": delays})["district_delays"]


def test_where_nobody_waits_there_is_no_line() -> None:
    none = waiting(("plan", "n0", "winter", 0.0), plans={"plan": NORTH})
    assert none.empty
    assert list(none) == ["allocation", "district", "cause", "person_days_mean", "withheld"]


EAST: list[Home] = [("East", f"e{number}", 90, "met") for number in range(3)]
WEST: list[Home] = [("West", f"w{number}", 50, "met") for number in range(4)]


@pytest.mark.unwatched
@pytest.mark.parametrize(
    ("days", "is_hidden"),
    [((50, 40, 10), False), ((50, 41, 9), True), ((80, 10, 10), False), ((81, 10, 9), True)],
)
def test_waiting_of_which_one_or_two_settlements_make_most_is_not_shown(
    days: tuple[int, ...], is_hidden: bool
) -> None:
    rest = [("plan", place, "winter", 900.0) for _, place, _, _ in (*EAST, *WEST)]
    north = [("plan", f"n{number}", "winter", 100.0 * more) for number, more in enumerate(days)]
    table = waiting(*north, *rest, plans={"plan": [*NORTH[:3], *EAST, *WEST]})
    hidden = "person_days" if is_hidden else ""
    # West has the fewest people, East the fewest settlements: it is people who are added up
    assert withheld(table, "district") == {"East": "", "North": hidden, "West": hidden}


def test_causes_are_counted_together_only_in_the_district_where_few_wait_for_them() -> None:
    rows = [("plan", "n0", "travel", 500.0)]
    rows += [("plan", place, "travel", 1000.0) for _, place, _, _ in SOUTH]
    rows += [("plan", place, "winter", 1000.0) for _, place, _, _ in (*NORTH, *SOUTH)]
    rows += [("plan", place, "building", 2000.0) for _, place, _, _ in (*NORTH, *SOUTH)]
    table = waiting(*rows, plans={"plan": [*NORTH, *SOUTH]})
    days = table.set_index(["district", "cause"])["person_days_mean"].to_dict()
    assert days == {
        ("North", OTHER_CAUSES): 8500,  # with building, the first of the two by name
        ("North", "winter"): 4000,
        **{("South", "travel"): 4000, ("South", "winter"): 4000, ("South", "building"): 8000},
    }


FIVE: list[Home] = [("North", f"n{number}", 100, "met") for number in range(5)]


def compared(**causes: tuple[list[float], list[float]]) -> dict[tuple[str, str], float]:
    """Public days of waiting of five settlements by cause under two allocations."""
    rows = [
        (plan, f"n{number}", cause, more)
        for cause, both in causes.items()
        for plan, days in zip(("second", "first"), both, strict=True)
        for number, more in enumerate(days)
    ]
    table = waiting(*rows, plans={"second": FIVE, "first": FIVE})
    assert (table["withheld"] == "person_days").equals(table["person_days_mean"].isna())
    keys = zip(table["allocation"], table["cause"], strict=True)
    return dict(zip(keys, table["person_days_mean"].fillna(-1), strict=True))


def one_more(place: int, base: float, more: float = 5000.0) -> tuple[list[float], list[float]]:
    """Days under two allocations, of which the second has more in one settlement."""
    return [base] * 5, [base + more * (number == place) for number in range(5)]


def test_causes_that_differ_by_one_settlement_are_counted_together_under_all_allocations() -> None:
    few, same = [100.0] * 5, [9000.0] * 5
    days = compared(
        **{"a": one_more(0, 3000), "b": one_more(1, 3000), "c": one_more(2, 3000)},
        **{"same": (same, same), "few": (few, few)},
    )
    assert days == {
        ("second", OTHER_CAUSES): 45_000,
        ("first", OTHER_CAUSES): 60_000,
        **{(plan, "same"): 45_000 for plan in ("second", "first")},
        **{(plan, "few"): 500 for plan in ("second", "first")},
    }


def test_the_causes_of_fewest_days_go_with_one_that_tells_until_it_does_not() -> None:
    all_more = [4000.0] * 5, [9000.0] * 5
    same = [20_000.0] * 5
    days = compared(same=(same, same), a=one_more(0, 3000), more=all_more)
    assert days == {
        **{(plan, "same"): 100_000 for plan in ("second", "first")},
        ("second", OTHER_CAUSES): 35_000,
        ("first", OTHER_CAUSES): 65_000,
    }


def test_where_even_all_causes_together_tell_the_later_allocation_shows_no_waiting() -> None:
    assert compared(a=one_more(0, 3000), b=([2000.0] * 5, [2000.0] * 5)) == {
        ("second", OTHER_CAUSES): 25_000,
        ("first", OTHER_CAUSES): -1,
    }


def test_a_settlement_that_waits_under_one_allocation_only_waits_no_day_under_the_other() -> None:
    days = compared(a=([3000.0] * 5, [3000.0] * 5), b=([0.0] * 5, [80.0, 10.0, 10.0, 0, 0]))
    assert days == {("second", "a"): 15_000, ("first", "a"): 15_000, ("first", "b"): 100}


# ---------------------------------------------------------------- the other tables

COUNTS = {"present_at_horizon_mean": 500.0, "returned_by_horizon_mean": 604.0}
SUMMARY = {"people_by_2030-04-01_mean": 1204.0, "cost_usd_mean": 120_000.0, **COUNTS}


def summary_of(plans: Mapping[str, list[Home]], **changed: Any) -> list[dict[str, Any]]:
    tables = tables_of(plans)
    cells = {**SUMMARY, "communities_never": 0, "person_days_mean": 123_456.0, **changed}
    cells |= {"cost_per_person_usd": 1.0, "cost_per_returned_usd": 1.0}
    cells |= {"person_days_never_share": 0.516}
    table = pd.DataFrame([{"allocation": plan, **cells} for plan in plans])
    found = published(tables | {"summary": table})["summary"]
    return [{str(k): v for k, v in cells.items()} for cells in found.to_dict("records")]


@pytest.mark.unwatched
@pytest.mark.parametrize("never", range(5))
def test_one_or_two_communities_that_never_return_are_not_counted(never: int) -> None:
    (summary,) = summary_of({"plan": [*NORTH, *SOUTH]}, communities_never=never)
    shown = summary["communities_never"]
    assert np.isnan(shown) if never in (1, 2) else shown == never


@pytest.mark.unwatched
@pytest.mark.parametrize(
    ("never", "low", "high", "shown"),
    [
        (3.4, 3.0, 5.0, [3, 3, 5]),
        (3.4, 0.0, 5.0, [3, 0, 5]),
        (3.4, 2.0, 5.0, None),
        (2.9, 0.0, 5.0, None),
        (0.1, 0.0, 0.0, None),
        (0.0, 0.0, 0.0, [0, 0, 0]),
    ],
)
def test_an_expected_number_of_communities_goes_with_a_small_end_of_its_range(
    never: float, low: float, high: float, shown: list[int] | None
) -> None:
    cells = {"communities_never_p10": low, "communities_never_p90": high}
    plans = {"plan": [*NORTH, *SOUTH]}
    (summary,) = summary_of(plans, communities_never=never, communities_never_se=0.7, **cells)
    numbers = [summary[f"communities_never{end}"] for end in ("", "_p10", "_p90")]
    assert np.isnan(numbers).all() if shown is None else numbers == shown
    assert "communities_never_se" not in summary


def test_errors_of_what_is_withheld_are_withheld_and_those_of_people_are_nowhere() -> None:
    one = [*SIX, *LATE]
    other = [*SIX, ("North", "l0", 100, "met"), *LATE[1:]]
    errors = {"person_days_se": 1234.0, "cost_usd_se": 77.0, "people_by_2030-04-01_se": 3.0}
    more = {"person_days_expected_values": 1.0, "returned_by_horizon_se": 5.0}
    first, second = summary_of({"b": one, "a": other}, **errors, **more)
    assert first["person_days_se"] == 1200
    assert np.isnan([second[name] for name in ("person_days_se", "person_days_mean")]).all()
    assert first["cost_usd_se"] == second["cost_usd_se"] == 77
    for name in ("people_by_2030-04-01_se", "returned_by_horizon_se", *more):
        assert name not in first, name


def test_a_small_error_of_people_hides_no_number() -> None:
    tables, _, run = _returns(np.random.default_rng(3))
    plain = for_audience(tables, "public", None, run)
    for name in ("returned_se", "early_se"):
        tables["returns"][name] = 4.0
    tables["people_met"] = tables["people_met"].assign(people_se=4.0, people_expected_values=5.0)
    found = for_audience(tables, "public", None, run)
    for name in ("returns", "people_met"):
        pd.testing.assert_frame_equal(found[name], plain[name])


def test_a_cost_is_divided_by_nobody_nowhere() -> None:
    nobody = {"people_by_2030-04-01_mean": 0.0, "returned_by_horizon_mean": 0.0}
    (summary,) = summary_of({"plan": [*NORTH, *SOUTH]}, **nobody)
    assert summary["people_by_2030-04-01_mean"] == 0
    assert np.isnan(summary["cost_per_person_usd"])
    assert np.isnan(summary["cost_per_returned_usd"])
    (summary,) = summary_of({"plan": [*NORTH, *SOUTH]}, **dict.fromkeys(nobody, 10.0))
    assert summary["cost_per_person_usd"] == 12_000
    assert summary["cost_per_returned_usd"] == 12_000
    assert summary["person_days_never_share"] == 0.52
    assert summary["withheld"] == ""


def test_a_summary_whose_waiting_differs_by_one_settlement_shows_no_person_days() -> None:
    one = [*SIX, *LATE]
    other = [*SIX, ("North", "l0", 100, "met"), *LATE[1:]]
    first, second = summary_of({"b": one, "a": other})
    assert first["person_days_mean"] == 123_500
    assert first["withheld"] == ""
    assert np.isnan(second["person_days_mean"])
    assert np.isnan(second["person_days_never_share"])
    # and the people at the horizon differ by one settlement as well
    people = "people_by_2030-04-01_mean, present_at_horizon_mean, returned_by_horizon_mean"
    assert second["withheld"] == f"{people}, person_days"
    assert np.isnan([second[name] for name in people.split(", ")]).all()
    assert np.isnan(second["cost_per_person_usd"])
    late = [*SIX, *LATE]
    tables = tables_of({"b": late, "a": late})
    is_later = tables["readiness"]["allocation"].eq("a") & tables["readiness"]["community"].eq("c0")
    tables["readiness"].loc[is_later, "ready_day_p50"] = 80.0
    table = pd.DataFrame([{"allocation": plan, **SUMMARY, "communities_never": 0} for plan in "ba"])
    summary = published(tables | {"summary": table})["summary"]
    assert summary["withheld"].tolist() == ["", "person_days"]


def test_numbers_are_shown_on_open_days_and_ranges_only_where_they_are_of_several() -> None:
    homes = [("North", 110)] * 3 + [("North", 100)] * 3 + [("North", 20)]
    days = np.tile([80.0] * 3 + [1200.0] * 4, (LEAST_DRAWS, 1))
    days[0, 6] = 70.0
    alone = np.tile([np.inf] * 6 + [1200.0], (LEAST_DRAWS, 1))
    run = drawn(homes, {"plan": days, "alone": alone}, date(2030, 1, 1), date(2035, 1, 1))
    dates = pd.to_datetime(["2030-01-01", "2030-02-01", "2030-04-01", "2035-01-01"])
    lines = pd.DataFrame({"date": dates.astype("datetime64[s]"), "day": [0, 31, 90, 1826]})
    lines = lines.assign(people_p10=100, people_p50=204, people_p90=300, people_mean=205.0)
    met = pd.concat([lines.assign(allocation=plan) for plan in ("plan", "alone")])
    tables = tables_of({"plan": NORTH}) | {"readiness": run.readiness, "people_met": met}
    keys = run.readiness[["allocation", "community"]]
    tables["gates"] = keys.assign(gate="survey", state="met")
    tables["delays"] = keys.assign(cause="winter", person_days_mean=1.0)
    shown = for_audience(tables, "public", None, run)["people_met"].set_index("allocation")
    numbers = ["people_p10", "people_p50", "people_p90", "people_mean"]
    plan = shown.loc["plan"]
    assert plan["date"].astype(str).tolist() == ["2030-01-01", "2030-04-01", "2035-01-01"]
    assert plan[numbers].fillna(-1).to_numpy().tolist() == [
        [100, 200, 300, 200],
        [-1, 200, -1, 200],
        [100, 200, 300, 200],
    ]
    assert plan["withheld"].tolist() == ["", "", ""]
    assert plan["day"].tolist() == [0, 90, 1826]
    horizon = shown.loc["alone"].iloc[-1]
    assert horizon["date"] == pd.Timestamp("2035-01-01")
    assert horizon[numbers].isna().all()
    assert horizon["withheld"] == "people"


def test_returns_follow_the_order_of_the_allocations_and_keep_percentiles_of_one_district() -> None:
    plans = {"second": [*NORTH, *SOUTH], "first": [*NORTH, *SOUTH]}
    tables = tables_of(plans)
    keys = [(plan, place) for plan in plans for place in ("South", "North")]
    table = pd.DataFrame(keys, columns=["allocation", "district"])
    day = pd.Timestamp("2030-04-01")
    table = table.assign(month="2030-04", date=day, returned_p50=40.0, returned_mean=50.0)
    table["date"] = table["date"].astype("datetime64[s]")
    returns = published(tables | {"returns": table})["returns"]
    assert returns[["allocation", "district"]].to_numpy().tolist() == [
        ["second", "North"],
        ["second", "South"],
        ["first", "North"],
        ["first", "South"],
    ]
    assert returns["returned_p50"].tolist() == [40] * 4
    assert returns["returned_mean"].tolist() == [50] * 4


def test_costs_and_released_land_add_up_over_what_not_everybody_sees() -> None:
    tables = tables_of({"z": [*NORTH, *SOUTH], "a": [*NORTH, *SOUTH]})
    tables["costs"] = pd.DataFrame(
        [
            ("z", 2031, "dogs", 3.0),
            ("z", 2030, "teams", 4.0),
            ("z", 2030, "dogs", 5.0),
            ("a", 2030, "teams", 6.0),
        ],
        columns=["allocation", "year", "asset", "cost_usd_mean"],
    )
    tables["land_release"] = pd.DataFrame(
        [
            ("z", "South", 2030, "reduced", "road", 1400.0),
            ("z", "Empty", 2030, "cleared", "", 900.0),
            ("z", "South", 2030, "reduced", "field", 1400.0),
            ("z", "South", 2030, "cancelled", "", 7600.0),
            ("a", "North", 2030, "cleared", "", 10000.0),
        ],
        columns=["allocation", "district", "year", "route", "denies", "area_m2_mean"],
    )
    shown = published(tables)
    assert shown["costs"].to_numpy().tolist() == [["z", 2030, 9], ["z", 2031, 3], ["a", 2030, 6]]
    assert shown["land_release"].to_numpy().tolist() == [
        ["z", "South", 2030, "reduced", 3000],
        ["z", "South", 2030, "cancelled", 8000],
        ["z", OTHER, 2030, "cleared", 1000],
        ["a", "North", 2030, "cleared", 10_000],
    ]
    one = [("North", "n0", 100, "met"), *EAST[:2]]
    shown = published(tables | tables_of({"plan": one}))
    assert set(shown["land_release"]["district"]) == {ALL}


@pytest.mark.unwatched
@pytest.mark.parametrize(
    ("shares", "is_withheld"),
    [
        ((0.0, 0.5, 1.0), False),
        ((0.0, 0.001, 1.0), True),  # one person
        ((0.0, 0.009, 1.0), True),
        ((0.0, 0.01, 1.0), False),
        ((0.0, 0.991, 1.0), True),  # all but nine
        ((0.0, 0.99, 1.0), False),
        ((0.0, 0.999, 1.0), True),
        ((0.005, 0.5, 1.0), True),  # in some draws
        ((0.0, 0.5, 0.995), True),
    ],
)
def test_shares_of_fewer_than_ten_people_or_of_all_but_so_few_are_withheld(
    shares: tuple[float, float, float], is_withheld: bool
) -> None:
    homes = [("North", f"n{number}", 250, "met") for number in range(4)]
    lonely: list[Home] = [("East", "e0", 1000, "met"), ("West", "w0", 1000, "met"), *SOUTH]
    tables = tables_of({"plan": [*homes, *lonely]})
    lines = pd.DataFrame({"district": ["North", "East", None], "allocation": "plan"})
    lines["date"] = pd.Series([pd.Timestamp("2030-04-01")] * 3).astype("datetime64[s]")
    names = ("share_p10", "share_p50", "share_p90")
    lines = lines.assign(people=1000, **dict(zip(names, shares, strict=True)))
    made = published(tables | {"district_shares": lines})["district_shares"]
    assert made["district"].tolist() == ["North"]
    cells = row(made)
    assert cells["withheld"] == ("share" if is_withheld else "")
    assert [cells[name] for name in names] == pytest.approx(
        [np.nan] * 3 if is_withheld else [np.round(share, 2) for share in shares], nan_ok=True
    )


# ---------------------------------------------------------------- between allocations


def pairs_of(**days: list[float]) -> Drawn:
    """Ten draws: six villages, four more, a hamlet of 20, three more; at most five years."""
    homes = [("North", 100)] * 10 + [("North", 20)] + [("North", 100)] * 3
    of_draws = {name: np.tile(row, (LEAST_DRAWS, 1)) for name, row in days.items()}
    return drawn(homes, of_draws, date(2030, 1, 1), date(2035, 1, 1))


LATER, EARLY = 1400.0, 300.0
FIRST = [EARLY] * 6 + [LATER] * 8
EVEN = [EARLY] * 10 + [LATER] * 4


def between(
    run: Drawn, *rows: tuple[str, str, str | None, float], more: Tables | None = None
) -> Tables:
    """What the public sees of differences: allocation, against, date (None: waiting), number."""
    table = pd.DataFrame(
        [
            {
                **{"allocation": one, "against": other, "mean": number, "low": number},
                "measure": "people_met" if day else "person_days",
                "date": pd.Timestamp(day) if day else pd.NaT,
                **dict.fromkeys(("high", "p10", "p90", "value", "value_against"), number),
            }
            for one, other, day, number in rows
        ]
    )
    table["date"] = table["date"].astype("datetime64[s]")
    keys = run.readiness[["allocation", "community"]]
    tables = tables_of(dict.fromkeys(run.allocations, NORTH)) | {"readiness": run.readiness}
    tables["gates"] = keys.assign(gate="survey", state="met")
    tables["delays"] = keys.assign(cause="winter", person_days_mean=1.0)
    tables |= {"differences": table, "verdicts": verdicts(run), **(more or {})}
    return for_audience(tables, "public", None, run)


def test_differences_are_rounded_and_those_of_one_settlement_or_of_hidden_days_left_out() -> None:
    run = pairs_of(first=FIRST, some=EVEN, even=EVEN, moved=[EARLY + 200, *FIRST[1:]])
    run.ready_day[0, :2, 10] = 100.0  # the hamlet, in two draws of the first
    run.ready_day[1, :2, :10] = FIRST[:10]  # in the same draws nobody else
    shown = between(
        run,
        ("even", "first", "2032-01-01", 1234.6),
        ("even", "first", "2032-01-02", 1.0),  # not a day of counting
        ("some", "first", "2032-01-01", 2.0),  # 20 people of the hamlet in the tenth percentile
        ("moved", "first", "2031-01-01", 3.0),  # not shown then: it differs by one settlement
        ("even", "first", None, 123_456.0),
        ("moved", "first", None, 4.0),
        ("some", "first", None, -150.1),
        ("even", "moved", None, 5.0),
    )["differences"]
    assert shown[["allocation", "against", "mean"]].to_numpy().tolist() == [
        ["even", "first", 1230],
        ["even", "first", 123_500],
        ["some", "first", -200],
    ]
    assert shown["value_against"].tolist() == [1230, 123_500, -200]
    assert shown.index.tolist() == [0, 1, 2]


def test_the_only_two_allocations_may_be_compared() -> None:
    run = pairs_of(first=FIRST, even=EVEN)
    shown = between(run, ("even", "first", "2032-01-01", 400.0))
    assert shown["differences"]["mean"].tolist() == [400]
    names = ["allocation", "against", "measure", "verdict"]
    numbers = shown["verdicts"].drop(columns=names)
    assert numbers[shown["verdicts"]["measure"] == "people_met"].isna().all(axis=None)
    assert shown["verdicts"]["mean"].tolist()[:2] == [440_000, -440_000]  # rounded
    assert shown["verdicts"][names].to_numpy().tolist() == [
        ["first", "even", "person_days", "worse"],
        ["even", "first", "person_days", "better"],
        ["first", "even", "people_met", "level"],  # all are met in time
        ["even", "first", "people_met", "level"],
    ]


def changes_of(run: Drawn, *rows: dict[str, Any]) -> pd.DataFrame:
    """What the public sees of changes; what a row does not say is 0, or better."""
    plain: dict[str, Any] = {
        one.column: 0.0 for one in columns_of("decisions") if one.type == "number"
    }
    names = ("people_middle", "people", "person_days")
    plain |= {f"{name}_verdict": "better" for name in names} | {"skill": "clearance"}
    plain |= {"people_middle_mean": 4567.0, "people_mean": 1234.0, "person_days_mean": -56_789.0}
    shown = between(
        run,
        ("even", "first", None, 0.0),
        more={"decisions": pd.DataFrame([plain | {"allocation": "first"} | row for row in rows])},
    )
    return shown["decisions"]


def test_changes_are_public_in_round_numbers_without_types_numbers_and_cost_of_teams() -> None:
    run = pairs_of(first=FIRST, even=EVEN)
    shown = changes_of(run, {"teams": 3, "asset": "dog_team", "decision": "add_teams_dog_team"})
    assert not set(shown) & {"teams", "asset", "decision", "cost_usd_mean", "people_one_share"}
    row = shown.iloc[0]
    assert (row["people_mean"], row["person_days_mean"], row["skill"]) == (
        1200,
        -57_000,
        "clearance",
    )
    ends = [f"{name}_{end}" for name in ("people", "person_days") for end in ("low", "p50", "p90")]
    assert row[ends].isna().all()


def test_changes_that_rest_on_one_settlement_or_two_or_on_hidden_numbers_are_not_public() -> None:
    run = pairs_of(first=FIRST, even=EVEN)
    (row,) = changes_of(run, {"people_one_share": 0.81}).to_dict("records")
    assert pd.isna(row["people_mean"])
    assert pd.isna(row["people_verdict"])
    assert (row["person_days_mean"], row["person_days_verdict"]) == (-57_000, "better")
    (row,) = changes_of(run, {"person_days_two_share": 0.91}).to_dict("records")
    assert pd.isna(row["person_days_verdict"])
    assert pd.isna(row["person_days_more_share"])
    assert row["people_mean"] == 1200
    few = {"people_two_share": 0.91, "person_days_one_share": 0.81}
    (row,) = changes_of(run, few).to_dict("records")
    assert row["people_middle_mean"] == 4600
    assert changes_of(run, few | {"people_middle_one_share": 0.81}).empty
    alone = pairs_of(first=FIRST, even=EVEN, alone=[np.inf] * 10 + [1600.0] + [np.inf] * 3)
    (row,) = changes_of(alone, {"allocation": "alone"}).to_dict("records")
    assert pd.isna(row["people_mean"])


def test_of_each_allocation_the_public_sees_the_first_change_that_has_a_clear_effect() -> None:
    run = pairs_of(first=FIRST, even=EVEN)
    level = dict.fromkeys(
        ("people_middle_verdict", "people_verdict", "person_days_verdict"), "level"
    )
    shown = changes_of(
        run, level, {"skill": "building"}, {"skill": "survey"}, level | {"allocation": "even"}
    )
    assert shown[["allocation", "skill"]].to_numpy().tolist() == [
        ["first", "building"],
        ["even", "clearance"],
    ]


def test_verdicts_are_public_only_of_allocations_whose_people_at_the_horizon_are_shown() -> None:
    never = [*FIRST[:10], *[np.inf] * 4]
    alone = [np.inf] * 10 + [1600.0] + [np.inf] * 3
    shown = between(pairs_of(first=FIRST, few=never, alone=alone), ("few", "first", None, 0.0))
    table = shown["verdicts"]
    people = table[table["measure"] == "people_met"][["allocation", "against", "verdict"]]
    assert people.to_numpy().tolist() == [["first", "few", "better"], ["few", "first", "worse"]]
