"""Which plan for how much money: people against cost."""

import math
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import offset_copy

from returnplan.language.words import Words
from returnplan.runs.difference import BETTER
from returnplan.show.drawing import (
    INK,
    LINES,
    UNKNOWN,
    Floats,
    View,
    blank,
    chart,
    note,
    numbers,
    range_words,
    rounded,
    total_people,
)

MILLION = 1_000_000
THREE_DIGITS = 100  # smaller numbers are written with a decimal
NAME_LETTERS = 32
LABEL_LETTERS = 48  # of the words along the scale of people
ROOM = 0.15  # of the span of the points, on each side
NEAR = 0.02  # of the width of the axes: costs that are so near stand side by side
ASIDE = 6.0  # points between them
FROM_ZERO = 0.4  # a scale whose lowest point is lower than this share of the highest begins at 0


def costs_and_people(
    summary: pd.DataFrame, people_met: pd.DataFrame, verdicts: pd.DataFrame
) -> pd.DataFrame:
    """Return cost_musd, people, low, high and is_outperformed by allocation.

    Outperformed: under another allocation, which is no dearer, the conditions of more people are
    met by the horizon, and the comparison over the same draws says that this is clear (model §11).
    Without such a comparison none is.

    Parameters
    ----------
    summary
        One row per allocation: cost_usd_mean.
    people_met
        One row per allocation and date, in order: people_p10, people_p50, people_p90.
    verdicts
        As :func:`returnplan.runs.paired.verdicts` gives them; no rows: nothing is compared.
    """
    last = people_met.groupby("allocation", sort=False).tail(1).set_index("allocation")
    names = [name for name in summary["allocation"] if name in last.index]
    cost = summary.set_index("allocation").loc[names, "cost_usd_mean"].astype(float) / MILLION
    columns = {"people": "people_p50", "low": "people_p10", "high": "people_p90"}
    table = pd.DataFrame({"cost_musd": cost})
    for name, column in columns.items():
        table[name] = last.loc[names, column].astype(float)
    is_more = (verdicts["measure"] == "people_met") & (verdicts["verdict"] == BETTER)
    more = verdicts[is_more & verdicts["allocation"].isin(names) & verdicts["against"].isin(names)]
    is_no_dearer = (
        cost.reindex(more["allocation"]).to_numpy() <= cost.reindex(more["against"]).to_numpy()
    )
    return table.assign(is_outperformed=table.index.isin(more["against"][is_no_dearer]))


def _finding(
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    readiness: pd.DataFrame,
    verdicts: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say which plan is outperformed, if the plans can be compared."""
    words = view.words
    table = costs_and_people(summary, people_met, verdicts)
    worse = table.index[table["is_outperformed"]]
    if table.empty or verdicts.empty:
        return ""
    if len(worse) == 0:
        return words.phrase("No plan is clearly outperformed by another that is no dearer")
    if len(worse) == 1:
        return words.phrase(
            "Outperformed by a plan that is no dearer: {plan}", plan=view.title(worse[0])
        )
    return words.phrase(
        "{number} of {all} plans are outperformed by another that is no dearer",
        number=words.number(len(worse)),
        all=words.number(len(table)),
    )


def _cost_alt(
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    readiness: pd.DataFrame,
    verdicts: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say people and cost of each allocation, and which are outperformed."""
    words = view.words
    table = costs_and_people(summary, people_met, verdicts)
    if table.empty:
        return words.phrase("People against cost: no data for this chart.")
    points = words.listed(
        words.phrase(
            "{people} for USD {cost} million under {allocation}",
            people=rounded(words)(row["people"]),
            cost=_amount(row["cost_musd"], words),
            allocation=view.title(key),
        )
        for key, row in table.iterrows()
    )
    first = words.phrase(
        "People with conditions met (modelled) by {date}, of {total}: {told}.",
        date=view.horizon_word, total=words.number(total_people(readiness)), told=points,
    )  # fmt: skip
    worse = [view.title(key) for key in table.index[table["is_outperformed"]]]
    if not worse:
        return first
    second = words.phrase(
        "Outperformed, as another brings clearly more people and is no dearer: {plans}.",
        plans=words.listed(worse),
    )
    return f"{first} {second}"


def _cost_notes(
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    readiness: pd.DataFrame,
    verdicts: pd.DataFrame,
    *,
    view: View,
) -> Sequence[str]:
    """Say what points and lines are, and what outperformed is."""
    words = view.words
    notes = [words.phrase("Costs are in constant prices, not discounted.")]
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
                "simulations; where costs are nearly equal, plans stand side by side. All plans "
                "use the same random inputs: ranges that overlap do not say that two are alike.",
                draws=view.draws_word,
            )
        )
    if len(verdicts):
        notes.append(
            words.phrase(
                "Grey, outperformed: another plan is no dearer, and under it more people have "
                "their conditions met by the end of the run: 80% of the simulations or more agree "
                "(the same counts half), and the 95% interval of the mean difference excludes 0."
            )
        )
    return notes


def _cost_height(
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    readiness: pd.DataFrame,
    verdicts: pd.DataFrame,
    *,
    view: View,
    columns: int,
) -> float:
    """Return inches: those of the shape, or what the list of names needs."""
    names = [textwrap.wrap(view.title(key), NAME_LETTERS) for key in summary["allocation"]]
    return max(3.4, 1.3 + 0.127 * sum(len(lines) + 2 for lines in names) + 0.1 * len(names))


