"""Tell what one more team would bring, of each type at each base.

The team comes on top of one allocation, everything else stays as it is, and both meet the same
draws. A team that brings nothing is not idle by mistake: others hold the communities back. And "one
more team never hurts" is no law: teams take the first job that is open, so another team may end up
where a later job would have been more useful. What hurts is shown as it comes out.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date

import common
import pandas as pd

import returnplan as rp

NAME = "one_more_team"


def ask(given: argparse.Namespace) -> None:
    """Run the allocation as it is, and once for each team more."""
    scenario = rp.load(given.scenario)
    allocation = common.allocation_of(scenario, given)
    bases = {one.base: None for one in scenario.deployments if one.allocation == allocation}
    known = [one.id for one in scenario.assets]
    assets = [common.one_of(word, known, "asset type") for word in given.asset or known]

    # One variant of the allocation for each type and base, with one deployment line more.
    added = {f"{asset} at {base}": (asset, base) for asset in assets for base in bases}
    many = scenario
    for name, (asset, base) in added.items():
        team = common.one_more(scenario, allocation, asset, base, given.since)
        many = common.variant(many, allocation, name, more=[team])
    spread = common.evaluated(many, [allocation, *added], given)

    # Differences draw by draw; most person-days saved first.
    by = common.counted_by(spread, given)
    table = common.compared(spread, allocation, by)
    days = common.days_of(table).sort_values("mean", ignore_index=True)
    order = days["allocation"].tolist()
    people = common.people_of(table, by, order)
    cost = dict(zip(spread.allocations, spread.usd.mean(axis=1), strict=True))
    answer = pd.DataFrame([added[name] for name in order], columns=["asset", "base"])
    answer["person_days"] = days["mean"]
    for name in ("low", "high", "p10", "p90", "probability_better", "differing", "verdict"):
        answer[name] = days[name]
    answer[f"people_by_{by}"] = people["mean"]
    answer["people_low"], answer["people_high"] = people["low"], people["high"]
    answer["cost_usd"] = [cost[name] - cost[allocation] for name in order]
    words = {
        name: f"{asset.replace('_', ' ')} at {scenario.place[base].name}"
        for name, (asset, base) in added.items()
    }
    drawing = common.difference_chart(
        table,
        by,
        {name: f"{words[name]}, {common.dearer(cost[name] - cost[allocation])}" for name in order},
        f"One more team, against {allocation} as it is",
        common.made(scenario, given),
    )
    common.write(answer, drawing, given, NAME)


def main(words: Sequence[str] | None = None) -> int:
    """Read the words of the command line and answer."""
    parser = common.parser_of(
        NAME, "What one more team brings, of each type at each base.", "-a today --draws 200"
    )
    common.with_allocation(parser)
    parser.add_argument("--asset", action="append", help="only this asset type; repeatable")
    parser.add_argument(
        "--from", dest="since", type=date.fromisoformat, help="first day of the team, YYYY-MM-DD"
    )
    return common.answer(parser, ask, words)


if __name__ == "__main__":
    sys.exit(main())
