"""Charts and maps: what a small table must look like when it is drawn."""

import datetime as dt
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.text import Text

from returnplan import canvas, charts, maps
from returnplan.canvas import CHARTS, NOT_MET, UNKNOWN, View
from returnplan.charts.gates import gates_of
from returnplan.charts.teams import DOINGS
from returnplan.readiness import GATES
from returnplan.words import ENGLISH

START = dt.date(2020, 1, 1)
VIEW = View(
    start=START,
    horizon_days=3653.0,
    allocation="today",
    names={"today": "Village of Today", "S1": "Ağdərə", "dog": "Dog team"},
    titles={"today": "Today's teams"},
    provenance="scenario tiny, seed 1",
    sources="made up",
    districts=[[[46.0, 39.0], [47.0, 39.0], [47.0, 40.0], [46.0, 39.0]]],
)
DRAWS = replace(VIEW, draws=50)
MET, FAILED, BLANK = "Conditions met (modelled)", "Conditions not met: survey", "Unknown: water"


def tables() -> dict[str, pd.DataFrame]:
    """Four communities: ready on day 100, on day 500, never, unknown; one team of each type."""
    readiness = pd.DataFrame(
        {
            "allocation": "today",
            "community": ["C1", "C2", "C3", "C4"],
            "settlement": ["S1", "S2", "S3", "S4"],
            "people": [1000, 200, 30, 4],
            "status": [MET, MET, FAILED, BLANK],
            "ready_day_p50": [100.0, 500.0, math.nan, math.nan],
            "binding_gate": ["road_access", "survey", "survey", "water"],
        }
    )
    people_met = people_at([0, 100, 500, 3653], [0, 1000, 1200, 1200])
    gates = pd.DataFrame(
        [
            ("today", "C1", "road_access", "met", 100.0),
            ("today", "C1", "survey", "met", 0.0),
            ("today", "C1", "water", "met", 31.0),
            ("today", "C2", "road_access", "met", 9.0),
            ("today", "C2", "survey", "met", 500.0),
            ("today", "C2", "water", "met", 1.0),
            ("today", "C3", "road_access", "met", 9.0),
            ("today", "C3", "survey", "not met", math.nan),
            ("today", "C3", "water", "met", 9.0),
            ("today", "C4", "road_access", "met", 9.0),
            ("today", "C4", "survey", "met", 9.0),
            ("today", "C4", "water", "unknown", math.nan),
        ],
        columns=["allocation", "community", "gate", "state", "day_p50"],
    )
    land = pd.DataFrame(
        [
            ("today", "D1", 2020, "cancelled", 50_000.0),
            ("today", "D1", 2020, "cleared", 20_000.0),
            ("today", "D2", 2020, "cleared", 10_000.0),
            ("today", "D1", 2022, "reduced", 40_000.0),
            ("other", "D1", 2022, "reduced", 990_000.0),
        ],
        columns=["allocation", "district", "year", "route", "area_m2_mean"],
    )
    jobs = pd.DataFrame(
        [("today", "dog", "dog/b/0001", 0.0, 10.0, 110.0, 60.0)],
        columns=[
            "allocation", "asset", "team", "start_day", "work_day", "finish_day", "workable_days",
        ],
    )  # fmt: skip
    presence = pd.DataFrame(
        {"team": ["dog/b/0001"], "asset": "dog", "base": "b", "from_day": 0.0, "until_day": 200.0}
    )
    places = pd.DataFrame(
        {
            "id": ["S1", "S2", "S3", "S4", "H"],
            "kind": ["settlement"] * 4 + ["hub"],
            "lon_deg": [46.1, 46.5, 46.9, 46.7, 46.5],
            "lat_deg": [39.1, 39.9, 39.2, 39.6, 39.5],
        }
    )
    roads = pd.DataFrame({"from_place": ["S1", "S2"], "to_place": ["H", "H"]})
    return {
        "readiness": readiness,
        "people_met": people_met,
        "gates": gates,
        "land_release": land,
        "jobs": jobs,
        "presence": presence,
        "places": places,
        "roads": roads,
    }


def people_at(
    days: list[int], middle: list[int], name: str = "today", half: int | None = None
) -> pd.DataFrame:
    """People met from each day under one allocation; with draws half the width of the range."""
    table = pd.DataFrame({"allocation": name, "day": days, "people_p50": middle})
    spread = math.nan if half is None else half
    low, high = (table["people_p50"] - spread).clip(lower=0), table["people_p50"] + spread
    return table.assign(people_p10=low, people_p90=high, people_mean=table["people_p50"])


