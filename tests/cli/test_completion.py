"""What the shell completes after some words."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import BashComplete, ZshComplete

from returnplan.cli import main

VALLEY = "scenarios/valley"


def offered(*before: str, begun: str = "") -> list[str]:
    """What is offered after ``returnplan`` and some words, for the word that was begun."""
    shell = BashComplete(main, {}, "returnplan", "_RETURNPLAN_COMPLETE")
    return [item.value for item in shell.get_completions(list(before), begun)]


def test_allocations_are_those_of_the_scenario_that_was_typed_before() -> None:
    assert offered("run", VALLEY, "-a", begun="t") == ["today", "two_more_teams"]
    shell = BashComplete(main, {}, "returnplan", "_RETURNPLAN_COMPLETE")
    (item,) = shell.get_completions(["run", VALLEY, "--allocation"], "near")
    assert item.help == "Today's teams, nearest community first"


def test_a_run_offers_its_own_allocations_and_communities(tmp_path: Path) -> None:
    (tmp_path / "scenario").symlink_to(Path(VALLEY).resolve())
    assert offered("explain", str(tmp_path), begun="mill") == ["mill_east", "mill_west"]
    assert offered("compare", str(tmp_path), "--against", begun="to") == ["today"]


def test_without_a_scenario_nothing_is_offered(tmp_path: Path) -> None:
    assert offered("run", str(tmp_path), "-a") == []
    assert offered("explain", str(tmp_path)) == []
    (tmp_path / "scenario.toml").write_text("allocations = 3", encoding="utf-8")
    assert offered("run", str(tmp_path), "-a") == []


def test_folders_are_left_to_the_shell() -> None:
    shell = BashComplete(main, {}, "returnplan", "_RETURNPLAN_COMPLETE")
    items = [item for name in ("check", "explain") for item in shell.get_completions([name], "sc")]
    assert [(item.type, item.value) for item in items] == [("dir", "sc")] * 2


@pytest.mark.parametrize("word", ["new", "check", "run", "explain"])
def test_commands_are_offered(word: str) -> None:
    assert offered(begun=word[:4]) == [word]


def test_the_line_for_the_shell_makes_a_script_that_asks_the_command() -> None:
    script = ZshComplete(main, {}, "returnplan", "_RETURNPLAN_COMPLETE").source()
    assert "_RETURNPLAN_COMPLETE=zsh_complete returnplan" in script
