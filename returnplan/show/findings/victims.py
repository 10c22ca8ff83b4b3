"""What a power law of published totals says of victims among all people, beside the model."""

import math

from returnplan.insight.power_law import PowerLaw
from returnplan.insight.victims import FORECAST, LATER, totals_of, victims
from returnplan.show.findings.findings import Findings, Range, records


def victims_of_all(findings: Findings) -> tuple[str, ...]:
    """Say what is published, what the law expects, and what it is not; nothing without totals.

    Parameters
    ----------
    findings
        The run; counts are of the whole country, so that everybody may see them.
    """
    words, totals = findings.words, totals_of(findings.scenario)
    if not totals.known:
        return ()
    published = words.phrase(
        "Published: {number} victims of explosive ordnance among all people (soldiers, workers and "
        "residents) from {since} to {date}.",
        number=words.number(totals.counts[-1]),
        since=words.date(totals.since),
        date=words.date(totals.dates[-1]),
    )
    apart = words.phrase(
        "These are not the returnees or deminers of the model: the numbers are never added up, "
        "and the law knows nothing of plans, returns or cleared land."
    )
    if totals.why_not():
        return (published, apart)
    return (f"{published} {_law_words(findings, totals.law())}", *_ahead(findings), apart)


def _law_words(findings: Findings, law: PowerLaw) -> str:
    words = findings.words
    low, high = law.beta_range
    return words.phrase(
        "A power law of time fits {count} such totals with the exponent {beta}; below 1 victims "
        "become fewer from year to year.",
        count=words.number(len(law.totals)),
        beta=findings.ranged(Range(middle=law.beta, low=low, high=high), 2),
    )


def _ahead(findings: Findings) -> tuple[str, ...]:
    """What it expects of each calendar year to come, and what was published later."""
    words, table = findings.words, victims(findings.scenario)
    rows = list(records(table))
    years = words.listed(
        words.phrase("{number} in {year}", number=_range(findings, row), year=row["until"].year)
        for row in rows
        if row["kind"] == FORECAST and (row["from"].month, row["from"].day) == (1, 1)
    )
    told = [
        words.phrase(
            "If the course goes on as before it expects {years}: medians with 80% ranges, which "
            "hold what few totals leave open and chance, but no change of the course.",
            years=years,
        )
    ]
    told += [
        words.phrase(
            "Published later: {number} from {begin} to {end}; the law expected {range}.",
            number=words.number(row["published"]),
            begin=words.date(row["from"]),
            end=words.date(row["until"]),
            range=_range(findings, row),
        )
        for row in rows
        if row["kind"] == LATER and not math.isnan(row["new_p50"])
    ]
    return tuple(told)


def _range(findings: Findings, row: dict[str, float]) -> str:
    return findings.ranged(Range(middle=row["new_p50"], low=row["new_p10"], high=row["new_p90"]))
