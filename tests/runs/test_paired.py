"""Allocations against each other: worked by hand, and laws of pairs."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import returnplan as rp
from returnplan.runs.difference import OPPOSITE
from returnplan.runs.district_shares import district_shares
from returnplan.runs.paired import differences, verdicts
from returnplan.runs.ready_days import check_comparable

ROOT = Path(__file__).resolve().parents[2]
VALLEY = ROOT / "scenarios" / "valley"
NAMES = ("today", "smith_path", "two_more_teams")
INF = math.inf
PEOPLE = (10, 20, 30)


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Ready days as they are written down, of two years from 2025 on."""

    allocations: tuple[str, ...]
    ready_day: NDArray[np.floating[Any]] | None
    communities: tuple[str, ...] = ("one", "two", "three")
    start: date = date(2025, 1, 1)
    horizon: date = date(2027, 1, 1)
    effective: float | None = None

    @property
    def readiness(self) -> pd.DataFrame:
        count = len(self.allocations)
        return pd.DataFrame(
            {
                "allocation": np.repeat(self.allocations, 3),
                "community": ["three", "one", "two"] * count,  # they meet by name
                "settlement": ["third", "first", "second"] * count,
                "people": [30, 10, 20] * count,
                "district": [None, "East", "East"] * count,
                "ready_day_p50": [730.0, np.nan, 365.0] * count,
            }
        )


def by_hand(kind: type = np.float64) -> Hand:
    """Two allocations, three draws: b gains 165 days once and one day once, for 20 people."""
    before = [[100, 365, INF], [0, 366, 730], [INF, INF, INF]]
    after = [[100, 200, INF], [0, 365, 730], [INF, INF, INF]]
    return Hand(allocations=("a", "b"), ready_day=np.array([before, after], kind))


@pytest.fixture(scope="module")
def folder(run_of: Callable[..., Path]) -> Path:
    """Return a run folder with draws."""
    return run_of(VALLEY, *(word for name in NAMES for word in ("-a", name)), "--draws", "30")


@pytest.fixture(scope="module")
def expected(run_of: Callable[..., Path]) -> Path:
    """Return a run folder on expected values."""
    return run_of(VALLEY, "-a", "today", "--draws", "0")


# ---------------------------------------------------------------- by hand


HAND = pd.DataFrame(
    [
        # person-days of a: 30,200 29,220 43,800; of b: 26,900 29,200 43,800
        ("person_days", None, -3320 / 3, -20, 0, 5 / 6, 1 / 3, 99_900 / 3, 103_220 / 3),
        # people of a: 30 10 0; of b: 30 30 0
        ("people_met", "2026-01-01", 20 / 3, 0, 20, 2 / 3, 2 / 3, 60 / 3, 40 / 3),
        # people of both: 30 60 0
        ("people_met", "2027-01-01", 0, 0, 0, 1 / 2, 1, 30, 30),
    ],
    columns=[
        *("measure", "date", "mean", "p10", "p90", "probability_better", "probability_same"),
        *("value", "value_against"),
    ],
).astype({"date": "datetime64[s]"})


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("times", [1, 5, 20])
def test_three_draws_give_the_differences_worked_by_hand(kind: type, times: int) -> None:
    hand = by_hand(kind)
    assert hand.ready_day is not None
    table = differences(dataclasses.replace(hand, ready_day=np.tile(hand.ready_day, (1, times, 1))))
    wanted = HAND.copy()
    # Of three draws two, one and none differ: ten are needed for a mean.
    few = pd.Series([2 * times < 10, times < 10, True])
    wanted.loc[0, "p10"] = -20 if times == 1 else -3300  # the lowest tenth is one draw, or more
    wanted["mean"] = wanted["mean"].mask(few)
    pd.testing.assert_frame_equal(table[HAND.columns], wanted, rtol=1e-14, check_dtype=False)
    assert table["differing"].tolist() == [2 * times, times, 0]
    assert table[["low", "high"]].isna().all(axis=1).equals(few)
    assert table[["allocation", "against", "draws"]].drop_duplicates().to_numpy().tolist() == [
        ["b", "a", 3 * times]
    ]


