"""Who may see what: tables for the team and its partners, and tables for everybody (model §15).

*internal*: every table as it is, and tables by district beside them. *public*: by district and for
the whole country only, from a run with draws. A district stands by itself if people of at least
three settlements come from it, and not nearly all of them from one; the others are counted
together. Small numbers are withheld (:mod:`returnplan.show.audience.withholding`); dates are so far
apart that no step is a village (:mod:`returnplan.show.audience.contributors`). Columns that are not
public (:mod:`returnplan.columns`) do not appear, and tables that this room does not know neither.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from returnplan.columns import column_of, public_columns
from returnplan.errors import ReturnplanError
from returnplan.model.effects.harm import LEAST_SETTLEMENTS
from returnplan.runs import DRAWS
from returnplan.runs.difference import BETTER
from returnplan.runs.ready_days import Spread
from returnplan.runs.tables.family import DECISIONS
from returnplan.runs.tables.past import ALL_DISTRICTS
from returnplan.show.audience import districts
from returnplan.show.audience.contributors import (
    MOST_OF_ONE,
    MOST_OF_TWO,
    PEOPLE_UNIT,
    PERSON_DAYS_UNIT,
    Flags,
    Opened,
    Ready,
    difference_tells,
    is_dominated,
    opened,
    telling_rows,
)
from returnplan.show.audience.districts import (
    STATES,
    WITHHELD,
    communities,
    district_tables,
    gate_rows,
    in_order,
    shown,
)
from returnplan.show.audience.withholding import (
    LEAST_PEOPLE,
    PEOPLE_DIGIT,
    is_small,
    left_out,
    withhold_people,
    withhold_states,
)

Tables = Mapping[str, pd.DataFrame]
Households = Mapping[str, float | None]
Audience = Literal["internal", "public"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)

OTHER, ALL = "other districts", ALL_DISTRICTS
"""Stand for districts that are counted together."""
OTHER_CAUSES = "other causes"
"""Stands for causes for which few wait, counted together."""
PERSON_DAYS_DIGIT, AREA_DIGIT, SHARE_DIGIT = -2, -3, 2
"""Person-days are rounded to 100, areas to 1,000 m2, shares to 0.01."""
PUBLIC_FACTS: Mapping[str, int] = {
    "released_m2": AREA_DIGIT,
    "items": -1,
    "teams_usd": -3,
    "season_index": SHARE_DIGIT,
    "victims": 0,
}
"""Measures of facts that everybody may see, and the decimals to which modelled ones are rounded."""
PUBLIC_FACT_DAYS = 90
LEAST_DRAWS = 10
"""Fewer draws than these have no public version: their steps are those of villages."""
MEASURES = ("people", "returned", "present", "early", "share")
"""Begin columns of numbers of people, or shares of them."""
WHOLE = ""
"""Stands for the name of a gate where all of them count."""
RANGE_ENDS = ("p10", "p90", "low", "high")


@dataclass(frozen=True, kw_only=True)
class _Room:
    """What makers of public tables know beside the tables."""

    areas: Mapping[str, str]
    horizon: pd.Timestamp
    allocations: tuple[str, ...]
    opened: Opened
    ready: Ready


def for_audience(
    tables: Tables,
    audience: str,
    households: Households | None = None,
    spread: Spread | None = None,
) -> dict[str, pd.DataFrame]:
    """Give the tables that an audience may see.

    Parameters
    ----------
    tables
        Tables of a run by name.
    audience
        ``internal`` or ``public``.
    households
        Households of communities by id, where they are known.
    spread
        The run, for its draws; the public version needs it.

    Returns
    -------
    dict[str, pandas.DataFrame]
        internal: the tables, with ``districts``, ``district_gates`` and ``district_delays``.
        public: these three, ``summary``, ``people_met``, ``returns``, ``costs``, ``harm``,
        ``land_release``, ``area_released`` and ``facts``; and ``district_shares``,
        ``differences``, ``verdicts``, ``sensitivity``, ``hindcast`` and ``decisions`` if they are
        given. Their
        column ``withheld`` names what is empty because few people are behind it. Dates that would
        tell of a village have no row.

    Raises
    ------
    ReturnplanError
        When there is no such audience; when there are fewer than ten draws for the public; or when
        people come from fewer than three settlements, so that every number would be one of a
        village.
    """
    if audience not in AUDIENCES:
        raise ReturnplanError(f"no audience is called {audience}: {' or '.join(AUDIENCES)}")
    if audience == "internal":
        return {**tables, **district_tables(tables)}
    areas = areas_of(tables["readiness"])
    run = _checked(spread)
    room = _Room(
        areas=areas,
        horizon=pd.Timestamp(run.horizon),
        allocations=tuple(run.allocations),
        opened=opened(run, areas),
        ready=Ready(run, areas),
    )
    homes = communities(tables["readiness"], areas, households)
    opened_up = {
        name: tables[name][public_columns(name, map(str, tables[name]))]
        for name in PUBLIC
        if name in tables
    }
    public = {name: PUBLIC[name](opened_up, room) for name in opened_up}
    public |= _by_district(homes, tables, room)
    if DECISIONS in tables:
        public[DECISIONS] = _decisions(tables[DECISIONS], room)
    return {
        name: table[public_columns(name, map(str, table))].reset_index(drop=True)
        for name, table in public.items()
    }


def _checked(spread: Spread | None) -> Spread:
    """Refuse a run whose steps in time would be those of villages."""
    draws = 0 if spread is None or spread.ready_day is None else spread.ready_day.shape[1]
    if spread is None or draws < LEAST_DRAWS:
        said = f"{draws} draws" if draws else "expected values, without draws"
        raise ReturnplanError(
            f"there is no public version of a run on {said}: each step of its curves would be the "
            f"date of a village. Run it again with --draws {DRAWS} (at least {LEAST_DRAWS})"
        )
    return spread


# ---------------------------------------------------------------- areas


def areas_of(readiness: pd.DataFrame) -> dict[str, str]:
    """Say in which area each district is counted in public tables.

    Parameters
    ----------
    readiness
        Table of that name.

    Returns
    -------
    dict[str, str]
        By district: its own name, or ``other districts`` for all that do not stand by themselves;
        if these together do not stand either, the smallest of the rest join them.

    Raises
    ------
    ReturnplanError
        When people come from fewer than three settlements.
    """
    homes = communities(readiness.drop_duplicates("community"))
    people = homes[homes["people"] > 0].groupby(["district", "settlement"])["people"].sum()
    if len(people) < LEAST_SETTLEMENTS:
        raise ReturnplanError(
            f"there is no public version of this run: people come from {len(people)} settlements, "
            f"and numbers for fewer than {LEAST_SETTLEMENTS} are those of a village"
        )
    sizes = people.groupby("district").sum().sort_values(kind="stable")
    joined = [name for name in sizes.index if not name or not _stands(people[[name]])]
    for name in sizes.index:
        if not joined or _stands(people[joined]):
            break
        joined = list(dict.fromkeys([*joined, name]))
    together = ALL if len(joined) == len(sizes) else OTHER
    alone = set(sizes.index) - set(joined)
    return {str(d): str(d) if d in alone else together for d in homes["district"].unique()}


def _stands(people: "pd.Series[int]") -> bool:
    """Whether people of some settlements are so many that they may be counted by themselves."""
    total = people.sum()
    has_few = is_dominated(np.asarray(people, np.float64))
    return len(people) >= LEAST_SETTLEMENTS and bool(total >= LEAST_PEOPLE) and not has_few


def _area(table: pd.DataFrame, areas: Mapping[str, str]) -> "pd.Series[str]":
    """Area of each row; districts from which nobody comes are counted with the others."""
    rest = ALL if ALL in areas.values() else OTHER
    return table["district"].fillna("").astype(str).map(areas).fillna(rest)


# ---------------------------------------------------------------- tables by district


def _by_district(homes: pd.DataFrame, tables: Tables, room: _Room) -> dict[str, pd.DataFrame]:
    """Tables by district, all of them without rows whose difference to another names somebody."""
    rows = gate_rows(homes, tables["gates"])
    whole = homes.assign(gate=WHOLE)
    hidden = _telling(pd.concat([whole, rows]), room.allocations)
    met = districts.districts(homes, tables["people_met"]).assign(gate=WHOLE)
    gates = districts.district_gates(homes, tables["gates"])
    return {
        "districts": _districts(withhold_states(met, ["allocation"], _among(met, hidden)), room),
        "district_gates": shown(
            withhold_states(gates, ["allocation", "gate"], _among(gates, hidden))
        ),
        "district_delays": _district_delays(homes, tables["delays"], room.allocations),
    }


def _telling(rows: pd.DataFrame, allocations: Sequence[str]) -> set[tuple[str, ...]]:
    """District, allocation and gate of counts that tell of a village beside the others.

    Counts of all gates stand before those of each, allocations in the order of the run.
    """
    found: set[tuple[str, ...]] = set()
    for district, here in rows.groupby("district"):
        cells = here.pivot_table(
            values="people",
            index=["allocation", "gate"],
            columns=["state", "settlement"],
            aggfunc="sum",
        )
        cells = cells.reindex(sorted(cells.index, key=lambda k: allocations.index(k[0])))
        places = list(here["settlement"].unique())
        columns = pd.MultiIndex.from_product([STATES, places])
        numbers = cells.reindex(columns=columns).fillna(0).to_numpy(float)
        hidden = telling_rows(numbers.reshape(len(cells), len(STATES), len(places)), PEOPLE_UNIT)
        found |= {(str(district), *map(str, key)) for key in cells.index[hidden]}
    return found


def _among(table: pd.DataFrame, keys: set[tuple[str, ...]]) -> Flags:
    """Which rows of a table have these keys."""
    rows = zip(table["district"], table["allocation"], table["gate"], strict=True)
    return np.array([tuple(map(str, row)) in keys for row in rows], bool)


def _districts(table: pd.DataFrame, room: _Room) -> pd.DataFrame:
    table["people"] = table["people"].round(PEOPLE_DIGIT)
    table["share_met"] = (table["people_met"] / table["people"]).round(SHARE_DIGIT)
    days = room.opened.areas
    keys = ["allocation", "district"]
    half = days[days["is_shown"] & days["half"]].groupby(keys)["date"].min()
    dates = half.rename("half_met_date").reset_index()
    return shown(table.drop(columns=["gate", "half_met_date"]).merge(dates, on=keys, how="left"))


def _district_delays(
    homes: pd.DataFrame, delays: pd.DataFrame, allocations: Sequence[str]
) -> pd.DataFrame:
    """Count causes together for which few wait; withhold districts where few wait at all."""
    rows = districts.delay_rows(homes, delays)
    rows["cause"] = rows["cause"].mask(_is_joined(rows), OTHER_CAUSES)
    if rows.empty:
        return districts.district_delays(rows)
    rows = _comparable(rows, allocations)
    table = districts.district_delays(rows)
    telling = {
        (name, str(district))
        for district, here in rows.groupby("district")
        for name in _telling_allocations(here, OTHER_CAUSES, allocations)
    }
    for allocation, whole in _behind(rows, ["allocation", "district"]).groupby(level=0):
        cells = whole.to_numpy()[:, np.newaxis]
        names_of = whole.index.get_level_values("district")
        few = is_small(cells)[:, 0]
        few |= np.array([(str(allocation), str(name)) in telling for name in names_of])
        names = names_of[left_out(cells, cells[:, 0, 0], few)]
        is_hidden = table["allocation"].eq(str(allocation)) & table["district"].isin(names)
        table.loc[is_hidden, "person_days_mean"] = np.nan
        table.loc[is_hidden, WITHHELD] = "person_days"
    return table.round({"person_days_mean": PERSON_DAYS_DIGIT})


def _behind(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """People, settlements and households behind delays, each community once.

    The two largest settlements are those of most person-days: people in proportion to them.
    """
    groups = rows.drop_duplicates([*keys, "community"]).groupby(keys, sort=False)
    sums = {"people": "sum", "settlement": "nunique", "households": "sum"}
    behind = groups[list(sums)].agg(sums).astype(float)
    days = rows.groupby([*keys, "settlement"])["person_days_mean"].sum()
    by_size = days.sort_values(ascending=False, kind="stable").groupby(keys)
    people_a_day = behind["people"] / days.groupby(keys).sum()
    one, both = by_size.first(), by_size.head(2).groupby(keys).sum()
    return behind.assign(largest=one * people_a_day, second=(both - one) * people_a_day)


def _is_joined(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Delays by causes for which few wait in a district, and by more until they are not few."""
    joined = pd.Series(data=False, index=rows.index)
    by_cause = _behind(rows, ["allocation", "district", "cause"])
    few = by_cause[is_small(by_cause.to_numpy())]
    lines = few.reset_index()[["allocation", "district"]].drop_duplicates()
    for allocation, district in lines.itertuples(index=False):
        here = rows[(rows["allocation"] == allocation) & (rows["district"] == district)]
        chosen = here["cause"].isin(few.loc[allocation, district].index)
        # Of causes with as many people, the first by name: whatever the order of rows.
        people = by_cause.loc[allocation, district]["people"].sort_index()
        rest = people.sort_values(kind="stable").index
        for cause in rest:
            together = here[chosen].assign(cause=OTHER_CAUSES)
            if not is_small(_behind(together, ["cause"]).to_numpy()).item():
                break
            chosen |= here["cause"] == cause
        joined.loc[chosen.index] = chosen
    return joined


