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
from returnplan.runs.folder import STORED, TABLES
from returnplan.scenario import check
from returnplan.show.workbook import cut, write_workbook
from returnplan.show.workbook.about import sheet_name
from returnplan.show.workbook.cells import digits
from returnplan.show.workbook.summary import labels

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
    given = {name: getattr(run, name) for name in STORED} | tables
    write_workbook(path, report.scenario, given, run.manifest, report.default_columns)
    return read(path)


def test_each_table_has_its_sheet_between_what_to_read_and_what_to_look_up(
    sheets: dict[str, Rows],
) -> None:
    assert list(sheets) == [*FRONT, *map(sheet_name, STORED), *BACK]


@pytest.mark.parametrize("table", STORED)
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
        frozen = "2" if name == "Summary" else "1"
        assert (pane.get("ySplit"), pane.get("state")) == (frozen, "frozen")
        has_filter = name not in ("README", "Summary")
        assert (sheet.find("m:autoFilter", NS) is not None) == has_filter, name
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


# ---------------------------------------------------------------- the summary


PLANS = (
    "1. Today's teams in the order of the district's list",
    "2. Today's teams, nearest first",
)
SCREEN = 1366 - 60
"""Pixels of a screen beside the numbers of the rows and the scroll bar."""


def summary_of(sheets: dict[str, Rows]) -> dict[str, list[Any]]:
    """Rows of the summary by what stands in their first cell; the first of several."""
    rows: dict[str, list[Any]] = {}
    for first, *rest in sheets["Summary"]:
        rows.setdefault(str(first), rest)
    return rows


def formulas_of(path: Path) -> dict[str, str]:
    """Formulas of the summary by cell."""
    sheet = parts(path, "worksheets")[1]
    cells = sheet.iterfind(".//m:c", NS)
    return {str(c.get("r")): str(f.text) for c in cells if (f := c.find("m:f", NS)) is not None}


def value_of(formula: str, sheets: dict[str, Rows], plan: int) -> Any:
    """What a formula of the summary gives when a plan is picked."""
    empty = re.fullmatch(r'IF\((.+)="","",\1(?:/(\d+))?\)', formula)
    assert empty, formula
    cell, by = empty[1], float(empty[2] or 1)
    found = re.fullmatch(r"INDEX\((.+),(.+)\)", cell)
    if found:
        cells = _cells(sheets, found[1] if "!" in found[1] else f"Summary!{found[1]}")
        position = re.sub(r"\$B\$3", str(plan), found[2])
        product = re.fullmatch(r"\((\d+)-1\)\*(\d+)\+(\d+)", position)
        at = int(position) if not product else (
            (int(product[1]) - 1) * int(product[2]) + int(product[3])
        )  # fmt: skip
        value = cells[at - 1]
    else:
        (value,) = _cells(sheets, cell)
    return value / by if isinstance(value, float) else value


def test_the_summary_tells_of_the_plan_that_is_picked_at_first(
    sheets: dict[str, Rows], run: rp.Run
) -> None:
    rows = summary_of(sheets)
    best = int(run.summary["person_days_mean"].argmin())
    picked, *_ = rows["Plan (pick one from the list in the next cell)"]
    assert picked.startswith(f"{best + 1}. ")
    assert rows["Number of the plan, by which the numbers are found"][0] == best + 1
    mine = run.summary.iloc[best]
    met = run.people_met[run.people_met["allocation"] == mine["allocation"]].iloc[-1]
    horizon = run.manifest["horizon"]
    assert rows[f"People whose conditions are met by {horizon} (median)"][:3] == [
        met["people_p50"], met["people_p10"], met["people_p90"],
    ]  # fmt: skip
    assert sum(name.startswith("People whose conditions are met by 2") for name in rows) == 4
    cost, *_ = rows["Cost, million USD (mean; constant prices, not discounted)"]
    assert cost == pytest.approx(mine["cost_usd_mean"] / 1e6)
    days = rows["Person-days until conditions are met, millions (mean)"]
    assert days[0] == pytest.approx(mine["person_days_mean"] / 1e6)
    assert days[2] == pytest.approx(mine["person_days_p90"] / 1e6)


