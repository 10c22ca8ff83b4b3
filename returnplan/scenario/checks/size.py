"""How large a scenario may be: each parcel of clearance takes memory and time of its own."""

import math
from collections.abc import Iterator
from typing import Any

from returnplan.domain import Assumption
from returnplan.errors import Problem
from returnplan.model.chance.assumptions import default_assumptions
from returnplan.model.chance.distributions import mean, mean_shares, shape_problem
from returnplan.scenario.checks.draft import Draft, check
from returnplan.scenario.rows import Partial

MOST_PARCELS = 5_000_000
"""A run on expected values keeps about half a kilobyte of each."""


@check
def parcels_can_be_counted(draft: Draft) -> Iterator[Problem]:
    """A computer holds the expected number of parcels, found hazards included."""
    known = dict(default_assumptions())
    for _, row in draft.all("assumptions"):
        if row.id in known and _is_sound(row, known[row.id]):
            known[row.id] = row
    parcels: dict[int, float] = {}
    for number, hazard in draft.of("hazards"):
        if None not in (hazard.area_m2, hazard.land_class, hazard.record, hazard.hazard_class):
            _, reduced, cleared = mean_shares(known[f"route_shares_{hazard.record}"])
            if hazard.hazard_class == "CHA" and reduced + cleared > 0:
                cleared /= reduced + cleared
            parcel_m2 = mean(known[f"parcel_m2_{hazard.land_class}"])
            parcels[number] = max(1.0, hazard.area_m2 * cleared / parcel_m2)
    found = sum(place.unrecorded_hazards or 0.0 for _, place in draft.of("places"))
    total = math.fsum(parcels.values()) + found
    if total > MOST_PARCELS:
        row = max(parcels, key=parcels.__getitem__) if parcels else None
        most = f", {parcels[row]:,.0f} of them in this row" if row is not None else ""
        allowed = (
            f"at most {MOST_PARCELS:,}: check area_m2 here, the assumptions parcel_m2_..., "
            "and unrecorded_hazards of places"
        )
        text = f"{total:,.0f} parcels of clearance expected in all{most}"
        yield draft.problem("hazards", row, "area_m2" if row else None, text, allowed)


def _is_sound(row: Any, default: Assumption) -> bool:
    """Whether an assumption of the scenario has a mean like the one that it replaces."""
    if isinstance(row, Partial) or shape_problem(row):
        return False
    if "dirichlet" in (row.distribution, default.distribution):
        return bool(row.distribution == default.distribution)
    try:
        return 0 < mean(row) < math.inf
    except OverflowError:
        return False
