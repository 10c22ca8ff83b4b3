"""Targets beside the results: official or assumed, and never read by the model."""

import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from returnplan.domain import Target, TargetMeasure
from returnplan.show.drawing.style import INK, NOT_MET, SMALL
from returnplan.show.drawing.view import View

TARGET_FILL: Mapping[TargetMeasure, str] = {"returned": NOT_MET, "conditions_met": "white"}
"""How diamonds are filled, by what they are targets of."""
KEY_LETTERS = 46
RIGHT_UP_TO = 0.15  # of the horizon: the words of an early target stand right of it


def targets_of(view: View, measure: TargetMeasure) -> list[Target]:
    """Return the targets for a measure that lie within the horizon, in order of time."""
    last = view.date(view.horizon_days)
    mine = [target for target in view.targets if target.measure == measure]
    within = [target for target in mine if view.start <= target.by_date <= last]
    return sorted(within, key=lambda target: target.by_date)


def draw_targets(ax: Axes, targets: Sequence[Target], view: View) -> None:
    """Draw targets as diamonds, joined where there are several, with their numbers."""
    days = [float((target.by_date - view.start).days) for target in targets]
    ax.plot(
        [view.axis(day) for day in days], [target.people for target in targets], color=INK,
        linestyle=":", linewidth=1.0, marker="D", markersize=6.5,
        markerfacecolor=TARGET_FILL[targets[0].measure] if targets else "white",
        markeredgecolor=INK, zorder=4, label="_targets", in_layout=False,
    )  # fmt: skip
    for day, target in zip(days, targets, strict=True):
        is_late = day > RIGHT_UP_TO * view.horizon_days
        ax.annotate(
            view.words.number(target.people), (view.axis(day), target.people),
            (-6 if is_late else 6, 3), textcoords="offset points",
            ha="right" if is_late else "left", fontsize=SMALL, fontweight="bold",
            path_effects=[withStroke(linewidth=1.8, foreground="white")],
        )  # fmt: skip


def target_key(target: Target, view: View) -> Line2D:
    """Return the key of a target: its title, people and date."""
    values = {
        "title": target.title or target.id,
        "people": view.words.number(target.people),
        "date": view.words.date(target.by_date),
    }
    text = (
        view.words.phrase("Target: {title} ({people} returned by {date})", **values)
        if target.measure == "returned"
        else view.words.phrase("Target: {title} ({people} with conditions met by {date})", **values)
    )
    return Line2D(
        [], [], color=INK, linestyle=":", linewidth=1.0, marker="D", markersize=6.0,
        markerfacecolor=TARGET_FILL[target.measure], markeredgecolor=INK,
        label=textwrap.fill(text, KEY_LETTERS),
    )  # fmt: skip


def target_sentence(target: Target, view: View) -> str:
    """Return a target as a sentence of an alt text."""
    return view.words.phrase(
        "Target by {date}: {people} ({title}).",
        date=view.words.date(target.by_date),
        people=view.words.number(target.people),
        title=target.title or target.id,
    )
