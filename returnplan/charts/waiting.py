"""What people wait for: days by cause, of allocations and of the largest communities."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from returnplan.canvas import (
    INK,
    MET,
    PALE,
    PART,
    QUIET,
    ROW_INCHES,
    SMALL,
    UNKNOWN,
    Floats,
    View,
    blank,
    capital,
    chart,
    district_rows,
    finished,
    label_rows,
    note,
    numbers,
)
from returnplan.vocabulary import cause_group, cause_name

LOOKS = (
    (MET, ""),
    (PALE, "////"),
    ("#8C6BB1", ""),
    (PART, "||||"),
    ("#D9C7A3", "\\\\\\\\"),
    ("#7A4B1E", ""),
    ("white", "xxxx"),
    ("#B9A6D3", "----"),
)
"""Colours and hatches of the largest groups of causes, in the order of their size."""
REST, MISSING = "rest", "missing_data"
OTHERS: Mapping[str, tuple[str, str]] = {REST: ("white", ""), MISSING: (UNKNOWN, "+++")}
DARK = (MET, "#8C6BB1", "#7A4B1E")
LEAST_LABEL = 0.06  # of the longest bar, for a share written into it
BAR = 0.7
MILLION = 1_000_000
YEAR_DAYS = 365.25
CAUSE_LETTERS = 42


@dataclass(frozen=True, kw_only=True)
class Causes:
    """Groups of causes that are told apart, the largest first, and how each looks.

    Parameters
    ----------
    group_of
        Group by cause: one of the largest, the rest, or missing data.
    looks
        Colour and hatch by group, in the order of the stack.
    """

    group_of: Mapping[str, str]
    looks: Mapping[str, tuple[str, str]]

    def table(self, delays: pd.DataFrame, key: str, value: str) -> pd.DataFrame:
        """Add up a column by key (rows) and group (columns)."""
        groups = delays["cause"].map(self.group_of)
        sums = delays.assign(group=groups).pivot_table(
            index=key, columns="group", values=value, aggfunc="sum", fill_value=0.0, sort=False
        )
        return sums.reindex(columns=list(self.looks), fill_value=0.0)

    def name(self, group: str, view: View) -> str:
        """Return the words for a group."""
        if group == REST:
            return view.words.phrase("Other causes, each less than these")
        return capital(cause_name(group, view.words))


def causes_of(delays: pd.DataFrame) -> Causes:
    """Return the eight groups with most person-days over all allocations, and the rest.

    Missing data is always told apart: it is no cause, nobody knows it.

    Parameters
    ----------
    delays
        One row per allocation, community and cause: person_days_mean.
    """
    names = {str(cause): cause_group(str(cause)) for cause in delays["cause"].unique()}
    days = delays["person_days_mean"].groupby(delays["cause"].map(names)).sum()
    days = days[days > 0].drop(MISSING, errors="ignore")
    largest = list(days.sort_values(ascending=False, kind="stable").index[: len(LOOKS)])
    looks = dict(zip(largest, LOOKS, strict=False))
    looks |= {group: OTHERS[group] for group in (REST,) if len(days) > len(largest)}
    looks |= {group: OTHERS[group] for group in (MISSING,) if MISSING in names.values()}
    kept = {cause: group if group in looks else REST for cause, group in names.items()}
    return Causes(group_of=kept, looks=looks)


def _draw_stacks(ax: Axes, table: pd.DataFrame, rows: Floats, causes: Causes) -> None:
    """Draw a bar of stretches for each row of a table, one collection a group."""
    left = np.zeros(len(table))
    for group, (colour, hatch) in causes.looks.items():
        right = left + table[group].to_numpy(dtype=float)
        top, low = rows - BAR / 2, rows + BAR / 2
        corners = np.array([[left, low], [right, low], [right, top], [left, top]])
        ax.add_collection(
            PolyCollection(
                list(corners.transpose(2, 0, 1)[right > left]), facecolor=colour, hatch=hatch,
                edgecolor=INK, linewidth=0.4, gid=group, in_layout=False,
            ),
            autolim=False,
        )  # fmt: skip
        left = right


def _legend(ax: Axes, causes: Causes, view: View, *, below: float) -> None:
    """Explain the groups under the axis."""
    handles = [
        Patch(facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.4)
        for colour, hatch in causes.looks.values()
    ]
    words = [textwrap.fill(causes.name(group, view), CAUSE_LETTERS) for group in causes.looks]
    ax.legend(
        handles, words, loc="upper center", bbox_to_anchor=(0.4, 0), borderaxespad=below, ncols=2,
        fontsize=SMALL, handlelength=2.6,
    )  # fmt: skip


# Allocations


def _cause_alt(delays: pd.DataFrame, *, view: View) -> str:
    """Say what costs each allocation most person-days of waiting."""
    words = view.words
    causes = causes_of(delays)
    if not causes.looks:
        return words.phrase("Waiting by cause: nobody waits.")
    table = causes.table(delays, "allocation", "person_days_mean")
    told = words.listed(
        words.phrase(
            "under {allocation} {days} person-days, most for {cause} ({share})",
            allocation=view.title(key),
            days=words.number(row.sum()),
            cause=_told(str(row.idxmax()), view),
            share=words.percent(float(row.max()), float(row.sum())),
        )
        for key, row in table.iterrows()
    )
    if view.draws:
        return words.phrase("People wait (modelled, mean of the draws) {told}.", told=told)
    return words.phrase("People wait (modelled) {told}.", told=told)


def _told(group: str, view: View) -> str:
    """Return a group of causes within a sentence."""
    if group == REST:
        return view.words.phrase("other causes")
    return cause_name(group, view.words)


def _cause_notes(delays: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say how days are booked."""
    words = view.words
    booked = words.phrase(
        "Each day that a community waits up to the horizon is booked to one cause on its binding "
        "chain, times its people; the causes add up to the person-days of displacement."
    )
    if not view.draws:
        return [booked]
    means = words.phrase("Means of {draws} draws, which add up.", draws=view.draws_word)
    return [booked, means]


