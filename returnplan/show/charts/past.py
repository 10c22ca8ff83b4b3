"""Land released each year as modelled, beside what was published."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from returnplan.language.words import Words
from returnplan.runs.tables.past import ALL_DISTRICTS, IN
from returnplan.show.drawing import (
    INK,
    MET,
    PART,
    View,
    blank,
    chart,
    date_axis,
    legend_below,
    note,
    numbers,
    only,
)

HECTARE_M2, YEAR_DAYS = 1e4, 365.25
LEAST_DAYS = 180
"""Shorter facts are of single weeks or agencies: their pace is none of the whole programme."""
YEARS_ON = 4
"""Years that are shown after the last published figure."""
ROOM = 1.1
MIDDLE, LOW, HIGH = "area_m2_p50", "area_m2_p10", "area_m2_p90"


def paces(area_released: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return hectares a year of the whole country, for one allocation.

    Returns
    -------
    pandas.DataFrame
        One row a calendar year: ``begin`` and ``end`` in days from the start, cut at the horizon,
        and the columns of the table as a pace.
    """
    mine = only(area_released, view.allocation)
    mine = mine[mine["district"] == ALL_DISTRICTS].sort_values("year")
    begin, end = (
        np.array([(dt.date(year + more, 1, 1) - view.start).days for year in mine["year"]], float)
        for more in (0, 1)
    )
    begin, end = begin.clip(min=0), end.clip(max=view.horizon_days)
    is_there = end > begin
    length = np.where(is_there, end - begin, 1) / YEAR_DAYS * HECTARE_M2
    columns = {name: mine[name].to_numpy(float) / length for name in (LOW, MIDDLE, HIGH)}
    return pd.DataFrame({"begin": begin, "end": end, **columns})[is_there]


