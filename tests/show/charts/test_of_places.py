"""Rows of communities, roads and allocations: dates, causes of waiting, cost, differences."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.container import BarContainer

from returnplan.show.charts.cost import costs_and_people
from returnplan.show.charts.paired import shown_differences
from returnplan.show.drawing import MISSING, REST, View, causes_of, district_rows
from tests.charted import (
    DRAWS,
    VIEW,
    alt,
    differences,
    drawn,
    foot,
    half_sure,
    head,
    legend_words,
    people_at,
    tables,
    with_ranges,
)


def dots(ax: Axes, label: str) -> list[tuple[float, float]]:
    """Return day and row of the markers of one kind."""
    (line,) = [one for one in ax.get_lines() if one.get_label() == label]
    return [(x - VIEW.axis(0.0), y) for x, y in np.asarray(line.get_xydata()).tolist()]


# Dates


def test_rows_are_the_largest_communities_of_each_district() -> None:
    given = tables()["readiness"]
    rows = district_rows(given, VIEW)
    assert rows.heads == ((0, "North"), (3, "South"), (5, "Without a district"))
    assert dict(zip(rows.table["community"], rows.table["row"], strict=True)) == {
        "C1": 1, "C3": 2, "C2": 4, "C4": 6,
    }  # fmt: skip
    many = pd.concat([given] * 40, ignore_index=True)
    many["community"] = [f"M{number}" for number in range(len(many))]
    assert district_rows(many, VIEW).count == 42
    many["district"] = many["community"]
    assert district_rows(many, VIEW).count <= 42


def test_dates_are_dots_and_what_has_none_stands_at_the_edge_with_its_word() -> None:
    ax = drawn("ready_dates", tables())
    assert dots(ax, "_met") == [(100.0, 1.0), (500.0, 4.0)]
    assert dots(ax, "_not met") == [(3653.0, 2.0)]
    assert dots(ax, "_unknown") == [(3653.0, 6.0)]
    assert not ax.collections
    words = [text.get_text() for text in ax.texts]
    assert words == ["Apr 2020", "after 1 Jan 2030", "May 2021", "unknown"]
    assert legend_words(ax)[1:] == [
        "Date",
        "Not met by the end of the run",
        "Unknown: data missing",
    ]


def test_ranges_run_from_p10_to_p90_and_end_open_where_p90_is_late() -> None:
    ax = drawn("ready_dates", with_ranges(tables()), DRAWS)
    (lines,) = ax.collections
    ends = [np.asarray(path.vertices) - [VIEW.axis(0.0), 0] for path in lines.get_paths()]
    assert [end.tolist() for end in ends] == [
        [[60.0, 1.0], [397.0, 1.0]], [[2922.0, 2.0], [3653.0, 2.0]], [[244.0, 4.0], [3653.0, 4.0]],
    ]  # fmt: skip
    assert dots(ax, "_open") == [(3653.0, 4.0)]  # C3 stands at the edge itself
    words = [text.get_text() for text in ax.texts]
    assert words[:2] == ["Q2 2020, 100% of simulations", "unlikely, 20% of simulations"]
    assert words[3] == "unknown"
    text = alt("ready_dates", with_ranges(tables()), DRAWS)
    assert "in 2 of the 4 communities shown, about even in 0, unlikely in 1, unknown in 1." in text
    assert "likely to be met is Ağdərə: 2nd quarter 2020, the last S2: 2nd quarter 2021." in text
    text = alt("ready_dates", with_ranges(tables()), replace(DRAWS, draws=256))
    assert "likely to be met is Ağdərə: 10 Apr 2020, the last S2: 15 May 2021." in text


def test_what_is_about_even_stands_at_the_edge_with_or_without_a_median() -> None:
    ax = drawn("ready_dates", half_sure(tables()), DRAWS)
    assert dots(ax, "_met") == [(100.0, 1.0)]
    assert dots(ax, "_about even") == [(3653.0, 2.0), (3653.0, 4.0)]
    assert dots(ax, "_not met") == dots(ax, "_open") == []
    words = [text.get_text() for text in ax.texts]
    assert words[1:3] == ["about even, 40% of simulations", "about even, 60% of simulations"]
    assert "About even whether met" in legend_words(ax)
    text = alt("ready_dates", half_sure(tables()), DRAWS)
    assert "in 1 of the 4 communities shown, about even in 2, unlikely in 0, unknown in 1." in text


# Waiting


def test_groups_of_causes_keep_every_day_and_missing_data_apart() -> None:
    given = tables()["delays"]
    causes = causes_of(given)
    table = causes.table(given, "community", "days_mean")
    assert table.loc["C1"].to_dict() == pytest.approx(
        {
            "waiting_clearance": 100.0, "winter": 50.0, "not_planned": 45.0, "travel": 40.0,
            "building": 35.0, "land_release": 30.0, "handover": 30.0, "road_repair": 25.0,
            REST: 10.25, MISSING: 0.0,
        }
    )  # fmt: skip
    assert table.loc["C4", MISSING] == 365.25
    assert table.to_numpy().sum() == pytest.approx(given["days_mean"].sum())
    assert len(set(causes.looks.values())) == len(causes.looks)


@pytest.mark.unwatched
def test_bars_of_waiting_add_up_to_the_person_days() -> None:
    ax = drawn("waiting_by_cause", tables())
    boxes = [path.vertices for one in ax.collections for path in one.get_paths()]
    widths = [float(np.ptp(np.asarray(box)[:, 0])) for box in boxes]
    assert sum(widths) == pytest.approx(365_250 + 4 * 365.25)
    words = [text.get_text() for text in ax.texts]
    assert words == ["27%", "14%", "12%", "11%", "10%", "8%", "8%", "7%", "366,711"]
    assert ax.get_xlabel() == "Person-days of waiting"
    assert "366,711 person-days, most for waiting for a team: clearance (27%)" in alt(
        "waiting_by_cause", tables()
    )
    many = tables()
    many["delays"]["person_days_mean"] *= 1000
    ax = drawn("waiting_by_cause", many)
    assert ax.get_xlabel() == "Person-days of waiting (million)"
    assert ax.texts[-1].get_text() == "367"


def test_each_community_shown_waits_in_years_and_says_its_largest_cause() -> None:
    ax = drawn("waits_by_community", tables())
    boxes = {str(one.get_gid()): one.get_paths() for one in ax.collections}
    assert len(boxes[MISSING]) == 1
    corners = np.asarray(boxes[MISSING][0].vertices)
    assert (float(corners[:, 0].max()), float(corners[:, 1].mean().round())) == (1.0, 6.0)
    words = [text.get_text() for text in ax.texts]
    assert words == [
        "27% waiting for a team: clearance", "does not wait", "does not wait",
        "100% data is missing",
    ]  # fmt: skip
    assert "waiting for a team: clearance in 1 and data is missing in 1" in alt(
        "waits_by_community", tables()
    )


# Roads


def test_roads_stand_by_person_days_with_their_openings() -> None:
    ax = drawn("key_roads", with_ranges(tables()), DRAWS)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["S2–H (R2)", "Ağdərə–H (R1)"]
    assert [text.get_text() for text in ax.texts] == [
        "9,000", "4,000", "after 1 Jan 2030 (Q1 2021 to after 1 Jan 2030)\n1 person",
        "Q2 2020 (Q2 2020 to Q3 2021)\n150 people",
    ]  # fmt: skip
    many = replace(DRAWS, draws=256)
    says = drawn("key_roads", with_ranges(tables()), many).texts[-1].get_text()
    assert says == "Jun 2020 (May 2020 to Jul 2021)\n150 people"
    given = tables()
    given["key_roads"].loc[0, "open_date_p90"] = None
    late = drawn("key_roads", given, DRAWS).texts[-1].get_text()
    assert late.startswith("Q2 2020 (Q2 2020 to after 1 Jan 2030)")
    given["key_roads"].loc[0, "open_date_p90"] = pd.Timestamp("2020-06-30")
    assert drawn("key_roads", given, DRAWS).texts[-1].get_text() == "Q2 2020\n150 people"
    assert drawn("key_roads", given).texts[-1].get_text() == "Jun 2020\n150 people"


# Allocations


def five_allocations() -> dict[str, pd.DataFrame]:
    """Cost and people: cheap, dear and better, dear and worse, twins."""
    costs = {"cheap": 10.0, "dear": 30.0, "worse": 31.0, "twin": 20.0, "other_twin": 20.0}
    people = {"cheap": 100, "dear": 300, "worse": 250, "twin": 200, "other_twin": 200}
    summary = pd.DataFrame(
        {"allocation": list(costs), "cost_usd_mean": [1e6 * cost for cost in costs.values()]}
        | {"works_without_cost": [0] * len(costs)}
    )
    met = pd.concat(people_at([0, 3653], [0, count], name) for name, count in people.items())
    return tables() | {"summary": summary, "people_met": met}


def verdicts(*better: tuple[str, str]) -> pd.DataFrame:
    """Return verdicts on people by the horizon: the first of each pair is better; others level."""
    rows = []
    names = ["cheap", "dear", "worse", "twin", "other_twin"]
    for one in names:
        for other in names:
            word = "better" if (one, other) in better else "level"
            word = "worse" if (other, one) in better else word
            rows += [(one, other, "people_met", word), (one, other, "person_days", "better")]
    return pd.DataFrame(rows, columns=["allocation", "against", "measure", "verdict"])


def test_outperformed_is_what_a_plan_that_is_no_dearer_clearly_beats_in_people() -> None:
    given = five_allocations()
    # Better than a dearer one, than a cheaper one, and than one of the same cost.
    pairs = [("dear", "worse"), ("dear", "cheap"), ("twin", "other_twin")]
    given["verdicts"] = verdicts(*pairs)
    table = costs_and_people(given["summary"], given["people_met"], given["verdicts"])
    assert table["is_outperformed"].to_dict() == {
        "cheap": False, "dear": False, "worse": True, "twin": False, "other_twin": True,
    }  # fmt: skip
    ax = drawn("people_against_cost", given)
    grey = [line for line in ax.get_lines() if line.get_label() == "_outperformed"]
    at = [np.asarray(line.get_xydata()).tolist() for line in grey]
    assert at == [[[31.0, 250.0]], [[20.0, 200.0]]]
    assert legend_words(ax)[1:3] == [
        "dear\n300\nUSD 30.0 million", "worse (outperformed)\n250\nUSD 31.0 million",
    ]  # fmt: skip
    assert alt("people_against_cost", given).endswith("is no dearer: worse and other twin.")
    assert head("people_against_cost", given, VIEW)[0] == (
        "2 of 5 plans are outperformed by another that is no dearer"
    )


def test_what_is_level_in_the_draws_or_not_compared_is_never_outperformed() -> None:
    given = five_allocations()
    for compared in (verdicts(), verdicts().head(0)):
        table = costs_and_people(given["summary"], given["people_met"], compared)
        assert not table["is_outperformed"].any()
    assert head("people_against_cost", given | {"verdicts": verdicts()}, VIEW)[0] == (
        "No plan is clearly outperformed by another that is no dearer"
    )
    assert head("people_against_cost", given, VIEW) == [
        "People with conditions met (modelled), against cost", "",
    ]  # fmt: skip


def test_a_scale_of_cost_or_people_says_where_it_begins_unless_at_zero() -> None:
    given = five_allocations()
    ax = drawn("people_against_cost", given)
    assert (ax.get_xlim()[0], ax.get_ylim()[0]) == (0.0, 0.0)  # 10 to 31, 100 to 300
    assert ax.get_xlabel() == "Cost up to the end of the run (USD million)"
    dear = given["summary"].assign(cost_usd_mean=[4.38e9, 5.345e9, 5.347e9, 5.344e9, 5.347e9])
    ax = drawn("people_against_cost", given | {"summary": dear})
    assert ax.get_xlim()[0] == 4000.0
    assert (
        ax.get_xlabel() == "Cost up to the end of the run (USD million); the scale begins at 4,000"
    )


def test_plans_of_nearly_equal_cost_stand_side_by_side() -> None:
    ax = drawn("people_against_cost", five_allocations())
    points = [line for line in ax.get_lines() if line.get_label() == "_shown"]
    across = {
        float(np.asarray(line.get_ydata())[0]): line.get_window_extent().x0 for line in points
    }
    assert len(points) == 5
    twins = [line.get_window_extent() for line in points[3:]]
    assert twins[1].x0 - twins[0].x0 == pytest.approx(6.0 * ax.figure.dpi / 72)
    assert across[100.0] < across[200.0] < across[300.0]


def test_ranges_of_people_are_lines_at_the_cost() -> None:
    ax = drawn("people_against_cost", with_ranges(tables()), DRAWS)
    (line,) = [one for one in ax.get_lines() if one.get_label() == "_range"]
    assert np.asarray(line.get_xydata()).tolist() == [[2.5, 1100.0], [2.5, 1300.0]]


def test_differences_are_in_people_and_better_is_to_the_right() -> None:
    shown = shown_differences(differences(), VIEW)
    dates = shown["date"].drop_duplicates()
    assert pd.isna(dates.iloc[0])
    assert dates.dropna().dt.year.tolist() == [2023, 2025, 2028, 2030]
    total = shown.iloc[0]
    assert total[["low", "mean", "high"]].tolist() == pytest.approx(
        [2e6 / 3653, 4e6 / 3653, 6e6 / 3653]
    )
    few = differences()
    few = few[few["date"].isna() | few["date"].dt.year.isin([2021, 2022])]
    assert shown_differences(few, VIEW)["date"].nunique(dropna=False) == 3
    given = tables() | {"differences": differences()}
    ax = drawn("paired_differences", given, DRAWS)
    means = [np.asarray(one.get_xdata())[0] for one in ax.get_lines() if one.get_label() == "_mean"]
    assert means == pytest.approx([4e6 / 3653, -4e6 / 3653, *[100.0, -100.0] * 4])
    words = [text.get_text() for text in ax.texts]
    assert words[:3] == ["better in 90% (−4.0)", "better in 10% (+4.0)", "better in 90%"]
    assert "Today's teams" in ax.get_xlabel()
    text = alt("paired_differences", given, DRAWS)
    assert (
        "more −4.0 million person-days (−6.0 to −2.0), better in 90% of simulations (better)"
        in text
    )


def test_what_is_level_has_an_empty_dot_and_what_hardly_differs_has_none() -> None:
    given = differences()
    is_end = given["date"] == "2030-01-01"
    given.loc[is_end, "verdict"] = "level"
    is_first = given["measure"] == "person_days"
    given.loc[is_first, ["mean", "low", "high"]] = math.nan
    given.loc[is_first, "differing"] = [3, 0]
    ax = drawn("paired_differences", tables() | {"differences": given}, DRAWS)
    dots = [one for one in ax.get_lines() if one.get_label() == "_mean"]
    assert [one.get_markerfacecolor() == "white" for one in dots] == [False] * 6 + [True] * 2
    words = [text.get_text() for text in ax.texts]
    assert words[:2] == ["differ in 3 of 50 simulations", "differ in 0 of 50 simulations"]
    text = alt("paired_differences", tables() | {"differences": given}, DRAWS)
    assert "more differ in 3 of 50 simulations and less differ in 0 of 50 simulations" in text


# What drives results


def test_shares_are_bars_with_their_errors_those_of_a_difference_beside_them() -> None:
    given = with_ranges(tables())
    ax = drawn("what_drives", given, DRAWS)
    bars = [one for one in ax.containers if isinstance(one, BarContainer)]
    found = {}
    for one in bars:
        (bar,), hatch = one.patches, one.patches[0].get_hatch()
        found[round(bar.get_y() + bar.get_height() / 2, 2), hatch or ""] = bar.get_width()
        assert one.errorbar is not None
        (line,) = one.errorbar.lines[2][0].get_segments()
        assert line[:, 0].mean() == pytest.approx(bar.get_width())
    assert found == pytest.approx(
        {
            (0.82, ""): 50.0,  # teams, below the words of the result
            (1.82, ""): 29.0,  # records
            (2.82, ""): 20.0,  # luck; all others are too small to draw
            (3.18, "////"): 100.0,  # luck, of the difference
            (4.82, ""): 90.0,  # building, of people met
            (5.82, ""): 10.0,
        }
    )
    assert [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()] == [
        "", "How fast teams work", "How complete mine records and surveys are",
        "Luck of single places and years, and what acts only together",
        "", "How fast works and road repair go",
        "Luck of single places and years, and what acts only together",
    ]  # fmt: skip
    words = [text.get_text() for text in ax.texts]
    assert words[0] == "Person-days until conditions are met"
    assert words[1:3] == ["less", "both ways"]
    assert legend_words(ax)[1:] == ["The result itself", "Its difference to: more"]
    text = alt("what_drives", given, DRAWS)
    assert "how fast teams work (50%), how complete mine records and surveys are (29%)" in text
    assert "The difference: luck of single places and years, and what acts only" in text
    assert "takes more than 30%, the order" in foot("what_drives", given, DRAWS)
    sure = given["sensitivity"][given["sensitivity"]["r2"] > 0.7]
    assert "takes more" not in foot("what_drives", given | {"sensitivity": sure}, DRAWS)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("what_drives", "There are too few simulations to say what drives the results."),
        ("ready_dates", "No communities to show for this plan."),
        ("waits_by_community", "Nobody waits under this plan."),
        ("waiting_by_cause", "Nobody waits."),
        ("key_roads", "Nobody waits for a road under this plan."),
        ("paired_differences", "Differences need simulations and a second plan."),
    ],
)
def test_an_empty_chart_says_why(name: str, words: str) -> None:
    given = {key: table.head(0) for key, table in tables().items()}
    ax = drawn(name, given)
    assert words in [text.get_text().replace("\n", " ") for text in ax.texts]


def test_days_of_an_unknown_community_are_never_drawn() -> None:
    given = with_ranges(tables())
    given["readiness"]["ready_date_p10"] = "2020-02-01"
    given["readiness"]["ready_day_p50"] = 50.0
    view: View = replace(DRAWS, horizon_days=400.0)
    ax = drawn("ready_dates", given, view)
    assert (6.0 in [y for _, y in dots(ax, "_met")]) is False
    assert math.isclose(dots(ax, "_unknown")[0][0], 400.0)
