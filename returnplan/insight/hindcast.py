"""A run beside the published past: how far off it is, how sure it was, who else was nearer.

Facts that were kept back (``check``) judge a run. Those that draws may be weighted by (``fit``),
and those that inputs were made with (``input``), stand apart: near them is no merit.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.errors import ReturnplanError
from returnplan.insight.naive import Naive, Published, forecasts
from returnplan.language.words import Later, later
from returnplan.runs import DRAWS
from returnplan.runs.ready_days import LEAST_DRAWS
from returnplan.runs.results import Results
from returnplan.runs.tables.family import typed
from returnplan.runs.tables.past import (
    ABOVE,
    ALL_DISTRICTS,
    BELOW,
    IN,
    JUDGED,
    range_of,
    where_it_lies,
)

Floats = NDArray[np.float64]

CHECK, INPUT, FIT = "check", "input", "fit"
GROUPS = (CHECK, INPUT, FIT)
"""How independent of the scenario a fact is, the most first."""
ALL_MEASURES = "all"
MODEL, LEVEL = "model", "level"
"""Who is nearer than all forecasts; or as near as the best of them."""
MEASURES: Mapping[str, Later] = {
    "released_m2": later("area released, m²"),
    "items": later("explosive items in the land released"),
    "teams_usd": later("cost of land release teams, USD"),
    "people_returned": later("people returned"),
    "first_return_day": later("first return; modelled: conditions met"),
    "victims": later("victims among all people"),
    "share_of_area": later("share of the area released"),
    "season_index": later("area of a month by the mean month"),
}
"""What each measure of a fact is called."""
OF = ("district", "land_class", "route", "place", "month")
COLUMNS = (
    *("allocation", "fact", "group", "measure", "unit", *OF, "from", "until", "published"),
    *("modelled_p10", "modelled_p50", "modelled_p90", "published_is", "error", "error_share"),
    *("crps", *(f"naive_{name}" for name in Naive._fields)),
    *(*(f"error_{name}" for name in Naive._fields), "nearest"),
)
SUMMARY = (
    *("allocation", "group", "measure", "facts", "in_range", "below_range", "above_range"),
    *("coverage_share", "error_share_median", "crps_mean"),
    *(f"skill_{name}" for name in Naive._fields),
)


def why_not(run: Results) -> str:
    """Say why a run cannot be held against the past; empty: it can.

    Parameters
    ----------
    run
        An ensemble or a run.
    """
    if run.ready_day is None or run.draws < LEAST_DRAWS:
        said = "one draw" if run.draws else "expected values, without draws"
        return (
            "published facts are held against the range of draws, and this is a run on "
            f"{said}: run it again with --draws {DRAWS}"
        )
    if run.modelled is None:
        return "an older version made this run, and looked at no published facts: run it again"
    table = run.tables["facts"]
    if not run.fact_ids or table.empty:
        return (
            "the scenario of this run has no published facts: write what was published into its "
            "table facts (scenarios/DICTIONARY.md says how), and run it again"
        )
    if (table["until"] < pd.Timestamp(run.start)).all():
        return "all facts of the scenario end before its start: the run says nothing of them"
    return ""


def hindcast(run: Results) -> pd.DataFrame:
    """Hold a run against the published facts of its scenario, beside forecasts without a model.

    Parameters
    ----------
    run
        An ensemble, or a run with draws, of a scenario with facts.

    Returns
    -------
    pandas.DataFrame
        One row an allocation and fact from the start on: ``published``; p10, p50 and p90 of the
        draws, and where the fact lies of them; ``error`` of the median and its share of the figure;
        ``crps`` (:func:`crps`); forecasts that know only what was published before
        (:mod:`returnplan.insight.naive`) with their absolute errors; ``nearest``: ``model`` where
        its CRPS is below the error of each of them. Of dates figures are days from the start: those
        of a span are measured to its nearest day, those beyond the horizon count as on it.

    Raises
    ------
    ReturnplanError
        When the run has no draws, or its scenario no facts.

    Examples
    --------
    >>> import returnplan as rp
    >>> try:
    ...     rp.hindcast(rp.ensemble(rp.load("scenarios/valley"), ["today"], draws=10))
    ... except rp.ReturnplanError as error:
    ...     print(str(error)[:50])
    the scenario of this run has no published facts: w
    """
    if reason := why_not(run):
        raise ReturnplanError(reason)
    assert run.modelled is not None
    horizon = float((run.horizon - run.start).days)
    districts = run.tables["area_released"]["district"]
    known = max(districts[districts != ALL_DISTRICTS].nunique(dropna=False), 1)
    table = run.tables["facts"]
    rows: list[dict[str, Any]] = []
    for number, name in enumerate(run.allocations):
        mine: list[Any] = table[table["allocation"] == name].to_dict("records")
        past = {row["fact"]: _published(row, run) for row in mine}
        for row in mine:
            fact = past[row["fact"]]
            if fact.until >= 0:
                values = run.modelled[number, :, run.fact_ids.index(row["fact"])]
                found = forecasts(fact, list(past.values()), known)
                rows.append(_row(row, fact, values, found, horizon))
    return typed("hindcast", pd.DataFrame(rows, columns=list(COLUMNS)).astype({"month": "Int64"}))


def _published(row: Mapping[str, Any], run: Results) -> Published:
    """A row of the table of facts, on the axis of the run."""
    start = pd.Timestamp(run.start)
    since, until = (float((row[name] - start).days) for name in ("from", "until"))
    is_date = row["measure"] == "first_return_day"
    return Published(
        measure=row["measure"],
        of=tuple(None if pd.isna(row[name]) else row[name] for name in OF),
        since=since,
        until=until,
        value=(since + until) / 2 if is_date else row["published"],
    )


def _row(
    row: Mapping[str, Any], fact: Published, values: Floats, found: Naive, horizon: float
) -> dict[str, Any]:
    """One fact beside draws and forecasts."""
    is_date = row["measure"] == "first_return_day"
    span = (fact.since, fact.until) if is_date else (fact.value, fact.value)
    known = np.minimum(values[~np.isnan(values)], horizon) if is_date else values
    ends = range_of(known)
    error, score = ends[1] - _nearest(ends[1], span), crps(known, _nearest(ends[1], span))
    errors = [abs(number - _nearest(number, span)) for number in found]
    said = ("allocation", "fact", "measure", "unit", *OF, "from", "until", "published")
    return {
        **{name: row[name] for name in said},
        "group": FIT if row["use"] == FIT else INPUT if row["input"] else CHECK,
        **dict(zip(("modelled_p10", "modelled_p50", "modelled_p90"), ends, strict=True)),
        "published_is": where_it_lies(span, (range_of(values)[0], range_of(values)[2])),
        "error": error,
        "error_share": error / fact.value if fact.value and not is_date else np.nan,
        "crps": score,
        **{f"naive_{name}": number for name, number in zip(found._fields, found, strict=True)},
        **{f"error_{name}": number for name, number in zip(found._fields, errors, strict=True)},
        "nearest": _who_is_nearest(score, dict(zip(found._fields, errors, strict=True))),
    }


def _nearest(number: float, span: tuple[float, float]) -> float:
    """Published number, or that day of a published span which is nearest."""
    return min(max(number, span[0]), span[1])


def _who_is_nearest(score: float, errors: Mapping[str, float]) -> str | None:
    """Model or forecast of the least error; None where there is only one of them."""
    known = {name: error for name, error in errors.items() if not np.isnan(error)}
    if np.isnan(score) or not known:
        return None
    best = min(known, key=lambda name: known[name])
    if score == known[best]:
        return LEVEL
    return MODEL if score < known[best] else best


def crps(values: Floats, observed: float) -> float:
    """Continuous ranked probability score of some draws, in the unit of the figure.

    Small is good; of a single number it is the absolute error. With draws x and x' taken at random
    it is E abs(x - observed) - E abs(x - x') / 2 (Gneiting and Raftery, Strictly proper scoring
    rules, prediction, and estimation, Journal of the American Statistical Association 102, 2007,
    equation 21, over the draws as they are).

    Parameters
    ----------
    values
        One number a draw; nan: that draw says nothing.
    observed
        What came.

    Returns
    -------
    float
        nan where no draw says anything.

    Examples
    --------
    >>> crps(np.array([2.0, 4.0]), 3.0), crps(np.array([5.0]), 3.0)
    (0.5, 2.0)
    """
    known = np.sort(values[~np.isnan(values)])
    count = len(known)
    if not count:
        return float("nan")
    # Sum over all pairs of their distance, from the sorted draws.
    weights = 2 * np.arange(1, count + 1) - count - 1
    apart = math.fsum(weights * known)  # exact: 0 where all are equal, on every machine
    return float(np.abs(known - observed).mean() - apart / count**2)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Sum a hindcast up: how many facts lie in the range, and the score beside each forecast.

    Parameters
    ----------
    table
        What :func:`hindcast` gives.

    Returns
    -------
    pandas.DataFrame
        One row an allocation, group (``check``, ``input``, ``fit``) and measure, of the facts that
        are modelled: their number; those in, below and above p10 to p90; ``coverage_share``, which
        is about 0.8 for good ranges; median of the absolute error as a share of the figure; mean
        CRPS; ``skill_...``: 1 less the sum of the CRPS by the sum of the absolute errors of that
        forecast, over the facts that it can forecast. Above 0 the model is nearer. Measure ``all``
        counts the facts of the group together.
    """
    judged = table[table["published_is"].isin(JUDGED)]
    rows = list(_summed(judged))
    return typed("hindcast_summary", pd.DataFrame(rows, columns=list(SUMMARY)))


