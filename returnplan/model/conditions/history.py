"""What the gates look at: the settlements with communities, and what happened there (model §7).

Times are whole seconds in arrays of floats: ``NEVER`` when something does not come, ``UNKNOWN``
when data is missing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from returnplan.domain import Scenario
from returnplan.model.chance.assumptions import NO_UNRECORDED, Unrecorded
from returnplan.model.conditions.risk import Nearby, Risk
from returnplan.model.work import loop
from returnplan.model.work.milestones import surveyed
from returnplan.model.work.network import Network

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NEVER = math.inf
"""Time that does not come, or not within the horizon."""
UNKNOWN = math.nan
"""Time of a gate whose data is missing; it compares as neither earlier nor later."""
TOLERANCE = 1e-9


def within(times_s: Floats, horizon_s: int) -> Floats:
    """Times that come within the horizon; what comes later counts as never.

    Parameters
    ----------
    times_s
        Times, s; ``inf`` never, nan unknown.
    horizon_s
        The horizon, s.

    Returns
    -------
    numpy.ndarray
        The same shape; ``inf`` for what is later.

    Examples
    --------
    >>> within(np.array([5.0, 9.0, np.nan]), 7).tolist()
    [5.0, inf, nan]
    """
    return np.where(times_s > horizon_s, np.inf, times_s)


class Settlements:
    """The settlements with communities by number, and what a scenario says of them.

    They stand by id, so that no sum depends on the order of rows; the same in every run.
    """

    def __init__(self, scenario: Scenario, network: Network) -> None:
        self.scenario = scenario
        self.network = network
        self.ids = tuple(sorted({c.settlement for c in scenario.communities}))
        self.number = {settlement: i for i, settlement in enumerate(self.ids)}
        self.place = np.array([network.place_no[s] for s in self.ids], np.int64)
        self.people = np.array([scenario.people[s] for s in self.ids], np.float64)
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
        return loop.reached_within(*self._graph, source_s, open_s, limit)[self.place]

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
        willing = np.zeros(len(self.ids))
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

    settlements: Settlements
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
        return np.concatenate(
            [self.settlements.hazard_at, self.settlements.surveyed[self.found.settlement]]
        )

    @cached_property
    def hazard_area_m2(self) -> Floats:
        """Area of each hazard, recorded or found, m2."""
        return np.concatenate([self.settlements.hazard_area_m2, self.found.area_m2])

    def latest(self, settlement: Whole, time_s: Floats, default: float) -> Floats:
        """Latest time of the things at each settlement; without any: the default."""
        latest = np.full(len(self.settlements.ids), -math.inf)
        np.maximum.at(latest, settlement, time_s)
        return np.where(latest == -math.inf, default, latest)

    @cached_property
    def people_road_s(self) -> Floats:
        """From when people may count on each road, s: open, all-season, its date come."""
        open_s = np.maximum(self.road_open_s, self.settlements.road_from_s)
        return np.where(self.settlements.is_all_season, open_s, NEVER)

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
        return self.settlements.reached_within(
            self.serves_from(kind), self.people_road_s, limit_hours
        )

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
        settlements = self.settlements
        source_s = np.full(len(settlements.network.places), NEVER)
        if kind:
            which = settlements.works_of(kind)
            done_s = np.full(len(source_s), -math.inf)
            np.maximum.at(done_s, settlements.works_place[which], self.works_s[which])
            source_s = np.where(done_s == -math.inf, NEVER, done_s)
        source_s[list(settlements.network.hubs)] = 0.0
        return source_s

    def works_done(self, kind: str, default: float) -> Floats:
        """When all works of a kind at each settlement were done, s; without any: the default."""
        which = self.settlements.works_of(kind)
        which = which[self.settlements.works_at[which] >= 0]
        return self.latest(self.settlements.works_at[which], self.works_s[which], default)

    @cached_property
    def risk(self) -> Risk:
        """Risk of a casualty per year from hazards near each settlement (model §8)."""
        return self.settlements.nearby.risk(
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
        settlements = self.settlements
        times = self.risk.times(limits, settlements.people, self.number["fatal_share"])
        surveyed_s = np.zeros(len(times))
        surveyed_s[settlements.surveyed] = self.survey_s
        later: Floats = np.maximum(times, surveyed_s[:, np.newaxis])
        return later

    @cached_property
    def near_released_s(self) -> Floats:
        """When the last known hazard near each settlement is released, s; none: day 0."""
        settlements, found = self.settlements, self.found
        near, hazard = settlements.nearby.pairs
        recorded = len(settlements.hazard_area_m2)
        last = np.zeros(len(settlements.ids))
        np.maximum.at(last, near, self.released_s[hazard])
        np.maximum.at(last, settlements.surveyed[found.settlement], self.released_s[recorded:])
        return last
