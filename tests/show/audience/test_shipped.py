"""What the public gets of the shipped scenarios: no village, hazard, road or team, coarse dates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.columns import result_columns
from returnplan.runs.district_shares import district_shares
from returnplan.runs.folder import TABLES
from returnplan.runs.paired import differences, verdicts
from returnplan.runs.reading import Run, load_run
from returnplan.show.audience.contributors import yearly_days
from returnplan.show.audience.tables import OTHER, for_audience
from tests.leaks import leaks
from tests.unwatched import unwatched

pytestmark = pytest.mark.unwatched

Tables = dict[str, pd.DataFrame]


def row(table: pd.DataFrame, **keys: str) -> dict[str, Any]:
    for name, value in keys.items():
        table = table[table[name] == value]
    (cells,) = table.to_dict("records")
    return {str(key): value for key, value in cells.items()}


Shown = tuple[rp.Scenario, Tables, Run]


def _read(name: str, folder: Path) -> Shown:
    run = load_run(folder)
    tables = {table: getattr(run, table) for table in TABLES}
    tables["differences"] = differences(run, dates=yearly_days(run))
    tables["verdicts"] = verdicts(run)
    return rp.load(f"scenarios/{name}"), tables | {"district_shares": district_shares(run)}, run


@pytest.fixture(scope="module")
def valley(valley_run: Path) -> Shown:
    return _read("valley", valley_run)


@pytest.fixture(scope="module")
def karabakh(karabakh_run: Path) -> Shown:
    with unwatched():
        return _read("karabakh", karabakh_run)


@pytest.fixture(scope="module")
def karabakh_public(karabakh: Shown) -> Tables:
    with unwatched():
        return for_audience(karabakh[1], "public", None, karabakh[2])


def test_the_team_sees_every_table_as_it_is(valley: Shown) -> None:
    tables = for_audience(valley[1], "internal")
    assert all(tables[name] is table for name, table in valley[1].items())
    assert tables.keys() - valley[1].keys() == {"districts", "district_gates", "district_delays"}
    met = row(tables["districts"], allocation="today", district="Upper Valley")
    assert (met["people"], met["communities"]) == (1120, 3)
    days = tables["district_delays"].groupby("allocation")["person_days_mean"].sum()
    whole = valley[1]["summary"].set_index("allocation")["person_days_mean"]
    pd.testing.assert_series_equal(days.reindex(whole.index), whole)


@pytest.mark.unwatched
@pytest.mark.parametrize("name", ["valley", "karabakh"])
def test_public_tables_name_no_place_hazard_road_team_or_position(
    name: str, request: pytest.FixtureRequest
) -> None:
    scenario, tables, run = request.getfixturevalue(name)
    shown = for_audience(tables, "public", None, run)
    text = "\n".join(table.to_csv(index=False) for table in shown.values())
    assert leaks(text, scenario) == []
    inside = "\n".join(tables[t].head(500).to_csv(index=False) for t in ("readiness", "jobs"))
    assert len(leaks(inside, scenario)) > 10


def test_public_tables_have_only_columns_that_are_public(karabakh_public: Tables) -> None:
    open_ = {(c.table, c.column) for c in result_columns() if c.sensitivity == "public"}
    closed = {c.column for c in result_columns() if c.sensitivity != "public"}
    shown = set()
    for name, table in karabakh_public.items():
        of_table = {column for of, column in open_ if of == name}
        assert {str(c) for c in table if not str(c).startswith("people_by_")} <= of_table, name
        shown |= {(name, column) for column in of_table & set(table)}
    assert not {"community", "settlement", "road", "hazard", "asset"} - closed
    made = {key for key in open_ if key[0].startswith(("district", "differences"))}
    assert made <= shown, "columns that are described, but not there"


def test_public_numbers_of_people_are_tens_and_none_is_small(
    valley: Shown, karabakh_public: Tables
) -> None:
    for shown in (for_audience(valley[1], "public", None, valley[2]), karabakh_public):
        for name in ("districts", "district_gates", "people_met", "returns", "summary"):
            starts = ("people", "returned", "present", "early_p50", "early_mean")
            columns = [c for c in shown[name] if str(c).startswith(starts)]
            numbers = shown[name][columns].to_numpy(float)
            assert (numbers[~np.isnan(numbers)] % 10 == 0).all(), name
        assert not shown["returns"]["withheld"].eq("").all()
    summary, met = karabakh_public["summary"].iloc[0], karabakh_public["people_met"]
    assert summary["person_days_mean"] % 100 == 0
    mine = met[met["allocation"] == summary["allocation"]]
    assert summary["people_by_2040-11-10_mean"] == mine["people_mean"].iloc[-1]
    assert summary["cost_per_person_usd"] == round(
        summary["cost_usd_mean"] / summary["people_by_2040-11-10_mean"]
    )


def test_costs_are_public_by_year_and_land_by_year_and_route(
    karabakh: Shown, karabakh_public: Tables
) -> None:
    costs, land = karabakh_public["costs"], karabakh_public["land_release"]
    assert list(costs) == ["allocation", "year", "cost_usd_mean"]
    assert costs.groupby("allocation")["year"].is_monotonic_increasing.all()
    assert costs["cost_usd_mean"].sum() == pytest.approx(
        karabakh[1]["costs"]["cost_usd_mean"].sum()
    )
    assert list(land) == ["allocation", "district", "year", "route", "area_m2_mean"]
    assert OTHER in set(land["district"])  # nobody comes from Shusha in this scenario
    assert "Shusha" not in set(land["district"])
    area_m2 = karabakh[1]["land_release"]["area_m2_mean"].sum()
    assert land["area_m2_mean"].sum() == pytest.approx(area_m2, abs=500 * len(land))


def test_the_public_gets_dates_by_half_year_and_quarter(karabakh_public: Tables) -> None:
    ends = {pd.Timestamp(2020, 11, 10), pd.Timestamp(2040, 11, 10)}
    for name, months in (
        ("district_shares", {1, 7}),
        ("returns", {1, 7}),
        ("people_met", {1, 4, 7, 10}),
    ):
        dates = set(karabakh_public[name]["date"]) - ends
        assert {(day.month in months, day.day) for day in dates} == {(True, 1)}, name
    compared = karabakh_public["differences"]["date"].dropna()
    assert set(compared[compared != max(ends)].dt.month) == {1}
    assert set(karabakh_public["districts"]["half_met_date"].dropna()) <= set(
        karabakh_public["district_shares"]["date"]
    )


@pytest.mark.unwatched
def test_public_tables_are_the_same_whatever_the_order_of_rows(
    karabakh: Shown, karabakh_public: Tables
) -> None:
    names = ("readiness", "gates", "delays", "returns")
    mixed = {name: karabakh[1][name].sample(frac=1, random_state=1) for name in names}
    other = for_audience(karabakh[1] | mixed, "public", None, karabakh[2])
    for name, table in karabakh_public.items():
        keys = [str(c) for c in table if table[c].dtype.kind not in "fi"][:3]
        left, right = (t.sort_values(keys, ignore_index=True) for t in (table, other[name]))
        pd.testing.assert_frame_equal(left, right)


# ---------------------------------------------------------------- the search itself


def test_leaks_are_found_however_they_are_written(two_villages: rp.Scenario) -> None:
    scenario = rp.load("scenarios/karabakh")
    place = next(p for p in scenario.places if p.kind == "settlement" and "ə" in str(p.names))
    az = next(name for name in place.names.values() if "ə" in name)
    hazard = scenario.hazards[0].id
    leaked = leaks(f"<i data-x={place.id}>{json.dumps(az)}</i> {hazard}/clearance.", scenario)
    assert {place.id, hazard} <= set(leaked)
    assert az in leaked or az in {p.district for p in scenario.places}
    text = f"[{place.lat_deg:.4f}, {place.lon_deg:.4f}]"
    assert leaks(text, scenario) == [f"position of {place.id}"]
    assert leaks("Lachin, Fuzuli: 1,230 people, 46.5 %", scenario) == []
    assert leaks("no place here", two_villages) == []
