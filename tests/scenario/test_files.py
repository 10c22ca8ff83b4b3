"""Files and workbooks as programs and people leave them: bytes, quotes, rows, sheets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

import returnplan as rp
from returnplan.scenario import digest
from tests.scenario.planted import errors, grid, only_problem, put, put_grid
from tests.worlds import COLUMNS


def test_a_table_that_nobody_reads_is_a_warning(folder: Path) -> None:
    (folder / "Roads.CSV").write_text("id\n", encoding="utf-8")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("warning", "Roads.CSV")
    assert problem.allowed.endswith("perhaps roads.csv")


def test_a_name_twice_in_a_header_gives_one_error(folder: Path) -> None:
    lines = grid(folder, "places")
    put_grid(folder, "places", [[*line, line[2]] for line in lines])
    problem = only_problem(folder)
    assert (problem.row, problem.column) == (1, "name")


def test_a_row_with_too_many_or_too_few_cells_gives_one_error(folder: Path) -> None:
    lines = grid(folder, "places")
    lines[1].append("more")
    lines[2].pop()
    put_grid(folder, "places", lines)
    assert errors(folder) == [("places.csv", 2, None), ("places.csv", 3, None)]
    assert rp.check(folder).warnings == ()


def rewrite(folder: Path, table: str, change: Callable[[bytes], bytes]) -> None:
    path = folder / f"{table}.csv"
    path.write_bytes(change(path.read_bytes()))


def test_another_encoding_is_named_with_the_row_of_the_first_wrong_byte(folder: Path) -> None:
    put(folder, "places", 3, "name", "two\nlines")
    put(folder, "places", 4, "name", "Лачын é")
    text = (folder / "places.csv").read_text(encoding="utf-8")
    for encoding in ("cp1251", "latin-1"):
        data = text.encode(encoding, errors="ignore")
        for bom in (b"", b"\xef\xbb\xbf"):
            (folder / "places.csv").write_bytes(bom + data)
            problem = only_problem(folder)
            assert (problem.file, problem.row) == ("places.csv", 4)
            assert "UTF-8" in problem.found
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
        (folder / "places.csv").write_bytes(text.encode(encoding))
        problem = only_problem(folder)
        assert problem.file == "places.csv"
        assert "UTF-8" in problem.allowed


def test_a_wrong_byte_at_the_start_of_a_row_belongs_to_that_row(folder: Path) -> None:
    rewrite(folder, "places", lambda data: data.replace(b"lower,", b"\xeflower,"))
    assert only_problem(folder).row == 4
    rewrite(folder, "places", lambda data: b"\xff\xfe" + data)
    assert "UTF-16" in only_problem(folder).found


def test_an_unclosed_quote_is_named_with_the_row_in_which_it_opens(folder: Path) -> None:
    rewrite(folder, "places", lambda data: data.replace(b"Lower", b'"Lower'))
    problem = only_problem(folder)
    assert (problem.file, problem.row) == ("places.csv", 4)
    assert "quote" in problem.allowed


def test_a_nul_character_is_named_with_its_row(folder: Path) -> None:
    rewrite(folder, "places", lambda data: data.replace(b"Lower", b"Lo\0wer"))
    problem = only_problem(folder)
    assert (problem.file, problem.row) == ("places.csv", 4)


def test_rows_are_counted_as_a_spreadsheet_does_also_after_cells_with_line_ends(
    folder: Path,
) -> None:
    put(folder, "places", 2, "name", "a name\non three\r\nlines")
    put(folder, "places", 5, "lat_deg", "north")
    header, first, *others = grid(folder, "hazards")
    put_grid(folder, "hazards", [header, first, [], ["", ""], *others])
    put(folder, "hazards", 6, "area_m2", "large")
    assert errors(folder) == [("places.csv", 5, "lat_deg"), ("hazards.csv", 6, "area_m2")]


def test_marks_line_ends_and_spaces_that_programs_leave_behind_do_no_harm(folder: Path) -> None:
    plain = rp.load(folder)
    before = digest(folder)
    for path in (*folder.glob("*.csv"), folder / "scenario.toml"):
        data = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + data)
    assert rp.load(folder) == plain
    assert digest(folder) == before
    for path in folder.glob("*.csv"):
        data = path.read_bytes()
        path.write_bytes(data.replace(b"\r\n", b" ,,\r\n").replace(b",", b" , ") + b"\r\n ,\r\n")
    assert rp.check(folder).problems == ()
    assert rp.load(folder) == plain
    assert digest(folder) != before


def test_a_file_that_may_not_be_read_is_one_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name in ("places.csv", "scenario.toml"):
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert errors(folder) == [("scenario.toml", None, None), ("places.csv", None, None)]


def typed(column: list[str], text: str) -> object:
    """A cell as a planner types it into a spreadsheet: numbers, dates and truths are typed."""
    if {*column} & {"id", "name", "title", "zone"} or not text:
        return text
    if {*column} & {"from", "until", "displaced_since", "accessible_from"}:
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def to_workbook(folder: Path, *, without: tuple[str, ...] = (), keep: tuple[str, ...] = ()) -> None:
    """Move the tables into one workbook; ``keep`` stay as CSV files too."""
    with xlsxwriter.Workbook(str(folder / "mine.xlsx")) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for table in COLUMNS:
            if table not in without:
                sheet = workbook.add_worksheet(table)
                lines = grid(folder, table)
                for row, line in enumerate(lines):
                    for place, text in enumerate(line):
                        cell = typed(lines[0][place : place + 1], text) if row else text
                        if isinstance(cell, date | datetime):
                            sheet.write_datetime(row, place, cell, day)
                        else:
                            sheet.write(row, place, cell)
            if table not in (*keep, *without):
                (folder / f"{table}.csv").unlink()


def test_a_workbook_with_dates_numbers_and_truths_is_read_as_the_files_are(folder: Path) -> None:
    put(folder, "deployments", 2, "from", "2026-03-01")
    put(folder, "places", 2, "accessible_from", "2025-03-01")
    put(folder, "roads", 2, "all_season", "false")
    put(folder, "roads", 2, "impassable", "true")
    put(folder, "communities", 3, "willing_share", "0.35")
    plain = rp.load(folder)
    to_workbook(folder)
    assert rp.check(folder).problems == ()
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


def test_a_missing_sheet_is_one_error(folder: Path) -> None:
    to_workbook(folder, without=("roads",))
    (folder / "roads.csv").unlink()
    assert errors(folder) == [("mine.xlsx, sheet roads", None, None)]


def test_a_table_may_stand_beside_the_workbook_but_not_in_both(folder: Path) -> None:
    plain = rp.load(folder)
    to_workbook(folder, without=("roads",), keep=("places",))
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("error", "places.csv")
    assert "mine.xlsx" in problem.allowed
    (folder / "places.csv").unlink()
    assert rp.load(folder) == plain


def test_a_sheet_that_nobody_reads_is_a_warning(folder: Path) -> None:
    with xlsxwriter.Workbook(str(folder / "notes.xlsx")) as workbook:
        workbook.add_worksheet("Places")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("warning", "notes.xlsx, sheet Places")


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
