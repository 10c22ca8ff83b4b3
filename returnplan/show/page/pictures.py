"""Still pictures for the page without its script, and for paper: few colours, so few bytes."""

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from returnplan.show.drawing import figure, picture, vector
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
    "victims": ("victims_and_power_law",),
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
LONG_NUMBER = re.compile(r"(?<=[\s\"(,-])(\d+\.\d\d)\d+(?=[\s\"),])")
TAKEN = ("differences", "how_sure", "past", "cost", "victims")
"""Places whose pictures always stand there: readers may take them as SVG too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart as it stands in the page.

    Parameters
    ----------
    name
        Name of the chart.
    source
        ``data:`` address with the whole picture.
    alt
        The same in one or two sentences.
    width, height
        Size on the page, CSS pixels.
    svg
        The same as SVG; empty where only the still picture is needed.
    """

    name: str
    source: str
    alt: str
    width: int
    height: int
    svg: str = ""


def pictures(findings: Findings) -> dict[str, list[Picture]]:
    """Draw the pictures that the audience's tables allow.

    Returns
    -------
    dict[str, list[Picture]]
        By place on the page, as ``SLOTS``.
    """
    return {
        slot: [
            _picture(findings, name, has_svg=slot in TAKEN)
            for name in names
            if _can_draw(findings, name)
        ]
        for slot, names in SLOTS.items()
    }


def _can_draw(findings: Findings, name: str) -> bool:
    if name in ONLY_WITH and ONLY_WITH[name] not in findings.tables:
        return False
    return name in CHARTS and set(CHARTS[name].needs) <= set(findings.chart_tables)


def _picture(findings: Findings, name: str, *, has_svg: bool) -> Picture:
    panels: Sequence[str] = findings.allocations if CHARTS[name].one_allocation else ()
    if name in TALL:
        panels = [TALL[name](findings)]
    drawn, alt = figure(name, findings.chart_tables, findings.view, panels)
    encoded = base64.b64encode(_webp(picture(drawn, DOTS_PER_INCH))).decode("ascii")
    inches = drawn.get_size_inches()
    return Picture(
        name=name,
        source=f"data:image/webp;base64,{encoded}",
        alt=alt,
        width=round(float(inches[0]) * 96),
        height=round(float(inches[1]) * 96),
        svg=_short(vector(drawn, alt)) if has_svg else "",
    )


def _webp(png: bytes) -> bytes:
    """The same dots in a quarter fewer bytes; every browser that can unpack the data reads it."""
    file = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(file, "webp", lossless=True, method=6)
    return file.getvalue()


def _short(svg: str) -> str:
    """Write numbers of an SVG with two decimals: finer than any screen."""
    return LONG_NUMBER.sub(r"\1", svg)
