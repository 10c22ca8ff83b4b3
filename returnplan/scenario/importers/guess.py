"""The first version of a recipe: what layers are, what their columns and values may mean."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from returnplan.errors import Problem
from returnplan.scenario.files import RefusedError
from returnplan.scenario.importers.ground import clean_name, folded
from returnplan.scenario.importers.layers import Layer, read_all
from returnplan.scenario.importers.notes import ImportProblemsError
from returnplan.scenario.importers.recipe import (
    CLASS,
    ROLES,
    SKIP,
    LayerRecipe,
    Recipe,
    Settings,
)
from returnplan.scenario.importers.space import WGS84, box_of, crs_of, moved, plane_of, turned
from returnplan.scenario.importers.vocabulary import (
    COLUMNS,
    NAMED,
    NOT_PLACES,
    NOT_ROADS,
    SPEAKING,
    SPEEDS,
    TAGS,
    WORDS,
)

CUT = 10
"""Letters of the name of a column in a Shapefile."""
LIKELY, KNOWN = 0.5, 0.3
"""Shares of values from which a column is taken for what most of them are, or are known as."""
MOST_PEOPLE = 1_000_000
"""Most displaced people of a settlement: larger numbers are codes."""
YEARS = (1900, 2100)
ROAD_M = 1_000.0
"""A hub lies this near to a road."""
MOST_TOLD = 5
"""Values that are told on the screen."""
MOST_VALUES = 100
"""Values of a column that a recipe names."""
COMMON_SHARE, COMMON_LEAST = 0.1, 3
"""Share of the names that end or begin with a word, from which it says only what a place is."""
HAZARDS_FOR_TEAMS = 100
"""Hazards for each of which the made-up teams are there once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A first recipe.

    Parameters
    ----------
    recipe
        The recipe.
    notes
        What was guessed of each layer, by its place in the recipe.
    lines
        The same for a screen.
    """

    recipe: Recipe
    notes: Mapping[int, tuple[str, ...]]
    lines: tuple[str, ...]


@np.errstate(all="ignore")  # numbers that no place has
def guessed(paths: Sequence[str], today: date) -> Guess:
    """Guess what layers are.

    Parameters
    ----------
    paths
        Their files.
    today
        Gives the start of the plan: the first of its month.

    Returns
    -------
    Guess
        A recipe for a planner to look at.

    Raises
    ------
    ImportProblemsError
        With every file that cannot be read.
    """
    problems: list[Problem] = []
    files = read_all(list(paths), problems)
    if problems:
        raise ImportProblemsError(problems)
    layers = [layer for found in files.values() for layer in found]
    recipes = [_layer_recipe(layer) for layer in layers]
    notes: dict[int, list[str]] = {n: [_described(layer)] for n, layer in enumerate(layers)}
    for number, layer in enumerate(layers):
        notes[number] += _not_understood(layer, recipes[number])
    _by_values(layers, recipes, notes)
    placed = _placed(layers, recipes, notes)
    title = f"Imported from {', '.join(dict.fromkeys(Path(file).name for file in files))}"
    settings = Settings(
        title=clean_name(title[:150]) or "Imported",
        start=today.replace(day=1),
        hubs=_hub(layers, recipes, placed),
        words_left_out=_common_words(layers, recipes),
        times=_times(layers, recipes),
    )
    for role in ("settlements", "roads", "hazards"):
        if not any(one.role == role for one in recipes):
            said = f"no layer of {role} was found: say which it is by its role"
            notes[len(layers)] = [*notes.get(len(layers), []), said]
    recipe = Recipe(settings=settings, layers=tuple(recipes))
    lines = []
    for number, (layer, one) in enumerate(zip(layers, recipes, strict=True)):
        known = ", ".join(f"{key} = {column}" for key, column in one.columns.items() if column)
        if one.role == SKIP:
            known = "not used: to use it, write its role and [layer.columns]"
        lines.append(f"{layer.title}: {one.role}{f' ({known})' if known else ''}")
        lines += [f"  {note}" for note in notes[number][1:]]
    lines += notes.pop(len(layers), [])
    return Guess(
        recipe=recipe, notes={n: tuple(said) for n, said in notes.items()}, lines=tuple(lines)
    )


def _described(layer: Layer) -> str:
    kind = {0: "points", 1: "lines", 2: "areas"}.get(_dimension(layer), "rows")
    shown = ", ".join(list(layer.columns)[:12])
    return f"{layer.title}: {len(layer.rows):,} {kind}; columns: {shown}"


def _dimension(layer: Layer) -> int:
    """What most shapes of a layer are: 0 points, 1 lines, 2 areas; -1: it is a table."""
    if layer.shapes is None:
        return -1
    there = layer.shapes[~shapely.is_missing(layer.shapes)]
    dimensions = shapely.get_dimensions(there)
    dimensions = dimensions[dimensions >= 0]
    return int(np.bincount(dimensions).argmax()) if len(dimensions) else 0


def _layer_recipe(layer: Layer) -> LayerRecipe:
    role = _role(layer)
    found = LayerRecipe(file=layer.file, layer=layer.name, role=role)
    columns = _columns(layer, role)
    values = {
        meaning: _meanings(layer, columns[meaning], role, meaning)
        for meaning in ROLES[role].values
        if columns.get(meaning)
    }
    speeds: dict[str, tuple[float, bool] | None] = {}
    if role == "roads":
        for value in _values(layer, columns.get(CLASS, "")):
            speeds[value] = _speed(value)
        speeds[""] = (30.0, True)
    return replace(
        found,
        columns=columns,
        values={key: table for key, table in values.items() if table},
        defaults=dict(ROLES[role].defaults),
        speeds=speeds,
    )


def _role(layer: Layer) -> str:
    """Role of a layer by its shapes, its name and its columns."""
    name = f"{Path(layer.file).stem} {layer.name}".lower().replace("_", " ")
    columns = " ".join(layer.columns).lower().replace("_", " ")
    dimension = _dimension(layer)
    fits = {
        -1: ("population",),
        0: ("hazards", "settlements"),
        1: ("roads",),
        2: ("hazards", "land_use", "districts", "settlements"),
    }[dimension]
    if dimension == 1:
        return SKIP if re.search(NOT_ROADS, name) and "road" not in name else "roads"
    if dimension == 0 and re.search(NOT_PLACES, name):
        return SKIP
    for text in (name, columns):
        for role, words in NAMED:
            if role in fits and re.search(words, text):
                return role
    if dimension == 0:  # places have names
        has_names = _columns(layer, "settlements").get("name") or any(
            _looks_like_names(layer.texts(column)) for column in layer.columns
        )
        return "settlements" if has_names else SKIP
    return "population" if dimension < 0 else SKIP


def _bare(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", folded(name).replace(" ", ""))


def _columns(layer: Layer, role: str) -> dict[str, str]:
    """Column of each meaning of a role: by tag, by name, by the beginning of a name."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    bare = {column: _bare(column) for column in layer.columns}
    for meaning, pattern in TAGS.get(role, {}).items():
        for column, tag in layer.tags.items():
            if re.fullmatch(f"{pattern}.*", tag) and meaning not in found:
                found[meaning] = column
                taken.add(column)
    if role == "hazards":
        found |= _spoken(layer, {*taken})
        taken |= {*found.values()}
    for meaning, names in COLUMNS.get(role, {}).items():
        if meaning in found:
            continue
        free = {column: name for column, name in bare.items() if column not in taken and name}
        if meaning == "code":  # an id may be a code too
            free = {column: name for column, name in bare.items() if name}
        column = _named(free, names, is_cut=layer.file.lower().endswith(".shp"))
        if column:
            found[meaning] = column
            taken.add(column)
    return found


