"""Numbers of people, shares, areas and rates that are allowed, and can hardly be meant."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from returnplan.domain import AREA_SKILLS, LandClass
from returnplan.errors import Problem
from returnplan.model.chance.distributions import mean
from returnplan.scenario.checks.draft import Draft, check
from returnplan.scenario.files import TOML


class Known(NamedTuple):
    """Between what numbers are known, and who published them."""

    low: float
    high: float
    source: str


UKRAINE = "Ministry of Economy of Ukraine, 2023"
MACHINES = "machines: Ministry of Economy of Ukraine, 2025"
BY_HAND = "manual teams: The HALO Trust"
SEARCH = "teams of 6 to 24 searchers: Cabinet of Ministers of Ukraine, 2024"
MIXED = "ANAMA, 2007 to 2018"
KNOWN_AREA = Known(100, 5_000_000, "public mine map of Bosnia and Herzegovina")
"""Area of a suspected area on land, m2."""
SLACK = 10
"""Areas are lognormal: only beyond this ratio of what is known another unit is meant."""
_MINED = Known(120, 12_000, f"{BY_HAND}; {MACHINES}")
_SCATTERED = Known(1_200, 60_000, f"{MIXED}; {SEARCH}")
_ANY = Known(120, 60_000, f"{BY_HAND}; {SEARCH}")
_SURVEY = Known(40_000, 600_000, UKRAINE)
KNOWN_RATES: Mapping[tuple[str, LandClass | None], Known] = {
    **{("survey", land): _SURVEY for land in (None, "minefield", "low_density", "battle_area")},
    ("technical_survey", "minefield"): Known(400, 12_000, f"practice; {MACHINES}"),
    ("technical_survey", "low_density"): Known(400, 60_000, f"practice; {SEARCH}"),
    ("technical_survey", "battle_area"): Known(400, 60_000, f"practice; {SEARCH}"),
    ("technical_survey", None): Known(400, 60_000, f"practice; {SEARCH}"),
    ("clearance", "minefield"): _MINED,
    ("clearance", "low_density"): _SCATTERED,
    ("clearance", "battle_area"): _SCATTERED,
    ("clearance", None): _ANY,
    **{
        ("quality_control", land): _ANY
        for land in (None, "minefield", "low_density", "battle_area")
    },
}
"""Area of a team in a workable day at low difficulty, m2, by skill and land class (None: all).

