"""Results: one type for a simulation, an ensemble and a run folder that was read again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.domain import Scenario
from returnplan.registry import above


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Results:
    """Result tables of allocations, each an attribute: ``results.readiness``.

    ``returnplan list columns`` tells every table and column. Dates are ``datetime64``, days count
    from the start; an empty cell is a time that does not come within the horizon, or a number that
    there is none of (a range without draws).

    Parameters
    ----------
    start, horizon
        First day, and the date after which nothing is shown.
    allocations, communities
        Names and ids, in the order of ``ready_day``.
    draws
        Number of draws; 0: a run on expected values.
    seed
        Seed of the draws; None: expected values.
    tables
        The tables by name, allocations one under another.
    ready_day
        Allocation x draw x community: days from the start, ``inf`` when not within the horizon.
        None: expected values.
    normal_scores
        Standard normal scores of the country-wide assumptions that are not fixed, draws, by id;
        None: expected values, or a run folder of an older version.
    casualties
        Expected casualties among people present, allocation x draw; nan where they are not shown;
        None: as above.
    fact_ids
        Ids of the published facts of the scenario, in the order of ``modelled``.
    modelled
        What the model says of each fact, allocation x draw x fact, in the unit of its measure; of
        ``first_return_day`` days from the start (``inf``: not within the horizon); nan: the model
        does not say. None: a run folder on expected values, or of an older version.
    provenance
        How the results were made.
    """

    scenario: str
    start: date
    horizon: date
    allocations: tuple[str, ...]
    communities: tuple[str, ...]
    draws: int
    seed: int | None
    tables: Mapping[str, pd.DataFrame]
    ready_day: NDArray[np.floating[Any]] | None = None
    normal_scores: Mapping[str, NDArray[np.float64]] | None = None
    casualties: NDArray[np.float64] | None = None
    fact_ids: tuple[str, ...] = ()
    modelled: NDArray[np.float64] | None = None
    provenance: Mapping[str, Any]

    @property
    def calibration(self) -> Mapping[str, Any] | None:
        """What facts the draws were weighted by; None: by none."""
        found: Mapping[str, Any] | None = self.provenance.get("calibration")
        return found

    @property
    def effective(self) -> float | None:
        """Effective number of draws that were taken by weight; None: all weigh the same."""
        made = self.calibration
        found = None if made is None else made.get("effective_draws")
        return None if found is None else float(found)

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Table of that name."""
        tables = self.__dict__.get("tables", {})
        if name not in tables:
            there = ", ".join(tables)
            raise AttributeError(f"{type(self).__name__} has no {name}; its tables: {there}")
        table: pd.DataFrame = tables[name]
        return table

    def __dir__(self) -> Iterable[str]:
        """Attributes, tables among them."""
        return [*super().__dir__(), *self.tables]

    def __repr__(self) -> str:
        """In two lines: what was run, and which tables there are."""
        how = f"{self.draws:,} draws, seed {self.seed}" if self.draws else "expected values"
        names = ", ".join(self.allocations)
        return (
            f"{type(self).__name__} of {self.scenario}: {names}; {how}; "
            f"{len(self.communities):,} communities, {self.start} to {self.horizon}\n"
            f"tables: {', '.join(self.tables)}"
        )

    def plot(self, ax: Any = None, *, scenario: Scenario | None = None) -> Any:
        """Draw people whose conditions are met over time, a line an allocation.

        Parameters
        ----------
        ax
            Axes of matplotlib to draw into; None: new ones.
        scenario
            The scenario, for titles of allocations and for targets; None: names, and no targets.

        Returns
        -------
        matplotlib.axes.Axes
            The axes. Other charts are in ``returnplan.charts``.
        """
        return above("plot")(self, ax, scenario)

    def _repr_html_(self) -> str:
        """Show the summary in a notebook, a column each allocation."""
        summary = self.tables["summary"].set_index("allocation")
        for name, days in summary.select_dtypes("datetime").items():
            summary[name] = days.dt.strftime("%Y-%m-%d")
        head, _, _ = repr(self).partition("\n")
        table = summary.T.to_html(float_format=lambda number: f"{number:,.4g}", na_rep="")
        return f"<p>{escape(head)}</p>{table}"
