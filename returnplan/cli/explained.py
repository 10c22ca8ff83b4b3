"""Why a community waits, in lines for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from babel.dates import format_date

from returnplan.insight.explain import (
    LEAST_DAYS,
    OpenedRun,
    WhatIf,
    typical_draw,
    unneeded_before,
)
from returnplan.insight.story import Chain
from returnplan.language.words import ENGLISH, says_quarters
from returnplan.quantiles import HIGH, LOW, MIDDLE, quantile
from returnplan.runs.expected_values import expected_values_words
from returnplan.runs.folder import STATEMENT
from returnplan.units import DAY_S, seconds_to_date

MILLION = 1e6


def heading(opened: OpenedRun, community: str) -> list[str]:
    """Say which community and which run this is about.

    Parameters
    ----------
    community
        Id of the community.

    Returns
    -------
    list[str]
        Lines to print.
    """
    found = next(one for one in opened.scenario.communities if one.id == community)
    place = opened.scenario.place[found.settlement]
    district = f", {place.district}" if place.district else ""
    how = "run on expected values"
    if opened.draws:
        how = f"{opened.draws:,} draws, seed {opened.run.manifest['seed']}"
    return [
        f"{place.name}{district}: community {community}, {found.people:,} people",
        f"{opened.scenario.title or opened.scenario.name}; {how}",
        STATEMENT,
    ]


def explanation(opened: OpenedRun, allocation: str, community: str) -> list[str]:
    """Say when conditions are met under an allocation, and why not before.

    Parameters
    ----------
    allocation, community
        Name and id.

    Returns
    -------
    list[str]
        Lines to print: status, gates, binding chain, days by cause.
    """
    title = opened.scenario.allocation(allocation).title
    return [
        f"Under {allocation}{f' ({title})' if title else ''}",
        "",
        *_status_lines(opened, allocation, community),
        *_rest_lines(opened, allocation, community),
        "",
        *_gate_lines(opened, allocation, community),
        "",
        *_chain_lines(opened, allocation, community),
        "",
        *_cause_lines(opened, allocation, community),
    ]


def _rows(table: pd.DataFrame, allocation: str, community: str) -> list[Mapping[str, Any]]:
    mine = table[(table["allocation"] == allocation) & (table["community"] == community)]
    rows: list[Mapping[str, Any]] = mine.to_dict("records")  # type: ignore[assignment]
    return rows


def _in_words(day: Any, draws: int) -> str:
    if pd.isna(day):
        return "not within the horizon"
    return ENGLISH.quarter(day) if says_quarters(draws) else day_words(day.date())


def _in_figures(day: date, draws: int) -> str:
    return ENGLISH.quarter(day) if says_quarters(draws) else day.isoformat()


def day_words(day: date) -> str:
    """Write a date for people.

    Examples
    --------
    >>> day_words(date(2022, 5, 3))
    '3 May 2022'
    """
    return str(format_date(day, "d MMMM y", "en"))


def _status_lines(opened: OpenedRun, allocation: str, community: str) -> Iterator[str]:
    row = _rows(opened.run.readiness, allocation, community)[0]
    yield f"{str(row['status']).capitalize()}."
    if not opened.draws:
        yield f"Date: {_in_words(row['ready_date_p50'], 0)}."
        return
    days = [row[f"ready_date_p{percent}"] for percent in (LOW, MIDDLE, HIGH)]
    low, median, high = (_in_words(day, opened.draws) for day in days)
    spread = "" if low == high else f" (80 % of the draws: {low} to {high})"
    yield f"Median date: {median}{spread}."
    sure = "" if pd.isna(row["certainty"]) else f" ({row['certainty']})"
    yield f"Probability by the horizon: {row['probability_by_horizon']:.0%}{sure}."


def _rest_lines(opened: OpenedRun, allocation: str, community: str) -> Iterator[str]:
    """What teams work on before that date and no gate waits for, as far as there is any."""
    found = unneeded_before(opened, allocation, community)
    if found.unneeded_days < LEAST_DAYS:
        return
    share = found.unneeded_days / found.work_days
    yield (
        f"Until then teams spend {found.unneeded_days:,.0f} of {found.work_days:,.0f} workable "
        f"team-days ({share:.0%}) on land and works that no gate waits for, "
        f"{found.here_days:,.0f} of them here (run on expected values). rest_waits lets these wait."
    )
    run = opened.run
    apart = expected_values_words(run.summary, run.people_met, allocation)
    if apart:
        yield apart


def _gate_lines(opened: OpenedRun, allocation: str, community: str) -> Iterator[str]:
    yield f"{'Gate':<16} {'state':<8} {'from':<16} binds"
    for row in _rows(opened.run.gates, allocation, community):
        day = row["day_p50"]
        when = ""
        if not pd.isna(day):
            reached = seconds_to_date(int(day * DAY_S + 0.5), opened.scenario.start)
            when = _in_figures(reached, opened.draws)
        yield f"{row['gate']:<16} {row['state']:<8} {when:<16} {row['binding_share']:.0%}"


def _chain_lines(opened: OpenedRun, allocation: str, community: str) -> Iterator[str]:
    draw = typical_draw(opened, allocation, community)
    which = "of the run on expected values"
    if draw is not None:
        which = f"of draw {draw}, which has the median date"
    yield f"What it waits for, day by day (the chain {which}):"
    seed = int(opened.run.manifest["seed"] or 0)
    steps = Chain(opened.prepared, allocation, seed, of_run=opened.draws).steps(community, draw)
    if not steps:
        yield "  nothing: all gates hold from the start"
        return
    for step in steps:
        if step.cause:
            yield (
                f"  {day_words(step.begin):>17} to {day_words(step.end):<17} "
                f"{step.days:>7,.1f} days  {step.words}"
            )
        else:
            yield f"  {day_words(step.end):>17} {'':<33} {step.words}"
    if any(step.cause in ("travel", "winter") for step in steps):
        yield "  In each job, travel comes first and lost days last, wherever they fall."


def _cause_lines(opened: OpenedRun, allocation: str, community: str) -> Iterator[str]:
    rows = _rows(opened.run.delays, allocation, community)
    total = sum(row["days_mean"] for row in rows)
    long = [row for row in rows if row["days_mean"] >= LEAST_DAYS]
    how = "mean of all draws, up to the horizon" if opened.draws else "up to the horizon"
    yield f"Days by cause ({how}): {total:,.1f}"
    for row in sorted(long, key=lambda row: (-row["days_mean"], row["cause"])):
        yield f"  {row['cause']:<28} {row['days_mean']:>9,.1f}  {row['days_mean'] / total:>4.0%}"


def what_if_lines(opened: OpenedRun, found: Sequence[WhatIf]) -> Iterator[str]:
    """Say what each cause taken away would bring.

    Parameters
    ----------
    found
        As :func:`what_ifs` gives it.

    Yields
    ------
    str
        Lines to print.
    """
    before = found[0]
    if len(found) == 1:
        yield "There is no cause of half a day or more to take away."
        return
    draws = len(before.ready_s)
    on = "expected values"
    if opened.draws:
        on = f"the {'same' if draws == opened.draws else 'first'} {draws:,} draws"
    wide = max(len(one.remedy) for one in found)
    yield f"If one cause were gone, everywhere (run again on {on}; the order of work unchanged):"
    yield f"  {'':<{wide}}  {'median date':<16} {'ready by horizon':>16}  person-days of all"
    for one in found:
        median = float(quantile(one.ready_s, MIDDLE))
        when = "not by horizon"
        if median < np.inf:
            reached = seconds_to_date(int(median), opened.scenario.start)
            when = _in_figures(reached, draws if opened.draws else 0)
        share = float(np.isfinite(one.ready_s).mean())
        days = _many(one.person_days, before)
        if one.cause and before.person_days > 0:
            days += f" ({one.person_days / before.person_days - 1:+.1%})"
        yield f"  {one.remedy:<{wide}}  {when:<16} {share:>16.0%}  {days}"
    yield "With one cause gone another one binds; less work can even bring a later date."
    if any(one.cause.startswith("waiting_") for one in found):
        yield "Teams that are always free do all else that they can do, too."


def _many(count: float, before: WhatIf) -> str:
    """A number of person-days: in millions if it was more than one."""
    return f"{count / MILLION:,.1f} m" if before.person_days >= MILLION else f"{count:,.0f}"
