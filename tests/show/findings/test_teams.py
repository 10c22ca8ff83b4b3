"""How busy teams are, from a table of team time written by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from returnplan.show.findings import idle_most, team_use
from tests.tiny import tiny

TIME = pd.DataFrame(
    [
        ("plan", 2025, "team", 100.0, 60.0, 30.0, 15.0),
        ("plan", 2026, "team", 100.0, 20.0, 60.0, 5.0),
        ("plan", 2026, "crew", 50.0, 40.0, 10.0, 0.0),
        ("plan", 2026, "scout", 1.0, 1.0, 0.0, 0.0),
        ("plan", 2026, "guard", 10.0, 0.0, 10.0, 0.0),
        ("more", 2025, "team", 200.0, 0.0, 0.0, 0.0),
        ("more", 2025, "crew", 0.0, 0.0, 0.0, 0.0),  # never comes
    ],
    columns=["allocation", "year", "asset", "team_days", "work_days", "idle_days", "unneeded_days"],
)


def test_idle_days_and_days_that_no_condition_asks_for_are_shares_over_all_years() -> None:
    uses = team_use(tiny(tables={"team_time": TIME}), "plan")
    assert [(one.name, one.team_days, one.idle, one.unneeded) for one in uses] == [
        ("guard", 10, 1.0, 0.0),  # never works: nothing of it is in vain
        ("team", 200, 0.45, 0.25),  # 90 of 200; 20 of 80
        ("crew", 50, 0.2, 0.0),
        ("scout", 1, 0.0, 0.0),
    ]


def test_the_sentence_names_who_is_idle_most_and_who_works_where_nothing_waits() -> None:
    findings = tiny(tables={"team_time": TIME[TIME["asset"] != "guard"]})
    assert idle_most(findings, "plan") == (
        "Under “Plan A” these teams are idle most: team, on 45% of the days they are present. "
        "Of their workable days, team spend 25% on land and works that no condition for return "
        "waits for."
    )
    assert idle_most(findings, "more") == (
        "Under “Plan B” these teams are idle most: team, on 0% of the days they are present."
    )


def test_the_public_is_not_told_of_teams() -> None:
    findings = replace(tiny(tables={"team_time": TIME}), audience="public")
    assert team_use(findings, "plan") == ()
    assert idle_most(findings, "plan") == ""
