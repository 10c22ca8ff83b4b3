"""Reports in a real browser: one browser a session, one page a test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LONGEST_MS = 60_000
Opened = Callable[..., Any]


def chromium() -> str:
    """Path of the browser; without one these tests fail and say what to do."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert found, "no chromium: install it, name it in CHROMIUM, or say pytest -m 'not browser'"
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def watched(browser: Browser, path: Path, **how: Any) -> Iterator[Page]:
    """Open a page, and see that it fetches nothing, goes nowhere, asks and complains of nothing."""
    context = browser.new_context(**{"viewport": DESK, **how})
    context.set_default_timeout(LONGEST_MS)
    page = context.new_page()
    fetched: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(path.as_uri())
    if how.get("java_script_enabled", True):
        page.wait_for_selector("html.ready", state="attached")
    yield page
    assert page.url.partition("#")[0] == path.as_uri()
    context.close()
    assert [url for url in fetched if not url.startswith("data:")] == [path.as_uri()]
    assert complaints == []


@pytest.fixture
def opened(browser: Browser, reports: Callable[..., Path]) -> Opened:
    """Return a context manager that opens a report of the valley, or another page by its path.

    Words for a new context of the browser may follow (viewport, java_script_enabled ...).
    """

    def open_page(
        audience: str = "internal", language: str = "en", path: Path | None = None, **how: Any
    ) -> AbstractContextManager[Page]:
        return watched(browser, path or reports(audience, language), **how)

    return open_page


def numbers(text: str) -> list[int]:
    """Whole numbers in a text, without the marks between thousands."""
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*", text)]
