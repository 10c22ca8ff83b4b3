"""The plan of a scenario by number, as every allocation finds it: sites, jobs, what follows what.

Jobs and waits have the numbers of their places in the
:class:`~returnplan.model.work.milestones.WorkPlan`. An allocation puts them into the order of its
priorities; nothing is looked up by name then, so that a search may try many allocations.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from returnplan.domain import DEMINING, Scenario
from returnplan.model.work import loop
from returnplan.model.work.milestones import WorkPlan, opened, released
from returnplan.model.work.network import Network
from returnplan.model.work.teams import Need, asked_words, needs_of

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.int32]
NO_LIMIT = 2**31 - 1
T = TypeVar("T", bound=np.generic)


class NumberedPlan:
    """A plan by number.

    Parameters
    ----------
    zones
        Number of each zone.
    """

    def __init__(
        self, scenario: Scenario, plan: WorkPlan, network: Network, zones: Mapping[str, int]
    ) -> None:
        self.plan = plan
        self._sites = _sites(scenario, plan, network, zones)
        names = [*(job.id for job in plan.jobs), *(wait.id for wait in plan.waits)]
        number_of = {name: i for i, name in enumerate(names)}
        after = [*(job.after for job in plan.jobs), *(wait.after for wait in plan.waits)]
        followers: list[list[int]] = [[] for _ in names]
        for follower, before in enumerate(after):
            for name in before:
                followers[number_of[name]].append(follower)
        self._follow_of, self._follow = rows(followers)
        self._missing = np.array([len(before) for before in after], np.int32)
        limits = [NO_LIMIT if job.max_teams is None else job.max_teams for job in plan.jobs]
        self._limit = np.minimum(limits, NO_LIMIT).astype(np.int32)
        self._site = _job_sites(plan, network)
        self._takes_found = np.array([job.takes_found for job in plan.jobs], np.bool_)
        self._demines = np.array([job.skill in DEMINING for job in plan.jobs], np.bool_)
        self._drives = np.full(len(plan.waits), loop.NONE, np.int32)
        for i, road in enumerate(scenario.roads):
            wait = (opened if road.impassable else released)(road.id)
            self._drives[number_of[wait] - len(plan.jobs)] = i
        self._survey = np.full(len(plan.jobs), loop.NONE, np.int32)
        self._survey[plan.milestones.surveys] = np.arange(plan.milestones.surveyed)
        self._needs: dict[frozenset[str], tuple[tuple[Need, ...], Numbers]] = {}

    def needs(self, scenario: Scenario) -> tuple[tuple[Need, ...], Numbers]:
        """What jobs ask of teams, each once, and the number of what each job asks for.

        Parameters
        ----------
        scenario
            The scenario, or one with other deployments: their words name the places.
        """
        words = asked_words(scenario)
        if words not in self._needs:
            asked = needs_of(scenario, self.plan.jobs)
            number = {need: i for i, need in enumerate(dict.fromkeys(asked))}
            numbers = np.array([number[need] for need in asked], np.int32)
            self._needs[words] = tuple(number), numbers
        return self._needs[words]

    def sites(self, number: Whole) -> loop.Sites:
        """Places, then roads, with the jobs on each.

        Parameters
        ----------
        number
            Number that the loop gives each milestone of the plan.
        """
        return self._sites._replace(jobs=number[self._sites.jobs].astype(np.int32))

    def jobs(self, need: Numbers, rate: Floats, planned: Whole, number: Whole) -> loop.Jobs:
        """What each job asks for, and which milestones follow which.

        Parameters
        ----------
        need
            Number of what each job asks for.
        rate
            Of each kind of teams, needs x kinds; 0: cannot.
        planned, number
            Milestones of the plan in the order of the loop, and the number of each there.
        """
        able_of, able = rows([np.flatnonzero(row > 0).tolist() for row in rate])
        need_demines = np.zeros(len(rate), np.bool_)
        need_demines[need] = self._demines
        jobs = planned[: len(self._site)]
        length = np.diff(self._follow_of)[planned]
        follow_of = np.zeros(len(planned) + 1, np.int32)
        np.cumsum(length, out=follow_of[1:])
        behind = np.arange(follow_of[-1]) - np.repeat(follow_of[:-1], length)
        follow = self._follow[np.repeat(self._follow_of[planned], length) + behind]
        return loop.Jobs(
            able_of=able_of,
            able=able,
            need_demines=need_demines,
            site=self._site[jobs],
            need=need[jobs],
            limit=self._limit[jobs],
            survey=self._survey[jobs],
            takes_found=self._takes_found[jobs],
            follow_of=follow_of,
            follow=number[follow].astype(np.int32),
            missing=self._missing[planned],
            drives=self._drives[planned[len(jobs) :] - len(jobs)],
        )


def rows(groups: Sequence[Sequence[int]]) -> tuple[Numbers, Numbers]:
    """Lists of different lengths as one: where each begins, and all one after the other."""
    begin = np.zeros(len(groups) + 1, np.int32)
    np.cumsum([len(group) for group in groups], out=begin[1:])
    return begin, np.array([item for group in groups for item in group], np.int32)


def _sites(
    scenario: Scenario, plan: WorkPlan, network: Network, zones: Mapping[str, int]
) -> loop.Sites:
    """Places, then roads: dates, zones, neighbours, jobs and surveys on each."""
    places, roads = len(network.places), len(network.roads)
    job_site = _job_sites(plan, network)
    surveys, count = plan.milestones.surveys, plan.milestones.surveyed
    survey_on = np.full(places + roads, loop.NONE, np.int32)
    survey_on[job_site[surveys]] = np.arange(count)
    site_zone = [zones[place.zone] for place in scenario.places]
    site_zone += [zones[scenario.place[road.from_place].zone] for road in scenario.roads]
    roads_of, roads_at = rows(network.roads_at)
    return loop.Sites(
        from_s=np.array([*network.place_from_s, *network.road_from_s], np.int64),
        zone=np.array(site_zone, np.int32),
        road_ends=np.array(network.ends, np.int32).reshape(-1, 2),
        road_hours=np.array(network.hours, np.float64),
        roads_of=roads_of,
        roads=roads_at,
        jobs_of=np.searchsorted(np.sort(job_site), np.arange(places + roads + 1)).astype(np.int32),
        jobs=np.argsort(job_site, kind="stable").astype(np.int32),
        survey=survey_on,
    )


def _job_sites(plan: WorkPlan, network: Network) -> Numbers:
    """Site of each job: places, then roads."""
    roads = {road: len(network.places) + i for road, i in network.road_no.items()}
    site_no: dict[Any, int] = {**network.place_no, **roads}
    return np.array([site_no[job.site] for job in plan.jobs], np.int32)
