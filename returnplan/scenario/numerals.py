"""Numbers and dates as people write them: marks of decimals and thousands, day or month first."""

import math
import re
from dataclasses import dataclass
from datetime import date
from functools import cache

DECIMALS = (".", ",")
THOUSANDS = ("", ".", ",", " ", "'")
BLANKS, QUOTES = (
    " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}",
    "'\N{RIGHT SINGLE QUOTATION MARK}",
)
"""Blanks and apostrophes of all kinds that stand between thousands."""
LOOKS_MARKED = re.compile(rf"[+-]?\d[\d.,_{BLANKS}{QUOTES}]*([eE][+-]?\d+)?", re.ASCII)
POINTED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+", re.ASCII)
"""A number whose points may stand between thousands."""
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", re.ASCII)
_YEAR = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How the numbers of a scenario are written.

    Parameters
    ----------
    decimal
        Mark before decimals.
    thousands
        Mark between thousands; empty: none.
    stated
        Whether scenario.toml says so: then nothing is doubtful.
    """

    decimal: str = "."
    thousands: str = ""
    stated: bool = False


PLAIN = Marks()
_CONVENTIONS = tuple((d, t) for t in (*THOUSANDS, "_") for d in DECIMALS if d != t)


@cache
def _pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    mark = f"[{re.escape(_kinds(thousands))}]" if thousands else ""
    whole = rf"(?:\d{{1,3}}(?:{mark}\d{{3}})+|\d+)" if thousands else r"\d+"
    point = re.escape(decimal)
    number = rf"(?:{whole}(?:{point}\d*)?|{point}\d+)"
    return re.compile(rf"[+-]?{number}(?:[eE][+-]?\d+)?", re.ASCII)


def _kinds(thousands: str) -> str:
    return {" ": BLANKS, "'": QUOTES}.get(thousands, thousands)


def plain(text: str, decimal: str, thousands: str) -> str:
    """Write a number as the computer does.

    Parameters
    ----------
    text
        A cell.
    decimal, thousands
        Marks of the cell.

    Returns
    -------
    str
        The number with a point and without marks; empty: it is none with these marks.

    Examples
    --------
    >>> plain("1.234,5", ",", "."), plain("80 000", ".", " "), plain("80.0", ",", ".")
    ('1234.5', '80000', '')
    """
    if not _pattern(decimal, thousands).fullmatch(text):
        return ""
    for mark in _kinds(thousands):
        text = text.replace(mark, "")
    return text.replace(decimal, ".")


def readings(text: str) -> tuple[str, ...]:
    """Numbers that somebody may mean, larger ones first.

    Examples
    --------
    >>> readings("80.000"), readings("80 000"), readings("9,5"), readings("many")
    (('80000', '80'), ('80000',), ('9.5',), ())
    """
    if not LOOKS_MARKED.fullmatch(text):
        return ()
    found = {float(number) for pair in _CONVENTIONS if (number := plain(text, *pair))}
    ordered = sorted(filter(math.isfinite, found), key=abs, reverse=True)
    return tuple(f"{number:.15g}" for number in ordered)


def days(text: str) -> tuple[date, ...]:
    """Dates that somebody may mean who writes day, month and year with points or slashes.

    Examples
    --------
    >>> [day.isoformat() for day in days("01/06/2024")], days("31.12.2020"), days("soon")
    (['2024-06-01', '2024-01-06'], (datetime.date(2020, 12, 31),), ())
    """
    if match := _DAY.fullmatch(text):
        first, second, year = map(int, match.groups())
        asked = [(year, second, first), (year, first, second)]
    elif match := _YEAR.fullmatch(text):
        asked = [(int(match[1]), int(match[2]), int(match[3]))]
    else:
        return ()
    found: dict[date, None] = {}
    for numbers in asked:
        try:
            found[date(*numbers)] = None
        except ValueError:  # no such day
            continue
    return tuple(found)
