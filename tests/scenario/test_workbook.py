"""Workbooks as people and programs leave them: real ones, made with XlsxWriter and then broken."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

import returnplan as rp
from returnplan.scenario import workbook as reader
from tests.scenario.planted import errors, grid, only_problem, put, put_grid, sure, to_workbook

SHEET = "xl/worksheets/sheet4.xml"
"""The hazards in a workbook of all tables."""


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> None:
    """Write one part of a workbook anew."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = change(parts[part])
    assert changed != parts[part]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts | {part: changed}).items():
            archive.writestr(name, data)


def hazards(folder: Path, edit: Callable[[Worksheet], object]) -> None:
    """Move the tables into a workbook, and do something to the sheet of hazards."""

    def edit_sheet(_: xlsxwriter.Workbook, sheets: Mapping[str, Worksheet]) -> None:
        edit(sheets["hazards"])

    to_workbook(folder, edit=edit_sheet)


def told(folder: Path) -> str:
    """What the only message says about the sheet of hazards."""
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("error", "mine.xlsx, sheet hazards")
    return f"{problem.found}; {problem.allowed}"


def test_a_workbook_with_dates_numbers_and_truths_is_read_as_the_files_are(folder: Path) -> None:
    put(folder, "deployments", 2, "from", "2026-03-01")
    put(folder, "places", 2, "accessible_from", "2025-03-01")
    put(folder, "roads", 2, "all_season", "false")
    put(folder, "roads", 2, "impassable", "true")
    put(folder, "communities", 3, "willing_share", "0.35")
    plain = rp.load(folder)
    to_workbook(folder)
    assert sure(rp.check(folder)) == ()
    assert rp.load(folder) == plain


def test_faults_in_a_workbook_are_named_with_sheet_row_and_column(folder: Path) -> None:
    put(folder, "communities", 2, "people", "2.5")
    put(folder, "deployments", 3, "from", "31.12.2020")
    put(folder, "hazards", 4, "area_m2", "true")
    put(folder, "roads", 3, "to_place", "atlantis")
    put_grid(folder, "works", [*grid(folder, "works"), [], [*grid(folder, "works")[1], "", "more"]])
    to_workbook(folder)
    assert errors(folder) == [
        ("mine.xlsx, sheet works", 5, None),
        ("mine.xlsx, sheet communities", 2, "people"),
        ("mine.xlsx, sheet hazards", 4, "area_m2"),
        ("mine.xlsx, sheet deployments", 3, "from"),
        ("mine.xlsx, sheet works", 5, "id"),
        ("mine.xlsx, sheet roads", 3, "to_place"),
    ]


def test_a_table_may_stand_beside_the_workbook_but_not_in_both(folder: Path) -> None:
    plain = rp.load(folder)
    to_workbook(folder, without=("roads",), keep=("places",))
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("error", "places.csv")
    assert "mine.xlsx" in problem.allowed
    (folder / "places.csv").unlink()
    assert rp.load(folder) == plain


def test_a_broken_workbook_is_one_error_and_hides_no_fault_of_a_file(folder: Path) -> None:
    put(folder, "communities", 2, "people", "2.5")
    (folder / "roads.csv").unlink()
    (folder / "Tables.XLSX").write_bytes(b"PK\x03\x04 not a workbook")
    assert errors(folder) == [("Tables.XLSX", None, None), ("communities.csv", 2, "people")]


def test_an_empty_sheet_and_a_folder_called_like_a_workbook_are_errors(folder: Path) -> None:
    (folder / "works.csv").unlink()
    with xlsxwriter.Workbook(str(folder / "mine.xlsx")) as workbook:
        workbook.add_worksheet("works")
    assert errors(folder) == [("mine.xlsx, sheet works", 1, None)]
    (folder / "mine.xlsx").unlink()
    (folder / "mine.xlsx").mkdir()
    assert errors(folder) == [("mine.xlsx", None, None)]


def test_a_second_workbook_is_one_error_and_lock_files_do_not_count(folder: Path) -> None:
    plain = rp.load(folder)
    to_workbook(folder)
    (folder / "~$mine.xlsx").write_bytes(b"lock")
    assert rp.load(folder) == plain
    shutil.copy(folder / "mine.xlsx", folder / "other.xlsx")
    assert errors(folder) == [("other.xlsx", None, None)]


# --------------------------------------------------- what has no value, and what is not a table


@pytest.mark.parametrize("row", [pytest.param(99, marks=pytest.mark.unwatched), 1_048_575])
def test_a_stray_cell_far_away_is_one_message_and_breaks_nothing(folder: Path, row: int) -> None:
    hazards(folder, lambda sheet: sheet.write(row, 16_383, "x"))
    text = told(folder)
    if row == 99:
        assert text.startswith("'x' at the end") or text.startswith("'x' beside")
    else:
        assert text == (
            "a cell at XFD1048576, which makes 1,048,576 rows and 16,384 columns; at most 300,000 "
            "rows and 6,000,000 cells: delete what stands far below or beside the table"
        )


