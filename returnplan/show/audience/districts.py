"""Tables by district: whose conditions are met, at which gates, what they wait for.

People count by the median date of their community (with one run: its date). A community is met, not
met or unknown as its status, or the state of its gate, says.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

Tables = Mapping[str, pd.DataFrame]
STATES = ("met", "not_met", "unknown")
BEHIND = ("settlements_", "households_", "largest_", "second_")
"""Begin columns that say on how much a cell rests; they are not shown."""
SORTED = ("district", "year", "date")
GATE_KEYS = ["allocation", "district", "gate"]
WITHHELD = "withheld"
"""Names what a row does not show because too few people are behind it; empty: all is shown."""


def district_tables(tables: Tables) -> dict[str, pd.DataFrame]:
    """Add up the tables of communities by district.

    Parameters
    ----------
    tables
        Tables of a run: ``readiness``, and ``people_met``, ``gates`` and ``delays``.

    Returns
    -------
    dict[str, pandas.DataFrame]
        ``districts``, ``district_gates``, ``district_delays``: exact numbers for those who may see
        communities.
    """
    homes = communities(tables["readiness"])
    exact = {
        "districts": districts(homes, tables["people_met"]),
        "district_gates": district_gates(homes, tables["gates"]),
        "district_delays": district_delays(delay_rows(homes, tables["delays"])),
    }
    return {name: shown(table) for name, table in exact.items()}


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table without the columns on what its cells rest on."""
    return table[[name for name in table if not str(name).startswith(BEHIND)]]


def communities(
    readiness: pd.DataFrame,
    area_of: Mapping[str, str] | None = None,
    households: Mapping[str, float | None] | None = None,
) -> pd.DataFrame:
    """Say of each community what tables by district need.

    Parameters
    ----------
    readiness
        Table of that name.
    area_of
        Area in which each district is counted; None: each by itself.
    households
        Households of communities, where they are known.

    Returns
    -------
    pandas.DataFrame
        allocation, district, community, settlement, people, households (inf: unknown), state,
        ready_day_p50; the allocations in their order, districts by name.
    """
    names = readiness["district"].fillna("").astype(str)
    known = households or {}
    homes = pd.DataFrame(
        {
            "allocation": readiness["allocation"],
            "district": names if area_of is None else names.map(area_of),
            "community": readiness["community"],
            "settlement": readiness["settlement"],
            "people": readiness["people"],
            "households": [float(known.get(c) or np.inf) for c in readiness["community"]],
            "state": [_state(status) for status in readiness["status"]],
            "ready_day_p50": readiness["ready_day_p50"].astype(float),
        }
    )
    return in_order(homes, ["allocation", "district"])


def _state(status: str) -> str:
    """State that a status phrase begins with."""
    if status.startswith("conditions met"):
        return "met"
    return "unknown" if status.startswith("unknown") else "not_met"


