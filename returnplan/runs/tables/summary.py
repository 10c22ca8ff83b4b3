"""One row an allocation: what it brings (model §11)."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.model.conditions.score import rank_correlation
from returnplan.quantiles import MIDDLE, mean, quantile
from returnplan.runs.blocks import standard_error
from returnplan.runs.tables.drawn import Drawn
from returnplan.runs.tables.effects import BY_YEARS, harm
from returnplan.runs.tables.family import of_draws
from returnplan.units import DAY_S, date_to_seconds, horizon_date

Floats = NDArray[np.float64]
ENDS = ("low", "mean", "se", "high")
RATES = tuple(f"{BY_YEARS}_{end}" for end in ENDS)


@of_draws
def summary(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation: what it brings."""
    scenario, ready_s, people = drawn.scenario, drawn.ready_s, drawn.waiting
    days = _person_days(drawn, ready_s)
    never_s = drawn.prepared.horizon_s * (np.isinf(ready_s).astype(np.int64) @ people)
    row: dict[str, object] = {
        "allocation": drawn.name,
        **_mean(drawn, "person_days", days),
        **_ends(drawn, "person_days", days, ("p10", "p50", "p90")),
        "person_days_expected_values": None,
        "person_days_never_share": _over(mean(never_s / DAY_S), mean(days)),
    }
    if drawn.expected_s is not None:
        alone = _person_days(drawn, drawn.expected_s[np.newaxis])
        row["person_days_expected_values"] = float(alone[0])
    met = 0.0
    dates = [horizon_date(scenario.start, year + 1) for year in range(scenario.horizon_years)]
    for by_date in dates:
        by_then = (ready_s <= date_to_seconds(by_date, scenario.start)) @ people
        row |= _mean(drawn, f"people_by_{by_date.isoformat()}", by_then)
        met = drawn.mean(by_then)
    for by_date, area_m2 in zip(dates, drawn.read("farmland_m2").T, strict=True):
        row |= _mean(drawn, f"farmland_m2_by_{by_date.isoformat()}", area_m2)
    last = quantile(ready_s.max(axis=1, initial=0), MIDDLE)
    row |= {
        "last_ready_date_p50": drawn.dates(last[np.newaxis])[0],
        **_never(drawn),
        **_beyond_dates(drawn, met),
    }
    return pd.DataFrame([row]).astype({"person_days_expected_values": float})


def _person_days(drawn: Drawn, ready_s: Floats) -> Floats:
    """Days that people wait until they are ready or the horizon comes, by draw."""
    waiting_s = np.minimum(ready_s, drawn.prepared.horizon_s).astype(np.int64) @ drawn.waiting
    return waiting_s / DAY_S


def _never(drawn: Drawn) -> dict[str, object]:
    """Communities not ready within the horizon: expected number, and range over the draws."""
    never = np.isinf(drawn.ready_s).sum(axis=1)
    return {
        "communities_never": mean(never),
        "communities_never_se": standard_error(never, drawn.effective),
        **_ends(drawn, "communities_never", never),
    }


def _mean(drawn: Drawn, name: str, values: NDArray[Any]) -> dict[str, object]:
    """Mean over the draws under a name, and its standard error."""
    return {
        f"{name}_mean": drawn.mean(values),
        f"{name}_se": standard_error(values, drawn.effective),
    }


def _ends(
    drawn: Drawn, name: str, values: NDArray[Any], ends: Sequence[str] = ("p10", "p90")
) -> dict[str, object]:
    """Quantiles over the draws under a name."""
    found = drawn.ends(values)
    return {f"{name}_{end}": float(found[end]) for end in ends}


def _beyond_dates(drawn: Drawn, met: float) -> dict[str, object]:
    """Cost, returns, harm, stability of the ranking; ``met``: people ready by the horizon."""
    casualties = harm(drawn).set_index("kind")
    early = drawn.totals["early"]
    early_days = (early[:, 1:] + early[:, :-1]) / 2 * (np.diff(drawn.prepared.by_s) / DAY_S)
    early_sums = np.array([math.fsum(row) for row in early_days.tolist()])  # alike on all machines
    usd, correlation = mean(drawn.costs.total_usd), rank_correlation(drawn.scored)
    returned = drawn.totals["returned"][:, -1]
    of_people, of_deminers = (casualties.T[kind] for kind in ("returnees", "deminers"))
    return {
        **_mean(drawn, "cost_usd", drawn.costs.total_usd),
        "cost_per_person_usd": _over(usd, met),
        "cost_per_returned_usd": _over(usd, mean(returned)),
        "works_without_cost": sum(works.cost_usd is None for works in drawn.scenario.works),
        **_mean(drawn, "returned_by_horizon", returned),
        **_mean(drawn, "present_at_horizon", drawn.totals["present"][:, -1]),
        **_mean(drawn, "early_person_days", early_sums),
        "people_unknown_dwellings": int(drawn.prepared.returns.unknown_people.sum()),
        **{name: of_people[name] for name in ("person_years_mean", "person_years_se", *RATES)},
        **{f"expected_casualties_{end}": of_people[f"expected_{end}"] for end in ENDS},
        "deminer_accidents_per_km2_mean": of_deminers["per_km2_mean"],
        "deminer_accidents_per_km2_se": of_deminers["per_km2_se"],
        "deminer_accidents_mean": of_deminers["expected_mean"],
        "deminer_accidents_se": of_deminers["expected_se"],
        "rank_correlation_p10": None if math.isnan(correlation) else correlation,
    }


def _over(number: float, other: float) -> float | None:
    """A number by another; blank by nobody and nothing."""
    return number / other if other else None
