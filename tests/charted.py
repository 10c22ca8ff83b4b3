"""A small run drawn by hand: four communities, two roads, one team; what tests of charts share."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from returnplan.domain import Target
from returnplan.runs.paired import nothing_compared
from returnplan.runs.tables.family import typed
from returnplan.show.drawing import View, figure
from returnplan.show.figures import CHARTS

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
TARGETS = (
    Target(id="plan", by_date=dt.date(2023, 1, 1), people=900, title="The plan", source="x"),
    Target(
        id="open", by_date=dt.date(2022, 1, 1), people=700, measure="conditions_met", source="x"
    ),
    Target(id="late", by_date=dt.date(2050, 1, 1), people=1000, source="x"),
)
MET, FAILED, BLANK = "Conditions met (modelled)", "Conditions not met: survey", "Unknown: water"


def tables() -> dict[str, pd.DataFrame]:
    """Four communities: ready on day 100, on day 500, never, unknown; one team of each type."""
    readiness = pd.DataFrame(
        {
            "allocation": "today",
            "community": ["C1", "C2", "C3", "C4"],
            "settlement": ["S1", "S2", "S3", "S4"],
            "district": ["North", "South", "North", ""],
            "people": [1000, 200, 30, 4],
            "status": [MET, MET, FAILED, BLANK],
            "certainty": None,
            "ready_date_p10": None,
            "ready_date_p90": None,
            "ready_day_p50": [100.0, 500.0, math.nan, math.nan],
            "probability_by_horizon": math.nan,
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
        [("today", "dog", "dog/b/0001", True, 0.0, 10.0, 110.0, 60.0)],
        columns=[
            "allocation", "asset", "team", "needed", "start_day", "work_day", "finish_day",
            "workable_days",
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
        "readiness": typed("readiness", readiness),
        "people_met": people_met,
        "gates": gates,
        "land_release": land,
        "jobs": jobs,
        "presence": presence,
        "places": places,
        "roads": roads,
        "delays": delays(),
        "key_roads": key_roads(),
        "summary": pd.DataFrame(
            {"allocation": ["today"], "cost_usd_mean": [2_500_000.0], "works_without_cost": [1]}
        ),
        "differences": differences().head(0),
        "verdicts": nothing_compared(),
        "districts": districts(),
        "district_gates": district_gates(),
        "district_halves": district_halves(),
        "sensitivity": sensitivity().head(0),
        "district_shares": shares(),
        "victims_over_time": victims(),
        "area_released": area_released(),
        "facts": facts(),
    }


def area_released() -> pd.DataFrame:
    """Eight hectares in 2020, none in 2021, four in 2022 to 2024, none after that."""
    rows = [
        ("today", district, year, {2020: 80_000.0, 2021: 0.0}.get(year, 40_000.0) * (year < 2025))
        for district in ("D1", "all districts")
        for year in range(2020, 2031)
    ]
    table = pd.DataFrame(rows, columns=["allocation", "district", "year", "area_m2_p50"])
    return table.assign(area_m2_p10=math.nan, area_m2_p90=math.nan)


def facts() -> pd.DataFrame:
    """Nine hectares of 2020, used; three of 2022, kept back; a week, a district, and money."""
    rows = [
        ("2020", "released_m2", None, "2020-01-01", "2020-12-31", 90_000.0, "fit"),
        ("2022", "released_m2", None, "2022-01-01", "2022-12-31", 30_000.0, "check"),
        ("week", "released_m2", None, "2022-03-01", "2022-03-07", 9_000.0, "check"),
        ("D1", "released_m2", "D1", "2022-01-01", "2022-12-31", 20_000.0, "check"),
        ("usd", "teams_usd", None, "2022-01-01", "2022-12-31", 5e6, "check"),
    ]
    columns = ["fact", "measure", "district", "from", "until", "published", "use"]
    table = pd.DataFrame(rows, columns=columns).assign(
        allocation="today", land_class=None, route=None, published_is=None, input=False
    )
    return typed("facts", table)


def delays() -> pd.DataFrame:
    """Ten causes of C1, and missing data of C4: 365.25 days of waiting each."""
    causes = [
        *("waiting_clearance", "work_survey", "work_clearance", "winter", "travel", "handover"),
        *("building", "road_repair", "permission", "not_planned", "no_route"),
    ]
    days = [100.0, 10.0, 20.0, 50.0, 40.0, 30.0, 35.0, 25.0, 5.0, 45.0, 5.25]
    rows = pd.DataFrame({"community": "C1", "cause": causes, "days_mean": days})
    missing = pd.DataFrame({"community": ["C4"], "cause": "missing_data", "days_mean": 365.25})
    table = pd.concat([rows, missing], ignore_index=True)
    people = table["community"].map({"C1": 1000, "C4": 4})
    table["person_days_mean"] = table["days_mean"] * people
    table.insert(0, "allocation", "today")
    return table


def key_roads() -> pd.DataFrame:
    """A road that opens, one that opens in few draws, and one for which nobody waits."""
    table = pd.DataFrame(
        {
            "allocation": "today",
            "road": ["R1", "R2", "R3"],
            "from_place": ["S1", "S2", "S3"],
            "to_place": "H",
            "people_mean": [150.0, 1.0, 0.0],
            "person_days_mean": [4000.0, 9000.0, 0.0],
            "open_date_p10": ["2020-05-01", "2021-01-15", None],
            "open_date_p50": ["2020-06-01", None, None],
            "open_date_p90": ["2021-07-01", None, None],
        }
    )
    return typed("key_roads", table)


def districts() -> pd.DataFrame:
    """Half of the people of the north by 2021, of the south by July 2023, of the others never."""
    rows = [
        ("North", 1030, 1000 / 1030, "2021-01-01"),
        ("South", 200, 1.0, "2023-07-01"),
        ("", 4, 0.0, None),
    ]
    table = pd.DataFrame(rows, columns=["district", "people", "share_met", "half_met_date"])
    table.insert(0, "allocation", "today")
    return table.astype({"half_met_date": "datetime64[s]"})


def district_gates() -> pd.DataFrame:
    """Survey for all of the north, water for nearly nobody; of the south half, and withheld."""
    rows = [
        ("North", "survey", 1030.0, 0.0, 0.0),
        ("North", "water", 100.0, 900.0, 30.0),
        ("South", "survey", 100.0, 100.0, 0.0),
        ("South", "water", math.nan, math.nan, math.nan),
    ]
    columns = ["district", "gate", "people_met", "people_not_met", "people_unknown"]
    return pd.DataFrame(rows, columns=columns).assign(allocation="today", withheld="")


def district_halves() -> pd.DataFrame:
    """Survey of the north from the start, water after the horizon; the south in 2021 and 2028."""
    rows = [
        ("North", "survey", 0.0, 0.1),
        ("North", "water", math.inf, 0.9),
        ("South", "survey", 500.0, 0.6),
        ("South", "water", 3000.0, 0.4),
    ]
    table = pd.DataFrame(rows, columns=["district", "gate", "half_day", "last_share"])
    return table.assign(allocation="today")


def differences() -> pd.DataFrame:
    """Two allocations against today: fewer person-days and more people, and the other way."""
    rows = []
    for name, sign in (("more", -1.0), ("less", 1.0)):
        share = 0.9 if name == "more" else 0.1
        days = sorted((sign * 2_000_000.0, sign * 6_000_000.0))
        rows.append((name, "person_days", None, sign * 4_000_000.0, *days, share))
        for year in range(2021, 2031):
            low, high = sorted((-sign * 80.0, -sign * 120.0))
            rows.append((name, "people_met", f"{year}-01-01", -sign * 100.0, low, high, share))
    columns = ["allocation", "measure", "date", "mean", "low", "high", "probability_better"]
    table = pd.DataFrame(rows, columns=columns)
    more: Any = {"against": "today", "draws": 50, "differing": 50, "differing_share_high": 1.0}
    verdict = table["allocation"].map({"more": "better", "less": "worse"})
    return typed("differences", table.assign(**more, verdict=verdict))


def sensitivity() -> pd.DataFrame:
    """Person-days of today hang on teams and records, their difference to more on luck alone."""
    rows = [
        ("", "person_days", None, "teams", 0.5, 0.1, "less", 0.8),
        ("", "person_days", None, "records", 0.29, 0.05, "mixed", 0.8),
        ("", "person_days", None, "others", 0.01, 0.02, "", 0.8),
        ("", "person_days", None, "unexplained", 0.2, 0.04, "", 0.8),
        ("more", "person_days", None, "unexplained", 1.0, 0.1, "", 0.0),
        ("", "people_met", "2025-01-01", "building", 0.9, 0.03, "more", 0.9),
        ("", "people_met", "2025-01-01", "unexplained", 0.1, 0.03, "", 0.9),
    ]
    columns = ["against", "measure", "date", "group", "share", "share_se", "direction", "r2"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, "allocation", "today")
    return typed("sensitivity", table.assign(draws=50))


def shares() -> pd.DataFrame:
    """Half of the people of the south by 2021, all of them by the end; none of the others."""
    rows = [
        ("North", "2021-01-01", 0.0, 1030),
        ("North", "2030-01-01", 0.0, 1030),
        ("South", "2021-01-01", 0.5, 200),
        ("South", "2030-01-01", 1.0, 200),
        ("", "2021-01-01", 0.0, 4),
        ("", "2030-01-01", 0.0, 4),
    ]
    table = pd.DataFrame(rows, columns=["district", "date", "share_p50", "people"])
    table.insert(0, "allocation", "today")
    return typed("district_shares", table.assign(share_p10=math.nan, share_p90=math.nan))


def victims() -> pd.DataFrame:
    """Totals of 100 and 200, a later one of 230, and a law that expects 240 by the end of 2026."""
    empty = (math.nan, math.nan, math.nan)
    rows = [
        ("known", "2020-12-31", 100, *empty),
        ("known", "2023-12-31", 200, *empty),
        ("later", "2025-06-30", 230, *empty),
        ("fitted", "2019-12-31", math.nan, math.nan, 0, math.nan),
        ("fitted", "2020-12-31", math.nan, math.nan, 100, math.nan),
        ("fitted", "2023-12-31", math.nan, math.nan, 200, math.nan),
        ("forecast", "2023-12-31", math.nan, 200, 200, 200),
        ("forecast", "2026-12-31", math.nan, 215, 240, 270),
    ]
    columns = ["kind", "date", "published", "total_p10", "total_p50", "total_p90"]
    return pd.DataFrame(rows, columns=columns).astype({"date": "datetime64[s]"})


def with_ranges(given: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables as a run of 50 draws has them: C1 and C2 in most, C3 in few."""
    readiness = given["readiness"].assign(
        ready_date_p10=pd.Series(["2020-03-01", "2020-09-01", "2028-01-01", None]),
        ready_date_p90=pd.Series(["2021-02-01", None, None, None]),
        probability_by_horizon=[1.0, 0.8, 0.2, math.nan],
        certainty=pd.Series(["likely", "likely", "unlikely", None]),
    )
    people = people_at([0, 100, 500, 3653], [0, 1000, 1200, 1200], half=100)
    spread = given["district_shares"].assign(share_p10=0.0, share_p90=1.0)
    ready = typed("readiness", readiness)
    more = {"readiness": ready, "people_met": people, "district_shares": spread}
    area = given["area_released"]
    half = area["area_m2_p50"] / 2
    past = area.assign(area_m2_p10=half, area_m2_p90=area["area_m2_p50"] + half)
    where = ["in the range", "in the range", "above the range", "in the range", "below the range"]
    told = {"area_released": past, "facts": given["facts"].assign(published_is=where)}
    return given | more | told | {"differences": differences(), "sensitivity": sensitivity()}


