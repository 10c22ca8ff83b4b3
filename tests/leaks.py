"""Look in a text for what only the planner's team may see: ids, names of places, coordinates."""

from __future__ import annotations

import html
import re
from itertools import pairwise

import returnplan as rp

BREAKS = re.compile(r"[\s,;:/\"'<>()\[\]{}=|&#?!]+")
NUMBER = re.compile(r"-?\d+\.\d{3,}")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
DECIMALS = 3
"""Decimals of a degree from which on a pair of numbers is taken for a place (100 m)."""


def leaks(text: str, scenario: rp.Scenario) -> list[str]:
    """Name each id and name of a place, community, hazard, road, works or base, and each position.

    Ids are found as words between breaks, in ids of teams and jobs too; names wherever they stand
    as whole words. A name that is also one of a district or an allocation tells nothing.
    Positions are two numbers, one after the other, with three decimals or more; two zeros are none.
    """
    plain = html.unescape(text)
    plain = ESCAPED.sub(lambda code: chr(int(code[1], 16)), plain)
    return [*_ids(plain, scenario), *_names(plain, scenario), *_positions(plain, scenario)]


def _open_words(scenario: rp.Scenario) -> set[str]:
    """Words that everybody may read."""
    words = {place.district for place in scenario.places}
    words |= {text for one in scenario.allocations for text in (one.name, one.title)}
    return words | set(scenario.gates)


def _ids(text: str, scenario: rp.Scenario) -> list[str]:
    tables = ("places", "communities", "hazards", "roads", "works")
    ids = {row.id for table in tables for row in getattr(scenario, table)}
    words = {word.strip(".…") for word in BREAKS.split(text)}
    return sorted((ids - _open_words(scenario)) & words)


def _names(text: str, scenario: rp.Scenario) -> list[str]:
    names = {name for place in scenario.places for name in (place.name, *place.names.values())}
    words = set(re.findall(r"\w+", text))
    likely = [n for n in names - _open_words(scenario) if words.issuperset(re.findall(r"\w+", n))]
    return sorted(n for n in likely if re.search(rf"(?<!\w){re.escape(n)}(?!\w)", text))


def _positions(text: str, scenario: rp.Scenario) -> list[str]:
    positions = [(place.lon_deg, place.lat_deg, place.id) for place in scenario.places]
    positions += [
        (hazard.lon_deg, hazard.lat_deg, hazard.id)
        for hazard in scenario.hazards
        if hazard.lon_deg is not None and hazard.lat_deg is not None
    ]
    known = {(round(lon, DECIMALS), round(lat, DECIMALS)): of for lon, lat, of in positions}
    numbers = [round(float(digits), DECIMALS) for digits in NUMBER.findall(text)]
    pairs = {pair for one, two in pairwise(numbers) for pair in ((one, two), (two, one))}
    return sorted(f"position of {known[pair]}" for pair in pairs & known.keys() if any(pair))