def test_all_plans_stand_side_by_side_by_number_and_title(
    sheets: dict[str, Rows], run: rp.Run
) -> None:
    rows = summary_of(sheets)
    listed = [name for name in rows if re.match(r"\d\. ", name)]
    assert len(listed) == len(run.allocations)
    assert listed[0] == PLANS[0]
    for label, (_, row) in zip(listed, run.summary.iterrows(), strict=True):
        assert rows[label][1] == pytest.approx(row["person_days_mean"] / 1e6)
        assert rows[label][2] == pytest.approx(row["cost_usd_mean"] / 1e6)
        assert rows[label][3] == pytest.approx(row["communities_never"])


def test_every_formula_gives_what_is_kept_with_it_and_follows_the_plan(
    path: Path, sheets: dict[str, Rows], run: rp.Run
) -> None:
    formulas = formulas_of(path)
    best = int(run.summary["person_days_mean"].argmin()) + 1
    assert formulas.pop("B3") == 'VALUE(LEFT($B$2,FIND(".",$B$2)-1))'
    assert len(formulas) > 200
    for cell, formula in formulas.items():
        (kept,) = _cells(sheets, f"Summary!{cell}")
        got = value_of(formula, sheets, best)
        if isinstance(got, dt.date):
            assert pd.Timestamp(got) == pd.Timestamp(kept), cell
        else:
            assert got == (pytest.approx(kept, rel=1e-6) if kept != "" else ""), cell
    # Another plan: the last row of the curve is that plan's number of people at the end.
    last = formulas[f"B{max(int(cell[1:]) for cell in formulas)}"]
    for number, name in enumerate(run.allocations, start=1):
        rows = run.people_met[run.people_met["allocation"] == name]
        assert value_of(last, sheets, number) == rows["people_p50"].iloc[-1]


def test_a_plan_is_picked_from_the_list_of_all_plans(
    path: Path, sheets: dict[str, Rows], run: rp.Run
) -> None:
    (rule,) = parts(path, "worksheets")[1].iterfind(".//m:dataValidation", NS)
    assert (rule.get("type"), rule.get("sqref")) == ("list", "B2")
    source = rule.find("m:formula1", NS)
    assert source is not None
    listed = _cells(sheets, f"Summary!{source.text}")
    assert len(listed) == len(run.allocations)
    assert listed[0] == PLANS[0]
    assert sheets["Summary"][1][1] in listed


def test_the_summary_fits_one_screen_in_width(path: Path) -> None:
    widths = [
        (int(col.get("max", "0")) - int(col.get("min", "0")) + 1) * float(col.get("width", "0"))
        for col in parts(path, "worksheets")[1].iterfind(".//m:col", NS)
    ]
    left = sum(widths) * 7  # pixels of a digit; widths hold the edges
    (drawing,) = parts(path, "drawings")
    anchors = [
        part for part in drawing.iter() if part.tag.endswith("}to") or part.tag.endswith("}from")
    ]
    ends = [{part.tag.rpartition("}")[2]: int(part.text or 0) for part in end} for end in anchors]
    right = max((end["col"] - 5) * 64 + end["colOff"] / 9525 for end in ends)  # columns as they are
    assert right > 300
    assert left + right <= SCREEN


def test_no_result_stands_in_readme_and_no_sheet_is_a_second_summary(
    sheets: dict[str, Rows], run: rp.Run
) -> None:
    assert [name for name in sheets if "ummary" in name] == ["Summary"]
    readme = {str(cell) for row in sheets["README"] for cell in row if len(str(cell)) > 40}
    summary = {str(cell) for row in sheets["Summary"] for cell in row if len(str(cell)) > 40}
    marks = ("Modelled planning estimate.", "Synthetic (made up)")  # stand wherever results do
    assert [text for text in readme & summary if not text.startswith(marks)] == []
    plans = [row[1] for row in sheets["README"] if "(in the tables: " in str(row[1])]
    assert plans[0] == f"{PLANS[0]} (in the tables: {run.allocations[0]})"
    assert len(plans) == len(run.allocations)


