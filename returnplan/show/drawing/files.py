"""Figures: one chart or its panels, with the statement and provenance below; files of them."""

import io
import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from returnplan.domain import AUTHORITY
from returnplan.show.drawing.axes import under
from returnplan.show.drawing.family import CHARTS, Chart
from returnplan.show.drawing.style import (
    A4_INCHES,
    QUIET,
    SIZES_CM,
    SMALL,
    STYLE,
    SUBTITLE_SIZE,
    TITLE_SIZE,
    house_style,
)
from returnplan.show.drawing.view import View

PANEL_COLUMNS = {"wide": 2, "map": 3, "tall": 1}
PANEL_INCHES = {"wide": 3.0, "map": 3.2, "tall": 3.0}
LEAST_PANEL_INCHES = 2.0
PANELS_EXTRA_INCHES = 0.95  # legend of all panels
TITLE_INCHES = 0.15  # of the height of a chart, for each line of a title in the head instead
HEAD_EXTRA_INCHES = 0.12  # above and below the lines of the head
EDGE = 0.012  # of the width, left free beside titles and words below
SHEET_LETTERS, SUBTITLE_LETTERS = 76, 100  # of a title of the whole page's width
LEGEND_LETTERS, KEY_LETTERS = 110, 8  # of a row of the legend of panels, and of a key in it
LETTERS_INCH = 18  # of the words below, where letters are not wider than in English
UNEVEN = 0.92  # a line may hold wider letters than the whole text, and ends beside an edge
LINE = {"ltr": 1.25, "rtl": 1.42}  # of the size of letters; Arabic ones reach higher and lower
PRINT_DPI, SCREEN_DPI = 150, 110
PALETTE = 48  # colours of a PNG: no colour of a figure is then visibly another
COMPRESSION = 7  # of a PNG, 0 to 9; more costs much time for few bytes


def figure(
    name: str, tables: Mapping[str, pd.DataFrame], view: View, allocations: Sequence[str] = ()
) -> tuple[Figure, str]:
    """Draw a chart with its statement and provenance below; also return its alt text.

    Parameters
    ----------
    tables
        Tables by name, at least those that the chart needs.
    allocations
        For charts of one allocation: draw one panel for each of these, on the same scales.
    """
    item = CHARTS[name]
    given = [tables[need] for need in item.needs]
    views = [replace(view, allocation=name) for name in allocations] or [view]
    with house_style():
        panels = _panels(item, given, views)
        head = _head(item, given, panels, item.stated(given, view, allocations))
        drawn, body = _sheet(item, given, panels, head)
        if len(panels) == 1:
            ax = item.draw(*given, view=panels[0], ax=body.subplots())
            ax.set_title("", loc="left")  # it stands above
        else:
            _draw_panels(item, given, panels, body)
    return drawn, " ".join(item.alt(*given, view=each) for each in views)


def _panels(item: Chart, given: list[pd.DataFrame], views: list[View]) -> list[View]:
    """Return the views of the panels, with their titles: allocations, or days of one of them."""
    if item.moments is not None:
        days = item.moments(*given, view=views[0])
        views = [replace(views[0], day=day) for day in days] or views
        return _titled(views, [view.date_word(view.day or 0.0) for view in views])
    return _titled(views, [view.title(view.allocation) for view in views])


def _titled(views: list[View], titles: list[str]) -> list[View]:
    if len(views) == 1:
        return views
    return [replace(view, panel=title) for view, title in zip(views, titles, strict=True)]


def statement(view: View) -> str:
    """Return what every page says of all figures, with who releases land."""
    return view.words.phrase(
        "Modelled planning estimate. It does not state that any land, road or building is safe. "
        "Only {authority} can release land.",
        authority=authority(view),
    )


def boundaries(view: View) -> str:
    """Return what every page with a map, or names of places, says of them."""
    return view.words.phrase(
        "Boundaries, names and designations do not imply official endorsement or acceptance."
    )


def authority(view: View) -> str:
    """Return who releases land, in the language of the view where no name is given."""
    if view.authority != AUTHORITY:
        return view.authority
    return view.words.phrase("the national mine action authority")


@dataclass(frozen=True, kw_only=True)
class _Head:
    """What stands above a figure: what is to be seen, then what is shown, each in lines.

    Parameters
    ----------
    of_title
        How many of the lines a chart on its own has above its axes.
    """

    bold: tuple[str, ...]
    plain: tuple[str, ...]
    of_title: int

    def inches(self, view: View) -> float:
        """Return the height that it takes."""
        points = len(self.bold) * TITLE_SIZE + len(self.plain) * SUBTITLE_SIZE
        return points * LINE[view.words.direction] / 72 + HEAD_EXTRA_INCHES