def in_order(table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Sort by keys: districts by name, years and dates in order, the rest as it comes first.

    Parameters
    ----------
    table
        Any table.
    keys
        Its columns, the most important first.

    Returns
    -------
    pandas.DataFrame
        All rows, numbered anew.
    """
    codes = {key: table[key] if key in SORTED else pd.factorize(table[key])[0] for key in keys}
    order = pd.DataFrame(codes, index=table.index).sort_values(list(keys), kind="stable").index
    return table.loc[order].reset_index(drop=True)


def counted(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count people and communities by state, and on how much each count rests."""
    table = pd.DataFrame(index=rows.groupby(keys, sort=False).size().index)
    groups = {s: rows[rows["state"] == s].groupby(keys) for s in STATES}
    counts = {f"people_{s}": here["people"].sum() for s, here in groups.items()}
    counts |= {f"communities_{s}": here.size() for s, here in groups.items()}
    counts |= {f"settlements_{s}": here["settlement"].nunique() for s, here in groups.items()}
    counts |= {f"households_{s}": here["households"].sum() for s, here in groups.items()}
    for state in STATES:
        places = rows[rows["state"] == state].groupby([*keys, "settlement"])["people"]
        by_size = places.sum().sort_values(ascending=False, kind="stable").groupby(keys)
        counts[f"largest_{state}"] = by_size.first()
        both = by_size.head(2).groupby(keys).sum()
        counts[f"second_{state}"] = both - counts[f"largest_{state}"]
    for name, count in counts.items():
        table[name] = count.reindex(table.index, fill_value=0)
    return table.reset_index()


def districts(homes: pd.DataFrame, people_met: pd.DataFrame) -> pd.DataFrame:
    """One row an allocation and district.

    Parameters
    ----------
    homes
        As :func:`communities` gives them.
    people_met
        Table of that name, for its dates.

    Returns
    -------
    pandas.DataFrame
        People and communities by status at the horizon, and the first counting date by which the
        conditions of half of the people are met.
    """
    keys = ["allocation", "district"]
    table = counted(homes, keys)
    people = table[[f"people_{state}" for state in STATES]].sum(axis=1)
    table.insert(2, "communities", table[[f"communities_{s}" for s in STATES]].sum(axis=1))
    table.insert(3, "people", people)
    table["share_met"] = table["people_met"] / people
    dates = dict(iter(people_met.groupby("allocation")))
    halves = [
        _half_date(rows, dates[str(allocation)])
        for (allocation, _), rows in homes.groupby(keys, sort=False)
    ]
    table["half_met_date"] = pd.Series(halves, dtype="datetime64[s]")
    table[WITHHELD] = ""
    return table


def _half_date(homes: pd.DataFrame, dates: pd.DataFrame) -> Any:
    """First counting date by which half of the people have their conditions met; NaT: none."""
    by_day = homes.sort_values("ready_day_p50", kind="stable")
    people = by_day["people"].cumsum()
    reached = by_day.loc[2 * people >= homes["people"].sum(), "ready_day_p50"]
    return dates.loc[dates["day"] >= reached.min(), "date"].min()


def district_gates(homes: pd.DataFrame, gates: pd.DataFrame) -> pd.DataFrame:
    """One row an allocation, district and gate: people by the state of the gate at the horizon.

    Parameters
    ----------
    homes
        As :func:`communities` gives them.
    gates
        Table of that name.

    Returns
    -------
    pandas.DataFrame
        People and communities for whom the gate is met, not met or unknown.
    """
    rows = gate_rows(homes, gates)
    return counted(rows, GATE_KEYS).assign(**{WITHHELD: ""})


HALVES = ("allocation", "district", "gate", "half_day", "last_share")
"""Columns of :func:`district_halves`."""


def district_halves(readiness: pd.DataFrame, gates: pd.DataFrame) -> pd.DataFrame:
    """Say from when on each gate holds for half of a district's people, and how often it is last.

    It rests on the dates of single communities: not for the public.

    Parameters
    ----------
    readiness, gates
        Tables of these names.

    Returns
    -------
    pandas.DataFrame
        One row an allocation, district and gate: the median day of the community with which half
        of the people are reached (inf: not within the horizon, or not known), and the share of the
        people times the draws for whom the gate is the last to hold.
    """
    homes = communities(readiness)[["allocation", "community", "district", "people"]]
    names = ["allocation", "community", "gate", "state", "day_p50", "binding_share"]
    rows = gates[names].merge(homes, on=["allocation", "community"])
    rows["day_p50"] = rows["day_p50"].astype(float).where(rows["state"] == "met", np.inf)
    rows = in_order(rows, GATE_KEYS)
    found = [
        (*keys, _half_day(here), _mean_share(here))
        for keys, here in rows.groupby(GATE_KEYS, sort=False)
    ]
    return pd.DataFrame(found, columns=list(HALVES))


def _half_day(rows: pd.DataFrame) -> float:
    """First day on which a gate holds for half of the people."""
    by_day = rows.fillna({"day_p50": np.inf}).sort_values("day_p50", kind="stable")
    is_half = 2 * by_day["people"].cumsum() >= by_day["people"].sum()
    return float(by_day.loc[is_half, "day_p50"].iloc[0])


def _mean_share(rows: pd.DataFrame) -> float:
    """Share of people times draws for whom the gate is the last to hold."""
    people = float(rows["people"].sum())
    share = rows["binding_share"].astype(float).fillna(0.0)
    return float((share * rows["people"]).sum()) / people if people else 0.0


def gate_rows(homes: pd.DataFrame, gates: pd.DataFrame) -> pd.DataFrame:
    """Put district, settlement and people beside the state of each gate of each community.

    Parameters
    ----------
    homes
        As :func:`communities` gives them.
    gates
        Table of that name.
    """
    states = gates["state"].str.replace(" ", "_")
    rows = gates[["allocation", "community", "gate"]].assign(state=states)
    rows = rows.merge(homes.drop(columns="state"), on=["allocation", "community"])
    return in_order(rows, GATE_KEYS)


def district_delays(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an allocation, district and cause: days of waiting times people.

    Parameters
    ----------
    rows
        As :func:`delay_rows` gives them.

    Returns
    -------
    pandas.DataFrame
        Person-days over the whole horizon, mean of the draws.
    """
    keys = ["allocation", "district", "cause"]
    sums = rows.groupby(keys, sort=False)["person_days_mean"].sum().reset_index()
    return sums.assign(**{WITHHELD: ""})


def delay_rows(homes: pd.DataFrame, delays: pd.DataFrame) -> pd.DataFrame:
    """Put district, people and households beside each delay, in the order of the districts.

    Parameters
    ----------
    homes
        As :func:`communities` gives them.
    delays
        Table of that name.

    Returns
    -------
    pandas.DataFrame
        One row an allocation, community and cause for which somebody waits.
    """
    rows = delays.loc[
        delays["person_days_mean"] > 0, ["allocation", "community", "cause", "person_days_mean"]
    ]
    rows = rows.merge(homes, on=["allocation", "community"])
    return in_order(rows, ["allocation", "district", "cause"])
