"""Tell how many more teams of one type are worth having, and where it levels off.

One team after the other is added at one base. Each point is a full run on the same draws. It levels
off where a team more saves less than a tenth of the person-days that the first one saved, or none
that the draws can tell: then others hold the communities back, and the next team should be of
another type (one_more_team.py).
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import common
import pandas as pd

import returnplan as rp

NAME = "team_sweep"
TENTH = 0.1


def saved_by_each(spread: rp.Ensemble, names: Sequence[str], by: date) -> list[float]:
    """Person-days that each team more saves beside one team fewer; 0 where the two are level."""
    steps = []
    for fewer, more in pairwise(names):
        table = common.days_of(common.compared(spread, fewer, by)).set_index("allocation")
        days: Any = table.loc[more]
        steps.append(0.0 if days["verdict"] == "level" else -float(days["mean"]))
    return steps


def levels_off(steps: Sequence[float]) -> str:
    """Say where a team more saves less than a tenth of what the first one saved.

    Parameters
    ----------
    steps
        Person-days saved by the first team more, by the second, and so on.
    """
    if steps[0] <= 0:
        return "the first team more saves nothing that the draws can tell"
    for teams in range(1, len(steps)):
        if all(step < TENTH * steps[0] for step in steps[teams:]):
            return f"levels off after {teams} more"
    return f"does not level off up to {len(steps)} more"


def ask(given: argparse.Namespace) -> None:
    """Run the allocation with 0, 1, 2 ... teams more."""
    if given.most < 1:
        raise rp.ReturnplanError(f"--most {given.most}: at least one team more is needed")
    scenario = rp.load(given.scenario)
    allocation = common.allocation_of(scenario, given)
    asset = common.one_of(given.asset, [one.id for one in scenario.assets], "asset type")
    lines = [one for one in scenario.deployments if one.allocation == allocation]
    # Where most teams of the type are; without any, where most teams are.
    like = [one for one in lines if one.asset == asset] or lines
    bases = [one.base for one in sorted(like, key=lambda one: -one.teams)]
    base = common.one_of(given.base, list(dict.fromkeys([*bases, *scenario.place])), "place")

    team = common.one_more(scenario, allocation, asset, base, None)
    names = [f"{teams} more" for teams in range(given.most + 1)]
    many = scenario
    for teams, name in enumerate(names):
        many = common.variant(many, allocation, name, more=[team] * teams)
    spread = common.drawn(many, names, given)

    by = common.counted_by(spread, given)
    days = common.days_of(common.compared(spread, names[0], by))
    # People at the first of the month, as the tables of a run count them.
    counted = spread.people_met[spread.people_met["date"] <= pd.Timestamp(by)]
    counted = counted.groupby("allocation").last().loc[names].reset_index()
    table = pd.DataFrame({"asset": asset, "base": base, "teams_more": range(given.most + 1)})
    for name in ("date", "people_mean", "people_p10", "people_p90"):
        table[name] = counted[name]
    for name in ("returned_mean", "returned_p10", "returned_p90"):
        table[name] = counted[name]
    # Person-days saved against no team more, draw by draw: positive is better here.
    for name, column, sign in (("mean", "", -1), ("high", "_low", -1), ("low", "_high", -1)):
        table[f"saved_person_days{column}"] = [0.0, *(sign * days[name])]
    table["differing"] = [0, *days["differing"]]
    table["verdict"] = ["", *days["verdict"]]
    table["cost_usd"] = spread.summary["cost_usd_mean"] - spread.summary["cost_usd_mean"][0]

    said = levels_off(saved_by_each(spread, names, by))
    title = f"{asset} at {base}, on top of {allocation}: {said}"
    common.write(table, chart(table, title, common.made(scenario, given)), given, NAME)
    print(title)


def chart(table: pd.DataFrame, title: str, made: str) -> Any:
    """Draw people with conditions met and returned, and the person-days saved, with ranges."""
    from returnplan.show import drawing

    foot = "Bands of people: 80 % model interval (p10 to p90); of days saved: 95 % interval of the"
    whole, axes = common.sheet(3.3, 2, title, f"{foot} mean difference. {made}", sharey=False)
    across = table["teams_more"]
    lines = (
        (axes[0], "people", "_mean", "_p10", "_p90", "conditions met (modelled)"),
        (axes[0], "returned", "_mean", "_p10", "_p90", "returned"),
        (axes[1], "saved_person_days", "", "_low", "_high", ""),
    )
    with drawing.house_style():
        for number, (ax, name, middle, low, high, words) in enumerate(lines):
            colour, dashes, marker = drawing.LINES[number]
            ax.fill_between(across, table[name + low], table[name + high], color=colour, alpha=0.16)
            ax.plot(
                across, table[name + middle], color=colour, linestyle=dashes, marker=marker,
                label=words,
            )  # fmt: skip
        for ax, words in zip(
            axes, (f"People by {table['date'][0]:%Y-%m-%d}", "Person-days saved"), strict=True
        ):
            ax.set(xlabel="Teams more", ylabel=words, xticks=across)
            ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
            ax.grid(axis="y")
        axes[0].set_ylim(0, 1.2 * axes[0].get_ylim()[1])
        axes[0].legend(loc="upper left")
    return whole


def main(words: Sequence[str] | None = None) -> int:
    """Read the words of the command line and answer."""
    parser = common.parser_of(
        NAME,
        "People with conditions met, and returned, against the number of teams of one type.",
        "--asset battle_area_team --most 6",
    )
    common.with_allocation(parser)
    parser.add_argument("--asset", help="asset type (default: the first of the scenario)")
    parser.add_argument("--base", help="base of the teams (default: where most of them are)")
    parser.add_argument("--most", type=int, default=6, help="most teams more (default 6)")
    return common.answer(parser, ask, words)


if __name__ == "__main__":
    sys.exit(main())
