"""Draw districts and settlements by the year in which conditions are met, or year by year.

In: the tables ``readiness``, ``places`` and ``roads``, and a `View` with outlines and sources.
Out: the axes, with north arrow, scale bar, sources and a disclaimer on every map.

``ready`` one map, coloured by year; ``years`` a map a year; ``districts`` colours and labels;
``points`` settlements as markers; ``ground`` extent, outlines, roads, hubs, degrees, scale, legend;
``rough`` where districts lie, roughly.

To add a map: one function under ``@chart``, as in ``charts``, that hands its groups of settlements
to ``points.draw_map``, or its districts to ``districts.draw_districts``. Name it below.
"""

from returnplan.show.maps.points import ready_places
from returnplan.show.maps.ready import ready_map, settlement_map, year_classes
from returnplan.show.maps.years import panel_days, ready_map_by_year

__all__ = [
    "panel_days",
    "ready_map",
    "ready_map_by_year",
    "ready_places",
    "settlement_map",
    "year_classes",
]
