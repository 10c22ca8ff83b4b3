"""Outlines behind a map: the file is optional, and whole or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import returnplan as rp
from returnplan.scenario.background import FILE, read_background
from tests.scenario.planted import only_problem


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"features": 3}',
        '{"features": [{"geometry": null}]}',
        '{"features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 2], [2, 1]]]}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": []}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1], [1], [1], [1]]]}}]}',
        '{"features": [{"geometry": {"type": "Polygon", "coordinates": [[[1, 1'
        + "0" * 400
        + "]]]}}]}",
    ],
)
def test_a_background_that_is_no_map_is_one_error(folder: Path, text: str) -> None:
    (folder / "districts.geojson").write_text(text, encoding="utf-8")
    problem = only_problem(folder)
    assert (problem.level, problem.file) == ("error", "districts.geojson")


def test_a_background_of_polygons_is_fine(folder: Path) -> None:
    ring = [[1, 2], [2, 2], [2, 1], [1, 2]]
    shape = {"type": "MultiPolygon", "coordinates": [[ring], [ring]]}
    text = json.dumps({"features": [{"geometry": shape, "properties": {"source": "Survey"}}]})
    (folder / "districts.geojson").write_text(text, encoding="utf-8")
    assert rp.check(folder).problems == ()
    background, _ = read_background(folder)
    assert len(background.rings) == 2
    assert background.credit_lines == ("Boundaries: Survey",)


def test_a_background_that_is_no_file_is_one_error(folder: Path) -> None:
    (folder / "districts.geojson").mkdir()
    assert only_problem(folder).found == "a folder"
    (folder / "districts.geojson").rmdir()
    (folder / "districts.geojson").write_bytes(b"\xff")
    assert "not UTF-8" in only_problem(folder).found


@pytest.mark.parametrize("name", ["two\nlines", "\x1b[2J", "\u202eabc", "\ud800", "x" * 10_001])
@pytest.mark.parametrize("key", ["district", "source"])
def test_a_property_that_is_no_line_of_text_is_one_problem(
    tmp_path: Path, key: str, name: str
) -> None:
    ring = [[0, 0], [1, 0], [1, 1], [0, 0]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {key: name}, "geometry": shape}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    background, problems = read_background(tmp_path)
    assert background.rings == ()
    assert "no line of text" in problems[0].found
