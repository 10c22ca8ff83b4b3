"""Scenarios drawn row by row, for cases that are worked by hand.

Whatever a test does not say takes the plainest value: start 2025-01-01, one hub ``town``, one
allocation ``plan``, teams that mobilise and camp in no time and do 1,000 m² of anything in a day
(so travel never counts), every day workable. A confirmed hazard of 8,000 m² then takes 1 day of
technical survey (1/8 of the area), 4 days of clearance (1/2 of it), 1 day of quality control (1/4
of what is cleared) and 10 days of handover; a suspected one 8 days of survey, 0.75 of technical
survey (1/8 of the 3/4 that are not cancelled), 3 of clearance (3/8), 0.75 of quality control.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import returnplan as rp
from returnplan.domain import type_of_table
from tests.parcels import every_parcel

DAY_S = 86_400
STAGES = ("survey", "technical_survey", "clearance", "quality_control")
PLAIN_ASSUMPTIONS: dict[str, float] = {
    "ts_coverage_share": 0.125,
    "qc_sample_share": 0.25,
    "qc_fail_share": 0,
    "handover_days": 10,
    "community_survey_team_days": 2,
    "willing_share": 0.5,
    "household_size": 4,
    "parcel_m2_minefield": 1_000_000,
    "parcel_m2_low_density": 1_000_000,
    "parcel_m2_battle_area": 1_000_000,
}


class Sketch:
    """A scenario in the making; ``run`` simulates it."""

    def __init__(self, start: date = date(2025, 1, 1), horizon_years: int = 5) -> None:
        self.start = start
        self.horizon_years = horizon_years
        self.gates: dict[str, dict[str, float]] = {"permission": {}}
        self.policy = "listed"
        self.rest_waits: Any = 0
        self.rows: dict[str, list[dict[str, Any]]] = {table: [] for table in type_of_table}
        self.rows["sources"].append({"id": "made_up", "title": "Invented for tests"})
        self._assumed = dict(PLAIN_ASSUMPTIONS)
        self._shares = dict.fromkeys(("none", "partial", "full"), (2.0, 3.0, 3.0))
        self.place("town", "hub")

    def add(self, table: str, **row: Any) -> None:
        self.rows[table].append({"source": "made_up", **row})

    def place(self, name: str, kind: str = "settlement", **more: Any) -> None:
        self.add("places", id=name, kind=kind, name=name, lon_deg=46, lat_deg=39, **more)

    def village(self, name: str, *, people: int = 0, hours: float | None = 1, **more: Any) -> None:
        """Add a settlement, its community ``NAME_people`` and its road ``NAME_road`` to the hub.

        Nobody waiting (the default) means that there is no community survey to be done; ``hours``
        None means no road.
        """
        self.place(name, **more)
        self.people(f"{name}_people", name, people)
        if hours is not None:
            self.road(f"{name}_road", "town", name, hours=hours)

    def people(self, name: str, settlement: str, people: int, **more: Any) -> None:
        self.add("communities", id=name, settlement=settlement, people=people, **more)

    def road(self, name: str, one: str, other: str, *, hours: float = 1, **more: Any) -> None:
        """Add a road on which one drives 32 km in an hour."""
        ends = {"from_place": one, "to_place": other}
        self.add("roads", id=name, **ends, length_km=32 * hours, speed_kmh=32, **more)

    def hazard(self, name: str, where: str, area_m2: float = 8000, **more: Any) -> None:
        """Add a confirmed minefield that denies housing, or the road on which it lies."""
        on_road = where in {road["id"] for road in self.rows["roads"]}
        plain = {
            "road" if on_road else "place": where,
            "hazard_class": "CHA",
            "land_class": "minefield",
            "denies": "road" if on_road else "housing",
        }
        row = {**plain, **more}
        row["denies"] = tuple(row["denies"].split(";"))
        self.add("hazards", id=name, area_m2=area_m2, **row)

    def works(self, name: str, settlement: str, kind: str, crew_days: float, **more: Any) -> None:
        row = {"skill": "building", **more}
        self.add("works", id=name, settlement=settlement, kind=kind, crew_days=crew_days, **row)

    def asset(
        self, name: str, skills: Iterable[str] = STAGES, *, rate: float = 1000, **more: Any
    ) -> None:
        """Add an asset type with the same rate for all its skills and land classes."""
        plain = {"mobilisation_days": 0, "camp_days": 0, "cost_usd_day": 100}
        self.add("assets", id=name, **{**plain, **more})
        for skill in skills:
            self.rate(name, skill, rate if skill in STAGES else None)

    def rate(self, asset: str, skill: str, rate: float | None, land: str | None = None) -> None:
        self.add("rates", asset=asset, skill=skill, rate_m2_day=rate, land_class=land)

    def deploy(
        self,
        asset: str,
        *,
        base: str = "town",
        teams: int = 1,
        since: date | None = None,
        until: date | None = None,
        serves: str = "",
    ) -> None:
        more: dict[str, Any] = {"from_date": since, "until_date": until}
        more["serves"] = tuple(serves.split(";")) if serves else None
        self.add("deployments", allocation="plan", asset=asset, base=base, teams=teams, **more)

    def team(self, name: str = "team", skills: Iterable[str] = STAGES, **more: Any) -> None:
        """Add an asset type and one team of it at the hub."""
        self.asset(name, skills, **more)
        self.deploy(name)

    def order(self, *communities: str) -> None:
        for position, name in enumerate(communities, start=1):
            row = {"allocation": "plan", "position": position, "community": name}
            self.rows["orders"].append(row)

    def zone(self, name: str, *workable_days: float) -> None:
        """Add a work calendar: workable days from January to December."""
        for month, days in enumerate(workable_days, start=1):
            self.add("calendars", zone=name, month=month, workable_days=days)

    def assume(self, **values: float) -> None:
        self._assumed |= values

    def shares(self, record: str, cancelled: float, reduced: float, cleared: float) -> None:
        self._shares[record] = (cancelled, reduced, cleared)

    def scenario(self) -> rp.Scenario:
        known = {"unit": "1", "mark": "assumed", "source": "made_up"}
        assumptions = [
            {"id": name, "distribution": "fixed", "a": value, **known}
            for name, value in self._assumed.items()
        ]
        assumptions += [
            {"id": f"route_shares_{record}", "distribution": "dirichlet", **known}
            | dict(zip("abc", shares, strict=True))
            for record, shares in self._shares.items()
        ]
        assumptions += self.rows["assumptions"]
        header = {"name": "plan", "policy": self.policy, "rest_waits": self.rest_waits}
        rows = {**self.rows, "assumptions": assumptions, "allocations": [header]}
        tables: dict[str, Any] = {
            table: tuple(row_type(**row) for row in rows[table])
            for table, row_type in (type_of_table | {"allocations": rp.AllocationHeader}).items()
        }
        return rp.Scenario(
            name="sketch",
            title="Drawn row by row",
            start=self.start,
            horizon_years=self.horizon_years,
            gates=self.gates,
            **tables,
        )

    def run(self) -> Told:
        return Told(rp.simulate(self.scenario(), "plan"))


@dataclass(frozen=True)
class Told:
    """An outcome, asked in words; what does not happen within the horizon is None."""

    outcome: rp.Outcome

    def parcels(self, job: str) -> list[Any]:
        """Rows of the table of jobs of one job, by parcel."""
        table = every_parcel(self.outcome.jobs)
        return list(table[table["job"] == job].itertuples())

    def parcel(self, job: str) -> Any:
        (only,) = self.parcels(job)
        return only

    def when(self, job: str) -> tuple[float | None, ...]:
        """Days of dispatch, of the begin of work and of the end, of a job of one parcel."""
        row = self.parcel(job)
        return _day(row.start_day), _day(row.work_day), _day(row.finish_day)

    def spans(self, job: str) -> list[tuple[float | None, float | None]]:
        """Days of dispatch and end of each parcel of a job."""
        return [(_day(row.start_day), _day(row.finish_day)) for row in self.parcels(job)]

    def open(self, job: str) -> float | None:
        return _day(self.parcels(job)[0].open_day)

    def job_ids(self) -> list[str]:
        """Ids of all jobs, in the order in which they are served."""
        return list(dict.fromkeys(self.outcome.jobs["job"]))

    def started(self) -> list[str]:
        """Ids of jobs in the order of dispatch (of one team: in the order of work)."""
        begun = self.outcome.jobs.dropna(subset=["start_day"])
        return list(begun.sort_values(["start_day", "finish_day"], kind="stable")["job"])

    def released(self, hazard: str) -> float | None:
        table = self.outcome.releases.set_index("hazard")["released_day"]
        return _day(table[hazard])

    def road(self, road: str) -> tuple[float | None, float | None]:
        """Days on which a road is released and open."""
        row = self.outcome.roads.set_index("road").loc[road]
        return _day(row["released_day"]), _day(row["open_day"])

    def gate(self, gate: str, community: str) -> float | str | None:
        """Day from which a gate holds, "unknown", or None: not met."""
        table = self.outcome.gates
        found = table[(table["community"] == community) & (table["gate"] == gate)]
        (row,) = found.itertuples()
        state, day = str(row.state), _day(row.day_p50)
        assert (state == "met") == (day is not None)
        return "unknown" if state == "unknown" else day

    def ready(self, community: str) -> float | None:
        return _day(self._readiness(community).ready_day_p50)

    def binding(self, community: str) -> str:
        return str(self._readiness(community).binding_gate)

    def status(self, community: str) -> str:
        return str(self._readiness(community).status)

    def _readiness(self, community: str) -> Any:
        table = self.outcome.readiness
        (row,) = table[table["community"] == community].itertuples()
        return row


def _day(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def seconds(day: float | None) -> int | None:
    """Whole seconds of a day of a table."""
    return None if day is None else round(day * DAY_S)
