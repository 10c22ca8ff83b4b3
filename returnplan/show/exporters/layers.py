"""What is exported, layer by layer, as plain tables with shapes, before any format.

internal: for each allocation settlements with the dates of their communities, roads and hazards
with theirs. public: for each allocation districts, by the rules and the tables of the public page:
no place, road, hazard or team, and outlines only of districts that the scenario has outlines of.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from returnplan.domain import Hazard
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.scenario.background import read_background
from returnplan.scenario.shapes import read_shapes
from returnplan.show.audience.tables import areas_of
from returnplan.show.drawing import EVEN, NOT_MET, UNKNOWN, state_word, states
from returnplan.show.exporters.looks import Class, Look
from returnplan.show.findings import Findings, on
from returnplan.units import DAY_S, seconds_to_date

Shape = Mapping[str, Any]
"""A geometry as GeoJSON has it, WGS 84, longitude first."""

SHOWN = "shown"
"""Column by which the style of a layer tells its rows apart."""
PALEST = 0.97
SHARE_CLASSES = ((0.0, "#FFFFFF"), (0.2, "#D3E5F3"), (0.4, "#9CC4E4"), (0.6, "#4F9ED0"),
                 (0.8, "#1F6295"), (1.0, "#0B3754"))  # fmt: skip
"""Upper end of each class of shares, with its colour."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Layer:
    """One table of things that lie somewhere.

    Parameters
    ----------
    name
        Of the layer.
    about
        What it shows, in one line.
    table
        One row a thing; empty cells are what does not come within the horizon, or is not known or
        not shown.
    kind
        ``Point``, ``LineString`` or ``MultiPolygon``.
    shapes
        Where each thing lies; None: not known, or not shown.
    look
        How a map shows it.
    """

    name: str
    about: str
    table: pd.DataFrame
    kind: str
    shapes: Sequence[Shape | None]
    look: Look


def layers_of(findings: Findings, allocations: Sequence[str]) -> list[Layer]:
    """Give the layers of some allocations, as the audience may see them; those with rows.

    Parameters
    ----------
    findings
        The run, for an audience.
    allocations
        Names.
    """
    makers = (_districts,) if findings.is_public else (_dates, _roads, _areas, _hazards)
    made = (make(findings, name) for name in allocations for make in makers)
    return [layer for layer in made if len(layer.table)]


# ---------------------------------------------------------------- communities


def _dates(findings: Findings, allocation: str) -> Layer:
    """Communities where their settlements lie; the latest of a settlement last, so on top."""
    scenario, words = findings.scenario, findings.words
    table = findings.rows("readiness", allocation)
    view = replace(findings.view, allocation=allocation)
    years = _years(findings.tables["readiness"]["ready_date_p50"])
    state = states(table, view)
    said = {name: state_word(name, view) for name in (EVEN, "not met", "unknown")}
    said["not met"] = _after(findings)
    year = table["ready_date_p50"].dt.year
    table = table.assign(
        **{SHOWN: [said.get(one) or f"{at:.0f}" for one, at in zip(state, year, strict=True)]}
    )
    table = table.sort_values("ready_day_p50", kind="stable", na_position="last")
    places = [scenario.place[one] for one in table["settlement"]]
    table.insert(3, "name", [place.name for place in places])
    classes = [
        *_by_year(years, lambda year: words.phrase("Met in {year}", year=year)),
        Class(value=said[EVEN], label=said[EVEN], colour="#FFFFFF"),
        *_others(findings, said["unknown"]),
    ]
    return Layer(
        name=f"dates_{allocation}",
        about=words.phrase(
            "Where and when conditions for return are met (modelled), under “{title}”",
            title=findings.title(allocation),
        ),
        table=table,
        kind="Point",
        shapes=[_point(place.lon_deg, place.lat_deg) for place in places],
        look=Look(column=SHOWN, classes=tuple(classes), label="name"),
    )


# ---------------------------------------------------------------- roads and hazards


