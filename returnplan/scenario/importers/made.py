"""A scenario folder of what was imported: all files or none, and what a planner wrote stays."""

import csv
import io
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from returnplan.errors import ReturnplanError, ScenarioError
from returnplan.scenario import library
from returnplan.scenario.background import FILE as DISTRICTS
from returnplan.scenario.files import TOML, csv_files_of
from returnplan.scenario.folder import WORKBOOK, Report, check
from returnplan.scenario.imported import REPORT, REPORT_WORDS
from returnplan.scenario.importers.build import Imported, imported
from returnplan.scenario.importers.recipe import Settings, read_recipe
from returnplan.scenario.importers.written import toml_value
from returnplan.scenario.rows import ONE_OF, table_type
from returnplan.scenario.starter import IN_LIBRARY, MORE_CREWS, starter_tables, write_guide

GUIDE, SHAPES = "README.md", "hazards.geojson"
MADE = ("places.csv", "communities.csv", "roads.csv", "hazards.csv", SHAPES)
"""Files that an import makes of the layers."""
REPORTS = (REPORT, REPORT_WORDS)
"""Files that each import writes anew."""
SOURCES = "sources.csv"
STARTING_VALUES = ("assets.csv", "rates.csv", "calendars.csv", "assumptions.csv")
"""Tables with values of the library that a folder gets where it has none."""
TEAMS = "deployments.csv"
"""Table with teams that are made up, which a folder gets where it has none."""
WITHOUT_WORK = ("road_crew", IN_LIBRARY["builders"], *MORE_CREWS)
"""Crews that are not sent: layers tell of no works and no repairs, and idle days cost money."""
ALLOCATION, MORE = "today", "two_more_manual_teams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What was written.

    Parameters
    ----------
    imported
        What was imported.
    report
        What ``returnplan check`` says of the folder.
    written, kept
        Names of files that were written, and of those that were there and stayed.
    """

    imported: Imported
    report: Report
    written: tuple[str, ...]
    kept: tuple[str, ...]


def make_folder(recipe: Path, folder: Path, *, overwrite: bool = False) -> Made:
    """Make a scenario folder by a recipe.

    Parameters
    ----------
    recipe
        File of the recipe.
    folder
        Folder of the scenario, made if it does not exist.
    overwrite
        Whether tables of an earlier import are replaced; teams, rates and ``scenario.toml`` of the
        folder stay in any case.

    Returns
    -------
    Made
        What was written.

    Raises
    ------
    ReturnplanError
        When files are there that would be replaced; ``ImportProblemsError`` with what is wrong with
        recipe and layers; ``ScenarioError`` when the folder could not be run. Nothing is written.
    """
    _spare_layers(recipe, folder)
    there = [name for name in (*MADE, DISTRICTS) if (folder / name).exists()]
    if there and not overwrite:
        text = (
            f"{folder} has {', '.join(there)}: --overwrite replaces them, or choose another folder"
        )
        raise ReturnplanError(text)
    if (folder / WORKBOOK).exists():
        text = f"{folder} has {WORKBOOK}: an import writes CSV files, choose another folder"
        raise ReturnplanError(text)
    kept = _kept(folder)
    found = imported(recipe, _ids_of(kept))
    texts = _texts(found, kept)
    with _staged(folder) as stage:
        for name, data in kept.items():
            (stage / name).write_bytes(data)
        for name, text in texts.items():
            (stage / name).write_text(text, encoding="utf-8", newline="\n")
        report = check(stage)
        if report.scenario is None:
            raise ScenarioError(str(folder), report.errors)
        if not (folder / GUIDE).exists():
            from_library = not kept.keys() - texts.keys() & set(STARTING_VALUES)
            write_guide(report.scenario, stage, from_library=from_library)
        for name in kept.keys() - texts.keys():
            (stage / name).unlink()
        written = sorted(path.name for path in stage.iterdir())
        for name in written:
            (stage / name).replace(folder / name)
        gone = [name for name in there if name not in written]
        for name in gone:
            (folder / name).unlink()
    return Made(
        imported=found,
        report=report,
        written=tuple(written),
        kept=tuple(sorted(kept.keys() - texts.keys())),
    )


def _spare_layers(recipe: Path, folder: Path) -> None:
    """Refuse a folder in which a layer has the name of a file that an import writes."""
    written = {
        name.casefold() for name in (*MADE, *REPORTS, *STARTING_VALUES, TEAMS, DISTRICTS, SOURCES)
    }
    for layer in read_recipe(recipe, []).layers:
        with suppress(OSError, ValueError):
            here = Path(layer.file)
            path = (here if here.exists() else recipe.parent / layer.file).resolve()
            is_written = path.parent == folder.resolve() and path.name.casefold() in written
            if is_written and path.exists():
                text = (
                    f"{layer.file} is a layer of the recipe, and an import writes a file of "
                    f"that name into {folder}: move the layer, or choose another folder"
                )
                raise ReturnplanError(text)


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """A folder aside, inside the one that is made: what goes wrong leaves nothing."""
    made = [path for path in (*reversed(folder.parents), folder) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    stage = Path(mkdtemp(prefix=".import-", dir=folder))
    try:
        yield stage
    except BaseException:
        shutil.rmtree(made[0] if made else stage, ignore_errors=True)
        raise
    shutil.rmtree(stage, ignore_errors=True)


def _kept(folder: Path) -> dict[str, bytes]:
    """Files of a folder that a planner may have written, by name."""
    if not folder.is_dir():
        return {}
    made = {name.removesuffix(".csv") for name in MADE}
    found = {}
    for table, paths in csv_files_of(folder).items():
        if table not in made and not table.endswith(".csv"):
            for path in paths:
                found[path.name] = path.read_bytes()
    if (folder / TOML).is_file():
        found[TOML] = (folder / TOML).read_bytes()
    return found


def _ids_of(kept: Mapping[str, bytes]) -> list[str]:
    """Ids of the starter's tables, and of tables that stay; sources of layers are made anew."""
    ids: list[str] = []
    starter = [_starter(name).encode() for name in (*STARTING_VALUES, TEAMS, SOURCES)]
    own = [data for name, data in kept.items() if name not in (SOURCES, TOML)]
    for data in (*starter, *own):
        with suppress(UnicodeDecodeError, csv.Error):
            rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
            ids += [row["id"] for row in rows if row.get("id")]
    return list(dict.fromkeys(ids))


