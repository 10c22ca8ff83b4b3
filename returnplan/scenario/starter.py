"""The scenario that a planner starts from: small, commented, ready to be changed."""

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from returnplan.domain import Scenario, SourceLine, type_of_table
from returnplan.model.chance.assumptions import in_force
from returnplan.model.chance.distributions import mean
from returnplan.scenario import library
from returnplan.scenario.dictionary import guide
from returnplan.scenario.files import TOML
from returnplan.scenario.folder import load, tables_as_text, write_sheets

PLACE = "data/starter"
Tables = dict[str, tuple[list[str], list[list[str]]]]
"""Header and cells of each table."""
IN_LIBRARY: Mapping[str, str] = {"battle_team": "battle_area_team", "builders": "building_crew"}
"""Asset types of the library that do what those of the starter do, where ids differ."""
MORE_CREWS = ("utilities_crew", "risk_education_team")
"""Asset types of the library that its works need, beside those of the starter."""
CLIMATES: Mapping[str, str] = {"lowland": "cold_winter", "mountain": "mountain"}
"""Calendars of the library for the zones of the starter."""

LEAST_USD = 25e6
"""A made-up envelope that pays for crews of the library."""


def write_starter(folder: Path, *, workbook: bool, from_library: bool = False) -> Scenario:
    """Write the commented starter scenario, under the name of its folder where that can be one.

    Parameters
    ----------
    folder
        Folder, made if it does not exist.
    workbook
        Tables as sheets of ``tables.xlsx`` instead of CSV files.
    from_library
        Whether asset types, rates, works and calendars are starting values of the library.

    Returns
    -------
    Scenario
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    given = _starter()
    scenario = _from_library(given) if from_library else given
    name = folder.resolve().name
    scenario = replace(scenario, name=name if re.fullmatch(r"\w[\w-]{0,49}", name) else given.name)
    tables = starter_tables(from_library=from_library)
    if workbook:
        write_sheets(tables, folder)
    else:
        for table, (header, rows) in tables.items():
            (folder / f"{table}.csv").write_bytes(_csv_text(header, rows))
    head = files("returnplan").joinpath(PLACE, TOML).read_text(encoding="utf-8")
    named = head.replace(f'name = "{given.name}"', f'name = "{scenario.name}"', 1)
    (folder / TOML).write_text(named, encoding="utf-8", newline="\n")
    return scenario


def starter_tables(*, from_library: bool) -> Tables:
    """Give the tables of the starter scenario as text.

    Parameters
    ----------
    from_library
        Whether asset types, rates, works and calendars are starting values of the library; then
        assumptions, deployments and sources fit them.
    """
    with as_file(files("returnplan").joinpath(PLACE)) as folder:
        tables: Tables = {}
        for path in sorted(folder.glob("*.csv")):
            header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
            tables[path.stem] = (header, rows)
    return _replaced(tables, _from_library(_starter())) if from_library else tables


def _starter() -> Scenario:
    with as_file(files("returnplan").joinpath(PLACE)) as folder:
        return load(folder)


def _csv_text(header: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode("utf-8")


# ---------------------------------------------------------------- with the library


def _from_library(starter: Scenario) -> Scenario:
    """Put starting values of the library in place of those that are made up."""
    names = {asset.id: IN_LIBRARY.get(asset.id, asset.id) for asset in starter.assets}
    wanted = [*names.values(), *MORE_CREWS]
    crews = [line for line in starter.deployments if line.asset == "builders"]
    deployments = [replace(line, asset=names[line.asset]) for line in starter.deployments]
    deployments += [replace(line, asset=crew) for crew in MORE_CREWS for line in crews]
    funding = [
        replace(
            line,
            envelope_usd=max(line.envelope_usd, LEAST_USD),
            assets=tuple(names[one] for one in line.assets) if line.assets else None,
        )
        for line in starter.funding
    ]
    willing_share = mean(in_force(starter.assumptions)["willing_share"])
    works = [
        work
        for community in starter.communities
        for work in library.works(
            community.settlement,
            community.people,
            households=community.households,
            willing_share=willing_share
            if community.willing_share is None
            else community.willing_share,
        )
    ]
    scenario = replace(
        starter,
        assets=library.assets(wanted),
        rates=library.rates(wanted),
        works=tuple(works),
        calendars=tuple(
            month for zone, climate in CLIMATES.items() for month in library.calendar(climate, zone)
        ),
        deployments=tuple(deployments),
        funding=tuple(funding),
        assumptions=(*starter.assumptions, *library.productivity(wanted)),
    )
    return replace(scenario, sources=_cited(scenario))


def _cited(scenario: Scenario) -> tuple[SourceLine, ...]:
    """Sources that rows of the scenario name, of its own and of the library."""
    tables = (table for table in type_of_table if table != "allocations")
    rows = (row for table in tables for row in getattr(scenario, table))
    cited = {getattr(row, "source", "") for row in rows}
    return tuple(one for one in (*scenario.sources, *library.sources()) if one.id in cited)


def _replaced(tables: Tables, scenario: Scenario) -> Tables:
    """Tables of the starter with those of a scenario made from it.

    Deployments stay as they stand: an allocation that is like another one says what differs.
    """
    made: Tables = {**tables, **tables_as_text(scenario)}
    header, rows = tables["deployments"]
    at = header.index("asset")
    lines = [[*row[:at], IN_LIBRARY.get(row[at], row[at]), *row[at + 1 :]] for row in rows]
    builders = next(row for row in rows if row[at] == "builders")
    lines += [[*builders[:at], crew, *builders[at + 1 :]] for crew in MORE_CREWS]
    return {**made, "deployments": (header, lines)}


def write_guide(scenario: Scenario, folder: Path, *, from_library: bool = False) -> None:
    """Write the README of a new scenario: what to do, every column, and values of the library."""
    text = guide(scenario) + (f"\n{library.guide()}" if from_library else "")
    (folder / "README.md").write_text(text, encoding="utf-8", newline="\n")
