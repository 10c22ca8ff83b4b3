"""Teams by name and what they can do: deployments, skills, effective rates (model §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from returnplan.domain import Difficulty, Job, LandClass, Scenario
from returnplan.units import date_to_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One team of an allocation; it may be dispatched in [from_s, until_s).

    Parameters
    ----------
    id
        ``asset/base/0001`` and so on, numbered by (from, until); dates before the start count as
        the start.
    asset, base
        Asset type and the place where it lives.
    from_s, until_s
        Instants, s from the start; ``until_s`` None: no end.
    """

    id: str
    asset: str
    base: str
    from_s: int
    until_s: int | None


def roster(scenario: Scenario, allocation: str) -> tuple[Team, ...]:
    """Name the teams of an allocation (model §4).

    Parameters
    ----------
    scenario
        The scenario with its deployments.

    Returns
    -------
    tuple[Team, ...]
        Sorted by asset type, base and number.
    """
    groups: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
    for line in scenario.deployments:
        if line.allocation == allocation:
            begin = max(line.from_date or scenario.start, scenario.start)
            until = max(line.until_date or date.max, scenario.start)
            groups.setdefault((line.asset, line.base), []).append((begin, until, line.teams))
    teams: list[Team] = []
    for (asset, base), lines in sorted(groups.items()):
        number = 0
        for start, until, count in sorted(lines):
            for _ in range(count):
                number += 1
                teams.append(
                    Team(
                        id=f"{asset}/{base}/{number:04d}",
                        asset=asset,
                        base=base,
                        from_s=date_to_seconds(start, scenario.start),
                        until_s=(
                            None if until == date.max else date_to_seconds(until, scenario.start)
                        ),
                    )
                )
    return tuple(teams)


class Need(NamedTuple):
    """What a job asks of an asset type; the same types can do all jobs with equal needs."""

    skill: str
    land_class: LandClass | None
    difficulty: Difficulty | None
    has_area: bool


def need_of(job: Job) -> Need:
    """What a job asks of an asset type (model §4)."""
    return Need(job.skill, job.land_class, job.difficulty, job.has_area)


class Skills:
    """Which asset type can do which job, and how fast (model §4).

    Parameters
    ----------
    scenario
        The scenario with its assets and rates.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._assets = {asset.id: asset for asset in scenario.assets}
        self._rates = {
            (row.asset, row.skill, row.land_class): row.rate_m2_day for row in scenario.rates
        }
        self._skills = {(row.asset, row.skill) for row in scenario.rates}

    def effective_rate(self, asset: str, need: Need) -> float:
        """Work that one team does in a full workable day.

        Parameters
        ----------
        asset
            Asset type.
        need
            What a job asks for.

        Returns
        -------
        float
            Rate x difficulty, m2 per team-day, for jobs with an area; 1 crew-day per day for
            the others; 0 when the asset type cannot do the job.
        """
        if (asset, need.skill) not in self._skills:
            return 0.0
        if not need.has_area:
            return 1.0
        rate = self._rates.get((asset, need.skill, need.land_class))
        if rate is None:
            rate = self._rates.get((asset, need.skill, None))
        if rate is None:
            return 0.0
        if need.difficulty is None:
            return rate
        return rate * self._assets[asset].multiplier(need.difficulty)


def best_rates(skills: Skills, assets: frozenset[str], jobs: Sequence[Job]) -> dict[str, float]:
    """Best effective rate of the deployed asset types for each job; 0: none can do it.

    Parameters
    ----------
    skills
        Rates of the scenario.
    assets
        Asset types that the allocation deploys.

    Returns
    -------
    dict[str, float]
        By job id, m2 (or crew-days) per workable team-day.
    """
    by_need = {
        need: max((skills.effective_rate(asset, need) for asset in assets), default=0.0)
        for need in {need_of(job) for job in jobs}
    }
    return {job.id: by_need[need_of(job)] for job in jobs}
