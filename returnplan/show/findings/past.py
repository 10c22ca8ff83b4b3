"""How well the model has done so far: published facts that were kept back, beside the draws."""

from dataclasses import dataclass

import pandas as pd

from returnplan.insight.hindcast import CHECK, FIT, INPUT, MEASURES, MODEL
from returnplan.language.words import capital
from returnplan.runs.tables.past import IN, JUDGED
from returnplan.show.findings.findings import Findings

DATED = "first_return_day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Published facts of one measure beside an allocation.

    Parameters
    ----------
    name
        What is counted, in words.
    group
        Whether they were kept back, made inputs of, or fitted, in words.
    facts, inside
        Their number, and how many lie from p10 to p90.
    error
        Median of the absolute error of the median draw, as a share of the figure; nan: of dates.
    compared, nearest
        Facts that forecasts without a model can tell, and those of them to which the model is
        nearer than each of these.
    """

    name: str
    group: str
    facts: int
    inside: int
    error: float
    compared: int
    nearest: int


def held(findings: Findings) -> tuple[Held, ...]:
    """Sum up by measure what the first allocation says of published facts; none: no such facts."""
    if "hindcast" not in findings.tables:
        return ()
    words = findings.words
    groups = {
        CHECK: words.phrase("kept back"),
        INPUT: words.phrase("an input"),
        FIT: words.phrase("to fit"),
    }
    rows = _judged(findings)
    found = []
    for group, called in groups.items():
        for measure, some in rows[rows["group"] == group].groupby("measure", sort=False):
            compared = some["nearest"].dropna()
            found.append(
                Held(
                    name=capital(words.named(str(measure), MEASURES)),
                    group=called,
                    facts=len(some),
                    inside=int((some["published_is"] == IN).sum()),
                    error=float(some["error_share"].abs().median()),
                    compared=len(compared),
                    nearest=int((compared == MODEL).sum()),
                )
            )
    return tuple(found)


def _judged(findings: Findings) -> pd.DataFrame:
    rows = findings.rows("hindcast", findings.first)
    return rows[rows["published_is"].isin(JUDGED)]


def done_so_far(findings: Findings) -> tuple[str, ...]:
    """Say how many published figures lie in the range.

    Returns
    -------
    tuple[str, ...]
        Sentences; none where nothing was published, or the audience sees nothing of it.
    """
    if not held(findings):
        return ()
    words, rows = findings.words, _judged(findings)
    checks = rows[rows["group"] == CHECK]
    texts = [
        words.phrase(
            "Published figures beside what the simulations say under “{title}”.",
            title=findings.title(findings.first),
        )
    ]
    if len(checks):
        texts.append(
            words.phrase(
                "Kept back, and so a test: {facts}. In the modelled range (p10 to p90) of these: "
                "{inside}. Good ranges hold about 80%.",
                facts=words.number(len(checks)),
                inside=words.number(int((checks["published_is"] == IN).sum())),
            )
        )
    if len(rows) > len(checks):
        texts.append(
            words.phrase("To be near figures that were fitted, or were inputs, is no merit.")
        )
    if (rows["measure"] == DATED).any():
        texts.append(
            words.phrase(
                "The order of places was a decision, which no model of land release foretells; "
                "conditions met is not a first return."
            )
        )
    return tuple(texts)
