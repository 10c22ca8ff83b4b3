"""Allocations side by side: the table of options."""

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from returnplan.show.audience.tables import SHARE_DIGIT
from returnplan.show.drawing import ranged
from returnplan.show.findings.findings import Findings, Range, range_of, records
from returnplan.show.findings.leader import met_on

HALF = 0.5
MILLION, THOUSAND = 1e6, 1e3
MILLIONS_FROM = 1e8
"""Person-days of an allocation from which on differences are in millions."""
WHOLE_MILLIONS_FROM = 1e8
"""Costs in USD from here on are written in whole millions."""
WHOLE_FROM, ONE_DECIMAL_FROM = 10, 1
"""Expected casualties from here on are written without, and with one, decimal."""
MOST_DECIMALS = 3
MOST_DIGITS = 6
"""Decimals of a rate at most."""
HECTARE_M2 = 1e4
FARMLAND = "farmland_m2_by_"
"""Begin of the columns of ``summary`` that say it by a date."""
NONE = "–"
HALF_MET, COST, CASUALTIES, NEVER_MET = 4, 6, 7, 8
"""Columns of the table of options."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A mean difference to the first allocation, over the same draws.

    Parameters
    ----------
    mean
        Mean over the draws.
    low, high
        Its interval; nan in a run on expected values.
    no_mean
        Words in place of the mean, where too few draws differ; empty: there is one.
    """

    mean: float
    low: float
    high: float
    no_mean: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One allocation among the others.

    Parameters
    ----------
    allocation, title
        Name, and what people call it.
    near, horizon
        People whose conditions are met (modelled) by the near date, and by the horizon.
    returned
        People who have returned by the horizon.
    half
        Dates by which the conditions of half of the people are met: early, median, late; None: not
        within the horizon.
    person_days
        Person-days of displacement against the first allocation, 95 % interval of the mean.
    casualties
        Expected casualties per 1,000 person-years of people present, 80 % range; None: not shown.
    cost_usd
        Mean cost, USD.
    communities_never
        Communities whose conditions are not met within the horizon: expected number, 80 % range;
        None: withheld.
    texts
        Cells of the table of options, in the order of :func:`option_headings`.
    """

    allocation: str
    title: str
    near: Range
    horizon: Range
    returned: Range
    half: tuple[dt.date | None, dt.date | None, dt.date | None]
    person_days: Difference | None
    casualties: Range | None
    cost_usd: float
    communities_never: Range | None
    texts: tuple[str, ...]


def option_headings(findings: Findings) -> tuple[str, ...]:
    """Headings of the table of options."""
    words = findings.words
    near, horizon = words.date(findings.near), words.date(findings.horizon)
    unit = person_days_unit(findings)
    return (
        words.phrase("Plan"),
        words.phrase("Conditions met (modelled) by {date}, people", date=near),
        words.phrase("Conditions met (modelled) by {date}, people", date=horizon),
        words.phrase("Returned by {date}, people", date=horizon),
        words.phrase("Conditions met for half of the people by"),
        words.phrase("Person-days until conditions are met, millions, against the first")
        if unit == MILLION
        else words.phrase("Person-days until conditions are met, thousands, against the first"),
        words.phrase("Cost, million USD"),
        words.phrase("Expected casualties per 1,000 person-years"),
        words.phrase("Communities not met by {date}", date=horizon),
    )


def option_notes(findings: Findings) -> tuple[str, ...]:
    """What must be known to read the table of options."""
    words = findings.words
    notes = [
        words.phrase(
            "In brackets: 80% of simulations; for person-days the 95% interval of the mean. "
            "Communities: expected number."
        )
        if findings.draws
        else words.phrase("Single-value run: one number each, no ranges."),
        words.phrase("A minus sign means fewer."),
        _person_days_note(findings),
        cost_note(findings),
        words.phrase(
            "Expected casualties are for comparing plans only; they are not shown where only a "
            "few settlements would determine them."
        ),
        *price_of_waiting(findings),
        *unknown_dwellings(findings),
    ]
    return tuple(notes)


def price_of_waiting(findings: Findings) -> tuple[str, ...]:
    """What it costs that land waits which no condition asks for; nothing where none waits.

    Farmland by the first yearly date from the near date on; the public is not told.
    """
    headers = {header.name: header for header in findings.scenario.allocations}
    known = findings.summary(findings.first)
    dates = [name[len(FARMLAND) :][:10] for name in known if name.startswith(FARMLAND)]
    late = [day for day in dates if day >= findings.near.isoformat()] or dates[-1:]
    if not late or not any(headers[name].rest_waits for name in findings.allocations):
        return ()
    words = findings.words
    areas = {
        name: findings.summary(name)[f"{FARMLAND}{late[0]}_mean"] / HECTARE_M2
        for name in findings.allocations
    }
    text = words.phrase(
        "Where land that no condition asks for waits, people come home sooner to land that is "
        "released later. Land that denied farmland and is released by {date} (modelled, hectares): "
        "{parts}.",
        date=words.date(dt.date.fromisoformat(late[0])),
        parts=words.listed(
            f"{findings.title(name)}: {words.number(ha)}" for name, ha in areas.items()
        ),
    )
    return (text,)


def _person_days_note(findings: Findings) -> str:
    """What person-days are, and how many of them are of people who wait to the horizon."""
    words = findings.words
    never = [findings.summary(name)["person_days_never_share"] for name in findings.allocations]
    low, high = words.percent(min(never)), words.percent(max(never))
    return words.phrase(
        "Person-days: days until conditions are met (modelled), at most until {date}, weighted by "
        "people; {shares} of them are of people whose conditions are not met by then.",
        date=words.date(findings.horizon),
        shares=low if low == high else words.phrase("{low} to {high}", low=low, high=high),
    )


def cost_note(findings: Findings) -> str:
    """How costs are counted, and how many works say nothing of theirs."""
    words = findings.words
    text = words.phrase("Costs are in constant prices, not discounted.")
    silent = int(findings.summary(findings.first)["works_without_cost"])
    if not silent:
        return text
    more = words.plural(
        "{number} planned work states no cost: only its crew is counted.",
        "{number} planned works state no cost: only their crews are counted.",
        silent,
    )
    return f"{text} {more}"


def unknown_dwellings(findings: Findings) -> tuple[str, ...]:
    """Who cannot return as nobody knows how many dwellings are built; nothing if nobody."""
    words = findings.words
    people = float(findings.summary(findings.first)["people_unknown_dwellings"])
    if math.isnan(people):
        some = words.phrase(
            "Some people come from settlements where it is not known how many dwellings are built: "
            "such dwellings count nobody as returned."
        )
        return (some,)
    if not people > 0:
        return ()
    text = words.phrase(
        "Of the people {share} come from settlements where it is not known how many dwellings are "
        "built: such dwellings count nobody as returned.",
        share=words.percent(people, findings.people),
    )
    return (text,)


@lru_cache(maxsize=2)
def options(findings: Findings) -> tuple[Option, ...]:
    """Allocations side by side, in the order of the run."""
    return tuple(_option(findings, name) for name in findings.allocations)


def _option(findings: Findings, name: str) -> Option:
    at_near = met_on(findings, name, findings.near)
    at_end = met_on(findings, name, findings.horizon)
    summary = findings.summary(name)
    never, low, high = (float(summary[f"communities_never{end}"]) for end in ("", "_p10", "_p90"))
    item: dict[str, Any] = {
        "near": range_of(at_near, "people"),
        "horizon": range_of(at_end, "people"),
        "returned": range_of(at_end, "returned"),
        "half": _half(findings, name),
        "person_days": _person_days(findings, name),
        "casualties": casualty_rate(findings, name),
        "cost_usd": float(summary["cost_usd_mean"]),
        "communities_never": (
            None if math.isnan(never) else Range(middle=never, low=low, high=high)
        ),
    }
    return Option(
        allocation=name,
        title=findings.title(name),
        texts=_texts(findings, name, item),
        **item,
    )


def _person_days(findings: Findings, allocation: str) -> Difference | None:
    """Person-days against the first allocation; without draws there is no interval."""
    if allocation == findings.first:
        return None
    row = findings.difference(allocation, findings.first, "person_days")
    if row is None:
        mine, its = (
            findings.summary(name)["person_days_mean"] for name in (allocation, findings.first)
        )
        if math.isnan(mine - its):
            return None
        return Difference(mean=mine - its, low=math.nan, high=math.nan)
    few = findings.few_differ(row) if math.isnan(row["mean"]) else ""
    return Difference(mean=row["mean"], low=row["low"], high=row["high"], no_mean=few)


def _half(
    findings: Findings, allocation: str
) -> tuple[dt.date | None, dt.date | None, dt.date | None]:
    """First dates of counting on which the high, middle and low curve reach half of the people.

    An end of the range that is not shown is the median's date.
    """
    rows = findings.rows("people_met", allocation)
    reached = rows[["people_p90", "people_p50", "people_p10"]] >= HALF * findings.people
    early, middle, late = (
        rows.loc[reached[name], "date"].min().date() if reached[name].any() else None
        for name in reached
    )
    is_shown = rows[list(reached)].iloc[-1].notna()
    if middle and (not early or early > middle):
        early = middle
    return (
        early if is_shown["people_p90"] else middle,
        middle,
        late if is_shown["people_p10"] else middle,
    )


def casualty_rate(findings: Findings, allocation: str) -> Range | None:
    """Expected casualties per 1,000 person-years of people present; None where not shown.

    Totals grow with the people who return: they do not say under which allocation it is riskier.
    """
    return harm_rate(findings, allocation, "returnees", "per_1000_person_years")


def harm_rate(findings: Findings, allocation: str, kind: str, rate: str) -> Range | None:
    """Mean and range of a rate in a row of the table of harm; None where not shown."""
    rows = findings.rows("harm", allocation)
    row = next(records(rows[rows["kind"] == kind]), {})
    mean, low, high = (row.get(f"{rate}_{part}", math.nan) for part in ("mean", "low", "high"))
    return None if math.isnan(mean) else Range(middle=mean, low=low, high=high)


def rate_text(findings: Findings, rate: Range | None) -> str:
    """A rate with its range, in two digits of its mean; what is not shown is withheld."""
    if rate is None:
        return findings.number(math.nan)
    digits = 1 - math.floor(math.log10(rate.middle)) if rate.middle > 0 else 0
    return findings.ranged(rate, min(max(digits, 0), MOST_DIGITS))


def _texts(findings: Findings, name: str, item: dict[str, Any]) -> tuple[str, ...]:
    """Cells of one row of the table of options."""
    words, unit = findings.words, person_days_unit(findings)
    person_days, casualties = item["person_days"], item["casualties"]
    never, cost_usd = item["communities_never"], item["cost_usd"]
    return (
        findings.title(name),
        *(findings.ranged(item[key]) for key in ("near", "horizon", "returned")),
        _half_text(findings, item["half"], item["horizon"]),
        _difference(findings, person_days, 1, unit) if person_days else _none(findings, name),
        words.number(cost_usd / MILLION, int(cost_usd < WHOLE_MILLIONS_FROM)),
        rate_text(findings, casualties) if casualties else NONE,
        _never_text(findings, never),
    )


def _never_text(findings: Findings, never: Range | None) -> str:
    """Communities that are not met: the expected number of all, with its range.

    How many there are in all is not said to the public.
    """
    if never is None:
        return findings.number(math.nan)
    words = findings.words
    is_small = never.middle < WHOLE_FROM and not never.middle.is_integer()
    number = words.number(never.middle, int(is_small))
    if not findings.draws:
        return number
    about = (
        words.phrase("about {number}", number=number)
        if findings.is_public
        else words.phrase(
            "about {number} of {all}",
            number=number,
            all=words.number(len(findings.run.communities)),
        )
    )
    return ranged(words, about, words.number(never.low), words.number(never.high))


def _none(findings: Findings, name: str) -> str:
    """What stands where the first allocation has no difference to itself, or none is shown."""
    if name != findings.first:
        return findings.number(math.nan)
    return findings.words.phrase("reference") if len(findings.allocations) > 1 else NONE


def _half_text(findings: Findings, dates: tuple[dt.date | None, ...], horizon: Range) -> str:
    words = findings.words
    if dates[1] is None and math.isnan(horizon.middle):
        return words.phrase("withheld")
    early, middle, late = (
        words.said_month(day, findings.draws)
        if day
        else words.phrase("not by {year}", year=findings.horizon.year)
        for day in dates
    )
    if not findings.draws or early == late:
        return middle
    return ranged(words, middle, early, late)


def _difference(findings: Findings, other: Difference, decimals: int, unit: float = 1.0) -> str:
    if other.no_mean:
        return other.no_mean
    numbers = (other.mean / unit, other.low / unit, other.high / unit)
    return findings.signed_range(*numbers, decimals)


def decimals(findings: Findings, casualties: float) -> int:
    """How many decimals expected casualties are written with; the public gets them rounded."""
    size = abs(casualties)
    if size >= ONE_DECIMAL_FROM:
        return 0 if size >= WHOLE_FROM else 1
    return SHARE_DIGIT if findings.is_public else MOST_DECIMALS


def person_days_unit(findings: Findings) -> float:
    """Unit of differences of person-days: millions or thousands, after the largest total."""
    largest = findings.tables["summary"]["person_days_mean"].max()
    return MILLION if largest >= MILLIONS_FROM else THOUSAND
