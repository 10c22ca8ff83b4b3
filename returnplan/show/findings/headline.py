"""The headline: under which allocation people wait least, by how much, and how surely."""

import math

from returnplan.runs.paired import PERSON_DAYS
from returnplan.show.findings.findings import Findings
from returnplan.show.findings.leader import leader, level_with, met_on, rival
from returnplan.show.findings.options import (
    CASUALTIES,
    COST,
    HALF_MET,
    MILLION,
    NEVER_MET,
    option_headings,
    options,
    person_days_unit,
)

TOLD_OF_LEVEL = (HALF_MET, NEVER_MET, CASUALTIES, COST)
"""Columns of the table of options in which allocations that are level are told apart."""


def headline(findings: Findings) -> str:
    """Say in one sentence under which allocation people wait least, and who can go home by when."""
    words, best = findings.words, leader(findings)
    row = met_on(findings, best, findings.horizon)
    values = {
        "date": words.date(findings.horizon),
        "people": findings.about(row["people_p50"]),
        "all": findings.about(findings.people),
    }
    if math.isnan(row["people_p50"]):
        return words.phrase(
            "For how many people the conditions for return are met (modelled) by {date} is not "
            "shown: the number is withheld, as it would tell of single settlements.",
            date=values["date"],
        )
    if not findings.draws:
        met = words.phrase(
            "In the single-value run the conditions for return are met (modelled) by {date} for "
            "{people} of {all} people.",
            **values,
        )
    else:
        met = words.phrase(
            "By {date} the conditions for return are met (modelled) for {people} of {all} people "
            "({low} to {high} in 80% of simulations).",
            low=findings.about(row["people_p10"]),
            high=findings.about(row["people_p90"]),
            **values,
        )
    return f"{_least(findings, best)} {met}"


def _least(findings: Findings, best: str) -> str:
    """Name the leading allocation, and at once those that are level with it."""
    words, near = findings.words, level_with(findings)
    title = findings.title(best)
    if len(findings.allocations) == 1:
        return words.phrase("The plan is “{title}”.", title=title)
    if near:
        titles = words.listed(
            words.phrase("“{title}”", title=findings.title(name)) for name in near
        )
        return words.phrase(
            "People wait least under “{title}”, but not clearly less than under {titles}.",
            title=title,
            titles=titles,
        )
    return words.phrase("People wait least under “{title}”.", title=title)


def standing(findings: Findings) -> str:
    """Say how far the leading allocation is from its nearest rival, and how surely."""
    best, other = leader(findings), rival(findings)
    if not other or math.isnan(met_on(findings, best, findings.horizon)["people_p50"]):
        return "" if findings.draws else _no_forecast(findings)
    texts = [_against(findings, best, other)]
    if findings.draws:
        texts += [_how_clear(findings), _what_differs(findings, best, other)]
    else:
        texts.append(_no_forecast(findings))
    return " ".join(text for text in texts if text)


def _no_forecast(findings: Findings) -> str:
    return findings.words.phrase(
        "The single-value run has no ranges and its dates are usually too early: this is not a "
        "forecast."
    )


def _against(findings: Findings, best: str, other: str) -> str:
    """Person-days of the leading allocation against its nearest rival."""
    words, title = findings.words, findings.title(other)
    row = findings.pair(best, other, PERSON_DAYS)
    if row is None:
        mine, its = (findings.summary(name)["person_days_mean"] for name in (best, other))
        if math.isnan(mine - its):
            return ""
        return words.phrase(
            "Against “{title}” the difference in waiting is {difference}.",
            title=title,
            difference=_person_days(findings, mine - its),
        )
    if math.isnan(row["mean"]):
        return words.phrase("Against “{title}”: {few}.", title=title, few=findings.few_differ(row))
    less = row["probability_better"] - row["probability_same"] / 2
    unit = person_days_unit(findings)
    return words.phrase(
        "Compared with “{title}”, its nearest rival: {difference} of waiting on average ({low} "
        "to {high} in 80% of simulations). People wait less in {less} of simulations, longer in "
        "{longer}.",
        title=title,
        difference=_person_days(findings, row["mean"]),
        low=findings.signed(row["p10"] / unit, 1),
        high=findings.signed(row["p90"] / unit, 1),
        less=words.percent(less),
        longer=words.percent(max(0.0, 1 - less - row["probability_same"])),
    )


def _person_days(findings: Findings, days: float) -> str:
    """A difference of person-days, in the unit of the table of options."""
    words, unit = findings.words, person_days_unit(findings)
    number = findings.signed(days / unit, 1)
    if unit == MILLION:
        return words.phrase("{number} million person-days", number=number)
    return words.phrase("{number} thousand person-days", number=number)


def _how_clear(findings: Findings) -> str:
    """Say by which rule the leading allocation is ahead of others, or is not."""
    words, near = findings.words, level_with(findings)
    if not near:
        return words.phrase(
            "It is ahead of every other plan: 80% of simulations or more agree (the same counts "
            "half), and the 95% interval of the mean difference does not include 0."
        )
    return words.phrase(
        "The difference is not clear: fewer than 80% of simulations agree (the same counts "
        "half), or the 95% interval of the mean difference includes 0."
    )


def _what_differs(findings: Findings, best: str, other: str) -> str:
    """Where the nearest rival is level with the leading allocation: in what they differ."""
    if other not in level_with(findings):
        return ""
    words = findings.words
    cells = {one.allocation: one.texts for one in options(findings)}
    compared = list(zip(option_headings(findings), cells[best], cells[other], strict=True))
    parts = [
        words.phrase("{what}: {mine} against {its}", what=what, mine=mine, its=its)
        for what, mine, its in (compared[at] for at in TOLD_OF_LEVEL)
        if mine != its
    ]
    if not parts:
        return ""
    return words.phrase(
        "Where it differs from “{title}”: {parts}.",
        title=findings.title(other),
        parts="; ".join(parts),
    )
