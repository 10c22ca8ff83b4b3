"""Documents: README's examples run, links lead somewhere, what code makes is up to date."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from returnplan.cli import main
from returnplan.model.chance.assumptions import default_assumptions
from tests.documents import ROOT, speed_lines, written
from tests.running import COMMAND, call, manifest, no_figures
from tests.test_project import files_of_the_project

NOT_RUN = {
    "make demo": "since these call them",
    "returnplan import gis": "the files are yours",
    "dask scheduler": "need several machines",
    "eval": "it changes the shell",
}
"""Beginnings of README's blocks that no test runs, and the reason that README gives before each."""


OUTSIDE: set[str] = set()
"""Links to other hosts; they are listed, not followed."""


class Block(NamedTuple):
    """A block of code: its language, its text, and the text of the page before it."""

    language: str
    text: str
    before: str


def blocks() -> list[Block]:
    text = read(ROOT / "README.md")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [Block(one[1], one[2], text[: one.start()]) for one in found]


def test_every_block_of_readme_is_run_or_says_why_not() -> None:
    left = [block for block in blocks() if block.language not in ("sh", "python", "bash")]
    assert [block.language for block in left] == [""] * len(NOT_RUN)
    for block, (begin, reason) in zip(left, NOT_RUN.items(), strict=True):
        assert block.text.startswith(begin)
        assert reason in block.before[-400:]
    text = read(ROOT / "README.md")
    assert not re.findall(r"^ {4}(?:returnplan|import|pip|make) ", text, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it, in which README is followed from top to bottom."""
    return tmp_path_factory.mktemp("desk")


@pytest.mark.slow
@pytest.mark.unwatched
def test_readme_followed_from_top_to_bottom_does_what_it_says(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All in this process and without figures.

    That the command starts in a process of its own, and draws the scenario that it writes, is
    tested of the wheel.
    """
    monkeypatch.chdir(desk)
    monkeypatch.setenv("MPLBACKEND", "agg")
    with no_figures():
        for block in blocks():
            if block.language == "python":
                exec(compile(block.text, "README.md", "exec"), {"__name__": "__main__"})
            for line in block.text.splitlines() if block.language == "sh" else ():
                command, *words = shlex.split(line, comments=True)
                assert command == "returnplan", line
                done = CliRunner().invoke(main, words)
                assert done.exit_code == 0, f"{line}\n{done.output}"
    for name in ("my_scenario/README.md", "in_excel/tables.xlsx", "compared.csv", "met.png"):
        assert (desk / name).is_file()
    assert list((desk / "runs/first/report").glob("report-internal-fr.html"))


@pytest.mark.slow
def test_the_array_script_of_readme_runs_all_parts_in_a_queue(
    run_of: Callable[..., Path], tmp_path: Path
) -> None:
    """The queue is a loop that sets the variables of SLURM; the parts are fewer and shorter."""
    (script,) = (block.text for block in blocks() if block.language == "bash")
    assert "--draws 5000" in script
    assert "--array=1-20\n" in script
    (tmp_path / "job.sh").write_text(script.replace("--draws 5000", "-a today --draws 13"))
    (tmp_path / "returnplan").write_text(
        f"#!/bin/sh\nexec {sys.executable} -c '{COMMAND}' 0 \"$@\"\n"
    )
    (tmp_path / "returnplan").chmod(0o700)
    (tmp_path / "my_scenario").symlink_to(ROOT / "scenarios/valley")
    path = os.pathsep.join([str(tmp_path), os.environ["PATH"]])
    around = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "SLURM_ARRAY_TASK_COUNT": "2"}
    for number in ("2", "1"):
        queued = around | {"SLURM_ARRAY_TASK_ID": number}
        subprocess.run(["sh", "job.sh"], cwd=tmp_path, env=queued, check=True, capture_output=True)
    with no_figures():
        merged = call("merge", *sorted((tmp_path / "parts").iterdir()), "--out", tmp_path / "whole")
    assert merged.exit_code == 0, merged.output
    whole = run_of(ROOT / "scenarios/valley", "-a", "today", "--draws", "13")
    assert manifest(tmp_path / "whole")["digest"] == manifest(whole)["digest"]


@pytest.mark.parametrize("command", ["", *main.commands])
def test_examples_of_a_command_stand_on_lines_of_their_own(command: str) -> None:
    said = CliRunner().invoke(main, [*command.split(), "--help"]).output
    assert "\\b" not in said
    assert re.search(r"^    returnplan \w+", said, flags=re.MULTILINE)