Quality control searches as clearance does. Manual: 20 to 60 m2 a deminer-day, at least 6 of them;
searchers: up to 2,500 m2 a day; mixed land: from 200 m2 a person-day; survey: 4 to 60 ha.
"""


@check
def there_are_hazards(draft: Draft) -> Iterator[Problem]:
    """Without hazards there is nothing to release, and nobody has to wait for it."""
    if not draft.all("hazards"):
        note = "no land is to be released and every road is free of hazards from day 0"
        yield draft.doubt("hazards", None, None, "no rows", note)


@check
def households_fit_people(draft: Draft) -> Iterator[Problem]:
    """Where people wait there are households, and no more of them than people."""
    for row, item in draft.of("communities"):
        if item.households == 0 and item.people > 0:
            note = (
                "nobody is counted as willing: the gate shelter is met without a dwelling and "
                "nobody returns; leave the cell empty if the number is unknown"
            )
            found = f"0 households of {item.people:,} people"
            yield draft.doubt("communities", row, "households", found, note)
        elif item.households is not None and item.households > item.people:
            note = "more households than people: the gate shelter asks for too many dwellings"
            found = f"{item.households:,} households of {item.people:,} people"
            yield draft.doubt("communities", row, "households", found, note)


@check
def somebody_is_willing(draft: Draft) -> Iterator[Problem]:
    """Somebody wants to return: else no dwelling is asked for."""
    note = "nobody is willing: the gate shelter is met without a dwelling and nobody returns"
    for row, item in draft.of("communities"):
        if item.willing_share == 0 and item.people > 0 and item.households != 0:
            yield draft.doubt("communities", row, "willing_share", "0", note)
    for row, item in draft.of("assumptions"):
        if item.id == "willing_share" and mean(item) == 0:
            yield draft.doubt("assumptions", row, "a", "a mean of 0", note)


@check
def gates_ask_for_something(draft: Draft) -> Iterator[Problem]:
    """A share of nothing is there from the start."""
    for name, parameters in draft.gates.items():
        if parameters.get("required_share") == 0:
            yield Problem(
                level="warning",
                file=TOML,
                column=f"gates.{name}.required_share",
                found="0",
                allowed=f"the gate {name} asks for nothing: leave it out if it is not in force",
            )


@check
def denials_fit_sites(draft: Draft) -> Iterator[Problem]:
    """A hazard closes the road on which it lies, and no other."""
    for row, item in draft.of("hazards"):
        if item.place is not None and "road" in item.denies:
            found = f"road, by {item.id!r} at a place"
            note = "it closes no road, since it lies on the land of a settlement: name the road"
            yield draft.doubt("hazards", row, "denies", found, note)
        elif item.road is not None and "road" not in item.denies:
            found = f"{';'.join(item.denies)}, by {item.id!r} on a road"
            note = "it closes its road all the same until it is released: add road"
            yield draft.doubt("hazards", row, "denies", found, note)


@check
def areas_are_known(draft: Draft) -> Iterator[Problem]:
    """Areas lie where they are known to lie; strips on roads may be smaller."""
    low, high, source = KNOWN_AREA
    known = f"known are {low:,.0f} to {high:,.0f} m2 ({source})"
    small = f"{known}: if hectares are meant, work and dates are far too short"
    large = f"{known}: if it is a slip, work and dates are far too long"
    for row, item in draft.of("hazards"):
        if item.area_m2 > SLACK * high:
            yield draft.doubt("hazards", row, "area_m2", f"{item.area_m2:,.0f}", large)
        elif item.place is not None and 0 < item.area_m2 < low / SLACK:
            yield draft.doubt("hazards", row, "area_m2", f"{item.area_m2:g}", small)


@check
def rates_are_known(draft: Draft) -> Iterator[Problem]:
    """Rates are those of whole teams, on their kind of land."""
    for row, item in draft.of("rates"):
        if item.skill not in AREA_SKILLS or item.rate_m2_day is None:
            continue
        low, high, source = KNOWN_RATES[item.skill, item.land_class]
        if not low <= item.rate_m2_day <= high:
            land = item.land_class or "all land classes"
            size = "long" if item.rate_m2_day < low else "short"
            found = f"{item.rate_m2_day:,.10g} for {item.skill} on {land}"
            note = (
                f"known are {low:,.0f} to {high:,.0f} m2 of a whole team in a day ({source}): "
                f"if another unit is meant, work and dates are far too {size}"
            )
            yield draft.doubt("rates", row, "rate_m2_day", found, note)


@check
def facts_are_modelled(draft: Draft) -> Iterator[Problem]:
    """People of a fact come from somewhere, and hazards say how many items they hold."""
    district = {place.id: place.district for _, place in draft.of("places")}
    settled = {one.settlement for _, one in draft.of("communities")}
    peopled = {None, *(district[settlement] for settlement in settled)}
    unknown = {one.land_class for _, one in draft.of("hazards") if one.items_per_km2 is None}
    nobody = "no community comes from there: the model says nothing of it"
    for row, item in draft.of("facts"):
        meant = unknown if item.land_class is None else unknown & {item.land_class}
        if item.place is not None and item.place not in settled:
            yield draft.doubt("facts", row, "place", repr(item.place), nobody)
        elif item.measure == "people_returned" and item.district not in peopled:
            yield draft.doubt("facts", row, "district", repr(item.district), nobody)
        elif item.measure == "items" and meant:
            note = "hazards without items_per_km2: the model may say nothing of it"
            yield draft.doubt("facts", row, "measure", "items", note)
