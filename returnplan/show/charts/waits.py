"""What the largest communities wait for: years by cause."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from returnplan.show.drawing import (
    QUIET,
    ROW_INCHES,
    Causes,
    View,
    beside,
    blank,
    cause_in_sentence,
    cause_legend,
    causes_of,
    chart,
    district_rows,
    draw_stacks,
    label_rows,
    note,
    numbers,
)

YEAR_DAYS = 365.25


def _waits_alt(delays: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say for how many of the communities shown each cause is the largest."""
    words = view.words
    largest = _largest_causes(delays, readiness, view)
    if largest.empty:
        return words.phrase("Waiting of the largest communities: no data for this chart.")
    counts = largest.value_counts(sort=False).sort_values(ascending=False, kind="stable")
    numbers_by_cause = words.listed(
        words.phrase(
            "{cause} in {number}", cause=cause_in_sentence(str(group), view), number=words.number(n)
        )
        for group, n in counts.items()
    )
    return words.phrase(
        "Under {allocation} the {number} communities shown wait (modelled) longest for: {told}.",
        allocation=view.title(view.allocation), number=words.number(len(largest)),
        told=numbers_by_cause,
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


def _waits_finding(delays: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say for how many of the communities shown which cause is the largest."""
    words, largest = view.words, _largest_causes(delays, readiness, view)
    if largest.empty:
        return ""
    counts = largest.value_counts(sort=False)
    return words.phrase(
        "Largest cause of waiting (modelled) in {number} of the {all} communities shown: {cause}",
        number=words.number(counts.max()),
        all=words.number(len(largest)),
        cause=cause_in_sentence(str(counts.idxmax()), view),
    )


def _waits_notes(delays: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say which communities are shown, and that causes are added up."""
    words = view.words
    rows = district_rows(readiness, view)
    shown = words.phrase(
        "Shown: at most {each} communities of each district, those with most people.",
        each=words.number(rows.each),
    )
    booked = words.phrase(
        "Each waiting day has one cause, on the chain of delays; the order within a bar is not "
        "chronological. Right: the largest cause and its share."
    )
    if not view.draws:
        return [shown, booked]
    means = words.phrase(
        "Bars: means of {draws} simulations; simulations in which conditions are not met count "
        "up to the end of the run.",
        draws=view.draws_word,
    )
    return [shown, booked, means]


def _waits_height(
    delays: pd.DataFrame, readiness: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: title, axis and legend, and a row for each community and district."""
    groups = len(causes_of(delays).looks)
    legend = 0.16 * ((groups + 1) // 2)
    return 1.45 + legend + ROW_INCHES * max(district_rows(readiness, view).count, 5)


@chart(
    lambda words, _: words.phrase("What each community waits for (modelled)"),
    ("delays", "readiness"),
    _waits_alt,
    shape="tall",
    height=_waits_height,
    notes=_waits_notes,
    finding=_waits_finding,
)
def waits_by_community(
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
        words.phrase("Years of waiting from {date}, mean of the simulations", date=start)
        if view.draws
        else words.phrase("Years of waiting from {date}", date=start)
    )
    ax.set_ylabel(words.phrase("Community and people, by district"))
    if rows.table.empty or not causes.looks:
        ax.set(xticks=[], yticks=[])
        note(ax, words.phrase("Nobody waits under this plan."))
        return ax
    table = _by_community(delays, readiness, view, causes) / YEAR_DAYS
    at = rows.table["row"].to_numpy(dtype=float)
    label_rows(ax, rows, view)
    draw_stacks(ax, table, at, causes)
    ax.set_xlim(0, view.horizon_days / YEAR_DAYS)
    ax.xaxis.set_major_locator(MaxNLocator(10, integer=view.horizon_days > 3 * YEAR_DAYS))
    ax.xaxis.set_major_formatter(numbers(view))
    ax.axvline(view.horizon_days / YEAR_DAYS, color=QUIET, linewidth=0.6, label="_horizon")
    ax.grid(axis="x")
    _cause_words(ax, rows.table, table, view)
    cause_legend(ax, causes, view, gap=4.5)
    return ax


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
                cause=cause_in_sentence(str(days.idxmax()), view),
            )
        beside(ax, row, text)
