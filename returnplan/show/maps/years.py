"""Districts by how many have their conditions met, or settlements by whether, year by year."""

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
    only,
    share_looks,
    state_word,
)
from returnplan.show.maps.districts import Look, Painted, Painting, draw_districts
from returnplan.show.maps.ground import has_outlines, map_height
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
HALF = 0.5


def panel_days(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
) -> list[float]:
    """Return at most six days: ends of years since the start in equal steps, and the horizon."""
    years = max(1, round(view.horizon_days / YEAR_DAYS))
    step = math.ceil(years / MOST_PANELS)
    start = pd.Timestamp(view.start)
    ends = [start + pd.DateOffset(years=year) for year in range(years % step, years, step) if year]
    return [*(float((end - start).days) for end in ends), view.horizon_days]


def shares_by(district_shares: pd.DataFrame, day: float, view: View) -> "pd.Series[float]":
    """Return the share of each named district's people on the last date up to a day, of one plan.

    Parameters
    ----------
    district_shares
        One row per allocation, district and date: share_p50.
    """
    mine = only(district_shares, view.allocation)
    names = mine["district"].fillna("").astype(str)
    is_past = mine["date"] <= pd.Timestamp(view.date(day))
    all_named = pd.Series(0.0, index=names[names != ""].unique())
    past = mine.assign(district=names)[is_past & (names != "")].sort_values("date", kind="stable")
    last = past.groupby("district", sort=False)["share_p50"].last().astype(float)
    return last.reindex(all_named.index).fillna(0.0)


def _years_finding(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say in how many districts half of the people are served, early on and at the end."""
    words = view.words
    days = panel_days(readiness, places, roads, district_shares, view=view)
    chosen = dict.fromkeys((days[len(days) // 3], days[-1]))
    shares = [shares_by(district_shares, day, view) for day in chosen]
    if len(shares[-1]) <= 1:
        return ""
    told = words.listed(
        words.phrase(
            "{number} of {all} by {date}",
            number=words.number((share >= HALF).sum()),
            all=words.number(len(share)),
            date=view.date_word(day),
        )
        for share, day in zip(shares, chosen, strict=True)
    )
    return words.phrase(
        "Districts in which half of the people have their conditions met (modelled): {told}",
        told=told,
    )


def _years_alt(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say in how many districts, or settlements, conditions are met by the day of each panel."""
    words = view.words
    days = panel_days(readiness, places, roads, district_shares, view=view)
    if has_outlines(view):
        steps = [
            words.phrase(
                "{number} by {date}",
                number=words.number((shares_by(district_shares, day, view) >= HALF).sum()),
                date=view.date_word(day),
            )
            for day in days
        ]
        return words.phrase(
            "Maps of {number} districts under {plan}: conditions met (modelled) for half of the "
            "people or more in {steps}.",
            number=words.number(len(shares_by(district_shares, days[-1], view))),
            plan=view.title(view.allocation),
            steps=words.listed(steps),
        )
    steps = []
    for day in days:
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
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
) -> Sequence[str]:
    """Say what met says."""
    if not view.draws:
        return [boundaries(view)]
    if has_outlines(view):
        shares = view.words.phrase(
            "Shares are medians (p50) of {draws} simulations, at the last date of counting up to "
            "the date above the map.",
            draws=view.draws_word,
        )
        return [boundaries(view), shares]
    medians = view.words.phrase(
        "Met by then: likely, and the median date (p50) of {draws} simulations is not later than "
        "the date above the map; what is about even is shown so from its median date on. The "
        "range of each date (p10 to p90) is in readiness.csv.",
        draws=view.draws_word,
    )
    return [boundaries(view), even_note(view), medians]


def _years_line(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Count settlements by state, where they are what is drawn."""
    if has_outlines(view):
        return ""
    return counted(readiness, places, roads, district_shares, view=view)


@chart(
    lambda words, _: words.phrase("Where conditions for return are met, year by year (modelled)"),
    ("readiness", "places", "roads", "district_shares"),
    _years_alt,
    shape="map",
    height=map_height,
    line=_years_line,
    notes=_years_notes,
    moments=panel_days,
    is_first=True,
    finding=_years_finding,
)
def ready_map_by_year(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw districts by the share of their people whose conditions are met by ``view.day``.

    Where outlines do not say whose they are, settlements are drawn by whether theirs are met.

    Parameters
    ----------
    readiness
        One row per allocation and community: settlement, people, status, ready_day_p50.
    places
        id, kind, lon_deg, lat_deg; ``kind`` is hub for hubs.
    roads
        from_place, to_place.
    district_shares
        One row per allocation, district and date: share_p50.
    """
    if not has_outlines(view):
        settlements = ready_places(readiness, places, view)
        settled = Settled(
            table=settlements, groups=_groups(settlements, view), most=most_people(readiness)
        )
        return draw_map(settled, places, roads, view, ax)
    words = view.words
    looks = [Look(words=text, shade=shade) for text, shade in share_looks(words)]
    day = view.horizon_days if view.day is None else view.day
    painted = {
        str(name): Painted(look=_look(looks, share), label=words.percent(share))
        for name, share in shares_by(district_shares, day, view).items()
    }
    title = (
        words.phrase("Share of people with conditions met (modelled), median")
        if view.draws
        else words.phrase("Share of people with conditions met (modelled)")
    )
    painting = Painting(districts=painted, looks=looks, title=title)
    return draw_districts(painting, places, roads, view, ax)


def _look(looks: Sequence[Look], share: float) -> Look:
    """Return the look of a share: the first of nobody, the others of equal parts."""
    return looks[math.ceil((len(looks) - 1) * share)]


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
