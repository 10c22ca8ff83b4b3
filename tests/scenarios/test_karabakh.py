"""The Karabakh scenario: built from its data, totals kept, past met, results golden."""

import os
import re
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from tests.golden_tables import assert_golden

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scenarios" / "karabakh"
ALLOCATIONS = (
    "as_2022",
    "ramp",
    "ramp_people_first",
    "ramp_nearest_first",
    "international_assistance",
)
HECTARE_M2 = 10_000
pytestmark = pytest.mark.unwatched


@cache
def scenario() -> rp.Scenario:
    return rp.load(FOLDER)


@cache
def outcome(allocation: str) -> rp.Outcome:
    return rp.simulate(scenario(), allocation)


def run_script(name: str, *words: str) -> str:
    """Run a script of the scenario as a planner would, with this tree's package."""
    return subprocess.run(
        [sys.executable, str(FOLDER / name), *words],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def table_cells(first_cell: str) -> list[str]:
    """Cells of the README's table row that begins with some words."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| {first_cell} |"))
    return [cell.strip() for cell in row.strip("|").split("|")]


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_the_check_doubts_only_that_hazards_at_places_deny_roads() -> None:
    (doubt,) = rp.check(FOLDER).problems
    assert doubt.level == "warning"
    assert "and 437 more rows like it" in str(doubt)


def test_building_again_gives_the_committed_tables_byte_for_byte(tmp_path: Path) -> None:
    run_script("build.py", "--out", str(tmp_path))
    made = sorted(path.name for path in tmp_path.iterdir())
    assert len(made) == 16
    for name in made:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_all_settlements_of_the_gazetteer_are_there() -> None:
    gazetteer = pd.read_csv(FOLDER / "data" / "settlements.csv")
    ids = {place.id for place in scenario().places}
    assert len(gazetteer) == 1_079
    assert {f"S{wof_id}" for wof_id in gazetteer["wof_id"]} <= ids


def test_hazards_add_up_to_the_published_area_classes_and_items() -> None:
    area = dict.fromkeys(("minefield", "low_density", "battle_area"), 0.0)
    items = 0.0
    for hazard in scenario().hazards:
        area[hazard.land_class] += hazard.area_m2 / HECTARE_M2
        items += hazard.area_m2 / 1e6 * (hazard.items_per_km2 or 0.0)
    assert area == pytest.approx(
        {"minefield": 147_988, "low_density": 675_570, "battle_area": 343_144}, rel=1e-9
    )
    assert items == pytest.approx(1_500_000, rel=1e-3)
    assert any(hazard.road for hazard in scenario().hazards)


def test_records_are_partial_near_the_former_line_only() -> None:
    gazetteer = pd.read_csv(FOLDER / "data" / "settlements.csv")
    places = gazetteer.assign(id="S" + gazetteer["wof_id"].astype(str)).set_index("id")
    distance_km = places["dist_to_former_line_km"]
    on_land = [(h.place, h.record) for h in scenario().hazards if h.place is not None]
    assert {record for _, record in on_land} == {"none", "partial"}
    for place, record in on_land:
        assert record == ("partial" if distance_km[place] <= 8 else "none")


def test_all_allocations_have_the_same_teams_to_the_end_of_2022() -> None:
    fleets = {
        name: sorted(
            (line.asset, line.base, line.from_date, line.teams)
            for line in scenario().deployments
            if line.allocation == name and (line.from_date or date.min) <= date(2022, 12, 31)
        )
        for name in ALLOCATIONS
    }
    assert [header.name for header in scenario().allocations] == list(ALLOCATIONS)
    assert all(fleet == fleets["as_2022"] for fleet in fleets.values())


def test_the_modelled_release_to_2022_is_near_the_published_one() -> None:
    hazards = {hazard.id: hazard for hazard in scenario().hazards}
    released = outcome("as_2022").releases.dropna(subset=["released_day"])
    day = pd.Timestamp(scenario().start) + pd.to_timedelta(released["released_day"], unit="D")
    hectares = released["hazard"].map(lambda name: hazards[name].area_m2 / HECTARE_M2)
    dense = released["hazard"].map(lambda name: hazards[name].land_class == "minefield")
    in_2022 = day.dt.year == 2022
    assert hectares[day.dt.year <= 2021].sum() == pytest.approx(22_794.3, rel=0.02)
    assert hectares[in_2022].sum() == pytest.approx(41_915.77, rel=0.02)
    cleared = hectares * released["share_cleared"]
    assert cleared[in_2022 & dense].sum() == pytest.approx(352, rel=0.05)


def test_the_calibration_table_of_the_readme_is_what_the_script_prints() -> None:
    printed = run_script("calibrate.py", "--check")
    for first, figure, unit in (
        ("released 2020-11-10 to 2021-12-31, ha", "released_ha_to_2021", 1.0),
        ("released 2022, ha", "released_ha_2022", 1.0),
        ("of which dense minefield by clearance, ha", "minefield_ha_2022", 1.0),
        ("demining money 2022, million USD", "mine_action_usd_2022", 1e6),
        ("released 2021-07, ha", "released_ha 2021-07-01 to 2021-07-31", 1.0),
        ("dense minefield searched 2022, by parcels finished, ha", "by parcels finished", 1.0),
    ):
        line = next(row for row in printed.splitlines() if figure in row)
        published, modelled, residual = (float(word) for word in line.split()[-3:])
        cells = table_cells(first)
        digits = 1 if unit > 1 else 0
        assert number(cells[2]) == round(published / unit, digits)
        assert number(cells[3]) == round(modelled / unit, digits)
        assert float(re.sub(r"[ %]", "", cells[4])) == pytest.approx(residual, abs=0.51)


@pytest.mark.slow
@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_the_results_are_the_golden_ones(allocation: str) -> None:
    run = outcome(allocation)
    readiness = run.readiness[["community", "status", "ready_day_p50", "binding_gate"]]
    assert_golden(readiness, "karabakh", f"readiness_{allocation}")
    assert_golden(run.summary, "karabakh", f"summary_{allocation}")
    area = run.land_release.groupby(["year", "route"])["area_m2_p50"].sum().reset_index()
    assert_golden(area, "karabakh", f"land_release_{allocation}")
    causes = run.delays.groupby("cause")["person_days_mean"].sum().reset_index()
    assert_golden(causes, "karabakh", f"delays_{allocation}")
    january = run.returns[run.returns["date"].dt.strftime("%m-%d") == "01-01"]
    returned = january[["district", "date", "returned_p50", "present_p50", "early_p50"]]
    assert_golden(returned, "karabakh", f"returns_{allocation}")


@pytest.mark.slow
@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_every_day_of_waiting_has_exactly_one_cause(allocation: str) -> None:
    run = outcome(allocation)
    horizon_days = (run.horizon - run.start).days
    ready_day = run.readiness.set_index("community")["ready_day_p50"].fillna(horizon_days)
    booked = run.delays.groupby("community")["days_mean"].sum().reindex(ready_day.index).fillna(0)
    assert (booked - ready_day).abs().max() < 1e-6
    person_days = run.delays["person_days_mean"].sum()
    assert person_days == pytest.approx(run.summary["person_days_mean"].iloc[0], rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_the_table_of_allocations_in_the_readme_is_what_they_bring(allocation: str) -> None:
    summary = outcome(allocation).summary.iloc[0]
    cells = table_cells(f"`{allocation}`")
    for cell, year in zip(cells[3:6], (2026, 2030, 2040), strict=True):
        assert number(cell) == summary[f"people_by_{year}-11-10_mean"]
    assert number(cells[6]) == round(summary["person_days_mean"] / 1e6)
    assert number(cells[7]) + number(cells[8]) == pytest.approx(
        summary["cost_usd_mean"] / 1e6, abs=1
    )


DIGEST = "6e1df4a0505f0ba1a20c192ac3e0c9a7c8cbcbdabcfb16e9df548f8d9ad5a565"
"""Digest of 10 draws with seed 1. Where it changes, README's tables of draws are no longer true:
call ``make documents`` and ``make test-long``, and say so under *Results change*."""


def test_ten_draws_have_the_digest_on_which_readme_rests(karabakh_run: Path) -> None:
    manifest = rp.load_run(karabakh_run).manifest
    assert (manifest["draws"], manifest["seed"], manifest["digest"]) == (10, 1, DIGEST)


@pytest.mark.long
def test_the_table_of_draws_in_the_readme_is_what_the_draws_bring(
    karabakh_readme_run: Path,
) -> None:
    spread = rp.load_run(karabakh_readme_run)
    assert (spread.manifest["draws"], spread.manifest["seed"]) == (128, 1)
    at_end = spread.people_met[spread.people_met["date"] == "2040-11-10"].set_index("allocation")
    for name in ALLOCATIONS:
        summary = spread.summary.set_index("allocation").loc[name]
        cells = table_cells(f"`{name}`, draws")
        for cell, year in zip(cells[1:4], (2026, 2030, 2040), strict=True):
            assert number(cell) == round(summary[f"people_by_{year}-11-10_mean"])
        ends = [number(word) for word in cells[4].split(" to ")]
        assert ends == [at_end.loc[name, "people_p10"], at_end.loc[name, "people_p90"]]
        assert number(cells[5]) == round(summary["person_days_mean"] / 1e6)
        ends = [number(word) for word in cells[6].split(" to ")]
        assert ends == [round(summary[f"person_days_p{p}"] / 1e6) for p in (10, 90)]
        the_table_of_returns_is_right(spread, name)
        the_table_of_causes_is_right(spread, name)


def the_table_of_returns_is_right(spread: rp.Run, name: str) -> None:
    summary: Any = spread.summary.set_index("allocation").loc[name]
    at_end: Any = spread.people_met[spread.people_met["date"] == "2040-11-10"]
    at_end = at_end.set_index("allocation").loc[name]
    harm: Any = spread.harm.set_index(["allocation", "kind"])
    returnees, deminers = harm.loc[(name, "returnees")], harm.loc[(name, "deminers")]
    cells = table_cells(f"`{name}`, returns")
    assert number(cells[1]) == round(summary["returned_by_horizon_mean"])
    ends = [number(word) for word in cells[2].split(" to ")]
    assert ends == [round(at_end["returned_p10"]), round(at_end["returned_p90"])]
    assert number(cells[3]) == round(summary["cost_usd_mean"] / 1e6)
    assert number(cells[4]) == round(summary["cost_per_person_usd"])
    assert number(cells[5]) == round(returnees["expected_mean"])
    ends = [number(word) for word in cells[6].split(" to ")]
    assert ends == [round(returnees["expected_low"]), round(returnees["expected_high"])]
    if name != ALLOCATIONS[0]:
        found = [int(word) for word in re.findall(r"[+-]\d+", cells[7])]
        differences = ("difference_mean", "difference_low", "difference_high")
        assert found == [round(returnees[column]) for column in differences]
    ends = [number(word) for word in cells[8].split(" to ")]
    assert ends == [round(deminers["expected_low"]), round(deminers["expected_high"])]


def the_table_of_causes_is_right(spread: rp.Run, name: str) -> None:
    mine = spread.delays[spread.delays["allocation"] == name]
    days = mine.groupby("cause")["person_days_mean"].sum()
    shares = (100 * days / days.sum()).round(1)
    causes = ["waiting_technical_survey", "waiting_survey", "waiting_quality_control"]
    causes += ["waiting_building", "building", "winter"]
    cells = table_cells(f"`{name}`, causes")
    found = [number(cell) for cell in cells[1:]]
    assert found[:-1] == shares[causes].tolist()
    assert sum(found) == pytest.approx(100)
