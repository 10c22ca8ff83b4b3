"""What is said of victims among all people: published, expected, and kept apart from the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.domain import Fact
from returnplan.insight.explain import open_run
from returnplan.language.words import ENGLISH
from returnplan.scenario.background import Background
from returnplan.show.audience.tables import Audience
from returnplan.show.findings import Findings, victims_of_all
from returnplan.show.findings.findings import findings_of
from returnplan.show.page import report_page
from tests.tiny import tiny, tiny_scenario

PUBLISHED = {date(2026, 4, 10): 100, date(2027, 2, 4): 200}
"""After 100 and 400 days: twice as many in four times the time."""


def with_totals(scenario: rp.Scenario, totals: Mapping[date, int]) -> rp.Scenario:
    """Give a scenario published totals."""
    facts = tuple(
        Fact(
            id=f"victims_{day}", measure="victims", from_date=date(2026, 1, 1), until_date=day,
            value=total, use="check", source="press",
        )
        for day, total in totals.items()
    )  # fmt: skip
    return replace(scenario, facts=facts)


def told(totals: Mapping[date, int], as_of: date | None = None) -> tuple[str, ...]:
    """Tell of the two villages with published totals."""
    scenario = replace(tiny_scenario({"plan": "Plan A", "more": "Plan B"}), as_of=as_of)
    return victims_of_all(tiny(scenario=with_totals(scenario, totals)))


def test_published_totals_the_law_and_the_years_to_come_are_told() -> None:
    first, ahead, apart = told(PUBLISHED)
    assert first.startswith(
        "Published: 200 victims of explosive ordnance among all people (soldiers, workers and "
        "residents) from 1 Jan 2026 to 4 Feb 2027. A power law of time fits 2 such totals with the "
        "exponent 0.50 ("
    )
    assert ahead.startswith("If the course goes on as before it expects ")
    # 10 sqrt(730) = 270.2 at the end of 2027, 10 sqrt(1096) = 331.1 a year later: 61 in 2028.
    assert " 61 (" in ahead
    assert [year in ahead for year in ("2026", "2027", "2028", "2030")] == [
        False,
        False,
        True,
        True,
    ]
    assert apart.startswith("These are not the returnees or deminers of the model")


def test_one_total_is_published_without_a_law_and_none_is_silence() -> None:
    published, apart = told({date(2026, 4, 10): 100})
    assert published.startswith("Published: 100 victims")
    assert "law" not in published
    assert apart.startswith("These are not")
    assert told({}) == ()


def test_counts_after_the_date_of_the_data_stand_beside_what_was_expected() -> None:
    texts = told(PUBLISHED | {date(2027, 12, 31): 290}, as_of=date(2027, 2, 28))
    assert texts[2].startswith("Published later: 90 from 5 Feb 2027 to 31 Dec 2027; the law")
    assert "200 victims" in texts[0]


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_report_shows_them_beside_harm_with_a_picture(valley_run: Path, audience: Audience) -> None:
    opened = open_run(valley_run)
    heading = "Victims among all people, beside the model"
    for totals, is_there in ((PUBLISHED, True), ({}, False)):
        scenario = with_totals(opened.scenario, totals)
        found: Findings = findings_of(
            valley_run, replace(opened, scenario=scenario), audience, ENGLISH
        )
        page = report_page(found, Background())
        assert (heading in page) == is_there
        assert ("A power law of the published totals expects" in page) == is_there
        assert page.index("Cost and harm") < page.find(heading) or not is_there
