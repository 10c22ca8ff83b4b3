"""What no single row can tell: references, duplicates, dates, and what the model cannot do.

Each check is one function that yields problems; :data:`CHECKS` runs them all, so that a planner
sees every problem at once. One fault gives one message: a check relies on the good cells of rows
with other faults, and where a fault hides what a check needs, the check assumes the best.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, get_args

from returnplan.domain import (
    AREA_SKILLS,
    LAND_CLASSES,
    WORKS,
    AllocationHeader,
    Assumption,
    Difficulty,
    LandClass,
    WorksKind,
)
from returnplan.errors import Problem
from returnplan.model.chance.assumptions import (
    PARAMETERS,
    default_assumptions,
    mean,
    productivity_of,
    shape_problem,
    support,
)
from returnplan.scenario.files import LARGEST, Sheet
from returnplan.scenario.funding import is_above, planned_usd, span_of
from returnplan.scenario.rows import Partial, table_type
from returnplan.units import horizon_date

TABLES_WITH_IDS = (
    *("places", "communities", "roads", "hazards", "works", "assets", "funding", "targets"),
    *("assumptions", "sources"),
)
DIFFICULTIES: tuple[Difficulty, ...] = get_args(Difficulty)
ANYWHERE = "?/"
"""A place that a faulty cell names: it may be any. No id holds a slash."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What could be read of a scenario, however much is wrong with it.

    Parameters
    ----------
    rows
        Nouns of each table, or what is good of them, with the number of their row.
    sheets
        The tables as text.
    files
        What each table's file is called in messages.
    absent
        Tables that the folder does not have.
    start, horizon_years
        From scenario.toml; None when missing or wrong.
    allocations
        Well-formed allocations of scenario.toml.
    allocation_names
        All its allocations; None when they cannot be read.
    gates
        Well-formed gates in force with their parameters.
    """

    rows: Mapping[str, list[tuple[int, Any]]]
    sheets: Mapping[str, Sheet]
    files: Mapping[str, str]
    absent: frozenset[str]
    start: date | None
    horizon_years: int | None
    allocations: tuple[AllocationHeader, ...]
    allocation_names: tuple[str, ...] | None
    gates: Mapping[str, Mapping[str, float]]

    def all(self, table: str) -> list[tuple[int, Any]]:
        """Every row of a table; one that cannot be read has none."""
        return self.rows.get(table, [])

    def of(self, table: str) -> Iterator[tuple[int, Any]]:
        """Rows of a table whose cells stand in their columns."""
        for row, item in self.all(table):
            if not (isinstance(item, Partial) and item.ragged):
                yield row, item

    def is_read(self, *tables: str) -> bool:
        """True when the tables could be read with all their required columns."""
        return all(
            table in self.sheets
            and set(table_type(table).required) <= set(self.sheets[table].header)
            for table in tables
        )

    def has_column(self, table: str, column: str) -> bool:
        """True when a table could be read and has a column."""
        return table in self.sheets and column in self.sheets[table].header

    def ids(self, table: str) -> set[str]:
        """Ids of a table, of rows with other faults too."""
        return {item.id for _, item in self.all(table) if item.id is not None}

    def problem(
        self, table: str, row: int | None, column: str | None, found: str, allowed: str
    ) -> Problem:
        """An error in a table."""
        file = self.files.get(table, f"{table}.csv")
        return Problem(file=file, row=row, column=column, found=found, allowed=allowed)

    def doubt(
        self, table: str, row: int | None, column: str | None, found: str, note: str
    ) -> Problem:
        """A warning in a table."""
        error = self.problem(table, row, column, found, note)
        return replace(error, level="warning")


Check = Callable[[Draft], Iterable[Problem]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Declare a check."""
    CHECKS.append(function)
    return function


def _is_faulty(item: Any, *names: str) -> bool:
    return isinstance(item, Partial) and not item.faulty.isdisjoint(names)


@check
def ids_are_unique(draft: Draft) -> Iterator[Problem]:
    """No id stands twice, in one table or in two."""
    seen: dict[str, tuple[str, int]] = {}
    for table in TABLES_WITH_IDS:
        for row, item in draft.all(table):
            if item.id in seen:
                other, where = seen[item.id]
                allowed = f"an id that is not used yet ({draft.files[other]}, row {where})"
                yield draft.problem(table, row, "id", repr(item.id), allowed)
            elif item.id is not None:
                seen[item.id] = (table, row)


