"""A scenario meets its facts: each draw of its past weighs as much as it agrees with them (§9)."""

import csv
import io
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from returnplan.domain import Fact, PosteriorLine, Scenario, a_scenario
from returnplan.errors import ReturnplanError
from returnplan.model.chance.draws import Draws
from returnplan.model.simulation import Prepared, PreparedAllocation, facts_of, run
from returnplan.runs.calibrated import POSTERIOR_FILE, made_for
from returnplan.runs.folder import write_file
from returnplan.runs.machine.chunks import cores
from returnplan.runs.machine.progress import SILENT, Watcher, watching
from returnplan.runs.machine.runner import warm_up
from returnplan.scenario.folder import tables_as_text
from returnplan.units import date_to_seconds, horizon_date
from returnplan.version import __version__

Floats = NDArray[np.float64]

DRAWS = 1_000
"""Draws that are weighted where nobody asks for another number."""
LEAST_EFFECTIVE = 50
"""Below this effective sample a range is one of too few draws."""
LEAST_WEIGHT = 1e-12
"""What weighs no more is not written."""
OF_WORK = ("released_m2", "items", "people_returned")
"""Measures that a common error of the speed of work moves together."""
RANGE = (0.1, 0.5, 0.9)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Calibration:
    """A scenario with the weights of its draws, and what they come from.

    Parameters
    ----------
    scenario
        The scenario with its posterior.
    fit
        One row a fact: ``fact``, ``measure``, ``published``, ``sd_log``, and modelled
        ``prior_p10`` to ``posterior_p90``, in the unit of the measure.
    drivers
        One row a country-wide assumption, what moved most first: ``assumption``, ``mean`` and
        ``sd`` of its normal score given the facts (before: 0 and 1).
    allocations
        Probability of each allocation to have been the past: ``allocation``, ``probability``.
    effective_sample
        How many draws of the same weight would say as much: 1 over the sum of the squared weights.
    """

    scenario: Scenario
    fit: pd.DataFrame
    drivers: pd.DataFrame
    allocations: pd.DataFrame
    effective_sample: float

    def __repr__(self) -> str:
        """In one line."""
        first = self.scenario.posterior[0]
        return (
            f"Calibration of {self.scenario.name}: {first.draws:,} draws, seed {first.seed}, "
            f"{first.facts} facts to {first.last_fact}, effective sample "
            f"{self.effective_sample:,.0f}"
        )

    def write(self, folder: str | Path) -> Path:
        """Write the posterior into the folder of the scenario, all of it or nothing.

        Returns
        -------
        Path
            The file.
        """
        header, rows = tables_as_text(self.scenario)["posterior"]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        target = Path(folder) / POSTERIOR_FILE
        write_file(target, text.getvalue().encode("utf-8"))
        return target


def calibrate(
    scenario: Scenario,
    allocations: str | Sequence[str],
    draws: int = DRAWS,
    seed: int = 1,
    workers: int | None = None,
    *,
    watcher: Watcher | None = None,
) -> Calibration:
    """Weight draws by the facts of a scenario with ``use = fit`` (model §9).

    Draws are run up to the last of these facts, under every allocation. The result does not depend
    on ``workers``.

    Parameters
    ----------
    scenario
        With facts. A posterior of its own is left aside.
    allocations
        Names of those that may have been the past, all equally likely before; or one name.
    draws
        How many.
    seed
        Seed of the draws.
    workers
        Threads; None: as many as the process may use processor cores.
    watcher
        Told about the progress; None: a notebook shows bars.

    Returns
    -------
    Calibration
        Weights, fit of each fact, and what moved.

    Raises
    ------
    KeyError
        When the scenario has no allocation of that name.
    ValueError
        When there are no draws or no allocations.
    ReturnplanError
        When there is no fact to fit, one that the model says nothing of, or an effective sample
        below 50.
    """
    names = a_scenario(scenario).named(allocations)
    if draws < 1 or not names:
        raise ValueError(f"draws and allocations must be at least 1, got {draws} and {len(names)}")
    facts = to_fit(scenario)
    short = cut_short(scenario, facts)
    with watching(watcher, SILENT) as told:
        warm_up(told)
        modelled = past(short, names, range(draws), seed, workers, watcher=told)
    _check_modelled(facts, modelled)
    errors = log_errors(facts, modelled)
    deviation = covariance(facts, scenario.discrepancy_log_sd)
    weights = weights_of(errors, deviation)
    effective = effective_sample(weights)
    if effective < LEAST_EFFECTIVE:
        raise ReturnplanError(_too_few(facts, errors, deviation, effective))
    lines = _lines(scenario, names, facts, weights, seed)
    return Calibration(
        scenario=replace(scenario, posterior=lines),
        fit=_fit(facts, modelled, weights),
        drivers=_drivers(scenario, seed, weights.sum(axis=0)),
        allocations=pd.DataFrame({"allocation": names, "probability": weights.sum(axis=1)}),
        effective_sample=effective,
    )


