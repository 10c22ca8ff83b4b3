"""What no gate in force waits for may wait (model §6)."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

import returnplan as rp
from returnplan.model.chance.draws import Draws
from tests.sketch import STAGES, Sketch
from tests.verifier import tables_of, verify_run
from tests.worlds import WORKS_KINDS, seeds, write_random_world

MINE_DAYS = 6
"""Technical survey 1 day, clearance 4, quality control 1."""


@pytest.fixture
def row(sketch: Sketch) -> Sketch:
    """Return villages a, b, c and d in this order; in each a mine on homes and one on fields.

    One team does 6 days of work on each; only the homes are waited for.
    """
    sketch.gates = {"housing_land": {}}
    for name in "abcd":
        sketch.village(name)
        sketch.hazard(f"{name}_homes", name)
        sketch.hazard(f"{name}_fields", name, denies="farmland")
    sketch.team()
    return sketch


def served(sketch: Sketch, rest_waits: int | str) -> list[str]:
    """Hazards in the order in which their clearance begins."""
    sketch.rest_waits = rest_waits
    begun = sketch.run().started()
    return [job.split("/")[0] for job in begun if job.endswith("/clearance")]


def test_without_it_each_village_is_done_with_all_that_lies_there(row: Sketch) -> None:
    assert served(row, 0) == [f"{name}_{land}" for name in "abcd" for land in ("homes", "fields")]


def test_fields_stand_some_places_later_among_what_stands_there(row: Sketch) -> None:
    # Of one rank: hazards on homes go before hazards on fields, whosesoever they are.
    assert served(row, 1) == [
        *("a_homes", "b_homes", "a_fields", "c_homes", "b_fields", "d_homes", "c_fields"),
        "d_fields",
    ]
    assert served(row, 2)[:4] == ["a_homes", "b_homes", "c_homes", "a_fields"]


@pytest.mark.parametrize("rest_waits", [4, 100, "end"])
def test_at_most_they_wait_for_all_homes(row: Sketch, rest_waits: int | str) -> None:
    homes = [f"{name}_homes" for name in "abcd"]
    fields = [f"{name}_fields" for name in "abcd"]
    assert served(row, rest_waits) == homes + fields


def test_homes_come_sooner_by_the_days_of_the_fields_before_them(row: Sketch) -> None:
    days = {}
    for rest_waits in (0, "end"):
        row.rest_waits = rest_waits
        told = row.run()
        days[rest_waits] = [told.ready(f"{name}_people") for name in "abcd"]
    assert days[0] == [6 + 10, 18 + 10, 30 + 10, 42 + 10]
    assert days["end"] == [6 + 10, 12 + 10, 18 + 10, 24 + 10]


def test_ranks_say_where_a_job_stands(row: Sketch) -> None:
    row.rest_waits = 2
    jobs = row.run().outcome.jobs
    rank = dict(zip(jobs["owner"], jobs["rank"], strict=True))
    assert [rank[f"{name}_homes"] for name in "abcd"] == [1, 2, 3, 4]
    assert [rank[f"{name}_fields"] for name in "abcd"] == [3, 4, 5, 5]


def test_roads_and_community_surveys_never_wait(row: Sketch) -> None:
    row.rest_waits = "end"
    for community in row.rows["communities"]:
        community["people"] = 5
    row.hazard("b_ahead", "b_road", denies="farmland;road")
    jobs = row.run().outcome.jobs
    rank = dict(zip(jobs["job"], jobs["rank"], strict=True))
    assert rank["b_ahead/clearance"] == rank["b/survey"] == 2
    assert rank["b_fields/clearance"] == 5


def test_team_days_and_so_the_order_of_communities_stay_as_they_are(row: Sketch) -> None:
    row.policy = "smith_own"
    for people, community in enumerate(row.rows["communities"], start=1):
        community["people"] = people
    orders = set()
    for rest_waits in (0, 1, "end"):
        row.rest_waits = rest_waits
        orders.add(row.run().outcome.order)
    assert len(orders) == 1


# --------------------------------------------------------------------------- what a gate waits for

DENIALS = ("housing", "farmland", "water", "power", "health", "education", "other")
SERVICES = frozenset({"water", "power", "health", "education"})
WAITED_FOR: dict[str, tuple[set[str], set[str]]] = {
    "permission": (set(), set()),
    "survey": (set(), set()),
    "road_access": (set(), set()),
    "housing_land": ({"housing", *SERVICES}, set()),
    "farmland": ({"farmland"}, set()),
    "water": ({"water"}, {"water"}),
    "power": ({"power"}, {"power"}),
    "health": ({"health"}, {"health"}),
    "education": ({"education"}, {"education"}),
    "shelter": ({"housing"}, {"shelter"}),
    "risk_education": (set(), {"risk_education"}),
    "residual_risk": (set(DENIALS), {"risk_education"}),
}
"""What hazards deny, and kinds of works, that each gate waits for."""


@pytest.mark.parametrize("gate", WAITED_FOR)
def test_a_gate_waits_for_all_that_it_counts_and_the_table_of_jobs_says_so(
    sketch: Sketch, gate: str
) -> None:
    sketch.gates = {gate: {}}
    sketch.rest_waits = "end"
    sketch.village("a", people=1)
    sketch.village("far", people=1)
    for denied in DENIALS:
        sketch.hazard(f"no_{denied}", "a", denies=denied)
    for kind in WORKS_KINDS:
        sketch.works(f"{kind}_works", "a", kind, 3)
    sketch.team("team", [*STAGES, "building"])
    jobs = sketch.run().outcome.jobs
    rank = dict(zip(jobs["owner"], jobs["rank"], strict=True))
    needed = dict(zip(jobs["owner"], jobs["needed"], strict=True))
    denials, kinds = WAITED_FOR[gate]
    wanted = {f"no_{one}": one in denials for one in DENIALS}
    wanted |= {f"{kind}_works": kind in kinds for kind in WORKS_KINDS}
    assert {one: rank[one] == 1 for one in wanted} == wanted
    assert {one: needed[one] for one in wanted} == wanted
    assert (needed["a"], rank["a"]) == (True, 1)  # its community survey


@pytest.mark.parametrize(
    "given", [{"farmland": {"required_share": 0.0}}, {"water": {"within_hours": 5.0}}]
)
def test_a_gate_waits_whatever_its_parameters(sketch: Sketch, given: Any) -> None:
    sketch.gates = given
    sketch.rest_waits = "end"
    sketch.village("a")
    sketch.hazard("mine", "a", denies="farmland;water")
    sketch.team()
    assert set(sketch.run().outcome.jobs["needed"]) == {True}


def test_where_nobody_comes_from_no_gate_waits(sketch: Sketch) -> None:
    sketch.gates = {"housing_land": {}}
    sketch.village("a")
    sketch.place("empty")
    sketch.road("on", "a", "empty")
    sketch.hazard("mine", "empty")
    sketch.hazard("ahead", "on")
    sketch.team()
    jobs = sketch.run().outcome.jobs
    needed = dict(zip(jobs["owner"], jobs["needed"], strict=True))
    assert needed == {"mine": False, "ahead": True}


# ------------------------------------------------------------------------- hazards found in a draw


@pytest.mark.parametrize("rest_waits", [0, 1, "end"])
def test_a_found_hazard_waits_as_what_it_resembles_and_stands_behind_what_is_recorded(
    row: Sketch, rest_waits: int | str
) -> None:
    """Of one rank, class and stage: the recorded ones by id, the found ones by number, village."""
    for place in row.rows["places"]:
        place["unrecorded_hazards"] = 3.0 if place["id"] in "abc" else 0.0
    for community in row.rows["communities"]:
        community["people"] = 5
    row.assume(survey_detection=1, unrecorded_area_m2=8000)
    row.rest_waits = rest_waits
    scenario = row.scenario()
    mixed = 0
    for draw in range(6):
        outcome = rp.simulate(scenario, "plan", draw=draw)
        assert verify_run(tables_of(outcome), scenario, Draws(scenario, 1).values(draw)) == []
        jobs = outcome.jobs[outcome.jobs["stage"] == "clearance"].drop_duplicates("job")
        for _, group in jobs.groupby(["needed", "rank"]):
            names = list(group["owner"])
            found = [name for name in names if "/" in name]
            wanted = sorted(set(names) - set(found))
            wanted += sorted(found, key=lambda name: (int(name.split("found")[1]), name))
            assert names == wanted
            mixed += len({name[0] for name in found}) > 1
    assert (mixed > 0) == (rest_waits == "end")


# ----------------------------------------------------------------------------------- on all worlds


@pytest.mark.unwatched
@pytest.mark.parametrize("seed", seeds(7100, 7109))
def test_no_places_to_wait_is_the_run_without_the_rule(seed: int, tmp_path: Path) -> None:
    write_random_world(tmp_path, seed)
    scenario = rp.load(tmp_path)
    headers = {
        waits: tuple(dataclasses.replace(one, rest_waits=waits) for one in scenario.allocations)
        for waits in (0, "end")
    }
    name = scenario.allocations[seed % 6].name
    plain = rp.simulate(dataclasses.replace(scenario, allocations=headers[0]), name)
    text = (tmp_path / "scenario.toml").read_text()
    kept = [line for line in text.splitlines() if not line.startswith("rest_waits")]
    (tmp_path / "scenario.toml").write_text("\n".join(kept))
    assert rp.simulate(rp.load(tmp_path), name).jobs.equals(plain.jobs)
    late = rp.simulate(dataclasses.replace(scenario, allocations=headers["end"]), name).jobs
    ranks = dict(zip(plain.jobs["job"], plain.jobs["rank"], strict=True))
    for one in late.drop_duplicates("job").itertuples():
        last = len(plain.order) + 1
        assert one.rank == (ranks[str(one.job)] if one.needed else last), one.job
