"""What ``returnplan calibrate`` prints: how facts are met, and what moved."""

from collections.abc import Iterator

from returnplan.cli.screen import aligned
from returnplan.domain import MEASURES_OF_FACTS
from returnplan.runs.calibrate import Calibration

MOST_DRIVERS = 8
"""Assumptions that are shown: those that moved most."""
ENDS = ("p10", "p50", "p90")


def lines(found: Calibration) -> Iterator[str]:
    """Fit of each fact, drivers before and after, allocations, effective sample.

    Yields
    ------
    str
        One line each.
    """
    first = found.scenario.posterior[0]
    noun = "fact" if first.facts == 1 else "facts"
    yield f"Calibrated on {first.facts} {noun} to {first.last_fact}; p10, p50, p90 over the draws:"
    head = ("fact", "unit", "published", *ENDS, "given the facts:", *ENDS)
    yield from aligned([head, *_facts(found)], 2)
    yield ""
    yield "Assumptions that moved most, in standard deviations (before: mean 0, sd 1):"
    moved = found.drivers.head(MOST_DRIVERS).to_dict("records")
    rows = [(str(one["assumption"]), f"{one['mean']:+.2f}", f"{one['sd']:.2f}") for one in moved]
    yield from aligned([("assumption", "mean", "sd"), *rows], 1)
    yield ""
    if len(found.allocations) > 1:
        shares = found.allocations.itertuples(index=False)
        texts = [f"{one.allocation} {one.probability:.2f}" for one in shares]
        yield f"Probability of having been the past: {', '.join(texts)}."
    yield (
        f"Effective sample: {found.effective_sample:,.0f} of {first.draws:,} draws. After "
        f"{first.last_fact} the speed of all work varies by a log sd of "
        f"{first.discrepancy_log_sd:g} (the model's own error)."
    )


def _facts(found: Calibration) -> Iterator[tuple[str, ...]]:
    for row in found.fit.to_dict("records"):
        before, after = (
            [f"{row[f'{name}_{end}']:,.6g}" for end in ENDS] for name in ("prior", "posterior")
        )
        unit = MEASURES_OF_FACTS[row["measure"]]
        yield str(row["fact"]), unit, f"{row['published']:,.6g}", *before, "", *after
