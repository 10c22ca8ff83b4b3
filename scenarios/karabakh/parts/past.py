"""Published facts, and what the model says of the same things over many draws."""

import dataclasses
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

import returnplan as rp
from parts.common import M2_PER_HA, START
from returnplan.model.chance.draws import Draws
from returnplan.model.simulation import Prepared, PreparedAllocation, run
from returnplan.quantiles import quantile
from returnplan.runs.machine.runner import warm_up
from returnplan.runs.tables.jobs import presence
from returnplan.runs.tables.worked import Worked
from returnplan.units import horizon_date

ALLOCATION = "as_2022"
DAY0 = pd.Timestamp(START)
YEAR_DAYS = 365.25
ALL = "all"
BY_RELEASE = {"released_ha", "minefield_ha", "items", "mine_action_usd"}
BY_RELEASE |= {"season_index", "district_share"}
USES = ("fit", "input", "no", "before")
COLUMNS = ("id", "kind", "place", "month", "from", "until", "published", "used", "source", "note")
KM2_HA = 100


class Range(NamedTuple):
    """Quantiles over the draws; ``nan``: the model does not say, ``inf``: not by the horizon."""

    p10: float
    p50: float
    p90: float


NOTHING = Range(math.nan, math.nan, math.nan)


def range_of(values: Any) -> Range:
    """Take p10, p50 and p90, each the value of a draw."""
    return Range(*(float(quantile(np.asarray(values, np.float64), p)) for p in (10, 50, 90)))


# ---------------------------------------------------------------- facts


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One published number, or the span of a date.

    Parameters
    ----------
    id, kind, place, place_name, used
        As in the table; ``place`` is a settlement, a district or ``all``.
    month
        1 to 12 for the season, else 0.
    begins, until
        First and last day; of a first return its earliest and latest date.
    published
        The number; of a first return days since the start.
    entered_day
        Of a first return: day on which control passed.
    """

    id: str
    kind: str
    place: str
    place_name: str
    used: str
    month: int
    begins: pd.Timestamp
    until: pd.Timestamp
    published: float
    entered_day: float = 0.0

    @property
    def days(self) -> int:
        """Length of the period, both ends included."""
        return (self.until - self.begins).days + 1

    @property
    def begins_day(self) -> float:
        """First day, since the start."""
        return float((self.begins - DAY0).days)

    @property
    def lowest(self) -> float:
        """Published number, or the earliest published day."""
        return self.published

    @property
    def highest(self) -> float:
        """Published number, or the latest published day."""
        return self.published + (self.days - 1 if self.kind == "first_return" else 0)


def read_facts(path: Path, scenario: rp.Scenario, kinds: Collection[str]) -> list[Fact]:
    """Read the table of facts; every problem is reported at once.

    Raises
    ------
    ScenarioError
        When a row cannot be understood.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise rp.ReturnplanError(f"{path} has no column {', '.join(missing)}")
    facts, problems = [], []
    records: list[Any] = table.to_dict("records")
    for number, row in enumerate(records, start=2):
        try:
            facts.append(_fact(row, scenario, kinds))
        except ValueError as error:
            problems.append(f"  row {number} ({row['id']}): {error}")
    if problems:
        raise rp.ReturnplanError("\n".join([f"{path} cannot be read:", *problems]))
    return facts


def _fact(row: Mapping[str, Any], scenario: rp.Scenario, kinds: Collection[str]) -> Fact:
    """Read one row."""
    for name, allowed in (("kind", kinds), ("used", USES)):
        if row[name] not in allowed:
            raise ValueError(f"{name} {row[name]!r} is not one of {', '.join(allowed)}")
    begins, until = (pd.Timestamp(date.fromisoformat(row[name])) for name in ("from", "until"))
    if until < begins:
        raise ValueError("until lies before from")
    if until >= pd.Timestamp(horizon_date(scenario.start, scenario.horizon_years)):
        raise ValueError("the scenario ends before")
    place, day = scenario.place.get(row["place"]), float((begins - DAY0).days)
    known = {one.district for one in scenario.places} | {ALL, ""}
    dated = row["kind"] == "first_return"
    if place is None and (dated or row["place"] not in known):
        raise ValueError(f"place {row['place']!r} is not in the scenario")
    entered = (place and place.accessible_from) or START
    return Fact(
        id=row["id"],
        kind=row["kind"],
        place=row["place"],
        place_name=place.name if place else row["place"],
        used=row["used"],
        month=int(row["month"] or 0),
        begins=begins,
        until=until,
        published=day if dated else float(row["published"]),
        entered_day=float((entered - START).days),
    )


