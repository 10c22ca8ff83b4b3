"""One allocation in one run, in tables: ``rp.simulate``."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from returnplan.domain import Scenario, a_scenario
from returnplan.model.chance.draws import Draws
from returnplan.model.effects.harm import WORKED_OUT
from returnplan.model.simulation import Account, Prepared, PreparedAllocation
from returnplan.model.simulation import simulate as simulate_one
from returnplan.runs.calibrated import in_force, manifest
from returnplan.runs.machine.runner import warm_up
from returnplan.runs.results import Results
from returnplan.runs.tables import drawn_tables, work_tables
from returnplan.runs.tables.drawn import Drawn, of_one
from returnplan.runs.tables.jobs import presence
from returnplan.runs.tables.worked import Worked
from returnplan.version import __version__


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Outcome(Results):
    """What one allocation brings in one run: on expected values, or in one draw.

    Parameters
    ----------
    order
        Communities as the policy ranks them.
    presence
        Days on which each team is present: allocation, team, asset, base, from_day, until_day.
    """

    order: tuple[str, ...]
    presence: pd.DataFrame

    @property
    def allocation(self) -> str:
        """Name of the allocation."""
        return self.allocations[0]

    def under(self, tables: Mapping[str, pd.DataFrame]) -> "Outcome":
        """Replace tables by those of an ensemble, as far as they are of this allocation."""
        mine = {
            name: table[table["allocation"] == self.allocation].reset_index(drop=True)
            for name, table in tables.items()
        }
        return replace(self, tables={**self.tables, **mine})


def simulate(
    scenario: Scenario,
    allocation: str,
    *,
    draw: int | None = None,
    seed: int = 1,
    prior: bool = False,
) -> Outcome:
    """Run one allocation on expected values, or on one draw (model §3 to §11).

    Parameters
    ----------
    allocation
        Name of one of its allocations.
    draw
        Number of a draw, from 0; None: expected values.
    seed
        Seed of the draw.
    prior
        Whether a calibration of the scenario is left aside.

    Returns
    -------
    Outcome
        Tables of what is done, released, opened and met, and when.

    Raises
    ------
    KeyError
        When the scenario has no allocation of that name.
    ReturnplanError
        When the scenario was calibrated before it was changed.
    """
    a_scenario(scenario).allocation(allocation)
    scenario = in_force(scenario, prior=prior)
    warm_up()
    return outcome_of(Prepared(scenario), allocation, draw=draw, seed=seed)


def outcome_of(
    prepared: Prepared, allocation: str, *, draw: int | None = None, seed: int = 1
) -> Outcome:
    """Run one allocation of a scenario that is prepared already, as :func:`simulate` does.

    Parameters
    ----------
    allocation
        Name of one of its allocations.
    draw
        Number of a draw, from 0; None: expected values.
    seed
        Seed of the draw.

    Returns
    -------
    Outcome
        Tables of what is done, released, opened and met, and when.
    """
    scenario = prepared.scenario
    chosen = PreparedAllocation(prepared, allocation)
    values = prepared.means if draw is None else Draws(scenario, seed).values(draw)
    account, course = simulate_one(prepared, chosen, prepared.numbers(values), keeps_parcels=True)
    if draw is None:
        account = _without_harm(account)
    drawn = Drawn(prepared=prepared, allocation=chosen, read=of_one(account), is_expected=True)
    worked = Worked(prepared=prepared, allocation=chosen, course=course)
    return Outcome(
        scenario=scenario.name,
        start=scenario.start,
        horizon=prepared.horizon,
        allocations=(allocation,),
        communities=tuple(community.id for community in scenario.communities),
        draws=0 if draw is None else 1,
        seed=None if draw is None else seed,
        tables={**drawn_tables(drawn), **work_tables(worked)},
        provenance={
            "returnplan": __version__,
            "draw": draw,
            **manifest(scenario, None),
        },
        fact_ids=tuple(fact.id for fact in scenario.facts),
        modelled=account.facts[np.newaxis, np.newaxis],
        order=chosen.order,
        presence=presence(worked),
    )


def _without_harm(account: Account) -> Account:
    """Leave figures of harm out: without unrecorded hazards and ranges they would mislead."""
    casualties = account.casualties.copy()
    casualties[:WORKED_OUT] = np.nan
    return replace(account, casualties=casualties)
