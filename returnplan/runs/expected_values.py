"""How far the run on expected values lies from the draws, wherever its dates stand beside theirs.

Jobs, releases, roads and the time of teams are told of one run, on expected values: of all draws
they would be too many. That run is none of the draws: it has no unrecorded hazards (model §3.2),
and delays do not average out. So its person-days and people are held against the median draw.
"""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from returnplan.language.words import ENGLISH, Words, later
from returnplan.quantiles import HIGH, LOW, MIDDLE

LEAST_SHARE = 0.0005
"""Differences below are shown as none."""
REASON = later("It has no unrecorded hazards, and each uncertain number at its expected value.")
"""Why that run is none of the draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One number of the run on expected values, beside the same of the draws.

    Parameters
    ----------
    alone
        In the run on expected values.
    low, middle, high
        p10, median and p90 of the draws.
    """

    alone: float
    low: float
    middle: float
    high: float

    @property
    def is_within(self) -> bool:
        """Whether it lies within p10 to p90."""
        return self.low <= self.alone <= self.high

    @property
    def is_level(self) -> bool:
        """Whether it is shown as the median itself."""
        return abs(self.alone - self.middle) < LEAST_SHARE * self.middle or (
            self.alone == self.middle
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedValues:
    """The run on expected values of one allocation, held against its draws.

    Parameters
    ----------
    person_days
        Person-days of displacement.
    people
        People whose conditions are met by ``by_date``.
    by_date
        First date of counting after half of the time.
    """

    person_days: Held
    people: Held
    by_date: date


def expected_values(
    summary: pd.DataFrame, people_met: pd.DataFrame, allocation: str
) -> ExpectedValues | None:
    """Hold the run on expected values of an allocation against its draws.

    Parameters
    ----------
    summary, people_met
        Tables of a run.
    allocation
        Name.

    Returns
    -------
    ExpectedValues | None
        None: a run without draws, or tables for the public.
    """
    row = summary[summary["allocation"] == allocation].iloc[0]
    if "person_days_expected_values" not in row or pd.isna(row["person_days_expected_values"]):
        return None
    mine = people_met[people_met["allocation"] == allocation]
    middle = mine[2 * mine["day"] >= mine["day"].max()].iloc[0]
    return ExpectedValues(
        person_days=_held(row, "person_days"),
        people=_held(middle, "people"),
        by_date=middle["date"].date(),
    )


def _held(row: "pd.Series[float]", name: str) -> Held:
    low, middle, high = (float(row[f"{name}_p{percent}"]) for percent in (LOW, MIDDLE, HIGH))
    return Held(alone=float(row[f"{name}_expected_values"]), low=low, middle=middle, high=high)


def expected_values_words(
    summary: pd.DataFrame, people_met: pd.DataFrame, allocation: str, words: Words = ENGLISH
) -> str:
    """Say how far the run on expected values of an allocation lies from its draws.

    Parameters
    ----------
    summary, people_met
        Tables of a run.
    allocation
        Name.
    words
        The language.

    Returns
    -------
    str
        A sentence; empty for a run without draws, or tables for the public.
    """
    found = expected_values(summary, people_met, allocation)
    if found is None:
        return ""
    return words.phrase(
        "The single-value run against the median simulation: {days}; {people}.",
        days=_days_words(found.person_days, words),
        people=_people_words(found, words),
    )


def _days_words(held: Held, words: Words) -> str:
    where = _where(held, words)
    if held.is_level:
        return words.phrase("as many person-days ({where})", where=where)
    size = _size(held, words)
    if held.alone > held.middle:
        return words.phrase("{size} more person-days ({where})", size=size, where=where)
    return words.phrase("{size} fewer person-days ({where})", size=size, where=where)


def _people_words(found: ExpectedValues, words: Words) -> str:
    held = found.people
    where, day = _where(held, words), words.date(found.by_date)
    if held.is_level:
        return words.phrase(
            "as many people whose conditions are met by {date} ({where})", date=day, where=where
        )
    size = _size(held, words)
    if held.alone > held.middle:
        return words.phrase(
            "{size} more people whose conditions are met by {date} ({where})",
            size=size, date=day, where=where,
        )  # fmt: skip
    return words.phrase(
        "{size} fewer people whose conditions are met by {date} ({where})",
        size=size, date=day, where=where,
    )  # fmt: skip


def _size(held: Held, words: Words) -> str:
    """How much more or less than the median, in percent; a number where the median is none."""
    apart = abs(held.alone - held.middle)
    return (
        words.of_hundred(words.number(100 * apart / held.middle, 1))
        if held.middle
        else words.number(apart)
    )


def _where(held: Held, words: Words) -> str:
    if held.is_within:
        return words.phrase("within p10 to p90")
    return words.phrase("outside p10 to p90")