# ---------------------------------------------------------------- the model


@dataclass(frozen=True, kw_only=True)
class Past:
    """What the draws say of the years of the facts.

    Parameters
    ----------
    spread
        Tables of the whole horizon.
    draws
        Draws in ``releases`` and ``teams``.
    releases
        One row a hazard released in a draw: draw, date, district, ha, minefield_cleared_ha, items.
    teams
        One row a mine action team in a draw: draw, from_day, until_day, usd_day.
    harm
        Tables of harm by the number of years from the start.
    horizon
        Last day of the scenario.
    made
        Draws, seed and version in words.
    """

    spread: rp.Ensemble | rp.Run
    draws: int
    releases: pd.DataFrame
    teams: pd.DataFrame
    harm: Mapping[int, pd.DataFrame]
    horizon: date
    made: str

    def date(self, day: float) -> str:
        """ISO date of a day since the start."""
        return (DAY0 + pd.Timedelta(days=math.floor(day))).date().isoformat()

    def _inside(self, fact: Fact) -> pd.DataFrame:
        day = self.releases["date"]
        return self.releases[(day >= fact.begins) & (day < fact.until + pd.Timedelta(days=1))]

    def _by_draw(self, rows: pd.DataFrame, column: str) -> "pd.Series[float]":
        return rows.groupby("draw")[column].sum().reindex(range(self.draws), fill_value=0.0)

    def released(self, fact: Fact, column: str) -> Range:
        """Sum of a column of the releases in the period."""
        return range_of(self._by_draw(self._inside(fact), column))

    def mine_action_usd(self, fact: Fact) -> Range:
        """Cost of the mine action teams present in the period, USD."""
        last = fact.begins_day + fact.days
        until = self.teams["until_day"].clip(upper=last)
        days = (until - self.teams["from_day"].clip(lower=fact.begins_day)).clip(lower=0)
        return range_of(self._by_draw(self.teams.assign(usd=days * self.teams["usd_day"]), "usd"))

    def month_index(self, fact: Fact) -> Range:
        """Hectares in one month of the year against the mean month of the period."""
        inside = self._inside(fact)
        month = inside[inside["date"].dt.month == fact.month]
        return range_of(12 * self._by_draw(month, "ha") / self._by_draw(inside, "ha"))

    def district_share(self, fact: Fact) -> Range:
        """Share of the hectares of the period that lie in a district."""
        inside = self._inside(fact)
        here = inside[inside["district"] == fact.place]
        return range_of(self._by_draw(here, "ha") / self._by_draw(inside, "ha"))

    def ready_day(self, fact: Fact) -> Range:
        """Day on which the conditions are met; where no number of people is known: nothing."""
        table = self.spread.readiness
        rows = table[(table["allocation"] == ALLOCATION) & (table["settlement"] == fact.place)]
        if rows.empty:
            return NOTHING
        dates = pd.to_datetime(rows.iloc[0][["ready_date_p10", "ready_date_p50", "ready_date_p90"]])
        return Range(*(float(days) for days in (dates - DAY0).dt.days.fillna(math.inf)))

    def returned(self, fact: Fact) -> Range:
        """People who have returned by the first of the month next to the last day."""
        table = self.spread.people_met if fact.place == ALL else self.spread.returns
        table = table[table["allocation"] == ALLOCATION]
        if fact.place != ALL:
            table = table[table["district"] == fact.place]
        if table.empty:
            return NOTHING
        away = (pd.to_datetime(table["date"]) - fact.until).abs()
        row = table.iloc[int(away.to_numpy().argmin())]
        return Range(*(float(row[f"returned_p{p}"]) for p in (10, 50, 90)))

    def anniversary(self, years: int) -> pd.Timestamp:
        """Day some years after the start."""
        return pd.Timestamp(horizon_date(START, years))

    def casualties(self, years: int) -> Range:
        """Expected casualties of returnees and deminers in the first years together."""
        row: Any = self.harm[years].set_index("kind").loc["all"]
        return Range(row["expected_low"], row["expected_p50"], row["expected_high"])


