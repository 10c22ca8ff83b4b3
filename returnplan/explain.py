"""Why a community waits: gates, binding chain, and what each cause taken away would bring.

Reads a run folder and runs again the draws that it tells of (model §7.1).
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import returnplan.scenario as scenario_room
from returnplan import whatif
from returnplan.domain import Scenario
from returnplan.draws import Draws
from returnplan.errors import Problem, ReturnplanError
from returnplan.quantiles import MIDDLE, mean, quantile
from returnplan.readiness import NEVER_S, as_whole, gate_times
from returnplan.runfolder import SCENARIO_COPY, STATEMENT, Run, load_run
from returnplan.simulation import Stage, StagedAllocation
from returnplan.storyline import Chain
from returnplan.units import DAY_S, seconds_to_date

Floats = NDArray[np.float64]
DRAWS = 50
"""Draws on which what-ifs are run, unless more are wanted."""
LEAST_DAYS = 0.5
"""Causes of fewer days are not told of."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A run folder with its scenario, ready to be explained.

    Parameters
    ----------
    run
        Tables and manifest.
    scenario
        Its scenario, with the gates that were in force.
    stage
        The same, ready to be run.
    """

    run: Run
    scenario: Scenario
    stage: Stage

    @property
    def draws(self) -> int:
        """Draws of the run; 0: expected values."""
        return int(self.run.manifest["draws"])


def open_run(folder: Path) -> Told:
    """Read a run folder together with the scenario that it was made from.

    Parameters
    ----------
    folder
        Run folder.

    Returns
    -------
    Told
        Run and scenario.

    Raises
    ------
    ReturnplanError
        When it is no complete run folder, or its scenario is not the one of the run.
    """
    run = load_run(folder)
    copy = folder / SCENARIO_COPY
    if not copy.is_dir():
        raise ReturnplanError(f"{folder} holds no folder {SCENARIO_COPY}: run it again")
    if scenario_room.digest(copy) != run.manifest["scenario_sha256"]:
        raise ReturnplanError(f"{copy} is not the scenario of this run any more: run it again")
    unread: list[Problem] = []
    gates = scenario_room.read_gates(run.manifest.get("gates"), unread)
    if gates is None or unread:
        raise ReturnplanError(f"{folder} names no gates in its manifest: run it again")
    scenario = scenario_room.load(copy, gates=gates)
    return Told(run=run, scenario=scenario, stage=Stage(scenario))


def find_community(told: Told, wanted: str) -> str:
    """Find a community by its id, or by the name of its settlement if only one has it.

    Parameters
    ----------
    told
        The run.
    wanted
        What the user typed.

    Returns
    -------
    str
        Id of the community.

    Raises
    ------
    ReturnplanError
        When there is none, or more than one; a few candidates are named.
    """
    scenario = told.scenario
    ids = [community.id for community in scenario.communities]
    if wanted in ids:
        return wanted
    named = [
        community.id
        for community in scenario.communities
        if wanted.casefold()
        in (community.settlement.casefold(), *_names(scenario, community.settlement))
    ]
    if len(named) == 1:
        return named[0]
    if named:
        raise ReturnplanError(
            f"{wanted!r} is the name of {len(named)} communities: say one of {', '.join(named)}"
        )
    like = [
        f"{community.id} ({scenario.place[community.settlement].name})"
        for community in scenario.communities
        if wanted.casefold()
        in f"{community.id} {scenario.place[community.settlement].name}".casefold()
    ]
    hint = f"; alike: {', '.join(like[:5])}" if like else "; readiness.csv lists all"
    raise ReturnplanError(f"no community is called {wanted!r}{hint}")


def _names(scenario: Scenario, settlement: str) -> list[str]:
    place = scenario.place[settlement]
    return [name.casefold() for name in (place.name, *place.names.values())]


def typical_draw(told: Told, allocation: str, community: str) -> int | None:
    """Draw in which a community is ready at its median date; None: expected values.

    Parameters
    ----------
    told
        The run.
    allocation, community
        Name and id.

    Returns
    -------
    int | None
        Number of the draw; of several the first.
    """
    days = ready_days(told, allocation, community)
    if days is None:
        return None
    return int(np.flatnonzero(days == quantile(days, MIDDLE))[0])


def ready_days(told: Told, allocation: str, community: str) -> NDArray[np.floating[Any]] | None:
    """Ready days of a community by draw; None: a run on expected values."""
    run = told.run
    if run.ready_day is None:
        return None
    at = run.allocations.index(allocation), run.communities.index(community)
    found: NDArray[np.floating[Any]] = run.ready_day[at[0], :, at[1]]
    return found


# ---------------------------------------------------------------- what if


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """What taking one cause away would bring, in means over the draws.

    Parameters
    ----------
    cause
        Cause that is taken away; empty: as it is.
    remedy
        What that means.
    ready_s
        Ready time of the community by draw, s; ``readiness.NEVER_S``.
    person_days
        Person-days of displacement of all communities.
    """

    cause: str
    remedy: str
    ready_s: NDArray[np.uint32]
    person_days: float


def what_ifs(
    told: Told,
    allocation: str,
    community: str,
    draws: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[WhatIf]:
    """Run the same draws again without each cause that the community waited for.

    Priorities of the jobs stay as they were, so that only the cause differs.

    Parameters
    ----------
    told
        The run.
    allocation, community
        Name and id.
    draws
        Draws to be run, from the first on; ignored in a run on expected values.
    progress
        Called with the runs done and to be done.

    Returns
    -------
    list[WhatIf]
        As it is; then the causes, longest first.
    """
    table = told.run.delays
    mine = table[(table["allocation"] == allocation) & (table["community"] == community)]
    mine = mine[mine["days_mean"] >= LEAST_DAYS].sort_values(
        ["days_mean", "cause"], ascending=[False, True]
    )
    causes = [cause for cause in mine["cause"] if whatif.remedy(cause)]
    numbers: list[int | None] = list(range(min(draws, told.draws))) or [None]
    total, done = (len(causes) + 1) * len(numbers), 0
    staged = StagedAllocation(told.stage, allocation)
    found = []
    for cause in ["", *causes]:
        scenario = told.scenario
        if cause:
            gates = _gates_to_set_aside(told, allocation, community, cause)
            scenario = whatif.without(scenario, cause, gates)
        again = _Again(scenario, staged, told)
        ready = []
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for one in pool.map(again.ready_s, numbers):
                ready.append(one)
                done += 1
                progress(done, total)
        found.append(again.judge(cause, np.array(ready), community))
    return found


def _gates_to_set_aside(told: Told, allocation: str, community: str, cause: str) -> list[str]:
    """Gates whose data is missing, or the one that binds."""
    if cause != "missing_data":
        return [_rows(told.run.readiness, allocation, community)[0]["binding_gate"]]
    rows = _rows(told.run.gates, allocation, community)
    return [row["gate"] for row in rows if row["state"] == "unknown"]


class _Again:
    """A changed scenario under the priorities of the one that was run."""

    def __init__(self, scenario: Scenario, before: StagedAllocation, told: Told) -> None:
        self._stage = Stage(scenario)
        self._staged = StagedAllocation(self._stage, before.name, like=before)
        seed = told.run.manifest["seed"]
        self._draws = None if seed is None else Draws(scenario, int(seed))

    def ready_s(self, draw: int | None) -> NDArray[np.uint32]:
        """Ready time of each settlement, s."""
        stage = self._stage
        values = stage.expected
        if draw is not None and self._draws is not None:
            values = self._draws.values(draw)
        log = self._staged.force.work(stage.workload.amounts(values), stage.horizon_s)
        times = as_whole(gate_times(stage.history(values, log.passed_s)), stage.horizon_s)
        ready = times.max(axis=1, initial=0)
        return np.where(ready > stage.horizon_s, NEVER_S, ready).astype(np.uint32)

    def judge(self, cause: str, ready_s: NDArray[np.uint32], community: str) -> WhatIf:
        stage = self._stage
        waiting_s = np.minimum(ready_s, stage.horizon_s).astype(np.float64)
        numbers = [one.id for one in stage.scenario.communities]
        settlement = int(stage.facts.community[numbers.index(community)])
        return WhatIf(
            cause=cause,
            remedy=whatif.remedy(cause) if cause else "",
            ready_s=ready_s[:, settlement],
            person_days=mean(waiting_s @ stage.facts.people) / DAY_S,
        )


# ---------------------------------------------------------------- the page


def explanation(told: Told, allocation: str, community: str) -> list[str]:
    """Say when conditions are met under an allocation, and why not before.

    Parameters
    ----------
    told
        The run.
    allocation, community
        Name and id.

    Returns
    -------
    list[str]
        Lines to print: status, gates, binding chain, days by cause.
    """
    title = told.scenario.allocation(allocation).title
    return [
        f"Under {allocation}{f' ({title})' if title else ''}",
        "",
        *_status_lines(told, allocation, community),
        "",
        *_gate_lines(told, allocation, community),
        "",
        *_chain_lines(told, allocation, community),
        "",
        *_cause_lines(told, allocation, community),
    ]


def heading(told: Told, community: str) -> list[str]:
    """Say which community and which run this is about.

    Parameters
    ----------
    told
        The run.
    community
        Id of the community.

    Returns
    -------
    list[str]
        Lines to print.
    """
    found = next(one for one in told.scenario.communities if one.id == community)
    place = told.scenario.place[found.settlement]
    district = f", {place.district}" if place.district else ""
    how = "run on expected values"
    if told.draws:
        how = f"{told.draws:,} draws, seed {told.run.manifest['seed']}"
    return [
        f"{place.name}{district}: community {community}, {found.people:,} people",
        f"{told.scenario.title or told.scenario.name}; {how}",
        STATEMENT,
    ]


def _rows(table: pd.DataFrame, allocation: str, community: str) -> list[Mapping[str, Any]]:
    mine = table[(table["allocation"] == allocation) & (table["community"] == community)]
    rows: list[Mapping[str, Any]] = mine.to_dict("records")  # type: ignore[assignment]
    return rows


def _in_words(iso: Any) -> str:
    return day_words(date.fromisoformat(iso)) if isinstance(iso, str) else "not within the horizon"


def day_words(day: date) -> str:
    """Write a date for people.

    Examples
    --------
    >>> day_words(date(2022, 5, 3))
    '3 May 2022'
    """
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"


def _status_lines(told: Told, allocation: str, community: str) -> Iterator[str]:
    row = _rows(told.run.readiness, allocation, community)[0]
    yield f"{str(row['status']).capitalize()}."
    if not told.draws:
        yield f"Date: {_in_words(row['ready_date_p50'])}."
        return
    dates = [_in_words(row[f"ready_date_p{p}"]) for p in (10, 50, 90)]
    yield f"Median date: {dates[1]} (80 % of the draws: {dates[0]} to {dates[2]})."
    yield f"Probability by the horizon: {row['probability_by_horizon']:.0%}."


def _gate_lines(told: Told, allocation: str, community: str) -> Iterator[str]:
    yield f"{'Gate':<16} {'state':<8} {'from':<12} binds"
    for row in _rows(told.run.gates, allocation, community):
        day = row["day_p50"]
        when = ""
        if not pd.isna(day):
            when = seconds_to_date(int(day * DAY_S + 0.5), told.scenario.start).isoformat()
        yield f"{row['gate']:<16} {row['state']:<8} {when:<12} {row['binding_share']:.0%}"


def _chain_lines(told: Told, allocation: str, community: str) -> Iterator[str]:
    draw = typical_draw(told, allocation, community)
    which = "of the run on expected values"
    if draw is not None:
        which = f"of draw {draw}, which has the median date"
    yield f"What it waits for, day by day (the chain {which}):"
    seed = int(told.run.manifest["seed"] or 0)
    steps = Chain(told.stage, allocation, seed).steps(community, draw)
    if not steps:
        yield "  nothing: all gates hold from the start"
    for step in steps:
        if step.cause:
            yield (
                f"  {day_words(step.begin):>17} to {day_words(step.end):<17} "
                f"{step.days:>7,.1f} days  {step.words}"
            )
        else:
            yield f"  {day_words(step.end):>17} {'':<33} {step.words}"


def _cause_lines(told: Told, allocation: str, community: str) -> Iterator[str]:
    rows = [
        row
        for row in _rows(told.run.delays, allocation, community)
        if row["days_mean"] >= LEAST_DAYS
    ]
    total = sum(row["days_mean"] for row in rows)
    how = "mean of all draws, up to the horizon" if told.draws else "up to the horizon"
    yield f"Days by cause ({how}):"
    for row in sorted(rows, key=lambda row: (-row["days_mean"], row["cause"])):
        yield f"  {row['cause']:<28} {row['days_mean']:>9,.1f}  {row['days_mean'] / total:>4.0%}"


def what_if_lines(told: Told, found: Sequence[WhatIf]) -> Iterator[str]:
    """Say what each cause taken away would bring.

    Parameters
    ----------
    told
        The run.
    found
        As :func:`what_ifs` gives it.

    Yields
    ------
    str
        Lines to print.
    """
    before = found[0]
    draws = len(before.ready_s)
    on = f"the same {draws:,} draws" if told.draws else "expected values"
    yield f"If one cause were gone, everywhere (run again on {on}; the order of work unchanged):"
    yield f"  {'':<42} {'median date':<14} {'ready by horizon':>16}  person-days of all"
    for one in found:
        median = int(quantile(one.ready_s, MIDDLE))
        when = "not by horizon"
        if median != NEVER_S:
            when = seconds_to_date(median, told.scenario.start).isoformat()
        share = float((one.ready_s != NEVER_S).mean())
        change = "" if not one.cause else f" ({one.person_days / before.person_days - 1:+.1%})"
        name = one.remedy or "as it is"
        yield f"  {name:<42} {when:<14} {share:>16.0%}  {one.person_days / 1e6:,.1f} m{change}"
    yield "With one cause gone another one binds; less work can even bring a later date."
