"""Dates lie in order and within the horizon, money lasts for its time, calendars are whole."""

from collections.abc import Iterator
from typing import Any

from returnplan.errors import Problem
from returnplan.scenario.checks.draft import Draft, check
from returnplan.scenario.funding import is_above, planned_usd, span_of
from returnplan.scenario.rows import Partial
from returnplan.units import horizon_date


@check
def deployments_lie_in_time(draft: Draft) -> Iterator[Problem]:
    """Dates stand in order and within the horizon."""
    start, years = draft.start, draft.horizon_years
    end = horizon_date(start, years) if start and years else None
    span = f"{start} to {end}"
    for row, item in draft.of("deployments"):
        begin, until = item.from_date, item.until_date
        if begin and until and until <= begin:
            found = f"{until.isoformat()}, not after from = {begin.isoformat()}"
            yield draft.problem("deployments", row, "until", found, "a date after from")
        elif start is None or end is None:
            continue
        elif begin and begin > end:
            note = f"outside the horizon {span}: the teams do nothing that is shown"
            yield draft.doubt("deployments", row, "from", begin.isoformat(), note)
        elif until and until <= start:
            note = f"outside the horizon {span}: the teams do nothing"
            yield draft.doubt("deployments", row, "until", until.isoformat(), note)
        elif begin and begin < start:
            note = f"before the start {start.isoformat()}: the teams stand there from the start"
            yield draft.doubt("deployments", row, "from", begin.isoformat(), note)


@check
def funding_lies_in_time(draft: Draft) -> Iterator[Problem]:
    """Dates of funding stand in order and within the horizon."""
    start, years = draft.start, draft.horizon_years
    end = horizon_date(start, years) if start and years else None
    note = f"outside the horizon {start} to {end}: nothing is compared with it"
    for row, item in draft.of("funding"):
        begin, until = item.from_date, item.until_date
        if begin and until and until <= begin:
            found = f"{until.isoformat()}, not after from = {begin.isoformat()}"
            yield draft.problem("funding", row, "until", found, "a date after from")
        elif begin and end and begin >= end:
            yield draft.doubt("funding", row, "from", begin.isoformat(), note)
        elif until and start and until <= start:
            yield draft.doubt("funding", row, "until", until.isoformat(), note)


@check
def envelopes_hold_the_plan(draft: Draft) -> Iterator[Problem]:
    """No envelope is below what the deployments cost in its time; a run does not look at it."""
    if draft.start is None or draft.horizon_years is None:
        return
    end = horizon_date(draft.start, draft.horizon_years)
    daily_usd = {asset.id: asset.cost_usd_day or 0.0 for _, asset in draft.of("assets")}
    plans: dict[str, list[Any]] = {header.name: [] for header in draft.allocations}
    for _, item in draft.of("deployments"):
        if item.allocation in plans and not isinstance(item, Partial):
            plans[item.allocation].append(item)
    for row, line in draft.of("funding"):
        if isinstance(line, Partial):
            continue
        for name, plan in plans.items():
            usd = planned_usd(line, plan, daily_usd, draft.start, end)
            if line.allocation in (None, name) and is_above(usd, line.envelope_usd):
                first, last = span_of(line, draft.start, end)
                found = f"USD {usd:,.0f} for team-days of {name!r} from {first} until {last}"
                note = f"at most USD {line.envelope_usd:,.0f} of {line.id!r} for {name!r}"
                yield draft.doubt("funding", row, "usd", found, note)


@check
def targets_can_be_shown(draft: Draft) -> Iterator[Problem]:
    """A target lies within the horizon, and does not aim at more people than there are."""
    start, years = draft.start, draft.horizon_years
    end = horizon_date(start, years) if start and years else None
    waiting = [item for _, item in draft.all("communities")]
    is_known = waiting and not any(isinstance(item, Partial) for item in waiting)
    everyone = sum(item.people for item in waiting) if is_known else None
    for row, item in draft.of("targets"):
        if start and end and item.by_date and not start <= item.by_date <= end:
            note = f"outside the horizon {start} to {end}: it is not shown"
            yield draft.doubt("targets", row, "date", item.by_date.isoformat(), note)
        if everyone is not None and item.people is not None and item.people > everyone:
            note = f"more than all displaced people, {everyone:,}"
            yield draft.doubt("targets", row, "people", f"{item.people:,}", note)


@check
def places_open_in_time(draft: Draft) -> Iterator[Problem]:
    """Places whose date of access falls after the horizon stay empty."""
    if draft.start is None or draft.horizon_years is None:
        return
    end = horizon_date(draft.start, draft.horizon_years)
    for row, item in draft.of("places"):
        if item.accessible_from is not None and item.accessible_from > end:
            note = f"after the horizon {end.isoformat()}: nothing happens there"
            found = item.accessible_from.isoformat()
            yield draft.doubt("places", row, "accessible_from", found, note)


@check
def calendars_are_whole(draft: Draft) -> Iterator[Problem]:
    """Each zone has its twelve months, each month once."""
    months: dict[str, dict[int, int]] = {}
    unsure: set[str | None] = set()
    for row, item in draft.all("calendars"):
        if item.zone is None or item.month is None:
            unsure.add(item.zone)
            continue
        known = months.setdefault(item.zone, {})
        if item.month in known:
            found = f"month {item.month} of zone {item.zone!r} again, as in row {known[item.month]}"
            yield draft.problem("calendars", row, "month", found, "each month of a zone once")
        known.setdefault(item.month, row)
        days = item.workable_days
        if days is not None and days > _month_days(item.month):
            note = "more days than the month has"
            yield draft.doubt("calendars", row, "workable_days", f"{days:g}", note)
    if not draft.is_read("calendars") or None in unsure:
        return
    for zone, found_months in months.items():
        missing = sorted(set(range(1, 13)) - set(found_months))
        if missing and zone not in unsure:
            found = f"zone {zone!r} without months {', '.join(map(str, missing))}"
            first = min(found_months.values())
            yield draft.problem("calendars", first, "month", found, "months 1 to 12")


def _month_days(month: int) -> int:
    return (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


@check
def zones_have_calendars(draft: Draft) -> Iterator[Problem]:
    """The zones of places stand in calendars; no calendars at all are one fault."""
    used = [(row, place.zone) for row, place in draft.of("places") if place.zone]
    absent = "calendars" in draft.absent
    if used and (absent or (draft.is_read("calendars") and not draft.all("calendars"))):
        row, zone = used[0]
        allowed = f"the zones that places name (first {draft.files['places']}, row {row}: {zone!r})"
        found = "no such table" if absent else "no rows"
        yield draft.problem("calendars", None, None, found, allowed)
    elif draft.has_column("calendars", "zone"):
        known = {item.zone for _, item in draft.all("calendars")}
        for row, zone in used:
            if zone not in known:
                allowed = "a zone of calendars; empty: every day is workable"
                yield draft.problem("places", row, "zone", repr(zone), allowed)
