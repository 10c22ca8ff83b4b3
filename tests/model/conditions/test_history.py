"""What happened, as the gates see it: worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from returnplan.model.chance.assumptions import Unrecorded, expected_values
from returnplan.model.conditions.history import NEVER, History, Settlements
from returnplan.model.work import network
from tests.sketch import Sketch


@pytest.mark.parametrize(
    ("found_s", "last_s"),
    [
        ((12.0, 2.0), 12),  # found at home: released after all that was known
        ((3.0, 2.0), 9),  # before: the mine on the road is the last one
        ((NEVER, 2.0), NEVER),
    ],
)
def test_the_last_hazard_near_may_be_one_that_was_found(
    sketch: Sketch, found_s: tuple[float, float], last_s: float
) -> None:
    # home: mine 5, mine on its road 9; away: nothing recorded, one found and released at 2.
    sketch.village("away", people=10)
    sketch.village("home", people=10)
    sketch.village("zero", people=10)
    sketch.hazard("mine", "home")
    sketch.hazard("ahead", "home_road")
    scenario = sketch.scenario()
    settlements = Settlements(scenario, network.build(scenario))
    history = History(
        settlements=settlements,
        number=expected_values(scenario).number,
        released_s=np.array([5.0, 9.0, *found_s]),
        road_open_s=np.zeros(3),
        works_s=np.zeros(0),
        survey_s=np.zeros(3),
        unrecorded=Unrecorded(
            settlement=np.array([1, 0]),
            like=np.zeros(2, np.int64),
            area_m2=np.ones(2),
            is_found=np.ones(2, np.bool_),
        ),
    )
    assert settlements.ids == ("away", "home", "zero")
    assert history.near_released_s.tolist() == [2, last_s, 0]


def test_the_last_hazard_near_is_told_where_nobody_waits_too(sketch: Sketch) -> None:
    sketch.village("home")
    sketch.village("next", people=10)
    sketch.road("lane", "home", "next")
    sketch.hazard("mine", "home")
    sketch.hazard("ahead", "lane")
    scenario = sketch.scenario()
    settlements = Settlements(scenario, network.build(scenario))
    history = History(
        settlements=settlements,
        number=expected_values(scenario).number,
        released_s=np.array([9.0, 5.0]),
        road_open_s=np.zeros(3),
        works_s=np.zeros(0),
        survey_s=np.zeros(1),
    )
    assert settlements.ids == ("home", "next")
    assert history.near_released_s.tolist() == [9, 5]
    assert history.risk.begin.tolist() == [0, 1, 3]  # of home nobody is at risk
