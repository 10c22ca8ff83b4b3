"""What the scripts in this folder share: words of the command line, draws, tables, charts.

Each script asks one question of a scenario: it makes variants of one allocation, lets all of them
meet the same draws, and takes the differences draw by draw. So luck that all variants share falls
out, and a difference is known far better than either of the two.
"""

import argparse
import dataclasses
import math
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import returnplan as rp
from returnplan.cli.compared import seldom
from returnplan.cli.screen import Bars, Log
from returnplan.runs import DRAWS
from returnplan.units import horizon_date

VALLEY = Path(__file__).resolve().parent / "valley"
MOST_ROWS, WORST_ROWS, MOST_NAMES = 40, 10, 20
MILLION = 1e6
WIDE_INCHES, ROW_INCHES, FOOT_INCHES = 6.7, 0.24, 0.65


# ---------------------------------------------------------------- the command line


def parser_of(name: str, question: str, example: str) -> argparse.ArgumentParser:
    """Words that every script knows."""
    parser = argparse.ArgumentParser(
        prog=f"{name}.py",
        description=question,
        epilog=f"Example: python scenarios/{name}.py {example}",
    )
    parser.add_argument(
        "scenario", nargs="?", type=Path, default=VALLEY, help="scenario folder (default: valley)"
    )
    parser.add_argument(
        "--draws", type=int, default=DRAWS, help="draws, 2 or more (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="luck of the draws (default 1)")
    parser.add_argument(
        "--by",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="date by which people are counted (default: after a quarter of the time)",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("runs") / name, help="folder for table and chart"
    )
    return parser


def with_allocation(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Let the user choose the allocation that is varied."""
    parser.add_argument(
        "-a", "--allocation", help="allocation to start from (default: the first of the scenario)"
    )
    return parser


def answer(
    parser: argparse.ArgumentParser,
    ask: Callable[[argparse.Namespace], None],
    words: Sequence[str] | None,
) -> int:
    """Read the words, answer the question; what a user can mend is one message and an exit code."""
    given = parser.parse_args(words)
    if given.draws < 2 or given.seed < 0:
        parser.error("differences need 2 draws or more, and a seed of 0 or more")
    try:
        ask(given)
    except (rp.ReturnplanError, OSError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{parser.prog}: stopped; nothing was written", file=sys.stderr)
        return 130
    print(f"Written: {given.out}")
    return 0


def one_of(word: str | None, known: Sequence[str], what: str) -> str:
    """Return a name that the scenario knows; the first one if none was said."""
    if word is not None and word not in known:
        near = get_close_matches(word, known) if len(known) > MOST_NAMES else known
        hint = f"; there are: {', '.join(near)}" if near else ""
        raise rp.ReturnplanError(f"no {what} is called {word!r}{hint}")
    if not known:
        raise rp.ReturnplanError(f"the scenario has no {what}")
    return known[0] if word is None else word


def allocation_of(scenario: rp.Scenario, given: argparse.Namespace) -> str:
    """Name of the allocation to start from."""
    return one_of(given.allocation, [one.name for one in scenario.allocations], "allocation")


# ---------------------------------------------------------------- variants and draws


def variant(
    scenario: rp.Scenario,
    like: str,
    name: str,
    more: Sequence[rp.Deployment] = (),
    order: Sequence[str] | None = None,
) -> rp.Scenario:
    """Add an allocation that is like another one, with more teams or in another order.

    Parameters
    ----------
    scenario
        The scenario.
    like, name
        Name of the allocation, and of the new one.
    more
        Deployments that come on top.
    order
        Ids of communities, served in this order; None: as in the other one.
    """
    header = scenario.allocation(like)
    lines = [line for line in scenario.orders if line.allocation == like]
    if order is not None:
        lines = [
            rp.OrderLine(allocation=like, position=position, community=community)
            for position, community in enumerate(order, start=1)
        ]
        header = dataclasses.replace(header, policy="listed")
    teams = [line for line in scenario.deployments if line.allocation == like]
    return dataclasses.replace(
        scenario,
        allocations=(*scenario.allocations, dataclasses.replace(header, name=name)),
        deployments=scenario.deployments
        + tuple(dataclasses.replace(line, allocation=name) for line in (*teams, *more)),
        orders=scenario.orders
        + tuple(dataclasses.replace(line, allocation=name) for line in lines),
    )


def one_more(
    scenario: rp.Scenario, allocation: str, asset: str, base: str, since: date | None
) -> rp.Deployment:
    """One team more at a base, which stays as long as the others of its type."""
    lines = [line for line in scenario.deployments if line.allocation == allocation]
    like = [line for line in lines if line.asset == asset] or lines
    if not like:
        raise rp.ReturnplanError(f"{allocation} has no teams to start from")
    ends = [line.until_date for line in like]
    until = None if None in ends else max(end for end in ends if end is not None)
    begin = since or scenario.start
    if until is not None and begin >= until:
        raise rp.ReturnplanError(f"--from {begin}: the teams of {allocation} leave on {until}")
    return rp.Deployment(
        allocation=allocation,
        asset=asset,
        base=base,
        teams=1,
        from_date=begin,
        until_date=until,
        source=like[0].source,
    )


def drawn(
    scenario: rp.Scenario, allocations: Sequence[str], given: argparse.Namespace, label: str = ""
) -> rp.Ensemble:
    """Run allocations on the draws, with a bar on a terminal and lines in a log."""
    watcher: Any = Bars() if sys.stderr.isatty() else Log()
    watcher.say(label or f"{len(allocations)} allocations")
    spread = rp.ensemble(
        scenario,
        allocations,
        given.draws,
        given.seed,
        progress=lambda done: watcher.drawn(done, given.draws),
    )
    if isinstance(watcher, Bars):
        watcher.close()
    return spread


def evaluated(
    scenario: rp.Scenario, allocations: Sequence[str], given: argparse.Namespace, label: str = ""
) -> rp.Evaluation:
    """Ready times and cost of allocations on the draws, and nothing beyond: quicker than a run."""
    watcher: Any = Bars() if sys.stderr.isatty() else Log()
    watcher.say(label or f"{len(allocations)} allocations")
    found = rp.Evaluator(scenario, range(given.draws), given.seed).evaluate(
        allocations,
        progress=lambda done, total: watcher.drawn(done * given.draws // total, given.draws),
    )
    if isinstance(watcher, Bars):
        watcher.close()
    return found


@dataclass(frozen=True, kw_only=True)
class Together:
    """Draws of several scenarios beside each other, for ``rp.compare``.

    The scenarios may differ in hazards, roads or assumptions; communities and dates are the same,
    and whatever a change does not touch has the same luck in each.
    """

    allocations: tuple[str, ...]
    communities: tuple[str, ...]
    ready_day: Any
    readiness: pd.DataFrame
    start: date
    horizon: date

    @property
    def effective(self) -> float | None:
        """How many draws of equal weight they say as much as; these are of equal weight."""
        return None


def together(spreads: Sequence[tuple[str, rp.Ensemble | rp.Evaluation]]) -> Together:
    """Put the first allocation of several ensembles beside each other, under new names."""
    first = spreads[0][1]
    tables = [
        spread.readiness[spread.readiness["allocation"] == spread.allocations[0]].assign(
            allocation=name
        )
        for name, spread in spreads
    ]
    return Together(
        allocations=tuple(name for name, _ in spreads),
        communities=first.communities,
        ready_day=np.stack([spread.ready_day[0] for _, spread in spreads]),
        readiness=pd.concat(tables, ignore_index=True),
        start=first.start,
        horizon=first.horizon,
    )


def counted_by(spread: Any, given: argparse.Namespace) -> date:
    """Date by which people are counted: the one that was said, or after a quarter of the time."""
    if given.by is not None:
        return date.fromisoformat(str(given.by))
    years = (spread.horizon.year - spread.start.year) // 4
    return horizon_date(spread.start, max(1, years))


def compared(spread: Any, against: str, by: date) -> pd.DataFrame:
    """Differences draw by draw: person-days, and people by a date and by the horizon."""
    return rp.compare(spread, against=against, dates=[by, spread.horizon])


def days_of(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the person-days of displacement."""
    return table[table["measure"] == "person_days"].reset_index(drop=True)


def people_of(table: pd.DataFrame, by: date, allocations: Sequence[str]) -> pd.DataFrame:
    """Rows of the people whose conditions are met by a date, in the order of the allocations."""
    rows = table[(table["measure"] == "people_met") & (table["date"] == pd.Timestamp(by))]
    return rows.set_index("allocation").loc[list(allocations)].reset_index()


# ---------------------------------------------------------------- tables and charts


def told(row: Any) -> str:
    """Words for a difference in person-days, with its interval and verdict."""
    if math.isnan(row["mean"]):
        return seldom(row)
    ends = f"{row['low']:+,.0f} to {row['high']:+,.0f}"
    return f"{row['mean']:+,.0f} person-days ({ends}), {row['verdict']}"


def dearer(usd: float) -> str:
    """Words for a difference in cost."""
    return f"{usd / MILLION:+,.1f} M USD"


def made(scenario: rp.Scenario, given: argparse.Namespace) -> str:
    """How the numbers came about, in one line."""
    how = f"{given.draws} draws, seed {given.seed}"
    return f"Scenario {scenario.name}, {how}, returnplan {rp.__version__}."


UNPRINTED = (
    *("against", "draws", "value", "value_against", "probability_same"),
    "differing_share_high",
)
"""Columns that stand in the file only."""


def write(table: pd.DataFrame, figure: Any, given: argparse.Namespace, name: str) -> None:
    """Print the table and write it as CSV, with the chart as PNG and SVG beside it."""
    from returnplan.show import drawing

    given.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(given.out / f"{name}.csv", index=False, lineterminator="\n")
    drawing.save(figure, given.out / name)
    shown = table.drop(columns=[column for column in UNPRINTED if column in table])
    numbers = shown.select_dtypes("number").columns
    shown = shown.assign(**{key: shown[key].map(_printed) for key in numbers})
    print(shown.to_string(index=False))


def _printed(number: float) -> str:
    if math.isnan(number):
        return ""
    return f"{number:,.0f}" if abs(number) > 1 else f"{number:,.3g}"


def sheet(
    height: float, panels: int, title: str, foot: str, *, sharey: bool = True
) -> tuple[Any, list[Any]]:
    """A figure in the house style with its title, and the statement and its origin below.

    Parameters
    ----------
    height
        Inches for the panels.
    panels
        Panels side by side.
    title, foot
        Words above and below.
    sharey
        Whether the panels have the same rows.
    """
    from matplotlib.figure import Figure

    from returnplan.domain import AUTHORITY, STATEMENT
    from returnplan.show import drawing

    with drawing.house_style():
        whole = Figure(figsize=(WIDE_INCHES, height + FOOT_INCHES), layout="constrained")
        parts: Any = whole.subfigures(2, 1, height_ratios=[height, FOOT_INCHES])
        axes = list(parts[0].subplots(1, panels, sharey=sharey, squeeze=False).flat)
        parts[0].suptitle(title, x=0.012, ha="left", fontsize=9.5, fontweight="bold")
        words = textwrap.wrap(f"{STATEMENT.format(authority=AUTHORITY)} {foot}", 120)
        parts[1].text(0.012, 0.95, "\n".join(words), va="top", fontsize=7, color=drawing.QUIET)
    return whole, axes


def difference_chart(
    table: pd.DataFrame,
    by: date,
    names: Mapping[str, str],
    title: str,
    foot: str,
) -> Any:
    """Draw paired differences: person-days, and people by a date; one row a variant.

    Parameters
    ----------
    table
        Of ``compared``.
    by
        Date by which people are counted.
    names
        Words for the variants, first on top.
    title, foot
        Words above and below.
    """
    from returnplan.show import drawing

    kept, note = list(names), ""
    if len(names) > MOST_ROWS:  # the best, and the worst
        kept = kept[: MOST_ROWS - WORST_ROWS] + kept[-WORST_ROWS:]
        note = f" First {MOST_ROWS - WORST_ROWS} and last {WORST_ROWS} of {len(names)} rows."
    days = days_of(table).set_index("allocation").loc[kept].reset_index()
    people = people_of(table, by, kept)
    unit = MILLION if days["mean"].abs().max() >= MILLION else 1.0
    what = "Million person-days" if unit == MILLION else "Person-days of displacement"
    panels = (
        (f"{what}\n(left: fewer)", days, unit),
        (f"People, conditions met (modelled)\nby {by} (right: more)", people, 1.0),
    )
    keys = (
        "Dot and thick line: mean difference with its 95 % interval; thin line: p10 to p90. Empty "
        "dot: level, fewer than 80 % of the draws agree or the interval holds 0; no dot: fewer "
        "than ten draws differ."
    )
    whole, axes = sheet(1.3 + ROW_INCHES * len(kept), len(panels), title, f"{keys}{note} {foot}")
    words = [textwrap.fill(names[name], 40) for name in kept]
    heights = range(len(kept))
    with drawing.house_style():
        for ax, (label, rows, unit) in zip(axes, panels, strict=True):
            ax.axvline(0, color=drawing.INK, linewidth=0.8)
            found = rows[["mean", "low", "high", "p10", "p90"]] / unit
            ax.hlines(heights, found["p10"], found["p90"], color=drawing.PART, linewidth=1)
            ax.hlines(heights, found["low"], found["high"], color=drawing.MET, linewidth=3.5)
            for height, mean, verdict in zip(heights, found["mean"], rows["verdict"], strict=True):
                inside = "white" if verdict == "level" else drawing.MET
                ax.plot(mean, height, "o", color=drawing.MET, markerfacecolor=inside, markersize=6)
            ax.set_yticks(heights, words)
            ax.set_ylim(len(kept) - 0.4, -0.6)
            ax.set_xlabel(label)
            ax.grid(axis="x")
            ax.locator_params(axis="x", nbins=6)
            ax.xaxis.set_major_formatter(lambda value, _: f"{value:+,g}" if value else "0")
    return whole
