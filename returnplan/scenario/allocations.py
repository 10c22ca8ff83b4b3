"""Allocations that are like others become whole ones (model §4)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from returnplan.domain import LISTED, AllocationHeader, AllocationLine, taken_over
from returnplan.scenario.rows import Partial


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All allocations of a scenario with what they take over.

    Parameters
    ----------
    headers
        Their titles and policies.
    deployments, orders
        Rows, or what is good of them; those of other allocations too, as they stand.
    like
        Names of the allocations that each one is like, nearest first.
    """

    headers: tuple[AllocationHeader, ...] = ()
    deployments: tuple[Any, ...] = ()
    orders: tuple[Any, ...] = ()
    like: Mapping[str, tuple[str, ...]]


def ancestors(name: str, lines: Mapping[str, AllocationLine]) -> tuple[str, ...]:
    """Allocations that one is like, nearest first; a circle ends with the first name again."""
    found: list[str] = []
    here = lines[name].like
    while here is not None and here in lines and here not in found:
        found.append(here)
        here = None if here == name else lines[here].like
    return tuple(found)


def whole(
    lines: Sequence[AllocationLine],
    deployments: Sequence[Any],
    orders: Sequence[Any],
    start: date | None,
) -> Whole:
    """Give each allocation what it takes from the one it is like.

    Its own rows of deployments replace those with the same asset, base, from, until and serves, and
    with 0 teams take them away; its policy, what may wait and its list are those of the other
    unless it has its own.

    Parameters
    ----------
    lines
        The allocations as they are stated. One that is like itself, over others or not, or like
        none that there is, takes nothing over.
    deployments, orders
        Rows of the tables, or what is good of them.
    start
        Start of the scenario; None when it is not known.

    Returns
    -------
    Whole
        The rows of allocations that are like none stand first, in their order.
    """
    stated = {line.name: line for line in lines}
    like = {name: ancestors(name, stated) for name in stated}
    like = {name: () if name in some else some for name, some in like.items()}
    heirs = [name for name, some in like.items() if some]
    fleets = {name: _rows_of(name, deployments) for name in stated}
    lists = {name: _rows_of(name, orders) for name in stated}
    policies = {name: line.policy or LISTED for name, line in stated.items()}
    waits = {name: line.rest_waits or "0" for name, line in stated.items()}
    for name in sorted(heirs, key=lambda name: len(like[name])):
        other, own = like[name][0], fleets[name]
        kept = taken_over(fleets[other], own, start or date.min)
        fleets[name] = [*(_named(row, name) for row in kept), *(r for r in own if r.teams != 0)]
        policies[name] = stated[name].policy or policies[other]
        waits[name] = stated[name].rest_waits or waits[other]
        lists[name] = lists[name] or [_named(row, name) for row in lists[other]]
    is_own = {row.allocation for row in orders}
    lists = {n: some for n, some in lists.items() if policies[n] == LISTED or n in is_own}
    return Whole(
        headers=tuple(
            AllocationHeader(
                name=line.name,
                title=line.title,
                titles=line.titles,
                policy=policies[line.name],
                rest_waits="end" if waits[line.name] == "end" else int(waits[line.name]),
            )
            for line in lines
        ),
        deployments=tuple(_with_heirs(deployments, heirs, fleets)),
        orders=tuple(_with_heirs(orders, heirs, lists)),
        like={name: some for name, some in like.items() if some},
    )


def _rows_of(name: str, rows: Sequence[Any]) -> list[Any]:
    return [row for row in rows if row.allocation == name]


def _with_heirs(
    rows: Sequence[Any], heirs: Sequence[str], rows_of: Mapping[str, Sequence[Any]]
) -> Iterator[Any]:
    """Rows of allocations that are like none, then those of the others."""
    yield from (row for row in rows if row.allocation not in heirs)
    for name in heirs:
        yield from rows_of.get(name, ())


def _named(row: Any, allocation: str) -> Any:
    """A row, or what is good of it, in another allocation."""
    if isinstance(row, Partial):
        return Partial({**row.values, "allocation": allocation}, row.faulty, ragged=row.ragged)
    return replace(row, allocation=allocation)
