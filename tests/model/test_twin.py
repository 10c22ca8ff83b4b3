"""Two programs written apart, one fast and one plain, tell the same story to the second."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from returnplan.model.chance.assumptions import expected_values
from returnplan.model.chance.draws import Draws
from tests import worlds
from tests.drawn import luck_of
from tests.parcels import every_parcel
from tests.reference import (
    Hazard,
    Job,
    Luck,
    Plan,
    Reference,
    Run,
    World,
    read_world,
    reference_run,
    under,
)
from tests.worlds import seeds

pytestmark = pytest.mark.unwatched

DAY_S = 86_400
ALLOCATIONS = (
    *("by_listed", "by_nearest", "by_population", "by_smith_own", "by_smith_path"),
    *("by_even_districts", "heir", "few"),
)
OWN = [name for name in ALLOCATIONS if name not in ("by_even_districts", "heir")]
"""Allocations that are like no other."""
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
        (row.job, row.parcel): row for row in every_parcel(outcome.jobs).itertuples()
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
    columns = [f"share_{route}" for route in ("cancelled", "reduced", "cleared")]
    for row in outcome.releases.set_index("hazard")[columns].itertuples():
        wanted_shares = reference.shares.get(str(row[0]), ())
        if not all(_is_close(*pair) for pair in zip(row[1:], wanted_shares, strict=True)):
            yield f"{row[0]} shares", row[1:], wanted_shares


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


def twin_run(folder: Path, allocation: str, luck: Luck | None = None) -> Reference:
    """Run the twin, and leave jobs that need no team out of its priorities."""
    twin = reference_run(folder, allocation, luck)
    twin.priority = [job for job in twin.priority if job not in twin.needs_no_team]
    return twin


def compare(folder: Path, *allocations: str) -> None:
    scenario = rp.load(folder)
    for allocation in allocations:
        twin = twin_run(folder, allocation)
        assert differences(rp.simulate(scenario, allocation), twin)[:5] == [], allocation


def compare_draw(folder: Path, allocation: str, draw: int, seed: int) -> rp.Outcome:
    """Let both run on the same draw, and give the engine's outcome."""
    scenario = rp.load(folder)
    luck = luck_of(scenario, Draws(scenario, seed).values(draw))
    twin = twin_run(folder, allocation, luck)
    outcome = rp.simulate(scenario, allocation, draw=draw, seed=seed)
    assert differences(outcome, twin)[:5] == [], (allocation, draw)
    return outcome


@pytest.mark.parametrize("name", TINY)
def test_engine_and_twin_agree_on_the_tiny_worlds(name: str, tmp_path: Path) -> None:
    getattr(worlds, name)(tmp_path)
    compare(tmp_path, *TINY[name])


@pytest.mark.parametrize("seed", seeds(1000, 1080))
def test_engine_and_twin_agree_on_random_worlds(seed: int, tmp_path: Path) -> None:
    worlds.write_random_world(
        tmp_path,
        seed,
        settlements=1 + seed % 6,
        hazards=3 + seed % 8,
        teams=1 + seed % 7,
        horizon_years=(10, 3, 30)[seed % 3],
    )
    compare(tmp_path, ALLOCATIONS[seed % len(ALLOCATIONS)])


@pytest.mark.parametrize("seed", seeds(1200, 1218))
def test_engine_and_twin_agree_on_worlds_that_build_in_parts(seed: int, tmp_path: Path) -> None:
    write_uncertain_world(tmp_path, seed, parts=True)
    compare(tmp_path, ALLOCATIONS[seed % len(ALLOCATIONS)])
    compare_draw(tmp_path, ALLOCATIONS[(seed + 1) % len(ALLOCATIONS)], seed % 7, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(2002, 2014))
def test_engine_and_twin_agree_on_every_allocation_of_random_worlds(
    seed: int, tmp_path: Path
) -> None:
    worlds.write_random_world(tmp_path, seed)
    compare(tmp_path, *ALLOCATIONS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(3000, 3006))
def test_engine_and_twin_agree_on_larger_worlds(seed: int, tmp_path: Path) -> None:
    worlds.write_random_world(tmp_path, seed, settlements=10, hazards=25, teams=14)
    compare(tmp_path, ALLOCATIONS[seed % len(ALLOCATIONS)], "by_smith_path")


# ---------------------------------------------------------------- draws


def write_uncertain_world(folder: Path, seed: int, *, parts: bool = False) -> None:
    worlds.write_random_world(
        folder,
        seed,
        settlements=1 + seed % 5,
        hazards=3 + seed % 8,
        teams=1 + seed % 7,
        horizon_years=(10, 3, 30)[seed % 3],
        uncertain=True,
        parts=parts,
    )


