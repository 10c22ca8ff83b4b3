"""How the numbers of a scenario came about: observed, derived, assumed, made up or not stated."""

from collections.abc import Mapping, Sequence
from typing import get_args

from returnplan.domain import Scenario, SourceKind
from returnplan.language.words import Later, Words, capital, later

NOT_STATED = "not stated"
KINDS: tuple[str, ...] = (*get_args(SourceKind), NOT_STATED)
DOUBTFUL = ("synthetic", NOT_STATED)
"""Kinds that must be said first where there is room for little."""
THINGS: Mapping[str, Later] = {
    "places": later("places"),
    "communities": later("numbers of people"),
    "roads": later("roads"),
    "hazards": later("hazards"),
    "works": later("works"),
    "deployments": later("teams"),
}
"""Tables whose rows people read as things on the ground, and what they are called."""
WHOLE: Mapping[str, Later] = {
    "observed": later("Observed or published: {things}."),
    "derived": later("Derived from published figures: {things}."),
    "assumed": later("Assumed: {things}."),
    "synthetic": later("Synthetic (made up): {things}."),
    NOT_STATED: later("How they came about is not stated: {things}."),
}
PARTLY = later("{thing} (in part)")


def kinds_of(scenario: Scenario) -> dict[str, list[str]]:
    """Kinds of the rows of each table in which people read things on the ground.

    Parameters
    ----------
    scenario
        The scenario with its sources.

    Returns
    -------
    dict[str, list[str]]
        By table, those that have rows: kinds of its rows' sources, most frequent first.
    """
    kind = {line.id: line.kind or NOT_STATED for line in scenario.sources}
    found: dict[str, list[str]] = {}
    for table in THINGS:
        rows: Sequence[object] = getattr(scenario, table)
        of_rows = [kind.get(str(getattr(row, "source", "")), NOT_STATED) for row in rows]
        if of_rows:
            found[table] = sorted({*of_rows}, key=lambda one: (-of_rows.count(one), one))
    return found


def made_of(scenario: Scenario, words: Words, told: Sequence[str] = KINDS) -> str:
    """Say what is observed and what is made up, and not to act on what is.

    Parameters
    ----------
    scenario
        The scenario with its sources.
    words
        The language.
    told
        Kinds that are told of.

    Returns
    -------
    str
        One line for beneath headlines; a thing whose rows are of several kinds stands at each.
    """
    kinds = kinds_of(scenario)
    texts = []
    for kind in told:
        things = [
            words.say(THINGS[table])
            if of_rows == [kind]
            else words.say(PARTLY, thing=words.say(THINGS[table]))
            for table, of_rows in kinds.items()
            if kind in of_rows
        ]
        if things:
            texts.append(capital(words.say(WHOLE[kind], things=words.listed(things))))
    if any({*of_rows} - {"observed"} for of_rows in kinds.values()):
        texts.append(words.phrase("Do not act on a single village or road."))
    return " ".join(texts)
