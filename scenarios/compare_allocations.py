"""Tell which allocation is ahead, by how much, and how sure that is.

All allocations meet the same draws, so the differences are taken draw by draw: what they share
(weather, areas, speeds) falls out. A range that overlaps does not mean that two allocations are
alike. The verdict is "level" where fewer than 80 % of the draws agree in which is better, or where
the 95 % interval of the mean difference holds 0: these draws cannot tell the two apart.
"""

import argparse
import sys
from collections.abc import Sequence

import common

import returnplan as rp

NAME = "compare_allocations"


def ask(given: argparse.Namespace) -> None:
    """Run all allocations and compare them with one."""
    scenario = rp.load(given.scenario)
    names = [one.name for one in scenario.allocations]
    against = common.one_of(given.against, names, "allocation")
    if len(names) < 2:
        raise rp.ReturnplanError(f"{given.scenario} has one allocation, nothing to compare it with")
    spread = common.evaluated(scenario, names, given)

    # One row for each other allocation and measure: mean difference, its interval, and so on.
    by = common.counted_by(spread, given)
    table = common.compared(spread, against, by)
    # What the difference costs; cost per person and casualties are in the tables of a run folder.
    cost = dict(zip(spread.allocations, spread.usd.mean(axis=1), strict=True))
    table["cost_usd_more"] = table["allocation"].map(cost) - cost[against]

    # Best first: fewest person-days of displacement.
    best = common.days_of(table).sort_values("mean")["allocation"]
    drawing = common.difference_chart(
        table,
        by,
        {name: f"{name}, {common.dearer(cost[name] - cost[against])}" for name in best},
        f"Differences to {against}, over the same draws",
        common.made(scenario, given),
    )
    common.write(table, drawing, given, NAME)


def main(words: Sequence[str] | None = None) -> int:
    """Read the words of the command line and answer."""
    parser = common.parser_of(
        NAME, "Which allocation is ahead, and how sure is that?", "--draws 200"
    )
    parser.add_argument("--against", help="allocation to compare with (default: the first)")
    return common.answer(parser, ask, words)


if __name__ == "__main__":
    sys.exit(main())
