"""What more teams would bring: changes of each allocation, tried on the draws of the run.

Nobody is asked to decide what has no known effect. So the team types that could do the work that
people wait for are made a quarter more, from the first day of the year after the data on; those
that help most on expected values are evaluated on draws, each against the same draws of the run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.domain import Deployment, Scenario
from returnplan.model.reasons.causes import WAITING
from returnplan.quantiles import MIDDLE, mean, quantile
from returnplan.runs.ensemble import Ensemble
from returnplan.runs.evaluate import Evaluation, Evaluator
from returnplan.runs.paired import Measured, measured
from returnplan.runs.ready_days import LEAST_DRAWS, Ints, middle_date, whole_seconds
from returnplan.runs.tables.family import DECISIONS, typed
from returnplan.runs.tables.stored import empty_table
from returnplan.units import DAY_S, date_to_seconds

Floats = NDArray[np.float64]

MOST_DRAWS = 24
"""Draws of the run on which a change is tried, at most: runs become little longer."""
MOST_CHANGES = 3
"""Changes that are tried on draws for each allocation, at most."""
LEAST_SHARE = 0.01
"""Skills with a smaller share of the waiting ask for no change."""
PARTS = 4
"""Teams of a type are made more by one of so many parts of their largest number."""
ADD_TEAMS = "add_teams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """More teams of one type in one allocation.

    Parameters
    ----------
    allocation, asset
        Allocation, and type of the teams.
    skill
        What they can do that people wait for most.
    lines
        Deployments that are added.
    """

    allocation: str
    asset: str
    skill: str
    lines: tuple[Deployment, ...]

    @property
    def teams(self) -> int:
        """How many teams are added."""
        return sum(line.teams for line in self.lines)

    def of(self, scenario: Scenario) -> Scenario:
        """Make the scenario in which it is done."""
        return replace(scenario, deployments=(*scenario.deployments, *self.lines))


def decisions(
    scenario: Scenario,
    spread: Ensemble,
    *,
    workers: int | None = None,
    done: Callable[[str], None] = lambda allocation: None,
) -> pd.DataFrame:
    """Try more teams under each allocation of a run, on draws of the run (model §11).

    Parameters
    ----------
    scenario
        What was run.
    spread
        Its draws.
    workers
        Threads; None: the processor cores that may be used.
    done
        Called with the name of each allocation that is done.

    Returns
    -------
    pandas.DataFrame
        One row an allocation and change: differences of the allocation with the change from the
        one without it, draw by draw.
    """
    since = first_day(scenario)
    if spread.draws < LEAST_DRAWS or since >= spread.horizon:
        return empty_table(DECISIONS)
    trial = _Trial(scenario, spread, workers)
    rows = []
    for name in spread.allocations:
        rows += [trial.row(change) for change in trial.chosen(changes(scenario, spread, name))]
        done(name)
    columns = list(empty_table(DECISIONS))
    return typed(DECISIONS, pd.DataFrame(rows, columns=columns))


def first_day(scenario: Scenario) -> date:
    """Day from which more teams work: the first of the year after the data, or after the start."""
    known = max(scenario.start, scenario.as_of or scenario.start)
    return date(known.year + 1, 1, 1)


# ---------------------------------------------------------------- what could be changed


def changes(scenario: Scenario, spread: Ensemble, allocation: str) -> list[Change]:
    """Find the team types of an allocation that could do more of what people wait for.

    Parameters
    ----------
    scenario
        What was run.
    spread
        Its draws, for the causes of delay.
    allocation
        Name of the allocation.

    Returns
    -------
    list[Change]
        Each type once, those first that have the skill that most person-days are waited for.
    """
    lines = [line for line in scenario.deployments if line.allocation == allocation and line.teams]
    found: dict[str, Change] = {}
    for skill in waited_for(spread.delays, allocation):
        able = {rate.asset for rate in scenario.rates if rate.skill == skill}
        for asset in dict.fromkeys(line.asset for line in lines if line.asset in able):
            mine = [line for line in lines if line.asset == asset]
            more = more_teams(mine, scenario.start, first_day(scenario))
            change = Change(allocation=allocation, asset=asset, skill=skill, lines=more)
            found.setdefault(asset, change)
    return list(found.values())


def waited_for(delays: pd.DataFrame, allocation: str) -> list[str]:
    """Skills for whose teams people wait under an allocation, those of most person-days first.

    Parameters
    ----------
    delays
        Table of that name.
    allocation
        Name of the allocation.
    """
    mine = delays[delays["allocation"] == allocation]
    sums = mine.groupby("cause")["person_days_mean"].sum()
    days = {str(cause): float(number) for cause, number in sums.items()}
    least = LEAST_SHARE * sum(days.values())
    waiting = [cause for cause in days if cause.startswith(WAITING) and days[cause] > least]
    ordered = sorted(waiting, key=lambda cause: (-days[cause], cause))
    return [cause.removeprefix(WAITING) for cause in ordered]


def more_teams(lines: Sequence[Deployment], start: date, since: date) -> tuple[Deployment, ...]:
    """Make the teams of a type a quarter more, at least one, at their bases, without an end.

    Parameters
    ----------
    lines
        Deployments of the type in one allocation.
    start
        First day of the scenario.
    since
        First day of the teams that are added.

    Returns
    -------
    tuple[Deployment, ...]
        One for each base that gets some: shares of the largest number at work, the largest
        remainders rounded up.
    """
    most = max((_at_work(lines, line.from_date or start) for line in lines), key=_teams)
    total = _teams(most)
    added = max(1, (total + PARTS // 2) // PARTS)
    exact = [added * line.teams for line in most]
    whole = [number // total for number in exact]
    order = sorted(range(len(most)), key=lambda at: -(exact[at] % total))
    for at in order[: added - sum(whole)]:
        whole[at] += 1
    return tuple(
        replace(line, teams=teams, from_date=since, until_date=None)
        for line, teams in zip(most, whole, strict=True)
        if teams
    )


def _at_work(lines: Sequence[Deployment], day: date) -> list[Deployment]:
    return [
        line
        for line in lines
        if (line.from_date or day) <= day and (line.until_date is None or day < line.until_date)
    ]


def _teams(lines: Sequence[Deployment]) -> int:
    return sum(line.teams for line in lines)


# ---------------------------------------------------------------- what it brings


class _Trial:
    """Draws of a run, on which changes are tried."""

    def __init__(self, scenario: Scenario, spread: Ensemble, workers: int | None) -> None:
        self.scenario, self.spread, self.workers = scenario, spread, workers
        self.rows = rows_of(spread)
        _, first, self.copies, counts = np.unique(
            spread.draw_numbers[self.rows],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        self.effective = None
        if spread.calibration is not None:
            self.effective = float(counts.sum() ** 2 / (counts**2).sum())
        different = self.rows[first].tolist()
        self.evaluator = Evaluator(scenario, different, spread.seed, of_run=spread.draws)
        homes = scenario.communities
        self.people = np.array([one.people for one in homes], np.int64)
        self.settlement = self.evaluator.prepared.settlements.community

    def chosen(self, found: Sequence[Change]) -> list[Change]:
        """Take the changes that shorten waiting most on expected values."""
        if not found:
            return []
        gains = dict(zip((one.asset for one in found), self._gains(found), strict=True))
        order = {one.asset: place for place, one in enumerate(found)}
        ranked = sorted(found, key=lambda one: (-gains[one.asset], order[one.asset], one.asset))
        return ranked[:MOST_CHANGES]

    def _gains(self, found: Sequence[Change]) -> Iterator[float]:
        """Person-days by which each change shortens waiting on expected values."""
        before = self._waiting(found[0].allocation, self.scenario)
        for change in found:
            yield before - self._waiting(change.allocation, change.of(self.scenario))

    def _waiting(self, allocation: str, scenario: Scenario) -> float:
        prepared = self.evaluator.prepare(allocation, scenario)
        ready_s, _ = self.evaluator.one(prepared, None)
        horizon_s = self.evaluator.prepared.horizon_s
        waiting_s = np.minimum(ready_s[self.settlement], horizon_s).astype(np.int64)
        return int((waiting_s * self.people).sum()) / DAY_S

    def row(self, change: Change) -> dict[str, object]:
        """Try a change on the draws."""
        number = self.spread.allocations.index(change.allocation)
        found = self.evaluator.evaluate(
            [change.allocation], change.of(self.scenario), workers=self.workers
        )
        ready_s = np.stack(
            [
                whole_seconds(self.spread.ready_day[number][self.rows]),
                whole_seconds(found.ready_day[0][self.copies]),
            ]
        )
        usd = found.usd[0][self.copies] - self.spread.usd[number][self.rows]
        since = change.lines[0].from_date
        return {
            "allocation": change.allocation,
            "decision": f"{ADD_TEAMS}_{change.asset}",
            "kind": ADD_TEAMS,
            "skill": change.skill,
            "asset": change.asset,
            "teams": change.teams,
            "from": since,
            "draws": len(self.rows),
            **self._effects(ready_s, found),
            "cost_usd_mean": mean(usd),
        }

    def _effects(self, ready_s: Ints, found: Evaluation) -> dict[str, object]:
        """People by the middle and by the horizon, and person-days, with the change and without."""
        middle, horizon = middle_date(found.start, found.horizon), found.horizon
        by_s = {day: date_to_seconds(day, found.start) for day in (middle, horizon)}
        waiting, *met = measured(ready_s, self.people, by_s[horizon], by_s)
        before, after = ready_s
        shorter_s = np.minimum(after, by_s[horizon]) - np.minimum(before, by_s[horizon])
        told: dict[str, object] = {"middle_date": middle}
        for name, measure in (("people_middle", met[0]), ("people", met[-1])):
            by = by_s[middle if measure is met[0] else horizon]
            more = (after <= by).astype(np.int64) - (before <= by)
            told |= self._told(name, measure, more * self.people)
        return told | self._told("person_days", waiting, shorter_s * self.people)

    def _told(self, name: str, found: Measured, by_community: Ints) -> dict[str, object]:
        """Columns of one measure: the difference, and how much of it single settlements make."""
        apart = replace(found, effective=self.effective).apart(1, 0)
        change = found.values[1] - found.values[0]
        one, two = _most_of(by_community, self.settlement)
        return {
            f"{name}_mean": apart.mean,
            f"{name}_low": apart.low,
            f"{name}_high": apart.high,
            f"{name}_p10": apart.p10,
            f"{name}_p50": float(quantile(change / found.parts, MIDDLE)),
            f"{name}_p90": apart.p90,
            f"{name}_more_share": float((change > 0).mean()),
            f"{name}_fewer_share": float((change < 0).mean()),
            f"{name}_verdict": apart.verdict,
            f"{name}_one_share": one,
            f"{name}_two_share": two,
        }


def rows_of(spread: Ensemble) -> Ints:
    """Rows of a run on which changes are tried: the first; of a calibrated run evenly spaced.

    Rows of a calibrated run stand in the order of their draws, each as often as it counts: so
    those at equal distances are what taking fewer draws by weight would have given.
    """
    count = min(MOST_DRAWS, spread.draws)
    if spread.calibration is None:
        return np.arange(count)
    return np.arange(count) * spread.draws // count


def _most_of(by_community: Ints, settlement: NDArray[np.int64]) -> tuple[float, float]:
    """Shares of the mean change that one settlement makes, and two; nan: nothing changes."""
    totals = np.zeros(int(settlement.max()) + 1, np.int64)
    np.add.at(totals, settlement, by_community.sum(axis=0))
    sizes = np.sort(np.abs(totals))
    whole = int(sizes.sum())
    if not whole:
        return np.nan, np.nan
    return int(sizes[-1]) / whole, int(sizes[-2:].sum()) / whole
