"""The compiled functions, uncompiled: the same numbers, and no overflow."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.model.conditions import risk
from returnplan.model.effects import harm, returns
from returnplan.model.reasons import walk
from returnplan.model.work import loop
from returnplan.units import LIMIT_S
from tests import worlds
from tests.sketch import Sketch
from tests.worlds import seeds

ROOT = Path(__file__).resolve().parents[3]
TABLES = ("jobs", "releases", "roads", "gates", "readiness", "land_release", "presence", "summary")
TINY = {
    "two_villages": ("near_first", "far_first"),
    "fork": ("left_first", "right_first"),
    "winter": ("one_team", "two_teams"),
}
SEEDS = seeds(100, 112)
POLICIES = tuple(f"by_{policy}" for policy in worlds.POLICIES)


def random_world(seed: int) -> rp.Scenario:
    with tempfile.TemporaryDirectory() as folder:
        worlds.write_random_world(
            Path(folder), seed, settlements=1 + seed % 5, teams=1 + seed % 8, uncertain=True
        )
        return rp.load(folder)


def digest(outcome: rp.Outcome) -> str:
    """One number for all tables, in which every digit counts."""
    text = "".join(getattr(outcome, table).to_csv(index=False) for table in TABLES)
    return hashlib.sha256(text.encode()).hexdigest()


def digests(seeds: Iterable[int]) -> dict[str, str]:
    """Digests of runs on expected values and on draws, by world and draw."""
    found: dict[str, str] = {}
    for seed in seeds:
        scenario = random_world(seed)
        for draw in (None, 0, 1):
            allocation = POLICIES[(seed + (draw or 0)) % len(POLICIES)]
            outcome = rp.simulate(scenario, allocation, draw=draw, seed=seed)
            found[f"{seed} {draw}"] = digest(outcome)
    return found


@pytest.fixture
def let_uncompiled(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return a function after which everything runs uncompiled."""

    def let() -> None:
        for module in (loop, walk, harm, returns, risk):
            functions: dict[str, Any] = vars(module)
            for name, function in list(functions.items()):
                if hasattr(function, "py_func"):
                    monkeypatch.setattr(module, name, function.py_func)

    return let


@pytest.mark.unwatched
@pytest.mark.parametrize("name", TINY)
def test_the_tiny_worlds_are_the_same_uncompiled(
    name: str, written: Callable[[str], Path], let_uncompiled: Callable[[], None]
) -> None:
    scenario = rp.load(written(name))
    compiled = [digest(rp.simulate(scenario, allocation)) for allocation in TINY[name]]
    let_uncompiled()
    assert not hasattr(loop.run, "py_func")
    assert [digest(rp.simulate(scenario, allocation)) for allocation in TINY[name]] == compiled


@pytest.mark.parametrize("seed", range(8))  # coverage sees compiled code here
def test_draws_of_random_worlds_are_the_same_uncompiled(
    seed: int, let_uncompiled: Callable[[], None]
) -> None:
    compiled = digests([seed])
    let_uncompiled()
    assert digests([seed]) == compiled


def test_hundreds_of_jobs_and_teams_are_the_same_uncompiled(
    sketch: Sketch, let_uncompiled: Callable[[], None]
) -> None:
    """Sets of jobs then have several levels, and bits in all places of their words."""
    sketch.village("village")
    sketch.village("beyond", hours=None)
    sketch.road("far", "village", "beyond")
    for number in range(1100):
        settlement = ("village", "beyond")[number % 2]
        sketch.works(f"works{number}", settlement, "water", 1 + number % 7)
    sketch.asset("crew", ["building"], camp_days=None)
    sketch.asset("campers", ["building"], mobilisation_days=0.5)
    for base in ("town", "village"):
        sketch.deploy("crew", base=base, teams=20)
        sketch.deploy("campers", base=base, teams=20)
    scenario = sketch.scenario()
    compiled = digest(rp.simulate(scenario, "plan"))
    let_uncompiled()
    assert digest(rp.simulate(scenario, "plan")) == compiled


def test_teams_without_any_job_wait_for_nothing(
    sketch: Sketch, let_uncompiled: Callable[[], None]
) -> None:
    """Uncompiled first: there a step outside of an array is an error."""
    sketch.village("village")
    sketch.team()
    sketch.deploy("team", since=date(2025, 2, 1), until=date(2025, 3, 1))
    let_uncompiled()
    outcome = sketch.run().outcome
    assert outcome.jobs.empty
    assert len(outcome.presence) == 2


@pytest.mark.unwatched
@pytest.mark.slow
def test_compiled_and_uncompiled_programs_tell_the_same_story() -> None:
    script = (
        "import json; from tests.model.work.test_loop import SEEDS, digests, loop; "
        "assert not hasattr(loop.run, 'py_func'); print(json.dumps(digests(SEEDS)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=ROOT,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == digests(SEEDS)


def both_kinds(*names: str) -> list[list[Any]]:
    """Some functions of the loop, compiled and uncompiled."""
    functions = [getattr(loop, name) for name in names]
    return [functions, [function.py_func for function in functions]]


@pytest.mark.parametrize("items", [1, 31, 32, 33, 1000, 1025, 40_000])
def test_a_set_of_priorities_gives_its_smallest_first(items: int) -> None:
    luck = np.random.default_rng(items)
    for add, remove, first, levels in both_kinds("_add", "_remove", "_first", "_levels"):
        level = levels(items)
        pools = np.zeros((2, level[-1]), np.uint32)
        assert first(pools, level, 1) == loop.NONE
        kept: set[int] = set()
        for _ in range(300):
            item = int(luck.integers(items))
            if item in kept and luck.random() < 0.6:
                remove(pools, level, 1, item)
                kept.remove(item)
            else:
                add(pools, level, 1, item)
                kept.add(item)
            assert first(pools, level, 1) == min(kept, default=loop.NONE)
        assert not pools[0].any()
        for item in sorted(kept):
            assert first(pools, level, 1) == item
            remove(pools, level, 1, item)
        assert not pools.any()


def test_events_come_by_time_then_kind_then_number() -> None:
    luck = np.random.default_rng(1)
    limit_s = LIMIT_S
    given = [(int(s), k, n) for s, k, n in luck.integers([limit_s + 1, 5, 9], size=(200, 3))]
    given += [(limit_s, 4, 2**28 - 1), (0, 0, 0)]
    for push, pop in both_kinds("_push", "_pop"):
        events, size = np.zeros(len(given), np.int64), 0
        for at_s, kind, number in given:
            size = push(events, size, at_s, kind, number)
        found = []
        while size > 0:
            code = int(events[0])
            size = pop(events, size)
            kind = (code >> loop.NUMBER_BITS) & (2**loop.KIND_BITS - 1)
            at_s = code >> (loop.KIND_BITS + loop.NUMBER_BITS)
            found.append((at_s, kind, code & (2**loop.NUMBER_BITS - 1)))
        assert found == sorted(given)
