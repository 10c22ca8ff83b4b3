"""When the conditions for return hold: the gates, the ready time, the status (model §7).

A gate takes the history of a run and gives one time for each settlement that has communities, in
seconds: ``NEVER`` when it does not come, ``UNKNOWN`` when data is missing.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from returnplan.domain import SETTLEMENT_DENIALS, Scenario
from returnplan.language.words import ENGLISH, Later, Words, later, plain
from returnplan.model.conditions.history import NEVER, TOLERANCE, UNKNOWN, History
from returnplan.model.work import loop
from returnplan.registry import Family

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

GateFunction = Callable[[History, Mapping[str, float]], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What closes a gate: from there the reasons of a delay are looked for (model §7.1).

    Parameters
    ----------
    date
        Only the date from which the place may be entered.
    survey
        The community survey.
    denials
        Releases of the settlement's hazards that deny one of these.
    near
        Releases of all hazards on the settlement and on the roads that end there.
    works
        Works of these kinds at the settlement.
    hubs
        Roads to a hub.
    service
        With the parameter ``within_hours`` also roads to works of this kind, or to a hub.
    """

    date: bool = False
    survey: bool = False
    denials: tuple[str, ...] = ()
    near: bool = False
    works: tuple[str, ...] = ()
    hubs: bool = False
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One condition for return.

    Parameters
    ----------
    name
        What scenarios call it.
    called
        What pages call it.
    parameters
        Parameters with their defaults; None: optional, without a value.
    needs
        Data that it needs, as pages say it.
    unknown
        The same in the status *unknown: ...*, which is never translated.
    waits
        What closes it.
    holds_from
        Function of a history and the parameters; one time for each settlement.
    meaning
        One line for people.
    """

    name: str
    called: Later
    parameters: Mapping[str, float | None]
    needs: Later
    unknown: str
    waits: Waits
    holds_from: GateFunction
    meaning: str


GATES: Family[Gate] = Family("gate")
"""The gates in the order of the table of model §7; ties go to the first."""

DEFAULT_GATES = ("permission", "survey", "housing_land", "road_access")
PRESETS = ("essential", "full")
"""Sets of gates that have a name: the default ones, and all of the family."""
USER = "user"
"""What gates are called that a scenario lists one by one."""


def gate(
    *, called: Later, needs: Later, waits: Waits, unknown: str = "", **parameters: float | None
) -> Callable[[GateFunction], GateFunction]:
    """Declare a gate under the name of its function.

    Parameters
    ----------
    called
        What pages call it.
    needs
        Data that it needs, as pages say it.
    waits
        What closes it.
    unknown
        What the status *unknown: ...* says instead of ``needs``.
    **parameters
        Parameters with their defaults.

    Returns
    -------
    Callable
        The decorator.
    """

    def declare(function: GateFunction) -> GateFunction:
        meaning = (function.__doc__ or "").strip().splitlines()[0]
        member = Gate(
            name=function.__name__,
            called=called,
            parameters=parameters,
            needs=needs,
            unknown=unknown or needs,
            waits=waits,
            holds_from=function,
            meaning=meaning,
        )
        GATES.add(member.name, member)
        return function

    return declare


@gate(called=later("permission to enter"), needs=later("date of access"), waits=Waits(date=True))
def permission(history: History, _: Mapping[str, float]) -> Floats:
    """The date from which people may enter has passed."""
    return history.settlements.place_from_s[history.settlements.place]


@gate(called=later("community survey"), needs=later("community survey"), waits=Waits(survey=True))
def survey(history: History, _: Mapping[str, float]) -> Floats:
    """The community survey is done."""
    return history.latest(history.settlements.surveyed, history.survey_s, UNKNOWN)


@gate(
    called=later("land for housing and services"),
    needs=later("hazards"),
    waits=Waits(denials=SETTLEMENT_DENIALS),
    required_share=1.0,
)
def housing_land(history: History, parameters: Mapping[str, float]) -> Floats:
    """Hazards that deny housing, water, power, health or education are released."""
    return _share_released(history, SETTLEMENT_DENIALS, parameters["required_share"])


@gate(
    called=later("farmland"),
    needs=later("hazards"),
    waits=Waits(denials=("farmland",)),
    required_share=0.5,
)
def farmland(history: History, parameters: Mapping[str, float]) -> Floats:
    """Enough of the farmland that hazards deny is released."""
    return _share_released(history, ("farmland",), parameters["required_share"])


@gate(called=later("road access"), needs=later("roads"), waits=Waits(hubs=True), max_hub_hours=None)
def road_access(history: History, parameters: Mapping[str, float]) -> Floats:
    """An open all-season route leads to a hub, within the hours if a limit is given."""
    return history.served_within("", parameters.get("max_hub_hours", math.inf))


@gate(
    called=later("water"),
    needs=later("water works"),
    waits=Waits(works=("water",), service="water"),
    within_hours=None,
)
def water(history: History, parameters: Mapping[str, float]) -> Floats:
    """Water works are done, or a place with water is near enough."""
    return _service(history, "water", parameters)


@gate(
    called=later("power"),
    needs=later("power works"),
    waits=Waits(works=("power",), service="power"),
    within_hours=None,
)
def power(history: History, parameters: Mapping[str, float]) -> Floats:
    """Power works are done, or a place with power is near enough."""
    return _service(history, "power", parameters)


@gate(
    called=later("health care"),
    needs=later("health works"),
    waits=Waits(works=("health",), service="health"),
    within_hours=None,
)
def health(history: History, parameters: Mapping[str, float]) -> Floats:
    """Health works are done, or a clinic is near enough."""
    return _service(history, "health", parameters)


@gate(
    called=later("school"),
    needs=later("education works"),
    waits=Waits(works=("education",), service="education"),
    within_hours=None,
)
def education(history: History, parameters: Mapping[str, float]) -> Floats:
    """Education works are done, or a school is near enough."""
    return _service(history, "education", parameters)


@gate(
    called=later("dwellings"),
    needs=later("shelter works with their dwellings"),
    unknown="shelter works with dwellings",
    waits=Waits(works=("shelter",)),
    required_share=1.0,
)
def shelter(history: History, parameters: Mapping[str, float]) -> Floats:
    """Enough dwellings are completed for the households that are willing to return."""
    settlements = history.settlements
    which = settlements.works_of("shelter")
    which = which[settlements.works_at[which] >= 0]
    at, dwellings = settlements.works_at[which], settlements.dwellings[which]
    willing = settlements.willing_households(history.number)
    required = parameters["required_share"] * willing - TOLERANCE
    times = loop.when_enough(at, history.works_s[which], np.nan_to_num(dwellings), required)
    times[np.isin(np.arange(len(times)), at[np.isnan(dwellings)]) & (times == NEVER)] = UNKNOWN
    return np.where(np.isin(np.arange(len(times)), at), times, UNKNOWN)


@gate(
    called=later("risk education"),
    needs=later("risk education works"),
    waits=Waits(works=("risk_education",)),
)
def risk_education(history: History, _: Mapping[str, float]) -> Floats:
    """Risk education has been given."""
    return history.works_done("risk_education", UNKNOWN)


@gate(
    called=later("residual risk"),
    needs=later("number of explosive items in each hazardous area"),
    unknown="items_per_km2 of hazards",
    waits=Waits(survey=True, near=True, works=("risk_education",)),
    max_per_year=1e-5,
)
def residual_risk(history: History, parameters: Mapping[str, float]) -> Floats:
    """Individual risk of death per year from hazards near the settlement is low enough."""
    return history.risk_times((parameters["max_per_year"],))[:, 0]


STATES: Mapping[str, Later] = {
    "met": later("met (modelled)"),
    "not met": later("not met"),
    "unknown": later("unknown"),
}
"""How a gate may stand at the horizon, and what pages say then."""


def gate_name(gate: str, words: Words = ENGLISH) -> str:
    """Name a condition for return, as pages do.

    Examples
    --------
    >>> gate_name("housing_land"), gate_name("of_another_version")
    ('land for housing and services', 'of another version')
    """
    return words.say(GATES[gate].called) if gate in GATES else plain(gate)


def gate_data(gate: str, words: Words = ENGLISH) -> str:
    """Name the data without which a gate is unknown, as pages do."""
    return words.say(GATES[gate].needs) if gate in GATES else plain(gate)


def _share_released(history: History, denials: tuple[str, ...], share: float) -> Floats:
    """When a share of the hazards that deny something is released, by area (1: every one)."""
    settlements = history.settlements
    denies = settlements.denying(denials)
    denies = np.concatenate([denies, denies[history.found.like]]) & (history.hazard_at >= 0)
    at, time_s = history.hazard_at[denies], history.released_s[denies]
    area_m2 = history.hazard_area_m2[denies]
    last = history.latest(at, time_s, 0.0)
    if share >= 1:
        return last
    total = np.zeros(len(last))
    np.add.at(total, at, area_m2)
    required = share * total
    required -= TOLERANCE * np.maximum(1.0, required)
    return np.where(total == 0, last, loop.when_enough(at, time_s, area_m2, required))


def _service(history: History, kind: str, parameters: Mapping[str, float]) -> Floats:
    """Works of the kind at the settlement, or within the hours over open all-season roads."""
    if "within_hours" in parameters:
        near = history.served_within(kind, parameters["within_hours"])
        return np.minimum(history.works_done(kind, NEVER), near)
    return history.works_done(kind, UNKNOWN)


def preset_gates(preset: str) -> dict[str, dict[str, float]]:
    """Gates of a preset, with their default parameters.

    Parameters
    ----------
    preset
        One of :data:`PRESETS`.

    Returns
    -------
    dict[str, dict[str, float]]
        As in :attr:`returnplan.domain.Scenario.gates`.

    Raises
    ------
    KeyError
        When there is no preset of that name.

    Examples
    --------
    >>> list(preset_gates("essential"))
    ['permission', 'survey', 'housing_land', 'road_access']
    """
    if preset not in PRESETS:
        raise KeyError(f"no preset of gates is called {preset}; there are: {', '.join(PRESETS)}")
    return {name: {} for name in GATES if preset == "full" or name in DEFAULT_GATES}


def parameters_in_force(
    gates: Mapping[str, Mapping[str, float]],
) -> dict[str, dict[str, float]]:
    """Gates in the order of the family, with the parameters that hold: given, else default.

    Parameters
    ----------
    gates
        As in :attr:`returnplan.domain.Scenario.gates`.

    Returns
    -------
    dict[str, dict[str, float]]
        By gate; an optional parameter that is not given is left out.
    """
    return {name: _with_defaults(GATES[name], gates[name]) for name in GATES if name in gates}


def preset_of(gates: Mapping[str, Mapping[str, float]]) -> str:
    """Name the preset that gates are.

    Parameters
    ----------
    gates
        As in :attr:`returnplan.domain.Scenario.gates`.

    Returns
    -------
    str
        The preset whose gates and parameters these are; ``user``: none.
    """
    own = parameters_in_force(gates)
    same = [name for name in PRESETS if parameters_in_force(preset_gates(name)) == own]
    return same[0] if same else USER


def gates_in_force(scenario: Scenario) -> tuple[str, ...]:
    """Gates that a scenario enables, in the order of the family."""
    return tuple(name for name in GATES if name in scenario.gates)


def gate_times(history: History) -> Floats:
    """When each gate in force holds.

    Parameters
    ----------
    history
        What happened.

    Returns
    -------
    numpy.ndarray
        Settlements x gates in force, s; ``NEVER``, ``UNKNOWN``.
    """
    scenario = history.settlements.scenario
    times = [
        GATES[name].holds_from(history, _with_defaults(GATES[name], scenario.gates[name]))
        for name in gates_in_force(scenario)
    ]
    return np.array(times, np.float64).reshape(len(times), len(history.settlements.ids)).T


def _with_defaults(member: Gate, given: Mapping[str, float]) -> dict[str, float]:
    defaults = {k: v for k, v in member.parameters.items() if v is not None}
    return {**defaults, **given}


def status_of(failing: Sequence[str], unknown: Sequence[str]) -> str:
    """Status phrase of a community (model §1, §7).

    Parameters
    ----------
    failing
        Gates that do not hold within the horizon, in the order of the family.
    unknown
        Those of them whose data is missing.

    Returns
    -------
    str
        One of the three status phrases. A gate that is unknown is not met: it is named among the
        others, and only where there is no other the data that is missing.

    Examples
    --------
    >>> status_of(["water", "shelter"], ["water"]), status_of(["water"], ["water"])
    ('conditions not met: water, shelter', 'unknown: water works')
    """
    if not failing:
        return "conditions met (modelled)"
    if set(failing) - set(unknown):
        return f"conditions not met: {', '.join(failing)}"
    return f"unknown: {', '.join(GATES[name].unknown for name in failing)}"
