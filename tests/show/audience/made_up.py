"""A made-up country whose tables are made directly from days, draw by draw: quick, and small cells.

Villages of very different size, some with fewer than ten people; a town in some districts; dates
that spread over the draws, some together and some each on its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.quantiles import quantile
from returnplan.runs.district_shares import district_shares
from returnplan.runs.paired import differences, verdicts
from returnplan.show.audience.contributors import yearly_days
from returnplan.units import counting_dates

Floats = NDArray[np.float64]
Tables = dict[str, pd.DataFrame]
START, YEARS = date(2030, 3, 1), 10
HORIZON = date(2040, 3, 1)
HORIZON_DAYS = (HORIZON - START).days
GATES = ("survey", "water", "shelter")
PERCENTS = (10, 50, 90)
WILLING = 0.4


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """What comparisons and the public take of a run: ready days by allocation, draw, community."""

    allocations: tuple[str, ...]
    communities: tuple[str, ...]
    ready_day: Floats
    readiness: pd.DataFrame
    start: date = START
    horizon: date = HORIZON
    effective: float | None = None


def drawn(
    homes: Sequence[tuple[str, int]],
    days: Mapping[str, Floats],
    start: date = START,
    horizon: date = HORIZON,
) -> Drawn:
    """Make a run of settlements (district, people), one community each, and days by allocation.

    Parameters
    ----------
    days
        Draw x settlement, by allocation; ``inf``: never.
    """
    names = tuple(f"c{number:03}" for number in range(len(homes)))
    parts = []
    for allocation, of_draws in days.items():
        median = quantile(of_draws, 50)
        is_met = np.isfinite(median)
        parts.append(
            pd.DataFrame(
                {
                    "allocation": allocation,
                    "community": names,
                    "settlement": [f"s{name}" for name in names],
                    "district": [district for district, _ in homes],
                    "people": [people for _, people in homes],
                    "status": np.where(
                        is_met, "conditions met (modelled)", "conditions not met: survey"
                    ),
                    "ready_day_p50": np.where(is_met, median, np.nan),
                    "ready_date_p50": [
                        pd.Timestamp(start) + pd.Timedelta(days=float(day)) if met else pd.NaT
                        for day, met in zip(median, is_met, strict=True)
                    ],
                }
            )
        )
    return Drawn(
        allocations=tuple(days),
        communities=names,
        ready_day=np.stack(list(days.values())),
        readiness=pd.concat(parts, ignore_index=True),
        start=start,
        horizon=horizon,
    )


def country(seed: int, draws: int = 40) -> Drawn:
    """Make a country of four to six districts and three allocations."""
    rng = np.random.default_rng([seed, 15])
    homes: list[tuple[str, int]] = []
    for number in range(int(rng.integers(4, 7))):
        size = np.exp(rng.normal(5.0, 1.6, int(rng.integers(4, 16)))).astype(int) + 1
        size[0] += int(rng.choice([0, 0.3, 0.8]) * size.sum())
        homes += [(f"District {number + 1}", int(people)) for people in size]
    middle = rng.gamma(3.0, 600.0, len(homes))
    days = {}
    for name in ("first", "second", "third"):
        own = rng.normal(0, 150, (draws, len(homes)))
        common = rng.normal(0, 150, (draws, 1))
        moved = np.where(rng.random(len(homes)) < 0.3, rng.normal(0, 700, len(homes)), 0)
        found = np.maximum(middle + moved + own + common, 0.0).round(3)
        days[name] = np.where(found <= HORIZON_DAYS, found, np.inf)
    return drawn(homes, days)


def tables_of(run: Drawn) -> Tables:
    """Tables of a run that its public version is made of."""
    dates = counting_dates(run.start, YEARS)
    counts = {name: _counts(run, number, dates) for number, name in enumerate(run.allocations)}
    return {
        "readiness": run.readiness,
        "people_met": pd.concat([_people_met(name, dates, c) for name, c in counts.items()]),
        "returns": pd.concat([_returns(run, name, dates, c) for name, c in counts.items()]),
        "summary": pd.DataFrame([_summary(run, name, counts[name]) for name in run.allocations]),
        "gates": _gates(run),
        "delays": _delays(run),
        "district_shares": district_shares(run),
        "differences": differences(run, dates=yearly_days(run)),
        "verdicts": verdicts(run),
    }


def _counts(run: Drawn, number: int, dates: Sequence[date]) -> Floats:
    """People met, date x draw x community."""
    people = run.readiness["people"].to_numpy(float)[: len(run.communities)]
    days = [(day - run.start).days for day in dates]
    return np.stack([(run.ready_day[number] <= day) * people for day in days])


def _spread(name: str, sums: Floats) -> dict[str, Floats]:
    """Percentiles and mean of counts, date x draw."""
    found = {f"{name}_p{percent}": quantile(sums, percent, axis=1) for percent in PERCENTS}
    return found | {f"{name}_mean": sums.mean(axis=1)}


def _people_met(allocation: str, dates: Sequence[date], counts: Floats) -> pd.DataFrame:
    sums = counts.sum(axis=2)
    days = pd.to_datetime(pd.Series(dates)).astype("datetime64[s]")
    columns = _spread("people", sums) | _spread("returned", WILLING * sums)
    number = [(day - dates[0]).days for day in dates]
    return pd.DataFrame({"allocation": allocation, "date": days, "day": number, **columns})


def _returns(run: Drawn, allocation: str, dates: Sequence[date], counts: Floats) -> pd.DataFrame:
    districts = run.readiness["district"].to_numpy(str)[: len(run.communities)]
    days = pd.to_datetime(pd.Series(dates)).astype("datetime64[s]")
    parts = []
    for district in dict.fromkeys(districts):
        sums = WILLING * counts[:, :, districts == district].sum(axis=2)
        columns = _spread("returned", sums)
        keys = {"allocation": allocation, "district": district, "month": days.dt.strftime("%Y-%m")}
        parts.append(pd.DataFrame({**keys, "date": days, **columns}))
    return pd.concat(parts)


def _summary(run: Drawn, allocation: str, counts: Floats) -> dict[str, object]:
    last = counts[-1].sum(axis=1).mean()
    number = run.allocations.index(allocation)
    people = run.readiness["people"].to_numpy(float)[: len(run.communities)]
    waiting = np.minimum(run.ready_day[number], HORIZON_DAYS) @ people
    return {
        "allocation": allocation,
        "person_days_mean": waiting.mean(),
        f"people_by_{run.horizon}_mean": last,
        "communities_never": int(np.isinf(quantile(run.ready_day[number], 50)).sum()),
        "returned_by_horizon_mean": WILLING * last,
        "cost_usd_mean": 1e6,
        "cost_per_person_usd": 1e6 / max(last, 1.0),
    }


def _gates(run: Drawn) -> pd.DataFrame:
    """Each gate is met earlier than the conditions are, by chance that belongs to the community."""
    parts = []
    for number, gate in enumerate(GATES):
        rng = np.random.default_rng(number)
        before = rng.exponential(300, len(run.communities))
        for at, allocation in enumerate(run.allocations):
            day = quantile(np.where(np.isinf(run.ready_day[at]), 5000, run.ready_day[at]), 50)
            is_met = day - before <= HORIZON_DAYS
            state = np.where(is_met, "met", "not met")
            cells = {"allocation": allocation, "community": run.communities, "gate": gate}
            parts.append(pd.DataFrame({**cells, "state": state}))
    return pd.concat(parts, ignore_index=True)


def _delays(run: Drawn) -> pd.DataFrame:
    waits = run.readiness["ready_day_p50"].fillna(HORIZON_DAYS)
    table = run.readiness[["allocation", "community"]].assign(cause="winter", days_mean=waits)
    return table.assign(person_days_mean=waits * run.readiness["people"])
