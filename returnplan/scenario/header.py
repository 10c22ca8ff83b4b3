"""``scenario.toml``, the head of a scenario: read with every problem in it, and written."""

import json
import tomllib
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from returnplan.domain import (
    DISCREPANCY_LOG_SD,
    ID_TEXT,
    MOST_CHARACTERS,
    MOST_DISCREPANCY,
    MOST_LATER,
    OPTIONAL_TABLES,
    REST_WAITS_TEXT,
    WORDS_TEXT,
    AllocationLine,
    NotCovered,
    Scenario,
    file_name,
    type_of_table,
    words,
)
from returnplan.errors import Problem
from returnplan.language.words import LANGUAGES
from returnplan.model.conditions.gates import GATES, PRESETS, preset_gates
from returnplan.model.work.policies import POLICIES
from returnplan.scenario.files import LARGEST, TOML, RefusedError, bytes_of, links_out, text_of
from returnplan.scenario.numerals import DECIMALS, PLAIN, THOUSANDS, Marks
from returnplan.scenario.rows import MOST_SHOWN, languages_text
from returnplan.scenario.tables import nearest_table

Gates = Mapping[str, Mapping[str, float]]
FORBIDDEN = '/\\:*?"<>|'
"""What file systems read as more than a name."""
MOST_YEARS = 100
"""Longest horizon: work that ends later is not begun (model §6)."""
MOST_LETTERS = 80
"""Longest name of an allocation: files are called after it."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years in which a scenario may start: dates far from them cannot be counted or shown."""


@dataclass(frozen=True, kw_only=True)
class Head:
    """What scenario.toml says.

    Parameters
    ----------
    values
        The good values of the scenario, by key.
    allocations
        Its well-formed allocations.
    allocation_names
        Names of all allocations; None: they cannot be read.
    left_out
        Tables that are left out on purpose; None: they cannot be read.
    marks
        How numbers in the tables are written.
    problems
        What is wrong.
    """

    values: dict[str, Any]
    allocations: tuple[AllocationLine, ...] = ()
    allocation_names: tuple[str, ...] | None = None
    left_out: tuple[str, ...] | None = None
    marks: Marks = PLAIN
    problems: list[Problem]


def read_head(folder: Path) -> Head:
    """Read the head of a scenario.

    Parameters
    ----------
    folder
        Folder of the scenario.

    Returns
    -------
    Head
        What it says, and what is wrong with it.
    """
    path = folder / TOML
    if not path.exists() and not path.is_symlink():
        problem = Problem(file=TOML, found="no such file", allowed="it is required")
        return Head(values={}, left_out=(), problems=[problem])
    raw = _parsed(path)
    if isinstance(raw, Problem):
        return Head(values={}, problems=[raw])
    allowed = f"keys are {', '.join((*_READERS, *_TABLE_KEYS))}"
    problems = [
        Problem(
            level="warning", file=TOML, column=key, found="a key that is not read", allowed=allowed
        )
        for key in raw
        if not (key in _READERS or key in _TABLE_KEYS or key.startswith("title_"))
    ]
    problems += links_out(folder, path)
    values = {key: read(raw.get(key), problems) for key, read in _READERS.items()}
    values["titles"] = _in_languages("title", raw, "", problems)
    given = raw.get("allocations", {})
    return Head(
        allocations=_read_allocations(raw.get("allocations"), problems),
        values={key: value for key, value in values.items() if value is not None},
        allocation_names=tuple(given) if isinstance(given, dict) else None,
        left_out=_read_left_out(raw.get("left_out", []), problems),
        marks=_read_marks(raw, problems),
        problems=problems,
    )


def _parsed(path: Path) -> dict[str, Any] | Problem:
    try:
        return tomllib.loads(text_of(bytes_of(path), "UTF-8 text"))
    except RefusedError as no:
        return no.problem(TOML)
    except (ValueError, RecursionError) as error:  # also numbers and nests too large
        return Problem(file=TOML, found=f"broken TOML ({error})", allowed="valid TOML")


def _read_left_out(value: object, problems: list[Problem]) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        _complain(problems, "left_out", value, 'a list of tables, such as ["hazards"]')
        return None
    for name in value:
        if name not in type_of_table:
            near = nearest_table(name)
            hint = f"; perhaps {near}" if near else ""
            _complain(problems, "left_out", name, f"tables are {', '.join(type_of_table)}{hint}")
    known = tuple(dict.fromkeys(name for name in value if name in type_of_table))
    return known if len(known) == len(value) else None


