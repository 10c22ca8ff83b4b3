"""Laws of model §14 on random worlds; the rules themselves are stated again in ``verifier.py``."""

from __future__ import annotations

import dataclasses
import math
import random
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import returnplan as rp
from returnplan.domain import type_of_table
from returnplan.model.chance.assumptions import expected_values
from returnplan.model.chance.draws import Draws
from returnplan.model.conditions.gates import GATES, gate_times
from returnplan.model.conditions.history import History, Settlements, within
from returnplan.model.work import network
from returnplan.model.work.milestones import surveyed
from returnplan.runs.tables.judged import judge
from tests.parcels import every_parcel
from tests.sketch import STAGES, Sketch
from tests.verifier import tables_of, verify_run
from tests.worlds import IS_LONG, ON_PUSH, fork, seeds, write_random_world

pytestmark = pytest.mark.unwatched

DAY_S = 86_400
ALLOCATIONS = (
    *("by_listed", "by_nearest", "by_population", "by_smith_own", "by_smith_path"),
    *("by_even_districts", "few"),
)
TABLES = (
    *("summary", "readiness", "gates", "land_release", "jobs", "releases", "roads", "presence"),
    *("people_met", "delays", "key_roads", "returns", "costs", "harm", "scores", "residual_risk"),
)


@lru_cache(maxsize=64)
def world(seed: int, horizon_years: int = 10, *, uncertain: bool = False) -> rp.Scenario:
    with tempfile.TemporaryDirectory() as folder:
        write_random_world(
            Path(folder),
            seed,
            settlements=1 + seed % 5,
            hazards=2 + seed % 7,
            teams=1 + seed % 6,
            horizon_years=horizon_years,
            uncertain=uncertain,
        )
        return rp.load(folder)


def on_worlds(examples: int) -> Callable[[Callable[..., None]], Any]:
    """Run a test on random worlds, each under one of its allocations."""
    seeds = st.integers(0, 1_000_000)

    def decorate(function: Callable[..., None]) -> Any:
        limited = settings(
            max_examples=examples if IS_LONG else -(-examples // ON_PUSH),
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),  # a smaller seed is no simpler world
            suppress_health_check=[HealthCheck.too_slow],
        )
        return limited(given(seed=seeds, allocation=st.sampled_from(ALLOCATIONS))(function))

    return decorate


def replaced(scenario: rp.Scenario, **changes: Any) -> rp.Scenario:
    """Make a copy of a scenario with other tables."""
    names = [item.name for item in dataclasses.fields(scenario)]
    return rp.Scenario(**({name: getattr(scenario, name) for name in names} | changes))


def unwaiting(header: rp.AllocationHeader) -> rp.AllocationHeader:
    return dataclasses.replace(header, rest_waits=0)


def as_rows(table: pd.DataFrame) -> list[tuple[object, ...]]:
    """Rows of a table in an order that does not depend on the order of rows in files."""
    columns = [[None if pd.isna(cell) else cell for cell in table[name]] for name in table]
    return sorted(zip(*columns, strict=True), key=repr)


# ----------------------------------------------------------------------------------- laws 1 to 4


@on_worlds(25)
def test_every_run_keeps_the_rules(seed: int, allocation: str) -> None:
    scenario = world(seed)
    tables = tables_of(rp.simulate(scenario, allocation))
    assert verify_run(tables, scenario)[:5] == []


@on_worlds(25)
def test_every_run_on_a_draw_keeps_the_rules(seed: int, allocation: str) -> None:
    scenario = world(seed, uncertain=True)
    tables = tables_of(rp.simulate(scenario, allocation, draw=seed % 99, seed=seed))
    values = Draws(scenario, seed).values(seed % 99)
    assert verify_run(tables, scenario, values)[:5] == []


@pytest.mark.slow
@on_worlds(25)
def test_every_run_of_many_keeps_the_rules(seed: int, allocation: str) -> None:
    scenario = world(seed, horizon_years=2 + seed % 30)
    tables = tables_of(rp.simulate(scenario, allocation))
    assert verify_run(tables, scenario)[:5] == []


@pytest.mark.slow
@on_worlds(25)
def test_every_run_on_a_draw_of_many_keeps_the_rules(seed: int, allocation: str) -> None:
    scenario = world(seed, horizon_years=2 + seed % 30, uncertain=True)
    tables = tables_of(rp.simulate(scenario, allocation, draw=seed % 999, seed=seed))
    values = Draws(scenario, seed).values(seed % 999)
    assert verify_run(tables, scenario, values)[:5] == []