def _roads(findings: Findings, allocation: str) -> Layer:
    """Roads as straight lines between their ends, in the run on expected values."""
    scenario, words = findings.scenario, findings.words
    rows = findings.rows("roads", allocation)
    roads = {road.id: road for road in scenario.roads}
    mine = [roads[one] for one in rows["road"]]
    table = pd.DataFrame(
        {
            "allocation": allocation,
            "road": rows["road"].to_numpy(),
            "from_place": [road.from_place for road in mine],
            "to_place": [road.to_place for road in mine],
            "length_km": [road.length_km for road in mine],
            "all_season": [road.all_season for road in mine],
            "released_date": _dated(findings, rows["released_day"]),
            "open_date": _dated(findings, rows["open_day"]),
        }
    )
    years = _years(_dated(findings, findings.tables["roads"]["open_day"]))
    classes = _by_year(years, lambda year: words.phrase("Open in {year}", year=year))
    return Layer(
        name=f"roads_{allocation}",
        about=words.phrase(
            "When roads open (modelled), under “{title}”: single-value run",
            title=findings.title(allocation),
        ),
        table=table.assign(**{SHOWN: _year_or_after(findings, table["open_date"])}),
        kind="LineString",
        shapes=[
            _line(*(scenario.place[end] for end in (road.from_place, road.to_place)))
            for road in mine
        ],
        look=Look(column=SHOWN, classes=(*classes, *_others(findings))),
    )


def _hazards(findings: Findings, allocation: str) -> Layer:
    """Hazards where they lie, in the run on expected values, which knows recorded ones only."""
    words = findings.words
    known = {hazard.id: hazard for hazard in findings.scenario.hazards}
    rows = findings.rows("releases", allocation)
    rows = rows[rows["hazard"].isin(list(known))]
    mine = [known[one] for one in rows["hazard"]]
    lying = [_lying(findings, hazard) for hazard in mine]
    table = pd.DataFrame(
        {
            "allocation": allocation,
            "hazard": rows["hazard"].to_numpy(),
            "place": [hazard.place for hazard in mine],
            "road": [hazard.road for hazard in mine],
            "position": [position for position, _ in lying],
            "hazard_class": [hazard.hazard_class for hazard in mine],
            "land_class": [hazard.land_class for hazard in mine],
            "denies": ["; ".join(hazard.denies) for hazard in mine],
            "area_m2": [hazard.area_m2 for hazard in mine],
            "released_date": _dated(findings, rows["released_day"]),
            "share_cancelled": rows["share_cancelled"].to_numpy(),
            "share_reduced": rows["share_reduced"].to_numpy(),
            "share_cleared": rows["share_cleared"].to_numpy(),
        }
    )
    years = _years(_dated(findings, findings.tables["releases"]["released_day"]))
    classes = _by_year(years, lambda year: words.phrase("Released in {year}", year=year))
    return Layer(
        name=f"hazards_{allocation}",
        about=words.phrase(
            "When hazards are released (modelled), under “{title}”: single-value run; not for "
            "publication",
            title=findings.title(allocation),
        ),
        table=table.assign(**{SHOWN: _year_or_after(findings, table["released_date"])}),
        kind="Point",
        shapes=[shape for _, shape in lying],
        look=Look(column=SHOWN, classes=(*classes, *_others(findings)), marker="square"),
    )


def _areas(findings: Findings, allocation: str) -> Layer:
    """Outlines of the hazards that have one in the scenario."""
    points = _hazards(findings, allocation)
    shapes, _ = read_shapes(findings.folder / SCENARIO_COPY)
    table = points.table[points.table["hazard"].isin(list(shapes))].drop(columns="position")
    found = [shapes[one] for one in table["hazard"]]
    return replace(
        points,
        name=f"hazard_areas_{allocation}",
        table=table,
        kind="MultiPolygon",
        shapes=[{"type": "MultiPolygon", "coordinates": shape} for shape in found],
    )


def _lying(findings: Findings, hazard: Hazard) -> tuple[str, Shape]:
    """Where a hazard is drawn, and whether that is where it lies."""
    scenario = findings.scenario
    if hazard.lon_deg is not None and hazard.lat_deg is not None:
        return "own", _point(hazard.lon_deg, hazard.lat_deg)
    if hazard.place:
        place = scenario.place[hazard.place]
        return "its place", _point(place.lon_deg, place.lat_deg)
    road = next(road for road in scenario.roads if road.id == hazard.road)
    ends = scenario.place[road.from_place], scenario.place[road.to_place]
    middle = [sum(end.lon_deg for end in ends) / 2, sum(end.lat_deg for end in ends) / 2]
    return "middle of its road", _point(*middle)


