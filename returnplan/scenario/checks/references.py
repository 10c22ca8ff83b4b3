"""Ids: each stands once, and what a row names is there."""

from collections.abc import Iterator
from typing import Any

from returnplan.domain import AllocationLine, line_of, type_of_table
from returnplan.errors import Problem
from returnplan.model.work.policies import POLICIES
from returnplan.scenario.allocations import ancestors
from returnplan.scenario.checks.draft import Draft, check
from returnplan.scenario.files import TOML
from returnplan.scenario.header import NO_ALLOCATIONS
from returnplan.scenario.rows import Partial, table_type

_NAMING_OTHERS = ("dependence",)
"""Tables whose ids are those of others."""


def _is_of_district(table: str, item: Any) -> bool:
    """Whether an assumption holds in one district, beside that of the whole country."""
    return table == "assumptions" and item.district is not None


@check
def ids_are_unique(draft: Draft) -> Iterator[Problem]:
    """No id stands twice, in one table or in two."""
    seen: dict[str, tuple[str, int]] = {}
    for table in type_of_table:
        if "id" not in table_type(table).info or table in _NAMING_OTHERS:
            continue
        for row, item in draft.all(table):
            if item.id is None or _is_of_district(table, item):
                continue
            other, first = seen.setdefault(item.id, (table, row))
            if (other, first) != (table, row):
                allowed = f"an id that is not used yet ({draft.files[other]}, row {first})"
                yield draft.problem(table, row, "id", repr(item.id), allowed)


@check
def references_exist(draft: Draft) -> Iterator[Problem]:
    """Every id that a row names stands in its table; a table without rows is one fault."""
    empty: dict[str, str] = {}
    for table in draft.sheets:
        for column, field, target in table_type(table).references():
            if not draft.has_column(target, "id"):
                continue
            known = draft.ids(target)
            for row, item in draft.of(table):
                for name in _unknown(getattr(item, field), known):
                    if draft.all(target):
                        yield draft.problem(table, row, column, repr(name), f"an id of {target}")
                    else:
                        first = f"{draft.files[table]}, row {row}, column {column}: {name!r}"
                        empty.setdefault(target, first)
    empty.pop("communities", None)  # has a message of its own
    for target, first in empty.items():
        allowed = f"the rows that other tables name (first {first})"
        yield draft.problem(target, None, None, "no rows", allowed)


def _unknown(named: str | tuple[str, ...] | None, known: set[str]) -> list[str]:
    """What a cell names and no row is called: nothing, one id or several, each once."""
    names = (named,) if isinstance(named, str) else named or ()
    return [name for name in dict.fromkeys(names) if name not in known]


@check
def served_places_exist(draft: Draft) -> Iterator[Problem]:
    """Deployments serve districts and places that there are."""
    if not draft.is_read("places"):
        return
    known = draft.ids("places") | {place.district for _, place in draft.all("places")}
    for row, line in draft.of("deployments"):
        for word in _unknown(line.serves, known):
            allowed = "a district or an id of places"
            yield draft.problem("deployments", row, "serves", repr(word), allowed)


@check
def districts_are_named_once(draft: Draft) -> Iterator[Problem]:
    """The table of districts names each once, and those that places are in."""
    first: dict[str, int] = {}
    known = {place.district for _, place in draft.all("places")}
    for row, item in draft.of("districts"):
        if item.district is None:
            continue
        if item.district in first:
            allowed = f"each district once (row {first[item.district]})"
            yield draft.problem("districts", row, "district", repr(item.district), allowed)
        elif draft.is_read("places") and item.district not in known:
            note = "no place is in this district: only the map and what is left out name it"
            yield draft.doubt("districts", row, "district", repr(item.district), note)
        first.setdefault(item.district, row)


@check
def sites_are_settlements(draft: Draft) -> Iterator[Problem]:
    """Hazards, works and communities belong to settlements."""
    kinds = {place.id: place.kind for _, place in draft.of("places")}
    columns = (
        *(("hazards", "place"), ("works", "settlement"), ("communities", "settlement")),
        ("facts", "place"),
    )
    for table, field in columns:
        for row, item in draft.of(table):
            name = getattr(item, field)
            kind = kinds.get(name) if name is not None else None
            if kind is not None and kind != "settlement":
                allowed = "a place of kind settlement"
                yield draft.problem(table, row, field, f"{name!r}, a {kind}", allowed)


