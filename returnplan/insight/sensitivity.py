"""What drives a run: which uncertain assumptions its results, and their differences, hang on.

Read from the run's own draws. Each draw has one value of every country-wide assumption; results are
explained by these (:mod:`returnplan.insight.shares`). What each hazard, settlement and road has of
its own, and the weather of single years, is luck: it stays unexplained.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.errors import ReturnplanError
from returnplan.insight.drivers import (
    CASUALTIES,
    DRIVERS,
    LEAST_SHARE,
    NOT_ASKED,
    OTHERS,
    UNEXPLAINED,
)
from returnplan.insight.shares import Explained, explain, least_draws
from returnplan.runs.difference import LEAST_DIFFERING
from returnplan.runs.paired import measured
from returnplan.runs.ready_days import against_of, communities_of, middle_date, whole_seconds
from returnplan.runs.results import Results
from returnplan.runs.tables.family import typed
from returnplan.units import date_to_seconds

Floats = NDArray[np.float64]

LEAST_R2 = 0.7
"""Where less is explained, whoever reads the shares is warned."""
COLUMNS = (
    *("allocation", "against", "measure", "date", "group"),
    *("share", "share_se", "direction", "r2", "draws"),
)


def sensitivity(run: Results, against: str | None = None) -> pd.DataFrame:
    """Say which uncertain assumptions drive the results of a run, and their paired differences.

    Parameters
    ----------
    run
        An ensemble, or a run with draws.
    against
        Name of the allocation that the others are compared with; None: the first.

    Returns
    -------
    pandas.DataFrame
        One row for each result and group of assumptions: ``allocation``; ``against`` (empty: the
        result of the allocation itself, else the difference to that allocation over the same
        draws); ``measure`` (``person_days``; ``people_met`` by ``date``, the middle of the time;
        ``expected_casualties``: the logarithm, of a difference that of the ratio); ``group`` (of
        ``DRIVERS``; ``others``: those with shares below 0.02 together; ``unexplained``);
        ``share`` of the variance, which sums to 1 over the groups, with its standard error
        ``share_se``; ``direction`` (higher assumptions bring ``more`` or ``less`` of the result, or
        ``mixed``); ``r2``, adjusted: what all groups explain; ``draws``. Results that are the same
        in all draws but nine have no rows; nor have casualties where they are not shown, or 0.

    Raises
    ------
    ReturnplanError
        When there are no draws or too few, no uncertain assumptions, or no such allocation.

    Examples
    --------
    >>> import returnplan as rp
    >>> spread = rp.ensemble(rp.load("scenarios/valley"), ["today"], draws=64)
    >>> table = rp.sensitivity(spread)
    >>> float(table.loc[table["measure"] == "person_days", "share"].sum().round(6))
    1.0
    """
    reason = why_not(run)
    if reason:
        raise ReturnplanError(reason)
    scores = run.normal_scores or {}
    groups = _grouped(list(scores))
    other = run.allocations.index(against_of(run, against))
    rows: list[tuple[object, ...]] = []
    for measure, day, values in _measures(run):
        totals = {(name, ""): one for name, one in zip(run.allocations, values, strict=True)}
        apart = {
            (name, run.allocations[other]): values[number] - values[other]
            for number, name in enumerate(run.allocations)
            if number != other
        }
        for results in (totals, apart):
            rows += _rows((measure, day), _varying(results), scores, groups)
    return _table(rows)


def nothing_explained() -> pd.DataFrame:
    """The table of :func:`sensitivity` without a row."""
    return _table([])


def _table(rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    return typed("sensitivity", pd.DataFrame(rows, columns=list(COLUMNS)))


def why_not(run: Results) -> str:
    """Say why a run cannot be explained; empty: it can.

    Parameters
    ----------
    run
        An ensemble or a run.
    """
    if run.ready_day is None:
        return (
            "results are explained by draws, and this is a run on expected values, without draws: "
            "run it again with --draws 128"
        )
    if run.normal_scores is None or run.casualties is None:
        return "an older version made this run, and kept too little of its draws: run it again"
    inputs = [name for members in _grouped(list(run.normal_scores)).values() for name in members]
    if not inputs:
        return "all assumptions that hold for the whole country are fixed: they explain nothing"
    needed = least_draws(len(inputs))
    known = run.draws if run.effective is None else math.floor(run.effective)
    kind = "draws" if run.effective is None else "effective draws"
    if known < needed:
        return (
            f"{known:,} {kind} are too few to tell {len(inputs)} uncertain assumptions apart: "
            f"run it again with --draws {max(needed, 128):,}"
        )
    return ""


def _grouped(names: Sequence[str]) -> dict[str, list[str]]:
    """Assumptions by group, in the order of ``DRIVERS``; groups without any are left out.

    Those that no group knows are among the others.
    """
    home = {name: group for group, driver in DRIVERS.items() for name in driver.inputs}
    found: dict[str, list[str]] = {group: [] for group in (*DRIVERS, OTHERS)}
    for name in names:
        if name not in NOT_ASKED:
            found[home.get(name.partition(" ")[0], OTHERS)].append(name)
    return {group: members for group, members in found.items() if members}


def _measures(run: Results) -> Iterator[tuple[str, date | None, Floats]]:
    """Results by measure, each allocation x draw."""
    assert run.ready_day is not None
    assert run.casualties is not None
    people = communities_of(run)["people"].to_numpy(np.int64)
    horizon_s = date_to_seconds(run.horizon, run.start)
    middle = middle_date(run.start, run.horizon)
    by_s = {middle: date_to_seconds(middle, run.start)}
    for found in measured(map(whole_seconds, run.ready_day), people, horizon_s, by_s):
        yield found.name, found.by_date, found.values / found.parts
    is_there = run.casualties > 0
    logarithms = np.log(run.casualties, where=is_there, out=np.full(is_there.shape, np.nan))
    yield CASUALTIES, None, logarithms


def _varying(results: Mapping[tuple[str, str], Floats]) -> dict[tuple[str, str], Floats]:
    """Results that are known, and another than in most draws in at least ten of them."""
    return {
        key: values
        for key, values in results.items()
        if np.isfinite(values).all()
        and len(values) - np.unique(values, return_counts=True)[1].max() >= LEAST_DIFFERING
    }


def _rows(
    what: tuple[str, date | None],
    results: Mapping[tuple[str, str], Floats],
    scores: Mapping[str, Floats],
    groups: Mapping[str, Sequence[str]],
) -> Iterator[tuple[object, ...]]:
    """Rows of some results of one measure."""
    if not results:
        return
    values = np.stack(list(results.values()), axis=1)
    found = explain(values, scores, groups)
    for number, key in enumerate(results):
        r2 = max(0.0, float(found.r2[number]))
        for row in _shares(found, number, list(groups)):
            yield (*key, *what, *row, r2, len(values))


def _shares(
    found: Explained, result: int, groups: Sequence[str]
) -> Iterator[tuple[str, float, float, str]]:
    """Group, share, its error and direction, down to what is not explained.

    Shares below zero, which chance can bring, are none; the others then give way a little.
    """
    positive = np.maximum(found.share[:, result], 0)
    r2 = max(0.0, float(found.r2[result]))
    shares = positive * (r2 / positive.sum()) if positive.sum() > 0 else positive
    is_shown = [
        group != OTHERS and share >= LEAST_SHARE
        for group, share in zip(groups, shares, strict=True)
    ]
    for number in np.flatnonzero(is_shown).tolist():
        error = found.error([number], result)
        yield groups[number], float(shares[number]), error, str(found.direction[number, result])
    rest = np.flatnonzero(~np.array(is_shown)).tolist()
    if rest:
        yield OTHERS, float(shares[rest].sum()), found.error(rest, result), ""
    yield UNEXPLAINED, 1 - r2, found.error(range(len(groups)), result), ""
