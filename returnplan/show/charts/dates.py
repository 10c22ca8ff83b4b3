"""When conditions are met in each of the largest communities, with the range of the date."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from returnplan.language.words import Words
from returnplan.runs.tables.judged import CERTAINTIES
from returnplan.show.drawing import (
    EVEN,
    MET,
    ROW_INCHES,
    STATUS,
    Floats,
    Rows,
    View,
    beside,
    blank,
    chart,
    community_names,
    date_axis,
    district_rows,
    even_note,
    label_rows,
    legend_below,
    mark,
    note,
    state_word,
    states,
)


def ready_days(readiness: pd.DataFrame, view: View) -> Floats:
    """Return days from the start to p10, p50 and p90 of the ready date, shape (rows, 3).

    Missing: not within the horizon, or unknown; without draws the outer two.
    """
    start = np.datetime64(view.start, "D")
    days = np.full((len(readiness), 3), np.nan)
    for column, name in ((0, "ready_date_p10"), (2, "ready_date_p90")):
        dates = readiness[name].to_numpy().astype("datetime64[D]")
        since = (dates - start).astype(float)
        days[:, column] = np.where(np.isnat(dates), np.nan, since)
    days[:, 1] = readiness["ready_day_p50"].to_numpy(dtype=float)
    days[~(days <= view.horizon_days)] = np.nan
    days[(states(readiness, view) == "unknown").to_numpy()] = np.nan
    return days


def _dates_title(words: Words, has_draws: bool) -> str:
    if has_draws:
        return words.phrase("When conditions are met, by community (modelled range)")
    return words.phrase("When conditions are met, by community (modelled)")


def _dates_alt(readiness: pd.DataFrame, *, view: View) -> str:
    """Say which of the communities shown comes first and last, and how many have no date."""
    words = view.words
    table = district_rows(readiness, view).table
    if table.empty:
        return words.phrase("Ready dates of the largest communities: no data for this chart.")
    state = states(table, view)
    values = {
        "allocation": view.title(view.allocation),
        "number": words.number(len(table)),
        "met": words.number((state == "met").sum()),
        "even": words.number((state == EVEN).sum()),
        "not_met": words.number((state == "not met").sum()),
        "unknown": words.number((state == "unknown").sum()),
    }
    first = (
        words.phrase(
            "Under {allocation} conditions are likely to be met (modelled) by the end of the run "
            "in {met} of the {number} communities shown, about even in {even}, unlikely in "
            "{not_met}, unknown in {unknown}.",
            **values,
        )
        if view.draws
        else words.phrase(
            "Under {allocation} {met} of the {number} communities shown have a date by the end "
            "of the run, {not_met} have none; {unknown} are unknown.",
            **values,
        )
    )
    met = table[state == "met"].sort_values("ready_day_p50", kind="stable")
    if met.empty:
        return first
    ends = met.iloc[[0, -1]]
    names = community_names(ends, view)
    dates = [view.said_date(float(day)) for day in ends["ready_day_p50"]]
    values = {"first": names[0], "first_date": dates[0], "last": names[1], "last_date": dates[1]}
    when = (
        words.phrase(
            "By the median the first of those likely to be met is {first}: {first_date}, the last "
            "{last}: {last_date}.",
            **values,
        )
        if view.draws
        else words.phrase(
            "The first is {first} on {first_date}, the last {last} on {last_date}.", **values
        )
    )
    return f"{first} {when}"


def _dates_finding(readiness: pd.DataFrame, *, view: View) -> str:
    """Say in how many of the communities shown conditions are met by the horizon."""
    words, table = view.words, district_rows(readiness, view).table
    if table.empty:
        return ""
    values = {
        "number": words.number((states(table, view) == "met").sum()),
        "all": words.number(len(table)),
        "date": view.horizon_word,
    }
    if view.draws:
        return words.phrase(
            "In {number} of the {all} communities shown conditions are likely to be met (modelled) "
            "by {date}",
            **values,
        )
    return words.phrase(
        "In {number} of the {all} communities shown conditions are met (modelled) by {date}",
        **values,
    )


def _dates_notes(readiness: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say which communities are shown, and what dots and lines are."""
    words = view.words
    rows = district_rows(readiness, view)
    shown = words.phrase(
        "Shown: at most {each} communities of each district, those with most people.",
        each=words.number(rows.each),
    )
    if not view.draws:
        return [shown]
    ranges = words.phrase(
        "Dots: median (p50) of {draws} simulations; lines: 80% model interval (p10 to p90). A "
        "line with an arrow goes on after the end of the run. Right: median date where "
        "conditions are likely to be met, and in how many of the simulations they are met by the "
        "end of the run.",
        draws=view.draws_word,
    )
    return [shown, ranges, even_note(view)]


def _dates_height(readiness: pd.DataFrame, *, view: View, columns: int) -> float:
    """Return inches: title, axis and legend, and a row for each community and district."""
    return 1.5 + ROW_INCHES * max(district_rows(readiness, view).count, 5)


