"""Scenarios to learn from."""

from __future__ import annotations

from pathlib import Path

import pytest

import returnplan as rp


def test_the_valley_is_there_wherever_one_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    valley = rp.load("scenarios/valley")
    monkeypatch.chdir(tmp_path)
    assert rp.example() == rp.example("valley") == valley


def test_an_example_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(rp.ReturnplanError, match=r"'valey'; there are: karabakh, valley"):
        rp.example("valey")
