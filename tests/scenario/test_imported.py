"""The report of an import beside the tables: its warnings are repeated, and it is no table."""

from __future__ import annotations

from pathlib import Path

import pytest

from returnplan.scenario import check
from returnplan.scenario.imported import REPORT

HEADER = "what,kind,warning,layer,count,ids,text\n"


def said(folder: Path, text: str) -> list[str]:
    (folder / REPORT).write_text(text, encoding="utf-8")
    report = check(folder)
    assert report.scenario is not None
    return [str(problem) for problem in report.warnings if problem.file == REPORT]


def test_warnings_of_an_import_are_repeated_once_each(folder: Path) -> None:
    rows = (
        "far,dropped,true,h.gpkg,200,a;b,hazards far away: 300\n"
        "far,dropped,true,h.gpkg,100,c,hazards far away: 300\n"
        "closed,dropped,false,h.gpkg,1,d,closed: 1\n"
        "names,look,true,,1,e,same names: 1\n"
    )
    note = "note: said by the import; ids stand in import_report.csv, all of it in import_report.md"
    assert said(folder, HEADER + rows) == [
        f"{REPORT}, row 2, column far: found h.gpkg: hazards far away: 300; {note}",
        f"{REPORT}, row 5, column names: found same names: 1; {note}",
    ]


@pytest.mark.parametrize("text", ["", HEADER, "a,b\n1,2\n"])
def test_a_report_without_warnings_says_nothing(folder: Path, text: str) -> None:
    assert said(folder, text) == []


def test_a_broken_report_is_a_warning(folder: Path) -> None:
    assert "broken quotes" in said(folder, HEADER + 'far,dropped,true,"')[0]
    (folder / REPORT).write_bytes(b"\xff")
    (problem,) = (p for p in check(folder).warnings if p.file == REPORT)
    assert "not UTF-8" in problem.found
