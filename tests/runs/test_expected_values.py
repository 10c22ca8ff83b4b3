"""The run on expected values beside the draws: by hand, in words, and as the run itself says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.language.words import words_of
from returnplan.runs.expected_values import Held, expected_values, expected_values_words


def summary_of(alone: float, low: float, middle: float, high: float) -> pd.DataFrame:
    cells = {"p10": low, "p50": middle, "p90": high, "expected_values": alone}
    named = {f"person_days_{name}": value for name, value in cells.items()}
    other = dict.fromkeys(named, 1.0)
    return pd.DataFrame([{"allocation": "other", **other}, {"allocation": "plan", **named}])


def met_of(alone: float, low: float, middle: float, high: float) -> pd.DataFrame:
    """People by day 0, 40, 50 and 100: the third is the first after half of the time."""
    days = pd.to_datetime(["2024-01-01", "2024-02-10", "2024-02-20", "2024-04-10"])
    cells = {"p10": low, "p50": middle, "p90": high, "expected_values": alone}
    rows = pd.DataFrame({"allocation": "plan", "date": days, "day": [0, 40, 50, 100]})
    for name, value in cells.items():
        rows[f"people_{name}"] = [-1.0, -2.0, value, -3.0]
    return rows


def test_person_days_and_people_are_held_against_the_median_draw() -> None:
    summary, met = summary_of(970, 980, 1000, 1200), met_of(1050, 900, 1000, 1100)
    found = expected_values(summary, met, "plan")
    assert found is not None
    assert found.person_days == Held(alone=970, low=980, middle=1000, high=1200)
    assert found.people == Held(alone=1050, low=900, middle=1000, high=1100)
    assert expected_values_words(summary, met, "plan") == (
        "The single-value run against the median simulation: 3.0% fewer person-days (outside p10 "
        "to p90); 5.0% more people whose conditions are met by 20 Feb 2024 (within p10 to p90)."
    )


@pytest.mark.parametrize(
    ("days", "people", "said"),
    [
        ((1000.4, 1, 1000, 2000), (0, 0, 0, 5), ("as many person-days", "as many people")),
        ((1300, 1, 1000, 1200), (12, 0, 0, 11), ("30.0% more person-days", "12 more people")),
        ((1, 1, 2, 2), (90, 90, 120, 120), ("50.0% fewer person-days", "25.0% fewer people")),
        ((0, 0, 0, 0), (12, 0, 13, 13), ("as many person-days", "7.7% fewer people")),
    ],
)
def test_sizes_are_shares_of_the_median_or_numbers_where_there_is_none(
    days: tuple[float, ...], people: tuple[float, ...], said: tuple[str, str]
) -> None:
    text = expected_values_words(summary_of(*days), met_of(*people), "plan")
    assert all(one in text for one in said), text


def test_ends_of_the_range_are_within_it() -> None:
    assert Held(alone=1, low=1, middle=2, high=3).is_within
    assert Held(alone=3, low=1, middle=2, high=3).is_within
    assert not Held(alone=3.1, low=1, middle=2, high=3).is_within


def test_nothing_is_said_without_draws_or_for_the_public() -> None:
    summary, met = summary_of(np.nan, np.nan, 1000, np.nan), met_of(1, 1, 1, 1)
    assert expected_values_words(summary, met, "plan") == ""
    summary = summary.drop(columns="person_days_expected_values")
    assert expected_values_words(summary, met, "plan") == ""


def test_columns_say_what_the_run_on_expected_values_says() -> None:
    valley = rp.load("scenarios/valley")
    names = ["today", "two_more_teams"]
    spread = rp.ensemble(valley, names, draws=20)
    for name in names:
        alone = rp.simulate(valley, name)
        summary = spread.summary.set_index("allocation").loc[name]
        (days,) = alone.summary["person_days_mean"]
        assert summary["person_days_expected_values"] == days
        met = spread.people_met[spread.people_met["allocation"] == name]
        assert met["people_expected_values"].tolist() == alone.people_met["people_p50"].tolist()
        assert expected_values_words(spread.summary, spread.people_met, name)
        assert expected_values(alone.summary, alone.people_met, name) is None
        assert alone.people_met["people_expected_values"].isna().all()


def test_other_languages_say_the_same_numbers() -> None:
    summary, met = summary_of(970, 980, 1000, 1200), met_of(1050, 900, 1000, 1100)
    text = expected_values_words(summary, met, "plan", words_of("fr"))
    assert "3,0\xa0%" in text
    assert "20 février 2024" in text
