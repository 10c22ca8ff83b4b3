"""Which uncertain assumptions drive a result, and its difference to another allocation."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from returnplan.insight.drivers import (
    DIRECTIONS,
    DRIVERS,
    LEAST_SHARE,
    MEASURES,
    OTHERS,
    UNEXPLAINED,
    group_name,
    measure_name,
    share_text,
)
from returnplan.insight.sensitivity import LEAST_R2
from returnplan.insight.shares import least_draws
from returnplan.show.drawing import (
    INK,
    PALE,
    PART,
    QUIET,
    SMALL,
    View,
    blank,
    capital,
    chart,
    legend_below,
    note,
    numbers,
    only,
    under,
)

NAME_LETTERS = 34
ROW_INCHES = 0.31
BAR = 0.36  # of a row, taken by each of its two bars
ROOM = 1.16  # of the widest whisker, so that the words beside it stay on the page


@dataclass(frozen=True, kw_only=True, eq=False)
class _Section:
    """One result: rows of the table by group, of the allocation and of its difference."""

    title: str
    groups: tuple[str, ...]
    total: pd.DataFrame
    apart: pd.DataFrame


def _sections(sensitivity: pd.DataFrame, view: View) -> Iterator[_Section]:
    """Return the results of the drawn allocation, groups from the largest share down."""
    mine = only(sensitivity, view.allocation)
    for measure in MEASURES:
        rows = mine[mine["measure"] == measure]
        if rows.empty:
            continue
        days = rows["date"].dropna()
        date = view.words.date(days.iloc[0].date()) if len(days) else ""
        is_total = rows["against"].fillna("") == ""
        largest = rows.groupby("group")["share"].max()
        known = largest[largest.index.isin(list(DRIVERS))]
        names = known.sort_values(ascending=False, kind="stable").index
        rest = [one for one in (OTHERS, UNEXPLAINED) if largest.get(one, 0.0) >= LEAST_SHARE]
        yield _Section(
            title=capital(measure_name(measure, date, view.words)),
            groups=(*map(str, names), *rest),
            total=rows[is_total].set_index("group"),
            apart=rows[~is_total].set_index("group"),
        )


def _largest(rows: pd.DataFrame) -> list[str]:
    """Return the groups with the largest shares, at most three."""
    known = rows.loc[rows.index.isin(list(DRIVERS)), "share"].astype(float)
    return [str(one) for one in known.sort_values(ascending=False, kind="stable").index[:3]]


def _against(sections: Sequence[_Section], view: View) -> str:
    """Return the title of the allocation that the drawn one is compared with; empty: none."""
    found = [str(name) for one in sections for name in one.apart["against"]]
    return view.title(found[0]) if found else ""


def _alt(sensitivity: pd.DataFrame, *, view: View) -> str:
    """Say the largest shares of each result, and what is not explained."""
    words = view.words
    sections = list(_sections(sensitivity, view))
    if not sections:
        return words.phrase("What drives the results: no data for this chart.")
    told = []
    for section in sections:
        for rows in (section.total, section.apart):
            groups = [*_largest(rows), *rows.index.intersection([UNEXPLAINED])]
            shares = words.listed(
                words.phrase(
                    "{driver} ({share})",
                    driver=group_name(one, words),
                    share=share_text(rows["share"][one], words),
                )
                for one in groups
            )
            if rows is section.total and groups:
                told.append(f"{section.title}: {shares}.")
            elif groups:
                told.append(words.phrase("The difference: {shares}.", shares=shares))
    return " ".join([f"{under(view)}.", *told])


def _finding(sensitivity: pd.DataFrame, *, view: View) -> str:
    """Name the assumptions on which the first result hangs most."""
    words = view.words
    for section in _sections(sensitivity, view):
        groups = _largest(section.total)
        if groups:
            return words.phrase(
                "{result} hang most on {driver} ({share} of the variance, modelled)",
                result=section.title,
                driver=group_name(groups[0], words),
                share=share_text(section.total["share"][groups[0]], words),
            )
    return ""


def _notes(sensitivity: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say what bars, whiskers and words are, and where little is explained."""
    words = view.words
    notes = [
        words.phrase(
            "Bars: share of the variance over the {draws} simulations that a group of uncertain "
            "assumptions explains; lines: plus and minus one standard error. Words: what higher "
            "assumptions bring of the result. With what is too small to show, bars of one colour "
            "sum to 100%.",
            draws=view.draws_word,
        )
    ]
    mine = only(sensitivity, view.allocation)
    if (mine["r2"] < LEAST_R2).any():
        notes.append(
            words.phrase(
                "Where luck takes more than {share}, the order of the shares says more than their "
                "size.",
                share=share_text(1 - LEAST_R2, words),
            )
        )
    return notes


