"""Families of named things: unknown and old names are answered with what there is."""

from __future__ import annotations

import pytest

from returnplan.registry import Family
from returnplan.show.figures import CHARTS


def test_an_unknown_name_is_answered_with_all_names() -> None:
    family: Family[int] = Family("number")
    family.add("one", 1)
    with pytest.raises(KeyError, match="no number is called two; there are: one"):
        family["two"]
    with pytest.raises(ValueError, match="number one is declared twice"):
        family.add("one", 1)


def test_an_old_name_is_answered_with_the_new_one() -> None:
    family: Family[int] = Family("number", renamed={"eins": "one"})
    family.add("one", 1)
    assert "eins" not in family
    with pytest.raises(KeyError, match="the number eins is now called one"):
        family["eins"]
    with pytest.raises(KeyError, match="the chart ready_gantt is now called waits_by_community"):
        CHARTS["ready_gantt"]
