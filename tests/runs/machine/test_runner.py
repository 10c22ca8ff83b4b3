"""Allocations on one draw: what each brings, and what of it is kept."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

import returnplan as rp
from returnplan.model.simulation import KEPT, Account
from returnplan.runs.machine.runner import DrawRunner

ALLOCATIONS = ("today", "smith_path")


@pytest.fixture(scope="module")
def valley() -> rp.Scenario:
    return rp.load("scenarios/valley")


@pytest.fixture(scope="module")
def runner(valley: rp.Scenario) -> DrawRunner:
    return DrawRunner(valley, ALLOCATIONS, 1)


def test_an_allocation_brings_beside_others_what_it_brings_alone(
    valley: rp.Scenario, runner: DrawRunner
) -> None:
    both = runner.run(3)
    assert len(both) == len(ALLOCATIONS)
    for number, name in enumerate(ALLOCATIONS):
        (alone,) = DrawRunner(valley, [name], 1).run(3)
        for field in fields(Account):
            if field.name != "casualties" or number == 0:  # others are compared with the first
                own, one = getattr(both[number], field.name), getattr(alone, field.name)
                np.testing.assert_array_equal(own, one, err_msg=field.name)


def test_only_whole_numbers_are_kept_as_sums(runner: DrawRunner) -> None:
    account, _ = runner.run(0)
    summed = [name for name, kept in KEPT.items() if kept == "sum"]
    assert {"delay_s", "road_people"} < set(summed)
    for name in summed:
        assert getattr(account, name).dtype == np.int64


def test_times_are_those_that_are_named_so_and_no_sums(runner: DrawRunner) -> None:
    account, _ = runner.run(0)
    times = {name for name, kept in KEPT.items() if kept == "times"}
    assert times == {name for name in KEPT if name.endswith("_s")} - {"delay_s"}
    for name in times:
        found = getattr(account, name)
        within = found[np.isfinite(found)]
        assert found.dtype == np.float64
        assert ((within >= 0) & (within <= runner.prepared.horizon_s)).all(), name
        assert (within == np.floor(within)).all(), name


def test_casualties_by_settlement_are_forgotten_with_the_draw() -> None:
    assert {field.name for field in fields(Account)} - set(KEPT) == {"casualties_here"}
