"""Districts, or settlements, coloured by the year in which their conditions are met."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from returnplan.show.drawing import (
    EVEN,
    NOT_MET_HATCH,
    View,
    YearClass,
    boundaries,
    chart,
    class_of,
    classes_of,
    even_note,
    only,
    state_word,
    states,
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

HALF = 0.5
"""Share of the people of a district."""


def year_classes(readiness: pd.DataFrame, view: View) -> list[YearClass]:
    """Return at most 7 classes of years, the same for every allocation of a table."""
    days = readiness.loc[states(readiness, view) == "met", "ready_day_p50"]
    return classes_of([view.date(float(day)).year for day in days])


def half_years(district_shares: pd.DataFrame) -> pd.DataFrame:
    """Return the year by which conditions are met for half of the people: district by allocation.

    Parameters
    ----------
    district_shares
        One row per allocation, district and date of counting: share_p50. Those without a name are
        left out.

    Returns
    -------
    pandas.DataFrame
        Years; inf: not within the horizon, or not shown. What holds at a date of counting was
        reached the day before: a year that ends with it counts.
    """
    named = district_shares[district_shares["district"].fillna("").astype(str) != ""]
    reached = (named["date"] - pd.Timedelta(days=1)).dt.year.where(named["share_p50"] >= HALF)
    return named.assign(year=reached.astype(float).fillna(math.inf)).pivot_table(
        index="district", columns="allocation", values="year", aggfunc="min", sort=False,
        observed=True,
    )  # fmt: skip


def _when(table: pd.DataFrame, district: str, view: View) -> str:
    """Return the years of a district under the plans; those after the horizon as such."""
    words, last = view.words, view.date(view.horizon_days).year
    years = table[table.index == district].to_numpy(dtype=float).ravel()
    known = years[np.isfinite(years)]
    if not len(known):
        return words.phrase("not by {year}", year=last)
    low, high = int(known.min()), int(known.max())
    if len(known) < len(years):
        return words.phrase("{first} to after {last}", first=low, last=last)
    return str(low) if low == high else words.phrase("{low} to {high}", low=low, high=high)


def _map_finding(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say where the plan matters most; of one plan, which district comes first and which last."""
    years = half_years(only(district_shares, view.allocation))
    if len(years) <= 1:
        return ""
    words = view.words
    ends = years.clip(upper=view.date(view.horizon_days).year + 1)
    apart = ends.max(axis=1) - ends.min(axis=1)
    if apart.max() > 0:
        most = str(apart.idxmax())
        return words.phrase(
            "The plan matters most in {district}: half of the people have their conditions met "
            "(modelled) in {when}",
            district=most,
            when=_when(years, most, view),
        )
    order = ends.iloc[:, 0].sort_values(kind="stable")
    first, last = str(order.index[0]), str(order.index[-1])
    return words.phrase(
        "Half of the people have their conditions met (modelled) first in {first} ({early}), last "
        "in {last} ({late})",
        first=first,
        early=_when(years, first, view),
        last=last,
        late=_when(years, last, view),
    )


def _map_alt(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
) -> str:
    """Say by when the conditions of half of each district's people are met."""
    if not has_outlines(view):
        return settlements_alt(readiness, places, roads, district_shares, view=view)
    words = view.words
    years = half_years(only(district_shares, view.allocation))
    told = words.listed(
        words.phrase("{district}: {when}", district=name, when=_when(years, str(name), view))
        for name in years.index
    )
    return words.phrase(
        "Map of {number} districts under {plan}, by the year in which conditions are met "
        "(modelled) for half of their people: {told}.",
        number=words.number(len(years)),
        plan=view.title(view.allocation),
        told=told,
    )


def settlements_alt(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
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
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
) -> Sequence[str]:
    """Say what the years are."""
    if not has_outlines(view):
        return settlements_notes(readiness, places, roads, district_shares, view=view)
    notes = [boundaries(view)]
    if view.draws:
        notes.append(
            view.words.phrase(
                "People count by the median date (p50, of {draws} simulations) of their community.",
                draws=view.draws_word,
            )
        )
    return notes


