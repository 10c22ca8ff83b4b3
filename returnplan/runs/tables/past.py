"""What is held against the published past: area released by year, and the facts themselves."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.domain import MEASURES_OF_FACTS, Fact
from returnplan.quantiles import HIGH, LOW, MIDDLE, quantile
from returnplan.runs.tables.drawn import Drawn
from returnplan.runs.tables.family import of_draws
from returnplan.units import DAY_S, date_to_seconds

Floats = NDArray[np.float64]

ALL_DISTRICTS = "all districts"
"""Stands for the whole country in place of a district."""
IN, BELOW, ABOVE = "in the range", "below the range", "above the range"
NOT_MODELLED = "not modelled"
JUDGED = (IN, BELOW, ABOVE)
"""Where a published figure lies of what is modelled, p10 to p90."""


@of_draws
def area_released(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation, district (and all of them) and calendar year: area released.

    By all routes together. The first year begins with the scenario, the last ends with its horizon.
    """
    area_m2, cells = drawn.read("released_m2"), drawn.prepared.cells.names
    names = dict.fromkeys((*(cell[0] for cell in cells), ALL_DISTRICTS))
    years = range(drawn.scenario.start.year, drawn.prepared.horizon.year + 1)
    number = {key: n for n, key in enumerate((name, year) for name in names for year in years)}
    sums = np.zeros((len(area_m2), len(number)))
    for group in (lambda cell: cell[0], lambda _: ALL_DISTRICTS):
        rows = np.array([number[group(cell), cell[1]] for cell in cells], np.int64)
        np.add.at(sums.T, rows, area_m2.T)
    table = pd.DataFrame(list(number), columns=["district", "year"]).astype({"year": int})
    table.insert(0, "allocation", drawn.name)
    return table.assign(**{f"area_m2_{end}": v for end, v in drawn.ends(sums).items()})


@of_draws
def facts(drawn: Drawn) -> pd.DataFrame:
    """One row an allocation and published fact: what is modelled, and where the fact lies of it.

    Quantiles are over the draws that say something: of a share, those in which land is released.
    """
    values = drawn.read("facts")
    rows = [
        {
            "allocation": drawn.name,
            **_said(drawn, fact),
            **_modelled(drawn, fact, values[:, number]),
            "use": fact.use,
            "input": fact.is_input,
        }
        for number, fact in enumerate(drawn.scenario.facts)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    numbers = dict.fromkeys(("published", "modelled_p10", "modelled_p50", "modelled_p90"), float)
    return table.astype({**numbers, "month": "Int64", "input": bool})


COLUMNS = [
    *("allocation", "fact", "measure", "unit", "district", "land_class", "route", "place", "month"),
    *("from", "until", "published", "modelled_p10", "modelled_p50", "modelled_p90"),
    *("published_is", "use", "input"),
]


def _said(drawn: Drawn, fact: Fact) -> dict[str, Any]:
    """What the fact says."""
    begins = date_to_seconds(fact.from_date, drawn.scenario.start) / DAY_S
    return {
        "fact": fact.id,
        "measure": fact.measure,
        "unit": "days" if fact.value is None else MEASURES_OF_FACTS[fact.measure],
        "district": fact.district,
        "land_class": fact.land_class,
        "route": fact.route,
        "place": fact.place,
        "month": fact.month,
        "from": np.datetime64(fact.from_date, "s"),
        "until": np.datetime64(fact.until_date, "s"),
        "published": begins if fact.value is None else fact.value,
    }


def _modelled(drawn: Drawn, fact: Fact, values: Floats) -> dict[str, Any]:
    """Range over the draws, and where the fact lies of it; without draws nobody can tell."""
    low, middle, high = range_of(values)
    blank = math.nan
    begins = date_to_seconds(fact.from_date, drawn.scenario.start) / DAY_S
    span = (begins, begins + fact.days - 1) if fact.value is None else (fact.value, fact.value)
    where = "" if drawn.is_expected else where_it_lies(span, (low, high))
    return {
        "modelled_p10": blank if drawn.is_expected else _finite(low),
        "modelled_p50": _finite(middle),
        "modelled_p90": blank if drawn.is_expected else _finite(high),
        "published_is": NOT_MODELLED if math.isnan(middle) else where or None,
    }


def _finite(number: float) -> float:
    """A number, or blank for a time that does not come within the horizon."""
    return number if math.isfinite(number) else math.nan


def range_of(values: Floats) -> tuple[float, float, float]:
    """p10, p50 and p90 over the draws that say something; nan: none does.

    Parameters
    ----------
    values
        One number a draw; ``inf``: a time that does not come within the horizon; nan: nothing.

    Examples
    --------
    >>> range_of(np.array([3.0, np.nan, 1.0, np.inf]))
    (3.0, 3.0, inf)
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return math.nan, math.nan, math.nan
    low, middle, high = (float(quantile(known, percent)) for percent in (LOW, MIDDLE, HIGH))
    return low, middle, high


def where_it_lies(span: Sequence[float], ends: Sequence[float]) -> str:
    """Say where a published figure, or the span of a date, lies of the range of the draws.

    Parameters
    ----------
    span
        Lowest and highest published number.
    ends
        p10 and p90; nan: not modelled.

    Examples
    --------
    >>> where_it_lies((4, 4), (1, 3)), where_it_lies((2, 9), (1, 3))
    ('above the range', 'in the range')
    """
    if math.isnan(ends[0]):
        return NOT_MODELLED
    if span[1] < ends[0]:
        return BELOW
    return ABOVE if span[0] > ends[1] else IN
