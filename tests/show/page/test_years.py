"""Years of the map: between which years half of the people are met, and the classes of its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from returnplan.language.words import words_of
from returnplan.scenario.background import Background
from returnplan.show.page.districts import district_shares
from returnplan.show.page.ground import full_map
from returnplan.show.page.sentences import difference_steps, key_words, year_steps
from returnplan.show.page.years import half_met, year_before, year_classes, year_key
from tests.tiny import tiny

YEARS = [2026, 2026, 2027, 2027, 2028]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([0.0, 0.1, 0.4, 0.5, 0.9], [2027, 2027]),
        ([0.6, 0.6, 0.6, 0.6, 0.6], [2026, 2026]),
        ([0.0, None, None, None, 0.9], [2026, 2028]),
        ([0.0, 0.1, None, 0.8, None], [2027, 2027]),
        ([0.0, None, None, 0.5, 0.9], [2026, 2027]),
        ([None, None, None, None, 0.8], [2026, 2028]),
        ([0.0, 0.1, 0.2, 0.3, 0.49], []),
        ([0.0, 0.1, 0.2, 0.3, None], None),
        ([None] * 5, None),
        ([], None),
    ],
)
def test_half_of_the_people_are_met_between_the_years_that_are_shown(
    shares: Sequence[float | None], expected: list[int] | None
) -> None:
    assert half_met(shares, YEARS[: len(shares)]) == expected


def test_what_holds_on_the_first_of_january_was_reached_the_year_before() -> None:
    start = date(2025, 1, 1)
    assert [year_before(start, day) for day in (0, 1, 365, 366)] == [2025, 2025, 2025, 2026]


def test_classes_hold_about_as_many_and_the_past_has_its_own() -> None:
    seen = [2022, 2024, 2026, 2026, 2027, 2029, 2029, 2030, 2030, 2031, 2034]
    assert year_classes(seen, 2040, date(2022, 12, 31)) == [2022, 2026, 2029, 2030, 2031, 2040]
    assert year_classes(seen, 2040, date(2022, 12, 30)) == [2026, 2027, 2029, 2030, 2040]
    assert year_classes([], 2040, date(2022, 12, 31)) == [2040]
    assert year_classes([2027, 2040], 2040, None) == [2027, 2040]


def test_the_darkest_colour_is_kept_for_the_past() -> None:
    past = year_key([2022, 2024], 2026, date(2023, 6, 1))
    assert past == [(2022, "#081D58"), (2024, "#225EA8"), (2026, "#1D91C0")]
    assert year_key([2024], 2026, date(2023, 6, 1))[0] == (2024, "#225EA8")


def test_years_of_districts_are_those_of_the_median_share() -> None:
    # From 1 January 2025: alpha on day 400 in eight of ten, beta never; then on day 300 and 900.
    years = district_shares(tiny(), ("p10", "p50", "p90"))["years"]
    assert years == [[[2026, 2026], []], [[2025, 2025], [2027, 2027]]]


def test_the_key_names_its_years_and_what_is_past() -> None:
    key = [(2025, "#081D58"), (2026, "#225EA8"), (2029, "#1D91C0")]
    findings = tiny()
    assert [words for _, words in year_steps(findings, key)] == [
        "2025 or earlier",
        "2026",
        "2027 to 2029",
    ]
    scenario = replace(findings.scenario, as_of=date(2025, 12, 31))
    dated = replace(findings, opened=replace(findings.opened, scenario=scenario))
    first, *_ = year_steps(dated, key)
    assert first == ("#081D58", "2025 or earlier: before the date of the data")


def test_what_is_not_met_is_said_with_the_end_of_the_run() -> None:
    # The run ends with the year 2029, on 1 January 2030.
    assert key_words(tiny())["never"] == "Not by 1 Jan 2030 (> 2029)"


def test_differences_are_named_by_their_signs_and_patterned_where_later() -> None:
    steps = difference_steps(words_of("en"))
    assert [(pattern, words) for _, pattern, _, words in steps] == [
        ("", "Sooner (−) by 3 years or more"),
        ("", "Sooner (−) by 1–2 years"),
        ("", "The same year (0)"),
        ("bars", "Later (+) by 1–2 years"),
        ("bars", "Later (+) by 3 years or more"),
    ]


def test_districts_lie_on_the_internal_map_as_outlines_or_in_the_middle_of_their_places() -> None:
    findings = tiny()
    no_roads = pd.DataFrame({"allocation": [], "road": [], "open_day": []})
    tables = {**findings.run.tables, "roads": no_roads}
    ring = [[0.0, 0.0], [0.3, 0.0], [0.3, 0.3], [0.0, 0.0]]
    outlines = Background(rings=(ring, ring), districts=("North", "Elsewhere"))
    shown = ("North", "South")
    found = full_map(findings.scenario, outlines, tables, findings.run, shown)
    assert found["ring_district"] == [0, -1]
    beta = found["places"][found["settlements"][found["names"].index("beta")]]
    assert found["circles"] == [[1, *beta]]
    bare = full_map(findings.scenario, Background(), tables, findings.run, shown)
    assert (bare["ring_district"], bare["circles"]) == ([], [])
