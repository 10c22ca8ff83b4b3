"""Starting values for scenarios that have no figures of their own yet: ``data/library``.

Each has a low, a likely and a high value, a unit, a mark and a source. The likely one becomes the
cell of a scenario; how wide speeds of work may differ becomes its rows ``productivity_ASSET``. An
importer and ``returnplan new --from-library`` take them, and say so.
"""

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, get_args

from returnplan.domain import (
    Asset,
    Assumption,
    CalendarMonth,
    Mark,
    Rate,
    SourceLine,
    Works,
)
from returnplan.errors import ReturnplanError
from returnplan.model.chance.assumptions import default_assumptions, productivity_of
from returnplan.model.chance.distributions import mean

PLACE = "data/library"
COST = "cost_usd_day"
"""Column whose source stands for the row of an asset type: its other figures have their own."""
SPREAD = "productivity_log_sd"
"""Figure of an asset type that is no column of it: how wide its speed of work may differ."""
FIXED, PER_PERSON, PER_DWELLING = "fixed", "per_person", "per_dwelling"
PEOPLE_FROM = "people_from"
PER_HOUSEHOLD, PER_ROW = "dwellings_per_household", "dwellings_per_row"
"""Parts of the figures of works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One starting value.

    Parameters
    ----------
    of
        What it is of: an asset type, a kind of works, a climate.
    what
        Column, skill and land class, part of works, or month.
    low, high
        Range in which it may well be; None: a range makes no sense.
    likely
        Value that a scenario takes; None: there is nothing to be numbered.
    unit
        Unit as printed.
    mark
        How well it is known.
    source
        Id of its source.
    """

    of: str
    what: str
    low: float | None
    likely: float | None
    high: float | None
    unit: str
    mark: Mark
    source: str


# ---------------------------------------------------------------- the figures


@cache
def figures(table: str) -> tuple[Figure, ...]:
    """Give the figures of one table of the library.

    Parameters
    ----------
    table
        ``asset_figures``, ``rates``, ``works`` or ``calendars``.

    Returns
    -------
    tuple[Figure, ...]
        In the order of the file.

    Raises
    ------
    ValueError
        When a row has a mark that there is not, or no order from low to high.
    """
    names = {
        "asset_figures": ("asset", "column"),
        "rates": ("asset", "skill", "land_class"),
        "works": ("kind", "part"),
        "calendars": ("climate", "month"),
    }[table]
    return tuple(_figure(row, *(row[name] for name in names)) for row in _rows(table))


def _figure(row: Mapping[str, str], of: str, *what: str) -> Figure:
    low, likely, high = (float(row[one]) if row[one] else None for one in ("low", "likely", "high"))
    mark: Any = row["mark"]
    known = [one for one in (low, likely, high) if one is not None]
    if mark not in get_args(Mark) or known != sorted(known):
        raise ValueError(f"library: {of} {' '.join(what)}: {mark}, {known}")
    return Figure(
        of=of,
        what=" ".join(one for one in what if one),
        low=low,
        likely=likely,
        high=high,
        unit=row["unit"],
        mark=mark,
        source=row["source"],
    )


