"""Who has returned, with range and targets, beside whose conditions are met."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from returnplan.language.words import Words
from returnplan.show.drawing import (
    MET,
    PART,
    QUIET,
    View,
    blank,
    chart,
    coarse_note,
    date_axis,
    draw_targets,
    legend_below,
    line_between,
    note,
    numbers,
    only,
    range_words,
    target_key,
    target_sentence,
    targets_of,
)

ROOM = 1.12  # above the highest line


def _returns_title(words: Words, has_draws: bool) -> str:
    if has_draws:
        return words.phrase("People returned (modelled), by date: median and range")
    return words.phrase("People returned (modelled), by date")


def _last_words(last: pd.Series, view: View) -> str:
    """Return the people returned at the horizon, with draws as median and range."""
    words = view.words
    numbers = [float(last[f"returned_p{percent}"]) for percent in (50, 10, 90)]
    return range_words(words, numbers, words.number, has_range=bool(view.draws))


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
        "met": words.number(last["people_p50"]),
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
    targets = [target_sentence(target, view) for target in targets_of(view, "returned")]
    return " ".join([first, *targets])


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
)
def returns_over_time(people_met: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw people returned over time with their range, targets, and people with conditions met.

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
    targets = targets_of(view, "returned")
    shown = people_met[["people_p50", "returned_p50", "returned_p90"]].to_numpy(dtype=float)
    tops = [*shown[np.isfinite(shown)], *(target.people for target in targets)]
    ax.set_ylim(0, ROOM * max([*tops, 1.0]))
    if mine.empty:
        note(ax, words.phrase("No data for this plan."))
        return ax
    keys = _lines(ax, days, mine, view)
    draw_targets(ax, targets, view)
    keys += [target_key(target, view) for target in targets]
    legend_below(ax, keys, handlelength=2.8)
    return ax


def _lines(ax: Axes, days: Any, mine: pd.DataFrame, view: View) -> list[Any]:
    """Draw the two lines and the band; return their keys."""
    words = view.words
    steps, _ = line_between(view)
    (met,) = ax.plot(
        days, mine["people_p50"], color=QUIET, linestyle=(0, (3, 2)), linewidth=1.1,
        drawstyle=steps, in_layout=False,
    )  # fmt: skip
    met.set_label(
        words.phrase("Conditions met (median)") if view.draws else words.phrase("Conditions met")
    )
    (returned,) = ax.plot(days, mine["returned_p50"], color=MET, linewidth=1.8, in_layout=False)
    returned.set_label(
        words.phrase("Returned (median)") if view.draws else words.phrase("Returned")
    )
    if not view.draws:
        return [returned, met]
    ax.fill_between(
        days, mine["returned_p10"].to_numpy(float), mine["returned_p90"].to_numpy(float),
        facecolor=PART, alpha=0.4, linewidth=0, label="_range", in_layout=False,
    )  # fmt: skip
    key = Patch(facecolor=PART, alpha=0.4, label=words.phrase("Returned, p10 to p90"))
    return [returned, key, met]
