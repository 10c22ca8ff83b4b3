"""People waiting: published totals by district, split over settlements (SYNTHETIC)."""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri

from parts.common import Numbers, Row, lucks, whole_parts

COUNTED_WITH_TARTAR = ("S1209142461", "S1310537695")
"""Sugovushan and Talish: their people are taken to be in the total of Tartar (assumed)."""


def origin_table(data: Path) -> pd.DataFrame:
    """Districts with a published number of people, with that number; index: district."""
    origins = pd.read_csv(data / "origins.csv").set_index("district")
    published = pd.read_csv(data / "idp_origin.csv").set_index("district")["persons"]
    return origins.assign(people=published.reindex(origins["published_as"]).to_numpy())


def settlements_of(towns: pd.DataFrame, district: str) -> pd.DataFrame:
    """Settlements over which the people of a district are split: those west of the former line."""
    mine = towns["district"].mask(towns.index.isin(COUNTED_WITH_TARTAR), "Tartar") == district
    west = (towns["kind"] == "settlement") & (towns["side_of_former_line"] == "west")
    return towns[mine & towns["covered"] & west]


def people_of(here: pd.DataFrame, total: int, num: Numbers) -> "pd.Series[int]":
    """Split the people of a district over its settlements.

    Towns keep their published population, at most a share of the total together; the others get
    log-normal parts by the luck of their ids.
    """
    town = here["population"].dropna()
    most = num["town_share_most"] * total
    town = (town * min(1.0, most / town.sum())).round() if len(town) else town
    rest = here.index.difference(town.index)
    low, high = num["people_quantile_low"], num["people_quantile_high"]
    u = low + (high - low) * lucks("people", rest, int(num["seed"]))
    parts = whole_parts(np.exp(num["people_log_sd"] * ndtri(u)), total - int(town.sum()))
    split: pd.Series[int] = pd.concat([town.astype(int), pd.Series(parts, index=rest)])
    return split.sort_index()


def community_rows(towns: pd.DataFrame, data: Path, num: Numbers) -> list[Row]:
    """Write one community for each settlement of the districts with a published total."""
    rows = []
    for district, origin in origin_table(data).iterrows():
        here = settlements_of(towns, str(district))
        published = here["population"].to_dict()
        for place, people in people_of(here, int(origin["people"]), num).items():
            rows.append(
                {
                    "id": f"C{str(place)[1:]}",
                    "settlement": place,
                    "people": people,
                    "group": origin["group"],
                    "displaced_since": origin["displaced_since"],
                    "source": "town_population" if people == published[place] else origin["source"],
                }
            )
    return sorted(rows, key=lambda row: str(row["settlement"]))
