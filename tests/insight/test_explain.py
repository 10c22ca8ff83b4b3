"""Why a community waits: what the command tells of a run folder, and of what it is not one."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import returnplan as rp
from returnplan.cli import main
from returnplan.insight import explain
from returnplan.insight.explain import Told, WhatIf
from returnplan.insight.story import Chain, Step
from returnplan.model.simulation import Prepared
from returnplan.show import figures
from returnplan.units import seconds_to_date
from tests.sketch import STAGES, Sketch
from tests.worlds import write_random_world

ROOT = Path(__file__).resolve().parents[2]
VALLEY = ROOT / "scenarios" / "valley"
DRAWS = 12
STRETCH = re.compile(r"^ *(\d+ \w+ \d{4}) to (\d+ \w+ \d{4}) +([\d,.]+) days  (\S.*)$")


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def told_by(*words: str | Path) -> str:
    result = call("explain", *words)
    assert result.exit_code == 0, result.output
    return str(result.stdout)


@pytest.fixture(scope="module")
def run_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that runs a scenario folder without figures, each question once."""
    root = tmp_path_factory.mktemp("explain")
    made: dict[tuple[object, ...], Path] = {}

    def run(folder: Path, *words: str) -> Path:
        key = (folder, *words)
        if key not in made:
            made[key] = root / f"run{len(made)}"
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(figures, "draw_figures", lambda *_, **__: None)
                result = call("run", folder, *words, "--out", made[key])
            assert result.exit_code == 0, result.output
        return made[key]

    return run


@pytest.fixture(scope="module")
def drawn(run_of: Callable[..., Path]) -> Path:
    return run_of(VALLEY, "-a", "today", "-a", "smith_path", "--draws", str(DRAWS))


@pytest.fixture(scope="module")
def expected(run_of: Callable[..., Path]) -> Path:
    return run_of(VALLEY, "-a", "today", "--draws", "0")


@pytest.fixture(scope="module")
def told(drawn: Path) -> Told:
    return explain.open_run(drawn)


def sketched(world: Sketch, folder: Path, run_of: Callable[..., Path], draws: int = 0) -> Path:
    rp.write(world.scenario(), folder / "scenario")
    return run_of(folder / "scenario", "--draws", str(draws))


def one_row(table: pd.DataFrame, community: str, allocation: str = "today") -> Any:
    found = table[(table["allocation"] == allocation) & (table["community"] == community)]
    assert len(found) == 1
    return found.iloc[0]


def in_words(day: date) -> str:
    return explain.day_words(day)


def section(text: str, begin: str) -> list[str]:
    """Lines of one paragraph of the page, its heading left out."""
    (found,) = (part for part in text.split("\n\n") if part.startswith(begin))
    return found.splitlines()[1:]


# ---------------------------------------------------------------------------------------- the page


def test_the_page_of_a_community_begins_with_who_which_run_and_the_statement(drawn: Path) -> None:
    lines = told_by(drawn, "mill_east", "--no-what-if", "-a", "today").splitlines()
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
    text = told_by(expected, "orchard", "--no-what-if")
    assert "run on expected values" in text
    assert "draw" not in text.replace("drawn", "")
    assert "Probability" not in text
    row = one_row(rp.load_run(expected).readiness, "orchard_people")
    assert f"Date: {in_words(date.fromisoformat(row['ready_date_p50']))}." in text


@pytest.mark.parametrize("community", ["mill_east", "ford_people", "ridge_people"])
def test_status_and_dates_of_a_community_are_those_of_the_table(
    drawn: Path, community: str
) -> None:
    text = told_by(drawn, community, "--no-what-if", "-a", "today")
    row = one_row(rp.load_run(drawn).readiness, community)
    status = f"{str(row['status']).capitalize()}."
    assert f"\n{status}\n" in text
    assert status.startswith(("Conditions met (modelled)", "Conditions not met", "Unknown"))
    assert f"Probability by the horizon: {row['probability_by_horizon']:.0%}." in text
    for column in ("ready_date_p10", "ready_date_p50", "ready_date_p90"):
        day = row[column]
        words = "not within the horizon" if pd.isna(day) else in_words(date.fromisoformat(day))
        assert words in text


