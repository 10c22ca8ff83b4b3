"""What assumptions have to do with each other: districts, dependence, even sequences."""

from collections.abc import Iterator, Sequence
from typing import Any

from returnplan.errors import Problem
from returnplan.model.chance.assumptions import (
    BY_DISTRICT,
    centre_name,
    country_wide,
    in_force,
    productivity_of,
)
from returnplan.model.chance.dependence import (
    GROUPS,
    ONLY_GROUPS,
    NotPositiveError,
    copula,
    default_dependence,
    pair_of,
)
from returnplan.model.chance.distributions import (
    TOUCHING,
    harmonic_mean,
    shape_problem,
    support,
    truncation_problem,
)
from returnplan.model.chance.sobol import dimensions
from returnplan.scenario.checks.draft import Draft, check
from returnplan.scenario.rows import Partial

TABLES = ("assumptions", "assets", "dependence")


@check
def districts_of_assumptions_exist(draft: Draft) -> Iterator[Problem]:
    """Only some assumptions differ by district, each at most once in a district of places."""
    known = {item.district for _, item in draft.all("places") if item.district is not None}
    seen: dict[tuple[str, str], int] = {}
    for row, item in draft.of("assumptions"):
        if item.district is None or item.id is None:
            continue
        first = seen.setdefault((item.id, item.district), row)
        if item.id not in BY_DISTRICT:
            allowed = f"empty: only {' and '.join(BY_DISTRICT)} may differ by district"
        elif draft.has_column("places", "district") and item.district not in known:
            allowed = "a district of places"
        elif first != row:
            allowed = f"one row of {item.id} for a district (row {first} has it, too)"
        else:
            continue
        yield draft.problem("assumptions", row, "district", repr(item.district), allowed)


@check
def speeds_are_not_too_near_nothing(draft: Draft) -> Iterator[Problem]:
    """A speed that may be nearly 0 lets the mean time of work have no end."""
    for row, item in draft.of("assumptions"):
        if isinstance(item, Partial) or centre_name(item.id) != "harmonic mean":
            continue
        if shape_problem(item) or truncation_problem(item):
            continue
        is_said = item.distribution in TOUCHING or support(item)[0] < 0
        if is_said or harmonic_mean(item) > 0:
            continue
        allowed = "values whose harmonic mean is above 0: write low, or a larger a"
        yield draft.problem("assumptions", row, "low", "values very near to 0", allowed)


@check
def dependence_names_assumptions(draft: Draft) -> Iterator[Problem]:
    """Both of a pair are drawn once for the whole country, and each pair stands once."""
    assets = [item.id for _, item in draft.of("assets") if item.id is not None]
    rows = in_force([row for _, row in draft.of("assumptions") if not isinstance(row, Partial)])
    values = {name for name in country_wide([*rows.values()], []) if name not in ONLY_GROUPS}
    groups = {*GROUPS, *ONLY_GROUPS, *BY_DISTRICT}
    known = values | groups | set(map(productivity_of, assets))
    seen: dict[tuple[str, str], int] = {}
    for row, item in draft.of("dependence"):
        for column, name in (("id", item.id), ("with", item.with_id)):
            if name is not None and name not in known:
                allowed = (
                    "an assumption that is drawn once for the whole country, productivity, "
                    "productivity_ASSET or kappa"
                )
                yield draft.problem("dependence", row, column, repr(name), allowed)
            elif name in rows and rows[name].distribution == "fixed":
                note = "it is fixed: the row changes nothing"
                yield draft.doubt("dependence", row, column, name, note)
        if item.id is None or item.with_id is None:
            continue
        pair = pair_of(item)
        first = seen.setdefault(pair, row)
        if first != row:
            allowed = f"each pair once (row {first} has it, too)"
            yield draft.problem("dependence", row, "with", " with ".join(pair), allowed)
        elif item.id == item.with_id and item.id in known - groups:
            allowed = f"another one: only {', '.join(sorted(groups))} have several numbers"
            yield draft.problem("dependence", row, "with", repr(item.with_id), allowed)


@check
def correlations_are_possible(draft: Draft) -> Iterator[Problem]:
    """Correlations can be true together."""
    names = _names(draft)
    if names is None:
        return
    own = {pair_of(item): (row, item) for row, item in draft.of("dependence")}
    shipped = [row for row in default_dependence() if pair_of(row) not in own]
    try:
        copula([*shipped, *(item for _, item in own.values())], [*dimensions(names)])
    except NotPositiveError as error:
        rows = [own[pair][0] for pair in error.pairs if pair in own]
        shown = ", ".join(f"{one} with {other}" for one, other in error.pairs)
        allowed = "correlations that numbers can have together: nearer to 0 in one of these pairs"
        yield draft.problem(
            "dependence", max(rows, default=None), "rank_correlation", shown, allowed
        )


@check
def places_in_the_sequence_are_free(draft: Draft) -> Iterator[Problem]:
    """Each number has a dimension of the even sequence of its own."""
    names = _names(draft)
    if names is None:
        return
    lost = {name for name, dimension in dimensions(names).items() if dimension is None}
    note = (
        "its luck has no dimension of its own in the even sequence (another id has it) and goes "
        "through one by itself: ranges need some more draws; another id would have one"
    )
    for row, item in draft.of("assets"):
        if f"productivity {item.id}" in lost:
            yield draft.doubt("assets", row, "id", repr(item.id), note)
    for row, item in draft.of("assumptions"):
        if item.district is not None and f"{item.id} {item.district}" in lost:
            yield draft.doubt("assumptions", row, "district", repr(item.district), note)


def _names(draft: Draft) -> Sequence[str] | None:
    """Country-wide numbers of a scenario, groups too; None: rows that they hang on are faulty."""
    rows: list[tuple[str, Any]] = [(name, row) for name in TABLES for _, row in draft.all(name)]
    if any(isinstance(row, Partial) for _, row in rows):
        return None
    assumptions = [row for name, row in rows if name == "assumptions"]
    if any(row.district is not None and row.id not in BY_DISTRICT for row in assumptions):
        return None
    assets = [row.id for name, row in rows if name == "assets"]
    return [*country_wide(assumptions, assets), *ONLY_GROUPS]