def _comparable(rows: pd.DataFrame, allocations: Sequence[str]) -> pd.DataFrame:
    """Count causes together whose difference between two allocations tells of a village.

    They are counted together under every allocation, so that what is left can be compared; with
    them the causes of fewest days, until their sum does not tell either.
    """
    parts = []
    for _, here in rows.groupby("district"):
        part = here
        while True:
            days = part.groupby("cause")["person_days_mean"].sum()
            single = days.drop(OTHER_CAUSES, errors="ignore")
            telling = [
                cause for cause in days.index if _telling_allocations(part, str(cause), allocations)
            ]
            joined = set(telling) - {OTHER_CAUSES} or set(single.sort_index().nsmallest(1).index)
            if not telling or single.empty:
                break
            causes = part["cause"].mask(part["cause"].isin(joined), OTHER_CAUSES)
            part = part.assign(cause=causes)
        parts.append(part)
    return pd.concat(parts).sort_index(kind="stable")


def _telling_allocations(rows: pd.DataFrame, cause: str, allocations: Sequence[str]) -> list[str]:
    """Allocations whose days of waiting for a cause, beside the others, tell of a village."""
    days = rows[rows["cause"] == cause].pivot_table(
        values="person_days_mean", index="allocation", columns="settlement", aggfunc="sum"
    )
    days = days.reindex(list(allocations)).fillna(0.0)
    hidden = telling_rows(days.to_numpy(float)[:, np.newaxis], PERSON_DAYS_UNIT)
    return [str(name) for name in days.index[hidden]]


