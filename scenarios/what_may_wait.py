"""Tell what it brings, and what it costs, if land that no condition asks for waits.

Land and works that no gate in force waits for are done some places later in the order of the
communities (`rest_waits`), or after all of them. Teams then open homes sooner; people come back to
land that is released later. Both sides stand side by side: person-days against expected casualties
and farmland, over the number of places, all on the same draws.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import common
import numpy as np
import pandas as pd

import returnplan as rp

NAME = "what_may_wait"
PLACES = ("0", "30", "100", "250", "end")
YEAR_DAYS = 365.25


def waiting(scenario: rp.Scenario, allocation: str, places: Sequence[str]) -> rp.Scenario:
    """Add an allocation for each number of places, called ``NAME waits PLACES``."""
    for word in places:
        scenario = common.variant(scenario, allocation, named(allocation, word))
        *others, last = scenario.allocations
        last = replace(last, rest_waits="end" if word == "end" else int(word))
        scenario = replace(scenario, allocations=(*others, last))
    return scenario


def named(allocation: str, places: str) -> str:
    """Name of the allocation in which the rest waits so many places."""
    return f"{allocation} waits {places}"


def later_by_a_year(spread: rp.Ensemble, allocation: str, other: str) -> tuple[int, int]:
    """Communities whose median date is more than a year later than under another allocation.

    A date that is not within the horizon counts as the horizon. The second number is of those
    that are more than a year earlier.
    """
    horizon = (spread.horizon - spread.start).days
    days = spread.readiness.set_index(["allocation", "community"])["ready_day_p50"].fillna(horizon)
    more = (days[allocation] - days[other]).to_numpy(dtype=float)
    return int((more > YEAR_DAYS).sum()), int((more < -YEAR_DAYS).sum())


def ask(given: argparse.Namespace) -> None:
    """Run the allocation once for each number of places."""
    for word in given.places:
        if word != "end" and not word.isdecimal():
            raise rp.ReturnplanError(f"--places {word}: a whole number, or end")
    places = list(dict.fromkeys(["0", *given.places]))
    scenario = rp.load(given.scenario)
    allocation = common.allocation_of(scenario, given)
    names = [named(allocation, word) for word in places]
    spread = common.drawn(waiting(scenario, allocation, places), names, given)

    by = common.counted_by(spread, given)
    days = common.days_of(common.compared(spread, names[0], by)).set_index("allocation")
    summary = spread.summary.set_index("allocation")
    farmland = [str(name) for name in summary if str(name).startswith("farmland_m2_by_")]
    farmland = [name for name in farmland if name.endswith("_mean")]
    # Farmland is counted once a year, from the start: the first such date that is not earlier.
    dates = [name.removeprefix("farmland_m2_by_")[:10] for name in farmland]
    at = next(n for n, day in enumerate(dates) if day >= by.isoformat() or n == len(dates) - 1)
    met = spread.people_met[spread.people_met["date"] <= pd.Timestamp(by)]
    met = met.groupby("allocation").last()
    rows = []
    for word, name in zip(places, names, strict=True):
        row = summary.loc[name]
        later, earlier = later_by_a_year(spread, name, names[0])
        rows.append(
            {
                "rest_waits": word,
                "person_days": row["person_days_mean"],
                "person_days_less": 0.0 - days["mean"].get(name, 0.0),
                "less_low": 0.0 - days["high"].get(name, 0.0),
                "less_high": 0.0 - days["low"].get(name, 0.0),
                "differing": days["differing"].get(name, 0),
                "verdict": days["verdict"].get(name, ""),
                f"people_by_{by}": met.loc[name, "people_mean"],
                "casualties_per_1000_person_years": row["per_1000_person_years_mean"],
                "casualties_low": row["per_1000_person_years_low"],
                "casualties_high": row["per_1000_person_years_high"],
                f"farmland_ha_by_{dates[at]}": row[farmland[at]] / 1e4,
                "communities_later_by_a_year": later,
                "communities_earlier_by_a_year": earlier,
            }
        )
    table = pd.DataFrame(rows)
    title = f"What no condition asks for waits: {allocation}"
    common.write(table, chart(table, title, common.made(scenario, given)), given, NAME)


def chart(table: pd.DataFrame, title: str, made: str) -> Any:
    """Draw casualties and farmland against the person-days, one point a number of places."""
    from returnplan.show import drawing

    foot = "Each point is a number of places that the rest waits; means of the draws."
    whole, axes = common.sheet(3.2, 2, title, f"{foot} {made}", sharey=False)
    unit = common.MILLION if table["person_days"].max() >= common.MILLION else 1.0
    across = table["person_days"] / unit
    farmland = next(name for name in table if str(name).startswith("farmland_ha_by_"))
    day = str(farmland).removeprefix("farmland_ha_by_")
    panels = (
        (axes[0], "casualties_per_1000_person_years", "Casualties per 1,000 person-years"),
        (axes[1], farmland, f"Farmland released by {day}, ha"),
    )
    with drawing.house_style():
        for ax, column, label in panels:
            ax.plot(across, table[column], color=drawing.PART, linewidth=1)
            ax.plot(across, table[column], "o", color=drawing.MET, markersize=6)
            for x, y, word in zip(across, table[column], table["rest_waits"], strict=True):
                if np.isfinite(y):
                    ax.annotate(word, (x, y), (4, 4), textcoords="offset points", fontsize=8)
            what = "Million person-days" if unit > 1 else "Person-days of displacement"
            ax.set(xlabel=f"{what} (left: fewer)", ylabel=label)
            ax.locator_params(axis="x", nbins=5)
            ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
            ax.margins(0.12)
            ax.grid()
    return whole


def main(words: Sequence[str] | None = None) -> int:
    """Read the words of the command line and answer."""
    parser = common.parser_of(
        NAME,
        "What land that no condition asks for may wait: person-days, casualties, farmland.",
        "-a today --places 1 2 end",
    )
    common.with_allocation(parser)
    parser.add_argument(
        "--places",
        nargs="+",
        default=list(PLACES),
        metavar="N",
        help="places later in the order of communities, or end (default: %(default)s)",
    )
    return common.answer(parser, ask, words)


if __name__ == "__main__":
    sys.exit(main())
