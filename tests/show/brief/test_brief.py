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

from returnplan.language.words import LANGUAGES, words_of
from returnplan.show.brief import brief, community_page, two_pages
from returnplan.show.brief.district_map import halves, looks_of
from returnplan.show.brief.one_page import SIGNS
from returnplan.show.brief.sheet import HEIGHT, MARGIN, WIDTH, Box, Sheets, direction
from returnplan.show.drawing import coarse_note
from returnplan.show.findings import (
    Findings,
    big_numbers,
    blocks_most,
    conditions,
    decisions,
    headline,
    leader,
    mark,
    open_findings,
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
        if not self.is_trial:
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
    assert "Where and when conditions for return are met" in pages[0]
    assert (plain(coarse_note(findings.words)) in pages[0]) == (audience == "public")
    assert leaks(text, findings.scenario) == []
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
    told = " ".join(_alternatives(pdf))
    assert "Map of 2 settlements under Plan B" in told
    assert "400 (300 to 400) under 2. Plan B" in told
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


def test_how_likely_a_status_is_stands_in_brief_and_page_of_a_community() -> None:
    half = ([400.0] * 6 + [NEVER] * 4, [NEVER] * 7 + [500.0] * 3)
    _, (_, second) = read(brief(tiny(ready={"half": half})))
    limits = "in more than 60%, in 40% to 60%, in less than 40% of simulations."
    assert limits in second  # beside the statuses that there are
    assert "about 1.1 of 2 (1 to 2)" in second
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


def test_the_first_page_says_in_four_numbers_how_many_go_home_when_and_at_what_cost() -> None:
    """Under Plan B alpha is met on day 300; beta, in eight of ten draws, on day 900."""
    _, (first, _) = read(brief(tiny()))
    for words in (
        "People wait least under “Plan B”.",
        "400 300 to 400 Conditions met (modelled) by 1 Jan 2028, people",
        "400 300 to 400 Conditions met (modelled) by 1 Jan 2030, people",
        "Q4 2025 Conditions met for half of the people by",
        "2.0 Cost, million USD",
    ):
        assert words in first


def shares_of(findings: Findings, shares: dict[str, list[tuple[str, float]]]) -> Findings:
    """Findings for the public whose table of districts says these shares under Plan B."""
    rows = [
        ("more", name, date, share, share, share, 100.0)
        for name, points in shares.items()
        for date, share in points
    ]
    columns = ["allocation", "district", "date", "share_p10", "share_p50", "share_p90", "people"]
    table = pd.DataFrame(rows, columns=columns)
    table["date"] = pd.to_datetime(table["date"])
    tables = {**findings.tables, "district_shares": table}
    return replace(findings, audience="public", tables=tables)


def test_the_map_tells_by_district_the_year_in_which_half_of_the_people_is_reached() -> None:
    """Reached on a date that is shown; late, where half is never reached; else it is withheld."""
    nan = float("nan")
    findings = shares_of(
        tiny(),
        {
            "North": [("2026-01-01", 0.49), ("2027-01-01", 0.5), ("2030-01-01", 0.9)],
            "South": [("2026-01-01", nan), ("2030-01-01", 0.49)],
            "West": [("2026-01-01", 0.2), ("2030-01-01", nan)],
            "": [("2026-01-01", 1.0), ("2030-01-01", 1.0)],
        },
    )
    north, south, west = halves(findings, "more")
    assert (north.district, north.year, north.is_shown) == ("North", 2027, True)
    assert (south.district, south.year, south.is_shown) == ("South", None, True)
    assert (west.district, west.year, west.is_shown) == ("West", None, False)
    pdf, _ = read(brief(findings))
    told = " ".join(_alternatives(pdf))
    assert "(Plan B). North: 2027; South: not by 2030; West: withheld" in told


def test_districts_that_are_late_or_withheld_are_hatched_and_have_no_colour_of_a_year() -> None:
    findings = shares_of(
        tiny(),
        {"North": [("2030-01-01", 0.9)], "South": [("2030-01-01", 0.4)]},
    )
    looks = looks_of(findings, halves(findings, "more"))
    assert list(looks) == ["2030", "late", "hidden", "nobody"]
    assert "hatch" not in looks["2030"].fill
    assert looks["late"].fill["hatch"] != looks["hidden"].fill["hatch"]
    assert (looks["2030"].words, looks["late"].words) == ("2030", "not by 2030")


def test_years_on_the_map_go_from_dark_to_light_in_at_most_six_classes() -> None:
    years = [(f"D{year}", [(f"{year}-06-01", 0.6)]) for year in range(2025, 2039)]
    findings = shares_of(tiny(), dict(years))
    looks = looks_of(findings, halves(findings, "more"))
    classes = [look for look in looks.values() if look.first]
    assert [look.words for look in classes] == [
        "2025 to 2027", "2028 to 2030", "2031 to 2033", "2034 to 2036", "2037 to 2038",
    ]  # fmt: skip
    greys = [sum(look.fill["facecolor"][:3]) for look in classes]
    assert greys == sorted(greys)


def test_curves_that_are_withheld_are_not_drawn_as_if_nobody_came_home() -> None:
    findings = tiny()
    met = findings.tables["people_met"].assign(people_p50=float("nan"))
    tables = {**findings.tables, "people_met": met}
    pdf, (first, _) = read(brief(replace(findings, tables=tables)))
    assert "over time Withheld, as it would tell of single settlements." in first
    assert "People with conditions met" not in " ".join(_alternatives(pdf))


DOTTED = ("az", "ru", "uk")
"""Languages that write a range as 5 … 7."""
RUN_OUT = re.compile(r"[^\W\d]\s?…")
"""A word before an ellipsis; ranges have figures there."""
PARTS = (
    "Where and when conditions for return are met (modelled), plan {title}",
    "People whose conditions are met (modelled), over time",
    "What must be decided, and by when",
    "Plans side by side",
    "What is uncertain",
    "What is not modelled",
    "What is made up, and what is not",
)
"""Headings of the brief."""


@pytest.mark.unwatched
@pytest.mark.parametrize("audience", ["internal", "public"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "run", ["valley_run", pytest.param("karabakh_run", marks=pytest.mark.long)]
)
def test_the_brief_has_two_pages_and_all_its_parts_in_every_language(
    run: str,
    language: str,
    audience: Any,
    request: pytest.FixtureRequest,
    printed: list[tuple[str, Box, float]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pictures are left out here: they have no words of the pages."""
    drawn: list[str] = []

    def chart(sheets: Sheets, box: Box, name: str, *_: Any) -> None:
        drawn.append(name)

    def mapped(sheets: Sheets, findings: Findings, box: Box, allocation: str) -> bool:
        drawn.append("district_map")
        return True

    monkeypatch.setattr(two_pages, "chart", chart)
    monkeypatch.setattr(two_pages, "district_map", mapped)
    findings = open_findings(request.getfixturevalue(run), audience, language)
    _, pages = read(brief(findings))
    assert len(pages) == 2
    assert "..." not in " ".join(pages)
    assert ("…" in " ".join(pages)) <= (language in DOTTED)
    words, best = findings.words, leader(findings)
    title = two_pages.numbered(findings, best)
    said = [one for one, *_ in printed]
    assert [one for one in said if one.endswith("…") or RUN_OUT.search(one)] == []
    for part in PARTS:
        assert words.phrase(part, title=title) in said
    assert headline(findings) in said
    option = next(one for one in options(findings) if one.allocation == best)
    for number in big_numbers(findings, option):
        assert number.value in said
        assert number.label in said
    asked = decisions(findings)[:3]
    assert [one.what for one in asked] == [one.what for one in asked if one.what in said]
    whole = " ".join(said)
    assert findings.made_of in whole
    before = said[: said.index(big_numbers(findings, option)[0].label)]
    assert findings.made_up in " ".join(before)  # beneath the headline
    assert statements(findings)[0] in whole
    assert drawn[0] == "district_map"
    assert drawn[1:] in ([], ["conditions_met_over_time"])
    if language == "ar":
        for text in said:
            has_arabic = any("\u0600" <= sign <= "\u06ff" for sign in text)
            if has_arabic:
                assert direction(text, "rtl") == "rtl", text


def many(count: int, times: int = 1) -> Findings:
    """As many allocations with long titles; the later ones are like the first."""
    ready = {"plan": READY["plan"], "more": READY["more"]}
    ready |= {f"other{n}": READY["plan"] for n in range(count - 2)}
    ready = dict(list(ready.items())[:count])
    return tiny(
        ready=ready, titles={name: f"{', '.join([LONG] * times)}, {name}" for name in ready}
    )


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
        (lambda: districts(shown=True, draws=0), "Public"),
        pytest.param(lambda: tiny(language="ar"), "Plan B", marks=UNWATCHED),
        (lambda: many(8, times=5), "more plans in the report."),
    ],
    ids=["eight", "one", "expected values", "no districts", "withheld", "right to left", "long"],
)
def test_two_pages_hold_any_run_and_no_text_leaves_its_box(
    make: Callable[[], Findings], words: str, printed: list[tuple[str, Box, float]]
) -> None:
    _, pages = read(brief(make()))
    assert len(pages) == 2
    assert words in " ".join(pages)
    assert "…" not in " ".join(pages)


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
def test_text_of_every_language_is_shrunk_and_never_cut(
    language: str, sheets: Callable[[str], Sheets], printed: list[tuple[str, Box, float]]
) -> None:
    document = sheets(language)
    long = f"{SAMPLES[language]} " * 6
    high = document.height(long, 40.0)
    box = Box(x=MARGIN, y=20.0, w=40.0, h=0.85 * high)
    assert document.fitted(box, long) - box.y < high
    assert printed[-1][0] == long
    document.listed(replace(box, h=12.0), [SAMPLES[language]] * 9)
    assert re.search(r"\d", printed[-1][0])  # how many found no room
    document.joined(replace(box, h=12.0), [SAMPLES[language]] * 9)
    whole = printed[-1][0]
    kept = whole.count(SAMPLES[language])
    assert 0 < kept < 9
    assert whole == " ".join([SAMPLES[language]] * kept + [document.left_out(9 - kept)])
    document.fitted(box, SAMPLES[language])
    assert printed[-1][0] == SAMPLES[language]
    glyphs = _fonts(PdfReader(io.BytesIO(document.output())).pages[0])
    assert glyphs


def test_letters_of_a_page_become_smaller_where_its_words_need_more_room(
    sheets: Callable[[str], Sheets],
) -> None:
    document = sheets("en")
    box = Box(x=MARGIN, y=20.0, w=40.0, h=260.0)

    def parts() -> float:
        return document.text(box, "Conditions met (modelled) " * 20)

    whole = document.end(parts)
    document.scale_to(whole, parts)
    assert document.end(parts) == whole
    document.scale_to(whole - 5, parts)
    assert whole - 20 < document.end(parts) <= whole - 5
    begun = document.page()
    assert document.end(parts) == whole  # on the next page they are as large as ever
    assert begun.y == 12.0
    parts()
    document.output()


@pytest.mark.parametrize(
    ("text", "of_page", "expected"),
    [
        ("\N{LEFT-TO-RIGHT MARK}−39.5 (\N{LEFT-TO-RIGHT MARK}−49.7 إلى −29.3)", "rtl", "rtl"),
        ("Growth to 2026: أقل انتظار", "rtl", "rtl"),
        ("2. Growth to 2026", "rtl", "ltr"),
        ("468,988", "rtl", "rtl"),
        ("468,988 (12 to 13)", "ltr", "ltr"),
        ("قرية Alpha", "ltr", "rtl"),
    ],
)
def test_a_range_in_arabic_is_read_from_the_right(text: str, of_page: str, expected: str) -> None:
    assert direction(text, of_page) == expected


def test_the_numbers_of_a_range_stand_from_right_to_left_on_an_arabic_page(
    sheets: Callable[[str], Sheets],
) -> None:
    document = sheets("ar")
    mark = "\N{LEFT-TO-RIGHT MARK}"
    box = Box(x=MARGIN, y=50.0, w=100.0, h=10.0)
    document.text(box, f"{mark}−39.5 ({mark}−49.7 إلى {mark}−29.3)")
    (page,) = PdfReader(io.BytesIO(document.output())).pages
    from_left = page.extract_text()
    at = [from_left.index(number) for number in ("29.3", "49.7", "39.5")]
    assert at == sorted(at)


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
