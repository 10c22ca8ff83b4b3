"""Numbers of the brief, worked out by hand from the world of two villages.

The world is that of :mod:`tests.show.findings.test_numbers`: alpha in North has 300 people and is
ready on day 500 under ``slow``, 200 under ``fast``; beta in South has 100 and is ready on day 1,000
in thirty of fifty simulations, else never, under ``slow``; on day 700 under ``fast``.
"""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from returnplan.show.brief import brief, community_page
from returnplan.show.findings import Findings, profile
from tests.show.findings.test_numbers import world


@pytest.fixture(scope="module")
def made() -> Findings:
    return world()


def text_of(document: bytes) -> str:
    pages = PdfReader(io.BytesIO(document)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_sentences_of_the_brief_hold_the_numbers_of_the_leading_plan(made: Findings) -> None:
    text = text_of(brief(made))
    for sentence in (
        "By 1 Jan 2030 the conditions for return are met (modelled) for 400 of 400 people",
        # 30 simulations of 300 x 300 + 100 x 300 days less, 20 of 300 x 300 + 100 x 1,126.
        "−153.0 thousand person-days of waiting on average (−202.6 to −120.0 in 80% of",
        "400 Conditions met (modelled) by 1 Jan 2028, people",
        "Q3 2025 Conditions met for half of the people by 7.0 Cost, million USD",
        "in person-days: waiting for a team: clearance (50%); next: survey and clearance under way",
        # Half of 150, 120 and 30 days.
        "People from North wait longest, 150 days on average.",
        "350 people with conditions met (modelled) by 1 Jan 2027. Under “Fast” 400 (400 to 400)",
        "Early return: 1,234 person-days by 1 Jan 2030 under “Fast”",
        "a condition is unknown for 25% of the people",  # beta, 100 of 400
    ):
        assert sentence in text


def test_the_table_of_the_brief_holds_the_numbers_of_either_plan(made: Findings) -> None:
    text = text_of(brief(made))
    for cell in (
        *("400 (300 to 400)", "100 (75 to 100)", "Q2 2026", "10.0", "0.20 (0.10 to 0.40)"),
        *("400 (400 to 400)", "100 (100 to 100)", "Q3 2025", "7.0", "0.25 (0.10 to 0.50)"),
        "−153.0 (−164.7 to −141.4)",
    ):
        assert cell in text


def test_the_page_of_a_village_holds_its_date_share_and_days(made: Findings) -> None:
    text = text_of(community_page(made, profile(made, "beta")))
    assert "South, 100 people" in text
    # Day 1,000 is 28 September 2027; in thirty of fifty simulations.
    assert "3rd quarter 2027 (3rd quarter 2027 to after 1 Jan 2030) 60%" in text
    assert "4th quarter 2026" in text  # day 700
    for days in ("150 days", "120 days", "30 days"):
        assert days in text