TAMPERED: list[tuple[str, str, str, str, str | float]] = [
    # table, column that names the row, its name, column that is changed, new value, of the world
    # fork: left_first; each breaks one rule.
    ("releases", "hazard", "left_mines", "share_cleared", 0.75),
    ("releases", "hazard", "left_mines", "released_day", 21.0),
    ("roads", "road", "stem", "released_day", 3.0),
    ("roads", "road", "left_road", "open_day", 9.0),
    ("jobs", "job", "right/survey", "start_day", 5.0),
    ("jobs", "job", "left_road/repair", "team", "deminers/town/0001"),
    ("jobs", "job", "left/survey", "team", "deminers/town/0002"),
    ("jobs", "job", "left_mines/clearance", "travel_hours", 0.5),
    ("jobs", "job", "left_mines/clearance", "finish_day", 18.0),
    ("jobs", "job", "left_mines/clearance", "workable_days", 3.0),
    ("jobs", "job", "left_mines/clearance", "area_m2", 3000.0),
    ("jobs", "job", "left_mines/clearance", "mobilised", True),
    ("jobs", "job", "left/survey", "mobilised", False),
    ("jobs", "job", "left_mines/clearance", "work_day", 16.0),
    ("jobs", "job", "left/survey", "open_day", 14.0),
    ("jobs", "job", "left/survey", "rank", 9),
    ("land_release", "route", "cleared", "area_m2_p50", 1.0),
]


@pytest.mark.parametrize(("table", "key", "name", "column", "value"), TAMPERED)
def test_the_verifier_sees_a_table_that_was_tampered_with(
    table: str, key: str, name: str, column: str, value: str | float, tmp_path: Path
) -> None:
    fork(tmp_path)
    scenario = rp.load(tmp_path)
    tables = tables_of(rp.simulate(scenario, "left_first"))
    assert verify_run(tables, scenario) == []
    changed = tables[table].copy()
    changed.loc[changed[key] == name, column] = value
    assert verify_run({**tables, table: changed}, scenario) != []


def test_the_verifier_sees_an_idle_team_and_a_later_job_that_goes_first(sketch: Sketch) -> None:
    sketch.village("one")
    sketch.village("two")
    sketch.order("one_people", "two_people")
    sketch.works("a", "one", "water", 2)
    sketch.works("b", "two", "water", 2)
    sketch.hazard("none", "one", 0)
    sketch.team("crew", ["building"])
    scenario = sketch.scenario()
    tables = tables_of(rp.simulate(scenario, "plan"))
    assert verify_run(tables, scenario) == []

    def moved(**days: float) -> list[str]:
        jobs = tables["jobs"].copy()
        for job, start in days.items():
            mine = jobs["job"] == job
            jobs.loc[mine, ["start_day", "work_day"]] = start
            jobs.loc[mine, "finish_day"] = start + 2
        return verify_run({**tables, "jobs": jobs}, scenario)

    assert moved(a=0, b=2) == []
    assert any("leaves a waiting on 0" in wrong for wrong in moved(a=2, b=0))
    assert any("leaves b waiting on 2" in wrong for wrong in moved(a=0, b=5))
    assert any("before the end of a" in wrong for wrong in moved(a=0, b=1))


def test_the_verifier_sees_too_many_teams_at_one_hazard_waiting_for_nothing(
    sketch: Sketch,
) -> None:
    sketch.village("village")
    sketch.assume(parcel_m2_minefield=1000)
    sketch.hazard("mines", "village", max_teams=2)
    sketch.asset("team", STAGES)
    sketch.deploy("team", teams=3)
    scenario = sketch.scenario()
    tables = tables_of(rp.simulate(scenario, "plan"))
    assert verify_run(tables, scenario) == []
    sketch.rows["hazards"][0]["max_teams"] = 3
    assert any("leaves mines/clearance" in wrong for wrong in verify_run(tables, sketch.scenario()))


