"""Fit a few numbers of teams, and one rate, so that the modelled past meets the published one.

Fitted: battle-area teams in spring 2021 and at the end of 2022, their rate, and manual teams.
Met by ``as_2022``: hectares released to the end of 2021 and in 2022, dense minefield released by
clearance in 2022, and the demining money of 2022. Everything else in the table is shown beside the
published figure without being fitted. The fitted numbers go to ``data/calibration.csv``; build.py
reads it.
"""

import argparse
import re
import tempfile
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from build import HERE, build
from parts.common import START, facts, read_numbers

import returnplan as rp

ALLOCATION = "as_2022"
FITTED = ("battle_area_teams_mid", "battle_area_teams_end", "battle_rate", "manual_teams_end")
BUDGET_2022_USD = 58.76e6  # data/facts.csv: AZN 99.9 m, in US dollars by the same source
DAMPING = 0.7
FIRST_STEP = 0.04  # share by which the second search moves a number


@dataclass(frozen=True, kw_only=True)
class Past:
    """What the model says of the years to 2022.

    Parameters
    ----------
    released
        One row a hazard released: date, area_ha, cleared_ha, items, land_class.
    minefield_worked_ha_2022
        Minefield searched in 2022, hectares, by the day each parcel is finished.
    mine_action_usd_2022
        Cost of the mine action teams present in 2022, US dollars.
    """

    released: pd.DataFrame
    minefield_worked_ha_2022: float
    mine_action_usd_2022: float

    def hectares(self, first: str, last: str) -> float:
        """Hectares released from one day to another, both included."""
        day = self.released["date"]
        inside = (day >= pd.Timestamp(first)) & (day < pd.Timestamp(last) + pd.Timedelta(days=1))
        return float(self.released.loc[inside, "area_ha"].sum())

    def minefield_hectares(self, year: int) -> float:
        """Hectares of minefield released by clearance in a year."""
        dense = self.released["land_class"] == "minefield"
        inside = dense & (self.released["date"].dt.year == year)
        return float(self.released.loc[inside, "cleared_ha"].sum())


def model_past(files: dict[str, str]) -> Past:
    """Run the calibration allocation on a scenario given as texts."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8", newline="\n")
        scenario = rp.load(folder)
        hazards = pd.read_csv(Path(folder) / "hazards.csv").set_index("id")
        assets = pd.read_csv(Path(folder) / "assets.csv").set_index("id")
    outcome = rp.simulate(scenario, ALLOCATION)
    days = outcome.releases.dropna(subset=["released_day"]).merge(
        hazards, left_on="hazard", right_index=True
    )
    hectares = days["area_m2"] / 1e4
    released = pd.DataFrame(
        {
            "date": pd.Timestamp(START) + pd.to_timedelta(days["released_day"], unit="D"),
            "area_ha": hectares,
            "cleared_ha": hectares * days["share_cleared"],
            "items": hectares / 100 * days["items_per_km2"],
            "land_class": days["land_class"],
        }
    )
    return Past(
        released=released,
        minefield_worked_ha_2022=_minefield_ha(outcome.jobs, hazards, 2022),
        mine_action_usd_2022=_mine_action_usd(outcome.presence, assets, 2022),
    )


def _days_of(year: int) -> tuple[int, int]:
    first, last = (pd.Timestamp(y, 1, 1) - pd.Timestamp(START) for y in (year, year + 1))
    return first.days, last.days


def _minefield_ha(jobs: pd.DataFrame, hazards: pd.DataFrame, year: int) -> float:
    first, last = _days_of(year)
    done = jobs[(jobs["stage"] == "clearance") & jobs["finish_day"].between(first, last)]
    dense = done["owner"].map(hazards["land_class"]) == "minefield"
    return float(done.loc[dense, "area_m2"].sum() / 1e4)


def _mine_action_usd(presence: pd.DataFrame, assets: pd.DataFrame, year: int) -> float:
    first, last = _days_of(year)
    types = pd.read_csv(HERE / "data" / "asset_types.csv").set_index("id")
    teams = presence[presence["asset"].map(types["mine_action"])]
    days = (teams["until_day"].clip(upper=last) - teams["from_day"].clip(lower=first)).clip(lower=0)
    return float((days * teams["asset"].map(assets["cost_usd_day"])).sum())


def targets() -> dict[str, float]:
    """Read the published figures that the fit meets."""
    annual = pd.read_csv(HERE / "data" / "clearance_annual.csv").set_index("year")["ha"]
    return {
        "released_ha_to_2021": float(annual[2021]),
        "released_ha_2022": float(annual[2022]),
        "minefield_ha_2022": 100 * facts(HERE / "data")["AP_mined_area_cleared_2022_km2"],
        "mine_action_usd_2022": BUDGET_2022_USD,
    }


def modelled(past: Past) -> dict[str, float]:
    """Modelled figures with the names of the targets."""
    return {
        "released_ha_to_2021": past.hectares(START.isoformat(), "2021-12-31"),
        "released_ha_2022": past.hectares("2022-01-01", "2022-12-31"),
        "minefield_ha_2022": past.minefield_hectares(2022),
        "mine_action_usd_2022": past.mine_action_usd_2022,
    }


def misfit(model: dict[str, float]) -> float:
    """Root of the summed squares of the relative residuals."""
    wanted = targets()
    return float(np.sqrt(sum((model[k] / wanted[k] - 1) ** 2 for k in wanted)))


def next_guess(guess: dict[str, float], model: dict[str, float]) -> dict[str, float]:
    """Move each fitted number by what its target misses (damped)."""
    ratio = {k: (wanted / model[k]) ** DAMPING for k, wanted in targets().items()}
    teams = guess["battle_area_teams_end"] * ratio["mine_action_usd_2022"]
    rate = guess["battle_rate"] * ratio["released_ha_2022"] / ratio["mine_action_usd_2022"]
    speed = rate / guess["battle_rate"]
    new = {
        "battle_area_teams_mid": guess["battle_area_teams_mid"]
        * ratio["released_ha_to_2021"]
        / speed,
        "battle_area_teams_end": teams,
        "battle_rate": rate,
        "manual_teams_end": guess["manual_teams_end"] * ratio["minefield_ha_2022"],
    }
    new["battle_area_teams_mid"] = min(new["battle_area_teams_mid"], teams)  # fleets only grow
    table = fitted_table()
    limits = zip(table["id"], table["low"], table["high"], strict=True)
    return {k: min(max(round(new[k], 1), float(low)), float(high)) for k, low, high in limits}


def fitted_table() -> pd.DataFrame:
    return pd.read_csv(HERE / "data" / "calibration.csv")


def past_of(guess: dict[str, float]) -> Past:
    """Build the scenario with a guess and run it."""
    table = fitted_table()
    table["value"] = table["id"].map(guess)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "calibration.csv"
        table.to_csv(path, index=False)
        return model_past(build(HERE / "data", path))


class Search:
    """Best guess so far; whole teams make steps, so the best one counts, not the last."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.done = 0
        self.best: dict[str, float] = {}
        self.misfit = np.inf

    def judge(self, guess: dict[str, float]) -> dict[str, float]:
        """Run one guess, keep it if it is the best, and return its modelled figures."""
        model = modelled(past_of(guess))
        found = misfit(model)
        self.done += 1
        print(f"run {self.done}/{self.rounds}: misfit {found:.4f}", guess, flush=True)
        if found < self.misfit:
            self.best, self.misfit = guess, found
        return model


