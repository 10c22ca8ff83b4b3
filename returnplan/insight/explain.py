"""Why a community waits: gates, binding chain, and what each cause taken away would bring.

Reads a run folder and runs again the draws that it tells of (model §7.1).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import returnplan.scenario as scenario_room
from returnplan.domain import Community, Place, Scenario
from returnplan.errors import Problem, ReturnplanError
from returnplan.insight import whatif
from returnplan.insight.story import Chain, binding
from returnplan.model.chance.assumptions import Values
from returnplan.model.chance.draws import Draws
from returnplan.model.conditions.gates import gate_times, gates_in_force
from returnplan.model.conditions.history import within
from returnplan.model.reasons.walk import ROAD_STEP
from returnplan.model.simulation import Prepared, PreparedAllocation, run
from returnplan.quantiles import HIGH, LOW, MIDDLE, mean, quantile
from returnplan.runs.folder import SCENARIO_COPY, STATEMENT, Run, load_run
from returnplan.runs.machine.chunks import cores
from returnplan.units import DAY_S, seconds_to_date

Floats = NDArray[np.float64]
DRAWS = 50
"""Draws on which what-ifs are run, unless more are wanted."""
LEAST_DAYS = 0.5
"""Causes of fewer days are not told of."""
MILLION = 1e6


@dataclass(frozen=True, kw_only=True)
class Told:
    """A run folder with its scenario, ready to be explained.

    Parameters
    ----------
    run
        Tables and manifest.
    scenario
        Its scenario, with the gates that were in force.
    prepared
        The same, ready to be run.
    """

    run: Run
    scenario: Scenario
    prepared: Prepared

    @property
    def draws(self) -> int:
        """Draws of the run; 0: expected values."""
        return int(self.run.manifest["draws"])


def open_run(folder: Path, language: str = "") -> Told:
    """Read a run folder together with the scenario that it was made from.

    Parameters
    ----------
    folder
        Run folder.
    language
        Code of the language in which places are named where their name in it is known; empty: as
        the planner's team writes them.

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
    given = run.manifest.get("gates")
    gates = scenario_room.read_gates(given, unread)
    if gates is None or given is None or unread:
        raise ReturnplanError(f"{folder} names no gates in its manifest: run it again")
    scenario = scenario_room.load(copy, gates=gates)
    if language:
        places = tuple(_named(place, language) for place in scenario.places)
        scenario = replace(scenario, places=places)
    return Told(run=run, scenario=scenario, prepared=Prepared(scenario))


def _named(place: Place, language: str) -> Place:
    """A place under its name in a language; the planner's own name stays among the others."""
    names = {"": place.name, **place.names}
    return replace(place, name=place.names.get(language) or place.name, names=names)


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
    scenario, word = told.scenario, wanted.casefold()
    names = {one.id: _names(scenario, one) for one in scenario.communities}
    if wanted in names:
        return wanted
    named = [name for name, known in names.items() if word in map(str.casefold, known)]
    if len(named) == 1:
        return named[0]
    if named:
        raise ReturnplanError(
            f"{wanted!r} is the name of {len(named)} communities: say one of {', '.join(named)}"
        )
    near = set(
        get_close_matches(word, {one.casefold() for known in names.values() for one in known})
    )
    like = [
        f"{name} ({known[-1]})"
        for name, known in names.items()
        if any(word in one.casefold() or one.casefold() in near for one in known)
    ]
    hint = f"; alike: {', '.join(like[:5])}" if like else "; readiness.csv lists all"
    raise ReturnplanError(f"no community is called {wanted!r}{hint}")


