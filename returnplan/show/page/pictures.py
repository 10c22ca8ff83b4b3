"""Still pictures for the page without its script, and for paper: few colours, so few bytes."""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from returnplan.show.drawing import figure, picture
from returnplan.show.figures import CHARTS
from returnplan.show.findings import Findings, explained, leader

DOTS_PER_INCH = 105
SLOTS: Mapping[str, tuple[str, ...]] = {
    "map": ("ready_map",),
    "people": ("returns_over_time",),
    "allocations": ("conditions_met_over_time",),
    "districts": ("share_by_district",),
    "causes": ("waiting_by_cause",),
    "differences": ("paired_differences",),
    "how_sure": ("what_drives",),
    "past": ("released_and_published",),
    "cost": ("people_against_cost",),
}
"""Charts for each place on the page."""
TALL: Mapping[str, Callable[[Findings], str]] = {
    "share_by_district": leader,
    "what_drives": explained,
    "released_and_published": lambda findings: findings.first,
}
"""Of these one panel is enough of a page: that of this allocation."""
ONLY_WITH: Mapping[str, str] = {"released_and_published": "hindcast"}
"""Tables without which a chart is not put on the page, though it could be drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart as it stands in the page.

    Parameters
    ----------
    source
        ``data:`` address with the whole picture.
    alt
        The same in one or two sentences.
    width, height
        Size on the page, CSS pixels.
    """

    source: str
    alt: str
    width: int
    height: int


def pictures(findings: Findings) -> dict[str, list[Picture]]:
    """Draw the pictures that the audience's tables allow.

    Returns
    -------
    dict[str, list[Picture]]
        By place on the page, as ``SLOTS``.
    """
    return {
        slot: [_picture(findings, name) for name in names if _can_draw(findings, name)]
        for slot, names in SLOTS.items()
    }


def _can_draw(findings: Findings, name: str) -> bool:
    if name in ONLY_WITH and ONLY_WITH[name] not in findings.tables:
        return False
    return name in CHARTS and set(CHARTS[name].needs) <= set(findings.chart_tables)


def _picture(findings: Findings, name: str) -> Picture:
    panels: Sequence[str] = findings.allocations if CHARTS[name].one_allocation else ()
    if name in TALL:
        panels = [TALL[name](findings)]
    drawn, alt = figure(name, findings.chart_tables, findings.view, panels)
    png = picture(drawn, DOTS_PER_INCH)
    encoded = base64.b64encode(png).decode("ascii")
    inches = drawn.get_size_inches()
    return Picture(
        source=f"data:image/png;base64,{encoded}",
        alt=alt,
        width=round(float(inches[0]) * 96),
        height=round(float(inches[1]) * 96),
    )
