"""Commands that make a scenario of foreign files."""

import shlex
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from returnplan.cli.options import PATH
from returnplan.cli.screen import BAD_INPUT, BAD_USAGE, aligned, bad_input, fail, say, show_problems
from returnplan.errors import ReturnplanError

if TYPE_CHECKING:
    from returnplan.scenario.importers.made import Made

NEEDED = ("pyogrio", "pyproj", "shapely")
"""Packages of the extra ``geo`` that an import needs."""


@click.group("import")
def import_group() -> None:
    r"""Make a scenario of files that other systems keep.

    \b
    Example:
      returnplan import gis villages.gpkg roads.shp hazards.geojson people.csv my_scenario
    """


@import_group.command()
@click.argument("layers", nargs=-1, required=True)
@click.argument("folder", type=PATH)
@click.option("--overwrite", is_flag=True, help="Replace a recipe, or tables of an earlier import.")
def gis(layers: tuple[str, ...], folder: Path, overwrite: bool) -> None:
    r"""Make a scenario of GIS layers, in two calls: first a recipe to edit, then the folder.

    Layers are settlements, roads, hazards, and a table of people; also districts and land use.
    Files are GeoPackage, Shapefile, GeoJSON, GraphML of OSMnx, CSV, and workbooks (.xlsx).

    \b
    Examples:
      returnplan import gis villages.gpkg roads.shp hazards.geojson people.csv my_scenario
      returnplan import gis my_scenario/import.toml my_scenario
    """
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        text = f"import gis needs {', '.join(missing)}: pip install 'returnplan[geo]'"
        fail(text, BAD_USAGE)
    recipes = [one for one in layers if one.lower().endswith(".toml")]
    if recipes and len(layers) > 1:
        fail(f"{recipes[0]} is a recipe: give it alone, with the folder", BAD_USAGE)
    if recipes:
        _follow(Path(recipes[0]), folder, overwrite=overwrite)
    else:
        _guess(layers, folder, overwrite=overwrite)


def _guess(layers: tuple[str, ...], folder: Path, *, overwrite: bool) -> None:
    """Write a recipe, and say what was guessed."""
    from returnplan.scenario.importers.guess import guessed
    from returnplan.scenario.importers.recipe import RECIPE
    from returnplan.scenario.importers.written import recipe_text

    path = folder / RECIPE
    if path.exists() and not overwrite:
        command = shlex.join(["returnplan", "import", "gis", str(path), str(folder)])
        text = f"{path} exists: --overwrite replaces it; to follow it: {command}"
        fail(text, BAD_USAGE)
    if folder.exists() and not folder.is_dir():
        fail(f"{folder} is a file: name a folder", BAD_USAGE)
    with bad_input():
        found = guessed(layers, date.today())
    text = recipe_text(found.recipe, found.notes, (str(path), str(folder)))
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    say("\n".join(found.lines))
    hubs = ", ".join(found.recipe.settings.hubs) or "none"
    say(f"Hub, where teams live: {hubs} (guessed; hubs in the recipe)")
    say(f"Wrote {path}: look at roles, columns, values and hubs, and change what is wrong.")
    say(f"Next: {shlex.join(['returnplan', 'import', 'gis', str(path), str(folder)])}")


def _follow(recipe: Path, folder: Path, *, overwrite: bool) -> None:
    """Make the folder, and say what was mended, guessed and dropped."""
    from returnplan.scenario.importers.made import make_folder
    from returnplan.scenario.importers.notes import ImportProblemsError

    try:
        made = make_folder(recipe, folder, overwrite=overwrite)
    except ImportProblemsError as error:
        fail(str(error), BAD_INPUT)
    except ReturnplanError:
        raise
    _tell(made, folder)


def _tell(made: "Made", folder: Path) -> None:
    from returnplan.cli.described import size
    from returnplan.scenario.imported import REPORT_WORDS

    notes = made.imported.notes.found
    for kind, title in (("mended", "Mended"), ("guessed", "Guessed"), ("dropped", "Left out")):
        lines = [note for note in notes if note.kind == kind]
        if lines:
            say(f"{title}:")
        for note in lines:
            say(f"  {f'{note.layer}: ' if note.layer else ''}{note.text}")
    say(f"Ends of roads, joined up to {made.imported.snap_m:g} m (snap_m in the recipe):")
    head = ("up to m", "parts of the network", "settlements without a road to a hub")
    rows = [(f"{r.snap_m:g}", f"{r.parts:,}", f"{r.cut_off:,}") for r in made.imported.table]
    say("\n".join(aligned([head, *rows], words=0)))
    show_problems("Warnings, please look", made.report.warnings)
    if made.report.scenario is not None:
        say(f"Wrote {folder}: {size(made.report.scenario)}.")
    say(f"What was read, guessed, mended and left out stands in {folder / REPORT_WORDS}.")
    say(f"Next: {shlex.join(['returnplan', 'check', str(folder)])}")
