"""What no single row can tell: references, duplicates, dates, and what the model cannot do.

Each check is one function that yields problems; :data:`CHECKS` runs them all, so that a planner
sees every problem at once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from returnplan.chance import PARAMETERS, default_assumptions, shape_problem
from returnplan.domain import (
    AREA_SKILLS,
    LAND_CLASSES,
    AllocationHeader,
    Hazard,
    Place,
    Rate,
    Road,
)
from returnplan.errors import Problem
from returnplan.units import horizon_date

TABLES_WITH_IDS = ("places", "communities", "roads", "hazards", "works", "assets", "assumptions", "sources")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What could be read of a scenario, however much is wrong with it.

    Parameters
    ----------
    rows
        Well-formed nouns of each table with the number of their row.
    raw_ids
        Ids that stand in each table, also in rows that are not well formed, with their rows.
    files
        What each table's file is called in messages.
    start, horizon_years
        From scenario.toml; None when missing or wrong.
    allocations
        Allocations of scenario.toml.
    """

    rows: Mapping[str, list[tuple[int, Any]]]
    raw_ids: Mapping[str, list[tuple[int, str]]]
    files: Mapping[str, str]
    start: date | None
    horizon_years: int | None
    allocations: tuple[AllocationHeader, ...]

    def of(self, table: str) -> list[tuple[int, Any]]:
        """Rows of a table; a table that is missing has none."""
        return self.rows.get(table, [])

    def ids(self, table: str) -> set[str]:
        """Ids of a table, of rows with other faults too."""
        return {name for _, name in self.raw_ids.get(table, [])}

    def problem(  # noqa: PLR0913 - the parts of a message
        self, table: str, row: int | None, column: str | None, found: str, allowed: str
    ) -> Problem:
        """An error in a table."""
        file = self.files.get(table, f"{table}.csv")
        return Problem(file=file, row=row, column=column, found=found, allowed=allowed)

    def doubt(self, table: str, row: int | None, column: str | None, found: str, note: str) -> Problem:
        """A warning in a table."""
        file = self.files.get(table, f"{table}.csv")
        return Problem(
            level="warning", file=file, row=row, column=column, found=found, allowed=note
        )