def _names(scenario: Scenario, community: Community) -> list[str]:
    """What a community may be called; last the name of its settlement."""
    place = scenario.place[community.settlement]
    return [community.id, community.settlement, *place.names.values(), place.name]


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
        What that means, for people.
    ready_s
        Ready time of the community by draw, s; ``inf``: not within the horizon.
    person_days
        Person-days of displacement of all communities.
    """

    cause: str
    remedy: str
    ready_s: Floats
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
    chosen = PreparedAllocation(told.prepared, allocation)
    settlement = _settlement(told, community)
    found: list[WhatIf] = []
    seen: list[_Seen] = []
    for cause in ["", *causes]:
        gates = _gates_of(cause, told, seen)
        scenario = whatif.without(told.scenario, cause, gates) if cause else told.scenario
        again = _Again(scenario, chosen, told)
        ready = []
        with ThreadPoolExecutor(cores()) as pool:
            look = again.ready_s if cause else partial(again.look, settlement)
            for one in pool.map(look, numbers):
                if isinstance(one, _Seen):
                    seen.append(one)
                ready.append(one.ready_s if isinstance(one, _Seen) else one)
                done += 1
                progress(done, total)
        found.append(again.judge(cause, gates, np.array(ready), settlement))
    return found


def _settlement(told: Told, community: str) -> int:
    """Number of the settlement of a community."""
    ids = [one.id for one in told.scenario.communities]
    return int(told.prepared.settlements.community[ids.index(community)])


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """One run as it is: ready times, and at one settlement gates and causes."""

    ready_s: Floats
    gate_s: Floats
    causes: frozenset[str]


def _gates_of(cause: str, told: Told, seen: Sequence[_Seen]) -> list[str]:
    """Gates that bring a cause: those whose data is missing, or that bind where it is booked."""
    if cause not in whatif.OF_A_GATE:
        return []
    gates = gates_in_force(told.scenario)
    those: set[int] = set()
    for one in seen:
        if cause == "missing_data":
            those.update(np.flatnonzero(np.isnan(one.gate_s)).tolist())
        elif cause in one.causes:
            those.add(binding(one.gate_s, told.prepared.horizon_s)[0])
    return [gates[number] for number in sorted(those)]


def _remedy(cause: str, gates: Sequence[str]) -> str:
    """Say what taking a cause away means, with the gates that are set aside."""
    if not cause:
        return "as it is"
    if cause not in whatif.OF_A_GATE:
        return whatif.remedy(cause)
    if not gates:
        return f"{cause.replace('_', ' ')}: not in these draws"
    return f"gate{'s' if len(gates) > 1 else ''} {', '.join(gates)} set aside"


class _Again:
    """A changed scenario under the priorities of the one that was run."""

    def __init__(self, scenario: Scenario, before: PreparedAllocation, told: Told) -> None:
        self._prepared = Prepared(scenario)
        self._allocation = PreparedAllocation(self._prepared, before.name, like=before)
        seed = told.run.manifest["seed"]
        self._draws = None if seed is None else Draws(scenario, int(seed))

    def _values(self, draw: int | None) -> Values:
        if draw is None or self._draws is None:
            return self._prepared.expected
        return self._draws.values(draw)

    def ready_s(self, draw: int | None) -> Floats:
        """Ready time of each settlement, s; ``inf``: not within the horizon."""
        prepared = self._prepared
        values = self._values(draw)
        amounts = prepared.workload.amounts(values)
        log = self._allocation.workforce.work(amounts, prepared.horizon_s)
        return self._latest(gate_times(prepared.history(values, log.passed_s)))

    def _latest(self, gate_s: Floats) -> Floats:
        times = within(gate_s, self._prepared.horizon_s)
        ready: Floats = np.where(np.isnan(times), np.inf, times).max(axis=1, initial=0.0)
        return ready

    def look(self, settlement: int, draw: int | None) -> _Seen:
        """Ready times, with the gates and causes of one settlement."""
        prepared = self._prepared
        course = run(prepared, self._allocation, prepared.numbers(self._values(draw)))
        trace = course.trace(prepared.reasons)
        rows = prepared.reasons.steps(self._allocation.access, trace, settlement)
        booked = set(rows[:, 0].tolist()) - {ROAD_STEP}
        return _Seen(
            ready_s=self._latest(course.gate_s),
            gate_s=course.gate_s[settlement],
            causes=frozenset(prepared.reasons.causes[number] for number in booked),
        )

    def judge(self, cause: str, gates: Sequence[str], ready_s: Floats, settlement: int) -> WhatIf:
        """Say what some draws have brought."""
        prepared = self._prepared
        waiting_s = np.minimum(ready_s, prepared.horizon_s)
        return WhatIf(
            cause=cause,
            remedy=_remedy(cause, gates),
            ready_s=ready_s[:, settlement],
            person_days=mean(waiting_s @ prepared.settlements.people) / DAY_S,
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
    low, median, high = (_in_words(row[f"ready_date_p{p}"]) for p in (LOW, MIDDLE, HIGH))
    spread = "" if low == high else f" (80 % of the draws: {low} to {high})"
    yield f"Median date: {median}{spread}."
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
    steps = Chain(told.prepared, allocation, seed).steps(community, draw)
    if not steps:
        yield "  nothing: all gates hold from the start"
        return
    for step in steps:
        if step.cause:
            yield (
                f"  {day_words(step.begin):>17} to {day_words(step.end):<17} "
                f"{step.days:>7,.1f} days  {step.words}"
            )
        else:
            yield f"  {day_words(step.end):>17} {'':<33} {step.words}"
    if any(step.cause in ("travel", "winter") for step in steps):
        yield "  In each job, travel comes first and lost days last, wherever they fall."


def _cause_lines(told: Told, allocation: str, community: str) -> Iterator[str]:
    rows = _rows(told.run.delays, allocation, community)
    total = sum(row["days_mean"] for row in rows)
    told_of = [row for row in rows if row["days_mean"] >= LEAST_DAYS]
    how = "mean of all draws, up to the horizon" if told.draws else "up to the horizon"
    yield f"Days by cause ({how}): {total:,.1f}"
    for row in sorted(told_of, key=lambda row: (-row["days_mean"], row["cause"])):
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
    if len(found) == 1:
        yield "There is no cause of half a day or more to take away."
        return
    draws = len(before.ready_s)
    on = "expected values"
    if told.draws:
        on = f"the {'same' if draws == told.draws else 'first'} {draws:,} draws"
    wide = max(len(one.remedy) for one in found)
    yield f"If one cause were gone, everywhere (run again on {on}; the order of work unchanged):"
    yield f"  {'':<{wide}}  {'median date':<14} {'ready by horizon':>16}  person-days of all"
    for one in found:
        median = float(quantile(one.ready_s, MIDDLE))
        when = "not by horizon"
        if median < np.inf:
            when = seconds_to_date(int(median), told.scenario.start).isoformat()
        share = float(np.isfinite(one.ready_s).mean())
        days = _many(one.person_days, before)
        if one.cause and before.person_days > 0:
            days += f" ({one.person_days / before.person_days - 1:+.1%})"
        yield f"  {one.remedy:<{wide}}  {when:<14} {share:>16.0%}  {days}"
    yield "With one cause gone another one binds; less work can even bring a later date."
    if any(one.cause.startswith("waiting_") for one in found):
        yield "Teams that are always free do all else that they can do, too."


def _many(count: float, before: WhatIf) -> str:
    """A number of person-days: in millions if it was more than one."""
    return f"{count / MILLION:,.1f} m" if before.person_days >= MILLION else f"{count:,.0f}"
