"""Rank correlations: by hand, as stated, and a new asset type moves no other (model §9)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import returnplan as rp
from returnplan.domain import Dependence
from returnplan.model.chance.dependence import (
    NotPositiveError,
    copula,
    default_dependence,
    dependence_in_force,
)
from returnplan.model.chance.draws import Draws
from tests.model.test_laws import replaced
from tests.sketch import Sketch

TEAMS = ["productivity", "building_speed", "productivity dogs", "productivity hands"]


def row(one: str, other: str, rank_correlation: float) -> Dependence:
    return Dependence(
        id=one, with_id=other, rank_correlation=rank_correlation, mark="assumed", source="x"
    )


def correlation(rows: list[Dependence], names: list[str]) -> np.ndarray:
    """Correlations that the weights bring."""
    weights = copula(rows, names).weights
    whole = np.array([[weights.get(n, {n: 1.0}).get(m, 0.0) for m in names] for n in names])
    return whole @ whole.T


def pearson(rank: float) -> float:
    return 2 * math.sin(math.pi * rank / 6)


def test_two_numbers_get_pearsons_correlation_of_their_ranks() -> None:
    weights = copula([row("b", "a", 0.5)], ["a", "b", "c"]).weights
    r = pearson(0.5)
    assert r == pytest.approx(0.517638, abs=1e-6)
    assert weights == {"b": {"a": pytest.approx(r), "b": pytest.approx(math.sqrt(1 - r * r))}}


def test_members_of_a_group_go_together_and_with_others_as_stated() -> None:
    rows = [row("productivity", "productivity", 0.5), row("building_speed", "productivity", 0.3)]
    found = correlation(rows, TEAMS)
    assert found[2, 3] == pytest.approx(pearson(0.5))
    assert found[1, 2:] == pytest.approx([pearson(0.3)] * 2)


def test_a_single_asset_type_goes_before_its_group() -> None:
    rows = [
        row("productivity", "productivity", 0.5),
        row("productivity", "building_speed", 0.3),
        row("building_speed", "productivity_dogs", 0.6),
        row("productivity_dogs", "productivity_hands", 0.1),
    ]
    found = correlation(rows, TEAMS)
    assert found[1, 2:] == pytest.approx([pearson(0.6), pearson(0.3)])
    assert found[2, 3] == pytest.approx(pearson(0.1))


def test_districts_go_with_the_country_and_more_loosely_with_the_rest() -> None:
    rows = [row("record_recall", "record_recall", 0.5), row("record_recall", "detection", 0.4)]
    found = correlation(rows, ["record_recall", "detection", "record_recall a", "record_recall b"])
    assert found[2, 3] == pytest.approx(pearson(0.5))
    assert found[0, 1] == pytest.approx(pearson(0.4))
    assert found[1, 2:] == pytest.approx([pearson(0.4) * math.sqrt(pearson(0.5))] * 2)


def test_kappa_stands_for_all_three_and_one_of_them_goes_before_it() -> None:
    names = ["kappa_used", "kappa_unmarked", "kappa_marked"]
    found = correlation([row("kappa_marked", "kappa_used", 0.9), row("kappa", "kappa", 0.5)], names)
    assert found[0, 2] == pytest.approx(pearson(0.9))
    assert found[0, 1] == pytest.approx(pearson(0.5))
    assert found[1, 2] == pytest.approx(pearson(0.5))


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        (
            [row("a", "b", 0.9), row("b", "c", 0.9), row("a", "c", -0.9)],
            {("a", "b"), ("b", "c"), ("a", "c")},
        ),
        ([row("productivity", "productivity", -0.1)], {("productivity", "productivity")}),
        (
            [row("productivity", "a", 0.5)],  # of many asset types that know nothing of each other
            {("productivity", "productivity"), ("a", "productivity")},
        ),
    ],
)
def test_what_no_numbers_can_have_is_named(
    rows: list[Dependence], pairs: set[tuple[str, str]]
) -> None:
    with pytest.raises(NotPositiveError) as error:
        copula(rows, ["productivity", "a", "b", "c", "productivity dogs", "productivity hands"])
    assert set(error.value.pairs) == pairs


def test_a_row_of_the_scenario_goes_before_the_shipped_one_of_the_pair(sketch: Sketch) -> None:
    own = row("building_speed", "productivity", 0.0)
    scenario = replaced(sketch.scenario(), dependence=(own,))
    rows = dependence_in_force(scenario)
    assert len(rows) == len(default_dependence())
    assert [one.rank_correlation for one in rows if {one.id, one.with_id} == {own.id, own.with_id}]
    assert own in rows


@pytest.fixture
def crews(sketch: Sketch) -> Sketch:
    """Three asset types, of which one comes first by name."""
    sketch.village("village", people=10)
    sketch.hazard("mines", "village")
    for name in ("m_crew", "n_crew", "z_crew"):
        sketch.team(name)
    return sketch


def test_a_new_asset_type_leaves_the_luck_of_the_others_alone(crews: Sketch) -> None:
    before = Draws(crews.scenario(), 1).scores(range(40))
    crews.team("a_crew")
    after = Draws(crews.scenario(), 1).scores(range(40))
    assert after.keys() - before.keys() == {"productivity a_crew"}
    for name, scores in before.items():
        assert after[name].tolist() == scores.tolist(), name


@pytest.mark.slow
def test_ranks_of_20000_draws_are_correlated_as_shipped(crews: Sketch) -> None:
    scores = Draws(crews.scenario(), 3).scores(range(20_000))
    stated = {
        ("productivity m_crew", "productivity z_crew"): 0.5,
        ("productivity n_crew", "building_speed"): 0.5,
        ("weather_persistent", "building_speed"): 0.5,
        ("kappa_used", "kappa_marked"): 0.5,
        ("kappa_unmarked", "kappa_used"): 0.5,
        ("record_recall", "survey_detection"): 0.5,
        ("productivity m_crew", "record_recall"): 0.0,
        ("weather_persistent", "productivity z_crew"): 0.0,
        ("eore_effect", "building_speed"): 0.0,
    }
    for (one, other), rank in stated.items():
        found = float(stats.spearmanr(scores[one], scores[other]).statistic)
        assert found == pytest.approx(rank, abs=0.015), (one, other)
    for name, values in scores.items():
        assert stats.kstest(values, "norm").pvalue > 1e-3, name


def test_scores_are_those_of_the_numbers_that_are_drawn(crews: Sketch) -> None:
    draws = Draws(crews.scenario(), 1)
    scores = draws.scores([0, 5, 70])
    numbers = [draws.values(draw).number["kappa_used"] for draw in (0, 5, 70)]
    shipped = rp.model.chance.assumptions.default_assumptions()["kappa_used"]
    assert shipped.a is not None
    assert shipped.b is not None
    expected = shipped.a * np.exp(shipped.b * scores["kappa_used"])
    assert numbers == pytest.approx(expected.tolist())
    assert "parcel_m2_minefield" not in scores  # fixed
