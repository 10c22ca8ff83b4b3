"""The nouns: places, roads, hazards, works, teams, allocations and the scenario that holds them.

Each noun is a frozen dataclass that checks itself. The description of each of its columns (type,
unit, allowed values, default, meaning, sensitivity) stands beside the field and is the only one:
the reader, the checker, the template and the data dictionary are all made from it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, fields, replace
from datetime import date
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar, get_type_hints
from unicodedata import category, is_normalized

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.dataclasses import dataclass
from pydantic.fields import FieldInfo

from returnplan.errors import CONTROL
from returnplan.language.words import Later, later
from returnplan.registry import above

PlaceKind = Literal["settlement", "hub", "base", "junction"]
HazardClass = Literal["SHA", "CHA"]
LandClass = Literal["minefield", "low_density", "battle_area"]
Record = Literal["none", "partial", "full"]
SourceKind = Literal["observed", "derived", "assumed", "synthetic"]
Difficulty = Literal["low", "medium", "high", "extreme"]
Denied = Literal["housing", "road", "farmland", "water", "power", "health", "education", "other"]
WorksKind = Literal["water", "power", "health", "education", "shelter", "risk_education"]
Mark = Literal["verified", "derived", "assumed"]
DistributionName = Literal[
    "fixed",
    "uniform",
    "triangular",
    "normal",
    "lognormal",
    "beta",
    "gamma",
    "poisson",
    "dirichlet",
]
Sensitivity = Literal["public", "restricted", "confidential"]
TargetMeasure = Literal["returned", "conditions_met"]
Route = Literal["cancelled", "reduced", "cleared"]
FactMeasure = Literal[
    "released_m2",
    "items",
    "teams_usd",
    "people_returned",
    "first_return_day",
    "victims",
    "share_of_area",
    "season_index",
]
FactUse = Literal["fit", "check"]

Row = TypeVar("Row")

LAND_CLASSES: tuple[LandClass, ...] = ("minefield", "low_density", "battle_area")
RECORDS: tuple[Record, ...] = ("none", "partial", "full")
HAZARD_STAGES = ("survey", "technical_survey", "clearance", "quality_control")
AREA_SKILLS = HAZARD_STAGES
DEMINING = ("technical_survey", "clearance", "quality_control")
"""Stages in which a team may be hurt by what it looks for."""
SEARCHING = ("survey", "technical_survey", "clearance")
"""Stages in which whole teams look for it; quality control takes samples."""
WORKS = "works"
"""Stands for an asset type where materials and contracts are counted (model §10)."""
SERVICES: tuple[Denied, ...] = ("water", "power", "health", "education")
"""Kinds of works that the score measures, each denied by a hazard under its own name."""
SETTLEMENT_DENIALS = ("housing", *SERVICES)
"""What a hazard denies when the settlement cannot be lived in without its release (model §7)."""

SKILLS: Mapping[str, Later] = {
    "survey": later("non-technical survey"),
    "technical_survey": later("technical survey"),
    "clearance": later("clearance"),
    "quality_control": later("quality control"),
    "community_survey": later("community survey"),
    "building": later("building"),
    "utilities": later("utilities"),
    "road_repair": later("road repair"),
    "risk_education": later("risk education"),
}
"""What skills are called that many scenarios share; others stay as they are written."""
DENIALS: Mapping[str, Later] = {
    "housing": later("housing"),
    "road": later("road"),
    "farmland": later("farmland"),
    "water": later("water"),
    "power": later("power"),
    "health": later("health"),
    "education": later("education"),
    "other": later("other"),
}
"""What each thing is called that a hazard denies."""

LISTED = "listed"
"""The policy that reads the table of orders, and that an allocation has which names none."""
DISCREPANCY_LOG_SD, MOST_DISCREPANCY = 0.15, 2.0
"""Standard deviation of the log of the model's discrepancy where a scenario names none, and the
largest; assumed (model §9)."""
STATEMENT = later(
    "Modelled planning estimate. It does not state that any land, road or building is safe. "
    "Only {authority} can release land."
)
"""Stands under every figure, report and run; the only place where that adjective may occur."""
AUTHORITY = later("the national mine action authority")

MOST_CHARACTERS = 10_000
"""Longest text of a cell."""
MOST_DAYS = 36_525
"""A hundred years, the longest horizon: the clock of the model counts no further."""
MOST_COUNT = 1_000_000_000
MOST_LATER = 999_999
REST_WAITS_TEXT = f'"end", or a whole number from 0 to {MOST_LATER:,}'
RestWaits = Annotated[int, Field(ge=0, le=MOST_LATER)] | Literal["end"]
"""Most people or dwellings of one row: an eighth of mankind."""
MOST_M2 = 1e12
"""Largest area of one row: a million square kilometres."""
MOST_TEAMS = 100_000
"""Most teams of one row: ten times as many as in all mine action."""

_CONFIG = ConfigDict(
    extra="forbid",
    allow_inf_nan=False,
    str_strip_whitespace=True,
    str_max_length=MOST_CHARACTERS,
)

_FORMULA = re.compile("(?:^|;)\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]")
"""What a spreadsheet takes for a formula, also in wide letters or where semicolons part cells."""
_ID = re.compile(r"[\w#](?:\.* ?\.*[\w#-])*")
ANY_LANGUAGE = "_*"
"""How the name of a column ends in its description that stands once for every language."""
ID_TEXT = "letters, digits, _ - . # and single blanks between them, not - or . at an end"
WORDS_TEXT = "a line of text without = + - @ at its start or behind a semicolon"


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class KindOfWorks:
    """What is alike in works of one kind (model §3, §4.1, §7).

    Parameters
    ----------
    called
        Its word on pages.
    denied
        Works wait for the hazards at their settlement that deny this, each works of a kind for its
        part of them; None: for none.
    is_building
        Whether the speed of building concerns it, and its days are booked to building.
    """

    called: Later
    denied: Denied | None = None
    is_building: bool = False


KINDS_OF_WORKS: Mapping[str, KindOfWorks] = {
    **{kind: KindOfWorks(called=DENIALS[kind], denied=kind, is_building=True) for kind in SERVICES},
    "shelter": KindOfWorks(called=later("shelter"), denied="housing", is_building=True),
    "risk_education": KindOfWorks(called=SKILLS["risk_education"]),
}
"""By kind; its gate has the same name."""
STAGES: Mapping[str, Later] = {
    **SKILLS,
    "release": later("release"),
    "repair": later("repair"),
    **{kind: one.called for kind, one in KINDS_OF_WORKS.items()},
}
"""What the stages of jobs are called: of land release, of roads, and kinds of works."""


def column(
    meaning: str,
    *,
    unit: str = "",
    name: str = "",
    refers_to: str = "",
    sensitivity: Sensitivity = "public",
    allowed: str = "",
    **limits: Any,
) -> FieldInfo:
    """Describe one column of a table, beside the field that holds it.

    Parameters
    ----------
    meaning
        What the number or word says, in one line.
    unit
        Unit as printed; empty for words and counts.
    name
        Name of the column in files where it differs from the field (``from``).
    refers_to
        Table whose id the cell must be.
    sensitivity
        Who may see the column: public, restricted (the planner's team and partners: schedules of
        teams, single hazards, small counts) or confidential (locations of hazards).
    allowed
        What the cell may be, where type and limits do not say it.
    **limits
        Limits as pydantic's ``Field`` knows them: ``ge``, ``gt``, ``le``, ``pattern``.

    Returns
    -------
    FieldInfo
        To be put into ``Annotated``.
    """
    extra: dict[str, Any] = {
        "unit": unit,
        "column": name,
        "refers_to": refers_to,
        "sensitivity": sensitivity,
        "allowed": allowed,
    }
    info: FieldInfo = Field(description=meaning, json_schema_extra=extra, **limits)
    return info


def one_line(text: str) -> str:
    """Refuse a text with line ends and controls.

    Raises
    ------
    ValueError
        When it has some.
    """
    if CONTROL.search(text):
        raise ValueError("a line of text")
    return text


def words(text: str) -> str:
    """Refuse a name or title that is no line, or that a spreadsheet takes for a formula.

    Raises
    ------
    ValueError
        When it is.
    """
    if _FORMULA.search(text):
        raise ValueError(WORDS_TEXT)
    return one_line(text)


def _without_mark(found: re.Match[str]) -> str:
    """Nothing for a mark on a letter, which belongs to it; other characters stay."""
    return "" if category(found[0]).startswith("M") else found[0]


def file_name(text: str) -> str:
    """Refuse an id that cannot name files, jobs and cells, or that looks like another.

    Raises
    ------
    ValueError
        When it is one.

    Examples
    --------
    >>> file_name("Şuşa no. 7")
    'Şuşa no. 7'
    """
    plain = text if text.isascii() else text[:1] + re.sub(r"[^\w\s]", _without_mark, text[1:])
    if not _ID.fullmatch(plain) or not is_normalized("NFC", text):
        raise ValueError(ID_TEXT)
    return text


def _ratio(value: float) -> float:
    """Refuse a rate so small that it can only be a slip, other than none."""
    if 0 < value < 0.001:  # noqa: PLR2004 # a thousandth of the usual rate
        raise ValueError("0, or at least 0.001")
    return value


Id = Annotated[
    str,
    AfterValidator(file_name),
    column(
        "unique over all tables of the scenario",
        allowed=f"{ID_TEXT}, at most 100, in NFC form",
        min_length=1,
        max_length=100,
    ),
]
Name = Annotated[str, AfterValidator(file_name), Field(max_length=80)]
"""Name of an allocation: files are called after it."""
Words = Annotated[str, AfterValidator(words)]


def _words(meaning: str, **limits: Any) -> FieldInfo:
    """Describe a column of names or titles."""
    return column(meaning, allowed=WORDS_TEXT, **limits)


def _in_languages(of: str) -> FieldInfo:
    """Describe the columns that say another column in the languages of readers."""
    return column(
        f"the {of} in another language: columns {of}_az, {of}_fr ...; empty: {of}",
        name=f"{of}{ANY_LANGUAGE}",
        allowed=WORDS_TEXT,
    )


Ratio = Annotated[float, AfterValidator(_ratio)]


def _multiplier(meaning: str) -> FieldInfo:
    """Describe a column of what a difficulty makes of a rate."""
    allowed = "0, or a number of at least 0.001 and of at most 1,000 (ratio)"
    return column(meaning, unit="ratio", allowed=allowed, ge=0, le=1_000)


Source = Annotated[
    str, column("where the row's numbers come from", refers_to="sources", min_length=1)
]


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Place:
    """A settlement, hub, base or road junction: a node of the graph (model §2)."""

    id: Id
    kind: Annotated[
        PlaceKind,
        column("hub: on the network in use today; any place may also be a base"),
    ]
    name: Annotated[Words, _words("name as the planner's team writes it", min_length=1)]
    lon_deg: Annotated[float, column("longitude, WGS 84", unit="degrees", ge=-180, le=180)]
    lat_deg: Annotated[float, column("latitude, WGS 84", unit="degrees", ge=-90, le=90)]
    district: Annotated[Words, _words("district for sums and public tables")] = ""
    zone: Annotated[
        Words, _words("work calendar that holds here; empty: every day is workable")
    ] = ""
    accessible_from: Annotated[
        date | None,
        column("before it nobody works here, returns here or passes through; empty: day 0"),
    ] = None
    elevation_m: Annotated[float | None, column("height above the sea", unit="m")] = None
    unrecorded_hazards: Annotated[
        float | None,
        column(
            "expected number of hazards that no record names; empty: from record_recall",
            unit="hazards",
            ge=0,
            le=10_000,
            sensitivity="restricted",
        ),
    ] = None
    names: Annotated[
        dict[str, Words],
        column(
            "names by language: columns name_en, name_fr, name_ar ...",
            name="name_*",
            allowed=WORDS_TEXT,
        ),
    ] = field(default_factory=dict)
    name_source: Annotated[Words, _words("where the names come from")] = ""
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Community:
    """People displaced from one settlement who wait for its conditions to be met."""

    id: Id
    settlement: Annotated[str, column("where they come from", refers_to="places")]
    people: Annotated[
        int,
        column("displaced people", unit="people", ge=0, le=MOST_COUNT, sensitivity="restricted"),
    ]
    households: Annotated[
        int | None,
        column(
            "households; empty: people / household_size",
            unit="households",
            ge=0,
            le=MOST_COUNT,
            sensitivity="restricted",
        ),
    ] = None
    group: Annotated[Words, _words("neutral name of a group, for sums by group")] = ""
    displaced_since: Annotated[date | None, column("since when they are displaced")] = None
    willing_share: Annotated[
        float | None,
        column("share willing to return; empty: the assumption", unit="share", ge=0, le=1),
    ] = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Road:
    """A road between two places: an edge of the graph (model §2)."""

    id: Id
    from_place: Annotated[
        str, column("one end; its zone gives the work calendar", refers_to="places")
    ]
    to_place: Annotated[str, column("other end", refers_to="places")]
    # Once round the earth is 40,000 km: more is metres.
    length_km: Annotated[float, column("driving length", unit="km", ge=0, le=50_000)]
    # Outside a walk and a fast train another unit is meant, and drives would have no end.
    speed_kmh: Annotated[float, column("driving speed", unit="km/h", ge=0.1, le=1_000)]
    all_season: Annotated[bool, column("people can count on it in winter too")] = True
    repair_crew_days: Annotated[
        float,
        column("repair until people may use it, after release", unit="crew-days", ge=0),
    ] = 0.0
    impassable: Annotated[bool, column("teams cannot pass either until it is repaired")] = False
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Hazard:
    """One suspected or confirmed hazardous area, on one settlement or one road (model §3)."""

    id: Id
    place: Annotated[
        str | None,
        column("settlement on whose land it lies", refers_to="places", sensitivity="restricted"),
    ] = None
    road: Annotated[
        str | None, column("road on which it lies", refers_to="roads", sensitivity="restricted")
    ] = None
    hazard_class: Annotated[HazardClass, column("suspected or confirmed")]
    land_class: Annotated[LandClass, column("decides the productivity of teams")]
    area_m2: Annotated[
        float, column("reported area", unit="m2", ge=0, le=MOST_M2, sensitivity="restricted")
    ]
    denies: Annotated[
        tuple[Denied, ...],
        column("what people cannot use; several separated by ;", min_length=1),
    ]
    record: Annotated[
        Record, column("what the records of those who laid the mines say about it")
    ] = "none"
    difficulty: Annotated[Difficulty, column("slope, vegetation, soil and metal together")] = (
        "medium"
    )
    items_per_km2: Annotated[
        float | None,
        column(
            "expected explosive items; empty: unknown",
            unit="items/km2",
            ge=0,
            sensitivity="restricted",
        ),
    ] = None
    max_teams: Annotated[
        int | None,
        column(
            "clearance teams at the same time; empty: no limit",
            unit="teams",
            ge=1,
            le=MOST_TEAMS,
            sensitivity="restricted",
        ),
    ] = None
    lon_deg: Annotated[
        float | None,
        column("longitude", unit="degrees", ge=-180, le=180, sensitivity="confidential"),
    ] = None
    lat_deg: Annotated[
        float | None,
        column("latitude", unit="degrees", ge=-90, le=90, sensitivity="confidential"),
    ] = None
    source: Source

    @model_validator(mode="after")
    def _lies_on_one_thing(self) -> Self:
        if (self.place is None) == (self.road is None):
            raise ValueError(f"hazard {self.id}: exactly one of place and road must be filled")
        return self

    @property
    def site(self) -> str:
        """Id of the settlement or road on which the hazard lies."""
        return self.place or self.road or ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Works:
    """Building or service works at a settlement; a job like any other (model §7)."""

    id: Id
    settlement: Annotated[str, column("where", refers_to="places")]
    kind: Annotated[WorksKind, column("what is built or given")]
    skill: Annotated[Words, _words("skill a crew needs", min_length=1)]
    crew_days: Annotated[
        float, column("work; 0: done with its predecessors", unit="crew-days", ge=0)
    ]
    dwellings: Annotated[
        int | None,
        column("dwellings completed with it (shelter only)", unit="dwellings", ge=0, le=MOST_COUNT),
    ] = None
    cost_usd: Annotated[
        float | None,
        column(
            "materials and contracts, beyond the crew's days; empty: not stated, not counted",
            unit="USD",
            ge=0,
        ),
    ] = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Asset:
    """A type of team: what moving, camping and a day of it cost (model §4, §10)."""

    id: Id
    name: Annotated[Words, _words("name for charts; empty: the id")] = ""
    names: Annotated[dict[str, Words], _in_languages("name")] = field(
        default_factory=dict, repr=False, hash=False
    )
    mobilisation_days: Annotated[
        float,
        column("calendar days at each change of site", unit="days", ge=0, le=MOST_DAYS),
    ] = 0.0
    camp_days: Annotated[
        float | None,
        column(
            "calendar days to set up a camp; empty: never camps", unit="days", ge=0, le=MOST_DAYS
        ),
    ] = None
    # A shift of less than six minutes is another unit.
    shift_hours: Annotated[float, column("length of a shift", unit="hours", ge=0.1, le=24)] = 8.0
    mult_low: Annotated[Ratio, _multiplier("rate at low difficulty")] = 1.0
    mult_medium: Annotated[Ratio, _multiplier("rate at medium difficulty")] = 1.0
    mult_high: Annotated[Ratio, _multiplier("rate at high difficulty")] = 1.0
    mult_extreme: Annotated[
        Ratio, _multiplier("rate at extreme difficulty; 0: cannot work there")
    ] = 1.0
    cost_usd_day: Annotated[
        float, column("cost of one team for one calendar day", unit="USD/day", ge=0)
    ]
    mobilisation_usd: Annotated[
        float, column("cost of each mobilisation, beyond the team's days", unit="USD", ge=0)
    ] = 0.0
    camp_usd: Annotated[
        float, column("cost of each camp set up, beyond the team's days", unit="USD", ge=0)
    ] = 0.0
    deminers: Annotated[
        float | None,
        column(
            "people of a team in the field, exposed to accidents; "
            "empty: the assumption deminers_per_team for types with a rate for survey, technical "
            "survey or clearance, 0 for others",
            unit="people",
            ge=0,
        ),
    ] = None
    source: Source

    def multiplier(self, difficulty: Difficulty) -> float:
        """Ratio by which a difficulty changes the rate of survey and clearance (model §4)."""
        value: float = getattr(self, f"mult_{difficulty}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Rate:
    """A skill that an asset type has, and its area per workable team-day (model §4)."""

    asset: Annotated[str, column("asset type", refers_to="assets")]
    skill: Annotated[Words, _words("stage of land release, or skill of works", min_length=1)]
    land_class: Annotated[LandClass | None, column("empty: all land classes")] = None
    rate_m2_day: Annotated[
        float | None,
        column(
            "area per workable team-day; empty for skills of works",
            unit="m2/team-day",
            ge=0.01,  # a hand's breadth: less is another unit, and work would have no end
            le=MOST_M2,  # the largest area in a day: more is another unit
        ),
    ] = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class CalendarMonth:
    """Workable days of one month in one zone (model §5)."""

    zone: Annotated[Words, _words("zone named in places", min_length=1)]
    month: Annotated[int, column("month of the year", ge=1, le=12)]
    workable_days: Annotated[
        float, column("spread evenly over the month", unit="days", ge=0, le=31)
    ]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Deployment:
    """Teams of one asset type at one base for a time, in one allocation (model §4)."""

    allocation: Annotated[str, column("allocation of scenario.toml")]
    asset: Annotated[str, column("asset type", refers_to="assets", sensitivity="restricted")]
    base: Annotated[
        str, column("place where they live", refers_to="places", sensitivity="restricted")
    ]
    teams: Annotated[
        int, column("number of teams", unit="teams", ge=0, le=MOST_TEAMS, sensitivity="restricted")
    ]
    from_date: Annotated[
        date | None,
        column("first day of dispatch; empty: the start", name="from", sensitivity="restricted"),
    ] = None
    until_date: Annotated[
        date | None,
        column(
            "no dispatch from this day on; empty: no end", name="until", sensitivity="restricted"
        ),
    ] = None
    serves: Annotated[
        tuple[str, ...] | None,
        column(
            "districts and places that they work for (several separated by ;); empty: anywhere",
            allowed="a district or an id of places",
            sensitivity="restricted",
            min_length=1,
        ),
    ] = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class OrderLine:
    """Position of a community in the list of an allocation (policy ``listed``)."""

    allocation: Annotated[str, column("allocation of scenario.toml")]
    position: Annotated[int, column("1: served first", ge=1, le=MOST_COUNT)]
    community: Annotated[str, column("community", refers_to="communities")]


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class FundingLine:
    """Money for teams in a time: an envelope for the plan, not for the run (model §10)."""

    id: Id
    from_date: Annotated[
        date | None, column("first day that it pays; empty: the start", name="from")
    ] = None
    until_date: Annotated[
        date | None,
        column("it pays no more from this day on; empty: the horizon", name="until"),
    ] = None
    envelope_usd: Annotated[float, column("money for that time", unit="USD", name="usd", ge=0)]
    allocation: Annotated[
        str | None, column("allocation of scenario.toml; empty: every one", min_length=1)
    ] = None
    assets: Annotated[
        tuple[str, ...] | None,
        column(
            "asset types that it pays (several separated by ;); empty: all",
            refers_to="assets",
            min_length=1,
        ),
    ] = None
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Target:
    """An aim, official or assumed, to be drawn beside the results; the model never reads it."""

    id: Id
    by_date: Annotated[date, column("midnight by which it is to be reached", name="date")]
    people: Annotated[int, column("people aimed at", ge=0, le=MOST_COUNT)]
    measure: Annotated[
        TargetMeasure,
        column("what is counted: people returned, or people whose conditions are met"),
    ] = "returned"
    title: Annotated[Words, _words("words beside it in charts; empty: the id")] = ""
    titles: Annotated[dict[str, Words], _in_languages("title")] = field(
        default_factory=dict, repr=False, hash=False
    )
    source: Source


MEASURES_OF_FACTS: Mapping[FactMeasure, str] = {
    "released_m2": "m2",
    "items": "items",
    "teams_usd": "USD",
    "people_returned": "people",
    "first_return_day": "date",
    "victims": "people",
    "share_of_area": "share",
    "season_index": "ratio",
}
"""Unit of each measure of a fact; of ``first_return_day`` the period is the value (model §11.1)."""
OF_PERIOD: tuple[FactMeasure, ...] = (
    *("released_m2", "items", "teams_usd"),
    *("share_of_area", "season_index"),
)
"""Measures that count what happens from the first day of a fact to its last."""
NOT_TO_FIT: tuple[FactMeasure, ...] = ("first_return_day", "victims")
"""Measures that no draw is weighted by: a decision on people, and people the model leaves out."""
FIT_SD_LOG = 0.15
"""Error of a fact that draws are weighted by, where the table states none: assumed."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Fact:
    """A published figure of the past, to hold the model against (model §11.1)."""

    id: Id
    measure: Annotated[
        FactMeasure,
        column(
            "what is counted: area of the hazards released (m2), explosive items in them, cost of "
            "the land release teams present (USD), people returned in all by the end, date of the "
            "first return, victims among all people, share of the area released, area of a month "
            "by that of the mean month"
        ),
    ]
    district: Annotated[Words | None, _words("district; empty: whole country", min_length=1)] = None
    land_class: Annotated[LandClass | None, column("empty: all land classes")] = None
    route: Annotated[Route | None, column("route of release; empty: all")] = None
    place: Annotated[
        str | None,
        column("settlement of the people who returned; empty: all", refers_to="places"),
    ] = None
    month: Annotated[int | None, column("month of the year, of season_index only", ge=1, le=12)] = (
        None
    )
    from_date: Annotated[date, column("first day, or earliest date", name="from")]
    until_date: Annotated[date, column("last day, included, or latest date", name="until")]
    value: Annotated[
        float | None,
        column(
            "published figure in the unit of the measure; empty for first_return_day", ge=0, le=1e15
        ),
    ] = None
    sd_log: Annotated[
        float | None,
        column(
            "standard deviation of the error of its logarithm; empty: 0.15 of facts to fit "
            "(assumed)",
            gt=0,
            le=3,
        ),
    ] = None
    use: Annotated[
        FactUse,
        column("fit: draws may be weighted by it; check: kept back, to judge the model by"),
    ]
    is_input: Annotated[
        bool, column("the scenario's numbers were made with it, at least in part", name="input")
    ] = False
    source: Source
    note: Annotated[Words, _words("what else to know")] = ""

    @property
    def days(self) -> int:
        """Days of the period, the last one included."""
        return (self.until_date - self.from_date).days + 1

    @property
    def error_sd_log(self) -> float | None:
        """Standard deviation of the error of the logarithm; None: not stated, of a check."""
        return FIT_SD_LOG if self.sd_log is None and self.use == "fit" else self.sd_log


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Assumption:
    """An uncertain number: distribution, unit, mark and source (model §9)."""

    id: Id
    district: Annotated[
        str | None,
        column("the one district in which it holds, if it does not hold everywhere"),
    ] = None
    distribution: Annotated[DistributionName, column("form of the uncertainty")]
    a: Annotated[float | None, column("first parameter of the distribution")] = None
    b: Annotated[float | None, column("second parameter")] = None
    c: Annotated[float | None, column("third parameter")] = None
    low: Annotated[float | None, column("lower end of truncation")] = None
    high: Annotated[float | None, column("upper end of truncation")] = None
    unit: Annotated[
        str,
        AfterValidator(one_line),
        column("unit of the number", allowed="a line of text", min_length=1),
    ]
    units: Annotated[dict[str, Words], _in_languages("unit")] = field(
        default_factory=dict, repr=False, hash=False
    )
    mark: Annotated[Mark, column("how well the number is known")]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Dependence:
    """How far two assumptions go together in the draws (model §9)."""

    id: Annotated[
        str,
        column(
            "assumption that is drawn once for the whole country; productivity: of each asset "
            "type; kappa: kappa_used, kappa_unmarked and kappa_marked",
            allowed="an id of assumptions, productivity, productivity_ASSET or kappa",
            min_length=1,
        ),
    ]
    with_id: Annotated[
        str,
        column(
            "the other one; the same: members of a group among each other",
            name="with",
            allowed="the same",
            min_length=1,
        ),
    ]
    rank_correlation: Annotated[
        float,
        column("Spearman's rank correlation; 0: none, whatever ships", ge=-0.99, le=0.99),
    ]
    mark: Annotated[Mark, column("how well the number is known")]
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class PosteriorLine:
    """How well one draw fits the facts under one allocation; returnplan calibrate writes it.

    All columns after the weight say the same in every row: how the weights were made.
    """

    allocation: Annotated[Name, column("allocation that was the past", allowed=ID_TEXT)]
    draw: Annotated[int, column("number of the draw, from 0", ge=0)]
    weight: Annotated[
        float,
        column("probability of draw and allocation, given the facts; all sum to 1", gt=0, le=1),
    ]
    seed: Annotated[int, column("seed of the draws", ge=0)]
    draws: Annotated[int, column("draws that were weighted; those without a row weigh 0", ge=1)]
    facts: Annotated[int, column("facts that were fitted", ge=1)]
    last_fact: Annotated[date, column("last day of the last of them")]
    discrepancy_log_sd: Annotated[
        float,
        column(
            "standard deviation of the log of the model's discrepancy", ge=0, le=MOST_DISCREPANCY
        ),
    ]
    made_for: Annotated[
        str,
        column(
            "digest of the scenario that the draws are of",
            allowed="16 hexadecimal digits",
            pattern=r"^[0-9a-f]{16}$",
        ),
    ]
    returnplan: Annotated[
        str,
        AfterValidator(one_line),
        column("version that ran them", allowed="a line of text", min_length=1),
    ]


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class SourceLine:
    """A publication, data set or expert judgement that numbers come from."""

    id: Id
    title: Annotated[Words, _words("title", min_length=1)]
    titles: Annotated[dict[str, Words], _in_languages("title")] = field(
        default_factory=dict, repr=False, hash=False
    )
    organisation: Annotated[Words, _words("who published it")] = ""
    year: Annotated[int | None, column("year of publication", ge=1800, le=2200)] = None
    licence: Annotated[Words, _words("terms of use")] = ""
    kind: Annotated[
        SourceKind | None,
        column(
            "how its numbers came about: observed (counted, measured, published), derived from "
            "such numbers, assumed, or synthetic (made up); empty: not stated, and pages say so"
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class District:
    """What pages call a district of the table of places, in the languages of readers."""

    district: Annotated[Words, _words("district, as the table of places says it", min_length=1)]
    name: Annotated[Words, _words("name on pages; empty: the district")] = ""
    names: Annotated[dict[str, Words], _in_languages("name")] = field(
        default_factory=dict, repr=False, hash=False
    )


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class AllocationLine:
    """An allocation as scenario.toml or the table states it; it may be like another one."""

    name: Annotated[Name, column("name of the allocation", allowed=ID_TEXT, min_length=1)]
    title: Annotated[Words, _words("title on pages and charts; empty: the name")] = ""
    titles: Annotated[dict[str, Words], _in_languages("title")] = field(
        default_factory=dict, repr=False, hash=False
    )
    policy: Annotated[
        str | None,
        column(
            "order of communities (returnplan list policies); "
            "empty: that of the allocation it is like, else listed"
        ),
    ] = None
    like: Annotated[
        str | None,
        column(
            "allocation whose deployments, policy and list hold here too; rows of deployments with "
            "the same asset, base, from, until and serves replace its teams (0 takes away), "
            "others add"
        ),
    ] = None
    rest_waits: Annotated[
        str | None,
        column(
            "places later in the order of communities for work that no condition waits for, or "
            "end; empty: that of the allocation it is like, else 0",
            allowed=REST_WAITS_TEXT,
            pattern=r"^(end|[0-9]{1,6})$",
        ),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class NotCovered:
    """What a scenario leaves out on purpose, so that nobody takes its absence for nothing there.

    Parameters
    ----------
    text
        What is left out, and why.
    places
        Names or ids of districts and places that are left out, whether the tables have them or not.
    texts
        The text by code of a language.
    """

    text: Annotated[Words, _words("what is left out, and why")] = ""
    texts: Annotated[dict[str, Words], _in_languages("text")] = field(
        default_factory=dict, repr=False, hash=False
    )
    places: Annotated[tuple[Words, ...], _words("districts and places that are left out")] = ()


type_of_table: dict[str, type] = {
    "places": Place,
    "districts": District,
    "communities": Community,
    "roads": Road,
    "hazards": Hazard,
    "works": Works,
    "assets": Asset,
    "rates": Rate,
    "calendars": CalendarMonth,
    "allocations": AllocationLine,
    "deployments": Deployment,
    "orders": OrderLine,
    "funding": FundingLine,
    "targets": Target,
    "assumptions": Assumption,
    "dependence": Dependence,
    "facts": Fact,
    "posterior": PosteriorLine,
    "sources": SourceLine,
}
"""Row type of each table of a scenario folder, in the order of reading."""

OPTIONAL_TABLES = (
    *(
        "districts",
        "allocations",
        "orders",
        "funding",
        "targets",
        "calendars",
        "works",
        "assumptions",
    ),
    *("dependence", "facts", "posterior"),
)
"""Tables that may be missing; others are there, or left out on purpose in scenario.toml."""


def line_of(row: Any, start: date) -> tuple[Any, ...]:
    """What a line of deployments is known by within its allocation (model §4).

    Parameters
    ----------
    row
        A deployment, or what is good of one.
    start
        Start of the scenario: blank dates and dates before it count as it.
    """
    until = None if row.until_date is None else max(row.until_date, start)
    return (
        row.asset,
        row.base,
        max(row.from_date or start, start),
        until,
        frozenset(row.serves or ()),
    )


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class AllocationHeader:
    """What an allocation is, with all that it takes from the one it is like.

    Parameters
    ----------
    titles
        The title by code of a language.
    rest_waits
        Places later in the order of communities for jobs that no gate in force waits for;
        ``"end"``: after all communities.
    """

    name: Name
    title: Words = ""
    titles: dict[str, Words] = field(default_factory=dict, repr=False, hash=False)
    policy: str = LISTED
    rest_waits: RestWaits = 0


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Scenario:
    """Everything that is known or assumed, and the allocations to judge.

    Rows stand in the order of their files; nothing in the model depends on that order. The
    deployments and orders of an allocation that is like another one are here in full.
    """

    name: Words
    title: Words
    start: date
    horizon_years: int
    gates: dict[str, dict[str, float]]
    allocations: tuple[AllocationHeader, ...]
    places: tuple[Place, ...]
    communities: tuple[Community, ...]
    roads: tuple[Road, ...]
    assets: tuple[Asset, ...]
    rates: tuple[Rate, ...]
    deployments: tuple[Deployment, ...]
    sources: tuple[SourceLine, ...]
    hazards: tuple[Hazard, ...] = ()
    works: tuple[Works, ...] = ()
    calendars: tuple[CalendarMonth, ...] = ()
    orders: tuple[OrderLine, ...] = ()
    funding: tuple[FundingLine, ...] = ()
    targets: tuple[Target, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    dependence: tuple[Dependence, ...] = ()
    facts: tuple[Fact, ...] = ()
    posterior: tuple[PosteriorLine, ...] = ()
    discrepancy_log_sd: Annotated[float, Field(ge=0, le=MOST_DISCREPANCY)] = DISCREPANCY_LOG_SD
    as_of: date | None = None
    not_covered: NotCovered = NotCovered()
    titles: dict[str, Words] = field(default_factory=dict, repr=False, hash=False)
    districts: tuple[District, ...] = field(default=(), repr=False)

    @cached_property
    def place(self) -> dict[str, Place]:
        """Places by id."""
        return {place.id: place for place in self.places}

    @cached_property
    def people(self) -> dict[str, int]:
        """People waiting, by settlement; settlements without a community are left out."""
        total: dict[str, int] = {}
        for community in self.communities:
            total[community.settlement] = total.get(community.settlement, 0) + community.people
        return total

    def allocation(self, name: str) -> AllocationHeader:
        """Title and policy of one allocation.

        Raises
        ------
        KeyError
            When the scenario has no allocation of that name.
        """
        for header in self.allocations:
            if header.name == name:
                return header
        known = ", ".join(a.name for a in self.allocations)
        raise KeyError(f"no allocation is called {name}; there are: {known}")

    def named(self, allocations: str | Iterable[str]) -> tuple[str, ...]:
        """Names of allocations that the scenario has, each once.

        Parameters
        ----------
        allocations
            Names; or one name, which is no list of letters.

        Raises
        ------
        KeyError
            When the scenario has no allocation of that name.

        Examples
        --------
        >>> import returnplan as rp
        >>> rp.load("scenarios/valley").named("today")
        ('today',)
        """
        given = (allocations,) if isinstance(allocations, str) else allocations
        return tuple(self.allocation(name).name for name in dict.fromkeys(given))

    def to_frames(self) -> dict[str, Any]:
        """Give the tables as DataFrames by name (:func:`returnplan.scenario.frames.to_frames`)."""
        frames: dict[str, Any] = above("to_frames")(self)
        return frames

    def with_allocation(
        self,
        name: str,
        *,
        like: str | None = None,
        deployments: Sequence[Deployment | Mapping[str, Any]] = (),
        policy: str | None = None,
        rest_waits: RestWaits | None = None,
        title: str = "",
    ) -> Self:
        """Add an allocation, from scratch or like one that is there.

        Parameters
        ----------
        name
            Name that no allocation has.
        like
            Allocation whose deployments, policy and list hold here too.
        deployments
            Lines, or their cells by column (``source`` may be left out). Lines with the same
            asset, base, from, until and serves replace the ``teams`` of the other allocation (0
            takes away), others add.
        policy
            Order of communities; None: that of the other allocation, else ``listed``.
        rest_waits
            Places later in the order for work that no condition waits for, or ``"end"``; None:
            that of the other allocation, else 0.
        title
            Title on pages and charts.

        Returns
        -------
        Scenario
            With one allocation more. ``returnplan.check`` judges it.

        Raises
        ------
        KeyError
            When no allocation is called as ``like`` says.
        ValueError
            When there is an allocation of that name, or a line is none.
        """
        if any(header.name == name for header in self.allocations):
            raise ValueError(f"there is an allocation called {name} already")
        theirs = [] if like is None else [d for d in self.deployments if d.allocation == like]
        own = [_as_line(line, name, theirs or self.deployments) for line in deployments]
        other = AllocationHeader(name=name) if like is None else self.allocation(like)
        header = AllocationHeader(
            name=name,
            title=title,
            policy=policy or other.policy,
            rest_waits=other.rest_waits if rest_waits is None else rest_waits,
        )
        is_listed = like is not None and header.policy == LISTED
        lists = [one for one in self.orders if is_listed and one.allocation == like]
        return replace(
            self,
            allocations=(*self.allocations, header),
            deployments=(
                *self.deployments,
                *(replace(line, allocation=name) for line in taken_over(theirs, own, self.start)),
                *(line for line in own if line.teams != 0),
            ),
            orders=(*self.orders, *(replace(one, allocation=name) for one in lists)),
        )

    def with_order(self, allocation: str, communities: Sequence[str]) -> Self:
        """Serve the communities of an allocation in a given order.

        Parameters
        ----------
        allocation
            Its name.
        communities
            Ids, served first to last; those that are left out follow by id.

        Returns
        -------
        Scenario
            The same but for the policy of the allocation, now ``listed``, and its list.

        Raises
        ------
        KeyError
            When the scenario has no allocation of that name.
        """
        header = replace(self.allocation(allocation), policy=LISTED)
        lines = tuple(
            OrderLine(allocation=allocation, position=position, community=community)
            for position, community in enumerate(communities, start=1)
        )
        others = tuple(one for one in self.orders if one.allocation != allocation)
        return replace(
            self,
            allocations=tuple(header if a.name == allocation else a for a in self.allocations),
            orders=(*others, *lines),
        )


def a_scenario(given: object) -> Scenario:
    """Refuse what is no scenario, such as the name of its folder.

    Raises
    ------
    TypeError
        When it is none; it says what to do.
    """
    if isinstance(given, Scenario):
        return given
    raise TypeError(
        f"a Scenario is wanted, not {given!r:.80}: returnplan.load(folder) reads one, "
        "returnplan.from_frames makes one of DataFrames"
    )


def _as_line(
    given: Deployment | Mapping[str, Any], allocation: str, others: Sequence[Deployment]
) -> Deployment:
    """A line of an allocation; without a source that of a line of the same asset type."""
    if isinstance(given, Deployment):
        return replace(given, allocation=allocation)
    names = {name: field_name for field_name, name, _ in columns_of(Deployment)}
    cells = {names.get(name, name): cell for name, cell in given.items()}
    alike = [line.source for line in others if line.asset == cells.get("asset")]
    sources = [*alike, *(line.source for line in others)]
    defaults = {"source": sources[0]} if sources else {}
    return Deployment(**{**defaults, **cells, "allocation": allocation})


def taken_over(theirs: Iterable[Row], own: Iterable[Row], start: date) -> list[Row]:
    """Lines of deployments that an allocation takes over from the one it is like (model §4).

    Parameters
    ----------
    theirs, own
        Lines of the other one, and its own, which replace those that are known by the same.
    start
        Start of the scenario.
    """
    replaced = {line_of(line, start) for line in own}
    return [line for line in theirs if line_of(line, start) not in replaced]


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Job:
    """Work at one site that a team with one skill can do (model §3.1, §7).

    How much work it is, a draw says.

    Parameters
    ----------
    id
        ``hazard/stage``, works id, ``road/repair`` or ``settlement/survey``.
    owner
        Id of the hazard, works, road or settlement.
    stage
        survey, technical_survey, clearance, quality_control, repair, community_survey, or the
        kind of the works.
    skill
        Skill that a team needs.
    site
        Settlement or road where the work is.
    on_road
        True when the site is a road.
    has_area
        True for work counted in m2, False for crew-days.
    max_teams
        Parcels that may be worked at the same time; None: all.
    land_class, difficulty
        Land class of the hazard, and its difficulty where the stage feels it.
    after
        Milestones that must be passed before: jobs, releases of hazards and roads.
    takes_found
        Whether it also waits for those hazards that a community survey finds, which deny what it
        needs.
    """

    id: str
    owner: str
    stage: str
    skill: str
    site: str
    on_road: bool
    has_area: bool
    max_teams: int | None = None
    land_class: LandClass | None = None
    difficulty: Difficulty | None = None
    after: tuple[str, ...] = ()
    takes_found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Wait:
    """A milestone that needs no team: passed with its predecessors, or a delay later.

    Parameters
    ----------
    id
        ``hazard/released`` (after the handover delay of a draw), ``road/released``, ``road/open``.
    after
        Milestones that must be passed before.
    """

    id: str
    after: tuple[str, ...] = ()


def columns_of(row_type: type) -> Iterator[tuple[str, str, FieldInfo]]:
    """Describe the columns of a row type, in the order of its fields.

    Parameters
    ----------
    row_type
        One of the nouns that are rows of a table.

    Yields
    ------
    tuple[str, str, FieldInfo]
        Field name, column name in files, and the description.
    """
    hints = get_type_hints(row_type, include_extras=True)
    for item in fields(row_type):
        *_, info = (m for m in hints[item.name].__metadata__ if isinstance(m, FieldInfo))
        extra = info.json_schema_extra
        name = str(extra["column"]) if isinstance(extra, dict) else ""
        yield item.name, name or item.name, info
