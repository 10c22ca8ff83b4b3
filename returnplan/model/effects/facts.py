"""What a run says of the published facts of its scenario, in their own units (model §11.1)."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from returnplan.domain import HAZARD_STAGES, Fact, FactMeasure, Scenario
from returnplan.model.conditions.history import UNKNOWN, History, Settlements
from returnplan.model.effects.returns import Returns
from returnplan.model.work.arrays import Amounts
from returnplan.model.work.land import ROUTES, district_of
from returnplan.model.work.teams import Team
from returnplan.units import DAY_S, date_to_seconds, month_starts

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Kind = TypeVar("Kind", bound=np.generic)

MONTHS = 12


class Attendance(NamedTuple):
    """From when to when each team of an allocation is present, n, s."""

    teams: Sequence[Team]
    from_s: Whole
    until_s: Whole


class Happened(NamedTuple):
    """What facts are measured on: one run of one allocation.

    Parameters
    ----------
    history
        Releases and ends of works.
    amounts
        Areas and route shares of the hazards.
    ready_s
        When the conditions of each settlement are met, s; ``inf`` never, nan unknown.
    attendance
        Presence of the teams.
    order
        Settlements in the order in which they are served.
    """

    history: History
    amounts: Amounts
    ready_s: Floats
    attendance: Attendance
    order: Whole


class _Hazards(NamedTuple):
    """Recorded hazards as facts tell them apart, H."""

    district: npt.NDArray[np.object_]
    land_class: npt.NDArray[np.object_]
    items_m2: Floats  # expected explosive items of a square metre; nan unknown


class Measured:
    """Values of the facts of a scenario in any run, F; nan: the model does not say.

    A fact that ends before the start is nothing that a run could tell. Periods hold their last
    day: all that happens before the midnight after it.

    Parameters
    ----------
    scenario
        With facts.
    settlements
        Its settlements.
    by_s
        Instants at which people are counted, s; the first is 0.
    """

    def __init__(self, scenario: Scenario, settlements: Settlements, by_s: Whole) -> None:
        self.facts = scenario.facts
        self._settlements = settlements
        self._start = scenario.start
        self._modelled = [one.until_date >= scenario.start for one in self.facts]
        district = district_of(scenario)
        self._district = np.array([district[one] for one in settlements.ids], object)
        hazards = scenario.hazards
        items = [math.nan if h.items_per_km2 is None else h.items_per_km2 for h in hazards]
        self._hazards = _Hazards(
            np.array([district[h.site] for h in hazards], object),
            np.array([h.land_class for h in hazards], object),
            np.array(items, np.float64) / 1e6,
        )
        kept = {rate.asset for rate in scenario.rates if rate.skill in HAZARD_STAGES}
        self._usd_day = {a.id: a.cost_usd_day if a.id in kept else 0.0 for a in scenario.assets}
        last = max((one.until_date for one in self.facts), default=scenario.start)
        months = month_starts(scenario.start, last + timedelta(days=1))
        self._month_s = np.array([self._midnight(day) for day in months], np.int64)
        self._set_counting(scenario, by_s)

    def _set_counting(self, scenario: Scenario, by_s: Whole) -> None:
        """Take the instants at which facts count people, beside those before them."""
        chosen = zip(self.facts, self._modelled, strict=True)
        asked = [one for one, there in chosen if there and one.measure == "people_returned"]
        self._returns: Returns | None = None
        if asked:
            ends_s = np.array([self._after(one) for one in asked], np.int64)
            self._by_s = np.union1d(by_s[by_s < ends_s.max()], ends_s)
            self._returns = Returns(scenario, self._settlements, self._by_s)

    def of(self, happened: Happened) -> Floats:
        """Value of each fact, F.

        Parameters
        ----------
        happened
            The run.

        Returns
        -------
        numpy.ndarray
            In the unit of each measure; of ``first_return_day`` days from the start on which the
            conditions of the place are met (``inf``: not within the horizon); nan: not modelled.
        """
        returned = self._returned(happened) if self._returns is not None else np.zeros((0, 0))
        values = np.full(len(self.facts), UNKNOWN)
        for number, fact in enumerate(self.facts):
            if self._modelled[number]:
                if fact.measure == "people_returned":
                    values[number] = self._people(fact, returned)
                elif fact.measure in _MEASURES:
                    values[number] = _MEASURES[fact.measure](self, fact, happened)
        return values

    # ------------------------------------------------------------ periods and places

    def _midnight(self, day: date) -> int:
        return date_to_seconds(day, self._start)

    def _after(self, fact: Fact) -> int:
        """Midnight after the last day of a fact, s."""
        return self._midnight(fact.until_date) + DAY_S

    def _is_meant(self, fact: Fact, district: str | None) -> Flags:
        """Recorded hazards of the land class of a fact, and of a district; None: of all."""
        hazards = self._hazards
        is_meant = np.ones(len(hazards.district), np.bool_)
        if fact.land_class is not None:
            is_meant &= hazards.land_class == fact.land_class
        if district is not None:
            is_meant &= hazards.district == district
        return is_meant

    def _released_m2(self, fact: Fact, happened: Happened) -> Floats:
        """Area of each hazard, recorded or found, released in the period by the route, m2."""
        released_s, amounts = happened.history.released_s, happened.amounts
        is_in = (released_s >= self._midnight(fact.from_date)) & (released_s < self._after(fact))
        area: Floats = np.where(is_in, amounts.area_m2, 0.0)
        return area if fact.route is None else area * amounts.shares[:, ROUTES.index(fact.route)]

    # ------------------------------------------------------------ measures

    def _area(self, fact: Fact, happened: Happened) -> float:
        """Area released in the period, m2."""
        is_meant = _with_found(self._is_meant(fact, fact.district), happened.amounts)
        return float(self._released_m2(fact, happened)[is_meant].sum())

    def _items(self, fact: Fact, happened: Happened) -> float:
        """Expected explosive items in what is released; nan where a density is unknown."""
        is_meant = _with_found(self._is_meant(fact, fact.district), happened.amounts)
        items_m2 = _with_found(self._hazards.items_m2, happened.amounts)
        return float((self._released_m2(fact, happened) * items_m2)[is_meant].sum())

    def _share(self, fact: Fact, happened: Happened) -> float:
        """Share of the area of the period that lies in the district; nan: nothing is released."""
        area = self._released_m2(fact, happened)
        everywhere = area[_with_found(self._is_meant(fact, None), happened.amounts)].sum()
        here = area[_with_found(self._is_meant(fact, fact.district), happened.amounts)].sum()
        return float(here / everywhere) if everywhere > 0 else UNKNOWN

    def _season(self, fact: Fact, happened: Happened) -> float:
        """Area of one month of the year by that of the mean month; nan: nothing is released."""
        area = self._released_m2(fact, happened)
        area = np.where(
            _with_found(self._is_meant(fact, fact.district), happened.amounts), area, 0.0
        )
        passed = np.searchsorted(self._month_s, happened.history.released_s, side="right")
        month = (self._start.month - 1 + passed) % MONTHS + 1
        total = area.sum()
        return float(MONTHS * area[month == fact.month].sum() / total) if total > 0 else UNKNOWN

    def _teams_usd(self, fact: Fact, happened: Happened) -> float:
        """Cost of the land release teams present in the period, USD, without moves and camps."""
        teams, from_s, until_s = happened.attendance
        begin_s = np.maximum(from_s, self._midnight(fact.from_date))
        days = np.maximum(np.minimum(until_s, self._after(fact)) - begin_s, 0) / DAY_S
        usd_day = np.array([self._usd_day[team.asset] for team in teams], np.float64)
        return float((days * usd_day).sum())

    def _ready_day(self, fact: Fact, happened: Happened) -> float:
        """Day on which the conditions of a place are met; nan: nobody is known to come from it."""
        number = self._settlements.number.get(fact.place or "")
        return UNKNOWN if number is None else float(happened.ready_s[number]) / DAY_S

    def _returned(self, happened: Happened) -> Floats:
        """People who have returned to each settlement by each instant of the facts, S x N."""
        assert self._returns is not None
        history = happened.history
        home = self._returns.of(history.number, happened.ready_s, history.works_s, happened.order)
        return home.people(home.returned)

    def _people(self, fact: Fact, returned: Floats) -> float:
        """People who have returned by the end of a fact.

        nan where nobody is known to come from, or where nobody knows how many dwellings are built.
        """
        assert self._returns is not None
        is_here = np.ones(len(self._district), np.bool_)
        if fact.district is not None:
            is_here &= self._district == fact.district
        if fact.place is not None:
            is_here &= np.array([one == fact.place for one in self._settlements.ids], np.bool_)
        waiting = np.where(is_here, self._settlements.people, 0.0)
        unknown = waiting[self._returns.is_unknown].sum()
        if not is_here.any() or (unknown > 0 and unknown == waiting.sum()):
            return UNKNOWN
        instant = int(np.searchsorted(self._by_s, self._after(fact)))
        return float(returned[is_here, instant].sum())


_MEASURES: Mapping[FactMeasure, Callable[[Measured, Fact, Happened], float]] = {
    "released_m2": Measured._area,
    "items": Measured._items,
    "teams_usd": Measured._teams_usd,
    "first_return_day": Measured._ready_day,
    "share_of_area": Measured._share,
    "season_index": Measured._season,
}
"""What each measure asks of a run; the model knows nothing of victims among all people."""


def _with_found(of_recorded: npt.NDArray[Kind], amounts: Amounts) -> npt.NDArray[Kind]:
    """What holds for the recorded hazards, for the found ones too, which resemble them."""
    return np.concatenate([of_recorded, of_recorded[amounts.found.like]])