def _spoken(layer: Layer, taken: set[str]) -> dict[str, str]:
    """Columns whose values say what they are: a class in a column that is called status or type.

    Of several the one that is called so, else the first.
    """
    found: dict[str, str] = {}
    for meaning, pattern in SPEAKING.items():
        free = {column: _bare(column) for column in layer.columns if column not in taken}
        speaking = {
            column: bare for column, bare in free.items() if _speaks(layer, column, pattern)
        }
        column = _named(speaking, COLUMNS["hazards"][meaning], is_cut=False)
        if speaking:
            found[meaning] = column or next(iter(speaking))
            taken.add(found[meaning])
    return found


def _speaks(layer: Layer, column: str, pattern: str) -> bool:
    values = {text.casefold().replace("_", " ") for text in layer.texts(column) if text}
    told = sum(bool(re.search(pattern, value)) for value in values)
    return bool(values) and len(values) <= MOST_VALUES and told > LIKELY * len(values)


def _named(columns: Mapping[str, str], names: Sequence[str], *, is_cut: bool) -> str:
    for name in names:
        for column, bare in columns.items():
            if bare == name:
                return column
    for name in names:
        for column, bare in columns.items():
            if is_cut and len(column) == CUT and name.startswith(bare) and bare:
                return column
    return ""