def settlements_notes(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame,
    *,
    view: View,
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


def _map_line(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame | None = None,
    *,
    view: View,
) -> str:
    """Count settlements by state, where they are what is drawn."""
    if has_outlines(view) and district_shares is not None:
        return ""
    return counted(readiness, places, roads, district_shares, view=view)


@chart(
    lambda words, _: words.phrase("Where and when conditions for return are met (modelled)"),
    ("readiness", "places", "roads", "district_shares"),
    _map_alt,
    shape="map",
    height=map_height,
    line=_map_line,
    notes=_map_notes,
    figures="panels",
    is_first=True,
    finding=_map_finding,
)
def ready_map(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame | None = None,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw districts by the year in which conditions are met for half of their people.

    Without shares, or where outlines do not say whose they are, settlements are drawn instead.

    Parameters
    ----------
    readiness
        One row per allocation and community: settlement, people, status, ready_day_p50. Colours,
        sizes and extent follow the whole table, so maps of its allocations compare.
    places
        id, kind, lon_deg, lat_deg; ``kind`` is hub for hubs.
    roads
        from_place, to_place.
    district_shares
        One row per allocation, district and date of counting: share_p50.
    """
    if district_shares is None or not has_outlines(view):
        return _draw_settlements(readiness, places, roads, view, ax)
    words = view.words
    table = half_years(district_shares)
    classes = classes_of(table.to_numpy(dtype=float).ravel())
    looks = {one: Look(words=one.words(words), shade=one.shade) for one in classes}
    last = view.date(view.horizon_days).year
    late = Look(words=words.phrase("Not by {year}", year=last), shade="white", hatch=NOT_MET_HATCH)
    own = half_years(only(district_shares, view.allocation))
    mine = own.iloc[:, 0] if len(own) else pd.Series()
    painted = {
        str(name): Painted(look=late, label=words.phrase("after {year}", year=last))
        if math.isinf(year)
        else Painted(look=looks[class_of(year, classes)], label=str(int(year)))
        for name, year in mine.items()
    }
    painting = Painting(
        districts=painted,
        looks=[*looks.values(), late],
        title=words.phrase("Conditions met (modelled) for half of the people"),
    )
    return draw_districts(painting, places, roads, view, ax)


@chart(
    lambda words, _: words.phrase(
        "Where and when conditions for return are met, by settlement (modelled)"
    ),
    ("readiness", "places", "roads", "district_shares"),
    settlements_alt,
    shape="map",
    height=map_height,
    line=counted,
    notes=settlements_notes,
)
def settlement_map(
    readiness: pd.DataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    district_shares: pd.DataFrame | None = None,
    *,
    view: View,
    ax: Axes | None = None,
) -> Axes:
    """Draw settlements by year of conditions met, roads, hubs and the rings of ``view.districts``.

    Parameters
    ----------
    readiness, places, roads, district_shares
        As :func:`ready_map` takes them.
    """
    return _draw_settlements(readiness, places, roads, view, ax)


def _draw_settlements(
    readiness: pd.DataFrame, places: pd.DataFrame, roads: pd.DataFrame, view: View, ax: Axes | None
) -> Axes:
    settlements = ready_places(readiness, places, view)
    groups = _groups(settlements, year_classes(readiness, view), view)
    settled = Settled(table=settlements, groups=groups, most=most_people(readiness))
    return draw_map(settled, places, roads, view, ax)


def _groups(settlements: pd.DataFrame, classes: Sequence[YearClass], view: View) -> list[Group]:
    """Return the settlements by class of years, and those that are not met or unknown."""
    words = view.words
    groups = [
        Group(
            state="met",
            words=words.phrase("Met in {year}", year=one.words(words)),
            shade=one.shade,
            rows=settlements[settlements["year"].between(one.first, one.last)],
        )
        for one in classes
    ]
    others = (EVEN, "not met", "unknown")
    return groups + [in_state(settlements, state, state_word(state, view)) for state in others]
