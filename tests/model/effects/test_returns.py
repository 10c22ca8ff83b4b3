"""Households that come home (model §8); months have 30.4375 days here, as half-times have."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from returnplan.model.chance.assumptions import expected_values
from returnplan.model.conditions.history import Settlements
from returnplan.model.effects.returns import MONTH_S, Homecoming, Returns, uptake
from returnplan.model.work import network
from returnplan.units import DAY_S
from tests.sketch import Sketch
from tests.worlds import seeds

PLAIN = {
    "willing_share": 1.0,
    "household_size": 4.0,
    "return_half_time_months": 1.0,
    "early_return_share": 0.0,
    "leaving_share_year": 0.0,
    "reception_households_month": 1e9,
    "reception_total_households_month": 1e9,
}
NO = math.inf


MONTHS = [month * round(MONTH_S) for month in range(9)]


def on_days(*days: float) -> list[int]:
    return [round(day * DAY_S) for day in days]


class Village:
    """Returns to the places of a sketch; times in months."""

    def __init__(self, sketch: Sketch, *by_s: int, **number: float) -> None:
        sketch.assume(**PLAIN)
        alike = {"early_half_time_months": (PLAIN | number)["return_half_time_months"]}
        sketch.assume(**(alike | number))
        self.scenario = sketch.scenario()
        self.number = expected_values(self.scenario).number
        self.settlements = Settlements(self.scenario, network.build(self.scenario))
        self.returns = Returns(self.scenario, self.settlements, np.array(by_s or MONTHS, np.int64))

    def home(
        self, *ready: float, built: Sequence[float] = (), order: Sequence[int] | None = None
    ) -> Homecoming:
        places = range(len(ready)) if order is None else order
        ready_s, works_s = (np.array(given, np.float64) * MONTH_S for given in (ready, built))
        return self.returns.of(self.number, ready_s, works_s, np.array(places, np.int64))


def rounded(counts: np.ndarray) -> list[float]:
    return [round(float(count), 6) for count in counts]


@pytest.fixture
def village(sketch: Sketch) -> Sketch:
    """Return a village of 400 people in 100 households."""
    sketch.village("village", people=400)
    return sketch


# ---------------------------------------------------------------------------------------- uptake


def test_half_of_those_who_return_are_home_after_the_half_time() -> None:
    half_s = 0.5 * MONTH_S  # 15.2 days
    assert uptake(15.21875 * DAY_S, half_s) == 0.5
    assert uptake(3 * half_s, half_s) == 0.875
    assert uptake(0.0, half_s) == uptake(-1.0, half_s) == 0.0
    assert uptake(1.0, 0.0) == 0.5  # a second is the shortest half-time


def test_half_of_a_village_is_home_15_days_after_its_conditions_are_met(village: Sketch) -> None:
    by_s = on_days(0, 10, 20, 35.21875, 60)
    places = Village(village, *by_s, return_half_time_months=0.5)
    home = places.home(20 * DAY_S / MONTH_S)
    assert rounded(home.returned[0])[:4] == [0, 0, 0, 50]


def test_households_come_home_by_halves(village: Sketch) -> None:
    home = Village(village).home(2)
    expected = [0, 0, 0, 50, 75, 87.5, 93.75, 96.875, 98.4375]
    assert rounded(home.returned[0]) == expected
    assert rounded(home.present[0]) == expected
    assert not home.early.any()
    assert not home.left.any()


def test_only_willing_households_come(village: Sketch) -> None:
    home = Village(village, willing_share=0.4).home(0)
    assert rounded(home.returned[0])[:3] == [0, 20, 30]


def test_nobody_comes_home_when_the_conditions_are_never_met_or_unknown(village: Sketch) -> None:
    for ready in (NO, math.nan, 9):
        assert not Village(village).home(ready).present.any()


# ------------------------------------------------------------------------- reception, dwellings


def test_reception_counts_from_the_day_on_which_conditions_are_met(village: Sketch) -> None:
    # 20 a month from the middle of month 2; 100 · (1 - 2^-5.5) = 97.8 want to have come by month 7.
    home = Village(village, reception_households_month=20.0).home(1.5)
    assert rounded(home.returned[0])[:7] == [0, 0, 10, 30, 50, 70, 90]
    assert rounded(home.returned[0])[7] == round(100 * (1 - 2**-5.5), 6)


def test_reception_in_the_whole_country_goes_to_the_first_of_the_order(sketch: Sketch) -> None:
    for name in ("one", "two"):
        sketch.village(name, people=400)
    shared = Village(
        sketch,
        reception_households_month=20.0,
        reception_total_households_month=30.0,
        return_half_time_months=0.0,
    )
    home = shared.home(0, 0)
    assert rounded(home.returned[0])[:7] == [0, 20, 40, 60, 80, 100, 100]
    assert rounded(home.returned[1])[:8] == [0, 10, 20, 30, 40, 50, 70, 90]
    other = shared.home(0, 0, order=[1, 0])
    assert rounded(other.returned[1]) == rounded(home.returned[0])
    assert rounded(other.returned[0]) == rounded(home.returned[1])


def test_no_more_households_are_home_than_dwellings_are_complete(village: Sketch) -> None:
    village.works("first", "village", "shelter", 5, dwellings=40)
    village.works("second", "village", "shelter", 5, dwellings=30)
    village.works("well", "village", "water", 5)
    at_once = Village(village, return_half_time_months=0.0)
    home = at_once.home(0, built=[1.5, 3, 0])
    assert rounded(home.returned[0]) == [0, 0, 40, 70, 70, 70, 70, 70, 70]
    assert not at_once.home(0, built=[NO, NO, 0]).returned.any()


def test_dwellings_are_counted_as_they_are_completed_and_planned(village: Sketch) -> None:
    # Works end on 5 and 10; the instants are months apart, so both are there at the first one.
    village.works("first", "village", "shelter", 5, dwellings=40)
    village.works("second", "village", "shelter", 5_000, dwellings=360)
    village.village("yonder", people=10, district="north")
    village.village("unknown", people=10, district="west")
    village.works("third", "unknown", "shelter", 5)
    village.team("builders", ["building"])
    told = village.run().outcome
    ready = told.readiness.set_index("settlement")[["dwellings_p50", "dwellings_planned"]]
    assert ready.loc[["village"]].to_numpy().tolist() == [[40, 400]]
    assert ready.loc[["yonder", "unknown"]].isna().all(axis=None)
    returns = told.returns
    counts = returns[["dwellings_p50", "dwellings_planned"]].to_numpy()
    is_here = (returns["district"] == "").to_numpy()
    assert (counts[is_here] == [40, 400]).all()
    assert np.isnan(counts[~is_here]).all()


def test_where_no_dwellings_are_to_be_built_they_do_not_bound(village: Sketch) -> None:
    home = Village(village).home(0)
    assert rounded(home.returned[0])[:3] == [0, 50, 75]


@pytest.mark.parametrize(
    ("known", "returned", "unknown"),
    [([], [0, 0, 0], 400), ([40], [0, 40, 40], 400), ([100], [0, 50, 75], 0)],
)
def test_dwellings_of_which_nobody_knows_the_number_bring_nobody_home(
    village: Sketch, known: list[int], returned: list[int], unknown: int
) -> None:
    village.rows["communities"][-1]["households"] = 100
    for number, dwellings in enumerate([*known, None]):
        village.works(f"houses{number}", "village", "shelter", 5, dwellings=dwellings)
    place = Village(village)
    home = place.home(0, built=[0] * (len(known) + 1))
    assert rounded(home.returned[0])[:3] == returned
    assert place.returns.unknown_people.tolist() == [unknown]
    assert place.returns.people.tolist() == [400]


@pytest.mark.parametrize("number", [0, 1, 40, 10**6])
def test_an_unknown_number_of_dwellings_never_brings_home_more_people_than_a_known_one(
    village: Sketch, number: int
) -> None:
    village.works("houses", "village", "shelter", 5)
    unknown = Village(village).home(0, built=[0]).returned
    village.rows["works"][-1]["dwellings"] = number
    assert (unknown <= Village(village).home(0, built=[0]).returned).all()


def test_dwellings_of_another_village_bound_nobody_here(village: Sketch) -> None:
    village.village("yonder", people=400)
    village.works("houses", "yonder", "shelter", 5, dwellings=10)
    home = Village(village).home(0, 0, built=[0])
    assert rounded(home.returned[0])[:3] == [0, 50, 75]
    assert rounded(home.returned[1])[:3] == [0, 10, 10]


# ------------------------------------------------------------------------ early returns, leaving


def test_some_come_before_the_conditions_are_met_and_count_as_home_from_then_on(
    village: Sketch,
) -> None:
    # 20 households come by themselves: 10, 15, 17.5 ... by month; 80 after the conditions are met.
    home = Village(village, early_return_share=0.2).home(2)
    assert rounded(home.early[0])[:5] == [0, 10, 0, 0, 0]
    assert rounded(home.returned[0])[:5] == [0, 0, 15, 17.5 + 40, 18.75 + 60]
    assert rounded(home.present[0])[:5] == [0, 10, 15, 57.5, 78.75]
    never = Village(village, early_return_share=0.2).home(NO)
    assert rounded(never.early[0])[:5] == [0, 10, 15, 17.5, 18.75]
    assert not never.returned.any()


def test_a_village_of_which_half_comes_by_itself_is_not_passed_over(village: Sketch) -> None:
    # 50 by themselves and 50 others, both by halves from month to month.
    half = Village(village, early_return_share=0.5)
    assert rounded(half.home(NO).early[0])[:4] == [0, 25, 37.5, 43.75]
    assert rounded(half.home(0).returned[0])[:4] == [0, 50, 75, 87.5]


def test_a_village_of_one_household_is_not_passed_over(sketch: Sketch) -> None:
    sketch.village("village", people=4)
    assert rounded(Village(sketch).home(0).returned[0])[:3] == [0, 0.5, 0.75]


@pytest.mark.parametrize("reception", [0.0, 1e9])
def test_who_came_early_needs_no_reception_but_a_dwelling_and_goes_first(
    village: Sketch, reception: float
) -> None:
    village.works("houses", "village", "shelter", 5, dwellings=12)
    places = Village(village, early_return_share=0.2, reception_households_month=reception)
    home = places.home(2, built=[3])
    assert rounded(home.early[0])[:5] == [0, 10, 15, 17.5 - 12, 18.75 - 12]
    assert rounded(home.returned[0])[:5] == [0, 0, 0, 12, 12]


def test_nobody_comes_before_the_place_may_be_entered(sketch: Sketch) -> None:
    sketch.village("village", people=400, accessible_from=date(2025, 3, 2))  # day 60
    by_s = on_days(0, 60, 60 + 30.4375, 60 + 2 * 30.4375)
    places = Village(sketch, *by_s, early_return_share=0.2)
    assert rounded(places.home(NO).early[0]) == [0, 0, 10, 15]
    assert rounded(places.home(0).returned[0]) == [0, 0, 50, 75]


def test_early_households_are_none_and_not_less_before_the_date_of_a_place(sketch: Sketch) -> None:
    # 20 of 100 households come by themselves from day 60 on: 20 · (1 - 2^-1/2) = 5.86 after half a
    # month, 10 after a month.
    sketch.village("village", people=400, accessible_from=date(2025, 3, 2))
    by_s = on_days(0, 30, 59.999, 60, 60 + 30.4375 / 2, 60 + 30.4375)
    home = Village(sketch, *by_s, early_return_share=0.2).home(NO)
    assert rounded(home.early[0]) == rounded(home.present[0]) == [0, 0, 0, 0, 5.857864, 10]


def test_some_leave_again_and_are_no_longer_present(village: Sketch) -> None:
    years = on_days(*(365.25 * year for year in range(5)))
    home = Village(village, *years, return_half_time_months=0.0, leaving_share_year=0.5).home(0)
    assert rounded(home.returned[0]) == [0, 100, 100, 100, 100]
    assert rounded(home.left[0]) == [0, 0, 50, 75, 87.5]
    assert rounded(home.present[0]) == [0, 100, 50, 25, 12.5]


# ----------------------------------------------------------------------------- people, districts


def test_people_are_households_times_the_mean_size_at_the_place(sketch: Sketch) -> None:
    sketch.village("village", people=100)
    sketch.rows["communities"][0]["households"] = 20
    sketch.people("more", "village", 80)  # 20 households of 4
    sketch.village("zero", people=0)
    home = Village(sketch).home(0, 0)
    assert home.people_per_household.tolist() == [180 / 40, 0]
    assert rounded(home.returned[0])[1] == 20
    assert rounded(home.people(home.returned)[0])[1] == 90
    assert not home.people(home.returned)[1].any()


def test_districts_add_up_their_settlements(sketch: Sketch) -> None:
    for name, district in (("a", "south"), ("b", "north"), ("c", "south")):
        sketch.village(name, people=400, district=district)
    places = Village(sketch)
    assert places.returns.districts == ("north", "south")
    counts = np.array([[1.0, 2.0], [10.0, 20.0], [100.0, 200.0]])
    assert places.returns.by_district(counts).tolist() == [[10, 20], [101, 202]]


# ------------------------------------------------------------------------------------------ laws


def some_villages(luck: random.Random) -> tuple[Sketch, int]:
    """Return a few villages with works, and the number of works."""
    sketch, works = Sketch(), 0
    for number in range(luck.randint(1, 4)):
        name = f"v{number}"
        enter = luck.choice([None, None, date(2025, 4, 1)])
        sketch.village(name, people=luck.choice([0, 40, 400]), accessible_from=enter)
        for _ in range(luck.randint(0, 3)):
            dwellings = luck.choice([5, 30, 100, 100, None])
            sketch.works(f"w{works}", name, "shelter", 1, dwellings=dwellings)
            works += 1
    return sketch, works


def some_numbers(luck: random.Random, total: float) -> dict[str, float]:
    return {
        "willing_share": luck.random(),
        "return_half_time_months": luck.choice([0.0, 0.5, 3.0]),
        "early_return_share": luck.choice([0.0, 0.1, 0.6, 1.0]),
        "leaving_share_year": luck.choice([0.0, 0.3, 1.0]),
        "reception_households_month": luck.choice([0.0, 3.0, 20.0, 1e9]),
        "reception_total_households_month": total,
    }


def some_months(luck: random.Random, count: int) -> list[float]:
    return [luck.choice([NO, *(half / 2 for half in range(16))]) for _ in range(count)]


SMALL = 1e-9


@pytest.mark.parametrize("seed", seeds(0, 60))
def test_households_home_stay_within_the_willing_the_dwellings_and_reception(seed: int) -> None:
    luck = random.Random(seed)
    sketch, works = some_villages(luck)
    number = some_numbers(luck, luck.choice([0.0, 10.0, 1e9]))
    places = Village(sketch, **number)
    built = some_months(luck, works)
    settlements = range(len(places.settlements.ids))
    ready = some_months(luck, len(settlements))
    home = places.home(*ready, built=built, order=luck.sample(settlements, len(settlements)))
    willing = places.settlements.willing_households(places.number)
    steps = np.diff(home.returned, axis=1)
    assert (steps >= 0).all()
    assert (np.diff(home.left, axis=1) >= 0).all()
    assert (home.present >= -SMALL).all()
    assert (home.early >= 0).all()
    assert home.present == pytest.approx(home.returned - home.left + home.early)
    for here in settlements:
        enter = float(places.settlements.place_from_s[places.settlements.place[here]] / MONTH_S)
        here_works = [w for w in places.scenario.works if w.settlement == f"v{here}"]
        for month in range(9):
            complete: float = sum(
                w.dwellings or 0
                for w, when in zip(places.scenario.works, built, strict=True)
                if w in here_works and when <= month
            )
            most = min(willing[here], complete if here_works else NO) + SMALL
            assert home.returned[here, month] <= most
            spontaneous = number["early_return_share"] * willing[here]
            assert home.early[here, month] <= spontaneous + SMALL
            if month < max(ready[here], enter):
                assert home.returned[here, month] == 0
            if month < enter:
                assert home.present[here, month] == 0
    if number["early_return_share"] == 0:
        assert steps.sum(axis=0).max() <= number["reception_total_households_month"] + SMALL
        assert steps.max() <= number["reception_households_month"] + SMALL


@pytest.mark.parametrize("seed", seeds(0, 60))
def test_more_are_home_where_conditions_are_met_earlier_and_houses_are_built_earlier(
    seed: int,
) -> None:
    luck = random.Random(seed)
    sketch, works = some_villages(luck)
    places = Village(sketch, **some_numbers(luck, 1e9))
    ready = some_months(luck, len(places.settlements.ids))
    built = some_months(luck, works)

    def earlier(month: float) -> float:
        return luck.choice([month, max(0.0, month - 1.3), min(month, 2.0)])

    home = places.home(*ready, built=built)
    soon = places.home(*[earlier(m) for m in ready], built=[earlier(m) for m in built])
    assert (soon.returned >= home.returned - SMALL).all()


def test_a_country_without_displaced_people_has_no_returns(sketch: Sketch) -> None:
    places = Village(sketch)
    home = places.home()
    assert home.present.shape == (0, 9)
    assert places.returns.by_district(home.present).shape == (0, 9)
