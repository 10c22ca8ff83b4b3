"""The valley with made-up published facts: of nearly every measure, of before the start, to fit."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from tests.worlds import COLUMNS, Row

VALLEY = Path(__file__).resolve().parents[1] / "scenarios" / "valley"
Y2023: Row = {"from": "2023-01-01", "until": "2023-12-31"}
Y2024: Row = {"from": "2024-03-01", "until": "2024-12-31"}
Y2025: Row = {"from": "2025-01-01", "until": "2025-12-31"}
FACTS: list[Row] = [
    {"id": "m2_2023", "measure": "released_m2", **Y2023, "value": 730e3, "use": "check"},
    {"id": "m2_2024", "measure": "released_m2", **Y2024, "value": 1.8e6, "use": "fit"},
    {"id": "m2_2025", "measure": "released_m2", **Y2025, "value": 3e6, "use": "check"},
    {
        **{"id": "upper_2025", "measure": "released_m2", "district": "Upper Valley", **Y2025},
        **{"value": 2e5, "use": "check", "input": "true"},
    },
    {
        **{"id": "share_2024", "measure": "share_of_area", "district": "Upper Valley", **Y2024},
        **{"value": 0.3, "use": "check"},
    },
    {"id": "usd_2024", "measure": "teams_usd", **Y2024, "value": 2e6, "use": "check"},
    {"id": "usd_2025", "measure": "teams_usd", **Y2025, "value": 2e6, "use": "check"},
    {"id": "june", "measure": "season_index", "month": 6, **Y2025, "value": 1.2, "use": "check"},
    {"id": "back_2024", "measure": "people_returned", **Y2024, "value": 20, "use": "check"},
    {
        **{"id": "back_2025", "measure": "people_returned", "from": "2024-03-01"},
        **{"until": "2025-12-31", "value": 90, "use": "check"},
    },
    {
        **{"id": "first_mill", "measure": "first_return_day", "place": "mill"},
        **{"from": "2024-12-01", "until": "2024-12-20", "use": "check"},
    },
    {"id": "hurt_2024", "measure": "victims", **Y2024, "value": 12, "use": "check"},
]


def write_published(folder: Path) -> Path:
    """Copy the valley to a folder that is not there yet, and add its published facts."""
    shutil.copytree(VALLEY, folder)
    with (folder / "facts.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS["facts"])
        writer.writeheader()
        writer.writerows({"source": "made_up", **fact} for fact in FACTS)
    return folder
