"""All documents of Karabakh, read as their readers do: made-up things are marked, decisions lie
ahead, percentages are rounded and add up."""

from __future__ import annotations

import html
import io
import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from pypdf import PdfReader

from returnplan.runs.folder import SCENARIO_COPY
from returnplan.scenario.background import read_background
from returnplan.show.brief import brief
from returnplan.show.findings import Findings, decisions, open_findings
from returnplan.show.findings.findings import on, records
from returnplan.show.page import report_page
from returnplan.show.page.tables import cause_table
from tests.unwatched import unwatched

pytestmark = [pytest.mark.slow, pytest.mark.unwatched]
NO_TEXT = re.compile(r"<(style|script)[^>]*>.*?</\1>", re.S)
MADE_UP = ("hazards", "works")
"""Things that are invented in this scenario, whatever else is known of it."""


class Documents(NamedTuple):
    """What one audience gets."""

    findings: Findings
    page: str
    brief: str


def plain(text: str) -> str:
    return " ".join(html.unescape(text).split())


@pytest.fixture(scope="module", params=["internal", "public"])
def documents(karabakh_run: Path, request: pytest.FixtureRequest) -> Documents:
    with unwatched():
        findings = open_findings(karabakh_run, request.param)
        background, _ = read_background(findings.folder / SCENARIO_COPY)
        page = report_page(findings, background)
        pages = PdfReader(io.BytesIO(brief(findings))).pages
    return Documents(findings, page, plain(" ".join(one.extract_text() for one in pages)))


def visible(page: str) -> str:
    return plain(re.sub(r"<[^>]+>", " ", NO_TEXT.sub("", page)))


def test_what_is_made_up_is_said_where_it_is_read(documents: Documents) -> None:
    line = documents.findings.made_up
    assert line.startswith("Synthetic (made up): ")
    assert all(thing in line for thing in MADE_UP)
    words = visible(documents.page)
    # Beneath the headline, at the map, at key roads: wherever made-up things are shown.
    assert words.count("Synthetic (made up): ") >= 3
    assert "Do not act on a single village or road." in words
    assert "Synthetic (made up): " in documents.brief
    assert "Do not act on a single village or road." in documents.brief


def test_no_decision_lies_before_the_date_of_the_data(documents: Documents) -> None:
    as_of = documents.findings.scenario.as_of
    assert as_of == date(2022, 12, 31)
    made = decisions(documents.findings)
    assert made
    assert [one.what for one in made if one.by and one.by < as_of] == []
    rows = re.search(r'<section id="decisions".*?</section>', documents.page, re.S)
    assert rows is not None
    said = visible(rows[0])
    for name in documents.findings.allocations:
        said = said.replace(documents.findings.title(name), "")
    years = {int(year) for year in re.findall(r"\b(20[0-4]\d)\b", said)}
    assert min(years) >= as_of.year


def test_percentages_are_rounded_and_parts_of_a_whole_add_up(documents: Documents) -> None:
    findings = documents.findings
    table = cause_table(findings)
    for column in zip(*(row[1:] for row in table.rows), strict=True):
        whole = [int(cell.removesuffix("%")) for cell in column if cell[0].isdigit()]
        assert sum(whole) == 100
    shares = on(findings.tables["district_shares"], findings.horizon)
    told = [
        (float(row["share_p50"]), findings.words.percent(float(row["share_p50"])))
        for row in records(shares)
        if 0.01 <= float(row["share_p50"]) <= 0.99
    ]
    assert len(told) >= 10
    for share, text in told:
        assert abs(100 * share - int(text.removesuffix("%"))) <= 0.5 + 1e-6
        assert text in documents.page
