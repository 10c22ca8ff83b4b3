"""The brief: two pages of A4 for those who decide."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from returnplan.language.words import shortened
from returnplan.show.brief.parts import Bar, bars, chart, small_print, table
from returnplan.show.brief.sheet import BODY, GAP, SMALL, Box, Sheets
from returnplan.show.drawing import EVEN, PALE, QUIET, STATUS, even_note, states
from returnplan.show.findings import (
    District,
    Findings,
    Option,
    blocks_most,
    bottlenecks,
    conditions,
    decisions,
    districts,
    fairness,
    headline,
    key_roads,
    leader,
    mark,
    not_modelled,
    option_headings,
    option_notes,
    options,
    ranked,
    risks,
    sources,
    standing,
    statements,
    targets,
)
from returnplan.version import __version__

TITLE_LETTERS = 34
"""Letters of an allocation's title in a chart."""
MOST_ROWS = 6
"""Allocations in the table; the others are in the report."""
COLUMNS = (35.0, 24.0, 25.0, 22.0, 25.0, 26.0, 14.0, 26.0, 23.0)
"""Widths of the table of options."""
DECISION_COLUMNS = (20.0, 56.0, 106.0)
HEAD, HEADLINE, OPTIONS, NOTES, CERTAIN = 17.0, 22.0, 98.0, 13.0, 8.0
CURVE, CURVES, TARGETS, WAITING, DECISIONS, RISKS = 64.0, 76.0, 10.0, 44.0, 54.0, 48.0
"""Most height of each part, mm; what is left goes to the map, and to the statements."""


def brief(findings: Findings) -> bytes:
    """Write the brief of a run as a PDF of two pages.

    Parameters
    ----------
    findings
        The run, for an audience and in a language.

    Returns
    -------
    bytes
        The document; the same run gives the same bytes.
    """
    sheets = open_sheets(findings, findings.scenario.title or findings.scenario.name, pages=2)
    _first_page(sheets, findings)
    _second_page(sheets, findings)
    return sheets.output()


def open_sheets(findings: Findings, title: str, pages: int) -> Sheets:
    """Begin a document about a run.

    Parameters
    ----------
    title
        Title of the document.
    pages
        How many pages it will have.

    Returns
    -------
    Sheets
        Without pages yet.
    """

    def foot(page: int) -> Sequence[str]:
        number = findings.words.phrase("Page {page} of {pages}", page=page, pages=pages)
        return (mark(findings), findings.view.provenance, number)

    return Sheets(
        findings.words,
        title=title,
        author=f"returnplan {__version__}",
        created=dt.datetime.fromisoformat(str(findings.run.manifest["start"])),
        foot=foot,
    )


def masthead(sheets: Sheets, findings: Findings, box: Box, title: str, below: str) -> float:
    """Print title, a line below it, and who may read it; return where it ends."""
    inner = replace(box, h=HEAD)
    y = sheets.fitted(replace(inner, h=4.0), mark(findings), SMALL, is_bold=True, colour=QUIET)
    y = sheets.fitted(replace(inner.below(y), h=7.5), title, 15.0, is_bold=True)
    return sheets.fitted(inner.below(y), below, BODY, colour=QUIET) + GAP


def numbered(findings: Findings, allocation: str, letters: int = 0) -> str:
    """Title of an allocation with its number, shortened if so many letters are too many."""
    number = findings.words.number(findings.allocations.index(allocation) + 1)
    title = findings.title(allocation)
    if letters:
        title = shortened(title, letters, " …")
    return f"{number}. {title}"


def shown(findings: Findings) -> list[str]:
    """Allocations for which there is room: the first, the leading one, then most people."""
    always = (findings.first, leader(findings))
    kept = sorted(ranked(findings), key=lambda name: name not in always)[:MOST_ROWS]
    return [name for name in findings.allocations if name in kept]


# ---------------------------------------------------------------- first page


def _first_page(sheets: Sheets, findings: Findings) -> None:
    words, box = findings.words, sheets.page()
    title = findings.scenario.title or findings.scenario.name
    below = words.phrase(
        "Plans for survey, clearance and building teams compared, {start} to {end}.",
        start=words.date(findings.scenario.start),
        end=words.date(findings.horizon),
    )
    y = masthead(sheets, findings, box, title, below)
    y = _headline(sheets, findings, box.below(y))
    y = _options(sheets, findings, box.below(y + GAP))
    if findings.is_public:
        _districts(sheets, findings, box.below(y + GAP))
    else:
        _map(sheets, findings, box.below(y + GAP))


