"""The hindcast: facts are those of the published tables, the README has what the draws give."""

from __future__ import annotations

import importlib
import math
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from tests.unwatched import unwatched

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "karabakh"
DATA = FOLDER / "data"
DRAWS, FEW_DRAWS, SEED = 128, 10, 1
pytestmark = pytest.mark.unwatched


def module(name: str) -> ModuleType:
    """Import a script of the scenario as it runs: its folder first on the path."""
    if str(FOLDER) not in sys.path:
        sys.path.insert(0, str(FOLDER))
    return importlib.import_module(name)


@pytest.fixture(scope="session")
def karabakh() -> rp.Scenario:
    return rp.load(FOLDER)


@pytest.fixture(scope="session")
def facts(karabakh: rp.Scenario) -> list[Any]:
    found: list[Any] = read(DATA / "hindcast.csv", karabakh)
    return found


@pytest.fixture(scope="session")
def past(karabakh: rp.Scenario, facts: list[Any], karabakh_run: Path) -> Any:
    """What the draws of the shared run say, and those of the first years."""
    with unwatched():
        run = rp.load_run(karabakh_run)
        return module("parts.past").model_past(karabakh, facts, FEW_DRAWS, SEED, spread=run)


@pytest.fixture(scope="session")
def past_of_the_readme(karabakh: rp.Scenario, facts: list[Any], karabakh_readme_run: Path) -> Any:
    """The same of all draws of README's table."""
    run = rp.load_run(karabakh_readme_run)
    return module("parts.past").model_past(karabakh, facts, DRAWS, SEED, spread=run)


def read(path: Path, scenario: rp.Scenario) -> Any:
    return module("parts.past").read_facts(path, scenario, module("hindcast").KINDS)


def published() -> Any:
    return pd.read_csv(DATA / "hindcast.csv").set_index("id")["published"]


def source(name: str) -> Any:
    return pd.read_csv(DATA / f"{name}.csv")


# ---------------------------------------------------------------- the facts


def test_facts_are_the_numbers_of_the_published_tables() -> None:
    fact = published()
    annual = source("clearance_annual").set_index("year")["ha"]
    assert [fact["released_to_2021"], fact["released_2022"]] == [annual[2021], annual[2022]]
    samples = source("clearance_periods").set_index("start")["ha"]
    table = pd.read_csv(DATA / "hindcast.csv")
    periods = table[(table["kind"] == "released_ha") & (table["used"] == "no")]
    assert periods.set_index("from")["published"].to_dict() == samples.to_dict()
    key = source("facts").set_index("key")["value"]
    assert fact["minefield_2022"] == 100 * float(key["AP_mined_area_cleared_2022_km2"])
    season = table[table["kind"] == "season_index"].set_index("month")["published"]
    assert season.to_dict() == source("season").set_index("month")["index"].to_dict()
    shares = source("clearance_by_district").set_index("district")["share_of_area"]
    found = table[table["kind"] == "district_share"].set_index("place")["published"]
    assert found.to_dict() == shares.drop("Other").to_dict()
    victims = source("casualties")["victims"].str.strip("~>").astype(float)
    assert table[table["kind"] == "victims"]["published"].tolist() == victims.tolist()


def test_facts_on_returns_are_those_of_the_first_five_sites() -> None:
    sites = source("return_sites")
    table = pd.read_csv(DATA / "hindcast.csv")
    first = table[table["kind"] == "first_return"]
    assert first["place"].tolist() == [f"S{site}" for site in sites["wof_id"]]
    assert first["from"].tolist() == sites["first_return_earliest"].tolist()
    assert first["until"].tolist() == sites["first_return_latest"].tolist()
    counts = source("returns").dropna(subset=["cum_persons"])
    latest = counts.groupby("settlement")["cum_persons"].last()
    fact = published()
    assert fact["persons_lachin_3"] == latest["Lachin city"] + latest["Zabukh"]
    assert fact["persons_all_1"] == latest.drop("Talish").sum()
    assert fact["persons_zangilan_3"] == latest["Aghali"]
    persons = table[(table["kind"] == "persons") & (table["published"] == 0)]
    assert not set(persons["place"]) & set(sites["district"])


HEAD = "id,kind,place,month,from,until,published,used,source,note\n"


def test_every_row_that_cannot_be_understood_is_named(
    karabakh: rp.Scenario, tmp_path: Path
) -> None:
    path = tmp_path / "facts.csv"
    rows = [
        "a,weather,,,2021-01-01,2021-02-01,1,no,,",
        "b,released_ha,,,2021-01-01,2021-02-01,1,perhaps,,",
        "c,released_ha,,,2021-02-01,2021-01-01,1,no,,",
        "d,released_ha,,,2021-01-01,2050-01-01,1,no,,",
        "e,persons,Atlantis,,2021-01-01,2022-01-01,1,no,,",
        "f,released_ha,,,2021-01-01,2021-02-01,much,no,,",
    ]
    path.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    with pytest.raises(rp.ReturnplanError) as told:
        read(path, karabakh)
    lines = str(told.value).splitlines()
    assert len(lines) == 1 + len(rows)
    words = ["weather", "perhaps", "before from", "ends before", "Atlantis", "much"]
    for number, (line, word) in enumerate(zip(lines[1:], words, strict=True), start=2):
        assert line.startswith(f"  row {number} ")
        assert word in line


# ---------------------------------------------------------------- naive forecasts


def fact(begins: str, until: str, number: float, **rest: Any) -> Any:
    first, last = pd.Timestamp(begins), pd.Timestamp(until)
    given: dict[str, Any] = {
        "id": "x",
        "kind": "released_ha",
        "place": "",
        "place_name": "",
        "used": "no",
    }
    given |= {"month": 0, "published": number, **rest}
    return module("parts.past").Fact(begins=first, until=last, **given)


