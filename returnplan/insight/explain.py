"""Why a community waits: a run folder is opened, and its draws are run again without a cause."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import returnplan.scenario as scenario_room
from returnplan.domain import Community, Scenario
from returnplan.errors import Problem, ReturnplanError
from returnplan.insight import whatif
from returnplan.insight.story import binding
from returnplan.model.conditions.gates import gates_in_force
from returnplan.model.reasons.causes import OF_A_GATE, remedy
from returnplan.model.reasons.walk import ROAD_STEP
from returnplan.model.simulation import Prepared, PreparedAllocation, run
from returnplan.quantiles import MIDDLE, mean, quantile
from returnplan.runs.evaluate import Evaluator, ready_within
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.runs.machine.chunks import cores
from returnplan.runs.machine.runner import warm_up
from returnplan.runs.reading import Run, load_run
from returnplan.scenario.translated import in_language
from returnplan.units import DAY_S, horizon_date

Floats = NDArray[np.float64]
LEAST_DAYS = 0.5
"""Causes of fewer days are not opened of."""


@dataclass(frozen=True, kw_only=True)
class OpenedRun:
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


def open_run(folder: Path, language: str = "", *, as_is: bool = False) -> OpenedRun:
    """Read a run folder together with the scenario that it was made from.

    Parameters
    ----------
    folder
        Run folder.
    language
        Code of the language of titles and names, as far as the scenario has them in it; empty: as
        the planner's team writes them.
    as_is
        Whether tables that were edited after the run are read all the same.

    Returns
    -------
    OpenedRun
        Run and scenario.

    Raises
    ------
    ReturnplanError
        When it is no complete run folder, or its scenario is not the one of the run.
    """
    run = load_run(folder, as_is=as_is)
    warm_up()
    copy = folder / SCENARIO_COPY
    if not copy.is_dir():
        raise ReturnplanError(f"{folder} holds no folder {SCENARIO_COPY}: run it again")
    if scenario_room.digest(copy) != run.manifest["scenario_sha256"]:
        raise ReturnplanError(_other_scenario(copy, run))
    unread: list[Problem] = []
    given = run.manifest.get("gates")
    gates = scenario_room.read_gates(given, unread)
    if gates is None or given is None or unread:
        raise ReturnplanError(f"{folder} names no gates in its manifest: run it again")
    scenario = scenario_room.load(copy, gates=gates, prior=run.calibration is None)
    _check_same(folder, run, scenario)
    if language:
        scenario = in_language(scenario, language)
    return OpenedRun(run=run, scenario=scenario, prepared=Prepared(scenario))


def _other_scenario(copy: Path, run: Run) -> str:
    """Say that reasons cannot be told from an edited scenario, and what to do."""
    names = [name for name in run.edited if name.startswith(f"{SCENARIO_COPY}/")]
    which = f" ({', '.join(names)})" if names else ""
    return (
        f"{copy} is not the scenario of this run any more{which}: reasons would be those of "
        f"another scenario, so --as-is does not read it. Put its files back as they were, or run "
        f"it: returnplan run {copy} --out a_new_folder"
    )


def _check_same(folder: Path, run: Run, scenario: Scenario) -> None:
    """Refuse tables that tell of other communities, allocations or dates than the scenario."""
    known = {header.name for header in scenario.allocations}
    pairs = [
        (set(run.allocations), known & {*run.allocations}),
        (set(run.communities), {community.id for community in scenario.communities}),
        (run.start, scenario.start),
        (run.horizon, horizon_date(scenario.start, scenario.horizon_years)),
        (set(run.gates["gate"]), set(gates_in_force(scenario))),
    ]
    if any(here != there for here, there in pairs):
        raise ReturnplanError(f"tables and manifest of {folder} tell of another scenario")


def find_community(opened: OpenedRun, wanted: str) -> str:
    """Find a community by its id, or by the name of its settlement if only one has it.

    Parameters
    ----------
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
    scenario, word = opened.scenario, wanted.casefold()
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
    if is_left_out(scenario, wanted):
        reason = f": {scenario.not_covered.text}" if scenario.not_covered.text else ""
        raise ReturnplanError(f"{wanted!r} is not covered by this scenario{reason}")
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


def is_left_out(scenario: Scenario, wanted: str) -> bool:
    """Whether a scenario says that it does not cover a place or its district.

    Parameters
    ----------
    scenario
        The scenario.
    wanted
        What the user typed: an id or a name of a place or a district.
    """
    word = wanted.casefold()
    words = {word}
    for place in scenario.places:
        named = {place.id.casefold(), *map(str.casefold, (place.name, *place.names.values()))}
        if word in named:
            words |= {*named, place.district.casefold()}
    return not words.isdisjoint(map(str.casefold, scenario.not_covered.places))


def _names(scenario: Scenario, community: Community) -> list[str]:
    """What a community may be called; last the name of its settlement."""
    place = scenario.place[community.settlement]
    return [community.id, community.settlement, *place.names.values(), place.name]


@dataclass(frozen=True, kw_only=True)
class Unneeded:
    """Work of the teams before a community is ready, or up to the horizon.

    Parameters
    ----------
    work_days
        Workable days of all teams.
    unneeded_days, here_days
        Those of them on land and works that no gate in force waits for, and on its settlement.
    """

    work_days: float
    unneeded_days: float
    here_days: float


