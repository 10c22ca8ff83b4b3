"""One page about one community, for the office that works with it."""

from collections.abc import Sequence
from dataclasses import replace

from returnplan.show.brief.parts import Bar, bars, table
from returnplan.show.brief.sheet import BODY, GAP, Box, Sheets
from returnplan.show.brief.two_pages import contact, masthead, numbered, open_sheets, shown
from returnplan.show.drawing import EVEN, INK
from returnplan.show.findings import (
    Findings,
    Outlook,
    Profile,
    assumptions_line,
    leader,
    not_modelled,
    statements,
)

SIGNS = {"met": "●", EVEN: "◐", "not met": "✕", "unknown": "?"}
"""Beside the word for each state, so that it is seen at once and in grey."""
MOST_OUTLOOKS, MOST_GATE_COLUMNS = 6, 3
WHEN_COLUMNS = (44.0, 46.0, 48.0, 18.0, 60.0)
MOST_STEPS = 9
"""Steps of the binding chain that are printed: the longest ones."""
WHEN, GATES, PLANNED, TIME = 82.0, 70.0, 20.0, 74.0
"""Most height of each part, mm."""
LEAST_PARTS, NOT_MODELLED = 120.0, 14.0
"""Height that all of them have at least, and that of what is not modelled."""


def community_page(findings: Findings, profile: Profile) -> bytes:
    """Write the page about one community as a PDF.

    Parameters
    ----------
    findings
        The run, for the internal audience.
    profile
        The community (see :func:`returnplan.show.findings.profile`).

    Returns
    -------
    bytes
        The document; the same run gives the same bytes.
    """
    sheets = open_sheets(findings, profile.name, pages=1)
    box = sheets.page()

    def title() -> float:
        return masthead(sheets, findings, box, _names(profile), _who(findings, profile))

    def end(here: Box) -> float:
        return _end(sheets, findings, here)

    def height_of_end() -> float:
        return sheets.end(lambda: end(replace(box, y=0.0))) + NOT_MODELLED

    sheets.scale_to(box.y + box.h - LEAST_PARTS, lambda: title() + height_of_end())
    y = title()
    last = box.y + box.h - height_of_end()
    parts = replace(box, y=y, h=last - y)
    for part, most in ((_when, WHEN), (_gates, GATES), (_planned, PLANNED), (_time, TIME)):
        here = parts.below(y)
        y = part(sheets, findings, profile, replace(here, h=min(here.h, most))) + GAP
    y = end(box.below(y))
    sheets.joined(
        box.below(y + GAP), not_modelled(findings),
        said=lambda text: f"{findings.words.phrase('Not modelled:')} {text}",
    )  # fmt: skip
    return sheets.output()


def _names(profile: Profile) -> str:
    """The name on this page, then the other ones."""
    others = [name for name in profile.names.values() if name and name not in profile.name]
    return " · ".join([profile.name, *dict.fromkeys(others)])


def _who(findings: Findings, profile: Profile) -> str:
    words = findings.words
    texts = [profile.district, findings.count(profile.people)]
    if profile.households is not None:
        texts.append(words.plural("{number} household", "{number} households", profile.households))
    texts.append(findings.scenario.title or findings.scenario.name)
    return ", ".join(text for text in texts if text)


def _outlooks(findings: Findings, profile: Profile) -> list[Outlook]:
    names = shown(findings)[:MOST_OUTLOOKS]
    return [outlook for outlook in profile.outlooks if outlook.allocation in names]


def _when(sheets: Sheets, findings: Findings, profile: Profile, box: Box) -> float:
    words = findings.words
    title = words.phrase("When conditions for return are met (modelled), and how sure that is")
    y = sheets.heading(box, title)
    date = (
        words.phrase("Median date (80% of simulations)")
        if findings.draws
        else words.phrase("Date in the single-value run")
    )
    head = (
        words.phrase("Plan"),
        words.phrase("Status"),
        date,
        words.phrase("Share of simulations by {date}", date=words.date(findings.horizon)),
        words.phrase("What it waits for"),
    )
    rows = [
        (
            numbered(findings, outlook.allocation),
            f"{SIGNS[outlook.state]} {outlook.status}",
            outlook.date,
            "–" if outlook.probability is None else words.percent(outlook.probability),
            outlook.waits_for,
        )
        for outlook in _outlooks(findings, profile)
    ]
    return table(sheets, box.below(y), head, rows, WHEN_COLUMNS)


