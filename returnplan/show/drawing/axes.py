"""What charts share: axes, titles, notes, legends, rows of one allocation, states."""

import math
import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib import dates as mdates
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter
from numpy.typing import NDArray

from returnplan.language.words import Words
from returnplan.runs.tables.judged import LIKELY_ABOVE, UNLIKELY_BELOW
from returnplan.show.drawing.style import EVEN, INK, QUIET, SHADES, SIZES_CM, SMALL
from returnplan.show.drawing.view import View

Floats = NDArray[np.float64]

LONG_YEARS = 3  # from here on, dates are shown as years
SHORT_DAYS = 120  # up to here, dates are shown as days
MOST_DECIMALS = 6  # of the numbers along an axis
AS_OF = "_as of"  # label of the line at the date of the data
TITLE_PAD = {True: 16.0, False: 6.0}  # points below a title, where that date stands there: True
MOST_MARKS = 7  # of months on an axis of the whole width


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


def under(view: View) -> str:
    """Return which allocation is drawn."""
    return view.words.phrase("Plan: {title}", title=view.title(view.allocation))


def only(table: pd.DataFrame, allocation: str) -> pd.DataFrame:
    """Return the rows of one allocation; all rows where the table does not tell them apart."""
    if not allocation or "allocation" not in table.columns:
        return table
    return table[table["allocation"].astype(str) == allocation]


def states(readiness: pd.DataFrame, view: View) -> pd.Series:
    """Return met, about even, not met or unknown per row; what is unknown is never met.

    With draws met says: likely to be. With ``view.day`` it says: likely, and the median is not
    later; what is about even is so from its median on, and at the horizon.
    """
    until = view.horizon_days if view.day is None else view.day
    day = readiness["ready_day_p50"].to_numpy(dtype=float)
    is_open = readiness["certainty"].isin([EVEN]).to_numpy()
    with np.errstate(invalid="ignore"):
        is_by_then = np.isfinite(day) & (day <= until)
    is_even = is_open & (is_by_then | (until >= view.horizon_days))
    is_met = is_by_then & ~is_open
    is_unknown = readiness["status"].astype(str).str.lower().str.startswith("unknown").to_numpy()
    word = np.select([is_unknown, is_even, is_met], ["unknown", EVEN, "met"], "not met")
    return pd.Series(word, index=readiness.index, name="state", dtype=object)


def state_word(state: str, view: View) -> str:
    """Return the words for a state of a community that is not met."""
    words = view.words
    return {
        EVEN: words.phrase("About even whether met"),
        "not met": words.phrase("Unlikely to be met")
        if view.draws
        else words.phrase("Conditions not met"),
        "unknown": words.phrase("Unknown"),
    }[state]


def even_note(view: View) -> str:
    """Say which words stand for which shares of the draws."""
    words = view.words
    return words.phrase(
        "Likely, about even, unlikely: conditions are met (modelled) by the end of the run in "
        "more than {high}, in {low} to {high}, in less than {low} of simulations.",
        low=words.percent(UNLIKELY_BELOW),
        high=words.percent(LIKELY_ABOVE),
    )


def ranged(words: Words, middle: str, low: str, high: str) -> str:
    """Return a median with its range, for people."""
    return words.phrase("{middle} ({low} to {high})", middle=middle, low=low, high=high)


def range_words(
    words: Words, numbers: Sequence[float], write: Callable[[float], str], *, has_range: bool = True
) -> str:
    """Return a median with its range, or alone where there is none.

    Parameters
    ----------
    numbers
        Median, low and high end; nan: not shown.
    write
        Writes one of them.
    has_range
        False: a run on expected values.
    """
    middle, low, high = numbers
    if not has_range or np.isnan(numbers).any():
        return write(middle)
    return ranged(words, write(middle), write(low), write(high))


def three_digits(number: float) -> float:
    """Round to three digits, as people say it.

    Examples
    --------
    >>> [three_digits(number) for number in (359_512, 999, 1_005, 0)]
    [360000, 999, 1000, 0]
    """
    if math.isnan(number) or not number:
        return number
    return round(number, min(0, 2 - math.floor(math.log10(abs(number)))))


def rounded(words: Words) -> Callable[[float], str]:
    """Return what writes a number of people in three digits."""
    return lambda people: words.number(three_digits(people))


def about(words: Words, people: Iterable[float]) -> str:
    """Return one number of people, or the lowest and the highest of several, in three digits."""
    known = [three_digits(float(count)) for count in people if not math.isnan(count)]
    if not known:
        return words.number(math.nan)
    low, high = words.number(min(known)), words.number(max(known))
    return low if low == high else words.phrase("{low} to {high}", low=low, high=high)


def share_looks(words: Words) -> list[tuple[str, str]]:
    """Return the words and the shade of nobody and of each fifth of the people."""
    fifths = len(SHADES) - 1
    texts = [
        words.phrase(
            "{low} to {high}",
            low=words.percent((fifth - 1) / fifths),
            high=words.percent(fifth / fifths),
        )
        for fifth in range(1, fifths + 1)
    ]
    return list(zip([words.phrase("Nobody"), *texts], SHADES, strict=True))