def test_every_gate_in_force_is_listed_with_its_date_and_how_often_it_binds(drawn: Path) -> None:
    text = told_by(drawn, "terrace", "--no-what-if", "-a", "today")
    run = rp.load_run(drawn)
    rows = run.gates[
        (run.gates["community"] == "terrace_people") & (run.gates["allocation"] == "today")
    ]
    start = date.fromisoformat(run.manifest["scenario_start"])
    lines = section(text, "Gate ")
    assert len(lines) == len(rows) == 9
    for line, row in zip(lines, rows.to_dict("records"), strict=True):
        words = line.split()
        assert words[0] == row["gate"]
        assert line[17:25].strip() == row["state"]
        assert words[-1] == f"{row['binding_share']:.0%}"
        if row["state"] == "met":
            assert words[-2] == (start + timedelta(days=int(row["day_p50"] + 1e-6))).isoformat()


# --------------------------------------------------------------------------------------- the chain


def assert_chain(steps: list[Step], start: date, end: date, days: float) -> None:
    """Stretches join from the start to the end, and the last is the event that ends the wait."""
    assert steps[0].begin == start
    assert steps[-1].end == end
    for one, other in pairwise(steps):
        assert one.end == other.begin
    for step in steps:
        assert step.begin <= step.end
        assert (step.days > 0) == bool(step.cause)
        assert abs((step.end - step.begin).days - step.days) < 1
        assert step.words
    assert sum(step.days for step in steps) == pytest.approx(days, abs=1e-6)
    assert steps[-1].words.startswith("gate ")


@pytest.mark.parametrize("seed", [0, 6])
@pytest.mark.parametrize("draw", [None, 1])
def test_chains_of_random_worlds_join_and_say_what_they_are_about(
    seed: int, draw: int | None, tmp_path: Path
) -> None:
    write_random_world(tmp_path, seed, uncertain=True)
    scenario = rp.load(tmp_path)
    stage = Prepared(scenario)
    for allocation in ("by_listed", "few"):
        chains = Chain(stage, allocation, 1)
        outcome = rp.simulate(scenario, allocation, draw=draw)
        ready = outcome.readiness.set_index("community")["ready_day_p50"]
        for community, found in ready.items():
            days = (outcome.horizon - scenario.start).days if pd.isna(found) else found
            steps = chains.steps(str(community), draw)
            assert bool(steps) == (days > 0)
            if steps:
                end = seconds_to_date(round(days * 86_400), scenario.start)
                assert_chain(steps, scenario.start, end, days)
            for step in steps:
                assert step.cause != "other"
                assert not re.search(r"\b(at|on|of|and|until|the) *($|\()|: *$|None", step.words)


@pytest.mark.parametrize("allocation", ["today", "smith_path"])
def test_the_chain_of_every_community_joins_from_the_start_to_its_median_date(
    told: Told, allocation: str
) -> None:
    chains = Chain(told.prepared, allocation, 1)
    horizon = told.prepared.horizon
    exact: dict[int, Any] = {}
    for community in told.run.communities:
        draw = explain.typical_draw(told, allocation, community)
        days = explain.ready_days(told, allocation, community)
        assert draw is not None
        assert days is not None
        row = one_row(told.run.readiness, community, allocation)
        found = row["ready_date_p50"]
        end = horizon if pd.isna(found) else date.fromisoformat(found)
        if draw not in exact:
            outcome = rp.simulate(told.scenario, allocation, draw=draw)
            exact[draw] = outcome.readiness.set_index("community")["ready_day_p50"]
        ready = exact[draw][community]
        whole = (horizon - told.scenario.start).days
        assert float(days[draw]) == pytest.approx(np.inf if pd.isna(ready) else ready, rel=1e-6)
        steps = chains.steps(community, draw)
        assert_chain(steps, told.scenario.start, end, whole if pd.isna(ready) else float(ready))


