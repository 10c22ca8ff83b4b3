"""The matrix of gates: what each of the largest communities still lacks."""

import math
import textwrap

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from returnplan.canvas import (
    INK,
    QUIET,
    SMALL,
    STATUS,
    UNKNOWN,
    View,
    blank,
    chart,
    finished,
    note,
    only,
    percent,
    states,
    thousands,
)
from returnplan.readiness import GATES

MOST_DATED_GATES = 9  # with more, cells show years and heads are turned
HEAD_LINES = {True: 0.75, False: 0.35}  # inches that turned and level heads of gates need
MOST_ROWS = 40  # communities in the matrix
FEW_ROWS = 12  # up to so many, a label beside the rows is broken


def _largest(readiness: pd.DataFrame, view: View, rows: int) -> pd.DataFrame:
    """Return the communities with most people in the drawn allocation, ties by id."""
    mine = only(readiness, view.allocation)
    return mine.sort_values(["people", "community"], ascending=[False, True]).head(rows)


def gates_of(gates: pd.DataFrame) -> list[str]:
    """Return the gates of a table in the order of the model, others after them."""
    found = [str(name) for name in gates["gate"].unique()]
    return [name for name in GATES if name in found] + [name for name in found if name not in GATES]


def gate_word(gate: object) -> str:
    """Return the words for a gate, which is no id and may share its name with an asset type."""
    return str(gate).replace("_", " ").capitalize()


