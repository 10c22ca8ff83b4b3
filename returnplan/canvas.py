"""The house style, what a chart must know, and how figures are laid out and saved.

Grey prints stay legible: colour always comes with a line style, marker, hatch or word. Status
colours follow the status, and none of them is green. The global settings of matplotlib stay alone.
"""

import datetime as dt
import functools
import io
import math
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from returnplan.domain import AUTHORITY, STATEMENT
from returnplan.registry import Family
from returnplan.words import ENGLISH, Words

P = ParamSpec("P")
Floats = NDArray[np.float64]

MET, PART, NOT_MET, UNKNOWN = "#0B3754", "#4F9ED0", "#E69F00", "#BFBFBF"
PALE, INK, QUIET = "#D3E5F3", "#222222", "#595959"
STATUS = {"met": MET, "not met": NOT_MET, "unknown": UNKNOWN}
STATUS_WORDS = {
    "met": "Conditions met (modelled)",
    "not met": "Conditions not met",
    "unknown": "Unknown",
}
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
LARGEST_PERCENT = 99  # above, a share that is not all is written as more than this
LONG_YEARS = 3  # from here on, dates are shown as years
PANEL_COLUMNS = {"wide": 2, "map": 3, "tall": 1}
PANEL_INCHES = {"wide": 3.0, "map": 3.2, "tall": 3.0}
PANELS_EXTRA_INCHES = 1.2  # title and legend of all panels
A4_INCHES = 24.5 / 2.54  # most height of a figure on its own, as of the tall shape
TITLE_LETTERS = 56
SIZES_CM = {"wide": (17.0, 10.5), "map": (17.0, 16.0), "tall": (17.0, 24.5)}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a chart must know beside its tables.

    Parameters
    ----------
    start, horizon_days
        Day 0 of the scenario, and the length of its horizon.
    allocation
        The allocation to draw, for charts of one allocation.
    names
        Words to print for the ids of places, communities and asset types.
    titles
        Titles of allocations, by name.
    authority
        Who releases land; fills the statement below every figure.
    provenance
        Scenario, version, allocations, draws and seed in one line.
    sources
        Where points, roads and boundaries come from; printed below maps.
    districts
        Rings of longitude and latitude in degrees, each shape (n, 2).
    draws
        Draws that the ranges of the tables come from; 0: a run on expected values.
    words
        The language in which charts speak.
    """

    start: dt.date
    horizon_days: float
    allocation: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    authority: str = AUTHORITY
    provenance: str = ""
    sources: str = ""
    districts: Sequence[Sequence[Sequence[float]]] = ()
    draws: int = 0
    words: Words = ENGLISH

    def word(self, key: object) -> str:
        """Return the words to print for an id."""
        return self.names.get(str(key), str(key).replace("_", " "))

    def title(self, allocation: object) -> str:
        """Return the words to print for an allocation."""
        return self.titles.get(str(allocation), str(allocation).replace("_", " "))

    def date(self, day: float) -> dt.date:
        """Return the calendar date of a day on the axis."""
        return self.start + dt.timedelta(days=math.floor(day))

    def axis(self, day: Any) -> Any:
        """Return days since start as matplotlib date numbers, same shape."""
        return day + float(mdates.date2num(self.start))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One member of the family of charts.

    Parameters
    ----------
    needs
        Names of the tables that ``draw`` and ``alt`` take, in this order.
    draw
        Takes the tables, ``view`` and ``ax``; returns the axes.
    alt
        Takes the tables and ``view``; returns one or two sentences with the key figures.
    shape
        Key of ``SIZES_CM``.
    height
        Takes the tables, ``view`` and the number of panels side by side; returns the inches that
        one panel needs. Without it the shape alone gives the height.
    one_allocation
        True if it draws ``view.allocation`` only.
    notes
        Sentences below the figure, after the statement.
    notes_of_draws
        Takes the tables and ``view``; returns one more sentence for a run with draws, which says
        what is median, range or neither.
    title_of_draws
        Title in a run with draws, if it is another one.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    draw: Callable[..., Axes]
    alt: Callable[..., str]
    shape: str = "wide"
    height: Callable[..., float] | None = None
    one_allocation: bool = True
    notes: tuple[str, ...] = ()
    notes_of_draws: Callable[..., str] | None = None
    title_of_draws: str = ""

    def titled(self, view: View) -> str:
        """Return the title for a run with or without draws."""
        return self.title_of_draws if view.draws and self.title_of_draws else self.title


CHARTS: Family[Chart] = Family("chart")


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the house style; letters that its font lacks become boxes, without a warning."""
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from font")
        yield


