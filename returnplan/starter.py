"""The scenario that a planner starts from: small, commented, ready to be changed."""

from importlib.resources import as_file, files
from pathlib import Path

from returnplan.describe import guide
from returnplan.domain import Scenario
from returnplan.scenario import TOML, load, write_workbook


def write_starter(folder: Path, *, workbook: bool) -> Scenario:
    """Write the commented starter scenario.

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
        scenario = load(source)
        if workbook:
            write_workbook(scenario, folder)
        for path in sorted(source.iterdir()):
            if path.name == TOML or not workbook:
                (folder / path.name).write_bytes(path.read_bytes())
    return scenario


def write_guide(scenario: Scenario, folder: Path) -> None:
    """Write the README of a new scenario: what to do, and every column.

    Parameters
    ----------
    scenario
        The scenario.
    folder
        Its folder.
    """
    (folder / "README.md").write_text(guide(scenario), encoding="utf-8", newline="\n")
