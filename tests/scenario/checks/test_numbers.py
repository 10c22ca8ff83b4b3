"""Rates that stand twice or are not read, and assumptions that no number can follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.planted import Change, Fault, cell, longer, more, said, said_of_longer
from tests.worlds import Row

MINEFIELD, ALL = "deminers, clearance, minefield", "deminers, clearance, all land classes"
RATE: Row = {"asset": "deminers", "skill": "clearance", "rate_m2_day": 90}
UNREAD = "not read: only survey, technical_survey, clearance, quality_control work an area"

RATES: dict[str, Fault] = {
    "a rate twice": (
        [more("rates", RATE)],
        [f"rates.csv, row 7, column skill: found {ALL} again, as in row 4; allowed: one rate"],
        [more("rates", RATE | {"land_class": "minefield"}, RATE | {"asset": "builders"})],
    ),
    "a rate on one land class three times": (
        [more("rates", *3 * [RATE | {"land_class": "minefield"}])],
        [
            f"rates.csv, row {row}, column skill: found {MINEFIELD} again, as in row 7; "
            "allowed: one rate"
            for row in (8, 9)
        ],
        [more("rates", *(RATE | {"land_class": land} for land in ("minefield", "battle_area")))],
    ),
    "an area without a rate": (
        [cell("rates", 4, "rate_m2_day", "")],
        [
            "rates.csv, row 4, column rate_m2_day: found nothing; "
            "allowed: a number above 0: clearance works an area"
        ],
        [cell("rates", 4, "rate_m2_day", "0.01")],
    ),
    "a survey without a rate": (
        [
            cell("rates", 2, "rate_m2_day", ""),
            more("rates", RATE | {"asset": "builders", "skill": "survey"}),
        ],
        [
            "rates.csv, row 2, column rate_m2_day: found nothing; "
            "note: the asset type does community surveys, but surveys no hazard"
        ],
        [cell("rates", 2, "rate_m2_day", "1")],
    ),
    "a rate of works": (
        [cell("rates", 6, "rate_m2_day", "5")],
        [f"rates.csv, row 6, column rate_m2_day: found 5 for build; note: {UNREAD}"],
        [cell("rates", 6, "rate_m2_day", "")],
    ),
}


@pytest.mark.parametrize("name", RATES)
def test_each_rate_stands_once_and_where_it_is_read(folder: Path, name: str) -> None:
    fault, says, legal = RATES[name]
    assert said(folder, fault) == says
    assert said(folder, legal) == []


@pytest.mark.parametrize("name", RATES)
def test_a_row_whose_cells_may_be_misplaced_has_no_other_fault(folder: Path, name: str) -> None:
    assert all(" cells; " in text for text in said_of_longer(folder, RATES[name]))


@pytest.mark.parametrize("column", ["asset", "skill", "land_class", "rate_m2_day"])
def test_a_rate_with_a_wrong_cell_may_be_any_rate(folder: Path, column: str) -> None:
    """Wrong where it would stand twice, or lacks a rate."""
    text = {"asset": "", "skill": "", "land_class": "swamp", "rate_m2_day": "fast"}[column]
    twice: list[Change] = [more("rates", RATE), cell("rates", 7, column, text)]
    if column == "rate_m2_day":
        twice = [cell("rates", 4, column, text)]
    (found,) = said(folder, twice)
    assert found.startswith(f"rates.csv, row {7 if len(twice) > 1 else 4}, column {column}: ")


def test_a_rate_with_a_wrong_cell_hides_no_other_fault(folder: Path) -> None:
    twice = [more("rates", RATE, RATE), cell("rates", 4, "land_class", "swamp")]
    assert [text.partition(": ")[0] for text in said(folder, twice)] == [
        "rates.csv, row 4, column land_class",
        "rates.csv, row 8, column skill",
    ]
    blank = [cell("rates", 3, "rate_m2_day", "fast"), cell("rates", 4, "rate_m2_day", "")]
    assert [text.partition(": ")[0] for text in said(folder, blank)] == [
        "rates.csv, row 3, column rate_m2_day",
        "rates.csv, row 4, column rate_m2_day",
    ]


def test_a_rate_twice_is_found_whatever_else_is_wrong(folder: Path) -> None:
    texts = said(folder, [more("rates", RATE), cell("rates", 7, "source", "")])
    assert [text.partition(": ")[0] for text in texts] == [
        "rates.csv, row 7, column source",
        "rates.csv, row 7, column skill",
    ]


def test_rates_of_unknown_types_are_not_one_rate(folder: Path) -> None:
    blank = [more("rates", RATE, RATE), *(cell("rates", row, "asset", "") for row in (7, 8))]
    assert [text.partition(": ")[0] for text in said(folder, blank)] == [
        "rates.csv, row 7, column asset",
        "rates.csv, row 8, column asset",
    ]


def numbers(name: str, distribution: str, **given: float | str) -> Change:
    """One more assumption, in the third row."""
    row: Row = {"id": name, "distribution": distribution, "unit": "1", "mark": "assumed"}
    return more("assumptions", row | given)


ASSUMPTIONS: dict[str, tuple[Change, str, str, Change]] = {
    "a low end above the high one": (
        numbers("qc_fail_share", "uniform", a=0.2, b=0.1),
        "a: found a=0.2, b=0.1",
        "uniform needs a (low) <= b (high)",
        numbers("qc_fail_share", "uniform", a=0.1, b=0.1),
    ),
    "a number that is missing": (
        numbers("qc_fail_share", "uniform", a=0.2),
        "b: found nothing",
        "uniform needs a, b",
        numbers("qc_fail_share", "fixed", a=0.2),
    ),
    "the first of two numbers that are missing": (
        numbers("qc_fail_share", "triangular", b=0.2),
        "a: found nothing",
        "triangular needs a, b, c",
        numbers("qc_fail_share", "triangular", a=0.2, b=0.2, c=0.2),
    ),
    "three shares where one number is read": (
        numbers("qc_fail_share", "dirichlet", a=1, b=1, c=1),
        "distribution: found dirichlet",
        "a distribution like beta",
        numbers("qc_fail_share", "poisson", a=0, high=1),
    ),
    "one number where three shares are read": (
        numbers("route_shares_none", "fixed", a=1),
        "distribution: found fixed",
        "a distribution like dirichlet",
        numbers("route_shares_none", "dirichlet", a=1, b=0, c=0),
    ),
    "an area of nothing": (
        numbers("parcel_m2_minefield", "fixed", a=0),
        "a: found a mean of 0",
        "a mean above 0 (m2)",
        numbers("parcel_m2_minefield", "fixed", a=0.01),
    ),
    "an area below nothing": (
        numbers("parcel_m2_minefield", "fixed", a=-1),
        "a: found a mean of -1",
        "a mean above 0 (m2)",
        numbers("parcel_m2_minefield", "lognormal", a=1, b=0),
    ),
    "a ratio of nothing": (
        numbers("works_speed", "uniform", a=-1, b=1),
        "a: found a mean of 0",
        "a mean above 0 (ratio)",
        numbers("works_speed", "uniform", a=0.1, b=1),
    ),
    "households of nobody": (
        numbers("household_size", "fixed", a=0),
        "a: found a mean of 0",
        "a mean above 0 (people per household)",
        numbers("household_size", "fixed", a=0.5),
    ),
    "records that recall nothing": (
        numbers("record_recall", "fixed", a=0),
        "a: found a mean of 0",
        "a mean above 0 (share of contamination)",
        numbers("record_recall", "fixed", a=1),
    ),
    "a share above one": (
        numbers("qc_sample_share", "fixed", a=1.5),
        "a: found a mean of 1.5",
        "a mean from 0 to 1 (share of area)",
        numbers("qc_sample_share", "fixed", a=1),
    ),
    "a share below zero": (
        numbers("qc_sample_share", "fixed", a=-0.5),
        "a: found a mean of -0.5",
        "a mean from 0 to 1 (share of area)",
        numbers("qc_sample_share", "fixed", a=0),
    ),
    "a mean too large for a table": (
        numbers("early_half_time_months", "gamma", a=1e8, b=2e7),
        "a: found a mean of 2e+15",
        "a mean from 0 to 1217 (months)",
        numbers("early_half_time_months", "gamma", a=121.7, b=10),
    ),
    "a count too large for a table": (
        numbers("reception_total_households_month", "gamma", a=1e8, b=2e7),
        "a: found a mean of 2e+15",
        "a mean from 0 to 1e+15 (households a month)",
        numbers("reception_total_households_month", "gamma", a=1e8, b=1e7),
    ),
    "a mean too large for a computer": (
        numbers("fatal_share", "lognormal", a=1, b=1000),
        "a: found a mean of inf",
        "a mean from 0 to 1 (share of casualties)",
        numbers("fatal_share", "lognormal", a=0.5, b=0, low=0, high=1),
    ),
    "a lower end above the upper one": (
        numbers("works_speed", "uniform", a=1, b=3, low=2.5, high=2),
        "high: found 2, below low = 2.5",
        "a number of at least low",
        numbers("works_speed", "fixed", a=1, low=2, high=2),
    ),
    "ends with nothing between them": (
        numbers("works_speed", "uniform", a=1, b=3, low=4),
        "low: found low=4.0, high=None",
        "low and high leave no probability between them",
        numbers("works_speed", "uniform", a=1, b=3, low=2),
    ),
    "an upper end below everything": (
        numbers("works_speed", "uniform", a=1, b=3, high=0.5),
        "low: found low=None, high=0.5",
        "low and high leave no probability between them",
        numbers("works_speed", "uniform", a=1, b=3, high=1.5),
    ),
    "ends of three shares": (
        numbers("route_shares_none", "dirichlet", a=1, b=1, c=1, low=0.1),
        "low: found low=0.1, high=None",
        "a dirichlet takes no low or high",
        numbers("route_shares_none", "dirichlet", a=1, b=1, c=1),
    ),
    "days below zero": (
        numbers("community_survey_team_days", "normal", a=5, b=1),
        "low: found values from -inf on can be drawn",
        "only values of at least 0 (team-days): write low",
        numbers("community_survey_team_days", "normal", a=5, b=1, low=0),
    ),
    "a ratio that can be zero": (
        numbers("works_speed", "uniform", a=0, b=2),
        "low: found values from 0 on can be drawn",
        "only values above 0 (ratio): write low",
        numbers("works_speed", "gamma", a=2, b=1),
    ),
    "a share that can be just above one": (
        numbers("qc_fail_share", "uniform", a=0.5, b=1.25),
        "high: found values up to 1.25 can be drawn",
        "only values up to 1 (share of area): write high",
        numbers("qc_fail_share", "uniform", a=0.5, b=1),
    ),
    "a share that can be above one": (
        numbers("qc_fail_share", "gamma", a=0.5, b=1),
        "high: found values up to inf can be drawn",
        "only values up to 1 (share of area): write high",
        numbers("qc_fail_share", "gamma", a=0.5, b=1, high=1),
    ),
}


@pytest.mark.parametrize("name", ASSUMPTIONS)
def test_an_assumption_can_be_drawn_and_is_a_number_of_its_kind(folder: Path, name: str) -> None:
    fault, found, allowed, legal = ASSUMPTIONS[name]
    assert said(folder, [fault]) == [f"assumptions.csv, row 3, column {found}; allowed: {allowed}"]
    assert said(folder, [legal]) == []


@pytest.mark.parametrize("name", ASSUMPTIONS)
def test_an_assumption_whose_cells_may_be_misplaced_is_not_judged(folder: Path, name: str) -> None:
    fault, *_ = ASSUMPTIONS[name]
    (text,) = said(folder, [fault, longer("assumptions", 3)])
    assert " cells; " in text


def test_an_assumption_that_nobody_reads_is_a_doubt_but_must_be_possible(folder: Path) -> None:
    assert said(folder, [numbers("productivity_dogs", "normal", a=-5, b=1)]) == [
        "assumptions.csv, row 3, column id: found 'productivity_dogs'; "
        "note: not read by this version: check the spelling"
    ]
    assert said(folder, [numbers("productivity_deminers", "fixed", a=1)]) == []
    texts = said(folder, [numbers("productivity_dogs", "normal", a=-5, b=-1)])
    assert texts[0].startswith("assumptions.csv, row 3, column a: found a=-5.0, b=-1.0; allowed: ")
    (text,) = said(folder, [numbers("productivity_deminers", "fixed", a=0)])
    assert text.startswith("assumptions.csv, row 3, column a: found a mean of 0; ")


@pytest.mark.parametrize(
    ("column", "row"),
    [
        ("a", {"distribution": "normal", "a": "some", "b": 1}),
        ("b", {"distribution": "normal", "a": 1, "b": "some"}),
        ("c", {"distribution": "triangular", "a": 1, "b": 2, "c": "some"}),
        ("low", {"distribution": "normal", "a": 1, "b": 1, "low": "some"}),
        ("high", {"distribution": "normal", "a": 1, "b": 1, "high": "some"}),
        ("distribution", {"distribution": "some"}),
    ],
)
def test_an_assumption_with_a_wrong_cell_may_be_any(folder: Path, column: str, row: Row) -> None:
    """It would be impossible if the wrong cell were blank."""
    known: Row = {"id": "works_speed", "unit": "1", "mark": "assumed"}
    (text,) = said(folder, [more("assumptions", known | row)])
    assert text.startswith(f"assumptions.csv, row 3, column {column}: found 'some'; ")


def test_an_assumption_with_a_wrong_cell_hides_no_other(folder: Path) -> None:
    texts = said(
        folder, [cell("assumptions", 2, "a", "some"), numbers("works_speed", "fixed", a=0)]
    )
    assert [text.partition(": ")[0] for text in texts] == [
        "assumptions.csv, row 2, column a",
        "assumptions.csv, row 3, column a",
    ]


def test_an_assumption_without_an_id_is_not_unknown_too(folder: Path) -> None:
    (text,) = said(folder, [numbers("", "fixed", a=-1)])
    assert text.startswith("assumptions.csv, row 3, column id: found nothing; ")


def test_days_are_at_most_as_many_as_the_longest_horizon_has(folder: Path) -> None:
    assert said(folder, [cell("assumptions", 2, "b", "1e15")]) == [
        "assumptions.csv, row 2, column a: found a mean of 5e+14; "
        "allowed: a mean from 0 to 36525 (days)"
    ]
    assert said(folder, [cell("assumptions", 2, "b", "73040")]) == []
