"""Districts for the page: shares over time and, on the public page, what their people wait for."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from returnplan.model.conditions.gates import gate_name, gates_in_force
from returnplan.model.reasons.causes import cause_group, cause_name
from returnplan.show.findings import Findings, records
from returnplan.show.page.years import half_met, year_before

SHARE_DIGITS = 3
MOST_CAUSES = 6
STATES = ("people_met", "people_not_met", "people_unknown")


def district_shares(findings: Findings, ranges: Sequence[str]) -> dict[str, Any]:
    """Share of each district's people whose conditions are met, by allocation and date.

    Parameters
    ----------
    ranges
        Parts of a range that the run has: p10, p50, p90.

    Returns
    -------
    dict[str, Any]
        ``names``, ``people``, ``days``, ``shares`` as allocation x district x range x day, None
        where a date is not shown, and ``years`` as allocation x district (see
        :func:`returnplan.show.page.years.half_met`).
    """
    table = findings.tables["district_shares"]
    names = district_keys(findings)
    dates = sorted({row["date"] for row in records(table)})
    people = table.groupby("district")["people"].max()
    cells = {(row["allocation"], row["district"], row["date"]): row for row in records(table)}
    start = findings.scenario.start

    def share(*cell: Any, part: str) -> float | None:
        return _share(cells[cell][f"share_{part}"]) if cell in cells else None

    days = [(date - start).days for date in dates]
    years = [year_before(start, day) for day in days]
    shares = [
        [
            [[share(allocation, name, date, part=part) for date in dates] for part in ranges]
            for name in names
        ]
        for allocation in findings.allocations
    ]
    middle = len(ranges) // 2
    return {
        "names": [district_name(findings, name) for name in names],
        "people": [_whole(people[name]) for name in names],
        "days": days,
        "shares": shares,
        "years": [[half_met(district[middle], years) for district in plan] for plan in shares],
    }


def district_keys(findings: Findings) -> list[str]:
    """Districts as the tables name them, in the order of the page."""
    return sorted(findings.tables["district_shares"]["district"].unique().tolist())


def district_name(findings: Findings, name: str) -> str:
    """Name of a district; places that state none are counted together."""
    return findings.district(name) if name else findings.words.phrase("without a district")


def district_profiles(findings: Findings) -> dict[str, Any]:
    """How the conditions stand for the people of each district, and what they wait for.

    Parameters
    ----------
    findings
        The run, for the public.

    Returns
    -------
    dict[str, Any]
        ``gates``: their names; ``district_gates`` as allocation x district x gate x (people met,
        not met, unknown); ``district_causes`` as allocation x district x (name, person-days).
    """
    names = district_keys(findings)
    gates = gates_in_force(findings.scenario)
    return {
        "gates": [gate_name(gate, findings.words) for gate in gates],
        "district_gates": [_gates(findings, name, names, gates) for name in findings.allocations],
        "district_causes": [_causes(findings, name, names) for name in findings.allocations],
    }


def _gates(
    findings: Findings, allocation: str, names: Sequence[str], gates: Sequence[str]
) -> list[list[list[int | None]]]:
    rows = records(findings.rows("district_gates", allocation))
    cells: Mapping[Any, Any] = {(row["district"], row["gate"]): row for row in rows}
    return [
        [[_whole(cells[name, gate][state]) for state in STATES] for gate in gates] for name in names
    ]


def _causes(findings: Findings, allocation: str, names: Sequence[str]) -> list[list[list[Any]]]:
    """The longest causes of each district; none where they are withheld."""
    rows = findings.rows("district_delays", allocation).dropna(subset=["person_days_mean"])
    groups = rows.assign(cause=rows["cause"].map(cause_group))
    sums = groups.groupby(["district", "cause"])["person_days_mean"].sum().reset_index()
    sums = sums.sort_values("person_days_mean", ascending=False, kind="stable")
    return [
        [
            [cause_name(row["cause"], findings.words), round(row["person_days_mean"])]
            for row in records(sums[sums["district"] == name].head(MOST_CAUSES))
        ]
        for name in names
    ]


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else round(float(value))


def _share(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), SHARE_DIGITS)
