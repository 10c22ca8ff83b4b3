"""The report in a browser: it fetches nothing, answers to slider, switch, search and keys."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pypdf
import pytest
from playwright.sync_api import Page

import returnplan as rp
from returnplan.domain import AUTHORITY, STATEMENT
from tests.browser.conftest import DESK, PHONE, numbers
from tests.running import until

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
MARK = "Internal: restricted data, not for publication"
PAPER_PX = 680
"""Width of A4 between its margins, CSS pixels."""
pytestmark = pytest.mark.browser

Opened = Callable[..., Any]


def move(page: Page, step: int) -> None:
    """Move the slider to a step, as an input of the reader."""
    page.locator("#step").fill(str(step))


def picture(page: Page, box: str) -> str:
    """What the uppermost canvas in a box shows."""
    return str(page.locator(f"{box} canvas").last.evaluate("canvas => canvas.toDataURL()"))


def people_met(page: Page) -> list[int]:
    """Number and range of people in the legend of the first chart."""
    return numbers(page.locator("#people-now td").first.inner_text())


def test_slider_and_switch_move_map_charts_and_readout_as_the_tables_say(
    opened: Opened, valley_run: Path
) -> None:
    run = rp.load_run(valley_run)
    table = run.people_met
    with opened() as page:
        for name in ("today", "two_more_teams"):
            page.select_option("#allocation", str(run.allocations.index(name)))
            rows = table[table["allocation"] == name]
            for step in (0, 30, len(rows) - 1):
                move(page, step)
                row = rows.iloc[step]
                told = [round(row[f"people_p{p}"]) for p in (50, 10, 90)]
                assert people_met(page) in (told, told[:1] * (told[1] == told[2]))
                assert f"{told[0]:,}" in page.locator("#readout").inner_text()
        shown = [picture(page, box) for box in ("#map", "#people-chart", "#allocations-chart")]
        bars = page.locator("#districts-now").inner_text()
        causes = page.locator("#causes-now").inner_text()
        move(page, 14)
        until(lambda: picture(page, "#map") != shown[0])
        now = [picture(page, box) for box in ("#map", "#people-chart", "#allocations-chart")]
        assert all(one != other for one, other in zip(shown, now, strict=True))
        assert page.locator("#districts-now").inner_text() != bars
        page.select_option("#allocation", "0")
        assert page.locator("#causes-now").inner_text() != causes
        assert picture(page, "#people-chart") != now[1]


@pytest.mark.parametrize("screen", [{"width": 1366, "height": 768}, PHONE])
def test_the_first_screen_shows_headline_numbers_map_people_and_switch(
    opened: Opened, screen: dict[str, int]
) -> None:
    shown = (".headline", ".made-of", "#numbers", "#allocation", "#step", "#map", "#people-chart")
    with opened(viewport=screen) as page:
        for name in shown:
            box = page.locator(name).bounding_box()
            assert box is not None
            assert box["height"] > 0
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= screen["width"], name
            assert box["y"] + box["height"] <= screen["height"], name


LONG = """() => {
    const text = "Two more dog teams and a building crew from September 2026, and their supplies";
    document.querySelector("h1").textContent = text;
    document.querySelector(".headline").textContent = `${text} `.repeat(4);
    document.querySelector("#people-title").textContent = text;
    document.querySelector("#people-shows").textContent = `${text} `.repeat(2);
}"""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_map_and_chart_fill_what_long_words_leave_of_the_first_screen(
    opened: Opened, language: str
) -> None:
    with opened(language=language, viewport={"width": 1366, "height": 768}) as page:
        until(lambda: round(bottom(page, "#map")) == 760)
        before = page.locator("#map").bounding_box()
        page.evaluate(LONG)
        until(lambda: page.locator("#map").bounding_box() != before)
        until(lambda: round(bottom(page, "#map")) == 760)
        assert bottom(page, "#people-chart") < 760
        until(lambda: bottom(page, "#people-chart .uplot canvas") <= 760)
        assert bottom(page, "#explore .take button") <= 760


def bottom(page: Page, name: str) -> float:
    """Lower edge of an element, CSS pixels from the top of the screen."""
    box = page.locator(name).first.bounding_box()
    assert box is not None
    return float(box["y"] + box["height"])


def test_where_all_lines_are_withheld_words_stand_in_their_place(opened: Opened) -> None:
    with opened("public") as page:
        page.select_option("#allocation", "0")
        assert page.locator("#people-chart p").inner_text() == (
            "The numbers over time are withheld, as they would tell of single settlements."
        )
        assert page.locator("#people-chart .uplot").is_hidden()
        assert page.locator("#readout").inner_text() == (
            "1 Mar 2032: for how many of 3,120 people the conditions are met (modelled) is "
            "withheld."
        )
        labels = page.locator("#numbers dt").all_inner_texts()
        assert labels == [
            "Conditions met (modelled) by 1 Mar 2032, people",
            "Conditions met for half of the people by",
            "Cost, million USD",
        ]
    with opened() as page:
        assert page.locator("#people-chart p").count() == 0
        assert page.locator("#people-chart .uplot").is_visible()


WRITTEN = """() => {
    const heights = {};
    const write = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...more) {
        heights[text] = y;
        return write.call(this, text, x, y, ...more);
    };
    document.getElementById("step").value = 3;
    document.getElementById("step").dispatchEvent(new Event("input"));
    return new Promise((done) => setTimeout(() => done(heights), 200));
}"""


def test_names_of_lines_do_not_lie_on_each_other_or_on_the_top_line(opened: Opened) -> None:
    with opened() as page:
        heights = page.evaluate(WRITTEN)
        names = [heights[one] for one in ("Conditions met (modelled)", "Returned", "Present")]
        assert all(below - above >= 14 for above, below in pairwise(names))


def test_the_big_numbers_are_those_of_the_chosen_allocation(
    opened: Opened, valley_run: Path
) -> None:
    run = rp.load_run(valley_run)
    costs = run.summary.set_index("allocation")["cost_usd_mean"] / 1e6
    with opened() as page:
        for number, name in enumerate(run.allocations):
            page.select_option("#allocation", str(number))
            last = page.locator("#numbers > div").last
            assert last.locator(".value").inner_text() == f"{costs[name]:.1f}"


def test_the_map_counts_settlements_and_roads_that_are_ready_by_the_date(
    opened: Opened, valley_run: Path
) -> None:
    run = rp.load_run(valley_run)
    assert run.ready_day is not None
    rows = run.readiness[run.readiness["allocation"] == "today"]
    is_first = ~rows["settlement"].duplicated() & ~rows["status"].str.startswith("unknown")
    ready = run.ready_day[0][:, is_first.to_numpy()]
    roads = run.roads[run.roads["allocation"] == "today"]["open_day"]
    days = run.people_met[run.people_met["allocation"] == "today"]["day"]
    with opened() as page:
        page.select_option("#allocation", "0")
        for step in (0, 9, 20, 60):
            move(page, step)
            box = page.locator("#map")
            share = (ready <= days.iloc[step]).mean(axis=0)
            told = [int(box.get_attribute(f"data-{name}") or "") for name in ("met", "even")]
            assert told == [(share > 0.6).sum(), ((share >= 0.4) & (share <= 0.6)).sum()]
            assert f"likely met (modelled) in {told[0]} of" in page.locator("#readout").inner_text()
            assert int(box.get_attribute("data-open") or "") == (roads <= days.iloc[step]).sum()


def test_a_community_is_found_by_name_and_id_with_the_arrow_keys_and_its_profile_opens(
    opened: Opened, valley_run: Path
) -> None:
    with opened() as page:
        page.focus("#search")
        page.keyboard.type("mill")
        assert page.locator("#found li").count() == 2
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        assert page.get_attribute("#search", "aria-activedescendant") == "found-1"
        page.keyboard.press("Enter")
        assert page.locator("#found").is_hidden()
        profile = page.locator("#profile").inner_text()
        assert "mill_west" in profile
        assert re.search(
            r"^(Likely|About even|Unlikely): conditions met \(modelled\) by", profile, re.M
        )
        dates = re.search(r"Median date: (.*)", profile)
        assert dates is not None
        assert not re.search(r"\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ", dates[1])
        page.fill("#search", "ridge_people")
        page.keyboard.press("Enter")
        profile = page.locator("#profile").inner_text()
        assert "Ridge" in profile
        assert page.locator("#profile .chain li").count() >= 1
        page.fill("#search", "nowhere at all")
        assert "Nothing found" in page.locator("#found-count").inner_text()


def test_the_chain_of_a_profile_ends_when_its_draw_says(opened: Opened, valley_run: Path) -> None:
    run = rp.load_run(valley_run)
    assert run.ready_day is not None
    column = run.communities.index("terrace_people")
    with opened() as page:
        page.select_option("#allocation", "0")
        page.fill("#search", "terrace_people")
        page.keyboard.press("Enter")
        text = page.locator("#profile").inner_text()
        draw = int(re.search(r"simulation (\d+)", text)[1])  # type: ignore[index]
        day = float(run.ready_day[0, draw, column])
        when = page.locator("#profile .chain .when").all_inner_texts()
        told = pd.to_datetime(when[-1], format="mixed", dayfirst=True)
        assert told == pd.Timestamp(run.start) + pd.Timedelta(days=int(day))


def test_keys_alone_reach_and_move_everything(opened: Opened) -> None:
    with opened() as page:
        seen: list[str] = []
        before = page.locator("#date").inner_text()
        for _ in range(60):
            page.keyboard.press("Tab")
            seen.append(
                str(page.evaluate("document.activeElement.id || document.activeElement.className"))
            )
            if seen[-1] == "step":
                page.keyboard.press("ArrowRight")
                page.keyboard.press("End")
            if seen[-1] == "allocation":
                page.keyboard.press("ArrowUp")
            if seen[-1] == "search":
                break
        assert seen[0] == "skip"
        wanted = ["allocation", "step", "play", "measure", "search"]
        assert [one for one in seen if one in wanted] == wanted
        assert page.locator("#date").inner_text() != before
        assert page.locator("#step").input_value() == page.get_attribute("#step", "max")
        assert page.locator("#allocation").input_value() == "3"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


WIDER = """() => [...document.querySelectorAll('main *')].filter((one) => {
    const box = one.getBoundingClientRect();
    const cut = one.closest('.scroll.more, .scroll.begun, .unseen, .cards thead, .uplot, #map');
    return box.width && !cut && (box.left < -1 || box.right > innerWidth + 1);
}).map((one) => one.outerHTML.slice(0, 80))"""
"""Elements that are wider than the screen, but within what is marked as going on sideways."""


@pytest.mark.parametrize(("audience", "language"), [("internal", "en"), ("public", "ar")])
@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_all_without_scrolling_sideways(
    opened: Opened, audience: str, language: str, width: int
) -> None:
    screen = {"width": width, "height": 844}
    with opened(audience, language, viewport=screen, is_mobile=True, has_touch=True) as page:
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(WIDER) == []
        assert page.locator(".sideways:visible").count() == 0


def test_on_a_phone_each_row_of_a_table_is_a_card_with_its_headings(opened: Opened) -> None:
    line = "getComputedStyle(document.querySelector('#options tbody td'), '::before').content"
    with opened(viewport=PHONE) as page:
        card = page.locator("#options tbody tr").nth(5)
        assert card.locator("th").inner_text() == "Cost, million USD"
        above, first, second = (
            card.locator(cell).bounding_box() for cell in ("th", "td >> nth=0", "td >> nth=1")
        )
        assert above is not None
        assert first is not None
        assert second is not None
        assert above["y"] < first["y"] < second["y"]
        assert page.evaluate(line) == "\"Today's teams in the order of the district's list\""
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.evaluate(line) == "none"


def test_a_table_that_is_wider_than_its_place_fades_at_its_edge_and_says_so(
    opened: Opened,
) -> None:
    with opened(viewport={"width": 660, "height": 844}) as page:
        assert page.evaluate(WIDER) == []
        box = page.locator("#options .scroll")
        until(lambda: "more" in (box.get_attribute("class") or ""))
        assert "linear-gradient" in box.evaluate("box => getComputedStyle(box).maskImage")
        assert page.locator("#options .sideways").is_visible()
        box.evaluate("box => (box.scrollLeft = 9999)")
        until(lambda: (box.get_attribute("class") or "").split() == ["scroll", "even", "begun"])


def test_paper_has_the_mark_on_every_page_still_pictures_and_all_parts_open(opened: Opened) -> None:
    with opened() as page:
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        texts = [one.extract_text() for one in printed.pages]
        assert all(MARK in text for text in texts)
        assert [round(float(side)) for side in printed.pages[0].mediabox[2:]] == [595, 842]
        whole = "".join(texts)
        assert "Who's On First" in whole or "Made up for this example" in whole
        assert "lognormal" in whole  # the table of assumptions is folded on the screen
        assert STATEMENT.format(authority=AUTHORITY)[:40] in whole
        page.emulate_media(media="print")
        assert page.locator("#map").is_hidden()
        assert page.locator(".controls").is_hidden()
        assert all(one.is_visible() for one in page.locator(".still-figure img").all())


@pytest.mark.parametrize(("audience", "language"), [("internal", "en"), ("public", "ar")])
def test_nothing_is_wider_than_paper(opened: Opened, audience: str, language: str) -> None:
    with opened(audience, language, viewport={"width": PAPER_PX, "height": 1000}) as page:
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER_PX
        right = "Math.max(...[...document.querySelectorAll('main *')].map(WIDE))"
        wide = "(one) => one.getBoundingClientRect().width"
        assert page.evaluate(right.replace("WIDE", wide)) <= PAPER_PX


def test_without_script_the_pictures_and_tables_are_there(opened: Opened) -> None:
    with opened(java_script_enabled=False) as page:
        pictures = page.locator(".still-figure img").all()
        assert len(pictures) >= 2
        for one in pictures:
            assert one.is_visible()
            assert len(one.get_attribute("alt") or "") > 40
        assert page.locator("#options table").is_visible()
        assert page.locator("#assumptions").is_visible()
        assert page.locator("#map").is_hidden()
        assert page.locator("#step").is_hidden()


def test_motion_is_played_only_for_those_who_want_it(opened: Opened) -> None:
    with opened() as page:
        page.click("#play")
        until(lambda: int(page.locator("#step").input_value()) > 40)
        page.click("#play")
        assert page.locator("#play").inner_text() == "Play"
    with opened(reduced_motion="reduce") as page:
        assert page.locator("#play").is_hidden()


@pytest.mark.parametrize(
    ("audience", "language", "screen"),
    [("internal", "en", DESK), ("internal", "en", PHONE), ("public", "ar", DESK),
     ("public", "en", PHONE)],
)  # fmt: skip
def test_axe_finds_nothing_at_all(
    opened: Opened, audience: str, language: str, screen: dict[str, int]
) -> None:
    with opened(audience, language, viewport=screen) as page:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert page.evaluate("document.documentElement.lang") == language
        said = [
            (one["id"], [node["html"][:120] for node in one["nodes"][:3]])
            for one in found["violations"]
        ]
        assert json.dumps(said) == "[]"


def test_the_public_page_shows_districts_and_their_profiles(opened: Opened) -> None:
    with opened("public") as page:
        before = page.locator("#readout").inner_text()
        move(page, 0)
        assert page.locator("#readout").inner_text() != before
        page.fill("#search", "upper")
        page.keyboard.press("Enter")
        assert "Upper Valley" in page.locator("#profile").inner_text()
        assert page.locator(".mark").inner_text() == "Public"


def test_a_click_on_a_settlement_shows_its_profile(opened: Opened) -> None:
    with opened() as page:
        page.locator("#map").scroll_into_view_if_needed()
        label = page.locator(".place-name", has_text="Orchard").bounding_box()
        assert label is not None
        middle, below = label["x"] + label["width"] / 2, label["y"] + label["height"] + 10
        page.mouse.move(middle, below)
        until(lambda: page.locator(".leaflet-tooltip", has_text="Orchard:").count() == 1)
        page.mouse.click(middle, below)
        until(lambda: "orchard_people" in page.locator("#profile").inner_text())
