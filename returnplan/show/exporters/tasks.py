"""What each team does in each month, in the run on expected values: for the planning team only.

A row is a job of a team in a month. A parcel counts in every month in which a team is at it, from
its dispatch on; its area, in the month in which it is finished. What is begun and not finished
within the horizon lasts until then.
"""

import io
from collections.abc import Iterator, Sequence
from textwrap import wrap

import numpy as np
import pandas as pd
import xlsxwriter

from returnplan.columns import Column, ColumnType
from returnplan.domain import STAGES
from returnplan.errors import ReturnplanError
from returnplan.runs.ensemble import csv_bytes
from returnplan.show.exporters.about import about
from returnplan.show.findings import Findings
from returnplan.show.workbook.cells import Sheets
from returnplan.show.workbook.cut import Cut, shortened
from returnplan.units import DAY_S

INTERNAL = "a list of tasks is internal: schedules of teams are not for the public"
SHEET, ABOUT = "Tasks", "About"
TEXT_LETTERS, LINE_POINTS = 100, 15
COLUMNS: Sequence[tuple[str, ColumnType, str, str]] = (
    ("allocation", "text", "", "plan: an allocation of teams"),
    ("team", "text", "", "id of the team"),
    ("asset", "text", "", "name of its asset type"),
    ("base", "text", "", "place where it lives"),
    ("month", "month", "", "month"),
    ("from_date", "date", "", "first day on the job in the month, dispatch included"),
    ("until_date", "date", "", "last day on the job in the month"),
    ("task", "text", "", "stage of land release, repair, or kind of works"),
    ("site", "text", "", "name of the place, or of both ends of the road"),
    ("district", "text", "", "district of the place, or of the first end of the road"),
    ("parcels", "count", "", "parcels at which the team is in the month"),
    ("parcels_finished", "count", "", "parcels that it finishes in the month"),
    ("area_m2_finished", "number", "m2", "area of these; empty: work without an area"),
    ("camped", "flag", "", "whether it camps at the site"),
    ("mobilised", "flag", "", "whether it comes to the site anew in the month"),
    ("job", "text", "", "id of the job"),
    ("owner", "text", "", "id of the hazard, works, road or settlement"),
    ("place_or_road", "text", "", "id of the site"),
)
"""Name, type, unit and meaning of each column."""
KEYS = ["allocation", "team", "month", "job"]


def tasks(findings: Findings, allocations: Sequence[str]) -> pd.DataFrame:
    """List the jobs of each team in each month.

    Parameters
    ----------
    findings
        The run, for the planning team.
    allocations
        Names.

    Returns
    -------
    pandas.DataFrame
        Columns as ``COLUMNS`` describes them; teams and months in order.

    Raises
    ------
    ReturnplanError
        When it is for the public.
    """
    if findings.is_public:
        raise ReturnplanError(INTERNAL)
    table = pd.concat([_of_one(findings, name) for name in allocations], ignore_index=True)
    return table[[name for name, *_ in COLUMNS]]


def tasks_csv(findings: Findings, allocations: Sequence[str]) -> bytes:
    """Write the tasks as a CSV table.

    Returns
    -------
    bytes
        The file, UTF-8.
    """
    return csv_bytes(tasks(findings, allocations))


def tasks_workbook(findings: Findings, allocations: Sequence[str]) -> bytes:
    """Write the tasks as a workbook that says first what they are, and what is cut.

    Returns
    -------
    bytes
        The file.
    """
    cut = shortened("tasks", tasks(findings, allocations))
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    start = pd.Timestamp(findings.scenario.start)
    book.set_properties({"title": about(findings)["title"], "created": start.to_pydatetime()})
    sheets = Sheets(book)
    _write_about(sheets, findings, cut)
    sheets.write(SHEET, cut.table, _described())
    book.close()
    return data.getvalue()


