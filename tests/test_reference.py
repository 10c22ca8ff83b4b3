"""Two programs written apart, one fast and one plain, tell the same story to the second."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from tests import worlds
from tests.reference import Reference, read_world, reference_run

DAY_S = 86_400
ALLOCATIONS = ("by_listed", "by_nearest", "by_population", "by_smith_own", "by_smith_path", "few")
TINY = {
    "two_villages": ("near_first", "far_first"),
    "fork": ("left_first", "right_first"),
    "winter": ("one_team", "two_teams"),
}


def differences(outcome: rp.Outcome, reference: Reference) -> list[str]:
    """Everything in which the tables of the package differ from the plain twin.

    The twin's ``priority`` must be without jobs that need no team: they stand in no table.
    """
    found = [
        *_plan_differences(outcome, reference),
        *_job_differences(outcome, reference),
        *_release_differences(outcome, reference),
        *_judgement_differences(outcome, reference),
    ]
    return [f"{what}: {mine!r}, twin {twin!r}" for what, mine, twin in found]


Difference = tuple[str, object, object]


def _plan_differences(outcome: rp.Outcome, reference: Reference) -> Iterator[Difference]:
    if list(outcome.order) != reference.order:
        yield "order", outcome.order, reference.order
    mine = list(dict.fromkeys(outcome.jobs["job"]))
    if mine != reference.priority:
        yield "priority", mine, reference.priority


def _job_differences(outcome: rp.Outcome, reference: Reference) -> Iterator[Difference]:
    rows: dict[tuple[Any, Any], Any] = {
        (row.job, row.parcel): row for row in outcome.jobs.itertuples()
    }
    listed = set(reference.priority)
    expected = {key: entry for key, entry in reference.jobs.items() if key[0] in listed}
    if set(rows) != set(expected):
        yield "parcels", sorted(set(rows) - set(expected)), sorted(set(expected) - set(rows))
        return
    for key, entry in expected.items():
        row = rows[key]
        twin = dict(entry)
        began = _within(twin["start_s"], reference) is not None
        if not began:
            twin |= dict.fromkeys((*TIMES[1:], *EQUAL, *CLOSE))
        mine = {name: _seconds(getattr(row, f"{name[:-2]}_day")) for name in TIMES}
        mine |= {name: _cell(getattr(row, name)) for name in (*EQUAL, *CLOSE)}
        twin |= {name: _within(twin[name], reference) for name in TIMES}
        for name, value in mine.items():
            same = _is_close(value, twin[name]) if name in CLOSE else value == twin[name]
            if not same:
                yield f"{key} {name}", value, twin[name]
        if row.rank != entry["rank"]:
            yield f"{key} rank", row.rank, entry["rank"]
        if not _is_close(_cell(row.area_m2) or 0.0, entry["area_m2"]):
            yield f"{key} area_m2", row.area_m2, entry["area_m2"]


TIMES = ("open_s", "start_s", "work_s", "finish_s")
EQUAL = ("team", "asset", "base", "camped", "mobilised")
CLOSE = ("travel_hours", "workable_days")


def _release_differences(outcome: rp.Outcome, reference: Reference) -> Iterator[Difference]:
    tables = (
        (outcome.releases, "hazard", "released_day", reference.released_s),
        (outcome.roads, "road", "released_day", reference.road_released_s),
        (outcome.roads, "road", "open_day", reference.road_open_s),
    )
    for table, owner, column, twin in tables:
        mine = {name: _seconds(at) for name, at in zip(table[owner], table[column], strict=True)}
        wanted = {name: _within(at, reference) for name, at in twin.items()}
        if mine.keys() != wanted.keys():
            yield f"{owner}s", sorted(mine), sorted(wanted)
        for name, at in wanted.items():
            if mine.get(name) != at:
                yield f"{name} {column}", mine.get(name), at


def _judgement_differences(outcome: rp.Outcome, reference: Reference) -> Iterator[Difference]:
    gates: dict[tuple[Any, Any], tuple[Any, Any]] = {
        (row.community, row.gate): (row.state, _seconds(row.day_p50))
        for row in outcome.gates.itertuples()
    }
    if gates.keys() != reference.gates.keys():
        yield "gates", sorted(gates), sorted(reference.gates)
    for key, time in reference.gates.items():
        at = _within(time, reference) if time != "unknown" else None
        state = "unknown" if time == "unknown" else "not met" if at is None else "met"
        if gates.get(key) != (state, at):
            yield f"gate {key}", gates.get(key), (state, at)
    for row in outcome.readiness.itertuples():
        name: Any = row.community
        mine = (_seconds(row.ready_day_p50), row.binding_gate, _short(str(row.status)))
        ready = _within(reference.ready[name], reference)
        twin = (ready, reference.binding[name], reference.status[name])
        if mine != twin:
            yield f"readiness of {name}", mine, twin
    if set(outcome.readiness["community"]) != set(reference.ready):
        yield "communities", set(outcome.readiness["community"]), set(reference.ready)


def _short(status: str) -> str:
    for phrase in ("conditions met (modelled)", "conditions not met: ", "unknown: "):
        if status.startswith(phrase):
            return {"(modelled)": "met", "met:": "not met"}.get(phrase.split()[-1], "unknown")
    return status


def _within(time: Any, reference: Reference) -> int | None:
    return None if time is None or time > reference.horizon_s else int(time)


def _cell(value: Any) -> Any:
    return None if pd.isna(value) else value


def _seconds(day: Any) -> int | None:
    """Whole seconds of a day; the table must hold them to full precision."""
    if _cell(day) is None:
        return None
    exact = float(day) * DAY_S
    assert math.isclose(exact, round(exact), rel_tol=0, abs_tol=1e-4)
    return round(exact)


def _is_close(mine: Any, twin: Any) -> bool:
    if mine is None or twin is None:
        return mine is None and twin is None
    return math.isclose(mine, twin, rel_tol=1e-9, abs_tol=1e-9)


def twin_run(folder: Path, allocation: str) -> Reference:
    """Run the twin, and leave jobs that need no team out of its priorities."""
    twin = reference_run(folder, allocation)
    jobs = read_world(folder).jobs
    twin.priority = [job for job in twin.priority if not jobs[job].needs_no_team]
    return twin


def compare(folder: Path, *allocations: str) -> None:
    scenario = rp.load(folder)
    for allocation in allocations:
        twin = twin_run(folder, allocation)
        assert differences(rp.simulate(scenario, allocation), twin)[:5] == [], allocation


@pytest.mark.parametrize("name", TINY)
def test_engine_and_twin_agree_on_the_tiny_worlds(name: str, tmp_path: Path) -> None:
    getattr(worlds, name)(tmp_path)
    compare(tmp_path, *TINY[name])


@pytest.mark.parametrize("seed", range(1000, 1132))
def test_engine_and_twin_agree_on_random_worlds(seed: int, tmp_path: Path) -> None:
    sizes = {"settlements": 1 + seed % 6, "hazards": 3 + seed % 8, "teams": 1 + seed % 7}
    worlds.write_random_world(tmp_path, seed, **sizes, horizon_years=(10, 3, 30)[seed % 3])
    compare(tmp_path, ALLOCATIONS[seed % len(ALLOCATIONS)])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2000, 2060))
def test_engine_and_twin_agree_on_every_allocation_of_random_worlds(
    seed: int, tmp_path: Path
) -> None:
    worlds.write_random_world(tmp_path, seed)
    compare(tmp_path, *ALLOCATIONS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3000, 3012))
def test_engine_and_twin_agree_on_larger_worlds(seed: int, tmp_path: Path) -> None:
    worlds.write_random_world(tmp_path, seed, settlements=10, hazards=25, teams=14)
    compare(tmp_path, ALLOCATIONS[seed % len(ALLOCATIONS)], "by_smith_path")


def test_the_comparison_sees_a_difference_in_every_table(tmp_path: Path) -> None:
    worlds.fork(tmp_path)
    outcome = rp.simulate(rp.load(tmp_path), "left_first")
    twin = twin_run(tmp_path, "left_first")
    assert differences(outcome, twin) == []
    changes: list[tuple[str, str, object]] = [
        ("jobs", "open_day", 0.5),
        ("jobs", "start_day", 0.5),
        ("jobs", "work_day", 0.5),
        ("jobs", "finish_day", 0.5),
        ("jobs", "team", "nobody"),
        ("jobs", "rank", 77),
        ("jobs", "travel_hours", 0.123),
        ("jobs", "workable_days", 0.123),
        ("jobs", "area_m2", 0.5),
        ("releases", "released_day", 0.5),
        ("roads", "released_day", 0.5),
        ("roads", "open_day", 0.5),
        ("gates", "state", "unknown"),
        ("gates", "day_p50", 0.5),
        ("readiness", "ready_day_p50", 0.5),
        ("readiness", "binding_gate", "permission"),
        ("readiness", "status", "unknown: hazards"),
    ]
    for table, column, value in changes:
        kept = getattr(outcome, table)[column].copy()
        getattr(outcome, table)[column] = value
        assert differences(outcome, twin), f"{table}.{column}"
        getattr(outcome, table)[column] = kept
    for column in ("camped", "mobilised"):
        outcome.jobs[column] = ~outcome.jobs[column].astype(bool)
        assert differences(outcome, twin), column
        outcome.jobs[column] = ~outcome.jobs[column].astype(bool)
    assert differences(outcome, twin) == []
