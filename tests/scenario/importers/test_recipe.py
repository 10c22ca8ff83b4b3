"""A recipe is written with comments and read as it was; every fault in it is told at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from returnplan.errors import Problem
from returnplan.scenario.importers.recipe import (
    RECIPE,
    LayerRecipe,
    Recipe,
    Settings,
    read_recipe,
)
from returnplan.scenario.importers.written import recipe_text

RECIPE_OF_ALL = Recipe(
    settings=Settings(
        title='A "title" \\ \t',
        start=date(2027, 3, 1),
        hubs=("Tö'wn", "12"),
        snap_m=12.5,
        crossings="all",
        near=("housing", "water"),
    ),
    layers=(
        LayerRecipe(
            file="a b/\u202ev.gpkg",
            layer='x"y',
            role="settlements",
            crs="EPSG:2263",
            swap_axes=True,
            columns={"id": "ID", "name": "Näme"},
            values={"kind": {"village": "settlement", "": "skip"}},
            defaults={"kind": "skip"},
        ),
        LayerRecipe(
            file="r.shp",
            role="roads",
            columns={"class": "highway"},
            speeds={"primary": (60.0, True), "path": None, "": (22.5, False)},
        ),
        LayerRecipe(
            file="h.geojson",
            role="hazards",
            values={"denies": {"Roads": "road;other"}, "status": {"x": "closed"}},
            defaults={
                "status": "open",
                "hazard_class": "CHA",
                "land_class": "battle_area",
                "record": "full",
                "difficulty": "low",
            },
        ),
        LayerRecipe(file="rivers.shp"),
    ),
)


def read(text: str, tmp_path: Path) -> tuple[Recipe, list[Problem]]:
    path = tmp_path / RECIPE
    path.write_text(text, encoding="utf-8")
    problems: list[Problem] = []
    return read_recipe(path, problems), problems


def test_a_recipe_is_read_as_it_was_written(tmp_path: Path) -> None:
    names = ("DIR/import.toml", "DIR")
    text = recipe_text(RECIPE_OF_ALL, {0: ("a comment\nof two lines",)}, names)
    found, problems = read(text, tmp_path)
    assert problems == []
    assert found == replace(
        RECIPE_OF_ALL,
        settings=replace(RECIPE_OF_ALL.settings, title='A "title" \\'),
        layers=RECIPE_OF_ALL.layers,
    )
    assert "# a comment of two lines" in text
    assert "returnplan import gis DIR/import.toml DIR" in text


def test_every_fault_of_a_recipe_is_told_at_once(tmp_path: Path) -> None:
    text = """
[scenario]
title = "=1+1"
start = "soon"
horizon_years = true
[roads]
snap_m = -5
crossings = "some"
speed = 3
[hazards]
corridor_m = nan
[denies]
near = []
far = ["houses"]
[nonsense]
[[layer]]
file = 3
role = "road"
[[layer]]
file = "a.gpkg"
role = "roads"
swap_axes = "yes"
colour = "red"
[layer.columns]
class = 4
width = "w"
[layer.values.class]
a = "no"
b = { speed_kmh = 0 }
c = { speed = 3 }
[layer.values.kind]
[[layer]]
file = "b.gpkg"
role = "hazards"
[layer.values.status]
x = "done"
[layer.values]
[layer.defaults]
record = "some"
"""
    _, problems = read(text.replace("[layer.values]\n", ""), tmp_path)
    assert [problem.column for problem in problems] == [
        "nonsense",
        "scenario.title",
        "scenario.start",
        "scenario.horizon_years",
        "roads.snap_m",
        "roads.crossings",
        "roads.speed",
        "hazards.corridor_m",
        "denies.near",
        "denies.far",
        "layer 1.file",
        "layer 1.role",
        "layer 2.colour",
        "layer 2.swap_axes",
        "layer 2.columns.width",
        "layer 2.columns.class",
        "layer 2.values.kind",
        "layer 2.values.class.a",
        "layer 2.values.class.b",
        "layer 2.values.class.c",
        "layer 3.values.status.x",
        "layer 3.defaults.record",
    ]
    assert all(str(problem).startswith("import.toml, column ") for problem in problems)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = ", "broken TOML"),
        ("", "found nothing; allowed: at least one table"),
        ("layer = 3", "found 3; allowed: at least one table"),
        ("layer = [3]", "found 3; allowed: a table"),
        ("scenario = 1\nlayer = [{file = 'a', role = 'roads'}]", "a table [scenario]"),
        ("layer = [{file = 'a', role = 'roads'}]", "a layer of the role settlements"),
        ("layer = [{file = 'a', role = 'population'}]", "layer 1.columns.people: found nothing"),
        ("layer = [{file = 'a', role = 'roads', columns = 1}]", "found 1; allowed: a table"),
        (f"[roads]\nsnap_m = {'9' * 5000}\n", "allowed"),
    ],
)
def test_a_recipe_that_is_none_is_told_in_one_line(text: str, says: str, tmp_path: Path) -> None:
    _, problems = read(text, tmp_path)
    assert any(says in str(problem) for problem in problems), problems
