"""How often 80 % ranges hold the truth before and after a calibration, in made-up programmes.

``python -m tests.runs.calibrated_coverage`` prints it for 800 cases (``--cases N``: as many in
each of four made-up scenarios). In each case one more draw is the truth, with a discrepancy of its
own from the last fact on; the published facts are what it did, times the error of each and a
discrepancy common to all. The scenario is calibrated on them, and the ranges of what came later are
held against the truth, as are its ranks among the weighted draws (simulation-based calibration:
Talts, Betancourt, Simpson, Vehtari and Gelman, Validating Bayesian inference algorithms with
simulation-based calibration, 2018): they are flat where posterior and model are right.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

import returnplan as rp
from returnplan.domain import Fact, FactMeasure, PosteriorLine
from returnplan.model.chance.draws import Draws
from returnplan.model.chance.posterior import systematic
from returnplan.model.simulation import Prepared, PreparedAllocation, facts_of, run
from returnplan.quantiles import HIGH, LOW, quantile
from returnplan.runs import DRAWS
from returnplan.runs.calibrate import (
    LEAST_EFFECTIVE,
    covariance,
    effective_sample,
    log_errors,
    weights_of,
)
from returnplan.scenario.synthetic import synthetic
from returnplan.units import DAY_S
from returnplan.version import __version__

Floats = NDArray[np.float64]
World = tuple[int, int, int, int]

WORLDS = ((12, 80, 7, 6), (20, 120, 10, 4), (20, 120, 10, 6), (20, 120, 10, 7))
"""Settlements, hazards, teams and seed of each made-up scenario."""
CASES = 200
"""Truths in each of them."""
WEIGHTED = 3_000
"""Draws that are weighted."""
MOST_TRUTHS = 2
"""Truths for each case that is wanted: an effective sample below 50 is refused, and gives none."""
LAST_FACT = date(2025, 12, 31)
PERIODS = {
    "released_1": (date(2024, 3, 1), date(2024, 12, 31)),
    "released_2": (date(2025, 1, 1), LAST_FACT),
}
"""What is published and fitted: area released up to the end of 2025."""
LATER: dict[FactMeasure, tuple[int, ...]] = {
    "released_m2": (2026, 2027),
    "people_returned": (2027, 2028),
}
"""Years that nobody knows of: area released in them, people returned by their end.

People of the first year are left out: in many draws nobody is ready yet, and all these are one
number, which a range holds more often than it says.
"""
MOST_SETTLEMENTS = 2
"""Settlements of a scenario whose ready dates are foretold: those that are surest to lie between
the last fact and the horizon."""
BINS = 10
ENOUGH, MOST = 0.74, 0.86
"""Share of the cases whose 80 % range holds the truth."""
LEAST_P = 0.01
"""Of the chi-square test of flat ranks."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What some draws say: facts that are fitted (draw x fact), and what came later.

    Parameters
    ----------
    later
        By name of what is foretold, each by draw.
    """

    facts: Floats
    later: dict[str, Floats]


def scenario_of(world: World) -> rp.Scenario:
    """A made-up scenario with facts to fit, and facts of later years, which are measured only."""
    settlements, hazards, teams, seed = world
    scenario = synthetic(settlements=settlements, hazards=hazards, teams=teams, seed=seed)
    source = scenario.sources[0].id
    facts = [
        Fact(
            id=name, measure="released_m2", from_date=first, until_date=last, value=1.0, use="fit",
            source=source,
        )
        for name, (first, last) in PERIODS.items()
    ]  # fmt: skip
    facts += [
        Fact(
            id=f"{measure}_{year}", measure=measure, from_date=date(year, 1, 1),
            until_date=date(year, 12, 31), value=1.0, use="check", source=source,
        )
        for measure, years in LATER.items()
        for year in years
    ]  # fmt: skip
    return replace(scenario, facts=tuple(facts))


def with_discrepancy(scenario: rp.Scenario) -> rp.Scenario:
    """The same, with the model's discrepancy acting from the day after the last fact on."""
    line = PosteriorLine(
        allocation=scenario.allocations[0].name, draw=0, weight=1.0, seed=1, draws=1,
        facts=len(PERIODS), last_fact=LAST_FACT, made_for="0" * 16, returnplan=__version__,
        discrepancy_log_sd=scenario.discrepancy_log_sd,
    )  # fmt: skip
    return replace(scenario, posterior=(line,))


def told(scenario: rp.Scenario, seed: int, draws: int) -> Told:
    """Run the first allocation on some draws."""
    prepared = Prepared(scenario)
    allocation = PreparedAllocation(prepared, scenario.allocations[0].name)
    luck = Draws(scenario, seed)
    facts, ready = [], []
    for draw in range(draws):
        course = run(prepared, allocation, prepared.numbers(luck.values(draw)))
        facts.append(facts_of(prepared, allocation, course))
        ready.append(np.where(np.isnan(course.ready_s), np.inf, course.ready_s) / DAY_S)
    values, days = np.stack(facts), np.stack(ready)
    days[days > prepared.horizon_s / DAY_S] = np.inf
    later = {
        fact.id: values[:, number]
        for number, fact in enumerate(scenario.facts)
        if fact.use == "check"
    }
    later |= {f"ready {name}": days[:, n] for n, name in enumerate(prepared.settlements.ids)}
    return Told(facts=values[:, : len(PERIODS)], later=later)


