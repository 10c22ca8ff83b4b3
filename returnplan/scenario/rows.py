"""Text to nouns and back, by the description that stands beside each field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from returnplan.domain import ANY_LANGUAGE, MOST_CHARACTERS, columns_of, type_of_table
from returnplan.errors import Problem
from returnplan.language.words import LANGUAGES
from returnplan.scenario.files import LARGEST, UNSEEN, Sheet, cell_text, plain_name
from returnplan.scenario.numerals import POINTED, days, plain, readings

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SURELY_WHOLE = re.compile(r"\d{1,15}", re.ASCII)
_SURELY_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,20})?", re.ASCII)

MOST_SHOWN = 80
"""Characters of a cell that a message shows."""
MOST_KEPT = 10_000
"""Problems of the rows of one table that are kept; the rest is counted."""
_TOO_LARGE = f", of a size up to {LARGEST:g}"
_STATE = ", or state decimal and thousands in scenario.toml"
WITH_TOTALS = ("m2", "USD")
"""Units of columns whose total shows a point in the wrong place."""

NAMED_IN_ANY_LANGUAGE = ("places",)
"""Tables whose names may be in languages that no page is written in: people search by them."""
ONE_OF: Mapping[str, tuple[str, ...]] = {"hazards": ("place", "road")}
"""Columns of which each row fills exactly one, as the row type checks too."""


class Partial:
    """The good cells of a row with faults, so that other rows and checks can rely on them.

    An attribute is the value of a field; None where the cell is blank or faulty.

    Parameters
    ----------
    values
        Good values by field; the id is there as it stands, even if it is faulty.
    faulty
        Fields whose cells are faulty or, if required, missing.
    ragged
        True when the row has too many or too few cells, so that values may be misplaced.
    """

    __slots__ = ("faulty", "ragged", "values")

    def __init__(
        self, values: Mapping[str, Any], faulty: frozenset[str], *, ragged: bool = False
    ) -> None:
        self.values = values
        self.faulty = faulty
        self.ragged = ragged

    def __getattr__(self, name: str) -> Any:
        return self.values.get(name)


class TableType:
    """How one table is read, checked and written: made from the fields of its row type."""

    def __init__(self, table: str) -> None:
        row_type = type_of_table[table]
        hints = get_type_hints(row_type)
        self.info: dict[str, FieldInfo] = {}
        self.kind: dict[str, Any] = {}
        self.field_of: dict[str, str] = {}
        self.column_of: dict[str, str] = {}
        self.default: dict[str, Any] = {}
        for item, (name, col, info) in zip(fields(row_type), columns_of(row_type), strict=True):
            self.info[col] = info
            self.kind[col] = _plain(hints[name])
            self.field_of[col] = name
            self.column_of[name] = col
            if item.default is not MISSING:
                self.default[col] = item.default
            elif item.default_factory is not MISSING:
                self.default[col] = item.default_factory()
        self._form_of = {
            col: (name, _form(self.kind[col]))
            for col, name in self.field_of.items()
            if not col.endswith(ANY_LANGUAGE)
        }
        self._in_languages = next((col for col in self.info if col.endswith(ANY_LANGUAGE)), "")
        self._prefix = self._in_languages[:-1]
        self._languages = () if table in NAMED_IN_ANY_LANGUAGE else tuple(LANGUAGES)
        self.required = [col for col in self.info if col not in self.default]
        self._adapter: TypeAdapter[Any] = TypeAdapter(row_type)
        self._one_of = ONE_OF.get(table, ())

    def column_named(self, text: str) -> str:
        """Column that a name in a header means, whatever its case and blanks; itself if none."""
        name = plain_name(text)
        if name in self.info:
            return name
        shown = text.strip(UNSEEN)
        if self._prefix and name.startswith(self._prefix):
            code = shown[len(self._prefix) :]
            return self._prefix + (code.lower() if code.lower() in self._languages else code)
        return shown

    def is_known(self, column: str) -> bool:
        """Whether a column is read."""
        return column in self.info or bool(self._prefix and column.startswith(self._prefix))

    def allowed(self, col: str) -> str:
        """What may stand in a column, in words."""
        return _allowed_text(self.kind[col], self.info[col])

    def references(self) -> Iterator[tuple[str, str, str]]:
        """Columns that name ids: column, field, and the table whose ids they may be."""
        for col, info in self.info.items():
            extra = info.json_schema_extra
            if isinstance(extra, dict) and extra["refers_to"]:
                yield col, self.field_of[col], str(extra["refers_to"])

    def parse(self, sheet: Sheet) -> tuple[list[tuple[int, Any]], list[Problem]]:
        """Turn the rows of a sheet into nouns.

        Parameters
        ----------
        sheet
            The table as text.

        Returns
        -------
        tuple[list[tuple[int, Any]], list[Problem]]
            Row numbers with their nouns, or with a :class:`Partial` where a row has faults; and
            the problems of header and rows.
        """
        problems = list(self._header_problems(sheet))
        rows: list[tuple[int, Any]] = []
        more = 0
        for number, cells in sheet.rows:
            row, found = self._parse_row(sheet, number, cells)
            rows.append((number, row))
            if len(problems) < MOST_KEPT:
                problems += found
            else:
                more += len(found)
        if more:
            text = f"{more:,} more problems"
            problems.append(sheet.problem(None, None, text, "none: mend those above first"))
        for number, cells in sheet.ragged:
            row, _ = self._parse_row(sheet, number, cells)
            good = row.values if isinstance(row, Partial) else _fields_of(row)
            faulty = row.faulty if isinstance(row, Partial) else frozenset[str]()
            rows.append((number, Partial(good, faulty, ragged=True)))
        problems += self._doubtful_points(sheet)
        return rows, problems

    def _doubtful_points(self, sheet: Sheet) -> Iterator[Problem]:
        """Areas and money of which each point may stand between thousands."""
        if sheet.as_text is not None or sheet.marks.stated:
            return
        for col in sheet.header:
            extra = self.info[col].json_schema_extra if col in self.info else None
            unit = str(extra["unit"]) if isinstance(extra, dict) else ""
            if not unit.startswith(WITH_TOTALS):
                continue
            texts = [(number, cells[col]) for number, cells in sheet.rows if col in cells]
            pointed = [(number, text) for number, text in texts if "." in text]
            if len(pointed) > 1 and all(POINTED.fullmatch(text) for _, text in pointed):
                yield replace(_doubt(sheet, col, unit, pointed, texts), level="warning")

    def _header_problems(self, sheet: Sheet) -> Iterator[Problem]:
        """Required columns that are missing, and columns that nobody reads."""
        strangers = [col for col in sheet.header if not self.is_known(col)]
        for col in self.required:
            if col not in sheet.header:
                near = nearest(col, strangers)
                found = f"no such column, but {near!r}" if near else "no such column"
                if near:
                    strangers.remove(near)
                yield sheet.problem(1, col, found, "it is required")
        if self._one_of and not any(col in sheet.header for col in self._one_of):
            found = f"neither of the columns {' and '.join(self._one_of)}"
            yield sheet.problem(1, self._one_of[0], found, "at least one of them")
        for col in sheet.header:
            if code := self._unknown_language(col):
                yield sheet.problem(1, col, f"no such language {code!r}", languages_text())
        left = [col for col in self.info if col not in sheet.header]
        for col in strangers:
            near = nearest(col, left)
            allowed = f"columns are {', '.join(self.info)}{f'; perhaps {near}' if near else ''}"
            problem = sheet.problem(1, col, "a column that is not read", allowed)
            yield problem if near else replace(problem, level="warning")

    def _unknown_language(self, column: str) -> str:
        """Code of a language at the end of a column that no reader has; empty: it has none."""
        if not self._prefix or column in self.info or not column.startswith(self._prefix):
            return ""
        code = column.removeprefix(self._prefix)
        return "" if not self._languages or code in self._languages else code

    def _texts(
        self, sheet: Sheet, number: int, cells: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Cells by field, as the row type takes them; and what else is allowed where it is not."""
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        surely = _SURELY_NUMBER if sheet.marks.decimal == "." else _SURELY_WHOLE
        for col, text in cells.items():
            name, form = self._form_of.get(col, ("", ""))
            if not form:
                if self._prefix and col.startswith(self._prefix):
                    by_language = values.setdefault(self.field_of[self._in_languages], {})
                    by_language[col.removeprefix(self._prefix)] = text
                continue
            values[name] = text
            if form in ("whole", "number"):
                fast = _SURELY_WHOLE if form == "whole" else surely
                if sheet.as_text or not fast.fullmatch(text):
                    values[name], fault = _number(sheet, (number, col), form, text)
                    if fault is not None:
                        wrong[name] = fault
            elif form == "several":
                values[name] = _split(text)
            elif form == "date" and not _DATE.fullmatch(text):
                wrong[name] = _write([day.isoformat() for day in days(text)])
            elif len(text) > MOST_CHARACTERS:
                wrong[name] = f", at most {MOST_CHARACTERS:,} characters"
        return values, wrong

    def _parse_row(
        self, sheet: Sheet, number: int, cells: Mapping[str, str]
    ) -> tuple[Any, list[Problem]]:
        values, wrong = self._texts(sheet, number, cells)
        try:
            row = self._adapter.validate_python(values)
        except ValidationError as error:
            details = error.errors(include_url=False, include_context=False)
        else:
            if not wrong:
                return row, []
            details = []
        problems = [
            self._problem(sheet, number, name, cells.get(self.column_of[name], ""), extra)
            for name, extra in wrong.items()
        ]
        faulty = set(wrong)
        for name in dict.fromkeys(str(item["loc"][0]) for item in details if item["loc"]):
            col = self.column_of[name]
            within = [i for i in details if i["loc"][0] == name and i["loc"][1:]]
            if col == self._in_languages:
                for item in within:
                    one = f"{self._prefix}{item['loc'][1]}"
                    found = shown(cells[one])
                    problems.append(sheet.problem(number, one, found, self.allowed(col)))
            elif name not in faulty and (name in values or col in sheet.header):
                text = "; ".join(str(item["input"]) for item in within) or cells.get(col, "")
                problems.append(self._problem(sheet, number, name, text))
            faulty.add(name)
        problems += self._one_of_problems(sheet, number, cells)
        return self._partial(values, faulty), problems

    def _one_of_problems(
        self, sheet: Sheet, number: int, cells: Mapping[str, str]
    ) -> Iterator[Problem]:
        """Two columns filled of which one must be, or neither; a column may be missing."""
        filled = [col for col in self._one_of if col in cells]
        if len(filled) != 1 and any(col in sheet.header for col in self._one_of):
            found = ", ".join(f"{col} {shown(cells[col])}" for col in filled) or "nothing"
            allowed = f"exactly one of {' and '.join(self._one_of)}"
            yield sheet.problem(number, self._one_of[0], found, allowed)

    def _partial(self, values: Mapping[str, Any], faulty: set[str]) -> Partial:
        good: dict[str, Any] = {}
        bad = set(faulty)
        for col, name in self.field_of.items():
            if name in values and name not in bad:
                good[name] = _value(self.kind[col], values[name])
                if good[name] is None:
                    bad.add(name)
            elif name not in bad and col in self.default:
                good[name] = self.default[col]
            elif name not in values:
                bad.add(name)
        if "id" in values:
            good["id"] = values["id"]
        return Partial(good, frozenset(bad))

    def _problem(self, sheet: Sheet, number: int, name: str, text: str, extra: str = "") -> Problem:
        col = self.column_of[name]
        found = shown(text) if text else "nothing"
        return sheet.problem(number, col, found, self.allowed(col) + extra)

    def cells(self, row: Any) -> dict[str, str]:
        """Text of one noun's cells, by column; defaults that are blank stay blank."""
        found: dict[str, str] = {}
        for col, name in self.field_of.items():
            value = getattr(row, name)
            if col == self._in_languages:
                found |= {f"{self._prefix}{lang}": text for lang, text in value.items()}
            else:
                found[col] = cell_text(value)
        return found


