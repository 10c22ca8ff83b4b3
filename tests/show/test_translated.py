"""What readers get says the scenario's own titles and names in their language."""

# ruff: noqa: RUF001 - letters of the languages

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

import returnplan as rp
from returnplan.domain import District, NotCovered
from returnplan.insight.explain import find_community
from returnplan.runs.run import Request
from returnplan.scenario.background import Background
from returnplan.show.brief import brief
from returnplan.show.findings import Findings, fairness, headline, open_findings, options
from returnplan.show.page import report_page
from returnplan.show.page.data import page_data
from tests.running import run_undrawn
from tests.sketch import STAGES, Sketch

TITLES = {"az": "Bugünkü qruplar", "ar": "الفرق الحالية"}
DISTRICTS = (
    District(district="North", names={"az": "Şimal rayonu", "ar": "الشمال"}),
    District(district="South", names={"az": "Cənub rayonu"}),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two villages with titles in Azerbaijani and Arabic."""
    world = Sketch()
    world.gates = {"housing_land": {}}
    world.village("alpha", people=300, district="North", names={"az": "Alfakənd"})
    world.village("beta", people=100, district="South")
    world.hazard("alpha_field", "alpha")
    world.team(skills=STAGES, names={"az": "Minatəmizləmə qrupu"})
    plain = world.scenario()
    scenario = dataclasses.replace(
        plain,
        titles={"az": "İki kənd", "ar": "قريتان"},
        allocations=tuple(
            dataclasses.replace(one, title="Teams of today", titles=TITLES)
            for one in plain.allocations
        ),
        districts=DISTRICTS,
        sources=tuple(
            dataclasses.replace(one, titles={"az": "Sınaq üçün uydurulub"}) for one in plain.sources
        ),
        not_covered=NotCovered(
            text="Nobody is counted", texts={"az": "Heç kim sayılmır"}, places=("North", "Far")
        ),
    )
    folder = tmp_path_factory.mktemp("titles")
    rp.write(scenario, folder / "scenario")
    out = folder / "run"
    run_undrawn(
        Request(folder=folder / "scenario", scenario=scenario, allocations=("plan",), out=out)
    )
    return out


@pytest.fixture(scope="module")
def told(run: Path) -> Callable[..., Findings]:
    """A function that opens the run for an audience in a language."""
    return lambda language, audience="internal": open_findings(run, audience, language)


def test_findings_say_titles_and_districts_in_the_language(told: Callable[..., Findings]) -> None:
    findings = told("az")
    assert findings.title("plan") == "Bugünkü qruplar"
    assert "Bugünkü qruplar" in headline(findings)
    assert "Şimal rayonu" in fairness(findings, "plan")
    assert findings.view.word("team") == "Minatəmizləmə qrupu"
    assert "Sınaq üçün uydurulub" in findings.view.sources
    assert findings.not_covered.text == "Heç kim sayılmır"
    assert findings.not_covered.places == ("Şimal rayonu", "Far")
    assert options(findings)[0].texts[0].endswith("Bugünkü qruplar")


def test_what_the_language_lacks_is_said_as_the_planner_wrote_it(
    told: Callable[..., Findings],
) -> None:
    findings = told("ar")
    assert findings.title("plan") == "الفرق الحالية"
    assert findings.district("North") == "الشمال"
    assert findings.district("South") == "South"
    assert findings.not_covered.text == "Nobody is counted"
    assert told("fr").title("plan") == "Teams of today"


def test_districts_that_are_counted_together_have_words(told: Callable[..., Findings]) -> None:
    assert told("en").district("other districts") == "other districts"
    assert told("en").district("North") == "North"


@pytest.mark.parametrize("language", ["az", "ar"])
def test_the_page_says_titles_in_the_language(told: Callable[..., Findings], language: str) -> None:
    findings = told(language)
    page = report_page(findings, Background())
    assert TITLES[language] in page
    assert "Teams of today" not in page
    assert DISTRICTS[0].names[language] in page
    data: Any = page_data(findings, Background())
    assert data["districts"]["names"][0] == DISTRICTS[0].names[language]
    assert data["communities"][0][3] == DISTRICTS[0].names[language]


def test_the_brief_says_titles_in_the_language(told: Callable[..., Findings]) -> None:
    pdf = PdfReader(io.BytesIO(brief(told("az"))))
    text = " ".join(" ".join(page.extract_text().split()) for page in pdf.pages)
    assert "İki kənd" in text
    assert "Bugünkü qruplar" in text
    assert "Şimal rayonu" in text
    assert "Teams of today" not in text


def test_results_are_the_same_in_every_language(told: Callable[..., Findings]) -> None:
    first, second = told("az"), told("en")
    assert first.run.readiness.equals(second.run.readiness)
    assert sorted(first.tables["readiness"]["district"].unique()) == ["North", "South"]


def test_a_community_is_found_in_any_language_of_the_page(told: Callable[..., Findings]) -> None:
    opened = told("az").opened
    assert find_community(opened, "Alfakənd") == "alpha_people"
    assert find_community(opened, "alpha") == "alpha_people"
