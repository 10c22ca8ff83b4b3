"""What a planner may get wrong in a scenario folder: each fault is named once, with its place.

Every test starts from one small world without any problem, plants faults in it, and compares all
that is reported: a message too many fails as well as a message too few.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

import returnplan as rp
from returnplan.cli.described import describe
from returnplan.scenario import digest
from returnplan.scenario.background import read_background
from returnplan.scenario.rows import table_type
from tests.worlds import COLUMNS, SOURCES, Row, write_tables

TOML = """\
name = "whole"
title = "A world without faults"
start = 2025-01-01
horizon_years = 10

[gates]
survey = {}
road_access = { max_hub_hours = 3 }

[allocations.listed]
title = "As listed"

[allocations.near]
title = "Nearest first"
policy = "nearest"
"""
POINT: Row = {"lon_deg": 46.5, "lat_deg": 39.5}
AREA: Row = {"land_class": "minefield", "area_m2": 5000}
SKILLS = ("survey", "technical_survey", "clearance", "quality_control")
TABLES: dict[str, list[Row]] = {
    "places": [
        {"id": "town", "kind": "hub", "name": "Town", **POINT},
        {"id": "upper", "kind": "settlement", "name": "Upper", "zone": "hills", **POINT},
        {"id": "lower", "kind": "settlement", "name": "Lower", **POINT},
        {"id": "camp", "kind": "base", "name": "Camp", **POINT},
    ],
    "communities": [
        {"id": "upper_people", "settlement": "upper", "people": 300},
        {"id": "lower_people", "settlement": "lower", "people": 120, "households": 30},
    ],
    "roads": [
        {"id": "r1", "from_place": "town", "to_place": "camp", "length_km": 9, "speed_kmh": 40},
        {"id": "r2", "from_place": "camp", "to_place": "upper", "length_km": 9, "speed_kmh": 40},
        {"id": "r3", "from_place": "town", "to_place": "lower", "length_km": 9, "speed_kmh": 40},
    ],
    "hazards": [
        {"id": "h1", "place": "upper", "hazard_class": "SHA", "denies": "housing;water", **AREA},
        {"id": "h2", "road": "r2", "hazard_class": "CHA", "denies": "road", **AREA},
        {"id": "h3", "place": "lower", "hazard_class": "CHA", "denies": "farmland", **AREA},
    ],
    "works": [
        {"id": "w1", "settlement": "upper", "kind": "water", "skill": "build", "crew_days": 20},
        {
            **{"id": "w2", "settlement": "lower", "kind": "shelter", "skill": "build"},
            **{"crew_days": 60, "dwellings": 30},
        },
    ],
    "assets": [
        {"id": "deminers", "cost_usd_day": 1500, "mult_extreme": 0},
        {"id": "builders", "cost_usd_day": 900},
    ],
    "rates": [
        *({"asset": "deminers", "skill": skill, "rate_m2_day": 500} for skill in SKILLS),
        {"asset": "builders", "skill": "build"},
    ],
    "calendars": [{"zone": "hills", "month": m, "workable_days": 20} for m in range(1, 13)],
    "deployments": [
        {"allocation": allocation, "asset": asset, "base": "camp", "teams": 2}
        for allocation in ("listed", "near")
        for asset in ("deminers", "builders")
    ],
    "orders": [
        {"allocation": "listed", "position": 1, "community": "lower_people"},
        {"allocation": "listed", "position": 2, "community": "upper_people"},
    ],
    "funding": [
        {"id": "f1", "from": "2025-01-01", "until": "2027-01-01", "usd": 4e6, "assets": "deminers"},
        {"id": "f2", "usd": 1e9, "allocation": "near", "assets": "deminers;builders"},
    ],
    "targets": [
        {"id": "t1", "date": "2027-01-01", "people": 100},
        {"id": "t2", "date": "2028-01-01", "people": 200, "measure": "conditions_met"},
    ],
    "assumptions": [
        {
            **{"id": "handover_days", "distribution": "uniform", "a": 10, "b": 30},
            **{"unit": "days", "mark": "assumed"},
        },
    ],
    "sources": SOURCES,
}

Place = tuple[str, int | None, str | None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario folder without problems."""
    write_tables(tmp_path / "world", TOML, TABLES)
    return tmp_path / "world"


