"""Golden tables: results of shipped scenarios, refreshed on purpose and announced.

``RETURNPLAN_REFRESH_GOLDEN=1 pytest tests/scenarios`` writes them anew; say so in the changelog
under "Results change".
"""

import os
from io import StringIO
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "golden"
REFRESH = os.environ.get("RETURNPLAN_REFRESH_GOLDEN") == "1"


def assert_golden(found: pd.DataFrame, scenario: str, name: str) -> None:
    """Compare a table with the golden one, numbers to 12 digits."""
    path = FOLDER / scenario / f"{name}.csv"
    text = found.to_csv(index=False, lineterminator="\n")
    if REFRESH:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    pd.testing.assert_frame_equal(
        pd.read_csv(StringIO(text)), pd.read_csv(path), check_exact=False, rtol=1e-12, atol=1e-9
    )
