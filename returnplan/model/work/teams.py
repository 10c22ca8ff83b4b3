"""Teams by name and what they can do: deployments, skills, effective rates (model §4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from returnplan.domain import Difficulty, Job, LandClass, Scenario
from returnplan.units import date_to_seconds

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """One team of an allocation; it may be dispatched in [from_s, until_s).

    Parameters
    ----------
    id
        ``asset/base/0001`` and so on, numbered by (from, until, serves); dates before the start
        count as the start.
    asset, base
        Asset type and the place where it lives.
    from_s, until_s
        Instants, s from the start; ``until_s`` None: no end.
    serves
        Districts and places that it works for, sorted; none: anywhere.
    """

    id: str
    asset: str
    base: str
    from_s: int
    until_s: int | None
    serves: tuple[str, ...] = ()


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
    groups: dict[tuple[str, str], list[tuple[date, date, tuple[str, ...], int]]] = {}
    for line in scenario.deployments:
        if line.allocation == allocation:
            start = max(line.from_date or scenario.start, scenario.start)
            until = max(line.until_date or date.max, scenario.start)
            words = tuple(sorted(set(line.serves or ())))
            group = groups.setdefault((line.asset, line.base), [])
            group.append((start, until, words, line.teams))
    teams: list[Team] = []
    for (asset, base), lines in sorted(groups.items()):
        number = 0
        for start, until, serves, count in sorted(lines):
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
                        serves=serves,
                    )
                )
    return tuple(teams)


class Need(NamedTuple):
    """What a job asks of a team; the same teams can do all jobs with equal needs.

    Parameters
    ----------
    place
        Words of ``serves`` that name the place of the job, under any allocation.
    """

    skill: str
    land_class: LandClass | None
    difficulty: Difficulty | None
    has_area: bool
    place: frozenset[str] = frozenset()


def need_of(job: Job, place: frozenset[str] = frozenset()) -> Need:
    """What a job asks of a team (model §4).

    Parameters
    ----------
    place
        Words of ``serves`` that name its place.
    """
    return Need(job.skill, job.land_class, job.difficulty, job.has_area, place)


def asked_words(scenario: Scenario) -> frozenset[str]:
    """Words of ``serves`` of any line of deployments."""
    return frozenset(word for line in scenario.deployments for word in line.serves or ())


def named_by(scenario: Scenario) -> dict[str, frozenset[str]]:
    """Words of ``serves``, of any line, that name each place and road (model §4).

    A place is named by its id and its district, a road by those of both of its ends.
    """
    asked = asked_words(scenario)
    words = {place.id: asked & {place.id, place.district} for place in scenario.places}
    return words | {r.id: words[r.from_place] | words[r.to_place] for r in scenario.roads}


def is_served(place: frozenset[str], serves: Sequence[str]) -> bool:
    """Whether teams work at a place that is named so; without words they work anywhere."""
    return not serves or not place.isdisjoint(serves)


def needs_of(scenario: Scenario, jobs: Sequence[Job]) -> list[Need]:
    """What each job asks of a team, its place included (model §4)."""
    words = named_by(scenario)
    return [need_of(job, words[job.site]) for job in jobs]


Kind = tuple[str, tuple[str, ...]]
"""Asset type of a team, and for which districts and places it works."""


def kinds_of(teams: Sequence[Team]) -> list[Kind]:
    """Kinds of teams, in the order in which the teams name them."""
    return list(dict.fromkeys((team.asset, team.serves) for team in teams))


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

    def effective_rate(self, asset: str, need: Need, serves: Sequence[str] = ()) -> float:
        """Work that one team does in a full workable day.

        Parameters
        ----------
        asset
            Asset type.
        need
            What a job asks for.
        serves
            Districts and places that the team works for; none: anywhere.

        Returns
        -------
        float
            Rate x difficulty, m2 per team-day, for jobs with an area; 1 crew-day per day for
            the others; 0 when the team cannot do the job, or does not work there.
        """
        if (asset, need.skill) not in self._skills or not is_served(need.place, serves):
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


def rates_of(scenario: Scenario, kinds: Sequence[Kind], needs: Sequence[Need]) -> Floats:
    """Effective rate of each kind of teams for each need (model §4).

    Returns
    -------
    numpy.ndarray
        Needs x kinds, m2 (or crew-days) per workable team-day; 0: cannot, or not there.
    """
    skills = Skills(scenario)
    rates = [
        [skills.effective_rate(asset, need, serves) for asset, serves in kinds] for need in needs
    ]
    return np.array(rates, np.float64).reshape(len(needs), len(kinds))
