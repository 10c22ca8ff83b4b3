"""Settlements where they lie, year by year: conditions met by then, not yet, or unknown."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes

from returnplan.show.drawing import (
    EVEN,
    View,
    boundaries,
    chart,
    even_note,
    state_word,
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

MOST_PANELS = 6
YEAR_DAYS = 365.25


def panel_days(
    readiness: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, *, view: View
) -> list[float]:
    """Return at most six days: ends of years since the start in equal steps, and the horizon."""
    years = max(1, round(view.horizon_days / YEAR_DAYS))
    step = math.ceil(years / MOST_PANELS)
    start = pd.Timestamp(view.start)
    ends = [start + pd.DateOffset(years=year) for year in range(years % step, years, step) if year]
    return [*(float((end - start).days) for end in ends), view.horizon_days]


def _years_alt(
    readiness: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, *, view: View
) -> str:
    """Say in how many settlements conditions are met by the day of each panel."""
    words = view.words
    steps = []
    for day in panel_days(readiness, places, roads, view=view):
        settlements = ready_places(readiness, places, replace(view, day=day))
        met = words.number((settlements["state"] == "met").sum())
        steps.append(words.phrase("{number} by {date}", number=met, date=view.date_word(day)))
    settlements = ready_places(readiness, places, view)
    values = {
        "number": words.number(len(settlements)),
        "allocation": view.title(view.allocation),
        "steps": words.listed(steps),
        "even": words.number((settlements["state"] == EVEN).sum()),
        "unknown": words.number((settlements["state"] == "unknown").sum()),
    }
    if view.draws:
        return words.phrase(
            "Maps of {number} settlements under {allocation}: conditions likely to be met "
            "(modelled), with the median of the simulations by then, in {steps}; about even at "
            "the end in {even}; unknown in {unknown}.",
            **values,
        )
    return words.phrase(
        "Maps of {number} settlements under {allocation}: conditions met (modelled) in {steps}; "
        "unknown in {unknown}.",
        **values,
    )


def _years_notes(
    readiness: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, *, view: View
) -> Sequence[str]:
    """Say what met says."""
    if not view.draws:
        return [boundaries(view)]
    medians = view.words.phrase(
        "Met by then: likely, and the median date (p50) of {draws} simulations is not later than "
        "the date above the map; what is about even is shown so from its median date on. The "
        "range of each date (p10 to p90) is in readiness.csv.",
        draws=view.draws_word,
    )
    return [boundaries(view), even_note(view), medians]


@chart(
    lambda words, _: words.phrase("Where conditions for return are met, year by year (modelled)"),
    ("readiness", "places", "roads"),
    _years_alt,
    shape="map",
    height=map_height,
    line=counted,
    notes=_years_notes,
    moments=panel_days,
)
def ready_map_by_year(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw settlements by whether their conditions are met by ``view.day``.

    Parameters
    ----------
    readiness
        One row per allocation and community: settlement, people, status, ready_day_p50.
    places
        id, kind, lon_deg, lat_deg; ``kind`` is hub for hubs.
    roads
        from_place, to_place.
    """
    settlements = ready_places(readiness, places, view)
    settled = Settled(
        table=settlements, groups=_groups(settlements, view), most=most_people(readiness)
    )
    return draw_map(settled, places, roads, view, ax)


def _groups(settlements: pd.DataFrame, view: View) -> list[Group]:
    """Return the settlements by state; those met stand out."""
    words = view.words
    texts = {
        "met": words.phrase("Met by that date"),
        EVEN: state_word(EVEN, view),
        "not met": words.phrase("Not yet met"),
        "unknown": state_word("unknown", view),
    }
    return [in_state(settlements, state, text) for state, text in texts.items()]
