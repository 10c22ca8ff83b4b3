"""The brief: two pages of A4 for those who decide."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from returnplan.show.brief.district_map import district_map
from returnplan.show.brief.parts import chart, table
from returnplan.show.brief.sheet import BODY, GAP, SMALL, Box, Sheets
from returnplan.show.drawing import MET, PALE, QUIET, coarse_note
from returnplan.show.findings import (
    Findings,
    big_numbers,
    blocks_most,
    conditions,
    decisions,
    fairness,
    headline,
    how_sure,
    leader,
    mark,
    not_modelled,
    option_headings,
    option_notes,
    options,
    ranked,
    risks,
    rival,
    sources,
    standing,
    statements,
    targets,
)
from returnplan.version import __version__

MOST_ROWS, MOST_DECISIONS = 6, 3
"""Plans in the table, and decisions; the others are in the report."""
COLUMNS = (35.0, 24.0, 25.0, 22.0, 25.0, 26.0, 14.0, 26.0, 23.0)
"""Widths of the table of options."""
DECISION_COLUMNS = (20.0, 56.0, 106.0)
TITLE, HEADLINE, BIG = 15.0, 10.0, 17.0
"""Sizes of the letters of title, headline and big numbers, points."""
TILE_GAP = 5.0
LEAST_DATES = 2
"""Fewer dates than these make no curve."""
LEAST_PICTURES, MAP_SHARE = 130.0, 0.56
"""Height that map and fan have at least, mm, and the share of it that the map takes."""
LEAST_PLANS, LEAST_DOUBTS, NOTES, SOURCES = 70.0, 30.0, 14.0, 12.0
"""Least height of the table of plans, and of what is uncertain; most of its notes; of sources."""


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
    y = sheets.text(box, mark(findings), SMALL, is_bold=True, colour=QUIET)
    lines = 2 * sheets.height("1", box.w, TITLE)
    y = sheets.fitted(replace(box, y=y, h=lines), title, TITLE, is_bold=True)
    return sheets.text(box.below(y), below, BODY, colour=QUIET) + GAP


def numbered(findings: Findings, allocation: str) -> str:
    """Title of an allocation with its number."""
    number = findings.words.number(findings.allocations.index(allocation) + 1)
    return f"{number}. {findings.title(allocation)}"


def shown(findings: Findings) -> list[str]:
    """Allocations for which there is room: the first, the leading one, then most people."""
    always = (findings.first, leader(findings))
    kept = sorted(ranked(findings), key=lambda name: name not in always)[:MOST_ROWS]
    return [name for name in findings.allocations if name in kept]


# ---------------------------------------------------------------- first page


def _first_page(sheets: Sheets, findings: Findings) -> None:
    """Say who can go home when under the leading plan, where, and how sure that is."""
    box = sheets.page()
    notes = _first_notes(findings)

    def before() -> float:
        y = _title(sheets, findings, box)
        y = _headline(sheets, findings, box.below(y))
        return _numbers(sheets, findings, box.below(y + GAP)) + GAP

    def after() -> float:
        return sheets.text(replace(box, y=0.0), " ".join(notes), SMALL, colour=QUIET)

    sheets.scale_to(box.y + box.h - LEAST_PICTURES, lambda: before() + sheets.end(after))
    y = before()
    height = box.y + box.h - y - sheets.end(after)
    end = _map(sheets, findings, replace(box, y=y, h=height * MAP_SHARE))
    end = _fan(sheets, findings, replace(box, y=end, h=y + height - end))
    sheets.text(box.below(end), " ".join(notes), SMALL, colour=QUIET)


def _title(sheets: Sheets, findings: Findings, box: Box) -> float:
    words = findings.words
    below = words.phrase(
        "Plans for survey, clearance and building teams compared, {start} to {end}.",
        start=words.date(findings.scenario.start),
        end=words.date(findings.horizon),
    )
    return masthead(sheets, findings, box, findings.scenario.title or findings.scenario.name, below)


def _headline(sheets: Sheets, findings: Findings, box: Box) -> float:
    """Write the headline in bold, and below it what is made up, and who is not counted."""
    inner = Box(x=box.x + 2, y=box.y + 1.6, w=box.w - 4, h=box.h)
    below = " ".join(text for text in (findings.made_up, findings.not_counted) if text)

    def texts() -> float:
        y = sheets.text(inner, headline(findings), HEADLINE, is_bold=True)
        return sheets.text(inner.below(y + 0.6), below, BODY) if below else y

    end = sheets.end(texts) + 1.6
    sheets.fill(replace(box, h=end - box.y), PALE)
    texts()
    return end


def _numbers(sheets: Sheets, findings: Findings, box: Box) -> float:
    """Write the big numbers of the leading plan beside each other, with what they count."""
    best = leader(findings)
    option = next(one for one in options(findings) if one.allocation == best)
    numbers = big_numbers(findings, option)
    width = (box.w - TILE_GAP * (len(numbers) - 1)) / len(numbers)
    tiles = [
        Box(x=box.x + at * (width + TILE_GAP), y=box.y, w=width, h=box.h)
        for at in range(len(numbers))
    ]
    line = sheets.height("1", width, BIG)
    ends = []
    for tile, number in zip(tiles, numbers, strict=True):
        sheets.rule(tile, MET)
        y = sheets.fitted(
            Box(x=tile.x, y=tile.y + 0.8, w=width, h=line), number.value, BIG, is_bold=True,
            colour=MET,
        )  # fmt: skip
        y = max(y, tile.y + 0.8 + line)
        y = sheets.text(tile.below(y), number.range, BODY)
        ends.append(sheets.text(tile.below(y), number.label, SMALL + 0.4, colour=QUIET))
    return max(ends)


def _map(sheets: Sheets, findings: Findings, box: Box) -> float:
    """Where conditions are met by when: districts by year; without outlines, settlements."""
    words, best = findings.words, leader(findings)
    title = words.phrase(
        "Where and when conditions for return are met (modelled), plan {title}",
        title=numbered(findings, best),
    )
    y = sheets.heading(box, title)
    inner = box.below(y)
    if district_map(sheets, findings, inner, best):
        return box.y + box.h
    if findings.is_public:
        return sheets.text(inner, words.phrase("No district can be shown by itself."), BODY) + GAP
    view = replace(findings.view, allocation=best)
    chart(sheets, inner, "ready_map", findings.chart_tables, view)
    return box.y + box.h


def _fan(sheets: Sheets, findings: Findings, box: Box) -> float:
    """People whose conditions are met over time, of the leading plan and its nearest rival."""
    words = findings.words
    names = [name for name in (leader(findings), rival(findings)) if name]
    y = sheets.heading(box, words.phrase("People whose conditions are met (modelled), over time"))
    met = findings.tables["people_met"]
    met = met[met["allocation"].isin(names)]
    if met.groupby("allocation")["people_p50"].count().min() < LEAST_DATES:
        text = words.phrase("Withheld, as it would tell of single settlements.")
        return sheets.text(box.below(y), text) + GAP
    tables = {
        "people_met": met,
        "readiness": pd.DataFrame({"allocation": names, "people": findings.people}),
    }
    view = replace(findings.view, titles={name: numbered(findings, name) for name in names})
    chart(sheets, box.below(y), "conditions_met_over_time", tables, view)
    return box.y + box.h


def _first_notes(findings: Findings) -> tuple[str, ...]:
    """What must stand beside the pictures."""
    first, _, voluntary, boundaries, _ = statements(findings)
    targets_met = [
        reached.sentence for reached in targets(findings) if reached.allocation == leader(findings)
    ]
    uneven = fairness(findings, leader(findings))
    coarse = coarse_note(findings.words) if findings.is_public else ""
    texts = (uneven, coarse, *targets_met, first, voluntary, boundaries)
    return tuple(text for text in texts if text)


# ---------------------------------------------------------------- second page


def _second_page(sheets: Sheets, findings: Findings) -> None:
    """Say what to decide, how the plans compare, and what the numbers are worth."""
    box = sheets.page()
    bottom = box.y + box.h
    made = (findings.made_of, findings.not_counted)

    def decide(here: Box) -> float:
        return _decisions(sheets, findings, here) + GAP

    def end(here: Box) -> float:
        y = sheets.heading(here, findings.words.phrase("What is made up, and what is not"))
        y = sheets.text(here.below(y), " ".join(text for text in made if text)) + GAP
        return _statements(sheets, findings, here.below(y))

    def height_of_end() -> float:
        return sheets.end(lambda: end(replace(box, y=0.0)))

    room = bottom - LEAST_PLANS - LEAST_DOUBTS - SOURCES
    sheets.scale_to(room, lambda: decide(box) + height_of_end())
    y = decide(box)
    begin = bottom - height_of_end() - SOURCES
    doubts = sheets.end(lambda: _doubts(sheets, findings, replace(box, y=0.0)))
    doubts = max(LEAST_DOUBTS, min(doubts + GAP, begin - y - LEAST_PLANS))
    y = _options(sheets, findings, replace(box, y=y, h=begin - doubts - y)) + GAP
    y = _doubts(sheets, findings, replace(box, y=y, h=begin - y)) + GAP
    y = end(box.below(y))
    sheets.joined(
        box.below(y + 0.6), sources(findings), between="; ",
        said=lambda text: findings.words.phrase("Sources: {sources}", sources=text),
    )  # fmt: skip


def _decisions(sheets: Sheets, findings: Findings, box: Box) -> float:
    """Ask what must be decided, and say what blocks most people."""
    words, questions = findings.words, decisions(findings)
    y = sheets.heading(box, words.phrase("What must be decided, and by when"))
    y = sheets.text(box.below(y), blocks_most(findings, leader(findings))) + GAP / 2
    if not questions:
        return sheets.text(box.below(y), words.phrase("The tables name no decision."), colour=QUIET)
    head = (words.phrase("Date"), words.phrase("Decision"), words.phrase("Why"))
    first = questions[:MOST_DECISIONS]
    rows = [(asked.when or "–", asked.what, asked.why) for asked in first]
    y = table(sheets, box.below(y), head, rows, DECISION_COLUMNS)
    if rest := len(questions) - len(first):
        y = sheets.text(box.below(y), sheets.left_out(rest), SMALL, colour=QUIET)
    return y


def _options(sheets: Sheets, findings: Findings, box: Box) -> float:
    """Plans side by side, as many as find room; the leading one bold."""
    words = findings.words
    names = shown(findings)
    rows = [
        (numbered(findings, option.allocation), *option.texts[1:])
        for option in options(findings)
        if option.allocation in names
    ]
    y = sheets.heading(box, words.phrase("Plans side by side"))
    notes = list(option_notes(findings))
    if left_out := len(findings.allocations) - len(rows):
        notes.insert(
            0,
            words.plural(
                "{number} more plan in the report.",
                "{number} more plans in the report.",
                left_out,
            ),
        )
    strong = [names.index(leader(findings))]
    below = min(NOTES, sheets.end(lambda: sheets.joined(replace(box, y=0.0), notes)))
    inner = replace(box, y=y, h=max(0.0, box.y + box.h - y - below))
    y = table(sheets, inner, option_headings(findings), rows, COLUMNS, strong)
    return sheets.joined(replace(box, y=y, h=below), notes)


def _doubts(sheets: Sheets, findings: Findings, box: Box) -> float:
    """Say what is uncertain, and beside it what is not modelled."""
    words = findings.words
    first, second = box.split(0.54)
    y = sheets.heading(first, words.phrase("What is uncertain"))
    doubts = (standing(findings), *how_sure(findings), *risks(findings))
    end = sheets.listed(first.below(y), [text for text in doubts if text], BODY - 0.6)
    y = sheets.heading(second, words.phrase("What is not modelled"))
    return max(end, sheets.listed(second.below(y), not_modelled(findings), BODY - 0.6))


def _statements(sheets: Sheets, findings: Findings, box: Box) -> float:
    first, *others = statements(findings)
    sheets.rule(box)
    y = sheets.text(box.below(box.y + 1), first, BODY - 0.4, is_bold=True)
    texts = [*others, conditions(findings), findings.contact and contact(findings)]
    return sheets.text(box.below(y + 0.6), " ".join(text for text in texts if text), BODY - 0.8)


def contact(findings: Findings) -> str:
    """Whom to ask."""
    return findings.words.phrase("Questions: {contact}.", contact=findings.contact)
