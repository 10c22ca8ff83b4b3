"""Gates worked by hand (model §7); the plain world is in ``sketch.py``."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd
import pytest

from returnplan.model.conditions.gates import GATES
from tests.sketch import STAGES, Sketch, Told

pytestmark = pytest.mark.unwatched

FOLK = "village_people"
SERVICES = ("water", "power", "health", "education")


def day(number: int) -> date:
    return date(2025, 1, 1) + timedelta(days=number)


def gate(sketch: Sketch, name: str, community: str = FOLK, **parameters: float) -> object:
    """Day from which one gate holds when it is the only one in force."""
    sketch.gates = {name: parameters}
    return sketch.run().gate(name, community)


@pytest.fixture
def village(sketch: Sketch) -> Sketch:
    """Return a village of 100 people 1 h from the hub, and one team of all skills."""
    sketch.village("village", people=100)
    sketch.assume(community_survey_team_days=0)
    sketch.team("team", [*STAGES, "building", "road_repair"])
    return sketch


# -------------------------------------------------------------------------- permission and survey


def test_permission_holds_from_the_date_of_access(sketch: Sketch) -> None:
    sketch.village("village")
    sketch.village("later", accessible_from=day(77))
    assert gate(sketch, "permission") == 0
    assert gate(sketch, "permission", "later_people") == 77


def test_survey_holds_when_the_community_survey_is_done(sketch: Sketch) -> None:
    sketch.village("village", people=100)
    sketch.village("empty", people=0)
    assert gate(sketch, "survey") is None  # there is no team
    assert gate(sketch, "survey", "empty_people") == "unknown"
    sketch.team()
    assert gate(sketch, "survey") == 2
    sketch.assume(community_survey_team_days=0)
    assert gate(sketch, "survey") == 0


# ------------------------------------------------------------------------- housing land, farmland


@pytest.mark.parametrize(
    ("denies", "housing", "farm"),
    [
        ("housing", 16, 0),
        ("water", 16, 0),
        ("power", 16, 0),
        ("health", 16, 0),
        ("education", 16, 0),
        ("farmland", 0, 16),
        ("other", 0, 0),
        ("road", 0, 0),
        ("farmland;health", 16, 16),
    ],
)
def test_land_is_released_with_the_hazards_that_deny_it(
    village: Sketch, denies: str, housing: float, farm: float
) -> None:
    village.hazard("mines", "village", denies=denies)
    assert gate(village, "housing_land") == housing
    assert gate(village, "farmland") == farm


def test_hazards_on_roads_and_in_other_settlements_deny_no_land_here(village: Sketch) -> None:
    village.village("other")
    village.hazard("elsewhere", "other", denies="housing;farmland")
    village.hazard("ahead", "village_road", denies="housing;farmland;road")
    assert gate(village, "housing_land") == 0
    assert gate(village, "farmland") == 0


@pytest.fixture
def four_hazards(village: Sketch) -> Sketch:
    """Return a village with four hazards, released by one team one after the other.

    Areas 8,000, 16,000, 8,000 and 32,000 m² take 6, 12, 6 and 24 days; with 10 days of handover
    they are released on days 16, 28, 34 and 58: 1/8, 3/8, 1/2 and all of 64,000 m².
    """
    for name, area_m2 in (("a", 8000), ("b", 16_000), ("c", 8000), ("d", 32_000)):
        village.hazard(name, "village", area_m2, denies="housing;farmland")
    return village


@pytest.mark.parametrize("name", ["housing_land", "farmland"])
@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, 0), (0.1, 16), (0.125, 16), (0.126, 28), (0.375, 28), (0.5, 34), (0.51, 58), (1, 58)],
)
def test_land_counts_by_area(
    four_hazards: Sketch, name: str, share: float, expected: float
) -> None:
    assert gate(four_hazards, name, required_share=share) == expected


def test_all_housing_land_and_half_of_the_farmland_are_required_by_default(
    four_hazards: Sketch,
) -> None:
    assert gate(four_hazards, "housing_land") == 58
    assert gate(four_hazards, "farmland") == 34


def test_a_share_of_one_means_every_hazard_even_one_without_area(village: Sketch) -> None:
    village.hazard("mines", "village")
    village.hazard("steep", "village", 0.0001, difficulty="extreme")
    village.rows["assets"][0]["mult_extreme"] = 0
    assert gate(village, "housing_land", required_share=1) is None
    assert gate(village, "housing_land", required_share=0.999999) == 16


def test_a_share_that_floats_do_not_hit_is_reached_all_the_same(village: Sketch) -> None:
    # Three of ten equal areas are 0.3 of them, but not in floats.
    areas = (number / 10 for number in range(1, 500))
    area_m2 = next(a for a in areas if math.fsum([a] * 3) < 0.3 * math.fsum([a] * 10))
    for name in "abcdefghij":
        village.hazard(name, "village", area_m2)
    village.assume(handover_days=0)
    village.gates = {"housing_land": {"required_share": 0.3}}
    told = village.run()
    assert told.gate("housing_land", FOLK) == told.released("c")
    assert told.released("c") != told.released("d")


def test_land_that_is_never_released_is_never_met(village: Sketch) -> None:
    village.hazard("mines", "village", difficulty="extreme")
    village.rows["assets"][0]["mult_extreme"] = 0
    assert gate(village, "housing_land") is None


# ------------------------------------------------------------------------------------ road access


def test_road_access_needs_an_open_all_season_road(village: Sketch) -> None:
    assert gate(village, "road_access") == 0
    village.rows["roads"][0]["repair_crew_days"] = 20
    assert gate(village, "road_access") == 20
    village.hazard("ahead", "village_road")
    assert gate(village, "road_access") == 16 + 20
    village.rows["roads"][0]["all_season"] = False
    assert gate(village, "road_access") is None
    village.road("detour", "village", "town", hours=6)
    assert gate(village, "road_access") == 0


def test_road_access_waits_for_the_dates_of_the_places_on_the_way(sketch: Sketch) -> None:
    sketch.place("bridge", "junction", accessible_from=day(50))
    sketch.village("village", hours=None)
    sketch.road("first", "town", "bridge")
    sketch.road("second", "bridge", "village")
    assert gate(sketch, "road_access") == 50


def test_road_access_within_hours_waits_for_a_short_enough_way(village: Sketch) -> None:
    village.rows["roads"][0]["length_km"] = 96  # 3 h
    village.road("short", "village", "town", hours=1, repair_crew_days=20)
    assert gate(village, "road_access") == 0
    assert gate(village, "road_access", max_hub_hours=3) == 0
    assert gate(village, "road_access", max_hub_hours=2.99) == 20
    assert gate(village, "road_access", max_hub_hours=1) == 20
    assert gate(village, "road_access", max_hub_hours=0.99) is None


def test_a_limit_of_hours_is_met_but_for_a_billionth(sketch: Sketch) -> None:
    sketch.place("bridge", "junction")
    sketch.village("village", hours=None)
    sketch.road("first", "town", "bridge", hours=0.1)
    sketch.road("second", "bridge", "village", hours=0.2)
    assert 0.1 + 0.2 > 0.3
    assert gate(sketch, "road_access", max_hub_hours=0.3) == 0
    assert gate(sketch, "road_access", max_hub_hours=0.3 - 1e-8) is None


def test_any_hub_will_do(sketch: Sketch) -> None:
    sketch.place("city", "hub")
    sketch.village("village", hours=9)
    sketch.road("other", "city", "village", hours=2)
    assert gate(sketch, "road_access", max_hub_hours=2) == 0


def test_an_island_has_no_road_access(sketch: Sketch) -> None:
    sketch.village("village", hours=None)
    assert gate(sketch, "road_access") is None


# --------------------------------------------------------------------------------------- services


@pytest.mark.parametrize("kind", SERVICES)
def test_a_service_holds_when_all_its_works_are_done(village: Sketch, kind: str) -> None:
    village.works("a", "village", kind, 5)
    village.works("b", "village", kind, 7)
    village.works("c", "village", "shelter", 9, dwellings=9)
    assert gate(village, kind) == 12


@pytest.mark.parametrize("kind", SERVICES)
def test_a_service_without_works_or_hours_is_unknown(village: Sketch, kind: str) -> None:
    other = "water" if kind != "water" else "power"
    village.works("a", "village", other, 5)
    village.village("neighbour")
    village.works("b", "neighbour", kind, 0)
    assert gate(village, kind) == "unknown"


@pytest.mark.parametrize("kind", SERVICES)
def test_works_that_nobody_can_do_are_never_met(village: Sketch, kind: str) -> None:
    village.works("a", "village", kind, 5, skill="diving")
    village.works("b", "village", kind, 5)
    assert gate(village, kind) is None


@pytest.mark.parametrize("kind", SERVICES)
def test_a_hub_near_enough_serves_from_day_zero(village: Sketch, kind: str) -> None:
    assert gate(village, kind, within_hours=1) == 0
    assert gate(village, kind, within_hours=0.9) is None  # not unknown: the hours are given
    village.rows["roads"][0]["repair_crew_days"] = 20
    assert gate(village, kind, within_hours=1) == 20
    village.rows["roads"][0]["all_season"] = False
    assert gate(village, kind, within_hours=1) is None


@pytest.mark.parametrize("kind", SERVICES)
def test_another_place_serves_when_its_works_are_done_and_the_way_is_open(
    village: Sketch, kind: str
) -> None:
    village.rows["roads"][0]["length_km"] = 320  # the hub is 10 h away
    village.village("neighbour")
    village.road("between", "village", "neighbour", hours=0.5)
    village.works("a", "neighbour", kind, 5)
    village.works("b", "neighbour", kind, 7)
    assert gate(village, kind, within_hours=0.5) == 12
    assert gate(village, kind, within_hours=0.4) is None
    village.rows["roads"][-1]["repair_crew_days"] = 20
    # One team: the works take it to day 12 or the repair goes first; both are done on day 32.
    assert gate(village, kind, within_hours=0.5) == 32


def test_a_place_with_works_half_done_serves_nobody(village: Sketch) -> None:
    village.village("neighbour", hours=10)
    village.road("between", "village", "neighbour", hours=0.5)
    village.rows["roads"][0]["length_km"] = 320
    village.works("a", "neighbour", "water", 5)
    village.works("b", "neighbour", "water", 5, skill="diving")
    assert gate(village, "water", within_hours=1) is None
    village.works("c", "neighbour", "power", 5)
    assert gate(village, "water", within_hours=1) is None


def test_a_neighbour_serves_sooner_than_works_at_home(village: Sketch) -> None:
    village.works("z", "village", "water", 50)
    village.village("neighbour")
    village.road("between", "village", "neighbour", hours=0.5)
    village.works("a", "neighbour", "water", 3)
    village.rows["roads"][0]["length_km"] = 320
    village.asset("crew", ["building"])
    village.deploy("crew")
    assert gate(village, "water", within_hours=0.5) == 3
    assert gate(village, "water", within_hours=0) == 50  # at home
    assert gate(village, "water") == 50


# ---------------------------------------------------------------------------------------- shelter


def test_shelter_counts_dwellings_against_willing_households(sketch: Sketch) -> None:
    sketch.village("village", people=100)  # 100 / 4 · 0.5 = 12.5 households
    sketch.assume(community_survey_team_days=0)
    sketch.team("crew", ["building"])
    assert gate(sketch, "shelter") == "unknown"
    sketch.works("a", "village", "shelter", 5, dwellings=12)
    assert gate(sketch, "shelter") is None
    sketch.works("b", "village", "shelter", 5, dwellings=1)
    assert gate(sketch, "shelter") == 10
    assert gate(sketch, "shelter", required_share=12 / 12.5) == 5
    assert gate(sketch, "shelter", required_share=0.97) == 10
    assert gate(sketch, "shelter", required_share=0) == 0


def test_shelter_sums_the_communities_of_a_settlement_each_with_its_own_figures(
    sketch: Sketch,
) -> None:
    sketch.village("village", people=100)  # 12.5
    sketch.people("more", "village", 100, households=10)  # 10 · 0.5 = 5
    sketch.people("most", "village", 100, willing_share=0.9)  # 100 / 4 · 0.9 = 22.5
    sketch.people("all", "village", 100, households=7, willing_share=1)  # 7
    sketch.assume(community_survey_team_days=0)
    sketch.works("a", "village", "shelter", 5, dwellings=46)
    sketch.works("b", "village", "shelter", 5, dwellings=1)
    sketch.team("crew", ["building"])
    assert 12.5 + 5 + 22.5 + 7 == 47
    sketch.gates = {"shelter": {}}
    told = sketch.run()
    assert {told.gate("shelter", name) for name in (FOLK, "more", "most", "all")} == {10}
    sketch.rows["works"][1]["dwellings"] = 0
    assert gate(sketch, "shelter") is None


def test_shelter_with_unknown_dwellings_is_unknown_until_the_known_ones_suffice(
    sketch: Sketch,
) -> None:
    sketch.village("village", people=80)  # 10 households
    sketch.assume(community_survey_team_days=0)
    sketch.works("a", "village", "shelter", 5, dwellings=9)
    sketch.works("b", "village", "shelter", 5)
    sketch.team("crew", ["building"])
    assert gate(sketch, "shelter") == "unknown"
    sketch.works("c", "village", "shelter", 5, dwellings=1)
    assert gate(sketch, "shelter") == 15
    sketch.rows["works"][2]["skill"] = "diving"
    assert gate(sketch, "shelter") == "unknown"  # they are never built; b may have been enough


def test_shelter_for_nobody_holds_from_the_start(sketch: Sketch) -> None:
    sketch.village("village", people=80)
    sketch.rows["communities"][0]["willing_share"] = 0
    sketch.works("a", "village", "shelter", 5)
    assert gate(sketch, "shelter") == 0


def test_works_of_other_kinds_build_no_dwellings(village: Sketch) -> None:
    village.works("a", "village", "shelter", 50, dwellings=1)
    village.works("b", "village", "water", 5, dwellings=100)
    assert gate(village, "shelter") is None


# -------------------------------------------------------------------- risk education, residual risk


def test_risk_education_holds_when_given(village: Sketch) -> None:
    assert gate(village, "risk_education") == "unknown"
    village.works("talks", "village", "risk_education", 3)
    assert gate(village, "risk_education") == 3
    village.rows["works"][0]["skill"] = "diving"
    assert gate(village, "risk_education") is None


@pytest.fixture
def risky(village: Sketch) -> Sketch:
    """Return a village of 100 people with 8 items in 8,000 m², released on day 16.

    Per year, a person's risk is 0.5 / 100 · κ · items: before the release 0.5 / 100 · 0.001 · 8 =
    4e-5, after it 0.5 / 100 · 0.01 · (1 - 0.99) · 8 = 4e-6.
    """
    village.assume(fatal_share=0.5, kappa_unmarked=0.001, kappa_used=0.01, detection_share=0.99)
    village.assume(kappa_marked=0.001)  # marking changes nothing here
    village.hazard("mines", "village", 8000, items_per_km2=1000)
    return village


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(5e-5, 0), (4e-5, 0), (3.9e-5, 16), (1e-5, 16), (4e-6, 16), (3.9e-6, None), (0, None)],
)
def test_residual_risk_falls_with_the_release_but_not_to_nothing(
    risky: Sketch, threshold: float, expected: float | None
) -> None:
    assert gate(risky, "residual_risk", max_per_year=threshold) == expected


def test_a_risk_of_one_in_a_hundred_thousand_is_the_default(risky: Sketch) -> None:
    assert gate(risky, "residual_risk") == 16
    risky.rows["hazards"][0]["items_per_km2"] = 2499  # after: 9.996e-6
    assert gate(risky, "residual_risk") == 16
    risky.rows["hazards"][0]["items_per_km2"] = 2501
    assert gate(risky, "residual_risk") is None
    risky.rows["hazards"][0]["items_per_km2"] = 249  # before: 9.96e-6
    assert gate(risky, "residual_risk") == 0


def test_residual_risk_shares_out_over_the_people_of_the_settlement(risky: Sketch) -> None:
    risky.people("more", "village", 300)
    assert gate(risky, "residual_risk", max_per_year=1e-5) == 0
    assert gate(risky, "residual_risk", max_per_year=9e-6) == 16


def test_residual_risk_counts_the_roads_that_end_there_and_no_others(risky: Sketch) -> None:
    risky.village("other", people=100)
    risky.road("between", "other", "village")
    risky.hazard("ahead", "between", 8000, items_per_km2=1000)
    risky.hazard("far", "other_road", 8000, items_per_km2=1e9)
    risky.gates = {"residual_risk": {"max_per_year": 5e-5}}
    told = risky.run()
    first = min(told.released("mines") or math.inf, told.released("ahead") or math.inf)
    assert told.gate("residual_risk", FOLK) == first  # 4e-5 + 4e-5 / 2, then less
    risky.gates = {"residual_risk": {"max_per_year": 1e-5}}
    both = max(told.released("mines") or math.inf, told.released("ahead") or math.inf)
    assert risky.run().gate("residual_risk", FOLK) == both  # 4e-6 + 4e-6 / 2


def test_a_release_never_raises_the_risk_of_a_hazard(risky: Sketch) -> None:
    risky.assume(detection_share=0.5)  # land in use: 0.5 / 100 · 0.01 · 0.5 · 8 = 2e-4
    assert gate(risky, "residual_risk", max_per_year=5e-5) == 0  # 4e-5 before the release
    assert gate(risky, "residual_risk", max_per_year=3e-5) is None  # and no less after it


def test_residual_risk_without_hazards_holds_and_without_data_is_unknown(risky: Sketch) -> None:
    risky.village("quiet", people=100)
    risky.village("empty", people=0)
    assert gate(risky, "residual_risk", "quiet_people") == 0
    assert gate(risky, "residual_risk", "empty_people") == "unknown"
    risky.hazard("vague", "village")
    assert gate(risky, "residual_risk") == "unknown"


# -------------------------------------------------------------------------- ready, binding, status


def test_the_gates_stand_in_the_order_of_the_table() -> None:
    assert list(GATES) == [
        *("permission", "survey", "housing_land", "farmland", "road_access"),
        *("water", "power", "health", "education"),
        *("shelter", "risk_education", "residual_risk"),
    ]


def test_ready_is_the_latest_gate_and_the_latest_binds(village: Sketch) -> None:
    village.hazard("mines", "village", denies="housing")
    village.works("well", "village", "water", 30)
    village.asset("crew", ["building"])
    village.deploy("crew")
    village.gates = {"water": {}, "housing_land": {}, "permission": {}}
    told = village.run()
    assert (told.ready(FOLK), told.binding(FOLK)) == (30, "water")
    assert told.status(FOLK) == "conditions met (modelled)"
    (row,) = told.outcome.readiness.itertuples()
    assert row.ready_date_p50 == pd.Timestamp("2025-01-31")
    assert told.outcome.readiness["probability_by_horizon"].isna().all()  # there are no draws
    assert dict(
        zip(told.outcome.gates["gate"], told.outcome.gates["binding_share"], strict=True)
    ) == {
        "permission": 0,
        "housing_land": 0,
        "water": 1,
    }


def test_gates_that_are_not_in_force_do_not_count(village: Sketch) -> None:
    village.hazard("mines", "village")
    village.gates = {"permission": {}}
    told = village.run()
    assert (told.ready(FOLK), list(told.outcome.gates["gate"])) == (0, ["permission"])


def test_of_gates_that_hold_together_the_first_of_the_table_binds(village: Sketch) -> None:
    village.hazard("mines", "village", denies="housing;farmland")
    village.gates = {"farmland": {}, "housing_land": {}}  # as written: the other way round
    assert village.run().binding(FOLK) == "housing_land"
    village.gates = {"road_access": {}, "survey": {}, "permission": {}}
    assert village.run().binding(FOLK) == "permission"


def failing(sketch: Sketch, **gates: dict[str, float]) -> Told:
    """Run a village with works that are never done, without roads, by some gates."""
    sketch.village("village", people=100, hours=None)
    sketch.works("well", "village", "water", 5)
    sketch.gates = gates
    return sketch.run()


def test_a_gate_that_fails_is_named_and_there_is_no_ready_day(sketch: Sketch) -> None:
    told = failing(sketch, permission={}, water={}, road_access={})
    assert told.status(FOLK) == "conditions not met: road_access, water"
    assert told.ready(FOLK) is None
    assert told.binding(FOLK) == "road_access"  # the first of the table
    (row,) = told.outcome.readiness.itertuples()
    assert row.ready_date_p50 is pd.NaT
    assert told.outcome.readiness["probability_by_horizon"].isna().all()


def test_missing_data_is_named_when_nothing_else_fails(sketch: Sketch) -> None:
    told = failing(sketch, permission={}, power={}, shelter={}, education={})
    assert told.status(FOLK).startswith("unknown: ")
    needs = told.status(FOLK).removeprefix("unknown: ").split(", ")
    assert needs == [GATES[name].unknown for name in ("power", "education", "shelter")]
    assert told.ready(FOLK) is None
    assert told.binding(FOLK) == "power"
    (row,) = told.outcome.readiness.itertuples()
    assert math.isnan(float(row.probability_by_horizon))  # type: ignore[arg-type]


def test_unknown_and_not_met_together_are_not_met(sketch: Sketch) -> None:
    told = failing(sketch, water={}, power={}, shelter={})
    assert told.status(FOLK) == "conditions not met: water, power, shelter"
    assert told.binding(FOLK) == "water"
    assert told.gate("power", FOLK) == "unknown"


def test_an_unknown_gate_before_one_that_is_not_met_binds(sketch: Sketch) -> None:
    told = failing(sketch, health={"within_hours": 1}, power={}, farmland={})
    assert told.binding(FOLK) == "power"
    assert told.status(FOLK) == "conditions not met: power, health"


def test_what_holds_after_the_horizon_is_not_met() -> None:
    sketch = Sketch(horizon_years=1)
    sketch.village("village", accessible_from=date(2026, 1, 2))
    sketch.village("other", accessible_from=date(2026, 1, 1))
    sketch.gates = {"permission": {}, "housing_land": {}}
    told = sketch.run()
    assert told.status(FOLK) == "conditions not met: permission"
    assert (told.ready(FOLK), told.binding(FOLK)) == (None, "permission")
    assert told.ready("other_people") == 365  # on the horizon itself
    assert told.status("other_people") == "conditions met (modelled)"


def test_communities_of_one_settlement_are_ready_together(village: Sketch) -> None:
    village.people("more", "village", 50)
    village.hazard("mines", "village")
    village.gates = {"housing_land": {}}
    told = village.run()
    assert told.ready(FOLK) == told.ready("more") == 16


def test_people_and_person_days_are_summed_over_communities(village: Sketch) -> None:
    village.people("more", "village", 50)
    village.village("island", people=7, hours=None)
    village.hazard("mines", "village")
    village.gates = {"road_access": {}, "housing_land": {}}
    (row,) = village.run().outcome.summary.to_dict("records")
    horizon = (date(2030, 1, 1) - date(2025, 1, 1)).days
    assert row["person_days_mean"] == 150 * 16 + 7 * horizon
    assert row["people_by_2026-01-01_mean"] == row["people_by_2030-01-01_mean"] == 150
    assert row["communities_never"] == 1
    assert row["cost_usd_mean"] == 100 * horizon
