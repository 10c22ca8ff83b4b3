"""The power law of counts over time: few published totals, and the range of later counts.

N(t) = lambda t^beta is the expected count up to day t of a Poisson process whose rate changes with
time: Duane (1964) drew it, Crow (1974) gave it likelihood (MIL-HDBK-189, IEC 61710).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import scipy  # loads scipy.special only when it is first used
from numpy.typing import NDArray

from returnplan.errors import ReturnplanError
from returnplan.quantiles import HIGH, LOW, MIDDLE

Floats = NDArray[np.float64]

LEAST_COUNTS = 2
"""Totals at fewer dates tell no course in time."""
JEFFREYS = 0.5
"""Added to a count for the uncertainty of its mean: Jeffreys' prior of a Poisson mean."""
NODES = 401
"""Values of beta over which forecasts are averaged."""
FALL = 20.0
"""The likelihood of the outermost of them is less than exp(-20) of the greatest."""
MOST_EXPONENT = 300.0
"""Of growth since the last count: keeps numbers finite where hardly anything is known."""
PERCENTS = (LOW, MIDDLE, HIGH)


@dataclass(frozen=True, kw_only=True, eq=False)
class PowerLaw:
    """Expected count up to day t: lambda t^beta, with the totals that it was fitted to.

    Parameters
    ----------
    since
        First day that is counted: t = 0 is its midnight.
    dates
        Last days of the totals, in order.
    totals
        Counts from ``since`` to each of the dates, which count too.

    Raises
    ------
    ReturnplanError
        When there are fewer than two dates, a total falls, or all counts are of one period.

    Examples
    --------
    >>> law = PowerLaw(
    ...     since=date(2021, 1, 1), dates=[date(2021, 4, 10), date(2022, 2, 4)], totals=[50, 100]
    ... )
    >>> round(law.beta, 3), round(law.lambda_, 3)  # doubled in four times the time
    (0.5, 5.0)
    >>> law.between(date(2022, 2, 4), date(2022, 12, 31))
    (24, 35, 47)
    """

    since: date
    dates: Sequence[date]
    totals: Sequence[int]

    def __post_init__(self) -> None:
        """Refuse totals that tell no law."""
        if reason := why_no_law(self.since, self.dates, self.totals):
            raise ReturnplanError(reason)

    @cached_property
    def beta(self) -> float:
        """Exponent, of greatest likelihood: below 1 the counts become fewer with time.

        The derivative of the log-likelihood falls with beta, so that it has one root: Crow (1974)
        for counts of periods; with two totals it is ln(N2 / N1) / ln(t2 / t1).
        """
        high = 1.0
        while self._slope(high) > 0:
            high *= 2
        low = high / 2
        while self._slope(low) < 0:
            low /= 2
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if self._slope(middle) > 0 else (low, middle)
        return (low + high) / 2

    @property
    def lambda_(self) -> float:
        """Factor, counts / day^beta: the law meets the last total."""
        return float(self.totals[-1] / self._days[-1] ** self.beta)

    @cached_property
    def dispersion(self) -> float:
        """Variance of counts by their mean, at least 1: Pearson's chi2 by k - 2 for k totals.

        (McCullagh and Nelder 1989, quasi-likelihood.) Two totals tell nothing of it: 1.
        """
        free = len(self.totals) - 2
        if not free:
            return 1.0
        expected = self.totals[-1] * np.exp(self._log_shares(np.array([self.beta]))[0])
        chi2 = float(((self._counts - expected) ** 2 / expected).sum())
        return max(1.0, chi2 / free)

    @property
    def beta_range(self) -> tuple[float, float]:
        """10 % and 90 % of beta."""
        betas, weights = self._betas
        low, high = np.interp([LOW / 100, HIGH / 100], np.cumsum(weights), betas)
        return float(low), float(high)

    def expected(self, day: date) -> float:
        """Count that the law expects from ``since`` to a day, which counts too.

        Parameters
        ----------
        day
            Not before ``since``.
        """
        return float(self.lambda_ * _days(self.since, [day])[0] ** self.beta)

    def between(self, after: date, until: date) -> tuple[int, int, int]:
        """Count of a later period: 10 %, 50 % and 90 %.

        Parameters
        ----------
        after
            The day before the period, not before the last total.
        until
            Its last day.

        Returns
        -------
        tuple[int, int, int]
            Least counts that are not exceeded with these probabilities.

        Notes
        -----
        Given beta, the mean of the period is r times that of the time up to the last total N, with
        r = (t2^beta - t1^beta) / T^beta, and the mean of N is a gamma variable about N. The count
        is negative binomial then (model §8.1), with mean m = (N + phi / 2) r and variance
        phi m (1 + r), where phi is the dispersion. Betas weigh by their likelihood to the power
        of 1 / phi, and evenly in ln beta before.
        """
        if after < self.dates[-1] or until <= after:
            raise ValueError(f"the period must lie after {self.dates[-1]}: {after} to {until}")
        betas, weights = self._betas
        ends = np.log(_days(self.since, [after, until]) / self._days[-1])
        powers = [np.exp(np.minimum(betas * end, MOST_EXPONENT)) for end in ends]
        growth = np.maximum(powers[1] - powers[0], np.finfo(float).tiny)
        mean = (self.totals[-1] + JEFFREYS * self.dispersion) * growth
        size = mean / (self.dispersion * (1 + growth) - 1)

        def up_to(count: int) -> float:
            shares = scipy.special.betainc(size, count + 1, size / (size + mean))
            return float(weights @ shares)

        low, middle, high = (_least(up_to, percent / 100) for percent in PERCENTS)
        return low, middle, high

    def forecast(self, dates: Sequence[date]) -> pd.DataFrame:
        """Totals on later dates.

        Parameters
        ----------
        dates
            After the last total.

        Returns
        -------
        pandas.DataFrame
            One row a date: ``date``; ``new_p10``, ``new_p50``, ``new_p90`` counted after the last
            total; ``total_p10``, ``total_p50``, ``total_p90`` from ``since`` on.
        """
        last = self.dates[-1]
        rows = [(day, *self.between(last, day)) for day in dates]
        table = pd.DataFrame(rows, columns=["date", *(f"new_p{percent}" for percent in PERCENTS)])
        for percent in PERCENTS:
            table[f"total_p{percent}"] = table[f"new_p{percent}"] + self.totals[-1]
        return table.astype({"date": "datetime64[s]"})

    @cached_property
    def _days(self) -> Floats:
        return _days(self.since, self.dates)

    @cached_property
    def _counts(self) -> Floats:
        return np.diff(np.array(self.totals, float), prepend=0.0)

    @cached_property
    def _logs(self) -> Floats:
        """Of t / T, T the time up to the last total."""
        logs: Floats = np.log(self._days / self._days[-1])
        return logs

    def _slope(self, beta: float) -> float:
        """Derivative of the log-likelihood of the counts of periods, given their sum."""
        counts, gaps = self._counts, np.diff(self._logs)
        with np.errstate(over="ignore"):
            later = counts[1:] * gaps / np.expm1(beta * gaps)
        return float(counts @ self._logs + later.sum())

    def _log_shares(self, betas: Floats) -> Floats:
        """Logarithms of shares of periods, (t_i^beta - t_(i-1)^beta) / T^beta: beta x period."""
        shares = np.outer(betas, self._logs)
        shares[:, 1:] += np.log(-np.expm1(-np.outer(betas, np.diff(self._logs))))
        return shares

    @cached_property
    def _betas(self) -> tuple[Floats, Floats]:
        """Betas that are likely, evenly spaced in ln beta, and their weights, which sum to 1."""

        def likely(logs: Floats) -> Floats:
            return self._log_shares(np.exp(logs)) @ self._counts / self.dispersion

        peak = math.log(self.beta)
        top = likely(np.array([peak]))[0]
        ends = []
        for step in (-0.05, 0.05):
            end = peak
            while top - likely(np.array([end]))[0] < FALL:
                end, step = end + step, 1.2 * step
            ends.append(end)
        logs = np.linspace(ends[0], ends[1], NODES)
        weights = np.exp(likely(logs) - top)
        return np.exp(logs), weights / weights.sum()


