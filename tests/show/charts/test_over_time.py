"""Lines over time: people with conditions met, people returned, shares of districts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Text

from returnplan.show.drawing import A4_INCHES, View, figure
from tests.charted import (
    DRAWS,
    TARGETS,
    VIEW,
    alt,
    drawn,
    foot,
    head,
    legend_words,
    people_at,
    several,
    tables,
    with_ranges,
)


def test_people_step_up_on_the_day_they_are_counted_and_never_before() -> None:
    ax = drawn("conditions_met_over_time", tables())
    (line,) = [one for one in ax.get_lines() if one.get_label() == "Today's teams"]
    days, people = np.asarray(line.get_xydata()).T
    assert (days - VIEW.axis(0.0)).tolist() == [0.0, 100.0, 500.0, 3653.0]
    assert people.tolist() == [0.0, 1000.0, 1200.0, 1200.0]
    assert line.get_drawstyle() == "steps-post"
    (total,) = [one for one in ax.get_lines() if one.get_label() == "_all people"]
    assert set(np.asarray(total.get_ydata()).tolist()) == {1234.0}


def curves(people_met: pd.DataFrame, view: View = VIEW) -> Axes:
    """Draw people over time."""
    return drawn("conditions_met_over_time", tables() | {"people_met": people_met}, view)


def test_lines_that_end_close_together_are_listed_and_others_named_at_their_end() -> None:
    given = tables()["people_met"]
    apart = curves(pd.concat([given, people_at([0, 3653], [0, 0], "none")]))
    assert apart.get_legend() is None
    assert "Today's teams:\n1,200" in [text.get_text() for text in apart.texts]
    close = curves(pd.concat([given, people_at([0, 3000, 3653], [0, 1150, 1150], "slow")]))
    assert legend_words(close) == ["People at the end", "Today's teams: 1,200", "slow: 1,150"]
    legend = close.get_legend()
    assert legend is not None
    styles = [(str(line.get_linestyle()), str(line.get_marker())) for line in legend.get_lines()]
    assert len(set(styles)) == 2


def of_label(ax: Axes, label: str) -> list[tuple[str, list[float]]]:
    """Return colour and values of the lines with a label."""
    return [
        (to_hex(line.get_color()), np.asarray(line.get_ydata(), dtype=float).tolist())
        for line in ax.get_lines()
        if line.get_label() == label
    ]


def test_with_draws_the_line_is_the_median_and_the_range_a_band() -> None:
    ax = curves(people_at([0, 100, 3653], [0, 800, 1000], half=150), DRAWS)
    assert of_label(ax, "Today's teams")[0][1] == [0.0, 800.0, 1000.0]
    assert [values for _, values in of_label(ax, "_edge")] == [
        [0.0, 650.0, 850.0], [150.0, 950.0, 1150.0],
    ]  # fmt: skip
    assert [one.get_label() for one in ax.collections] == ["_range"]
    assert "Median number of people" in ax.get_title("left")
    assert "median" in ax.get_ylabel()
    assert "Today's teams:\n1,000 (850 to 1,150)" in [text.get_text() for text in ax.texts]


def test_the_ranges_of_many_allocations_are_bars_at_the_edge_in_the_order_of_the_list() -> None:
    assert len(curves(several(2, half=100), DRAWS).collections) == 2
    ax = curves(several(3, half=100), DRAWS)
    assert len(ax.collections) == 0
    bars = of_label(ax, "_range")
    assert [values for _, values in bars] == [[900.0, 1100.0], [850.0, 1050.0], [800.0, 1000.0]]
    assert [colour for colour, _ in bars] == [
        of_label(ax, name)[0][0] for name in ("a2", "a1", "a0")
    ]
    assert legend_words(ax) == [
        "Median at the end of\nthe run (p10 to p90)",
        "a2:\n1,000 (900 to 1,100)",
        "a1:\n950 (850 to 1,050)",
        "a0:\n900 (800 to 1,000)",
    ]


@pytest.mark.parametrize("half", [None, 100])
def test_a_long_list_of_allocations_stays_on_the_page_below_the_title(half: int | None) -> None:
    view = replace(VIEW, draws=50 if half else 0, titles={f"a{n}": 9 * "many " for n in range(6)})
    given = tables() | {"people_met": several(6, half)}
    sheet, _ = figure("conditions_met_over_time", given, view)
    sheet.draw_without_rendering()
    (ax,) = sheet.axes
    legend = ax.get_legend()
    assert legend is not None
    box = legend.get_window_extent()
    assert box.y1 < min(text.get_window_extent().y0 for text in sheet.subfigs[0].texts)
    assert all(text.get_window_extent().x1 <= sheet.bbox.width for text in legend.get_texts())
    assert box.y0 > ax.get_window_extent().y0 - 30


def test_a_run_without_draws_has_neither_range_nor_median() -> None:
    ax = curves(several(3))
    assert len(ax.collections) == 0
    assert not of_label(ax, "_range")
    words = " ".join(text.get_text() for text in ax.findobj(Text))
    assert "edian" not in words
    assert "p10" not in words


@pytest.mark.parametrize(
    ("mean", "draws", "words"),
    [
        (0, 0, "No community has its conditions met by the\nend of the run."),
        (0, 50, "No community has its conditions met by the\nend of the run in any simulation."),
        (3, 50, "In most simulations no community has its\nconditions met by the end of the run."),
    ],
)
def test_lines_that_stay_at_zero_are_explained(mean: int, draws: int, words: str) -> None:
    given = people_at([0, 3653], [0, 0], half=30 if draws else None).assign(people_mean=mean)
    assert words in [text.get_text() for text in curves(given, replace(VIEW, draws=draws)).texts]


def test_bars_at_the_edge_are_called_the_range_at_the_horizon() -> None:
    given = tables() | {"people_met": several(5, half=100)}
    words = foot("conditions_met_over_time", given, DRAWS)
    assert (
        "Bars at the right edge (range at the end of the run): 80% model interval (p10 to p90)"
        in words
    )


def test_returns_have_their_range_and_the_conditions_met_beside_them() -> None:
    ax = drawn("returns_over_time", with_ranges(tables()), DRAWS)
    met, returned = ax.get_lines()
    assert np.asarray(returned.get_ydata()).tolist() == [0.0, 400.0, 480.0, 480.0]
    assert np.asarray(met.get_ydata()).tolist() == [0.0, 1000.0, 1200.0, 1200.0]
    assert returned.get_linestyle() != met.get_linestyle()
    (band,) = ax.collections
    assert band.get_datalim(ax.transData).ymax == pytest.approx(0.4 * 1300)
    assert legend_words(ax)[1:] == ["Returned, p10 to p90"]  # lines bear their names
    names = [text.get_text() for text in ax.texts]
    assert names == ["Conditions met (median)", "Returned (median)"]
    assert "480 (440 to 520) people have returned" in alt(
        "returns_over_time", with_ranges(tables()), DRAWS
    )


def test_each_target_leads_to_what_is_modelled_of_its_own_quantity_at_its_date() -> None:
    view = replace(VIEW, targets=TARGETS)
    ax = drawn("returns_over_time", tables(), view)
    gaps = {
        str(round(float(np.asarray(line.get_xdata())[0] - VIEW.axis(0.0)))): np.asarray(
            line.get_ydata()
        ).tolist()
        for line in ax.get_lines()
        if line.get_label() == "_gap"
    }
    # 900 returned by 1 Jan 2023, of whom 480 are modelled; conditions met for 700 by 1 Jan 2022,
    # for 1,200 modelled; 2050 lies after the horizon.
    assert gaps == {"1096": [900.0, 480.0], "731": [700.0, 1200.0]}
    fills = [line.get_markerfacecolor() for line in ax.get_lines() if line.get_label() == "_target"]
    assert fills == ["#E69F00", "white"]
    words = [text.get_text() for text in ax.texts]
    assert words[2:] == ["900", "480", "700", "1,200"]
    assert [text.replace("\n", " ") for text in legend_words(ax)[1:]] == [
        "Target: The plan (900 returned by 1 Jan 2023)",
        "Target: open (700 with conditions met by 1 Jan 2022)",
    ]
    assert alt("returns_over_time", tables(), view).endswith(
        "Target by 1 Jan 2023: 900 (The plan). Modelled by then: 480. "
        "Target by 1 Jan 2022: 700 (open). Modelled by then: 1,200."
    )


def test_a_target_that_is_nearly_reached_has_one_number() -> None:
    near = replace(TARGETS[0], people=500)
    ax = drawn("returns_over_time", tables(), replace(VIEW, targets=(near,)))
    assert [text.get_text() for text in ax.texts][2:] == ["500"]


def test_the_title_of_returns_says_what_is_modelled_by_the_target_s_date() -> None:
    view = replace(VIEW, targets=TARGETS)
    title, shows = head("returns_over_time", tables(), view)
    assert title == ("By 1 Jan 2023 about 480 people have returned (modelled); the target is 900")
    assert shows.startswith("People returned (modelled), by date")
    given = tables() | {"people_met": several(3)}
    title, _ = head("returns_over_time", given, VIEW, "a0", "a1", "a2")
    assert title == "By 1 Jan 2030 about 360 to 400 people have returned (modelled)"


def test_the_title_of_conditions_met_gives_the_span_of_the_plans_in_three_digits() -> None:
    given = tables() | {"people_met": several(2)}
    given["readiness"] = given["readiness"].assign(people=[123_456, 0, 0, 0])
    title, shows = head("conditions_met_over_time", given, VIEW)
    assert title == (
        "By 1 Jan 2030 conditions are met (modelled) for about 900 to 950 of 123,000 people"
    )
    assert shows == "People whose conditions for return are met (modelled), by date"


@pytest.mark.parametrize(
    "name",
    [
        *("conditions_met_over_time", "returns_over_time", "share_by_district", "ready_dates"),
        *("team_occupation", "time_no_condition_asks_for", "released_and_published"),
    ],
)
def test_charts_over_time_mark_the_date_of_the_data(name: str) -> None:
    view = replace(VIEW, as_of=dt.date(2022, 12, 31))
    ax = drawn(name, tables(), view)
    (line,) = [one for one in ax.get_lines() if one.get_label() == "_as of"]
    assert float(np.asarray(line.get_xdata())[0]) - VIEW.axis(0.0) == 1095.0
    (shade,) = [one for one in ax.patches if one.get_label() == "_known"]
    left, right = shade.get_extents().transformed(ax.transData.inverted()).intervalx
    assert (left - VIEW.axis(0.0), right - VIEW.axis(0.0)) == pytest.approx((0.0, 1095.0), abs=1e-6)
    assert "data as of 31 Dec 2022" in [text.get_text() for text in ax.texts]
    plain = drawn(name, tables())
    assert not [one for one in plain.get_lines() if one.get_label() == "_as of"]


def test_bars_of_years_mark_the_date_of_the_data_within_its_year() -> None:
    ax = drawn("hectares_by_year", tables(), replace(VIEW, as_of=dt.date(2021, 7, 2)))
    (line,) = [one for one in ax.get_lines() if one.get_label() == "_as of"]
    assert float(np.asarray(line.get_xdata())[0]) == pytest.approx(2021.0, abs=0.01)


@pytest.mark.parametrize("day", [dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2031, 1, 1)])
def test_a_date_of_the_data_outside_the_horizon_is_not_marked(day: dt.date) -> None:
    ax = drawn("conditions_met_over_time", tables(), replace(VIEW, as_of=day))
    assert not [text for text in ax.texts if "data as of" in text.get_text()]


def test_a_target_for_conditions_met_stands_beside_these_only() -> None:
    view = replace(VIEW, targets=TARGETS)
    ax = curves(tables()["people_met"], view)
    (aims,) = [line for line in ax.get_lines() if line.get_label() == "_targets"]
    assert np.asarray(aims.get_ydata()).tolist() == [700]
    assert "Diamonds: targets. Target by 1 Jan 2022: 700 (open)." in foot(
        "conditions_met_over_time", tables(), view
    )


def test_panels_of_returns_share_one_scale_and_fit_a_page() -> None:
    given = tables() | {"people_met": several(5)}
    names = [f"a{number}" for number in range(5)]
    sheet, _ = figure("returns_over_time", given, replace(VIEW, targets=TARGETS), names)
    sheet.draw_without_rendering()
    assert len({ax.get_ylim() for ax in sheet.axes}) == 1
    assert sheet.get_figheight() <= A4_INCHES
    (legend,) = [legend for part in sheet.subfigs for legend in part.legends]
    assert [text.get_text().replace("\n", " ") for text in legend.get_texts()] == [
        "Target: The plan (900 returned by 1 Jan 2023)",
        "Target: open (700 with conditions met by 1 Jan 2022)",
    ]


def test_the_share_of_a_district_rises_within_its_row() -> None:
    ax = drawn("share_by_district", tables())
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels == ["North\n1,030", "South\n200", "Without a district\n4"]
    lines = [np.asarray(one.get_ydata()) for one in ax.get_lines() if one.get_label() == "_middle"]
    assert (1 + 0.39 - lines[1]).tolist() == pytest.approx([0.0, 0.39, 0.78])
    assert (0 + 0.39 - lines[0]).tolist() == pytest.approx([0.0, 0.0, 0.0])
    assert [text.get_text() for text in ax.texts] == ["0%", "100%", "0%"]
    ranged = drawn("share_by_district", with_ranges(tables()), DRAWS)
    assert ranged.texts[1].get_text() == "100% (0% to 100%)"
    words = alt("share_by_district", tables())
    assert "100% in South, 0% in North and 0% in Without a district" in words
