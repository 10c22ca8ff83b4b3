"""Who is served when: the share of each district's people whose conditions are met."""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from returnplan.language.words import Words, shortened
from returnplan.show.drawing import (
    MET,
    PALE,
    PART,
    SMALL,
    View,
    beside,
    blank,
    chart,
    coarse_note,
    date_axis,
    legend_below,
    line_between,
    note,
    only,
    range_words,
)

STRIP = 0.78  # height of a row in which a share of 100 % is drawn
STRIP_INCHES = 0.46
NAME_LETTERS = 26
HALF = 0.5
MOST_DISTRICTS = 18
FEW_ROWS = 5  # up to so many, the label beside the rows is broken


def _mine(district_shares: pd.DataFrame, view: View) -> pd.DataFrame:
    """Return the rows of the drawn allocation with their days; districts in order, no name last.

    Of more districts than fit, those with most people.
    """
    mine = only(district_shares, view.allocation)
    mine = mine.assign(district=mine["district"].fillna("").astype(str))
    start = np.datetime64(view.start, "D")
    days = mine["date"].to_numpy().astype("datetime64[D]") - start
    people = mine.groupby("district")["people"].max().sort_values(ascending=False, kind="stable")
    mine = mine.assign(day=days.astype(float))
    mine = mine[mine["district"].isin(people.index[:MOST_DISTRICTS])]
    mine = mine.assign(nameless=mine["district"] == "")
    return mine.sort_values(["nameless", "district", "day"], kind="stable")


def _name(district: object, view: View) -> str:
    return view.district(district) or view.words.phrase("Without a district")


def _shares_title(words: Words, has_draws: bool) -> str:
    if has_draws:
        return words.phrase("Conditions met (modelled): median share of people, by district")
    return words.phrase("Conditions met (modelled): share of people, by district")


def _shares_alt(district_shares: pd.DataFrame, *, view: View) -> str:
    """Say the share of each district at the last date."""
    words = view.words
    mine = _mine(district_shares, view)
    if mine.empty:
        return words.phrase("Shares by district: no data for this chart.")
    last = mine.groupby("district", sort=False).tail(1)
    shares = words.listed(
        words.phrase(
            "{share} in {district}",
            share=words.percent(float(row["share_p50"])),
            district=_name(row["district"], view),
        )
        for _, row in last.sort_values("share_p50", ascending=False, kind="stable").iterrows()
    )
    values = {
        "allocation": view.title(view.allocation),
        "date": view.date_word(float(last["day"].max())),
        "told": shares,
    }
    if view.draws:
        return words.phrase(
            "Under {allocation}, by {date}, the median share of people with conditions met "
            "(modelled) is {told}.",
            **values,
        )
    return words.phrase(
        "Under {allocation}, by {date}, the share of people with conditions met (modelled) is "
        "{told}.",
        **values,
    )


def _shares_finding(district_shares: pd.DataFrame, *, view: View) -> str:
    """Say in which district half of the people are served first, and in how many by the end."""
    words, mine = view.words, _mine(district_shares, view)
    names = mine["district"].nunique()
    half = mine[mine["share_p50"].astype(float) >= HALF].sort_values("day", kind="stable")
    if names <= 1 or half.empty:
        return ""
    first = half.iloc[0]
    return words.phrase(
        "Half of the people have their conditions met (modelled) first in {district}, by {date}; "
        "in {number} of {all} districts by {horizon}",
        district=_name(first["district"], view),
        date=view.date_word(float(first["day"])),
        number=words.number(half["district"].nunique()),
        all=words.number(names),
        horizon=view.horizon_word,
    )


def _shares_notes(district_shares: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say what lines and bands are."""
    notes = [coarse_note(view.words)] if view.has_gaps else []
    if not view.draws:
        return notes
    text = view.words.phrase(
        "Lines: median (p50) of the share in {draws} simulations; bands: 80% model interval (p10 "
        "to p90). Right: share at the last date, with its range.",
        draws=view.draws_word,
    )
    return [text, *notes]


def _shares_height(district_shares: pd.DataFrame, *, view: View, columns: int) -> float:
    """Return inches: title, axis and legend, and a row for each district."""
    return 1.5 + STRIP_INCHES * max(_mine(district_shares, view)["district"].nunique(), 3)


@chart(
    _shares_title,
    ("district_shares",),
    _shares_alt,
    height=_shares_height,
    notes=_shares_notes,
    finding=_shares_finding,
)
def share_by_district(district_shares: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw a row per district: the share of its people over time, from 0 to 100 %.

    Parameters
    ----------
    district_shares
        One row per allocation, district and date: share_p10, share_p50, share_p90, people.
    """
    ax = blank(ax)
    words = view.words
    mine = _mine(district_shares, view)
    date_axis(ax, view, view.horizon_days)
    label = words.phrase("District and people; a row is 0–100% of its people")
    groups = list(mine.groupby("district", sort=False))
    ax.set_ylabel(label if len(groups) > FEW_ROWS else textwrap.fill(label, 28))
    ax.grid(axis="x")
    ax.set_ylim(max(len(groups), 1) - 0.5, -0.5)
    if mine.empty:
        ax.set_yticks([])
        note(ax, words.phrase("No shares to show for this plan."))
        return ax
    for row, (_, rows) in enumerate(groups):
        _strip(ax, row, rows, view)
    names = [
        f"{shortened(_name(name, view), NAME_LETTERS)}\n{words.number(rows['people'].max())}"
        for name, rows in groups
    ]
    ax.set_yticks(range(len(groups)), names, fontsize=SMALL)
    ax.tick_params(axis="y", length=0)
    _shares_legend(ax, view)
    return ax


def _strip(ax: Axes, row: int, rows: pd.DataFrame, view: View) -> None:
    """Draw the share of one district in its row, and write the last one beside it."""
    words = view.words
    floor = row + STRIP / 2
    days, (steps, step) = view.axis(np.array([0.0, *rows["day"]])), line_between(view)
    low, middle, high = (
        floor - STRIP * np.array([0.0, *rows[name].astype(float)])
        for name in ("share_p10", "share_p50", "share_p90")
    )
    for edge in (floor, floor - STRIP):
        ax.axhline(edge, color="#BBBBBB", linewidth=0.5, label="_edge", in_layout=False)
    if view.draws:
        ax.fill_between(
            days, low, high, step=step, facecolor=PART, alpha=0.45, linewidth=0, label="_range",
            in_layout=False,
        )  # fmt: skip
    else:
        ax.fill_between(
            days, floor, middle, step=step, facecolor=PALE, linewidth=0, label="_below",
            in_layout=False,
        )  # fmt: skip
    ax.plot(
        days, middle, color=MET, drawstyle=steps, linewidth=1.4, label="_middle",
        in_layout=False,
    )  # fmt: skip
    last = rows.iloc[-1]
    numbers = [float(last[f"share_p{percent}"]) for percent in (50, 10, 90)]
    text = range_words(words, numbers, words.percent, has_range=bool(view.draws))
    beside(ax, row, text, size=SMALL)


def _shares_legend(ax: Axes, view: View) -> None:
    """Explain line and band."""
    words = view.words
    keys: list[Line2D | Patch] = [
        Line2D([], [], color=MET, linewidth=1.4, label=words.phrase("Median share"))
        if view.draws
        else Line2D([], [], color=MET, linewidth=1.4, label=words.phrase("Share"))
    ]
    if view.draws:
        keys.append(Patch(facecolor=PART, alpha=0.45, label=words.phrase("p10 to p90")))
    legend_below(ax, keys)
