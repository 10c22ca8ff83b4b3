"""What readers take away from the page: tables as text, charts as pictures."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Opened = Callable[..., Any]

WRITE = """(rows) => {
    const table = document.querySelector("#options table");
    table.tHead.rows[0].replaceChildren(...rows[0].map((text) => {
        const cell = document.createElement("th");
        cell.textContent = text;
        return cell;
    }));
    table.tBodies[0].replaceChildren(...rows.slice(1).map((texts) => {
        const row = document.createElement("tr");
        row.append(...texts.map((text, i) => {
            const cell = document.createElement(i ? "td" : "th");
            cell.textContent = text;
            return cell;
        }));
        return row;
    }));
}"""
"""Write rows into the first table of the page."""
CELLS = [
    ["Plan", "A, say", "B", "C"],
    ["People", "143,746 (99,847 to 193,515)", "12", "0.11"],
    ["Days", "−2.7 (−51.1 to +45.8)", "+1,000", "87.5 to 212.5"],
    ["Share", "46%", "withheld", "<1%"],
    ["=SUM(1)", 'the "first"', "-", "Q1 2028"],
]


def taken(page: Page, where: str, what: str, folder: Path) -> Path:
    """Press a button below a table or chart, and give the file that comes."""
    with page.expect_download() as coming:
        page.locator(f"{where} .take").get_by_role("button", name=what, exact=True).first.click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def test_a_table_is_taken_as_numbers_for_machines(opened: Opened, tmp_path: Path) -> None:
    with opened() as page:
        page.evaluate(WRITE, CELLS)
        path = taken(page, "#options", "CSV", tmp_path)
        assert path.name == "options-internal.csv"
        assert path.read_bytes().decode("utf-8") == (
            '\ufeffPlan,"A, say","A, say: low end","A, say: high end",B,C: low end,C: high end\r\n'
            "People,143746,99847,193515,12,0.11,\r\n"
            "Days,-2.7,-51.1,45.8,1000,87.5,212.5\r\n"
            "Share,0.46,,,withheld,<1%,\r\n"
            '\'=SUM(1),"the ""first""",,,\'-,Q1 2028,\r\n'
        )


def test_numbers_of_other_languages_are_taken_as_machines_write_them(
    opened: Opened, tmp_path: Path
) -> None:
    with opened("internal", "fr") as page:
        rows = [["Plan", "A", "B"], ["x", "1\u202f234,5", "\u221246\u00a0%"]]
        page.evaluate(WRITE, rows)
        text = taken(page, "#options", "CSV", tmp_path).read_text("utf-8-sig")
        assert text.splitlines() == ["Plan,A,B", "x,1234.5,-0.46"]
        signs = page.evaluate("document.querySelector('main').innerText.match(/\\d.?%/g)")
        assert len(signs) > 20
        assert {sign[1:] for sign in signs} == {"\u00a0%"}


def test_a_table_is_copied_with_the_keyboard(opened: Opened) -> None:
    with opened(permissions=["clipboard-read", "clipboard-write"]) as page:
        page.evaluate(WRITE, CELLS[:2])
        button = page.locator("#options .take button").first
        button.focus()
        page.keyboard.press("Enter")
        page.locator("#spoken", has_text="Copied").wait_for(state="attached")
        assert page.evaluate("navigator.clipboard.readText()") == (
            "Plan\tA, say\tA, say: low end\tA, say: high end\tB\tC\n"
            "People\t143746\t99847\t193515\t12\t0.11"
        )


def test_charts_are_taken_as_svg_and_as_png_of_twice_the_size(
    opened: Opened, tmp_path: Path
) -> None:
    with opened() as page:
        for where, name in (("#explore", "explore"), ("#time", "time-1"), ("#cost", "cost")):
            box = page.locator(f"{where} .take", has_text="SVG").first
            for what in ("SVG", "PNG"):
                with page.expect_download() as coming:
                    box.get_by_role("button", name=what, exact=True).click()
                coming.value.save_as(tmp_path / coming.value.suggested_filename)
            svg = ElementTree.fromstring((tmp_path / f"{name}-internal.svg").read_text("utf-8"))
            assert svg.tag == "{http://www.w3.org/2000/svg}svg"
            wide, high = struct.unpack(
                ">II", (tmp_path / f"{name}-internal.png").read_bytes()[16:24]
            )
            if where != "#cost":
                assert [wide, high] == [2 * 960, 2 * round(float(svg.attrib["height"]) + 0.499)]
            else:
                assert wide == 2 * page.evaluate("document.querySelector('#cost img').width")
        text = (tmp_path / "explore-internal.svg").read_text("utf-8")
        assert "Internal: restricted data, not for publication." in text
        assert page.locator("#people-title").inner_text() in text
        assert "Synthetic (made up)" in text


def test_a_target_has_a_bracket_to_the_median_at_its_date(opened: Opened, tmp_path: Path) -> None:
    with opened() as page:
        text = taken(page, "#explore", "SVG", tmp_path).read_text("utf-8")
        brackets = re.findall(r'd="M([\d.]+) ([\d.]+)h7V([\d.]+)h-7"', text)
        assert len(brackets) == 2  # the plan of the district (met), the return programme (returned)
        ticks = re.findall(r'y="([\d.]+)" text-anchor="end"[^>]*>([\d,]+)</text>', text)
        (low, nought), (high, top) = ticks[0], ticks[-1]
        each = (float(low) - float(high)) / (int(top.replace(",", "")) - int(nought))
        goals = [round((float(low) - 4 - float(y)) / each) for _, y, _ in brackets]
        assert goals == [1800, 1200]


def test_every_table_and_chart_has_one_row_of_buttons(opened: Opened) -> None:
    with opened("public") as page:
        tables = page.locator("main table").count()
        copies = page.locator("main .take button", has_text=re.compile("^Copy$"))
        assert copies.count() == tables > 5
        figures = page.locator("main .figure, main .chart, main table.bars").count()
        assert page.locator(".take button", has_text="SVG").count() == figures > 3
        assert page.evaluate(
            "[...document.querySelectorAll('.take')].every((one) => "
            "one.querySelectorAll('button').length >= 2)"
        )


def test_the_title_of_a_chart_follows_the_chosen_plan(opened: Opened) -> None:
    with opened() as page:
        for number in ("0", "1"):
            page.select_option("#allocation", number)
            chosen = page.locator("#allocation option:checked").inner_text()
            assert page.locator("#people-shows").inner_text() == (
                f"People over time under “{chosen}”"
            )
            assert (
                page.locator("#people-title")
                .inner_text()
                .startswith("Conditions met for half of the people by Q")
            )