@cache
def _starter(name: str) -> str:
    """Text of a table of the starter, with starting values of the library."""
    return _csv(*starter_tables(from_library=True)[name.removesuffix(".csv")])


def _texts(found: Imported, kept: Mapping[str, bytes]) -> dict[str, str]:
    """Text of each file that is written."""
    texts: dict[str, str] = {}
    for table in ("places", "communities", "roads", "hazards"):
        texts[f"{table}.csv"] = _table_text(table, found)
    texts[SHAPES] = found.hazards_geojson
    if found.districts_geojson:
        texts[DISTRICTS] = found.districts_geojson
    given = {name: _starter(name) for name in STARTING_VALUES}
    given |= {TEAMS: _deployments(found), TOML: head(found.recipe.settings)}
    for name, text in given.items():
        if kept.get(name, text.encode()) == text.encode():
            texts[name] = text
    _note_given(found, texts)
    own = sorted(kept.keys() - texts.keys() - {SOURCES})
    text = "files of the folder that stay as they are"
    found.notes.add("read", "files_kept", text, own)
    texts[SOURCES] = _sources(found, kept.get(SOURCES, b""))
    texts[REPORT] = found.notes.as_csv()
    texts[REPORT_WORDS] = found.notes.as_words(found.recipe.settings.title)
    return texts


