"""The time axis in calendar months, and a month cut in two."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from returnplan.model.chance.months import cut, months_from

MONTHS = months_from(date(2025, 1, 1))


def test_a_month_is_cut_at_a_day_in_it() -> None:
    pieces, month = cut(MONTHS, 40)
    assert pieces.start_day[:5].tolist() == [0, 31, 40, 59, 90]
    assert pieces.names[:4] == ("2025-01", "2025-02", "2025-02", "2025-03")
    assert month[:4].tolist() == [0, 1, 1, 2]
    assert pieces.of_day[[30, 31, 39, 40, 58, 59]].tolist() == [0, 1, 1, 2, 2, 3]
    assert len(pieces.of_day) == len(MONTHS.of_day)
    assert (np.diff(pieces.start_day) > 0).all()


@pytest.mark.parametrize("day", [0, 31, 59, -5, 10**6])
def test_nothing_is_cut_at_the_first_of_a_month_or_outside(day: int) -> None:
    pieces, month = cut(MONTHS, day)
    assert pieces is MONTHS
    assert month.tolist() == list(range(len(MONTHS.names)))