# ---------------------------------------------------------------- the other tables


def _summary(tables: Tables, room: _Room) -> pd.DataFrame:
    table, horizon = tables["summary"], tables["people_met"]["date"].max()
    table = table.drop(columns=_other_days(table, horizon))
    at_end = room.opened.country[room.opened.country["date"] == horizon]
    has_end = table["allocation"].isin(at_end.loc[at_end["is_shown"], "allocation"])
    counts = ("people_by_", "returned_by_", "present_at_", "people_unknown_")
    people = [str(c) for c in table if str(c).startswith(counts)]
    table = withhold_people(_unknown_withheld(table), {name: [name] for name in people})
    for name in people:
        table = table.assign(**{name: table[name].where(has_end)})
    hidden = pd.Series(
        [", ".join(name for name, is_blank in zip(people, blank, strict=True) if is_blank)
         for blank in table[people].isna().to_numpy()], index=table.index,
    )  # fmt: skip
    last = table[f"people_by_{horizon:%Y-%m-%d}_mean"]
    is_open = ~table["allocation"].isin(room.opened.hides_waiting)
    hidden = hidden.where(is_open, hidden.where(hidden == "", hidden + ", ") + "person_days")
    for name in (str(c) for c in table if "person_days" in str(c)):
        digit = SHARE_DIGIT if name.endswith("_share") else PERSON_DAYS_DIGIT
        table = table.assign(**{name: table[name].astype(float).round(digit).where(is_open)})
    returned = table["returned_by_horizon_mean"].astype(float)
    return table.assign(
        cost_per_person_usd=(table["cost_usd_mean"] / last.where(last != 0)).round(),
        cost_per_returned_usd=(table["cost_usd_mean"] / returned.where(returned != 0)).round(),
        **_never(table),
        **{WITHHELD: hidden},
    )


