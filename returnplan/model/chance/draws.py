"""The numbers of one draw: every uncertain number, drawn before anything runs (model §9)."""

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy  # loads scipy.special only when it is first used

from returnplan.domain import RECORDS, Scenario
from returnplan.model.chance.assumptions import (
    BY_DISTRICT,
    NO_UNRECORDED,
    ONE_EACH,
    Unrecorded,
    Values,
    assumptions_in_force,
    centre,
    centre_name,
    country_wide,
)
from returnplan.model.chance.dependence import ONLY_GROUPS, copula, dependence_in_force
from returnplan.model.chance.distributions import Quantiles, Shares, poisson_counts, quantile
from returnplan.model.chance.months import months_from
from returnplan.model.chance.posterior import draw_weights, resample
from returnplan.model.chance.sobol import FIRST, dimensions, spread
from returnplan.model.chance.uniforms import stable_hash, uniforms, within

Floats = npt.NDArray[np.float64]
Keys = npt.NDArray[np.uint64]
Whole = npt.NDArray[np.int64]

BLOCK = 64
"""Draws whose country-wide numbers are made at once."""
LEAST_RECALL = 0.001
DISCREPANCY = "discrepancy"
"""Channel of the model's discrepancy, and its name among the scores."""


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Recorded hazards of the surveyed settlements, s of them, by id within each."""

    begin: Whole  # s
    count: Whole  # s
    hazard: Whole  # numbers of the hazards
    expected: Floats  # s: number of unrecorded ones that the scenario gives, or nan


# Tables of the same assumption are the same: the next Draws of a scenario are made in no time.
_table = lru_cache(maxsize=64)(Quantiles)
_shares = lru_cache(maxsize=16)(Shares)


class Draws:
    """All draws of a scenario under one seed.

    The same luck meets every allocation, and a row that is added or moved leaves the luck of all
    others alone: each number has a uniform number of its own, keyed by seed, draw, id and channel.

    Parameters
    ----------
    scenario
        The scenario with its table of assumptions.
    seed
        Any whole number.
    numbers
        Numbers of the draws, each at the place under which it is asked for; None: each draw is
        asked for by its number.
    """

    def __init__(self, scenario: Scenario, seed: int, numbers: Whole | None = None) -> None:
        self.seed = seed
        self._numbers = numbers
        log_sd = scenario.posterior[0].discrepancy_log_sd if scenario.posterior else 0.0
        self._discrepancy = Discrepancy(seed=seed, log_sd=log_sd)
        rows = assumptions_in_force(scenario)
        self._assets = [asset.id for asset in scenario.assets]
        self._country = country_wide(scenario.assumptions, self._assets)
        self._dimension = dimensions({*self._country, *ONLY_GROUPS})
        self._copula = copula(dependence_in_force(scenario), list(self._dimension))
        self._blocks: dict[int, dict[str, Floats]] = {}
        self._tables = {name: _table(rows[name]) for name in ONE_EACH}
        self._centres = {name: centre(rows[name]) for name in ONE_EACH}
        self._shares = {r: _shares(rows[f"route_shares_{r}"]) for r in RECORDS}
        self._of_record = {
            r: np.array([i for i, h in enumerate(scenario.hazards) if h.record == r], np.int64)
            for r in RECORDS
        }
        surveyed = [s for s, people in scenario.people.items() if people > 0]
        self._hazards = stable_hash([hazard.id for hazard in scenario.hazards])
        self._settlements = stable_hash(surveyed)
        self._works = stable_hash([works.settlement for works in scenario.works])
        self._roads = stable_hash([r.id for r in scenario.roads if r.repair_crew_days > 0])
        months = months_from(scenario.start).names
        years = sorted({name[:4] for name in months})
        self._months, self._years = stable_hash(months), stable_hash(years)
        self._year_of_month = np.array([years.index(name[:4]) for name in months], np.int64)
        self._recorded = _recorded(scenario, surveyed)
        self._of_settlement = {
            name: [_in_district(self._country, name, scenario.place[s].district) for s in surveyed]
            for name in BY_DISTRICT
        }

    def values(self, draw: int) -> Values:
        """Every number of one draw.

        Parameters
        ----------
        draw
            Number of the draw, from 0; or its place among the numbers.

        Returns
        -------
        Values
            The numbers.
        """
        draw = draw if self._numbers is None else int(self._numbers[draw])
        drawn = self._country_wide(draw)
        number = {name: value for name, value in drawn.items() if " " not in name}
        unrecorded, found = self._draw_unrecorded(draw, drawn)
        hazards = np.concatenate([self._hazards, found]) if len(found) else self._hazards
        return Values(
            number=number,
            productivity=np.array([drawn[f"productivity {asset}"] for asset in self._assets]),
            shares=self._draw_shares(draw, hazards),
            qc_fail_share=self._each(draw, "qc_fail_share", hazards),
            handover_days=self._each(draw, "handover_days", hazards),
            hazard_productivity=self._each(draw, "hazard_productivity", hazards),
            survey_team_days=self._each(draw, "community_survey_team_days", self._settlements),
            works_speed=self._each(draw, "works_speed", self._works),
            repair_speed=self._each(draw, "repair_speed", self._roads),
            weather=self._draw_weather(draw, number["weather_persistent"]),
            unrecorded=unrecorded,
            discrepancy=self._discrepancy.of(draw),
        )

    def scores(self, draws: Sequence[int] | Whole) -> dict[str, Floats]:
        """Normal scores of the country-wide assumptions that are uncertain (model §9).

        Parameters
        ----------
        draws
            Numbers of draws, or their places.

        Returns
        -------
        dict[str, NDArray[np.float64]]
            By id (``productivity ASSET`` of asset types, ``ID DISTRICT`` of districts), each in the
            order of `draws`: how many standard deviations above its median, on the normal scale.
        """
        numbers = np.asarray(draws) if self._numbers is None else self._numbers[np.asarray(draws)]
        levels = self._levels(numbers)
        found = {
            name: scipy.special.ndtri(levels[name])
            for name, row in self._country.items()
            if row.distribution != "fixed"
        }
        if self._discrepancy.log_sd:
            found[DISCREPANCY] = self._discrepancy.scores(numbers)
        return found

    def means(self, weights: Floats) -> dict[str, float]:
        """Posterior mean of each country-wide number (model §9).

        Speeds, whose prior has its median at one, by the mean of their logarithm; others as they
        are.

        Parameters
        ----------
        weights
            Weight of each draw from 0 on; they sum to 1.
        """
        draws = np.flatnonzero(weights)
        share, levels = weights[draws], self._levels(draws)
        found = {}
        for name, row in self._country.items():
            values = quantile(row, levels[name]) / centre(row)
            if centre_name(row.id) == "median":
                found[name] = math.exp(math.fsum((share * np.log(values)).tolist()))
            else:
                found[name] = math.fsum((share * values).tolist())
        return found

    def _levels(self, draws: Whole) -> dict[str, Floats]:
        """Probability at which each country-wide number lies; those of groups, too."""
        levels = {
            name: spread(self.seed, draws, name, dimension)
            for name, dimension in self._dimension.items()
        }
        own = {name: scipy.special.ndtri(u) for name, u in levels.items()}
        joined = {name: self._copula.scores(name, own) for name in self._copula.weights}
        return levels | {name: scipy.special.ndtr(scores) for name, scores in joined.items()}

    def _country_wide(self, draw: int) -> dict[str, float]:
        """One value for each country-wide assumption, made for a block of draws at once."""
        block, place = divmod(draw, BLOCK)
        if block not in self._blocks:
            levels = self._levels(np.arange(block * BLOCK, (block + 1) * BLOCK))
            self._blocks[block] = {
                name: quantile(row, levels[name]) / centre(row)
                for name, row in self._country.items()
            }
        return {name: float(values[place]) for name, values in self._blocks[block].items()}

    def _each(self, draw: int, name: str, keys: Keys) -> Floats:
        """One value of an assumption for each thing."""
        values = self._tables[name].at(uniforms(self.seed, draw, name, keys))
        values /= self._centres[name]
        return values

    def _draw_weather(self, draw: int, persistent: float) -> Floats:
        """Ratio of workable days by month: of the whole time, of its year and its own."""
        years = self._each(draw, "weather_year", self._years)
        months = self._each(draw, "season_noise", self._months)
        return persistent * years[self._year_of_month] * months

    def _draw_shares(self, draw: int, hazards: Keys) -> Floats:
        u = [uniforms(self.seed, draw, f"route_shares {i}", hazards) for i in range(3)]
        shares = np.empty((len(hazards), 3))
        for record, table in self._shares.items():
            which = self._of_record[record]
            if record == "none":
                which = np.concatenate([which, np.arange(len(self._hazards), len(hazards))])
            shares[which] = table.at(*(one[which] for one in u))
        return shares

    def _draw_unrecorded(self, draw: int, drawn: dict[str, float]) -> tuple[Unrecorded, Keys]:
        """Hazards that no record names (model §3.2), and the keys of those that will be found."""
        recorded, settlements = self._recorded, self._settlements
        here = {
            name: np.array([drawn[one] for one in names], np.float64)
            for name, names in self._of_settlement.items()
        }
        recall = np.maximum(here["record_recall"], LEAST_RECALL)
        expected = np.where(
            np.isnan(recorded.expected), recorded.count * (1 - recall) / recall, recorded.expected
        )
        luck = uniforms(self.seed, draw, "unrecorded_hazards", settlements)
        counts = poisson_counts(expected, luck)
        total = int(counts.sum())
        if total == 0:
            return NO_UNRECORDED, np.zeros(0, np.uint64)
        settlement = np.repeat(np.arange(len(counts)), counts)
        nth = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        keys = within(settlements[settlement], nth)
        resembles = uniforms(self.seed, draw, "unrecorded_resembles", keys)
        place = (resembles * recorded.count[settlement]).astype(np.int64)
        detection = here["survey_detection"][settlement]
        is_found = uniforms(self.seed, draw, "survey_detection", keys) < detection
        unrecorded = Unrecorded(
            settlement=settlement,
            like=recorded.hazard[recorded.begin[settlement] + place],
            area_m2=self._each(draw, "unrecorded_area_m2", keys),
            is_found=is_found,
        )
        return unrecorded, keys[is_found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """The model's own error: a ratio of the speed of all work, lognormal with median one.

    Kennedy and O'Hagan, Bayesian calibration of computer models, Journal of the Royal Statistical
    Society B 63, 2001: what a model misses is not what its parameters can mend.

    Parameters
    ----------
    seed
        Seed of the draws.
    log_sd
        Standard deviation of its logarithm; 0: there is none.
    """

    seed: int
    log_sd: float

    def scores(self, draws: Whole) -> Floats:
        """Standard normal scores of some draws."""
        levels = spread(self.seed, draws, DISCREPANCY, FIRST[DISCREPANCY])
        scores: Floats = scipy.special.ndtri(levels)
        return scores

    def of(self, draw: int) -> float:
        """Ratio in a draw."""
        if not self.log_sd:
            return 1.0
        return math.exp(self.log_sd * self.scores(np.array([draw])).item())


def posterior_means(scenario: Scenario, expected: Values) -> Values:
    """Numbers of the run on expected values, given the facts of a calibration (model §9).

    Parameters
    ----------
    expected
        The numbers without any facts.

    Returns
    -------
    Values
        Posterior means of the country-wide numbers, the others as they were; the same where the
        scenario is not calibrated.
    """
    if not scenario.posterior:
        return expected
    means = Draws(scenario, scenario.posterior[0].seed).means(draw_weights(scenario))
    return replace(
        expected,
        number={name: means.get(name, value) for name, value in expected.number.items()},
        productivity=np.array([means[f"productivity {asset.id}"] for asset in scenario.assets]),
        weather=expected.weather * means["weather_persistent"],
    )


def luck_of(scenario: Scenario, draws: int, seed: int) -> Draws:
    """Draws of a run, each by its row: of a calibrated scenario those that it takes.

    Parameters
    ----------
    draws, seed
        How many the run has, and its seed.
    """
    taken = resample(scenario, draws, seed)
    return Draws(scenario, seed) if taken is None else Draws(scenario, taken.seed, taken.rows)


def _in_district(rows: Container[str], name: str, district: str | None) -> str:
    """Name of the number that holds in a district."""
    own = f"{name} {district}"
    return own if own in rows else name


def _recorded(scenario: Scenario, surveyed: Sequence[str]) -> _Recorded:
    by_settlement: dict[str, list[int]] = {settlement: [] for settlement in surveyed}
    for number, hazard in enumerate(scenario.hazards):
        if hazard.place in by_settlement:
            by_settlement[hazard.place].append(number)
    groups = [
        sorted(numbers, key=lambda n: scenario.hazards[n].id) for numbers in by_settlement.values()
    ]
    count = np.array([len(group) for group in groups], np.int64)
    given = [scenario.place[settlement].unrecorded_hazards for settlement in surveyed]
    return _Recorded(
        begin=np.cumsum(count) - count,
        count=count,
        hazard=np.array([number for group in groups for number in group], np.int64),
        expected=np.array([np.nan if one is None else one for one in given]),
    )
