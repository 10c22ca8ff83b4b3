"""A recipe as text, with a comment on everything that a planner may change."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from returnplan.scenario.importers.notes import one_line
from returnplan.scenario.importers.recipe import (
    CLASS,
    OTHER,
    PROPOSED,
    ROLES,
    SKIP,
    LayerRecipe,
    Recipe,
    Settings,
)

HEAD = """\
# Recipe of an import: what returnplan guessed of the layers. Change what is wrong, then make the
# scenario with the second call: returnplan import gis {recipe} {folder}
# The same recipe and layers give the same files. Numbers marked assumed are nobody's measurement.
"""


def recipe_text(recipe: Recipe, notes: Mapping[int, Sequence[str]], names: tuple[str, str]) -> str:
    """Write a recipe with comments.

    Parameters
    ----------
    recipe
        What stands in it.
    notes
        Comments on layers by their place.
    names
        Recipe and folder as a planner types them.

    Returns
    -------
    str
        Text of the file.
    """
    lines = [HEAD.format(recipe=names[0], folder=names[1]).rstrip("\n")]
    section = ""
    for one in fields(Settings):
        if one.metadata["section"] != section:
            section = one.metadata["section"]
            lines += ["", f"[{section}]"]
        lines += [f"# {part}" for part in one.metadata["note"].splitlines()]
        value = getattr(recipe.settings, one.name)
        lines.append(f"{one.name} = {toml_value(PROPOSED if value is None else value)}")
    for number, layer in enumerate(recipe.layers):
        lines += ["", *_layer_lines(layer, notes.get(number, ()))]
    return "\n".join(lines) + "\n"


def _layer_lines(layer: LayerRecipe, notes: Sequence[str]) -> list[str]:
    role = ROLES[layer.role]
    lines = [f"# {toml_comment(note)}" for note in notes]
    if layer.role == SKIP:
        lines.append(
            "# Not used: to use it, write its role, and a table [layer.columns] as others have."
        )
    lines += ["[[layer]]", f"file = {toml_value(layer.file)}"]
    if layer.layer:
        lines.append(f"layer = {toml_value(layer.layer)}")
    roles = ", ".join(ROLES)
    lines.append(f"role = {toml_value(layer.role)}  # {roles}")
    if layer.role not in ("population", SKIP):
        lines.append(
            f"crs = {toml_value(layer.crs)}  # empty: as the file says, else EPSG:4326 ..."
        )
        lines.append(f"swap_axes = {toml_value(layer.swap_axes)}")
    if role.columns:
        lines.append("[layer.columns]")
        for key, note in role.columns.items():
            lines.append(f"{key} = {toml_value(layer.columns.get(key, ''))}  # {note}")
    for key, table in layer.values.items():
        lines.append(f"[layer.values.{key}]  # one of {', '.join(role.values[key])}")
        lines += [f"{toml_value(value)} = {toml_value(word)}" for value, word in table.items()]
    lines += _speed_lines(layer)
    if layer.defaults and layer.role != SKIP:
        lines.append("[layer.defaults]  # where a feature has no value that is named above")
        lines += [f"{key} = {toml_value(value)}" for key, value in layer.defaults.items()]
    return lines


def _speed_lines(layer: LayerRecipe) -> list[str]:
    if not layer.speeds:
        return []
    lines = [f'[layer.values.{CLASS}]  # speeds are assumed; "{SKIP}": no road for cars']
    for value, speed in layer.speeds.items():
        text = f'"{SKIP}"'
        if speed is not None:
            season = toml_value(speed[1])
            text = f"{{ speed_kmh = {toml_value(speed[0])}, all_season = {season} }}"
        lines.append(f"{toml_value(value or OTHER)} = {text}")
    return lines


def toml_value(value: Any) -> str:
    """A value as TOML writes it.

    Parameters
    ----------
    value
        Text, number, date, truth, or several texts.

    Examples
    --------
    >>> [toml_value(value) for value in ("a", 2.0, True, ("x",))]
    ['"a"', '2', 'true', '["x"]']
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and math.isfinite(value) else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml_value, value))}]"
    if isinstance(value, str):
        # JSON's escapes are TOML's, but for pairs of surrogates and the one control it leaves.
        plain = value.encode("utf-8", "replace").decode("utf-8")
        return json.dumps(plain, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value)


def toml_comment(text: str) -> str:
    """A text that a comment may hold: one line."""
    return one_line(text)
