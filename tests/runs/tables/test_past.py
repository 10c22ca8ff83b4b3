"""Area released by year, and published facts beside what the draws say of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.quantiles import quantile
from returnplan.runs.folder import MANIFEST, READY_DAY, sha256_of
from returnplan.runs.tables.past import ALL_DISTRICTS, range_of, where_it_lies
from returnplan.show.audience.tables import for_audience
from tests.published import FACTS, write_published
from tests.running import call, manifest

ALLOCATIONS = ("today", "smith_path")
DRAWS = 24


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published(tmp_path_factory.mktemp("published") / "valley")


@pytest.fixture(scope="module")
def spread(published: Path) -> rp.Ensemble:
    return rp.ensemble(rp.load(published), ALLOCATIONS, DRAWS)


@pytest.fixture(scope="module")
def run(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same draws in a run folder."""
    out = tmp_path_factory.mktemp("runs") / "run"
    names = [word for name in ALLOCATIONS for word in ("-a", name)]
    words = ("--draws", str(DRAWS), "--figures", "none", "--out", out)
    assert call("run", published, *names, *words).exit_code == 0
    return out


def row(table: pd.DataFrame, name: str, allocation: str = "today") -> Any:
    rows = table[table["allocation"] == allocation].set_index("fact")
    return rows.loc[name]


def test_each_fact_stands_once_with_quantiles_of_its_draws(spread: rp.Ensemble) -> None:
    names = [str(fact["id"]) for fact in FACTS]
    assert spread.fact_ids == tuple(names)
    assert spread.modelled.shape == (2, DRAWS, len(FACTS))
    for number, allocation in enumerate(ALLOCATIONS):
        rows = spread.facts[spread.facts["allocation"] == allocation]
        assert rows["fact"].tolist() == names
        for column, percent in (("modelled_p10", 10), ("modelled_p50", 50), ("modelled_p90", 90)):
            drawn = spread.modelled[number, :, names.index("m2_2025")]
            assert row(spread.facts, "m2_2025", allocation)[column] == quantile(drawn, percent)


def test_a_fact_says_where_it_lies_of_the_range(spread: rp.Ensemble) -> None:
    found = spread.facts
    before, victims, above, fit = (
        row(found, name) for name in ("m2_2023", "hurt_2024", "m2_2025", "m2_2024")
    )
    assert before["published_is"] == victims["published_is"] == "not modelled"
    assert np.isnan(before["modelled_p50"])
    assert above["published_is"] == "above the range"
    assert above["published"] > above["modelled_p90"]
    assert fit["published_is"] == "in the range"
    assert (fit["use"], fit["input"], fit["unit"]) == ("fit", False, "m2")
    assert row(found, "upper_2025")["input"]
    first = row(found, "first_mill")
    assert (first["published"], first["unit"]) == (275, "days")
    assert first["place"] == "mill"


def test_what_a_year_released_is_what_a_fact_of_the_year_says(spread: rp.Ensemble) -> None:
    area = spread.area_released
    for allocation in ALLOCATIONS:
        mine = area[area["allocation"] == allocation].set_index(["district", "year"])
        for name, key in (
            ("m2_2025", (ALL_DISTRICTS, 2025)),
            ("m2_2024", (ALL_DISTRICTS, 2024)),
            ("upper_2025", ("Upper Valley", 2025)),
        ):
            fact = row(spread.facts, name, allocation)
            for end in ("p10", "p50", "p90"):
                assert mine.loc[key, f"area_m2_{end}"] == pytest.approx(fact[f"modelled_{end}"])
        assert sorted(set(mine.index.get_level_values("year"))) == list(range(2024, 2033))


def test_a_run_on_expected_values_has_one_number_and_no_judgement(published: Path) -> None:
    outcome = rp.simulate(rp.load(published), "today")
    fact = row(outcome.facts, "m2_2025")
    assert outcome.modelled is not None
    assert fact["modelled_p50"] == outcome.modelled[0, 0, 2] > 0
    assert np.isnan(fact["modelled_p10"])
    assert pd.isna(fact["published_is"])
    assert row(outcome.facts, "hurt_2024")["published_is"] == "not modelled"


def test_a_run_folder_gives_facts_and_draws_back(run: Path, spread: rp.Ensemble) -> None:
    found = rp.load_run(run)
    assert found.fact_ids == spread.fact_ids
    assert found.modelled is not None
    np.testing.assert_array_equal(found.modelled, spread.modelled)
    for name in ("facts", "area_released"):
        left, right = found.tables[name], spread.tables[name]
        for column in right:
            if right[column].notna().any():
                pd.testing.assert_series_equal(left[column], right[column], check_dtype=False)
            else:
                assert left[column].isna().all()
    assert manifest(run)["digest"] != ""
    assert {"facts.csv", "area_released.csv"} <= set(manifest(run)["files"])


