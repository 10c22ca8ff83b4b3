"""In which order communities are served, and what that means for each job (model §6)."""

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, wraps

import numpy as np
import numpy.typing as npt

from returnplan.domain import HAZARD_STAGES, AllocationHeader, Community, Scenario
from returnplan.model.work.milestones import WorkPlan, dispatch_class
from returnplan.model.work.network import Routes, whole_billionths
from returnplan.registry import Family

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Units = Mapping[str, int | None]
"""Whole 1e-9 by settlement or road; None: without end."""
STAGE_ORDER = {stage: i for i, stage in enumerate((*HAZARD_STAGES, "repair"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a policy may know of a community: expected values only (model §6).

    Parameters
    ----------
    route_hours
        Travel hours on its access route, in whole 1e-9; None when it has none.
    own_team_days
        Expected workable team-days on its settlement, in whole 1e-9; None when a job there cannot
        be done.
    route_team_days
        Expected workable team-days on the roads of its access route, in whole 1e-9 of each; None
        when it has none.
    position
        Position in the allocation's list; ``inf`` when the list leaves it out.
    district
        District of its settlement; all that have none are one.
    doable_team_days
        Those of its own team-days that the allocation can do, in whole 1e-9; 0 without a route.
    """

    community: Community
    route_hours: int | None
    own_team_days: int | None
    route_team_days: int | None
    position: float
    district: str
    doable_team_days: int


Policy = Callable[[Sequence[Prospect]], Sequence[Prospect]]
"""Puts communities, which come by id, into the order in which they are served."""
Key = Callable[[Prospect], float | Fraction]
"""Short form of a policy: the smallest key is served first, ties by id."""

POLICIES: Family[Policy] = Family("policy")


def policy(function: Policy) -> Policy:
    """Declare an ordering policy under the name of its function."""
    return POLICIES.add(function.__name__, function)


def by_key(key: Key) -> Key:
    """Declare an ordering policy by the key of each community, under the name of its function."""

    @wraps(key)
    def ordered(prospects: Sequence[Prospect]) -> list[Prospect]:
        return sorted(prospects, key=key)

    POLICIES.add(key.__name__, ordered)
    return key


@by_key
def listed(prospect: Prospect) -> float:
    """Order of the table orders; communities that it leaves out follow by id."""
    return prospect.position


@by_key
def nearest(prospect: Prospect) -> float:
    """Travel hours on the access route, nearest first."""
    return math.inf if prospect.route_hours is None else prospect.route_hours


@by_key
def population(prospect: Prospect) -> float:
    """People, most first."""
    return -prospect.community.people


@by_key
def smith_own(prospect: Prospect) -> float | Fraction:
    """People per expected team-day on the settlement, most first (Smith's rule)."""
    return -_density(prospect.community.people, prospect.own_team_days)


@by_key
def smith_path(prospect: Prospect) -> float | Fraction:
    """People per expected team-day on the settlement and its access route, most first."""
    own, route = prospect.own_team_days, prospect.route_team_days
    team_days = None if own is None or route is None else own + route
    return -_density(prospect.community.people, team_days)


@policy
def even_districts(prospects: Sequence[Prospect]) -> list[Prospect]:
    """Districts in turn, that with the smallest share of its team-days ranked; by smith_path."""
    waiting: dict[str, deque[tuple[int, Prospect]]] = {}
    for place, prospect in enumerate(sorted(prospects, key=smith_path)):
        waiting.setdefault(prospect.district, deque()).append((place, prospect))
    days_of = {p.community.settlement: p.doable_team_days for p in prospects}
    settlements = {
        name: {p.community.settlement for _, p in some} for name, some in waiting.items()
    }
    whole = {name: sum(days_of[one] for one in some) for name, some in settlements.items()}
    ranked = dict.fromkeys(waiting, 0)
    order: list[Prospect] = []

    def share_and_place(district: str) -> tuple[Fraction, int]:
        days = whole[district]
        return Fraction(ranked[district], days) if days else Fraction(0), waiting[district][0][0]

    while waiting:
        district = min(waiting, key=share_and_place)
        _, prospect = waiting[district].popleft()
        ranked[district] += days_of.pop(prospect.community.settlement, 0)
        order.append(prospect)
        if not waiting[district]:
            del waiting[district]
    return order


def _density(people: int, team_days: int | None) -> float | Fraction:
    """People per 1e-9 team-days, exactly; work that cannot be done, or nobody: 0."""
    if people == 0 or team_days is None:
        return 0
    return math.inf if team_days == 0 else Fraction(people, team_days)


class JobKeys:
    """What places a job beside others of its rank, the same in every allocation (model §6)."""

    def __init__(self, scenario: Scenario, plan: WorkPlan) -> None:
        hazard_of = {hazard.id: hazard for hazard in scenario.hazards}
        jobs = plan.jobs
        self.ids = tuple(job.id for job in jobs)
        self.site_no = {site: i for i, site in enumerate(dict.fromkeys(job.site for job in jobs))}
        self.site = np.array([self.site_no[job.site] for job in jobs], np.int64)
        self.dispatch_class = np.array([dispatch_class(job, hazard_of) for job in jobs], np.int64)
        self.stage = np.array([-STAGE_ORDER.get(job.stage, 0) for job in jobs], np.int64)
        by_name = sorted(range(len(jobs)), key=lambda i: (jobs[i].owner, jobs[i].stage))
        self.name = np.empty(len(jobs), np.int64)
        self.name[by_name] = np.arange(len(jobs))
        self.settlement_of = {one.id: one.settlement for one in scenario.communities}


def team_days(
    keys: JobKeys, work: Floats, best_rate: Floats
) -> tuple[dict[str, float], dict[str, float]]:
    """Expected workable team-days on each site, each job at the best effective rate (model §6).

    Parameters
    ----------
    keys
        Jobs.
    work
        Expected m2 or crew-days of each job; jobs without work do not count.
    best_rate
        Best rate of the deployed asset types for each job; 0: none can do it.

    Returns
    -------
    tuple[dict[str, float], dict[str, float]]
        By settlement and road with jobs; ``inf`` when one of them cannot be done. The same of those
        that can be done alone.
    """
    is_work, can = work > 0, best_rate > 0
    days = np.divide(work, best_rate, out=np.zeros(len(work)), where=is_work & can)
    order = np.argsort(keys.site, kind="stable")
    ends = np.cumsum(np.bincount(keys.site, minlength=len(keys.site_no))).tolist()
    parts, begin, doable = days[order].tolist(), 0, {}
    for site, end in zip(keys.site_no, ends, strict=True):
        doable[site] = math.fsum(parts[begin:end])
        begin = end
    undone = np.bincount(keys.site[is_work & ~can], minlength=len(keys.site_no)) > 0
    sites = zip(doable.items(), undone.tolist(), strict=True)
    return {site: math.inf if more else one for (site, one), more in sites}, doable


def order_communities(
    scenario: Scenario,
    allocation: AllocationHeader,
    routes: Routes,
    team_days: Units,
    doable: Units,
) -> tuple[str, ...]:
    """Rank the communities by the allocation's policy.

    Parameters
    ----------
    allocation
        The allocation, for its policy and its list.
    routes
        Access route of each place.
    team_days
        Expected workable team-days by settlement and road, in whole 1e-9; None: without end. Sites
        without jobs are left out.
    doable
        The same of those jobs alone that the allocation can do.

    Returns
    -------
    tuple[str, ...]
        Community ids, first to be served first.
    """
    position = {
        line.community: float(line.position)
        for line in scenario.orders
        if line.allocation == allocation.name
    }
    hours = in_units({road.id: road.length_km / road.speed_kmh for road in scenario.roads})

    def prospect(community: Community) -> Prospect:
        route = routes.roads.get(community.settlement)
        return Prospect(
            community=community,
            route_hours=_sum_of(route, hours),
            own_team_days=_sum_of((community.settlement,), team_days),
            route_team_days=_sum_of(route, team_days),
            position=position.get(community.id, math.inf),
            district=scenario.place[community.settlement].district,
            doable_team_days=(
                0 if route is None else _sum_of((community.settlement,), doable) or 0
            ),
        )

    by_id = sorted(scenario.communities, key=lambda community: community.id)
    order = POLICIES[allocation.policy]([prospect(community) for community in by_id])
    return tuple(one.community.id for one in order)


def in_units(amounts: Mapping[str, float]) -> Units:
    """Amounts in whole 1e-9; None: without end."""
    return {site: whole_billionths(amount) for site, amount in amounts.items()}


def _sum_of(sites: Sequence[str] | None, amounts: Units) -> int | None:
    """Sum of whole 1e-9 of each site; None: no sites, or an amount without end."""
    total = 0
    for site in sites or ():
        amount = amounts.get(site, 0)
        if amount is None:
            return None
        total += amount
    return None if sites is None else total


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """Priorities of all jobs of an allocation (model §6).

    Parameters
    ----------
    ids
        Jobs in the order of the plan.
    ranks
        Rank of each: 0 for the routes of the bases, n for the n-th community, last the rest.
    order
        Their numbers, first to be served first.
    """

    ids: tuple[str, ...]
    ranks: Whole
    order: Whole

    @cached_property
    def rank(self) -> dict[str, int]:
        """Rank of each job by its id."""
        return dict(zip(self.ids, self.ranks.tolist(), strict=True))

    @cached_property
    def priority(self) -> tuple[str, ...]:
        """Job ids, first to be served first."""
        return tuple(self.ids[i] for i in self.order.tolist())


def decode(
    keys: JobKeys,
    order: Sequence[str],
    routes: Routes,
    bases: frozenset[str],
    later: Floats | None = None,
) -> Decoded:
    """Turn an order of communities into one priority per job (model §6).

    Parameters
    ----------
    keys
        The jobs.
    order
        Community ids, first to be served first.
    routes
        Access route of each place.
    bases
        Places where the allocation's teams live.
    later
        For each job, places in the order of communities by which it stands later than its site, at
        most at the end; None: all stand with their sites.

    Returns
    -------
    Decoded
        Rank of each job, and the jobs in their order.
    """
    last = len(order) + 1
    site_rank: dict[str, int] = {}
    road_steps: dict[str, int] = {}
    for base in bases:
        for steps, road in enumerate(routes.roads.get(base, ()), start=1):
            site_rank[road] = 0
            road_steps[road] = min(steps, road_steps.get(road, steps))
    for number, community in enumerate(order, start=1):
        settlement = keys.settlement_of[community]
        for steps, road in enumerate(routes.roads.get(settlement, ()), start=1):
            if road not in site_rank:
                site_rank[road] = number
                road_steps[road] = steps
        site_rank.setdefault(settlement, number)
    rank_of = np.array([site_rank.get(site, last) for site in keys.site_no], np.int64)
    steps_of = np.array([road_steps.get(site, 0) for site in keys.site_no], np.int64)
    ranks = rank_of[keys.site]
    if later is not None:
        ranks = np.minimum(ranks + later, last).astype(np.int64)
    place = (keys.name, keys.stage, steps_of[keys.site], keys.dispatch_class, ranks)
    return Decoded(ids=keys.ids, ranks=ranks, order=np.lexsort(place))
