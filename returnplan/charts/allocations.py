"""Allocations against each other: people by cost, and differences over the same draws."""

import textwrap
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from returnplan.canvas import (
    INK,
    LINES,
    QUIET,
    SMALL,
    UNKNOWN,
    View,
    blank,
    chart,
    finished,
    note,
    numbers,
    total_people,
)
from returnplan.words import Words

MILLION = 1_000_000
TWO_DIGITS, THREE_DIGITS = 10, 100  # smaller numbers are written with decimals
NAME_LETTERS = 32
ROOM = 0.15  # of the span of the points, on each side
MOST_DATES = 4
SPREAD = 0.66  # of a group of rows, taken by the allocations in it


# People against cost


def costs_and_people(summary: pd.DataFrame, people_met: pd.DataFrame) -> pd.DataFrame:
    """Return cost_musd, people, low, high and is_dominated by allocation.

    Dominated: another allocation brings at least as many people for at most as much money, and is
    better in one of the two.

    Parameters
    ----------
    summary
        One row per allocation: cost_usd_mean.
    people_met
        One row per allocation and date, in order: people_p10, people_p50, people_p90.
    """
    last = people_met.groupby("allocation", sort=False).tail(1).set_index("allocation")
    names = [name for name in summary["allocation"] if name in last.index]
    cost = summary.set_index("allocation").loc[names, "cost_usd_mean"].astype(float) / MILLION
    columns = {"people": "people_p50", "low": "people_p10", "high": "people_p90"}
    table = pd.DataFrame({"cost_musd": cost})
    for name, column in columns.items():
        table[name] = last.loc[names, column].astype(float)
    money, people = table["cost_musd"].to_numpy(), table["people"].to_numpy()
    is_no_worse = (money[None, :] <= money[:, None]) & (people[None, :] >= people[:, None])
    is_better = (money[None, :] < money[:, None]) | (people[None, :] > people[:, None])
    return table.assign(is_dominated=np.any(is_no_worse & is_better, axis=1))


def _cost_alt(
    summary: pd.DataFrame, people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View
) -> str:
    """Say people and cost of each allocation, and which are dominated."""
    words = view.words
    table = costs_and_people(summary, people_met)
    if table.empty:
        return words.phrase("People against cost: nothing to draw.")
    told = words.listed(
        words.phrase(
            "{people} for USD {cost} million under {allocation}",
            people=words.number(row["people"]),
            cost=_money(row["cost_musd"], words),
            allocation=view.title(key),
        )
        for key, row in table.iterrows()
    )
    first = words.phrase(
        "People with conditions met (modelled) by {date}, of {total}: {told}.",
        date=view.horizon_word, total=words.number(total_people(readiness)), told=told,
    )  # fmt: skip
    worse = [view.title(key) for key in table.index[table["is_dominated"]]]
    if not worse:
        return first
    second = words.phrase(
        "Dominated, as another brings no fewer people for no more money: {allocations}.",
        allocations=words.listed(worse),
    )
    return f"{first} {second}"


def _cost_notes(
    summary: pd.DataFrame, people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View
) -> Sequence[str]:
    """Say what points and lines are, and what dominated is."""
    words = view.words
    notes = [
        words.phrase(
            "Grey: dominated, another allocation brings at least as many people for at most as "
            "much money, and is better in one of the two. The scales do not begin at zero."
        )
    ]
    if view.draws:
        notes.append(
            words.phrase(
                "People: median (p50) of {draws} draws, line p10 to p90; cost: mean of the draws. "
                "All allocations see the same draws: ranges that overlap do not say that two are "
                "alike.",
                draws=view.draws_word,
            )
        )
    return notes


def _cost_height(
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    readiness: pd.DataFrame,
    *,
    view: View,
    columns: int,
) -> float:
    """Return inches: those of the shape, or what the list of names needs."""
    names = [textwrap.wrap(view.title(key), NAME_LETTERS) for key in summary["allocation"]]
    return max(3.4, 1.3 + 0.127 * sum(len(lines) + 2 for lines in names) + 0.1 * len(names))


