"""Who has returned, with range and targets, beside whose conditions are met."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from returnplan.domain import Target, TargetMeasure
from returnplan.language.words import Words
from returnplan.show.drawing import (
    INK,
    MET,
    PART,
    QUIET,
    SMALL,
    TARGET_FILL,
    View,
    about,
    blank,
    chart,
    coarse_note,
    date_axis,
    legend_below,
    line_between,
    note,
    numbers,
    only,
    range_words,
    rounded,
    target_key,
    target_sentence,
    targets_of,
    three_digits,
)

ROOM = 1.12  # above the highest line
COUNTED: Mapping[TargetMeasure, str] = {"returned": "returned", "conditions_met": "people"}
"""What each measure of a target is compared with: columns of ``people_met``, without their end."""
MIDDLE = 0.6  # of the horizon: labels of later targets stand left of them
LOW = 0.12  # of the height of the axes: below a lower line there is no room for its name
LEAST_APART = 0.06  # of the height of the axes, between two labels


def _returns_title(words: Words, has_draws: bool) -> str:
    if has_draws:
        return words.phrase("People returned (modelled), by date: median and range")
    return words.phrase("People returned (modelled), by date")


def _last_words(last: pd.Series, view: View) -> str:
    """Return the people returned at the horizon, with draws as median and range."""
    words = view.words
    numbers = [float(last[f"returned_p{percent}"]) for percent in (50, 10, 90)]
    return range_words(words, numbers, rounded(words), has_range=bool(view.draws))


def _returns_alt(people_met: pd.DataFrame, *, view: View) -> str:
    """Say how many have returned at the horizon, for how many conditions are met, and targets."""
    words = view.words
    mine = only(people_met, view.allocation)
    if mine.empty:
        return words.phrase("People returned over time: no data for this chart.")
    last = mine.iloc[-1]
    values = {
        "allocation": view.title(view.allocation),
        "date": view.horizon_word,
        "returned": _last_words(last, view),
        "met": about(words, [float(last["people_p50"])]),
    }
    first = (
        words.phrase(
            "Under {allocation}, by {date}, {returned} people have returned (modelled; median, p10 "
            "to p90); conditions are met for {met} (median).",
            **values,
        )
        if view.draws
        else words.phrase(
            "Under {allocation}, by {date}, {returned} people have returned (modelled); conditions "
            "are met for {met}.",
            **values,
        )
    )
    targets = [
        f"{target_sentence(target, view)} {_modelled_words(mine, target, view)}"
        for target, _ in _aims(view)
    ]
    return " ".join([first, *targets])


def _aims(view: View) -> list[tuple[Target, str]]:
    """Return the targets to be drawn, each with the column of what it is a target of."""
    return [
        (target, COUNTED[measure]) for measure in COUNTED for target in targets_of(view, measure)
    ]


def _modelled(mine: pd.DataFrame, target: Target, column: str, view: View) -> float:
    """Return the median of the last date of counting up to that of a target; nan: withheld."""
    until = float((target.by_date - view.start).days)
    return float(mine.loc[mine["day"].astype(float) <= until, f"{column}_p50"].iloc[-1])


def _modelled_words(mine: pd.DataFrame, target: Target, view: View) -> str:
    """Say how many people are modelled by the date of a target."""
    people = _modelled(mine, target, COUNTED[target.measure], view)
    return view.words.phrase("Modelled by then: {people}.", people=about(view.words, [people]))


def _returns_finding(people_met: pd.DataFrame, *, view: View) -> str:
    """Say how many have returned by the date of the first target, or by the horizon."""
    words, mine = view.words, only(people_met, view.allocation)
    if mine.empty:
        return ""
    plans = [rows for _, rows in mine.groupby("allocation", sort=False)]
    targets = targets_of(view, "returned")
    if targets:
        counts = [_modelled(rows, targets[0], "returned", view) for rows in plans]
        return words.phrase(
            "By {date} about {people} people have returned (modelled); the target is {target}",
            date=words.date(targets[0].by_date),
            people=about(words, counts),
            target=words.number(targets[0].people),
        )
    return words.phrase(
        "By {date} about {people} people have returned (modelled)",
        date=view.horizon_word,
        people=about(words, (float(rows["returned_p50"].iloc[-1]) for rows in plans)),
    )


def _returns_line(people_met: pd.DataFrame, *, view: View) -> str:
    """Say how many have returned at the horizon."""
    mine = only(people_met, view.allocation)
    if mine.empty:
        return ""
    people = _last_words(mine.iloc[-1], view)
    return view.words.phrase("{people} returned by the end of the run", people=people)


def _returns_notes(people_met: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say what returned means, and what lines and bands are."""
    words = view.words
    notes = [
        words.phrase(
            "Returned: willing households only, as fast as uptake, dwellings and reception allow, "
            "after the conditions are met. Figures are upper limits of who could return, not "
            "targets."
        )
    ]
    if _aims(view):
        notes.append(
            words.phrase(
                "Filled diamonds are targets of people returned, empty ones of people with "
                "conditions met; a dotted line leads from each to what is modelled at its date."
            )
        )
    if view.has_gaps:
        notes.append(coarse_note(words))
    if view.draws:
        notes.append(
            words.phrase(
                "Lines: medians (p50) of {draws} simulations; band: 80% model interval (p10 to "
                "p90) of people returned.",
                draws=view.draws_word,
            )
        )
    return notes


