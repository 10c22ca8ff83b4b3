"""Expected values of assumptions (model §9)."""

from __future__ import annotations

from typing import Any

import returnplan as rp
from returnplan.model.chance.assumptions import default_assumptions, expected_values
from returnplan.model.chance.distributions import mean
from tests.sketch import Sketch


def test_expected_values_are_the_scenarios_and_the_shipped_ones_else() -> None:
    sketch = Sketch()
    sketch.village("village", people=10)
    sketch.shares("partial", 1, 1, 2)
    sketch.hazard("mines", "village", record="partial")
    sketch.hazard("more", "village")
    values = expected_values(sketch.scenario())
    assert values.number["handover_days"] == 10
    assert values.handover_days.tolist() == [10, 10]
    assert values.survey_team_days.tolist() == [2]
    assert values.shares.tolist() == [[0.25, 0.25, 0.5], [0.25, 0.375, 0.375]]
    shipped = default_assumptions()["detection_share"]  # the sketch has no row for it
    assert values.number["detection_share"] == mean(shipped)


def test_the_run_on_expected_values_reads_the_mean_of_a_wide_distribution() -> None:
    sketch = Sketch()
    sketch.village("village")
    sketch.hazard("nothing", "village", 0)
    scenario = sketch.scenario()
    others = tuple(given for given in scenario.assumptions if given.id != "handover_days")
    known: dict[str, Any] = {"unit": "days", "mark": "assumed", "source": "made_up"}
    gamma = rp.Assumption(id="handover_days", distribution="gamma", a=3, b=7, high=10, **known)
    tables = {name: getattr(scenario, name) for name in sketch.rows}
    wide = rp.Scenario(
        **{
            **tables,
            "name": "wide",
            "title": "",
            "start": scenario.start,
            "horizon_years": 1,
            "gates": scenario.gates,
            "allocations": scenario.allocations,
            "assumptions": (*others, gamma),
        }
    )
    assert list(rp.simulate(wide, "plan").releases["released_day"]) == [21]
