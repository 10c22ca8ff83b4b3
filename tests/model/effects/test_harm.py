"""Expected casualties among people present, and accidents of deminers (model §8)."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest

from returnplan.model.chance.assumptions import NO_UNRECORDED, expected_values
from returnplan.model.conditions.history import History, Settlements
from returnplan.model.conditions.risk import Risk
from returnplan.model.effects.harm import YEAR_S, Casualties, Harm, Presence, beside
from returnplan.model.work import network
from tests.sketch import Sketch
from tests.worlds import seeds

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
    return harm.of(PLAIN | number, risk, people, np.zeros(0), 0.0)[0]


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


def test_who_takes_the_place_of_those_who_leave_arrives_anew(village: Sketch) -> None:
    # 100 people; 10 leave and 10 come in each of three months. A casualty per 1,000 people and
    # month, three times as many on arrival; the excess halves each month: on average 1/2 / ln 2 =
    # m of it over a month, and n = (1 - m) / ln 2 for those who arrive during it.
    people = presence([100.0] * 4, left=[0.0, 10.0, 20.0, 30.0])
    shock = {"return_shock": 3.0, "shock_half_life_months": 1.0}
    found = casualties(village, risk(12.0), people, **shock)
    m = 0.5 / math.log(2)
    n = (1 - m) / math.log(2)
    excess, weights = 100.0, 0.0
    for _ in range(3):  # 5 of 100 are gone on average over the month, 10 at its end
        weights += m * excess * 0.95 + n * 10
        excess = 0.5 * excess * 0.9 + m * 10
    assert (m, n) == pytest.approx((0.721348, 0.402010), abs=1e-6)
    assert found.after == pytest.approx((300 + 2 * weights) / 1000, rel=1e-6)


# ----------------------------------------------------------------------------- unknown, deminers


def test_where_risk_is_unknown_people_are_counted_and_casualties_are_not(sketch: Sketch) -> None:
    for name, count in (("known", 1000), ("vague", 300), ("zero", 0)):
        sketch.village(name, people=count)
    people = presence([[1000.0] * 13, [300.0] * 13, [0.0] * 13])
    found = casualties(sketch, risk(12.0, math.nan, 0.0), people)
    assert found.after == pytest.approx(12)
    assert found.unknown_people == 300
    assert found.years_after == pytest.approx(1000)  # people whose risk is unknown are left out


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
    found, _ = harm.of(PLAIN, risk(), nobody, days, 2_500_000.0)
    assert found.worked_km2 == 2.5
    assert found.deminers == pytest.approx(1e-3 * (10 * 3 + 4 * 5))  # rate x deminers x years
    assert (found.early, found.after) == (0, 0)


def test_a_blank_number_of_deminers_is_that_of_a_team_that_searches(sketch: Sketch) -> None:
    # Quality teams take samples: only a number that is written counts.
    sketch.asset("sampling", ["quality_control", "building"])
    sketch.asset("sampling_four", ["quality_control"], deminers=4)
    sketch.asset("survey_and_sampling", ["survey", "quality_control"])
    scenario = sketch.scenario()
    teams = [asset.id for asset in scenario.assets]
    settlements = Settlements(scenario, network.build(scenario))
    harm = Harm(scenario, settlements, np.array([0, 1]), teams)
    nobody = Presence(*(np.zeros((0, 2)),) * 3)
    days = np.array([1.0, 10.0, 100.0]) * 220
    found, _ = harm.of(PLAIN, risk(), nobody, days, 0.0)
    assert found.deminers == pytest.approx(1e-3 * (0 * 1 + 4 * 10 + 10 * 100))


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
    return Harm(scenario, settlements, by_s, []).of(number, history.risk, people, np.zeros(0), 0.0)[
        0
    ]


def is_no_more(one: Casualties, other: Casualties) -> bool:
    pairs = ((one.early, other.early), (one.after, other.after), (one.deaths, other.deaths))
    return all(a <= b * (1 + 1e-12) for a, b in pairs)


@pytest.mark.parametrize("seed", seeds(0, 30))
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


def test_casualties_say_how_many_villages_they_rest_on(sketch: Sketch) -> None:
    for name in ("a", "b", "c"):
        sketch.village(name, people=100)
    scenario = sketch.scenario()
    by_s = np.arange(13) * round(MONTH_S)
    harm = Harm(scenario, Settlements(scenario, network.build(scenario)), by_s, [])
    people = presence(np.full((3, 13), 100.0))
    found, mine = harm.of(PLAIN, risk(3.0, 1.0, 0.0), people, np.zeros(0), 0.0)
    assert found.settlements == 2
    assert found.largest == pytest.approx(0.75)
    other, first = harm.of(PLAIN, risk(3.0, 2.0, 0.0), people, np.zeros(0), 0.0)
    assert other.other_settlements == 0
    compared = beside(found, mine, first)
    assert (compared.other_settlements, compared.other_largest) == (1, 1)


def test_casualties_of_a_village_are_those_of_early_and_later_people_together(
    sketch: Sketch,
) -> None:
    # 12 a year for 1,000 people. a: 250 early and 250 others for a year, 3 and 3; b: 500 others, 6.
    for name in ("a", "b"):
        sketch.village(name, people=1000)
    scenario = sketch.scenario()
    by_s = np.arange(13) * round(MONTH_S)
    harm = Harm(scenario, Settlements(scenario, network.build(scenario)), by_s, [])
    people = presence([[500.0] * 13, [500.0] * 13], early=[[250.0] * 13, [0.0] * 13])
    found, by_village = harm.of(PLAIN, risk(12.0, 12.0), people, np.zeros(0), 0.0)
    assert (found.early, found.after, found.deaths) == pytest.approx((3, 9, 3))
    assert (found.years_early, found.years_after) == pytest.approx((250, 750))
    assert by_village.tolist() == pytest.approx([6, 6])
    assert (found.settlements, found.largest) == pytest.approx((2, 0.5))
