"""Who makes a number, and which dates may be published: by hand, on a few settlements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from returnplan.show.audience.contributors import (
    MEAN,
    Curve,
    Opened,
    Ready,
    Wanted,
    counted_days,
    curves_of,
    difference_tells,
    is_dominated,
    keep_apart,
    keep_rest,
    opened,
    parts_of,
    telling_rows,
    yearly_days,
)
from tests.show.audience.made_up import Drawn, Floats, drawn

DAYS = tuple(date(2030 + half // 2, 7 if half % 2 else 1, 1) for half in range(1, 12))
"""From 1 July 2030 on, half-years; the horizon is 1 July 2035."""


@pytest.mark.parametrize(
    ("parts", "is_telling"),
    [
        ([0, 0, 0], False),
        ([100], True),
        ([50, 50], True),
        ([80, 10, 10], False),
        ([80, 9, 9], True),  # one of 98
        ([50, 40, 10], False),
        ([50, 41, 9], True),
        ([-80, 10, 10], False),
        ([-81, 10, 9], True),
        ([400, -300, -300], False),  # 400 of 1,000, whatever they come to
        ([0.4, 0.3, 0.3], False),
        ([], False),
        ([1e-6, 0, 0], False),  # no change but an error of arithmetic
        ([1.1e-6, 0, 0], True),
    ],
)
def test_a_change_tells_if_one_makes_more_than_four_fifths_or_two_nine_tenths(
    parts: list[float], is_telling: bool
) -> None:
    assert is_dominated(np.array(parts, float)).item() is is_telling


def test_each_of_several_changes_is_judged_by_itself() -> None:
    changes = np.array([[81.0, 10, 9], [40, 30, 30], [0, 0, 0]])
    assert is_dominated(changes).tolist() == [True, False, False]
    assert is_dominated(np.stack([changes, changes[::-1]])).tolist() == [
        [True, False, False],
        [False, False, True],
    ]


def test_in_a_mean_a_settlement_contributes_its_people_times_its_probability() -> None:
    met = np.array([[100.0, 0, 30], [100, 50, 30], [0, 50, 30], [100, 0, 30]])
    numbers, parts = parts_of(met, (MEAN, 50))
    assert numbers.tolist() == [130, 130]
    assert parts[0].tolist() == [75, 25, 30]
    # medians without each: 30, 80, 80, 30 without the first; 130, 130, 30, 130; 100, 150, 50, 100
    assert parts[1].tolist() == [130 - 80, 130 - 130, 130 - 100]


def curve(*steps: list[float], people: list[float] | None = None, unit: float = 1.0) -> Curve:
    """A curve of means over half-years, from what each settlement adds."""
    parts = np.array(steps, float).cumsum(axis=0)[:, np.newaxis]
    whole = np.array(people or [1000.0] * parts.shape[2])
    return Curve(
        days=DAYS[len(DAYS) - len(steps) :],
        numbers=parts.sum(axis=-1),
        parts=parts,
        people=whole,
        unit=unit,
        is_shown=np.ones(len(steps), bool),
    )


EVEN, ONE, NONE = [10.0] * 5, [10.0, 0, 0, 0, 0], [0.0] * 5


def test_a_date_may_follow_if_its_step_is_of_several_or_cannot_be_seen() -> None:
    made = curve(EVEN, EVEN, ONE, EVEN)
    assert made.may_follow(0, -1)
    assert made.may_follow(1, 0)
    assert not made.may_follow(2, 1)
    assert not curve(ONE, EVEN).may_follow(0, -1)
    coarse = curve(EVEN, ONE, EVEN, unit=45.0)
    assert coarse.may_follow(1, 0)  # 50 and 60 are both written as 45


def test_who_is_left_may_be_no_single_settlement_either() -> None:
    people = [20.0, 20, 20, 20, 110]
    made = curve(EVEN, EVEN, people=people)
    assert made.may_follow(0, -1)
    assert not made.may_follow(1, 0)  # all 90 are of the last
    assert curve(EVEN, EVEN, people=[20.0] * 5).may_follow(1, 0)  # nobody is left


@pytest.mark.parametrize("total", [2000, 2001, 2007, 2029])
def test_the_last_settlement_of_a_district_stands_out_whatever_the_people_of_all(
    total: int,
) -> None:
    # Shares are written in hundredths: 99 of 100 when all but 20 people are met.
    people = [float(total) / 4 - 5] * 4 + [20.0]
    met = [*people[:4], 0.0]
    assert sum(people) == total
    assert not curve(met, people=people, unit=0.01 * total).may_follow(0, -1)
    assert curve(people, people=people, unit=0.01 * total).may_follow(0, -1)


def test_no_median_and_mean_of_a_date_may_differ_by_one_settlement() -> None:
    parts = np.array([[[10.0, 10, 10, 10, 10], [10, 10, 10, 10, 30]]])
    made = Curve(
        days=DAYS[:1],
        numbers=parts.sum(axis=-1),
        parts=parts,
        people=np.full(5, 1000.0),
        unit=1.0,
        is_shown=np.ones(1, bool),
    )
    assert not made.may_follow(0, -1)


@pytest.mark.parametrize(
    ("at", "last", "is_end"),
    [
        (4, 3, True),  # a half-year ends anywhere
        (3, 1, True),  # a year, on 1 January 2032
        (4, 2, False),  # a year, on 1 July
        (5, 2, False),  # a year and a half, on 1 January 2033, no even year
        (7, 4, True),  # a year and a half, on 1 January 2034
        (5, 0, False),  # two years and a half
        (9, 4, True),  # two years and a half, on 1 January 2035
        (10, 0, True),  # the horizon
        (1, -1, True),  # the first date on 1 January 2031, 184 days from the start
        (2, -1, False),  # the first on 1 July 2031, a year from the start
        (3, -1, True),  # the first on 1 January 2032, a year and a half
        (5, -1, False),
    ],
)
def test_longer_times_end_with_a_year_that_does_not_depend_on_what_is_in_them(
    at: int, last: int, is_end: bool
) -> None:
    assert curve(*([EVEN] * 11)).may_follow(at, last) is is_end


def one_curve(run: Drawn, unit: float = 1.0) -> Curve:
    ready = Ready(run, {"North": "North", "South": "South"})
    days = counted_days(run, (1, 7))
    wanted = Wanted(
        days=days, members=np.ones(len(ready.people), bool), percents=(MEAN,), unit=unit
    )
    return curves_of(ready, run.allocations[0], days, [wanted])[0]


def days_of(*years: float) -> Floats:
    """Ten draws that are alike: settlements are ready so many years after the start."""
    return np.tile(np.array(years) * 365.25 - 5, (10, 1))


def test_a_step_of_one_settlement_is_put_together_with_the_next_ones() -> None:
    homes = [("North", 100)] * 8
    run = drawn(
        homes, {"plan": days_of(1, 1, 1, 1, 2, 3, 3, 3)}, date(2030, 1, 1), date(2035, 1, 1)
    )
    made = one_curve(run)
    shown = [day for day, is_shown in zip(made.days, made.is_shown, strict=True) if is_shown]
    # the one of 2032 is shown with those of 2033: longer than two years, so until 2035
    half_years = [date(2030, 1, 1), date(2030, 7, 1), date(2031, 1, 1), date(2031, 7, 1)]
    assert shown == [*half_years, date(2035, 1, 1)]


def test_the_horizon_takes_dates_back_before_it_is_left_out() -> None:
    homes = [("North", 100)] * 5
    late = days_of(1, 1, 1, 1, 4.9)
    made = one_curve(drawn(homes, {"plan": late}, date(2030, 1, 1), date(2035, 1, 1)))
    assert made.is_shown[-1]
    assert not made.is_shown[2:-1].any()
    alone = np.where(np.arange(5) == 4, days_of(1, 1, 1, 1, 1), np.inf)
    made = one_curve(drawn(homes, {"plan": alone}, date(2030, 1, 1), date(2035, 1, 1)))
    assert made.is_shown.tolist()[:2] == [True, True]  # nobody is met yet
    assert not made.is_shown[2:].any()


def test_of_two_allocations_that_differ_by_one_settlement_the_later_is_not_shown() -> None:
    one, other, same = curve(EVEN, EVEN), curve(EVEN, [20.0, 10, 10, 10, 10]), curve(EVEN, EVEN)
    keep_apart([one, other, same])
    assert one.is_shown.all()
    assert other.is_shown.tolist() == [True, False]
    assert same.is_shown.all()
    coarse = [curve(EVEN, EVEN, unit=100.0), curve(EVEN, [20.0, 10, 10, 10, 10], unit=100.0)]
    keep_apart(coarse)
    assert coarse[1].is_shown.all()  # both are written as 100


def test_a_district_that_is_not_shown_does_not_follow_from_the_country() -> None:
    whole = np.ones(3, bool)
    hidden, small, large = curve(EVEN, ONE, EVEN), curve(EVEN, EVEN, EVEN), curve(*[[30.0] * 5] * 3)
    hidden.is_shown[1] = False
    keep_rest([hidden, small, large], whole)
    assert hidden.is_shown.tolist() == [True, False, True]
    assert large.is_shown.tolist() == [True, False, True]  # the one that changes most goes too
    assert small.is_shown.all()


def test_without_the_country_s_number_nothing_follows() -> None:
    hidden, shown = curve(EVEN, ONE, EVEN), curve(EVEN, EVEN, EVEN)
    hidden.is_shown[1] = False
    keep_rest([hidden, shown], np.array([True, False, True]))
    assert shown.is_shown.all()


def test_at_the_horizon_the_date_before_it_goes_instead() -> None:
    hidden, shown = curve(EVEN, EVEN, ONE), curve(EVEN, EVEN, EVEN)
    hidden.is_shown[1] = False
    keep_rest([hidden, shown], np.array([False, True, True]))
    assert shown.is_shown.tolist() == [True, False, True]


def test_rows_that_differ_by_one_settlement_go_those_first_that_tell_most() -> None:
    base = np.array([100.0, 100, 100, 100, 100])
    cells = np.stack([base, base * [1, 1, 1, 1, 0], base * [1, 1, 1, 0.5, 1], base])[:, np.newaxis]
    # the second and third differ from both others by one settlement, and from each other by two
    assert telling_rows(cells, 10.0).tolist() == [False, True, True, False]
    assert telling_rows(cells[:2], 10.0).tolist() == [False, True]  # of equal ones the last
    assert not telling_rows(cells[[0, 3]], 10.0).any()
    assert not telling_rows(cells, 1000.0).any()  # nobody sees it


def test_a_difference_between_allocations_tells_if_it_is_of_one_settlement() -> None:
    homes = [("North", 100)] * 5
    first = days_of(1, 1, 1, 4, 4)
    days = {"first": first, "one": days_of(1, 1, 1, 1, 4), "all": days_of(4, 4, 4, 1, 1)}
    run = drawn(homes, days, date(2030, 1, 1), date(2035, 1, 1))
    ready = Ready(run, {"North": "North"})
    day = date(2032, 1, 1)
    assert difference_tells(ready, "one", "first", day, 10.0)
    assert not difference_tells(ready, "all", "first", day, 10.0)
    assert not difference_tells(ready, "one", "first", day, 1000.0)
    assert opened(run, {"North": "North"}).hides_waiting == {"one"}


def test_people_are_counted_at_the_start_on_first_days_and_at_the_horizon() -> None:
    run = drawn(
        [("North", 100)] * 3, {"plan": days_of(1, 1, 1)}, date(2030, 3, 5), date(2032, 3, 5)
    )
    days = ["2030-03-05", "2030-07-01", "2031-01-01", "2031-07-01", "2032-01-01", "2032-03-05"]
    assert [day.isoformat() for day in counted_days(run, (1, 7))] == days
    assert [day.isoformat() for day in yearly_days(run)] == [
        "2031-01-01",
        "2032-01-01",
        "2032-03-05",
    ]


def test_communities_of_one_settlement_count_as_one() -> None:
    run = drawn([("North", 100)] * 4, {"plan": days_of(1, 1, 1, 2)})
    run.readiness["settlement"] = ["b", "a", "b", "a"]
    ready = Ready(run, {"North": "North"})
    assert ready.people.tolist() == [200, 200]
    assert ready.met(ready.seconds("plan"), date(2031, 6, 1))[0].tolist() == [100, 200]
    assert ready.waiting_days(ready.seconds("plan"))[0].tolist() == pytest.approx(
        [100 * (360.25 + 725.5), 200 * 360.25]
    )


# ---------------------------------------------------------------- limits


def test_whoever_is_met_at_the_midnight_of_a_date_counts_by_it() -> None:
    run = drawn([("North", 100)] * 3, {"plan": np.tile([306.0, 306.001, 400], (10, 1))})
    ready = Ready(run, {"North": "North"})
    assert ready.met(ready.seconds("plan"), date(2031, 1, 1))[0].tolist() == [100, 0, 0]


def test_a_first_number_that_is_written_as_nobody_tells_nothing() -> None:
    assert curve([0.4, 0, 0, 0, 0], EVEN).may_follow(0, -1)
    assert not curve([0.6, 0, 0, 0, 0], EVEN).may_follow(0, -1)


def two(first: list[float], second: list[float], unit: float = 1.0) -> Curve:
    """One date with two numbers, a median and a mean, and what makes them."""
    parts = np.array([[first, second]], float)
    return Curve(
        days=DAYS[:1],
        numbers=parts.sum(axis=-1),
        parts=parts,
        people=np.full(len(first), 1000.0),
        unit=unit,
        is_shown=np.ones(1, bool),
    )


def test_one_of_several_numbers_that_tells_is_enough() -> None:
    telling = [100.0, 1, 1, 1, 1]
    assert not two(EVEN, telling).may_follow(0, -1)
    assert not two(telling, EVEN).may_follow(0, -1)
    one, other = two(EVEN, EVEN), two(EVEN, [20.0, 10, 10, 10, 10])
    keep_apart([one, other])
    assert not other.is_shown.any()


def test_who_is_left_may_be_anybody_where_all_seem_to_be_met() -> None:
    made = curve([100.0, 100, 100, 100, 80], people=[100.0] * 5, unit=100.0)
    assert made.may_follow(0, -1)  # 480 of 500 are written as 500 of 500
    made = curve([100.0, 100, 100, 100, 40], people=[100.0] * 5, unit=100.0)
    assert not made.may_follow(0, -1)  # 440 as 400


@pytest.mark.parametrize(
    ("first", "last", "is_end"),
    [
        (date(2032, 1, 1), date(2032, 4, 1), True),  # one step, a quarter
        (date(2032, 1, 1), date(2032, 7, 1), True),
        (date(2032, 7, 1), date(2033, 1, 1), True),  # 184 days
        (date(2032, 1, 1), date(2032, 10, 1), False),
        (date(2032, 1, 1), date(2033, 1, 1), True),  # 366 days, an odd year
        (date(2031, 10, 1), date(2033, 1, 1), False),  # more than a year, an odd year
        (date(2032, 1, 1), date(2034, 1, 1), True),  # 731 days
        (date(2031, 10, 1), date(2034, 1, 1), False),  # more than two years
        (date(2031, 10, 1), date(2035, 1, 1), True),
    ],
)
def test_quarters_are_put_together_to_half_years_years_and_more(
    first: date, last: date, is_end: bool
) -> None:
    quarters = [date(2031 + month // 12, month % 12 + 1, 1) for month in range(0, 60, 3)]
    made = replace(curve(*([EVEN] * len(quarters))), days=quarters)
    assert made.may_follow(quarters.index(last), quarters.index(first)) is is_end


def test_the_horizon_takes_back_no_more_dates_than_it_must() -> None:
    homes = [("North", 100)] * 9
    days = days_of(1, 1, 1, 1.5, 1.5, 1.5, 2, 2, 2.2)
    made = one_curve(drawn(homes, {"plan": days}, date(2030, 1, 1), date(2033, 1, 1)))
    # 2032 has two settlements, so it waits for the third, which ends no half-year: the horizon
    assert made.is_shown.tolist() == [True, True, True, True, False, False, True]


def test_the_horizon_takes_dates_back_until_its_step_is_of_several() -> None:
    homes = [("North", 100)] * 11
    days = days_of(1, 1, 1, 1, 2, 2, 2, 4.9, 9, 9, 9)
    made = one_curve(drawn(homes, {"plan": days}, date(2030, 1, 1), date(2035, 1, 1)))
    # the one of 2034 is shown with the three of 2031, of which no date is shown then
    assert made.is_shown.tolist() == [*[True] * 4, *[False] * 6, True]


def area(*steps: list[float], hidden: int | None = None, unit: float = 1.0) -> Curve:
    made = curve(*steps, unit=unit)
    if hidden is not None:
        made.is_shown[hidden] = False
    return made


def test_a_district_may_be_hidden_where_what_is_left_is_of_several() -> None:
    hidden, shown = area(EVEN, EVEN, EVEN, hidden=1), area(EVEN, EVEN, EVEN)
    keep_rest([hidden, shown], np.ones(3, bool))
    assert shown.is_shown.all()
    few = area(EVEN, [0.3, 0, 0, 0, 0], EVEN, hidden=1)
    keep_rest([few, shown], np.ones(3, bool))
    assert shown.is_shown.all()  # a third of a person cannot be seen


def test_what_can_be_seen_is_what_the_finest_of_the_districts_writes() -> None:
    hidden = area(EVEN, [3.0, 0, 0, 0, 0], EVEN, hidden=1, unit=10.0)
    fine, coarse = area(EVEN, EVEN, EVEN, unit=3.0), area(EVEN, EVEN, EVEN, unit=50.0)
    keep_rest([hidden, fine, coarse], np.ones(3, bool))
    assert not fine.is_shown[1]
    assert coarse.is_shown.all()


def test_districts_are_hidden_until_their_sum_tells_nothing_at_any_date() -> None:
    town = [1000.0, 0, 0, 0, 0]
    hidden = area(EVEN, town, EVEN, town, EVEN)
    hidden.is_shown[[1, 3]] = False
    others = [area(*[[size] * 5] * 5) for size in (12.0, 16.0, 26.0)]
    keep_rest([hidden, *others], np.ones(5, bool))
    # 1,000 of 1,250 are four fifths: all the others are needed, at both dates
    for other in others[1:]:
        assert other.is_shown.tolist() == [True, False, True, False, True]
    assert hidden.is_shown.tolist() == [True, False, True, False, True]


def test_dates_of_country_and_districts_come_with_ranges_and_half() -> None:
    homes = [(name, 100) for name in ("North", "South") for _ in range(6)]
    rng = np.random.default_rng(1)
    days = rng.uniform(30, 1700, (40, 1)) + rng.uniform(0, 30, (40, 12))
    run = drawn(homes, {"plan": days}, date(2030, 1, 1), date(2035, 1, 1))
    found = opened(run, {"North": "North", "South": "South"})
    assert found.country["is_shown"].all()
    assert list(found.country["date"].dt.month.unique()) == [1, 4, 7, 10]
    assert set(found.areas["district"]) == {"North", "South"}
    north = found.areas[found.areas["district"] == "North"]
    half = north.loc[north["half"], "date"].min()
    assert half == np.datetime64("2032-07-01")
    assert north["half"].is_monotonic_increasing
    assert not found.hides_waiting
    assert found.country["has_range"].iloc[-1]


def test_a_period_of_184_days_ends_with_either_half_of_the_year() -> None:
    made = replace(
        curve(EVEN, EVEN, EVEN, EVEN),
        days=[date(2029, 12, 29), date(2030, 1, 1), date(2030, 7, 1), date(2031, 1, 1)],
    )
    assert made.may_follow(2, 0)
    made = replace(made, days=[date(2029, 12, 28), *made.days[1:]])
    assert not made.may_follow(2, 0)
    made = replace(made, days=[*made.days[:2], date(2030, 7, 2), *made.days[3:]])
    assert not made.may_follow(2, 0)  # no first day of a month


def test_a_step_is_what_each_settlement_adds_since_a_date_or_since_nobody_was_met() -> None:
    made = curve([10.0, 0, 2], [5.0, 1, 0], [0.0, 0, 1], unit=10.0)
    assert made.step(1, 0).tolist() == [[5, 1, 0]]
    assert made.step(2, 0).tolist() == [[5, 1, 1]]
    assert made.step(0, -1).tolist() == [[10, 0, 2]]
    assert made.step(2, -1).tolist() == [[15, 1, 3]]
    assert made.differs(1, 0).tolist() == [True]  # 18 and 12
    assert made.differs(2, 1).tolist() == [False]  # 19 and 18
    assert made.differs(0, -1).tolist() == [True]  # 12 and nobody
    assert curve([4.0, 0, 0], unit=10.0).differs(0, -1).tolist() == [False]


def test_a_first_date_of_one_settlement_waits_for_the_next() -> None:
    homes = [("North", 100)] * 8
    days = days_of(0.02, 0.3, 0.3, 0.3, 1.7, 1.7, 1.7, 1.7)
    made = one_curve(drawn(homes, {"plan": days}, date(2030, 1, 1), date(2032, 1, 1)))
    assert made.is_shown.tolist() == [True, True, True, True, True]  # nobody at the start
    days[:, 0] = 0
    made = one_curve(drawn(homes, {"plan": days}, date(2030, 1, 1), date(2032, 1, 1)))
    assert made.is_shown.tolist() == [False, True, True, True, True]


def test_a_horizon_that_follows_no_other_date_is_judged_by_all_who_are_met() -> None:
    homes = [("North", 100)] * 5
    run = drawn(
        homes, {"plan": np.tile([0.0, 500, 500, 500, 500], (10, 1))}, date(2030, 1, 1),
        date(2030, 3, 1),
    )  # fmt: skip
    assert one_curve(run).is_shown.tolist() == [False, False]  # one settlement at both
    run = replace(run, ready_day=np.tile([0.0, 40, 40, 40, 40], (1, 10, 1)))
    assert one_curve(run).is_shown.tolist() == [False, True]


def test_a_change_that_is_just_as_large_as_what_districts_write_is_seen() -> None:
    hidden, shown = area(EVEN, [1.0, 0, 0, 0, 0], EVEN, hidden=1), area(EVEN, EVEN, EVEN)
    keep_rest([hidden, shown], np.ones(3, bool))
    assert shown.is_shown.tolist() == [True, False, True]


def test_where_all_districts_are_hidden_nothing_more_can_be() -> None:
    hidden = area(EVEN, ONE, EVEN, hidden=1)
    keep_rest([hidden], np.ones(3, bool))
    assert hidden.is_shown.tolist() == [True, False, True]


def test_districts_are_hidden_further_where_only_one_step_still_tells() -> None:
    hidden = area(EVEN, [1000.0, 0, 0, 0, 0], [500.0] * 5, hidden=1)
    others = [area(*[[size] * 5] * 3) for size in (12.0, 16.0, 26.0)]
    keep_rest([hidden, *others], np.ones(3, bool))
    for other in others:
        assert other.is_shown.tolist() == [True, False, True]


def test_one_of_the_numbers_of_a_district_that_tells_is_enough() -> None:
    def median_and_mean(*steps: list[list[float]]) -> Curve:
        parts = np.array(steps, float).cumsum(axis=0)
        return replace(curve(*[EVEN] * len(steps)), parts=parts, numbers=parts.sum(axis=-1))

    hidden = median_and_mean([EVEN, EVEN], [ONE, EVEN], [EVEN, EVEN])
    hidden.is_shown[1] = False
    shown = median_and_mean(*[[EVEN, EVEN]] * 3)
    keep_rest([hidden, shown], np.ones(3, bool))
    assert shown.is_shown.tolist() == [True, False, True]


def test_rows_of_several_numbers_go_if_one_of_these_tells() -> None:
    even, one = [100.0] * 5, [100.0, 100, 100, 100, 0]
    cells = np.array([[even, even, even], [even, one, even], [even, even, even]])
    assert telling_rows(cells, 10.0).tolist() == [False, True, False]
    # a number that stays is no change, and one that nobody sees tells nothing
    few = np.array([[even, even], [even, [100.0, 100, 100, 100, 96]]])
    assert not telling_rows(few, 10.0).any()
    assert telling_rows(few, 1.0).tolist() == [False, True]


def test_a_difference_tells_as_soon_as_it_is_written_as_more_than_nobody() -> None:
    ten = [("North", 10), *[("North", 100)] * 4]
    days = {"first": days_of(4, 1, 1, 1, 1), "one": days_of(1, 1, 1, 1, 1)}
    ready = Ready(drawn(ten, days, date(2030, 1, 1), date(2035, 1, 1)), {"North": "North"})
    assert difference_tells(ready, "one", "first", date(2032, 1, 1), 10.0)
    assert difference_tells(ready, "first", "one", date(2032, 1, 1), 10.0)
    assert not difference_tells(ready, "one", "first", date(2032, 1, 1), 20.0)  # 10 of 20: nobody
    assert not difference_tells(ready, "one", "one", date(2032, 1, 1), 1.0)


def test_a_difference_tells_if_only_its_range_is_of_one_settlement() -> None:
    homes = [("North", 100)] * 6
    first, other = days_of(4, 4, 4, 4, 4, 4), days_of(1, 1, 1, 1, 4, 4)
    days = {"first": first, "other": other}
    ready = Ready(drawn(homes, days, date(2030, 1, 1), date(2035, 1, 1)), {"North": "North"})
    assert not difference_tells(ready, "other", "first", date(2032, 1, 1), 10.0)
    other[:2] = first[:2]
    first[:2, 4] = 100.0  # 100 fewer in two of ten draws, and 400 of four settlements more in eight
    ready = Ready(drawn(homes, days, date(2030, 1, 1), date(2035, 1, 1)), {"North": "North"})
    assert difference_tells(ready, "other", "first", date(2032, 1, 1), 10.0)


# ---------------------------------------------------------------- all dates of a run


def opened_of(homes: list[tuple[str, int]], **days: Floats) -> Opened:
    run = drawn(homes, days, date(2030, 1, 1), date(2035, 1, 1))
    return opened(run, {name: name for name, _ in homes})


def on(table: pd.DataFrame, day: str, district: str | None = None) -> dict[str, bool]:
    rows = table if district is None else table[table["district"] == district]
    (cells,) = rows[rows["date"] == pd.Timestamp(day)].to_dict("records")
    names = [name for name in ("is_shown", "has_range", "half") if name in cells]
    return {name: bool(cells[name]) for name in names}


def test_half_is_reached_with_exactly_half_in_the_median_draw() -> None:
    often = days_of(0.25, 0.25, 0.25, 3.25, 3.25, 3.25)
    seldom = often.copy()
    seldom[:4, :3] = 1180.0  # in six of ten draws: the mean is 180 of 600, the median 300
    three_of_seven = days_of(0.25, 0.25, 0.25, 3.25, 3.25, 3.25, 3.25)
    homes = [("North", 100)] * 6 + [("East", 100)] * 6 + [("South", 100)] * 7
    found = opened_of(homes, plan=np.hstack([often, seldom, three_of_seven])).areas
    yes, no = {"is_shown": True, "has_range": True, "half": True}, {"is_shown": True}
    assert on(found, "2030-07-01", "North") == yes
    assert on(found, "2030-07-01", "East")["half"]
    assert on(found, "2030-07-01", "South") == yes | {"half": False}
    assert on(found, "2030-01-01", "North") == yes | {"half": False} | no
    assert on(found, "2035-01-01", "South") == yes


def test_a_date_is_shown_without_its_range_if_that_is_of_one_settlement() -> None:
    homes = [("North", 110)] * 3 + [("North", 100)] * 3 + [("North", 20)]
    days = days_of(0.25, 0.25, 0.25, 3.25, 3.25, 3.25, 3.25)
    days[0, 6] = 80.0
    found = opened_of(homes, plan=days)
    # 330, in the mean 332, at most 350 people: of 650, the shares are 51, 51 and 54 in a hundred
    for table in (found.country, found.areas):
        assert on(table, "2030-07-01") | {"half": True} == {
            **{"is_shown": True, "has_range": False, "half": True}
        }
        assert on(table, "2030-01-01")["has_range"]


def test_a_step_in_a_district_is_seen_from_one_in_a_hundred_of_its_people_on() -> None:
    homes = [("South", 100)] * 3 + [("South", 4)] + [("South", 100)] * 3
    days = days_of(0.25, 0.25, 0.25, 2.25, 3.25, 3.25, 3.25)
    found = opened_of(homes, plan=days).areas
    assert on(found, "2032-07-01")["is_shown"]  # 300 and 304 of 604 are both a half
    homes[3] = ("South", 12)
    found = opened_of(homes, plan=days).areas
    assert "2032-07-01" not in found["date"].astype(str).tolist()


def test_the_horizon_is_listed_even_if_it_is_not_shown_and_no_other_date_is() -> None:
    homes = [("North", 100)] * 5
    alone = np.where(np.arange(5) == 4, days_of(1, 1, 1, 1, 2.2), np.inf)
    found = opened_of(homes, plan=alone)
    for table in (found.country, found.areas):
        assert table["date"].max() == pd.Timestamp("2035-01-01")
        assert table["is_shown"].tolist() == [True] * (len(table) - 1) + [False]
        assert table["date"].iloc[-2] == pd.Timestamp("2032-01-01")  # before it, nobody


def test_a_district_goes_where_the_country_less_the_others_would_give_another_away() -> None:
    homes = [("North", 100)] * 7 + [("South", 100)] * 6
    both = days_of(*[0.25] * 3, 2.25, *[3.25] * 3, *[0.25] * 3, *[2.25] * 3)
    found = opened_of(homes, plan=both)
    assert on(found.country, "2032-07-01")["is_shown"]  # four of two districts
    for district in ("North", "South"):  # North is one of the four: South would tell
        days = found.areas[found.areas["district"] == district]
        assert "2032-07-01" not in days["date"].astype(str).tolist()
        assert on(found.areas, "2030-07-01", district)["is_shown"]


def test_waiting_is_compared_in_the_mean_of_the_draws() -> None:
    homes = [("North", 100)] * 5
    first = days_of(1, 2, 3, 4, 4)
    in_one_draw = first.copy()
    in_one_draw[3, 1] = 100.0
    moved = first + np.linspace(0, 30, 10)[:, np.newaxis]
    found = opened_of(homes, first=first, second=moved, third=in_one_draw, fourth=first)
    assert found.hides_waiting == {"third"}
    assert set(found.country["allocation"]) == {"first", "second", "third", "fourth"}
    assert set(found.areas["allocation"]) == {"first", "second", "third", "fourth"}
