"""The few big numbers of an allocation: what a reader sees first."""

from dataclasses import dataclass

from returnplan.show.findings.findings import Findings, Range
from returnplan.show.findings.options import COST, HALF_MET, Option, option_headings

PARTED = " ("
"""Where the range of a cell of the table of options begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BigNumber:
    """A number to be read at a glance.

    Parameters
    ----------
    label
        What it counts.
    value
        The number, as people say it.
    range
        In what range 80 % of the draws lie; empty where there is none.
    """

    label: str
    value: str
    range: str = ""


def big_numbers(findings: Findings, option: Option) -> tuple[BigNumber, ...]:
    """Say an allocation in four numbers: people soon, people in the end, half of them, cost.

    In three where no date before the end is shown of every allocation.

    Parameters
    ----------
    option
        The allocation.
    """
    headings = option_headings(findings)
    half, _, rest = option.texts[HALF_MET].partition(PARTED)
    soon = _people(findings, headings[1], option.near)
    return (
        *([soon] if findings.near < findings.horizon else []),
        _people(findings, headings[2], option.horizon),
        BigNumber(label=headings[HALF_MET], value=half, range=rest.removesuffix(")")),
        BigNumber(label=headings[COST], value=option.texts[COST]),
    )


def _people(findings: Findings, label: str, people: Range) -> BigNumber:
    """People, in three digits, with their range."""
    low, high = findings.about(people.low), findings.about(people.high)
    has_range = findings.draws and people.low < people.high  # not if one is withheld
    return BigNumber(
        label=label,
        value=findings.about(people.middle),
        range=findings.words.phrase("{low} to {high}", low=low, high=high) if has_range else "",
    )
