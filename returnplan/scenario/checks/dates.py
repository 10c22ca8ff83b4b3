"""Dates lie in order and within the horizon, money lasts for its time, calendars are whole."""

from calendar import monthrange
from collections.abc import Iterator
from typing import Any

from returnplan.errors import Problem
from returnplan.scenario.checks.draft import Draft, check
from returnplan.scenario.funding import compared
from returnplan.scenario.rows import Partial

LEAP_YEAR = 2024


@check
def times_end_after_they_begin(draft: Draft) -> Iterator[Problem]:
    """Teams and money come before they go."""
    for table in ("deployments", "funding"):
        for row, item in draft.of(table):
            if _is_backwards(item):
                found = f"{item.until_date}, not after from = {item.from_date}"
                yield draft.problem(table, row, "until", found, "a date after from")


def _is_backwards(item: Any) -> bool:
    begin, until = item.from_date, item.until_date
    return bool(begin and until and until <= begin)


@check
def deployments_lie_in_time(draft: Draft) -> Iterator[Problem]:
    """Teams are there within the horizon."""
    start, end = draft.start, draft.end
    if start is None or end is None:
        return
    for row, item in draft.of("deployments"):
        begin, until = item.from_date, item.until_date
        if _is_backwards(item):
            continue
        if begin and begin > end:
            note = f"outside the horizon {start} to {end}: the teams do nothing that is shown"
            yield draft.doubt("deployments", row, "from", f"{begin}", note)
        elif until and until <= start:
            note = f"outside the horizon {start} to {end}: the teams do nothing"
            yield draft.doubt("deployments", row, "until", f"{until}", note)
        elif begin and begin < start:
            note = f"before the start {start}: the teams stand there from the start"
            yield draft.doubt("deployments", row, "from", f"{begin}", note)


@check
def funding_lies_in_time(draft: Draft) -> Iterator[Problem]:
    """Money is there within the horizon."""
    start, end = draft.start, draft.end
    if start is None or end is None:
        return
    note = f"outside the horizon {start} to {end}: nothing is compared with it"
    for row, item in draft.of("funding"):
        begin, until = item.from_date, item.until_date
        if _is_backwards(item):
            continue
        if begin and begin >= end:
            yield draft.doubt("funding", row, "from", f"{begin}", note)
        elif until and until <= start:
            yield draft.doubt("funding", row, "until", f"{until}", note)


@check
def envelopes_hold_the_plan(draft: Draft) -> Iterator[Problem]:
    """No envelope is below what the deployments cost in its time; a run does not look at it."""
    start, end = draft.start, draft.end
    if start is None or end is None:
        return
    daily_usd = {asset.id: asset.cost_usd_day or 0.0 for _, asset in draft.of("assets")}
    plan = [item for item in draft.allocations.deployments if not isinstance(item, Partial)]
    for row, line in draft.of("funding"):
        if isinstance(line, Partial):
            continue
        for one in compared([line], draft.allocations.headers, plan, daily_usd, (start, end)):
            if one.is_exceeded:
                name = one.allocation
                found = (
                    f"USD {one.planned_usd:,.0f} for team-days of {name!r} "
                    f"from {one.first} until {one.last}"
                )
                note = f"at most USD {line.envelope_usd:,.0f} of {line.id!r} for {name!r}"
                yield draft.doubt("funding", row, "usd", found, note)


@check
def targets_can_be_shown(draft: Draft) -> Iterator[Problem]:
    """A target lies within the horizon, and does not aim at more people than there are."""
    start, end = draft.start, draft.end
    waiting = [item for _, item in draft.all("communities")]
    is_known = waiting and not any(isinstance(item, Partial) for item in waiting)
    everyone = sum(item.people for item in waiting) if is_known else None
    for row, item in draft.of("targets"):
        if start and end and item.by_date and not start <= item.by_date <= end:
            note = f"outside the horizon {start} to {end}: it is not shown"
            yield draft.doubt("targets", row, "date", f"{item.by_date}", note)
        if everyone is not None and item.people is not None and item.people > everyone:
            note = f"more than all displaced people, {everyone:,}"
            yield draft.doubt("targets", row, "people", f"{item.people:,}", note)


@check
def places_open_in_time(draft: Draft) -> Iterator[Problem]:
    """Places whose date of access falls after the horizon stay empty."""
    end = draft.end
    for row, item in draft.of("places"):
        if end and item.accessible_from and item.accessible_from > end:
            note = f"after the horizon {end}: nothing happens there"
            yield draft.doubt("places", row, "accessible_from", f"{item.accessible_from}", note)


@check
def calendars_are_whole(draft: Draft) -> Iterator[Problem]:
    """Each zone has its twelve months, each month once."""
    months: dict[str, dict[int, int]] = {}
    rows = list(draft.of("calendars"))
    unsure: set[str | None] = {None} if len(rows) < len(draft.all("calendars")) else set()
    for row, item in rows:
        if item.zone is None or item.month is None:
            unsure.add(item.zone)
            continue
        first = months.setdefault(item.zone, {}).setdefault(item.month, row)
        if first != row:
            found = f"month {item.month} of zone {item.zone!r} again, as in row {first}"
            yield draft.problem("calendars", row, "month", found, "each month of a zone once")
        days = item.workable_days
        if days is not None and days > monthrange(LEAP_YEAR, item.month)[1]:
            note = "more days than the month has"
            yield draft.doubt("calendars", row, "workable_days", f"{days:g}", note)
    if not draft.is_read("calendars") or None in unsure:
        return
    for zone, row_of in months.items():
        missing = [str(month) for month in range(1, 13) if month not in row_of]
        if missing and zone not in unsure:
            found = f"zone {zone!r} without months {', '.join(missing)}"
            yield draft.problem("calendars", min(row_of.values()), "month", found, "months 1 to 12")


@check
def zones_have_calendars(draft: Draft) -> Iterator[Problem]:
    """The zones of places stand in calendars; no calendars at all are one fault."""
    used = [(row, place.zone) for row, place in draft.of("places") if place.zone]
    if used and draft.is_known("calendars") and not draft.all("calendars"):
        row, zone = used[0]
        allowed = f"the zones that places name (first {draft.files['places']}, row {row}: {zone!r})"
        found = "no such table" if "calendars" in draft.absent else "no rows"
        yield draft.problem("calendars", None, None, found, allowed)
    elif draft.has_column("calendars", "zone"):
        known = {item.zone for _, item in draft.all("calendars")}
        for row, zone in used:
            if zone not in known:
                allowed = "a zone of calendars; empty: every day is workable"
                yield draft.problem("places", row, "zone", repr(zone), allowed)
