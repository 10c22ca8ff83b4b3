"""What must be decided, and by when: derived from the tables by the rules that stand here."""

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from returnplan.domain import SKILLS, Deployment
from returnplan.model.conditions.gates import gate_data, gate_name
from returnplan.runs.difference import BETTER, VERDICTS
from returnplan.runs.tables.family import DECISIONS
from returnplan.scenario.funding import envelopes
from returnplan.show.drawing import three_digits
from returnplan.show.findings.findings import Findings, records
from returnplan.show.findings.leader import leader, met_on, rival
from returnplan.show.findings.targets import targets
from returnplan.show.findings.waiting import delays_of

PARTING_SHARE = 0.05
"""Curves part where their medians differ by more than this share of all people."""
LEAST_SHARE = 0.01
"""Causes with a smaller share of the waiting ask for no decision."""
EFFECTS = ("people_middle", "people", "person_days")
"""What the table of decisions tells of a change: people by two dates, and waiting."""
HALF = 0.5
THOUSAND, MILLION = 1e3, 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that people must decide.

    Parameters
    ----------
    what
        The question.
    by
        Date by which it matters; None: the tables name none.
    why
        What the tables say, with its numbers.
    when
        The date for people: its quarter where few draws bring it about; empty: none.
    """

    what: str
    by: dt.date | None
    why: str
    when: str = ""


Rule = Callable[[Findings], Iterator[Decision]]


def decisions(findings: Findings) -> tuple[Decision, ...]:
    """What must be decided, in the order of the dates; without a date: last.

    Nothing is asked for by a date before that of the data: it is history.
    """
    questions = [decision for rule in RULES for decision in rule(findings)]
    questions = [one for one in questions if one.by is None or _open(findings, one.by)]
    dated = [
        replace(one, when=findings.words.date(one.by)) if one.by and not one.when else one
        for one in questions
    ]
    return tuple(sorted(dated, key=lambda decision: decision.by or dt.date.max))


def parting(findings: Findings) -> dt.date | None:
    """First date of counting on which medians of people differ by more than 5 % of all people.

    Only dates on which every allocation is shown are compared.
    """
    table = findings.tables["people_met"]
    medians = table.pivot_table("people_p50", "date", "allocation", observed=True).dropna()
    apart = medians.max(axis=1) - medians.min(axis=1)
    days = apart.index[apart > PARTING_SHARE * findings.people]
    return min(days).date() if len(days) else None


def _allocation(findings: Findings) -> Iterator[Decision]:
    """Which allocation: before the teams differ, or the curves part."""
    if len(findings.allocations) == 1:
        return
    words, apart = findings.words, parting(findings)
    best = leader(findings)
    other = rival(findings)
    differ = None if findings.is_public else _teams_differ(findings, best, other)
    texts = []
    if differ:
        texts.append(
            words.phrase(
                "The teams of “{title}”, or their order of work, differ from those of “{other}” "
                "from {date} on.",
                title=findings.title(best),
                other=findings.title(other),
                date=words.date(differ),
            )
        )
    if apart and not _open(findings, apart):
        apart = None  # the plans have differed since before the date of the data
    elif apart:
        texts.append(
            words.phrase(
                "From {date} the plans differ by more than {share} of all displaced people in "
                "whose conditions are met (modelled).",
                share=words.percent(PARTING_SHARE),
                date=findings.said_date(apart),
            )
        )
    elif any(
        math.isnan(met_on(findings, name, findings.horizon)["people_p50"])
        for name in findings.allocations
    ):
        texts.append(
            words.phrase(
                "How far the plans lie apart is withheld, as it would tell of single settlements."
            )
        )
    else:
        texts.append(
            words.phrase(
                "The plans never differ by more than {share} of all displaced people in whose "
                "conditions are met (modelled): cost and other aims decide.",
                share=words.percent(PARTING_SHARE),
            )
        )
    by = min((day for day in (differ, apart) if day), default=None)
    yield Decision(
        what=words.phrase("Which plan for the teams to follow?"),
        by=by,
        why=" ".join(texts),
        when=findings.said_date(by) if by and by != differ else "",
    )


def _open(findings: Findings, day: dt.date) -> bool:
    """Whether something may still be decided on a date: it does not lie before that of the data."""
    as_of = findings.scenario.as_of
    return as_of is None or day >= as_of


def _teams_differ(findings: Findings, best: str, other: str) -> dt.date | None:
    """First open date on which two allocations send other teams, or serve in another order."""
    policy = {
        header.name: (header.policy, header.rest_waits) for header in findings.scenario.allocations
    }
    is_same_order = policy[best] == policy[other]
    if policy[best][0] == "listed":
        is_same_order &= _orders(findings, best) == _orders(findings, other)
    mine, its = _lines(findings, best), _lines(findings, other)
    start = findings.scenario.start
    days = [
        max(start, line.from_date or start)
        for key, line in {**mine, **its}.items()
        if (key in mine) != (key in its)
    ]
    days += [] if is_same_order else [start]
    return min((day for day in days if _open(findings, day)), default=None)


def _orders(findings: Findings, name: str) -> list[tuple[int, str]]:
    lines = findings.scenario.orders
    return sorted((line.position, line.community) for line in lines if line.allocation == name)


def _lines(findings: Findings, name: str) -> dict[tuple[object, ...], Deployment]:
    def key(line: Deployment) -> tuple[object, ...]:
        return line.asset, line.base, line.teams, line.from_date, line.until_date, line.serves

    return {key(line): line for line in findings.scenario.deployments if line.allocation == name}


def _teams(findings: Findings) -> Iterator[Decision]:
    """Whether to add teams whose effect was tried under the leading allocation, and is clear.

    Where none of those that were tried has a clear effect, this is said of the first.
    """
    rows = list(records(findings.rows(DECISIONS, leader(findings))))
    clear = [row for row in rows if BETTER in (row[f"{name}_verdict"] for name in EFFECTS)]
    for row in clear or rows[:1]:
        yield Decision(
            what=_more_teams(findings, row),
            by=row["from"],
            why=_effect(findings, row) if clear else _no_effect(findings, row),
        )


def _more_teams(findings: Findings, row: Mapping[str, Any]) -> str:
    words, since = findings.words, findings.words.date(row["from"])
    if findings.is_public:
        skill = words.named(row["skill"], SKILLS)
        return words.phrase("Add teams for {skill} from {date} on?", skill=skill, date=since)
    return words.phrase(
        "Add teams from {date} on: {number} “{team}”?",
        number=findings.signed(row["teams"]),
        team=findings.view.word(row["asset"]),
        date=since,
    )


def _effect(findings: Findings, row: Mapping[str, Any]) -> str:
    """What more teams bring, as far as it is shown: what is level by the middle is left out."""
    words, horizon = findings.words, findings.horizon
    middle = row["middle_date"]
    effects = []
    if row["people_middle_verdict"] == BETTER and middle < horizon:
        effects.append(_more_people(findings, row, "people_middle", middle))
    if row["people_verdict"] == BETTER:
        effects.append(_more_people(findings, row, "people", horizon))
    elif row["people_verdict"] in VERDICTS:
        effects.append(
            words.phrase(
                "no clear difference in people whose conditions are met (modelled) by {date}",
                date=words.date(horizon),
            )
        )
    if row["person_days_verdict"] == BETTER:
        effects.append(
            words.phrase(
                "waiting until {date}: about {days}, less in {count} of {draws} simulations",
                date=words.date(horizon),
                days=_person_days(findings, row["person_days_mean"]),
                count=words.number(round(row["person_days_fewer_share"] * row["draws"])),
                draws=words.number(row["draws"]),
            )
        )
    if not findings.is_public:
        cost = findings.signed(row["cost_usd_mean"] / MILLION, 1)
        effects.append(words.phrase("cost: about {cost} million USD", cost=cost))
    return words.phrase(
        "Under “{title}”: {effects}.",
        title=findings.title(row["allocation"]),
        effects="; ".join(effects),
    )


def _more_people(findings: Findings, row: Mapping[str, Any], name: str, day: dt.date) -> str:
    words = findings.words
    return words.phrase(
        "about {people} people whose conditions are met (modelled) by {date}, more in {count} of "
        "{draws} simulations",
        people=findings.signed(three_digits(row[f"{name}_mean"])),
        date=words.date(day),
        count=words.number(round(row[f"{name}_more_share"] * row["draws"])),
        draws=words.number(row["draws"]),
    )


def _person_days(findings: Findings, days: float) -> str:
    """A difference of person-days, in the unit that its size asks for."""
    words = findings.words
    if abs(days) >= MILLION:
        number = findings.signed(days / MILLION, 1)
        return words.phrase("{number} million person-days", number=number)
    number = findings.signed(days / THOUSAND, 1)
    return words.phrase("{number} thousand person-days", number=number)


def _no_effect(findings: Findings, row: Mapping[str, Any]) -> str:
    words = findings.words
    return words.phrase(
        "Under “{title}” {draws} simulations show no clear effect on people or on waiting until "
        "{date}.",
        title=findings.title(row["allocation"]),
        draws=words.number(row["draws"]),
        date=words.date(findings.horizon),
    )


def _plans(findings: Findings) -> Iterator[Decision]:
    """What to plan for conditions that nothing planned meets."""
    words, best = findings.words, leader(findings)
    lacking = {
        "not_planned": words.phrase("Plan the works that are still missing"),
        "no_route": words.phrase("Which roads to open where no planned work opens a route?"),
    }
    for cause, what in lacking.items():
        share = _share(findings, best, cause)
        if share < LEAST_SHARE:
            continue
        why = words.phrase(
            "Under “{title}” {share} of all person-days of waiting are of this kind.",
            title=findings.title(best),
            share=words.percent(share),
        )
        gates = [] if findings.is_public else _gates_of(findings, best, cause)
        if gates:
            why += " " + words.phrase("Conditions: {gates}.", gates=words.listed(gates))
        yield Decision(what=what, by=None, why=why)


def _share(findings: Findings, allocation: str, cause: str) -> float:
    rows = delays_of(findings, allocation)
    total = float(rows["person_days_mean"].sum())
    mine = float(rows.loc[rows["cause"] == cause, "person_days_mean"].sum())
    return mine / total if total else 0.0


def _gates_of(findings: Findings, allocation: str, cause: str) -> list[str]:
    """Names of the gates that bind where most days go to a cause, with most people first."""
    run = findings.run
    delays = run.delays[run.delays["allocation"] == allocation]
    total = delays.groupby("community")["days_mean"].transform("sum")
    delays = delays[(delays["cause"] == cause) & (delays["days_mean"] > HALF * total)]
    readiness = run.readiness[run.readiness["allocation"] == allocation]
    booked = delays.merge(readiness[["community", "binding_gate"]], on="community")
    people = booked.groupby("binding_gate")["person_days_mean"].sum().sort_values(ascending=False)
    return [gate_name(str(gate), findings.words) for gate in people.index]


def _data(findings: Findings) -> Iterator[Decision]:
    """Which missing data to collect."""
    words, best = findings.words, leader(findings)
    rows = findings.rows("district_gates", best)
    people = rows.groupby("gate")["people_unknown"].sum()
    gates = [str(gate) for gate in people.index[people > 0]]
    if not gates:
        return
    yield Decision(
        what=words.phrase(
            "Who collects the missing data: {data}",
            data=words.listed(dict.fromkeys(gate_data(gate, words) for gate in gates)),
        ),
        by=None,
        why=words.phrase(
            "Until then a condition is unknown for {share} of the people, and counts as not met.",
            share=words.percent(float(people.max()), findings.people),
        ),
    )


def _money(findings: Findings) -> Iterator[Decision]:
    """Where the money for teams that are planned anyway comes from."""
    words, best = findings.words, leader(findings)
    if findings.is_public:
        return
    for envelope in envelopes(findings.scenario):
        if envelope.allocation != best or not envelope.is_exceeded:
            continue
        yield Decision(
            what=words.phrase(
                "Find money for the teams above the budget line “{line}”", line=envelope.line.id
            ),
            by=envelope.first,
            why=words.phrase(
                "Planned team-days under “{title}” cost USD {planned} million until {date}, the "
                "line holds USD {limit} million.",
                title=findings.title(best),
                planned=words.number(envelope.planned_usd / MILLION, 1),
                date=words.date(envelope.last),
                limit=words.number(envelope.line.envelope_usd / MILLION, 1),
            ),
        )


def _targets(findings: Findings) -> Iterator[Decision]:
    """Whether to keep a target that most draws do not reach under the leading allocation."""
    words, best = findings.words, leader(findings)
    for reached in targets(findings):
        target = reached.target
        if reached.allocation == best and reached.people.middle < target.people:
            yield Decision(
                what=words.phrase(
                    "Keep the target “{target}”, or change the resources for it?",
                    target=target.title or target.id,
                ),
                by=target.by_date,
                why=reached.sentence,
            )


RULES: tuple[Rule, ...] = (_allocation, _teams, _plans, _data, _money, _targets)
