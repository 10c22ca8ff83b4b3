"""Draw settlements where they lie, by the year in which their conditions are met, or year by year.

North arrow, scale bar, sources and a disclaimer are on every map.
"""

from returnplan.show.maps.points import ready_places
from returnplan.show.maps.ready import ready_map, year_classes
from returnplan.show.maps.years import panel_days, ready_map_by_year

__all__ = ["panel_days", "ready_map", "ready_map_by_year", "ready_places", "year_classes"]
