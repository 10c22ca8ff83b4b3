"""What stands beside every result: risks, what is not modelled, sources, required wording."""

import math
from collections import Counter

from returnplan.domain import SourceLine
from returnplan.model.chance.assumptions import rows_in_force
from returnplan.model.conditions.gates import gate_name
from returnplan.show.drawing import boundaries, even_note, statement
from returnplan.show.findings.findings import Findings, edited
from returnplan.show.findings.leader import leader


def mark(findings: Findings) -> str:
    """Who may read a page, and whether its tables were edited; stands on each of them."""
    words = findings.words
    who = words.phrase("Internal: restricted data, not for publication")
    if findings.is_public:
        who = words.phrase("Public")
    return f"{who}. {edited(words)}" if findings.run.edited else who


def statements(findings: Findings) -> tuple[str, ...]:
    """Required wording: what no page may leave out."""
    words = findings.words
    return (
        statement(findings.view),
        _statuses(findings),
        words.phrase(
            "Return is voluntary. Figures are upper limits of who could return, not targets."
        ),
        boundaries(findings.view),
        _inputs(findings),
    )


def _statuses(findings: Findings) -> str:
    """Which statuses there are; with draws also how sure, of communities."""
    text = findings.words.phrase(
        "Statuses are modelled: conditions met (modelled); conditions not met, with the "
        "conditions that fail; unknown, with the data that is missing."
    )
    has_certainty = findings.draws and not findings.is_public
    return f"{text} {even_note(findings.view)}" if has_certainty else text


def _inputs(findings: Findings) -> str:
    words, date = findings.words, findings.words.date(findings.scenario.start)
    years = [source.year for source in findings.scenario.sources if source.year]
    values = {"date": date, "year": max(years, default=findings.scenario.start.year)}
    if findings.draws:
        return words.phrase(
            "The model starts on {date}; the latest source is of {year}. Ranges are 80% model "
            "intervals under stated assumptions.",
            **values,
        )
    return words.phrase(
        "The model starts on {date}; the latest source is of {year}. Single values under stated "
        "assumptions, without ranges.",
        **values,
    )


def sources(findings: Findings) -> tuple[str, ...]:
    """Sources of the scenario, one line each; a title may name places, so not for the public."""
    lines = findings.scenario.sources
    if findings.is_public:
        return tuple(dict.fromkeys(_publication(line) for line in lines if line.organisation))
    return tuple(_source(line) for line in lines)


def source_words(findings: Findings) -> dict[str, str]:
    """What each source of the scenario is called: its title, for the public who published it."""
    lines = findings.scenario.sources
    if findings.is_public:
        return {line.id: _publication(line) for line in lines}
    return {line.id: line.title for line in lines}


def _source(source: SourceLine) -> str:
    more = _publication(source)
    return f"{source.title} ({more})" if more else source.title


def _publication(source: SourceLine) -> str:
    """Who published it, when, under which terms."""
    who = ", ".join(str(part) for part in (source.organisation, source.year) if part)
    return "; ".join(part for part in (who, source.licence) if part)


def conditions(findings: Findings) -> str:
    """Say which conditions for return are in force."""
    words = findings.words
    gates = words.listed(gate_name(gate, words) for gate in findings.scenario.gates)
    return words.phrase("Conditions for return in this run: {conditions}.", conditions=gates)


def risks(findings: Findings) -> tuple[str, ...]:
    """What can go wrong when the results are used, one sentence or two each."""
    words, best = findings.words, leader(findings)
    summary = findings.summary(best)
    texts = [
        words.phrase(
            "Early return: {days} person-days by {date} under “{title}” are of people who come "
            "before the conditions are met or without a dwelling. That is a risk, not a success.",
            days=words.number(summary["early_person_days_mean"]),
            date=words.date(findings.horizon),
            title=findings.title(best),
        ),
        words.phrase(
            "Released land keeps some residual risk; unreleased land nearby much more. Expected "
            "casualties rest on few countries and their range spans a factor of ten: compare "
            "plans, do not quote the figures."
        ),
        assumptions_line(findings),
    ]
    texts += _unknown(findings, best)
    if not findings.draws:
        texts.append(
            words.phrase(
                "The single-value run ignores unrecorded hazardous areas; its dates are usually "
                "too early: do not publish them as forecasts."
            )
        )
    return tuple(texts)


def _unknown(findings: Findings, allocation: str) -> list[str]:
    """People near hazards whose risk nobody knows."""
    harm = findings.rows("harm", allocation)
    people = float(harm["people_unknown_risk"].max(skipna=False)) if len(harm) else 0.0
    if findings.is_public and math.isnan(people):
        return [
            findings.words.phrase(
                "For some people the risk near their homes is unknown; casualty figures leave "
                "them out."
            )
        ]
    if not people > 0:
        return []
    share = findings.words.percent(people, findings.people)
    return [
        findings.words.phrase(
            "For {share} of the people the risk near their homes is unknown; casualty figures "
            "leave them out.",
            share=share,
        )
    ]


def assumptions_line(findings: Findings) -> str:
    """Say how well the assumptions are known, and what that means for ranges."""
    words = findings.words
    marks = Counter(row.mark for row in rows_in_force(findings.scenario))
    total = sum(marks.values())
    return words.phrase(
        "Ranges reflect the stated assumptions only. Of {total} assumptions {verified} are "
        "verified, {derived} are derived and {assumed} are assumed; some vary together, the "
        "others each independently.",
        total=words.number(total),
        verified=words.number(marks["verified"]),
        derived=words.number(marks["derived"]),
        assumed=words.number(marks["assumed"]),
    )


def not_modelled(findings: Findings) -> tuple[str, ...]:
    """What the model leaves out, as MODEL.md lists it, one line each."""
    words = findings.words
    return (
        words.phrase(
            "New contamination, accidents after which released land is treated as hazardous "
            "again, closures of roads, changes of control."
        ),
        words.phrase(
            "Teams that help each other on one parcel, change base, take leave together or break "
            "down."
        ),
        words.phrase("Budgets: they limit the choice of a plan, not the run."),
        words.phrase(
            "Casualties on roads of people who do not live at their ends, and of visitors; "
            "unrecorded hazards on roads; hazards that nobody finds until somebody is hurt."
        ),
        words.phrase(
            "Links between uncertain numbers of single hazards, roads and works: each varies "
            "independently."
        ),
        words.phrase(
            "Returns: settling in another place, coming back after leaving again, changing plans "
            "after an accident, births and deaths."
        ),
    )
