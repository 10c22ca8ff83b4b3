"""What an allocation brings beyond dates: returns, cost, harm, risk, scores (model §7, §8, §10)."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.model.conditions.risk import LEVELS
from returnplan.model.conditions.score import WEIGHTS, ranks
from returnplan.model.effects.harm import (
    EXPOSURE,
    KINDS,
    LEAST_SETTLEMENTS,
    MOST_SHARE,
    PERSON_YEARS,
)
from returnplan.quantiles import HIGH, LOW, MIDDLE, mean, quantile
from returnplan.runs.blocks import ratio_error, standard_error, standard_errors
from returnplan.runs.difference import difference_of
from returnplan.runs.tables.drawn import Drawn
from returnplan.runs.tables.family import of_draws
from returnplan.units import DAY_S

Floats = NDArray[np.float64]
STEADY_SHARE = 0.05
"""Share of the communities by which a rank may move and still counts as stable."""


@of_draws
def returns(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation, district and month: returned, present, early, dwellings complete.

    Ranges of districts do not add up to the range of the country; means do. Where nobody can return
    since nobody knows how many dwellings are built, returns are blank.
    """
    home = drawn.prepared.returns
    dates, districts = drawn.prepared.dates, home.districts
    columns: dict[str, Any] = {}
    for name, people in drawn.people.items():
        for end, values in drawn.ends(people).items():
            columns[f"{name}_{end}"] = values[:, 1:].ravel()
        if name in WITH_MEANS:
            columns[f"{name}_mean"] = people.mean(axis=0)[:, 1:].ravel()
            columns[f"{name}_se"] = standard_errors(people, drawn.effective)[:, 1:].ravel()
    columns = {name: values for name, values in columns.items() if name not in UNSAID}
    months = [day.isoformat()[:7] for day in dates[:-1]]
    unknown = np.repeat(home.unknown_people, len(months))
    is_blank = (unknown > 0) & (unknown == np.repeat(home.people, len(months)))
    for name in (name for name in columns if name.startswith("returned_")):
        columns[name] = np.where(is_blank, np.nan, columns[name])
    return pd.DataFrame(
        {
            "allocation": drawn.name,
            "district": np.repeat(np.array(districts, object), len(months)),
            "month": months * len(districts),
            "date": np.tile(np.array(dates[1:], "datetime64[s]"), len(districts)),
            **columns,
            "people_unknown_dwellings": unknown.round().astype(np.int64),
            **_dwellings(drawn, len(months)),
        }
    )


def _dwellings(drawn: Drawn, months: int) -> dict[str, Any]:
    """Dwellings complete and planned; blank where none are planned, or nobody knows how many."""
    planned = np.repeat(drawn.prepared.returns.planned_by_district(), months)
    done = drawn.ends(drawn.read("dwellings"))["p50"][:, 1:].ravel()
    return {
        "dwellings_p50": np.where(np.isnan(planned), np.nan, done),
        "dwellings_planned": planned,
    }


WITH_MEANS = ("returned", "early")
UNSAID = ("early_p10", "early_p90")
"""Numbers of districts that the table has, and does without."""