def several(count: int, half: int | None = None) -> pd.DataFrame:
    """People met under several allocations that end 50 people apart, the last one highest."""
    return pd.concat(
        people_at([0, 400, 3653], [0, 500, 900 + 50 * number], f"a{number}", half)
        for number in range(count)
    )


def drawn(name: str, given: dict[str, pd.DataFrame], view: View = VIEW) -> Axes:
    """Draw one chart on new axes and render it."""
    ax = CHARTS[name].draw(*[given[need] for need in CHARTS[name].needs], view=view)
    sheet = ax.get_figure(root=True)
    assert sheet is not None
    sheet.draw_without_rendering()
    return ax


def bars_of(ax: Axes) -> list[BarContainer]:
    """Return the groups of bars of a chart."""
    return [bars for bars in ax.containers if isinstance(bars, BarContainer)]


def alt(name: str, given: dict[str, pd.DataFrame]) -> str:
    """Return the alt text of one chart."""
    return CHARTS[name].alt(*[given[need] for need in CHARTS[name].needs], view=VIEW)


def nobody_ready() -> dict[str, pd.DataFrame]:
    """Return the tables with not one ready date."""
    given = tables()
    status = [BLANK, FAILED, FAILED, BLANK]
    given["readiness"] = given["readiness"].assign(ready_day_p50=math.nan, status=status)
    given["people_met"] = people_at([0, 3653], [0, 0])
    return given


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("world", ["full", "empty", "nobody ready"])
def test_every_chart_draws_with_both_axes_labelled_and_a_title(name: str, world: str) -> None:
    given = nobody_ready() if world == "nobody ready" else tables()
    if world == "empty":
        given = {key: table.head(0) for key, table in given.items()}
    before = dict(rcParams)
    ax = drawn(name, given)
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    title = CHARTS[name].title(ENGLISH, False)
    assert title in ax.get_title("left").replace("\n", " ")
    assert "modelled" in title
    assert dict(rcParams) == before


@pytest.mark.parametrize("name", CHARTS)
def test_a_figure_carries_the_statement_and_its_provenance(name: str) -> None:
    sheet, words = canvas.figure(name, tables(), VIEW)
    foot = " ".join(text.get_text() for part in sheet.subfigs for text in part.texts)
    foot = foot.replace("\n", " ")
    assert "Modelled planning estimate. It does not state that any land, road or building" in foot
    assert "Only the national mine action authority can release land." in foot
    assert "scenario tiny, seed 1" in foot
    assert ("official endorsement" in foot) == name.startswith("ready_map")
    assert words == alt(name, tables())


@pytest.mark.parametrize("name", CHARTS)
def test_no_word_in_axes_or_alt_text_promises_anything(name: str) -> None:
    ax = drawn(name, tables())
    words = [text.get_text() for text in ax.findobj() if hasattr(text, "get_text")]
    assert "safe" not in " ".join([*words, alt(name, tables())]).lower()


@pytest.mark.parametrize("name", CHARTS)
def test_alt_text_of_nothing_is_a_sentence(name: str) -> None:
    assert alt(name, {key: table.head(0) for key, table in tables().items()}).endswith(".")


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("conditions_met_over_time", "of 1,234 people, for 1,200 under Today's teams"),
        (
            "ready_map",
            "conditions met (modelled) in 2, not met within the horizon in 1, unknown in 1.",
        ),
        ("gate_matrix", "met (modelled) in 2 of 4 communities"),
        ("hectares_by_year", "12 hectares are released (modelled) from 2020 to 2022: 3 cleared"),
        ("team_occupation", "work on 30 % of the days they are present, travel or mobilise on 5 %"),
    ],
)
def test_alt_text_states_the_key_figures(name: str, figures: str) -> None:
    assert figures in alt(name, tables())