def _headline(sheets: Sheets, findings: Findings, box: Box) -> float:
    """Write the headline in bold, and below it how surely that allocation is ahead."""
    texts = (headline(findings), f"{standing(findings)} {findings.made_of}".strip())
    inner = Box(x=box.x + 2, y=box.y + 1.6, w=box.w - 4, h=HEADLINE)
    size = 9.6

    def heights() -> list[float]:
        return [
            sheets.height(text, inner.w, size, is_bold=not number) if text else 0.0
            for number, text in enumerate(texts)
        ]

    while size > SMALL and sum(heights()) > inner.h:
        size -= 0.2
    first = min(heights()[0], inner.h)
    rest = min(heights()[1], inner.h - first)
    sheets.fill(replace(box, h=first + rest + 3.2), PALE)
    sheets.fitted(replace(inner, h=first), texts[0], size, is_bold=True)
    if rest:
        sheets.fitted(replace(inner, y=inner.y + first, h=rest), texts[1], size)
    return box.y + first + rest + 3.2


def _options(sheets: Sheets, findings: Findings, box: Box) -> float:
    words = findings.words
    names, allocations = shown(findings), options(findings)
    rows = [
        (numbered(findings, option.allocation), *option.texts[1:])
        for option in allocations
        if option.allocation in names
    ]
    y = sheets.heading(box, words.phrase("Plans side by side"))
    strong = [names.index(leader(findings))]
    inner = replace(box.below(y), h=OPTIONS)
    y = table(sheets, inner, option_headings(findings), rows, COLUMNS, strong)
    return small_print(
        sheets, replace(box.below(y), h=NOTES), _option_notes(findings, allocations, len(rows))
    )


def _option_notes(findings: Findings, allocations: Sequence[Option], rows: int) -> list[str]:
    words = findings.words
    notes = list(option_notes(findings))
    number = {name: words.number(at + 1) for at, name in enumerate(findings.allocations)}
    behind = [
        words.phrase(
            "{one} ({better})",
            one=number[option.allocation],
            better=number[option.dominated_by],
        )
        for option in allocations
        if option.dominated_by
    ]
    if behind:
        notes.append(
            words.phrase(
                "On people, person-days, cost and casualties together, the plan in brackets is "
                "at least as good on each, and better on at least one, than: {numbers}.",
                numbers=words.listed(behind),
            )
        )
    if left_out := len(findings.allocations) - rows:
        notes.insert(
            0,
            words.plural(
                "{number} more plan in the report.",
                "{number} more plans in the report.",
                left_out,
            ),
        )
    return notes


def _map(sheets: Sheets, findings: Findings, box: Box) -> None:
    words, best = findings.words, leader(findings)
    title = words.phrase(
        "Where and when conditions for return are met (modelled), plan {title}",
        title=numbered(findings, best),
    )
    y = sheets.heading(box, title)
    if findings.draws:
        y = sheets.fitted(replace(box.below(y), h=CERTAIN), _certain(findings, best), BODY - 0.4)
    inner = box.below(y)
    picture = replace(inner, h=inner.h - 8.0)
    view = replace(findings.view, allocation=best)
    chart(sheets, picture, "ready_map", findings.chart_tables, view)
    first, _, _, names, _ = statements(findings)
    texts = [first, names]
    if findings.view.sources:
        texts.append(words.phrase("Sources: {sources}", sources=findings.view.sources))
    small_print(sheets, inner.below(picture.y + picture.h), texts)


def _certain(findings: Findings, allocation: str) -> str:
    """In how many communities conditions are likely met, about even, unlikely; and what that is."""
    words = findings.words
    state = states(findings.rows("readiness", allocation), findings.view)
    counts = {name: words.number((state == name).sum()) for name in STATUS}
    values = {"likely": counts["met"], "even": counts[EVEN], "unlikely": counts["not met"]}
    first = (
        words.phrase(
            "Communities: likely {likely}, about even {even}, unlikely {unlikely}, unknown "
            "{unknown}.",
            unknown=counts["unknown"],
            **values,
        )
        if (state == "unknown").any()
        else words.phrase(
            "Communities: likely {likely}, about even {even}, unlikely {unlikely}.", **values
        )
    )
    return f"{first} {even_note(findings.view)}"


def _districts(sheets: Sheets, findings: Findings, box: Box) -> None:
    """For the public: a bar for each district instead of a map of settlements."""
    words, best = findings.words, leader(findings)
    title = words.phrase(
        "Share of people whose conditions are met (modelled) by {date}, by district, plan {title}",
        date=words.date(findings.horizon),
        title=numbered(findings, best),
    )
    y = sheets.heading(box, title)
    shares = [_district_bar(findings, district) for district in districts(findings, best)]
    if not shares:
        note = words.phrase("No district can be shown by itself.")
    else:
        y = bars(sheets, replace(box.below(y), h=box.h - CURVES), shares)
        note = words.phrase("Medians; the thin frame is the range of 80% of simulations.")
    y = small_print(sheets, replace(box.below(y), h=4.0), [note if findings.draws else ""])
    _curves(sheets, findings, box.below(y + GAP))