def test_the_draw_that_is_told_has_the_median_date_and_is_the_first_of_them(told: Told) -> None:
    for community in told.run.communities:
        days = explain.ready_days(told, "today", community)
        draw = explain.typical_draw(told, "today", community)
        assert draw is not None
        assert days is not None
        in_order = sorted(days.tolist())
        assert days[draw] == in_order[DRAWS // 2]
        assert days[draw] not in days[:draw]


def test_the_chain_of_a_draw_adds_up_to_the_causes_of_that_draw(told: Told) -> None:
    outcome = rp.simulate(told.scenario, "today", draw=3)
    chains = Chain(told.prepared, "today", 1)
    for community in told.run.communities:
        rows = outcome.delays[outcome.delays["community"] == community]
        booked = dict(zip(rows["cause"], rows["days_mean"], strict=True))
        by_cause: dict[str, float] = {}
        for step in chains.steps(community, 3):
            if step.cause:
                by_cause[step.cause] = by_cause.get(step.cause, 0) + step.days
        assert by_cause == pytest.approx(booked, abs=1e-6)


def test_the_printed_chain_is_dated_and_joins_without_a_gap(drawn: Path, told: Told) -> None:
    text = told_by(drawn, "terrace", "--no-what-if", "-a", "today")
    lines = section(text, "What it waits for")
    stretches = [found.groups() for line in lines if (found := STRETCH.match(line))]
    assert len(stretches) > 10
    assert stretches[0][0] == "1 March 2024"
    for one, other in pairwise(stretches):
        assert one[1] == other[0]
    end = one_row(told.run.readiness, "terrace_people")["ready_date_p50"]
    assert stretches[-1][1] == in_words(date.fromisoformat(end))
    days = sum(float(found[2].replace(",", "")) for found in stretches)
    whole = (date.fromisoformat(end) - told.scenario.start).days
    assert abs(days - whole) < 1 + 0.05 * len(stretches)


def test_a_road_that_opens_is_named_with_both_its_ends(told: Told) -> None:
    steps = Chain(told.prepared, "today", 1).steps("terrace_people", 5)
    events = [step for step in steps if not step.cause]
    assert [step.words for step in events] == [
        "the road Terrace–Fork (pass_road) is open to people",
        "gate road_access met",
    ]
    assert all(step.days == 0 and step.begin == step.end for step in events)
    assert "repair of the road Terrace–Fork (pass_road)" in steps[-3].words


def test_expected_values_are_told_without_a_draw(expected: Path) -> None:
    told = explain.open_run(expected)
    assert explain.typical_draw(told, "today", "mill_east") is None
    row = one_row(told.run.readiness, "mill_east")
    steps = Chain(told.prepared, "today", 1).steps("mill_east", None)
    end = date.fromisoformat(row["ready_date_p50"])
    assert_chain(steps, told.scenario.start, end, row["ready_day_p50"])


# --------------------------------------------------------------------------------- days by cause


@pytest.mark.parametrize("community", ["mill_west", "spring_people"])
def test_days_by_cause_are_those_of_the_table(drawn: Path, community: str) -> None:
    text = told_by(drawn, community, "--no-what-if", "-a", "smith_path")
    run = rp.load_run(drawn)
    mine = run.delays[
        (run.delays["allocation"] == "smith_path") & (run.delays["community"] == community)
    ].set_index("cause")["days_mean"]
    lines = [line.split() for line in section(text, "Days by cause")]
    shown = {words[0]: words[1] for words in lines}
    told_of = mine[mine >= 0.5].sort_values(ascending=False)
    assert shown == {cause: f"{days:,.1f}" for cause, days in told_of.items()}
    assert [words[0] for words in lines] == list(told_of.index)
    assert f"up to the horizon): {mine.sum():,.1f}\n" in text


# ---------------------------------------------------------------------------------------- what if


def only(told: Told, *causes: str) -> Told:
    """The same run as if there had been no other causes to ask for."""
    delays = told.run.delays
    return replace(told, run=replace(told.run, delays=delays[delays["cause"].isin(causes)]))


@pytest.fixture(scope="module")
def answers(told: Told) -> list[WhatIf]:
    return explain.what_ifs(told, "today", "mill_west", draws=99)


def test_as_it_is_means_the_run_itself(told: Told, answers: list[WhatIf]) -> None:
    days = explain.ready_days(told, "today", "mill_west")
    assert days is not None
    ready_s = answers[0].ready_s
    found = np.where(ready_s == 2**32 - 1, np.inf, ready_s / 86_400)
    assert found == pytest.approx(days, rel=1e-6)
    person_days = summary_of(told)["person_days_mean"]
    assert answers[0].person_days == pytest.approx(person_days, rel=1e-9)
    assert (answers[0].cause, answers[0].remedy) == ("", "as it is")


def summary_of(told: Told) -> Any:
    return told.run.summary.set_index("allocation").loc["today"]


def test_each_cause_with_a_remedy_has_a_line_longest_first(
    told: Told, answers: list[WhatIf]
) -> None:
    mine = told.run.delays[
        (told.run.delays["community"] == "mill_west") & (told.run.delays["allocation"] == "today")
    ]
    long = mine[mine["days_mean"] >= 0.5].sort_values("days_mean", ascending=False)
    assert [one.cause for one in answers] == ["", *long["cause"]]
    lines = list(explain.what_if_lines(told, answers))
    assert "(run again on the same 12 draws; the order of work unchanged)" in lines[0]
    for one, line in zip(answers, lines[2:], strict=False):
        assert line.startswith(f"  {one.remedy}  ")
        share = (one.ready_s != 2**32 - 1).mean()
        assert f" {share:.0%}  " in line
        assert ("%)" in line) == bool(one.cause)
    assert lines[-1] == "Teams that are always free do all else that they can do, too."


def test_the_gates_that_are_set_aside_are_those_that_nothing_meets(
    told: Told, answers: list[WhatIf]
) -> None:
    # Today's plan builds too few dwellings for mill_west in 5 of 12 draws, while in most of the
    # others farmland binds.
    of_gate = {one.cause: one.remedy for one in answers if one.cause in ("not_planned",)}
    assert of_gate == {"not_planned": "gate shelter set aside"}
    ridge = explain.what_ifs(only(told, "missing_data"), "today", "ridge_people", 4)
    assert len(ridge) == 2
    assert ridge[1].remedy == "gate water set aside"
    assert (ridge[0].ready_s == 2**32 - 1).all()
    assert (ridge[1].ready_s <= ridge[0].ready_s).all()


def test_where_no_draw_needs_it_no_gate_is_set_aside(told: Told) -> None:
    # The first draw has dwellings enough: what others suffer from is not in it.
    before, line = explain.what_ifs(only(told, "not_planned"), "today", "mill_west", 1)
    assert before.ready_s[0] < 2**32 - 1
    assert line.remedy == "not planned: not in these draws"
    assert (line.ready_s == before.ready_s).all()
    assert line.person_days == before.person_days


def test_runs_are_counted_as_they_are_done(told: Told) -> None:
    seen: list[tuple[int, int]] = []
    asked = only(told, "missing_data", "permission")
    found = explain.what_ifs(
        asked, "today", "ridge_people", 2, lambda done, total: seen.append((done, total))
    )
    assert seen == [(done, 6) for done in range(1, 7)]
    assert [len(one.ready_s) for one in found] == [2, 2, 2]


def test_more_draws_than_the_run_has_are_not_run(answers: list[WhatIf]) -> None:
    assert {len(one.ready_s) for one in answers} == {DRAWS}


def test_what_ifs_of_expected_values_have_one_run_each(expected: Path) -> None:
    told = explain.open_run(expected)
    found = explain.what_ifs(told, "today", "mill_east", 50)
    assert all(len(one.ready_s) == 1 for one in found)
    row = one_row(told.run.readiness, "mill_east")
    as_it_is = int(found[0].ready_s[0])
    assert as_it_is / 86_400 == pytest.approx(row["ready_day_p50"])
    text = told_by(expected, "mill_east")
    assert "run again on expected values" in text
    line = next(line for line in text.splitlines() if "as it is" in line)
    assert seconds_to_date(as_it_is, told.scenario.start).isoformat() in line
    assert "100%" in line


def test_the_same_question_has_the_same_answer(drawn: Path) -> None:
    words = (drawn, "ridge_people", "-a", "today", "--draws", "1")
    first = told_by(*words)
    assert first == told_by(*words)
    assert "run again on the first 1 draws" in first
    assert first.count("Under ") == 1
    without = told_by(*words, "--no-what-if")
    assert first.startswith(without.rstrip("\n"))
    assert "If one cause were gone" not in without


def test_all_allocations_of_the_run_are_told_of_if_none_is_named(drawn: Path) -> None:
    text = told_by(drawn, "orchard", "--no-what-if")
    assert re.findall(r"^Under (\w+)", text, re.MULTILINE) == ["today", "smith_path"]
    twice = told_by(drawn, "orchard", "--no-what-if", "-a", "today", "-a", "today")
    assert twice.count("Under ") == 1


# ------------------------------------------------------------------------------------ worlds apart


def test_a_community_that_is_never_ready_is_told_what_is_missing(drawn: Path, told: Told) -> None:
    text = told_by(drawn, "ridge", "-a", "today", "--draws", "1")
    assert "Median date: not within the horizon.\n" in text
    assert "Probability by the horizon: 0%." in text
    assert "2,922.0 days  gate water: unknown, data is missing" in text
    assert re.search(r"as it is +not by horizon +0%", text)


def test_a_community_that_is_ready_on_day_0_waits_for_nothing(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    world = Sketch()
    world.village("home", people=0)
    world.team()
    folder = sketched(world, tmp_path, run_of)
    text = told_by(folder, "home")
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
    text = told_by(sketched(world, tmp_path, run_of), "home")
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
    text = told_by(sketched(world, tmp_path, run_of), "home")
    assert re.search(r"as it is +2025-01-17 +100%  1,600\n", text)
    assert re.search(r"handover on the same day +2025-01-07 +100%  600 \(-62.5%\)\n", text)


def test_the_gates_of_the_run_are_those_that_are_explained(run_of: Callable[..., Path]) -> None:
    folder = run_of(VALLEY, "-a", "today", "--draws", "3", "--gates", "essential")
    text = told_by(folder, "ridge", "--no-what-if")
    gates = [line.split()[0] for line in section(text, "Gate ")]
    assert gates == ["permission", "survey", "housing_land", "road_access"]
    told = explain.open_run(folder)
    assert list(told.scenario.gates) == gates
    row = one_row(told.run.readiness, "ridge_people")
    end = told.prepared.horizon
    if not pd.isna(row["ready_date_p50"]):
        end = date.fromisoformat(row["ready_date_p50"])
    draw = explain.typical_draw(told, "today", "ridge_people")
    steps = Chain(told.prepared, "today", 1).steps("ridge_people", draw)
    assert steps[-1].end == end
    assert "water" not in text


def test_a_permission_names_the_place(tmp_path: Path, run_of: Callable[..., Path]) -> None:
    world = Sketch()
    world.village("home", people=10, accessible_from=date(2025, 3, 2))
    world.team()
    text = told_by(sketched(world, tmp_path, run_of), "home")
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
    lines = section(told_by(sketched(world, tmp_path, run_of), "home"), "What it waits for")
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
    text = told_by(sketched(world, tmp_path, run_of), "home", "--no-what-if")
    assert re.search(r"17 January 2025 +the road town–home \(way\) is open to teams", text)


def test_a_road_that_never_opens_is_still_closed(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    world = Sketch(horizon_years=1)
    world.gates = {"road_access": {}}
    world.village("home", people=10, hours=None)
    world.road("way", "town", "home", repair_crew_days=500)
    world.team("builders", ["road_repair"])
    text = told_by(sketched(world, tmp_path, run_of), "home", "--no-what-if")
    assert "Conditions not met: road_access." in text
    assert re.search(r"365.0 days  work: repair of the road town–home \(way\)", text)
    assert re.search(r"1 January 2026 +the road town–home \(way\) is still closed", text)
    assert re.search(r"1 January 2026 +gate road_access not met by the horizon", text)


def test_work_that_no_road_leads_to_says_so(tmp_path: Path, run_of: Callable[..., Path]) -> None:
    world = Sketch(horizon_years=1)
    world.gates = {"housing_land": {}}
    world.village("home", people=10, hours=None)
    world.hazard("mine", "home")
    world.team()
    text = told_by(sketched(world, tmp_path, run_of), "home")
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
    text = told_by(sketched(world, tmp_path, run_of), "home")
    assert "365.0 days  gate shelter: nothing that is planned meets it" in text
    assert re.search(r"gate shelter set aside +2025-01-01 +100%", text)


# ------------------------------------------------------------------------- names and wrong inputs


@pytest.mark.parametrize(
    "name", ["terrace_people", "terrace", "Terrace", "TERRACE", "Terrace_People"]
)
def test_a_community_is_found_by_id_or_by_settlement_in_any_case(told: Told, name: str) -> None:
    assert explain.find_community(told, name) == "terrace_people"


def test_a_community_is_found_by_the_name_in_another_language(told: Told) -> None:
    scenario = told.scenario
    places = tuple(
        replace(place, names={"ar": "القرية", "fr": "Gué"}) if place.id == "ford" else place
        for place in scenario.places
    )
    other = replace(told, scenario=replace(scenario, places=places))
    assert explain.find_community(other, "gué") == "ford_people"
    assert explain.find_community(other, "القرية") == "ford_people"


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


def test_an_id_goes_before_the_name_of_a_settlement(
    tmp_path: Path, run_of: Callable[..., Path]
) -> None:
    world = Sketch()
    world.place("a")
    world.place("b")
    world.people("one", "a", 0)
    world.people("two", "b", 0)
    world.rows["places"][1]["name"] = "two"
    world.team()
    told = explain.open_run(sketched(world, tmp_path, run_of))
    assert explain.find_community(told, "two") == "two"
    with pytest.raises(rp.ReturnplanError, match="say one of one, two"):
        explain.find_community(told, "TWO")


def test_an_unknown_allocation_names_those_of_the_run(drawn: Path) -> None:
    result = call("explain", drawn, "ridge", "-a", "nearest_first")
    assert result.exit_code == 2
    assert "no allocation is called 'nearest_first'" in result.stderr
    assert "today, smith_path" in result.stderr


def test_no_draws_are_refused(drawn: Path) -> None:
    assert call("explain", drawn, "ridge", "--draws", "0").exit_code == 2


def changed(run: Path, folder: Path, change: Callable[[Path], object]) -> Path:
    """Copy a run folder and change something in it."""
    shutil.copytree(run, folder)
    change(folder)
    return folder


def with_manifest(**values: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / "manifest.json"
        known = json.loads(path.read_text(encoding="utf-8")) | values
        kept = {key: value for key, value in known.items() if value is not ...}
        path.write_text(json.dumps(kept), encoding="utf-8")

    return change


def in_scenario(name: str, change: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: change(folder / "scenario" / name)


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "is no run folder"),
    "no table": (lambda folder: (folder / "delays.csv").unlink(), "is no complete run folder"),
    "no ready days": (lambda folder: (folder / "ready_day.npz").unlink(), "no complete run folder"),
    "no copy": (lambda folder: shutil.rmtree(folder / "scenario"), "holds no folder scenario"),
    "changed copy": (
        in_scenario("hazards.csv", lambda path: path.write_text("", encoding="utf-8")),
        "is not the scenario of this run any more",
    ),
    "a table of the copy gone": (
        in_scenario("works.csv", Path.unlink),
        "is not the scenario of this run any more",
    ),
    "the toml of the copy gone": (
        in_scenario("scenario.toml", Path.unlink),
        "is not the scenario of this run any more",
    ),
    "no gates": (with_manifest(gates=...), "names no gates in its manifest"),
    "blank gates": (with_manifest(gates=None), "names no gates in its manifest"),
    "unknown gates": (with_manifest(gates={"hope": {}}), "names no gates in its manifest"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_folder_that_is_not_the_run_any_more_is_one_message(
    drawn: Path, tmp_path: Path, what: str
) -> None:
    change, message = CHANGES[what]
    folder = changed(drawn, tmp_path / "run", change)
    result = call("explain", folder, "ridge")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert isinstance(result.exception, SystemExit)
    with pytest.raises(rp.ReturnplanError, match=re.escape(message)):
        explain.open_run(folder)


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
