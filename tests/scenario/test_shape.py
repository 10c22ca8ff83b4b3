"""What people leave above, beside and below a table: one message that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

import returnplan as rp
from returnplan.scenario.shape import ERRORS, MOST_COLUMNS
from tests.scenario.planted import errors, grid, only_problem, put, put_grid, to_workbook

KINDS = ("file", "workbook")


def told(folder: Path, kind: str, lines: list[list[str]]) -> rp.Problem:
    """The only problem of a folder whose hazards are these lines."""
    width = max(map(len, lines))
    put_grid(folder, "hazards", [[*line, *[""] * (width - len(line))] for line in lines])
    if kind == "workbook":
        to_workbook(folder)
    problem = only_problem(folder)
    assert problem.level == "error"
    assert problem.file == {"file": "hazards.csv", "workbook": "mine.xlsx, sheet hazards"}[kind]
    return problem


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("above", [[["Hazards, June 2024"]], [["Hazards"], [], ["of 2024"]], [[]]])
def test_rows_above_the_header_are_one_message(
    folder: Path, kind: str, above: list[list[str]]
) -> None:
    problem = told(folder, kind, [*above, *grid(folder, "hazards")])
    first = repr(above[0][0]) if above[0] else "nothing"
    assert (problem.row, problem.found) == (1, f"{first} above the header")
    assert problem.allowed.endswith(f"delete all rows above row {len(above) + 1}")


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_a_header_is_one_message(folder: Path, kind: str) -> None:
    problem = told(folder, kind, grid(folder, "hazards")[1:])
    assert problem.found == "'h1', and no name of a column"
    assert problem.allowed.startswith("a header with the columns id, hazard_class")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("gap", [0, 2])
def test_notes_beside_the_table_are_one_message(folder: Path, kind: str, gap: int) -> None:
    header, *lines = grid(folder, "hazards")
    blank = [""] * gap
    noted = [[*line, *blank, "checked", "by Anna"] for line in lines]
    problem = told(folder, kind, [[*header, *blank, "", ""], *noted])
    assert (problem.row, problem.found) == (2, "'checked' beside the table (and 2 more rows)")
    assert "name it, or move notes" in problem.allowed


@pytest.mark.parametrize("kind", KINDS)
def test_a_note_beside_the_header_is_one_message(folder: Path, kind: str) -> None:
    header, *lines = grid(folder, "hazards")
    problem = told(folder, kind, [[*header, "", "Checked by Anna"], *lines])
    assert (problem.row, problem.found) == (1, "'Checked by Anna' beside the table")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "below",
    [
        [[], ["Source: survey of 2024"], ["Numbers are rounded."]],
        [["Total", "", "", "", "", "120000"], ["As of June"]],
    ],
)
def test_notes_and_sums_below_the_table_are_one_message(
    folder: Path, kind: str, below: list[list[str]]
) -> None:
    problem = told(folder, kind, [*grid(folder, "hazards"), *below])
    first = next(line[0] for line in below if line)
    assert problem.found.startswith(f"{first!r} at the end, in a row with ")
    assert problem.found.endswith("of 6 required cells (and 1 more row)")


def test_a_row_that_lacks_a_cell_is_no_note(folder: Path) -> None:
    put(folder, "hazards", 4, "hazard_class", "")
    put(folder, "hazards", 4, "land_class", "")
    assert errors(folder) == [
        ("hazards.csv", 4, "hazard_class"),
        ("hazards.csv", 4, "land_class"),
    ]


@pytest.mark.parametrize("error", sorted(ERRORS))
def test_errors_of_a_spreadsheet_are_one_message(folder: Path, error: str) -> None:
    for row in (2, 3, 4):
        put(folder, "hazards", row, "area_m2", error)
    problem = only_problem(folder)
    assert (problem.row, problem.column) == (2, "area_m2")
    assert problem.found == f"{error}, an error of the spreadsheet (and 2 more cells)"


def test_a_header_that_is_too_wide_is_one_message(folder: Path) -> None:
    header, *lines = grid(folder, "hazards")
    more = [f"x{i}" for i in range(MOST_COLUMNS)]
    put_grid(folder, "hazards", [[*header, *more], *([*line, *more] for line in lines)])
    assert only_problem(folder).allowed == f"at most {MOST_COLUMNS}"


def test_a_month_of_a_row_with_a_cell_missing_breaks_no_check(folder: Path) -> None:
    with (folder / "calendars.csv").open("a", encoding="utf-8") as stream:
        stream.write("lowland,13,5\nlowland,2,99\nlowland,1,5\n")
    assert errors(folder) == [("calendars.csv", row, None) for row in (14, 15, 16)]


@pytest.mark.parametrize(
    "line", ["h9,upper", "h9,upper,,SHA,minefield,1e40,road,x,y", ",,,,,,,,,,,,,,,,,,,,x"]
)
def test_a_row_with_another_number_of_cells_has_its_cells_checked_as_others_have(
    folder: Path, line: str
) -> None:
    lines = (folder / "hazards.csv").read_text(encoding="utf-8").splitlines()
    (folder / "hazards.csv").write_text("\n".join([lines[0], line, *lines[1:]]), encoding="utf-8")
    assert errors(folder) == [("hazards.csv", 2, None)]
