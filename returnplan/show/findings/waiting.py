"""What people wait for, who waits longest, and the roads that keep them waiting."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from returnplan.model.reasons.causes import cause_group, cause_name
from returnplan.show.audience.tables import OTHER_CAUSES
from returnplan.show.findings.findings import Findings, Range, on, range_of, records

LEAST_SHARE = 0.01
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
    percent
        The same for people; those of all causes add up to 100.
    """

    cause: str
    name: str
    person_days: float
    share: float
    percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """How the people of a district fare under an allocation.

    Parameters
    ----------
    people
        People who wait.
    share
        Share of them whose conditions are met (modelled) by the horizon; nan: withheld.
    wait_days
        Days that one of them waits on average, up to the horizon; nan: withheld.
    """

    district: str
    people: float
    share: Range
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
        Date of its opening to people, with its range, for people.
    sentence
        The same for people.
    """

    road: str
    name: str
    people: float
    person_days: float
    opens: str
    sentence: str


def bottlenecks(findings: Findings, allocation: str) -> tuple[Bottleneck, ...]:
    """Causes of waiting under an allocation, the largest first; small ones are put together."""
    rows = delays_of(findings, allocation)
    groups = rows.groupby(rows["cause"].map(cause_group))["person_days_mean"].sum()
    total = float(groups.sum())
    if total <= 0:
        return ()
    is_small = (groups < LEAST_SHARE * total) | groups.index.isin(["other", OTHER_CAUSES])
    days_of = {str(cause): float(days) for cause, days in groups[~is_small].items()}
    largest = sorted(days_of, key=lambda cause: (-days_of[cause], cause))
    if rest := float(groups[is_small].sum()):
        largest.append("other")
        days_of["other"] = rest
    percents = findings.words.percents([days_of[cause] for cause in largest])
    return tuple(
        Bottleneck(
            cause=cause,
            name=cause_name(cause, findings.words),
            person_days=days_of[cause],
            share=days_of[cause] / total,
            percent=percent,
        )
        for cause, percent in zip(largest, percents, strict=True)
    )


def delays_of(findings: Findings, allocation: str) -> pd.DataFrame:
    """Causes and person-days under an allocation: of communities, for the public of districts."""
    name = "district_delays" if findings.is_public else "delays"
    return findings.rows(name, allocation)


def blocks_most(findings: Findings, allocation: str) -> str:
    """Say what keeps most people waiting under an allocation."""
    words = findings.words
    causes = bottlenecks(findings, allocation)
    title = findings.title(allocation)
    if not causes and delays_of(findings, allocation)["person_days_mean"].isna().any():
        return words.phrase(
            "What keeps people waiting under “{title}” is withheld, as it would tell of single "
            "settlements.",
            title=title,
        )
    if not causes:
        return words.phrase("Under “{title}” nobody waits for anything.", title=title)
    first, *others = sorted(causes, key=lambda cause: -cause.person_days)
    values = {"title": title, "cause": first.name, "share": first.percent}
    if not others:
        return words.phrase(
            "What keeps people waiting under “{title}”, in person-days: {cause} ({share}).",
            **values,
        )
    return words.phrase(
        "What keeps most people waiting under “{title}”, in person-days: {cause} ({share}); next: "
        "{next} ({next_share}).",
        next=others[0].name,
        next_share=others[0].percent,
        **values,
    )


# Who waits longest


def districts(findings: Findings, allocation: str) -> tuple[District, ...]:
    """Districts with people who wait, the smallest share first; without names: none."""
    shares = findings.rows("district_shares", allocation)
    shares = on(shares, findings.horizon)
    delays = findings.rows("district_delays", allocation)
    days = delays.groupby("district")["person_days_mean"].sum(skipna=False)
    rows = [
        District(
            district=row["district"],
            people=row["people"],
            share=range_of(row, "share"),
            wait_days=float(days.get(row["district"], 0.0)) / row["people"],
        )
        for row in records(shares)
        if row["district"]
    ]
    return tuple(sorted(rows, key=lambda row: (row.share.middle, -row.wait_days, row.district)))


def fairness(findings: Findings, allocation: str) -> str:
    """Say how far the districts lie apart; empty where there are not two of them."""
    words = findings.words
    known = [
        district
        for district in districts(findings, allocation)
        if not math.isnan(district.share.middle) and not math.isnan(district.wait_days)
    ]
    if len(known) < LEAST_DISTRICTS:
        return ""
    least, most = known[0], known[-1]
    longest = max(known, key=lambda district: district.wait_days)
    return words.phrase(
        "Share of people whose conditions are met (modelled) by {date} under “{title}”: from "
        "{low} in {least} to {high} in {most}. People from {longest} wait longest, {days} days on "
        "average.",
        date=words.date(findings.horizon),
        title=findings.title(allocation),
        low=words.percent(least.share.middle),
        least=findings.district(least.district),
        high=words.percent(most.share.middle),
        most=findings.district(most.district),
        longest=findings.district(longest.district),
        days=words.number(longest.wait_days),
    )


# Roads


def key_roads(findings: Findings, allocation: str, most: int = MOST_ROADS) -> tuple[KeyRoad, ...]:
    """Roads that keep most person-days waiting; none for the public."""
    if findings.is_public:
        return ()
    rows = findings.rows("key_roads", allocation)
    rows = rows.sort_values(["person_days_mean", "rank"], ascending=[False, True])
    return tuple(_key_road(findings, row) for row in records(rows.head(most)))


def _key_road(findings: Findings, row: dict[str, Any]) -> KeyRoad:
    words = findings.words
    name = words.phrase(
        "{one}–{other}",
        one=findings.view.word(row["from_place"]),
        other=findings.view.word(row["to_place"]),
    )
    opens = findings.day_range(*(row[f"open_date_p{p}"] for p in (10, 50, 90)))
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
        opens=opens,
        sentence=sentence,
    )
