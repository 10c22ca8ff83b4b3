"""Expected values of assumptions (model §9), beside scipy."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from scipy import stats

import returnplan as rp
from returnplan.domain import DistributionName
from returnplan.model.chance.assumptions import (
    default_assumptions,
    expected_values,
    mean,
    mean_shares,
)
from tests.sketch import Sketch

GIVEN: list[tuple[str, tuple[float, ...], float]] = [
    ("fixed", (3.7,), 3.7),
    ("fixed", (0,), 0),
    ("uniform", (2, 7), stats.uniform(2, 5).mean()),
    ("triangular", (1, 2, 9), stats.triang((2 - 1) / 8, 1, 8).mean()),
    ("triangular", (4, 4, 4.5), stats.triang(0, 4, 0.5).mean()),
    ("normal", (5, 2), stats.norm(5, 2).mean()),
    ("lognormal", (20, 0.5), stats.lognorm(0.5, scale=20).mean()),
    ("lognormal", (0.003, 1.7), stats.lognorm(1.7, scale=0.003).mean()),
    ("beta", (3, 17), stats.beta(3, 17).mean()),
    ("beta", (0.5, 0.25), stats.beta(0.5, 0.25).mean()),
    ("gamma", (3, 7), stats.gamma(3, scale=7).mean()),
    ("poisson", (2.5,), stats.poisson(2.5).mean()),
]


def row(name: str, distribution: str, parameters: tuple[float, ...], **more: Any) -> rp.Assumption:
    given: dict[str, Any] = dict(zip("abc", parameters, strict=False))
    known: dict[str, Any] = {"unit": "1", "mark": "assumed", "source": "made_up"}
    return rp.Assumption(id=name, distribution=distribution, **given, **known, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("distribution", "parameters", "expected"), GIVEN)
def test_the_mean_is_that_of_the_distribution(
    distribution: str, parameters: tuple[float, ...], expected: float
) -> None:
    assert mean(row("x", distribution, parameters)) == pytest.approx(expected, rel=1e-12)


def test_every_distribution_of_one_number_has_its_case() -> None:
    assert {name for name, _, _ in GIVEN} == set(get_args(DistributionName)) - {"dirichlet"}


@pytest.mark.parametrize("alphas", [(2.0, 2.0, 3.0), (0.5, 1.5, 6.0), (1.0, 0.0, 0.0)])
def test_mean_shares_are_those_of_the_dirichlet(alphas: tuple[float, ...]) -> None:
    shares = mean_shares(row("x", "dirichlet", alphas))
    positive = [alpha for alpha in alphas if alpha > 0]
    expected = iter(stats.dirichlet(positive).mean() if len(positive) > 1 else [1.0])
    assert shares == pytest.approx([next(expected) if alpha > 0 else 0 for alpha in alphas])
    assert sum(shares) == pytest.approx(1)


def test_a_dirichlet_has_no_single_mean() -> None:
    with pytest.raises(ValueError, match="three means"):
        mean(row("x", "dirichlet", (1, 1, 1)))


@pytest.mark.parametrize("limits", [{"low": 6.0}, {"high": 4.0}, {"low": 0.0, "high": 5.1}])
def test_the_mean_is_the_untruncated_one(limits: dict[str, float]) -> None:
    assert mean(row("x", "normal", (5, 2), **limits)) == 5


def test_expected_values_are_the_scenarios_and_the_shipped_ones_else() -> None:
    sketch = Sketch()
    sketch.village("village", people=10)
    sketch.shares("partial", 1, 1, 2)
    sketch.hazard("mines", "village", record="partial")
    sketch.hazard("more", "village")
    values = expected_values(sketch.scenario())
    assert values.number["handover_days"] == 10
    assert values.handover_days.tolist() == [10, 10]
    assert values.survey_team_days.tolist() == [2]
    assert values.shares.tolist() == [[0.25, 0.25, 0.5], [0.25, 0.375, 0.375]]
    shipped = default_assumptions()["detection_share"]  # the sketch has no row for it
    assert values.number["detection_share"] == mean(shipped)


def test_the_run_on_expected_values_reads_the_mean_of_a_wide_distribution() -> None:
    sketch = Sketch()
    sketch.village("village")
    sketch.hazard("nothing", "village", 0)
    scenario = sketch.scenario()
    others = tuple(given for given in scenario.assumptions if given.id != "handover_days")
    gamma = row("handover_days", "gamma", (3, 7), high=10)
    tables = {name: getattr(scenario, name) for name in sketch.rows}
    wide = rp.Scenario(
        **{
            **tables,
            "name": "wide",
            "title": "",
            "start": scenario.start,
            "horizon_years": 1,
            "gates": scenario.gates,
            "allocations": scenario.allocations,
            "assumptions": (*others, gamma),
        }
    )
    assert list(rp.simulate(wide, "plan").releases["released_day"]) == [21]