def grid(folder: Path, table: str) -> list[list[str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def put_grid(folder: Path, table: str, lines: list[list[str]]) -> None:
    with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)


def put(folder: Path, table: str, row: int, column: str, text: str) -> None:
    """Write a cell; rows are counted as a spreadsheet does."""
    lines = grid(folder, table)
    lines[row - 1][lines[0].index(column)] = text
    put_grid(folder, table, lines)


def add(folder: Path, table: str, *rows: Mapping[str, object]) -> None:
    """Append rows under the header that is there."""
    with (folder / f"{table}.csv").open("a", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS[table])
        for row in rows:
            writer.writerow({"source": "made_up", **row} if table != "orders" else row)


def errors(folder: Path) -> list[Place]:
    report = rp.check(folder)
    assert report.scenario is None or not report.errors
    return [(p.file, p.row, p.column) for p in report.errors]


def warnings(folder: Path) -> list[Place]:
    """Places of the warnings of a folder without errors."""
    report = rp.check(folder)
    assert report.errors == ()
    assert report.scenario is not None
    return [(p.file, p.row, p.column) for p in report.warnings]


def only_problem(folder: Path) -> rp.Problem:
    (problem,) = rp.check(folder).problems
    return problem


def test_the_world_that_the_faults_are_planted_in_has_no_problem(folder: Path) -> None:
    assert rp.check(folder).problems == ()


# ------------------------------------------------------------------------------------ wrong cells

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
    "an id with a slash": ("works", 2, "id", "w/1"),
    "a required cell that is blank": ("places", 3, "name", ""),
    "a blank id": ("hazards", 4, "id", " "),
    "a blank source": ("roads", 2, "source", ""),
    "an unknown source": ("rates", 3, "source", "hearsay"),
    "an unknown settlement": ("communities", 2, "settlement", "atlantis"),
    "an unknown end of a road": ("roads", 3, "to_place", "atlantis"),
    "an unknown road of a hazard": ("hazards", 3, "road", "r9"),
    "a hazard on a hub": ("hazards", 2, "place", "town"),
    "a community at a base": ("communities", 2, "settlement", "camp"),
    "an unknown asset type": ("deployments", 2, "asset", "deminer"),
    "a rate of an unknown asset type": ("rates", 2, "asset", "deminer"),
    "an unknown base": ("deployments", 2, "base", "atlantis"),
    "an unknown allocation": ("deployments", 2, "allocation", "far"),
    "an unknown community": ("orders", 2, "community", "nobody"),
    "a position twice": ("orders", 3, "position", "1"),
    "a community twice in a list": ("orders", 3, "community", "lower_people"),
    "a zone without a calendar": ("places", 4, "zone", "valley"),
    "a month twice": ("calendars", 13, "month", "11"),
    "an id twice in a table": ("roads", 4, "id", "r1"),
    "an id in two tables": ("works", 2, "id", "upper"),
    "an area skill without a rate": ("rates", 4, "rate_m2_day", ""),
    "an envelope below zero": ("funding", 2, "usd", "-1"),
    "an envelope of nothing": ("funding", 3, "usd", ""),
    "funding of an unknown allocation": ("funding", 3, "allocation", "far"),
    "funding of an unknown asset type": ("funding", 2, "assets", "deminer"),
    "one unknown of several asset types": ("funding", 3, "assets", "builders; deminer"),
    "no asset type but separators": ("funding", 3, "assets", ";"),
    "funding that ends before it begins": ("funding", 2, "until", "2024-12-31"),
    "an id of funding that is a road's": ("funding", 3, "id", "r1"),
    "a target of nobody knows whom": ("targets", 2, "people", ""),
    "a target by no date": ("targets", 2, "date", "2026"),
    "a target that counts something else": ("targets", 3, "measure", "resettled"),
    "an id of a target that is a road's": ("targets", 3, "id", "r1"),
    "a cost of works below zero": ("works", 2, "cost_usd", "-5"),
    "a mobilisation that brings money": ("assets", 2, "mobilisation_usd", "-5"),
    "a camp without a price in numbers": ("assets", 2, "camp_usd", "cheap"),
    "less than no deminers": ("assets", 2, "deminers", "-1"),
    "a distribution that is upside down": ("assumptions", 2, "a", "40"),
    "a distribution that lacks a number": ("assumptions", 2, "b", ""),
    "a truncation that is upside down": ("assumptions", 2, "high", "5"),
}


@pytest.mark.parametrize("fault", WRONG_CELLS)
def test_a_wrong_cell_gives_one_error_at_its_place_and_nothing_else(
    folder: Path, fault: str
) -> None:
    table, row, column, text = WRONG_CELLS[fault]
    if fault == "a truncation that is upside down":
        put(folder, table, row, "low", "6")
    put(folder, table, row, column, text)
    problems = rp.check(folder).problems
    if fault == "an unknown end of a road":  # which cuts a community off
        assert [p.file for p in problems] == ["roads.csv", "communities.csv"]
        problems = problems[:1]
    if fault == "a month twice":  # so that one month is missing too
        assert [p.row for p in problems] == [13, 2]
        problems = problems[:1]
    (problem,) = problems
    assert (problem.level, problem.file, problem.column) == ("error", f"{table}.csv", column)
    assert problem.row == row
    assert problem.allowed
    shown = text.split(";")[-1].strip() if ";" in text else text.strip()
    assert shown[:20] in problem.found or (not shown and problem.found == "nothing")
    assert len(problem.found) < 150


