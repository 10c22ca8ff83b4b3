"""The lean evaluator tells what a full run tells, and keeps what does not change."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.model.simulation import Prepared, PreparedAllocation, simulate
from tests.worlds import seeds, write_random_world

VALLEY = Path(__file__).resolve().parents[2] / "scenarios" / "valley"
DRAWS = (None, 0, 3)


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load(VALLEY)


def told_in_full(scenario: rp.Scenario, name: str, draw: int | None) -> tuple[Any, float]:
    """Ready times, s, and cost, USD, of a full run."""
    prepared = Prepared(scenario)
    values = prepared.expected
    if draw is not None:
        values = rp.Evaluator(scenario, []).numbers(draw)[0]
    numbers, allocation = prepared.numbers(values), PreparedAllocation(prepared, name)
    account, course = simulate(prepared, allocation, numbers)
    ready_s = np.where(course.ready_s <= prepared.horizon_s, course.ready_s, np.inf)
    return ready_s, float(account.usd.sum())


def assert_as_in_full(scenario: rp.Scenario, found: rp.Evaluation) -> None:
    for a, name in enumerate(found.allocations):
        for d, draw in enumerate(DRAWS):
            ready_s, usd = told_in_full(scenario, name, draw)
            np.testing.assert_array_equal(found.ready_s[a, d], ready_s)
            assert found.usd[a, d] == pytest.approx(usd, rel=1e-12)


@pytest.mark.parametrize("seed", seeds(13_000, 13_006))
def test_ready_times_and_cost_are_those_of_a_full_run(seed: int, tmp_path: Path) -> None:
    write_random_world(tmp_path, seed, uncertain=True)
    world = rp.load(tmp_path)
    names = [one.name for one in world.allocations][seed % 2 :: 3]
    assert_as_in_full(world, rp.Evaluator(world, DRAWS).evaluate(names))


def test_variants_with_other_teams_dates_and_order_are_evaluated_on_the_same_draws(
    valley: rp.Scenario,
) -> None:
    today = [line for line in valley.deployments if line.allocation == "today"]
    later = dataclasses.replace(today[0], from_date=valley.start.replace(year=2027))
    more = [dataclasses.replace(line, teams=line.teams + 1) for line in today[1:]]
    turned = sorted((one.id for one in valley.communities), reverse=True)
    variant = dataclasses.replace(
        valley,
        allocations=tuple(
            dataclasses.replace(one, policy="listed") if one.name == "today" else one
            for one in valley.allocations
        ),
        deployments=(later, *more),
        orders=tuple(
            rp.OrderLine(allocation="today", position=position, community=community)
            for position, community in enumerate(turned, start=1)
        ),
    )
    evaluator = rp.Evaluator(valley, DRAWS)
    before = evaluator.evaluate(["today"])
    kept = [evaluator.numbers(draw)[1] for draw in DRAWS]
    found = evaluator.evaluate(["today"], variant)
    assert_as_in_full(variant, found)
    assert_as_in_full(valley, before)
    assert all(one is evaluator.numbers(draw)[1] for one, draw in zip(kept, DRAWS, strict=True))
    assert (found.ready_s != before.ready_s).any()


def test_a_variant_with_other_hazards_has_other_draws_and_is_refused(valley: rp.Scenario) -> None:
    variant = dataclasses.replace(valley, hazards=valley.hazards[1:])
    with pytest.raises(rp.ReturnplanError, match="hazards differ from the scenario"):
        rp.Evaluator(valley, [None]).evaluate(["today"], variant)


def test_person_days_and_people_by_date_are_those_of_an_ensemble(valley: rp.Scenario) -> None:
    names = ["today", "nearest_first"]
    spread = rp.ensemble(valley, names, 4)
    counted: list[tuple[int, int]] = []
    found = rp.Evaluator(valley, range(4)).evaluate(
        names, progress=lambda *done: counted.append(done)
    )
    assert counted[0] == (1, 8)
    assert counted[-1] == (8, 8)
    np.testing.assert_array_equal(found.ready_day, spread.ready_day)
    summary = spread.summary.set_index("allocation")
    assert found.person_days().mean(axis=1) == pytest.approx(summary["person_days_mean"])
    assert found.usd.mean(axis=1) == pytest.approx(summary["cost_usd_mean"])
    day = valley.start.replace(year=valley.start.year + 3)
    people = np.array([one.people for one in valley.communities])
    is_met = spread.ready_day <= (day - valley.start).days
    np.testing.assert_array_equal(found.people_met(day), (is_met * people).sum(axis=2))
    assert rp.compare(found).equals(rp.compare(spread))
