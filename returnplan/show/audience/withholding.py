"""Numbers behind which there are few people: which are withheld, and what goes with them.

A number of people from 1 to 9, or of fewer than five households, or of fewer than three settlements
where settlements are counted, or most of it of one or two of them, is withheld with all numbers of
its cell; 0 is not. What is withheld
in one line is never so few when taken together: else more is withheld, so that nothing can be had
from a sum. Other numbers of people are rounded to tens, each on its own. If a and b are numbers of
people, a >= b, then a - b may be as much as round(a) - round(b) + 10: a difference of two rounded
numbers never tells that it is below ten.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.model.effects.harm import LEAST_SETTLEMENTS
from returnplan.show.audience.contributors import MOST_OF_ONE, MOST_OF_TWO
from returnplan.show.audience.districts import BEHIND, STATES, WITHHELD

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_PEOPLE, LEAST_HOUSEHOLDS = 10, 5
"""A number of fewer is withheld; 0 is not."""
PEOPLE_DIGIT = -1
"""People are rounded to 10."""


def is_small(cells: Floats) -> Flags:
    """Whether cells rest on so few that they are not shown.

    Parameters
    ----------
    cells
        ... x (people, settlements, households, people of the largest and of the second largest
        settlement).

    Returns
    -------
    numpy.ndarray
        One flag a cell.
    """
    people, settlements, households, largest, second = np.moveaxis(cells, -1, 0)
    too_few = people < LEAST_PEOPLE
    too_few |= (settlements < LEAST_SETTLEMENTS) | (households < LEAST_HOUSEHOLDS)
    too_few |= (largest > MOST_OF_ONE * people) | (largest + second > MOST_OF_TWO * people)
    small: Flags = (people > 0) & too_few
    return small


def together(cells: Floats) -> Floats:
    """Put cells together over their first axis: sums, and the two largest of all settlements."""
    sums = cells[..., :3].sum(axis=0)
    largest = np.sort(np.concatenate([cells[..., 3], cells[..., 4]]), axis=0)[::-1]
    return np.concatenate([sums, np.moveaxis(largest[:2], 0, -1)], axis=-1)


def left_out(cells: Floats, size: Floats, hidden: Flags) -> Flags:
    """Leave out more rows until those left out are not small when taken together.

    Parameters
    ----------
    cells
        Rows x states x what :func:`is_small` asks of each.
    size
        Rows are added in the order of this, the smallest first; those of size 0 are not.
    hidden
        Rows that are left out in any case.

    Returns
    -------
    numpy.ndarray
        Rows that are left out; all of them, if not even all are enough.
    """
    hidden = hidden.copy()
    for row in np.argsort(size, kind="stable"):
        if not hidden.any() or not is_small(together(cells[hidden])).any():
            break
        hidden[row] |= size[row] > 0
    return hidden


def withhold_states(
    table: pd.DataFrame, keys: Sequence[str], also: Flags | None = None
) -> pd.DataFrame:
    """Empty the states of rows in which one of them is small, and of more rows of the same keys.

    Parameters
    ----------
    table
        As :mod:`returnplan.show.audience.districts` counts people and communities by state.
    keys
        Columns that are equal in rows which add up to a number that may be known.
    also
        Rows that are to be empty for another reason.

    Returns
    -------
    pandas.DataFrame
        People rounded; the column ``withheld`` says where states are empty.
    """
    people = [f"people_{state}" for state in STATES]
    states = [*people, *(f"communities_{state}" for state in STATES)]
    behind = [
        table[[f"{what}_{state}" for state in STATES]].to_numpy(float)
        for what in ("people", *(name.removesuffix("_") for name in BEHIND))
    ]
    cells = np.stack(behind, axis=-1)
    hidden: Flags = np.any(is_small(cells), axis=1)
    hidden |= False if also is None else also
    for rows in table.groupby(list(keys)).indices.values():
        hidden[rows] = left_out(cells[rows], cells[rows, :, 0].sum(axis=1), hidden[rows])
    numbers = table[states].astype(float).mask(hidden[:, np.newaxis] & np.ones(len(states), bool))
    table = table.copy()
    table[states] = numbers
    table[people] = numbers[people].round(PEOPLE_DIGIT)
    table[WITHHELD] = np.where(hidden, "states", "")
    return table


def withhold_people(
    table: pd.DataFrame, measures: Mapping[str, Sequence[str]], line: Sequence[str] = ()
) -> pd.DataFrame:
    """Withhold small numbers of people with all numbers of their cell, and round the others.

    A measure without any number was withheld before.

    Parameters
    ----------
    table
        Any table.
    measures
        Columns of each measure: its percentiles and its mean.
    line
        Columns that are equal in rows which add up to a number that may be known; none: rows do
        not add up.

    Returns
    -------
    pandas.DataFrame
        With the column ``withheld``, which names the measures that are empty in a row.
    """
    hidden: dict[str, Flags] = {}
    for measure, columns in measures.items():
        values = table[list(columns)].to_numpy(float)
        small: Flags = np.any((values > 0) & (values < LEAST_PEOPLE), axis=1)
        hidden[measure] = small | np.isnan(values).all(axis=1)
        if line:
            _along(table, line, _additive(table, columns), hidden[measure])
    for measure, columns in measures.items():
        for name in columns:
            rounded = table[name].astype(float).round(PEOPLE_DIGIT)
            table = table.assign(**{name: rounded.mask(hidden[measure])})
    names = [
        ", ".join(name for name, mask in hidden.items() if mask[row]) for row in range(len(table))
    ]
    return table.assign(**{WITHHELD: names})


def _additive(table: pd.DataFrame, columns: Sequence[str]) -> Floats:
    """The column of a measure that adds up: the mean, or the only number of a single run."""
    last = {name.rpartition("_")[2]: name for name in columns}
    return table[last.get("mean", last.get("p50"))].fillna(0).to_numpy(float)


def _along(table: pd.DataFrame, line: Sequence[str], values: Floats, hidden: Flags) -> None:
    """Withhold more in each line until what is withheld is not small when taken together."""
    many, none = np.full(len(values), np.inf), np.zeros(len(values))
    cells = np.column_stack([values, many, many, none, none])[:, np.newaxis]
    for rows in table.groupby(list(line)).indices.values():
        if hidden[rows].any():
            hidden[rows] = left_out(cells[rows], values[rows], hidden[rows])
