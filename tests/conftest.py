"""Small worlds to be worked out by hand; their docstrings in ``tests.worlds`` state the days."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import returnplan as rp
from tests import worlds
from tests.sketch import Sketch


@pytest.fixture
def sketch() -> Sketch:
    """Return a scenario in the making, with nothing but a hub yet."""
    return Sketch()


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that writes a named world once and gives its folder."""
    root = tmp_path_factory.mktemp("worlds")

    def write(name: str) -> Path:
        if not (root / name).exists():
            getattr(worlds, name)(root / name)
        return root / name

    return write


@pytest.fixture(scope="session")
def two_villages(written: Callable[[str], Path]) -> rp.Scenario:
    """Return a world of one team at the hub and two mined villages."""
    return rp.load(written("two_villages"))


@pytest.fixture(scope="session")
def fork(written: Callable[[str], Path]) -> rp.Scenario:
    """Return a world of a mined road that forks, and a bridge that is out."""
    return rp.load(written("fork"))


@pytest.fixture(scope="session")
def winter(written: Callable[[str], Path]) -> rp.Scenario:
    """Return a world of a mountain village where work rests from December to February."""
    return rp.load(written("winter"))