def half_sure(given: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables with draws in which C2, with a median, and C3, without, are about even."""
    made = with_ranges(given)
    readiness = made["readiness"].assign(
        probability_by_horizon=[1.0, 0.6, 0.4, math.nan],
        certainty=pd.Series(["likely", "about even", "about even", None]),
    )
    return made | {"readiness": readiness}


def people_at(
    days: list[int], middle: list[int], name: str = "today", half: int | None = None
) -> pd.DataFrame:
    """People met from each day under one allocation; with draws half the width of the range."""
    table = pd.DataFrame({"allocation": name, "day": days, "people_p50": middle})
    spread = math.nan if half is None else half
    low, high = (table["people_p50"] - spread).clip(lower=0), table["people_p50"] + spread
    table = table.assign(people_p10=low, people_p90=high, people_mean=table["people_p50"])
    shares = {"p10": low, "p50": table["people_p50"], "p90": high}
    return table.assign(**{f"returned_{name}": 0.4 * part for name, part in shares.items()})


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


def alt(name: str, given: dict[str, pd.DataFrame], view: View = VIEW) -> str:
    """Return the alt text of one chart."""
    return CHARTS[name].alt(*[given[need] for need in CHARTS[name].needs], view=view)


def words_of_sheet(sheet: Figure) -> list[str]:
    """Return all texts of a figure."""
    return [text.get_text() for text in sheet.findobj(Text)]


def foot(name: str, given: dict[str, pd.DataFrame], view: View) -> str:
    """Return what stands below a figure."""
    sheet, _ = figure(name, given, view)
    words = " ".join(text.get_text() for text in sheet.subfigs[-1].texts)
    return words.replace("\n", " ")


def head(name: str, given: dict[str, pd.DataFrame], view: View, *panels: str) -> list[str]:
    """Return what stands above a figure: what is to be seen, and what is shown."""
    sheet, _ = figure(name, given, view, panels)
    return [text.get_text().replace("\n", " ") for text in sheet.subfigs[0].texts]


def legend_words(ax: Axes) -> list[str]:
    """Return the words of a legend, its title first."""
    legend = ax.get_legend()
    assert legend is not None
    return [legend.get_title().get_text(), *(text.get_text() for text in legend.get_texts())]


def nobody_ready() -> dict[str, pd.DataFrame]:
    """Return the tables with not one ready date."""
    given = tables()
    status = [BLANK, FAILED, FAILED, BLANK]
    given["readiness"] = given["readiness"].assign(ready_day_p50=math.nan, status=status)
    given["people_met"] = people_at([0, 3653], [0, 0])
    return given
