"""What an allocation costs by year and asset type, and whether its funding holds it."""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

import returnplan as rp
from returnplan.cli.described import describe
from returnplan.model.chance.months import months_from
from returnplan.model.effects.cost import Costs, Payroll
from returnplan.model.work.teams import Team, roster
from returnplan.runs.tables.effects import costs as cost_table
from returnplan.scenario import write_workbook
from returnplan.scenario.funding import envelopes
from returnplan.units import DAY_S, date_to_seconds, horizon_date
from tests.scenario.planted import sure
from tests.sketch import Sketch
from tests.tabled import by_hand
from tests.worlds import seeds, two_villages, write_random_world

pytestmark = pytest.mark.unwatched

START = date(2025, 7, 1)
HORIZON = date(2027, 7, 1)
HORIZON_S = date_to_seconds(HORIZON, START)
NONE = np.array([-1])

Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def instant(day: date) -> int:
    return date_to_seconds(day, START)


def team(asset: str, since: date = START, until: date | None = None, number: int = 1) -> Team:
    end_s = None if until is None else instant(until)
    name = f"{asset}/town/{number:04d}"
    return Team(id=name, asset=asset, base="town", from_s=instant(since), until_s=end_s)


def asset(name: str, **more: Any) -> rp.Asset:
    return rp.Asset(id=name, **{"cost_usd_day": 100.0, **more}, source="made_up")


def works(name: str, cost_usd: float | None) -> rp.Works:
    words: dict[str, Any] = {"kind": "water", "skill": "building", "source": "made_up"}
    return rp.Works(id=name, settlement="village", crew_days=1, cost_usd=cost_usd, **words)


def payroll(
    teams: Sequence[Team], assets: Sequence[rp.Asset], works: Sequence[rp.Works] = ()
) -> Payroll:
    return Payroll(teams, assets, HORIZON_S, START, works)


def counts(types: int, *found: tuple[int, date]) -> Whole:
    """Events of deployed asset types on days, by calendar month."""
    table = np.zeros((types, len(months_from(START).names)), np.int64)
    for number, day in found:
        table[number, 12 * (day.year - START.year) + day.month - START.month] += 1
    return table


def told(pay: Payroll, costs: Costs) -> dict[tuple[int, str], tuple[float, ...]]:
    """Team-days, mobilisations, camps and USD by year and asset type, where there are any."""
    rows = zip(pay.cost_cells, np.array(costs).T.tolist(), strict=True)
    return {cell: tuple(row) for cell, row in rows if any(row)}


# ---------------------------------------------------------------- worked by hand


def test_a_team_that_stays_over_new_year_is_paid_in_both_years() -> None:
    pay = payroll([team("manual", date(2025, 12, 22), date(2026, 1, 6))], [asset("manual")])
    costs = pay.costs(NONE, counts(1), counts(1), np.zeros(0))
    assert told(pay, costs) == {
        (2025, "manual"): (10, 0, 0, 1000),
        (2026, "manual"): (5, 0, 0, 500),
    }
    assert costs.total_usd.tolist() == [1500]


