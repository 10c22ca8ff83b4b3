"""The binding chain of a community, in words and as a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.insight.explain import (
    OpenedRun,
    open_run,
    ready_days,
    typical_draw,
)
from returnplan.insight.story import Chain, Step
from returnplan.model.simulation import Prepared
from returnplan.units import seconds_to_date
from tests.running import one_row
from tests.worlds import write_random_world

ROOT = Path(__file__).resolve().parents[2]
VALLEY = ROOT / "scenarios" / "valley"
DRAWS = 12


@pytest.fixture(scope="module")
def drawn(run_of: Callable[..., Path]) -> Path:
    return run_of(VALLEY, "-a", "today", "-a", "smith_path", "--draws", str(DRAWS))


@pytest.fixture(scope="module")
def expected(run_of: Callable[..., Path]) -> Path:
    return run_of(VALLEY, "-a", "today", "--draws", "0")


@pytest.fixture(scope="module")
def opened(drawn: Path) -> OpenedRun:
    return open_run(drawn)


def assert_chain(steps: list[Step], start: date, end: date, days: float) -> None:
    """Stretches join from the start to the end, and the last is the event that ends the wait."""
    assert steps[0].begin == start
    assert steps[-1].end == end
    for one, other in pairwise(steps):
        assert one.end == other.begin
    for step in steps:
        assert step.begin <= step.end
        assert (step.days > 0) == bool(step.cause)
        assert abs((step.end - step.begin).days - step.days) < 1
        assert step.words
    assert sum(step.days for step in steps) == pytest.approx(days, abs=1e-6)
    assert steps[-1].words.startswith("gate ")


@pytest.mark.unwatched
@pytest.mark.parametrize("seed", [0, 6])
@pytest.mark.parametrize("draw", [None, 1])
def test_chains_of_random_worlds_join_and_say_what_they_are_about(
    seed: int, draw: int | None, tmp_path: Path
) -> None:
    write_random_world(tmp_path, seed, uncertain=True)
    scenario = rp.load(tmp_path)
    prepared = Prepared(scenario)
    for allocation in ("by_listed", "few"):
        chains = Chain(prepared, allocation, 1)
        outcome = rp.simulate(scenario, allocation, draw=draw)
        ready = outcome.readiness.set_index("community")["ready_day_p50"]
        for community, found in ready.items():
            days = (outcome.horizon - scenario.start).days if pd.isna(found) else found
            steps = chains.steps(str(community), draw)
            assert bool(steps) == (days > 0)
            if steps:
                end = seconds_to_date(round(days * 86_400), scenario.start)
                assert_chain(steps, scenario.start, end, days)
            for step in steps:
                assert step.cause != "other"
                assert not re.search(r"\b(at|on|of|and|until|the) *($|\()|: *$|None", step.words)


@pytest.mark.unwatched
@pytest.mark.parametrize("allocation", ["today", "smith_path"])
def test_the_chain_of_every_community_joins_from_the_start_to_its_median_date(
    opened: OpenedRun, allocation: str
) -> None:
    chains = Chain(opened.prepared, allocation, 1)
    horizon = opened.prepared.horizon
    exact: dict[int, Any] = {}
    for community in opened.run.communities:
        draw = typical_draw(opened, allocation, community)
        days = ready_days(opened, allocation, community)
        assert draw is not None
        assert days is not None
        row = one_row(opened.run.readiness, community, allocation)
        found = row["ready_date_p50"]
        end = horizon if pd.isna(found) else found.date()
        if draw not in exact:
            outcome = rp.simulate(opened.scenario, allocation, draw=draw)
            exact[draw] = outcome.readiness.set_index("community")["ready_day_p50"]
        ready = exact[draw][community]
        whole = (horizon - opened.scenario.start).days
        assert float(days[draw]) == pytest.approx(np.inf if pd.isna(ready) else ready, rel=1e-6)
        steps = chains.steps(community, draw)
        assert_chain(steps, opened.scenario.start, end, whole if pd.isna(ready) else float(ready))


def test_the_chain_of_a_draw_adds_up_to_the_causes_of_that_draw(opened: OpenedRun) -> None:
    outcome = rp.simulate(opened.scenario, "today", draw=3)
    chains = Chain(opened.prepared, "today", 1)
    for community in opened.run.communities:
        rows = outcome.delays[outcome.delays["community"] == community]
        booked = dict(zip(rows["cause"], rows["days_mean"], strict=True))
        by_cause: dict[str, float] = {}
        for step in chains.steps(community, 3):
            if step.cause:
                by_cause[step.cause] = by_cause.get(step.cause, 0) + step.days
        assert by_cause == pytest.approx(booked, abs=1e-6)


def test_a_road_that_opens_is_named_with_both_its_ends(opened: OpenedRun) -> None:
    steps = Chain(opened.prepared, "today", 1).steps("terrace_people", 5)
    events = [step for step in steps if not step.cause]
    assert [step.words for step in events] == [
        "the road Terrace–Fork (pass_road) is open to people",
        "gate road_access met",
    ]
    assert all(step.days == 0 and step.begin == step.end for step in events)
    assert "repair of the road Terrace–Fork (pass_road)" in steps[-3].words


def test_expected_values_are_told_without_a_draw(expected: Path) -> None:
    opened = open_run(expected)
    assert typical_draw(opened, "today", "mill_east") is None
    row = one_row(opened.run.readiness, "mill_east")
    steps = Chain(opened.prepared, "today", 1).steps("mill_east", None)
    end = row["ready_date_p50"].date()
    assert_chain(steps, opened.scenario.start, end, row["ready_day_p50"])


# ---------------------------------------------------------------- as a table


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
