"""The scripts for planners: each runs on the valley, and says what a change by hand says."""

from __future__ import annotations

import dataclasses
import importlib
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from tests.unwatched import unwatched

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scenarios"
DRAWS, SEED = 40, 3
QUESTIONS = {
    "compare_allocations": (),
    "one_more_team": ("--asset", "battle_area_team", "--asset", "quality_team"),
    "team_sweep": ("--asset", "battle_area_team", "--most", "2"),
    "what_if_road_first": ("--road", "pass_road"),
    "records_shared": (),
    "what_may_wait": ("--places", "2", "end"),
    "teams_by_district": (),
}
PERSON_DAYS = "person_days"


def script(name: str) -> ModuleType:
    """Import a script as it runs: its folder first on the path."""
    if str(SCRIPTS) not in sys.path:
        sys.path.insert(0, str(SCRIPTS))
    return importlib.import_module(name)


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of all scripts, run once."""
    root = tmp_path_factory.mktemp("scripts")
    common = ("--draws", str(DRAWS), "--seed", str(SEED))
    with unwatched():
        for name, words in QUESTIONS.items():
            assert script(name).main([*words, *common, "--out", str(root / name)]) == 0
    return {name: root / name for name in QUESTIONS}


@pytest.fixture(scope="session")
def valley() -> rp.Scenario:
    return rp.load(SCRIPTS / "valley")


def table(answers: dict[str, Path], name: str) -> Any:
    return pd.read_csv(answers[name] / f"{name}.csv")


def person_days(scenario: rp.Scenario) -> float:
    spread = rp.ensemble(scenario, ["today"], DRAWS, SEED)
    return float(spread.summary["person_days_mean"].iloc[0])


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_script_writes_a_table_and_a_chart_that_bears_the_statement(
    answers: dict[str, Path], name: str
) -> None:
    assert len(table(answers, name)) > 0
    assert (answers[name] / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    drawn = (answers[name] / f"{name}.svg").read_text(encoding="utf-8")
    assert "Modelled planning estimate" in drawn
    assert f"{DRAWS} draws, seed {SEED}" in " ".join(drawn.split())


def test_one_more_team_brings_what_a_row_more_in_deployments_brings(
    answers: dict[str, Path], valley: rp.Scenario
) -> None:
    like = next(line for line in valley.deployments if line.asset == "battle_area_team")
    by_hand = dataclasses.replace(valley, deployments=(*valley.deployments, like))
    found = table(answers, "one_more_team").set_index("asset")
    wanted = person_days(by_hand) - person_days(valley)
    assert found.loc["battle_area_team", PERSON_DAYS] == pytest.approx(wanted, rel=1e-9)
    assert wanted < 0
    assert found.index[0] == "battle_area_team"  # most person-days saved first
    assert (found["cost_usd"] > 0).all()


def test_a_team_more_in_the_sweep_is_one_more_team(answers: dict[str, Path]) -> None:
    one = table(answers, "one_more_team").set_index("asset").loc["battle_area_team"]
    sweep = table(answers, "team_sweep").set_index("teams_more")
    assert sweep.loc[0, "saved_person_days"] == 0
    assert sweep.loc[1, "saved_person_days"] == pytest.approx(-one[PERSON_DAYS])
    assert sweep.loc[1, "saved_person_days_low"] == pytest.approx(-one["high"])
    assert sweep["cost_usd"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([100, 50, 5, 3], "levels off after 2 more"),
        ([100, 5, 75], "does not level off up to 3 more"),  # the third brings 75 again
        ([100], "does not level off up to 1 more"),
        ([100, -10], "levels off after 1 more"),
        ([-5, 15], "the first team more saves nothing that the draws can tell"),
    ],
)
def test_it_levels_off_where_no_team_more_saves_a_tenth_of_the_first(
    steps: list[float], said: str
) -> None:
    assert script("team_sweep").levels_off(steps) == said


def test_a_team_more_saves_what_it_saves_beside_one_team_fewer_if_they_are_not_level() -> None:
    # Ten people in 20 draws: ready on day 90, 60, in half of the draws 59, 70.
    names = ("0 more", "1 more", "2 more", "3 more")
    ready_day = np.tile(np.array([90.0, 60.0, 60.0, 70.0])[:, None, None], (1, 20, 1))
    ready_day[2, ::2] = 59.0
    spread = script("common").Together(
        allocations=names,
        communities=("one",),
        ready_day=ready_day,
        readiness=pd.DataFrame(
            {"allocation": names, "community": "one", "settlement": "a", "people": 10}
        ).assign(district=""),
        start=date(2030, 1, 1),
        horizon=date(2031, 1, 1),
    )
    found = script("team_sweep").saved_by_each(spread, names, date(2030, 7, 1))
    assert found == [300.0, 0.0, -105.0]  # half of the draws say better, half the same: level


def test_a_road_open_at_once_is_a_road_without_hazards_and_repair(
    answers: dict[str, Path], valley: rp.Scenario
) -> None:
    hazards = tuple(one for one in valley.hazards if one.road != "pass_road")
    roads = tuple(
        dataclasses.replace(one, repair_crew_days=0) if one.id == "pass_road" else one
        for one in valley.roads
    )
    by_hand = dataclasses.replace(valley, hazards=hazards, roads=roads)
    assert len(valley.hazards) - len(hazards) == 2
    found = (
        table(answers, "what_if_road_first").set_index(["what_if", "measure"]).sort_index()["mean"]
    )
    opened = found["open at once", PERSON_DAYS].item()
    assert opened == pytest.approx(person_days(by_hand) - person_days(valley), rel=1e-9)
    assert opened < 0


def test_a_road_served_first_is_a_list_that_begins_with_those_behind_it(
    answers: dict[str, Path], valley: rp.Scenario
) -> None:
    behind = script("what_if_road_first").behind(valley, "today")["pass_road"]
    assert behind == ["terrace_people", "spring_people", "ridge_people"]
    others = ["mill_east", "ford_people", "orchard_people", "mill_west"]
    orders = tuple(
        rp.OrderLine(allocation="today", position=position, community=community)
        for position, community in enumerate([*behind, *others], start=1)
    )
    kept = tuple(line for line in valley.orders if line.allocation != "today")
    by_hand = dataclasses.replace(valley, orders=(*kept, *orders))
    found = (
        table(answers, "what_if_road_first").set_index(["what_if", "measure"]).sort_index()["mean"]
    )
    wanted = person_days(by_hand) - person_days(valley)
    assert found["served first", PERSON_DAYS].item() == pytest.approx(wanted, rel=1e-9)


def test_complete_records_change_the_records_and_the_recall_and_nothing_else(
    answers: dict[str, Path], valley: rp.Scenario
) -> None:
    room = script("records_shared")
    listed = room.with_full_records(valley)
    assert {one.record for one in listed.hazards} == {"full"}
    as_it_was = [one.record for one in valley.hazards]
    back = tuple(
        dataclasses.replace(one, record=record)
        for one, record in zip(listed.hazards, as_it_was, strict=True)
    )
    assert dataclasses.replace(listed, hazards=back) == valley
    recalled = room.with_recall(valley, 0.95)
    changed = {one for one in recalled.assumptions if one not in valley.assumptions}
    assert [(one.id, one.a) for one in changed] == [("record_recall", 0.95)]
    assert len(recalled.assumptions) == len(valley.assumptions)
    found = table(answers, "records_shared")
    days = found[found["measure"] == PERSON_DAYS].set_index("records")["mean"]
    both = room.with_recall(listed, 0.95)
    assert days["both"] == pytest.approx(person_days(both) - person_days(valley), rel=1e-9)
    assert days["listed"] < 0


def test_compared_allocations_stand_beside_what_they_cost_more(answers: dict[str, Path]) -> None:
    found = table(answers, "compare_allocations")
    assert set(found["against"]) == {"today"}
    days = found[found["measure"] == PERSON_DAYS].set_index("allocation")
    assert len(days) == 4
    assert days.loc["two_more_teams", "mean"] < 0 < days.loc["two_more_teams", "cost_usd_more"]
    assert (days["low"] <= days["mean"]).all()
    assert (days["mean"] <= days["high"]).all()


def test_what_waits_is_an_allocation_that_says_so(
    answers: dict[str, Path], valley: rp.Scenario
) -> None:
    headers = tuple(dataclasses.replace(one, rest_waits="end") for one in valley.allocations)
    by_hand = dataclasses.replace(valley, allocations=headers)
    found = table(answers, "what_may_wait").set_index("rest_waits")
    assert list(found.index) == ["0", "2", "end"]
    assert found.loc["0", PERSON_DAYS] == pytest.approx(person_days(valley), rel=1e-12)
    assert found.loc["end", PERSON_DAYS] == pytest.approx(person_days(by_hand), rel=1e-12)
    saved = found.loc["0", PERSON_DAYS] - found.loc["end", PERSON_DAYS]
    less = found.loc["end", "person_days_less"]
    assert less == pytest.approx(saved, rel=1e-6) or found.loc["end", "differing"] < 10
    assert np.isnan(less) == (found.loc["end", "differing"] < 10)
    price = ["casualties_per_1000_person_years", "farmland_ha_by_2026-03-01"]
    assert found[price].notna().all(axis=None)


def test_teams_bound_to_districts_are_the_same_teams_and_leave_no_district_out(
    valley: rp.Scenario,
) -> None:
    room = script("teams_by_district")
    lines = [one for one in room.bound(valley, "today").deployments if one.allocation == room.BOUND]
    count = {
        asset: sum(one.teams for one in lines if one.asset == asset)
        for asset in {one.asset for one in lines}
    }
    before = [one for one in valley.deployments if one.allocation == "today"]
    assert sum(count.values()) == sum(one.teams for one in before)
    for asset, days in room.work_of(valley).items():
        served = {word for one in lines if one.asset == asset for word in one.serves}
        assert served == set(days) or asset not in count


@pytest.mark.parametrize(
    ("count", "groups"),
    [
        (1, [("a", "b", "c")]),
        (2, [("a",), ("b", "c")]),
        (3, [("a",), ("b",), ("c",)]),
        (9, [("a",), ("b",), ("c",)]),
    ],
)
def test_districts_are_put_into_groups_of_about_the_same_work(
    count: int, groups: list[tuple[str, ...]]
) -> None:
    found = script("teams_by_district").groups_of({"c": 3.0, "a": 9.0, "b": 4.0}, count)
    assert [names for names, _ in found] == groups
    assert sum(days for _, days in found) == 16


@pytest.mark.parametrize("name", QUESTIONS)
def test_each_script_says_how_it_is_used(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        script(name).main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"Example: python scenarios/{name}.py" in " ".join(said.split())
    assert all(word in said for word in ("--draws", "--seed", "--out", "--by"))


@pytest.mark.parametrize(
    ("name", "words", "message"),
    [
        ("compare_allocations", ["--against", "never"], "no allocation is called 'never'"),
        ("compare_allocations", ["nowhere"], "no such folder"),
        ("one_more_team", ["-a", "never"], "no allocation is called 'never'; there are: today"),
        ("one_more_team", ["--asset", "boat"], "no asset type is called 'boat'"),
        ("one_more_team", ["--from", "2030-01-01"], "leave on 2028-03-01"),
        ("team_sweep", ["--most", "0"], "at least one team more"),
        ("team_sweep", ["--base", "moon"], "no place is called 'moon'"),
        ("team_sweep", ["--most", "1", "--by", "1999-01-01"], "outside the time of the run"),
        ("what_if_road_first", ["--road", "canal"], "no road is called 'canal'"),
        ("what_if_road_first", ["--road", "orchard_road"], "no community's access route"),
        ("records_shared", ["--recall", "1.5"], "a share above 0 and up to 1"),
        ("what_may_wait", ["--places", "few"], "a whole number, or end"),
        ("teams_by_district", ["-a", "never"], "no allocation is called 'never'"),
    ],
)
def test_what_a_planner_can_mend_is_one_message_and_nothing_is_written(
    name: str,
    words: list[str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "out"
    assert script(name).main([*words, "--draws", "2", "--out", str(out)]) == 1
    said = capsys.readouterr().err.splitlines()
    assert any(line.startswith(f"{name}.py: ") for line in said)
    assert any(message in line for line in said)
    assert not out.exists()


def test_one_draw_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        script("team_sweep").main(["--draws", "1"])
    assert ended.value.code == 2
    assert "2 draws or more" in capsys.readouterr().err


def test_of_many_names_only_the_like_ones_are_told() -> None:
    common = script("common")
    names = [f"road_{number}" for number in range(2_000)]
    with pytest.raises(rp.ReturnplanError, match=r"'raod_7'; there are: road_7") as told:
        common.one_of("raod_7", names, "road")
    assert len(str(told.value)) < 100


def test_a_script_runs_from_any_folder_as_a_planner_types_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", SCRIPTS / "records_shared.py", "--draws", "2"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Written: runs" in done.stdout
    assert "2 of 2 draws" in done.stderr
    assert (tmp_path / "runs" / "records_shared" / "records_shared.svg").exists()
