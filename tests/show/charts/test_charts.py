"""Charts: laws of all of them, and what a small table must look like when it is drawn."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.container import BarContainer
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.text import Text
from PIL import Image

from returnplan import domain
from returnplan.errors import ISOLATES
from returnplan.language.words import ENGLISH, FOLDER, LANGUAGES, words_of
from returnplan.model.conditions.gates import GATES
from returnplan.show import charts
from returnplan.show.charts.teams import DOINGS
from returnplan.show.drawing import (
    NOT_MET,
    SCREEN_DPI,
    STATUS,
    UNKNOWN,
    View,
    figure,
    gates_of,
    mark,
    numbers,
    picture,
    save,
    states,
)
from returnplan.show.figures import CHARTS
from tests.charted import (
    DRAWS,
    START,
    TARGETS,
    VIEW,
    alt,
    drawn,
    foot,
    half_sure,
    head,
    nobody_ready,
    several,
    tables,
    with_ranges,
    words_of_sheet,
)

MAPS = ("ready_map", "ready_map_by_year", "settlement_map")


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize(
    "world",
    [
        *("expected values", "draws", "empty"),
        pytest.param("nobody ready", marks=pytest.mark.unwatched),
    ],
)
def test_every_figure_has_labels_title_statement_and_provenance_and_promises_nothing(
    name: str, world: str
) -> None:
    given, view = tables(), replace(VIEW, targets=TARGETS)
    if world == "draws":
        given, view = with_ranges(given), replace(DRAWS, targets=TARGETS)
    if world == "nobody ready":
        given = nobody_ready()
    if world == "empty":
        given = {key: table.head(0) for key, table in given.items()}
    before = dict(rcParams)
    sheet, alt_text = figure(name, given, view)
    sheet.draw_without_rendering()
    assert dict(rcParams) == before
    title = CHARTS[name].title(ENGLISH, bool(view.draws))
    texts = words_of_sheet(sheet)
    seen = " ".join(texts).replace("\n", " ")
    assert "modelled" in title
    assert title in seen
    assert any(ax.get_xlabel() for ax in sheet.axes)
    assert any(ax.get_ylabel() for ax in sheet.axes)
    statement = domain.STATEMENT.format(authority=domain.AUTHORITY)
    assert statement in seen
    assert "scenario tiny, seed 1" in seen
    assert "safe" not in (seen.replace(statement, "") + alt_text).lower()
    assert ("official endorsement" in seen) == (name in MAPS)
    assert alt_text.endswith(".")


@pytest.mark.unwatched
def test_in_arabic_every_letter_has_a_glyph_and_pictures_for_pages_stay_small() -> None:
    names = {"S1": "Ağdərə", "S2": "الطاحونة", "dog": "Արցախ"}
    titles = {"today": "Їжакове Ґанок"}
    view = replace(DRAWS, words=words_of("ar"), names=names, titles=titles)
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    letters = {"\n"}
    for name in CHARTS:
        sheet, words = figure(name, with_ranges(tables()), view)
        data = picture(sheet, alt=words)
        letters |= set("".join(words_of_sheet(sheet)))
        assert len(data) < 60_000
        with Image.open(io.BytesIO(data)) as image:
            assert image.info["Description"] == words
            assert image.width == int(SCREEN_DPI * 17 / 2.54)
    letters -= {"\n", *ISOLATES}  # marks that are never drawn
    assert not [one for one in letters if not font.get_char_index(ord(one))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_of_charts_has_every_letter_of_a_language(language: str) -> None:
    font = get_font(findfont(FontProperties(family="DejaVu Sans")))
    words = words_of(language)
    catalogue = FOLDER / f"{language}.po"
    letters = set(catalogue.read_text(encoding="utf-8") if catalogue.is_file() else "")
    letters |= {sign for month in range(1, 13) for sign in words.date(START.replace(month=month))}
    letters |= set(words.number(-1234567.89, 2) + words.percent(0.5))
    assert not [one for one in letters - {"\n"} if not font.get_char_index(ord(one))]


def test_pictures_keep_the_colours_of_the_house() -> None:
    sheet, _ = figure("gate_matrix", tables(), VIEW)
    with Image.open(io.BytesIO(picture(sheet))) as image:
        seen = np.asarray(image.convert("RGB")).reshape(-1, 3).astype(int)
    for colour in STATUS.values():
        channels = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        assert np.abs(seen - channels).sum(axis=1).min() <= 12


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ([0.0, 0.25, 0.5], ["0.00", "0.25", "0.50"]),
        ([0.0, 0.1 + 0.2], ["0.0", "0.3"]),
        ([0.0, 2500.0], ["0", "2,500"]),
        ([-1.0, 1 / 3], ["-1.000000", "0.333333"]),
    ],
)
def test_numbers_along_an_axis_have_the_decimals_that_they_need(
    marks: list[float], words: list[str]
) -> None:
    assert numbers(VIEW).format_ticks(marks) == words


def bars_of(ax: Axes) -> list[BarContainer]:
    """Return the groups of bars of a chart."""
    return [bars for bars in ax.containers if isinstance(bars, BarContainer)]


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("conditions_met_over_time", "of 1,234 people, for 1,200 under Today's teams"),
        (
            "ready_map",
            "conditions met (modelled) in 2, not met by the end of the run in 1, unknown in 1.",
        ),
        ("gate_matrix", "met (modelled) in 2 of 4 communities"),
        ("hectares_by_year", "12 hectares are released (modelled) from 2020 to 2022: 3 cleared"),
        ("team_occupation", "work on 30% of the days they are present, travel or mobilise on 5%"),
    ],
)
def test_alt_text_states_the_key_figures(name: str, figures: str) -> None:
    assert figures in alt(name, tables())


@pytest.mark.unwatched
@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "waiting_by_cause",
            "Largest cause of waiting (modelled): waiting for a team: clearance (27% of all "
            "waiting)",
        ),
        (
            "ready_dates",
            "In 2 of the 4 communities shown conditions are likely to be met (modelled) by "
            "1 Jan 2030",
        ),
        (
            "gate_matrix",
            "Most often not met or unknown (modelled): community survey, in 1 of 4 communities",
        ),
        (
            "share_by_district",
            "Half of the people have their conditions met (modelled) first in South, by "
            "1 Jan 2021; in 1 of 3 districts by 1 Jan 2030",
        ),
        (
            "what_drives",
            "Person-days until conditions are met hang most on how fast teams work (50% of the "
            "variance, modelled)",
        ),
        ("hectares_by_year", "About 12 hectares are released (modelled) by 1 Jan 2030"),
        (
            "paired_differences",
            "People wait less (modelled) under more than under Today's teams (better in 90% of "
            "simulations)",
        ),
        ("released_and_published", "2 of 2 published figures lie in the modelled range"),
        ("key_roads", "Most waiting for a road (modelled): S2–H, 69% of that for all roads"),
        (
            "team_occupation",
            "Teams are idle on 45% of the days they are present (modelled); most often: Dog team "
            "(45%)",
        ),
        (
            "time_no_condition_asks_for",
            "0% of all working days go to land and works that no condition asks for (modelled)",
        ),
        (
            "victims_and_power_law",
            "If the course goes on as before, 240 (215 to 270) victims by 31 Dec 2026 (modelled)",
        ),
        (
            "waits_by_community",
            "Largest cause of waiting (modelled) in 1 of the 2 communities shown: waiting for a "
            "team: clearance",
        ),
    ],
)
def test_above_its_title_a_figure_says_what_is_to_be_seen(name: str, words: str) -> None:
    title, shows = head(name, with_ranges(tables()), DRAWS)
    assert title == words
    assert CHARTS[name].titled(DRAWS) in shows


def test_ready_after_the_horizon_and_unknown_are_never_counted_as_met() -> None:
    readiness = tables()["readiness"].assign(ready_day_p50=[100.0, 9999.0, math.inf, 50.0])
    assert states(readiness, VIEW).tolist() == ["met", "not met", "not met", "unknown"]


@pytest.mark.unwatched
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("conditions_met_over_time", "Bands: 80% model interval (p10 to p90) of 50 simulations."),
        ("ready_map", "the median date (p50) of 50 simulations"),
        ("gate_matrix", "Dates are medians (p50) of 50 simulations"),
        ("hectares_by_year", "means of 50 simulations"),
        ("team_occupation", "From the single-value run, not from the 50 simulations"),
    ],
)
def test_a_figure_says_what_its_numbers_are_when_there_are_draws(name: str, words: str) -> None:
    given = tables() | {"people_met": several(2, half=100)}
    assert words in foot(name, given, DRAWS)
    assert words not in foot(name, given, VIEW)
    assert "50 simulations" not in foot(name, given, VIEW)


def test_with_draws_titles_and_legends_say_median_or_expected_values() -> None:
    legend = drawn("ready_map", tables(), DRAWS).get_legend()
    assert legend is not None
    assert "median date of 50 simulations" in legend.get_title().get_text().replace("\n", " ")
    assert "Single-value run" in drawn("team_occupation", tables(), DRAWS).get_title("left")
    bars = drawn("hectares_by_year", tables(), DRAWS).get_title("left")
    assert "mean of the simulations" in bars.replace("\n", " ")
    assert "in all" in drawn("hectares_by_year", tables()).get_title("left")


def test_alt_text_of_a_run_with_draws_gives_median_and_range() -> None:
    given = tables() | {"people_met": several(1, half=100)}
    names = [
        *("conditions_met_over_time", "ready_map", "gate_matrix", "hectares_by_year"),
        "team_occupation",
    ]
    words = {name: alt(name, given, DRAWS) for name in names}
    ends = "under a0: medians and 80% model intervals (p10 to p90) of 50 simulations."
    assert words["conditions_met_over_time"].endswith(f"900 (800 to 1,000) {ends}")
    assert "median" in words["ready_map"]
    assert "likely to be met (modelled) by the end of the run in 2 of 4" in words["gate_matrix"]
    assert "mean of the simulations" in words["hectares_by_year"]
    assert "in the single-value run" in words["team_occupation"]


def middles(cells: Collection) -> list[tuple[int, int]]:
    """Return column and row of the cells of one kind."""
    centres = [
        np.asarray(path.vertices, dtype=float)[:4].mean(axis=0) for path in cells.get_paths()
    ]
    return [(round(x), round(y)) for x, y in centres]


def test_the_matrix_shows_each_state_with_its_colour_and_mark() -> None:
    ax = drawn("gate_matrix", tables())
    cells = {str(one.get_gid()): middles(one) for one in ax.collections}
    assert cells["not met"] == [(0, 2)]
    assert cells["unknown"] == [(2, 3)]
    assert len(cells["met"]) == 10
    assert cells["framed"] == [(1, 0), (0, 1), (0, 2), (2, 3)]
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        "Community\nsurvey", "Road access", "Water",
    ]  # fmt: skip
    marks = [text.get_text() for text in ax.texts]
    assert marks[:3] == ["start", "2020-04", "2020-02"]
    assert (marks[6], marks[11]) == ("×", "?")
    assert marks[12:] == ["75%", "100%", "75%"]
    colours = {
        str(one.get_gid()): to_hex(tuple(np.asarray(one.get_facecolor())[0]))
        for one in ax.collections[1:3]
    }
    assert colours == {"not met": NOT_MET.lower(), "unknown": UNKNOWN.lower()}
    assert ax.get_yticklabels()[0].get_text() == "Ağdərə  1,000"


@pytest.mark.parametrize(("draws", "since"), [(255, "2020-Q2"), (256, "2020-04"), (0, "2020-04")])
def test_cells_of_the_matrix_say_the_quarter_where_draws_are_few(draws: int, since: str) -> None:
    ax = drawn("gate_matrix", tables(), replace(VIEW, draws=draws))
    assert [text.get_text() for text in ax.texts][1] == since  # day 100: 10 April


def test_no_two_states_of_communities_share_a_mark_and_all_differ_in_grey() -> None:
    looks = {state: mark(state, shade) for state, shade in STATUS.items()}
    shapes = {(look["marker"], look.get("fillstyle")) for look in looks.values()}
    assert len(shapes) == len(STATUS)
    even = looks["about even"]
    halves = [grey(even[name]) for name in ("markerfacecolor", "markerfacecoloralt")]
    assert abs(halves[0] - halves[1]) > 0.5  # half dark, half light: seen as such in grey


def grey(colour: str) -> float:
    """Return how light a colour is, 0 to 1."""
    return float(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)))


def test_what_is_about_even_is_neither_met_nor_not_met() -> None:
    readiness = half_sure(tables())["readiness"]
    assert states(readiness, DRAWS).tolist() == ["met", "about even", "about even", "unknown"]
    # Before the horizon it is so from its median on: day 500 of C2; C3 has none.
    for day, state in ((499.0, "not met"), (500.0, "about even"), (3652.0, "about even")):
        then = states(readiness, replace(DRAWS, day=day)).tolist()
        assert then == ["met", state, "not met", "unknown"]
    assert "in 1 of 4 communities, about even in 2" in alt(
        "gate_matrix", half_sure(tables()), DRAWS
    )


def test_a_gate_without_a_row_is_unknown() -> None:
    given = tables()
    given["gates"] = given["gates"].iloc[1:]
    ax = drawn("gate_matrix", given)
    (cells,) = [one for one in ax.collections if one.get_gid() == "unknown"]
    assert (1, 0) in middles(cells)


def test_bars_stack_hectares_of_the_drawn_allocation_without_gaps_in_years() -> None:
    ax = drawn("hectares_by_year", tables())
    heights = {
        str(bars.get_label()): [bar.get_height() for bar in bars.patches] for bars in bars_of(ax)
    }
    assert heights == {
        "Cleared": [3.0, 0.0, 0.0],
        "Reduced": [0.0, 0.0, 4.0],
        "Cancelled": [5.0, 0.0, 0.0],
    }
    assert [bars.patches[0].get_y() for bars in bars_of(ax)] == [0.0, 3.0, 3.0]
    assert len({bars.patches[0].get_hatch() for bars in bars_of(ax)}) == 3


def test_team_days_split_into_work_travel_pause_and_idle() -> None:
    given = tables()
    days = charts.occupation(given["jobs"], given["presence"], VIEW)[list(DOINGS)].sum()
    assert days.to_dict() == pytest.approx(
        {"work": 60.0, "travel": 10.0, "pause": 40.0, "idle": 90.0}
    )
    ax = drawn("team_occupation", given)
    boxes = [np.asarray(one.get_paths()[0].vertices, dtype=float) for one in ax.collections]
    assert [float(np.ptp(box[:, 1])) / 0.8 for box in boxes] == pytest.approx(
        [0.3, 0.05, 0.2, 0.45]
    )
    assert "1 team\n30% work, 45% idle" in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("name", ["team_occupation", "time_no_condition_asks_for"])
def test_charts_of_one_run_say_how_far_it_lies_from_the_draws(name: str) -> None:
    days = dict(zip(("p10", "p50", "p90", "expected_values"), (90.0, 100, 110, 80), strict=True))
    given = tables()
    given["summary"] = given["summary"].assign(
        **{f"person_days_{end}": number for end, number in days.items()}
    )
    met = {"people_p10": 900, "people_p90": 1300, "people_expected_values": 1260.0}
    given["people_met"] = given["people_met"].assign(date=pd.Timestamp("2030-01-01"), **met)
    words = (
        "The single-value run against the median simulation: 20.0% fewer person-days (outside "
        "p10 to p90); 5.0% more people whose conditions are met by 1 Jan 2030 (within p10 to "
        "p90)."
    )
    assert words in foot(name, given, DRAWS)
    assert words not in foot(name, tables(), DRAWS)
    assert words not in foot(name, given, VIEW)


def test_working_days_split_into_what_a_condition_asks_for_and_what_none_does() -> None:
    given = tables()
    rest = given["jobs"].assign(team="dog/b/0002", needed=False, finish_day=60.0, workable_days=20)
    given["jobs"] = pd.concat([given["jobs"], rest], ignore_index=True)
    found = charts.unneeded(given["jobs"], given["presence"], VIEW)
    sums = found[["needed", "unneeded"]].sum()
    assert sums.to_dict() == pytest.approx({"needed": 60.0, "unneeded": 20.0})
    ax = drawn("time_no_condition_asks_for", given)
    boxes = [np.asarray(one.get_paths()[0].vertices, dtype=float) for one in ax.collections]
    assert [float(np.ptp(box[:, 1])) / 0.8 for box in boxes] == pytest.approx([0.75, 0.25])
    assert "25% not asked for" in [text.get_text() for text in ax.texts]
    words = alt("time_no_condition_asks_for", given)
    assert "spend 25% of their working days on land and works that no condition" in words
    idle = given | {"jobs": given["jobs"].iloc[:0], "presence": given["presence"].iloc[:0]}
    assert "no team works" in alt("time_no_condition_asks_for", idle)
    shown = drawn("time_no_condition_asks_for", idle)
    assert "No team works under this plan." in [text.get_text() for text in shown.texts]


def test_a_team_that_finishes_late_stays_present_until_then() -> None:
    given = tables()
    given["presence"]["until_day"] = 50.0
    days = charts.occupation(given["jobs"], given["presence"], VIEW)[list(DOINGS)].sum()
    assert days.to_dict() == pytest.approx(
        {"work": 60.0, "travel": 10.0, "pause": 40.0, "idle": 0.0}
    )


def test_a_parcel_that_the_horizon_cuts_off_keeps_its_team_busy_until_then() -> None:
    view = View(start=START, horizon_days=200.0)
    jobs = pd.DataFrame(
        [
            ("dog", "dog/b/1", 0.0, 10.0, 110.0, 60.0),  # finished: 60 of 100 days workable
            ("dog", "dog/b/1", 110.0, 120.0, math.nan, 300.0),  # at work: 60 % of 80 days
            ("saw", "saw/b/1", 50.0, 60.0, math.nan, 70.0),  # none finished: all of 140 days
            ("saw", "saw/b/2", 170.0, math.nan, math.nan, 70.0),  # on its way for 30 days
            ("saw", None, math.nan, math.nan, math.nan, math.nan),
        ],
        columns=["asset", "team", "start_day", "work_day", "finish_day", "workable_days"],
    ).assign(needed=True)
    presence = pd.DataFrame({"team": ["dog/b/1", "saw/b/1", "saw/b/2"]})
    presence["asset"] = ["dog", "saw", "saw"]
    presence = presence.assign(from_day=0.0, until_day=[150.0, 200.0, 200.0])
    days = charts.occupation(jobs, presence, view).groupby("asset")[list(DOINGS)].sum()
    assert days.loc["dog"].to_dict() == pytest.approx(
        {"work": 60.0 + 48.0, "travel": 20.0, "pause": 40.0 + 32.0, "idle": 0.0}
    )
    assert days.loc["saw"].to_dict() == pytest.approx(
        {"work": 140.0, "travel": 10.0 + 30.0, "pause": 0.0, "idle": 50.0 + 170.0}
    )


def test_idle_has_no_colour_of_a_status() -> None:
    used = {to_hex(colour) for colour, *_ in DOINGS.values()}
    assert not used & {NOT_MET.lower(), UNKNOWN.lower()}


def test_an_allocation_called_like_a_place_keeps_its_own_title() -> None:
    assert (VIEW.title("today"), VIEW.word("today")) == ("Today's teams", "Village of Today")
    assert VIEW.title("more_dogs") == "more dogs"
    assert "Plan: Today's teams" in drawn("gate_matrix", tables()).get_title("left")


def test_gates_stand_in_the_order_of_the_model() -> None:
    names = [*reversed(list(GATES)), "newest"]
    assert gates_of(pd.DataFrame({"gate": names})) == [*GATES, "newest"]


def test_a_short_horizon_is_split_into_quarters() -> None:
    view = View(start=START, horizon_days=366.0)
    table = charts.occupation(tables()["jobs"], tables()["presence"], view)
    assert table["from_day"].tolist() == [0.0, 91.0, 182.0, 274.0]
    assert table["work"].tolist() == pytest.approx([0.6 * 81, 0.6 * 19, 0.0, 0.0])


def test_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    first = save(figure("gate_matrix", tables(), VIEW)[0], tmp_path / "a", "words")
    again = save(figure("gate_matrix", tables(), VIEW)[0], tmp_path / "b", "words")
    for one, two in zip(first, again, strict=True):
        assert one.read_bytes() == two.read_bytes()
    text = first[1].read_text(encoding="utf-8")
    assert "<dc:date>" not in text
    assert "Ağdərə" in text


@pytest.mark.unwatched
@pytest.mark.parametrize("name", [name for name in CHARTS if CHARTS[name].one_allocation])
def test_a_long_title_stays_on_the_page(name: str) -> None:
    long = "One more battle-area team and one more building crew from September 2024 to March 2028"
    view = replace(VIEW, titles={VIEW.allocation: long})
    sheet, _ = figure(name, tables(), view)
    sheet.draw_without_rendering()
    drawn = [text for text in sheet.findobj(Text) if "September" in text.get_text()]
    assert drawn
    assert all(text.get_window_extent().x1 <= sheet.bbox.width for text in drawn)
