"""The numbers of a draw by id, for those who know no arrays."""

from __future__ import annotations

from typing import Any

import returnplan as rp
from returnplan.model.chance.assumptions import Values
from returnplan.model.chance.months import months_from
from tests.reference import Luck, Unrecorded


def luck_of(scenario: rp.Scenario, values: Values) -> Luck:
    """Put the ids back on the numbers of a draw."""
    recorded = [hazard.id for hazard in scenario.hazards]
    asked = [settlement for settlement, people in scenario.people.items() if people > 0]
    hidden = values.unrecorded
    columns = (hidden.settlement, hidden.like, hidden.area_m2, hidden.is_found)
    unrecorded = [
        Unrecorded(asked[settlement], recorded[like], area_m2, is_found)
        for settlement, like, area_m2, is_found in zip(*(c.tolist() for c in columns), strict=True)
    ]
    found = [one.settlement for one in unrecorded if one.is_found]
    counts = [found[: i + 1].count(settlement) for i, settlement in enumerate(found)]
    names = [f"{settlement}/found{n}" for settlement, n in zip(found, counts, strict=True)]
    hazards = [*recorded, *names]
    repairs = [road.id for road in scenario.roads if road.repair_crew_days > 0]
    months = [(int(name[:4]), int(name[5:])) for name in months_from(scenario.start).names]

    def by(ids: list[Any], numbers: Any) -> dict[Any, Any]:
        return dict(zip(ids, numbers.tolist(), strict=True))

    return Luck(
        number=values.number,
        productivity=by([asset.id for asset in scenario.assets], values.productivity),
        shares=by(hazards, values.shares),
        qc_fail_share=by(hazards, values.qc_fail_share),
        handover_days=by(hazards, values.handover_days),
        hazard_productivity=by(hazards, values.hazard_productivity),
        survey_team_days=by(asked, values.survey_team_days),
        works_speed=by([works.id for works in scenario.works], values.works_speed),
        repair_speed=by(repairs, values.repair_speed),
        weather=by(months, values.weather),
        unrecorded=unrecorded,
    )
