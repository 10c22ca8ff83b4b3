"""When the conditions for return hold: the gates, the ready time, the status (model §7)."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from returnplan.domain import SETTLEMENT_DENIALS, Community, Denied, Hazard, Scenario, Works
from returnplan.landrelease import opened, released, survey_of
from returnplan.network import Network, Reach
from returnplan.registry import Family

NEVER = math.inf
"""Time of a gate that is never met; inside this room times are floats so that it compares."""
TOLERANCE = 1e-9
K = TypeVar("K")
V = TypeVar("V")
UNKNOWN = None
GateTime = float | None
"""Seconds from the start, ``NEVER``, or None when the data that the gate needs is missing."""


@dataclass(frozen=True, kw_only=True)
class History:
    """What happened in one run, as the gates see it.

    Parameters
    ----------
    scenario
        The scenario.
    network
        Its graph.
    passed_s
        When each milestone was passed, s; what never happened is left out.
    number
        Value of each assumption, by id.
    """

    scenario: Scenario
    network: Network
    passed_s: Mapping[str, int]
    number: Mapping[str, float]

    def when(self, milestone: str) -> float:
        """Time at which a milestone was passed, s, or ``NEVER``."""
        return self.passed_s.get(milestone, NEVER)

    @cached_property
    def hazards_at(self) -> Mapping[str, list[Hazard]]:
        """Hazards by settlement."""
        return _grouped((h.place, h) for h in self.scenario.hazards if h.place is not None)

    @cached_property
    def hazards_near(self) -> Mapping[str, list[Hazard]]:
        """Hazards on each settlement and on the roads that end there."""
        ends = {road.id: {road.from_place, road.to_place} for road in self.scenario.roads}
        return _grouped(
            (place, hazard)
            for hazard in self.scenario.hazards
            for place in ([hazard.place] if hazard.place else ends[hazard.road or ""])
        )

    @cached_property
    def works_at(self) -> Mapping[tuple[str, str], list[Works]]:
        """Works by settlement and kind."""
        return _grouped(((w.settlement, w.kind), w) for w in self.scenario.works)

    @cached_property
    def communities_at(self) -> Mapping[str, list[Community]]:
        """Communities by settlement."""
        return _grouped((c.settlement, c) for c in self.scenario.communities)

    @cached_property
    def people_roads(self) -> list[tuple[int, int]]:
        """Times at which people may count on each all-season road, sorted: (s, road number)."""
        found: list[tuple[int, int]] = []
        for number, road in enumerate(self.scenario.roads):
            open_s = self.passed_s.get(opened(road.id))
            if road.all_season and open_s is not None:
                found.append((max(open_s, self.network.road_from_s[number]), number))
        return sorted(found)

    def reached_within(
        self, sources: Iterable[tuple[float, int]], limit_hours: float
    ) -> dict[str, float]:
        """When each place first has one of the sources within some hours' drive.

        Parameters
        ----------
        sources
            Times, s, from which a place counts as a source, and its number.
        limit_hours
            Longest drive over open all-season roads.

        Returns
        -------
        dict[str, float]
            Time by place id, s; places that never have one are left out.
        """
        reach = Reach(self.network)
        events = [(time, 0, place) for time, place in sources if time < NEVER]
        events += [(time, 1, road) for time, road in self.people_roads]
        found: dict[str, float] = {}
        for time, is_road, number in sorted(events):
            nearer = reach.open_road(number) if is_road else reach.add_source(number)
            for place in nearer:
                if reach.hours[place] <= limit_hours + TOLERANCE:
                    found.setdefault(self.network.places[place], time)
        return found

    @cached_property
    def _service_times(self) -> dict[tuple[str, float], dict[str, float]]:
        return {}

    def served_within(self, kind: str, limit_hours: float) -> dict[str, float]:
        """When each place first has a service, or a hub, within some hours' drive.

        Parameters
        ----------
        kind
            Kind of the works that give the service; empty: hubs only.
        limit_hours
            Longest drive.

        Returns
        -------
        dict[str, float]
            Time by place id, s.
        """
        key = (kind, limit_hours)
        if key not in self._service_times:
            sources: list[tuple[float, int]] = [(0, hub) for hub in self.network.hubs]
            for settlement, of_kind in self.works_at:
                if of_kind == kind:
                    done = self.works_done(settlement, kind)
                    sources.append((done, self.network.place_no[settlement]))
            self._service_times[key] = self.reached_within(sources, limit_hours)
        return self._service_times[key]

    def works_done(self, settlement: str, kind: str) -> float:
        """When all works of a kind at a settlement were done; no works: ``NEVER``."""
        works = self.works_at.get((settlement, kind), [])
        return max((self.when(w.id) for w in works), default=NEVER)


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


GateFunction = Callable[[History, str, Mapping[str, float]], GateTime]


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
    holds_from
        Function of a history, a settlement and the parameters.
    meaning
        One line for people.
    """

    name: str
    parameters: Mapping[str, float | None]
    needs: str
    holds_from: GateFunction
    meaning: str