Check = Callable[[Draft], Iterable[Problem]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Declare a check."""
    CHECKS.append(function)
    return function


@check
def ids_are_unique(draft: Draft) -> Iterator[Problem]:
    """No id stands twice, in one table or in two (assumptions are a world of their own)."""
    seen: dict[str, str] = {}
    for table in TABLES_WITH_IDS:
        for row, name in draft.raw_ids.get(table, []):
            if name in seen:
                yield draft.problem(
                    table, row, "id", repr(name), f"an id that is not used yet ({seen[name]})"
                )
            else:
                seen[name] = f"{draft.files.get(table, table)}, row {row}"


REFERENCES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("communities", "settlement", "settlement", ("places",)),
    ("roads", "from_place", "from_place", ("places",)),
    ("roads", "to_place", "to_place", ("places",)),
    ("hazards", "place", "place", ("places",)),
    ("hazards", "road", "road", ("roads",)),
    ("works", "settlement", "settlement", ("places",)),
    ("rates", "asset", "asset", ("assets",)),
    ("deployments", "asset", "asset", ("assets",)),
    ("deployments", "base", "base", ("places",)),
    ("orders", "community", "community", ("communities",)),
    *(
        (table, "source", "source", ("sources",))
        for table in (
            "places",
            "communities",
            "roads",
            "hazards",
            "works",
            "assets",
            "rates",
            "calendars",
            "deployments",
            "assumptions",
        )
    ),
)
"""Table, column, field and the table whose ids it must name."""


@check
def references_exist(draft: Draft) -> Iterator[Problem]:
    """Every id that a row names stands in its table."""
    for table, column, field, targets in REFERENCES:
        known = set().union(*(draft.ids(target) for target in targets))
        for row, item in draft.of(table):
            name = getattr(item, field)
            if name is not None and name not in known:
                allowed = f"an id of {' or '.join(targets)}"
                yield draft.problem(table, row, column, repr(name), allowed)


@check
def hazards_lie_on_one_thing(draft: Draft) -> Iterator[Problem]:
    """Hazards, works and communities belong to settlements."""
    kinds = {place.id: place.kind for _, place in draft.of("places")}
    for table, field in (("hazards", "place"), ("works", "settlement"), ("communities", "settlement")):
        for row, item in draft.of(table):
            name = getattr(item, field)
            kind = kinds.get(name)
            if kind is not None and kind != "settlement":
                allowed = "a place of kind settlement"
                yield draft.problem(table, row, field, f"{name!r}, a {kind}", allowed)


@check
def allocations_exist(draft: Draft) -> Iterator[Problem]:
    """Deployments and orders name allocations of scenario.toml, and each allocation has teams."""
    known = {header.name for header in draft.allocations}
    for table in ("deployments", "orders"):
        for row, item in draft.of(table):
            if item.allocation not in known:
                allowed = f"an allocation of scenario.toml: {', '.join(known)}"
                yield draft.problem(table, row, "allocation", repr(item.allocation), allowed)
    deployed = {item.allocation for _, item in draft.of("deployments") if item.teams > 0}
    for name in sorted(known - deployed):
        yield draft.doubt(
            "deployments", None, "allocation", f"no teams for {name!r}", "no work will be done"
        )


@check
def orders_name_once(draft: Draft) -> Iterator[Problem]:
    """A list holds each position and each community once, and belongs to policy listed."""
    policies = {header.name: header.policy for header in draft.allocations}
    for field in ("position", "community"):
        seen: set[tuple[str, object]] = set()
        for row, item in draft.of("orders"):
            key = (item.allocation, getattr(item, field))
            if key in seen:
                yield draft.problem("orders", row, field, repr(key[1]), "once in an allocation")
            seen.add(key)
    for row, item in draft.of("orders"):
        policy = policies.get(item.allocation, "listed")
        if policy != "listed":
            note = f"the list is not read, the policy is {policy}"
            yield draft.doubt("orders", row, "allocation", repr(item.allocation), note)
            break


@check
def deployments_lie_in_time(draft: Draft) -> Iterator[Problem]:
    """Dates stand in order and within the horizon."""
    if draft.start is None or draft.horizon_years is None:
        return
    end = horizon_date(draft.start, draft.horizon_years)
    span = f"{draft.start.isoformat()} to {end.isoformat()}"
    for row, item in draft.of("deployments"):
        begin, until = item.from_date or draft.start, item.until_date
        if until is not None and until <= begin:
            found = f"{until.isoformat()}, not after from = {begin.isoformat()}"
            yield draft.problem("deployments", row, "until", found, "a date after from")
        elif begin > end or (until is not None and until <= draft.start):
            found = f"from {begin.isoformat()} until {until.isoformat() if until else 'the end'}"
            note = f"outside the horizon {span}: the teams do nothing that is shown"
            yield draft.doubt("deployments", row, "from", found, note)
        elif begin < draft.start:
            note = f"before the start {draft.start.isoformat()}: the teams stand there from the start"
            yield draft.doubt("deployments", row, "from", begin.isoformat(), note)
    for row, item in draft.of("places"):
        if item.accessible_from is not None and item.accessible_from > end:
            note = f"after the horizon {end.isoformat()}: nothing happens there"
            yield draft.doubt("places", row, "accessible_from", str(item.accessible_from), note)


@check
def calendars_are_whole(draft: Draft) -> Iterator[Problem]:
    """Each zone has its twelve months, each month once."""
    months: dict[str, list[int]] = {}
    for row, item in draft.of("calendars"):
        if item.month in months.setdefault(item.zone, []):
            found = f"month {item.month} of zone {item.zone!r} twice"
            yield draft.problem("calendars", row, "month", found, "each month of a zone once")
        months[item.zone].append(item.month)
        if item.workable_days > 28 and item.workable_days > _month_days(item.month):
            note = f"more than the {_month_days(item.month)} days of the month"
            yield draft.doubt("calendars", row, "workable_days", str(item.workable_days), note)
    for zone, found_months in months.items():
        missing = sorted(set(range(1, 13)) - set(found_months))
        if missing:
            found = f"zone {zone!r} without months {', '.join(map(str, missing))}"
            yield draft.problem("calendars", None, "month", found, "months 1 to 12")
    for row, place in draft.of("places"):
        if place.zone and place.zone not in months and "calendars" in draft.files:
            yield draft.problem("places", row, "zone", repr(place.zone), "a zone of calendars")
        elif place.zone and place.zone not in months:
            found = f"{place.zone!r}, and no table calendars"
            yield draft.problem("places", row, "zone", found, "a zone of calendars, or nothing")


def _month_days(month: int) -> int:
    return (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


@check
def rates_are_whole(draft: Draft) -> Iterator[Problem]:
    """Skills that work areas have a rate; each rate stands once."""
    seen: set[tuple[str, str, str | None]] = set()
    for row, item in draft.of("rates"):
        key = (item.asset, item.skill, item.land_class)
        if key in seen:
            found = f"{item.asset}, {item.skill}, {item.land_class or 'all land classes'} twice"
            yield draft.problem("rates", row, None, found, "one rate")
        seen.add(key)
        if item.skill in AREA_SKILLS and item.rate_m2_day is None:
            if item.skill == "survey":
                note = "the asset type does community surveys, but surveys no hazard"
                yield draft.doubt("rates", row, "rate_m2_day", "nothing", note)
            else:
                allowed = f"a number above 0: {item.skill} works an area"
                yield draft.problem("rates", row, "rate_m2_day", "nothing", allowed)
        if item.skill not in AREA_SKILLS and item.rate_m2_day is not None:
            note = f"not read: {item.skill} is counted in crew-days"
            yield draft.doubt("rates", row, "rate_m2_day", f"{item.rate_m2_day:g}", note)


@check
def assumptions_make_sense(draft: Draft) -> Iterator[Problem]:
    """Parameters fit the distribution; ids are known."""
    known = default_assumptions()
    for row, item in draft.of("assumptions"):
        allowed = shape_problem(item)
        if allowed:
            found = ", ".join(f"{n}={getattr(item, n)}" for n in PARAMETERS[item.distribution])
            yield draft.problem("assumptions", row, "a", found, allowed)
        if item.id not in known:
            note = "not read by this version: check the spelling"
            yield draft.doubt("assumptions", row, "id", repr(item.id), note)
        elif (item.distribution == "dirichlet") != (known[item.id].distribution == "dirichlet"):
            allowed = f"a distribution like {known[item.id].distribution}"
            yield draft.problem("assumptions", row, "distribution", item.distribution, allowed)


@check
def there_is_a_hub(draft: Draft) -> Iterator[Problem]:
    """Without a hub nobody has access; without people nobody waits."""
    if draft.of("places") and not any(p.kind == "hub" for _, p in draft.of("places")):
        note = "no road leads to the network in use today: no community can be reached"
        yield draft.doubt("places", None, "kind", "no hub", note)
    if "communities" in draft.files and not draft.of("communities"):
        yield draft.problem("communities", None, None, "no rows", "at least one community")


def _components(draft: Draft) -> dict[str, str]:
    """A name for the connected part of the graph to which each place belongs."""
    parent = {place.id: place.id for _, place in draft.of("places")}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for _, road in draft.of("roads"):
        if road.from_place in parent and road.to_place in parent:
            parent[root(road.from_place)] = root(road.to_place)
    return {name: root(name) for name in parent}


@check
def places_are_reached(draft: Draft) -> Iterator[Problem]:
    """Roads connect the communities with a hub, and the bases with the places of work."""
    part = _components(draft)
    hubs = {part[p.id] for _, p in draft.of("places") if p.kind == "hub"}
    sites = {part[c.settlement] for _, c in draft.of("communities") if c.settlement in part}
    sites |= {part[h.place] for _, h in draft.of("hazards") if h.place in part}
    for row, community in draft.of("communities"):
        if community.settlement in part and part[community.settlement] not in hubs:
            note = "no road leads there from a hub: road_access will never be met"
            yield draft.doubt("communities", row, "settlement", repr(community.settlement), note)
        if community.people == 0:
            note = "nobody waits: no community survey, and gates that need people are unknown"
            yield draft.doubt("communities", row, "people", "0", note)
    for row, line in draft.of("deployments"):
        if line.base in part and part[line.base] not in sites:
            note = "no road leads from this base to any community or hazard"
            yield draft.doubt("deployments", row, "base", repr(line.base), note)
    for row, road in draft.of("roads"):
        if road.from_place == road.to_place:
            yield draft.doubt("roads", row, "to_place", repr(road.to_place), "both ends are one place")


def _skill_rows(draft: Draft) -> dict[str, list[Rate]]:
    rows: dict[str, list[Rate]] = {}
    for _, rate in draft.of("rates"):
        rows.setdefault(rate.skill, []).append(rate)
    return rows


@check
def skills_exist(draft: Draft) -> Iterator[Problem]:
    """Somebody has each skill that is needed, and each allocation deploys somebody who has."""
    rates = _skill_rows(draft)
    needed: dict[str, tuple[str, int, str]] = {}
    for row, item in draft.of("works"):
        if item.crew_days > 0:
            needed.setdefault(item.skill, ("works", row, "skill"))
    for row, road in draft.of("roads"):
        if road.repair_crew_days > 0:
            needed.setdefault("road_repair", ("roads", row, "repair_crew_days"))
    for row, hazard in draft.of("hazards"):
        for skill in AREA_SKILLS[hazard.hazard_class == "CHA" :]:
            needed.setdefault(skill, ("hazards", row, "hazard_class"))
    if draft.of("communities"):
        needed.setdefault("survey", ("communities", draft.of("communities")[0][0], "settlement"))
    for skill, (table, row, column) in needed.items():
        able = {rate.asset for rate in rates.get(skill, [])}
        if not able:
            note = "no asset type of rates has this skill: the work is never done"
            yield draft.doubt(table, row, column, f"a need for skill {skill!r}", note)
            continue
        for header in draft.allocations:
            lines = [d for _, d in draft.of("deployments") if d.allocation == header.name]
            if lines and not any(d.asset in able and d.teams > 0 for d in lines):
                note = f"allocation {header.name!r} deploys none of {', '.join(sorted(able))}"
                yield draft.doubt(table, row, column, f"a need for skill {skill!r}", note)


@check
def hazards_can_be_worked(draft: Draft) -> Iterator[Problem]:
    """Some asset type can survey and clear each hazard: rate and difficulty above 0."""
    rates = _skill_rows(draft)
    assets = {asset.id: asset for _, asset in draft.of("assets")}
    stages = ("technical_survey", "clearance")
    able = {
        (skill, land, difficulty): any(
            rate.land_class in (None, land)
            and rate.rate_m2_day
            and rate.asset in assets
            and assets[rate.asset].multiplier(difficulty) > 0
            for rate in rates.get(skill, [])
        )
        for skill in stages
        for land in LAND_CLASSES
        for difficulty in ("low", "medium", "high", "extreme")
    }
    kinds: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], tuple[int, Hazard]] = {}
    for row, hazard in draft.of("hazards"):
        for skill in stages:
            key = (skill, hazard.land_class, hazard.difficulty)
            if rates.get(skill) and not able[key]:
                kinds[key] += 1
                first.setdefault(key, (row, hazard))
    for key, count in kinds.items():
        row, hazard = first[key]
        found = f"{hazard.id!r}: {hazard.land_class} of {hazard.difficulty} difficulty"
        more = f" (and {count - 1} hazards more like it)" if count > 1 else ""
        note = f"no asset type can do its {key[0]}{more}: it is never released"
        yield draft.doubt("hazards", row, "difficulty", found, note)


@check
def dwellings_are_known(draft: Draft) -> Iterator[Problem]:
    """Shelter works say how many dwellings they complete."""
    for row, item in draft.of("works"):
        if item.kind == "shelter" and item.dwellings is None:
            note = "unknown: the gate shelter cannot be met by these works"
            yield draft.doubt("works", row, "dwellings", "nothing", note)


@check
def rates_are_used(draft: Draft) -> Iterator[Problem]:
    """An asset type without a rate can do nothing."""
    used = {rate.asset for _, rate in draft.of("rates")}
    for row, asset in draft.of("assets"):
        if asset.id not in used:
            yield draft.doubt("assets", row, "id", repr(asset.id), "no row of rates: it does nothing")


def run_checks(draft: Draft) -> list[Problem]:
    """All problems that the checks find, in the order of the checks.

    Parameters
    ----------
    draft
        What could be read.

    Returns
    -------
    list[Problem]
        Errors and warnings.
    """
    return [problem for function in CHECKS for problem in function(draft)]


__all__ = ["CHECKS", "Draft", "Place", "Road", "run_checks"]
