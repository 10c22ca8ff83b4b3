"""Findings about a run of two villages whose numbers are written by hand.

Horizon 1 January 2025 to 2030. Alpha (North, 300 people) and beta (South, 100 people). Ready days
in ten draws: under ``plan`` alpha on day 400 in eight draws and never in two, beta never; under
``more`` alpha on day 300 always, beta on day 900 in eight draws and never in two.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import returnplan as rp
from returnplan.insight.explain import OpenedRun
from returnplan.language.words import words_of
from returnplan.model.simulation import Prepared
from returnplan.quantiles import quantile
from returnplan.runs.district_shares import district_shares
from returnplan.runs.folder import STORED
from returnplan.runs.paired import differences, verdicts
from returnplan.runs.tables import LATER
from returnplan.runs.tables.family import DECISIONS, typed
from returnplan.runs.tables.judged import certainty_of
from returnplan.runs.tables.stored import empty_table
from returnplan.show.audience.tables import for_audience
from returnplan.show.drawing import View
from returnplan.show.findings import Findings
from returnplan.units import counting_dates, horizon_date
from tests.sketch import Sketch

NEVER = math.inf
READY: Mapping[str, tuple[Sequence[float], Sequence[float]]] = {
    "plan": ([400.0] * 8 + [NEVER] * 2, [NEVER] * 10),
    "more": ([300.0] * 10, [900.0] * 8 + [NEVER] * 2),
}
"""Ready days of alpha and of beta, draw by draw."""
PEOPLE = (300, 100)
NAMES = {"alpha": "Alpha", "alpha_people": "Alpha", "beta": "Beta", "beta_people": "Beta"}
CAUSES = {"waiting_clearance": 60.0, "work_clearance": 20.0, "work_survey": 10.0, "winter": 10.0}
"""Days of alpha by cause; beta waits twice as long for each."""
JOBS = [("alpha_field/clearance", 10.0, 100.0), ("alpha_field/technical_survey", 0.0, 5.0)]
"""Job, day on which it was open, day on which a team came."""


def tiny_scenario(titles: Mapping[str, str]) -> rp.Scenario:
    """Two villages and a hub; from the second allocation on with one more team from June 2026."""
    world = Sketch()
    world.gates = {"permission": {}, "survey": {}, "water": {}}
    world.village("alpha", people=PEOPLE[0], district="North", names={"az": "Alfakənd"})
    world.village("beta", people=PEOPLE[1], district="South")
    world.hazard("alpha_field", "alpha")
    world.works("alpha_water", "alpha", "water", 20)
    world.asset("team")
    scenario = world.scenario()
    lines = [
        rp.Deployment(allocation=name, asset="team", base="town", teams=1, source="made_up")
        for name in titles
    ]
    lines += [
        dataclasses.replace(line, from_date=pd.Timestamp("2026-06-01").date()) for line in lines[1:]
    ]
    headers = tuple(
        rp.AllocationHeader(name=name, title=title, policy="population")
        for name, title in titles.items()
    )
    return dataclasses.replace(scenario, allocations=headers, deployments=tuple(lines))


def tiny(
    *,
    ready: Mapping[str, tuple[Sequence[float], Sequence[float]]] = READY,
    titles: Mapping[str, str] | None = None,
    draws: int = 10,
    language: str = "en",
    audience: Any = "internal",
    scenario: rp.Scenario | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> Findings:
    """Findings about the villages; with 0 draws the first draw is the run on expected values."""
    names = titles or dict(zip(ready, ("Plan A", "Plan B", *ready), strict=False))
    found = scenario or tiny_scenario(names)
    days = np.array([[pair[i][: max(draws, 1)] for i in range(2)] for pair in ready.values()])
    ready_day = days.transpose(0, 2, 1).astype(np.float32)
    own = {name: typed(name, table) for name, table in (tables or {}).items()}
    made = _tables(found, list(ready), ready_day, draws) | own
    horizon = horizon_date(found.start, found.horizon_years)
    run = rp.Run(
        scenario="tiny",
        start=found.start,
        horizon=horizon,
        allocations=tuple(ready),
        communities=("alpha_people", "beta_people"),
        draws=draws,
        seed=7 if draws else None,
        tables=made,
        ready_day=ready_day if draws else None,
        provenance={
            "returnplan": "0.1.0",
            "scenario": "tiny",
            "draws": draws,
            "seed": 7 if draws else None,
            "digest": "abcdef0123456789",
            "start": "2026-01-02T03:04:05+00:00",
            "scenario_start": found.start.isoformat(),
            "horizon": horizon.isoformat(),
        },
    )
    more = {"district_shares": district_shares(run)}
    if draws > 1:
        more |= {"differences": differences(run), "verdicts": verdicts(run)}
    return Findings(
        folder=Path(),
        opened=OpenedRun(run=run, scenario=found, prepared=Prepared(found)),
        view=View(
            start=found.start,
            horizon_days=(horizon - found.start).days,
            names=NAMES | {"town": "Town"},
            titles=names,
            provenance="Scenario tiny",
            draws=draws,
            words=words_of(language),
        ),
        audience=audience,
        tables=for_audience({**made, **more}, audience),
    )


def _tables(
    scenario: rp.Scenario, names: Sequence[str], ready_day: Any, draws: int
) -> dict[str, pd.DataFrame]:
    """Tables of the run that findings read; the others are empty."""
    dates = counting_dates(scenario.start, scenario.horizon_years)
    people_met = [
        _people(name, day, (day - scenario.start).days, met, draws)
        for name, met in zip(names, ready_day, strict=True)
        for day in dates
    ]
    communities = [
        _community(name, number, days[:, number], scenario.start, draws)
        for name, days in zip(names, ready_day, strict=True)
        for number in range(2)
    ]
    kept = [(name, one) for name in names for one in ("alpha", "beta")]
    causes = [
        (name, f"{one}_people", cause, days * times, days * times * people)
        for name in names
        for one, people, times in zip(("alpha", "beta"), PEOPLE, (1, 2), strict=True)
        for cause, days in CAUSES.items()
    ]
    gates = [
        (
            name,
            f"{one}_people",
            gate,
            "unknown" if gate == "water" and one == "beta" else "met",
            0.0,
        )
        for name, one in kept
        for gate in ("permission", "survey", "water")
    ]
    harm = [
        (name, "returnees", *((0.25, 0.1, 0.5) if n else (0.2, 0.1, 0.4)), 0)
        for n, name in enumerate(names)
    ]
    roads = [
        (name, 1, "alpha_road", "town", "alpha", 300.0, 9000.0, *["2026-02-05"] * 3)
        for name in names
    ]
    jobs = [(name, *row) for name in names for row in JOBS]
    made = {
        "people_met": pd.DataFrame(people_met),
        "readiness": pd.DataFrame(communities),
        "summary": pd.DataFrame([_summary(n, name, ready_day) for n, name in enumerate(names)]),
        "delays": pd.DataFrame(
            causes, columns=["allocation", "community", "cause", "days_mean", "person_days_mean"]
        ),
        "gates": pd.DataFrame(
            gates, columns=["allocation", "community", "gate", "state", "day_p50"]
        ).assign(binding_share=0.5),
        "jobs": pd.DataFrame(jobs, columns=["allocation", "job", "open_day", "start_day"]),
        "key_roads": pd.DataFrame(
            roads,
            columns=[
                *("allocation", "rank", "road", "from_place", "to_place", "people_mean"),
                *("person_days_mean", "open_date_p10", "open_date_p50", "open_date_p90"),
            ],
        ),
        "harm": pd.DataFrame(
            harm if draws else [],
            columns=[
                *("allocation", "kind", "per_1000_person_years_mean", "per_1000_person_years_low"),
                *("per_1000_person_years_high", "people_unknown_risk"),
            ],
        ),
    }
    made |= {name: empty_table(name) for name in (*LATER, DECISIONS)}
    return {name: typed(name, made.get(name, pd.DataFrame())) for name in STORED}


def _people(name: str, day: Any, at: int, ready_day: Any, draws: int) -> dict[str, Any]:
    """A row of people_met; a quarter of them has returned."""
    met = (ready_day <= at) @ np.array(PEOPLE, float)
    row: dict[str, Any] = {"allocation": name, "date": day.isoformat(), "day": at}
    for count, values in {"people": met, "returned": met / 4, "present": met / 4}.items():
        for percent in (10, 50, 90):
            is_known = draws or percent == 50
            row[f"{count}_p{percent}"] = float(quantile(values, percent)) if is_known else math.nan
        row[f"{count}_mean"] = float(values.mean())
    return row | {"early_p50": 0.0}


def _community(name: str, number: int, days: Any, start: Any, draws: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "allocation": name,
        "community": ("alpha_people", "beta_people")[number],
        "settlement": ("alpha", "beta")[number],
        "district": ("North", "South")[number],
        "people": PEOPLE[number],
    }
    for percent in (10, 50, 90):
        day = float(quantile(days, percent))
        is_known = math.isfinite(day) and (draws or percent == 50)
        date = (start + pd.Timedelta(days=day)).isoformat()[:10] if is_known else None
        row[f"ready_date_p{percent}"] = date
    middle = float(quantile(days, 50))
    is_met = math.isfinite(middle)
    share = float(np.isfinite(days).mean()) if draws else math.nan
    return row | {
        "status": "conditions met (modelled)" if is_met else "conditions not met: water",
        "ready_day_p50": middle if is_met else math.nan,
        "certainty": certainty_of(share) or None,
        "probability_by_horizon": share,
        "binding_gate": "water",
        "unknown_gates": None,
        "dwellings_p50": math.nan,
        "dwellings_planned": math.nan,
    }


def _summary(number: int, name: str, ready_day: Any) -> dict[str, Any]:
    waiting = np.minimum(ready_day[number], 1826) @ np.array(PEOPLE, float)
    never = np.isinf(ready_day[number]).sum(axis=1)
    return {
        "allocation": name,
        "person_days_mean": float(waiting.mean()),
        "cost_usd_mean": 1e6 * (number + 1),
        "cost_usd_se": 1e5,
        "communities_never": float(never.mean()),
        "communities_never_p10": int(quantile(never, 10)),
        "communities_never_p90": int(quantile(never, 90)),
        "early_person_days_mean": 1234.0,
        "person_days_never_share": 0.25 * number,
        "cost_per_person_usd": 2500.0,
        "cost_per_returned_usd": 5000.0,
        "works_without_cost": 2,
        "people_unknown_dwellings": 100,
    }
