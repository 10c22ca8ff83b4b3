"""When the conditions for return hold: the gates, the ready time, the status (model §7).

A gate takes the history of a run and gives one time for each settlement that has communities, in
seconds: ``NEVER`` when it does not come, ``UNKNOWN`` when data is missing.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from returnplan.domain import SETTLEMENT_DENIALS, Scenario
from returnplan.model.chance.assumptions import NO_UNRECORDED, Unrecorded
from returnplan.model.conditions.risk import Nearby, Risk
from returnplan.model.work import loop as kernel
from returnplan.model.work.milestones import surveyed
from returnplan.model.work.network import Network
from returnplan.registry import Family

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER = math.inf
"""Time of a gate that is never met."""
UNKNOWN = math.nan
"""Time of a gate whose data is missing; it compares as neither earlier nor later."""
NEVER_S, UNKNOWN_S = 2**32 - 1, 2**32 - 2
"""The same in arrays of whole seconds."""
TOLERANCE = 1e-9


class Facts:
    """What the gates must know of a scenario, by number; the same in every run.

    Settlements are those with communities, by id: no sum depends on the order of rows.

    Parameters
    ----------
    scenario
        The scenario.
    network
        Its graph.
    """

    def __init__(self, scenario: Scenario, network: Network) -> None:
        self.scenario = scenario
        self.network = network
        self.settlements = tuple(sorted({c.settlement for c in scenario.communities}))
        self.number = {settlement: i for i, settlement in enumerate(self.settlements)}
        self.place = np.array([network.place_no[s] for s in self.settlements], np.int64)
        self.people = np.array([scenario.people[s] for s in self.settlements], np.float64)
        at = [self.number[community.settlement] for community in scenario.communities]
        self.community = np.array(at, np.int64)
        asked = surveyed(scenario)
        self.surveyed = np.array([self.number[settlement] for settlement in asked], np.int64)
        people = scenario.communities
        self._communities_by_id = sorted(range(len(people)), key=lambda i: people[i].id)
        self._people = np.array([c.people for c in people], np.float64)
        self._households = np.array([_or_nan(c.households) for c in people], np.float64)
        self._share = np.array([_or_nan(c.willing_share) for c in people], np.float64)
        hazards = scenario.hazards
        self.hazard_at = np.array([self.number.get(h.place or "", -1) for h in hazards], np.int64)
        self.hazard_area_m2 = np.array([h.area_m2 for h in hazards], np.float64)
        self.nearby = Nearby(scenario, self.number, self.surveyed)
        self.works_at = np.array(
            [self.number.get(works.settlement, -1) for works in scenario.works], np.int64
        )
        self.works_place = np.array(
            [network.place_no[works.settlement] for works in scenario.works], np.int64
        )
        self.dwellings = np.array([_or_nan(works.dwellings) for works in scenario.works])
        self.road_from_s = np.array(network.road_from_s, np.float64)
        self.place_from_s = np.array(network.place_from_s, np.float64)
        self.is_all_season = np.array([road.all_season for road in scenario.roads], np.bool_)
        roads_of = np.cumsum([0, *(len(roads) for roads in network.roads_at)])
        self._graph = (
            np.array(network.ends, np.int32).reshape(-1, 2),
            np.array(network.hours, np.float64),
            roads_of.astype(np.int32),
            np.array([road for roads in network.roads_at for road in roads], np.int32),
        )
        self._of_kind: dict[str, Whole] = {}
        self._denying: dict[tuple[str, ...], Flags] = {}

    def denying(self, denials: tuple[str, ...]) -> Flags:
        """Which hazards deny one of some things."""
        if denials not in self._denying:
            self._denying[denials] = np.array(
                [any(d in denials for d in h.denies) for h in self.scenario.hazards], np.bool_
            )
        return self._denying[denials]

    def works_of(self, kind: str) -> Whole:
        """Numbers of the works of a kind."""
        if kind not in self._of_kind:
            works = self.scenario.works
            self._of_kind[kind] = np.array(
                [i for i, one in enumerate(works) if one.kind == kind], np.int64
            )
        return self._of_kind[kind]

    def reached_within(self, source_s: Floats, open_s: Floats, limit_hours: float) -> Floats:
        """When each settlement first has a source within some hours' drive.

        Parameters
        ----------
        source_s
            From when each place is a source, s.
        open_s
            From when people may count on each road, s.
        limit_hours
            Longest drive.

        Returns
        -------
        numpy.ndarray
            Per settlement, s.
        """
        limit = limit_hours + TOLERANCE
        return kernel.reached_within(*self._graph, source_s, open_s, limit)[self.place]

    def willing_households(self, number: Mapping[str, float]) -> Floats:
        """Households willing to return to each settlement (model §8).

        Parameters
        ----------
        number
            ``willing_share`` and ``household_size``, for communities without figures of their own.

        Returns
        -------
        numpy.ndarray
            Per settlement.
        """
        willing = np.zeros(len(self.settlements))
        size = number["household_size"]
        share = np.where(np.isnan(self._share), number["willing_share"], self._share)
        households = np.where(np.isnan(self._households), self._people / size, self._households)
        by_id = self._communities_by_id
        np.add.at(willing, self.community[by_id], (share * households)[by_id])
        return willing


def _or_nan(number: float | None) -> float:
    return math.nan if number is None else number


@dataclass(frozen=True, kw_only=True)
class History:
    """What happened in one run, as the gates see it; times in s, ``NEVER`` for what did not come.

    Parameters
    ----------
    facts
        The scenario.
    number
        Value of each assumption that holds for the whole country, by id.
    released_s
        Releases of the recorded hazards, then of the found ones.
    road_open_s
        Openings of the roads.
    works_s, survey_s
        Ends of the works, and of the community surveys.
    unrecorded
        Hazards that no record names.
    """

    facts: Facts
    number: Mapping[str, float]
    released_s: Floats
    road_open_s: Floats
    works_s: Floats
    survey_s: Floats
    unrecorded: Unrecorded = NO_UNRECORDED

    @cached_property
    def found(self) -> Unrecorded:
        """Those unrecorded hazards that the community surveys find."""
        return self.unrecorded.found

    @cached_property
    def hazard_at(self) -> Whole:
        """Settlement of each hazard, recorded or found; -1: on a road, or nobody's."""
        return np.concatenate([self.facts.hazard_at, self.facts.surveyed[self.found.settlement]])

    @cached_property
    def hazard_area_m2(self) -> Floats:
        """Area of each hazard, recorded or found, m2."""
        return np.concatenate([self.facts.hazard_area_m2, self.found.area_m2])

    def latest(self, settlement: Whole, time_s: Floats, default: float) -> Floats:
        """Latest time of the things at each settlement; without any: the default."""
        latest = np.full(len(self.facts.settlements), -math.inf)
        np.maximum.at(latest, settlement, time_s)
        return np.where(latest == -math.inf, default, latest)

    @cached_property
    def people_road_s(self) -> Floats:
        """From when people may count on each road, s: open, all-season, its date come."""
        open_s = np.maximum(self.road_open_s, self.facts.road_from_s)
        return np.where(self.facts.is_all_season, open_s, NEVER)

    def served_within(self, kind: str, limit_hours: float) -> Floats:
        """When each settlement first has a service, or a hub, within some hours' drive.

        Parameters
        ----------
        kind
            Kind of the works that give the service; empty: hubs only.
        limit_hours
            Longest drive.

        Returns
        -------
        numpy.ndarray
            Per settlement, s.
        """
        return self.facts.reached_within(self.serves_from(kind), self.people_road_s, limit_hours)

    def serves_from(self, kind: str) -> Floats:
        """From when each place gives a service, s; hubs from the start.

        Parameters
        ----------
        kind
            Kind of the works that give the service; empty: hubs only.

        Returns
        -------
        numpy.ndarray
            Per place, s.
        """
        facts = self.facts
        source_s = np.full(len(facts.network.places), NEVER)
        if kind:
            which = facts.works_of(kind)
            done_s = np.full(len(source_s), -math.inf)
            np.maximum.at(done_s, facts.works_place[which], self.works_s[which])
            source_s = np.where(done_s == -math.inf, NEVER, done_s)
        source_s[list(facts.network.hubs)] = 0.0
        return source_s

    def works_done(self, kind: str, default: float) -> Floats:
        """When all works of a kind at each settlement were done, s; without any: the default."""
        which = self.facts.works_of(kind)
        which = which[self.facts.works_at[which] >= 0]
        return self.latest(self.facts.works_at[which], self.works_s[which], default)

    @cached_property
    def risk(self) -> Risk:
        """Risk of a casualty per year from hazards near each settlement (model §8)."""
        return self.facts.nearby.risk(
            self.number,
            self.unrecorded,
            self.released_s,
            self.survey_s,
            self.works_done("risk_education", NEVER),
        )

    def risk_times(self, limits: Sequence[float]) -> Floats:
        """When the risk of death per person-year is known, and within each limit (model §7, §8).

        Parameters
        ----------
        limits
            Deaths per person-year, k.

        Returns
        -------
        numpy.ndarray
            Settlements x k, s: not before the community survey, since what has not been surveyed
            is not known.
        """
        facts = self.facts
        times = self.risk.times(limits, facts.people, self.number["fatal_share"])
        surveyed_s = np.zeros(len(times))
        surveyed_s[facts.surveyed] = self.survey_s
        later: Floats = np.maximum(times, surveyed_s[:, np.newaxis])
        return later

    @cached_property
    def near_released_s(self) -> Floats:
        """When the last known hazard near each settlement is released, s; none: day 0."""
        facts, found = self.facts, self.found
        near, hazard = facts.nearby.pairs
        recorded = len(facts.hazard_area_m2)
        last = np.zeros(len(facts.settlements))
        np.maximum.at(last, near, self.released_s[hazard])
        np.maximum.at(last, facts.surveyed[found.settlement], self.released_s[recorded:])
        return last


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
    parameters
        Parameters with their defaults; None: optional, without a value.
    needs
        Data that it needs, in the words of the status *unknown: ...*.
    waits
        What closes it.
    holds_from
        Function of a history and the parameters; one time for each settlement.
    meaning
        One line for people.
    """

    name: str
    parameters: Mapping[str, float | None]
    needs: str
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
    *, needs: str, waits: Waits, **parameters: float | None
) -> Callable[[GateFunction], GateFunction]:
    """Declare a gate under the name of its function.

    Parameters
    ----------
    needs
        Data that it needs, in the words of the status *unknown: ...*.
    waits
        What closes it.
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
            parameters=parameters,
            needs=needs,
            waits=waits,
            holds_from=function,
            meaning=meaning,
        )
        GATES.add(member.name, member)
        return function

    return declare