def unneeded_before(opened: OpenedRun, allocation: str, community: str) -> Unneeded:
    """Say how much of the work before a community is ready no gate in force waits for.

    It is that of the run on expected values, of parcels that are begun before the median date.

    Parameters
    ----------
    allocation, community
        Name and id.
    """
    jobs, ready = opened.run.jobs, opened.run.readiness
    mine = (ready["allocation"] == allocation) & (ready["community"] == community)
    until = float(ready.loc[mine, "ready_day_p50"].fillna(np.inf).iloc[0])
    jobs = jobs[(jobs["allocation"] == allocation) & (jobs["start_day"] < until)]
    days = jobs["workable_days"].astype(float)
    settlement = next(c.settlement for c in opened.scenario.communities if c.id == community)
    rest = ~jobs["needed"].astype(bool)
    return Unneeded(
        work_days=float(days.sum()),
        unneeded_days=float(days[rest].sum()),
        here_days=float(days[rest & (jobs["place_or_road"] == settlement)].sum()),
    )


def typical_draw(opened: OpenedRun, allocation: str, community: str) -> int | None:
    """Draw in which a community is ready at its median date; None: expected values.

    Parameters
    ----------
    allocation, community
        Name and id.

    Returns
    -------
    int | None
        Number of the draw; of several the first.
    """
    days = ready_days(opened, allocation, community)
    if days is None:
        return None
    return int(np.flatnonzero(days == quantile(days, MIDDLE))[0])


def ready_days(
    opened: OpenedRun, allocation: str, community: str
) -> NDArray[np.floating[Any]] | None:
    """Ready days of a community by draw; None: a run on expected values."""
    run = opened.run
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
    opened: OpenedRun,
    allocation: str,
    community: str,
    draws: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[WhatIf]:
    """Run the same draws again without each cause that the community waited for.

    Priorities of the jobs stay as they were, so that only the cause differs.

    Parameters
    ----------
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
    table = opened.run.delays
    mine = table[(table["allocation"] == allocation) & (table["community"] == community)]
    mine = mine[mine["days_mean"] >= LEAST_DAYS].sort_values(
        ["days_mean", "cause"], ascending=[False, True]
    )
    causes = [cause for cause in mine["cause"] if remedy(cause)]
    numbers: list[int | None] = list(range(min(draws, opened.draws))) or [None]
    total, done = (len(causes) + 1) * len(numbers), 0
    chosen = PreparedAllocation(opened.prepared, allocation)
    settlement = _settlement(opened, community)
    found: list[WhatIf] = []
    seen: list[_Seen] = []
    for cause in ["", *causes]:
        gates = _gates_of(cause, opened, seen)
        scenario = whatif.without(opened.scenario, cause, gates) if cause else opened.scenario
        again = _Again(scenario, chosen, opened)
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


def _settlement(opened: OpenedRun, community: str) -> int:
    """Number of the settlement of a community."""
    ids = [one.id for one in opened.scenario.communities]
    return int(opened.prepared.settlements.community[ids.index(community)])


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """One run as it is: ready times, and at one settlement gates and causes."""

    ready_s: Floats
    gate_s: Floats
    causes: frozenset[str]


def _gates_of(cause: str, opened: OpenedRun, seen: Sequence[_Seen]) -> list[str]:
    """Gates that bring a cause: those whose data is missing, or that bind where it is booked."""
    if cause not in OF_A_GATE:
        return []
    gates = gates_in_force(opened.scenario)
    those: set[int] = set()
    for one in seen:
        if cause == "missing_data":
            those.update(np.flatnonzero(np.isnan(one.gate_s)).tolist())
        elif cause in one.causes:
            those.add(binding(one.gate_s, opened.prepared.horizon_s)[0])
    return [gates[number] for number in sorted(those)]


def _remedy(cause: str, gates: Sequence[str]) -> str:
    """Say what taking a cause away means, with the gates that are set aside."""
    if not cause:
        return "as it is"
    if cause not in OF_A_GATE:
        return remedy(cause)
    if not gates:
        return f"{cause.replace('_', ' ')}: not in these draws"
    return f"gate{'s' if len(gates) > 1 else ''} {', '.join(gates)} set aside"


class _Again:
    """A changed scenario under the priorities of the one that was run."""

    def __init__(self, scenario: Scenario, before: PreparedAllocation, opened: OpenedRun) -> None:
        self._evaluator = Evaluator(
            scenario, (), opened.run.manifest["seed"] or 0, of_run=opened.draws
        )
        self._prepared = self._evaluator.prepared
        self._allocation = self._evaluator.prepare(before.name, like=before)

    def ready_s(self, draw: int | None) -> Floats:
        """Ready time of each settlement, s; ``inf``: not within the horizon."""
        return self._evaluator.one(self._allocation, draw)[0]

    def look(self, settlement: int, draw: int | None) -> _Seen:
        """Ready times, with the gates and causes of one settlement."""
        prepared = self._prepared
        values, _ = self._evaluator.numbers(draw)
        course = run(prepared, self._allocation, prepared.numbers(values))
        trace = course.trace(prepared.reasons)
        rows = prepared.reasons.steps(self._allocation.access, trace, settlement)
        booked = set(rows[:, 0].tolist()) - {ROAD_STEP}
        return _Seen(
            ready_s=ready_within(course.gate_s, prepared.horizon_s),
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