def _height(sensitivity: pd.DataFrame, *, view: View, columns: int) -> float:
    """Return inches: title, axis and legend, and a row for each group and each result."""
    rows = sum(len(one.groups) + 1 for one in _sections(sensitivity, view))
    return 1.6 + ROW_INCHES * max(rows, 5)


@chart(
    lambda words, _: words.phrase("What drives the results, and their differences (modelled)"),
    ("sensitivity",),
    _alt,
    shape="tall",
    height=_height,
    least_draws=least_draws(1),
    notes=_notes,
    finding=_finding,
)
def what_drives(sensitivity: pd.DataFrame, *, view: View, ax: Axes | None = None) -> Axes:
    """Draw which uncertain assumptions a result hangs on, beside those of its difference.

    Parameters
    ----------
    sensitivity
        One row per allocation, allocation that it is compared with, measure and group: date, share,
        share_se, direction, r2.
    """
    ax = blank(ax, "tall")
    words = view.words
    sections = list(_sections(sensitivity, view))
    ax.set_xlabel(words.phrase("Share of the variance over the simulations (%)"))
    ax.set_ylabel(words.phrase("Uncertain assumptions"))
    if not sections:
        ax.set(xticks=[], yticks=[])
        note(ax, words.phrase("There are too few simulations to say what drives the results."))
        return ax
    names: list[str] = []
    heads: list[int] = []
    reach = 0.0
    for section in sections:
        heads.append(len(names))
        names.append("")
        ax.annotate(
            section.title, (0.0, len(names) - 1), (4, -3), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", fontsize=SMALL, fontweight="bold",
            in_layout=False,
        )  # fmt: skip
        for group in section.groups:
            for rows, is_apart in ((section.total, False), (section.apart, True)):
                for row in rows[rows.index == group].to_dict("records"):
                    reach = max(reach, _bar(ax, len(names), row, is_apart=is_apart, view=view))
            names.append(textwrap.fill(capital(group_name(group, words)), NAME_LETTERS))
    ax.set_yticks(range(len(names)), names, fontsize=SMALL)
    for at in heads:
        ax.axhline(at - 0.5, color=QUIET, linewidth=0.4, label="_section", in_layout=False)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, ROOM * reach)
    ax.xaxis.set_major_formatter(numbers(view))
    ax.grid(axis="x")
    _legend(ax, _against(sections, view), view)
    return ax


def _bar(ax: Axes, at: int, row: Mapping[Any, Any], *, is_apart: bool, view: View) -> float:
    """Draw one share with its error, and write what it brings; return where its whisker ends."""
    share, error = 100 * float(row["share"]), 100 * float(row["share_se"])
    place = at + (BAR / 2 if is_apart else -BAR / 2)
    ax.barh(
        [place], [share], BAR, xerr=[error], color=PALE if is_apart else PART, edgecolor=INK,
        linewidth=0.5, hatch="////" if is_apart else "", label="_share",
        error_kw={"elinewidth": 1.0, "ecolor": INK, "capsize": 1.5},
    )  # fmt: skip
    ax.annotate(
        view.words.named(str(row["direction"] or ""), DIRECTIONS), (share + error, place), (3, 0),
        textcoords="offset points", va="center", fontsize=6.5,
    )  # fmt: skip
    return share + error


def _legend(ax: Axes, against: str, view: View) -> None:
    """Say what the two bars of a row are."""
    words = view.words
    keys = [Patch(facecolor=PART, edgecolor=INK, label=words.phrase("The result itself"))]
    if against:
        label = words.phrase("Its difference to: {allocation}", allocation=against)
        label = textwrap.fill(label, 72)
        keys.append(Patch(facecolor=PALE, edgecolor=INK, hatch="////", label=label))
    legend_below(ax, keys, middle=0.4, gap=4.0, columns=1)
