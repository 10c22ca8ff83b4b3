"""One row an allocation: what it brings (model §11)."""

import math

import numpy as np
import pandas as pd

from returnplan.model.conditions.score import rank_correlation
from returnplan.quantiles import MIDDLE, mean, quantile
from returnplan.runs.tables.drawn import Drawn
from returnplan.runs.tables.effects import BY_YEARS, harm
from returnplan.runs.tables.family import of_draws
from returnplan.units import DAY_S, date_to_seconds, horizon_date

RATES = tuple(f"{BY_YEARS}_{end}" for end in ("low", "mean", "high"))


@of_draws
def summary(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation: what it brings."""
    scenario, ready_s = drawn.scenario, drawn.ready_s
    people = np.array([community.people for community in scenario.communities], np.int64)
    waiting_s = np.minimum(ready_s, drawn.prepared.horizon_s).astype(np.int64) @ people
    never_s = drawn.prepared.horizon_s * (np.isinf(ready_s).astype(np.int64) @ people)
    waited = drawn.ends(waiting_s / DAY_S)
    row: dict[str, object] = {
        "allocation": drawn.name,
        "person_days_mean": drawn.mean(waiting_s / DAY_S),
        "person_days_p10": float(waited["p10"]),
        "person_days_p90": float(waited["p90"]),
        "person_days_never_share": _over(mean(never_s / DAY_S), mean(waiting_s / DAY_S)),
    }
    met = 0.0
    dates = [horizon_date(scenario.start, year + 1) for year in range(scenario.horizon_years)]
    for by_date in dates:
        met = drawn.mean((ready_s <= date_to_seconds(by_date, scenario.start)) @ people)
        row[f"people_by_{by_date.isoformat()}_mean"] = met
    for by_date, area_m2 in zip(dates, drawn.read("farmland_m2").T, strict=True):
        row[f"farmland_m2_by_{by_date.isoformat()}_mean"] = drawn.mean(area_m2)
    last = quantile(ready_s.max(axis=1, initial=0), MIDDLE)
    row |= {
        "last_ready_date_p50": drawn.dates(last[np.newaxis])[0],
        "communities_never": int(np.isinf(quantile(ready_s, MIDDLE)).sum()),
        **_beyond_dates(drawn, met),
    }
    return pd.DataFrame([row])


def _beyond_dates(drawn: Drawn, met: float) -> dict[str, float | None]:
    """Cost, returns, harm, stability of the ranking; ``met``: people ready by the horizon."""
    casualties = harm(drawn).set_index("kind")
    early = drawn.totals["early"]
    early_days = (early[:, 1:] + early[:, :-1]) / 2 * (np.diff(drawn.prepared.by_s) / DAY_S)
    early_sums = np.array([math.fsum(row) for row in early_days.tolist()])  # alike on all machines
    usd, correlation = mean(drawn.costs.total_usd), rank_correlation(drawn.scored)
    returned = mean(drawn.totals["returned"][:, -1])
    return {
        "cost_usd_mean": usd,
        "cost_per_person_usd": _over(usd, met),
        "cost_per_returned_usd": _over(usd, returned),
        "works_without_cost": sum(works.cost_usd is None for works in drawn.scenario.works),
        "returned_by_horizon_mean": returned,
        "present_at_horizon_mean": mean(drawn.totals["present"][:, -1]),
        "early_person_days_mean": mean(early_sums),
        "people_unknown_dwellings": int(drawn.prepared.returns.unknown_people.sum()),
        **{name: casualties[name]["returnees"] for name in ("person_years_mean", *RATES)},
        "expected_casualties_low": casualties["expected_low"]["returnees"],
        "expected_casualties_mean": casualties["expected_mean"]["returnees"],
        "expected_casualties_high": casualties["expected_high"]["returnees"],
        "deminer_accidents_per_km2_mean": casualties["per_km2_mean"]["deminers"],
        "deminer_accidents_mean": casualties["expected_mean"]["deminers"],
        "rank_correlation_p10": None if math.isnan(correlation) else correlation,
    }


def _over(number: float, other: float) -> float | None:
    """A number by another; blank by nobody and nothing."""
    return number / other if other else None
