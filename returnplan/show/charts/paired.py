"""Allocations against one of them, over the same draws."""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from returnplan.language.words import Words
from returnplan.runs.difference import BETTER, LEVEL, VERDICTS
from returnplan.runs.ready_days import LEAST_DRAWS
from returnplan.show.drawing import (
    INK,
    LINES,
    QUIET,
    View,
    beside,
    blank,
    chart,
    legend_below,
    note,
    numbers,
)

MILLION = 1_000_000
TWO_DIGITS = 10  # smaller numbers are written with decimals
MOST_DATES = 4
GROUP = 0.66  # of a group of rows, taken by the allocations in it


def shown_differences(differences: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return the rows to be drawn, in people and so that more is better.

    Person-days are put on one scale with people: fewer person-days of displacement, divided by the
    days of the horizon, are more people with conditions met, on the average over its whole time.

    Parameters
    ----------
    differences
        As :func:`returnplan.runs.paired.differences` gives them.
    """
    total = differences[differences["measure"] == "person_days"].copy()
    for name, source in (("mean", "mean"), ("low", "high"), ("high", "low")):
        total[name] = -differences.loc[total.index, source].astype(float) / view.horizon_days
    total["million_person_days"] = differences.loc[total.index, "mean"].astype(float) / MILLION
    met = differences[differences["measure"] == "people_met"]
    dates = sorted(met["date"].unique())
    keep = {
        dates[round(i)] for i in np.linspace(0, len(dates) - 1, min(MOST_DATES + 1, len(dates)))
    }
    keep -= set(dates[:1]) if len(dates) > MOST_DATES else set()
    return pd.concat([total, met[met["date"].isin(keep)].sort_values("date", kind="stable")])


def _group_word(row: pd.Series, view: View) -> str:
    """Return what a group of rows says."""
    words = view.words
    if row["measure"] == "person_days":
        return words.phrase("Average over the whole time")
    return words.phrase("By {date}", date=words.date(row["date"].date()))


def _differences_alt(differences: pd.DataFrame, *, view: View) -> str:
    """Say the difference in person-days of each allocation, and how probable it is better."""
    words = view.words
    rows = differences[differences["measure"] == "person_days"]
    if rows.empty:
        return words.phrase("Differences between plans: no data for this chart.")
    means = words.listed(_told(row, view) for _, row in rows.iterrows())
    return words.phrase(
        "Mean difference from {against} over the same {draws} simulations (modelled), with its "
        "95% interval: {told}.",
        against=view.title(rows["against"].iloc[0]),
        draws=words.number(rows["draws"].iloc[0]),
        told=means,
    )


def _differences_finding(differences: pd.DataFrame, *, view: View) -> str:
    """Say under which plan people wait clearly least, against the one compared with."""
    words = view.words
    rows = differences[differences["measure"] == "person_days"]
    if rows.empty:
        return ""
    values = {"against": view.title(rows["against"].iloc[0])}
    better = rows[rows["verdict"] == BETTER].sort_values("mean", kind="stable")
    if better.empty:
        return words.phrase(
            "Under no other plan do people wait clearly less (modelled) than under {against}",
            **values,
        )
    best = better.iloc[0]
    return words.phrase(
        "People wait less (modelled) under {plan} than under {against} (better in {share} of "
        "simulations)",
        plan=view.title(best["allocation"]),
        share=words.percent(float(best["probability_better"])),
        **values,
    )


def _told(row: pd.Series, view: View) -> str:
    """Say one difference in person-days, and its verdict."""
    words, title = view.words, view.title(row["allocation"])
    if np.isnan(row["mean"]):
        return f"{title} {_few(row, words)}"
    return words.phrase(
        "{allocation} {days} million person-days ({low} to {high}), better in {share} of "
        "simulations ({verdict})",
        allocation=title,
        days=_signed(row["mean"] / MILLION, words),
        low=_signed(row["low"] / MILLION, words),
        high=_signed(row["high"] / MILLION, words),
        share=words.percent(float(row["probability_better"])),
        verdict=words.named(str(row["verdict"]), VERDICTS),
    )


def _few(row: pd.Series, words: Words) -> str:
    """Say that the two hardly ever differ."""
    return words.phrase(
        "differ in {differing} of {draws} simulations",
        differing=words.number(row["differing"]),
        draws=words.number(row["draws"]),
    )


def _signed(value: float, words: Words) -> str:
    """Return a number with its sign, with decimals where it is small."""
    decimals = 0 if abs(value) >= TWO_DIGITS else 1 if abs(value) >= 1 else 2
    text = words.number(abs(value), decimals)
    return words.signed(text, "\N{MINUS SIGN}" if value < 0 else "+")


def _differences_notes(differences: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say what dots, lines and percentages are."""
    words = view.words
    if differences.empty:
        return []
    return [
        words.phrase(
            "Dots: mean difference in people with conditions met, over the same {draws} "
            "simulations; lines: its 95% interval. Right: share of simulations in which the plan "
            "is better, a tie counts half. Empty dots: level, as fewer than 80% of simulations "
            "agree or the interval includes 0. Where fewer than ten simulations differ there is "
            "no mean.",
            draws=words.number(differences["draws"].iloc[0]),
        ),
        words.phrase(
            "Average over the whole time: fewer person-days of displacement (in brackets, in "
            "million), divided by the days of the run."
        ),
    ]


def _differences_height(differences: pd.DataFrame, *, view: View, columns: int) -> float:
    """Return inches: title, axis and legend, and a row for each dot."""
    shown = shown_differences(differences, view)
    names = shown["allocation"].nunique()
    return 1.5 + 0.17 * ((names + 1) // 2) + max(0.165 * (len(shown) + MOST_DATES), 1.2)


@chart(
    lambda words, _: words.phrase("Plans against each other, over the same simulations (modelled)"),
    ("differences",),
    _differences_alt,
    height=_differences_height,
    figures="together",
    is_first=True,
    least_allocations=2,
    least_draws=LEAST_DRAWS,
    notes=_differences_notes,
    finding=_differences_finding,
)
def paired_differences(differences: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw the mean differences from one allocation with their intervals, better to the right.

    Parameters
    ----------
    differences
        One row per allocation and measure: allocation, against, measure, date, mean, low, high,
        probability_better, draws, differing, verdict.
    """
    ax = blank(ax)
    words = view.words
    ax.set_ylabel(words.phrase("People with conditions met"))
    ax.xaxis.set_major_formatter(numbers(view))
    if differences.empty:
        ax.set(xticks=[], yticks=[])
        ax.set_xlabel(words.phrase("Difference (people)"))
        note(ax, words.phrase("Differences need simulations and a second plan."))
        return ax
    shown = shown_differences(differences, view)
    against = view.title(differences["against"].iloc[0])
    ax.set_xlabel(
        textwrap.fill(
            words.phrase(
                "Difference in people to: {allocation} (to the right: better)", allocation=against
            ),
            84,
        )
    )
    ax.axvline(0, color=INK, linewidth=0.9, label="_zero", in_layout=False)
    ax.grid(axis="x")
    groups = list(shown.groupby(["measure", "date"], sort=False, dropna=False))
    names = list(dict.fromkeys(shown["allocation"]))
    for number, (_, rows) in enumerate(groups):
        for _, row in rows.iterrows():
            place = names.index(row["allocation"])
            offset = GROUP * ((place + 0.5) / len(names) - 0.5)
            _difference(ax, number + offset, place, row, view)
    ax.set_yticks(
        range(len(groups)),
        [textwrap.fill(_group_word(rows.iloc[0], view), 18) for _, rows in groups],
    )
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(groups) - 0.5, -0.62)
    ax.annotate(
        words.phrase("no difference"), (0, 1.0), (3, -2), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", fontsize=6.5, color=QUIET,
    )  # fmt: skip
    _differences_legend(ax, names, view)
    return ax


def _difference(ax: Axes, at: float, place: int, row: pd.Series, view: View) -> None:
    """Draw one mean with its interval, and write how probable it is that it is better."""
    words = view.words
    if np.isnan(row["mean"]):
        beside(ax, at, _few(row, words))
        return
    colour, _, marker = LINES[(place + 1) % len(LINES)]  # the first is the reference
    ax.plot(
        [row["low"], row["high"]], [at, at], color=colour, linewidth=2.0, solid_capstyle="butt",
        label="_interval", in_layout=False,
    )  # fmt: skip
    ax.plot(
        [row["mean"]], [at], linestyle="none", marker=marker, markersize=5.5,
        markerfacecolor="white" if row["verdict"] == LEVEL else colour, markeredgecolor=INK,
        markeredgewidth=0.5, zorder=3, label="_mean", in_layout=False,
    )  # fmt: skip
    share = words.percent(float(row["probability_better"]))
    text = words.phrase("better in {share}", share=share)
    if row["measure"] == "person_days":
        text = words.phrase(
            "better in {share} ({days})",
            share=share, days=_signed(float(row["million_person_days"]), words),
        )  # fmt: skip
    beside(ax, at, text)


def _differences_legend(ax: Axes, names: Sequence[str], view: View) -> None:
    """Name the allocations by marker."""
    keys = []
    for place, name in enumerate(names):
        colour, _, marker = LINES[(place + 1) % len(LINES)]
        keys.append(
            Line2D([], [], color=colour, linewidth=2.0, marker=marker, markersize=5.5,
                   markeredgecolor=INK, markeredgewidth=0.5,
                   label=textwrap.fill(view.title(name), 42))
        )  # fmt: skip
    legend_below(ax, keys, middle=0.42, gap=5.5)
