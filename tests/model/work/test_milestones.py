"""The numbering of milestones: every number has one meaning, and every id its number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import returnplan as rp
from returnplan.domain import HAZARD_STAGES
from returnplan.model.work.milestones import (
    EACH_FOUND,
    FOUND_STEPS,
    Milestones,
    parts_of,
    plan_work,
    repaired,
    surveyed,
)
from tests.worlds import write_random_world

COUNTS = st.integers(0, 9)
MILESTONES = st.builds(
    Milestones, hazards=COUNTS, repaired=COUNTS, built=COUNTS, surveyed=COUNTS, roads=COUNTS
)


@given(MILESTONES)
def test_slices_cover_all_planned_numbers_once_and_in_order(number: Milestones) -> None:
    jobs = [number.stages, number.repairs, number.works, number.surveys]
    waits = [number.hazard_releases, number.road_releases, number.road_openings]
    every = np.arange(number.planned)
    covered = np.concatenate([every[one] for one in (*jobs, *waits)])
    assert covered.tolist() == every.tolist()
    assert np.concatenate([every[one] for one in jobs]).tolist() == list(range(number.jobs))
    sizes = [len(every[one]) for one in (*jobs, *waits)]
    own = [number.repaired, number.built, number.surveyed]
    assert sizes == [4 * number.hazards, *own, number.hazards, number.roads, number.roads]


@given(MILESTONES, COUNTS)
def test_each_found_hazard_has_three_stages_and_a_release(number: Milestones, found: int) -> None:
    every = np.arange(number.planned + EACH_FOUND * found)
    stages, releases = number.found_stages(found), every[number.found_releases]
    assert stages.shape == (found, EACH_FOUND - 1)
    rows = np.concatenate([stages, releases[:, np.newaxis]], axis=1)
    assert rows.ravel().tolist() == every[number.planned :].tolist()
    nth, step = number.of_found(every[number.planned :])
    assert nth.tolist() == np.repeat(np.arange(found), EACH_FOUND).tolist()
    assert step.tolist() == list(range(EACH_FOUND)) * found
    for row, hazard in enumerate(rows.tolist()):
        told = [number.of_found(one) for one in hazard]
        assert told == [(row, place) for place in range(EACH_FOUND)]
    assert list(FOUND_STEPS) == [*HAZARD_STAGES[1:], "release"]


@given(MILESTONES.filter(lambda number: number.hazards > 0), COUNTS)
def test_a_stage_of_a_found_hazard_is_like_that_of_a_recorded_one(
    number: Milestones, found: int
) -> None:
    like = np.arange(found) % number.hazards
    nth, step = number.of_found(number.found_stages(found).ravel())
    own = np.arange(number.planned)[number.stages].reshape(-1, len(HAZARD_STAGES))
    assert number.like_stage(like[nth], step).tolist() == own[like, 1:].ravel().tolist()


@given(MILESTONES, COUNTS)
def test_numbers_of_hazards_come_back_from_their_milestones(number: Milestones, found: int) -> None:
    hazards = number.hazards + found
    own = np.arange(1, hazards + 1)
    lined = number.of_releases(own)
    assert len(lined) == number.planned + EACH_FOUND * found
    assert number.releases(lined).tolist() == own.tolist()
    assert np.count_nonzero(lined) == hazards
    stages = np.arange(1, 4 * hazards + 1).reshape(-1, 4)
    others = -np.arange(1, number.jobs - number.stages.stop + 1)
    of_jobs = number.of_jobs(stages, others, wait=7777)
    assert len(of_jobs) == len(lined)
    assert of_jobs[number.stages].tolist() == stages[: number.hazards].ravel().tolist()
    assert of_jobs[number.stages.stop : number.jobs].tolist() == others.tolist()
    assert of_jobs[number.found_stages(found)].tolist() == stages[number.hazards :, 1:].tolist()
    assert (number.releases(of_jobs) == 7777).all()
    assert (of_jobs[number.road_releases] == 7777).all()
    assert (of_jobs[number.road_openings] == 7777).all()


def parts(works: int, **areas_m2: float) -> list[str]:
    """Hazards that each of some works waits for, as one word each."""
    known: dict[str, Any] = {"hazard_class": "CHA", "land_class": "minefield", "source": "x"}
    hazards = [
        rp.Hazard(id=name, place="p", denies=("housing",), area_m2=area_m2, **known)
        for name, area_m2 in reversed(areas_m2.items())
    ]
    built: dict[str, Any] = {"kind": "shelter", "skill": "building", "crew_days": 1, "source": "x"}
    rows = [rp.Works(id=f"w{n}", settlement="p", **built) for n in reversed(range(works))]
    found = parts_of(rows, hazards)
    assert [found[f"w{n}"].is_last for n in range(works)] == [False] * (works - 1) + [True]
    return ["".join(found[f"w{n}"].hazards) for n in range(works)]


def test_each_works_waits_for_the_first_hazards_that_hold_its_part_of_the_area() -> None:
    assert parts(4, a=4000, b=4000, c=8000) == ["a", "ab", "abc", "abc"]
    assert parts(2, a=1, b=9) == ["ab", "ab"]
    assert parts(2, a=9, b=1) == ["a", "ab"]
    assert parts(5, a=10) == ["a"] * 5
    assert parts(1, a=1, b=1) == ["ab"]
    assert parts(3) == ["", "", ""]


def test_a_part_is_at_least_one_hazard_and_the_last_one_is_all() -> None:
    assert parts(3, a=0, b=0) == ["a", "a", "ab"]
    assert parts(2, a=0, b=5, c=5, d=0) == ["ab", "abcd"]


def test_a_part_of_the_area_may_be_short_of_a_billionth_of_all_of_it() -> None:
    assert parts(3, a=0.1, b=0.2, c=0.1, d=0.2) == ["ab", "abc", "abcd"]
    assert parts(2, a=1 - 1e-9, b=1) == ["a", "ab"]
    assert parts(2, a=1 - 1e-8, b=1) == ["ab", "ab"]


def test_parts_go_by_id_by_code_point() -> None:
    assert parts(2, **{"é": 5, "a": 5, "Z": 5, "_": 5}) == ["Z_", "Z_aé"]


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_has_at_each_slice_the_ids_that_it_says(seed: int, tmp_path: Path) -> None:
    write_random_world(tmp_path, seed, settlements=1 + seed % 6, hazards=seed)
    scenario = rp.load(tmp_path)
    plan = plan_work(scenario)
    number = plan.milestones
    ids = [*(job.id for job in plan.jobs), *(wait.id for wait in plan.waits)]
    hazards = [hazard.id for hazard in scenario.hazards]
    roads = [road.id for road in scenario.roads]
    assert ids[number.stages] == [f"{h}/{stage}" for h in hazards for stage in HAZARD_STAGES]
    assert ids[number.repairs] == [f"{road.id}/repair" for road in repaired(scenario)]
    assert ids[number.works] == [works.id for works in scenario.works]
    assert ids[number.surveys] == [f"{place}/survey" for place in surveyed(scenario)]
    assert ids[number.hazard_releases] == [f"{hazard}/released" for hazard in hazards]
    assert ids[number.road_releases] == [f"{road}/released" for road in roads]
    assert ids[number.road_openings] == [f"{road}/open" for road in roads]
    assert (len(plan.jobs), len(ids)) == (number.jobs, number.planned)
    assert len(set(ids)) == len(ids)
    assert list(plan.job_of) == ids[: number.jobs]