def _write_about(sheets: Sheets, findings: Findings, cut: Cut) -> None:
    texts = about(findings)
    if cut.words:
        texts["cut"] = f"{len(cut.table):,} of {cut.rows:,} rows are here: {cut.words}"
    texts |= {name: meaning for name, _, _, meaning in COLUMNS}
    sheet = sheets.sheet(ABOUT)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, TEXT_LETTERS)
    for row, (label, text) in enumerate(texts.items()):
        sheet.set_row(row, LINE_POINTS * max(1, len(wrap(text, TEXT_LETTERS - 8))))
        sheet.write_string(row, 0, label, sheets.bold)
        sheet.write_string(row, 1, text, sheets.wrapped)


def _described() -> list[Column]:
    return [
        Column(
            table="tasks", column=name, type=kind, unit=unit, meaning=text, sensitivity="restricted"
        )
        for name, kind, unit, text in COLUMNS
    ]


# ---------------------------------------------------------------- by month


def _of_one(findings: Findings, allocation: str) -> pd.DataFrame:
    jobs = findings.rows("jobs", allocation)
    months = _by_month(findings, jobs[jobs["team"].notna()])
    groups = months.groupby(KEYS, sort=False)
    table = groups.agg(
        asset=("asset", "first"),
        base=("base", "first"),
        from_date=("from_date", "min"),
        until_date=("until_date", "max"),
        stage=("stage", "first"),
        place_or_road=("place_or_road", "first"),
        owner=("owner", "first"),
        parcels=("parcel", "size"),
        parcels_finished=("finished", "sum"),
        camped=("camped", "any"),
        mobilised=("comes", "any"),
    )
    table["area_m2_finished"] = groups["area_m2"].sum(min_count=1)
    table = table.reset_index().sort_values(["team", "month", "from_date", "job"], kind="stable")
    names, words = findings.view.names, findings.words
    sites = dict(_sites(findings))
    stages = {one: words.named(one, STAGES) for one in table["stage"].unique()}
    return table.assign(
        asset=table["asset"].map(lambda one: names.get(one, one)),
        base=table["base"].map(lambda one: names.get(one, one)),
        task=table["stage"].map(stages),
        site=table["place_or_road"].map({one: name for one, (name, _) in sites.items()}),
        district=table["place_or_road"].map({one: name for one, (_, name) in sites.items()}),
    )


def _by_month(findings: Findings, jobs: pd.DataFrame) -> pd.DataFrame:
    """Parcels, once for each month in which a team is at them."""
    start = np.datetime64(findings.scenario.start, "s")
    horizon = np.datetime64(findings.horizon, "s")
    begin = start + _seconds(jobs["start_day"])
    finished = jobs["finish_day"].notna().to_numpy()
    end = np.where(finished, start + _seconds(jobs["finish_day"].fillna(0.0)), horizon)
    # What ends at midnight ends on the day before.
    last = np.maximum(begin, end - np.timedelta64(1, "s"))
    first_month = begin.astype("datetime64[M]")
    count = (last.astype("datetime64[M]") - first_month).astype(int) + 1
    at = np.repeat(np.arange(len(jobs)), count)
    step = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    month = first_month[at] + step
    is_last = step == count[at] - 1
    next_month = (month + 1).astype("datetime64[s]") - np.timedelta64(1, "s")
    rows = jobs.iloc[at].reset_index(drop=True)
    done = finished[at] & is_last
    return rows.assign(
        month=np.datetime_as_string(month, unit="M"),
        from_date=np.maximum(begin[at], month.astype("datetime64[s]")).astype("datetime64[D]"),
        until_date=np.minimum(last[at], next_month).astype("datetime64[D]"),
        finished=done,
        comes=rows["mobilised"].eq(True) & (step == 0),
        camped=rows["camped"].eq(True),
        area_m2=rows["area_m2"].where(done, rows["area_m2"] * 0),
    )


def _seconds(days: "pd.Series[float]") -> np.ndarray:
    return np.round(days.to_numpy(float) * DAY_S).astype("timedelta64[s]")


def _sites(findings: Findings) -> Iterator[tuple[str, tuple[str, str]]]:
    """Name and district of each place and road."""
    place = findings.scenario.place
    for one in place.values():
        yield one.id, (one.name, one.district)
    for road in findings.scenario.roads:
        ends = place[road.from_place], place[road.to_place]
        yield road.id, (f"{ends[0].name} – {ends[1].name}", ends[0].district)
