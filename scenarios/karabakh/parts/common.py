"""What all parts share: the time axis, tables, numbers, and luck that belongs to a row."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

START = date(2020, 11, 10)
HORIZON_YEARS = 20
HORIZON = date(START.year + HORIZON_YEARS, START.month, START.day)
AS_OF = date(2022, 12, 31)
"""Date of the data: what became known later is no input (data/README.md names exceptions)."""
M2_PER_HA = 10_000
KM_PER_DEG = np.array([85.4, 111.2])  # longitude, latitude at 39.8 N
LAND_CLASSES = ("minefield", "low_density", "battle_area")
DIFFICULTIES = ("low", "medium", "high", "extreme")

Floats = npt.NDArray[np.float64]
Row = dict[str, Any]
Numbers = Mapping[str, float]
Words = Mapping[str, Mapping[str, str]]
"""Texts of this scenario by language, by their English text."""

LANGUAGES = ("az", "ru", "uk", "fr", "es", "ar")
TRANSLATED = {
    "places": "name",
    "districts": "district",
    "assets": "name",
    "targets": "title",
    "assumptions": "unit",
}
"""Column of each table that ``data/translations.csv`` says in other languages."""


def _in_languages(column: str) -> str:
    """Columns that say a column in other languages, as the header has them."""
    return ",".join(f"{column}_{language}" for language in LANGUAGES)


COLUMNS: dict[str, str] = {
    "places": "id,kind,name,lon_deg,lat_deg,district,zone,accessible_from,elevation_m,"
    f"{_in_languages('name')},name_source,source",
    "districts": f"district,{_in_languages('name')}",
    "communities": "id,settlement,people,households,group,displaced_since,source",
    "roads": "id,from_place,to_place,length_km,speed_kmh,all_season,repair_crew_days,impassable,"
    "source",
    "hazards": "id,place,road,hazard_class,land_class,area_m2,denies,record,difficulty,"
    "items_per_km2,source",
    "works": "id,settlement,kind,skill,crew_days,dwellings,source",
    "assets": "id,name,mobilisation_days,camp_days,shift_hours,mult_low,mult_medium,mult_high,"
    f"mult_extreme,cost_usd_day,{_in_languages('name')},source",
    "rates": "asset,skill,land_class,rate_m2_day,source",
    "calendars": "zone,month,workable_days,source",
    "deployments": "allocation,asset,base,teams,from,until,serves,source",
    "funding": "id,from,until,usd,allocation,assets,source",
    "targets": f"id,date,people,measure,title,{_in_languages('title')},source",
    "assumptions": f"id,distribution,a,b,c,low,high,unit,{_in_languages('unit')},mark,source",
    "facts": "id,measure,district,land_class,route,place,month,from,until,value,use,input,source,"
    "note",
    "sources": "id,title,organisation,year,licence,kind",
}


def luck(word: str, row_id: str, seed: int = 1) -> float:
    """Draw the number between 0 and 1 that belongs to one row and one question.

    Parameters
    ----------
    word
        The question.
    row_id
        Id of the row.
    seed
        Seed of the scenario.

    Returns
    -------
    float
        Above 0 and below 1.
    """
    digest = hashlib.blake2b(f"{seed}|{word}|{row_id}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") + 0.5) / 2.0**64


def lucks(word: str, ids: Iterable[str], seed: int = 1) -> Floats:
    """Numbers of several rows for one question; see ``luck``."""
    return np.array([luck(word, i, seed) for i in ids])


def read_numbers(*paths: Path) -> dict[str, float]:
    """Read the column ``value`` of settings by id."""
    tables = [pd.read_csv(path).set_index("id")["value"] for path in paths]
    return {str(k): float(v) for table in tables for k, v in table.items()}


def text_of(value: object) -> str:
    """Write one cell the same way everywhere."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def csv_text(table: str, rows: Iterable[Row]) -> str:
    """Write rows as CSV text with the columns of the table."""
    columns = COLUMNS[table].split(",")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([text_of(row.get(c)) for c in columns] for row in rows)
    return out.getvalue()


def whole_parts(wanted: Floats, total: int) -> npt.NDArray[np.int64]:
    """Round to whole numbers that sum to a total (largest remainders)."""
    scaled = wanted * (total / wanted.sum())
    parts: npt.NDArray[np.int64] = np.floor(scaled).astype(np.int64)
    left = int(total - parts.sum())
    parts[np.argsort(-(scaled - parts), kind="stable")[:left]] += 1
    return parts


def rake_below(seed: Floats, row_most: Floats, column_totals: Floats) -> Floats:
    """Scale the columns of a table to their totals while no row has more than its most.

    What a full row cannot take goes to the others, in proportion to what they have.

    Raises
    ------
    ValueError
        When all rows together cannot take the totals.
    """
    if row_most.sum() < column_totals.sum():
        raise ValueError("the rows together cannot take the totals")
    table: Floats = seed.astype(np.float64) * (column_totals / seed.sum(axis=0))
    for _ in range(10_000):
        sums = table.sum(axis=1)
        if (sums <= row_most * (1 + 1e-12)).all():
            break
        table *= np.minimum(1.0, row_most / sums)[:, None]
        table *= column_totals / table.sum(axis=0)
    return table


def copied_rows(path: Path) -> list[Row]:
    """Read the rows of a table that is passed on as it stands."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_words(data: Path) -> Words:
    """Read the texts of this scenario in other languages."""
    rows = copied_rows(data / "translations.csv")
    return {row.pop("en"): {code: text for code, text in row.items() if text} for row in rows}


def translated(column: str, text: str, words: Words) -> dict[str, str]:
    """Texts by column, such as ``title_az``, of a text that is said in other languages."""
    column = "name" if column == "district" else column
    return {f"{column}_{code}": said for code, said in words.get(text, {}).items()}


def facts(data: Path) -> dict[str, float]:
    """Read the published totals by key."""
    table = pd.read_csv(data / "facts.csv").set_index("key")["value"]
    return {str(k): float(v) for k, v in table.items()}
