"""Cells that are wrong, and columns that are missing or unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

import returnplan as rp
from returnplan.scenario import rows
from returnplan.scenario.rows import table_type
from tests.scenario.planted import errors, grid, only_problem, put, put_grid, sure
from tests.worlds import COLUMNS, two_villages

WRONG_CELLS: dict[str, tuple[str, int, str, str]] = {
    "text for a number": ("roads", 3, "length_km", "nine"),
    "a decimal comma": ("roads", 3, "length_km", "9,5"),
    "a thousands separator": ("hazards", 2, "area_m2", "5 000"),
    "an underscore in a number": ("communities", 2, "people", "1_000"),
    "half a person": ("communities", 2, "people", "2.5"),
    "a negative count": ("communities", 2, "people", "-1"),
    "a negative area": ("hazards", 3, "area_m2", "-5"),
    "no number at all": ("hazards", 3, "area_m2", "nan"),
    "an infinite number": ("hazards", 3, "area_m2", "inf"),
    "a number too large for a computer": ("hazards", 3, "area_m2", "1e999"),
    "a number too large for the earth": ("hazards", 3, "area_m2", "1e40"),
    "a count of forty digits": ("communities", 3, "people", "9" * 40),
    "a count of ten thousand digits": ("communities", 3, "people", "9" * 10_000),
    "a speed of zero": ("roads", 2, "speed_kmh", "0"),
    "a shift of 25 hours": ("assets", 2, "shift_hours", "25"),
    "a longitude beyond the globe": ("places", 2, "lon_deg", "181"),
    "a share above one": ("communities", 2, "willing_share", "35"),
    "a date with points": ("deployments", 2, "from", "31.12.2020"),
    "a date without dashes": ("deployments", 2, "until", "20301110"),
    "a date with a time": ("places", 2, "accessible_from", "2025-02-01 12:00:00"),
    "a day that does not exist": ("communities", 2, "displaced_since", "1993-02-30"),
    "a truth that is none": ("roads", 2, "all_season", "mostly"),
    "a month 13": ("calendars", 4, "month", "13"),
    "a word that is not in the list": ("hazards", 2, "hazard_class", "UXO"),
    "one wrong of several words": ("hazards", 2, "denies", "housing;roof"),
    "separators only": ("hazards", 2, "denies", ";"),
    **{
        f"an id with {name}": ("works", 2, "id", text)
        for name, text in {
            "a slash": "w/1",
            "a backslash": "w\\1",
            "a colon": "w:1",
            "a star": "w*",
            "a question": "w?",
            "a quote": 'w"1',
            "an angle": "w<1>",
            "a bar": "w|1",
            "brackets": "w (1)",
            "a comma": "w,1",
            "two blanks": "w  1",
            "a line end": "w\n1",
            "a point at its start": ".w1",
            "a point at its end": "w1.",
            "a formula": "=w1",
            "a plus": "+w1",
            "a minus": "-w1",
            "an at": "@w1",
            "a bell": "w\a1",
            "no visible letter": "w\N{ZERO WIDTH SPACE}1",
            "an accent apart": "s\N{COMBINING CEDILLA}",
            "101 letters": "w" * 101,
        }.items()
    },
    "a name with a line end": ("places", 3, "name", "Up\nper"),
    "a name that is a formula": ("places", 3, "name", "=1+1"),
    "a name that turns its letters round": ("places", 3, "name", "Up\N{RIGHT-TO-LEFT OVERRIDE}per"),
    "a title with a control": ("sources", 2, "title", "Sur\x1b[31mvey"),
    "a unit with a line end": ("assumptions", 2, "unit", "da\nys"),
    "a skill that is a formula": ("rates", 6, "skill", "@build"),
    "a speed below a walk": ("roads", 2, "speed_kmh", "1e-300"),
    "a speed above any": ("roads", 2, "speed_kmh", "1001"),
    "a road round the earth": ("roads", 2, "length_km", "50001"),
    "a rate of nothing": ("rates", 2, "rate_m2_day", "5e-324"),
    "a rate above any": ("rates", 2, "rate_m2_day", "1000000000001"),
    "a ratio of nearly nothing": ("assets", 2, "mult_low", "1e-300"),
    "a ratio above any": ("assets", 2, "mult_low", "1001"),
    "a shift of seconds": ("assets", 2, "shift_hours", "1e-9"),
    "a mobilisation of ages": ("assets", 2, "mobilisation_days", "1e15"),
    "a camp of ages": ("assets", 2, "camp_days", "36526"),
    "more dwellings than people": ("works", 3, "dwellings", "1000000001"),
    "more teams than there are": ("hazards", 2, "max_teams", "100001"),
    "a required cell that is blank": ("places", 3, "name", ""),
    "a blank id": ("hazards", 4, "id", " "),
    "a blank source": ("roads", 2, "source", ""),
    "an envelope below zero": ("funding", 2, "usd", "-1"),
    "an envelope of nothing": ("funding", 3, "usd", ""),
    "no asset type but separators": ("funding", 3, "assets", ";"),
    "a target of nobody knows whom": ("targets", 2, "people", ""),
    "a target by no date": ("targets", 2, "date", "2026"),
    "a target that counts something else": ("targets", 3, "measure", "resettled"),
    "a cost of works below zero": ("works", 2, "cost_usd", "-5"),
    "a mobilisation that brings money": ("assets", 2, "mobilisation_usd", "-5"),
    "a camp without a price in numbers": ("assets", 2, "camp_usd", "cheap"),
    "less than no deminers": ("assets", 2, "deminers", "-1"),
}


@pytest.mark.parametrize("fault", WRONG_CELLS)
def test_a_wrong_cell_gives_one_error_at_its_place_and_nothing_else(
    folder: Path, fault: str
) -> None:
    table, row, column, text = WRONG_CELLS[fault]
    put(folder, table, row, column, text)
    problem = only_problem(folder)
    assert (problem.level, problem.file, problem.column) == ("error", f"{table}.csv", column)
    assert problem.row == row
    assert problem.allowed
    shown = text.split(";")[-1].strip() if ";" in text else text.strip()
    assert repr(shown)[1:-1][:20] in problem.found or (not shown and problem.found == "nothing")
    assert len(problem.found) < 150


def test_messages_say_what_is_found_and_what_is_allowed(folder: Path) -> None:
    put(folder, "hazards", 3, "area_m2", "-5")
    put(folder, "hazards", 4, "record", "some")
    put(folder, "deployments", 2, "until", "31.12.2020")
    assert [str(p) for p in rp.check(folder).problems] == [
        "hazards.csv, row 3, column area_m2: found '-5'; allowed: "
        "a number of at least 0 and of at most 1,000,000,000,000 (m2)",
        "hazards.csv, row 4, column record: found 'some'; allowed: one of none, partial, full",
        "deployments.csv, row 2, column until: found '31.12.2020'; allowed: a date as YYYY-MM-DD: "
        "write 2020-12-31",
    ]


def test_only_the_wrong_ones_of_several_words_are_shown(folder: Path) -> None:
    put(folder, "hazards", 2, "denies", "roof;housing;walls")
    assert only_problem(folder).found == "'roof; walls'"


def test_a_hazard_lies_on_exactly_one_place_or_road(folder: Path) -> None:
    put(folder, "hazards", 2, "road", "r1")
    put(folder, "hazards", 3, "road", "")
    put(folder, "hazards", 4, "road", "r1")
    put(folder, "hazards", 4, "area_m2", "large")
    assert errors(folder) == [
        ("hazards.csv", 2, "place"),
        ("hazards.csv", 3, "place"),
        ("hazards.csv", 4, "area_m2"),
        ("hazards.csv", 4, "place"),
    ]


def test_a_column_that_is_nearly_a_known_one_is_an_error_and_others_a_warning(
    folder: Path,
) -> None:
    lines = grid(folder, "hazards")
    lines[0][lines[0].index("difficulty")] = "Dificulty"
    put_grid(folder, "hazards", lines)
    problem = only_problem(folder)
    assert (problem.level, problem.row, problem.column) == ("error", 1, "Dificulty")
    assert problem.allowed.endswith("perhaps difficulty")
    lines[0][lines[0].index("Dificulty")] = "photograph"
    put_grid(folder, "hazards", lines)
    assert (only_problem(folder).level, only_problem(folder).column) == ("warning", "photograph")


def test_a_required_column_with_another_name_gives_one_error_that_names_it(folder: Path) -> None:
    lines = grid(folder, "communities")
    lines[0][lines[0].index("people")] = "Peopel "
    put_grid(folder, "communities", lines)
    problem = only_problem(folder)
    assert (problem.level, problem.row, problem.column) == ("error", 1, "people")
    assert "'Peopel'" in problem.found


def test_hazards_without_both_columns_place_and_road_give_one_error(folder: Path) -> None:
    lines = grid(folder, "hazards")
    put_grid(folder, "hazards", [line[:1] + line[3:] for line in lines])
    problem = only_problem(folder)
    assert (problem.level, problem.file, problem.row) == ("error", "hazards.csv", 1)


def test_every_column_of_the_contract_is_described_with_what_it_allows() -> None:
    for table, columns in COLUMNS.items():
        kind = table_type(table)
        assert set(columns) <= set(kind.info)
        for column in kind.info:
            assert kind.info[column].description
            assert kind.allowed(column)
    assert table_type("hazards").allowed("area_m2") == (
        "a number of at least 0 and of at most 1,000,000,000,000 (m2)"
    )
    assert table_type("places").allowed("id") == (
        "letters, digits, _ - . # and single blanks between them, not - or . at an end, "
        "at most 100, in NFC form"
    )
    allowed = "a line of text without = + - @ at its start or behind a semicolon"
    assert table_type("places").allowed("name") == allowed
    assert table_type("assets").allowed("mult_low") == (
        "0, or a number of at least 0.001 and of at most 1,000 (ratio)"
    )
    assert table_type("roads").allowed("all_season") == "true or false"
    assert table_type("communities").allowed("people") == (
        "a whole number of at least 0 and of at most 1,000,000,000 (people)"
    )
    assert table_type("rates").allowed("asset") == "an id of assets"
    assert table_type("hazards").allowed("denies").endswith("; several separated by ;")


def test_readers_are_made_once_and_not_for_every_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_villages(tmp_path)
    scenario = rp.load(tmp_path)
    rp.write(scenario, tmp_path)

    def refuse(_: object) -> None:
        raise AssertionError("a reader is made again")

    monkeypatch.setattr(rows, "TypeAdapter", refuse)
    assert rp.load(tmp_path) == scenario
    rp.write(scenario, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        *("Şuşa", "Լաչին 7", "Лачын-2", "محمد آباد", "हिन्दी", "#1", "a. b", "AZ-1_x.y", "7"),
        "w" * 100,
    ],
)
def test_an_id_has_letters_of_any_script(folder: Path, name: str) -> None:
    put(folder, "works", 2, "id", name)
    assert rp.check(folder).problems == ()
    assert rp.load(folder).works[0].id == name


@pytest.mark.parametrize(
    ("table", "column", "text"),
    [
        ("roads", "speed_kmh", "0.1"),
        ("roads", "length_km", "50000"),
        ("rates", "rate_m2_day", "0.01"),
        ("rates", "rate_m2_day", "1e12"),
        ("assets", "mult_low", "0.001"),
        ("assets", "mobilisation_days", "36525"),
        ("assets", "shift_hours", "0.1"),
        ("places", "name", "Old-town (north) +"),
    ],
)
def test_a_number_at_its_limit_is_no_problem(
    folder: Path, table: str, column: str, text: str
) -> None:
    put(folder, table, 2, column, text)
    assert sure(rp.check(folder)) == ()


def test_thousands_of_faults_of_one_table_are_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MOST_KEPT", 2)
    for row in (2, 3, 4):
        put(folder, "hazards", row, "area_m2", "large")
        put(folder, "hazards", row, "record", "some")
    found = [str(problem) for problem in rp.check(folder).errors]
    assert len(found) == 3
    assert found[-1] == "hazards.csv: found 4 more problems; allowed: none: mend those above first"
