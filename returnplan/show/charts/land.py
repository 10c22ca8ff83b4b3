"""Land released, by year and route."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from returnplan.language.words import Words
from returnplan.show.drawing import (
    INK,
    MET,
    PALE,
    PART,
    SMALL,
    View,
    about,
    blank,
    capital,
    chart,
    columns_of,
    data_date,
    note,
    numbers,
    only,
    rounded,
)

YEAR_DAYS = 365.25
MOST_TOTALS = 14  # bars with their total written above
ROUTES = {
    "cleared": (MET, ""),
    "reduced": (PART, "---"),
    "cancelled": (PALE, "////"),
}


def hectares(land_release: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return hectares by year (rows, without gaps) and route (columns), for one allocation."""
    mine = only(land_release, view.allocation)
    table = mine.pivot_table(
        index="year", columns="route", values="area_m2_mean", aggfunc="sum", fill_value=0.0
    )
    years = table.index.astype(int)
    span = range(years.min(), years.max() + 1) if len(years) else range(0)
    table.index = years
    return table.reindex(index=list(span), columns=list(ROUTES), fill_value=0.0) / 1e4


def _route_word(route: str, words: Words) -> str:
    return {
        "cleared": words.phrase("cleared"),
        "reduced": words.phrase("reduced"),
        "cancelled": words.phrase("cancelled"),
    }[route]


def _hectares_title(words: Words, has_draws: bool) -> str:
    if has_draws:
        return words.phrase("Land released each year, by route (modelled): mean of the simulations")
    return words.phrase("Land released each year, by route (modelled)")


def _hectares_alt(land_release: pd.DataFrame, *, view: View) -> str:
    """Say how much is released in all, and how much of it is cleared."""
    words, title = view.words, view.title(view.allocation)
    table = hectares(land_release, view)
    total = float(table.to_numpy().sum())
    if not total:
        return words.phrase(
            "Under {allocation} no land is released by the end of the run.", allocation=title
        )
    best = table.sum(axis=1)
    parts = words.listed(
        f"{words.number(float(table[route].sum()))} {_route_word(route, words)}" for route in ROUTES
    )
    values = {
        "allocation": title,
        "hectares": words.number(total),
        "first": table.index[0],
        "last": table.index[-1],
        "parts": parts,
        "year": best.idxmax(),
        "most": words.number(float(best.max())),
    }
    if view.draws:
        return words.phrase(
            "Under {allocation} {hectares} hectares are released (modelled, mean of the "
            "simulations) from {first} to {last}: {parts}. The largest year is {year} with "
            "{most} hectares.",
            **values,
        )
    return words.phrase(
        "Under {allocation} {hectares} hectares are released (modelled) from {first} to {last}: "
        "{parts}. The largest year is {year} with {most} hectares.",
        **values,
    )


def _hectares_finding(land_release: pd.DataFrame, *, view: View) -> str:
    """Say how much land is released in all, and in which year most; of several plans, how much."""
    words = view.words
    names = [view.allocation] if view.allocation else list(land_release["allocation"].unique())
    sums = [hectares(only(land_release, name), replace(view, allocation=name)) for name in names]
    totals = [float(table.to_numpy().sum()) for table in sums]
    if not any(totals):
        return ""
    return words.phrase(
        "About {hectares} hectares are released (modelled) by {date}",
        hectares=about(words, totals),
        date=view.horizon_word,
    )


def _hectares_line(land_release: pd.DataFrame, *, view: View) -> str:
    """Say how much it is in all."""
    total = hectares(land_release, view).sum(axis=1).sum()
    return view.words.phrase("{number} hectares in all", number=rounded(view.words)(total))


def _hectares_notes(land_release: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say that the bars are means."""
    if not view.draws:
        return []
    text = view.words.phrase(
        "Bars: means of {draws} simulations, which add up; hazards that community surveys find "
        "are among them. Ranges are in land_release.csv.",
        draws=view.draws_word,
    )
    return [text]


@chart(
    _hectares_title,
    ("land_release",),
    _hectares_alt,
    line=_hectares_line,
    notes=_hectares_notes,
    finding=_hectares_finding,
    figures="panels",
)
def hectares_by_year(land_release: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw stacked bars of hectares released by year and route.

    Parameters
    ----------
    land_release
        allocation, year, route, area_m2_mean; other rows (district, denied use) are added up.
    """
    ax = blank(ax)
    words = view.words
    table = hectares(land_release, view)
    years = table.index.to_numpy(dtype=float)
    bottom = np.zeros(len(table))
    for route, (colour, hatch) in ROUTES.items():
        tops = table[route].to_numpy(dtype=float)
        bars = ax.bar(years, tops, 0.78, bottom, label=capital(_route_word(route, words)))
        for bar in bars:
            bar.set(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.5)
        bottom = bottom + tops
    span = land_release["year"].max() - land_release["year"].min() + 1
    if span * columns_of(ax) <= MOST_TOTALS:  # of all allocations, so that panels are alike
        for year, top in zip(years[bottom > 0], bottom[bottom > 0], strict=True):
            ax.annotate(
                words.number(top),
                (year, top),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
            )
    ax.set_xlabel(words.phrase("Calendar year of release"))
    ax.set_ylabel(
        words.phrase("Area released (hectares, mean)")
        if view.draws
        else words.phrase("Area released (hectares)")
    )
    years_at = MaxNLocator(12 // columns_of(ax), integer=True, min_n_ticks=1, steps=[1, 2, 5, 10])
    ax.xaxis.set_major_locator(years_at)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    ax.yaxis.set_major_formatter(numbers(view))
    ax.grid(axis="y")
    if view.as_of is not None and len(years):
        begun = view.as_of.timetuple().tm_yday / YEAR_DAYS
        ends = (float(years[0]) - 0.5, float(years[-1]) + 0.5)
        data_date(ax, view, ends, view.as_of.year - 0.5 + begun)
    if bottom.sum() > 0:
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, handlelength=2.6)
    else:
        ax.set(xlim=(view.start.year - 0.5, view.date(view.horizon_days).year + 0.5), ylim=(0, 1))
        note(ax, words.phrase("No land is released by the end of the run."))
    return ax