@check
def references_exist(draft: Draft) -> Iterator[Problem]:
    """Every id that a row names stands in its table; a table without rows is one fault."""
    empty: dict[str, str] = {}
    for table in draft.sheets:
        for column, field, targets in table_type(table).references():
            if not all(draft.has_column(target, "id") for target in targets):
                continue
            known: set[str] = set().union(*(draft.ids(target) for target in targets))
            for row, item in draft.of(table):
                named = getattr(item, field)
                if named is None or named in known:
                    continue
                for name in _unknown(named, known):
                    if any(draft.all(target) for target in targets):
                        allowed = f"an id of {' or '.join(targets)}"
                        yield draft.problem(table, row, column, repr(name), allowed)
                    else:
                        first = f"{draft.files[table]}, row {row}, column {column}: {name!r}"
                        empty.setdefault(targets[0], first)
    empty.pop("communities", None)  # has a message of its own
    for target, first in empty.items():
        allowed = f"the rows that other tables name (first {first})"
        yield draft.problem(target, None, None, "no rows", allowed)


def _unknown(named: str | tuple[str, ...], known: set[str]) -> list[str]:
    """What a cell names and no row is called: one id or several, each once."""
    names = (named,) if isinstance(named, str) else named
    return [name for name in dict.fromkeys(names) if name not in known]


@check
def sites_are_settlements(draft: Draft) -> Iterator[Problem]:
    """Hazards, works and communities belong to settlements."""
    kinds = {place.id: place.kind for _, place in draft.of("places")}
    columns = (("hazards", "place"), ("works", "settlement"), ("communities", "settlement"))
    for table, field in columns:
        for row, item in draft.of(table):
            name = getattr(item, field)
            kind = kinds.get(name) if name is not None else None
            if kind is not None and kind != "settlement":
                allowed = "a place of kind settlement"
                yield draft.problem(table, row, field, f"{name!r}, a {kind}", allowed)


@check
def allocations_exist(draft: Draft) -> Iterator[Problem]:
    """Tables name allocations of scenario.toml, and each allocation has teams."""
    if draft.allocation_names is None:
        return
    known = dict.fromkeys(draft.allocation_names)
    allowed = f"an allocation of scenario.toml: {', '.join(known)}"
    for table in ("deployments", "orders", "funding"):
        for row, item in draft.of(table):
            if item.allocation is not None and item.allocation not in known:
                yield draft.problem(table, row, "allocation", repr(item.allocation), allowed)
    lines = [item for _, item in draft.all("deployments")]
    if not draft.is_read("deployments") or any(i.allocation not in known for i in lines):
        return
    deployed = {i.allocation for i in lines if i.teams is None or i.teams > 0}
    for name in known:
        if name not in deployed:
            note = "no work will be done"
            yield draft.doubt("deployments", None, "allocation", f"no teams for {name!r}", note)


@check
def orders_name_once(draft: Draft) -> Iterator[Problem]:
    """A list holds each position and each community once, and belongs to policy listed."""
    policies = {header.name: header.policy for header in draft.allocations}
    for field in ("position", "community"):
        seen: set[tuple[str, object]] = set()
        for row, item in draft.of("orders"):
            key = (item.allocation, getattr(item, field))
            if key in seen and None not in key:
                yield draft.problem("orders", row, field, repr(key[1]), "once in an allocation")
            seen.add(key)
    for row, item in draft.of("orders"):
        policy = policies.get(item.allocation, "listed")
        if policy != "listed":
            note = f"the list is not read, the policy is {policy}"
            yield draft.doubt("orders", row, "allocation", repr(item.allocation), note)


@check
def deployments_lie_in_time(draft: Draft) -> Iterator[Problem]:
    """Dates stand in order and within the horizon."""
    start, years = draft.start, draft.horizon_years
    end = horizon_date(start, years) if start and years else None
    span = f"{start} to {end}"
    for row, item in draft.of("deployments"):
        begin, until = item.from_date, item.until_date
        if begin and until and until <= begin:
            found = f"{until.isoformat()}, not after from = {begin.isoformat()}"
            yield draft.problem("deployments", row, "until", found, "a date after from")
        elif start is None or end is None:
            continue
        elif begin and begin > end:
            note = f"outside the horizon {span}: the teams do nothing that is shown"
            yield draft.doubt("deployments", row, "from", begin.isoformat(), note)
        elif until and until <= start:
            note = f"outside the horizon {span}: the teams do nothing"
            yield draft.doubt("deployments", row, "until", until.isoformat(), note)
        elif begin and begin < start:
            note = f"before the start {start.isoformat()}: the teams stand there from the start"
            yield draft.doubt("deployments", row, "from", begin.isoformat(), note)