@pytest.mark.parametrize("seed", seeds(4003, 4019))
def test_engine_and_twin_agree_on_draws_of_random_worlds(seed: int, tmp_path: Path) -> None:
    write_uncertain_world(tmp_path, seed)
    for draw in range(2):
        compare_draw(tmp_path, ALLOCATIONS[(seed + draw) % len(ALLOCATIONS)], draw, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(5000, 5020))
def test_engine_and_twin_agree_on_many_draws_of_random_worlds(seed: int, tmp_path: Path) -> None:
    write_uncertain_world(tmp_path, seed)
    for draw in range(3):
        compare_draw(tmp_path, ALLOCATIONS[(seed + draw) % len(ALLOCATIONS)], draw, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", seeds(6000, 6004))
def test_engine_and_twin_agree_on_draws_of_larger_worlds(seed: int, tmp_path: Path) -> None:
    worlds.write_random_world(tmp_path, seed, settlements=9, hazards=30, teams=14, uncertain=True)
    for draw in (0, 64, 129):
        compare_draw(tmp_path, ALLOCATIONS[(seed + draw) % len(ALLOCATIONS)], draw, seed)


@pytest.mark.parametrize("name", TINY)
def test_luck_at_its_mean_is_the_run_on_expected_values(name: str, tmp_path: Path) -> None:
    getattr(worlds, name)(tmp_path)
    luck = luck_of(rp.load(tmp_path), expected_values(rp.load(tmp_path)))
    for allocation in TINY[name]:
        assert twin_run(tmp_path, allocation, luck) == twin_run(tmp_path, allocation)


def sights(world: World, run: Run) -> Iterator[str]:
    """What a run on a draw has shown of the rules for unrecorded hazards."""
    for settlement in {one.settlement for one in world.luck.unrecorded}:
        found = [h for h in world.hazards_on(settlement) if h.found_number > 0]
        survey = world.jobs[f"{settlement}/survey"]
        yield f"a survey finds {min(2, len(found))} hazards" + (
            " or more" if len(found) > 1 else ""
        )
        if found and survey.needs_no_team:
            yield "a survey of no work finds a hazard"
        if found and survey.id not in run.done_s:
            yield "a found hazard never joins"
        for hazard in found:
            if run.released_s.get(hazard.id, math.inf) <= world.horizon_s:
                yield "a found hazard is released"
            parcels = run.parcels.get(f"{hazard.id}/clearance", [])
            if len({parcel.team.id for parcel in parcels}) > 1:
                yield "several teams clear a found hazard"
            if len(parcels) > 1 and hazard.max_teams == 1:
                yield "one team at a time clears a found hazard of several parcels"
        for job in world.jobs_on(settlement):
            yield from _sights_of_works(run, job, found)


def _sights_of_works(run: Run, job: Job, found: list[Hazard]) -> Iterator[str]:
    kind = {"shelter": "housing"}.get(job.works.kind, job.works.kind) if job.works else ""
    starts = [parcel.start_s for parcel in run.parcels[job.id]]
    done_s = run.done_s.get(job.id, math.inf)
    for hazard in found:
        joined_s = run.joined_s.get(hazard.id, math.inf)
        if kind not in hazard.denies or joined_s == math.inf:
            continue
        if starts and run.open_s[job.id] < joined_s < starts[0]:
            yield "works that were open wait for a found hazard"
        if starts and starts[0] < joined_s < done_s:
            yield "a hazard joins while works are under way that it denies"
        if done_s < joined_s:
            yield "works are done before a hazard joins that denies them"
        if job.needs_no_team and joined_s < done_s < math.inf:
            yield "work without length waits for a found hazard"


def test_the_random_worlds_bring_to_light_all_that_draws_can_bring(tmp_path: Path) -> None:
    missing = {
        "a survey finds 0 hazards",
        "a survey finds 1 hazards",
        "a survey finds 2 hazards or more",
        "a survey of no work finds a hazard",
        "a found hazard is released",
        "a found hazard never joins",
        "several teams clear a found hazard",
        "one team at a time clears a found hazard of several parcels",
        "works that were open wait for a found hazard",
        "a hazard joins while works are under way that it denies",
        "works are done before a hazard joins that denies them",
        "work without length waits for a found hazard",
    }
    for seed in range(4000, 4160):
        folder = tmp_path / str(seed)
        write_uncertain_world(folder, seed)
        scenario, expected_world = rp.load(folder), read_world(folder)
        world = under(expected_world, luck_of(scenario, Draws(scenario, seed).values(0)))
        run = Run(world, Plan(expected_world, OWN[seed % len(OWN)]))
        run.go()
        missing -= set(sights(world, run))
        if not missing:
            break
    assert missing == set()


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
