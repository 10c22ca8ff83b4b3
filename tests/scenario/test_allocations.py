"""Allocations that are like others: in files, in a workbook and in Python (model §4)."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import returnplan as rp
from returnplan.cli.described import describe
from returnplan.model.work.policies import POLICIES
from tests.scenario.planted import TOML, add, head, more, said, to_workbook
from tests.sketch import Sketch

Lines = list[tuple[Any, ...]]
LIKE = f'{TOML}\n[allocations.more]\nlike = "listed"\n'


def lines(scenario: rp.Scenario, allocation: str) -> Lines:
    """Asset, base, teams and from of the lines of an allocation."""
    found = [line for line in scenario.deployments if line.allocation == allocation]
    return sorted((d.asset, d.base, d.teams, str(d.from_date or "")) for d in found)


def ranked(scenario: rp.Scenario, allocation: str) -> list[str]:
    found = [line for line in scenario.orders if line.allocation == allocation]
    return [line.community for line in sorted(found, key=lambda line: line.position)]


def told(folder: Path, toml: str, *rows: dict[str, object]) -> rp.Scenario:
    (folder / "scenario.toml").write_text(toml, encoding="utf-8")
    add(folder, "deployments", *({"base": "camp", "source": "made_up", **row} for row in rows))
    return rp.load(folder)


def test_an_allocation_takes_over_teams_policy_and_list_of_the_one_it_is_like(folder: Path) -> None:
    scenario = told(folder, LIKE)
    assert lines(scenario, "more") == lines(scenario, "listed")
    assert scenario.allocation("more").policy == "listed"
    assert ranked(scenario, "more") == ["lower_people", "upper_people"]
    assert rp.check(folder).warnings == ()


def test_a_row_of_the_same_asset_base_and_days_replaces_teams_and_others_add(folder: Path) -> None:
    scenario = told(
        folder,
        LIKE,
        {"allocation": "more", "asset": "deminers", "teams": 5},
        {"allocation": "more", "asset": "builders", "teams": 0},
        {"allocation": "more", "asset": "builders", "teams": 1, "from": "2026-01-01"},
        {"allocation": "more", "asset": "deminers", "teams": 3, "base": "town"},
    )
    assert lines(scenario, "more") == [
        ("builders", "camp", 1, "2026-01-01"),
        ("deminers", "camp", 5, ""),
        ("deminers", "town", 3, ""),
    ]
    assert lines(scenario, "listed") == [("builders", "camp", 2, ""), ("deminers", "camp", 2, "")]


def test_a_blank_from_and_a_day_up_to_the_start_are_the_same(folder: Path) -> None:
    row = {"allocation": "more", "asset": "deminers", "teams": 5, "from": "2024-06-01"}
    assert lines(told(folder, LIKE, row), "more") == [
        ("builders", "camp", 2, ""),
        ("deminers", "camp", 5, "2024-06-01"),
    ]


def test_an_allocation_like_one_that_is_like_another_takes_over_what_both_say(folder: Path) -> None:
    toml = f'{TOML}\n[allocations.c]\nlike = "b"\n\n[allocations.b]\nlike = "near"\n'
    scenario = told(
        folder,
        toml,
        {"allocation": "c", "asset": "builders", "teams": 7},
        {"allocation": "b", "asset": "deminers", "teams": 5},
    )
    assert lines(scenario, "c") == [("builders", "camp", 7, ""), ("deminers", "camp", 5, "")]
    assert scenario.allocation("c").policy == "nearest"
    assert [header.name for header in scenario.allocations] == ["listed", "near", "c", "b"]


def test_a_policy_and_a_list_of_its_own_go_first(folder: Path) -> None:
    toml = f'{LIKE}policy = "population"\n\n[allocations.own]\nlike = "listed"\n'
    (folder / "scenario.toml").write_text(toml, encoding="utf-8")
    add(folder, "orders", {"allocation": "own", "position": 1, "community": "upper_people"})
    scenario = rp.load(folder)
    assert (scenario.allocation("more").policy, ranked(scenario, "more")) == ("population", [])
    assert ranked(scenario, "own") == ["upper_people"]


def test_listed_over_another_policy_still_takes_the_list_of_its_like(folder: Path) -> None:
    toml = f'{LIKE}policy = "nearest"\n\n[allocations.own]\nlike = "near"\npolicy = "listed"\n'
    scenario = told(folder, toml)
    assert ranked(scenario, "own") == []
    (note,) = rp.check(folder).warnings
    assert note.found == "no rows for 'own'"


def test_a_run_is_that_of_the_same_teams_written_out(folder: Path) -> None:
    row = {"asset": "deminers", "teams": 4}
    short = told(folder, LIKE, {"allocation": "more", **row})
    long = dataclasses.replace(
        short,
        deployments=tuple(
            dataclasses.replace(line, teams=4)
            if (line.allocation, line.asset) == ("more", "deminers")
            else line
            for line in (
                *short.deployments[:4],
                *(dataclasses.replace(d, allocation="more") for d in short.deployments[:2]),
            )
        ),
    )
    assert rp.simulate(short, "more").jobs.equals(rp.simulate(long, "more").jobs)


def test_what_is_written_has_every_team_and_loads_as_it_was(folder: Path, tmp_path: Path) -> None:
    scenario = told(folder, LIKE, {"allocation": "more", "asset": "deminers", "teams": 0})
    rp.write(scenario, tmp_path / "copy")
    assert rp.load(tmp_path / "copy") == scenario
    assert 'like = "listed"' not in (tmp_path / "copy" / "scenario.toml").read_text()


def stated(more_of_it: str) -> Any:
    return head('policy = "nearest"\n', f'policy = "nearest"\n{more_of_it}')


def table(row: str) -> Any:
    """One allocation in a table beside the head: name, policy, like."""

    def change(folder: Path) -> None:
        text = f"name,policy,like\n{row}\n"
        (folder / "allocations.csv").write_text(text, encoding="utf-8")

    return change


FAULTS: dict[str, tuple[list[Any], list[str]]] = {
    "like nobody": (
        [stated('like = "nobody"')],
        [
            "scenario.toml, column allocations.near.like: found 'nobody'; "
            "allowed: another allocation: listed"
        ],
    ),
    "like itself": (
        [stated('like = "near"')],
        [
            "scenario.toml, column allocations.near.like: found 'near'; "
            "allowed: another allocation: listed"
        ],
    ),
    "a circle": (
        [stated('like = "listed"'), head('"As listed"', '"As listed"\nlike = "near"')],
        [
            "scenario.toml, column allocations.listed.like: found listed -> near -> listed; "
            "allowed: no way back to itself",
            "scenario.toml, column allocations.near.like: found near -> listed -> near; "
            "allowed: no way back to itself",
        ],
    ),
    "no name": (
        [stated("like = 1")],
        [
            "scenario.toml, column allocations.near.like: found 1; "
            "allowed: the name of another allocation"
        ],
    ),
    "nothing to take away": (
        [
            stated('like = "listed"'),
            more(
                "deployments",
                {"allocation": "near", "asset": "builders", "base": "town", "teams": 0},
            ),
        ],
        [
            "deployments.csv, row 6, column teams: found 0; note: takes nothing away: "
            "listed has no line of that asset, base, from and until"
        ],
    ),
    "stated twice": (
        [table("near,,listed")],
        [
            "allocations.csv, row 2, column name: found 'near'; "
            "allowed: each allocation once (scenario.toml)"
        ],
    ),
    "a policy in the table that is none": (
        [table("third,closest,listed")],
        [
            "allocations.csv, row 2, column policy: found 'closest'; allowed: one of "
            + ", ".join(POLICIES)
        ],
    ),
    "a like in the table that is nobody": (
        [table("third,,fourth")],
        [
            "allocations.csv, row 2, column like: found 'fourth'; "
            "allowed: another allocation: listed, near"
        ],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_an_allocation_cannot_be_like_is_reported(folder: Path, name: str) -> None:
    changes, says = FAULTS[name]
    about_tables = ("no teams for", "no rows for")
    found = [text for text in said(folder, changes) if not any(w in text for w in about_tables)]
    assert found == says


def test_allocations_may_stand_in_a_table_of_files_or_in_a_sheet(folder: Path) -> None:
    before, _ = TOML.split("[allocations.listed]")
    (folder / "scenario.toml").write_text(before, encoding="utf-8")
    rows = ["name,title,policy,like", "listed,As listed,,", "near,Nearest first,nearest,"]
    rows.append("more,,,near")
    (folder / "allocations.csv").write_text("\n".join(rows), encoding="utf-8")
    scenario = rp.load(folder)
    assert [header.title for header in scenario.allocations] == ["As listed", "Nearest first", ""]
    assert lines(scenario, "more") == lines(scenario, "near")
    assert scenario.allocation("more").policy == "nearest"
    (folder / "allocations.csv").unlink()

    def with_sheet(workbook: xlsxwriter.Workbook, _: object) -> None:
        sheet = workbook.add_worksheet("Allocations")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row.split(","))

    to_workbook(folder, edit=with_sheet)
    assert rp.load(folder) == scenario


def test_the_check_tells_the_fleet_that_comes_of_it(folder: Path) -> None:
    told(
        folder,
        LIKE,
        {"allocation": "more", "asset": "deminers", "teams": 5},
        {"allocation": "more", "asset": "builders", "teams": 0},
    )
    text = describe(rp.check(folder))
    at = text.index("  allocation more: policy listed, 5 teams in 1 deployment at 1 base")
    assert text[at + 1] == "             like listed: 5 deminers (3 more), 0 builders (2 fewer)"


# ------------------------------------------------------------------------------------- in Python


def test_python_adds_an_allocation_that_is_like_another_in_two_lines(folder: Path) -> None:
    scenario = rp.load(folder)
    cells = {"asset": "deminers", "base": "camp", "teams": 4}
    later = {"asset": "builders", "base": "camp", "teams": 1, "from": scenario.start.replace(2027)}
    more_teams = scenario.with_allocation("more", like="near", deployments=[cells, later])
    assert lines(more_teams, "more") == [
        ("builders", "camp", 1, "2027-01-01"),
        ("builders", "camp", 2, ""),
        ("deminers", "camp", 4, ""),
    ]
    assert more_teams.allocation("more").policy == "nearest"
    assert {d.source for d in more_teams.deployments} == {d.source for d in scenario.deployments}
    listed = scenario.with_allocation("copy", like="listed", title="A copy")
    assert ranked(listed, "copy") == ranked(scenario, "listed")
    plain = scenario.with_allocation("few", deployments=[scenario.deployments[0]], policy="nearest")
    assert lines(plain, "few") == [("deminers", "camp", 2, "")]


def test_python_says_the_same_as_the_files(folder: Path) -> None:
    by_hand = rp.load(folder).with_allocation(
        "more", like="listed", deployments=[{"asset": "builders", "base": "camp", "teams": 0}]
    )
    row = {"allocation": "more", "asset": "builders", "teams": 0}
    assert told(folder, LIKE, row) == by_hand


def test_an_allocation_in_python_has_a_new_name_and_a_known_like(folder: Path) -> None:
    scenario = rp.load(folder)
    with pytest.raises(ValueError, match="called near already"):
        scenario.with_allocation("near")
    with pytest.raises(KeyError, match="no allocation is called nobody"):
        scenario.with_allocation("more", like="nobody")
    with pytest.raises(ValueError, match="engines"):
        scenario.with_allocation("more", like="near", deployments=[{"engines": 2}])


def test_python_gives_an_allocation_an_order(folder: Path) -> None:
    scenario = rp.load(folder)
    given = scenario.with_order("near", ["upper_people", "lower_people"])
    assert (given.allocation("near").policy, scenario.allocation("near").policy) == (
        "listed",
        "nearest",
    )
    assert ranked(given, "near") == ["upper_people", "lower_people"]
    again = given.with_order("near", ["lower_people"])
    assert ranked(again, "near") == ["lower_people"]
    assert ranked(again, "listed") == ranked(scenario, "listed")
    assert list(rp.simulate(again, "near").order) == ["lower_people", "upper_people"]
    with pytest.raises(KeyError, match="nobody"):
        scenario.with_order("nobody", [])


def test_a_scenario_in_python_is_checked_as_its_folder_is(folder: Path) -> None:
    scenario = rp.load(folder)
    assert rp.check(scenario).problems == ()
    assert rp.check(scenario).scenario == scenario
    wrong = scenario.with_allocation(
        "more", like="near", deployments=[{"asset": "nobody", "base": "camp", "teams": 1}]
    ).with_order("near", ["upper_people", "upper_people", "elsewhere"])
    rp.write(wrong, folder)
    assert rp.check(wrong).problems == rp.check(folder).problems
    assert len(rp.check(wrong).errors) == 3


def test_gates_may_be_given_to_the_check_of_a_scenario(sketch: Sketch) -> None:
    sketch.village("village", people=10)
    sketch.team()
    texts = [note.allowed for note in rp.check(sketch.scenario(), gates={"water": {}}).warnings]
    assert "the gate water is unknown there, never met" in texts