def chart(
    title: str, needs: tuple[str, ...], alt: Callable[..., str], **rest: Any
) -> Callable[[Callable[P, Axes]], Callable[P, Axes]]:
    """Register a drawing function as a chart, and draw it in the house style."""

    def register(draw: Callable[P, Axes]) -> Callable[P, Axes]:
        @functools.wraps(draw)
        def styled(*args: P.args, **kwargs: P.kwargs) -> Axes:
            with house_style():
                return draw(*args, **kwargs)

        name = draw.__name__
        CHARTS.add(name, Chart(name=name, title=title, needs=needs, draw=styled, alt=alt, **rest))
        return styled

    return register


# Figures and files


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
    views = [replace(view, allocation=one) for one in allocations] or [view]
    with house_style():
        drawn, body = _sheet(item, given, views)
        if len(views) == 1:
            item.draw(*given, view=views[0], ax=body.subplots())
        else:
            _panels(item, given, views, body)
    return drawn, " ".join(item.alt(*given, view=one) for one in views)


def _sheet(item: Chart, given: list[pd.DataFrame], views: list[View]) -> tuple[Figure, Any]:
    """Return a figure with the footer written, and the part of it that is free to draw on."""
    view = views[0]
    width, page_height = (side / 2.54 for side in SIZES_CM[item.shape])
    words = (
        STATEMENT.format(authority=view.authority),
        *item.notes,
        item.notes_of_draws(*given, view=view) if item.notes_of_draws and view.draws else "",
        f"Sources: {view.sources}" if view.sources and item.shape == "map" else "",
        view.provenance,
    )
    lines = [line for text in words if text for line in textwrap.wrap(text, round(width * 18))]
    foot_height = (len(lines) + 1) * SMALL * 1.25 / 72
    columns = PANEL_COLUMNS[item.shape] if len(views) > 1 else 1
    need = item.height(*given, view=view, columns=columns) if item.height else None
    if len(views) > 1:
        each = need or PANEL_INCHES[item.shape]
        height = foot_height + PANELS_EXTRA_INCHES + math.ceil(len(views) / columns) * each
    else:
        height = min(foot_height + need, A4_INCHES) if need else page_height
    drawn = Figure(figsize=(width, height), layout="constrained")
    parts: Any = drawn.subfigures(2, 1, height_ratios=[height - foot_height, foot_height])
    body, foot = parts
    foot.text(0.012, 0.9, "\n".join(lines), ha="left", va="top", fontsize=SMALL, color=QUIET)
    return drawn, body


