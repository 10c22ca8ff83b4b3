"""The limits of what is withheld, exactly: one person, nine, ten; four households, five; shares."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from returnplan.show.audience.districts import STATES
from returnplan.show.audience.withholding import (
    is_small,
    left_out,
    together,
    withhold_people,
    withhold_states,
)

MANY = math.inf


def cell(
    people: float, settlements: float = 9, households: float = MANY, *two: float
) -> list[float]:
    """What a number of people rests on; by default on many settlements of one size."""
    largest, second = two or (people / 9, people / 9)
    return [people, settlements, households, largest, second]


@pytest.mark.parametrize(
    ("given", "is_withheld"),
    [
        (cell(0), False),
        (cell(0, 0, 0), False),
        (cell(1), True),
        (cell(9), True),
        (cell(10), False),
        (cell(100, 2), True),
        (cell(100, 3), False),
        (cell(100, 9, 4), True),
        (cell(100, 9, 5), False),
        (cell(100, 9, MANY, 80, 10), False),
        (cell(100, 9, MANY, 81, 1), True),
        (cell(100, 9, MANY, 50, 40), False),
        (cell(100, 9, MANY, 50, 41), True),
    ],
)
def test_a_cell_is_withheld_below_each_limit_and_not_at_it(
    given: list[float], is_withheld: bool
) -> None:
    assert is_small(np.array(given)).item() is is_withheld


def test_cells_together_have_their_sums_and_the_two_largest_settlements_of_all() -> None:
    cells = np.array([[cell(100, 3, 7, 60, 30)], [cell(50, 2, MANY, 40, 10)]])
    assert together(cells).tolist() == [[150, 5, MANY, 60, 40]]
    assert together(cells[:, 0]).tolist() == [150, 5, MANY, 60, 40]


def rows(*people: float) -> tuple[np.ndarray, np.ndarray]:
    cells = np.array([[cell(number)] for number in people], float)
    return cells, np.array(people, float)


def test_more_rows_are_left_out_the_smallest_first_until_those_left_out_are_ten_people() -> None:
    cells, size = rows(9, 0, 300, 1, 50)
    hidden = np.array([False, False, False, True, False])
    assert left_out(cells, size, hidden).tolist() == [True, False, False, True, False]
    assert hidden.tolist() == [False, False, False, True, False], "what was given stays"
    hidden[0] = True
    assert left_out(cells, size, hidden).tolist() == hidden.tolist()  # 9 + 1 are enough
    cells, size = rows(8, 0, 300, 1, 50)
    assert left_out(cells, size, hidden).tolist() == [True, False, False, True, True]
    cells, size = rows(1, 300, 8)
    assert left_out(cells, size, np.array([False, False, True])).all()  # 8 and 1 are not enough
    cells, size = rows(8, 0, 300, 1, 50)
    nothing = np.zeros(5, bool)
    assert not left_out(cells, size, nothing).any()


def test_all_rows_are_left_out_where_not_even_all_are_enough() -> None:
    cells, size = rows(4, 5)
    assert left_out(cells, size, np.array([True, False])).all()


def states(
    met: tuple[float, ...], not_met: tuple[float, ...] = (400, 9, MANY, 44, 44)
) -> dict[str, float]:
    parts = {"met": met, "not_met": not_met, "unknown": (0, 0, 0, 0, 0)}
    names = ("people", "settlements", "households", "largest", "second")
    row = {f"{n}_{s}": parts[s][at] for s in STATES for at, n in enumerate(names)}
    return row | {f"communities_{state}": parts[state][1] for state in STATES}


@pytest.mark.parametrize(
    ("met", "is_withheld"),
    [
        ((9, 9, MANY, 1, 1), True),
        ((10, 9, MANY, 2, 2), False),
        ((14.9, 9, MANY, 2, 2), False),
        ((100, 9, 4, 12, 12), True),
        ((100, 9, 5, 12, 12), False),
    ],
)
def test_all_states_of_a_row_go_with_a_small_one_and_those_of_another_row(
    met: tuple[float, ...], is_withheld: bool
) -> None:
    large = (500.0, 9, MANY, 60, 60)
    table = pd.DataFrame([states(met), states(large), states(large)]).assign(allocation="plan")
    shown = withhold_states(table, ["allocation"])
    assert shown["withheld"].eq("states").tolist() == [is_withheld, is_withheld, False]
    assert shown["communities_not_met"].isna().iloc[0] == is_withheld
    people = shown[["people_met", "people_not_met", "people_unknown"]].to_numpy()
    assert people[2].tolist() == [500, 400, 0]
    assert is_withheld or shown["people_met"].iloc[0] == round(met[0], -1)
    assert table["people_met"].iloc[0] == met[0], "what was given stays"


def test_a_row_that_goes_for_another_reason_takes_one_of_its_own_line_only() -> None:
    few = (40.0, 9, MANY, 5, 5)
    table = pd.DataFrame([states(few, (2, 2, MANY, 1, 1)), states(few), states(few), states(few)])
    table = table.assign(allocation=["a", "a", "b", "b"])
    also = np.array([False, False, True, False])
    shown = withhold_states(table, ["allocation"], also)
    assert shown["withheld"].tolist() == ["states", "states", "states", ""]


@pytest.mark.parametrize(("people", "shown"), [(0, 0), (1, None), (9, None), (10, 10), (14, 10)])
def test_a_number_of_people_is_withheld_from_one_to_nine(
    people: float, shown: float | None
) -> None:
    table = pd.DataFrame({"people_p50": [people, 500.0], "people_mean": [500.0, 500.0]})
    made = withhold_people(table, {"people": ["people_p50", "people_mean"]})
    assert made["withheld"].tolist() == ["people" if shown is None else "", ""]
    assert made["people_p50"].iloc[0] == pytest.approx(
        math.nan if shown is None else shown, nan_ok=True
    )
    assert np.isnan(made["people_mean"].iloc[0]) == (shown is None)


def test_a_measure_without_any_number_says_that_it_is_withheld() -> None:
    table = pd.DataFrame({"a_p50": [math.nan, math.nan], "a_mean": [math.nan, 20.0], "b_p50": 30.0})
    made = withhold_people(table, {"a": ["a_p50", "a_mean"], "b": ["b_p50"]})
    assert made["withheld"].tolist() == ["a", ""]
    assert made["a_mean"].iloc[1] == 20


def test_a_small_mean_goes_with_the_next_larger_of_its_line() -> None:
    table = pd.DataFrame(
        {
            "line": ["one"] * 4 + ["two"] * 2,
            "n_p50": math.nan,
            "n_mean": [0.0, 4.0, 100.0, 90.0, 20.0, 30.0],
        }
    )
    made = withhold_people(table, {"n": ["n_p50", "n_mean"]}, ["line"])
    assert made["withheld"].tolist() == ["", "n", "", "n", "", ""]
    # means that are not there count as nobody: they do not make up for what is small
    table["n_mean"] = [math.nan, 4.0, 5.0, 90.0, 20.0, 30.0]
    made = withhold_people(table, {"n": ["n_p50", "n_mean"]}, ["line"])
    assert made["withheld"].tolist() == ["n", "n", "n", "n", "", ""]


def test_without_means_the_median_is_what_adds_up() -> None:
    table = pd.DataFrame({"line": "one", "n_p10": [2.0, 50.0, 90.0], "n_p50": [12.0, 40.0, 80.0]})
    made = withhold_people(table, {"n": ["n_p10", "n_p50"]}, ["line"])
    assert made["withheld"].tolist() == ["n", "", ""]
