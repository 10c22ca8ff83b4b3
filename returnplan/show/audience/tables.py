"""Who may see what: tables for the team and its partners, and tables for everybody (model §15).

*internal*: every table as it is, and tables by district beside them. *public*: by district and for
the whole country only. A district stands by itself if people of at least three settlements come
from it, and not nearly all of them from one; the others are counted together. Small numbers are
withheld (:mod:`returnplan.show.audience.withholding`). Columns that are not public
(:mod:`returnplan.columns`) do not appear, and tables that this room does not know neither.
"""

from collections.abc import Callable, Mapping
from typing import Literal, get_args

import numpy as np
import pandas as pd

from returnplan.columns import column_of, public_columns
from returnplan.errors import ReturnplanError
from returnplan.model.effects.harm import LEAST_SETTLEMENTS, MOST_SHARE
from returnplan.show.audience import districts
from returnplan.show.audience.districts import (
    WITHHELD,
    communities,
    district_tables,
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

OTHER, ALL = "other districts", "all districts"
"""Stand for districts that are counted together."""
OTHER_CAUSES = "other causes"
"""Stands for causes for which few wait, counted together."""
PERSON_DAYS_DIGIT, AREA_DIGIT, SHARE_DIGIT = -2, -3, 2
"""Person-days are rounded to 100, areas to 1,000 m2, shares to 0.01."""


def for_audience(
    tables: Tables, audience: str, households: Households | None = None
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

    Returns
    -------
    dict[str, pandas.DataFrame]
        internal: the tables, with ``districts``, ``district_gates`` and ``district_delays``.
        public: these three, ``summary``, ``people_met``, ``returns``, ``costs``, ``harm`` and
        ``land_release``; and ``district_shares`` and ``differences`` if they are given. Their
        column ``withheld`` names what is empty because few people are behind it.

    Raises
    ------
    ReturnplanError
        When there is no such audience; or when people come from fewer than three settlements, so
        that every number would be one of a village.
    """
    if audience not in AUDIENCES:
        raise ReturnplanError(f"no audience is called {audience}: {' or '.join(AUDIENCES)}")
    if audience == "internal":
        return {**tables, **district_tables(tables)}
    areas = areas_of(tables["readiness"])
    homes = communities(tables["readiness"], areas, households)
    public = {name: make(tables, areas) for name, make in PUBLIC.items() if name in tables}
    public |= {
        "districts": _districts(homes, tables["people_met"]),
        "district_gates": _district_gates(homes, tables["gates"]),
        "district_delays": _district_delays(homes, tables["delays"]),
    }
    return {
        name: table[public_columns(name, map(str, table))].reset_index(drop=True)
        for name, table in public.items()
    }


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
    has_one = people.max() > MOST_SHARE * total
    return len(people) >= LEAST_SETTLEMENTS and bool(total >= LEAST_PEOPLE) and not has_one


def _area(table: pd.DataFrame, areas: Mapping[str, str]) -> "pd.Series[str]":
    """Area of each row; districts from which nobody comes are counted with the others."""
    rest = ALL if ALL in areas.values() else OTHER
    return table["district"].fillna("").astype(str).map(areas).fillna(rest)


# ---------------------------------------------------------------- tables by district


def _districts(homes: pd.DataFrame, people_met: pd.DataFrame) -> pd.DataFrame:
    table = withhold_states(districts.districts(homes, people_met), ["allocation"])
    table["people"] = table["people"].round(PEOPLE_DIGIT)
    table["share_met"] = (table["people_met"] / table["people"]).round(SHARE_DIGIT)
    return shown(table)


def _district_gates(homes: pd.DataFrame, gates: pd.DataFrame) -> pd.DataFrame:
    return shown(withhold_states(districts.district_gates(homes, gates), ["allocation", "gate"]))


def _district_delays(homes: pd.DataFrame, delays: pd.DataFrame) -> pd.DataFrame:
    """Count causes together for which few wait; withhold districts where few wait at all."""
    rows = districts.delay_rows(homes, delays)
    rows["cause"] = rows["cause"].mask(_is_joined(rows), OTHER_CAUSES)
    table = districts.district_delays(rows)
    for allocation, whole in _behind(rows, ["allocation", "district"]).groupby(level=0, sort=False):
        cells = whole.to_numpy()[:, np.newaxis]
        hidden = left_out(cells, cells[:, 0, 0], is_small(cells)[:, 0])
        names = whole.index.get_level_values("district")[hidden]
        is_hidden = table["allocation"].eq(str(allocation)) & table["district"].isin(names)
        table.loc[is_hidden, "person_days_mean"] = np.nan
        table.loc[is_hidden, WITHHELD] = "person_days"
    return table.round({"person_days_mean": PERSON_DAYS_DIGIT})


def _behind(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """People, settlements and households behind delays, each community once."""
    groups = rows.drop_duplicates([*keys, "community"]).groupby(keys, sort=False)
    sums = {"people": "sum", "settlement": "nunique", "households": "sum"}
    return groups[list(sums)].agg(sums).astype(float)


def _is_joined(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Delays by causes for which few wait in a district, and by more until they are not few."""
    joined = pd.Series(data=False, index=rows.index)
    by_cause = _behind(rows, ["allocation", "district", "cause"])
    few = by_cause[is_small(by_cause.to_numpy())]
    lines = few.reset_index()[["allocation", "district"]].drop_duplicates()
    for allocation, district in lines.itertuples(index=False):
        here = rows[(rows["allocation"] == allocation) & (rows["district"] == district)]
        chosen = here["cause"].isin(few.loc[allocation, district].index)
        rest = by_cause.loc[allocation, district]["people"].sort_values(kind="stable").index
        for cause in rest:
            if not is_small(_behind(here[chosen].assign(all=0), ["all"]).to_numpy())[0]:
                break
            chosen |= here["cause"] == cause
        joined.loc[here.index] = chosen
    return joined


# ---------------------------------------------------------------- the other tables


def _summary(tables: Tables, _: Mapping[str, str]) -> pd.DataFrame:
    table, horizon = tables["summary"], tables["people_met"]["date"].max()
    counts = ("people_by_", "returned_by_", "present_at_", "people_unknown_")
    people = [c for c in table if str(c).startswith(counts)]
    table = withhold_people(table, {str(name): [str(name)] for name in people})
    last = table[f"people_by_{horizon:%Y-%m-%d}_mean"]
    never = table["communities_never"].astype(float)
    for name in (str(c) for c in table if "person_days" in str(c)):
        digit = SHARE_DIGIT if name.endswith("_share") else PERSON_DAYS_DIGIT
        table = table.assign(**{name: table[name].astype(float).round(digit)})
    returned = table["returned_by_horizon_mean"].astype(float)
    return table.assign(
        cost_per_person_usd=(table["cost_usd_mean"] / last.where(last > 0)).round(),
        cost_per_returned_usd=(table["cost_usd_mean"] / returned.where(returned > 0)).round(),
        communities_never=never.where((never == 0) | (never >= LEAST_SETTLEMENTS)),
        last_ready_date_p50=_first_dates(table, tables["people_met"]),
    )


def _first_dates(summary: pd.DataFrame, people_met: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """First counting date by which the last community is ready, not its own day."""
    dates = sorted(people_met["date"].unique())
    last = summary["last_ready_date_p50"]
    first = [next((date for date in dates if date >= day), pd.NaT) for day in last]
    return pd.Series(first, index=summary.index, dtype="datetime64[s]")


def _people_met(tables: Tables, _: Mapping[str, str]) -> pd.DataFrame:
    table = tables["people_met"]
    return withhold_people(table, _measures(table, "people", "returned", "present", "early"))


def _returns(tables: Tables, areas: Mapping[str, str]) -> pd.DataFrame:
    """By area: means add up, percentiles of several districts are not known."""
    table = tables["returns"]
    keys = ["allocation", "district", "month", "date"]
    numbers = [str(c) for c in table if c not in keys]
    is_single = table["returned_p10"].isna().all()  # one run: its numbers add up
    sums = [c for c in numbers if c.endswith("_mean") or (is_single and c.endswith("_p50"))]
    groups = table.assign(district=_area(table, areas)).groupby(keys, sort=False)
    by_area = groups[numbers].first().astype(float)
    by_area.loc[(groups.size() > 1).to_numpy()] = np.nan
    by_area[sums] = groups[sums].sum()
    by_area = in_order(by_area.reset_index(), ["allocation", "district", "date"])
    measures = _measures(table, "returned", "present", "early")
    return withhold_people(by_area, measures, ["allocation", "date"])


def _measures(table: pd.DataFrame, *names: str) -> dict[str, list[str]]:
    """Columns of each measure that the table has."""
    all_columns = {name: [str(c) for c in table if str(c).startswith(f"{name}_")] for name in names}
    return {name: columns for name, columns in all_columns.items() if columns}


def _costs(tables: Tables, _: Mapping[str, str]) -> pd.DataFrame:
    return _coarser("costs", tables["costs"])


def _land_release(tables: Tables, areas: Mapping[str, str]) -> pd.DataFrame:
    table = tables["land_release"]
    table = _coarser("land_release", table.assign(district=_area(table, areas)))
    return table.round({"area_m2_mean": AREA_DIGIT})


def _coarser(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Add up over what not everybody may see; only means add up."""
    public = public_columns(name, map(str, table))
    keys = [c for c in public if column_of(name, c).type in ("text", "year")]
    sums = table.groupby(keys, sort=False)[[c for c in public if c.endswith("_mean")]].sum()
    return in_order(sums.reset_index(), keys)


def _harm(tables: Tables, _: Mapping[str, str]) -> pd.DataFrame:
    """Expected numbers of the whole country; how many people are left out."""
    return withhold_people(tables["harm"], {"people_unknown_risk": ["people_unknown_risk"]})


def _district_shares(tables: Tables, areas: Mapping[str, str]) -> pd.DataFrame:
    """Shares of districts that stand by themselves; percentiles of several are not known.

    They are shares of numbers of people that may be shown.
    """
    table = tables["district_shares"].fillna({"district": ""})
    table = table[table["district"].map(areas) == table["district"]]
    shares = [str(c) for c in table if str(c).startswith("share_")]
    met = table[shares].mul(table["people"], axis=0)
    rest = (1 - table[shares]).mul(table["people"], axis=0)
    few = (met.gt(0) & met.lt(LEAST_PEOPLE)) | (rest.gt(0) & rest.lt(LEAST_PEOPLE))
    hidden = few.any(axis=1)
    people = table["people"].astype(float).round(PEOPLE_DIGIT)
    shown_shares = met.round(PEOPLE_DIGIT).div(people, axis=0).round(SHARE_DIGIT)
    for name in shares:
        table = table.assign(**{name: shown_shares[name].mask(hidden)})
    return table.assign(people=people, **{WITHHELD: np.where(hidden, "share", "")})


def _differences(tables: Tables, _: Mapping[str, str]) -> pd.DataFrame:
    table = tables["differences"]
    digit = table["measure"].map({"people_met": PEOPLE_DIGIT, "person_days": PERSON_DAYS_DIGIT})
    ten = 10.0**-digit
    names = ("mean", "low", "high", "p10", "p90", "value", "value_against")
    return table.assign(**{name: (table[name] / ten).round() * ten for name in names})


PUBLIC: Mapping[str, Callable[[Tables, Mapping[str, str]], pd.DataFrame]] = {
    "summary": _summary,
    "people_met": _people_met,
    "returns": _returns,
    "costs": _costs,
    "harm": _harm,
    "land_release": _land_release,
    "district_shares": _district_shares,
    "differences": _differences,
}
"""Tables that everybody may see, beside those by district, and how they are made."""
