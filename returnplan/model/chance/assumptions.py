"""Uncertain numbers: the table of assumptions in force, and the numbers of a run (model §9)."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from returnplan.domain import RECORDS, Assumption, Scenario
from returnplan.model.work.calendars import months_from

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

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


def support(row: Assumption) -> tuple[float, float]:
    """Smallest and largest value that a draw can bring.

    Parameters
    ----------
    row
        An assumption whose distribution is not dirichlet.

    Returns
    -------
    tuple[float, float]
        Ends of its distribution, narrowed by ``low`` and ``high``; a fixed value is not narrowed.
    """
    a, b, c = (math.nan if v is None else v for v in (row.a, row.b, row.c))
    if row.distribution == "fixed":
        return a, a
    ends = {
        "uniform": (a, b),
        "triangular": (a, c),
        "normal": (a, a) if b == 0 else (-math.inf, math.inf),
        "lognormal": (a, a) if b == 0 else (0.0, math.inf),
        "beta": (0.0, 1.0),
    }
    low, high = ends.get(row.distribution, (0.0, math.inf))
    return (
        low if row.low is None else max(low, row.low),
        high if row.high is None else min(high, row.high),
    )


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


MULTIPLIERS = (
    "productivity",
    "hazard_productivity",
    "building_speed",
    "works_speed",
    "repair_speed",
    "weather_year",
    "season_noise",
)
"""Assumptions of which only the spread counts: values are divided by the untruncated mean."""


def productivity_of(asset: str) -> str:
    """Id of the assumption on the productivity of one asset type, where a scenario has it."""
    return f"productivity_{asset}"


def is_multiplier(name: str) -> bool:
    """Whether only the spread of an assumption counts: its values are divided by its mean."""
    return name in MULTIPLIERS or name.startswith(productivity_of(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """Hazards that no record names; u of them, by settlement.

    Parameters
    ----------
    settlement
        Number of the settlement among those that are surveyed, u.
    like
        Number of the recorded hazard of that settlement that each resembles, u.
    area_m2
        Area, m2, u.
    is_found
        Whether the community survey finds it, u.
    """

    settlement: Whole
    like: Whole
    area_m2: Floats
    is_found: Flags

    @property
    def found(self) -> "Unrecorded":
        """Those that the community surveys find."""
        return self._only(self.is_found)

    @property
    def unfound(self) -> "Unrecorded":
        """Those that stay unknown."""
        return self._only(~self.is_found)

    def _only(self, which: Flags) -> "Unrecorded":
        return Unrecorded(
            settlement=self.settlement[which],
            like=self.like[which],
            area_m2=self.area_m2[which],
            is_found=self.is_found[which],
        )


NO_UNRECORDED = Unrecorded(
    settlement=np.zeros(0, np.int64),
    like=np.zeros(0, np.int64),
    area_m2=np.zeros(0),
    is_found=np.zeros(0, np.bool_),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Numbers that one run uses: the expected ones, or those of a draw.

    Arrays over hazards hold the recorded ones in the order of the scenario, then those that the
    community surveys will find.

    Parameters
    ----------
    number
        Value of each assumption that holds for the whole country, by id.
    productivity
        Ratio by asset type.
    shares
        Shares (cancelled, reduced, cleared) as drawn, hazards x 3.
    qc_fail_share, handover_days, hazard_productivity
        By hazard.
    survey_team_days
        By surveyed settlement.
    works_speed, repair_speed
        Ratios by works, and by road to be repaired.
    weather
        Ratio of workable days by month.
    unrecorded
        Hazards that no record names.
    """

    number: Mapping[str, float]
    productivity: Floats
    shares: Floats
    qc_fail_share: Floats
    handover_days: Floats
    hazard_productivity: Floats
    survey_team_days: Floats
    works_speed: Floats
    repair_speed: Floats
    weather: Floats
    unrecorded: Unrecorded


def expected_values(scenario: Scenario) -> Values:
    """Numbers of the run on expected values: each assumption's mean (model §9).

    Parameters
    ----------
    scenario
        The scenario with its table of assumptions.

    Returns
    -------
    Values
        One number, or three shares, for each assumption; multipliers are 1; there are no
        unrecorded hazards.
    """
    rows = assumptions_in_force(scenario)
    number = {
        name: 1.0 if is_multiplier(name) else mean(row)
        for name, row in rows.items()
        if row.distribution != "dirichlet"
    }
    by_record = {record: mean_shares(rows[f"route_shares_{record}"]) for record in RECORDS}
    hazards = len(scenario.hazards)
    surveys = sum(people > 0 for people in scenario.people.values())
    repairs = sum(road.repair_crew_days > 0 for road in scenario.roads)
    return Values(
        number=number,
        productivity=np.ones(len(scenario.assets)),
        shares=np.array([by_record[h.record] for h in scenario.hazards]).reshape(-1, 3),
        qc_fail_share=np.full(hazards, number["qc_fail_share"]),
        handover_days=np.full(hazards, number["handover_days"]),
        hazard_productivity=np.ones(hazards),
        survey_team_days=np.full(surveys, number["community_survey_team_days"]),
        works_speed=np.ones(len(scenario.works)),
        repair_speed=np.ones(repairs),
        weather=np.ones(len(months_from(scenario.start).names)),
        unrecorded=NO_UNRECORDED,
    )
