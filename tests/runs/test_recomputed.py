"""Every range, mean and standard error of dates and people, again from ``ready_day.npz``.

Nothing of the package is called but the command that writes the run folder: numbers are read from
its files and worked out in plain Python, as MODEL.md says it.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean, stdev

import numpy as np
import pytest

VALLEY = Path(__file__).resolve().parents[2] / "scenarios" / "valley"
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class Folder:
    """A run folder: people and ready days of each community, by allocation and draw."""

    path: Path
    start: date
    horizon: date
    people: dict[str, int]
    days: dict[str, dict[str, list[float]]]

    def rows(self, table: str, allocation: str) -> Rows:
        return [row for row in read(self.path / f"{table}.csv") if row["allocation"] == allocation]

    def number(self, day: date) -> int:
        return (day - self.start).days

    def draws(self, allocation: str) -> Iterator[list[tuple[int, float]]]:
        """People and ready day of every community, a list for each draw."""
        mine = self.days[allocation]
        for at in zip(*mine.values(), strict=True):
            yield list(zip((self.people[name] for name in mine), at, strict=True))


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module", params=["72", "12"])
def folder(request: pytest.FixtureRequest, run_of: Callable[..., Path]) -> Folder:
    """Return a run of 72 draws (four blocks and a half), or of 12 (none is full)."""
    path = run_of(VALLEY, "-a", "today", "-a", "two_more_teams", "--draws", request.param)
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    people = {row["id"]: int(row["people"]) for row in read(path / "scenario" / "communities.csv")}
    with np.load(path / "ready_day.npz") as stored:
        names, communities = stored["allocation"].tolist(), stored["community"].tolist()
        cube = stored["ready_day"].tolist()
    days = {
        name: {one: [draw[at] for draw in cube[number]] for at, one in enumerate(communities)}
        for number, name in enumerate(names)
    }
    assert len(cube[0]) == int(request.param)
    return Folder(
        path,
        date.fromisoformat(manifest["scenario_start"]),
        date.fromisoformat(manifest["horizon"]),
        people,
        days,
    )


def at_share(values: Sequence[float], percent: int) -> float:
    """Value of the draw at place ceil(q (n - 1)), from 0."""
    return sorted(values)[math.ceil(percent * (len(values) - 1) / 100)]


def error(values: Sequence[float]) -> float:
    """Spread of the means of full blocks of 16 draws (of draws, where there are fewer than 64)."""
    size = 16 if len(values) >= 64 else 1
    blocks = [values[at : at + size] for at in range(0, len(values) - size + 1, size)]
    return stdev(fmean(block) for block in blocks) / math.sqrt(len(values) / size)


def assert_spread(row: dict[str, str], name: str, values: Sequence[float]) -> None:
    """A mean, its error and the range, as far as the row has them; the mean may be unnamed."""
    mean = f"{name}_mean" if f"{name}_mean" in row else name
    assert float(row[mean]) == pytest.approx(fmean(values), rel=1e-6)
    assert float(row[f"{name}_se"]) == pytest.approx(error(values), rel=1e-4, abs=1e-9)
    for percent in (10, 50, 90):
        if f"{name}_p{percent}" in row:
            found = float(row[f"{name}_p{percent}"])
            assert found == pytest.approx(at_share(values, percent), rel=1e-6), (name, percent)


ALLOCATIONS = pytest.mark.parametrize("allocation", ["today", "two_more_teams"])


@ALLOCATIONS
def test_dates_probability_and_certainty_of_communities(folder: Folder, allocation: str) -> None:
    rows = folder.rows("readiness", allocation)
    assert [row["community"] for row in rows] == list(folder.days[allocation])
    said = set()
    for row in rows:
        days = folder.days[allocation][row["community"]]
        for percent in (10, 50, 90):
            day = at_share(days, percent)
            found = "" if day == math.inf else f"{folder.start + timedelta(days=int(day))}"
            assert row[f"ready_date_p{percent}"] == found
        middle = at_share(days, 50)
        is_met = middle < math.inf
        assert float(row["ready_day_p50"] or "inf") == pytest.approx(middle, abs=3e-4)
        assert (row["status"] == "conditions met (modelled)") == is_met
        share = sum(day < math.inf for day in days) / len(days)
        assert float(row["probability_by_horizon"]) == share
        words = "likely" if share > 0.6 else "unlikely" if share < 0.4 else "about even"
        assert row["certainty"] == ("" if row["status"].startswith("unknown") else words)
        said.add(words)
    assert len(said) >= 2


@ALLOCATIONS
def test_people_by_each_date(folder: Folder, allocation: str) -> None:
    rows = folder.rows("people_met", allocation)
    assert len(rows) == 12 * (folder.horizon.year - folder.start.year) + 1
    for row in rows:
        by_day = folder.number(date.fromisoformat(row["date"]))
        assert int(row["day"]) == by_day
        met = [
            sum(people for people, day in draw if day <= by_day)
            for draw in folder.draws(allocation)
        ]
        assert_spread(row, "people", met)
    assert float(rows[-1]["people_se"]) > 0


@ALLOCATIONS
def test_the_row_of_an_allocation(folder: Folder, allocation: str) -> None:
    (row,) = folder.rows("summary", allocation)
    draws = list(folder.draws(allocation))
    end = folder.number(folder.horizon)
    waiting = [sum(people * min(day, end) for people, day in draw) for draw in draws]
    assert_spread(row, "person_days", waiting)
    late = sum(people * end for draw in draws for people, day in draw if day == math.inf)
    share = late / sum(waiting)
    assert float(row["person_days_never_share"]) == pytest.approx(share, rel=1e-6)
    years = range(folder.start.year + 1, folder.horizon.year + 1)
    for day in (folder.start.replace(year=year) for year in years):
        by_day = folder.number(day)
        met = [sum(people for people, ready in draw if ready <= by_day) for draw in draws]
        assert_spread(row, f"people_by_{day}", met)
    never = [sum(day == math.inf for _, day in draw) for draw in draws]
    assert_spread(row, "communities_never", never)
    shares = [float(one["probability_by_horizon"]) for one in folder.rows("readiness", allocation)]
    assert float(row["communities_never"]) == pytest.approx(sum(1 - one for one in shares))
    last = at_share([max(day for _, day in draw) for draw in draws], 50)
    found = "" if last == math.inf else f"{folder.start + timedelta(days=int(last))}"
    assert row["last_ready_date_p50"] == found


@ALLOCATIONS
def test_expected_values_are_those_of_a_run_without_draws(
    folder: Folder, allocation: str, run_of: Callable[..., Path]
) -> None:
    alone = run_of(VALLEY, "-a", allocation, "--draws", "0")
    (row,) = folder.rows("summary", allocation)
    (its,) = read(alone / "summary.csv")
    assert row["person_days_expected_values"] == its["person_days_mean"]
    met, its_met = folder.rows("people_met", allocation), read(alone / "people_met.csv")
    assert [float(one["people_expected_values"]) for one in met] == [
        float(one["people_p50"]) for one in its_met
    ]
    never = sum(not one["ready_day_p50"] for one in read(alone / "readiness.csv"))
    assert float(its["communities_never"]) == never
    blank = ("communities_never_p10", "communities_never_p90", "communities_never_se")
    assert [its[name] for name in (*blank, "person_days_se", "person_days_expected_values")] == [
        *("", "", "", "", "")
    ]
    assert {one["certainty"] for one in read(alone / "readiness.csv")} == {""}
