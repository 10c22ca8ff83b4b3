"""The soft score: measures worked by hand, and laws that every score keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

import returnplan as rp
from returnplan.domain import SERVICES
from returnplan.model.chance.assumptions import NO_UNRECORDED, Unrecorded, expected_values
from returnplan.model.conditions import score as scores
from returnplan.model.conditions.gates import gate_times, gates_in_force
from returnplan.model.conditions.history import NEVER, History, Settlements
from returnplan.model.conditions.score import DIMENSIONS, WEIGHTS, Measures, Scores
from returnplan.model.work import network
from tests.sketch import Sketch
from tests.worlds import seeds, write_random_world

HORIZON_S = 1000


def happened(
    scenario: rp.Scenario,
    done: Mapping[str, float],
    unrecorded: Unrecorded = NO_UNRECORDED,
    found_s: Sequence[float] = (),
) -> History:
    """Tell what happened: hazards, roads and works by id are done at a time, others never."""

    def times(rows: Sequence[rp.Hazard | rp.Road | rp.Works]) -> NDArray[np.float64]:
        return np.array([done.get(row.id, NEVER) for row in rows], np.float64)

    settlements = Settlements(scenario, network.build(scenario))
    return History(
        settlements=settlements,
        number=expected_values(scenario).number,
        released_s=np.concatenate([times(scenario.hazards), np.array(found_s, np.float64)]),
        road_open_s=times(scenario.roads),
        works_s=times(scenario.works),
        survey_s=np.zeros(len(settlements.surveyed)),
        unrecorded=unrecorded,
    )


def measured(sketch: Sketch, place: str = "village", **done: float) -> dict[str, float]:
    """Measures at a settlement by dimension, when these things are done and no others."""
    history = happened(sketch.scenario(), done)
    judge = Scores(history.settlements)
    found = judge.measures(history, HORIZON_S)
    known_gates = judge.measures(history, HORIZON_S, gate_times(history))
    np.testing.assert_array_equal(found, known_gates)
    return dict(zip(DIMENSIONS, found[history.settlements.number[place]].tolist(), strict=True))


@pytest.fixture
def village(sketch: Sketch) -> Sketch:
    """Return a village of 100 people (25 households, half of them willing) near a hub."""
    sketch.village("village", people=100)
    return sketch


# ---------------------------------------------------------------- land and farmland


def test_where_nothing_is_recorded_all_land_is_there(village: Sketch) -> None:
    found = measured(village)
    assert found["land"] == found["farmland"] == 1
    assert all(math.isnan(found[name]) for name in ("shelter", *SERVICES))


def test_land_is_the_share_by_area_that_is_released(village: Sketch) -> None:
    village.village("other")
    village.hazard("homes", "village", 3000)
    village.hazard("fields", "village", 5000, denies="farmland;housing")
    village.hazard("forest", "village", 8000, denies="other")
    village.hazard("elsewhere", "other", 7000)
    village.hazard("ahead", "village_road", 7000, denies="road;farmland")
    assert measured(village)["land"] == 0
    assert measured(village, homes=5)["land"] == 3 / 16
    assert measured(village, homes=5)["farmland"] == 0
    assert measured(village, homes=5, fields=1000)["land"] == 0.5
    assert measured(village, homes=5, fields=1000)["farmland"] == 1
    assert measured(village, homes=5, fields=1001)["land"] == 3 / 16  # behind the horizon
    assert measured(village, homes=5, fields=5, forest=5)["land"] == 1
    assert measured(village, "other", homes=5, fields=5, forest=5)["land"] == 0


def test_a_hazard_without_area_is_not_forgotten(village: Sketch) -> None:
    village.hazard("large", "village", 1e12, denies="housing")
    village.hazard("line", "village", 0, denies="farmland")
    found = measured(village, large=5)
    assert 0.999 < found["land"] < 1
    assert found["farmland"] == 0
    assert measured(village, large=5, line=5)["land"] == 1


def test_hazards_that_a_survey_finds_count_as_what_they_resemble(village: Sketch) -> None:
    village.hazard("homes", "village", 2000)
    village.hazard("fields", "village", 2000, denies="farmland")
    scenario = village.scenario()
    unrecorded = Unrecorded(
        settlement=np.zeros(3, np.int64),
        like=np.array([1, 0, 1]),
        area_m2=np.array([4000.0, 9000.0, 2000.0]),
        is_found=np.array([True, False, True]),
    )
    done = {"homes": 5.0, "fields": 5.0}
    history = happened(scenario, done, unrecorded, [10.0, NEVER])
    found = Scores(history.settlements).measures(history, HORIZON_S)[0]
    assert found[DIMENSIONS.index("land")] == np.float32(8 / 10)
    assert found[DIMENSIONS.index("farmland")] == np.float32(6 / 8)


# ---------------------------------------------------------------- shelter and services


def test_shelter_is_dwellings_for_each_willing_household(village: Sketch) -> None:
    village.works("few", "village", "shelter", 5, dwellings=5)
    village.works("more", "village", "shelter", 5, dwellings=10)
    assert measured(village)["shelter"] == 0
    assert measured(village, few=5)["shelter"] == pytest.approx(5 / 12.5)
    assert measured(village, few=5, more=5)["shelter"] == 1  # 15 for 12.5


def test_dwellings_without_a_number_make_shelter_unknown_until_the_others_are_enough(
    village: Sketch,
) -> None:
    village.works("some", "village", "shelter", 5)
    village.works("many", "village", "shelter", 5, dwellings=13)
    assert math.isnan(measured(village, some=5)["shelter"])
    assert measured(village, many=5)["shelter"] == 1


def test_where_nobody_is_willing_no_dwelling_is_missing(village: Sketch) -> None:
    village.village("empty", people=0)
    assert measured(village, "empty")["shelter"] == 1
    assert math.isnan(measured(village)["shelter"])


@pytest.mark.parametrize("kind", SERVICES)
def test_a_service_is_the_share_of_its_works_by_crew_days(village: Sketch, kind: str) -> None:
    village.works("well", "village", kind, 30)
    village.works("pump", "village", kind, 10)
    village.works("paint", "village", kind, 0)
    assert measured(village)[kind] == 0
    assert measured(village, well=5)[kind] == 0.75
    assert 0.999999 < measured(village, well=5, pump=5)[kind] < 1
    assert measured(village, well=5, pump=5, paint=5)[kind] == 1
    others = [name for name in SERVICES if name != kind]
    assert all(math.isnan(measured(village, well=5)[name]) for name in others)


def test_works_without_crew_days_are_counted(village: Sketch) -> None:
    for name in "abcd":
        village.works(name, "village", "water", 0)
    assert measured(village, a=5)["water"] == 0.25


def test_a_service_within_reach_is_there(village: Sketch) -> None:
    village.village("beyond", people=10, hours=None)
    village.road("far_road", "village", "beyond", hours=1)
    village.works("clinic", "village", "health", 10)
    village.gates = {"health": {"within_hours": 1}}
    open_roads = {"far_road": 0.0, "village_road": 0.0}
    assert measured(village)["health"] == 0
    assert measured(village, "beyond")["health"] == 0
    assert measured(village, village_road=5)["health"] == 1  # the hub is 1 h away
    assert measured(village, "beyond", **open_roads)["health"] == 0  # and from here 2 h
    assert measured(village, "beyond", clinic=5, **open_roads)["health"] == 1
    village.gates = {"health": {}}
    assert math.isnan(measured(village, "beyond", clinic=5, **open_roads)["health"])


# ---------------------------------------------------------------- scores by hand


def row(**known: float) -> Measures:
    """One settlement; what is not named is unknown."""
    return np.array([[known.get(name, math.nan) for name in DIMENSIONS]], np.float32)


def score_of(
    known: Mapping[str, float], weights: str = "proposed", *, failed: bool = False
) -> float:
    return float(scores.score(row(**known), np.array([failed]), WEIGHTS[weights])[0])


ALL_MET = dict.fromkeys(DIMENSIONS, 1.0)


def test_weights_are_those_of_the_presets() -> None:
    total = sum(WEIGHTS["proposed"].values())
    assert total == 95  # 5 of the proposed 100, tenure and documents, are not modelled
    assert WEIGHTS["proposed"]["land"] == 20
    assert set(WEIGHTS["equal"].values()) == {1}
    on_hazards = WEIGHTS["two_scale"]["land"] + WEIGHTS["two_scale"]["farmland"]
    assert 2 * on_hazards == sum(WEIGHTS["two_scale"].values())
    assert all(tuple(weights) == DIMENSIONS for weights in WEIGHTS.values())


def test_scores_worked_by_hand() -> None:
    half = ALL_MET | {"land": 0.5, "farmland": 0.5}
    assert score_of(half) == pytest.approx(100 * (95 - 10 - 7.5) / 95)
    assert score_of(half, "equal") == pytest.approx(100 * 6 / 7)
    assert score_of(half, "two_scale") == pytest.approx(75)
    assert score_of({"land": 1, "farmland": 0, "water": 0.5}) == pytest.approx(
        100 * (20 + 7.5) / 50
    )


def test_a_score_needs_half_of_the_weight() -> None:
    little = {"land": 1, "farmland": 1, "power": 1}  # 45 of 95
    assert math.isnan(score_of(little))
    assert math.isnan(score_of(little, failed=True))
    assert score_of({"land": 1, "farmland": 1, "water": 1}) == 100  # 50 of 95
    assert scores.known_share(row(land=0, water=0)).tolist() == [35 / 95]


def test_a_failed_gate_keeps_the_score_below_the_better_half() -> None:
    for weights in WEIGHTS:
        assert score_of(ALL_MET, weights) == 100
        assert score_of(ALL_MET, weights, failed=True) == 49
        assert score_of(dict.fromkeys(DIMENSIONS, 0.0), weights, failed=True) == 0


# ---------------------------------------------------------------- laws of the score

SHARES = st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 1, width=32))
ROWS = st.lists(st.one_of(st.just(math.nan), SHARES), min_size=7, max_size=7)


def as_row(values: Sequence[float]) -> Measures:
    return np.array([values], np.float32)


@given(ROWS, st.booleans(), st.sampled_from(list(WEIGHTS)))
def test_a_score_lies_between_0_and_100_and_severity_is_the_rest(
    values: list[float], failed: bool, weights: str
) -> None:
    found = scores.score(as_row(values), np.array([failed]), WEIGHTS[weights])
    known = scores.known_share(as_row(values))
    assert 0 <= known[0] <= 1
    assert math.isnan(found[0]) == (known[0] < 0.5)
    if not math.isnan(found[0]):
        assert 0 <= found[0] <= (49 if failed else 100)
        assert (scores.severity(found) + found).tolist() == [100]
        met = all(value == 1 for value in values if not math.isnan(value))
        assert (found[0] == 100) == (met and not failed)


@given(ROWS, st.integers(0, 6), SHARES, st.sampled_from(list(WEIGHTS)))
def test_more_of_anything_never_lowers_a_score(
    values: list[float], number: int, more: float, weights: str
) -> None:
    better = list(values)
    better[number] = max(values[number], more) if not math.isnan(values[number]) else math.nan
    before, after = (
        scores.score(as_row(each), np.array([False]), WEIGHTS[weights])[0]
        for each in (values, better)
    )
    assert after >= before or (math.isnan(before) and math.isnan(after))


@given(ROWS, st.integers(0, 6), st.sampled_from(list(WEIGHTS)))
def test_unknown_counts_neither_as_met_nor_as_missing(
    values: list[float], number: int, weights: str
) -> None:
    without, met, missing = (
        scores.score(as_row([*values[:number], value, *values[number + 1 :]]), none, by)[0]
        for none, by in [(np.array([False]), WEIGHTS[weights])]
        for value in (math.nan, 1.0, 0.0)
    )
    if not math.isnan(without):
        assert missing - 1e-9 <= without <= met + 1e-9


@given(SHARES, st.booleans())
def test_presets_agree_where_all_measures_are_equal(value: float, failed: bool) -> None:
    same = dict.fromkeys(DIMENSIONS, value)
    found = [score_of(same, name, failed=failed) for name in WEIGHTS]
    assert found == pytest.approx([min(100 * value, 49 if failed else 100)] * 3)


# ---------------------------------------------------------------- over draws


def drawn(*draws: Sequence[Sequence[float]]) -> Measures:
    return np.array(draws, np.float32)


def test_a_score_is_the_mean_over_draws_of_the_score_of_each() -> None:
    half = [0.5] * 7
    measures = drawn([[1.0] * 7, half], [[1.0] * 7, half])
    failed = np.array([[False, True], [True, True]])
    found = scores.score_draws(np.array([0, 1]), measures, failed)
    assert found.score["proposed"].tolist() == [(100 + 49) / 2, 49]
    assert found.known_share.tolist() == [1, 1]
    assert scores.ranks(found.score["proposed"]).tolist() == [1, 2]


def test_scores_under_other_weights_are_those_of_the_mean_measures() -> None:
    # Two draws alike: a village without shelter data, one that fails a gate (at most 49), one more.
    some = [0.5, math.nan, 1.0, 0.25, 1.0, 0.0, 0.75]
    measures = drawn(*[[some, [0.9] * 7, [0.9] * 7]] * 2)
    failed = np.array([[False, True, False]] * 2)
    found = scores.score_draws(np.arange(3), measures, failed)
    assert found.perturbed.shape == (200, 3)
    assert found.perturbed[:, 1:] == pytest.approx(np.array([[49.0, 90.0]] * 200))
    for number in (0, 77, 199):
        weights = scores.perturbed_weights()[number]
        known = {d: m for d, m in zip(DIMENSIONS, some, strict=True) if d != "shelter"}
        total = math.fsum(weights[d] * m for d, m in known.items())
        assert found.perturbed[number, 0] == pytest.approx(
            100 * total / math.fsum(weights[d] for d in known)
        )


def test_rankings_correlate_by_places_and_not_at_all_with_one_of_ties() -> None:
    # Own places of three: 1, 2, 3. Turned round: -1. The first two changed: (0 + 0 + 1) / 2 = 1/2;
    # all alike: 0. Of ten rankings the second lowest is what nine in ten reach.
    own = np.array([90.0, 50.0, 10.0])

    def correlation(*perturbed: Sequence[float]) -> float:
        scored = scores.Scored(
            score={"proposed": own}, known_share=np.ones(3), perturbed=np.array(perturbed)
        )
        return scores.rank_correlation(scored)

    assert correlation([3, 2, 1]) == pytest.approx(1)
    assert correlation([1, 2, 3]) == pytest.approx(-1)
    assert correlation([2, 3, 1]) == pytest.approx(0.5)
    assert correlation([5, 5, 5]) == 0
    assert correlation([1, 2, 3], [2, 3, 1], *[[3, 2, 1]] * 8) == pytest.approx(0.5)


def test_perturbed_weights_are_the_same_everywhere_and_spread_as_they_should() -> None:
    sets = scores.perturbed_weights()
    assert sets == scores.perturbed_weights.__wrapped__()
    factors = np.array([[one[d] / WEIGHTS["proposed"][d] for d in DIMENSIONS] for one in sets])
    assert factors.shape == (200, 7)
    assert np.log(factors).mean() == pytest.approx(0, abs=0.03)
    assert np.log(factors).std() == pytest.approx(0.3, abs=0.02)
    assert np.abs(np.corrcoef(factors.T) - np.eye(7)).max() < 0.25
    assert factors[0, :3].tolist() == pytest.approx(
        [1.779721246511, 1.163635460197, 1.318926080698], abs=1e-11
    )


def test_without_two_different_scores_there_is_no_rank_correlation() -> None:
    same = scores.score_draws(np.arange(2), drawn([[0.5] * 7] * 2), np.zeros((1, 2), np.bool_))
    assert math.isnan(scores.rank_correlation(same))
    blank = scores.score_draws(
        np.arange(2), drawn([[math.nan] * 7] * 2), np.zeros((1, 2), np.bool_)
    )
    assert math.isnan(scores.rank_correlation(blank))
    assert np.isnan(scores.ranks(blank.score["proposed"])).all()


# ---------------------------------------------------------------- laws over random worlds


@pytest.mark.parametrize("seed", seeds(0, 8))
def test_measures_of_random_worlds_keep_their_laws(seed: int, tmp_path: Path) -> None:
    write_random_world(tmp_path, 700 + seed, settlements=8, hazards=20)
    scenario = rp.load(tmp_path)
    rng = np.random.default_rng(seed)
    rows = (scenario.hazards, scenario.roads, scenario.works)
    things = [row.id for table in rows for row in table]
    done: dict[str, float] = {}
    before = None
    for _ in range(5):
        history = happened(scenario, done)
        settlements = history.settlements
        times = gate_times(history)
        found = Scores(settlements).measures(history, HORIZON_S)
        assert found.dtype == np.float32
        assert found.shape == (len(settlements.ids), 7)
        known = found[~np.isnan(found)]
        assert ((known >= 0) & (known <= 1)).all()
        for number, name in enumerate(gates_in_force(scenario)):
            if name in SERVICES:
                holds = times[:, number] <= HORIZON_S
                np.testing.assert_array_equal(found[:, DIMENSIONS.index(name)] == 1, holds)
        if before is not None:
            was = ~np.isnan(before)
            assert (found[was] >= before[was]).all()
        before = found
        more = rng.choice(len(things), len(things) // 4 + 1, replace=False)
        done |= {things[number]: 5.0 for number in more}
    everything = happened(scenario, dict.fromkeys(things, 5.0))
    last = Scores(everything.settlements).measures(everything, HORIZON_S)
    rest = last[:, [number for number, name in enumerate(DIMENSIONS) if name != "shelter"]]
    assert np.isin(rest[~np.isnan(rest)], [0, 1]).all()
    assert (last[:, [0, -1]] == 1).all()
