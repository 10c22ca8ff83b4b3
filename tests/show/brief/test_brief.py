"""Paper: two pages that hold what they must, whatever the run; one page for a community."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from pypdf import PdfReader

from returnplan.language.words import words_of
from returnplan.show.brief import brief, community_page
from returnplan.show.brief.one_page import SIGNS
from returnplan.show.brief.sheet import HEIGHT, MARGIN, WIDTH, Box, Sheets
from returnplan.show.findings import (
    Findings,
    blocks_most,
    conditions,
    decisions,
    headline,
    leader,
    mark,
    options,
    profile,
    standing,
    statements,
)
from tests.leaks import leaks
from tests.tiny import NEVER, READY, tiny

SAFE = re.compile(r"\bsafe\b", re.IGNORECASE)
MOST_BYTES = 2_000_000
EDGE = 0.05  # mm by which rounding may end a text beyond its box
LONG = "Teams of the year before, with many more of each type at each of the bases in the district"
A4_POINTS = (595, 842)
UNWATCHED = pytest.mark.unwatched


def read(document: bytes) -> tuple[PdfReader, list[str]]:
    """Read a PDF again: the document, and the text of each page in one line."""
    pdf = PdfReader(io.BytesIO(document))
    return pdf, [" ".join(page.extract_text().split()) for page in pdf.pages]


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, Box, float]]]:
    """Every text that is printed, its box and where it ended; at the end: none left its box."""
    seen: list[tuple[str, Box, float]] = []
    whole = Sheets.text

    def watched(self: Sheets, box: Box, text: str, *more: Any, **named: Any) -> float:
        end = whole(self, box, text, *more, **named)
        seen.append((text, box, end))
        return end

    monkeypatch.setattr(Sheets, "text", watched)
    yield seen
    assert seen
    for text, box, end in seen:
        assert end <= box.y + box.h + EDGE, text
        assert box.x >= MARGIN - EDGE, text
        assert box.x + box.w <= WIDTH - MARGIN + EDGE, text
        assert end <= HEIGHT, text


# ---------------------------------------------------------------- the brief


@pytest.mark.parametrize("audience", ["internal", pytest.param("public", marks=UNWATCHED)])
def test_the_brief_holds_headline_options_decisions_wording_and_provenance_on_two_pages(
    opened: Callable[..., Findings], audience: Any, printed: list[tuple[str, Box, float]]
) -> None:
    findings = replace(opened(audience), contact="Planning unit")
    document = brief(findings)
    assert len(document) < MOST_BYTES
    pdf, pages = read(document)
    assert len(pages) == 2
    assert [round(side) for side in pdf.pages[0].mediabox[2:]] == list(A4_POINTS)
    text = " ".join(pages)
    assert plain(headline(findings)) in text
    assert plain(standing(findings)) in text
    for sentence in (*statements(findings), conditions(findings), "Questions: Planning unit."):
        assert plain(sentence) in text
    for one in options(findings):
        assert plain(one.texts[2]) in text  # people by the horizon, with range
    assert decisions(findings)[0].what in text
    assert plain(blocks_most(findings, leader(findings))) in text
    for number, page in enumerate(pages, start=1):
        assert mark(findings) in page
        assert plain(statements(findings)[0]) in page  # beside the figures of each page
        assert findings.view.provenance in page
        assert f"Page {number} of 2" in page
    assert len(SAFE.findall(text)) == text.count("is safe. Only the national mine action")
    is_mapped = "Where and when conditions for return are met" in text
    assert is_mapped == (audience == "internal")
    assert bool(leaks(text, findings.scenario)) == (audience == "internal")
    assert bool(printed)


@pytest.mark.unwatched
def test_the_document_says_its_language_title_and_maker_and_describes_its_pictures() -> None:
    findings = tiny()
    document = brief(findings)
    pdf, _ = read(document)
    about = pdf.metadata
    assert about is not None
    assert (about.title, about.author) == ("Drawn row by row", "returnplan 0.1.0")
    assert str(about.creation_date).startswith("2026-01-02 03:04:05")  # when the run began
    assert str(pdf.root_object["/Lang"]) == "en"
    assert document.count(b"/Alt ") == 2
    assert "Map of 2 settlements under Plan B" in " ".join(_alternatives(pdf))
    fonts = {str(font["/BaseFont"]) for page in pdf.pages for font in _fonts(page)}
    assert all("+DejaVuSans" in name.replace("-", "") for name in fonts), fonts
    assert document == brief(tiny())  # the same run, the same bytes


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def _alternatives(pdf: Any) -> Iterator[str]:
    for number in range(1, int(pdf.trailer["/Size"])):
        item = pdf.get_object(number)
        if isinstance(item, dict) and "/Alt" in item:
            yield str(item["/Alt"])


def test_above_the_map_stands_in_how_many_communities_it_is_likely_about_even_unlikely() -> None:
    half = ([400.0] * 6 + [NEVER] * 4, [NEVER] * 7 + [500.0] * 3)
    _, (first, second) = read(brief(tiny(ready={"half": half})))
    limits = "in more than 60%, in 40% to 60%, in less than 40% of simulations."
    assert "Communities: likely 0, about even 1, unlikely 1. Likely, about even" in first
    assert limits in first
    assert limits in second  # beside the statuses that there are
    assert "about 1.1 of 2 (1 to 2)" in first
    unknown = tiny(ready={"half": half}).run.readiness.assign(
        status=["unknown: water works", "conditions not met: water"],
        certainty=pd.Series([None, "unlikely"]),
    )
    _, (first, _) = read(brief(tiny(ready={"half": half}, tables={"readiness": unknown})))
    assert "Communities: likely 0, about even 0, unlikely 1, unknown 1." in first
    _, (first, second) = read(brief(tiny(draws=0)))
    assert "about even" not in first + second
    _, (page,) = read(
        community_page(
            tiny(ready={"half": half}),
            profile(tiny(ready={"half": half}), "alpha", with_chain=False),
        )
    )
    assert "◐ About even whether conditions are met (modelled)" in page
    assert "1st quarter 2026" in page


def many(count: int) -> Findings:
    """As many allocations with long titles; the later ones are like the first."""
    ready = {"plan": READY["plan"], "more": READY["more"]}
    ready |= {f"other{n}": READY["plan"] for n in range(count - 2)}
    ready = dict(list(ready.items())[:count])
    return tiny(ready=ready, titles={name: f"{LONG}, {name}" for name in ready})


def districts(shown: bool, draws: int) -> Findings:
    """For the public: no districts, or one of two whose share is withheld; nobody waits."""
    findings = tiny(draws=draws)
    shares = findings.tables["district_shares"]
    is_north = shares["district"] == "North"
    shares = shares.assign(share_p50=shares["share_p50"].where(is_north)) if shown else shares[:0]
    tables = {**findings.tables, "district_shares": shares}
    for name in ("district_delays", "district_gates"):
        tables[name] = tables[name][:0]
    return replace(findings, audience="public", tables=tables)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: many(8), "2 more plans in the report."),
        (lambda: many(1), "1. Teams of the year before"),
        pytest.param(lambda: tiny(draws=0), "this is not a forecast", marks=UNWATCHED),
        (lambda: districts(shown=False, draws=10), "No district can be shown by itself."),
        (lambda: districts(shown=True, draws=0), "South, 100 people withheld"),
        pytest.param(lambda: tiny(language="ar"), "Plan B", marks=UNWATCHED),
    ],
    ids=["eight", "one", "expected values", "no districts", "withheld", "right to left"],
)
def test_two_pages_hold_any_run_and_no_text_leaves_its_box(
    make: Callable[[], Findings], words: str, printed: list[tuple[str, Box, float]]
) -> None:
    _, pages = read(brief(make()))
    assert len(pages) == 2
    assert words in " ".join(pages)


# ---------------------------------------------------------------- text in boxes


@pytest.fixture
def sheets() -> Callable[[str], Sheets]:
    """Return a function that begins a document in a language, with one page."""

    def begin(language: str) -> Sheets:
        sheets = Sheets(
            words_of(language),
            title="t",
            author="a",
            created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            foot=lambda page: (f"page {page}",),
        )
        sheets.page()
        return sheets

    return begin


SAMPLES = {
    "en": "Conditions met (modelled)",
    "az": "Şərtlər ödənilib, qışda yol bağlıdır",  # noqa: RUF001 - letters of the language
    "ru": "Условия выполнены по модели",
    "uk": "Умови виконано за моделлю, ґанок",
    "fr": "Conditions réunies selon le modèle",
    "es": "Condiciones cumplidas según el modelo",
    "ar": "تحققت الشروط بحسب النموذج",
}


@pytest.mark.parametrize(
    "language", ["ar", *(pytest.param(one, marks=UNWATCHED) for one in SAMPLES if one != "ar")]
)
def test_text_of_every_language_is_shrunk_and_then_cut_at_a_word(
    language: str, sheets: Callable[[str], Sheets], printed: list[tuple[str, Box, float]]
) -> None:
    document = sheets(language)
    box = Box(x=MARGIN, y=20.0, w=40.0, h=6.0)
    document.fitted(box, f"{SAMPLES[language]} " * 10)
    text, *_ = printed[-1]
    assert text.endswith(" …")
    assert set(text.split()) - {"…"} <= set(SAMPLES[language].split())
    document.listed(replace(box, h=12.0), [SAMPLES[language]] * 9)
    assert re.search(r"\d", printed[-1][0])  # how many found no room
    document.fitted(box, SAMPLES[language])
    assert printed[-1][0] == SAMPLES[language]
    glyphs = _fonts(PdfReader(io.BytesIO(document.output())).pages[0])
    assert glyphs


def test_a_page_from_right_to_left_begins_at_the_right_edge(
    sheets: Callable[[str], Sheets],
) -> None:
    box = Box(x=MARGIN, y=50.0, w=60.0, h=10.0)
    starts = {}
    for language in ("en", "ar"):
        document = sheets(language)
        document.text(box, "12 345")
        (page,) = PdfReader(io.BytesIO(document.output())).pages
        places: list[tuple[str, float]] = []

        def visit(text: str, *more: Any, places: list[tuple[str, float]] = places) -> None:
            places.append((text, more[1][4]))

        page.extract_text(visitor_text=visit)
        starts[language] = next(x for text, x in places if "12" in text) * 25.4 / 72
    assert starts["en"] == pytest.approx(MARGIN, abs=0.5)
    assert starts["ar"] > WIDTH / 2


# ---------------------------------------------------------------- one community


def test_the_page_of_a_community_says_what_is_needed_when_how_sure_and_who_releases_land(
    opened: Callable[..., Findings], printed: list[tuple[str, Box, float]]
) -> None:
    findings = opened("internal")
    ridge = profile(findings, "ridge_people")
    pdf, pages = read(community_page(findings, ridge))
    assert len(pages) == 1
    (text,) = pages
    assert pdf.metadata is not None
    assert pdf.metadata.title == ridge.name == "Ridge"
    outlook = ridge.outlooks[0]
    status = f"{SIGNS[outlook.state]} {outlook.status}"
    for words in (
        "Upper Valley, 160 people", status, outlook.date, outlook.waits_for,
        "Missing data: water works.", "? unknown", *ridge.planned, outlook.chain[-1],
        statements(findings)[0], mark(findings), findings.view.provenance,
    ):  # fmt: skip
        assert plain(words) in text
    assert len(SAFE.findall(text)) == 1
    assert bool(printed)


def test_the_page_of_a_community_tells_how_many_dwellings_are_complete() -> None:
    built = tiny().run.readiness.assign(dwellings_p50=120.0, dwellings_planned=400.0)
    findings = tiny(tables={"readiness": built})
    _, (page,) = read(community_page(findings, profile(findings, "beta", with_chain=False)))
    assert "Dwellings complete by" in page
    assert "120 of 400" in page


def test_a_page_without_draws_or_steps_shows_neither_ranges_nor_shares(
    printed: list[tuple[str, Box, float]],
) -> None:
    findings = tiny(draws=0, language="ru")
    beta = profile(findings, "beta", with_chain=False)
    _, pages = read(community_page(findings, beta))
    assert len(pages) == 1
    assert "80% of simulations" not in pages[0]
    assert "Beta" in pages[0]
