"""As many draws as a precision needs: batch after batch, until the 95 % intervals are narrow.

Asked are person-days and people by the middle date of each allocation, and the differences of both
to the first allocation (model §11). Probabilities ("better in x of n draws") never end a run.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

import numpy as np

from returnplan.quantiles import mean
from returnplan.runs import DRAWS
from returnplan.runs.blocks import interval
from returnplan.runs.machine.chunks import Chunks, KeptDraws
from returnplan.runs.machine.runner import DrawRunner
from returnplan.runs.paired import Measured, measured
from returnplan.runs.ready_days import Ints, middle_date, whole_seconds
from returnplan.units import DAY_S, date_to_seconds

FIRST, BATCH, MOST = DRAWS, 64, 2_048
"""Draws of the first batch, of each further one, and in all at most."""
OF_RANGE = 0.1
"""What the interval of a mean difference may be of its range, p10 to p90."""
PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How wide a 95 % interval is, from end to end, beside what it may be.

    Parameters
    ----------
    allocation, against
        Whose mean it is of; against which other one, empty: its own.
    measure, by_date
        Of person-days, or of people by a date.
    share
        Its width over the mean; of a difference over the range p10 to p90.
    allowed
        What the share must be below.
    """

    allocation: str
    against: str
    measure: str
    by_date: date | None
    share: float
    allowed: float

    @property
    def times(self) -> float:
        """How many times as wide as allowed."""
        return self.share / self.allowed

    def __str__(self) -> str:
        """Say it in words."""
        what = "person-days" if self.by_date is None else f"people by {self.by_date}"
        if self.against:
            whose, beside = f"{self.allocation} against {self.against}", "of p10 to p90"
        else:
            whose, beside = self.allocation, "of the mean"
        share, allowed = (f"{PERCENT * number:.3g} %" for number in (self.share, self.allowed))
        return (
            f"{what}, {whose}: the 95 % interval is {share} {beside} wide, below {allowed} is asked"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How precise some draws are.

    Parameters
    ----------
    percent
        What was asked for.
    draws
        How many there are.
    widths
        All intervals that count.
    """

    percent: float
    draws: int
    widths: tuple[Width, ...]

    @property
    def binding(self) -> Width:
        """The interval that is widest beside what it may be."""
        return max(self.widths, key=lambda one: one.times)

    @property
    def too_wide(self) -> int:
        """How many intervals are not below what they may be; without any width one always is."""
        return sum(one.share > 0 and one.times >= 1 for one in self.widths)

    def __str__(self) -> str:
        """Say what binds, and how far it is."""
        if not self.too_wide:
            return f"{self.draws:,} draws suffice. Widest: {self.binding}."
        most = ", the most that are taken" if self.draws >= MOST else ""
        return (
            f"{self.draws:,} draws{most}: {self.too_wide} of {len(self.widths)} intervals are too "
            f"wide. Widest: {self.binding} ({self.binding.times:.3g} times)."
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what stands in the manifest."""
        one = self.binding
        return {
            "percent": self.percent,
            "reached": not self.too_wide,
            "too_wide": self.too_wide,
            "intervals": len(self.widths),
            "binding": {
                "allocation": one.allocation,
                "against": one.against or None,
                "measure": one.measure,
                "date": one.by_date.isoformat() if one.by_date else None,
                "width_share": one.share,
                "allowed_share": one.allowed,
            },
        }


def draw_until(
    percent: float,
    runner: DrawRunner,
    kept: KeptDraws,
    draw: Callable[[KeptDraws], None],
    say: Callable[[str], None],
) -> Reached:
    """Run batches of draws until a precision is reached, or there are 2,048 draws.

    Parameters
    ----------
    percent
        Percent of its mean below which the interval of each number of an allocation is asked.
    kept
        Working folder; draws that are there already are not run again.
    draw
        Runs the missing draws of a part of the folder.
    say
        Called after each batch with what binds.

    Returns
    -------
    Reached
        How precise the draws are; that many from draw 0 on are in the folder.
    """
    totals: list[Measured] = []
    first = 0
    for after in range(FIRST, MOST + 1, BATCH):
        batch = kept.within((first, after))
        draw(batch)
        totals = _joined(totals, list(_totals(runner, batch.chunks())))
        widths = tuple(_widths(totals, runner.allocations, percent))
        reached = Reached(percent=percent, draws=after, widths=widths)
        say(str(reached))
        if not reached.too_wide:
            break
        first = after
    return reached


def _totals(runner: DrawRunner, drawn: Chunks) -> Iterator[Measured]:
    """Person-days, and people by the middle date, of some draws."""
    prepared = runner.prepared
    start = prepared.scenario.start
    middle = middle_date(start, prepared.horizon)
    people = np.array([one.people for one in prepared.scenario.communities], np.int64)

    def ready_s(allocation: int) -> Ints:
        gate_s = drawn.read("gate_s", allocation)
        times_s = np.where(np.isnan(gate_s), np.inf, gate_s).max(axis=2, initial=0.0)
        return whole_seconds(times_s[:, prepared.settlements.community] / DAY_S)

    times = (ready_s(allocation) for allocation in range(len(runner.allocations)))
    by_s = {middle: date_to_seconds(middle, start)}
    yield from measured(times, people, prepared.horizon_s, by_s)
    drawn.close()


def _joined(before: Sequence[Measured], more: Sequence[Measured]) -> list[Measured]:
    """The same measures over the draws of both."""
    if not before:
        return list(more)
    return [
        replace(one, values=np.concatenate([one.values, other.values], axis=1))
        for one, other in zip(before, more, strict=True)
    ]


def _widths(totals: Sequence[Measured], names: Sequence[str], percent: float) -> Iterator[Width]:
    """All intervals that count.

    A difference without an interval, or without a range that it could be compared with, does not.
    """
    for found in totals:
        of = partial(Width, measure=found.name, by_date=found.by_date)
        for number, name in enumerate(names):
            values = found.values[number] / found.parts
            share = _share(interval(values), mean(values))
            yield of(allocation=name, against="", share=share, allowed=percent / PERCENT)
            apart = found.apart(number, 0)
            if number and apart.low <= apart.high and apart.p10 < apart.p90:
                share = _share((apart.low, apart.high), apart.p90 - apart.p10)
                yield of(allocation=name, against=names[0], share=share, allowed=OF_RANGE)


def _share(ends: tuple[float, float], beside: float) -> float:
    """Width of an interval over a number; an interval without width is 0 beside any."""
    width = ends[1] - ends[0]
    if width == 0:
        return 0.0
    return width / beside if beside > 0 else np.inf
