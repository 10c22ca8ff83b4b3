"""Scenarios as DataFrames: out, in, and what is said of frames that are wrong."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
HEAD: dict[str, Any] = {
    "name": "small",
    "start": "2030-01-01",
    "horizon_years": 5,
    "gates": ["housing_land"],
}


def frames() -> dict[str, Any]:
    """A small world as people have it: ids as numbers, sets, lists, time stamps, missing cells."""
    return {
        "places": pd.DataFrame(
            {
                "id": [1, 2],
                "kind": ["hub", "settlement"],
                "name": ["Town", "Mill"],
                "lon_deg": [20.0, 20.5],
                "lat_deg": [-5.0, -5.25],
                "accessible_from": [pd.NaT, pd.Timestamp("2030-06-01")],
                "source": "desk",
            }
        ),
        "communities": pd.DataFrame(
            {
                "id": ["people"],
                "settlement": [2],
                "people": [120.0],
                "households": [np.nan],
                "source": "desk",
            }
        ),
        "roads": pd.DataFrame(
            {
                "id": ["lane"],
                "from_place": [1],
                "to_place": [2],
                "length_km": [12.5],
                "speed_kmh": [40],
                "all_season": [False],
                "source": "desk",
            }
        ),
        "hazards": pd.DataFrame(
            {
                "id": ["field", "yard"],
                "place": [2, 2],
                "hazard_class": "SHA",
                "land_class": "minefield",
                "area_m2": [25_000, 0.1 + 0.2],
                "denies": [{"water", "housing"}, ["farmland"]],
                "source": "desk",
            }
        ),
        "assets": pd.DataFrame({"id": ["team"], "cost_usd_day": [900], "source": "desk"}),
        "rates": pd.DataFrame(
            {
                "asset": "team",
                "skill": [
                    "survey",
                    "technical_survey",
                    "clearance",
                    "quality_control",
                    "community_survey",
                ],
                "rate_m2_day": [1e5, 1500, 400, 2000, None],
                "source": "desk",
            }
        ),
        "allocations": pd.DataFrame({"name": ["today"], "policy": ["nearest"]}),
        "deployments": pd.DataFrame(
            {
                "allocation": ["today"],
                "asset": ["team"],
                "base": [1],
                "teams": [np.int64(2)],
                "from": [date(2030, 2, 1)],
                "source": "desk",
            }
        ),
        "sources": pd.DataFrame({"id": ["desk"], "title": ["A desk study"], "year": [2029.0]}),
    }


def test_frames_become_a_scenario_with_lists_sets_and_time_stamps_as_people_have_them() -> None:
    scenario = rp.from_frames(**HEAD, **frames())
    assert [place.id for place in scenario.places] == ["1", "2"]
    assert scenario.places[1].accessible_from == date(2030, 6, 1)
    assert scenario.communities[0].people == 120
    assert scenario.communities[0].households is None
    assert scenario.roads[0].all_season is False
    assert [hazard.denies for hazard in scenario.hazards] == [("housing", "water"), ("farmland",)]
    assert scenario.hazards[1].area_m2 == 0.1 + 0.2
    assert scenario.deployments[0].from_date == date(2030, 2, 1)
    assert scenario.deployments[0].teams == 2
    assert scenario.sources[0].year == 2029
    assert scenario.gates == {"housing_land": {}}
    assert rp.simulate(scenario, "today").readiness["community"].tolist() == ["people"]


@pytest.mark.parametrize("name", ["valley", "karabakh"])
def test_a_scenario_goes_through_frames_and_comes_back_equal(name: str) -> None:
    scenario = rp.load(SCENARIOS / name)
    fields = {field.name for field in dataclasses.fields(scenario)}
    tables = scenario.to_frames()
    head = {one: getattr(scenario, one) for one in fields - set(tables)}
    head = {one: value for one, value in head.items() if not isinstance(value, tuple)}
    assert rp.from_frames(**head, **tables) == scenario


def test_frames_have_lists_dates_and_numbers() -> None:
    valley = rp.load(SCENARIOS / "valley")
    tables = valley.to_frames()
    assert list(tables) == [
        "places", "communities", "roads", "hazards", "works", "assets", "rates", "calendars",
        "allocations", "deployments", "orders", "targets", "assumptions", "sources",
    ]  # fmt: skip
    hazards = tables["hazards"].set_index("id")
    assert hazards.loc["mill_houses", "denies"] == ["housing", "water"]
    assert hazards["area_m2"].dtype == np.float64
    assert "lon_deg" not in hazards  # nowhere filled
    people = tables["communities"].set_index("id")
    assert people.loc["mill_east", "displaced_since"] == pd.Timestamp("2018-05-01")
    assert str(people["households"].dtype) == "Int64"
    assert people["households"].isna().loc["mill_east"]
    assert people.loc["mill_west", "households"] == 100
    titles = rp.from_frames(**HEAD, titles={"fr": "Petit"}, **frames()).titles
    assert titles == {"fr": "Petit"}
    named = dataclasses.replace(
        valley, places=(dataclasses.replace(valley.places[0], names={"az": "Bazar"}),)
    )
    assert named.to_frames()["places"]["name_az"].tolist() == ["Bazar"]


def test_all_that_is_wrong_with_frames_is_said_at_once() -> None:
    given = frames()
    given["hazards"]["area_m2"] = ["much", -1]
    given["roads"] = given["roads"].drop(columns="speed_kmh")
    with pytest.raises(rp.ScenarioError) as caught:
        rp.from_frames(**HEAD, **given)
    places = {(one.file, one.row, one.column) for one in caught.value.problems}
    assert places >= {
        ("hazards.csv", 2, "area_m2"),
        ("hazards.csv", 3, "area_m2"),
        ("roads.csv", 1, "speed_kmh"),
    }
    assert str(caught.value).startswith("frames cannot be run: 3 problems")


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        ({"place": pd.DataFrame()}, rp.ReturnplanError, "no table is called 'place'; perhaps pla"),
        ({"works": [1, 2]}, rp.ReturnplanError, "works must be a DataFrame, not list"),
        ({"start": "2030-13-01"}, rp.ScenarioError, "column start: found '2030-13-01'"),
        ({"gates": "housin_land"}, rp.ScenarioError, "housin_land"),
    ],
)
def test_what_cannot_be_a_scenario_is_named(
    more: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        rp.from_frames(**{**HEAD, **frames(), **more})


def test_needed_tables_that_are_not_given_are_left_out_on_purpose() -> None:
    given = frames()
    del given["hazards"]
    assert rp.from_frames(**HEAD, **given).hazards == ()
