"""Draws: every number before anything runs, the same luck for every allocation (model §9)."""

from __future__ import annotations

import dataclasses
import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.model.chance.assumptions import expected_values
from returnplan.model.chance.draws import BLOCK, Draws
from tests import worlds
from tests.drawn import luck_of
from tests.model.test_laws import island, replaced, shuffled
from tests.reference import Luck
from tests.sketch import Sketch

pytestmark = pytest.mark.unwatched

SEEDS = range(4)
BY_ID = (
    *("productivity", "shares", "qc_fail_share", "handover_days", "hazard_productivity"),
    *("survey_team_days", "works_speed", "repair_speed", "weather"),
)


def world(seed: int) -> rp.Scenario:
    with tempfile.TemporaryDirectory() as folder:
        worlds.write_random_world(Path(folder), seed, uncertain=True)
        return rp.load(folder)


def luck(scenario: rp.Scenario, draw: int, seed: int = 1) -> Luck:
    return luck_of(scenario, Draws(scenario, seed).values(draw))


def hidden(found: Luck, settlements: set[str]) -> list[tuple[Any, ...]]:
    mine = [one for one in found.unrecorded if one.settlement in settlements]
    return sorted(dataclasses.astuple(one) for one in mine)


def assert_others_alone(before: Luck, after: Luck) -> None:
    """Whatever has a number in the one has the same in the other."""
    assert after.number == before.number
    for name in BY_ID:
        old, new = getattr(before, name), getattr(after, name)
        assert {key: new[key] for key in old} == old, name


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_seed_gives_the_same_numbers_in_any_order(seed: int) -> None:
    scenario = world(seed)
    draws, others = Draws(scenario, seed), Draws(scenario, seed)
    order = [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK + 5]
    forward = {draw: luck_of(scenario, draws.values(draw)) for draw in order}
    backward = {draw: luck_of(scenario, others.values(draw)) for draw in reversed(order)}
    assert forward == backward
    assert len({str(one) for one in forward.values()}) == len(order)
    assert luck(scenario, 0, seed + 1) != forward[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_of_rows_leaves_all_luck_alone(seed: int) -> None:
    scenario = world(seed)
    mixed = shuffled(scenario, seed)
    for draw in (0, 7, 70):
        before, after = luck(scenario, draw), luck(mixed, draw)
        assert_others_alone(before, after)
        assert_others_alone(after, before)
        everywhere = set(scenario.people)
        assert hidden(after, everywhere) == hidden(before, everywhere)


@pytest.mark.parametrize("name", ["#island", "ωisland"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_new_place_leaves_the_luck_of_all_others_alone(seed: int, name: str) -> None:
    scenario = world(seed)
    larger = replaced(scenario, **island(scenario, name))
    for draw in (0, 7, 70):
        before, after = luck(scenario, draw), luck(larger, draw)
        assert_others_alone(before, after)
        assert hidden(after, set(scenario.people)) == hidden(before, set(scenario.people))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_new_hazard_leaves_the_luck_of_all_other_settlements_alone(seed: int) -> None:
    scenario = world(seed)
    first = next(hazard for hazard in scenario.hazards if hazard.place)
    new = dataclasses.replace(first, id="#new")
    larger = replaced(scenario, hazards=(new, *scenario.hazards))
    for draw in (0, 7):
        before, after = luck(scenario, draw), luck(larger, draw)
        for name in BY_ID:
            old, found = getattr(before, name), getattr(after, name)
            assert {k: found[k] for k in old if "/found" not in str(k)} == {
                k: v for k, v in old.items() if "/found" not in str(k)
            }
        others = set(scenario.people) - {first.place}
        assert hidden(after, others) == hidden(before, others)


def test_deployments_and_orders_are_no_part_of_luck() -> None:
    scenario = world(3)
    bare = replaced(scenario, deployments=(), orders=())
    assert luck(bare, 5) == luck(scenario, 5)


def many(scenario: rp.Scenario, draws: int = 500) -> list[Luck]:
    found = Draws(scenario, 1)
    return [luck_of(scenario, found.values(draw)) for draw in range(draws)]


@pytest.fixture
def mined(sketch: Sketch) -> Sketch:
    """Return a village with two recorded hazards, of three that there are on average."""
    sketch.village("village", people=10)
    sketch.hazard("a", "village")
    sketch.hazard("b", "village")
    sketch.village("empty", people=10)
    sketch.village("nobody")
    sketch.hazard("c", "nobody")
    sketch.assume(record_recall=2 / 3, survey_detection=0.75, unrecorded_area_m2=500)
    sketch.team()
    return sketch


def test_unrecorded_hazards_are_as_many_as_recall_and_detection_say(mined: Sketch) -> None:
    found = [one.unrecorded for one in many(mined.scenario())]
    every = list(itertools.chain.from_iterable(found))
    assert {one.settlement for one in every} == {"village"}  # who has records, and people
    assert {one.area_m2 for one in every} == {500}
    counts = np.array([len(one) for one in found])
    assert counts.mean() == pytest.approx(1, abs=0.15)  # 2 x (1 - 2/3) / (2/3)
    assert counts.var() == pytest.approx(1, abs=0.25)
    assert np.mean([one.is_found for one in every]) == pytest.approx(0.75, abs=0.06)
    assert np.mean([one.like == "a" for one in every]) == pytest.approx(0.5, abs=0.07)
    assert {one.like for one in every} == {"a", "b"}


def test_a_number_that_the_scenario_gives_goes_before_recall(mined: Sketch) -> None:
    mined.rows["places"][1]["unrecorded_hazards"] = 2.5
    counts = [len(one.unrecorded) for one in many(mined.scenario())]
    assert np.mean(counts) == pytest.approx(2.5, abs=0.2)
    mined.rows["places"][1]["unrecorded_hazards"] = 0
    assert all(not one.unrecorded for one in many(mined.scenario(), 50))


@pytest.mark.parametrize(("share", "is_found"), [(0, {False}), (1, {True})])
def test_a_survey_that_finds_nothing_or_everything(
    mined: Sketch, share: float, is_found: set[bool]
) -> None:
    mined.assume(survey_detection=share)
    every = itertools.chain.from_iterable(one.unrecorded for one in many(mined.scenario(), 200))
    assert {one.is_found for one in every} == is_found


def test_multipliers_have_their_centre_at_one_and_their_own_luck_for_each_thing(
    mined: Sketch,
) -> None:
    mined.road("broken", "town", "village", repair_crew_days=3)
    mined.works("houses", "village", "shelter", 5)
    found = many(mined.scenario())  # with the shipped distributions
    for name, ids in {
        "hazard_productivity": ["a", "b"],
        "works_speed": ["houses"],
        "repair_speed": ["broken"],
    }.items():
        for thing in ids:
            values = np.array([getattr(one, name)[thing] for one in found])
            assert np.mean(1 / values) == pytest.approx(1, abs=0.04)  # times keep their mean
            assert min(values) < 0.7
            assert max(values) > 1.4
    for values in (
        np.array([one.productivity["team"] for one in found]),
        np.array([one.number["building_speed"] for one in found]),
    ):
        assert np.median(values) == pytest.approx(1, abs=0.02)
        assert min(values) < 0.7
    pairs = [(one.hazard_productivity["a"], one.hazard_productivity["b"]) for one in found]
    assert abs(np.corrcoef(np.array(pairs).T)[0, 1]) < 0.13


def test_weather_is_that_of_the_whole_time_of_the_year_and_of_the_month(mined: Sketch) -> None:
    def weather(**spread: float) -> np.ndarray:
        names = ("weather_persistent", "weather_year", "season_noise")
        mined.assume(**{name: 1.0 for name in names if name not in spread})
        rows = [
            {"id": name, "distribution": "normal", "a": 2, "b": sd, **FREE}
            for name, sd in spread.items()
        ]
        mined.rows["assumptions"] = rows
        return np.array([list(one.weather.values()) for one in many(mined.scenario(), 200)])

    always = weather(weather_persistent=0.1)
    assert (always == always[:, :1]).all()
    assert always[:, 0].mean() == pytest.approx(1, abs=0.005)
    assert always[:, 0].std() == pytest.approx(0.05, abs=0.01)
    by_year = weather(weather_year=0.1)[:, :1200].reshape(200, 100, 12)
    assert (by_year == by_year[:, :, :1]).all()
    years = by_year[:, :, 0]
    assert years.std() == pytest.approx(0.05, abs=0.003)
    assert abs(np.corrcoef(years[:, 0], years[:, 1])[0, 1]) < 0.25
    assert abs(np.corrcoef(years[0], years[1])[0, 1]) < 0.35


FREE = {"unit": "ratio", "mark": "assumed", "source": "made_up"}


def test_recall_and_detection_of_a_district_hold_there_only(mined: Sketch) -> None:
    mined.rows["places"][1]["district"] = "north"
    mined.village("elsewhere", people=10, district="south")
    mined.hazard("d", "elsewhere")
    fixed = {"distribution": "fixed", "district": "south", **FREE}
    mined.rows["assumptions"] = [
        {"id": "record_recall", "a": 1.0, **fixed},
        {"id": "survey_detection", "a": 0.0, **fixed},
    ]
    before = many(mined.scenario(), 100)
    assert {one.settlement for found in before for one in found.unrecorded} == {"village"}
    mined.rows["assumptions"][0]["a"] = 0.25
    after = many(mined.scenario(), 100)
    there = [one for found in after for one in found.unrecorded if one.settlement == "elsewhere"]
    assert len(there) == pytest.approx(300, abs=50)  # one recorded hazard is a quarter
    assert not any(one.is_found for one in there)
    for old, new in zip(before, after, strict=True):
        assert hidden(new, {"village"}) == hidden(old, {"village"})


def test_what_has_no_width_is_the_same_in_every_draw_and_in_the_run_on_expected_values() -> None:
    with tempfile.TemporaryDirectory() as folder:
        worlds.fork(Path(folder))
        scenario = rp.load(folder)
    expected = luck_of(scenario, expected_values(scenario))
    for draw in range(5):
        one = luck(scenario, draw)
        assert one.survey_team_days == expected.survey_team_days
        assert {one.handover_days[h.id] for h in scenario.hazards} == {2}
        assert one.number["parcel_m2_minefield"] == expected.number["parcel_m2_minefield"]
