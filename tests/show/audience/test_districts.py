"""Counting by district, exactly: who is met, on how much a count rests, in which order."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from returnplan.show.audience.districts import (
    communities,
    counted,
    delay_rows,
    district_delays,
    district_gates,
    district_tables,
    districts,
    in_order,
    shown,
)

KEYS = ["allocation", "district"]


def homes_of(*rows: tuple[str, str, str, int, str, float]) -> pd.DataFrame:
    """Communities: allocation, district, settlement, people, state, day."""
    names = [*KEYS, "settlement", "people", "state", "ready_day_p50"]
    table = pd.DataFrame(rows, columns=names)
    number = table.groupby("allocation").cumcount()
    return table.assign(community=number.map("c{}".format), households=table["people"] / 4)


def dates_of(*allocations: str) -> pd.DataFrame:
    days = pd.DataFrame({"day": [0, 31, 59], "date": ["2030-01-01", "2030-02-01", "2030-03-01"]})
    days["date"] = pd.to_datetime(days["date"]).astype("datetime64[s]")
    return pd.concat([days.assign(allocation=name) for name in allocations])


def test_a_community_is_met_not_met_or_unknown_as_its_status_begins() -> None:
    readiness = pd.DataFrame(
        {
            "allocation": ["late", "late", "early"],
            "district": ["West", None, "East"],
            "community": ["a", "b", "c"],
            "settlement": ["s", "t", "u"],
            "people": [10, 20, 30],
            "status": ["unknown: a record", "conditions met (modelled)", "conditions not met: x"],
            "ready_day_p50": [math.nan, 3, math.nan],
        }
    )
    homes = communities(readiness, households={"a": 2, "b": 0, "c": None})
    assert homes["allocation"].tolist() == ["late", "late", "early"]  # in their order
    assert homes["district"].tolist() == ["", "West", "East"]  # by name
    assert homes["state"].tolist() == ["met", "unknown", "not_met"]
    assert homes["households"].tolist() == [math.inf, 2, math.inf]  # 0 is not known either
    areas = communities(readiness, {"West": "all", "": "all", "East": "all"})
    assert areas["district"].tolist() == ["all"] * 3
    assert areas["community"].tolist() == ["a", "b", "c"]
    assert areas["households"].tolist() == [math.inf] * 3


def test_districts_and_dates_are_sorted_and_all_else_stays_as_it_comes_first() -> None:
    table = pd.DataFrame(
        {"cause": ["z", "a", "z"], "year": [2031, 2031, 2030], "n": [1, 2, 3]}, index=[7, 8, 9]
    )
    ordered = in_order(table, ["cause", "year"])
    assert ordered["n"].tolist() == [3, 1, 2]
    assert list(ordered) == ["cause", "year", "n"]
    assert ordered.index.tolist() == [0, 1, 2]


def test_each_count_says_on_how_many_and_on_which_two_largest_it_rests() -> None:
    rows = homes_of(
        ("plan", "North", "a", 40, "met", 1),
        ("plan", "North", "b", 30, "met", 1),
        ("plan", "North", "a", 20, "met", 1),
        ("plan", "North", "c", 12, "met", 1),
        ("plan", "North", "d", 8, "unknown", 1),
    )
    (cells,) = counted(rows, KEYS).to_dict("records")
    assert {name: cells[name] for name in cells if str(name).endswith("_met")} == {
        **{"people_met": 102, "communities_met": 4, "settlements_met": 3},
        **{"households_met": 25.5, "largest_met": 60, "second_met": 30},
        **{"people_not_met": 0, "communities_not_met": 0, "settlements_not_met": 0},
        **{"households_not_met": 0, "largest_not_met": 0, "second_not_met": 0},
    }
    unknown = {name: cells[f"{name}_unknown"] for name in ("people", "largest", "second")}
    assert unknown == {"people": 8, "largest": 8, "second": 0}
    assert list(shown(counted(rows, KEYS))) == [
        *KEYS,
        *(
            f"{what}_{s}"
            for what in ("people", "communities")
            for s in ("met", "not_met", "unknown")
        ),
    ]


TWO_PLANS = homes_of(
    ("later", "North", "a", 10, "met", 31),
    ("later", "North", "b", 10, "not_met", math.nan),
    ("later", "South", "c", 0, "met", 0),
    ("earlier", "North", "a", 10, "met", 0),
    ("earlier", "North", "b", 10, "met", 32),
    ("earlier", "South", "c", 0, "met", 0),
)


def test_districts_follow_the_order_of_the_allocations_with_their_own_dates() -> None:
    table = districts(TWO_PLANS, dates_of("earlier", "later"))
    assert list(table)[:4] == ["allocation", "district", "communities", "people"]
    assert table["allocation"].tolist() == ["later", "later", "earlier", "earlier"]
    assert table["people"].tolist() == [20, 0, 20, 0]
    assert table["communities"].tolist() == [2, 1, 2, 1]
    assert table["share_met"].tolist()[0::2] == [0.5, 1.0]
    assert table["share_met"].isna().tolist() == [False, True, False, True]  # of nobody
    found = table["half_met_date"].dt.strftime("%m-%d").tolist()
    assert found == ["02-01", "01-01", "01-01", "01-01"]  # day 31 is the first of February
    assert table["withheld"].tolist() == [""] * 4


@pytest.mark.parametrize(
    ("people", "days", "date"),
    [
        ([10, 10], [31.0, 59], "2030-02-01"),  # exactly half
        ([9, 10], [31.0, 59], "2030-03-01"),
        ([10, 9], [31.0, 59], "2030-02-01"),
        ([5, 9, 10], [0.0, 31, 59], "2030-02-01"),
        ([10, 10], [31.1, 59], "2030-03-01"),
        ([10, 10], [60.0, 61], None),  # after the last date
        ([10, 10], [59.0, math.nan], "2030-03-01"),
        ([9, 10], [59.0, math.nan], None),
    ],
)
def test_half_is_reached_by_the_first_date_at_or_after_the_day(
    people: list[int], days: list[float], date: str | None
) -> None:
    rows = [("plan", "North", f"s{n}", n, "met", day) for n, day in zip(people, days, strict=True)]
    (half,) = districts(homes_of(*rows), dates_of("plan"))["half_met_date"]
    assert half == pd.Timestamp(date) if date else pd.isna(half)


def test_gates_count_people_by_the_state_of_the_gate_not_of_the_community() -> None:
    gates = pd.DataFrame(
        [
            ("later", "c0", "water", "not met"),
            ("later", "c1", "water", "met"),
            ("later", "c0", "survey", "met"),
            ("earlier", "c0", "water", "unknown"),
        ],
        columns=["allocation", "community", "gate", "state"],
    )
    table = district_gates(TWO_PLANS, gates)
    assert table[["allocation", "gate"]].to_numpy().tolist() == [
        ["later", "water"],
        ["later", "survey"],
        ["earlier", "water"],
    ]
    people = table[["people_met", "people_not_met", "people_unknown"]].to_numpy()
    assert people.tolist() == [[10, 10, 0], [10, 0, 0], [0, 0, 10]]
    assert table["withheld"].tolist() == [""] * 3


def test_delays_are_those_for_which_somebody_waits_in_the_order_they_come() -> None:
    delays = pd.DataFrame(
        [
            ("later", "c0", "winter", 0.5),
            ("later", "c1", "winter", 2.0),
            ("later", "c1", "building", 3.0),
            ("later", "c0", "travel", 0.0),
            ("earlier", "c0", "building", 1.0),
        ],
        columns=["allocation", "community", "cause", "person_days_mean"],
    )
    rows = delay_rows(TWO_PLANS, delays)
    assert rows["person_days_mean"].tolist() == [0.5, 2.0, 3.0, 1.0]
    assert rows["settlement"].tolist() == ["a", "b", "b", "a"]
    table = district_delays(rows)
    assert table.to_numpy().tolist() == [
        ["later", "North", "winter", 2.5, ""],
        ["later", "North", "building", 3.0, ""],
        ["earlier", "North", "building", 1.0, ""],
    ]


def test_tables_for_those_who_see_communities_are_exact() -> None:
    readiness = TWO_PLANS.drop(columns=["state", "households"]).assign(
        status=np.where(TWO_PLANS["state"] == "met", "conditions met (modelled)", "conditions not")
    )
    gates = readiness[["allocation", "community"]].assign(gate="water", state="met")
    delays = readiness[["allocation", "community"]].assign(cause="winter", person_days_mean=7.0)
    made = district_tables(
        {
            "readiness": readiness,
            "people_met": dates_of("earlier", "later"),
            "gates": gates,
            "delays": delays,
        }
    )
    assert set(made) == {"districts", "district_gates", "district_delays"}
    assert made["districts"]["people_met"].tolist() == [10, 0, 20, 0]
    assert made["district_gates"]["people_met"].tolist() == [20, 0, 20, 0]
    assert made["district_delays"]["person_days_mean"].tolist() == [14, 7, 14, 7]
    assert not [name for name in made["districts"] if str(name).startswith("settlements_")]
