"""The scenario that a planner starts from: small, commented, ready to be changed."""

import csv
import re
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from returnplan.domain import Scenario
from returnplan.scenario.dictionary import guide
from returnplan.scenario.files import TOML
from returnplan.scenario.folder import load, write_sheets


def write_starter(folder: Path, *, workbook: bool) -> Scenario:
    """Write the commented starter scenario, under the name of its folder where that can be one.

    Parameters
    ----------
    folder
        Folder, made if it does not exist.
    workbook
        Tables as sheets of ``tables.xlsx`` instead of CSV files.

    Returns
    -------
    Scenario
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with as_file(files("returnplan").joinpath("data/starter")) as source:
        given = load(source)
        name = folder.resolve().name
        scenario = replace(given, name=name if re.fullmatch(r"\w[\w-]{0,49}", name) else given.name)
        tables: dict[str, tuple[list[str], list[list[str]]]] = {}
        for path in sorted(source.iterdir()):
            if path.name == TOML or not workbook:
                (folder / path.name).write_bytes(path.read_bytes())
            else:
                header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
                tables[path.stem] = (header, rows)
        if workbook:
            write_sheets(tables, folder)
    head = (folder / TOML).read_text(encoding="utf-8")
    named = head.replace(f'name = "{given.name}"', f'name = "{scenario.name}"', 1)
    (folder / TOML).write_text(named, encoding="utf-8", newline="\n")
    return scenario


def write_guide(scenario: Scenario, folder: Path) -> None:
    """Write the README of a new scenario: what to do, and every column."""
    (folder / "README.md").write_text(guide(scenario), encoding="utf-8", newline="\n")