def test_people_step_up_on_the_day_they_are_counted_and_never_before() -> None:
    ax = drawn("conditions_met_over_time", tables())
    (line,) = [one for one in ax.get_lines() if one.get_label() == "Today's teams"]
    days, people = np.asarray(line.get_xydata()).T
    assert (days - VIEW.axis(0.0)).tolist() == [0.0, 100.0, 500.0, 3653.0]
    assert people.tolist() == [0.0, 1000.0, 1200.0, 1200.0]
    assert line.get_drawstyle() == "steps-post"
    (total,) = [one for one in ax.get_lines() if one.get_label() == "_all people"]
    assert set(np.asarray(total.get_ydata()).tolist()) == {1234.0}


def test_ready_after_the_horizon_and_unknown_are_never_counted_as_met() -> None:
    readiness = tables()["readiness"].assign(ready_day_p50=[100.0, 9999.0, math.inf, 50.0])
    assert canvas.states(readiness, VIEW).tolist() == ["met", "not met", "not met", "unknown"]


def curves(people_met: pd.DataFrame, view: View = VIEW) -> Axes:
    """Draw people over time."""
    return drawn("conditions_met_over_time", tables() | {"people_met": people_met}, view)


def legend_words(ax: Axes) -> list[str]:
    """Return the words of a legend, its title first."""
    legend = ax.get_legend()
    assert legend is not None
    return [legend.get_title().get_text(), *(text.get_text() for text in legend.get_texts())]


def test_lines_that_end_close_together_are_listed_and_others_named_at_their_end() -> None:
    given = tables()["people_met"]
    apart = curves(pd.concat([given, people_at([0, 3653], [0, 0], "none")]))
    assert apart.get_legend() is None
    assert "Today's teams:\n1,200" in [text.get_text() for text in apart.texts]
    close = curves(pd.concat([given, people_at([0, 3000, 3653], [0, 1150, 1150], "slow")]))
    assert legend_words(close) == ["People at the end", "Today's teams: 1,200", "slow: 1,150"]
    legend = close.get_legend()
    assert legend is not None
    styles = [(str(line.get_linestyle()), str(line.get_marker())) for line in legend.get_lines()]
    assert len(set(styles)) == 2


def of_label(ax: Axes, label: str) -> list[tuple[str, list[float]]]:
    """Return colour and values of the lines with a label."""
    return [
        (to_hex(line.get_color()), np.asarray(line.get_ydata(), dtype=float).tolist())
        for line in ax.get_lines()
        if line.get_label() == label
    ]


def test_with_draws_the_line_is_the_median_and_the_range_a_band() -> None:
    ax = curves(people_at([0, 100, 3653], [0, 800, 1000], half=150), DRAWS)
    assert of_label(ax, "Today's teams")[0][1] == [0.0, 800.0, 1000.0]
    assert [values for _, values in of_label(ax, "_edge")] == [
        [0.0, 650.0, 850.0], [150.0, 950.0, 1150.0],
    ]  # fmt: skip
    assert [one.get_label() for one in ax.collections] == ["_range"]
    assert "Median number of people" in ax.get_title("left")
    assert "median" in ax.get_ylabel()
    assert "Today's teams:\n1,000 (850 to 1,150)" in [text.get_text() for text in ax.texts]


def test_the_ranges_of_many_allocations_are_bars_at_the_edge_in_the_order_of_the_list() -> None:
    assert len(curves(several(2, half=100), DRAWS).collections) == 2
    ax = curves(several(3, half=100), DRAWS)
    assert len(ax.collections) == 0
    bars = of_label(ax, "_range")
    assert [values for _, values in bars] == [[900.0, 1100.0], [850.0, 1050.0], [800.0, 1000.0]]
    assert [colour for colour, _ in bars] == [
        of_label(ax, name)[0][0] for name in ("a2", "a1", "a0")
    ]
    assert legend_words(ax) == [
        "Median at the horizon\n(p10 to p90)",
        "a2:\n1,000 (900 to 1,100)",
        "a1:\n950 (850 to 1,050)",
        "a0:\n900 (800 to 1,000)",
    ]


@pytest.mark.parametrize("half", [None, 100])
def test_a_long_list_of_allocations_stays_on_the_page_below_the_title(half: int | None) -> None:
    view = replace(VIEW, draws=50 if half else 0, titles={f"a{n}": 9 * "many " for n in range(6)})
    given = tables() | {"people_met": several(6, half)}
    sheet, _ = canvas.figure("conditions_met_over_time", given, view)
    sheet.draw_without_rendering()
    (ax,) = sheet.axes
    legend = ax.get_legend()
    assert legend is not None
    box = legend.get_window_extent()
    left = [text for text in ax.findobj(Text) if text.get_text() == ax.get_title("left")]
    assert box.y1 < min(text.get_window_extent().y0 for text in left)
    assert all(text.get_window_extent().x1 <= sheet.bbox.width for text in legend.get_texts())
    assert box.y0 > ax.get_window_extent().y0 - 30


