"""Groups of causes of waiting: their looks, their names, and stacks of them."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from returnplan.language.words import capital
from returnplan.model.reasons.causes import cause_group, cause_name
from returnplan.show.drawing.axes import Floats, legend_below
from returnplan.show.drawing.style import INK, MET, PALE, PART, UNKNOWN
from returnplan.show.drawing.view import View

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
BAR = 0.7
CAUSE_LETTERS = 42


@dataclass(frozen=True, kw_only=True)
class Causes:
    """Groups of causes that are shown by themselves, the largest first, and how each looks.

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

    Missing data is always a group of its own: it is no cause, nobody knows it.

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


def draw_stacks(ax: Axes, table: pd.DataFrame, rows: Floats, causes: Causes) -> None:
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


def cause_legend(ax: Axes, causes: Causes, view: View, *, gap: float) -> None:
    """Explain the groups below the axes."""
    keys = [
        Patch(
            facecolor=colour, hatch=hatch, edgecolor=INK, linewidth=0.4,
            label=textwrap.fill(causes.name(group, view), CAUSE_LETTERS),
        )
        for group, (colour, hatch) in causes.looks.items()
    ]  # fmt: skip
    legend_below(ax, keys, middle=0.4, gap=gap, handlelength=2.6)


def cause_in_sentence(group: str, view: View) -> str:
    """Return a group of causes within a sentence."""
    if group == REST:
        return view.words.phrase("other causes")
    return cause_name(group, view.words)
