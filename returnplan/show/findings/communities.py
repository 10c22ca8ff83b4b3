"""One community: what it needs, what is planned, when, how sure, and what it waits for."""

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from returnplan.domain import STAGES, Community
from returnplan.errors import ReturnplanError
from returnplan.insight.explain import LEAST_DAYS, find_community, typical_draw
from returnplan.insight.story import Step
from returnplan.language.words import ENGLISH, Words
from returnplan.model.conditions.gates import STATES, gate_data, gate_name
from returnplan.model.reasons.causes import cause_name
from returnplan.show.drawing import EVEN
from returnplan.show.findings.findings import Findings, records

HECTARE_M2 = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """How one condition stands under an allocation.

    Parameters
    ----------
    gate, name
        Its name in the tables, and in plain words.
    state, state_name
        ``met``, ``not met`` or ``unknown``, and the same in plain words.
    since
        Median date from which it holds; None: not within the horizon.
    binding_share
        Share of the draws in which it is met last.
    """

    gate: str
    name: str
    state: str
    state_name: str
    since: dt.date | None
    binding_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """Days that one cause takes, as a mean of the draws.

    Parameters
    ----------
    cause, name
        Its name in the tables, and in plain words.
    days
        Mean days up to the ready day or the horizon.
    share
        Their share of all days of the community.
    """

    cause: str
    name: str
    days: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """How a community fares under one allocation.

    Parameters
    ----------
    allocation, title
        Name, and what people call it.
    status, state
        Status phrase in the language; ``met``, ``about even``, ``not met`` or ``unknown``.
    dates
        Early, median, late date on which the conditions are met; None: not within the horizon.
    date
        The same for people.
    probability
        Share of the draws in which they are met by the horizon; None: no draws.
    gates
        Conditions in force, in the order of the model.
    causes
        What the days go to, the longest first.
    waits_for
        What it waits for, in one sentence.
    missing
        Data that is missing for conditions to be judged.
    dwellings
        How many dwellings of its settlement are complete by the horizon, of how many; empty: none
        are planned, or nobody knows how many.
    steps, chain
        The binding chain in the typical draw, and its sentences with dates; empty if not asked
        for.
    """

    allocation: str
    title: str
    status: str
    state: str
    dates: tuple[dt.date | None, dt.date | None, dt.date | None]
    date: str
    probability: float | None
    gates: tuple[GateRow, ...]
    causes: tuple[CauseRow, ...]
    waits_for: str
    missing: tuple[str, ...]
    dwellings: str
    steps: tuple[Step, ...]
    chain: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A community for those who work with it.

    Parameters
    ----------
    community, settlement
        Ids.
    name, names
        Name of the settlement in the language of the findings, and all names that are known: by
        code of the language, empty code for the planner's own.
    district, group
        As the scenario names them.
    people, households
        Displaced people and households; None: not stated.
    planned
        Sentences: land release and works that are planned there.
    outlooks
        One for each allocation.
    """

    community: str
    settlement: str
    name: str
    names: Mapping[str, str]
    district: str
    group: str
    people: int
    households: int | None
    planned: tuple[str, ...]
    outlooks: tuple[Outlook, ...]


def profile(findings: Findings, wanted: str, *, with_chain: bool = True) -> Profile:
    """Tell of one community.

    Parameters
    ----------
    findings
        The run, for the internal audience.
    wanted
        Id of the community, or the name of its settlement.
    with_chain
        Whether the binding chains are there; each takes a run of one draw.

    Raises
    ------
    ReturnplanError
        When there is no such community, or the audience is the public.
    """
    if findings.is_public:
        raise ReturnplanError("a profile of a community is internal: the public gets districts")
    name = find_community(findings.opened, wanted)
    community = next(known for known in findings.scenario.communities if known.id == name)
    place = findings.scenario.place[community.settlement]
    return Profile(
        community=name,
        settlement=place.id,
        name=findings.view.word(name),
        names=place.names,
        district=findings.district(place.district),
        group=community.group,
        people=community.people,
        households=community.households,
        planned=_planned(findings, community),
        outlooks=tuple(
            _outlook(findings, allocation, name, with_chain) for allocation in findings.allocations
        ),
    )


# What is planned


def _planned(findings: Findings, community: Community) -> tuple[str, ...]:
    """Land release and works at the settlement, as the scenario has them."""
    words, scenario = findings.words, findings.scenario
    mine = [hazard for hazard in scenario.hazards if hazard.place == community.settlement]
    texts = []
    if mine:
        area = sum(hazard.area_m2 for hazard in mine) / HECTARE_M2
        texts.append(
            words.plural(
                "Land release: {number} recorded hazard, {area} ha.",
                "Land release: {number} recorded hazards, {area} ha.",
                len(mine),
                area=words.number(area, 1),
            )
        )
    else:
        texts.append(words.phrase("Land release: no hazard is recorded there."))
    works = [line for line in scenario.works if line.settlement == community.settlement]
    kinds = dict.fromkeys(line.kind for line in works)
    if kinds:
        listed = words.listed(words.named(kind, STAGES) for kind in kinds)
        texts.append(words.phrase("Works: {kinds}.", kinds=listed))
    else:
        texts.append(words.phrase("Works: none is planned there."))
    dwellings = [line.dwellings for line in works if line.kind == "shelter"]
    known = [number for number in dwellings if number is not None]
    if known:
        texts.append(
            words.plural(
                "Dwellings: {number} is planned.", "Dwellings: {number} are planned.", sum(known)
            )
        )
    elif dwellings:
        texts.append(words.phrase("Dwellings: their number is not known."))
    return tuple(texts)


# How it fares


def _outlook(findings: Findings, allocation: str, community: str, with_chain: bool) -> Outlook:
    row = next(records(_of(findings.rows("readiness", allocation), community)))
    gates = tuple(_gates(findings, allocation, community))
    causes = tuple(_causes(findings, allocation, community))
    unknown = [gate.gate for gate in gates if gate.state == "unknown"]
    state, status = standing_words(
        str(row["status"]), unknown, findings.words, str(row["certainty"])
    )
    early, middle, late = (row[f"ready_date_p{p}"] for p in (10, 50, 90))
    steps = _steps(findings, allocation, community) if with_chain else ()
    probability = float(row["probability_by_horizon"]) if findings.draws else None
    return Outlook(
        allocation=allocation,
        title=findings.title(allocation),
        status=status,
        state=state,
        dates=(early, middle, late),
        date=findings.day_range(early, middle, late),
        probability=probability,
        gates=gates,
        causes=causes,
        waits_for=_waits_for(findings, gates, causes, str(row["binding_gate"])),
        missing=tuple(dict.fromkeys(gate_data(gate, findings.words) for gate in unknown)),
        dwellings=dwellings_words(row["dwellings_p50"], row["dwellings_planned"], findings.words),
        steps=steps,
        chain=tuple(_step(findings, step) for step in steps),
    )


def dwellings_words(done: float, planned: float, words: Words = ENGLISH) -> str:
    """How far the dwellings of a settlement have come; empty: nobody knows.

    Examples
    --------
    >>> dwellings_words(120, 400)
    '120 of 400'
    """
    if math.isnan(done):
        return ""
    numbers = {"done": words.number(done), "planned": words.number(planned)}
    return words.phrase("{done} of {planned}", **numbers)


def _of(table: pd.DataFrame, community: str) -> pd.DataFrame:
    return table[table["community"] == community]


def standing_words(
    status: str, unknown: Iterable[str], words: Words = ENGLISH, certainty: str = ""
) -> tuple[str, str]:
    """How a community stands, and its status phrase in a language.

    At about even the status may tip with the seed: that is said in its place.

    Parameters
    ----------
    status
        As in ``readiness.csv``.
    unknown
        Gates that are unknown.
    certainty
        As in ``readiness.csv``.

    Returns
    -------
    tuple[str, str]
        ``met``, ``about even``, ``not met`` or ``unknown``; the phrase.

    Examples
    --------
    >>> standing_words("conditions not met: water", ["shelter"])
    ('not met', 'Conditions not met: water')
    >>> standing_words("unknown: shelter works", ["shelter"])
    ('unknown', 'Unknown: shelter works with their dwellings')
    >>> standing_words("conditions not met: water", [], certainty="about even")
    ('about even', 'About even whether conditions are met (modelled)')
    """
    begin, _, gates = status.partition(": ")
    if certainty == EVEN:
        return EVEN, words.phrase("About even whether conditions are met (modelled)")
    if begin == "conditions not met":
        names = words.listed(gate_name(gate, words) for gate in gates.split(", "))
        return "not met", words.phrase("Conditions not met: {conditions}", conditions=names)
    if begin == "unknown":
        data = dict.fromkeys(gate_data(gate, words) for gate in unknown)
        return "unknown", words.phrase("Unknown: {data}", data=words.listed(data))
    return "met", words.phrase("Conditions met (modelled)")


def _gates(findings: Findings, allocation: str, community: str) -> list[GateRow]:
    rows = _of(findings.rows("gates", allocation), community)
    return [
        GateRow(
            gate=row["gate"],
            name=gate_name(row["gate"], findings.words),
            state=row["state"],
            state_name=findings.words.named(row["state"], STATES),
            since=None if pd.isna(row["day_p50"]) else findings.view.date(row["day_p50"]),
            binding_share=row["binding_share"],
        )
        for row in records(rows)
    ]


def _causes(findings: Findings, allocation: str, community: str) -> list[CauseRow]:
    rows = _of(findings.rows("delays", allocation), community)
    total = float(rows["days_mean"].sum())
    longest = rows[rows["days_mean"] >= LEAST_DAYS]
    longest = longest.sort_values(["days_mean", "cause"], ascending=[False, True])
    return [
        CauseRow(
            cause=row["cause"],
            name=cause_name(row["cause"], findings.words),
            days=row["days_mean"],
            share=row["days_mean"] / total,
        )
        for row in records(longest)
    ]


def _waits_for(
    findings: Findings, gates: Sequence[GateRow], causes: Sequence[CauseRow], binding: str
) -> str:
    """One sentence: where most days go, and which condition is met last."""
    words = findings.words
    if not causes:
        return words.phrase("It waits for nothing: all conditions hold from the start.")
    last = next((gate for gate in gates if gate.gate == binding), None)
    values = {"cause": causes[0].name, "share": words.percent(causes[0].share)}
    if last is None:
        return words.phrase("Most of its days go to: {cause} ({share}).", **values)
    return words.phrase(
        "Most of its days go to: {cause} ({share}). The condition that most often comes last is "
        "{gate}.",
        gate=last.name,
        **values,
    )


def _steps(findings: Findings, allocation: str, community: str) -> tuple[Step, ...]:
    """The binding chain in the draw of the median date."""
    draw = typical_draw(findings.opened, allocation, community)
    return tuple(findings.chains[allocation].steps(community, draw))


def _step(findings: Findings, step: Step) -> str:
    words = findings.words
    if not step.cause:
        return words.phrase("{date}: {event}.", date=words.date(step.end), event=step.words)
    return words.plural(
        "{begin} to {end}, {number} day: {event}.",
        "{begin} to {end}, {number} days: {event}.",
        step.days,
        begin=words.date(step.begin),
        end=words.date(step.end),
        event=step.words,
    )
