"""Names that are markup, templates or formulas: on the page they are read, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from returnplan.runs.folder import SCENARIO_COPY
from returnplan.scenario.background import read_background
from returnplan.show.findings import open_findings
from returnplan.show.page import report_page
from tests.browser.conftest import Opened
from tests.hostile import Texts

pytestmark = pytest.mark.browser
ON_ALL = ("title", "allocations.title", "district", "Target.title", "Assumption.unit")
INTERNAL = ("SourceLine.title", "SourceLine.organisation", "SourceLine.licence", "outline.district")
TAGS = (
    *("meta", "script", "style", "base", "link", "form", "iframe", "object", "embed", "textarea"),
    *("title", "a", "a:not([href^='#'])", "img:not([src^='data:'])"),
)
MARKS = dict.fromkeys((0x200E, 0x200F, *range(0x2066, 0x206A)))
"""Marks that keep a name in its own direction, away from the words around it."""
COUNTED = """(tags) => ({
  ...Object.fromEntries(tags.map((tag) => [tag, document.querySelectorAll(tag).length])),
  handlers: [...document.querySelectorAll("*")]
    .filter((one) => one.getAttributeNames().some((name) => name.startsWith("on"))).length,
})"""
"""How many elements there are of kinds that a name could bring."""


def line(text: str) -> str:
    """A text as a browser shows it: several blanks are one, marks of direction are not seen."""
    return " ".join(text.translate(MARKS).split())


def hints(page: Page, label: str, below: int) -> Iterator[tuple[str, str]]:
    """Names that stand on the map, each with the words beside a pointer on its thing."""
    hint = page.locator(".leaflet-tooltip:not(.place-name):not(.district-name)")
    page.set_default_timeout(20_000)
    page.locator("#map").scroll_into_view_if_needed()
    if label == "place-name":
        page.click("#villages")
    for name in page.locator(f"#map .{label}").all():
        box = name.bounding_box()
        assert box is not None
        page.mouse.move(0, 0)
        hint.wait_for(state="detached")
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] + below)
        hint.wait_for()
        yield line(str(name.text_content())), line(str(hint.text_content()))


def found(page: Page, name: str) -> str:
    """Search for a name, take the first that is found, and return the heading of its profile."""
    page.fill("#search", name)
    assert line(page.locator("#found b").first.inner_text()).startswith(line(name))
    page.keyboard.press("Enter")
    return line(str(page.locator("#profile h3").text_content()))


@pytest.mark.parametrize(
    ("audience", "language"),
    [
        ("internal", "en"),
        ("public", "ar"),
        pytest.param("internal", "ar", marks=pytest.mark.long),
        pytest.param("public", "en", marks=pytest.mark.long),
    ],
)
def test_hostile_names_are_read_on_the_page_and_do_nothing(
    opened: Opened,
    hostile_run: Path,
    hostile_texts: Texts,
    tmp_path: Path,
    audience: Any,
    language: str,
) -> None:
    background, _ = read_background(hostile_run / SCENARIO_COPY)
    report = tmp_path / "report.html"
    text = report_page(open_findings(hostile_run, audience, language), background)
    report.write_text(text, encoding="utf-8")
    is_internal = audience == "internal"
    named = hostile_texts[f"name_{language}" if is_internal else "district"]
    with opened(audience, language) as page:
        wanted = page.evaluate(COUNTED, TAGS)
    with opened(path=report) as page:
        assert page.evaluate(COUNTED, TAGS) == wanted
        beside = list(hints(page, *(("place-name", 10) if is_internal else ("district-name", -9))))
        for label, hint in beside:
            name = next(name for name in map(line, named) if label.startswith(name))
            assert hint.startswith(name)
        assert len(beside) == (7 if is_internal else 2)
        for chart in ("#people-chart", "#allocations-chart"):
            page.locator(chart).hover()
        for name in named[-2:]:
            assert found(page, name).startswith(line(name))
        shown = line(str(page.evaluate("document.body.textContent")))
        for field in (*ON_ALL, *INTERNAL * is_internal):
            assert [one for one in hostile_texts[field] if line(one) not in shown] == []
        assert page.evaluate(COUNTED, TAGS) == wanted


@pytest.mark.parametrize("width", [1366, 390])
def test_the_page_of_figures_shows_all_of_them_and_names_do_nothing_there(
    hostile_run: Path, hostile_texts: Texts, browser: Browser, width: int
) -> None:
    folder = hostile_run / "figures"
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto((folder / "index.html").as_uri())
    page.evaluate("[...document.images].forEach((one) => { one.loading = 'eager' })")
    page.wait_for_function("[...document.images].every((one) => one.complete)")
    shown = "[...document.images].map((one) => [one.naturalWidth > 0, one.alt.length > 0])"
    assert page.evaluate(shown) == [[True, True]] * len(list(folder.glob("*.png")))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    counted = page.evaluate(COUNTED, ["script", "iframe", "form", "title", "style"])
    assert counted == {"script": 0, "iframe": 0, "form": 0, "title": 1, "style": 1, "handlers": 0}
    text = line(page.locator("main").inner_text())
    for title in hostile_texts["allocations.title"]:
        assert line(title) in text
    context.close()


def test_a_library_that_takes_a_string_for_markup_shows_it(opened: Opened) -> None:
    with opened() as page:
        shown = page.evaluate(
            """() => {
              const box = document.querySelector("#readout");
              box.innerHTML = "<img src=x onerror=alert(1)> & <b>bold</b>";
              return [box.textContent, box.childElementCount];
            }"""
        )
    assert shown == ["<img src=x onerror=alert(1)> & <b>bold</b>", 0]
