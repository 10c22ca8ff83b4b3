"""Chains from a few typical draws: near to the medians, and without a gap."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from returnplan.insight.explain import OpenedRun, open_run
from returnplan.insight.story import Chain
from returnplan.insight.typical import SHORT_DAYS, Stretch, typical_chains, typical_draws
from returnplan.quantiles import quantile


@pytest.fixture(scope="module")
def opened(valley_run: Path) -> OpenedRun:
    return open_run(valley_run)


def test_typical_draws_come_ever_nearer_to_all_medians() -> None:
    days = np.random.default_rng(1).gamma(3.0, 200.0, (40, 25))
    days[days > 1500] = np.inf
    chosen = typical_draws(days, 1500.0)
    clipped = np.minimum(days, 1500.0)
    apart = np.abs(clipped - np.sort(clipped, axis=0)[20])
    sums = [apart[chosen[: n + 1]].min(axis=0).sum() for n in range(len(chosen))]
    assert sums == sorted(sums, reverse=True)
    assert sums[0] == apart.sum(axis=1).min()
    assert len(set(chosen)) == len(chosen)


def test_chains_told_together_are_those_told_one_by_one(opened: OpenedRun) -> None:
    chain = Chain(opened.prepared, "today", 1)
    names = opened.run.communities
    together = list(chain.of_many(names, 3))
    assert together == [chain.steps(name, 3) for name in names]


def test_a_chain_of_the_page_leaves_out_no_day(opened: OpenedRun) -> None:
    run, start = opened.run, opened.scenario.start
    assert run.ready_day is not None
    horizon = (opened.prepared.horizon - start).days
    chain = Chain(opened.prepared, "today", 1)
    chains = typical_chains(chain, run.communities, run.ready_day[0], horizon, start)
    medians = quantile(np.minimum(run.ready_day[0], horizon), 50)
    draws = {one.draw for one in chains}
    for column, one in enumerate(chains):
        ready = min(float(run.ready_day[0][one.draw, column]), horizon)
        assert one.stretches[0].begin_day == 0
        assert one.stretches[-1].end_day == int(ready)
        ends = [stretch.end_day for stretch in one.stretches[:-1]]
        assert ends == [stretch.begin_day for stretch in one.stretches[1:]]
        apart = abs(ready - medians[column])
        others = [min(float(run.ready_day[0][draw, column]), horizon) for draw in draws]
        assert apart == min(abs(other - medians[column]) for other in others)
        folded = [stretch for stretch in one.stretches if not stretch.words]
        assert all(stretch.end_day - stretch.begin_day <= 20 * SHORT_DAYS for stretch in folded)
        assert not any(map(is_double, one.stretches, one.stretches[1:]))


def is_double(one: Stretch, other: Stretch) -> bool:
    """Whether two folded stretches follow each other."""
    return not one.words and not other.words