def why_no_law(since: date, dates: Sequence[date], totals: Sequence[int]) -> str:
    """Say why no power law can be fitted to totals; empty: one can.

    Parameters
    ----------
    since, dates, totals
        As :class:`PowerLaw` takes them.
    """
    if len(dates) < LEAST_COUNTS:
        return f"a power law needs totals of at least {LEAST_COUNTS} dates, not {len(dates)}"
    if dates[0] < since or any(late <= early for early, late in pairwise(dates)):
        return f"dates of totals must come one after another, from {since} on"
    counts = np.diff(np.array(totals), prepend=0)
    if (counts < 0).any():
        day = dates[int(np.flatnonzero(counts < 0)[0])]
        return f"a total cannot be lower than the one before it, as that of {day} is"
    if (counts > 0).sum() < LEAST_COUNTS:
        return "a power law needs counts in at least two of the periods between its dates"
    return ""


def _days(since: date, dates: Sequence[date]) -> Floats:
    """Days from the midnight of the first day to that after each date."""
    return np.array([(day - since).days + 1 for day in dates], float)


def _least(up_to: Callable[[int], float], share: float) -> int:
    """Least count that is not exceeded with some probability.

    Parameters
    ----------
    up_to
        Probability of a count or fewer.
    """
    high = 1
    while up_to(high) < share:
        high *= 2
    low = -1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if up_to(middle) >= share else (middle, high)
    return high
