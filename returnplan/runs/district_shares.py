"""Shares of the people of each district whose conditions are met by a date."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from returnplan.quantiles import HIGH, LOW, MIDDLE, quantile
from returnplan.runs.ready_days import Ints, Spread, communities_of, counted_dates, whole_seconds
from returnplan.runs.tables.family import typed
from returnplan.units import date_to_seconds, month_starts

MOST_HALF_YEARS = 20
"""Years of a horizon up to which shares are counted every half year."""
HALF_YEARS = (1, 7)


def district_shares(spread: Spread, dates: Sequence[date] | None = None) -> pd.DataFrame:
    """Share of each district's people whose conditions are met by the midnight of each date.

    Parameters
    ----------
    spread
        An ensemble or a run; on expected values there is one share and no range.
    dates
        From the start to the horizon; None: each 1 January and 1 July (beyond a horizon of 20
        years: each 1 January) after the start, and the horizon.

    Returns
    -------
    pandas.DataFrame
        ``allocation``, ``district`` (empty text: places without one), ``date``,
        ``share_p10``, ``share_p50``, ``share_p90`` (from 0 to 1; p10 is the low end, which 90 % of
        the draws reach), ``people`` (displaced from the district). Districts by name; those from
        which nobody is displaced have no share and no row.

    Raises
    ------
    ReturnplanError
        When a date is outside the time of the run.
    """
    days = _half_years(spread) if dates is None else counted_dates(spread, dates)
    by_s = [date_to_seconds(day, spread.start) for day in days]
    communities = communities_of(spread)
    districts, number = np.unique(
        communities["district"].fillna("").astype(str), return_inverse=True
    )
    homes = np.zeros((len(communities), len(districts)))
    homes[np.arange(len(communities)), number] = communities["people"]
    people = homes.sum(axis=0)
    kept = people > 0
    parts = []
    for name, ready_s in _ready_of_each(spread):
        # Whole numbers below 2**53: exact in any order of sums.
        met = [(ready_s <= seconds).astype(np.float64) @ homes for seconds in by_s]
        for day, counts in zip(days, met, strict=True):
            shares = {p: quantile(counts, p)[kept] / people[kept] for p in (LOW, MIDDLE, HIGH)}
            is_range = spread.ready_day is not None
            parts.append(
                pd.DataFrame(
                    {
                        "allocation": name,
                        "district": districts[kept],
                        "date": day,
                        "share_p10": shares[LOW] if is_range else np.nan,
                        "share_p50": shares[MIDDLE],
                        "share_p90": shares[HIGH] if is_range else np.nan,
                        "people": people[kept].astype(np.int64),
                    }
                )
            )
    return typed("district_shares", pd.concat(parts, ignore_index=True))


def _half_years(spread: Spread) -> list[date]:
    years = spread.horizon.year - spread.start.year
    months = HALF_YEARS if years <= MOST_HALF_YEARS else HALF_YEARS[:1]
    firsts = [day for day in month_starts(spread.start, spread.horizon) if day.month in months]
    return list(dict.fromkeys([*firsts, spread.horizon]))


def _ready_of_each(spread: Spread) -> Iterator[tuple[str, Ints]]:
    """Name of each allocation, and its ready times, draw x community, s; one row without draws."""
    for number, name in enumerate(spread.allocations):
        if spread.ready_day is not None:
            yield name, whole_seconds(spread.ready_day[number])
        else:
            table = spread.readiness[spread.readiness["allocation"] == name]
            days = table.set_index("community")["ready_day_p50"].loc[list(spread.communities)]
            yield name, whole_seconds(days.to_numpy(np.float64)[np.newaxis])