def _by_values(
    layers: Sequence[Layer], recipes: list[LayerRecipe], notes: dict[int, list[str]]
) -> None:
    """Guess columns that no name tells by what stands in them."""
    for number, layer in enumerate(layers):
        if recipes[number].role == "settlements":
            named = next((c for c in layer.columns if _looks_like_names(layer.texts(c))), "")
            _take(recipes, notes, number, {"name": named})
    names, districts = (
        {
            folded(text)
            for layer, one in zip(layers, recipes, strict=True)
            if one.role == "settlements"
            for text in layer.texts(one.columns.get(meaning, ""))
        }
        - {""}
        for meaning in ("name", "district")
    )
    for layer, one in zip(layers, recipes, strict=True):
        if one.role == "districts":
            districts |= {folded(text) for text in layer.texts(one.columns.get("name", ""))}
    for number, layer in enumerate(layers):
        if recipes[number].role == "population":
            found = {
                "name": _most_known(layer, names),
                "district": _most_known(layer, districts),
                "people": _most_people(layer, set(recipes[number].columns.values())),
            }
            _take(recipes, notes, number, found)


def _take(
    recipes: list[LayerRecipe],
    notes: dict[int, list[str]],
    number: int,
    found: Mapping[str, str],
) -> None:
    """Put columns into a recipe for what it has none yet, and say so."""
    columns = dict(recipes[number].columns)
    for meaning, column in found.items():
        if column and not columns.get(meaning) and column not in columns.values():
            columns[meaning] = column
            notes[number].append(f"{meaning} = {column} is guessed by what stands there")
    recipes[number] = replace(recipes[number], columns=columns)


def _looks_like_names(texts: Sequence[str]) -> bool:
    filled = [text for text in texts if text]
    worded = sum(any(sign.isalpha() for sign in text) for text in filled)
    return bool(filled) and worded > LIKELY * len(filled) and len({*filled}) > LIKELY * len(filled)


def _most_known(layer: Layer, known: set[str]) -> str:
    """Column of which most values are known; none: no column of which many are."""
    shares = {}
    for column in layer.columns:
        texts = [folded(text) for text in layer.texts(column) if text]
        shares[column] = sum(text in known for text in texts) / max(len(texts), 1)
    best = max(shares, key=lambda column: shares[column], default="")
    return best if best and shares[best] > KNOWN else ""