def _matrix_alt(gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say how many communities have everything, and which gate fails most often."""
    mine = only(gates, view.allocation)
    if mine.empty:
        return "Gate matrix: no gates to draw."
    state = states(only(readiness, view.allocation), view)
    missing = mine[mine["state"] != "met"].groupby("gate")["community"].nunique()
    worst = (
        f" The gate most often not met or unknown is {gate_word(missing.idxmax())}, in "
        f"{thousands(missing.max())}."
        if len(missing)
        else ""
    )
    how = " by the median of the draws" if view.draws else ""
    return (
        f"Under {view.title(view.allocation)} all conditions are met (modelled){how} in "
        f"{thousands((state == 'met').sum())} of {thousands(len(state))} communities.{worst}"
    )


def _matrix_height(
    gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View, columns: int
) -> float:
    """Return inches: title, heads and legend, and a row for each community and the totals."""
    rows = min(len(only(readiness, view.allocation)), MOST_ROWS)
    turned = gates["gate"].nunique() >= MOST_DATED_GATES
    return 1.35 + HEAD_LINES[turned] + 0.2 * (max(rows, 3 * columns) + 1.5)


def _matrix_note(gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View) -> str:
    """Say what the dates and states are."""
    return (
        f"Dates are medians (p50) of {thousands(view.draws)} draws; not met: the median is not "
        "within the horizon; framed: most often the last to hold. Gates that are all met by their "
        "medians need not be met in the same draws."
    )


@chart(
    "What holds the largest communities back (modelled)",
    ("gates", "readiness"),
    _matrix_alt,
    shape="tall",
    height=_matrix_height,
    notes_of_draws=_matrix_note,
)
def gate_matrix(
    gates: pd.DataFrame, readiness: pd.DataFrame, *, view: View, ax: Axes | None = None
) -> Axes:
    """Draw the 40 largest communities by the gates in force, with the month each gate holds from.

    Parameters
    ----------
    gates
        One row per allocation, community and gate: state, day_p50. A missing row is unknown.
    readiness
        One row per allocation and community: settlement, people, status, binding_gate.
    """
    ax = blank(ax, "tall")
    mine, top = only(gates, view.allocation), _largest(readiness, view, MOST_ROWS)
    columns = gates_of(mine)
    ax.set_xlabel("Condition (gate)", labelpad=6)
    ax.set_ylabel(_beside("Community and people, largest first", len(top)))
    ax.xaxis.set_label_position("top")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if top.empty or not columns:
        ax.set(xticks=[], yticks=[])
        note(ax, "No gates to draw for this allocation.")
        return finished(ax, "gate_matrix", view)
    cells = {
        (str(who), str(gate)): (str(state), float(day))
        for who, gate, state, day in zip(
            mine["community"], mine["gate"], mine["state"], mine["day_p50"], strict=True
        )
    }
    for row, (who, binding) in enumerate(zip(top["community"], top["binding_gate"], strict=True)):
        for column, gate in enumerate(columns):
            state, day = cells.get((str(who), gate), ("unknown", math.nan))
            short = _month(view, day, wide=len(columns) <= MOST_DATED_GATES)
            _cell(ax, (column, row), state, short, framed=gate == str(binding))
    _matrix_frame(ax, top, columns, view)
    _matrix_totals(ax, mine, columns, len(top))
    return finished(ax, "gate_matrix", view)


def _beside(words: str, rows: int) -> str:
    """Return the label beside rows, broken where these are few."""
    return words if rows > FEW_ROWS else textwrap.fill(words, max(13, 3 * rows))


def _month(view: View, day: float, *, wide: bool) -> str:
    """Return when a gate holds from, as year and month, or the year where columns are narrow."""
    if not math.isfinite(day):
        return "\N{BLACK SQUARE}"
    if day <= 0:
        return "start"
    return view.date(day).strftime("%Y-%m" if wide else "%Y")


def _cell(ax: Axes, at: tuple[int, int], state: str, met_text: str, *, framed: bool) -> None:
    """Fill one cell: colour of the state, and its mark."""
    column, row = at
    colour = STATUS.get(state, UNKNOWN)
    ink = "white" if state == "met" else INK
    text = {"met": met_text, "not met": "\N{MULTIPLICATION SIGN}"}.get(state, "?")
    size = SMALL if state == "met" else 9.0
    corner = (column - 0.48, row - 0.46)
    ax.add_patch(Rectangle(corner, 0.96, 0.92, facecolor=colour, linewidth=0, gid=state))
    if framed:
        inner = (column - 0.44, row - 0.37)
        ax.add_patch(Rectangle(inner, 0.88, 0.74, fill=False, edgecolor=ink, linewidth=1.1))
    ax.text(column, row, text, ha="center", va="center_baseline", color=ink, fontsize=size)


def _matrix_frame(ax: Axes, top: pd.DataFrame, columns: list[str], view: View) -> None:
    """Label rows and columns of the matrix and explain its marks."""
    words = [
        view.names.get(str(who), view.word(place))
        for who, place in zip(top["community"], top["settlement"], strict=True)
    ]
    labels = [
        f"{textwrap.shorten(word, 26, placeholder='…')}  {thousands(people)}"
        for word, people in zip(words, top["people"], strict=True)
    ]
    ax.set_yticks(range(len(top)), labels, fontsize=SMALL)
    turned = len(columns) >= MOST_DATED_GATES
    heads = [textwrap.fill(gate_word(gate), 10) for gate in columns]
    ax.set_xticks(
        range(len(columns)),
        heads,
        rotation=55 if turned else 0,
        ha="left" if turned else "center",
        rotation_mode="anchor" if turned else None,
        fontsize=7.5,
    )
    ax.set_xlim(-0.5, len(columns) - 0.5)
    ax.set_ylim(len(top) + 1.0, -0.5)
    handles: list[Artist] = [Patch(facecolor=STATUS[state]) for state in STATUS]
    handles.append(Patch(facecolor="white", edgecolor=INK))
    words = [
        "Condition met (modelled),\n"
        + ("median date it holds from" if view.draws else "and when it holds from"),
        "\N{MULTIPLICATION SIGN}  Not met within\nthe horizon",
        "?  Unknown:\ndata missing",
        "Framed: binding gate,\nthe last to hold",
    ]
    ax.legend(handles, words, loc="upper center", bbox_to_anchor=(0.4, 0), ncols=4, fontsize=SMALL)


def _matrix_totals(ax: Axes, gates: pd.DataFrame, columns: list[str], row: int) -> None:
    """Write below the matrix the share of all communities that meet each gate."""
    everyone = gates["community"].nunique()
    met = gates[gates["state"] == "met"].groupby("gate")["community"].nunique()
    ax.axhline(row - 0.25, color=QUIET, linewidth=0.6)
    for column, gate in enumerate(columns):
        share = percent(float(met.get(gate, 0)), everyone)
        ax.text(column, row + 0.25, share, ha="center", va="center", fontsize=7.5)
    ticks = [*ax.get_yticks(), row + 0.25]
    labels = [text.get_text() for text in ax.get_yticklabels()]
    ax.set_yticks(ticks, [*labels, f"Met, of all {thousands(everyone)}"], fontsize=SMALL)
