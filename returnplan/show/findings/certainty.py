"""How sure the results are: which uncertain assumptions they hang on."""

from collections.abc import Iterator

import pandas as pd

from returnplan.insight.drivers import (
    DRIVERS,
    PERSON_DAYS,
    UNEXPLAINED,
    group_name,
    measure_name,
    share_text,
)
from returnplan.insight.sensitivity import LEAST_R2
from returnplan.show.findings.findings import Findings
from returnplan.show.findings.leader import leader, rival

MOST_GROUPS = 3
"""Groups of assumptions that a sentence names."""


def explained(findings: Findings) -> str:
    """Name the allocation of which is told what drives it: one that has a difference, if any has.

    That is the leading one; where it is the first, with which all are compared, the next.
    """
    best = leader(findings)
    return best if best != findings.first else rival(findings) or best


def how_sure(findings: Findings) -> tuple[str, ...]:
    """Say what the spread of person-days hangs on, and that of a difference.

    Returns
    -------
    tuple[str, ...]
        Sentences; none where there are too few draws to say.
    """
    if "sensitivity" not in findings.tables:
        return ()
    words, told_of = findings.words, explained(findings)
    rows = findings.rows("sensitivity", told_of)
    rows = rows[rows["measure"] == PERSON_DAYS]
    is_total = rows["against"] == ""
    measure = measure_name(PERSON_DAYS, "", words)
    texts = []
    if is_total.any():
        text = words.phrase(
            "What the spread of {measure} hangs on under “{title}”: {drivers}.",
            measure=measure,
            title=findings.title(told_of),
            drivers=words.listed(_drivers(findings, rows[is_total])),
        )
        texts.append(text)
    if not is_total.all():
        text = words.phrase(
            "What its difference to “{title}” hangs on: {drivers}.",
            title=findings.title(findings.first),
            drivers=words.listed(_drivers(findings, rows[~is_total])),
        )
        texts.append(text)
    if (rows["r2"] < LEAST_R2).any():
        text = words.phrase(
            "Where luck takes more than {share}, the order of the shares says more than their "
            "size.",
            share=share_text(1 - LEAST_R2, words),
        )
        texts.append(text)
    return tuple(texts)


def _drivers(findings: Findings, rows: pd.DataFrame) -> Iterator[str]:
    """Groups with the largest shares, and luck."""
    words = findings.words
    known = rows[rows["group"].isin(list(DRIVERS))].sort_values("share", ascending=False)
    luck = rows[rows["group"] == UNEXPLAINED]
    for row in pd.concat([known.head(MOST_GROUPS), luck]).to_dict("records"):
        yield words.phrase(
            "{driver} ({share})",
            driver=group_name(row["group"], words),
            share=share_text(row["share"], words),
        )
