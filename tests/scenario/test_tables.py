"""Which tables are there: names as people write them, tables that are missing or left out."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import xlsxwriter

import returnplan as rp
from returnplan.domain import OPTIONAL_TABLES, type_of_table
from returnplan.scenario import digest, write_workbook
from returnplan.scenario.tables import nearest_table
from tests.scenario.planted import (
    errors,
    gone,
    grid,
    head,
    less,
    only_problem,
    put_grid,
    said,
    to_workbook,
)

NEEDED = [table for table in type_of_table if table not in OPTIONAL_TABLES]
LEFT_OUT = head("horizon_years = 10", 'horizon_years = 10\nleft_out = ["hazards"]')


def test_the_tables_that_a_model_needs_are_these() -> None:
    assert [
        *("places", "communities", "roads", "hazards"),
        *("assets", "rates", "deployments", "sources"),
    ] == NEEDED


@pytest.mark.parametrize("name", ["Hazards", " hazards ", "HAZARDS", "hazards\N{NO-BREAK SPACE}"])
def test_case_and_blanks_in_the_name_of_a_sheet_do_not_matter(folder: Path, name: str) -> None:
    plain = rp.load(folder)
    to_workbook(folder, names={"hazards": name})
    assert rp.check(folder).problems == ()
    assert rp.load(folder) == plain


@pytest.mark.parametrize("name", ["Hazards.csv", "hazards.CSV", " HAZARDS .csv"])
def test_case_and_blanks_in_the_name_of_a_file_do_not_matter(folder: Path, name: str) -> None:
    plain, before = rp.load(folder), digest(folder)
    (folder / "hazards.csv").rename(folder / name)
    assert rp.check(folder).problems == ()
    assert rp.load(folder) == plain
    assert digest(folder) == before
    rp.write(plain, folder)
    assert rp.load(folder) == plain


def test_case_blanks_and_order_marks_in_the_name_of_a_column_do_not_matter(folder: Path) -> None:
    plain = rp.load(folder)
    for table in [one for one in type_of_table if (folder / f"{one}.csv").exists()]:
        header, *lines = grid(folder, table)
        names = [f"\N{NO-BREAK SPACE}{name.upper()} " for name in header]
        put_grid(folder, table, [["\N{ZERO WIDTH NO-BREAK SPACE}" + names[0], *names[1:]], *lines])
    assert rp.check(folder).problems == ()
    assert rp.load(folder) == plain


def test_languages_of_names_keep_their_case(folder: Path) -> None:
    header, *lines = grid(folder, "places")
    put_grid(folder, "places", [[*header, "Name_zh_Hant"], *([*line, "x"] for line in lines)])
    assert rp.load(folder).places[0].names == {"zh_Hant": "x"}


def test_a_sheet_with_another_name_is_not_a_scenario_without_hazards(folder: Path) -> None:
    to_workbook(folder, names={"hazards": "hazards 2024"})
    assert str(only_problem(folder)) == (
        "mine.xlsx, sheet hazards: found no such table, but mine.xlsx, sheet hazards 2024; "
        'allowed: it is required: call a sheet or file hazards, or say left_out = ["hazards"] '
        "in scenario.toml"
    )


@pytest.mark.parametrize("table", NEEDED)
def test_a_needed_table_that_is_missing_is_one_error_in_a_workbook_and_in_files(
    folder: Path, table: str
) -> None:
    (folder / f"{table}.csv").rename(folder / "aside")
    assert errors(folder) == [(f"{table}.csv", None, None)]
    (folder / "aside").rename(folder / f"{table}.csv")
    to_workbook(folder, without=(table,))
    (folder / f"{table}.csv").unlink()
    assert errors(folder) == [(f"mine.xlsx, sheet {table}", None, None)]


def test_what_else_is_there_is_named_when_no_name_is_near(folder: Path) -> None:
    to_workbook(folder, names={"roads": "Sheet7"})
    error, warning = rp.check(folder).problems
    assert error.found == "no such table, but mine.xlsx, sheet Sheet7"
    assert (warning.level, warning.file) == ("warning", "mine.xlsx, sheet Sheet7")


@pytest.mark.parametrize("name", ["road.csv", "roads_new.csv", "hazards 2024.CSV"])
def test_a_file_that_nobody_reads_is_a_warning_with_the_nearest_table(
    folder: Path, name: str
) -> None:
    (folder / name).write_text("id\n", encoding="utf-8")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("warning", name)
    assert problem.allowed.endswith(f"; perhaps {nearest_table(name.split('.', maxsplit=1)[0])}")


@pytest.mark.parametrize("name", ["tables.xls", "tables.ods", "tables.xlsm", "hazards.tsv"])
def test_a_file_of_tables_in_another_form_is_a_warning(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"x")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("warning", name)


def test_a_sheet_that_nobody_reads_is_a_warning(folder: Path) -> None:
    with xlsxwriter.Workbook(str(folder / "notes.xlsx")) as workbook:
        workbook.add_worksheet("Place list")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("warning", "notes.xlsx, sheet Place list")
    assert problem.allowed.endswith("perhaps places")


def test_a_table_twice_is_one_error(folder: Path) -> None:
    (folder / "Hazards.csv").write_bytes((folder / "hazards.csv").read_bytes())
    problem = only_problem(folder)
    assert (problem.level, problem.found) == ("error", "the table twice")
    (folder / "Hazards.csv").unlink()
    to_workbook(folder, names={"hazards": "roads "})
    (problem,) = (one for one in rp.check(folder).problems if one.found == "the table twice")
    assert problem.file == "mine.xlsx, sheet roads "


# ------------------------------------------------------------------------------ left out on purpose


def test_a_table_that_is_left_out_on_purpose_is_no_problem(folder: Path) -> None:
    assert said(folder, [LEFT_OUT, gone("hazards")]) == []
    assert rp.load(folder).hazards == ()


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("places", "the rows that other tables name"),
        ("communities", "at least one community"),
        ("roads", "the rows that other tables name"),
        ("assets", "the rows that other tables name"),
        ("sources", "the rows that other tables name"),
    ],
)
def test_a_table_that_others_need_cannot_be_left_out(folder: Path, table: str, why: str) -> None:
    (folder / f"{table}.csv").unlink()
    head("horizon_years = 10", f'horizon_years = 10\nleft_out = ["{table}"]')(folder)
    (problem,) = rp.check(folder).errors
    assert problem.file == f"scenario.toml, left_out {table}"
    assert why in problem.allowed


def test_a_table_that_is_there_cannot_be_left_out_too(folder: Path) -> None:
    assert said(folder, [LEFT_OUT]) == [
        "scenario.toml, column left_out: found 'hazards', which is there: hazards.csv; "
        "allowed: tables that are not there"
    ]


@pytest.mark.parametrize(
    ("value", "found"),
    [('["hazard"]', "'hazard'"), ('"hazards"', "'hazards'"), ("[7]", "[7]"), ("{}", "a table")],
)
def test_what_is_left_out_is_a_list_of_tables(folder: Path, value: str, found: str) -> None:
    head("horizon_years = 10", f"horizon_years = 10\nleft_out = {value}")(folder)
    (folder / "hazards.csv").unlink()
    problem = only_problem(folder)
    assert (problem.level, problem.column, problem.found) == ("error", "left_out", found)


def test_a_needed_table_without_rows_is_written_as_left_out(folder: Path) -> None:
    for change in (less("orders"), less("hazards"), less("deployments"), less("rates")):
        change(folder)
    bare = rp.load(folder)
    rp.write(bare, folder / "files")
    write_workbook(bare, folder / "workbook")
    for name in ("files", "workbook"):
        text = (folder / name / "scenario.toml").read_text(encoding="utf-8")
        assert 'left_out = ["hazards", "rates", "deployments"]' in text
        assert rp.check(folder / name).errors == ()
        assert rp.load(folder / name) == bare
    assert not (folder / "files/hazards.csv").exists()
    whole = dataclasses.replace(bare, roads=())
    rp.write(whole, folder / "files")
    assert rp.load(folder / "files") == whole
