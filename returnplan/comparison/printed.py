"""Differences between allocations as tables for a terminal."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from returnplan.comparison.paired import PEOPLE_MET, PERSON_DAYS
from returnplan.comparison.spread import Spread, yearly_dates
from returnplan.screen import aligned

MILLION = 1e6


def shown_dates(spread: Spread) -> list[date]:
    """Middle of the time and the horizon: dates that are shown when none are asked for."""
    dates = yearly_dates(spread)
    return [*dates[len(dates) // 2 - 1 : -1][:1], dates[-1]]


def lines(
    table: pd.DataFrame,
    titles: Mapping[str, str],
    cost_usd: Mapping[str, float],
    dates: Sequence[date],
) -> list[str]:
    """Tell differences in tables, one for each measure.

    Parameters
    ----------
    table
        Of :func:`differences`.
    titles
        Title of each allocation, in the order of the run.
    cost_usd
        Mean cost of each allocation, USD.
    dates
        Those of the dates of the table that are shown.

    Returns
    -------
    list[str]
        Lines to print.
    """
    against = str(table["against"].iloc[0])
    found = ["", *aligned([("allocation", "title"), *titles.items()], words=2)]
    for day in dates:
        found += ["", f"People whose conditions are met (modelled) by {day}"]
        is_it = table["measure"].eq(PEOPLE_MET) & table["date"].eq(day.isoformat())
        found += aligned(_rows(table[is_it], titles, "people", 1, 0), words=1, numbers=4)
    found += ["", "Person-days of displacement up to the horizon, million (fewer is better)"]
    rows = _rows(table[table["measure"].eq(PERSON_DAYS)], titles, "person-days", MILLION, 2)
    found += aligned(rows, words=1, numbers=4)
    found += ["", "Cost, USD million (difference of the means, no interval)"]
    header = ("allocation", "cost", f"against {against}")
    costs = [
        (name, f"{usd / MILLION:,.1f}", _signed((usd - cost_usd[against]) / MILLION, 1))
        for name, usd in cost_usd.items()
    ]
    found += aligned(
        [header, *((*row[:2], "" if row[0] == against else row[2]) for row in costs)], words=1
    )
    return found


def _rows(
    table: pd.DataFrame, titles: Mapping[str, str], noun: str, unit: float, decimals: int
) -> list[tuple[str, ...]]:
    """Cells of one measure: header, and a row for each allocation in the order of the run."""
    against = str(table["against"].iloc[0])
    rows = [("allocation", noun, f"against {against}", "95 % interval", "p10 to p90", "better")]
    cells = {row["allocation"]: row for row in table.to_dict("records")}
    base = f"{table['value_against'].iloc[0] / unit:,.{decimals}f}"
    for name in titles:
        if name not in cells:
            rows.append((name, base, "", "", "", ""))
            continue
        row = cells[name]
        value = f"{row['value'] / unit:,.{decimals}f}"
        signed = {
            key: _signed(row[key] / unit, decimals) for key in ("mean", "low", "high", "p10", "p90")
        }
        interval, spread = (
            f"{signed[a]} to {signed[b]}" for a, b in (("low", "high"), ("p10", "p90"))
        )
        rows.append((name, value, signed["mean"], interval, spread, _often(row)))
    return rows


def _often(row: Mapping[Any, Any]) -> str:
    """In how many draws an allocation is better, in words."""
    draws, same = row["draws"], round(row["probability_same"] * row["draws"])
    better = round(row["probability_better"] * draws - same / 2)
    return f"in {better:,}" + (f", the same in {same:,}," if same else "") + f" of {draws:,} draws"


def _signed(value: float, decimals: int) -> str:
    """A difference with its sign; none where it is shown as zero."""
    text = f"{value:+,.{decimals}f}"
    return text if text.strip("+-0.,") else text[1:]