@check
def funding_lies_in_time(draft: Draft) -> Iterator[Problem]:
    """Dates of funding stand in order and within the horizon."""
    start, years = draft.start, draft.horizon_years
    end = horizon_date(start, years) if start and years else None
    note = f"outside the horizon {start} to {end}: nothing is compared with it"
    for row, item in draft.of("funding"):
        begin, until = item.from_date, item.until_date
        if begin and until and until <= begin:
            found = f"{until.isoformat()}, not after from = {begin.isoformat()}"
            yield draft.problem("funding", row, "until", found, "a date after from")
        elif begin and end and begin >= end:
            yield draft.doubt("funding", row, "from", begin.isoformat(), note)
        elif until and start and until <= start:
            yield draft.doubt("funding", row, "until", until.isoformat(), note)


@check
def envelopes_hold_the_plan(draft: Draft) -> Iterator[Problem]:
    """No envelope is below what the deployments cost in its time; a run does not look at it."""
    if draft.start is None or draft.horizon_years is None:
        return
    end = horizon_date(draft.start, draft.horizon_years)
    daily_usd = {asset.id: asset.cost_usd_day or 0.0 for _, asset in draft.of("assets")}
    plans: dict[str, list[Any]] = {header.name: [] for header in draft.allocations}
    for _, item in draft.of("deployments"):
        if item.allocation in plans and not isinstance(item, Partial):
            plans[item.allocation].append(item)
    for row, line in draft.of("funding"):
        if isinstance(line, Partial):
            continue
        for name, plan in plans.items():
            usd = planned_usd(line, plan, daily_usd, draft.start, end)
            if line.allocation in (None, name) and is_above(usd, line.envelope_usd):
                first, last = span_of(line, draft.start, end)
                found = f"USD {usd:,.0f} for team-days of {name!r} from {first} until {last}"
                note = f"at most USD {line.envelope_usd:,.0f} of {line.id!r} for {name!r}"
                yield draft.doubt("funding", row, "usd", found, note)


@check
def targets_can_be_shown(draft: Draft) -> Iterator[Problem]:
    """A target lies within the horizon, and does not aim at more people than there are."""
    start, years = draft.start, draft.horizon_years
    end = horizon_date(start, years) if start and years else None
    waiting = [item for _, item in draft.all("communities")]
    is_known = waiting and not any(isinstance(item, Partial) for item in waiting)
    everyone = sum(item.people for item in waiting) if is_known else None
    for row, item in draft.of("targets"):
        if start and end and item.by_date and not start <= item.by_date <= end:
            note = f"outside the horizon {start} to {end}: it is not shown"
            yield draft.doubt("targets", row, "date", item.by_date.isoformat(), note)
        if everyone is not None and item.people is not None and item.people > everyone:
            note = f"more than all displaced people, {everyone:,}"
            yield draft.doubt("targets", row, "people", f"{item.people:,}", note)


@check
def places_open_in_time(draft: Draft) -> Iterator[Problem]:
    """Places whose date of access falls after the horizon stay empty."""
    if draft.start is None or draft.horizon_years is None:
        return
    end = horizon_date(draft.start, draft.horizon_years)
    for row, item in draft.of("places"):
        if item.accessible_from is not None and item.accessible_from > end:
            note = f"after the horizon {end.isoformat()}: nothing happens there"
            found = item.accessible_from.isoformat()
            yield draft.doubt("places", row, "accessible_from", found, note)


