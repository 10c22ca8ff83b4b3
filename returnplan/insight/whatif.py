"""What if one cause of delay were gone: the same scenario without it (model §7.1)."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import replace

from returnplan.domain import MOST_M2, Assumption, Deployment, Scenario
from returnplan.model.chance.assumptions import assumptions_in_force
from returnplan.model.reasons.causes import OF_A_GATE, WAITING, remedy, waiting_cause, work_cause
from returnplan.model.work.calendars import COMMON_YEAR
from returnplan.model.work.milestones import plan_work
from returnplan.model.work.teams import Skills, need_of

ENOUGH_TEAMS = 400
"""Teams of each type at each base among which nobody waits for one."""
SWIFT = 1e-6
"""What is left of work that is taken away: nearly nothing, so that it is still a job."""


def without(scenario: Scenario, cause: str, gates: Sequence[str] = ()) -> Scenario:
    """Take one cause of delay out of a scenario; ids and all else stay.

    Parameters
    ----------
    cause
        Name of a cause that has a remedy.
    gates
        Gates that are set aside for a cause that goes only with its gate.

    Returns
    -------
    Scenario
        The scenario without it.

    Raises
    ------
    ValueError
        When the cause has no remedy.
    """
    if not remedy(cause):
        raise ValueError(f"nothing in a scenario takes away the cause {cause}")
    if cause in OF_A_GATE:
        kept = {name: given for name, given in scenario.gates.items() if name not in gates}
        return replace(scenario, gates=kept)
    if cause.startswith(WAITING):
        return _with_teams(scenario, cause)
    if cause in _WITHOUT:
        return _WITHOUT[cause](scenario)
    return _without_work(scenario, cause)


def _assume(scenario: Scenario, **values: float) -> tuple[Assumption, ...]:
    rows = assumptions_in_force(scenario)
    fixed = [
        Assumption(
            id=name,
            distribution="fixed",
            a=value,
            unit=rows[name].unit,
            mark="assumed",
            source=rows[name].source,
        )
        for name, value in values.items()
    ]
    return (*(row for row in scenario.assumptions if row.id not in values), *fixed)


def _with_teams(scenario: Scenario, cause: str) -> Scenario:
    """Teams enough wherever able types are deployed; if none is for some work, at all bases."""
    skills = Skills(scenario)
    jobs = plan_work(scenario).jobs
    needs = dict.fromkeys(need_of(job) for job in jobs if waiting_cause(job.skill) == cause)
    able = [
        {asset.id for asset in scenario.assets if skills.effective_rate(asset.id, need) > 0}
        for need in needs
    ]
    lines: list[Deployment] = []
    for allocation in scenario.allocations:
        mine = [line for line in scenario.deployments if line.allocation == allocation.name]
        crews: set[tuple[str, str]] = set()
        for types in able:
            there = {(line.asset, line.base) for line in mine if line.asset in types}
            crews |= there or {(asset, line.base) for asset in types for line in mine}
        lines += [
            Deployment(
                allocation=allocation.name,
                asset=asset,
                base=base,
                teams=ENOUGH_TEAMS,
                source=scenario.deployments[0].source,
            )
            for asset, base in sorted(crews)
        ]
    return replace(scenario, deployments=(*scenario.deployments, *lines))


def _without_travel(scenario: Scenario) -> Scenario:
    assets = tuple(replace(a, mobilisation_days=0.0, camp_days=0.0) for a in scenario.assets)
    return replace(scenario, assets=assets)


def _without_winter(scenario: Scenario) -> Scenario:
    best: dict[str, float] = {}
    for row in scenario.calendars:
        pace = row.workable_days / monthrange(COMMON_YEAR, row.month)[1]
        best[row.zone] = min(max(pace, best.get(row.zone, 0.0)), 1.0)
    rows = tuple(
        replace(row, workable_days=best[row.zone] * monthrange(COMMON_YEAR, row.month)[1])
        for row in scenario.calendars
    )
    fixed = _assume(scenario, weather_persistent=1.0, weather_year=1.0, season_noise=1.0)
    return replace(scenario, calendars=rows, assumptions=fixed)


def _without_handover(scenario: Scenario) -> Scenario:
    return replace(scenario, assumptions=_assume(scenario, handover_days=0.0))


def _without_dates(scenario: Scenario) -> Scenario:
    return replace(
        scenario, places=tuple(replace(p, accessible_from=None) for p in scenario.places)
    )


_WITHOUT: dict[str, Callable[[Scenario], Scenario]] = {
    "travel": _without_travel,
    "winter": _without_winter,
    "handover": _without_handover,
    "permission": _without_dates,
}


def _without_work(scenario: Scenario, cause: str) -> Scenario:
    """Let the work of a stage, of works or of road repair take no time."""
    if cause == work_cause("community_survey"):
        days = _assume(scenario, community_survey_team_days=SWIFT)
        return replace(scenario, assumptions=days)
    if cause == work_cause("repair"):
        roads = [replace(r, repair_crew_days=r.repair_crew_days * SWIFT) for r in scenario.roads]
        return replace(scenario, roads=tuple(roads))
    rates = tuple(
        replace(rate, rate_m2_day=min(rate.rate_m2_day / SWIFT, MOST_M2))
        if rate.rate_m2_day and work_cause(rate.skill) == cause
        else rate
        for rate in scenario.rates
    )
    works = tuple(
        replace(one, crew_days=one.crew_days * SWIFT) if work_cause(one.kind) == cause else one
        for one in scenario.works
    )
    return replace(scenario, rates=rates, works=works)
