"""What an allocation costs: team-days present, mobilisations, camps and works (model §10)."""

import math
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.domain import WORKS, Asset, Works
from returnplan.model.work.teams import Team
from returnplan.units import DAY_S, date_to_seconds, seconds_to_date

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Counts = npt.NDArray[np.integer]


class Costs(NamedTuple):
    """What is paid for, by cell: calendar year and asset type, and works of the year (model §10).

    One number for each cell, or draw x cell.

    Parameters
    ----------
    team_days
        Days on which teams are present, summed over teams.
    mobilisations, camps
        Moves to another site, and camps set up.
    usd
        Cost, USD.
    """

    team_days: Floats
    mobilisations: Floats
    camps: Floats
    usd: Floats

    @property
    def total_usd(self) -> Floats:
        """Cost of each draw (a single run: one number), USD: its cells, summed and rounded once."""
        return np.array([math.fsum(row) for row in np.atleast_2d(self.usd).tolist()])


class Payroll:
    """Presence and pay of the teams of one allocation, and what its works cost.

    Parameters
    ----------
    teams
        Its teams, n.
    assets
        Asset types of the scenario with what they cost.
    horizon_s
        The horizon, s; nothing is counted after it.
    start
        Day 0; it says when calendar years begin.
    works
        Works of the scenario.
    """

    def __init__(
        self,
        teams: Sequence[Team],
        assets: Sequence[Asset],
        horizon_s: int,
        start: date,
        works: Sequence[Works],
    ) -> None:
        self._teams = teams
        self._horizon_s = horizon_s
        self._from_s = np.array([team.from_s for team in teams], np.int64)
        ends = [horizon_s if team.until_s is None else team.until_s for team in teams]
        end_s = np.minimum(np.array(ends, np.int64), horizon_s)
        self._until_s = np.maximum(end_s, self._from_s)
        self._set_prices(assets)
        self._cut_years(start)
        types = sorted(asset.id for asset in assets)
        type_no = {name: number for number, name in enumerate(types)}
        self._type = np.array([type_no[team.asset] for team in teams], np.int64)
        deployed = dict.fromkeys(team.asset for team in teams)
        self._deployed = np.array([type_no[name] for name in deployed], np.int64)
        self._shape = (len(types), len(self._years))
        everyone = np.arange(len(teams))
        self._planned_s = self._spread(everyone, self._from_s, self._until_s)
        self._price_works(works)
        self.cost_cells = tuple((year, name) for year in self._years for name in (*types, WORKS))
        """Year and asset type of each cell: the same for every allocation of a scenario."""

    def _set_prices(self, assets: Sequence[Asset]) -> None:
        """Take the prices of each asset type, USD, a column each."""
        ordered = sorted(assets, key=lambda asset: asset.id)
        prices = [(a.cost_usd_day, a.mobilisation_usd, a.camp_usd) for a in ordered]
        self._prices = np.array(prices, np.float64).reshape(-1, 3).T[:, :, np.newaxis]

    def _cut_years(self, start: date) -> None:
        """Cut the time to the horizon into calendar years."""
        horizon = seconds_to_date(self._horizon_s, start)
        self._years = range(start.year, horizon.year + 1)
        later = [date_to_seconds(date(year, 1, 1), start) for year in self._years[1:]]
        self._edge_s = np.array([0, *later, self._horizon_s], np.int64)
        self._months = 12 * (horizon.year - start.year) + horizon.month - start.month + 1
        januaries = [12 * (year - start.year) - start.month + 1 for year in self._years]
        self._first_month = np.maximum(np.array(januaries), 0)

    def _price_works(self, works: Sequence[Works]) -> None:
        """Take the cost of works that state one, by id, so that sums do not feel the row order."""
        stated = sorted((w.id, number, w.cost_usd) for number, w in enumerate(works) if w.cost_usd)
        self._works = np.array([number for _, number, _ in stated], np.int64)
        self._works_usd = np.array([usd for _, _, usd in stated], np.float64)

    def _spread(self, teams: Whole, begin_s: Whole, end_s: Whole) -> Whole:
        """Seconds of spans of some teams, none of which ends before it begins, types x years."""
        by_type = teams[np.argsort(self._type[teams], kind="stable")]
        edges_s = np.maximum(self._edge_s, begin_s[by_type, np.newaxis])
        np.minimum(edges_s, end_s[by_type, np.newaxis], out=edges_s)
        found, first = np.unique(self._type[by_type], return_index=True)
        sums = np.zeros((self._shape[0], len(self._edge_s)), np.int64)
        if len(found):
            sums[found] = np.add.reduceat(edges_s, first, axis=0)
        return sums[:, 1:] - sums[:, :-1]

    def presence(self, last_finish_s: Whole) -> tuple[Whole, Whole]:
        """From when to when each team is present: its deployment, and what it still finishes.

        Parameters
        ----------
        last_finish_s
            End of the last parcel of each team, n, s; negative where it had none.

        Returns
        -------
        tuple[numpy.ndarray, numpy.ndarray]
            Begin and end, n, s; not before the begin, not after the horizon. A team that never
            comes before the horizon has no time between them.
        """
        until_s = np.maximum(self._until_s, np.minimum(last_finish_s, self._horizon_s))
        return self._from_s, until_s

    def costs(
        self,
        last_finish_s: Whole,
        mobilisations: Counts,
        camps: Counts,
        works_s: npt.NDArray[np.floating] | Whole,
    ) -> Costs:
        """Count what is paid for within the horizon, year by year (model §10).

        Parameters
        ----------
        last_finish_s
            End of the last parcel of each team, n, s; negative where it had none.
        mobilisations, camps
            Moves to another site, and camps set up: deployed asset types, in the order in which
            the teams name them, x calendar months from the start.
        works_s
            End of each works in the order of the scenario, s; ``inf`` or negative: not done.

        Returns
        -------
        Costs
            Arrays with one number for each of ``cost_cells``.
        """
        present_s = self._planned_s
        until_s = np.minimum(last_finish_s, self._horizon_s)
        late = np.flatnonzero(until_s > self._until_s)
        if len(late):
            present_s = present_s + self._spread(late, self._until_s, until_s)
        amounts = (present_s / DAY_S, self._yearly(mobilisations), self._yearly(camps))
        day_usd, move_usd, camp_usd = self._prices
        usd = amounts[0] * day_usd + amounts[1] * move_usd + amounts[2] * camp_usd
        cells = np.zeros((4, len(self._years), self._shape[0] + 1))
        for number, by_type in enumerate((*amounts, usd)):
            cells[number, :, :-1] = by_type.T
        cells[3, :, -1] = self._spent_on_works(works_s)
        return Costs(*cells.reshape(4, -1))

    def _yearly(self, counts: Counts) -> Floats:
        """Sums over the months of each year, for every asset type, types x years."""
        sums = np.zeros(self._shape)
        if len(self._deployed):
            monthly = counts[:, : self._months]
            sums[self._deployed] = np.add.reduceat(monthly, self._first_month, axis=1)
        return sums

    def _spent_on_works(self, works_s: npt.NDArray[np.floating] | Whole) -> Floats:
        """Cost of the works done in each year, USD."""
        done_s = works_s[self._works]
        is_done = (done_s >= 0) & (done_s <= self._horizon_s)
        year = np.searchsorted(self._edge_s[1:-1], done_s[is_done], side="right")
        usd = np.bincount(year, self._works_usd[is_done], len(self._years))
        return usd.astype(np.float64, copy=False)
