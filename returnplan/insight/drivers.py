"""Groups of uncertain assumptions, and the results that hang on them: what they are called."""

from collections.abc import Mapping
from dataclasses import dataclass

from returnplan.insight.shares import LESS, MIXED, MORE
from returnplan.language.words import Later, Words, later

LEAST_SHARE = 0.02
"""Smaller shares of the variance are told together, as others."""
PERSON_DAYS, PEOPLE_MET, CASUALTIES = "person_days", "people_met", "expected_casualties"
OTHERS, UNEXPLAINED = "others", "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A group of assumptions.

    Parameters
    ----------
    title
        What it is called.
    inputs
        Ids of the assumptions; what stands behind a blank (an asset type) is not part of an id.
    """

    title: Later
    inputs: tuple[str, ...]


DRIVERS: Mapping[str, Driver] = {
    "teams": Driver(title=later("how fast teams work"), inputs=("productivity",)),
    "land": Driver(
        title=later("how much land must be searched"),
        inputs=(
            *("ts_coverage_share", "qc_sample_share"),
            *("parcel_m2_minefield", "parcel_m2_low_density", "parcel_m2_battle_area"),
        ),
    ),
    "building": Driver(
        title=later("how fast works and road repair go"), inputs=("building_speed",)
    ),
    "weather": Driver(title=later("weather that lasts for years"), inputs=("weather_persistent",)),
    "records": Driver(
        title=later("how complete mine records and surveys are"),
        inputs=("record_recall", "survey_detection"),
    ),
    "willing": Driver(
        title=later("how many households want to return"),
        inputs=("willing_share", "household_size"),
    ),
    "returns": Driver(
        title=later("how fast people return, and leave again"),
        inputs=(
            *("return_half_time_months", "early_return_share", "early_half_time_months"),
            *("leaving_share_year", "reception_households_month"),
            "reception_total_households_month",
        ),
    ),
    "encounters": Driver(
        title=later("how often explosive items harm people"),
        inputs=(
            *("kappa_used", "kappa_unmarked", "kappa_marked", "detection_share", "eore_effect"),
            *("return_shock", "shock_half_life_months", "fatal_share"),
        ),
    ),
    "model": Driver(title=later("what the model itself gets wrong"), inputs=("discrepancy",)),
}
"""Groups of the country-wide assumptions, as a planner thinks of them."""
NOT_ASKED = ("deminer_accident_rate", "deminers_per_team", "deminer_days_year")
"""Assumptions that none of the results depends on."""
MORE_GROUPS: Mapping[str, Later] = {
    OTHERS: later("all others, each below {share}"),
    UNEXPLAINED: later("luck of single places and years, and what acts only together"),
}
"""What is told beside the groups."""
MEASURES: Mapping[str, Later] = {
    PERSON_DAYS: later("person-days until conditions are met"),
    PEOPLE_MET: later("people whose conditions are met (modelled) by {date}"),
    CASUALTIES: later("expected casualties among people present (logarithm)"),
}
"""Results that are explained."""
DIRECTIONS: Mapping[str, Later] = {
    MORE: later("more"),
    LESS: later("less"),
    MIXED: later("both ways"),
}
"""What higher assumptions of a group bring of a result."""


def group_name(group: str, words: Words) -> str:
    """Name a group of assumptions, as part of a sentence.

    Parameters
    ----------
    group
        Key of ``DRIVERS`` or ``MORE_GROUPS``.
    words
        The language.

    Examples
    --------
    >>> from returnplan.language.words import ENGLISH
    >>> group_name("teams", ENGLISH), group_name("others", ENGLISH)
    ('how fast teams work', 'all others, each below 2%')
    """
    if group in DRIVERS:
        return words.say(DRIVERS[group].title)
    return words.say(MORE_GROUPS[group], share=words.percent(LEAST_SHARE))


def share_text(share: float, words: Words) -> str:
    """Write a share in whole percent, rounded, so that shares of a result sum to about 100."""
    return words.percent(round(float(share), 2))


def measure_name(measure: str, date: str, words: Words) -> str:
    """Name a result, as part of a sentence.

    Parameters
    ----------
    measure
        Key of ``MEASURES``.
    date
        Date of counting people, as it is written for readers.
    words
        The language.
    """
    return words.say(MEASURES[measure], date=date)
