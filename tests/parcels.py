"""The table of jobs with a row for each parcel, as the rules speak of them."""

from __future__ import annotations

import pandas as pd


def every_parcel(jobs: pd.DataFrame) -> pd.DataFrame:
    """Give each parcel that nobody began a row of its own, with its number."""
    times = jobs["parcels_left"].fillna(1).astype(int)
    rows = jobs.loc[jobs.index.repeat(times)].copy()
    rows["parcel"] = rows.groupby(["allocation", "job"], sort=False).cumcount() + 1
    return rows.drop(columns="parcels_left").reset_index(drop=True)
