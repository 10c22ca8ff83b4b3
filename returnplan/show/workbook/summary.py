"""The sheet to read first: allocations side by side, what people wait for, and charts of Excel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from returnplan.columns import Column, ColumnType, column_of
from returnplan.domain import AUTHORITY, STATEMENT, Scenario
from returnplan.language.words import ENGLISH
from returnplan.model.reasons.causes import cause_group, cause_name
from returnplan.scenario.made_of import made_of
from returnplan.show.drawing import MET, NOT_MET, PART, QUIET, UNKNOWN
from returnplan.show.workbook.cells import Sheets

SUMMARY = "Summary"
QUARTERS = 4
"""Dates at which people are counted: each quarter of the horizon."""
MOST_CAUSES = 7
"""Causes that are shown by themselves."""
OTHER_CAUSES = "other causes"
COST = "Cost, USD (mean; constant prices, not discounted)"
OF_SUMMARY: Mapping[str, str] = {
    "Days until conditions are met, weighted by people: person-days (mean)": "person_days_mean",
    "Person-days (p10)": "person_days_p10",
    "Person-days (p90)": "person_days_p90",
    "Share of them of people never met within the horizon": "person_days_never_share",
    COST: "cost_usd_mean",
    "Planned works that state no cost": "works_without_cost",
    "Cost per person with conditions met, USD": "cost_per_person_usd",
    "Cost per person returned, USD": "cost_per_returned_usd",
    "Returned by the horizon (mean)": "returned_by_horizon_mean",
    "Present at the horizon (mean)": "present_at_horizon_mean",
    "People where the number of dwellings is unknown": "people_unknown_dwellings",
    "Expected casualties per 1,000 person-years (p10)": "per_1000_person_years_low",
    "Expected casualties per 1,000 person-years (mean)": "per_1000_person_years_mean",
    "Expected casualties per 1,000 person-years (p90)": "per_1000_person_years_high",
    "Accidents of deminers per km2 worked on (mean)": "deminer_accidents_per_km2_mean",
    "Expected casualties (p10)": "expected_casualties_low",
    "Expected casualties (mean)": "expected_casualties_mean",
    "Expected casualties (p90)": "expected_casualties_high",
    "Accidents of deminers (mean)": "deminer_accidents_mean",
    "Last community met (p50)": "last_ready_date_p50",
    "Communities not met (expected number)": "communities_never",
    "Communities not met (p10)": "communities_never_p10",
    "Communities not met (p90)": "communities_never_p90",
}
"""Headings, and the columns of the table of that name."""
FARMLAND = "farmland_m2_by_"
"""Begin of the columns of that table that say it by a date."""
LINES = (
    (MET, "solid", "circle"),
    (NOT_MET, "dash", "square"),
    (PART, "dash_dot", "triangle"),
    (QUIET, "round_dot", "diamond"),
    ("#8C6BB1", "long_dash", "x"),
    ("#7A4B1E", "square_dot", "plus"),
)
"""Colour, dashes and marker of each allocation: they differ in grey too."""
FILLS = (
    (MET, ""),
    (PART, ""),
    (NOT_MET, ""),
    (UNKNOWN, ""),
    (MET, "wide_upward_diagonal"),
    (PART, "dark_vertical"),
    (NOT_MET, "wide_downward_diagonal"),
    (QUIET, "small_grid"),
)
"""Colour and hatch of each cause."""
WIDTH, HEIGHT = 640, 400
"""Of a chart, in pixels."""
ROWS_BETWEEN = 21
Range = list[Any]
"""Sheet, first row, first column, last row, last column."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Front:
    """The first sheet, to which the charts go.

    Parameters
    ----------
    options
        Allocations side by side; its header is in row 0.
    waiting
        Person-days by cause and allocation.
    waiting_row
        Row of its header.
    titles
        Titles of the allocations.
    """

    sheet: Any
    options: pd.DataFrame
    waiting: pd.DataFrame
    waiting_row: int
    titles: Sequence[str]

    def range(self, row: int, column: int, last_row: int, last_column: int) -> Range:
        """Give cells of the sheet as a chart names them."""
        return [SUMMARY, row, column, last_row, last_column]


