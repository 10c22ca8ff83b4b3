"""Lines of deployments that work for some districts and places only (model §4, §6, §7.1)."""

from __future__ import annotations

import dataclasses
import random
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.model.work.teams import roster
from tests.reference import reference_run
from tests.sketch import STAGES, Sketch
from tests.verifier import tables_of, verify_run
from tests.worlds import seeds, write_random_world

MINE_DAYS = 6
"""Technical survey 1 day, clearance 4, quality control 1."""


@pytest.fixture
def two(sketch: Sketch) -> Sketch:
    """Return two villages an hour from town, a mine in each: a in the north, b in the south."""
    sketch.gates = {"housing_land": {}}
    for name, district in (("a", "north"), ("b", "south")):
        sketch.village(name, district=district)
        sketch.hazard(f"{name}_mine", name)
    sketch.asset("team")
    return sketch


def test_a_team_works_for_the_district_that_it_serves_and_leaves_the_other_waiting(
    two: Sketch,
) -> None:
    two.deploy("team", serves="south")
    told = two.run()
    assert told.released("b_mine") == MINE_DAYS + 10
    assert told.released("a_mine") is None
    assert told.open("a_mine/technical_survey") is None
    assert {row.team for row in told.outcome.jobs.dropna(subset=["team"]).itertuples()} == {
        "team/town/0001"
    }


def test_a_team_may_serve_places_and_districts_and_blank_serves_anywhere(two: Sketch) -> None:
    for serves in ("a;south", "north;south", "b;a", ""):
        two.rows["deployments"].clear()
        two.deploy("team", serves=serves)
        told = two.run()
        assert (told.released("a_mine"), told.released("b_mine")) == (16, 22), serves


def test_a_team_drives_through_places_that_it_does_not_serve(two: Sketch) -> None:
    two.village("c", hours=None, district="south")
    two.road("on", "a", "c")
    two.hazard("c_mine", "c")
    two.deploy("team", serves="c")
    told = two.run()
    assert told.released("c_mine") == 16
    assert told.released("a_mine") is None


@pytest.mark.parametrize("serves", ["town", "a", "far", "south;a"])
def test_a_team_works_on_roads_of_which_it_serves_an_end_of_any_kind(
    sketch: Sketch, serves: str
) -> None:
    sketch.village("a", hours=None, district="north")
    sketch.place("camp", "base", district="far")
    sketch.road("in", "town", "a")
    sketch.road("off", "camp", "a")
    sketch.hazard("mine_in", "in")
    sketch.hazard("mine_off", "off")
    sketch.asset("team")
    sketch.deploy("team", serves=serves)
    told = sketch.run()
    is_in, is_off = serves in ("town", "a", "south;a"), serves != "town"
    assert (told.released("mine_in") is not None) == is_in
    assert (told.released("mine_off") is not None) == (is_off and is_in)
    # off is reached from its nearer end only once the road in is driven


def test_of_two_lines_at_one_base_each_does_its_own(two: Sketch) -> None:
    two.deploy("team", serves="south")
    two.deploy("team", serves="north")
    told = two.run()
    assert (told.released("a_mine"), told.released("b_mine")) == (16, 16)
    assert told.parcel("a_mine/clearance").team == "team/town/0001"  # north comes before south
    assert told.parcel("b_mine/clearance").team == "team/town/0002"


def test_a_tie_goes_to_the_smaller_name_whoever_serves_more(two: Sketch) -> None:
    two.hazard("a_next", "a")
    two.hazard("a_other", "a")
    two.deploy("team")  # 0003
    two.deploy("team", serves="a", until=date(2026, 1, 1))  # 0002
    two.deploy("team", until=date(2026, 1, 1))  # 0001
    told = two.run()
    first = [f"{name}/technical_survey" for name in ("a_mine", "a_next", "a_other")]
    assert [told.parcel(job).team[-1] for job in first] == ["1", "2", "3"]
    assert [told.parcel(job).start_day for job in first] == [0, 0, 0]


def test_teams_are_numbered_by_dates_then_by_the_sorted_words_that_they_serve(two: Sketch) -> None:
    two.deploy("team", serves="south", since=date(2024, 3, 1))  # before the start: the start
    two.deploy("team", serves="b;a")
    two.deploy("team", until=date(2026, 1, 1))
    two.deploy("team")
    two.deploy("team", serves="b")
    two.deploy("team", since=date(2025, 2, 1))
    names = [(one.id[-4:], ";".join(one.serves)) for one in roster(two.scenario(), "plan")]
    expected = ["", "", "a;b", "b", "south", ""]
    assert names == [(f"{n:04d}", serves) for n, serves in enumerate(expected, start=1)]


def test_a_line_without_teams_serves_nobody(two: Sketch) -> None:
    two.deploy("team", serves="south")
    two.deploy("team", serves="north", teams=0)
    assert two.run().open("a_mine/technical_survey") is None


def test_a_job_is_open_from_the_line_that_serves_it_also_before_that_line_comes(
    two: Sketch,
) -> None:
    two.deploy("team", serves="south")
    two.deploy("team", serves="north", since=date(2025, 3, 2))
    told = two.run()
    assert told.open("a_mine/technical_survey") == 0
    assert told.when("a_mine/technical_survey") == (60, 60, 61)