def test_a_team_that_finishes_after_its_until_is_paid_to_the_end_of_the_work() -> None:
    teams = [
        team("manual", date(2025, 12, 1), date(2025, 12, 11), 1),
        team("manual", date(2025, 12, 1), date(2025, 12, 11), 2),
    ]
    last_s = np.array([instant(date(2026, 1, 2)) + DAY_S // 2, instant(date(2025, 12, 5))])
    pay = payroll(teams, [asset("manual")])
    costs = pay.costs(last_s, counts(1), counts(1), np.zeros(0))
    assert told(pay, costs) == {
        (2025, "manual"): (31 + 10, 0, 0, 4100),
        (2026, "manual"): (1.5, 0, 0, 150),
    }
    from_s, until_s = pay.presence(last_s)
    assert (until_s - from_s).sum() / DAY_S == costs.team_days.sum()


def test_moves_and_camps_are_paid_in_the_year_of_dispatch() -> None:
    teams = [team("dogs", START, START + timedelta(1)), team("manual", START, START + timedelta(2))]
    prices = [
        asset("manual", mobilisation_usd=50, camp_usd=7),
        asset("dogs", mobilisation_usd=1000, camp_usd=20),
        asset("idle", mobilisation_usd=9),
    ]
    moves = counts(2, (0, START), (0, date(2025, 12, 31)), (1, date(2026, 1, 1)))
    camps = counts(2, (0, date(2027, 6, 30)), (1, START))
    pay = payroll(teams, prices)
    costs = pay.costs(np.array([-1, -1]), moves, camps, np.zeros(0))
    assert told(pay, costs) == {
        (2025, "dogs"): (1, 2, 0, 100 + 2000),
        (2025, "manual"): (2, 0, 1, 200 + 7),
        (2026, "manual"): (0, 1, 0, 50),
        (2027, "dogs"): (0, 0, 1, 20),
    }


def test_works_are_paid_in_the_year_in_which_they_are_done() -> None:
    rows = [works("d", 4.5), works("a", 100), works("c", None), works("b", 30), works("e", 8)]
    pay = payroll([], [asset("manual")], rows)
    done = {"d": date(2026, 1, 1), "a": date(2025, 12, 31), "c": START, "b": HORIZON}
    done_s = np.array([float(instant(done[w.id])) if w.id in done else np.inf for w in rows])
    costs = pay.costs(np.zeros(0, np.int64), counts(0), counts(0), done_s)
    assert told(pay, costs) == {
        (2025, "works"): (0, 0, 0, 100),
        (2026, "works"): (0, 0, 0, 4.5),
        (2027, "works"): (0, 0, 0, 30),
    }
    never = np.where(np.isinf(done_s), -1, done_s).astype(np.int64)
    again = pay.costs(np.zeros(0, np.int64), counts(0), counts(0), never)
    assert again.total_usd.tolist() == costs.total_usd.tolist() == [134.5]


def test_nothing_is_paid_after_the_horizon() -> None:
    teams = [
        team("manual", date(2027, 6, 29), None, 1),
        team("manual", date(2027, 6, 29), date(2028, 1, 1), 2),
        team("manual", date(2027, 6, 21), date(2027, 6, 22), 3),
        team("manual", date(2027, 8, 1), date(2027, 9, 1), 4),
    ]
    last_s = np.array([-1, HORIZON_S + DAY_S, HORIZON_S + 99 * DAY_S, -1])
    pay = payroll(teams, [asset("manual", mobilisation_usd=1)], [works("w", 5)])
    moves = counts(1, (0, date(2027, 8, 1)), (0, date(2028, 1, 1)), (0, date(2027, 6, 30)))
    costs = pay.costs(last_s, moves, counts(1), np.array([HORIZON_S + 1.0]))
    assert told(pay, costs) == {(2027, "manual"): (2 + 2 + 10, 1, 0, 1401)}
    from_s, until_s = pay.presence(last_s)
    assert (until_s > from_s).tolist() == [True, True, True, False]


def test_cells_are_years_by_asset_types_and_the_works_last() -> None:
    pay = payroll([team("manual")], [asset("manual"), asset("dogs"), asset("zebra")])
    names = ("dogs", "manual", "zebra", "works")
    assert pay.cost_cells == tuple(itertools.product((2025, 2026, 2027), names))


def test_a_horizon_at_new_year_still_pays_the_works_of_that_midnight() -> None:
    end_s = date_to_seconds(date(2026, 1, 1), START)
    pay = Payroll([team("manual")], [asset("manual")], end_s, START, [works("w", 5)])
    costs = pay.costs(NONE, counts(1), counts(1), np.array([end_s]))
    days = (date(2026, 1, 1) - START).days
    assert told(pay, costs) == {
        (2025, "manual"): (days, 0, 0, 100 * days),
        (2026, "works"): (0, 0, 0, 5),
    }


# ---------------------------------------------------------------- law: days times rates


def priced(scenario: rp.Scenario, seed: int) -> rp.Scenario:
    """A random world in which moves, camps and some works cost something."""
    luck = random.Random(f"prices {seed}")
    assets = tuple(
        dataclasses.replace(
            row, mobilisation_usd=luck.choice([0, 900.5]), camp_usd=luck.choice([0, 333.25])
        )
        for row in scenario.assets
    )
    paid = tuple(
        dataclasses.replace(row, cost_usd=luck.choice([None, 0, luck.uniform(1, 1e6)]))
        for row in scenario.works
    )
    return replaced(scenario, assets=assets, works=paid)


def replaced(scenario: rp.Scenario, **tables: Any) -> rp.Scenario:
    names = [item.name for item in dataclasses.fields(scenario)]
    return rp.Scenario(**({name: getattr(scenario, name) for name in names} | tables))


class Recount:
    """What a run brings to the payroll, counted again from its table of jobs."""

    def __init__(self, scenario: rp.Scenario, outcome: rp.Outcome) -> None:
        self.scenario = scenario
        self.outcome = outcome
        self.begun = outcome.jobs.dropna(subset=["team"]).sort_values("start_day", kind="stable")
        end_day = (outcome.horizon - outcome.start).days
        self.last_day: dict[str, float] = {}
        for row in self.rows(self.begun):
            finish = end_day + 1.0 if pd.isna(row.finish_day) else float(row.finish_day)
            self.last_day[row.team] = max(finish, self.last_day.get(row.team, -1.0))

    def rows(self, table: pd.DataFrame) -> list[Any]:
        return list(table.itertuples())

    def moves(self) -> list[tuple[date, str]]:
        rows = self.begun[self.begun["mobilised"].astype(bool)]
        return [(self._date(r.start_day), r.asset) for r in self.rows(rows)]

    def camps(self) -> list[tuple[date, str]]:
        """Camps set up: not where the team's parcel before was there and camped."""
        at: dict[str, str] = {}
        found = []
        for row in self.rows(self.begun):
            if row.camped and at.get(row.team) != row.place_or_road:
                found.append((self._date(row.start_day), row.asset))
            at[row.team] = row.place_or_road if row.camped else ""
        return found

    def _date(self, day: float) -> date:
        return self.scenario.start + timedelta(int(day))

    def works_day(self) -> dict[str, float]:
        """Days on which works are done; without work: with the hazards that they wait for."""
        jobs, released = self.outcome.jobs, self.outcome.releases.set_index("hazard")
        found = {}
        for item in self.scenario.works:
            rows = jobs[jobs["owner"] == item.id]
            denied = "housing" if item.kind == "shelter" else item.kind
            before = [
                h.id
                for h in self.scenario.hazards
                if h.place == item.settlement and denied in h.denies
            ]
            days = rows["finish_day"] if len(rows) else released["released_day"].loc[before]
            found[item.id] = np.inf if days.isna().any() else max(0.0, *days, 0.0)
        return found

    def by_month(self, found: Sequence[tuple[date, str]], teams: Sequence[Team]) -> Whole:
        start = self.scenario.start
        deployed = list(dict.fromkeys(team.asset for team in teams))
        table = np.zeros((len(deployed), len(months_from(start).names)), np.int64)
        for day, name in found:
            month = 12 * (day.year - start.year) + day.month - start.month
            table[deployed.index(name), month] += 1
        return table

    def costs(self, scenario: rp.Scenario) -> tuple[Payroll, Costs]:
        """Costs by the payroll, of the scenario with its rows in another order perhaps."""
        teams = roster(scenario, self.outcome.allocation)
        end_s = date_to_seconds(self.outcome.horizon, scenario.start)
        pay = Payroll(teams, scenario.assets, end_s, scenario.start, scenario.works)
        last_s = [round(self.last_day.get(team.id, -1 / DAY_S) * DAY_S) for team in teams]
        days = self.works_day()
        costs = pay.costs(
            np.array(last_s, np.int64),
            self.by_month(self.moves(), teams),
            self.by_month(self.camps(), teams),
            np.array([days[item.id] for item in scenario.works]) * DAY_S,
        )
        return pay, costs

    def spans(self) -> list[tuple[str, float, float]]:
        """Asset type, first and last day of each team, from the rows of its deployments."""
        start, end = self.scenario.start, (self.outcome.horizon - self.outcome.start).days
        groups: dict[tuple[str, str], list[tuple[date, date]]] = {}
        for line in self.scenario.deployments:
            if line.allocation == self.outcome.allocation:
                days = (line.from_date or start, line.until_date or date.max)
                groups.setdefault((line.asset, line.base), []).extend([days] * line.teams)
        found: list[tuple[str, float, float]] = []
        for (name, base), lines in groups.items():
            for number, (since, until) in enumerate(sorted(lines), start=1):
                first = max(0, (since - start).days)
                stays = min((until - start).days, end)
                finishes = min(self.last_day.get(f"{name}/{base}/{number:04d}", -1.0), end)
                found.append((name, first, max(stays, finishes, first)))
        return found


@pytest.mark.parametrize("seed", seeds(0, 12))
def test_costs_are_days_moves_camps_and_works_times_their_prices(tmp_path: Path, seed: int) -> None:
    write_random_world(
        tmp_path, seed, settlements=4, hazards=8, teams=4, horizon_years=1 + seed % 4
    )
    scenario = priced(rp.load(tmp_path), seed)
    years = range(scenario.start.year, horizon_date(scenario.start, 1 + seed % 4).year + 1)
    price = {row.id: row for row in scenario.assets}
    for allocation in ("by_nearest", "few"):
        count = Recount(scenario, rp.simulate(scenario, allocation))
        pay, costs = count.costs(scenario)
        found = told(pay, costs)
        usd = 0.0
        for year, name in itertools.product(years, price):
            edges = [(date(y, 1, 1) - scenario.start).days for y in (year, year + 1)]
            days = sum(
                max(0.0, min(last, edges[1]) - max(first, edges[0]))
                for asset, first, last in count.spans()
                if asset == name
            )
            moves = sum(day.year == year and asset == name for day, asset in count.moves())
            camps = sum(day.year == year and asset == name for day, asset in count.camps())
            row = price[name]
            bill = days * row.cost_usd_day + moves * row.mobilisation_usd + camps * row.camp_usd
            expected = (days, moves, camps, bill)
            assert found.get((year, name), (0,) * 4) == pytest.approx(expected, abs=1e-6)
            usd += bill
        done = count.works_day()
        usd += sum(w.cost_usd or 0 for w in scenario.works if done[w.id] < np.inf)
        assert costs.total_usd == pytest.approx([usd])
        paid_for = {name: cells[np.newaxis] for name, cells in costs._asdict().items()}
        drawn = by_hand(allocation, cost_cells=pay.cost_cells, is_expected=True, **paid_for)
        pd.testing.assert_frame_equal(count.outcome.costs, cost_table(drawn))
        assert count.outcome.summary["cost_usd_mean"].tolist() == pytest.approx([usd])
        paid = count.outcome.presence
        assert costs.team_days.sum() == pytest.approx((paid["until_day"] - paid["from_day"]).sum())


@pytest.mark.parametrize("seed", seeds(0, 6))
def test_another_order_of_rows_changes_no_cent(tmp_path: Path, seed: int) -> None:
    write_random_world(tmp_path, seed, settlements=5, hazards=8, teams=6)
    scenario = priced(rp.load(tmp_path), seed)
    count = Recount(scenario, rp.simulate(scenario, "by_nearest"))
    pay, before = count.costs(scenario)
    luck = random.Random(seed)
    tables = ("assets", "works", "deployments", "rates")
    rows = {table: luck.sample(rows := getattr(scenario, table), len(rows)) for table in tables}
    other, after = count.costs(replaced(scenario, **{t: tuple(r) for t, r in rows.items()}))
    assert other.cost_cells == pay.cost_cells
    assert np.array_equal(np.array(after), np.array(before))
    assert after.total_usd == before.total_usd
    assert before.total_usd > 0


# ---------------------------------------------------------------- funding


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two villages: in each allocation one team of USD 1,000 a day, for the 730 days to 2027."""
    two_villages(tmp_path / "world")
    return tmp_path / "world"


def fund(folder: Path, *rows: str) -> rp.Scenario | None:
    header = "id,from,until,usd,allocation,assets,source"
    text = "\n".join([header, *(f"{row},made_up" for row in rows)])
    (folder / "funding.csv").write_text(text + "\n", encoding="utf-8")
    return rp.check(folder).scenario


def messages(folder: Path) -> list[str]:
    return [f"{problem.level}: {problem}" for problem in sure(rp.check(folder))]


def test_an_envelope_below_the_plan_is_a_warning_for_each_allocation(folder: Path) -> None:
    fund(folder, "grant,2025-03-01,2025-04-01,30999,,", "rest,2025-04-01,,1e9,,")
    start = "funding.csv, row 2, column usd: found USD 31,000 for team-days of"
    span = "from 2025-03-01 until 2025-04-01; note: at most USD 30,999 of 'grant' for"
    assert messages(folder) == [
        f"warning: {start} 'near_first' {span} 'near_first'",
        f"warning: {start} 'far_first' {span} 'far_first'",
    ]
    fund(folder, "grant,2025-03-01,2025-04-01,31000,,")
    assert messages(folder) == []


def test_an_envelope_holds_for_its_allocation_and_its_asset_types_alone(folder: Path) -> None:
    fund(folder, "grant,,,729999,far_first,deminers")
    (message,) = messages(folder)
    assert "USD 730,000 for team-days of 'far_first' from 2025-01-01 until 2027-01-01" in message
    with (folder / "assets.csv").open("a", encoding="utf-8") as stream:
        stream.write("dogs" + "," * 9 + "50,,,,made_up\n")
    with (folder / "rates.csv").open("a", encoding="utf-8") as stream:
        stream.write("dogs,clearance,,1,made_up\n")
    fund(folder, "grant,,,0,,dogs")
    assert messages(folder) == []
    with (folder / "deployments.csv").open("a", encoding="utf-8") as stream:
        stream.write("near_first,dogs,town,3,2026-12-30,2029-01-01,made_up\n")
    (message,) = messages(folder)
    assert "found USD 300 for team-days of 'near_first'" in message
    scenario = fund(folder, "both,2026-12-31,2027-01-01,2000,near_first,dogs; deminers")
    assert scenario is not None
    assert [found.planned_usd for found in envelopes(scenario)] == [1000 + 150]


def test_deployments_before_the_start_count_from_the_start(sketch: Sketch) -> None:
    sketch.village("village", people=10)
    sketch.asset("manual")
    sketch.deploy("manual", teams=2, since=date(2020, 1, 1), until=date(2025, 1, 11))
    sketch.deploy("manual", since=date(2024, 1, 1), until=date(2024, 6, 1))
    sketch.add("funding", id="all", envelope_usd=5000.0, from_date=date(2000, 1, 1))
    (found,) = envelopes(sketch.scenario())
    assert (found.first, found.last) == (date(2025, 1, 1), date(2030, 1, 1))
    assert found.planned_usd == 2 * 10 * 100
    assert not found.is_exceeded


def test_funding_may_overlap_and_lies_in_time(folder: Path) -> None:
    fund(folder, "one,2025-01-01,2026-01-01,1e6,,", "two,2025-06-01,2026-06-01,1e6,,")
    assert messages(folder) == []
    fund(
        folder,
        "one,2025-01-01,2025-01-01,1,,",
        "two,,2024-12-01,1,,",
        "three,2027-01-01,,1,,",
    )
    outside = "note: outside the horizon 2025-01-01 to 2027-01-01: nothing is compared with it"
    assert messages(folder) == [
        "error: funding.csv, row 2, column until: found 2025-01-01, not after from = 2025-01-01; "
        "allowed: a date after from",
        f"warning: funding.csv, row 3, column until: found 2024-12-01; {outside}",
        f"warning: funding.csv, row 4, column from: found 2027-01-01; {outside}",
    ]


def test_wrong_cells_of_funding_are_named_with_what_is_allowed(folder: Path) -> None:
    fund(
        folder,
        "deminers,,,10,,",
        "grant,soon,,much,,",
        "gift,,,1e9,others,",
        "loan,,,1e9,,deminers;cats; dogs;cats",
    )
    at = "funding.csv, row"
    assert [str(problem) for problem in rp.check(folder).errors] == [
        f"{at} 3, column from: found 'soon'; allowed: a date as YYYY-MM-DD",
        f"{at} 3, column usd: found 'much'; allowed: a number of at least 0 (USD)",
        f"{at} 2, column id: found 'deminers'; allowed: an id that is not used yet "
        "(assets.csv, row 2)",
        f"{at} 5, column assets: found 'cats'; allowed: an id of assets",
        f"{at} 5, column assets: found 'dogs'; allowed: an id of assets",
        f"{at} 4, column allocation: found 'others'; allowed: an allocation of scenario.toml: "
        "near_first, far_first",
    ]


def test_an_asset_type_may_not_be_called_works(folder: Path) -> None:
    for table in ("assets", "rates", "deployments"):
        path = folder / f"{table}.csv"
        path.write_text(path.read_text("utf-8").replace("deminers", "works"), "utf-8")
    assert [str(problem) for problem in rp.check(folder).errors] == [
        "assets.csv, row 2, column id: found 'works'; "
        "allowed: another id: tables of costs call materials and contracts so"
    ]


def test_the_summary_sets_each_plan_beside_its_envelopes(folder: Path) -> None:
    assert not any("Funding" in line for line in describe(rp.check(folder)))
    fund(folder, "grant,2025-03-01,2025-04-01,40000,,", "none,,,0,far_first,")
    lines = describe(rp.check(folder))
    begin = next(i for i, line in enumerate(lines) if line.startswith("Funding"))
    assert lines[begin + 1 : begin + 6] == [
        "  allocation  line   from        until       planned USD  envelope USD  share",
        "  near_first  grant  2025-03-01  2025-04-01       31,000        40,000   78 %",
        "  far_first   grant  2025-03-01  2025-04-01       31,000        40,000   78 %",
        "  far_first   none   2025-01-01  2027-01-01      730,000             0      -",
        "",
    ]


@pytest.mark.parametrize(
    ("costs", "line"),
    [
        ((None, 5.0, None), "2 of 3 works state no cost: only their crews are counted"),
        ((None, 5.0), "1 of 2 works states no cost: only its crew is counted"),
        ((0.0, 5.0), ""),
    ],
)
def test_the_summary_says_how_many_works_state_no_cost(
    sketch: Sketch, tmp_path: Path, costs: tuple[float | None, ...], line: str
) -> None:
    sketch.village("village", people=10)
    sketch.team("crew", ("building",))
    for number, usd in enumerate(costs):
        sketch.works(f"w{number}", "village", "water", 3, cost_usd=usd)
    rp.write(sketch.scenario(), tmp_path)
    said = [text.strip() for text in describe(rp.check(tmp_path)) if "no cost" in text]
    assert said == ([line] if line else [])


def test_a_run_does_not_look_at_the_funding(folder: Path) -> None:
    before = rp.simulate(rp.load(folder), "near_first")
    poor = fund(folder, "grant,,,1,,")
    assert poor is not None
    after = rp.simulate(poor, "near_first")
    pd.testing.assert_frame_equal(after.jobs, before.jobs)
    pd.testing.assert_frame_equal(after.summary, before.summary)


def test_funding_is_read_as_it_was_written(folder: Path, tmp_path: Path) -> None:
    scenario = fund(
        folder, "all,,,5,,", "some,2025-02-03,2026-02-03,0.25,near_first,deminers", "two,,,1,,"
    )
    assert scenario is not None
    assert scenario.funding[1] == rp.FundingLine(
        id="some",
        from_date=date(2025, 2, 3),
        until_date=date(2026, 2, 3),
        envelope_usd=0.25,
        allocation="near_first",
        assets=("deminers",),
        source="made_up",
    )
    rp.write(scenario, tmp_path / "files")
    write_workbook(scenario, tmp_path / "book")
    assert rp.load(tmp_path / "files") == rp.load(tmp_path / "book") == scenario
    rp.write(replaced(scenario, funding=()), tmp_path / "files")
    assert not (tmp_path / "files" / "funding.csv").exists()
