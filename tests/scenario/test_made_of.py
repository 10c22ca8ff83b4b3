"""What is observed and what is made up is said in one line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.domain import SourceKind
from returnplan.language.words import ENGLISH
from returnplan.scenario.made_of import DOUBTFUL, kinds_of, made_of
from tests.sketch import Sketch

ROOT = Path(__file__).resolve().parents[2]


SAID = {
    "valley": (
        "Synthetic (made up): places, numbers of people, roads, hazards, works and teams. Do not "
        "act on a single village or road."
    ),
    "karabakh": (
        "Observed or published: places and numbers of people (in part). Derived from published "
        "figures: roads (in part) and teams (in part). Assumed: teams (in part). Synthetic (made "
        "up): numbers of people (in part), roads (in part), hazards and works. Do not act on a "
        "single village or road."
    ),
}


def scenario(**kinds: SourceKind | None) -> rp.Scenario:
    """A village and a hub, a hazard; rows of places have the source ``seen``, others ``other``."""
    world = Sketch()
    world.village("alpha", people=10)
    world.hazard("field", "alpha")
    made = world.scenario()
    lines = tuple(rp.SourceLine(id=name, title=name, kind=kind) for name, kind in kinds.items())
    return replace(
        made,
        sources=lines,
        places=tuple(replace(one, source="seen") for one in made.places),
        communities=tuple(replace(one, source="seen") for one in made.communities),
        roads=tuple(
            replace(one, source="other" if number else "seen")
            for number, one in enumerate(made.roads)
        ),
        hazards=tuple(replace(one, source="other") for one in made.hazards),
        deployments=(),
        works=(),
    )


def test_each_kind_names_its_things_and_nobody_is_to_act_on_what_is_made_up() -> None:
    text = made_of(scenario(seen="observed", other="synthetic"), ENGLISH)
    assert text == (
        "Observed or published: places, numbers of people and roads. Synthetic (made up): hazards. "
        "Do not act on a single village or road."
    )


def test_where_there_is_room_for_little_only_what_is_doubtful_is_told() -> None:
    world = scenario(seen="observed", other="synthetic")
    assert made_of(world, ENGLISH, DOUBTFUL) == (
        "Synthetic (made up): hazards. Do not act on a single village or road."
    )


def test_a_thing_of_two_kinds_stands_at_both() -> None:
    world = scenario(seen="observed", other="synthetic")
    road = world.roads[0]
    more = replace(world, roads=(road, replace(road, id="second", source="other")))
    assert kinds_of(more)["roads"] == ["observed", "synthetic"]
    text = made_of(more, ENGLISH)
    assert "published: places, numbers of people and roads (in part)." in text
    assert "Synthetic (made up): roads (in part) and hazards." in text


def test_a_source_that_does_not_say_its_kind_is_not_taken_for_observed() -> None:
    text = made_of(scenario(seen=None, other="derived"), ENGLISH)
    assert text == (
        "Derived from published figures: hazards. How they came about is not stated: places, "
        "numbers of people and roads. Do not act on a single village or road."
    )


def test_where_all_is_observed_nothing_is_said_against_acting() -> None:
    text = made_of(scenario(seen="observed", other="observed"), ENGLISH)
    assert text == "Observed or published: places, numbers of people, roads and hazards."


@pytest.mark.parametrize("name", ["valley", "karabakh"])
def test_shipped_scenarios_state_the_kind_of_every_source(name: str) -> None:
    shipped = rp.load(ROOT / "scenarios" / name)
    assert all(line.kind for line in shipped.sources)
    assert made_of(shipped, ENGLISH) == SAID[name]
