"""How well the model has done so far: sentences and the table of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from returnplan.scenario.background import Background
from returnplan.show.findings import Findings, done_so_far, held, open_findings
from returnplan.show.page import report_page
from returnplan.show.page.tables import past_table
from tests.published import write_published
from tests.running import call
from tests.tiny import tiny


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run folder with draws of a scenario with facts."""
    base = tmp_path_factory.mktemp("published")
    words = ("-a", "today", "--draws", "20", "--figures", "none", "--out", base / "run")
    assert call("run", write_published(base / "valley"), *words).exit_code == 0
    return base / "run"


@pytest.fixture(scope="module")
def internal(run: Path) -> Findings:
    return open_findings(run)


@pytest.fixture(scope="module")
def public(run: Path) -> Findings:
    return open_findings(run, "public")


def test_facts_that_were_kept_back_are_counted_apart(internal: Findings) -> None:
    rows = held(internal)
    kept = [one for one in rows if one.group == "kept back"]
    assert sum(one.facts for one in kept) == 8  # victims are not modelled
    assert [one.group for one in rows][-2:] == ["an input", "to fit"]
    texts = done_so_far(internal)
    inside = sum(one.inside for one in kept)
    assert texts[1].startswith("Kept back, and so a test: 8.")
    assert f"of these: {inside}." in texts[1]
    assert "no merit" in texts[2]
    assert texts[3].startswith("The order of places was a decision")


def test_the_table_has_a_row_for_each_measure_and_use(internal: Findings) -> None:
    table = past_table(internal)
    assert len({len(row) for row in table.rows} | {len(table.headings)}) == 1
    first = table.rows[0]
    assert first[:3] == ("Area released, m²", "kept back", "1")
    assert first[5] == "0 of 1"
    (dates,) = [row for row in table.rows if row[0].startswith("First return")]
    assert dates[4] == "–"


def test_everybody_sees_figures_of_the_country_only(public: Findings) -> None:
    names = {one.name for one in held(public)}
    assert names == {
        "Area released, m²",
        "Cost of land release teams, USD",
        "Area of a month by the mean month",
    }
    told = set(public.tables["hindcast"].columns)
    assert not told & {"place", "crps", "error", "error_last", "naive_last"}
    assert not any("order of places" in text for text in done_so_far(public))


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_the_page_has_the_section_with_its_picture(
    audience: str, internal: Findings, public: Findings
) -> None:
    text = report_page(internal if audience == "internal" else public, Background())
    _, _, after = text.partition('id="past"')
    section, _, _ = after.partition("</section>")
    assert "How well it has done so far" in section
    assert section.count("<img") == 1
    assert "published figures" in section


def test_without_facts_there_is_no_such_section() -> None:
    assert held(tiny()) == ()
    assert done_so_far(tiny()) == ()
