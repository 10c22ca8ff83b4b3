"""Columns of the result tables: each is described once, and no other is described."""

from __future__ import annotations

import pandas as pd
import pytest

import returnplan as rp
from returnplan import columns
from returnplan.columns import column_of, pattern, result_columns, table_names
from returnplan.runs.folder import TABLES
from returnplan.runs.tables import OF_DRAWS
from returnplan.runs.tables.family import DRAWN, WORK
from returnplan.show.audience.districts import WITHHELD

OF_OTHERS = {
    *("districts", "district_gates", "district_delays"),  # for the public
    *("district_shares", "differences", "sensitivity", "verdicts"),  # of comparisons
    *("hindcast", "hindcast_summary"),
    "decisions",  # of runs with changes
}
"""Tables that are made from those of a run."""

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module", params=[0, 5], ids=["expected values", "draws"])
def found(request: pytest.FixtureRequest) -> Tables:
    scenario = rp.load("scenarios/valley")
    outcome = rp.simulate(scenario, "today")
    tables = {table: getattr(outcome, table) for table in TABLES}
    if request.param:
        spread = rp.ensemble(scenario, ["today"], draws=request.param)
        tables |= {table: getattr(spread, table) for table in OF_DRAWS}
    return tables


def test_every_column_of_a_run_is_described_and_no_other(found: Tables) -> None:
    there = [(table, pattern(str(name))) for table in TABLES for name in found[table]]
    own = [c for c in result_columns() if c.table in TABLES and c.column != WITHHELD]
    described = [(c.table, c.column) for c in own]
    assert list(dict.fromkeys(there)) == described


def test_cells_are_of_the_type_that_the_description_says(found: Tables) -> None:
    for table in TABLES:
        for name, cells in found[table].items():
            filled = cells.dropna()
            match column_of(table, str(name)).type:
                case "date":
                    assert cells.dtype == "datetime64[s]", (table, name)
                case "month":
                    pd.to_datetime(filled, format="%Y-%m")
                case "year" | "count":
                    assert (filled.astype(float) % 1 == 0).all(), (table, name)
                case "number":
                    assert filled.astype(float).notna().all(), (table, name)
                case "flag":
                    assert set(filled) <= {True, False}, (table, name)
                case "text":
                    assert all(isinstance(cell, str) for cell in filled), (table, name)


def test_every_table_of_a_run_is_made_by_exactly_one_function() -> None:
    of_run = [name for name in table_names() if name not in OF_OTHERS]
    assert sorted(TABLES) == sorted(of_run)
    assert len(set(TABLES)) == len(TABLES)
    assert not set(DRAWN) & set(WORK)
    assert set(TABLES) == {*DRAWN, *WORK}
    for family in (DRAWN, WORK):
        for name, function in family.items():
            assert function.__name__ == name


def test_descriptions_are_complete_and_units_are_in_the_names() -> None:
    units = {"m2": "m2", "day": "days", "days": "days", "usd": "USD", "hours": "hours"}
    for one in result_columns():
        assert one.meaning, one
        ends = ("mean", "se", "p10", "p50", "p90")
        words = [word for word in one.column.split("_") if word not in ends]
        unit = units.get(words[-1], "") if words else ""
        assert unit in one.unit or one.type == "date", one


def test_communities_hazards_roads_teams_and_places_are_not_for_everybody() -> None:
    closed = {
        *("community", "settlement", "hazard", "road", "team", "base", "job", "owner"),
        *("place_or_road", "from_place", "to_place", "asset"),
    }
    for one in result_columns():
        if one.column in closed:
            assert one.sensitivity != "public", one
    days = [c for c in result_columns() if c.table in ("jobs", "releases", "roads")]
    assert {c.column for c in days if c.sensitivity == "public"} == {"allocation"}


def test_a_column_that_nobody_described_is_refused() -> None:
    with pytest.raises(KeyError, match=r"column price of table costs is not described"):
        column_of("costs", "price")


def test_a_description_with_an_unknown_word_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "get_args", lambda _: ("text",))
    columns.result_columns.cache_clear()
    with pytest.raises(ValueError, match=r"columns\.csv: summary\.allocation: text public"):
        result_columns()
    columns.result_columns.cache_clear()
