"""Whatever layers and recipes hold: a refusal or a folder, in time, and never another error."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pytest
import shapely
import xlsxwriter
from click.testing import Result

from returnplan.errors import Problem
from returnplan.scenario.files import RefusedError
from returnplan.scenario.importers.layers import read_layers
from returnplan.scenario.importers.recipe import read_recipe
from tests.fuzz.damage import INPUTS, cut, flipped, no_hang, recoded, relined
from tests.fuzz.scenario_mutations import PIECES
from tests.running import call
from tests.scenario.importers.handmade import (
    HAZARDS,
    PEOPLE,
    ROADS,
    VILLAGES,
    Feature,
    box,
    line,
    point,
    write,
    write_all,
    write_geojson,
)
from tests.scenario.importers.test_layers import GRAPHML

pytestmark = [pytest.mark.fuzz, pytest.mark.unwatched]
NAMES = ("v.gpkg", "r.shp", "h.geojson", "s.graphml", "people.csv", "people.xlsx")
ODD_NUMBERS = (
    *("1e999", "-1e999", "NaN", "null", "1e300", "0", "91", "-200", '"x"', "[]", "1e-320"),
    *("9" * 400, "[[0,0]]", "true"),
)
NASTY = (
    "../../x",
    "/etc/passwd",
    "a\0b",
    "=1+1",
    "\u202ex",
    "",
    "x" * 300,
    "..",
    "CON",
    "a/b",
    "-",
)
"""Names of layers, ids and places that would do something, were they read as anything but text."""


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with one file of each format."""
    folder = tmp_path_factory.mktemp("clean")
    write_all(folder)
    write(folder / "v.gpkg", VILLAGES)
    write(folder / "r.shp", ROADS)
    write_geojson(folder / "h.geojson", HAZARDS)
    (folder / "s.graphml").write_text(GRAPHML, encoding="utf-8")
    with xlsxwriter.Workbook(folder / "people.xlsx") as book:
        sheet = book.add_worksheet("People")
        for number, row in enumerate(PEOPLE):
            sheet.write_row(number, 0, row)
    return folder


def pieced(data: bytes, luck: Random) -> bytes:
    """Some bytes of a text are others that mean something in some format."""
    place = luck.randrange(len(data) + 1)
    return data[:place] + luck.choice(PIECES) + data[place + luck.choice((0, 1, 20)) :]


def renumbered(data: bytes, luck: Random) -> bytes:
    """A number in a text is one that no place on earth has."""
    words = data.split(b" ")
    at = luck.randrange(len(words))
    words[at] = luck.choice(ODD_NUMBERS).encode() + (b"," if words[at].endswith(b",") else b"")
    return b" ".join(words)


