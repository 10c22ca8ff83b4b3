"""Maps of districts: years in colours, what is late and what is not met, labels, shares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Polygon

from returnplan.runs.tables.family import typed
from returnplan.show.drawing import classes_of, figure
from returnplan.show.maps.districts import middle_of
from tests.charted import DRAWS, VIEW, alt, drawn, head, legend_words, tables

pytestmark = pytest.mark.unwatched

NORTH = [[46.0, 39.5], [47.0, 39.5], [47.0, 40.0], [46.0, 40.0], [46.0, 39.5]]
SOUTH = [[46.0, 39.0], [47.0, 39.0], [47.0, 39.5], [46.0, 39.5], [46.0, 39.0]]
EMPTY = [[47.0, 39.0], [47.2, 39.0], [47.2, 40.0], [47.0, 40.0], [47.0, 39.0]]
OUTLINED = replace(VIEW, districts=[NORTH, SOUTH, EMPTY], ring_names=("North", "South", "East"))


def outline(ax: Axes, name: str) -> Patch:
    """Return the outline of a district."""
    (found,) = [
        one for one in ax.patches if isinstance(one, Polygon) and one.get_label() == f"_{name}"
    ]
    return found


def halves(days: Mapping[str, str | None], allocation: str = "today") -> pd.DataFrame:
    """Return shares of districts that reach a half on a day of counting, or never."""
    rows = [
        (allocation, name, day, share, 10)
        for name, half in days.items()
        for day, share in (("2020-02-01", 0.25), (half or "2030-01-01", 0.5 if half else 0.49))
    ]
    table = pd.DataFrame(rows, columns=["allocation", "district", "date", "share_p50", "people"])
    return typed("district_shares", table.assign(share_p10=math.nan, share_p90=math.nan))


FIRST = {"North": "2021-03-01", "South": "2023-07-01", "": None}


def labels(ax: Axes) -> list[str]:
    """Return what is written on districts."""
    return [text.get_text() for text in ax.texts if text.get_label() == "_label"]


def test_districts_have_the_colour_of_the_year_in_which_half_of_the_people_are_met() -> None:
    ax = drawn("ready_map", tables() | {"district_shares": halves(FIRST)}, OUTLINED)
    assert labels(ax) == ["North\n2021", "South\n2023"]
    dark, pale = (grey(outline(ax, name).get_facecolor()) for name in ("North", "South"))
    assert (dark < 0.25, pale > 0.8) == (True, True)  # early is dark
    assert outline(ax, "East").get_hatch() == "..."  # nobody is displaced from there
    assert legend_words(ax) == [
        "Conditions met\n(modelled) for half of\nthe people",
        *("2021", "2022", "2023", "Not by 2030", "Nobody is displaced from there", "Hub"),
    ]


def test_what_is_not_met_is_hatched_and_no_colour_of_years_is_like_it() -> None:
    given = tables()
    # Half on 1 January is what 2021 brought.
    given["district_shares"] = halves({"North": "2022-01-01", "South": None})
    ax = drawn("ready_map", given, OUTLINED)
    assert labels(ax) == ["North\n2021", "South\nafter 2030"]
    assert outline(ax, "South").get_hatch() == "////"
    assert not outline(ax, "North").get_hatch()
    lightest = max(grey(one.shade) for one in classes_of(range(2021, 2041)))
    assert lightest < grey("white") - 0.1


def test_classes_of_years_differ_in_grey() -> None:
    shades = [grey(one.shade) for one in classes_of(range(2021, 2041))]
    assert len(shades) == 7
    assert min(later - sooner for sooner, later in pairwise(shades)) > 0.05


def grey(colour: object) -> float:
    """Return how light a colour is, 0 to 1."""
    return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))  # type: ignore[arg-type]


def test_plans_stand_side_by_side_with_one_scale_of_years() -> None:
    given = tables()
    other = halves({"North": "2027-05-01", "South": None}, "other")
    given["district_shares"] = pd.concat([halves(FIRST), other], ignore_index=True)
    given["readiness"] = pd.concat(
        [given["readiness"], given["readiness"].assign(allocation="other")], ignore_index=True
    )
    sheet, words = figure("ready_map", given, OUTLINED, ["today", "other"])
    sheet.draw_without_rendering()
    one, two = sheet.axes
    assert labels(one) == ["2021", "2023"]  # on several maps the years alone
    assert labels(two) == ["2027", "after\n2030"]
    assert words.count("Map of 2 districts") == 2
    assert words.endswith("North: 2027 and South: not by 2030.")
    assert head("ready_map", given, OUTLINED, "today", "other")[0] == (
        "The plan matters most in South: half of the people have their conditions met (modelled) "
        "in 2023 to after 2030"
    )


def test_the_title_of_one_plan_says_which_district_is_first_and_which_last() -> None:
    given = tables() | {"district_shares": halves(FIRST)}
    assert head("ready_map", given, OUTLINED)[0] == (
        "Half of the people have their conditions met (modelled) first in North (2021), last in "
        "South (2023)"
    )
    given = tables() | {"district_shares": halves({"North": "2021-03-01"})}
    assert head("ready_map", given, OUTLINED)[0].startswith("Where and when conditions")


def test_labels_never_lie_on_each_other() -> None:
    names = tuple(f"District {number}" for number in range(6))
    thin = [[[46.0, 39.0 + n / 50], [46.4, 39.0 + n / 50], [46.4, 39.02 + n / 50],
             [46.0, 39.02 + n / 50], [46.0, 39.0 + n / 50]] for n in range(6)]  # fmt: skip
    given = tables()
    given["district_shares"] = halves(dict.fromkeys(names, "2025-02-01"))
    ax = drawn("ready_map", given, replace(VIEW, districts=thin, ring_names=names))
    shown = [text for text in ax.texts if text.get_label() == "_label"]
    boxes = [text.get_window_extent() for text in shown]
    assert 1 <= len(boxes) < 6
    assert not [1 for one, two in combinations(boxes, 2) if one.overlaps(two)]


def test_the_label_of_a_bent_district_stands_inside_it() -> None:
    bent = [[0, 0], [10, 0], [10, 1], [1, 1], [1, 10], [0, 10], [0, 0]]
    east, north = middle_of(bent)
    assert (0 < east < 1 and 0 < north < 10) or (0 < east < 10 and 0 < north < 1)
    assert middle_of(NORTH) == pytest.approx([46.5, 39.75], abs=0.05)


def test_year_by_year_districts_have_the_share_of_the_last_date_before() -> None:
    sheet, words = figure("ready_map_by_year", tables(), OUTLINED)
    sheet.draw_without_rendering()
    # South: 50% from 1 Jan 2021 on, 100% at the end.
    assert [labels(ax) for ax in sheet.axes] == [["0%", "50%"]] * 4 + [["0%", "100%"]]
    assert [" ".join(ax.get_title("left").split()) for ax in sheet.axes] == [
        f"1 Jan {year}" for year in (2022, 2024, 2026, 2028, 2030)
    ]
    shades = [grey(outline(ax, "South").get_facecolor()) for ax in sheet.axes]
    assert (shades[0] > 0.4, shades[-1] < 0.25) == (True, True)
    assert "Maps of 2 districts under Today's teams" in words
    assert words.endswith("in 1 by 1 Jan 2022, 1 by 1 Jan 2024, 1 by 1 Jan 2026, 1 by 1 Jan 2028 "
                          "and 1 by 1 Jan 2030.")  # fmt: skip
    assert head("ready_map_by_year", tables(), DRAWS)[0] == (
        "Districts in which half of the people have their conditions met (modelled): 1 of 2 by "
        "1 Jan 2024 and 1 of 2 by 1 Jan 2030"
    )


def test_without_names_of_outlines_settlements_are_drawn() -> None:
    assert "Map of 4 settlements" in alt("ready_map", tables())
    assert "Map of 4 settlements" in alt("settlement_map", tables(), OUTLINED)
    assert "Map of 2 districts" in alt("ready_map", tables(), OUTLINED)
