"""Communities for the page's search and profiles: columns by community, one set an allocation.

Only for the internal page; the public one never calls this.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from returnplan.domain import Place
from returnplan.insight.typical import Told, told_chains
from returnplan.language.names import cause_name, gate_data, gate_name
from returnplan.language.words import ENGLISH, Words
from returnplan.model.conditions.gates import gates_in_force
from returnplan.show.findings import Findings

STATES = ("met", "not met", "unknown")
CELLS = "\t"
"""Between two cells that are numbered as one text."""
LEAST_DAYS, MOST_CAUSES = 0.5, 8
"""Causes of fewer days are not told of, nor more than the longest of them."""


class Numbered:
    """Texts that are written once and then named by their number."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text."""
        return self._number.setdefault(text, len(self._number))

    def texts(self) -> list[str]:
        """Return all texts, in the order of their numbers."""
        return list(self._number)


def communities_data(findings: Findings) -> dict[str, Any]:
    """Communities, and how each fares under each allocation.

    Parameters
    ----------
    findings
        The run.

    Returns
    -------
    dict[str, Any]
        ``communities``, ``gates``, ``profiles`` and the texts that these name by number.
    """
    gates = gates_in_force(findings.scenario)
    statuses, causes, sentences = Numbered(), Numbered(), Numbered()
    profiles = []
    for number, name in enumerate(findings.allocations):
        chains = _chains(findings, name, number)
        profiles.append(
            _readiness(findings, name, statuses)
            | _gates(findings, name, gates)
            | {
                "causes": _causes(findings, name, causes),
                "chains": [_chain(told, causes, sentences) for told in chains],
                "chain_days": _chain_days(findings, number, chains),
            }
        )
    return {
        "communities": _communities(findings),
        "gates": [gate_name(gate, findings.words) for gate in gates],
        "profiles": profiles,
        "statuses": [status_words(text, findings.words) for text in statuses.texts()],
        "cause_names": [cause_name(cause, findings.words) for cause in causes.texts()],
        "sentences": sentences.texts(),
    }


def _communities(findings: Findings) -> list[list[Any]]:
    """Id, name, other names, district, people, number among settlements with people, its id."""
    scenario, known = findings.scenario, {one.id: one for one in findings.scenario.communities}
    place = scenario.place
    settlements = [one.id for one in scenario.places if one.id in scenario.people]
    number = {one: at for at, one in enumerate(settlements)}
    return [
        [
            one.id,
            findings.view.word(one.id),
            _other_names(findings.view.word(one.id), place[one.settlement]),
            place[one.settlement].district,
            one.people,
            number[one.settlement],
            one.settlement,
        ]
        for one in (known[name] for name in findings.run.communities)
    ]


def _other_names(shown: str, place: Place) -> list[str]:
    """Names by which people may look for a community, each once."""
    found = dict.fromkeys([place.name, *place.names.values()])
    return [word for word in found if word and word != shown]


def _ordered(rows: pd.DataFrame, communities: Sequence[str]) -> pd.DataFrame:
    return rows.set_index("community").loc[list(communities)]


def _readiness(findings: Findings, allocation: str, statuses: Numbered) -> dict[str, Any]:
    """Status, dates as days, probability, binding gate."""
    rows = _ordered(findings.rows("readiness", allocation), findings.run.communities)
    gates = gates_in_force(findings.scenario)
    start = findings.scenario.start
    told = rows["status"].astype(str) + CELLS + rows["unknown_gates"].fillna("").astype(str)
    return {
        "status": [statuses.number(text) for text in told],
        "days": [[_day(iso, start) for iso in rows[f"ready_date_p{p}"]] for p in (10, 50, 90)],
        "probability": [
            None if pd.isna(share) else round(float(share), 4)
            for share in rows["probability_by_horizon"]
        ],
        "binding": [gates.index(gate) if gate in gates else None for gate in rows["binding_gate"]],
    }


