"""Layers of a recipe, read and brought into one plane."""

from collections.abc import Sequence
from pathlib import Path

from pyproj import CRS

from returnplan.errors import Problem
from returnplan.scenario.files import RefusedError
from returnplan.scenario.importers.ground import Ground, Ids, World, clean_id
from returnplan.scenario.importers.layers import Layer, read_all
from returnplan.scenario.importers.notes import ImportProblemsError, Notes
from returnplan.scenario.importers.recipe import SKIP, LayerRecipe, Recipe
from returnplan.scenario.importers.space import Box, are_near, box_of, crs_of, moved, plane_of

Pair = tuple[LayerRecipe, Layer]


def gathered(recipe: Recipe, path: Path, ids: Ids, notes: Notes) -> World:
    """Read all layers that are not skipped, and bring them into one plane.

    Parameters
    ----------
    recipe
        The recipe.
    path
        Its file: names of layers may count from there.
    ids
        Ids that are taken.
    notes
        The report.

    Returns
    -------
    World
        The layers.

    Raises
    ------
    ImportProblemsError
        With everything that is wrong with them.
    """
    problems: list[Problem] = []
    pairs = _pairs(recipe, path, problems)
    systems, boxes = _systems(pairs, problems)
    if not boxes and not problems:
        found = "no shape that lies anywhere"
        problems.append(Problem(file=path.name, column="layer", found=found, allowed="some"))
    if problems:
        raise ImportProblemsError(problems)
    try:
        plane = plane_of([box for _, box in boxes])
    except RefusedError as no:
        widest, _ = max(
            boxes, key=lambda pair: max(pair[1][2] - pair[1][0], pair[1][3] - pair[1][1])
        )
        raise ImportProblemsError([no.problem(widest.title)]) from None
    _note_far_layers(boxes, notes)
    grounds: list[Ground] = []
    for number, (one, layer) in enumerate(pairs):
        shapes = layer.shapes
        if shapes is not None:
            shapes = moved(shapes, systems[number], plane, swap=one.swap_axes)
        if shapes is not None and one.swap_axes:
            text = "layers with latitude and longitude exchanged, as the recipe says"
            notes.add("mended", "axes_swapped", text, layer=layer.title, count=1, is_warning=True)
        name = f"{Path(one.file).stem}_{one.layer}" if one.layer else Path(one.file).stem
        source = ids.take(clean_id(name) or "layer", "layer", number + 1)
        grounds.append(Ground(recipe=one, layer=layer, shapes=shapes, source=source))
    return World(recipe=recipe, plane=plane, grounds=tuple(grounds), notes=notes, ids=ids)


def _pairs(recipe: Recipe, path: Path, problems: list[Problem]) -> list[Pair]:
    """Layers that are not skipped, as the recipe and as their files have them."""
    wanted = [one for one in recipe.layers if one.role != SKIP]
    files = read_all([one.file for one in wanted], problems, path.parent)
    pairs: list[Pair] = []
    for one in wanted:
        layer = _layer_named(files[one.file], one, problems)
        if layer is not None:
            _check_columns(one, layer, problems)
            pairs.append((one, layer))
    return pairs


def _systems(
    pairs: Sequence[Pair], problems: list[Problem]
) -> tuple[dict[int, CRS], list[tuple[Layer, Box]]]:
    """Reference system of each layer with shapes, by its place, and where it lies."""
    systems: dict[int, CRS] = {}
    boxes: list[tuple[Layer, Box]] = []
    for number, (one, layer) in enumerate(pairs):
        if layer.shapes is None:
            continue
        try:
            systems[number] = crs_of(layer, one.crs)
            box = box_of(layer, systems[number], swap=one.swap_axes)
        except RefusedError as no:
            problems.append(no.problem(layer.title))
            continue
        if box is not None:
            boxes.append((layer, box))
    return systems, boxes


def _note_far_layers(boxes: Sequence[tuple[Layer, Box]], notes: Notes) -> None:
    """Say which layers lie far from all others."""
    for number, (layer, box) in enumerate(boxes):
        others = [other for at, (_, other) in enumerate(boxes) if at != number]
        if others and not any(are_near(box, other) for other in others):
            text = "layers far from all others (look at crs and swap_axes)"
            notes.add("look", "far_away", text, layer=layer.title, count=1, is_warning=True)


def _layer_named(
    layers: Sequence[Layer], one: LayerRecipe, problems: list[Problem]
) -> Layer | None:
    """The layer of a file that a recipe means; None: a problem says why there is none."""
    if not layers:
        return None
    found = [layer for layer in layers if layer.name == one.layer]
    if not one.layer and len(layers) == 1:
        found = list(layers)
    if found:
        layer = found[0]
        needs = "a table" if one.role == "population" else "shapes"
        if one.role == "population" or layer.shapes is not None:
            return layer
        problem = Problem(file=layer.title, found="a table without shapes", allowed=needs)
        problems.append(problem)
        return None
    names = ", ".join(layer.name or "(nameless)" for layer in layers)
    problems.append(
        Problem(file=one.file, found=f"no layer {one.layer!r}", allowed=f"one of {names}")
    )
    return None


def _check_columns(one: LayerRecipe, layer: Layer, problems: list[Problem]) -> None:
    for meaning, column in one.columns.items():
        if column not in layer.columns:
            found = f"no column {column!r}, which the recipe takes for {meaning}"
            allowed = f"one of {', '.join(layer.columns)}" if layer.columns else "nothing"
            problems.append(Problem(file=layer.title, found=found, allowed=allowed))
