"""Teams by name and what they can do: deployments, skills, effective rates (model §4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from returnplan.domain import Job, Scenario
from returnplan.units import date_to_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One team of an allocation; it may be dispatched in [from_s, until_s).

    Parameters
    ----------
    id
        ``asset/base/0001`` and so on, numbered by (from, until).
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
    allocation
        Name of the allocation.

    Returns
    -------
    tuple[Team, ...]
        Sorted by id.
    """
    groups: dict[tuple[str, str], list[tuple[date, date, int]]] = {}
    for line in scenario.deployments:
        if line.allocation == allocation:
            key = (line.asset, line.base)
            start = line.from_date or scenario.start
            groups.setdefault(key, []).append((start, line.until_date or date.max, line.teams))
    teams: list[Team] = []
    for (asset, base), lines in groups.items():
        number = 0
        for start, until, count in sorted(lines):
            for _ in range(count):
                number += 1
                teams.append(
                    Team(
                        id=f"{asset}/{base}/{number:04d}",
                        asset=asset,
                        base=base,
                        from_s=max(0, date_to_seconds(start, scenario.start)),
                        until_s=(
                            None if until == date.max else date_to_seconds(until, scenario.start)
                        ),
                    )
                )
    return tuple(sorted(teams, key=lambda team: team.id))


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

    def effective_rate(self, asset: str, job: Job) -> float:
        """Work that one team does in a full workable day.

        Parameters
        ----------
        asset
            Asset type.
        job
            The job.

        Returns
        -------
        float
            Rate x difficulty, m2 per team-day, for jobs with an area; 1 crew-day per day for
            the others; 0 when the asset type cannot do the job.
        """
        if (asset, job.skill) not in self._skills:
            return 0.0
        if job.area_m2 == 0:
            return 1.0
        rate = self._rates.get((asset, job.skill, job.land_class))
        if rate is None:
            rate = self._rates.get((asset, job.skill, None))
        if rate is None:
            return 0.0
        multiplier = (
            self._assets[asset].multiplier(job.difficulty) if job.difficulty is not None else 1.0
        )
        return rate * multiplier


def need_of(job: Job) -> tuple[str, object, object, bool]:
    """What a job asks of an asset type; jobs with equal needs can be done by the same types."""
    return job.skill, job.land_class, job.difficulty, job.area_m2 == 0


def best_rates(skills: Skills, assets: frozenset[str], jobs: Mapping[str, Job]) -> dict[str, float]:
    """Best effective rate of the deployed asset types for each job; 0: none can do it.

    Parameters
    ----------
    skills
        Rates of the scenario.
    assets
        Asset types that the allocation deploys.
    jobs
        Jobs by id.

    Returns
    -------
    dict[str, float]
        By job id, m2 (or crew-days) per workable team-day.
    """
    by_need: dict[object, float] = {}
    best: dict[str, float] = {}
    for job in jobs.values():
        need = need_of(job)
        if need not in by_need:
            by_need[need] = max((skills.effective_rate(a, job) for a in assets), default=0.0)
        best[job.id] = by_need[need]
    return best