@chart(
    lambda words, _: words.phrase("People with conditions met (modelled), against cost"),
    ("summary", "people_met", "readiness", "verdicts"),
    _cost_alt,
    height=_cost_height,
    figures="together",
    is_first=True,
    least_allocations=2,
    notes=_cost_notes,
    finding=_finding,
)
def people_against_cost(
    summary: pd.DataFrame,
    people_met: pd.DataFrame,
    readiness: pd.DataFrame,
    verdicts: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw each allocation by its cost and the people with conditions met by the horizon.

    A scale that does not begin at zero says where it begins.

    Parameters
    ----------
    summary
        One row per allocation: cost_usd_mean.
    people_met
        One row per allocation and date, in order: people_p10, people_p50, people_p90.
    readiness
        One row per allocation and community: people.
    verdicts
        allocation, against, measure, verdict; no rows: nothing is marked.
    """
    ax = blank(ax)
    words = view.words
    table = costs_and_people(summary, people_met, verdicts)
    ax.grid()
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(numbers(view))
    ax.yaxis.set_major_formatter(numbers(view))
    cost = words.phrase("Cost up to the end of the run (USD million)")
    people = words.phrase("People with conditions met by {date}", date=view.horizon_word)
    if table.empty:
        ax.set(xticks=[], yticks=[], xlabel=cost, ylabel=textwrap.fill(people, LABEL_LETTERS))
        note(ax, words.phrase("No plans to show."))
        return ax
    shown = table[["low", "people", "high"]].to_numpy(dtype=float)
    ax.set_xlim(*_ends(table["cost_musd"].to_numpy(dtype=float)))
    ax.set_ylim(*_ends(shown[np.isfinite(shown)]))
    handles = [
        _point(ax, number, row, aside)
        for number, ((_, row), aside) in enumerate(
            zip(table.iterrows(), _aside(ax, table["cost_musd"].to_numpy(dtype=float)), strict=True)
        )
    ]
    ax.set_xlabel(_scaled(cost, ax.get_xlim()[0], words))
    ax.set_ylabel(textwrap.fill(_scaled(people, ax.get_ylim()[0], words), LABEL_LETTERS))
    order = table["people"].to_numpy().argsort(kind="stable")[::-1]
    ax.legend(
        [handles[i] for i in order],
        [_point_words(table.index[i], table.iloc[i], view) for i in order],
        loc="center left", bbox_to_anchor=(1.0, 0.5), handlelength=1.6, labelspacing=0.9,
    )  # fmt: skip
    return ax


def _aside(ax: Axes, cost: Floats) -> list[float]:
    """Return by how many points each allocation is moved aside, so that equal costs stand apart."""
    low, high = ax.get_xlim()
    moves = np.zeros(len(cost))
    order = np.argsort(cost, kind="stable")
    breaks = np.flatnonzero(np.diff(cost[order]) > NEAR * (high - low)) + 1
    for near in np.split(order, breaks):
        moves[near] = ASIDE * (np.arange(len(near)) - (len(near) - 1) / 2)
    return [float(move) for move in moves]


def _point(ax: Axes, number: int, row: pd.Series, aside: float) -> Line2D:
    """Draw one allocation: marker and range, moved aside; grey where it is outperformed."""
    sheet = ax.get_figure(root=True)
    moved = offset_copy(ax.transData, sheet, x=aside, units="points")
    colour, _, marker = LINES[number % len(LINES)]
    colour = UNKNOWN if row["is_outperformed"] else colour
    if np.isfinite(row["low"]):
        ax.plot(
            [row["cost_musd"]] * 2, [row["low"], row["high"]], color=colour, linewidth=2.0,
            solid_capstyle="butt", label="_range", in_layout=False, transform=moved,
        )  # fmt: skip
    (point,) = ax.plot(
        [row["cost_musd"]], [row["people"]], linestyle="none", marker=marker, markersize=8,
        color=colour, markeredgecolor=INK, markeredgewidth=0.7, zorder=3, in_layout=False,
        transform=moved, label="_outperformed" if row["is_outperformed"] else "_shown",
    )  # fmt: skip
    return point


def _ends(shown: Floats) -> tuple[float, float]:
    """Return where a scale begins and ends: at a round number below the lowest point, or at 0."""
    if not len(shown):
        return 0.0, 1.0
    low, high = float(shown.min()), float(shown.max())
    room = max(ROOM * (high - low), 0.02 * high, 0.001)
    if low - room <= FROM_ZERO * high:
        return 0.0, high + room
    step = 10.0 ** math.floor(math.log10(high + room - (low - room)))
    return math.floor((low - room) / step) * step, high + room


def _scaled(label: str, begin: float, words: Words) -> str:
    """Say what a scale shows, and where it begins if that is not zero."""
    if not begin:
        return label
    return words.phrase(
        "{label}; the scale begins at {number}", label=label, number=_amount(begin, words)
    )


def _amount(number: float, words: Words) -> str:
    """Return a number, with a decimal where it has few digits."""
    return words.number(number, 0 if number >= THREE_DIGITS else 1)


def _point_words(key: object, row: pd.Series, view: View) -> str:
    """Return name, people and cost of an allocation, and whether it is outperformed."""
    words = view.words
    name = view.title(key)
    if row["is_outperformed"]:
        name = words.phrase("{plan} (outperformed)", plan=name)
    ends = [float(row[name]) for name in ("people", "low", "high")]
    people = range_words(words, ends, rounded(words))
    cost = words.phrase("USD {cost} million", cost=_amount(row["cost_musd"], words))
    return "\n".join([textwrap.fill(name, NAME_LETTERS), people, cost])
