"""Communities for the page's search and profiles: columns by community, one set an allocation.

Only for the internal page; the public one never calls this.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from returnplan.domain import Place
from returnplan.insight.typical import TypicalChain, typical_chains
from returnplan.model.conditions.gates import STATES, gate_name, gates_in_force
from returnplan.model.reasons.causes import cause_name
from returnplan.runs.tables.judged import CERTAINTIES
from returnplan.show.drawing import EVEN
from returnplan.show.findings import Findings, standing_words

STANDINGS = (*STATES, EVEN)
"""How communities stand: as gates do, or neither met nor not met."""
CELLS = "\t"
"""Between two cells that are numbered as one text."""
NEW = -2
"""Stands for words that have not been said before."""
LEAST_DAYS, MOST_CAUSES = 0.5, 8
"""Causes of fewer days are left out, and all but the longest of them."""


class Numbered:
    """Texts that are written once and then named by their number."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of a text."""
        return self._number.setdefault(text, len(self._number))

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._number)

    def texts(self) -> list[str]:
        """Return all texts, in the order of their numbers."""
        return list(self._number)


def communities_data(findings: Findings) -> dict[str, Any]:
    """Communities, and how each fares under each allocation.

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
                "chains": _columns(chains, causes, sentences),
                "chain_days": _chain_days(findings, number, chains),
            }
        )
    return {
        "communities": _communities(findings),
        "gates": [gate_name(gate, findings.words) for gate in gates],
        "profiles": profiles,
        "statuses": [_status(findings, text) for text in statuses.texts()],
        "cause_names": [cause_name(cause, findings.words) for cause in causes.texts()],
        "sentences": sentences.texts(),
    }


def _communities(findings: Findings) -> list[list[Any]]:
    """Id, name, other names, district, people, number among settlements with people, its id."""
    scenario = findings.scenario
    known = {community.id: community for community in scenario.communities}
    settlements = [place.id for place in scenario.places if place.id in scenario.people]
    number = {settlement: at for at, settlement in enumerate(settlements)}
    rows = []
    for community in map(known.__getitem__, findings.run.communities):
        place, name = scenario.place[community.settlement], findings.view.word(community.id)
        others, at = _other_names(name, place), number[place.id]
        district = findings.district(place.district)
        rows.append([community.id, name, others, district, community.people, at, place.id])
    return rows


def _other_names(shown: str, place: Place) -> list[str]:
    """Names by which people may look for a community, each once."""
    names = dict.fromkeys([place.name, *place.names.values()])
    return [name for name in names if name and name != shown]


def _ordered(rows: pd.DataFrame, communities: Sequence[str]) -> pd.DataFrame:
    return rows.set_index("community").loc[list(communities)]


def _readiness(findings: Findings, allocation: str, statuses: Numbered) -> dict[str, Any]:
    """Status, dates as days, how sure, binding gate, dwellings complete and planned."""
    rows = _ordered(findings.rows("readiness", allocation), findings.run.communities)
    gates = gates_in_force(findings.scenario)
    start = findings.scenario.start
    names = ("status", "certainty", "unknown_gates")
    cells = zip(*(rows[name].fillna("").astype(str) for name in names), strict=True)
    certainties = list(CERTAINTIES)
    return {
        "status": [statuses.number(CELLS.join(row)) for row in cells],
        "days": [_days(rows[f"ready_date_p{p}"], start) for p in (10, 50, 90)],
        "probability": [
            None if pd.isna(share) else round(float(share), 4)
            for share in rows["probability_by_horizon"]
        ],
        "certainty": [
            None if pd.isna(word) else certainties.index(word) for word in rows["certainty"]
        ],
        "dwellings": [
            None if pd.isna(done) else [round(done), round(planned)]
            for done, planned in zip(rows["dwellings_p50"], rows["dwellings_planned"], strict=True)
        ],
        "binding": [gates.index(gate) if gate in gates else None for gate in rows["binding_gate"]],
    }


def _status(findings: Findings, cells: str) -> tuple[int, str]:
    """How a community stands (number of ``STANDINGS``), and its status phrase."""
    status, certainty, unknown_gates = cells.split(CELLS)
    state, phrase = standing_words(status, unknown_gates.split(", "), findings.words, certainty)
    return STANDINGS.index(state), phrase


def _days(dates: "pd.Series[pd.Timestamp]", start: dt.date) -> list[int | None]:
    """Days from the start; None: not within the horizon."""
    day0 = pd.Timestamp(start)
    return [
        (day - day0).days if there else None
        for day, there in zip(dates, dates.notna(), strict=True)
    ]


def _gates(findings: Findings, allocation: str, gates: Sequence[str]) -> dict[str, Any]:
    """State, day and share of the draws in which it binds: community x gate."""
    rows = findings.rows("gates", allocation).set_index(["community", "gate"])
    rows = rows.loc[list(product(findings.run.communities, gates))]
    shape = (len(findings.run.communities), len(gates))

    def table(values: Iterable[Any]) -> list[list[Any]]:
        cells = list(values)
        return [cells[at : at + shape[1]] for at in range(0, len(cells), shape[1])]

    return {
        "states": table(list(STATES).index(str(state)) for state in rows["state"]),
        "gate_days": table(None if pd.isna(day) else int(day) for day in rows["day_p50"]),
        "gate_shares": table(round(float(share), 2) for share in rows["binding_share"].fillna(0)),
    }


def _causes(findings: Findings, allocation: str, causes: Numbered) -> list[list[Any]]:
    """Cause and mean days of each community, the longest first, in one flat list each."""
    rows = findings.rows("delays", allocation)
    rows = rows[rows["days_mean"] >= LEAST_DAYS]
    rows = rows.sort_values(["days_mean", "cause"], ascending=[False, True])
    lists: dict[str, list[Any]] = {community: [] for community in findings.run.communities}
    for community, cause, days in zip(
        rows["community"], rows["cause"], rows["days_mean"], strict=True
    ):
        if len(lists[community]) < 2 * MOST_CAUSES:
            lists[community] += [causes.number(cause), round(days)]
    return list(lists.values())


def _chains(findings: Findings, allocation: str, number: int) -> list[TypicalChain]:
    run = findings.run
    return typical_chains(
        findings.chains[allocation],
        run.communities,
        None if run.ready_day is None else run.ready_day[number],
        findings.view.horizon_days,
        findings.scenario.start,
    )


def _columns(
    chains: Sequence[TypicalChain], causes: Numbered, sentences: Numbered
) -> dict[str, list[int | None]]:
    """Chains in columns, which pack into fewer bytes than rows.

    Returns
    -------
    dict[str, list[int | None]]
        ``draws`` and ``lengths`` (number of stretches) of each chain; of the stretches of all
        chains ``days`` (how long it is), ``causes`` and ``words``; -1: none; ``NEW``: words that
        have not been said before, numbered as they come.
    """
    columns: dict[str, list[int | None]] = {
        "draws": [chain.draw for chain in chains],
        "lengths": [len(chain.stretches) for chain in chains],
        "days": [],
        "causes": [],
        "words": [],
    }
    for chain in chains:
        begin = 0
        for stretch in chain.stretches:
            columns["days"].append(stretch.end_day - begin)
            columns["causes"].append(causes.number(stretch.cause) if stretch.cause else -1)
            columns["words"].append(_words(stretch.words, sentences))
            begin = stretch.end_day
    return columns


def _words(text: str, sentences: Numbered) -> int:
    if not text:
        return -1
    known = len(sentences)
    number = sentences.number(text)
    return NEW if number == known else number


def _chain_days(
    findings: Findings, number: int, chains: Sequence[TypicalChain]
) -> list[int | None]:
    """Day on which conditions are met in the draw of each chain."""
    days = findings.run.ready_day
    if days is None:
        return [None] * len(chains)
    ready = [days[number, chain.draw, column] for column, chain in enumerate(chains)]
    return [int(day) if np.isfinite(day) else None for day in ready]
