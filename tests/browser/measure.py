"""Measure the page: bytes, time to build, to open, and to redraw at each step of the slider.

Not a test, since times depend on the machine. ``.venv/bin/python -m tests.browser.measure`` makes
up a scenario of 1,079 settlements and 3,000 roads, and prints what it finds; with the name of a
run folder it takes that run.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

from click.testing import CliRunner
from playwright.sync_api import sync_playwright

from returnplan.cli import main
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.scenario.background import read_background
from returnplan.show import figures
from returnplan.show.findings import open_findings
from returnplan.show.page import report_page
from tests.browser.conftest import chromium

SETTLEMENTS, ROADS, HAZARDS, TEAMS, DRAWS = 1_079, 3_000, 5_000, 200, 10
REDRAW = """
async (allocation) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const slider = document.getElementById("step");
  const choice = document.getElementById("allocation");
  choice.value = allocation;
  choice.dispatchEvent(new Event("change"));
  await frame();
  const found = [];
  for (let step = 0; step <= Number(slider.max); step++) {
    await frame();
    slider.value = step;
    const begin = performance.now();
    slider.dispatchEvent(new Event("input"));
    const asked = performance.now();
    await frame();
    found.push([asked - begin, performance.now() - begin]);
  }
  return found;
}
"""
"""Milliseconds at each step: until the script has done its part, and until the frame is drawn."""


def made_up(folder: Path) -> Path:
    """Make a run of a made-up scenario with as many roads as asked for."""
    scenario, out = folder / "scenario", folder / "run"
    sizes = {"--settlements": SETTLEMENTS, "--hazards": HAZARDS, "--teams": TEAMS}
    call("new", scenario, *(word for pair in sizes.items() for word in pair))
    lines = (scenario / "roads.csv").read_text(encoding="utf-8").splitlines()
    chance = random.Random(1)
    ends = [line.split(",")[1] for line in lines[1:]]
    for number in range(ROADS - len(ends)):
        _, *more = lines[1 + number % len(ends)].split(",")
        more[1] = chance.choice([end for end in ends[:500] if end != more[0]])
        lines.append(",".join([f"more{number}", *more]))
    (scenario / "roads.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    figures.pages = lambda *_, **__: []
    call("run", scenario, "--draws", DRAWS, "--out", out)
    return out


def call(*words: object) -> None:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output


def built(run: Path, target: Path) -> None:
    """Build the report of a run, and say what it took."""
    wall, work = perf_counter(), process_time()
    findings = open_findings(run)
    text = report_page(findings, read_background(run / SCENARIO_COPY)[0])
    target.write_text(text, encoding="utf-8")
    took = f"{perf_counter() - wall:.1f} s ({process_time() - work:.1f} s of processor time)"
    print(f"built in {took}, {target.stat().st_size / 1e6:.2f} MB")


def quantile(times: tuple[float, ...], share: float) -> float:
    return sorted(times)[int(share * len(times))]


def redrawn(target: Path) -> None:
    """Open the report, move the slider through all steps, and say how long that took."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        wall = perf_counter()
        page.goto(target.as_uri())
        page.wait_for_selector("html.ready", state="attached")
        print(f"opened in {perf_counter() - wall:.1f} s")
        ground = page.locator("#readout").inner_text()
        for allocation in range(page.locator("#allocation option").count()):
            found = page.evaluate(REDRAW, allocation)
            for words, times in zip(("script", "frame"), zip(*found, strict=True), strict=True):
                middle, high, most = statistics.median(times), quantile(times, 0.95), max(times)
                told = f"median {middle:.1f} ms, 95 % below {high:.1f} ms, most {most:.1f} ms"
                print(f"allocation {allocation}, {words}: {told}")
        print(ground)
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        run = Path(sys.argv[1]) if len(sys.argv) > 1 else made_up(folder)
        built(run, folder / "report.html")
        redrawn(folder / "report.html")
