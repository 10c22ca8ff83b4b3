"""Tell what complete mine records would be worth.

Three variants of the scenario, on the same draws as the scenario as it is:

listed  every hazard in hazards.csv has complete records (column record = full). The shares of area
        that are cancelled, reduced and cleared are then drawn from route_shares_full: less is left
        to search.
recall  the records name a larger share of the contamination (assumption record_recall fixed at
        --recall), so the community surveys find fewer hazards that nobody knew of. Places that
        state their own unrecorded_hazards keep it.
both    the two together.

What it says: how many days of displacement hang on the records, under the stated assumptions. What
it cannot say: with better recall, hazards drop out of the model instead of moving to hazards.csv,
where they would need work from the first day. So "recall" and "both" are upper limits; "listed" has
no such gap. Nothing here says how good the records of any party are, or what they would show of a
place.
"""

import argparse
import dataclasses
import sys
from collections.abc import Sequence

import common

import returnplan as rp

NAME = "records_shared"
LISTED, RECALL, BOTH = "listed", "recall", "both"
ASSUMPTION = "record_recall"


def with_full_records(scenario: rp.Scenario) -> rp.Scenario:
    """Give every listed hazard complete records."""
    hazards = tuple(dataclasses.replace(one, record="full") for one in scenario.hazards)
    return dataclasses.replace(scenario, hazards=hazards)


def with_recall(scenario: rp.Scenario, share: float) -> rp.Scenario:
    """Fix the share of the contamination that the records name."""
    fixed = rp.Assumption(
        id=ASSUMPTION,
        distribution="fixed",
        a=share,
        unit="share of contamination",
        mark="assumed",
        source=scenario.sources[0].id,
    )
    others = tuple(one for one in scenario.assumptions if one.id != ASSUMPTION)
    return dataclasses.replace(scenario, assumptions=(*others, fixed))


def ask(given: argparse.Namespace) -> None:
    """Run the scenario as it is, and each variant."""
    if not 0 < given.recall <= 1:
        raise rp.ReturnplanError(f"--recall {given.recall}: a share above 0 and up to 1 is needed")
    scenario = rp.load(given.scenario)
    allocation = common.allocation_of(scenario, given)
    today = f"{allocation}, records as they are"
    variants = {
        today: scenario,
        LISTED: with_full_records(scenario),
        RECALL: with_recall(scenario, given.recall),
        BOTH: with_recall(with_full_records(scenario), given.recall),
    }
    spreads = [
        (name, common.evaluated(one, [allocation], given, name)) for name, one in variants.items()
    ]

    # The value of the records: differences draw by draw, in person-days and in people by date.
    side_by_side = common.together(spreads)
    by = common.counted_by(side_by_side, given)
    table = common.compared(side_by_side, today, by)
    drawing = common.difference_chart(
        table,
        by,
        {
            LISTED: "Complete records of all listed hazards",
            RECALL: f"Records name {given.recall:.0%} of the contamination (upper limit)",
            BOTH: "Both (upper limit)",
        },
        f"What complete mine records would be worth under {allocation}",
        common.made(scenario, given),
    )
    table = table.rename(columns={"allocation": "records"})
    table.insert(1, "recall", table["records"].map({RECALL: given.recall, BOTH: given.recall}))
    common.write(table, drawing, given, NAME)


def main(words: Sequence[str] | None = None) -> int:
    """Read the words of the command line and answer."""
    parser = common.parser_of(
        NAME, "Today's mine records against complete ones, on the same draws.", "--recall 0.95"
    )
    common.with_allocation(parser)
    parser.add_argument(
        "--recall", type=float, default=0.95, help="share that complete records name (0.95)"
    )
    return common.answer(parser, ask, words)


if __name__ == "__main__":
    sys.exit(main())
