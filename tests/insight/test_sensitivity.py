"""What drives a run: of made-up draws whose drivers are known, and of runs as they are kept."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy
from numpy.typing import NDArray

import returnplan as rp
from returnplan.insight.drivers import DRIVERS, NOT_ASKED
from returnplan.insight.sensitivity import nothing_explained, why_not
from returnplan.model.chance.draws import Draws
from returnplan.runs.folder import READY_DAY, SCENARIO_COPY
from returnplan.runs.results import Results
from tests.running import call, no_figures

ROOT = Path(__file__).resolve().parents[2]
VALLEY = ROOT / "scenarios" / "valley"
DRAWS = 128
START, HORIZON = dt.date(2024, 1, 1), dt.date(2034, 1, 1)
HORIZON_DAYS = (HORIZON - START).days
NAMES = (
    *("building_speed", "productivity dogs", "productivity hands", "record_recall"),
    *("kappa_used", "deminer_accident_rate"),
)

Floats = NDArray[np.float64]


def scores() -> dict[str, Floats]:
    """Normal scores of a few assumptions, each from equal strata."""
    luck = np.random.default_rng(5)
    places = (luck.permutation(DRAWS) + 0.5 for _ in NAMES)
    return {
        name: scipy.special.ndtri(place / DRAWS) for name, place in zip(NAMES, places, strict=True)
    }


def made_up(ready_day: Mapping[str, Floats], **more: Any) -> Results:
    """A run of one community of 10 people, ready on these days by draw, under each allocation."""
    names = tuple(ready_day)
    readiness = pd.DataFrame(
        {
            "allocation": names,
            "community": "c",
            "settlement": "s",
            "district": "d",
            "people": 10,
        }
    )
    given: dict[str, Any] = {
        "normal_scores": scores(),
        "casualties": np.full((len(names), DRAWS), np.nan),
    }
    return Results(
        scenario="made_up",
        start=START,
        horizon=HORIZON,
        allocations=names,
        communities=("c",),
        draws=DRAWS,
        seed=1,
        tables={"readiness": readiness},
        ready_day=np.stack(list(ready_day.values()))[:, :, np.newaxis],
        provenance={},
        **(given | more),
    )


def told(table: pd.DataFrame, measure: str, against: str = "") -> pd.DataFrame:
    """Rows of one result, by group."""
    rows = table[(table["measure"] == measure) & (table["against"] == against)]
    return rows.set_index("group")


# ---------------------------------------------------------------- known drivers


def test_drivers_of_totals_and_of_a_difference_are_found_and_sum_to_one() -> None:
    z = scores()
    plan = 1000 - 40 * z["building_speed"] - 30 * z["productivity dogs"]
    more = plan - 100 + 20 * z["record_recall"] + 1.5 * z["productivity hands"]
    table = rp.sensitivity(made_up({"plan": plan, "more": more}))
    assert list(table["measure"].unique()) == ["person_days"]
    total = told(table[table["allocation"] == "plan"], "person_days")
    assert total["share"].to_dict() == pytest.approx(
        {"teams": 9 / 25, "building": 16 / 25, "others": 0, "unexplained": 0}, abs=0.06
    )
    assert total["direction"].to_dict() == {
        "teams": "less", "building": "less", "others": "", "unexplained": "",
    }  # fmt: skip
    assert list(total.index) == ["teams", "building", "others", "unexplained"]
    apart = told(table, "person_days", "plan")
    assert list(apart.index) == ["records", "others", "unexplained"]
    assert apart.loc["records", "direction"] == "more"
    assert apart.loc["records", "share"] == pytest.approx(0.994, abs=0.01)
    assert apart.loc["others", "share"] == pytest.approx(0.006, abs=0.005)
    sums = table.groupby(["allocation", "against"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1)
    assert (table["r2"] > 0.99).all()
    assert table["draws"].unique().tolist() == [DRAWS]


def test_person_days_stop_at_the_horizon_and_people_count_at_the_middle() -> None:
    z = scores()
    middle = (dt.date(2029, 1, 1) - START).days
    days = middle + 100 * z["building_speed"] - 0.5
    days[:3] = math.inf
    table = rp.sensitivity(made_up({"plan": days}))
    met = told(table, "people_met")
    assert met["date"].unique().tolist() == [pd.Timestamp("2029-01-01")]
    assert met.loc["building", "direction"] == "less"
    assert told(table, "person_days").loc["building", "direction"] == "more"


def test_casualties_are_explained_by_their_logarithm_and_differences_by_the_ratio() -> None:
    z = scores()
    first = np.exp(0.6 * z["kappa_used"] + 0.3 * z["record_recall"])
    casualties = np.stack([first, first * np.exp(0.1 * z["building_speed"])])
    still = {"plan": np.full(DRAWS, 500.0), "more": np.full(DRAWS, 400.0)}
    table = rp.sensitivity(made_up(still, casualties=casualties))
    assert set(table["measure"]) == {"expected_casualties"}
    total = told(table[table["allocation"] == "plan"], "expected_casualties")
    assert total["share"].to_dict() == pytest.approx(
        {"records": 0.2, "encounters": 0.8, "others": 0, "unexplained": 0}, abs=0.05
    )
    apart = told(table, "expected_casualties", "plan")
    assert apart.loc["building", "share"] == pytest.approx(1, abs=0.03)
    assert apart.loc["unexplained", "share"] == pytest.approx(0, abs=1e-6)


def test_luck_alone_explains_nothing() -> None:
    luck = np.random.default_rng(8).normal(size=DRAWS)
    table = rp.sensitivity(made_up({"plan": 900 + 50 * luck}))
    rows = told(table, "person_days")
    assert rows["share"]["unexplained"] > 0.85
    assert (rows["share"] >= 0).all()
    assert rows["share"]["unexplained"] == pytest.approx(1 - rows["r2"].iloc[0])
    shown = rows.drop(index=["others", "unexplained"])
    assert (shown["share"] >= 0.02).all()


# ---------------------------------------------------------------- what has no rows, or is refused


@pytest.mark.parametrize(("differing", "has_rows"), [(0, False), (9, False), (10, True)])
def test_a_result_that_differs_in_fewer_than_ten_draws_has_no_rows(
    differing: int, has_rows: bool
) -> None:
    days = np.full(DRAWS, 700.0)
    days[: 7 * differing : 7] += np.arange(1, differing + 1)
    table = rp.sensitivity(made_up({"plan": days, "same": days}))
    assert set(table["measure"]) == ({"person_days"} if has_rows else set())
    assert set(table["against"]) == ({""} if has_rows else set())
    assert list(table) == list(nothing_explained())
    assert table.dtypes["date"] == nothing_explained().dtypes["date"] == "datetime64[s]"


def test_casualties_that_are_none_or_not_shown_have_no_rows() -> None:
    z = scores()
    casualties = np.exp(np.stack([z["kappa_used"]] * 3))
    casualties[1, 5], casualties[2, 5] = 0, math.nan
    still = {name: np.full(DRAWS, 500.0) for name in ("plan", "none", "hidden")}
    table = rp.sensitivity(made_up(still, casualties=casualties))
    assert set(table["allocation"]) == {"plan"}
    assert set(table["against"]) == {""}


def test_what_cannot_be_explained_is_refused_with_the_way_out() -> None:
    run = made_up({"plan": 500 + scores()["building_speed"]})
    some = {name: values[:40] for name, values in scores().items()}
    reasons = {
        "run on expected values, without draws: run it again with --draws 128": replace(
            run, draws=0, ready_day=None, normal_scores=None, casualties=None
        ),
        "an older version made this run": replace(run, normal_scores=None, casualties=None),
        "are fixed: they explain nothing": replace(run, normal_scores={}),
        "40 draws are too few to tell 5 uncertain assumptions apart": replace(
            run, draws=40, ready_day=np.ones((1, 40, 1)), normal_scores=some
        ),
    }
    for words, wrong in reasons.items():
        assert words in why_not(wrong)
        with pytest.raises(rp.ReturnplanError, match=words.split(":")[0]):
            rp.sensitivity(wrong)
    assert why_not(run) == ""
    with pytest.raises(rp.ReturnplanError, match="no allocation is called 'nobody'"):
        rp.sensitivity(run, "nobody")


def test_only_accidents_of_deminers_stand_aside_and_unknown_names_are_others() -> None:
    z = scores()
    rate = {"deminer_accident_rate": z["deminer_accident_rate"]}
    run = made_up({"plan": 500 + 10 * z["building_speed"]}, normal_scores=rate)
    assert "are fixed" in why_not(run)
    odd = {"my_own": z["building_speed"]}
    rows = told(rp.sensitivity(replace(run, normal_scores=odd)), "person_days")
    assert rows.loc["others", "share"] == pytest.approx(1, abs=1e-6)


def test_every_country_wide_assumption_is_in_one_group() -> None:
    scenario = rp.load(VALLEY)
    rows = Draws(scenario, 1).scores([0])
    home = [name for driver in DRIVERS.values() for name in driver.inputs]
    assert len(set(home)) == len(home)
    assert {name.partition(" ")[0] for name in rows} <= {*home, *NOT_ASKED}


# ---------------------------------------------------------------- runs


@pytest.fixture(scope="module")
def folder(run_of: Callable[..., Path]) -> Path:
    """Return a run folder with draws."""
    return run_of(VALLEY, "-a", "today", "-a", "two_more_teams", "--draws", "64")


def test_ensembles_folders_and_merged_parts_say_the_same(folder: Path, tmp_path: Path) -> None:
    scenario = rp.load(VALLEY)
    spread = rp.ensemble(scenario, ["today", "two_more_teams"], draws=64)
    run = rp.load_run(folder)
    assert run.casualties is not None
    np.testing.assert_array_equal(run.casualties, spread.casualties)
    again = Draws(rp.load(folder / SCENARIO_COPY), 1).scores(range(64))
    assert run.normal_scores is not None
    assert list(run.normal_scores) == list(again)
    for name, values in again.items():
        np.testing.assert_array_equal(run.normal_scores[name], values)
    parts = [tmp_path / str(number) for number in (1, 2)]
    words = ("-a", "today", "-a", "two_more_teams", "--draws", "64", "--shard")
    with no_figures():
        for number, part in enumerate(parts, 1):
            assert call("run", VALLEY, *words, f"{number}/2", "--out", part).exit_code == 0
        assert call("merge", *reversed(parts), "--out", tmp_path / "whole").exit_code == 0
    table = rp.sensitivity(run)
    assert set(table["measure"]) >= {"person_days", "expected_casualties"}
    pd.testing.assert_frame_equal(rp.sensitivity(rp.load_run(tmp_path / "whole")), table)
    pd.testing.assert_frame_equal(rp.sensitivity(spread), table, atol=1e-4, rtol=1e-3)


def test_a_run_keeps_casualties_that_its_tables_sum_up(folder: Path) -> None:
    run = rp.load_run(folder)
    assert run.casualties is not None
    means = run.summary["expected_casualties_mean"].to_numpy(float)
    assert run.casualties.mean(axis=1) == pytest.approx(means)


def test_casualties_of_a_village_are_not_kept(written: Callable[[str], Path]) -> None:
    scenario = rp.load(written("two_villages"))
    spread = rp.ensemble(scenario, [scenario.allocations[0].name], draws=3)
    assert np.isnan(spread.casualties).all()
    assert spread.summary["expected_casualties_mean"].isna().all()


def test_a_folder_of_an_older_version_is_read_and_not_explained(
    folder: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "old"
    copy.mkdir()
    for path in folder.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    with np.load(copy / READY_DAY) as stored:
        kept = {name: stored[name] for name in ("ready_day", "allocation", "draw", "community")}
    np.savez_compressed(copy / READY_DAY, **kept)
    run = rp.load_run(copy, as_is=True)
    assert run.ready_day is not None
    with pytest.raises(rp.ReturnplanError, match="an older version made this run"):
        rp.sensitivity(run)
