"""Titles of the page's charts: each says what its chart finds, under each allocation."""

import math
from typing import Any

from returnplan.show.findings import (
    Findings,
    Option,
    big_numbers,
    bottlenecks,
    districts,
    options,
)

LEAST_DISTRICTS = 2
HALF = -2
"""Which of the big numbers, from their end, says when the conditions of half are met."""


def chart_titles(findings: Findings) -> dict[str, Any]:
    """Say what each chart finds.

    Returns
    -------
    dict[str, Any]
        By chart: a title for each allocation, or for ``allocations`` one for all of them.
    """
    names = findings.allocations
    return {
        "people": [_half_of(findings, option) for option in options(findings)],
        "allocations": _soonest_and_latest(findings),
        "districts": [_least_and_most(findings, name) for name in names],
        "causes": [_largest_cause(findings, name) for name in names],
    }


def _half_of(findings: Findings, option: Option) -> str:
    """When the conditions of half of the people are met."""
    words = findings.words
    if math.isnan(option.horizon.middle):
        return words.phrase("People over time")
    half = big_numbers(findings, option)[HALF].value
    if option.half[1] is None:
        return words.phrase("Conditions for half of the people: {date}", date=half)
    return words.phrase("Conditions met for half of the people by {date}", date=half)


def _soonest_and_latest(findings: Findings) -> str:
    """The plans under which half of the people have their conditions met first and last."""
    words = findings.words
    known = [one for one in options(findings) if not math.isnan(one.horizon.middle)]
    ordered = sorted(known, key=lambda one: (one.half[1] or findings.horizon, one.half[1] is None))
    if not ordered:
        return words.phrase("Plans over time")
    (first, at_first), (last, at_last) = (
        (one, big_numbers(findings, one)[HALF].value) for one in (ordered[0], ordered[-1])
    )
    if at_first == at_last:
        return words.phrase(
            "Conditions for half of the people: {date} under every plan", date=at_first
        )
    return words.phrase(
        "Conditions for half of the people: {first} under “{one}”, {last} under “{other}”",
        first=at_first,
        one=first.title,
        last=at_last,
        other=last.title,
    )


def _least_and_most(findings: Findings, allocation: str) -> str:
    """The districts with the smallest and the largest share by the end of the run."""
    words = findings.words
    known = [one for one in districts(findings, allocation) if not math.isnan(one.share.middle)]
    if len(known) < LEAST_DISTRICTS:
        return words.phrase("Share by district")
    low, high = (words.percent(known[end].share.middle) for end in (0, -1))
    if low == high:
        return words.phrase(
            "By {year}: {share} of the people of each district",
            year=findings.horizon.year,
            share=low,
        )
    return words.phrase(
        "By {year}: {low} of the people of {least}, {high} of the people of {most}",
        year=findings.horizon.year,
        low=low,
        least=known[0].district,
        high=high,
        most=known[-1].district,
    )


def _largest_cause(findings: Findings, allocation: str) -> str:
    words = findings.words
    named = [one for one in bottlenecks(findings, allocation) if one.cause != "other"]
    if not named:
        return words.phrase("What people wait for")
    largest = max(named, key=lambda one: one.person_days)
    return words.phrase(
        "{share} of all waiting: {cause}", share=largest.percent, cause=largest.name
    )
