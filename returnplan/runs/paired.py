"""Allocations against each other over the same draws: paired differences and their intervals.

Every allocation of a run sees the same draws (common random numbers, model §9), so the difference
of two allocations is taken draw by draw: what all allocations share (weather, areas, speeds)
falls out, and the difference is known far better than either of the two. The interval says how
well the number of draws pins the mean difference down; the range (p10 to p90) says how much the
difference itself varies with what is uncertain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.model.chance.uniforms import uniforms
from returnplan.quantiles import HIGH, LOW, mean, quantile
from returnplan.runs.ready_days import (
    Ints,
    Spread,
    against_of,
    communities_of,
    counted_dates,
    drawn,
    whole_seconds,
)
from returnplan.runs.tables.family import typed
from returnplan.units import DAY_S, date_to_seconds

RESAMPLES, SEED = 2_000, 1
"""Resamples of the bootstrap, and the seed of their luck."""
TAIL_SHARE = 0.025
"""Share of the resamples below the interval, and above it: 95 % lie within."""
PERSON_DAYS, PEOPLE_MET = "person_days", "people_met"
COLUMNS = [
    *("allocation", "against", "measure", "date", "mean", "low", "high", "p10", "p90"),
    *("probability_better", "probability_same", "draws", "value", "value_against"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """One measure of all allocations: whole numbers, allocation x draw, in parts of its unit."""

    name: str
    by_date: date | None
    values: Ints
    parts: int
    fewer_is_better: bool


def differences(
    spread: Spread, against: str | None = None, dates: Sequence[date] | None = None
) -> pd.DataFrame:
    """Compare allocations with one of them, draw by draw (model §11).

    For each draw D = A - B, of the allocation and of the one it is compared with. The interval of
    the mean of D is a bootstrap percentile interval (Efron and Tibshirani, An Introduction to the
    Bootstrap, 1993, chapter 13): 2,000 resamples of the draws with the fixed seed 1, the same for
    all measures and allocations, and of their sorted means the 50th and the 50th from the end.

    Parameters
    ----------
    spread
        An ensemble, or a run with draws.
    against
        Name of the allocation that the others are compared with; None: the first.
    dates
        Dates by whose midnight people are counted, from the start to the horizon; None: each year
        after the start.

    Returns
    -------
    pandas.DataFrame
        One row for each other allocation and measure: ``allocation``, ``against``, ``measure``
        (``person_days`` of displacement up to the horizon, ``people_met``: people whose conditions
        are met), ``date`` (of ``people_met``; none for ``person_days``), ``mean`` of D,
        ``low`` and ``high`` (95 % interval of that mean), ``p10`` and ``p90`` of D over the draws,
        ``probability_better`` (share of the draws in which the allocation is strictly better, that
        is fewer person-days or more people; a tie counts half), ``probability_same`` (share of
        the ties), ``draws``, and the means of the two allocations, ``value`` and
        ``value_against``. Units: person-days, people.

    Raises
    ------
    ReturnplanError
        When there are fewer than two draws, no such allocation, or a date outside the time of
        the run.

    Examples
    --------
    >>> import returnplan as rp
    >>> spread = rp.ensemble(rp.load("scenarios/valley"), ["today", "two_more_teams"], draws=8)
    >>> table = rp.compare(spread)
    >>> bool(table["mean"].iloc[0] < 0)  # person-days: fewer with two more teams
    True
    """
    ready_day = drawn(spread)
    draws = ready_day.shape[1]
    other = spread.allocations.index(against_of(spread, against))
    measures = list(_measures(spread, ready_day, counted_dates(spread, dates)))
    chosen = _resamples(draws)
    rows = []
    for number, name in enumerate(spread.allocations):
        for found in measures if number != other else ():
            what = (name, spread.allocations[other], found.name, found.by_date)
            whole = found.values[number] - found.values[other]
            means = [mean(found.values[of]) / found.parts for of in (number, other)]
            rows.append((*what, *_summary(whole, found, chosen), draws, *means))
    return typed("differences", pd.DataFrame(rows, columns=COLUMNS))


def _measures(
    spread: Spread, ready_day: NDArray[np.floating[Any]], dates: Sequence[date]
) -> Iterator[_Measured]:
    """Person-days, and people whose conditions are met by each date (model §11).

    All are counted in whole numbers, so that equal draws are ties and no order of sums is felt.
    """
    people = communities_of(spread)["people"].to_numpy(np.int64)
    horizon_s = date_to_seconds(spread.horizon, spread.start)
    by_s = [date_to_seconds(day, spread.start) for day in dates]
    waiting, met = [], []
    for days in ready_day:
        ready_s = whole_seconds(days)
        waiting.append(np.minimum(ready_s, horizon_s) @ people)
        met.append([(ready_s <= seconds) @ people for seconds in by_s])
    yield _Measured(
        name=PERSON_DAYS, by_date=None, values=np.stack(waiting), parts=DAY_S, fewer_is_better=True
    )
    for day, values in zip(dates, zip(*met, strict=True), strict=True):
        yield _Measured(
            name=PEOPLE_MET,
            by_date=day,
            values=np.stack(values),
            parts=1,
            fewer_is_better=False,
        )


def _resamples(draws: int) -> NDArray[np.int64]:
    """Which draws each resample holds, draws x resamples: the same on every machine."""
    keys = np.arange(draws * RESAMPLES, dtype=np.uint64)
    luck = uniforms(SEED, 0, "bootstrap", keys)
    return (luck * draws).astype(np.int64).reshape(draws, RESAMPLES)


def _summary(whole: Ints, found: _Measured, chosen: Ints) -> tuple[float, ...]:
    """Mean, its interval, range and probability of one difference, in the order of the columns."""
    values = whole / found.parts
    # Down the draws, row by row: sums in one order on every machine.
    ordered = np.sort(values[chosen].sum(axis=0) / len(values))
    place = int((RESAMPLES + 1) * TAIL_SHARE)
    interval = (float(ordered[place - 1]), float(ordered[-place]))
    better = whole < 0 if found.fewer_is_better else whole > 0
    same = int((whole == 0).sum())
    shares = ((2 * int(better.sum()) + same) / (2 * len(whole)), same / len(whole))
    ends = (float(quantile(values, LOW)), float(quantile(values, HIGH)))
    return (mean(values), *interval, *ends, *shares)


compare = differences
"""What ``rp.compare`` calls."""
