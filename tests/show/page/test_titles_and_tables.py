"""What charts of the page find, and numbers of its tables, worked by hand.

The two villages of :mod:`tests.tiny`: alpha with 300 people, beta with 100, ten draws.
"""

import dataclasses
import math

import pytest

from returnplan.show.findings import Findings
from returnplan.show.page import as_read
from returnplan.show.page.sentences import chart_notes, why_rounded
from returnplan.show.page.tables import Table, cost_table, road_tables
from returnplan.show.page.titles import chart_titles
from tests.tiny import NEVER, tiny

FURTHER = "Cost of each further person against the first, USD"


def row(table: Table, heading: str) -> tuple[str, ...]:
    """Cells of the row that has this heading."""
    (found,) = (cells for cells in table.rows if cells[0] == heading)
    return found[1:]


def costing(findings: Findings, **columns: list[float]) -> Findings:
    """The same run with other costs."""
    summary = findings.tables["summary"].assign(**columns)
    return dataclasses.replace(findings, tables={**findings.tables, "summary": summary})


def test_charts_say_in_their_title_what_they_find() -> None:
    assert chart_titles(tiny()) == {
        "people": [
            "Conditions met for half of the people by Q1 2026",
            "Conditions met for half of the people by Q4 2025",
        ],
        "allocations": (
            "Conditions for half of the people: Q4 2025 under “Plan B”, Q1 2026 under “Plan A”"
        ),
        "districts": [
            "By 2030: 0% of the people of South, 100% of the people of North",
            "By 2030: 100% of the people of each district",
        ],
        "causes": ["60% of all waiting: waiting for a team: clearance"] * 2,
    }


def test_a_title_says_where_half_of_the_people_are_not_met_and_where_plans_are_alike() -> None:
    never = ([NEVER] * 10, [NEVER] * 10)
    titles = chart_titles(tiny(ready={"plan": never, "more": never}))
    assert titles["people"] == ["Conditions for half of the people: not by 2030"] * 2
    assert titles["allocations"] == (
        "Conditions for half of the people: not by 2030 under every plan"
    )


def test_a_title_goes_by_the_median_though_some_simulations_are_earlier() -> None:
    # Alpha is met on day 400 in two simulations of ten, or on day 300 in all.
    rare = ([400.0] * 2 + [NEVER] * 8, [NEVER] * 10)
    often = ([300.0] * 10, [NEVER] * 10)
    titles = chart_titles(tiny(ready={"plan": rare, "more": often}))
    assert titles["people"] == [
        "Conditions for half of the people: not by 2030",
        "Conditions met for half of the people by Q4 2025",
    ]
    assert titles["allocations"] == (
        "Conditions for half of the people: Q4 2025 under “Plan B”, not by 2030 under “Plan A”"
    )


def test_who_is_met_on_the_last_day_comes_before_who_is_not_met() -> None:
    last = ([1826.0] * 10, [NEVER] * 10)
    rare = ([400.0] * 2 + [NEVER] * 8, [NEVER] * 10)
    titles = chart_titles(tiny(ready={"plan": rare, "more": last}))
    assert titles["allocations"] == (
        "Conditions for half of the people: Q1 2030 under “Plan B”, not by 2030 under “Plan A”"
    )


def test_plans_are_ordered_in_the_title_by_their_medians() -> None:
    early = ([100.0] * 2 + [900.0] * 8, [NEVER] * 10)  # day 900 is in June 2027
    titles = chart_titles(tiny(ready={"plan": early, "more": ([500.0] * 10, [NEVER] * 10)}))
    assert titles["allocations"] == (
        "Conditions for half of the people: Q2 2026 under “Plan B”, Q3 2027 under “Plan A”"
    )


def test_titles_of_what_is_withheld_name_only_what_the_chart_shows() -> None:
    findings = tiny()
    met, shares = findings.tables["people_met"], findings.tables["district_shares"]
    hidden = {
        "people_met": met.assign(people_p50=math.nan),
        "district_shares": shares.assign(share_p50=math.nan),
        "delays": findings.tables["delays"].iloc[:0],
    }
    titles = chart_titles(dataclasses.replace(findings, tables={**findings.tables, **hidden}))
    assert titles == {
        "people": ["People over time"] * 2,
        "allocations": "Plans over time",
        "districts": ["Share by district"] * 2,
        "causes": ["What people wait for"] * 2,
    }


def test_roads_are_ranked_by_waiting_with_their_share_of_it() -> None:
    # Plan B: 300 x 300 + 100 x (0.8 x 900 + 0.2 x 1826) = 198,520 person-days; plan A: 388,160.
    best, other = road_tables(tiny())
    assert best.headings[1:4] == ("Person-days", "Share of all waiting", "People")
    assert [best.title, best.rows[0][1:4]] == ["Plan B", ("9,000", "5%", "300")]
    assert [other.title, other.rows[0][1:4]] == ["Plan A", ("9,000", "2%", "300")]


@pytest.mark.parametrize(
    ("costs", "error", "said"),
    [
        ([1e6, 2e6], 1e5, "7,140"),  # 1,000,000 USD for 380 - 240 = 140 people
        ([2e6, 1e6], 1e5, "more people for less"),
        ([1e6, 1e6], 0.0, "not clear"),
        ([1e6, 1.27e6], 1e5, "not clear"),  # 270,000 < 1.96 x the root of 2 x 100,000
        ([1e6, 1.28e6], 1e5, "2,000"),
    ],
)
def test_a_further_person_costs_what_is_between_plans_that_clearly_differ(
    costs: list[float], error: float, said: str
) -> None:
    findings = costing(tiny(), cost_usd_mean=costs, cost_usd_se=[error] * 2)
    assert row(cost_table(findings), FURTHER) == ("reference", said)


def test_fewer_people_cost_more_or_save_something() -> None:
    worse = {"more": tiny_ready("more"), "plan": tiny_ready("plan")}
    findings = tiny(ready=worse)
    assert row(cost_table(findings), FURTHER) == ("reference", "fewer people for more")
    findings = costing(findings, cost_usd_mean=[2e6, 1e6])
    assert row(cost_table(findings), FURTHER) == ("reference", "7,140 saved for each person fewer")


def tiny_ready(name: str) -> tuple[list[float], list[float]]:
    """Ready days of alpha and beta under a plan of the two villages."""
    if name == "more":
        return [300.0] * 10, [900.0] * 8 + [NEVER] * 2
    return [400.0] * 8 + [NEVER] * 2, [NEVER] * 10


def test_a_run_without_draws_says_nothing_of_a_further_person() -> None:
    assert row(cost_table(tiny(draws=0)), FURTHER) == ("reference", "not clear")


def test_only_the_public_is_told_that_figures_are_rounded() -> None:
    findings = tiny()
    assert why_rounded(findings) == ""
    public = dataclasses.replace(findings, audience="public")
    assert "rounded to ten" in why_rounded(public)


def test_returned_and_present_are_explained_below_the_first_chart() -> None:
    first, *_ = chart_notes(tiny())
    assert first.startswith("Returned: people who came and found conditions met (modelled) and a")
    assert "Present: all who are there" in first


def test_percent_signs_stay_with_their_numbers_and_markup_is_left_alone() -> None:
    assert as_read("in 80 % of all") == "in 80\u00a0% of all"
    assert as_read("في 80 % من") == "في \u206680\u00a0%\u2069 من"
    assert as_read(3) == 3
