"""What the page's script is given: numbers by allocation, only what the audience may see.

Days count from the start; a time that does not come within the horizon, or a figure that is not
shown, is null.
"""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from returnplan.language.isolation import isolated
from returnplan.runs.folder import SCENARIO_COPY
from returnplan.scenario.background import Background
from returnplan.scenario.shapes import read_shapes
from returnplan.show.audience.tables import areas_of
from returnplan.show.drawing import SHADES
from returnplan.show.findings import (
    Findings,
    big_numbers,
    bottlenecks,
    leader,
    mark,
    options,
    statements,
    target_name,
)
from returnplan.show.page import ground
from returnplan.show.page.communities import communities_data
from returnplan.show.page.districts import district_keys, district_profiles, district_shares
from returnplan.show.page.rounding import significant
from returnplan.show.page.sentences import formats, last_year, sentences
from returnplan.show.page.titles import chart_titles
from returnplan.show.page.years import DIFFERENCES, FAR_YEARS, year_before, year_key

MEASURES = ("people", "returned", "present")
"""Counts of ``people_met.csv`` that are drawn: conditions met, returned, present."""
RANGE = ("p10", "p50", "p90")


def page_data(findings: Findings, background: Background) -> dict[str, Any]:
    """All that the script of the page needs.

    Parameters
    ----------
    findings
        The run, for an audience and in a language.
    background
        Outlines of districts.

    Returns
    -------
    dict[str, Any]
        To be written as JSON.
    """
    names = findings.allocations
    districts = district_shares(findings, _range(findings))
    data: dict[str, Any] = {
        "start": findings.scenario.start.isoformat(),
        "days": _days(findings),
        "begin": _begin(findings),
        "draws": findings.draws,
        "audience": findings.audience,
        "words": sentences(findings.words, findings.draws, findings.horizon),
        "formats": formats(findings.words, findings.draws),
        "allocations": [findings.title(name) for name in names],
        "all_people": findings.people,
        "not_covered": list(findings.not_covered.places),
        "why_not_covered": findings.not_covered.text,
        "as_of": _as_of(findings),
        "numbers": [
            [[one.value, one.range] for one in big_numbers(findings, option)]
            for option in options(findings)
        ],
        "people": [_people(findings, name) for name in names],
        "targets": _targets(findings),
        "titles": {
            chart: isolated(titles) if isinstance(titles, str) else [*map(isolated, titles)]
            for chart, titles in chart_titles(findings).items()
        },
        "foot": _foot(findings),
        "districts": districts,
        "shades": SHADES,
        "differences": [FAR_YEARS, *DIFFERENCES],
        "causes": [
            [
                [cause.name, significant(cause.person_days), cause.percent]
                for cause in bottlenecks(findings, name)
            ]
            for name in names
        ],
    }
    if findings.is_public:
        data["years"] = _year_key(findings, districts["years"], [])
        areas = areas_of(findings.run.readiness)
        shown = district_keys(findings)
        data["map"] = ground.district_map(findings.scenario.places, background, areas, shown)
        return data | district_profiles(findings)
    shapes, _ = read_shapes(findings.folder / SCENARIO_COPY)
    data["map"] = ground.full_map(
        findings.scenario, background, findings.tables, findings.run, district_keys(findings),
        [part[0] for shape in shapes.values() for part in shape],
    )  # fmt: skip
    data["map"]["ring_names"] = [*map(findings.district, background.districts)]
    data["years"] = _year_key(
        findings, districts["years"], [] if background.rings else data["map"]["ready"]
    )
    return data | communities_data(findings)


def _foot(findings: Findings) -> list[str]:
    """What stands below charts that leave the page."""
    texts = (
        f"{mark(findings)}. {findings.made_up}",
        statements(findings)[0],
        findings.view.provenance,
    )
    return [*map(isolated, texts)]


def _year_key(
    findings: Findings,
    years: Sequence[Sequence[Sequence[int] | None]],
    ready: Sequence[Sequence[int]],
) -> list[tuple[int, str]]:
    """Last year and colour of each class of years: of districts, or of settlements without them."""
    start, as_of = findings.scenario.start, findings.scenario.as_of
    if ready:
        seen = [year_before(start, day) for plan in ready for day in plan if day >= 0]
    else:
        seen = [between[1] for plan in years for between in plan if between]
    return year_key(seen, last_year(findings), as_of)


def _days(findings: Findings) -> list[int]:
    """Days of counting under any allocation: the steps of the slider."""
    return sorted(int(day) for day in findings.tables["people_met"]["day"].unique())


def _begin(findings: Findings) -> tuple[int, int]:
    """What is shown at first: the leading allocation at the date of the data.

    Where the scenario says none: at the near date of the table of options.
    """
    best, days = findings.allocations.index(leader(findings)), _days(findings)
    known = _as_of(findings)
    if known is None:
        return best, days.index((findings.near - findings.scenario.start).days)
    return best, next((step for step, day in enumerate(days) if day >= known), len(days) - 1)


def _as_of(findings: Findings) -> int | None:
    """Day of the data, if the scenario says it and it lies within the time of the run."""
    as_of = findings.scenario.as_of
    if as_of is None or not findings.scenario.start <= as_of <= findings.horizon:
        return None
    return (as_of - findings.scenario.start).days


def _people(findings: Findings, allocation: str) -> list[list[list[int | None]]]:
    """Measure x range x day of counting; None where a day is not shown."""
    rows = findings.rows("people_met", allocation).set_index("day").reindex(_days(findings))
    return [
        [_whole(rows[f"{measure}_{part}"]) for part in _range(findings)] for measure in MEASURES
    ]


def _range(findings: Findings) -> tuple[str, ...]:
    """Columns of a range; a run on expected values has one number."""
    return RANGE if findings.draws else ("p50",)


def _whole(column: pd.Series) -> list[int | None]:
    return [None if math.isnan(value) else round(value) for value in column.astype(float)]


def _targets(findings: Findings) -> list[list[Any]]:
    """Day, people, measure and title of each target within the horizon."""
    start, horizon = findings.scenario.start, findings.horizon
    return [
        [
            (target.by_date - start).days,
            target.people,
            0 if target.measure == "conditions_met" else 1,
            target_name(target),
        ]
        for target in findings.scenario.targets
        if start <= target.by_date <= horizon
    ]
