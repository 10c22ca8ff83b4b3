"""What must be decided, and by when: derived from the tables by the rules that stand here."""

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from returnplan.domain import SKILLS, Deployment
from returnplan.model.conditions.gates import gate_data, gate_name
from returnplan.model.reasons.causes import WAITING
from returnplan.scenario.funding import envelopes
from returnplan.show.findings.findings import Findings
from returnplan.show.findings.leader import leader, met_on, rival
from returnplan.show.findings.targets import targets
from returnplan.show.findings.waiting import bottlenecks, delays_of

PARTING_SHARE = 0.05
"""Curves part where their medians differ by more than this share of all people."""
LONG_WAIT_DAYS = 30
"""Work has waited for a team when it was open for longer than this before one came."""
LEAST_SHARE = 0.01
"""Causes with a smaller share of the waiting ask for no decision."""
HALF = 0.5
MILLION = 1e6


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
    differ = None if findings.is_public else _open(findings, _teams_differ(findings, best, other))
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
    if apart:
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
    by = min((day for day in (differ, _open(findings, apart)) if day), default=None)
    yield Decision(
        what=words.phrase("Which plan for the teams to follow?"),
        by=by,
        why=" ".join(texts),
        when=findings.said_date(by) if by and by != differ else "",
    )


def _open(findings: Findings, day: dt.date | None) -> dt.date | None:
    """A date by which something may still be decided; None: it lies before that of the data."""
    as_of = findings.scenario.as_of
    return day if day and (as_of is None or day >= as_of) else None


def _teams_differ(findings: Findings, best: str, other: str) -> dt.date | None:
    """First date on which two allocations send other teams, or serve in another order."""
    policy = {
        header.name: (header.policy, header.rest_waits) for header in findings.scenario.allocations
    }
    is_same_order = policy[best] == policy[other]
    if policy[best][0] == "listed":
        is_same_order &= _orders(findings, best) == _orders(findings, other)
    mine, its = _lines(findings, best), _lines(findings, other)
    start = findings.scenario.start
    days = [
        line.from_date or start
        for key, line in {**mine, **its}.items()
        if (key in mine) != (key in its)
    ]
    days += [] if is_same_order else [start]
    return max(start, min(days)) if days else None


def _orders(findings: Findings, name: str) -> list[tuple[int, str]]:
    lines = findings.scenario.orders
    return sorted((line.position, line.community) for line in lines if line.allocation == name)


def _lines(findings: Findings, name: str) -> dict[tuple[object, ...], Deployment]:
    def key(line: Deployment) -> tuple[object, ...]:
        return line.asset, line.base, line.teams, line.from_date, line.until_date, line.serves

    return {key(line): line for line in findings.scenario.deployments if line.allocation == name}


def _teams(findings: Findings) -> Iterator[Decision]:
    """Whether to add teams with the skill that people wait for most."""
    words, best = findings.words, leader(findings)
    causes = [row for row in bottlenecks(findings, best) if row.cause.startswith(WAITING)]
    if not causes or causes[0].share < LEAST_SHARE:
        return
    skill = causes[0].cause.removeprefix(WAITING)
    since = None if findings.is_public else _open(findings, _first_wait(findings, best, skill))
    why = words.phrase(
        "Under “{title}” {share} of all person-days of waiting are for such a team.",
        title=findings.title(best),
        share=causes[0].percent,
    )
    if since:
        values = {"days": words.number(LONG_WAIT_DAYS), "date": words.date(since)}
        why += " " + (
            words.phrase(
                "In the single-value run such work waits more than {days} days from {date}.",
                **values,
            )
            if findings.draws
            else words.phrase("From {date} such work waits more than {days} days.", **values)
        )
    yield Decision(
        what=words.phrase(
            "Add teams for {skill}, or reassign existing ones?",
            skill=words.named(skill, SKILLS),
        ),
        by=since,
        why=why,
    )


def _first_wait(findings: Findings, allocation: str, skill: str) -> dt.date | None:
    """First date on which work of a skill had waited long for a team, on expected values."""
    of_skill = {job.id for job in findings.opened.prepared.plan.jobs if job.skill == skill}
    jobs = findings.rows("jobs", allocation)
    jobs = jobs[jobs["job"].isin(of_skill) & jobs["open_day"].notna()]
    begun = jobs["start_day"].fillna(findings.view.horizon_days)
    late = jobs.loc[begun - jobs["open_day"] > LONG_WAIT_DAYS, "open_day"] + LONG_WAIT_DAYS
    return findings.view.date(float(late.min())) if len(late) else None


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