def test_shards_and_processes_say_of_facts_what_one_thread_says(
    published: Path, run: Path, tmp_path: Path
) -> None:
    names = [word for name in ALLOCATIONS for word in ("-a", name)]
    for number in (1, 2):
        words = ("--draws", str(DRAWS), "--shard", f"{number}/2", "--out", tmp_path / str(number))
        assert call("run", published, *names, *words).exit_code == 0
    merged = tmp_path / "merged"
    parts = (tmp_path / "2", tmp_path / "1")
    assert call("merge", *parts, "--out", merged, "--figures", "none").exit_code == 0
    assert manifest(merged)["digest"] == manifest(run)["digest"]
    assert (merged / "facts.csv").read_bytes() == (run / "facts.csv").read_bytes()
    again, before = rp.load_run(merged).modelled, rp.load_run(run).modelled
    assert again is not None
    assert before is not None
    np.testing.assert_array_equal(again, before)


def without_facts(folder: Path, target: Path) -> Path:
    """A run as version 0.1 wrote it: without the later tables and arrays."""
    shutil.copytree(folder, target)
    found = manifest(target)
    for name in ("facts.csv", "area_released.csv"):
        (target / name).unlink()
        del found["files"][name]
    with np.load(target / READY_DAY) as stored:
        kept = {name: stored[name] for name in stored.files if name not in ("fact", "modelled")}
    np.savez_compressed(target / READY_DAY, **kept)
    found["files"][READY_DAY] = sha256_of((target / READY_DAY).read_bytes())
    (target / MANIFEST).write_text(json.dumps(found), encoding="utf-8")
    return target


def test_a_run_of_an_older_version_has_no_facts(run: Path, tmp_path: Path) -> None:
    old = rp.load_run(without_facts(run, tmp_path / "old"))
    assert old.is_intact
    assert (old.fact_ids, old.modelled) == ((), None)
    assert old.facts.empty
    assert list(old.facts) == list(rp.load_run(run).facts)
    assert old.area_released.empty


@pytest.mark.parametrize("name", ["facts.csv", "area_released.csv"])
def test_a_table_that_was_taken_away_is_missing(run: Path, tmp_path: Path, name: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    (copy / name).unlink()
    with pytest.raises(rp.ReturnplanError, match=f"{name} is missing"):
        rp.load_run(copy)


@pytest.mark.parametrize("values", [np.full((2, DRAWS, 3), 1.0), np.full((2, DRAWS, 12), -1.0)])
def test_values_that_do_not_fit_the_facts_are_refused(
    run: Path, tmp_path: Path, values: Any
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    with np.load(copy / READY_DAY) as stored:
        arrays = {**{name: stored[name] for name in stored.files}, "modelled": values}
    np.savez_compressed(copy / READY_DAY, **arrays)
    with pytest.raises(rp.ReturnplanError, match=r"ready_day\.npz, modelled: found"):
        rp.load_run(copy, as_is=True)


def test_without_facts_results_are_those_of_versions_that_knew_none() -> None:
    spread = rp.ensemble(rp.load("scenarios/valley"), ["today"], 20)
    # Processors without and with AVX-512, for which NumPy has other exp and log.
    assert spread.provenance["digest"] in (
        "b669665f4a120131a96eaeaf87e54dafe94198434e198bea6eb0e665a251a05b",
        "9cc18602cd3aacf71e420eb6111a834003c577916116c9100706149288b335c8",
    )


def test_everybody_sees_facts_and_areas_of_the_country_only(spread: rp.Ensemble) -> None:
    public = for_audience(spread.tables, "public", spread=spread)
    area = public["area_released"]
    assert set(area["district"]) == {ALL_DISTRICTS}
    numbers = area[[f"area_m2_{end}" for end in ("p10", "p50", "p90")]]
    assert (numbers % 1000 == 0).all(axis=None)
    facts = public["facts"]
    shown = ["m2_2023", "m2_2024", "m2_2025", "usd_2024", "usd_2025", "june", "hurt_2024"]
    assert facts["fact"].tolist() == 2 * shown
    assert "place" not in facts
    internal = row(spread.facts, "m2_2025")["modelled_p90"]
    assert row(facts, "m2_2025")["modelled_p90"] == round(internal, -3)
    short = spread.facts.assign(until=spread.facts["from"] + pd.Timedelta(days=88))
    assert for_audience({**spread.tables, "facts": short}, "public", spread=spread)["facts"].empty


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([1, 2, 3], (2, 2, 3)),
        ([5, np.nan, 1], (5, 5, 5)),
        ([1, np.inf, np.inf], (np.inf, np.inf, np.inf)),
    ],
)
def test_ranges_are_of_the_draws_that_say_something(values: Any, ends: Any) -> None:
    assert range_of(np.array(values, float)) == ends
    assert np.isnan(range_of(np.array([np.nan, np.nan]))).all()


def test_a_span_lies_in_a_range_that_it_touches() -> None:
    assert where_it_lies((3, 5), (5, 9)) == "in the range"
    assert where_it_lies((3, 4.9), (5, 9)) == "below the range"
    assert where_it_lies((9.1, 12), (5, 9)) == "above the range"
    assert where_it_lies((1, 1), (np.nan, np.nan)) == "not modelled"