@check
def allocations_exist(draft: Draft) -> Iterator[Problem]:
    """There are allocations, tables name none that is not there, and each has teams."""
    if draft.allocation_names is None:
        return
    known = dict.fromkeys(draft.allocation_names)
    if not known:
        problem = Problem(file=TOML, column="allocations", found="nothing", allowed=NO_ALLOCATIONS)
        yield problem
        return
    allowed = f"an allocation of scenario.toml: {', '.join(known)}"
    for table in ("deployments", "orders", "funding"):
        for row, item in draft.of(table):
            if item.allocation is not None and item.allocation not in known:
                yield draft.problem(table, row, "allocation", repr(item.allocation), allowed)
    lines = [item for _, item in draft.all("deployments")]
    if not draft.is_read("deployments") or any(i.allocation not in known for i in lines):
        return
    rows = draft.allocations.deployments
    deployed = {row.allocation for row in rows if row.teams is None or row.teams > 0}
    for name in known:
        if name not in deployed:
            note = "no work will be done"
            yield draft.doubt("deployments", None, "allocation", f"no teams for {name!r}", note)


@check
def allocations_are_named_once(draft: Draft) -> Iterator[Problem]:
    """No allocation is stated twice; one of the table has a policy that there is."""
    seen = dict.fromkeys((line.name for line in draft.stated), TOML)
    for row, item in draft.of("allocations"):
        if item.name in seen:
            allowed = f"each allocation once ({seen[item.name]})"
            yield draft.problem("allocations", row, "name", repr(item.name), allowed)
        elif item.name is not None:
            seen[item.name] = f"row {row}"
        if item.policy is not None and item.policy not in POLICIES:
            allowed = f"one of {', '.join(POLICIES)}"
            yield draft.problem("allocations", row, "policy", repr(item.policy), allowed)


@check
def allocations_are_like_others(draft: Draft) -> Iterator[Problem]:
    """An allocation is like one that there is, and not like itself over others."""
    lines = _stated(draft)
    for name, line in lines.items():
        if line.like is None or draft.allocation_names is None:
            continue
        others = [other for other in draft.allocation_names if other != name]
        if line.like not in others:
            allowed = f"another allocation: {', '.join(others)}"
            yield _of_allocation(draft, name, "like", repr(line.like), allowed)
        elif name in ancestors(name, lines):
            circle = " -> ".join((name, *ancestors(name, lines)))
            yield _of_allocation(draft, name, "like", circle, "no way back to itself")


@check
def lines_take_away_what_is_there(draft: Draft) -> Iterator[Problem]:
    """A line of 0 teams of an allocation that is like another takes away one that it has."""
    if draft.start is None:
        return
    for row, item in draft.of("deployments"):
        like = draft.allocations.like.get(item.allocation)
        if like is None or item.teams != 0 or isinstance(item, Partial):
            continue
        theirs = [one for one in draft.allocations.deployments if one.allocation == like[0]]
        if line_of(item, draft.start) not in {line_of(one, draft.start) for one in theirs}:
            note = f"takes nothing away: {like[0]} has no line of that asset, base, from and until"
            yield draft.doubt("deployments", row, "teams", "0", note)


def _stated(draft: Draft) -> dict[str, AllocationLine]:
    """Well-formed allocations of scenario.toml and of the table, by name."""
    rows = [row for _, row in draft.of("allocations") if not isinstance(row, Partial)]
    return {line.name: line for line in (*draft.stated, *rows)}


def _of_allocation(draft: Draft, name: str, key: str, found: str, allowed: str) -> Problem:
    """An error of an allocation, where it is stated."""
    for row, item in draft.of("allocations"):
        if item.name == name:
            return draft.problem("allocations", row, key, found, allowed)
    return Problem(file=TOML, column=f"allocations.{name}.{key}", found=found, allowed=allowed)


@check
def orders_name_once(draft: Draft) -> Iterator[Problem]:
    """A list holds each position and each community once, and belongs to policy listed."""
    policies = {header.name: header.policy for header in draft.allocations.headers}
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
