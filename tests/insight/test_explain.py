"""Runs that are opened again, what each cause taken away would bring, names, wrong folders."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.domain import NotCovered
from returnplan.insight.explain import (
    OpenedRun,
    WhatIf,
    find_community,
    open_run,
    ready_days,
    typical_draw,
    what_ifs,
)
from tests.running import call
from tests.sketch import Sketch

ROOT = Path(__file__).resolve().parents[2]
VALLEY = ROOT / "scenarios" / "valley"
DRAWS = 12


@pytest.fixture(scope="module")
def drawn(run_of: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the valley with dwellings at Mill for the mean number of willing households only."""
    folder = tmp_path_factory.mktemp("planned") / "valley"
    shutil.copytree(VALLEY, folder)
    works = folder / "works.csv"
    works.write_text(works.read_text("utf-8").replace("57,210,", "57,150,"), "utf-8")
    return run_of(folder, "-a", "today", "-a", "smith_path", "--draws", str(DRAWS))


@pytest.fixture(scope="module")
def opened(drawn: Path) -> OpenedRun:
    return open_run(drawn)


def test_the_draw_that_is_told_has_the_median_date_and_is_the_first_of_them(
    opened: OpenedRun,
) -> None:
    for community in opened.run.communities:
        days = ready_days(opened, "today", community)
        draw = typical_draw(opened, "today", community)
        assert draw is not None
        assert days is not None
        in_order = sorted(days.tolist())
        assert days[draw] == in_order[DRAWS // 2]
        assert days[draw] not in days[:draw]


def only(opened: OpenedRun, *causes: str) -> OpenedRun:
    """The same run as if there had been no other causes to ask for."""
    tables = dict(opened.run.tables)
    tables["delays"] = tables["delays"][tables["delays"]["cause"].isin(causes)]
    return replace(opened, run=replace(opened.run, tables=tables))


@pytest.fixture(scope="module")
def answers(opened: OpenedRun) -> list[WhatIf]:
    return what_ifs(opened, "today", "mill_west", draws=99)


def test_as_it_is_means_the_run_itself(opened: OpenedRun, answers: list[WhatIf]) -> None:
    days = ready_days(opened, "today", "mill_west")
    assert days is not None
    ready_s = answers[0].ready_s
    assert ready_s / 86_400 == pytest.approx(days, rel=1e-6)
    person_days = summary_of(opened)["person_days_mean"]
    assert answers[0].person_days == pytest.approx(person_days, rel=1e-9)
    assert (answers[0].cause, answers[0].remedy) == ("", "as it is")


def summary_of(opened: OpenedRun) -> Any:
    return opened.run.summary.set_index("allocation").loc["today"]


def test_the_gates_that_are_set_aside_are_those_that_nothing_meets(
    opened: OpenedRun, answers: list[WhatIf]
) -> None:
    # Today's plan builds too few dwellings for mill_west in some of 12 draws, while in most of the
    # others farmland binds.
    of_gate = {one.cause: one.remedy for one in answers if one.cause in ("not_planned",)}
    assert of_gate == {"not_planned": "gate shelter set aside"}
    ridge = what_ifs(only(opened, "missing_data"), "today", "ridge_people", 4)
    assert len(ridge) == 2
    assert ridge[1].remedy == "gate water set aside"
    assert np.isinf(ridge[0].ready_s).all()
    assert (ridge[1].ready_s <= ridge[0].ready_s).all()


def test_where_no_draw_needs_it_no_gate_is_set_aside(opened: OpenedRun) -> None:
    # The first draw has dwellings enough: what others suffer from is not in it.
    before, line = what_ifs(only(opened, "not_planned"), "today", "mill_west", 1)
    assert before.ready_s[0] < np.inf
    assert line.remedy == "not planned: not in these draws"
    assert (line.ready_s == before.ready_s).all()
    assert line.person_days == before.person_days


def test_runs_are_counted_as_they_are_done(opened: OpenedRun) -> None:
    seen: list[tuple[int, int]] = []
    asked = only(opened, "missing_data", "permission")
    found = what_ifs(
        asked, "today", "ridge_people", 2, lambda done, total: seen.append((done, total))
    )
    assert seen == [(done, 6) for done in range(1, 7)]
    assert [len(one.ready_s) for one in found] == [2, 2, 2]


def test_more_draws_than_the_run_has_are_not_run(answers: list[WhatIf]) -> None:
    assert {len(one.ready_s) for one in answers} == {DRAWS}


@pytest.mark.parametrize(
    "name", ["terrace_people", "terrace", "Terrace", "TERRACE", "Terrace_People"]
)
def test_a_community_is_found_by_id_or_by_settlement_in_any_case(
    opened: OpenedRun, name: str
) -> None:
    assert find_community(opened, name) == "terrace_people"


def test_a_community_is_found_by_the_name_in_another_language(opened: OpenedRun) -> None:
    scenario = opened.scenario
    places = tuple(
        replace(place, names={"ar": "القرية", "fr": "Gué"}) if place.id == "ford" else place
        for place in scenario.places
    )
    other = replace(opened, scenario=replace(scenario, places=places))
    assert find_community(other, "gué") == "ford_people"
    assert find_community(other, "القرية") == "ford_people"


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
    rp.write(world.scenario(), tmp_path / "scenario")
    opened = open_run(run_of(tmp_path / "scenario", "--draws", "0"))
    assert find_community(opened, "two") == "two"
    with pytest.raises(rp.ReturnplanError, match="say one of one, two"):
        find_community(opened, "TWO")


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


def renamed(folder: Path, before: str, after: str) -> None:
    """Give a community another id in all tables and in the ready days of an older run."""
    with_manifest(files=...)(folder)
    for path in folder.glob("*.csv"):
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with np.load(folder / "ready_day.npz") as stored:
        arrays = dict(stored)
    arrays["community"] = np.array([after if one == before else one for one in arrays["community"]])
    np.savez(folder / "ready_day.npz", **arrays)


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "is no run folder"),
    "no table": (lambda folder: (folder / "delays.csv").unlink(), "is no complete run folder"),
    "no ready days": (lambda folder: (folder / "ready_day.npz").unlink(), "no complete run folder"),
    "no copy": (lambda folder: shutil.rmtree(folder / "scenario"), "holds no folder scenario"),
    "changed copy": (
        in_scenario("hazards.csv", lambda path: path.write_text("", encoding="utf-8")),
        "was edited after the run: scenario/hazards.csv is not as the run wrote it",
    ),
    "a table of the copy gone": (
        in_scenario("works.csv", Path.unlink),
        "was edited after the run: scenario/works.csv is not as the run wrote it",
    ),
    "the toml of the copy gone": (
        in_scenario("scenario.toml", Path.unlink),
        "was edited after the run: scenario/scenario.toml is not as the run wrote it",
    ),
    "changed copy of an older run": (
        lambda folder: (
            with_manifest(files=...)(folder),
            (folder / "scenario" / "hazards.csv").write_text("", encoding="utf-8"),
        ),
        "is not the scenario of this run any more",
    ),
    "other community": (
        lambda folder: renamed(folder, "ridge_people", "hill"),
        "tell of another scenario",
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
        open_run(folder)


@pytest.mark.parametrize("wanted", ["North", "north", "mine road", "Fork", "fork"])
def test_a_place_that_the_scenario_leaves_out_is_told_as_such(
    opened: OpenedRun, wanted: str
) -> None:
    fork = replace(opened.scenario.places[0], id="fork", name="Mine Road", district="North")
    scenario = replace(opened.scenario, places=(*opened.scenario.places, fork))
    with pytest.raises(rp.ReturnplanError, match="no community is called"):
        find_community(replace(opened, scenario=scenario), wanted)
    left = NotCovered(text="no numbers of people", places=("North",))
    with pytest.raises(
        rp.ReturnplanError,
        match=f"'{wanted}' is not covered by this scenario: no numbers of people",
    ):
        find_community(replace(opened, scenario=replace(scenario, not_covered=left)), wanted)