def test_messages_say_what_is_found_and_what_is_allowed(folder: Path) -> None:
    put(folder, "hazards", 3, "area_m2", "-5")
    put(folder, "hazards", 4, "record", "some")
    put(folder, "deployments", 2, "until", "31.12.2020")
    assert [str(p) for p in rp.check(folder).problems] == [
        "hazards.csv, row 3, column area_m2: found '-5'; allowed: "
        "a number of at least 0 and of at most 1,000,000,000,000 (m2)",
        "hazards.csv, row 4, column record: found 'some'; allowed: one of none, partial, full",
        "deployments.csv, row 2, column until: found '31.12.2020'; allowed: a date as YYYY-MM-DD",
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


def test_a_missing_month_is_reported_once_a_zone(folder: Path) -> None:
    lines = grid(folder, "calendars")
    put_grid(folder, "calendars", [line for line in lines if line[1] not in ("2", "7")])
    problem = only_problem(folder)
    assert (problem.level, problem.column) == ("error", "month")
    assert "2, 7" in problem.found


def test_dates_out_of_order_are_found_whatever_else_is_wrong(folder: Path) -> None:
    put(folder, "deployments", 3, "from", "2027-01-01")
    put(folder, "deployments", 3, "until", "2027-01-01")
    put(folder, "deployments", 3, "teams", "two")
    (folder / "scenario.toml").unlink()
    assert errors(folder) == [
        ("scenario.toml", None, None),
        ("deployments.csv", 3, "teams"),
        ("deployments.csv", 3, "until"),
    ]


def test_every_fault_of_one_row_is_reported_in_one_go(folder: Path) -> None:
    put(folder, "communities", 3, "settlement", "atlantis")
    put(folder, "communities", 3, "people", "many")
    put(folder, "communities", 3, "households", "few")
    put(folder, "communities", 3, "source", "hearsay")
    assert sorted(column or "" for _, _, column in errors(folder)) == [
        *("households", "people", "settlement", "source"),
    ]


def test_a_target_that_cannot_be_shown_or_reached_is_a_warning(folder: Path) -> None:
    put(folder, "targets", 2, "date", "2024-12-31")
    put(folder, "targets", 3, "people", "421")
    assert [str(p) for p in rp.check(folder).problems] == [
        "targets.csv, row 2, column date: found 2024-12-31; note: outside the horizon 2025-01-01 "
        "to 2035-01-01: it is not shown",
        "targets.csv, row 3, column people: found 421; note: more than all displaced people, 420",
    ]
    for day in ("2025-01-01", "2035-01-01"):
        put(folder, "targets", 2, "date", day)
        put(folder, "targets", 3, "people", "420")
        assert rp.check(folder).problems == ()
    put(folder, "targets", 3, "people", "421")
    put(folder, "communities", 2, "people", "many")  # so nobody knows how many there are
    assert only_problem(folder).file == "communities.csv"


def test_targets_are_printed_beside_all_people_and_change_no_result(folder: Path) -> None:
    scenario = rp.load(folder)
    lines = describe(rp.check(folder))
    begin = next(i for i, line in enumerate(lines) if line.startswith("Targets"))
    assert lines[begin + 1 : begin + 5] == [
        "  target  date        people  of all  measure         title",
        "  t1      2027-01-01     100    24 %  returned",
        "  t2      2028-01-01     200    48 %  conditions met",
        "",
    ]
    (folder / "targets.csv").unlink()
    assert not any("Targets" in line for line in describe(rp.check(folder)))
    without = rp.simulate(rp.load(folder), "near")
    assert without.summary.equals(rp.simulate(scenario, "near").summary)


# ---------------------------------------------------------------------------------- one go, no run


def plant_ten_faults(folder: Path) -> list[Place]:
    (folder / "scenario.toml").write_text(
        TOML.replace("horizon_years = 10", "horizon_years = 0"), encoding="utf-8"
    )
    put(folder, "places", 3, "lat_deg", "39,5")
    put(folder, "communities", 2, "people", "2.5")
    put(folder, "communities", 3, "settlement", "atlantis")
    put(folder, "roads", 4, "id", "town")
    put(folder, "hazards", 2, "road", "r2")
    put(folder, "hazards", 4, "area_m2", "-1")
    put(folder, "works", 3, "source", "")
    put(folder, "deployments", 2, "from", "31.12.2026")
    put(folder, "orders", 3, "position", "first")
    return [
        ("communities.csv", 2, "people"),
        ("communities.csv", 3, "settlement"),
        ("deployments.csv", 2, "from"),
        ("hazards.csv", 2, "place"),
        ("hazards.csv", 4, "area_m2"),
        ("orders.csv", 3, "position"),
        ("places.csv", 3, "lat_deg"),
        ("roads.csv", 4, "id"),
        ("scenario.toml", None, "horizon_years"),
        ("works.csv", 3, "source"),
    ]


def test_ten_faults_in_one_folder_are_all_named_with_file_row_and_column(folder: Path) -> None:
    planted = plant_ten_faults(folder)
    report = rp.check(folder)
    assert sorted((p.file, p.row, p.column) for p in report.errors) == planted
    assert report.warnings == ()


def test_load_raises_one_error_that_lists_every_problem(folder: Path) -> None:
    planted = plant_ten_faults(folder)
    with pytest.raises(rp.ScenarioError) as caught:
        rp.load(folder)
    assert sorted((p.file, p.row, p.column) for p in caught.value.problems) == planted
    for file, row, column in planted:
        assert f"{file}{f', row {row}' if row else ''}, column {column}: " in str(caught.value)


def test_check_on_the_command_line_names_all_ten_faults_and_exits_with_1(folder: Path) -> None:
    from returnplan.cli import main

    planted = plant_ten_faults(folder)
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 1
    for file, row, column in planted:
        assert f"{file}{f', row {row}' if row else ''}, column {column}: " in result.stderr
    assert "Traceback" not in result.output
    assert "10 problems" in result.stderr


def test_run_of_a_faulty_scenario_leaves_no_folder_behind(folder: Path, tmp_path: Path) -> None:
    from returnplan.cli import main

    plant_ten_faults(folder)
    target = tmp_path / "runs" / "first"
    result = CliRunner().invoke(main, ["run", str(folder), "--out", str(target)])
    assert result.exit_code == 1
    assert "10 problems" in result.stderr
    assert not (tmp_path / "runs").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["world"]


def test_check_on_the_command_line_reports_warnings_and_exits_with_0(folder: Path) -> None:
    from returnplan.cli import main

    put(folder, "works", 2, "skill", "diving")
    result = CliRunner().invoke(main, ["check", str(folder)])
    assert result.exit_code == 0
    assert "works.csv, row 2, column skill" in result.stderr


# -------------------------------------------------------------------------------------- warnings

DOUBTS: dict[str, tuple[str, int, str, str]] = {
    "a skill that nobody has": ("works", 2, "skill", "diving"),
    "teams that come after the horizon": ("deployments", 2, "from", "2040-01-01"),
    "teams that leave before the start": ("deployments", 2, "until", "2024-06-01"),
    "teams that come before the start": ("deployments", 2, "from", "2024-06-01"),
    "a place that opens after the horizon": ("places", 4, "accessible_from", "2040-01-01"),
    "shelter works without dwellings": ("works", 3, "dwellings", ""),
    "a community without people": ("communities", 3, "people", "0"),
    "ground on which nobody gets on": ("hazards", 4, "difficulty", "extreme"),
    "more workable days than the month has": ("calendars", 3, "workable_days", "30"),
    "a rate that is not read": ("rates", 6, "rate_m2_day", "5"),
    "an assumption that nobody reads": ("assumptions", 2, "id", "handover_dayz"),
    "a survey rate that is blank, and so hazards": ("rates", 2, "rate_m2_day", ""),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_the_model_can_run_is_a_warning_at_its_place(folder: Path, doubt: str) -> None:
    table, row, column, text = DOUBTS[doubt]
    put(folder, table, row, column, text)
    found = warnings(folder)
    assert found[0] == (f"{table}.csv", row, column)
    assert len(found) == 1 + doubt.endswith("and so hazards")


def test_a_community_and_a_base_that_no_road_reaches_are_warnings(folder: Path) -> None:
    add(
        folder,
        "places",
        {"id": "island", "kind": "settlement", "name": "Island", **POINT},
        {"id": "rock", "kind": "base", "name": "Rock", **POINT},
    )
    add(folder, "communities", {"id": "islanders", "settlement": "island", "people": 5})
    add(
        folder,
        "deployments",
        {"allocation": "near", "asset": "deminers", "base": "rock", "teams": 1},
    )
    assert warnings(folder) == [
        ("communities.csv", 4, "settlement"),
        ("deployments.csv", 6, "base"),
    ]


def test_a_base_whose_only_work_lies_on_a_road_is_no_warning(folder: Path) -> None:
    add(
        folder,
        "places",
        {"id": "rock", "kind": "base", "name": "Rock", **POINT},
        {"id": "cape", "kind": "junction", "name": "Cape", **POINT},
    )
    road = {"id": "r4", "from_place": "rock", "to_place": "cape", "length_km": 1, "speed_kmh": 9}
    add(folder, "roads", road)
    hazard = {"id": "h4", "road": "r4", "hazard_class": "CHA", "denies": "road", **AREA}
    add(folder, "hazards", hazard)
    line = {"allocation": "near", "asset": "deminers", "base": "rock", "teams": 1}
    add(folder, "deployments", line)
    assert warnings(folder) == []


def test_a_base_whose_only_work_is_a_repair_is_no_warning(folder: Path) -> None:
    rock = {"id": "rock", "kind": "base", "name": "Rock", **POINT}
    add(folder, "places", rock, rock | {"id": "cape", "kind": "junction"})
    road = {"id": "r4", "from_place": "rock", "to_place": "cape", "length_km": 1, "speed_kmh": 9}
    add(folder, "roads", road | {"repair_crew_days": 5})
    line = {"allocation": "near", "asset": "deminers", "base": "rock", "teams": 1}
    add(folder, "deployments", line)
    assert warnings(folder) == [("roads.csv", 5, "repair_crew_days")]  # nobody has the skill


def test_a_misspelt_allocation_is_not_reported_as_one_without_teams_too(folder: Path) -> None:
    put(folder, "deployments", 4, "allocation", "nearr")
    put(folder, "deployments", 5, "allocation", "nearr")
    assert [(p.file, p.row) for p in rp.check(folder).problems] == [
        ("deployments.csv", 4),
        ("deployments.csv", 5),
    ]


def test_an_allocation_that_deploys_nobody_with_a_skill_is_one_warning(folder: Path) -> None:
    lines = grid(folder, "deployments")
    put_grid(folder, "deployments", [x for x in lines if x[:2] != ["near", "builders"]])
    problem = only_problem(folder)
    assert (problem.level, problem.file, problem.row) == ("warning", "works.csv", 2)
    assert "build" in problem.allowed
    assert "near" in problem.allowed
    assert "listed" not in problem.allowed


def test_an_allocation_without_teams_is_one_warning(folder: Path) -> None:
    lines = grid(folder, "deployments")
    put_grid(folder, "deployments", [x for x in lines if x[0] != "near"])
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("warning", "deployments.csv")
    assert "'near'" in problem.found


def test_hundreds_of_rows_with_one_doubt_give_one_warning_with_their_number(folder: Path) -> None:
    place = {"kind": "settlement", "name": "Island", **POINT}
    add(folder, "places", *(place | {"id": f"island{i}"} for i in range(312)))
    row = {"people": 5}
    people = (row | {"id": f"c{i}", "settlement": f"island{i}"} for i in range(312))
    add(folder, "communities", *people)
    problem = only_problem(folder)
    assert (problem.level, problem.row) == ("warning", 4)
    assert problem.found == "'island0' (and 311 more rows like it)"


def test_hundreds_of_rows_with_one_error_are_all_listed(folder: Path) -> None:
    row = {"settlement": "atlantis", "people": 5}
    add(folder, "communities", *(row | {"id": f"c{i}"} for i in range(312)))
    assert errors(folder) == [("communities.csv", 4 + i, "settlement") for i in range(312)]


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


def test_a_table_that_nobody_reads_is_a_warning(folder: Path) -> None:
    (folder / "Roads.CSV").write_text("id\n", encoding="utf-8")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("warning", "Roads.CSV")
    assert problem.allowed.endswith("perhaps roads.csv")


def test_there_is_a_warning_when_no_place_is_a_hub(folder: Path) -> None:
    put(folder, "places", 2, "kind", "junction")
    files = warnings(folder)
    assert ("places.csv", None, "kind") in files


# --------------------------------------------------------------------------- one fault, one message


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_that_cannot_be_read_gives_one_error(folder: Path, table: str) -> None:
    path = folder / f"{table}.csv"
    for content in (b"", b"\xef\xbb\xbf\r\n", b"id\xff\n", b"id,id\n1,1\n", b"id;name\n1;2\n"):
        path.write_bytes(content)
        problem = only_problem(folder)
        assert (problem.level, problem.file) == ("error", path.name)


@pytest.mark.parametrize("table", COLUMNS)
def test_a_folder_in_place_of_a_table_gives_one_error(folder: Path, table: str) -> None:
    (folder / f"{table}.csv").unlink()
    (folder / f"{table}.csv").mkdir()
    problem = only_problem(folder)
    assert (problem.level, problem.file, problem.found) == ("error", f"{table}.csv", "a folder")


@pytest.mark.parametrize("table", COLUMNS)
def test_a_missing_table_gives_one_error_if_something_needs_it(folder: Path, table: str) -> None:
    (folder / f"{table}.csv").unlink()
    report = rp.check(folder)
    if table == "orders":
        (problem,) = report.problems
        assert (problem.level, problem.file) == ("warning", "orders.csv")
        assert "no rows for 'listed'" in problem.found
    elif table in ("hazards", "works", "funding", "targets", "assumptions"):
        assert report.problems == ()
    else:
        assert [(p.level, p.file) for p in report.problems] == [("error", f"{table}.csv")]


@pytest.mark.parametrize("table", COLUMNS)
def test_a_table_with_a_header_only_gives_at_most_one_error(folder: Path, table: str) -> None:
    put_grid(folder, table, grid(folder, table)[:1])
    found = errors(folder)
    needed = table in ("places", "communities", "assets", "calendars", "sources")
    if table == "roads":  # a hazard lies on one
        needed = True
    assert found == ([(f"{table}.csv", None, None)] if needed else [])


@pytest.mark.parametrize(
    ("table", "column"),
    [(table, column) for table in COLUMNS for column in table_type(table).required],
)
def test_a_missing_required_column_gives_one_error(folder: Path, table: str, column: str) -> None:
    lines = grid(folder, table)
    where = lines[0].index(column)
    put_grid(folder, table, [line[:where] + line[where + 1 :] for line in lines])
    assert [(p.level, p.file, p.row, p.column) for p in rp.check(folder).problems] == [
        ("error", f"{table}.csv", 1, column)
    ]


def test_a_required_column_with_another_name_gives_one_error_that_names_it(folder: Path) -> None:
    lines = grid(folder, "communities")
    lines[0][lines[0].index("people")] = "People "
    put_grid(folder, "communities", lines)
    problem = only_problem(folder)
    assert (problem.level, problem.row, problem.column) == ("error", 1, "people")
    assert "'People'" in problem.found


def test_hazards_without_both_columns_place_and_road_give_one_error(folder: Path) -> None:
    lines = grid(folder, "hazards")
    put_grid(folder, "hazards", [line[:1] + line[3:] for line in lines])
    problem = only_problem(folder)
    assert (problem.level, problem.file, problem.row) == ("error", "hazards.csv", 1)


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


def test_an_unquoted_comma_in_a_road_hides_no_other_fault_and_starts_no_false_alarm(
    folder: Path,
) -> None:
    path = folder / "roads.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",9,40", ",9,5,40", 1), "utf-8")
    put(folder, "works", 2, "skill", "diving")
    report = rp.check(folder)
    assert [(p.file, p.row) for p in report.problems] == [("roads.csv", 2), ("works.csv", 2)]


@pytest.mark.parametrize(
    ("table", "row", "column", "text"),
    [
        ("places", 2, "kind", "hubb"),
        ("places", 3, "lon_deg", "east"),
        ("roads", 2, "length_km", "far"),
        ("roads", 2, "from_place", ""),
        ("assets", 2, "mult_medium", "much"),
        ("rates", 3, "rate_m2_day", "fast"),
        ("rates", 4, "skill", ""),
        ("rates", 6, "asset", ""),
        ("deployments", 2, "teams", "two"),
        ("deployments", 4, "allocation", ""),
        ("deployments", 4, "asset", ""),
        ("calendars", 3, "workable_days", "some"),
        ("calendars", 3, "month", "March"),
        ("calendars", 3, "zone", ""),
        ("hazards", 2, "id", "h/1"),
        ("works", 3, "dwellings", "some"),
        ("communities", 2, "people", "some"),
        ("assumptions", 2, "a", "some"),
        ("assumptions", 2, "distribution", "some"),
        ("sources", 2, "title", ""),
        ("sources", 2, "year", "last"),
    ],
)
def test_no_other_row_is_blamed_for_the_fault_of_one(
    folder: Path, table: str, row: int, column: str, text: str
) -> None:
    put(folder, table, row, column, text)
    assert [(p.level, p.file, p.row, p.column) for p in rp.check(folder).problems] == [
        ("error", f"{table}.csv", row, column)
    ]


def test_an_assumption_whose_mean_makes_no_sense_is_an_error(folder: Path) -> None:
    known: Row = {"unit": "1", "mark": "assumed"}
    add(
        folder,
        "assumptions",
        known | {"id": "parcel_m2_minefield", "distribution": "fixed", "a": 0},
        known | {"id": "household_size", "distribution": "fixed", "a": 0},
        known | {"id": "qc_fail_share", "distribution": "fixed", "a": 1.5},
        known | {"id": "qc_sample_share", "distribution": "fixed", "a": -0.1},
        known | {"id": "fatal_share", "distribution": "lognormal", "a": 1, "b": 1000},
        known | {"id": "ts_coverage_share", "distribution": "fixed", "a": 1},
        known | {"id": "route_shares_none", "distribution": "fixed", "a": 1},
    )
    columns = ["a", "a", "a", "a", "a", "distribution"]
    rows = [3, 4, 5, 6, 7, 9]
    assert errors(folder) == [
        ("assumptions.csv", row, column) for row, column in zip(rows, columns, strict=True)
    ]


# ------------------------------------------------------------------------------------ broken files


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


def test_ids_may_be_any_text_that_a_planner_uses(folder: Path) -> None:
    odd = '🏔 Şuşa, "Լ" «7»\nШ'
    for table in COLUMNS:
        lines = grid(folder, table)
        put_grid(folder, table, [[odd if c == "upper" else c for c in line] for line in lines])
    assert rp.check(folder).problems == ()
    assert rp.load(folder).communities[0].settlement == odd
    put(folder, "works", 2, "settlement", odd + "?")
    problem = only_problem(folder)
    assert (problem.file, problem.row, problem.column) == ("works.csv", 2, "settlement")
    assert "\n" not in str(problem)


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


def test_a_folder_that_is_none_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name in ("nowhere", "file", "x" * 5000, "a\0b"):
        problem = only_problem(tmp_path / name)
        assert problem.level == "error"
        with pytest.raises(rp.ScenarioError):
            rp.load(tmp_path / name)


def test_an_empty_folder_names_what_is_missing_and_nothing_else(tmp_path: Path) -> None:
    assert errors(tmp_path) == [
        ("scenario.toml", None, None),
        *((f"{t}.csv", None, None) for t in ("places", "communities", "roads", "assets")),
        *((f"{t}.csv", None, None) for t in ("rates", "deployments", "sources")),
    ]


# ----------------------------------------------------------------------------------- scenario.toml


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name = ",
        b"name = 'caf\xe9'",
        b"\xff\xfen\0a\0",
        b"name = 'a'\nname = 'b'",
        b"a = " + b"[" * 100_000,
        b"horizon_years = " + b"9" * 10_000,
        b"start = 2020-02-30",
        b"\0",
    ],
)
def test_a_broken_head_gives_a_message_and_blames_no_table(folder: Path, content: bytes) -> None:
    (folder / "scenario.toml").write_bytes(content)
    report = rp.check(folder)
    assert report.scenario is None
    assert {p.file for p in report.problems} == {"scenario.toml"}


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ('name = "whole"', 'name = ""', "name"),
        ('name = "whole"', 'name = "../up"', "name"),
        ('name = "whole"', 'name = ".."', "name"),
        ('name = "whole"', 'name = "a\\u0000b"', "name"),
        ('name = "whole"', "name = 7", "name"),
        ('name = "whole"', "", "name"),
        ('title = "A world without faults"', "title = 7", "title"),
        ("2025-01-01", "'soon'", "start"),
        ("2025-01-01", "'20250101'", "start"),
        ("2025-01-01", "2025-01-01T00:00:00", "start"),
        ("2025-01-01", "9999-12-31", "start"),
        ("2025-01-01", "0001-01-01", "start"),
        ("= 10", "= 2.5", "horizon_years"),
        ("= 10", "= true", "horizon_years"),
        ("= 10", "= 101", "horizon_years"),
        ("= 10", "= 1" + "0" * 400, "horizon_years"),
        ("survey = {}", "surveys = {}", "gates.surveys"),
        ("survey = {}", "survey = 1", "gates.survey"),
        ("survey = {}", "survey = { share = 1 }", "gates.survey.share"),
        ("max_hub_hours = 3", "max_hub_hours = '3'", "gates.road_access.max_hub_hours"),
        ("max_hub_hours = 3", "max_hub_hours = true", "gates.road_access.max_hub_hours"),
        ("max_hub_hours = 3", "max_hub_hours = -1", "gates.road_access.max_hub_hours"),
        ("max_hub_hours = 3", "max_hub_hours = nan", "gates.road_access.max_hub_hours"),
        ("max_hub_hours = 3", "max_hub_hours = inf", "gates.road_access.max_hub_hours"),
        ("max_hub_hours = 3", f"max_hub_hours = {10**400}", "gates.road_access.max_hub_hours"),
        ("survey = {}", "farmland = { required_share = 2 }", "gates.farmland.required_share"),
        ("survey = {}\nroad_access = { max_hub_hours = 3 }", "", "gates"),
        ('"nearest"', '"closest"', "allocations.near.policy"),
        ('"nearest"', "['nearest']", "allocations.near.policy"),
        ('"Nearest first"', "1", "allocations.near.title"),
        ('policy = "nearest"', 'policy = "nearest"\norder = 1', "allocations.near.order"),
    ],
)
def test_a_wrong_value_in_the_head_gives_one_error_with_its_key(
    folder: Path, old: str, new: str, column: str
) -> None:
    assert old in TOML
    (folder / "scenario.toml").write_text(TOML.replace(old, new), encoding="utf-8")
    problem = only_problem(folder)
    assert (problem.level, problem.file, problem.column) == ("error", "scenario.toml", column)
    assert len(problem.found) < 150


