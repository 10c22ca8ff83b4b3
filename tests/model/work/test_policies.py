"""Orders of communities and what they mean for jobs (model §6)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.model.work import network, policies, teams
from returnplan.model.work.milestones import plan_work
from tests.sketch import STAGES, Sketch
from tests.worlds import write_random_world

pytestmark = pytest.mark.unwatched


def order(sketch: Sketch, policy: str) -> list[str]:
    sketch.policy = policy
    return list(sketch.run().outcome.order)


@pytest.fixture
def three(sketch: Sketch) -> Sketch:
    """Return three villages: c 1 h away (90 people), b 2 h (120 people), a 3 h (120 people).

    Team-days: community survey 2 each; on the land of a 6 more, of b 22; on the road to c 52.
    """
    sketch.village("a", people=120, hours=3)
    sketch.village("b", people=120, hours=2)
    sketch.village("c", people=90, hours=1)
    sketch.hazard("a_mines", "a", 8000)  # 1 + 4 + 1
    sketch.works("b_well", "b", "water", 22)
    sketch.works("c_well", "c", "water", 0)
    sketch.hazard("c_ahead", "c_road", 8000)
    sketch.rows["roads"][2]["repair_crew_days"] = 46
    sketch.team("team", [*STAGES, "building", "road_repair"])
    return sketch


def test_listed_takes_the_list_and_then_the_rest_by_id(three: Sketch) -> None:
    three.order("b_people")
    assert order(three, "listed") == ["b_people", "a_people", "c_people"]


def test_listed_goes_by_position_and_not_by_row(three: Sketch) -> None:
    three.order("c_people", "a_people")
    three.rows["orders"][0]["position"] = 10
    assert order(three, "listed") == ["a_people", "c_people", "b_people"]


def test_a_list_belongs_to_its_own_allocation(three: Sketch) -> None:
    three.order("c_people")
    three.rows["orders"][0]["allocation"] = "another"
    assert order(three, "listed") == ["a_people", "b_people", "c_people"]


def test_nearest_goes_by_hours_on_the_access_route(three: Sketch) -> None:
    assert order(three, "nearest") == ["c_people", "b_people", "a_people"]


def test_nearest_counts_the_access_route_and_not_a_shorter_way(three: Sketch) -> None:
    three.road("detour", "town", "c", hours=2.5)  # longer, but it costs no work
    assert order(three, "nearest") == ["b_people", "c_people", "a_people"]


def test_nearest_puts_communities_without_a_route_last(three: Sketch) -> None:
    three.village("a0", people=500, hours=None)
    assert order(three, "nearest") == ["c_people", "b_people", "a_people", "a0_people"]


def test_population_puts_most_people_first_and_ties_by_id(three: Sketch) -> None:
    assert order(three, "population") == ["a_people", "b_people", "c_people"]


def test_smith_own_goes_by_people_per_team_day_on_the_settlement(three: Sketch) -> None:
    # a: 120 / 8 = 15, b: 120 / 24 = 5, c: 90 / 2 = 45
    assert order(three, "smith_own") == ["c_people", "a_people", "b_people"]


def test_smith_path_counts_the_work_on_the_way_too(three: Sketch) -> None:
    # a: 15, b: 5, c: 90 / (2 + 6 + 46) = 1.67
    assert order(three, "smith_path") == ["a_people", "b_people", "c_people"]


@pytest.mark.parametrize("policy", ["nearest", "population", "smith_own", "smith_path"])
def test_ties_go_by_id_by_code_point(sketch: Sketch, policy: str) -> None:
    for name in ("é", "a", "B", "a-b"):
        sketch.village(name, people=50)
    sketch.team()
    assert order(sketch, policy) == ["B_people", "a-b_people", "a_people", "é_people"]


@pytest.mark.parametrize("policy", ["smith_own", "smith_path"])
def test_communities_of_one_settlement_share_its_work(sketch: Sketch, policy: str) -> None:
    sketch.village("village", people=50)
    sketch.people("more", "village", 60)
    sketch.village("other", people=55)
    sketch.team()
    assert order(sketch, policy) == ["more", "other_people", "village_people"]


@pytest.mark.parametrize("policy", ["smith_own", "smith_path"])
def test_people_without_work_go_first_and_nobody_last(sketch: Sketch, policy: str) -> None:
    sketch.assume(community_survey_team_days=0)
    sketch.village("a", people=0)
    sketch.village("b", people=1000)
    sketch.works("well", "b", "water", 1)
    sketch.village("c", people=1)
    sketch.village("d", people=900)
    sketch.works("line", "d", "water", 1)
    sketch.team("crew", ["building"])
    assert order(sketch, policy) == ["c_people", "b_people", "d_people", "a_people"]


@pytest.mark.parametrize("policy", ["smith_own", "smith_path"])
def test_work_that_nobody_deployed_can_do_puts_a_community_last(
    sketch: Sketch, policy: str
) -> None:
    sketch.village("a", people=1000)
    sketch.works("well", "a", "water", 1, skill="drilling")
    sketch.village("b", people=1)
    sketch.team()
    sketch.asset("drillers", ["drilling"])  # they exist, but are not deployed
    assert order(sketch, policy) == ["b_people", "a_people"]
    sketch.deploy("drillers")
    assert order(sketch, policy) == ["a_people", "b_people"]


def test_only_smith_path_minds_a_missing_route(sketch: Sketch) -> None:
    sketch.village("a", people=1000, hours=None)
    sketch.village("b", people=1)
    sketch.team()
    assert order(sketch, "smith_own") == ["a_people", "b_people"]
    assert order(sketch, "smith_path") == ["b_people", "a_people"]


def test_team_days_are_those_of_the_best_deployed_type(sketch: Sketch) -> None:
    # a: 8,000 m² in (1 + 4) / 4 + 1 days; b: 8,000 m² of steep land, which dogs cannot work.
    sketch.village("a", people=100)
    sketch.hazard("a_mines", "a", 8000)
    sketch.village("b", people=120)
    sketch.hazard("b_mines", "b", 8000, difficulty="extreme")
    sketch.team("manual")
    assert order(sketch, "smith_own") == ["b_people", "a_people"]  # 120 / 8 against 100 / 8
    sketch.asset("dogs", ["technical_survey", "clearance"], rate=4000, mult_extreme=0)
    assert order(sketch, "smith_own") == ["b_people", "a_people"]  # not deployed yet
    sketch.deploy("dogs", teams=0)
    assert order(sketch, "smith_own") == ["b_people", "a_people"]  # no team
    sketch.deploy("dogs")
    assert order(sketch, "smith_own") == ["a_people", "b_people"]  # 100 / 4.25 against 15


def test_camps_drives_winters_and_dates_do_not_count_as_team_days(sketch: Sketch) -> None:
    sketch.village("a", people=100, hours=3, accessible_from="2028-01-01", zone="hills")
    sketch.village("b", people=99, hours=0)
    sketch.zone("hills", *[1] * 12)
    sketch.team("team", camp_days=None, mobilisation_days=9)
    assert order(sketch, "smith_path") == ["a_people", "b_people"]


def test_hours_that_add_up_to_the_same_tie(sketch: Sketch) -> None:
    # b: 0.3 h; a and c: 0.1 h and 0.2 h, whose sum as a float is a little more than 0.3.
    for name in ("a", "c"):
        sketch.village(name, hours=None)
        sketch.place(f"{name}_fork", "junction")
        sketch.road(f"{name}_near", "town", f"{name}_fork", hours=0.1)
        sketch.road(f"{name}_far", f"{name}_fork", name, hours=0.2)
    sketch.village("b", hours=0.3)
    sketch.team()
    assert order(sketch, "nearest") == ["a_people", "b_people", "c_people"]


def test_densities_that_are_the_same_fraction_tie(sketch: Sketch) -> None:
    # 3 people for 0.3 days, 1 for 0.1 days: as floats 10.000000000000002 and 10.
    sketch.assume(community_survey_team_days=0)
    for name, people, days in (("b", 3, (0.1, 0.2)), ("a", 1, (0.1,)), ("c", 2, (0.1, 0.1))):
        sketch.village(name, people=people)
        for number, one in enumerate(days):
            sketch.works(f"{name}_well{number}", name, "water", one)
    sketch.team("crew", ["building"])
    assert order(sketch, "smith_own") == ["a_people", "b_people", "c_people"]


def test_of_teams_that_end_alike_the_smaller_asset_base_and_number_goes(sketch: Sketch) -> None:
    sketch.village("village")
    for number in range(4):
        sketch.works(f"well{number}", "village", "water", 5)
    for name in ("crew-b", "crew"):
        sketch.asset(name, ["building"])
    sketch.place("town-b", "base")
    sketch.road("bypass", "town-b", "town", hours=0)
    sketch.deploy("crew-b")
    sketch.deploy("crew", base="town-b")
    sketch.deploy("crew")
    told = sketch.run()
    teams = [told.parcel(f"well{number}").team for number in range(3)]
    assert teams == ["crew/town/0001", "crew/town-b/0001", "crew-b/town/0001"]


def districts(sketch: Sketch, **villages: tuple[str, int, float]) -> None:
    """Villages by district, people, and crew-days of a well; no other work."""
    sketch.assume(community_survey_team_days=0)
    for name, (district, people, days) in villages.items():
        sketch.village(name, people=people, district=district)
        sketch.works(f"{name}_well", name, "water", days)
    sketch.team("crew", ["building"])


def names(sketch: Sketch) -> str:
    return " ".join(name.removesuffix("_people") for name in order(sketch, "even_districts"))


def test_even_districts_lets_the_one_with_the_smallest_share_ranked_go_next(sketch: Sketch) -> None:
    # Per day: north n1 10, n2 5, n3 1; south s1 4, s2 2. Days: north 10 + 10 + 20, south 5 + 5.
    # 0 and 0: n1 (10 > 4); 1/4 and 0: s1; 1/4 and 1/2: n2; 1/2 and 1/2: s2 (2 > 1); then n3.
    districts(
        sketch,
        n1=("north", 100, 10),
        n2=("north", 50, 10),
        n3=("north", 20, 20),
        s1=("south", 20, 5),
        s2=("south", 10, 5),
    )
    assert names(sketch) == "n1 s1 n2 s2 n3"
    assert order(sketch, "smith_path")[:3] == ["n1_people", "n2_people", "s1_people"]


def test_even_districts_takes_all_places_without_a_district_as_one(sketch: Sketch) -> None:
    districts(sketch, a=("", 90, 1), b=("", 80, 1), c=("south", 10, 1), d=("south", 5, 1))
    assert names(sketch) == "a c b d"


def test_a_district_without_work_has_ranked_nothing_of_it(sketch: Sketch) -> None:
    # Nothing to do in the east: its share stays 0 until all its communities are ranked.
    districts(sketch, e1=("east", 5, 0), e2=("east", 0, 0), w1=("west", 900, 1), w2=("west", 9, 2))
    assert names(sketch) == "e1 w1 e2 w2"


def test_even_districts_counts_a_settlement_once_with_its_first_people(sketch: Sketch) -> None:
    # North: a 6 days with two communities, b 6 days; south: c 4 days, d 8 days.
    districts(
        sketch,
        a=("north", 600, 6),
        b=("north", 6, 6),
        c=("south", 40, 4),
        d=("south", 8, 8),
    )
    sketch.people("a2", "a", 300)
    # a 0/12; c 0/12; then north 6/12, south 4/12: d; then a2, whose settlement is ranked, then b.
    assert names(sketch) == "a c d a2 b"


def test_even_districts_leaves_out_work_that_nobody_can_do_or_reach(sketch: Sketch) -> None:
    # Of a's work only the well of 2 days counts; the island counts nothing at all.
    districts(sketch, a=("north", 50, 2), b=("north", 40, 2), c=("south", 60, 3), d=("south", 3, 1))
    sketch.works("a_line", "a", "power", 1000, skill="wiring")
    sketch.village("island", people=700, hours=None, district="south")
    sketch.works("island_well", "island", "water", 500)
    # Density: b 20, c 20, d 3, a and the island 0. b 2/4, c 3/4: a (0) goes before d; d; island.
    assert names(sketch) == "b c a d island"


@pytest.mark.parametrize("seed", range(40))
def test_every_job_and_every_community_stands_once_in_its_order(seed: int, tmp_path: Path) -> None:
    write_random_world(tmp_path, seed, settlements=2 + seed % 4, hazards=6)
    scenario = rp.load(tmp_path)
    plan = plan_work(scenario)
    graph = network.build(scenario)
    communities = {community.id for community in scenario.communities}
    for header in scenario.allocations:
        roster = teams.roster(scenario, header.name)
        routes = network.access_routes(graph, scenario.roads, {})
        listed = list(communities)
        random.Random(seed).shuffle(listed)
        given = policies.order_communities(scenario, header, routes, {}, {})
        bases = frozenset(team.base for team in roster)
        for ranking in (given, tuple(listed)):
            assert sorted(ranking) == sorted(communities)
            decoded = policies.decode(policies.JobKeys(scenario, plan), ranking, routes, bases)
            assert sorted(decoded.priority) == sorted(job.id for job in plan.jobs)
            assert decoded.rank.keys() == plan.job_of.keys()
            ranks = [decoded.rank[job] for job in decoded.priority]
            assert ranks == sorted(ranks)
            assert set(ranks) <= set(range(len(communities) + 2))