def languages_text() -> str:
    """Codes that a column or key of titles may end with, in words."""
    return f"languages are {', '.join(LANGUAGES)}"


@cache
def table_type(table: str) -> TableType:
    """How a table is read, checked and written; made once."""
    return TableType(table)


def shown(text: str) -> str:
    """Text of a cell as a message shows it: in quotes, and not too long."""
    return repr(text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}...")


def nearest(name: str, names: list[str]) -> str:
    """A name that may be meant; empty: none is near."""
    by_lower = {other.lower().replace(" ", "_"): other for other in names}
    found = get_close_matches(name.lower().replace(" ", "_"), by_lower, n=1, cutoff=0.8)
    return by_lower[found[0]] if found else ""


def _fields_of(row: Any) -> dict[str, Any]:
    return {item.name: getattr(row, item.name) for item in fields(row)}


def _number(sheet: Sheet, place: tuple[int, str], form: str, text: str) -> tuple[str, str | None]:
    """A cell of numbers with a point and without marks; and what is allowed where it is wrong."""
    marks, in_workbook = sheet.marks, sheet.as_text is not None
    if sheet.as_text is not None and place not in sheet.as_text:
        return text, _TOO_LARGE if _too_large(text) else None
    given = plain(text, marks.decimal, marks.thousands)
    is_doubtful = (form == "whole" and marks.decimal in text) or (
        in_workbook and not marks.stated and POINTED.fullmatch(text)
    )
    if given and not is_doubtful:
        return given, _TOO_LARGE if _too_large(given) else None
    numbers = [one for one in readings(text) if form != "whole" or one.isdecimal()]
    if marks.stated and not given:
        stated = f"decimal {marks.decimal!r}, thousands {marks.thousands!r}"
        return text, f", with the marks of scenario.toml ({stated})"
    return text, _write(numbers, "" if marks.stated else _STATE)