def _most_people(layer: Layer, taken: set[str]) -> str:
    """Column of whole numbers with the largest sum, years and codes left out."""
    sums: dict[str, int] = {}
    for column in layer.columns:
        texts = [text for text in layer.texts(column) if text]
        whole = [int(text) for text in texts if text.isascii() and text.isdigit()]
        if column in taken or len(whole) <= LIKELY * len(layer.rows):
            continue
        is_year = min(whole) >= YEARS[0] and max(whole) <= YEARS[1]
        is_number_of_row = sorted(whole) == list(range(min(whole), max(whole) + 1))
        is_code = any(len(text) > 1 and text.startswith("0") for text in texts)
        if max(whole) <= MOST_PEOPLE and not (is_year or is_number_of_row or is_code):
            sums[column] = sum(whole)
    return max(sums, key=lambda column: sums[column], default="")


def _values(layer: Layer, column: str) -> list[str]:
    """Values of a column, the most frequent first."""
    count = Counter(text for text in layer.texts(column) if text)
    ordered = sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))
    return [text for text, _ in ordered[:MOST_VALUES]]


def _meanings(layer: Layer, column: str, role: str, meaning: str) -> dict[str, str]:
    table = WORDS["land_use" if role == "land_use" else meaning]
    allowed = ROLES[role].values[meaning]
    default = ROLES[role].defaults.get(meaning, SKIP if SKIP in allowed else "other")
    return {value: _word(value, table, allowed) or default for value in _values(layer, column)}


def _not_understood(layer: Layer, recipe: LayerRecipe) -> Iterator[str]:
    """Say of which values nobody knows the meaning, and what they are taken for until told."""
    for meaning, values in recipe.values.items():
        column = recipe.columns[meaning]
        allowed = ROLES[recipe.role].values[meaning]
        table = WORDS["land_use" if recipe.role == "land_use" else meaning]
        unknown = [value for value in values if not _word(value, table, allowed)]
        if unknown:
            told = ", ".join(f"{value!r}" for value in unknown[:MOST_TOLD])
            more = f" and {len(unknown) - MOST_TOLD} more" if len(unknown) > MOST_TOLD else ""
            taken = values[unknown[0]]
            yield f"{column}: not understood, taken for {meaning} {taken}: {told}{more}"


def _word(value: str, table: Sequence[tuple[str, str]], allowed: Iterable[str]) -> str:
    plain = value.casefold().replace("_", " ").strip()
    for word in allowed:
        if plain == word.casefold().replace("_", " "):
            return word
    return next((word for word, pattern in table if re.search(pattern, plain)), "")


def _speed(value: str) -> tuple[float, bool] | None:
    plain = value.casefold().strip("[]'\" ").split("'")[0].removesuffix("_link")
    plain = plain.split(";")[0].split(",")[0].strip()
    return SPEEDS.get(plain, (30.0, True))


def _placed(
    layers: Sequence[Layer], recipes: list[LayerRecipe], notes: dict[int, list[str]]
) -> dict[int, Any]:
    """Shapes of each layer in one plane; axes that are exchanged are noted in its recipe."""
    systems: list[tuple[int, Layer, CRS]] = []
    for number, layer in enumerate(layers):
        if layer.shapes is None or recipes[number].role == SKIP:
            continue
        try:
            systems.append((number, layer, crs_of(layer)))
        except RefusedError as no:
            recipes[number] = replace(recipes[number], crs="")
            notes[number].append(f'{no.found}: say crs, for instance "EPSG:4326"')
    flags = turned([(layer, crs) for _, layer, crs in systems])
    for (number, _, _), is_turned in zip(systems, flags, strict=True):
        if is_turned:
            recipes[number] = replace(recipes[number], swap_axes=True)
            notes[number].append("latitude and longitude seem exchanged: swap_axes is set")
    boxes = [
        box
        for number, layer, crs in systems
        if (box := box_of(layer, crs, swap=recipes[number].swap_axes)) is not None
    ]
    try:
        plane = plane_of(boxes) if boxes else CRS.from_user_input(WGS84)
    except RefusedError as no:
        for number, _, _ in systems:
            notes[number].append(f"{no.found}: say crs or swap_axes")
        return {}
    return {
        number: moved(layer.shapes, crs, plane, swap=recipes[number].swap_axes)
        for number, layer, crs in systems
    }