def test_the_verifier_sees_what_breaks_the_rules_for_a_found_hazard(sketch: Sketch) -> None:
    sketch.village("village", people=10, unrecorded_hazards=3)
    sketch.hazard("mines", "village", denies="water")
    sketch.works("well", "village", "water", 3)
    sketch.works("pump", "village", "power", 100)  # keeps the crew busy until then
    sketch.assume(survey_detection=1, unrecorded_area_m2=8000, handover_days=30)
    sketch.team("team")
    sketch.team("crew", ["building"])
    scenario = sketch.scenario()
    draws = [Draws(scenario, 1).values(draw) for draw in range(20)]
    draw = next(d for d, values in enumerate(draws) if len(values.unrecorded.like) == 2)
    tables, values = tables_of(rp.simulate(scenario, "plan", draw=draw)), draws[draw]
    assert verify_run(tables, scenario, values) == []
    assert verify_run(tables, scenario) != []  # no run on expected values

    def with_cell(table: str, key: str, name: str, column: str, value: float) -> list[str]:
        changed = tables[table].copy()
        changed.loc[changed[key] == name, column] = value
        return verify_run({**tables, table: changed}, scenario, values)

    one = "village/found1"
    assert with_cell("jobs", "job", f"{one}/technical_survey", "start_day", 0.5)
    assert with_cell("jobs", "job", f"{one}/clearance", "area_m2", 5.0)
    assert with_cell("releases", "hazard", one, "released_day", 20.0)
    assert with_cell("releases", "hazard", one, "share_cleared", 0.0)
    assert with_cell("jobs", "job", "well", "start_day", 31.0)
    releases = tables["releases"]
    fewer = {**tables, "releases": releases[releases["hazard"] != one]}
    assert verify_run(fewer, scenario, values)


# ----------------------------------------------------------------------------------------- law 5


def shuffled(scenario: rp.Scenario, seed: int) -> rp.Scenario:
    luck = random.Random(seed)
    rows = {table: getattr(scenario, table) for table in type_of_table}
    return replaced(scenario, **{t: tuple(luck.sample(r, len(r))) for t, r in rows.items()})


def assert_same(before: rp.Outcome, after: rp.Outcome) -> None:
    assert after.order == before.order
    assert list(after.jobs["job"]) == list(before.jobs["job"])
    for table in TABLES:
        assert as_rows(getattr(after, table)) == as_rows(getattr(before, table)), table


@on_worlds(25)
def test_the_order_of_rows_in_files_changes_nothing(seed: int, allocation: str) -> None:
    scenario = world(seed)
    before = rp.simulate(scenario, allocation)
    assert_same(before, rp.simulate(shuffled(scenario, seed), allocation))


@on_worlds(25)
def test_the_order_of_rows_in_files_changes_nothing_in_a_draw(seed: int, allocation: str) -> None:
    scenario = world(seed, uncertain=True)
    before = rp.simulate(scenario, allocation, draw=seed % 200, seed=seed)
    after = rp.simulate(shuffled(scenario, seed), allocation, draw=seed % 200, seed=seed)
    assert_same(before, after)


REFERENCES: dict[str, tuple[str, ...]] = {
    "places": ("id", "district"),
    "communities": ("id", "settlement"),
    "roads": ("id", "from_place", "to_place"),
    "hazards": ("id", "place", "road"),
    "works": ("id", "settlement"),
    "assets": ("id",),
    "rates": ("asset",),
    "deployments": ("asset", "base", "serves"),
    "orders": ("community",),
}


def names_in_order(count: int, seed: int) -> list[str]:
    """Ids by code point, of which some begin like others and go on with - . or _, or with more."""
    luck = random.Random(f"names {seed}")
    names: set[str] = set()
    while len(names) < count:
        begin = luck.choice(["n", *names])
        names.add(begin + luck.choice(("", "-", "_", ".", "#", " ", "--")) + luck.choice("0aAé"))
    return sorted(names)


@on_worlds(25)
def test_other_names_in_the_same_order_change_nothing_but_names(seed: int, allocation: str) -> None:
    scenario = world(seed)
    rows = (row for table in REFERENCES for row in getattr(scenario, table) if hasattr(row, "id"))
    ids = sorted({row.id for row in rows} | {place.district for place in scenario.places} - {""})
    other = dict(zip(ids, names_in_order(len(ids), seed), strict=True))

    def renamed(names: Any) -> Any:
        return tuple(other[name] for name in names) if isinstance(names, tuple) else other[names]

    tables: dict[str, Any] = {}
    for table, columns in REFERENCES.items():
        tables[table] = tuple(
            dataclasses.replace(
                row,
                **{c: renamed(getattr(row, c)) for c in columns if getattr(row, c)},
            )
            for row in getattr(scenario, table)
        )
    before = rp.simulate(scenario, allocation)
    after = rp.simulate(replaced(scenario, **tables), allocation)
    assert after.order == tuple(other[name] for name in before.order)
    jobs = list(dict.fromkeys(before.jobs["job"]))
    assert list(dict.fromkeys(after.jobs["job"])) == [_renamed(job, other) for job in jobs]
    for table in TABLES:
        expected = getattr(before, table).copy()
        for column in expected.columns:
            if column not in ("allocation", "stage"):
                expected[column] = expected[column].map(lambda cell: _renamed(cell, other))
        assert as_rows(getattr(after, table)) == as_rows(expected), table