# ---------------------------------------------------------------- links


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """Anchors of a page, as the usual readers of Markdown make them from its headings."""
    plain = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", plain, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def broken_links(page: Path, text: str) -> list[str]:
    """Links of a page or notebook that lead nowhere; those to other hosts are not looked at."""
    faults = []
    for target in re.findall(r"\]\(([^()\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        goal = (page.parent / name).resolve() if name else page
        is_there = goal.exists() and goal.is_relative_to(ROOT)
        if not is_there or (anchor and anchor not in anchors(read(goal) if name else text)):
            faults.append(target)
    return faults


def test_links_of_all_pages_and_notebooks_lead_somewhere() -> None:
    pages = [path for path in files_of_the_project() if path.suffix in (".md", ".ipynb")]
    assert ROOT / "README.md" in pages
    faults = {page: broken_links(page, read(page)) for page in pages}
    assert {str(page.relative_to(ROOT)): found for page, found in faults.items() if found} == {}


def test_links_to_other_hosts_are_listed() -> None:
    pages = [path for path in files_of_the_project() if path.suffix in (".md", ".ipynb")]
    found = {link for page in pages for link in re.findall(r"\]\(([a-z]+:[^()\s]+)\)", read(page))}
    assert found == OUTSIDE


def test_the_rule_for_links_sees_what_leads_nowhere() -> None:
    text = "# A b\n[1](#a-b) [2](#c) [3](none.md) [4](https://example.org/x) [5](MODEL.md#13-words)"
    assert broken_links(ROOT / "README.md", text) == ["#c", "none.md"]


# ---------------------------------------------------------------- made from the code


def test_the_table_of_speed_holds_what_was_measured_and_leaves_out_what_was_not() -> None:
    one = {
        "settlements": 100,
        "hazards": 400,
        "teams": 20,
        "parcels_per_second": 1_234_567.8,
        "simpy_ratio": 98.4,
        "drawn_seconds": 0.0123,
        "whole_ratio": 1.5,
        "lean_ratio": 1.2,
        "peak_mib": 256.7,
        "workers_ratios": {"two threads": 1.6, "two processes": 1.9},
    }
    other = one | {"simpy_ratio": None, "workers_ratios": None}
    found = {
        "sizes": {"S": one},
        "scenarios": {"scenarios/karabakh": other},
        "first_start_seconds": 31.4,
        "next_start_seconds": 2.04,
    }
    lines = list(speed_lines(found))
    assert lines[0] == "|  | S: 100 settlements, 400 hazards, 20 teams | karabakh |"
    assert "| parcels of work a second, one core | 1,234,568 | 1,234,568 |" in lines
    assert "| a plain SimPy program over returnplan | 98 |  |" in lines
    assert "| draws a second, two processes over one process | 1.90 |  |" in lines
    assert lines[-1].endswith("took 31 s; the next one took 2.0 s.")
    readme = read(ROOT / "README.md")
    for line in lines[2:-2]:
        assert f"\n{line.split('|')[0]}|{line.split('|')[1]}|" in readme, line
    assert len(list(speed_lines(found | {"first_start_seconds": None}))) == len(lines) - 2


def test_documents_made_from_the_code_are_up_to_date() -> None:
    for name, text in written().items():
        assert read(ROOT / name) == text, f"{name}: call make documents"


def test_the_model_lists_every_shipped_assumption_with_unit_mark_and_source() -> None:
    model = read(ROOT / "MODEL.md")
    for row in default_assumptions().values():
        assert re.search(rf"^\| `{row.id}` \| .* \| {row.unit} \| {row.mark} \| ", model, re.M)
        assert row.source in model


def test_the_model_numbers_its_sections_as_the_code_cites_them() -> None:
    model = read(ROOT / "MODEL.md")
    numbers = set(re.findall(r"^#+ (\d+(?:\.\d+)?)\.? ", model, flags=re.MULTILINE))
    cited = set()
    for path in (ROOT / "returnplan").rglob("*.py"):
        for group in re.findall(r"[Mm]odel((?:,? (?:and |to )?§[\d.]+)+)", read(path)):
            cited |= {one.rstrip(".") for one in re.findall(r"§([\d.]+)", group)}
    assert cited
    assert cited - numbers == set()
