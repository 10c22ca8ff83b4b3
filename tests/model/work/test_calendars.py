"""Work calendars (model §5), beside exact fractions added up day by day."""

from __future__ import annotations

import math
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from returnplan.model.work import loop
from returnplan.model.work.calendars import Calendars, calendars_of
from returnplan.units import NEVER
from tests.sketch import Sketch

DAY_S = 86_400
LIMIT_S = 36_525 * DAY_S
STARTS = (date(2024, 2, 29), date(2025, 1, 1), date(2023, 12, 31), date(2021, 10, 20))


class WorkCalendar:
    """Workable days of one zone by month; None: the zone without a name."""

    def __init__(self, start: date, by_month: dict[int, float] | None) -> None:
        sketch = Sketch(start)
        if by_month is not None:
            sketch.zone("hills", *(by_month[month] for month in range(1, 13)))
        self.of(calendars_of(sketch.scenario()), "" if by_month is None else "hills")

    def of(self, calendars: Calendars, zone: str) -> WorkCalendar:
        self.calendars, self.zone = calendars, calendars.zones[zone]
        return self

    def under(self, weather: float) -> WorkCalendar:
        zone = next(name for name, number in self.calendars.zones.items() if number == self.zone)
        weathers = np.full(len(self.calendars.months.names), weather)
        return WorkCalendar(date(2025, 1, 1), None).of(self.calendars.under(weathers), zone)

    def finish_s(self, begin_s: int, work_days: float) -> int | None:
        months, calendars = self.calendars.months, self.calendars
        arrays = (months.start_day, months.of_day, calendars.worked, calendars.daily)
        found = loop.finish(loop.Calendar(*arrays), self.zone, begin_s, work_days)
        return None if found == NEVER else found

    def worked_days(self, at_s: int) -> float:
        """Workable days W from the start to an instant: straight lines between the months."""
        worked = self.calendars.worked[self.zone]
        return float(np.interp(at_s / DAY_S, self.calendars.months.start_day, worked))


def month_days(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - day.replace(day=1)).days


