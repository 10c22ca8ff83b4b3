"""When each displaced community's conditions for return can be met, and what holds them back.

A scenario (places, roads, hazards, teams, works, assumptions) and an allocation (which teams
where and when, which communities first) go in; dates, releases and costs come out. The model
never says that land may be used without danger: only a national authority releases land.

Examples
--------
>>> import returnplan as rp
>>> scenario = rp.load("scenarios/valley")
>>> outcome = rp.simulate(scenario, scenario.allocations[0].name)
>>> outcome.readiness["status"].iloc[0]
'conditions met (modelled)'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from returnplan.domain import (
    AllocationHeader,
    Asset,
    Assumption,
    CalendarMonth,
    Community,
    Deployment,
    FundingLine,
    Hazard,
    OrderLine,
    Place,
    Rate,
    Road,
    Scenario,
    SourceLine,
    Target,
    Works,
)
from returnplan.errors import Problem, ReturnplanError, ScenarioError
from returnplan.scenario import check, load, write
from returnplan.version import __version__

if TYPE_CHECKING:
    from returnplan.comparison import compare
    from returnplan.ensembles import Ensemble, ensemble
    from returnplan.runfolder import Run, load_run
    from returnplan.simulation import Outcome, simulate
    from returnplan.views import view
    from returnplan.waiting import why

__all__ = [
    "AllocationHeader",
    "Asset",
    "Assumption",
    "CalendarMonth",
    "Community",
    "Deployment",
    "Ensemble",
    "FundingLine",
    "Hazard",
    "OrderLine",
    "Outcome",
    "Place",
    "Problem",
    "Rate",
    "ReturnplanError",
    "Road",
    "Run",
    "Scenario",
    "ScenarioError",
    "SourceLine",
    "Target",
    "Works",
    "__version__",
    "check",
    "compare",
    "ensemble",
    "load",
    "load_run",
    "simulate",
    "view",
    "why",
    "write",
]


_LATER = {
    "Ensemble": "returnplan.ensembles",
    "Outcome": "returnplan.simulation",
    "Run": "returnplan.runfolder",
    "compare": "returnplan.comparison",
    "ensemble": "returnplan.ensembles",
    "load_run": "returnplan.runfolder",
    "simulate": "returnplan.simulation",
    "view": "returnplan.views",
    "why": "returnplan.waiting",
}


def __getattr__(name: str) -> Any:
    """Load what needs pandas only when it is asked for."""
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module returnplan has no attribute {name}")
