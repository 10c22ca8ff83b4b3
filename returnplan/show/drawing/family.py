"""The family of charts: a member is one decorated function that says all that pages need."""

import functools
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, ParamSpec

from matplotlib.axes import Axes

from returnplan.language.words import Words
from returnplan.registry import Family
from returnplan.show.drawing.axes import AS_OF, TITLE_PAD, columns_of, under
from returnplan.show.drawing.style import house_style
from returnplan.show.drawing.view import View

P = ParamSpec("P")
Figures = Literal["each", "panels", "together"]
TITLE_LETTERS = 56
PANEL_LETTERS = 78  # of the titles of panels, by panels side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One member of the family of charts.

    Parameters
    ----------
    title
        Takes the words and whether there are draws; returns the title.
    finding
        Takes the tables and ``view``; returns what is to be seen in one short sentence, which
        stands above the title; empty where there is nothing to say. With panels of several
        allocations ``view.allocation`` is empty.
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
        of them, or one of all ``together`` on the same axes. But for the last, it draws
        ``view.allocation`` only.
    is_first
        Whether planners print it first: then it is among the few figures of a run.
    least_allocations, least_draws
        A run of fewer has no figure of it.
    of_facts
        Measure of published facts without which a scenario has no figure of it; empty: none.
    line
        Takes the tables and ``view``; returns figures in a line below the title.
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
    is_first: bool = False
    least_allocations: int = 1
    least_draws: int = 0
    of_facts: str = ""
    line: Callable[..., str] | None = None
    notes: Callable[..., Sequence[str]] | None = None
    finding: Callable[..., str] | None = None
    moments: Callable[..., Sequence[float]] | None = None

    @property
    def one_allocation(self) -> bool:
        """True if it draws ``view.allocation`` only."""
        return self.figures != "together"

    def titled(self, view: View) -> str:
        """Return the title for a run with or without draws."""
        return self.title(view.words, bool(view.draws))

    def stated(self, given: Sequence[Any], view: View, allocations: Sequence[str]) -> str:
        """Return what is to be seen in a figure, in one short sentence; empty: nothing to say.

        Parameters
        ----------
        given
            The tables that it needs.
        allocations
            Those of the panels; none: ``view.allocation`` is drawn.
        """
        if self.finding is None:
            return ""
        shown = allocations[0] if len(allocations) == 1 else "" if allocations else view.allocation
        return self.finding(*given, view=replace(view, allocation=shown))


CHARTS: Family[Chart] = Family("chart", renamed={"ready_gantt": "waits_by_community"})


def chart(
    title: Callable[[Words, bool], str],
    needs: tuple[str, ...],
    alt: Callable[..., str],
    **rest: Any,
) -> Callable[[Callable[P, Axes]], Callable[P, Axes]]:
    """Register a drawing function as a chart: it draws in the house style, and gets its title.

    Parameters
    ----------
    title, needs, alt, **rest
        As :class:`Chart` has them; the function itself is its ``draw``, and gives its name.
    """

    def register(draw: Callable[P, Axes]) -> Callable[P, Axes]:
        @functools.wraps(draw)
        def styled(*args: P.args, **kwargs: P.kwargs) -> Axes:
            with house_style():
                ax = draw(*args, **kwargs)
                given: dict[str, Any] = {key: kwargs[key] for key in kwargs if key != "ax"}
                line = item.line(*args, **given) if item.line else ""
                _write_title(ax, item, given["view"], line)
                return ax

        name = draw.__name__
        item = Chart(name=name, title=title, needs=needs, draw=styled, alt=alt, **rest)
        CHARTS.add(name, item)
        return styled

    return register


def _write_title(ax: Axes, item: Chart, view: View, line: str) -> None:
    """Write what is seen, for which allocation, and a line of figures."""
    if view.panel:
        letters = round(PANEL_LETTERS / columns_of(ax))
        lines = textwrap.wrap(view.panel, letters) + textwrap.wrap(line, letters)
        ax.set_title("\n".join(lines), loc="left", fontsize=7.5, pad=_pad(ax))
        return
    lines = textwrap.wrap(item.titled(view), TITLE_LETTERS + 8)
    if item.one_allocation and view.allocation:
        lines += textwrap.wrap(under(view), TITLE_LETTERS)
    ax.set_title("\n".join([*lines, line] if line else lines), loc="left", pad=_pad(ax))


def _pad(ax: Axes) -> float:
    """Return the points between the axes and their title: room for the date of the data."""
    return TITLE_PAD[any(line.get_label() == AS_OF for line in ax.get_lines())]
