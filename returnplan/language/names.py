"""What gates, causes of delay, skills and statuses are called on a page, in its language.

Names that a scenario makes up itself (a skill, an asset type) are shown as they are written.
"""

from collections.abc import Mapping
from functools import cache

from returnplan.language.words import ENGLISH, Words

LAND_RELEASE = "land_release"
"""Group of the causes that are survey and clearance at work."""
STAGES = ("survey", "technical_survey", "clearance", "quality_control", "community_survey")
WAITING, WORK = "waiting_", "work_"


@cache
def gate_name(gate: str, words: Words = ENGLISH) -> str:
    """Name a condition for return.

    Parameters
    ----------
    gate
        Name of a gate.
    words
        Language.

    Examples
    --------
    >>> gate_name("housing_land"), gate_name("a_new_gate")
    ('land for housing and services', 'a new gate')
    """
    names = {
        "permission": words.phrase("permission to enter"),
        "survey": words.phrase("community survey"),
        "housing_land": words.phrase("land for housing and services"),
        "farmland": words.phrase("farmland"),
        "road_access": words.phrase("road access"),
        "water": words.phrase("water"),
        "power": words.phrase("power"),
        "health": words.phrase("health care"),
        "education": words.phrase("school"),
        "shelter": words.phrase("dwellings"),
        "risk_education": words.phrase("risk education"),
        "residual_risk": words.phrase("residual risk"),
    }
    return names.get(gate, plain(gate))


def gate_data(gate: str, words: Words = ENGLISH) -> str:
    """Name the data without which a gate is unknown.

    Parameters
    ----------
    gate
        Name of a gate.
    words
        Language.
    """
    names = {
        "permission": words.phrase("date of access"),
        "survey": words.phrase("community survey"),
        "housing_land": words.phrase("hazards"),
        "farmland": words.phrase("hazards"),
        "road_access": words.phrase("roads"),
        "water": words.phrase("water works"),
        "power": words.phrase("power works"),
        "health": words.phrase("health works"),
        "education": words.phrase("education works"),
        "shelter": words.phrase("shelter works with their dwellings"),
        "risk_education": words.phrase("risk education works"),
        "residual_risk": words.phrase("explosive items of the hazards"),
    }
    return names.get(gate, plain(gate))


@cache
def state_name(state: str, words: Words = ENGLISH) -> str:
    """Say how a gate stands: met, not met or unknown."""
    names = {
        "met": words.phrase("met (modelled)"),
        "not met": words.phrase("not met"),
        "unknown": words.phrase("unknown"),
    }
    return names.get(state, state)


@cache
def skill_name(skill: str, words: Words = ENGLISH) -> str:
    """Name what a team can do."""
    names = {
        "survey": words.phrase("non-technical survey"),
        "technical_survey": words.phrase("technical survey"),
        "clearance": words.phrase("clearance"),
        "quality_control": words.phrase("quality control"),
        "community_survey": words.phrase("community survey"),
        "building": words.phrase("building"),
        "utilities": words.phrase("utilities"),
        "road_repair": words.phrase("road repair"),
        "risk_education": words.phrase("risk education"),
    }
    return names.get(skill, plain(skill))


@cache
def stage_name(stage: str, words: Words = ENGLISH) -> str:
    """Name a stage of land release, or a kind of works."""
    names = {
        "release": words.phrase("release"),
        "repair": words.phrase("repair"),
        "water": words.phrase("water"),
        "power": words.phrase("power"),
        "health": words.phrase("health"),
        "education": words.phrase("education"),
        "shelter": words.phrase("shelter"),
    }
    return names.get(stage) or skill_name(stage, words)


@cache
def denied_name(thing: str, words: Words = ENGLISH) -> str:
    """Name what a hazard keeps people from using."""
    names = {
        "housing": words.phrase("housing"),
        "road": words.phrase("road"),
        "farmland": words.phrase("farmland"),
        "other": words.phrase("other"),
    }
    return names.get(thing) or stage_name(thing, words)


@cache
def cause_name(cause: str, words: Words = ENGLISH) -> str:
    """Say what a cause of delay is, in plain words.

    Parameters
    ----------
    cause
        A cause of ``delays.csv``, or a group of them (see :func:`cause_group`).
    words
        Language.

    Examples
    --------
    >>> cause_name("waiting_technical_survey"), cause_name("work_survey"), cause_name("building")
    ('waiting for a team: technical survey', 'work: non-technical survey', 'building at work')
    """
    if cause.startswith(WAITING):
        skill = skill_name(cause.removeprefix(WAITING), words)
        return words.phrase("waiting for a team: {skill}", skill=skill)
    if cause.startswith(WORK):
        skill = skill_name(cause.removeprefix(WORK), words)
        return words.phrase("work: {skill}", skill=skill)
    return _fixed(words).get(cause, plain(cause))


def _fixed(words: Words) -> Mapping[str, str]:
    return {
        LAND_RELEASE: words.phrase("survey and clearance at work"),
        "building": words.phrase("building at work"),
        "risk_education": words.phrase("risk education at work"),
        "road_repair": words.phrase("road repair at work"),
        "travel": words.phrase("travel, mobilisation and camps"),
        "winter": words.phrase("winter and weather"),
        "handover": words.phrase("handover of released land"),
        "permission": words.phrase("permission to enter"),
        "missing_data": words.phrase("data is missing"),
        "not_planned": words.phrase("nothing planned meets a condition"),
        "no_route": words.phrase("no route leads there"),
        "other": words.phrase("other"),
    }


def cause_group(cause: str) -> str:
    """Put a cause into a group for people: all stages of land release at work are one.

    Examples
    --------
    >>> [cause_group(cause) for cause in ("work_clearance", "waiting_clearance", "winter")]
    ['land_release', 'waiting_clearance', 'winter']
    """
    is_release = cause.startswith(WORK) and cause.removeprefix(WORK) in STAGES
    return LAND_RELEASE if is_release else cause


def plain(name: str) -> str:
    """Write a name that the scenario made up, without its underscores."""
    return name.replace("_", " ")
