"""How many parcels of clearance a scenario may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from returnplan.scenario.checks import size
from tests.scenario.planted import Fault, cell, less, more, said
from tests.worlds import Row

TOO_MANY = (
    "; allowed: at most 5,000,000: check area_m2 here, the assumptions parcel_m2_..., "
    "and unrecorded_hazards of places"
)
HECTARE: Row = {
    **{"id": "parcel_m2_minefield", "distribution": "fixed", "a": 10_000},
    **{"unit": "m2", "mark": "assumed"},
}


FAULTS: dict[str, Fault] = {
    "an area in square millimetres": (
        [cell("hazards", 2, "area_m2", "1e12")],
        [
            "hazards.csv, row 2, column area_m2: found 42,857,145 parcels of clearance expected in "
            f"all, 42,857,143 of them in this row{TOO_MANY}"
        ],
        [cell("hazards", 2, "area_m2", "1.1e11")],
    ),
    "a confirmed area, of which nothing is cancelled": (
        [cell("hazards", 3, "area_m2", "1.1e11")],
        [
            "hazards.csv, row 3, column area_m2: found 6,600,002 parcels of clearance expected in "
            f"all, 6,600,000 of them in this row{TOO_MANY}"
        ],
        [cell("hazards", 3, "area_m2", "8.3e10")],
    ),
    "parcels of a hand": (
        [more("assumptions", HECTARE | {"a": 1}), cell("hazards", 2, "area_m2", "2e7")],
        [
            "hazards.csv, row 2, column area_m2: found 8,577,429 parcels of clearance expected in "
            f"all, 8,571,429 of them in this row{TOO_MANY}"
        ],
        [more("assumptions", HECTARE | {"a": 10}), cell("hazards", 2, "area_m2", "2e7")],
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_parcels_can_be_counted(folder: Path, fault: str) -> None:
    planted, messages, legal = FAULTS[fault]
    assert said(folder, planted) == messages
    assert said(folder, legal) == []


def test_hazards_that_nobody_recorded_count_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size, "MOST_PARCELS", 8)
    unrecorded = cell("places", 3, "unrecorded_hazards", "5")
    assert said(folder, [unrecorded]) == []
    (text,) = said(folder, [cell("places", 3, "unrecorded_hazards", "6")])
    assert "found 9 parcels of clearance expected in all, 1 of them in this row" in text
    monkeypatch.setattr(size, "MOST_PARCELS", 2)
    assert said(folder, [less("hazards")]) == []


@pytest.mark.parametrize(
    "row",
    [
        HECTARE | {"distribution": "dirichlet", "b": 1, "c": 1},
        HECTARE | {"distribution": "lognormal", "b": 1000},
        HECTARE | {"a": 0},
        HECTARE | {"a": "many"},
        HECTARE | {"id": "route_shares_none", "a": 1},
        HECTARE | {"id": "route_shares_none", "distribution": "dirichlet", "a": 1, "b": 0, "c": 0},
    ],
)
def test_an_assumption_with_a_fault_of_its_own_is_not_counted_with(folder: Path, row: Row) -> None:
    messages = said(folder, [more("assumptions", row)])
    assert all(text.startswith("assumptions.csv, row 3") for text in messages)
