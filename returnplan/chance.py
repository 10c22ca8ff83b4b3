"""Uncertain numbers: the table of assumptions in force and its expected values (model §9)."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from returnplan.domain import Assumption, Record, Scenario

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "fixed": ("a",),
    "uniform": ("a", "b"),
    "triangular": ("a", "b", "c"),
    "normal": ("a", "b"),
    "lognormal": ("a", "b"),
    "beta": ("a", "b"),
    "gamma": ("a", "b"),
    "poisson": ("a",),
    "dirichlet": ("a", "b", "c"),
}
"""Parameters that each distribution needs, in the words of the table of assumptions."""


@cache
def default_assumptions() -> Mapping[str, Assumption]:
    """Assumptions that hold where a scenario has no row of its own.

    Returns
    -------
    Mapping[str, Assumption]
        By id; ``source`` holds the words of the source instead of an id.
    """
    text = files("returnplan").joinpath("data/assumptions.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["id"]: Assumption(**_without_blanks(row)) for row in rows}


def _without_blanks(row: Mapping[str, str]) -> dict[str, Any]:
    numbers = ("a", "b", "c", "low", "high")
    return {k: float(v) if k in numbers else v for k, v in row.items() if v != ""}


def assumptions_in_force(scenario: Scenario) -> dict[str, Assumption]:
    """Rows of the scenario, and the shipped default where it has none.

    Parameters
    ----------
    scenario
        The scenario.

    Returns
    -------
    dict[str, Assumption]
        By id.
    """
    return {**default_assumptions(), **{row.id: row for row in scenario.assumptions}}


def shape_problem(row: Assumption) -> str:
    """Say what is wrong with the parameters of a distribution.

    Parameters
    ----------
    row
        One row of the table of assumptions.

    Returns
    -------
    str
        What is allowed; empty when nothing is wrong.
    """
    needed = PARAMETERS[row.distribution]
    missing = [name for name in needed if getattr(row, name) is None]
    if missing:
        return f"{row.distribution} needs {', '.join(needed)}"
    a, b, c = (math.nan if v is None else v for v in (row.a, row.b, row.c))
    wrong: dict[str, tuple[bool, str]] = {
        "uniform": (a > b, "uniform needs a (low) <= b (high)"),
        "triangular": (not a <= b <= c, "triangular needs a (low) <= b (mode) <= c (high)"),
        "normal": (b < 0, "normal needs b (sd) >= 0"),
        "lognormal": (a <= 0 or b < 0, "lognormal needs a (median) > 0 and b (sd of log) >= 0"),
        "beta": (a <= 0 or b <= 0, "beta needs a (alpha) > 0 and b (beta) > 0"),
        "gamma": (a <= 0 or b <= 0, "gamma needs a (shape) > 0 and b (scale) > 0"),
        "poisson": (a < 0, "poisson needs a (mean) >= 0"),
        "dirichlet": (
            min(a, b, c) < 0 or a + b + c <= 0,
            "dirichlet needs a, b, c >= 0 and a sum above 0",
        ),
    }
    is_wrong, allowed = wrong.get(row.distribution, (False, ""))
    return allowed if is_wrong else ""


def mean(row: Assumption) -> float:
    """Untruncated mean of a distribution of one number (model §9).

    Parameters
    ----------
    row
        An assumption whose distribution is not dirichlet.

    Returns
    -------
    float
        The mean, in the unit of the row.

    Raises
    ------
    ValueError
        For a dirichlet, which is three numbers.
    """
    a, b, c = (math.nan if v is None else v for v in (row.a, row.b, row.c))
    match row.distribution:
        case "fixed" | "normal" | "poisson":
            return a
        case "uniform":
            return (a + b) / 2
        case "triangular":
            return (a + b + c) / 3
        case "lognormal":
            return a * math.exp(b * b / 2)
        case "beta":
            return a / (a + b)
        case "gamma":
            return a * b
        case "dirichlet":
            raise ValueError(f"assumption {row.id}: a dirichlet has three means")


def mean_shares(row: Assumption) -> tuple[float, float, float]:
    """Mean shares of a dirichlet (cancelled, reduced, cleared).

    Parameters
    ----------
    row
        An assumption whose distribution is dirichlet.

    Returns
    -------
    tuple[float, float, float]
        Shares that sum to one.
    """
    a, b, c = (math.nan if v is None else v for v in (row.a, row.b, row.c))
    total = a + b + c
    return a / total, b / total, c / total


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Numbers that one run uses: the expected ones, later those of a draw.

    Parameters
    ----------
    number
        Value of each assumption that is one number, by id.
    route_shares
        Shares (cancelled, reduced, cleared) by class of the records.
    """

    number: Mapping[str, float]
    route_shares: Mapping[Record, tuple[float, float, float]]


def expected_values(scenario: Scenario) -> Values:
    """Numbers of the run on expected values: each assumption's mean (model §9).

    Parameters
    ----------
    scenario
        The scenario with its table of assumptions.

    Returns
    -------
    Values
        One number, or three shares, for each assumption.
    """
    rows = assumptions_in_force(scenario)
    return Values(
        number={i: mean(row) for i, row in rows.items() if row.distribution != "dirichlet"},
        route_shares={
            "none": mean_shares(rows["route_shares_none"]),
            "partial": mean_shares(rows["route_shares_partial"]),
            "full": mean_shares(rows["route_shares_full"]),
        },
    )