@gate(needs="date of access", waits=Waits(date=True))
def permission(history: History, _: Mapping[str, float]) -> Floats:
    """The date before which nobody returns there has come."""
    return history.facts.place_from_s[history.facts.place]


@gate(needs="community survey", waits=Waits(survey=True))
def survey(history: History, _: Mapping[str, float]) -> Floats:
    """The community survey is done."""
    return history.latest(history.facts.surveyed, history.survey_s, UNKNOWN)


@gate(needs="hazards", waits=Waits(denials=SETTLEMENT_DENIALS), required_share=1.0)
def housing_land(history: History, parameters: Mapping[str, float]) -> Floats:
    """Hazards that deny housing, water, power, health or education are released."""
    return _share_released(history, SETTLEMENT_DENIALS, parameters["required_share"])


@gate(needs="hazards", waits=Waits(denials=("farmland",)), required_share=0.5)
def farmland(history: History, parameters: Mapping[str, float]) -> Floats:
    """Enough of the farmland that hazards deny is released."""
    return _share_released(history, ("farmland",), parameters["required_share"])


@gate(needs="roads", waits=Waits(hubs=True), max_hub_hours=None)
def road_access(history: History, parameters: Mapping[str, float]) -> Floats:
    """An open all-season route leads to a hub, within the hours if a limit is given."""
    return history.served_within("", parameters.get("max_hub_hours", math.inf))