def _gates(sheets: Sheets, findings: Findings, profile: Profile, box: Box) -> float:
    """Conditions by row, a few allocations by column: what is needed, and since when it holds."""
    words = findings.words
    y = sheets.heading(box, words.phrase("What is needed: conditions and when each is met"))
    always = (findings.first, leader(findings))
    outlooks = _outlooks(findings, profile)
    order = sorted(outlooks, key=lambda outlook: outlook.allocation not in always)
    kept = [outlook for outlook in outlooks if outlook in order[:MOST_GATE_COLUMNS]]
    head = (
        words.phrase("Condition"),
        *(numbered(findings, outlook.allocation) for outlook in kept),
    )
    rows = [
        (name, *(_gate_text(findings, outlook, number) for outlook in kept))
        for number, name in enumerate(gate.name for gate in profile.outlooks[0].gates)
    ]
    if any(outlook.dwellings for outlook in kept):
        name = words.phrase("Dwellings complete by {date}", date=words.date(findings.horizon))
        rows.append((name, *(outlook.dwellings for outlook in kept)))
    y = table(sheets, box.below(y), head, rows, (40.0, *[47.0] * len(kept)))
    missing = dict.fromkeys(data for outlook in profile.outlooks for data in outlook.missing)
    if not missing:
        return y
    text = words.phrase("Missing data: {data}.", data=words.listed(missing))
    return sheets.text(box.below(y), text, is_bold=True)


def _gate_text(findings: Findings, outlook: Outlook, number: int) -> str:
    gate = outlook.gates[number]
    sign = SIGNS[gate.state]
    if gate.since is None:
        return f"{sign} {gate.state_name}"
    return f"{sign} {gate.state_name}: {findings.said_date(gate.since)}"


def _planned(sheets: Sheets, findings: Findings, profile: Profile, box: Box) -> float:
    y = sheets.heading(box, findings.words.phrase("What is planned there"))
    return sheets.joined(box.below(y), profile.planned, BODY, colour=INK)


def _time(sheets: Sheets, findings: Findings, profile: Profile, box: Box) -> float:
    """What the days go to, and the longest steps of the binding chain, under one allocation."""
    words, outlook = findings.words, profile.outlooks[0]
    title = words.phrase(
        "What the time goes to, plan {title}", title=numbered(findings, outlook.allocation)
    )
    y = sheets.heading(box, title)
    causes, steps = box.below(y).split(0.46)
    longest = max((cause.share for cause in outlook.causes), default=1.0)
    end = bars(
        sheets,
        causes,
        [
            Bar(name=cause.name, share=cause.share / longest, text=_days(findings, cause.days))
            for cause in outlook.causes
        ],
        name_share=0.55,
    )
    if not outlook.steps:
        return max(end, sheets.text(steps, outlook.waits_for))
    how = (
        words.phrase("Step by step in a typical simulation, the longest steps:")
        if findings.draws
        else words.phrase("Step by step, the longest steps:")
    )
    y = sheets.text(steps, how, is_bold=True)
    return max(end, sheets.listed(steps.below(y), _longest(outlook), BODY - 0.6))


def _days(findings: Findings, days: float) -> str:
    return findings.words.plural("{number} day", "{number} days", days)


def _longest(outlook: Outlook) -> Sequence[str]:
    """Sentences of the longest steps and of the end, in the order of time."""
    by_length = sorted(range(len(outlook.steps)), key=lambda at: -outlook.steps[at].days)
    kept = {*by_length[:MOST_STEPS], len(outlook.steps) - 1}
    return [outlook.chain[at] for at in sorted(kept)]


def _end(sheets: Sheets, findings: Findings, box: Box) -> float:
    """Write what no page may leave out, and whom to ask."""
    words = findings.words
    first, *others = statements(findings)
    sheets.rule(box)
    y = sheets.text(box.below(box.y + 1), first, BODY, is_bold=True)
    texts = [
        *others,
        words.phrase("Teams and dates change: this page tells of the plan that was modelled."),
        findings.made_of,
        assumptions_line(findings),
        contact(findings) if findings.contact else "",
    ]
    return sheets.text(box.below(y + 0.6), " ".join(text for text in texts if text), BODY - 0.4)
