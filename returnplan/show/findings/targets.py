"""Targets of the scenario, and how likely each is reached."""

import datetime as dt
import math
from dataclasses import dataclass

from returnplan.domain import Target
from returnplan.show.audience.contributors import COUNTRY_MONTHS, counted_days
from returnplan.show.findings.findings import Findings, Range, on, range_of, records
from returnplan.units import counting_dates


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How likely a target is reached under an allocation.

    Parameters
    ----------
    people
        People by its date; nan when the date is outside the run, or the number withheld.
    sentence
        The same for people.
    """

    target: Target
    allocation: str
    people: Range
    sentence: str


def targets(findings: Findings) -> tuple[Reached, ...]:
    """How likely each target of the scenario is reached, by allocation."""
    return tuple(
        _reached(findings, target, name)
        for target in findings.scenario.targets
        for name in findings.allocations
    )


def _reached(findings: Findings, target: Target, allocation: str) -> Reached:
    """Judge a target by the last date of counting on or before its own."""
    rows = findings.rows("people_met", allocation)
    is_within = findings.scenario.start <= target.by_date <= findings.horizon
    people = Range(middle=math.nan)
    if is_within:
        day = max(day for day in _counted(findings) if day <= target.by_date)
        row = next(records(on(rows, day)), None)
        count = "people" if target.measure == "conditions_met" else "returned"
        people = range_of(row, count) if row else people
    return Reached(
        target=target,
        allocation=allocation,
        people=people,
        sentence=_target_words(findings, target, allocation, people),
    )


def _counted(findings: Findings) -> list[dt.date]:
    """Days on which people are counted for the audience, as far as they can be shown."""
    if findings.is_public:
        return counted_days(findings.run, COUNTRY_MONTHS)
    return counting_dates(findings.scenario.start, findings.scenario.horizon_years)


def target_name(target: Target) -> str:
    """What a target is called."""
    return target.title or target.id.replace("_", " ")


def _target_words(findings: Findings, target: Target, allocation: str, people: Range) -> str:
    words = findings.words
    goal = findings.count(target.people)
    values = {
        "target": target_name(target),
        "goal": words.phrase("{people} with conditions met (modelled)", people=goal)
        if target.measure == "conditions_met"
        else words.phrase("{people} returned", people=goal),
        "date": words.date(target.by_date),
        "title": findings.title(allocation),
        "people": findings.ranged(people),
        "how": _how_likely(findings, target.people, people),
    }
    if not findings.scenario.start <= target.by_date <= findings.horizon:
        return words.phrase(
            "Target “{target}”: {goal} by {date}. That date lies outside the run.", **values
        )
    return words.phrase(
        "Target “{target}”: {goal} by {date}. Under “{title}” {people}: {how}.", **values
    )


def _how_likely(findings: Findings, goal: float, people: Range) -> str:
    """Say in how many draws a goal is reached, as the range and the median tell it."""
    words = findings.words
    if math.isnan(people.middle):
        return words.phrase("not shown, as it would tell of single settlements")
    if not findings.draws:
        if people.middle >= goal:
            return words.phrase("reached in the single-value run, which has no ranges")
        return words.phrase("not reached in the single-value run, which has no ranges")
    if math.isnan(people.low + people.high):  # the range is not shown
        if people.middle >= goal:
            return words.phrase("reached in half of simulations or more")
        return words.phrase("reached in less than half of simulations")
    texts = (
        words.phrase("reached in less than a tenth of simulations"),
        words.phrase("reached in a tenth to half of simulations"),
        words.phrase("reached in half to nine tenths of simulations"),
        words.phrase("reached in nine tenths of simulations or more"),
    )
    return texts[sum(number >= goal for number in (people.low, people.middle, people.high))]
