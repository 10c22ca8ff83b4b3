"""Matrices of gates: their order, the cells, and the heads of the columns."""

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from returnplan.language.words import Words, capital
from returnplan.model.conditions.gates import GATES, gate_name
from returnplan.show.drawing.style import SMALL

MOST_DATED_GATES = 9  # with more, cells show years and heads are turned
HEAD_LINES = {True: 0.85, False: 0.5}  # inches that turned and level heads of gates need
HEAD_LETTERS = {True: 16, False: 11}  # in a line of a turned, a level head
CELL, FRAME = (0.48, 0.46), (0.44, 0.37)  # half width and height


def gates_of(gates: pd.DataFrame) -> list[str]:
    """Return the gates of a table in the order of the model, others after them."""
    names = [str(name) for name in gates["gate"].unique()]
    return [name for name in GATES if name in names] + [name for name in names if name not in GATES]


def boxes(
    at: Sequence[tuple[int, int]], half: tuple[float, float]
) -> list[list[tuple[float, float]]]:
    """Return the corners of a box about each cell."""
    wide, high = half
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return [[(column + i * wide, row + j * high) for i, j in signs] for column, row in at]


def label_gates(ax: Axes, gates: Sequence[str], words: Words) -> None:
    """Write the names of gates above the columns of a matrix, turned where these are many."""
    turned = len(gates) >= MOST_DATED_GATES
    heads = [textwrap.fill(capital(gate_name(one, words)), HEAD_LETTERS[turned]) for one in gates]
    ax.set_xticks(
        range(len(gates)),
        heads,
        rotation=55 if turned else 0,
        ha="left" if turned else "center",
        rotation_mode="anchor" if turned else None,
        fontsize=7.5 if turned else SMALL,
    )
    ax.set_xlim(-0.5, len(gates) - 0.5)
