"""What people wait for, who waits longest, and the roads that keep them waiting."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from returnplan.language.names import cause_group, cause_name
from returnplan.show.audience.tables import OTHER_CAUSES
from returnplan.show.findings.opened import Findings, Spread, records, spread_of

TOLD_SHARE = 0.01
"""Smaller shares of the waiting are put together as other."""
MOST_ROADS = 5
LEAST_DISTRICTS = 2
"""Districts that there must be to say how they differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottleneck:
    """A cause of waiting over all communities.

    Parameters
    ----------
    cause
        Cause of ``delays.csv``, or ``land_release`` for its stages at work.
    name
        The same in plain words.
    person_days
        Mean person-days of displacement booked to it.
    share
        Their share of all person-days.
    """

    cause: str
    name: str
    person_days: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """How the people of a district fare under an allocation.

    Parameters
    ----------
    district
        Name of the district.
    people
        People who wait.
    share
        Share of them whose conditions are met (modelled) by the horizon; nan: withheld.
    wait_days
        Days that one of them waits on average, up to the horizon; nan: withheld.
    """

    district: str
    people: float
    share: Spread
    wait_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRoad:
    """A road on whose opening people wait.

    Parameters
    ----------
    road, name
        Its id, and its ends.
    people
        Mean number of people whose binding chain leads over it.
    person_days
        Mean person-days for which it keeps them waiting.
    opens
        Dates: early, median, late; empty: not within the horizon.
    sentence
        The same for people.
    """

    road: str
    name: str
    people: float
    person_days: float
    opens: tuple[str, str, str]
    sentence: str


def bottlenecks(findings: Findings, allocation: str) -> tuple[Bottleneck, ...]:
    """Causes of waiting under an allocation, the largest first; small ones are put together.

    Parameters
    ----------
    findings
        The run.
    allocation
        Name of the allocation.
    """
    rows = delays_of(findings, allocation)
    groups = rows.groupby(rows["cause"].map(cause_group))["person_days_mean"].sum()
    total = float(groups.sum())
    if total <= 0:
        return ()
    is_small = (groups < TOLD_SHARE * total) | groups.index.isin(["other", OTHER_CAUSES])
    told = {str(cause): float(days) for cause, days in groups[~is_small].items()}
    largest = sorted(told, key=lambda cause: (-told[cause], cause))
    if rest := float(groups[is_small].sum()):
        largest.append("other")
        told["other"] = rest
    return tuple(
        Bottleneck(
            cause=cause,
            name=cause_name(cause, findings.words),
            person_days=told[cause],
            share=told[cause] / total,
        )
        for cause in largest
    )


def delays_of(findings: Findings, allocation: str) -> pd.DataFrame:
    """Causes and person-days under an allocation: of communities, for the public of districts.

    Parameters
    ----------
    findings
        The run.
    allocation
        Name of the allocation.
    """
    name = "district_delays" if findings.is_public else "delays"
    return findings.rows(name, allocation)


def blocks_most(findings: Findings, allocation: str) -> str:
    """Say what keeps most people waiting under an allocation.

    Parameters
    ----------
    findings
        The run.
    allocation
        Name of the allocation.
    """
    words = findings.words
    found = bottlenecks(findings, allocation)
    title = findings.title(allocation)
    if not found:
        return words.phrase("Under “{title}” nobody waits for anything.", title=title)
    first, *others = sorted(found, key=lambda one: -one.person_days)
    values = {"title": title, "cause": first.name, "share": words.percent(first.share)}
    if not others:
        return words.phrase(
            "What keeps people waiting under “{title}”, in person-days: {cause} ({share}).",
            **values,
        )
    return words.phrase(
        "What keeps most people waiting under “{title}”, in person-days: {cause} ({share}); next: "
        "{next} ({next_share}).",
        next=others[0].name,
        next_share=words.percent(others[0].share),
        **values,
    )


# Who waits longest


def districts(findings: Findings, allocation: str) -> tuple[District, ...]:
    """Districts with people who wait, the smallest share first; without names: none.

    Parameters
    ----------
    findings
        The run.
    allocation
        Name of the allocation.
    """
    shares = findings.rows("district_shares", allocation)
    shares = shares[shares["date"] == findings.horizon.isoformat()]
    delays = findings.rows("district_delays", allocation)
    days = delays.groupby("district")["person_days_mean"].sum(skipna=False)
    found = [
        District(
            district=row["district"],
            people=row["people"],
            share=spread_of(row, "share"),
            wait_days=float(days.get(row["district"], 0.0)) / row["people"],
        )
        for row in records(shares)
        if row["district"]
    ]
    return tuple(sorted(found, key=lambda one: (one.share.middle, -one.wait_days, one.district)))


def fairness(findings: Findings, allocation: str) -> str:
    """Say how far the districts lie apart; empty where there are not two of them.

    Parameters
    ----------
    findings
        The run.
    allocation
        Name of the allocation.
    """
    words = findings.words
    known = [one for one in districts(findings, allocation) if not math.isnan(one.share.middle)]
    found = [one for one in known if not math.isnan(one.wait_days)]
    if len(found) < LEAST_DISTRICTS:
        return ""
    least, most = found[0], found[-1]
    longest = max(found, key=lambda one: one.wait_days)
    return words.phrase(
        "Share of people whose conditions are met (modelled) by {date} under “{title}”: from "
        "{low} in {least} to {high} in {most}. People from {longest} wait longest, {days} days on "
        "average.",
        date=words.date(findings.horizon),
        title=findings.title(allocation),
        low=words.percent(least.share.middle),
        least=least.district,
        high=words.percent(most.share.middle),
        most=most.district,
        longest=longest.district,
        days=words.number(longest.wait_days),
    )


# Roads


def key_roads(findings: Findings, allocation: str, most: int = MOST_ROADS) -> tuple[KeyRoad, ...]:
    """Roads that keep most person-days waiting; none for the public.

    Parameters
    ----------
    findings
        The run.
    allocation
        Name of the allocation.
    most
        How many at most.
    """
    if findings.is_public:
        return ()
    rows = findings.rows("key_roads", allocation)
    rows = rows.sort_values(["person_days_mean", "rank"], ascending=[False, True])
    return tuple(_key_road(findings, row) for row in records(rows.head(most)))


def _key_road(findings: Findings, row: dict[str, Any]) -> KeyRoad:
    words = findings.words
    early, middle, late = (row[f"open_date_p{p}"] for p in (10, 50, 90))
    name = words.phrase(
        "{one}–{other}",
        one=findings.view.word(row["from_place"]),
        other=findings.view.word(row["to_place"]),
    )
    opens = findings.day(middle)
    if findings.draws and early != late:
        opens = words.phrase(
            "{middle} ({low} to {high})",
            middle=opens, low=findings.day(early), high=findings.day(late),
        )  # fmt: skip
    sentence = words.phrase(
        "{road}: {people} wait for it, {days} person-days; open to people: {date}.",
        road=name,
        people=findings.count(row["people_mean"]),
        days=words.number(row["person_days_mean"]),
        date=opens,
    )
    return KeyRoad(
        road=str(row["road"]),
        name=name,
        people=row["people_mean"],
        person_days=row["person_days_mean"],
        opens=(_iso(early), _iso(middle), _iso(late)),
        sentence=sentence,
    )


def _iso(cell: object) -> str:
    return cell if isinstance(cell, str) else ""
