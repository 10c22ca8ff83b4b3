"""What all parts of an import share: layers in one plane, ids, and what is wrong with a layer."""

import re
import unicodedata
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from returnplan.domain import file_name
from returnplan.scenario.importers.layers import Layer
from returnplan.scenario.importers.notes import Notes, one_line
from returnplan.scenario.importers.recipe import LayerRecipe, Recipe
from returnplan.scenario.importers.space import WGS84, moved

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

GRID_M = 0.001
"""Shapes are cut on a grid so fine that no area changes: without it some cuts fail."""
LONGEST_ID = 60
LETTERS = str.maketrans(
    {
        **{
            "\N{LATIN SMALL LETTER DOTLESS I}": "i",
            "ə": "e",
            "ø": "o",
            "ł": "l",
            "đ": "d",
            "ð": "d",
            "ħ": "h",
            "ŋ": "n",
        },
        **{"æ": "ae", "œ": "oe", "þ": "th", "ß": "ss"},
    }
)
"""Letters that Unicode takes for whole ones, as people write them without marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A layer of an import in the plane of all of them.

    Parameters
    ----------
    recipe
        How it is read.
    layer
        What the file holds.
    shapes
        Its shapes in metres; None: a table.
    source
        Id of its row of sources.
    """

    recipe: LayerRecipe
    layer: Layer
    shapes: Any
    source: str

    @property
    def title(self) -> str:
        """What messages call it."""
        return self.layer.title

    def texts(self, meaning: str) -> list[str]:
        """Values of the column that the recipe names for a meaning, as text."""
        return self.layer.texts(self.recipe.columns.get(meaning, ""))

    def label(self, number: int) -> str:
        """What a feature without an id is called."""
        return f"row {self.layer.rows[number]}"

    def labels(self, numbers: Iterable[int]) -> list[str]:
        """What features are called: their ids, or their rows."""
        ids = self.texts("id")
        return [ids[number] or self.label(number) for number in numbers]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All layers of an import.

    Parameters
    ----------
    recipe
        The recipe.
    plane
        The plane in which shapes are measured.
    grounds
        The layers that are not skipped.
    notes
        The report.
    ids
        Ids that are taken.
    """

    recipe: Recipe
    plane: CRS
    grounds: tuple[Ground, ...]
    notes: Notes
    ids: "Ids"

    def of(self, role: str) -> list[Ground]:
        """Layers of a role."""
        return [ground for ground in self.grounds if ground.recipe.role == role]

    def degrees(self, shapes: Any) -> Any:
        """Shapes of the plane as longitude and latitude."""
        return moved(shapes, self.plane, CRS.from_user_input(WGS84))


class Ids:
    """Ids that a scenario takes, each once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, given: str, prefix: str, number: int) -> str:
        """An id like the one that a layer has, or a number behind a prefix.

        Parameters
        ----------
        given
            What the layer says; empty: nothing.
        prefix
            Stands before numbers.
        number
            Number of the thing.

        Examples
        --------
        >>> ids = Ids()
        >>> [ids.take(text, "p", 7) for text in ("AB/12", "{x}", "12", "", "AB-12", "=1+1")]
        ['AB-12', 'x', 'p12', 'p7', 'AB-12-2', 'p1-1']
        """
        plain = clean_id(given)
        if not plain or plain.replace("-", "").isdigit():
            plain = f"{prefix}{plain or number}"
        found, more = plain, 2
        while found.casefold() in self._taken:
            found, more = f"{plain}-{more}", more + 1
        self._taken.add(found.casefold())
        return found


def clean_id(given: str) -> str:
    """What of a text may be an id; empty: nothing.

    Parameters
    ----------
    given
        Any text.
    """
    text = unicodedata.normalize("NFC", given)[: 4 * LONGEST_ID]
    plain = re.sub(r"[^\w#.-]+", "-", text)
    plain = re.sub(r"-{2,}|\.{2,}", "-", plain)[:LONGEST_ID].strip("-.")
    try:
        return file_name(unicodedata.normalize("NFC", plain)) if plain else ""
    except ValueError:
        return ""


def clean_name(given: str) -> str:
    r"""A name of a layer as the tables take it: one line, and no formula.

    Parameters
    ----------
    given
        Any text.

    Examples
    --------
    >>> clean_name(" =Old\nfort; -mill")
    'Old fort, mill'
    """
    text = one_line(given, 200)
    parts = (part.strip().lstrip("=+-@\uff1d\uff0b\uff0d\uff20 ") for part in text.split(";"))
    return ", ".join(part for part in parts if part)