def model_past(
    scenario: rp.Scenario,
    facts: Sequence[Fact],
    draws: int,
    seed: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
    spread: rp.Ensemble | rp.Run | None = None,
) -> Past:
    """Run the calibration allocation on the draws.

    Parameters
    ----------
    scenario
        The scenario.
    facts
        What will be asked.
    draws, seed
        Draws and their seed.
    progress
        Told how many runs are done, of how many.
    spread
        The same draws of the whole horizon, if somebody has run them already.
    """
    years = {round(fact.days / YEAR_DAYS) for fact in facts if fact.kind == "victims"} - {0}
    total, done = draws * (1 + (spread is None) + len(years)), 0

    def ran(number: int) -> None:
        progress(done + number, total)

    if spread is None:
        spread = rp.ensemble(scenario, [ALLOCATION], draws, seed, progress=ran)
        done += draws
    harm = {}
    for count in sorted(years):
        short = dataclasses.replace(scenario, horizon_years=count)
        harm[count] = rp.ensemble(short, [ALLOCATION], draws, seed, progress=ran).harm
        done += draws
    last = max(fact.until for fact in facts if fact.kind in BY_RELEASE)
    short = dataclasses.replace(scenario, horizon_years=_years_to(last))
    releases, teams = _draw(short, draws, seed, ran)
    return Past(
        spread=spread,
        draws=draws,
        releases=releases,
        teams=teams,
        harm=harm,
        horizon=horizon_date(scenario.start, scenario.horizon_years),
        made=f"{draws} draws, seed {seed}, returnplan {rp.__version__}",
    )


def _years_to(last: pd.Timestamp) -> int:
    """Whole years from the start that hold a day."""
    years = last.year - START.year
    return years if pd.Timestamp(horizon_date(START, years)) > last else years + 1


def _draw(
    scenario: rp.Scenario, draws: int, seed: int, progress: Callable[[int], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Releases, and teams present, of each draw."""
    warm_up()
    prepared = Prepared(scenario)
    chosen = PreparedAllocation(prepared, ALLOCATION)
    luck = Draws(scenario, seed)
    hazards, usd_day = _hazards(scenario), _mine_action(scenario)

    def one(draw: int) -> tuple[pd.DataFrame, pd.DataFrame]:
        course = run(prepared, chosen, prepared.numbers(luck.values(draw)))
        amounts, released_s = course.numbers.amounts, course.history.released_s
        like = np.concatenate([np.arange(len(hazards)), amounts.found.like])
        seen = np.flatnonzero(released_s <= prepared.horizon_s)
        mine = hazards.iloc[like[seen]]
        ha = amounts.area_m2[seen] / M2_PER_HA
        released = pd.DataFrame(
            {
                "draw": draw,
                "date": DAY0 + pd.to_timedelta(released_s[seen], unit="s"),
                "district": mine["district"].to_numpy(),
                "ha": ha,
                "minefield_cleared_ha": ha * amounts.shares[seen, 2] * mine["dense"].to_numpy(),
                "items": ha / KM2_HA * mine["items_per_km2"].to_numpy(),
            }
        )
        present = presence(Worked(prepared=prepared, allocation=chosen, course=course))
        present = present[present["asset"].isin(usd_day)]
        return released, present.assign(draw=draw, usd_day=present["asset"].map(usd_day))

    parts = []
    with ThreadPoolExecutor() as pool:
        for number, part in enumerate(pool.map(one, range(draws)), start=1):
            parts.append(part)
            progress(number)
    releases, teams = zip(*parts, strict=True)
    columns = ["draw", "from_day", "until_day", "usd_day"]
    return pd.concat(releases, ignore_index=True), pd.concat(teams, ignore_index=True)[columns]


def _hazards(scenario: rp.Scenario) -> pd.DataFrame:
    """District, class and density of each hazard, in the order of the scenario."""
    district = {one.id: one.district for one in scenario.places}
    district |= {one.id: district[one.from_place] for one in scenario.roads}
    return pd.DataFrame(
        {
            "district": [district[h.place or h.road or ""] for h in scenario.hazards],
            "dense": [h.land_class == "minefield" for h in scenario.hazards],
            "items_per_km2": [h.items_per_km2 or 0.0 for h in scenario.hazards],
        }
    )


def _mine_action(scenario: rp.Scenario) -> dict[str, float]:
    """Cost of a day of each type of mine action team, USD."""
    types = pd.read_csv(Path(__file__).parents[1] / "data" / "asset_types.csv")
    kept = set(types.loc[types["mine_action"], "id"])
    return {one.id: one.cost_usd_day for one in scenario.assets if one.id in kept}