def _write(choices: Sequence[str], more: str = "") -> str:
    """What to write instead, as the end of what is allowed."""
    return f": write {' or '.join(choices)}{more}" if choices else ""


def _doubt(
    sheet: Sheet,
    col: str,
    unit: str,
    pointed: Sequence[tuple[int, str]],
    texts: Sequence[tuple[int, str]],
) -> Problem:
    """Both readings of a column whose points may stand between thousands, with its totals."""
    decimal = sum(float(plain(text, ".", "") or 0) for _, text in texts)
    thousands = sum(float(plain(text, ",", ".") or 0) for _, text in texts)
    row, first = pointed[0]
    note = (
        f"read with decimals, {decimal:,.0f} {unit} in all; if the points stand between "
        f"thousands, {thousands:,.0f}: write no marks between thousands, or state decimal "
        'and thousands in scenario.toml (decimal = "." if it is right)'
    )
    found = f"{first!r}, and three digits behind each of {len(pointed):,} points"
    return sheet.problem(row, col, found, note)


def _too_large(text: str) -> bool:
    try:
        return abs(float(text)) > LARGEST
    except ValueError:  # not a number at all, which the row type says
        return False


def _value(kind: Any, given: Any) -> Any:
    """A cell of a faulty row as a value; None when it is none."""
    try:
        if kind is int or kind is float:
            return kind(given)
        if kind is date:
            return date.fromisoformat(given)
    except ValueError:
        return None
    if get_origin(kind) is Literal:
        return given if given in get_args(kind) else None
    return tuple(given) if get_origin(kind) is tuple else given


