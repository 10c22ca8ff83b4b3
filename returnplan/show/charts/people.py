"""People whose conditions are met, over time."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from returnplan.language.words import Words
from returnplan.show.drawing import (
    INK,
    LINES,
    QUIET,
    SMALL,
    View,
    about,
    blank,
    chart,
    coarse_note,
    date_axis,
    draw_targets,
    horizon,
    line_between,
    note,
    numbers,
    range_words,
    rounded,
    target_sentence,
    targets_of,
    total_people,
)

MOST_BANDS = 2  # allocations whose ranges are bands; of more, bars at the right edge
CURVES_INCHES = 3.4  # least height of lines over time
NAME_LETTERS = {False: 20, True: 28}  # in a line of a name beside its line, with draws: True
BAR_STEP = 0.028  # of the width of the axes, between these bars
LEAST_GAP = {False: 0.11, True: 0.15}  # of the axes' height, between names, with draws: True


def _people_title(words: Words, has_draws: bool) -> str:
    if has_draws:
        return words.phrase("Median number of people with conditions met (modelled), by date")
    return words.phrase("People whose conditions for return are met (modelled), by date")


def _people_alt(people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say how many people each allocation brings by the end of the horizon."""
    words = view.words
    if people_met.empty:
        return words.phrase(
            "People with conditions met (modelled) over time: no data for this chart."
        )
    last = people_met.groupby("allocation", sort=False).tail(1)
    ends = words.listed(
        words.phrase(
            "{people} under {allocation}",
            people=_end_words(row, view),
            allocation=view.title(row["allocation"]),
        )
        for _, row in last.iterrows()
    )
    values = {
        "date": view.horizon_word,
        "total": words.number(total_people(readiness)),
        "ends": ends,
    }
    met = (
        words.phrase(
            "By {date} conditions are met (modelled), of {total} people, for {ends}: medians and "
            "80% model intervals (p10 to p90) of {draws} simulations.",
            draws=view.draws_word,
            **values,
        )
        if view.draws
        else words.phrase(
            "By {date} conditions are met (modelled), of {total} people, for {ends}.", **values
        )
    )
    return " ".join([met, *_target_sentences(view)])