@of_draws
def costs(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation, year and asset type: team-days, cost.

    What is 0 in all draws is left out. Ranges of rows do not add up to the range of the sum; means
    do.
    """
    paid = drawn.costs
    kept = np.flatnonzero(np.any([cells.any(axis=0) for cells in paid], axis=0))
    cells = [drawn.allocation.payroll.cost_cells[number] for number in kept.tolist()]
    spent = drawn.ends(paid.usd[:, kept])
    return pd.DataFrame(
        {
            "allocation": drawn.name,
            "year": np.array([year for year, _ in cells], np.int64),
            "asset": [asset for _, asset in cells],
            **_mean(drawn, "team_days", paid.team_days[:, kept]),
            **_mean(drawn, "mobilisations", paid.mobilisations[:, kept]),
            **_mean(drawn, "camps", paid.camps[:, kept]),
            **_mean(drawn, "cost_usd", paid.usd[:, kept]),
            "cost_usd_p10": spent["p10"],
            "cost_usd_p90": spent["p90"],
        }
    )


def _mean(drawn: Drawn, name: str, values: Floats) -> dict[str, Floats]:
    """Means over the draws under a name, and their standard errors."""
    means = np.array([mean(column) for column in values.T], np.float64)
    return {f"{name}_mean": means, f"{name}_se": standard_errors(values, drawn.effective)}


@of_draws
def harm(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation and kind: expected casualties, to compare allocations.

    With people in fewer than three settlements all numbers are blank; so is every number that rests
    on fewer, or nearly on one. Differences are of pairs of the same draw. Totals grow with the
    people who are present and with the land that is worked on, so they also stand by exposure: the
    mean is that of the casualties over that of the exposure, the range is of draws with exposure.
    """
    mine, first, has_enough = drawn.casualties, drawn.first, _has_enough(drawn)
    rows = []
    for kind, fields in KINDS.items():
        number = _sum(mine, fields)
        row: dict[str, Any] = {"allocation": drawn.name, "kind": kind}
        if has_enough and _is_shown(mine, kind, ("settlements", "largest")):
            row |= _range(drawn, number, "expected")
            row["expected_p50"] = float(quantile(number, MIDDLE))
            row |= _by_exposure(drawn, number, kind)
        if has_enough:
            people = 0.0 if kind == "deminers" else mine["unknown_people"].max()
            row["people_unknown_risk"] = round(float(people))
        other = ("other_settlements", "other_largest")
        if has_enough and first is not None and _is_shown(mine, kind, other):
            row |= _apart(drawn, number, _sum(first, fields))
        rows.append(row)
    table = pd.DataFrame(rows, columns=list(HARM_COLUMNS))
    texts = ("allocation", "kind", "people_unknown_risk")
    numbers = [name for name in HARM_COLUMNS if name not in texts]
    return table.astype(dict.fromkeys(numbers, float))


BY_YEARS, BY_AREA = "per_1000_person_years", "per_km2"
HARM_COLUMNS = (
    *("allocation", "kind"),
    *("person_years_mean", "person_years_se"),
    *(f"{BY_YEARS}_low", f"{BY_YEARS}_mean", f"{BY_YEARS}_se", f"{BY_YEARS}_high"),
    *("worked_km2_mean", "worked_km2_se"),
    *(f"{BY_AREA}_low", f"{BY_AREA}_mean", f"{BY_AREA}_se", f"{BY_AREA}_high"),
    *("expected_low", "expected_p50", "expected_high", "expected_mean", "expected_se"),
    *("difference_low", "difference_mean", "difference_se", "difference_high"),
    *("difference_mean_low", "difference_mean_high"),
    *("difference_differing", "difference_differing_share_high", "people_unknown_risk"),
)
SAME_SHARE = 1e-9
"""Casualties that differ by a smaller share of them are the same: sums of floats are rounded."""


def _apart(drawn: Drawn, number: Floats, first: Floats) -> dict[str, float]:
    """Difference to the first allocation; a run on expected values has no more than its number."""
    apart = number - first
    if drawn.is_expected:
        return _range(drawn, apart, "difference")
    is_same = np.abs(apart) <= SAME_SHARE * np.maximum(number, first)
    # Fewer casualties are better for the same people only, so nobody is judged by them.
    apart = np.where(is_same, 0.0, apart)
    found = difference_of(apart, fewer_is_better=True, effective=drawn.effective)
    return {
        "difference_low": found.p10,
        "difference_mean": found.mean,
        "difference_se": math.nan
        if math.isnan(found.mean)
        else standard_error(apart, drawn.effective),
        "difference_high": found.p90,
        "difference_mean_low": found.low,
        "difference_mean_high": found.high,
        "difference_differing": found.differing,
        "difference_differing_share_high": found.differing_share_high,
    }


def _by_exposure(drawn: Drawn, number: Floats, kind: str) -> dict[str, float]:
    """Casualties over person-years of people present, or over area worked on; none: blank."""
    if kind not in EXPOSURE:
        return {}
    exposure = _sum(drawn.casualties, EXPOSURE[kind])
    is_area = kind == "deminers"
    name, unit = (BY_AREA, 1) if is_area else (BY_YEARS, PERSON_YEARS)
    of = "worked_km2" if is_area else "person_years"
    row = {f"{of}_mean": mean(exposure), f"{of}_se": standard_error(exposure, drawn.effective)}
    is_exposed = exposure > 0
    if not is_exposed.any():
        return row
    rates = unit * number[is_exposed] / exposure[is_exposed]
    row |= _range(drawn, rates, name)
    row[f"{name}_mean"] = unit * mean(number) / mean(exposure)
    row[f"{name}_se"] = unit * ratio_error(number, exposure, drawn.effective)
    return row


def casualties_by_draw(drawn: Drawn) -> Floats:
    """Expected casualties among people present, draws; nan where ``harm`` leaves them blank."""
    kind = "returnees"
    if _has_enough(drawn) and _is_shown(drawn.casualties, kind, ("settlements", "largest")):
        return _sum(drawn.casualties, KINDS[kind])
    return np.full(len(drawn.casualties["early"]), np.nan)


def _has_enough(drawn: Drawn) -> bool:
    """Whether people come from so many settlements that figures of harm are of no village."""
    return sum(people > 0 for people in drawn.scenario.people.values()) >= LEAST_SETTLEMENTS


def _is_shown(casualties: Mapping[str, Floats], kind: str, fields: tuple[str, str]) -> bool:
    """Whether a number rests on enough settlements (accidents of deminers on none)."""
    settlements, largest = (casualties[field] for field in fields)
    return kind == "deminers" or bool(
        settlements.max() >= LEAST_SETTLEMENTS and largest.mean() <= MOST_SHARE
    )


def _sum(casualties: Mapping[str, Floats], fields: Sequence[str]) -> Floats:
    total: Floats = np.sum([casualties[field] for field in fields], axis=0)
    return total


def _range(drawn: Drawn, values: Floats, name: str) -> dict[str, float]:
    """p10, p90, mean and its standard error of some draws under a name."""
    ends = drawn.ends(values)
    return {
        f"{name}_low": float(ends["p10"]),
        f"{name}_high": float(ends["p90"]),
        f"{name}_mean": mean(values),
        f"{name}_se": standard_error(values, drawn.effective),
    }


@of_draws
def scores(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation and community: soft score under three sets of weights, ranks.

    Without a score there is no rank. Rank 1 is the best under the proposed weights, and equal
    scores share the smaller rank.
    """
    scored = drawn.scored
    own = ranks(scored.score["proposed"])
    perturbed = np.array([ranks(scores) for scores in scored.perturbed])
    step = max(1.0, STEADY_SHARE * np.count_nonzero(~np.isnan(own)))
    steady = (np.abs(perturbed - own) <= step).mean(axis=0)
    table = pd.DataFrame(
        {
            "allocation": drawn.name,
            "community": [community.id for community in drawn.scenario.communities],
            **{f"score_{name}": scored.score[name] for name in WEIGHTS},
            "score_known_share": scored.known_share,
            "rank": own,
            "rank_p10": quantile(perturbed, LOW),
            "rank_p90": quantile(perturbed, HIGH),
            "rank_stable_share": np.where(np.isnan(own), math.nan, steady),
        }
    )
    return table.astype(dict.fromkeys(("rank", "rank_p10", "rank_p90"), "Int64"))


@of_draws
def residual_risk(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation, community and limit of risk: met from when.

    State (met, not met, unknown) and day as in the table of gates, and the share of draws; and the
    day from which all known hazards near are released, since a low risk says nothing of them.
    """
    risk_s, draws = drawn.read("risk_s"), drawn.draws
    last = quantile(drawn.read("near_released_s"), MIDDLE) / DAY_S
    unknown = np.isnan(risk_s).sum(axis=0)
    median = quantile(np.where(np.isnan(risk_s), np.inf, risk_s), MIDDLE)
    share = np.isfinite(risk_s).sum(axis=0) / draws
    rows = []
    at_home = zip(drawn.scenario.communities, drawn.prepared.settlements.community, strict=True)
    for community, at in at_home:
        for number, limit in enumerate(LEVELS):
            is_unknown = 2 * unknown[at, number] >= draws
            is_met = not is_unknown and median[at, number] < np.inf
            state = "unknown" if is_unknown else "met" if is_met else "not met"
            day = median[at, number] / DAY_S if is_met else None
            met_share = None if is_unknown else share[at, number]
            released = last[at] if np.isfinite(last[at]) else None
            rows.append((drawn.name, community.id, limit, state, day, met_share, released))
    columns = ["allocation", "community", "max_per_year", "state", "day_p50"]
    numbers = ["day_p50", "probability_by_horizon", "known_hazards_released_day_p50"]
    table = pd.DataFrame(rows, columns=[*columns, *numbers[1:]])
    return table.astype(dict.fromkeys(numbers, float))


@of_draws
def land_release(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation, district, year, route and denied use: area.

    Quantiles of rows do not add up to quantiles of sums; means do. What is 0 in all draws is left
    out.
    """
    area_m2, cells = drawn.read("released_m2"), drawn.prepared.cells.names
    kept = np.flatnonzero(area_m2.any(axis=0)).tolist()
    columns = ["district", "year", "route", "denies"]
    table = pd.DataFrame([cells[number] for number in kept], columns=columns)
    table.insert(0, "allocation", drawn.name)
    table = table.astype({"year": int})
    for end, values in drawn.ends(area_m2[:, kept]).items():
        table[f"area_m2_{end}"] = values
    table["area_m2_mean"] = area_m2[:, kept].mean(axis=0)
    table["area_m2_se"] = standard_errors(area_m2[:, kept], drawn.effective)
    return table.sort_values(columns, ignore_index=True)
