"""Worked cases of model §3 to §6: who works where and when. The plain world is in ``sketch.py``."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

import returnplan as rp
from returnplan.model.simulation import Prepared, PreparedAllocation, run
from tests.sketch import STAGES, Sketch, Told, seconds

pytestmark = pytest.mark.unwatched

DAY_S = 86_400
EVERY_DAY = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def day(number: int, start: date = date(2025, 1, 1)) -> date:
    return start + timedelta(days=number)


# ------------------------------------------------------------------------------ whole small worlds


@pytest.mark.parametrize(
    ("allocation", "near", "far"), [("near_first", 39, 82), ("far_first", 82, 53)]
)
def test_one_team_serves_two_villages_one_after_the_other(
    two_villages: rp.Scenario, allocation: str, near: int, far: int
) -> None:
    told = Told(rp.simulate(two_villages, allocation))
    assert (told.ready("near_people"), told.ready("far_people")) == (near, far)
    assert told.binding("near_people") == told.binding("far_people") == "housing_land"
    first, last = ("near", "far") if near < far else ("far", "near")
    assert told.released(f"{first}_mines") == min(near, far)
    assert told.released(f"{last}_mines") == 82


def test_the_commuting_team_of_two_villages_works_the_days_of_the_docstring(
    two_villages: rp.Scenario,
) -> None:
    told = Told(rp.simulate(two_villages, "near_first"))
    assert told.when("near/survey") == (0, 1, 5)
    assert told.when("near_mines/technical_survey") == (5, 5, 9)
    assert told.when("near_mines/clearance") == (9, 9, 25)
    assert told.when("near_mines/quality_control") == (25, 25, 29)
    assert told.when("far/survey") == (29, 30, 36)
    assert told.when("far_mines/technical_survey") == (36, 36, 42)
    assert told.when("far_mines/clearance") == (42, 42, 66)
    assert told.when("far_mines/quality_control") == (66, 66, 72)


def test_beyond_the_fork_the_mined_stem_and_the_bridge_decide_the_order(fork: rp.Scenario) -> None:
    told = Told(rp.simulate(fork, "left_first"))
    assert told.road("stem") == (7, 7)
    assert told.when("left_road/repair") == (7, 7, 12)
    assert told.road("left_road") == (0, 12)
    assert told.road("right_road") == (0, 0)
    assert told.when("right/survey") == (7, 7, 9)
    assert told.when("right_mines/clearance") == (9, 9, 13)  # left opens on day 12: no pre-emption
    assert told.when("left/survey") == (13, 13, 15)
    assert told.when("left_mines/clearance") == (15, 15, 19)
    assert told.when("left_mines/quality_control") == (19, 19, 20)
    assert told.when("right_mines/quality_control") == (20, 20, 21)
    assert (told.released("left_mines"), told.released("right_mines")) == (22, 23)
    assert (told.ready("left_people"), told.ready("right_people")) == (22, 9)
    assert told.binding("right_people") == "survey"


def test_beyond_the_fork_the_other_order_delays_left_by_a_day(fork: rp.Scenario) -> None:
    told = Told(rp.simulate(fork, "right_first"))
    assert (told.released("right_mines"), told.released("left_mines")) == (16, 23)
    assert (told.ready("left_people"), told.ready("right_people")) == (23, 9)


def test_in_winter_one_team_carries_a_parcel_over_to_march(winter: rp.Scenario) -> None:
    told = Told(rp.simulate(winter, "one_team"))
    assert told.when("village/survey") == (0, 1, 3)
    assert told.when("mines/technical_survey") == (3, 3, 4)
    assert told.spans("mines/clearance") == [(4, 97), (97, 101)]
    assert told.when("mines/quality_control") == (101, 101, 103)
    assert told.ready("people") == 113


def test_two_teams_end_their_parcels_before_winter_begins(winter: rp.Scenario) -> None:
    told = Told(rp.simulate(winter, "two_teams"))
    assert told.when("village/survey") == (0, 1, 3)
    assert told.when("mines/technical_survey") == (0, 1, 2)
    assert told.spans("mines/clearance") == [(2, 4), (3, 5)]
    assert [row.team[-4:] for row in told.parcels("mines/clearance")] == ["0002", "0001"]
    assert told.when("mines/quality_control") == (5, 5, 97)
    assert told.ready("people") == 107


# ---------------------------------------------------------------------- §3.1 stages and their areas


def test_a_confirmed_hazard_passes_from_technical_survey_to_handover(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village", 8000)
    sketch.team()
    told = sketch.run()
    assert told.when("mines/technical_survey") == (0, 0, 1)  # 8,000 · 1/8 / 1,000
    assert told.when("mines/clearance") == (1, 1, 5)  # 8,000 · 1/2 / 1,000
    assert told.when("mines/quality_control") == (5, 5, 6)  # 4,000 · 1/4 / 1,000
    assert told.released("mines") == 6 + 10
    areas = [told.parcel(job).area_m2 for job in sorted(told.job_ids())]
    assert areas == [4000, 1000, 1000]  # clearance, quality control, technical survey


def test_a_suspected_hazard_is_surveyed_first_and_partly_cancelled(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village", 8000, hazard_class="SHA")  # shares 2/8, 3/8, 3/8
    sketch.team()
    told = sketch.run()
    assert told.when("mines/survey") == (0, 0, 8)  # all of the area
    assert told.when("mines/technical_survey") == (8, 8, 8.75)  # 6/8 · 8,000 · 1/8
    assert told.when("mines/clearance") == (8.75, 8.75, 11.75)  # 3/8 · 8,000
    assert told.when("mines/quality_control") == (11.75, 11.75, 12.5)  # 3,000 · 1/4
    assert told.released("mines") == 22.5
    (row,) = told.outcome.releases.itertuples()
    assert (row.share_cancelled, row.share_reduced, row.share_cleared) == (0.25, 0.375, 0.375)


def test_a_confirmed_hazard_is_reduced_or_cleared_but_never_cancelled(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.shares("none", 8, 2, 6)  # the mean is 1/2, 1/8, 3/8
    sketch.hazard("mines", "village", 8000)
    sketch.team()
    told = sketch.run()
    (row,) = told.outcome.releases.itertuples()
    assert (row.share_cancelled, row.share_reduced, row.share_cleared) == (0, 0.25, 0.75)
    assert told.parcel("mines/technical_survey").area_m2 == 1000  # nothing is taken off: c = 0
    assert told.parcel("mines/clearance").area_m2 == 6000


def test_the_record_decides_the_shares(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.shares("partial", 4, 2, 2)
    sketch.shares("full", 6, 1, 1)
    for record in ("none", "partial", "full"):
        sketch.hazard(record, "village", 8000, hazard_class="SHA", record=record)
    sketch.team()
    told = sketch.run()
    areas = {name: told.parcel(f"{name}/clearance").area_m2 for name in ("none", "partial", "full")}
    assert areas == {"none": 3000, "partial": 2000, "full": 1000}
    assert told.parcel("full/technical_survey").area_m2 == 250  # 2/8 · 8,000 · 1/8


def test_a_technical_survey_without_area_is_passed_at_once(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.assume(ts_coverage_share=0)
    sketch.hazard("mines", "village")
    sketch.team()
    told = sketch.run()
    assert told.job_ids() == ["mines/quality_control", "mines/clearance"]
    assert told.when("mines/clearance") == (0, 0, 4)
    assert told.released("mines") == 15


def test_a_quality_control_without_area_is_passed_at_once(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.assume(qc_sample_share=0)
    sketch.hazard("mines", "village")
    sketch.team()
    assert sketch.run().released("mines") == 1 + 4 + 10


def test_a_hazard_that_survey_cancels_altogether_needs_no_more(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.shares("none", 1, 0, 0)
    sketch.hazard("mines", "village", hazard_class="SHA")
    sketch.team()
    told = sketch.run()
    assert told.job_ids() == ["mines/survey"]
    assert told.released("mines") == 8 + 10


def test_a_hazard_that_technical_survey_reduces_altogether_needs_no_clearance(
    sketch: Sketch,
) -> None:
    sketch.village("village")
    sketch.shares("none", 0, 1, 0)
    sketch.hazard("mines", "village")
    sketch.team()
    told = sketch.run()
    assert told.job_ids() == ["mines/technical_survey"]
    assert told.released("mines") == 1 + 10


def test_a_confirmed_hazard_with_nothing_to_reduce_or_clear_is_cleared_whole(
    sketch: Sketch,
) -> None:
    sketch.village("village")
    sketch.shares("none", 1, 0, 0)  # r + k = 0, hence k = 1
    sketch.hazard("mines", "village", 8000)
    sketch.team()
    told = sketch.run()
    assert told.when("mines/technical_survey") == (0, 0, 1)
    assert told.when("mines/clearance") == (1, 1, 9)
    assert told.when("mines/quality_control") == (9, 9, 11)
    assert told.released("mines") == 21


def test_lots_that_fail_are_cleared_and_sampled_again(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.assume(qc_fail_share=0.25)
    sketch.hazard("mines", "village", 8000)
    sketch.team()
    told = sketch.run()
    assert told.when("mines/technical_survey") == (0, 0, 1)  # not touched
    assert told.parcel("mines/clearance").area_m2 == 5000  # 4,000 · 1.25
    assert told.parcel("mines/quality_control").area_m2 == 1250
    assert told.released("mines") == 1 + 5 + 1.25 + 10


def test_a_hazard_without_any_stage_is_released_after_the_handover(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("nothing", "village", 0)
    sketch.hazard("nothing_here", "village_road", 0)
    sketch.team()
    told = sketch.run()
    assert told.job_ids() == []
    assert told.released("nothing") == 10
    assert told.road("village_road") == (10, 10)


def test_without_handover_a_hazard_is_released_as_its_last_stage_ends(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.assume(handover_days=0)
    sketch.hazard("mines", "village")
    sketch.hazard("nothing", "village", 0)
    sketch.team()
    told = sketch.run()
    assert (told.released("mines"), told.released("nothing")) == (6, 0)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("days", [36_526, 1e15, 1e300])
def test_a_handover_of_ages_never_comes(sketch: Sketch, days: float) -> None:
    """Seconds beyond 64 bits would come back as a release before the start."""
    sketch.village("village")
    sketch.assume(handover_days=days)
    sketch.hazard("nothing", "village", 0)
    sketch.team()
    assert sketch.run().released("nothing") is None


def test_the_handover_runs_through_winter(sketch: Sketch) -> None:
    sketch.village("village", zone="mountain")
    sketch.zone("mountain", 6, *[0] * 11)  # 6 workable days in January: 6/31 a day
    sketch.hazard("mines", "village")
    sketch.team()
    told = sketch.run()
    assert told.when("mines/quality_control")[2] == 31  # 1 + 4 + 1 days use up January
    assert told.released("mines") == 41


@pytest.mark.parametrize(("length_s", "rounded_s"), [(0.5, 1), (1.5, 2), (2.5, 3), (2.49, 2)])
def test_half_seconds_are_rounded_up(sketch: Sketch, length_s: float, rounded_s: int) -> None:
    days = length_s / DAY_S
    sketch.village("village")
    sketch.assume(handover_days=days)
    sketch.hazard("nothing", "village", 0)
    sketch.works("well", "village", "water", 1)
    sketch.team("crew", ["building"], mobilisation_days=days)
    told = sketch.run()
    assert seconds(told.released("nothing")) == rounded_s
    assert seconds(told.parcel("well").work_day) == rounded_s
    assert seconds(told.parcel("well").finish_day) == rounded_s + DAY_S


def test_a_camp_takes_its_days_to_the_nearest_second_halves_up(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.works("well", "village", "water", 1)
    sketch.team("crew", ["building"], camp_days=4.5 / DAY_S)
    assert seconds(sketch.run().parcel("well").work_day) == 5


# ------------------------------------------------------------------------------------ §3.3 parcels


def test_clearance_is_split_into_equal_parcels_which_teams_share(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.assume(parcel_m2_minefield=1500)
    sketch.hazard("mines", "village", 9000)  # clearance of 4,500: just three parcels
    sketch.team()
    sketch.deploy("team", teams=1)
    told = sketch.run()
    assert [row.area_m2 for row in told.parcels("mines/clearance")] == [1500, 1500, 1500]
    begin = 1.125  # technical survey of 1,125 m²
    assert told.spans("mines/clearance") == [
        (begin, begin + 1.5),
        (begin, begin + 1.5),
        (begin + 1.5, begin + 3),
    ]
    assert told.when("mines/quality_control")[0] == begin + 3  # the stage ends with its last parcel
    assert [row.parcel for row in told.parcels("mines/clearance")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("area_m2", "parcels"),
    [(7999, 4), (8000, 4), (8000.000002 - 1e-6, 4), (8000.0001, 5), (8001, 5), (1, 1)],
)
def test_the_number_of_parcels_is_rounded_up_but_for_a_billionth(
    sketch: Sketch, area_m2: float, parcels: int
) -> None:
    sketch.village("village")
    sketch.assume(parcel_m2_minefield=1000)
    sketch.hazard("mines", "village", area_m2)
    sketch.team()
    rows = sketch.run().parcels("mines/clearance")
    assert len(rows) == parcels
    assert [row.area_m2 for row in rows] == [area_m2 / 2 / parcels] * parcels


def test_an_area_of_a_sliver_of_a_parcel_is_still_one_parcel(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.assume(parcel_m2_minefield=1e14)
    sketch.hazard("mines", "village")
    sketch.team()
    assert sketch.run().released("mines") == 16


def test_the_size_of_parcels_goes_by_land_class(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.assume(parcel_m2_minefield=1000, parcel_m2_low_density=2000, parcel_m2_battle_area=4000)
    for land_class in ("minefield", "low_density", "battle_area"):
        sketch.hazard(land_class, "village", land_class=land_class)
    sketch.team()
    told = sketch.run()
    assert len(told.parcels("minefield/clearance")) == 4
    assert len(told.parcels("low_density/clearance")) == 2
    assert len(told.parcels("battle_area/clearance")) == 1


def test_only_clearance_is_split(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.assume(
        parcel_m2_minefield=100, ts_coverage_share=0.5, qc_sample_share=1, handover_days=0
    )
    sketch.hazard("mines", "village", hazard_class="SHA")
    sketch.works("well", "village", "water", 50)
    sketch.team("team", [*STAGES, "building"])
    told = sketch.run()
    for job in ("mines/survey", "mines/technical_survey", "mines/quality_control", "well"):
        assert len(told.parcels(job)) == 1
    assert len(told.parcels("mines/clearance")) == 30


@pytest.mark.parametrize(
    ("max_teams", "spans"),
    [
        (None, [(1, 2), (1, 2), (1, 2), (1, 2)]),
        (3, [(1, 2), (1, 2), (1, 2), (2, 3)]),
        (2, [(1, 2), (1, 2), (2, 3), (2, 3)]),
        (1, [(1, 2), (2, 3), (3, 4), (4, 5)]),
    ],
)
def test_no_more_teams_clear_a_hazard_than_the_safety_distance_allows(
    sketch: Sketch, max_teams: int | None, spans: list[tuple[int, int]]
) -> None:
    sketch.village("village")
    sketch.assume(parcel_m2_minefield=1000)
    sketch.hazard("mines", "village", max_teams=max_teams)
    sketch.asset("team")
    sketch.deploy("team", teams=4)
    assert sketch.run().spans("mines/clearance") == spans


def test_a_team_that_the_safety_distance_keeps_out_works_elsewhere_meanwhile(
    sketch: Sketch,
) -> None:
    sketch.village("village")
    sketch.assume(parcel_m2_minefield=2000)
    sketch.hazard("mines", "village", max_teams=1)
    sketch.works("well", "village", "water", 1.5)
    sketch.asset("team", [*STAGES, "building"])
    sketch.deploy("team", teams=2)
    told = sketch.run()
    assert told.when("well") == (0, 0, 1.5)
    assert told.spans("mines/clearance") == [(1, 3), (3, 5)]
    # The first parcel was team 1's; at 3 both are idle and the smaller id goes first.
    assert [row.team[-1] for row in told.parcels("mines/clearance")] == ["1", "1"]


# ------------------------------------------------------------------------------ §4 rates and skills


def test_the_rate_of_a_land_class_goes_before_the_rate_of_all(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.team("team", ["technical_survey", "clearance", "quality_control"])
    sketch.rate("team", "clearance", 500, "minefield")
    sketch.hazard("mines", "village")
    sketch.hazard("shells", "village", land_class="battle_area")
    told = sketch.run()
    assert told.parcel("mines/clearance").workable_days == 8
    assert told.parcel("shells/clearance").workable_days == 4


def test_a_rate_of_another_land_class_is_no_rate(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.team("team", ["technical_survey"])
    sketch.rate("team", "clearance", 500, "low_density")
    sketch.hazard("mines", "village")
    told = sketch.run()
    assert told.when("mines/technical_survey") == (0, 0, 1)
    assert told.spans("mines/clearance") == [(None, None)]
    assert told.open("mines/clearance") is None
    assert told.released("mines") is None


@pytest.mark.parametrize("skill", STAGES)
def test_a_stage_waits_for_ever_for_a_skill_that_nobody_has(sketch: Sketch, skill: str) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village", hazard_class="SHA")
    sketch.team("team", [name for name in STAGES if name != skill])
    told = sketch.run()
    done = STAGES[: STAGES.index(skill)]
    assert told.started() == [f"mines/{stage}" for stage in done]
    assert told.released("mines") is None


def test_works_and_community_surveys_count_crew_days_whatever_the_rate(sketch: Sketch) -> None:
    sketch.village("village", people=10)
    sketch.works("well", "village", "water", 7)
    sketch.team("team", ["survey"], rate=250)
    sketch.rate("team", "building", None)
    told = sketch.run()
    assert told.when("village/survey") == (0, 0, 2)
    assert told.when("well") == (2, 2, 9)


def test_a_type_without_a_rate_for_survey_surveys_communities_but_no_hazards(
    sketch: Sketch,
) -> None:
    sketch.village("village", people=10)
    sketch.hazard("mines", "village", hazard_class="SHA")
    sketch.team("visitors", [])
    sketch.rate("visitors", "survey", None)
    told = sketch.run()
    assert told.when("village/survey") == (0, 0, 2)
    assert told.when("mines/survey") == (None, None, None)


def test_nobody_waiting_means_no_community_survey(sketch: Sketch) -> None:
    sketch.village("village", people=0)
    sketch.village("other", people=1)
    sketch.people("more", "other", 5)  # a second community of the same settlement
    sketch.team()
    assert sketch.run().job_ids() == ["other/survey"]


def test_difficulty_slows_technical_survey_and_clearance_only(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village", hazard_class="SHA", difficulty="high")
    sketch.team("team", mult_high=0.5)
    told = sketch.run()
    assert told.parcel("mines/survey").workable_days == 8
    assert told.parcel("mines/technical_survey").workable_days == 1.5  # 750 / 500
    assert told.parcel("mines/clearance").workable_days == 6  # 3,000 / 500
    assert told.parcel("mines/quality_control").workable_days == 0.75


@pytest.mark.parametrize(
    ("difficulty", "days"), [("low", 2), ("medium", 4), ("high", 8), ("extreme", 16), (None, 4)]
)
def test_each_difficulty_has_its_own_multiplier_and_medium_is_the_default(
    sketch: Sketch, difficulty: str | None, days: float
) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village")
    if difficulty is not None:
        sketch.rows["hazards"][0]["difficulty"] = difficulty
    sketch.team("team", mult_low=2, mult_medium=1, mult_high=0.5, mult_extreme=0.25)
    assert sketch.run().parcel("mines/clearance").workable_days == days


def test_a_multiplier_of_zero_leaves_the_work_to_a_slower_type(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("steep", "village", difficulty="extreme")
    sketch.team("dogs", ["technical_survey", "clearance"], rate=4000, mult_extreme=0)
    sketch.team("manual", rate=500)
    told = sketch.run()
    assert {told.parcel(job).asset for job in told.job_ids()} == {"manual"}
    assert told.released("steep") == 2 * (1 + 4 + 1) + 10


def test_a_multiplier_of_zero_for_all_leaves_a_hazard_for_ever(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("steep", "village", difficulty="extreme")
    sketch.team("dogs", mult_extreme=0)
    told = sketch.run()
    assert told.open("steep/technical_survey") is None
    assert told.released("steep") is None


# ------------------------------------------------------------- §4.1 mobilising, commuting, camping


def test_a_team_mobilises_for_its_first_parcel_and_at_each_change_of_settlement(
    sketch: Sketch,
) -> None:
    sketch.village("one")
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.hazard("here", "one")
    sketch.hazard("there", "two")
    sketch.team("team", mobilisation_days=3)
    told = sketch.run()
    assert told.when("here/technical_survey") == (0, 3, 4)
    assert told.when("here/clearance") == (4, 4, 8)
    assert told.when("here/quality_control") == (8, 8, 9)
    assert told.when("there/technical_survey") == (9, 12, 13)
    assert told.when("there/clearance") == (13, 13, 17)
    moves = {job: told.parcel(job).mobilised for job in told.job_ids()}
    assert [job for job, mobilised in moves.items() if mobilised] == [
        "here/technical_survey",
        "there/technical_survey",
    ]


def test_between_two_hazards_of_one_settlement_a_team_does_not_mobilise(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("a", "village")
    sketch.hazard("b", "village")
    sketch.team("team", mobilisation_days=3)
    told = sketch.run()
    assert told.when("b/technical_survey") == (9, 9, 10)
    assert not told.parcel("b/technical_survey").mobilised


def test_between_a_road_and_the_village_at_its_end_a_team_mobilises(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("ahead", "village_road")
    sketch.hazard("mines", "village")
    sketch.team("team", mobilisation_days=3)
    told = sketch.run()
    assert told.released("ahead") == 3 + 6 + 10
    assert told.when("mines/technical_survey") == (19, 22, 23)


def test_a_team_that_comes_back_to_a_place_mobilises_and_camps_again(sketch: Sketch) -> None:
    sketch.village("one", hours=2)
    sketch.village("two", hours=2)
    sketch.order("one_people", "two_people")
    sketch.hazard("here", "one")
    sketch.hazard("there", "two")
    sketch.works("houses", "one", "shelter", 5)
    sketch.team("team", [*STAGES, "building"], mobilisation_days=1, camp_days=1)
    told = sketch.run()
    # One: 0-1, technical survey commuting 1-3, camp 3-4, clearance to 8, quality control to 9.
    assert told.released("here") == 19
    # Two: 9-10, 10-12, camp 12-13, to 17, to 18, idle to 19.
    assert told.when("there/quality_control") == (17, 17, 18)
    assert told.when("houses") == (19, 21, 26)
    assert told.parcel("houses").mobilised
    assert told.parcel("houses").camped


def test_a_team_that_never_left_its_camp_works_on_at_once(sketch: Sketch) -> None:
    sketch.village("one", hours=2)
    sketch.hazard("here", "one")
    sketch.works("houses", "one", "shelter", 5)
    sketch.team("team", [*STAGES, "building"], mobilisation_days=1, camp_days=1)
    told = sketch.run()
    assert told.released("here") == 19  # as above; the team idles from 9 to 19
    assert told.when("houses") == (19, 19, 24)
    assert not told.parcel("houses").mobilised


def test_mobilisation_is_due_at_home_too(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village")
    sketch.asset("team", mobilisation_days=2)
    sketch.deploy("team", base="village")
    told = sketch.run()
    assert told.when("mines/technical_survey") == (0, 2, 3)
    assert told.parcel("mines/technical_survey").travel_hours == 0
    assert not told.parcel("mines/technical_survey").camped  # 0 days of camp at 0 h: a tie


def test_a_mobilisation_of_no_days_is_still_a_mobilisation(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village")
    sketch.team("team", mobilisation_days=0)
    told = sketch.run()
    assert told.parcel("mines/technical_survey").mobilised
    assert not told.parcel("mines/clearance").mobilised


@pytest.mark.parametrize(
    ("hours", "shift_hours", "share"),
    [(0, 8, 1), (1, 8, 3 / 4), (2, 8, 1 / 2), (3, 8, 1 / 4), (1, 4, 1 / 2), (1, 10, 4 / 5)],
)
def test_the_drive_there_and_back_is_taken_from_the_shift(
    sketch: Sketch, hours: float, shift_hours: float, share: float
) -> None:
    sketch.village("village", hours=hours)
    sketch.works("well", "village", "water", 6)
    sketch.team("crew", ["building"], camp_days=None, shift_hours=shift_hours)
    told = sketch.run()
    assert told.parcel("well").travel_hours == hours
    assert told.parcel("well").workable_days == pytest.approx(6 / share, rel=1e-12)
    assert seconds(told.parcel("well").finish_day) == round(6 / share * DAY_S)


@pytest.mark.parametrize("hours", [4, 5])
def test_a_team_that_never_camps_does_not_go_where_nothing_is_left_of_the_day(
    sketch: Sketch, hours: float
) -> None:
    sketch.village("village", hours=hours)
    sketch.works("well", "village", "water", 6)
    sketch.team("crew", ["building"], camp_days=None, shift_hours=8)
    told = sketch.run()
    assert told.when("well") == (None, None, None)
    assert told.open("well") is None


@pytest.mark.parametrize("hours", [4, 5])
def test_a_team_that_camps_goes_there(sketch: Sketch, hours: float) -> None:
    sketch.village("village", hours=hours)
    sketch.works("well", "village", "water", 6)
    sketch.team("crew", ["building"], camp_days=1.5, shift_hours=8)
    told = sketch.run()
    assert told.when("well") == (0, 1.5, 7.5)
    assert told.open("well") == 0


def test_a_team_commutes_for_short_work_and_camps_for_long_work(sketch: Sketch) -> None:
    sketch.village("village", hours=2)
    sketch.hazard("mines", "village")
    sketch.team("team", camp_days=1, shift_hours=8)
    told = sketch.run()
    # Technical survey: 1 / (1/2) = 2 days commuting, 1 + 1 = 2 camping: a tie, so commuting.
    assert told.when("mines/technical_survey") == (0, 0, 2)
    assert not told.parcel("mines/technical_survey").camped
    assert told.parcel("mines/technical_survey").workable_days == 2
    # Clearance: 8 days commuting, 1 + 4 = 5 camping.
    assert told.when("mines/clearance") == (2, 3, 7)
    assert told.parcel("mines/clearance").camped
    assert told.parcel("mines/clearance").workable_days == 4
    # Quality control: the camp stands, so 1 day.
    assert told.when("mines/quality_control") == (7, 7, 8)
    assert told.parcel("mines/quality_control").camped


def test_travel_to_a_road_counts_to_its_nearer_end(sketch: Sketch) -> None:
    sketch.village("near", hours=1)
    sketch.village("far", hours=2)
    sketch.road("between", "far", "near", hours=5)
    sketch.hazard("mines", "between")
    sketch.team()
    assert sketch.run().parcel("mines/clearance").travel_hours == 1


def test_travel_to_a_road_counts_to_the_end_that_can_be_reached(sketch: Sketch) -> None:
    sketch.village("near", hours=2)
    sketch.village("far", hours=None)
    sketch.road("beyond", "far", "near", hours=5)
    sketch.hazard("mines", "beyond")
    sketch.team()
    assert sketch.run().parcel("mines/clearance").travel_hours == 2


def test_hours_are_those_of_the_roads_released_at_dispatch(sketch: Sketch) -> None:
    sketch.village("village", hours=3)
    sketch.road("short", "village", "town", hours=1)
    sketch.hazard("ahead", "short")
    sketch.works("early", "village", "water", 20)
    sketch.works("late", "village", "power", 1)
    sketch.team()
    sketch.team("crew", ["building"])
    told = sketch.run()
    assert told.road("short") == (16, 16)
    assert told.parcel("early").travel_hours == 3
    assert told.when("late") == (20, 20, 21)
    assert told.parcel("late").travel_hours == 1


# ---------------------------------------------------------------------------------- §4 deployments


def test_a_team_is_dispatched_from_its_first_day_and_not_on_its_last(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village")
    sketch.asset("team")
    sketch.deploy("team", since=day(2), until=day(7))
    told = sketch.run()
    assert told.when("mines/technical_survey") == (2, 2, 3)
    assert told.open("mines/technical_survey") == 0  # open to the type, though no team is there
    assert told.when("mines/clearance") == (3, 3, 7)  # would be followed on day 7
    assert told.when("mines/quality_control") == (None, None, None)
    assert told.open("mines/quality_control") == 7


def test_a_team_finishes_what_it_started(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.works("well", "village", "water", 30)
    sketch.asset("crew", ["building"])
    sketch.deploy("crew", until=day(1))
    told = sketch.run()
    assert told.when("well") == (0, 0, 30)
    (row,) = told.outcome.presence.itertuples()
    assert (row.from_day, row.until_day) == (0, 30)


def test_the_next_contract_takes_over_where_the_last_one_left(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village")
    sketch.asset("team", mobilisation_days=1)
    sketch.deploy("team", until=day(2))
    sketch.deploy("team", since=day(30))
    told = sketch.run()
    assert told.when("mines/technical_survey") == (0, 1, 2)
    assert told.when("mines/clearance") == (30, 31, 35)  # another team: it mobilises
    assert told.parcel("mines/clearance").team == "team/town/0002"


def test_teams_are_numbered_by_first_and_last_day_for_each_type_and_base(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.asset("team")
    sketch.asset("crew", ["building"])
    sketch.deploy("team", since=day(5), until=day(9))
    sketch.deploy("team")  # no end: after all that start with it
    sketch.deploy("team", teams=2, until=day(20))
    sketch.deploy("team", since=day(5), until=day(8))
    sketch.deploy("team", base="village", since=day(3))
    sketch.deploy("crew", since=day(4))
    present = sketch.run().outcome.presence
    named = {row.team: (row.from_day, row.until_day) for row in present.itertuples()}
    end = (date(2030, 1, 1) - date(2025, 1, 1)).days
    assert named == {
        "crew/town/0001": (4, end),
        "team/town/0001": (0, 20),
        "team/town/0002": (0, 20),
        "team/town/0003": (0, end),
        "team/town/0004": (5, 8),
        "team/town/0005": (5, 9),
        "team/village/0001": (3, end),
    }


def test_days_before_the_start_number_teams_as_the_start_does(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.asset("team")
    sketch.deploy("team", since=day(-90))
    sketch.deploy("team", until=day(20))
    sketch.deploy("team", since=day(-900), until=day(30))
    present = sketch.run().outcome.presence
    end = (date(2030, 1, 1) - date(2025, 1, 1)).days
    assert present["until_day"].tolist() == [20, 30, end]


def test_teams_of_several_bases_go_where_they_can_drive(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.village("island", hours=None)
    sketch.works("well", "village", "water", 6)
    sketch.works("pier", "island", "power", 6)
    sketch.asset("crew", ["building"])
    sketch.deploy("crew", base="town")
    sketch.deploy("crew", base="island")
    told = sketch.run()
    assert told.parcel("well").team == "crew/town/0001"
    assert told.parcel("pier").team == "crew/island/0001"


def test_a_line_of_no_teams_deploys_nothing(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.works("well", "village", "water", 6)
    sketch.asset("crew", ["building"])
    sketch.deploy("crew", teams=0)
    told = sketch.run()
    assert told.open("well") is None
    assert told.when("well") == (None, None, None)


# ------------------------------------------------------------------------------------ §5 calendars


def test_work_rests_in_months_without_workable_days(sketch: Sketch) -> None:
    sketch.village("village", zone="mountain")
    sketch.zone("mountain", 0, *EVERY_DAY[1:])
    sketch.hazard("mines", "village")
    sketch.team("team", mobilisation_days=3)
    told = sketch.run()
    assert told.when("mines/technical_survey") == (0, 3, 32)  # dispatched in winter all the same


def test_workable_days_spread_evenly_over_the_days_of_the_month() -> None:
    sketch = Sketch(start=date(2025, 1, 17))
    sketch.village("village", zone="hills")
    sketch.zone("hills", 15.5, *EVERY_DAY[1:])  # half of each day of January
    sketch.works("well", "village", "water", 4)
    sketch.works("zone", "village", "power", 16)
    sketch.team("crew", ["building"])
    told = sketch.run()
    assert told.when("well") == (0, 0, 8)
    # 7 days of January are left, 3.5 workable; 12.5 more in February.
    assert told.when("zone") == (8, 8, 7 + 8 + 12.5)


def test_a_leap_february_spreads_its_days_over_29() -> None:
    sketch = Sketch(start=date(2024, 2, 1))
    sketch.village("village", zone="hills")
    sketch.zone("hills", 31, 14.5, *EVERY_DAY[2:])
    sketch.works("well", "village", "water", 10)
    sketch.team("crew", ["building"])
    assert sketch.run().when("well") == (0, 0, 20)


@pytest.mark.parametrize(
    ("one", "other", "finish"), [("town", "village", 32), ("village", "town", 1)]
)
def test_a_road_takes_the_zone_of_the_place_it_is_drawn_from(
    sketch: Sketch, one: str, other: str, finish: int
) -> None:
    sketch.rows["places"].clear()
    sketch.place("town", "hub", zone="mountain")
    sketch.village("village", hours=None)
    sketch.zone("mountain", 0, *EVERY_DAY[1:])
    sketch.road("road", one, other)
    sketch.hazard("ahead", "road")
    sketch.team()
    assert sketch.run().when("ahead/technical_survey") == (0, 0, finish)


def test_a_place_without_zone_works_every_day(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.zone("nowhere", *[0] * 12)
    sketch.works("well", "village", "water", 400)
    sketch.team("crew", ["building"])
    assert sketch.run().when("well") == (0, 0, 400)


def test_a_zone_without_any_workable_day_is_never_opened(sketch: Sketch) -> None:
    sketch.village("village", zone="summit")
    sketch.zone("summit", *[0] * 12)
    sketch.works("well", "village", "water", 4)
    sketch.team("crew", ["building"])
    told = sketch.run()
    assert (told.open("well"), told.parcel("well").team) == (None, None)


def test_work_that_just_fits_before_winter_ends_as_winter_begins(sketch: Sketch) -> None:
    # Days that floats do not sum back to what was given: the tolerance must make up for it.
    days = next(x / 10 for x in range(10, 310) if (x / 10 / 31) * 31 < x / 10)
    sketch.village("village", zone="mountain")
    sketch.zone("mountain", days, 0, *EVERY_DAY[2:])
    sketch.works("well", "village", "water", days)
    sketch.team("crew", ["building"])
    assert sketch.run().when("well") == (0, 0, 31)


def test_work_that_is_a_minute_too_long_for_autumn_ends_in_spring(sketch: Sketch) -> None:
    sketch.village("village", zone="mountain")
    sketch.zone("mountain", 31, 0, *EVERY_DAY[2:])
    sketch.works("well", "village", "water", 31 + 1 / 1440)
    sketch.team("crew", ["building"])
    told = sketch.run()
    assert seconds(told.parcel("well").finish_day) == (31 + 28) * DAY_S + 60


# -------------------------------------------------------------------------------- §6 what is open


def test_a_stage_opens_when_the_one_before_it_is_done(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.hazard("mines", "village", hazard_class="SHA")
    sketch.asset("team")
    sketch.deploy("team", teams=9)
    told = sketch.run()
    opened = [told.open(f"mines/{stage}") for stage in STAGES]
    assert opened == [0, 8, 8.75, 11.75]


def test_a_job_is_open_from_when_it_could_be_done_though_all_teams_are_busy(
    sketch: Sketch,
) -> None:
    sketch.village("village")
    sketch.hazard("a", "village")
    sketch.hazard("b", "village")
    sketch.team()
    told = sketch.run()
    assert told.open("b/technical_survey") == 0
    assert told.when("b/technical_survey") == (6, 6, 7)
    assert told.open("b/clearance") == 7


def test_nobody_works_at_a_place_before_it_is_accessible(sketch: Sketch) -> None:
    sketch.village("village", people=10, accessible_from=day(40))
    sketch.team()
    told = sketch.run()
    assert told.open("village/survey") == 40
    assert told.when("village/survey") == (40, 40, 42)


def test_a_date_before_the_start_counts_as_the_start(sketch: Sketch) -> None:
    sketch.village("village", people=10, accessible_from=day(-40))
    sketch.team()
    told = sketch.run()
    assert told.when("village/survey") == (0, 0, 2)
    assert told.gate("permission", "village_people") == 0


def test_nobody_passes_through_a_place_before_it_is_accessible(sketch: Sketch) -> None:
    sketch.place("bridge", "junction", accessible_from=day(40))
    sketch.village("village", people=10, hours=None)
    sketch.road("first", "town", "bridge")
    sketch.road("second", "bridge", "village")
    sketch.hazard("ahead", "first")
    sketch.team()
    told = sketch.run()
    # The road has the later date of its ends; its own hazard waits too.
    assert told.when("ahead/technical_survey") == (40, 40, 41)
    assert told.road("first") == (56, 56)
    assert told.road("second") == (0, 0)  # days of roads ignore the date
    assert told.when("village/survey") == (56, 56, 58)


def test_a_released_road_carries_teams_only_from_the_date_of_its_ends(sketch: Sketch) -> None:
    sketch.place("bridge", "junction", accessible_from=day(40))
    sketch.village("village", people=10, hours=None)
    sketch.road("first", "town", "bridge")
    sketch.road("second", "bridge", "village")
    sketch.team()
    told = sketch.run()
    assert told.road("first") == (0, 0)
    assert told.open("village/survey") == 40


def test_a_mined_road_is_cleared_before_what_lies_behind_it(sketch: Sketch) -> None:
    sketch.place("bridge", "junction")
    sketch.village("village", hours=None)
    sketch.road("first", "town", "bridge")
    sketch.road("second", "bridge", "village")
    sketch.hazard("mines", "village")
    sketch.hazard("ahead", "first")
    sketch.hazard("behind", "second")
    sketch.team()
    told = sketch.run()
    assert told.road("first") == (16, 16)
    assert told.when("behind/technical_survey") == (16, 16, 17)  # neither end before
    assert told.road("second") == (32, 32)
    assert told.when("mines/technical_survey") == (32, 32, 33)
    assert told.open("mines/technical_survey") == 32
    assert told.released("mines") == 48


def test_a_road_can_be_worked_from_either_end(sketch: Sketch) -> None:
    sketch.village("one", hours=None)
    sketch.village("two", hours=None)
    sketch.road("between", "one", "two")
    sketch.hazard("mines", "between")
    sketch.asset("team")
    sketch.deploy("team", base="two")
    assert sketch.run().when("mines/technical_survey") == (0, 0, 1)


def test_a_road_with_two_hazards_is_released_with_the_later_one(sketch: Sketch) -> None:
    sketch.village("village", people=10)
    sketch.hazard("a", "village_road")
    sketch.hazard("b", "village_road")
    sketch.team()
    told = sketch.run()
    assert (told.released("a"), told.released("b")) == (16, 22)
    assert told.road("village_road") == (22, 22)
    assert told.open("village/survey") == 22


def test_a_clear_parallel_road_lets_teams_pass_a_mined_one(sketch: Sketch) -> None:
    sketch.village("village", people=10, hours=1)
    sketch.road("detour", "town", "village", hours=3)
    sketch.hazard("ahead", "village_road")
    sketch.team("scouts", ["survey"], camp_days=None)
    told = sketch.run()
    assert told.road("village_road") == (None, None)
    assert told.parcel("village/survey").travel_hours == 3
    assert told.when("village/survey") == (0, 0, 8)  # 2 / (1 - 6/8)


def test_hazards_on_the_land_of_a_settlement_do_not_block_passage(sketch: Sketch) -> None:
    sketch.village("gate")
    sketch.village("village", people=10, hours=None)
    sketch.road("beyond", "gate", "village")
    sketch.hazard("mines", "gate")
    sketch.team("scouts", ["survey"])
    assert sketch.run().when("village/survey") == (0, 0, 2)


def test_a_road_under_repair_carries_teams_but_is_not_open(sketch: Sketch) -> None:
    sketch.village("village", people=10, hours=None)
    sketch.road("road", "town", "village", repair_crew_days=20)
    sketch.team("scouts", ["survey"])
    sketch.team("crew", ["road_repair"])
    told = sketch.run()
    assert told.road("road") == (0, 20)
    assert told.when("village/survey") == (0, 0, 2)


def test_an_impassable_road_carries_teams_only_when_repaired(sketch: Sketch) -> None:
    sketch.village("village", people=10, hours=None)
    sketch.road("road", "town", "village", repair_crew_days=20, impassable=True)
    sketch.team("scouts", ["survey"])
    sketch.team("crew", ["road_repair"])
    told = sketch.run()
    assert told.road("road") == (0, 20)
    assert told.when("road/repair") == (0, 0, 20)
    assert told.when("village/survey") == (20, 20, 22)


def test_an_impassable_road_without_repair_is_open_at_once(sketch: Sketch) -> None:
    sketch.village("village", people=10, hours=None)
    sketch.road("road", "town", "village", impassable=True)
    sketch.team()
    told = sketch.run()
    assert told.road("road") == (0, 0)
    assert told.when("village/survey") == (0, 0, 2)


def test_repair_follows_the_release_of_the_road(sketch: Sketch) -> None:
    sketch.village("village", hours=None)
    sketch.road("road", "town", "village", repair_crew_days=20)
    sketch.hazard("ahead", "road")
    sketch.team()
    sketch.team("crew", ["road_repair"])
    told = sketch.run()
    assert told.open("road/repair") == 16  # with the handover
    assert told.when("road/repair") == (16, 16, 36)
    assert told.road("road") == (16, 36)


def test_a_road_that_nobody_repairs_is_released_and_never_open(sketch: Sketch) -> None:
    sketch.village("village", people=10, hours=None)
    sketch.road("road", "town", "village", repair_crew_days=20)
    sketch.team()
    told = sketch.run()
    assert told.road("road") == (0, None)
    assert told.open("road/repair") is None
    assert told.when("village/survey") == (0, 0, 2)


def test_a_road_of_an_island_is_repaired_by_nobody(sketch: Sketch) -> None:
    sketch.village("one", hours=None)
    sketch.village("two", hours=None)
    sketch.road("between", "one", "two", repair_crew_days=1)
    sketch.team("crew", ["road_repair"])
    assert sketch.run().when("between/repair") == (None, None, None)


# -------------------------------------------------------------------------------- §7 works as jobs


@pytest.mark.parametrize(
    ("kind", "denied"),
    [
        ("water", "water"),
        ("power", "power"),
        ("health", "health"),
        ("education", "education"),
        ("shelter", "housing"),
    ],
)
def test_works_wait_for_the_hazards_that_deny_their_kind(
    sketch: Sketch, kind: str, denied: str
) -> None:
    others = {"water", "power", "health", "education", "housing", "farmland", "other"} - {denied}
    sketch.village("village")
    sketch.hazard("in_the_way", "village", denies=f"other;{denied}")
    sketch.hazard("beside", "village", 80_000, denies=";".join(sorted(others)))
    sketch.works("job", "village", kind, 5)
    sketch.team("crew", ["building"])
    sketch.asset("team")
    sketch.deploy("team", teams=2)
    told = sketch.run()
    assert told.released("in_the_way") == 16
    assert told.when("job") == (16, 16, 21)


def test_a_settlement_is_built_in_parts_as_its_land_is_released(sketch: Sketch) -> None:
    # a and b 0.5 + 2 + 0.5 days each, c 1 + 4 + 1: released on 13, 16 and 22. Of 16,000 m² a holds
    # a quarter, a and b half; three quarters need c too.
    sketch.village("village")
    for name, area_m2 in (("a", 4000), ("b", 4000), ("c", 8000)):
        sketch.hazard(name, "village", area_m2)
    sketch.hazard("fields", "village", 99_000, denies="farmland")
    for number in (4, 2, 3, 1):
        sketch.works(f"houses{number}", "village", "shelter", 5)
    sketch.works("school", "village", "education", 5)
    sketch.team()
    sketch.asset("crew", ["building"])
    sketch.deploy("crew", teams=5)
    told = sketch.run()
    assert [told.released(name) for name in "abc"] == [13, 16, 22]
    assert [told.when(f"houses{n}")[0] for n in (1, 2, 3, 4)] == [13, 16, 22, 22]
    assert told.when("school") == (0, 0, 5)


def test_works_of_no_crew_days_are_a_part_too(sketch: Sketch) -> None:
    sketch.gates = {"shelter": {}}
    sketch.village("village", people=8)  # 2 households, one of them willing
    sketch.hazard("a", "village")
    sketch.hazard("b", "village")
    sketch.works("houses1", "village", "shelter", 0, dwellings=1)
    sketch.works("houses2", "village", "shelter", 0, dwellings=1)
    sketch.team()
    assert sketch.run().ready("village_people") == 18  # survey 0-2, a 2-8, handover 10 days


def test_works_do_not_wait_for_hazards_of_other_settlements_or_roads(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.village("other")
    sketch.road("detour", "other", "village")
    sketch.hazard("elsewhere", "other", denies="water")
    sketch.hazard("on_a_road", "detour", denies="water")
    sketch.works("well", "village", "water", 5)
    sketch.team("crew", ["building"])
    assert sketch.run().when("well") == (0, 0, 5)


def test_risk_education_waits_for_no_hazard(sketch: Sketch) -> None:
    denies = "housing;road;farmland;water;power;health;education;other"
    sketch.village("village")
    sketch.hazard("mines", "village", denies=denies)
    sketch.works("talks", "village", "risk_education", 3)
    sketch.team("crew", ["building"])
    assert sketch.run().when("talks") == (0, 0, 3)


def test_works_need_their_own_skill(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.works("well", "village", "water", 3, skill="drilling")
    sketch.works("line", "village", "power", 3)
    sketch.team("crew", ["building"])
    told = sketch.run()
    assert told.started() == ["line"]
    assert told.open("well") is None


def test_works_without_work_are_done_with_their_predecessors(sketch: Sketch) -> None:
    sketch.gates = {"water": {}, "power": {}, "survey": {}}
    sketch.village("village", people=10, hours=None)  # nobody can even get there
    sketch.assume(community_survey_team_days=0)
    sketch.hazard("none", "village", 0, denies="water")
    sketch.works("well", "village", "water", 0)
    sketch.works("line", "village", "power", 0, skill="unheard_of")
    told = sketch.run()
    assert told.job_ids() == []
    assert told.gate("water", "village_people") == 10  # with the release
    assert told.gate("power", "village_people") == 0
    assert told.gate("survey", "village_people") == 0


# ----------------------------------------------------------------------- §6 priorities of one rank


def test_jobs_of_one_rank_stand_in_the_order_of_their_classes(sketch: Sketch) -> None:
    sketch.place("bridge", "junction")
    sketch.village("village", people=10, hours=None)
    sketch.road("z_first", "town", "bridge", repair_crew_days=3)
    sketch.road("a_second", "bridge", "village", repair_crew_days=3)
    sketch.hazard("road_mines", "z_first", hazard_class="SHA")
    sketch.hazard("a_road_mines", "a_second")
    for number, denied in enumerate(["housing", "water", "power", "health", "education"]):
        sketch.hazard(f"m{number}", "village", denies=denied)
    for number, denied in enumerate(["farmland", "other", "road"]):
        sketch.hazard(f"a{number}", "village", denies=denied)
    sketch.works("b_works", "village", "water", 3)
    sketch.works("a_works", "village", "risk_education", 3)
    sketch.team("team", [*STAGES, "building", "road_repair"])
    later_first = ["quality_control", "clearance", "technical_survey"]
    assert sketch.run().job_ids() == [
        "village/survey",
        # First the road nearer to the hub, whatever its id; the later stage first.
        "z_first/repair",
        "road_mines/quality_control",
        "road_mines/clearance",
        "road_mines/technical_survey",
        "road_mines/survey",
        "a_second/repair",
        "a_road_mines/quality_control",
        "a_road_mines/clearance",
        "a_road_mines/technical_survey",
        *(f"m{number}/{stage}" for stage in later_first for number in range(5)),
        "a_works",
        "b_works",
        *(f"a{number}/{stage}" for stage in later_first for number in range(3)),
    ]


def test_a_hazard_that_denies_farmland_and_water_goes_with_those_that_deny_water(
    sketch: Sketch,
) -> None:
    sketch.village("village")
    sketch.assume(ts_coverage_share=0, qc_sample_share=0)
    sketch.hazard("z", "village", denies="farmland;water")
    sketch.hazard("a", "village", denies="farmland;other")
    sketch.works("m", "village", "power", 1)
    sketch.team("team", [*STAGES, "building"])
    assert sketch.run().job_ids() == ["z/clearance", "m", "a/clearance"]


def test_jobs_that_are_equal_otherwise_go_by_the_id_of_their_owner_by_code_point(
    sketch: Sketch,
) -> None:
    sketch.village("village")
    sketch.assume(ts_coverage_share=0, qc_sample_share=0)
    for name in ("é", "a", "Z", "a-b", "a.x", "a0", "a_z", "a10", "a9", "b"):
        sketch.hazard(name, "village")
    sketch.team()
    # The owners are compared, not the jobs: "-" and "." stand before the "/" of a job's id.
    names = [job.split("/")[0] for job in sketch.run().job_ids()]
    assert names == ["Z", "a", "a-b", "a.x", "a0", "a10", "a9", "a_z", "b", "é"]


def test_the_roads_to_the_bases_go_before_all_communities(sketch: Sketch) -> None:
    sketch.place("camp", "base")
    sketch.road("camp_road", "town", "camp")
    sketch.village("village", people=10)
    sketch.hazard("to_camp", "camp_road")
    sketch.hazard("to_village", "village_road")
    sketch.team()
    sketch.deploy("team", base="camp")
    told = sketch.run()
    assert told.parcel("to_camp/clearance").rank == 0
    assert told.parcel("to_village/clearance").rank == told.parcel("village/survey").rank == 1
    assert told.job_ids()[0] == "to_camp/quality_control"


def test_only_roads_and_no_settlement_get_the_rank_of_the_bases(sketch: Sketch) -> None:
    sketch.village("village", people=10)
    sketch.hazard("ahead", "village_road")
    sketch.hazard("mines", "village")
    sketch.team()
    sketch.deploy("team", base="village")
    told = sketch.run()
    assert told.parcel("ahead/clearance").rank == 0
    assert told.parcel("mines/clearance").rank == told.parcel("village/survey").rank == 1


def test_a_line_of_no_teams_gives_no_rank_to_its_base(sketch: Sketch) -> None:
    sketch.place("camp", "base")
    sketch.road("camp_road", "town", "camp")
    sketch.hazard("to_camp", "camp_road")
    sketch.village("village", people=10)
    sketch.team()
    sketch.deploy("team", base="camp", teams=0)
    assert sketch.run().parcel("to_camp/clearance").rank == 2


def test_the_smallest_number_of_roads_over_the_bases_counts_for_rank_zero(sketch: Sketch) -> None:
    # All year round one drives town -dear- fork -m_road- one; the cheapest way to the fork is by
    # the summer roads w1 and w2. So m_road is the second road on the way to base one and the
    # third (w1, w2, m_road, last) on the way to base two, which only a summer road reaches.
    sketch.village("elsewhere", hours=None)
    for name in ("fork", "middle", "side"):
        sketch.place(name, "junction")
    for name in ("one", "two", "three"):
        sketch.place(name, "base")
    sketch.road("dear", "town", "fork")
    sketch.road("w1", "town", "middle", all_season=False)
    sketch.road("w2", "middle", "fork", all_season=False)
    sketch.road("m_road", "fork", "one")
    sketch.road("last", "one", "two", all_season=False)
    sketch.road("n1", "town", "side")
    sketch.road("n_road", "side", "three")
    sketch.assume(ts_coverage_share=0, qc_sample_share=0)
    sketch.hazard("costly", "dear")
    sketch.hazard("m", "m_road")
    sketch.hazard("n", "n_road")
    sketch.asset("team")
    for base in ("one", "two", "three"):
        sketch.deploy("team", base=base)
    assert sketch.run().job_ids() == ["costly/clearance", "m/clearance", "n/clearance"]
    sketch.rows["deployments"].pop(0)  # without base one, m_road is a third road
    assert sketch.run().job_ids() == ["n/clearance", "m/clearance", "costly/clearance"]


def test_shared_roads_go_with_the_community_that_is_served_first(sketch: Sketch) -> None:
    sketch.place("bridge", "junction")
    sketch.road("shared", "town", "bridge")
    for name in ("one", "two"):
        sketch.village(name, people=10, hours=None)
        sketch.road(f"{name}_road", "bridge", name)
        sketch.hazard(f"{name}_ahead", f"{name}_road")
    sketch.hazard("stem", "shared")
    sketch.order("two_people", "one_people")
    sketch.team()
    told = sketch.run()
    ranks = {job: told.parcel(job).rank for job in told.job_ids() if "clearance" in job}
    assert ranks == {"stem/clearance": 1, "two_ahead/clearance": 1, "one_ahead/clearance": 2}
    assert (told.parcel("two/survey").rank, told.parcel("one/survey").rank) == (1, 2)


def test_what_serves_no_community_comes_last_and_without_distances(sketch: Sketch) -> None:
    sketch.village("village", people=10)
    sketch.place("bridge", "junction")
    sketch.place("empty")
    sketch.road("z_near", "town", "bridge")
    sketch.road("a_far", "bridge", "empty")
    sketch.assume(ts_coverage_share=0, qc_sample_share=0)
    sketch.hazard("z", "z_near")
    sketch.hazard("b", "a_far")
    sketch.hazard("mines", "empty")
    sketch.team()
    told = sketch.run()
    # Roads by job id: nobody lives behind them, so they have no number of roads from the hub.
    assert told.job_ids() == ["village/survey", "b/clearance", "z/clearance", "mines/clearance"]
    assert [told.parcels(job)[0].rank for job in told.job_ids()] == [1, 2, 2, 2]


def test_a_community_without_a_route_ranks_its_settlement_only(sketch: Sketch) -> None:
    sketch.village("island", people=10, hours=None)
    sketch.place("pier", "junction")
    sketch.road("quay", "pier", "island")
    sketch.hazard("ahead", "quay")
    sketch.hazard("mines", "island")
    sketch.team()
    told = sketch.run()
    assert told.parcel("mines/clearance").rank == told.parcel("island/survey").rank == 1
    assert told.parcel("ahead/clearance").rank == 2


def test_two_communities_of_one_settlement_share_the_earlier_rank(sketch: Sketch) -> None:
    sketch.village("village", people=10)
    sketch.village("other", people=10)
    sketch.people("later", "village", 5)
    sketch.order("village_people", "later", "other_people")
    sketch.team()
    told = sketch.run()
    assert (told.parcel("village/survey").rank, told.parcel("other/survey").rank) == (1, 3)


# ------------------------------------------------------------------------------------- §6 dispatch


def test_the_team_that_finishes_first_is_sent(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.works("well", "village", "water", 4)
    sketch.team("a_crew", ["building"], mobilisation_days=2)
    sketch.team("b_crew", ["building"], mobilisation_days=1)
    assert sketch.run().parcel("well").asset == "b_crew"


@pytest.mark.parametrize(("one", "other"), [("B_crew", "a_crew"), ("crew", "crew_b"), ("a", "é")])
def test_of_teams_that_finish_together_the_smaller_id_by_code_point_is_sent(
    sketch: Sketch, one: str, other: str
) -> None:
    sketch.village("village")
    sketch.works("well", "village", "water", 4)
    sketch.team(other, ["building"])
    sketch.team(one, ["building"])
    assert sketch.run().parcel("well").asset == one


def test_a_tie_between_bases_goes_by_the_name_of_the_base_and_then_the_number(
    sketch: Sketch,
) -> None:
    sketch.village("village")
    sketch.place("camp", "base")
    sketch.road("camp_road", "camp", "village", hours=2)
    sketch.works("well", "village", "water", 4)
    sketch.works("line", "village", "power", 4)
    sketch.works("clinic", "village", "health", 4)
    sketch.asset("crew", ["building"])
    sketch.deploy("crew", base="town")
    sketch.deploy("crew", base="camp", teams=2)
    told = sketch.run()
    assert told.parcel("clinic").team == "crew/camp/0001"
    assert told.parcel("line").team == "crew/camp/0002"
    assert told.parcel("well").team == "crew/town/0001"


def test_a_team_on_the_spot_goes_before_one_that_must_mobilise(sketch: Sketch) -> None:
    sketch.village("one", people=0)
    sketch.village("two", people=0)
    sketch.order("one_people", "two_people")
    sketch.works("a", "one", "water", 2)
    sketch.works("b", "two", "water", 2)
    sketch.works("c", "two", "power", 2, skill="wiring")
    sketch.asset("crew", ["building", "wiring"], mobilisation_days=1)
    sketch.deploy("crew", teams=2)
    told = sketch.run()
    assert [told.parcel(job).team[-1] for job in ("a", "b", "c")] == ["1", "2", "2"]
    assert told.when("c") == (3, 3, 5)


def test_of_two_teams_on_the_spot_the_one_whose_camp_stands_goes(sketch: Sketch) -> None:
    sketch.village("village", hours=2)
    sketch.hazard("none", "village", 0, denies="water")  # released on day 10
    sketch.works("a", "village", "power", 1)
    sketch.works("b", "village", "power", 4)
    sketch.works("c", "village", "water", 3)
    sketch.asset("crew", ["building"], camp_days=1)
    sketch.deploy("crew", teams=2)
    told = sketch.run()
    assert (told.when("a"), told.parcel("a").camped) == ((0, 0, 2), False)  # team 1 commutes
    assert (told.when("b"), told.parcel("b").camped) == ((0, 1, 5), True)  # team 2 camps
    assert (told.when("c"), told.parcel("c").team[-1]) == ((10, 10, 13), "2")


def test_to_be_on_the_spot_is_no_merit_where_moving_takes_no_time(sketch: Sketch) -> None:
    sketch.village("one")
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.hazard("none", "two", 0, denies="water")  # released on day 10
    sketch.works("a", "one", "power", 1)
    sketch.works("b", "two", "power", 1)
    sketch.works("c", "two", "water", 3)
    sketch.asset("crew", ["building"])
    sketch.deploy("crew", teams=2)
    told = sketch.run()
    assert [told.parcel(job).team[-1] for job in "abc"] == ["1", "2", "1"]
    assert told.parcel("c").mobilised


def test_the_first_job_takes_the_best_team_and_the_next_what_is_left(sketch: Sketch) -> None:
    sketch.village("one")
    sketch.village("two")
    sketch.order("two_people", "one_people")
    sketch.works("a", "one", "water", 4)
    sketch.works("b", "two", "water", 4)
    sketch.team("quick", ["building"])
    sketch.team("slow", ["building"], mobilisation_days=2)
    told = sketch.run()
    assert (told.parcel("b").asset, told.parcel("a").asset) == ("quick", "slow")


def test_a_team_takes_lesser_work_rather_than_idle(sketch: Sketch) -> None:
    sketch.village("one", accessible_from=day(1))
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.works("a", "one", "water", 4)
    sketch.works("b", "two", "water", 30)
    sketch.team("crew", ["building"])
    told = sketch.run()
    assert told.when("b") == (0, 0, 30)
    assert told.open("a") == 1
    assert told.when("a") == (30, 30, 34)  # and is not called off for better work


def test_work_that_no_idle_team_can_do_does_not_hold_up_the_rest(sketch: Sketch) -> None:
    sketch.village("one")
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.works("a", "one", "water", 4, skill="drilling")
    sketch.works("b", "two", "water", 3)
    sketch.works("c", "two", "power", 3, skill="drilling")
    sketch.team("crew", ["building"])
    sketch.team("drillers", ["drilling"])
    told = sketch.run()
    assert (told.when("a"), told.when("b"), told.when("c")) == ((0, 0, 4), (0, 0, 3), (4, 4, 7))


def test_all_ends_of_an_instant_are_applied_before_anyone_is_sent(sketch: Sketch) -> None:
    sketch.village("one")
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.hazard("mines", "one")
    sketch.works("b1", "two", "water", 1)
    sketch.works("b2", "two", "water", 5)
    sketch.team("a_team", ["clearance", "building"])
    sketch.team("b_team", ["technical_survey"])
    told = sketch.run()
    # Both end on day 1. The clearance that b_team opens goes before b2.
    assert told.when("mines/clearance") == (1, 1, 5)
    assert told.when("b2") == (5, 5, 10)


def test_what_becomes_accessible_at_an_instant_counts_at_it(sketch: Sketch) -> None:
    sketch.village("one", accessible_from=day(1))
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.works("a", "one", "water", 4)
    sketch.works("b1", "two", "water", 1)
    sketch.works("b2", "two", "water", 5)
    sketch.team("crew", ["building"])
    assert sketch.run().started() == ["b1", "a", "b2"]


def test_a_team_that_arrives_at_an_instant_counts_at_it(sketch: Sketch) -> None:
    sketch.village("one")
    sketch.works("a", "one", "water", 1)
    sketch.works("b", "one", "water", 5)
    sketch.team("a_crew", ["building"], camp_days=None)
    sketch.asset("b_crew", ["building"])
    sketch.deploy("b_crew", since=day(1))
    sketch.rows["roads"][0]["length_km"] = 0  # nothing is lost to driving
    told = sketch.run()
    assert told.parcel("b").asset == "a_crew"  # both finish on day 6
    sketch.rows["assets"][0]["mobilisation_days"] = 0.5
    sketch.rows["deployments"][1]["from_date"] = day(2)
    told = sketch.run()
    assert told.when("b") == (1.5, 1.5, 6.5)  # nobody waits for the arrival


def test_a_quicker_team_that_arrives_as_another_ends_gets_the_work(sketch: Sketch) -> None:
    sketch.village("one")
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.works("a", "one", "water", 0.5)
    sketch.works("b", "two", "water", 5)
    sketch.team("a_crew", ["building"], mobilisation_days=0.5)
    sketch.asset("b_crew", ["building"])
    sketch.deploy("b_crew", since=day(1))
    assert sketch.run().parcel("b").asset == "b_crew"


def test_a_release_at_the_instant_of_an_end_counts_at_it(sketch: Sketch) -> None:
    sketch.village("one", people=10)
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.hazard("ahead", "one_road")
    sketch.works("b1", "two", "water", 16)
    sketch.works("b2", "two", "water", 5)
    sketch.team("a_crew", ["building", "survey"])
    sketch.team("b_team", STAGES[1:])
    told = sketch.run()
    assert told.road("one_road") == (16, 16)
    assert told.started()[-2:] == ["one/survey", "b2"]


def test_a_parcel_that_would_end_after_a_hundred_years_is_not_begun(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.works("a", "village", "water", 36_525)
    sketch.works("b", "village", "power", 36_526, skill="wiring")
    sketch.works("c", "village", "health", 3, skill="wiring")
    sketch.team("builders", ["building"])
    sketch.team("wirers", ["wiring"])
    told = sketch.run()
    assert told.when("a") == (0, 0, None)  # just fits, beyond the horizon
    assert told.open("b") is None
    assert told.when("b") == (None, None, None)
    assert told.when("c") == (0, 0, 3)


def test_a_parcel_that_fits_into_a_hundred_years_only_from_the_start_is_not_begun_later(
    sketch: Sketch,
) -> None:
    sketch.village("village", accessible_from=day(1))
    sketch.works("a", "village", "water", 36_525)
    sketch.team("builders", ["building"])
    told = sketch.run()
    assert (told.open("a"), told.when("a")) == (None, (None, None, None))


def test_nothing_after_the_horizon_is_shown() -> None:
    sketch = Sketch(horizon_years=1)
    sketch.village("village")
    sketch.works("a", "village", "water", 365)
    sketch.works("b", "village", "power", 3)
    sketch.works("c", "village", "health", 400, skill="healing")
    sketch.team("builders", ["building"])
    sketch.team("healers", ["healing"])
    told = sketch.run()
    assert told.when("a") == (0, 0, 365)  # on the horizon itself
    assert told.when("b") == (365, 365, None)
    assert told.when("c") == (0, 0, None)


def test_a_horizon_from_29_february_ends_on_the_28th() -> None:
    sketch = Sketch(start=date(2024, 2, 29), horizon_years=1)
    sketch.village("village")
    sketch.works("a", "village", "water", 365)
    sketch.works("b", "village", "power", 365 + 1 / DAY_S, skill="wiring")
    sketch.team("builders", ["building"])
    sketch.team("wirers", ["wiring"])
    told = sketch.run()
    assert told.outcome.horizon == date(2025, 2, 28)
    assert (told.when("a"), told.when("b")) == ((0, 0, 365), (0, 0, None))


# --------------------------------------------------------------------- days of demining, for harm


@pytest.mark.parametrize(("area_m2", "days"), [(8000, 6), (8 * 400_000, 304), (8 * 390_000, 304)])
def test_days_of_demining_are_the_workable_days_up_to_the_horizon(
    area_m2: float, days: float
) -> None:
    # Technical survey of 400,000 m2 in 2025, at 1,000 m2 a day: from January to October every day
    # is workable, in November and December none. 8,000 m2 are 1 + 4 + 1 days.
    world = Sketch(horizon_years=1)
    world.zone("hills", *EVERY_DAY[:10], 0, 0)
    world.village("home", zone="hills")
    world.hazard("mine", "home", area_m2)
    world.team()
    prepared = Prepared(world.scenario())
    course = run(
        prepared, PreparedAllocation(prepared, "plan"), prepared.numbers(prepared.expected)
    )
    assert course.log.demining_days.tolist() == [days]
