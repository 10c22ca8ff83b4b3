"""Where districts lie, so roughly that it gives no settlement away."""

from collections.abc import Sequence

import numpy as np

from returnplan.domain import Place
from returnplan.show.maps.ground import KM_PER_DEGREE

COARSE_CELLS = 6
"""Along the longer side of a map on which districts stand only roughly where they lie."""


def rough_places(
    places: Sequence[Place], districts: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Say in which wide cell a district lies, each district in a cell of its own.

    Parameters
    ----------
    places
        Places of the scenario.
    districts
        Names of districts.

    Returns
    -------
    dict[str, tuple[float, float]]
        Longitude and latitude of the middle of the cell, degrees; a district without a settlement
        is left out.
    """
    settlements = [place for place in places if place.kind == "settlement"]
    if not settlements or not districts:
        return {}
    points = np.array([(place.lon_deg, place.lat_deg) for place in settlements])
    low, side = points.min(axis=0), float(np.ptp(points, axis=0).max())
    step = max(side, 1 / KM_PER_DEGREE) / COARSE_CELLS
    taken: dict[tuple[int, int], str] = {}
    for name in districts:
        mine = points[[place.district == name for place in settlements]]
        if len(mine):
            east, north = np.floor((mine.mean(axis=0) - low) / step).astype(int).tolist()
            while (east, north) in taken:
                east += 1
            taken[east, north] = name
    return {
        name: (float(low[0] + (at[0] + 0.5) * step), float(low[1] + (at[1] + 0.5) * step))
        for at, name in taken.items()
    }
