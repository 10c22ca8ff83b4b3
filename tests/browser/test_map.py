"""The map of the page: its three views, districts and villages, two plans side by side, its key.

The years are written into the data of a page by hand: of the valley's five plans, whose six
settlements lie in outlines of two districts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from returnplan.scenario.background import Background
from returnplan.show.findings import open_findings
from returnplan.show.page import report_page
from returnplan.show.page.packing import packed, unpacked
from returnplan.show.page.pictures import SLOTS
from tests.browser.conftest import PHONE
from tests.running import until

pytestmark = pytest.mark.browser

Opened = Callable[..., Any]
DATA = re.compile(r'(<script type="application/json" id="data">)([^<]*)(</script>)')
KEY = [[2025, "#225EA8"], [2027, "#1D91C0"], [2032, "#41B6C4"]]
YEARS = [
    [[2026, 2026], [2029, 2029]],
    [[2024, 2024], []],
    [[2024, 2028], None],
    [[2026, 2026], [2030, 2030]],
    [[2031, 2031], []],
]
"""Years of the lower and the upper valley under each plan."""
LOWER, UPPER = ([[x, -0.16], [x + 0.18, -0.16], [x + 0.18, 0.04], [x, 0.04]] for x in (-0.01, 0.17))
OUTLINES = Background(rings=(LOWER, UPPER), districts=("Lower Valley", "Upper Valley"))
SIGNS = "#map .leaflet-tooltip:not(.yields) b"


def altered(path: Path, **years: Any) -> None:
    """Write years into the data of a page."""
    text = path.read_text(encoding="utf-8")
    found = DATA.search(text)
    assert found is not None
    data = unpacked(found[2])
    data["districts"]["years"] = YEARS
    data |= {"years": KEY, "begin": [0, 3]} | years
    if "ready" in data["map"]:
        # Days in these years, counted from the first of March 2024.
        start = 2024
        assert data["start"] == "2024-03-01"
        days = [(year - start) * 365 + 300 for year in (2024, 2025, 2026, 2027)]
        data["map"]["ready"][0] = [*days, -1, -2]
        data["map"]["ready"][1] = [days[0], days[0], days[3], -1, -1, -2]
    path.write_text(text.replace(found[2], packed(data)), encoding="utf-8")


@pytest.fixture(scope="module")
def mapped(
    valley_run: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Path]]:
    """Return a function that writes a page, with outlines of districts or without, only once."""
    root = tmp_path_factory.mktemp("maps")

    def write(audience: Any = "internal", language: str = "en", outlined: bool = True) -> Path:
        path = root / f"{audience}_{language}_{outlined}.html"
        if not path.exists():
            findings = open_findings(valley_run, audience, language)
            background = OUTLINES if outlined else Background()
            path.write_text(report_page(findings, background), encoding="utf-8")
            altered(path)
        return path

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("returnplan.show.page.pictures", lambda _: dict.fromkeys(SLOTS, ()))
        yield write


def told(page: Page, box: str = "#map") -> dict[str, str]:
    """What a map says of itself."""
    return dict(page.locator(box).evaluate("box => ({ ...box.dataset })"))


def view(page: Page, name: str) -> None:
    page.click(f'#views [value="{name}"]')


def key(page: Page) -> str:
    return page.locator(".key").inner_text()


# ------------------------------------------------------------------------------------ by year


@pytest.mark.parametrize(
    ("audience", "language"), [("internal", "en"), ("public", "en"), ("public", "ar")]
)
def test_the_first_view_shows_the_median_year_of_each_district(
    opened: Opened, mapped: Callable[..., Path], audience: str, language: str
) -> None:
    with opened(path=mapped(audience, language)) as page:
        now = told(page)
        assert (now["view"], now["unit"], now["plan"]) == ("year", "districts", "0")
        assert now["faces"] == "year1 year2"
        assert now["labels"] == "2026;2029"
        assert sorted(page.locator(SIGNS).all_inner_texts()) == ["2026", "2029"]
        assert not page.locator(".place-name:not(.yields)").count()
        page.select_option("#allocation", "1")
        assert told(page)["faces"] == "year0 never"
        assert told(page)["labels"] == "2024;> 2032"
        page.select_option("#allocation", "2")
        assert told(page)["faces"] == "year2 unknown"
        assert told(page)["labels"] == "≤ 2028;"
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_without_outlines_settlements_or_circles_stand_for_districts(
    opened: Opened, mapped: Callable[..., Path]
) -> None:
    with opened(path=mapped(outlined=False)) as page:
        now = told(page)
        assert now["unit"] == "villages"
        assert now["faces"] == "year0 year0 year1 year1 never unknown"
        assert now["labels"] == "2024;2025;2026;2027;> 2032;"
        assert page.locator("#villages").is_hidden()
    with opened(path=mapped("public", outlined=False)) as page:
        assert told(page)["unit"] == "districts"
        assert told(page)["labels"] == "2026;2029"
        assert page.locator("#villages").is_hidden()


def test_villages_appear_on_zoom_by_a_switch_and_on_a_click_on_a_district(
    opened: Opened, mapped: Callable[..., Path]
) -> None:
    with opened(path=mapped()) as page:
        page.click("#villages")
        assert told(page)["unit"] == "villages"
        assert told(page)["faces"] == "year0 year0 year1 year1 never unknown"
        assert page.locator(".place-name", has_text="Mill").is_visible()
        assert page.get_attribute("#villages", "aria-pressed") == "true"
        page.click("#villages")
        assert told(page)["unit"] == "districts"
        for _ in range(2):
            page.click("#map .leaflet-control-zoom-in")
        until(lambda: told(page)["unit"] == "villages")
        page.click("#map .map-button")
        until(lambda: told(page)["unit"] == "districts")
        assert not page.locator(".leaflet-marks-pane").is_visible()
        box = page.locator(".district-name", has_text="Upper Valley").bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + box["width"] + 15, box["y"] + box["height"] / 2)
        until(lambda: told(page)["unit"] == "villages")


# -------------------------------------------------------------------------------- on the date


@pytest.mark.parametrize("audience", ["internal", "public"])
def test_the_slider_brings_the_view_of_its_date(
    opened: Opened, mapped: Callable[..., Path], audience: str
) -> None:
    with opened(path=mapped(audience)) as page:
        page.locator("#step").fill("0")
        now = told(page)
        assert now["view"] == "date"
        assert page.get_attribute('#views [value="date"]', "aria-pressed") == "true"
        assert page.get_attribute('#views [value="year"]', "aria-pressed") == "false"
        assert set(now["faces"].split()) <= {"share0", "unknown"}
        page.locator("#step").fill(str(page.get_attribute("#step", "max")))
        assert told(page)["faces"] != now["faces"]
        view(page, "year")
        assert told(page)["labels"] == "2026;2029"
        view(page, "difference")
        page.locator("#step").fill("1")
        assert told(page)["view"] == "difference"


# --------------------------------------------------------------------------------- difference


@pytest.mark.parametrize(("audience", "language"), [("internal", "en"), ("public", "ar")])
def test_the_difference_says_how_much_sooner_or_later_under_which_plan(
    opened: Opened, mapped: Callable[..., Path], audience: str, language: str
) -> None:
    with opened(path=mapped(audience, language)) as page:
        view(page, "difference")
        assert page.locator("#rival").input_value() == "1"
        # Two years later, and three or more years sooner than a plan that never comes there.
        assert told(page)["labels"] == "+2;−4…"
        assert told(page)["faces"] == "later1 sooner2"
        page.select_option("#rival", "2")
        assert told(page)["labels"] == ";"
        assert told(page)["faces"] == "unknown unknown"
        page.select_option("#rival", "3")
        assert told(page)["labels"] == "0;−1"
        assert told(page)["faces"] == "same sooner1"
        page.select_option("#rival", "4")
        page.select_option("#allocation", "1")
        assert told(page)["labels"] == "−7;> 2032"
        assert told(page)["faces"] == "sooner2 never"
        # From 2024 to 2028 is at least three years sooner than 2031.
        page.select_option("#allocation", "2")
        assert told(page)["labels"] == "−3…;"
        assert page.locator("#key-rival").inner_text().count(told_title(page, 4)) == 1


def told_title(page: Page, plan: int) -> str:
    return page.locator("#rival option").nth(plan).inner_text()


def test_villages_differ_by_whole_years(opened: Opened, mapped: Callable[..., Path]) -> None:
    with opened(path=mapped()) as page:
        view(page, "difference")
        page.click("#villages")
        assert told(page)["labels"] == "0;+1;−1;−6…;> 2032;"
        assert told(page)["faces"] == "same later1 sooner1 sooner2 never unknown"


def test_a_plan_is_never_set_against_itself(opened: Opened, mapped: Callable[..., Path]) -> None:
    with opened(path=mapped()) as page:
        view(page, "difference")
        page.select_option("#allocation", "1")
        assert (told(page)["plan"], told(page)["rival"]) == ("1", "0")
        assert told(page)["labels"] == "−2;+4…"
        assert page.locator("#rival option").nth(1).is_disabled()


# ------------------------------------------------------------------------------- side by side


@pytest.mark.parametrize(("audience", "language"), [("internal", "en"), ("public", "ar")])
@pytest.mark.parametrize("screen", [{"width": 1366, "height": 768}, PHONE])
def test_two_plans_stand_side_by_side_and_on_a_phone_beneath_each_other(
    opened: Opened,
    mapped: Callable[..., Path],
    screen: dict[str, int],
    audience: str,
    language: str,
) -> None:
    with opened(path=mapped(audience, language), viewport=screen) as page:
        assert page.locator("#map-beside").is_hidden()
        page.click("#beside")
        one, other = told(page), told(page, "#map-beside")
        assert (one["plan"], other["plan"]) == ("0", "1")
        assert other["labels"] == "2024;> 2032"
        first, second = (page.locator(box).bounding_box() for box in ("#map", "#map-beside"))
        assert first is not None
        assert second is not None
        if screen is PHONE:
            assert second["y"] >= first["y"] + first["height"]
            assert (second["width"], second["height"]) == (first["width"], first["height"])
        else:
            assert second["y"] == pytest.approx(first["y"], abs=1)
            assert second["width"] == pytest.approx(first["width"], abs=1)
        page.select_option("#rival", "3")
        assert told(page, "#map-beside")["labels"] == "2026;2030"
        page.locator("#step").fill("2")
        assert told(page, "#map-beside")["view"] == told(page)["view"] == "date"
        assert page.evaluate("document.documentElement.scrollWidth") == screen["width"]
        view(page, "difference")
        assert page.locator("#map-beside").is_hidden()


@pytest.mark.parametrize("screen", [{"width": 1366, "height": 768}, PHONE])
def test_the_second_map_shows_the_whole_as_the_first_does(
    opened: Opened, mapped: Callable[..., Path], screen: dict[str, int]
) -> None:
    with opened(path=mapped(), viewport=screen, is_mobile=screen is PHONE) as page:
        page.click("#beside")
        page.set_viewport_size({"width": screen["width"], "height": screen["height"] + 400})
        for box in ("#map", "#map-beside"):
            until_both_districts_are_named(page, box)
        page.click("#beside")
        until_both_districts_are_named(page, "#map")


def until_both_districts_are_named(page: Page, box: str) -> None:
    until(lambda: page.locator(f"{box} .district-name:not(.yields)").count() == 2)


def test_on_a_phone_the_map_keeps_its_width_when_a_plan_is_set_against_another(
    opened: Opened, mapped: Callable[..., Path]
) -> None:
    with opened(path=mapped(), viewport=PHONE) as page:
        before = page.locator("#map").bounding_box()
        view(page, "difference")
        now = page.locator("#map").bounding_box()
        assert before is not None
        assert now is not None
        assert now["width"] == before["width"] > PHONE["width"] / 2
        assert page.locator("#rival").is_visible()


def test_two_maps_show_the_same_place(opened: Opened, mapped: Callable[..., Path]) -> None:
    with opened(path=mapped(outlined=False)) as page:
        page.click("#beside")
        scale = ".leaflet-control-scale-line"
        before = page.locator(f"#map-beside {scale}").inner_text()
        assert before == page.locator(f"#map {scale}").inner_text()
        for _ in range(2):
            page.click("#map .leaflet-control-zoom-in")
        until(lambda: page.locator(f"#map-beside {scale}").inner_text() != before)
        texts = [page.locator(f"{box} {scale}").inner_text() for box in ("#map", "#map-beside")]
        assert texts[0] == texts[1]
        page.click("#map-beside .map-button")
        until(lambda: page.locator(f"#map {scale}").inner_text() == before)


# ----------------------------------------------------------------------------- key and labels


def test_the_key_says_what_the_view_shows_and_nothing_else(
    opened: Opened, mapped: Callable[..., Path]
) -> None:
    year = "Year by the end of which conditions are met (modelled, median) for half of the people"
    village = "Year by the end of which all conditions of a settlement are met"
    apart = "Years sooner (−) or later (+)"
    share = "Shading: share of the people of a district"
    changes = "A settlement changes colour with the share of simulations"
    titles = {year, village, apart, share, changes}
    never = "Not by 1 Mar 2032 (> 2032)"
    with opened(path=mapped()) as page:
        assert {title for title in titles if title in key(page)} == {year}
        assert never in key(page)
        page.click("#villages")
        assert {title for title in titles if title in key(page)} == {village}
        assert "Road not open to people by the date" in key(page)
        view(page, "date")
        assert {title for title in titles if title in key(page)} == {changes}
        assert never not in key(page)
        assert "Unlikely: in less than" in key(page)
        page.click("#villages")
        assert {title for title in titles if title in key(page)} == {share}
        assert "Hub" not in key(page)
        view(page, "difference")
        assert {title for title in titles if title in key(page)} == {apart}
        assert "Later (+) by 3 years or more" in key(page)
        assert "Do not act on a single village or road" in key(page)


def test_what_is_late_and_what_is_not_met_differ_in_grey_too(
    opened: Opened, mapped: Callable[..., Path]
) -> None:
    with opened(path=mapped()) as page:
        page.select_option("#allocation", "4")
        assert told(page)["faces"] == "year2 never"
        colours = """([x, y]) => {
            const canvas = document.querySelector('#map .leaflet-overlay-pane canvas');
            const box = canvas.getBoundingClientRect();
            const ratio = canvas.width / box.width;
            const at = [(x - box.left) * ratio, (y - box.top) * ratio, 24, 8];
            const copy = document.createElement('canvas');
            [copy.width, copy.height] = [24, 8];
            const pen = copy.getContext('2d', { willReadFrequently: true });
            pen.drawImage(canvas, ...at, 0, 0, 24, 8);
            const { data } = pen.getImageData(0, 0, 24, 8);
            const greys = new Set();
            for (let i = 0; i < data.length; i += 4) {
                greys.add(Math.round(0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2]));
            }
            return [...greys];
        }"""
        greys = []
        for name in ("Lower Valley", "Upper Valley"):
            box = page.locator(".district-name", has_text=name).bounding_box()
            assert box is not None
            greys.append(page.evaluate(colours, [box["x"] + 4, box["y"] + box["height"] + 8]))
        assert len(greys[0]) == 1
        assert max(greys[1]) - min(greys[1]) > 100


@pytest.mark.parametrize("screen", [{"width": 1366, "height": 768}, PHONE])
def test_labels_have_halos_and_none_lies_on_another(
    opened: Opened, mapped: Callable[..., Path], screen: dict[str, int]
) -> None:
    with opened(path=mapped(outlined=False), viewport=screen) as page:
        boxes = page.evaluate(
            """() => [...document.querySelectorAll('#map .leaflet-tooltip:not(.yields) > span')]
                .map((one) => (one.closest('.short') ? one.querySelector('b') : one))
                .map((one) => one.getBoundingClientRect().toJSON())"""
        )
        assert len(boxes) >= 2
        for number, one in enumerate(boxes):
            for other in boxes[:number]:
                is_apart = (
                    one["left"] >= other["right"]
                    or one["right"] <= other["left"]
                    or one["top"] >= other["bottom"]
                    or one["bottom"] <= other["top"]
                )
                assert is_apart, json.dumps([one, other])
        halo = "getComputedStyle(document.querySelector('#map .place-name')).textShadow"
        assert page.evaluate(halo).count("rgb(255, 255, 255)") >= 8