def published(facts: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return published areas of the whole country of half a year or longer, as a pace.

    Returns
    -------
    pandas.DataFrame
        One row a fact: ``begin`` and ``end`` in days, ``pace`` in hectares a year, ``is_used`` for
        a fit or an input, ``is_in`` for those in the range of the draws.
    """
    mine = only(facts, view.allocation)
    start = pd.Timestamp(view.start)
    begin = (mine["from"] - start).dt.days.astype(float)
    end = (mine["until"] - start).dt.days.astype(float) + 1
    whole = mine[["district", "land_class", "route"]].isna().all(axis=1)
    is_shown = whole & (mine["measure"] == "released_m2") & (end - begin >= LEAST_DAYS)
    return pd.DataFrame(
        {
            "begin": begin,
            "end": end,
            "pace": mine["published"].astype(float) / HECTARE_M2 / (end - begin) * YEAR_DAYS,
            "is_used": (mine["use"] == "fit") | mine["input"].astype(bool),
            "is_in": mine["published_is"] == IN,
        }
    )[is_shown & (begin >= 0)]


def _title(words: Words, has_draws: bool) -> str:
    if has_draws:
        return words.phrase("Land released (modelled) and published, by year: median and range")
    return words.phrase("Land released (modelled) and published, by year")


def _alt(area_released: pd.DataFrame, facts: pd.DataFrame, *, view: View) -> str:
    """Say how many published figures there are, and how many lie in the range."""
    words, found = view.words, published(facts, view)
    if found.empty:
        return words.phrase(
            "Under {allocation}: land released each year (modelled); nothing was published of half "
            "a year or longer.",
            allocation=view.title(view.allocation),
        )
    values = {
        "allocation": view.title(view.allocation),
        "facts": words.number(len(found)),
        "low": words.number(found["pace"].min()),
        "high": words.number(found["pace"].max()),
        "inside": words.number(int(found["is_in"].sum())),
    }
    if view.draws:
        return words.phrase(
            "Under {allocation}: {facts} published figures, {low} to {high} hectares a year. In "
            "the modelled range (p10 to p90) of these: {inside}.",
            **values,
        )
    return words.phrase(
        "Under {allocation}: {facts} published figures, {low} to {high} hectares a year.", **values
    )


def _finding(area_released: pd.DataFrame, facts: pd.DataFrame, *, view: View) -> str:
    """Say how many of the published figures lie in the modelled range, of one plan."""
    words, found = view.words, published(facts, view)
    if not view.draws or not view.allocation or found.empty:
        return ""
    return words.phrase(
        "{inside} of {facts} published figures lie in the modelled range",
        inside=words.number(int(found["is_in"].sum())),
        facts=words.number(len(found)),
    )


def _notes(area_released: pd.DataFrame, facts: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say what lines, band and marks are."""
    words = view.words
    texts = [
        words.phrase(
            "Areas stand at their pace: of a year or period that is not whole, as much as a whole "
            "year of it would bring. Published figures of less than half a year are left out."
        )
    ]
    if view.draws:
        texts.append(
            words.phrase(
                "Line: median (p50) of {draws} simulations; band: 80% model interval (p10 to p90).",
                draws=view.draws_word,
            )
        )
    return texts


@chart(_title, ("area_released", "facts"), _alt, notes=_notes, figures="panels", finding=_finding)
def released_and_published(
    area_released: pd.DataFrame, facts: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw hectares released a year with their range, and what was published, as a pace.

    Parameters
    ----------
    area_released
        allocation, district, year, area_m2_p10, area_m2_p50, area_m2_p90.
    facts
        allocation, measure, district, land_class, route, from, until, published, published_is, use,
        input.
    """
    ax = blank(ax)
    words = view.words
    years, found = paces(area_released, view), published(facts, view)
    ax.set_ylabel(words.phrase("Hectares a year"))
    ax.yaxis.set_major_formatter(numbers(view))
    ax.grid(axis="y")
    last = found["end"].max() + YEARS_ON * YEAR_DAYS if len(found) else view.horizon_days
    date_axis(ax, view, min(float(last), view.horizon_days))
    tops = [*_tops(area_released, last, view), *found["pace"]]
    ax.set_ylim(0, ROOM * max([*(top for top in tops if np.isfinite(top)), 1e-4]))
    mine = years.loc[years["begin"] < last, [MIDDLE, HIGH]].to_numpy(float)
    if years.empty or not np.nansum(mine) + found["pace"].sum():
        note(ax, words.phrase("No land is released by the end of the run."))
        return ax
    keys = [*_lines(ax, years, view), *_points(ax, found, view)]
    legend_below(ax, keys, handlelength=2.8)
    return ax


def _tops(area_released: pd.DataFrame, last: float, view: View) -> list[float]:
    """Return all paces up to a day under all allocations, so that their panels compare."""
    names = area_released["allocation"].unique()
    tables = [paces(area_released, replace(view, allocation=str(name))) for name in names]
    shown = [table.loc[table["begin"] < last, [MIDDLE, HIGH]] for table in tables]
    return [float(top) for table in shown for top in table.to_numpy(float).ravel()]


def _lines(ax: Axes, years: pd.DataFrame, view: View) -> list[Any]:
    """Draw median and band, year by year; return their keys."""
    words = view.words
    edges = view.axis(np.append(years["begin"].to_numpy(), years["end"].to_numpy()[-1:]))

    def steps(name: str) -> Any:
        values = years[name].to_numpy(float)
        return np.append(values, values[-1:])

    word = words.phrase("Modelled (median)") if view.draws else words.phrase("Modelled")
    ax.plot(edges, steps(MIDDLE), color=MET, drawstyle="steps-post", label="_median")
    keys: list[Any] = [Line2D([], [], color=MET, label=word)]
    if view.draws:
        ax.fill_between(
            edges, steps(LOW), steps(HIGH), step="post", facecolor=PART, alpha=0.4, linewidth=0,
            label="_range",
        )  # fmt: skip
        keys.append(Patch(facecolor=PART, alpha=0.4, label=words.phrase("Modelled, p10 to p90")))
    return keys


def _points(ax: Axes, found: pd.DataFrame, view: View) -> list[Any]:
    """Draw published figures over their periods, filled where they were used; return the keys."""
    words = view.words
    called = {
        True: words.phrase("Published, used to fit or as an input"),
        False: words.phrase("Published, kept back"),
    }
    keys = []
    for is_used, text in called.items():
        rows = found[found["is_used"] == is_used]
        look: Any = {
            "marker": "o",
            "color": INK,
            "markerfacecolor": INK if is_used else "white",
            "linestyle": "-",
            "linewidth": 1.2,
        }
        for begin, end, pace in rows[["begin", "end", "pace"]].itertuples(index=False):
            across = view.axis(np.array([begin, (begin + end) / 2, end]))
            ax.plot(across, [pace] * 3, markevery=[1], label="_published", zorder=3, **look)
        if len(rows):
            keys.append(Line2D([], [], label=text, **look))
    return keys
