"""Dates out of order or beyond the horizon, money that does not last, months that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.planted import (
    TABLES,
    Change,
    Fault,
    cell,
    drop,
    errors,
    gone,
    head,
    less,
    longer,
    more,
    put,
    said,
    said_of_longer,
)
from tests.worlds import Row

HORIZON = "2025-01-01 to 2035-01-01"
COAST: list[Row] = [row | {"zone": "coast"} for row in TABLES["calendars"]]
PLAN = "at most USD 2,189,999 of 'f1' for"
COST = "USD 2,190,000 for team-days of"

FAULTS: dict[str, Fault] = {
    "teams that leave on the day they come": (
        [
            cell("deployments", 2, "from", "2026-05-01"),
            cell("deployments", 2, "until", "2026-05-01"),
        ],
        [
            "deployments.csv, row 2, column until: found 2026-05-01, not after from = 2026-05-01; "
            "allowed: a date after from"
        ],
        [
            cell("deployments", 2, "from", "2026-05-01"),
            cell("deployments", 2, "until", "2026-05-02"),
        ],
    ),
    "teams that leave before they come, both beyond the horizon": (
        [
            cell("deployments", 2, "from", "2041-01-01"),
            cell("deployments", 2, "until", "2040-01-01"),
        ],
        [
            "deployments.csv, row 2, column until: found 2040-01-01, not after from = 2041-01-01; "
            "allowed: a date after from"
        ],
        [],
    ),
    "teams that leave before they come, and others that come too soon": (
        [
            cell("deployments", 2, "from", "2026-05-02"),
            cell("deployments", 2, "until", "2026-05-01"),
            cell("deployments", 3, "from", "2024-12-31"),
        ],
        [
            "deployments.csv, row 2, column until: found 2026-05-01, not after from = 2026-05-02; "
            "allowed: a date after from",
            "deployments.csv, row 3, column from: found 2024-12-31; "
            "note: before the start 2025-01-01: the teams stand there from the start",
        ],
        [],
    ),
    "money that ends before it begins, and other money that ends too soon": (
        [cell("funding", 2, "until", "2024-12-31"), cell("funding", 3, "until", "2025-01-01")],
        [
            "funding.csv, row 2, column until: found 2024-12-31, not after from = 2025-01-01; "
            "allowed: a date after from",
            "funding.csv, row 3, column until: found 2025-01-01; "
            f"note: outside the horizon {HORIZON}: nothing is compared with it",
        ],
        [],
    ),
    "money that ends on the day it begins": (
        [cell("funding", 2, "until", "2025-01-01")],
        [
            "funding.csv, row 2, column until: found 2025-01-01, not after from = 2025-01-01; "
            "allowed: a date after from"
        ],
        [cell("funding", 2, "until", "2025-01-02")],
    ),
    "money that ends before it begins, both beyond the horizon": (
        [cell("funding", 2, "from", "2041-01-01"), cell("funding", 2, "until", "2040-01-01")],
        [
            "funding.csv, row 2, column until: found 2040-01-01, not after from = 2041-01-01; "
            "allowed: a date after from"
        ],
        [],
    ),
    "teams that come after the horizon": (
        [cell("deployments", 2, "from", "2035-01-02")],
        [
            "deployments.csv, row 2, column from: found 2035-01-02; "
            f"note: outside the horizon {HORIZON}: the teams do nothing that is shown"
        ],
        [cell("deployments", 2, "from", "2035-01-01")],
    ),
    "teams that leave on the first day": (
        [cell("deployments", 2, "until", "2025-01-01")],
        [
            "deployments.csv, row 2, column until: found 2025-01-01; "
            f"note: outside the horizon {HORIZON}: the teams do nothing"
        ],
        [cell("deployments", 2, "until", "2025-01-02")],
    ),
    "teams that come before the first day": (
        [cell("deployments", 2, "from", "2024-12-31")],
        [
            "deployments.csv, row 2, column from: found 2024-12-31; "
            "note: before the start 2025-01-01: the teams stand there from the start"
        ],
        [cell("deployments", 2, "from", "2025-01-01")],
    ),
    "money that comes on the last day": (
        [cell("funding", 3, "from", "2035-01-01")],
        [
            "funding.csv, row 3, column from: found 2035-01-01; "
            f"note: outside the horizon {HORIZON}: nothing is compared with it"
        ],
        [cell("funding", 3, "from", "2034-12-31")],
    ),
    "money that goes on the first day": (
        [cell("funding", 3, "until", "2025-01-01")],
        [
            "funding.csv, row 3, column until: found 2025-01-01; "
            f"note: outside the horizon {HORIZON}: nothing is compared with it"
        ],
        [cell("funding", 3, "until", "2025-01-02")],
    ),
    "an envelope that does not hold what two teams cost in 730 days": (
        [cell("funding", 2, "usd", "2189999")],
        [
            f"funding.csv, row 2, column usd: found {COST} 'listed' from 2025-01-01 until "
            "2027-01-01; "
            f"note: {PLAN} 'listed'",
            f"funding.csv, row 2, column usd: found {COST} 'near' from 2025-01-01 until "
            "2027-01-01; "
            f"note: {PLAN} 'near'",
        ],
        [cell("funding", 2, "usd", "2190000")],
    ),
    "an envelope of one allocation for all types and all the time": (
        [cell("funding", 3, "assets", ""), cell("funding", 3, "usd", "17529599")],
        [
            "funding.csv, row 3, column usd: found USD 17,529,600 for team-days of 'near' "
            "from 2025-01-01 until 2035-01-01; note: at most USD 17,529,599 of 'f2' for 'near'"
        ],
        [cell("funding", 3, "assets", ""), cell("funding", 3, "usd", "17529600")],
    ),
    "a target before the first day": (
        [cell("targets", 2, "date", "2024-12-31")],
        [
            "targets.csv, row 2, column date: found 2024-12-31; "
            f"note: outside the horizon {HORIZON}: "
            "it is not shown"
        ],
        [cell("targets", 2, "date", "2025-01-01")],
    ),
    "a target after the last day": (
        [cell("targets", 2, "date", "2035-01-02")],
        [
            "targets.csv, row 2, column date: found 2035-01-02; "
            f"note: outside the horizon {HORIZON}: "
            "it is not shown"
        ],
        [cell("targets", 2, "date", "2035-01-01")],
    ),
    "a target of more people than there are": (
        [cell("targets", 3, "people", "421")],
        ["targets.csv, row 3, column people: found 421; note: more than all displaced people, 420"],
        [cell("targets", 3, "people", "420")],
    ),
    "a place that opens after the last day": (
        [cell("places", 4, "accessible_from", "2035-01-02")],
        [
            "places.csv, row 4, column accessible_from: found 2035-01-02; "
            "note: after the horizon 2035-01-01: nothing happens there"
        ],
        [cell("places", 4, "accessible_from", "2035-01-01")],
    ),
    "a month twice, and so one missing": (
        [cell("calendars", 13, "month", "11")],
        [
            "calendars.csv, row 13, column month: found month 11 of zone 'hills' again, as in "
            "row 12; "
            "allowed: each month of a zone once",
            "calendars.csv, row 2, column month: found zone 'hills' without months 12; "
            "allowed: months 1 to 12",
        ],
        [more("calendars", *COAST)],
    ),
    "a month three times": (
        [more("calendars", TABLES["calendars"][2], TABLES["calendars"][2])],
        [
            "calendars.csv, row 14, column month: found month 3 of zone 'hills' again, as in row "
            "4; "
            "allowed: each month of a zone once",
            "calendars.csv, row 15, column month: found month 3 of zone 'hills' again, as in row "
            "4; "
            "allowed: each month of a zone once",
        ],
        [],
    ),
    "months that are missing": (
        [
            less("calendars", month="1"),
            less("calendars", month="12"),
            more("calendars", *COAST[1:]),
        ],
        [
            "calendars.csv, row 2, column month: found zone 'hills' without months 1, 12; "
            "allowed: months 1 to 12",
            "calendars.csv, row 12, column month: found zone 'coast' without months 1; "
            "allowed: months 1 to 12",
        ],
        [],
    ),
    "more workable days than February has in a leap year": (
        [cell("calendars", 3, "workable_days", "29.5")],
        [
            "calendars.csv, row 3, column workable_days: found 29.5; "
            "note: more days than the month has"
        ],
        [cell("calendars", 3, "workable_days", "29")],
    ),
    "more workable days than November has": (
        [cell("calendars", 12, "workable_days", "31")],
        [
            "calendars.csv, row 12, column workable_days: found 31; "
            "note: more days than the month has"
        ],
        [
            cell("calendars", 12, "workable_days", "30"),
            cell("calendars", 13, "workable_days", "31"),
        ],
    ),
    "a zone without a calendar": (
        [cell("places", 4, "zone", "valley")],
        [
            "places.csv, row 4, column zone: found 'valley'; "
            "allowed: a zone of calendars; empty: every day is workable"
        ],
        [cell("places", 4, "zone", "hills")],
    ),
    "no calendars, though zones are named": (
        [gone("calendars"), cell("places", 4, "zone", "valley")],
        [
            "calendars.csv: found no such table; "
            "allowed: the zones that places name (first places.csv, row 3: 'hills')"
        ],
        [gone("calendars"), cell("places", 3, "zone", "")],
    ),
    "calendars without rows, though zones are named": (
        [less("calendars"), cell("places", 4, "zone", "valley")],
        [
            "calendars.csv: found no rows; "
            "allowed: the zones that places name (first places.csv, row 3: 'hills')"
        ],
        [less("calendars"), cell("places", 3, "zone", "")],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_time_and_money_that_are_out_of_reach_are_reported_and_the_last_day_is_not(
    folder: Path, name: str
) -> None:
    fault, says, legal = FAULTS[name]
    assert said(folder, fault) == says
    assert said(folder, legal) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_row_whose_cells_may_be_misplaced_has_no_other_fault(folder: Path, name: str) -> None:
    assert all(" cells; " in text for text in said_of_longer(folder, FAULTS[name]))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (cell("deployments", 2, "source", ""), ["near"]),
        (cell("deployments", 2, "allocation", ""), ["near"]),
        (cell("funding", 2, "allocation", "far"), []),
        (cell("funding", 2, "source", ""), []),
        (cell("assets", 2, "cost_usd_day", "much"), []),
    ],
)
def test_an_envelope_is_compared_only_with_rows_without_a_fault(
    folder: Path, change: Change, names: list[str]
) -> None:
    texts = said(folder, [cell("funding", 2, "usd", "1"), change])
    assert [text for text in texts if "team-days" in text] == [
        f"funding.csv, row 2, column usd: found {COST} {name!r} from 2025-01-01 until 2027-01-01; "
        f"note: at most USD 1 of 'f1' for {name!r}"
        for name in names
    ]


def test_an_envelope_with_a_fault_hides_no_other(folder: Path) -> None:
    texts = said(folder, [cell("funding", 2, "source", ""), cell("funding", 3, "usd", "1")])
    assert [text.partition(": ")[0] for text in texts] == [
        "funding.csv, row 2, column source",
        "funding.csv, row 3, column usd",
    ]


def test_a_cost_that_may_be_misplaced_is_none(folder: Path) -> None:
    (text,) = said(folder, [longer("assets", 2), cell("funding", 2, "usd", "1")])
    assert text.startswith("assets.csv, row 2: found 15 cells; ")


def test_without_a_horizon_no_date_is_beyond_it(folder: Path) -> None:
    far = [
        cell("deployments", 2, "from", "2041-01-01"),
        cell("places", 4, "accessible_from", "2041-01-01"),
        cell("funding", 2, "usd", "1"),
        cell("funding", 3, "from", "2041-01-01"),
        cell("targets", 2, "date", "2041-01-01"),
    ]
    for old, new in (("= 10", "= 0"), ("2025-01-01", "'soon'")):
        (text,) = said(folder, [*far, head(old, new)])
        assert text.startswith("scenario.toml, column ")


def test_a_wrong_horizon_is_not_spelled_out_as_the_end_of_money(folder: Path) -> None:
    early = [cell("funding", 3, "until", "2024-12-31"), head("= 10", "= 0")]
    (text,) = said(folder, early)
    assert text.startswith("scenario.toml, column horizon_years: ")


def test_nobody_knows_how_many_wait_if_one_row_is_wrong(folder: Path) -> None:
    (text,) = said(
        folder, [cell("targets", 3, "people", "421"), cell("communities", 2, "people", "x")]
    )
    assert text.startswith("communities.csv, row 2, column people")


def test_a_zone_with_a_wrong_month_may_have_that_one(folder: Path) -> None:
    wrong = [cell("calendars", 3, "month", "March"), more("calendars", *COAST[1:])]
    assert [text.partition(": ")[0] for text in said(folder, wrong)] == [
        "calendars.csv, row 3, column month",
        "calendars.csv, row 14, column month",
    ]


def test_a_month_that_may_be_misplaced_is_not_judged_and_none_is_missing(folder: Path) -> None:
    for fault in (
        [cell("calendars", 3, "month", "1"), longer("calendars", 3)],
        [cell("calendars", 3, "workable_days", "31"), longer("calendars", 3)],
        [less("calendars", month="12"), longer("calendars", 3)],
        [more("calendars", *COAST[1:]), longer("calendars", 3)],
    ):
        (text,) = said(folder, fault)
        assert text.startswith("calendars.csv, row 3: found 5 cells; ")


def test_a_month_without_a_zone_may_be_of_any(folder: Path) -> None:
    wrong = [cell("calendars", 3, "zone", ""), more("calendars", *COAST[1:])]
    (text,) = said(folder, wrong)
    assert text.startswith("calendars.csv, row 3, column zone")


def test_calendars_that_lack_a_column_lack_no_month_and_no_zone(folder: Path) -> None:
    for column in ("zone", "month", "workable_days"):
        wrong = [drop("calendars", column), cell("places", 3, "zone", "valley")]
        texts = said(folder, wrong)
        assert texts[0].startswith(f"calendars.csv, row 1, column {column}")
        assert len(texts) == 1 + (column != "zone")  # where the zones are known, one is not


def test_calendars_of_which_only_half_is_read_lack_no_month(folder: Path) -> None:
    (text,) = said(folder, [less("calendars", month="2"), drop("calendars", "source")])
    assert text.startswith("calendars.csv, row 1, column source: ")


def test_dates_out_of_order_are_found_whatever_else_is_wrong(folder: Path) -> None:
    put(folder, "deployments", 3, "from", "2027-01-01")
    put(folder, "deployments", 3, "until", "2027-01-01")
    put(folder, "deployments", 3, "teams", "two")
    (folder / "scenario.toml").unlink()
    assert errors(folder) == [
        ("scenario.toml", None, None),
        ("deployments.csv", 3, "teams"),
        ("deployments.csv", 3, "until"),
    ]