GATES: Family[Gate] = Family("gate")
"""The gates in the order of the table of model §7; ties go to the first."""

RESIDUAL_RISK_ASSUMPTIONS = ("fatal_share", "detection_share", "kappa_used", "kappa_unmarked")
"""Assumptions that only the gate residual_risk reads."""

DEFAULT_GATES = ("permission", "survey", "housing_land", "road_access")


def gate(*, needs: str, **parameters: float | None) -> Callable[[GateFunction], GateFunction]:
    """Declare a gate under the name of its function.

    Parameters
    ----------
    needs
        Data that it needs, in the words of the status *unknown: ...*.
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
            holds_from=function,
            meaning=meaning,
        )
        GATES.add(member.name, member)
        return function

    return declare


@gate(needs="date of access")
def permission(history: History, settlement: str, _: Mapping[str, float]) -> GateTime:
    """The date before which nobody returns there has come."""
    return history.network.place_from_s[history.network.place_no[settlement]]


@gate(needs="community survey")
def survey(history: History, settlement: str, _: Mapping[str, float]) -> GateTime:
    """The community survey is done."""
    if history.scenario.people.get(settlement, 0) == 0:
        return UNKNOWN
    return history.when(survey_of(settlement))


@gate(needs="hazards", required_share=1.0)
def housing_land(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """Hazards that deny housing, water, power, health or education are released."""
    return _share_released(history, settlement, SETTLEMENT_DENIALS, parameters["required_share"])


@gate(needs="hazards", required_share=0.5)
def farmland(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """Enough of the farmland that hazards deny is released."""
    return _share_released(history, settlement, ("farmland",), parameters["required_share"])


@gate(needs="roads", max_hub_hours=None)
def road_access(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """An open all-season route leads to a hub, within the hours if a limit is given."""
    times = history.served_within("", parameters.get("max_hub_hours", math.inf))
    return times.get(settlement, NEVER)


@gate(needs="water works", within_hours=None)
def water(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """Water works are done, or a place with water is near enough."""
    return _service(history, settlement, "water", parameters)


@gate(needs="power works", within_hours=None)
def power(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """Power works are done, or a place with power is near enough."""
    return _service(history, settlement, "power", parameters)


@gate(needs="health works", within_hours=None)
def health(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """Health works are done, or a clinic is near enough."""
    return _service(history, settlement, "health", parameters)


@gate(needs="education works", within_hours=None)
def education(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """Education works are done, or a school is near enough."""
    return _service(history, settlement, "education", parameters)


@gate(needs="shelter works with dwellings", required_share=1.0)
def shelter(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """Enough dwellings are completed for the households that are willing to return."""
    works = history.works_at.get((settlement, "shelter"), [])
    if not works:
        return UNKNOWN
    willing = math.fsum(
        willing_households(c, history.number) for c in history.communities_at.get(settlement, [])
    )
    required = parameters["required_share"] * willing - TOLERANCE
    if required <= 0:
        return 0
    dwellings = 0
    done = [item for item in works if history.when(item.id) < NEVER]
    for item in sorted(done, key=lambda w: history.when(w.id)):
        dwellings += item.dwellings or 0
        if dwellings >= required:
            return history.when(item.id)
    return UNKNOWN if any(item.dwellings is None for item in works) else NEVER


@gate(needs="risk education works")
def risk_education(history: History, settlement: str, _: Mapping[str, float]) -> GateTime:
    """Risk education has been given."""
    if (settlement, "risk_education") not in history.works_at:
        return UNKNOWN
    return history.works_done(settlement, "risk_education")


@gate(needs="items_per_km2 of hazards", max_per_year=1e-5)
def residual_risk(history: History, settlement: str, parameters: Mapping[str, float]) -> GateTime:
    """Individual risk of death per year from hazards near the settlement is low enough."""
    people = history.scenario.people.get(settlement, 0)
    near = history.hazards_near.get(settlement, [])
    if any(h.items_per_km2 is None for h in near) or people == 0:
        return UNKNOWN
    steps = sorted((history.when(released(h.id)), items_of(h)) for h in near)
    scale = history.number["fatal_share"] / people
    unmarked = history.number["kappa_unmarked"]
    residual = history.number["kappa_used"] * (1 - history.number["detection_share"])
    before = [scale * unmarked * items for _, items in steps]
    after = [scale * min(residual, unmarked) * items for _, items in steps]
    limit = parameters["max_per_year"] * (1 + TOLERANCE)
    for number, time in enumerate([0, *(time for time, _ in steps)]):
        if math.fsum([*after[:number], *before[number:]]) <= limit:
            return time
    return NEVER


def items_of(hazard: Hazard) -> float:
    """Expected explosive items of a hazard, before its release."""
    return (hazard.items_per_km2 or 0.0) * hazard.area_m2 / 1e6


def willing_households(community: Community, number: Mapping[str, float]) -> float:
    """Households willing to return (model §8).

    Parameters
    ----------
    community
        The community; its own figures go before the assumptions.
    number
        ``willing_share`` and ``household_size``.

    Returns
    -------
    float
        Households.
    """
    share = community.willing_share
    households = community.households
    if share is None:
        share = number["willing_share"]
    if households is None:
        return share * (community.people / number["household_size"])
    return share * households


def _share_released(
    history: History, settlement: str, denials: Sequence[Denied | str], share: float
) -> float:
    """When a share of the hazards that deny something is released, by area (1: every one)."""
    hazards = [
        h for h in history.hazards_at.get(settlement, []) if any(d in denials for d in h.denies)
    ]
    times = sorted((history.when(released(h.id)), h.area_m2) for h in hazards)
    if not times:
        return 0
    total = math.fsum(area for _, area in times)
    if share >= 1 or total == 0:
        return times[-1][0]
    required = share * total
    required -= TOLERANCE * max(1.0, required)
    if required <= 0:
        return 0
    for number, (time, _) in enumerate(times, start=1):
        if math.fsum(area for _, area in times[:number]) >= required:
            return time
    return NEVER


def _service(
    history: History, settlement: str, kind: str, parameters: Mapping[str, float]
) -> GateTime:
    """Works of the kind at the settlement, or within the hours over open all-season roads."""
    own = history.works_done(settlement, kind)
    if "within_hours" in parameters:
        near = history.served_within(kind, parameters["within_hours"])
        return min(own, near.get(settlement, NEVER))
    return own if (settlement, kind) in history.works_at else UNKNOWN


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
    gates: Mapping[str, GateTime]
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
    in_force = [
        (g, history.scenario.gates[g.name])
        for g in GATES.values()
        if g.name in history.scenario.gates
    ]
    by_settlement: dict[str, dict[str, GateTime]] = {}
    for settlement in dict.fromkeys(c.settlement for c in history.scenario.communities):
        by_settlement[settlement] = {
            g.name: g.holds_from(history, settlement, _with_defaults(g, given))
            for g, given in in_force
        }
    return [
        _judge_one(community.id, by_settlement[community.settlement], horizon_s)
        for community in history.scenario.communities
    ]


def _with_defaults(member: Gate, given: Mapping[str, float]) -> dict[str, float]:
    defaults = {k: v for k, v in member.parameters.items() if v is not None}
    return {**defaults, **given}


def _judge_one(community: str, times: Mapping[str, GateTime], horizon_s: int) -> Readiness:
    within = {
        name: NEVER if time is None or time > horizon_s else time for name, time in times.items()
    }
    ready_s = max(within.values(), default=0)
    failing = [name for name, time in within.items() if time == NEVER]
    not_met = [name for name in failing if times[name] is not None]
    if not failing:
        status = "conditions met (modelled)"
    elif not_met:
        status = f"conditions not met: {', '.join(not_met)}"
    else:
        status = f"unknown: {', '.join(GATES[name].needs for name in failing)}"
    binding = next((name for name, time in within.items() if time == ready_s), "")
    return Readiness(
        community=community,
        gates=times,
        ready_s=ready_s,
        binding_gate=binding,
        status=status,
        unknown_gates=tuple(name for name, time in times.items() if time is None),
    )