def _summed(judged: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for allocation, own in judged.groupby("allocation", sort=False):
        for group in GROUPS:
            mine = own[own["group"] == group]
            key = {"allocation": allocation, "group": group}
            for measure, rows in mine.groupby("measure", sort=False):
                skills = {f"skill_{name}": _skill(rows, name) for name in Naive._fields}
                score = float(rows["crps"].mean())
                yield {**key, "measure": measure, **_counts(rows), "crps_mean": score, **skills}
            if len(mine):
                yield {**key, "measure": ALL_MEASURES, **_counts(mine)}


def _counts(rows: pd.DataFrame) -> dict[str, Any]:
    """How many facts lie where, and how far off the median of the draws is."""
    where = rows["published_is"]
    shares = rows["error_share"].dropna().abs()
    return {
        "facts": len(rows),
        "in_range": int((where == IN).sum()),
        "below_range": int((where == BELOW).sum()),
        "above_range": int((where == ABOVE).sum()),
        "coverage_share": float((where == IN).mean()),
        "error_share_median": float(shares.median()) if len(shares) else np.nan,
    }


def _skill(rows: pd.DataFrame, name: str) -> float:
    """How much less off the model is than a forecast; nan: nothing to compare it with."""
    both = rows[rows[f"error_{name}"].notna()]
    theirs = float(both[f"error_{name}"].sum())
    return 1 - float(both["crps"].sum()) / theirs if theirs > 0 else float("nan")