def to_fit(scenario: Scenario) -> tuple[Fact, ...]:
    """Facts that draws are weighted by.

    Raises
    ------
    ReturnplanError
        When there is none.
    """
    facts = tuple(one for one in scenario.facts if one.use == "fit")
    if not facts:
        raise ReturnplanError(
            f"{scenario.name} has no facts to fit: give it a table facts with rows whose use is fit"
        )
    return facts


# ---------------------------------------------------------------- the past, many times


def cut_short(scenario: Scenario, facts: Sequence[Fact]) -> Scenario:
    """Give a scenario as long as some facts last, without a posterior.

    Parameters
    ----------
    facts
        Facts that it is to have, in place of its own.
    """
    last = max(one.until_date for one in facts)
    years = 1
    while years < scenario.horizon_years and horizon_date(scenario.start, years) <= last:
        years += 1
    return replace(scenario, facts=tuple(facts), posterior=(), horizon_years=years)


def past(
    scenario: Scenario,
    allocations: Sequence[str],
    draws: Sequence[int],
    seed: int,
    workers: int | None = None,
    *,
    watcher: Watcher = SILENT,
) -> Floats:
    """What draws say of the facts of a scenario; each is run up to the last of them only.

    Parameters
    ----------
    scenario
        As :func:`cut_short` gives it.
    draws
        Numbers of the draws.
    workers
        Threads; None: as many as the process may use processor cores.

    Returns
    -------
    numpy.ndarray
        Allocation x draw x fact, in the unit of each measure; nan: the model does not say.
    """
    prepared = Prepared(scenario)
    chosen = [PreparedAllocation(prepared, name) for name in allocations]
    luck = Draws(scenario, seed)
    last = max(one.until_date for one in scenario.facts)
    until_s = date_to_seconds(last + timedelta(days=1), scenario.start)

    def one(draw: int) -> Floats:
        numbers = prepared.numbers(luck.values(draw))
        courses = [run(prepared, each, numbers, until_s=until_s) for each in chosen]
        pairs = zip(chosen, courses, strict=True)
        return np.stack([facts_of(prepared, each, course) for each, course in pairs])

    found: list[Floats] = []
    with ThreadPoolExecutor(workers or cores(), thread_name_prefix="draws") as pool:
        try:
            for values in pool.map(one, draws):
                found.append(values)
                watcher.drawn(len(found), len(draws))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return np.stack(found, axis=1)


def _check_modelled(facts: Sequence[Fact], modelled: Floats) -> None:
    """Refuse facts that no draw says anything of, or that none comes near."""
    problems = []
    for fact, values in zip(facts, modelled.reshape(-1, len(facts)).T, strict=True):
        if np.isnan(values).all():
            problems.append(f"{fact.id}: the model says nothing of it in any draw")
        elif not (values > 0).any():
            problems.append(f"{fact.id}: it is 0 in every draw, which no weight can mend")
    if problems:
        raise ReturnplanError(
            "facts that draws cannot be weighted by: " + "; ".join(problems) + ": say use = check"
        )


