"""Differences between allocations in words, for a terminal."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from returnplan.cli.screen import aligned
from returnplan.cli.tabled import Titles, opening
from returnplan.quantiles import NOTE
from returnplan.runs.paired import PEOPLE_MET, PERSON_DAYS
from returnplan.runs.ready_days import Spread, middle_date

MILLION, HECTARE_M2 = 1e6, 1e4
NUMBERS = ("mean", "low", "high", "p10", "p90")
HOW = (
    "People, person-days and cost are means of the draws; all else is of pairs of the same draw.",
    "95 % interval: of the mean difference, how well the draws pin it down (Student's t over means "
    "of blocks of 16 draws); without a mean where fewer than ten draws differ.",
    f"p10 to p90: of the difference over the draws; {NOTE}.",
    "Person-days: days until conditions are met or the horizon comes, weighted by people.",
    "Better: strictly more people, or strictly fewer person-days; probability_better of a CSV file "
    "counts a tie as half.",
    "Verdict: better or worse where at least 80 % of the draws agree, a tie as half, and the 95 % "
    "interval does not hold 0; else level.",
)
"""How the numbers are made."""
COSTS = "Costs are in constant prices, not discounted."


def shown_dates(spread: Spread) -> list[date]:
    """Middle of the time and the horizon: the dates that are shown when none are asked for."""
    return sorted({middle_date(spread.start, spread.horizon), spread.horizon})


def comparison(run: Any, titles: Titles, table: pd.DataFrame, dates: Sequence[date]) -> list[str]:
    """Differences in tables, one for each measure, and how they are made.

    Parameters
    ----------
    run, titles
        As :func:`returnplan.cli.tabled.opening` takes them.
    table
        What :func:`returnplan.runs.paired.differences` says of the run, with at least one row.
    dates
        Those dates of the table that are shown.

    Returns
    -------
    list[str]
        Lines to print.
    """
    manifest, against = run.manifest, str(table["against"].iloc[0])
    what = (
        f"{len(run.allocations)} allocations over the same {manifest['draws']:,} draws (seed "
        f"{manifest['seed']}), compared with {against}."
    )
    lines = opening(run, titles, what)
    for day in dates:
        is_it = table["measure"].eq(PEOPLE_MET) & table["date"].eq(pd.Timestamp(day))
        lines += ["", f"People whose conditions are met (modelled) by {day}"]
        lines += _differences(table[is_it], run.allocations, "people", 1, 0)
    waiting = table[table["measure"].eq(PERSON_DAYS)]
    lines += ["", "Person-days until conditions are met, million (fewer is better)"]
    lines += _differences(waiting, run.allocations, "person-days", MILLION, 2)
    summary = run.summary.set_index("allocation")
    for day in dates:
        released = f"farmland_m2_by_{day.isoformat()}_mean"
        if released in summary:
            lines += ["", f"Land released that denied farmland, by {day} (difference of the means)"]
            lines += _means(summary[released].to_dict(), against, "hectares", HECTARE_M2, 0)
    lines += ["", "Cost, USD million (difference of the means)"]
    lines += _means(summary["cost_usd_mean"].to_dict(), against, "cost", MILLION, 1)
    lines += [
        "",
        "Share of the person-days that is of people never met; USD per person; expected casualties "
        "per 1,000 person-years of people present; accidents of deminers per km2 worked on",
    ]
    lines += _rates(summary)
    silent = int(summary["works_without_cost"].iloc[0])
    return [*lines, "", *HOW, f"{COSTS} {silent:,} planned works state no cost."]


def _differences(
    table: pd.DataFrame, allocations: Sequence[str], noun: str, unit: float, decimals: int
) -> list[str]:
    """One measure: a row for each allocation, in the order of the run."""
    against = str(table["against"].iloc[0])
    base = f"{table['value_against'].iloc[0] / unit:,.{decimals}f}"
    rows = {name: (name, base, "", "", "", "", "") for name in allocations}
    for row in table.to_dict("records"):
        signed = {key: _signed(row[key] / unit, decimals) for key in NUMBERS}
        is_known = not math.isnan(row["mean"])
        rows[row["allocation"]] = (
            row["allocation"],
            f"{row['value'] / unit:,.{decimals}f}",
            signed["mean"] if is_known else "no mean",
            f"{signed['low']} to {signed['high']}" if is_known else "",
            f"{signed['p10']} to {signed['p90']}",
            row["verdict"],
            _often(row) if is_known else seldom(row),
        )
    header = (
        *("allocation", noun, f"against {against}", "95 % interval", "p10 to p90"),
        *("verdict", "better"),
    )
    return aligned([header, *rows.values()], words=1, numbers=4)


def _often(row: Mapping[Any, Any]) -> str:
    """In how many draws an allocation is better, in words."""
    draws, same = row["draws"], round(row["probability_same"] * row["draws"])
    better = round(row["probability_better"] * draws - same / 2)
    return f"in {better:,} of {draws:,} draws" + (f", the same in {same:,}" if same else "")


def seldom(row: Mapping[Any, Any]) -> str:
    """In how few draws two allocations differ, in words: what stands where there is no mean.

    Parameters
    ----------
    row
        Of :func:`returnplan.runs.paired.differences`.
    """
    most = math.ceil(100 * row["differing_share_high"])
    return f"differ in {row['differing']:,} of {row['draws']:,} draws; at most {most} % of draws"


def _means(
    means: Mapping[str, float], against: str, noun: str, unit: float, decimals: int
) -> list[str]:
    """Means of the allocations, and their differences to one of them."""
    rows = [("allocation", noun, f"against {against}")]
    for name, value in means.items():
        more = (value - means[against]) / unit
        shown = "" if name == against else _signed(more, decimals)
        rows.append((name, f"{value / unit:,.{decimals}f}", shown))
    return aligned(rows, words=1)


def _rates(summary: pd.DataFrame) -> list[str]:
    """What money and waiting come to by person, and casualties by exposure."""
    columns = {
        "never met": ("person_days_never_share", "{:.0%}"),
        "USD per met": ("cost_per_person_usd", "{:,.0f}"),
        "USD per returned": ("cost_per_returned_usd", "{:,.0f}"),
        "casualties": ("per_1000_person_years_mean", "{:.2g}"),
        "accidents": ("deminer_accidents_per_km2_mean", "{:.2g}"),
    }
    rows = [("allocation", *columns)]
    for name, row in summary.iterrows():
        cells = (
            "-" if pd.isna(row[column]) else form.format(row[column])
            for column, form in columns.values()
        )
        rows.append((str(name), *cells))
    return aligned(rows, words=1)


def _signed(value: float, decimals: int) -> str:
    """A difference with its sign; without one where it is shown as zero."""
    text = f"{value:+,.{decimals}f}"
    return text if text.strip("+-0.,") else text[1:]