def test_a_run_without_draws_has_neither_range_nor_median() -> None:
    ax = curves(several(3))
    assert len(ax.collections) == 0
    assert not of_label(ax, "_range")
    words = " ".join(text.get_text() for text in ax.findobj(Text))
    assert "edian" not in words
    assert "p10" not in words


@pytest.mark.parametrize(
    ("mean", "draws", "words"),
    [
        (0, 0, "No community has its conditions met within\nthe horizon."),
        (0, 50, "No community has its conditions met within\nthe horizon in any draw."),
        (3, 50, "In most draws no community has its\nconditions met within the horizon."),
    ],
)
def test_lines_that_stay_at_zero_are_explained(mean: int, draws: int, words: str) -> None:
    given = people_at([0, 3653], [0, 0], half=30 if draws else None).assign(people_mean=mean)
    assert words in [text.get_text() for text in curves(given, replace(VIEW, draws=draws)).texts]


def foot(name: str, given: dict[str, pd.DataFrame], view: View) -> str:
    """Return what stands below a figure."""
    sheet, _ = canvas.figure(name, given, view)
    words = " ".join(text.get_text() for part in sheet.subfigs for text in part.texts)
    return words.replace("\n", " ")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("conditions_met_over_time", "Bands: 80 % model interval (p10 to p90) of 50 draws."),
        ("ready_map", "the median date (p50) of 50 draws"),
        ("gate_matrix", "Dates are medians (p50) of 50 draws"),
        ("hectares_by_year", "means of 50 draws"),
        ("team_occupation", "From the run on expected values, not from the 50 draws"),
    ],
)
def test_a_figure_says_what_its_numbers_are_when_there_are_draws(name: str, words: str) -> None:
    given = tables() | {"people_met": several(2, half=100)}
    assert words in foot(name, given, DRAWS)
    assert words not in foot(name, given, VIEW)
    assert "50 draws" not in foot(name, given, VIEW)


def test_bars_at_the_edge_are_called_the_range_at_the_horizon() -> None:
    given = tables() | {"people_met": several(5, half=100)}
    words = foot("conditions_met_over_time", given, DRAWS)
    assert (
        "Bars at the right edge (range at the horizon): 80 % model interval (p10 to p90)" in words
    )


def test_with_draws_titles_and_legends_say_median_or_expected_values() -> None:
    legend = drawn("ready_map", tables(), DRAWS).get_legend()
    assert legend is not None
    assert "median date of 50 draws" in legend.get_title().get_text().replace("\n", " ")
    assert "Run on expected values" in drawn("team_occupation", tables(), DRAWS).get_title("left")
    bars = drawn("hectares_by_year", tables(), DRAWS).get_title("left")
    assert "mean of the draws" in bars
    assert "in all" in drawn("hectares_by_year", tables()).get_title("left")


def test_alt_text_of_a_run_with_draws_gives_median_and_range() -> None:
    given = tables() | {"people_met": several(1, half=100)}
    words = {
        name: item.alt(*map(given.get, item.needs), view=DRAWS) for name, item in CHARTS.items()
    }
    ends = "900 (800 to 1,000) under a0: medians and 80 % model intervals (p10 to p90) of 50 draws."
    assert words["conditions_met_over_time"].endswith(ends)
    assert "median" in words["ready_map"]
    assert "median" in words["gate_matrix"]
    assert "mean of the draws" in words["hectares_by_year"]
    assert "run on expected values" in words["team_occupation"]


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
    assert marks[12:] == ["75 %", "100 %", "75 %"]
    colours = {
        str(one.get_gid()): to_hex(tuple(np.asarray(one.get_facecolor())[0]))
        for one in ax.collections[1:3]
    }
    assert colours == {"not met": NOT_MET.lower(), "unknown": UNKNOWN.lower()}
    assert ax.get_yticklabels()[0].get_text() == "Ağdərə  1,000"


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
    assert "1 team\n30 % work, 45 % idle" in [text.get_text() for text in ax.texts]


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
    )
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
    assert "Allocation: Today's teams" in drawn("gate_matrix", tables()).get_title("left")