def test_charts_have_titles_and_axes_with_units_and_draw_what_is_in_the_sheets(
    path: Path, sheets: dict[str, Rows], run: rp.Run
) -> None:
    time, cause, cost = parts(path, "charts")
    titles = [
        [texts(title) for title in chart.iterfind(".//c:title", NS)]
        for chart in (time, cause, cost)
    ]
    horizon = run.manifest["horizon"]
    assert titles == [
        ["People whose conditions are met (modelled), plan that is picked", "Year", "People"],
        [
            "What people wait for (modelled), plan that is picked",
            "Cause of waiting",
            "Million person-days (mean)",
        ],
        [
            "People whose conditions are met (modelled) against cost, all plans",
            "Cost, million USD (mean)",
            f"People met by {horizon} (median)",
        ],
    ]
    count = len(run.allocations)
    series = [len(chart.findall(".//c:ser", NS)) for chart in (time, cause, cost)]
    assert series == [3, 1, count]
    # Programs that know no units of an axis would show plain numbers beside "million".
    assert not any(chart.findall(".//c:dispUnits", NS) for chart in (time, cause, cost))
    formats = [
        str(part.get("formatCode")) for chart in (time, cause, cost)
        for axis in ("dateAx", "catAx", "valAx")
        for part in chart.iterfind(f".//c:{axis}/c:numFmt", NS)
    ]  # fmt: skip
    assert formats == ["yyyy", "#,##0", "#,##0.0", "#,##0", "#,##0"]
    dates = 0
    for chart in (time, cause, cost):
        for reference in chart.iterfind(".//c:f", NS):
            cells = _cells(sheets, str(reference.text))
            assert cells
            assert all(cell != "" for cell in cells), reference.text
            dates += all(isinstance(cell, dt.date) for cell in cells) * len(cells)
    each = run.people_met["allocation"].eq(run.allocations[0]).sum()
    assert dates == 3 * each
    (drawing,) = parts(path, "drawings")
    alts = [part.get("descr") for part in drawing.iter() if part.tag.endswith("}cNvPr")]
    assert alts == ["People over time", "What people wait for", "People against cost"]


def _cells(sheets: dict[str, Rows], reference: str) -> list[Any]:
    """Cells that a chart or formula refers to, such as 'People met'!$B$2:$B$98."""
    name, _, cells = reference.rpartition("!")
    places = re.findall(r"\$?([A-Z]+)\$?(\d+)", cells)
    (left, top), (right, bottom) = places[0], places[-1]
    rows = sheets[name.strip("'")][int(top) - 1 : int(bottom)]
    return [cell for row in rows for cell in row[_column(left) : _column(right) + 1]]


def _column(letters: str) -> int:
    """Number of a column, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def test_a_title_that_is_too_long_for_the_list_gives_way_to_the_name() -> None:
    titles = {"ramp": "x" * 200, "now": "x" * 201}
    assert labels(["ramp", "now", "later"], titles) == ["1. " + "x" * 200, "2. now", "3. later"]


def test_the_dictionary_describes_every_column_of_results_and_scenario(
    sheets: dict[str, Rows],
) -> None:
    head, *rows = sheets["Dictionary"]
    described = {(row[1], row[2]) for row in rows}
    for table in STORED:
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
    long = {n for n in STORED if getattr(run, n).size > cut.MOST_CELLS}
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
    rows = summary_of(sheets)
    people = rows["People whose conditions are met by 2032-03-01 (median)"]
    assert people[0] > 0
    assert people[1:3] == ["", ""]
    assert len(parts(tmp_path / "one.xlsx", "charts")[0].findall(".//c:ser", NS)) == 1
    head, first = sheets["Harm"][:2]
    harm = dict(zip(head, first, strict=True))
    assert [cell for name, cell in harm.items() if name.startswith(("expected", "per_"))] == [
        *[""] * 13,
    ]


def test_numbers_keep_eight_digits() -> None:
    assert digits(np.array([2_305_488_103.034, 1e-6, 0.1 + 0.2])) == [2_305_488_100, 1e-6, 0.3]
