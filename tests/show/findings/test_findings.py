"""What report and brief say of a run: sentences whose numbers are those of its tables."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import returnplan as rp
from returnplan.domain import NotCovered
from returnplan.errors import ReturnplanError
from returnplan.insight.explain import open_run, typical_draw
from returnplan.language.words import words_of
from returnplan.model.reasons.causes import cause_name
from returnplan.runs.run import Request
from returnplan.show.drawing import statement
from returnplan.show.findings import (
    Findings,
    Range,
    blocks_most,
    bottlenecks,
    conditions,
    decisions,
    districts,
    explained,
    fairness,
    headline,
    how_sure,
    key_roads,
    leader,
    level_with,
    mark,
    not_modelled,
    option_headings,
    option_notes,
    options,
    parting,
    profile,
    ranked,
    records,
    risks,
    rival,
    sources,
    standing,
    statements,
    targets,
)
from returnplan.show.findings.findings import mirrored
from tests.leaks import leaks
from tests.running import run_undrawn
from tests.sketch import STAGES, Sketch
from tests.tiny import NEVER, PEOPLE, READY, tiny, tiny_scenario

ROOT = Path(__file__).resolve().parents[3]
SAFE = re.compile(r"\bsafe\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def little() -> Findings:
    return tiny()


def everything(findings: Findings) -> str:
    """Every sentence that findings have for any reader."""
    best = leader(findings)
    texts = [
        mark(findings), headline(findings), standing(findings),
        *option_headings(findings),
        *option_notes(findings), blocks_most(findings, best),
        fairness(findings, best), conditions(findings), *risks(findings),
        *not_modelled(findings), *statements(findings), *sources(findings),
        *how_sure(findings),
    ]  # fmt: skip
    texts += [text for one in options(findings) for text in one.texts]
    texts += [one.sentence for one in targets(findings)]
    texts += [one.sentence for one in key_roads(findings, best)]
    texts += [f"{one.name} {one.share}" for one in bottlenecks(findings, best)]
    texts += [f"{one.district} {one.people}" for one in districts(findings, best)]
    texts += [f"{one.what} {one.by} {one.why}" for one in decisions(findings)]
    return "\n".join(texts)


# ---------------------------------------------------------------- headline


def ahead(findings: Findings) -> str:
    """Headline and what is said below it."""
    return f"{headline(findings)} {standing(findings)}".strip()


CLEAR = (
    "It is ahead of every other plan: 80% of simulations or more agree (the same counts half), "
    "and the 95% interval of the mean difference does not include 0."
)
NOT_CLEAR = (
    "The difference is not clear: fewer than 80% of simulations agree (the same counts half), "
    "or the 95% interval of the mean difference includes 0."
)


def test_the_headline_names_the_allocation_ahead_with_range_difference_and_how_often(
    little: Findings,
) -> None:
    assert leader(little) == "more"
    # Days of more - plan: 300 x -100 + 100 x (900 - 1826) = -122,600 in eight draws, and
    # 300 x (300 - 1826) + 0 = -457,800 in two; mean -189,640.
    assert ahead(little) == (
        "People wait least under “Plan B”. By 1 Jan 2030 the conditions for return are met "
        "(modelled) for 400 of 400 people (300 to 400 in 80% of simulations). Compared with "
        "“Plan A”, its nearest rival: −189.6 thousand person-days of waiting on average (−457.8 to "
        "−122.6 in 80% of simulations). People wait less in 100% of simulations, longer in 0%. "
        f"{CLEAR}"
    )


def test_people_wait_least_though_as_many_are_met_at_the_horizon() -> None:
    # At the end all are home under both; under the second half a year later.
    early, late = ([100.0] * 20, [200.0] * 20), ([283.0] * 20, [383.0] * 20)
    findings = tiny(
        ready={"late": late, "early": early}, titles={"late": "L", "early": "E"}, draws=20
    )
    assert (leader(findings), rival(findings), level_with(findings)) == ("early", "late", ())
    # 400 people x 183 days, in every draw.
    assert "−73.2 thousand person-days of waiting on average (−73.2 to −73.2" in ahead(findings)


def test_the_nearest_rival_is_the_next_in_person_days_and_not_the_first() -> None:
    last = ([NEVER] * 10, [NEVER] * 10)
    findings = tiny(
        ready={"last": last, "plan": READY["plan"], "more": READY["more"]},
        titles={"last": "A", "plan": "B", "more": "C"},
    )
    assert ranked(findings) == ("more", "plan", "last")
    assert "Compared with “B”, its nearest rival" in standing(findings)
    turned = findings.difference("more", "last", "people_met")
    given = findings.difference("last", "more", "people_met")
    assert turned is not None
    assert given is not None
    assert (turned["mean"], turned["low"], turned["high"]) == (
        -given["mean"],
        -given["high"],
        -given["low"],
    )
    assert mirrored(turned) == given


def test_an_allocation_is_not_clearly_ahead_of_one_with_which_it_is_level() -> None:
    # The third has as many as the second in draws 8 and 9, and 100 fewer in all others: 90 % agree,
    # but fewer than ten draws differ. With 20 draws, 16 do, and the interval does not hold 0.
    third = ([300.0] * 10, [NEVER] * 10)
    titles = {"plan": "A", "more": "B", "third": "C"}
    findings = tiny(ready={**READY, "third": third}, titles=titles)
    assert level_with(findings) == ("third",)
    text = ahead(findings)
    assert text.startswith("People wait least under “B”, but not clearly less than under “C”. By 1")
    assert "Against “C”: differ in 8 of 10 simulations; at most 98% of simulations." in text
    assert text.endswith(
        f"{NOT_CLEAR} Where it differs from “C”: Communities not met by 1 Jan 2030: about 0.2 of 2 "
        "(0 to 1) against about 1 of 2 (1 to 1); Cost, million USD: 2.0 against 3.0."
    )
    twice = {
        name: (2 * list(alpha), 2 * list(beta))
        for name, (alpha, beta) in {**READY, "third": third}.items()
    }
    assert level_with(tiny(ready=twice, titles=titles, draws=20)) == ()
    equal = {"plan": READY["more"], "more": READY["more"], "third": READY["more"]}
    findings = tiny(ready=equal, titles=titles)
    assert leader(findings) == "plan"  # of equal ones the first
    text = ahead(findings)
    assert "but not clearly less than under “B” and “C”." in text
    assert "Against “B”: differ in 0 of 10 simulations; at most 31% of simulations." in text
    assert text.endswith(  # people wait alike
        f"{NOT_CLEAR} Where it differs from “B”: Expected casualties per 1,000 person-years: 0.20 "
        "(0.10 to 0.40) against 0.25 (0.10 to 0.50); Cost, million USD: 1.0 against 2.0."
    )
    assert (
        options(findings)[1].texts[5] == "differ in 0 of 10 simulations; at most 31% of simulations"
    )


def test_one_allocation_is_compared_with_nothing() -> None:
    findings = tiny(ready={"more": READY["more"]}, titles={"more": "Plan B"})
    text = ahead(findings)
    assert text == (
        "The plan is “Plan B”. By 1 Jan 2030 the conditions for return are met (modelled) for "
        "400 of 400 people (300 to 400 in 80% of simulations)."
    )
    assert [one.texts[5] for one in options(findings)] == ["–"]
    assert all("allocation" not in one.what for one in decisions(findings))


def test_a_run_on_expected_values_has_no_ranges_and_says_that_it_is_no_forecast() -> None:
    findings = tiny(draws=0)
    assert ahead(findings) == (
        "People wait least under “Plan B”. In the single-value run the conditions for return "
        "are met (modelled) by 1 Jan 2030 for 400 of 400 people. Against “Plan A” the "
        "difference in waiting is −122.6 thousand person-days. The single-value run has no "
        "ranges and its dates are usually too early: this is not a forecast."
    )
    first, second = options(findings)
    assert first.texts[1:6] == ("300", "300", "75", "Mar 2026", "reference")
    # Person-days: 300 x 300 + 100 x 900 against 300 x 400 + 100 x 1826.
    assert second.texts[5] == "−122.6"
    assert second.texts[7] == "–"  # no figures of harm
    assert "do not publish" in " ".join(risks(findings))
    assert "80%" not in everything(findings)
    assert level_with(findings) == ()  # nothing is known of how close the other is
    scenario = replace(findings.scenario, targets=(target(300, date(2029, 1, 1)),))
    texts = [one.sentence for one in targets(tiny(draws=0, scenario=scenario))]
    assert all(
        text.endswith("reached in the single-value run, which has no ranges.") for text in texts
    )
    late = replace(findings.scenario, targets=(target(401, date(2029, 1, 1)),))
    (_, never) = targets(tiny(draws=0, scenario=late))
    assert never.sentence.endswith("400: not reached in the single-value run, which has no ranges.")


# ---------------------------------------------------------------- options and targets


def test_the_options_are_the_numbers_of_the_tables(little: Findings) -> None:
    plan, more = options(little)
    assert little.near == date(2028, 1, 1)  # a quarter of five years, but three at least
    assert plan.texts == (
        "Plan A", "300 (0 to 300)", "300 (0 to 300)", "75 (0 to 75)",
        "Q1 2026 (Q1 2026 to not by 2030)", "reference", "1.0", "0.20 (0.10 to 0.40)",
        "about 1.2 of 2 (1 to 2)",
    )  # fmt: skip
    # Half of 400 people: alpha from day 400 (5 February 2026) on, never in the low tenth.
    assert plan.half == (date(2026, 3, 1), date(2026, 3, 1), None)
    assert more.half == (date(2025, 11, 1),) * 3
    row = little.difference("more", "plan", "person_days")
    assert row is not None
    assert more.person_days is not None
    # -130,000 - ... by hand: eight draws of 300 x 100 + 100 x 926, two of 300 x 1526.
    by_hand = -(8 * (300 * 100 + 100 * 926) + 2 * 300 * 1526) / 10
    assert more.person_days.mean == row["mean"] == pytest.approx(by_hand)
    assert more.texts[7] == "0.25 (0.10 to 0.50)"
    notes = " ".join(option_notes(little))
    assert "0% to 25% of them are of people whose conditions are not met by then" in notes
    assert "not discounted. 2 planned works state no cost: only their crews are counted." in notes
    assert "25% come from settlements where it is not known how many dwellings" in notes


def test_communities_that_are_not_met_are_an_expected_number_with_its_range(
    little: Findings,
) -> None:
    # Under more beta is never ready in two draws of ten.
    assert [one.texts[-1] for one in options(little)] == [
        "about 1.2 of 2 (1 to 2)", "about 0.2 of 2 (0 to 1)",
    ]  # fmt: skip
    never = {"": [161.4, 12.0], "_p10": [150.0, 12.0], "_p90": [240.0, 12.0]}
    many = {f"communities_never{end}": numbers for end, numbers in never.items()}
    told = little.tables["summary"].assign(**many)
    changed = replace(little, tables={**little.tables, "summary": told})
    assert [one.texts[-1] for one in options(changed)] == [
        "about 161 of 2 (150 to 240)", "about 12 of 2 (12 to 12)",
    ]  # fmt: skip
    public = options(replace(changed, audience="public"))
    assert public[0].texts[-1] == "about 161 (150 to 240)"
    none = told.assign(**dict.fromkeys(many, math.nan))
    hidden = replace(little, tables={**little.tables, "summary": none})
    assert [one.texts[-1] for one in options(hidden)] == ["withheld"] * 2
    # On expected values (the first draw): beta is never ready under plan.
    assert [one.texts[-1] for one in options(tiny(draws=0))] == ["1", "0"]


def test_dates_that_few_draws_bring_about_are_said_by_quarter(little: Findings) -> None:
    (first, _) = profile(little, "alpha", with_chain=False).outlooks
    assert first.date == "1st quarter 2026 (1st quarter 2026 to after 1 Jan 2030)"
    often = {name: ([*one] * 26, [*other] * 26) for name, (one, other) in READY.items()}
    many = tiny(ready=often, draws=260)
    (first, _) = profile(many, "alpha", with_chain=False).outlooks
    assert first.date == "5 Feb 2026 (5 Feb 2026 to after 1 Jan 2030)"
    assert options(many)[0].texts[4] == "Mar 2026 (Mar 2026 to not by 2030)"
    # Given dates keep their day, and so do those of one draw.
    assert "By 1 Jan 2030" in headline(little)
    allocation = next(
        one for one in decisions(little) if one.what == "Which plan for the teams to follow?"
    )
    assert (allocation.by, allocation.when) == (date(2025, 11, 1), "4th quarter 2025")
    assert "From 4th quarter 2025 the plans" in allocation.why
    assert "from 1 Jun 2026 on" in allocation.why
    allocation = next(
        one for one in decisions(many) if one.what == "Which plan for the teams to follow?"
    )
    assert allocation.when == "1 Nov 2025"


def test_where_the_status_may_tip_the_profile_says_about_even() -> None:
    half = ([400.0] * 6 + [NEVER] * 4, [NEVER] * 6 + [500.0] * 4)
    sure = ([400.0] * 7 + [NEVER] * 3, [NEVER] * 7 + [500.0] * 3)
    findings = tiny(ready={"half": half, "sure": sure})
    outlooks = [profile(findings, name, with_chain=False).outlooks for name in ("alpha", "beta")]
    even = ("about even", "About even whether conditions are met (modelled)")
    assert [[(one.state, one.status) for one in each] for each in outlooks] == [
        [even, ("met", "Conditions met (modelled)")],
        [even, ("not met", "Conditions not met: water")],
    ]


def test_where_land_waits_the_farmland_that_comes_later_stands_beside_the_gain() -> None:
    findings = tiny()
    near = findings.near.year
    areas = {
        f"farmland_m2_by_{near - 1}-01-01_mean": [9e6, 9e6],
        f"farmland_m2_by_{near}-01-01_mean": [3e6, 1.25e6],
    }
    told = {**findings.tables, "summary": findings.tables["summary"].assign(**areas)}
    findings = replace(findings, tables=told)
    assert "denied farmland" not in " ".join(option_notes(findings))
    headers = tuple(
        replace(header, rest_waits="end" if header.name == "more" else 0)
        for header in findings.scenario.allocations
    )
    scenario = replace(findings.scenario, allocations=headers)
    waits = replace(findings, opened=replace(findings.opened, scenario=scenario))
    (note,) = (text for text in option_notes(waits) if "denied farmland" in text)
    first, other = (waits.title(name) for name in waits.allocations)
    assert f"{first}: 300" in note
    assert f"{other}: 125" in note
    sooner = told["summary"].drop(columns=list(areas)[1:])  # no date from the near one on
    (note,) = (
        text
        for text in option_notes(replace(waits, tables={**told, "summary": sooner}))
        if "denied farmland" in text
    )
    assert f"{first}: 900" in note
    public = {**told, "summary": told["summary"].drop(columns=list(areas))}
    assert "denied farmland" not in " ".join(option_notes(replace(waits, tables=public)))


def target(people: int, day: date, measure: Any = "conditions_met") -> rp.Target:
    return rp.Target(
        id=f"aim{people}{measure}", by_date=day, people=people, measure=measure, title="Aim",
        source="made_up",
    )  # fmt: skip


def test_targets_are_judged_by_range_and_median_at_their_date() -> None:
    day = date(2026, 3, 15)  # the last counting date before it: 1 March 2026
    goals = (
        target(300, day), target(301, day), target(75, day, "returned"),
        target(10, date(2040, 1, 1)),
    )  # fmt: skip
    scenario = replace(tiny_scenario({"plan": "Plan A", "more": "Plan B"}), targets=goals)
    reached = targets(tiny(scenario=scenario, titles={"plan": "Plan A", "more": "Plan B"}))
    texts = [one.sentence for one in reached if one.allocation == "plan"]
    assert texts[0] == (
        "Target “Aim”: 300 people with conditions met (modelled) by 15 Mar 2026. Under “Plan A” "
        "300 (0 to 300): reached in half to nine tenths of simulations."
    )
    assert texts[1].endswith("300 (0 to 300): reached in less than a tenth of simulations.")
    assert "75 people returned by 15 Mar 2026. Under “Plan A” 75 (0 to 75)" in texts[2]
    assert texts[3].endswith("That date lies outside the run.")
    sure = next(one.sentence for one in reached if one.allocation == "more")
    assert sure.endswith("300 (300 to 300): reached in nine tenths of simulations or more.")
    late = replace(scenario, targets=(target(400, date(2028, 1, 1)),))
    few = {"plan": READY["plan"], "more": ([300.0] * 10, [900.0] * 2 + [NEVER] * 8)}
    (_, rare) = targets(tiny(ready=few, scenario=late))
    assert rare.sentence.endswith("300 (300 to 400): reached in a tenth to half of simulations.")


# ---------------------------------------------------------------- waiting


def test_what_blocks_most_people_adds_the_stages_of_land_release_up(little: Findings) -> None:
    causes = bottlenecks(little, "more")
    # Alpha: 300 people x 60, 20 + 10, 10 days; beta: 100 people, twice as long.
    assert [(one.cause, one.person_days) for one in causes] == [
        ("waiting_clearance", 30_000),
        ("land_release", 15_000),
        ("winter", 5_000),
    ]
    assert sum(one.share for one in causes) == pytest.approx(1)
    assert blocks_most(little, "more") == (
        "What keeps most people waiting under “Plan B”, in person-days: waiting for a team: "
        "clearance (60%); next: survey and clearance under way (30%)."
    )
    delays = little.run.delays
    one = delays[delays["cause"] == "winter"]
    alone = replace(little, tables={**little.tables, "delays": one})
    assert blocks_most(alone, "more").endswith("in person-days: winter and weather (100%).")
    hidden = replace(
        little, tables={**little.tables, "delays": one.assign(person_days_mean=math.nan)}
    )
    assert blocks_most(hidden, "more") == (
        "What keeps people waiting under “Plan B” is withheld, as it would tell of single "
        "settlements."
    )
    none = replace(little, tables={**little.tables, "delays": one.iloc[:0]})
    assert blocks_most(none, "more") == "Under “Plan B” nobody waits for anything."


def test_districts_are_compared_by_share_and_by_waiting(little: Findings) -> None:
    assert fairness(little, "plan") == (
        "Share of people whose conditions are met (modelled) by 1 Jan 2030 under “Plan A”: from "
        "0% in South to 100% in North. People from South wait longest, 200 days on average."
    )
    shares = little.tables["district_shares"]
    tables = {**little.tables, "district_shares": shares[shares["district"] == "North"]}
    assert fairness(replace(little, tables=tables), "plan") == ""


def test_key_roads_have_names_and_are_not_for_the_public(little: Findings) -> None:
    (road,) = key_roads(little, "plan")
    assert road.sentence == (
        "Town–Alpha: 300 people wait for it, 9,000 person-days; open to people: 1st quarter 2026."
    )
    assert key_roads(replace(little, audience="public"), "plan") == ()


# ---------------------------------------------------------------- decisions


CHANGE: dict[str, Any] = {
    "allocation": "more", "decision": "add_teams_team", "kind": "add_teams", "skill": "clearance",
    "asset": "team", "teams": 2, "from": "2026-01-01", "draws": 32,
    "middle_date": "2027-01-01",
    "people_middle_mean": 46_789.0, "people_middle_more_share": 1.0,
    "people_middle_verdict": "better",
    "people_mean": 71.875, "people_low": 60.0, "people_high": 80.0,
    "people_p10": 0.0, "people_p50": 100.0, "people_p90": 100.0,
    "people_more_share": 0.71875, "people_fewer_share": 0.0, "people_verdict": "better",
    "people_one_share": 1.0, "people_two_share": 1.0,
    "person_days_mean": -45_678.0, "person_days_low": -50_000.0, "person_days_high": -40_000.0,
    "person_days_p10": -90_000.0, "person_days_p50": -45_000.0, "person_days_p90": 0.0,
    "person_days_more_share": 0.03125, "person_days_fewer_share": 0.875,
    "person_days_verdict": "better", "person_days_one_share": 0.5, "person_days_two_share": 0.8,
    "cost_usd_mean": 1_234_567.0,
}  # fmt: skip
"""A row of decisions."""
LEVEL = dict.fromkeys(("people_middle_verdict", "people_verdict", "person_days_verdict"), "level")


def changed(*rows: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """The table of decisions, each row with what is different in it."""
    return {"decisions": pd.DataFrame([CHANGE | row for row in rows])}


def of_teams(findings: Findings) -> list[tuple[str, str]]:
    """What is asked about more teams, and why."""
    return [(one.what, one.why) for one in decisions(findings) if one.what.startswith("Add teams")]


def test_nothing_is_asked_for_by_a_date_before_that_of_the_data() -> None:
    little = tiny(tables=changed({}))
    assert [one.by for one in decisions(little)][:2] == [date(2025, 11, 1), date(2026, 1, 1)]
    for as_of, dates in (
        (date(2025, 11, 1), [date(2025, 11, 1), date(2026, 1, 1)]),
        (date(2025, 11, 2), [date(2026, 1, 1), date(2026, 6, 1)]),
        (date(2026, 1, 2), [date(2026, 6, 1), None]),
        (date(2027, 1, 1), [None, None]),
    ):
        scenario = replace(little.scenario, as_of=as_of)
        known = replace(little, opened=replace(little.opened, scenario=scenario))
        asked = decisions(known)
        assert [one.by for one in asked][:2] == dates, as_of
        assert all(one.by is None or one.by >= as_of for one in asked)


def test_who_is_not_counted_stands_beside_who_is(little: Findings) -> None:
    assert little.not_counted == ""
    left = NotCovered(text="No number is known.", places=("East", "Upper Ford"))
    scenario = replace(little.scenario, not_covered=left)
    known = replace(little, opened=replace(little.opened, scenario=scenario))
    assert known.not_counted == "Not counted: East and Upper Ford."
    # The public is told of districts: of the names, and of the reasons, some are of villages.
    assert replace(known, audience="public").not_counted == ""
    north = replace(scenario, not_covered=replace(left, places=("North", "Upper Ford")))
    told = replace(known, opened=replace(known.opened, scenario=north), audience="public")
    assert (told.not_counted, told.not_covered.text) == ("Not counted: North (in part).", "")


def test_decisions_come_from_the_tables_by_their_rules() -> None:
    little = tiny(tables=changed({}))
    allocation, teams, data = decisions(little)
    # Medians differ by 300 of 400 people from the first counting date after day 300 on.
    assert parting(little) == date(2025, 11, 1)
    assert allocation.by == date(2025, 11, 1)
    assert "from 1 Jun 2026 on" in allocation.why  # the team that the second allocation adds
    assert (teams.by, teams.when, data.when) == (date(2026, 1, 1), "1 Jan 2026", "")
    assert data.what == "Who collects the missing data: water works"
    assert "25% of the people" in data.why
    assert data.by is None


BY_2027 = (
    "about +46,800 people whose conditions are met (modelled) by 1 Jan 2027, more in 32 of 32 "
    "simulations"
)
BY_2030 = (
    "about +72 people whose conditions are met (modelled) by 1 Jan 2030, more in 23 of 32 "
    "simulations"
)
NOT_BY_2030 = "no clear difference in people whose conditions are met (modelled) by 1 Jan 2030"
WAITING = "waiting until 1 Jan 2030: about −45.7 thousand person-days, less in 28 of 32 simulations"
COST = "cost: about +1.2 million USD"


def test_more_teams_are_asked_for_with_what_they_bring_on_how_many_simulations() -> None:
    assert of_teams(tiny(tables=changed({}))) == [
        (
            "Add teams from 1 Jan 2026 on: +2 “team”?",
            f"Under “Plan B”: {BY_2027}; {BY_2030}; {WAITING}; {COST}.",
        )
    ]
    few = {"people_mean": math.nan, "people_verdict": "level"}
    ((_, why),) = of_teams(tiny(tables=changed(few)))
    assert why == f"Under “Plan B”: {BY_2027}; {NOT_BY_2030}; {WAITING}; {COST}."
    late = {"people_middle_verdict": "level", "person_days_mean": -1_234_567.0}
    ((_, why),) = of_teams(tiny(tables=changed(late)))
    millions = WAITING.replace("−45.7 thousand", "−1.2 million")
    assert why == f"Under “Plan B”: {BY_2030}; {millions}; {COST}."


@pytest.mark.parametrize(
    ("days", "said"),
    [(-1e6, "about −1.0 million person-days"), (-999_400.0, "about −999.4 thousand person-days")],
)
def test_what_more_teams_save_is_in_millions_from_one_million_on(days: float, said: str) -> None:
    ((_, why),) = of_teams(tiny(tables=changed({"person_days_mean": days})))
    assert f"waiting until 1 Jan 2030: {said}, less in 28" in why


def test_more_teams_without_a_clear_effect_are_said_to_have_none_or_are_not_shown() -> None:
    other = {"decision": "add_teams_dog", "asset": "dog", "teams": 7}
    level, *more = of_teams(tiny(tables=changed(LEVEL, LEVEL | other)))
    assert level == (
        "Add teams from 1 Jan 2026 on: +2 “team”?",
        "Under “Plan B” 32 simulations show no clear effect on people or on waiting until 1 Jan "
        "2030.",
    )
    assert more == []
    worse = dict.fromkeys(LEVEL, "worse")
    ((what, _),) = of_teams(tiny(tables=changed(LEVEL, worse, other)))
    assert what == "Add teams from 1 Jan 2026 on: +7 “dog”?"
    for name in LEVEL:
        ((what, _),) = of_teams(tiny(tables=changed(LEVEL, LEVEL | other | {name: "better"})))
        assert what == "Add teams from 1 Jan 2026 on: +7 “dog”?"
    assert of_teams(tiny()) == []  # nothing was tried
    assert of_teams(tiny(tables=changed({"allocation": "plan"}))) == []  # not of the leader


def test_the_public_hears_neither_of_types_and_numbers_of_teams_nor_of_their_cost() -> None:
    findings = tiny(tables=changed({}))
    assert of_teams(replace(findings, audience="public")) == [
        (
            "Add teams for clearance from 1 Jan 2026 on?",
            f"Under “Plan B”: {BY_2027}; {BY_2030}; {WAITING}.",
        )
    ]
    withheld = {"people_mean": math.nan, "people_verdict": None, "people_middle_verdict": None}
    ((_, why),) = of_teams(replace(tiny(tables=changed(withheld)), audience="public"))
    assert why == f"Under “Plan B”: {WAITING}."


def test_allocations_that_never_part_are_a_matter_of_cost() -> None:
    findings = tiny(ready={"plan": READY["plan"], "more": READY["plan"]})
    assert parting(findings) is None
    (why,) = (
        one.why for one in decisions(findings) if one.what == "Which plan for the teams to follow?"
    )
    assert "never differ by more than 5% of all displaced people" in why
    met = findings.tables["people_met"]
    shown = met["people_p50"].mask(met["date"] == pd.Timestamp(findings.horizon))
    tables = {**findings.tables, "people_met": met.assign(people_p50=shown)}
    hidden = decisions(replace(findings, tables=tables))
    (why,) = (one.why for one in hidden if one.what == "Which plan for the teams to follow?")
    assert "never differ" not in why
    assert "How far the plans lie apart is withheld" in why


def test_works_routes_money_and_targets_that_are_lacking_ask_for_decisions(
    little: Findings,
) -> None:
    delays = little.run.delays
    lacking = delays.assign(
        cause=delays["cause"].replace({"waiting_clearance": "not_planned", "winter": "no_route"})
    )
    funding = rp.FundingLine(id="grant", envelope_usd=1000.0, source="made_up")
    aim = target(401, date(2029, 1, 1))
    scenario = replace(little.scenario, funding=(funding,), targets=(aim,))
    findings = tiny(scenario=scenario, tables={"delays": lacking})
    by_what = {one.what: one for one in decisions(findings)}
    plan = by_what["Plan the works that are still missing"]
    assert plan.why == (
        "Under “Plan B” 60% of all person-days of waiting are of this kind. Conditions: water."
    )
    roads = by_what["Which roads to open where no planned work opens a route?"]
    assert roads.why == "Under “Plan B” 10% of all person-days of waiting are of this kind."
    money = by_what["Find money for the teams above the budget line “grant”"]
    # One team for 1,826 days and one from 1 June 2026 on (1,310 days), USD 100 a day each.
    assert "cost USD 0.3 million until 1 Jan 2030, the line holds USD 0.0 million" in money.why
    assert by_what["Keep the target “Aim”, or change the resources for it?"].by == aim.by_date
    public = decisions(replace(findings, audience="public", tables=public_of(findings)))
    assert not any("grant" in one.what or "Conditions:" in one.why for one in public)


def public_of(findings: Findings) -> dict[str, pd.DataFrame]:
    """Tables as if the audience gave them to the public unchanged."""
    return dict(findings.tables)


# ---------------------------------------------------------------- what stands beside


def test_the_list_of_what_is_not_modelled_is_that_of_the_model(little: Findings) -> None:
    model = (ROOT / "MODEL.md").read_text(encoding="utf-8")
    part = model.partition("## What is not modelled")[2].partition("\n## ")[0]
    assert len(not_modelled(little)) == part.count("\n- ")


@pytest.mark.unwatched
def test_required_wording_is_complete_and_says_safe_in_the_statement_only(
    opened: Callable[..., Findings],
) -> None:
    for audience in ("internal", "public"):
        findings = opened(audience)
        first, *others = statements(findings)
        assert first == statement(findings.view)
        assert len(others) == 4
        assert "Return is voluntary" in others[1]
        assert "80% model intervals under stated assumptions" in others[3]
        text = everything(findings)
        assert len(SAFE.findall(text)) == 1
        assert SAFE.search(first)


@pytest.mark.unwatched
def test_the_public_hears_of_no_place_community_hazard_road_or_team(
    opened: Callable[..., Findings],
) -> None:
    findings = opened("public")
    text = everything(findings)
    assert leaks(text, findings.scenario) == []
    assert leaks(everything(opened("internal")), findings.scenario)
    assert "Lower Valley" in text
    with pytest.raises(ReturnplanError, match="internal"):
        profile(findings, "mill_east")


def test_a_number_that_is_withheld_is_said_to_be(little: Findings) -> None:
    assert little.count(float("nan")) == "withheld"
    assert little.ranged(Range(middle=5.0, low=float("nan"), high=9.0)) == "5"
    blank = little.tables["people_met"].assign(people_p50=float("nan"))
    findings = replace(little, tables={**little.tables, "people_met": blank})
    assert "number is withheld" in headline(findings)
    scenario = replace(little.scenario, targets=(target(10, date(2028, 1, 1)),))
    hidden = replace(findings, opened=replace(findings.opened, scenario=scenario))
    assert targets(hidden)[0].sentence.endswith(
        "withheld: not shown, as it would tell of single settlements."
    )


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        (300, "reached in half of simulations or more"),
        (301, "reached in less than half of simulations"),
    ],
)
def test_a_target_is_judged_by_the_median_where_the_range_is_not_shown(
    little: Findings, goal: int, said: str
) -> None:
    blank = little.tables["people_met"].assign(people_p10=math.nan, people_p90=math.nan)
    scenario = replace(little.scenario, targets=(target(goal, date(2028, 1, 1)),))
    opened = replace(little.opened, scenario=scenario)
    tables = {**little.tables, "people_met": blank}
    assert said in targets(replace(little, tables=tables, opened=opened))[0].sentence


def test_people_near_hazards_of_unknown_risk_are_a_risk_that_is_told(little: Findings) -> None:
    unknown = little.tables["harm"].assign(people_unknown_risk=PEOPLE[1])
    findings = replace(little, tables={**little.tables, "harm": unknown})
    assert any(
        "For 25% of the people the risk near their homes is unknown" in text
        for text in risks(findings)
    )
    hidden = replace(
        little,
        audience="public",
        tables={
            **little.tables,
            "harm": unknown.assign(people_unknown_risk=math.nan),
            "summary": little.tables["summary"].assign(people_unknown_dwellings=math.nan),
        },
    )
    assert any("For some people the risk near their homes" in text for text in risks(hidden))
    assert any("Some people come from settlements" in text for text in option_notes(hidden))


# ---------------------------------------------------------------- profile


def test_a_profile_tells_what_the_tables_say_of_a_community(
    opened: Callable[..., Findings],
) -> None:
    findings = opened("internal")
    orchard = profile(findings, "Orchard")
    assert (orchard.community, orchard.name, orchard.district) == (
        "orchard_people", "Orchard", "Lower Valley",
    )  # fmt: skip
    dwellings = sum(
        one.dwellings or 0 for one in findings.scenario.works if one.settlement == "orchard"
    )
    assert orchard.planned == (
        "Land release: 3 recorded hazards, 186.0 ha.",
        "Works: water, shelter and risk education.",
        f"Dwellings: {dwellings} are planned.",
    )
    outlook = orchard.outlooks[0]
    rows = findings.run.readiness
    is_mine = (rows["allocation"] == outlook.allocation) & (rows["community"] == "orchard_people")
    (row,) = records(rows[is_mine])
    assert outlook.dates[1] == row["ready_date_p50"]
    assert outlook.probability == row["probability_by_horizon"]
    assert (outlook.state == "about even") == (row["certainty"] == "about even")
    assert sum(cause.share for cause in outlook.causes) == pytest.approx(1, abs=0.01)
    assert outlook.waits_for.startswith(f"Most of its days go to: {outlook.causes[0].name} (")
    # The chain of the median draw ends on the median date, and its steps leave no day out.
    assert typical_draw(findings.opened, outlook.allocation, "orchard_people") is not None
    assert outlook.steps[-1].end == outlook.dates[1]
    assert outlook.chain[-1] == f"{findings.words.date(outlook.steps[-1].end)}: condition " + (
        "“farmland” met."
    )
    assert profile(findings, "orchard_people", with_chain=False).outlooks[0].chain == ()


def test_a_community_that_does_not_exist_is_told_in_one_message(
    opened: Callable[..., Findings],
) -> None:
    with pytest.raises(ReturnplanError, match=r"no community is called 'Orchart'; alike: orchard"):
        profile(opened("internal"), "Orchart")


def test_missing_data_is_named_and_never_counts_as_met(little: Findings) -> None:
    status = little.run.readiness["status"].where(
        little.run.readiness["community"] == "alpha_people", "unknown: water works"
    )
    readiness = little.run.readiness.assign(status=status)
    findings = tiny(tables={"readiness": readiness})
    outlook = profile(findings, "beta", with_chain=False).outlooks[0]
    assert (outlook.state, outlook.status) == ("unknown", "Unknown: water works")
    assert outlook.missing == ("water works",)
    works = replace(little.scenario.works[0], id="homes", kind="shelter", settlement="beta")
    communities = [replace(one, households=25) for one in little.scenario.communities]
    scenario = replace(little.scenario, works=(works,), communities=tuple(communities))
    nobody_waits = tiny(scenario=scenario, tables={"delays": little.run.delays.iloc[:0]})
    beta = profile(nobody_waits, "beta", with_chain=False)
    assert beta.planned[2] == "Dwellings: their number is not known."
    assert beta.households == 25
    assert beta.outlooks[0].waits_for.startswith("It waits for nothing")
    built = little.run.readiness.assign(dwellings_p50=1200.0, dwellings_planned=4000.0)
    homes = profile(tiny(tables={"readiness": built}), "beta", with_chain=False)
    assert homes.outlooks[0].dwellings == "1,200 of 4,000"
    failing = profile(little, "beta", with_chain=False)
    assert failing.outlooks[0].dwellings == ""
    assert failing.outlooks[0].status == "Conditions not met: water"
    assert failing.planned[1] == "Works: none is planned there."
    assert failing.planned[0] == "Land release: no hazard is recorded there."


# ---------------------------------------------------------------- languages


def test_places_are_named_in_the_language_of_the_page(tmp_path: Path) -> None:
    world = Sketch()
    world.gates = {"housing_land": {}}
    world.village("alpha", people=30, names={"az": "Alfakənd"}, district="North")
    world.hazard("alpha_field", "alpha")
    world.team(skills=STAGES)
    scenario = world.scenario()
    rp.write(scenario, tmp_path / "scenario")
    folder = tmp_path / "run"
    run_undrawn(
        Request(folder=tmp_path / "scenario", scenario=scenario, allocations=("plan",), out=folder)
    )
    place = {lang: open_run(folder, lang).scenario.place["alpha"] for lang in ("az", "fr")}
    assert place["az"].name == "Alfakənd"
    assert place["az"].names[""] == "alpha"
    assert place["fr"].name == "alpha"


def test_numbers_are_written_as_the_language_does(little: Findings) -> None:
    assert cause_name("not_a_cause") == "not a cause"
    turned = replace(little, view=replace(little.view, words=words_of("ar")))
    assert turned.signed(-5.0) == "\u2066−5\u2069"
    assert little.signed(-5.0) == "−5"
    assert little.signed(0.0) == "0"


# ---------------------------------------------------------------- how sure


def driven(allocation: str, against: str, r2: float = 0.8) -> pd.DataFrame:
    """Person-days hang on teams, records, building and land; a quarter is luck."""
    groups = ("teams", "land", "records", "building", "others", "unexplained")
    shares = (0.4, 0.05, 0.2, 0.084, 0.016, 0.25)
    table = pd.DataFrame({"group": groups, "share": shares, "direction": "less"})
    table = table.assign(
        allocation=allocation, against=against, measure="person_days", date=None, share_se=0.01
    )
    return table.assign(r2=r2, draws=64)


def test_what_results_hang_on_is_told_with_the_three_largest_shares_and_luck() -> None:
    both = pd.concat([driven("more", ""), driven("more", "plan", 0.5), driven("plan", "")])
    told = ("how fast teams work (40%), how complete mine records and surveys are (20%), how "
            "fast works and road repair go (8%) and luck of single places and years, and what "
            "acts only together (25%)")  # fmt: skip
    found = how_sure(tiny(tables={"sensitivity": both}))
    assert found == (
        f"What the spread of person-days until conditions are met hangs on under “Plan B”: {told}.",
        f"What its difference to “Plan A” hangs on: {told}.",
        "Where luck takes more than 30%, the order of the shares says more than their size.",
    )
    alone = how_sure(
        tiny(tables={"sensitivity": pd.concat([driven("more", ""), driven("plan", "")])})
    )
    assert len(alone) == 1
    assert how_sure(tiny()) == ()


def test_it_is_told_of_an_allocation_that_has_a_difference(
    opened: Callable[..., Findings],
) -> None:
    for audience in ("internal", "public"):
        findings = opened(audience)
        assert explained(findings) != findings.first
        texts = how_sure(findings)
        assert findings.title(explained(findings)) in texts[0]
        assert f"“{findings.title(findings.first)}” hangs on" in texts[1]
