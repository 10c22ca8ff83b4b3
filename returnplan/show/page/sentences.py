"""What the page says beside its findings: notes, and the few sentences that its script fills in."""

from collections.abc import Iterable
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
    return _controls(words, end) | _map(words) | _profile(words) | named


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
        draws bring about; ``group``: the sign between thousands; ``least``: digits from which on it
        stands; ``days``: pattern of a length.
    """
    day, year, number = "22", "2001", "5"
    firsts = [date(int(year), month, int(day)) for month in range(1, 13)]
    length = format_unit(int(number), "duration-day", "narrow", locale=words.locale)

    def patterns(texts: Iterable[str]) -> list[str]:
        return [text.replace(day, "{day}").replace(year, "{year}") for text in texts]

    return {
        "dates": patterns(map(words.date, firsts)),
        "said": patterns(words.said_date(first, draws) for first in firsts),
        "months": patterns(map(words.month, firsts)),
        "percent": words.of_hundred(""),
        "group": words.number(1_000_000)[1],
        "least": 5 if words.number(1000).isdecimal() else 4,
        "days": length.replace(number, "{number}"),
    }


def _controls(words: Words, end: date) -> dict[str, str]:
    return {
        "play": words.phrase("Play"),
        "pause": words.phrase("Pause"),
        "ranged": ranged(words, "{middle}", "{low}", "{high}"),
        "not_shown": words.phrase("withheld"),
        "never": words.phrase("after {date}", date=words.date(end)),
        "readout": words.phrase(
            "{date}: conditions met (modelled) for {people} of {all} people.",
            date="{date}", people="{people}", all="{all}",
        ),
        "people": words.phrase("Conditions met (modelled)"),
        "returned": words.phrase("Returned"),
        "present": words.phrase("Present"),
    }  # fmt: skip


def _map(words: Words) -> dict[str, str]:
    return {
        "zoom_in": words.phrase("Zoom in"),
        "zoom_out": words.phrase("Zoom out"),
        "whole_map": words.phrase("Show the whole map"),
        "north": words.phrase("N"),
        "hub": words.phrase("{name} (hub)", name="{name}"),
        "tip_unknown": words.phrase("{name}: unknown, data is missing", name="{name}"),
        "tip_share": words.phrase("{name}: {share}", name="{name}", share="{share}"),
    }


COUNTS = {
    name: f"{{{name}}}" for name in ("settlements", "even", "all_settlements", "roads", "all_roads")
}
"""Names that the script fills in."""


def _expected(words: Words) -> dict[str, str]:
    """Sentences about what is met or not, on expected values."""
    named = {"name": "{name}", "date": "{date}"}
    return {
        "readout_map": words.phrase(
            "On the map: {settlements} of {all_settlements} settlements; {roads} of {all_roads} "
            "roads open to people.",
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
            "On the map: conditions likely met (modelled) in {settlements} of {all_settlements} "
            "settlements, about even in {even}; {roads} of {all_roads} roads open to people.",
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


def key_words(findings: Findings) -> dict[str, str]:
    """Words for the signs of settlements on the map; without draws nothing is about even."""
    words = findings.words
    if not findings.draws:
        return {
            "met": words.phrase("Conditions met (modelled) by the date"),
            EVEN: "",
            "not met": words.phrase("Conditions not met by the date"),
        }
    low, high = words.percent(UNLIKELY_BELOW), words.percent(LIKELY_ABOVE)
    return {
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
                "Shading: share of the people of a district whose conditions are met (modelled), "
                "at the last counted day up to the date."
            )
        )
        notes.append(
            words.phrase(
                "Districts are counted by half-year and the country by quarter; a time is longer "
                "where its step would tell when a single settlement is met, and numbers within it "
                "lie between those of its ends."
            )
        )
    else:
        notes.append(
            words.phrase(
                "A settlement changes colour with the share of simulations by the date, a road "
                "on its date in the single-value run. Larger symbol: more people."
            )
            if findings.draws
            else words.phrase(
                "A settlement and a road change colour on their date in the single-value run. "
                "Larger symbol: more people."
            )
        )
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


def chart_notes(findings: Findings) -> tuple[str, ...]:
    """How to read the charts."""
    words = findings.words
    as_of = findings.scenario.as_of
    notes = [
        words.phrase(
            "Lines: medians. Bands: 80% of simulations. A click on a chart moves the date there."
        )
        if findings.draws
        else words.phrase(
            "Lines: single-value run, no ranges. A click on a chart moves the date there."
        )
    ]
    if as_of:
        notes.append(
            words.phrase("Shaded: before {date}, the date of the data.", date=words.date(as_of))
        )
    if findings.scenario.targets:
        named = words.listed(map(target_name, findings.scenario.targets))
        notes.append(words.phrase("Diamonds: targets ({targets}).", targets=named))
    return tuple(notes)