def write_summary(sheets: Sheets, scenario: Scenario, tables: Mapping[str, pd.DataFrame]) -> Front:
    """Write the allocations side by side, and below what people wait for.

    Parameters
    ----------
    tables
        Tables of the run by name.

    Returns
    -------
    Front
        Where everything stands, for the charts.
    """
    named = {header.name: header.title or header.name for header in scenario.allocations}
    titles = [named[name] for name in tables["summary"]["allocation"]]
    options, columns = _options(tables, titles)
    sheet = sheets.write(SUMMARY, options, columns)
    row = len(options) + 2
    sheet.write_string(row, 0, STATEMENT.format(authority=AUTHORITY), sheets.bold)
    sheet.write_string(row + 1, 0, made_of(scenario, ENGLISH), sheets.bold)
    sheet.write_string(row + 3, 0, "What people wait for, person-days (mean)", sheets.bold)
    waiting = _waiting(tables["delays"])
    kinds = [_column(str(name), "number", "person-days") for name in waiting]
    sheets.put(sheet, row + 4, waiting, [_column("cause", "text"), *kinds[1:]])
    return Front(sheet=sheet, options=options, waiting=waiting, waiting_row=row + 4, titles=titles)


def _column(name: str, kind: ColumnType, unit: str = "") -> Column:
    return Column(
        table=SUMMARY, column=name, type=kind, unit=unit, meaning="", sensitivity="public"
    )


def _options(
    tables: Mapping[str, pd.DataFrame], titles: Sequence[str]
) -> tuple[pd.DataFrame, list[Column]]:
    """Allocations side by side, one row each."""
    summary, met = tables["summary"].reset_index(drop=True), tables["people_met"]
    cells: dict[str, Any] = {"Allocation": summary["allocation"], "Title": titles}
    columns = [_column(name, "text") for name in cells]
    for day in _quarters(met):
        rows = met[met["date"] == day].set_index("allocation").loc[summary["allocation"]]
        for percent in (50, 10, 90):
            name = _people_by(day, percent)
            cells[name] = rows[f"people_p{percent}"].to_numpy()
            columns.append(_column(name, "count", "people"))
    for date in _farmland_days(summary, _quarters(met)):
        of = f"{FARMLAND}{date}_mean"
        cells[f"Land that denied farmland, released by {date}, m2 (mean)"] = summary[of]
        columns.append(column_of("summary", of))
    for name, of in OF_SUMMARY.items():
        cells[name] = summary[of]
        columns.append(column_of("summary", of))
    return pd.DataFrame(cells), columns


def _people_by(day: pd.Timestamp, percent: int) -> str:
    return f"Conditions met by {day:%Y-%m-%d}, people (p{percent})"


