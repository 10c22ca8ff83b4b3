"""Build the Karabakh and East Zangezur scenario from the public tables in ``data/``.

Every number of a planner is in ``data/settings.csv`` and ``data/asset_types.csv`` (value, range,
mark, source), every fitted number in ``data/calibration.csv``. This script turns them, the
settlements and the roads into the tables of the scenario folder. Hazards, people by settlement
and works are SYNTHETIC: they follow published totals and shares, and observe no place.

Every choice that looks like chance comes from a hash of the seed, the id of the row and a word,
so the result depends neither on the order of the rows nor on the machine.
"""

import argparse
import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from parts import fleet, ground, hazards, land, people, works
from parts.common import (
    AS_OF,
    HORIZON_YEARS,
    START,
    TRANSLATED,
    Numbers,
    Row,
    Words,
    copied_rows,
    csv_text,
    read_numbers,
    read_words,
    translated,
)

TITLE = "Karabakh and East Zangezur, 2020 to 2040"
NOT_COVERED_PLACES = ("Aghdara", "Khankendi", "Khojaly", "Khojavend")
NOT_COVERED = (
    "No number of displaced people is published for Khojaly, Khojavend, Aghdara (but Sugovushan "
    "and Talish) and Khankendi by themselves, and where control had not changed by the end of 2022 "
    "nobody enters before the horizon; every other group with a claim to return is left out, too"
)
HERE = Path(__file__).resolve().parent


def scenario_toml(data: Path, num: Numbers, words: Words) -> str:
    """Write the facts of the run, the gates in force and the allocations."""
    lines = [
        "# Written by build.py: change data/settings.csv or build.py instead.",
        'name = "karabakh"',
        *in_languages("title", TITLE, words),
        f"start = {START.isoformat()}",
        f"horizon_years = {HORIZON_YEARS}",
        f"as_of = {AS_OF.isoformat()}",
        "",
        "[not_covered]",
        *in_languages("text", NOT_COVERED, words),
        f"places = {json.dumps(list(NOT_COVERED_PLACES))}",
        "",
        "[gates.permission]",
        "[gates.survey]",
        "[gates.housing_land]",
        "[gates.road_access]",
        "[gates.water]",
        "[gates.power]",
        "[gates.health]",
        f"within_hours = {num['health_within_hours']}",
        "[gates.education]",
        f"within_hours = {num['education_within_hours']}",
        "[gates.shelter]",
        f"required_share = {num['shelter_required_share']}",
        "[gates.risk_education]",
    ]
    for row in copied_rows(data / "allocations.csv"):
        lines += ["", f"[allocations.{row['id']}]"]
        lines += [*in_languages("title", row["title"], words), f'policy = "{row["policy"]}"']
    return "\n".join(lines) + "\n"


def in_languages(key: str, text: str, words: Words) -> list[str]:
    """Write a text of the head, and below it the same in the languages that have it."""
    said = {key: text} | translated(key, text, words)
    return [f'{name} = "{line}"' for name, line in said.items()]


def land_uses(
    towns: pd.DataFrame, around: pd.DataFrame, communities: Iterable[Row], num: Numbers
) -> pd.DataFrame:
    """Shares of the land of each settlement by use."""
    count = pd.Series({c["settlement"]: c["people"] for c in communities})
    here = towns.loc[around.index].assign(people=count.reindex(around.index, fill_value=0))
    return ground.use_shares(around["land_km2"].to_numpy(), here, num)


def target_rows(data: Path, num: Numbers) -> list[Row]:
    """Turn targets in families into people, at the mean size of a household of the settings."""
    rows = copied_rows(data / "targets.csv")
    return [row | {"people": round(int(row["families"]) * num["household_size"])} for row in rows]


def build(data: Path, calibration: Path) -> dict[str, str]:
    """Make every file of the scenario.

    Parameters
    ----------
    data
        Folder of the public tables and the settings.
    calibration
        File of the fitted numbers.

    Returns
    -------
    dict[str, str]
        Text of each file by its name.
    """
    num = read_numbers(data / "settings.csv", calibration)
    hubs = land.hub_ids(data)
    towns = land.describe_places(land.settlement_places(data), set(hubs.values()), num)
    roads = land.road_table(towns, data, num)
    communities = people.community_rows(towns, data, num)
    around = ground.land_table(towns, data, num)
    strips = hazards.strip_rows(roads, num)
    blocks = hazards.block_rows(towns, around, roads, strips, data, num)
    areas = hazards.give_uses(blocks, strips, land_uses(towns, around, communities, num), num)
    road_rows = land.road_rows(roads, num)
    assets = fleet.asset_table(data)
    works_rows = works.works_rows(communities, towns, road_rows, set(hubs.values()), num)
    rates = fleet.rate_rows(assets, num)
    district_of = land.covered_districts(towns, roads)
    reached = areas[areas["site"].isin(district_of)]
    districts = set(towns.loc[towns["inside"], "district"])
    work = fleet.district_work(rates, reached, works_rows, road_rows, district_of, districts)
    bases = [hubs[base] for base in land.BASES]
    shares = fleet.base_shares(areas, road_rows, bases, towns.index[towns["covered"]])
    tables: dict[str, Iterable[Row]] = {
        "places": land.place_rows(towns),
        "districts": land.district_rows(towns),
        "communities": communities,
        "roads": road_rows,
        "hazards": hazards.hazard_rows(areas, towns, roads, data, num),
        "works": works_rows,
        "assets": fleet.asset_rows(assets),
        "rates": rates,
        "calendars": fleet.calendar_rows(data),
        "deployments": fleet.deployment_rows(data, assets, shares, work, num),
        "funding": copied_rows(data / "funding.csv"),
        "targets": target_rows(data, num),
        "assumptions": copied_rows(data / "assumptions.csv"),
        "facts": copied_rows(data / "past.csv"),
        "sources": copied_rows(data / "sources.csv"),
    }
    words = read_words(data)
    for name, column in TRANSLATED.items():
        rows = list(tables[name])
        tables[name] = [row | translated(column, row[column], words) for row in rows]
    files = {f"{name}.csv": csv_text(name, rows) for name, rows in tables.items()}
    background = (data / "districts.geojson").read_text(encoding="utf-8")
    head = {"scenario.toml": scenario_toml(data, num, words), "districts.geojson": background}
    return head | files


def main() -> None:
    """Read the words of the command line and write the files."""
    parser = argparse.ArgumentParser(description="Build the Karabakh scenario from data/.")
    parser.add_argument("--data", type=Path, default=HERE / "data", help="folder of the inputs")
    parser.add_argument(
        "--calibration", type=Path, default=HERE / "data" / "calibration.csv", help="fitted numbers"
    )
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    words = parser.parse_args()
    files = build(words.data, words.calibration)
    words.out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (words.out / name).write_text(text, encoding="utf-8", newline="\n")
        if name.endswith(".csv"):
            print(f"{name:18} {text.count(chr(10)) - 1:6} rows")


if __name__ == "__main__":
    main()