@pytest.mark.parametrize("name", ["", " near", "a/b"])
def test_a_name_that_no_cell_can_hold_is_no_name_of_an_allocation(folder: Path, name: str) -> None:
    text = f'{TOML}\n[allocations."{name}"]\n'
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    report = rp.check(folder)
    assert [(p.file, p.column) for p in report.errors] == [("scenario.toml", f"allocations.{name}")]


def test_a_head_without_allocations_is_one_error(folder: Path) -> None:
    (folder / "scenario.toml").write_text(TOML.split("[allocations")[0], encoding="utf-8")
    assert only_problem(folder).column == "allocations"


def test_a_head_without_gates_has_the_four_default_ones(folder: Path) -> None:
    before, after = TOML.split("[gates]")
    text = before + "[allocations" + after.split("[allocations", 1)[1]
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    assert list(rp.load(folder).gates) == ["permission", "survey", "housing_land", "road_access"]


def test_a_key_that_nobody_reads_is_a_warning(folder: Path) -> None:
    (folder / "scenario.toml").write_text("colour = 'red'\n" + TOML, encoding="utf-8")
    assert warnings(folder) == [("scenario.toml", None, "colour")]


# --------------------------------------------------------------------------------------- workbooks


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


# ------------------------------------------------------------------------------------------- size