def _head(item: Chart, given: list[pd.DataFrame], views: list[View], finding: str) -> _Head:
    """Say what is to be seen; below it what is shown, of which allocation, and a line of figures.

    Where there is nothing to say, what is shown takes its place.
    """
    view = views[0]
    below = []
    if item.one_allocation and view.allocation and (len(views) == 1 or item.moments is not None):
        below.append(under(view))
    if item.line and len(views) == 1:
        below.append(item.line(*given, view=view))
    first, *rest = [text for text in (finding, item.titled(view), *below) if text]
    plain = [line for text in rest for line in textwrap.wrap(text, SUBTITLE_LETTERS)]
    bold = textwrap.wrap(first, SHEET_LETTERS)
    of_title = len(plain) if finding else len(bold) + len(plain)
    return _Head(bold=tuple(bold), plain=tuple(plain), of_title=of_title)


def _write_head(part: Any, head: _Head, view: View) -> None:
    """Write the lines above a figure."""
    height = head.inches(view)
    at, spacing = 1 - HEAD_EXTRA_INCHES / 2 / height, LINE[view.words.direction]
    part.text(
        y=at, s="\n".join(head.bold), va="top", fontsize=TITLE_SIZE, fontweight="bold",
        linespacing=spacing, **_edge(view),
    )  # fmt: skip
    at -= len(head.bold) * TITLE_SIZE * spacing / 72 / height
    part.text(
        y=at, s="\n".join(head.plain), va="top", fontsize=SUBTITLE_SIZE, linespacing=spacing,
        **_edge(view),
    )  # fmt: skip


def _sheet(
    item: Chart, given: list[pd.DataFrame], views: list[View], head: _Head
) -> tuple[Figure, Any]:
    """Return a figure with head and footer written, and the part of it that is free to draw on."""
    view = views[0]
    width, page_height = (side / 2.54 for side in SIZES_CM[item.shape])
    has_sources = view.sources and item.shape == "map"
    texts = (
        statement(view),
        *(item.notes(*given, view=view) if item.notes else ()),
        view.words.phrase("Sources: {sources}", sources=view.sources) if has_sources else "",
        view.provenance,
    )
    lines = [line for text in texts if text for line in _small_print(text, width)]
    line_height = SMALL * LINE[view.words.direction] / 72
    foot_height = (len(lines) + 1) * line_height
    head_height = head.inches(view)
    around = foot_height + head_height
    columns = PANEL_COLUMNS[item.shape] if len(views) > 1 else 1
    need = item.height(*given, view=view, columns=columns) if item.height else None
    if len(views) > 1:
        rows = math.ceil(len(views) / columns)
        taller = LINE[view.words.direction] / LINE["ltr"]
        extra = PANELS_EXTRA_INCHES * taller
        free = A4_INCHES - around - extra
        each = need or max(min(PANEL_INCHES[item.shape], free / rows), LEAST_PANEL_INCHES)
        height = around + extra + rows * each * (taller if need else 1.0)
    else:
        wanted = (
            around + need - TITLE_INCHES * head.of_title
            if need
            else page_height + head_height - 2 * TITLE_INCHES
        )
        height = min(wanted, A4_INCHES)
    drawn = Figure(figsize=(width, height), layout="constrained")
    ratios = [head_height, height - around, foot_height]
    parts: Any = drawn.subfigures(3, 1, height_ratios=ratios)
    top, body, foot = parts
    _write_head(top, head, view)
    below = 1 - 0.5 * line_height / foot_height
    foot.text(y=below, s="\n".join(lines), va="top", fontsize=SMALL, color=QUIET, **_edge(view))
    return drawn, body


def _small_print(text: str, inches: float) -> list[str]:
    """Return the lines of a text below a figure: as many letters in each as the width holds."""
    font = FontProperties(family=STYLE["font.family"], size=SMALL)
    points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    fitting = UNEVEN * len(text) * inches * 72 / points
    return textwrap.wrap(text, min(round(inches * LETTERS_INCH), int(fitting)))


def _edge(view: View) -> dict[str, Any]:
    """Return where a text begins that has the page's width to itself."""
    is_left = view.words.direction == "ltr"
    return {"x": EDGE, "ha": "left"} if is_left else {"x": 1 - EDGE, "ha": "right"}


