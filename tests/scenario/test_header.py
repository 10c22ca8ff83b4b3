"""``scenario.toml``: keys that are missing, wrong or unknown, and what is written."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.domain import NotCovered
from returnplan.scenario.header import head_text
from tests.scenario.planted import TOML, only_problem, warnings
from tests.worlds import two_villages


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
        *(
            ('name = "whole"', f"name = '{name}'", "name")
            for name in ("a:b", "a*", "=a", "-a", "@a", "a.", "a|b", "x" * 81)
        ),
        ('name = "whole"', "name = 7", "name"),
        ('title = "A world without faults"', "title = '=A1'", "title"),
        ('title = "A world without faults"', 'title = "a\\nb"', "title"),
        ('"Nearest first"', "'+1'", "allocations.near.title"),
        ('name = "whole"', "", "name"),
        ('title = "A world without faults"', "title = 7", "title"),
        ("2025-01-01", "'soon'", "start"),
        ("2025-01-01", "'20250101'", "start"),
        ("2025-01-01", "2025-01-01T00:00:00", "start"),
        ("2025-01-01", "9999-12-31", "start"),
        ("2025-01-01", "0001-01-01", "start"),
        *(
            ("horizon_years", f"as_of = {value}\nhorizon_years", "as_of")
            for value in ("7", "'2024-13-01'", "2024-01-01T00:00:00", "1776-07-04", "''")
        ),
        *(
            ("horizon_years", f"not_covered.{key} = {value}\nhorizon_years", f"not_covered.{key}")
            for key, value in (
                ("text", "7"),
                ("text", "'=A1'"),
                ("places", "'North'"),
                ("places", "[7]"),
                ("places", "['']"),
                ("place", "['North']"),
            )
        ),
        ("horizon_years", "not_covered = 'North'\nhorizon_years", "not_covered"),
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
        *(
            ('title = "Near', f'rest_waits = {value}\ntitle = "Near', "allocations.near.rest_waits")
            for value in ("-1", "2.0", "true", "'End'", "[1]", "1" + "0" * 400)
        ),
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


@pytest.mark.parametrize("name", ["a/b", "a:b", "-a", "a.", "x" * 81, "tab\there", "line\\nbreak"])
def test_a_name_that_no_file_can_have_is_no_name_of_an_allocation(folder: Path, name: str) -> None:
    text = f'{TOML}\n[allocations."{name}"]\n'.replace("\t", "\\t")
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    assert any(p.level == "error" and "80 letters" in p.allowed for p in rp.check(folder).problems)


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


@pytest.mark.parametrize(
    ("text", "value"), [("", 0), ("rest_waits = 0", 0), ("rest_waits = 12", 12), ("end", "end")]
)
def test_what_may_wait_is_read_and_written(tmp_path: Path, text: str, value: int | str) -> None:
    two_villages(tmp_path)
    line = 'rest_waits = "end"' if text == "end" else text
    path = tmp_path / "scenario.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}{line}\n", encoding="utf-8")
    scenario = rp.load(tmp_path)
    assert scenario.allocations[-1].rest_waits == value
    path.write_text(head_text(scenario), encoding="utf-8", newline="\n")
    assert rp.load(tmp_path) == scenario


def test_the_head_escapes_what_toml_reads_as_more(tmp_path: Path) -> None:
    two_villages(tmp_path)
    title = "\"quoted\", \\n and 'more' # end"
    scenario = dataclasses.replace(rp.load(tmp_path), title=title)
    (tmp_path / "scenario.toml").write_text(head_text(scenario), encoding="utf-8", newline="\n")
    assert rp.load(tmp_path).title == title.strip()


@pytest.mark.parametrize(
    "text", ["-0.1", "2.1", "nan", "true", '"wide"'], ids=["below", "above", "nan", "flag", "word"]
)
def test_a_discrepancy_is_a_number_from_0_to_2(folder: Path, text: str) -> None:
    head = folder / "scenario.toml"
    old = head.read_text(encoding="utf-8")
    head.write_text(f"discrepancy_log_sd = {text}\n{old}", encoding="utf-8")
    (problem,) = rp.check(folder).errors
    assert (problem.column, problem.allowed) == ("discrepancy_log_sd", "a number from 0 to 2")


@pytest.mark.parametrize("sd", [0.0, 0.15, 0.3])
def test_a_discrepancy_is_read_and_written(tmp_path: Path, sd: float) -> None:
    scenario = dataclasses.replace(rp.load("scenarios/valley"), discrepancy_log_sd=sd)
    rp.write(scenario, tmp_path)
    assert rp.load(tmp_path) == scenario
    text = (tmp_path / "scenario.toml").read_text(encoding="utf-8")
    assert ("discrepancy_log_sd" in text) == (sd != 0.15)


def test_date_of_the_data_and_what_is_left_out_are_read_and_written_again(
    folder: Path, tmp_path: Path
) -> None:
    left = NotCovered(text='People of "the north"', places=("North", "Upper Ford"))
    scenario = dataclasses.replace(rp.load(folder), as_of=date(2024, 6, 30), not_covered=left)
    rp.write(scenario, tmp_path)
    again = rp.load(tmp_path)
    assert (again.as_of, again.not_covered) == (date(2024, 6, 30), left)
    assert again == scenario


def test_a_head_that_says_neither_has_neither(folder: Path) -> None:
    scenario = rp.load(folder)
    assert scenario.as_of is None
    assert scenario.not_covered == NotCovered()
    assert "as_of" not in head_text(scenario)
    assert "not_covered" not in head_text(scenario)
