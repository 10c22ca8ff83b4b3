"""The house style, what a chart must know, and how figures are laid out and saved.

Grey prints stay legible: colour always comes with a line style, marker, hatch or word. Status
colours follow the status, and none of them is green. The global settings of matplotlib stay alone.
"""

from returnplan.canvas.aims import draw_targets, target_key, target_sentence, targets_of
from returnplan.canvas.parts import (
    Floats,
    blank,
    capital,
    columns_of,
    date_axis,
    finished,
    horizon,
    note,
    numbers,
    only,
    state_word,
    states,
    total_people,
    under,
)
from returnplan.canvas.rows import ROW_INCHES, Rows, district_rows, label_rows
from returnplan.canvas.sheet import authority, figure, picture, save, statement, vector
from returnplan.canvas.style import (
    A4_INCHES,
    INK,
    LINES,
    MARKERS,
    MET,
    NOT_MET,
    PALE,
    PART,
    QUIET,
    SMALL,
    STATUS,
    UNKNOWN,
    house_style,
)
from returnplan.canvas.view import CHARTS, Chart, View, chart

__all__ = [
    "A4_INCHES",
    "CHARTS",
    "INK",
    "LINES",
    "MARKERS",
    "MET",
    "NOT_MET",
    "PALE",
    "PART",
    "QUIET",
    "ROW_INCHES",
    "SMALL",
    "STATUS",
    "UNKNOWN",
    "Chart",
    "Floats",
    "Rows",
    "View",
    "authority",
    "blank",
    "capital",
    "chart",
    "columns_of",
    "date_axis",
    "district_rows",
    "draw_targets",
    "figure",
    "finished",
    "horizon",
    "house_style",
    "label_rows",
    "note",
    "numbers",
    "only",
    "picture",
    "save",
    "state_word",
    "statement",
    "states",
    "target_key",
    "target_sentence",
    "targets_of",
    "total_people",
    "under",
    "vector",
]
