"""Text to nouns and back, by the description that stands beside each field."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from returnplan.domain import columns_of
from returnplan.errors import Problem
from returnplan.scenario.files import Sheet

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class TableType:
    """How one table is read, checked and written: made from the fields of its row type.

    Parameters
    ----------
    row_type
        The noun.
    """

    def __init__(self, row_type: type) -> None:
        hints = get_type_hints(row_type)
        self.row_type = row_type
        self.info: dict[str, FieldInfo] = {}
        self.kind: dict[str, Any] = {}
        self.field_of: dict[str, str] = {}
        self.default: dict[str, Any] = {}
        for item, (name, col, info) in zip(fields(row_type), columns_of(row_type), strict=True):
            self.info[col] = info
            self.kind[col] = _plain(hints[name])
            self.field_of[col] = name
            if item.default is not MISSING:
                self.default[col] = item.default
            elif item.default_factory is not MISSING:
                self.default[col] = item.default_factory()
        self.required = [col for col in self.info if col not in self.default]
        self._adapter = TypeAdapter(row_type)

    def allowed(self, col: str) -> str:
        """What may stand in a column, in words."""
        return allowed_text(self.kind[col], self.info[col])

    def parse(self, sheet: Sheet) -> tuple[list[tuple[int, Any]], list[Problem]]:
        """Turn the rows of a sheet into nouns.

        Parameters
        ----------
        sheet
            The table as text.

        Returns
        -------
        tuple[list[tuple[int, Any]], list[Problem]]
            Row numbers with the nouns that are well formed, and the problems of the others.
        """
        problems = [
            Problem(file=sheet.file, row=1, column=col, found="no such column", allowed="required")
            for col in self.required
            if col not in sheet.header
        ]
        known = set(self.info)
        pattern = next((col for col in known if col.endswith("*")), None)
        for col in sheet.header:
            if col not in known and not (pattern and col.startswith(pattern[:-1])):
                problems.append(
                    Problem(
                        level="warning",
                        file=sheet.file,
                        row=1,
                        column=col,
                        found="a column that is not read",
                        allowed=f"columns are {', '.join(self.info)}",
                    )
                )
        rows: list[tuple[int, Any]] = []
        for number, cells in sheet.rows:
            row, found = self._parse_row(sheet, number, cells)
            problems += found
            if row is not None:
                rows.append((number, row))
        return rows, problems

    def _parse_row(
        self, sheet: Sheet, number: int, cells: Mapping[str, str]
    ) -> tuple[Any | None, list[Problem]]:
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for col, text in cells.items():
            name = self.field_of.get(col)
            if name is None:
                if "name_*" in self.info and col.startswith("name_"):
                    values.setdefault("names", {})[col.removeprefix("name_")] = text
                continue
            kind = self.kind[col]
            if kind is date and not _DATE.fullmatch(text):
                problems.append(self._problem(sheet, number, col, text))
            values[name] = _split(text) if get_origin(kind) is tuple else text
        try:
            row = self._adapter.validate_python(values)
        except ValidationError as error:
            wrong = {problem.column for problem in problems}
            for item in error.errors():
                found = self._explain(sheet, number, item, cells)
                if found is not None and found.column not in wrong:
                    problems.append(found)
                    wrong.add(found.column)
            return None, problems
        return (None if problems else row), problems

    def _explain(
        self, sheet: Sheet, number: int, item: Any, cells: Mapping[str, str]
    ) -> Problem | None:
        """One of pydantic's errors as a problem; None: the column is missing as a whole."""
        if not item["loc"]:
            text = ", ".join(f"{k}={v}" for k, v in cells.items() if k in ("id", "place", "road"))
            allowed = str(item["ctx"]["error"]) if "ctx" in item else item["msg"]
            return Problem(file=sheet.file, row=number, found=text, allowed=allowed)
        name = str(item["loc"][0])
        col = next(c for c, f in self.field_of.items() if f == name)
        if item["type"] == "missing" and col not in sheet.header:
            return None
        text = str(item["input"]) if len(item["loc"]) > 1 else cells.get(col, "")
        return self._problem(sheet, number, col, text)

    def _problem(self, sheet: Sheet, number: int, col: str, text: str) -> Problem:
        return Problem(
            file=sheet.file,
            row=number,
            column=col,
            found=repr(text) if text else "nothing",
            allowed=self.allowed(col),
        )

    def cells(self, row: Any) -> dict[str, str]:
        """Text of one noun's cells, by column; defaults that are blank stay blank."""
        found: dict[str, str] = {}
        for col, name in self.field_of.items():
            value = getattr(row, name)
            if col.endswith("*"):
                found |= {f"name_{lang}": text for lang, text in value.items()}
            else:
                found[col] = cell_text(value)
        return found


def cell_text(value: object) -> str:
    """A value as CSV text: ISO dates, points as decimal marks, ``;`` between several."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, tuple):
        return ";".join(str(part) for part in value)
    return str(value)


def _plain(hint: Any) -> Any:
    """Type of a field without ``None``."""
    if get_origin(hint) in (Union, type(int | None)):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    return hint


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def allowed_text(kind: Any, info: FieldInfo) -> str:
    """Say in words what a column takes.

    Parameters
    ----------
    kind
        Type of the field without ``None``.
    info
        Its description.

    Returns
    -------
    str
        For instance ``a number of at least 0 (m2)``.
    """
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(str(value) for value in get_args(kind))
    if get_origin(kind) is tuple:
        return f"{allowed_text(get_args(kind)[0], info)}; several separated by ;"
    if extra.get("refers_to"):
        return f"an id of {str(extra['refers_to']).replace('|', ' or ')}"
    names = {int: "a whole number", float: "a number", bool: "true or false"}
    text = names.get(kind, "a date as YYYY-MM-DD" if kind is date else "text")
    limits = [
        part
        for mark in info.metadata
        for part in (
            f"of at least {mark.ge:g}" if isinstance(mark, Ge) else "",
            f"above {mark.gt:g}" if isinstance(mark, Gt) else "",
            f"of at most {mark.le:g}" if isinstance(mark, Le) else "",
        )
        if part
    ]
    if any("pattern" in repr(mark) for mark in info.metadata):
        limits.append("without /")
    unit = f" ({extra['unit']})" if extra.get("unit") else ""
    return " ".join([text, " and ".join(limits)]).strip() + unit