def _hub(
    layers: Sequence[Layer], recipes: Sequence[LayerRecipe], placed: Mapping[int, Any]
) -> tuple[str, ...]:
    """The settlement farthest from every hazard, towns before villages."""
    hazards = [
        shapes[_whole(shapes)] for n, shapes in placed.items() if recipes[n].role == "hazards"
    ]
    land = np.concatenate(hazards) if hazards else np.array([], object)
    tree = shapely.STRtree(land)
    roads = [shapes[_whole(shapes)] for n, shapes in placed.items() if recipes[n].role == "roads"]
    network = shapely.STRtree(np.concatenate(roads)) if roads else None
    best: tuple[bool, bool, float, int] | None = None
    name = ""
    for number, shapes in placed.items():
        one, layer = recipes[number], layers[number]
        if one.role != "settlements":
            continue
        kinds = layer.texts(one.columns.get("kind", ""))
        skipped = {k for k, word in one.values.get("kind", {}).items() if word == SKIP}
        names = layer.texts(one.columns.get("name", ""))
        ids = layer.texts(one.columns.get("id", ""))
        count = Counter(names)
        there = np.flatnonzero(_whole(shapes))
        middles = shapely.centroid(shapes[there])
        far = np.zeros(len(there))
        if len(land) and len(there):
            which, distance = tree.query_nearest(middles, return_distance=True, all_matches=False)
            far[which[0]] = distance
        by_road = np.ones(len(there), np.bool_)
        if network is not None and len(there):
            near = network.query(middles, predicate="dwithin", distance=ROAD_M)[0]
            by_road = np.isin(np.arange(len(there)), near)
        for at, metres, is_near in zip(there.tolist(), far.tolist(), by_road.tolist(), strict=True):
            called = names[at] if count[names[at]] == 1 and names[at] else ids[at]
            if kinds[at] in skipped or not called:
                continue
            is_town = bool(re.search("city|town", kinds[at]))
            rank = (is_near, is_town, round(metres, 1), -at)
            if best is None or rank > best:
                best, name = rank, called
    return (name,) if name else ()


def _whole(shapes: Any) -> Any:
    bounds = shapely.bounds(shapes)
    with np.errstate(all="ignore"):
        return (np.abs(bounds) < 1e8).all(axis=1)  # noqa: PLR2004 # nan is not


def _common_words(layers: Sequence[Layer], recipes: Sequence[LayerRecipe]) -> tuple[str, ...]:
    """Words with which many names begin or end: they say only what a place is."""
    found = dict.fromkeys(Settings().words_left_out)
    for layer, one in zip(layers, recipes, strict=True):
        if one.role not in ("settlements", "population"):
            continue
        for meaning in ("name", "district"):
            column = one.columns.get(meaning, "")
            for word in _words_at_ends(set(layer.texts(column))):
                found[word] = None
    return tuple(found)


def _words_at_ends(names: set[str]) -> Iterator[str]:
    """Words with which many of some names end, or begin."""
    words = [folded(name).split() for name in sorted(names)]
    for at in (-1, 0):
        count = Counter(parts[at] for parts in words if len(parts) > 1)
        least = max(COMMON_LEAST, COMMON_SHARE * len(names))
        for word, number in sorted(count.items(), key=lambda pair: (-pair[1], pair[0])):
            if number >= least and not word.isdigit():
                yield word


def _times(layers: Sequence[Layer], recipes: Sequence[LayerRecipe]) -> int:
    hazards = sum(
        len(layer.rows) for layer, one in zip(layers, recipes, strict=True) if one.role == "hazards"
    )
    return max(1, -(-hazards // HAZARDS_FOR_TEAMS))
