"""What pages are made of: tables whose rows wrap, bars with their numbers, charts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.figure import Figure

from returnplan.show.brief.sheet import BODY, GAP, LEAST, Box, Sheets
from returnplan.show.drawing import MET, PALE, QUIET, View, house_style, picture
from returnplan.show.figures import CHARTS

DOTS_PER_INCH = 170
HEAD_LESS = 0.6
"""Points by which headings of columns are smaller than the rows."""
PAD = 0.8
BAR_GAP = 1.4
"""Between the rows of bars, mm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart that is drawn on the page itself.

    Parameters
    ----------
    name
        What it stands for.
    share
        Its length, of the longest possible one.
    text
        Its number in words.
    """

    name: str
    share: float
    text: str


def table(
    sheets: Sheets,
    box: Box,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    strong: Sequence[int] = (),
) -> float:
    """Print a table, smaller if needed, and return where it ends.

    Rows that find no room at the least size are left out and counted.

    Parameters
    ----------
    box
        Where it must stay.
    head
        Headings of the columns.
    rows
        Cells.
    widths
        Widths of the columns in any unit.
    strong
        Numbers of the rows to be printed bold.
    """
    unit = box.w / sum(widths)
    columns = [width * unit for width in widths]
    size = BODY - 0.4
    while size > LEAST and _table_height(sheets, head, rows, columns, size) > box.h:
        size = max(LEAST, size - 0.2)
    y = _row(sheets, box, head, columns, size - HEAD_LESS, is_bold=True)
    for number, row in enumerate(rows):
        here = box.below(y)
        is_last = number == len(rows) - 1
        rest_height = 0.0 if is_last else sheets.height("1", box.w, size) + GAP
        is_bold = number in strong
        if _row_height(sheets, row, columns, size, is_bold=is_bold) + rest_height > here.h + 1e-6:
            return sheets.text(here, sheets.left_out(len(rows) - number), size, colour=QUIET) + GAP
        y = _row(sheets, here, row, columns, size, is_bold=is_bold)
    sheets.rule(box.below(y))
    return y + GAP


def _table_height(
    sheets: Sheets,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    columns: Sequence[float],
    size: float,
) -> float:
    heights = (_row_height(sheets, row, columns, size) for row in rows)
    return _row_height(sheets, head, columns, size - HEAD_LESS, is_bold=True) + sum(heights)


def _row_height(
    sheets: Sheets,
    cells: Sequence[str],
    columns: Sequence[float],
    size: float,
    *,
    is_bold: bool = False,
) -> float:
    line = sheets.height("1", 100.0, size)
    most = [
        sheets.height(cell, width - 2 * PAD, size, is_bold=is_bold)
        for cell, width in zip(cells, columns, strict=True)
    ]
    return max([line, *most]) + 2 * PAD


def _row(
    sheets: Sheets,
    box: Box,
    cells: Sequence[str],
    columns: Sequence[float],
    size: float,
    *,
    is_bold: bool,
) -> float:
    """Print one row with a line above it, and return where it ends."""
    height = _row_height(sheets, cells, columns, size, is_bold=is_bold)
    sheets.rule(box)
    x = box.x
    for cell, width in zip(cells, columns, strict=True):
        inner = Box(x=x + PAD, y=box.y + PAD, w=width - 2 * PAD, h=height - 2 * PAD)
        sheets.text(inner, cell, size, is_bold=is_bold)
        x += width
    return box.y + height


def bars(sheets: Sheets, box: Box, shown: Sequence[Bar], name_share: float = 0.46) -> float:
    """Draw bars with their names before and their numbers behind, as many as the box holds."""
    size = BODY - 0.4
    line = sheets.height("1", 100.0, size)
    names, rest = box.split(name_share, gap=2.0)
    lines, numbers = rest.split(0.6, gap=2.0)
    y = box.y
    for number, bar in enumerate(shown):
        height = max(
            sheets.height(bar.name, names.w, size), sheets.height(bar.text, numbers.w, size), line
        )
        if y + height > box.y + box.h:
            return sheets.text(box.below(y), sheets.left_out(len(shown) - number), size)
        sheets.text(replace(names, y=y, h=height), bar.name, size)
        sheets.frame(Box(x=lines.x, y=y + 0.2, w=lines.w, h=line - 0.4), PALE)
        sheets.fill(Box(x=lines.x, y=y + 0.2, w=lines.w * bar.share, h=line - 0.4), MET)
        sheets.text(replace(numbers, y=y, h=height), bar.text, size)
        y += height + BAR_GAP
    return y


def chart(
    sheets: Sheets, box: Box, name: str, tables: Mapping[str, pd.DataFrame], view: View
) -> None:
    """Draw a chart of the family in the size of a box; its words stand on the page around it."""
    if sheets.is_trial:
        return
    item = CHARTS[name]
    given = [tables[need] for need in item.needs]
    with house_style():
        drawn = Figure(figsize=(box.w / 25.4, box.h / 25.4), layout="constrained")
        item.draw(*given, view=view, ax=drawn.subplots()).set_title("", loc="left")
    alt = item.alt(*given, view=view)
    sheets.picture(box, picture(drawn, DOTS_PER_INCH, alt), alt)