@check
def calendars_are_whole(draft: Draft) -> Iterator[Problem]:
    """Each zone has its twelve months, each month once."""
    months: dict[str, dict[int, int]] = {}
    unsure: set[str | None] = set()
    for row, item in draft.all("calendars"):
        if item.zone is None or item.month is None:
            unsure.add(item.zone)
            continue
        known = months.setdefault(item.zone, {})
        if item.month in known:
            found = f"month {item.month} of zone {item.zone!r} again, as in row {known[item.month]}"
            yield draft.problem("calendars", row, "month", found, "each month of a zone once")
        known.setdefault(item.month, row)
        days = item.workable_days
        if days is not None and days > _month_days(item.month):
            note = "more days than the month has"
            yield draft.doubt("calendars", row, "workable_days", f"{days:g}", note)
    if not draft.is_read("calendars") or None in unsure:
        return
    for zone, found_months in months.items():
        missing = sorted(set(range(1, 13)) - set(found_months))
        if missing and zone not in unsure:
            found = f"zone {zone!r} without months {', '.join(map(str, missing))}"
            first = min(found_months.values())
            yield draft.problem("calendars", first, "month", found, "months 1 to 12")


def _month_days(month: int) -> int:
    return (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


@check
def zones_have_calendars(draft: Draft) -> Iterator[Problem]:
    """The zones of places stand in calendars; no calendars at all are one fault."""
    used = [(row, place.zone) for row, place in draft.of("places") if place.zone]
    absent = "calendars" in draft.absent
    if used and (absent or (draft.is_read("calendars") and not draft.all("calendars"))):
        row, zone = used[0]
        allowed = f"the zones that places name (first {draft.files['places']}, row {row}: {zone!r})"
        found = "no such table" if absent else "no rows"
        yield draft.problem("calendars", None, None, found, allowed)
    elif draft.has_column("calendars", "zone"):
        known = {item.zone for _, item in draft.all("calendars")}
        for row, zone in used:
            if zone not in known:
                allowed = "a zone of calendars; empty: every day is workable"
                yield draft.problem("places", row, "zone", repr(zone), allowed)


@check
def rates_are_whole(draft: Draft) -> Iterator[Problem]:
    """Skills that work areas have a rate; each rate stands once."""
    seen: dict[tuple[str, str, str | None], int] = {}
    for row, item in draft.of("rates"):
        if item.asset is None or item.skill is None or _is_faulty(item, "land_class"):
            continue
        key = (item.asset, item.skill, item.land_class)
        if key in seen:
            named = f"{item.asset}, {item.skill}, {item.land_class or 'all land classes'}"
            found = f"{named} again, as in row {seen[key]}"
            yield draft.problem("rates", row, "skill", found, "one rate")
        seen.setdefault(key, row)
    for row, item in draft.of("rates"):
        if item.skill is None or _is_faulty(item, "rate_m2_day"):
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
        if item.distribution is None or _is_faulty(item, "a", "b", "c"):
            continue
        column, allowed = "a", shape_problem(item)
        missing = [n for n in PARAMETERS[item.distribution] if getattr(item, n) is None]
        found = ", ".join(f"{n}={getattr(item, n)}" for n in PARAMETERS[item.distribution])
        if missing:
            column, found = missing[0], "nothing"
        elif not allowed and default:
            column, found, allowed = _mean_problem(item, default)
        if not allowed and not _is_faulty(item, "low", "high"):
            column, found, allowed = _truncation_problem(item, default)
        if allowed:
            yield draft.problem("assumptions", row, column, found, allowed)


def _truncation_problem(item: Any, default: Assumption | None) -> tuple[str, str, str]:
    """Column, what is found and what is allowed; all empty when every value makes sense."""
    if item.low is not None and item.high is not None and item.low > item.high:
        found = f"{item.high:g}, below low = {item.low:g}"
        return "high", found, "a number of at least low"
    if item.low is not None or item.high is not None:
        from returnplan.model.chance.uniforms import (
            truncation_problem,  # needs scipy, which is slow to load
        )

        allowed = truncation_problem(item)
        if allowed:
            return "low", f"low={item.low}, high={item.high}", allowed
    if default is None or item.distribution == "dirichlet":
        return "", "", ""
    low, high = support(item)
    least, most = (0.0, 1.0 if default.unit.startswith("share") else math.inf)
    positive = _must_be_positive(default)
    unit = default.unit
    if low < least or (positive and low == least and item.distribution in TOUCHING):
        limit = f"only values {'above' if positive else 'of at least'} 0 ({unit}): write low"
        return "low", f"values from {low:g} on can be drawn", limit
    if high > most:
        return (
            "high",
            f"values up to {high:g} can be drawn",
            f"only values up to 1 ({unit}): write high",
        )
    return "", "", ""


TOUCHING = ("fixed", "uniform", "triangular", "normal", "poisson")
"""Distributions that can bring the very end of their range."""


def _must_be_positive(default: Assumption) -> bool:
    return default.unit in ("m2", "ratio") or default.id in ("household_size", "record_recall")


def _mean_problem(item: Any, default: Assumption) -> tuple[str, str, str]:
    """Column, what is found and what is allowed; all empty when the mean makes sense."""
    if (item.distribution == "dirichlet") != (default.distribution == "dirichlet"):
        return "distribution", item.distribution, f"a distribution like {default.distribution}"
    if item.distribution == "dirichlet":
        return "", "", ""
    try:
        expected = mean(item)
    except OverflowError:
        expected = math.inf
    positive = _must_be_positive(default)
    top = 1.0 if default.unit.startswith("share") else LARGEST
    if 0 <= expected <= top and (expected > 0 or not positive):
        return "", "", ""
    limit = "a mean above 0" if positive else f"a mean from 0 to {top:g}"
    return "a", f"a mean of {expected:g}", f"{limit} ({default.unit})"


@check
def there_is_a_hub(draft: Draft) -> Iterator[Problem]:
    """Without a hub nobody has access; without communities nobody waits."""
    kinds = {place.kind for _, place in draft.all("places")}
    if draft.is_read("places") and kinds and kinds.isdisjoint(("hub", None)):
        note = "no road leads to the network in use today: no community can be reached"
        yield draft.doubt("places", None, "kind", "no hub", note)
    if draft.is_read("communities") and not draft.all("communities"):
        yield draft.problem("communities", None, None, "no rows", "at least one community")


class _Parts:
    """The connected parts of the graph; a road end that nobody knows may be anywhere."""

    def __init__(self, draft: Draft) -> None:
        self._parent = {name: name for name in (*draft.ids("places"), ANYWHERE)}
        for _, road in draft.all("roads"):
            ends = [self.known(road.from_place), self.known(road.to_place)]
            self._parent[self._root(ends[0])] = self._root(ends[1])

    def known(self, name: str | None) -> str:
        return name if name in self._parent else ANYWHERE

    def _root(self, name: str) -> str:
        parent = self._parent
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    def of(self, name: str | None) -> str:
        """The part of a place."""
        return self._root(self.known(name))


@check
def places_are_reached(draft: Draft) -> Iterator[Problem]:
    """Roads connect the communities with a hub, and the bases with the places of work."""
    if not draft.is_read("places", "roads"):
        return
    parts = _Parts(draft)
    hubs = {parts.of(p.id) for _, p in draft.all("places") if p.kind in ("hub", None)}
    hubs.add(parts.of(ANYWHERE))
    for row, community in draft.of("communities"):
        if community.settlement is not None and parts.of(community.settlement) not in hubs:
            note = "no road leads there from a hub: road_access will never be met"
            yield draft.doubt("communities", row, "settlement", repr(community.settlement), note)
    with_hazards = {hazard.road for _, hazard in draft.all("hazards")}
    sites = {parts.of(c.settlement) for _, c in draft.all("communities")}
    sites |= {parts.of(w.settlement) for _, w in draft.all("works")}
    sites |= {parts.of(h.place) for _, h in draft.all("hazards") if h.place}
    for _, road in draft.all("roads"):
        if road.id in with_hazards or road.repair_crew_days != 0:
            sites |= {parts.of(road.from_place), parts.of(road.to_place)}
    sites.add(parts.of(ANYWHERE))
    for row, line in draft.of("deployments"):
        if line.base is not None and parts.of(line.base) not in sites:
            note = "no road leads from this base to any place of work"
            yield draft.doubt("deployments", row, "base", repr(line.base), note)


@check
def people_and_roads_make_sense(draft: Draft) -> Iterator[Problem]:
    """A community has people; a road leads elsewhere."""
    for row, community in draft.of("communities"):
        if community.people == 0:
            note = "nobody waits: no community survey, and gates that need people are unknown"
            yield draft.doubt("communities", row, "people", "0", note)
    for row, road in draft.of("roads"):
        if road.from_place is not None and road.from_place == road.to_place:
            note = "both ends are one place"
            yield draft.doubt("roads", row, "to_place", repr(road.to_place), note)


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
            for skill in AREA_SKILLS[hazard.hazard_class == "CHA" :]:
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
    names = [header.name for header in draft.allocations]
    deployed: dict[str, set[str | None]] = {}
    for _, line in draft.all("deployments"):
        if line.teams is None or line.teams > 0:
            for name in [line.allocation] if line.allocation in names else names:
                deployed.setdefault(name, set()).add(known(line.asset))
    gaps: dict[str, tuple[str, str]] = {}
    for skill, table, row, column in _needs(draft):
        if skill not in gaps:
            note = _skill_gap(skill, able.get(skill, set()), deployed, draft.allocations)
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


def _workable(draft: Draft) -> set[tuple[str, LandClass, Difficulty]]:
    """Skill, land class and difficulty at which some asset type gets on."""
    assets = {asset.id: asset for _, asset in draft.all("assets")}
    able: set[tuple[str, LandClass, Difficulty]] = set()
    for _, rate in draft.all("rates"):
        if rate.skill == "survey" and rate.rate_m2_day is None:
            continue  # community surveys only; other skills must have a rate
        asset = assets.get(rate.asset)
        feels = rate.skill in ("technical_survey", "clearance") and asset is not None
        able |= {
            (rate.skill, land, difficulty)
            for land in LAND_CLASSES
            if rate.land_class in (None, land)
            for difficulty in DIFFICULTIES
            if not (feels and getattr(asset, f"mult_{difficulty}") == 0)
        }
    return able


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
    able = _workable(draft)
    for row, hazard in draft.of("hazards"):
        land, difficulty = hazard.land_class, hazard.difficulty
        if None in (land, difficulty, hazard.hazard_class) or hazard.area_m2 == 0:
            continue
        for skill in AREA_SKILLS[hazard.hazard_class == "CHA" :]:
            if skill in skills and (skill, land, difficulty) not in able:
                found = f"{hazard.id!r}: {land} of {difficulty} difficulty"
                note = f"no asset type can do its {skill}: it is never released"
                yield draft.doubt("hazards", row, "difficulty", found, note)
                break


@check
def dwellings_are_known(draft: Draft) -> Iterator[Problem]:
    """Shelter works say how many dwellings they complete."""
    for row, item in draft.of("works"):
        unknown = item.dwellings is None and not _is_faulty(item, "dwellings")
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
    if not draft.is_read("orders") and "orders" not in draft.absent:
        return
    with_list = {item.allocation for _, item in draft.all("orders")}
    for header in draft.allocations:
        if header.policy == "listed" and header.name not in with_list:
            note = "communities are served in the order of their ids"
            yield draft.doubt("orders", None, "allocation", f"no rows for {header.name!r}", note)


@check
def gates_have_data(draft: Draft) -> Iterator[Problem]:
    """Where a gate in force waits for works, there are works, or a drive to them is allowed."""
    if not draft.is_read("works") and "works" not in draft.absent:
        return
    at = {(item.settlement, item.kind) for _, item in draft.all("works")}
    for gate in get_args(WorksKind):
        if gate not in draft.gates or "within_hours" in draft.gates[gate]:
            continue
        for row, community in draft.of("communities"):
            known = community.settlement is not None and (None, gate) not in at
            if known and (community.settlement, gate) not in at:
                name = f"{community.settlement!r} without works of kind {gate}"
                note = f"the gate {gate} is unknown there, never met"
                yield draft.doubt("communities", row, "settlement", name, note)


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


def _merged(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Each error; of warnings that say the same of many rows, the first with their number."""
    groups: dict[tuple[str, str | None, str], list[Problem]] = {}
    for problem in problems:
        if problem.level == "error":
            yield problem
        else:
            groups.setdefault((problem.file, problem.column, problem.allowed), []).append(problem)
    for first, *others in groups.values():
        if others:
            rows = "row" if len(others) == 1 else "rows"
            found = f"{first.found} (and {len(others):,} more {rows} like it)"
            yield replace(first, found=found)
        else:
            yield first


def run_checks(draft: Draft) -> list[Problem]:
    """All problems that the checks find, in the order of the checks.

    Parameters
    ----------
    draft
        What could be read.

    Returns
    -------
    list[Problem]
        Errors and warnings; a warning that many rows share stands once.
    """
    return [problem for function in CHECKS for problem in _merged(function(draft))]