# ---------------------------------------------------------------- districts


def district_rows(findings: Findings, allocation: str) -> pd.DataFrame:
    """Districts of an allocation, with the share of their people whose conditions are met.

    Returns
    -------
    pandas.DataFrame
        Table ``districts`` as the audience may see it, and ``share_p10``, ``share_p50`` and
        ``share_p90`` at the horizon.
    """
    shares = on(findings.rows("district_shares", allocation), findings.horizon)
    shares = shares[["district", "share_p10", "share_p50", "share_p90"]]
    rows = findings.rows("districts", allocation)
    rows = rows.assign(district=rows["district"].fillna("").astype(str))
    return rows.merge(shares, on="district", how="left")


def _districts(findings: Findings, allocation: str) -> Layer:
    table = district_rows(findings, allocation)
    outlines = _outlines(findings)
    return Layer(
        name=f"districts_{allocation}",
        about=findings.words.phrase(
            "Share of people whose conditions for return are met (modelled) by {date}, under "
            "“{title}”",
            date=findings.words.date(findings.horizon),
            title=findings.title(allocation),
        ),
        table=table,
        kind="MultiPolygon",
        shapes=[outlines.get(district) for district in table["district"]],
        look=Look(column="share_p50", steps=SHARE_CLASSES, label="district"),
    )


def _outlines(findings: Findings) -> dict[str, Shape]:
    """Outlines by the name under which a district is counted."""
    background, _ = read_background(findings.folder / SCENARIO_COPY)
    areas = areas_of(findings.run.readiness)
    parts: dict[str, list[Any]] = {}
    for ring, district in zip(background.rings, background.districts, strict=True):
        if district in areas:
            parts.setdefault(areas[district], []).append([ring])
    return {area: {"type": "MultiPolygon", "coordinates": rings} for area, rings in parts.items()}


# ---------------------------------------------------------------- what they share


def _point(lon_deg: float, lat_deg: float) -> Shape:
    return {"type": "Point", "coordinates": [lon_deg, lat_deg]}


def _line(*places: Any) -> Shape:
    ends = [[place.lon_deg, place.lat_deg] for place in places]
    return {"type": "LineString", "coordinates": ends}


def _dated(findings: Findings, days: "pd.Series[float]") -> "pd.Series[Any]":
    """Dates on which times fall, days from the start; none: not within the horizon."""
    start = findings.scenario.start
    dates = [seconds_to_date(int(day * DAY_S), start) if np.isfinite(day) else None for day in days]
    return pd.Series(pd.to_datetime(pd.Series(dates, dtype=object)), dtype="datetime64[s]")


def _years(dates: "pd.Series[Any]") -> range:
    """All years from the first of some dates to the last."""
    years = dates.dt.year.dropna()
    return range(int(years.min()), int(years.max()) + 1) if len(years) else range(0)


def _by_year(years: range, label: Any) -> Iterator[Class]:
    """One class a year, in shades that also differ in grey; the same for every allocation."""
    shades = mpl.colormaps["cividis"](np.linspace(0.0, PALEST, max(len(years), 1)))
    for year, shade in zip(years, shades, strict=False):
        yield Class(value=str(year), label=label(year), colour=to_hex(shade).upper())


def _year_or_after(findings: Findings, dates: "pd.Series[Any]") -> list[str]:
    after = _after(findings)
    return [after if pd.isna(day) else str(day.year) for day in dates]


def _after(findings: Findings) -> str:
    """What does not come within the horizon."""
    return findings.words.phrase("after {date}", date=findings.horizon.isoformat())


def _others(findings: Findings, unknown: str = "") -> Iterator[Class]:
    after = _after(findings)
    yield Class(value=after, label=after, colour=NOT_MET)
    if unknown:
        yield Class(value=unknown, label=unknown, colour=UNKNOWN)
