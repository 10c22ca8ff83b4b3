"""A run beside the published past: made-up draws worked by hand, and a run as it is kept."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import returnplan as rp
from returnplan.insight.hindcast import crps, summary, why_not
from tests.published import FACTS, write_published

DRAWS = 32


@pytest.fixture(scope="module")
def spread(tmp_path_factory: pytest.TempPathFactory) -> rp.Ensemble:
    folder = write_published(tmp_path_factory.mktemp("published") / "valley")
    return rp.ensemble(rp.load(folder), ["today", "smith_path"], DRAWS)


def said(spread: rp.Ensemble, **values: Any) -> Any:
    """The hindcast of today where draws say other values of some facts."""
    modelled = spread.modelled.copy()
    for name, drawn in values.items():
        modelled[0, :, spread.fact_ids.index(name)] = np.resize(drawn, DRAWS)
    table = rp.hindcast(replace(spread, modelled=modelled))
    return table[table["allocation"] == "today"].set_index("fact")


# ---------------------------------------------------------------- the score


def test_the_score_is_the_integral_between_the_two_distribution_functions() -> None:
    luck = np.random.default_rng(3)
    for _ in range(20):
        drawn, observed = luck.normal(size=17), float(luck.normal())
        edges = np.sort(np.append(drawn, observed))
        middle = (edges[1:] + edges[:-1]) / 2
        share = (drawn[:, np.newaxis] <= middle).mean(axis=0)
        integral = (np.diff(edges) * (share - (middle >= observed)) ** 2).sum()
        assert crps(drawn, observed) == pytest.approx(integral)


def test_the_score_of_one_number_is_its_error_and_is_least_for_the_truth() -> None:
    assert crps(np.full(9, 7.0), 4.0) == pytest.approx(3)
    assert crps(np.full(9, 4.0), 4.0) == 0
    assert crps(np.array([np.nan, 7.0]), 4.0) == 3
    assert math.isnan(crps(np.array([np.nan]), 4.0))


# ---------------------------------------------------------------- facts


def test_each_fact_from_the_start_on_has_a_row_in_its_group(spread: rp.Ensemble) -> None:
    table = said(spread)
    assert table.index.tolist() == [str(fact["id"]) for fact in FACTS][1:]
    assert table["group"].to_dict() == {
        str(fact["id"]): "fit"
        if fact["use"] == "fit"
        else "input"
        if fact.get("input") == "true"
        else "check"
        for fact in FACTS[1:]
    }


def test_errors_are_of_the_median_and_scores_of_all_draws(spread: rp.Ensemble) -> None:
    row = said(spread, m2_2025=[2e6, 4e6]).loc["m2_2025"]
    assert (row["modelled_p10"], row["modelled_p50"], row["modelled_p90"]) == (2e6, 4e6, 4e6)
    assert (row["error"], row["error_share"]) == (1e6, pytest.approx(1 / 3))
    assert row["published_is"] == "in the range"
    assert row["crps"] == pytest.approx(1e6 - 2e6 / 4)
    # 2023: 2,000 m2 a day; 2024: 1.8e6 in 306 days
    assert row["naive_last"] == pytest.approx(1.8e6 / 306 * 365)
    assert row["error_last"] == pytest.approx(3e6 - 1.8e6 / 306 * 365)
    assert row["naive_proportional"] == pytest.approx((730e3 + 1.8e6) / (365 + 306) * 365)
    assert row["nearest"] == "trend"  # 349,140 m2 off
    assert said(spread, m2_2025=[3e6, 3.1e6]).loc["m2_2025", "nearest"] == "model"


def test_a_date_is_measured_to_its_span_and_to_the_horizon(spread: rp.Ensemble) -> None:
    row = said(spread, first_mill=[250, 265, 300]).loc["first_mill"]
    assert (row["error"], row["published_is"]) == (265 - 275, "in the range")
    within = said(spread, first_mill=[276, 280, 290]).loc["first_mill"]
    assert within["error"] == 0
    horizon = (spread.horizon - spread.start).days
    never = said(spread, first_mill=[math.inf]).loc["first_mill"]
    assert never["published_is"] == "below the range"
    assert never["error"] == never["crps"] == horizon - 294
    assert math.isnan(never["error_share"])


def test_what_no_draw_says_is_not_judged(spread: rp.Ensemble) -> None:
    row = said(spread, m2_2025=[np.nan]).loc["m2_2025"]
    assert row["published_is"] == "not modelled"
    assert math.isnan(row["crps"])
    assert row["naive_last"] > 0
    share = said(spread, share_2024=[np.nan, 0.3]).loc["share_2024"]
    assert (share["published_is"], share["crps"]) == ("in the range", 0)
    assert share["naive_proportional"] == 0.5  # of two districts


def test_the_sums_count_facts_by_group_and_measure(spread: rp.Ensemble) -> None:
    values = {"usd_2024": [1e6, 3e6], "usd_2025": [5e6]}
    table = said(spread, **values).reset_index()
    rows: Any = summary(table).set_index(["group", "measure"])
    money = rows.loc[("check", "teams_usd")]
    assert (money["facts"], money["in_range"], money["below_range"]) == (2, 1, 1)
    assert money["coverage_share"] == 0.5
    # only the second has a forecast: 2e6 in 306 days; its draws are 3e6 off
    off = 2e6 / 306 * 365 - 2e6
    assert money["skill_last"] == pytest.approx(1 - 3e6 / off)
    assert ("check", "victims") not in rows.index
    everything = rows.loc[("check", "all")]
    judged = table[(table["group"] == "check") & (table["published_is"] != "not modelled")]
    assert everything["facts"] == len(judged)
    assert math.isnan(everything["crps_mean"])


# ---------------------------------------------------------------- runs that say nothing


def test_a_run_without_draws_or_facts_is_refused_with_one_error(spread: rp.Ensemble) -> None:
    valley = rp.load("scenarios/valley")
    with pytest.raises(rp.ReturnplanError, match="no published facts"):
        rp.hindcast(rp.ensemble(valley, ["today"], 4))
    with pytest.raises(rp.ReturnplanError, match="expected values, without draws"):
        rp.hindcast(rp.simulate(valley, "today"))
    gone: Any = None
    assert "an older version" in why_not(replace(spread, modelled=gone))
    early = {**spread.tables, "facts": spread.facts[spread.facts["fact"] == "m2_2023"]}
    assert "end before its start" in why_not(replace(spread, tables=early))
    assert why_not(spread) == ""


def test_the_order_of_facts_changes_nothing(tmp_path: Path, spread: rp.Ensemble) -> None:
    folder = write_published(tmp_path / "valley")
    lines = (folder / "facts.csv").read_text(encoding="utf-8").splitlines()
    turned = "\n".join([lines[0], *reversed(lines[1:])]) + "\n"
    (folder / "facts.csv").write_text(turned, encoding="utf-8")
    other = rp.hindcast(rp.ensemble(rp.load(folder), ["today"], DRAWS)).set_index("fact")
    mine = said(spread)
    assert other.loc[mine.index].astype(str).equals(mine.astype(str))
