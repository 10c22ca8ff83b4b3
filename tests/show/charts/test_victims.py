"""Victims among all people: published totals are points, the law is a line with a band."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import FillBetweenPolyCollection

from tests.charted import VIEW, alt, drawn, foot, legend_words, tables

NAME = "victims_and_power_law"


def test_known_totals_are_filled_points_and_later_ones_hollow() -> None:
    ax = drawn(NAME, tables())
    lines = {str(line.get_label()): line for line in ax.get_lines()}
    known, later = lines["_known"], lines["_later"]
    assert np.asarray(known.get_ydata()).tolist() == [100, 200]
    assert np.asarray(later.get_ydata()).tolist() == [230]
    assert known.get_markerfacecolor() != later.get_markerfacecolor() == "white"
    # The last day counts too: the point stands at the midnight after it.
    assert np.asarray(known.get_xdata())[0] == VIEW.axis(366.0)


def test_the_band_goes_from_the_last_known_total_to_the_range_at_the_end() -> None:
    ax = drawn(NAME, tables())
    (band,) = [one for one in ax.collections if isinstance(one, FillBetweenPolyCollection)]
    corners = {(x, y) for x, y in np.asarray(band.get_paths()[0].vertices).tolist()}
    end = float(VIEW.axis(2557.0))
    assert {(end, 215.0), (end, 270.0)} <= corners
    assert ax.get_ylabel() == "Victims since 1 Jan 2020"
    assert "Later totals: 80% range" in legend_words(ax)


def test_words_say_who_is_counted_and_what_is_expected() -> None:
    assert alt(NAME, tables()) == (
        "Victims among all people: 200 are published up to 31 Dec 2023. A power law of the "
        "published totals expects 240 (215 to 270) up to 31 Dec 2026 (median and 80% range)."
    )
    below = foot(NAME, tables(), VIEW)
    assert "They are not the returnees or deminers of the model" in below
    assert "if the course goes on as before" in below


@pytest.mark.parametrize("kinds", [["known", "fitted"], []])
def test_without_a_law_the_chart_says_so(kinds: list[str]) -> None:
    table = tables()["victims_over_time"]
    given: dict[str, pd.DataFrame] = tables() | {
        "victims_over_time": table[table["kind"].isin(kinds) & (table["total_p50"].fillna(0) == 0)]
    }
    ax = drawn(NAME, given)
    (text,) = [text.get_text().replace("\n", " ") for text in ax.texts]
    assert text.startswith("No power law is told" if kinds else "No totals of victims")
    assert not ax.collections
    assert "power law" not in foot(NAME, given, VIEW)
