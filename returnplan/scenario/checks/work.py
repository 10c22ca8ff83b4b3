"""Work that somebody can do, and that is known well enough to be planned."""

from collections.abc import Iterable, Iterator, Mapping

from returnplan.domain import KINDS_OF_WORKS, WORKS, AllocationHeader
from returnplan.errors import Problem
from returnplan.scenario.checks.ability import stages, workable
from returnplan.scenario.checks.draft import Draft, check, is_faulty


def _needs(draft: Draft) -> Iterator[tuple[str, str, int, str]]:
    """Skill, table, row and column of each need of work."""
    for row, item in draft.of("works"):
        if item.crew_days and item.skill is not None:
            yield item.skill, "works", row, "skill"
    for row, road in draft.of("roads"):
        if road.repair_crew_days:
            yield "road_repair", "roads", row, "repair_crew_days"
    for row, hazard in draft.of("hazards"):
        if hazard.hazard_class is not None and hazard.area_m2 != 0:
            for skill in stages(hazard):
                yield skill, "hazards", row, "hazard_class"
    for row, community in draft.of("communities"):
        if community.people:
            yield "survey", "communities", row, "settlement"


@check
def skills_exist(draft: Draft) -> Iterator[Problem]:
    """Somebody has each skill that is needed, and each allocation deploys somebody who has."""
    assets = draft.ids("assets")
    rates = [item for _, item in draft.all("rates")]
    if not draft.is_read("rates") or any(rate.skill is None for rate in rates):
        return

    def known(asset: str | None) -> str | None:
        return asset if asset in assets or not assets else None

    able: dict[str, set[str | None]] = {}
    for rate in rates:
        able.setdefault(rate.skill, set()).add(known(rate.asset))
    names = [header.name for header in draft.allocations.headers]
    deployed: dict[str, set[str | None]] = {}
    for line in draft.allocations.deployments:
        if line.teams is None or line.teams > 0:
            for name in [line.allocation] if line.allocation in names else names:
                deployed.setdefault(name, set()).add(known(line.asset))
    gaps: dict[str, tuple[str, str]] = {}
    for skill, table, row, column in _needs(draft):
        if skill not in gaps:
            note = _skill_gap(skill, able.get(skill, set()), deployed, draft.allocations.headers)
            gaps[skill] = (table, note)
        first_table, note = gaps[skill]
        if note and table == first_table:
            yield draft.doubt(table, row, column, f"a need for skill {skill!r}", note)


def _skill_gap(
    skill: str,
    able: set[str | None],
    deployed: Mapping[str, set[str | None]],
    allocations: Iterable[AllocationHeader],
) -> str:
    """What follows for the model when nobody has a skill; empty: somebody has."""
    if not able:
        return f"no asset type of rates has skill {skill!r}: the work is never done"
    without = [
        header.name
        for header in allocations
        if header.name in deployed and deployed[header.name].isdisjoint({*able, None})
    ]
    if not without or None in able:
        return ""
    types = ", ".join(sorted(str(name) for name in able))
    return f"no teams with skill {skill!r} ({types}) in allocation {', '.join(without)}"


@check
def unrecorded_hazards_resemble_recorded_ones(draft: Draft) -> Iterator[Problem]:
    """A settlement that is given unrecorded hazards has a recorded one for them to resemble."""
    if not draft.is_read("places", "hazards"):
        return
    mined = {hazard.place for _, hazard in draft.all("hazards")}
    for row, place in draft.of("places"):
        if place.unrecorded_hazards and place.id not in mined:
            found = f"{place.unrecorded_hazards:g} at {place.id!r}, which has no row in hazards"
            allowed = "nothing, 0, or a recorded hazard there that they resemble"
            yield draft.problem("places", row, "unrecorded_hazards", found, allowed)


@check
def hazards_can_be_worked(draft: Draft) -> Iterator[Problem]:
    """Some asset type can do each stage of each hazard: rate and difficulty above 0."""
    skills = {rate.skill for _, rate in draft.all("rates")}
    if not draft.is_read("rates", "assets") or None in skills:
        return
    able = workable(draft)
    for row, hazard in draft.of("hazards"):
        land, difficulty = hazard.land_class, hazard.difficulty
        if None in (land, difficulty, hazard.hazard_class) or hazard.area_m2 == 0:
            continue
        for skill in stages(hazard):
            if skill in skills and (skill, land, difficulty) not in able:
                found = f"{hazard.id!r}: {land} of {difficulty} difficulty"
                note = f"no asset type can do its {skill}: it is never released"
                yield draft.doubt("hazards", row, "difficulty", found, note)
                break


@check
def dwellings_are_known(draft: Draft) -> Iterator[Problem]:
    """Shelter works say how many dwellings they complete."""
    for row, item in draft.of("works"):
        unknown = item.dwellings is None and not is_faulty(item, "dwellings")
        if item.kind == "shelter" and unknown:
            note = "unknown: the gate shelter cannot be met by these works"
            yield draft.doubt("works", row, "dwellings", "nothing", note)


@check
def areas_are_known(draft: Draft) -> Iterator[Problem]:
    """An area of 0 is no work: it must not stand for an area that nobody knows."""
    for row, hazard in draft.of("hazards"):
        if hazard.area_m2 == 0:
            note = "no work, released after the handover delay: estimate an area that is unknown"
            yield draft.doubt("hazards", row, "area_m2", "0", note)


@check
def lists_have_rows(draft: Draft) -> Iterator[Problem]:
    """An allocation with policy listed has a list."""
    if not draft.is_known("orders"):
        return
    with_list = {item.allocation for item in draft.allocations.orders}
    for header in draft.allocations.headers:
        if header.policy == "listed" and header.name not in with_list:
            note = "communities are served in the order of their ids"
            yield draft.doubt("orders", None, "allocation", f"no rows for {header.name!r}", note)


@check
def gates_have_data(draft: Draft) -> Iterator[Problem]:
    """Where a gate in force waits for works, there are works, or a drive to them is allowed."""
    if not draft.is_known("works"):
        return
    places = draft.ids("places")
    at = {
        (item.settlement if item.settlement in places else None, item.kind)
        for _, item in draft.all("works")
    }
    for gate in KINDS_OF_WORKS:
        if gate not in draft.gates or "within_hours" in draft.gates[gate]:
            continue
        for row, community in draft.of("communities"):
            name = community.settlement
            kept = ((None, gate), (None, None), (name, gate), (name, None))  # or perhaps so
            if name is not None and at.isdisjoint(kept):
                found = f"{name!r} without works of kind {gate}"
                note = f"the gate {gate} is unknown there, never met"
                yield draft.doubt("communities", row, "settlement", found, note)


@check
def no_asset_type_is_called_works(draft: Draft) -> Iterator[Problem]:
    """Costs by asset type keep one name for materials and contracts."""
    for row, asset in draft.of("assets"):
        if asset.id == WORKS:
            allowed = "another id: tables of costs call materials and contracts so"
            yield draft.problem("assets", row, "id", repr(asset.id), allowed)


@check
def rates_are_used(draft: Draft) -> Iterator[Problem]:
    """An asset type without a rate can do nothing."""
    used = {rate.asset for _, rate in draft.all("rates")}
    known = draft.ids("assets")
    if not draft.is_read("rates") or not used <= known:
        return
    for row, asset in draft.of("assets"):
        if asset.id is not None and asset.id not in used:
            note = "no row of rates: it does nothing"
            yield draft.doubt("assets", row, "id", repr(asset.id), note)
