"""Files and workbooks as programs and people leave them: bytes, quotes, rows, sheets."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import returnplan as rp
from returnplan.scenario import digest, files
from returnplan.scenario.files import bytes_of
from tests.scenario.planted import errors, grid, only_problem, put, put_grid, warnings


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


@pytest.mark.parametrize(
    ("mark", "named", "quoting", "above"),
    [
        (";", "semicolons", csv.QUOTE_MINIMAL, ""),
        (";", "semicolons", csv.QUOTE_ALL, ""),
        (";", "semicolons", csv.QUOTE_MINIMAL, "sep=;\n"),
        ("\t", "tabs", csv.QUOTE_MINIMAL, ""),
    ],
)
def test_columns_that_no_comma_separates_are_one_message_a_file_that_says_how_to_save_it(
    folder: Path, mark: str, named: str, quoting: Any, above: str
) -> None:
    tables = sorted(path.stem for path in folder.glob("*.csv"))
    for table in tables:
        lines = grid(folder, table)
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            stream.write(above)
            csv.writer(stream, delimiter=mark, quoting=quoting).writerows(lines)
    problems = rp.check(folder).problems
    assert sorted(problem.file for problem in problems) == [f"{table}.csv" for table in tables]
    for problem in problems:
        assert problem.found == f"columns separated by {named}"
        assert "save" in problem.allowed
        assert ".xlsx" in problem.allowed


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
    assert errors(folder) == [
        ("places.csv", 2, "name"),
        ("places.csv", 5, "lat_deg"),
        ("hazards.csv", 6, "area_m2"),
    ]


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


# ------------------------------------------------------------------------------------------ limits


@pytest.mark.parametrize("name", ["places.csv", "scenario.toml", "mine.xlsx"])
def test_a_pipe_in_place_of_a_file_is_one_error_and_nobody_waits(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    problem = only_problem(folder)
    assert (problem.file, problem.found) == (name, "a pipe or a device")
    digest(folder)


def test_a_device_in_place_of_a_table_is_one_error(folder: Path) -> None:
    (folder / "places.csv").unlink()
    (folder / "places.csv").symlink_to("/dev/zero")
    assert [p.found for p in rp.check(folder).errors] == ["a pipe or a device"]


@pytest.mark.parametrize("name", ["places.csv", "scenario.toml"])
def test_a_link_out_of_the_folder_is_a_warning_and_within_it_none(folder: Path, name: str) -> None:
    (folder / name).rename(folder / "aside")
    (folder / name).symlink_to("aside")
    assert rp.check(folder).problems == ()
    (folder / "aside").rename(folder.parent / "aside")
    (folder / name).unlink()
    (folder / name).symlink_to(folder.parent / "aside")
    assert warnings(folder) == [(name, None, None)]


def test_a_link_to_nothing_is_one_error(folder: Path) -> None:
    (folder / "places.csv").unlink()
    (folder / "places.csv").symlink_to("nowhere")
    assert errors(folder) == [("places.csv", None, None)]


def test_a_file_of_too_many_bytes_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (folder / "places.csv").open("r+b") as stream:
        stream.truncate(files.MOST_BYTES + 1)
    assert only_problem(folder).allowed == "at most 100,000,000 bytes"
    size = (folder / "roads.csv").stat().st_size
    monkeypatch.setattr(files, "MOST_BYTES", size)
    assert len(bytes_of(folder / "roads.csv")) == size


def test_a_table_of_too_many_rows_or_cells_is_one_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 13)
    assert rp.check(folder).problems == ()  # calendars have 13, with the header
    monkeypatch.setattr(files, "MOST_ROWS", 12)
    assert (only_problem(folder).file, only_problem(folder).row) == ("calendars.csv", 13)
    monkeypatch.setattr(files, "MOST_ROWS", 13)
    monkeypatch.setattr(files, "MOST_CELLS", 13 * 4 - 1)
    assert ("calendars.csv", 13, None) in errors(folder)


def test_a_cell_that_is_too_long_is_one_short_message(folder: Path) -> None:
    put(folder, "places", 3, "name", "x" * 10_000)
    assert rp.check(folder).problems == ()
    put(folder, "places", 3, "name", "x" * 10_001)
    problem = only_problem(folder)
    assert (problem.row, problem.column) == (3, "name")
    assert problem.allowed.endswith("at most 10,000 characters")
    assert len(str(problem)) < 300
    put(folder, "places", 3, "name", "x" * (csv.field_size_limit() + 1))
    problem = only_problem(folder)
    assert (problem.row, problem.found) == (3, "a cell of more than 131,072 characters")
    rewrite(folder, "places", lambda data: data.replace(b"Lower", b"\xff"))
    assert "not UTF-8" in only_problem(folder).found


def test_a_name_of_a_column_that_is_too_long_is_shown_in_short(folder: Path) -> None:
    header, *lines = grid(folder, "places")
    put_grid(folder, "places", [[*header, "\x1b[31m" * 1_000], *([*line, ""] for line in lines)])
    text = str(only_problem(folder))
    assert text.isprintable()
    assert len(text) < 600
