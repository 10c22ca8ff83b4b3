"""Why a community waits, in lines for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from returnplan.domain import AUTHORITY, STATEMENT
from returnplan.insight.explain import (
    LEAST_DAYS,
    OpenedRun,
    WhatIf,
    typical_draw,
    unneeded_before,
)
from returnplan.insight.story import Chain
from returnplan.language.words import ENGLISH, Words, capital, says_quarters
from returnplan.model.conditions.gates import STATES, gate_name
from returnplan.model.reasons.causes import cause_name
from returnplan.quantiles import HIGH, LOW, MIDDLE, quantile
from returnplan.runs.expected_values import expected_values_words
from returnplan.runs.tables.judged import CERTAINTIES
from returnplan.scenario.translated import district_names
from returnplan.units import DAY_S, seconds_to_date

MILLION = 1e6


def heading(opened: OpenedRun, community: str, words: Words = ENGLISH) -> list[str]:
    """Say which community and which run this is about.

    Parameters
    ----------
    community
        Id of the community.
    words
        Language.

    Returns
    -------
    list[str]
        Lines to print.
    """
    scenario = opened.scenario
    found = next(one for one in scenario.communities if one.id == community)
    place = scenario.place[found.settlement]
    district = district_names(scenario).get(place.district, place.district)
    how = words.phrase("run on expected values")
    if opened.draws:
        seed = opened.run.manifest["seed"]
        how = words.phrase(
            "{draws} draws, seed {seed}", draws=words.number(opened.draws), seed=seed
        )
    return [
        words.phrase(
            "{place}: community {community}, {people}",
            place=", ".join(words.apart(name) for name in (place.name, district) if name),
            community=community,
            people=words.plural("{number} person", "{number} people", found.people),
        ),
        words.phrase("{scenario}; {how}", scenario=scenario.title or scenario.name, how=how),
        words.say(STATEMENT, authority=words.say(AUTHORITY)),
    ]


def explanation(
    opened: OpenedRun, allocation: str, community: str, words: Words = ENGLISH
) -> list[str]:
    """Say when conditions are met under an allocation, and why not before.

    Parameters
    ----------
    allocation, community
        Name and id.
    words
        Language.

    Returns
    -------
    list[str]
        Lines to print: status, gates, binding chain, days by cause.
    """
    title = opened.scenario.allocation(allocation).title
    named = f"{allocation} ({words.apart(title)})" if title else allocation
    return [
        words.phrase("Under {allocation}", allocation=named),
        "",
        *_status_lines(opened, allocation, community, words),
        *_rest_lines(opened, allocation, community, words),
        "",
        *_gate_lines(opened, allocation, community, words),
        "",
        *_chain_lines(opened, allocation, community, words),
        "",
        *_cause_lines(opened, allocation, community, words),
    ]


def _rows(table: pd.DataFrame, allocation: str, community: str) -> list[Mapping[str, Any]]:
    mine = table[(table["allocation"] == allocation) & (table["community"] == community)]
    rows: list[Mapping[str, Any]] = mine.to_dict("records")  # type: ignore[assignment]
    return rows


def _in_words(day: Any, draws: int, words: Words) -> str:
    if pd.isna(day):
        return words.phrase("not within the horizon")
    return words.quarter(day) if says_quarters(draws) else words.full_date(day.date())


def _in_figures(day: date, draws: int, words: Words) -> str:
    return words.quarter(day) if says_quarters(draws) else day.isoformat()


def _percent(share: float, words: Words) -> str:
    return words.of_hundred(f"{100 * share:.0f}")


def _status_lines(
    opened: OpenedRun, allocation: str, community: str, words: Words
) -> Iterator[str]:
    row = _rows(opened.run.readiness, allocation, community)[0]
    yield f"{_status(opened, row, words)}."
    if not opened.draws:
        yield words.phrase("Date: {date}.", date=_in_words(row["ready_date_p50"], 0, words))
        return
    days = [row[f"ready_date_p{percent}"] for percent in (LOW, MIDDLE, HIGH)]
    low, median, high = (_in_words(day, opened.draws, words) for day in days)
    if low == high:
        yield words.phrase("Median date: {median}.", median=median)
    else:
        yield words.phrase(
            "Median date: {median} (80% of the draws: {low} to {high}).",
            median=median,
            low=low,
            high=high,
        )
    likely = _percent(row["probability_by_horizon"], words)
    if not pd.isna(row["certainty"]):
        likely += f" ({words.say(CERTAINTIES[str(row['certainty'])])})"
    yield words.phrase("Probability by the horizon: {share}.", share=likely)


def _status(opened: OpenedRun, row: Mapping[str, Any], words: Words) -> str:
    """The status phrase of the table; in other languages what pages say."""
    if words is ENGLISH:
        return str(row["status"]).capitalize()
    from returnplan.show.findings import standing_words

    gates = _rows(opened.run.gates, row["allocation"], row["community"])
    unknown = [gate["gate"] for gate in gates if gate["state"] == "unknown"]
    return standing_words(str(row["status"]), unknown, words)[1]


def _rest_lines(opened: OpenedRun, allocation: str, community: str, words: Words) -> Iterator[str]:
    """What teams work on before that date and no gate waits for, as far as there is any."""
    found = unneeded_before(opened, allocation, community)
    if found.unneeded_days < LEAST_DAYS:
        return
    yield words.phrase(
        "Until then teams spend {days} of {all} workable team-days ({share}) on land and works "
        "that no gate waits for, {here} of them here (run on expected values). rest_waits lets "
        "these wait.",
        days=words.number(found.unneeded_days),
        all=words.number(found.work_days),
        share=_percent(found.unneeded_days / found.work_days, words),
        here=words.number(found.here_days),
    )
    run = opened.run
    apart = expected_values_words(run.summary, run.people_met, allocation, words)
    if apart:
        yield apart


def _gate_lines(opened: OpenedRun, allocation: str, community: str, words: Words) -> Iterator[str]:
    cells = [
        (
            words.phrase("Gate"),
            words.phrase("state"),
            words.phrase("from"),
            words.phrase("binds"),
        )
    ]
    for row in _rows(opened.run.gates, allocation, community):
        day, gate, state = row["day_p50"], str(row["gate"]), str(row["state"])
        when = ""
        if not pd.isna(day):
            reached = seconds_to_date(int(day * DAY_S + 0.5), opened.scenario.start)
            when = _in_figures(reached, opened.draws, words)
        if words is not ENGLISH:
            gate, state = gate_name(gate, words), words.named(state, STATES)
        cells.append((gate, state, when, _percent(row["binding_share"], words)))
    least = (16, 8, 16)
    wide = [max(width, *(len(row[at]) for row in cells)) for at, width in enumerate(least)]
    for gate, state, when, binds in cells:
        yield f"{gate:<{wide[0]}} {state:<{wide[1]}} {when:<{wide[2]}} {binds}"


def _chain_lines(opened: OpenedRun, allocation: str, community: str, words: Words) -> Iterator[str]:
    draw = typical_draw(opened, allocation, community)
    if draw is None:
        yield words.phrase(
            "What it waits for, day by day (the chain of the run on expected values):"
        )
    else:
        yield words.phrase(
            "What it waits for, day by day (the chain of draw {draw}, which has the median date):",
            draw=draw,
        )
    seed, told = int(opened.run.manifest["seed"] or 0), None if words is ENGLISH else words
    chain = Chain(opened.prepared, allocation, seed, told, of_run=opened.draws)
    steps = chain.steps(community, draw)
    if not steps:
        yield f"  {words.phrase('nothing: all gates hold from the start')}"
        return
    for step in steps:
        end = words.full_date(step.end)
        if step.cause:
            days = f"{step.days:>7,.1f}" if words is ENGLISH else words.number(step.days, 1)
            begin = words.full_date(step.begin)
            yield words.phrase(
                "  {begin} to {end} {days} days  {what}",
                begin=f"{begin:>17}",
                end=f"{end:<17}",
                days=days,
                what=step.words,
            )
        else:
            yield f"  {end:>17} {'':<33} {step.words}"
    if any(step.cause in ("travel", "winter") for step in steps):
        yield "  " + words.phrase(
            "In each job, travel comes first and lost days last, wherever they fall."
        )


def _cause_lines(opened: OpenedRun, allocation: str, community: str, words: Words) -> Iterator[str]:
    rows = _rows(opened.run.delays, allocation, community)
    total = sum(row["days_mean"] for row in rows)
    long = [row for row in rows if row["days_mean"] >= LEAST_DAYS]
    days = words.number(total, 1)
    if opened.draws:
        yield words.phrase(
            "Days by cause (mean of all draws, up to the horizon): {days}", days=days
        )
    else:
        yield words.phrase("Days by cause (up to the horizon): {days}", days=days)
    long = sorted(long, key=lambda row: (-row["days_mean"], row["cause"]))
    names = [row["cause"] for row in long]
    if words is not ENGLISH:
        names = [cause_name(name, words) for name in names]
    wide = max([28, *map(len, names)])
    for name, row in zip(names, long, strict=True):
        share = _percent(row["days_mean"] / total, words)
        yield f"  {name:<{wide}} {words.number(row['days_mean'], 1):>9}  {share:>4}"


def what_if_lines(
    opened: OpenedRun, found: Sequence[WhatIf], words: Words = ENGLISH
) -> Iterator[str]:
    """Say what each cause taken away would bring.

    Parameters
    ----------
    found
        As :func:`what_ifs` gives it.
    words
        Language; causes are named, and what takes them away is said in English only.

    Yields
    ------
    str
        Lines to print.
    """
    before = found[0]
    if len(found) == 1:
        yield words.phrase("There is no cause of half a day or more to take away.")
        return
    draws = len(before.ready_s)
    names = [_gone(one, words) for one in found]
    wide = max(map(len, names))
    yield words.phrase(
        "If one cause were gone, everywhere (run again on {draws}; the order of work unchanged):",
        draws=_run_again_on(opened.draws, draws, words),
    )
    header = (
        words.phrase("median date"),
        words.phrase("ready by horizon"),
        words.phrase("person-days of all"),
    )
    yield f"  {'':<{wide}}  {header[0]:<16} {header[1]:>16}  {header[2]}"
    for name, one in zip(names, found, strict=True):
        median = float(quantile(one.ready_s, MIDDLE))
        when = words.phrase("not by horizon")
        if median < np.inf:
            reached = seconds_to_date(int(median), opened.scenario.start)
            when = _in_figures(reached, draws if opened.draws else 0, words)
        share = _percent(float(np.isfinite(one.ready_s).mean()), words)
        days = _many(one.person_days, before, words)
        if one.cause and before.person_days > 0:
            more = 100 * (one.person_days / before.person_days - 1)
            signed = words.signed(words.number(abs(more), 1), "-" if more < 0 else "+")
            days += f" ({words.of_hundred(signed)})"
        yield f"  {name:<{wide}}  {when:<16} {share:>16}  {days}"
    yield words.phrase(
        "With one cause gone another one binds; less work can even bring a later date."
    )
    if any(one.cause.startswith("waiting_") for one in found):
        yield words.phrase("Teams that are always free do all else that they can do, too.")


def _run_again_on(of_run: int, draws: int, words: Words) -> str:
    """On which draws what takes a cause away is run."""
    number = words.number(draws)
    if not of_run:
        return words.phrase("expected values")
    if draws == of_run:
        return words.phrase("the same {draws} draws", draws=number)
    return words.phrase("the first {draws} draws", draws=number)


def _gone(one: WhatIf, words: Words) -> str:
    """What is taken away, in the language; in English how."""
    if words is ENGLISH or not one.cause:
        return one.remedy if words is ENGLISH else words.phrase("as it is")
    return capital(cause_name(one.cause, words))


def _many(count: float, before: WhatIf, words: Words) -> str:
    """A number of person-days: in millions if it was more than one."""
    if before.person_days < MILLION:
        return words.number(count)
    return words.phrase("{number} m", number=words.number(count / MILLION, 1))