def _read_marks(raw: Mapping[str, object], problems: list[Problem]) -> Marks:
    """How numbers are written; a wrong mark counts as none."""
    decimal, thousands = raw.get("decimal", "."), raw.get("thousands", "")
    if decimal not in DECIMALS:
        _complain(problems, "decimal", decimal, "a point or a comma, in quotes")
    elif thousands not in THOUSANDS:
        allowed = "a point, a comma, a blank, an apostrophe, in quotes; or nothing"
        _complain(problems, "thousands", thousands, allowed)
    elif decimal == thousands:
        allowed = f"another mark than decimal = {_shown(decimal)}"
        _complain(problems, "thousands", thousands, allowed)
    else:
        is_stated = "decimal" in raw or "thousands" in raw
        return Marks(decimal=str(decimal), thousands=str(thousands), stated=is_stated)
    return PLAIN


def _complain(problems: list[Problem], key: str, found: object, allowed: str) -> None:
    _complain_at(problems, key, "nothing" if found is None else _shown(found), allowed)


def _complain_at(problems: list[Problem], key: str, found: str, allowed: str) -> None:
    """Say what is found in words that are no value of the file."""
    problems.append(Problem(file=TOML, column=key, found=found, allowed=allowed))


def _shown(value: object) -> str:
    """A value of a TOML file in a few words."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, date):
        return value.isoformat()
    try:
        text = repr(value)
    except ValueError:  # a whole number of thousands of digits
        return "a very large number"
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def _read_name(value: object, problems: list[Problem]) -> str | None:
    """Name of the scenario, which also names the folders of its runs."""
    text = value.strip() if isinstance(value, str) else ""
    if _can_name_a_folder(text):
        return text
    allowed = (
        f"a name of at most {MOST_LETTERS} letters without {' '.join(FORBIDDEN)}, "
        "without . at its ends and without = + - @ at its start"
    )
    _complain(problems, "name", value, allowed)
    return None


def _can_name_a_folder(text: str) -> bool:
    is_short = 0 < len(text) <= MOST_LETTERS and text.isprintable()
    return is_short and text[0] not in ".=+-@" and text[-1] != "." and not {*FORBIDDEN} & {*text}


def _read_title(value: object, problems: list[Problem]) -> str | None:
    if value is None or _is_line(value):
        return str(value or "").strip()
    _complain(problems, "title", value, WORDS_TEXT)
    return None


def _in_languages(
    key: str, given: Mapping[str, object], where: str, problems: list[Problem]
) -> dict[str, str]:
    """Lines of text by code of a language, of keys such as ``title_fr``; blank ones are none.

    Parameters
    ----------
    key
        Key that they say in other languages.
    given
        What stands in the table of the file.
    where
        What stands before a key in messages.
    problems
        Takes what is wrong.
    """
    found: dict[str, str] = {}
    for name, text in given.items():
        code = name.removeprefix(f"{key}_")
        if code == name:
            continue
        if code not in LANGUAGES:
            _complain_at(problems, where + name, f"no such language {code!r}", languages_text())
        elif not _is_line(text):
            _complain(problems, where + name, text, WORDS_TEXT)
        elif str(text).strip():
            found[code] = str(text).strip()
    return found


def _is_line(value: object) -> bool:
    """Whether a value is a line of text that no spreadsheet takes for a formula."""
    return isinstance(value, str) and len(value) <= MOST_CHARACTERS and _fits(words, value.strip())


def _fits(rule: Callable[[str], str], text: str) -> bool:
    try:
        rule(text)
    except ValueError:
        return False
    return True


def _read_start(value: object, problems: list[Problem]) -> date | None:
    return _read_date("start", value, problems)


def _read_as_of(value: object, problems: list[Problem]) -> date | None:
    """Date of the data; a scenario need not say it."""
    return None if value is None else _read_date("as_of", value, problems)


def _read_date(key: str, value: object, problems: list[Problem]) -> date | None:
    day = value
    if isinstance(value, str) and len(value) == len("YYYY-MM-DD"):
        with suppress(ValueError):
            day = date.fromisoformat(value)
    if isinstance(day, datetime) or not isinstance(day, date):
        _complain(problems, key, value, "a date as YYYY-MM-DD")
    elif FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    else:
        _complain(problems, key, value, f"a date from {FIRST_YEAR} to {LAST_YEAR}")
    return None


def _read_not_covered(value: object, problems: list[Problem]) -> NotCovered | None:
    """What the scenario leaves out on purpose; None: it says nothing, or something wrong."""
    if value is None:
        return None
    if not isinstance(value, dict):
        _complain(problems, "not_covered", value, "a table with text and places")
        return None
    before = len(problems)
    texts = _in_languages("text", value, "not_covered.", problems)
    for key in value:
        if key not in ("text", "places") and not key.startswith("text_"):
            _complain(problems, f"not_covered.{key}", "no such key", "one of text, places")
    text, places = value.get("text", ""), value.get("places", [])
    if not _is_line(text):
        _complain(problems, "not_covered.text", text, WORDS_TEXT)
    if not isinstance(places, list) or not all(_is_line(name) and name.strip() for name in places):
        allowed = 'a list of names of districts or places, such as ["North"]'
        _complain(problems, "not_covered.places", places, allowed)
    if len(problems) > before:
        return None
    names = tuple(name.strip() for name in places)
    return NotCovered(text=text.strip(), texts=texts, places=names)


def _read_horizon(value: object, problems: list[Problem]) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_YEARS:
        return value
    allowed = f"a whole number from 1 to {MOST_YEARS}"
    _complain(problems, "horizon_years", value, allowed)
    return None


def _read_discrepancy(value: object, problems: list[Problem]) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None:
        return None
    if is_number and 0 <= float(str(value)) <= MOST_DISCREPANCY:
        return float(str(value))
    allowed = f"a number from 0 to {MOST_DISCREPANCY:g}"
    _complain(problems, "discrepancy_log_sd", value, allowed)
    return None


def read_gates(value: object, problems: list[Problem]) -> dict[str, dict[str, float]] | None:
    """Read the gates in force with their parameters.

    Parameters
    ----------
    value
        What stands in a file: a table, the name of a preset, or nothing (the essential ones).
    problems
        Takes what is wrong.

    Returns
    -------
    dict[str, dict[str, float]] | None
        The gates that can be read; None: neither a table nor a preset.
    """
    if value is None:
        return preset_gates(PRESETS[0])
    if isinstance(value, str) and value in PRESETS:
        return preset_gates(value)
    if not isinstance(value, dict):
        words = ", ".join(f'"{preset}"' for preset in PRESETS)
        allowed = f"{words}, or a table [gates] with one key a gate"
        _complain(problems, "gates", value, allowed)
        return None
    gates: dict[str, dict[str, float]] = {}
    for name, given in value.items():
        if name not in GATES:
            _complain(problems, f"gates.{name}", "no such gate", f"one of {', '.join(GATES)}")
        elif given is True or isinstance(given, dict):
            gates[name] = _gate_parameters(name, {} if given is True else given, problems)
        else:
            _complain(problems, f"gates.{name}", given, "a table of parameters, {} for none")
    if not value:
        problem = Problem(
            file=TOML,
            column="gates",
            found="an empty table",
            allowed=f"at least one of {', '.join(GATES)}",
        )
        problems.append(problem)
    return gates


def _gate_parameters(
    name: str, given: Mapping[str, object], problems: list[Problem]
) -> dict[str, float]:
    known = GATES[name].parameters
    numbers: dict[str, float] = {}
    for key, value in given.items():
        where = f"gates.{name}.{key}"
        top = 1.0 if key == "required_share" else LARGEST
        if key not in known:
            allowed = f"one of {', '.join(known)}" if known else "no parameters"
            _complain(problems, where, "no such parameter", allowed)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            _complain(problems, where, value, "a number")
        elif 0 <= value <= top:  # which nan is not
            numbers[key] = float(value)
        else:
            _complain(problems, where, value, f"a number from 0 to {top:g}")
    return numbers


def _read_allocations(value: object, problems: list[Problem]) -> tuple[AllocationLine, ...]:
    """Allocations that are well-formed; without any the table of allocations may have them."""
    if value is not None and (not isinstance(value, dict) or not value):
        _complain(problems, "allocations", value, NO_ALLOCATIONS)
    if not isinstance(value, dict):
        return ()
    lines: list[AllocationLine] = []
    for name, given in value.items():
        where = f"allocations.{name}"
        if not isinstance(given, dict):
            _complain(problems, where, given, "a table with title and policy")
            continue
        titles = _in_languages("title", given, f"{where}.", problems)
        for key in given:
            if key not in _ALLOCATION_KEYS and not key.startswith("title_"):
                allowed = f"one of {', '.join(_ALLOCATION_KEYS)}"
                _complain(problems, f"{where}.{key}", "no such key", allowed)
        wrong = [key for key in _ALLOCATION_KEYS if not _is_of_allocation(key, given.get(key))]
        for key in wrong:
            _complain(problems, f"{where}.{key}", given[key], _ALLOCATION_KEYS[key])
        if len(name) > MOST_LETTERS or not _fits(file_name, name):
            _complain(problems, where, name, f"a name of at most {MOST_LETTERS} letters: {ID_TEXT}")
        elif not wrong:
            good = {key: str(given[key]) for key in _ALLOCATION_KEYS if key in given}
            lines.append(AllocationLine(name=name, titles=titles, **good))
    return tuple(lines)


NO_ALLOCATIONS = "a table [allocations.NAME] for each allocation, or the table allocations"
_ALLOCATION_KEYS: Mapping[str, str] = {
    "title": WORDS_TEXT,
    "policy": f"one of {', '.join(POLICIES)}",
    "like": "the name of another allocation",
    "rest_waits": REST_WAITS_TEXT,
}
"""What an allocation may state, and what is allowed there."""


def _is_of_allocation(key: str, value: object) -> bool:
    """Whether a value may stand at a key of an allocation; None: nothing stands there."""
    if value is None or key == "title":
        return value is None or _is_line(value)
    if key == "rest_waits":
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return value == "end" or (is_number and 0 <= int(str(value)) <= MOST_LATER)
    return isinstance(value, str) and (key != "policy" or value in POLICIES)


_READERS: Mapping[str, Callable[[object, list[Problem]], object]] = {
    "name": _read_name,
    "title": _read_title,
    "start": _read_start,
    "horizon_years": _read_horizon,
    "gates": read_gates,
    "discrepancy_log_sd": _read_discrepancy,
    "as_of": _read_as_of,
    "not_covered": _read_not_covered,
}
_TABLE_KEYS = ("allocations", "left_out", "decimal", "thousands")
"""Keys that are read with the tables, or say how these are read."""


def _not_covered_lines(left: NotCovered, quoted: Callable[[str], str]) -> list[str]:
    """The section of what is left out, if anything is."""
    if left == NotCovered():
        return []
    places = ", ".join(quoted(name) for name in left.places)
    return [
        "",
        "[not_covered]",
        f"text = {quoted(left.text)}",
        *_lines_in_languages("text", left.texts, quoted),
        f"places = [{places}]",
    ]


def _lines_in_languages(
    key: str, texts: Mapping[str, str], quoted: Callable[[str], str]
) -> list[str]:
    return [f"{key}_{language} = {quoted(text)}" for language, text in texts.items()]


def head_text(scenario: Scenario, given: Collection[str] | None = None) -> str:
    """Text of ``scenario.toml``; needed tables without rows are left out.

    Parameters
    ----------
    given
        Tables that have rows; None: as in the scenario.
    """
    there = {t for t in type_of_table if getattr(scenario, t)} if given is None else given

    def quoted(text: str) -> str:
        # JSON's escapes are TOML's, but for the one control character that JSON leaves alone.
        return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

    own = scenario.discrepancy_log_sd
    left_out = [
        table for table in type_of_table if table not in OPTIONAL_TABLES and table not in there
    ]
    lines = [
        f"name = {quoted(scenario.name)}",
        f"title = {quoted(scenario.title)}",
        *_lines_in_languages("title", scenario.titles, quoted),
        f"start = {scenario.start.isoformat()}",
        f"horizon_years = {scenario.horizon_years}",
        *([f"discrepancy_log_sd = {own!r}"] if own != DISCREPANCY_LOG_SD else []),
        *([f"as_of = {scenario.as_of.isoformat()}"] if scenario.as_of else []),
        *([f"left_out = {json.dumps(left_out)}"] if left_out else []),
        *_not_covered_lines(scenario.not_covered, quoted),
        "",
        "[gates]",
    ]
    for name, parameters in scenario.gates.items():
        inner = ", ".join(f"{key} = {value!r}" for key, value in parameters.items())
        lines.append(f"{name} = {{{' ' + inner + ' ' if inner else ''}}}")
    for header in scenario.allocations:
        lines += [
            "",
            f"[allocations.{quoted(header.name)}]",
            f"title = {quoted(header.title)}",
            *_lines_in_languages("title", header.titles, quoted),
            f"policy = {quoted(header.policy)}",
            *([f"rest_waits = {json.dumps(header.rest_waits)}"] if header.rest_waits else []),
        ]
    return "\n".join(lines) + "\n"
