"""How often 95 % intervals hold the true mean, over many seeds, and how wide they are.

``python -m tests.runs.coverage`` prints it for valley (200 seeds) and Karabakh (40 seeds);
``--seeds N`` takes others, ``--only valley`` one of the two. The true mean is that of all seeds
together. An honest interval is as wide as the means of the seeds really scatter: 1.96 times their
standard deviation to each side.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import returnplan as rp
from returnplan.model.effects.harm import KINDS, Casualties
from returnplan.runs.blocks import interval
from returnplan.runs.difference import difference_of
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.ready_days import middle_date
from returnplan.units import DAY_S, date_to_seconds, horizon_date

Floats = NDArray[np.float64]
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SEEDS = {"valley": 200, "karabakh": 40}
DRAWS = (64, 96, 128)
ENOUGH, MOST = 0.92, 0.995
"""Share of the seeds whose interval holds the true mean; the most: below 128 draws."""
WIDEST = {"valley": 2.3, "karabakh": 1.8}
"""Half widths beside honest ones: in valley at every number of draws, in Karabakh at the most."""
NORMAL = 1.96
APART = " - "
"""Stands between the names of two allocations that are compared."""


def measures(
    scenario: rp.Scenario, allocations: Sequence[str], draws: int, seed: int, by: Sequence[date]
) -> Mapping[str, Floats]:
    """Person-days, people by dates and casualties of each draw; differences to the first too.

    Parameters
    ----------
    by
        Dates by which people are counted.
    """
    runner = DrawRunner(scenario, allocations, seed)
    prepared = runner.prepared
    people = np.array([one.people for one in scenario.communities], np.int64)
    fields = [Casualties._fields.index(name) for name in KINDS["all"]]
    by_s = {day: date_to_seconds(day, scenario.start) for day in by}
    rows: dict[str, list[list[float]]] = {}
    for draw in range(draws):
        for number, account in enumerate(runner.run(draw)):
            gate_s = account.gate_s
            ready_s = np.where(np.isnan(gate_s), np.inf, gate_s).max(axis=1, initial=0.0)
            ready_s = ready_s[prepared.settlements.community]
            waited_s = np.minimum(ready_s, prepared.horizon_s)
            found = {"person-days": float((waited_s * people).sum()) / DAY_S}
            for day, seconds in by_s.items():
                found[f"people by {day}"] = float(people[ready_s <= seconds].sum())
            found["casualties"] = float(sum(account.casualties[field] for field in fields))
            for name, value in found.items():
                rows.setdefault(name, [[] for _ in allocations])[number].append(value)
    return dict(_named(rows, allocations))


def _named(
    rows: Mapping[str, list[list[float]]], allocations: Sequence[str]
) -> Iterator[tuple[str, Floats]]:
    for name, values in rows.items():
        for allocation, mine in zip(allocations, values, strict=True):
            yield f"{name}, {allocation}", np.array(mine)
        for allocation, mine in zip(allocations[1:], values[1:], strict=True):
            first = np.array(values[0])
            yield f"{name}, {allocation}{APART}{allocations[0]}", np.array(mine) - first


def coverage(
    scenario: rp.Scenario, allocations: Sequence[str], seeds: Sequence[int]
) -> pd.DataFrame:
    """Tell for each measure and number of draws how often intervals hold, and how wide they are.

    Returns
    -------
    pandas.DataFrame
        ``measure``, ``draws``, ``shown`` (share of the seeds that have an interval), ``holds``
        (share of these), ``half_width`` (their mean, over the honest one), ``error`` (standard
        deviation of the means of the seeds over the true mean).
    """
    middle = middle_date(scenario.start, horizon_date(scenario.start, scenario.horizon_years))
    of_seeds = [measures(scenario, allocations, max(DRAWS), seed, [middle]) for seed in seeds]
    rows = []
    for name in of_seeds[0]:
        values = np.stack([found[name] for found in of_seeds])
        truth = values.mean()
        for draws in DRAWS:
            scatter = values[:, :draws].mean(axis=1).std(ddof=1)
            ends = np.array([_interval(one[:draws], is_apart=APART in name) for one in values])
            ends = ends[~np.isnan(ends[:, 0])]
            row = {"measure": name, "draws": draws, "shown": len(ends) / len(values)}
            if len(ends):
                row["holds"] = ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean()
                half = (ends[:, 1] - ends[:, 0]).mean() / 2
                row["half_width"] = half / (NORMAL * scatter) if scatter else np.nan
            rows.append(row | {"error": scatter / abs(truth) if truth else np.nan})
    return pd.DataFrame(rows)


def _interval(values: Floats, *, is_apart: bool) -> tuple[float, float]:
    """The interval that is shown; nan: none is."""
    if not is_apart:
        return interval(values)
    found = difference_of(values, fewer_is_better=True)
    return found.low, found.high


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, help="how many seeds (valley 200, karabakh 40)")
    parser.add_argument("--only", choices=SEEDS, help="one of the scenarios")
    given = parser.parse_args()
    for name in [given.only] if given.only else SEEDS:
        scenario = rp.load(SCENARIOS / name)
        allocations = [header.name for header in scenario.allocations][:2]
        seeds = range(1, 1 + (given.seeds or SEEDS[name]))
        print(f"{name}, {len(seeds)} seeds")
        print(coverage(scenario, allocations, seeds).to_string(index=False, float_format="%.3f"))


if __name__ == "__main__":
    main()