def folded(name: str, left_out: Iterable[str] = ()) -> str:
    """A name without case, marks on letters, and words that only say what a place is.

    Parameters
    ----------
    name
        The name.
    left_out
        Words at its ends that do not count, as long as something is left.

    Examples
    --------
    >>> folded("Şəlvə kəndi", ["kəndi"]), folded("New-Town (North)")
    ('selve', 'new town north')
    """
    words = _bare(name).split()
    silent = {_bare(word) for word in left_out}
    while len(words) > 1 and words[-1] in silent:
        words.pop()
    while len(words) > 1 and words[0] in silent:
        words.pop(0)
    return " ".join(words)


def _bare(text: str) -> str:
    # A small i with a dot above, as lower() makes of the Turkish capital, is an i.
    apart = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    kept = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", kept.translate(LETTERS)).split())


def whole_shapes(ground: Ground, notes: Notes) -> Flags:
    """Features with a shape that has a place; the others are noted.

    Parameters
    ----------
    ground
        The layer.
    notes
        The report.
    """
    shapes = ground.shapes
    is_empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    bounds = shapely.bounds(shapes)
    with np.errstate(all="ignore"):
        is_lost = ~is_empty & ~(np.abs(bounds) < 1e8).all(axis=1)  # noqa: PLR2004 # off the earth
    for what, flags, text in (
        ("no_shape", is_empty, "features without a shape"),
        ("no_place", is_lost, "features with coordinates that lie nowhere"),
    ):
        ids = ground.labels(np.flatnonzero(flags).tolist())
        notes.add("dropped", what, text, ids, layer=ground.title, is_warning=True)
    kept: Flags = ~(is_empty | is_lost)
    return kept


def areas_of(shapes: Any) -> Any:
    """Shapes of which only the areas stay, with broken rings mended.

    Parameters
    ----------
    shapes
        Polygons, whole or broken, or collections.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        mended = shapely.make_valid(shapes)
        mixed = np.flatnonzero(shapely.get_type_id(mended) == 7)  # noqa: PLR2004 # a collection
        for number in mixed.tolist():
            parts = shapely.get_parts(mended[number])
            land = parts[shapely.get_dimensions(parts) == 2]  # noqa: PLR2004
            mended[number] = shapely.union_all(land, grid_size=GRID_M)
        return mended


def common_land(one: Any, other: Any) -> Any:
    """Land of one shape that is in another one.

    Parameters
    ----------
    one, other
        Areas.
    """
    return _only_land(shapely.intersection(one, other, grid_size=GRID_M))


def land_without(one: Any, other: Any) -> Any:
    """Land of one shape that is not in another one.

    Parameters
    ----------
    one, other
        Areas.
    """
    return _only_land(shapely.difference(one, other, grid_size=GRID_M))


def shared_m2(one: Any, other: Any) -> Floats:
    """Area that shapes have in common, pair by pair.

    Parameters
    ----------
    one, other
        Shapes.
    """
    found: Floats = shapely.area(shapely.intersection(one, other, grid_size=GRID_M))
    return found


def _only_land(shape: Any) -> Any:
    """What a cut leaves of an area, without the lines and points at which it only touches."""
    if shapely.get_type_id(shape) in (3, 6):
        return shape
    parts = shapely.get_parts(shape)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2], grid_size=GRID_M)  # noqa: PLR2004


def meaning_of(ground: Ground, meaning: str, notes: Notes, *, tells: bool = True) -> list[str]:
    """What the values of a column mean by the recipe, with its default for all others.

    Parameters
    ----------
    ground
        The layer.
    meaning
        Meaning of the column.
    notes
        Takes values that the recipe does not name.
    tells
        Whether features without a value are noted too.
    """
    table: Mapping[str, str] = ground.recipe.values.get(meaning, {})
    default = ground.recipe.defaults.get(meaning, "")
    texts = ground.texts(meaning)
    found = [table.get(text, default) if text else default for text in texts]
    unknown = sorted({text for text in texts if text and text not in table})
    count = sum(bool(text) and text not in table for text in texts)
    shown = default or "nothing"
    text = f"features with a {meaning} that the recipe does not name, read as {shown}"
    notes.add("guessed", f"unknown_{meaning}", text, unknown, layer=ground.title, count=count)
    silent = sum(not text for text in texts)
    if tells and default:
        text = f"features without a {meaning}, read as {default}"
        notes.add("guessed", f"no_{meaning}", text, layer=ground.title, count=silent)
    return found