@chart(
    lambda words, _: words.phrase("People with conditions met (modelled), against cost"),
    ("summary", "people_met", "readiness"),
    _cost_alt,
    height=_cost_height,
    one_allocation=False,
    notes=_cost_notes,
)
def people_against_cost(
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    readiness: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw each allocation by its cost and the people with conditions met by the horizon.

    Parameters
    ----------
    summary
        One row per allocation: cost_usd_mean.
    people_met
        One row per allocation and date, in order: people_p10, people_p50, people_p90.
    readiness
        One row per allocation and community: people.
    """
    ax = blank(ax)
    words = view.words
    table = costs_and_people(summary, people_met)
    ax.set_xlabel(words.phrase("Cost up to the horizon (USD million)"))
    label = words.phrase("People with conditions met by {date}", date=view.horizon_word)
    ax.set_ylabel(textwrap.fill(label, 48))
    ax.grid()
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(numbers(view))
    ax.yaxis.set_major_formatter(numbers(view))
    if table.empty:
        ax.set(xticks=[], yticks=[])
        note(ax, words.phrase("No allocations to draw."))
        return finished(ax, "people_against_cost", view)
    handles = [_point(ax, number, row) for number, (_, row) in enumerate(table.iterrows())]
    _around(ax, table)
    order = table["people"].to_numpy().argsort(kind="stable")[::-1]
    ax.legend(
        [handles[i] for i in order],
        [_point_words(table.index[i], table.iloc[i], view) for i in order],
        loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.6, labelspacing=0.9,
    )  # fmt: skip
    return finished(ax, "people_against_cost", view)


def _point(ax: Axes, number: int, row: pd.Series) -> Line2D:
    """Draw one allocation: marker and range; grey where it is dominated."""
    colour, _, marker = LINES[number % len(LINES)]
    colour = UNKNOWN if row["is_dominated"] else colour
    if np.isfinite(row["low"]):
        ax.plot(
            [row["cost_musd"]] * 2, [row["low"], row["high"]], color=colour, linewidth=2.0,
            solid_capstyle="butt", label="_range", in_layout=False,
        )  # fmt: skip
    (point,) = ax.plot(
        [row["cost_musd"]], [row["people"]], linestyle="none", marker=marker, markersize=8,
        color=colour, markeredgecolor=INK, markeredgewidth=0.7, zorder=3, in_layout=False,
        label="_dominated" if row["is_dominated"] else "_best",
    )  # fmt: skip
    return point


def _around(ax: Axes, table: pd.DataFrame) -> None:
    """Leave room about the points."""
    shown = table[["low", "people", "high"]].to_numpy(dtype=float)
    ends = [float(np.nanmin(shown)), float(np.nanmax(shown))]
    people_room = max(ROOM * (ends[1] - ends[0]), 0.02 * ends[1], 1.0)
    ax.set_ylim(max(0.0, ends[0] - people_room), ends[1] + people_room)
    low, high = float(table["cost_musd"].min()), float(table["cost_musd"].max())
    cost_room = max(ROOM * (high - low), 0.02 * high, 0.001)
    ax.set_xlim(max(0.0, low - cost_room), high + cost_room)


def _money(musd: float, words: Words) -> str:
    """Return an amount in million, with a decimal where it has few digits."""
    return words.number(musd, 0 if musd >= THREE_DIGITS else 1)


def _point_words(key: object, row: pd.Series, view: View) -> str:
    """Return name, people and cost of an allocation, and whether it is dominated."""
    words = view.words
    name = view.title(key)
    if row["is_dominated"]:
        name = words.phrase("{allocation} (dominated)", allocation=name)
    people = words.number(row["people"])
    if np.isfinite(row["low"]):
        low, high = words.number(row["low"]), words.number(row["high"])
        people = words.phrase("{middle} ({low} to {high})", middle=people, low=low, high=high)
    cost = words.phrase("USD {cost} million", cost=_money(row["cost_musd"], words))
    return "\n".join([textwrap.fill(name, NAME_LETTERS), people, cost])


# Paired differences


def shown_differences(differences: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return the rows to be drawn, in people and so that more is better.

    Person-days are put on one scale with people: fewer person-days of displacement, divided by the
    days of the horizon, are more people with conditions met, on the average over its whole time.

    Parameters
    ----------
    differences
        As :func:`returnplan.comparison.differences` gives them.
    """
    total = differences[differences["measure"] == "person_days"].copy()
    for name, source in (("mean", "mean"), ("low", "high"), ("high", "low")):
        total[name] = -differences.loc[total.index, source].astype(float) / view.horizon_days
    total["million_person_days"] = differences.loc[total.index, "mean"].astype(float) / MILLION
    met = differences[differences["measure"] == "people_met"]
    dates = sorted(met["date"].astype(str).unique())
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
    return words.phrase("By {date}", date=words.date(date.fromisoformat(str(row["date"]))))


def _differences_alt(differences: pd.DataFrame, *, view: View) -> str:
    """Say the difference in person-days of each allocation, and how probable it is better."""
    words = view.words
    rows = differences[differences["measure"] == "person_days"]
    if rows.empty:
        return words.phrase("Differences between allocations: nothing to draw.")
    told = words.listed(
        words.phrase(
            "{allocation} {days} million person-days ({low} to {high}), better in {share} of the "
            "draws",
            allocation=view.title(row["allocation"]),
            days=_signed(row["mean"] / MILLION, words),
            low=_signed(row["low"] / MILLION, words),
            high=_signed(row["high"] / MILLION, words),
            share=words.percent(float(row["probability_better"])),
        )
        for _, row in rows.iterrows()
    )
    return words.phrase(
        "Mean difference from {against} over the same {draws} draws (modelled), with its 95 % "
        "interval: {told}.",
        against=view.title(rows["against"].iloc[0]),
        draws=words.number(rows["draws"].iloc[0]),
        told=told,
    )


def _signed(value: float, words: Words) -> str:
    """Return a number with its sign, with decimals where it is small."""
    decimals = 0 if abs(value) >= TWO_DIGITS else 1 if abs(value) >= 1 else 2
    text = words.number(abs(value), decimals)
    return f"\N{MINUS SIGN}{text}" if value < 0 else f"+{text}"


def _differences_notes(differences: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say what dots, lines and percentages are."""
    words = view.words
    if differences.empty:
        return []
    return [
        words.phrase(
            "Dots: mean difference in people with conditions met, over the same {draws} draws; "
            "lines: its 95 % interval (bootstrap). Right: share of the draws in which the "
            "allocation is better, a tie counts half.",
            draws=words.number(differences["draws"].iloc[0]),
        ),
        words.phrase(
            "Average over the whole time: fewer person-days of displacement (in brackets, in "
            "million), divided by the days of the horizon."
        ),
    ]


def _differences_height(differences: pd.DataFrame, *, view: View, columns: int) -> float:
    """Return inches: title, axis and legend, and a row for each dot."""
    shown = shown_differences(differences, view)
    names = shown["allocation"].nunique()
    return 1.5 + 0.17 * ((names + 1) // 2) + max(0.165 * (len(shown) + MOST_DATES), 1.2)


@chart(
    lambda words, _: words.phrase("Allocations against each other, over the same draws (modelled)"),
    ("differences",),
    _differences_alt,
    height=_differences_height,
    one_allocation=False,
    notes=_differences_notes,
)
def paired_differences(differences: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw the mean differences from one allocation with their intervals, better to the right.

    Parameters
    ----------
    differences
        One row per allocation and measure: allocation, against, measure, date, mean, low, high,
        probability_better, draws.
    """
    ax = blank(ax)
    words = view.words
    ax.set_ylabel(words.phrase("People with conditions met"))
    ax.xaxis.set_major_formatter(numbers(view))
    if differences.empty:
        ax.set(xticks=[], yticks=[])
        ax.set_xlabel(words.phrase("Difference (people)"))
        note(ax, words.phrase("Differences need draws and a second allocation."))
        return finished(ax, "paired_differences", view)
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
    groups = list(shown.groupby(["measure", "date"], sort=False))
    names = list(dict.fromkeys(shown["allocation"]))
    for number, (_, rows) in enumerate(groups):
        for _, row in rows.iterrows():
            place = names.index(row["allocation"])
            offset = SPREAD * ((place + 0.5) / len(names) - 0.5)
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
    return finished(ax, "paired_differences", view)


def _difference(ax: Axes, at: float, place: int, row: pd.Series, view: View) -> None:
    """Draw one mean with its interval, and write how probable it is that it is better."""
    words = view.words
    colour, _, marker = LINES[(place + 1) % len(LINES)]  # the first is the reference
    ax.plot(
        [row["low"], row["high"]], [at, at], color=colour, linewidth=2.0, solid_capstyle="butt",
        label="_interval", in_layout=False,
    )  # fmt: skip
    ax.plot(
        [row["mean"]], [at], linestyle="none", marker=marker, markersize=5.5, color=colour,
        markeredgecolor=INK, markeredgewidth=0.5, zorder=3, label="_mean", in_layout=False,
    )  # fmt: skip
    share = words.percent(float(row["probability_better"]))
    text = words.phrase("better in {share}", share=share)
    if row["measure"] == "person_days":
        text = words.phrase(
            "better in {share} ({days})",
            share=share, days=_signed(float(row["million_person_days"]), words),
        )  # fmt: skip
    ax.annotate(
        text, (1.0, at), (5, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="center", fontsize=6.5,
    )  # fmt: skip


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
    ax.legend(
        handles=keys, loc="upper center", bbox_to_anchor=(0.42, 0), borderaxespad=5.5, ncols=2,
        fontsize=SMALL,
    )  # fmt: skip
