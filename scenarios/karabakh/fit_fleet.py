"""Fit a few numbers of teams, and one rate, so that the modelled past meets the published one.

Fitted: battle-area teams in spring 2021 and at the end of 2022, their rate, and manual teams.
Met by ``as_2022``, by medians over draws: hectares released to the end of 2021 and in 2022, dense
minefield released by clearance in 2022, and the demining money of 2022. All guesses are judged on
the same draws. The fitted numbers go to ``data/calibration.csv``; build.py reads it.
"""

import argparse
import dataclasses
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from build import HERE, build
from parts.common import M2_PER_HA, START, facts, read_numbers

import returnplan as rp
from returnplan.model.chance.draws import Draws
from returnplan.model.simulation import Prepared, PreparedAllocation, run
from returnplan.runs.machine.runner import warm_up
from returnplan.runs.tables.jobs import presence
from returnplan.runs.tables.worked import Worked

ALLOCATION = "as_2022"
FITTED = ("battle_area_teams_mid", "battle_area_teams_end", "battle_rate", "manual_teams_end")
BUDGET_2022_USD = 58.76e6  # data/facts.csv: AZN 99.9 m, in US dollars by the same source
YEARS = 3  # shortest horizon in whole years that holds the end of 2022
DRAWS, SEED = 64, 1
DAMPING = 0.7
FIRST_STEP = 0.04  # share by which the second search moves a number


def targets() -> dict[str, float]:
    """Read the published figures that the fit meets."""
    annual = pd.read_csv(HERE / "data" / "clearance_annual.csv").set_index("year")["ha"]
    return {
        "released_ha_to_2021": float(annual[2021]),
        "released_ha_2022": float(annual[2022]),
        "minefield_ha_2022": 100 * facts(HERE / "data")["AP_mined_area_cleared_2022_km2"],
        "mine_action_usd_2022": BUDGET_2022_USD,
    }


