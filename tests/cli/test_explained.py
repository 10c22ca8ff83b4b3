"""Why a community waits: what the command prints of a run folder."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.cli.explained import what_if_lines
from returnplan.insight.explain import (
    OpenedRun,
    WhatIf,
    open_run,
    typical_draw,
    what_ifs,
)
from returnplan.insight.story import Chain
from returnplan.language.words import ENGLISH
from returnplan.runs.expected_values import expected_values_words
from returnplan.units import seconds_to_date
from tests.running import call, one_row
from tests.sketch import STAGES, Sketch

ROOT = Path(__file__).resolve().parents[2]
VALLEY = ROOT / "scenarios" / "valley"
DRAWS = 12
STRETCH = re.compile(r"^ *(\d+ \w+ \d{4}) to (\d+ \w+ \d{4}) +([\d,.]+) days  (\S.*)$")


def printed(*words: str | Path) -> str:
    result = call("explain", *words)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


@pytest.fixture(scope="module")
def drawn(run_of: Callable[..., Path]) -> Path:
    return run_of(VALLEY, "-a", "today", "-a", "smith_path", "--draws", str(DRAWS))


@pytest.fixture(scope="module")
def expected(run_of: Callable[..., Path]) -> Path:
    return run_of(VALLEY, "-a", "today", "--draws", "0")


@pytest.fixture(scope="module")
def opened(drawn: Path) -> OpenedRun:
    return open_run(drawn)


@pytest.fixture(scope="module")
def answers(opened: OpenedRun) -> list[WhatIf]:
    return what_ifs(opened, "today", "mill_west", draws=99)


def sketched(world: Sketch, folder: Path, run_of: Callable[..., Path], draws: int = 0) -> Path:
    rp.write(world.scenario(), folder / "scenario")
    return run_of(folder / "scenario", "--draws", str(draws))


def quarter(day: object) -> str:
    """Say a median date as 12 draws do."""
    if not isinstance(day, pd.Timestamp):
        return "not within the horizon"
    return f"{('1st', '2nd', '3rd', '4th')[(day.month - 1) // 3]} quarter {day.year}"


def section(text: str, begin: str) -> list[str]:
    """Lines of one paragraph of the page, its heading left out."""
    (found,) = (part for part in text.split("\n\n") if part.startswith(begin))
    return found.splitlines()[1:]


def test_the_page_of_a_community_begins_with_who_which_run_and_the_statement(drawn: Path) -> None:
    lines = printed(drawn, "mill_east", "--no-what-if", "-a", "today").splitlines()
    assert lines[:5] == [
        "Mill, Lower Valley: community mill_east, 800 people",
        "A made-up mountain valley; 12 draws, seed 1",
        "Modelled planning estimate. It does not state that any land, road or building is safe. "
        "Only the national mine action authority can release land.",
        "",
        "Under today (Today's teams in the order of the district's list)",
    ]
    text = "\n".join(lines)
    assert text.count("safe") == 1


def test_a_page_of_expected_values_shows_no_ranges(expected: Path) -> None:
    text = printed(expected, "orchard", "--no-what-if")
    assert "run on expected values" in text
    assert "draw" not in text.replace("drawn", "")
    assert "Probability" not in text
    assert "against the median" not in text
    row = one_row(rp.load_run(expected).readiness, "orchard_people")
    assert f"Date: {ENGLISH.full_date(row['ready_date_p50'].date())}." in text


@pytest.mark.parametrize("community", ["mill_east", "ford_people", "ridge_people"])
def test_status_and_dates_of_a_community_are_those_of_the_table(
    drawn: Path, community: str
) -> None:
    text = printed(drawn, community, "--no-what-if", "-a", "today")
    row = one_row(rp.load_run(drawn).readiness, community)
    status = f"{str(row['status']).capitalize()}."
    assert f"\n{status}\n" in text
    assert status.startswith(("Conditions met (modelled)", "Conditions not met", "Unknown"))
    share = f"Probability by the horizon: {row['probability_by_horizon']:.0%}"
    sure = "" if pd.isna(row["certainty"]) else f" ({row['certainty']})"
    assert f"{share}{sure}." in text
    for column in ("ready_date_p10", "ready_date_p50", "ready_date_p90"):
        assert quarter(row[column]) in text


def test_every_gate_in_force_is_listed_with_its_date_and_how_often_it_binds(drawn: Path) -> None:
    text = printed(drawn, "terrace", "--no-what-if", "-a", "today")
    run = rp.load_run(drawn)
    rows = run.gates[
        (run.gates["community"] == "terrace_people") & (run.gates["allocation"] == "today")
    ]
    start = date.fromisoformat(run.manifest["scenario_start"])
    lines = section(text, "Gate ")
    assert len(lines) == len(rows) == 9
    for line, row in zip(lines, rows.to_dict("records"), strict=True):
        words = line.split()
        assert line[16:17] == line[25:26] == line[42:43] == " "
        assert words[0] == row["gate"]
        assert line[17:25].strip() == row["state"]
        assert words[-1] == f"{row['binding_share']:.0%}"
        if row["state"] == "met":
            reached = pd.Timestamp(start + timedelta(days=int(row["day_p50"] + 1e-6)))
            assert line[26:42].strip() == quarter(reached)


def test_the_printed_chain_is_dated_and_joins_without_a_gap(drawn: Path, opened: OpenedRun) -> None:
    text = printed(drawn, "terrace", "--no-what-if", "-a", "today")
    lines = section(text, "What it waits for")
    stretches = [found.groups() for line in lines if (found := STRETCH.match(line))]
    assert len(stretches) > 10
    assert stretches[0][0] == "1 March 2024"
    for one, other in pairwise(stretches):
        assert one[1] == other[0]
    end = one_row(opened.run.readiness, "terrace_people")["ready_date_p50"]
    assert stretches[-1][1] == ENGLISH.full_date(end.date())
    days = sum(float(found[2].replace(",", "")) for found in stretches)
    whole = (end.date() - opened.scenario.start).days
    assert abs(days - whole) < 1 + 0.05 * len(stretches)


@pytest.mark.parametrize("community", ["mill_west", "spring_people"])
def test_days_by_cause_are_those_of_the_table(drawn: Path, community: str) -> None:
    text = printed(drawn, community, "--no-what-if", "-a", "smith_path")
    run = rp.load_run(drawn)
    mine = run.delays[
        (run.delays["allocation"] == "smith_path") & (run.delays["community"] == community)
    ].set_index("cause")["days_mean"]
    lines = [line.split() for line in section(text, "Days by cause")]
    shown = {words[0]: words[1] for words in lines}
    long = mine[mine >= 0.5].sort_values(ascending=False)
    assert shown == {cause: f"{days:,.1f}" for cause, days in long.items()}
    assert [words[0] for words in lines] == list(long.index)
    assert f"up to the horizon): {mine.sum():,.1f}\n" in text


def test_each_cause_with_a_remedy_has_a_line_longest_first(
    opened: OpenedRun, answers: list[WhatIf]
) -> None:
    mine = opened.run.delays[
        (opened.run.delays["community"] == "mill_west")
        & (opened.run.delays["allocation"] == "today")
    ]
    long = mine[mine["days_mean"] >= 0.5].sort_values("days_mean", ascending=False)
    assert [one.cause for one in answers] == ["", *long["cause"]]
    lines = list(what_if_lines(opened, answers))
    assert "(run again on the same 12 draws; the order of work unchanged)" in lines[0]
    for one, line in zip(answers, lines[2:], strict=False):
        assert line.startswith(f"  {one.remedy}  ")
        share = np.isfinite(one.ready_s).mean()
        assert f" {share:.0%}  " in line
        assert ("%)" in line) == bool(one.cause)
    assert lines[-1] == "Teams that are always free do all else that they can do, too."


def test_what_ifs_of_expected_values_have_one_run_each(expected: Path) -> None:
    opened = open_run(expected)
    found = what_ifs(opened, "today", "mill_east", 50)
    assert all(len(one.ready_s) == 1 for one in found)
    row = one_row(opened.run.readiness, "mill_east")
    as_it_is = int(found[0].ready_s[0])
    assert as_it_is / 86_400 == pytest.approx(row["ready_day_p50"])
    text = printed(expected, "mill_east")
    assert "run again on expected values" in text
    line = next(line for line in text.splitlines() if "as it is" in line)
    assert seconds_to_date(as_it_is, opened.scenario.start).isoformat() in line
    assert "100%" in line


@pytest.mark.unwatched
def test_the_same_question_has_the_same_answer(drawn: Path) -> None:
    words = (drawn, "ridge_people", "-a", "today", "--draws", "1")
    first = printed(*words)
    assert first == printed(*words)
    assert "run again on the first 1 draws" in first
    assert first.count("Under ") == 1
    without = printed(*words, "--no-what-if")
    assert first.startswith(without.rstrip("\n"))
    assert "If one cause were gone" not in without


def test_all_allocations_of_the_run_are_told_of_if_none_is_named(drawn: Path) -> None:
    text = printed(drawn, "orchard", "--no-what-if")
    assert re.findall(r"^Under (\w+)", text, re.MULTILINE) == ["today", "smith_path"]
    twice = printed(drawn, "orchard", "--no-what-if", "-a", "today", "-a", "today")
    assert twice.count("Under ") == 1


def test_a_community_that_is_never_ready_is_told_what_is_missing(
    drawn: Path, opened: OpenedRun
) -> None:
    text = printed(drawn, "ridge", "-a", "today", "--draws", "1")
    assert "Median date: not within the horizon.\n" in text
    run = opened.run
    assert f"\n{expected_values_words(run.summary, run.people_met, 'today')}\n" in text
    assert "Probability by the horizon: 0%" in text
    assert "2,922.0 days  gate water: unknown, data is missing" in text
    assert re.search(r"as it is +not by horizon +0%", text)


def test_a_community_that_is_ready_on_day_0_waits_for_nothing(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    world = Sketch()
    world.village("home", people=0)
    world.team()
    folder = sketched(world, tmp_path, run_of)
    text = printed(folder, "home")
    assert "Date: 1 January 2025." in text
    assert "  nothing: all gates hold from the start" in text
    assert "Days by cause (up to the horizon): 0.0" in text
    assert "There is no cause of half a day or more to take away." in text


def test_a_community_without_people_is_explained_too(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    world = Sketch()
    world.gates = {"housing_land": {}}
    world.village("home", people=0)
    world.hazard("mine", "home")
    world.team()
    text = printed(sketched(world, tmp_path, run_of), "home")
    assert re.search(r"as it is +2025-01-17 +100%  0\n", text)
    assert re.search(r"handover on the same day +2025-01-07 +100%  0\n", text)
    assert "%)" not in text.split("If one cause")[1]


def test_few_person_days_are_counted_in_full(tmp_path: Path, run_of: Callable[..., Path]) -> None:
    # 16 days of 100 people.
    world = Sketch()
    world.gates = {"housing_land": {}}
    world.village("home", people=100)
    world.hazard("mine", "home")
    world.team("surveyors", ["survey"])
    world.team("deminers", STAGES[1:])
    text = printed(sketched(world, tmp_path, run_of), "home")
    assert re.search(r"as it is +2025-01-17 +100%  1,600\n", text)
    assert re.search(r"handover on the same day +2025-01-07 +100%  600 \(-62.5%\)\n", text)


@pytest.mark.unwatched
def test_the_gates_of_the_run_are_those_that_are_explained(run_of: Callable[..., Path]) -> None:
    folder = run_of(VALLEY, "-a", "today", "--draws", "3", "--gates", "essential")
    text = printed(folder, "ridge", "--no-what-if")
    gates = [line.split()[0] for line in section(text, "Gate ")]
    assert gates == ["permission", "survey", "housing_land", "road_access"]
    opened = open_run(folder)
    assert list(opened.scenario.gates) == gates
    row = one_row(opened.run.readiness, "ridge_people")
    end = opened.prepared.horizon
    if not pd.isna(row["ready_date_p50"]):
        end = row["ready_date_p50"].date()
    draw = typical_draw(opened, "today", "ridge_people")
    steps = Chain(opened.prepared, "today", 1).steps("ridge_people", draw)
    assert steps[-1].end == end
    assert "water" not in text


def test_it_says_how_much_of_the_work_before_no_gate_waits_for(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    world = Sketch()
    world.gates = {"housing_land": {}}
    for name in ("early", "late"):
        world.village(name)
        world.hazard(f"{name}_homes", name)
        world.hazard(f"{name}_fields", name, denies="farmland")
    world.team()  # 6 days of work on each: homes, fields of the first, then of the second
    folder = sketched(world, tmp_path, run_of)
    said = "workable team-days ({}) on land and works that no gate waits for, {} of them here"
    # early is ready on day 16: its fields are done, and of late a day and four that began on day 13
    first, second = (" ".join(printed(folder, name).split()) for name in ("early", "late"))
    assert f"spend 6 of 17 {said.format('35%', '6')}" in first
    assert f"spend 12 of 24 {said.format('50%', '6')}" in second
    world.gates |= {"farmland": {}}
    assert "no gate waits" not in printed(sketched(world, tmp_path / "all", run_of), "early")


def test_a_permission_names_the_place(tmp_path: Path, run_of: Callable[..., Path]) -> None:
    world = Sketch()
    world.village("home", people=10, accessible_from=date(2025, 3, 2))
    world.team()
    text = printed(sketched(world, tmp_path, run_of), "home")
    assert re.search(r"1 January 2025 to 2 March 2025 +60.0 days  until home may be entered", text)
    assert re.search(r"all places may be entered from the start +2025-01-01", text)


def test_a_road_with_a_date_names_its_ends_with_a_date(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    world = Sketch()
    world.gates = {"road_access": {}}
    world.place("pass", "junction", accessible_from=date(2025, 2, 1))
    world.road("first", "town", "pass")
    world.village("home", people=10, hours=None)
    world.road("second", "pass", "home")
    world.team()
    lines = section(printed(sketched(world, tmp_path, run_of), "home"), "What it waits for")
    assert len(lines) == 3
    assert lines[0].endswith("31.0 days  until pass may be entered")
    assert lines[1].endswith("the road pass–home (second) is open to people")
    assert lines[2].endswith("gate road_access met")


def test_teams_may_use_a_road_before_people_do(tmp_path: Path, run_of: Callable[..., Path]) -> None:
    # The road is released on day 16; home is cleared from 16 on; people wait for the repair.
    world = Sketch()
    world.gates = {"housing_land": {}}
    world.village("home", people=10, hours=None)
    world.road("way", "town", "home", repair_crew_days=500)
    world.hazard("block", "way")
    world.hazard("mine", "home")
    world.team()
    world.team("builders", ["road_repair"])
    text = printed(sketched(world, tmp_path, run_of), "home", "--no-what-if")
    assert re.search(r"17 January 2025 +the road town–home \(way\) is open to teams", text)


def test_a_road_that_never_opens_is_still_closed(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    world = Sketch(horizon_years=1)
    world.gates = {"road_access": {}}
    world.village("home", people=10, hours=None)
    world.road("way", "town", "home", repair_crew_days=500)
    world.team("builders", ["road_repair"])
    text = printed(sketched(world, tmp_path, run_of), "home", "--no-what-if")
    assert "Conditions not met: road_access." in text
    assert re.search(r"365.0 days  work: repair of the road town–home \(way\)", text)
    assert re.search(r"1 January 2026 +the road town–home \(way\) is still closed", text)
    assert re.search(r"1 January 2026 +gate road_access not met by the end of the run", text)


def test_work_that_no_road_leads_to_says_so(tmp_path: Path, run_of: Callable[..., Path]) -> None:
    world = Sketch(horizon_years=1)
    world.gates = {"housing_land": {}}
    world.village("home", people=10, hours=None)
    world.hazard("mine", "home")
    world.team()
    text = printed(sketched(world, tmp_path, run_of), "home")
    assert (
        "no way there for teams: technical survey of hazard mine at home (denies housing)" in text
    )
    assert re.search(r"gate housing_land set aside +2025-01-01", text)


def test_a_gate_that_no_plan_meets_says_so(tmp_path: Path, run_of: Callable[..., Path]) -> None:
    world = Sketch(horizon_years=1)
    world.gates = {"shelter": {}, "road_access": {}}
    world.village("home", people=40)
    world.works("houses", "home", "shelter", 3, dwellings=1)
    world.team("builders", ["building"])
    text = printed(sketched(world, tmp_path, run_of), "home")
    assert "365.0 days  gate shelter: no planned work meets it" in text
    assert re.search(r"gate shelter set aside +2025-01-01 +100%", text)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mill", "'mill' is the name of 2 communities: say one of mill_east, mill_west"),
        ("rid", "no community is called 'rid'; alike: ridge_people (Ridge)"),
        ("Terace", "no community is called 'Terace'; alike: terrace_people (Terrace)"),
        ("Atlantis", "no community is called 'Atlantis'; readiness.csv lists all"),
    ],
)
def test_a_name_that_is_not_one_community_lists_what_could_be_meant(
    drawn: Path, name: str, message: str
) -> None:
    result = call("explain", drawn, name)
    assert result.exit_code == 2
    assert result.stderr == f"returnplan: {message}\n"
    assert result.stdout == ""


def test_an_unknown_allocation_names_those_of_the_run(drawn: Path) -> None:
    result = call("explain", drawn, "ridge", "-a", "nearest_first")
    assert result.exit_code == 2
    assert "no allocation is called 'nearest_first'" in result.stderr
    assert "today, smith_path" in result.stderr


def test_no_draws_are_refused(drawn: Path) -> None:
    assert call("explain", drawn, "ridge", "--draws", "0").exit_code == 2


def test_a_shard_and_a_scenario_are_no_run_folders(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    shard = run_of(VALLEY, "-a", "today", "--draws", "4", "--shard", "1/2")
    for folder, message in (
        (shard, "is a part of a run: put the parts together, with merge"),
        (VALLEY, "is no run folder: it has no manifest.json of returnplan"),
        (tmp_path / "nowhere", "is no run folder"),
    ):
        result = call("explain", folder, "ridge")
        assert message in result.stderr
        assert isinstance(result.exception, SystemExit)
        assert result.stdout == ""


def test_a_folder_that_is_no_run_is_bad_input_and_not_bad_usage(tmp_path: Path) -> None:
    assert call("explain", tmp_path, "ridge").exit_code == 1