def test_gates_stand_in_the_order_of_the_model() -> None:
    names = [*reversed(list(GATES)), "newest"]
    assert gates_of(pd.DataFrame({"gate": names})) == [*GATES, "newest"]


def test_a_short_horizon_is_split_into_quarters() -> None:
    view = View(start=START, horizon_days=366.0)
    table = charts.occupation(tables()["jobs"], tables()["presence"], view)
    assert table["from_day"].tolist() == [0.0, 91.0, 182.0, 274.0]
    assert table["work"].tolist() == pytest.approx([0.6 * 81, 0.6 * 19, 0.0, 0.0])


def test_the_map_puts_settlements_in_their_year_and_others_in_their_state() -> None:
    given = tables()
    found = maps.ready_places(given["readiness"], given["places"], VIEW).set_index("id")
    assert found["year"].to_dict() == {"S1": 2020, "S2": 2021, "S3": 0, "S4": 0}
    ax = drawn("ready_map", given)
    at = {
        str(line.get_marker()): np.asarray(line.get_xydata()).tolist()
        for line in ax.get_lines()
        if line.get_label() in ("_Conditions not met", "_Unknown", "_hub")
    }
    assert at == {"X": [[46.9, 39.2]], "D": [[46.7, 39.6]], "s": [[46.5, 39.5]]}
    legend = ax.get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words == [
        "Met in 2020", "Met in 2021", "Conditions not met", "Unknown", "100 people",
        "1,000 people", "Hub", "Road", "District",
    ]  # fmt: skip
    assert "modelled" in legend.get_title().get_text()


def test_the_legend_of_the_map_has_no_key_for_what_is_not_there() -> None:
    given = tables()
    given["readiness"] = given["readiness"].assign(people=5, status=MET, ready_day_p50=9.0)
    legend = drawn("ready_map", given).get_legend()
    assert legend is not None
    words = [text.get_text() for text in legend.get_texts()]
    assert words == ["Met in 2020", "Hub", "Road", "District"]


def test_panels_list_the_keys_of_all_panels_once_in_order() -> None:
    given = tables()
    met = given["readiness"].assign(allocation="all", status=MET, ready_day_p50=9.0)
    given["readiness"] = pd.concat([met, given["readiness"]])
    sheet, _ = canvas.figure("ready_map", given, VIEW, ["all", "today"])
    (legend,) = [legend for part in sheet.subfigs for legend in part.legends]
    assert [text.get_text() for text in legend.get_texts()] == [
        "Met in 2020", "Met in 2021", "Conditions not met", "Unknown", "100 people",
        "1,000 people", "Hub", "Road", "District",
    ]  # fmt: skip


@pytest.mark.parametrize("panels", [1, 3])
@pytest.mark.parametrize(("width", "height"), [(0.09, 0.09), (0.15, 0.09), (2.0, 1.0), (0.1, 3.0)])
def test_degrees_are_exact_and_do_not_run_together(
    panels: int, width: float, height: float
) -> None:
    given = tables()
    for name, first, span in (("lon_deg", 120.0, width), ("lat_deg", 5.0, height)):
        given["places"][name] = first + span * np.array([0.0, 0.4, 1.0, 0.7, 0.2])
    names = ["today", "b", "c"][:panels]
    given["readiness"] = pd.concat([given["readiness"].assign(allocation=one) for one in names])
    view = replace(VIEW, districts=())
    sheet, _ = canvas.figure("ready_map", given, view, names)
    sheet.draw_without_rendering()
    for ax in sheet.axes:
        low, high = ax.get_xlim()
        labels = [
            label
            for label, at in zip(ax.get_xticklabels(), ax.get_xticks(), strict=True)
            if low <= at <= high
        ]
        boxes = [label.get_window_extent() for label in labels]
        assert all(one.x1 + 2 < two.x0 for one, two in pairwise(boxes))
        for axis in (ax.xaxis, ax.yaxis):
            words = axis.get_major_formatter().format_ticks(list(axis.get_majorticklocs()))
            shown = [float(word[:-1]) for word in words]
            assert shown == pytest.approx(list(axis.get_majorticklocs()), rel=1e-9)


