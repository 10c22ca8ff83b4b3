"""Uncertain numbers: the table of assumptions in force, and the numbers of a run (model §9)."""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from returnplan.domain import RECORDS, Assumption, Scenario
from returnplan.model.chance.distributions import harmonic_mean, mean, mean_shares, median
from returnplan.model.chance.months import months_from

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CENTRES: Mapping[str, Callable[[Assumption], float]] = {
    "mean": mean,
    "median": median,
    "harmonic mean": harmonic_mean,
}
"""Centres of a distribution, by their names."""


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

    Returns
    -------
    dict[str, Assumption]
        By id: those that hold wherever no row names the district.
    """
    return in_force(scenario.assumptions)


def rows_in_force(scenario: Scenario) -> tuple[Assumption, ...]:
    """Rows that hold wherever no row names the district, then those of districts."""
    of_districts = (row for row in scenario.assumptions if row.district is not None)
    return (*assumptions_in_force(scenario).values(), *of_districts)


def in_force(own: Sequence[Assumption]) -> dict[str, Assumption]:
    """Put rows of a scenario over the shipped ones, by id; those of single districts are left."""
    return {**default_assumptions(), **{row.id: row for row in own if row.district is None}}


BY_DISTRICT = ("record_recall", "survey_detection")
"""Assumptions that may differ by district."""
ONE_EACH = {
    "qc_fail_share": "hazard",
    "handover_days": "hazard",
    "hazard_productivity": "hazard",
    "community_survey_team_days": "settlement",
    "works_speed": "settlement",
    "repair_speed": "road",
    "weather_year": "year",
    "season_noise": "month",
    "unrecorded_area_m2": "unrecorded hazard",
}
"""Assumptions drawn for each thing; ``productivity`` is drawn for each asset type, the shares for
each hazard, and all others once for the whole country."""


def country_wide(own: Sequence[Assumption], assets: Sequence[str]) -> dict[str, Assumption]:
    """Assumptions that are drawn once for the whole country, or for a district of it.

    Parameters
    ----------
    own
        Rows of the scenario.
    assets
        Ids of the asset types.

    Returns
    -------
    dict[str, Assumption]
        By id, ``productivity ASSET`` for each asset type, ``ID DISTRICT`` for rows of districts.
    """
    rows = in_force(own)
    per_asset = {productivity_of(asset) for asset in assets} | {"productivity"}
    found = {
        name: row
        for name, row in rows.items()
        if name in default_assumptions().keys() - per_asset - ONE_EACH.keys()
        and row.distribution != "dirichlet"
    }
    for asset in assets:
        found[f"productivity {asset}"] = rows.get(productivity_of(asset), rows["productivity"])
    return found | {f"{row.id} {row.district}": row for row in own if row.district is not None}


MULTIPLIERS = {
    "productivity": "median",
    "building_speed": "median",
    "hazard_productivity": "harmonic mean",
    "works_speed": "harmonic mean",
    "repair_speed": "harmonic mean",
    "weather_persistent": "mean",
    "weather_year": "mean",
    "season_noise": "mean",
}
"""Assumptions of which only the spread counts, and what their values are divided by.

Work takes a time that goes with one over its speed. Of many hazards the mean time counts, which a
harmonic mean of one leaves as it is; a speed of the whole country has its median at one, so that
the run on expected values lies near the median of the draws (model §9).
"""


def productivity_of(asset: str) -> str:
    """Id of the assumption on the productivity of one asset type, where a scenario has it."""
    return f"productivity_{asset}"


def is_multiplier(name: str) -> bool:
    """Whether only the spread of an assumption counts."""
    return centre_name(name) is not None


def centre_name(name: str) -> str | None:
    """What the values of a multiplier are divided by; None: it is none."""
    if name.startswith(productivity_of("")):
        return MULTIPLIERS["productivity"]
    return MULTIPLIERS.get(name)


def centre(row: Assumption) -> float:
    """Divisor of the values of an assumption: 1 unless it is a multiplier."""
    name = centre_name(row.id)
    return CENTRES[name](row) if name else 1.0


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
        return Unrecorded(**{one.name: getattr(self, one.name)[which] for one in fields(self)})


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
    discrepancy
        Ratio of the speed of all work from the day after the last fact of a calibration on.
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
    discrepancy: float = 1.0


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