def _draw_panels(item: Chart, given: list[pd.DataFrame], views: list[View], body: Any) -> None:
    """Draw one panel per view, with one title and one legend for all."""
    columns = PANEL_COLUMNS[item.shape]
    rows = math.ceil(len(views) / columns)
    grid = list(body.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for number, (ax, view) in enumerate(zip(grid, views, strict=False)):
        item.draw(*given, view=view, ax=ax)
        ax.tick_params(labelbottom=True)
        if number % columns:
            ax.set_ylabel("")
        if number + columns < len(views):
            ax.set_xlabel("")
    for ax in grid[len(views) :]:
        ax.remove()
    _one_legend(body)


def _one_legend(body: Any) -> None:
    """Put one legend with the keys of all panels, in their order, in place of the panels' own."""
    legends = [ax.get_legend() for ax in body.axes if ax.get_legend()]
    words: list[str] = []
    handles: list[Any] = []
    for legend in legends:
        place = 0
        for text, handle in zip(legend.get_texts(), legend.legend_handles, strict=True):
            if text.get_text() in words:
                place = words.index(text.get_text()) + 1
                continue
            words.insert(place, text.get_text())
            handles.insert(place, handle)
            place += 1
        legend.remove()
    if legends:
        title = legends[0].get_title().get_text().replace("\n", " ")
        letters = max(len(line) for text in words for line in text.split("\n"))
        columns = min(4, len(words), max(1, LEGEND_LETTERS // (letters + KEY_LETTERS)))
        body.legend(
            handles, words, loc="outside lower center", ncols=columns, title=title,
            title_fontsize=7.5, alignment="left",
        )  # fmt: skip


# Files

MADE_NAME = re.compile(r'( id="|="#|url\(#)([a-z][0-9a-f]{10})(?=["\)])')
"""Names that matplotlib makes for shapes of an SVG, where they are given and used."""
ELEMENT = re.compile(r"<[^<>]*>")
"""Marks of an SVG; all else is text, which holds names as they are written."""


def save(drawn: Figure, stem: Path | str, alt: str = "") -> tuple[Path, Path]:
    """Write a figure as ``stem.png`` and ``stem.svg``; the same figure, the same bytes.

    Parameters
    ----------
    stem
        Path without the ending.
    alt
        Description of the figure, kept in both files.
    """
    png, svg = Path(f"{stem}.png"), Path(f"{stem}.svg")
    png.write_bytes(picture(drawn, PRINT_DPI, alt))
    svg.write_text(vector(drawn, alt), encoding="utf-8")
    return png, svg


def picture(drawn: Figure, dpi: int = SCREEN_DPI, alt: str = "") -> bytes:
    """Return a figure as a PNG of few colours, small enough to be put into a page.

    Parameters
    ----------
    dpi
        Dots per inch.
    alt
        Description of the figure.
    """
    with house_style():
        sheet = FigureCanvasAgg(drawn)
        drawn.set_dpi(dpi)
        sheet.draw()
        drawn.set_layout_engine("none")  # what the first drawing has laid out stays
        dots = np.asarray(sheet.buffer_rgba())[:, :, :3]
    few = Image.fromarray(dots).quantize(
        PALETTE, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    about = PngInfo()
    if alt:
        about.add_itxt("Description", alt)
    file = io.BytesIO()
    few.save(file, "png", compress_level=COMPRESSION, dpi=(dpi, dpi), pnginfo=about)
    return file.getvalue()


def vector(drawn: Figure, alt: str = "") -> str:
    """Return a figure as SVG. Its text stays text: small, searchable, read by screen readers.

    Parameters
    ----------
    alt
        Description of the figure.
    """
    file = io.StringIO()
    with house_style():
        FigureCanvasSVG(drawn).print_svg(file, metadata={"Date": None, "Description": alt or None})
    drawn.set_layout_engine("none")
    text = file.getvalue().replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    # Names of shapes stand for addresses in memory now and then: they are counted instead.
    marks = "".join(ELEMENT.findall(text))
    made = dict.fromkeys(name for _, name in MADE_NAME.findall(marks))
    numbered = {name: f"shape{number}" for number, name in enumerate(made)}

    def renamed(mark: re.Match[str]) -> str:
        return MADE_NAME.sub(lambda name: name[1] + numbered[name[2]], mark[0])

    return ELEMENT.sub(renamed, text)
