"""Outlines of hazards: the file is optional, and whole or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import returnplan as rp
from returnplan.scenario.shapes import FILE, read_shapes
from tests.scenario.planted import only_problem

RING = [[1, 2], [2, 2], [2, 1], [1, 2]]


def write(folder: Path, *features: dict[str, Any]) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / FILE).write_text(text, encoding="utf-8")


def feature(name: str | None, kind: str, coordinates: Any) -> dict[str, Any]:
    shape = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"id": name}, "geometry": shape}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"features": [{"geometry": null}]}',
        '{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 2], [1, 2]]]}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": '
        "[[[1, 2], [2, 2], [2, 1], [2, 0]]]}}]}",
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": '
        "[[[1, 2], [1e999, 2], [2, 1], [1, 2]]]}}]}",
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": '
        "[[[181, 2], [2, 2], [2, 1], [181, 2]]]}}]}",
        "[" * 100_000,
    ],
)
def test_outlines_that_are_none_are_one_error(folder: Path, text: str) -> None:
    (folder / FILE).write_text(text, encoding="utf-8")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("error", FILE)
    assert read_shapes(folder) == ({}, [problem])


def test_parts_of_a_hazard_are_put_together_and_holes_stay(folder: Path) -> None:
    assert read_shapes(folder) == ({}, [])
    write(
        folder,
        feature("h1", "Polygon", [RING, RING]),
        feature("h2", "MultiPolygon", [[RING], []]),
        feature("h1", "Polygon", [RING]),
        feature(None, "Polygon", [RING]),
    )
    ring = [[1.0, 2.0], [2.0, 2.0], [2.0, 1.0], [1.0, 2.0]]
    assert read_shapes(folder) == ({"h1": [[ring, ring], [ring]], "h2": [[ring]]}, [])
    assert rp.check(folder).errors == ()


def test_a_folder_in_its_place_is_one_error(folder: Path) -> None:
    (folder / FILE).mkdir()
    assert only_problem(folder).found == "a folder"