def _never(summary: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    """Communities that are never ready, in whole numbers; all blank where one of them is small."""
    names = [str(c) for c in summary if str(c).startswith("communities_never")]
    numbers = summary[names].astype(float)
    is_small = ((numbers > 0) & (numbers < LEAST_SETTLEMENTS)).any(axis=1)
    return {name: numbers[name].round().mask(is_small) for name in names}


def _other_days(summary: pd.DataFrame, horizon: pd.Timestamp) -> list[str]:
    """Columns of people met by days on which they are not counted for the public."""
    last = f"people_by_{horizon:%Y-%m-%d}_mean"
    return [str(c) for c in summary if str(c).startswith("people_by_") and c != last]


def _people_met(tables: Tables, room: _Room) -> pd.DataFrame:
    table = _on_open_days(tables["people_met"], room.opened.country)
    return withhold_people(table, _measures(table, "people", "returned", "present", "early"))


def _on_open_days(table: pd.DataFrame, days: pd.DataFrame) -> pd.DataFrame:
    """Rows of the days that may be shown, without ranges and numbers that may not."""
    keys = [name for name in ("allocation", "district", "date") if name in days]
    rows = table.merge(days[[*keys, "is_shown", "has_range"]], on=keys)
    numbers = [str(c) for c in table if str(c).partition("_")[0] in MEASURES]
    ends = [name for name in numbers if name.endswith(RANGE_ENDS)]
    for names, is_open in ((numbers, rows["is_shown"]), (ends, rows["has_range"])):
        rows = rows.assign(**{name: rows[name].astype(float).where(is_open) for name in names})
    return rows.drop(columns=["is_shown", "has_range"])


def _returns(tables: Tables, room: _Room) -> pd.DataFrame:
    """By area: means add up, percentiles of several districts are not known."""
    table = tables["returns"]
    keys = ["allocation", "district", "month", "date"]
    numbers = [str(c) for c in table if c not in keys]
    sums = [c for c in numbers if c.endswith("_mean")]
    groups = table.assign(district=_area(table, room.areas)).groupby(keys, sort=False)
    by_area = groups[numbers].first().astype(float)
    by_area.loc[(groups.size() > 1).to_numpy()] = np.nan
    by_area[sums] = groups[sums].sum()
    by_area = in_order(by_area.reset_index(), ["allocation", "district", "date"])
    by_area = _on_open_days(by_area, room.opened.areas)
    measures = _measures(table, "returned", "present", "early")
    return withhold_people(by_area, measures, ["allocation", "date"])


def _measures(table: pd.DataFrame, *names: str) -> dict[str, list[str]]:
    """Columns of each measure that the table has."""
    all_columns = {name: [str(c) for c in table if str(c).startswith(f"{name}_")] for name in names}
    return {name: columns for name, columns in all_columns.items() if columns}


def _costs(tables: Tables, _: _Room) -> pd.DataFrame:
    return _coarser("costs", tables["costs"])


def _land_release(tables: Tables, room: _Room) -> pd.DataFrame:
    table = tables["land_release"]
    table = _coarser("land_release", table.assign(district=_area(table, room.areas)))
    return table.round({"area_m2_mean": AREA_DIGIT})


def _area_released(tables: Tables, _: _Room) -> pd.DataFrame:
    """Of the whole country: percentiles of several districts are not known."""
    table = tables["area_released"]
    table = table[table["district"] == ALL_DISTRICTS].reset_index(drop=True)
    return table.round({name: AREA_DIGIT for name in map(str, table) if name.startswith("area_")})


def _facts(tables: Tables, _: _Room) -> pd.DataFrame:
    """Facts that everybody may see."""
    return _of_country(tables["facts"])


def _hindcast(tables: Tables, _: _Room) -> pd.DataFrame:
    """Facts that everybody may see, how far off the median is, and who is nearest."""
    return _of_country(tables["hindcast"]).round({"error_share": SHARE_DIGIT})


def _of_country(table: pd.DataFrame) -> pd.DataFrame:
    """Facts of the whole country, over three months or longer: shorter ones may be one hazard.

    None is of people who returned: their dates are those of villages.
    """
    days = (table["until"] - table["from"]).dt.days + 1
    is_open = table["measure"].isin(PUBLIC_FACTS) & (days >= PUBLIC_FACT_DAYS)
    is_country = table["district"].isna()
    table = table[is_open & is_country].reset_index(drop=True)
    for name in (str(c) for c in table if str(c).startswith("modelled_")):
        ten = 10.0 ** table["measure"].map(PUBLIC_FACTS).astype(float)
        table = table.assign(**{name: (table[name] * ten).round() / ten})
    return table


def _coarser(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Add up over what not everybody may see; only means add up."""
    public = public_columns(name, map(str, table))
    keys = [c for c in public if column_of(name, c).type in ("text", "year")]
    sums = table.groupby(keys, sort=False)[[c for c in public if c.endswith("_mean")]].sum()
    return in_order(sums.reset_index(), keys)


def _harm(tables: Tables, _: _Room) -> pd.DataFrame:
    """Expected numbers of the whole country; whether people are left out."""
    table = _unknown_withheld(tables["harm"])
    hidden = np.where(table["people_unknown_risk"].isna(), "people_unknown_risk", "")
    return table.assign(**{WITHHELD: hidden})


def _unknown_withheld(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers of people of whom something is unknown: it may be one village, so only 0 is shown."""
    unknown = [str(name) for name in table if str(name).startswith("people_unknown_")]
    numbers = table[unknown].astype(float)
    return table.assign(**{name: numbers[name].where(numbers[name] == 0) for name in unknown})


def _district_shares(tables: Tables, room: _Room) -> pd.DataFrame:
    """Shares of districts that stand by themselves; percentiles of several are not known.

    They are shares of numbers of people that may be shown.
    """
    table = tables["district_shares"].fillna({"district": ""})
    table = table[table["district"].map(room.areas) == table["district"]]
    table = _on_open_days(table, room.opened.areas)
    shares = [str(c) for c in table if str(c).startswith("share_")]
    met = table[shares].mul(table["people"], axis=0)
    rest = (1 - table[shares]).mul(table["people"], axis=0)
    few = (met.gt(0) & met.lt(LEAST_PEOPLE)) | (rest.gt(0) & rest.lt(LEAST_PEOPLE))
    hidden = few.any(axis=1) | table["share_p50"].isna()
    people = table["people"].astype(float).round(PEOPLE_DIGIT)
    shown_shares = met.round(PEOPLE_DIGIT).div(people, axis=0).round(SHARE_DIGIT)
    for name in shares:
        table = table.assign(**{name: shown_shares[name].mask(hidden)})
    return table.assign(people=people, **{WITHHELD: np.where(hidden, "share", "")})


def _differences(tables: Tables, room: _Room) -> pd.DataFrame:
    """Differences that rest on no single settlement, on days when both allocations are shown."""
    table = tables["differences"]
    table = table[[_may_differ(row, room) for row in table.to_dict("records")]]
    digit = table["measure"].map({"people_met": PEOPLE_DIGIT, "person_days": PERSON_DAYS_DIGIT})
    ten = 10.0**-digit
    names = ("mean", "low", "high", "p10", "p90", "value", "value_against")
    return table.assign(**{name: (table[name] / ten).round() * ten for name in names})


def _sensitivity(tables: Tables, _: _Room) -> pd.DataFrame:
    """Shares of the variance of the whole country's results: they name nobody and no number."""
    return tables["sensitivity"]


NAMES_OF_VERDICTS = ("allocation", "against", "measure", "verdict")


def _verdicts(tables: Tables, room: _Room) -> pd.DataFrame:
    """Only of allocations whose people at the horizon, or person-days, are shown.

    Numbers are those of person-days; for people they stand in ``differences``, by date.
    """
    shown_of = _shown_of(room)
    table = tables["verdicts"]
    is_days = table["measure"] == "person_days"
    ten = 10.0**-PERSON_DAYS_DIGIT
    numbers = [str(name) for name in table if name not in NAMES_OF_VERDICTS]
    table = table.assign(**{name: table[name].astype(float).where(is_days) for name in numbers})
    rounded = ("mean", "low", "high", "p10", "p90")
    table = table.assign(**{name: (table[name] / ten).round() * ten for name in rounded})
    is_open = [
        {row["allocation"], row["against"]} <= shown_of[row["measure"]]
        for row in table.to_dict("records")
    ]
    return table[is_open]


def _shown_of(room: _Room) -> dict[str, set[str]]:
    """Allocations whose people at the horizon are shown, and whose person-days are."""
    days = room.opened.country
    is_end = days["is_shown"] & (days["date"] == room.horizon)
    return {
        "people_met": set(days.loc[is_end, "allocation"]),
        "person_days": set(room.allocations) - set(room.opened.hides_waiting),
    }


EFFECTS: Mapping[str, tuple[str, float]] = {
    "people_middle": ("people_met", 100.0),
    "people": ("people_met", 100.0),
    "person_days": ("person_days", 1000.0),
}
"""What changes bring: the measure of the allocation that must be shown, and to what it is rounded.

Two changes that are known exactly could be told apart by one settlement: so there is one an
allocation, it is rounded more than other numbers, and has no range.
"""


def _decisions(table: pd.DataFrame, room: _Room) -> pd.DataFrame:
    """Of each allocation one change, where its effect rests on no one or two settlements."""
    shown_of = _shown_of(room)
    for name, (measure, unit) in EFFECTS.items():
        is_open = table["allocation"].isin(shown_of[measure])
        is_open &= ~(table[f"{name}_one_share"] > MOST_OF_ONE)
        is_open &= ~(table[f"{name}_two_share"] > MOST_OF_TWO)
        ends = {f"{name}_{end}": np.nan for end in (*RANGE_ENDS, "p50")}
        means = (table[f"{name}_mean"].astype(float) / unit).round() * unit
        table = table.assign(**{f"{name}_mean": means}, **ends)
        mine = [f"{name}_{end}" for end in ("mean", "more_share", "fewer_share", "verdict")]
        table = table.assign(**{column: table[column].where(is_open) for column in mine})
    verdicts = table[[f"{name}_verdict" for name in EFFECTS]]
    table = table[verdicts.notna().any(axis=1)]
    is_clear = (verdicts == BETTER).any(axis=1).loc[table.index]
    order = is_clear.sort_values(ascending=False, kind="stable").index
    return table.loc[order].drop_duplicates("allocation").sort_index()


def _may_differ(row: Mapping[Hashable, Any], room: _Room) -> bool:
    """Whether a row of ``differences`` may be shown."""
    pair = (row["allocation"], row["against"])
    if row["measure"] == "person_days":
        return not room.opened.hides_waiting.intersection(pair)
    days = room.opened.country
    there = days[days["is_shown"] & (days["date"] == row["date"])]["allocation"]
    day = row["date"].date()
    return set(pair) <= set(there) and not difference_tells(room.ready, *pair, day, PEOPLE_UNIT)


PUBLIC: Mapping[str, Callable[[Tables, _Room], pd.DataFrame]] = {
    "summary": _summary,
    "people_met": _people_met,
    "returns": _returns,
    "costs": _costs,
    "harm": _harm,
    "land_release": _land_release,
    "area_released": _area_released,
    "facts": _facts,
    "hindcast": _hindcast,
    "district_shares": _district_shares,
    "differences": _differences,
    "sensitivity": _sensitivity,
    "verdicts": _verdicts,
}
"""Tables that everybody may see, beside those by district, and how they are made."""
