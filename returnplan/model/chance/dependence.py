"""Assumptions that go together: rank correlations and what they make of luck (model §9).

Independent assumptions would let good and bad luck cancel, and ranges of totals come out too
narrow. Normal scores of the country-wide assumptions are joined by a Gaussian copula: Spearman's
rank correlation rho is Pearson's 2 sin(pi rho / 6) of the scores (Kruskal, Ordinal Measures of
Association, 1958).
"""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from returnplan.domain import Dependence, Scenario

Floats = npt.NDArray[np.float64]
Pair = tuple[str, str]

KAPPAS = ("kappa_used", "kappa_unmarked", "kappa_marked")
GROUPS: Mapping[str, Sequence[str]] = {"kappa": KAPPAS}
"""Names in the table that stand for several assumptions; ``productivity`` stands for that of each
asset type, and an assumption with rows for districts for each of them."""
ONLY_GROUPS = frozenset(("productivity",))
"""Assumptions that have no value of their own, only members."""
LEAST_PIVOT = 1e-6
"""Share of the variance of an assumption that others must leave it."""
NOTHING = 1e-12


@cache
def default_dependence() -> tuple[Dependence, ...]:
    """Dependence that holds where a scenario says nothing else of a pair.

    Returns
    -------
    tuple[Dependence, ...]
        ``source`` holds the words of the source instead of an id.
    """
    text = files("returnplan").joinpath("data/dependence.csv").read_text(encoding="utf-8")
    rows: Iterable[Mapping[str, Any]] = csv.DictReader(text.splitlines())
    return tuple(
        Dependence(
            id=row["id"],
            with_id=row["with"],
            rank_correlation=float(row["rank_correlation"]),
            mark=row["mark"],
            source=row["source"],
        )
        for row in rows
    )


def dependence_in_force(scenario: Scenario) -> tuple[Dependence, ...]:
    """Rows of the scenario, and the shipped ones of pairs of which it says nothing.

    Returns
    -------
    tuple[Dependence, ...]
        One row a pair.
    """
    own = {pair_of(row) for row in scenario.dependence}
    shipped = (row for row in default_dependence() if pair_of(row) not in own)
    return (*shipped, *scenario.dependence)


def pair_of(row: Dependence) -> Pair:
    """Name the two of a row, in one order whichever way they stand."""
    first, second = sorted((row.id, row.with_id))
    return first, second


def group_of(name: str) -> str:
    """Id that a country-wide number belongs to: ``productivity`` of ``productivity manual``."""
    return name.partition(" ")[0]


def id_of(name: str) -> str:
    """Id by which the table knows a number: ``productivity_manual``, or the name itself."""
    return name.replace(" ", "_", 1)


class NotPositiveError(ValueError):
    """Correlations that no numbers can have together.

    Parameters
    ----------
    pairs
        Pairs that cannot be true together, as stated.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        super().__init__(", ".join(" with ".join(pair) for pair in pairs))
        self.pairs = tuple(pairs)


@dataclass(frozen=True, slots=True)
class Copula:
    """How normal scores are made of independent ones.

    Parameters
    ----------
    weights
        For each name that depends on others: weight of the independent score of each name before
        it, and of its own.
    """

    weights: Mapping[str, Mapping[str, float]]

    def scores(self, name: str, own: Mapping[str, Floats]) -> Floats:
        """Scores of a name.

        Parameters
        ----------
        own
            Independent scores of all names.
        """
        total = np.zeros_like(own[name])
        for other, weight in self.weights[name].items():
            total += weight * own[other]
        return total


def copula(rows: Iterable[Dependence], names: Sequence[str]) -> Copula:
    """Factorise the correlations of the scores (Cholesky), in the order of the names.

    Members of a group, such as the productivity of each asset type, are joined by the score of the
    group itself, which stands before them: given that score they know nothing of each other, so
    that a new member leaves all others alone.

    Parameters
    ----------
    rows
        One row a pair.
    names
        Country-wide numbers, groups before their members.

    Returns
    -------
    Copula
        Names that depend on nothing are left out.

    Raises
    ------
    NotPositiveError
        When no numbers can have these correlations together.
    """
    stated = _stated(rows)
    linked = _Links(stated, names)
    weights: dict[str, dict[str, float]] = {}
    for at, name in enumerate(names):
        mine: dict[str, float] = {}
        left = 1.0
        for other in names[:at]:
            theirs = weights.get(other, {other: 1.0})
            known = math.fsum(mine[third] * theirs.get(third, 0.0) for third in mine)
            rest = linked.between(name, other) - known
            if abs(rest) > NOTHING:
                mine[other] = rest / theirs[other]
                left -= mine[other] ** 2
        if left < LEAST_PIVOT:
            before = {third for other in mine for third in weights.get(other, {other: 1.0})}
            raise NotPositiveError(linked.blamed(name, before))
        if mine:
            weights[name] = {**mine, name: math.sqrt(left)}
    return Copula(weights)


def _stated(rows: Iterable[Dependence]) -> dict[Pair, float]:
    """Pearson's correlation of each stated pair; that of a group of shipped ones for its pairs."""
    found: dict[Pair, float] = {}
    for row in sorted(rows, key=lambda row: (row.id not in GROUPS) + (row.with_id not in GROUPS)):
        pearson = 2 * math.sin(math.pi * row.rank_correlation / 6)
        for one in GROUPS.get(row.id, (row.id,)):
            for other in GROUPS.get(row.with_id, (row.with_id,)):
                if one != other or one not in KAPPAS:
                    found[min(one, other), max(one, other)] = pearson
    return found


class _Links:
    """Correlations of the scores of names and groups."""

    def __init__(self, stated: Mapping[Pair, float], names: Sequence[str]) -> None:
        self._stated = stated
        self._names = names

    def between(self, one: str, other: str) -> float:
        """Correlation of two names."""
        said = self._said(id_of(one), id_of(other))
        if said is not None and (" " in one or " " in other):
            return said  # of a single asset type
        mine, theirs = group_of(one), group_of(other)
        if mine == theirs:
            within = self._within(mine)
            return within if " " in one and " " in other else math.sqrt(within)
        pearson = self._said(mine, theirs) or 0.0
        for name, group in ((one, mine), (other, theirs)):
            if group in ONLY_GROUPS:
                if pearson and not self._within(group):
                    pair = min(mine, theirs), max(mine, theirs)
                    raise NotPositiveError([(group, group), pair])
                pearson /= math.sqrt(self._within(group)) if pearson else 1.0
            if " " in name:
                pearson *= math.sqrt(self._within(group))
        return pearson

    def blamed(self, name: str, others: Iterable[str]) -> list[Pair]:
        """Stated pairs among a name and what it depends on."""
        there = {name, *others}
        known = {group_of(one) for one in there} | {id_of(one) for one in there}
        return [pair for pair, value in self._stated.items() if value and known.issuperset(pair)]

    def _said(self, one: str, other: str) -> float | None:
        return self._stated.get((min(one, other), max(one, other)))

    def _within(self, group: str) -> float:
        """Correlation of members of a group; below 0 many members cannot have it."""
        within = self._said(group, group) or 0.0
        if within < 0:
            raise NotPositiveError([(group, group)])
        return within
