"""Rows of communities, grouped by district, for charts that have one row a community."""

from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from returnplan.language.words import shortened
from returnplan.show.drawing.axes import only
from returnplan.show.drawing.style import QUIET, SMALL
from returnplan.show.drawing.view import View

MOST_ROWS = 42
ROW_INCHES = 0.175
NAME_LETTERS, HEAD_LETTERS = 26, 38


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """The largest communities of each district, in rows from the top.

    Parameters
    ----------
    table
        Rows of ``readiness`` with ``row``, the number of the row on the chart.
    heads
        Number of the row and name, for each district.
    each
        Most communities of a district.
    """

    table: pd.DataFrame
    heads: tuple[tuple[int, str], ...]
    each: int

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.table) + len(self.heads)


def district_rows(readiness: pd.DataFrame, view: View) -> Rows:
    """Return the largest communities of each district, of the drawn allocation.

    Districts stand in the order of their names, places without one last; of more than fit, those
    with most people.

    Parameters
    ----------
    readiness
        One row per allocation and community: district, community, people.
    """
    mine = only(readiness, view.allocation)
    mine = mine.assign(district=mine["district"].fillna("").astype(str))
    people = mine.groupby("district")["people"].sum().sort_values(ascending=False, kind="stable")
    names = sorted(people.index[: MOST_ROWS // 2], key=lambda name: (not name, name))
    each = max(1, (MOST_ROWS - len(names)) // max(len(names), 1))
    parts, heads, row = [], [], 0
    for name in names:
        some = mine[mine["district"] == name]
        some = some.sort_values(["people", "community"], ascending=[False, True]).head(each)
        heads.append((row, view.district(name) or view.words.phrase("Without a district")))
        parts.append(some.assign(row=range(row + 1, row + 1 + len(some))))
        row += 1 + len(some)
    table = pd.concat(parts) if parts else mine.assign(row=0)
    return Rows(table=table, heads=tuple(heads), each=each)


def community_names(table: pd.DataFrame, view: View) -> list[str]:
    """Return what the communities of a table are called."""
    return [
        view.names.get(str(community), view.word(settlement))
        for community, settlement in zip(table["community"], table["settlement"], strict=True)
    ]


def community_labels(table: pd.DataFrame, view: View) -> list[str]:
    """Return names, shortened where they are long, and people of the communities of a table."""
    return [
        f"{shortened(name, NAME_LETTERS)}  {view.words.number(people)}"
        for name, people in zip(community_names(table, view), table["people"], strict=True)
    ]


def label_rows(ax: Axes, rows: Rows, view: View) -> None:
    """Write names and people beside the rows, and the names of the districts above theirs."""
    labels = community_labels(rows.table, view)
    ticks = [*rows.table["row"], *(row for row, _ in rows.heads)]
    heads = [shortened(name, HEAD_LETTERS) for _, name in rows.heads]
    ax.set_yticks(ticks, [*labels, *heads], fontsize=SMALL)
    for text in ax.get_yticklabels()[len(labels) :]:
        text.set_fontweight("bold")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(rows.count, 1) - 0.4, -0.6)
    for row, _ in rows.heads[1:]:
        ax.axhline(row - 0.5, color=QUIET, linewidth=0.4, label="_district", in_layout=False)
