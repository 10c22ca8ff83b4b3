"""Places where work waits for good, since the teams that could do it work elsewhere."""

from collections.abc import Iterable, Iterator, Sequence

from returnplan.domain import Job, Scenario
from returnplan.errors import Problem
from returnplan.model.work.milestones import plan_work
from returnplan.model.work.teams import Kind, Need, Skills, is_served, needs_of
from returnplan.scenario.checks.draft import Draft, check
from returnplan.scenario.files import and_more

MOST_NAMED = 12
"""Most places that one warning names."""


@check
def somebody_serves_each_place(draft: Draft) -> Iterator[Problem]:
    """Where ``serves`` keeps every team with a skill from a place, the work there is never done."""
    scenario = draft.scenario
    if scenario is None or not any(line.serves for line in scenario.deployments):
        return
    jobs = _with_work(scenario, plan_work(scenario).jobs)
    asked = needs_of(scenario, jobs)
    skills = Skills(scenario)
    for header in scenario.allocations:
        lines = (d for d in scenario.deployments if d.allocation == header.name and d.teams > 0)
        kinds = list(dict.fromkeys((line.asset, line.serves or ()) for line in lines))
        is_left_out = {need: _is_left_out(skills, kinds, need) for need in dict.fromkeys(asked)}
        left_out: dict[str, set[str]] = {}
        for job, need in zip(jobs, asked, strict=True):
            if is_left_out[need]:
                left_out.setdefault(job.skill, set()).add(job.site)
        without: dict[tuple[str, ...], list[str]] = {}
        for skill, sites in left_out.items():
            without.setdefault(tuple(sorted(sites)), []).append(skill)
        for names, unmet in without.items():
            wanted = ", ".join(sorted(unmet))
            more = and_more(max(0, len(names) - MOST_NAMED), "place")
            note = (
                f"under {header.name} no line with teams for {wanted} serves them: "
                "that work is never done"
            )
            found = f"nobody for {', '.join(names[:MOST_NAMED])}{more}"
            yield draft.doubt("deployments", None, "serves", found, note)


def _with_work(scenario: Scenario, jobs: Iterable[Job]) -> list[Job]:
    """Jobs without those that take no time."""
    idle = {works.id for works in scenario.works if works.crew_days == 0}
    idle |= {f"{h.id}/survey" for h in scenario.hazards if h.hazard_class == "CHA"}
    empty = {hazard.id for hazard in scenario.hazards if hazard.area_m2 == 0}
    return [job for job in jobs if job.id not in idle and job.owner not in empty]


def _is_left_out(skills: Skills, kinds: Sequence[Kind], need: Need) -> bool:
    """Whether some kind of teams could do a job, but none that serves its place can."""
    able = [serves for asset, serves in kinds if skills.effective_rate(asset, need) > 0]
    return bool(able) and not any(is_served(need.place, serves) for serves in able)
