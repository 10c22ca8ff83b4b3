"""People whose conditions are met, over time."""

import textwrap
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from returnplan.canvas import (
    INK,
    LINES,
    QUIET,
    SMALL,
    Floats,
    View,
    blank,
    chart,
    date_axis,
    finished,
    listed,
    note,
    thousands,
)

MOST_BANDS = 2  # allocations whose ranges are bands; of more, bars at the right edge
CURVES_INCHES = 3.4  # least height of lines over time
NAME_LETTERS = {False: 20, True: 28}  # in a line of a name beside its line, with draws: True
BAR_STEP = 0.028  # of the width of the axes, between these bars
LEAST_GAP = {False: 0.11, True: 0.15}  # of the axes' height, between names, with draws: True


def _total_people(readiness: pd.DataFrame) -> float:
    """Return the people of the scenario, whom every allocation counts once."""
    return float(readiness.groupby("allocation")["people"].sum().max()) if len(readiness) else 0.0


def _people_alt(people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say how many people each allocation brings by the end of the horizon."""
    if people_met.empty:
        return "People with conditions met (modelled) over time: nothing to draw."
    last = people_met.groupby("allocation", sort=False).tail(1)
    ends = [
        f"{_end_words(row, view)} under {view.title(row['allocation'])}"
        for _, row in last.iterrows()
    ]
    draws = thousands(view.draws)
    how = f": medians and 80 % model intervals (p10 to p90) of {draws} draws" if view.draws else ""
    return (
        f"By {view.date(view.horizon_days)} conditions are met (modelled), of "
        f"{thousands(_total_people(readiness))} people, for {listed(ends)}{how}."
    )


def _end_words(last: pd.Series, view: View) -> str:
    """Return the people at the horizon, with draws as median and range."""
    middle = thousands(last["people_p50"])
    if not view.draws:
        return middle
    return f"{middle} ({thousands(last['people_p10'])} to {thousands(last['people_p90'])})"


def _people_note(people_met: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say what lines, bands and bars are."""
    is_banded = people_met["allocation"].nunique() <= MOST_BANDS
    shape = "Bands" if is_banded else "Bars at the right edge (range at the horizon)"
    rest = "" if is_banded else " Ranges of all other dates are in people_met.csv."
    draws = thousands(view.draws)
    return (
        f"Lines: median (p50) of the number of people. {shape}: 80 % model interval (p10 to p90) "
        f"of {draws} draws.{rest} All allocations see the same draws: where ranges overlap, one "
        "may still be ahead of another in most draws."
    )


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
    "People whose conditions for return are met (modelled), by date",
    ("people_met", "readiness"),
    _people_alt,
    height=_people_height,
    one_allocation=False,
    notes=("People are counted at the start of each month.",),
    notes_of_draws=_people_note,
    title_of_draws="Median number of people with conditions met (modelled), by date",
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
    total = _total_people(readiness)
    groups = list(people_met.groupby("allocation", sort=False))
    is_banded = bool(view.draws) and len(groups) <= MOST_BANDS
    ends = []
    for number, (key, rows) in enumerate(groups):
        colour, dashes, marker = LINES[number % len(LINES)]
        days = view.axis(rows["day"].to_numpy(dtype=float))
        (line,) = ax.plot(
            days,
            rows["people_p50"],
            color=colour,
            linestyle=dashes,
            marker=marker,
            markevery=(0.03 + 0.03 * number, 0.18),
            markeredgecolor="white",
            markeredgewidth=0.5,
            drawstyle="steps-post",
            label=_name(key, view),
        )
        if is_banded:
            _band(ax, days, rows, line)
        ends.append(_End(line=line, last=rows.iloc[-1]))
    ends.sort(key=lambda end: -end.people)
    ax.set_ylim(0, (total or 1.0) * 1.1)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: thousands(value)))
    ax.set_ylabel(f"People with conditions met ({'median' if view.draws else 'modelled'})")
    ax.grid(axis="y")
    date_axis(ax, view, view.horizon_days)
    _horizon(ax, view)
    if total:
        ax.axhline(total, color=QUIET, linestyle=(0, (1, 1.5)), linewidth=1, label="_all people")
        where = (view.axis(view.horizon_days * 0.01), total * 1.012)
        ax.text(*where, f"All displaced people: {thousands(total)}", fontsize=SMALL, va="bottom")
    has_bars = bool(view.draws) and not is_banded
    _name_lines(ax, ends, view, right=_bars(ax, ends) if has_bars else 1.0)
    _say_nobody(ax, people_met, view)
    return finished(ax, "conditions_met_over_time", view)


@dataclass(frozen=True, kw_only=True)
class _End:
    """Right end of a line: the line, and its row of the table at the horizon."""

    line: Line2D
    last: pd.Series

    @property
    def people(self) -> float:
        """People at the horizon; with draws the median."""
        return float(self.last["people_p50"])


def _band(ax: Axes, days: Floats, rows: pd.DataFrame, line: Line2D) -> None:
    """Fill from p10 to p90 in the colour of the line, with thin edges in its line style."""
    low, high = rows["people_p10"].to_numpy(float), rows["people_p90"].to_numpy(float)
    ax.fill_between(
        days, low, high, step="post", color=line.get_color(), alpha=0.16, linewidth=0,
        label="_range",
    )  # fmt: skip
    for edge in (low, high):
        ax.plot(
            days, edge, color=line.get_color(), linestyle=line.get_linestyle(), linewidth=0.6,
            drawstyle="steps-post", label="_edge",
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
    if people_met["people_p50"].sum() > 0:
        return
    if people_met["people_mean"].sum() > 0:
        note(ax, "In most draws no community has its conditions met within the horizon.")
    else:
        draw = " in any draw" if view.draws else ""
        note(ax, f"No community has its conditions met within the horizon{draw}.")


def _horizon(ax: Axes, view: View) -> None:
    """Mark the end of the horizon at the right edge."""
    end = view.axis(view.horizon_days)
    ax.axvline(end, color=INK, linewidth=0.8, label="_horizon")
    ax.annotate(
        f"Horizon ends {view.date(view.horizon_days)}",
        (end, 1.0),
        (-4, -2),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=SMALL,
    )


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
        ax.legend(
            [end.line for end in ends],
            words,
            loc="center left",
            bbox_to_anchor=(right, 0.5),
            handlelength=3.6,
            labelspacing=0.9,
            title="Median at the horizon\n(p10 to p90)" if view.draws else "People at the end",
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
