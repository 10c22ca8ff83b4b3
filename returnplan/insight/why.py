"""Why a community waits, as a table: the binding chain for scripts and notebooks (model §7.1)."""

import pandas as pd

from returnplan.domain import Scenario
from returnplan.insight.story import Chain
from returnplan.model.simulation import Prepared

COLUMNS = ("begin", "end", "days", "cause", "words")


def why(
    scenario: Scenario, allocation: str, community: str, *, draw: int | None = None, seed: int = 1
) -> pd.DataFrame:
    """Tell what a community waits for under an allocation, from the start on (model §7.1).

    Parameters
    ----------
    scenario
        The scenario.
    allocation
        Name of one of its allocations.
    community
        Id of one of its communities.
    draw
        Number of a draw, from 0; None: expected values.
    seed
        Seed of the draw.

    Returns
    -------
    pd.DataFrame
        One row a stretch of time: begin, end (dates), days, cause, words. Events have no cause and
        take no time. The days add up to the ready day or, without one, to the horizon.

    Raises
    ------
    KeyError
        When the scenario has no allocation or no community of that name.

    Examples
    --------
    >>> import returnplan as rp
    >>> rp.why(rp.load("scenarios/valley"), "today", "terrace_people")["words"].iloc[-1]
    'gate road_access met'
    """
    scenario.allocation(allocation)
    if community not in {one.id for one in scenario.communities}:
        raise KeyError(f"no community is called {community}")
    steps = Chain(Prepared(scenario), allocation, seed).steps(community, draw)
    rows = [[getattr(step, name) for name in COLUMNS] for step in steps]
    return pd.DataFrame(rows, columns=list(COLUMNS))
