"""An adversary with the population table and the public files learns no date and no small count."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from returnplan.runs.folder import SCENARIO_COPY
from returnplan.scenario.background import read_background
from returnplan.show.audience.tables import for_audience
from returnplan.show.findings import open_findings
from returnplan.show.page.data import page_data
from tests.show.audience.attack import (
    NEVER,
    Score,
    dated,
    half_year,
    median_half_years,
    right_pairs,
    score,
    small_counts,
    told_apart,
)
from tests.show.audience.made_up import country, drawn, tables_of

pytestmark = pytest.mark.unwatched

GAIN = 1.1
"""The adversary may be right so many times as often as the plain guess."""


def known_of(readiness: pd.DataFrame) -> pd.DataFrame:
    """What everybody may know: people and district of each settlement."""
    first = readiness[readiness["allocation"] == readiness["allocation"].iloc[0]]
    people: pd.DataFrame = first.groupby(["settlement", "district"], as_index=False)["people"].sum()
    return people


def test_the_public_tables_of_made_up_countries_date_no_settlement() -> None:
    scores, pairs = [], []
    for seed in range(3):
        run = country(seed)
        tables = tables_of(run)
        shown = for_audience(tables, "public", None, run)
        known = known_of(run.readiness)
        scores.append(score(dated(known, shown), run.readiness))
        pairs += right_pairs(told_apart(known, shown), run.readiness, tables["gates"])
        assert small_counts(shown) == []
    together = Score(*np.sum(scores, axis=0))
    assert together.exact == 0
    assert together.right <= GAIN * together.by_median
    assert pairs == []


def test_the_internal_tables_of_such_a_country_give_most_large_places_away() -> None:
    """So the adversary is one; half-years and shares are those that the public had before."""
    run = country(3)
    found = score(dated(known_of(run.readiness), tables_of(run)), run.readiness)
    assert found.right > 1.5 * found.by_median
    assert found.exact > 0


def test_an_adversary_reads_a_town_from_a_step_and_two_counts_that_differ_by_it() -> None:
    homes = [("North", people) for people in (900, 300, 200, 100, 50)]
    days = np.tile([500.0, 800.0, 1200.0, 1900.0, np.inf], (10, 1))
    other = np.tile([np.inf, 800.0, 1200.0, 1900.0, np.inf], (10, 1))
    run = drawn(homes, {"one": days, "two": other})
    tables = tables_of(run)
    counts = pd.DataFrame(
        [("one", "North", "", 1500.0), ("two", "North", "", 600.0)],
        columns=["allocation", "district", "gate", "people_met"],
    ).assign(people_not_met=np.nan, people_unknown=np.nan)
    claims = dated(known_of(run.readiness), tables)
    assert ("one", "sc000", "2031-2") in {claim[:3] for claim in claims}
    assert score(claims, run.readiness).exact > 0
    gates = {"district_gates": counts.head(0), "districts": counts.drop(columns="gate")}
    (pair,) = told_apart(known_of(run.readiness), gates)
    assert pair.settlement == "sc000"


def test_half_years_end_on_the_first_of_january_and_of_july() -> None:
    days = ["2031-01-01", "2031-01-02", "2031-07-01", "2031-07-01 12:00"]
    assert [half_year(pd.Timestamp(day)) for day in days] == [
        "2030-2",
        "2031-1",
        "2031-1",
        "2031-2",
    ]
    assert half_year(pd.NaT) == NEVER
    run = drawn([("A", 10), ("A", 30)], {"plan": np.array([[10.0, 500.0]])})
    assert set(median_half_years(run.readiness).values()) == {"2031-2"}


@pytest.mark.long
def test_the_public_files_of_karabakh_date_no_settlement(karabakh_readme_run: Path) -> None:
    findings = open_findings(karabakh_readme_run, "public")
    background, _ = read_background(karabakh_readme_run / SCENARIO_COPY)
    run = findings.run
    known = known_of(run.readiness)
    page = page_data(findings, background)
    found = score(dated(known, findings.tables, page), run.readiness)
    assert found.exact == 0
    assert found.right <= GAIN * found.by_median
    apart = told_apart(known, findings.tables)
    assert right_pairs(apart, run.readiness, run.tables["gates"]) == []
    assert small_counts(findings.tables) == []