def test_who_is_met_a_second_after_midnight_is_not_met_by_that_date() -> None:
    ready_day = np.full((2, 10, 3), INF)
    ready_day[0, :, 0], ready_day[1, :, 0] = 365, 365 + 1 / 86_400
    table = differences(Hand(allocations=("a", "b"), ready_day=ready_day), dates=[date(2026, 1, 1)])
    assert table["mean"].tolist() == pytest.approx([10 / 86_400, -10])
    assert table["probability_better"].tolist() == [0, 0]


def test_with_many_draws_the_interval_is_near_that_of_the_normal_distribution() -> None:
    days = np.random.default_rng(4).normal(300, 40, (2, 400, 3))
    row = differences(Hand(allocations=("a", "b"), ready_day=days)).iloc[0]
    waiting = days @ np.array(PEOPLE)
    error = np.std(waiting[1] - waiting[0], ddof=1) / math.sqrt(400)
    assert row["high"] - row["mean"] == pytest.approx(1.96 * error, rel=0.3)  # of 25 blocks
    assert row["mean"] - row["low"] == pytest.approx(row["high"] - row["mean"])


def test_each_two_are_judged_by_person_days_and_by_people_by_the_horizon() -> None:
    # b is earlier than a for the 30 people of three; c is as late, and 20 more are met in the end.
    ready_day = np.full((3, 20, 3), INF)
    ready_day[:, :, 2] = np.array([[300], [200], [300]])
    ready_day[2, :, 1] = 730
    found = verdicts(Hand(allocations=("a", "b", "c"), ready_day=ready_day))
    table = found.set_index(["measure", "allocation", "against"])["verdict"]
    assert table["person_days"].to_dict() == {
        ("a", "b"): "worse", ("b", "a"): "better", ("a", "c"): "level", ("c", "a"): "level",
        ("b", "c"): "better", ("c", "b"): "worse",
    }  # fmt: skip
    assert table["people_met"].to_dict() == {
        ("a", "b"): "level", ("b", "a"): "level", ("a", "c"): "worse", ("c", "a"): "better",
        ("b", "c"): "worse", ("c", "b"): "better",
    }  # fmt: skip


def test_districts_have_the_share_of_their_people_worked_by_hand() -> None:
    table = district_shares(by_hand(), [date(2027, 1, 1), date(2026, 1, 1)])
    rows = [
        # East: 30 of 30 people, then 10, then 0; without a district: 30 people
        ("a", "", "2026-01-01", 0, 0, 0, 30),
        ("a", "East", "2026-01-01", 1 / 3, 1 / 3, 1, 30),
        ("a", "", "2027-01-01", 0, 0, 1, 30),
        ("a", "East", "2027-01-01", 1, 1, 1, 30),
        ("b", "", "2026-01-01", 0, 0, 0, 30),
        ("b", "East", "2026-01-01", 1, 1, 1, 30),
        ("b", "", "2027-01-01", 0, 0, 1, 30),
        ("b", "East", "2027-01-01", 1, 1, 1, 30),
    ]
    assert table["date"].dtype == "datetime64[s]"
    table["date"] = table["date"].dt.strftime("%Y-%m-%d")
    assert list(table.itertuples(index=False, name=None)) == rows


def test_without_draws_districts_have_one_share_and_no_range() -> None:
    table = district_shares(Hand(allocations=("a",), ready_day=None))
    assert table["date"].dt.strftime("%Y-%m-%d").unique().tolist() == [
        *("2025-07-01", "2026-01-01", "2026-07-01", "2027-01-01"),
    ]
    last = table[table["date"] == "2027-01-01"].set_index("district")
    assert last["share_p50"].to_dict() == {"": 1.0, "East": 20 / 30}
    assert table["share_p10"].isna().all()
    assert table["share_p90"].isna().all()
    long = Hand(allocations=("a",), ready_day=None, horizon=date(2046, 1, 1))
    assert set(district_shares(long)["date"].dt.strftime("%m-%d")) == {"01-01"}


def test_what_cannot_be_compared_is_refused() -> None:
    hand = by_hand()
    assert hand.ready_day is not None
    for few, said in (
        (None, "expected values, without draws"),
        (hand.ready_day[:, :1], "one draw"),
    ):
        with pytest.raises(rp.ReturnplanError, match=f"this is a run on {said}: run it again"):
            differences(dataclasses.replace(hand, ready_day=few))
    with pytest.raises(rp.ReturnplanError, match="no allocation is called 'c'; there are: a, b"):
        differences(hand, against="c")
    alone = Hand(allocations=("a",), ready_day=hand.ready_day[:1])
    assert differences(alone).empty
    with pytest.raises(rp.ReturnplanError, match="a is the only allocation of the run"):
        check_comparable(alone)