def test_a_road_that_no_line_serves_cannot_be_used_and_the_route_goes_round_it(
    sketch: Sketch,
) -> None:
    sketch.gates = {"road_access": {}}
    sketch.place("turn", "junction", district="west")
    sketch.place("gate", "junction", district="west")
    sketch.village("a", people=5, hours=None, district="east")
    sketch.road("west1", "town", "turn")
    sketch.road("west2", "turn", "gate")
    sketch.road("west3", "gate", "a")
    sketch.road("east", "town", "a", hours=3)
    sketch.hazard("west_mine", "west2")  # 6 team-days, which nobody may do
    sketch.hazard("east_mine", "east", area_m2=16_000)  # 12 team-days
    sketch.policy = "nearest"
    sketch.asset("team")
    sketch.deploy("team", serves="")
    assert ranks(sketch)["west_mine/clearance"] == 1
    sketch.rows["deployments"].clear()
    sketch.deploy("team", serves="east")
    found = ranks(sketch)
    assert (found["west_mine/clearance"], found["east_mine/clearance"]) == (2, 1)


def ranks(sketch: Sketch) -> dict[str, int]:
    jobs = sketch.run().outcome.jobs
    return dict(zip(jobs["job"], jobs["rank"], strict=True))


def test_density_counts_the_best_rate_of_the_lines_that_serve_a_place(two: Sketch) -> None:
    two.rows["communities"].clear()
    for name in ("a", "b"):
        two.people(f"{name}_people", name, 100)
    two.works("b_well", "b", "water", 3, skill="drilling")  # a: 8 team-days, b: 11
    two.policy = "smith_own"
    two.asset("drillers", ["drilling"])
    two.asset("fast", STAGES, rate=4000)
    two.deploy("team")
    two.deploy("drillers")
    assert list(two.run().outcome.order) == ["a_people", "b_people"]
    two.deploy("fast", serves="south")  # b: 2 + 6 / 4 + 3
    assert list(two.run().outcome.order) == ["b_people", "a_people"]
    two.rows["deployments"][1]["serves"] = ("north",)  # nobody can drill in b
    assert list(two.run().outcome.order) == ["a_people", "b_people"]


def test_where_nobody_serves_the_days_are_booked_to_waiting_for_the_skill(two: Sketch) -> None:
    two.deploy("team", serves="south")
    delays = two.run().outcome.delays.query("community == 'a_people'")
    assert list(delays["cause"]) == ["waiting_technical_survey"]
    assert delays["days_mean"].sum() == 5 * 365 + 1


# ----------------------------------------------------------------------------------- on all worlds


def stricter(scenario: rp.Scenario, seed: int) -> rp.Scenario:
    """Limit each line to one place or district, of those that it served."""
    luck = random.Random(seed)
    words = [place.id for place in scenario.places]
    lines = tuple(
        dataclasses.replace(line, serves=(luck.choice(line.serves or words),))
        for line in scenario.deployments
    )
    return dataclasses.replace(scenario, deployments=lines)


def test_random_worlds_have_all_that_words_of_serves_and_places_to_wait_can_bring(
    tmp_path: Path,
) -> None:
    missing = {
        "a line serves anywhere",
        "a line serves a place",
        "a line serves a district",
        "a line serves several",
        "teams of one base serve other places by turns",
        "what waits, waits some places",
        "what waits, waits to the end",
        "nothing waits",
    }
    for seed in range(1000, 1030):
        write_random_world(tmp_path / str(seed), seed)
        scenario = rp.load(tmp_path / str(seed))
        for line in scenario.deployments:
            words, places = line.serves or (), {place.id for place in scenario.places}
            missing -= {"a line serves several"} if len(words) > 1 else set()
            missing -= {"a line serves a place"} if places & {*words} else set()
            missing -= {"a line serves a district"} if {*words} - places else set()
            missing -= set() if words else {"a line serves anywhere"}
        for header in scenario.allocations:
            named = {0: "nothing waits", "end": "what waits, waits to the end"}
            missing -= {named.get(header.rest_waits, "what waits, waits some places")}
            kinds = [(one.asset, one.base, one.serves) for one in roster(scenario, header.name)]
            turns = sum(one != other for one, other in pairwise(kinds))
            if turns > len(set(kinds)) - 1:
                missing -= {"teams of one base serve other places by turns"}
        if not missing:
            break
    assert missing == set()


@pytest.mark.unwatched
@pytest.mark.parametrize("seed", seeds(7000, 7012))
def test_a_stricter_line_never_works_elsewhere(seed: int, tmp_path: Path) -> None:
    write_random_world(tmp_path / "wide", seed, settlements=4, teams=6)
    scenario = stricter(rp.load(tmp_path / "wide"), seed)
    rp.write(scenario, tmp_path / "strict")
    outcome = rp.simulate(scenario, "by_smith_path")
    assert verify_run(tables_of(outcome), scenario) == []
    twin = reference_run(tmp_path / "strict", "by_smith_path")
    begun = {key[0] for key, row in twin.jobs.items() if row["team"]}
    assert set(outcome.jobs.dropna(subset=["team"])["job"]) <= begun
