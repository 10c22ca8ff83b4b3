"""Results: one type for a simulation, an ensemble and a run folder, with its tables by name."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import returnplan as rp
from returnplan.columns import columns_of
from returnplan.runs.results import Results
from returnplan.runs.tables import OF_DRAWS, OF_WORK
from returnplan.runs.tables.family import DECISIONS

VALLEY = Path("scenarios/valley")
KINDS = ("simulation", "ensemble", "run")


@pytest.fixture(scope="module")
def every(run_of: Callable[..., Path]) -> dict[str, Results]:
    scenario = rp.load(VALLEY)
    return {
        "simulation": rp.simulate(scenario, "today"),
        "ensemble": rp.ensemble(scenario, ["today", "smith_path"], draws=4, seed=3),
        "run": rp.load_run(run_of(VALLEY, "-a", "today", "--draws", "3")),
    }


@pytest.fixture(params=KINDS)
def found(request: pytest.FixtureRequest, every: dict[str, Results]) -> Results:
    return every[request.param]


def test_each_table_is_an_attribute(found: Results) -> None:
    tables = (*OF_DRAWS, *OF_WORK)
    if isinstance(found, rp.Ensemble):
        tables = OF_DRAWS
    elif isinstance(found, rp.Run):
        tables = (*tables, DECISIONS)
    assert tuple(found.tables) == tables
    for name, table in found.tables.items():
        assert getattr(found, name) is table
        assert set(table["allocation"]) <= set(found.allocations)
    assert set(tables) <= set(dir(found))
    assert {"start", "allocations", "ready_day"} <= set(dir(found))


def test_a_name_that_is_no_table_is_an_error_that_names_the_tables(found: Results) -> None:
    for name in ("redyness", "__wrapped__"):
        assert not hasattr(found, name)
        with pytest.raises(AttributeError, match=rf"has no {name}; its tables: summary, readi"):
            getattr(found, name)


def test_an_ensemble_has_no_tables_of_work(every: dict[str, Results]) -> None:
    with pytest.raises(AttributeError, match="Ensemble has no jobs; its tables: summary"):
        _ = every["ensemble"].jobs


def test_results_are_shown_in_two_short_lines(every: dict[str, Results]) -> None:
    lines = {kind: repr(found).splitlines() for kind, found in every.items()}
    time = "7 communities, 2024-03-01 to 2032-03-01"
    assert [head for head, _ in lines.values()] == [
        f"Outcome of valley: today; expected values; {time}",
        f"Ensemble of valley: today, smith_path; 4 draws, seed 3; {time}",
        f"Run of valley: today; 3 draws, seed 1; {time}",
    ]
    for found, (_, tables) in zip(every.values(), lines.values(), strict=True):
        assert tables == f"tables: {', '.join(found.tables)}"
        assert len(repr(found)) < 300


def test_a_notebook_shows_a_column_for_each_allocation(every: dict[str, Results]) -> None:
    shown = every["ensemble"]._repr_html_()
    assert shown.startswith("<p>Ensemble of valley: today, smith_path; 4 draws")
    heads = re.findall("<th>(.*?)</th>", shown)
    assert heads[:3] == ["allocation", "today", "smith_path"]
    assert heads[3:] == list(every["ensemble"].summary)[1:]


def test_a_notebook_shows_dates_as_days_and_nothing_for_what_is_blank() -> None:
    outcome = rp.simulate(rp.load(VALLEY), "today")
    days = np.array(["2030-02-01", "NaT"], "datetime64[s]")
    summary = pd.DataFrame({"allocation": ["a", "b"], "last_ready_date_p50": days})
    shown = dataclasses.replace(outcome, tables={"summary": summary})._repr_html_()
    assert "<td>2030-02-01</td>" in shown
    assert "<td></td>" in shown
    assert "NaT" not in shown


def test_what_is_shown_in_a_notebook_is_no_markup(found: Results) -> None:
    summary = found.summary.assign(allocation="a<i>&")
    other = dataclasses.replace(found, scenario="<b>&", tables={"summary": summary})
    shown = other._repr_html_()
    assert "of &lt;b&gt;&amp;" in shown
    assert "a&lt;i&gt;&amp;" in shown
    assert "<b>" not in shown
    assert "<i>" not in shown


@pytest.mark.parametrize(
    "copied",
    [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_results_can_be_copied_and_pickled(
    found: Results, copied: Callable[[Results], Results]
) -> None:
    again = copied(found)
    assert type(again) is type(found)
    assert repr(again) == repr(found)
    for name, table in found.tables.items():
        pd.testing.assert_frame_equal(getattr(again, name), table)
    if found.ready_day is None:
        assert again.ready_day is None
    else:
        np.testing.assert_array_equal(again.ready_day, found.ready_day)


def test_dates_are_days_of_the_calendar_in_every_result(found: Results) -> None:
    dates = 0
    for name, table in found.tables.items():
        for column in columns_of(name):
            if column.type == "date":
                dates += 1
                assert table[column.column].dtype == "datetime64[s]", (name, column)
                filled = table[column.column].dropna()
                assert filled.between(pd.Timestamp(found.start), pd.Timestamp(found.horizon)).all()
    assert dates == (14 if isinstance(found, rp.Run) else 12)


def test_tables_of_an_ensemble_stand_in_an_outcome_as_far_as_they_are_of_it(
    every: dict[str, Results],
) -> None:
    outcome, spread = every["simulation"], every["ensemble"]
    assert isinstance(outcome, rp.Outcome)
    assert outcome.allocation == "today"
    under = outcome.under(spread.tables)
    mine = spread.readiness[spread.readiness["allocation"] == "today"]
    pd.testing.assert_frame_equal(under.readiness, mine.reset_index(drop=True))
    assert under.jobs is outcome.jobs
    assert outcome.readiness is every["simulation"].tables["readiness"]