def status_words(told: str, words: Words = ENGLISH) -> tuple[int, str]:
    """How a community stands (0 met, 1 not met, 2 unknown), and its status phrase in a language.

    Parameters
    ----------
    told
        Cells ``status`` and ``unknown_gates`` of ``readiness.csv``, with ``CELLS`` between them.
    words
        The language.

    Examples
    --------
    >>> status_words("conditions not met: water" + CELLS + "shelter")
    (1, 'Conditions not met: water')
    >>> status_words("unknown: shelter works" + CELLS + "shelter")
    (2, 'Unknown: shelter works with their dwellings')
    """
    status, _, unknown_gates = told.partition(CELLS)
    begin, _, gates = status.partition(": ")
    if begin == "conditions not met":
        named = words.listed(gate_name(gate, words) for gate in gates.split(", "))
        return 1, words.phrase("Conditions not met: {conditions}", conditions=named)
    if begin == "unknown":
        missing = dict.fromkeys(gate_data(gate, words) for gate in unknown_gates.split(", "))
        return 2, words.phrase("Unknown: {data}", data=words.listed(missing))
    return 0, words.phrase("Conditions met (modelled)")


def _day(iso: object, start: dt.date) -> int | None:
    return (dt.date.fromisoformat(iso) - start).days if isinstance(iso, str) and iso else None


def _gates(findings: Findings, allocation: str, gates: Sequence[str]) -> dict[str, Any]:
    """State, day and share of the draws in which it binds: community x gate."""
    rows = findings.rows("gates", allocation).set_index(["community", "gate"])
    rows = rows.loc[[(one, gate) for one in findings.run.communities for gate in gates]]
    shape = (len(findings.run.communities), len(gates))

    def table(values: Iterable[Any]) -> list[list[Any]]:
        cells = list(values)
        return [cells[at : at + shape[1]] for at in range(0, len(cells), shape[1])]

    return {
        "states": table(STATES.index(str(state)) for state in rows["state"]),
        "gate_days": table(None if pd.isna(day) else int(day) for day in rows["day_p50"]),
        "gate_shares": table(round(float(share), 2) for share in rows["binding_share"].fillna(0)),
    }


def _causes(findings: Findings, allocation: str, causes: Numbered) -> list[list[Any]]:
    """Cause and mean days of each community, the longest first, in one flat list each."""
    rows = findings.rows("delays", allocation)
    rows = rows[rows["days_mean"] >= LEAST_DAYS]
    rows = rows.sort_values(["days_mean", "cause"], ascending=[False, True])
    found: dict[str, list[Any]] = {one: [] for one in findings.run.communities}
    told = zip(rows["community"], rows["cause"], rows["days_mean"], strict=True)
    for community, cause, days in told:
        if len(found[community]) < 2 * MOST_CAUSES:
            found[community] += [causes.number(cause), round(days)]
    return list(found.values())


def _chains(findings: Findings, allocation: str, number: int) -> list[Told]:
    run = findings.run
    return told_chains(
        findings.chains[allocation],
        run.communities,
        None if run.ready_day is None else run.ready_day[number],
        findings.view.horizon_days,
        findings.scenario.start,
    )


def _chain(told: Told, causes: Numbered, sentences: Numbered) -> list[Any]:
    """Draw, then for each stretch its end, cause and words; -1: none. It begins where one ended."""
    line: list[Any] = [told.draw]
    for one in told.stretches:
        cause = causes.number(one.cause) if one.cause else -1
        words = sentences.number(one.words) if one.words else -1
        line += [one.end_day, cause, words]
    return line


def _chain_days(findings: Findings, number: int, chains: Sequence[Told]) -> list[int | None]:
    """Day on which conditions are met in the draw that a chain is told from."""
    days = findings.run.ready_day
    if days is None:
        return [None] * len(chains)
    found = [days[number, told.draw, column] for column, told in enumerate(chains)]
    return [int(day) if np.isfinite(day) else None for day in found]
