"""Land released each year beside what was published."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from returnplan.show.charts.past import paces, published
from tests.charted import DRAWS, VIEW, alt, drawn, legend_words, tables, with_ranges

NAME = "released_and_published"


def test_areas_stand_at_the_pace_of_their_year() -> None:
    found = paces(tables()["area_released"], VIEW).set_index("begin")["area_m2_p50"]
    assert found.tolist()[:4] == pytest.approx([8 * 365.25 / 366, 0, *[4 * 365.25 / 365] * 2])
    late = replace(VIEW, start=VIEW.start.replace(month=7), horizon_days=3471.0)
    cut = paces(tables()["area_released"], late)
    assert (cut["begin"].iloc[0], cut["end"].iloc[0]) == (0, 184)
    assert cut["area_m2_p50"].iloc[0] == pytest.approx(8 * 365.25 / 184)


def test_only_areas_of_the_country_over_half_a_year_or_longer_are_points() -> None:
    found = published(tables()["facts"], VIEW)
    assert found["pace"].tolist() == pytest.approx([9 * 365.25 / 366, 3 * 365.25 / 365])
    assert found["is_used"].tolist() == [True, False]
    inputs = tables()["facts"].assign(input=True)
    assert published(inputs, VIEW)["is_used"].all()


def test_points_are_filled_where_they_were_used_and_hollow_where_they_were_kept_back() -> None:
    ax = drawn(NAME, with_ranges(tables()), DRAWS)
    points = [line for line in ax.get_lines() if line.get_label() == "_published"]
    assert [point.get_markerfacecolor() != "white" for point in points] == [True, False]
    assert legend_words(ax)[1:] == [
        "Modelled (median)",
        "Modelled, p10 to p90",
        "Published, used to fit or as an input",
        "Published, kept back",
    ]
    assert ax.get_ylim()[1] == pytest.approx(1.1 * 12 * 365.25 / 366)
    assert legend_words(drawn(NAME, tables()))[1] == "Modelled"


def test_years_end_some_time_after_the_last_point() -> None:
    last = published(tables()["facts"], VIEW)["end"].max()
    assert drawn(NAME, tables()).get_xlim()[1] == VIEW.axis(last + 4 * 365.25)
    without = {**tables(), "facts": tables()["facts"].head(0)}
    assert drawn(NAME, without).get_xlim()[1] == VIEW.axis(VIEW.horizon_days)


def test_the_words_say_how_many_lie_in_the_range() -> None:
    text = alt(NAME, with_ranges(tables()), DRAWS)
    assert "2 published figures, 3 to 9 hectares a year" in text
    assert text.endswith("In the modelled range (p10 to p90) of these: 2.")
    assert "range" not in alt(NAME, tables())
    nothing = {**tables(), "facts": tables()["facts"].head(0)}
    assert "nothing was published" in alt(NAME, nothing)


def test_where_nothing_is_released_it_says_so() -> None:
    area = tables()["area_released"].assign(area_m2_p50=0.0)
    ax = drawn(NAME, {**tables(), "area_released": area, "facts": tables()["facts"].head(0)})
    assert any("No land is released" in text.get_text() for text in ax.texts)
    assert not math.isnan(ax.get_ylim()[1])
