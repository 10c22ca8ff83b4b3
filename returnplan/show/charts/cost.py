"""Which allocation for how much money: people against cost."""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from returnplan.language.words import Words
from returnplan.show.drawing import (
    INK,
    LINES,
    UNKNOWN,
    View,
    blank,
    chart,
    note,
    numbers,
    ranged,
    total_people,
)

MILLION = 1_000_000
THREE_DIGITS = 100  # smaller numbers are written with a decimal
NAME_LETTERS = 32
ROOM = 0.15  # of the span of the points, on each side


def costs_and_people(summary: pd.DataFrame, people_met: pd.DataFrame) -> pd.DataFrame:
    """Return cost_musd, people, low, high and is_dominated by allocation.

    Dominated: another allocation brings at least as many people for less money. Whether more people
    for the same money are more than luck is not told by their numbers (model §11).

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
    is_better = (money[None, :] < money[:, None]) & (people[None, :] >= people[:, None])
    return table.assign(is_dominated=np.any(is_better, axis=1))


def _cost_alt(
    summary: pd.DataFrame, people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View
) -> str:
    """Say people and cost of each allocation, and which are dominated."""
    words = view.words
    table = costs_and_people(summary, people_met)
    if table.empty:
        return words.phrase("People against cost: no data for this chart.")
    points = words.listed(
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
        date=view.horizon_word, total=words.number(total_people(readiness)), told=points,
    )  # fmt: skip
    worse = [view.title(key) for key in table.index[table["is_dominated"]]]
    if not worse:
        return first
    second = words.phrase(
        "Outperformed, as another plan reaches as many people at lower cost: {allocations}.",
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
            "Grey: outperformed, another plan reaches at least as many people at lower cost. The "
            "scales do not begin at zero."
        ),
        words.phrase("Costs are in constant prices, not discounted."),
    ]
    if len(summary) and (silent := int(summary["works_without_cost"].iloc[0])):
        notes[-1] += " " + words.plural(
            "{number} planned work states no cost: only its crew is counted.",
            "{number} planned works state no cost: only their crews are counted.",
            silent,
        )
    if view.draws:
        notes.append(
            words.phrase(
                "People: median (p50) of {draws} simulations, line p10 to p90; cost: mean of the "
                "simulations. All plans use the same random inputs: ranges that overlap do not "
                "say that two are alike.",
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
    figures="together",
    is_first=True,
    least_allocations=2,
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
    ax.set_xlabel(words.phrase("Cost up to the end of the run (USD million)"))
    label = words.phrase("People with conditions met by {date}", date=view.horizon_word)
    ax.set_ylabel(textwrap.fill(label, 48))
    ax.grid()
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(numbers(view))
    ax.yaxis.set_major_formatter(numbers(view))
    if table.empty:
        ax.set(xticks=[], yticks=[])
        note(ax, words.phrase("No plans to show."))
        return ax
    handles = [_point(ax, number, row) for number, (_, row) in enumerate(table.iterrows())]
    _around(ax, table)
    order = table["people"].to_numpy().argsort(kind="stable")[::-1]
    ax.legend(
        [handles[i] for i in order],
        [_point_words(table.index[i], table.iloc[i], view) for i in order],
        loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.6, labelspacing=0.9,
    )  # fmt: skip
    return ax


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
        name = words.phrase("{allocation} (outperformed)", allocation=name)
    people = words.number(row["people"])
    if np.isfinite(row["low"]):
        people = ranged(words, people, words.number(row["low"]), words.number(row["high"]))
    cost = words.phrase("USD {cost} million", cost=_money(row["cost_musd"], words))
    return "\n".join([textwrap.fill(name, NAME_LETTERS), people, cost])
