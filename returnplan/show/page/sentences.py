"""What the page says beside its findings: notes, and the few sentences that its script fills in."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from babel.units import format_unit

from returnplan.language.words import Words
from returnplan.model.conditions.gates import STATES
from returnplan.runs.expected_values import expected_values_words
from returnplan.runs.tables.judged import LIKELY_ABOVE, UNLIKELY_BELOW
from returnplan.scenario.background import Background
from returnplan.show.drawing import EVEN, boundaries, ranged
from returnplan.show.findings import Findings, leader, target_name
from returnplan.show.page.years import (
    DIFFERENCES,
    FAR_YEARS,
    last_past_year,
    year_before,
)

FIFTHS = 5


def sentences(words: Words, draws: int, end: date) -> dict[str, str]:
    """Sentences by the key under which the script knows them.

    Parameters
    ----------
    draws
        Draws of the run; 0: expected values, which say met or not met.
    end
        Last day of the run.

    Returns
    -------
    dict[str, str]
        Sentences; the script puts values in place of the names in braces.
    """
    named = _certain(words) if draws else _expected(words)
    return _controls(words, end) | _map(words, end) | _profile(words) | named


def formats(words: Words, draws: int) -> dict[str, Any]:
    """How the language writes dates and numbers: browsers know fewer languages than we speak.

    Parameters
    ----------
    draws
        Draws of the run: few of them say only the quarter of a date that they bring about.

    Returns
    -------
    dict[str, Any]
        ``dates``, ``said`` and ``months``: patterns of January to December, ``said`` for dates that
        draws bring about; ``first``: how the first day of a month is written; ``group``: the sign
        between thousands, ``decimal``: before decimals; ``least``: digits from which on the former
        stands; ``days``: pattern of a length.
    """
    day, year, number = "22", "2001", "5"
    firsts = [date(int(year), month, int(day)) for month in range(1, 13)]
    length = format_unit(int(number), "duration-day", "narrow", locale=words.locale)

    def patterns(texts: Iterable[str]) -> list[str]:
        return [text.replace(day, "{day}").replace(year, "{year}") for text in texts]

    return {
        "dates": patterns(map(words.date, firsts)),
        "first": words.first_day,
        "said": patterns(words.said_date(first, draws) for first in firsts),
        "months": patterns(map(words.month, firsts)),
        "percent": words.of_hundred(""),
        "group": words.number(1_000_000)[1],
        "decimal": words.number(0.5, 1)[1],
        "least": 5 if words.number(1000).isdecimal() else 4,
        "days": length.replace(number, "{number}"),
    }


def _controls(words: Words, end: date) -> dict[str, str]:
    return {
        "play": words.phrase("Play"),
        "pause": words.phrase("Pause"),
        "sideways": words.phrase("Scroll sideways: the table is wider than the screen."),
        "ranged": ranged(words, "{middle}", "{low}", "{high}"),
        "low_to_high": words.phrase("{low} to {high}", low="{low}", high="{high}"),
        "low_end": words.phrase("{what}: low end", what="{what}"),
        "high_end": words.phrase("{what}: high end", what="{what}"),
        "copy": words.phrase("Copy"),
        "copied": words.phrase("Copied"),
        "csv": "CSV",
        "png": "PNG",
        "svg": "SVG",
        "not_shown": words.phrase("withheld"),
        "never": words.phrase("after {date}", date=words.date(end)),
        "readout": words.phrase(
            "{date}: conditions met (modelled) for {people} of {all} people.",
            date="{date}", people="{people}", all="{all}",
        ),
        "readout_withheld": words.phrase(
            "{date}: for how many of {all} people the conditions are met (modelled) is withheld.",
            date="{date}", all="{all}",
        ),
        "no_lines": words.phrase(
            "The numbers over time are withheld, as they would tell of single settlements."
        ),
        "people_shows": words.phrase("People over time under “{title}”", title="{title}"),
        "districts_shows": words.phrase("Share by district under “{title}”", title="{title}"),
        "causes_shows": words.phrase("What people wait for under “{title}”", title="{title}"),
        "people": words.phrase("Conditions met (modelled)"),
        "returned": words.phrase("Returned"),
        "present": words.phrase("Present"),
    }  # fmt: skip


def _map(words: Words, end: date) -> dict[str, str]:
    return {
        "zoom_in": words.phrase("Zoom in"),
        "zoom_out": words.phrase("Zoom out"),
        "whole_map": words.phrase("Show the whole map"),
        "north": words.phrase("N"),
        "hub": words.phrase("{name} (hub)", name="{name}"),
        "tip_unknown": words.phrase("{name}: unknown, data is missing", name="{name}"),
        "tip_share": words.phrase("{name}: {share}", name="{name}", share="{share}"),
        "tip_half": words.phrase(
            "{name}: conditions met (modelled) for half of the people by the end of {year}",
            name="{name}", year="{year}",
        ),
        "tip_half_never": words.phrase(
            "{name}: not for half of the people by {date}", name="{name}", date=words.date(end)
        ),
        "tip_year": words.phrase(
            "{name}: conditions met (modelled) by the end of {year}", name="{name}", year="{year}"
        ),
        "tip_year_never": words.phrase(
            "{name}: not by {date}", name="{name}", date=words.date(end)
        ),
        "tip_difference": words.phrase(
            "{name}: {difference} years against “{title}”",
            name="{name}", difference="{difference}", title="{title}",
        ),
        "against": words.phrase("Against “{title}”.", title="{title}"),
    }  # fmt: skip


COUNTS = {
    name: f"{{{name}}}" for name in ("settlements", "even", "all_settlements", "roads", "all_roads")
}
"""Names that the script fills in."""


def _expected(words: Words) -> dict[str, str]:
    """Sentences about what is met or not, on expected values."""
    named = {"name": "{name}", "date": "{date}"}
    return {
        "readout_map": words.phrase(
            "Conditions met (modelled) in {settlements} of {all_settlements} settlements; {roads} "
            "of {all_roads} roads open to people.",
            **COUNTS,
        ),
        "tip_met": words.phrase("{name}: conditions met (modelled), median date {date}", **named),
        "tip_later": words.phrase("{name}: not met by the date; median date {date}", **named),
        "tip_never": words.phrase("{name}: not met by the end of the run", name="{name}"),
    }


def _certain(words: Words) -> dict[str, str]:
    """Sentences about how sure it is, over draws."""
    named = {"name": "{name}", "date": "{date}"}
    shares = {"date": "{date}", "share": "{share}"}
    return {
        "readout_map": words.phrase(
            "Conditions likely met (modelled) in {settlements} of {all_settlements} settlements, "
            "about even in {even}; {roads} of {all_roads} roads open to people.",
            **COUNTS,
        ),
        "tip_met": words.phrase(
            "{name}: conditions likely met (modelled) by the date; median date: {date}", **named
        ),
        "tip_even": words.phrase("{name}: about even by the date; median date: {date}", **named),
        "tip_later": words.phrase("{name}: unlikely by the date; median date: {date}", **named),
        "tip_never": words.phrase(
            "{name}: unlikely to be met by the end of the run", name="{name}"
        ),
        "likely": words.phrase(
            "Likely: conditions met (modelled) by {date} in {share} of simulations.", **shares
        ),
        "even": words.phrase(
            "About even: conditions met (modelled) by {date} in {share} of simulations.", **shares
        ),
        "unlikely": words.phrase(
            "Unlikely: conditions met (modelled) by {date} in {share} of simulations.", **shares
        ),
    }


def _profile(words: Words) -> dict[str, str]:
    dates = {"median": "{median}", "low": "{low}", "high": "{high}"}
    return {
        "found_more": words.phrase(
            "{district}, {people} people", district="{district}", people="{people}"
        ),
        "found_count": words.phrase("Found: {number}", number="{number}"),
        "found_none": words.phrase("Nothing found. Try another name or spelling, or the id."),
        "not_covered": words.phrase("{name}: not covered by this scenario.", name="{name}"),
        "shown": words.phrase("Shown below: {name}", name="{name}"),
        "gates_people": words.phrase("Conditions for return at the end of the run, people"),
        "causes_people": words.phrase("What they wait for"),
        "person_days": words.phrase("Person-days"),
        "facts": words.phrase(
            "District: {district}. People who wait: {people}. Id: {id}.",
            district="{district}", people="{people}", id="{id}",
        ),
        "other_names": words.phrase("Other names: {names}.", names="{names}"),
        "under": words.phrase("Under “{title}”:", title="{title}"),
        "dates": words.phrase(
            "Median date: {median}; in 80% of simulations: {low} to {high}.", **dates
        ),
        "dates_expected": words.phrase("Date in the single-value run: {date}.", date="{date}"),
        "probability": words.phrase(
            "Conditions met (modelled) by {date} in {share} of simulations.",
            date="{date}", share="{share}",
        ),
        "dwellings": words.phrase("Dwellings complete by {date}", date="{date}"),
        "done_of": words.phrase("{done} of {planned}", done="{done}", planned="{planned}"),
        "gates": words.phrase("Conditions for return"),
        "gate": words.phrase("Condition"),
        "state": words.phrase("Status"),
        "from": words.phrase("From"),
        "binds": words.phrase("Met last in"),
        "met": words.say(STATES["met"]),
        "not_met": words.say(STATES["not met"]),
        "unknown": words.say(STATES["unknown"]),
        "causes": words.phrase("Days of waiting by cause, the longest"),
        "cause": words.phrase("Cause"),
        "days": words.phrase("Days, mean"),
        "chain": words.phrase("What it waits for, day by day"),
        "chain_draw": words.phrase(
            "The chain is that of simulation {draw}, in which the date is {date}; of the "
            "simulations that were kept, it lies nearest to the median date ({median}).",
            draw="{draw}", date="{date}", median="{median}",
        ),
        "chain_expected": words.phrase("The chain of the single-value run."),
        "chain_nothing": words.phrase("It waits for nothing: all conditions hold from the start."),
        "short_stretches": words.phrase("several shorter stretches"),
        "from_to": words.phrase("{begin} to {end}", begin="{begin}", end="{end}"),
        "in_days": words.phrase("{days} days", days="{days}"),
        "allocation": words.phrase("Plan"),
        "district_shares": words.phrase("Share of people whose conditions are met (modelled)"),
        "people_waiting": words.phrase("People who wait: {people}.", people="{people}"),
        "people_not_shown": words.phrase("The number of people is not shown: it is small."),
    }  # fmt: skip


def share_steps(words: Words) -> tuple[str, ...]:
    """Words for the shades of districts: nobody, then fifths."""
    ends = [words.percent(fifth, FIFTHS) for fifth in range(FIFTHS + 1)]
    steps = [words.phrase("{low} to {high}", low=low, high=high) for low, high in pairwise(ends)]
    return words.phrase("Nobody"), words.phrase("up to {share}", share=ends[1]), *steps[1:]


def year_steps(findings: Findings, key: Sequence[tuple[int, str]]) -> list[tuple[str, str]]:
    """Colour and words of each class of years on the map, the earliest first.

    Parameters
    ----------
    key
        Last year and colour of each class (see :func:`returnplan.show.page.years.year_key`).
    """
    words = findings.words
    year, colour = key[0]
    first = (
        words.phrase("{year} or earlier: before the date of the data", year=str(year))
        if year == last_past_year(findings.scenario.as_of)
        else words.phrase("{year} or earlier", year=str(year))
    )
    later = [
        (colour, str(high) if high == low + 1 else
         words.phrase("{low} to {high}", low=str(low + 1), high=str(high)))
        for (low, _), (high, colour) in pairwise(key)
    ]  # fmt: skip
    return [(colour, first), *later]


def key_titles(findings: Findings) -> dict[str, str]:
    """What the colours of the map say in each view."""
    words = findings.words
    return {
        "year_districts": words.phrase(
            "Year by the end of which conditions are met (modelled, median) for half of the people "
            "of a district"
        ),
        "year_villages": words.phrase(
            "Year by the end of which all conditions of a settlement are met (modelled, median)"
        ),
        "difference_districts": words.phrase(
            "Years sooner (−) or later (+) until conditions are met (modelled, median) for half of "
            "the people of a district"
        ),
        "difference_villages": words.phrase(
            "Years sooner or later until all conditions of a settlement are met (modelled, median)"
        ),
        "date_districts": words.phrase(
            "Shading: share of the people of a district whose conditions are met (modelled), "
            "at the last counted day up to the date."
        ),
        "date_villages": words.phrase(
            "A settlement changes colour with the share of simulations by the date, a road "
            "on its date in the single-value run. Larger symbol: more people."
        )
        if findings.draws
        else words.phrase(
            "A settlement and a road change colour on their date in the single-value run. "
            "Larger symbol: more people."
        ),
    }


def last_year(findings: Findings) -> int:
    """Last year of the run, whole or in part."""
    start = findings.scenario.start
    return year_before(start, (findings.horizon - start).days)


UP, DOWN = "M0-6 6 5-6 5Z", "M0 6 6-5-6-5Z"
DISC = "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z"


def difference_steps(words: Words) -> list[tuple[str, str, str, str]]:
    """Colour, pattern, sign and words of differences between two plans on the map."""
    far, near = {"years": str(FAR_YEARS)}, {"years": f"1–{FAR_YEARS - 1}"}
    named = (
        ("", UP, words.phrase("Sooner (−) by {years} years or more", **far)),
        ("", UP, words.phrase("Sooner (−) by {years} years", **near)),
        ("", DISC, words.phrase("The same year (0)")),
        ("bars", DOWN, words.phrase("Later (+) by {years} years", **near)),
        ("bars", DOWN, words.phrase("Later (+) by {years} years or more", **far)),
    )
    return [(colour, *one) for colour, one in zip(DIFFERENCES, named, strict=True)]


def key_words(findings: Findings) -> dict[str, str]:
    """Words for the signs of the map; without draws nothing is about even."""
    words = findings.words
    common = {
        "never": words.phrase(
            "Not by {date} (> {year})",
            date=words.date(findings.horizon),
            year=str(last_year(findings)),
        ),
        "withheld": words.phrase("Withheld: few people, or too little is shown to tell"),
        "not known": words.phrase("Not known from what is shown"),
        "at most": words.phrase("≤: by that year or earlier; nearer is not shown."),
        "at least": words.phrase("…: at least so many years."),
    }
    if not findings.draws:
        return common | {
            "met": words.phrase("Conditions met (modelled) by the date"),
            EVEN: "",
            "not met": words.phrase("Conditions not met by the date"),
        }
    low, high = words.percent(UNLIKELY_BELOW), words.percent(LIKELY_ABOVE)
    return common | {
        "met": words.phrase(
            "Likely: conditions met (modelled) by the date in more than {share} of simulations",
            share=high,
        ),
        EVEN: words.phrase("About even: in {low} to {high} of simulations", low=low, high=high),
        "not met": words.phrase("Unlikely: in less than {share} of simulations", share=low),
    }


def map_notes(findings: Findings, background: Background) -> tuple[str, ...]:
    """What the map shows, and what it does not say."""
    words = findings.words
    notes = []
    if findings.is_public:
        notes.append(
            words.phrase(
                "Districts are counted by half-year and the country by quarter; a time is longer "
                "where its step would tell when a single settlement is met, and numbers within it "
                "lie between those of its ends."
            )
        )
    else:
        best, run = leader(findings), findings.run
        apart = expected_values_words(run.summary, run.people_met, best, words)
        if apart:
            under = words.phrase("Under “{title}”:", title=findings.title(best))
            notes.append(f"{under} {apart}")
    credit = "; ".join(background.credit_lines) if findings.is_public else findings.view.sources
    if credit:
        notes.append(words.phrase("Sources: {sources}", sources=credit))
    if findings.not_counted:
        notes.append(findings.not_counted)
    return (*notes, findings.made_of, boundaries(findings.view))


def why_rounded(findings: Findings) -> str:
    """Why numbers of the public page differ from those of the internal one; internal: nothing."""
    if not findings.is_public:
        return ""
    return findings.words.phrase(
        "Public figures: people are rounded to ten, counts that would tell of few people or single "
        "settlements are withheld, and fewer days are counted. Numbers and dates can therefore "
        "differ a little from those of the internal page."
    )


def chart_notes(findings: Findings) -> tuple[str, ...]:
    """How to read the charts."""
    words = findings.words
    as_of = findings.scenario.as_of
    notes = [
        words.phrase(
            "Returned: people who came and found conditions met (modelled) and a dwelling. "
            "Present: all who are there, also those who came by themselves before."
        ),
        words.phrase(
            "Lines: medians. Bands: 80% of simulations. A click on a chart moves the date there."
        )
        if findings.draws
        else words.phrase(
            "Lines: single-value run, no ranges. A click on a chart moves the date there."
        ),
    ]
    if as_of:
        notes.append(
            words.phrase("Shaded: before {date}, the date of the data.", date=words.date(as_of))
        )
    if findings.scenario.targets:
        named = words.listed(map(target_name, findings.scenario.targets))
        notes.append(words.phrase("Diamonds: targets ({targets}).", targets=named))
    return tuple(notes)
