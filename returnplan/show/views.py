"""What charts must know, for tables that Python holds and no run folder does."""

from pathlib import Path

from returnplan.domain import Scenario
from returnplan.show import figures
from returnplan.show.drawing import View
from returnplan.units import horizon_date
from returnplan.version import __version__


def view(scenario: Scenario, *, draws: int = 0, folder: Path | str | None = None) -> View:
    """Say what charts of a scenario must know beside their tables: time, names, where it is.

    Parameters
    ----------
    scenario
        The scenario.
    draws
        Draws that the ranges of the tables come from; 0: a run on expected values.
    folder
        Folder of the scenario, for the optional background of maps; None: no background.

    Returns
    -------
    View
        To be handed to the functions of :mod:`returnplan.show.charts` as ``view``; with
        ``dataclasses.replace(view, allocation=name)`` to those that draw one allocation.

    Examples
    --------
    >>> import returnplan as rp
    >>> from returnplan import charts
    >>> valley = rp.load("scenarios/valley")
    >>> today = rp.simulate(valley, "today")
    >>> ax = charts.conditions_met_over_time(
    ...     today.people_met, today.readiness, view=rp.view(valley)
    ... )
    >>> ax.get_ylabel()
    'People with conditions met (modelled)'
    """
    days = (horizon_date(scenario.start, scenario.horizon_years) - scenario.start).days
    how = f"{draws} draws" if draws else "run on expected values (no draws)"
    made = f"Scenario {scenario.name}, {how}, returnplan {__version__}"
    return figures.view_of(Path(folder) if folder else None, scenario, days, made, draws)