@gate(needs="water works", waits=Waits(works=("water",), service="water"), within_hours=None)
def water(history: History, parameters: Mapping[str, float]) -> Floats:
    """Water works are done, or a place with water is near enough."""
    return _service(history, "water", parameters)


@gate(needs="power works", waits=Waits(works=("power",), service="power"), within_hours=None)
def power(history: History, parameters: Mapping[str, float]) -> Floats:
    """Power works are done, or a place with power is near enough."""
    return _service(history, "power", parameters)


@gate(needs="health works", waits=Waits(works=("health",), service="health"), within_hours=None)
def health(history: History, parameters: Mapping[str, float]) -> Floats:
    """Health works are done, or a clinic is near enough."""
    return _service(history, "health", parameters)


@gate(
    needs="education works",
    waits=Waits(works=("education",), service="education"),
    within_hours=None,
)
def education(history: History, parameters: Mapping[str, float]) -> Floats:
    """Education works are done, or a school is near enough."""
    return _service(history, "education", parameters)


@gate(needs="shelter works with dwellings", waits=Waits(works=("shelter",)), required_share=1.0)
def shelter(history: History, parameters: Mapping[str, float]) -> Floats:
    """Enough dwellings are completed for the households that are willing to return."""
    facts = history.facts
    which = facts.works_of("shelter")
    which = which[facts.works_at[which] >= 0]
    at, dwellings = facts.works_at[which], facts.dwellings[which]
    required = parameters["required_share"] * facts.willing_households(history.number) - TOLERANCE
    times = kernel.when_enough(at, history.works_s[which], np.nan_to_num(dwellings), required)
    times[np.isin(np.arange(len(times)), at[np.isnan(dwellings)]) & (times == NEVER)] = UNKNOWN
    return np.where(np.isin(np.arange(len(times)), at), times, UNKNOWN)


