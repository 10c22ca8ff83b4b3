"""The sheet to read first: the results of one plan, picked from a list, beside those of all plans.

Its numbers are formulas on the other sheets, so that nothing stands there twice; what they give for
the plan that is picked at first is kept with them, for programs that do not compute.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell

from returnplan.domain import AUTHORITY, STATEMENT, Scenario
from returnplan.language.words import ENGLISH
from returnplan.model.reasons.causes import cause_group, cause_name
from returnplan.scenario.made_of import DOUBTFUL, made_of
from returnplan.show.drawing import MET, NOT_MET, PART, QUIET
from returnplan.show.workbook.cells import DAY_0, OF_TYPE, Sheets, digits

SUMMARY, PLANS, PEOPLE_MET = "Summary", "Plans", "People met"
QUARTERS = 4
"""Dates at which people are counted: each quarter of the horizon."""
MOST_CAUSES = 7
"""Causes that are shown by themselves."""
OTHER_CAUSES = "other causes"
MILLION = 1e6
WHOLE, TENTH, HUNDREDTH, SHARE = "#,##0", "#,##0.0", "#,##0.00", "0%"
RATE = "[<0.01]0.0000;#,##0.00"
MEASURES = (
    ("Returned by the end (mean)", ("returned_by_horizon_mean",), 1.0, WHOLE),
    ("Present at the end (mean)", ("present_at_horizon_mean",), 1.0, WHOLE),
    (
        "Person-days until conditions are met, millions (mean)",
        ("person_days_mean", "person_days_p10", "person_days_p90"), MILLION, TENTH,
    ),
    (
        "Share of them of people not met by the end",
        ("person_days_never_share",), 1.0, SHARE,
    ),
    (
        "Communities not met by the end (expected number)",
        ("communities_never", "communities_never_p10", "communities_never_p90"), 1.0, TENTH,
    ),
    ("Last community whose conditions are met", ("last_ready_date_p50",), 1.0, OF_TYPE["date"]),
    (
        "Cost, million USD (mean; constant prices, not discounted)",
        ("cost_usd_mean",), MILLION, TENTH,
    ),
    ("Planned works that state no cost", ("works_without_cost",), 1.0, WHOLE),
    ("Cost per person with conditions met, USD", ("cost_per_person_usd",), 1.0, WHOLE),
    (
        "Expected casualties per 1,000 person-years (mean)",
        ("per_1000_person_years_mean", "per_1000_person_years_low", "per_1000_person_years_high"),
        1.0, RATE,
    ),
    ("Accidents of deminers (mean)", ("deminer_accidents_mean",), 1.0, HUNDREDTH),
)  # fmt: skip
"""What is said of the plan: words, columns of the table of plans, divisor and format."""
SIDE_BY_SIDE = (
    ("Person-days, millions (mean)", "person_days_mean", MILLION, TENTH),
    ("Cost, million USD (mean)", "cost_usd_mean", MILLION, TENTH),
    ("Communities not met by the end", "communities_never", 1.0, TENTH),
)
"""Headings of the table of all plans after their people, and columns of the table of plans."""
MARKERS = ("circle", "square", "triangle", "diamond", "x", "plus")
"""Of the plans in the chart of cost, with one colour each: they differ in grey too."""
COLOURS = (MET, NOT_MET, PART, QUIET, "#8C6BB1", "#7A4B1E")
FIRST_WIDTH, NUMBER_WIDTH = 350, 90
"""Widths of the column of words and of the four of numbers, pixels."""
NUMBERS = 4
LEFT_CHART, RIGHT_CHART = (FIRST_WIDTH + NUMBERS * NUMBER_WIDTH - 8, 380), (576, 380)
"""Widths and heights of charts below the numbers and beside them, pixels."""
HEAD_LETTERS, LINE_PIXELS = 10, 20
"""Letters in a line of a heading of numbers, and the height of a line."""
CHART_ROWS = 20
"""Rows that a chart covers."""
MOST_LETTERS = 200
"""Longest title in the list; a plan with a longer one stands there by its name."""
LINE_LETTERS = 190
"""Letters of a line over the whole width of the sheet."""
PLAN_ROW = 1
"""Row in which the plan is picked, in column 1; its number stands below."""
PALE_GRID = {"major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plans:
    """The plans of a run, and the one that is picked at first.

    Parameters
    ----------
    labels
        Number and title of each, as in the list to pick from.
    picked
        Position of the one under which people wait least, from 0.
    summary, people_met
        Tables of these names; plans in their order, dates of each plan in theirs.
    waiting
        Million person-days by cause, one column a plan.
    """

    labels: Sequence[str]
    picked: int
    summary: pd.DataFrame
    people_met: pd.DataFrame
    waiting: pd.DataFrame

    @property
    def dates(self) -> "pd.Series[Any]":
        """Dates of counting."""
        return self.people_met["date"].iloc[: len(self.people_met) // len(self.labels)]


def write_summary(sheets: Sheets, scenario: Scenario, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write the plan to pick, its numbers and charts, and all plans side by side.

    Parameters
    ----------
    tables
        Tables of the run by name, as they stand in their sheets.
    """
    _Page(sheets, plans_of(scenario, tables)).write(scenario)


