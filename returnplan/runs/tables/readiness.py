"""Who is ready when: communities, gates, people by date (model §7, §11)."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.model.conditions.score import severity
from returnplan.quantiles import mean
from returnplan.runs.blocks import standard_errors
from returnplan.runs.tables.drawn import PEOPLE, Drawn
from returnplan.runs.tables.family import of_draws
from returnplan.units import DAY_S

Floats = NDArray[np.float64]


@of_draws
def readiness(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation and community: status, dates with range, score."""
    scenario, settlements = drawn.scenario, drawn.prepared.settlements
    communities = scenario.communities
    verdicts = [drawn.judged.at(at) for at in settlements.community.tolist()]
    ready_s = np.array([one.ready_s for one in verdicts], np.float64).reshape(-1, 3)
    low, middle, high = (drawn.dates(times) for times in ready_s.T)
    if drawn.is_expected:
        low, high = np.full((2, len(communities)), "NaT", "datetime64[s]")
    score = drawn.scored.score["proposed"]
    planned = drawn.prepared.returns.planned_dwellings[settlements.community]
    done = drawn.ends(drawn.read("dwellings_here"))["p50"][settlements.community]
    return pd.DataFrame(
        {
            "allocation": drawn.name,
            "community": [one.id for one in communities],
            "settlement": [one.settlement for one in communities],
            "district": [scenario.place[one.settlement].district for one in communities],
            "people": [one.people for one in communities],
            "status": [one.status for one in verdicts],
            "certainty": [None if drawn.is_expected else one.certainty or None for one in verdicts],
            "ready_date_p10": low,
            "ready_date_p50": middle,
            "ready_date_p90": high,
            "ready_day_p50": _days(ready_s[:, 1]),
            "probability_by_horizon": [
                np.nan if drawn.is_expected else one.ready_share for one in verdicts
            ],
            "binding_gate": [one.binding_gate for one in verdicts],
            "score": score,
            "severity": severity(score),
            "unknown_gates": [", ".join(one.unknown_gates) or None for one in verdicts],
            "dwellings_p50": np.where(np.isnan(planned), np.nan, done),
            "dwellings_planned": planned,
        }
    )


@of_draws
def people_met(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation and date: people with conditions met, returned, present.

    The range is one of numbers of people: p10 is the low end, which 90 % of the draws reach.
    """
    dates, met = drawn.prepared.dates, _met(drawn, drawn.ready_s)
    alone = np.full(len(dates), np.nan)
    if drawn.expected_s is not None:
        alone = _met(drawn, drawn.expected_s[np.newaxis])[0].astype(float)
    return pd.DataFrame(
        {
            "allocation": drawn.name,
            "date": np.array(dates, "datetime64[s]"),
            "day": [(day - drawn.scenario.start).days for day in dates],
            **{f"people_{end}": values for end, values in drawn.ends(met).items()},
            "people_mean": [drawn.mean(column) for column in met.T],
            "people_se": standard_errors(met, drawn.effective),
            "people_expected_values": alone,
            **_returned(drawn),
        }
    )


def _met(drawn: Drawn, ready_s: Floats) -> NDArray[np.int64]:
    """People whose conditions are met by each date of counting, draw x date."""
    by_s = drawn.prepared.by_s
    met = np.zeros((len(ready_s), len(by_s) + 1), np.int64)  # never in the last
    for draw, times in enumerate(ready_s):
        np.add.at(met[draw], np.searchsorted(by_s, times), drawn.waiting)
    return met.cumsum(axis=1)[:, :-1]


def _returned(drawn: Drawn) -> dict[str, Any]:
    """People who have returned, are present, came early, by date."""
    returned, present, early = (drawn.totals[name] for name in PEOPLE)
    return {
        **{f"returned_{end}": values for end, values in drawn.ends(returned).items()},
        "returned_mean": [mean(column) for column in returned.T],
        "returned_se": standard_errors(returned, drawn.effective),
        **{f"present_{end}": values for end, values in drawn.ends(present).items()},
        "early_p50": drawn.ends(early)["p50"],
    }


@of_draws
def gates(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation, community and gate: met, not met or unknown, and from when."""
    judged, scenario = drawn.judged, drawn.scenario
    rows = []
    at_home = zip(scenario.communities, drawn.prepared.settlements.community, strict=True)
    for community, at in at_home:
        days = _days(judged.gate_s[at])
        for number, name in enumerate(judged.gates):
            is_unknown = 2 * judged.unknown[at, number] >= judged.draws
            is_met = not np.isnan(days[number])
            state = "unknown" if is_unknown else "met" if is_met else "not met"
            share = int(judged.binds[at, number]) / judged.draws
            rows.append((drawn.name, community.id, name, state, days[number], share))
    columns = ["allocation", "community", "gate", "state", "day_p50", "binding_share"]
    return pd.DataFrame(rows, columns=columns).astype({"day_p50": float})


def _days(times_s: Floats) -> Floats:
    """Days since the start; nan for what does not come within the horizon."""
    return np.where(np.isinf(times_s), np.nan, times_s / DAY_S)