def line_between(view: View) -> tuple[Literal["steps-post", "default"], Literal["post"] | None]:
    """Return how lines and bands are drawn: steps, or straight where dates are left out."""
    return ("default", None) if view.has_gaps else ("steps-post", "post")


def coarse_note(words: Words) -> str:
    """Say why dates are far apart, and what lines between them are."""
    return words.phrase(
        "Dates stand so far apart that no single settlement can be told; lines between them are "
        "straight."
    )


def total_people(readiness: pd.DataFrame) -> float:
    """Return the people of the scenario, whom every allocation counts once."""
    return float(readiness.groupby("allocation")["people"].sum().max()) if len(readiness) else 0.0


def note(ax: Axes, text: str) -> None:
    """Say in the middle of a chart why there is nothing to see."""
    ax.text(
        0.5, 0.5, textwrap.fill(text, 44), transform=ax.transAxes, ha="center", va="center",
        fontsize=9, color=QUIET, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.9},
    )  # fmt: skip


def beside(ax: Axes, row: float, text: str, *, size: float = 6.5, gap: float = 5) -> None:
    """Write right of a row of the axes, ``gap`` points away."""
    ax.annotate(
        text, (1.0, row), (gap, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="center", fontsize=size,
    )  # fmt: skip


def legend_below(
    ax: Axes,
    keys: Sequence[Artist],
    *,
    middle: float = 0.45,
    gap: float = 4.5,
    columns: int = 2,
    **rest: Any,
) -> None:
    """Explain keys below the axes: their middle across, the gap by the size of the letters."""
    ax.legend(
        handles=keys, loc="upper center", bbox_to_anchor=(middle, 0), borderaxespad=gap,
        ncols=columns, fontsize=SMALL, **rest,
    )  # fmt: skip


class _Numbers(Formatter):
    """Writes numbers in a language, with as many decimals as the marks of the axis need."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def __call__(self, value: float, pos: int | None = None) -> str:
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        marks = np.asarray(values, dtype=float)
        room = 1e-6 * float(np.abs(marks).max(initial=0.0))
        needed = (d for d in range(MOST_DECIMALS) if np.all(np.abs(marks - marks.round(d)) <= room))
        decimals = next(needed, MOST_DECIMALS)
        return [self._words.number(value, decimals) for value in values]


def numbers(view: View) -> Formatter:
    """Return what writes the numbers along an axis in the language of the view."""
    return _Numbers(view.words)


def horizon(ax: Axes, view: View) -> None:
    """Mark the end of the horizon at the right edge."""
    end = view.axis(view.horizon_days)
    ax.axvline(end, color=INK, linewidth=0.8, label="_horizon")
    ax.annotate(
        view.words.phrase("The run ends on {date}", date=view.horizon_word),
        (end, 1.0), (-4, -2), xycoords=("data", "axes fraction"), textcoords="offset points",
        ha="right", va="top", fontsize=SMALL,
    )  # fmt: skip


def data_date(ax: Axes, view: View, ends: tuple[float, float], at: float) -> None:
    """Shade what lies before the date of the data, and say above the axes which date that is.

    Parameters
    ----------
    ends
        Left and right end of the axis.
    at
        Where the date lies on it; nothing is drawn of one that lies outside.
    """
    left, right = ends
    if view.as_of is None or not left < at < right:
        return
    ax.axvspan(left, at, facecolor=QUIET, alpha=0.09, linewidth=0, zorder=0, label="_known")
    ax.axvline(at, color=QUIET, linewidth=0.7, label=AS_OF, zorder=2.5)
    is_early = at - left < (right - left) / 2
    ax.annotate(
        view.words.phrase("data as of {date}", date=view.words.date(view.as_of)),
        (at, 1.0), (-2 if is_early else 2, 2), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="left" if is_early else "right", va="bottom",
        fontsize=6.5, color=QUIET,
    )  # fmt: skip


def date_axis(ax: Axes, view: View, until: float) -> None:
    """Show days 0 to ``until`` as calendar years (or months, where the span is short).

    The date of the data is marked, if it lies among them.
    """
    ends = (view.axis(0.0), view.axis(max(until, 1.0)))
    ax.set_xlim(*ends)
    if view.as_of is not None:
        data_date(ax, view, ends, view.axis(float((view.as_of - view.start).days)))
    years = until / 365.25
    if years > LONG_YEARS:
        step = max(1, math.ceil(years * columns_of(ax) / 11))
        ax.xaxis.set_major_locator(mdates.YearLocator(base=step))
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%Y"))
        ax.set_xlabel(view.words.phrase("Calendar year"))
        return
    most = max(2, MOST_MARKS // columns_of(ax))
    is_short = until <= SHORT_DAYS
    write = view.words.date if is_short else view.words.month
    ax.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=2, maxticks=most))
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: write(mdates.num2date(value).date()))
    )
    ax.set_xlabel(view.words.phrase("Date") if is_short else view.words.phrase("Month"))
