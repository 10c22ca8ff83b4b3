"""The matrix of gates: what each of the largest communities still lacks."""

import math
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.patches import Patch

from returnplan.language.words import says_quarters
from returnplan.model.conditions.gates import STATES, gate_name
from returnplan.show.drawing import (
    CELL,
    EVEN,
    FRAME,
    HEAD_LINES,
    INK,
    MOST_DATED_GATES,
    QUIET,
    SMALL,
    STATUS,
    UNKNOWN,
    View,
    blank,
    boxes,
    chart,
    community_labels,
    gates_of,
    label_gates,
    legend_below,
    note,
    only,
    states,
)

KEY_LETTERS = 58  # in a line of the legend
MOST_ROWS = 40  # communities in the matrix
FEW_ROWS = 12  # up to so many, a label beside the rows is broken


def _largest(readiness: pd.DataFrame, view: View, rows: int) -> pd.DataFrame:
    """Return the communities with most people in the drawn allocation, ties by id."""
    mine = only(readiness, view.allocation)
    return mine.sort_values(["people", "community"], ascending=[False, True]).head(rows)


def _matrix_alt(gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say how many communities have everything, and which gate fails most often."""
    words = view.words
    mine = only(gates, view.allocation)
    if mine.empty:
        return words.phrase("Conditions: no data for this chart.")
    state = states(only(readiness, view.allocation), view)
    counts = {
        "allocation": view.title(view.allocation),
        "met": words.number((state == "met").sum()),
        "even": words.number((state == EVEN).sum()),
        "all": words.number(len(state)),
    }
    first = (
        words.phrase(
            "Under {allocation} all conditions are likely to be met (modelled) by the end of the "
            "run in {met} of {all} communities, about even in {even}.",
            **counts,
        )
        if view.draws
        else words.phrase(
            "Under {allocation} all conditions are met (modelled) in {met} of {all} communities.",
            **counts,
        )
    )
    missing = mine[mine["state"] != "met"].groupby("gate")["community"].nunique()
    if missing.empty:
        return first
    worst = words.phrase(
        "The condition most often not met or unknown: {gate}, in {number}.",
        gate=gate_name(str(missing.idxmax()), words),
        number=words.number(missing.max()),
    )
    return f"{first} {worst}"


def _matrix_finding(gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say which condition is most often missing, and in how many communities."""
    words, mine = view.words, only(gates, view.allocation)
    missing = mine[mine["state"] != "met"].groupby("gate")["community"].nunique()
    if missing.empty:
        return ""
    return words.phrase(
        "Most often not met or unknown (modelled): {gate}, in {number} of {all} communities",
        gate=gate_name(str(missing.idxmax()), words),
        number=words.number(missing.max()),
        all=words.number(mine["community"].nunique()),
    )


def _matrix_height(
    gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: title, heads and legend, and a row for each community and the totals."""
    rows = min(len(only(readiness, view.allocation)), MOST_ROWS)
    turned = gates["gate"].nunique() >= MOST_DATED_GATES
    return 1.35 + HEAD_LINES[turned] + 0.2 * (max(rows, 3 * columns) + 1.5)


def _matrix_notes(gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> Sequence[str]:
    """Say what the dates and states are."""
    if not view.draws:
        return []
    text = view.words.phrase(
        "Dates are medians (p50) of {draws} simulations; not met: the median is after the end of "
        "the run; outlined: most often met last. Conditions that are all met by their medians "
        "need not be met in the same simulations.",
        draws=view.draws_word,
    )
    return [text]


@chart(
    lambda words, _: words.phrase("What holds the largest communities back (modelled)"),
    ("gates", "readiness"),
    _matrix_alt,
    shape="tall",
    height=_matrix_height,
    notes=_matrix_notes,
    finding=_matrix_finding,
)
def gate_matrix(
    gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw the 40 largest communities by the gates in force, with the month each gate holds from.

    Months are written as 2031-05, quarters as 2031-Q2 in every language: longer words do not fit
    into a cell.

    Parameters
    ----------
    gates
        One row per allocation, community and gate: state, day_p50. A missing row is unknown.
    readiness
        One row per allocation and community: settlement, people, status, binding_gate.
    """
    ax = blank(ax, "tall")
    words = view.words
    mine, top = only(gates, view.allocation), _largest(readiness, view, MOST_ROWS)
    columns = gates_of(mine)
    ax.set_xlabel(words.phrase("Condition"), labelpad=6)
    ax.set_ylabel(_beside(words.phrase("Community and people, largest first"), len(top)))
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if top.empty or not columns:
        ax.set(xticks=[], yticks=[])
        note(ax, words.phrase("No conditions to show for this plan."))
        return ax
    _cells(ax, mine, top, columns, view)
    _matrix_frame(ax, top, columns, view)
    _matrix_totals(ax, mine, columns, view)
    return ax


def _beside(words: str, rows: int) -> str:
    """Return the label beside rows, broken where these are few."""
    return words if rows > FEW_ROWS else textwrap.fill(words, max(13, 3 * rows))


def _cells(ax: Axes, mine: pd.DataFrame, top: pd.DataFrame, columns: list[str], view: View) -> None:
    """Fill the cells: colour of the state, its mark, and a frame about the gate that binds."""
    known = {
        (str(who), str(gate)): (str(state), float(day))
        for who, gate, state, day in zip(
            mine["community"], mine["gate"], mine["state"], mine["day_p50"], strict=True
        )
    }
    at: Mapping[str, list[tuple[int, int]]] = {state: [] for state in STATES}
    framed: list[tuple[int, int, str]] = []
    wide = len(columns) <= MOST_DATED_GATES
    for row, (who, binding) in enumerate(zip(top["community"], top["binding_gate"], strict=True)):
        for column, gate in enumerate(columns):
            state, day = known.get((str(who), gate), ("unknown", math.nan))
            state = state if state in STATES else "unknown"
            at[state].append((column, row))
            ink = "white" if state == "met" else INK
            if gate == str(binding):
                framed.append((column, row, ink))
            text = {"met": _month(view, day, wide=wide), "not met": "\N{MULTIPLICATION SIGN}"}
            ax.text(
                column, row, text.get(state, "?"), ha="center", va="center_baseline", color=ink,
                fontsize=SMALL if state == "met" else 9.0, in_layout=False,
            )  # fmt: skip
    for state, corners in at.items():
        cells = PolyCollection(
            boxes(corners, CELL), facecolor=STATUS.get(state, UNKNOWN), linewidth=0, gid=state
        )
        ax.add_collection(cells, autolim=False)
    frames = PolyCollection(
        boxes([(column, row) for column, row, _ in framed], FRAME),
        facecolor="none", edgecolor=[ink for *_, ink in framed], linewidth=1.1, gid="framed",
    )  # fmt: skip
    ax.add_collection(frames, autolim=False)


def _month(view: View, day: float, *, wide: bool) -> str:
    """Return when a gate holds from, as year and month or quarter, or the year in narrow cells."""
    if not math.isfinite(day):
        return "\N{BLACK SQUARE}"
    if day <= 0:
        return view.words.phrase("start")
    date = view.date(day)
    if wide and says_quarters(view.draws):
        return f"{date.year}-Q{(date.month + 2) // 3}"
    return date.strftime("%Y-%m" if wide else "%Y")


def _matrix_frame(ax: Axes, top: pd.DataFrame, columns: list[str], view: View) -> None:
    """Label rows and columns of the matrix and explain its marks."""
    words = view.words
    ax.set_yticks(range(len(top)), community_labels(top, view), fontsize=SMALL)
    label_gates(ax, columns, words)
    ax.set_ylim(len(top) + 1.0, -0.5)
    patches = [Patch(facecolor=STATUS[state]) for state in STATES]
    patches.append(Patch(facecolor="white", edgecolor=INK))
    texts = (
        words.phrase("Condition met (modelled), median date it holds from")
        if view.draws
        else words.phrase("Condition met (modelled), and when it holds from"),
        "\N{MULTIPLICATION SIGN}  " + words.phrase("Not met by the end of the run"),
        "?  " + words.phrase("Unknown: data missing"),
        words.phrase("Outlined: the condition met last"),
    )
    for patch, text in zip(patches, texts, strict=True):
        patch.set_label(textwrap.fill(text, KEY_LETTERS))
    legend_below(ax, patches, middle=0.4, gap=0.5, handlelength=1.6)


def _matrix_totals(ax: Axes, gates: pd.DataFrame, columns: list[str], view: View) -> None:
    """Write below the matrix the share of all communities that meet each gate."""
    words = view.words
    row = len(ax.get_yticks())
    everyone = gates["community"].nunique()
    met = gates[gates["state"] == "met"].groupby("gate")["community"].nunique()
    ax.axhline(row - 0.25, color=QUIET, linewidth=0.6)
    for column, gate in enumerate(columns):
        share = words.percent(float(met.get(gate, 0)), everyone)
        ax.text(column, row + 0.25, share, ha="center", va="center", fontsize=7.5)
    ticks = [*np.arange(row, dtype=float), row + 0.25]
    labels = [text.get_text() for text in ax.get_yticklabels()]
    total = words.phrase("Met, of all {number}", number=words.number(everyone))
    ax.set_yticks(ticks, [*labels, total], fontsize=SMALL)