def _cause_height(delays: pd.DataFrame, *, view: View, columns: int) -> float:
    """Return inches: title, axis and legend, and a row for each allocation."""
    groups = len(causes_of(delays).looks)
    return 1.45 + 0.16 * ((groups + 1) // 2) + 0.42 * max(delays["allocation"].nunique(), 2)


@chart(
    lambda words, _: words.phrase("What people wait for, by allocation (modelled)"),
    ("delays",),
    _cause_alt,
    height=_cause_height,
    one_allocation=False,
    notes=_cause_notes,
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
    ax.set_ylabel(words.phrase("Allocation"))
    if not causes.looks:
        ax.set(xticks=[], yticks=[])
        ax.set_xlabel(words.phrase("Person-days of waiting"))
        note(ax, words.phrase("Nobody waits."))
        return finished(ax, "waiting_by_cause", view)
    table = causes.table(delays, "allocation", "person_days_mean")
    totals = table.sum(axis=1)
    is_large = bool(totals.max() >= MILLION)
    unit = MILLION if is_large else 1
    _draw_stacks(ax, table / unit, np.arange(len(table), dtype=float), causes)
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
    _legend(ax, causes, view, below=5.0)
    return finished(ax, "waiting_by_cause", view)


def _share_words(ax: Axes, table: pd.DataFrame, causes: Causes, unit: float, view: View) -> None:
    """Write shares into the stretches that are long enough."""
    words = view.words
    longest = float(table.sum(axis=1).max())
    for row, (_, days) in enumerate(table.iterrows()):
        middles = days.cumsum() - days / 2
        for group, value in days[days >= LEAST_LABEL * longest].items():
            colour, hatch = causes.looks[str(group)]
            box = {"facecolor": colour, "edgecolor": "none", "pad": 0.8} if hatch else None
            ax.text(
                float(middles[str(group)]) / unit, row, words.percent(float(value), days.sum()),
                ha="center", va="center", fontsize=SMALL, bbox=box, in_layout=False,
                color="white" if colour in DARK else INK,
            )  # fmt: skip


# Communities


def _gantt_alt(delays: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say for how many of the communities shown each cause is the largest."""
    words = view.words
    largest = _largest_causes(delays, readiness, view)
    if largest.empty:
        return words.phrase("Waiting of the largest communities: nothing to draw.")
    counts = largest.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    told = words.listed(
        words.phrase("{cause} in {number}", cause=_told(str(group), view), number=words.number(n))
        for group, n in counts.items()
    )
    return words.phrase(
        "Under {allocation} the {number} communities shown wait (modelled) longest for: {told}.",
        allocation=view.title(view.allocation), number=words.number(len(largest)), told=told,
    )  # fmt: skip


def _largest_causes(delays: pd.DataFrame, readiness: pd.DataFrame, view: View) -> pd.Series:
    """Return the group of causes that takes most days, by community shown that waits."""
    table = _by_community(delays, readiness, view, causes_of(delays))
    return table[table.sum(axis=1) > 0].idxmax(axis=1) if table.size else pd.Series(dtype=object)


def _by_community(
    delays: pd.DataFrame, readiness: pd.DataFrame, view: View, causes: Causes
) -> pd.DataFrame:
    """Return days by community shown (rows, as on the chart) and group of causes."""
    shown = district_rows(readiness, view).table["community"]
    mine = delays[delays["allocation"].astype(str) == view.allocation]
    table = causes.table(mine[mine["community"].isin(shown)], "community", "days_mean")
    return table.reindex(shown, fill_value=0.0)


def _gantt_notes(delays: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say which communities are shown, and that causes are added up."""
    words = view.words
    rows = district_rows(readiness, view)
    shown = words.phrase(
        "Shown: at most {each} communities of each district, those with most people.",
        each=words.number(rows.each),
    )
    booked = words.phrase(
        "Days are booked to one cause each, on the binding chain, and added up by cause: within a "
        "bar they do not stand in the order of time. Right: the largest cause and its share."
    )
    if not view.draws:
        return [shown, booked]
    means = words.phrase(
        "Bars: means of {draws} draws; draws in which conditions are not met count up to the "
        "horizon.",
        draws=view.draws_word,
    )
    return [shown, booked, means]


def _gantt_height(
    delays: pd.DataFrame, readiness: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: title, axis and legend, and a row for each community and district."""
    groups = len(causes_of(delays).looks)
    legend = 0.16 * ((groups + 1) // 2)
    return 1.45 + legend + ROW_INCHES * max(district_rows(readiness, view).count, 5)


@chart(
    lambda words, _: words.phrase("What each community waits for (modelled)"),
    ("delays", "readiness"),
    _gantt_alt,
    shape="tall",
    height=_gantt_height,
    notes=_gantt_notes,
)
def ready_gantt(
    delays: pd.DataFrame, readiness: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw how long the largest communities wait, stacked by cause, by district.

    Parameters
    ----------
    delays
        One row per allocation, community and cause: days_mean, person_days_mean.
    readiness
        One row per allocation and community: settlement, district, people, status.
    """
    ax = blank(ax, "tall")
    words = view.words
    rows, causes = district_rows(readiness, view), causes_of(delays)
    start = words.date(view.start)
    ax.set_xlabel(
        words.phrase("Years of waiting from {date}, mean of the draws", date=start)
        if view.draws
        else words.phrase("Years of waiting from {date}", date=start)
    )
    ax.set_ylabel(words.phrase("Community and people, by district"))
    if rows.table.empty or not causes.looks:
        ax.set(xticks=[], yticks=[])
        note(ax, words.phrase("Nobody waits under this allocation."))
        return finished(ax, "ready_gantt", view)
    table = _by_community(delays, readiness, view, causes) / YEAR_DAYS
    at = rows.table["row"].to_numpy(dtype=float)
    label_rows(ax, rows, view)
    _draw_stacks(ax, table, at, causes)
    ax.set_xlim(0, view.horizon_days / YEAR_DAYS)
    ax.xaxis.set_major_locator(MaxNLocator(10, integer=view.horizon_days > 3 * YEAR_DAYS))
    ax.xaxis.set_major_formatter(numbers(view))
    ax.axvline(view.horizon_days / YEAR_DAYS, color=QUIET, linewidth=0.6, label="_horizon")
    ax.grid(axis="x")
    _cause_words(ax, rows.table, table, view)
    _legend(ax, causes, view, below=4.5)
    return finished(ax, "ready_gantt", view)


def _cause_words(ax: Axes, rows: pd.DataFrame, table: pd.DataFrame, view: View) -> None:
    """Write right of each row its largest cause and the share of the days that it takes."""
    words = view.words
    for row, (_, days) in zip(rows["row"], table.iterrows(), strict=True):
        if not days.sum():
            text = words.phrase("does not wait")
        else:
            text = words.phrase(
                "{share} {cause}",
                share=words.percent(float(days.max()), float(days.sum())),
                cause=_told(str(days.idxmax()), view),
            )
        ax.annotate(
            text, (1.0, row), (5, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=6.5,
        )  # fmt: skip