def _renamed(cell: object, other: Mapping[str, str]) -> object:
    if not isinstance(cell, str):
        return cell
    return "/".join(other.get(part, part) for part in cell.split("/"))


def island(scenario: rp.Scenario, name: str) -> dict[str, tuple[Any, ...]]:
    """Tables of a scenario with a mined island that no road reaches."""
    known: dict[str, Any] = {"source": scenario.sources[0].id}
    where: dict[str, Any] = {"lon_deg": 1, "lat_deg": 1, "district": name, **known}
    added: dict[str, Any] = {
        "places": [
            rp.Place(id=name, kind="settlement", name=name, **where),
            rp.Place(id=f"{name}_pier", kind="junction", name=name, **where),
        ],
        "communities": [rp.Community(id=f"{name}_people", settlement=name, people=999, **known)],
        "roads": [
            rp.Road(
                id=f"{name}_road",
                from_place=name,
                to_place=f"{name}_pier",
                length_km=1,
                speed_kmh=30,
                repair_crew_days=3,
                **known,
            )
        ],
        "hazards": [
            rp.Hazard(
                id=f"{name}_mines",
                place=name,
                hazard_class="CHA",
                land_class="minefield",
                area_m2=5000,
                denies=("housing",),
                **known,
            )
        ],
    }
    return {table: (*rows, *getattr(scenario, table)) for table, rows in added.items()}


@pytest.mark.parametrize("has_draw", [False, True], ids=["expected", "draw"])
@on_worlds(25)
def test_an_island_that_nobody_reaches_changes_nothing_elsewhere(
    seed: int, allocation: str, has_draw: bool
) -> None:
    scenario = world(seed, uncertain=has_draw)
    # One more community is one more place in the order to wait for: only the end stays the end.
    steady = (one if one.rest_waits == "end" else unwaiting(one) for one in scenario.allocations)
    scenario = replaced(scenario, allocations=tuple(steady))
    name = "#island" if seed % 2 == 0 else "ωisland"  # before or after all other ids
    draw = seed % 200 if has_draw else None
    before = rp.simulate(scenario, allocation, draw=draw, seed=seed)
    larger = replaced(scenario, **island(scenario, name))
    after = rp.simulate(larger, allocation, draw=draw, seed=seed)
    assert [c for c in after.order if not c.startswith(name)] == list(before.order)
    for table in ("readiness", "gates", "land_release", "jobs", "releases", "roads", "presence"):
        rest = getattr(after, table)
        for column in ("place_or_road", "community", "hazard", "road", "district"):
            if column in rest:
                rest = rest[~rest[column].str.startswith(name)]
        if table == "jobs":  # one more community: the ranks after it are one higher
            rest = rest.drop(columns="rank")
        expected = getattr(before, table)
        if table == "jobs":
            expected = expected.drop(columns="rank")
        assert as_rows(rest) == as_rows(expected), table


# ----------------------------------------------------------------------------------------- law 6


Times = dict[str, list[float]]


def random_history(scenario: rp.Scenario, found: int, luck: random.Random) -> Times:
    """Times of everything that gates look at; some of it never happens."""

    def time_s() -> float:
        day = luck.choice([0, 5, 5, luck.randint(0, 900)])
        return float(day * DAY_S) if luck.random() < 0.95 else math.inf

    counts = {
        "released_s": len(scenario.hazards) + found,
        "works_s": len(scenario.works),
        "survey_s": len(surveyed(scenario)),
        "road_open_s": len(scenario.roads),
    }
    return {name: [time_s() for _ in range(count)] for name, count in counts.items()}


def delayed(history: Times, luck: random.Random) -> Times:
    """Let some things happen later, or never."""

    def later(time_s: float) -> float:
        fate = luck.random()
        delay_s = luck.randint(0, 400) * DAY_S if fate < 0.4 else 0
        return time_s + delay_s if fate < 0.95 else math.inf

    return {name: [later(time_s) for time_s in times] for name, times in history.items()}


