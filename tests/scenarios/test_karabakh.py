"""The Karabakh scenario: built from its data, totals kept, past met, results golden."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from tests.golden_tables import assert_golden

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scenarios" / "karabakh"
ALLOCATIONS = (
    "as_2022",
    "ramp",
    "ramp_by_district",
    "ramp_people_first",
    "ramp_nearest_first",
    "international_assistance",
)
LANGUAGES = ("az", "ru", "uk", "fr", "es", "ar")
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


def module(name: str) -> ModuleType:
    """Import a script of the scenario as it runs: its folder first on the path."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(name)


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
    assert "and 380 more rows like it" in str(doubt)


NO_INPUTS = (
    *("casualties", "clearance_by_district", "clearance_by_purpose", "clearance_periods"),
    *("minemaps", "return_sites", "returns"),
)
"""Tables of facts that the scenario is not made of."""
DATED_LATER = {
    ("clearance_annual", "source"): "hectares to the end of 2022",
    ("facts", "as_of"): "contamination total, mines; budget and minefield of 2022",
    ("facts", "source"): "the same",
    ("funding", "source"): "the budget of 2022",
    ("roads_main", "opened_source"): "roads open by the end of 2022",
    ("settlements", "accessible_from"): "control that had not changed by then: not covered",
    ("settlements", "source"): "names and positions of a gazetteer",
    ("sources", "id"): "the budget of 2022",
    ("sources", "organisation"): "when shares of the area of 2023 were published, to check",
    ("sources", "title"): "contamination total, mines",
    ("sources", "year"): "gazetteer, polygons, lengths of roads, references of other countries",
}
"""Columns of inputs with a date after the cut, and what of; data/README.md says so, too."""
PLANS = {
    *(("allocations", "title"), ("funding", "until"), ("settings", "value"), ("settings", "low")),
    *(("settings", "high"), ("targets", "id"), ("targets", "date"), ("targets", "title")),
    *(("sources", "title"), *(("translations", one) for one in ("en", *LANGUAGES))),
}
"""Columns with dates of plans and aims."""