def test_blank_cells_with_a_format_are_no_cells(folder: Path) -> None:
    plain = rp.load(folder)

    def edit(workbook: xlsxwriter.Workbook, sheets: Mapping[str, Worksheet]) -> None:
        bold = workbook.add_format({"bold": True})
        sheets["hazards"].write_blank(1_048_575, 16_383, None, bold)

    to_workbook(folder, edit=edit)
    assert rp.load(folder) == plain


def test_merged_cells_are_one_message(folder: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        sheet.merge_range(1, 1, 3, 1, "upper")
        sheet.merge_range(1, 5, 3, 5, "5000")

    hazards(folder, edit)
    assert told(folder) == (
        "merged cells B2:B4 (and 1 more range); one value a cell: unmerge them, and fill each cell"
    )


def test_a_merged_title_is_told_as_a_title(folder: Path) -> None:
    put_grid(folder, "hazards", [[""] * 12, *grid(folder, "hazards")])
    hazards(folder, lambda sheet: sheet.merge_range(0, 0, 0, 11, "Hazards 2024"))
    assert told(folder).startswith("'Hazards 2024' above the header")


def test_formulas_without_a_stored_value_are_one_message(folder: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        for row in (1, 2, 3):
            sheet.write_formula(row, 5, "=1000*5", None, "")

    hazards(folder, edit)
    assert told(folder) == (
        "a formula without a stored value in F2 (and 2 more cells); values: open and save the "
        "workbook in a spreadsheet program, or paste values"
    )


def test_formulas_with_a_value_are_their_value_also_when_it_is_no_text(folder: Path) -> None:
    plain = rp.load(folder)
    hazards(folder, lambda sheet: sheet.write_formula(1, 5, "=1000*5", None, 5000))
    rewrite(
        folder / "mine.xlsx",
        SHEET,
        lambda xml: xml.replace(
            b'</row><row r="3"', b'<c r="M2" t="str"><f>A9</f><v></v></c></row><row r="3"'
        ),
    )
    assert rp.load(folder) == plain


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
def test_cells_with_an_error_are_one_message_and_not_blank(folder: Path, error: str) -> None:
    def edit(sheet: Worksheet) -> None:
        for row in (1, 2):
            sheet.write_formula(row, 9, "=Gone!A1", None, error)  # an optional column

    hazards(folder, edit)
    assert told(folder).startswith(f"an error of the spreadsheet in J2, {error} (and 1 more cell)")


# ------------------------------------------------------------------------------- broken workbooks

BROKEN: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "more texts than a computer holds": (
        "xl/sharedStrings.xml",
        lambda xml: xml.replace(b'uniqueCount="', b'uniqueCount="40000000'),
    ),
    "a row beyond all rows": (
        SHEET,
        lambda xml: xml.replace(b'r="A2"', b'r="XFD4000000000"'),
    ),
    "a column beyond all columns": (SHEET, lambda xml: xml.replace(b'r="A2"', b'r="ZZZZZZ2"')),
    "a cell without a place": (SHEET, lambda xml: xml.replace(b'r="A2"', b'r=""')),
    "a row that is no number": (SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="two"')),
    "an encoding that nobody knows": (
        SHEET,
        lambda xml: xml.replace(b'encoding="UTF-8"', b'encoding="none"'),
    ),
    "an encoding of another kind": (
        SHEET,
        lambda xml: xml.replace(b'encoding="UTF-8"', b'encoding="gb2312"'),
    ),
    "half a sheet": (SHEET, lambda xml: xml[: len(xml) // 2]),
    "a text that is not there": (
        SHEET,
        lambda xml: re.sub(rb't="s"><v>\d+', b't="s"><v>9999', xml, count=1),
    ),
    "entities": (
        SHEET,
        lambda xml: xml.replace(
            b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><worksheet', 1
        ),
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_part_of_a_workbook_is_one_message_and_ends_no_process(
    folder: Path, fault: str
) -> None:
    to_workbook(folder)
    rewrite(folder / "mine.xlsx", *BROKEN[fault])
    problem = only_problem(folder)
    assert problem.level == "error"
    assert problem.file.startswith("mine.xlsx")
    assert problem.found.startswith("a workbook that cannot be read")


def test_a_workbook_that_unpacks_to_too_much_is_one_message(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_workbook(folder)
    monkeypatch.setattr(reader, "MOST_UNPACKED", 1000)
    assert only_problem(folder).found == "a workbook that is too large"


def test_a_workbook_with_prefixed_elements_is_looked_at_too(folder: Path) -> None:
    def prefixed(xml: bytes) -> bytes:
        xml = xml.replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
        return xml.replace(b'xmlns="', b'xmlns:x="')

    def edit(sheet: Worksheet) -> None:
        sheet.write_formula(1, 9, "=Gone!A1", None, "#REF!")

    hazards(folder, edit)
    rewrite(folder / "mine.xlsx", SHEET, prefixed)
    assert "#REF!" in told(folder)
