"""Released land by district, year, route and what it denied (model §3)."""

from datetime import date

import numpy as np
import numpy.typing as npt

from returnplan.domain import Scenario
from returnplan.model.work.arrays import Amounts
from returnplan.units import date_to_seconds, horizon_date

Floats = npt.NDArray[np.float64]
Cell = tuple[str, int, str, str]
"""District, year, route, what was denied."""
ROUTES = ("cancelled", "reduced", "cleared")


def district_of(scenario: Scenario) -> dict[str, str]:
    """District of each place and road; a road has that of its ``from_place``."""
    district = {road.id: scenario.place[road.from_place].district for road in scenario.roads}
    return district | {place.id: place.district for place in scenario.places}


class Farmland:
    """Area of released land that denied farmland, by each date some years after the start."""

    def __init__(self, scenario: Scenario) -> None:
        years = range(1, scenario.horizon_years + 1)
        dates = [horizon_date(scenario.start, year) for year in years]
        self._by_s = np.array([date_to_seconds(day, scenario.start) for day in dates], np.int64)
        self._denies = np.array(["farmland" in h.denies for h in scenario.hazards], np.bool_)

    def areas(self, released_s: Floats, amounts: Amounts) -> Floats:
        """Area by whose date it is released, m2, one a year.

        Parameters
        ----------
        released_s
            Release of each hazard, recorded or found, s; ``inf``: not within the horizon.
        amounts
            Areas of the draw.
        """
        denies = np.concatenate([self._denies, self._denies[amounts.found.like]])
        year = np.searchsorted(self._by_s, released_s[denies])
        sums = np.zeros(len(self._by_s) + 1)
        np.add.at(sums, year, amounts.area_m2[denies])
        return np.cumsum(sums[:-1])


class Cells:
    """Sums of released area, m2, by district, year of release, route and what the land denied."""

    def __init__(self, scenario: Scenario) -> None:
        district = district_of(scenario)
        groups = [(district[h.site], ";".join(h.denies)) for h in scenario.hazards]
        number = {group: i for i, group in enumerate(sorted(set(groups)))}
        self._group = np.array([number[group] for group in groups], np.int64)
        first, last = scenario.start.year, scenario.start.year + scenario.horizon_years
        januaries = [date(year, 1, 1) for year in range(first + 1, last + 1)]
        self._year_s = np.array([date_to_seconds(day, scenario.start) for day in januaries])
        names = [
            (place, year, route, denies)
            for place, denies in number
            for year in range(first, last + 1)
            for route in ROUTES
        ]
        order = sorted(range(len(names)), key=lambda i: names[i])
        self.names: tuple[Cell, ...] = tuple(names[i] for i in order)
        self._order = np.array(order, np.int64)
        self._years = last + 1 - first

    def areas(self, released_s: Floats, amounts: Amounts) -> Floats:
        """Area of each cell of ``names``, m2.

        Parameters
        ----------
        released_s
            Release of each hazard, recorded or found, s; ``inf``: not within the horizon.
        amounts
            Areas and route shares of the draw.
        """
        group = np.concatenate([self._group, self._group[amounts.found.like]])
        is_released = released_s < np.inf
        year = np.searchsorted(self._year_s, released_s[is_released], side="right")
        row = group[is_released] * self._years + year
        areas = amounts.area_m2[is_released, np.newaxis] * amounts.shares[is_released]
        sums = np.zeros((len(self.names) // len(ROUTES), len(ROUTES)))
        np.add.at(sums, row, areas)
        return sums.ravel()[self._order]
