"""An import as a planner types it: what is said, what is refused, and that nothing half is left."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from returnplan.scenario.importers import made
from tests.running import call
from tests.scenario.importers.handmade import VILLAGES, write, write_all, write_csv


@pytest.fixture
def layers(tmp_path: Path) -> list[Path]:
    return write_all(tmp_path / "layers")


@pytest.fixture
def recipe(layers: list[Path], tmp_path: Path) -> Path:
    assert call("import", "gis", *layers, tmp_path / "S").exit_code == 0
    return tmp_path / "S" / "import.toml"


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_first_call_says_what_it_guessed_and_what_comes_next(
    layers: list[Path], tmp_path: Path
) -> None:
    result = call("import", "gis", *layers, tmp_path / "S")
    assert result.exit_code == 0
    assert "roads.shp: roads (id = osm_id, class = highway)" in result.stdout
    assert "Hub, where teams live: Town (guessed; hubs in the recipe)" in result.stdout
    where = tmp_path / "S"
    assert f"Next: returnplan import gis {where / 'import.toml'} {where}\n" in result.stdout
    assert [path.name for path in where.iterdir()] == ["import.toml"]


def test_the_second_call_says_what_was_done_and_writes_a_folder(recipe: Path) -> None:
    result = call("import", "gis", recipe, recipe.parent)
    assert result.exit_code == 0, result.output
    assert "      25                     2                                    0" in result.stdout
    assert "4 communities with 1,350 people, 9 roads, 9 hazards" in result.stdout
    assert "  hazards.geojson" not in result.stdout
    assert "Warnings, please look" in result.stderr
    told = " ".join(result.stdout.split())
    assert "tables of starting values of the library (128 of its 131 figures are assumed" in told
    assert "tables of teams that are made up, to be replaced by your own: 1" in told


def test_a_recipe_is_not_overwritten_without_being_asked(recipe: Path, layers: list[Path]) -> None:
    recipe.write_text("# mine", encoding="utf-8")
    result = call("import", "gis", *layers, recipe.parent)
    assert result.exit_code == 2
    assert f"{recipe} exists: --overwrite replaces it" in result.stderr
    assert recipe.read_text(encoding="utf-8") == "# mine"
    assert call("import", "gis", *layers, recipe.parent, "--overwrite").exit_code == 0
    assert recipe.read_text(encoding="utf-8").startswith("# Recipe of an import")


def test_tables_are_not_overwritten_without_being_asked(recipe: Path) -> None:
    folder = recipe.parent
    (folder / "roads.csv").write_text("mine", encoding="utf-8")
    before = everything(folder)
    result = call("import", "gis", recipe, folder)
    assert result.exit_code == 2
    assert f"{folder} has roads.csv: --overwrite replaces them" in result.stderr
    assert everything(folder) == before
    assert call("import", "gis", recipe, folder, "--overwrite").exit_code == 0
    assert (folder / "roads.csv").read_text(encoding="utf-8").startswith("id,from_place")


def test_what_a_planner_wrote_stays(recipe: Path) -> None:
    folder = recipe.parent
    assert call("import", "gis", recipe, folder).exit_code == 0
    teams = folder / "deployments.csv"
    teams.write_text(teams.read_text(encoding="utf-8").replace(",1,", ",7,"), encoding="utf-8")
    works = "id,settlement,kind,skill,crew_days,source\nw1,N1,water,building,20,made_up\n"
    (folder / "works.csv").write_text(works, encoding="utf-8")
    head = folder / "scenario.toml"
    head.write_text(head.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    (folder / "README.md").write_text("mine", encoding="utf-8")
    sources = folder / "sources.csv"
    text = sources.read_text(encoding="utf-8") + "own,My own,,,,observed\n"
    assert text.startswith("id,title,organisation,year,licence,kind\n")
    sources.write_text(text.replace("kind\n", "kind,title_fr\n", 1), encoding="utf-8")
    kept = {name: (folder / name).read_bytes() for name in ("deployments.csv", "works.csv")}
    kept |= {name: (folder / name).read_bytes() for name in ("scenario.toml", "README.md")}
    result = call("import", "gis", recipe, folder, "--overwrite")
    assert result.exit_code == 0, result.output
    assert {name: (folder / name).read_bytes() for name in kept} == kept
    assert "\nown,My own,,,,observed\n" in sources.read_text(encoding="utf-8")
    words = (folder / "import_report.md").read_text(encoding="utf-8")
    assert "stay as they are: 3 (deployments.csv, scenario.toml, works.csv)" in words


@pytest.mark.parametrize("has_folder", [False, True])
def test_an_import_that_fails_leaves_nothing(
    has_folder: bool, recipe: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    folder = tmp_path / "deep" / "other"
    if has_folder:
        folder.mkdir(parents=True)
    monkeypatch.setattr(made, "write_guide", full)
    result = call("import", "gis", recipe, folder)
    assert result.exit_code == 1
    assert result.stderr == "returnplan: No space left on device\n"
    assert not folder.exists() if not has_folder else not list(folder.iterdir())
    assert (tmp_path / "deep").exists() == has_folder


def test_a_folder_that_could_not_be_run_is_not_written(recipe: Path, tmp_path: Path) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "works.csv").write_text("id,settlement\nw1,nowhere\n", encoding="utf-8")
    result = call("import", "gis", recipe, folder)
    assert result.exit_code == 1
    assert "works.csv, row 1, column kind: found no such column" in result.stderr
    assert [path.name for path in folder.iterdir()] == ["works.csv"]


def test_every_problem_of_layers_and_recipe_is_told_at_once(recipe: Path, tmp_path: Path) -> None:
    text = recipe.read_text(encoding="utf-8")
    text = text.replace('hubs = ["Town"]', 'hubs = ["Nova", "Atlantis"]')
    recipe.write_text(text, encoding="utf-8")
    result = call("import", "gis", recipe, tmp_path / "other")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "returnplan: nothing was imported: 2 problems",
        "  import.toml, column places.hubs: found 'Nova', which 2 settlements are called; allowed: "
        "ids or names of settlements, each of one: ids stand in places.csv",
        "  import.toml, column places.hubs: found 'Atlantis'; allowed: ids or names of "
        "settlements, "
        "each of one: ids stand in places.csv",
    ]
    text = text.replace('layer = "villages"', 'layer = "towns"')
    text = text.replace('class = "highway"', 'class = "kind"').replace("people.csv", "none.csv")
    recipe.write_text(text, encoding="utf-8")
    lines = call("import", "gis", recipe, tmp_path / "other").stderr.splitlines()
    assert lines[0] == "returnplan: nothing was imported: 3 problems"
    assert "none.csv: found no such file" in lines[1]
    assert lines[2].endswith("found no layer 'towns'; allowed: one of villages, settlement_areas")
    assert lines[3].endswith(
        "found no column 'kind', which the recipe takes for class; allowed: one of osm_id, highway"
    )
    assert not (tmp_path / "other").exists()


def test_a_missing_reference_system_is_an_error_until_the_recipe_says_it(
    layers: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "layers" / "roads.prj").unlink()
    assert call("import", "gis", *layers, tmp_path / "S").exit_code == 0
    recipe = tmp_path / "S" / "import.toml"
    result = call("import", "gis", recipe, tmp_path / "S")
    assert result.exit_code == 1
    assert "roads.shp: found no coordinate reference system; allowed: crs = " in result.stderr
    before, after = recipe.read_text(encoding="utf-8").split('roads.shp"\n')
    after = after.replace('crs = ""', 'crs = "EPSG:2263"', 1)
    recipe.write_text(f'{before}roads.shp"\n{after}', encoding="utf-8")
    result = call("import", "gis", recipe, tmp_path / "S")
    assert result.exit_code == 0, result.output
    assert "9 roads" in result.stdout


def test_names_of_layers_count_from_the_folder_of_the_recipe_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tmp_path / "S")
    monkeypatch.chdir(tmp_path / "S")
    names = ("places.gpkg", "roads.shp", "hazards.geojson", "people.csv")
    assert call("import", "gis", *names, ".").exit_code == 0
    monkeypatch.chdir(tmp_path)
    result = call("import", "gis", "S/import.toml", "other")
    assert result.exit_code == 0, result.output


def test_a_layer_elsewhere_may_have_the_name_of_a_file_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_all(tmp_path)
    monkeypatch.chdir(tmp_path)
    names = ("places.gpkg", "roads.shp", "hazards.geojson", "people.csv")
    assert call("import", "gis", *names, "S").exit_code == 0
    result = call("import", "gis", "S/import.toml", "S")
    assert result.exit_code == 0, result.output


def test_a_layer_is_never_written_over(tmp_path: Path) -> None:
    files = write_all(tmp_path / "S")
    assert call("import", "gis", *files, tmp_path / "S").exit_code == 0
    before = everything(tmp_path / "S")
    words = (tmp_path / "S" / "import.toml", tmp_path / "S", "--overwrite")
    result = call("import", "gis", *words)
    assert result.exit_code == 2
    assert "hazards.geojson is a layer of the recipe, and an import writes a file" in result.stderr
    assert everything(tmp_path / "S") == before


def test_nobody_who_waits_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    home = write(tmp_path / "v.gpkg", VILLAGES)
    roads = write_all(tmp_path / "layers")[1]
    assert call("import", "gis", home, roads, tmp_path / "S").exit_code == 0
    result = call("import", "gis", tmp_path / "S" / "import.toml", tmp_path / "S")
    assert result.exit_code == 1
    assert "column people: found nobody; allowed: a layer of people" in result.stderr


def test_without_the_packages_one_line_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    missing = ("pyogrio", "shapely")
    monkeypatch.setattr(
        "returnplan.cli.import_commands.find_spec",
        lambda name: None if name in missing else found(name),
    )
    result = call("import", "gis", "a.gpkg", tmp_path)
    assert result.exit_code == 2
    assert result.stderr == (
        "returnplan: import gis needs pyogrio, shapely: pip install 'returnplan[geo]'\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["a.toml", "b.gpkg", "S"], 2, "a.toml is a recipe: give it alone"),
        (["a.toml", "S"], 1, "a.toml: found a file that cannot be read"),
        (["a.gpkg", "S"], 1, "a.gpkg: found no such file"),
        (["S"], 2, "Missing argument"),
    ],
)
def test_wrong_words_are_told_in_one_line(
    words: list[str], code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("import", "gis", *words)
    assert result.exit_code == code
    assert says in result.stderr
    assert not list(tmp_path.iterdir())


def test_a_folder_with_a_workbook_or_a_file_is_left_alone(recipe: Path, tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "tables.xlsx").write_bytes(b"x")
    result = call("import", "gis", recipe, tmp_path / "book")
    assert result.exit_code == 2
    assert "tables.xlsx: an import writes CSV files" in result.stderr
    file = write_csv(tmp_path / "people.csv", [("a", "b"), (1, 2)])
    assert call("import", "gis", file, file).exit_code == 2
    assert call("import", "gis", recipe, file).exit_code in (1, 2)
    assert file.read_text(encoding="utf-8").startswith("a,b")
