"""Which work the gates in force wait for, and which may wait (model §6)."""

from returnplan.domain import KINDS_OF_WORKS, Scenario
from returnplan.model.conditions.gates import GATES, gates_in_force
from returnplan.model.work.milestones import WorkPlan


def unneeded(scenario: Scenario, plan: WorkPlan) -> frozenset[str]:
    """Jobs on settlements that no gate in force waits for.

    A gate waits wherever people come from, whatever its parameters and whether or not it can hold.
    Jobs on roads and community surveys are never among them.

    Returns
    -------
    frozenset[str]
        Ids of the jobs.
    """
    waits = [GATES[name].waits for name in gates_in_force(scenario)]
    kinds = {kind for one in waits for kind in one.works}
    denials: set[str] = {denied for one in waits for denied in one.denials}
    denials |= {word for kind in kinds if (word := KINDS_OF_WORKS[kind].denied)}
    homes = {community.settlement for community in scenario.communities}
    is_all_near = any(one.near for one in waits)
    denied_by = {hazard.id: set(hazard.denies) for hazard in scenario.hazards}
    rest: list[str] = []
    for job in plan.jobs:
        if job.on_road or job.stage == "community_survey":
            continue
        denied = denied_by.get(job.owner)
        if denied is None:
            is_needed = job.stage in kinds
        else:
            is_needed = is_all_near or not denials.isdisjoint(denied)
        if not is_needed or job.site not in homes:
            rest.append(job.id)
    return frozenset(rest)
