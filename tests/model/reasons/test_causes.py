"""What is said of a cause stands in one place, and fits what the walk books."""

from __future__ import annotations

from typing import get_args

from returnplan.domain import (
    DENIALS,
    HAZARD_STAGES,
    KINDS_OF_WORKS,
    STAGES,
    Denied,
    WorksKind,
)
from returnplan.language.words import words_of
from returnplan.model.conditions.gates import GATES
from returnplan.model.reasons import walk
from returnplan.model.reasons.causes import (
    CAUSES,
    COMMON,
    LAND_RELEASE,
    cause_group,
    cause_name,
    remedy,
    work_cause,
)


def test_common_causes_have_the_numbers_of_the_walk() -> None:
    assert [CAUSES[name].number for name in COMMON] == list(range(walk.OTHER + 1))
    assert all(getattr(walk, name.upper()) == CAUSES[name].number for name in COMMON)


def test_work_of_every_stage_is_booked_to_a_cause_that_is_explained() -> None:
    causes = {stage: work_cause(stage) for stage in ("repair", *HAZARD_STAGES, *KINDS_OF_WORKS)}
    assert {cause for cause in causes.values() if not cause.startswith("work_")} <= set(CAUSES)
    assert {stage for stage, cause in causes.items() if cause == "building"} == {
        *("water", "power", "health", "education", "shelter")
    }


def test_a_skill_is_named_in_the_language_and_one_of_the_scenario_as_it_is_written() -> None:
    french = words_of("fr")
    assert french.phrase("road repair") in cause_name("waiting_road_repair", french)
    assert "well digging" in cause_name("waiting_well_digging", french)
    assert cause_name("of_another_version", french) == "of another version"
    assert remedy("waiting_survey") == "always a free team for survey"
    assert remedy("work_community_survey") == "community survey takes no time"


def test_survey_and_clearance_at_work_are_one_group_and_other_causes_stand_alone() -> None:
    released = {"work_survey", "work_clearance", "work_community_survey"}
    assert {cause_group(cause) for cause in released} == {LAND_RELEASE}
    alone = ("work_repair", "waiting_clearance", "clearance", "winter")
    assert tuple(cause_group(cause) for cause in alone) == alone


def test_every_kind_of_works_and_every_denial_has_its_word_and_works_their_gate() -> None:
    assert set(KINDS_OF_WORKS) == set(get_args(WorksKind))
    assert set(DENIALS) == set(get_args(Denied))
    assert set(KINDS_OF_WORKS) <= set(GATES)
    assert {*HAZARD_STAGES, "community_survey", "repair", "release", *KINDS_OF_WORKS} <= set(STAGES)
