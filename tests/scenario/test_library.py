"""Starting values: what they are, where they come from, and a scenario that is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import returnplan as rp
from returnplan.domain import type_of_table
from returnplan.scenario import library
from tests.running import call

TABLES = ("asset_figures", "rates", "works", "calendars")


# ---------------------------------------------------------------- figures


def test_every_figure_has_a_range_a_unit_a_mark_and_a_source() -> None:
    sources = {source.id for source in library.sources()}
    for table in TABLES:
        figures = library.figures(table)
        assert figures
        assert len({(one.of, one.what) for one in figures}) == len(figures)
        for one in figures:
            assert one.source in sources
            assert one.mark in ("verified", "derived", "assumed")
            assert not (one.mark == "derived" and one.source == "lib_practice")
            if one.likely is None:
                assert (table, one.low, one.high, one.unit) == ("rates", None, None, "")
                continue
            assert one.unit
            if one.what != library.SPREAD:
                assert one.low is not None
                assert one.high is not None
                assert one.low <= one.likely <= one.high
    cited = {one.source for table in TABLES for one in library.figures(table)}
    assert cited == sources


def test_figures_are_those_that_were_published_or_said_to_be_assumed() -> None:
    known = {(one.of, one.what): one for table in TABLES for one in library.figures(table)}
    manual = known["manual_team", "clearance minefield"]
    assert (manual.low, manual.likely, manual.high) == (200, 400, 600)
    assert (manual.unit, manual.mark, manual.source) == ("m2/team-day", "derived", "lib_manual")
    assert known["survey_team", "survey"].likely == 150_000
    assert known["battle_area_team", "clearance low_density"].likely == 9_000
    assert known["manual_team", "mult_extreme"].likely == 0.15
    assert known["manual_team", "cost_usd_day"].high == 1_316
    assert known["cold_winter", "8"].likely == 28.4
    assert known["shelter", "per_dwelling"].mark == "assumed"


def test_a_row_without_order_or_mark_is_refused() -> None:
    row = {"low": "3", "likely": "2", "high": "4", "unit": "days", "source": "x"}
    with pytest.raises(ValueError, match="team camp_days"):
        library._figure({**row, "mark": "assumed"}, "team", "camp_days")
    with pytest.raises(ValueError, match="guessed"):
        library._figure({**row, "low": "1", "mark": "guessed"}, "team", "camp_days")


# ---------------------------------------------------------------- nouns


def test_asset_types_come_with_skills_cost_and_how_wide_their_speed_may_differ() -> None:
    (manual,) = library.assets(["manual_team"])
    assert (manual.name, manual.mobilisation_days, manual.camp_days) == (
        "Manual team (10 deminers)", 4, 11,
    )  # fmt: skip
    assert (manual.multiplier("medium"), manual.cost_usd_day, manual.deminers) == (0.6, 905, 10)
    assert len(library.assets()) == 10
    rates = {(one.skill, one.land_class): one.rate_m2_day for one in library.rates(["manual_team"])}
    assert rates == {("technical_survey", "minefield"): 1500, ("clearance", "minefield"): 400}
    (repair,) = library.rates(["road_crew"])
    assert (repair.skill, repair.rate_m2_day) == ("road_repair", None)
    (spread,) = library.productivity(["manual_team", "road_crew"])
    assert (spread.id, spread.distribution, spread.a, spread.b) == (
        "productivity_manual_team", "lognormal", 1, 0.35,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: library.assets(["rats"]), "no asset type 'rats'; it has: survey_team, manual_t"),
        (lambda: library.calendar("polar", "x"), "no climate 'polar'; it has: cold_winter, mount"),
    ],
)
def test_what_the_library_lacks_is_answered_with_what_it_has(ask: object, said: str) -> None:
    with pytest.raises(rp.ReturnplanError, match=said):
        ask()  # type: ignore[operator] # functions


def test_a_calendar_has_twelve_months_of_a_zone() -> None:
    months = library.calendar("mountain", "high")
    assert [one.month for one in months] == list(range(1, 13))
    assert {one.zone for one in months} == {"high"}
    assert [one.workable_days for one in months][:4] == [0, 0, 6, 14]
    assert library.climates() == ("cold_winter", "mountain", "wet_season", "even")


def test_works_grow_with_the_people_and_large_settlements_have_school_and_clinic() -> None:
    def told(people: int, **more: float) -> dict[str, tuple[float, int | None]]:
        works = library.works("mill", people, **more)
        assert {one.settlement for one in works} <= {"mill"}
        return {one.id: (one.crew_days, one.dwellings) for one in works}

    assert told(0) == {}
    assert told(400, households=100, willing_share=0.5) == {
        "mill_water": (19.0, None),
        "mill_power": (19.0, None),
        "mill_shelter_1": (112.0, 28),
        "mill_shelter_2": (108.0, 27),
        "mill_risk_education": (3.0, None),
    }
    large = told(5_000, households=10, willing_share=1)
    assert large["mill_water"] == (65.0, None)
    assert large["mill_education"] == (150.0, None)
    assert large["mill_health"] == (100.0, None)
    assert large["mill_shelter"] == (44.0, 11)
    assert "mill_health" not in told(4_999)
    assert "mill_education" not in told(1_999)
    assert sum(dwellings or 0 for _, dwellings in told(400).values()) == 39  # 94.5 x 0.367 x 1.1


# ---------------------------------------------------------------- a scenario


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library") / "mine"
    done = call("new", folder, "--from-library")
    assert done.exit_code == 0, done.output
    assert "are starting values of the library" in done.stdout
    assert "128 of its 131 figures are assumed" in done.stdout
    return folder


def test_a_new_scenario_from_the_library_passes_the_check_without_a_warning(made: Path) -> None:
    report = rp.check(made)
    assert report.problems == ()
    scenario = report.scenario
    assert scenario is not None
    assert scenario.name == "mine"
    assert {asset.id for asset in scenario.assets} == {
        "survey_team", "manual_team", "battle_area_team", "quality_team", "road_crew",
        "building_crew", "utilities_crew", "risk_education_team",
    }  # fmt: skip
    assert {one.source for one in scenario.rates} <= {one.id for one in library.sources()}
    own = {row.id for row in scenario.assumptions}
    assert "productivity_manual_team" in own
    assert "productivity_dog_team" not in own
    cited = {
        getattr(row, "source", "")
        for table in type_of_table
        if table != "allocations"
        for row in getattr(scenario, table)
    }
    assert {one.id for one in scenario.sources} == cited - {""}
    outcome = rp.simulate(scenario, "today")
    assert (outcome.readiness["status"] == "conditions met (modelled)").all()


def test_its_readme_lists_every_figure_with_range_and_mark(made: Path) -> None:
    text = (made / "README.md").read_text(encoding="utf-8")
    line = "| manual_team | clearance minefield | 200 | 400 | 600 | m2/team-day | derived |"
    assert line in text
    assert "| survey_team | productivity_log_sd |  | 0.7 |  | sd of log | assumed |" in text
    toml = (made / "scenario.toml").read_text(encoding="utf-8")
    assert 'like = "today"' in toml
    assert "# The conditions for return" in toml


def test_it_can_be_one_workbook_and_has_no_size(made: Path, tmp_path: Path) -> None:
    assert call("new", tmp_path / "mine", "--from-library", "--xlsx").exit_code == 0
    assert rp.load(tmp_path / "mine") == rp.load(made)
    sized = call("new", tmp_path / "big", "--from-library", "--settlements", "5")
    assert sized.exit_code == 2
    assert "--from-library is for the small scenario" in sized.stderr
    assert not (tmp_path / "big").exists()
