"""What hazards ask for, and which asset types can do it."""

from collections.abc import Container
from typing import Any, get_args

from returnplan.domain import AREA_SKILLS, LAND_CLASSES, Difficulty, LandClass
from returnplan.model.work.milestones import FEELS_DIFFICULTY
from returnplan.scenario.checks.draft import Draft, is_faulty

DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)


def stages(hazard: Any) -> tuple[str, ...]:
    """Skills that a hazard needs one after the other; a confirmed one is not surveyed."""
    return AREA_SKILLS[1:] if hazard.hazard_class == "CHA" else AREA_SKILLS


def workable(
    draft: Draft, among: Container[str | None] | None = None
) -> set[tuple[str, LandClass, Difficulty]]:
    """Skill, land class and difficulty at which some asset type gets on.

    Parameters
    ----------
    among
        Asset types that are there; None: all.
    """
    assets = {asset.id: asset for _, asset in draft.all("assets")}
    able: set[tuple[str, LandClass, Difficulty]] = set()
    for _, rate in draft.all("rates"):
        if among is not None and rate.asset not in among:
            continue
        has_rate = rate.rate_m2_day is not None or is_faulty(rate, "rate_m2_day")
        if rate.skill == "survey" and not has_rate:
            continue  # community surveys only; other skills must have a rate
        asset = assets.get(rate.asset)
        feels = rate.skill in FEELS_DIFFICULTY and asset is not None
        able |= {
            (rate.skill, land, difficulty)
            for land in LAND_CLASSES
            if rate.land_class in (None, land)
            for difficulty in DIFFICULTIES
            if not (feels and getattr(asset, f"mult_{difficulty}") == 0)
        }
    return able