@gate(needs="risk education works", waits=Waits(works=("risk_education",)))
def risk_education(history: History, _: Mapping[str, float]) -> Floats:
    """Risk education has been given."""
    return history.works_done("risk_education", UNKNOWN)


@gate(
    needs="items_per_km2 of hazards",
    waits=Waits(survey=True, near=True, works=("risk_education",)),
    max_per_year=1e-5,
)
def residual_risk(history: History, parameters: Mapping[str, float]) -> Floats:
    """Individual risk of death per year from hazards near the settlement is low enough."""
    return history.risk_times((parameters["max_per_year"],))[:, 0]


def _share_released(history: History, denials: tuple[str, ...], share: float) -> Floats:
    """When a share of the hazards that deny something is released, by area (1: every one)."""
    facts = history.facts
    denies = facts.denying(denials)
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
    return np.where(total == 0, last, kernel.when_enough(at, time_s, area_m2, required))


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
    scenario = history.facts.scenario
    times = [
        GATES[name].holds_from(history, _with_defaults(GATES[name], scenario.gates[name]))
        for name in gates_in_force(scenario)
    ]
    return np.array(times, np.float64).reshape(len(times), len(history.facts.settlements)).T


def as_whole(times: Floats, horizon_s: int) -> npt.NDArray[np.uint32]:
    """Times of gates as whole seconds; what falls after the horizon never comes.

    Parameters
    ----------
    times
        Times as :func:`gate_times` gives them, s.
    horizon_s
        The horizon, s.

    Returns
    -------
    numpy.ndarray
        The same shape; ``NEVER_S``, ``UNKNOWN_S``.
    """
    is_unknown = np.isnan(times)
    is_late = ~is_unknown & ~(times <= horizon_s)
    whole = np.where(is_unknown | is_late, 0, times).astype(np.uint32)
    whole[is_late] = NEVER_S
    whole[is_unknown] = UNKNOWN_S
    return whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Gates, ready time and status of one community.

    Parameters
    ----------
    community
        Its id.
    gates
        Time of each gate in force, s; ``NEVER``; None: unknown.
    ready_s
        Latest of the gates, s; ``NEVER`` when one of them is never met or unknown.
    binding_gate
        Gate that was met last.
    status
        One of the three status phrases (model §1).
    unknown_gates
        Gates whose data is missing, also where the status names others.
    """

    community: str
    gates: Mapping[str, float | None]
    ready_s: float
    binding_gate: str
    status: str
    unknown_gates: tuple[str, ...]


def judge(history: History, horizon_s: int) -> list[Readiness]:
    """Judge every community by the gates in force (model §7).

    Parameters
    ----------
    history
        What happened.
    horizon_s
        The horizon, s; gates met later count as not met.

    Returns
    -------
    list[Readiness]
        In the order of the scenario.
    """
    facts = history.facts
    names = gates_in_force(facts.scenario)
    by_settlement = [
        {name: None if math.isnan(t) else t for name, t in zip(names, times, strict=True)}
        for times in gate_times(history).tolist()
    ]
    return [
        _judge_one(community.id, by_settlement[number], horizon_s)
        for community, number in zip(facts.scenario.communities, facts.community, strict=True)
    ]


def _with_defaults(member: Gate, given: Mapping[str, float]) -> dict[str, float]:
    defaults = {k: v for k, v in member.parameters.items() if v is not None}
    return {**defaults, **given}


def status_of(failing: Sequence[str], not_met: Sequence[str]) -> str:
    """Status phrase of a community (model §1, §7).

    Parameters
    ----------
    failing
        Gates that do not hold within the horizon, in the order of the family.
    not_met
        Those of them whose data is not missing.

    Returns
    -------
    str
        One of the three status phrases.
    """
    if not failing:
        return "conditions met (modelled)"
    if not_met:
        return f"conditions not met: {', '.join(not_met)}"
    return f"unknown: {', '.join(GATES[name].needs for name in failing)}"


def _judge_one(community: str, times: Mapping[str, float | None], horizon_s: int) -> Readiness:
    within = {
        name: NEVER if time is None or time > horizon_s else time for name, time in times.items()
    }
    ready_s = max(within.values(), default=0)
    failing = [name for name, time in within.items() if time == NEVER]
    return Readiness(
        community=community,
        gates=times,
        ready_s=ready_s,
        binding_gate=next((name for name, time in within.items() if time == ready_s), ""),
        status=status_of(failing, [name for name in failing if times[name] is not None]),
        unknown_gates=tuple(name for name, time in times.items() if time is None),
    )
