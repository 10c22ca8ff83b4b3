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

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

from returnplan.domain import (
    AllocationHeader,
    Asset,
    Assumption,
    CalendarMonth,
    Community,
    Deployment,
    Fact,
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
from returnplan.registry import ABOVE
from returnplan.version import __version__

if TYPE_CHECKING:
    from returnplan.insight.hindcast import hindcast
    from returnplan.insight.sensitivity import sensitivity
    from returnplan.insight.story import why
    from returnplan.insight.victims import victims
    from returnplan.runs.calibrate import Calibration, calibrate
    from returnplan.runs.ensemble import Ensemble, ensemble
    from returnplan.runs.evaluate import Evaluation, Evaluator
    from returnplan.runs.outcome import Outcome, simulate
    from returnplan.runs.paired import compare
    from returnplan.runs.reading import Run, load_run
    from returnplan.scenario import check, load, write
    from returnplan.scenario.examples import example
    from returnplan.scenario.frames import from_frames
    from returnplan.show import charts, maps
    from returnplan.show.drawing.view import view

__all__ = [
    "AllocationHeader",
    "Asset",
    "Assumption",
    "CalendarMonth",
    "Calibration",
    "Community",
    "Deployment",
    "Ensemble",
    "Evaluation",
    "Evaluator",
    "Fact",
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
    "calibrate",
    "charts",
    "check",
    "compare",
    "ensemble",
    "example",
    "from_frames",
    "hindcast",
    "load",
    "load_run",
    "maps",
    "sensitivity",
    "simulate",
    "victims",
    "view",
    "why",
    "write",
]


_LATER = {
    "Calibration": "returnplan.runs.calibrate",
    "Ensemble": "returnplan.runs.ensemble",
    "Evaluation": "returnplan.runs.evaluate",
    "Evaluator": "returnplan.runs.evaluate",
    "Outcome": "returnplan.runs.outcome",
    "Run": "returnplan.runs.reading",
    "calibrate": "returnplan.runs.calibrate",
    "charts": "returnplan.show",
    "check": "returnplan.scenario",
    "compare": "returnplan.runs.paired",
    "ensemble": "returnplan.runs.ensemble",
    "example": "returnplan.scenario.examples",
    "from_frames": "returnplan.scenario.frames",
    "hindcast": "returnplan.insight.hindcast",
    "load": "returnplan.scenario",
    "load_run": "returnplan.runs.reading",
    "maps": "returnplan.show",
    "sensitivity": "returnplan.insight.sensitivity",
    "simulate": "returnplan.runs.outcome",
    "victims": "returnplan.insight.victims",
    "view": "returnplan.show.drawing.view",
    "why": "returnplan.insight.story",
    "write": "returnplan.scenario",
}
"""Public names that need numba, pandas or matplotlib, and where they are."""


ABOVE |= {"plot": "returnplan.show.figures", "to_frames": "returnplan.scenario.frames"}


def __getattr__(name: str) -> Any:
    """Load what needs numba, pandas or matplotlib only when it is asked for."""
    if name not in _LATER:
        near = get_close_matches(name, __all__, n=1)
        hint = f"; perhaps {near[0]}" if near else ""
        raise AttributeError(f"module returnplan has no attribute {name}{hint}")
    room = import_module(_LATER[name])
    return getattr(room, name, None) or import_module(f"{_LATER[name]}.{name}")


def __dir__() -> list[str]:
    """Name what is there and what may be asked for."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