def _curves(sheets: Sheets, findings: Findings, box: Box) -> None:
    """People whose conditions are met over time, one line for each allocation of the table."""
    words, names = findings.words, shown(findings)
    y = sheets.heading(box, words.phrase("People whose conditions are met (modelled), over time"))
    titles = {name: numbered(findings, name, TITLE_LETTERS) for name in names}
    met = findings.tables["people_met"]
    tables = {
        "people_met": met[met["allocation"].isin(names)],
        "readiness": pd.DataFrame({"allocation": names, "people": findings.people}),
    }
    inner = box.below(y)
    picture = replace(inner, h=min(inner.h - NOTES, CURVES))
    view = replace(findings.view, titles=titles)
    chart(sheets, picture, "conditions_met_over_time", tables, view)
    first, _, _, names_of_places, _ = statements(findings)
    small_print(sheets, inner.below(picture.y + picture.h), [first, names_of_places])


def _district_bar(findings: Findings, district: District) -> Bar:
    share = district.share
    name = findings.words.phrase(
        "{district}, {people}",
        district=district.district,
        people=findings.count(district.people),
    )
    text = findings.share_range(share)
    if math.isnan(share.middle):
        return Bar(name=name, share=0.0, text=text)
    if math.isnan(share.low):
        return Bar(name=name, share=share.middle, text=text)
    return Bar(name=name, share=share.middle, text=text, low=share.low, high=share.high)


# ---------------------------------------------------------------- second page


def _second_page(sheets: Sheets, findings: Findings) -> None:
    box = sheets.page()
    y = _curve(sheets, findings, box)
    y = _waiting(sheets, findings, replace(box.below(y + GAP), h=WAITING))
    y = _decisions(sheets, findings, replace(box.below(y + GAP), h=DECISIONS))
    y = _risks(sheets, findings, replace(box.below(y + GAP), h=RISKS))
    _statements(sheets, findings, box.below(y + GAP))


def _curve(sheets: Sheets, findings: Findings, box: Box) -> float:
    """People returned under the leading allocation, with range, conditions met, and targets."""
    words, best = findings.words, leader(findings)
    title = words.phrase(
        "People who have returned (modelled), over time, plan {title}",
        title=numbered(findings, best),
    )
    y = sheets.heading(box, title)
    picture = replace(box.below(y), h=CURVE)
    view = replace(findings.view, allocation=best, targets=findings.scenario.targets)
    chart(sheets, picture, "returns_over_time", findings.chart_tables, view)
    sentences = [reached.sentence for reached in targets(findings) if reached.allocation == best]
    below = replace(box.below(picture.y + picture.h), h=TARGETS)
    return sheets.fitted(below, " ".join(sentences), BODY)


def _waiting(sheets: Sheets, findings: Findings, box: Box) -> float:
    words, best = findings.words, leader(findings)
    y = sheets.heading(box, words.phrase("What blocks most people"))
    y = sheets.fitted(replace(box.below(y), h=8.0), blocks_most(findings, best)) + GAP
    causes, beside = box.below(y).split(0.58)
    rows = bottlenecks(findings, best)
    longest = max((row.share for row in rows), default=1.0)
    ends = [
        bars(
            sheets,
            causes,
            [Bar(name=row.name, share=row.share / longest, text=row.percent) for row in rows],
            name_share=0.52,
        )
    ]
    texts = [fairness(findings, best)]
    roads = key_roads(findings, best, most=3)
    if roads:
        texts.append(
            words.phrase(
                "Roads that keep most people waiting: {roads}.",
                roads=words.listed(road.name for road in roads),
            )
        )
    ends.append(sheets.listed(beside, [text for text in texts if text]))
    return max(ends)


def _decisions(sheets: Sheets, findings: Findings, box: Box) -> float:
    words, questions = findings.words, decisions(findings)
    y = sheets.heading(box, words.phrase("What must be decided, and by when"))
    if not questions:
        return sheets.text(box.below(y), words.phrase("The tables name no decision."), colour=QUIET)
    head = (words.phrase("Date"), words.phrase("Decision"), words.phrase("Why"))
    rows = [(asked.when or "–", asked.what, asked.why) for asked in questions]
    return table(sheets, box.below(y), head, rows, DECISION_COLUMNS)


def _risks(sheets: Sheets, findings: Findings, box: Box) -> float:
    words = findings.words
    first, second = box.split(0.5)
    y = sheets.heading(first, words.phrase("Risks"))
    end = sheets.listed(first.below(y), risks(findings), BODY - 0.6)
    y = sheets.heading(second, words.phrase("What is not modelled"))
    return max(end, sheets.listed(second.below(y), not_modelled(findings), BODY - 0.6))


def _statements(sheets: Sheets, findings: Findings, box: Box) -> None:
    first, *others = statements(findings)
    sheets.rule(box)
    y = sheets.fitted(replace(box.below(box.y + 1), h=8.0), first, BODY - 0.4, is_bold=True)
    texts = [*others, conditions(findings), findings.contact and contact(findings)]
    y = sheets.fitted(box.below(y + 0.6), " ".join(text for text in texts if text), BODY - 0.8)
    credit = findings.words.phrase("Sources: {sources}", sources="; ".join(sources(findings)))
    small_print(sheets, box.below(y + 0.6), [credit])


def contact(findings: Findings) -> str:
    """Whom to ask."""
    return findings.words.phrase("Questions: {contact}.", contact=findings.contact)
