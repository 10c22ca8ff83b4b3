"""Tell what it costs, or brings, if teams are bound to districts instead of going anywhere.

Same teams, same bases, same dates, same order of communities. In the variant each team works for
some districts only: for each type of team the districts are put into as many groups as there are
teams of it on the first day (at most one group a district), of about the same work; teams are then
dealt to the groups by their work, so that no group is without a team. The difference is that of
binding, on the same draws; by district it shows who gains and who waits.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import common
import numpy as np
import pandas as pd

import returnplan as rp
from returnplan.model.simulation import Prepared
from returnplan.model.work.teams import Skills, need_of

NAME = "teams_by_district"
BOUND = "by district"


def work_of(scenario: rp.Scenario) -> dict[str, dict[str, float]]:
    """Expected team-days by asset type and district, if teams of the type did all that they can.

    A place without a district counts under its id, a road where its ``from_place`` is.
    """
    prepared, skills = Prepared(scenario), Skills(scenario)
    amounts = prepared.workload.amounts(prepared.expected)
    where = {place.id: place.district or place.id for place in scenario.places}
    where |= {road.id: where[road.from_place] for road in scenario.roads}
    days: dict[str, dict[str, float]] = {}
    for job, work in zip(prepared.plan.jobs, amounts.work.tolist(), strict=False):
        for asset in scenario.assets:
            rate = skills.effective_rate(asset.id, need_of(job))
            if rate > 0 and work > 0:
                mine = days.setdefault(asset.id, {})
                mine[where[job.site]] = mine.get(where[job.site], 0.0) + work / rate
    return days


def groups_of(days: Mapping[str, float], count: int) -> list[tuple[tuple[str, ...], float]]:
    """Put districts into groups of about the same work: the largest first, into the least.

    Parameters
    ----------
    days
        Team-days by district.
    count
        Number of groups; not more than districts are made.
    """
    made = min(count, len(days))
    names: list[list[str]] = [[] for _ in range(made)]
    sums = [0.0] * made
    for district in sorted(days, key=lambda name: (-days[name], name)):
        least = sums.index(min(sums))
        names[least].append(district)
        sums[least] += days[district]
    return [(tuple(sorted(group)), total) for group, total in zip(names, sums, strict=True)]


def bound(scenario: rp.Scenario, allocation: str) -> rp.Scenario:
    """Add the allocation in which each team works for a group of districts."""
    scenario = common.variant(scenario, allocation, BOUND)
    work = work_of(scenario)
    mine = [line for line in scenario.deployments if line.allocation == BOUND and line.teams > 0]
    start = scenario.start
    mine.sort(key=lambda line: (line.asset, line.from_date or start, line.base))
    lines: list[rp.Deployment] = []
    for asset in dict.fromkeys(line.asset for line in mine):
        teams = [line for line in mine if line.asset == asset]
        first = min(line.from_date or start for line in teams)
        at_first = sum(line.teams for line in teams if (line.from_date or start) == first)
        groups = groups_of(work.get(asset, {}), at_first)
        given = [0] * len(groups)
        for line in teams:
            dealt = dict.fromkeys(range(len(groups)), 0)
            for _ in range(line.teams if groups else 0):
                # As seats are dealt to parties (D'Hondt); a group without a team comes first.
                most = max(
                    range(len(groups)), key=lambda n: (given[n] == 0, groups[n][1] / (given[n] + 1))
                )
                given[most] += 1
                dealt[most] += 1
            lines += [
                replace(line, teams=count, serves=groups[number][0])
                for number, count in dealt.items()
                if count
            ] or [line]
    others = tuple(line for line in scenario.deployments if line.allocation != BOUND)
    return replace(scenario, deployments=(*others, *lines))


def ask(given: argparse.Namespace) -> None:
    """Run the allocation as it is, and with its teams bound to districts."""
    scenario = rp.load(given.scenario)
    allocation = common.allocation_of(scenario, given)
    spread = common.drawn(bound(scenario, allocation), [allocation, BOUND], given)
    by = common.counted_by(spread, given)
    compared = common.compared(spread, allocation, by)
    days = common.days_of(compared).iloc[0]

    # People by district whose conditions are met by the date: means of the draws.
    settled = [
        (one.people, scenario.place[one.settlement].district) for one in scenario.communities
    ]
    people = np.array([count for count, _ in settled], float)
    districts = np.array([district or "(none)" for _, district in settled], object)
    until = (by - spread.start).days
    met = (spread.ready_day <= until).mean(axis=1) * people
    rows = []
    for district in ["all", *sorted(set(districts.tolist()))]:
        here = np.ones(len(people), bool) if district == "all" else districts == district
        anywhere, divided = met[:, here].sum(axis=1)
        rows.append(
            {
                "district": district,
                "people": people[here].sum(),
                "met_anywhere": anywhere,
                "met_by_district": divided,
                "difference": divided - anywhere,
            }
        )
    table = pd.DataFrame(rows)
    title = f"Teams of {allocation} bound to districts: {common.told(days)}"
    common.write(table, chart(table, str(by), title, common.made(scenario, given)), given, NAME)
    print(title)


def chart(table: pd.DataFrame, by: str, title: str, made: str) -> Any:
    """Draw the people of each district with conditions met, with teams anywhere and bound."""
    from returnplan.show import drawing

    rows = table[table["district"] != "all"].reset_index(drop=True)
    foot = "Means of the draws, by district."
    whole, (ax,) = common.sheet(1.3 + common.ROW_INCHES * len(rows), 1, title, f"{foot} {made}")
    heights = range(len(rows))
    share = [
        rows[name] / rows["people"].where(rows["people"] > 0)
        for name in ("met_anywhere", "met_by_district")
    ]
    with drawing.house_style():
        ax.hlines(heights, share[0], share[1], color=drawing.PART, linewidth=2)
        ax.plot(share[0], heights, "o", color=drawing.PART, markersize=6, label="teams go anywhere")
        ax.plot(share[1], heights, "s", color=drawing.MET, markersize=6, label="teams by district")
        ax.set_yticks(heights, rows["district"])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlabel(f"Share of people, conditions met (modelled) by {by}")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.grid(axis="x")
        ax.legend(loc="lower right")
    return whole


def main(words: Sequence[str] | None = None) -> int:
    """Read the words of the command line and answer."""
    parser = common.parser_of(
        NAME,
        "What it means to bind teams to districts instead of sending them anywhere.",
        "-a today",
    )
    common.with_allocation(parser)
    return common.answer(parser, ask, words)


if __name__ == "__main__":
    sys.exit(main())
