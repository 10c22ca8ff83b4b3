"""The recipe of an import: what a planner edits, read with every problem in it."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

from returnplan.domain import DENIALS, Difficulty, HazardClass, LandClass, Record, words
from returnplan.errors import Problem
from returnplan.scenario.files import RefusedError, bytes_of, text_of
from returnplan.scenario.header import MOST_YEARS

RECIPE = "import.toml"
SKIP = "skip"
"""Stands for a value or a layer that is left out."""
DENIED = tuple(DENIALS)
MOST_SHOWN = 60
DAY_0 = date(2026, 1, 1)
_YEARS = (1900, 2200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a layer may be.

    Parameters
    ----------
    columns
        What its columns may mean, with a line about each.
    values
        Of those whose values are translated: what each value may become.
    defaults
        What holds where a feature has none, or one that the recipe does not name.
    """

    columns: Mapping[str, str]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


ROLES: Mapping[str, Role] = {
    "settlements": Role(
        columns={
            "id": "id that the folder keeps; without one they are numbered",
            "name": "name",
            "district": "district; without one the layer of districts says it",
            "code": "code by which people are joined, such as a P-code",
            "kind": "kind of place",
            "people": "displaced people, where the layer itself says them",
        },
        values={"kind": ("settlement", SKIP)},
        defaults={"kind": "settlement"},
    ),
    "roads": Role(columns={"id": "id of the source", "class": "class of road"}),
    "hazards": Role(
        columns={
            "id": "id that the folder keeps",
            "status": "open or closed",
            "hazard_class": "suspected or confirmed",
            "land_class": "what kind of land, which decides the rate of teams",
            "record": "what the laying party's records say",
            "difficulty": "slope, vegetation, soil and metal together",
            "denies": "what people cannot use; without one see [denies]",
            "area_m2": "reported area: used for points, compared for polygons",
            "items_per_km2": "expected items",
        },
        values={
            "status": ("open", "closed"),
            "hazard_class": (*get_args(HazardClass), SKIP),
            "land_class": get_args(LandClass),
            "record": get_args(Record),
            "difficulty": get_args(Difficulty),
            "denies": DENIED,
        },
        defaults={
            "status": "open",
            "hazard_class": "SHA",
            "land_class": "minefield",
            "record": "none",
            "difficulty": "medium",
        },
    ),
    "population": Role(
        columns={
            "code": "code of the settlement, such as a P-code",
            "name": "name of the settlement",
            "district": "district of the settlement",
            "people": "displaced people",
            "households": "households",
            "group": "group, where a settlement has several",
        }
    ),
    "districts": Role(columns={"name": "name", "code": "code, such as a P-code"}),
    "land_use": Role(columns={"class": "class of land use"}, values={"class": (*DENIED, SKIP)}),
    SKIP: Role(columns={}),
}
"""By name; a layer that is skipped is not read."""
CLASS = "class"
"""Column of roads whose values have a speed and a season instead of a word."""


def _number(low: float, high: float) -> tuple[Callable[[Any], Any], str]:
    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError
        if not low <= value <= high:
            raise ValueError
        return float(value)

    return read, f"a number from {low:g} to {high:,.10g}"


def _whole(low: int, high: int) -> tuple[Callable[[Any], Any], str]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError
        return value

    return read, f"a whole number from {low} to {high:,}"