def cases_of(world: World, cases: int) -> pd.DataFrame:
    """Hold ranges against truths in one made-up scenario.

    Returns
    -------
    pandas.DataFrame
        One row a case and thing foretold: ``what`` (ready: of a settlement chosen by luck),
        ``before`` and ``after`` (whether the range holds the truth), ``width_before``,
        ``width_after``, ``rank`` (share of the weighted draws below the truth), ``effective``,
        ``refused``: the effective sample is too small, so that there is nothing after it.
    """
    scenario = scenario_of(world)
    calibrated = with_discrepancy(scenario)
    before = told(scenario, 1, DRAWS)
    weighted, truths = told(calibrated, 1, WEIGHTED), told(calibrated, 2, MOST_TRUTHS * cases)
    fitted = scenario.facts[: len(PERIODS)]
    deviation = covariance(fitted, scenario.discrepancy_log_sd)
    luck = np.random.default_rng([*world, cases])
    settled = _settled(weighted.later, scenario)
    others = [name for name in weighted.later if not name.startswith("ready")]
    rows: list[tuple[object, ...]] = []
    done = 0
    for case in range(MOST_TRUTHS * cases):
        if done == cases:
            break
        error = luck.multivariate_normal(np.zeros(len(fitted)), deviation)
        published = truths.facts[case] * np.exp(error)
        if not (published > 0).all():
            continue
        facts = [replace(f, value=float(v)) for f, v in zip(fitted, published, strict=True)]
        weights = weights_of(log_errors(facts, weighted.facts[np.newaxis]), deviation)
        effective = effective_sample(weights)
        is_refused = effective < LEAST_EFFECTIVE
        done += not is_refused
        counts = systematic(weights[0], DRAWS, luck.random())
        for name in [*others, *luck.choice(settled, 1)]:
            truth, all_draws = truths.later[name][case], weighted.later[name]
            ends = [_ends(before.later[name]), _ends(np.repeat(all_draws, counts))]
            holds = [float(low <= truth <= high) for low, high in ends]
            widths = [high - low for low, high in ends]
            rank = _rank(truth, all_draws, weights[0], luck.random())
            if is_refused:
                holds[1] = widths[1] = rank = np.nan
            kind = "ready" if name.startswith("ready") else name
            rows.append((kind, *holds, *widths, rank, effective, is_refused))
    columns = ["what", "before", "after", "width_before", "width_after", "rank"]
    columns += ["effective", "refused"]
    return pd.DataFrame(rows, columns=columns)


def _settled(later: dict[str, Floats], scenario: rp.Scenario) -> list[str]:
    """Settlements that are surest to be ready after the last fact, within the horizon."""
    after = (LAST_FACT - scenario.start).days
    share = {
        name: float((np.isfinite(days) & (days > after)).mean())
        for name, days in later.items()
        if name.startswith("ready")
    }
    return sorted(share, key=lambda name: -share[name])[:MOST_SETTLEMENTS]


def _ends(values: Floats) -> tuple[float, float]:
    return float(quantile(values, LOW)), float(quantile(values, HIGH))


def _rank(truth: float, values: Floats, weights: Floats, luck: float) -> float:
    """Share of the weight below the truth; of what is as large a part by luck."""
    below, same = weights[values < truth].sum(), weights[values == truth].sum()
    return float(below + luck * same)


def coverage(
    cases: int = CASES, worlds: Sequence[tuple[int, int, int, int]] = WORLDS
) -> pd.DataFrame:
    """Tell for each thing foretold how often ranges hold the truth, before and after.

    Returns
    -------
    pandas.DataFrame
        ``what``, ``cases``, ``before``, ``after`` (shares), ``narrower`` (mean width after over
        before), ``p`` (of flat ranks), ``effective`` (median effective sample), ``refused``
        (truths that the command refuses: they count before).
    """
    found = pd.concat([cases_of(world, cases) for world in worlds], ignore_index=True)
    rows = []
    for what, mine in found.groupby("what"):
        counts = np.histogram(mine["rank"].dropna(), BINS, (0, 1))[0]
        finite = mine[np.isfinite(mine["width_before"] + mine["width_after"])]
        rows.append(
            {
                "what": what,
                "cases": int(mine["after"].count()),
                "before": mine["before"].mean(),
                "after": mine["after"].mean(),
                "narrower": finite["width_after"].mean() / finite["width_before"].mean(),
                "p": scipy.stats.chisquare(counts).pvalue,
                "effective": mine["effective"].median(),
                "refused": int(mine["refused"].sum()),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES, help="truths in each scenario")
    given = parser.parse_args()
    print(coverage(given.cases).to_string(index=False, float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