def fit(rounds: int) -> dict[str, float]:
    """Search for the fitted numbers: first by what each target misses, then step by step."""
    known = read_numbers(HERE / "data" / "calibration.csv")
    guess = {k: known[k] for k in FITTED}
    search = Search(rounds)
    for _ in range(rounds // 3):
        guess = next_guess(guess, search.judge(guess))
    step = FIRST_STEP
    while search.done < rounds:
        before = search.misfit
        for name, sign in product(FITTED, (1, -1)):
            if search.done < rounds:
                moved = round(search.best[name] * (1 + sign * step), 1)
                search.judge(search.best | {name: moved})
        step = step if search.misfit < before else step / 2
    return search.best


def comparison(past: Past) -> pd.DataFrame:
    """Put published and modelled figures side by side, with residuals."""
    model, wanted = modelled(past), targets()
    rows: list[dict[str, Any]] = [
        {"figure": k, "fitted": "yes", "published": wanted[k], "modelled": model[k]} for k in wanted
    ]
    periods = pd.read_csv(HERE / "data" / "clearance_periods.csv").sort_values("start")
    for _, p in periods.iterrows():
        span = {"published": float(p["ha"]), "modelled": past.hectares(p["start"], p["end"])}
        rows.append({"figure": f"released_ha {p['start']} to {p['end']}", "fitted": "no"} | span)
    annual = pd.read_csv(HERE / "data" / "clearance_annual.csv").set_index("year")
    in_2022 = past.released[past.released["date"].dt.year == 2022]
    found = re.findall(r"[\d,]+", str(annual.loc[2022, "note"]))
    published_items = sum(float(n.replace(",", "")) for n in found)
    rows += [
        {
            "figure": "items found 2022 (modelled: expected in hazards released)",
            "fitted": "no",
            "published": published_items,
            "modelled": float(in_2022["items"].sum()),
        },
        {
            "figure": "minefield_ha searched in 2022, by parcels finished",
            "fitted": "no",
            "published": wanted["minefield_ha_2022"],
            "modelled": past.minefield_worked_ha_2022,
        },
    ]
    table = pd.DataFrame(rows)
    table["residual_percent"] = 100 * (table["modelled"] / table["published"] - 1)
    return table


def season(past: Past) -> pd.DataFrame:
    """Put the monthly shape of the model beside the published seasonal index."""
    index = pd.read_csv(HERE / "data" / "season.csv").set_index("month")["index"]
    months = {"published_index": index}
    for name, first, last in (("2022", 2022, 2022), ("2023 to 2032", 2023, 2032)):
        years = past.released["date"].dt.year.between(first, last)
        day = past.released.loc[years, "date"].dt.month
        by_month = past.released.loc[years, "area_ha"].groupby(day).sum()
        by_month = by_month.reindex(index.index, fill_value=0.0)
        months[f"modelled {name}"] = by_month / by_month.mean()
    return pd.DataFrame(months)


def main() -> None:
    """Read the words of the command line, fit, and print."""
    parser = argparse.ArgumentParser(description="Fit the Karabakh scenario to 2020-2022.")
    parser.add_argument("--check", action="store_true", help="only print the table")
    parser.add_argument("--rounds", type=int, default=45, help="runs of the fit")
    words = parser.parse_args()
    if not words.check:
        best = fit(words.rounds)
        table = fitted_table()
        table["value"] = table["id"].map(best)
        table.to_csv(HERE / "data" / "calibration.csv", index=False, lineterminator="\n")
    past = model_past(build(HERE / "data", HERE / "data" / "calibration.csv"))
    print(fitted_table()[["id", "value", "unit", "low", "high"]].to_string(index=False), "\n")
    print(comparison(past).round(1).to_string(index=False), "\n")
    shape = season(past)
    print(shape.round(2).T.to_string())
    print(
        "correlation with the published index:",
        shape.corr()["published_index"][1:].round(2).to_dict(),
    )


if __name__ == "__main__":
    main()
