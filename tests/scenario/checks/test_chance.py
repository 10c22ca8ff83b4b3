"""Districts of assumptions, correlations, and speeds too near to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from returnplan.model.chance.sobol import dimensions
from tests.scenario.planted import Change, Fault, cell, more, said
from tests.worlds import Row

KNOWN = "an assumption that is drawn once for the whole country, productivity, productivity_ASSET"


def recall(**given: Any) -> Row:
    row: Row = {"id": "record_recall", "distribution": "fixed", "a": 0.5, "unit": "share"}
    return row | {"mark": "assumed"} | given


def pair(one: str, other: str, rank: float = 0.5) -> Row:
    return {"id": one, "with": other, "rank_correlation": rank, "mark": "assumed"}


NORTH = cell("places", 3, "district", "north")
AT = "assumptions.csv, row 3, column"
PAIR = "dependence.csv, row 3, column"

FAULTS: dict[str, Fault] = {
    "a district that no place is in": (
        [NORTH, more("assumptions", recall(district="nord"))],
        [f"{AT} district: found 'nord'; allowed: a district of places"],
        [NORTH, more("assumptions", recall(), recall(district="north"))],
    ),
    "an assumption that is the same everywhere": (
        [NORTH, more("assumptions", recall(id="willing_share", district="north"))],
        [
            f"{AT} district: found 'north'; "
            "allowed: empty: only record_recall and survey_detection may differ by district"
        ],
        [NORTH, more("assumptions", recall(id="survey_detection", district="north"))],
    ),
    "a district twice": (
        [NORTH, more("assumptions", *2 * [recall(district="north")])],
        [
            "assumptions.csv, row 4, column district: found 'north'; "
            "allowed: one row of record_recall for a district (row 3 has it, too)"
        ],
        [NORTH, more("assumptions", recall(district="north"))],
    ),
    "a speed that may be nearly nothing": (
        [more("assumptions", recall(id="works_speed", distribution="gamma", a=1, b=1))],
        [
            f"{AT} low: found values very near to 0; "
            "allowed: values whose harmonic mean is above 0: write low, or a larger a"
        ],
        [more("assumptions", recall(id="works_speed", distribution="gamma", a=2, b=1))],
    ),
    "correlation with a number of each hazard": (
        [more("dependence", pair("handover_days", "building_speed"))],
        [f"{PAIR} id: found 'handover_days'; allowed: {KNOWN} or kappa"],
        [more("dependence", pair("willing_share", "household_size"))],
    ),
    "correlation with an asset type that is not there": (
        [more("dependence", pair("kappa_used", "productivity_dogs"))],
        [f"{PAIR} with: found 'productivity_dogs'; allowed: {KNOWN} or kappa"],
        [more("dependence", pair("kappa_used", "productivity_deminers", 0.1))],
    ),
    "a number with itself": (
        [more("dependence", pair("willing_share", "willing_share"))],
        [
            f"{PAIR} with: found 'willing_share'; allowed: another one: only kappa, "
            "productivity, record_recall, survey_detection have several numbers"
        ],
        [more("dependence", pair("record_recall", "record_recall"))],
    ),
    "a pair twice": (
        [
            more(
                "dependence",
                pair("willing_share", "household_size"),
                pair("household_size", "willing_share", 0.1),
            )
        ],
        [
            "dependence.csv, row 4, column with: found household_size with willing_share; "
            "allowed: each pair once (row 3 has it, too)"
        ],
        [
            more(
                "dependence",
                pair("willing_share", "household_size"),
                pair("kappa_used", "willing_share", 0.1),
            )
        ],
    ),
    "a correlation of one": (
        [more("dependence", pair("kappa", "kappa", 1))],
        [
            f"{PAIR} rank_correlation: found '1'; allowed: a number of at least -0.99 "
            "and of at most 0.99"
        ],
        [more("dependence", pair("kappa", "kappa", 0.99))],
    ),
    "correlations that cannot be together": (
        [more("dependence", pair("productivity", "productivity", 0))],
        [
            f"{PAIR} rank_correlation: found productivity with productivity, "
            "building_speed with productivity; allowed: correlations that numbers can have "
            "together: nearer to 0 in one of these pairs"
        ],
        [
            more(
                "dependence",
                pair("productivity", "productivity", 0),
                pair("building_speed", "productivity", 0),
            )
        ],
    ),
    "correlation with a number that is known": (
        [more("dependence", pair("parcel_m2_minefield", "willing_share"))],
        [f"{PAIR} id: found parcel_m2_minefield; note: it is fixed: the row changes nothing"],
        [more("dependence", pair("ts_coverage_share", "willing_share"))],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_assumptions_have_to_do_with_each_other_is_checked(folder: Path, name: str) -> None:
    fault, says, legal = FAULTS[name]
    assert said(folder, fault) == says
    assert said(folder, legal) == []


def test_an_asset_type_without_a_place_in_the_sequence_is_named(folder: Path) -> None:
    (place,) = dimensions(["productivity deminers"]).values()
    twin = next(
        name
        for name in (f"zebras_{n}" for n in range(1000))
        if dimensions([f"productivity {name}"])[f"productivity {name}"] == place
    )
    new: list[Change] = [more("assets", {"id": twin, "cost_usd_day": 5})]
    assert [text for text in said(folder, new) if "sequence" in text] == [
        f"assets.csv, row 4, column id: found '{twin}'; note: its luck has no dimension of its own "
        "in the even sequence (another id has it) and goes through one by itself: ranges need some "
        "more draws; another id would have one"
    ]
