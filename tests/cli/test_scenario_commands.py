"""A new scenario as a planner starts it: what is written, and that it passes the check."""

import dataclasses
from pathlib import Path

import pytest

import returnplan as rp
from tests.running import call

TABLES_OF_SCENARIO = ("places", "communities", "roads", "hazards", "works", "deployments")


def test_a_new_scenario_passes_the_check_and_explains_every_column(starter: Path) -> None:
    result = call("check", starter)
    assert result.exit_code == 0, result.output
    assert "1,170 in 2 communities" in result.output
    assert "assumption qc_fail_share = 0.01" in result.output
    guide = (starter / "README.md").read_text(encoding="utf-8")
    for table in TABLES_OF_SCENARIO:
        assert f"## {table}" in guide
    assert "# The conditions for return" in (starter / "scenario.toml").read_text(encoding="utf-8")


def test_a_new_scenario_can_be_one_workbook(tmp_path: Path, starter: Path) -> None:
    assert call("new", tmp_path / "book", "--xlsx").exit_code == 0
    assert sorted(p.name for p in (tmp_path / "book").iterdir()) == [
        "README.md",
        "scenario.toml",
        "tables.xlsx",
    ]
    made = rp.load(tmp_path / "book")
    assert made.name == "book"
    assert dataclasses.replace(made, name="starter") == rp.load(starter)


def test_a_new_scenario_keeps_its_name_where_the_folder_has_none_to_give(tmp_path: Path) -> None:
    folder = tmp_path / "my own"
    assert call("new", folder).exit_code == 0
    assert rp.load(folder).name == "starter"


def test_a_made_up_scenario_has_the_size_that_was_asked_for(tmp_path: Path) -> None:
    sizes = ("--settlements", "30", "--hazards", "90", "--teams", "15", "--seed", "4")
    assert call("new", tmp_path / "one", *sizes).exit_code == 0
    assert call("new", tmp_path / "two", *sizes).exit_code == 0
    made = rp.load(tmp_path / "one")
    assert made == rp.load(tmp_path / "two")
    assert len(made.communities) == 30
    assert len(made.hazards) == 90
    teams = [line.teams for line in made.deployments if line.allocation == "nearest"]
    assert sum(teams) == 15


def test_new_leaves_a_folder_with_files_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    result = call("new", tmp_path)
    assert result.exit_code == 2
    assert "not empty" in result.output
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("words", [(), ("--xlsx",), ("--settlements", "5")])
def test_a_scenario_that_cannot_be_written_leaves_nothing(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("returnplan.scenario.starter.write_guide", full)
    (tmp_path / "empty").mkdir()
    for target in ("deep/new", "empty"):
        result = call("new", tmp_path / target, *words)
        assert result.exit_code == 1
        assert result.stderr == "returnplan: No space left on device\n"
        assert [path.name for path in tmp_path.rglob("*")] == ["empty"]
