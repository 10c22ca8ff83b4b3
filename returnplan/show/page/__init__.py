"""The report: one self-contained HTML page about a run, which opens anywhere, offline.

In: findings, and outlines of districts. Out: the page as text. It holds its style, its script, the
code that draws map and charts, still pictures for readers without the script, and its numbers as
compressed JSON. A policy in its head lets a browser run these parts and nothing else.

``data`` what the script is given, from ``communities`` (internal), ``districts`` and ``ground``
(the map); ``tables`` tables ready to print; ``sentences`` words beside findings; ``titles`` what
charts find; ``years`` the years of the map; ``pictures`` still charts; ``packing`` data and policy;
``browser`` what a browser runs; ``vendor`` the code of others.

To add a part: its words or table in ``_contents``, its place in ``browser/page.html.j2``; numbers
for the script in ``data``, only what the audience may see.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from returnplan.language.isolation import isolated
from returnplan.scenario.background import Background
from returnplan.show.drawing import SHADES
from returnplan.show.findings import (
    BigNumber,
    Findings,
    assumptions_line,
    big_numbers,
    blocks_most,
    conditions,
    decisions,
    done_so_far,
    fairness,
    headline,
    how_sure,
    idle_most,
    leader,
    mark,
    not_modelled,
    options,
    risks,
    sources,
    standing,
    statements,
    targets,
    victims_of_all,
)
from returnplan.show.page import packing, tables
from returnplan.show.page.data import page_data
from returnplan.show.page.pictures import pictures
from returnplan.show.page.sentences import (
    chart_notes,
    difference_steps,
    key_titles,
    key_words,
    map_notes,
    share_steps,
    why_rounded,
    year_steps,
)
from returnplan.version import __version__

HERE = Path(__file__).parent
VENDOR, PAGE = HERE / "vendor", HERE / "browser"
STYLES = (VENDOR / "leaflet.css", VENDOR / "uPlot.min.css", PAGE / "page.css")
LIBRARIES = (VENDOR / "leaflet.js", VENDOR / "uPlot.iife.min.js")
PERCENT_SIGN = re.compile(r"(?<=\d) %")
GUARD = PAGE / "text.js"
"""Runs first: what libraries take for markup becomes text."""
SCRIPT = (
    *("start", "controls", "views", "map", "charts", "sheets", "taking", "search", "profiles"),
    "end",
)
"""Parts of the page's script, in their order; they share one scope."""
LICENCES = {"Leaflet 1.9.4": "leaflet.LICENSE", "uPlot 1.6.32": "uPlot.LICENSE"}


def report_page(findings: Findings, background: Background) -> str:
    """Write the report of a run as one HTML page.

    Parameters
    ----------
    findings
        The run, for an audience and in a language.
    background
        Outlines of districts (see :func:`returnplan.scenario.background.read_background`).

    Returns
    -------
    str
        The page; the same run gives the same page.
    """
    environment = Environment(
        loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=as_read,
    )  # fmt: skip
    environment.globals |= {"phrase": findings.words.phrase, "plural": findings.words.plural}
    stills = pictures(findings)
    data = page_data(findings, background) | {
        "drawn": {one.name: one.svg for each in stills.values() for one in each if one.svg}
    }
    return environment.get_template("page.html.j2").render(
        _frame(findings)
        | _contents(findings, background)
        | {
            "pictures": stills,
            "packed": Markup(packing.packed(data)),
            "chart_titles": data["titles"],
            "best": data["begin"][0],
            "shows": data["words"],
            "has_others": bool(data["map"].get("others")),
            "has_hazards": bool(data["map"].get("hazards")),
            "has_circles": bool(data["map"]["circles"]),
            "year_steps": year_steps(findings, data["years"]),
            "has_villages": not findings.is_public,
            "has_districts": findings.is_public or bool(data["map"]["rings"]),
        }
    )


def as_read(value: Any) -> Any:
    """Keep together what is read together: numbers and their percent sign, names and ranges.

    Parameters
    ----------
    value
        What a template writes; only text is changed, no markup.
    """
    if type(value) is not str:
        return value
    return isolated(PERCENT_SIGN.sub("\u00a0%", value))


@cache
def _code() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Texts of the style and script elements."""
    *others, look = (path.read_text(encoding="utf-8") for path in STYLES)
    styles = (*others, packing.lean(look))
    parts = ((PAGE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPT)
    own = packing.lean("\n".join(parts))
    libraries = (path.read_text(encoding="utf-8").partition("//# source")[0] for path in LIBRARIES)
    guard = GUARD.read_text(encoding="utf-8")
    return styles, (guard, *libraries, f'"use strict";\n(() => {{\n{own}}})();\n')


def _frame(findings: Findings) -> dict[str, Any]:
    """What stands around the contents."""
    styles, scripts = _code()
    return {
        "words": findings.words,
        "version": __version__,
        "title": findings.scenario.title or findings.scenario.name,
        "is_public": findings.is_public,
        "policy": packing.policy(styles, scripts),
        "styles": [Markup(text) for text in styles],
        "scripts": [Markup(text) for text in scripts],
        "licences": [
            f"{name}\n\n{(VENDOR / file).read_text(encoding='utf-8')}"
            for name, file in LICENCES.items()
        ],
    }


def _numbers(findings: Findings, allocation: str) -> tuple[BigNumber, ...]:
    (option,) = (one for one in options(findings) if one.allocation == allocation)
    return big_numbers(findings, option)


def _contents(findings: Findings, background: Background) -> dict[str, Any]:
    """Sentences and tables, in the order of the page."""
    words, best = findings.words, leader(findings)
    return {
        "mark": mark(findings),
        "headline": headline(findings),
        "standing": standing(findings),
        "made_of": findings.made_of,
        "made_up": findings.made_up,
        "not_counted": findings.not_counted,
        "not_covered": findings.not_covered.text,
        "numbers": _numbers(findings, best),
        "statements": statements(findings),
        "titles": [findings.title(name) for name in findings.allocations],
        "options": tables.option_table(findings),
        "targets": [reached.sentence for reached in targets(findings)],
        "shades": list(zip(SHADES, share_steps(words), strict=True)),
        "difference_steps": difference_steps(words),
        "key_titles": key_titles(findings),
        "key_words": key_words(findings),
        "map_notes": map_notes(findings, background),
        "chart_notes": chart_notes(findings),
        "blocks_most": blocks_most(findings, best),
        "causes": tables.cause_table(findings),
        "fairness": fairness(findings, best),
        "districts": tables.district_table(findings),
        "key_roads": tables.road_tables(findings),
        "idle_most": idle_most(findings, best),
        "teams": tables.team_tables(findings),
        "differences": tables.difference_tables(findings),
        "how_sure": how_sure(findings),
        "done_so_far": done_so_far(findings),
        "past": tables.past_table(findings),
        "cost": tables.cost_table(findings),
        "victims": victims_of_all(findings),
        "why_rounded": why_rounded(findings),
        "decisions": [
            {"what": made.what, "why": made.why, "by": made.when} for made in decisions(findings)
        ],
        "risks": risks(findings),
        "not_modelled": not_modelled(findings),
        "conditions": conditions(findings),
        "assumptions_line": assumptions_line(findings),
        "assumptions": tables.assumption_table(findings),
        "dependence": tables.dependence_table(findings),
        "sources": sources(findings),
        "made": tables.how_made(findings),
    }