def exact_finish_s(
    start: date, by_month: dict[int, float], begin_s: int, work_days: float
) -> Fraction | None:
    """Earliest u with W(u) >= W(s) + w - 1e-9 in exact seconds; None: not in a hundred years."""
    left = Fraction(work_days) - Fraction(1e-9)
    now = Fraction(begin_s)
    while left > 0:
        number = int(now // DAY_S)
        if number > 36_525:
            return None
        day = start + timedelta(days=number)
        a_second = Fraction(by_month[day.month]) / month_days(day) / DAY_S
        next_day = Fraction((number + 1) * DAY_S)
        if a_second > 0 and a_second * (next_day - now) >= left:
            return now + left / a_second
        left -= a_second * (next_day - now)
        now = next_day
    return now


@settings(deadline=None)
@given(
    start=st.sampled_from(STARTS),
    workable=st.lists(
        st.one_of(st.just(0.0), st.floats(0.5, 28), st.integers(1, 28)), min_size=12, max_size=12
    ),
    begin_s=st.integers(0, 900 * DAY_S),
    work_days=st.one_of(st.floats(0.001, 200), st.integers(1, 100)),
)
def test_work_ends_as_soon_as_its_workable_days_have_passed(
    start: date, workable: list[float], begin_s: int, work_days: float
) -> None:
    by_month = dict(enumerate(workable, start=1))
    if sum(workable) * 10 < work_days:
        return  # longer than this test wants to walk
    found = WorkCalendar(start, by_month).finish_s(begin_s, work_days)
    exact = exact_finish_s(start, by_month, begin_s, work_days)
    assert exact is not None
    assert found is not None
    is_half = abs(exact - math.floor(exact) - Fraction(1, 2)) < Fraction(1, 1000)
    assert found == math.floor(exact + Fraction(1, 2)) or (is_half and abs(found - exact) < 1)


def test_without_a_calendar_a_day_of_work_is_a_day() -> None:
    calendar = WorkCalendar(date(2025, 1, 1), None)
    assert calendar.finish_s(12_345, 2.5) == 12_345 + 2.5 * DAY_S
    assert calendar.worked_days(3 * DAY_S) == 3


def test_days_of_a_month_are_spread_evenly() -> None:
    halves = dict.fromkeys(range(1, 13), 14.0)
    calendar = WorkCalendar(date(2025, 2, 1), halves)
    assert calendar.worked_days(10 * DAY_S) == 5  # 14 / 28 a day
    assert calendar.worked_days((28 + 31) * DAY_S) == 28
    assert WorkCalendar(date(2024, 2, 1), halves).worked_days(29 * DAY_S) == 14


def test_a_start_in_mid_month_has_the_rest_of_the_month() -> None:
    calendar = WorkCalendar(date(2025, 1, 17), dict.fromkeys(range(1, 13), 15.5))
    assert calendar.worked_days(15 * DAY_S) == 7.5


def test_no_work_is_done_at_once() -> None:
    calendar = WorkCalendar(date(2025, 1, 1), dict.fromkeys(range(1, 13), 0.0))
    assert calendar.finish_s(777, 0) == 777
    assert calendar.finish_s(777, 1e-9) == 777  # the tolerance
    assert calendar.finish_s(777, 2e-9) is None


@pytest.mark.parametrize("days", [x / 10 for x in range(1, 310, 7)])
def test_work_of_all_days_of_a_month_ends_with_the_month(days: float) -> None:
    year = dict.fromkeys(range(1, 13), 20.0) | {1: days, 2: 0}
    assert WorkCalendar(date(2025, 1, 1), year).finish_s(0, days) == 31 * DAY_S


def test_work_ends_within_a_hundred_years_or_not_at_all() -> None:
    calendar = WorkCalendar(date(2025, 1, 1), None)
    assert calendar.finish_s(0, 36_525) == LIMIT_S
    assert calendar.finish_s(0, 36_525 + 1 / DAY_S) is None
    assert calendar.finish_s(1, 36_525) is None
    assert calendar.finish_s(LIMIT_S, 0) == LIMIT_S
    assert calendar.finish_s(LIMIT_S + DAY_S, 0) is None


def test_each_zone_has_its_calendar_and_no_zone_works_every_day() -> None:
    sketch = Sketch()
    sketch.zone("mountain", *[0] * 11, 31)
    sketch.zone("lowland", *[15.5] * 12)
    calendars = calendars_of(sketch.scenario())
    assert set(calendars.zones) == {"", "mountain", "lowland"}
    of = WorkCalendar(sketch.start, None).of
    assert of(calendars, "").worked_days(31 * DAY_S) == 31
    assert of(calendars, "lowland").worked_days(31 * DAY_S) == 15.5
    assert of(calendars, "mountain").worked_days(365 * DAY_S) == 31


def test_bad_weather_takes_workable_days_and_good_weather_gives_some() -> None:
    calendar = WorkCalendar(date(2025, 1, 1), dict.fromkeys(range(1, 13), 15.5))
    assert calendar.under(0.5).worked_days(31 * DAY_S) == 7.75
    assert calendar.under(1.5).worked_days(31 * DAY_S) == 23.25
    assert calendar.under(1).worked_days(31 * DAY_S) == 15.5
    assert calendar.under(0.5).finish_s(0, 7.75) == 31 * DAY_S


def test_no_weather_gives_a_month_more_workable_days_than_it_has_days() -> None:
    calendar = WorkCalendar(date(2025, 1, 1), dict.fromkeys(range(1, 13), 20))
    assert calendar.under(9).worked_days(31 * DAY_S) == 31
    full = WorkCalendar(date(2025, 2, 1), dict.fromkeys(range(1, 13), 31))  # also in February
    assert full.under(9).worked_days(28 * DAY_S) == pytest.approx(31)


def test_weather_does_not_touch_places_without_a_zone() -> None:
    calendar = WorkCalendar(date(2025, 1, 1), None).under(0.25)
    assert calendar.worked_days(31 * DAY_S) == 31
    assert calendar.finish_s(0, 2.5) == 2.5 * DAY_S