def _plain(hint: Any) -> Any:
    """Type of a field without ``None``."""
    if get_origin(hint) in (Union, type(int | None)):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    return hint


def _form(kind: Any) -> str:
    """How the text of a cell of some type is looked at before the row type reads it."""
    if kind is int or kind is float:
        return "whole" if kind is int else "number"
    if kind is date:
        return "date"
    return "several" if get_origin(kind) is tuple else "text"


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _allowed_text(kind: Any, info: FieldInfo) -> str:
    """What a column takes in words, for instance ``a number of at least 0 (m2)``."""
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(value) for value in get_args(kind))
    if get_origin(kind) is tuple:
        return f"{_allowed_text(get_args(kind)[0], info)}; several separated by ;"
    if extra.get("allowed"):
        return str(extra["allowed"])
    if extra.get("refers_to"):
        return f"an id of {extra['refers_to']}"
    names = {int: "a whole number", float: "a number", bool: "true or false"}
    text = names.get(kind, "a date as YYYY-MM-DD" if kind is date else "text")
    limits = [
        part
        for mark in info.metadata
        for part in (
            f"of at least {mark.ge:g}" if isinstance(mark, Ge) else "",
            f"above {mark.gt:g}" if isinstance(mark, Gt) else "",
            f"of at most {mark.le:,.15g}" if isinstance(mark, Le) else "",
        )
        if part
    ]
    unit = f" ({extra['unit']})" if extra.get("unit") else ""
    return " ".join([text, " and ".join(limits)]).strip() + unit