def _note_given(found: Imported, texts: Mapping[str, str]) -> None:
    """Note which tables hold values of the library, and which teams are made up."""
    names = [name for name in STARTING_VALUES if name in texts]
    text = (
        f"tables of starting values of the library ({library.assumed_words()[:-1]}; sources in "
        f"{SOURCES}), to be replaced by figures of your programme"
    )
    found.notes.add("guessed", "library_values", text, names, is_warning=True)
    text = "tables of teams that are made up, to be replaced by your own"
    names = [name for name in (TEAMS,) if name in texts]
    found.notes.add("guessed", "made_up_teams", text, names, is_warning=True)


def _table_text(table: str, found: Imported) -> str:
    kind = table_type(table)
    cells = [kind.cells(row) for row in found.rows[table]]
    filled = {column for row in cells for column, text in row.items() if text}
    needed = {*kind.required, *ONE_OF.get(table, ())} | filled
    header = [column for column in kind.info if column in needed]
    return _csv(header, [[row.get(column, "") for column in header] for row in cells])


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def _sources(found: Imported, own: bytes) -> str:
    """Sources of the layers and of the starting values, with those that the folder has."""
    kind = table_type("sources")
    starter = list(csv.DictReader(io.StringIO(_starter(SOURCES), newline="")))
    columns = dict.fromkeys(starter[0])
    rows: dict[str, dict[str, str]] = {}
    with suppress(UnicodeDecodeError, csv.Error):
        for row in csv.DictReader(io.StringIO(own.decode("utf-8-sig"), newline="")):
            if row.get("id"):
                filled = {key: text for key, text in row.items() if key and text}
                columns |= dict.fromkeys(filled)
                rows[row["id"]] = filled
    for row in starter:
        rows.setdefault(row["id"], row)
    for line in found.rows["sources"]:
        rows[line.id] = kind.cells(line)
    header = list(columns)
    return _csv(header, [[row.get(column, "") for column in header] for row in rows.values()])


def _deployments(found: Imported) -> str:
    """Teams of the starter at the first hub, each so many times as the recipe says."""
    rows = list(csv.DictReader(io.StringIO(_starter("deployments.csv"), newline="")))
    times = found.recipe.settings.times
    header = ("allocation", "asset", "base", "teams", "source")
    base = found.hubs[0]
    today = [
        row for row in rows if row["allocation"] == ALLOCATION and row["asset"] not in WITHOUT_WORK
    ]
    cells = [
        [ALLOCATION, row["asset"], base, str(int(row["teams"]) * times), row["source"]]
        for row in today
    ]
    # An allocation that is like another one states what differs.
    more = str(2 * times)
    cells += [
        [MORE, row["asset"], base, str(int(row["teams"]) * times + int(more)), row["source"]]
        for row in today
        if row["asset"] == "manual_team"
    ]
    return _csv(header, cells)


def head(settings: Settings) -> str:
    """Text of ``scenario.toml``.

    Parameters
    ----------
    settings
        Of the recipe.
    """
    more = (
        f"{2 * settings.times:,} more manual teams"
        if settings.times > 1
        else "Two more manual teams"
    )
    return f"""\
# Made by returnplan import gis; it stays as it is when the import is made again.

name = "imported"
title = {toml_value(settings.title)}
start = {settings.start.isoformat()}      # midnight of this day is day 0
horizon_years = {settings.horizon_years}      # nothing is shown after start + so many years

# The conditions for return that are in force (returnplan list gates). Layers tell nothing of water,
# houses and lessons: add these gates when the table works.csv says what is to be built, and crews
# for it to deployments.csv (assets.csv has them, and one for repairs of roads).
[gates]
permission = {{}}                        # the place's date accessible_from has come
survey = {{}}                            # the community survey is done
housing_land = {{ required_share = 1 }}  # every hazard that denies housing or services is released
road_access = {{}}                       # an open all-season road to a hub

# Made-up teams (deployments.csv): put your own.
[allocations.{ALLOCATION}]
title = "Made-up teams, nearest village first"
policy = "nearest"

[allocations.{MORE}]
title = "{more}"
like = "{ALLOCATION}"
"""