def many(count: int) -> Iterator[Row]:
    for i in range(count):
        yield {
            **{"id": f"x{i}", "place": "upper" if i % 2 else "lower", "hazard_class": "SHA"},
            **{"denies": "housing;water", "items_per_km2": 350.5, **AREA},
        }


def test_tens_of_thousands_of_rows_are_checked(folder: Path) -> None:
    add(folder, "hazards", *many(20_000))
    assert rp.check(folder).problems == ()


def test_thousands_of_faults_are_all_listed(folder: Path) -> None:
    rows = (row | {"area_m2": "large", "record": "some", "place": "x"} for row in many(4_000))
    add(folder, "hazards", *rows)
    assert len(rp.check(folder).errors) == 12_000


# ------------------------------------------------------------------------- what may be overlooked


def test_an_area_of_zero_is_a_warning_because_it_may_stand_for_unknown(folder: Path) -> None:
    put(folder, "hazards", 2, "area_m2", "0")
    problem = only_problem(folder)
    assert (problem.level, problem.row, problem.column) == ("warning", 2, "area_m2")
    assert "unknown" in problem.allowed


def test_a_gate_whose_works_are_missing_is_a_warning(folder: Path) -> None:
    text = TOML.replace("survey = {}", "survey = {}\npower = {}")
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    problem = only_problem(folder)
    assert (problem.level, problem.file, problem.column) == (
        "warning",
        "communities.csv",
        "settlement",
    )
    assert "the gate power is unknown there" in problem.allowed
    within = text.replace("power = {}", "power = { within_hours = 1 }")
    (folder / "scenario.toml").write_text(within, encoding="utf-8")
    assert rp.check(folder).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"features": 3}',
        '{"features": [{"geometry": null}]}',
        '{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 2], [2, 1]]]}}]}',
    ],
)
def test_a_background_that_is_no_map_is_one_error(folder: Path, text: str) -> None:
    (folder / "districts.geojson").write_text(text, encoding="utf-8")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("error", "districts.geojson")


def test_a_background_of_polygons_is_fine(folder: Path) -> None:
    ring = [[1, 2], [2, 2], [2, 1], [1, 2]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring], [ring]]}
    text = json.dumps({"features": [{"geometry": shape, "properties": {"source": "Survey"}}]})
    (folder / "districts.geojson").write_text(text, encoding="utf-8")
    assert rp.check(folder).problems == ()
    background, _ = read_background(folder)
    assert len(background.rings) == 2
    assert background.credit_lines == ("Boundaries: Survey",)


@pytest.mark.parametrize("name", ["x" * 81, "tab\there", "line\\nbreak"])
def test_a_name_that_no_file_can_have_is_no_name_of_an_allocation(folder: Path, name: str) -> None:
    text = f'{TOML}\n[allocations."{name}"]\n'.replace("\t", "\\t")
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    assert any(p.level == "error" and "80 letters" in p.allowed for p in rp.check(folder).problems)