@pytest.mark.parametrize("day", [date(2024, 12, 31), date(2027, 1, 2)])
def test_nobody_is_counted_outside_the_time_of_the_run(day: date) -> None:
    with pytest.raises(rp.ReturnplanError, match=f"{day} is outside the time of the run"):
        differences(by_hand(), dates=[day])
    with pytest.raises(rp.ReturnplanError, match=f"{day} is outside the time of the run"):
        district_shares(by_hand(), [day])


# ---------------------------------------------------------------- laws


DAYS = st.sampled_from([0.0, 100.5, 365.0, 730.0, INF])


@pytest.mark.unwatched
@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.tuples(DAYS, DAYS, DAYS)] * 3), min_size=2, max_size=24))
def test_there_and_back_are_opposite_whatever_the_order_of_the_allocations(draws: Any) -> None:
    ready_day = np.array(draws).swapaxes(0, 1)
    hand = Hand(allocations=("a", "b", "c"), ready_day=ready_day)
    there = differences(hand, against="a").query("allocation == 'b'").reset_index(drop=True)
    back = differences(hand, against="b").query("allocation == 'a'").reset_index(drop=True)
    for name, other in (("mean", "mean"), ("low", "high"), ("high", "low")):
        assert there[name].equals(-back[other])
    assert there["verdict"].tolist() == [OPPOSITE[word] for word in back["verdict"]]
    assert there["differing"].equals(back["differing"])
    assert (there["probability_better"] + back["probability_better"] == 1).all()
    assert (there["probability_same"] == back["probability_same"]).all()
    assert (there["value"] == back["value_against"]).all()
    turned = Hand(allocations=("c", "b", "a"), ready_day=ready_day[::-1])
    again = differences(turned, against="a").query("allocation == 'b'").reset_index(drop=True)
    pd.testing.assert_frame_equal(again, there, check_exact=True)


def test_values_are_those_of_the_tables_of_the_run(folder: Path) -> None:
    run = rp.load_run(folder)
    days = [pd.Timestamp(day).date() for day in run.people_met["date"].unique()]
    table = differences(run, dates=days)
    assert (run.start, run.horizon) == (days[0], days[-1])
    assert len(table) == 2 * (1 + len(days))
    met = run.people_met.pivot_table(index="date", columns="allocation", values="people_mean")
    person_days = run.summary.set_index("allocation")["person_days_mean"]
    for name, rows in table.groupby("allocation"):
        people = rows[rows["measure"] == "people_met"].set_index("date")
        assert (people["value"] == met[name]).all()
        assert (people["value_against"] == met["today"]).all()
        waiting = rows[rows["measure"] == "person_days"].iloc[0]
        assert waiting["value"] == pytest.approx(person_days[name], rel=1e-7)  # 32-bit days
        assert waiting["differing"] >= 10
        assert waiting["mean"] == pytest.approx(person_days[name] - person_days["today"], rel=1e-4)


def test_shares_of_districts_add_up_to_the_people_of_the_run(folder: Path, expected: Path) -> None:
    for path in (folder, expected):
        run = rp.load_run(path)
        run.readiness["district"] = None  # one district: its people are all people
        for percent in (10, 50, 90):
            table = district_shares(run).set_index(["allocation", "date"])
            met = run.people_met.set_index(["allocation", "date"]).loc[table.index]
            share = table[f"share_p{percent}"]
            if path == folder or percent == 50:
                assert (share * table["people"]).tolist() == pytest.approx(
                    met[f"people_p{percent}"]
                )
            else:
                assert share.isna().all()


def test_an_ensemble_and_its_run_folder_compare_alike(folder: Path) -> None:
    spread = rp.ensemble(rp.load(VALLEY), NAMES, draws=30)
    assert rp.compare is differences
    pd.testing.assert_frame_equal(rp.compare(spread), rp.compare(rp.load_run(folder)), rtol=1e-4)
