"""From the draws of an allocation to ranges: quantiles, shares, and the tables of a run.

A draw in which something does not come within the horizon counts as never; it is kept, so that
quantiles of dates are not biased to early ones. A quantile is always the value of a draw.

Status with draws (model §7): *met* if the median ready time is within the horizon. Otherwise the
gates named are those that fail (never within the horizon, or unknown) in at least half of the draws
in which the community is not ready; if there is none, the one that fails most often. The status is
*unknown* only if each of them is unknown in at least half of those draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.model.account import Tables
from returnplan.domain import Scenario
from returnplan.quantiles import HIGH, LOW, MIDDLE, mean, quantile
from returnplan.model.conditions.gates import NEVER_S, UNKNOWN_S, status_of
from returnplan.model.conditions.score import Scored, severity
from returnplan.runs.tables.one_run import (PEOPLE_COLUMNS, READINESS_COLUMNS, returned_columns, summary_columns)
from returnplan.units import DAY_S, counting_dates, date_to_seconds, horizon_date, seconds_to_date

Cell = tuple[str, int, str, str]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Gates of one allocation over all draws, by settlement.

    Parameters
    ----------
    gates
        Gates in force, in order.
    ready_s
        Draw x settlement: latest of the gates, s; ``NEVER_S`` when not within the horizon.
    gate_s
        Settlement x gate: median over the draws, s; ``NEVER_S`` when not within the horizon.
    binds, fails, unknown
        Settlement x gate: draws in which the gate binds, does not come within the horizon or is
        unknown, is unknown.
    """

    gates: tuple[str, ...]
    ready_s: NDArray[np.uint32]
    gate_s: NDArray[np.uint32]
    binds: NDArray[np.int64]
    fails: NDArray[np.int64]
    unknown: NDArray[np.int64]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.ready_s)

    def at(self, settlement: int) -> "Verdict":
        """Judge one settlement over all draws.

        Parameters
        ----------
        settlement
            Its number.

        Returns
        -------
        Verdict
            Ready times, gate that binds, status.
        """
        ready_s = self.ready_s[:, settlement]
        late = int((ready_s == NEVER_S).sum())
        fails, unknown = self.fails[settlement], self.unknown[settlement]
        median_s = int(quantile(ready_s, MIDDLE))
        chosen: list[int] = []
        if median_s == NEVER_S:
            chosen = np.flatnonzero(2 * fails >= late).tolist() or [int(fails.argmax())]
        not_met = [self.gates[gate] for gate in chosen if 2 * unknown[gate] < late]
        return Verdict(
            ready_s=(int(quantile(ready_s, LOW)), median_s, int(quantile(ready_s, HIGH))),
            ready_share=(self.draws - late) / self.draws,
            binding_gate=self.gates[int(self.binds[settlement].argmax())] if self.gates else "",
            status=status_of([self.gates[gate] for gate in chosen], not_met),
            unknown_gates=tuple(
                gate
                for gate, count in zip(self.gates, unknown, strict=True)
                if 2 * count >= self.draws
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One settlement over all draws.

    Parameters
    ----------
    ready_s
        Ready time, s: p10, p50, p90; ``NEVER_S`` when not within the horizon.
    ready_share
        Share of the draws in which it is ready within the horizon.
    binding_gate
        Gate that binds in most draws; ties go to the first.
    status
        One of the three status phrases.
    unknown_gates
        Gates that are unknown in at least half of the draws.
    """

    ready_s: tuple[int, int, int]
    ready_share: float
    binding_gate: str
    status: str
    unknown_gates: tuple[str, ...]


def judge_draws(gates: tuple[str, ...], gate_s: NDArray[np.uint32], horizon_s: int) -> Judged:
    """Judge each settlement in each draw (model §7).

    Parameters
    ----------
    gates
        Gates in force, in order.
    gate_s
        Draw x settlement x gate, s; ``NEVER_S`` and ``UNKNOWN_S`` as they are.
    horizon_s
        The horizon, s.

    Returns
    -------
    Judged
        Ready times, and what gates do over the draws.
    """
    draws, settlements, _ = gate_s.shape
    ready_s = np.zeros((draws, settlements), np.uint32)
    binding = np.zeros((draws, settlements), np.intp)
    counts = {name: np.zeros((settlements, len(gates)), np.int64) for name in ("fails", "unknown")}
    medians = np.zeros((settlements, len(gates)), np.uint32)
    for number in range(len(gates)):
        times = gate_s[:, :, number]
        within = np.where(times > horizon_s, np.uint32(NEVER_S), times)
        counts["fails"][:, number] = (within == NEVER_S).sum(axis=0)
        counts["unknown"][:, number] = (times == UNKNOWN_S).sum(axis=0)
        medians[:, number] = quantile(within, MIDDLE)
        binding[within > ready_s] = number  # not at a tie, which goes to the first
        ready_s = np.maximum(ready_s, within)
    binds = [(binding == number).sum(axis=0) for number in range(len(gates))]
    return Judged(
        gates=gates,
        ready_s=ready_s,
        gate_s=medians,
        binds=np.stack(binds, 1) if gates else counts["fails"],
        **counts,
    )


# ---------------------------------------------------------------- tables


def _iso(seconds: int, start: date) -> str | None:
    return None if seconds == NEVER_S else seconds_to_date(seconds, start).isoformat()


def _day(seconds: int) -> float | None:
    return None if seconds == NEVER_S else seconds / DAY_S


def readiness_table(
    scenario: Scenario, allocation: str, verdicts: dict[str, Verdict], scored: Scored
) -> pd.DataFrame:
    """One row a community: status, range of dates, probability, score.

    Parameters
    ----------
    scenario
        The scenario.
    allocation
        Name of the allocation.
    verdicts
        By settlement.
    scored
        Scores by community.

    Returns
    -------
    pandas.DataFrame
        The columns of :attr:`returnplan.Outcome.readiness`.
    """
    rows = []
    for community in scenario.communities:
        found = verdicts[community.settlement]
        dates = [_iso(seconds, scenario.start) for seconds in found.ready_s]
        rows.append(
            {
                "allocation": allocation,
                "community": community.id,
                "settlement": community.settlement,
                "district": scenario.place[community.settlement].district,
                "people": community.people,
                "status": found.status,
                "ready_date_p10": dates[0],
                "ready_date_p50": dates[1],
                "ready_date_p90": dates[2],
                "ready_day_p50": _day(found.ready_s[1]),
                "probability_by_horizon": found.ready_share,
                "binding_gate": found.binding_gate,
                "unknown_gates": ", ".join(found.unknown_gates) or None,
            }
        )
    numbers = ("ready_day_p50", "probability_by_horizon", "score", "severity")
    table = pd.DataFrame(rows, columns=READINESS_COLUMNS)
    table["score"] = scored.score["proposed"]
    table["severity"] = severity(scored.score["proposed"])
    return table.astype(dict.fromkeys(numbers, float))


def people_met_table(
    scenario: Scenario,
    allocation: str,
    ready_s: NDArray[np.uint32],
    totals: Mapping[str, NDArray[np.float64]],
) -> pd.DataFrame:
    """One row a date: people whose conditions are met by its midnight (model §11).

    The range is one of numbers of people: p10 is the low end, which 90 % of the draws reach.

    Parameters
    ----------
    scenario
        The scenario.
    allocation
        Name of the allocation.
    ready_s
        Draw x community, s; ``NEVER_S`` when not within the horizon.
    totals
        People who have returned, are present, came early: draws x dates.

    Returns
    -------
    pandas.DataFrame
        The columns of :attr:`returnplan.Outcome.people_met`.
    """
    dates = counting_dates(scenario.start, scenario.horizon_years)
    by_s = np.array([date_to_seconds(day, scenario.start) for day in dates], np.int64)
    people = np.array([community.people for community in scenario.communities], np.int64)
    met = np.zeros((len(ready_s), len(dates) + 1), np.int64)  # draw x date, never in the last
    for draw, times in enumerate(ready_s):
        np.add.at(met[draw], np.searchsorted(by_s, times), people)
    met = met.cumsum(axis=1)[:, :-1]
    days = [(day - scenario.start).days for day in dates]
    values = [*(quantile(met, percent) for percent in (LOW, MIDDLE, HIGH)), map(mean, met.T)]
    columns = [[allocation] * len(dates), [day.isoformat() for day in dates], days, *values]
    table = pd.DataFrame(list(zip(*columns, strict=True)), columns=PEOPLE_COLUMNS[:7])
    return table.assign(**returned_columns(totals))[PEOPLE_COLUMNS]


def gates_table(
    scenario: Scenario, allocation: str, settlement_no: dict[str, int], judged: Judged
) -> pd.DataFrame:
    """One row a community and gate: state, median day, share of the draws in which it binds.

    Parameters
    ----------
    scenario
        The scenario.
    allocation
        Name of the allocation.
    settlement_no
        Numbers of the settlements.
    judged
        Gates over the draws.

    Returns
    -------
    pandas.DataFrame
        The columns of :attr:`returnplan.Outcome.gates`.
    """
    rows = []
    for community in scenario.communities:
        at = settlement_no[community.settlement]
        for number, name in enumerate(judged.gates):
            day = _day(int(judged.gate_s[at, number]))
            is_unknown = 2 * judged.unknown[at, number] >= judged.draws
            state = "unknown" if is_unknown else "not met" if day is None else "met"
            share = int(judged.binds[at, number]) / judged.draws
            rows.append((allocation, community.id, name, state, day, share))
    columns = ["allocation", "community", "gate", "state", "day_p50", "binding_share"]
    return pd.DataFrame(rows, columns=columns).astype({"day_p50": float})


def land_release_table(
    allocation: str, cells: Sequence[Cell], released_m2: NDArray[np.float64]
) -> pd.DataFrame:
    """Area by district, year of release, route, and what it denied, m2, as ranges over draws.

    Quantiles of rows do not add up to quantiles of sums; means do.

    Parameters
    ----------
    allocation
        Name of the allocation.
    cells
        District, year, route, what was denied.
    released_m2
        Draw x cell.

    Returns
    -------
    pandas.DataFrame
        The columns of :attr:`returnplan.Outcome.land_release`; what is 0 in all draws is left out.
    """
    columns = ["allocation", "district", "year", "route", "denies"]
    kept = [number for number in range(len(cells)) if released_m2[:, number].any()]
    rows = [(allocation, *cells[number]) for number in kept]
    table = pd.DataFrame(rows, columns=columns).astype({"year": int})
    for percent in (LOW, MIDDLE, HIGH):
        table[f"area_m2_p{percent}"] = quantile(released_m2[:, kept], percent)
    table["area_m2_mean"] = released_m2[:, kept].mean(axis=0)
    return table.sort_values(columns[1:], ignore_index=True)


def summary_table(
    scenario: Scenario, allocation: str, ready_s: NDArray[np.uint32], told: Tables
) -> pd.DataFrame:
    """One row: what the allocation brings over the draws (model §11).

    Parameters
    ----------
    scenario
        The scenario.
    allocation
        Name of the allocation.
    ready_s
        Draw x community, s; ``NEVER_S`` when not within the horizon.
    told
        Its other tables.

    Returns
    -------
    pandas.DataFrame
        The columns of :attr:`returnplan.Outcome.summary`.
    """
    people = np.array([community.people for community in scenario.communities], np.int64)
    horizon = horizon_date(scenario.start, scenario.horizon_years)
    horizon_s = date_to_seconds(horizon, scenario.start)
    waiting_s = np.minimum(ready_s, horizon_s).astype(np.int64) @ people
    person_days = waiting_s / DAY_S
    row: dict[str, object] = {
        "allocation": allocation,
        "person_days_mean": mean(person_days),
        "person_days_p10": float(quantile(person_days, LOW)),
        "person_days_p90": float(quantile(person_days, HIGH)),
    }
    for year in range(1, scenario.horizon_years + 1):
        by_date = horizon_date(scenario.start, year)
        by_s = date_to_seconds(by_date, scenario.start)
        met = mean((ready_s <= by_s) @ people)
        row[f"people_by_{by_date.isoformat()}_mean"] = met
    last = ready_s.max(axis=1, initial=0)
    medians = quantile(ready_s, MIDDLE)
    row |= {
        "last_ready_date_p50": _iso(int(quantile(last, MIDDLE)), scenario.start),
        "communities_never": int((medians == NEVER_S).sum()),
        **summary_columns(scenario, told, met),
    }
    return pd.DataFrame([row])
