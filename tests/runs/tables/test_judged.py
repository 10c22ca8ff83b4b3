"""Gates over draws: ready times that keep what never comes, and status by most draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from returnplan.model.conditions.history import NEVER, UNKNOWN, within
from returnplan.runs.tables.judged import CERTAINTIES, Verdict, certainty_of, judge

DAY = 86_400
GATES = ("permission", "survey", "water")


def verdict(*draws: tuple[float, float, float]) -> Verdict:
    """Judge one settlement by the days of its gates in each draw."""
    return judge(GATES, np.array([[draw] for draw in draws]) * DAY).at(0)


def test_a_community_is_met_when_its_median_is_within_the_horizon() -> None:
    found = verdict((0, 10, 20), (0, 30, 5), (0, NEVER, 5))
    assert list(found.ready_s) == [30 * DAY, 30 * DAY, NEVER]
    assert found.status == "conditions met (modelled)"
    assert found.ready_share == 2 / 3
    assert found.binding_gate == "survey"


def test_the_binding_gate_is_the_most_frequent_one_and_ties_go_to_the_first() -> None:
    assert verdict((0, 10, 20), (0, 30, 5)).binding_gate == "survey"
    assert verdict((0, 10, 20), (0, 5, 30), (0, 30, 5)).binding_gate == "water"
    assert verdict((0, 0, 0)).binding_gate == "permission"
    assert verdict((0, NEVER, UNKNOWN)).binding_gate == "survey"


def test_a_gate_after_the_horizon_fails() -> None:
    times = within(np.array([[[0.0, 1001.0, 5.0]], [[0.0, 1000.0, 5.0]]]) * DAY, 1000 * DAY)
    late, in_time = (judge(GATES, times[[draw]]).at(0) for draw in (0, 1))
    assert late.status == "conditions not met: survey"
    assert late.ready_share == 0
    assert in_time.status == "conditions met (modelled)"
    assert in_time.ready_share == 1


def test_gates_are_named_that_fail_in_half_of_the_draws_that_are_not_ready() -> None:
    late = (0, NEVER, 5)
    both = (0, NEVER, NEVER)
    assert verdict(late, both).status == "conditions not met: survey, water"
    assert verdict(late, late, both).status == "conditions not met: survey"
    assert verdict(late, both, (0, 1, 1)).status == "conditions not met: survey, water"


def test_without_such_a_gate_the_one_is_named_that_fails_most_often() -> None:
    first, second, third = (NEVER, 0, 0), (0, NEVER, 0), (0, 0, NEVER)
    assert verdict(first, second, third).status == "conditions not met: permission"
    found = verdict(first, second, third, first, second, third, third)
    assert found.status == "conditions not met: water"


def test_the_status_is_unknown_only_if_every_gate_that_fails_is() -> None:
    unknown = (0, 5, UNKNOWN)
    assert verdict(unknown).status == "unknown: water works"
    assert verdict(unknown, unknown, (0, NEVER, UNKNOWN)).status == "unknown: water works"
    assert verdict((0, NEVER, UNKNOWN)).status == "conditions not met: survey, water"
    assert verdict(unknown).unknown_gates == ("water",)
    assert verdict(unknown, (0, 5, 5), (0, 5, 5)).unknown_gates == ()


def test_half_of_the_draws_are_enough_to_fail_or_to_be_unknown() -> None:
    # Water fails in both draws and is unknown in one of them: that is half of two.
    assert verdict((0, 5, UNKNOWN), (0, 5, NEVER)).status == "unknown: water works"
    found = verdict((0, 5, UNKNOWN), (0, 5, NEVER), (0, 5, NEVER))  # one of three is less
    assert found.status == "conditions not met: water"
    # Of four draws two are late, and each gate fails in one of them.
    found = verdict((0, 1, NEVER), (0, NEVER, 1), (0, 1, 1), (0, 1, 1))
    assert (found.status, found.ready_share) == ("conditions not met: survey, water", 0.5)
    # Of four draws three are late: survey fails in two of them, water in one.
    found = verdict((0, 1, NEVER), (0, NEVER, 1), (0, NEVER, 1), (0, 1, 1))
    assert (found.status, found.ready_share) == ("conditions not met: survey", 0.25)
    assert verdict((0, 5, UNKNOWN), (0, 5, 5)).unknown_gates == ("water",)


def test_the_status_names_the_binding_gate_also_where_its_data_is_missing() -> None:
    for draws in ([(0, UNKNOWN, NEVER)], [(0, UNKNOWN, NEVER), (0, UNKNOWN, NEVER), (0, 1, 2)]):
        found = verdict(*draws)
        assert found.status == "conditions not met: survey, water"
        assert found.binding_gate == "survey"


def test_a_gate_that_is_unknown_is_never_met() -> None:
    found = judge(GATES, np.array([[[0, 5, UNKNOWN]], [[0, NEVER, UNKNOWN]], [[1, 2, 3]]]) * DAY)
    assert found.ready_s[:, 0].tolist() == [NEVER, NEVER, 3 * DAY]
    assert found.fails.tolist() == [[0, 1, 2]]
    assert found.unknown.tolist() == [[0, 0, 2]]
    assert found.binds.tolist() == [[0, 1, 2]]
    assert found.gate_s.tolist() == [[0, 5 * DAY, NEVER]]


def test_binding_shares_of_a_community_sum_to_one() -> None:
    times = np.random.default_rng(1).integers(0, 2000 * DAY, (50, 4, 3)).astype(np.float64)
    judged = judge(GATES, within(times, 1000 * DAY))
    assert (judged.binds.sum(axis=1) == 50).all()
    late = np.isinf(judged.ready_s[:, 0])
    assert 0 < late.sum() == (times[:, 0].max(axis=1) > 1000 * DAY).sum()


@pytest.mark.parametrize("gates", [GATES, ()])
def test_a_world_without_people_or_gates_is_judged(gates: tuple[str, ...]) -> None:
    assert judge(gates, np.zeros((4, 0, len(gates)))).ready_s.shape == (4, 0)
    everywhere = judge(gates, np.zeros((4, 2, len(gates)))).at(1)
    assert everywhere.status == "conditions met (modelled)"
    assert list(everywhere.ready_s) == [0, 0, 0]
    assert everywhere.binding_gate == (gates[0] if gates else "")


def test_a_certainty_is_likely_above_six_in_ten_and_unlikely_below_four() -> None:
    ready, late = (0, 5, 5), (0, NEVER, 5)
    words = ["unlikely"] * 4 + ["about even"] * 3 + ["likely"] * 4
    found = [verdict(*[ready] * n, *[late] * (10 - n)).certainty for n in range(11)]
    assert found == words
    assert [certainty_of(share) for share in (math.nextafter(0.6, 1), math.nextafter(0.4, 0))] == [
        "likely",
        "unlikely",
    ]
    assert certainty_of(math.nan) == ""
    assert {*words} == {*CERTAINTIES}


def test_missing_data_makes_nothing_unlikely_but_a_gate_that_fails_does() -> None:
    unknown, late, ready = (0, 5, UNKNOWN), (0, NEVER, UNKNOWN), (0, 5, 5)
    assert verdict(unknown).certainty == ""
    assert verdict(unknown, unknown, unknown, ready).certainty == ""
    assert verdict(late).certainty == "unlikely"
    # Where the status is not unknown, draws that lack data count as not ready.
    assert verdict(unknown, ready).certainty == ""
    assert verdict(unknown, ready, ready).status == "conditions met (modelled)"
    assert verdict(unknown, ready, ready).certainty == "likely"
    assert verdict(unknown, unknown, ready, ready, ready).certainty == "about even"
