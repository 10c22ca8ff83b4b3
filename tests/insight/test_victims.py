"""Victims among all people: which published totals a law is fitted to, and what it says of when."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import returnplan as rp
from returnplan.domain import Fact, FactMeasure
from returnplan.insight.power_law import PowerLaw
from returnplan.insight.victims import over_time, periods, totals_of

START = date(2020, 11, 10)
SOURCE = rp.load("scenarios/valley").sources[0].id
PUBLISHED = {date(2021, 6, 29): 140, date(2021, 12, 15): 200, date(2022, 10, 6): 257}


def fact(until: date, value: float, since: date = START, measure: FactMeasure = "victims") -> Fact:
    """Make a published count."""
    return Fact(
        id=f"{measure}_{since}_{until}", measure=measure, from_date=since, until_date=until,
        value=value, use="check", source=SOURCE,
    )  # fmt: skip


def scenario(*facts: Fact) -> rp.Scenario:
    """Give valley facts."""
    return replace(rp.load("scenarios/valley"), facts=facts)


def three(*more: Fact) -> rp.Scenario:
    """Give valley three totals, and more facts."""
    return scenario(*more, *(fact(day, count) for day, count in PUBLISHED.items()))


def of_kind(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Rows of one kind."""
    return table[table["kind"] == kind]


def test_calendar_years_after_the_last_total_are_told_the_first_from_the_day_after_it() -> None:
    table = of_kind(rp.victims(three()), "forecast")
    assert table["from"].dt.strftime("%Y-%m-%d").tolist()[:2] == ["2022-10-07", "2023-01-01"]
    assert table["until"].dt.strftime("%m-%d").unique().tolist() == ["12-31"]
    assert table["until"].dt.year.tolist() == [2022, 2023, 2024, 2025]
    law = PowerLaw(since=START, dates=[*PUBLISHED], totals=[*PUBLISHED.values()])
    ranges = table[["new_p10", "new_p50", "new_p90"]].to_numpy().tolist()
    assert ranges[1] == list(law.between(date(2022, 12, 31), date(2023, 12, 31)))
    assert [row[1] for row in ranges[1:]] == sorted((row[1] for row in ranges[1:]), reverse=True)


def test_half_years_may_be_asked_for() -> None:
    assert periods(date(2022, 6, 30), 6, 0) == [(date(2022, 7, 1), date(2022, 12, 31))]
    table = of_kind(rp.victims(three(), step="half_year", years=1), "forecast")
    assert table["until"].dt.strftime("%Y-%m-%d").tolist() == [
        *("2022-12-31", "2023-06-30", "2023-12-31")
    ]


def test_totals_after_the_date_of_the_data_are_compared_and_not_fitted() -> None:
    later = fact(date(2024, 6, 30), 340)
    table = rp.victims(three(later), as_of=date(2022, 12, 31))
    assert of_kind(table, "known")["published"].tolist() == [140, 200, 257]
    (row,) = of_kind(table, "later").to_dict("records")
    assert (row["from"], row["published"]) == (pd.Timestamp("2022-10-07"), 340 - 257)
    law = totals_of(three(later), date(2022, 12, 31)).law()
    assert row["new_p50"] == law.between(date(2022, 10, 6), date(2024, 6, 30))[1]
    without = of_kind(rp.victims(three()), "forecast")
    pd.testing.assert_frame_equal(
        of_kind(table, "forecast").reset_index(drop=True), without.reset_index(drop=True)
    )
    assert len(of_kind(rp.victims(three(later)), "known")) == 4


def test_a_later_count_of_a_period_is_held_against_that_period() -> None:
    year = fact(date(2023, 12, 31), 50, since=date(2023, 1, 1))
    crossing = fact(date(2022, 12, 31), 70, since=date(2022, 1, 1))
    table = rp.victims(three(year, crossing), as_of=date(2022, 12, 30))
    later = of_kind(table, "later").set_index("until")
    told = later.loc[pd.Timestamp("2023-12-31")]
    (same,) = table[(table["kind"] == "forecast") & (table["from"] == "2023-01-01")].itertuples()
    assert (told["published"], told["new_p50"]) == (50, same.new_p50)
    assert later.loc[pd.Timestamp("2022-12-31"), ["new_p10", "new_p90"]].isna().all()


def test_counts_from_another_first_day_and_other_facts_leave_the_law_alone() -> None:
    other = fact(date(2022, 6, 30), 5, since=date(2022, 1, 1))
    items = fact(date(2022, 6, 30), 5_000, measure="items")
    pd.testing.assert_frame_equal(rp.victims(three(other, items)), rp.victims(three()))


def test_one_total_tells_no_law_and_says_so() -> None:
    with pytest.raises(rp.ReturnplanError, match="needs totals of at least 2 dates, not 1"):
        rp.victims(scenario(fact(date(2021, 6, 29), 140)))
    with pytest.raises(rp.ReturnplanError, match="no facts of the measure victims"):
        rp.victims(scenario())


def test_a_scenario_folder_is_read(tmp_path: Path) -> None:
    rp.write(three(), tmp_path / "valley")
    pd.testing.assert_frame_equal(rp.victims(tmp_path / "valley"), rp.victims(three()))


def test_over_time_the_law_goes_from_nobody_through_the_last_total_to_three_years_on() -> None:
    other = fact(date(2022, 6, 30), 5, since=date(2022, 1, 1))
    table = over_time(three(other))
    fitted, ahead = of_kind(table, "fitted"), of_kind(table, "forecast")
    first, last = fitted.iloc[0], fitted.iloc[-1]
    assert (first["date"], first["total_p50"]) == (pd.Timestamp("2020-11-09"), 0.0)
    assert (last["date"], last["total_p50"]) == (pd.Timestamp("2022-10-06"), pytest.approx(257))
    assert ahead.iloc[0][["total_p10", "total_p50", "total_p90"]].tolist() == [257.0] * 3
    assert ahead["date"].iloc[-1] == pd.Timestamp("2025-12-31")
    assert ahead["total_p50"].is_monotonic_increasing
    assert of_kind(table, "known")["published"].tolist() == [140.0, 200.0, 257.0]
    assert over_time(scenario(fact(date(2021, 6, 29), 140)))["kind"].tolist() == ["known", "fitted"]
    assert over_time(scenario()).empty
