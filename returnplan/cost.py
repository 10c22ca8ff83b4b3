"""What an allocation costs: teams are paid while they are present, busy or idle (model §10)."""

from collections.abc import Mapping, Sequence

import pandas as pd

from returnplan.domain import Asset
from returnplan.teams import Team
from returnplan.units import DAY_S


def presence(
    allocation: str, teams: Sequence[Team], last_finish_s: Mapping[str, int], horizon_s: int
) -> pd.DataFrame:
    """Days on which each team is present: its deployment, and what it still finishes.

    Parameters
    ----------
    allocation
        Name of the allocation.
    teams
        Its teams.
    last_finish_s
        End of the last parcel of each team that worked, s.
    horizon_s
        The horizon, s; nothing is counted after it.

    Returns
    -------
    pandas.DataFrame
        One row a team: allocation, team, asset, base, from_day, until_day (days from the start).
    """
    rows = []
    for team in teams:
        until_s = horizon_s if team.until_s is None else min(team.until_s, horizon_s)
        until_s = max(until_s, min(last_finish_s.get(team.id, 0), horizon_s))
        if until_s > team.from_s:
            days = (team.from_s / DAY_S, until_s / DAY_S)
            rows.append((allocation, team.id, team.asset, team.base, *days))
    columns = ["allocation", "team", "asset", "base", "from_day", "until_day"]
    return pd.DataFrame(rows, columns=columns)


def cost_usd(present: pd.DataFrame, assets: Sequence[Asset]) -> float:
    """Team-days present times the daily cost of the asset type, USD (model §10).

    Parameters
    ----------
    present
        Table of :func:`presence`.
    assets
        Asset types with ``cost_usd_day``.

    Returns
    -------
    float
        USD up to the horizon.
    """
    daily = {asset.id: asset.cost_usd_day for asset in assets}
    days = present["until_day"] - present["from_day"]
    return float((days * present["asset"].map(daily)).sum())
