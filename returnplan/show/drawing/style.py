"""Colours, lines and sizes of the house; the global settings of matplotlib stay alone."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

MET, PART, NOT_MET, UNKNOWN = "#0B3754", "#4F9ED0", "#E69F00", "#BFBFBF"
EVEN = "about even"
"""A community whose conditions are met within the horizon in 40 to 60 % of the draws."""
PALE, INK, QUIET = "#D3E5F3", "#222222", "#595959"
SHADES = ("#FFFFFF", "#D3E5F3", "#9CC4E4", "#4F9ED0", "#1F6295", "#0B3754")
"""Of shares: nobody, then fifths of the people."""
STATUS = {"met": MET, EVEN: MET, "not met": NOT_MET, "unknown": UNKNOWN}
MARKERS = {"met": "o", EVEN: "o", "not met": "X", "unknown": "D"}
LINES = (
    (MET, "-", "o"),
    (NOT_MET, "--", "s"),
    (PART, "-.", "^"),
    (QUIET, ":", "D"),
    ("#8C6BB1", (0, (6, 1, 1, 1, 1, 1)), "v"),
    ("#7A4B1E", (0, (3, 3)), "P"),
)
STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8.0,
    "text.color": INK,
    "text.parse_math": False,  # a name may hold a dollar sign
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.0,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.axisbelow": True,
    "figure.facecolor": "white",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.6,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
    "lines.markersize": 4.0,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "returnplan",
}
SMALL = 7.0
TITLE_SIZE, SUBTITLE_SIZE = 9.5, 8.0
A4_INCHES = 24.5 / 2.54  # most height of a figure on its own, as of the tall shape
SIZES_CM = {"wide": (17.0, 10.5), "map": (17.0, 16.0), "tall": (17.0, 24.5)}


def mark(state: str, shade: Any) -> dict[str, Any]:
    """Return how the marker of a state looks: its shape and colours, half of it white at even."""
    fill: Any = {"fillstyle": "left", "markerfacecoloralt": "white"} if state == EVEN else {}
    return {"marker": MARKERS[state], "markerfacecolor": shade, "markeredgecolor": INK, **fill}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style; letters that its font lacks become boxes, without a warning."""
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from font")
        yield