def test_north_stands_outside_the_frame() -> None:
    ax = drawn("ready_map", tables())
    (north,) = [text for text in ax.texts if text.get_text().endswith("N")]
    assert north.get_window_extent().x0 >= ax.get_window_extent().x1
    legend = ax.get_legend()
    assert legend is not None
    assert not legend.get_window_extent().overlaps(north.get_window_extent())


def test_maps_and_matrices_are_as_high_as_what_they_show() -> None:
    given = tables()
    square = canvas.figure("ready_map", given, VIEW)[0].get_figheight()
    given["places"]["lat_deg"] = 39.0 + (given["places"]["lat_deg"] - 39.0) / 4
    flat = canvas.figure("ready_map", given, replace(VIEW, districts=()))[0].get_figheight()
    assert flat < square
    few = canvas.figure("gate_matrix", given, VIEW)[0].get_figheight()
    many = pd.concat([given["readiness"]] * 10, ignore_index=True)
    many["community"] = [f"M{number}" for number in range(40)]
    given["gates"] = pd.concat(
        [given["gates"].iloc[:3].assign(community=one) for one in many["community"]]
    )
    given["readiness"] = many
    full = canvas.figure("gate_matrix", given, VIEW)[0].get_figheight()
    assert few < 4
    assert full == pytest.approx(24.5 / 2.54)


def test_two_communities_of_one_settlement_are_one_point_with_the_weaker_state() -> None:
    given = tables()
    given["readiness"]["settlement"] = ["S1", "S1", "S2", "S1"]
    found = maps.ready_places(given["readiness"], given["places"], VIEW).set_index("id")
    assert found["state"].to_dict() == {"S1": "unknown", "S2": "not met"}
    assert found.loc["S1", "people"] == 1204


def test_years_share_at_most_seven_classes() -> None:
    readiness = tables()["readiness"].assign(status=MET, ready_day_p50=[0.0, 3652.0, 9.0, 9.0])
    classes = maps.year_classes(readiness, VIEW)
    assert len(classes) <= 7
    assert classes[0] == (2020, 2021)
    assert classes[-1][1] == 2029


def test_the_scale_bar_is_true_at_the_middle_latitude() -> None:
    ax = drawn("ready_map", tables())
    (bar,) = [line for line in ax.get_lines() if line.get_label() == "_scale"]
    west, east = np.asarray(bar.get_xdata(), dtype=float)
    length_km = float(next(t.get_text() for t in ax.texts if "km" in t.get_text())[:-3])
    middle = math.radians(sum(ax.get_ylim()) / 2)
    assert (east - west) * 111.195 * math.cos(middle) == pytest.approx(length_km, rel=1e-4)
    assert ax.get_aspect() == pytest.approx(1 / math.cos(math.radians(39.5)), rel=1e-6)


def test_panels_share_extent_and_scales() -> None:
    given = tables()
    more = given["readiness"].assign(allocation="other", ready_day_p50=[9.0, 9.0, 9.0, math.nan])
    given["readiness"] = pd.concat([given["readiness"], more])
    sheet, words = canvas.figure("ready_map", given, VIEW, ["today", "other"])
    sheet.draw_without_rendering()
    one, two = sheet.axes
    assert (one.get_xlim(), one.get_ylim()) == (two.get_xlim(), two.get_ylim())
    assert one.get_title("left").startswith("Today's teams")
    assert words.count("Map of") == 2


def test_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    first = canvas.save(canvas.figure("gate_matrix", tables(), VIEW)[0], tmp_path / "a", "words")
    again = canvas.save(canvas.figure("gate_matrix", tables(), VIEW)[0], tmp_path / "b", "words")
    for one, two in zip(first, again, strict=True):
        assert one.read_bytes() == two.read_bytes()
    text = first[1].read_text(encoding="utf-8")
    assert "<dc:date>" not in text
    assert "Ağdərə" in text


@pytest.mark.parametrize("name", [name for name in CHARTS if CHARTS[name].one_allocation])
def test_a_long_title_stays_on_the_page(name: str) -> None:
    long = "One more battle-area team and one more building crew from September 2024 to March 2028"
    view = replace(VIEW, titles={VIEW.allocation: long})
    sheet, _ = canvas.figure(name, tables(), view)
    sheet.draw_without_rendering()
    drawn = [text for text in sheet.findobj(Text) if "September" in text.get_text()]
    assert drawn
    assert all(text.get_window_extent().x1 <= sheet.bbox.width for text in drawn)
