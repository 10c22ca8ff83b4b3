"""The chart of the hindcast: modelled over published, and dates of first returns."""

import math
import textwrap
from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from parts.past import ALLOCATION, DAY0, Past
from returnplan.show import drawing

USED = {
    "fit": (drawing.NOT_MET, "s", "used in the calibration"),
    "input": (drawing.QUIET, "^", "an input, at least in part"),
    "no": (drawing.MET, "o", "not used"),
}
LEAST, MOST = 0.02, 50.0
TICKS = (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
NAIVE: Any = {"marker": "D", "markerfacecolor": "white", "linestyle": "none", "color": drawing.INK}
YEAR_DAYS = 365.25
CM = 1 / 2.54
ROW_CM, FOOT_CM, REST_CM = 0.4, 2.0, 5.0


def draw_chart(table: pd.DataFrame, past: Past, statement: str) -> tuple[Figure, str]:
    """Draw what can be divided by the published number, and the dates below; also say it in words.

    Parameters
    ----------
    table
        The comparison, with the columns ``heading`` and ``label``.
    past
        The draws.
    statement
        Stands below.
    """
    drawable = table[table["p50"].notna()]
    dated = drawable[drawable["kind"] == "first_return"]
    counted = drawable[(drawable["kind"] != "first_return") & (drawable["published"] > 0)]
    rows = [len(part) + part["heading"].nunique() for part in (counted, dated)]
    width, height = 17 * CM, (REST_CM + FOOT_CM + ROW_CM * sum(rows)) * CM
    with drawing.house_style():
        drawn = Figure(figsize=(width, height), layout="constrained")
        parts: Any = drawn.subfigures(2, 1, height_ratios=[height - FOOT_CM * CM, FOOT_CM * CM])
        upper, lower = parts[0].subplots(2, 1, height_ratios=rows)
        _ratios(upper, counted)
        _dates(lower, dated, past)
        parts[0].suptitle(
            "The calibrated model beside the published past", x=0.012, ha="left", weight="bold"
        )
        _keys(parts[0])
        words = (
            f"{statement} Conditions met is not a first return, which is a decision. Persons: "
            "published numbers of 0 cannot be divided by and are in the table only. Victims: the "
            f"model counts returnees and deminers only. Scenario karabakh, {ALLOCATION}, "
            f"{past.made}."
        )
        text = "\n".join(textwrap.wrap(words, 118))
        parts[1].text(0.012, 0.95, text, va="top", fontsize=drawing.SMALL, color=drawing.QUIET)
    judged = table[table["published_is"].str.endswith("the range")]
    inside = int((judged["published_is"] == "in the range").sum())
    return drawn, (
        f"Of {len(judged)} published facts, {inside} lie in the model's 80 % range of {past.draws} "
        f"draws under {ALLOCATION}."
    )


def _keys(part: Any) -> None:
    """Explain bars and markers."""
    keys = [
        Line2D([], [], color=colour, marker=marker, linewidth=2.4, label=words)
        for colour, marker, words in USED.values()
    ]
    keys.append(Line2D([], [], markersize=4, label="naive forecast", **NAIVE))
    part.legend(
        handles=keys,
        loc="outside lower center",
        ncols=4,
        title="Bar: 80 % model interval (p10 to p90); marker: median; at the edge: beyond it",
        title_fontsize=drawing.SMALL,
        fontsize=drawing.SMALL,
    )


def _rows(ax: Axes, table: pd.DataFrame) -> Iterator[tuple[int, Any]]:
    """Name the rows below a heading for each kind, and give each with its height."""
    at, ticks, labels = 0, [], []
    for heading, rows in table.groupby("heading", sort=False):
        ax.text(
            -0.01, at, str(heading), transform=ax.get_yaxis_transform(), ha="right", va="center",
            fontsize=drawing.SMALL, fontweight="bold",
        )  # fmt: skip
        for _, row in rows.iterrows():
            at += 1
            ticks.append(at)
            labels.append(row["label"])
            yield at, row
        at += 1
    ax.set_yticks(ticks, labels, fontsize=drawing.SMALL)
    ax.set_ylim(at - 0.3, -0.7)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")


def _span(ax: Axes, at: int, row: Any, ends: list[float]) -> None:
    """Draw one range, its median and the naive forecast, where they are known."""
    colour, marker, _ = USED[row["used"]]
    low, middle, high, naive = ends
    ax.plot([low, high], [at, at], color=colour, linewidth=2.4, solid_capstyle="butt")
    ax.plot([middle], [at], color=colour, marker=marker, markersize=4.5, clip_on=False, zorder=3)
    ax.plot([naive], [at], markersize=4, clip_on=False, zorder=4, **NAIVE)


def _ratios(ax: Axes, table: pd.DataFrame) -> None:
    """Modelled over published on a log axis; what leaves it stands at the edge."""
    ax.set_xscale("log")
    ax.set_xlim(LEAST, MOST)
    ax.xaxis.set_major_locator(FixedLocator(TICKS))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.axvline(1, color=drawing.INK, linewidth=1)
    for at, row in _rows(ax, table):
        ratios = [row[name] / row["published"] for name in ("p10", "p50", "p90", "naive")]
        _span(ax, at, row, [_within(ratio, LEAST, MOST) for ratio in ratios])
    ax.set_xlabel("Modelled (or naive) over published; 1: as published")


def _dates(ax: Axes, table: pd.DataFrame, past: Past) -> None:
    """Range of the day on which conditions are met, and the date of the first return."""
    start = DAY0.year + DAY0.day_of_year / YEAR_DAYS
    end = past.horizon.year + past.horizon.timetuple().tm_yday / YEAR_DAYS
    for at, row in _rows(ax, table):
        days = [row[name] for name in ("p10", "p50", "p90", "naive")]
        _span(ax, at, row, [_within(start + day / YEAR_DAYS, start, end) for day in days])
        first = start + row["published"] / YEAR_DAYS
        ax.plot([first] * 2, [at - 0.4, at + 0.4], color=drawing.INK, linewidth=2)
    ax.set_xlim(start, end)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("Year; the upright stroke is the published first organised return")


def _within(value: float, least: float, most: float) -> float:
    """Bring a number to the edge that it lies beyond; leave an unknown one unknown."""
    return value if math.isnan(value) else min(max(value, least), most)
