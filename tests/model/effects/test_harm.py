"""Expected casualties among people present, and accidents of deminers (model §8)."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from returnplan.model.chance.assumptions import NO_UNRECORDED, expected_values
from returnplan.model.conditions.history import History, Settlements
from returnplan.model.conditions.risk import Risk
from returnplan.model.effects.harm import (
    HARM_COLUMNS,
    KINDS,
    YEAR_S,
    Casualties,
    Harm,
    Presence,
    beside,
    harm_table,
)
from returnplan.model.work import network
from returnplan.quantiles import mean, quantile
from tests.sketch import Sketch

MONTH_S = YEAR_S / 12
NO = math.inf
PLAIN = {
    "fatal_share": 0.25,
    "return_shock": 1.0,
    "shock_half_life_months": 4.0,
    "deminer_accident_rate": 1e-3,
    "deminers_per_team": 10.0,
    "deminer_days_year": 220.0,
}


def risk(*start: float, falls: dict[float, float] | None = None, education: float = NO) -> Risk:
    """Risk of some settlements; falls (of the first one) and risk education by month."""
    steps = falls or {}
    begin = [0, *([len(steps)] * len(start))]
    return Risk(
        np.array(start),
        np.array(begin, np.int64),
        np.array(list(steps), np.float64) * MONTH_S,
        np.array(list(steps.values()), np.float64),
        np.full(len(start), education * MONTH_S),
        0.5,
    )


def presence(present: Any, early: Any = 0.0, left: Any = 0.0) -> Presence:
    """People at settlements (rows) and instants (columns)."""
    people = np.atleast_2d(np.array(present, np.float64))
    return Presence(*(np.broadcast_to(given, people.shape) for given in (people, early, left)))


def casualties(sketch: Sketch, risk: Risk, people: Presence, **number: float) -> Casualties:
    """Count from month to month, without teams."""
    scenario = sketch.scenario()
    by_s = np.arange(people.present.shape[1]) * round(MONTH_S)
    harm = Harm(scenario, Settlements(scenario, network.build(scenario)), by_s, [])
    return harm.of(PLAIN | number, risk, people, np.zeros(0))[0]


@pytest.fixture
def village(sketch: Sketch) -> Sketch:
    """Return a village of 1,000 people."""
    sketch.village("village", people=1000)
    return sketch


# ------------------------------------------------------------------------------- people present


def test_a_tenth_of_the_people_meets_a_tenth_of_the_risk(village: Sketch) -> None:
    # 12 casualties a year if all 1,000 were present; 100 of them for 12 months: 1.2.
    found = casualties(village, risk(12.0), presence([100.0] * 13))
    assert found.after == pytest.approx(1.2)
    assert (found.early, found.deminers, found.unknown_people) == (0, 0, 0)
    assert found.deaths == pytest.approx(0.3)


def test_people_count_on_average_over_the_month(village: Sketch) -> None:
    # (0 + 200) / 2 in month 1, (200 + 400) / 2 in month 2, 12 / 1,000 / 12 a month and person.
    found = casualties(village, risk(12.0), presence([0.0, 200.0, 400.0]))
    assert found.after == pytest.approx(0.1 + 0.3)


def test_risk_counts_on_average_over_the_month(village: Sketch) -> None:
    # 12 for half a month, then 4; 12 / 1,000 / 12 · 1,000 = 1 a month at a risk of 12.
    people = presence([1000.0] * 3)
    half_way = risk(12.0, falls={0.5: 8.0})
    assert casualties(village, half_way, people).after == pytest.approx(0.5 + 0.5 / 3 + 1 / 3)
    # Risk education halves it in the middle of month 2.
    taught = risk(12.0, falls={0.5: 8.0}, education=1.5)
    assert casualties(village, taught, people).after == pytest.approx(
        0.5 + 0.5 / 3 + 0.5 / 3 + 0.5 / 6
    )
    both = risk(12.0, falls={0.25: 4.0, 0.75: 8.0}, education=0.5)
    expected = 0.25 + 0.25 * 8 / 12 + 0.25 * 8 / 24 + 0
    assert casualties(village, both, people).after == pytest.approx(expected)


def test_a_fall_on_the_first_of_a_month_counts_from_that_day(village: Sketch) -> None:
    people = presence([1000.0] * 3)
    assert casualties(village, risk(12.0, falls={1.0: 12.0}), people).after == pytest.approx(1)
    assert casualties(village, risk(12.0, falls={0.0: 12.0}), people).after == 0
    assert casualties(village, risk(12.0, education=1.0), people).after == pytest.approx(1.5)


def test_who_came_early_is_counted_apart(village: Sketch) -> None:
    # 120 came early and count as home from month 2 on: 120, (120 + 0) / 2, 0 and 0, 60, 120.
    people = presence([120.0] * 4, early=[120.0, 120.0, 0.0, 0.0])
    found = casualties(village, risk(12.0), people)
    assert (found.early, found.after) == pytest.approx((0.18, 0.18))
    assert found.deaths == pytest.approx(0.25 * 0.36)


# ---------------------------------------------------------------------------------------- shock


def test_the_first_months_after_arrival_are_more_dangerous(village: Sketch) -> None:
    # 1,000 people from day 0, four months, a half-life of four months: the excess of 4 is on
    # average 4 · (1 - 1/2) / ln 2 of it.
    people = presence([1000.0] * 5)
    found = casualties(village, risk(12.0), people, return_shock=5.0)
    assert found.after == pytest.approx(4 * (1 + 4 * 0.5 / math.log(2)))


def test_a_shock_that_never_fades_multiplies_and_one_that_fades_at_once_does_not(
    village: Sketch,
) -> None:
    people = presence(
        [0.0, 100.0, 300.0, 250.0, 400.0],
        early=[0.0, 50.0, 100.0, 30.0, 0.0],
        left=[0.0, 0.0, 10.0, 60.0, 70.0],
    )
    plain = casualties(village, risk(12.0), people)
    lasting = {"return_shock": 5.0, "shock_half_life_months": 1e12}
    found = casualties(village, risk(12.0), people, **lasting)
    assert (found.early, found.after) == pytest.approx((5 * plain.early, 5 * plain.after))
    for half_life in (0.0, 1e-9):
        brief = {"return_shock": 5.0, "shock_half_life_months": half_life}
        assert casualties(village, risk(12.0), people, **brief).after == pytest.approx(plain.after)


def test_without_a_shock_its_half_life_does_not_matter(village: Sketch) -> None:
    people = presence([0.0, 100.0, 300.0])
    one = casualties(village, risk(12.0), people, shock_half_life_months=0.1)
    assert one == casualties(village, risk(12.0), people, shock_half_life_months=9.0)


def person_by_person(people: Presence, rate: float, shock: float, half_life: float) -> float:
    """Casualties of one settlement from cohorts that arrive in 50 parts a month and stay."""
    parts, total = 50, 0.0
    present = people.present[0]
    months = len(present) - 1
    cohorts = [(0.0, float(present[0]))]
    for month in range(months):
        arrived = (present[month + 1] - present[month]) / parts
        cohorts += [(month + (part + 0.5) / parts, float(arrived)) for part in range(parts)]
    for since, size in cohorts:
        for step in range(months * parts):
            age = (step + 0.5) / parts - since
            if age > 0 or (age == 0 and since > 0):
                weight = 0.5 if age == 0 else 1.0
                factor = 1 + (shock - 1) * 2 ** (-age / half_life)
                total += weight * size * factor * rate / parts / 12
    return total


def test_the_age_of_all_arrivals_is_kept_without_following_each(village: Sketch) -> None:
    people = presence([100.0, 100.0, 400.0, 600.0, 600.0, 900.0])
    found = casualties(village, risk(12.0), people, return_shock=7.0, shock_half_life_months=2.0)
    expected = person_by_person(people, 12.0 / 1000, 7.0, 2.0)
    assert found.after == pytest.approx(expected, rel=1e-3)


def test_people_who_pass_from_early_to_home_are_no_new_arrivals(village: Sketch) -> None:
    shock = {"return_shock": 7.0, "shock_half_life_months": 2.0}
    present = [0.0, 300.0, 300.0, 300.0, 300.0]
    stay = casualties(village, risk(12.0), presence(present), **shock)
    for early in ([0.0, 300.0, 0.0, 0.0, 0.0], [0.0, 300.0, 300.0, 100.0, 0.0]):
        people = presence(present, early=early)
        passing = casualties(village, risk(12.0), people, **shock)
        assert passing.early > 0
        assert passing.early + passing.after == pytest.approx(stay.after)


# ----------------------------------------------------------------------------- unknown, deminers


def test_where_risk_is_unknown_people_are_counted_and_casualties_are_not(sketch: Sketch) -> None:
    for name, count in (("known", 1000), ("vague", 300), ("zero", 0)):
        sketch.village(name, people=count)
    people = presence([[1000.0] * 13, [300.0] * 13, [0.0] * 13])
    found = casualties(sketch, risk(12.0, math.nan, 0.0), people)
    assert found.after == pytest.approx(12)
    assert found.unknown_people == 300


def test_deminers_have_accidents_while_at_work(sketch: Sketch) -> None:
    sketch.asset("manual", ["clearance"])
    sketch.asset("dogs", ["technical_survey", "building"], deminers=4)
    sketch.asset("builders", ["building", "survey"], deminers=7)
    scenario = sketch.scenario()
    settlements = Settlements(scenario, network.build(scenario))
    by_s = np.array([0, round(MONTH_S)])
    harm = Harm(scenario, settlements, by_s, ["manual", "builders", "manual", "dogs"])
    nobody = Presence(*(np.zeros((0, 2)),) * 3)
    days = np.array([2.0, 9.0, 1.0, 5.0]) * 220
    found, _ = harm.of(PLAIN, risk(), nobody, days)
    assert found.deminers == pytest.approx(1e-3 * (10 * 3 + 4 * 5))  # rate x deminers x years
    assert (found.early, found.after) == (0, 0)


# ------------------------------------------------------------------------------------------ laws


def a_run(luck: random.Random) -> tuple[Sketch, dict[str, Any], Presence]:
    """Return villages with hazards, what happens when, and people who come and go."""
    sketch = Sketch()
    names = [f"v{i}" for i in range(luck.randint(1, 3))]
    for name in names:
        sketch.village(name, people=luck.choice([50, 1000]))
        sketch.works(f"{name}_talks", name, "risk_education", 1)
    for number in range(luck.randint(1, 6)):
        where = luck.choice([*names, *(f"{name}_road" for name in names)])
        sketch.hazard(f"h{number}", where, 8000, items_per_km2=luck.choice([10, 1000]))
    hazards = len(sketch.rows["hazards"])
    counts = {"released_s": hazards, "survey_s": len(names), "works_s": len(names)}
    times = {
        name: np.array([luck.choice([NO, luck.uniform(0, 14)]) for _ in range(count)]) * MONTH_S
        for name, count in counts.items()
    }
    shape = len(names), 13
    numbers = np.random.default_rng(luck.randint(0, 10**6))
    came = np.cumsum(numbers.integers(0, 20, shape), axis=1).astype(np.float64)
    left = np.floor(0.2 * np.concatenate([0 * came[:, :1], came[:, :-1]], axis=1))
    early = np.floor((came - left) * numbers.random((len(names), 1)))
    early[:, luck.randint(0, 12) :] = 0
    return sketch, times, Presence(came - left, early, left)


def harm_of(sketch: Sketch, times: dict[str, Any], people: Presence, **more: float) -> Casualties:
    scenario = sketch.scenario()
    number = {**expected_values(scenario).number, **more}
    settlements = Settlements(scenario, network.build(scenario))
    history = History(
        settlements=settlements,
        number=number,
        road_open_s=np.zeros(len(scenario.roads)),
        unrecorded=NO_UNRECORDED,
        **times,
    )
    by_s = np.arange(13) * round(MONTH_S)
    return Harm(scenario, settlements, by_s, []).of(number, history.risk, people, np.zeros(0))[0]


def is_no_more(one: Casualties, other: Casualties) -> bool:
    pairs = ((one.early, other.early), (one.after, other.after), (one.deaths, other.deaths))
    return all(a <= b * (1 + 1e-12) for a, b in pairs)


@pytest.mark.parametrize("seed", range(30))
def test_fewer_are_hurt_where_risk_is_lower(seed: int) -> None:
    luck = random.Random(seed)
    sketch, times, people = a_run(luck)
    found = harm_of(sketch, times, people)
    assert min(found) >= 0
    assert is_no_more(harm_of(sketch, times, people, detection_share=1.0), found)
    assert is_no_more(harm_of(sketch, times, people, eore_effect=0.9), found)
    assert is_no_more(harm_of(sketch, times, people, return_shock=2.0), found)
    for name in times:
        earlier = times | {name: np.minimum(times[name], luck.uniform(0, 12) * MONTH_S)}
        assert is_no_more(harm_of(sketch, earlier, people), found)
    sketch.rows["hazards"][0]["items_per_km2"] = 5
    assert is_no_more(harm_of(sketch, times, people), found)


# ----------------------------------------------------------------------------------------- table


def three_villages(sketch: Sketch, people: tuple[int, int, int] = (10, 10, 10)) -> Any:
    for number, count in enumerate(people):
        sketch.village(f"v{number}", people=count)
    return sketch.scenario()


def drawn(
    early: Any,
    after: Any,
    deaths: Any,
    deminers: Any,
    unknown: float,
    rests_on: tuple[float, float, float, float] = (5, 0.4, 5, 0.4),
) -> dict[str, Any]:
    fields = [np.array(given, np.float64) for given in (early, after, deaths, deminers)]
    others = [np.full(len(fields[0]), given) for given in (unknown, *rests_on)]
    return dict(zip(Casualties._fields, [*fields, *others], strict=True))


TWO = {
    "today": drawn([1, 2, 3], [10, 20, 30], [2, 4, 6], [1, 1, 1], 300),
    "more": drawn([1, 1, 1], [30, 10, 20], [4, 2, 3], [2, 2, 2], 300),
}


def test_allocations_are_compared_with_the_first_draw_by_draw(sketch: Sketch) -> None:
    table = harm_table(three_villages(sketch), ["today", "more"], TWO)
    assert list(table.columns) == list(HARM_COLUMNS)
    assert list(table["kind"]) == [*KINDS, *KINDS]
    rows: Any = table.set_index(["allocation", "kind"])
    today = rows.loc[("today", "all")]
    # early + after + deminers: 12, 23, 34
    assert today[["expected_low", "expected_p50", "expected_high"]].tolist() == [23, 23, 34]
    assert today["expected_mean"] == 23
    assert math.isnan(today["difference_mean"])
    more = rows.loc[("more", "all")]
    # 33, 13, 23: +21, -10, -11
    assert more["expected_mean"] == 23
    assert more["difference_mean"] == 0
    assert more[["difference_low", "difference_high"]].tolist() == [-10, 21]
    people = rows["people_unknown_risk"]
    assert people.loc[("more", "returnees")] == 300
    assert people.loc[("more", "deminers")] == 0


@pytest.mark.parametrize("rests_on", [(2, 0.6, 5, 0.4), (5, 0.81, 5, 0.4)])
def test_a_number_that_rests_on_one_village_is_not_shown(
    sketch: Sketch, rests_on: tuple[float, float, float, float]
) -> None:
    found = {"today": drawn([1, 2], [10, 20], [2, 4], [1, 1], 300, rests_on)}
    table: Any = harm_table(three_villages(sketch), ["today"], found).set_index("kind")
    columns = ["expected_low", "expected_p50", "expected_high", "expected_mean"]
    hidden = table.drop(index="deminers")
    assert hidden[columns].isna().all(axis=None)
    assert table.loc["deminers", "expected_mean"] == 1
    assert table.loc["all", "people_unknown_risk"] == 300


@pytest.mark.parametrize("rests_on", [(5, 0.4, 2, 0.5), (5, 0.4, 5, 0.9)])
def test_a_difference_that_rests_on_one_village_is_not_shown(
    sketch: Sketch, rests_on: tuple[float, float, float, float]
) -> None:
    found = TWO | {"more": drawn([1, 1, 1], [30, 10, 20], [4, 2, 3], [2, 2, 2], 0, rests_on)}
    table: Any = harm_table(three_villages(sketch), ["today", "more"], found)
    rows = table[table["allocation"] == "more"].set_index("kind")
    assert rows.loc["returnees", "expected_mean"] > 0
    assert rows.loc["returnees", ["difference_low", "difference_mean"]].isna().all()
    assert rows.loc["deminers", "difference_mean"] == 1


def test_casualties_say_how_many_villages_they_rest_on(sketch: Sketch) -> None:
    for name in ("a", "b", "c"):
        sketch.village(name, people=100)
    scenario = sketch.scenario()
    by_s = np.arange(13) * round(MONTH_S)
    harm = Harm(scenario, Settlements(scenario, network.build(scenario)), by_s, [])
    people = presence(np.full((3, 13), 100.0))
    found, mine = harm.of(PLAIN, risk(3.0, 1.0, 0.0), people, np.zeros(0))
    assert found.settlements == 2
    assert found.largest == pytest.approx(0.75)
    other, first = harm.of(PLAIN, risk(3.0, 2.0, 0.0), people, np.zeros(0))
    assert other.other_settlements == 0
    compared = beside(found, mine, first)
    assert (compared.other_settlements, compared.other_largest) == (1, 1)


def test_ranges_are_those_of_all_other_tables() -> None:
    values = np.random.default_rng(1).random(37)
    sketch = Sketch()
    found = {"today": drawn(values, 0 * values, 0 * values, 0 * values, 0)}
    row = harm_table(three_villages(sketch), ["today"], found).iloc[0]
    expected = [quantile(values, percent) for percent in (10, 50, 90)]
    assert row[["expected_low", "expected_p50", "expected_high"]].tolist() == expected
    assert row["expected_mean"] == mean(values)


def test_a_run_on_expected_values_has_no_range(sketch: Sketch) -> None:
    one = {"today": drawn([1], [10], [2], [1], 0), "more": drawn([2], [30], [4], [2], 0)}
    table = harm_table(three_villages(sketch), ["today", "more"], one)
    ranged = ["expected_low", "expected_high", "difference_low", "difference_high"]
    assert table[ranged].isna().all(axis=None)
    rows = table.set_index(["allocation", "kind"])
    assert rows.loc[("more", "returnees"), "expected_p50"] == 32
    assert rows.loc[("more", "returnees"), "expected_mean"] == 32
    assert rows.loc[("more", "returnees"), "difference_mean"] == 21


def test_figures_that_would_be_those_of_a_village_are_not_shown(sketch: Sketch) -> None:
    table = harm_table(three_villages(sketch, (10, 10, 0)), ["today", "more"], TWO)
    assert list(table.columns) == list(HARM_COLUMNS)
    assert list(table["allocation"]) == ["today"] * len(KINDS) + ["more"] * len(KINDS)
    assert table.drop(columns=["allocation", "kind"]).isna().all(axis=None)
    assert isinstance(table, pd.DataFrame)
