"""Gates over the draws of an allocation: medians, shares, status (model §7).

Status with draws: *met* if the median ready time is within the horizon. Otherwise the gates named
are those that fail (never within the horizon, or unknown) in at least half of the draws in which
the community is not ready; if there is none, the one that fails most often. The status is *unknown*
only if each of them is unknown in at least half of those draws.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from returnplan.language.words import Later, later
from returnplan.model.conditions.gates import status_of
from returnplan.quantiles import HIGH, LOW, MIDDLE, quantile

Floats = NDArray[np.float64]

LIKELY_ABOVE, UNLIKELY_BELOW = 0.6, 0.4
"""Probabilities within the horizon; from one to the other, both included, it is about even."""
CERTAINTIES: Mapping[str, Later] = {
    "likely": later("likely"),
    "about even": later("about even"),
    "unlikely": later("unlikely"),
}
"""How sure it is that conditions are met within the horizon, and what pages say then."""


def certainty_of(probability: float) -> str:
    """How sure it is that conditions are met within the horizon (model §7).

    Parameters
    ----------
    probability
        Share of the draws in which they are; nan: a run on expected values.

    Returns
    -------
    str
        A word of ``CERTAINTIES``; empty where there is no probability.

    Examples
    --------
    >>> [certainty_of(share) for share in (0.61, 0.6, 0.4, 0.39, math.nan)]
    ['likely', 'about even', 'about even', 'unlikely', '']
    """
    if math.isnan(probability):
        return ""
    if probability > LIKELY_ABOVE:
        return "likely"
    return "unlikely" if probability < UNLIKELY_BELOW else "about even"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Gates of one allocation over all draws, by settlement.

    Parameters
    ----------
    gates
        Gates in force, in order.
    ready_s
        Draw x settlement: latest of the gates, s; ``inf`` when not within the horizon.
    gate_s
        Settlement x gate: median over the draws, s; ``inf`` when not within the horizon.
    binds, fails, unknown
        Settlement x gate: draws in which the gate binds, does not come within the horizon or is
        unknown, is unknown.
    """

    gates: tuple[str, ...]
    ready_s: Floats
    gate_s: Floats
    binds: NDArray[np.int64]
    fails: NDArray[np.int64]
    unknown: NDArray[np.int64]

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.ready_s)

    def at(self, settlement: int) -> "Verdict":
        """Judge one settlement over all draws.

        Parameters
        ----------
        settlement
            Its number.

        Returns
        -------
        Verdict
            Ready times, gate that binds, status.
        """
        ready_s = self.ready_s[:, settlement]
        late = int(np.isinf(ready_s).sum())
        fails, unknown = self.fails[settlement], self.unknown[settlement]
        median_s = float(quantile(ready_s, MIDDLE))
        chosen: list[int] = []
        if median_s == np.inf:
            chosen = np.flatnonzero(2 * fails >= late).tolist() or [int(fails.argmax())]
        lacking = [self.gates[gate] for gate in chosen if 2 * unknown[gate] >= late]
        return Verdict(
            ready_s=(float(quantile(ready_s, LOW)), median_s, float(quantile(ready_s, HIGH))),
            ready_share=(self.draws - late) / self.draws,
            binding_gate=self.gates[int(self.binds[settlement].argmax())] if self.gates else "",
            status=status_of([self.gates[gate] for gate in chosen], lacking),
            is_unknown=bool(chosen) and len(lacking) == len(chosen),
            unknown_gates=tuple(
                gate
                for gate, count in zip(self.gates, unknown, strict=True)
                if 2 * count >= self.draws
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One settlement over all draws.

    Parameters
    ----------
    ready_s
        Ready time, s: p10, p50, p90; ``inf`` when not within the horizon.
    ready_share
        Share of the draws in which it is ready within the horizon.
    binding_gate
        Gate that binds in most draws; ties go to the first.
    status
        One of the three status phrases.
    is_unknown
        Whether that is the one of missing data.
    unknown_gates
        Gates that are unknown in at least half of the draws.
    """

    ready_s: tuple[float, float, float]
    ready_share: float
    binding_gate: str
    status: str
    is_unknown: bool
    unknown_gates: tuple[str, ...]

    @property
    def certainty(self) -> str:
        """How sure it is over these draws; empty where data is missing: nobody knows."""
        return "" if self.is_unknown else certainty_of(self.ready_share)


def judge(gates: tuple[str, ...], gate_s: Floats) -> Judged:
    """Judge each settlement in each draw (model §7).

    Parameters
    ----------
    gates
        Gates in force, in order.
    gate_s
        Draw x settlement x gate, s; ``inf`` not within the horizon, nan unknown.

    Returns
    -------
    Judged
        Ready times, and what gates do over the draws.
    """
    draws, settlements, _ = gate_s.shape
    ready_s = np.zeros((draws, settlements))
    binding = np.zeros((draws, settlements), np.intp)
    counts = {name: np.zeros((settlements, len(gates)), np.int64) for name in ("fails", "unknown")}
    medians = np.zeros((settlements, len(gates)))
    for number in range(len(gates)):
        times = gate_s[:, :, number]
        is_unknown = np.isnan(times)
        times = np.where(is_unknown, np.inf, times)
        counts["fails"][:, number] = np.isinf(times).sum(axis=0)
        counts["unknown"][:, number] = is_unknown.sum(axis=0)
        medians[:, number] = quantile(times, MIDDLE)
        binding[times > ready_s] = number  # not at a tie, which goes to the first
        ready_s = np.maximum(ready_s, times)
    binds = [(binding == number).sum(axis=0) for number in range(len(gates))]
    return Judged(
        gates=gates,
        ready_s=ready_s,
        gate_s=medians,
        binds=np.stack(binds, 1) if gates else counts["fails"],
        **counts,
    )
