"""The matrix of conditions by district: years, shares, what is withheld, and the last to hold."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from returnplan.show.audience.districts import HALVES, district_halves
from tests.charted import DRAWS, VIEW, alt, drawn, foot, head, legend_words, tables


def written(ax: Axes) -> list[str]:
    """Return what stands in the cells, district by district."""
    return [text.get_text() for text in ax.texts]


def cells(ax: Axes) -> dict[str, list[tuple[int, int]]]:
    """Return column and row of the cells of each kind."""
    return {
        str(one.get_gid()): [
            (round(x), round(y))
            for path in one.get_paths()
            for x, y in [np.asarray(path.vertices)[:4].mean(axis=0)]
        ]
        for one in ax.collections
    }


def test_a_cell_has_the_year_from_which_a_condition_holds_for_half_of_the_people() -> None:
    ax = drawn("gates_by_district", tables())
    assert written(ax) == ["start", "after 2030", "2021", "2028"]
    found = cells(ax)
    assert found["Not by 2030"] == [(1, 0)]
    assert found["framed"] == [(1, 0), (0, 1)]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["North", "South"]
    assert legend_words(ax) == [
        "Year from which it holds for half of the people",
        *("2020 to 2021", "2028", "Not by 2030"),
        "Outlined: most often met last",
    ]


def test_its_title_says_which_condition_is_most_often_the_last() -> None:
    given = tables()
    given["district_halves"] = given["district_halves"].assign(last_share=[0.1, 0.9, 0.4, 0.6])
    assert head("gates_by_district", given, VIEW)[0] == (
        "The last condition to hold is most often water: in 2 of 2 districts (modelled)"
    )
    assert alt("gates_by_district", given).endswith(
        "districts that are shown: community survey in 2 of 2 and water in 0 of 1."
    )


def for_everybody() -> dict[str, pd.DataFrame]:
    """Return the tables as the public sees them: no dates of single conditions."""
    return tables() | {"district_halves": pd.DataFrame(columns=list(HALVES))}


def test_for_the_public_a_cell_has_the_share_met_and_what_is_withheld_has_none() -> None:
    ax = drawn("gates_by_district", for_everybody(), DRAWS)
    assert written(ax) == ["100%", "10%", "50%", "withheld"]
    found = cells(ax)
    assert found["withheld"] == [(1, 1)]
    assert found["framed"] == []
    assert legend_words(ax)[0] == "Share of the people for whom it is met by the end of the run"
    assert "Outlined: most often met last" not in legend_words(ax)
    assert "Cells: share of the people" in foot("gates_by_district", for_everybody(), DRAWS)
    # Nothing is said of the condition that most people lack while a number is withheld.
    assert head("gates_by_district", for_everybody(), DRAWS)[0] == (
        "Each condition by district (modelled)"
    )
    whole = for_everybody()
    whole["district_gates"] = whole["district_gates"].iloc[:3]
    assert head("gates_by_district", whole, DRAWS)[0] == (
        "The condition that is missing for most people at the end of the run is water (modelled)"
    )


def test_letters_can_be_read_on_every_shade_and_what_is_not_met_is_hatched() -> None:
    ax = drawn("gates_by_district", tables())
    hatched = {str(one.get_gid()): bool(one.get_hatch()) for one in ax.collections}
    assert hatched == {
        "2020 to 2021": False, "2028": False, "Not by 2030": True, "framed": False,
    }  # fmt: skip
    assert [text.get_color() for text in ax.texts] == ["white", "#222222", "white", "#222222"]


def test_half_of_the_people_are_reached_with_the_community_that_completes_them() -> None:
    readiness = pd.DataFrame(
        {
            "allocation": "plan",
            "community": ["a", "b", "c"],
            "settlement": ["s", "t", "u"],
            "district": "North",
            "people": [40, 30, 30],
            "status": "conditions met (modelled)",
            "ready_day_p50": 1.0,
        }
    )
    rows = [
        ("a", "water", "met", 700.0, 1.0),
        ("b", "water", "met", 100.0, 0.5),
        ("c", "water", "not met", 5.0, 0.0),
        ("a", "power", "unknown", math.nan, 0.0),
        ("b", "power", "met", 10.0, 0.5),
        ("c", "power", "not met", math.nan, 1.0),
    ]
    columns = ["community", "gate", "state", "day_p50", "binding_share"]
    gates = pd.DataFrame(rows, columns=columns).assign(allocation="plan")
    found = district_halves(readiness, gates).set_index("gate")
    # Water: 30 people by day 100, 70 by day 700; power: only 30 of 100 at all.
    assert found["half_day"].to_dict() == {"water": 700.0, "power": math.inf}
    assert found["last_share"].round(9).to_dict() == {"water": 0.55, "power": 0.45}
    assert found["district"].tolist() == ["North", "North"]


def test_of_more_plans_only_the_drawn_one_counts() -> None:
    given = tables()
    other = given["district_halves"].assign(allocation="other", half_day=10.0)
    given["district_halves"] = pd.concat([other, given["district_halves"]])
    view = replace(VIEW, allocation="today")
    assert written(drawn("gates_by_district", given, view))[1] == "after 2030"