def _rows(table: str) -> list[dict[str, str]]:
    text = files("returnplan").joinpath(f"{PLACE}/{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _likely(table: str, of: str) -> dict[str, float]:
    """Likely values of one thing by what they are."""
    return {
        one.what: one.likely for one in figures(table) if one.of == of and one.likely is not None
    }


# ---------------------------------------------------------------- nouns


def assets(names: Sequence[str] | None = None) -> tuple[Asset, ...]:
    """Give asset types with what moving, camping and a day of them cost.

    Parameters
    ----------
    names
        Ids of those that are wanted; None: all.

    Returns
    -------
    tuple[Asset, ...]
        In the order of the library.

    Raises
    ------
    ReturnplanError
        When the library has none of that id.

    Examples
    --------
    >>> [team.mobilisation_days for team in assets(["manual_team"])]
    [4.0]
    """
    rows = _rows("assets")
    known = [row["id"] for row in rows]
    wanted = known if names is None else names
    for name in wanted:
        if name not in known:
            raise ReturnplanError(
                f"the library has no asset type {name!r}; it has: {', '.join(known)}"
            )
    return tuple(_asset(row["id"], row["name"]) for row in rows if row["id"] in wanted)


def _asset(name: str, title: str) -> Asset:
    values: dict[str, Any] = dict(_likely("asset_figures", name))
    values.pop(SPREAD, None)
    source = next(
        one.source for one in figures("asset_figures") if (one.of, one.what) == (name, COST)
    )
    return Asset(id=name, name=title, source=source, **values)


def rates(names: Sequence[str] | None = None) -> tuple[Rate, ...]:
    """Give the skills of asset types, with their area a team-day at low difficulty.

    Parameters
    ----------
    names
        Ids of those that are wanted; None: all.
    """
    wanted = {asset.id for asset in assets(names)}
    return tuple(
        Rate(
            asset=row["asset"],
            skill=row["skill"],
            land_class=row["land_class"] or None,  # type: ignore[arg-type] # checked by the noun
            rate_m2_day=float(row["likely"]) if row["likely"] else None,
            source=row["source"],
        )
        for row in _rows("rates")
        if row["asset"] in wanted
    )


def productivity(names: Sequence[str] | None = None) -> tuple[Assumption, ...]:
    """Give how wide the speed of work of asset types may differ, as assumptions.

    Parameters
    ----------
    names
        Ids of those that are wanted; None: all.
    """
    wanted = {asset.id for asset in assets(names)}
    return tuple(
        Assumption(
            id=productivity_of(one.of),
            distribution="lognormal",
            a=1,
            b=one.likely,
            unit="ratio",
            mark=one.mark,
            source=one.source,
        )
        for one in figures("asset_figures")
        if one.what == SPREAD and one.of in wanted
    )


def climates() -> tuple[str, ...]:
    """Name the climates of which the library has a calendar."""
    return tuple(dict.fromkeys(one.of for one in figures("calendars")))


def calendar(climate: str, zone: str) -> tuple[CalendarMonth, ...]:
    """Give the workable days of a zone.

    Parameters
    ----------
    climate
        One of :func:`climates`.
    zone
        Name of the zone, as places have it.

    Returns
    -------
    tuple[CalendarMonth, ...]
        January to December.

    Raises
    ------
    ReturnplanError
        When the library has no such climate.

    Examples
    --------
    >>> [month.workable_days for month in calendar("even", "coast")][:2]
    [21.0, 21.0]
    """
    if climate not in climates():
        raise ReturnplanError(
            f"the library has no climate {climate!r}; it has: {', '.join(climates())}"
        )
    return tuple(
        CalendarMonth(
            zone=zone, month=int(one.what), workable_days=one.likely or 0.0, source=one.source
        )
        for one in figures("calendars")
        if one.of == climate
    )


def works(
    settlement: str,
    people: int,
    *,
    households: float | None = None,
    willing_share: float | None = None,
) -> tuple[Works, ...]:
    """Give the works that a settlement of some size needs.

    Water, power and risk education everywhere; a school and a clinic from a size on, others reach
    those of their neighbours; dwellings for the willing households, in rows that crews can share.

    Parameters
    ----------
    settlement
        Id of the place.
    people
        People who come from it.
    households
        Their households; None: by the shipped household size.
    willing_share
        Share of them that wants to return; None: the shipped one.

    Returns
    -------
    tuple[Works, ...]
        None where nobody comes from.

    Examples
    --------
    >>> [(one.kind, one.crew_days) for one in works("mill", 400)]
    [('water', 19.0), ('power', 19.0), ('shelter', 156.0), ('risk_education', 3.0)]
    """
    if people <= 0:
        return ()
    return tuple(_works(settlement, people, _dwellings(people, households, willing_share)))


def _works(settlement: str, people: int, dwellings: int) -> Iterator[Works]:
    skill_of = {row["kind"]: row for row in _rows("works")}
    kinds: Sequence[Any] = list(skill_of)
    for kind in kinds:
        part = _likely("works", kind)
        if people < part.get(PEOPLE_FROM, 0):
            continue
        row = {"settlement": settlement, "kind": kind, "skill": skill_of[kind]["skill"]}
        row["source"] = skill_of[kind]["source"]
        if PER_DWELLING in part:
            yield from _shelter(row, dwellings, part)
            continue
        days = part.get(FIXED, 0.0) + part.get(PER_PERSON, 0.0) * people
        yield Works(**row, id=f"{settlement}_{kind}", crew_days=round(days, 1))


def _shelter(row: Mapping[str, Any], dwellings: int, part: Mapping[str, float]) -> Iterator[Works]:
    """Rows of dwellings, as even as whole numbers can be."""
    count = math.ceil(dwellings / part[PER_ROW])
    for number in range(count):
        here = dwellings // count + (number < dwellings % count)
        name = f"{row['settlement']}_shelter" + (f"_{number + 1}" if count > 1 else "")
        yield Works(**row, id=name, crew_days=round(part[PER_DWELLING] * here, 1), dwellings=here)


def _dwellings(people: int, households: float | None, willing_share: float | None) -> int:
    shipped = default_assumptions()
    number = people / mean(shipped["household_size"]) if households is None else households
    share = mean(shipped["willing_share"]) if willing_share is None else willing_share
    return math.ceil(number * share * _likely("works", "shelter")[PER_HOUSEHOLD] - 1e-9)


def sources(ids: Sequence[str] | None = None) -> tuple[SourceLine, ...]:
    """Give the sources of the library.

    Parameters
    ----------
    ids
        Those that are cited; None: all.
    """
    return tuple(
        SourceLine(
            id=row["id"],
            title=row["title"],
            organisation=row["organisation"],
            year=int(row["year"]) if row["year"] else None,
            licence=row["licence"],
            kind=row["kind"],  # type: ignore[arg-type] # checked by the noun
        )
        for row in _rows("sources")
        if ids is None or row["id"] in ids
    )


# ---------------------------------------------------------------- in words


TITLES: Mapping[str, str] = {
    "asset_figures": "Asset types",
    "rates": "Rates",
    "works": "Works",
    "calendars": "Calendars",
}


def guide() -> str:
    """List all figures with range, unit, mark and source, for the README of a scenario.

    Returns
    -------
    str
        Markdown.
    """
    lines = [
        "## Starting values",
        "",
        "Asset types, rates, works and calendars are starting values of the library of returnplan,",
        "not figures of your programme: replace them line by line. Low and high say in which range",
        "a value may well be; `productivity_ASSET` in assumptions.csv carries that of speeds of",
        f"work into the simulations. {assumed_words()}",
    ]
    for table, title in TITLES.items():
        lines += [
            "",
            f"### {title}",
            "",
            "| of | what | low | likely | high | unit | mark | source |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for one in figures(table):
            if one.likely is not None:
                numbers = ("" if n is None else f"{n:,g}" for n in (one.low, one.likely, one.high))
                cells = (one.of, one.what, *numbers, one.unit, one.mark, one.source)
                lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def assumed_words() -> str:
    """Say how many of the figures are assumed."""
    numbered = [one for table in TITLES for one in figures(table) if one.likely is not None]
    count = sum(one.mark == "assumed" for one in numbered)
    rest = "the others derived from published ones"
    return f"{count} of its {len(numbered)} figures are assumed, {rest}."