def modelled(files: Mapping[str, str], draws: int, seed: int) -> pd.DataFrame:
    """Run the allocation on a scenario given as texts.

    Parameters
    ----------
    files
        Text of each file by its name.
    draws
        Number of draws; 0: the run on expected values, one row.
    seed
        Seed of the draws.

    Returns
    -------
    pd.DataFrame
        One row a draw, one column a target.
    """
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8", newline="\n")
        scenario = dataclasses.replace(rp.load(folder), horizon_years=YEARS)
    warm_up()
    prepared = Prepared(scenario)
    chosen = PreparedAllocation(prepared, ALLOCATION)
    luck = Draws(scenario, seed)

    def one(draw: int) -> dict[str, float]:
        numbers = prepared.numbers(luck.values(draw) if draws else prepared.expected)
        return figures(
            Worked(prepared=prepared, allocation=chosen, course=run(prepared, chosen, numbers))
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return pd.DataFrame(pool.map(one, range(max(draws, 1))))


def figures(worked: Worked) -> dict[str, float]:
    """What one run says of the targets."""
    course, scenario = worked.course, worked.prepared.scenario
    amounts, released_s = course.numbers.amounts, course.history.released_s
    dense = np.array([h.land_class == "minefield" for h in scenario.hazards])
    like = np.concatenate([np.arange(len(dense)), amounts.found.like]).astype(np.int64)
    ha = amounts.area_m2 / M2_PER_HA
    first, last = (pd.Timestamp(year, 1, 1) - pd.Timestamp(START) for year in (2022, 2023))
    before = released_s < first.total_seconds()
    in_2022 = ~before & (released_s < last.total_seconds())
    types = pd.read_csv(HERE / "data" / "asset_types.csv").set_index("id")
    usd_day = {a.id: a.cost_usd_day for a in scenario.assets if types.loc[a.id, "mine_action"]}
    teams = presence(worked)
    teams = teams[teams["asset"].isin(usd_day)]
    days = teams["until_day"].clip(upper=last.days) - teams["from_day"].clip(lower=first.days)
    return {
        "released_ha_to_2021": float(ha[before].sum()),
        "released_ha_2022": float(ha[in_2022].sum()),
        "minefield_ha_2022": float((ha * amounts.shares[:, 2])[in_2022 & dense[like]].sum()),
        "mine_action_usd_2022": float((days.clip(lower=0) * teams["asset"].map(usd_day)).sum()),
    }


def misfit(model: Mapping[str, float]) -> float:
    """Root of the summed squares of the relative residuals."""
    wanted = targets()
    return float(np.sqrt(sum((model[k] / wanted[k] - 1) ** 2 for k in wanted)))


def next_guess(guess: Mapping[str, float], model: Mapping[str, float]) -> dict[str, float]:
    """Move each fitted number by what its target misses (damped)."""
    ratio = {k: (wanted / model[k]) ** DAMPING for k, wanted in targets().items()}
    teams = guess["battle_area_teams_end"] * ratio["mine_action_usd_2022"]
    rate = guess["battle_rate"] * ratio["released_ha_2022"] / ratio["mine_action_usd_2022"]
    speed = rate / guess["battle_rate"]
    mid = guess["battle_area_teams_mid"] * ratio["released_ha_to_2021"] / speed
    new = {
        "battle_area_teams_mid": min(mid, teams),  # fleets only grow
        "battle_area_teams_end": teams,
        "battle_rate": rate,
        "manual_teams_end": guess["manual_teams_end"] * ratio["minefield_ha_2022"],
    }
    return within_limits(new)


def within_limits(guess: Mapping[str, float]) -> dict[str, float]:
    """Keep each fitted number in its range, with one digit."""
    table = fitted_table()
    limits = zip(table["id"], table["low"], table["high"], strict=True)
    return {k: min(max(round(guess[k], 1), float(low)), float(high)) for k, low, high in limits}


def fitted_table() -> pd.DataFrame:
    """Read the fitted numbers with their ranges."""
    return pd.read_csv(HERE / "data" / "calibration.csv")


def past_of(guess: Mapping[str, float], draws: int, seed: int) -> pd.DataFrame:
    """Build the scenario with a guess and run it; see ``modelled``."""
    table = fitted_table()
    table["value"] = table["id"].map(guess)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calibration.csv"
        table.to_csv(path, index=False)
        files = build(HERE / "data", path)
    return modelled(files, draws, seed)


class Search:
    """Best guess so far; whole teams make steps, so the best one counts, not the last."""

    def __init__(self, rounds: int, draws: int, seed: int) -> None:
        self.rounds, self.draws, self.seed = rounds, draws, seed
        self.done = 0
        self.best: dict[str, float] = {}
        self.misfit = np.inf

    def judge(self, guess: dict[str, float]) -> dict[str, float]:
        """Run one guess, keep it if it is the best, and return its medians."""
        median = past_of(guess, self.draws, self.seed).median()
        model = {str(name): float(value) for name, value in median.items()}
        found = misfit(model)
        self.done += 1
        print(f"round {self.done}/{self.rounds}: misfit {found:.4f}", guess, flush=True)
        if found < self.misfit:
            self.best, self.misfit = guess, found
        return model


def fit(rounds: int, draws: int, seed: int) -> dict[str, float]:
    """Search for the fitted numbers: first by what each target misses, then step by step."""
    guess = within_limits(read_numbers(HERE / "data" / "calibration.csv"))
    search = Search(rounds, draws, seed)
    for _ in range(rounds // 2):
        guess = next_guess(guess, search.judge(guess))
    step = FIRST_STEP
    while search.done < rounds:
        before = search.misfit
        for name, sign in product(FITTED, (1, -1)):
            if search.done < rounds:
                moved = search.best[name] * (1 + sign * step)
                search.judge(within_limits(search.best | {name: moved}))
        step = step if search.misfit < before else step / 2
    return search.best


def comparison(guess: Mapping[str, float], draws: int, seed: int) -> pd.DataFrame:
    """Put published and modelled figures side by side, with the residual of the median."""
    drawn, expected = past_of(guess, draws, seed), past_of(guess, 0, seed).iloc[0]
    rows = [
        {
            "figure": name,
            "published": wanted,
            "median": drawn[name].median(),
            "p10": drawn[name].quantile(0.1),
            "p90": drawn[name].quantile(0.9),
            "on_expected_values": expected[name],
            "residual_percent": 100 * (drawn[name].median() / wanted - 1),
        }
        for name, wanted in targets().items()
    ]
    return pd.DataFrame(rows)


def main() -> None:
    """Read the words of the command line, fit, and print."""
    parser = argparse.ArgumentParser(description="Fit the Karabakh fleet to 2020-2022.")
    parser.add_argument("--check", action="store_true", help="only print the table")
    parser.add_argument("--rounds", type=int, default=24, help="guesses of the fit")
    parser.add_argument("--draws", type=int, default=DRAWS, help="draws of each guess")
    parser.add_argument("--seed", type=int, default=SEED, help="seed of the draws")
    words = parser.parse_args()
    if not words.check:
        best = fit(words.rounds, words.draws, words.seed)
        table = fitted_table()
        table["value"] = table["id"].map(best)
        table.to_csv(HERE / "data" / "calibration.csv", index=False, lineterminator="\n")
    table = fitted_table()
    print(table[["id", "value", "unit", "low", "high"]].to_string(index=False), "\n")
    guess = read_numbers(HERE / "data" / "calibration.csv")
    print(comparison(guess, words.draws, words.seed).round(1).to_string(index=False))


if __name__ == "__main__":
    main()