def _line(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:  # noqa: PLR2004 # one line on a screen
        raise ValueError
    return words(value.strip())


def _date(value: Any) -> date:
    if (
        isinstance(value, datetime)
        or not isinstance(value, date)
        or not _YEARS[0] <= value.year <= _YEARS[1]
    ):
        raise ValueError
    return value


def _proposed(value: Any) -> float | None:
    return None if value == PROPOSED else float(_number(0, 1_000)[0](value))


def _one_of(*choices: str) -> tuple[Callable[[Any], Any], str]:
    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return read, f"one of {', '.join(choices)}"


def _several(choices: Sequence[str] = ()) -> tuple[Callable[[Any], Any], str]:
    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ValueError
        if choices and not (value and set(value) <= set(choices)):
            raise ValueError
        return tuple(value)

    allowed = f" of {', '.join(choices)}, at least one" if choices else ", each in quotes"
    return read, f"a list{allowed}"


PROPOSED = "proposed"
LINE_TEXT = "a line of text without = + - @ at its start"


def _setting(section: str, default: Any, read: tuple[Callable[[Any], Any], str], note: str) -> Any:
    """A field of the settings: its section, how it is read, what is allowed, what it means."""
    kind = {"section": section, "read": read[0], "allowed": read[1], "note": note}
    return field(default=default, metadata=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for all layers; each field stands in the section of the recipe that it names."""

    title: str = _setting(
        "scenario", "Imported scenario", (_line, LINE_TEXT), "title on pages and charts"
    )
    start: date = _setting(  # noqa: RUF009 # a date never changes
        "scenario",
        DAY_0,
        (_date, "a date as YYYY-MM-DD"),
        "day 0 of the plan (the month of the first call)",
    )
    horizon_years: int = _setting(
        "scenario", 20, _whole(1, MOST_YEARS), "nothing is shown after start + so many years"
    )
    hubs: tuple[str, ...] = _setting(
        "places",
        (),
        _several(),
        "ids or names of towns on the network in use today, where teams live; they have no\n"
        "displaced people. Guessed: the settlement farthest from every hazard. Put yours in",
    )
    zone: str = _setting(
        "places",
        "lowland",
        (_line, LINE_TEXT),
        "work calendar of all places (table calendars: lowland or mountain, starting values)",
    )
    words_left_out: tuple[str, ...] = _setting(
        "people",
        ("village", "town", "city", "settlement", "district"),
        _several(),
        "words at the ends of names of places and districts that say no more than what they are:\n"
        "left out when names are compared. Add those of your language",
    )
    default: int = _setting(
        "people",
        0,
        _whole(0, 1_000_000),
        "displaced people of a settlement without a figure; 0: nobody waits there in the plan,\n"
        "and the report lists it",
    )
    snap_m: float | None = _setting(
        "roads",
        None,
        (_proposed, f'a number from 0 to 1000, or "{PROPOSED}"'),
        'ends of roads this near to another road are joined to it (m); "proposed": the smallest\n'
        "of 0, 5, 10, 25, 50, 100 after which hardly a village is won. The report has the table",
    )
    crossings: str = _setting(
        "roads",
        "vertex",
        _one_of("vertex", "all"),
        "vertex: crossing roads meet where both have a point (bridges have none); all: always,\n"
        "for layers drawn without common points",
    )
    at_road_m: float = _setting(
        "roads",
        100.0,
        _number(0, 5_000),
        "a village this near to a road lies on it (m; assumed: half the width of a village)",
    )
    connector_m: float = _setting(
        "roads",
        1_000.0,
        _number(0, 100_000),
        "a village off the roads, up to this far, gets a connector: a straight road, marked by\n"
        "source = connector (m; assumed)",
    )
    connector_kmh: float = _setting(
        "roads", 15.0, _number(0.1, 200), "speed on connectors (km/h; assumed: a track)"
    )
    corridor_m: float = _setting(
        "hazards",
        12.0,
        _number(0, 1_000),
        "width of the strip along a road that must be released before it is used (m; assumed:\n"
        "carriageway and verges; programmes use 6 to 50)",
    )
    least_strip_m2: float = _setting(
        "hazards",
        10.0,
        _number(0, 1_000_000),
        "a smaller part in a road's strip stays with its hazard (m2; assumed: inexact drawing)",
    )
    to_place_m: float = _setting(
        "hazards",
        3_000.0,
        _number(0, 100_000),
        "a hazard belongs to the nearest settlement up to this far (m; assumed: an hour's walk);\n"
        "those farther are listed and left out",
    )
    overlaps: str = _setting(
        "hazards",
        "once",
        _one_of("once", "keep", "refuse"),
        "once: land in two hazards counts for the first (confirmed before suspected, then as in\n"
        "the file); keep: for both; refuse: an error that lists them",
    )
    point_m2: float = _setting(
        "hazards",
        44_000.0,
        _number(0, 1e9),
        "area of a hazard drawn as a point without an area (m2; the median of the suspected areas\n"
        "on the public mine map of Bosnia and Herzegovina)",
    )
    near_m: float = _setting(
        "denies",
        500.0,
        _number(0, 100_000),
        "without a word in the layer, and without land use, distance from the settlement decides\n"
        "what a hazard denies: up to here ... (m; assumed)",
    )
    near: tuple[str, ...] = _setting("denies", ("housing",), _several(DENIED), "... this, and")
    far: tuple[str, ...] = _setting("denies", ("farmland",), _several(DENIED), "beyond it this")
    inside: tuple[str, ...] = _setting(
        "denies",
        ("housing",),
        _several(DENIED),
        "where settlements are drawn as areas, the part of a hazard inside one is a hazard of\n"
        "that settlement, and denies this",
    )
    times: int = _setting(
        "teams",
        1,
        _whole(1, 10_000),
        "teams are made up, each so many times; their rates and costs are starting values of the\n"
        "library: put your own into deployments.csv, assets.csv and rates.csv",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRecipe:
    """How one layer is read.

    Parameters
    ----------
    file
        The file, from the folder in which the command is typed, or else from that of the recipe.
    layer
        Its name in the file; empty: the file has only one.
    role
        Name of a role.
    crs
        Reference system; empty: as the file says.
    swap_axes
        Whether latitude stands where longitude belongs.
    columns
        Name of the column of the file by what it means.
    values
        What each value of a column means, by the meaning of the column.
    defaults
        What holds where there is no value that the recipe names.
    speeds
        Of roads: speed (km/h) and whether all season, by class; None: left out. The empty class
        stands for all that are not named.
    """

    file: str
    layer: str = ""
    role: str = SKIP
    crs: str = ""
    swap_axes: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    speeds: Mapping[str, tuple[float, bool] | None] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"{self.file}, layer {self.layer}" if self.layer else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """All that an import needs to know beside the layers themselves."""

    settings: Settings
    layers: tuple[LayerRecipe, ...]

    def of(self, role: str) -> list[LayerRecipe]:
        """Layers of a role, in their order."""
        return [layer for layer in self.layers if layer.role == role]


def read_recipe(path: Path, problems: list[Problem]) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    path
        The file.
    problems
        Takes everything that is wrong with it.

    Returns
    -------
    Recipe
        With defaults where something is wrong.
    """
    name = path.name
    try:
        raw = tomllib.loads(text_of(bytes_of(path), "UTF-8 text"))
    except RefusedError as no:
        problems.append(no.problem(name))
        return Recipe(settings=Settings(), layers=())
    except (ValueError, RecursionError) as error:
        found = f"broken TOML ({error})"
        problems.append(Problem(file=name, found=found, allowed="valid TOML"))
        return Recipe(settings=Settings(), layers=())
    reader = _Reader(name, problems)
    settings = reader.settings(raw)
    given = raw.get("layer")
    if not isinstance(given, list) or not given:
        reader.complain("layer", given, "at least one table [[layer]]")
        return Recipe(settings=settings, layers=())
    layers = tuple(reader.layer(number, one) for number, one in enumerate(given, start=1))
    if not problems:
        for role in ("settlements", "roads"):
            if not any(layer.role == role for layer in layers):
                reader.complain("layer.role", None, f"a layer of the role {role}")
    return Recipe(settings=settings, layers=layers)


class _Reader:
    """Reads values of a recipe and complains about wrong ones."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file, self.problems = file, problems

    def complain(self, key: str, value: object, allowed: str) -> None:
        """Say that a value is wrong."""
        found = "nothing" if value is None else _shown(value)
        self.problems.append(Problem(file=self.file, column=key, found=found, allowed=allowed))

    def settings(self, raw: Mapping[str, Any]) -> Settings:
        """The sections that hold for all layers."""
        by_section: dict[str, dict[str, Any]] = {}
        for one in fields(Settings):
            by_section.setdefault(one.metadata["section"], {})[one.name] = one.metadata
        for name in raw:
            if name not in by_section and name != "layer":
                allowed = f"sections are {', '.join(by_section)} and [[layer]]"
                self.complain(name, "a key that is not read", allowed)
        values: dict[str, Any] = {}
        for section, known in by_section.items():
            given = raw.get(section, {})
            if not isinstance(given, dict):
                self.complain(section, given, f"a table [{section}]")
                continue
            for key, value in given.items():
                where = f"{section}.{key}"
                if key not in known:
                    self.complain(where, "a key that is not read", f"one of {', '.join(known)}")
                    continue
                try:
                    values[key] = known[key]["read"](value)
                except (ValueError, TypeError):
                    self.complain(where, value, known[key]["allowed"])
        return Settings(**values)

    def layer(self, number: int, given: Any) -> LayerRecipe:
        """One layer."""
        where = f"layer {number}"
        if not isinstance(given, dict):
            self.complain(where, given, "a table [[layer]]")
            return LayerRecipe(file="")
        known = ("file", "layer", "role", "crs", "swap_axes", "columns", "values", "defaults")
        for key in given:
            if key not in known:
                self.complain(f"{where}.{key}", "no such key", f"one of {', '.join(known)}")
        texts = {}
        for key in ("file", "layer", "crs"):
            texts[key] = given.get(key, "")
            if not isinstance(texts[key], str):
                self.complain(f"{where}.{key}", texts[key], "text in quotes")
                texts[key] = ""
        if given.get("file", "") == "":
            self.complain(f"{where}.file", None, "name of a file in quotes")
        role = given.get("role")
        if not isinstance(role, str) or role not in ROLES:
            self.complain(f"{where}.role", role, f"one of {', '.join(ROLES)}")
            role = SKIP
        swap = given.get("swap_axes", False)
        if not isinstance(swap, bool):
            self.complain(f"{where}.swap_axes", swap, "true or false")
        columns = self._columns(where, role, given.get("columns", {}))
        if role == "population" and not columns.get("people"):
            self.complain(f"{where}.columns.people", None, "name of a column in quotes")
        speeds, values = self._values(where, role, given.get("values", {}))
        return LayerRecipe(
            file=texts["file"],
            layer=texts["layer"],
            crs=texts["crs"],
            role=role,
            swap_axes=swap is True,
            columns=columns,
            values=values,
            defaults=self._defaults(where, role, given.get("defaults", {})),
            speeds=speeds,
        )

    def _columns(self, where: str, role: str, given: Any) -> dict[str, str]:
        known = ROLES[role].columns
        return {
            key: value
            for key, value in self._table(f"{where}.columns", given, known).items()
            if self._is_text(f"{where}.columns.{key}", value) and value
        }

    def _defaults(self, where: str, role: str, given: Any) -> dict[str, str]:
        found = dict(ROLES[role].defaults)
        for key, value in self._table(f"{where}.defaults", given, found).items():
            allowed = ROLES[role].values[key]
            if value in allowed:
                found[key] = value
            else:
                self.complain(f"{where}.defaults.{key}", value, f"one of {', '.join(allowed)}")
        return found

    def _values(
        self, where: str, role: str, given: Any
    ) -> tuple[dict[str, tuple[float, bool] | None], dict[str, dict[str, str]]]:
        """Speeds by class of roads, and what the values of columns mean."""
        where = f"{where}.values"
        known: Mapping[str, Any] = {CLASS: ()} if role == "roads" else ROLES[role].values
        speeds: dict[str, tuple[float, bool] | None] = {}
        values: dict[str, dict[str, str]] = {}
        for key, table in self._table(where, given, known).items():
            if not isinstance(table, dict):
                self.complain(f"{where}.{key}", table, "a table: value = meaning")
                continue
            for value, meaning in table.items():
                at = f"{where}.{key}.{value}"
                if role == "roads":
                    speeds[_other(value)] = self._speed(at, meaning)
                elif meaning in known[key] or (key == "denies" and self._are_denied(meaning)):
                    values.setdefault(key, {})[value] = str(meaning)
                else:
                    self.complain(at, meaning, f"one of {', '.join(known[key])}")
        return speeds, values

    @staticmethod
    def _are_denied(meaning: Any) -> bool:
        parts = meaning.split(";") if isinstance(meaning, str) else []
        return bool(parts) and {part.strip() for part in parts} <= {*DENIED}

    def _speed(self, at: str, meaning: Any) -> tuple[float, bool] | None:
        allowed = f'{{ speed_kmh = 40, all_season = true }}, or "{SKIP}"'
        if meaning == SKIP:
            return None
        if not isinstance(meaning, dict) or not set(meaning) <= {"speed_kmh", "all_season"}:
            self.complain(at, meaning, allowed)
            return None
        speed, season = meaning.get("speed_kmh"), meaning.get("all_season", True)
        is_number = isinstance(speed, int | float) and not isinstance(speed, bool)
        if is_number and 0.1 <= float(str(speed)) <= 200 and isinstance(season, bool):  # noqa: PLR2004
            return float(str(speed)), season
        self.complain(at, meaning, f"{allowed}; speed from 0.1 to 200 km/h")
        return None

    def _table(self, where: str, given: Any, known: Mapping[str, Any]) -> dict[str, Any]:
        """Known keys of a table; others are complained about."""
        if not isinstance(given, dict):
            self.complain(where, given, "a table")
            return {}
        for key in given:
            if key not in known:
                names = f"one of {', '.join(known)}" if known else "none in this role"
                self.complain(f"{where}.{key}", "no such key", names)
        return {key: value for key, value in given.items() if key in known}

    def _is_text(self, where: str, value: Any) -> bool:
        if isinstance(value, str):
            return True
        self.complain(where, value, "name of a column in quotes")
        return False


OTHER = "(other)"
"""Stands in a recipe for classes of road that it does not name."""


def _other(value: str) -> str:
    return "" if value == OTHER else value


def _shown(value: object) -> str:
    """A value of a recipe in a few words."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, date):
        return value.isoformat()
    try:
        text = value if isinstance(value, str) and value.startswith(("a ", "no ")) else repr(value)
    except ValueError:  # a whole number of thousands of digits
        return "a very large number"
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
