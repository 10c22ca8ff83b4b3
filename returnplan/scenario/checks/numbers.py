"""Rates and assumptions: numbers that make sense only together."""

import math
from collections.abc import Iterator
from typing import Any

from returnplan.domain import AREA_SKILLS, MOST_DAYS, Assumption
from returnplan.errors import Problem
from returnplan.model.chance.assumptions import default_assumptions, productivity_of
from returnplan.model.chance.distributions import (
    PARAMETERS,
    TOUCHING,
    mean,
    shape_problem,
    support,
    truncation_problem,
)
from returnplan.scenario.checks.draft import Draft, check, is_faulty
from returnplan.scenario.files import LARGEST

Fault = tuple[str, str, str]
"""Column, what is found, what is allowed."""


@check
def rates_are_whole(draft: Draft) -> Iterator[Problem]:
    """Skills that work areas have a rate; each rate stands once."""
    seen: dict[tuple[str, str, str | None], int] = {}
    for row, item in draft.of("rates"):
        if item.asset is None or item.skill is None or is_faulty(item, "land_class"):
            continue
        key = (item.asset, item.skill, item.land_class)
        first = seen.setdefault(key, row)
        if first != row:
            named = f"{item.asset}, {item.skill}, {item.land_class or 'all land classes'}"
            found = f"{named} again, as in row {first}"
            yield draft.problem("rates", row, "skill", found, "one rate")
    for row, item in draft.of("rates"):
        if item.skill is None or is_faulty(item, "rate_m2_day"):
            continue
        if item.skill == "survey" and item.rate_m2_day is None:
            note = "the asset type does community surveys, but surveys no hazard"
            yield draft.doubt("rates", row, "rate_m2_day", "nothing", note)
        elif item.skill in AREA_SKILLS and item.rate_m2_day is None:
            allowed = f"a number above 0: {item.skill} works an area"
            yield draft.problem("rates", row, "rate_m2_day", "nothing", allowed)
        elif item.skill not in AREA_SKILLS and item.rate_m2_day is not None:
            note = f"not read: only {', '.join(AREA_SKILLS)} work an area"
            found = f"{item.rate_m2_day:g} for {item.skill}"
            yield draft.doubt("rates", row, "rate_m2_day", found, note)


@check
def assumptions_make_sense(draft: Draft) -> Iterator[Problem]:
    """Parameters fit the distribution, and the mean what the assumption is about."""
    known = dict(default_assumptions())
    for _, asset in draft.of("assets"):
        if asset.id is not None:
            known[productivity_of(asset.id)] = known["productivity"]
    for row, item in draft.of("assumptions"):
        if item.id is not None and item.id not in known:
            note = "not read by this version: check the spelling"
            yield draft.doubt("assumptions", row, "id", repr(item.id), note)
        default = known.get(item.id)
        if item.distribution is None or is_faulty(item, "a", "b", "c"):
            continue
        fault = _shape_fault(item) or (default and _mean_fault(item, default))
        if not fault and not is_faulty(item, "low", "high"):
            fault = _truncation_fault(item, default)
        if fault:
            yield draft.problem("assumptions", row, *fault)


def _shape_fault(item: Any) -> Fault | None:
    """What is wrong with the parameters of a distribution."""
    allowed = shape_problem(item)
    if not allowed:
        return None
    given = {name: getattr(item, name) for name in PARAMETERS[item.distribution]}
    for name, value in given.items():
        if value is None:
            return name, "nothing", allowed
    return "a", ", ".join(f"{name}={value}" for name, value in given.items()), allowed


def _mean_fault(item: Any, default: Assumption) -> Fault | None:
    """What makes the mean one that such a number cannot have."""
    if (item.distribution == "dirichlet") != (default.distribution == "dirichlet"):
        return "distribution", item.distribution, f"a distribution like {default.distribution}"
    if item.distribution == "dirichlet":
        return None
    try:
        expected = mean(item)
    except OverflowError:
        expected = math.inf
    positive = _must_be_positive(default)
    top = _largest(default.unit)
    if 0 <= expected <= top and (expected > 0 or not positive):
        return None
    limit = "a mean above 0" if positive else f"a mean from 0 to {top:g}"
    return "a", f"a mean of {expected:g}", f"{limit} ({default.unit})"


def _largest(unit: str) -> float:
    """Largest mean of a number: shares are up to 1, times up to the longest horizon."""
    if unit.startswith("share"):
        return 1.0
    return {"days": MOST_DAYS, "months": MOST_DAYS // 30}.get(unit, LARGEST)


def _truncation_fault(item: Any, default: Assumption | None) -> Fault | None:
    """What is wrong with the ends of a distribution: values that cannot be are drawn, or none."""
    if item.low is not None and item.high is not None and item.low > item.high:
        found = f"{item.high:g}, below low = {item.low:g}"
        return "high", found, "a number of at least low"
    if item.low is not None or item.high is not None:
        allowed = truncation_problem(item)
        if allowed:
            return "low", f"low={item.low}, high={item.high}", allowed
    if default is None or item.distribution == "dirichlet":
        return None
    low, high = support(item)
    unit, positive = default.unit, _must_be_positive(default)
    if low < 0 or (positive and low == 0 and item.distribution in TOUCHING):
        limit = f"only values {'above' if positive else 'of at least'} 0 ({unit}): write low"
        return "low", f"values from {low:g} on can be drawn", limit
    if unit.startswith("share") and high > 1:
        limit = f"only values up to 1 ({unit}): write high"
        return "high", f"values up to {high:g} can be drawn", limit
    return None


def _must_be_positive(default: Assumption) -> bool:
    return default.unit in ("m2", "ratio") or default.id in ("household_size", "record_recall")