def _people_finding(people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say for how many of all people conditions are met by the horizon."""
    words = view.words
    last = people_met.groupby("allocation", sort=False).tail(1)
    if last.empty:
        return ""
    return words.phrase(
        "By {date} conditions are met (modelled) for about {people} of {total} people",
        date=view.horizon_word,
        people=about(words, last["people_p50"].astype(float)),
        total=rounded(words)(total_people(readiness)),
    )


def _target_sentences(view: View) -> list[str]:
    return [target_sentence(target, view) for target in targets_of(view, "conditions_met")]


def _end_words(last: pd.Series, view: View) -> str:
    """Return the people at the horizon, with draws as median and range."""
    words = view.words
    numbers = [float(last[f"people_p{percent}"]) for percent in (50, 10, 90)]
    return range_words(words, numbers, rounded(words), has_range=bool(view.draws))


def _people_notes(
    people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View
) -> Sequence[str]:
    """Say when people are counted, and what lines, bands and bars are."""
    words = view.words
    counted = [words.phrase("People are counted at the start of each month.")]
    if view.has_gaps:
        counted = [coarse_note(words)]
    if targets := _target_sentences(view):
        counted.append(" ".join([words.phrase("Diamonds: targets."), *targets]))
    if not view.draws:
        return counted
    same = words.phrase(
        "All plans use the same random inputs: where ranges overlap, one may still be ahead of "
        "another in most simulations."
    )
    if people_met["allocation"].nunique() <= MOST_BANDS:
        lines = words.phrase(
            "Lines: median (p50) of the number of people. Bands: 80% model interval (p10 to p90) "
            "of {draws} simulations.",
            draws=view.draws_word,
        )
    else:
        lines = words.phrase(
            "Lines: median (p50) of the number of people. Bars at the right edge (range at the "
            "end of the run): 80% model interval (p10 to p90) of {draws} simulations. Ranges of "
            "all other dates are in people_met.csv.",
            draws=view.draws_word,
        )
    return [*counted, f"{lines} {same}"]


def _name(allocation: object, view: View) -> str:
    """Return the title of an allocation in lines that are no longer than its figures."""
    return textwrap.fill(view.title(allocation), NAME_LETTERS[bool(view.draws)])


def _people_height(
    people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: those of the shape, or what the list of names and figures needs."""
    names = [_name(key, view) for key in people_met["allocation"].unique()]
    lines = sum(name.count("\n") + 1 + bool(view.draws) for name in names)
    return max(CURVES_INCHES, 1.35 + 0.127 * lines + 0.1 * len(names))


@chart(
    _people_title,
    ("people_met", "readiness"),
    _people_alt,
    height=_people_height,
    figures="together",
    is_first=True,
    notes=_people_notes,
    finding=_people_finding,
)
def conditions_met_over_time(
    people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw one step line per allocation, with all people and the end of the horizon.

    With draws the line is the median. The range is a band; of more than two allocations, a bar at
    the right edge, for the horizon: more bands would hide each other.

    Parameters
    ----------
    people_met
        One row per allocation and date, in order: day, people_p10, people_p50, people_p90.
    readiness
        One row per allocation and community: allocation, people.
    """
    ax = blank(ax)
    words = view.words
    total = total_people(readiness)
    groups = list(people_met.groupby("allocation", sort=False))
    is_banded = bool(view.draws) and len(groups) <= MOST_BANDS
    ends = []
    for number, (key, rows) in enumerate(groups):
        colour, dashes, marker = LINES[number % len(LINES)]
        days = view.axis(rows["day"].to_numpy(dtype=float))
        steps, _ = line_between(view)
        (line,) = ax.plot(
            days,
            rows["people_p50"],
            color=colour,
            linestyle=dashes,
            marker=marker,
            markevery=(0.03 + 0.03 * number, 0.18),
            markeredgecolor="white",
            markeredgewidth=0.5,
            drawstyle=steps,
            label=_name(key, view),
        )
        if is_banded:
            _band(ax, rows, line, view)
        ends.append(_End(line=line, last=rows.iloc[-1]))
    ends.sort(key=lambda end: -end.people)
    ax.set_ylim(0, (total or 1.0) * 1.1)
    ax.yaxis.set_major_formatter(numbers(view))
    ax.set_ylabel(
        words.phrase("People with conditions met (median)")
        if view.draws
        else words.phrase("People with conditions met (modelled)")
    )
    ax.grid(axis="y")
    date_axis(ax, view, view.horizon_days)
    horizon(ax, view)
    if total:
        ax.axhline(total, color=QUIET, linestyle=(0, (1, 1.5)), linewidth=1, label="_all people")
        where = (view.axis(view.horizon_days * 0.01), total * 1.012)
        everyone = words.phrase("All displaced people: {people}", people=words.number(total))
        ax.text(*where, everyone, fontsize=SMALL, va="bottom")
    draw_targets(ax, targets_of(view, "conditions_met"), view)
    has_bars = bool(view.draws) and not is_banded
    _name_lines(ax, ends, view, right=_bars(ax, ends) if has_bars else 1.0)
    _say_nobody(ax, people_met, view)
    return ax


@dataclass(frozen=True, kw_only=True)
class _End:
    """Right end of a line: the line, and its row of the table at the horizon."""

    line: Line2D
    last: pd.Series

    @property
    def people(self) -> float:
        """People at the horizon; with draws the median; 0 where it is withheld."""
        return float(np.nan_to_num(self.last["people_p50"]))


def _band(ax: Axes, rows: pd.DataFrame, line: Line2D, view: View) -> None:
    """Fill from p10 to p90 in the colour of the line, with thin edges in its line style."""
    rows = rows.dropna(subset=["people_p10", "people_p90"])
    days = view.axis(rows["day"].to_numpy(dtype=float))
    steps, step = line_between(view)
    low, high = rows["people_p10"].to_numpy(float), rows["people_p90"].to_numpy(float)
    ax.fill_between(
        days, low, high, step=step, color=line.get_color(), alpha=0.16, linewidth=0,
        label="_range",
    )  # fmt: skip
    for edge in (low, high):
        ax.plot(
            days, edge, color=line.get_color(), linestyle=line.get_linestyle(), linewidth=0.6,
            drawstyle=steps, label="_edge",
        )  # fmt: skip


def _bars(ax: Axes, ends: list[_End]) -> float:
    """Draw ranges at the horizon beside the axes, in the order of the names; return where they end.

    Returns
    -------
    float
        Right edge of the last bar, as a fraction of the axes.
    """
    beside = ax.get_yaxis_transform()
    for number, end in enumerate(ends):
        across = 1.0 + BAR_STEP * (number + 1)
        colour = end.line.get_color()
        ax.plot(
            [across, across],
            [end.last["people_p10"], end.last["people_p90"]],
            color=colour,
            linewidth=2.2,
            solid_capstyle="butt",
            transform=beside,
            clip_on=False,
            label="_range",
        )
        ax.plot(
            [across],
            [end.people],
            color=colour,
            marker=end.line.get_marker(),
            markersize=5.5,
            markeredgecolor="white",
            transform=beside,
            clip_on=False,
            label="_median",
        )
    return 1.0 + BAR_STEP * (len(ends) + 0.5)


def _say_nobody(ax: Axes, people_met: pd.DataFrame, view: View) -> None:
    """Say so where all lines stay at zero."""
    words = view.words
    if people_met["people_p50"].sum() > 0:
        return
    if people_met["people_mean"].sum() > 0:
        text = words.phrase(
            "In most simulations no community has its conditions met by the end of the run."
        )
    elif view.draws:
        text = words.phrase(
            "No community has its conditions met by the end of the run in any simulation."
        )
    else:
        text = words.phrase("No community has its conditions met by the end of the run.")
    note(ax, text)


def _name_lines(ax: Axes, ends: list[_End], view: View, *, right: float) -> None:
    """Write names and end values at line ends; where they would overlap, list them in that order.

    Parameters
    ----------
    ends
        Ends of the lines, highest first.
    right
        Where there is room for words, as a fraction of the axes.
    """
    gaps = -np.diff([end.people for end in ends])
    is_close = gaps.size and gaps.min() < LEAST_GAP[bool(view.draws)] * ax.get_ylim()[1]
    space = " " if is_close and not view.draws else "\n"
    words = [f"{end.line.get_label()}:{space}{_end_words(end.last, view)}" for end in ends]
    if is_close:
        title = (
            view.words.phrase("Median at the end of the run (p10 to p90)")
            if view.draws
            else view.words.phrase("People at the end")
        )
        ax.legend(
            [end.line for end in ends],
            words,
            loc="center left",
            bbox_to_anchor=(right, 0.5),
            handlelength=3.6,
            labelspacing=0.9,
            title=textwrap.fill(title, 22),
            title_fontsize=SMALL,
            alignment="left",
        )
        return
    for end, text in zip(ends, words, strict=True):
        ax.annotate(
            text,
            (right, end.people),
            (5, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            fontweight="bold",
            color=INK,
        )
