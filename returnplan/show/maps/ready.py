"""Settlements where they lie, coloured by the year in which their conditions are met."""

import math
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from returnplan.show.drawing import (
    EVEN,
    View,
    boundaries,
    chart,
    even_note,
    state_word,
    states,
)
from returnplan.show.maps.ground import map_height
from returnplan.show.maps.points import (
    Group,
    Settled,
    counted,
    draw_map,
    in_state,
    most_people,
    ready_places,
)

MOST_CLASSES = 7


def year_classes(readiness: pd.DataFrame, view: View) -> list[tuple[int, int]]:
    """Return first and last year of at most 7 classes, the same for every allocation of a table."""
    days = readiness.loc[states(readiness, view) == "met", "ready_day_p50"]
    if days.empty:
        return []
    first, last = view.date(float(days.min())).year, view.date(float(days.max())).year
    step = math.ceil((last - first + 1) / MOST_CLASSES)
    return [(year, min(year + step - 1, last)) for year in range(first, last + 1, step)]


def _map_alt(
    readiness: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, *, view: View
) -> str:
    """Say how many settlements have their conditions met, and by when half of them do."""
    words = view.words
    settlements = ready_places(readiness, places, view)
    met = settlements.loc[settlements["state"] == "met", "year"]
    counts = settlements["state"].value_counts()
    values = {
        "number": words.number(len(settlements)),
        "allocation": view.title(view.allocation),
        "met": words.number(len(met)),
        "even": words.number(counts.get(EVEN, 0)),
        "not_met": words.number(counts.get("not met", 0)),
        "unknown": words.number(counts.get("unknown", 0)),
        "draws": view.draws_word,
    }
    first = (
        words.phrase(
            "Map of {number} settlements under {allocation}, by the median date of {draws} "
            "simulations: conditions likely to be met (modelled) by the end of the run in {met}, "
            "about even in {even}, unlikely in {not_met}, unknown in {unknown}.",
            **values,
        )
        if view.draws
        else words.phrase(
            "Map of {number} settlements under {allocation}: conditions met (modelled) in {met}, "
            "not met by the end of the run in {not_met}, unknown in {unknown}.",
            **values,
        )
    )
    if met.empty:
        return first
    half = words.phrase(
        "Half of these communities meet their conditions by the end of {year}.",
        year=f"{met.median():.0f}",
    )
    return f"{first} {half}"


def _map_notes(
    readiness: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, *, view: View
) -> Sequence[str]:
    """Say what the dates and states are."""
    if not view.draws:
        return [boundaries(view)]
    years = view.words.phrase(
        "Years are those of the median date (p50) of {draws} simulations, where conditions are "
        "likely to be met. The range of each date (p10 to p90) is in readiness.csv.",
        draws=view.draws_word,
    )
    return [boundaries(view), even_note(view), years]


@chart(
    lambda words, _: words.phrase("Where and when conditions for return are met (modelled)"),
    ("readiness", "places", "roads"),
    _map_alt,
    shape="map",
    height=map_height,
    line=counted,
    notes=_map_notes,
    figures="both",
    is_first=True,
)
def ready_map(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw settlements by year of conditions met, roads, hubs and the rings of ``view.districts``.

    Parameters
    ----------
    readiness
        One row per allocation and community: settlement, people, status, ready_day_p50. Colours,
        sizes and extent follow the whole table, so maps of its allocations compare.
    places
        id, kind, lon_deg, lat_deg; ``kind`` is hub for hubs.
    roads
        from_place, to_place.
    """
    settlements = ready_places(readiness, places, view)
    groups = _groups(settlements, year_classes(readiness, view), view)
    settled = Settled(table=settlements, groups=groups, most=most_people(readiness))
    return draw_map(settled, places, roads, view, ax)


def _groups(
    settlements: pd.DataFrame, classes: Sequence[tuple[int, int]], view: View
) -> list[Group]:
    """Return the settlements by class of years, and those that are not met or unknown."""
    words = view.words
    shades = mpl.colormaps["cividis"](np.linspace(0.0, 0.97, max(len(classes), 1)))
    groups = [
        Group(
            state="met",
            words=words.phrase("Met in {year}", year=low)
            if low == high
            else words.phrase("Met in {first}–{last}", first=low, last=high),
            shade=shade,
            rows=settlements[settlements["year"].between(low, high)],
        )
        for (low, high), shade in zip(classes, shades, strict=False)
    ]
    others = (EVEN, "not met", "unknown")
    return groups + [in_state(settlements, state, state_word(state, view)) for state in others]