def _panels(item: Chart, given: list[pd.DataFrame], views: list[View], body: Any) -> None:
    """Draw one panel per view, with one title and one legend for all."""
    columns = PANEL_COLUMNS[item.shape]
    rows = math.ceil(len(views) / columns)
    grid = list(body.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    for number, (ax, view) in enumerate(zip(grid, views, strict=False)):
        item.draw(*given, view=view, ax=ax)
        _, allocation, *figures = ax.get_title("left").split("\n")
        words = [
            line
            for text in (allocation.removeprefix("Allocation: "), *figures)
            for line in textwrap.wrap(text, round(78 / columns))
        ]
        ax.set_title("\n".join(words), loc="left", fontsize=7.5)
        ax.tick_params(labelbottom=True)
        if number % columns:
            ax.set_ylabel("")
        if number + columns < len(views):
            ax.set_xlabel("")
    for ax in grid[len(views) :]:
        ax.remove()
    body.suptitle(item.titled(views[0]), x=0.012, ha="left", fontsize=9.5, fontweight="bold")
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
        body.legend(
            handles, words, loc="outside lower center", ncols=min(4, len(words)), title=title,
            title_fontsize=7.5, alignment="left",
        )  # fmt: skip


def save(drawn: Figure, stem: Path | str, alt: str = "") -> tuple[Path, Path]:
    """Write a figure as ``stem.png`` (150 dpi) and ``stem.svg``; the same figure, the same bytes.

    Text in the SVG stays text: small, searchable, and read by screen readers.
    """
    png, svg = Path(f"{stem}.png"), Path(f"{stem}.svg")
    text = io.StringIO()
    with house_style():
        drawn.savefig(png, dpi=150, metadata={"Software": None, "Description": alt or None})
        drawn.set_layout_engine("none")  # what the first saving has laid out stays
        drawn.savefig(text, format="svg", metadata={"Date": None, "Description": alt or None})
    fonts = text.getvalue().replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, sans-serif")
    svg.write_text(fonts, encoding="utf-8")
    return png, svg


# What charts share


def blank(ax: Axes | None, shape: str = "wide") -> Axes:
    """Return ``ax``, or axes on a new figure of a house size."""
    if ax is not None:
        return ax
    width, height = SIZES_CM[shape]
    size = (width / 2.54, height / 2.54)
    return Figure(figsize=size, layout="constrained").add_subplot()


def columns_of(ax: Axes) -> int:
    """Return how many panels stand side by side where ``ax`` stands."""
    place = ax.get_subplotspec()
    return int(place.get_geometry()[1]) if place else 1


def finished(ax: Axes, name: str, view: View, extra: str = "") -> Axes:
    """Write the title: what is seen, for which allocation, and a line of figures."""
    item = CHARTS[name]
    lines = [item.titled(view)]
    if item.one_allocation and view.allocation:
        words = f"Allocation: {view.title(view.allocation)}"
        is_panel = columns_of(ax) > 1  # panels wrap to their own width
        lines += [words] if is_panel else textwrap.wrap(words, TITLE_LETTERS)
    ax.set_title("\n".join([*lines, extra] if extra else lines), loc="left")
    return ax


def only(table: pd.DataFrame, allocation: str) -> pd.DataFrame:
    """Return the rows of one allocation; all rows where the table does not tell them apart."""
    if not allocation or "allocation" not in table.columns:
        return table
    return table[table["allocation"].astype(str) == allocation]


def states(readiness: pd.DataFrame, view: View) -> pd.Series:
    """Return met, not met or unknown per row; what is unknown is never met."""
    day = readiness["ready_day_p50"].to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        met = np.isfinite(day) & (day <= view.horizon_days)
    unknown = readiness["status"].astype(str).str.lower().str.startswith("unknown").to_numpy()
    word = np.where(unknown, "unknown", np.where(met, "met", "not met"))
    return pd.Series(word, index=readiness.index, name="state", dtype=object)


def note(ax: Axes, text: str) -> None:
    """Say in the middle of a chart why there is nothing to see."""
    ax.text(
        0.5,
        0.5,
        textwrap.fill(text, 44),
        transform=ax.transAxes,
        ha="center",
        va="center",
        fontsize=9,
        color=QUIET,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.9},
    )


def thousands(value: float) -> str:
    """Return a whole number with thousands separators."""
    return f"{value:,.0f}"


def percent(part: float, whole: float) -> str:
    """Return a share in whole percent; 0 and 100 only where it is exactly none or all."""
    share = 100 * part / whole if whole else 0.0
    if share <= 0 or part >= whole:
        return "100 %" if share > 0 else "0 %"
    if share < 1:
        return "<1 %"
    return ">99 %" if share > LARGEST_PERCENT else f"{math.floor(share + 1e-9)} %"


def listed(words: Iterable[str]) -> str:
    """Join words as in a sentence."""
    *rest, last = list(words) or ["none"]
    return f"{', '.join(rest)} and {last}" if rest else last


def date_axis(ax: Axes, view: View, until: float) -> None:
    """Show days 0 to ``until`` as calendar years (or months, where the span is short)."""
    ax.set_xlim(view.axis(0.0), view.axis(max(until, 1.0)))
    years = until / 365.25
    if years > LONG_YEARS:
        step = max(1, math.ceil(years * columns_of(ax) / 11))
        ax.xaxis.set_major_locator(mdates.YearLocator(base=step))
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
    else:
        ax.xaxis.set_major_locator(mdates.AutoDateLocator(maxticks=8))
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y-%m"))
    ax.set_xlabel("Calendar year" if years > LONG_YEARS else "Month")
