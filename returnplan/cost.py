"""What an allocation costs: teams are paid while they are present, busy or idle (model §10)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from returnplan.domain import Asset
from returnplan.teams import Team
from returnplan.units import DAY_S

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Payroll:
    """Presence and pay of the teams of one allocation.

    Parameters
    ----------
    teams
        Its teams, n.
    assets
        Asset types with ``cost_usd_day``.
    horizon_s
        The horizon, s; nothing is counted after it.
    """

    def __init__(self, teams: Sequence[Team], assets: Sequence[Asset], horizon_s: int) -> None:
        daily = {asset.id: asset.cost_usd_day for asset in assets}
        self._teams = teams
        self._horizon_s = horizon_s
        self._from_s = np.array([team.from_s for team in teams], np.int64)
        ends = [horizon_s if team.until_s is None else team.until_s for team in teams]
        self._until_s = np.minimum(np.array(ends, np.int64), horizon_s)
        self._usd_day = np.array([daily[team.asset] for team in teams], np.float64)

    def _present(self, last_finish_s: Whole) -> tuple[Floats, Floats]:
        """First and last day of each team, days: its deployment, and what it still finishes."""
        until_s = np.maximum(self._until_s, np.minimum(last_finish_s, self._horizon_s))
        return self._from_s / DAY_S, np.maximum(until_s, self._from_s) / DAY_S

    def presence(self, allocation: str, last_finish_s: Whole) -> pd.DataFrame:
        """Days on which each team is present.

        Parameters
        ----------
        allocation
            Name of the allocation.
        last_finish_s
            End of the last parcel of each team, n, s; negative where it had none.

        Returns
        -------
        pandas.DataFrame
            One row a team: allocation, team, asset, base, from_day, until_day (days from the
            start); teams that never come before the horizon are left out.
        """
        first, last = self._present(last_finish_s)
        table = pd.DataFrame(
            {
                "allocation": allocation,
                "team": [team.id for team in self._teams],
                "asset": [team.asset for team in self._teams],
                "base": [team.base for team in self._teams],
                "from_day": first,
                "until_day": last,
            }
        )
        return table[last > first].reset_index(drop=True)

    def cost_usd(self, last_finish_s: Whole) -> float:
        """Team-days present times the daily cost of the asset type (model §10).

        Parameters
        ----------
        last_finish_s
            End of the last parcel of each team, n, s; negative where it had none.

        Returns
        -------
        float
            USD up to the horizon.
        """
        first, last = self._present(last_finish_s)
        return float(np.sum((last - first) * self._usd_day))