@chart(
    _dates_title,
    ("readiness",),
    _dates_alt,
    shape="tall",
    height=_dates_height,
    is_first=True,
    notes=_dates_notes,
    finding=_dates_finding,
)
def ready_dates(readiness: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw the range and the median of the ready date of the largest communities, by district.

    Parameters
    ----------
    readiness
        One row per allocation and community: settlement, district, people, status,
        ready_date_p10, ready_date_p90, ready_day_p50, probability_by_horizon.
    """
    ax = blank(ax, "tall")
    words = view.words
    rows = district_rows(readiness, view)
    date_axis(ax, view, view.horizon_days)
    ax.set_ylabel(words.phrase("Community and people, by district"))
    ax.grid(axis="x")
    if rows.table.empty:
        ax.set_yticks([])
        note(ax, words.phrase("No communities to show for this plan."))
        return ax
    state = states(rows.table, view)
    days, at = ready_days(rows.table, view), rows.table["row"].to_numpy(dtype=float)
    label_rows(ax, rows, view)
    if view.draws:
        _ranges(ax, days, at, state, view)
    _middles(ax, days[:, 1], at, state, view)
    _date_words(ax, rows, state, view)
    _dates_legend(ax, state, days, view)
    return ax


def _ranges(ax: Axes, days: Floats, at: Floats, state: pd.Series, view: View) -> None:
    """Draw lines from p10 to p90; where p90 is later to the horizon, with an arrow or the mark."""
    is_begun = np.isfinite(days[:, 0])
    is_late = is_begun & np.isnan(days[:, 2])
    is_open = is_late & (state == "met").to_numpy()
    low, high = days[is_begun, 0], np.where(is_late, view.horizon_days, days[:, 2])[is_begun]
    ax.hlines(
        at[is_begun], view.axis(low), view.axis(high), color=MET, linewidth=1.6, alpha=0.55,
        label="_range", in_layout=False,
    )  # fmt: skip
    end = np.full(int(is_open.sum()), view.axis(view.horizon_days))
    ax.plot(
        end, at[is_open], ">", color=MET, markersize=4.5, clip_on=False, label="_open",
        in_layout=False,
    )  # fmt: skip


def _middles(ax: Axes, middle: Floats, at: Floats, state: pd.Series, view: View) -> None:
    """Draw the median, or at the right edge the marker of what is not likely to be met."""
    for name, colour in STATUS.items():
        mine = (state == name).to_numpy()
        days = middle[mine] if name == "met" else np.full(int(mine.sum()), view.horizon_days)
        ax.plot(
            view.axis(days), at[mine], linestyle="none", markersize=5.5, markeredgewidth=0.5,
            clip_on=False, zorder=3, label=f"_{name}", in_layout=False, **mark(name, colour),
        )  # fmt: skip


def _date_words(ax: Axes, rows: Rows, state: pd.Series, view: View) -> None:
    """Write right of each row the date, or why there is none, and with draws the probability."""
    words = view.words
    table = rows.table
    for row, name, day, share in zip(
        table["row"], state, table["ready_day_p50"], table["probability_by_horizon"], strict=True
    ):
        text = {
            "met": view.said_month(float(day) if name == "met" else 0.0),
            EVEN: words.say(CERTAINTIES[EVEN]),
            "not met": words.say(CERTAINTIES["unlikely"])
            if view.draws
            else words.phrase("after {date}", date=view.horizon_word),
            "unknown": words.phrase("unknown"),
        }[name]
        if view.draws and name != "unknown":
            text = words.phrase(
                "{when}, {share} of simulations", when=text, share=words.percent(share)
            )
        beside(ax, row, text, gap=9)


def _dates_legend(ax: Axes, state: pd.Series, days: Floats, view: View) -> None:
    """Explain the marks that are there."""
    words = view.words
    texts = {
        "met": words.phrase("Median date") if view.draws else words.phrase("Date"),
        EVEN: state_word(EVEN, view),
        "not met": state_word("not met", view)
        if view.draws
        else words.phrase("Not met by the end of the run"),
        "unknown": words.phrase("Unknown: data missing"),
    }
    keys = [
        Line2D([], [], linestyle="none", markersize=5.5, label=text, **mark(name, STATUS[name]))
        for name, text in texts.items()
        if name == "met" or (state == name).any()
    ]  # fmt: skip
    if view.draws:
        line = Line2D([], [], color=MET, linewidth=1.6, alpha=0.55)
        line.set_label(words.phrase("p10 to p90"))
        keys.insert(1, line)
    is_late = np.isfinite(days[:, 0]) & np.isnan(days[:, 2])
    if view.draws and (is_late & (state == "met").to_numpy()).any():
        arrow = Line2D([], [], color=MET, alpha=0.55, linewidth=1.6, marker=">")
        arrow.set_label(words.phrase("p90 after the end of the run"))
        keys.insert(2, arrow)
    legend_below(ax, keys)
