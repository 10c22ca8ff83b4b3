"""Whether a posterior is whole: one calibration, each draw once, weights that sum to 1."""

import math
from collections.abc import Iterator
from dataclasses import fields

from returnplan.domain import PosteriorLine
from returnplan.errors import Problem
from returnplan.scenario.checks.draft import Draft, check

OWN = ("allocation", "draw", "weight")
ALIKE = tuple(one.name for one in fields(PosteriorLine) if one.name not in OWN)
"""Columns that say the same in every row."""
ROUNDING = 1e-6


@check
def a_posterior_is_of_one_calibration(draft: Draft) -> Iterator[Problem]:
    """Columns that tell how it was made are alike, and no draw stands twice or beyond the last."""
    rows = list(draft.of("posterior"))
    seen: dict[tuple[object, object], int] = {}
    for row, item in rows:
        first = rows[0][1]
        for column in ALIKE:
            found, allowed = getattr(item, column), getattr(first, column)
            if found is not None and allowed is not None and found != allowed:
                text = f"{allowed}, as in row {rows[0][0]}: calibrate again"
                yield draft.problem("posterior", row, column, str(found), text)
        if item.draw is not None and item.draws is not None and item.draw >= item.draws:
            text = f"a draw below {item.draws}"
            yield draft.problem("posterior", row, "draw", str(item.draw), text)
        if item.allocation is not None and item.draw is not None:
            before = seen.setdefault((item.allocation, item.draw), row)
            if before != row:
                text = f"each draw of an allocation once (row {before} has it, too)"
                yield draft.problem("posterior", row, "draw", str(item.draw), text)


@check
def weights_of_a_posterior_sum_to_one(draft: Draft) -> Iterator[Problem]:
    """No row of the weights is missing."""
    weights = [item.weight for _, item in draft.of("posterior")]
    if weights and None not in weights:
        total = math.fsum(weights)
        if abs(total - 1) > ROUNDING:
            text = "weights that sum to 1: calibrate again"
            yield draft.problem("posterior", None, "weight", f"a sum of {total:.6g}", text)


@check
def facts_of_a_posterior_lie_after_the_start(draft: Draft) -> Iterator[Problem]:
    """The model's discrepancy acts from the day after the last fact on."""
    for row, item in list(draft.of("posterior"))[:1]:
        if draft.start is not None and item.last_fact is not None and item.last_fact < draft.start:
            text = f"a date from the start on, {draft.start}: calibrate again"
            yield draft.problem("posterior", row, "last_fact", str(item.last_fact), text)