PARAMETERS: dict[str, tuple[dict[str, float], ...]] = {
    "housing_land": ({}, {"required_share": 0.4}),
    "farmland": ({}, {"required_share": 0.9}),
    "road_access": ({}, {"max_hub_hours": 1.0}),
    "shelter": ({}, {"required_share": 0.3}),
    "residual_risk": ({}, {"max_per_year": 1e-3}, {"max_per_year": 1e-7}),
    **{kind: ({}, {"within_hours": 1.0}) for kind in ("water", "power", "health", "education")},
}


@pytest.mark.parametrize("gate", GATES)
def test_what_happens_later_never_brings_a_gate_forward(gate: str) -> None:
    moved = 0
    for seed in seeds(0, 25):
        luck = random.Random(seed)
        scenario = world(seed + 500, uncertain=seed % 2 == 0)
        hazards = [
            dataclasses.replace(hazard, items_per_km2=hazard.items_per_km2 or 20)
            for hazard in scenario.hazards
        ]
        gates = {gate: luck.choice(PARAMETERS.get(gate, ({},)))}
        scenario = replaced(scenario, hazards=tuple(hazards), gates=gates)
        settlements = Settlements(scenario, network.build(scenario))
        values = Draws(scenario, seed).values(seed) if luck.random() < 0.8 else None
        values = values or expected_values(scenario)
        history = random_history(scenario, len(values.unrecorded.found.like), luck)
        for _ in range(6):
            late = delayed(history, luck)
            now, then = (
                gate_times(
                    History(
                        settlements=settlements,
                        number=values.number,
                        unrecorded=values.unrecorded,
                        **{name: np.array(given_s) for name, given_s in times.items()},
                    )
                )
                for times in (history, late)
            )
            before, after = (np.where(np.isnan(times), np.inf, times) for times in (now, then))
            assert (after >= before).all()  # unknown is never met
            moved += int((after > before).sum())
            earlier, later = (
                judge((gate,), within(times, 900 * DAY_S)[np.newaxis]).ready_s
                for times in (now, then)
            )
            assert (later >= earlier).all()
            history = late
    if gate != "permission":
        assert moved  # else this test could not fail


# ----------------------------------------------------------------------------------------- law 7


def up_to(table: pd.DataFrame, horizon: float) -> pd.DataFrame:
    """What a table of jobs, releases or roads would show with an earlier horizon."""
    cut = table.copy()
    if "start_day" in cut:
        not_begun = ~(cut["start_day"] <= horizon)
        for column in ("team", "asset", "base", "camped", "mobilised"):
            cut[column] = cut[column].astype(object).mask(not_begun, None)
        for column in ("travel_hours", "workable_days", "work_day", "finish_day"):
            cut.loc[not_begun, column] = np.nan
    for column in ("open_day", "start_day", "work_day", "finish_day", "released_day", "day_p50"):
        if column in cut:
            cut.loc[~(cut[column] <= horizon), column] = np.nan
    return cut


@pytest.mark.parametrize("has_draw", [False, True], ids=["expected", "draw"])
@on_worlds(25)
def test_a_longer_horizon_changes_nothing_that_happened_before(
    seed: int, allocation: str, has_draw: bool
) -> None:
    short = world(seed, horizon_years=1 + seed % 4, uncertain=has_draw)
    long = replaced(short, horizon_years=short.horizon_years + 1 + seed % 20)
    draw = seed % 200 if has_draw else None
    before = rp.simulate(short, allocation, draw=draw, seed=seed)
    after = rp.simulate(long, allocation, draw=draw, seed=seed)
    horizon = (before.horizon - short.start).days
    assert before.horizon < after.horizon
    assert before.order == after.order
    for table in ("jobs", "releases", "roads"):
        short_rows, long_rows = (
            every_parcel(rows) if table == "jobs" else rows
            for rows in (getattr(before, table), getattr(after, table))
        )
        assert as_rows(short_rows) == as_rows(up_to(long_rows, horizon))
    days = up_to(after.gates, horizon)["day_p50"]
    pd.testing.assert_series_equal(before.gates["day_p50"], days)
    ready = after.readiness["ready_day_p50"]
    pd.testing.assert_series_equal(before.readiness["ready_day_p50"], ready.where(ready <= horizon))


def test_the_horizon_is_the_same_date_some_years_on() -> None:
    for start, years, expected in (
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2025, 3, 1), 3, date(2028, 3, 1)),
    ):
        sketch = Sketch(start, years)
        sketch.village("village")
        assert sketch.run().outcome.horizon == expected
