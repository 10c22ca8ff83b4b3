"""Forecasts without a model, worked by hand."""

from __future__ import annotations

import math

import pytest

from returnplan.insight.naive import Naive, Published, forecasts

NAN = math.nan


def fact(measure: str, since: float, until: float, value: float = 0, of: str = "") -> Published:
    return Published(measure=measure, of=(of,), since=since, until=until, value=value)


PAST = {
    # 10 a day over days 0 to 9, then 30 a day over days 10 to 29: middle days 4.5 and 19.5
    "sums": [fact("released_m2", 0, 9, 100), fact("released_m2", 10, 29, 600)],
    "counts": [fact("people_returned", 0, 99, 50), fact("people_returned", 0, 199, 80)],
    "shares": [fact("share_of_area", 0, 99, 0.5), fact("share_of_area", 100, 199, 0.3)],
    "dates": [fact("first_return_day", 90, 110, 100), fact("first_return_day", 160, 160, 160)],
}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # sums: 30 a day goes on; the line gains 20 in 15 days, so 50 a day at day 34.5
        (fact("released_m2", 30, 39), Naive(300, 500, 700 / 30 * 10)),
        # what had not ended before is not known
        (fact("released_m2", 20, 29), Naive(100, NAN, 100)),
        (fact("released_m2", 5, 9), Naive(NAN, NAN, NAN)),
        # other land, other measure: nothing is known
        (fact("released_m2", 30, 39, of="west"), Naive(NAN, NAN, NAN)),
        (fact("items", 30, 39), Naive(NAN, NAN, NAN)),
        # counts: 80 stay; 30 more in 100 days; 80 in 200 days
        (fact("people_returned", 0, 299), Naive(80, 110, 120)),
        (fact("people_returned", 0, 150), Naive(50, NAN, 50 / 100 * 151)),
        (fact("people_returned", 0, 50), Naive(0, NAN, NAN)),
        (fact("victims", 0, 50), Naive(NAN, NAN, NAN)),
        # shares: the line loses 0.2 in 100 days, and no share is below 0
        (fact("share_of_area", 200, 299), Naive(0.3, 0.1, 0.25)),
        (fact("share_of_area", 300, 399), Naive(0.3, 0.0, 0.25)),
        (fact("season_index", 300, 664), Naive(NAN, NAN, 1)),
        # dates: 60 days after the last, as that was after the one before; or 80, the mean
        (fact("first_return_day", 200, 201, of="elsewhere"), Naive(220, 240, NAN)),
        (fact("first_return_day", 120, 120), Naive(200, 200, NAN)),
        (fact("first_return_day", 50, 50), Naive(NAN, NAN, NAN)),
    ],
)
def test_forecasts_know_what_had_ended_before(asked: Published, expected: Naive) -> None:
    others = [one for facts in PAST.values() for one in facts]
    assert forecasts(asked, others, districts=4) == pytest.approx(expected, nan_ok=True)


def test_a_forecast_does_not_look_at_the_figure_that_it_forecasts() -> None:
    others = [one for facts in PAST.values() for one in facts]
    found = {
        forecasts(one, [*others, one], districts=4)
        for one in (fact("released_m2", 30, 39, value) for value in (0, 5e9))
    }
    assert len(found) == 1


def test_a_trend_of_shares_ends_at_one_and_two_figures_of_a_day_are_no_line() -> None:
    rising = [fact("share_of_area", 0, 99, 0.2), fact("share_of_area", 100, 199, 0.7)]
    assert forecasts(fact("share_of_area", 200, 299), rising, districts=2).trend == 1
    twice = [fact("victims", 0, 99, 20), fact("victims", 10, 99, 30)]
    assert forecasts(fact("victims", 0, 199), twice, districts=2).trend == 30