# ---------------------------------------------------------------- weights


def log_errors(facts: Sequence[Fact], modelled: Floats) -> Floats:
    """Log of modelled over published, allocation x draw x fact; nothing modelled: -inf.

    Parameters
    ----------
    facts
        The facts, F.
    modelled
        Allocation x draw x fact.
    """
    published = np.array([one.value for one in facts], np.float64)
    positive = np.where(modelled > 0, modelled, 0.0)  # unknown is no agreement either
    with np.errstate(divide="ignore"):
        errors: Floats = np.log(positive / published)
    return errors


def covariance(facts: Sequence[Fact], discrepancy_log_sd: float) -> Floats:
    """Covariance of the log errors of facts, F x F.

    Each fact has its own error, and the model's discrepancy comes on top (Kennedy and O'Hagan,
    Bayesian calibration of computer models, Journal of the Royal Statistical Society B 63, 2001).
    It is common to all facts that grow with the work that is done; shares, seasons and money have
    one of their own, of the same size.

    Parameters
    ----------
    discrepancy_log_sd
        Standard deviation of the log of the discrepancy.
    """
    own = np.array([one.error_sd_log for one in facts], np.float64)
    is_work = np.array([one.measure in OF_WORK for one in facts])
    both = np.where(is_work[:, np.newaxis] & is_work, 1.0, np.eye(len(own)))
    found: Floats = np.diag(own**2) + discrepancy_log_sd**2 * both
    return found


def weights_of(errors: Floats, deviation: Floats) -> Floats:
    """Weights of draws by their errors: the multivariate normal, of which they sum to 1.

    Parameters
    ----------
    errors
        Log errors, allocation x draw x fact; -inf weighs nothing.
    deviation
        Their covariance, F x F.

    Returns
    -------
    numpy.ndarray
        Allocation x draw. All 0 when every draw weighs nothing.
    """
    is_possible = np.isfinite(errors).all(axis=-1)
    logs = -0.5 * _squared_length(errors[is_possible], deviation)
    weights = np.zeros(errors.shape[:-1])
    if len(logs):
        weights[is_possible] = np.exp(logs - logs.max())
        weights /= math.fsum(weights.ravel().tolist())
    return weights


def _squared_length(errors: Floats, deviation: Floats) -> Floats:
    """Squared length e' S^-1 e of each row e: by S = L L' and L x = e (Cholesky), step by step.

    In plain sums, in one order on every machine; there are few facts.

    Parameters
    ----------
    errors
        n x F.
    deviation
        S, F x F.
    """
    size = len(deviation)
    lower = np.zeros((size, size))
    solved = np.zeros_like(errors)
    total = np.zeros(len(errors))
    for row in range(size):
        rest = errors[:, row].copy()
        for column in range(row):
            known = sum(lower[row, k] * lower[column, k] for k in range(column))
            lower[row, column] = (deviation[row, column] - known) / lower[column, column]
            rest -= lower[row, column] * solved[:, column]
        lower[row, row] = math.sqrt(deviation[row, row] - sum(x * x for x in lower[row, :row]))
        solved[:, row] = rest / lower[row, row]
        total += solved[:, row] ** 2
    return total


def effective_sample(weights: Floats) -> float:
    """How many draws of the same weight say as much as these, over allocations and draws.

    1 over the sum of the squared weights of the draws (Kong, Liu and Wong, Sequential imputations
    and Bayesian missing data problems, Journal of the American Statistical Association 89, 1994);
    the weight of a draw is its sum over the allocations.
    """
    squares = math.fsum((weights.sum(axis=0) ** 2).tolist())
    return 1 / squares if squares > 0 else 0.0


