"""Maps: what settlements look like, and what every map must have."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from returnplan.show import maps
from returnplan.show.drawing import figure
from tests.charted import DRAWS, MET, VIEW, alt, drawn, half_sure, legend_words, tables, with_ranges

pytestmark = pytest.mark.unwatched


def test_the_map_puts_settlements_in_their_year_and_others_in_their_state() -> None:
    given = tables()
    settlements = maps.ready_places(given["readiness"], given["places"], VIEW).set_index("id")
    assert settlements["year"].to_dict() == {"S1": 2020, "S2": 2021, "S3": 0, "S4": 0}
    ax = drawn("ready_map", given)
    at = {
        str(line.get_marker()): np.asarray(line.get_xydata()).tolist()
        for line in ax.get_lines()
        if line.get_label() in ("_Conditions not met", "_Unknown", "_hub")
    }
    assert at == {"X": [[46.9, 39.2]], "D": [[46.7, 39.6]], "s": [[46.5, 39.5]]}
    legend = ax.get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words == [
        "Met in 2020", "Met in 2021", "Conditions not met", "Unknown", "100 people",
        "1,000 people", "Hub", "Road", "District",
    ]  # fmt: skip
    assert "modelled" in legend.get_title().get_text()


def test_what_is_about_even_has_no_year_but_a_mark_a_key_and_a_count_of_its_own() -> None:
    given = half_sure(tables())
    settlements = maps.ready_places(given["readiness"], given["places"], DRAWS).set_index("id")
    assert settlements["year"].to_dict() == {"S1": 2020, "S2": 0, "S3": 0, "S4": 0}
    ax = drawn("ready_map", given, DRAWS)
    even = [one for one in ax.get_lines() if one.get_label() == "_About even whether met"]
    points = [point for one in even for point in np.asarray(one.get_xydata()).tolist()]
    assert points == [[46.5, 39.9], [46.9, 39.2]]
    assert {(one.get_marker(), one.get_fillstyle()) for one in even} == {("o", "left")}
    assert legend_words(ax)[1:4] == ["Met in 2020", "About even whether met", "Unknown"]
    assert "1 likely, 2 about even, 1 unknown" in ax.get_title("left").replace("\xa0", " ")
    assert "in 1, about even in 2, unlikely in 0, unknown in 1." in alt("ready_map", given, DRAWS)
    sure = drawn("ready_map", with_ranges(tables()), DRAWS)
    assert "2 likely, 1 unlikely, 1 unknown" in sure.get_title("left").replace("\xa0", " ")
    assert "Unlikely to be met" in legend_words(sure)


def test_year_by_year_what_is_about_even_is_never_met() -> None:
    sheet, words = figure("ready_map_by_year", half_sure(tables()), DRAWS)
    titles = [" ".join(ax.get_title("left").split()) for ax in sheet.axes]
    assert titles == [
        *(
            f"1 Jan {year} 1 met, 1 about even, 1 not met, 1 unknown"
            for year in range(2022, 2030, 2)
        ),
        "1 Jan 2030 1 met, 2 about even, 1 unknown",
    ]
    assert "in 1 by 1 Jan 2022, 1 by 1 Jan 2024" in words
    assert "about even at the end in 2; unknown in 1." in words


def test_the_legend_of_the_map_has_no_key_for_what_is_not_there() -> None:
    given = tables()
    given["readiness"] = given["readiness"].assign(people=5, status=MET, ready_day_p50=9.0)
    legend = drawn("ready_map", given).get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["Met in 2020", "Hub", "Road", "District"]


def test_panels_list_the_keys_of_all_panels_once_in_order() -> None:
    given = tables()
    met = given["readiness"].assign(allocation="all", status=MET, ready_day_p50=9.0)
    given["readiness"] = pd.concat([met, given["readiness"]])
    sheet, _ = figure("ready_map", given, VIEW, ["all", "today"])
    (legend,) = [legend for part in sheet.subfigs for legend in part.legends]
    assert [text.get_text() for text in legend.get_texts()] == [
        "Met in 2020", "Met in 2021", "Conditions not met", "Unknown", "100 people",
        "1,000 people", "Hub", "Road", "District",
    ]  # fmt: skip


@pytest.mark.parametrize("panels", [1, 3])
@pytest.mark.parametrize(("width", "height"), [(0.09, 0.09), (0.15, 0.09), (2.0, 1.0), (0.1, 3.0)])
def test_degrees_are_exact_and_do_not_run_together(
    panels: int, width: float, height: float
) -> None:
    given = tables()
    for name, first, span in (("lon_deg", 120.0, width), ("lat_deg", 5.0, height)):
        given["places"][name] = first + span * np.array([0.0, 0.4, 1.0, 0.7, 0.2])
    names = ["today", "b", "c"][:panels]
    given["readiness"] = pd.concat([given["readiness"].assign(allocation=one) for one in names])
    view = replace(VIEW, districts=())
    sheet, _ = figure("ready_map", given, view, names)
    sheet.draw_without_rendering()
    for ax in sheet.axes:
        low, high = ax.get_xlim()
        labels = [
            label
            for label, at in zip(ax.get_xticklabels(), ax.get_xticks(), strict=True)
            if low <= at <= high
        ]
        boxes = [label.get_window_extent() for label in labels]
        assert all(one.x1 + 2 < two.x0 for one, two in pairwise(boxes))
        for axis in (ax.xaxis, ax.yaxis):
            words = axis.get_major_formatter().format_ticks(list(axis.get_majorticklocs()))
            shown = [float(word[:-1]) for word in words]
            assert shown == pytest.approx(list(axis.get_majorticklocs()), rel=1e-9)


def test_north_stands_outside_the_frame() -> None:
    ax = drawn("ready_map", tables())
    (north,) = [text for text in ax.texts if text.get_text().endswith("N")]
    assert north.get_window_extent().x0 >= ax.get_window_extent().x1
    legend = ax.get_legend()
    assert legend is not None
    assert not legend.get_window_extent().overlaps(north.get_window_extent())


def test_maps_and_matrices_are_as_high_as_what_they_show() -> None:
    given = tables()
    square = figure("ready_map", given, VIEW)[0].get_figheight()
    given["places"]["lat_deg"] = 39.0 + (given["places"]["lat_deg"] - 39.0) / 4
    flat = figure("ready_map", given, replace(VIEW, districts=()))[0].get_figheight()
    assert flat < square
    few = figure("gate_matrix", given, VIEW)[0].get_figheight()
    many = pd.concat([given["readiness"]] * 10, ignore_index=True)
    many["community"] = [f"M{number}" for number in range(40)]
    given["gates"] = pd.concat(
        [given["gates"].iloc[:3].assign(community=one) for one in many["community"]]
    )
    given["readiness"] = many
    full = figure("gate_matrix", given, VIEW)[0].get_figheight()
    assert few < 4
    assert full == pytest.approx(24.5 / 2.54)


def test_two_communities_of_one_settlement_are_one_point_with_the_weaker_state() -> None:
    given = tables()
    given["readiness"]["settlement"] = ["S1", "S1", "S2", "S1"]
    settlements = maps.ready_places(given["readiness"], given["places"], VIEW).set_index("id")
    assert settlements["state"].to_dict() == {"S1": "unknown", "S2": "not met"}
    assert settlements.loc["S1", "people"] == 1204
    given = half_sure(tables())
    for certain, state in (("likely", "about even"), ("unlikely", "not met")):
        given["readiness"]["settlement"] = ["S1", "S1", "S2", "S3"]
        given["readiness"]["certainty"] = [certain, "about even", "about even", None]
        given["readiness"]["ready_day_p50"] = [math.nan, 500.0, math.nan, math.nan]
        if certain == "likely":
            given["readiness"].loc[0, "ready_day_p50"] = 100.0
        found = maps.ready_places(given["readiness"], given["places"], DRAWS).set_index("id")
        assert found.loc["S1", "state"] == state


def test_years_share_at_most_seven_classes() -> None:
    readiness = tables()["readiness"].assign(status=MET, ready_day_p50=[0.0, 3652.0, 9.0, 9.0])
    classes = maps.year_classes(readiness, VIEW)
    assert [(one.first, one.last) for one in classes] == [
        (2020, 2021), (2022, 2023), (2024, 2025), (2026, 2027), (2028, 2029),
    ]  # fmt: skip


def test_the_scale_bar_is_true_at_the_middle_latitude() -> None:
    ax = drawn("ready_map", tables())
    (bar,) = [line for line in ax.get_lines() if line.get_label() == "_scale"]
    west, east = np.asarray(bar.get_xdata(), dtype=float)
    length_km = float(next(t.get_text() for t in ax.texts if "km" in t.get_text())[:-3])
    middle = math.radians(sum(ax.get_ylim()) / 2)
    assert (east - west) * 111.195 * math.cos(middle) == pytest.approx(length_km, rel=1e-4)
    assert ax.get_aspect() == pytest.approx(1 / math.cos(math.radians(39.5)), rel=1e-6)


def test_panels_share_extent_and_scales() -> None:
    given = tables()
    more = given["readiness"].assign(allocation="other", ready_day_p50=[9.0, 9.0, 9.0, math.nan])
    given["readiness"] = pd.concat([given["readiness"], more])
    sheet, words = figure("ready_map", given, VIEW, ["today", "other"])
    sheet.draw_without_rendering()
    one, two = sheet.axes
    assert (one.get_xlim(), one.get_ylim()) == (two.get_xlim(), two.get_ylim())
    assert one.get_title("left").startswith("Today's teams")
    assert words.count("Map of") == 2


def test_year_by_year_a_settlement_is_met_from_the_first_panel_after_its_day() -> None:
    given = tables()
    sheet, words = figure("ready_map_by_year", given, VIEW)
    sheet.draw_without_rendering()
    titles = [" ".join(ax.get_title("left").split()) for ax in sheet.axes]
    assert titles == [
        f"1 Jan {year} 2 met, 1 not met, 1 unknown" for year in (2022, 2024, 2026, 2028, 2030)
    ]
    assert "in 2 by 1 Jan 2022, 2 by 1 Jan 2024" in words
    given["readiness"]["ready_day_p50"] = [100.0, 1500.0, 3653.0, 1.0]
    counts = [
        (maps.ready_places(given["readiness"], given["places"], replace(VIEW, day=day))["state"])
        for day in maps.panel_days(
            given["readiness"], given["places"], given["roads"], given["district_shares"], view=VIEW
        )
    ]
    assert [(states == "met").sum() for states in counts] == [1, 1, 2, 2, 3]
    assert all((states == "unknown").sum() == 1 for states in counts)


@pytest.mark.parametrize(("years", "count"), [(0.4, 1), (1, 1), (3, 3), (6, 6), (8, 4), (20, 5)])
def test_at_most_six_panels_end_with_the_horizon(years: float, count: int) -> None:
    given, view = tables(), replace(VIEW, horizon_days=round(365.25 * years))
    days = maps.panel_days(
        given["readiness"], given["places"], given["roads"], given["district_shares"], view=view
    )
    assert len(days) == count
    assert days[-1] == view.horizon_days
    assert days == sorted(set(days))
    assert all(view.date(day).replace(year=2020) == view.start for day in days[:-1])
    assert alt("ready_map_by_year", given).startswith("Maps of 4 settlements")
