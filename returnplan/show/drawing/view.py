"""What a chart must know beside its tables, and the family of charts."""

import datetime as dt
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec

from matplotlib import dates as mdates
from matplotlib.axes import Axes

from returnplan.domain import AUTHORITY, Target
from returnplan.language.words import ENGLISH, Words
from returnplan.registry import Family
from returnplan.show.drawing.style import house_style

P = ParamSpec("P")


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
    day
        The day to draw, for charts of one moment; none: the end of the horizon.
    targets
        Aims to be drawn beside the results.
    panel
        Title of a panel beside others; empty: the chart has the page to itself.
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
    day: float | None = None
    targets: Sequence[Target] = ()
    panel: str = ""

    def word(self, key: object) -> str:
        """Return the words to print for an id."""
        return self.names.get(str(key), str(key).replace("_", " "))

    def title(self, allocation: object) -> str:
        """Return the words to print for an allocation."""
        return self.titles.get(str(allocation), str(allocation).replace("_", " "))

    def date(self, day: float) -> dt.date:
        """Return the calendar date of a day on the axis."""
        return self.start + dt.timedelta(days=math.floor(day))

    def date_word(self, day: float) -> str:
        """Return the calendar date of a day on the axis, for people."""
        return self.words.date(self.date(day))

    @property
    def horizon_word(self) -> str:
        """Return the last date of the horizon, for people."""
        return self.date_word(self.horizon_days)

    @property
    def draws_word(self) -> str:
        """Return the number of draws, for people."""
        return self.words.number(self.draws)

    def axis(self, day: Any) -> Any:
        """Return days since start as matplotlib date numbers, same shape."""
        return day + float(mdates.date2num(self.start))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One member of the family of charts.

    Parameters
    ----------
    title
        Takes the words and whether there are draws; returns the title.
    needs
        Names of the tables that ``draw``, ``alt``, ``notes`` and the others take, in this order.
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
        Takes the tables and ``view``; returns sentences below the figure, after the statement: with
        draws also what is median, range or neither.
    moments
        Takes the tables and ``view``; returns the days of which each gets a panel of its own.
    """

    name: str
    title: Callable[[Words, bool], str]
    needs: tuple[str, ...]
    draw: Callable[..., Axes]
    alt: Callable[..., str]
    shape: str = "wide"
    height: Callable[..., float] | None = None
    one_allocation: bool = True
    notes: Callable[..., Sequence[str]] | None = None
    moments: Callable[..., Sequence[float]] | None = None

    def titled(self, view: View) -> str:
        """Return the title for a run with or without draws."""
        return self.title(view.words, bool(view.draws))


CHARTS: Family[Chart] = Family("chart")


def chart(
    title: Callable[[Words, bool], str],
    needs: tuple[str, ...],
    alt: Callable[..., str],
    **rest: Any,
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
