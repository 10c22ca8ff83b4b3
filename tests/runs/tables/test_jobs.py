"""Tables of the work of one run: their ids and days are those of the milestones."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.model.chance.draws import Draws
from returnplan.model.simulation import Prepared, PreparedAllocation, run
from returnplan.runs.tables import jobs
from returnplan.runs.tables.worked import Worked
from returnplan.units import DAY_S, NEVER
from tests.sketch import STAGES, Sketch


@pytest.fixture(scope="module")
def worked() -> Worked:
    """Return a draw of the valley in which surveys find hazards."""
    scenario = rp.load("scenarios/valley")
    prepared = Prepared(scenario)
    chosen = PreparedAllocation(prepared, "today")
    numbers = prepared.numbers(Draws(scenario, 1).values(0))
    course = run(prepared, chosen, numbers, keeps_parcels=True)
    return Worked(prepared=prepared, allocation=chosen, course=course)


def test_found_hazards_are_counted_up_in_each_settlement(worked: Worked) -> None:
    names = worked.found()
    assert len(names) == len(set(names)) == 6
    assert len({name.split("/")[0] for name in names}) > 1
    for name in names:
        place, number = name.split("/found")
        assert number == "1" or f"{place}/found{int(number) - 1}" in names
    recorded = [hazard.id for hazard in worked.prepared.scenario.hazards]
    assert worked.hazards() == recorded + names


def test_releases_and_roads_are_told_by_the_id_of_their_milestone(worked: Worked) -> None:
    plan = worked.prepared.plan
    ids = [*(job.id for job in plan.jobs), *(wait.id for wait in plan.waits)]
    for hazard in worked.found():
        ids += [*(f"{hazard}/{stage}" for stage in STAGES[1:]), f"{hazard}/released"]
    passed = dict(zip(ids, worked.passed_s.tolist(), strict=True))

    def day(name: str) -> Any:
        return pytest.approx(np.nan if passed[name] == NEVER else passed[name] / DAY_S, nan_ok=True)

    for row in jobs.releases(worked).itertuples():
        assert row.released_day == day(f"{row.hazard}/released")
    for row in jobs.roads(worked).itertuples():
        assert row.released_day == day(f"{row.road}/released")
        assert row.open_day == day(f"{row.road}/open")
    table = jobs.jobs(worked)
    single = table.drop_duplicates("job", keep=False)  # of several parcels any may end last
    assert single["job"].str.contains("/found").any()
    for name, finish_day in zip(single["job"], single["finish_day"], strict=True):
        assert finish_day == day(name)
    assert set(table["job"]) <= set(ids)


def test_teams_that_never_come_are_not_present() -> None:
    world = Sketch(horizon_years=1)
    world.village("home", people=10)
    world.asset("team")
    world.deploy("team", until=date(2025, 2, 1))
    world.deploy("team", since=date(2025, 3, 1), until=date(2025, 3, 11))
    world.deploy("team", since=date(2027, 1, 1))
    table = world.run().outcome.presence
    assert list(table) == ["allocation", "team", "asset", "base", "from_day", "until_day"]
    assert table["team"].tolist() == ["team/town/0001", "team/town/0002"]
    assert table[["from_day", "until_day"]].to_numpy().tolist() == [[0, 31], [59, 69]]


def test_days_of_teams_are_work_travel_pause_and_idle_and_those_that_are_paid(
    worked: Worked,
) -> None:
    table = jobs.team_time(worked).set_index(["year", "asset"])
    doing = table[["work_days", "travel_days", "pause_days", "idle_days"]]
    assert doing.sum(axis=1).to_numpy() == pytest.approx(table["team_days"].to_numpy())
    assert (table["busy_share"] + table["idle_share"]).to_numpy() == pytest.approx(1)
    log, allocation = worked.course.log, worked.allocation
    paid = allocation.payroll.costs(
        log.last_finish_s, log.mobilisations, log.camps, worked.course.history.works_s
    )
    days = dict(zip(allocation.payroll.cost_cells, paid.team_days.tolist(), strict=True))
    there = {cell: count for cell, count in days.items() if count > 0}
    assert table["team_days"].to_dict() == pytest.approx(there)


def test_days_on_what_no_gate_waits_for_are_part_of_the_working_days() -> None:
    world = Sketch(horizon_years=1)
    world.gates = {"housing_land": {}}
    world.village("home")
    world.hazard("homes", "home")
    world.hazard("fields", "home", denies="farmland", area_m2=16_000)
    world.team()
    (row,) = world.run().outcome.team_time.to_dict("records")
    assert row["work_days"] == pytest.approx(6 + 12)
    assert row["unneeded_days"] == pytest.approx(12)


def test_a_team_of_one_job_is_busy_until_it_is_done_and_idle_afterwards() -> None:
    world = Sketch(date(2025, 12, 2), horizon_years=1)  # 30 days of 2025 are left
    world.village("home")
    world.works("well", "home", "water", 40.0)
    world.team("crew", ["building"])
    scenario = world.scenario()
    prepared = Prepared(scenario)
    chosen = PreparedAllocation(prepared, "plan")
    course = run(prepared, chosen, prepared.numbers(prepared.expected), keeps_parcels=True)
    table = jobs.team_time(Worked(prepared=prepared, allocation=chosen, course=course))
    rows = table.set_index("year")
    assert rows["team_days"].tolist() == pytest.approx([30, 335])
    busy = rows["team_days"] - rows["idle_days"]
    assert busy.sum() == pytest.approx(course.log.log.finish_s[0] / DAY_S)
    assert rows.loc[2025, "idle_share"] == 0
    assert rows.loc[2026, "busy_share"] == pytest.approx(busy[2026] / 335)


def test_parcels_that_nobody_began_are_one_row_of_their_job() -> None:
    world = Sketch(horizon_years=1)
    world.village("home", people=10)
    world.assume(parcel_m2_minefield=100)
    world.hazard("begun", "home", 1000)
    world.hazard("never", "home", 700)
    world.asset("team", STAGES, rate=1)
    world.deploy("team", until=date(2025, 7, 1))
    told = world.run()
    table = told.outcome.jobs.set_index("job")
    assert not table.set_index("parcel", append=True).index.has_duplicates
    left = table[table["parcels_left"].notna()]
    empty = ["parcel", "team", "start_day", "work_day", "finish_day", "camped", "mobilised"]
    assert left[empty].isna().all(axis=None)
    assert table.loc[table["parcels_left"].isna(), "team"].notna().all()
    begun = table[table["parcel"].notna()].groupby(level="job").size()
    assert len(left.index.intersection(begun.index)) > 0  # some parcels begun, some not
    for job, row in left.iterrows():
        every = told.parcels(str(job))
        assert len(every) == begun.get(job, 0) + row["parcels_left"]
        assert {parcel.area_m2 for parcel in every} == {row["area_m2"]}