OF_BYTES = (flipped, cut)
OF_TEXT = (flipped, cut, recoded, relined, pieced, renumbered, renumbered)


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_layer_is_read_or_refused(name: str, clean: Path, tmp_path: Path) -> None:
    stem = name[: name.index(".")]
    parts = {path.name: path.read_bytes() for path in clean.glob(f"{stem}.*")}
    parts = {part: data for part, data in parts.items() if name in ("r.shp", part)}
    ways: tuple[Callable[[bytes, Random], bytes], ...]
    ways = OF_TEXT if name.endswith((".geojson", ".graphml", ".csv")) else OF_BYTES
    refused = 0
    said: list[str] = []
    for seed in range(INPUTS // (4 if name.endswith("gpkg") else 1)):
        luck = Random(seed)
        shutil.rmtree(tmp_path / "d", ignore_errors=True)
        (tmp_path / "d").mkdir()
        broken = luck.choice(sorted(parts))
        for part, data in parts.items():
            bad = luck.choice(ways)(data, luck) if part == broken else data
            if part == broken and luck.randrange(20) == 0:
                bad = luck.randbytes(luck.randrange(2_000))
            (tmp_path / "d" / part).write_bytes(bad)
        with no_hang():
            try:
                for layer in read_layers(str(tmp_path / "d" / name)):
                    for column in layer.columns:
                        assert len(layer.texts(column)) == len(layer.rows), seed
                    assert layer.shapes is None or len(layer.shapes) == len(layer.rows), seed
            except RefusedError as no:
                refused += 1
                said.append(str(no.problem(name)))
            except Exception as error:
                raise AssertionError(f"seed {seed}") from error
    assert refused > 0
    assert all(len(text.splitlines()) == 1 for text in said)


@pytest.fixture(scope="module")
def recipe(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the recipe of the hand-made layers."""
    names = ("places.gpkg", "roads.shp", "hazards.geojson", "landuse.geojson", "people.csv")
    folder = tmp_path_factory.mktemp("recipe")
    assert call("import", "gis", *(clean / name for name in names), folder).exit_code == 0
    return (folder / "import.toml").read_bytes()


ODD_VALUES = ("[]", "{}", "7", "-1", "1e999", "nan", "true", "2024-01-01", '"="', "[[1]]", "")
NUMBERS = ("0", "1", "5", "40", "1000", "0.5", "1e-9", "false", "2030-01-01")
LISTS = ("[]", '["Town"]', '["T1", "N1"]', '["housing"]', '["other", "road"]', '["kendi"]')
SPEEDS = ('"skip"', "{ speed_kmh = 5 }", "{ speed_kmh = 90, all_season = false }")
WORDS = (
    *('"roads"', '"settlements"', '"hazards"', '"population"', '"districts"', '"land_use"'),
    *('"skip"', '"name"', '"id"', '"osm_id"', '"EPSG:4326"', '"EPSG:3857"', '"EPSG:2263"', '""'),
    *('"all"', '"keep"', '"refuse"', '"../x"', '"+proj=laea +nadgrids=@/etc/passwd"', '"CHA"'),
    *('"/dev/zero"', '"open"', '"closed"', '"housing"', '"full"', '"low"', '"Settlement"', '"x"'),
)


def retold(data: bytes, luck: Random) -> bytes:
    """A value of a recipe is another one."""
    lines = data.split(b"\n")
    at = luck.choice([number for number, text in enumerate(lines) if b" = " in text] or [0])
    key, _, value = lines[at].partition(b" = ")
    alike = {ord('"'): WORDS, ord("["): LISTS, ord("{"): SPEEDS}
    values = alike.get(value[0] if value else 0, NUMBERS) if luck.randrange(6) else ODD_VALUES
    lines[at] = key + b" = " + luck.choice(values).encode()
    return b"\n".join(lines)


def judge(result: Result, folder: Path, seed: int) -> bool:
    """An import ends with a folder or with one message, and leaves nothing else."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise AssertionError(f"seed {seed}") from result.exception
    assert result.exit_code in (0, 1, 2), seed
    if result.exit_code:
        assert result.stderr.startswith("returnplan: "), (seed, result.stderr)
        assert not folder.exists(), seed
    return result.exit_code == 0


def test_a_damaged_recipe_gives_problems_or_a_recipe(recipe: bytes, tmp_path: Path) -> None:
    path = tmp_path / "import.toml"
    for seed in range(INPUTS):
        luck = Random(seed)
        bad = recipe
        for _ in range(luck.choice((1, 1, 3))):
            bad = luck.choice((retold, retold, pieced, flipped, cut, relined))(bad, luck) or b"?"
        path.write_bytes(bad)
        problems: list[Problem] = []
        with no_hang():
            try:
                read_recipe(path, problems)
            except Exception as error:
                raise AssertionError(f"seed {seed}") from error
        assert all(str(problem).isprintable() for problem in problems), seed


def test_another_recipe_gives_a_folder_or_one_message(
    recipe: bytes, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Each import takes a tenth of a second and more: there are fewer of them."""
    path = tmp_path / "import.toml"
    done = 0
    for seed in range(INPUTS // 20):
        luck = Random(seed)
        path.write_bytes(retold(recipe, luck))
        with no_hang():
            done += judge(call("import", "gis", path, tmp_path / "S"), tmp_path / "S", seed)
        shutil.rmtree(tmp_path / "S", ignore_errors=True)
    assert done > INPUTS / 200
    assert sorted(one.name for one in tmp_path.iterdir()) == ["import.toml"]


def number_of(luck: Random) -> float:
    """A coordinate in metres that is round, tiny, or seldom on another continent."""
    far = luck.choice((1e7, 1e5, 4e5)) if luck.randrange(100) == 0 else 1e4
    return luck.choice((0.0, 1.0, 100.0, 5_000.0, far, -3e3, 1e-9, luck.uniform(0, 1e4)))


def ring_of(luck: Random) -> object:
    """A ring that crosses itself as luck has it."""
    points = [(number_of(luck), number_of(luck)) for _ in range(luck.randrange(3, 12))]
    return shapely.polygons([*points, points[0]])


def round_of(_: Random) -> object:
    """A ring of very many points."""
    angle = np.linspace(0, 2 * np.pi, 5_000)
    return shapely.polygons(np.column_stack([np.cos(angle), np.sin(angle)]) * 500)


SHAPES: dict[str, Callable[[Random], object]] = {
    "p": lambda luck: point(number_of(luck), number_of(luck)),
    "l": lambda luck: line(
        *((number_of(luck), number_of(luck)) for _ in range(luck.choice((2, 2, 3, 9))))
    ),
    "b": lambda luck: box(*(number_of(luck) for _ in range(4))),
    "r": ring_of,
    "h": round_of,
    "m": lambda luck: shapely.multipolygons(
        [box(n, 0, n + luck.choice((1, 20)), 9) for n in range(9)]
    ),
    "g": lambda _: shapely.geometrycollections(
        [point(0, 0), line((0, 0), (9, 9)), box(0, 0, 9, 9)]
    ),
    "n": lambda _: None,
    "e": lambda _: shapely.Polygon(),
    "z": lambda _: shapely.Point(),
}
"""Shapes by letter."""


def rows_of(luck: Random, kinds: str, count: int, *names: str) -> list[Feature]:
    """Features with shapes of some kinds, and any text in each column."""
    texts = (*NASTY, "Town", "Nova", "1", "12", "Öd", "a")
    return [
        (SHAPES[luck.choice(kinds)](luck), {name: luck.choice(texts) for name in names})
        for _ in range(count)
    ]


def hostile(luck: Random) -> dict[str, list[Feature]]:
    """Layers with shapes and names of every evil."""
    area = "0" if luck.randrange(3) else luck.choice(NASTY)
    land = rows_of(luck, "bbrrmghnepl", luck.randrange(1, 15), "id", "status", "class")
    homes = rows_of(luck, "pppbrmgnez", luck.randrange(1, 8), "id", "name", "district")
    return {
        "villages": [
            (point(0, 0), {"id": "t", "name": "Town", "district": "", "people": ""}),
            *((one, {**row, "people": luck.choice(("", "7", "1,000"))}) for one, row in homes),
        ],
        "roads": [
            (line((0, 0), (5000, 0)), {"id": "1", "highway": "a"}),
            (line((5000, 0), (9000, 1)), {"id": "2", "highway": "b"}),
            *rows_of(luck, "lllllpbgn", luck.randrange(12), "id", "highway"),
        ],
        "hazards": [(one, {**row, "area_m2": area}) for one, row in land],
        "landuse": rows_of(luck, "brmgn", luck.randrange(1, 5), "class"),
        "districts": rows_of(luck, "brmgn", luck.randrange(1, 4), "name", "code"),
    }


def test_hostile_shapes_and_names_give_a_folder_or_one_message(tmp_path: Path) -> None:
    done = 0
    for seed in range(INPUTS // 20):
        luck = Random(seed)
        layers = tmp_path / "layers"
        shutil.rmtree(layers, ignore_errors=True)
        layers.mkdir()
        files = [
            write_geojson(layers / f"{name}.geojson", rows)
            for name, rows in hostile(luck).items()
            if rows
        ]
        with no_hang():
            result = call("import", "gis", *files, tmp_path / "R")
            if not judge(result, tmp_path / "R", seed):
                continue
            path = tmp_path / "R" / "import.toml"
            text = path.read_text(encoding="utf-8").replace("default = 0", "default = 5")
            lines = ["hubs = ['t']" if one.startswith("hubs") else one for one in text.split("\n")]
            path.write_text("\n".join(lines), encoding="utf-8")
            result = call("import", "gis", path, tmp_path / "S")
            done += judge(result, tmp_path / "S", seed)
        shutil.rmtree(tmp_path / "R")
        shutil.rmtree(tmp_path / "S", ignore_errors=True)
        assert sorted(one.name for one in tmp_path.iterdir()) == ["layers"], seed
    assert done > INPUTS / 200
