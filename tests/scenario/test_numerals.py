"""Numbers and dates as people write them: what has two readings is refused with both."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path

import pytest

import returnplan as rp
from tests.scenario.planted import (
    as_typed,
    cell,
    grid,
    head,
    only_problem,
    put,
    put_grid,
    said,
    to_workbook,
)
from tests.worlds import COLUMNS

AREA = COLUMNS["hazards"].index("area_m2")
SINCE = COLUMNS["communities"].index("displaced_since")
NARROW = "\N{NARROW NO-BREAK SPACE}"
THOUSANDS = ["80.000", "80,000", "80 000", f"80{NARROW}000", "80\N{NO-BREAK SPACE}000", "80'000"]
READINGS = {
    "80.000": "80000 or 80",
    "80,000": "80000 or 80",
    "1.234,5": "1234.5",
    "1,234.5": "1234.5",
    "1.234.567": "1234567",
    "9,5": "9.5",
}


def marks(decimal: str, thousands: str) -> str:
    return f'horizon_years = 10\ndecimal = "{decimal}"\nthousands = "{thousands}"'


def with_marks(folder: Path, decimal: str, thousands: str) -> None:
    """State how numbers are written, and write those that are there so."""
    head("horizon_years = 10", marks(decimal, thousands))(folder)
    for table in COLUMNS:
        lines = grid(folder, table)
        point = re.compile(r"(?<=\d)\.(?=\d)")
        put_grid(folder, table, [[point.sub(decimal, text) for text in line] for line in lines])


def one(folder: Path) -> rp.Problem:
    problem = only_problem(folder)
    assert problem.level == "error"
    return problem


@pytest.mark.parametrize("text", [*THOUSANDS, *READINGS])
def test_a_number_with_marks_in_a_workbook_is_refused_with_its_readings(
    folder: Path, text: str
) -> None:
    to_workbook(folder, edit=as_typed("hazards", 2, AREA, text))
    problem = one(folder)
    assert (problem.row, problem.column) == (2, "area_m2")
    assert f": write {READINGS.get(text, '80000')}, or state decimal" in problem.allowed


@pytest.mark.parametrize("text", ["80000", "80.5", "80.0000", "8e4", " 80000 "])
def test_a_number_without_marks_of_thousands_may_be_text_in_a_workbook(
    folder: Path, text: str
) -> None:
    to_workbook(folder, edit=as_typed("hazards", 2, AREA, text))
    assert rp.load(folder).hazards[0].area_m2 == float(text)


def test_a_number_that_is_typed_in_a_workbook_is_never_doubtful(folder: Path) -> None:
    put(folder, "hazards", 2, "area_m2", "80.125")
    put(folder, "hazards", 3, "area_m2", "90.125")
    to_workbook(folder)
    assert rp.check(folder).problems == ()
    assert [hazard.area_m2 for hazard in rp.load(folder).hazards[:2]] == [80.125, 90.125]


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("communities", "people"),
        ("communities", "households"),
        ("deployments", "teams"),
        ("works", "dwellings"),
    ],
)
@pytest.mark.parametrize(
    ("text", "choice"),
    [("80.000", ": write 80000 or 80, or state"), ("80,000", ": write 80000 or 80, or state")],
)
def test_a_count_with_a_mark_is_refused_with_both_readings(
    folder: Path, table: str, column: str, text: str, choice: str
) -> None:
    put(folder, table, 2, column, text)
    problem = one(folder)
    assert (problem.row, problem.column) == (2, column)
    assert choice in problem.allowed


def test_a_count_with_decimals_is_refused_as_what_it_is(folder: Path) -> None:
    assert said(folder, [cell("communities", 2, "people", "30.0")]) == [
        "communities.csv, row 2, column people: found '30.0'; allowed: a whole number of at least "
        "0 and of at most 1,000,000,000 (people): write 30, or state decimal and thousands in "
        "scenario.toml"
    ]
    assert said(folder, [cell("communities", 2, "people", "2.5")]) == [
        "communities.csv, row 2, column people: found '2.5'; allowed: a whole number of at least "
        "0 and of at most 1,000,000,000 (people)"
    ]


def test_a_length_with_three_decimals_is_right_in_a_file(folder: Path) -> None:
    put(folder, "roads", 2, "length_km", "12.345")
    put(folder, "roads", 3, "length_km", "13.345")
    assert rp.check(folder).problems == ()


def test_areas_that_all_have_three_digits_behind_the_point_are_a_warning_with_both_totals(
    folder: Path,
) -> None:
    points = [cell("hazards", 2, "area_m2", "80.000"), cell("hazards", 3, "area_m2", "120.500")]
    text = (
        "hazards.csv, row 2, column area_m2: found '80.000', and three digits behind each of "
        "2 points; note: read with decimals, 5,200 m2 in all; if the points stand between "
        "thousands, 205,500: write no marks between thousands, or state decimal and thousands in "
        'scenario.toml (decimal = "." if it is right)'
    )
    assert said(folder, points) == [text]
    for row, other in ((2, "80.00"), (3, "0.500"), (4, "1234.567"), (4, "80.5")):
        assert said(folder, [*points, cell("hazards", row, "area_m2", other)]) == []
    stated = head("horizon_years = 10", 'horizon_years = 10\ndecimal = "."')
    assert said(folder, [*points, stated]) == []
    assert said(folder, points[:1]) == []


def test_money_is_looked_at_as_areas_are(folder: Path) -> None:
    put(folder, "assets", 2, "cost_usd_day", "1.500")
    put(folder, "assets", 3, "cost_usd_day", "2.500")
    problem = only_problem(folder)
    assert (problem.level, problem.column) == ("warning", "cost_usd_day")
    assert "4 USD/day in all" in problem.allowed
    assert "4,000" in problem.allowed


@pytest.mark.parametrize(
    ("decimal", "thousands", "text"),
    [
        (",", ".", "80.000,5"),
        (",", " ", f"80{NARROW}000,5"),
        (",", " ", "80\N{NO-BREAK SPACE}000,5"),
        (",", "", "80000,5"),
        (",", "'", "80'000,5"),
        (".", ",", "80,000.5"),
        (".", "'", "80\N{RIGHT SINGLE QUOTATION MARK}000.5"),
        (".", " ", "80 000.5"),
    ],
)
def test_numbers_are_read_by_the_marks_that_a_scenario_states(
    folder: Path, decimal: str, thousands: str, text: str
) -> None:
    with_marks(folder, decimal, thousands)
    put(folder, "hazards", 2, "area_m2", text)
    put(folder, "communities", 2, "people", text.replace(f"{decimal}5", ""))
    scenario = rp.load(folder)
    assert scenario.hazards[0].area_m2 == 80_000.5
    assert scenario.communities[0].people == 80_000
    to_workbook(folder, edit=as_typed("hazards", 2, AREA, text))
    assert rp.load(folder).hazards == scenario.hazards


def test_typed_numbers_of_a_workbook_have_no_marks_whatever_a_scenario_states(folder: Path) -> None:
    put(folder, "hazards", 2, "area_m2", "80.5")
    to_workbook(folder)
    head("horizon_years = 10", marks(",", "."))(folder)
    assert rp.load(folder).hazards[0].area_m2 == 80.5


@pytest.mark.parametrize("text", ["80.5", "80.00", "8.0000", "1.2.3", "80 000", "8,0,0"])
def test_a_number_against_the_stated_marks_is_refused(folder: Path, text: str) -> None:
    with_marks(folder, ",", ".")
    put(folder, "hazards", 2, "area_m2", text)
    problem = one(folder)
    assert problem.allowed.endswith("the marks of scenario.toml (decimal ',', thousands '.')")


def test_half_a_person_stays_wrong_with_a_decimal_comma(folder: Path) -> None:
    with_marks(folder, ",", ".")
    put(folder, "communities", 2, "people", "2,5")
    assert one(folder).column == "people"


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('decimal = ";"', "decimal"),
        ("decimal = 1", "decimal"),
        ("decimal = []", "decimal"),
        ('thousands = "_"', "thousands"),
        ('thousands = "."', "thousands"),
        ('decimal = ","\nthousands = ","', "thousands"),
    ],
)
def test_marks_are_known_ones_and_not_the_same(folder: Path, lines: str, key: str) -> None:
    head("horizon_years = 10", f"horizon_years = 10\n{lines}")(folder)
    problem = one(folder)
    assert (problem.file, problem.column) == ("scenario.toml", key)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("01/06/2024", "2024-06-01 or 2024-01-06"),
        ("1.6.2024", "2024-06-01 or 2024-01-06"),
        ("1-6-2024", "2024-06-01 or 2024-01-06"),
        ("31.12.2024", "2024-12-31"),
        ("12/31/2024", "2024-12-31"),
        ("6/6/2024", "2024-06-06"),
        ("2024/06/01", "2024-06-01"),
    ],
)
def test_a_date_in_another_order_is_refused_with_its_readings(
    folder: Path, text: str, choice: str
) -> None:
    assert said(folder, [cell("communities", 2, "displaced_since", text)]) == [
        f"communities.csv, row 2, column displaced_since: found {text!r}; "
        f"allowed: a date as YYYY-MM-DD: write {choice}"
    ]


@pytest.mark.parametrize("value", [date(2024, 6, 1), datetime(2024, 6, 1)])
@pytest.mark.parametrize("form", ["dd/mm/yyyy", "yyyy-mm-dd hh:mm"])
def test_real_dates_of_a_workbook_are_taken_in_any_form_also_at_midnight(
    folder: Path, value: date, form: str
) -> None:
    to_workbook(folder, edit=as_typed("communities", 2, SINCE, value, form))
    assert rp.load(folder).communities[0].displaced_since == date(2024, 6, 1)


def test_a_time_of_day_in_a_date_is_refused(folder: Path) -> None:
    noon = datetime(2024, 6, 1, 12)
    to_workbook(folder, edit=as_typed("communities", 2, SINCE, noon, "dd/mm/yyyy"))
    assert one(folder).column == "displaced_since"