def test_naive_forecasts_look_at_nothing_that_was_not_known() -> None:
    naive = module("hindcast")
    december = fact("2020-12-01", "2020-12-10", 50.0)  # 5 a day
    april = fact("2021-04-01", "2021-04-04", 12.0)  # 3 a day
    year = fact("2021-01-01", "2021-12-31", 9_999.0)  # had not ended
    june = fact("2021-06-01", "2021-06-30", 1.0)
    known = [december, april, year, june]
    assert naive.last_rate(june, known) == 3 * 30
    assert naive.last_rate(year, known) == 5 * 365
    assert math.isnan(naive.last_rate(december, known))
    early = fact("2020-11-10", "2020-11-19", 20.0, place="Lachin")
    late = fact("2020-11-10", "2020-12-09", 1.0, place="Lachin")
    elsewhere = fact("2020-11-10", "2020-12-01", 77.0, place="Fuzuli")
    counts = [early, elsewhere, late]
    assert [naive.no_change(one, counts) for one in counts] == [0.0, 0.0, 20.0]
    assert naive.last_pace(late, [early, late]) == 2 * 30
    assert naive.equal_shares(june, [june, june, april]) == 0.5


def test_a_first_return_is_expected_as_long_after_control_as_the_one_before() -> None:
    same_delay = module("hindcast").same_delay
    one = fact("2022-07-19", "2022-07-19", 616.0, kind="first_return")
    other = fact("2023-05-26", "2023-05-31", 927.0, kind="first_return", entered_day=654.0)
    assert same_delay(other, [one, other]) == 654 + 616
    assert math.isnan(same_delay(one, [one, other]))
    assert (other.lowest, other.highest) == (927, 932)


# ---------------------------------------------------------------- what the draws say


def test_releases_of_the_draws_are_those_of_the_run(past: Any, karabakh_run: Path) -> None:
    table = rp.load_run(karabakh_run).land_release
    mine = table[table["allocation"] == "as_2022"]
    by_year = mine.groupby("year")["area_m2_mean"].sum() / 1e4
    found = past.releases.groupby(past.releases["date"].dt.year)["ha"].sum() / FEW_DRAWS
    for year in (2020, 2021, 2022, 2023):
        assert found[year] == pytest.approx(by_year[year], rel=1e-9)


@pytest.mark.long
def test_the_hindcast_of_the_readme_is_what_the_draws_give(
    past_of_the_readme: Any, facts: list[Any]
) -> None:
    room = module("hindcast")
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for printed in room.readme(room.compare(facts, past_of_the_readme), past_of_the_readme).split(
        "\n\n"
    ):
        assert printed in readme
    assert f"`as_2022`, {past_of_the_readme.made}" in readme


def test_a_published_number_lies_in_the_range_or_on_one_side(past: Any, facts: list[Any]) -> None:
    table = module("hindcast").compare(facts, past)
    by_hand = {"in the range": 0, "below the range": 0, "above the range": 0}
    for _, row in table[table["kind"].isin(["released_ha", "persons", "season_index"])].iterrows():
        side = "below" if row["published"] < row["p10"] else "above"
        inside = row["p10"] <= row["published"] <= row["p90"]
        where = "in the range" if inside else f"{side} the range"
        assert row["published_is"] == where, row["id"]
        by_hand[where] += 1
    assert all(by_hand.values())  # the facts hold each of the three
    victims = table[table["kind"] == "victims"]
    assert set(victims["published_is"]) == {"not comparable", "not modelled"}
    assert victims["error"].isna().all()
    assert victims["nearer"].eq("").all()


def test_a_later_year_is_a_new_row(past: Any, karabakh: rp.Scenario, tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    text = (DATA / "hindcast.csv").read_text(encoding="utf-8")
    row = "later,released_ha,,,2023-01-01,2023-03-31,7944,no,Today.az 2023-04-19,\n"
    path.write_text(text + row, encoding="utf-8")
    room = module("hindcast")
    later: Any = room.compare(read(path, karabakh), past).set_index("id").loc["later"]
    assert later["naive"] == pytest.approx(41_915.77 / 365 * 90)
    assert later["error"] == pytest.approx(later["p50"] - 7_944)
    assert 0 < later["p10"] < later["p50"] < later["p90"]


# ---------------------------------------------------------------- the command


def test_the_script_writes_tables_and_a_chart(
    past: Any, facts: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = module("hindcast")
    monkeypatch.setattr(room, "model_past", lambda *_: past)
    assert room.main(["--out", str(tmp_path / "out")]) == 0
    table = pd.read_csv(tmp_path / "out" / "hindcast.csv")
    assert table["id"].tolist() == [one.id for one in facts if one.used != "before"]
    assert len(pd.read_csv(tmp_path / "out" / "coverage.csv")) > 0
    assert (tmp_path / "out" / "hindcast.png").read_bytes().startswith(b"\x89PNG")
    drawn = (tmp_path / "out" / "hindcast.svg").read_text(encoding="utf-8")
    assert "Modelled planning estimate" in drawn


def test_bad_words_and_bad_files_are_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    room = module("hindcast")
    with pytest.raises(SystemExit) as ended:
        room.main(["--draws", "3"])
    assert ended.value.code == 2
    path = tmp_path / "facts.csv"
    path.write_text("id,kind\n", encoding="utf-8")
    assert room.main(["--facts", str(path), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith("hindcast: ")
    assert "has no column place, month" in said
    assert not (tmp_path / "out").exists()