def test_building_without_later_facts_gives_the_committed_tables_byte_for_byte(
    tmp_path: Path,
) -> None:
    inputs = shutil.copytree(FOLDER / "data", tmp_path / "data")
    for name in NO_INPUTS:
        (inputs / f"{name}.csv").unlink(missing_ok=True)
    run_script("build.py", "--data", str(inputs), "--out", str(tmp_path / "made"))
    made = sorted(path.name for path in (tmp_path / "made").iterdir())
    assert made == sorted([*committed(), "districts.geojson"])
    for name in made:
        assert (tmp_path / "made" / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_no_fact_after_the_end_of_2022_is_an_input_but_those_that_are_named() -> None:
    later = set()
    for path in (FOLDER / "data").glob("*.csv"):
        if path.stem in (*NO_INPUTS, "past"):  # facts to set beside the model
            continue
        for column, cells in pd.read_csv(path, dtype=str).items():
            words = " ".join(cells.dropna()).replace("..", " ")
            dates = re.findall(r"(?<![\d.])20\d\d(?:-\d\d(?:-\d\d)?)?(?![\d.])", words)
            if column != "elev_m" and any(word > "2022-12-31" for word in dates):
                later.add((path.stem, str(column)))
    assert later == set(DATED_LATER) | PLANS
    readme = (FOLDER / "data" / "README.md").read_text(encoding="utf-8")
    cut = readme[readme.index("## Cut of time") :]
    assert all(f"`{table}" in cut for table, _ in DATED_LATER)


def test_titles_teams_and_districts_are_said_in_every_language() -> None:
    karabakh = scenario()
    assert set(karabakh.titles) == set(karabakh.not_covered.texts) == set(LANGUAGES)
    assert all(set(one.titles) == set(LANGUAGES) for one in karabakh.allocations)
    assert all(set(one.titles) == set(LANGUAGES) for one in karabakh.targets)
    assert all(set(one.names) == set(LANGUAGES) for one in karabakh.assets)
    assert all(set(one.units) == set(LANGUAGES) for one in karabakh.assumptions)
    assert all(set(one.names) == set(LANGUAGES) for one in karabakh.districts)
    assert {one.district for one in karabakh.districts} == {
        place.district for place in karabakh.places
    }


@pytest.mark.parametrize(
    ("language", "names"),
    [
        (
            "az",
            "Ağdam Füzuli Cəbrayıl Kəlbəcər Laçın Qubadlı Zəngilan Şuşa Xankəndi Tərtər",  # noqa: RUF001
        ),
        ("ru", "Агдам Физули Джебраил Кельбаджар Лачин Губадлы Зангилан Шуша Ханкенди Тертер"),
        ("uk", "Агдам Фізулі Джебраїл Кельбаджар Лачин Губадли Зангілан Шуша Ханкенді Тертер"),
    ],
)
def test_districts_have_their_own_names_in_a_language(language: str, names: str) -> None:
    known = {one.district: one.names[language] for one in scenario().districts}
    english = (
        *("Aghdam", "Fuzuli", "Jabrayil", "Kalbajar", "Lachin", "Gubadli", "Zangilan", "Shusha"),
        *("Khankendi", "Tartar"),
    )
    assert [known[name] for name in english] == names.split()


def test_nobody_enters_before_the_horizon_where_control_had_not_changed_by_2022() -> None:
    assert scenario().as_of == date(2022, 12, 31)
    dates = {place.accessible_from for place in scenario().places if place.accessible_from}
    late = {day for day in dates if day > date(2022, 12, 31)}
    assert late == {date(2040, 11, 10)}
    homes = {one.settlement for one in scenario().communities}
    assert all(
        place.id not in homes for place in scenario().places if place.accessible_from in late
    )


def test_every_district_has_people_or_is_named_as_not_covered() -> None:
    gazetteer = pd.read_csv(FOLDER / "data" / "settlements.csv")
    place = scenario().place
    peopled = {place[one.settlement].district for one in scenario().communities}
    assert len(set(gazetteer["district"])) == 13
    assert set(gazetteer["district"]) - peopled == {"Khankendi", "Khojaly", "Khojavend"}
    assert set(scenario().not_covered.places) == {"Aghdara", "Khankendi", "Khojaly", "Khojavend"}
    inside = {
        one.settlement
        for one in scenario().communities
        if place[one.settlement].district == "Aghdara"
    }
    assert {place[name].name for name in inside} == {"Sugovushan", "Talish"}


def test_people_add_up_to_the_published_totals_and_are_split_smoothly() -> None:
    published = pd.read_csv(FOLDER / "data" / "idp_origin.csv").set_index("district")["persons"]
    people = pd.DataFrame(
        [
            (scenario().place[c.settlement].district, c.people, c.source)
            for c in scenario().communities
        ],
        columns=["district", "people", "source"],
    )
    people["district"] = people["district"].replace("Aghdara", "Tartar")
    total = people.groupby("district")["people"].sum()
    for district in total.index.drop("Shusha"):
        assert total[district] == published[district]
    assert total["Shusha"] == published["Shusha district (Azerbaijani residents 1989)"]
    assert people["people"].value_counts().iloc[0] <= 10
    towns = people[people["source"] == "town_population"]
    gazetteer = pd.read_csv(FOLDER / "data" / "settlements.csv")["population"]
    assert len(towns) == 9
    assert set(towns["people"]) <= set(gazetteer.dropna().astype(int))


def test_no_polygon_holds_more_hazard_than_land() -> None:
    gazetteer = pd.read_csv(FOLDER / "data" / "settlements.csv")
    polygon = dict(
        zip("S" + gazetteer["wof_id"].astype(str), gazetteer["district_polygon"], strict=True)
    )
    km2: dict[str, float] = {}
    for one in json.loads((FOLDER / "districts.geojson").read_text("utf-8"))["features"]:
        name = one["properties"]["district"]
        km2[name] = km2.get(name, 0.0) + one["properties"]["area_km2_measured"]
    ends = {road.id: (road.from_place, road.to_place) for road in scenario().roads}
    hazard_km2 = dict.fromkeys(km2, 0.0)
    for hazard in scenario().hazards:
        sites = [hazard.place] if hazard.place else ends[hazard.road or ""]
        for name in {polygon[site] for site in sites if site in polygon}:
            hazard_km2[name] += hazard.area_m2 / 1e6
    assert len(km2) == 12
    assert all(hazard_km2[name] <= km2[name] for name in km2)
    assert max(hazard_km2[name] / km2[name] for name in km2) > 0.9


def test_what_a_full_row_cannot_take_goes_to_the_others() -> None:
    rake_below = module("parts.common").rake_below
    seed, columns = np.array([[4.0, 1.0], [1.0, 1.0], [1.0, 2.0]]), np.array([60.0, 40.0])
    free = rake_below(seed, np.array([100.0, 100.0, 100.0]), columns)
    assert free == pytest.approx(np.array([[40, 10], [10, 10], [10, 20]]))
    most = np.array([30.0, 100.0, 100.0])
    held = rake_below(seed, most, columns)
    assert held.sum(axis=0) == pytest.approx(columns)
    assert held.sum(axis=1)[0] == pytest.approx(30)
    assert (held[1:].sum(axis=1) > free[1:].sum(axis=1)).all()
    with pytest.raises(ValueError, match="cannot take the totals"):
        rake_below(seed, np.array([30.0, 30.0, 30.0]), columns)


def test_from_every_hub_every_other_one_is_reached_on_day_0() -> None:
    hubs = {place.id for place in scenario().places if place.kind == "hub"}
    mined = {hazard.road for hazard in scenario().hazards}
    in_use = nx.Graph()
    in_use.add_nodes_from(hubs)
    in_use.add_edges_from(
        (road.from_place, road.to_place)
        for road in scenario().roads
        if {road.from_place, road.to_place} <= hubs
        and road.repair_crew_days == 0
        and road.all_season
        and not road.impassable
        and road.id not in mined
    )
    assert len(hubs) == 7
    assert nx.is_connected(in_use)


def test_every_community_can_be_reached_by_roads_that_nobody_is_kept_from() -> None:
    late = {place.id for place in scenario().places if place.accessible_from == date(2040, 11, 10)}
    roads = nx.Graph()
    roads.add_edges_from(
        (road.from_place, road.to_place)
        for road in scenario().roads
        if road.all_season and late.isdisjoint((road.from_place, road.to_place))
    )
    reached = nx.node_connected_component(
        roads, next(place.id for place in scenario().places if place.kind == "hub")
    )
    assert {one.settlement for one in scenario().communities} <= reached


def test_main_roads_have_their_published_lengths_and_no_nodes_that_somebody_chose() -> None:
    legs = pd.read_csv(FOLDER / "data" / "roads_main.csv")
    gazetteer = pd.read_csv(FOLDER / "data" / "settlements.csv").set_index("wof_id")["population"]
    large = {f"S{wof}" for wof in gazetteer.index[gazetteer >= 2_000]}
    published = legs[legs["route_length_km"].notna()].groupby("route")
    ends = {end for _, r in published for end in (r["u_id"].iloc[0], r["v_id"].iloc[-1])}
    hubs = {place.id for place in scenario().places if place.kind == "hub"}
    main = [road for road in scenario().roads if road.source == "main_roads"]
    assert {end for r in main for end in (r.from_place, r.to_place)} <= large | ends | hubs
    names = {place.id: place.name for place in scenario().places}
    length = {frozenset((names[r.from_place], names[r.to_place])): r.length_km for r in main}
    south = ["Khudafarin junction", "Gubadli city", "Lachin city"]
    found = sum(length[frozenset(pair)] for pair in pairwise(south))
    assert found == pytest.approx(70.4, abs=0.3)
    assert frozenset(("Zangilan city", "Aghali")) not in length


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
    fleets: dict[str, Counter[tuple[str, str, date | None]]] = {}
    for line in scenario().deployments:
        if (line.from_date or date.min) <= date(2022, 12, 31):
            mine = fleets.setdefault(line.allocation, Counter())
            mine[line.asset, line.base, line.from_date] += line.teams
    assert [header.name for header in scenario().allocations] == list(ALLOCATIONS)
    assert all(fleets[name] == fleets["as_2022"] for name in ALLOCATIONS)


def test_each_team_of_ramp_by_district_works_in_districts_of_its_own() -> None:
    lines = [line for line in scenario().deployments if line.allocation == "ramp_by_district"]
    ramp = [line for line in scenario().deployments if line.allocation == "ramp"]
    assert sum(line.teams for line in lines) == sum(line.teams for line in ramp)
    assert scenario().allocation("ramp_by_district").policy == "even_districts"
    districts = {word for line in lines for word in line.serves or ()}
    for asset in {line.asset for line in lines}:
        groups = {line.serves or () for line in lines if line.asset == asset}
        named = [word for group in groups for word in group]
        assert sorted(named) == sorted(districts)  # each district once


def test_districts_are_grouped_by_work_and_those_without_it_join_the_least_group() -> None:
    groups = module("parts.fleet").district_groups
    days = pd.Series({"a": 5.0, "b": 4.0, "c": 3.0, "d": 0.0, "e": 1.0})
    assert groups(days, 2) == [(["a", "e", "d"], 6.0), (["b", "c"], 7.0)]


def committed() -> dict[str, str]:
    """Text of the tables of the scenario."""
    names = ("scenario.toml", *(path.name for path in FOLDER.glob("*.csv")))
    return {name: (FOLDER / name).read_text(encoding="utf-8") for name in names}


@pytest.mark.slow
def test_medians_of_the_draws_meet_the_published_past_as_the_readme_says() -> None:
    fit = module("fit_fleet")
    drawn = fit.modelled(committed(), fit.DRAWS, fit.SEED)
    for name, published in fit.targets().items():
        assert drawn[name].median() == pytest.approx(published, rel=0.05)
    for first, name, unit in (
        ("released 2020-11-10 to 2021-12-31, ha", "released_ha_to_2021", 1.0),
        ("released 2022, ha", "released_ha_2022", 1.0),
        ("of which dense minefield by clearance, ha", "minefield_ha_2022", 1.0),
        ("demining money 2022, million USD", "mine_action_usd_2022", 1e6),
    ):
        cells, digits = table_cells(first), 1 if unit > 1 else 0
        median, low, high = (drawn[name].quantile(p) / unit for p in (0.5, 0.1, 0.9))
        assert number(cells[1]) == round(fit.targets()[name] / unit, digits)
        assert number(cells[2]) == round(median, digits)
        ends = [number(word) for word in cells[3].split(" to ")]
        assert ends == [round(low, digits), round(high, digits)]


def test_fitted_numbers_stay_in_their_ranges() -> None:
    fit = module("fit_fleet")
    table = fit.fitted_table().set_index("id")
    assert table["value"].between(table["low"], table["high"]).all()
    far = fit.within_limits(dict.fromkeys(fit.FITTED, 1e9))
    assert far == table["high"].to_dict()


def test_the_next_guess_moves_each_number_by_what_its_figure_misses() -> None:
    fit = module("fit_fleet")
    guess = dict(zip(fit.FITTED, (60.0, 100.0, 1_000.0, 40.0), strict=True))
    assert fit.next_guess(guess, fit.targets()) == guess
    half = {name: published / 2 for name, published in fit.targets().items()}
    moved = fit.next_guess(guess, half | {"released_ha_to_2021": half["released_ha_to_2021"] * 2})
    up = 2**fit.DAMPING
    assert moved["battle_area_teams_end"] == pytest.approx(100 * up, abs=0.1)
    assert moved["battle_rate"] == 1_000.0  # money and hectares miss alike
    assert moved["battle_area_teams_mid"] == 60.0
    assert moved["manual_teams_end"] == pytest.approx(40 * up, abs=0.1)


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


DIGESTS = (
    "b47e38de9a05ba5ce5d13ffd87ad7243ee8602d82c1cdd996e2ddacadf997031",
    "c7effa14a1b1945d9e6857e919fad0253aab42095b36ecd12c017bf7784faac7",
)
"""Digests of 10 draws with seed 1, without and with AVX-512, for which NumPy has other exp and log
(they differ in the last bit). Where they change, README's tables of draws are no longer true: call
``make documents`` and ``make test-long``, and say so under *Results change*."""


def test_ten_draws_have_the_digest_on_which_readme_rests(karabakh_run: Path) -> None:
    manifest = rp.load_run(karabakh_run).manifest
    assert (manifest["draws"], manifest["seed"]) == (10, 1)
    assert manifest["digest"] in DIGESTS


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
