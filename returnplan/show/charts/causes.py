"""What people wait for: person-days by cause, of each allocation."""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from returnplan.show.drawing import (
    DARK,
    INK,
    SMALL,
    Causes,
    View,
    blank,
    cause_in_sentence,
    cause_legend,
    causes_of,
    chart,
    draw_stacks,
    note,
    numbers,
)

LEAST_LABEL = 0.06  # of the longest bar, for a share written into it
MILLION = 1_000_000


def _cause_alt(delays: pd.DataFrame, *, view: View) -> str:
    """Say what costs each allocation most person-days of waiting."""
    words = view.words
    causes = causes_of(delays)
    if not causes.looks:
        return words.phrase("Waiting by cause: nobody waits.")
    table = causes.table(delays, "allocation", "person_days_mean")
    sums = words.listed(
        words.phrase(
            "under {allocation} {days} person-days, most for {cause} ({share})",
            allocation=view.title(key),
            days=words.number(row.sum()),
            cause=cause_in_sentence(str(row.idxmax()), view),
            share=words.percent(float(row.max()), float(row.sum())),
        )
        for key, row in table.iterrows()
    )
    if view.draws:
        return words.phrase("People wait (modelled, mean of the simulations) {told}.", told=sums)
    return words.phrase("People wait (modelled) {told}.", told=sums)


def _cause_finding(delays: pd.DataFrame, *, view: View) -> str:
    """Say which cause takes most of all waiting, and how much of it."""
    words, causes = view.words, causes_of(delays)
    if not causes.looks:
        return ""
    table = causes.table(delays, "allocation", "person_days_mean")
    most = str(table.sum().idxmax())
    shares = (table[most] / table.sum(axis=1)).to_numpy(dtype=float)
    low, high = words.percent(float(shares.min())), words.percent(float(shares.max()))
    return words.phrase(
        "Largest cause of waiting (modelled): {cause} ({share} of all waiting)",
        cause=cause_in_sentence(most, view),
        share=low if low == high else words.phrase("{low} to {high}", low=low, high=high),
    )


def _cause_notes(delays: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say how days are booked."""
    words = view.words
    booked = words.phrase(
        "Each day that a community waits up to the end of the run has one cause on its chain of "
        "delays, and counts times its people; the causes add up to the person-days of "
        "displacement."
    )
    if not view.draws:
        return [booked]
    means = words.phrase("Means of {draws} simulations, which add up.", draws=view.draws_word)
    return [booked, means]


def _cause_height(delays: pd.DataFrame, *, view: View, columns: int) -> float:
    """Return inches: title, axis and legend, and a row for each allocation."""
    groups = len(causes_of(delays).looks)
    return 1.45 + 0.16 * ((groups + 1) // 2) + 0.42 * max(delays["allocation"].nunique(), 2)


@chart(
    lambda words, _: words.phrase("What people wait for, by plan (modelled)"),
    ("delays",),
    _cause_alt,
    height=_cause_height,
    figures="together",
    is_first=True,
    notes=_cause_notes,
    finding=_cause_finding,
)
def waiting_by_cause(delays: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw the person-days of waiting of each allocation, stacked by cause.

    Parameters
    ----------
    delays
        One row per allocation, community and cause: person_days_mean.
    """
    ax = blank(ax)
    words = view.words
    causes = causes_of(delays)
    ax.set_ylabel(words.phrase("Plan"))
    if not causes.looks:
        ax.set(xticks=[], yticks=[])
        ax.set_xlabel(words.phrase("Person-days of waiting"))
        note(ax, words.phrase("Nobody waits."))
        return ax
    table = causes.table(delays, "allocation", "person_days_mean")
    totals = table.sum(axis=1)
    is_large = bool(totals.max() >= MILLION)
    unit = MILLION if is_large else 1
    draw_stacks(ax, table / unit, np.arange(len(table), dtype=float), causes)
    _share_words(ax, table, causes, unit, view)
    decimals = 1 if is_large and totals.max() < 20 * MILLION else 0
    for row, total in enumerate(totals):
        ax.annotate(
            words.number(total / unit, decimals), (total / unit, row), (4, 0),
            textcoords="offset points", va="center", fontsize=7.5, fontweight="bold",
        )  # fmt: skip
    ax.set(xlim=(0, totals.max() / unit * 1.12), ylim=(len(table) - 0.5, -0.5))
    names = [textwrap.fill(view.title(key), 24) for key in table.index]
    ax.set_yticks(range(len(table)), names)
    ax.tick_params(axis="y", length=0)
    ax.xaxis.set_major_formatter(numbers(view))
    ax.set_xlabel(
        words.phrase("Person-days of waiting (million)")
        if is_large
        else words.phrase("Person-days of waiting")
    )
    ax.grid(axis="x")
    cause_legend(ax, causes, view, gap=5.0)
    return ax


def _share_words(ax: Axes, table: pd.DataFrame, causes: Causes, unit: float, view: View) -> None:
    """Write shares into the stretches that are long enough."""
    words = view.words
    longest = float(table.sum(axis=1).max())
    for row, (_, days) in enumerate(table.iterrows()):
        middles = days.cumsum() - days / 2
        shares = dict(zip(days.index, words.percents(days.tolist()), strict=True))
        for group in days[days >= LEAST_LABEL * longest].index:
            colour, hatch = causes.looks[str(group)]
            box = {"facecolor": colour, "edgecolor": "none", "pad": 0.8} if hatch else None
            ax.text(
                float(middles[str(group)]) / unit, row, shares[group],
                ha="center", va="center", fontsize=SMALL, bbox=box, in_layout=False,
                color="white" if colour in DARK else INK,
            )  # fmt: skip