def _quarters(people_met: pd.DataFrame) -> list[pd.Timestamp]:
    """First dates of counting after each quarter of the time; the last is the horizon."""
    dates = people_met.drop_duplicates("date")
    last = dates["day"].max()
    days = [
        dates.loc[dates["day"] >= last * quarter // QUARTERS, "date"].iloc[0]
        for quarter in range(1, QUARTERS + 1)
    ]
    return list(dict.fromkeys(days))


def _farmland_days(summary: pd.DataFrame, quarters: Sequence[pd.Timestamp]) -> list[str]:
    """Of the dates by which farmland is told, the first after each quarter of the time."""
    of_land = [str(name) for name in summary if str(name).startswith(FARMLAND)]
    told = [name[len(FARMLAND) :][:10] for name in of_land if name.endswith("_mean")]
    late = [[day for day in told if day >= f"{quarter:%Y-%m-%d}"] for quarter in quarters]
    return list(dict.fromkeys(days[0] for days in late if days))


def _waiting(delays: pd.DataFrame) -> pd.DataFrame:
    """One row a cause, those with most person-days first; one column an allocation."""
    names = delays["allocation"].unique()
    groups = delays["cause"].map(cause_group)
    sums = delays.pivot_table(
        index=groups, columns="allocation", values="person_days_mean", aggfunc="sum", fill_value=0.0
    )
    order = sums.sum(axis=1).sort_values(ascending=False, kind="stable").index
    sums = sums.loc[order, names]
    first, rest = sums.iloc[:MOST_CAUSES], sums.iloc[MOST_CAUSES:].sum()
    table = pd.concat([first, rest.to_frame(OTHER_CAUSES).T]) if len(sums) > len(first) else first
    table.insert(0, "Cause", [cause_name(str(cause)) for cause in table.index])
    return table.reset_index(drop=True)


# ---------------------------------------------------------------- charts


def draw_charts(sheets: Sheets, front: Front, people_met: pd.DataFrame, sheet_name: str) -> None:
    """Draw people over time, people against cost, and waiting by cause, as charts of Excel.

    Parameters
    ----------
    front
        The first sheet.
    people_met
        Table of that name, as it stands in its sheet.
    sheet_name
        Name of that sheet.
    """
    drawn = [
        (_over_time(sheets, front, people_met, sheet_name), "People whose conditions are met"),
        (_against_cost(sheets, front), "People whose conditions are met against cost"),
    ]
    if len(front.waiting):
        drawn.append((_by_cause(sheets, front), "Person-days of waiting by cause"))
    row = front.waiting_row + len(front.waiting) + 3
    for number, (chart, words) in enumerate(drawn):
        chart.set_size({"width": WIDTH, "height": HEIGHT})
        chart.set_legend({"position": "bottom"})
        front.sheet.insert_chart(
            row + number * ROWS_BETWEEN, 0, chart, {"description": f"{words}, by allocation"}
        )


def _over_time(sheets: Sheets, front: Front, people_met: pd.DataFrame, sheet_name: str) -> Any:
    chart = sheets.book.add_chart({"type": "line"})
    column = {str(name): at for at, name in enumerate(people_met)}
    rows = people_met.reset_index(drop=True).groupby("allocation", sort=False).indices
    for number, allocation in enumerate(front.options["Allocation"]):
        first, last = rows[allocation][0] + 1, rows[allocation][-1] + 1
        colour, dashes, _ = LINES[number % len(LINES)]
        of = {"color": colour, "dash_type": dashes, "width": 2}
        dates = [sheet_name, first, column["date"], last, column["date"]]
        people = [sheet_name, first, column["people_p50"], last, column["people_p50"]]
        chart.add_series(
            {"name": front.titles[number], "categories": dates, "values": people, "line": of}
        )
    chart.set_title({"name": "Conditions met (modelled), median", "name_font": {"size": 12}})
    chart.set_x_axis({"name": "Date", "date_axis": True, "num_format": "yyyy", **_YEARLY})
    chart.set_y_axis({"name": "People", "num_format": "#,##0", "min": 0, **_PALE_GRID})
    return chart


_YEARLY = {"major_unit": 2, "major_unit_type": "years"}
_PALE_GRID = {"major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}}


def _against_cost(sheets: Sheets, front: Front) -> Any:
    chart = sheets.book.add_chart({"type": "scatter"})
    names = list(map(str, front.options))
    cost, people = names.index(COST), _last_people(names)
    for number, title in enumerate(front.titles):
        colour, _, marker = LINES[number % len(LINES)]
        row = number + 1
        fill = {"border": {"color": colour}, "fill": {"color": colour}}
        chart.add_series(
            {
                "name": title,
                "categories": front.range(row, cost, row, cost),
                "values": front.range(row, people, row, people),
                "marker": {"type": marker, "size": 10, **fill},
            }
        )
    chart.set_title({"name": "People against cost", "name_font": {"size": 12}})
    million = {"display_units": "millions", "display_units_visible": False}
    chart.set_x_axis({"name": "Cost, million USD (mean)", "num_format": "#,##0", **million})
    words = f"People, {names[people].partition(',')[0].lower()} (median)"
    chart.set_y_axis({"name": words, "num_format": "#,##0", "min": 0, **_PALE_GRID})
    return chart


def _last_people(names: Sequence[str]) -> int:
    """Column of the people by the horizon, median."""
    return max(at for at, name in enumerate(names) if name.endswith("people (p50)"))


def _by_cause(sheets: Sheets, front: Front) -> Any:
    chart = sheets.book.add_chart({"type": "bar", "subtype": "stacked"})
    last = len(front.titles)
    head = front.waiting_row
    for number in range(len(front.waiting)):
        row = head + 1 + number
        colour, hatch = FILLS[number % len(FILLS)]
        fill: dict[str, Any] = {"fill": {"color": colour}}
        if hatch:
            fill = {"pattern": {"pattern": hatch, "fg_color": colour, "bg_color": "white"}}
        chart.add_series(
            {
                "name": [SUMMARY, row, 0],
                "categories": front.range(head, 1, head, last),
                "values": front.range(row, 1, row, last),
                "border": {"color": QUIET, "width": 0.5},
                "gap": 60,
                **fill,
            }
        )
    chart.set_title({"name": "Waiting by cause", "name_font": {"size": 12}})
    million = {"display_units": "millions", "display_units_visible": False}
    # XlsxWriter calls the horizontal axis x, also where it is the one of the numbers.
    chart.set_x_axis({"name": "Person-days, millions (mean)", "num_format": "#,##0.0", **million})
    chart.set_y_axis({"name": "Allocation", "reverse": True, "crossing": "max"})
    return chart
