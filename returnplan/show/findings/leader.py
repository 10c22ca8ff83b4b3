"""Which allocation is ahead, by how much, and how surely: the headline."""

import datetime as dt
import math
from typing import Any

from returnplan.runs.difference import BETTER
from returnplan.runs.paired import PEOPLE_MET
from returnplan.show.findings.findings import Findings, on, records


def leader(findings: Findings) -> str:
    """Name the allocation with most people whose conditions are met by the horizon."""
    return ranked(findings)[0]


def ranked(findings: Findings) -> tuple[str, ...]:
    """Name the allocations, those first whose people by the horizon are most.

    The median decides; of equal ones the mean, then fewer person-days, then who stands first.
    """

    def key(allocation: str) -> tuple[float, float, float]:
        met = met_on(findings, allocation, findings.horizon)
        counts = [
            -math.inf if math.isnan(met[c]) else met[c] for c in ("people_p50", "people_mean")
        ]
        return -counts[0], -counts[1], findings.summary(allocation)["person_days_mean"]

    return tuple(sorted(findings.allocations, key=key))


def rivals(findings: Findings, allocation: str) -> tuple[str, ...]:
    """Allocations that one is not better than, by people by the horizon (model §11).

    None in a run on expected values; those that are not shown are left out.
    """
    verdicts = {
        other: findings.verdict(allocation, other, PEOPLE_MET) for other in findings.allocations
    }
    return tuple(other for other, verdict in verdicts.items() if verdict not in ("", BETTER))


def headline(findings: Findings) -> str:
    """Say in one sentence under which allocation the conditions of most people are met."""
    words, best = findings.words, leader(findings)
    row = met_on(findings, best, findings.horizon)
    values = {
        "date": words.date(findings.horizon),
        "people": findings.count(row["people_p50"]),
        "all": words.number(findings.people),
        "title": findings.title(best),
    }
    if math.isnan(row["people_p50"]):
        return words.phrase(
            "For how many people the conditions for return are met (modelled) by {date} is not "
            "shown: the number is withheld, as it would tell of single settlements.",
            date=values["date"],
        )
    if not findings.draws:
        return words.phrase(
            "On expected values the conditions for return are met (modelled) by {date} for "
            "{people} of {all} under “{title}”.",
            **values,
        )
    return words.phrase(
        "By {date} the conditions for return are met (modelled) for {people} of {all} "
        "({low} to {high} in 80 % of the draws) under “{title}”.",
        low=findings.number(row["people_p10"]),
        high=findings.number(row["people_p90"]),
        **values,
    )


def standing(findings: Findings) -> str:
    """Say how far the allocation of the headline is ahead of others, and how surely."""
    best = leader(findings)
    if math.isnan(met_on(findings, best, findings.horizon)["people_p50"]):
        return ""
    if findings.draws:
        texts = [_against(findings, best), _how_clear(findings, best)]
    else:
        texts = _of_expected_values(findings, best)
    return " ".join(text for text in texts if text)


def _of_expected_values(findings: Findings, best: str) -> list[str]:
    """What is to be said of a run without draws: no range, so no forecast."""
    words = findings.words
    other = compared_with(findings, best)
    more = ""
    if other:
        mine, its = (
            met_on(findings, name, findings.horizon)["people_p50"] for name in (best, other)
        )
        more = words.phrase(
            "Against “{title}” the difference is {difference}.",
            title=findings.title(other),
            difference=findings.signed(mine - its),
        )
    note = words.phrase(
        "Expected values have no ranges and mostly come too early: this is not a forecast."
    )
    return [more, note]


def compared_with(findings: Findings, best: str) -> str:
    """Name the allocation that one is compared with: the first, or else the best other one.

    Empty when there is no other one.
    """
    if best != findings.first:
        return findings.first
    rest = [name for name in findings.allocations if name != best]
    return max(
        rest,
        key=lambda name: met_on(findings, name, findings.horizon)["people_mean"],
        default="",
    )


def _against(findings: Findings, best: str) -> str:
    other = compared_with(findings, best)
    row = findings.difference(best, other, PEOPLE_MET) if other else None
    if row is None:
        return ""
    words = findings.words
    if math.isnan(row["mean"]):
        return words.phrase(
            "Against “{title}”: {few}.",
            title=findings.title(other),
            few=findings.few_differ(row),
        )
    more = row["probability_better"] - row["probability_same"] / 2
    return words.phrase(
        "Against “{title}” the difference is {difference} on average ({low} to {high} in 80 % of "
        "the draws): more people in {more} of the draws, fewer in {fewer}.",
        title=findings.title(other),
        difference=findings.signed(row["mean"]),
        low=findings.signed(row["p10"]),
        high=findings.signed(row["p90"]),
        more=words.percent(more),
        fewer=words.percent(max(0.0, 1 - more - row["probability_same"])),
    )


def _how_clear(findings: Findings, best: str) -> str:
    """Say whether an allocation is ahead of all others, or against which ones it is not."""
    words, near = findings.words, rivals(findings, best)
    others = len(findings.allocations) - 1
    at_end = [met_on(findings, name, findings.horizon) for name in findings.allocations]
    if not others or any(math.isnan(row["people_p50"]) for row in at_end):
        return ""
    if not near:
        return words.phrase(
            "It is ahead of every other allocation: 80 % of the draws or more agree (the same "
            "counts half), and the 95 % interval of the mean difference does not hold 0."
        )
    if len(near) == others > 1:
        return words.phrase(
            "No allocation is clearly ahead: against each other one fewer than 80 % of the draws "
            "agree (the same counts half), or the 95 % interval of the mean difference holds 0."
        )
    titles = words.listed(words.phrase("“{title}”", title=findings.title(name)) for name in near)
    return words.phrase(
        "No allocation is clearly ahead: against {titles} fewer than 80 % of the draws agree (the "
        "same counts half), or the 95 % interval of the mean difference holds 0.",
        titles=titles,
    )


def met_on(findings: Findings, allocation: str, day: dt.date) -> dict[str, Any]:
    """Row of people_met on a date of counting."""
    rows = findings.rows("people_met", allocation)
    return next(records(on(rows, day)))
