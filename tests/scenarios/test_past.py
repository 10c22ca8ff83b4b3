"""Karabakh's published facts are the numbers of its tables; its README has what the draws give."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from tests import karabakh_tables

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "karabakh"
DATA = FOLDER / "data"
CUT = "2022-12-31"
pytestmark = pytest.mark.unwatched


@pytest.fixture(scope="module")
def past() -> Any:
    """Return the facts as the scenario has them."""
    return pd.read_csv(FOLDER / "facts.csv")


def source(name: str) -> Any:
    return pd.read_csv(DATA / f"{name}.csv")


def test_facts_are_the_numbers_of_the_published_tables(past: Any) -> None:
    value = past.set_index("id")["value"]
    annual = source("clearance_annual").set_index("year")["ha"] * 1e4
    assert value["released_to_2021"] == pytest.approx(annual[2021])
    assert value["released_2022"] == pytest.approx(annual[2022])
    samples = source("clearance_periods").set_index("start")["ha"] * 1e4
    years = ["rate_2010", "released_to_2021", "released_2022"]
    areas = past[(past["measure"] == "released_m2") & past["land_class"].isna()]
    found = areas[~areas["id"].isin(years)].set_index("from")["value"]
    assert found.to_dict() == pytest.approx(samples.to_dict())
    key = source("facts").set_index("key")["value"]
    assert value["minefield_2022"] == 1e6 * float(key["AP_mined_area_cleared_2022_km2"])
    season = past[past["measure"] == "season_index"].set_index("month")["value"]
    assert season.to_dict() == source("season").set_index("month")["index"].to_dict()
    shares = source("clearance_by_district").set_index("district")["share_of_area"]
    told = past[past["measure"] == "share_of_area"].set_index("district")["value"]
    assert told.to_dict() == shares.drop("Other").to_dict()
    victims = source("casualties")["victims"].str.strip("~>").astype(float)
    assert past[past["measure"] == "victims"]["value"].tolist() == victims.tolist()


def test_facts_on_returns_are_those_of_the_first_five_sites(past: Any) -> None:
    sites = source("return_sites")
    first = past[past["measure"] == "first_return_day"]
    assert first["place"].tolist() == [f"S{site}" for site in sites["wof_id"]]
    assert first["from"].tolist() == sites["first_return_earliest"].tolist()
    assert first["until"].tolist() == sites["first_return_latest"].tolist()
    counts = source("returns").dropna(subset=["cum_persons"])
    latest = counts.groupby("settlement")["cum_persons"].last()
    value = past.set_index("id")["value"]
    assert value["persons_lachin_3"] == latest["Lachin city"] + latest["Zabukh"]
    assert value["persons_all_1"] == latest.drop("Talish").sum()
    assert value["persons_zangilan_3"] == latest["Aghali"]
    nobody = past[(past["measure"] == "people_returned") & (past["value"] == 0)]
    assert not set(nobody["district"]) & set(sites["district"])


def test_no_fact_after_the_cut_is_fitted_or_an_input(past: Any) -> None:
    used = past[(past["use"] == "fit") | past["input"].eq(other=True)]
    assert (used["until"] <= CUT).all()
    assert used[used["use"] == "fit"]["id"].tolist() == [
        *("released_to_2021", "released_2022", "minefield_2022", "money_2022")
    ]


def test_each_year_of_the_facts_is_that_of_the_table_of_areas(karabakh_run: Path) -> None:
    run = rp.load_run(karabakh_run)
    fact = run.facts.set_index(["allocation", "fact"])
    area: Any = run.area_released.set_index(["allocation", "district", "year"])
    year: Any = fact.loc[("as_2022", "released_2022")]
    there = area.loc[("as_2022", "all districts", 2022)]
    for end in ("p10", "p50", "p90"):
        assert year[f"modelled_{end}"] == pytest.approx(there[f"area_m2_{end}"])
    assert year["unit"] == "m2"


@pytest.mark.long
def test_the_hindcast_of_the_readme_is_what_the_draws_give(karabakh_readme_run: Path) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    run = rp.load_run(karabakh_readme_run)
    for printed in karabakh_tables.hindcast(rp.load(FOLDER), run).split("\n\n"):
        assert printed in readme