def _too_few(facts: Sequence[Fact], errors: Floats, deviation: Floats, effective: float) -> str:
    """Say that the effective sample is too small, and what would help."""
    draws = errors.shape[1]
    without = []
    for at in range(len(facts)):
        rest = np.delete(np.delete(deviation, at, 0), at, 1)
        without.append(effective_sample(weights_of(np.delete(errors, at, 2), rest)))
    worst = int(np.argmax(without))
    fact = facts[worst]
    text = (
        f"the effective sample of {draws:,} draws is {effective:.1f}, and at least "
        f"{LEAST_EFFECTIVE} is asked: nothing was written. Widen sd_log of {fact.id} "
        f"(now {fact.error_sd_log:g}; without it the effective sample is {without[worst]:.0f})"
    )
    if effective < 1:
        return f"{text}: no draw comes near all facts"
    return f"{text}, or ask for --draws {_rounded_up(draws * LEAST_EFFECTIVE / effective):,}"


def _rounded_up(number: float) -> int:
    """To the next hundred."""
    return 100 * math.ceil(number / 100)


def _lines(
    scenario: Scenario, names: Sequence[str], facts: Sequence[Fact], weights: Floats, seed: int
) -> tuple[PosteriorLine, ...]:
    """Rows of the posterior: each draw that weighs anything under an allocation."""
    alike = {
        "seed": seed,
        "draws": weights.shape[1],
        "facts": len(facts),
        "last_fact": max(one.until_date for one in facts),
        "discrepancy_log_sd": scenario.discrepancy_log_sd,
        "made_for": made_for(scenario, set(names)),
        "returnplan": __version__,
    }
    return tuple(
        PosteriorLine(allocation=name, draw=draw, weight=weight, **alike)
        for name, row in zip(names, weights.tolist(), strict=True)
        for draw, weight in enumerate(row)
        if weight > LEAST_WEIGHT
    )


# ---------------------------------------------------------------- what is told


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Value at or below which a share of the weight lies: always the value of a draw.

    Examples
    --------
    >>> weighted_quantile(np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25]), 0.5)
    2.0
    """
    order = np.argsort(values, kind="stable")
    upto = np.cumsum(weights[order])
    place = int(np.searchsorted(upto, share * upto[-1] * (1 - 1e-12)))
    return float(values[order[min(place, len(order) - 1)]])


def _fit(facts: Sequence[Fact], modelled: Floats, weights: Floats) -> pd.DataFrame:
    rows = []
    flat = np.nan_to_num(modelled).reshape(-1, len(facts))
    equal = np.full(len(flat), 1 / len(flat))
    for number, fact in enumerate(facts):
        row: dict[str, object] = {
            "fact": fact.id,
            "measure": fact.measure,
            "published": fact.value,
            "sd_log": fact.error_sd_log,
        }
        for name, each in (("prior", equal), ("posterior", weights.ravel())):
            for share in RANGE:
                quantile = weighted_quantile(flat[:, number], each, share)
                row[f"{name}_p{round(100 * share)}"] = quantile
        rows.append(row)
    return pd.DataFrame(rows)


def _drivers(scenario: Scenario, seed: int, weights: Floats) -> pd.DataFrame:
    """Mean and spread of the normal scores of the country-wide assumptions, given the facts.

    In the order of the divergence of a normal distribution with them from the standard one
    (Kullback and Leibler, On information and sufficiency, 1951).
    """
    scores = Draws(replace(scenario, posterior=()), seed).scores(range(len(weights)))
    rows = []
    for name, values in scores.items():
        mean = math.fsum((weights * values).tolist())
        sd = math.sqrt(math.fsum((weights * (values - mean) ** 2).tolist()))
        moved = 0.5 * (mean**2 + sd**2 - 1) - math.log(max(sd, 1e-9))
        rows.append((name, mean, sd, moved))
    rows.sort(key=lambda row: (-row[3], row[0]))
    table = pd.DataFrame(rows, columns=["assumption", "mean", "sd", "moved"])
    return table.drop(columns="moved")
