"""The family of charts: a member is one decorated function that says all that pages need."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, ParamSpec

from matplotlib.axes import Axes

from returnplan.language.words import Words
from returnplan.registry import Family
from returnplan.show.drawing.style import house_style
from returnplan.show.drawing.view import View

P = ParamSpec("P")
Figures = Literal["each", "panels", "both", "together"]


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
    figures
        What a run folder has of it: a figure for ``each`` allocation, one with ``panels`` for all
        of them, ``both``, or one of all ``together`` on the same axes. But for the last, it draws
        ``view.allocation`` only.
    least_allocations, least_draws
        A run of fewer has no figure of it.
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
    figures: Figures = "each"
    least_allocations: int = 1
    least_draws: int = 0
    notes: Callable[..., Sequence[str]] | None = None
    moments: Callable[..., Sequence[float]] | None = None

    @property
    def one_allocation(self) -> bool:
        """True if it draws ``view.allocation`` only."""
        return self.figures != "together"

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
    """Register a drawing function as a chart, and draw it in the house style.

    Parameters
    ----------
    title, needs, alt, **rest
        As :class:`Chart` has them; the function itself is its ``draw``, and gives its name.
    """

    def register(draw: Callable[P, Axes]) -> Callable[P, Axes]:
        @functools.wraps(draw)
        def styled(*args: P.args, **kwargs: P.kwargs) -> Axes:
            with house_style():
                return draw(*args, **kwargs)

        name = draw.__name__
        CHARTS.add(name, Chart(name=name, title=title, needs=needs, draw=styled, alt=alt, **rest))
        return styled

    return register
