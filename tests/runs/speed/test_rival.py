"""The compiled loop and the plain SimPy program do the same work at the same seconds."""

from __future__ import annotations

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import returnplan as rp
from returnplan.runs.speed.rival import Parcel
from returnplan.runs.speed.subject import Subject
from returnplan.scenario.synthetic import synthetic
from tests import worlds

pytestmark = pytest.mark.unwatched

ALLOCATIONS = (
    *("by_listed", "by_nearest", "by_population", "by_smith_own", "by_smith_path"),
    *("by_even_districts", "few"),
)


def disagreements(scenario: rp.Scenario, allocation: str) -> list[str]:
    subject = Subject(scenario, allocation)
    return subject.differences(subject.work(keeps_parcels=True), subject.rival()())


@pytest.mark.parametrize("seed", worlds.seeds(5000, 5030))
def test_rival_and_loop_agree_on_random_worlds(seed: int, tmp_path: Path) -> None:
    settlements, hazards, teams = 1 + seed % 8, 3 + seed % 12, 1 + seed % 9
    worlds.write_random_world(tmp_path, seed, settlements=settlements, hazards=hazards, teams=teams)
    assert disagreements(rp.load(tmp_path), ALLOCATIONS[seed % len(ALLOCATIONS)]) == []


@pytest.mark.parametrize("seed", worlds.seeds(5100, 5112))
def test_rival_and_loop_agree_on_worlds_that_build_in_parts(seed: int, tmp_path: Path) -> None:
    worlds.write_random_world(tmp_path, seed, settlements=2 + seed % 6, parts=True)
    for allocation in ("by_even_districts", ALLOCATIONS[seed % len(ALLOCATIONS)]):
        assert disagreements(rp.load(tmp_path), allocation) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", worlds.seeds(6000, 6010))
def test_rival_and_loop_agree_on_every_allocation_of_random_worlds(
    seed: int, tmp_path: Path
) -> None:
    worlds.write_random_world(tmp_path, seed, settlements=10, hazards=25, teams=14)
    scenario = rp.load(tmp_path)
    for allocation in ALLOCATIONS:
        assert disagreements(scenario, allocation) == [], allocation


@pytest.mark.parametrize(("settlements", "hazards", "teams"), [(30, 80, 7), (30, 120, 3)])
@pytest.mark.parametrize("policy", ["smith_path", "nearest", "population"])
def test_rival_and_loop_agree_on_small_made_up_scenarios(
    settlements: int, hazards: int, teams: int, policy: str
) -> None:
    scenario = synthetic(settlements=settlements, hazards=hazards, teams=teams, seed=2)
    assert disagreements(scenario, policy) == []


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["smith_path", "nearest", "population"])
def test_rival_and_loop_agree_on_a_hundred_settlements(policy: str) -> None:
    scenario = synthetic(settlements=100, hazards=400, teams=20, seed=1)
    assert disagreements(scenario, policy) == []


@pytest.mark.parametrize("name", ["two_villages", "fork", "winter"])
def test_rival_and_loop_agree_on_the_tiny_worlds(name: str, request: pytest.FixtureRequest) -> None:
    scenario: rp.Scenario = request.getfixturevalue(name)
    for header in scenario.allocations:
        assert disagreements(scenario, header.name) == []


def test_a_team_whose_deployment_ends_before_the_start_does_nothing(tmp_path: Path) -> None:
    worlds.two_villages(tmp_path)
    scenario = rp.load(tmp_path)
    gone = replace(scenario.deployments[0], from_date=None, until_date=scenario.start)
    later = replace(scenario, deployments=(*scenario.deployments, gone))
    for header in scenario.allocations:
        assert disagreements(later, header.name) == []


def test_the_comparison_sees_another_time_another_team_and_a_missing_parcel(
    two_villages: rp.Scenario,
) -> None:
    subject = Subject(two_villages)
    log, story = subject.work(keeps_parcels=True), subject.rival()()
    assert subject.differences(log, story) == []
    name, at_s = next(iter(story.passed_s.items()))
    late = replace(story, passed_s={**story.passed_s, name: at_s + 1})
    assert subject.differences(log, late) == [
        f"{name} is passed at {at_s} s, with SimPy at {at_s + 1} s"
    ]
    first: Parcel = story.parcels[0]
    other = replace(story, parcels=[first._replace(team="nobody"), *story.parcels[1:]])
    assert len(subject.differences(log, other)) == 1
    fewer = replace(story, parcels=story.parcels[:-1])
    assert subject.differences(log, fewer) == [
        f"{log.parcels} parcels are begun, with SimPy {log.parcels - 1}"
    ]


def test_hazards_that_surveys_find_are_refused(two_villages: rp.Scenario) -> None:
    subject = Subject(two_villages)
    found = replace(
        subject.expected.found,
        settlement=np.zeros(1, np.int64),
        like=np.zeros(1, np.int64),
        area_m2=np.ones(1),
        is_found=np.ones(1, np.bool_),
    )
    subject.expected = replace(subject.expected, found=found)
    with pytest.raises(ValueError, match="no hazards that community surveys find"):
        subject.rival()()


def test_without_simpy_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "simpy", None)
    monkeypatch.delitem(sys.modules, "returnplan.runs.speed.rival", raising=False)
    with pytest.raises(rp.ReturnplanError, match=r"python -m pip install 'simpy>=4\.1'$") as caught:
        importlib.import_module("returnplan.runs.speed.rival")
    assert "\n" not in str(caught.value)
