"""Tell what it brings if a road that keeps people waiting comes first.

Two answers for each road, on the same draws as the allocation as it is:

served first   the communities whose access route leads over the road are served before all others,
               in the order that they had among themselves. Same teams, so others pay for it.
open at once   the hazards on the road are gone and its repair is done on day 0; orders and routes
               are decided anew. Nobody can do that: it bounds what work on this road could bring.

Roads are those of key_roads.csv with most person-days of waiting, or the ones you name.
"""

import argparse
import dataclasses
import sys
from collections.abc import Sequence

import common

import returnplan as rp
from returnplan.model.simulation import Prepared, PreparedAllocation

NAME = "what_if_road_first"
FIRST, OPEN = "served first", "open at once"


def behind(scenario: rp.Scenario, allocation: str) -> dict[str, list[str]]:
    """Communities whose access route leads over each road, in the order they are served."""
    staged = PreparedAllocation(Prepared(scenario), allocation)
    settlement = {one.id: one.settlement for one in scenario.communities}
    found: dict[str, list[str]] = {}
    for community in staged.order:
        for road in staged.routes.roads.get(settlement[community], ()):
            found.setdefault(road, []).append(community)
    return found


def opened(scenario: rp.Scenario, road: str) -> rp.Scenario:
    """Take the hazards off a road, and its repair."""
    return dataclasses.replace(
        scenario,
        hazards=tuple(one for one in scenario.hazards if one.road != road),
        roads=tuple(
            dataclasses.replace(one, repair_crew_days=0, impassable=False)
            if one.id == road
            else one
            for one in scenario.roads
        ),
    )


def ask(given: argparse.Namespace) -> None:
    """Run the allocation as it is, and twice for each road."""
    scenario = rp.load(given.scenario)
    allocation = common.allocation_of(scenario, given)
    over = behind(scenario, allocation)
    asked = [common.one_of(road, [one.id for one in scenario.roads], "road") for road in given.road]
    for road in asked:
        if road not in over:
            raise rp.ReturnplanError(f"no community's access route leads over {road}")
    as_it_is = common.drawn(scenario, [allocation], given, f"{allocation} as it is")
    ranked = as_it_is.key_roads.sort_values("person_days_mean", ascending=False, kind="stable")
    key_roads = [road for road in ranked["road"] if road in over]
    roads = asked or key_roads[: given.most]
    if not roads:
        raise rp.ReturnplanError(f"no road keeps anybody waiting under {allocation}")

    order = rp.simulate(scenario, allocation).order
    spreads: list[tuple[str, rp.Ensemble | rp.Evaluation]] = [(allocation, as_it_is)]
    for road in roads:
        first = [*over[road], *(one for one in order if one not in over[road])]
        label = f"{road}: {FIRST}"
        changed = common.variant(scenario, allocation, FIRST, order=first)
        spreads.append((label, common.evaluated(changed, [FIRST], given, label)))
        label = f"{road}: {OPEN}"
        spreads.append(
            (label, common.evaluated(opened(scenario, road), [allocation], given, label))
        )
    both = common.together(spreads)
    by = common.counted_by(both, given)
    table = common.compared(both, allocation, by)
    drawing = common.difference_chart(
        table,
        by,
        {name: name for name in both.allocations[1:]},
        f"Roads first, against {allocation} as it is",
        common.made(scenario, given),
    )
    names = table["allocation"].str.rsplit(": ", n=1)
    table.insert(0, "road", names.str[0])
    table.insert(1, "what_if", names.str[1])
    table.insert(2, "communities_behind", table["road"].map({r: len(over[r]) for r in roads}))
    common.write(table.drop(columns="allocation"), drawing, given, NAME)


def main(words: Sequence[str] | None = None) -> int:
    """Read the words of the command line and answer."""
    parser = common.parser_of(
        NAME, "What it brings to put a key road first, or to have it open at once.", "--most 3"
    )
    common.with_allocation(parser)
    parser.add_argument("--road", action="append", default=[], help="id of a road; repeatable")
    parser.add_argument("--most", type=int, default=3, help="key roads, if none is named (3)")
    return common.answer(parser, ask, words)


if __name__ == "__main__":
    sys.exit(main())
