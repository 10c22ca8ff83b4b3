"""The workbook of a run: the numbers of the CSV files, and what a planner needs to read them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import returnplan as rp
from returnplan.columns import column_of, pattern
from returnplan.domain import STATEMENT, type_of_table
from returnplan.runs.expected_values import expected_values_words
from returnplan.runs.folder import TABLES
from returnplan.scenario import check
from returnplan.show.workbook import cut, write_workbook
from returnplan.show.workbook.about import sheet_name
from returnplan.show.workbook.cells import digits

Rows = list[list[Any]]
FRONT = ["README", "Summary"]
BACK = ["Dictionary", "Sources", "Assumptions", "Dependence"]
NS = {
    "m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}


def read(path: Path) -> dict[str, Rows]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def parts(path: Path, folder: str) -> list[ET.Element]:
    """XML files of a folder of the workbook, in their order."""
    with ZipFile(path) as file:
        names = [name for name in file.namelist() if re.fullmatch(rf"xl/{folder}/\w+\.xml", name)]
        names.sort(key=lambda name: int(re.sub(r"\D", "", name)))
        return [ET.fromstring(file.read(name)) for name in names]


def texts(element: ET.Element | None) -> str:
    return "" if element is None else "".join(t.text or "" for t in element.iter(f"{{{NS['a']}}}t"))


@pytest.fixture(scope="module")
def path(valley_run: Path) -> Path:
    return valley_run / "results.xlsx"


@pytest.fixture(scope="module")
def sheets(path: Path) -> dict[str, Rows]:
    return read(path)


@pytest.fixture
def run(valley_run: Path) -> rp.Run:
    return rp.load_run(valley_run)


def written(run: rp.Run, path: Path, **tables: pd.DataFrame) -> dict[str, Rows]:
    """Write the tables of a run again, some of them changed, and read the workbook."""
    report = check("scenarios/valley")
    assert report.scenario is not None
    given = {name: getattr(run, name) for name in TABLES} | tables
    write_workbook(path, report.scenario, given, run.manifest, report.default_columns)
    return read(path)


def test_each_table_has_its_sheet_between_what_to_read_and_what_to_look_up(
    sheets: dict[str, Rows],
) -> None:
    assert list(sheets) == [*FRONT, *map(sheet_name, TABLES), *BACK]


@pytest.mark.parametrize("table", TABLES)
def test_a_sheet_holds_what_the_csv_file_holds(
    table: str, sheets: dict[str, Rows], run: rp.Run
) -> None:
    expected: pd.DataFrame = getattr(run, table)
    head, *rows = sheets[sheet_name(table)]
    assert head == list(expected)
    assert len(rows) == len(expected)
    for at, name in enumerate(head):
        cells = [row[at] for row in rows]
        blank = expected[name].isna().to_numpy()
        assert [cell == "" for cell in cells] == blank.tolist(), name
        kind = column_of(table, name).type
        there = [cell for cell in cells if cell != ""]
        wanted = expected[name][~blank].tolist()
        if kind in ("date", "month"):
            assert all(isinstance(cell, dt.date) for cell in there), name
            assert [pd.Timestamp(cell) for cell in there] == [pd.Timestamp(day) for day in wanted]
        elif kind in ("text", "flag"):
            assert there == wanted, name
        else:
            np.testing.assert_allclose(there, wanted, rtol=1e-7)


def test_headers_are_frozen_and_filtered_and_no_cell_is_merged(path: Path) -> None:
    with ZipFile(path) as file:
        book = ET.fromstring(file.read("xl/workbook.xml"))
    names = [sheet.get("name") for sheet in book.iterfind(".//m:sheet", NS)]
    for name, sheet in zip(names, parts(path, "worksheets"), strict=True):
        pane = sheet.find(".//m:pane", NS)
        assert pane is not None, name
        assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
        assert (sheet.find("m:autoFilter", NS) is not None) == (name != "README"), name
        assert sheet.find("m:mergeCells", NS) is None, name
        widths = [float(col.get("width", "0")) for col in sheet.iterfind(".//m:col", NS)]
        assert widths
        assert min(widths) >= 9, name
        footer = sheet.find(".//m:oddFooter", NS)
        assert footer is not None
        assert STATEMENT.split(".")[0] in str(footer.text), name


def test_the_first_sheet_says_what_this_is_and_how_it_was_made(
    sheets: dict[str, Rows], run: rp.Run
) -> None:
    text = "\n".join(" ".join(map(str, row)) for row in sheets["README"])
    made = run.manifest
    for key in ("statement", "digest", "scenario_sha256", "note", "scenario_start", "horizon"):
        assert str(made[key]) in text, key
    assert f"{made['draws']} draws, seed {made['seed']}" in text
    assert list(made["expected_values"]) == list(run.allocations)
    for name, words in made["expected_values"].items():
        assert expected_values_words(run.summary, run.people_met, name) in words
        assert f"{name}: {words}" in text
    assert "Return is voluntary." in text
    assert "nothing: all rows are here" in text
    labels = [row[0] for row in sheets["README"]]
    assert [name for name in sheets if name not in labels] == ["README"]
    assert str(made["start"]) not in text, "the same results give the same file at any time"


def test_the_summary_reads_as_the_tables_do(sheets: dict[str, Rows], run: rp.Run) -> None:
    head, *rows = sheets["Summary"]
    first = dict(zip(head, rows[0], strict=True))
    summary = run.summary.iloc[0]
    horizon = str(run.manifest["horizon"])
    met = run.people_met[run.people_met["allocation"] == summary["allocation"]].iloc[-1]
    assert first["Allocation"] == summary["allocation"]
    assert first["Title"] == "Today's teams in the order of the district's list"
    for percent in ("p10", "p50", "p90"):
        assert first[f"Conditions met by {horizon}, people ({percent})"] == met[f"people_{percent}"]
    assert first["Cost, USD (mean; constant prices, not discounted)"] == pytest.approx(
        summary["cost_usd_mean"]
    )
    assert sum(name.endswith("people (p50)") for name in head) == 4
    at = next(number for number, row in enumerate(rows) if row[0] == "Cause")
    waiting = [row[1] for row in rows[at + 1 :] if row[0]]
    assert sum(waiting) == pytest.approx(summary["person_days_mean"])
    assert len(waiting) == 8
    assert any(row[0].startswith("Modelled planning estimate.") for row in rows if row[0])


def test_charts_have_titles_and_axes_with_units_and_draw_what_is_in_the_sheets(
    path: Path, sheets: dict[str, Rows], run: rp.Run
) -> None:
    time, cost, cause = parts(path, "charts")
    titles = [
        [texts(title) for title in chart.iterfind(".//c:title", NS)]
        for chart in (time, cost, cause)
    ]
    horizon = run.manifest["horizon"]
    assert titles == [
        ["Conditions met (modelled), median", "Date", "People"],
        [
            "People against cost",
            "Cost, million USD (mean)",
            f"People, conditions met by {horizon} (median)",
        ],
        ["Waiting by cause", "Allocation", "Person-days, millions (mean)"],
    ]
    count = len(run.allocations)
    assert [len(chart.findall(".//c:ser", NS)) for chart in (time, cost, cause)] == [
        count,
        count,
        8,
    ]
    dates = people = 0
    for chart in (time, cost, cause):
        for reference in chart.iterfind(".//c:f", NS):
            cells = _cells(sheets, str(reference.text))
            assert cells
            assert all(cell != "" for cell in cells), reference.text
            dates += all(isinstance(cell, dt.date) for cell in cells) * len(cells)
            people += all(isinstance(cell, float) for cell in cells)
    assert dates == len(run.people_met)
    assert people >= 2 * count
    (drawing,) = parts(path, "drawings")
    alts = [part.get("descr") for part in drawing.iter() if part.tag.endswith("}cNvPr")]
    assert alts[0] == "People whose conditions are met, by allocation"


def _cells(sheets: dict[str, Rows], reference: str) -> list[Any]:
    """Cells that a chart refers to, such as 'People met'!$B$2:$B$98."""
    name, _, cells = reference.rpartition("!")
    places = re.findall(r"\$([A-Z]+)\$(\d+)", cells)
    (left, top), (right, bottom) = places[0], places[-1]
    number = {letter: at for at, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
    rows = sheets[name.strip("'")][int(top) - 1 : int(bottom)]
    return [cell for row in rows for cell in row[number[left] : number[right] + 1]]


def test_the_dictionary_describes_every_column_of_results_and_scenario(
    sheets: dict[str, Rows],
) -> None:
    head, *rows = sheets["Dictionary"]
    described = {(row[1], row[2]) for row in rows}
    for table in TABLES:
        assert {(table, pattern(name)) for name in sheets[sheet_name(table)][0]} <= described
    assert {row[1] for row in rows if row[0] == "scenario"} == set(type_of_table)
    assert all(row[head.index("meaning")] and row[head.index("sensitivity")] for row in rows)


def test_sources_and_assumptions_are_those_of_the_scenario(sheets: dict[str, Rows]) -> None:
    scenario = rp.load("scenarios/valley")
    rows = sheets["Sources"][1:]
    assert [row[0] for row in rows] == [source.id for source in scenario.sources]
    assert all(row[-1] > 0 for row in rows)
    head, *rows = sheets["Assumptions"]
    given = {row[0]: row[head.index("given_by")] for row in rows}
    assert {name for name, by in given.items() if by == "scenario"} == {
        row.id for row in scenario.assumptions
    }
    assert given["detection_share"] == "default"
    assert given["communities.households"] == "default of blanks"
    (size,) = [row for row in rows if row[0] == "household_size"]
    assert size[1] == "4 (triangular 3, 4, 5)"
    assert size[head.index("a") : head.index("c") + 1] == [3, 4, 5]


def test_what_is_too_long_is_cut_and_the_first_sheet_says_so(
    run: rp.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = len(run.allocations)
    monkeypatch.setattr(cut, "MOST_CELLS", len(run.jobs.columns) * 10 * count)
    sheets = written(run, tmp_path / "cut.xlsx")
    head, *rows = sheets["Jobs"]
    assert len(rows) == 10 * count
    started = [row[head.index("start_day")] for row in rows[:10]]
    mine = run.jobs[run.jobs["allocation"] == run.allocations[0]]
    np.testing.assert_allclose(started, mine["start_day"].sort_values().head(10), rtol=1e-7)
    assert [row[0] for row in rows[::10]] == list(run.allocations)
    cuts = {row[0]: row[1] for row in sheets["README"] if "are here:" in str(row[1])}
    whole = (
        f"{10 * count:,} of {len(run.jobs):,} rows are here: the first 10 rows of each allocation"
    )
    assert cuts["Jobs"] == f"{whole}, in the order of start_day; all rows are in jobs.csv"
    long = {n for n in TABLES if getattr(run, n).size > cut.MOST_CELLS}
    assert set(cuts) == {sheet_name(name) for name in long}
    assert len(long) > 1
    returns = sheets["Returns"][1:]
    assert [row[0] for row in returns] == sorted(
        (row[0] for row in returns), key=list(run.allocations).index
    )


def test_what_never_comes_is_empty_and_texts_are_no_formulas(run: rp.Run, tmp_path: Path) -> None:
    roads = run.roads.assign(open_day=np.inf, road="=1+1")
    long = run.releases.assign(hazard="x" * 40_000)
    sheets = written(run, tmp_path / "one.xlsx", roads=roads, releases=long)
    assert sheets["Roads"][1][1:] == ["=1+1", sheets["Roads"][1][2], ""]
    assert len(sheets["Releases"][1][1]) == 32_767
    assert sheets["Releases"][1][1].endswith("…")


def test_the_same_results_give_the_same_bytes(run: rp.Run, tmp_path: Path, path: Path) -> None:
    written(run, tmp_path / "again.xlsx")
    with ZipFile(tmp_path / "again.xlsx") as one, ZipFile(path) as two:
        assert one.namelist() == two.namelist()
        for name in one.namelist():
            assert one.read(name) == two.read(name), name
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_a_run_on_expected_values_has_a_workbook_without_ranges(tmp_path: Path) -> None:
    scenario = rp.load("scenarios/valley")
    outcome = rp.simulate(scenario, "today")
    made = {"returnplan": "1", "statement": "", "scenario_sha256": "", "allocations": ["today"]}
    made |= {"draws": 0, "seed": None, "note": "Single-value run", "digest": ""}  # type: ignore[dict-item]
    write_workbook(
        tmp_path / "one.xlsx", scenario, {name: getattr(outcome, name) for name in TABLES}, made
    )
    sheets = read(tmp_path / "one.xlsx")
    head, first = sheets["Summary"][:2]
    ranges = [cell for name, cell in zip(head, first, strict=True) if "(p10)" in name]
    assert ranges == [""] * 8
    head, first = sheets["Harm"][:2]
    harm = dict(zip(head, first, strict=True))
    assert [cell for name, cell in harm.items() if name.startswith(("expected", "per_"))] == [
        *[""] * 13,
    ]


def test_numbers_keep_eight_digits() -> None:
    assert digits(np.array([2_305_488_103.034, 1e-6, 0.1 + 0.2])) == [2_305_488_100, 1e-6, 0.3]
