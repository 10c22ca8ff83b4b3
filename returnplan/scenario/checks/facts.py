"""Published facts: each says what its measure counts, where, and in a time that the model knows."""

from collections.abc import Iterator, Mapping
from typing import Any

from returnplan.domain import NOT_TO_FIT, OF_PERIOD
from returnplan.errors import Problem
from returnplan.scenario.checks.draft import Draft, check, is_faulty
from returnplan.units import horizon_date

OF_LAND = ("district", "land_class", "route")
TOLD_BY: Mapping[str, tuple[str, ...]] = {
    "released_m2": OF_LAND,
    "items": OF_LAND,
    "teams_usd": (),
    "people_returned": ("district", "place"),
    "first_return_day": ("place",),
    "victims": (),
    "share_of_area": OF_LAND,
    "season_index": (*OF_LAND, "month"),
}
"""Columns that tell facts of a measure apart; the others stay empty."""
NEEDED = {"first_return_day": "place", "share_of_area": "district", "season_index": "month"}
FILTERS = (*OF_LAND, "place", "month")


@check
def facts_fit_their_measure(draft: Draft) -> Iterator[Problem]:
    """A fact has a value and the columns that its measure asks for, and no others."""
    for row, item in draft.of("facts"):
        if item.measure is None:
            continue
        needed = NEEDED.get(item.measure)
        if needed and getattr(item, needed) is None and not is_faulty(item, needed):
            allowed = f"a {needed}: {item.measure} is counted of one"
            yield draft.problem("facts", row, needed, "nothing", allowed)
        for column in FILTERS:
            given = getattr(item, column)
            if given is not None and column not in TOLD_BY[item.measure]:
                allowed = f"an empty cell: {item.measure} is counted of every {column}"
                yield draft.problem("facts", row, column, repr(given), allowed)
        if item.measure == "people_returned" and item.district and item.place:
            allowed = "an empty cell beside a place"
            yield draft.problem("facts", row, "district", repr(item.district), allowed)
        yield from _value_problems(draft, row, item)


def _value_problems(draft: Draft, row: int, item: Any) -> Iterator[Problem]:
    """What is wrong with the value, or its use."""
    if is_faulty(item, "value"):
        return
    if item.measure == "first_return_day":
        if item.value is not None:
            allowed = "an empty cell: the date stands in from and until"
            yield draft.problem("facts", row, "value", f"{item.value:g}", allowed)
    elif item.value is None:
        yield draft.problem("facts", row, "value", "nothing", "a number of at least 0")
    elif item.measure == "share_of_area" and item.value > 1:
        yield draft.problem("facts", row, "value", f"{item.value:g}", "a share from 0 to 1")
    elif item.use == "fit" and item.value == 0:
        allowed = "a number above 0: errors are of logarithms; or use = check"
        yield draft.problem("facts", row, "value", "0, to fit", allowed)
    if item.use == "fit" and item.measure in NOT_TO_FIT:
        allowed = f"check: no draw is weighted by {item.measure}"
        yield draft.problem("facts", row, "use", "fit", allowed)


@check
def facts_lie_in_time(draft: Draft) -> Iterator[Problem]:
    """A fact ends after it begins, on one side of the start, and before the horizon."""
    start, end = draft.start, draft.end
    for row, item in draft.of("facts"):
        begin, until = item.from_date, item.until_date
        if begin is None or until is None:
            continue
        if until < begin:
            found = f"{until}, before from = {begin}"
            yield draft.problem("facts", row, "until", found, "a date on or after from")
        elif end is not None and until >= end:
            allowed = f"a date before the horizon {end}"
            yield draft.problem("facts", row, "until", f"{until}", allowed)
        elif start is not None:
            yield from _beside_the_start(draft, row, item)
            if item.measure == "season_index" and not _is_of_whole_years(item):
                found = f"{begin} to {until}"
                allowed = "whole years: else some months have more days in it than others"
                yield draft.problem("facts", row, "until", found, allowed)


def _beside_the_start(draft: Draft, row: int, item: Any) -> Iterator[Problem]:
    """What is wrong with a fact that begins before the start."""
    start = draft.start
    if start is None or item.from_date >= start:
        return
    if item.until_date < start:
        if item.use == "fit":
            allowed = f"check: it ends before the start {start}, and no draw says anything of it"
            yield draft.problem("facts", row, "use", "fit", allowed)
    elif item.measure in OF_PERIOD:
        allowed = f"a date from the start {start} on: the model knows nothing of the days before"
        yield draft.problem("facts", row, "from", f"{item.from_date}", allowed)


def _is_of_whole_years(item: Any) -> bool:
    """Whether the day after the last is an anniversary of the first day."""
    return any(
        (horizon_date(item.from_date, years) - item.until_date).days == 1
        for years in range(1, item.until_date.year - item.from_date.year + 2)
    )


@check
def facts_are_of_districts(draft: Draft) -> Iterator[Problem]:
    """Districts of facts are those of places."""
    if not draft.is_read("places"):
        return
    known = {place.district for _, place in draft.all("places") if place.district}
    for row, item in draft.of("facts"):
        if item.district is not None and item.district not in known:
            allowed = "a district of places"
            yield draft.problem("facts", row, "district", repr(item.district), allowed)


@check
def facts_stand_once(draft: Draft) -> Iterator[Problem]:
    """No fact stands twice, and none to fit holds days of another one of the same."""
    rows = [
        (row, item)
        for row, item in draft.of("facts")
        if not is_faulty(item, "measure", "from_date", "until_date", *FILTERS)
        and item.from_date <= item.until_date
    ]
    alike: dict[tuple[Any, ...], list[tuple[int, Any]]] = {}
    for row, item in rows:
        key = (item.measure, *(getattr(item, column) for column in FILTERS))
        for first, other in alike.setdefault(key, []):
            if (other.from_date, other.until_date) == (item.from_date, item.until_date):
                found = f"{item.measure} of the same, as in row {first}"
                yield draft.problem("facts", row, "from", found, "each fact once")
                break
            both_fit = item.use == other.use == "fit"
            if both_fit and item.measure in OF_PERIOD and _overlap(item, other):
                found = f"{item.from_date} to {item.until_date}, which overlaps row {first}"
                yield draft.doubt("facts", row, "from", found, "what both hold weighs twice")
                break
        alike[key].append((row, item))


def _overlap(one: Any, other: Any) -> bool:
    begin, until = max(one.from_date, other.from_date), min(one.until_date, other.until_date)
    return bool(begin <= until)