@chart(
    _returns_title,
    ("people_met",),
    _returns_alt,
    line=_returns_line,
    notes=_returns_notes,
    figures="panels",
    is_first=True,
    finding=_returns_finding,
)
def returns_over_time(people_met: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw people returned over time with their range, and people with conditions met.

    Each target stands beside the line of what it is a target of: a dotted line leads from it to
    what is modelled at its date.

    Parameters
    ----------
    people_met
        One row per allocation and date, in order: day, returned_p10, returned_p50, returned_p90,
        people_p50. The scale follows the whole table, so panels of allocations compare.
    """
    ax = blank(ax)
    words = view.words
    mine = only(people_met, view.allocation)
    days = view.axis(mine["day"].to_numpy(dtype=float))
    ax.set_ylabel(words.phrase("People"))
    ax.yaxis.set_major_formatter(numbers(view))
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 2.5, 5, 10]))
    ax.grid(axis="y")
    date_axis(ax, view, view.horizon_days)
    aims = _aims(view)
    shown = people_met[["people_p50", "returned_p50", "returned_p90"]].to_numpy(dtype=float)
    tops = [*shown[np.isfinite(shown)], *(target.people for target, _ in aims)]
    ax.set_ylim(0, ROOM * max([*tops, 1.0]))
    if mine.empty:
        note(ax, words.phrase("No data for this plan."))
        return ax
    keys = _lines(ax, days, mine, view)
    for target, column in aims:
        _draw_aim(ax, target, _modelled(mine, target, column, view), view)
    keys += [target_key(target, view) for target, _ in aims]
    if keys:
        legend_below(ax, keys, handlelength=2.8)
    return ax


def _draw_aim(ax: Axes, target: Target, modelled: float, view: View) -> None:
    """Draw a target, and a bracket from it to what is modelled at its date."""
    at = view.axis(float((target.by_date - view.start).days))
    ax.plot(
        [at], [target.people], marker="D", markersize=6.0, markeredgecolor=INK, zorder=4,
        markerfacecolor=TARGET_FILL[target.measure], label="_target", in_layout=False,
        linestyle="none",
    )  # fmt: skip
    texts = [(float(target.people), view.words.number(target.people))]
    if math.isfinite(modelled):
        ax.plot(
            [at, at], [target.people, modelled], color=INK, linestyle=":", linewidth=1.1,
            marker="_", markersize=7.0, markevery=[1], zorder=3.5, label="_gap", in_layout=False,
        )  # fmt: skip
        texts.append((modelled, view.words.number(three_digits(modelled))))
    least = LEAST_APART * ax.get_ylim()[1]
    if len(texts) > 1 and abs(target.people - modelled) < least:  # one label is enough
        texts = texts[:1]
    is_late = at > view.axis(MIDDLE * view.horizon_days)
    for height, text in texts:
        ax.annotate(
            text, (at, height), (-6 if is_late else 6, 0), textcoords="offset points",
            ha="right" if is_late else "left", va="center", fontsize=SMALL, fontweight="bold",
            path_effects=[withStroke(linewidth=1.8, foreground="white")], zorder=5,
            in_layout=False,
        )  # fmt: skip


def _lines(ax: Axes, days: Any, mine: pd.DataFrame, view: View) -> list[Any]:
    """Draw the two lines with their names, and the band; return the key of the band."""
    words = view.words
    steps, _ = line_between(view)
    names = (
        (words.phrase("Conditions met (median)"), words.phrase("Returned (median)"))
        if view.draws
        else (words.phrase("Conditions met"), words.phrase("Returned"))
    )
    ax.plot(
        days, mine["people_p50"], color=QUIET, linestyle=(0, (3, 2)), linewidth=1.1,
        drawstyle=steps, in_layout=False, label="_met",
    )  # fmt: skip
    ax.plot(
        days, mine["returned_p50"], color=MET, linewidth=1.8, in_layout=False, label="_returned"
    )
    _name_line(ax, mine["people_p50"], names[0], QUIET, is_above=True)
    low = LOW * ax.get_ylim()[1]
    is_above = not float(np.nan_to_num(mine["returned_p50"].iloc[-1])) > low
    _name_line(ax, mine["returned_p50"], names[1], MET, is_above=is_above)
    if not view.draws:
        return []
    ax.fill_between(
        days, mine["returned_p10"].to_numpy(float), mine["returned_p90"].to_numpy(float),
        facecolor=PART, alpha=0.4, linewidth=0, label="_range", in_layout=False,
    )  # fmt: skip
    return [Patch(facecolor=PART, alpha=0.4, label=words.phrase("Returned, p10 to p90"))]


def _name_line(ax: Axes, people: pd.Series, name: str, colour: str, *, is_above: bool) -> None:
    """Write the name of a line at its right end, above or below it."""
    end = float(np.nan_to_num(people.iloc[-1]))
    ax.annotate(
        name, (ax.get_xlim()[1], end), (-3, 3 if is_above else -4), textcoords="offset points",
        ha="right", va="bottom" if is_above else "top", fontsize=SMALL, color=colour,
        fontweight="bold", in_layout=False, zorder=5,
        path_effects=[withStroke(linewidth=1.8, foreground="white")],
    )  # fmt: skip
