"""Why a community waits, as a table."""

from __future__ import annotations

import pytest

import returnplan as rp


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


def test_the_days_of_a_chain_lead_from_the_start_to_the_ready_day(valley: rp.Scenario) -> None:
    table = rp.why(valley, "today", "mill_east")
    ready = rp.simulate(valley, "today").readiness.set_index("community")["ready_day_p50"]
    assert table["days"].sum() == pytest.approx(ready["mill_east"])
    assert table["begin"].iloc[0] == valley.start
    assert list(table["begin"][1:]) == list(table["end"][:-1])
    assert list(table["cause"][table["days"] == 0].unique()) == [""]


def test_a_chain_of_a_draw_is_that_of_the_same_draw_of_an_ensemble(valley: rp.Scenario) -> None:
    spread = rp.ensemble(valley, ["today"], draws=2, seed=3)
    terrace = spread.communities.index("terrace_people")
    days = rp.why(valley, "today", "terrace_people", draw=1, seed=3)["days"].sum()
    horizon = (valley.start.replace(year=valley.start.year + 8) - valley.start).days
    assert days == pytest.approx(min(spread.ready_day[0, 1, terrace], horizon), abs=1e-4)


@pytest.mark.parametrize("wrong", [("tomorrow", "mill_east"), ("today", "atlantis")])
def test_a_name_that_the_scenario_does_not_know_is_an_error(
    valley: rp.Scenario, wrong: tuple[str, str]
) -> None:
    with pytest.raises(KeyError, match=r"tomorrow|atlantis"):
        rp.why(valley, *wrong)
