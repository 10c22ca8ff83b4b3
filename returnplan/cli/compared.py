"""Differences between allocations in words, for a terminal."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from returnplan.cli.screen import aligned
from returnplan.cli.tabled import Titles, opening
from returnplan.language.words import ENGLISH, Words, later
from returnplan.runs.difference import VERDICTS
from returnplan.runs.paired import PEOPLE_MET, PERSON_DAYS
from returnplan.runs.ready_days import Spread, middle_date

MILLION, HECTARE_M2 = 1e6, 1e4
NUMBERS = ("mean", "low", "high", "p10", "p90")
HOW = (
    later(
        "People, person-days and cost are means of the draws; all else is of pairs of the same "
        "draw."
    ),
    later(
        "95 % interval: of the mean difference, how well the draws pin it down (Student's t over "
        "means of blocks of 16 draws); without a mean where fewer than ten draws differ."
    ),
    later(
        "p10 to p90: of the difference over the draws; ranges are 80 % model intervals (p10 to "
        "p90) under stated assumptions."
    ),
    later("Person-days: days until conditions are met or the horizon comes, weighted by people."),
    later(
        "Better: strictly more people, or strictly fewer person-days; probability_better of a CSV "
        "file counts a tie as half."
    ),
    later(
        "Verdict: better or worse where at least 80 % of the draws agree, a tie as half, and the "
        "95 % interval does not hold 0; else level."
    ),
)
"""How the numbers are made."""
COSTS = later("Costs are in constant prices, not discounted. {number} planned works state no cost.")


def shown_dates(spread: Spread) -> list[date]:
    """Middle of the time and the horizon: the dates that are shown when none are asked for."""
    return sorted({middle_date(spread.start, spread.horizon), spread.horizon})


def comparison(
    run: Any,
    titles: Titles,
    table: pd.DataFrame,
    dates: Sequence[date],
    words: Words = ENGLISH,
) -> list[str]:
    """Differences in tables, one for each measure, and how they are made.

    Parameters
    ----------
    run, titles
        As :func:`returnplan.cli.tabled.opening` takes them.
    table
        What :func:`returnplan.runs.paired.differences` says of the run, with at least one row.
    dates
        Those dates of the table that are shown.
    words
        Language.

    Returns
    -------
    list[str]
        Lines to print.
    """
    manifest, against = run.manifest, str(table["against"].iloc[0])
    what = words.phrase(
        "{number} allocations over the same {draws} draws (seed {seed}), compared with {against}.",
        number=words.number(len(run.allocations)),
        draws=words.number(manifest["draws"]),
        seed=manifest["seed"],
        against=against,
    )
    lines = opening(run, titles, what)
    for day in dates:
        is_it = table["measure"].eq(PEOPLE_MET) & table["date"].eq(pd.Timestamp(day))
        lines += [
            "",
            words.phrase(
                "People whose conditions are met (modelled) by {date}", date=_day(day, words)
            ),
        ]
        lines += _differences(table[is_it], run.allocations, words.phrase("people"), (1, 0), words)
    waiting = table[table["measure"].eq(PERSON_DAYS)]
    lines += [
        "",
        words.phrase("Person-days until conditions are met, million (fewer is better)"),
    ]
    noun = words.phrase("person-days")
    lines += _differences(waiting, run.allocations, noun, (MILLION, 2), words)
    summary = run.summary.set_index("allocation")
    for day in dates:
        released = f"farmland_m2_by_{day.isoformat()}_mean"
        if released in summary:
            means, noun = summary[released].to_dict(), words.phrase("hectares")
            told = words.phrase(
                "Land released that denied farmland, by {date} (difference of the means)",
                date=_day(day, words),
            )
            lines += ["", told, *_means(means, against, noun, (HECTARE_M2, 0), words)]
    lines += ["", words.phrase("Cost, USD million (difference of the means)")]
    costs, noun = summary["cost_usd_mean"].to_dict(), words.phrase("cost")
    lines += _means(costs, against, noun, (MILLION, 1), words)
    lines += [
        "",
        words.phrase(
            "Share of the person-days that is of people never met; USD per person; expected "
            "casualties per 1,000 person-years of people present; accidents of deminers per km2 "
            "worked on"
        ),
    ]
    lines += _rates(summary, words)
    silent = words.number(int(summary["works_without_cost"].iloc[0]))
    return [*lines, "", *map(words.say, HOW), words.say(COSTS, number=silent)]


def _day(day: date, words: Words) -> str:
    """A date as the tables write it; in other languages as people do."""
    return day.isoformat() if words is ENGLISH else words.date(day)


def _differences(
    table: pd.DataFrame,
    allocations: Sequence[str],
    noun: str,
    scale: tuple[float, int],
    words: Words,
) -> list[str]:
    """One measure: a row for each allocation, in the order of the run; scale: unit, decimals."""
    against, (unit, decimals) = str(table["against"].iloc[0]), scale
    base = words.number(table["value_against"].iloc[0] / unit, decimals)
    rows = {name: (name, base, "", "", "", "", "") for name in allocations}
    for row in table.to_dict("records"):
        signed = {key: _signed(row[key] / unit, decimals, words) for key in NUMBERS}
        is_known = not math.isnan(row["mean"])
        rows[row["allocation"]] = (
            row["allocation"],
            words.number(row["value"] / unit, decimals),
            signed["mean"] if is_known else words.phrase("no mean"),
            _between(signed["low"], signed["high"], words) if is_known else "",
            _between(signed["p10"], signed["p90"], words),
            words.named(row["verdict"], VERDICTS),
            _often(row, words) if is_known else seldom(row, words),
        )
    header = (
        words.phrase("allocation"),
        noun,
        words.phrase("against {against}", against=against),
        words.phrase("95 % interval"),
        words.phrase("p10 to p90"),
        words.phrase("verdict"),
        words.phrase("better"),
    )
    return aligned([header, *rows.values()], words=1, numbers=4)


def _between(low: str, high: str, words: Words) -> str:
    return words.phrase("{low} to {high}", low=low, high=high)


def _often(row: Mapping[Any, Any], words: Words) -> str:
    """In how many draws an allocation is better, in words."""
    draws, same = row["draws"], round(row["probability_same"] * row["draws"])
    better = round(row["probability_better"] * draws - same / 2)
    values = {"better": words.number(better), "draws": words.number(draws)}
    if not same:
        return words.phrase("in {better} of {draws} draws", **values)
    return words.phrase(
        "in {better} of {draws} draws, the same in {same}", same=words.number(same), **values
    )


def seldom(row: Mapping[Any, Any], words: Words = ENGLISH) -> str:
    """In how few draws two allocations differ, in words: what stands where there is no mean.

    Parameters
    ----------
    row
        Of :func:`returnplan.runs.paired.differences`.
    words
        Language.
    """
    return words.phrase(
        "differ in {differing} of {draws} draws; at most {share} of draws",
        differing=words.number(row["differing"]),
        draws=words.number(row["draws"]),
        share=words.of_hundred(math.ceil(100 * row["differing_share_high"])),
    )


def _means(
    means: Mapping[str, float], against: str, noun: str, scale: tuple[float, int], words: Words
) -> list[str]:
    """Means of the allocations, and their differences to one of them; scale: unit, decimals."""
    unit, decimals = scale
    compared = words.phrase("against {against}", against=against)
    rows = [(words.phrase("allocation"), noun, compared)]
    for name, value in means.items():
        more = (value - means[against]) / unit
        shown = "" if name == against else _signed(more, decimals, words)
        rows.append((name, words.number(value / unit, decimals), shown))
    return aligned(rows, words=1)


def _rates(summary: pd.DataFrame, words: Words) -> list[str]:
    """What money and waiting come to by person, and casualties by exposure."""
    columns = {
        words.phrase("never met"): ("person_days_never_share", "{:.0%}"),
        words.phrase("USD per met"): ("cost_per_person_usd", "{:,.0f}"),
        words.phrase("USD per returned"): ("cost_per_returned_usd", "{:,.0f}"),
        words.phrase("casualties"): ("per_1000_person_years_mean", "{:.2g}"),
        words.phrase("accidents"): ("deminer_accidents_per_km2_mean", "{:.2g}"),
    }
    rows = [(words.phrase("allocation"), *columns)]
    for name, row in summary.iterrows():
        cells = (
            "-" if pd.isna(row[column]) else form.format(row[column])
            for column, form in columns.values()
        )
        rows.append((str(name), *cells))
    return aligned(rows, words=1)


def _signed(value: float, decimals: int, words: Words) -> str:
    """A difference with its sign; without one where it is shown as zero."""
    text = words.number(abs(value), decimals)
    return words.signed(text, "-" if value < 0 else "+") if text.strip("0.,") else text