def plans_of(scenario: Scenario, tables: Mapping[str, pd.DataFrame]) -> Plans:
    """Say which plans there are.

    Parameters
    ----------
    tables
        Tables of the run by name.
    """
    summary = tables["summary"].reset_index(drop=True)
    titles = {header.name: header.title for header in scenario.allocations}
    days = summary["person_days_mean"].astype(float)
    return Plans(
        labels=labels([str(name) for name in summary["allocation"]], titles),
        picked=int(days.fillna(float("inf")).argmin()),
        summary=summary,
        people_met=tables["people_met"].reset_index(drop=True),
        waiting=_waiting(tables["delays"], summary["allocation"]),
    )


def labels(names: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """Number and title of each plan; without a title, or with a very long one, its name.

    Examples
    --------
    >>> labels(["ramp", "now"], {"ramp": "Growth"})
    ['1. Growth', '2. now']
    """
    said = [titles.get(name) or name for name in names]
    return [
        f"{number}. {title if len(title) <= MOST_LETTERS else name}"
        for number, (name, title) in enumerate(zip(names, said, strict=True), start=1)
    ]


def _waiting(delays: pd.DataFrame, names: "pd.Series[Any]") -> pd.DataFrame:
    """One row a cause, those with most person-days first; one column a plan."""
    groups = delays["cause"].map(cause_group)
    sums = delays.pivot_table(
        index=groups, columns="allocation", values="person_days_mean", aggfunc="sum", fill_value=0.0
    )
    order = sums.sum(axis=1).sort_values(ascending=False, kind="stable").index
    sums = sums.reindex(columns=list(names), fill_value=0.0).loc[order] / MILLION
    first, rest = sums.iloc[:MOST_CAUSES], sums.iloc[MOST_CAUSES:].sum()
    table = pd.concat([first, rest.to_frame(OTHER_CAUSES).T]) if len(sums) > len(first) else first
    return table.set_axis([cause_name(str(cause)) for cause in table.index], axis=0)


def quarters(dates: "pd.Series[Any]") -> list[int]:
    """Positions of the dates at each quarter of the time; the last is the end."""
    last = len(dates) - 1
    return sorted({-(-last * quarter // QUARTERS) for quarter in range(1, QUARTERS + 1)})


class _Page:
    """The sheet, from top to bottom."""

    def __init__(self, sheets: Sheets, plans: Plans) -> None:
        self.sheets, self.plans = sheets, plans
        self.sheet = sheets.sheet(SUMMARY)
        self.number = _cell(PLAN_ROW + 1, 1)

    def write(self, scenario: Scenario) -> None:
        """Write all of it."""
        sheet, sheets = self.sheet, self.sheets
        sheet.set_column_pixels(0, 0, FIRST_WIDTH)
        sheet.set_column_pixels(1, NUMBERS, NUMBER_WIDTH)
        title = sheets.book.add_format({"bold": True, "font_size": 14})
        sheet.write_string(0, 0, scenario.title or scenario.name, title)
        sheet.freeze_panes(PLAN_ROW + 1, 0)
        row = PLAN_ROW + 2
        said = (STATEMENT.format(authority=AUTHORITY), made_of(scenario, ENGLISH, DOUBTFUL))
        for line in _lines(said):
            sheet.write_string(row, 0, line, sheets.bold)
            row += 1
        top = row + 1
        row = self._measures(top)
        row = max(row, top + CHART_ROWS) + 1
        listed = row + 1
        row = self._side_by_side(row) + 1
        charts = row
        row = self._waits(row + CHART_ROWS) + 1
        causes = row - 1 - len(self.plans.waiting)
        first_date = self._over_time(row)
        self._pick(listed)
        self._draw(top, charts, listed, causes, first_date)

    def _pick(self, listed: int) -> None:
        """Let the plan be picked from the list of all plans; its number follows from its words."""
        sheet, plans = self.sheet, self.plans
        look = self.sheets.book.add_format({"bold": True, "bg_color": "#FFF2CC", "border": 1})
        sheet.write_string(PLAN_ROW, 0, "Plan (pick one from the list in the next cell)", None)
        sheet.write_string(PLAN_ROW, 1, plans.labels[plans.picked], look)
        sheet.data_validation(
            PLAN_ROW, 1, PLAN_ROW, 1,
            {
                "validate": "list",
                "source": "=" + xl_range_abs(listed, 0, listed + len(plans.labels) - 1, 0),
                "error_title": "No such plan",
                "error_message": "Pick a plan from the list.",
            },
        )  # fmt: skip
        sheet.write_string(PLAN_ROW + 1, 0, "Number of the plan, by which the numbers are found")
        picked = _cell(PLAN_ROW, 1)
        formula = f'=VALUE(LEFT({picked},FIND(".",{picked})-1))'
        sheet.write_formula(PLAN_ROW + 1, 1, formula, self._format(WHOLE), plans.picked + 1)

    def _head(self, row: int, heads: Sequence[str]) -> None:
        """Write headings, in a row that is as high as the longest needs."""
        lines = [len(wrap(head, HEAD_LETTERS)) for head in heads[1:]]
        self.sheet.set_row_pixels(row, LINE_PIXELS * max(lines))
        for at, head in enumerate(heads):
            self.sheet.write_string(row, at, head, self.sheets.heading)

    # Numbers

    def _measures(self, row: int) -> int:
        """Write the numbers of the plan that is picked; return the row below them."""
        heads = ("Plan that is picked", "Median or mean", "10 % below", "90 % below")
        self._head(row, heads)
        row += 1
        plans = self.plans
        for at in quarters(plans.dates):
            day = plans.dates.iloc[at]
            words = f"People whose conditions are met by {day:%Y-%m-%d} (median)"
            self.sheet.write_string(row, 0, words)
            for column, name in enumerate(("people_p50", "people_p10", "people_p90"), start=1):
                self._met(row, column, name, at)
            row += 1
        for words, names, divisor, code in MEASURES:
            self.sheet.write_string(row, 0, words)
            for column, name in enumerate(names, start=1):
                self._of_plan(row, column, name, divisor, code)
            row += 1
        return row

    def _met(self, row: int, column: int, name: str, at: int) -> None:
        """A number of people met on a date, of the plan that is picked."""
        met, dates = self.plans.people_met, len(self.plans.dates)
        cells = _range(PEOPLE_MET, met, name)
        value = met[name].iloc[self.plans.picked * dates + at]
        position = f"({self.number}-1)*{dates}+{at + 1}"
        self._formula(row, column, f"INDEX({cells},{position})", value, 1.0, WHOLE)

    def _of_plan(self, row: int, column: int, name: str, divisor: float, code: str) -> None:
        """A number of the table of plans, of the plan that is picked."""
        summary = self.plans.summary
        cells = _range(PLANS, summary, name)
        value = summary[name].iloc[self.plans.picked]
        self._formula(row, column, f"INDEX({cells},{self.number})", value, divisor, code)

    def _formula(
        self, row: int, column: int, cell: str, value: Any, divisor: float, code: str
    ) -> None:
        """Write a formula with what it gives; of an empty cell it is empty, not 0."""
        by = f"/{divisor:.0f}" if divisor != 1.0 else ""
        shown = _value(value, divisor)
        formula = f'=IF({cell}="","",{cell}{by})'
        self.sheet.write_formula(row, column, formula, self._format(code), shown)

    def _format(self, code: str) -> Any:
        return self.sheets.format(code)

    def _side_by_side(self, row: int) -> int:
        """Write all plans beside each other; return the row below them."""
        plans = self.plans
        end = plans.dates.iloc[-1]
        heads = (
            "All plans", f"People met by {end:%Y-%m-%d} (median)",
            *(head for head, *_ in SIDE_BY_SIDE),
        )  # fmt: skip
        self._head(row, heads)
        for at, label in enumerate(plans.labels):
            here = row + 1 + at
            self.sheet.write_string(here, 0, label)
            last = (at + 1) * len(plans.dates) - 1
            column = list(plans.people_met).index("people_p50")
            cell = f"{quote_sheetname(PEOPLE_MET)}!{_cell(last + 1, column)}"
            self._formula(here, 1, cell, plans.people_met["people_p50"].iloc[last], 1.0, WHOLE)
            for number, (_, name, divisor, code) in enumerate(SIDE_BY_SIDE, start=2):
                cell = f"{PLANS}!{_cell(at + 1, list(plans.summary).index(name))}"
                self._formula(here, number, cell, plans.summary[name].iloc[at], divisor, code)
        return row + 1 + len(plans.labels)

    # Numbers of the charts

    def _waits(self, row: int) -> int:
        """Write what people wait for, by plan and of the one that is picked."""
        sheet, plans = self.sheet, self.plans
        count = len(plans.waiting)
        heads = ("What people wait for, million person-days (mean): cause", "Plan", "Million")
        self._head(row, heads)
        row += 1
        first = row
        for number, name in enumerate(plans.waiting, start=1):
            for cause, value in zip(plans.waiting.index, plans.waiting[name], strict=True):
                sheet.write_string(row, 0, cause)
                sheet.write_number(row, 1, number, self._format(WHOLE))
                sheet.write_number(row, 2, _value(value, 1.0), self._format(HUNDREDTH))
                row += 1
        cells = xl_range_abs(first, 2, max(first, row - 1), 2)
        self._head(row, ("The same, plan that is picked", "Million"))
        for at, cause in enumerate(plans.waiting.index):
            row += 1
            sheet.write_string(row, 0, cause)
            value = plans.waiting.iloc[at, plans.picked]
            position = f"({self.number}-1)*{count}+{at + 1}"
            self._formula(row, 1, f"INDEX({cells},{position})", value, 1.0, HUNDREDTH)
        return row + 1

    def _over_time(self, row: int) -> int:
        """Write people met over time of the plan that is picked; return the row of the first."""
        heads = (
            "People whose conditions are met, plan that is picked: date", "Median", "10 % below",
            "90 % below",
        )  # fmt: skip
        self._head(row, heads)
        look = self.sheets.book.add_format({"num_format": OF_TYPE["date"], "align": "left"})
        for at, day in enumerate(self.plans.dates):
            here = row + 1 + at
            self.sheet.write_number(here, 0, _value(day, 1.0), look)
            for column, name in enumerate(("people_p50", "people_p10", "people_p90"), start=1):
                self._met(here, column, name, at)
        return row + 1

    # Charts

    def _draw(self, top: int, charts: int, listed: int, causes: int, first_date: int) -> None:
        beside = NUMBERS + 1
        self._place(top, beside, self._fan(first_date), RIGHT_CHART, "People over time")
        self._place(charts, 0, self._bars(causes), LEFT_CHART, "What people wait for")
        self._place(charts, beside, self._against_cost(listed), RIGHT_CHART, "People against cost")

    def _place(self, row: int, column: int, chart: Any, size: tuple[int, int], words: str) -> None:
        width, height = size
        chart.set_size({"width": width, "height": height})
        self.sheet.insert_chart(row, column, chart, {"description": words, "x_offset": 4})

    def _fan(self, first: int) -> Any:
        """People whose conditions are met over time, median and range of the plan picked."""
        plans = self.plans
        chart = self.sheets.book.add_chart({"type": "line"})
        last = first + len(plans.dates) - 1
        lines = [(1, "Median", MET, "solid", 2.25)]
        if plans.people_met["people_p10"].notna().any():
            lines += [
                (2, "10 % of the simulations are below", PART, "dash", 1.25),
                (3, "90 % of the simulations are below", PART, "dash", 1.25),
            ]
        for column, name, colour, dashes, width in lines:
            chart.add_series(
                {
                    "name": name,
                    "categories": [SUMMARY, first, 0, last, 0],
                    "values": [SUMMARY, first, column, last, column],
                    "line": {"color": colour, "dash_type": dashes, "width": width},
                }
            )
        _titled(chart, "People whose conditions are met (modelled), plan that is picked")
        years = max(1, round((plans.dates.iloc[-1] - plans.dates.iloc[0]).days / 365.25))
        chart.set_x_axis(
            {
                "name": "Year",
                "date_axis": True,
                "num_format": "yyyy",
                "major_unit": max(1, -(-years // 10)),
                "major_unit_type": "years",
                "name_font": {"size": 10},
            }
        )
        chart.set_y_axis({"name": "People", "num_format": WHOLE, "min": 0, **PALE_GRID})
        chart.set_legend({"position": "bottom"})
        return chart

    def _bars(self, first: int) -> Any:
        """Million person-days by cause, of the plan picked."""
        chart = self.sheets.book.add_chart({"type": "bar"})
        last = first + max(len(self.plans.waiting), 1) - 1
        chart.add_series(
            {
                "name": "Million person-days (mean)",
                "categories": [SUMMARY, first, 0, last, 0],
                "values": [SUMMARY, first, 1, last, 1],
                "fill": {"color": MET},
                "gap": 60,
                "data_labels": {"value": True, "num_format": TENTH},
            }
        )
        _titled(chart, "What people wait for (modelled), plan that is picked")
        # XlsxWriter calls the horizontal axis x, also where it is the one of the numbers.
        chart.set_x_axis(
            {"name": "Million person-days (mean)", "num_format": TENTH, "min": 0, **PALE_GRID}
        )
        chart.set_y_axis(
            {
                "name": "Cause of waiting",
                "reverse": True,
                "crossing": "max",
                "major_gridlines": {"visible": False},
            }
        )
        chart.set_legend({"none": True})
        return chart

    def _against_cost(self, listed: int) -> Any:
        """Each plan by its cost and the people whose conditions are met by the end."""
        chart = self.sheets.book.add_chart({"type": "scatter"})
        for at in range(len(self.plans.labels)):
            colour = COLOURS[at % len(COLOURS)]
            row = listed + at
            chart.add_series(
                {
                    "name": [SUMMARY, row, 0],
                    "categories": [SUMMARY, row, 3, row, 3],
                    "values": [SUMMARY, row, 1, row, 1],
                    "marker": {
                        "type": MARKERS[at % len(MARKERS)],
                        "size": 10,
                        "border": {"color": colour},
                        "fill": {"color": colour},
                    },
                }
            )
        end = self.plans.dates.iloc[-1]
        _titled(chart, "People whose conditions are met (modelled) against cost, all plans")
        chart.set_x_axis({"name": "Cost, million USD (mean)", "num_format": WHOLE})
        chart.set_y_axis(
            {
                "name": f"People met by {end:%Y-%m-%d} (median)",
                "num_format": WHOLE,
                "min": 0,
                **PALE_GRID,
            }
        )
        chart.set_legend({"position": "bottom"})
        return chart


def _titled(chart: Any, words: str) -> None:
    chart.set_title({"name": words, "name_font": {"size": 11}})


def _lines(texts: Sequence[str]) -> Iterator[str]:
    """Sentences one below another, as many in a line as it holds."""
    for text in texts:
        line = ""
        for word in text.split():
            if line and len(line) + len(word) >= LINE_LETTERS:
                yield line
                line = ""
            line = f"{line} {word}".strip()
        if line:
            yield line


def _cell(row: int, column: int) -> str:
    return str(xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True))


def _range(sheet: str, table: pd.DataFrame, name: str) -> str:
    """Cells of a column of a table, as it stands in its sheet."""
    column = list(table).index(name)
    return f"{quote_sheetname(sheet)}!{xl_range_abs(1, column, max(len(table), 1), column)}"


def _value(value: Any, divisor: float) -> Any:
    """What a cell shows; nothing stays empty."""
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return (value - DAY_0).days
    return digits(np.array([float(value) / divisor]))[0]
